/** Compiles kernels for a graphics card. What they compute stays on the card until somebody reads it. */
import gpujs, { type GPU, type IKernelRunShortcut, type KernelFunction } from 'gpu.js';
import { fill, modeOf } from '#kernels';

/** The ways to a graphics card: WebGPU, in browsers and in Node, and WebGL 2, in browsers. */
export type CardBackend = 'webgpu' | 'webgl2';

/** Numbers on the card. */
export interface OnCard {
  /** Nested rows, the innermost along x; on some backends it is a promise of them. */
  toArray(): unknown;
  /** Gives the memory back. */
  delete(): void;
}

/** The graphics card does not answer any more, or cannot run a kernel. */
export class CardError extends Error {
  override name = 'CardError';
}

/** A kernel whose thread returns a number. */
export type CardKernel = (this: never, ...inputs: never[]) => number;

/** A compiled kernel: its arguments are on the card, or single numbers. */
export type Run = (...inputs: (OnCard | number)[]) => Promise<OnCard>;

/** How many threads there are along x, y and z, x being the fastest. */
export type Threads = [x: number, y?: number, z?: number];

/** What kernels are compiled with. */
export interface Compiler {
  /**
   * Compiles a kernel for fixed sizes.
   *
   * @param constants whole numbers, compiled in as integers
   * @param isKept whether each result has a place of its own, and keeps it until it is deleted; else the next result
   *   takes its place
   * @returns takes the kernel's arguments, and returns a number for each thread
   */
  compile(
    kernel: CardKernel,
    threads: Threads,
    constants?: Readonly<Record<string, number>>,
    isKept?: boolean,
  ): Run;
  /** Makes a kernel that copies so many numbers to the card. */
  uploader(length: number): (numbers: Float32Array) => Promise<OnCard>;
}

/** A compiler for a backend. */
export function compilerFor(backend: CardBackend): Compiler {
  const gpu = new gpujs.GPU({ mode: backend });
  return {
    compile: (kernel, threads, constants = {}, isKept = false) => {
      const run = create(gpu, kernel, threads, constants, isKept);
      return async (...inputs) => {
        const out = await answer(kernel.name, () => run(...(inputs as unknown as Arguments)));
        requireBackend(run, kernel.name, backend);
        return out as unknown as OnCard;
      };
    },
    uploader: (length) => {
      const run = create(gpu, copyKernel, [length], {}, false);
      return async (numbers) => {
        // gpu.js's types know of lists only.
        const input = new gpujs.Input(numbers as unknown as number[], [length]);
        const out = await answer('copying', () => run(...([input] as unknown as Arguments)));
        requireBackend(run, copyKernel.name, backend);
        return out as unknown as OnCard;
      };
    },
  };
}

/** What the card is asked for; what it throws becomes a CardError. */
async function answer<T>(what: string, ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    const [why] = (cause as Error).message.split(/[;\n]/);
    throw new CardError(`The graphics card failed at ${what}: ${why}`, { cause });
  }
}

type Arguments = Parameters<IKernelRunShortcut>;

/** All numbers of a result, in one array; `length` is how many there are. */
export async function read(numbers: OnCard, length: number): Promise<Float32Array> {
  const out = new Float32Array(length);
  fill(out, 0, await answer('reading', () => numbers.toArray()));
  return out;
}

function create(
  gpu: GPU,
  kernel: CardKernel,
  threads: Threads,
  constants: Readonly<Record<string, number>>,
  isKept: boolean,
): IKernelRunShortcut {
  return gpu.createKernel(kernel as unknown as KernelFunction, {
    output: threads as number[],
    constants: { ...constants },
    strictIntegers: true,
    pipeline: true,
    immutable: isKept,
    asyncMode: true,
  });
}

/** gpu.js takes another backend where one cannot do what a kernel asks for, without a word. */
function requireBackend(run: IKernelRunShortcut, name: string, backend: CardBackend): void {
  const { mode } = run.kernel.constructor as unknown as { mode: string };
  if (mode !== modeOf(backend)) {
    throw new Error(
      `compilerFor: ${name} was to run on ${backend} and ran on ${mode}; choose another engine with --engine`,
    );
  }
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function copyKernel(this: { thread: { x: number } }, numbers: number[]): number {
  return numbers[this.thread.x]!;
}
