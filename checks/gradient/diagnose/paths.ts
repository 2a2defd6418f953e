/**
 * Gradients of normalizations that take the mean, the size or the sum of a row for a constant.
 *
 * What they are off by has a simple form along the row: the same number, or a multiple of x. So have other mistakes,
 * and so the right gradient must bear witness that there is a mean or a size. If a mean is subtracted, nothing
 * changes when the same number is added to the whole row, and the right gradient sums to zero. If a size is
 * divided by, nothing changes when the row is stretched, and the right gradient is orthogonal to the row.
 */
import { sameShape, unravel } from '../../any-array.ts';
import { dot } from '../fit.ts';
import type { Entry } from '../numeric.ts';
import { axesText } from './axes.ts';
import {
  excess,
  numericOf,
  subsets,
  TERM_SLACK,
  type Diagnosis,
  type Evidence,
} from './evidence.ts';

/** The term that is the same everywhere. */
const one = () => 1;

/** How many entries a group must have for a straight line through them to mean something. */
const SMALLEST_GROUP = 3;

/** The ε beside a variance lets stretching change a little, and in three rows this comes about by chance once in 10⁹. */
const NEARLY = 1e-3;

export const isPathMissing: Diagnosis = (evidence) => {
  const { gradient, input, run, subject } = evidence;
  const { name } = input;
  const x = ({ place }: Entry) => input.values[place]!;
  const [output] = run.outputs;
  for (const axes of subsets([...input.shape.keys()])) {
    const groups = groupsAlong(evidence, axes);
    if (groups === undefined) continue;
    const isSum = (...terms: ((entry: Entry) => number)[]) =>
      groups.every((group) => isCombination(group, terms)) &&
      groups.some((group) => group.length > terms.length + 1);
    const isShiftFree = groups.every(sumsToZero);
    const isStretchFree = groups.every((group) => isOrthogonal(group, x));
    const hasDeviation =
      isShiftFree && groups.every((group) => isOrthogonal(group, centred(group, x)));
    const over = axesText(axes, subject.axes[name]);

    if (isShiftFree && isSum(one)) {
      return {
        code: 'mean-path',
        sentence: `${gradient} is off by the same amount all along ${over}: the path through the mean over ${over} is missing.`,
      };
    }
    if (isStretchFree && isSum(one)) {
      return {
        code: 'sum-path',
        sentence: `${gradient} is off by the same amount all along ${over}: the sum of ${name} over ${over} is taken for a constant.`,
      };
    }
    if (hasDeviation && groups.every((group) => isCombination(group, [centred(group, x)]))) {
      return {
        code: 'variance-path',
        sentence: `${gradient} is off by a multiple of ${name} minus its mean along ${over}: the path through the variance over ${over} is missing.`,
      };
    }
    if (isStretchFree && isSum(x)) {
      return {
        code: 'norm-path',
        sentence: `${gradient} is off by a multiple of ${name} along ${over}: the norm of ${name} over ${over} is taken for a constant.`,
      };
    }
    if (hasDeviation && isSum(one, x)) {
      return {
        code: 'mean-path',
        sentence: `${gradient} is off by a straight line in ${name} along ${over}: the paths through the mean and through the variance over ${over} are both missing.`,
      };
    }
    const isOutput = sameShape(output!.shape, input.shape);
    if (isOutput && isShiftFree && isSum(({ place }) => run.values[place]!)) {
      return {
        code: 'sum-path',
        sentence: `${gradient} is off by a multiple of ${output!.name} along ${over}: the path through the sum over ${over} is missing.`,
      };
    }
  }
  return undefined;
};

/**
 * The entries that differ along some axes only, group by group; nothing unless all of them were measured and in
 * each group something is wrong, since every row has its own mean.
 */
function groupsAlong({ input, entries }: Evidence, axes: readonly number[]): Entry[][] | undefined {
  if (entries.length < input.values.length) return undefined;
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = unravel(entry.place, input.shape)
      .filter((_, axis) => !axes.includes(axis))
      .join();
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  const list = [...groups.values()];
  return list.every(isTelling) ? list : undefined;
}

function isTelling(group: readonly Entry[]): boolean {
  return group.length >= SMALLEST_GROUP && group.some(({ judgement }) => judgement === 'wrong');
}

/** Whether the right gradients of a group cancel. */
function sumsToZero(group: readonly Entry[]): boolean {
  const sum = group.reduce((total, entry) => total + numericOf(entry), 0);
  const tolerance = group.reduce((total, entry) => total + entry.tolerance, 0);
  return Math.abs(sum) <= TERM_SLACK * tolerance;
}

/** Whether moving a group along some direction changes next to nothing. */
function isOrthogonal(group: readonly Entry[], direction: (entry: Entry) => number): boolean {
  let [sum, allowed] = [0, 0];
  for (const entry of group) {
    const product = numericOf(entry) * direction(entry);
    sum += product;
    allowed += NEARLY * Math.abs(product) + entry.tolerance * Math.abs(direction(entry));
  }
  return Math.abs(sum) <= allowed;
}

/** Whether what a group is off by is a sum of multiples of some terms, by Gram and Schmidt's projections. */
function isCombination(
  group: readonly Entry[],
  terms: readonly ((entry: Entry) => number)[],
): boolean {
  let rest = group.map(excess);
  const directions: number[][] = [];
  for (const term of terms) {
    const direction = directions.reduce(without, group.map(term));
    directions.push(direction);
    rest = without(rest, direction);
  }
  return rest.every((value, i) => Math.abs(value) <= TERM_SLACK * group[i]!.tolerance);
}

/** The part of a list of numbers that is orthogonal to another. */
function without(a: readonly number[], b: readonly number[]): number[] {
  const square = dot(b, b);
  return square === 0 ? [...a] : a.map((value, i) => value - (dot(a, b) / square) * b[i]!);
}

function centred(group: readonly Entry[], f: (entry: Entry) => number): (entry: Entry) => number {
  const mean = group.reduce((total, entry) => total + f(entry), 0) / group.length;
  return (entry) => f(entry) - mean;
}
