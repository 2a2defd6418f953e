/** The words that several formats share. */
import type { CheckResult } from '../../results/lesson-result.ts';
import { anchorOf } from '../../readme.ts';
import { failureOf, failureToShow, nanText, valuesOf } from '../failure.ts';
import type { SubmissionResult, SandboxResult } from '../../results/submission-result.ts';
import { byExercise, type ExerciseResult } from '../../results/points.ts';

/** An exercise of a graded lesson. */
export interface GradedExercise extends ExerciseResult {
  lesson: SandboxResult;
  max: number;
  /** Its failed check that explains most: one with a diagnosis or a report of several lines, or the first. */
  failed?: CheckResult;
}

/** The exercises of a lesson, in the order of its suite. */
export function exercisesOf(lesson: SandboxResult): GradedExercise[] {
  return byExercise(lesson.checks).map((exercise) => {
    const failed = failureToShow(exercise.checks);
    return { ...exercise, lesson, max: exercise.checks.length, ...(failed && { failed }) };
  });
}

/** `3 of 5 points` */
export function pointsText({ points, max }: { points: number; max: number }): string {
  return `${points} of ${max} points`;
}

/** Where a submission has the learner's file of a lesson: `lessons/02-activations/activations.ts`. */
export function learnerPath(lesson: string): string {
  return `lessons/${lesson}/${lesson.slice(3)}.ts`;
}

/** Where the course explains a failed check: `lessons/02-activations/README.md#025-sigmoid`. */
export function sectionOf({ exercise, failure }: CheckResult, lesson: string): string {
  return `lessons/${lesson}/README.md${failure?.diagnosis?.anchor ?? anchorOf(exercise)}`;
}

/** Everything that is known of a failed check, in lines. */
export function failureText(check: CheckResult, { lesson, broken }: SandboxResult): string {
  const failure = failureOf(check);
  const { problem, place, nanFrom, diagnosis } = failure;
  return [
    ...valuesOf(failure).map(([name, value]) => `${name.padEnd(8)}  ${value}`),
    problem,
    place === undefined ? '' : `at ${place}`,
    nanFrom === undefined ? '' : nanText(nanFrom),
    diagnosis === undefined ? '' : diagnosis.sentence,
    broken ?? `Read ${sectionOf(check, lesson)}`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** How an exercise went: its failure in full, or that there is none. */
export function exerciseText(exercise: GradedExercise): string {
  const { failed, lesson, max } = exercise;
  if (failed !== undefined) return `✘ ${failed.title}\n${failureText(failed, lesson)}`;
  if (exercise.points === max) return max === 1 ? 'Its check passes.' : `All ${max} checks pass.`;
  return `To do. Read ${sectionOf(exercise.checks[0]!, lesson.lesson)}`;
}

/** What there is to say about a submission beside its exercises. */
export function overviewText({ lessons }: SubmissionResult): string {
  if (lessons.length === 0) return 'No lesson was graded.';
  return lessons
    .flatMap((lesson) => [
      `${lesson.lesson}: ${pointsText(lesson)}`,
      ...(lesson.broken === undefined ? [] : [lesson.broken]),
      ...(hasPrinted(lesson) ? [`Your code printed:\n${lesson.printed.trimEnd()}`] : []),
    ])
    .join('\n');
}

/** Whether at least one lesson of a submission could be graded, be it without a point. */
export function hasRun({ points, lessons }: SubmissionResult): boolean {
  return points > 0 || lessons.some(({ broken }) => broken === undefined);
}

/** Whether the learner's file wrote anything that can be seen. */
export function hasPrinted({ printed }: SandboxResult): boolean {
  return printed.trim() !== '';
}
