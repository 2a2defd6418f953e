/** Lesson 06: say in one sentence what it builds. */
import { map, type Tensor } from '#arrays';
import { todo } from '#todo';

/**
 * 06.1 Twice every entry: 2 · x.
 *
 * @param x any shape
 * @returns a new array in the shape of x
 */
export function twice(x: Tensor): Tensor {
  throw todo('06.1 twice');
}
