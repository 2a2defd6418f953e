/** A program that trains and runs the capstone's network, in a process of its own: see ../capstone.ts. */
import { availableParallelism } from 'node:os';
import type { Contender, MakeContender } from './random-batch.ts';

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
