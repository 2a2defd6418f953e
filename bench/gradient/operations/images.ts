/** Convolution, pooling and batch normalization, right and wrong. */
import type { Differentiable, LayerProblem } from '../../../checks/gradient/problem.ts';
import { each, fill, kindOf, sum } from './arithmetic.ts';

export type ConvMistake =
  | 'dW flipped'
  | 'overwritten'
  | 'overwritten from the last window'
  | 'crop offset forgotten'
  | 'border lost';

interface ConvCache {
  x: Differentiable;
  W: Differentiable;
}

/** The entry of x, or zero where the index lies in the padding. */
function padded(x: Differentiable, n: number, c: number, h: number, w: number): number {
  const isInside = h >= 0 && w >= 0 && h < x.shape[2]! && w < x.shape[3]!;
  return isInside ? x.get(n, c, h, w) : 0;
}

/** Cross-correlation of x (N, C, H, W) with W (F, C, KH, KW) at stride 1, padded by `pad` on all sides. */
export function conv(
  x: Differentiable,
  W: Differentiable,
  b: Differentiable,
  pad: number,
  mistake?: ConvMistake,
): LayerProblem {
  const [N, C, H, width] = x.shape as [number, number, number, number];
  const [F, , KH, KW] = W.shape as [number, number, number, number];
  const [OH, OW] = [H - KH + 2 * pad + 1, width - KW + 2 * pad + 1];
  const kind = kindOf(x);
  return {
    name: 'conv',
    inputs: { x, W, b },
    constants: { N, pad },
    forward: (input: Differentiable, filters: Differentiable, bias: Differentiable) => ({
      out: fill(kind, [N, F, OH, OW], (n, f, i, j) => {
        let total = bias.get(f!);
        for (let c = 0; c < C; c++) {
          for (let p = 0; p < KH; p++) {
            for (let q = 0; q < KW; q++) {
              total += filters.get(f!, c, p, q) * padded(input, n!, c, i! + p - pad, j! + q - pad);
            }
          }
        }
        return total;
      }),
      cache: { x: input, W: filters },
    }),
    backward: (dout: Differentiable, { x: input, W: filters }: ConvCache) => {
      const db = fill(kind, [F], (f) =>
        sum(kind, N, (n) => sum(kind, OH, (i) => sum(kind, OW, (j) => dout.get(n, f!, i, j)))),
      );
      const dW = fill(kind, W.shape, (f, c, p, q) => {
        const [a, e] = mistake === 'dW flipped' ? [KH - 1 - p!, KW - 1 - q!] : [p!, q!];
        return sum(kind, N, (n) =>
          sum(kind, OH, (i) =>
            sum(
              kind,
              OW,
              (j) => dout.get(n, f!, i, j) * padded(input, n, c!, i + a - pad, j + e - pad),
            ),
          ),
        );
      });
      const wide = fill(kind, [N, C, H + 2 * pad, width + 2 * pad], () => 0);
      const windows = Array.from(
        { length: OH * OW },
        (_, k) => [Math.floor(k / OW), k % OW] as const,
      );
      if (mistake === 'overwritten from the last window') windows.reverse();
      for (let n = 0; n < N; n++) {
        for (let c = 0; c < C; c++) {
          for (const [i, j] of windows) {
            for (let p = 0; p < KH; p++) {
              for (let q = 0; q < KW; q++) {
                const add = sum(kind, F, (f) => dout.get(n, f, i, j) * filters.get(f, c, p, q));
                const before = mistake?.startsWith('overwritten')
                  ? 0
                  : wide.get(n, c, i + p, j + q);
                wide.set(n, c, i + p, j + q, before + add);
              }
            }
          }
        }
      }
      const offset = mistake === 'crop offset forgotten' ? 0 : pad;
      const dx = fill(kind, x.shape, (n, c, h, w) => {
        const isBorder = h === 0 || w === 0 || h === H - 1 || w === width - 1;
        if (mistake === 'border lost' && isBorder) return 0;
        return wide.get(n!, c!, h! + offset, w! + offset);
      });
      return { dx, dW, db };
    },
  };
}

export type MaxPoolMistake = 'overwritten' | 'shared' | 'given to all';

