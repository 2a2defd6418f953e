/** A synchronous line to the process that runs a learner's code. */
import { randomBytes } from 'node:crypto';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { frameBytes, ID_BYTES, parseFrame, type Frame } from './frame.ts';
import { IncomingFrame, UNASKED, ViolationError } from './incoming-frame.ts';
import type { Launch } from './launch.ts';
import { Pipes } from './pipes.ts';
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

/** The random bytes of so many ids are drawn at once. */
const IDS = 256;

/** So many times in a row an answer is looked for at once: most calls are over by then. */
const AT_ONCE = 20;

/** Between later looks it waits, in milliseconds, and each time longer than before, up to the last. */
const [SOONEST, GROWTH, LATEST] = [0.02, 1.1, 1];

/** Starts, asks and ends processes, one at a time. */
export class Channel {
  /** What the processes wrote to the terminal. */
  printed = '';
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  readonly #port;
  readonly #worker: Worker;
  readonly #started: (pid: number) => void;
  readonly #makePipes: () => Pipes | undefined;
  /** How many bytes the payload of an answer may have. */
  readonly #most: number;
  #pipes: Pipes | undefined;
  /** Random bytes for the ids of the next frames. */
  #ids = Buffer.alloc(0);
  #running = false;
  #pid = 0;

  /**
   * @param relay the program of the thread that starts them, as one script
   * @param launch how the processes are started
   * @param started is told the number of each process
   * @param makePipes makes the pipes to a process; where it makes none, the relay passes the frames on
   */
  constructor(
    relay: string,
    launch: Launch,
    started: (pid: number) => void,
    makePipes = (): Pipes | undefined => Pipes.make(),
  ) {
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
    this.#makePipes = makePipes;
    this.#most = launch.limits.message.bytes;
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
    this.#pipes?.close();
    const pipes = this.#makePipes();
    this.#pipes = pipes;
    this.#order({ kind: 'start', ...(pipes && { pipes: pipes.theirs }) });
    const report = this.#next(SYSTEM);
    pipes?.giveAway();
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
    const frame = frameBytes({ id: this.#newId(), kind, payload });
    const report =
      this.#pipes === undefined
        ? this.#relayed(frame, timeLeft)
        : this.#piped(this.#pipes, frame, timeLeft);
    if (report?.kind === 'frame') {
      const { buffer, byteOffset, byteLength } = report.frame;
      return parseFrame(Buffer.from(buffer, byteOffset, byteLength));
    }
    const late = report === undefined;
    if (late) this.kill();
    else this.#end(report);
    const how = report?.kind === 'ended' ? report.how : 'the time was up';
    throw new EndedError(how, late);
  }

  /** Sixteen bytes that nobody can guess; asking the system for so few takes as long as for many. */
  #newId(): Buffer {
    if (this.#ids.length === 0) this.#ids = randomBytes(ID_BYTES * IDS);
    const id = this.#ids.subarray(0, ID_BYTES);
    this.#ids = this.#ids.subarray(ID_BYTES);
    return id;
  }

  /** Has the relay ask; what came of it, or undefined when nothing came in time. */
  #relayed(frame: Buffer, timeLeft: () => number): Report | undefined {
    this.#order({ kind: 'send', frame });
    let report: Report | undefined;
    for (let left = timeLeft(); report === undefined && left > 0; left = timeLeft()) {
      report = this.#next(left);
    }
    return report;
  }

  /** The same through pipes. */
  #piped(pipes: Pipes, frame: Buffer, timeLeft: () => number): Report | undefined {
    const incoming = new IncomingFrame(frame, this.#most);
    try {
      if (pipes.read() !== undefined) throw new ViolationError(UNASKED);
      let sent = 0;
      for (let inVain = 0; timeLeft() > 0; inVain++) {
        const written = sent < frame.length ? pipes.write(frame.subarray(sent)) : 0;
        sent += written;
        const piece = pipes.read();
        const answer = piece && incoming.take(piece);
        if (answer !== undefined) return { kind: 'frame', frame: answer };
        if (written > 0 || piece !== undefined) inVain = 0;
        const report = inVain < AT_ONCE ? undefined : this.#next(pause(inVain));
        if (report !== undefined) return report;
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof ViolationError)) throw error;
      this.#order({ kind: 'kill', why: error.message });
      return this.#next(SYSTEM);
    }
  }

  /** Ends the process and waits until it is gone. */
  kill(): void {
    if (!this.#running) return;
    this.#order({ kind: 'kill' });
    for (;;) {
      // An answer may have been on its way.
      const report = this.#next(SYSTEM);
      if (report?.kind !== 'frame') return this.#end(report);
    }
  }

  /** Ends the process, and the thread that started it. */
  end(): void {
    this.kill();
    this.#pipes?.close();
    void this.#worker.terminate();
  }

  #end(report: Report | undefined): void {
    this.#running = false;
    if (report?.kind === 'ended') this.printed += report.printed;
  }

  #order(order: Order): void {
    this.#port.postMessage(order, []);
  }

  /** The relay's next report; undefined when none comes within so many milliseconds. */
  #next(patience: number): Report | undefined {
    const deadline = performance.now() + patience;
    for (;;) {
      const count = Atomics.load(this.#signal, 0);
      const received = receiveMessageOnPort(this.#port) as { message: Report } | undefined;
      if (received !== undefined) return received.message;
      const left = deadline - performance.now();
      if (left <= 0) return undefined;
      Atomics.wait(this.#signal, 0, count, left);
    }
  }
}

/** How long nobody looks for an answer that was looked for in vain so many times, in milliseconds. */
function pause(inVain: number): number {
  return Math.min(LATEST, SOONEST * GROWTH ** (inVain - AT_ONCE));
}
