import type { Lesson } from '../project.ts';
import { gradedWith } from '../results/graded-with.ts';
import type { SandboxResult, SubmissionResult } from '../results/submission-result.ts';
import type { Graders } from './graders.ts';
import { gradeSubmission } from './grade-submission.ts';

/** Where the finished lessons of a submission are kept until all are. */
export interface Parts {
  read: (lesson: string) => SandboxResult | undefined;
  write: (result: SandboxResult) => void;
}

/** How lessons of a submission are graded. */
export interface GradeUntilOptions {
  /** What the fresh inputs are drawn with. */
  seed: number;
  /** Interrupts it. */
  signal: AbortSignal;
  /** Have processes ready, or start them. */
  graders: Graders;
  /** Keeps what is finished, so that nothing of it is graded again. */
  parts?: Parts;
}

/** Grades lessons of a submission, as gradeSubmission does, or gives up when it is interrupted. */
export type Grade = (
  folder: string,
  lessons: readonly Lesson[],
  options: GradeUntilOptions,
) => Promise<SubmissionResult>;

/**
 * Grades lessons of a submission until it is interrupted.
 *
 * That ends the grader of the lesson that runs. What it did not come to would be taken for failed, so nothing of
 * that lesson is a result; the lessons before it are.
 *
 * @param folder laid out as the course is
 * @throws the signal's reason when it is interrupted
 */
export const gradeUntilInterrupted: Grade = async (folder, lessons, { parts, ...options }) => {
  const { seed, signal } = options;
  const whole: SubmissionResult = {
    version: 1,
    points: 0,
    max: 0,
    seed,
    gradedWith: gradedWith(),
    lessons: [],
  };
  for (const lesson of lessons) {
    signal.throwIfAborted();
    const part = parts?.read(lesson.name) ?? (await gradePart(folder, lesson, options));
    signal.throwIfAborted();
    parts?.write(part);
    whole.points += part.points;
    whole.max += part.max;
    whole.lessons.push(part);
  }
  return whole;
};

async function gradePart(
  folder: string,
  lesson: Lesson,
  options: Omit<GradeUntilOptions, 'parts'>,
): Promise<SandboxResult> {
  const { lessons } = await gradeSubmission(folder, [lesson], options);
  return lessons[0]!;
}
