/** Grades a submission, one lesson after the other, into one result file. */
import { randomInt } from 'node:crypto';
import type { Lesson } from '../project.ts';
import type { Limits } from './limits.ts';
import type { Graders } from './graders.ts';
import { gradedWith } from '../results/graded-with.ts';
import { save } from './writing.ts';
import { gradeInSandbox } from './sandbox.ts';
import type { SandboxResult, SubmissionResult } from '../results/submission-result.ts';

/** What may be chosen when a submission is graded. */
export interface GradeSubmissionOptions {
  limits?: Partial<Limits>;
  seed?: number;
  /** Have processes ready, or start them; new ones, which are ended with this, unless given. */
  graders?: Graders;
  /** Ends it: what was not graded then did not run. */
  signal?: AbortSignal;
}

/**
 * Grades lessons of a submission.
 *
 * @param folder laid out as the course is: `lessons/02-activations/activations.ts`
 */
export async function gradeSubmission(
  folder: string,
  lessons: readonly Lesson[],
  { seed = randomInt(2 ** 32), ...options }: GradeSubmissionOptions = {},
): Promise<SubmissionResult> {
  const results: SandboxResult[] = [];
  for (const lesson of lessons) {
    results.push(await gradeInSandbox(lesson, { ...options, folder, seed }));
  }
  const sum = (key: 'points' | 'max'): number =>
    results.reduce((total, result) => total + result[key], 0);
  const [points, max] = [sum('points'), sum('max')];
  return { version: 1, points, max, seed, gradedWith: gradedWith(), lessons: results };
}

/** Writes a result so that whoever finds the file finds all of it. */
export function writeResult(file: string, result: SubmissionResult): void {
  save(file, `${JSON.stringify(result, null, 2)}\n`);
}
