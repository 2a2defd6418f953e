import { array, labels, type Tensor } from '#arrays';
import { expect } from '#checks/expect';
import * as lesson from '#lessons/05-backprop';
import { FLOAT32, fromTf, randomTensor, tf, toTf } from './tfjs.ts';

const x = randomTensor(4, 3, 2, 7);
const W1 = randomTensor(3, 5, 1, 8);
const b1 = randomTensor(1, 5, 1, 9).pick(0, null);
const W2 = randomTensor(5, 3, 1, 10);
const b2 = randomTensor(1, 3, 1, 11).pick(0, null);
const classes = labels([2, 0, 1, 2]);
const targets = tf.oneHot([2, 0, 1, 2], 3);

const affine = (a: tf.Tensor, W: tf.Tensor, b: tf.Tensor): tf.Tensor =>
  tf.add(tf.matMul(a as tf.Tensor2D, W as tf.Tensor2D), b);

/** Their output, and their gradient of each input when `dout` comes back to it. */
function theirs(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: Tensor[],
  dout: Tensor,
): { out: Tensor; gradients: Tensor[] } {
  const given = inputs.map(toTf);
  const gradients = tf.grads(f)(given, toTf(dout));
  return { out: fromTf(f(...given)), gradients: gradients.map(fromTf) };
}

describe('Lesson 05 beside TensorFlow.js', () => {
  it('agrees on affineForward and affineBackward', () => {
    const dout = randomTensor(4, 5, 1, 12);
    const { out, gradients } = theirs(affine as never, [x, W1, b1], dout);
    const mine = lesson.affineForward(x, W1, b1);
    expect(mine.out).to.almostEqual(out, FLOAT32);
    const [dx, dW, db] = gradients;
    expect(lesson.affineBackward(dout, mine.cache)).to.almostEqual({ dx, dW, db }, FLOAT32);
  });

  it('agrees on reluForward and reluBackward', () => {
    const dout = randomTensor(4, 3, 1, 13);
    const { out, gradients } = theirs((a) => tf.relu(a!), [x], dout);
    const mine = lesson.reluForward(x);
    expect(mine.out).to.almostEqual(out, FLOAT32);
    expect(lesson.reluBackward(dout, mine.cache).dx).to.almostEqual(gradients[0], FLOAT32);
  });

  it('agrees on sigmoidForward and sigmoidBackward', () => {
    const dout = randomTensor(4, 3, 1, 14);
    const { out, gradients } = theirs((a) => tf.sigmoid(a!), [x], dout);
    const mine = lesson.sigmoidForward(x);
    expect(mine.out).to.almostEqual(out, FLOAT32);
    expect(lesson.sigmoidBackward(dout, mine.cache).dx).to.almostEqual(gradients[0], FLOAT32);
  });

  it('agrees on softmaxLossForward and softmaxLossBackward', () => {
    const loss = (a: tf.Tensor): tf.Tensor => tf.losses.softmaxCrossEntropy(targets, a);
    const { loss: mine, cache } = lesson.softmaxLossForward(x, classes);
    expect(mine).to.almostEqual(loss(toTf(x)).dataSync()[0], FLOAT32);
    const { dlogits } = lesson.softmaxLossBackward(3, cache);
    const slopes = tf.mul(tf.grad(loss)(toTf(x)), 3);
    expect(dlogits).to.almostEqual(fromTf(slopes), FLOAT32);
  });

  it('agrees on twoLayerGradients', () => {
    const loss = (...given: tf.Tensor[]): tf.Tensor => {
      const [w1, c1, w2, c2] = given as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const logits = affine(tf.relu(affine(toTf(x), w1, c1)), w2, c2);
      return tf.losses.softmaxCrossEntropy(targets, logits);
    };
    const given = [W1, b1, W2, b2].map(toTf);
    const [dW1, db1, dW2, db2] = tf.grads(loss)(given).map(fromTf);
    expect(lesson.twoLayerGradients(x, classes, { W1, b1, W2, b2 })).to.almostEqual(
      { loss: loss(...given).dataSync()[0], gradients: { W1: dW1, b1: db1, W2: dW2, b2: db2 } },
      FLOAT32,
    );
  });

  it('agrees on evaluateGraph and backpropagate', () => {
    // The sigmoid of (a · b + a), times b.
    const graph: lesson.Graph = [
      { operation: 'multiply', inputs: [1, 3] },
      { operation: 'sigmoid', inputs: [4] },
      { operation: 'input', inputs: [] },
      { operation: 'input', inputs: [] },
      { operation: 'add', inputs: [5, 2] },
      { operation: 'multiply', inputs: [2, 3] },
    ];
    const f = (...ab: tf.Tensor[]): tf.Tensor => {
      const [a, b] = ab as [tf.Tensor, tf.Tensor];
      return tf.mul(tf.sigmoid(tf.add(tf.mul(a, b), a)), b);
    };
    const { out, gradients } = theirs(f, [array([0.5]), array([-1.5])], array([1]));
    const values = lesson.evaluateGraph(graph, array([0.5, -1.5]));
    expect(values.get(0)).to.almostEqual(out.get(0), FLOAT32);
    const slopes = lesson.backpropagate(graph, values, 0);
    expect(slopes.get(2)).to.almostEqual(gradients[0]!.get(0), FLOAT32);
    expect(slopes.get(3)).to.almostEqual(gradients[1]!.get(0), FLOAT32);
  });
});
