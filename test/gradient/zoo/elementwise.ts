/** Operations entry by entry, with a mistake each. */
import { each, normals } from '../../../bench/gradient/operations/arithmetic.ts';
import {
  elementwise,
  relu,
  RELU,
  sigmoidLayer,
  SIGMOID,
  tanhLayer,
} from '../../../bench/gradient/operations/elementwise.ts';
import { type Planted } from './planted.ts';

const reluOf = (mistake: keyof typeof RELU) => (seed: number) => relu(mistake, normals(seed)(4, 3));
const reluAtZero = (mistake: keyof typeof RELU) => (seed: number) =>
  relu(
    mistake,
    each(normals(seed)(4, 3), (x, _, column) => (column === 1 ? 0 : x)),
  );
const sigmoidOf = (mistake: keyof typeof SIGMOID) => (seed: number) =>
  sigmoidLayer(mistake, normals(seed)(4, 3));

export const ELEMENTWISE: Planted[] = [
  {
    title: 'a gradient that ignores dout',
    problem: sigmoidOf('dout ignored'),
    code: 'dout-ignored',
    sentence:
      "dx does not depend on dout: multiply the operation's own derivative by the gradient that comes from above.",
    right: [],
  },
  {
    title: 'a gradient that takes dout in twice',
    problem: sigmoidOf('dout squared'),
    code: 'not-linear',
    sentence:
      'dx does not double when dout doubles, it is 4 times as large: dout is multiplied in twice.',
    right: [],
  },
  {
    title: "a ReLU's mask missing",
    problem: reluOf('mask missing'),
    code: 'mask-missing',
    sentence: 'dx lacks the mask: no gradient passes where x is negative.',
    right: [],
  },
  {
    title: "a ReLU's mask inverted",
    problem: reluOf('mask inverted'),
    code: 'mask-inverted',
    sentence: 'dx has the mask inverted: the gradient passes where x is negative and nowhere else.',
    right: [],
  },
  {
    title: "a slope of 2 at a ReLU's zero",
    problem: reluAtZero('two at zero'),
    code: 'outside-kink',
    sentence:
      'dx is wrong only at kinks, where every number between the slopes on either side would be right.',
    right: [],
  },
  {
    title: "a slope of −1 at a ReLU's zero",
    problem: reluAtZero('minus one at zero'),
    code: 'outside-kink',
    sentence:
      'dx is wrong only at kinks, where every number between the slopes on either side would be right.',
    right: [],
  },
  {
    title: 'a sigmoid without (1 − y)',
    problem: sigmoidOf('without (1 − y)'),
    code: 'missing-factor',
    sentence: 'dx lacks the factor (1 − out).',
    right: [],
  },
  {
    title: 'a factor that is there twice',
    problem: (seed) => elementwise('exp', Math.exp, (d, _x, y) => d * y * y, normals(seed)(4, 3)),
    code: 'wrong-factor',
    sentence: 'dx has the factor out once too often.',
    right: [],
  },
  {
    title: 'an activation that passes dout on',
    problem: sigmoidOf('passed through'),
    code: 'passed-through',
    sentence: "dx is dout itself: multiply by the operation's own derivative.",
    right: [],
  },
  {
    title: "a tanh's 1 − x² for 1 − y²",
    problem: (seed) => tanhLayer('1 − x²', normals(seed)(4, 3)),
    code: 'wrong-factor',
    sentence: 'dx has the factor (1 − x²) where (1 − out²) belongs.',
    right: [],
  },
];
