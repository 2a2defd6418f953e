import { expect } from '#checks/expect';
import { randomNormal } from '#checks/fixtures';
import { seededRandom } from '#datasets/random';
import { convolutionForward, fastConvolutionForward } from '#lessons/13-convolution';
import { channelsFirst, channelsLast, FLOAT32, fromTf, tf, toTf } from './tfjs.ts';

// Their images are (N, H, W, C) and their filters (KH, KW, C, F).
describe('Lesson 13 beside TensorFlow.js', () => {
  for (const [images, filters, stride, pad] of [
    [[2, 3, 5, 7], [4, 3, 3, 2], 1, 0],
    [[1, 2, 6, 9], [3, 2, 2, 3], 2, 1],
    [[3, 1, 4, 3], [2, 1, 5, 3], 1, 2],
  ] as const) {
    it(`agrees on images of ${images.join('×')} and filters of ${filters.join('×')}, stride ${stride}, pad ${pad}`, () => {
      const random = seededRandom(images[0] + filters[0]);
      const x = randomNormal(random, 1, ...images);
      const W = randomNormal(random, 1, ...filters);
      const b = randomNormal(random, 1, filters[0]);
      const around: [number, number] = [pad, pad];
      const pads: tf.backend_util.ExplicitPadding = [[0, 0], around, around, [0, 0]];
      const theirImages = toTf(channelsLast(x)) as tf.Tensor4D;
      const theirFilters = tf.transpose(toTf(W), [2, 3, 1, 0]) as tf.Tensor4D;
      const sums = tf.conv2d(theirImages, theirFilters, stride, pads);
      const theirs = fromTf(channelsFirst(tf.add(sums, toTf(b))));
      const steps = { stride, pad };
      const tolerance = { ...FLOAT32, absolute: 1e-5 };
      expect(convolutionForward(x, W, b, steps).out).to.almostEqual(theirs, tolerance);
      expect(fastConvolutionForward(x, W, b, steps).out).to.almostEqual(theirs, tolerance);
    });
  }
});
