import { array, labels, type Tensor } from '#arrays';
import { expect } from '#checks/expect';
import * as lesson from '#lessons/03-losses';
import { softmax } from '#lessons/02-activations';
import { FLOAT32, fromTf, randomTensor, tf, toTf } from './tfjs.ts';

const y = randomTensor(4, 3, 2, 5);
const t = randomTensor(4, 3, 2, 6);
const classes = labels([2, 0, 1, 2]);
const targets = tf.oneHot([2, 0, 1, 2], 3);
const probabilities = softmax(y);
const yes = array([0.9, 0.2, 0.55, 0.01, 0.7]);
const answers = array([1, 0, 0, 1, 0.5]);

type Loss = (x: tf.Tensor) => tf.Scalar;

const sumOfSquares: Loss = (x) => tf.sum(tf.squaredDifference(x, toTf(t)));
const meanOfSquares: Loss = (x) => tf.losses.meanSquaredError(toTf(t), x);
const crossEntropy: Loss = (x) => tf.div(tf.sum(tf.mul(targets, tf.log(x))), -4);
const fromLogits: Loss = (x) => tf.losses.softmaxCrossEntropy(targets, x);
const binary: Loss = (x) =>
  tf.neg(
    tf.mean(
      tf.add(
        tf.mul(toTf(answers), tf.log(x)),
        tf.mul(tf.sub(1, toTf(answers)), tf.log(tf.sub(1, x))),
      ),
    ),
  );
const hinge: Loss = (x) => {
  const right = tf.sum(tf.mul(x, targets), 1, true);
  const margins = tf.mul(tf.relu(tf.add(tf.sub(x, right), 1)), tf.sub(1, targets));
  return tf.div(tf.sum(margins), 4);
};

const oneHot = lesson.oneHot(classes, 3);

const cases: [name: string, input: Tensor, loss: number, gradient: Tensor, theirs: Loss][] = [
  [
    'sumSquaredResiduals',
    y,
    lesson.sumSquaredResiduals(y, t),
    lesson.sumSquaredResidualsGradient(y, t),
    sumOfSquares,
  ],
  [
    'meanSquaredError',
    y,
    lesson.meanSquaredError(y, t),
    lesson.meanSquaredErrorGradient(y, t),
    meanOfSquares,
  ],
  [
    'binaryCrossEntropy',
    yes,
    lesson.binaryCrossEntropy(yes, answers),
    lesson.binaryCrossEntropyGradient(yes, answers),
    binary,
  ],
  [
    'categoricalCrossEntropy',
    probabilities,
    lesson.categoricalCrossEntropy(probabilities, oneHot),
    lesson.categoricalCrossEntropyGradient(probabilities, oneHot),
    crossEntropy,
  ],
  [
    'softmaxCrossEntropy',
    y,
    lesson.softmaxCrossEntropy(y, classes),
    lesson.softmaxCrossEntropyGradient(y, classes),
    fromLogits,
  ],
  ['hinge', y, lesson.hinge(y, classes), lesson.hingeGradient(y, classes), hinge],
];

describe('Lesson 03 beside TensorFlow.js', () => {
  it('agrees on oneHot', () => {
    expect(oneHot).to.almostEqual(fromTf(targets));
  });

  for (const [name, input, loss, gradient, theirs] of cases) {
    it(`agrees on ${name} and its gradient`, () => {
      expect(loss).to.almostEqual(theirs(toTf(input)).dataSync()[0], FLOAT32);
      expect(gradient).to.almostEqual(fromTf(tf.grad(theirs)(toTf(input))), FLOAT32);
    });
  }

  it('agrees on accuracy', () => {
    const hits = tf.equal(tf.argMax(toTf(y), 1), tf.argMax(targets, 1));
    expect(lesson.accuracy(y, classes)).to.almostEqual(
      tf.mean(tf.cast(hits, 'float32')).dataSync()[0],
    );
  });
});
