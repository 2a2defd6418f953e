import { add, copy, zeros, type Tensor } from '#arrays';
import { expect } from '#checks/expect';
import { randomNormal } from '#checks/fixtures';
import { seededRandom } from '#datasets/random';
import {
  gruBackward,
  gruForward,
  gruRegressionGradients,
  gruResetBefore,
  gruStepForward,
} from '#lessons/17-gru';
import { FLOAT32, fromTf, tf, toTf } from './tfjs.ts';

const TOLERANCE = { ...FLOAT32, relative: 1e-4, absolute: 1e-5 };

/** Whether the reset gate acts on the state before the product or on what comes out of it. */
type Reset = 'before' | 'after';

/** A step by products, sigmoids and tanh alone: its core has no recurrent layer. */
function theirStep(reset: Reset, ...[x, h, Wx, Wh, b, bh]: tf.Tensor[]): tf.Tensor {
  const product = (a: tf.Tensor, W: tf.Tensor) => tf.matMul(a as tf.Tensor2D, W as tf.Tensor2D);
  const [xr, xz, xn] = tf.split(tf.add(product(x!, Wx!), b!), 3, 1) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const [hr, hz, hn] = tf.split(tf.add(product(h!, Wh!), bh!), 3, 1) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const r = tf.sigmoid(tf.add(xr, hr));
  const z = tf.sigmoid(tf.add(xz, hz));
  const [, , Wn] = tf.split(Wh!, 3, 1);
  const [, , bn] = tf.split(bh!, 3);
  const past =
    reset === 'after' ? tf.mul(r, hn) : tf.add(product(tf.mul(r, h!), Wn as tf.Tensor), bn!);
  const n = tf.tanh(tf.add(xn, past));
  return tf.add(n, tf.mul(z, tf.sub(h!, n)));
}

/** The states after each step, shape (N, T, H). */
function theirStates(reset: Reset, ...[x, h0, ...weights]: tf.Tensor[]): tf.Tensor {
  let h = h0!;
  const states = tf
    .unstack(x!, 1)
    .map((input) => (h = theirStep(reset, input, h, ...(weights as tf.Tensor[]))));
  return tf.stack(states, 1);
}

function drawn(N: number, T: number, D: number, H: number) {
  const random = seededRandom(N + 10 * T);
  return {
    x: randomNormal(random, 1, N, T, D),
    h0: randomNormal(random, 0.5, N, H),
    Wx: randomNormal(random, 0.5, D, 3 * H),
    Wh: randomNormal(random, 0.5, H, 3 * H),
    b: randomNormal(random, 0.3, 3 * H),
    bh: randomNormal(random, 0.4, 3 * H),
  };
}

const SIZES = [
  [2, 5, 3, 4],
  [3, 2, 5, 4],
  [1, 7, 2, 6],
] as const;

describe('Lesson 17 beside TensorFlow.js', () => {
  for (const [N, T, D, H] of SIZES) {
    it(`agrees on states and gradients of ${N} sequences of ${T} steps`, () => {
      const { x, h0, Wx, Wh, b, bh } = drawn(N, T, D, H);
      const dh = randomNormal(seededRandom(N), 1, N, T, H);
      const theirs = [x, h0, Wx, Wh, b, bh].map(toTf);
      const states = (...args: tf.Tensor[]) => theirStates('after', ...args);
      const { h, cache } = gruForward(x, h0, Wx, Wh, b, bh);
      expect(h).to.almostEqual(fromTf(states(...theirs)), TOLERANCE);
      const gradients = tf.grads(states)(theirs, toTf(dh)).map(fromTf);
      const own = gruBackward(dh, cache);
      for (const [i, name] of (['dx', 'dh0', 'dWx', 'dWh', 'db', 'dbh'] as const).entries()) {
        expect(own[name]).to.almostEqual(gradients[i], TOLERANCE);
      }
    });

    it(`agrees on ${T} steps whose reset gate acts before the product, and differs from them`, () => {
      const { x, h0, Wx, Wh, b, bh } = drawn(N, T, D, H);
      const theirs = fromTf(theirStates('before', ...[x, h0, Wx, Wh, b, bh].map(toTf)));
      let h: Tensor = h0;
      for (let t = 0; t < T; t++) {
        h = gruResetBefore(x.pick(null, t, null), h, Wx, Wh, b, bh);
        expect(h).to.almostEqual(copy(theirs.pick(null, t, null)), TOLERANCE);
      }
      const { h: after } = gruForward(x, h0, Wx, Wh, b, bh);
      const last = copy(after.pick(null, T - 1, null));
      const gaps = [...add(last, negative(h)).data].map(Math.abs);
      expect(Math.max(...gaps)).to.be.above(0.01);
    });
  }

  it('agrees on a step from 0 without a bias of the state, where both units are one', () => {
    const { x, Wx, Wh, b } = drawn(3, 1, 2, 4);
    const step = [x.pick(null, 0, null), zeros(3, 4), Wx, Wh, b, zeros(12)] as const;
    const theirs = fromTf(theirStep('before', ...step.map(toTf)));
    expect(gruStepForward(...step).h).to.almostEqual(theirs, TOLERANCE);
    expect(gruResetBefore(...step)).to.almostEqual(theirs, TOLERANCE);
  });

  it('agrees on the mean squared error of a model, and on its gradients', () => {
    const { x, Wx, Wh, b, bh } = drawn(3, 5, 2, 4);
    const random = seededRandom(11);
    const [Wy, by] = [randomNormal(random, 0.8, 4, 1), randomNormal(random, 0.4, 1)];
    const targets = randomNormal(random, 1, 3, 1);
    const theirLoss = (...[wx, wh, c, ch, wy, cy]: tf.Tensor[]): tf.Scalar => {
      const states = theirStates('after', toTf(x), tf.zeros([3, 4]), wx!, wh!, c!, ch!);
      const last = tf.unstack(states, 1).at(-1) as tf.Tensor2D;
      const answer = tf.add(tf.matMul(last, wy as tf.Tensor2D), cy!);
      return tf.mean(tf.squaredDifference(answer, toTf(targets)));
    };
    const theirs = [Wx, Wh, b, bh, Wy, by].map(toTf);
    const { loss, gradients } = gruRegressionGradients(x, targets, { Wx, Wh, b, bh, Wy, by });
    expect(loss).to.almostEqual(theirLoss(...theirs).arraySync(), TOLERANCE);
    const expected = tf.grads(theirLoss)(theirs).map(fromTf);
    for (const [i, name] of (['Wx', 'Wh', 'b', 'bh', 'Wy', 'by'] as const).entries()) {
      expect(gradients[name]).to.almostEqual(expected[i], TOLERANCE);
    }
  });
});

function negative(x: Tensor): Tensor {
  const out = copy(x);
  out.data.forEach((value, i) => (out.data[i] = -value));
  return out;
}
