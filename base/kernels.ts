/**
 * What lesson 18 needs around the package gpu.js: float32 arrays, and the launch of a kernel on them.
 *
 * A kernel is a plain function that computes one number of an array. It is not called: gpu.js reads its
 * text, compiles it for a backend and runs it once for every number, each time with another `this.thread`.
 * So it must be a `function` (no arrow function), it sees nothing but its arguments and `this.constants`,
 * and inside there are only numbers, loops, conditions and Math. https://gpu.rocks
 */
import gpujs, { type GPU, type IKernelRunShortcut, type Input, type KernelFunction } from 'gpu.js';
import ndarray, { type NdArray } from 'ndarray';
import ops from 'ndarray-ops';
import { product, shapeText, type Labels } from '#arrays';
import { foreignWord, KernelError } from './kernel-words.ts';

/** An array of real numbers in single precision, of any shape. */
export type Tensor32 = NdArray<Float32Array>;

/**
 * What runs a kernel: `cpu` is JavaScript, `webasm` WebAssembly with four numbers at a time. The others are
 * graphics cards, through WebGL in a browser or the optional package gl, or through WebGPU, which answers later, so that
 * somebody must wait for it: see `waitWith`. They are not everywhere.
 */
export type Backend = 'cpu' | 'webasm' | 'headlessgl' | 'webgl' | 'webgl2' | 'webgpu';

/**
 * What a kernel's `this` is, as a type: `this: Thread<'C' | 'H'>` has the constants C and H.
 *
 * `this.thread.x` counts along the result's last axis, `this.thread.y` along the one before, and
 * `this.thread.z` along all axes before those, taken as one.
 */
export interface Thread<Constants extends string = never> {
  thread: { x: number; y: number; z: number };
  constants: Readonly<Record<Constants, number>>;
}

/** A kernel: its parameters are nested lists of numbers, and numbers. */
export type Kernel = (this: never, ...inputs: never[]) => number;

/** How a kernel is launched. */
export interface LaunchOptions {
  backend: Backend;
  /** The shape of the result: the kernel runs once for each of its entries. */
  shape: readonly number[];
  /** Whole numbers that are compiled into the kernel: sizes, mostly. Others make it another kernel. */
  constants?: Readonly<Record<string, number>>;
}

/** A kernel's launch in full, as a plain value. */
export interface Launch {
  /** The kernel's text. */
  source: string;
  /** The sizes of the result, that of the last axis first. */
  output: number[];
  constants: Readonly<Record<string, number>>;
  /** Numbers, and arrays with their sizes, that of the last axis first. */
  inputs: (number | { entries: Float32Array; size: number[] })[];
}

/** What waits for a backend's results. */
const waiting = new Map<Backend, (launch: Launch) => Float32Array>();

/**
 * Has launches on a backend that answers later done by somebody who can wait for it.
 *
 * @param run returns the result, flat and row-major
 */
export function waitWith(backend: Backend, run: (launch: Launch) => Float32Array): void {
  waiting.set(backend, run);
}

/** How many compiled kernels are kept. Sizes are compiled in, so that every shape is another one. */
const KEPT = 64;

/** gpu.js by backend, and what it compiled: the one used last stands last. */
const gpus = new Map<Backend, GPU>();
const compiled = new Map<string, IKernelRunShortcut>();
const numbers = new WeakMap<Kernel, number>();
let counted = 0;

/**
 * Runs a kernel once for each entry of its result.
 *
 * @param kernel the plain function that computes an entry
 * @param options where it runs, and the shape of what it computes
 * @param inputs its arguments: a number arrives as it is, an array as nested lists. An array of more than three
 *   axes arrives with the leading ones taken as one: x of shape (N, C, H, W) as `x[n * C + c][i][j]`
 * @returns a new array of the given shape
 * @throws KernelError when gpu.js cannot compile or run the kernel
 * @throws Error when the backend is not there or cannot run it
 */
export function launch(
  kernel: Kernel,
  { backend, shape, constants = {} }: LaunchOptions,
  ...inputs: (Tensor32 | Labels | number)[]
): Tensor32 {
  if (product(shape) === 0) return ndarray(new Float32Array(0), [...shape]);
  const sizes = inputs.map((input) => (typeof input === 'number' ? [] : folded(input.shape)));
  const output = folded(shape);
  const run = waiting.get(backend);
  if (run !== undefined) {
    const copies = inputs.map((input, i) =>
      typeof input === 'number'
        ? input
        : { entries: flat(input, product(sizes[i]!)), size: sizes[i]! },
    );
    const job = { source: String(kernel), output, constants, inputs: copies };
    return ndarray(
      attempt(kernel, backend, () => run(job)),
      [...shape],
    );
  }
  return ndarray(runHere(kernel, { backend, shape, constants }, output, sizes, inputs), [...shape]);
}

/** Runs a kernel on a backend that answers at once. */
function runHere(
  kernel: Kernel,
  { backend, shape, constants }: Required<LaunchOptions>,
  output: number[],
  sizes: number[][],
  inputs: readonly (Tensor32 | Labels | number)[],
): Float32Array {
  const key = JSON.stringify([backend, numberOf(kernel), output, constants, sizes]);
  const run = compiled.get(key) ?? compile(kernel, backend, output, constants);
  // Taken out and put in again, so that it is the last one.
  compiled.delete(key);
  compiled.set(key, run);
  forgetOldest();
  const args = inputs.map((input, i) =>
    typeof input === 'number' ? input : kernelInput(flat(input, product(sizes[i]!)), sizes[i]!),
  );
  const out = new Float32Array(product(shape));
  attempt(kernel, backend, () => fill(out, 0, run(...(args as Parameters<IKernelRunShortcut>))));
  requireBackend(run, kernel, backend);
  return out;
}

