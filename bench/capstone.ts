/**
 * How fast the capstone's network is, beside TensorFlow.js and convnetjs: images a second, for training and for
 * inference, at two batch sizes; then GFLOP/s by layer, and what is left outside the kernels.
 *
 *     npm run bench:capstone -- [rounds]
 *
 * Each contender has a process of its own. They take turns in every round, and only one works at a time; the
 * figures are medians over the rounds. A contender that needs longer than some seconds for a batch takes part in
 * the first round only.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { CONTENDERS, type Question } from './capstone/contender.ts';
import { gpuLayers } from './capstone/gpu-layers.ts';
import { simdLayers } from './capstone/simd-layers.ts';
import { median } from './median.ts';

const BATCHES = [64, 256];
const TASKS = ['train', 'infer'] as const;

/** About how long a contender works in a round, in milliseconds. */
const TURN = 1500;

/** Who needs longer than this for one batch is not asked again. */
const PATIENCE = 5000;

const rounds = Number(process.argv[2] ?? 7);
const processes = new Map<string, ChildProcess>();
for (const name of Object.keys(CONTENDERS)) {
  const child = fork(fileURLToPath(new URL('capstone/child.ts', import.meta.url)), [name], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  // One that cannot even begin has said why.
  child.once('exit', (code) => {
    if (code !== null && code > 0) process.exit(1);
  });
  await once(child, 'message');
  processes.set(name, child);
}

async function ask(child: ChildProcess, question: Question): Promise<number> {
  child.send(question);
  const [milliseconds] = (await once(child, 'message')) as [number];
  return milliseconds;
}

/** Has everything compiled. Returns the milliseconds that the last batch took; the first of a slow one is enough. */
async function warmUp(child: ChildProcess, question: Question): Promise<number> {
  let milliseconds = 0;
  for (let i = 0; i < 3 && milliseconds <= PATIENCE; i++) milliseconds = await ask(child, question);
  return milliseconds;
}

console.log(
  `${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.version}, ${rounds} rounds\n`,
);
for (const task of TASKS) {
  for (const batch of BATCHES) {
    const speeds = new Map<string, number[]>();
    for (let round = 0; round < rounds; round++) {
      for (const [name, child] of processes) {
        const measured = speeds.get(name);
        const expected = measured
          ? (1000 * batch) / median(measured)
          : await warmUp(child, { task, batch, times: 1 });
        if (expected > PATIENCE) {
          speeds.set(name, measured ?? [(1000 * batch) / expected]);
          continue;
        }
        const times = Math.max(1, Math.round(TURN / expected));
        const milliseconds = await ask(child, { task, batch, times });
        speeds.set(name, [...(measured ?? []), (1000 * batch * times) / milliseconds]);
      }
    }
    print(`${task === 'train' ? 'training' : 'inference'}, batches of ${batch}`, speeds);
  }
}
for (const child of processes.values()) child.kill();
gpuLayers(rounds);
simdLayers(rounds);

function print(title: string, speeds: ReadonlyMap<string, readonly number[]>): void {
  const own = median([...speeds.values()][0]!);
  console.log(`${title}: images a second, and how many times as fast chainrule webasm is`);
  for (const [name, all] of speeds) {
    const speed = median(all);
    const range =
      all.length > 1 ? `  (${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)})` : '';
    console.log(
      `  ${name.padEnd(28)} ${speed.toFixed(1).padStart(8)}  ${(own / speed).toFixed(2).padStart(7)}×${range}`,
    );
  }
  console.log('');
}
