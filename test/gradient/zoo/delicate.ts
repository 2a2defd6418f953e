/** Right code at kinks, at tiny, huge and equal numbers, and on views. */
import { labels, type Tensor } from '#arrays';
import ndarray from 'ndarray';
import type { Differentiable } from '../../../checks/gradient/problem.ts';
import { each, transpose } from '../../../bench/gradient/operations/arithmetic.ts';
import { affine, dropout, embedding, softmax } from '../../../bench/gradient/operations/dense.ts';
import {
  elementwise,
  relu,
  RELU,
  sigmoidLayer,
} from '../../../bench/gradient/operations/elementwise.ts';
import {
  averagePool,
  batchNorm,
  conv,
  maxPool,
} from '../../../bench/gradient/operations/images.ts';
import {
  meanSquaredError,
  softmaxCrossEntropy,
  summed,
} from '../../../bench/gradient/operations/losses.ts';
import { lstmStep, rnn } from '../../../bench/gradient/operations/recurrent.ts';
import type { Draw, Tricky } from './tricky.ts';

const zeros = (x: Differentiable) => each(x, () => 0);
/** Columns of a matrix, one value for each, with the signs of what was drawn. */
const columns = (x: Differentiable, values: (number | undefined)[]) =>
  each(x, (value, _, column) => {
    const given = values[column!];
    return given === undefined ? value : given * Math.sign(value);
  });
const reluAtZero = (slope: keyof typeof RELU) => (draw: Draw) =>
  relu(slope, columns(draw(4, 3), [undefined, 0]));
const classes = labels([0, 2, 1, 1]);

