/** Lesson 23: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { map, type Tensor } from '#arrays';
import type { Misconception } from '../../checks/misconception.ts';

export const misconceptions: Misconception[] = [
  {
    exercise: '23.1 twice',
    id: 'twice-squared',
    sentence: 'This is the square. Multiply by 2 instead.',
    wrong: (x: Tensor) => map(x, (v) => v * v),
  },
  {
    exercise: '23.1 twice',
    id: 'twice-halved',
    sentence: 'This is half of x. Multiply by 2 instead of dividing.',
    wrong: (x: Tensor) => map(x, (v) => v / 2),
  },
  {
    exercise: '23.1 twice',
    id: 'twice-plus-two',
    sentence: 'This adds 2. Multiply by it instead.',
    wrong: (x: Tensor) => map(x, (v) => v + 2),
  },
  {
    exercise: '23.1 twice',
    id: 'twice-without-sign',
    sentence: 'The sign is lost. Leave out the absolute value.',
    wrong: (x: Tensor) => map(x, (v) => 2 * Math.abs(v)),
  },
  {
    exercise: '23.1 twice',
    id: 'twice-from-zero',
    sentence: 'Numbers below 0 become 0. They are doubled too.',
    wrong: (x: Tensor) => map(x, (v) => Math.max(0, 2 * v)),
  },
  {
    exercise: '23.1 twice',
    id: 'twice-cubed',
    sentence: 'This is the third power. Multiply by 2 instead.',
    wrong: (x: Tensor) => map(x, (v) => v ** 3),
  },
];
