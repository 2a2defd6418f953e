/** Normalizations, with a mistake each. */
import { normals } from '../../../bench/gradient/operations/arithmetic.ts';
import { batchNorm, type BatchNormMistake } from '../../../bench/gradient/operations/images.ts';
import { type Planted } from './planted.ts';

const batchNormOf = (mistake: BatchNormMistake) => (seed: number) => {
  const draw = normals(seed);
  return batchNorm(draw(5, 3), draw(3), draw(3), mistake);
};

export const NORMALIZATION: Planted[] = [
  {
    title: 'a batch norm without the path through the mean',
    problem: batchNormOf('mean path missing'),
    code: 'mean-path',
    sentence:
      'dx is off by the same amount all along axis 0: the path through the mean over axis 0 is missing.',
    right: ['dgamma', 'dbeta'],
  },
  {
    title: 'a batch norm without the path through the variance',
    problem: batchNormOf('variance path missing'),
    code: 'variance-path',
    sentence:
      'dx is off by a multiple of x minus its mean along axis 0: the path through the variance over axis 0 is missing.',
    right: ['dgamma', 'dbeta'],
  },
  {
    title: 'a batch norm without either path',
    problem: batchNormOf('both missing'),
    code: 'mean-path',
    sentence:
      'dx is off by a straight line in x along axis 0: the paths through the mean and through the variance over axis 0 are both missing.',
    right: ['dgamma', 'dbeta'],
  },
  {
    title: 'dγ and dβ exchanged',
    problem: batchNormOf('swapped'),
    code: 'other-input',
    sentence: "dgamma and dbeta are exchanged: each is the gradient of the other's input.",
    right: ['dx'],
  },
  {
    title: 'a batch norm without the path through the variance in single precision',
    problem: (seed) => {
      const draw = normals(seed, 'float32');
      return batchNorm(draw(5, 3), draw(3), draw(3), 'variance path missing');
    },
    code: 'variance-path',
    sentence:
      'dx is off by a multiple of x minus its mean along axis 0: the path through the variance over axis 0 is missing.',
    right: ['dgamma', 'dbeta'],
  },
];
