/** Gradients that are zero, or right but for a constant factor. */
import { numberText } from '../../text.ts';
import { multiple } from '../fit.ts';
import type { Subject } from '../function-under-test.ts';
import { isBlocked, margin, numericOf, type Diagnosis } from './evidence.ts';

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
  const times = Math.abs(factor) > 1 ? Math.abs(factor) : 1 / Math.abs(factor);
  const known = constantsOf(subject).find(({ value }) => isNear(times, value, 10 * relative));
  // Two entries are in some ratio of about the same size by chance.
  const isFirm = entries.filter((entry) => !isBlocked(entry)).length > 2;
  if (known === undefined && !isFirm) return undefined;
  // A fitted 5.9999998 is the constant itself.
  const shown = numberText(known?.value ?? times);
  const tooWhat = Math.abs(factor) > 1 ? 'too large' : 'too small';
  const reason = known ? `: ${shown} is ${known.name}` : '';
  const sign = factor < 0 ? ', and its sign is wrong' : '';
  return { code: 'ratio', sentence: `${gradient} is ${shown} times ${tooWhat}${reason}${sign}.` };
};

/** The names under which the constants of most problems are given. */
const PHRASES: Readonly<Record<string, string>> = {
  N: 'the batch size',
  T: 'the number of time steps',
  area: 'the area of the pooling window',
};

/** Numbers above 1 that a gradient may be too large or too small by, the likeliest first. */
export function constantsOf({ constants, inputs }: Subject): { name: string; value: number }[] {
  const given = Object.entries(constants).map(([name, value]) => ({
    name: PHRASES[name] ?? name,
    value,
  }));
  const derived = given.flatMap(({ name, value }) => [
    { name, value },
    { name: `1/${name}`, value: 1 / value },
    { name: `1/(1 − ${name})`, value: 1 / (1 - value) },
    { name: `the square of ${name}`, value: value ** 2 },
  ]);
  const products = given.flatMap((a, i) =>
    given
      .slice(i + 1)
      .map((b) => ({ name: `${a.name} times ${b.name}`, value: a.value * b.value })),
  );
  const two = { name: 'what the derivative of a square has in front', value: 2 };
  const sizes = inputs.flatMap(({ name, shape, values }) => [
    ...shape.map((value, axis) => ({ name: `the size of ${name} along axis ${axis}`, value })),
    { name: `the number of entries of ${name}`, value: values.length },
  ]);
  return [...derived, two, ...products, ...sizes].filter(({ value }) => value > 1);
}

function isNear(a: number, b: number, relative: number): boolean {
  return Math.abs(a - b) <= relative * Math.abs(b);
}
