/**
 * A second opinion on a gradient that needs no derivative and no choice of a step: Taylor's remainder.
 *
 * Go from x in some direction v by ε. What the gradient g predicts for f is f(x) + ε·g·v, and what it misses
 * is the remainder. For the right g the remainder is the curvature's, ½·ε²·vᵀHv, and shrinks with the square
 * of ε; for any other it shrinks with ε alone. So halve ε a few times and look at the slope of log remainder
 * over log ε: 2, or 1. P. E. Farrell and others describe the test in "Automated derivation of the adjoint of
 * high-level transient finite element programs" (https://doi.org/10.1137/120873558), and the documentation of
 * dolfin-adjoint at http://www.dolfin-adjoint.org/en/stable/documentation/verification.html.
 *
 * It sees the whole gradient at once and names nothing, but it shares no arithmetic with the checker.
 */
import { seededRandom } from '#datasets/random';
import { sameShape } from '../any-array.ts';
import { checkContract } from './contract.ts';
import { dot } from './fit.ts';
import { measureNoise } from './noise.ts';
import { unitsOf } from './probe.ts';
import type { Problem } from './problem.ts';
import type { Verdict } from './verdict-text.ts';
import { isComplaint, toSubject, writeEntries } from './function-under-test.ts';

export interface TaylorReport {
  /** Inconclusive where the gradient cannot be had, or no remainder stands out from rounding and yet is small. */
  verdict: Verdict;
  /** The slope of log remainder over log ε; nothing where all remainders are rounding, as for a straight line. */
  slope: number | undefined;
  /** The relative steps and the remainders, the largest first. */
  remainders: readonly { epsilon: number; remainder: number }[];
}

/** Relative steps: 2⁻⁴, 2⁻⁵, …, 2⁻²⁶. */
const EXPONENTS = Array.from({ length: 23 }, (_, i) => -4 - i);

/** How many times its rounding a remainder must be to count. */
const STANDS_OUT = 100;

/** Slopes are fitted to this many remainders, the smallest that still stand out: there ε² rules. */
const FITTED = 4;

/**
 * Tests a gradient by the order of Taylor's remainder, in a random direction through all inputs.
 *
 * @param problem at a point without kinks: at a kink there is no order to speak of
 * @param seed of the upstream gradient and the direction, a whole number from 0
 * @throws TypeError when the problem is malformed
 */
export function taylorTest(problem: Problem, seed = 1): TaylorReport {
  const subject = toSubject(problem);
  const { base, gradients } = checkContract(subject, seed);
  const none: TaylorReport = { verdict: 'inconclusive', slope: undefined, remainders: [] };
  if (base === undefined) return none;
  const random = seededRandom(seed);
  const { run, dout } = base;
  const { noise } = measureNoise(subject, run.values, random);

  let predicted = 0;
  const directions: Float64Array[] = [];
  for (const [i, input] of subject.inputs.entries()) {
    const gradient = gradients[i];
    if (gradient === undefined || !sameShape(gradient.shape, input.shape)) return none;
    const direction = unitsOf(input).map((unit) => (random() < 0.5 ? -unit : unit));
    predicted += dot(gradient.values, direction);
    directions.push(direction);
  }

  const rounding = Math.hypot(...noise.map((each, k) => each * dout[k]!));
  const remainders = EXPONENTS.flatMap((exponent) => {
    const epsilon = 2 ** exponent;
    const moved = subject.forward((args) => {
      for (const [i, input] of subject.inputs.entries()) {
        const direction = directions[i]!;
        writeEntries(
          args,
          input,
          input.values.map((x, place) => x + epsilon * direction[place]!),
        );
      }
    });
    if (isComplaint(moved) || moved.values.length !== dout.length) return [];
    const change = dot(
      moved.values.map((value, k) => value - run.values[k]!),
      dout,
    );
    return [{ epsilon, remainder: Math.abs(change - epsilon * predicted) }];
  });
  const sound = remainders.filter(({ remainder }) => remainder > STANDS_OUT * rounding);
  if (remainders.length === EXPONENTS.length && sound.length === 0) {
    // A straight line, followed exactly.
    return { verdict: 'pass', slope: undefined, remainders };
  }
  if (sound.length < FITTED) return { ...none, remainders };
  // Where a kink is left behind the remainder does not shrink but vanish.
  const last = sound.at(-1)!;
  const next = remainders[remainders.indexOf(last) + 1];
  const vanishes = next !== undefined && next.remainder < last.remainder / 16;
  const slope = slopeOf(
    sound.slice(-FITTED).map(({ epsilon, remainder }) => [Math.log(epsilon), Math.log(remainder)]),
  );
  return {
    verdict: slope > 1.75 ? 'pass' : slope < 1.25 && !vanishes ? 'fail' : 'inconclusive',
    slope,
    remainders,
  };
}

/** The slope of the least-squares line through some points. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const meanX = points.reduce((total, [x]) => total + x, 0) / points.length;
  const meanY = points.reduce((total, [, y]) => total + y, 0) / points.length;
  const rise = points.reduce((total, [x, y]) => total + (x - meanX) * (y - meanY), 0);
  const run = points.reduce((total, [x]) => total + (x - meanX) ** 2, 0);
  return rise / run;
}
