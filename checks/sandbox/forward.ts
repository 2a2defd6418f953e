/**
 * A backward pass earns only where its own forward pass is right: zeros agree with zeros, constants with zeros and
 * lines with their slopes, whatever the function should have been.
 */
import { difference } from '../agreement.ts';
import { replay, withoutCache } from '../diagnosis/replay.ts';
import type { Call, Functions } from '../subject/recorder.ts';
import { callText } from '../text.ts';
import { toleranceFor } from './fresh.ts';

/** How many forward passes of a check are looked at. */
const LOOKED_AT = 3;

/**
 * Whether the caches that a check's calls were given came out of right forward passes.
 *
 * @param calls the calls of a check that passed
 * @param name the function that the check is about
 * @returns undefined when they did, or none was given, else a sentence
 */
export function forwardProblem(
  calls: readonly Call[],
  name: string,
  reference: Functions,
): string | undefined {
  const makers = new Set(
    calls
      .filter((call) => call.name === name)
      .flatMap((call) => [...(call.caches?.values() ?? [])]),
  );
  for (const maker of [...makers].filter(isRepeatable).slice(0, LOOKED_AT)) {
    const right = replay(reference[maker.name], maker);
    const { outcome } = maker;
    if (right === undefined || !('value' in outcome)) continue;
    const given = withoutCache(outcome.value);
    if (difference(given, withoutCache(right.value), toleranceFor(right.value)) !== undefined) {
      return `${maker.name} is wrong for what this check gives it, and the gradient of a wrong value earns nothing: ${callText(maker.name, maker.args)}`;
    }
  }
  return undefined;
}

/** Whether a call gives the same again: of one that draws or was given a cache, nobody knows. */
function isRepeatable({ args, caches }: Call): boolean {
  return caches === undefined && !args.some((arg) => typeof arg === 'function');
}
