/**
 * Lesson 04: slopes from function values alone, how to check a gradient with them, and going downhill.
 *
 * All functions that are passed in are pure: they change nothing, and give the same for the same argument.
 * The README beside this file derives the formulas.
 */
import { array, copy, map, requireSameShape, shapeText, zeros, zip, type Tensor } from '#arrays';
import { todo } from '#todo';

/**
 * 04.1 The forward difference: (f(x + h) − f(x)) / h.
 *
 * It is off by about ½ · f″(x) · h, and by rounding. The h that divides is the h that was given, even if
 * x + h is rounded: so for an h too small to change x, the result is 0.
 *
 * @param f from a number to a number
 * @param x where the slope is wanted
 * @param h the step, above 0
 * @returns about f′(x)
 */
export function forwardDifference(f: (x: number) => number, x: number, h: number): number {
  throw todo('04.1 forwardDifference');
}

/**
 * 04.2 The central difference: (f(x + h) − f(x − h)) / (2h).
 *
 * It is off by about ⅙ · f‴(x) · h², and by rounding. As in 04.1, the h that divides is the h that was given.
 *
 * @param f from a number to a number
 * @param x where the slope is wanted
 * @param h the step to either side, above 0
 * @returns about f′(x)
 */
export function centralDifference(f: (x: number) => number, x: number, h: number): number {
  throw todo('04.2 centralDifference');
}

/** How far the two difference quotients are from the true slope, for each h of a list. */
export interface DifferenceErrors {
  /** |forward difference − slope|, shape (K). */
  forward: Tensor;
  /** |central difference − slope|, shape (K). */
  central: Tensor;
}

/**
 * 04.3 How far both differences are from the true slope, for each h of a list: |difference − slope|.
 *
 * @param f from a number to a number
 * @param x where the slope is wanted
 * @param slope the true f′(x), from the formula
 * @param h the steps to try, in any order, shape (K)
 * @returns the errors of both, in the order of h; absolute, not relative
 */
export function differenceErrors(
  f: (x: number) => number,
  x: number,
  slope: number,
  h: Tensor,
): DifferenceErrors {
  throw todo('04.3 differenceErrors');
}

/**
 * 04.4 The h that makes truncation · hᵖ + rounding / h as small as possible, with p = order.
 *
 * The first part is what the formula leaves out and grows with h; the second is what rounding spoils and
 * grows as h shrinks. The sum is smallest where its slope, p · truncation · hᵖ⁻¹ − rounding / h², is 0.
 *
 * @param order p: 1 for the forward difference, 2 for the central one; any number above 0
 * @param truncation the factor of hᵖ, above 0
 * @param rounding the factor of 1/h, above 0
 * @returns the best h, above 0
 */
export function bestStep(order: number, truncation: number, rounding: number): number {
  throw todo('04.4 bestStep');
}

/**
 * 04.5 Where a value stands on a logarithmic axis, on which equal factors are equal distances.
 *
 * The place goes evenly with ln value and is not rounded. A value outside the domain is put at the nearer end of it, and so is 0,
 * whose logarithm is −∞.
 *
 * @param value any number
 * @param domain [from, to]: the values at the two ends of the axis, 0 < from < to
 * @param range [start, end]: the places of those ends; end may be smaller than start
 * @returns a place from start to end
 */
export function logScale(
  value: number,
  domain: readonly [from: number, to: number],
  range: readonly [start: number, end: number],
): number {
  throw todo('04.5 logScale');
}

/**
 * 04.6 The errors of 04.3 against h as a picture: a self-contained SVG, both axes logarithmic from 1e-16 to 1.
 *
 * h grows to the right and the error upwards. The text is one <svg> element in the namespace
 * http://www.w3.org/2000/svg and refers to nothing outside itself. Its viewBox is "0 0 width height", both at least
 * 300; y points down in it, and coordinates may be rounded to whole numbers. In it are
 *
 * - exactly two <polyline> elements, first forward, then central. Each has a point "x,y" for each h, in the order
 *   of h, separated by spaces. An h or an error beyond an axis is drawn at the end of that axis;
 * - a <title>;
 * - <text> elements, among them one that reads h, one that reads error, one forward and one central;
 * - whatever else makes it easier to read.
 *
 * @param h the steps, shape (K)
 * @param errors what differenceErrors returns for them
 * @returns the text of the SVG
 */
export function errorPlot(h: Tensor, errors: DifferenceErrors): string {
  throw todo('04.6 errorPlot');
}

/**
 * 04.7 The gradient of a function of an array, by central differences: one partial derivative an entry.
 *
 * For each entry by itself: (f(x with h added to it) − f(x with h taken from it)) / (2h), all others exactly as in x.
 *
 * @param f from an array in the shape of x to a number
 * @param x where the gradient is wanted, any shape
 * @param h the step to either side, above 0
 * @returns shape of x: how fast f grows with each entry
 */
