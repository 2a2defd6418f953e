import { filled, type Tensor } from '#arrays';
import { expect } from '#checks/expect';
import * as lesson from '#lessons/20-autoencoder';
import { FLOAT32, fromTf, randomTensor, tf, toTf } from './tfjs.ts';

const x = filled([4, 5], (n, d) => (randomTensor(4, 5, 1, 1).get(n!, d!) + 1) / 2);
const epsilon = randomTensor(4, 2, 2, 2);
const list = (size: number, seed: number): Tensor => randomTensor(1, size, 1, seed).pick(0, null);
const layers = (D: number, H: number, M: number, seed: number) => ({
  W1: randomTensor(D, H, 1, seed),
  b1: list(H, seed + 1),
  W2: randomTensor(H, M, 1, seed + 2),
  b2: list(M, seed + 3),
});

const affine = (a: tf.Tensor, W: tf.Tensor, b: tf.Tensor): tf.Tensor =>
  tf.add(tf.matMul(a as tf.Tensor2D, W as tf.Tensor2D), b);
const twoLayers = (a: tf.Tensor, [W1, b1, W2, b2]: tf.Tensor[]): tf.Tensor =>
  affine(tf.relu(affine(a, W1!, b1!)), W2!, b2!);
const squaredError = (image: tf.Tensor, target: tf.Tensor): tf.Tensor =>
  tf.mean(tf.sum(tf.squaredDifference(image, target), 1));

/** Their loss and its gradients. */
function theirs(
  loss: (...given: tf.Tensor[]) => tf.Tensor,
  params: Tensor[],
): { loss: number; gradients: Tensor[] } {
  const given = params.map(toTf);
  return { loss: loss(...given).dataSync()[0]!, gradients: tf.grads(loss)(given).map(fromTf) };
}

/** Eight gradients as those of both halves. */
function halves([W1, b1, W2, b2, ...decoder]: Tensor[]) {
  const [V1, c1, V2, c2] = decoder;
  return { encoder: { W1, b1, W2, b2 }, decoder: { W1: V1, b1: c1, W2: V2, b2: c2 } };
}

describe('Lesson 20 beside TensorFlow.js', () => {
  it('agrees on autoencoderGradients', () => {
    const params = { encoder: layers(5, 4, 2, 10), decoder: layers(2, 3, 5, 20) };
    const target = randomTensor(4, 5, 1, 3);
    const { loss, gradients } = theirs(
      (...given) =>
        squaredError(
          tf.sigmoid(twoLayers(twoLayers(toTf(x), given), given.slice(4))),
          toTf(target),
        ),
      [...Object.values(params.encoder), ...Object.values(params.decoder)],
    );
    expect(lesson.autoencoderGradients(x, target, params)).to.almostEqual(
      { loss, gradients: halves(gradients) },
      FLOAT32,
    );
  });

  it('agrees on tiedGradients', () => {
    const params = { W: randomTensor(5, 3, 1, 30), b: list(3, 31), c: list(5, 32) };
    const { loss, gradients } = theirs((W, b, c) => {
      const z = tf.relu(affine(toTf(x), W!, b!));
      return squaredError(tf.sigmoid(affine(z, tf.transpose(W!), c!)), toTf(x));
    }, Object.values(params));
    const [W, b, c] = gradients;
    expect(lesson.tiedGradients(x, params)).to.almostEqual(
      { loss, gradients: { W, b, c } },
      FLOAT32,
    );
  });

  it('agrees on vaeGradients', () => {
    const params = { encoder: layers(5, 6, 4, 40), decoder: layers(2, 3, 5, 50) };
    const beta = 0.7;
    const { loss, gradients } = theirs(
      (...given) => {
        const [mu, logVar] = tf.split(twoLayers(toTf(x), given), 2, 1) as [tf.Tensor, tf.Tensor];
        const z = tf.add(mu, tf.mul(tf.exp(tf.div(logVar, 2)), toTf(epsilon)));
        const image = tf.sigmoid(twoLayers(z, given.slice(4)));
        const terms = tf.sub(tf.sub(tf.add(tf.square(mu), tf.exp(logVar)), logVar), 1);
        const divergence = tf.mean(tf.sum(tf.div(terms, 2), 1));
        return tf.add(squaredError(image, toTf(x)), tf.mul(beta, divergence));
      },
      [...Object.values(params.encoder), ...Object.values(params.decoder)],
    );
    expect(lesson.vaeGradients(x, params, epsilon, beta)).to.almostEqual(
      { loss, gradients: halves(gradients) },
      FLOAT32,
    );
  });
});
