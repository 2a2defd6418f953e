import { array, copy, type Tensor } from '#arrays';
import { randomNormal } from '#checks/fixtures';
import { expect } from '#checks/expect';
import { seededRandom } from '#datasets/random';
import * as lesson from '#lessons/09-normalization';
import { channelsFirst, channelsLast, FLOAT32, fromTf, randomTensor, tf, toTf } from './tfjs.ts';

const EPSILON = 0.03;
const x = randomTensor(6, 4, 3, 1);
const dout = randomTensor(6, 4, 1, 2);
const [gamma, beta, mean] = [3, 4, 5].map((seed) =>
  copy(randomTensor(1, 4, 2, seed).pick(0, null)),
) as [Tensor, Tensor, Tensor];
const variance = array([0.5, 2, 0.01, 7]);
const images = randomNormal(seededRandom(6), 2, 2, 4, 3, 5);
const imageDout = randomNormal(seededRandom(7), 1, 2, 4, 3, 5);

type Normalize = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => tf.Tensor;

/** Theirs, with the statistics that x itself has over all axes but the last. */
const batchNorm: Normalize = (given, scale, shift) => {
  const axes = given.shape.slice(1).map((_, axis) => axis);
  const moments = tf.moments(given, axes);
  return tf.batchNorm(
    given,
    moments.mean as tf.Tensor1D,
    moments.variance as tf.Tensor1D,
    shift as tf.Tensor1D,
    scale as tf.Tensor1D,
    EPSILON,
  );
};

/** They have no layer norm, so its arithmetic is written out. */
const layerNorm: Normalize = (given, scale, shift) => {
  const { mean: means, variance: variances } = tf.moments(given, 1, true);
  const xHat = tf.div(tf.sub(given, means), tf.sqrt(tf.add(variances, EPSILON)));
  return tf.add(tf.mul(xHat, scale), shift);
};

/** Their gradients when `back` comes back. */
function gradientsOf(f: Normalize, given: tf.Tensor, back: tf.Tensor): tf.Tensor[] {
  return tf.grads(f as (...inputs: tf.Tensor[]) => tf.Tensor)(
    [given, toTf(gamma), toTf(beta)],
    back,
  );
}

describe('Lesson 09 beside TensorFlow.js', () => {
  it('agrees on batchStatistics', () => {
    const moments = tf.moments(toTf(x), 0);
    expect(lesson.batchStatistics(x)).to.almostEqual(
      { mean: fromTf(moments.mean), variance: fromTf(moments.variance) },
      FLOAT32,
    );
  });

  it('agrees on standardize and batchNormEvaluate', () => {
    const [theirMean, theirVariance] = [toTf(mean), toTf(variance)];
    const plain = tf.batchNorm(
      toTf(x),
      theirMean as tf.Tensor1D,
      theirVariance as tf.Tensor1D,
      undefined,
      undefined,
      EPSILON,
    );
    expect(lesson.standardize(x, { mean, variance }, EPSILON)).to.almostEqual(
      fromTf(plain),
      FLOAT32,
    );
    const scaled = tf.batchNorm(
      toTf(x),
      theirMean as tf.Tensor1D,
      theirVariance as tf.Tensor1D,
      toTf(beta) as tf.Tensor1D,
      toTf(gamma) as tf.Tensor1D,
      EPSILON,
    );
    const mine = lesson.batchNormEvaluate(x, gamma, beta, { mean, variance }, EPSILON);
    expect(mine).to.almostEqual(fromTf(scaled), FLOAT32);
  });

  it('agrees on batchNormForward and batchNormBackward', () => {
    const mine = lesson.batchNormForward(x, gamma, beta, EPSILON);
    expect(mine.out).to.almostEqual(fromTf(batchNorm(toTf(x), toTf(gamma), toTf(beta))), FLOAT32);
    const [dx, dgamma, dbeta] = gradientsOf(batchNorm, toTf(x), toTf(dout)).map(fromTf);
    expect(lesson.batchNormBackward(dout, mine.cache)).to.almostEqual(
      { dx, dgamma, dbeta },
      FLOAT32,
    );
  });

  it('agrees on layerNormForward and layerNormBackward', () => {
    const mine = lesson.layerNormForward(x, gamma, beta, EPSILON);
    expect(mine.out).to.almostEqual(fromTf(layerNorm(toTf(x), toTf(gamma), toTf(beta))), FLOAT32);
    const [dx, dgamma, dbeta] = gradientsOf(layerNorm, toTf(x), toTf(dout)).map(fromTf);
    expect(lesson.layerNormBackward(dout, mine.cache)).to.almostEqual(
      { dx, dgamma, dbeta },
      FLOAT32,
    );
  });

  it('agrees on imageBatchNormForward and imageBatchNormBackward', () => {
    const mine = lesson.imageBatchNormForward(images, gamma, beta, EPSILON);
    const last = toTf(channelsLast(images));
    const theirs = batchNorm(last, toTf(gamma), toTf(beta));
    expect(mine.out).to.almostEqual(fromTf(channelsFirst(theirs)), FLOAT32);
    const back = toTf(channelsLast(imageDout));
    const [dx, dgamma, dbeta] = gradientsOf(batchNorm, last, back);
    expect(lesson.imageBatchNormBackward(imageDout, mine.cache)).to.almostEqual(
      { dx: fromTf(channelsFirst(dx!)), dgamma: fromTf(dgamma!), dbeta: fromTf(dbeta!) },
      FLOAT32,
    );
  });

  it('agrees on batchNorm, whose running statistics are a moving average', () => {
    const options = { training: true, momentum: 0.7, epsilon: EPSILON };
    const { out, running } = lesson.batchNorm(x, gamma, beta, { mean, variance }, options);
    expect(out).to.almostEqual(fromTf(batchNorm(toTf(x), toTf(gamma), toTf(beta))), FLOAT32);
    const moments = tf.moments(toTf(x), 0);
    const average = (old: Tensor, now: tf.Tensor): Tensor =>
      fromTf(tf.add(tf.mul(toTf(old), 0.7), tf.mul(now, 0.3)));
    const expected = {
      mean: average(mean, moments.mean),
      variance: average(variance, moments.variance),
    };
    expect(running).to.almostEqual(expected, FLOAT32);
    const batch = { mean: fromTf(moments.mean), variance: fromTf(moments.variance) };
    expect(lesson.updateRunning({ mean, variance }, batch, 0.7)).to.almostEqual(expected, FLOAT32);
  });
});
