/** The door to all engines that run in Node and in a browser alike. */
import type { Engine } from './engine.ts';
import { fastEngine } from './fast/engine.ts';
import { cardText, openCard } from './gpu/card.ts';
import { plainEngine } from './plain-engine.ts';
import { simdEngine } from './simd/engine.ts';

/** gpu.js on a graphics card or on the processor; the SIMD kernels; plain TypeScript. */
export type EngineName = 'webgpu' | 'webgl2' | 'webasm' | 'cpu' | 'simd' | 'js';

/** An engine, and what runs it. */
export interface NamedEngine {
  engine: Engine;
  /** For people: which kernels, on what; for a graphics card, which one it is. */
  text: string;
  /** Whether what should be a graphics card is none: right, and slow. */
  isSoftware: boolean;
}

/** Beyond this many digits a place in the fast kernels' memory has no exact float32. */
const LARGEST = 512;

/**
 * Makes an engine for batches of up to `size` images, on this thread.
 *
 * @param size a whole number from 1
 * @throws NoCardError when it is one for a graphics card, and there is none that computes rightly
 * @throws RangeError when the engine is not made for so many images
 */
export async function createEngine(name: EngineName, size: number): Promise<NamedEngine> {
  switch (name) {
    case 'webgpu':
    case 'webgl2': {
      const { engine, ...info } = await openCard(name, size);
      return { engine, text: cardText(name, info), isSoftware: info.isSoftware };
    }
    case 'webasm':
    case 'cpu':
      if (size > LARGEST) {
        throw new RangeError(
          `createEngine: ${size} digits would come at a time, and the fast kernels take ${LARGEST}; take a smaller --batch or more --threads`,
        );
      }
      return prompt(
        fastEngine(name, Math.ceil(size / 4) * 4),
        `the fast kernels on gpu.js ${name}`,
      );
    case 'simd':
      return prompt(simdEngine(size), 'SIMD kernels in WebAssembly');
    case 'js':
      return prompt(plainEngine(), 'plain TypeScript, no kernels');
  }
}

function prompt(engine: Engine, text: string): NamedEngine {
  return { engine, text, isSoftware: false };
}
