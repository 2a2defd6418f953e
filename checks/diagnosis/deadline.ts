/** Where other work keeps the machine busy, a learner waits so many times longer, and no more. */
const PATIENCE = 5;

/** The system is asked at most once in so many milliseconds. */
const OFTEN = 2;

/** How long a diagnosis may take: a learner waits for it. What it says must not depend on what else is running. */
export class Deadline {
  readonly #milliseconds: number;
  readonly #from = performance.now();
  readonly #cpu = process.cpuUsage();
  /** When the system was asked for the CPU time last: that takes longer than many a call that is judged. */
  #asked = -Infinity;
  #isOver = false;

  /** @param milliseconds of CPU from now on */
  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  isOver(): boolean {
    const now = performance.now();
    if (this.#isOver || now - this.#asked < OFTEN) return this.#isOver;
    this.#asked = now;
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#isOver =
      (user + system) / 1000 >= this.#milliseconds ||
      now - this.#from >= PATIENCE * this.#milliseconds;
    return this.#isOver;
  }
}
