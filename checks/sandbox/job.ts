/** What the grader is asked to do, and what it tells. */
import type { Check, CheckResult, Failure } from '../results/lesson-result.ts';
import type { Submission } from './bundle.ts';
import type { Launch } from './launch.ts';

/** A submission to grade. */
export interface Job {
  /** The lesson's name. */
  lesson: string;
  submission: Submission;
  /** The program of the thread that relays calls to it (relay.ts), as one script. */
  relay: string;
  /** How the process is started that runs it. */
  launch: Launch;
  /** What the fresh inputs are drawn with; without one there are none. */
  seed?: number;
  /** The numbers of the checks that are already decided, and of those among them that passed. */
  decided: readonly number[];
  passed: readonly number[];
}

/** A step of grading. */
export type Step =
  /** The checks of the suite, before anything of the submission was read; next it is bundled. */
  | { kind: 'loaded'; checks: Check[] }
  /** A process for the learner's code was started. */
  | { kind: 'started'; pid: number }
  /** The submission does not compile or does not load. */
  | { kind: 'broken'; message: string }
  /** A check begins, after checks that took so many milliseconds of the learner's process. */
  | { kind: 'begin'; index: number; spent: number }
  /** A check ended. */
  | { kind: 'end'; index: number; result: CheckResult }
  /** Now it is looked for why checks failed. */
  | { kind: 'explaining' }
  /** What there is to say of a check that failed, where that is more than its end said. */
  | { kind: 'explained'; index: number; failure: Failure }
  /** That was all; whether the same process may take another job. */
  | { kind: 'done'; printed: string; isReusable: boolean };
