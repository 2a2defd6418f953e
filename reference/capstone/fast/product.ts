/** The matrix product of the fast engine. */
import type { Thread } from '#kernels';
import { compile, type KernelBackend } from './compile.ts';

/** The sizes of a product, outᵢⱼ = Σₖ aᵢₖ·bₖⱼ, and how the left matrix lies in its array. */
export interface ProductSize {
  /** Rows of the result, a multiple of 4. */
  I: number;
  /** Terms of each sum, a multiple of 4. */
  K: number;
  J: number;
  /** How far one row of a is from the next, and one column from the next. */
  rowStep: number;
  columnStep: number;
}

/**
 * A matrix product.
 *
 * @returns takes the left matrix as it lies and panels of the right one, and writes the result's first J columns
 *   to `out`, shape (I, J)
 */
export function matrixProduct(
  backend: KernelBackend,
  { I, K, J, rowStep, columnStep }: ProductSize,
): (a: Float32Array, b: Float32Array, out: Float32Array) => void {
  const groups = Math.ceil(J / 4);
  const run = compile(productKernel, backend, [4, I / 4, groups], { K, rowStep, columnStep });
  return (a, b, out) => {
    const quads = run(a, b);
    for (let j = 0; j < J; j++) {
      // [J / 4][I / 4][4 columns][4 rows]
      const start = (j >> 2) * 4 * I + 4 * (j & 3);
      for (let i = 0; i < I; i++) out[i * J + j] = quads[start + 16 * (i >> 2) + (i & 3)]!;
    }
  };
}

/** Four rows of one column. x counts the four columns that a step of WebAssembly computes at once. */
/* istanbul ignore next -- counters would be compiled into the kernel */
function productKernel(
  this: Thread<'K' | 'rowStep' | 'columnStep'>,
  a: number[],
  b: number[],
): [number, number, number, number] {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let q = this.thread.y * 4 * this.constants.rowStep;
  let p = this.thread.z * this.constants.K * 4 + this.thread.x;
  for (let k = 0; k < this.constants.K; k += 2) {
    const b0 = b[p | 0]!;
    const b1 = b[(p | 0) + 4]!;
    s0 += a[q | 0]! * b0 + a[(q | 0) + this.constants.columnStep]! * b1;
    s1 +=
      a[(q | 0) + this.constants.rowStep]! * b0 +
      a[(q | 0) + this.constants.rowStep + this.constants.columnStep]! * b1;
    s2 +=
      a[(q | 0) + 2 * this.constants.rowStep]! * b0 +
      a[(q | 0) + 2 * this.constants.rowStep + this.constants.columnStep]! * b1;
    s3 +=
      a[(q | 0) + 3 * this.constants.rowStep]! * b0 +
      a[(q | 0) + 3 * this.constants.rowStep + this.constants.columnStep]! * b1;
    q += 2 * this.constants.columnStep;
    p += 8;
  }
  return [s0, s1, s2, s3];
}
