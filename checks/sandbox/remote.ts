/** A lesson whose functions run in another process: the stand-ins that the suite calls. */
import ndarray from 'ndarray';
import { MissingExportError, proxyText, type Functions } from '../subject/recorder.ts';
import type { Bundled } from './bundle.ts';
import { EndedError, type Channel } from './channel.ts';
import { ANSWER, REQUEST, type Frame } from './frame.ts';
import { missingNameProblem } from './importable.ts';
import type { Limits } from './limits.ts';
import { TimeLimit } from './time-limit.ts';
import { arePositions, Places } from './places.ts';
import {
  decode,
  encode,
  ERRORS,
  RefusedError,
  STORAGES,
  type Encoded,
  type Maker,
} from './value.ts';

/** What the suite meets in the place of a value that the learner's process did not give. */
export class SandboxError extends Error {
  override name = 'SandboxError';
}

/** Makes decoded values in this process. */
const maker: Maker = {
  list: (items) => [...items],
  object: () => ({}),
  buffer: (byteLength) => new ArrayBuffer(byteLength),
  typed: (kind, buffer, byteOffset, length) =>
    new STORAGES[kind]!.Storage(buffer, byteOffset, length),
  array: (data, shape, stride, offset) =>
    ndarray(data as Float64Array, shape as number[], stride as number[], offset),
  callback: () => {
    throw new RefusedError('a function cannot cross');
  },
  error: (kind, name, message) =>
    Object.defineProperty(new ERRORS[kind]!(message), 'name', {
      value: name,
      configurable: true,
      writable: true,
    }),
};

/** The exported functions of a submission, each call of which goes to its process. */
export class RemoteLesson {
  /** What went wrong with the process in this check; a check with a fault earns nothing. */
  fault: string | undefined;
  /** Whether a call has changed an argument. */
  hasChanged = false;
  /** Stand-ins for the functions that the submission exports. */
  readonly functions: Functions;
  readonly #channel: Channel;
  readonly #script: string;
  readonly #places: Places;
  readonly #limits: Limits;
  /** What all checks together may take. */
  readonly #lesson: TimeLimit;
  /** The check that runs: its exercise, its limit, and the bytes that came back in it. */
  #check = { exercise: '', limit: 0, time: new TimeLimit(0), bytes: 0 };
  /** The function that ended a process, by the exercise in which it did. */
  readonly #stopped = new Map<string, string>();

