/** Lesson 04: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { array, copy, map, zeros, zip, type Tensor } from '#arrays';
import type { Misconception } from '../../checks/misconception.ts';
import { sumOver } from '../../checks/wrong-answers.ts';
import {
  bestStep,
  centralDifference,
  checkGradient,
  differenceErrors,
  errorPlot,
  forwardDifference,
  gradientDescentStep,
  learningRateTable,
  logScale,
  numericalGradient,
  type Descent,
  type DescentRules,
  type DifferenceErrors,
  type GradientCheck,
} from './numerical-gradient.reference.ts';

type Curve = (x: number) => number;
type Surface = (x: Tensor) => number;
type Field = (x: Tensor) => Tensor;
type Interval = readonly [number, number];

/** Steps that people write down. */
const FIXED_STEPS = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7];

export const misconceptions: Misconception[] = [
  {
    exercise: '04.1 forwardDifference',
    id: 'forward-precedence',
    sentence:
      'Only f(x) is divided by h, since / binds more tightly than −. Put the difference in parentheses.',
    wrong: (f: Curve, x: number, h: number) => f(x + h) - f(x) / h,
  },
  ...FIXED_STEPS.map((fixed) => ({
    exercise: '04.1 forwardDifference',
    id: `forward-always-${fixed}`,
    sentence: `h is not used: every step is ${fixed}. Take the h that was passed in.`,
    wrong: (f: Curve, x: number) => forwardDifference(f, x, fixed),
  })),
  {
    exercise: '04.1 forwardDifference',
    id: 'forward-undivided',
    sentence: 'This is how much f rises, not how fast: divide the difference by h.',
    wrong: (f: Curve, x: number, h: number) => f(x + h) - f(x),
  },
  {
    exercise: '04.1 forwardDifference',
    id: 'forward-over-2h',
    sentence:
      'The difference is divided by 2h. From x to x + h it is only h wide; 2h belongs to the central difference.',
    wrong: (f: Curve, x: number, h: number) => forwardDifference(f, x, h) / 2,
  },
  {
    exercise: '04.1 forwardDifference',
    id: 'forward-is-backward',
    sentence: 'This looks to the left, from x − h to x. The forward difference goes to x + h.',
    wrong: (f: Curve, x: number, h: number) => (f(x) - f(x - h)) / h,
  },
  {
    exercise: '04.1 forwardDifference',
    id: 'forward-is-central',
    sentence:
      'This is the central difference, which is the next exercise. Here one of the two points is x itself.',
    wrong: (f: Curve, x: number, h: number) => centralDifference(f, x, h),
  },
  {
    exercise: '04.2 centralDifference',
    id: 'central-over-2-times-h',
    sentence:
      '`/ 2 * h` divides by 2 and then multiplies by h. Write `/ (2 * h)`, with parentheses.',
    wrong: (f: Curve, x: number, h: number) => centralDifference(f, x, h) * h * h,
  },
  {
    exercise: '04.2 centralDifference',
    id: 'central-over-h',
    sentence:
      'Twice the slope: the difference is divided by h, but x − h and x + h are 2h apart. Divide by 2h.',
    wrong: (f: Curve, x: number, h: number) => 2 * centralDifference(f, x, h),
  },
  {
    exercise: '04.2 centralDifference',
    id: 'central-is-forward',
    sentence:
      'This is the forward difference, which is off by h rather than by h². Replace f(x) with f(x − h), and h with 2h.',
    anchor: '#where-the-error-comes-from',
    wrong: (f: Curve, x: number, h: number) => forwardDifference(f, x, h),
  },
  {
    exercise: '04.2 centralDifference',
    id: 'central-half-steps',
    sentence:
      'The two points are x ± h/2, h apart. Here h is the step to either side: x − h and x + h, which are 2h apart.',
    wrong: (f: Curve, x: number, h: number) => centralDifference(f, x, h / 2),
  },
  {
    exercise: '04.2 centralDifference',
    id: 'central-sign',
    sentence:
      'The sign is turned round: the two points are subtracted the wrong way. It is f(x + h) first.',
    wrong: (f: Curve, x: number, h: number) => -centralDifference(f, x, h),
  },
  {
    exercise: '04.2 centralDifference',
    id: 'central-second-derivative',
    sentence:
      'This is (f(x + h) − 2f(x) + f(x − h)) / h², the second derivative. The slope is (f(x + h) − f(x − h)) / (2h).',
    wrong: (f: Curve, x: number, h: number) => (f(x + h) - 2 * f(x) + f(x - h)) / (h * h),
  },
  ...FIXED_STEPS.map((fixed) => ({
    exercise: '04.2 centralDifference',
    id: `central-always-${fixed}`,
    sentence:
      'h is not used: every step has the same size, whatever h is. Take the h that was passed in.',
    wrong: (f: Curve, x: number) => centralDifference(f, x, fixed),
  })),
  {
    exercise: '04.3 differenceErrors',
    id: 'errors-swapped',
    sentence:
      'The two lists have changed places: the errors of the central difference are smaller.',
    wrong: (f: Curve, x: number, slope: number, h: Tensor) => {
      const { forward, central } = differenceErrors(f, x, slope, h);
      return { forward: central, central: forward };
    },
  },
  {
    exercise: '04.3 differenceErrors',
    id: 'errors-relative',
    sentence:
      'The errors are divided by the slope. Here they are absolute: |difference − slope| and no more.',
    wrong: (f: Curve, x: number, slope: number, h: Tensor) =>
      bothErrors(f, x, h, (difference) => Math.abs(difference - slope) / Math.abs(slope)),
  },
  {
    exercise: '04.3 differenceErrors',
    id: 'errors-signed',
    sentence:
      'Where a difference is below the slope its error comes out negative. Take the absolute value: a negative number has no place on a logarithmic axis.',
    wrong: (f: Curve, x: number, slope: number, h: Tensor) =>
      bothErrors(f, x, h, (difference) => difference - slope),
  },
  {
    exercise: '04.4 bestStep',
    id: 'best-step-balanced',
    sentence:
      'This is the h at which both errors are equal. Their sum is smallest where its slope is 0, and differentiating hᵖ brings down a factor p.',
    wrong: (order: number, truncation: number, rounding: number) =>
      (rounding / truncation) ** (1 / (order + 1)),
  },
  {
    exercise: '04.4 bestStep',
    id: 'best-step-power-first',
    sentence:
      '`** 1 / (p + 1)` raises to the power 1 and then divides by p + 1. Put the exponent in parentheses: `** (1 / (p + 1))`.',
    wrong: (order: number, truncation: number, rounding: number) =>
      rounding / (order * truncation) / (order + 1),
  },
  {
    exercise: '04.4 bestStep',
    id: 'best-step-multiplied-by-truncation',
    sentence:
      '`rounding / p * truncation` divides by p alone and then multiplies. Both belong below the line: `rounding / (p * truncation)`.',
    wrong: (order: number, truncation: number, rounding: number) =>
      ((rounding / order) * truncation) ** (1 / (order + 1)),
  },
  {
    exercise: '04.4 bestStep',
    id: 'best-step-two-orders',
    sentence:
      'It is a square root for order 1 and a cube root for every other order. In general it is the root of order p + 1.',
    wrong: (order: number, truncation: number, rounding: number) => {
      const quotient = rounding / (order * truncation);
      return order === 1 ? Math.sqrt(quotient) : Math.cbrt(quotient);
    },
  },
  {
    exercise: '04.4 bestStep',
    id: 'best-step-root',
    sentence:
      'The root is one too low. Rounding / h against hᵖ gives a power of p + 1, so the exponent is 1 / (p + 1).',
    wrong: (order: number, truncation: number, rounding: number) =>
      (rounding / (order * truncation)) ** (1 / order),
  },
  {
    exercise: '04.4 bestStep',
    id: 'best-step-tried-out',
    sentence:
      'These are the best of some powers of ten, found by trying them out. Solve for the h at which the slope of the sum is 0: the formula gives any number.',
    wrong: (order: number, truncation: number, rounding: number) => {
      const error = (h: number): number => truncation * h ** order + rounding / h;
      const tried = Array.from({ length: 16 }, (_, k) => 10 ** -k);
      return tried.reduce((best, h) => (error(h) < error(best) ? h : best));
    },
  },
  {
    exercise: '04.4 bestStep',
    id: 'best-step-inverted',
    sentence:
      'The quotient stands on its head: more rounding asks for a larger h, so rounding belongs above the line.',
    wrong: (order: number, truncation: number, rounding: number) =>
      1 / bestStep(order, truncation, rounding),
  },
  {
    exercise: '04.5 logScale',
    id: 'log-scale-linear',
    sentence:
      'This axis is linear: equal differences are equal distances. Take the logarithm of the value and of both ends first.',
    wrong: (value: number, [from, to]: Interval, [start, end]: Interval) =>
      start + ((Math.min(Math.max(value, from), to) - from) / (to - from)) * (end - start),
  },
  {
    exercise: '04.5 logScale',
    id: 'log-scale-from-one',
    sentence:
      'The axis begins at the value 1, where the logarithm is 0, rather than at `from`. Subtract ln from, above and below.',
    wrong: (value: number, [from, to]: Interval, [start, end]: Interval) =>
      start + (Math.log(Math.min(Math.max(value, from), to)) / Math.log(to)) * (end - start),
  },
  {
    exercise: '04.5 logScale',
    id: 'log-scale-without-start',
    sentence:
      'The start of the range is missing: the places are counted from 0 instead of from it.',
    wrong: (value: number, domain: Interval, range: Interval) =>
      logScale(value, domain, range) - range[0],
  },
  {
    exercise: '04.5 logScale',
    id: 'log-scale-upside-down',
    sentence:
      'The ends have changed places: `from` belongs to the start of the range and `to` to its end, whichever is larger.',
    wrong: (value: number, domain: Interval, [start, end]: Interval) =>
      logScale(value, domain, [end, start]),
  },
  {
    exercise: '04.5 logScale',
    id: 'log-scale-rounded',
    sentence:
      'The place is rounded to a whole number. Only a picture may round; return it as it is.',
    wrong: (value: number, domain: Interval, range: Interval) =>
      Math.round(logScale(value, domain, range)),
  },
  {
    exercise: '04.5 logScale',
    id: 'log-scale-clamped-place',
    sentence:
      'The place is moved between start and end as if start were the smaller of them. Where the range goes down, all places land at one end: clamp the value instead, before its logarithm.',
    wrong: (value: number, [from, to]: Interval, [start, end]: Interval) => {
      const place = start + (Math.log(value / from) / Math.log(to / from)) * (end - start);
      return Math.min(Math.max(place, start), end);
    },
  },
  {
    exercise: '04.5 logScale',
    id: 'log-scale-unclamped',
    sentence:
      'A value outside the domain lands outside the range, and 0 at infinity, since ln 0 is −∞. Move it to the nearer end first.',
    wrong: (value: number, [from, to]: Interval, [start, end]: Interval) =>
      start + (Math.log(value / from) / Math.log(to / from)) * (end - start),
  },
  ...[1e-16, 1e-12, 1e-10, 1e-8].map((epsilon) => ({
    exercise: '04.5 logScale',
    id: `log-scale-plus-${epsilon}`,
    sentence: `${epsilon} is added before the logarithm, to avoid ln 0. It moves every small value, too: on an axis from 1e-16 that shows. Move the value into the domain instead.`,
    wrong: (value: number, [from, to]: Interval, [start, end]: Interval) => {
      const inside = Math.min(Math.max(value, from), to) + epsilon;
      return start + (Math.log(inside / from) / Math.log(to / from)) * (end - start);
    },
  })),
  {
    exercise: '04.6 errorPlot',
    id: 'plot-without-namespace',
    sentence:
      'The svg element has no xmlns. Inside a web page that is allowed, but a browser shows such a file as text.',
    wrong: (h: Tensor, errors: DifferenceErrors) =>
      errorPlot(h, errors).replace(' xmlns="http://www.w3.org/2000/svg"', ''),
  },
  {
    exercise: '04.6 errorPlot',
    id: 'plot-upside-down',
    sentence:
      "Large errors are at the foot: an SVG's y points down. Let the range of the vertical axis run from a large y to a small one.",
    wrong: (h: Tensor, errors: DifferenceErrors) =>
      movedPoints(errorPlot(h, errors), (x, y) => [x, 440 - y]),
  },
  {
    exercise: '04.6 errorPlot',
    id: 'plot-linear-h',
    sentence:
      'The axis of h is linear, so all but the largest h are drawn on top of one another at its left end. Use logScale for both axes.',
    wrong: (h: Tensor, errors: DifferenceErrors) => {
      const steps = copy(h).data;
      return movedPoints(errorPlot(h, errors), (_, y, k) => [70 + 550 * steps[k]!, y]);
    },
  },
  {
    exercise: '04.7 numericalGradient',
    id: 'gradient-all-at-once',
    sentence:
      'All entries move together, so every partial derivative is the sum of them all. Move one entry, and leave the others as they are.',
    wrong: (f: Surface, x: Tensor, h: number) => {
      const slope = centralDifference((d) => f(map(x, (v) => v + d)), 0, h);
      return map(x, () => slope);
    },
  },
  {
    exercise: '04.7 numericalGradient',
    id: 'gradient-not-restored',
    sentence:
      'An entry keeps the −h of its own turn while the later ones are moved. Put its old value back before you go on.',
    wrong: (f: Surface, x: Tensor, h: number) => {
      const moved = copy(x);
      return perEntry(x, (value, i) => {
        moved.data[i] = value + h;
        const after = f(moved);
        moved.data[i] = value - h;
        return (after - f(moved)) / (2 * h);
      });
    },
  },
  {
    exercise: '04.7 numericalGradient',
    id: 'gradient-restored-by-adding',
    sentence:
      'An entry is put back by adding h. After + h − 2h + h it is not always what it was, since each sum is rounded: keep its value and write it.',
    wrong: (f: Surface, x: Tensor, h: number) => {
      const moved = copy(x);
      return perEntry(x, (_, i) => {
        moved.data[i]! += h;
        const after = f(moved);
        moved.data[i]! -= 2 * h;
        const before = f(moved);
        moved.data[i]! += h;
        return (after - before) / (2 * h);
      });
    },
  },
  {
    exercise: '04.7 numericalGradient',
    id: 'gradient-moves-the-result',
    sentence:
      'The slopes are written into the very array that is moved, so later entries are measured at another point. The result needs an array of its own.',
    wrong: (f: Surface, x: Tensor, h: number) => {
      const moved = copy(x);
      for (const [i, value] of moved.data.entries()) {
        moved.data[i] = centralDifference((v) => ((moved.data[i] = v), f(moved)), value, h);
      }
      return moved;
    },
  },
  ...FIXED_STEPS.map((fixed) => ({
    exercise: '04.7 numericalGradient',
    id: `gradient-always-${fixed}`,
    sentence: `h is not used: every step is ${fixed}. Take the h that was passed in.`,
    wrong: (f: Surface, x: Tensor) => numericalGradient(f, x, fixed),
  })),
  {
    exercise: '04.7 numericalGradient',
    id: 'gradient-forward',
    sentence:
      'These are forward differences, off by h rather than by h². Move each entry to both sides.',
    anchor: '#where-the-error-comes-from',
    wrong: (f: Surface, x: Tensor, h: number) =>
      perEntry(x, (value, i) => {
        const moved = copy(x);
        moved.data[i] = value + h;
        return (f(moved) - f(x)) / h;
      }),
  },
  {
    exercise: '04.7 numericalGradient',
    id: 'gradient-over-h',
    sentence:
      'Every entry is twice too large: the difference is divided by h, but the two points are 2h apart.',
    wrong: (f: Surface, x: Tensor, h: number) => map(numericalGradient(f, x, h), (v) => 2 * v),
  },
  {
    exercise: '04.7 numericalGradient',
    id: 'gradient-first-axis-only',
    sentence:
      'Only as many entries are differentiated as the first axis is long; the rest is 0. Go over all x.size of them.',
    wrong: (f: Surface, x: Tensor, h: number) => {
      const gradient = numericalGradient(f, x, h);
      gradient.data.fill(0, x.shape[0]);
      return gradient;
    },
  },
  {
    exercise: '04.7 numericalGradient',
    id: 'gradient-flat',
    sentence:
      'The numbers are right, but they stand in a single row. The gradient has the shape of x.',
    wrong: (f: Surface, x: Tensor, h: number) => array([...numericalGradient(f, x, h).data]),
  },
  {
    exercise: '04.7 numericalGradient',
    id: 'gradient-down-columns',
    sentence:
      'The right numbers in the wrong places: they were found down the columns and written along the rows. Read and write at the same index.',
    wrong: (f: Surface, x: Tensor, h: number) => {
      const gradient = numericalGradient(f, x, h);
      const axes = x.shape.map((_, axis) => axis).toReversed();
      const downColumns = copy(gradient.transpose(...axes)).data;
      gradient.data.set(downColumns);
      return gradient;
    },
  },
  {
    exercise: '04.8 relativeError',
    id: 'relative-error-absolute',
    sentence:
      'This is the largest difference itself. Whether 0.01 is much depends on the arrays: divide by their largest entry.',
    wrong: (a: Tensor, b: Tensor) => Math.max(0, ...differences(a, b)),
  },
  {
    exercise: '04.8 relativeError',
    id: 'relative-error-nan-at-zero',
    sentence:
      'For two arrays of zeros this is 0/0, which is NaN. They are equal: return 0 if the largest entry is 0.',
    wrong: (a: Tensor, b: Tensor) =>
      Math.max(0, ...differences(a, b)) / Math.max(0, ...sizes(a), ...sizes(b)),
  },
  ...(['first', 'second'] as const).flatMap((side) =>
    [true, false].map((isGuarded) => ({
      exercise: '04.8 relativeError',
      id: `relative-error-${side}-only${isGuarded ? '-or-0' : ''}`,
      sentence: `Only the ${side} array is below the line. Where it is 0, the quotient says nothing of the other: take the larger of the two.`,
      wrong: (a: Tensor, b: Tensor) => {
        const scale = Math.max(0, ...sizes(side === 'first' ? a : b));
        return isGuarded && scale === 0 ? 0 : Math.max(0, ...differences(a, b)) / scale;
      },
    })),
  ),
  {
    exercise: '04.8 relativeError',
    id: 'relative-error-of-sums',
    sentence:
      'Differences and entries are added up, so that one wrong entry drowns among many right ones. Take the largest of each instead.',
    wrong: (a: Tensor, b: Tensor) =>
      total(differences(a, b)) / (Math.max(total(sizes(a)), total(sizes(b))) || 1),
  },
  ...[true, false].map((isGuarded) => ({
    exercise: '04.8 relativeError',
    id: `relative-error-entry-by-entry${isGuarded ? '-or-0' : ''}`,
    sentence:
      'Each difference is divided by its own two entries. Some courses do that, but then an entry that should be 0 is wrong by 100 % from rounding alone. Divide by the largest entry of all.',
    anchor: '#checking-a-gradient',
    wrong: (a: Tensor, b: Tensor) => {
      const [left, right] = [sizes(a), sizes(b)];
      const errors = differences(a, b).map((d, i) =>
        isGuarded && d === 0 ? 0 : d / Math.max(left[i]!, right[i]!),
      );
      return Math.max(0, ...errors);
    },
  })),
  ...[1e-8, 0].map((floor) => ({
    exercise: '04.8 relativeError',
    id: `relative-error-cs231n${floor === 0 ? '-without-floor' : ''}`,
    sentence:
      'This is the relative error of CS231n: each difference over the sum of its own two entries. Here it is the largest difference over the largest entry of all, so that an entry that should be 0 cannot be wrong by 100 % from rounding alone.',
    anchor: '#checking-a-gradient',
    wrong: (a: Tensor, b: Tensor) => {
      const [left, right] = [sizes(a), sizes(b)];
      return Math.max(
        0,
        ...differences(a, b).map((d, i) => d / Math.max(floor, left[i]! + right[i]!)),
      );
    },
  })),
  ...[true, false].map((isGuarded) => ({
    exercise: '04.8 relativeError',
    id: `relative-error-norms${isGuarded ? '-or-0' : ''}`,
    sentence:
      "This divides Euclidean norms, as in Coursera's course: ‖a − b‖ / (‖a‖ + ‖b‖). Among many right entries a wrong one hardly shows there. Take the largest difference over the largest entry.",
    anchor: '#checking-a-gradient',
    wrong: (a: Tensor, b: Tensor) => {
      const scale = norm(sizes(a)) + norm(sizes(b));
      return isGuarded && scale === 0 ? 0 : norm(differences(a, b)) / scale;
    },
  })),
  {
    exercise: '04.8 relativeError',
    id: 'relative-error-sum-below',
    sentence:
      'Below the line stand the largest entries of both arrays, added up. Take the larger of the two.',
    wrong: (a: Tensor, b: Tensor) =>
      Math.max(0, ...differences(a, b)) /
      (Math.max(0, ...sizes(a)) + Math.max(0, ...sizes(b)) || 1),
  },
  ...[1e-8, 1e-10, 1e-12, 1e-15].map((floor) => ({
    exercise: '04.8 relativeError',
    id: `relative-error-at-least-${floor}`,
    sentence: `Below the line stands ${floor} at least, so tiny gradients differ by nothing, whatever they are. Only if both arrays are 0 everywhere is there something to avoid: return 0 then.`,
    wrong: (a: Tensor, b: Tensor) =>
      Math.max(0, ...differences(a, b)) / Math.max(floor, ...sizes(a), ...sizes(b)),
  })),
  ...[true, false].map((isGuarded) => ({
    exercise: '04.8 relativeError',
    id: `relative-error-signed-below${isGuarded ? '-or-0' : ''}`,
    sentence:
      'Below the line negative entries are left out, being less than the others. Take absolute values there, too.',
    wrong: (a: Tensor, b: Tensor) => {
      const scale = Math.max(...copy(a).data, ...copy(b).data);
      return isGuarded && scale === 0 ? 0 : Math.max(0, ...differences(a, b)) / scale;
    },
  })),
  ...[true, false].map((isGuarded) => ({
    exercise: '04.8 relativeError',
    id: `relative-error-signed${isGuarded ? '-or-0' : ''}`,
    sentence:
      'The differences keep their signs, so those below 0 are never the largest. Take absolute values first.',
    wrong: (a: Tensor, b: Tensor) => {
      const signed = zip(a, b, (v, w) => v - w).data;
      const scale = Math.max(0, ...sizes(a), ...sizes(b));
      return isGuarded && scale === 0 ? 0 : Math.max(0, ...signed) / scale;
    },
  })),
  {
    exercise: '04.8 relativeError',
    id: 'relative-error-loses-nan',
    sentence:
      'A NaN is passed over: every comparison with it is false, so `if (d > largest)` never takes it. Math.max does keep it.',
    wrong: (a: Tensor, b: Tensor) => {
      const kept = differences(a, b).filter((d) => !Number.isNaN(d));
      const below = [...sizes(a), ...sizes(b)].filter((size) => !Number.isNaN(size));
      const scale = Math.max(0, ...below);
      return scale === 0 ? 0 : Math.max(0, ...kept) / scale;
    },
  },
  {
    exercise: '04.9 checkGradient',
    id: 'check-flat-index',
    sentence:
      'The index is a position in row-major order. Give one number for each axis: of shape (2, 3), position 5 is [1, 2].',
    wrong: indexing(({ worst }) => [worst]),
  },
  {
    exercise: '04.9 checkGradient',
    id: 'check-index-by-rows',
    sentence:
      'The position is divided by the number of rows. In row-major order a row has as many entries as there are columns: divide by the length of the last axis first.',
    wrong: indexing(({ worst }, shape) => unravel(worst, shape.toReversed())),
  },
  {
    exercise: '04.9 checkGradient',
    id: 'check-last-of-several',
    sentence:
      'Of several entries that are equally far off this names the last. The first counts: replace it only by one that is worse.',
    wrong: indexing(({ all, worst }, shape) =>
      unravel(
        all.findLastIndex((d) => Object.is(d, all[worst])),
        shape,
      ),
    ),
  },
  ...FIXED_STEPS.map((fixed) => ({
    exercise: '04.9 checkGradient',
    id: `check-always-${fixed}`,
    sentence: `h is not used: the numerical gradient is taken with ${fixed}. Hand on the h that was passed in.`,
    wrong: (f: Surface, gradient: Field, x: Tensor, _: number, threshold: number) =>
      checkGradient(f, gradient, x, fixed, threshold),
  })),
  {
    exercise: '04.9 checkGradient',
    id: 'check-index-of-largest-gradient',
    sentence:
      'The index is that of the largest entry of the gradient, right or wrong. Name the entry where the given and the numerical gradient differ most.',
    wrong: (f: Surface, gradient: Field, x: Tensor, h: number, threshold: number) => {
      const report = checkGradient(f, gradient, x, h, threshold);
      const all = sizes(gradient(x));
      const worst = Math.max(...all);
      const place = all.findIndex((size) => Object.is(size, worst));
      return { ...report, index: unravel(place, x.shape) };
    },
  },
  {
    exercise: '04.9 checkGradient',
    id: 'check-index-passes-over-nan',
    sentence:
      'The index passes over NaN: `d > largest` is false for it. A NaN is worse than any number, so ask for it by Number.isNaN.',
    wrong: indexing(({ all }, shape) => {
      const numbers = all.map((d) => (Number.isNaN(d) ? -1 : d));
      const found = Number.isNaN(all[0]) ? 0 : numbers.indexOf(Math.max(...numbers));
      return unravel(found, shape);
    }),
  },
  {
    exercise: '04.9 checkGradient',
    id: 'check-first-above-threshold',
    sentence:
      'The index is the first entry whose difference is above the threshold. Name the largest difference, whatever the threshold is.',
    wrong: indexing(({ all }, shape, threshold) =>
      unravel(
        Math.max(
          0,
          all.findIndex((d) => !(d <= threshold)),
        ),
        shape,
      ),
    ),
  },
  {
    exercise: '04.9 checkGradient',
    id: 'check-absolute',
    sentence:
      'The differences are not related to the size of the gradient, so a small gradient passes whatever it says. Use relativeError.',
    anchor: '#checking-a-gradient',
    wrong: (f: Surface, gradient: Field, x: Tensor, h: number, threshold: number) => {
      const { index } = checkGradient(f, gradient, x, h, threshold);
      const error = Math.max(...differences(gradient(x), numericalGradient(f, x, h)));
      return { passed: error <= threshold, error, index };
    },
  },
  {
    exercise: '04.9 checkGradient',
    id: 'check-passes-nan',
    sentence:
      'A gradient with NaN in it passes: NaN > threshold is false, and so is every other comparison. Ask whether the error is at most the threshold.',
    wrong: judging((error, threshold) => !(error > threshold)),
  },
  {
    exercise: '04.9 checkGradient',
    id: 'check-always-passes',
    sentence:
      'It always passes. A check is worth what it refuses: compare the error with the threshold.',
    wrong: judging(() => true),
  },
  {
    exercise: '04.9 checkGradient',
    id: 'check-strict',
    sentence: 'An error of exactly the threshold fails here. At most the threshold passes: use <=.',
    wrong: judging((error, threshold) => error < threshold),
  },
  {
    exercise: '04.9 checkGradient',
    id: 'check-fixed-threshold',
    sentence:
      'The threshold is not used: an error passes below a number of your own. Compare it with the threshold that was passed in.',
    wrong: judging((error) => error <= 1e-7),
  },
  {
    exercise: '04.9 checkGradient',
    id: 'check-passes-larger',
    sentence:
      'The comparison is turned round: it passes when the error is above the threshold. Small errors are the good ones.',
    wrong: judging((error, threshold) => error >= threshold),
  },
  {
    exercise: '04.10 gradientDescentStep',
    id: 'step-ascends',
    sentence: 'This goes uphill. The gradient points to where f grows, so subtract it.',
    wrong: (x: Tensor, gradient: Tensor, learningRate: number) =>
      gradientDescentStep(x, gradient, -learningRate),
  },
  {
    exercise: '04.10 gradientDescentStep',
    id: 'step-without-rate',
    sentence: 'The learning rate is not used: the whole gradient is subtracted. Multiply it first.',
    wrong: (x: Tensor, gradient: Tensor) => gradientDescentStep(x, gradient, 1),
  },
  {
    exercise: '04.10 gradientDescentStep',
    id: 'step-rate-squared',
    sentence: 'The learning rate is multiplied twice. Once is enough: x − learningRate · gradient.',
    wrong: (x: Tensor, gradient: Tensor, learningRate: number) =>
      gradientDescentStep(x, gradient, learningRate ** 2),
  },
  {
    exercise: '04.10 gradientDescentStep',
    id: 'step-is-only-the-step',
    sentence:
      'This is only the way to go, −learningRate · gradient. Return where it leads: add it to x.',
    wrong: (x: Tensor, gradient: Tensor, learningRate: number) =>
      map(gradient, (slope) => -learningRate * slope),
  },
  {
    exercise: '04.10 gradientDescentStep',
    id: 'step-of-unit-length',
    sentence:
      'The gradient is scaled to length 1 first, so every step is as long as the learning rate. A steeper slope takes a longer step.',
    wrong: (x: Tensor, gradient: Tensor, learningRate: number) =>
      gradientDescentStep(x, gradient, learningRate / norm(sizes(gradient))),
  },
  {
    exercise: '04.10 gradientDescentStep',
    id: 'step-of-mean',
    sentence:
      'The gradient is divided by the number of its entries. Whether a loss is a mean is settled in its gradient: use that as it is.',
    wrong: (x: Tensor, gradient: Tensor, learningRate: number) =>
      gradientDescentStep(x, gradient, learningRate / x.size),
  },
  {
    exercise: '04.10 gradientDescentStep',
    id: 'step-by-sign',
    sentence:
      'Every entry moves by the learning rate itself: only the sign of the gradient is used. A steeper slope takes a longer step.',
    wrong: (x: Tensor, gradient: Tensor, learningRate: number) =>
      gradientDescentStep(x, map(gradient, Math.sign), learningRate),
  },
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-from-the-start',
    sentence:
      'Every step begins at the start again, so x never gets further than one step. Begin where the last one ended.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules) =>
      descent(gradient, start, rules, {
        next: () => gradientDescentStep(start, gradient(start), rules.learningRate),
      }),
  },
  ...[
    { id: 'over-n', factor: (n: number) => 1 / (1 + n) },
    { id: 'over-root-n', factor: (n: number) => 1 / Math.sqrt(1 + n) },
    ...[0.99, 0.95, 0.9, 0.5].map((rate) => ({
      id: String(rate),
      factor: (n: number) => rate ** n,
    })),
  ].map(({ id, factor }) => ({
    exercise: '04.11 gradientDescent',
    id: `descent-decays-${id}`,
    sentence:
      'The learning rate shrinks from step to step. Such schedules come later; here it is the same in every step.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules) => {
      let n = 0;
      return descent(gradient, start, rules, {
        next: (x, slopes) => gradientDescentStep(x, slopes, rules.learningRate * factor(n++)),
      });
    },
  })),
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-strict',
    sentence:
      'A gradient of exactly the tolerance is not accepted here. No greater than the tolerance is enough: use <=.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules) =>
      descent(gradient, start, { ...rules, tolerance: rules.tolerance * (1 - 1e-12) }),
  },
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-one-step-more',
    sentence:
      'It takes a step and then looks at the gradient from before it, so it goes one step too far. Ask the rules first, then step.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules) => {
      const end = descent(gradient, start, rules);
      const x = gradientDescentStep(end.x, gradient(end.x), rules.learningRate);
      return { ...end, x, steps: end.steps + 1 };
    },
  },
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-counts-gradients',
    sentence:
      'The steps are one too many: these are the gradients that were looked at. No step follows the last of them.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules) => {
      const end = descent(gradient, start, rules);
      return { ...end, steps: end.steps + 1 };
    },
  },
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-limit-strict',
    sentence:
      'A gradient of exactly the limit counts as diverged here. Only beyond it has it diverged.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules) =>
      descent(gradient, start, { ...rules, limit: rules.limit * (1 - 1e-12) }),
  },
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-small-steps',
    sentence:
      'It stops when the step is small, learningRate · gradient. Then a small learning rate looks like success: compare the gradient itself.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules) =>
      descent(gradient, start, rules, {
        steepness: (slopes) => rules.learningRate * Math.max(...sizes(slopes)),
      }),
  },
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-little-moved',
    sentence:
      'It stops when x moved little in the last step, and never before the first. With a small learning rate x moves little anywhere: compare the gradient.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules) => {
      let before: Tensor | undefined;
      return descent(gradient, start, rules, {
        isDone: (_, x) => {
          const moved = before && Math.max(0, ...differences(x, before));
          before = x;
          return moved !== undefined && moved <= rules.tolerance;
        },
      });
    },
  },
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-euclidean',
    sentence:
      'The rules look at the length of the gradient, the root of the sum of its squares. They ask for its largest entry: 4 for (3, −4), and not 5.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules) =>
      descent(gradient, start, rules, { steepness: (slopes) => norm(sizes(slopes)) }),
  },
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-sum',
    sentence:
      'The rules look at the sum of the absolute values of the gradient. They ask for the largest of them: 4 for (3, −4), and not 7.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules) =>
      descent(gradient, start, rules, { steepness: (slopes) => total(sizes(slopes)) }),
  },
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-diverged-before',
    sentence:
      'Where it has diverged, this returns the x of one step before. Return the x at which it stopped.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules): Descent => {
      const end = descent(gradient, start, rules);
      if (end.reason !== 'diverged' || end.steps === 0) return end;
      const maxSteps = end.steps - 1;
      return { ...end, x: descent(gradient, start, { ...rules, maxSteps }).x };
    },
  },
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-first-entry',
    sentence:
      'Only the first entry of the gradient is asked. It has converged when the largest of them all is small.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules) =>
      descent(gradient, start, rules, { steepness: (slopes) => sizes(slopes)[0] ?? 0 }),
  },
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-smallest-entry',
    sentence:
      'It stops as soon as one entry of the gradient is small. All of them must be: compare the largest.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules) =>
      descent(gradient, start, rules, { steepness: (slopes) => Math.min(...sizes(slopes)) }),
  },
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-signed',
    sentence:
      'A negative gradient counts as small, being less than the tolerance. Steep is steep either way: take the absolute value.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules) =>
      descent(gradient, start, rules, {
        steepness: (slopes) => Math.max(...copy(slopes).data),
      }),
  },
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-one-step-less',
    sentence: 'One step is missing: maxSteps steps may be taken, and it stops after maxSteps − 1.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules) =>
      descent(gradient, start, { ...rules, maxSteps: Math.max(0, rules.maxSteps - 1) }),
  },
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-steps-before-converged',
    sentence:
      'It says that the steps ran out, although the last one reached the goal. Ask whether it has converged before you count.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules): Descent => {
      const end = descent(gradient, start, rules);
      return end.steps === rules.maxSteps ? { ...end, reason: 'steps' } : end;
    },
  },
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-without-limit',
    sentence:
      'It goes on although the gradient is beyond the limit. A descent that grows does not come back: stop, and say diverged.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules) =>
      descent(gradient, start, { ...rules, limit: Infinity }),
  },
  {
    exercise: '04.11 gradientDescent',
    id: 'descent-nan-converged',
    sentence:
      'NaN is reported as converged: !(NaN > tolerance) is true. Ask for what you want to see, steepest <= tolerance.',
    wrong: (gradient: Field, start: Tensor, rules: DescentRules): Descent => {
      const end = descent(gradient, start, rules);
      return sizes(gradient(end.x)).some(Number.isNaN) ? { ...end, reason: 'converged' } : end;
    },
  },
  {
    exercise: '04.12 learningRateTable',
    id: 'table-transposed',
    sentence: 'Rows and columns are swapped: a learning rate is a row, a number of steps a column.',
    wrong: (learningRates: Tensor, steps: Tensor) =>
      copy(learningRateTable(learningRates, steps).transpose(1, 0)),
  },
  {
    exercise: '04.12 learningRateTable',
    id: 'table-starts-at-1',
    sentence: 'Every descent starts at 1 here. It starts at x = 3.',
    wrong: (learningRates: Tensor, steps: Tensor) =>
      map(learningRateTable(learningRates, steps), (x) => x / 3),
  },
  {
    exercise: '04.12 learningRateTable',
    id: 'table-slope-of-square',
    sentence:
      'The gradient is taken as x, so each step multiplies by 1 − lr. The slope of x² is 2x.',
    wrong: (learningRates: Tensor, steps: Tensor) =>
      learningRateTable(
        map(learningRates, (rate) => rate / 2),
        steps,
      ),
  },
  {
    exercise: '04.12 learningRateTable',
    id: 'table-goes-on',
    sentence:
      'A column goes on where the one before it ended. Every entry is a descent of its own, from 3.',
    wrong: (learningRates: Tensor, steps: Tensor) => {
      let sum = 0;
      return learningRateTable(
        learningRates,
        map(steps, (n) => (sum += n)),
      );
    },
  },
  ...[1, 1e-3, 1e-6, 1e-9, 1e-12].map((tolerance) => ({
    exercise: '04.12 learningRateTable',
    id: `table-stops-below-${tolerance}`,
    sentence: `It stops before all steps are taken, since a gradient of ${tolerance} counts as small. With the tolerance 0 it takes them all.`,
    wrong: (learningRates: Tensor, steps: Tensor) =>
      tableOf(learningRates, steps, { tolerance, limit: Infinity }),
  })),
  ...[1e3, 1e6, 1e10].map((limit) => ({
    exercise: '04.12 learningRateTable',
    id: `table-gives-up-beyond-${limit}`,
    sentence: `A descent that diverges is stopped before it has taken all its steps, since a gradient of more than ${limit} is too much. With the limit Infinity it takes them all.`,
    wrong: (learningRates: Tensor, steps: Tensor) =>
      tableOf(learningRates, steps, { tolerance: 0, limit }),
  })),
];

