import { expect } from '#checks/expect';
import { randomNormal } from '#checks/fixtures';
import { seededRandom } from '#datasets/random';
import { lstmBackward, lstmForward } from '#lessons/16-lstm';
import { FLOAT32, fromTf, tf, toTf } from './tfjs.ts';

const TOLERANCE = { ...FLOAT32, relative: 1e-4, absolute: 1e-5 };

/** Its cell takes the gates in the order i, g, f, o: the two in the middle change places along the last axis. */
function inTheirOrder(weights: tf.Tensor): tf.Tensor {
  const [i, f, g, o] = tf.split(weights, 4, -1);
  return tf.concat([i!, g!, f!, o!], -1);
}

/**
 * The states after each step, shape (N, T, H), by its cell for one step. It wants the weights of input and state one
 * above the other, and adds a number of its own to the forget gate, which is 0 here.
 */
function theirStates(...[x, h0, c0, Wx, Wh, b]: tf.Tensor[]): tf.Tensor {
  const kernel = inTheirOrder(tf.concat([Wx!, Wh!], 0)) as tf.Tensor2D;
  const bias = inTheirOrder(b!) as tf.Tensor1D;
  let [h, c] = [h0 as tf.Tensor2D, c0 as tf.Tensor2D];
  const states = tf.unstack(x!, 1).map((input) => {
    [c, h] = tf.basicLSTMCell(tf.scalar(0), kernel, bias, input as tf.Tensor2D, c, h);
    return h;
  });
  return tf.stack(states, 1);
}

describe('Lesson 16 beside TensorFlow.js', () => {
  for (const [N, T, D, H] of [
    [2, 5, 3, 4],
    [3, 2, 5, 4],
    [1, 7, 2, 6],
  ] as const) {
    it(`agrees on states and gradients of ${N} sequences of ${T} steps`, () => {
      const random = seededRandom(N + 10 * T);
      const x = randomNormal(random, 1, N, T, D);
      const h0 = randomNormal(random, 0.5, N, H);
      const c0 = randomNormal(random, 0.8, N, H);
      const Wx = randomNormal(random, 0.5, D, 4 * H);
      const Wh = randomNormal(random, 0.5, H, 4 * H);
      const b = randomNormal(random, 0.3, 4 * H);
      const dh = randomNormal(random, 1, N, T, H);
      const theirs = [x, h0, c0, Wx, Wh, b].map(toTf);
      const { h, cache } = lstmForward(x, h0, c0, Wx, Wh, b);
      expect(h).to.almostEqual(fromTf(theirStates(...theirs)), TOLERANCE);
      const gradients = tf.grads(theirStates)(theirs, toTf(dh)).map(fromTf);
      const own = lstmBackward(dh, cache);
      for (const [i, name] of (['dx', 'dh0', 'dc0', 'dWx', 'dWh', 'db'] as const).entries()) {
        expect(own[name], name).to.almostEqual(gradients[i], TOLERANCE);
      }
    });
  }
});
