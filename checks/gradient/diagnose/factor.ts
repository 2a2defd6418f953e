/** Gradients that are zero, or right but for a constant factor. */
import { product } from '#arrays';
import { numberText } from '../../text.ts';
import { multiple } from '../fit.ts';
import type { Subject } from '../function-under-test.ts';
import type { Entry } from '../numeric.ts';
import { axesText } from './axes.ts';
import {
  isBlocked,
  margin,
  numericOf,
  subsets,
  type Diagnosis,
  type Evidence,
} from './evidence.ts';

/** `db is zero everywhere`. */
export const isZero: Diagnosis = ({ gradient, entries }) =>
  entries.every(({ yours }) => yours === 0)
    ? {
        code: 'zero',
        sentence: `${gradient} is zero everywhere: not computed, or computed and not returned.`,
      }
    : undefined;

/** `dW has the wrong sign`, or `dW is 4 times too large: 4 is the batch size`. */
export const isConstantMultiple: Diagnosis = (evidence) => {
  const { gradient, entries, subject } = evidence;
  const factor = multiple(
    entries.map(({ yours }) => yours),
    entries.map(numericOf),
    (i, fitted) => margin(evidence, entries[i]!, fitted),
  );
  const { relative } = subject.precision;
  if (factor === undefined || isNear(factor, 1, 10 * relative) || factor === 0) return undefined;
  if (isNear(factor, -1, 10 * relative)) {
    return {
      code: 'sign',
      sentence: `${gradient} has the wrong sign: every entry is the negative of what it should be.`,
    };
  }
  // Two entries are in some ratio of about the same size by chance.
  const isFirm = entries.filter((entry) => !isBlocked(entry)).length > 2;
  const known = nameOf(timesOf(factor), evidence);
  if (known === undefined && !isFirm) return undefined;
  const reason = known ? `: ${numberText(known.value)} is ${known.name}` : '';
  const sign = factor < 0 ? ', and its sign is wrong' : '';
  return {
    code: 'ratio',
    sentence: `${gradient} is ${timesText(factor, known?.value)}${reason}${sign}.`,
  };
};

/**
 * What a factor is the value of. What the caller named goes before what anybody could think of; and of two things
 * that anybody could think of, both are told.
 */
function nameOf(
  factor: number,
  { subject, entries }: Evidence,
): { name: string; value: number } | undefined {
  const fits = ({ value }: { value: number }) =>
    value > 1 && isNear(factor, value, 10 * subject.precision.relative);
  const given = constantsOf(subject).find(fits);
  if (given) return given;
  const size = sizesOf(subject).find(fits);
  if (!fits(TWO) || !isSquare(entries)) return size;
  if (!size) return TWO;
  return { name: `${TWO.name}, or ${size.name}`, value: 2 };
}

/** Whether the function is a parabola along every entry: it curves, and yet the central difference is exact. */
function isSquare(entries: readonly Entry[]): boolean {
  return entries.every(({ numeric }) => {
    const { isCurved, truncation, error } = numeric!;
    return isCurved && truncation <= error / 2;
  });
}

/** How many times too large or too small a factor makes things. */
function timesOf(factor: number): number {
  return Math.max(Math.abs(factor), 1 / Math.abs(factor));
}

/** `4 times too large`; a fitted 5.9999998 is shown as the constant that it is. */
export function timesText(factor: number, shown = timesOf(factor)): string {
  return `${numberText(shown)} times too ${Math.abs(factor) > 1 ? 'large' : 'small'}`;
}

/** The names under which the constants of most problems are given. */
const PHRASES: Readonly<Record<string, string>> = {
  N: 'the batch size',
  T: 'the number of time steps',
  area: 'the area of the pooling window',
};

/** What the caller's constants make, the likeliest first. */
function constantsOf({ constants }: Subject): { name: string; value: number }[] {
  const given = Object.entries(constants).map(([name, value]) => ({
    name: PHRASES[name] ?? name,
    value,
  }));
  const derived = given.flatMap(({ name, value }) => [
    { name, value },
    { name: `1/${name}`, value: 1 / value },
    { name: `1/(1 − ${name})`, value: 1 / (1 - value) },
    { name: `the square root of ${name}`, value: Math.sqrt(value) },
    { name: `the square of ${name}`, value: value ** 2 },
  ]);
  const products = given.flatMap((a, i) =>
    given
      .slice(i + 1)
      .map((b) => ({ name: `${a.name} times ${b.name}`, value: a.value * b.value })),
  );
  return [...derived, ...products];
}

const TWO = { name: 'what the derivative of a square has in front', value: 2 };

/** What the inputs' sizes make. */
function sizesOf({ inputs }: Subject): { name: string; value: number }[] {
  return inputs.flatMap(({ name, shape, values }) => [
    ...shape.map((value, axis) => ({ name: `the size of ${name} along axis ${axis}`, value })),
    { name: `the number of entries of ${name}`, value: values.length },
    ...subsets([...shape.keys()])
      .filter((axes) => axes.length > 1)
      .map((axes) => ({
        name: `the product of the sizes of ${name} along ${axesText(axes)}`,
        value: product(axes.map((axis) => shape[axis]!)),
      })),
  ]);
}

function isNear(a: number, b: number, relative: number): boolean {
  return Math.abs(a - b) <= relative * Math.abs(b);
}
