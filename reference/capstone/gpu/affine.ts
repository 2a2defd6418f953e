/**
 * An affine layer on a graphics card together with the ReLU before it: out = relu(x)·W + b. Weights and bias are looked
 * up among all parameters. Sums are taken in parts of PART terms, which single precision rounds less than a long one.
 */
import type { Thread } from '#kernels';
import type { Compiler, Run } from './compile.ts';

/** The sizes of a layer, and where its parameters are. */
export interface AffineSize {
  N: number;
  /** Inputs, a multiple of PART. */
  D: number;
  /** Outputs. */
  M: number;
  /** The place of the weights, shape (D, M), in the flat array of all parameters; the bias follows them. */
  offset: number;
}

/** How many terms are summed before they are added to the rest. */
const PART = 64;

/** Takes x, shape (N, D), and the parameters, and returns (N, M). */
export function reluAffine(compiler: Compiler, { N, D, M, offset }: AffineSize): Run {
  const constants = { D, M, offset, PART, parts: D / PART };
  return compiler.compile(reluAffineKernel, [M, N], constants);
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function reluAffineKernel(
  this: Thread<'D' | 'M' | 'offset' | 'PART' | 'parts'>,
  x: number[],
  parameters: number[],
): number {
  let from = this.thread.y * this.constants.D;
  let w = this.constants.offset + this.thread.x;
  let sum =
    parameters[this.constants.offset + this.constants.D * this.constants.M + this.thread.x]!;
  for (let part = 0; part < this.constants.parts; part++) {
    let partSum = 0;
    for (let d = 0; d < this.constants.PART; d++) {
      let value = x[from]!;
      if (value < 0) value = 0;
      partSum += value * parameters[w]!;
      from += 1;
      w += this.constants.M;
    }
    sum += partSum;
  }
  return sum;
}

/** The gradient by x, before its ReLU. Takes dout, shape (N, M), x and the parameters, and returns (N, D). */
export function reluAffineBackward(compiler: Compiler, { N, D, M, offset }: AffineSize): Run {
  return compiler.compile(reluAffineBackwardKernel, [D, N], { D, M, offset });
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function reluAffineBackwardKernel(
  this: Thread<'D' | 'M' | 'offset'>,
  dout: number[],
  x: number[],
  parameters: number[],
): number {
  let sum = 0;
  if (x[this.thread.y * this.constants.D + this.thread.x]! > 0) {
    const from = this.thread.y * this.constants.M;
    const w = this.constants.offset + this.thread.x * this.constants.M;
    for (let m = 0; m < this.constants.M; m++) sum += dout[from + m]! * parameters[w + m]!;
  }
  return sum;
}

/** The gradient by weights and bias, shape (D + 1, M), the last row being the bias's. Takes dout and x. */
export function weightGradient(compiler: Compiler, { N, D, M }: AffineSize): Run {
  return compiler.compile(weightGradientKernel, [M, D + 1], { N, D, M });
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function weightGradientKernel(this: Thread<'N' | 'D' | 'M'>, dout: number[], x: number[]): number {
  let sum = 0;
  if (this.thread.y === this.constants.D) {
    for (let n = 0; n < this.constants.N; n++) sum += dout[n * this.constants.M + this.thread.x]!;
  } else {
    for (let n = 0; n < this.constants.N; n++) {
      let value = x[n * this.constants.D + this.thread.y]!;
      if (value < 0) value = 0;
      sum += value * dout[n * this.constants.M + this.thread.x]!;
    }
  }
  return sum;
}
