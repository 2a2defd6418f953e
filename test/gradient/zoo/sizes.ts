/** Rows divided by their norm, sum or deviation, and sentences that would fit without being true. */
import { normals, each } from '../../../bench/gradient/operations/arithmetic.ts';
import { summed } from '../../../bench/gradient/operations/losses.ts';
import { embedding } from '../../../bench/gradient/operations/dense.ts';
import {
  layerNorm,
  normalized,
  type LayerNormMistake,
} from '../../../bench/gradient/operations/normalization.ts';
import { labels } from '#arrays';
import { type Planted } from './planted.ts';

const layerNormOf = (mistake: LayerNormMistake) => (seed: number) => {
  const draw = normals(seed);
  return layerNorm(draw(4, 5), draw(5), draw(5), mistake);
};
const normalizedOf = (size: 'norm' | 'root mean square' | 'sum') => (seed: number) => {
  const draw = normals(seed);
  return normalized(
    size,
    each(draw(4, 5), (x) => (size === 'sum' ? Math.abs(x) + 0.1 : x)),
    draw(5),
    'size constant',
  );
};
/** Σ x³ with something added to the gradient. */
const cubesPlus = (extra: (x: number, n: number, d: number) => number) => (seed: number) => {
  const x = normals(seed)(4, 5);
  return {
    ...summed(
      'sum of cubes',
      (value) => value ** 3,
      (value) => value,
      x,
    ),
    gradient: (input: typeof x) =>
      each(input, (value, n, d) => 3 * value ** 2 + extra(value, n!, d!)),
  };
};

export const SIZES: Planted[] = [
  {
    title: 'a layer norm without gamma',
    problem: layerNormOf('gamma missing'),
    code: 'missing-factor',
    sentence: 'dx lacks the factor gamma.',
    right: ['dgamma', 'dbeta'],
  },
  {
    title: 'a layer norm with gamma twice',
    problem: layerNormOf('gamma twice'),
    code: 'wrong-factor',
    sentence: 'dx has the factor gamma once too often.',
    right: ['dgamma', 'dbeta'],
  },
  {
    title: 'a layer norm without the path through the mean',
    problem: layerNormOf('mean path missing'),
    code: 'mean-path',
    sentence:
      'dx is off by the same amount all along axis 1: the path through the mean over axis 1 is missing.',
    right: ['dgamma', 'dbeta'],
  },
  {
    title: 'a layer norm without the path through the variance',
    problem: layerNormOf('variance path missing'),
    code: 'variance-path',
    sentence:
      'dx is off by a multiple of x minus its mean along axis 1: the path through the variance over axis 1 is missing.',
    right: ['dgamma', 'dbeta'],
  },
  {
    title: 'a norm taken as a constant',
    problem: normalizedOf('norm'),
    code: 'norm-path',
    sentence:
      'dx is off by a multiple of x along axis 1: the norm of x over axis 1 is taken for a constant.',
    right: ['dscale'],
  },
  {
    title: 'a root mean square taken as a constant',
    problem: normalizedOf('root mean square'),
    code: 'norm-path',
    sentence:
      'dx is off by a multiple of x along axis 1: the norm of x over axis 1 is taken for a constant.',
    right: ['dscale'],
  },
  {
    title: 'a sum taken as a constant',
    problem: normalizedOf('sum'),
    code: 'sum-path',
    sentence:
      'dx is off by the same amount all along axis 1: the sum of x over axis 1 is taken for a constant.',
    right: ['dscale'],
  },
  {
    title: 'a straight line in x too much, where there is no mean and no variance',
    problem: cubesPlus((x) => 0.4 * x - 0.7),
    code: 'wrong',
    sentence: 'dx is wrong, and no common mistake explains it.',
    right: [],
  },
  {
    title: 'a constant too much, where there is no mean',
    problem: cubesPlus(() => 0.7),
    code: 'extra-constant',
    sentence:
      'dx is off by 0.7 everywhere: a constant was added that is no part of it, or one was left out.',
    right: [],
  },
  {
    title: 'a constant too much in one column, the others being right',
    problem: cubesPlus((_x, _n, d) => (d === 2 ? 0.7 : 0)),
    code: 'region',
    sentence:
      'dx is wrong only in one column, at 2 counted from 0: look at how that part is treated.',
    right: [],
  },
  {
    title: 'a table whose rows are one too low',
    problem: (seed) => {
      const right = embedding(normals(seed)(6, 3), labels([1, 4, 1, 0, 2]));
      return {
        ...right,
        backward: (...args: never[]) => {
          const { dW } = right.backward(...args) as { dW: ReturnType<ReturnType<typeof normals>> };
          return { dW: each(dW, (_, n, d) => (n! > 0 ? dW.get(n! - 1, d!) : 0)) };
        },
      };
    },
    code: 'shifted',
    sentence: 'dW is shifted by 1 along axis 0: each entry belongs 1 place earlier.',
    right: [],
  },
];
