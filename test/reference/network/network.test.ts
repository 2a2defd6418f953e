import { expect } from '#checks/gradient/assertion';
import { array, copy, filled, labels, zeros, type Tensor } from '#arrays';
import { randomNormal } from '#checks/fixtures';
import { blobs } from '#datasets/blobs';
import { seededRandom } from '#datasets/random';
import { accuracyOf, classifier, learn } from '../../../reference/network/classifier.ts';
import type { Layer, Pass } from '../../../reference/network/layer.ts';
import {
  averagePool,
  convolution,
  maxPool,
  reshape,
} from '../../../reference/network/image-layers.ts';
import { affine, batchNormalization, dropout, relu } from '../../../reference/network/layers.ts';
import { sequential } from '../../../reference/network/sequential.ts';
import { restoreParams, storedParams } from '../../../reference/network/stored.ts';
import { decodeWeights, encodeWeights } from '../../../reference/weights.ts';

const RULE = { learningRate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** Every kind of layer, with sizes of which no two are alike. */
function everyLayer(seed: number): Layer {
  const random = seededRandom(seed);
  return sequential([
    affine(3, 5, random),
    batchNormalization(5),
    relu(),
    dropout(0.25, random),
    sequential([affine(5, 4, random), relu()]),
    affine(4, 2, random),
  ]);
}

/** Every kind of layer for images, from rows of 24 numbers: 4×6 pixels, 2 filters, 2×3 pixels, 1×1 of 3 filters. */
function everyImageLayer(seed: number): Layer {
  const random = seededRandom(seed);
  return sequential([
    reshape(1, 4, 6),
    convolution(1, 2, 3, random),
    averagePool(2),
    convolution(2, 3, 1, random),
    maxPool(2),
    reshape(3),
  ]);
}

/** Compares the gradients with differences, for a network that is made of one seed and whose parameters are drawn. */
function expectRightGradients(make: (seed: number) => Layer, x: Tensor): void {
  const names = Object.keys(make(1).params);
  const drawn = names.map((name, i) => {
    const { shape } = make(1).params[name]!;
    return randomNormal(seededRandom(10 + i), 1, ...shape);
  });
  expect({
    name: 'network',
    inputs: { x, ...Object.fromEntries(names.map((name, i) => [`p${i}`, drawn[i]!])) },
    // A new network each time, so that its dropout draws the same mask.
    forward: (input: Tensor, ...params: Tensor[]) => {
      const network = make(1);
      network.params = Object.fromEntries(names.map((name, i) => [name, params[i]!]));
      const pass = network.forward(input, 'training');
      return { out: pass.out, cache: { pass } };
    },
    backward: (dout: Tensor, { pass }: { pass: Pass }) => {
      const { dx, gradients } = pass.backward(dout);
      return { dx, ...Object.fromEntries(names.map((name, i) => [`dp${i}`, gradients[name]!])) };
    },
  }).to.have.rightGradients();
}

describe('A network of layers', () => {
  it('has the parameters of its layers, under their places', () => {
    expect(Object.keys(everyLayer(1).params)).to.deep.equal([
      '0.W',
      '0.b',
      '1.gamma',
      '1.beta',
      '4.0.W',
      '4.0.b',
      '5.W',
      '5.b',
    ]);
  });

  it('hands what a layer puts out to the next one', () => {
    const network = sequential([
      affine(2, 2, seededRandom(1)),
      relu(),
      affine(2, 1, seededRandom(1)),
    ]);
    network.params = {
      '0.W': array([
        [1, -1],
        [2, 3],
      ]),
      '0.b': array([0, 0.5]),
      '2.W': array([[2], [-1]]),
      '2.b': array([10]),
    };
    // (1, 1) → (3, 2.5) → 6 − 2.5 + 10; (1, −1) → (−1, −3.5) → (0, 0) → 10
    const x = array([
      [1, 1],
      [1, -1],
    ]);
    expect(network.forward(x, 'training').out).to.almostEqual([[13.5], [10]]);
  });

  it('has right gradients for every kind of layer, through all of them', () => {
    expectRightGradients(everyLayer, randomNormal(seededRandom(2), 1, 6, 3));
    expectRightGradients(everyImageLayer, randomNormal(seededRandom(3), 1, 2, 24));
  });

  it('gives images their shape, and keeps it through a convolution', () => {
    const x = filled([1, 6], (_, i) => i);
    const layer = sequential([reshape(1, 2, 3), convolution(1, 1, 3, seededRandom(1))]);
    const kernel = filled([1, 1, 3, 3], (...[, , i, j]) => (i === 1 && j === 2 ? 1 : 0));
    layer.params = { '1.W': kernel, '1.b': array([0.5]) };
    // Each pixel becomes its neighbour on the right, and half more.
    expect(layer.forward(x, 'training').out).to.almostEqual([
      [
        [
          [1.5, 2.5, 0.5],
          [4.5, 5.5, 0.5],
        ],
      ],
    ]);
  });

  it('draws the filters of a convolution with the variance 2 / (C · K · K)', () => {
    const { W } = convolution(8, 100, 5, seededRandom(1)).params as { W: Tensor };
    const variance = W.data.reduce((sum, w) => sum + w ** 2, 0) / W.size;
    // Of 20,000 numbers the mean square is within 5.5 · √(2 / 20000) of itself, but for once in ten million.
    expect(variance).to.be.closeTo(2 / 200, 0.055 * (2 / 200));
  });

  it('drops nothing and goes by the running statistics in an evaluation', () => {
    const network = everyLayer(3);
    const x = randomNormal(seededRandom(4), 1, 8, 3);
    const [one, two] = [network.forward(x, 'evaluation'), network.forward(x, 'evaluation')];
    expect(one.out).to.almostEqual(two.out);
    const alone = network.forward(copy(x.hi(1, 3)), 'evaluation');
    expect(alone.out.pick(0, null)).to.almostEqual(copy(one.out.pick(0, null)));
    expect(() => one.backward(zeros(8, 2))).to.throw(Error, /no way back from an evaluation/);
  });

  it('begins batch norm with a mean of 0 and a variance of 1, and keeps nine tenths of them', () => {
    const layer = batchNormalization(1);
    const x = array([[10], [14]]);
    expect(layer.forward(x, 'evaluation').out).to.almostEqual([[10], [14]], { relative: 1e-5 });
    layer.forward(x, 'training');
    // mean 0.1 · 12, variance 0.9 + 0.1 · 4
    const scaled = [10, 14].map((value) => [(value - 1.2) / Math.sqrt(1.3 + 1e-5)]);
    expect(layer.forward(x, 'evaluation').out).to.almostEqual(scaled);
  });
});

describe('A classifier', () => {
  it('learns to tell three clouds apart', () => {
    const { x, labels: classes } = blobs(seededRandom(1), { samplesPerClass: 30 });
    const random = seededRandom(2);
    const model = classifier(sequential([affine(2, 8, random), relu(), affine(8, 3, random)]));
    const before = learn(model, x, classes, RULE);
    let after = before;
    for (let step = 0; step < 60; step++) after = learn(model, x, classes, RULE);
    expect(after).to.be.below(before / 10);
    expect(accuracyOf(model, { x, labels: classes })).to.equal(1);
  });

  it('takes the step of Adam, and counts it', () => {
    const network = affine(1, 2, seededRandom(1));
    network.params = { W: array([[0, 0]]), b: array([0, 0]) };
    const model = classifier(network);
    const loss = learn(model, array([[3]]), labels([1]), RULE);
    expect(loss).to.almostEqual(Math.LN2);
    // Each gradient is ±½ or ±1.5, and Adam's first step is the learning rate whatever its size.
    const step = filled([1, 2], (_, m) => (m === 0 ? -0.05 : 0.05));
    expect(network.params['W']).to.almostEqual(step, { absolute: 1e-8 });
    expect(model.adam.t).to.equal(1);
  });
});

describe('The parameters of a network', () => {
  it('come back from a file, to seven digits', () => {
    const [one, two] = [everyLayer(5), everyLayer(6)];
    const x = randomNormal(seededRandom(7), 3, 6, 3);
    one.forward(x, 'training');
    const file = encodeWeights({ tensors: storedParams(one), metadata: {} });
    restoreParams(two, decodeWeights(file).tensors);
    for (const [name, param] of Object.entries(one.params)) {
      expect(two.params[name], name).to.almostEqual(param, { relative: 1e-7 });
    }
    // What batch norm has measured comes back too.
    const [out, restored] = [one, two].map((network) => network.forward(x, 'evaluation').out);
    expect(restored).to.almostEqual(out!, { relative: 1e-5 });
  });

  it('are refused where one is missing or has another shape', () => {
    const tensors = storedParams(everyLayer(5));
    const { '0.W': first, ...rest } = tensors;
    const restore = (stored: typeof tensors) => () => restoreParams(everyLayer(6), stored);
    expect(restore(rest)).to.throw(
      RangeError,
      "the network's 0.W is (3, 5) and the stored one is missing",
    );
    const turned = { ...tensors, '0.W': { ...first!, shape: [5, 3] } };
    expect(restore(turned)).to.throw(RangeError, '0.W is (3, 5) and the stored one is (5, 3)');
  });
});
