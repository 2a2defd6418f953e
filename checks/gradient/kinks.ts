/**
 * A second look at a kink where several may meet.
 *
 * At x = 0 both units of relu(x) − relu(−x) have a kink, and the sum of the two has none: its slope is 1.
 * Backpropagation takes 0 for the slope of either unit and gets 0, which is not between the slopes of the sum,
 * and yet everybody does it. Where every output has its own kink, as in a layer, the differences see each of
 * them; inside of a longer computation, such as a loss on top of a network at zeros, they see the sum only.
 *
 * But kinks that meet at a point part when the inputs are nudged, each input by itself: then some of the units
 * are on and some off. The slopes there, followed back to the point, are limits of honest gradients, and the
 * interval that they span is the least that must be granted. It is F. H. Clarke's generalized derivative
 * ("Optimization and Nonsmooth Analysis", https://doi.org/10.1137/1.9781611971309), entry by entry.
 */
import type { Random } from '#datasets/random';
import { measure, type Base, type Slopes } from './difference.ts';
import { dot } from './fit.ts';
import type { Entry } from './numeric.ts';
import { entryDirection, slopesAt, unitsOf } from './probe.ts';
import type { Input } from './arguments.ts';
import { movedTo, type Subject } from './function-under-test.ts';
import { isComplaint } from './read.ts';

/**
 * How many directions are looked in to see whether several kinks meet, and how many more to see what they span.
 * What one direction in six shows, as all of two units being off, escapes all of them once in 10¹⁰ times.
 */
const DIRECTIONS = 32;
const MORE_DIRECTIONS = 96;

/** After so many entries have proved wrong again, the others need no second look. */
const ENOUGH = 4;

/** How far the inputs are nudged, in smallest steps and as a power of two: so far that a step meets no kink. */
const NUDGE = 5;

/** The part of a disagreement that slopes nearby must differ by to have anything to do with it. */
const RELEVANT = 0.1;

/** How many times their error estimate the slopes nearby may be off. */
const CAUTION = 10;

/**
 * Judges entries again that seem wrong: all those at kinks, and the others too if at the first of them kinks
 * cancel.
 *
 * @param random draws the directions
 * @returns the entries, those where several kinks meet with the interval that the slopes nearby span: `right` if
 *   it holds the learner's number, and else `open`, since there may be more kinks than were seen
 */
export function reconsider(
  subject: Subject,
  base: Base,
  input: Input,
  entries: readonly Entry[],
  random: Random,
): Entry[] {
  const again = (entry: Entry) => {
    const here = slopesAt(subject, base, input, entry, unitsOf(input)[entry.place]!);
    const look = (directions: number) =>
      slopesNearby(subject, base, input, entry.place, directions, random);
    const nearby = look(DIRECTIONS);
    const second = widened(entry, here, nearby, base, subject);
    return second.judgement === 'open'
      ? widened(entry, here, [...nearby, ...look(MORE_DIRECTIONS)], base, subject)
      : second;
  };
  const smooth = entries.find((entry) => isWrong(entry) && !entry.isKink);
  const areHidden = smooth !== undefined && canCancel(subject) && !isWrong(again(smooth));
  let confirmed = 0;
  return entries.map((entry) => {
    if (confirmed >= ENOUGH || !isWrong(entry) || !(entry.isKink || areHidden)) return entry;
    const second = again(entry);
    if (isWrong(second)) confirmed++;
    return second;
  });
}

/** Numbers drawn at random do not meet kinks by chance; zeros and numbers that come twice may. */
function canCancel({ inputs }: Subject): boolean {
  const sizes = inputs.flatMap(({ values }) => Array.from(values, Math.abs));
  return sizes.includes(0) || new Set(sizes).size < sizes.length;
}

function isWrong({ judgement }: Entry): boolean {
  return judgement === 'wrong';
}

/** The slopes of all outputs near the point, followed back to it, and the error of their sum. */
interface SlopesNearby {
  slopes: Float64Array;
  error: number;
}

function widened(
  entry: Entry,
  here: Slopes | undefined,
  nearby: readonly SlopesNearby[],
  { dout }: Base,
  { precision }: Subject,
): Entry {
  const numeric = entry.numeric!;
  const disagreement = Math.max(numeric.low - entry.yours, entry.yours - numeric.high);
  const slack = Math.max(
    entry.tolerance + precision.trust * (numeric.high - numeric.low),
    RELEVANT * disagreement,
  );
  // A step that met a kink even here has measured nothing, and its error says so.
  const clear = nearby.filter(({ error }) => CAUTION * error <= slack);
  // Of a single kink only the two sides can be met nearby.
  const isStrange = (slope: number, k: number) => {
    const offMiddle = Math.abs(slope - here!.slopes[k]!);
    return Math.abs(dout[k]! * (offMiddle - Math.abs(here!.jumps[k]!) / 2)) > slack;
  };
  if (!here || !clear.some(({ slopes }) => slopes.some(isStrange))) return entry;
  const values = clear.map(({ slopes }) => dot(dout, slopes));
  const low = Math.min(numeric.low, ...values);
  const high = Math.max(numeric.high, ...values);
  const isWithin = entry.yours >= low - entry.tolerance && entry.yours <= high + entry.tolerance;
  return {
    ...entry,
    numeric: { ...numeric, value: (low + high) / 2, low, high },
    judgement: isWithin ? 'right' : 'open',
    isKink: true,
  };
}

/** The slopes of one entry near the point, in random directions from it. */
function slopesNearby(
  subject: Subject,
  base: Base,
  input: Input,
  place: number,
  directions: number,
  random: Random,
): SlopesNearby[] {
  const step = Math.min(...subject.precision.steps);
  const unit = unitsOf(input)[place]!;
  return Array.from({ length: directions }, () => {
    const direction = subject.inputs.map((each) =>
      unitsOf(each).map((size) => size * (2 * random() - 1)),
    );
    const slopeAt = (distance: number) => {
      const values = subject.inputs.map(
        (each, i) => [each, each.values.map((x, k) => x + distance * direction[i]![k]!)] as const,
      );
      const moved = movedTo(subject, new Map(values));
      const here = moved.forward();
      if (isComplaint(here)) return undefined;
      const along = entryDirection(moved, moved.inputs[subject.inputs.indexOf(input)]!, place);
      return measure(along, { ...base, values: here.values }, step, unit);
    };
    const far = slopeAt(2 ** (step + NUDGE));
    const near = slopeAt(2 ** (step + NUDGE - 1));
    // What is due to a curve halves with the distance; what is due to a kink stays.
    return (
      far &&
      near && {
        slopes: near.slopes.map((slope, k) => 2 * slope - far.slopes[k]!),
        error: far.truncation + near.truncation + near.blindness + (near.high - near.low),
      }
    );
  }).filter((slope) => slope !== undefined);
}
