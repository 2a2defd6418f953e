/**
 * A derivative that is asked for, one entry's or a whole group's, and the measurements of it so far.
 */
import { measure, withErrors, type Along, type Base, type Measurement } from './difference.ts';
import { largest, rootMeanSquare } from './fit.ts';
import { judge, sharpest } from './judge.ts';
import {
  isComplaint,
  moveEntry,
  writeEntries,
  type Input,
  type Subject,
} from './function-under-test.ts';

/** A direction, what the learner says the slope along it is, and the measurements of it so far. */
export interface Probe {
  yours: number;
  along: Along;
  /** The distance along it that counts as 1. */
  unit: number;
  measurements: Measurement[];
  /** The steps that have not been tried. */
  steps: number[];
}

/** Steps that exceed an entry itself stay below this part of the largest one, as a power of two. */
const LARGEST_STEP = -5;

/** Measures a probe at one step, which is then done with. */
export function refine(probe: Probe, base: Base, step: number): void {
  probe.steps = probe.steps.filter((other) => other !== step);
  const measurement = measure(probe.along, base, step, probe.unit);
  if (measurement === undefined) return;
  probe.measurements = withErrors([...probe.measurements, measurement], base, probe.unit);
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

/** One entry, moved by itself. */
export function entryProbe(
  subject: Subject,
  input: Input,
  place: number,
  units: Float64Array,
  yours: Float64Array,
): Probe {
  const along = entryDirection(subject, input, place);
  const probe = newProbe(subject, yours[place]!, along, units[place]!);
  // Beside large entries a small one may need steps that are large for itself.
  const size = Math.log2(largest(units) / units[place]!) + LARGEST_STEP;
  for (let step = 0; step <= size; step += 5) probe.steps.push(step);
  return probe;
}

/** Many entries, each moved by its own unit up or down. */
export function groupProbe(
  subject: Subject,
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
  const slope = group.reduce((sum, place) => sum + yours[place]! * direction[place]!, 0);
  return newProbe(subject, slope, along, 1);
}

function newProbe({ precision }: Subject, yours: number, along: Along, unit: number): Probe {
  return { yours, along, unit, measurements: [], steps: [...precision.steps] };
}

/**
 * The unit of each entry's step: the power of two nearest to its size, so that the steps are representable.
 * A zero takes the unit of the whole array, and an array of zeros takes 1.
 */
export function unitsOf({ values }: Input): Float64Array {
  const size = rootMeanSquare(values.filter(Boolean)) || 1;
  return values.map((x) => 2 ** Math.round(Math.log2(Math.abs(x) || size)));
}
