/**
 * The `result.json` of an autograder of Classroom 50:
 * https://github.com/foundation50/classroom50/wiki/Advanced-Autograding#the-resultjson-contract and
 * https://github.com/foundation50/classroom50/blob/main/schemas/result-v1.schema.json
 */
import { clipped } from '../../../figures/characters.ts';
import { json } from './json.ts';
import { exercisesOf, exerciseText } from './wording.ts';
import type { SubmissionResult } from '../../results/submission-result.ts';

/** Which environment variable of Classroom 50's runner holds what. */
const VARIABLES = {
  classroom: 'CLASSROOM',
  assignment: 'ASSIGNMENT',
  assignment_type: 'ASSIGNMENT_TYPE',
  owner: 'OWNER',
  submission: 'SUBMISSION_TAG',
  commit: 'COMMIT_URL',
  release: 'RELEASE_URL',
  review: 'REVIEW_URL',
};

/**
 * The result with a test for each exercise.
 *
 * @param result what was graded
 * @param environment says whose submission it is and of what, with the variables that the runner sets for its
 *   autograder; this process's unless given
 * @throws Error when a variable is missing or the submission's tag holds no time
 */
export function classroom50(
  result: SubmissionResult,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const missing = Object.values(VARIABLES).filter((name) => !environment[name]);
  if (missing.length > 0) {
    throw new Error(
      `classroom50: ${missing.join(', ')} must be set in the environment and ${missing.length === 1 ? 'is' : 'are'} not; Classroom 50's runner sets what this format needs, so write it there`,
    );
  }
  const identity = Object.fromEntries(
    Object.entries(VARIABLES).map(([field, name]) => [field, environment[name]!]),
  );
  return json({
    schema: 'classroom50/result/v1',
    ...identity,
    datetime: timeOf(identity['submission']!),
    score: result.points,
    'max-score': result.max,
    tests: result.lessons.flatMap(exercisesOf).map((exercise) => ({
      'test-name': exercise.exercise,
      passed: exercise.points === exercise.max,
      score: exercise.points,
      'max-score': exercise.max,
      output: clipped(exerciseText(exercise), 10_000),
    })),
  });
}

/**
 * When it was submitted. The runner overwrites this with the time of the commit; the tag's is the nearest that
 * is known without a clock.
 *
 * @param tag `submit/2026-06-01T14-32-05Z-a1b2c3d`
 */
function timeOf(tag: string): string {
  const [, day, hour, minute, second] =
    /^submit\/(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z/.exec(tag) ?? [];
  if (day === undefined) {
    throw new Error(
      `classroom50: SUBMISSION_TAG is "${tag}"; it must begin like submit/2026-06-01T14-32-05Z-a1b2c3d, as the tags that Classroom 50's runner makes`,
    );
  }
  return `${day}T${hour}:${minute}:${second}Z`;
}
