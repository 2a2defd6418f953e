/** The convolution of the fast engine, forward and, with other filters, its gradient by the input. */
import type { Thread } from '#kernels';
import { compile, type KernelBackend } from './compile.ts';
import type { Layout } from './layout.ts';

/**
 * A convolution with 3×3 filters and a padding of 1.
 *
 * @param layout of its input
 * @param F how many filters, a multiple of 4
 * @returns takes planes of the input, packed filters and F biases, and returns quads of the output
 */
export function convolution(
  backend: KernelBackend,
  layout: Layout,
  F: number,
): (x: Float32Array, filters: Float32Array, bias: Float32Array) => Float32Array {
  const { N, C, H, Q, S, PW, group } = layout;
  return compile(convolutionKernel, backend, [4, N * H * Q, F / 4], { C, S, Q, H, PW, group });
}

/**
 * Four pixels of a row, for one filter. x counts the four filters that a step of WebAssembly computes at once,
 * so the weights are what differs between them: a load of four weights is expensive, and each is used for
 * four pixels. The pixels are the same for all four filters, and each of the six is used for up to three taps.
 */
/* istanbul ignore next -- counters would be compiled into the kernel */
function convolutionKernel(
  this: Thread<'C' | 'S' | 'Q' | 'H' | 'PW' | 'group'>,
  x: number[],
  filters: number[],
  bias: number[],
): [number, number, number, number] {
  const row = Math.floor(this.thread.y / this.constants.Q);
  const n = Math.floor(row / this.constants.H);
  const corner =
    ((row + 2 * n) * this.constants.PW + 4 * (this.thread.y - row * this.constants.Q)) *
    this.constants.S;
  let s0 = bias[4 * this.thread.z + this.thread.x]!;
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let w = this.thread.z * this.constants.C * 36 + this.thread.x;
  for (let g = 0; g < this.constants.C / this.constants.S; g++) {
    for (let l = 0; l < this.constants.S; l++) {
      let q = corner + g * this.constants.group + l;
      for (let p = 0; p < 3; p++) {
        const x0 = x[q | 0]!;
        const x1 = x[(q | 0) + this.constants.S]!;
        const x2 = x[(q | 0) + 2 * this.constants.S]!;
        const x3 = x[(q | 0) + 3 * this.constants.S]!;
        const x4 = x[(q | 0) + 4 * this.constants.S]!;
        const x5 = x[(q | 0) + 5 * this.constants.S]!;
        const w0 = filters[w | 0]!;
        const w1 = filters[(w | 0) + 4]!;
        const w2 = filters[(w | 0) + 8]!;
        s0 += x0 * w0 + x1 * w1 + x2 * w2;
        s1 += x1 * w0 + x2 * w1 + x3 * w2;
        s2 += x2 * w0 + x3 * w1 + x4 * w2;
        s3 += x3 * w0 + x4 * w1 + x5 * w2;
        q += this.constants.PW * this.constants.S;
        w += 12;
      }
    }
  }
  return [s0, s1, s2, s3];
}

/**
 * Filters in the order in which the kernel reads them: `[F / 4][C][9 taps][4 filters]`.
 *
 * @param W shape (F, C, 3, 3), flat
 */
export function packFilters(W: Float32Array, F: number, C: number): Float32Array {
  const out = new Float32Array(W.length);
  for (let f = 0; f < F; f++) {
    for (let i = 0; i < C * 9; i++) out[((f >> 2) * C * 9 + i) * 4 + (f & 3)] = W[f * C * 9 + i]!;
  }
  return out;
}

/**
 * The filters with which a convolution of dout gives the gradient by the input: input and output channels
 * exchanged, and each filter turned by 180°. `[C / 4][F][9 taps][4 channels]`
 *
 * @param W shape (F, C, 3, 3), flat
 */
export function packTurnedFilters(W: Float32Array, F: number, C: number): Float32Array {
  const out = new Float32Array(W.length);
  for (let f = 0; f < F; f++) {
    for (let c = 0; c < C; c++) {
      for (let tap = 0; tap < 9; tap++) {
        out[(((c >> 2) * F + f) * 9 + 8 - tap) * 4 + (c & 3)] = W[(f * C + c) * 9 + tap]!;
      }
    }
  }
  return out;
}
