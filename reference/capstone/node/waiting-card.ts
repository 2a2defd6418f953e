/**
 * Kernels on WebGPU for code that cannot wait for a promise, such as lesson 18's: a process of its own runs them, a
 * thread speaks with it, and this thread sleeps until the result is there. So this should not be the main thread of a
 * program that has something else to do.
 */
import {
  MessageChannel,
  receiveMessageOnPort,
  Worker,
  type MessagePort,
} from 'node:worker_threads';
import { waitWith, type Launch } from '#kernels';

/** What the thread is given when it starts. */
export interface CardThreadJob {
  port: MessagePort;
  /** Its only number becomes 1 when an answer is there. */
  signal: Int32Array;
}

/** What it answers. */
export interface CardAnswer {
  out?: Float32Array;
  /** What went wrong instead. */
  error?: string;
}

/** Has `launch` run kernels on webgpu, from now on and on this thread. */
export function waitForCard(): void {
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const workerData: CardThreadJob = { port: port2, signal };
  const worker = new Worker(new URL('worker-start.js', import.meta.url), {
    workerData: { ...workerData, file: './card-thread.ts' },
    transferList: [port2],
    execArgv: [],
  });
  worker.unref();
  port1.unref();
  waitWith('webgpu', (launch: Launch) => {
    Atomics.store(signal, 0, 0);
    port1.postMessage(launch);
    Atomics.wait(signal, 0, 0);
    const { out, error } = receiveMessageOnPort(port1)!.message as CardAnswer;
    if (out === undefined) throw new Error(error);
    return out;
  });
}
