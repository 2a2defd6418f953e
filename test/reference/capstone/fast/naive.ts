/** What the kernels compute, as loops over plain images that are written down from the definitions. */
import type { ImageSize } from '../../../../reference/capstone/fast/layout.ts';
import type { Images } from './images.ts';

/** The sum of `term` for every pixel of every image. */
export function sumOver({ N, H, W }: ImageSize, term: (n: number, i: number, j: number) => number) {
  let sum = 0;
  for (let n = 0; n < N; n++) {
    for (let i = 0; i < H; i++) for (let j = 0; j < W; j++) sum += term(n, i, j);
  }
  return sum;
}

/** A filter's nine taps of one channel: a row and a column of W, and the pixel that it meets. */
const TAPS = [-1, 0, 1].flatMap((p) => [-1, 0, 1].map((q) => [p, q] as const));

/** out(n, f, i, j) = b(f) + Σ W(f, c, p, q) · x(n, c, i + p, j + q) */
export function naiveConvolution(x: Images, W: Float32Array, b: Float32Array): Images {
  const at = (n: number, f: number, i: number, j: number) => {
    let sum = b[f]!;
    for (let c = 0; c < x.C; c++) {
      TAPS.forEach(([p, q], tap) => {
        sum += W[(f * x.C + c) * 9 + tap]! * x.at(n, c, i + p, j + q);
      });
    }
    return sum;
  };
  return { ...x, C: b.length, at };
}

/** dx(n, c, i, j) = Σ W(f, c, p, q) · dout(n, f, i − p, j − q) */
export function naiveInputGradient(dout: Images, W: Float32Array, C: number): Images {
  const at = (n: number, c: number, i: number, j: number) => {
    let sum = 0;
    for (let f = 0; f < dout.C; f++) {
      TAPS.forEach(([p, q], tap) => {
        sum += W[(f * C + c) * 9 + tap]! * dout.at(n, f, i - p, j - q);
      });
    }
    return sum;
  };
  return { ...dout, C, at };
}

/** dW(f, c, p, q) = Σ dout(n, f, i, j) · x(n, c, i + p, j + q) */
export function naiveFilterGradient(dout: Images, x: Images): number[] {
  const out = [];
  for (let f = 0; f < dout.C; f++) {
    for (let c = 0; c < x.C; c++) {
      for (const [p, q] of TAPS) {
        out.push(sumOver(x, (n, i, j) => dout.at(n, f, i, j) * x.at(n, c, i + p, j + q)));
      }
    }
  }
  return out;
}