  /**
   * Starts a process and loads the submission into it.
   *
   * @param submission its script is sent; its map stays here
   * @param channel starts its process
   * @throws SandboxError, or what the submission throws, when it does not load
   */
  constructor({ script, map }: Bundled, channel: Channel, limits: Limits) {
    this.#channel = channel;
    this.#script = script;
    this.#places = new Places(map);
    this.#limits = limits;
    this.#lesson = new TimeLimit(limits.lesson);
    const [names = [], proxies = []] = this.#load();
    this.functions = Object.fromEntries<unknown>([
      ...names.map((name) => [name, (...args: unknown[]) => this.#call(name, args)] as const),
      ...proxies.map((name) => [name, refusal(name)] as const),
    ]);
  }

  /** Tells that a check begins, and how many milliseconds it may take. */
  beginCheck(exercise: string, limit: number): void {
    this.fault = undefined;
    this.#check = { exercise, limit, time: new TimeLimit(limit), bytes: 0 };
    if (this.#channel.running) this.#check.time.follow(this.#channel.pid);
  }

  /** The milliseconds that all checks have taken so far. */
  spent(): number {
    return this.#lesson.spent();
  }

  #load(): readonly string[][] {
    const { load } = this.#limits;
    try {
      this.#channel.start();
      this.#lesson.follow(this.#channel.pid);
      const time = new TimeLimit(load);
      time.follow(this.#channel.pid);
      const payload = Buffer.from(this.#script);
      const answer = this.#channel.exchange(REQUEST.load, payload, () => time.left());
      const names = this.#result(answer, []);
      if (areNames(names)) return names;
      throw new RefusedError('the answer is no two lists of names');
    } catch (error) {
      this.#channel.kill();
      throw this.#told(error, {
        late: `it did not finish loading within ${load / 1000} s; is there an endless loop outside the functions?`,
        ended:
          'the process ended while it was loading; does something outside the functions fill the memory?',
        refused: 'what it answered while it was loading is malformed',
      });
    }
  }

  #call(name: string, args: unknown[]): unknown {
    const { exercise, limit, time } = this.#check;
    const stopper = this.#stopped.get(exercise);
    if (stopper !== undefined) {
      this.fault ??= `left out, since ${stopper} did not return in a check before`;
      throw new SandboxError(this.fault);
    }
    try {
      if (this.#lesson.left() === 0) throw new EndedError('the time was up', true);
      if (!this.#channel.running) {
        this.#load();
        time.follow(this.#channel.pid);
      }
      return this.#exchange(name, args);
    } catch (error) {
      if (error instanceof SandboxError) this.fault ??= error.message;
      if (!(error instanceof EndedError || error instanceof RefusedError)) throw error;
      if (error instanceof EndedError) this.#stopped.set(exercise, name);
      const isLesson = this.#lesson.left() === 0;
      const told = this.#told(error, {
        late: isLesson
          ? `the time for the whole lesson, ${this.#limits.lesson / 1000} s, was up when ${name} was called`
          : `${name} did not return within ${limit / 1000} s; is there a loop that never ends?`,
        ended: `the process ended while ${name} ran; does something call process.exit, or fill the memory?`,
        refused: `${name} did not return a value that can be graded`,
      });
      this.fault ??= told.message;
      throw told;
    }
  }

  /** Calls a function there, and those of the suite that it calls in its turn. */
  #exchange(name: string, args: unknown[]): unknown {
    const { time } = this.#check;
    const timeLeft = (): number => Math.min(time.left(), this.#lesson.left());
    const request = encode([name, args], { limits: this.#limits.message, callbacks: true });
    let answer = this.#channel.exchange(REQUEST.call, request.bytes, timeLeft);
    while (answer.kind === ANSWER.callback) {
      const [kind, value] = this.#callBack(answer.payload, request.functions);
      if (this.fault !== undefined) {
        // The function called the learner's code in its turn, which went wrong; this call still waits.
        this.#channel.kill();
        throw value;
      }
      const { bytes } = encode(value, { limits: this.#limits.message });
      answer = this.#channel.exchange(kind, bytes, timeLeft);
    }
    return this.#result(answer, request.buffers);
  }

  #callBack(payload: Buffer, functions: Encoded['functions']): [kind: number, value: unknown] {
    const f = payload.length < 4 ? undefined : functions[payload.readUInt32LE()];
    const args = this.#decode(payload.subarray(4), []);
    if (f === undefined || !Array.isArray(args)) this.#malformed('a callback that does not exist');
    try {
      return [REQUEST.returned, f(...(args as unknown[]))];
    } catch (error) {
      return [REQUEST.threw, error];
    }
  }

  /**
   * What an answer means: a value is returned and an error thrown, after the arguments were changed as the
   * call changed them.
   */
  #result({ kind, payload }: Frame, buffers: ArrayBuffer[]): unknown {
    if (kind === ANSWER.refused) throw new RefusedError(String(this.#decode(payload, [])));
    if (kind !== ANSWER.value && kind !== ANSWER.thrown) {
      this.#malformed(`an answer of kind ${kind}`);
    }
    const value = this.#decode(this.#applyChanges(payload, buffers), [...buffers]);
    if (kind === ANSWER.thrown) throw this.#thrown(value);
    return value;
  }

  /** What was thrown; an error says with its stack in which lesson's file that was, if it is known. */
  #thrown(value: unknown): unknown {
    const [thrown, positions] = Array.isArray(value) ? (value as unknown[]) : [];
    if (!arePositions(positions)) this.#malformed('what was thrown comes without its positions');
    if (thrown instanceof Error) {
      const [, name = ''] = /^(\w+) is not defined$/.exec(thrown.message) ?? [];
      thrown.message = missingNameProblem(name) ?? thrown.message;
      const place = this.#places.first(positions);
      if (place !== undefined) thrown.stack = `${thrown.name}: ${thrown.message}\n    at ${place}`;
    }
    return thrown;
  }

  /** Changes the arguments as the call did. Returns the rest of the payload. */
  #applyChanges(payload: Buffer, buffers: readonly ArrayBuffer[]): Buffer {
    let at = 4;
    const count = payload.length < 4 ? Infinity : payload.readUInt32LE();
    for (let i = 0; i < count; i++) {
      const buffer = payload.length < at + 4 ? undefined : buffers[payload.readUInt32LE(at)];
      if (buffer === undefined) this.#malformed('a changed argument that does not exist');
      const end = at + 4 + buffer.byteLength;
      if (payload.length < end) this.#malformed('a changed argument of another size');
      new Uint8Array(buffer).set(payload.subarray(at + 4, end));
      this.hasChanged = true;
      at = end;
    }
    return payload.subarray(at);
  }

  #decode(bytes: Buffer, known: ArrayBuffer[]): unknown {
    this.#check.bytes += bytes.length;
    const { answers } = this.#limits;
    if (this.#check.bytes > answers) {
      throw new RefusedError(`more than ${answers} bytes in one check are too many to cross`);
    }
    try {
      return decode(bytes, maker, this.#limits.message, known);
    } catch (error) {
      this.#malformed((error as Error).message);
    }
  }

  /** Whoever answers so is no honest process: it is ended. */
  #malformed(what: string): never {
    this.#channel.kill();
    throw new RefusedError(`malformed: ${what}`);
  }

  #told(error: unknown, texts: { late: string; ended: string; refused: string }): Error {
    if (error instanceof RefusedError) {
      return new SandboxError(`${texts.refused}: ${error.message}`);
    }
    if (!(error instanceof EndedError)) return asError(error);
    return new SandboxError(error.late ? texts.late : `${texts.ended} (${error.message})`);
  }
}

/** Whether an answer is what a process says that it has loaded: names of functions, and of proxies. */
function areNames(answer: unknown): answer is string[][] {
  return (
    Array.isArray(answer) &&
    answer.length === 2 &&
    answer.every(
      (names) => Array.isArray(names) && names.every((name: unknown) => typeof name === 'string'),
    )
  );
}

/** What stands in the place of a proxy of a function. */
function refusal(name: string): () => never {
  return () => {
    throw new MissingExportError(proxyText(name));
  };
}

/** An error for what a submission threw. */
function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new SandboxError(`it threw ${String(thrown)}`);
}
