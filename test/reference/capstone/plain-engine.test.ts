/** The engine that the others are compared with, beside differences of its own loss and beside TensorFlow.js. */
import { expect } from 'chai';
import { adamStep } from '../../../reference/capstone/adam.ts';
import type { Batch } from '../../../reference/capstone/engine.ts';
import {
  CLASSES,
  PARAMETER_COUNT,
  PARAMETERS,
  SIDE,
  split,
} from '../../../reference/capstone/network.ts';
import { layerOutputs, plainEngine } from '../../../reference/capstone/plain-engine.ts';
import { tf } from '../../oracles/tfjs.ts';
import {
  biasedParameters,
  batchFrom,
  drawnDigits,
  expectClose,
  realDigits,
  ROUNDING,
  together,
} from './samples.ts';

const plain = plainEngine();

/** What TensorFlow.js, which computes in float32 too, can promise: see engines.test.ts. */
const SHARE = 2 * Math.sqrt(4 * SIDE * SIDE) * ROUNDING;

const RATE = 1e-3;

function gradientOf(parameters: Float32Array, batch: Batch) {
  const gradient = new Float32Array(PARAMETER_COUNT);
  return { loss: plain.gradient(parameters, batch, gradient), gradient };
}

/** The network of TensorFlow.js, whose images are (N, H, W, C) and whose filters are (3, 3, C, F). */
function theirLogits(parameters: readonly tf.Tensor[], images: Float32Array): tf.Tensor2D {
  const [W1, b1, W2, b2, W3, b3, W4, b4, W5, b5] = parameters;
  const conv = (x: tf.Tensor, W: tf.Tensor, b: tf.Tensor) =>
    tf.relu(
      tf.add(
        tf.conv2d(x as tf.Tensor4D, tf.transpose(W, [2, 3, 1, 0]) as tf.Tensor4D, 1, 'same'),
        b,
      ),
    );
  const halve = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid');
  const affine = (x: tf.Tensor, W: tf.Tensor, b: tf.Tensor) => tf.add(tf.matMul(x, W), b);
  const x = tf.tensor(images, [images.length / SIDE ** 2, SIDE, SIDE, 1]);
  const maps = conv(halve(conv(halve(conv(x, W1!, b1!)), W2!, b2!)), W3!, b3!);
  const rows = tf.reshape(tf.transpose(maps, [0, 3, 1, 2]), [x.shape[0]!, -1]);
  return affine(tf.relu(affine(rows, W4!, b4!)), W5!, b5!) as tf.Tensor2D;
}

function numbersOf(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync() as Float32Array;
}

