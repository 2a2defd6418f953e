/** ReLU and max pooling with windows of 2×2 on a graphics card, in one pass. */
import type { Thread } from '#kernels';
import type { Compiler, Run } from './compile.ts';

/** Images (N, C, S, S), S even. */
export interface PoolSize {
  N: number;
  C: number;
  S: number;
}

/** The largest of each window, or 0 if all are below. Takes x, and returns (N, C, S/2, S/2). */
export function reluPool(compiler: Compiler, { N, C, S }: PoolSize): Run {
  return compiler.compile(reluPoolKernel, [(S / 2) * (S / 2), C, N], { C, S, half: S / 2 });
}

/**
 * What is not a number counts as the largest, so that a run that went astray is noticed. A card's compiler may take
 * `sum !== sum` for false, and does not take `!(sum <= 3e38)` for `sum > 3e38`.
 */
/* istanbul ignore next -- counters would be compiled into the kernel */
function reluPoolKernel(this: Thread<'C' | 'S' | 'half'>, x: number[]): number {
  const row = ((this.thread.x + 0.5) / this.constants.half) | 0;
  const column = this.thread.x - row * this.constants.half;
  const image =
    (this.thread.z * this.constants.C + this.thread.y) * this.constants.S * this.constants.S;
  const corner = image + 2 * row * this.constants.S + 2 * column;
  const x0 = x[corner]!;
  const x1 = x[corner + 1]!;
  const x2 = x[corner + this.constants.S]!;
  const x3 = x[corner + this.constants.S + 1]!;
  let largest = 0;
  if (x0 > largest) largest = x0;
  if (x1 > largest) largest = x1;
  if (x2 > largest) largest = x2;
  if (x3 > largest) largest = x3;
  const sum = x0 + x1 + x2 + x3;
  if (!(sum <= 3e38)) largest = sum;
  return largest;
}

/**
 * The gradient by x, shape (N, C, S, S): a window's gradient goes to the first of its largest entries if that is above
 * 0. Takes dout, shape (N, C, S/2, S/2), and x.
 */
export function reluPoolBackward(compiler: Compiler, { N, C, S }: PoolSize): Run {
  return compiler.compile(reluPoolBackwardKernel, [S * S, C, N], { C, S, half: S / 2 });
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function reluPoolBackwardKernel(
  this: Thread<'C' | 'S' | 'half'>,
  dout: number[],
  x: number[],
): number {
  const row = ((this.thread.x + 0.5) / this.constants.S) | 0;
  const column = this.thread.x - row * this.constants.S;
  const image = this.thread.z * this.constants.C + this.thread.y;
  const pixels = image * this.constants.S * this.constants.S;
  const own = x[pixels + this.thread.x]!;
  const top = row - (row & 1);
  const left = column - (column & 1);
  let isFirst = own > 0 ? 1 : 0;
  for (let p = 0; p < 2; p++) {
    for (let q = 0; q < 2; q++) {
      const place = (top + p) * this.constants.S + left + q;
      const other = x[pixels + place]!;
      // In row-major order the places before this one must be smaller, and those behind it not larger.
      if (other > own) isFirst = 0;
      if (other === own && place < this.thread.x) isFirst = 0;
    }
  }
  let gradient = 0;
  if (isFirst === 1) {
    const window = (row >> 1) * this.constants.half + (column >> 1);
    gradient = dout[image * this.constants.half * this.constants.half + window]!;
  }
  return gradient;
}
