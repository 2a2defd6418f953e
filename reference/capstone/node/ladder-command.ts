/** `npm run ladder`: measures the formulations of a convolution, and the learner's, and draws them as bars. */
import { pathToFileURL } from 'node:url';
import { FLOPS, ladder, ladderInputs, lessonRung, type Rung } from '../ladder.ts';
import type { Lesson } from '../lesson-engine.ts';
import { simdLadder } from '../simd/ladder.ts';
import { lessonFile } from './engines.ts';

const ROUNDS = 9;
const BAR = 40;

const inputs = ladderInputs(1);
const rungs = [...ladder('webasm', inputs), ...simdLadder(inputs), ...(await yours())];
const times = new Map<Rung, number[]>(rungs.map((rung) => [rung, []]));
for (let round = -3; round < ROUNDS; round++) {
  for (const rung of rungs) {
    const start = performance.now();
    rung.run();
    if (round >= 0) times.get(rung)!.push(performance.now() - start);
  }
}
const speeds = rungs.map((rung) => {
  const sorted = times.get(rung)!.toSorted((a, b) => a - b);
  return FLOPS / sorted[(ROUNDS - 1) / 2]! / 1e6;
});
const fastest = Math.max(...speeds);
console.log(
  'A convolution of 64 images, 16 to 32 channels of 14×14, on one thread: on gpu.js webasm, then with SIMD\n',
);
rungs.forEach(({ name }, i) => {
  const speed = speeds[i]!;
  const bar = '█'.repeat(Math.max(1, Math.round((BAR * speed) / fastest)));
  console.log(`${name.padEnd(28)} ${speed.toFixed(2).padStart(5)} GFLOP/s  ${bar}`);
});

/** The learner's convForward, if it is right for these numbers. */
async function yours(): Promise<Rung[]> {
  const { convForward } = (await import(pathToFileURL(lessonFile('mine')).href)) as Lesson;
  const rung = lessonRung('yours', convForward, 'webasm', inputs);
  const right = ladder('webasm', inputs)[0]!.run();
  try {
    const out = rung.run();
    const isRight = Array.from(right).every((value, i) => Math.abs(value - out[i]!) < 1e-3);
    if (isRight) return [rung];
    console.log('Your convForward gives other numbers, so it is not measured: npm test 18\n');
  } catch (error) {
    console.log(`Your convForward is not measured: ${(error as Error).message}\n`);
  }
  return [];
}