/** Both errors at each h, made from a difference in another way. */
function bothErrors(
  f: Curve,
  x: number,
  h: Tensor,
  error: (difference: number) => number,
): DifferenceErrors {
  return {
    forward: map(h, (step) => error(forwardDifference(f, x, step))),
    central: map(h, (step) => error(centralDifference(f, x, step))),
  };
}

/** A plot with every point of its lines moved; k is the point's number on its line. */
function movedPoints(svg: string, move: (x: number, y: number, k: number) => number[]): string {
  return svg.replace(/ points="([^"]*)"/g, (_, points: string) => {
    const moved = points.split(' ').map((point, k) => {
      const [x, y] = point.split(',').map(Number);
      return move(x!, y!, k).join(',');
    });
    return ` points="${moved.join(' ')}"`;
  });
}

/** A new array in the shape of x, from the value and the row-major position of each entry. */
function perEntry(x: Tensor, f: (value: number, i: number) => number): Tensor {
  const out = copy(x);
  out.data.forEach((value, i) => (out.data[i] = f(value, i)));
  return out;
}

/** |a − b| of every entry. */
function differences(a: Tensor, b: Tensor): number[] {
  return [...zip(a, b, (v, w) => Math.abs(v - w)).data];
}

/** |x| of every entry. */
function sizes(x: Tensor): number[] {
  return [...copy(x).data].map(Math.abs);
}

