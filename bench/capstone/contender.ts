/** A program that trains and runs the capstone's network, in a process of its own: see ../capstone.ts. */
import { availableParallelism } from 'node:os';
import { seededRandom } from '../../datasets/random.ts';
import { CLASSES, PIXELS } from '../../reference/capstone/network.ts';

/** A network that can be timed. */
export interface Contender {
  /** Takes a training step on a batch of random images. */
  train(): Promise<void>;
  /** Computes the logits of a batch of random images. */
  infer(): Promise<void>;
}

/** Makes a contender for a batch size. */
export type MakeContender = (batch: number) => Promise<Contender>;

/** What a contender's process is asked. */
export interface Question {
  task: keyof Contender;
  batch: number;
  /** How many times; the answer is the milliseconds that they took together. */
  times: number;
}

/** The contenders by name, each loaded only in its own process. */
export const CONTENDERS: Readonly<Record<string, () => Promise<MakeContender>>> = {
  'chainrule webasm': async () => {
    const { chainrule } = await import('./chainrule.ts');
    return chainrule('webasm', availableParallelism());
  },
  'chainrule webasm, 1 thread': async () => {
    const { chainrule } = await import('./chainrule.ts');
    return chainrule('webasm', 1);
  },
  'chainrule simd': async () => {
    const { chainrule } = await import('./chainrule.ts');
    return chainrule('simd', availableParallelism());
  },
  'chainrule simd, 1 thread': async () => {
    const { chainrule } = await import('./chainrule.ts');
    return chainrule('simd', 1);
  },
  'chainrule js': async () => {
    const { chainrule } = await import('./chainrule.ts');
    return chainrule('js', availableParallelism());
  },
  'tfjs wasm': async () => (await import('./tfjs.ts')).tfjs('wasm'),
  'tfjs cpu': async () => (await import('./tfjs.ts')).tfjs('cpu'),
  convnetjs: async () => (await import('./convnetjs.ts')).convnetjs,
};

/** Random pictures, about as dark as digits, and random classes. */
export function randomBatch(batch: number): { pixels: Uint8Array; labels: Uint8Array } {
  const random = seededRandom(1);
  const pixels = Uint8Array.from({ length: batch * PIXELS }, () =>
    random() < 0.2 ? 256 * random() : 0,
  );
  return { pixels, labels: Uint8Array.from({ length: batch }, () => CLASSES * random()) };
}
