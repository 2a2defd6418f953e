/** Functions that return one number, right and wrong. */
import type { Labels } from '#arrays';
import type { Differentiable, LossProblem } from '../../../checks/gradient/problem.ts';
import { each, kindOf, sum } from './arithmetic.ts';
import { softmaxOf } from './dense.ts';

export type CrossEntropyMistake = '1/N missing' | 'weight decay' | 'sign flipped';

/** The mean over the batch of −log softmax(logits)[label]. */
export function softmaxCrossEntropy(
  logits: Differentiable,
  labels: Labels,
  mistake?: CrossEntropyMistake,
): LossProblem {
  return {
    name: 'softmax cross entropy',
    inputs: { logits, labels },
    constants: { N: logits.shape[0]! },
    loss: (x: Differentiable, t: Labels) => {
      const [N, C] = [x.shape[0]!, x.shape[1]!];
      const kind = kindOf(x);
      const losses = Array.from({ length: N }, (_, n) => {
        const row = Array.from({ length: C }, (__, c) => x.get(n, c));
        const top = Math.max(...row);
        return Math.log(sum(kind, C, (c) => Math.exp(row[c]! - top))) + top - x.get(n, t.get(n));
      });
      return sum(kind, N, (n) => losses[n]!) / N;
    },
    gradient: (x: Differentiable, t: Labels) => {
      const N = mistake === '1/N missing' ? 1 : x.shape[0]!;
      const sign = mistake === 'sign flipped' ? -1 : 1;
      const decay = mistake === 'weight decay' ? 0.01 : 0;
      const y = softmaxOf(x);
      return each(
        y,
        (value, n, c) => (sign * (value - (t.get(n!) === c ? 1 : 0))) / N + decay * x.get(n!, c!),
      );
    },
  };
}

export type SquaredErrorMistake = 'sign flipped' | 'factor 2 missing' | 'penalty missing';

/** scale · mean (y − t)² + penalty / 2 · Σ y². */
export function meanSquaredError(
  y: Differentiable,
  t: Differentiable,
  mistake?: SquaredErrorMistake,
  { scale = 1, penalty = 0 } = {},
): LossProblem {
  const size = y.size;
  return {
    name: 'mean squared error',
    inputs: { y, t },
    constants: { N: y.shape[0]! },
    loss: (a: Differentiable, b: Differentiable) => {
      let total = 0;
      each(a, (value, ...i) => {
        total += (scale * (value - b.get(...i)) ** 2) / size + (penalty / 2) * value ** 2;
        return 0;
      });
      return total;
    },
    gradient: (a: Differentiable, b: Differentiable) => {
      const factor =
        (mistake === 'factor 2 missing' ? 1 : 2) * (mistake === 'sign flipped' ? -1 : 1);
      const kept = mistake === 'penalty missing' ? 0 : penalty;
      const slope = (value: number, ...i: number[]) =>
        (factor * scale * (value - b.get(...i))) / size;
      return {
        dy: each(a, (value, ...i) => slope(value, ...i) + kept * value),
        dt: each(a, (value, ...i) => -slope(value, ...i)),
      };
    },
  };
}

/** Σ f(x), with the gradient f′(x). */
export function summed(
  name: string,
  f: (x: number) => number,
  slope: (x: number) => number,
  x: Differentiable,
): LossProblem {
  return {
    name,
    inputs: { x },
    loss: (input: Differentiable) => {
      let result = 0;
      each(input, (value) => (result += f(value)));
      return result;
    },
    gradient: (input: Differentiable) => each(input, slope),
  };
}
