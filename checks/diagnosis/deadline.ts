/** Where other work keeps the machine busy, a learner waits so many times longer, and no more. */
const PATIENCE = 5;

/** How long a diagnosis may take: a learner waits for it. What it says must not depend on what else is running. */
export class Deadline {
  readonly #milliseconds: number;
  readonly #from = performance.now();
  readonly #cpu = process.cpuUsage();

  /** @param milliseconds of CPU from now on */
  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  isOver(): boolean {
    const { user, system } = process.cpuUsage(this.#cpu);
    return (
      (user + system) / 1000 >= this.#milliseconds ||
      performance.now() - this.#from >= PATIENCE * this.#milliseconds
    );
  }
}
