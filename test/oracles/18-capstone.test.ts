import ndarray from 'ndarray';
import { copy, labels } from '#arrays';
import { expect } from '#checks/expect';
import { normal, seededRandom } from '#datasets/random';
import type { Tensor32 } from '#kernels';
import * as lesson from '#lessons/18-capstone';
import { channelsFirst, channelsLast, FLOAT32, fromTf, tf } from './tfjs.ts';

/** Both sides count in single precision, and add in different orders. */
const SUMS = { relative: 1e-5, absolute: 1e-5 };

const BACKENDS = ['cpu', 'webasm'] as const;

function random32(seed: number, ...shape: number[]): Tensor32 {
  const random = seededRandom(seed);
  const size = shape.reduce((product, length) => product * length, 1);
  return ndarray(
    Float32Array.from({ length: size }, () => normal(random)),
    shape,
  );
}

function toTf32(x: Tensor32): tf.Tensor {
  return tf.tensor(copy(x).data, x.shape);
}

/** Images or filters of theirs: the channels stand last there, and filters begin with their rows and columns. */
const imagesToTf = (x: Tensor32): tf.Tensor => toTf32(channelsLast(x));
const filtersToTf = (W: Tensor32): tf.Tensor => toTf32(W.transpose(2, 3, 1, 0));
const filtersFromTf = (W: tf.Tensor): unknown => fromTf(tf.transpose(W, [3, 2, 0, 1]));

/** Their convolution with this padding on all four sides. */
function conv(x: tf.Tensor, W: tf.Tensor, b: tf.Tensor, pad: number): tf.Tensor {
  const around: [number, number] = [pad, pad];
  const pads: tf.backend_util.ExplicitPadding = [[0, 0], around, around, [0, 0]];
  return tf.add(tf.conv2d(x as tf.Tensor4D, W as tf.Tensor4D, 1, pads), b);
}

function pool(x: tf.Tensor, size: number): tf.Tensor {
  return tf.maxPool(x as tf.Tensor4D, size, size, 'valid');
}

function affine(x: tf.Tensor, W: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.add(tf.matMul(x as tf.Tensor2D, W as tf.Tensor2D), b);
}

