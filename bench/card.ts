/**
 * What a graphics card does for the capstone: which one it is, how far its gradient is from plain code, whether it keeps
 * what is not a number, and images a second.
 *
 *     npm run bench:card -- [batch sizes]
 */
import {
  CLASSES,
  PARAMETER_COUNT,
  PARAMETERS,
  PIXELS,
  split,
} from '../reference/capstone/network.ts';
import { batchOf, unmoved } from '../reference/capstone/digits.ts';
import type { Batch } from '../reference/capstone/engine.ts';
import { openCard } from '../reference/capstone/gpu/card.ts';
import { plainEngine } from '../reference/capstone/plain-engine.ts';
import { installWebGpu, removeWebGpu } from '../reference/capstone/node/webgpu.ts';
import { newProgress } from '../reference/capstone/training.ts';
import { randomBatch } from './capstone/random-batch.ts';
import { median } from './median.ts';

/** How long something is repeated, in milliseconds, and how often that is done. */
const [TURN, ROUNDS] = [1000, 5];

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [64, 256, 1024];

function batchFor(size: number): Batch {
  return batchOf(randomBatch(size), unmoved(Uint32Array.from({ length: size }, (_, i) => i)));
}

/** Milliseconds of one turn of something, the median over rounds, and how many of them this process computed. */
async function timed(turn: () => Promise<unknown>): Promise<{ wall: number; own: number }> {
  for (let i = 0; i < 3; i++) await turn();
  const start = performance.now();
  await turn();
  const times = Math.max(1, Math.round(TURN / (performance.now() - start)));
  const [walls, owns]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const [begin, used] = [performance.now(), process.cpuUsage()];
    for (let i = 0; i < times; i++) await turn();
    const { user, system } = process.cpuUsage(used);
    walls.push((performance.now() - begin) / times);
    owns.push((user + system) / 1000 / times);
  }
  return { wall: median(walls), own: median(owns) };
}

function report(what: string, size: number, { wall, own }: { wall: number; own: number }): void {
  const speed = ((1000 * size) / wall).toFixed(0);
  console.log(
    `${what.padEnd(10)} ${String(size).padStart(5)} at a time: ${speed.padStart(7)} images/s, ${wall.toFixed(2)} ms, of which ${own.toFixed(2)} ms on the processor`,
  );
}

await installWebGpu();
const { parameters } = newProgress(1);
const first = await openCard('webgpu', 64);
console.log(`${first.name}${first.isSoftware ? ' (software)' : ''}\n`);

const batch = batchFor(48);
const [own, right] = [new Float32Array(PARAMETER_COUNT), new Float32Array(PARAMETER_COUNT)];
const loss = await first.engine.gradient(parameters, batch, own);
const expected = plainEngine().gradient(parameters, batch, right);
console.log(`loss ${loss}, of plain code ${expected}`);
for (const { name } of PARAMETERS) {
  const [a, b] = [split(own)[name], split(right)[name]];
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const error = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
  console.log(
    `gradient by ${name}: off by ${(error / largest).toExponential(1)} of the largest entry`,
  );
}
for (const name of ['W1', 'W2', 'W3', 'W4', 'W5'] as const) {
  const broken = parameters.slice();
  split(broken)[name][0] = NaN;
  const layer = await first.engine.firstNotFinite(broken, batch.images);
  const astray = await first.engine.gradient(broken, batch, own);
  console.log(`NaN in ${name}: seen first at ${layer}, loss ${astray}`);
}
console.log('');
for (const size of sizes) {
  const { engine } = await openCard('webgpu', size);
  const images = batchFor(size);
  const progress = newProgress(1);
  await engine.resident.put(progress);
  let t = 0;
  const losses: number[] = [];
  report(
    'training',
    size,
    await timed(async () => {
      losses.push(await engine.resident.step(images, ++t, 1e-3));
    }),
  );
  report('inference', size, await timed(async () => engine.logits(parameters, images.images)));
  console.log(
    `${''.padEnd(10)} the loss went from ${losses[0]!.toFixed(3)} to ${losses.at(-1)!.toFixed(3)} in ${t} steps on ${size} of ${PIXELS} random pixels in ${CLASSES} classes`,
  );
}
await removeWebGpu();
