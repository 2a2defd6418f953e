/**
 * Whether a number can be the derivative that the measurements speak of.
 *
 * The tolerance is ten times the measurement's own error estimate, plus a small part of the derivative, plus
 * a smaller part of the whole gradient's RMS (where a sum nearly cancels, right code may be that wrong).
 * Nothing in it is absolute, so gradients of 1e-7 are tested as hard as gradients of 1.
 *
 * An error estimate can be too small by luck, as when two kinks disturb D(h) and D(h/2) alike. So a number
 * counts as wrong only when two different steps say so.
 *
 * A large step sees kinks that are not at the input but near it, and would grant all that lies between the slopes
 * on either side. Smaller steps that see no kink know better.
 */
import type { Measurement } from './difference.ts';
import type { Precision } from './precision.ts';

/** `open`: not to be told from these measurements. */
export type Judgement = 'right' | 'wrong' | 'open';

/** How many times its error estimate a measurement may be off. */
const CAUTION = 10;

/**
 * Judges one entry of a gradient.
 *
 * @param yours the entry in question, finite
 * @param measurements of its derivative, at different steps, in any order
 * @param rms the root of the mean square of the gradient's entries
 * @param isLast whether no further measurement can be had, so that a coarse one must do
 */
export function judge(
  yours: number,
  measurements: readonly Measurement[],
  rms: number,
  precision: Precision,
  isLast: boolean,
): Judgement {
  const trusted = measurements.filter((each) => isTrusted(each, rms, precision));
  // What is too small to be seen at a step cannot be denied by it either.
  const against = trusted.filter(
    (each) => distance(yours, each) > tolerance(each, rms, precision) + each.blindness,
  );
  const agreeing = trusted.filter((each) => distance(yours, each) <= narrow(each, rms, precision));
  const better = (kink: Measurement) =>
    isKink(kink, rms, precision)
      ? against.filter((each) => each.step < kink.step && !isKink(each, rms, precision)).length
      : 0;
  const fewest = Math.min(...agreeing.map(better));
  if (fewest === 0 || (fewest === 1 && isLast)) return 'right';
  if (agreeing.length > 0) return fewest === 1 ? 'open' : 'wrong';

  const best = sharpest(trusted);
  if (best === undefined) return 'open';
  if (!against.includes(best) && (isLast || CAUTION * best.error <= narrow(best, rms, precision))) {
    return 'right';
  }
  return against.length >= 2 && (isLast || against.includes(best)) ? 'wrong' : 'open';
}

/** The measurement with the smallest error estimate. */
export function sharpest(measurements: readonly Measurement[]): Measurement | undefined {
  return measurements.toSorted((a, b) => a.error - b.error)[0];
}

/** How far a number may lie from a measured slope, or from the slopes on either side of a kink. */
export function tolerance(measurement: Measurement, rms: number, precision: Precision): number {
  return narrow(measurement, rms, precision) + CAUTION * measurement.error;
}

/** Whether one slope will not do: the slopes on either side differ by more than the tolerance. */
export function isKink(measurement: Measurement, rms: number, precision: Precision): boolean {
  return measurement.high - measurement.low > tolerance(measurement, rms, precision);
}

/** The tolerance if the measurement were exact. */
function narrow({ low, high }: Measurement, rms: number, { relative, floor }: Precision): number {
  return relative * Math.max(Math.abs(low), Math.abs(high)) + floor * rms;
}

/** Whether a measurement is fine enough to decide anything, about a derivative or about its being zero. */
function isTrusted(
  { value, error, scale }: Measurement,
  rms: number,
  { trust, resolution }: Precision,
): boolean {
  return CAUTION * error <= Math.max(trust * Math.max(Math.abs(value), rms), resolution * scale);
}

function distance(yours: number, { low, high }: Measurement): number {
  return Math.max(low - yours, yours - high, 0);
}