describe('Lesson 18 beside TensorFlow.js', () => {
  for (const [N, C, H, width, F, KH, KW, pad] of [
    [2, 3, 5, 7, 4, 3, 3, 1],
    [1, 2, 6, 4, 3, 2, 3, 0],
    [3, 1, 4, 3, 2, 5, 3, 2],
  ] as const) {
    it(`agrees on convolutions of ${C}×${H}×${width} by ${F} filters of ${KH}×${KW}, pad ${pad}`, () => {
      const [x, W, b] = [random32(1, N, C, H, width), random32(2, F, C, KH, KW), random32(3, F)];
      const theirs = (...given: tf.Tensor[]): tf.Tensor => {
        const [images, filters, bias] = given as [tf.Tensor, tf.Tensor, tf.Tensor];
        return conv(images, filters, bias, pad);
      };
      const given = [imagesToTf(x), filtersToTf(W), toTf32(b)];
      const out = fromTf(channelsFirst(theirs(...given)));
      const dout = random32(4, ...out.shape);
      const [dx, dW, db] = tf.grads(theirs)(given, imagesToTf(dout)) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      for (const backend of BACKENDS) {
        expect(lesson.convForward(x, W, b, pad, backend)).to.almostEqual(out, SUMS);
        expect(lesson.convBackwardInput(dout, W, pad, backend)).to.almostEqual(
          fromTf(channelsFirst(dx)),
          SUMS,
        );
        expect(lesson.convBackwardFilters(dout, x, pad, backend)).to.almostEqual(
          { dW: filtersFromTf(dW), db: fromTf(db) },
          SUMS,
        );
      }
    });
  }

  it('agrees on max pooling and its gradient, of sizes with and without something left over', () => {
    for (const [H, width, size] of [
      [6, 4, 2],
      [7, 8, 3],
    ] as const) {
      const x = random32(5, 2, 3, H, width);
      const theirs = (images: tf.Tensor): tf.Tensor => pool(images, size);
      const out = fromTf(channelsFirst(theirs(imagesToTf(x))));
      const dout = random32(6, ...out.shape);
      const dx = fromTf(channelsFirst(tf.grad(theirs)(imagesToTf(x), imagesToTf(dout))));
      for (const backend of BACKENDS) {
        expect(lesson.maxPoolForward(x, size, backend)).to.almostEqual(out, FLOAT32);
        expect(lesson.maxPoolBackward(dout, x, size, backend)).to.almostEqual(dx, FLOAT32);
      }
    }
  });

  it('agrees on matrixProduct', () => {
    const [a, b, bias] = [random32(7, 5, 9), random32(8, 9, 4), random32(9, 4)];
    const out = fromTf(affine(toTf32(a), toTf32(b), toTf32(bias)));
    for (const backend of BACKENDS) {
      expect(lesson.matrixProduct(a, b, bias, backend)).to.almostEqual(out, SUMS);
    }
  });

  it('agrees on softmaxLoss', () => {
    const logits = random32(10, 4, 5);
    const targets = tf.oneHot([3, 0, 4, 3], 5);
    const theirs = (x: tf.Tensor): tf.Tensor => tf.losses.softmaxCrossEntropy(targets, x);
    const expected = {
      loss: theirs(toTf32(logits)).dataSync()[0],
      dscores: fromTf(tf.grad(theirs)(toTf32(logits))),
    };
    for (const backend of BACKENDS) {
      const mine = lesson.softmaxLoss(logits, labels([3, 0, 4, 3]), backend);
      expect(mine).to.almostEqual(expected, FLOAT32);
    }
  });

  it('agrees on five steps of Adam, whose ε stands outside of the root there, too', () => {
    // So large an ε that it would be seen in any other place.
    const [learningRate, beta1, beta2, epsilon] = [0.1, 0.9, 0.999, 0.5] as const;
    const start = random32(11, 2, 3);
    for (const backend of BACKENDS) {
      const theirs = tf.variable(toTf32(start));
      const optimizer = tf.train.adam(learningRate, beta1, beta2, epsilon);
      const zero = ndarray(new Float32Array(6), [2, 3]);
      let mine: lesson.AdamStep = { w: start, m: zero, v: zero };
      for (let t = 1; t <= 5; t++) {
        const g = random32(20 + t, 2, 3);
        optimizer.applyGradients([{ name: theirs.name, tensor: toTf32(g) }]);
        const options = { learningRate, beta1, beta2, epsilon, t };
        mine = lesson.adam(mine.w, g, mine.m, mine.v, options, backend);
        expect(mine.w).to.almostEqual(fromTf(theirs), SUMS);
      }
      optimizer.dispose();
      theirs.dispose();
    }
  });

  it('agrees on a training step of the whole network', () => {
    const network = {
      W1: random32(31, 3, 1, 3, 3),
      b1: random32(32, 3),
      W2: random32(33, 4, 3, 3, 3),
      b2: random32(34, 4),
      W3: random32(35, 5, 4, 3, 3),
      b3: random32(36, 5),
      W4: random32(37, 5 * 2 * 3, 6),
      b4: random32(38, 6),
      W5: random32(39, 6, 4),
      b5: random32(40, 4),
    };
    // Weights of that size would make logits of hundreds, and a loss of 0.
    for (const { data } of Object.values(network)) data.forEach((v, i) => (data[i] = v / 4));
    const images = random32(41, 3, 1, 8, 12);
    const names = Object.keys(network) as (keyof typeof network)[];
    const targets = tf.oneHot([2, 0, 3], 4);
    const variables = names.map((name) =>
      tf.variable(
        network[name].dimension === 4 ? filtersToTf(network[name]) : toTf32(network[name]),
      ),
    );
    const loss = (): tf.Scalar => {
      const the = (name: (typeof names)[number]): tf.Tensor => variables[names.indexOf(name)]!;
      const one = pool(tf.relu(conv(imagesToTf(images), the('W1'), the('b1'), 1)), 2);
      const two = pool(tf.relu(conv(one, the('W2'), the('b2'), 1)), 2);
      const three = channelsFirst(tf.relu(conv(two, the('W3'), the('b3'), 1)));
      const rows = tf.reshape(three, [3, 5 * 2 * 3]);
      const four = tf.relu(affine(rows, the('W4'), the('b4')));
      return tf.losses.softmaxCrossEntropy(targets, affine(four, the('W5'), the('b5')));
    };
    const { value, grads } = tf.variableGrads(loss);
    const optimizer = tf.train.adam(0.1, 0.9, 0.999, 0.01);
    optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
    const ours = (x: tf.Tensor): unknown => (x.rank === 4 ? filtersFromTf(x) : fromTf(x));
    const classes = labels([2, 0, 3]);
    for (const backend of BACKENDS) {
      const mine = lesson.networkGradients(network, images, classes, backend);
      expect(mine.loss).to.almostEqual(value.dataSync()[0], SUMS);
      for (const [i, name] of names.entries()) {
        expect(mine.gradients[name]).to.almostEqual(ours(grads[variables[i]!.name]!), SUMS);
        const zero = ndarray(new Float32Array(network[name].size), network[name].shape);
        const options = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 0.01, t: 1 };
        const step = lesson.adam(network[name], mine.gradients[name], zero, zero, options, backend);
        expect(step.w).to.almostEqual(ours(variables[i]!), { absolute: 1e-4 });
      }
    }
  });
});
