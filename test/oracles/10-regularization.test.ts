import { array, map } from '#arrays';
import { expect } from '#checks/expect';
import * as lesson from '#lessons/10-regularization';
import { FLOAT32, fromTf, randomTensor, tf, toTf } from './tfjs.ts';

const W1 = randomTensor(4, 3, 2, 7);
const b1 = randomTensor(1, 3, 2, 8).pick(0, null);
const g1 = randomTensor(4, 3, 1, 9);
const gb = randomTensor(1, 3, 1, 10).pick(0, null);

const l2 = (w: tf.Tensor): tf.Tensor => tf.mul(0.35, tf.sum(tf.square(w)));
const l1 = (w: tf.Tensor): tf.Tensor => tf.mul(0.7, tf.sum(tf.abs(w)));

describe('Lesson 10 beside TensorFlow.js', () => {
  it('agrees on l2Penalty and l2Gradient', () => {
    expect(lesson.l2Penalty({ W1, b1 }, 0.7)).to.almostEqual(l2(toTf(W1)).dataSync()[0], FLOAT32);
    expect(lesson.l2Gradient(W1, 0.7)).to.almostEqual(fromTf(tf.grad(l2)(toTf(W1))), FLOAT32);
  });

  it('agrees on l1Penalty and l1Gradient', () => {
    expect(lesson.l1Penalty({ W1, b1 }, 0.7)).to.almostEqual(l1(toTf(W1)).dataSync()[0], FLOAT32);
    expect(lesson.l1Gradient(W1, 0.7)).to.almostEqual(fromTf(tf.grad(l1)(toTf(W1))), FLOAT32);
  });

  it('agrees on regularizedGradients', () => {
    // The gradient of g · w is g.
    const loss = (w: tf.Tensor): tf.Tensor => tf.addN([tf.sum(tf.mul(toTf(g1), w)), l2(w), l1(w)]);
    const { W1: dW1, b1: db1 } = lesson.regularizedGradients(
      { W1, b1 },
      { W1: g1, b1: gb },
      { l1: 0.7, l2: 0.7 },
    );
    expect(dW1).to.almostEqual(fromTf(tf.grad(loss)(toTf(W1))), FLOAT32);
    expect(db1).to.almostEqual(gb);
  });

  it('agrees on weightDecayStep, which is a step of gradient descent with the L2 penalty', () => {
    const w = tf.variable(toTf(W1));
    const loss = (): tf.Scalar => tf.add(tf.sum(tf.mul(toTf(g1), w)), l2(w)) as tf.Scalar;
    tf.train.sgd(0.2).minimize(loss, false, [w]);
    const options = { learningRate: 0.2, weightDecay: 0.7 };
    const step = lesson.weightDecayStep({ W1, b1 }, { W1: g1, b1: gb }, options);
    expect(step.W1).to.almostEqual(fromTf(w), FLOAT32);
  });

  it('agrees on what dropout makes of what it keeps, forwards and backwards', () => {
    const ones = map(W1, () => 1);
    const theirs = new Set([0, ...tf.dropout(toTf(ones), 0.4, undefined, 3).dataSync()]);
    const options = { p: 0.4, training: true };
    let draw = 0;
    const draws = [0.9, 0.1, 0.5, 0.3];
    const { out, cache } = lesson.dropoutForward(ones, options, () => draws[draw++ % 4]!);
    const { dx } = lesson.dropoutBackward(ones, cache);
    for (const mine of [out, dx]) {
      expect(array([...new Set(mine.data)].toSorted())).to.almostEqual(
        array([...theirs].toSorted()),
        FLOAT32,
      );
    }
  });
});