/**
 * The same entries in another shape.
 *
 * @param x any view
 * @param shape with as many entries as x has
 * @returns a new array
 * @throws RangeError when the numbers of entries differ
 */
export function reshape(x: Tensor32, ...shape: number[]): Tensor32 {
  if (product(shape) !== x.size) {
    throw new RangeError(
      `reshape: x is ${shapeText(x.shape)} and has ${x.size} entries, and ${shapeText(shape)} has ${product(shape)}; they must have the same number, so check the sizes`,
    );
  }
  return ndarray(flat(x), shape);
}

/** The sizes as gpu.js takes them: the last axis first, never more than three, and none of them 0. */
function folded(shape: readonly number[]): number[] {
  const [width = 1, height, ...rest] = shape.toReversed();
  if (height === undefined) return [Math.max(width, 1)];
  const sizes = rest.length === 0 ? [width, height] : [width, height, product(rest)];
  return sizes.map((size) => Math.max(size, 1));
}

/** The entries in row-major order, in an array of their own. If there are none it holds zeros that nobody reads. */
function flat(x: Tensor32 | Labels, length = x.size): Float32Array {
  const out = new Float32Array(length);
  if (x.size > 0) ops.assign(ndarray(out, x.shape), x as Tensor32);
  return out;
}

/** Entries in row-major order as an argument of a kernel. gpu.js's types know of lists only. */
function kernelInput(entries: Float32Array, size: number[]): Input {
  return new gpujs.Input(entries as unknown as number[], size as [number, number, number]);
}

function compile(
  kernel: Kernel,
  backend: Backend,
  output: number[],
  constants: Readonly<Record<string, number>>,
): IKernelRunShortcut {
  const gpu = gpuOf(backend);
  const source = kernel as unknown as KernelFunction;
  return attempt(kernel, backend, () =>
    gpu.createKernel(source, { output, constants: { ...constants } }),
  );
}

function gpuOf(backend: Backend): GPU {
  let gpu = gpus.get(backend);
  if (gpu === undefined) {
    if (backend === 'webgpu') {
      throw new Error(
        'launch: the backend webgpu answers later, and nobody waits for it here; take npm run capstone -- --mine --engine webgpu, or another backend',
      );
    }
    try {
      gpu = new gpujs.GPU({ mode: backend });
    } catch (cause) {
      throw new Error(
        `launch: the backend ${backend} is not there; take cpu or webasm, which are everywhere`,
        { cause },
      );
    }
    gpus.set(backend, gpu);
  }
  return gpu;
}

/** Does what gpu.js may refuse to do, and if so says for which kernel and what a kernel must be. */
function attempt<T>(kernel: Kernel, backend: Backend, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const { why, word } = refusal(kernel, backend, String(cause));
    throw new KernelError(`launch: ${why}`, kernel.name, word, cause);
  }
}

/** Why gpu.js cannot run a kernel: by the word that does not belong there, else in its own words. */
function refusal(kernel: Kernel, backend: Backend, thrown: string): { why: string; word?: string } {
  const name = nameOf(kernel);
  const text = String(kernel);
  if (!text.startsWith('function')) {
    const written = /^[\w$]+$/.test(name) ? name : 'name';
    return {
      why: `${name} is no plain function, and gpu.js reads the text of one: write function ${written}(…) { … }, and neither an arrow function nor a method`,
    };
  }
  const found = foreignWord(text);
  if (found !== undefined) {
    return { why: `${name} uses ${found.word}, and ${found.cure}`, word: found.word };
  }
  const [, constant] = /Type for constant "(\w+)" not declared/.exec(thrown) ?? [];
  if (constant !== undefined) {
    const word = `this.constants.${constant}`;
    return {
      why: `${name} uses ${word}, and was launched without it: add ${constant} to the constants of launch`,
      word,
    };
  }
  // Further lines hold a piece of gpu.js's own translation.
  const [why] = thrown.split(/:?\n/);
  return {
    why: `gpu.js cannot run ${name} on ${backend} (${why}); a kernel is a plain function that returns one number, made from its arguments and this.constants with loops, conditions and Math alone`,
  };
}

/** Where a backend cannot do what a kernel asks for, gpu.js quietly takes another one. */
function requireBackend(run: IKernelRunShortcut, kernel: Kernel, backend: Backend): void {
  const { mode } = run.kernel.constructor as unknown as { mode: string };
  if (mode !== modeOf(backend)) {
    throw new Error(
      `launch: ${nameOf(kernel)} was to run on ${backend} and ran on ${mode}; take that backend, or write the kernel so that ${backend} can run it`,
    );
  }
}

/** What gpu.js says of a kernel that runs on a backend: it has one word for all of WebGL. */
export function modeOf(backend: Backend): string {
  return backend === 'headlessgl' || backend === 'webgl' || backend === 'webgl2' ? 'gpu' : backend;
}

function nameOf(kernel: Kernel): string {
  return kernel.name === '' ? 'the kernel' : kernel.name;
}

/** Copies nested rows of numbers, as gpu.js returns them, into `out`, from a place on. Returns the place behind them. */
export function fill(out: Float32Array, start: number, rows: unknown): number {
  if (rows instanceof Float32Array) {
    out.set(rows, start);
    return start + rows.length;
  }
  return (rows as unknown[]).reduce<number>((place, row) => fill(out, place, row), start);
}

function forgetOldest(): void {
  for (const [key, run] of compiled) {
    if (compiled.size <= KEPT) return;
    compiled.delete(key);
    run.destroy();
  }
}

/** Tells kernels apart that have the same name. */
function numberOf(kernel: Kernel): number {
  const number = numbers.get(kernel) ?? ++counted;
  numbers.set(kernel, number);
  return number;
}
