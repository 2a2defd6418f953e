/**
 * A known wrong answer to an exercise, and the sentence that its author needs to read.
 *
 * It does two jobs: the lesson's suite must fail it, and when a learner's function returns what it returns,
 * its sentence is the diagnosis. Where several return the same, the first in the lesson's list is shown, so
 * the more specific ones stand first.
 */
export interface Misconception {
  /** The exercise whose function it replaces: `02.5 sigmoid`. */
  exercise: string;
  /** Its name in the lesson: `sigmoid-overflows`. */
  id: string;
  /** What the learner did and what to do instead, in one or two sentences. */
  sentence: string;
  /** The heading of the README that explains it, as `#staying-finite`; the exercise's own unless given. */
  anchor?: string;
  /** The wrong function, with the exercise's parameters. */
  wrong: (...args: never[]) => unknown;
}
