/** What is said of a check that did not end in time: whether it is slow, never ends, or nobody knows. */
import type { Pace } from '../results/lesson-result.ts';

/** What is known of such a check. */
export interface Late {
  /** The function that was running. */
  name: string;
  /** How long the check had, in milliseconds. */
  limit: number;
  /** How fast the function was in calls that it returned from, if that is worth a word. */
  pace: Pace | undefined;
  /** Whether those calls were made in a check before. */
  isEarlier: boolean;
  /** How many checks of the exercise passed before. */
  passed: number;
  /** How long the reference takes for the check, in milliseconds. */
  reference: number | undefined;
}

/** A reference that needs more than this part of the time leaves honest code only so many times as much. */
const HONEST = 1 / 50;

/**
 * The evidence is the calls that did return. Where they took most of the time, the code is slow: a loop that never
 * ends would have kept the first of them. Where one call was waited for and others were slow besides, it is slow by
 * the look of it. Where none was, it depends on the reference: what takes that a good part of the time may take
 * somebody else all of it, and what it does in no time has no honest reason to last, unless the work grows out of
 * hand where other checks pass.
 */
export function tooLate({ name, limit, pace, isEarlier, passed, reference }: Late): {
  isSlow: boolean;
  problem: string;
} {
  const allowed = timeText(limit);
  const beside =
    reference === undefined ? '' : `; the reference needs ${timeText(reference)} for all of it`;
  if (pace !== undefined) {
    const judged = pace.right ? `${name} is right so far but slow` : `${name} is slow`;
    const calls = pace.calls === 1 ? 'one call' : `${pace.calls} calls`;
    const took = `it needed ${timeText(pace.milliseconds)} for ${calls}`;
    return {
      isSlow: true,
      problem:
        !isEarlier && pace.milliseconds >= limit / 2
          ? `${judged}: ${took}, and the check may take ${allowed}${beside}`
          : `${judged}, by the look of it: ${took}, and did not return from the next within the ${allowed} that a check may take${beside}`,
    };
  }
  const late = `${name} did not return within ${allowed}${beside}`;
  if (reference !== undefined && reference >= limit * HONEST) {
    return { isSlow: true, problem: `${late}. It is slow, or there is a loop that never ends` };
  }
  const question =
    passed === 0
      ? 'Is there a loop that never ends?'
      : 'It is right in checks before this one: is there a loop that never ends for these arguments, or work that doubles at each step?';
  return { isSlow: false, problem: `${late}. ${question}` };
}

/** `0.4 s`, `12 ms`, `less than 1 ms`. */
function timeText(milliseconds: number): string {
  if (milliseconds < 1) return 'less than 1 ms';
  return milliseconds < 1000
    ? `${Math.round(milliseconds)} ms`
    : `${Number((milliseconds / 1000).toPrecision(2))} s`;
}
