/** Rows brought to a common size, right and wrong: by their mean and variance, norm or sum. */
import type { Differentiable, LayerProblem } from '../../../checks/gradient/problem.ts';
import { each, fill, kindOf, sum } from './arithmetic.ts';

export type LayerNormMistake =
  'gamma missing' | 'gamma twice' | 'mean path missing' | 'variance path missing';

/** Layer normalization of x (N, D). */
export function layerNorm(
  x: Differentiable,
  gamma: Differentiable,
  beta: Differentiable,
  mistake?: LayerNormMistake,
): LayerProblem {
  const kind = kindOf(x);
  const [N, D] = x.shape as [number, number];
  const mean = (a: Differentiable, n: number) => sum(kind, D, (d) => a.get(n, d)) / D;
  return {
    name: 'layer norm',
    inputs: { x, gamma, beta },
    constants: { N },
    forward: (input: Differentiable, scale: Differentiable, shift: Differentiable) => {
      const centred = each(input, (value, n) => value - mean(input, n!));
      const squares = each(centred, (value) => value ** 2);
      const sigma = fill(kind, [N], (n) => Math.sqrt(mean(squares, n!) + 1e-8));
      const normal = each(centred, (value, n) => value / sigma.get(n!));
      const out = each(normal, (value, _, d) => scale.get(d!) * value + shift.get(d!));
      return { out, cache: { scale, normal, sigma } };
    },
    backward: (
      dout: Differentiable,
      {
        scale,
        normal,
        sigma,
      }: { scale: Differentiable; normal: Differentiable; sigma: Differentiable },
    ) => {
      const power = mistake === 'gamma missing' ? 0 : mistake === 'gamma twice' ? 2 : 1;
      const dnormal = each(dout, (value, _, d) => value * scale.get(d!));
      const along = each(dnormal, (value, n, d) => value * normal.get(n!, d!));
      const dx = each(dnormal, (value, n, d) => {
        const byMean = mistake === 'mean path missing' ? 0 : mean(dnormal, n!);
        const byVariance =
          mistake === 'variance path missing' ? 0 : normal.get(n!, d!) * mean(along, n!);
        return (value - byMean - byVariance) / sigma.get(n!);
      });
      const dgamma = fill(kind, [D], (d) =>
        sum(kind, N, (n) => dout.get(n, d!) * normal.get(n, d!)),
      );
      const dbeta = fill(kind, [D], (d) => sum(kind, N, (n) => dout.get(n, d!)));
      return { dx: each(dx, (value, _, d) => value * scale.get(d!) ** (power - 1)), dgamma, dbeta };
    },
  };
}

/** What each row is divided by, its derivative by an entry, and what people forget of it. */
const SIZES = {
  norm: {
    of: (row: number[]) => Math.hypot(...row),
    slope: (value: number, size: number) => value / size,
  },
  'root mean square': {
    of: (row: number[]) => Math.hypot(...row) / Math.sqrt(row.length),
    slope: (value: number, size: number, D: number) => value / (D * size),
  },
  sum: {
    of: (row: number[]) => row.reduce((total, value) => total + value, 0),
    slope: () => 1,
  },
};

/** out = scale ∘ x / size(x), the size being one of each row of x (N, D). */
export function normalized(
  size: keyof typeof SIZES,
  x: Differentiable,
  scale: Differentiable,
  mistake?: 'size constant',
): LayerProblem {
  const { of, slope } = SIZES[size];
  const D = x.shape[1]!;
  const row = (a: Differentiable, n: number) => Array.from({ length: D }, (_, d) => a.get(n, d));
  return {
    name: `division by the ${size}`,
    inputs: { x, scale },
    forward: (input: Differentiable, factors: Differentiable) => ({
      out: each(input, (value, n, d) => (factors.get(d!) * value) / of(row(input, n!))),
      cache: { input, factors },
    }),
    backward: (
      dout: Differentiable,
      { input, factors }: { input: Differentiable; factors: Differentiable },
    ) => ({
      dx: each(input, (value, n, d) => {
        const s = of(row(input, n!));
        const direct = (dout.get(n!, d!) * factors.get(d!)) / s;
        if (mistake) return direct;
        const all = row(input, n!).reduce(
          (total, other, j) => total + dout.get(n!, j) * factors.get(j) * other,
          0,
        );
        return direct - (all / s ** 2) * slope(value, s, D);
      }),
      dscale: each(factors, (_, d) =>
        sum(
          'float64',
          input.shape[0]!,
          (n) => (dout.get(n, d!) * input.get(n, d!)) / of(row(input, n)),
        ),
      ),
    }),
  };
}
