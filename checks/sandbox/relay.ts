/**
 * The worker thread between the grader and the learner's process. The grader's main thread waits while a
 * call runs, since the suites are synchronous, so somebody else must pump the pipes.
 *
 * It passes on one frame for each that it sent. Whatever else comes (a frame too many, one with another id,
 * one that is too long) ends the process.
 */
import type { ChildProcess } from 'node:child_process';
import { workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { frameLength, HEAD_BYTES, ID_BYTES } from './frame.ts';
import { killGroup, launch, type Launch } from './launch.ts';

/** What the worker is made with. */
export interface RelayData {
  port: MessagePort;
  /** Counts the messages to the main thread, which waits on it. */
  signal: Int32Array;
  launch: Launch;
}

/** What the main thread asks for. */
export type Order = { kind: 'start' } | { kind: 'send'; frame: Uint8Array } | { kind: 'kill' };

/** What the main thread is told. */
export type Report =
  | { kind: 'started'; pid: number | undefined }
  | { kind: 'frame'; frame: Uint8Array }
  | { kind: 'ended'; how: string; printed: string };

const { port, signal, launch: options } = workerData as RelayData;
const { limits } = options;

/** The process that runs, and what it is doing. */
let child: ChildProcess | undefined;
/** The id that the next frame must bear; undefined while none is awaited. */
let awaited: Buffer | undefined;
let received: Buffer[] = [];
let printed = '';
let violation: string | undefined;

port.on('message', (order: Order) => {
  switch (order.kind) {
    case 'start':
      start();
      break;
    case 'send':
      awaited = Buffer.from(order.frame.subarray(4, 4 + ID_BYTES));
      pipe(3).write(order.frame);
      break;
    case 'kill':
      if (child?.pid !== undefined) killGroup(child.pid);
      break;
  }
});

function start(): void {
  const started = launch(options);
  child = started;
  [awaited, received, printed, violation] = [undefined, [], '', undefined];
  started.once('error', (error) => (violation ??= error.message));
  for (const stream of [started.stdout!, started.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (printed.length < limits.output) printed = (printed + text).slice(0, limits.output);
    });
  }
  // The process may be gone while it is written to; its end is reported below.
  pipe(3).on('error', () => {});
  started.stdio[4]!.on('data', receive);
  // What it printed comes first, unless somebody else still holds its pipes.
  started.once('exit', (code, by) => {
    const report = (): void => {
      clearTimeout(timer);
      started.off('close', report);
      tell({ kind: 'ended', how: violation ?? by ?? `code ${code}`, printed });
    };
    const timer = setTimeout(report, 500);
    started.once('close', report);
  });
  tell({ kind: 'started', pid: started.pid });
}

function pipe(number: number): NodeJS.WritableStream {
  return child!.stdio[number] as NodeJS.WritableStream;
}

function receive(chunk: Buffer): void {
  if (violation !== undefined) return;
  if (awaited === undefined) return end('it sent what nobody asked for');
  received.push(chunk);
  const length = received.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (length < HEAD_BYTES) return;
  if (received[0]!.length < HEAD_BYTES) received = [Buffer.concat(received)];
  const expected = frameLength(received[0]!);
  if (expected < HEAD_BYTES || expected > limits.message.bytes + 2 * HEAD_BYTES) {
    return end('its answer is too long');
  }
  if (length < expected) return;
  const frame = Buffer.concat(received);
  if (length > expected) return end('it sent more than was asked for');
  if (!frame.subarray(4, 4 + ID_BYTES).equals(awaited)) return end('its answer bears a wrong id');
  awaited = undefined;
  received = [];
  tell({ kind: 'frame', frame });
}

function end(why: string): void {
  violation = why;
  killGroup(child!.pid!);
}

function tell(report: Report): void {
  port.postMessage(report);
  Atomics.add(signal, 0, 1);
  Atomics.notify(signal, 0);
}
