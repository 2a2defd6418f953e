/**
 * One derivative, measured at one step: what the forward function says the slope is, and how far that is to
 * be believed.
 *
 * The central difference D(h) = (f(x+h) − f(x−h)) / 2h is wrong by about f‴·h²/6. Halving h quarters the
 * error, so the combination (4·D(h/2) − D(h)) / 3 cancels it (Richardson's extrapolation,
 * https://en.wikipedia.org/wiki/Richardson_extrapolation), and the distance from there to D(h/2) says how
 * large it was.
 *
 * The same five points give the slopes on either side of x. On a smooth stretch they come together as h
 * halves; at a kink they stay apart, and then every number between them is a subgradient
 * (https://en.wikipedia.org/wiki/Subderivative). All of this is done for each output entry by itself: the
 * slopes of many outputs can cancel in their sum, kinks and all, where each of them is plain to see.
 */

/** The slope of Σ dout·outputs along one direction. */
export interface Measurement {
  /** The relative step, as a power of two. */
  step: number;
  /** The extrapolated slope; at a kink the middle of the slopes on either side. */
  value: number;
  /** The smallest and the largest slope that is right: both equal `value` away from kinks. */
  low: number;
  high: number;
  /** How wrong `value`, `low` and `high` may be because h is not zero, */
  truncation: number;
  /** and in all, with the rounding of the outputs that the direction is known to touch. */
  error: number;
  /** The slope that could hide in the rounding of all outputs, touched or not. */
  blindness: number;
  /** |outputs| / |input|: the slope that would come of scaling the outputs along with the input. */
  scale: number;
  /** Whether the gap between the two sides grows as h shrinks: a function that jumps, and has no slope there. */
  isBroken: boolean;
  /** Whether an output is seen to curve: the slope changes along the way. */
  isCurved: boolean;
}

/** What a measurement is made of. There are as many as outputs, so they are not kept but measured again if need be. */
export interface Slopes {
  /** The slope of each output entry, without dout, */
  slopes: Float64Array;
  /** and by how much the slopes on either side differ there: 0 away from kinks. */
  jumps: Float64Array;
}

/** The outputs some way along a direction, and how far along that was after rounding; nothing if they cannot be had. */
export type Along = (distance: number) => { values: Float64Array; at: number } | undefined;

/** The point that is differentiated at and everything about it that all directions share. */
export interface Base {
  /** The outputs there. */
  values: Float64Array;
  /** The weight of each output entry. */
  dout: Float64Array;
  /** The rounding error of each output entry, */
  noise: Float64Array;
  /** and that of the numbers it may be made of, which shows in nothing but an output that does not move. */
  hidden: Float64Array;
}

/** How many times its rounding a jump between slopes must be to count: five times its standard deviation of 8.4. */
const JUMP_IN_NOISE = 42;

/** By which part of itself the gap between the two slopes may change, when h halves, for a kink; elsewhere it halves. */
const CHANGING = 0.3;

/**
 * Measures the slope along a direction.
 *
 * @param along the outputs along it
 * @param base the outputs at distance 0
 * @param step the relative step h, as a power of two
 * @param unit the distance that counts as 1, a power of two near the size of the input
 * @returns nothing where the function is not finite on both sides
 */
export function measure(
  along: Along,
  base: Base,
  step: number,
  unit: number,
): (Measurement & Slopes) | undefined {
  const h = 2 ** step * unit;
  const right = along(h);
  const left = along(-h);
  const nearRight = along(h / 2);
  const nearLeft = along(-h / 2);
  if (!right || !left || !nearRight || !nearLeft) return undefined;

  const slopes = new Float64Array(base.values.length);
  const jumps = new Float64Array(base.values.length);
  let value = 0;
  let low = 0;
  let high = 0;
  let truncation = 0;
  let scale = 0;
  let isBroken = false;
  let isCurved = false;
  for (let k = 0; k < slopes.length; k++) {
    const here = base.values[k]!;
    const r = right.values[k]!;
    const l = left.values[k]!;
    const nr = nearRight.values[k]!;
    const nl = nearLeft.values[k]!;
    if (r === here && l === here && nr === here && nl === here) continue;

    const wide = (r - l) / (right.at - left.at);
    const narrow = (nr - nl) / (nearRight.at - nearLeft.at);
    const wideGap = (r - here) / right.at - (l - here) / left.at;
    const narrowGap = (nr - here) / nearRight.at - (nl - here) / nearLeft.at;
    // The gap for h = 0, extrapolated: its part that is proportional to h is curvature and cancels.
    const jump = 2 * narrowGap - wideGap;
    const isReal = Math.abs(jump) > JUMP_IN_NOISE * (base.noise[k]! / h);
    const growth = narrowGap / wideGap;
    const isKink = isReal && Math.abs(growth - 1) < CHANGING;
    const slope = isKink ? 2 * narrow - wide : (4 * narrow - wide) / 3;

    const weight = base.dout[k]!;
    const half = isKink ? Math.abs(weight * jump) / 2 : 0;
    slopes[k] = slope;
    jumps[k] = isKink ? jump : 0;
    value += weight * slope;
    low += weight * slope - half;
    high += weight * slope + half;
    // In absolute values, so that errors of many outputs cannot cancel by luck. Where an even function makes
    // D(h) and D(h/2) agree by luck, a gap that is neither a kink nor a parabola's gives it away.
    truncation += Math.abs((weight * (narrow - wide)) / 3);
    if (isReal && !isKink) truncation += Math.abs(weight * jump);
    if (isReal && growth >= 1 + CHANGING) isBroken = true;
    if (!isReal && Math.abs(wideGap) > JUMP_IN_NOISE * (base.noise[k]! / h)) isCurved = true;
    scale += (weight * here) ** 2;
  }
  if (!Number.isFinite(high - low + truncation)) return undefined;
  return {
    step,
    value,
    low,
    high,
    truncation,
    error: truncation,
    // If nothing moved, what did may have been rounded away long before the end, as in log(1 + 1e-20).
    blindness: roundingError(base, h, slopes.some(Boolean) ? base.noise : base.hidden),
    scale: Math.sqrt(scale) / unit,
    isBroken,
    isCurved,
    slopes,
    jumps,
  };
}

/**
 * Measurements along one direction, each with its whole error. An output that moves at one step and not at
 * another has been rounded away there, and its rounding counts there too.
 *
 * @param touched which outputs move at any step
 */
export function withErrors(
  measurements: readonly Measurement[],
  base: Base,
  unit: number,
  touched: Uint8Array,
): Measurement[] {
  const isTouched = (k: number) => touched[k] !== 0;
  return measurements.map((each) => ({
    ...each,
    error: each.truncation + roundingError(base, 2 ** each.step * unit, base.noise, isTouched),
  }));
}

/** D(h/2) divides two roundings by h, and the extrapolation weighs it with 4/3: close to 2 in all. */
function roundingError(
  { dout }: Base,
  h: number,
  noise: Float64Array,
  counts = (_k: number) => true,
): number {
  const squares = dout.reduce(
    (total, weight, k) => (counts(k) ? total + (weight * noise[k]!) ** 2 : total),
    0,
  );
  return (2 * Math.sqrt(squares)) / h;
}
