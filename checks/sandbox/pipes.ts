/**
 * Two pipes to the learner's process that the grader's main thread writes and reads itself, and never waits in: a call
 * takes a twentieth of what it takes through another thread (relay.ts), which is woken twice for each.
 *
 * Node makes pipes with names only, and by a program of the system (man 1 mkfifo). Their names are gone before the
 * process begins.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxPrefix } from './processes.ts';

/** How much is read at once, in bytes: as much as a pipe of Linux holds. */
const CHUNK = 65_536;

/** An open pair of pipes. */
export class Pipes {
  /** The ends of the process: what it reads, and what it writes. */
  readonly theirs: readonly [questions: number, answers: number];
  readonly #questions: number;
  readonly #answers: number;
  readonly #chunk = Buffer.allocUnsafe(CHUNK);
  #open: number[];

  /** Makes them; undefined where the system has no such pipes. */
  static make(): Pipes | undefined {
    const folder = mkdtempSync(sandboxPrefix());
    try {
      const names = ['questions', 'answers'].map((name) => join(folder, name));
      return spawnSync('mkfifo', names).status === 0 ? new Pipes(names[0]!, names[1]!) : undefined;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  private constructor(questions: string, answers: string) {
    const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
    // An end to write with can only be opened where there is one to read from, and the other way round.
    const reader = openSync(questions, O_RDONLY | O_NONBLOCK);
    this.#questions = openSync(questions, O_WRONLY | O_NONBLOCK);
    this.#answers = openSync(answers, O_RDONLY | O_NONBLOCK);
    this.theirs = [openSync(questions, O_RDONLY), openSync(answers, O_WRONLY)];
    closeSync(reader);
    this.#open = [this.#questions, this.#answers, ...this.theirs];
  }

  /** Gives the ends of the process away, once it has them. */
  giveAway(): void {
    for (const end of this.theirs) closeSync(end);
    this.#open = [this.#questions, this.#answers];
  }

  /** Writes as many of the bytes as there is room for now. Returns how many: 0 where nobody reads any more, too. */
  write(bytes: Buffer): number {
    return atOnce(() => writeSync(this.#questions, bytes)) ?? 0;
  }

  /** What has come, as a copy; undefined when there is nothing, now or for ever. */
  read(): Buffer | undefined {
    const count = atOnce(() => readSync(this.#answers, this.#chunk, 0, CHUNK, null)) ?? 0;
    return count === 0 ? undefined : Buffer.from(this.#chunk.subarray(0, count));
  }

  close(): void {
    for (const end of this.#open.splice(0)) closeSync(end);
  }
}

/** Does what may have to wait, and then is not done: undefined; nor when the process at the other end is gone. */
function atOnce(attempt: () => number): number | undefined {
  try {
    return attempt();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN' || code === 'EPIPE') return undefined;
    throw error;
  }
}
