import { AssertionError } from 'chai';
import { array, copy, filled, map, zeros, zip, type Tensor } from '#arrays';
import { agrees } from '#checks/agreement';
import { randomNormal, turned } from '#checks/fixtures';
import { expect } from '#checks/gradient/assertion';
import { seededRandom } from '#datasets/random';
import type { Params } from '#lessons/06-training';
import {
  diagnoseCurves,
  dropoutBackward,
  dropoutForward,
  dropoutMask,
  earlyStopping,
  inputNoise,
  l1Gradient,
  l1Penalty,
  l2Gradient,
  l2Penalty,
  regularizedGradients,
  trainWithEarlyStopping,
  weightDecayStep,
  type Diagnosis,
  type ValidatedEpoch,
} from '#lessons/10-regularization';

// What is random is tested against what chance allows: every bound is 5.5 standard errors wide, which a right answer
// misses less than once in a million times, however it uses the generator. All else is worked out by hand.
const { sqrt } = Math;
const WIDTH = 5.5;

/** Two rows of three numbers, one of them 0. Their squares add up to 30.25, their magnitudes to 10.5. */
const W1 = array([
  [1, -2, 0.5],
  [3, 0, -4],
]);

/** Weights between what is none: 36.5 is the sum of their squares, 14 that of their magnitudes. */
function network(): Params {
  return {
    b1: array([5, -6, 9]),
    W1: copy(W1),
    gamma: array([[7, 8]]),
    W2: array([[-1.5], [2]]),
    shiftW: array([11]),
    b2: array([-10]),
  };
}

/** A large array that is 0 nowhere, of 30 samples with 20 numbers each. */
const LARGE = filled([30, 20], (n, m) => (n! % 7) - 3.5 + m! / 100);

/** Whether a count may be that of N independent events of this probability. */
function expectCount(count: number, N: number, probability: number, what: string): void {
  const bound = WIDTH * sqrt(N * probability * (1 - probability));
  const mean = N * probability;
  expect(count, `${what}, of ${N}`).to.be.within(mean - bound, mean + bound);
}

/** How many entries are 0. */
const zerosIn = (x: Tensor): number => copy(x).data.filter((value) => value === 0).length;

/** Refuses a mask that has anything else in it than 0 and 1 / (1 − p). */
function expectMask(mask: Tensor, p: number): void {
  const kept = 1 / (1 - p);
  for (const value of copy(mask).data) {
    if (value !== 0 && !(Math.abs(value - kept) <= 1e-12 * kept)) {
      throw new AssertionError(
        `${value} is in the mask, which must have nothing but 0 and 1 / (1 − ${p}) = ${kept}`,
      );
    }
  }
}

/**
 * Refuses a matrix whose entries go along with their neighbours.
 *
 * @param z independent draws with mean 0 and this variance. Then the products of neighbours have mean 0 and variance²,
 *   and any two of them are uncorrelated.
 */
function expectIndependent(z: Tensor, variance: number): void {
  const [N, M] = z.shape as [number, number];
  for (const [down, right, who] of [
    [1, 0, 'rows'],
    [0, 1, 'columns'],
    [1, 1, 'diagonals'],
    [2, 0, 'rows but one'],
  ] as const) {
    let sum = 0;
    for (let n = 0; n + down < N; n++) {
      for (let m = 0; m + right < M; m++) sum += z.get(n, m) * z.get(n + down, m + right);
    }
    const error = variance * sqrt((N - down) * (M - right));
    expect(sum / error, `how far neighbouring ${who} go along`).to.be.within(-WIDTH, WIDTH);
  }
}

/** What each entry of x was multiplied with: a mask, where x is 0 nowhere. */
const factors = (out: Tensor, x: Tensor): Tensor => zip(out, x, (value, given) => value / given);

/** Refuses what was drawn once more and is the same again. */
function expectOther(second: Tensor, first: Tensor): void {
  if (agrees(second, first)) {
    throw new AssertionError('other random numbers were drawn, and the same came back');
  }
}

/** A generator, and how often it was asked. */
function counted(seed: number): { random: () => number; draws: () => number } {
  const generator = seededRandom(seed);
  let draws = 0;
  const draw = (): number => {
    draws++;
    return generator();
  };
  return { random: Object.assign(draw, { clone: generator.clone }), draws: () => draws };
}

