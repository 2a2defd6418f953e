/** The points that a lesson's checks come to. */
import type { CheckResult } from './lesson-result.ts';

/** The checks of one exercise. */
export interface ExerciseResult {
  exercise: string;
  checks: CheckResult[];
  points: number;
}

/** The checks by exercise, in the order of the suite. */
export function byExercise(checks: readonly CheckResult[]): ExerciseResult[] {
  const exercises = new Map<string, CheckResult[]>();
  for (const check of checks) {
    exercises.set(check.exercise, [...(exercises.get(check.exercise) ?? []), check]);
  }
  return [...exercises].map(([exercise, own]) => ({
    exercise,
    checks: own,
    points: pointsOf(own),
  }));
}

/** A point for each check that passed. */
export function pointsOf(checks: readonly CheckResult[]): number {
  return checks.filter(({ status }) => status === 'passed').length;
}
