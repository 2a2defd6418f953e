/** Right code of shapes, habits and sizes that are rarely met. */
import { attention } from '../../../bench/gradient/operations/attention.ts';
import { each } from '../../../bench/gradient/operations/arithmetic.ts';
import { affine, softmax } from '../../../bench/gradient/operations/dense.ts';
import { elementwise, relu, RELU } from '../../../bench/gradient/operations/elementwise.ts';
import { gruStep } from '../../../bench/gradient/operations/gru.ts';
import { summed } from '../../../bench/gradient/operations/losses.ts';
import { remembering, statefulClass } from '../../../bench/gradient/operations/memory.ts';
import { layerNorm, normalized } from '../../../bench/gradient/operations/normalization.ts';
import {
  distances,
  product,
  quadratic,
  runningSum,
} from '../../../bench/gradient/operations/sums.ts';
import type { Draw, Tricky } from './tricky.ts';

const positive = (draw: Draw, ...shape: number[]) => each(draw(...shape), (x) => Math.abs(x) + 0.1);
const nearZero = (slope: keyof typeof RELU, distance: number) => (draw: Draw) =>
  relu(
    slope,
    each(draw(4, 3), (x, _, column) => (column === 1 ? distance : x)),
  );

export const UNUSUAL: Tricky[] = [
  {
    title: 'a layer that keeps its cache apart',
    problem: (draw) => remembering(draw(4, 3), draw(3)),
  },
  {
    title: 'a class that keeps what it needs in itself',
    problem: (draw) => statefulClass(draw(4, 3), draw(3)),
  },
  { title: 'an attention', problem: (draw) => attention(draw(5, 4), draw(6, 4), draw(6, 3)) },
  { title: 'a layer norm', problem: (draw) => layerNorm(draw(4, 5), draw(5), draw(5)) },
  {
    title: 'rows divided by their norm',
    problem: (draw) => normalized('norm', draw(4, 5), draw(5)),
  },
  {
    title: 'rows divided by their root mean square',
    problem: (draw) => normalized('root mean square', draw(4, 5), draw(5)),
  },
  {
    title: 'rows divided by their sum',
    problem: (draw) => normalized('sum', positive(draw, 4, 5), draw(5)),
  },
  { title: 'a running sum', problem: (draw) => runningSum(draw(3, 5), 'inclusive') },
  { title: 'an exclusive running sum', problem: (draw) => runningSum(draw(3, 5), 'exclusive') },
  {
    title: 'a product of three inputs',
    problem: (draw) => product(draw(4, 3), draw(3), draw(4, 3)),
  },
  { title: 'distances of rows from rows', problem: (draw) => distances(draw(4, 2)) },
  {
    title: 'a quadratic form with one output',
    problem: (draw) => quadratic(draw(7), draw(7, 7)),
  },
  {
    title: 'a GRU step',
    problem: (draw) =>
      gruStep({ x: draw(4, 5), hPrev: draw(4, 2), Wx: draw(5, 6), Wh: draw(2, 6), b: draw(6) }),
  },
  {
    title: 'a softmax of one class, whose output is always 1',
    problem: (draw) => softmax(draw(4, 1)),
  },
  {
    title: 'a function that does not depend on its input, and a gradient of zeros',
    problem: (draw) =>
      elementwise(
        'constant',
        () => 3,
        () => 0,
        draw(4, 3),
      ),
  },
  {
    title: 'a ReLU 1e-6 above zero beside entries of 1',
    problem: nearZero('right', 1e-6),
    kinks: 0,
  },
  {
    title: 'a ReLU 1e-6 below zero beside entries of 1',
    problem: nearZero('right', -1e-6),
    kinks: 0,
  },
  {
    title: 'a ReLU 1e-12 above zero beside entries of 1',
    problem: nearZero('right', 1e-12),
    kinks: 0,
  },
  {
    title: 'the absolute value 1e-6 from zero in a sum',
    problem: (draw) =>
      summed(
        'sum of absolute values',
        (x) => Math.abs(x) + x ** 2,
        (x) => Math.sign(x) + 2 * x,
        each(draw(4, 3), (x, _, column) => (column === 1 ? 1e-6 * Math.sign(x) : x)),
      ),
  },
  {
    title: 'a batch of one and a single unit',
    problem: (draw) => affine(draw(1, 3), draw(3, 1), draw(1)),
  },
];
