/**
 * The numerical gradient of one input beside the learner's: every entry, or a sample of a large array and one
 * random direction through all the rest.
 */
import type { Random } from '#datasets/random';
import type { Base, Measurement } from './difference.ts';
import { dot, largest, rootMeanSquare } from './fit.ts';
import { isKink, judge, sharpest, tolerance, type Judgement } from './judge.ts';
import { reconsider } from './kinks.ts';
import { entryProbe, groupProbe, refine, settle, unitsOf, type Probe } from './probe.ts';
import { chooseEntries } from './sample.ts';
import type { Input } from './arguments.ts';
import type { Subject } from './function-under-test.ts';

/** One entry of a gradient, as the learner and the measurements have it. */
export interface Entry {
  /** Its place in row-major order. */
  place: number;
  yours: number;
  /** The sharpest measurement; nothing where the function is not finite around the input. */
  numeric: Measurement | undefined;
  /** How far apart the two may be. */
  tolerance: number;
  judgement: Judgement;
  isKink: boolean;
}

/** The gradient of one input, checked. */
export interface Checked {
  input: Input;
  /** The learner's gradient, all of it. */
  yours: Float64Array;
  /** The entries that were looked at one by one, in row-major order. */
  entries: readonly Entry[];
  /** What the random direction through all other entries says; nothing if there are none. */
  rest: Judgement | undefined;
  /** The root of the mean square of the measured entries. */
  rms: number;
}

/**
 * Checks the gradient of one input.
 *
 * Each entry is measured once, which settles nearly all of them and shows how large the gradient is. Those
 * still open, and those that seem wrong, are measured at other steps.
 *
 * @param base the point to differentiate at
 * @param yours the learner's gradient in row-major order, finite
 * @param budget how many entries to look at one by one
 * @param random chooses the entries and the direction through the rest
 */
export function checkInput(
  subject: Subject,
  base: Base,
  input: Input,
  yours: Float64Array,
  budget: number,
  random: Random,
): Checked {
  const { precision } = subject;
  const units = unitsOf(input);
  const places = chooseEntries(input.shape, input.values, budget, random);
  const largestUnit = largest(units);
  const probeOf = (place: number) => {
    const unit = { own: units[place]!, largest: largestUnit };
    return entryProbe(subject, base, input, place, yours[place]!, unit);
  };
  const probes = new Map(places.map((place) => [place, probeOf(place)]));

  for (const probe of probes.values()) refine(probe, base, precision.steps[0]!);
  // Refined measurements show the gradient's size better, so those who were judged by the first are heard again.
  for (let round = 0; round < 2; round++) {
    const rms = sizeOf(probes.values(), precision.trust);
    let step = precision.steps[0]!;
    for (const probe of probes.values()) step = settle(subject, base, probe, rms, step);
  }
  const rms = sizeOf(probes.values(), precision.trust);
  const verdict = (probe: Probe, size: number) =>
    judge(probe.yours, probe.measurements, size, precision, probe.steps.length === 0);

  const toEntry = ([place, probe]: readonly [number, Probe]): Entry => {
    const numeric = sharpest(probe.measurements);
    return {
      place,
      yours: probe.yours,
      numeric,
      tolerance: numeric ? tolerance(numeric, rms, precision) : NaN,
      judgement: verdict(probe, rms),
      isKink: numeric !== undefined && isKink(numeric, rms, precision),
    };
  };
  const entries = reconsider(subject, base, input, [...probes].map(toEntry), random);

  const others = [...yours.keys()].filter((place) => !probes.has(place));
  const isKnownWrong = entries.some(({ judgement }) => judgement === 'wrong');
  if (others.length === 0 || isKnownWrong) return { input, yours, entries, rest: undefined, rms };

  const signs = yours.map(() => (random() < 0.5 ? -1 : 1));
  const judgeTogether = (group: readonly number[]): Judgement => {
    const probe = groupProbe(subject, base, input, group, units, signs, yours);
    const moved = group.map((place) => units[place]!);
    const size = rms * Math.sqrt(dot(moved, moved));
    settle(subject, base, probe, size, precision.steps[0]!);
    return verdict(probe, size);
  };
  const rest = judgeTogether(others);
  const culprit = rest === 'wrong' ? bisect(others, judgeTogether) : undefined;
  if (culprit !== undefined) {
    const probe = probeOf(culprit);
    settle(subject, base, probe, rms, precision.steps[0]!);
    entries.push(toEntry([culprit, probe]));
  }
  return { input, yours, entries, rest, rms };
}

/** The RMS of the slopes that are measured well enough; those which are not may be far too large. */
function sizeOf(probes: Iterable<Probe>, trust: number): number {
  const slopes = [...probes].flatMap(({ measurements }) => {
    const best = sharpest(measurements);
    return best && best.error <= trust * Math.abs(best.value) ? [best.value] : [];
  });
  return rootMeanSquare(slopes);
}

/** Halves a group that is wrong as a whole until one place is left; nothing if neither half will own up. */
function bisect(
  group: readonly number[],
  judgeTogether: (group: readonly number[]) => Judgement,
): number | undefined {
  let suspects = group;
  while (suspects.length > 1) {
    const middle = suspects.length >> 1;
    const halves = [suspects.slice(0, middle), suspects.slice(middle)];
    const guilty = halves.find((half) => judgeTogether(half) === 'wrong');
    if (guilty === undefined) return undefined;
    suspects = guilty;
  }
  return suspects[0];
}
