/** The gradient of the fast engine's convolution by its filters and its bias. */
import type { Thread } from '#kernels';
import { compile, type KernelBackend } from './compile.ts';
import { layoutOf, type Layout } from './layout.ts';

/** How many images a thread sums over at most: as many as stay in a core's cache. */
const CHUNK = 8;

/**
 * The gradient of a convolution with 3×3 filters and a padding of 1.
 *
 * @param layout of its input
 * @param F how many filters, a multiple of 4
 * @returns takes planes of dout and of the input, and writes dW, shape (F, C, 3, 3), and db, shape (F)
 */
export function filterGradient(
  backend: KernelBackend,
  layout: Layout,
  F: number,
): (dout: Float32Array, x: Float32Array, dW: Float32Array, db: Float32Array) => void {
  const { N, C, H, Q, S, PH, PW, group } = layout;
  const chunk = N % CHUNK === 0 ? CHUNK : 4;
  const chunks = N / chunk;
  const groups = F / 4;
  const doutGroup = layoutOf({ ...layout, C: F }).group;
  const constants = { H, Q, S, PH, PW, group, doutGroup, groups, chunk };
  const run = compile(filterGradientKernel, backend, [4, 3 * C, groups * chunks], constants);
  return (dout, x, dW, db) => {
    const sums = run(dout, x);
    dW.fill(0);
    db.fill(0);
    let from = 0;
    for (let z = 0; z < groups * chunks; z++) {
      const first = 4 * (z % groups);
      for (let row = 0; row < 3 * C; row++) {
        for (let f = first; f < first + 4; f++, from += 4) {
          const to = f * 9 * C + 3 * row;
          dW[to]! += sums[from]!;
          dW[to + 1]! += sums[from + 1]!;
          dW[to + 2]! += sums[from + 2]!;
          if (row === 0) db[f]! += sums[from + 3]!;
        }
      }
    }
  };
}

/**
 * One row of a filter, three taps, and the bias, over the images of a chunk. x counts the four filters that a
 * step of WebAssembly computes at once; y counts the channels and, in each, the rows of the filter.
 *
 * Four pixels of dout are loaded for four filters, which is expensive; each of them is used for three taps.
 * The zeros around the planes make it all the same that the last quad of a row may be wider than the image.
 */
/* istanbul ignore next -- counters would be compiled into the kernel */
function filterGradientKernel(
  this: Thread<'H' | 'Q' | 'S' | 'PH' | 'PW' | 'group' | 'doutGroup' | 'groups' | 'chunk'>,
  dout: number[],
  x: number[],
): [number, number, number, number] {
  const first = Math.floor(this.thread.z / this.constants.groups);
  const channel = Math.floor(this.thread.y / 3);
  const p = this.thread.y - 3 * channel;
  const g = Math.floor(channel / this.constants.S);
  const start = first * this.constants.chunk * this.constants.PH * this.constants.PW;
  let d =
    (this.thread.z - first * this.constants.groups) * this.constants.doutGroup +
    (start + this.constants.PW + 1) * 4 +
    this.thread.x;
  let q =
    g * this.constants.group +
    (start + p * this.constants.PW) * this.constants.S +
    channel -
    g * this.constants.S;
  let g0 = 0;
  let g1 = 0;
  let g2 = 0;
  let bias = 0;
  for (let n = 0; n < this.constants.chunk; n++) {
    for (let y = 0; y < this.constants.H; y++) {
      for (let i = 0; i < this.constants.Q; i++) {
        const x0 = x[q | 0]!;
        const x1 = x[(q | 0) + this.constants.S]!;
        const x2 = x[(q | 0) + 2 * this.constants.S]!;
        const x3 = x[(q | 0) + 3 * this.constants.S]!;
        const x4 = x[(q | 0) + 4 * this.constants.S]!;
        const x5 = x[(q | 0) + 5 * this.constants.S]!;
        const d0 = dout[d | 0]!;
        const d1 = dout[(d | 0) + 4]!;
        const d2 = dout[(d | 0) + 8]!;
        const d3 = dout[(d | 0) + 12]!;
        g0 += x0 * d0 + x1 * d1 + x2 * d2 + x3 * d3;
        g1 += x1 * d0 + x2 * d1 + x3 * d2 + x4 * d3;
        g2 += x2 * d0 + x3 * d1 + x4 * d2 + x5 * d3;
        bias += d0 + d1 + d2 + d3;
        q += 4 * this.constants.S;
        d += 16;
      }
      q += 2 * this.constants.S;
      d += 8;
    }
    q += 2 * this.constants.PW * this.constants.S;
    d += 8 * this.constants.PW;
  }
  return [g0, g1, g2, bias];
}
