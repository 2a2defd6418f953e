/** The kernels of kernels/, as bytes.ts has them compiled. */
import { BYTES } from './bytes.ts';

type Name =
  | 'adam'
  | 'addScaled'
  | 'biasGradient'
  | 'interleave'
  | 'pack'
  | 'pool'
  | 'poolBackward'
  | 'relu'
  | 'reluBackward'
  | 'softmaxLoss'
  | 'unpack'
  | 'weightGradient'
  | 'windowProduct';

/** What a kernel computes, and of which numbers, stands in its file. Places, steps and sizes are in bytes. */
export type Kernel = (...numbers: number[]) => void;

export type Kernels = Readonly<Record<Name, Kernel>>;

/** The kernels, working on a memory. */
export function kernelsOn(memory: WebAssembly.Memory): Kernels {
  return instantiate(BYTES, memory) as Kernels;
}

/**
 * What a module exports.
 *
 * @param text its bytes in base64
 * @param memory what it works on
 */
export function instantiate(
  text: string,
  memory: WebAssembly.Memory,
): Readonly<Record<string, Kernel>> {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return exports as Readonly<Record<string, Kernel>>;
}
