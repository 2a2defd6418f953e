/** Grades a lesson as `npm test` does, for a reader of the page. */
import { contentHash } from '../../checks/course/course-hash.ts';
import { gradeLesson } from '../../checks/grade/grade-lesson.ts';
import type { SpareChild } from '../../checks/grade/spare-child.js';
import { typecheck, type TypeProblem } from '../../checks/grade/typecheck.ts';
import { shownPath, type Lesson } from '../../checks/project.ts';
import { anchorOf } from '../../checks/readme.ts';
import { failureOf, failureToShow, nanText, valuesOf } from '../../checks/report/failure.ts';
import { isSolved } from '../../checks/report/lesson.ts';
import type { CheckResult, LessonResult } from '../../checks/results/lesson-result.ts';
import { byExercise, pointsOf, type ExerciseResult } from '../../checks/results/points.ts';
import type { ExerciseVerdict, FailureText, Verdict } from '../messages.ts';

/** What grading came to: for the page, and for whoever counts. */
export interface Graded {
  verdict: Verdict;
  result: LessonResult;
}

/** Grades the learner's file in a process that waits for it, with its types checked meanwhile. */
export async function grade(lesson: Lesson, { take }: SpareChild): Promise<Graded> {
  const hash = contentHash(lesson.learner);
  const [result, problems] = await Promise.all([gradeLesson(lesson, { take }), typecheck(lesson)]);
  return { verdict: verdictOf(lesson, hash, result, problems), result };
}

function verdictOf(
  lesson: Lesson,
  hash: string,
  result: LessonResult,
  problems: readonly TypeProblem[],
): Verdict {
  const { checks, broken } = result;
  const shown = broken === undefined ? failureToShow(checks) : undefined;
  return {
    file: shownPath(lesson.learner),
    hash,
    points: pointsOf(checks),
    max: checks.length,
    solved: isSolved(result, problems),
    problems,
    // Where the compiler has named the place, the loader's words add nothing.
    ...(broken !== undefined && { broken: problems.length > 0 ? 'mend the error above' : broken }),
    exercises: byExercise(checks).map(exerciseVerdict),
    ...(shown !== undefined && { failure: failureText(shown) }),
  };
}

function exerciseVerdict({ exercise, checks, points }: ExerciseResult): ExerciseVerdict {
  const failed = failureToShow(checks);
  const base = { exercise, points, max: checks.length };
  if (failed !== undefined) {
    const follows = failed.failure?.follows;
    const note = follows === undefined ? failed.title : `follows from ${follows}`;
    return { ...base, state: 'failed', note };
  }
  return points === checks.length
    ? { ...base, state: 'passed', note: '' }
    : { ...base, state: 'todo', note: 'to do' };
}

function failureText(check: CheckResult): FailureText {
  const failure = failureOf(check);
  return {
    title: `${check.exercise}: ${check.title}`,
    values: valuesOf(failure),
    problem: failure.problem,
    ...(failure.place !== undefined && { place: failure.place }),
    ...(failure.nanFrom !== undefined && { nan: nanText(failure.nanFrom) }),
    ...(failure.diagnosis !== undefined && { diagnosis: failure.diagnosis.sentence }),
    anchor: failure.diagnosis?.anchor ?? anchorOf(check.exercise),
    ...(check.printed !== undefined && { printed: check.printed.text.trimEnd() }),
  };
}