/** The maximum of every window of 2×3 at stride 1, so that windows overlap. */
export function maxPool(x: Differentiable, mistake?: MaxPoolMistake): LayerProblem {
  const [N, C, H, W] = x.shape as [number, number, number, number];
  const [KH, KW] = [2, 3];
  const kind = kindOf(x);
  const inWindow = (input: Differentiable, n: number, c: number, i: number, j: number) =>
    Array.from({ length: KH * KW }, (_, k) => [i + Math.floor(k / KW), j + (k % KW)] as const).map(
      ([h, w]) => ({ h, w, value: input.get(n, c, h, w) }),
    );
  return {
    name: 'max pool',
    inputs: { x },
    forward: (input: Differentiable) => ({
      out: fill(kind, [N, C, H - KH + 1, W - KW + 1], (n, c, i, j) =>
        Math.max(...inWindow(input, n!, c!, i!, j!).map(({ value }) => value)),
      ),
      cache: input,
    }),
    backward: (dout: Differentiable, input: Differentiable) => {
      const dx = each(input, () => 0);
      each(dout, (d, n, c, i, j) => {
        const cells = inWindow(input, n!, c!, i!, j!);
        const top = Math.max(...cells.map(({ value }) => value));
        const winners =
          mistake === 'given to all' ? cells : cells.filter(({ value }) => value === top);
        for (const { h, w } of mistake === 'shared' || mistake === 'given to all'
          ? winners
          : winners.slice(0, 1)) {
          const share = mistake === 'shared' ? d / winners.length : d;
          const before = mistake === 'overwritten' ? 0 : dx.get(n!, c!, h, w);
          dx.set(n!, c!, h, w, before + share);
        }
        return 0;
      });
      return { dx };
    },
  };
}

/** The mean of every window of 2×3, one beside the other. */
export function averagePool(x: Differentiable, mistake?: '1/area missing'): LayerProblem {
  const [N, C, H, W] = x.shape as [number, number, number, number];
  const [KH, KW] = [2, 3];
  const kind = kindOf(x);
  const area = KH * KW;
  return {
    name: 'average pool',
    inputs: { x },
    constants: { area, N },
    forward: (input: Differentiable) => ({
      out: fill(kind, [N, C, H / KH, W / KW], (n, c, i, j) =>
        sum(
          kind,
          area,
          (k) => input.get(n!, c!, i! * KH + Math.floor(k / KW), j! * KW + (k % KW)) / area,
        ),
      ),
      cache: null,
    }),
    backward: (dout: Differentiable) => ({
      dx: fill(kind, x.shape, (n, c, h, w) => {
        const d = dout.get(n!, c!, Math.floor(h! / KH), Math.floor(w! / KW));
        return mistake === undefined ? d / area : d;
      }),
    }),
  };
}

export type BatchNormMistake =
  'mean path missing' | 'variance path missing' | 'both missing' | 'swapped';

interface NormCache {
  gamma: Differentiable;
  normal: Differentiable;
  sigma: Differentiable;
}

/** Batch normalization of x (N, D) in training. */
export function batchNorm(
  x: Differentiable,
  gamma: Differentiable,
  beta: Differentiable,
  mistake?: BatchNormMistake,
): LayerProblem {
  const kind = kindOf(x);
  const N = x.shape[0]!;
  const meanOf = (a: Differentiable, f = (value: number, _n: number, _d: number) => value) =>
    fill(kind, [a.shape[1]!], (d) => sum(kind, N, (n) => f(a.get(n, d!), n, d!)) / N);
  return {
    name: 'batch norm',
    inputs: { x, gamma, beta },
    constants: { N },
    forward: (input: Differentiable, scale: Differentiable, shift: Differentiable) => {
      const mean = meanOf(input);
      const centred = each(input, (value, _, d) => value - mean.get(d!));
      const variance = meanOf(centred, (value) => value ** 2);
      const sigma = each(variance, (value) => Math.sqrt(value + 1e-8));
      const normal = each(centred, (value, _, d) => value / sigma.get(d!));
      const out = each(normal, (value, _, d) => scale.get(d!) * value + shift.get(d!));
      return { out, cache: { gamma: scale, normal, sigma } };
    },
    backward: (dout: Differentiable, { gamma: scale, normal, sigma }: NormCache) => {
      const dnormal = each(dout, (value, _, d) => value * scale.get(d!));
      const mean = meanOf(dnormal);
      const along = meanOf(dnormal, (value, n, d) => value * normal.get(n, d));
      const keepsMean = mistake !== 'mean path missing' && mistake !== 'both missing';
      const keepsVariance = mistake !== 'variance path missing' && mistake !== 'both missing';
      const dx = each(dnormal, (value, n, d) => {
        const byMean = keepsMean ? mean.get(d!) : 0;
        const byVariance = keepsVariance ? normal.get(n!, d!) * along.get(d!) : 0;
        return (value - byMean - byVariance) / sigma.get(d!);
      });
      const dgamma = fill(kind, gamma.shape, (d) =>
        sum(kind, N, (n) => dout.get(n, d!) * normal.get(n, d!)),
      );
      const dbeta = fill(kind, beta.shape, (d) => sum(kind, N, (n) => dout.get(n, d!)));
      return mistake === 'swapped' ? { dx, dgamma: dbeta, dbeta: dgamma } : { dx, dgamma, dbeta };
    },
  };
}
