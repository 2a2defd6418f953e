/** A synchronous line to the process that runs a learner's code. */
import { randomBytes } from 'node:crypto';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { frameBytes, ID_BYTES, parseFrame, type Frame } from './frame.ts';
import type { Launch } from './launch.ts';
import type { Order, RelayData, Report } from './relay.ts';

/** The process ended, or was ended, before it answered. */
export class EndedError extends Error {
  override name = 'EndedError';
  /** Whether it was ended because the time was up. */
  readonly late: boolean;

  constructor(how: string, late: boolean) {
    super(how);
    this.late = late;
  }
}

/** How long the system may take to start or to end a process, in milliseconds. */
const SYSTEM = 10_000;

/** Starts, asks and ends processes, one at a time. */
export class Channel {
  /** What the processes wrote to the terminal. */
  printed = '';
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  readonly #port;
  readonly #worker: Worker;
  readonly #started: (pid: number) => void;
  #running = false;
  #pid = 0;

  /**
   * @param relay the program of the thread that pumps the pipes, as one script
   * @param launch how the processes are started
   * @param started is told the number of each process
   */
  constructor(relay: string, launch: Launch, started: (pid: number) => void) {
    const { port1, port2 } = new MessageChannel();
    const data: RelayData = { port: port2, signal: this.#signal, launch };
    // As a script and without tsx, whose hooks would need the main thread, which waits.
    this.#worker = new Worker(relay, {
      eval: true,
      execArgv: [],
      workerData: data,
      transferList: [port2],
    });
    this.#worker.unref();
    this.#port = port1;
    this.#started = started;
  }

  /** Whether a process runs, as far as is known. */
  get running(): boolean {
    const report = this.#running ? this.#next(0) : undefined;
    if (report !== undefined) this.#end(report);
    return this.#running;
  }

  /** The number of the process that runs, or ran last. */
  get pid(): number {
    return this.#pid;
  }

  /** Starts a process. */
  start(): void {
    this.#order({ kind: 'start' });
    const report = this.#next(Date.now() + SYSTEM);
    if (report?.kind !== 'started' || report.pid === undefined) {
      throw new EndedError('the process does not start', false);
    }
    this.#pid = report.pid;
    this.#started(report.pid);
    this.#running = true;
  }

  /**
   * Sends a frame and waits for the answer.
   *
   * @param timeLeft says how many milliseconds are left until the process is killed, or until it is asked again
   * @throws EndedError when the process ends instead, or must be ended
   */
  exchange(kind: number, payload: Buffer, timeLeft: () => number): Frame {
    const frame = frameBytes({ id: randomBytes(ID_BYTES), kind, payload });
    this.#order({ kind: 'send', frame });
    let report: Report | undefined;
    for (let left = timeLeft(); report === undefined && left > 0; left = timeLeft()) {
      report = this.#next(Date.now() + left);
    }
    if (report?.kind === 'frame') return parseFrame(Buffer.from(report.frame));
    const late = report === undefined;
    if (late) this.kill();
    else this.#end(report);
    const how = report?.kind === 'ended' ? report.how : 'the time was up';
    throw new EndedError(how, late);
  }

  /** Ends the process and waits until it is gone. */
  kill(): void {
    if (!this.#running) return;
    this.#order({ kind: 'kill' });
    for (;;) {
      // An answer may have been on its way.
      const report = this.#next(Date.now() + SYSTEM);
      if (report?.kind !== 'frame') return this.#end(report);
    }
  }

  /** Ends the process, and the thread that pumped its pipes. */
  end(): void {
    this.kill();
    void this.#worker.terminate();
  }

  #end(report: Report | undefined): void {
    this.#running = false;
    if (report?.kind === 'ended') this.printed += report.printed;
  }

  #order(order: Order): void {
    this.#port.postMessage(order, []);
  }

  /** The relay's next report; undefined when none comes in time. */
  #next(deadline: number): Report | undefined {
    for (;;) {
      const count = Atomics.load(this.#signal, 0);
      const received = receiveMessageOnPort(this.#port) as { message: Report } | undefined;
      if (received !== undefined) return received.message;
      const milliseconds = deadline - Date.now();
      if (milliseconds <= 0) return undefined;
      Atomics.wait(this.#signal, 0, count, milliseconds);
    }
  }
}
