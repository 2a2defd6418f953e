/** Losses, with a mistake each. */
import { labels } from '#arrays';
import { normals } from '../../../bench/gradient/operations/arithmetic.ts';
import {
  meanSquaredError,
  softmaxCrossEntropy,
  type CrossEntropyMistake,
} from '../../../bench/gradient/operations/losses.ts';
import { type Planted, WRONG_SIGN } from './planted.ts';

const crossEntropy = (mistake: CrossEntropyMistake) => (seed: number) =>
  softmaxCrossEntropy(normals(seed)(4, 3), labels([0, 2, 1, 1]), mistake);

export const LOSSES: Planted[] = [
  {
    title: 'cross entropy without 1/N',
    problem: crossEntropy('1/N missing'),
    code: 'ratio',
    sentence: 'dlogits is 4 times too large: 4 is the batch size.',
    right: [],
  },
  {
    title: 'a flipped sign in a gradient of size 1e-7',
    problem: (seed) => {
      const draw = normals(seed);
      return meanSquaredError(draw(4, 3), draw(4, 3), 'sign flipped', { scale: 1e-6 });
    },
    code: 'sign',
    sentence: `dy and dt have ${WRONG_SIGN}`,
    right: [],
  },
  {
    title: 'a weight decay hidden in a loss',
    problem: crossEntropy('weight decay'),
    code: 'weight-decay',
    sentence:
      'dlogits contains an extra 0.01·logits, which the forward pass knows nothing of: leave weight decay to the optimizer.',
    right: [],
  },
  {
    title: 'a penalty in the loss and not in the gradient',
    problem: (seed) => {
      const draw = normals(seed);
      return meanSquaredError(draw(4, 3), draw(4, 3), 'penalty missing', { penalty: 0.1 });
    },
    code: 'missing-penalty',
    sentence: 'dy lacks 0.1·y: a penalty on y in the loss has this gradient.',
    right: ['dt'],
  },
  {
    title: 'the 2 of a square forgotten',
    problem: (seed) => {
      const draw = normals(seed);
      return meanSquaredError(draw(5, 3), draw(5, 3), 'factor 2 missing');
    },
    code: 'ratio',
    sentence: 'dy and dt are 2 times too small: 2 is what the derivative of a square has in front.',
    right: [],
  },
];