function total(values: number[]): number {
  return sumOver(values.length, (i) => values[i]!);
}

/** The Euclidean length. */
function norm(values: number[]): number {
  return Math.sqrt(sumOver(values.length, (i) => values[i]! ** 2));
}

/** The index of the i-th entry in row-major order. */
function unravel(i: number, shape: readonly number[]): number[] {
  const [last = 1, ...others] = shape.toReversed();
  if (shape.length === 0) return [];
  return [...unravel(Math.floor(i / last), others.toReversed()), i % last];
}

/** The gradient check with another index, made from all differences and the position of the largest. */
function indexing(
  indexOf: (
    found: { all: number[]; worst: number },
    shape: readonly number[],
    threshold: number,
  ) => number[],
) {
  return (f: Surface, gradient: Field, x: Tensor, h: number, threshold: number): GradientCheck => {
    const report = checkGradient(f, gradient, x, h, threshold);
    const all = differences(gradient(x), numericalGradient(f, x, h));
    const worst = report.index.reduce((flat, i, axis) => flat * x.shape[axis]! + i, 0);
    return { ...report, index: indexOf({ all, worst }, x.shape, threshold) };
  };
}

/** The gradient check with another verdict. */
function judging(passes: (error: number, threshold: number) => boolean) {
  return (f: Surface, gradient: Field, x: Tensor, h: number, threshold: number): GradientCheck => {
    const report = checkGradient(f, gradient, x, h, threshold);
    return { ...report, passed: passes(report.error, threshold) };
  };
}

