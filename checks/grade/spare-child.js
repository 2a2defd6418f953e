/**
 * The processes in which lessons are graded (grade-child.ts). One of them loads mocha, the compiler and the diagnosis
 * for most of the time that a grade takes. So whoever grades on every save has the next one do that beforehand, and
 * `npm test 05` has it do that while the command itself is loaded: this is plain JavaScript, which needs no compiler.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

const CHILD = fileURLToPath(new URL('grade-child.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Starts a process that waits for a job. It ends when this one does.
 *
 * @returns {ChildProcess}
 */
export function startChild() {
  return spawn(process.execPath, ['--import', 'tsx', CHILD], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

/** One process that waits for a job, as long as somebody grades. */
export class SpareChild {
  /** @type {() => ChildProcess} */
  #start;
  /** @type {ChildProcess | undefined} */
  #waiting;

  /** @param {() => ChildProcess} start */
  constructor(start = startChild) {
    this.#start = start;
  }

  /** Starts one, unless one waits. It takes a core for most of a second: call it when nobody waits for an answer. */
  prepare() {
    this.#waiting ??= this.#start();
  }

  /**
   * The one that waits, if it still does, or a new one.
   *
   * @returns {ChildProcess}
   */
  take = () => {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    const isThere = waiting?.connected === true && waiting.exitCode === null;
    return isThere ? waiting : this.#start();
  };

  /** Ends the one that waits. */
  end() {
    this.#waiting?.kill();
    this.#waiting = undefined;
  }
}

/** The one for the command that runs. */
export const spare = new SpareChild();
