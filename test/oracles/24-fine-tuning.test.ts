import { array, copy, labels as labelsOf, map, type Tensor } from '#arrays';
import { expect } from '#checks/expect';
import * as lesson from '#lessons/24-fine-tuning';
import { FLOAT32, fromTf, randomTensor, tf, toTf } from './tfjs.ts';

const list = (size: number, seed: number): Tensor =>
  copy(randomTensor(1, size, 1, seed).pick(0, null));

/** Their output and their gradients when `back` comes back. */
function theirs(
  f: (...given: tf.Tensor[]) => tf.Tensor,
  inputs: Tensor[],
  back: Tensor,
): { out: Tensor; gradients: Tensor[] } {
  const given = inputs.map(toTf);
  return { out: fromTf(f(...given)), gradients: tf.grads(f)(given, toTf(back)).map(fromTf) };
}

describe('Lesson 24 beside TensorFlow.js', () => {
  it('agrees on frozenBatchNorm and frozenBatchNormBackward', () => {
    const [x, dout] = [randomTensor(6, 4, 3, 1), randomTensor(6, 4, 1, 2)];
    const [gamma, beta, mean] = [list(4, 3), list(4, 4), list(4, 5)];
    const variance = map(list(4, 6), (value) => 0.1 + Math.abs(value));
    const options = { training: true, momentum: 0.8, epsilon: 0.03 };
    const { out, gradients } = theirs(
      (given, scale, shift) =>
        tf.batchNorm(
          given!,
          toTf(mean) as tf.Tensor1D,
          toTf(variance) as tf.Tensor1D,
          shift as tf.Tensor1D,
          scale as tf.Tensor1D,
          options.epsilon,
        ),
      [x, gamma, beta],
      dout,
    );
    const ours = lesson.frozenBatchNorm(x, gamma, beta, { mean, variance }, options);
    expect(ours.out).to.almostEqual(out, FLOAT32);
    const [dx, dgamma, dbeta] = gradients;
    expect(lesson.frozenBatchNormBackward(dout, ours.cache)).to.almostEqual(
      { dx, dgamma, dbeta },
      FLOAT32,
    );
  });

  it('agrees on trainHead, step by step', () => {
    const [x, W, b] = [randomTensor(7, 4, 1, 10), randomTensor(4, 3, 1, 11), list(3, 12)];
    const classes = [2, 0, 1, 1, 0, 2, 2];
    const oneHot = array(classes.map((k) => [0, 1, 2].map((c) => Number(c === k))));
    const body = (given: Tensor): Tensor => map(given, Math.tanh);
    const loss = (w: tf.Tensor, shift: tf.Tensor): tf.Scalar => {
      const logits = tf.add(tf.matMul(tf.tanh(toTf(x)) as tf.Tensor2D, w as tf.Tensor2D), shift);
      return tf.losses.softmaxCrossEntropy(toTf(oneHot), logits) as tf.Scalar;
    };
    const losses: number[] = [];
    let [theirW, theirB] = [toTf(W), toTf(b)];
    for (let t = 0; t < 5; t++) {
      losses.push(loss(theirW, theirB).dataSync()[0]!);
      const [dW, db] = tf.grads(loss)([theirW, theirB]) as [tf.Tensor, tf.Tensor];
      theirW = tf.sub(theirW, tf.mul(dW, 0.7));
      theirB = tf.sub(theirB, tf.mul(db, 0.7));
    }
    const samples = { x, labels: labelsOf(classes) };
    const found = lesson.trainHead(body, samples, { W, b }, { steps: 5, learningRate: 0.7 });
    expect(found).to.almostEqual(
      { head: { W: fromTf(theirW), b: fromTf(theirB) }, losses },
      FLOAT32,
    );
  });

  it('agrees on loraForward, loraBackward and loraMerge', () => {
    const [x, dout] = [randomTensor(5, 4, 1, 20), randomTensor(5, 6, 1, 21)];
    const [W, b] = [randomTensor(4, 6, 1, 22), list(6, 23)];
    const [A, B] = [randomTensor(4, 3, 1, 24), randomTensor(3, 6, 1, 25)];
    const alpha = 0.8;
    const update = (a: tf.Tensor, low: tf.Tensor): tf.Tensor =>
      tf.mul(tf.matMul(a as tf.Tensor2D, low as tf.Tensor2D), alpha / 3);
    const { out, gradients } = theirs(
      (given, a, low) =>
        tf.add(
          tf.add(tf.matMul(given as tf.Tensor2D, toTf(W) as tf.Tensor2D), toTf(b)),
          update(tf.matMul(given as tf.Tensor2D, a as tf.Tensor2D), low!),
        ),
      [x, A, B],
      dout,
    );
    const ours = lesson.loraForward(x, W, b, { A, B }, alpha);
    expect(ours.out).to.almostEqual(out, FLOAT32);
    const [dx, dA, dB] = gradients;
    expect(lesson.loraBackward(dout, ours.cache)).to.almostEqual({ dx, dA, dB }, FLOAT32);
    expect(lesson.loraMerge(W, { A, B }, alpha)).to.almostEqual(
      fromTf(tf.add(toTf(W), update(toTf(A), toTf(B)))),
      FLOAT32,
    );
  });
});