export const DELICATE: Tricky[] = [
  { title: 'a ReLU at exactly 0 with slope 0', problem: reluAtZero('right'), kinks: 4 },
  { title: 'a ReLU at exactly 0 with slope ½', problem: reluAtZero('half at zero'), kinks: 4 },
  { title: 'a ReLU at exactly 0 with slope 1', problem: reluAtZero('one at zero'), kinks: 4 },
  {
    title: 'points 1e-9 and 1e-4 from the kink of a ReLU',
    problem: (draw) => relu('right', columns(draw(4, 3), [1e-9, 1e-4])),
    kinks: 0,
  },
  {
    title: 'points 1e-9, 1e-6 and 1e-4 from a kink that is not at zero',
    problem: (draw) =>
      summed(
        'bent parabola',
        (x) => Math.max(0, x - 1) + 0.3 * x ** 2,
        (x) => (x > 1 ? 1 : 0) + 0.6 * x,
        each(columns(draw(4, 3), [1e-9, 1e-6, 1e-4]), (x) => 1 + x),
      ),
    // Only a distance of 1e-9 is beyond resolving: there either slope is accepted.
    kinks: 4,
  },
  {
    title: 'ties in a max pool, the gradient going to the first',
    problem: (draw) => maxPool(each(draw(2, 2, 4, 5), Math.round)),
  },
  {
    title: 'ties in a max pool, the gradient being shared',
    problem: (draw) => maxPool(each(draw(2, 2, 4, 5), Math.round), 'shared'),
  },
  {
    title: 'a mean squared error at 1e6',
    problem: (draw) =>
      meanSquaredError(
        each(draw(4, 3), (x) => 1e6 * x),
        each(draw(4, 3), (x) => 1e6 * x),
      ),
    kinks: 0,
  },
  {
    title: 'a mean squared error of small differences between numbers of 1e6',
    problem: (draw) =>
      meanSquaredError(
        each(draw(4, 3), (x) => 1e6 + x),
        each(draw(4, 3), (x) => 1e6 + x),
      ),
    kinks: 0,
  },
  {
    title: 'values of 1e-6',
    problem: (draw) => {
      const tiny = (...shape: number[]) => each(draw(...shape), (x) => 1e-6 * x);
      return affine(tiny(4, 3), tiny(3, 5), tiny(5));
    },
    kinks: 0,
  },
  {
    title: 'values of 1e5 beside values of 1e-5',
    problem: (draw) => {
      const mixed = (...shape: number[]) =>
        each(draw(...shape), (x, ...index) => x * (index.at(-1)! % 2 === 0 ? 1e-5 : 1e5));
      return affine(mixed(4, 3), mixed(3, 5), mixed(5));
    },
    kinks: 0,
  },
  {
    title: 'an affine layer in single precision',
    kind: 'float32',
    problem: (draw) => affine(draw(4, 3), draw(3, 5), draw(5)),
  },
  {
    title: 'a softmax in single precision',
    kind: 'float32',
    problem: (draw) => softmax(draw(4, 3)),
  },
  {
    title: 'a softmax cross entropy in single precision',
    kind: 'float32',
    problem: (draw) => softmaxCrossEntropy(draw(4, 3), classes),
  },
  {
    title: 'a batch norm in single precision',
    kind: 'float32',
    problem: (draw) => batchNorm(draw(6, 3), draw(3), draw(3)),
  },
  {
    title: 'an RNN in single precision',
    kind: 'float32',
    problem: (draw) => rnn(draw(2, 4, 3), draw(3, 2), draw(2, 2), draw(2)),
  },
  {
    title: 'a dropout whose mask is drawn again from the same seed',
    problem: (draw) => dropout(draw(5, 4), 0.25),
  },
  {
    title: 'an affine layer at zeros only',
    problem: (draw) => affine(zeros(draw(4, 3)), zeros(draw(3, 5)), zeros(draw(5))),
    kinks: 0,
  },
  {
    title: 'a ReLU at zeros only',
    problem: (draw) => relu('right', zeros(draw(4, 3))),
    kinks: 12,
  },
  {
    title: 'a max pool at zeros only',
    problem: (draw) => maxPool(zeros(draw(2, 2, 4, 5))),
    kinks: 80,
  },
  {
    title: 'an RNN at zeros only',
    problem: (draw) => rnn(zeros(draw(2, 4, 3)), draw(3, 2), draw(2, 2), zeros(draw(2))),
  },
  {
    title: 'a softmax cross entropy at zeros only',
    problem: (draw) => softmaxCrossEntropy(zeros(draw(4, 3)), classes),
  },
  {
    title: 'a sigmoid at ±800',
    problem: (draw) => sigmoidLayer('right', columns(draw(4, 3), [800])),
    kinks: 0,
  },
  {
    title: 'logits of ±1000',
    problem: (draw) => softmaxCrossEntropy(columns(draw(4, 3), [1000, 1000, 1000]), classes),
    kinks: 0,
  },
  {
    title: 'logits of some hundreds that are all right, the loss being exactly 0',
    problem: (draw) =>
      softmaxCrossEntropy(
        each(draw(4, 3), (x, n, c) => (classes.get(n!) === c ? 400 : 60 * x)),
        classes,
      ),
    kinks: 0,
  },
  {
    title:
      'logits that are all right by so much that the loss is exactly 0, near as they are to each other',
    problem: (draw) =>
      softmaxCrossEntropy(
        each(draw(4, 3), (x, n, c) => (classes.get(n!) === c ? 45 : x)),
        classes,
      ),
    kinks: 0,
  },
  {
    title: 'a logarithm at 1e-6',
    problem: (draw) =>
      elementwise(
        'log',
        Math.log,
        (d, x) => d / x,
        each(draw(4, 3), (x, _, column) => (column === 0 ? 1e-6 : Math.abs(x))),
      ),
    kinks: 0,
  },
  {
    title: 'a batch norm on 5 ± 0.001',
    problem: (draw) =>
      batchNorm(
        each(draw(6, 3), (x) => 5 + 0.001 * x),
        draw(3),
        draw(3),
      ),
    kinks: 0,
  },
  {
    title: 'an L1 penalty at 0',
    problem: (draw) =>
      summed(
        'L1',
        (w) => 0.01 * Math.abs(w) + w ** 2,
        (w) => 0.01 * Math.sign(w) + 2 * w,
        columns(draw(4, 3), [0]),
      ),
    kinks: 4,
  },
  {
    title: 'a small L1 penalty at 0 beside a curve, with the slope of one side',
    problem: (draw) =>
      summed(
        'L1',
        (w) => 1e-4 * Math.abs(w) + w ** 2 - w,
        (w) => (w >= 0 ? 1e-4 : -1e-4) + 2 * w - 1,
        columns(draw(4, 3), [0]),
      ),
    kinks: 4,
  },
  {
    title: 'repeated indices in an embedding',
    problem: (draw) => embedding(draw(5, 3), labels([1, 4, 1, 0, 1])),
    kinks: 0,
  },
  {
    title: 'strided, transposed and reversed views',
    problem: (draw) =>
      affine(
        transpose(draw(3, 4)),
        (draw(6, 10) as Tensor).step(2, -2),
        (draw(9, 5) as Tensor).pick(3, null),
      ),
    kinks: 0,
  },
  {
    title: 'a view that repeats one row',
    problem: (draw) => {
      const [row, W, b] = [draw(3), draw(3, 5), draw(5)];
      return affine(ndarray(row.data as Float64Array, [4, 3], [0, 1]), W, b);
    },
    kinks: 0,
  },
  {
    title: 'a convolution',
    problem: (draw) => conv(draw(2, 2, 4, 3), draw(2, 2, 3, 2), draw(2), 1),
  },
  { title: 'an average pool', problem: (draw) => averagePool(draw(2, 2, 4, 3)) },
  {
    title: 'an LSTM with its two outputs',
    problem: (draw) =>
      lstmStep({
        x: draw(3, 4),
        hPrev: draw(3, 2),
        cPrev: draw(3, 2),
        Wx: draw(4, 8),
        Wh: draw(2, 8),
        b: draw(8),
      }),
  },
];
