/** Compiles the fast kernels: each thread returns four numbers, and all of them come back as one flat array. */
import gpujs, { type GPU, type IKernelRunShortcut, type KernelFunction } from 'gpu.js';

/** What runs the fast kernels. */
export type KernelBackend = 'cpu' | 'webasm';

/** A kernel whose thread returns four numbers. */
export type QuadKernel = (this: never, ...inputs: never[]) => [number, number, number, number];

/** A compiled kernel: flat arrays in, one flat array out. */
export type Run = (...inputs: Float32Array[]) => Float32Array;

/** How many threads there are along x, y and z, x being the fastest. */
export type Threads = [x: number, y: number, z: number];

const gpus = new Map<KernelBackend, GPU>();

/**
 * Compiles a kernel for fixed sizes.
 *
 * @param constants whole numbers, compiled in as integers
 * @returns takes the kernel's arguments and returns 4 · x · y · z numbers, those of a thread side by side
 */
export function compile(
  kernel: QuadKernel,
  backend: KernelBackend,
  threads: Threads,
  constants: Readonly<Record<string, number>>,
): Run {
  let gpu = gpus.get(backend);
  if (gpu === undefined) gpus.set(backend, (gpu = new gpujs.GPU({ mode: backend })));
  const run = gpu.createKernel(kernel as unknown as KernelFunction, {
    output: threads,
    constants: { ...constants },
    strictIntegers: true,
  });
  const size = 4 * threads[0] * threads[1] * threads[2];
  let isPrepared = false;
  return (...inputs) => {
    const out = flatten(run(...(inputs as unknown as Parameters<IKernelRunShortcut>)), size);
    if (!isPrepared) {
      requireBackend(run, kernel.name, backend);
      keepFlat(run);
      isPrepared = true;
    }
    return out;
  };
}

/** gpu.js takes another backend where one cannot do what a kernel asks for; a measurement must not hide that. */
function requireBackend(run: IKernelRunShortcut, name: string, backend: KernelBackend): void {
  const { mode } = run.kernel.constructor as unknown as { mode: string };
  if (mode !== backend) {
    throw new Error(
      `compile: ${name} was to run on ${backend} and ran on ${mode}; choose another engine with --engine`,
    );
  }
}

/**
 * Has a WebAssembly kernel return its memory as it is.
 *
 * gpu.js would cut it into rows of four, one object a thread, which takes a third of a step's time. The
 * method belongs to gpu.js's inside; where a version has no such method, `flatten` undoes the rows instead.
 */
function keepFlat(run: IKernelRunShortcut): void {
  const inside = run.kernel as unknown as { _shapeOutput?: (data: Float32Array) => unknown };
  if (inside._shapeOutput !== undefined) inside._shapeOutput = (data) => data;
}

/** Nested rows as one array. */
function flatten(result: unknown, size: number): Float32Array {
  if (result instanceof Float32Array && result.length === size) return result;
  const out = new Float32Array(size);
  let place = 0;
  const write = (rows: ArrayLike<unknown>): void => {
    if (typeof rows[0] === 'number') {
      out.set(rows as ArrayLike<number>, place);
      place += rows.length;
    } else {
      for (let i = 0; i < rows.length; i++) write(rows[i] as ArrayLike<unknown>);
    }
  };
  write(result as ArrayLike<unknown>);
  return out;
}
