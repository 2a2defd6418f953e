/**
 * Gradescope's `results.json`: https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format
 *
 * The assignment's points must be set to the result's `max`, since Gradescope takes the score as it is.
 */
import { json } from './json.ts';
import { exercisesOf, exerciseText, overviewText } from './wording.ts';
import type { SubmissionResult } from '../../results/submission-result.ts';

/** The result with a test for each exercise, whose output is its first failure. */
export function gradescope(result: SubmissionResult): string {
  return json({
    score: result.points,
    output: overviewText(result),
    // The default of this one would render HTML that the submission printed.
    output_format: 'text',
    test_output_format: 'text',
    test_name_format: 'text',
    visibility: 'visible',
    stdout_visibility: 'hidden',
    extra_data: { seed: result.seed },
    tests: result.lessons.flatMap(exercisesOf).map((exercise) => ({
      score: exercise.points,
      max_score: exercise.max,
      status: exercise.points === exercise.max ? 'passed' : 'failed',
      name: exercise.exercise,
      number: exercise.exercise.split(' ')[0],
      output: exerciseText(exercise),
      visibility: 'visible',
    })),
  });
}
