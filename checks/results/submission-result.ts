/** What grading a submission in the sandbox finds. */
import type { LessonResult } from './lesson-result.ts';

/** A graded lesson with its score. */
export interface SandboxResult extends Omit<LessonResult, 'samples'> {
  points: number;
  /** How many checks the suite has, whether or not they ran. */
  max: number;
  /** Gives the same fresh inputs again. */
  seed: number;
}

/** What a submission was graded with. */
export interface GradedWith {
  /** The version of the course, from its package.json. */
  course: string;
  /** Its commit, where git tells it. */
  commit?: string;
  /** Node's version: `v24.1.0`. */
  node: string;
}

/** What grading a submission found. */
export interface SubmissionResult {
  /** Which of these formats it is. */
  version: 1;
  points: number;
  max: number;
  /** Gives the same fresh inputs again, with the same code. */
  seed: number;
  /** Points depend on it; results of earlier versions don't say. */
  gradedWith?: GradedWith;
  lessons: SandboxResult[];
}
