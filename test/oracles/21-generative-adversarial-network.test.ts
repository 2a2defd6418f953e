import type { Tensor } from '#arrays';
import { expect } from '#checks/expect';
import * as lesson from '#lessons/21-generative-adversarial-network';
import { FLOAT32, fromTf, randomTensor, tf, toTf } from './tfjs.ts';

const list = (size: number, seed: number): Tensor => randomTensor(1, size, 1, seed).pick(0, null);
const layers = (D: number, H: number, M: number, seed: number) => ({
  W1: randomTensor(D, H, 1, seed),
  b1: list(H, seed + 1),
  W2: randomTensor(H, M, 1, seed + 2),
  b2: list(M, seed + 3),
});

const affine = (a: tf.Tensor, W: tf.Tensor, b: tf.Tensor): tf.Tensor =>
  tf.add(tf.matMul(a as tf.Tensor2D, W as tf.Tensor2D), b);
const network = (a: tf.Tensor, [W1, b1, W2, b2]: tf.Tensor[]): tf.Tensor =>
  affine(tf.leakyRelu(affine(a, W1!, b1!), 0.2), W2!, b2!);

/** The mean of the binary cross entropy of logits, all with one target. */
const entropy = (logits: tf.Tensor, target: number): tf.Tensor =>
  tf.losses.sigmoidCrossEntropy(tf.fill(logits.shape, target), logits);

/** Their loss and its gradients. */
function theirs(
  loss: (...given: tf.Tensor[]) => tf.Tensor,
  given: Tensor[],
): { loss: number; gradients: Tensor[] } {
  const tensors = given.map(toTf);
  return { loss: loss(...tensors).dataSync()[0]!, gradients: tf.grads(loss)(tensors).map(fromTf) };
}

function named([W1, b1, W2, b2]: Tensor[]) {
  return { W1, b1, W2, b2 };
}

describe('Lesson 21 beside TensorFlow.js', () => {
  const [real, fake] = [randomTensor(5, 1, 4, 1), randomTensor(3, 1, 4, 2)];

  for (const target of [1, 0.9]) {
    it(`agrees on discriminatorLoss with the target ${target}`, () => {
      const { loss, gradients } = theirs(
        (one, other) => tf.add(entropy(one!, target), entropy(other!, 0)),
        [real, fake],
      );
      const [dreal, dfake] = gradients;
      expect(lesson.discriminatorLoss(real, fake, target)).to.almostEqual(
        { loss, dreal, dfake },
        FLOAT32,
      );
    });
  }

  it('agrees on both losses of the generator', () => {
    for (const [ours, loss] of [
      [lesson.minimaxLoss, (s: tf.Tensor) => tf.neg(entropy(s, 0))],
      [lesson.nonSaturatingLoss, (s: tf.Tensor) => entropy(s, 1)],
    ] as const) {
      const { loss: cost, gradients } = theirs((s) => loss(s!), [fake]);
      expect(ours(fake)).to.almostEqual({ loss: cost, dfake: gradients[0] }, FLOAT32);
    }
  });

  it('agrees on discriminatorGradients', () => {
    const discriminator = layers(2, 4, 1, 10);
    const [x, made] = [randomTensor(5, 2, 2, 3), randomTensor(3, 2, 2, 4)];
    const { loss, gradients } = theirs(
      (...given) =>
        tf.add(entropy(network(toTf(x), given), 0.8), entropy(network(toTf(made), given), 0)),
      Object.values(discriminator),
    );
    expect(lesson.discriminatorGradients(x, made, discriminator, 0.8)).to.almostEqual(
      { loss, gradients: named(gradients) },
      FLOAT32,
    );
  });

  for (const name of ['minimax', 'non-saturating'] as const) {
    it(`agrees on generatorGradients with the ${name} loss`, () => {
      const z = randomTensor(6, 3, 2, 5);
      const params = { generator: layers(3, 4, 2, 20), discriminator: layers(2, 5, 1, 30) };
      const judge = Object.values(params.discriminator).map(toTf);
      const { loss, gradients } = theirs((...given) => {
        const logits = network(network(toTf(z), given), judge);
        return name === 'minimax' ? tf.neg(entropy(logits, 0)) : entropy(logits, 1);
      }, Object.values(params.generator));
      expect(lesson.generatorGradients(z, params, name)).to.almostEqual(
        { loss, gradients: named(gradients) },
        FLOAT32,
      );
    });
  }
});
