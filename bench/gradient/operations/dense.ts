/** Affine layers, softmax, dropout and embeddings, right and wrong. */
import type { Labels } from '#arrays';
import { seededRandom } from '#datasets/random';
import type { Differentiable, LayerProblem } from '../../../checks/gradient/problem.ts';
import { each, fill, kindOf, matmul, reshape, sum, sumRows, transpose } from './arithmetic.ts';

export type AffineMistake =
  | 'W for its transpose'
  | 'dW transposed'
  | 'dW transposed, then reshaped'
  | 'dW of the other shape'
  | 'db not summed'
  | 'db of the first row'
  | 'dW of the last sample'
  | 'sign flipped'
  | 'weight decay'
  | 'zero'
  | 'W returned as dx'
  | 'dx in place'
  | 'dout in place'
  | 'mean over the batch';

interface AffineCache {
  x: Differentiable;
  W: Differentiable;
}

/** out = x·W + b. */
export function affine(
  x: Differentiable,
  W: Differentiable,
  b: Differentiable,
  mistake?: AffineMistake,
): LayerProblem {
  return {
    name: 'affine',
    inputs: { x, W, b },
    constants: { N: x.shape[0]! },
    axes: { x: ['sample', 'feature'], out: ['sample', 'unit'] },
    forward: affineForward,
    backward: (dout: Differentiable, { x: input, W: weights }: AffineCache) => {
      const N = dout.shape[0]!;
      const dW = matmul(transpose(input), dout);
      const dx = matmul(dout, transpose(weights));
      const db = sumRows(dout);
      const right = { dx, dW, db };
      switch (mistake) {
        case undefined:
          return right;
        case 'W for its transpose':
          return { ...right, dx: matmul(dout, weights) };
        case 'dW transposed':
          return { ...right, dW: each(transpose(dW), (value) => value) };
        case 'dW transposed, then reshaped':
          return { ...right, dW: reshape(transpose(dW), dW.shape) };
        case 'dW of the other shape':
          return { ...right, dW: matmul(transpose(dout), input) };
        case 'db not summed':
          return { ...right, db: dout };
        case 'db of the first row':
          return { ...right, db: fill(kindOf(dout), db.shape, (m) => dout.get(0, m!)) };
        case 'dW of the last sample':
          return {
            ...right,
            dW: each(dW, (_, d, m) => input.get(N - 1, d!) * dout.get(N - 1, m!)),
          };
        case 'sign flipped':
          return { ...right, dW: each(dW, (value) => -value) };
        case 'weight decay':
          return { ...right, dW: each(dW, (value, d, m) => value + 0.1 * weights.get(d!, m!)) };
        case 'zero':
          return { ...right, db: each(db, () => 0) };
        case 'W returned as dx':
          return { ...right, dx: dW };
        case 'dx in place':
          for (let n = 0; n < N; n++) {
            for (let d = 0; d < input.shape[1]!; d++) input.set(n, d, dx.get(n, d));
          }
          return { ...right, dx: input };
        case 'dout in place':
          dout.set(0, 0, 0);
          return right;
        case 'mean over the batch':
          return { ...right, dW: each(dW, (v) => v / N), db: each(db, (v) => v / N) };
      }
    },
  };
}

export function affineForward(x: Differentiable, W: Differentiable, b: Differentiable) {
  const product = matmul(x, W);
  return { out: each(product, (value, _, m) => value + b.get(m!)), cache: { x, W } };
}

/** Each row of x, exponentiated and normalized. */
export function softmaxOf(x: Differentiable): Differentiable {
  const kind = kindOf(x);
  const [N, C] = [x.shape[0]!, x.shape[1]!];
  const row = (n: number) => Array.from({ length: C }, (_, c) => x.get(n, c));
  const exp = fill(kind, [N, C], (n, c) => Math.exp(x.get(n!, c!) - Math.max(...row(n!))));
  return each(exp, (value, n) => value / sum(kind, C, (c) => exp.get(n!, c)));
}

export type SoftmaxMistake = 'diagonal only' | 'sum missing';

export function softmax(x: Differentiable, mistake?: SoftmaxMistake): LayerProblem {
  return {
    name: 'softmax',
    inputs: { x },
    forward: (input: Differentiable) => {
      const out = softmaxOf(input);
      return { out, cache: out };
    },
    backward: (dout: Differentiable, y: Differentiable) => ({
      dx: each(dout, (d, n, c) => {
        const own = y.get(n!, c!);
        const dot = sum(kindOf(y), y.shape[1]!, (j) => dout.get(n!, j) * y.get(n!, j));
        if (mistake === 'diagonal only') return d * own * (1 - own);
        return own * (mistake === 'sum missing' ? d : d - dot);
      }),
    }),
  };
}

export type DropoutMistake = 'scale missing' | 'mask missing' | 'passed through' | 'mask inverted';

/** Inverted dropout; the mask comes from a generator that the problem reseeds. */
export function dropout(x: Differentiable, p: number, mistake?: DropoutMistake): LayerProblem {
  let random = seededRandom(7);
  return {
    name: 'dropout',
    inputs: { x, p },
    constants: { p },
    reseed: () => {
      random = seededRandom(7);
    },
    forward: (input: Differentiable, rate: number) => {
      const mask = each(input, () => (random() < rate ? 0 : 1 / (1 - rate)));
      return { out: each(input, (value, ...i) => value * mask.get(...i)), cache: mask };
    },
    backward: (dout: Differentiable, mask: Differentiable) => ({
      dx: each(dout, (d, ...i) => {
        const kept = mask.get(...i);
        if (mistake === 'scale missing') return kept === 0 ? 0 : d;
        if (mistake === 'mask missing') return d / (1 - p);
        if (mistake === 'passed through') return d;
        if (mistake === 'mask inverted') return kept === 0 ? d / (1 - p) : 0;
        return d * kept;
      }),
    }),
  };
}

/** Row tokens[n] of W for each n, the same row as often as it is asked for. */
export function embedding(
  W: Differentiable,
  tokens: Labels,
  mistake?: 'overwritten',
): LayerProblem {
  return {
    name: 'embedding',
    inputs: { tokens, W },
    forward: (indices: Labels, table: Differentiable) => ({
      out: fill(kindOf(table), [indices.size, table.shape[1]!], (n, d) =>
        table.get(indices.get(n!), d!),
      ),
      cache: { indices, table },
    }),
    backward: (
      dout: Differentiable,
      { indices, table }: { indices: Labels; table: Differentiable },
    ) => {
      const dW = each(table, () => 0);
      for (let n = 0; n < indices.size; n++) {
        const row = indices.get(n);
        for (let d = 0; d < table.shape[1]!; d++) {
          const before = mistake === 'overwritten' ? 0 : dW.get(row, d);
          dW.set(row, d, before + dout.get(n, d));
        }
      }
      return { dW };
    },
  };
}
