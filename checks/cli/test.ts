/** `npm test 02`: grades the learner's file of a lesson. */
import { contentHash } from '../course/course-hash.ts';
import { fileProblem } from '../course/learner-file.ts';
import { gradeLesson, type GradeOptions } from '../grade/grade-lesson.ts';
import { spare } from '../grade/spare-child.js';
import { typecheck } from '../grade/typecheck.ts';
import { shownPath, type Lesson } from '../project.ts';
import { coloursFor } from '../report/colours.ts';
import { isSolved, lessonReport } from '../report/lesson.ts';
import { fitted } from '../report/terminal.ts';
import type { CheckResult } from '../results/lesson-result.ts';
import { exerciseNumbered } from './hint.ts';

/** What grading a lesson once came to. */
export interface Graded {
  solved: boolean;
  report: string;
  checks: readonly CheckResult[];
}

/** Grades the learner's file of a lesson, or one exercise of it, with its types checked meanwhile. */
export async function grade(
  lesson: Lesson,
  options: Pick<GradeOptions, 'exercise' | 'take'> = {},
  colours = coloursFor(process.stdout),
): Promise<Graded> {
  const { exercise } = options;
  const [result, typeProblems] = await Promise.all([
    gradeLesson(lesson, options),
    typecheck(lesson),
  ]);
  const report = lessonReport(result, {
    lesson,
    file: shownPath(lesson.learner),
    hash: contentHash(lesson.learner),
    typeProblems,
    ...(exercise !== undefined && { exercise }),
    colours,
  });
  return { solved: isSolved(result, typeProblems), report, checks: result.checks };
}

/**
 * Grades a lesson or one exercise of it, prints the report, and exits with 0 only if everything that was asked for
 * is solved.
 *
 * @param query `02.5` for one exercise; anything else means the whole lesson
 */
export async function testLesson(lesson: Lesson, query = lesson.number): Promise<void> {
  if (!hasFile(lesson)) return;
  const exercise = /^\d{1,2}\.\d+$/.test(query) ? exerciseNumbered(lesson, query) : undefined;
  if (exercise === undefined && query.includes('.') && /^\d/.test(query)) {
    process.stderr.write(`Lesson ${lesson.number} has no exercise ${query}.\n`);
    process.exitCode = 2;
    return;
  }
  const { solved, report } = await grade(lesson, {
    take: spare.take,
    ...(exercise !== undefined && { exercise }),
  });
  process.stdout.write(fitted(report, process.stdout));
  if (!solved) process.exitCode = 1;
}

/** Whether the learner's file is there and can be read; if not, says what to do. */
export function hasFile(lesson: Lesson): boolean {
  const problem = fileProblem(lesson);
  if (problem === undefined) return true;
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
  return false;
}
