/**
 * The worker thread beside the grader, which starts the learner's process, reads what it prints, and tells how it
 * ended. The grader's main thread waits while a call runs, since the suites are synchronous, so somebody else must.
 *
 * Where the system has no pipes that the main thread can look into (pipes.ts), it passes the frames on as well: one
 * for each that it sent. Whatever else comes ends the process.
 */
import type { ChildProcess } from 'node:child_process';
import { workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { IncomingFrame, UNASKED } from './incoming-frame.ts';
import { killGroup, launch, type Launch } from './launch.ts';

/** What the worker is made with. */
export interface RelayData {
  port: MessagePort;
  /** Counts the messages to the main thread, which waits on it. */
  signal: Int32Array;
  launch: Launch;
}

/** What the main thread asks for. */
export type Order =
  /** With the ends of its pipes, unless frames are passed on. */
  | { kind: 'start'; pipes?: readonly [questions: number, answers: number] }
  | { kind: 'send'; frame: Uint8Array }
  /** With what is wrong with it, if anything is. */
  | { kind: 'kill'; why?: string };

/** What the main thread is told. */
export type Report =
  | { kind: 'started'; pid: number | undefined }
  | { kind: 'frame'; frame: Uint8Array }
  | { kind: 'ended'; how: string; printed: string };

const { port, signal, launch: options } = workerData as RelayData;
const { limits } = options;

/** The process that runs, and what it is doing. */
let child: ChildProcess | undefined;
/** The frame that is to come; undefined while none is awaited. */
let awaited: IncomingFrame | undefined;
let printed = '';
let violation: string | undefined;

port.on('message', (order: Order) => {
  switch (order.kind) {
    case 'start':
      start(order.pipes);
      break;
    case 'send':
      awaited = new IncomingFrame(order.frame, limits.message.bytes);
      questions().write(order.frame);
      break;
    case 'kill':
      end(order.why);
      break;
  }
});

function start(pipes: readonly [number, number] | undefined): void {
  const started = launch(options, pipes);
  child = started;
  [awaited, printed, violation] = [undefined, '', undefined];
  started.once('error', (error) => (violation ??= error.message));
  for (const stream of [started.stdout!, started.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (printed.length < limits.output) printed = (printed + text).slice(0, limits.output);
    });
  }
  if (pipes === undefined) {
    // The process may be gone while it is written to; its end is reported below.
    questions().on('error', () => {});
    started.stdio[4]!.on('data', receive);
  }
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

function questions(): NodeJS.WritableStream {
  return child!.stdio[3] as NodeJS.WritableStream;
}

function receive(piece: Buffer): void {
  if (violation !== undefined) return;
  if (awaited === undefined) return end(UNASKED);
  try {
    const frame = awaited.take(piece);
    if (frame === undefined) return;
    awaited = undefined;
    tell({ kind: 'frame', frame });
  } catch (error) {
    end((error as Error).message);
  }
}

function end(why: string | undefined): void {
  violation ??= why;
  if (child?.pid !== undefined) killGroup(child.pid);
}

function tell(report: Report): void {
  port.postMessage(report);
  Atomics.add(signal, 0, 1);
  Atomics.notify(signal, 0);
}
