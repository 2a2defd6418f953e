/**
 * The processes in which lessons are graded (grade-child.ts). One of them loads mocha, the compiler and the diagnosis
 * for most of the time that a grade takes, so whoever grades on every save has the next one do that beforehand.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { root } from '../project.ts';

const CHILD = fileURLToPath(new URL('grade-child.ts', import.meta.url));

/** Starts a process that waits for a job. It ends when this one does. */
export function startChild(): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', CHILD], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

/** One process that waits for a job, as long as somebody grades. */
export class SpareChild {
  readonly #start: () => ChildProcess;
  #waiting: ChildProcess | undefined;

  constructor(start = startChild) {
    this.#start = start;
  }

  /** Starts one, unless one waits. It takes a core for most of a second: call it when nobody waits for an answer. */
  prepare(): void {
    this.#waiting ??= this.#start();
  }

  /** The one that waits, if it still does, or a new one. */
  readonly take = (): ChildProcess => {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    const isThere = waiting?.connected === true && waiting.exitCode === null;
    return isThere ? waiting : this.#start();
  };

  /** Ends the one that waits. */
  end(): void {
    this.#waiting?.kill();
    this.#waiting = undefined;
  }
}
