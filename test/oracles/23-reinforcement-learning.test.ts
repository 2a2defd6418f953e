import { array, labels, type Tensor } from '#arrays';
import { expect } from '#checks/expect';
import * as lesson from '#lessons/23-reinforcement-learning';
import { FLOAT32, fromTf, randomTensor, tf, toTf } from './tfjs.ts';

const list = (size: number, seed: number): Tensor => randomTensor(1, size, 1, seed).pick(0, null);

/** −1/episodes · Σ more · ln π of what was played. */
const theirLoss = (
  logits: tf.Tensor,
  actions: number[],
  more: tf.Tensor,
  episodes: number,
): tf.Tensor => {
  const played = tf.oneHot(tf.tensor1d(actions, 'int32'), logits.shape[1]!);
  const logs = tf.sum(tf.mul(tf.logSoftmax(logits), played), 1);
  return tf.mul(-1 / episodes, tf.sum(tf.mul(more, logs)));
};

describe('Lesson 23 beside TensorFlow.js', () => {
  it('agrees on reinforceLoss', () => {
    const [logits, actions] = [randomTensor(5, 3, 2, 1), [2, 0, 1, 1, 0]];
    const [returns, baseline] = [list(5, 2), list(5, 3)];
    const loss = (given: tf.Tensor): tf.Tensor =>
      theirLoss(given, actions, tf.sub(toTf(returns), toTf(baseline)), 2);
    const given = toTf(logits);
    expect(lesson.reinforceLoss(logits, labels(actions), returns, baseline, 2)).to.almostEqual(
      { loss: loss(given).dataSync()[0]!, dlogits: fromTf(tf.grad(loss)(given)) },
      FLOAT32,
    );
  });

  it('agrees on reinforceGradients', () => {
    const params = {
      W1: randomTensor(4, 6, 1, 10),
      b1: list(6, 11),
      W2: randomTensor(6, 2, 1, 12),
      b2: list(2, 13),
    };
    const [states, others] = [randomTensor(3, 4, 1, 20), randomTensor(2, 4, 1, 21)];
    const actions = [1, 0, 0, 1, 1];
    // With γ = ½ the returns are (3, 4, 8) and (2, 2), so the second and the first are each other's baselines.
    const more = array([3 - 2, 4 - 2, 8, 2 - 3, 2 - 4]);
    const loss = (...given: tf.Tensor[]): tf.Tensor => {
      const [W1, b1, W2, b2] = given as [tf.Tensor2D, tf.Tensor, tf.Tensor2D, tf.Tensor];
      const x = tf.concat([toTf(states), toTf(others)]) as tf.Tensor2D;
      const hidden = tf.relu(tf.add(tf.matMul(x, W1), b1)) as tf.Tensor2D;
      return theirLoss(tf.add(tf.matMul(hidden, W2), b2), actions, toTf(more), 2);
    };
    const given = Object.values(params).map(toTf);
    const [W1, b1, W2, b2] = tf.grads(loss)(given).map(fromTf);
    expect(
      lesson.reinforceGradients(
        [
          { states, actions: labels([1, 0, 0]), rewards: array([1, 0, 8]) },
          { states: others, actions: labels([1, 1]), rewards: array([1, 2]) },
        ],
        params,
        0.5,
      ),
    ).to.almostEqual(
      { loss: loss(...given).dataSync()[0]!, gradients: { W1, b1, W2, b2 } },
      FLOAT32,
    );
  });
});
