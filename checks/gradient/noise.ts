/**
 * How much of a function's value is rounding.
 *
 * A result is rounded to the nearest representable number, but what came before it was rounded too, and a
 * difference of large numbers brings those roundings to light: in (x − mean) / σ with x near 5 and σ near
 * 0.001 they are thousands of times larger than the last digit suggests. So the rounding is measured. Over a
 * stretch so short that the function is a straight line, or at most a parabola, third differences leave
 * nothing of the function; what remains is rounding. The idea is J. J. Moré and S. M. Wild's, "Estimating
 * computational noise" (https://www.mcs.anl.gov/~wild/cnoise/).
 */
import type { Random } from '#datasets/random';
import { largest } from './fit.ts';
import type { Input } from './arguments.ts';
import { movedTo, type Subject } from './function-under-test.ts';
import { SINGLE, type Precision } from './precision.ts';
import { isComplaint } from './read.ts';

const POINTS = [0, 1, 2, 3, 4, 5];
/** 1² + 3² + 3² + 1²: the variance of a third difference of independent roundings of variance 1. */
const VARIANCE = 20;

/** A relative step at which every function shows whether it depends on an input. */
const FAR = 2 ** -10;

/** How many roundings an output must be due to move by to be called stuck where it does not. */
const DUE = 16;

/** What is known of a function's rounding. */
export interface Noise {
  /** The rounding error of each output entry: never below that of its last digit. */
  noise: Float64Array;
  /**
   * A guess at the rounding error of what the outputs are made of. A loss of exactly 0 has no last digit, but the
   * numbers that it is the difference of have, and they must be of the size of the loss at other inputs.
   */
  hidden: Float64Array;
  /** What can be asked of its derivatives: less than its inputs promise where it is coarser inside. */
  precision: Precision;
}

/**
 * Measures the rounding of each output entry.
 *
 * A function over doubles may compute in single precision, or round its result. A nudge that is small for a double
 * then moves nothing, and nothing is learned of the rounding; so larger ones are tried until the outputs move.
 *
 * @param subject the function; it is called five times at inputs nudged by some tens of roundings, twice for each
 *   input by itself, and once at the negative of all inputs, to see how large its outputs are elsewhere
 * @param values its outputs at the inputs themselves
 * @param random decides which inputs are nudged up and which down
 */
export function measureNoise(subject: Subject, values: Float64Array, random: Random): Noise {
  const signs = new Map(
    subject.inputs.map((input) => [input, input.values.map(() => (random() < 0.5 ? -1 : 1))]),
  );
  const outputsAt = (inputs: readonly Input[], factor: (sign: number) => number) => {
    const moved = new Map(
      inputs.map((each) => {
        const sign = signs.get(each)!;
        return [each, each.values.map((x, i) => x * factor(sign[i]!))];
      }),
    );
    const run = movedTo(subject, moved).forward();
    return isComplaint(run) || run.values.length !== values.length ? undefined : run.values;
  };
  const nudged = (inputs: readonly Input[], by: number) =>
    outputsAt(inputs, (sign) => 1 + sign * by);

  const far = subject.inputs.map((input) => nudged([input], FAR));
  const isStuck = (by: number) =>
    subject.inputs.some((input, i) => {
      const due = [...values.keys()].filter(
        (k) =>
          (Math.abs((far[i]?.[k] ?? NaN) - values[k]!) * by) / FAR >
          DUE * subject.precision.unit * Math.abs(values[k]!),
      );
      const near = due.length > 0 && nudged([input], by);
      return near && due.filter((k) => near[k] === values[k]).length > due.length / 2;
    });
  const { nudges } = subject.precision;
  const width = POINTS.length - 1;
  const nudge = nudges.find((each) => !isStuck(width * each)) ?? nudges.at(-1)!;
  const precision = nudge === nudges[0] ? subject.precision : SINGLE;

  const near = POINTS.map((point) =>
    point === 0 ? values : nudged(subject.inputs, point * nudge),
  );
  const noise = values.map((value, k) => {
    const at = near.map((point) => point?.[k] ?? NaN);
    const thirds = [0, 1, 2].map((i) => at[i + 3]! - 3 * at[i + 2]! + 3 * at[i + 1]! - at[i]!);
    const mean = thirds.reduce((sum, third) => sum + third ** 2, 0) / thirds.length;
    return largest([finite(Math.sqrt(mean / VARIANCE)), precision.unit * value]);
  });
  const mirrored = outputsAt(subject.inputs, () => -1);
  const hidden = noise.map((own, k) => largest([own, precision.unit * finite(mirrored?.[k] ?? 0)]));
  return { noise, hidden, precision };
}

/** A function may have no value a hair's breadth away, or elsewhere; then nothing is to be learned there. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
