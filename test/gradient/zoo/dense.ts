/** Affine layers, softmax, dropout and embeddings, with a mistake each. */
import { labels } from '#arrays';
import { normals } from '../../../bench/gradient/operations/arithmetic.ts';
import {
  affine,
  dropout,
  embedding,
  softmax,
  type AffineMistake,
  type DropoutMistake,
} from '../../../bench/gradient/operations/dense.ts';
import { type Planted, OVERWRITTEN, WRONG_SIGN } from './planted.ts';

const affineOf = (mistake: AffineMistake) => (seed: number) => {
  const draw = normals(seed);
  return affine(draw(4, 3), draw(3, 5), draw(5), mistake);
};
const squareAffine = (mistake: AffineMistake) => (seed: number) => {
  const draw = normals(seed);
  return affine(draw(4, 3), draw(3, 3), draw(3), mistake);
};
const dropoutOf = (mistake: DropoutMistake) => (seed: number) =>
  dropout(normals(seed)(5, 4), 0.25, mistake);

export const DENSE: Planted[] = [
  {
    title: 'dout·W for dout·Wᵀ, W being square',
    problem: squareAffine('W for its transpose'),
    code: 'transposed-operand',
    sentence: 'dx uses W where its transpose belongs, or the other way round.',
    right: ['dW', 'db'],
  },
  {
    title: 'a square dW that is transposed',
    problem: squareAffine('dW transposed'),
    code: 'transposed',
    sentence: 'dW is transposed: the axes come in the order 1, 0.',
    right: ['dx', 'db'],
  },
  {
    title: 'a dW that is transposed and has the other shape',
    problem: affineOf('dW of the other shape'),
    code: 'transposed',
    sentence: 'dW is transposed: the shape is (5, 3) and must be (3, 5).',
    right: ['dx', 'db'],
  },
  {
    title: 'a dW that is transposed and then reshaped',
    problem: affineOf('dW transposed, then reshaped'),
    code: 'reshaped',
    sentence:
      'dW was transposed and then reshaped, which scrambles it: a reshape keeps the row-major order of the entries and does not exchange axes.',
    right: ['dx', 'db'],
  },
  {
    title: 'a db that is not summed over the batch',
    problem: affineOf('db not summed'),
    code: 'not-summed',
    sentence: 'db has the shape (4, 5) and b has (5): sum over axis 0 (sample), and it is right.',
    right: ['dx', 'dW'],
  },
  {
    title: 'a db of the first row only',
    problem: affineOf('db of the first row'),
    code: 'one-slice',
    sentence: 'db takes in only the first sample of out: sum over all of them.',
    right: ['dx', 'dW'],
  },
  {
    title: 'a dW of the last sample only',
    problem: affineOf('dW of the last sample'),
    code: 'one-slice',
    sentence: 'dW takes in only the last sample of out: sum over all of them.',
    right: ['dx', 'db'],
  },
  {
    title: 'parameter gradients averaged where they are summed',
    problem: affineOf('mean over the batch'),
    code: 'ratio',
    sentence: 'dW and db are 4 times too small: 4 is the batch size.',
    right: ['dx'],
  },
  {
    title: 'a flipped sign',
    problem: affineOf('sign flipped'),
    code: 'sign',
    sentence: `dW has ${WRONG_SIGN}`,
    right: ['dx', 'db'],
  },
  {
    title: 'a weight decay hidden in a layer',
    problem: affineOf('weight decay'),
    code: 'weight-decay',
    sentence:
      'dW contains 0.1·W, which does not come from dout: leave weight decay to the optimizer.',
    right: ['dx', 'db'],
  },
  {
    title: 'a gradient of zeros',
    problem: affineOf('zero'),
    code: 'zero',
    sentence: 'db is zero everywhere: not computed, or computed and not returned.',
    right: ['dx', 'dW'],
  },
  {
    title: "a softmax's diagonal only",
    problem: (seed) => softmax(normals(seed)(4, 3), 'diagonal only'),
    code: 'diagonal-only',
    sentence:
      'dx uses only the diagonal of the Jacobian: each entry of x changes other entries of out too.',
    right: [],
  },
  {
    title: 'a softmax without the sum over the row',
    problem: (seed) => softmax(normals(seed)(4, 3), 'sum missing'),
    code: 'sum-path',
    sentence:
      'dx is off by a multiple of out along axis 1: the path through the sum over axis 1 is missing.',
    right: [],
  },
  {
    title: "a dropout's scale missing",
    problem: dropoutOf('scale missing'),
    code: 'ratio',
    sentence: 'dx is 1.33333 times too small: 1.33333 is 1/(1 − p).',
    right: [],
  },
  {
    title: "a dropout's mask missing",
    problem: dropoutOf('mask missing'),
    code: 'mask-missing',
    sentence: 'dx lacks the mask: no gradient passes where the forward pass lets nothing through.',
    right: [],
  },
  {
    title: "a dropout's mask and scale missing",
    problem: dropoutOf('passed through'),
    code: 'passed-through',
    sentence: "dx is dout itself: multiply by the operation's own derivative.",
    right: [],
  },
  {
    title: "a dropout's mask inverted",
    problem: dropoutOf('mask inverted'),
    code: 'mask-inverted',
    sentence:
      'dx has the mask inverted: the gradient passes where the forward pass lets nothing through and nowhere else.',
    right: [],
  },
  {
    title: 'an embedding that overwrites the rows of repeated indices',
    problem: (seed) => embedding(normals(seed)(5, 3), labels([1, 4, 1, 0, 1]), 'overwritten'),
    code: 'overwritten',
    sentence: `dW ${OVERWRITTEN}`,
    right: [],
  },
  {
    title: 'the gradient of another input of another shape',
    problem: affineOf('W returned as dx'),
    code: 'other-input',
    sentence: 'dx is the gradient of W and not of x: the two were mixed up.',
    right: ['dW', 'db'],
  },
  {
    title: 'the gradient of another input of the same shape',
    problem: (seed) => {
      const draw = normals(seed);
      return affine(draw(3, 3), draw(3, 3), draw(3), 'W returned as dx');
    },
    code: 'other-input',
    sentence: 'dx is the gradient of W and not of x: the two were mixed up.',
    right: ['dW', 'db'],
  },
  {
    title: 'an argument changed in place',
    problem: affineOf('dx in place'),
    code: 'changed-argument',
    sentence: 'backward changed its argument x in place; write the result into a new array.',
    right: ['dx', 'dW', 'db'],
  },
  {
    title: 'dout changed in place',
    problem: affineOf('dout in place'),
    code: 'changed-dout',
    sentence:
      'backward changed dout in place, which its caller may still need; write the result into a new array.',
    right: ['dx', 'dW', 'db'],
  },
  {
    title: 'a flipped sign in single precision',
    problem: (seed) => {
      const draw = normals(seed, 'float32');
      return affine(draw(4, 3), draw(3, 5), draw(5), 'sign flipped');
    },
    code: 'sign',
    sentence: `dW has ${WRONG_SIGN}`,
    right: ['dx', 'db'],
  },
];
