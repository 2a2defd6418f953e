/** What a diagnosis may look at, and when a hypothesis counts as an explanation. */
import { unravel } from '../../any-array.ts';
import type { Base } from '../difference.ts';
import type { Checked, Entry } from '../numeric.ts';
import { slopesAt, unitsOf } from '../probe.ts';
import type { Cause } from '../report.ts';
import type { Input } from '../arguments.ts';
import type { Run, Subject } from '../function-under-test.ts';

/** Everything known about one wrong gradient. */
export interface Evidence {
  subject: Subject;
  run: Run;
  base: Base;
  input: Input;
  /** What the gradient is called. */
  gradient: string;
  /** The measured entries that have one derivative: no kinks. */
  entries: readonly Entry[];
  /** The same by their place; nothing at kinks and where nothing was measured. */
  at: (place: number) => Entry | undefined;
  /** The root of the mean square of the right gradient. */
  rms: number;
  /** The gradients of the other inputs, right and wrong. */
  others: readonly Checked[];
  /** The slope of each output along an entry, without dout. */
  slopesOf: (entry: Entry) => Float64Array;
  /** The function around other inputs, and a forward pass there; nothing if it has none. */
  elsewhere: Elsewhere | undefined;
}

/** The function around other inputs than the given ones, and what it returned there. */
export interface Elsewhere {
  subject: Subject;
  run: Run;
}

/** Looks for one kind of mistake in a gradient that is known to be wrong. */
export type Diagnosis = (evidence: Evidence) => Cause | undefined;

/** How much more than its tolerance a hypothesis may be off: it is built from several measurements. */
const SLACK = 10;

/** How much more than the tolerance what is left of an entry may be off, once a term is taken away. */
export const TERM_SLACK = 3;

/** What an entry is off by. */
export function excess(entry: Entry): number {
  return entry.yours - numericOf(entry);
}

/** So many entries convince, even where the sample is large and a hypothesis speaks of few of them. */
const CONVINCING = 8;

export function toEvidence(
  subject: Subject,
  run: Run,
  base: Base,
  checked: Checked,
  others: readonly Checked[],
  elsewhere: Elsewhere | undefined,
): Evidence {
  const entries = checked.entries.filter(({ numeric, isKink }) => numeric && !isKink);
  const byPlace = new Map(entries.map((entry) => [entry.place, entry]));
  const { input, rms } = checked;
  const units = unitsOf(input);
  const slopes = new Map<Entry, Float64Array>();
  const slopesOf = (entry: Entry) => {
    const known = slopes.get(entry);
    if (known) return known;
    const found = slopesAt(subject, base, input, entry, units[entry.place]!)!.slopes;
    slopes.set(entry, found);
    return found;
  };
  return {
    subject,
    run,
    base,
    input,
    gradient: input.gradient,
    entries,
    at: (place) => byPlace.get(place),
    rms,
    others,
    slopesOf,
    elsewhere,
  };
}

/** The derivative as it was measured. */
export function numericOf(entry: Entry): number {
  return entry.numeric!.value;
}

/** Whether the right derivative is zero. */
export function isBlocked(entry: Entry): boolean {
  return Math.abs(numericOf(entry)) <= entry.tolerance;
}

/** How far an entry may lie from what a hypothesis says of it. */
export function margin({ subject, rms }: Evidence, entry: Entry, predicted: number): number {
  const { relative, floor } = subject.precision;
  return SLACK * (relative * Math.abs(predicted) + floor * rms + entry.numeric!.error);
}

/**
 * Whether a hypothesis tells what the learner's gradient is.
 *
 * It must be right about every entry that it speaks of, and that must be many: half of those measured, or
 * eight. It must speak of an entry that is wrong, and say something other than the truth there. And at least
 * two of its numbers must not be zero, since zeros agree with anything.
 *
 * @param predict what the hypothesis says the learner's entry is; nothing where it says nothing
 */
export function explains(
  evidence: Evidence,
  predict: (entry: Entry) => number | undefined,
): boolean {
  const { entries } = evidence;
  let spoken = 0;
  let nonzero = 0;
  let differs = false;
  for (const entry of entries) {
    const predicted = predict(entry);
    if (predicted === undefined || !Number.isFinite(predicted)) continue;
    const allowed = margin(evidence, entry, predicted);
    if (Math.abs(entry.yours - predicted) > allowed) return false;
    spoken++;
    if (Math.abs(predicted) > allowed) nonzero++;
    if (entry.judgement === 'wrong' && Math.abs(predicted - numericOf(entry)) > allowed)
      differs = true;
  }
  return differs && nonzero >= 2 && spoken >= Math.min(entries.length / 2, CONVINCING);
}

/** The index of an entry along each axis of its input. */
export function indexOf({ input }: Evidence, { place }: Entry): number[] {
  return unravel(place, input.shape);
}

/** The place of an index in an array of a shape, in row-major order; nothing if it lies outside. */
export function ravel(index: readonly number[], shape: readonly number[]): number | undefined {
  const isInside = index.every((i, axis) => i >= 0 && i < shape[axis]!);
  return isInside ? index.reduce((place, i, axis) => place * shape[axis]! + i, 0) : undefined;
}

/** All orders of some items. */
export function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    permutations(items.toSpliced(i, 1)).map((others) => [item, ...others]),
  );
}

/** All selections of at least one item. */
export function subsets<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [];
  const last = items.at(-1)!;
  const found = subsets(items.slice(0, -1));
  return found.concat(
    [[last]],
    found.map((subset) => subset.concat([last])),
  );
}
