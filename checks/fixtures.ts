/** What the suites make their examples with. */
import { copy, zeros, type Tensor } from '#arrays';
import { normal } from '#datasets/random';

/**
 * The same entries as x, lying in memory column by column: a view that only its strides can read.
 *
 * @param x shape (N, M)
 */
export function turned(x: Tensor): Tensor {
  return copy(x.transpose(1, 0)).transpose(1, 0);
}

/**
 * Numbers drawn from the normal distribution around 0.
 *
 * @param random a seeded generator
 * @param deviation their standard deviation
 * @param shape of the tensor
 */
export function randomNormal(random: () => number, deviation: number, ...shape: number[]): Tensor {
  const out = zeros(...shape);
  for (const i of out.data.keys()) out.data[i] = deviation * normal(random);
  return out;
}
