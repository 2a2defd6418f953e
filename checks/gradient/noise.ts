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
import { isComplaint, writeEntries, type Input, type Subject } from './function-under-test.ts';

const POINTS = [0, 1, 2, 3, 4, 5];
/** 1² + 3² + 3² + 1²: the variance of a third difference of independent roundings of variance 1. */
const VARIANCE = 20;

/** What is known of a function's rounding. */
export interface Noise {
  /** The rounding error of each output entry: never below that of its last digit. */
  noise: Float64Array;
  /**
   * A guess at the rounding error of what the outputs are made of. A loss of exactly 0 has no last digit, but the
   * numbers that it is the difference of have, and they must be of the size of the loss at other inputs.
   */
  hidden: Float64Array;
}

/**
 * Measures the rounding of each output entry.
 *
 * @param subject the function; it is called five times at inputs nudged by some tens of roundings, and once at
 *   the negative of all inputs, to see how large its outputs are elsewhere
 * @param values its outputs at the inputs themselves
 * @param random decides which inputs are nudged up and which down
 */
export function measureNoise(subject: Subject, values: Float64Array, random: Random): Noise {
  const { nudge, unit } = subject.precision;
  const outputsAt = (move: (input: Input, i: number) => number) => {
    const run = subject.forward((args) => {
      for (const input of subject.inputs) {
        writeEntries(
          args,
          input,
          input.values.map((_, i) => move(input, i)),
        );
      }
    });
    return isComplaint(run) || run.values.length !== values.length ? undefined : run.values;
  };

  const signs = new Map(
    subject.inputs.map((input) => [input, input.values.map(() => (random() < 0.5 ? -1 : 1))]),
  );
  const nudged = POINTS.map((point) =>
    point === 0
      ? values
      : outputsAt((input, i) => input.values[i]! * (1 + signs.get(input)![i]! * point * nudge)),
  );
  const noise = values.map((value, k) => {
    const at = nudged.map((point) => point?.[k] ?? NaN);
    const thirds = [0, 1, 2].map((i) => at[i + 3]! - 3 * at[i + 2]! + 3 * at[i + 1]! - at[i]!);
    const mean = thirds.reduce((sum, third) => sum + third ** 2, 0) / thirds.length;
    return largest([finite(Math.sqrt(mean / VARIANCE)), unit * value]);
  });
  const mirrored = outputsAt((input, i) => -input.values[i]!);
  const hidden = noise.map((own, k) => largest([own, unit * finite(mirrored?.[k] ?? 0)]));
  return { noise, hidden };
}

/** A function may have no value a hair's breadth away, or elsewhere; then nothing is to be learned there. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
