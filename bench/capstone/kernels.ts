/** How fast the kernels of an engine are on one thread, and what share of a step lies outside of them. */
import type { PromptEngine } from '../../reference/capstone/engine.ts';
import { PARAMETER_COUNT, PIXELS } from '../../reference/capstone/network.ts';
import { newProgress } from '../../reference/capstone/training.ts';
import { median } from '../median.ts';
import { randomBatch } from './random-batch.ts';

/** How many images there are. */
export const N = 128;

/** A kernel at work on a batch. */
export interface Timed {
  name: string;
  /** Additions and multiplications. */
  flops: number;
  run: () => unknown;
}

/**
 * Prints how long each kernel takes, in turn with a whole step.
 *
 * @param name of the engine
 */
export function printKernels(
  name: string,
  timed: readonly Timed[],
  engine: PromptEngine,
  rounds: number,
): void {
  const { pixels, labels } = randomBatch(N);
  const images = Float32Array.from(pixels, (value) => value / 255);
  const batch = { images: images.subarray(0, N * PIXELS), labels: Int32Array.from(labels) };
  const { parameters } = newProgress(1);
  const gradient = new Float32Array(PARAMETER_COUNT);
  const step = (): unknown => engine.gradient(parameters, batch, gradient);

  const times = new Map<Timed | 'step', number[]>();
  for (let round = -3; round < 3 * rounds; round++) {
    for (const entry of [...timed, 'step' as const]) {
      const start = performance.now();
      if (entry === 'step') step();
      else entry.run();
      if (round >= 0) times.set(entry, [...(times.get(entry) ?? []), performance.now() - start]);
    }
  }
  console.log(`kernels of ${name} on one thread, batches of ${N}: milliseconds, and GFLOP/s`);
  let sum = 0;
  for (const entry of timed) {
    const milliseconds = median(times.get(entry)!);
    sum += milliseconds;
    const speed = entry.flops / milliseconds / 1e6;
    console.log(
      `  ${entry.name.padEnd(20)} ${milliseconds.toFixed(1).padStart(6)}  ${speed.toFixed(2).padStart(6)}`,
    );
  }
  const whole = median(times.get('step')!);
  console.log(`  ${'a whole gradient'.padEnd(20)} ${whole.toFixed(1).padStart(6)}`);
  console.log(
    `outside of these kernels: ${(100 * (1 - sum / whole)).toFixed(0)}% of the time (layouts, ReLU, pooling, packing weights, the loss)\n`,
  );
}
