/** How much a graded lesson may take. */
import type { ValueLimits } from './value.ts';

/** Limits on a lesson, and on the process that runs the learner's code. */
export interface Limits {
  /**
   * Milliseconds that a check may take unless the suite says otherwise, and so each call in it; and as long the
   * suite itself may work on what comes back.
   */
  check: number;
  /** Milliseconds for bundling the learner's file, and for loading it. */
  load: number;
  /** Milliseconds for all checks together. */
  lesson: number;
  /** Megabytes of the JavaScript heap. */
  heap: number;
  /** Megabytes of all memory that is written to, arrays included; where the system can limit that. */
  memory: number;
  /** The same for the process with the suite, and for the compiler. */
  grader: number;
  /** Characters of output that are kept. */
  output: number;
  /** Bytes of one learner file. */
  file: number;
  /** What may cross the pipes in one message. */
  message: ValueLimits;
  /** Bytes that may come back in one check, all answers together. */
  answers: number;
}

/**
 * Enough for every honest solution of the course, and not for much more: of the references' answers none has more
 * than 63 kB, none of their checks gets more than 730 kB in all, and none of their graders takes more than 240 MB.
 */
export const DEFAULT_LIMITS: Limits = {
  check: 5000,
  load: 5000,
  lesson: 120_000,
  heap: 512,
  memory: 1500,
  grader: 2000,
  output: 20_000,
  file: 1_000_000,
  message: { bytes: 16 * 2 ** 20, values: 200_000 },
  answers: 32 * 2 ** 20,
};
