/**
 * Lesson 04: slopes from function values alone, how to check a gradient with them, and going downhill.
 *
 * All functions that are passed in are pure: they change nothing, and give the same for the same argument.
 * The README beside this file derives the formulas.
 */
import { array, copy, map, requireSameShape, shapeText, zeros, zip, type Tensor } from '#arrays';

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
  return (f(x + h) - f(x)) / h;
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
  return (f(x + h) - f(x - h)) / (2 * h);
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
  return {
    forward: map(h, (step) => Math.abs(forwardDifference(f, x, step) - slope)),
    central: map(h, (step) => Math.abs(centralDifference(f, x, step) - slope)),
  };
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
  return (rounding / (order * truncation)) ** (1 / (order + 1));
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
  const [from, to] = domain;
  const [start, end] = range;
  const inside = Math.min(Math.max(value, from), to);
  return start + (Math.log(inside / from) / Math.log(to / from)) * (end - start);
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
  const line = (heights: Tensor, colour: string): string => {
    const points = Array.from(
      { length: h.size },
      (_, k) => `${across(h.get(k))},${up(heights.get(k))}`,
    );
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`;
  };
  const grid = ['1e-16', '1e-12', '1e-8', '1e-4', '1'].flatMap((label) => {
    const [x, y] = [across(Number(label)), up(Number(label))];
    return [
      `<path d="M${x},20V420M70,${y}H620" stroke="#ddd"/>`,
      `<text x="${x}" y="440" text-anchor="middle">${label}</text>`,
      `<text x="62" y="${y}" dy="5" text-anchor="end">${label}</text>`,
    ];
  });
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480" font-family="sans-serif" font-size="14">',
    '<title>Error of the forward and the central difference against h</title>',
    '<rect width="640" height="480" fill="white"/>',
    ...grid,
    '<text x="345" y="468" text-anchor="middle">h</text>',
    '<text x="16" y="175">error</text>',
    '<text x="90" y="380" fill="#c2410c">forward</text>',
    '<text x="90" y="400" fill="#1d4ed8">central</text>',
    line(errors.forward, '#c2410c'),
    line(errors.central, '#1d4ed8'),
    '</svg>',
  ].join('\n');
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
  const gradient = copy(x);
  const moved = copy(x);
  gradient.data.forEach((value, i) => {
    const along = (v: number): number => {
      moved.data[i] = v;
      return f(moved);
    };
    gradient.data[i] = centralDifference(along, value, h);
    moved.data[i] = value;
  });
  return gradient;
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
  requireSameShape('relativeError', { a, b });
  const scale = Math.max(largest(a), largest(b));
  return scale === 0 ? 0 : largest(difference(a, b)) / scale;
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
  if (x.size === 0) {
    throw new RangeError(
      `checkGradient: x is ${shapeText(x.shape)} and must have an entry to check; give a larger x`,
    );
  }
  const given = gradient(x);
  requireSameShape('checkGradient', { x, gradient: given });
  const numerical = numericalGradient(f, x, h);
  const error = relativeError(given, numerical);
  const differences = difference(given, numerical);
  const worst = largest(differences);
  const position = differences.data.findIndex((d) => Object.is(Math.abs(d), worst));
  return { passed: error <= threshold, error, index: unravel(position, x.shape) };
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
  requireSameShape('gradientDescentStep', { x, gradient });
  return zip(x, gradient, (value, slope) => value - learningRate * slope);
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
  const { learningRate, maxSteps, tolerance, limit } = rules;
  let x = copy(start);
  for (let steps = 0; ; steps++) {
    const slopes = gradient(x);
    const steepest = largest(slopes);
    if (steepest <= tolerance) return { x, steps, reason: 'converged' };
    if (!(steepest <= limit)) return { x, steps, reason: 'diverged' };
    if (steps >= maxSteps) return { x, steps, reason: 'steps' };
    x = gradientDescentStep(x, slopes, learningRate);
  }
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
  const table = zeros(learningRates.size, steps.size);
  for (let r = 0; r < learningRates.size; r++) {
    for (let s = 0; s < steps.size; s++) {
      const { x } = gradientDescent(slopeOfSquare, array([3]), {
        learningRate: learningRates.get(r),
        maxSteps: steps.get(s),
        tolerance: 0,
        limit: Infinity,
      });
      table.set(r, s, x.get(0));
    }
  }
  return table;
}

/** The values at the two ends of both axes of the plot. */
const DECADES = [1e-16, 1] as const;

/** The x of an h in the plot, to a tenth of its unit. */
function across(h: number): string {
  return logScale(h, DECADES, [70, 620]).toFixed(1);
}

/** The y of an error in the plot, to a tenth of its unit. */
function up(error: number): string {
  return logScale(error, DECADES, [420, 20]).toFixed(1);
}

/** The derivative of x² at every entry. */
function slopeOfSquare(x: Tensor): Tensor {
  return map(x, (v) => 2 * v);
}

/** a − b, entry by entry, in row-major order. */
function difference(a: Tensor, b: Tensor): Tensor {
  return zip(a, b, (v, w) => v - w);
}

/** The largest absolute value; 0 without entries, NaN if there is a NaN. */
function largest(x: Tensor): number {
  return copy(x).data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** The index of the i-th entry in row-major order: 4 is [1, 1] in shape (2, 3). */
function unravel(i: number, shape: readonly number[]): number[] {
  let rest = i;
  return shape
    .toReversed()
    .map((length) => {
      const index = rest % length;
      rest = (rest - index) / length;
      return index;
    })
    .toReversed();
}
