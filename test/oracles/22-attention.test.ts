import { filled, type Tensor } from '#arrays';
import { randomNormal } from '#checks/fixtures';
import { expect } from '#checks/expect';
import { seededRandom } from '#datasets/random';
import * as lesson from '#lessons/22-attention';
import { FLOAT32, fromTf, tf, toTf } from './tfjs.ts';

const [N, T, S, D, H, A, F, EPSILON] = [2, 4, 3, 6, 2, 8, 5, 0.01];
const random = seededRandom(22);
const draw = (...shape: number[]): Tensor => randomNormal(random, 0.6, ...shape);
/** No row is masked altogether: theirs has no answer to that. */
const maskOf = (...shape: number[]): Tensor =>
  filled(shape, (n, t, s) => Number((n! + t! + s!) % 3 !== 1 || s === t));

const params = {
  gamma1: draw(D),
  beta1: draw(D),
  Wq: draw(D, A),
  bq: draw(A),
  Wk: draw(D, A),
  bk: draw(A),
  Wv: draw(D, A),
  bv: draw(A),
  Wo: draw(A, D),
  bo: draw(D),
  gamma2: draw(D),
  beta2: draw(D),
  W1: draw(D, F),
  b1: draw(F),
  W2: draw(F, D),
  b2: draw(D),
};

const affine = (x: tf.Tensor, W: tf.Tensor, b: tf.Tensor): tf.Tensor => {
  const [rows, columns] = [x.shape.slice(0, -1), W.shape[1]!];
  const product = tf.matMul(tf.reshape(x, [-1, W.shape[0]!]), W as tf.Tensor2D);
  return tf.reshape(tf.add(product, b), [...rows, columns]);
};

/** Attention of one head, or of several along the second axis. */
function attend(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  const logits = tf.div(tf.matMul(q, k, false, true), Math.sqrt(q.shape.at(-1)!));
  const hidden = tf.mul(tf.sub(1, mask), -1e9);
  return tf.matMul(tf.softmax(tf.add(logits, hidden)), v);
}

function norm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  const hat = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, EPSILON)));
  return tf.add(tf.mul(hat, gamma), beta);
}

/** The block, with x first and then the parameters in their order. */
function block([x, ...all]: tf.Tensor[], mask: tf.Tensor): tf.Tensor {
  const [gamma1, beta1, Wq, bq, Wk, bk, Wv, bv, Wo, bo, gamma2, beta2, W1, b1, W2, b2] = all;
  const read = norm(x!, gamma1!, beta1!);
  const heads = (W: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.transpose(tf.reshape(affine(read, W, b), [N, T, H, A / H]), [0, 2, 1, 3]);
  const found = attend(heads(Wq!, bq!), heads(Wk!, bk!), heads(Wv!, bv!), tf.expandDims(mask, 1));
  const merged = tf.reshape(tf.transpose(found, [0, 2, 1, 3]), [N, T, A]);
  const y = tf.add(x!, affine(merged, Wo!, bo!));
  const hidden = tf.relu(affine(norm(y, gamma2!, beta2!), W1!, b1!));
  return tf.add(y, affine(hidden, W2!, b2!));
}

describe('Lesson 22 beside TensorFlow.js', () => {
  it('agrees on attention, forward and backward', () => {
    const given = [draw(N, T, A), draw(N, S, A), draw(N, S, D)] as const;
    const [q, k, v] = given;
    const [mask, dout] = [maskOf(N, T, S), draw(N, T, D)];
    const theirs = (...list: tf.Tensor[]): tf.Tensor =>
      attend(list[0]!, list[1]!, list[2]!, toTf(mask));
    const { out, cache } = lesson.attentionForward(q, k, v, mask);
    expect(out).to.almostEqual(fromTf(theirs(...given.map(toTf))), FLOAT32);
    const loss = (...list: tf.Tensor[]): tf.Tensor => tf.sum(tf.mul(theirs(...list), toTf(dout)));
    const [dq, dk, dv] = tf.grads(loss)(given.map(toTf)).map(fromTf);
    expect(lesson.attentionBackward(dout, cache)).to.almostEqual({ dq, dk, dv }, FLOAT32);
  });

  it('agrees on the block, forward and backward', () => {
    const [x, dout, mask] = [draw(N, T, D), draw(N, T, D), maskOf(N, T, T)];
    const given = [x, ...Object.values(params)].map(toTf);
    const options = { heads: H, epsilon: EPSILON };
    const { out, cache } = lesson.blockForward(x, params, mask, options);
    expect(out).to.almostEqual(fromTf(block(given, toTf(mask))), FLOAT32);
    const loss = (...list: tf.Tensor[]): tf.Tensor =>
      tf.sum(tf.mul(block(list, toTf(mask)), toTf(dout)));
    const [dx, ...all] = tf.grads(loss)(given).map(fromTf);
    const gradients = Object.fromEntries(Object.keys(params).map((name, i) => [name, all[i]]));
    // Sums of dozens of products, each rounded to float32.
    const tolerance = { relative: 1e-4, absolute: 1e-5 };
    expect(lesson.blockBackward(dout, cache)).to.almostEqual({ dx, gradients }, tolerance);
  });
});
