/** What the grader is asked to do, and what it tells. */
import type { Check, CheckResult, Failure } from '../results/lesson-result.ts';
import type { Bundled } from './bundle.ts';
import type { Launch } from './launch.ts';

/** A submission to grade. */
export interface Job {
  /** The lesson's name. */
  lesson: string;
  /** The submission; without one the checks are only listed. */
  submission?: Bundled;
  /** The program of the thread that relays calls to it (relay.ts), as one script. */
  relay: string;
  /** How the process is started that runs it. */
  launch: Launch;
  /** What the fresh inputs are drawn with; without one there are none. */
  seed?: number;
}

/** A step of grading. */
export type Step =
  /** The checks of the suite, before anything of the submission was run. */
  | { kind: 'loaded'; checks: Check[] }
  /** A process for the learner's code was started. */
  | { kind: 'started'; pid: number }
  /** The submission does not load. */
  | { kind: 'broken'; message: string }
  /** A check ended. */
  | { kind: 'end'; index: number; result: CheckResult }
  /** What there is to say of a check that failed, where that is more than its end said. */
  | { kind: 'explained'; index: number; failure: Failure }
  /** That was all. */
  | { kind: 'done'; printed: string };