describe('The plain engine', function () {
  this.timeout(20_000);
  const parameters = biasedParameters(6);

  it('has the gradients that differences of its loss show', () => {
    const one = batchFrom(realDigits(1), 0, 1);
    const { gradient } = gradientOf(parameters, one);
    for (const { name, offset, size } of PARAMETERS) {
      // The largest entry, and two others that are not tiny.
      const part = gradient.subarray(offset, offset + size);
      const largest = part.reduce((best, value) => Math.max(best, Math.abs(value)), 0);
      const large = [...part.keys()].filter((i) => Math.abs(part[i]!) > largest / 10);
      const places = [0.3, 0.8].map((at) => large[Math.floor(at * large.length)]!);
      places.push(part.findIndex((value) => Math.abs(value) === largest));
      for (const place of places) {
        const [up, down] = [parameters.slice(), parameters.slice()];
        // So small that hardly a ReLU or a maximum changes sides on the way; the loss has sixteen digits.
        up[offset + place]! += 2e-6;
        down[offset + place]! -= 2e-6;
        const run = up[offset + place]! - down[offset + place]!;
        const slope = (gradientOf(up, one).loss - gradientOf(down, one).loss) / run;
        expect(part[place]! / slope, `${name}[${place}]`).to.be.closeTo(1, 1e-5);
      }
    }
  });

  it('hands out what each layer makes of two images', () => {
    const { images } = batchFrom(realDigits(2), 0, 2);
    const outputs = layerOutputs(parameters, images);
    const sizes = Object.entries(outputs).map(([name, { length }]) => [name, length / 2]);
    expect(Object.fromEntries(sizes)).to.deep.equal({
      conv1: 16 * 28 * 28,
      pool1: 16 * 14 * 14,
      conv2: 32 * 14 * 14,
      pool2: 32 * 7 * 7,
      conv3: 64 * 7 * 7,
      relu3: 64 * 7 * 7,
      affine4: 128,
      relu4: 128,
      logits: 10,
    });
    expect(outputs.affine4.some((value) => value < 0)).to.equal(true);
    expect([...outputs.relu4]).to.deep.equal(
      [...outputs.affine4].map((value) => (value > 0 ? value : 0)),
    );
    // The window of the second channel's row 5 and column 9, of the second image.
    const corner = (16 + 1) * 28 * 28 + 10 * 28 + 18;
    const window = [0, 1, 28, 29].map((step) => outputs.conv1[corner + step]!);
    expect(outputs.pool1[(16 + 1) * 14 * 14 + 5 * 14 + 9]).to.equal(Math.max(0, ...window));
  });

  describe('beside TensorFlow.js', () => {
    // It adds ε outside of the root and corrects both moments, as the project does; its own ε is 1e-7.
    const optimizer = tf.train.adam(RATE, 0.9, 0.999, 1e-8);
    let batch: Batch;
    let theirs: tf.Variable[];
    let theirLoss: number;
    let theirSlopes: Record<string, tf.Tensor>;
    let logits: ArrayLike<number>;

    before(() => {
      batch = batchFrom(together(realDigits(1), drawnDigits(3)), 0, 4);
      theirs = PARAMETERS.map(({ name, shape }) =>
        tf.variable(tf.tensor(split(parameters)[name], [...shape]), true, name),
      );
      const { value, grads } = optimizer.computeGradients(() => {
        const output = theirLogits(theirs, batch.images);
        logits = output.dataSync();
        const targets = tf.oneHot([...batch.labels], CLASSES);
        return tf.losses.softmaxCrossEntropy(targets, output) as tf.Scalar;
      }, theirs);
      [theirLoss, theirSlopes] = [value.dataSync()[0]!, grads];
    });

    after(() => theirs.forEach((variable) => variable.dispose()));

    it('has the same logits, loss and gradients', () => {
      expectClose(plain.logits(parameters, batch.images), logits, SHARE, 'logits');
      const { loss, gradient } = gradientOf(parameters, batch);
      expect(loss / theirLoss).to.be.closeTo(1, SHARE);
      for (const { name } of PARAMETERS) {
        expectClose(split(gradient)[name], numbersOf(theirSlopes[name]!), SHARE, name);
      }
    });

    it('goes to the same place with a step of Adam', () => {
      optimizer.applyGradients(
        Object.entries(theirSlopes).map(([name, tensor]) => ({ name, tensor })),
      );
      const { gradient } = gradientOf(parameters, batch);
      const own = parameters.slice();
      adamStep(own, gradient, new Float32Array(own.length), new Float32Array(own.length), 1, RATE);
      PARAMETERS.forEach(({ name, offset }, i) => {
        // The first step divides a slope by its own size, so where one is mere rounding, the step may be anything.
        const slopes = split(gradient)[name];
        const largest = slopes.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
        const clear = slopes.map((slope) =>
          slope === 0 || Math.abs(slope) > SHARE * largest ? 1 : 0,
        );
        expect(clear.filter(Boolean).length / clear.length, name).to.be.above(0.9);
        const step = (value: number, at: number) => clear[at]! * (value - parameters[offset + at]!);
        const [ownSteps, steps] = [split(own)[name].map(step), numbersOf(theirs[i]!).map(step)];
        // Both round parameters, all of them below 2, to 24 bits, so by 2⁻²⁴ at most.
        expectClose(ownSteps, steps, (4 * ROUNDING) / RATE, name);
      });
    });
  });
});
