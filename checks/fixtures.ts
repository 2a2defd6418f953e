/** What the suites make their examples with. */
import { copy, filled, zeros, type Tensor } from '#arrays';
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
 * The same entries as x, lying in memory with the axes in another order: a view that only its strides can read.
 *
 * @param x images, shape (N, C, H, W)
 */
export function turnedImages(x: Tensor): Tensor {
  return copy(x.transpose(3, 1, 0, 2)).transpose(2, 1, 3, 0);
}

/**
 * The same entries as x, lying in memory the other way round with others between: a view that only its strides can read.
 *
 * @param x sequences, shape (N, T, D)
 */
export function turnedSequences(x: Tensor): Tensor {
  const [N, T, D] = x.shape as [number, number, number];
  const wide = filled([D, T, 2 * N], (d, t, n) => (n! % 2 === 0 ? x.get(n! / 2, t!, d!) : 99));
  return wide.step(1, 1, 2).transpose(2, 1, 0);
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

/** The mean and the standard deviation, about, of the pixels of MNIST's digits shrunk to 7×7. */
const [MEAN, DEVIATION] = [0.13, 0.25];

/**
 * Images of 7×7 pixels from images of 28×28: each pixel is the mean of 16, moved and scaled to about 0 ± 1.
 *
 * @param images values from 0 to 1, shape (N, 784)
 * @returns shape (N, 49)
 */
export function shrunkDigits(images: Tensor): Tensor {
  const N = images.shape[0]!;
  const out = zeros(N, 49);
  for (let n = 0; n < N; n++) {
    for (let p = 0; p < 784; p++) {
      const [row, column] = [Math.floor(p / 28), p % 28];
      out.data[49 * n + 7 * Math.floor(row / 4) + Math.floor(column / 4)]! += images.get(n, p) / 16;
    }
  }
  out.data.forEach((value, i) => (out.data[i] = (value - MEAN) / DEVIATION));
  return out;
}
