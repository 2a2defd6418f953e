/** How the error of a difference quotient depends on h, and what the learning rate does to a descent. */
import { array, type Tensor } from '#arrays';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Point } from '#figures/figure';
import type * as NumericalGradient from './numerical-gradient.reference.ts';

export const title = 'Numerical gradients: the best h, and steps that are too long';

export const about =
  'A large h misses how the curve bends, a small one drowns in rounding: in between lies the best. ' +
  'Downhill, a small learning rate crawls and a large one jumps across the valley, higher each time.';

export const parameters = {
  at: { label: 'where the slope of eˣ is taken', from: -3, to: 3, value: 1 },
  rate: { label: 'the largest learning rate', from: 0.5, to: 1.2, value: 1.02 },
} satisfies Parameters;

const STEPS = 40;

/**
 * The experiment of lesson 04.
 *
 * @param lesson the functions of the lesson
 * @returns the errors of both difference quotients over h, and the descents from x = 3 on x² for four rates
 */
export function* experiment(
  lesson: typeof NumericalGradient,
  _material: Material,
  { at, rate }: Values<typeof parameters>,
): Running {
  const steps = array(Array.from({ length: 61 }, (_, k) => 10 ** (-15 + k / 4)));
  const errors = lesson.differenceErrors(Math.exp, at, Math.exp(at), steps);
  yield 0.5;
  const over = (values: Tensor): Point[] =>
    Array.from({ length: steps.size }, (_, k) => [steps.get(k), values.get(k)]);
  return [
    {
      kind: 'curves',
      title: `How wrong the slope of eˣ at ${at} is, over h`,
      caption:
        'To the right the error falls with h, or with h² for the central difference; to the left rounding grows with 1/h.',
      by: ['differenceErrors'],
      x: { label: 'h', scale: 'log' },
      y: { label: 'error', scale: 'log' },
      curves: [
        { name: 'forward', points: over(errors.forward) },
        { name: 'central', points: over(errors.central) },
      ],
    },
    descents(lesson, [0.01, 0.1, 0.9, rate]),
  ];
}

/** Where the descent on x² stands after each step. */
function descents(
  { gradientDescentStep }: typeof NumericalGradient,
  rates: readonly number[],
): Curves {
  const curves = rates.map((rate) => {
    let x = array([3]);
    const points: [number, number][] = [[0, 3]];
    for (let step = 1; step <= STEPS; step++) {
      x = gradientDescentStep(x, array([2 * x.get(0)]), rate);
      points.push([step, x.get(0)]);
    }
    return { name: `rate ${rate}`, points };
  });
  return {
    kind: 'curves',
    title: 'Descents on x² from 3, for four learning rates',
    caption: 'Each step multiplies x by 1 − 2 · rate. Below −1, the descent leaves the valley.',
    x: { label: 'step', whole: true },
    y: { label: 'x', domain: [-10, 10] },
    by: ['gradientDescentStep'],
    curves,
  };
}
