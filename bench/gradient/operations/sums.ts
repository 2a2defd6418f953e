/** Running sums and products, right and wrong. */
import type { Differentiable, LayerProblem } from '../../../checks/gradient/problem.ts';
import { each, fill, kindOf, sum } from './arithmetic.ts';

export type RunningSumMistake = 'own place wrong' | 'not reversed';

/** out[n, i] = x[n, 0] + … + x[n, i]; without x[n, i] if it is exclusive. */
export function runningSum(
  x: Differentiable,
  which: 'inclusive' | 'exclusive',
  mistake?: RunningSumMistake,
): LayerProblem {
  const kind = kindOf(x);
  const D = x.shape[1]!;
  const own = which === 'inclusive' ? 1 : 0;
  return {
    name: `${which} sum`,
    inputs: { x },
    forward: (input: Differentiable) => ({
      out: each(input, (_, n, i) => sum(kind, i! + own, (j) => input.get(n!, j))),
    }),
    backward: (dout: Differentiable) => ({
      dx: each(dout, (_, n, i) => {
        if (mistake === 'not reversed') return sum(kind, i! + own, (j) => dout.get(n!, j));
        const start = mistake === 'own place wrong' ? own : 1 - own;
        return sum(kind, D - i! - start, (j) => dout.get(n!, i! + start + j));
      }),
    }),
  };
}

/** out = x ∘ y ∘ z, y being one for each column. */
export function product(
  x: Differentiable,
  y: Differentiable,
  z: Differentiable,
  mistake?: 'y missing' | 'z missing',
): LayerProblem {
  return {
    name: 'product',
    inputs: { x, y, z },
    forward: (a: Differentiable, b: Differentiable, c: Differentiable) => ({
      out: each(a, (value, n, d) => value * b.get(d!) * c.get(n!, d!)),
      cache: { a, b, c },
    }),
    backward: (dout: Differentiable, { a, b, c }: Record<'a' | 'b' | 'c', Differentiable>) => ({
      dx: each(
        dout,
        (g, n, d) =>
          g *
          (mistake === 'y missing' ? 1 : b.get(d!)) *
          (mistake === 'z missing' ? 1 : c.get(n!, d!)),
      ),
      dy: fill(kindOf(x), y.shape, (d) =>
        sum('float64', x.shape[0]!, (n) => dout.get(n, d!) * a.get(n, d!) * c.get(n, d!)),
      ),
      dz: each(dout, (g, n, d) => g * a.get(n!, d!) * b.get(d!)),
    }),
  };
}

/** out = ½·xᵀ·A·x + Σ x, a single number, with a multiple of x too much in the gradient. */
export function quadratic(
  x: Differentiable,
  A: Differentiable,
  mistake?: 'x once more',
): LayerProblem {
  const D = x.shape[0]!;
  const kind = kindOf(x);
  return {
    name: 'quadratic form',
    inputs: { x },
    forward: (input: Differentiable) => ({
      out: fill(kind, [1], () =>
        sum(kind, D, (i) => {
          const row = sum(kind, D, (j) => A.get(i, j) * input.get(j));
          return input.get(i) * (row / 2 + 1);
        }),
      ),
      cache: input,
    }),
    backward: (dout: Differentiable, input: Differentiable) => ({
      dx: each(input, (value, i) => {
        const both = sum(kind, D, (j) => (A.get(i!, j) + A.get(j, i!)) * input.get(j));
        return dout.get(0) * (both / 2 + 1 + (mistake ? value : 0));
      }),
    }),
  };
}

/** out[i, j] = Σ (x[i] − x[j])², the squared distances of all rows from all rows. */
export function distances(x: Differentiable, mistake?: 'columns forgotten'): LayerProblem {
  const kind = kindOf(x);
  const [N, D] = x.shape as [number, number];
  return {
    name: 'distances',
    inputs: { x },
    forward: (input: Differentiable) => ({
      out: fill(kind, [N, N], (i, j) =>
        sum(kind, D, (d) => (input.get(i!, d) - input.get(j!, d)) ** 2),
      ),
      cache: input,
    }),
    backward: (dout: Differentiable, input: Differentiable) => ({
      dx: each(input, (value, i, d) =>
        sum(kind, N, (j) => {
          const both = dout.get(i!, j) + (mistake ? 0 : dout.get(j, i!));
          return 2 * (value - input.get(j, d!)) * both;
        }),
      ),
    }),
  };
}
