/** Say in one sentence what can be seen. */
import { array } from '#arrays';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type * as Lesson from './reinforcement-learning.reference.ts';

export const title = 'Reinforcement learning: say what it is good for';

export const about = 'Say in two or three sentences what to look at.';

export const parameters = {
  largest: { label: 'the largest x', from: 1, to: 10, value: 4 },
} satisfies Parameters;

/**
 * The experiment of lesson 23.
 *
 * @param lesson the functions of the lesson
 * @returns twice x over x
 */
export function* experiment(
  lesson: typeof Lesson,
  _material: Material,
  { largest }: Values<typeof parameters>,
): Running {
  const xs = [0, largest / 2, largest];
  const twice = lesson.X(array(xs));
  yield 1;
  return [
    {
      kind: 'curves',
      title: 'Twice x over x',
      x: { label: 'x' },
      y: { label: '2x' },
      curves: [{ name: '2x', points: xs.map((x, i) => [x, twice.get(i)]) }],
    },
  ];
}
