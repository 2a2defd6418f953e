/** What a learner did, found by replaying a failed check's calls on the lesson's known wrong answers. */
import { agrees } from './agreement.ts';
import type { Misconception } from './misconception.ts';
import { functionOf, type Call, type Functions } from './subject/recorder.ts';
import { snapshot } from './subject/snapshot.ts';

/**
 * The first misconception in the list that returns what the learner's function returned, in every recorded
 * call of that function, and something else than the reference in at least one of them.
 *
 * @param calls the calls of a failed check, in order
 * @param misconceptions the lesson's, the more specific ones first
 * @param reference the lesson's reference implementation
 * @returns undefined when no known wrong answer explains the values
 */
export function diagnose(
  calls: readonly Call[],
  misconceptions: readonly Misconception[],
  reference: Functions,
): Misconception | undefined {
  return misconceptions.find(({ exercise, wrong }) => {
    const name = functionOf(exercise);
    const own = calls.filter((call) => call.name === name && 'value' in call.outcome);
    return (
      own.every((call) => returnsTheSame(wrong, call)) &&
      own.some((call) => !returnsTheSame(reference[name], call))
    );
  });
}

/** Whether f, called with the same arguments, returns what the recorded call returned. */
export function returnsTheSame(f: unknown, call: Call): boolean {
  const replayed = replay(f, call);
  return replayed !== undefined && 'value' in call.outcome
    ? agrees(withoutCache(call.outcome.value), withoutCache(replayed.value))
    : false;
}

/** A result without its field `cache`: what a forward function keeps for its backward is its own affair. */
function withoutCache(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('cache' in value)) return value;
  const { cache: _, ...rest } = value;
  return rest;
}

/** What f returns for the arguments of a recorded call; undefined when it throws. */
export function replay(f: unknown, call: Call): { value: unknown } | undefined {
  try {
    return { value: (f as (...args: readonly unknown[]) => unknown)(...snapshot(call.args)) };
  } catch {
    return undefined;
  }
}
