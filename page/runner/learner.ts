/** The learner's file in a worker: how it comes in, and what is told of what it throws. */
import { Watched, type RunFailure } from '../messages.ts';
import { LearnerError, type Functions } from './mixed.ts';

/**
 * What the learner's file exports. What stands outside of its functions runs now, and may not end.
 *
 * @param script where it is
 * @param watched see Programs
 */
export async function loadLearner(
  script: string,
  watched: Int32Array | undefined,
): Promise<Functions> {
  if (watched) watched[1] = Watched.loading;
  try {
    return ((await import(script)) as { lesson: Functions }).lesson;
  } catch (error) {
    throw new LearnerError('Your file', error);
  } finally {
    if (watched) watched[1] = Watched.nothing;
  }
}

/** Why a run ended, as the page is told. */
export function failureOf(error: unknown): RunFailure {
  const isLearners = error instanceof LearnerError;
  const { message, stack = '' } = (isLearners ? error.cause : error) as Partial<Error>;
  return {
    ...(isLearners && { name: error.functionName }),
    message: message ?? String(isLearners ? error.cause : error),
    stack,
  };
}
