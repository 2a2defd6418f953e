/**
 * A derivative that is asked for, one entry's or a whole group's, and the measurements of it so far.
 */
import {
  measure,
  withErrors,
  type Along,
  type Base,
  type Measurement,
  type Slopes,
} from './difference.ts';
import { dot, rootMeanSquare } from './fit.ts';
import { judge, sharpest } from './judge.ts';
import { moveEntry, writeEntries, type Input } from './arguments.ts';
import type { Subject } from './function-under-test.ts';
import { isComplaint } from './read.ts';

/** A direction, what the learner says the slope along it is, and the measurements of it so far. */
export interface Probe {
  yours: number;
  along: Along;
  /** The distance along it that counts as 1. */
  unit: number;
  measurements: Measurement[];
  /** Which outputs it has been seen to move. */
  touched: Uint8Array;
  /** The steps that have not been tried. */
  steps: number[];
}

/** Steps that exceed an entry itself stay below this part of the largest one, as a power of two. */
const LARGEST_STEP = -5;

/** Measures a probe at one step, which is then done with. */
export function refine(probe: Probe, base: Base, step: number): void {
  probe.steps = probe.steps.filter((other) => other !== step);
  const measured = measure(probe.along, base, step, probe.unit);
  if (measured === undefined) return;
  const { slopes, jumps: _, ...measurement } = measured;
  slopes.forEach((slope, k) => (probe.touched[k] ||= slope === 0 ? 0 : 1));
  const all = [...probe.measurements, measurement];
  probe.measurements = withErrors(all, base, probe.unit, probe.touched);
}

/** The slope of each output along an entry, at the step that served the entry best. */
export function slopesAt(
  subject: Subject,
  base: Base,
  input: Input,
  { place, numeric }: { place: number; numeric: Measurement | undefined },
  unit: number,
): Slopes | undefined {
  const along = entryDirection(subject, input, place);
  return numeric && measure(along, base, numeric.step, unit);
}

/**
 * Measures a probe until it is judged or all steps are used up.
 *
 * @param hint the step to try first, which served the probe's neighbour
 * @returns the step that served best
 */
export function settle(
  subject: Subject,
  base: Base,
  probe: Probe,
  rms: number,
  hint: number,
): number {
  const { precision } = subject;
  const isOpen = () =>
    judge(probe.yours, probe.measurements, rms, precision, probe.steps.length === 0) === 'open';
  while (probe.steps.length > 0 && isOpen()) {
    const best = sharpest(probe.measurements);
    // Where rounding makes up the error, a smaller step would only add to it.
    const step =
      best && best.blindness > best.truncation
        ? Math.max(...probe.steps)
        : probe.steps.includes(hint)
          ? hint
          : probe.steps[0]!;
    refine(probe, base, step);
  }
  return sharpest(probe.measurements)?.step ?? hint;
}

/** The direction in which one entry moves by itself. */
export function entryDirection(subject: Subject, input: Input, place: number): Along {
  return (distance) => {
    let at = 0;
    const run = subject.forward((args) => (at = moveEntry(args, input, place, distance)));
    return isComplaint(run) ? undefined : { values: run.values, at };
  };
}

/**
 * One entry, moved by itself.
 *
 * @param yours the learner's gradient there
 * @param unit the distance that counts as 1, and that of the input's largest entry
 */
export function entryProbe(
  subject: Subject,
  base: Base,
  input: Input,
  place: number,
  yours: number,
  unit: { own: number; largest: number },
): Probe {
  const along = entryDirection(subject, input, place);
  const probe = newProbe(subject, base, yours, along, unit.own);
  // Beside large entries a small one may need steps that are large for itself.
  const size = Math.log2(unit.largest / unit.own) + LARGEST_STEP;
  for (let step = 0; step <= size; step += 5) probe.steps.push(step);
  return probe;
}

/** Many entries, each moved by its own unit up or down. */
export function groupProbe(
  subject: Subject,
  base: Base,
  input: Input,
  group: readonly number[],
  units: Float64Array,
  signs: Float64Array,
  yours: Float64Array,
): Probe {
  const direction = new Float64Array(units.length);
  for (const place of group) direction[place] = signs[place]! * units[place]!;
  const along: Along = (distance) => {
    const moved = input.values.map((x, i) => x + distance * direction[i]!);
    const run = subject.forward((args) => writeEntries(args, input, moved));
    return isComplaint(run) ? undefined : { values: run.values, at: distance };
  };
  return newProbe(subject, base, dot(yours, direction), along, 1);
}

function newProbe(
  { precision }: Subject,
  base: Base,
  yours: number,
  along: Along,
  unit: number,
): Probe {
  const touched = new Uint8Array(base.values.length);
  return { yours, along, unit, measurements: [], touched, steps: [...precision.steps] };
}

/**
 * The unit of each entry's step: the power of two nearest to its size, so that the steps are representable.
 * A zero takes the unit of the whole array, and an array of zeros takes 1.
 */
export function unitsOf({ values }: Input): Float64Array {
  const size = rootMeanSquare(values.filter(Boolean)) || 1;
  return values.map((x) => 2 ** Math.round(Math.log2(Math.abs(x) || size)));
}
