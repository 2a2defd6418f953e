/** How much a graded lesson may take. */
import type { ValueLimits } from './value.ts';

/** Limits on a lesson, and on the process that runs the learner's code. */
export interface Limits {
  /** Milliseconds that a check may take unless the suite says otherwise, and so each call in it. */
  check: number;
  /** Milliseconds for loading the learner's file. */
  load: number;
  /** Milliseconds for all checks together. */
  lesson: number;
  /** Megabytes of the JavaScript heap. */
  heap: number;
  /** Megabytes of all memory that is written to, arrays included; where the system can limit that. */
  memory: number;
  /** Characters of output that are kept. */
  output: number;
  /** Bytes of one learner file. */
  file: number;
  /** What may cross the pipes in one message. */
  message: ValueLimits;
}

/** Enough for every honest solution of the course, and not for much more. */
export const DEFAULT_LIMITS: Limits = {
  check: 5000,
  load: 5000,
  lesson: 120_000,
  heap: 512,
  memory: 1500,
  output: 20_000,
  file: 1_000_000,
  message: { bytes: 64 * 2 ** 20, values: 1_000_000 },
};