export function numericalGradient(f: (x: Tensor) => number, x: Tensor, h: number): Tensor {
  throw todo('04.7 numericalGradient');
}

/**
 * 04.8 How different two arrays are, for their size: max |a − b| / max(|a|, |b|).
 *
 * Above stands the largest difference of two entries, below the largest entry of either array, both in absolute
 * value. So one wrong entry among a million is not averaged away, and an entry that should be 0 but is 1e-12 from
 * rounding does not count as wholly wrong.
 *
 * @param a any shape
 * @param b shape of a
 * @returns in [0, 2]: 0 if the arrays are equal, also if both are 0 everywhere or have no entries; NaN if an entry
 *   of either is NaN or infinite
 * @throws RangeError when a and b differ in shape
 */
export function relativeError(a: Tensor, b: Tensor): number {
  throw todo('04.8 relativeError');
}

/** What a gradient check says. */
export interface GradientCheck {
  /** Whether the error is at most the threshold. An error of NaN is not. */
  passed: boolean;
  /** The relative error between the given and the numerical gradient. */
  error: number;
  /** Where the two differ most, one number for each axis: [1, 2] is row 1, column 2. */
  index: number[];
}

/**
 * 04.9 Checks a gradient that somebody derived on paper against the numerical one.
 *
 * @param f from an array in the shape of x to a number
 * @param gradient from an array in the shape of x to the gradient of f there; this is what is checked
 * @param x where to check it, any shape with at least one entry
 * @param h the step for numericalGradient
 * @param threshold the largest relativeError that passes
 * @returns whether it passed, the error, and the index of the largest |given − numerical|: the first of them in
 *   row-major order, or the first NaN if there is one
 * @throws RangeError when x has no entries, or the gradient is not in the shape of x
 */
export function checkGradient(
  f: (x: Tensor) => number,
  gradient: (x: Tensor) => Tensor,
  x: Tensor,
  h: number,
  threshold: number,
): GradientCheck {
  throw todo('04.9 checkGradient');
}

/**
 * 04.10 One step of gradient descent: x − learningRate · gradient.
 *
 * Cauchy 1847; Lemaréchal tells the story:
 * https://www.math.uni-bielefeld.de/documenta/vol-ismp/40_lemarechal-claude.pdf
 *
 * @param x where you are, any shape
 * @param gradient the gradient there, shape of x
 * @param learningRate above 0
 * @returns where you are next, a new array in the shape of x
 * @throws RangeError when x and gradient differ in shape
 */
export function gradientDescentStep(x: Tensor, gradient: Tensor, learningRate: number): Tensor {
  throw todo('04.10 gradientDescentStep');
}

/** How far to go downhill at each step, and when to stop. */
export interface DescentRules {
  /** The factor of the gradient in each step, above 0. */
  learningRate: number;
  /** Take no more steps than this, a whole number from 0. */
  maxSteps: number;
  /** Converged, when no entry of the gradient is greater than this in absolute value. */
  tolerance: number;
  /** Diverged, when an entry of the gradient is greater than this in absolute value, or NaN. */
  limit: number;
}

/** Where gradient descent ended, and why. */
export interface Descent {
  /** The last x, a new array in the shape of the start. */
  x: Tensor;
  /** How many steps were taken. */
  steps: number;
  /** Which rule stopped it. */
  reason: 'converged' | 'diverged' | 'steps';
}

/**
 * 04.11 Gradient descent: steps downhill from a start, until a rule says stop.
 *
 * Before every step, and after the last one, the gradient at the present x decides, in this order:
 *
 * 1. no |entry| is greater than the tolerance: stop, 'converged';
 * 2. an |entry| is greater than the limit, or an entry is NaN: stop, 'diverged';
 * 3. maxSteps steps have been taken: stop, 'steps';
 * 4. otherwise take a step.
 *
 * @param gradient from an array in the shape of start to the gradient there
 * @param start where to begin, any shape
 * @param rules the learning rate and the stopping rules
 * @returns the x at which it stopped, the number of steps that led there, and the reason
 */
export function gradientDescent(
  gradient: (x: Tensor) => Tensor,
  start: Tensor,
  rules: DescentRules,
): Descent {
  throw todo('04.11 gradientDescent');
}

/**
 * 04.12 An experiment: where gradient descent on f(x) = x² stands that starts at x = 3.
 *
 * Every pair of a learning rate and a number of steps is a descent of its own, which takes exactly that many steps.
 *
 * @param learningRates shape (R)
 * @param steps numbers of steps, whole and at least 0, shape (S)
 * @returns shape (R, S): x for each learning rate (row) after each number of steps (column)
 */
export function learningRateTable(learningRates: Tensor, steps: Tensor): Tensor {
  throw todo('04.12 learningRateTable');
}
