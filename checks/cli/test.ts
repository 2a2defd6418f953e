/** `npm test 02`: grades the learner's file of a lesson. */
import { existsSync } from 'node:fs';
import { contentHash } from '../course/course-hash.ts';
import { gradeLesson } from '../grade/grade-lesson.ts';
import { typecheck } from '../grade/typecheck.ts';
import { shownPath, type Lesson } from '../project.ts';
import { coloursFor } from '../report/colours.ts';
import { isSolved, lessonReport } from '../report/lesson.ts';

/** What grading a lesson once came to. */
export interface Graded {
  solved: boolean;
  report: string;
}

/** Grades the learner's file of a lesson, with its types checked meanwhile. */
export async function grade(lesson: Lesson): Promise<Graded> {
  const [result, typeProblems] = await Promise.all([gradeLesson(lesson), typecheck(lesson)]);
  const report = lessonReport(result, {
    lesson,
    file: shownPath(lesson.learner),
    hash: contentHash(lesson.learner),
    typeProblems,
    colours: coloursFor(process.stdout),
  });
  return { solved: isSolved(result, typeProblems), report };
}

/** Grades a lesson, prints the report, and exits with 0 only if the lesson is solved. */
export async function testLesson(lesson: Lesson): Promise<void> {
  if (!hasFile(lesson)) return;
  const { solved, report } = await grade(lesson);
  process.stdout.write(report);
  process.exitCode = solved ? 0 : 1;
}

/** Whether the learner's file is there; if not, says how to get it back. */
export function hasFile(lesson: Lesson): boolean {
  if (existsSync(lesson.learner)) return true;
  process.stderr.write(
    `${shownPath(lesson.learner)} is missing: npm run reset ${lesson.number} puts the exercises back.\n`,
  );
  process.exitCode = 1;
  return false;
}
