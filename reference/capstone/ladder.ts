/**
 * One convolution in four formulations, each faster than the one before: 3×3 filters, a padding of 1, and the
 * numbers of the capstone's second layer. The lesson's SPEED.md climbs this ladder.
 */
import ndarray from 'ndarray';
import { seededRandom } from '#datasets/random';
import { launch, type Tensor32, type Thread } from '#kernels';
import { convForward } from '#lessons/18-capstone';
import { compile, type KernelBackend } from './fast/compile.ts';
import { convolution, packFilters } from './fast/convolution.ts';
import { layoutOf, padImages } from './fast/layout.ts';

/** The convolution that is measured. */
export const SIZE = { N: 64, C: 16, F: 32, H: 14, W: 14 } as const;

/** Additions and multiplications in it. */
export const FLOPS = 2 * 9 * SIZE.N * SIZE.C * SIZE.F * SIZE.H * SIZE.W;

/** A formulation. */
export interface Rung {
  name: string;
  /** Computes the convolution. */
  run: () => ArrayLike<number>;
  /** Where the result has out[n, f, i, j]. */
  place: (n: number, f: number, i: number, j: number) => number;
}

/** The inputs of all rungs, flat and row-major: images (N, C, H, W), filters (F, C, 3, 3) and a bias (F). */
export interface LadderInputs {
  x: Float32Array;
  W: Float32Array;
  b: Float32Array;
}

/** Numbers to convolve. */
export function ladderInputs(seed: number): LadderInputs {
  const random = seededRandom(seed);
  const numbers = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => random() - 0.5);
  const { N, C, F, H, W } = SIZE;
  return { x: numbers(N * C * H * W), W: numbers(F * C * 9), b: numbers(F) };
}

/**
 * The formulations, slowest first. What can be done once, such as padding the images, is done here.
 *
 * @param backend what runs the kernels
 */
export function ladder(backend: KernelBackend, inputs: LadderInputs): Rung[] {
  return [
    plain(backend, inputs),
    padded(backend, inputs),
    quads(backend, inputs),
    filtersAtOnce(backend, inputs),
  ];
}

/** A rung of a `convForward` as lesson 18 asks for it. */
export function lessonRung(
  name: string,
  conv: typeof convForward,
  backend: KernelBackend,
  { x, W, b }: LadderInputs,
): Rung {
  const { N, C, F, H, W: width } = SIZE;
  const images = ndarray(x, [N, C, H, width]);
  const [filters, bias] = [ndarray(W, [F, C, 3, 3]), ndarray(b, [F])];
  return {
    name,
    run: () => conv(images, filters, bias, 1, backend).data,
    place: (n, f, i, j) => ((n * F + f) * H + i) * width + j,
  };
}

/** Every tap asks whether it is outside of the image. */
function plain(backend: KernelBackend, inputs: LadderInputs): Rung {
  return lessonRung('the plain kernel', convForward, backend, inputs);
}

/** The images are padded once, so that no tap asks; places in flat arrays are computed by hand. */
function padded(backend: KernelBackend, { x, W, b }: LadderInputs): Rung {
  const { N, C, F, H, W: width } = SIZE;
  const planes = padImages(x, layoutOf({ N: N * C, C: 1, H, W: width }));
  const { PH, PW } = layoutOf({ N, C, H, W: width });
  const options = { backend, shape: [N, F, H * PW], constants: { C, PW, PH } };
  return {
    name: 'padded images, no questions',
    run: () => launch(paddedKernel, options, vector(planes), vector(W), vector(b)).data,
    place: (n, f, i, j) => ((n * F + f) * H + i) * PW + j,
  };
}

