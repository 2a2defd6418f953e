/** The points of many submissions as a table. */
import { csvText } from './csv.ts';
import { oneLine } from '../report/clean.ts';
import { byExercise } from '../results/points.ts';
import { NOT_RUN } from './sandbox.ts';
import { weightedShare, type Weights } from './weights.ts';
import type { SubmissionResult } from '../results/submission-result.ts';

/** A submission in the table. */
export interface Row {
  submission: string;
  /** Its points, unless there is no result. */
  score?: Score;
  /** Why it could not be graded, or why lessons of it did not load. */
  problem?: string;
  /** Whether it was graded to the end, whatever its score. */
  graded: boolean;
}

/** The points of a submission. */
export interface Score {
  points: number;
  max: number;
  /** The points of each exercise: `02.5 sigmoid`. */
  exercises: ReadonlyMap<string, number>;
  /** How many points each exercise has. */
  maxima: ReadonlyMap<string, number>;
}

/** The row of a submission that has a result. */
export function rowOf(submission: string, result: SubmissionResult): Row {
  const exercises = result.lessons.flatMap(({ checks }) => byExercise(checks));
  // Of a file that does not load no check is run, and that is its author's doing.
  const left = result.lessons
    .filter(({ broken }) => broken === undefined)
    .flatMap(({ checks }) => checks)
    .filter(({ failure }) => failure?.problem === NOT_RUN).length;
  const problems = result.lessons.flatMap(({ broken }) => broken ?? []);
  if (left > 0) {
    problems.unshift(`the grader was ended before ${left} of the checks had run; grade it again`);
  }
  return {
    submission,
    score: {
      points: result.points,
      max: result.max,
      exercises: new Map(exercises.map(({ exercise, points }) => [exercise, points])),
      maxima: new Map(exercises.map(({ exercise, checks }) => [exercise, checks.length])),
    },
    ...(problems.length > 0 && { problem: problems.join('; ') }),
    graded: left === 0,
  };
}

/**
 * The table as CSV: submission, points, max, a column for each exercise, problem.
 *
 * @param rows one for each submission, in the order of the table
 * @param weights with them there is a column `percent` behind `max`: the weighted share of the points
 */
export function pointsCsv(rows: readonly Row[], weights?: Weights): string {
  const exercises = [...new Set(rows.flatMap(({ score }) => [...(score?.exercises.keys() ?? [])]))];
  return csvText([
    ['submission', 'points', 'max', ...(weights ? ['percent'] : []), ...exercises, 'problem'],
    ...rows.map(({ submission, score, problem }) => [
      submission,
      score?.points,
      score?.max,
      ...(weights ? [score && Number((100 * weightedShare(score, weights)).toFixed(2))] : []),
      ...exercises.map((exercise) => score?.exercises.get(exercise)),
      problem === undefined ? undefined : oneLine(problem),
    ]),
  ]);
}
