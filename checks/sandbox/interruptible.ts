import type { Lesson } from '../project.ts';
import { gradeSubmission } from './grade-submission.ts';
import type { SubmissionResult } from '../results/submission-result.ts';

/** Grades lessons of a submission, as gradeSubmission does, or gives up between two of them. */
export type Grade = (
  folder: string,
  lessons: readonly Lesson[],
  options: { seed: number; signal: AbortSignal },
) => Promise<SubmissionResult>;

/**
 * Grades lessons of a submission until it is interrupted.
 *
 * Ctrl-C in a terminal ends the grader of the lesson that runs as well. What it did not come to would be taken
 * for failed, so nothing that was graded then is a result.
 *
 * @param folder laid out as the course is
 * @param seed what the fresh inputs are drawn with
 * @param signal interrupts it
 * @throws the signal's reason when it is interrupted
 */
export const gradeUntilInterrupted: Grade = async (folder, lessons, { seed, signal }) => {
  const whole: SubmissionResult = { version: 1, points: 0, max: 0, seed, lessons: [] };
  for (const lesson of lessons) {
    signal.throwIfAborted();
    const part = await gradeSubmission(folder, [lesson], { seed });
    whole.points += part.points;
    whole.max += part.max;
    whole.lessons.push(...part.lessons);
  }
  signal.throwIfAborted();
  return whole;
};
