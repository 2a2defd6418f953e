/** How long a diagnosis may take: a learner waits for it. */
export class Deadline {
  readonly #end: number;

  /** @param milliseconds from now on */
  constructor(milliseconds: number) {
    this.#end = performance.now() + milliseconds;
  }

  isOver(): boolean {
    return performance.now() >= this.#end;
  }
}
