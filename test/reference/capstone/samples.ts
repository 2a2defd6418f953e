/** Digits, parameters and comparisons for the tests of the capstone. */
import { loadMnistBytes } from '#datasets/mnist';
import { normal, seededRandom } from '#datasets/random';
import { expect } from 'chai';
import { batchOf, unmoved, type Digits } from '../../../reference/capstone/digits.ts';
import type { Batch } from '../../../reference/capstone/engine.ts';
import {
  initialParameters,
  PARAMETERS,
  PIXELS,
  split,
} from '../../../reference/capstone/network.ts';

/** Real digits: some of the npm package's training digits. */
export function realDigits(count: number): Digits {
  const { images, labels } = loadMnistBytes({ train: count, test: 0, folder: '' }).train;
  return { pixels: images.data, labels: Uint8Array.from(labels.data) };
}

/** The digits with the numbers from `start` to `end`, left where they are. */
export function batchFrom(digits: Digits, start: number, end: number): Batch {
  return batchOf(digits, unmoved(Uint32Array.from({ length: end - start }, (_, i) => start + i)));
}

/** A blank image, a full one, and some of scattered pixels, all of them fully on or off. */
export function drawnDigits(count: number): Digits {
  const random = seededRandom(17);
  const pixels = new Uint8Array(count * PIXELS).map((_, i) => {
    if (i < 2 * PIXELS) return i < PIXELS ? 0 : 255;
    return random() < 0.3 ? 255 : 0;
  });
  return { pixels, labels: new Uint8Array(count).map((_, n) => (3 * n + 1) % 10) };
}

/** Two sets of digits as one. */
export function together(a: Digits, b: Digits): Digits {
  return {
    pixels: Uint8Array.of(...a.pixels, ...b.pixels),
    labels: Uint8Array.of(...a.labels, ...b.labels),
  };
}

/** Start values with random biases too, so that nothing about them goes unnoticed. */
export function biasedParameters(seed: number): Float32Array {
  const random = seededRandom(seed);
  const parameters = initialParameters(random);
  for (const { offset, size, fanIn } of PARAMETERS) {
    if (fanIn > 0) continue;
    for (let i = offset; i < offset + size; i++) parameters[i] = 0.2 * normal(random);
  }
  return parameters;
}

/**
 * Such parameters with which the network does what engines may disagree on. The first filter of each convolution and
 * the first unit of affine4 are below 0 everywhere. The second filter of the first two convolutions copies one
 * channel, so windows of scattered pixels have ties between places with different surroundings.
 */
export function awkwardParameters(seed: number): Float32Array {
  const parameters = biasedParameters(seed);
  const { W1, b1, W2, b2, b3, b4 } = split(parameters);
  for (const bias of [b1, b2, b3, b4]) bias[0] = -50;
  W1.fill(0, 9, 18);
  W1[9 + 4] = 0.75;
  b1[1] = 0.25;
  W2.fill(0, 16 * 9, 2 * 16 * 9);
  W2[16 * 9 + 9 + 4] = 0.5;
  b2[1] = 0.125;
  return parameters;
}

/** Half a unit in the last place of a float32 around 1: how far rounding moves a result at most, relatively. */
export const ROUNDING = 2 ** -24;

/**
 * Asks for numbers to differ by no more than a share of the largest of those expected. A share of each number
 * itself could not be asked for: a small number may be the difference of large ones.
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  share: number,
  what: string,
): void {
  expect(actual.length, what).to.equal(expected.length);
  let largest = 0;
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!));
    error = Math.max(error, Math.abs(actual[i]! - expected[i]!));
  }
  const text = `${what}: the largest error, where the largest value is ${largest}`;
  expect(error, text).to.be.at.most(share * largest);
}
