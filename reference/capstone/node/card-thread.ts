/**
 * The thread between one that waits and the process with WebGPU: see waiting-card.ts. It is not in that process itself,
 * since a thread with a driver in it can bring down the whole process when it is ended.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { workerData } from 'node:worker_threads';
import type { Launch } from '#kernels';
import type { CardAnswer, CardThreadJob } from './waiting-card.ts';

const { port, signal } = workerData as CardThreadJob;
const child = fork(fileURLToPath(new URL('card-process.ts', import.meta.url)), {
  execArgv: ['--import', 'tsx'],
  serialization: 'advanced',
});

function answer(result: CardAnswer): void {
  port.postMessage(result);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
}

port.on('message', (launch: Launch) => child.send(launch));
child.on('message', (result) => answer(result as CardAnswer));
child.on('exit', (code) =>
  answer({ error: `the process with the graphics card ended with code ${code}` }),
);
