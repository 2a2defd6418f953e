/**
 * The convolutions on a graphics card: forward, by input and by filters. Filters are 3×3 with a padding of 1, so that
 * images keep their size of S×S. Images are (N, C, S, S); filters and bias are looked up among all parameters.
 *
 * A thread computes a number. Threads along x are neighbouring pixels of an image, so what they read together lies
 * together in memory. Whether a tap is outside of the image is asked once a tap, and not once a channel.
 */
import type { Thread } from '#kernels';
import type { Compiler, Run } from './compile.ts';

/** The sizes of a convolution, and where its parameters are. */
export interface ConvSize {
  N: number;
  C: number;
  F: number;
  S: number;
  /** The place of the filters, shape (F, C, 3, 3), in the flat array of all parameters; the bias follows them. */
  offset: number;
}

/** How many images a thread sums over for the gradient by a weight. */
export const CHUNK = 4;

/** out[n,f,i,j] = b[f] + Σ x[n, c, i+p−1, j+q−1]·W[f,c,p,q]. Takes x and the parameters. */
export function convolution(compiler: Compiler, { N, C, F, S, offset }: ConvSize): Run {
  return compiler.compile(convolutionKernel, [S * S, F, N], { C, F, S, offset });
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function convolutionKernel(
  this: Thread<'C' | 'F' | 'S' | 'offset'>,
  x: number[],
  parameters: number[],
): number {
  const size = this.constants.S * this.constants.S;
  // Half a pixel more, since a card's division may end a little below a whole number.
  const row = ((this.thread.x + 0.5) / this.constants.S) | 0;
  const column = this.thread.x - row * this.constants.S;
  const image = this.thread.z * this.constants.C * size;
  const filter = this.constants.offset + this.thread.y * this.constants.C * 9;
  let sum =
    parameters[this.constants.offset + this.constants.F * this.constants.C * 9 + this.thread.y]!;
  for (let p = 0; p < 3; p++) {
    for (let q = 0; q < 3; q++) {
      const i = row + p - 1;
      const j = column + q - 1;
      if (i >= 0 && i < this.constants.S && j >= 0 && j < this.constants.S) {
        const pixel = image + i * this.constants.S + j;
        const tap = filter + 3 * p + q;
        for (let c = 0; c < this.constants.C; c++) {
          sum += x[pixel + c * size]! * parameters[tap + 9 * c]!;
        }
      }
    }
  }
  return sum;
}

/** dx[n,c,i,j] = Σ dout[n, f, i−p+1, j−q+1]·W[f,c,p,q]. Takes dout and the parameters. */
export function convolutionBackward(compiler: Compiler, { N, C, F, S, offset }: ConvSize): Run {
  return compiler.compile(convolutionBackwardKernel, [S * S, C, N], { C, F, S, offset });
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function convolutionBackwardKernel(
  this: Thread<'C' | 'F' | 'S' | 'offset'>,
  dout: number[],
  parameters: number[],
): number {
  const size = this.constants.S * this.constants.S;
  const row = ((this.thread.x + 0.5) / this.constants.S) | 0;
  const column = this.thread.x - row * this.constants.S;
  const image = this.thread.z * this.constants.F * size;
  const filter = this.constants.offset + this.thread.y * 9;
  let sum = 0;
  for (let p = 0; p < 3; p++) {
    for (let q = 0; q < 3; q++) {
      const i = row - p + 1;
      const j = column - q + 1;
      if (i >= 0 && i < this.constants.S && j >= 0 && j < this.constants.S) {
        const pixel = image + i * this.constants.S + j;
        const tap = filter + 3 * p + q;
        for (let f = 0; f < this.constants.F; f++) {
          sum += dout[pixel + f * size]! * parameters[tap + 9 * this.constants.C * f]!;
        }
      }
    }
  }
  return sum;
}

/**
 * The gradient by filters and bias, summed over CHUNK images a thread: what is left is a sum of N / CHUNK rows.
 * Takes dout and x, and returns a row for each chunk: the filters' gradient, then the bias's.
 *
 * @param size N is a multiple of CHUNK
 */
export function filterGradient(compiler: Compiler, { N, C, F, S }: ConvSize): Run {
  const constants = { C, F, S, CHUNK };
  return compiler.compile(filterGradientKernel, [F * C * 9 + F, N / CHUNK], constants);
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function filterGradientKernel(
  this: Thread<'C' | 'F' | 'S' | 'CHUNK'>,
  dout: number[],
  x: number[],
): number {
  const size = this.constants.S * this.constants.S;
  const weights = this.constants.F * this.constants.C * 9;
  const first = this.thread.y * this.constants.CHUNK;
  let sum = 0;
  if (this.thread.x >= weights) {
    const f = this.thread.x - weights;
    for (let n = 0; n < this.constants.CHUNK; n++) {
      const from = ((first + n) * this.constants.F + f) * size;
      let part = 0;
      for (let i = 0; i < this.constants.S * this.constants.S; i++) part += dout[from + i]!;
      sum += part;
    }
  } else {
    const channel = ((this.thread.x + 0.5) / 9) | 0;
    const tap = this.thread.x - 9 * channel;
    const f = ((channel + 0.5) / this.constants.C) | 0;
    const c = channel - f * this.constants.C;
    const down = (((tap + 0.5) / 3) | 0) - 1;
    const right = tap - 3 * down - 4;
    for (let n = 0; n < this.constants.CHUNK; n++) {
      const from = ((first + n) * this.constants.F + f) * size;
      const pixels = ((first + n) * this.constants.C + c) * size;
      let part = 0;
      for (let i = 0; i < this.constants.S; i++) {
        if (i + down >= 0 && i + down < this.constants.S) {
          const row = from + i * this.constants.S;
          const other = pixels + (i + down) * this.constants.S + right;
          for (let j = 0; j < this.constants.S; j++) {
            if (j + right >= 0 && j + right < this.constants.S) {
              part += dout[row + j]! * x[other + j]!;
            }
          }
        }
      }
      sum += part;
    }
  }
  return sum;
}
