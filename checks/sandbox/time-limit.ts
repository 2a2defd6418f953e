/**
 * How long a process may take. What counts is its CPU time, where the system tells it: on a busy machine honest
 * code waits for a core, and nobody fails for that. Time by the clock is limited too, and widely, since who sleeps
 * uses no CPU.
 */
import { readFileSync } from 'node:fs';

/** By the clock a process may take so many times what it may compute. */
const WIDE = 6;

/** Linux counts CPU time in hundredths of a second, whatever its kernel does (man 5 proc, _SC_CLK_TCK). */
const TICK = 10;

/** How soon it is worth to look again, in milliseconds. */
const SOON = 10;

/**
 * The CPU time that a process has used, all of its threads together, in milliseconds.
 *
 * @returns undefined where the system does not tell, or there is no such process
 */
export function cpuTime(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in brackets, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK;
  } catch {
    return undefined;
  }
}

/** A limit on what processes take, one after the other, from when each is followed. */
export class TimeLimit {
  readonly #cpu: number;
  readonly #wall: number;
  /** What the processes took that are no longer followed. */
  #taken = { cpu: 0, wall: 0 };
  #pid: number | undefined;
  /** What was read when the process that is followed began to be. */
  #start = { cpu: undefined as number | undefined, wall: 0 };
  /** Before then it is not over: nobody computes faster than the clock runs. */
  #look = 0;

  /**
   * @param cpu milliseconds of CPU time
   * @param wall milliseconds by the clock where CPU time is not told; where it is, so many times as much
   */
  constructor(cpu: number, wall = cpu) {
    this.#cpu = cpu;
    this.#wall = wall;
  }

  /** From now on this process is the one that takes time. */
  follow(pid: number): void {
    this.#taken = this.#total();
    this.#pid = pid;
    this.#start = { cpu: cpuTime(pid), wall: Date.now() };
    // Most calls are over before it would be read again.
    this.#plan(this.#start.wall, this.#taken);
  }

  /** The milliseconds that were taken: of CPU where they are told, of the clock elsewhere. */
  spent(): number {
    return this.#total().cpu;
  }

  /** After how many milliseconds it may be over, and is to be asked again; 0 when it is. */
  left(): number {
    const now = Date.now();
    if (now >= this.#look) this.#plan(now, this.#total());
    return this.#look - now;
  }

  /** Says when to look again, now that so much was taken. */
  #plan(now: number, { cpu, wall }: { cpu: number; wall: number }): void {
    const isTold = this.#start.cpu !== undefined;
    const left = Math.min(
      (isTold ? WIDE * this.#wall : this.#wall) - wall,
      isTold ? this.#cpu - cpu : Infinity,
    );
    this.#look = now + (left <= 0 ? 0 : Math.max(SOON, left));
  }

  #total(): { cpu: number; wall: number } {
    const { cpu, wall } = this.#taken;
    if (this.#pid === undefined) return { cpu, wall };
    const clock = Date.now() - this.#start.wall;
    const before = this.#start.cpu;
    const now = before === undefined ? undefined : cpuTime(this.#pid);
    // Of a process that has ended nobody tells any more.
    const own = before === undefined ? clock : now === undefined ? 0 : now - before;
    return { cpu: cpu + own, wall: wall + clock };
  }
}