describe('10-regularization', () => {
  describe('10.1 l2Penalty', () => {
    it('is half of λ times the sum of the squares', () => {
      expect(l2Penalty({ W: array([[3, -5, -1.5]]) }, 0.1)).to.almostEqual(1.8125);
      expect(l2Penalty({ W1 }, 3)).to.almostEqual(45.375);
    });

    it('adds up over all weights, and leaves out what does not begin with W', () => {
      expect(l2Penalty(network(), 0.3)).to.almostEqual(5.475);
    });

    it('takes weights of any shape under any name that begins with W', () => {
      const kernels = filled([2, 1, 2, 3], (f, _, i, j) => 6 * f! + 3 * i! + j! - 5);
      // −5 … 6: 55 + 91. And 0.25 + 4 + 9.
      const params = { beta: zeros(2), Wx: kernels, W: array([0.5, -2, 3]) };
      expect(l2Penalty(params, 0.4)).to.almostEqual(0.2 * 159.25);
    });

    it('costs nothing where λ is 0, or there are no weights', () => {
      expect(l2Penalty(network(), 0)).to.almostEqual(0);
      expect(l2Penalty({ b1: array([3, 4]) }, 0.3)).to.almostEqual(0);
      expect(l2Penalty({ W1: zeros(0, 3) }, 0.3)).to.almostEqual(0);
      expect(l2Penalty({}, 0.3)).to.almostEqual(0);
    });

    it('reads views through their strides, and leaves them alone', () => {
      const params = { b1: array([7]), W1: array([1, 50, -3, 60, 0.5, 70]).step(2) };
      expect(() => l2Penalty(params, 0.7)).to.leaveUnchanged({ params });
      expect(l2Penalty(params, 0.7)).to.almostEqual(0.35 * 10.25);
    });
  });

  describe('10.2 l2Gradient', () => {
    it('is λ times the weight', () => {
      expect(l2Gradient(W1, 0.3)).to.almostEqual([
        [0.3, -0.6, 0.15],
        [0.9, 0, -1.2],
      ]);
      expect(l2Gradient(array([5, -0.25]), 4)).to.almostEqual([20, -1]);
    });

    it('is the slope of the penalty', () => {
      expect({
        name: 'the L2 penalty',
        inputs: { w: randomNormal(seededRandom(1), 2, 3, 4) },
        loss: (w: Tensor) => l2Penalty({ W1: w }, 0.7),
        gradient: (w: Tensor) => l2Gradient(w, 0.7),
        constants: { λ: 0.7 },
        axes: { w: ['input', 'unit'] },
      }).to.have.rightGradients();
    });

    it('has the shape of the weights, and is 0 where λ is', () => {
      const w = filled([2, 1, 3], (i, _, j) => 3 * i! - j! + 0.5);
      expect(l2Gradient(w, 2)).to.almostEqual([[[1, -1, -3]], [[7, 5, 3]]]);
      expect(l2Gradient(w, 0)).to.almostEqual(zeros(2, 1, 3));
      expect(l2Gradient(zeros(0, 2), 3)).to.almostEqual(zeros(0, 2));
    });

    it('reads a view through its strides, and leaves it alone', () => {
      const w = turned(W1);
      expect(() => l2Gradient(w, 2)).to.leaveUnchanged({ w });
      expect(l2Gradient(w, 2)).to.almostEqual([
        [2, -4, 1],
        [6, 0, -8],
      ]);
    });
  });

  describe('10.3 l1Penalty', () => {
    it('is λ times the sum of the magnitudes', () => {
      expect(l1Penalty({ W: array([[3, -5, -1.5]]) }, 0.1)).to.almostEqual(0.95);
      expect(l1Penalty({ W1 }, 3)).to.almostEqual(31.5);
    });

    it('adds up over all weights, and leaves out what does not begin with W', () => {
      expect(l1Penalty(network(), 0.3)).to.almostEqual(4.2);
    });

    it('takes weights of any shape under any name that begins with W', () => {
      const kernels = filled([2, 1, 2, 3], (f, _, i, j) => 6 * f! + 3 * i! + j! - 5);
      const params = { beta: zeros(2), Wx: kernels, W: array([0.5, -2, 3]) };
      expect(l1Penalty(params, 0.4)).to.almostEqual(0.4 * (15 + 21 + 5.5));
    });

    it('costs nothing where λ is 0, or there are no weights', () => {
      expect(l1Penalty(network(), 0)).to.almostEqual(0);
      expect(l1Penalty({ b1: array([3, 4]) }, 0.3)).to.almostEqual(0);
      expect(l1Penalty({ W1: zeros(0, 3) }, 0.3)).to.almostEqual(0);
      expect(l1Penalty({}, 0.3)).to.almostEqual(0);
    });

    it('reads views through their strides, and leaves them alone', () => {
      const params = { b1: array([7]), W1: array([1, 50, -3, 60, 0.5, 70]).step(2) };
      expect(() => l1Penalty(params, 0.7)).to.leaveUnchanged({ params });
      expect(l1Penalty(params, 0.7)).to.almostEqual(3.15);
    });
  });

  describe('10.4 l1Gradient', () => {
    it('is 0 at 0, where the penalty has a kink', () => {
      expect(l1Gradient(array([0, 2, -0, -0.1]), 0.3)).to.almostEqual([0, 0.3, 0, -0.3]);
    });

    it('is λ where a weight is positive and −λ where it is negative, however large it is', () => {
      expect(l1Gradient(array([0.5, -2, 1e-9, -1e6]), 0.3)).to.almostEqual([0.3, -0.3, 0.3, -0.3]);
      expect(l1Gradient(array([[-7, 3]]), 4)).to.almostEqual([[-4, 4]]);
    });

    it('is the slope of the penalty', () => {
      expect({
        name: 'the L1 penalty',
        inputs: { w: randomNormal(seededRandom(2), 2, 3, 4) },
        loss: (w: Tensor) => l1Penalty({ W1: w }, 0.7),
        gradient: (w: Tensor) => l1Gradient(w, 0.7),
        constants: { λ: 0.7 },
        axes: { w: ['input', 'unit'] },
      }).to.have.rightGradients();
    });

    it('has the shape of the weights, and is 0 where λ is', () => {
      const w = filled([2, 1, 3], (i, _, j) => 3 * i! - j! + 0.5);
      expect(l1Gradient(w, 2)).to.almostEqual([[[2, -2, -2]], [[2, 2, 2]]]);
      expect(l1Gradient(w, 0)).to.almostEqual(zeros(2, 1, 3));
      expect(l1Gradient(zeros(0, 2), 3)).to.almostEqual(zeros(0, 2));
    });

    it('reads a view through its strides, and leaves it alone', () => {
      const w = turned(W1);
      expect(() => l1Gradient(w, 2)).to.leaveUnchanged({ w });
      expect(l1Gradient(w, 2)).to.almostEqual([
        [2, -2, 2],
        [2, 0, -2],
      ]);
    });
  });

  describe('10.5 regularizedGradients', () => {
    /** Gradients for network(). */
    const slopes = (): Params => ({
      b1: array([0.5, 1, -2]),
      W1: array([
        [4, 0.5, -1],
        [-3, 6, 2],
      ]),
      gamma: array([[-5, 3]]),
      W2: array([[8], [-7]]),
      shiftW: array([0.25]),
      b2: array([12]),
    });

    /** Those of what is no weight. */
    const others = (): Params => {
      const { W1: _, W2: __, ...rest } = slopes();
      return rest;
    };

    it('adds λ · w for the L2 penalty to the gradients of weights alone', () => {
      expect(regularizedGradients(network(), slopes(), { l1: 0, l2: 0.4 })).to.almostEqual({
        ...others(),
        W1: array([
          [4.4, -0.3, -0.8],
          [-1.8, 6, 0.4],
        ]),
        W2: array([[7.4], [-6.2]]),
      });
    });

    it('adds λ times the sign of w for the L1 penalty', () => {
      expect(regularizedGradients(network(), slopes(), { l1: 0.25, l2: 0 })).to.almostEqual({
        ...others(),
        W1: array([
          [4.25, 0.25, -0.75],
          [-2.75, 6, 1.75],
        ]),
        W2: array([[7.75], [-6.75]]),
      });
    });

    it('adds both, each with its own λ', () => {
      expect(regularizedGradients(network(), slopes(), { l1: 0.3, l2: 2 })).to.almostEqual({
        ...others(),
        W1: array([
          [6.3, -3.8, 0.3],
          [3.3, 6, -6.3],
        ]),
        W2: array([[4.7], [-2.7]]),
      });
    });

    it('finds gradients by their names, in whatever order they stand', () => {
      const params = { W1: array([2]), b1: array([4]), W2: array([-6]) };
      const gradients = { W2: array([10]), b1: array([20]), W1: array([30]) };
      expect(regularizedGradients(params, gradients, { l1: 1, l2: 3 })).to.almostEqual({
        W1: array([37]),
        b1: array([20]),
        W2: array([-9]),
      });
    });

    it('leaves the gradients as they are without a penalty, in arrays of its own', () => {
      const gradients = slopes();
      const same = regularizedGradients(network(), gradients, { l1: 0, l2: 0 });
      for (const g of Object.values(gradients)) g.data.fill(99);
      expect(same).to.almostEqual(slopes());
      expect(regularizedGradients({}, {}, { l1: 1, l2: 2 })).to.almostEqual({});
    });

    it('reads views through their strides, and leaves its arguments as they were', () => {
      const params = { W1: turned(W1), b1: array([1, 50, 2]).step(2) };
      const gradients = { W1: turned(slopes().W1!), b1: array([3, 60, -4]).step(2) };
      const call = () => regularizedGradients(params, gradients, { l1: 0.25, l2: 0.5 });
      expect(call).to.leaveUnchanged({ params, gradients });
      expect(call()).to.almostEqual({
        W1: array([
          [4.75, -0.75, -0.5],
          [-1.25, 6, -0.25],
        ]),
        b1: array([3, -4]),
      });
    });

    it('refuses a parameter without a gradient, and one of another shape', () => {
      const options = { l1: 0.1, l2: 0.2 };
      for (const [params, gradients] of [
        [{ W1: zeros(2, 3), b1: zeros(3) }, { W1: zeros(2, 3) }],
        [{ W1: zeros(2, 3) }, { W1: zeros(3, 2) }],
        [{ b1: zeros(3) }, { b1: zeros(1) }],
      ] as [Params, Params][]) {
        expect(() => regularizedGradients(params, gradients, options)).to.throw(RangeError);
      }
    });
  });

  describe('10.6 weightDecayStep', () => {
    const start = (): Params => ({
      b1: array([8, -3]),
      W1: array([
        [4, -10],
        [0, 6],
        [20, -2],
      ]),
      gamma: array([[2]]),
    });
    const slopes = (): Params => ({
      b1: array([-5, 10]),
      W1: array([
        [3, 7],
        [-4, 0],
        [1, -6],
      ]),
      gamma: array([[30]]),
    });

    it('shrinks weights by the share η · λ, and goes against the gradient', () => {
      // 1 − 0.1 · 0.5 is kept of each.
      const options = { learningRate: 0.1, weightDecay: 0.5 };
      expect(weightDecayStep(start(), slopes(), options)).to.almostEqual({
        b1: array([8.5, -4]),
        W1: array([
          [3.5, -10.2],
          [0.4, 5.7],
          [18.9, -1.3],
        ]),
        gamma: array([[-1]]),
      });
    });

    it('shrinks weights step by step where the gradient is 0, and lets biases be', () => {
      let params = start();
      const still = { b1: zeros(2), W1: zeros(3, 2), gamma: zeros(1, 1) };
      for (let step = 0; step < 3; step++) {
        params = weightDecayStep(params, still, { learningRate: 0.25, weightDecay: 0.8 });
      }
      // 0.8³ = 0.512
      expect(params).to.almostEqual({
        b1: array([8, -3]),
        W1: array([
          [2.048, -5.12],
          [0, 3.072],
          [10.24, -1.024],
        ]),
        gamma: array([[2]]),
      });
    });

    it('is plain gradient descent where λ is 0', () => {
      const step = weightDecayStep(start(), slopes(), { learningRate: 0.2, weightDecay: 0 });
      expect(step).to.almostEqual({
        b1: array([9, -5]),
        W1: array([
          [3.4, -11.4],
          [0.8, 6],
          [19.8, -0.8],
        ]),
        gamma: array([[-4]]),
      });
    });

    it('finds gradients by their names, in whatever order they stand', () => {
      const [params, gradients] = [
        { Wx: array([10]), b: array([5]) },
        { b: array([3]), Wx: array([7]) },
      ];
      expect(
        weightDecayStep(params, gradients, { learningRate: 0.5, weightDecay: 0.4 }),
      ).to.almostEqual({ Wx: array([4.5]), b: array([3.5]) });
    });

    it('reads views through their strides, and leaves its arguments as they were', () => {
      const params = { ...start(), W1: turned(start().W1!), b1: array([-3, 8]).step(-1) };
      const gradients = { ...slopes(), W1: turned(slopes().W1!), b1: array([10, -5]).step(-1) };
      const call = () =>
        weightDecayStep(params, gradients, { learningRate: 0.1, weightDecay: 0.5 });
      expect(call).to.leaveUnchanged({ params, gradients });
      expect(call()).to.almostEqual({
        b1: array([8.5, -4]),
        W1: array([
          [3.5, -10.2],
          [0.4, 5.7],
          [18.9, -1.3],
        ]),
        gamma: array([[-1]]),
      });
    });

    it('returns arrays of its own, even where nothing moves', () => {
      const params = { W1: array([1, 2]), b1: array([3]) };
      const still = { W1: zeros(2), b1: zeros(1) };
      const same = weightDecayStep(params, still, { learningRate: 0.1, weightDecay: 0 });
      for (const w of Object.values(params)) w.data.fill(99);
      expect(same).to.almostEqual({ W1: array([1, 2]), b1: array([3]) });
    });

    it('refuses names that differ, and a gradient of another shape', () => {
      const options = { learningRate: 0.1, weightDecay: 0.2 };
      for (const [params, gradients] of [
        [{ W1: zeros(2, 3), b1: zeros(3) }, { W1: zeros(2, 3) }],
        [{ W1: zeros(2, 3) }, { W1: zeros(2, 3), b1: zeros(3) }],
        [{ W1: zeros(2, 3) }, { W1: zeros(3, 2) }],
        [{ b1: zeros(3) }, { b1: zeros(1) }],
      ] as [Params, Params][]) {
        expect(() => weightDecayStep(params, gradients, options)).to.throw(RangeError);
      }
    });
  });

  describe('10.7 dropoutMask', () => {
    it('has 0 for what is dropped and 1 / (1 − p) for what is kept, and nothing else', () => {
      for (const p of [0.25, 0.6, 0.9]) expectMask(dropoutMask([9, 11], p, seededRandom(1)), p);
    });

    it('gives equal generators the same mask, and one generator another one each time', () => {
      const random = seededRandom(6);
      const first = dropoutMask([7, 9], 0.5, random);
      expect(dropoutMask([7, 9], 0.5, seededRandom(6))).to.almostEqual(first);
      // Two masks of 63 agree once in 10¹⁹ times.
      expectOther(dropoutMask([7, 9], 0.5, random), first);
      expectOther(dropoutMask([7, 9], 0.5, seededRandom(7)), first);
    });

    it('drops the share p, and not 1 − p', () => {
      for (const [seed, p] of [0.2, 0.7, 0.97].entries()) {
        const mask = dropoutMask([30, 20], p, seededRandom(seed));
        expectMask(mask, p);
        expectCount(zerosIn(mask), 600, p, `zeros where p is ${p}`);
      }
    });

    it('does not always drop as many', () => {
      const random = seededRandom(5);
      const counts = Array.from({ length: 40 }, () => zerosIn(dropoutMask([4, 5], 0.4, random)));
      // Fewer than three different counts in 40 are less likely than 10⁻¹⁵.
      expect(new Set(counts).size).to.be.at.least(3);
    });

    it('drops every entry as often as any other', () => {
      const random = seededRandom(4);
      const counts = zeros(3, 4);
      for (let i = 0; i < 150; i++) {
        const mask = dropoutMask([3, 4], 0.4, random);
        expect(mask).to.have.arrayShape([3, 4]);
        map(mask, (value) => (value === 0 ? 1 : 0)).data.forEach((dropped, k) => {
          counts.data[k]! += dropped;
        });
      }
      for (const [k, count] of counts.data.entries()) {
        expectCount(count, 150, 0.4, `zeros at [${Math.floor(k / 4)}, ${k % 4}]`);
      }
    });

    it('drops every entry independently of those beside it', () => {
      for (const [seed, p] of [0.4, 0.65].entries()) {
        const mask = dropoutMask([30, 20], p, seededRandom(seed));
        const centred = map(mask, (value) => (value === 0 ? 1 - p : -p));
        expectIndependent(centred, p * (1 - p));
      }
    });

    it('keeps all where p is 0', () => {
      expect(dropoutMask([2, 3], 0, seededRandom(1))).to.almostEqual([
        [1, 1, 1],
        [1, 1, 1],
      ]);
    });

    it('has any shape, an empty one too, and leaves the list of sizes as it was', () => {
      for (const shape of [[5], [2, 3, 4], [0, 3], [1, 1]]) {
        expect(() => dropoutMask(shape, 0.3, seededRandom(1))).to.leaveUnchanged({ shape });
        expect(dropoutMask(shape, 0.3, seededRandom(1))).to.have.arrayShape(shape);
      }
    });

    it('refuses a p that is not in [0, 1): of nothing that is kept there is no mean', () => {
      for (const p of [1, 1.5, -0.1, NaN]) {
        expect(() => dropoutMask([2, 3], p, seededRandom(1))).to.throw(RangeError);
      }
    });
  });

  describe('10.8 dropoutForward', () => {
    const x = array([
      [1, -2, 3, 0.5, 7],
      [-4, 6, -0.25, 8, -9],
    ]);

    it('drops the share p while training and multiplies the rest with 1 / (1 − p); evaluated, x stays as it is', () => {
      for (const [seed, p] of [0.2, 0.75].entries()) {
        const trained = dropoutForward(LARGE, { p, training: true }, seededRandom(seed));
        const evaluated = dropoutForward(x, { p, training: false }, seededRandom(seed));
        expectMask(factors(trained.out, LARGE), p);
        expectCount(zerosIn(trained.out), 600, p, `zeros where p is ${p}`);
        expect(evaluated.out).to.almostEqual(x);
      }
    });

    it('gives equal generators the same, and one generator another mask each time', () => {
      const random = seededRandom(6);
      const options = { p: 0.5, training: true };
      const first = dropoutForward(LARGE, options, random).out;
      expect(dropoutForward(LARGE, options, seededRandom(6)).out).to.almostEqual(first);
      expectOther(dropoutForward(LARGE, options, random).out, first);
    });

    it('draws no random number in an evaluation', () => {
      const { random, draws } = counted(1);
      expect(dropoutForward(x, { p: 0.3, training: false }, random).out).to.almostEqual(x);
      expect(draws(), 'random numbers that were drawn').to.equal(0);
    });

    it('leaves x as it is in training too, where p is 0', () => {
      const { out } = dropoutForward(x, { p: 0, training: true }, seededRandom(1));
      expect(out).to.almostEqual(x);
    });

    it('drops in each sample independently of the others, and in each column of the others', () => {
      for (const [seed, p] of [0.4, 0.65].entries()) {
        const { out } = dropoutForward(LARGE, { p, training: true }, seededRandom(seed));
        const centred = map(out, (value) => (value === 0 ? 1 - p : -p));
        expectIndependent(centred, p * (1 - p));
      }
    });

    it('drops every entry as often as any other, so that in the mean x comes out', () => {
      const random = seededRandom(3);
      const p = 0.4;
      const sums = zeros(2, 5);
      const counts = new Set<number>();
      for (let i = 0; i < 150; i++) {
        const { out } = dropoutForward(x, { p, training: true }, random);
        copy(out).data.forEach((value, k) => (sums.data[k]! += value / 150));
        counts.add(zerosIn(out));
      }
      // Fewer than three different counts in 150 are less likely than 10⁻⁵⁰.
      expect(counts.size, 'different numbers of zeros').to.be.at.least(3);
      for (const [k, value] of x.data.entries()) {
        // An entry is x / 0.6 with probability 0.6, so its variance is x² · 0.4 / 0.6.
        const bound = WIDTH * Math.abs(value) * sqrt(p / (1 - p) / 150);
        const place = `the mean at [${Math.floor(k / 5)}, ${k % 5}]`;
        expect(sums.data[k], place).to.be.within(value - bound, value + bound);
      }
    });

    it('takes arrays of any shape, a batch of one and an empty one', () => {
      const options = { p: 0.3, training: true };
      for (const shape of [[1, 40], [40], [2, 5, 4], [0, 3]]) {
        const input = filled(shape, (...index) => 1 + index.reduce((sum, i) => 2 * sum + i, 0));
        const { out } = dropoutForward(input, options, seededRandom(2));
        expect(out).to.have.arrayShape(shape);
        expectMask(factors(out, input), 0.3);
      }
    });

    it('reads a view through its strides, and leaves it alone', () => {
      const view = turned(LARGE);
      const options = { p: 0.25, training: true };
      const call = () => dropoutForward(view, options, seededRandom(1));
      expect(call).to.leaveUnchanged({ view, options });
      expectMask(factors(call().out, LARGE), 0.25);
      const still = { p: 0.25, training: false };
      expect(dropoutForward(turned(x), still, seededRandom(2)).out).to.almostEqual(x);
    });

    it('returns an array of its own, in an evaluation too', () => {
      const input = array([[1, 2, 3]]);
      const { out } = dropoutForward(input, { p: 0.5, training: false }, seededRandom(1));
      input.data.fill(99);
      expect(out).to.almostEqual([[1, 2, 3]]);
    });

    it('refuses a p that is not in [0, 1)', () => {
      for (const p of [1, 1.5, -0.1, NaN]) {
        const call = () => dropoutForward(x, { p, training: true }, seededRandom(1));
        expect(call).to.throw(RangeError);
      }
    });
  });

  describe('10.9 dropoutBackward', () => {
    /** What comes back to LARGE, 0 nowhere. */
    const UPSTREAM = filled([30, 20], (n, m) => (m! % 5) - 2.25 + n! / 97);

    it('lets what was kept through, times 1 / (1 − p), and stops what was dropped', () => {
      for (const [seed, p] of [0.2, 0.75].entries()) {
        const { out, cache } = dropoutForward(LARGE, { p, training: true }, seededRandom(seed));
        const mask = factors(out, LARGE);
        expectMask(mask, p);
        const { dx } = dropoutBackward(UPSTREAM, cache);
        expect(dx).to.almostEqual(
          zip(UPSTREAM, mask, (d, factor) => (factor === 0 ? 0 : d / (1 - p))),
        );
      }
    });

    it('passes dout on as it is after an evaluation', () => {
      const dout = array([
        [4, -1, 0.5],
        [-7, 0, 3],
      ]);
      const { cache } = dropoutForward(zeros(2, 3), { p: 0.6, training: false }, seededRandom(1));
      expect(dropoutBackward(dout, cache)).to.almostEqual({ dx: dout });
    });

    it('passes dout on as it is where p is 0', () => {
      const dout = array([[4, -1, 0.5]]);
      const { cache } = dropoutForward(zeros(1, 3), { p: 0, training: true }, seededRandom(1));
      expect(dropoutBackward(dout, cache)).to.almostEqual({ dx: dout });
    });

    it('lets gradients through where x is 0 as well', () => {
      const { cache } = dropoutForward(zeros(30, 20), { p: 0.3, training: true }, seededRandom(8));
      const { dx } = dropoutBackward(
        map(UPSTREAM, () => 0.7),
        cache,
      );
      expectMask(
        map(dx, (value) => value / 0.7),
        0.3,
      );
      expectCount(zerosIn(dx), 600, 0.3, 'gradients that were stopped');
    });

    it('uses the mask of its own forward pass, whatever was dropped in between', () => {
      const options = { p: 0.5, training: true };
      const random = seededRandom(9);
      const { out, cache } = dropoutForward(LARGE, options, random);
      const mask = factors(out, LARGE);
      expectMask(mask, 0.5);
      dropoutForward(LARGE, options, random);
      const { dx } = dropoutBackward(UPSTREAM, cache);
      expect(dx).to.almostEqual(zip(UPSTREAM, mask, (d, factor) => (factor === 0 ? 0 : 2 * d)));
    });

    for (const [name, shape, p] of [
      ['eight samples of three', [8, 3], 0.4],
      ['a batch of one', [1, 6], 0.3],
      ['two images of 3×4', [2, 1, 3, 4], 0.75],
    ] as const) {
      it(`agrees with numerical slopes for ${name}, the mask being fixed by its seed`, () => {
        const axes =
          shape.length === 2 ? ['sample', 'feature'] : ['sample', 'channel', 'row', 'column'];
        expect({
          name: 'dropout',
          inputs: { x: randomNormal(seededRandom(3), 1, ...shape) },
          forward: (input: Tensor) => dropoutForward(input, { p, training: true }, seededRandom(7)),
          backward: dropoutBackward,
          constants: { p },
          axes: { x: axes, out: axes },
        }).to.have.rightGradients();
      });
    }

    it('reads views through their strides, and leaves dout and the cache as they were', () => {
      const options = { p: 0.25, training: true };
      const { out, cache } = dropoutForward(turned(LARGE), options, seededRandom(1));
      const mask = factors(out, LARGE);
      expectMask(mask, 0.25);
      const dout = turned(UPSTREAM);
      expect(() => dropoutBackward(dout, cache)).to.leaveUnchanged({ dout, cache });
      expect(dropoutBackward(dout, cache).dx).to.almostEqual(
        zip(UPSTREAM, mask, (d, factor) => (factor === 0 ? 0 : d / 0.75)),
      );
    });
  });

  describe('10.10 inputNoise', () => {
    /** The noise on x, in units of its standard deviation. */
    const noiseOn = (x: Tensor, deviation: number, random: () => number): Tensor =>
      zip(
        inputNoise(x, { deviation, training: true }, random),
        x,
        (out, given) => (out - given) / deviation,
      );

    const meanSquare = (z: ArrayLike<number>): number =>
      Array.from(z).reduce((sum, value) => sum + value * value, 0) / z.length;
    const meanOf = (z: ArrayLike<number>): number =>
      Array.from(z).reduce((sum, value) => sum + value, 0) / z.length;

    it('adds normal noise with mean 0 and this standard deviation while training; evaluated, x stays as it is', () => {
      for (const [seed, deviation] of [0.3, 4].entries()) {
        const { data } = noiseOn(LARGE, deviation, seededRandom(seed));
        const evaluated = inputNoise(W1, { deviation, training: false }, seededRandom(seed));
        // Of 600 standard normal numbers: the mean is 0 ± 0.041, the mean square 1 ± 0.058; the share within ½ of 0 is
        // 0.3829, that farther than 1.8 from it 0.0719.
        expect(meanOf(data), 'mean of the noise / σ').to.be.within(-0.23, 0.23);
        expect(meanSquare(data), 'mean square of the noise / σ').to.be.within(0.7, 1.35);
        expectCount(data.filter((z) => Math.abs(z) < 0.5).length, 600, 0.3829, 'within σ / 2');
        expectCount(data.filter((z) => Math.abs(z) > 1.8).length, 600, 0.0719, 'beyond 1.8σ');
        expect(evaluated).to.almostEqual(W1);
      }
    });

    it('gives equal generators the same noise, and one generator another one each time', () => {
      const options = { deviation: 0.5, training: true };
      const random = seededRandom(6);
      const first = inputNoise(W1, options, random);
      expect(inputNoise(W1, options, seededRandom(6))).to.almostEqual(first);
      expectOther(inputNoise(W1, options, random), first);
    });

    it('disturbs each sample independently of the others, and each column of the others', () => {
      expectIndependent(noiseOn(LARGE, 0.3, seededRandom(2)), 1);
    });

    it('disturbs every entry alike, be it 0 or large', () => {
      const x = array([
        [0, 1000, -3, 1],
        [-0.5, 0, 20, -400],
      ]);
      const random = seededRandom(3);
      const draws = Array.from({ length: 100 }, () => noiseOn(x, 0.3, random).data);
      for (const k of x.data.keys()) {
        const entry = draws.map((draw) => draw[k]!);
        const place = `at [${Math.floor(k / 4)}, ${k % 4}]`;
        // The mean of 100 is 0 ± 0.1, their mean square a χ² over 100: outside of these less than once in a million.
        expect(meanOf(entry), `mean of the noise / σ ${place}`).to.be.within(-0.56, 0.56);
        expect(meanSquare(entry), `mean square of the noise / σ ${place}`).to.be.within(0.38, 2.06);
      }
    });

    it('draws no random number in an evaluation', () => {
      const { random, draws } = counted(1);
      const options = { deviation: 0.5, training: false };
      expect(inputNoise(W1, options, random)).to.almostEqual(W1);
      expect(draws(), 'random numbers that were drawn').to.equal(0);
    });

    it('leaves x as it is where the deviation is 0', () => {
      const options = { deviation: 0, training: true };
      expect(inputNoise(W1, options, seededRandom(1))).to.almostEqual(W1);
    });

    it('takes arrays of any shape, a batch of one and an empty one', () => {
      const options = { deviation: 0.5, training: true };
      for (const shape of [[1, 4], [5], [2, 3, 4], [0, 3]]) {
        const noisy = inputNoise(zeros(...shape), options, seededRandom(2));
        expect(noisy).to.have.arrayShape(shape);
        expect(noisy).to.be.finiteArray();
      }
    });

    it('reads a view through its strides, and returns an array of its own', () => {
      const view = turned(LARGE);
      const options = { deviation: 0.3, training: true };
      const call = () => inputNoise(view, options, seededRandom(1));
      expect(call).to.leaveUnchanged({ view, options });
      const noise = zip(call(), LARGE, (out, given) => (out - given) / 0.3);
      expect(meanSquare(noise.data)).to.be.within(0.7, 1.35);
      const input = array([[1, 2, 3]]);
      const same = inputNoise(input, { deviation: 2, training: false }, seededRandom(1));
      input.data.fill(99);
      expect(same).to.almostEqual([[1, 2, 3]]);
    });
  });

  // It improves in epochs 1, 2, 4 and 9. Epoch 7 equals the lowest loss until then.
  const LOSSES = [5, 3, 4, 2, 2.5, 2.25, 2, 3, 1, 1.5, 1.25];

  describe('10.11 earlyStopping', () => {
    it('stops after so many epochs in a row without a new lowest loss, and names the best', () => {
      const points = [1, 2, 3, 4, 5].map((patience) => earlyStopping(LOSSES, patience));
      expect(points).to.almostEqual([
        { best: 2, stop: 3 },
        { best: 4, stop: 6 },
        { best: 4, stop: 7 },
        { best: 4, stop: 8 },
        { best: 9, stop: 11 },
      ]);
    });

    it('counts from the lowest loss on, and not how often the loss has risen', () => {
      expect(earlyStopping([4, 4.5, 3, 3.5, 3.25, 3.125, 3.0625, 1], 4)).to.almostEqual({
        best: 3,
        stop: 7,
      });
    });

    it('stops at the first epoch that is no better, with a patience of 1', () => {
      expect(earlyStopping([6, 5, 5.5, 3], 1)).to.almostEqual({ best: 2, stop: 3 });
      expect(earlyStopping([2, 7, 1], 1)).to.almostEqual({ best: 1, stop: 2 });
    });

    it('goes on where an improvement comes just in time', () => {
      expect(earlyStopping([9, 8, 10, 11, 7, 12, 13, 6, 14, 15, 16], 3)).to.almostEqual({
        best: 8,
        stop: 11,
      });
    });

    it('takes a loss that equals the lowest for no improvement', () => {
      expect(earlyStopping([3, 3, 3, 3, 3], 2)).to.almostEqual({ best: 1, stop: 3 });
      expect(earlyStopping([6, 5, 5, 6, 5, 4], 4)).to.almostEqual({ best: 6, stop: 6 });
    });

    it('takes the least improvement for one, and losses below 0', () => {
      expect(earlyStopping([1, 1 - 1e-12, 1, 1, 0], 2)).to.almostEqual({ best: 2, stop: 4 });
      expect(earlyStopping([-1, -3, -2, -2.5, -4], 2)).to.almostEqual({ best: 2, stop: 4 });
    });

    it('ends with the last epoch where patience lasts', () => {
      expect(earlyStopping([7, 5, 4, 2], 2)).to.almostEqual({ best: 4, stop: 4 });
      expect(earlyStopping([7, 5, 6, 6.5], 3)).to.almostEqual({ best: 2, stop: 4 });
      expect(earlyStopping([7, 5, 6], 10)).to.almostEqual({ best: 2, stop: 3 });
    });

    it('takes NaN for no improvement', () => {
      expect(earlyStopping([5, NaN, 4, NaN, NaN, 3], 2)).to.almostEqual({ best: 3, stop: 5 });
    });

    it('has nothing to stop without an epoch, and one epoch is the best', () => {
      expect(earlyStopping([], 2)).to.almostEqual({ best: 0, stop: 0 });
      expect(earlyStopping([6], 1)).to.almostEqual({ best: 1, stop: 1 });
    });

    it('leaves the losses as they were', () => {
      const losses = [...LOSSES];
      expect(() => earlyStopping(losses, 3)).to.leaveUnchanged({ losses });
    });

    it('refuses a patience that is not a whole number from 1', () => {
      for (const patience of [0, -1, 1.5, NaN]) {
        expect(() => earlyStopping(LOSSES, patience)).to.throw(RangeError);
      }
    });
  });

  describe('10.12 trainWithEarlyStopping', () => {
    const start = (): Params => ({ W1: array([[8, -4]]), b1: array([0]) });

    /** Epoch t halves the weights and adds t, and counts in the bias; its loss stands in a list. */
    const halving =
      (losses: number[]) =>
      ({ W1: W, b1 }: Params, t: number): ValidatedEpoch => ({
        params: { W1: map(W!, (w) => w / 2 + t), b1: map(b1!, (b) => b + 1) },
        validationLoss: losses[t - 1]!,
      });

    it('stops as early as its patience says, and goes back to the parameters of the best epoch', () => {
      const found = [1, 2, 3, 5].map((patience) =>
        trainWithEarlyStopping(halving(LOSSES), start(), { epochs: 11, patience }),
      );
      // The first weight becomes 5, 4.5, 5.25, 6.625, … and the second −1, 1.5, 3.75, 5.875, …; both come near 2t − 2.
      const second = { W1: array([[4.5, 1.5]]), b1: array([2]) };
      const fourth = { W1: array([[6.625, 5.875]]), b1: array([4]) };
      const ninth = { W1: array([[16 + 10 / 512, 16 - 2 / 512]]), b1: array([9]) };
      expect(found).to.almostEqual([
        { params: second, best: 2, losses: [5, 3, 4] },
        { params: fourth, best: 4, losses: [5, 3, 4, 2, 2.5, 2.25] },
        { params: fourth, best: 4, losses: [5, 3, 4, 2, 2.5, 2.25, 2] },
        { params: ninth, best: 9, losses: LOSSES },
      ]);
    });

    it('ends after all epochs where patience lasts, and goes back even then', () => {
      const options = { epochs: 3, patience: 5 };
      expect(trainWithEarlyStopping(halving(LOSSES), start(), options)).to.almostEqual({
        params: { W1: array([[4.5, 1.5]]), b1: array([2]) },
        best: 2,
        losses: [5, 3, 4],
      });
    });

    it('stops where the loss that comes from the parameters begins to rise', () => {
      // w goes from −3 in steps of 1, and its loss is (w − 1)²: lowest after the fourth.
      const climbing = ({ w }: Params): ValidatedEpoch => {
        const next = map(w!, (value) => value + 1);
        return { params: { w: next }, validationLoss: (next.get(0) - 1) ** 2 };
      };
      const options = { epochs: 50, patience: 2 };
      expect(trainWithEarlyStopping(climbing, { w: array([-3]) }, options)).to.almostEqual({
        params: { w: array([1]) },
        best: 4,
        losses: [9, 4, 1, 0, 1, 4],
      });
    });

    it('keeps the first of two equally good epochs', () => {
      const losses = [3, 2, 2.5, 2, 2.75, 4, 5];
      const found = trainWithEarlyStopping(halving(losses), start(), { epochs: 9, patience: 4 });
      expect(found).to.almostEqual({
        params: { W1: array([[4.5, 1.5]]), b1: array([2]) },
        best: 2,
        losses: losses.slice(0, 6),
      });
    });

    it('tells each epoch its number and where the one before has led', () => {
      const seen: [number, number, number][] = [];
      const watching = (params: Params, t: number): ValidatedEpoch => {
        seen.push([t, params['W1']!.get(0, 0), params['b1']!.get(0)]);
        return halving([4, 3, 3.5, 3.25])(params, t);
      };
      trainWithEarlyStopping(watching, start(), { epochs: 20, patience: 2 });
      expect(seen).to.deep.equal([
        [1, 8, 0],
        [2, 5, 1],
        [3, 4.5, 2],
        [4, 5.25, 3],
      ]);
    });

    it('holds copies of the best parameters, which an epoch that moves them in place cannot change', () => {
      const moving = (params: Params, t: number): ValidatedEpoch => {
        const { W1: W, b1 } = params;
        W!.set(0, 0, W!.get(0, 0) / 2 + t);
        W!.set(0, 1, W!.get(0, 1) / 2 + t);
        b1!.set(0, b1!.get(0) + 1);
        return { params, validationLoss: LOSSES[t - 1]! };
      };
      const params = start();
      const call = () => trainWithEarlyStopping(moving, params, { epochs: 20, patience: 2 });
      expect(call).to.leaveUnchanged({ params });
      expect(call()).to.almostEqual({
        params: { W1: array([[6.625, 5.875]]), b1: array([4]) },
        best: 4,
        losses: [5, 3, 4, 2, 2.5, 2.25],
      });
    });

    it('comes back to the start, in arrays of its own, without an epoch or a loss that is a number', () => {
      const params = start();
      const none = trainWithEarlyStopping(halving([]), params, { epochs: 0, patience: 2 });
      const broken = trainWithEarlyStopping(halving([NaN, NaN, NaN]), params, {
        epochs: 9,
        patience: 2,
      });
      for (const w of Object.values(params)) w.data.fill(99);
      expect(none).to.almostEqual({ params: start(), best: 0, losses: [] });
      expect(broken).to.almostEqual({ params: start(), best: 0, losses: [NaN, NaN] });
    });

    it('reads views through their strides', () => {
      const params = { W1: array([[8, 50, -4]]).step(1, 2), b1: array([0]) };
      const found = trainWithEarlyStopping(halving([2, 3, 4]), params, { epochs: 2, patience: 3 });
      expect(found.params).to.almostEqual({ W1: array([[5, -1]]), b1: array([1]) });
    });

    it('refuses a patience that is not a whole number from 1', () => {
      for (const patience of [0, -1, 1.5, NaN]) {
        const call = () =>
          trainWithEarlyStopping(halving(LOSSES), start(), { epochs: 2, patience });
        expect(call).to.throw(RangeError);
      }
    });
  });

  describe('10.13 diagnoseCurves', () => {
    const options = { target: 0.5, gap: 0.25, window: 2 };

    /** Training losses, validation losses, the window, and what is said of them; no two mistakes agree on all. */
    const CURVES: [number[], number[], number, Diagnosis][] = [
      [[2, 1, 0.8, 0.7], [2, 1.2, 0.9, 0.85], 2, 'underfitting'],
      [[2, 0.9, 0.3, 0.1], [2, 1, 0.6, 0.7], 2, 'overfitting'],
      [[2, 0.9, 0.4, 0.3], [2, 1, 0.5, 0.4], 2, 'fine'],
      [[0.9, 0.5, 0.45], [0.5, 0.1, 0.05], 2, 'fine'],
      [[2, 0.1, 0.6], [2, 0.1, 0.9], 2, 'fine'],
      [[0.25, 0.75], [0.5, 1], 2, 'fine'],
      [[2, 0.8, 0.7], [2, 1.5, 1.6], 2, 'underfitting'],
      [[0.1, 0.4, 0.7], [0.1, 0.5, 0.8], 2, 'underfitting'],
      [[0.1, 0.6, 0.8], [0.2, 0.7, 0.9], 2, 'underfitting'],
      [[1.2, 0.3, 0.1, 0.2], [1.3, 0.5, 0.2, 0.3], 2, 'fine'],
      [[0.6, 0.2], [0.9, 0.6], 5, 'overfitting'],
    ];

    it('tells underfitting, overfitting and what is fine by the last epochs', () => {
      const answers = CURVES.map(([training, validation, window]) =>
        diagnoseCurves(training, validation, { ...options, window }),
      );
      expect(answers).to.deep.equal(CURVES.map(([, , , answer]) => answer));
    });

    it('goes by the target and the gap that it is given', () => {
      const strict = { target: 40, gap: 8, window: 1 };
      expect(diagnoseCurves([90, 70], [95, 72], strict)).to.equal('underfitting');
      expect(diagnoseCurves([90, 30], [95, 42], strict)).to.equal('overfitting');
      expect(diagnoseCurves([90, 30], [95, 36], strict)).to.equal('fine');
    });

    it('says underfitting where both rules hold: first of all the training samples must be learned', () => {
      expect(diagnoseCurves([2, 0.8, 0.7], [2, 1.5, 1.6], options)).to.equal('underfitting');
    });

    it('goes by the means over the last epochs, and not by one of them', () => {
      // Training: 0.4 and 0.7, with mean 0.55. Validation: 0.4 and 0.7, 0.55 above 0.1 and 0.3 with mean 0.2.
      expect(diagnoseCurves([0.1, 0.4, 0.7], [0.1, 0.5, 0.8], options)).to.equal('underfitting');
      expect(diagnoseCurves([0.1, 0.7, 0.4], [0.1, 0.8, 0.5], options)).to.equal('underfitting');
      expect(diagnoseCurves([2, 0.1, 0.3], [2, 0.7, 0.4], options)).to.equal('overfitting');
      expect(diagnoseCurves([2, 0.3, 0.1], [2, 0.4, 0.7], options)).to.equal('overfitting');
      expect(diagnoseCurves([2, 0.6, 0.3], [2, 0.9, 0.3], options)).to.equal('fine');
      expect(diagnoseCurves([2, 0.1, 0.6], [2, 0.1, 0.9], options)).to.equal('fine');
    });

    it('looks at as many epochs as the window says', () => {
      const training = [0.2, 0.2, 0.2, 0.9, 0.3];
      const validation = [0.8, 0.8, 0.8, 0.9, 0.3];
      // The training loss has the means 0.3, 0.6, 1.4⁄3, 0.4 and 0.36; the gap 0, 0, 0.2, 0.3 and 0.36.
      const answers = [1, 2, 3, 4, 5].map((window) =>
        diagnoseCurves(training, validation, { target: 0.5, gap: 0.25, window }),
      );
      expect(answers).to.deep.equal(['fine', 'underfitting', 'fine', 'overfitting', 'overfitting']);
    });

    it('looks at all epochs where there are fewer', () => {
      const wide = { target: 0.5, gap: 0.25, window: 9 };
      expect(diagnoseCurves([0.9, 0.4], [0.9, 0.4], wide)).to.equal('underfitting');
      expect(diagnoseCurves([0.6, 0.2], [0.9, 0.6], wide)).to.equal('overfitting');
      expect(diagnoseCurves([0.4], [0.5], wide)).to.equal('fine');
    });

    it('lets a loss that equals the target pass, and a gap that equals the widest', () => {
      expect(diagnoseCurves([0.25, 0.75], [0.5, 1], options)).to.equal('fine');
      expect(diagnoseCurves([0.25, 0.75], [0.5, 1.0625], options)).to.equal('overfitting');
      expect(diagnoseCurves([0.25, 0.8125], [0.5, 1], options)).to.equal('underfitting');
    });

    it('finds nothing wrong with a validation loss below the training loss', () => {
      expect(diagnoseCurves([0.9, 0.5, 0.45], [0.5, 0.1, 0.05], options)).to.equal('fine');
    });

    it('asks how far apart they are, and not how many times as large one is', () => {
      expect(diagnoseCurves([0.02, 0.01], [0.12, 0.14], options)).to.equal('fine');
      expect(diagnoseCurves([30, 30], [33, 35], { target: 40, gap: 2, window: 2 })).to.equal(
        'overfitting',
      );
    });

    it('leaves the curves as they were', () => {
      const [training, validation] = [
        [2, 0.9, 0.4],
        [3, 1, 0.5],
      ];
      const call = () => diagnoseCurves(training, validation, options);
      expect(call).to.leaveUnchanged({ training, validation });
    });

    it('refuses curves of different lengths, none at all, and a window that is not a whole number from 1', () => {
      expect(() => diagnoseCurves([1, 2], [1], options)).to.throw(RangeError);
      expect(() => diagnoseCurves([1], [1, 2], options)).to.throw(RangeError);
      expect(() => diagnoseCurves([], [], options)).to.throw(RangeError);
      for (const window of [0, -1, 1.5, NaN]) {
        expect(() => diagnoseCurves([1], [2], { ...options, window })).to.throw(RangeError);
      }
    });
  });
});
