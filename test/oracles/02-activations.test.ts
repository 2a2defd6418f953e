import type { Tensor } from '#arrays';
import { expect } from '#checks/expect';
import * as lesson from '#lessons/02-activations';
import { FLOAT32, fromTf, randomTensor, tf, toTf } from './tfjs.ts';

const x = randomTensor(5, 7, 6, 2);

type Op = (x: tf.Tensor) => tf.Tensor;

/** The derivative of an operation that works entry by entry, by automatic differentiation. */
const derivative =
  (op: Op): Op =>
  (input) =>
    tf.grad(op)(input, tf.onesLike(input));

const pairs: [name: string, ours: (x: Tensor) => Tensor, theirs: Op][] = [
  ['step', lesson.step, (t) => tf.step(t)],
  ['sigmoid', lesson.sigmoid, tf.sigmoid],
  ['sigmoidDerivative', lesson.sigmoidDerivative, derivative(tf.sigmoid)],
  ['tanh', lesson.tanh, tf.tanh],
  ['tanhDerivative', lesson.tanhDerivative, derivative(tf.tanh)],
  ['relu', lesson.relu, tf.relu],
  ['reluDerivative', lesson.reluDerivative, derivative(tf.relu)],
  ['leakyRelu', (t) => lesson.leakyRelu(t, 0.2), (t) => tf.leakyRelu(t, 0.2)],
  [
    'leakyReluDerivative',
    (t) => lesson.leakyReluDerivative(t, 0.2),
    derivative((t) => tf.leakyRelu(t, 0.2)),
  ],
  ['softplus', lesson.softplus, tf.softplus],
  ['softplusDerivative', lesson.softplusDerivative, derivative(tf.softplus)],
  ['softmax', lesson.softmax, (t) => tf.softmax(t)],
];

describe('Lesson 02 beside TensorFlow.js', () => {
  for (const [name, ours, theirs] of pairs) {
    it(`agrees on ${name}`, () => {
      expect(ours(x)).to.almostEqual(fromTf(theirs(toTf(x))), FLOAT32);
    });
  }

  it('agrees on softmaxJacobian, a row at a time', () => {
    const row = x.pick(0, null);
    const rows = Array.from({ length: 7 }, (_, i) => {
      const output = (t: tf.Tensor): tf.Tensor =>
        tf.sum(tf.slice(tf.softmax(t as tf.Tensor1D), i, 1));
      return [...fromTf(tf.grad(output)(toTf(row))).data];
    });
    expect(lesson.softmaxJacobian(row)).to.almostEqual(rows, FLOAT32);
  });
});
