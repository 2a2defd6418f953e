/**
 * What can be asked of a derivative in each floating-point format.
 *
 * With Richardson's extrapolation the truncation error falls as h⁴ and rounding grows as u/h, so the best
 * relative step is near u^(1/5) and leaves an error near u^(4/5): 1e-13 in double precision and 2e-6 in
 * single. The steps start somewhat below that point, since a smaller one meets fewer kinks, and the
 * tolerances stay well above it.
 */
export interface Precision {
  /** Half the distance from 1 to the next number: the largest relative error of one operation. */
  unit: number;
  /** The relative steps to try, as powers of two, in the order in which they are tried. */
  steps: readonly number[];
  /**
   * The relative steps at which rounding is measured: the first is some tens of roundings wide and far too small for
   * curvature, the others are for functions that are coarser than their inputs.
   */
  nudges: readonly number[];
  /** The part of a derivative by which a right one may differ. */
  relative: number;
  /** The part of the whole gradient's RMS by which a right entry may differ: cancellation in the learner's sums. */
  floor: number;
  /** The largest error, as a part of the derivative or of the RMS, at which a measurement still decides anything. */
  trust: number;
  /** The same as a part of |outputs| / |input|, by which a derivative of exactly zero is recognized. */
  resolution: number;
}

/** Of problems whose inputs are all Float64Arrays, and that compute in double precision. */
export const DOUBLE: Precision = {
  unit: 2 ** -53,
  steps: [-10, -15, -20, -25, -5],
  nudges: [2 ** -40, 2 ** -19, 2 ** -13],
  relative: 1e-5,
  floor: 1e-7,
  trust: 1e-3,
  resolution: 1e-8,
};

/** Of those that are coarser, or have a Float32Array among the inputs: three digits are what both sides can promise. */
export const SINGLE: Precision = {
  unit: 2 ** -24,
  steps: [-6, -9, -12, -15, -3],
  nudges: [2 ** -19, 2 ** -13],
  relative: 1e-3,
  floor: 1e-4,
  trust: 3e-2,
  resolution: 1e-3,
};
