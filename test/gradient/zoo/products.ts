/** Factors that are other inputs, sums of places, attention. */
import { array } from '#arrays';
import { attention, type AttentionMistake } from '../../../bench/gradient/operations/attention.ts';
import { each, normals } from '../../../bench/gradient/operations/arithmetic.ts';
import { elementwise, RELU, relu } from '../../../bench/gradient/operations/elementwise.ts';
import { meanSquaredError } from '../../../bench/gradient/operations/losses.ts';
import {
  distances,
  product,
  quadratic,
  runningSum,
} from '../../../bench/gradient/operations/sums.ts';
import { type Planted } from './planted.ts';

const attentionOf = (mistake: AttentionMistake) => (seed: number) => {
  const draw = normals(seed);
  return attention(draw(5, 4), draw(6, 4), draw(6, 3), mistake);
};
const productOf = (mistake: 'y missing' | 'z missing') => (seed: number) => {
  const draw = normals(seed);
  return product(draw(4, 3), draw(3), draw(4, 3), mistake);
};
const beside = (mistake: keyof typeof RELU) => (seed: number) =>
  relu(
    mistake,
    each(normals(seed)(4, 3), (x, _, column) => (column === 1 ? 1e-6 : Math.abs(x))),
  );

export const PRODUCTS: Planted[] = [
  {
    title: 'an attention without 1/√d in its gradients, d being 4',
    problem: attentionOf('1/√d missing'),
    code: 'ratio',
    sentence: 'dQ and dK are 2 times too large: 2 is the square root of d.',
    right: ['dV'],
  },
  {
    title: 'an attention with 1/d in its gradients, d being 4',
    problem: attentionOf('1/d for 1/√d'),
    code: 'ratio',
    sentence: 'dQ and dK are 2 times too small: 2 is the square root of d.',
    right: ['dV'],
  },
  {
    title: 'an attention whose softmax is passed through',
    problem: attentionOf('softmax passed through'),
    code: 'wrong',
    sentence: 'dQ and dK are wrong, and no common mistake explains it.',
    right: ['dV'],
  },
  {
    title: 'a product that lacks another input of the same shape',
    problem: productOf('z missing'),
    code: 'missing-factor',
    sentence: 'dx lacks the factor z.',
    right: ['dy', 'dz'],
  },
  {
    title: 'a product that lacks another input, one number for each column',
    problem: productOf('y missing'),
    code: 'missing-factor',
    sentence: 'dx lacks the factor y.',
    right: ['dy', 'dz'],
  },
  {
    title: 'a running sum whose gradient leaves out the own place',
    problem: (seed) => runningSum(normals(seed)(3, 5), 'inclusive', 'own place wrong'),
    code: 'own-place',
    sentence:
      'dx leaves out what each entry of x does to out at its own place: the sum over out must be inclusive, and here it is exclusive.',
    right: [],
  },
  {
    title: 'an exclusive sum whose gradient takes in the own place',
    problem: (seed) => runningSum(normals(seed)(3, 5), 'exclusive', 'own place wrong'),
    code: 'own-place',
    sentence:
      'dx takes in dout at its own place, where x changes nothing: the sum over out must be exclusive, and here it is inclusive.',
    right: [],
  },
  {
    title: 'a running sum whose gradient runs in the same direction',
    problem: (seed) => runningSum(normals(seed)(3, 5), 'inclusive', 'not reversed'),
    code: 'wrong',
    sentence: 'dx is wrong, and no common mistake explains it.',
    right: [],
  },
  {
    title: 'a layer with a multiple of its input too much, times dout',
    problem: (seed) => {
      const draw = normals(seed);
      return quadratic(draw(7), draw(7, 7), 'x once more');
    },
    code: 'wrong',
    sentence: 'dx is wrong, and no common mistake explains it.',
    right: [],
  },
  {
    title: 'distances of rows from rows, forgotten in one direction',
    problem: (seed) => distances(normals(seed)(4, 2), 'columns forgotten'),
    code: 'own-step-only',
    sentence: 'dx counts, for each row, the output of that row only: it changes others too.',
    right: [],
  },
  {
    title: 'a root without its ½, where 2 is not what a square has in front',
    problem: (seed) =>
      elementwise(
        'root',
        Math.sqrt,
        (d, _x, y) => d / y,
        each(normals(seed)(4, 3), (x) => x ** 2 + 0.1),
      ),
    code: 'ratio',
    sentence: 'dx is 2 times too large.',
    right: [],
  },
  {
    title: 'half of the terms of a loss forgotten, here and there',
    problem: (seed) => {
      const x = normals(seed)(4, 3);
      const isKept = (n = 0, d = 0) => [0, 3, 4, 7, 8, 11].includes(3 * n + d);
      return {
        ...meanSquaredError(
          x,
          each(x, (value) => value ** 2),
        ),
        gradient: (y: typeof x, t: typeof x) => ({
          dy: each(y, (value, n, d) => (isKept(n, d) ? (value - t.get(n!, d!)) / 6 : 0)),
          dt: each(y, (value, n, d) => (t.get(n!, d!) - value) / 6),
        }),
      };
    },
    code: 'wrong',
    sentence: 'dy is wrong, and no common mistake explains it.',
    right: ['dt'],
  },
  {
    title: 'half the slope of a ReLU 1e-6 above zero beside entries of 1',
    problem: (seed) => {
      const right = beside('right')(seed);
      return {
        ...right,
        backward: (dout: never, cache: { input: never }) => {
          const { dx } = right.backward(...([dout, cache] as never[])) as {
            dx: ReturnType<typeof array>;
          };
          return { dx: each(dx, (value, _, column) => (column === 1 ? value / 2 : value)) };
        },
      };
    },
    code: 'region',
    sentence:
      'dx is wrong only in one column, at 1 counted from 0, and 2 times too small there: look at how that part is treated.',
    right: [],
  },
];
