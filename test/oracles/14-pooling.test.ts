import { expect } from '#checks/expect';
import { randomNormal } from '#checks/fixtures';
import { seededRandom } from '#datasets/random';
import {
  averagePoolBackward,
  averagePoolForward,
  globalAverageForward,
  maxPoolBackward,
  maxPoolForward,
  paddedAverageForward,
} from '#lessons/14-pooling';
import { channelsFirst, channelsLast, FLOAT32, fromTf, tf, toTf } from './tfjs.ts';

// Their images are (N, H, W, C). A padding of theirs is never counted, and its size is right for square windows alone.
describe('Lesson 14 beside TensorFlow.js', () => {
  for (const [images, KH, KW, stride] of [
    [[2, 3, 5, 7], 2, 3, 1],
    [[1, 2, 6, 9], 3, 2, 2],
    [[3, 1, 5, 8], 1, 2, 3],
  ] as const) {
    it(`agrees on images of ${images.join('×')}, windows of ${KH}×${KW}, stride ${stride}`, () => {
      const random = seededRandom(images[0] + images[3]);
      const x = randomNormal(random, 1, ...images);
      const window = { KH, KW, stride };
      const theirs = toTf(channelsLast(x)) as tf.Tensor4D;
      const pools = [
        [maxPoolForward(x, window), maxPoolBackward, tf.maxPool],
        [averagePoolForward(x, window), averagePoolBackward, tf.avgPool],
      ] as const;
      for (const [{ out, cache }, backward, their] of pools) {
        const pool = (image: tf.Tensor4D) => their(image, [KH, KW], stride, 'valid');
        expect(out).to.almostEqual(fromTf(channelsFirst(pool(theirs))), FLOAT32);
        const dout = randomNormal(random, 1, ...out.shape);
        const theirDout = toTf(channelsLast(dout)) as tf.Tensor4D;
        const gradient = tf.grad((image) => pool(image as tf.Tensor4D))(theirs, theirDout);
        expect(backward(dout, cache as never).dx).to.almostEqual(
          fromTf(channelsFirst(gradient)),
          FLOAT32,
        );
      }
    });
  }

  it('agrees on means within a padding that does not count', () => {
    const x = randomNormal(seededRandom(5), 1, 2, 3, 6, 9);
    const window = { KH: 3, KW: 3, stride: 2, pad: 1, countPadding: false };
    const theirs = tf.avgPool(toTf(channelsLast(x)) as tf.Tensor4D, [3, 3], 2, 1, 'floor');
    expect(paddedAverageForward(x, window).out).to.almostEqual(
      fromTf(channelsFirst(theirs)),
      FLOAT32,
    );
  });

  it('agrees on the mean of each channel', () => {
    const x = randomNormal(seededRandom(6), 1, 2, 3, 4, 5);
    expect(globalAverageForward(x).out).to.almostEqual(fromTf(tf.mean(toTf(x), [2, 3])), FLOAT32);
  });
});