/** Gradient descent that takes another step, or asks another number of the gradient. */
function descent(
  gradient: Field,
  start: Tensor,
  rules: DescentRules,
  {
    next = (x, slopes) => gradientDescentStep(x, slopes, rules.learningRate),
    steepness = (slopes) => Math.max(0, ...sizes(slopes)),
    isDone = (steep) => steep <= rules.tolerance,
  }: {
    next?: (x: Tensor, slopes: Tensor) => Tensor;
    steepness?: (slopes: Tensor) => number;
    isDone?: (steep: number, x: Tensor) => boolean;
  } = {},
): Descent {
  let x = copy(start);
  for (let steps = 0; ; steps++) {
    const slopes = gradient(x);
    const steep = steepness(slopes);
    if (isDone(steep, x)) return { x, steps, reason: 'converged' };
    if (!(steep <= rules.limit)) return { x, steps, reason: 'diverged' };
    if (steps >= rules.maxSteps) return { x, steps, reason: 'steps' };
    x = next(x, slopes);
  }
}

/** The table of learning rates under other stopping rules. */
function tableOf(
  learningRates: Tensor,
  steps: Tensor,
  rules: { tolerance: number; limit: number },
): Tensor {
  const table = zeros(learningRates.size, steps.size);
  for (let r = 0; r < learningRates.size; r++) {
    for (let s = 0; s < steps.size; s++) {
      const [learningRate, maxSteps] = [learningRates.get(r), steps.get(s)];
      const { x } = descent(slopeOfSquare, array([3]), { learningRate, maxSteps, ...rules });
      table.set(r, s, x.get(0));
    }
  }
  return table;
}

/** The derivative of x² at every entry. */
function slopeOfSquare(x: Tensor): Tensor {
  return map(x, (v) => 2 * v);
}