function vector(data: Float32Array): Tensor32 {
  return ndarray(data, [data.length]);
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function paddedKernel(
  this: Thread<'C' | 'PW' | 'PH'>,
  x: number[],
  W: number[],
  b: number[],
): number {
  let sum = b[this.thread.y]!;
  for (let c = 0; c < this.constants.C; c++) {
    const q = (this.thread.z * this.constants.C + c) * this.constants.PH * this.constants.PW;
    const w = (this.thread.y * this.constants.C + c) * 9;
    for (let p = 0; p < 3; p++) {
      for (let s = 0; s < 3; s++) {
        sum += x[q + p * this.constants.PW + this.thread.x + s]! * W[w + 3 * p + s]!;
      }
    }
  }
  return sum;
}

/** A thread computes four pixels of a row, so each weight and most pixels are used several times. */
function quads(backend: KernelBackend, { x, W, b }: LadderInputs): Rung {
  const { N, C, F, H, W: width } = SIZE;
  const planes = padImages(x, layoutOf({ N: N * C, C: 1, H, W: width }));
  const { PH, PW, Q } = layoutOf({ N, C, H, W: width });
  const run = compile(quadKernel, backend, [Q * H, F, N], { C, Q, PW, PH });
  return {
    name: 'four pixels a thread',
    run: () => run(planes, W, b),
    place: (n, f, i, j) => (((n * F + f) * H + i) * Q + (j >> 2)) * 4 + (j & 3),
  };
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function quadKernel(
  this: Thread<'C' | 'Q' | 'PW' | 'PH'>,
  x: number[],
  W: number[],
  b: number[],
): [number, number, number, number] {
  const row = Math.floor(this.thread.x / this.constants.Q);
  const corner =
    this.thread.z * this.constants.C * this.constants.PH * this.constants.PW +
    row * this.constants.PW +
    4 * (this.thread.x - row * this.constants.Q);
  let s0 = b[this.thread.y]!;
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let w = this.thread.y * this.constants.C * 9;
  for (let c = 0; c < this.constants.C; c++) {
    let q = corner + c * this.constants.PH * this.constants.PW;
    for (let p = 0; p < 3; p++) {
      const x0 = x[q | 0]!;
      const x1 = x[(q | 0) + 1]!;
      const x2 = x[(q | 0) + 2]!;
      const x3 = x[(q | 0) + 3]!;
      const x4 = x[(q | 0) + 4]!;
      const x5 = x[(q | 0) + 5]!;
      const w0 = W[w | 0]!;
      const w1 = W[(w | 0) + 1]!;
      const w2 = W[(w | 0) + 2]!;
      s0 += x0 * w0 + x1 * w1 + x2 * w2;
      s1 += x1 * w0 + x2 * w1 + x3 * w2;
      s2 += x2 * w0 + x3 * w1 + x4 * w2;
      s3 += x3 * w0 + x4 * w1 + x5 * w2;
      q += this.constants.PW;
      w += 3;
    }
  }
  return [s0, s1, s2, s3];
}

/** The four numbers that WebAssembly computes at once are of four filters, whose weights lie side by side. */
function filtersAtOnce(backend: KernelBackend, { x, W, b }: LadderInputs): Rung {
  const { N, C, F, H, W: width } = SIZE;
  const layout = layoutOf({ N, C, H, W: width });
  const run = convolution(backend, layout, F);
  const planes = planesOf(x);
  const filters = packFilters(W, F, C);
  return {
    name: 'four filters at once',
    run: () => run(planes, filters, b),
    place: (n, f, i, j) => {
      const quad = (((f >> 2) * N + n) * H + i) * layout.Q + (j >> 2);
      return quad * 16 + 4 * (f & 3) + (j & 3);
    },
  };
}

/** Images (N, C, H, W) as padded planes with four channels side by side. */
function planesOf(x: Float32Array): Float32Array {
  const { N, C, H, W } = SIZE;
  const { S, PH, PW } = layoutOf(SIZE);
  const planes = new Float32Array((C / S) * N * PH * PW * S);
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      for (let i = 0; i < H; i++) {
        for (let j = 0; j < W; j++) {
          const pixel = ((Math.floor(c / S) * N + n) * PH + i + 1) * PW + j + 1;
          planes[pixel * S + (c % S)] = x[((n * C + c) * H + i) * W + j]!;
        }
      }
    }
  }
  return planes;
}
