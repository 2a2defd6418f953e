/** How fast the learner's functions answer, so that slow code is told apart from a loop that never ends. */
import { agrees } from '../agreement.ts';
import { outcomeOf, withoutCache, withOwnCaches } from '../diagnosis/replay.ts';
import type { Pace } from '../results/lesson-result.ts';
import type { Call, Functions } from '../subject/recorder.ts';

/** Calls that took less than this together, in milliseconds, are no news. */
const NEWS = 250;

/**
 * Follows the calls of a check.
 *
 * @param reference the lesson's functions, for whether an answer that took its time is right
 * @param tell is told of a function whenever its calls took another quarter of a second
 * @returns what to call when a check begins, and after each call
 */
export function followPace(
  reference: () => Functions,
  tell: (pace: Pace) => void,
): { begin: () => void; returned: (call: Call) => void } {
  const paces = new Map<string, Pace>();
  /** How many milliseconds were told of last. */
  const told = new Map<string, number>();
  return {
    begin: () => {
      paces.clear();
      told.clear();
    },
    returned: (call) => {
      const before = paces.get(call.name);
      const pace: Pace = {
        name: call.name,
        calls: (before?.calls ?? 0) + 1,
        milliseconds: (before?.milliseconds ?? 0) + call.milliseconds,
        right: before?.right ?? true,
      };
      paces.set(call.name, pace);
      if (pace.milliseconds - (told.get(call.name) ?? 0) < NEWS) return;
      told.set(call.name, pace.milliseconds);
      pace.right &&= isRight(call, reference());
      tell(pace);
    },
  };
}

/**
 * Whether a call's answer is known to be right. One that was given a function is not made again: that may be a
 * generator or count its calls, and the check is still going on.
 */
function isRight(call: Call, reference: Functions): boolean {
  const { outcome } = call;
  if (!('value' in outcome) || holdsFunction(call.args)) return false;
  const args = withOwnCaches(call, call.args, reference);
  const right = args && outcomeOf(reference[call.name], args);
  return (
    right !== undefined &&
    'value' in right &&
    agrees(withoutCache(outcome.value), withoutCache(right.value))
  );
}

function holdsFunction(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return (
    typeof value === 'object' &&
    value !== null &&
    !ArrayBuffer.isView(value) &&
    // An ndarray's own methods are its prototype's.
    Object.values(value).some(holdsFunction)
  );
}
