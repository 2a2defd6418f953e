/** Right code that is coarser than the type of its inputs says. */
import { each, normals } from '../../../bench/gradient/operations/arithmetic.ts';
import { affine, softmax } from '../../../bench/gradient/operations/dense.ts';
import { relu, sigmoidLayer, tanhLayer } from '../../../bench/gradient/operations/elementwise.ts';
import { batchNorm, conv } from '../../../bench/gradient/operations/images.ts';
import {
  meanSquaredError,
  softmaxCrossEntropy,
} from '../../../bench/gradient/operations/losses.ts';
import { layerNorm } from '../../../bench/gradient/operations/normalization.ts';
import { rnn } from '../../../bench/gradient/operations/recurrent.ts';
import { roundedTo, singleInside } from '../../../bench/gradient/operations/rounded.ts';
import { labels } from '#arrays';
import type { LayerProblem } from '../../../checks/gradient/problem.ts';
import type { Draw, Tricky } from './tricky.ts';

/** A layer that computes in single precision and takes and returns doubles. */
const inSingle =
  (layer: (draw: Draw) => LayerProblem) =>
  (_draw: Draw, seed: number): LayerProblem =>
    singleInside(layer(normals(seed, 'float32')), layer(normals(seed)).inputs);

export const COARSE: Tricky[] = [
  {
    title: 'an affine layer that computes in single precision on doubles',
    problem: inSingle((draw) => affine(draw(4, 3), draw(3, 5), draw(5))),
  },
  {
    title: 'a ReLU that computes in single precision on doubles',
    problem: inSingle((draw) => relu('right', draw(4, 3))),
  },
  {
    title: 'a sigmoid that computes in single precision on doubles',
    problem: inSingle((draw) => sigmoidLayer('right', draw(4, 3))),
  },
  {
    title: 'a tanh that computes in single precision on doubles, far out as well',
    problem: inSingle((draw) =>
      tanhLayer(
        'right',
        each(draw(4, 3), (x, i) => (i === 0 ? 8 * x : x)),
      ),
    ),
  },
  {
    title: 'a softmax that computes in single precision on doubles',
    problem: inSingle((draw) => softmax(draw(4, 3))),
  },
  {
    title: 'a batch norm that computes in single precision on doubles',
    problem: inSingle((draw) => batchNorm(draw(6, 3), draw(3), draw(3))),
  },
  {
    title: 'a layer norm that computes in single precision on doubles',
    problem: inSingle((draw) => layerNorm(draw(4, 5), draw(5), draw(5))),
  },
  {
    title: 'a convolution that computes in single precision on doubles',
    problem: inSingle((draw) => conv(draw(2, 2, 4, 3), draw(2, 2, 3, 2), draw(2), 1)),
  },
  {
    title: 'an RNN that computes in single precision on doubles',
    problem: inSingle((draw) => rnn(draw(2, 4, 3), draw(3, 2), draw(2, 2), draw(2))),
  },
  {
    title: 'a mean squared error that is rounded to 1e-6',
    problem: (draw) => roundedTo(1e-6, meanSquaredError(draw(4, 3), draw(4, 3))),
  },
  {
    title: 'a cross entropy that is rounded to 1e-6',
    problem: (draw) => roundedTo(1e-6, softmaxCrossEntropy(draw(4, 3), labels([0, 2, 1, 1]))),
  },
  {
    title: 'a cross entropy that is rounded to 1e-8',
    problem: (draw) => roundedTo(1e-8, softmaxCrossEntropy(draw(4, 3), labels([0, 2, 1, 1]))),
  },
];
