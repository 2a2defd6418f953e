import { map } from '#arrays';
import { expect } from '#checks/expect';
import { randomNormal } from '#checks/fixtures';
import { seededRandom } from '#datasets/random';
import {
  embeddingForward,
  rnnBackward,
  rnnForward,
  temporalSoftmaxLossBackward,
  temporalSoftmaxLossForward,
} from '#lessons/15-rnn';
import ndarray from 'ndarray';
import { FLOAT32, fromTf, tf, toTf } from './tfjs.ts';

const TOLERANCE = { ...FLOAT32, relative: 1e-4, absolute: 1e-5 };

/** The states after each step, shape (N, T, H), by products and tanh alone: its core has no recurrent layer. */
function theirStates(...[x, h0, Wx, Wh, b]: tf.Tensor[]): tf.Tensor {
  let h = h0!;
  const states = tf.unstack(x!, 1).map((input) => {
    const sum = tf.add(tf.matMul(input as tf.Tensor2D, Wx as tf.Tensor2D), b!);
    return (h = tf.tanh(tf.add(sum, tf.matMul(h as tf.Tensor2D, Wh as tf.Tensor2D))));
  });
  return tf.stack(states, 1);
}

describe('Lesson 15 beside TensorFlow.js', () => {
  for (const [N, T, D, H] of [
    [2, 5, 3, 4],
    [3, 2, 5, 4],
    [1, 7, 2, 6],
  ] as const) {
    it(`agrees on states and gradients of ${N} sequences of ${T} steps`, () => {
      const random = seededRandom(N + 10 * T);
      const x = randomNormal(random, 1, N, T, D);
      const h0 = randomNormal(random, 0.5, N, H);
      const Wx = randomNormal(random, 0.5, D, H);
      const Wh = randomNormal(random, 0.5, H, H);
      const b = randomNormal(random, 0.3, H);
      const dh = randomNormal(random, 1, N, T, H);
      const theirs = [x, h0, Wx, Wh, b].map(toTf);
      const { h, cache } = rnnForward(x, h0, Wx, Wh, b);
      expect(h).to.almostEqual(fromTf(theirStates(...theirs)), TOLERANCE);
      const gradients = tf.grads(theirStates)(theirs, toTf(dh)).map(fromTf);
      const own = rnnBackward(dh, cache);
      for (const [i, name] of (['dx', 'dh0', 'dWx', 'dWh', 'db'] as const).entries()) {
        expect(own[name]).to.almostEqual(gradients[i], TOLERANCE);
      }
    });
  }

  it('agrees on a masked loss at every step, and on its gradient', () => {
    const random = seededRandom(6);
    const logits = randomNormal(random, 2, 3, 4, 5);
    const mask = map(randomNormal(random, 1, 3, 4), (value) => Number(value > -0.3));
    const ids = Int32Array.from([4, 0, 1, 2, 2, 3, 1, 0, 0, 4, 3, 1]);
    const theirLoss = (z: tf.Tensor): tf.Scalar => {
      const right = tf.oneHot(tf.tensor2d(ids, [3, 4], 'int32'), 5);
      const each = tf.neg(tf.sum(tf.mul(tf.logSoftmax(z), right), -1));
      return tf.div(tf.sum(tf.mul(each, toTf(mask))), 3);
    };
    const { loss, cache } = temporalSoftmaxLossForward(logits, ndarray(ids, [3, 4]), mask);
    expect(loss).to.almostEqual(theirLoss(toTf(logits)).arraySync(), TOLERANCE);
    const theirs = fromTf(tf.grad(theirLoss)(toTf(logits)));
    expect(temporalSoftmaxLossBackward(1, cache).dlogits).to.almostEqual(theirs, TOLERANCE);
  });

  it('agrees on the rows that tokens look up', () => {
    const W = randomNormal(seededRandom(7), 1, 6, 3);
    const ids = Int32Array.from([5, 0, 5, 2]);
    const theirs = tf.gather(toTf(W), tf.tensor2d(ids, [2, 2], 'int32'));
    expect(embeddingForward(ndarray(ids, [2, 2]), W).out).to.almostEqual(fromTf(theirs), FLOAT32);
  });
});
