/**
 * Fresh inputs for a check that passed: a table of the answers that a suite shows is right for its inputs and
 * for no others.
 *
 * Every entry of an array of the check's calls is drawn anew, but for arrays of whole numbers alone: the steps from
 * each magnitude to the next greater one become shorter, each by a factor of its own. That keeps what a domain may
 * ask for (signs, order, ties, zeros, being at most 1), so an honest function is as right as before; and the new
 * inputs lie on no line through the old ones. Where there are samples, there is one more. What the reference can't
 * answer is not asked.
 */
import { entries, isArray } from '../any-array.ts';
import { difference, roundingOf, type Tolerance } from '../agreement.ts';
import { numbersIn } from '../diagnosis/numbers.ts';
import { replay, withoutCache, withOwnCaches } from '../diagnosis/replay.ts';
import type { Call, Functions } from '../subject/recorder.ts';
import { snapshot } from '../subject/snapshot.ts';
import { callText } from '../text.ts';
import { withOneMore } from './samples-axis.ts';

/** How many calls of a check are repeated. */
const REPEATED = 3;

/** The smallest and the largest factor of a step. */
const FACTORS = [0.8, 0.99] as const;

/** Far more than rounding, and far less than what a scaled input changes. */
const TOLERANCE = { relative: 1e-4, absolute: 1e-9 };

/**
 * Repeats the calls of a function with fresh inputs and compares it with the reference.
 *
 * Where several answers are right (the weights of a gate, a drawing), the reference's is only one of them, and a
 * cache is never compared. So a call counts only if the suite's own inputs gave the reference's answer, and that not
 * by chance.
 *
 * @param calls the calls of a check that passed
 * @param name the function that the check is about
 * @param random uniform in [0, 1); one draw for each magnitude in each call that is repeated, and one for each batch
 * @param sampled the places of the arguments whose first axis is the samples'
 * @returns undefined when the function is right for them, else a sentence
 */
export function freshProblem(
  calls: readonly Call[],
  name: string,
  { subject, reference }: { subject: Functions; reference: Functions },
  random: () => number,
  sampled: readonly number[] = [],
): string | undefined {
  const repeated = calls
    .filter((call) => call.name === name && !isChance(call) && givesTheSame(call, reference))
    .slice(0, REPEATED);
  for (const call of repeated) {
    const drawn = freshArguments(call, random);
    const asked = [withOneMore(drawn, call, sampled, random) ?? drawn, drawn]
      .map((args) => ({ fresh: { ...call, args }, right: replayOwn(reference, { ...call, args }) }))
      .find(({ right }) => right !== undefined);
    if (asked === undefined || difference(asked.fresh.args, call.args) === undefined) continue;
    const { fresh, right } = asked;
    const given = replay(subject[name], fresh);
    const problem =
      given === undefined
        ? 'it threw'
        : difference(
            withoutCache(given.value),
            withoutCache(right!.value),
            toleranceFor(right!.value),
          );
    if (problem !== undefined) {
      return `right for the inputs of this check, and wrong for others like them: ${callText(name, fresh.args)}: ${problem}`;
    }
  }
  return undefined;
}

/**
 * Whether an answer may be the reference's by chance: one of a few whole numbers that a generator chose. How a function
 * draws is its own affair, and with other inputs chance may choose another one.
 */
function isChance({ args, outcome }: Call): boolean {
  const draws = args.some((arg) => typeof arg === 'function' && 'clone' in arg);
  return draws && 'value' in outcome && numbersIn(outcome.value).every(Number.isInteger);
}

/** What the reference answers; a cache among the arguments is then one of its own. */
function replayOwn(reference: Functions, call: Call): { value: unknown } | undefined {
  const args = withOwnCaches(call, call.args, reference);
  return args && replay(reference[call.name], { ...call, args });
}

/** Whether the reference returns what a call returned. */
function givesTheSame(call: Call, reference: Functions): boolean {
  const right = replayOwn(reference, call);
  return (
    right !== undefined &&
    'value' in call.outcome &&
    difference(
      withoutCache(call.outcome.value),
      withoutCache(right.value),
      roundingOf(right.value),
    ) === undefined
  );
}

/** How far an answer may be from the reference's, with whichever rounding. */
export function toleranceFor(value: unknown): Tolerance {
  return { ...TOLERANCE, absolute: Math.max(TOLERANCE.absolute, roundingOf(value).absolute) };
}

/** Copies of a call's arguments with their entries drawn anew; a cache is left as its author made it. */
function freshArguments({ args, caches }: Call, random: () => number): unknown[] {
  const isCache = (_: unknown, place: number): boolean => caches?.has(place) === true;
  const given = args.filter((arg, place) => !isCache(arg, place));
  const old = [...new Set(given.flatMap(magnitudesIn))].toSorted((a, b) => a - b);
  const fresh = new Map([[0, 0]]);
  let [before, now] = [0, 0];
  for (const magnitude of old) {
    const factor = FACTORS[0] + (FACTORS[1] - FACTORS[0]) * random();
    now += (magnitude - before) * factor;
    before = magnitude;
    fresh.set(magnitude, now);
  }
  return args.map((arg, place) => (isCache(arg, place) ? arg : redrawn(arg, fresh)));
}

/** The magnitudes of the entries that are drawn anew: finite and above 0, of arrays with a fraction in them. */
function magnitudesIn(value: unknown): number[] {
  if (isArray(value)) {
    const all = [...entries(value)];
    if (all.every((entry) => Number.isInteger(entry))) return [];
    return all.map(Math.abs).filter((entry) => entry > 0 && Number.isFinite(entry));
  }
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap(magnitudesIn)
    : [];
}

/** A copy of an argument in which each entry is the one that was drawn for its magnitude. */
function redrawn(value: unknown, fresh: ReadonlyMap<number, number>): unknown {
  if (isArray(value)) {
    const copy = snapshot(value);
    if (entries(copy).every((entry) => Number.isInteger(entry))) return copy;
    for (let i = 0; i < copy.data.length; i++) {
      const entry = copy.data[i]!;
      copy.data[i] = Math.sign(entry) * (fresh.get(Math.abs(entry)) ?? Math.abs(entry));
    }
    return copy;
  }
  if (Array.isArray(value)) return value.map((item) => redrawn(item, fresh));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, redrawn(field, fresh)]),
  );
}
