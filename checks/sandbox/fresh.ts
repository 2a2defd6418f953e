/**
 * Fresh inputs for a check that passed: a table of the answers that a suite shows is right for its inputs and
 * for no others.
 *
 * Every array of the check's calls that isn't made of whole numbers alone is scaled by one factor just below
 * 1. That keeps what a domain may ask for (signs, order, ties, zeros, being at most 1), so an honest function
 * is as right as before. What the reference can't answer is not asked.
 */
import { entries, isArray } from '../any-array.ts';
import { difference, roundingOf, type Tolerance } from '../agreement.ts';
import { replay } from '../diagnosis/replay.ts';
import type { Call, Functions } from '../subject/recorder.ts';
import { snapshot } from '../subject/snapshot.ts';
import { callText } from '../text.ts';

/** How many calls of a check are repeated. */
const REPEATED = 3;

/** The smallest and the largest factor. */
const FACTORS = [0.98, 0.995] as const;

/** Far more than rounding, and far less than what a scaled input changes. */
const TOLERANCE = { relative: 1e-4, absolute: 1e-9 };

/**
 * Repeats the calls of a function with fresh inputs and compares it with the reference.
 *
 * Where several answers are right (the weights of a gate, a cache, a drawing), the reference's is only one of
 * them. So a call counts only if the suite's own inputs gave the reference's answer.
 *
 * @param calls the calls of a check that passed
 * @param name the function that the check is about
 * @param random uniform in [0, 1); one draw for each call that is repeated
 * @returns undefined when the function is right for them, else a sentence
 */
export function freshProblem(
  calls: readonly Call[],
  name: string,
  { subject, reference }: { subject: Functions; reference: Functions },
  random: () => number,
): string | undefined {
  const repeated = calls
    .filter((call) => call.name === name && givesTheSame(call, reference[name]))
    .slice(0, REPEATED);
  for (const call of repeated) {
    const factor = FACTORS[0] + (FACTORS[1] - FACTORS[0]) * random();
    const args = call.args.map((arg) => scaled(arg, factor));
    const fresh = { ...call, args };
    const right = replay(reference[name], fresh);
    if (right === undefined || difference(args, call.args) === undefined) continue;
    const given = replay(subject[name], fresh);
    const problem =
      given === undefined
        ? 'it threw'
        : difference(given.value, right.value, toleranceFor(right.value));
    if (problem !== undefined) {
      return `right for the inputs of this check, and wrong for others like them: ${callText(name, args)}: ${problem}`;
    }
  }
  return undefined;
}

/** Whether f returns what a call returned. */
function givesTheSame(call: Call, f: unknown): boolean {
  const right = replay(f, call);
  return (
    right !== undefined &&
    'value' in call.outcome &&
    difference(call.outcome.value, right.value, roundingOf(right.value)) === undefined
  );
}

function toleranceFor(value: unknown): Tolerance {
  return { ...TOLERANCE, absolute: Math.max(TOLERANCE.absolute, roundingOf(value).absolute) };
}

/** A copy of an argument with its arrays scaled. */
function scaled(value: unknown, factor: number): unknown {
  if (isArray(value)) {
    const copy = snapshot(value);
    const isWhole = entries(copy).every((entry) => Number.isInteger(entry));
    if (!isWhole) {
      for (let i = 0; i < copy.data.length; i++) copy.data[i] = copy.data[i]! * factor;
    }
    return copy;
  }
  if (Array.isArray(value)) return value.map((item) => scaled(item, factor));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, scaled(field, factor)]),
  );
}
