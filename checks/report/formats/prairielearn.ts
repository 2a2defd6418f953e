/**
 * The `results.json` of an external grader of PrairieLearn:
 * https://prairielearn.readthedocs.io/en/latest/externalGrading/#grading-results
 */
import { clipped } from '../../../figures/characters.ts';
import { json } from './json.ts';
import { exercisesOf, exerciseText, hasRun, overviewText, pointsText } from './wording.ts';
import type { SubmissionResult } from '../../results/submission-result.ts';

// The file may have 1 MB, and a character takes up to 3 bytes.
const OUTPUT = 50_000;
const MESSAGES = 200_000;

/**
 * The result with a test for each exercise.
 *
 * A submission of which nothing could be graded, because no lesson's file loads, is marked as not gradable:
 * then PrairieLearn does not count the attempt.
 */
export function prairielearn(result: SubmissionResult): string {
  const exercises = result.lessons.flatMap(exercisesOf);
  const share = Math.floor(MESSAGES / Math.max(exercises.length, 1));
  const gradable = hasRun(result);
  const reasons = result.lessons.flatMap(({ broken }) => broken ?? []);
  return json({
    gradable,
    score: result.max === 0 ? 0 : result.points / result.max,
    message: pointsText(result),
    output: clipped(overviewText(result), OUTPUT),
    ...(!gradable && { format_errors: reasons.map((reason) => clipped(reason, share)) }),
    tests: exercises.map((exercise) => ({
      name: exercise.exercise,
      description: exercise.checks.map(({ title }) => title).join('; '),
      points: exercise.points,
      max_points: exercise.max,
      message: clipped(exerciseText(exercise), share),
    })),
  });
}
