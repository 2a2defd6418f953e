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
import { isComplaint, writeEntries, type Subject } from './subject.ts';

const POINTS = [0, 1, 2, 3, 4, 5];
/** 1² + 3² + 3² + 1²: the variance of a third difference of independent roundings of variance 1. */
const VARIANCE = 20;

/**
 * The rounding error of each output entry.
 *
 * @param subject the function; it is called five times, at inputs nudged by some tens of roundings
 * @param values its outputs at the inputs themselves
 * @param random decides which inputs are nudged up and which down
 * @returns as many numbers as there are outputs, none below the rounding of the output itself
 */
export function measureNoise(subject: Subject, values: Float64Array, random: Random): Float64Array {
  const { nudge, unit } = subject.precision;
  const signs = subject.inputs.map(({ values: x }) => x.map(() => (random() < 0.5 ? -1 : 1)));
  const nudged = POINTS.map((point) => {
    if (point === 0) return values;
    const run = subject.forward((args) => {
      for (const [which, input] of subject.inputs.entries()) {
        const moved = input.values.map((x, i) => x * (1 + signs[which]![i]! * point * nudge));
        writeEntries(args, input, moved);
      }
    });
    return isComplaint(run) || run.values.length !== values.length ? undefined : run.values;
  });
  return values.map((value, k) => {
    const at = nudged.map((point) => point?.[k] ?? NaN);
    const thirds = [0, 1, 2].map((i) => at[i + 3]! - 3 * at[i + 2]! + 3 * at[i + 1]! - at[i]!);
    const mean = thirds.reduce((sum, third) => sum + third ** 2, 0) / thirds.length;
    const measured = Math.sqrt(mean / VARIANCE);
    // Not a number where the function has no value a hair's breadth away.
    return Math.max(Number.isFinite(measured) ? measured : 0, unit * Math.abs(value));
  });
}
