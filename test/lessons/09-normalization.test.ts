import { array, copy, filled, zeros, type Tensor } from '#arrays';
import { randomNormal, turned } from '#checks/fixtures';
import { expect } from '#checks/gradient/assertion';
import { seededRandom } from '#datasets/random';
import {
  batchNorm,
  batchNormBackward,
  batchNormEvaluate,
  batchNormForward,
  batchStatistics,
  imageBatchNormBackward,
  imageBatchNormForward,
  layerNormBackward,
  layerNormForward,
  standardize,
  updateRunning,
  type Statistics,
} from '#lessons/09-normalization';

// Every expected value is worked out by hand. ε is large, so that where it stands shows in every digit, and chosen so
// that the roots are short: 14 + 2 = 4², 62 + 2 = 8², 98 + 2 = 10² and, with a variance below ε, 0.56 + 2 = 1.6². No
// two sizes that could be taken for each other are alike, and no option is a common default.
const { sqrt } = Math;

const EPSILON = 2;

/** A mean near 10⁹ can be wrong by 10⁻⁷, depending on how it is added up. */
const FAR = { absolute: 1e-5 };

/** Three samples of four: the columns are (5, −4, −1) + 1, (4, 7, −11) − 2, (−13, 2, 11) + 3 and (0.2, −1, 0.8) + 0.5. */
const batch = () =>
  array([
    [6, 2, -10, 0.7],
    [-3, 5, 5, -0.5],
    [0, -13, 14, 1.3],
  ]);

/** The mean and the variance of each of its columns. */
const OF_BATCH = { mean: array([1, -2, 3, 0.5]), variance: array([14, 62, 98, 0.56]) };

const gamma = () => array([2, -4, 10, 8]);
const beta = () => array([1, 3, -2, 0.25]);

/** γ · x̂ + β, with x̂ = (5, −4, −1) / 4, (4, 7, −11) / 8, (−13, 2, 11) / 10 and (0.2, −1, 0.8) / 1.6 in the columns. */
const NORMALIZED = [
  [3.5, 1, -15, 1.25],
  [-1, -0.5, 0, -4.75],
  [0.5, 8.5, 9, 4.25],
];

/** What comes back to it. */
const dout = () =>
  array([
    [1, 2, 0.5, 4],
    [2, -1, 1, -2],
    [3, -4, -3, 7],
  ]);

/**
 * In the first column γ · dout is (2, 4, 6), of mean 4, and its mean product with x̂ is (2.5 − 4 − 1.5) / 3 = −1, so
 * that dx is (2 − 4 + 1.25, 4 − 4 − 1, 6 − 4 − 0.25) / 4. In the others the two means are 4 and −7.5, −5 and −12.5,
 * and 24 and 14.
 */
const GRADIENTS = {
  dx: array([
    [-0.1875, -1.03125, -0.625, 3.90625],
    [-0.25, 0.8203125, 1.75, -19.53125],
    [0.4375, 0.2109375, -1.125, 15.625],
  ]),
  dgamma: array([-1.5, 5.625, -3.75, 5.25]),
  dbeta: array([6, -3, -1.5, 9]),
};

/** Statistics from elsewhere: with ε the deviations are 3, 5, 4 and 1.5. */
const running = (): Statistics => ({
  mean: array([3, -3, -2, 0.1]),
  variance: array([7, 23, 14, 0.25]),
});

/** batch(), standardized with those. */
const BY_RUNNING = [
  [1, 1, -2, 0.4],
  [-2, 1.6, 1.75, -0.4],
  [-1, -2, 4, 0.8],
];

/** γ times that, plus β. */
const EVALUATED = [
  [3, -1, -22, 3.45],
  [-3, -3.4, 15.5, -2.95],
  [-1, 11, 38, 6.65],
];

describe('09-normalization', () => {
  describe('09.1 batchStatistics', () => {
    it('is the mean and the mean squared distance from it, column by column', () => {
      expect(batchStatistics(batch())).to.almostEqual(OF_BATCH);
    });

    it('takes more samples than columns, too', () => {
      // Four samples of two: (1, 0, −3, 2) has the distances 1, 0, −3, 2 from 0, and (9, 1, 5, 5) 4, −4, 0, 0 from 5.
      const x = array([
        [1, 9],
        [0, 1],
        [-3, 5],
        [2, 5],
      ]);
      expect(batchStatistics(x)).to.almostEqual({ mean: array([0, 5]), variance: array([3.5, 8]) });
    });

    it('has a variance of 0 for a single sample, and for a column that never changes', () => {
      expect(batchStatistics(array([[3, -7, 0.5]]))).to.almostEqual({
        mean: array([3, -7, 0.5]),
        variance: array([0, 0, 0]),
      });
      const still = array([
        [-4, 1],
        [-4, 3],
        [-4, 8],
      ]);
      expect(batchStatistics(still)).to.almostEqual({
        mean: array([-4, 4]),
        variance: array([0, 26 / 3]),
      });
    });

    it('finds a small spread around a large mean', () => {
      // The squares of these are near 10¹⁸, where the distance from one number to the next is 128.
      const x = array([[1e9 + 5], [1e9 - 4], [1e9 - 1]]);
      const expected = { mean: array([1e9]), variance: array([14]) };
      expect(batchStatistics(x)).to.almostEqual(expected, FAR);
    });

    it('reads a view through its strides, and leaves it alone', () => {
      const x = turned(batch());
      expect(() => batchStatistics(x)).to.leaveUnchanged({ x });
      expect(batchStatistics(x)).to.almostEqual(OF_BATCH);
    });

    it('has nothing to say of no columns', () => {
      expect(batchStatistics(zeros(3, 0))).to.almostEqual({ mean: zeros(0), variance: zeros(0) });
    });

    it('refuses a batch of no samples, and a sample without a batch axis', () => {
      expect(() => batchStatistics(zeros(0, 3))).to.throw(RangeError);
      expect(() => batchStatistics(zeros(3))).to.throw(RangeError);
      expect(() => batchStatistics(zeros(2, 3, 1))).to.throw(RangeError);
    });
  });

  describe('09.2 standardize', () => {
    it('takes the given mean off, and divides by the root of the given variance and ε', () => {
      expect(standardize(batch(), running(), EPSILON)).to.almostEqual(BY_RUNNING);
    });

    it('keeps ε under the root, however small the spread', () => {
      // √(2e-6 + 7e-6) = 3e-3
      const x = array([[5.002], [4.999]]);
      const narrow = { mean: array([5]), variance: array([2e-6]) };
      expect(standardize(x, narrow, 7e-6)).to.almostEqual([[2 / 3], [-1 / 3]], { absolute: 1e-9 });
    });

    it('divides by √ε where the variance is 0', () => {
      const still = { mean: array([7, 1]), variance: array([0, 0]) };
      const x = array([
        [7, 1.5],
        [7, 1],
        [7.25, 1],
      ]);
      expect(standardize(x, still, 0.25)).to.almostEqual([
        [0, 1],
        [0, 0],
        [0.5, 0],
      ]);
    });

    it('has no bounds: what lies a million deviations away stays there', () => {
      const known = { mean: array([-1, 4]), variance: array([7, 14]) };
      const x = array([[3e6 - 1, 4 - 2e6]]);
      expect(standardize(x, known, EPSILON)).to.almostEqual([[1e6, -5e5]]);
    });

    it('takes one sample, or none, since the statistics are given', () => {
      const one = array([[-3, 5, 5, -0.5]]);
      expect(standardize(one, running(), EPSILON)).to.almostEqual([[-2, 1.6, 1.75, -0.4]]);
      expect(standardize(zeros(0, 4), running(), EPSILON)).to.almostEqual(zeros(0, 4));
    });

    it('reads views through their strides, and leaves them alone', () => {
      const x = turned(batch());
      const statistics = {
        mean: array([0.1, -2, -3, 3]).step(-1),
        variance: array([7, 99, 23, 99, 14, 99, 0.25]).step(2),
      };
      expect(() => standardize(x, statistics, EPSILON)).to.leaveUnchanged({ x, statistics });
      expect(standardize(x, statistics, EPSILON)).to.almostEqual(BY_RUNNING);
    });

    it('refuses statistics of another length, and an x that is no matrix', () => {
      const { mean, variance } = running();
      for (const [x, statistics] of [
        [batch(), { mean: zeros(3), variance }],
        [batch(), { mean, variance: zeros(5) }],
        [batch(), { mean: zeros(1, 4), variance }],
        [zeros(4), { mean, variance }],
      ] as const) {
        expect(() => standardize(x, statistics, EPSILON)).to.throw(RangeError);
      }
    });
  });

  describe('09.3 batchNormForward', () => {
    it("is γ times the standardized columns plus β, by the batch's own statistics", () => {
      const { out } = batchNormForward(batch(), gamma(), beta(), EPSILON);
      expect(out).to.almostEqual(NORMALIZED);
    });

    it('takes more samples than columns, too', () => {
      // The deviations are √(3.5 + 0.5) = 2 and √(8 + 0.5).
      const x = array([
        [1, 9],
        [0, 1],
        [-3, 5],
        [2, 5],
      ]);
      const { out } = batchNormForward(x, array([4, -3]), array([0.5, 7]), 0.5);
      const twelve = 12 / sqrt(8.5);
      expect(out).to.almostEqual([
        [2.5, 7 - twelve],
        [0.5, 7 + twelve],
        [-5.5, 7],
        [4.5, 7],
      ]);
    });

    it('makes β of a column that never changes, and of a batch of one', () => {
      // The other column is (4, −2, −2) around 3, and √(8 + 1) = 3.
      const x = array([
        [5, 7],
        [5, 1],
        [5, 1],
      ]);
      expect(batchNormForward(x, array([2, 6]), array([0.5, -1]), 1).out).to.almostEqual([
        [0.5, 7],
        [0.5, -5],
        [0.5, -5],
      ]);
      const one = batchNormForward(array([[8, -9, 0.25]]), array([2, 3, 4]), array([5, -6, 7]), 1);
      expect(one.out).to.almostEqual([[5, -6, 7]]);
    });

    it('does not care how far from 0 a column lies', () => {
      const x = array([[1e9 + 5], [1e9 - 4], [1e9 - 1]]);
      const { out } = batchNormForward(x, array([4]), array([0.5]), EPSILON);
      expect(out).to.almostEqual([[5.5], [-3.5], [-0.5]], FAR);
    });

    it('has no bounds: one sample among a hundred can lie nearly ten deviations away', () => {
      // 99 zeros and a 100: the mean is 1, and the variance (99 + 99²) / 100 = 99.
      const x = filled([100, 1], (n) => (n === 60 ? 100 : 0));
      const { out } = batchNormForward(x, array([10]), array([3]), 1);
      expect(out).to.almostEqual(filled([100, 1], (n) => (n === 60 ? 102 : 2)));
    });

    it('reads views through their strides, and leaves them alone', () => {
      const [x, scale, shift] = [
        turned(batch()),
        array([8, 10, -4, 2]).step(-1),
        array([1, 9, 3, 9, -2, 9, 0.25]).step(2),
      ];
      const call = () => batchNormForward(x, scale, shift, EPSILON);
      expect(call).to.leaveUnchanged({ x, scale, shift });
      expect(call().out).to.almostEqual(NORMALIZED);
    });

    it('refuses a γ or a β of another length, no samples, and an x that is no matrix', () => {
      for (const [x, scale, shift] of [
        [batch(), zeros(3), beta()],
        [batch(), gamma(), zeros(5)],
        [batch(), zeros(1, 4), beta()],
        [zeros(0, 4), gamma(), beta()],
        [zeros(4), gamma(), beta()],
        [zeros(3, 4, 1), gamma(), beta()],
      ] as const) {
        expect(() => batchNormForward(x, scale, shift, EPSILON)).to.throw(RangeError);
      }
    });
  });

  describe('09.4 updateRunning', () => {
    it('keeps a share of what it was, and takes the rest from the batch', () => {
      // 0.75 · 8 + 0.25 · −4 = 5, 0.75 · −2 + 0.25 · 10 = 1; 0.75 · 4 + 0.25 · 20 = 8, 0.75 · 16 + 0.25 · 2 = 12.5
      const before = { mean: array([8, -2]), variance: array([4, 16]) };
      const now = { mean: array([-4, 10]), variance: array([20, 2]) };
      expect(updateRunning(before, now, 0.75)).to.almostEqual({
        mean: array([5, 1]),
        variance: array([8, 12.5]),
      });
    });

    it('takes the share that it is given, be it large or none at all', () => {
      const before = { mean: array([100, 0, -50]), variance: array([1, 4, 900]) };
      const now = { mean: array([200, -10, 50]), variance: array([3, 0, 100]) };
      expect(updateRunning(before, now, 0.99)).to.almostEqual({
        mean: array([101, -0.1, -49]),
        variance: array([1.02, 3.96, 892]),
      });
      expect(updateRunning(before, now, 0)).to.almostEqual(now);
    });

    it('comes near the statistics of a batch that comes again and again', () => {
      let now: Statistics = { mean: zeros(1), variance: array([1]) };
      const again = { mean: array([16]), variance: array([65]) };
      for (let step = 0; step < 3; step++) now = updateRunning(now, again, 0.5);
      // What is left of the beginning is an eighth.
      expect(now).to.almostEqual({ mean: array([14]), variance: array([57]) });
    });

    it('reads views through their strides, and leaves them alone', () => {
      const before = {
        mean: array([8, 99, -2]).step(2),
        variance: array([16, 4]).step(-1),
      };
      const now = { mean: array([10, -4]).step(-1), variance: array([20, 99, 2]).step(2) };
      expect(() => updateRunning(before, now, 0.75)).to.leaveUnchanged({ before, now });
      expect(updateRunning(before, now, 0.75)).to.almostEqual({
        mean: array([5, 1]),
        variance: array([8, 12.5]),
      });
    });

    it('refuses means or variances of different lengths', () => {
      const [two, three] = [zeros(2), zeros(3)];
      const pair = { mean: two, variance: two };
      expect(() => updateRunning(pair, { mean: three, variance: two }, 0.75)).to.throw(RangeError);
      expect(() => updateRunning(pair, { mean: two, variance: three }, 0.75)).to.throw(RangeError);
    });
  });

  describe('09.5 batchNormEvaluate', () => {
    it('is γ times the columns standardized by the running statistics, plus β', () => {
      const out = batchNormEvaluate(batch(), gamma(), beta(), running(), EPSILON);
      expect(out).to.almostEqual(EVALUATED);
    });

    it('gives a sample the same output alone, beside others and twice', () => {
      const [, second] = EVALUATED;
      const alone = array([[-3, 5, 5, -0.5]]);
      const twice = filled([2, 4], (_, d) => alone.get(0, d));
      for (const [x, expected] of [
        [alone, [second!]],
        [twice, [second!, second!]],
      ] as const) {
        const out = batchNormEvaluate(x, gamma(), beta(), running(), EPSILON);
        expect(out).to.almostEqual([...expected]);
      }
      const none = batchNormEvaluate(zeros(0, 4), gamma(), beta(), running(), EPSILON);
      expect(none).to.almostEqual(zeros(0, 4));
    });

    it('has no bounds: what lies a million deviations away stays there', () => {
      const x = array([[3e6 + 3, -3, 4e4 - 2, 0.1]]);
      const out = batchNormEvaluate(x, gamma(), beta(), running(), EPSILON);
      expect(out).to.almostEqual([[2e6 + 1, 3, 1e5 - 2, 0.25]]);
    });

    it('divides by √ε where nothing varied in training', () => {
      const still = { mean: array([6, 1]), variance: array([0, 5]) };
      const x = array([
        [6, 4],
        [6.5, 1],
        [6, -2],
      ]);
      const out = batchNormEvaluate(x, array([3, 2]), array([-1, 10]), still, 4);
      expect(out).to.almostEqual([
        [-1, 12],
        [-0.25, 10],
        [-1, 8],
      ]);
    });

    it('reads views through their strides, and leaves them alone', () => {
      const [x, scale, shift] = [turned(batch()), array([8, 10, -4, 2]).step(-1), beta()];
      const statistics = {
        mean: array([3, 9, -3, 9, -2, 9, 0.1]).step(2),
        variance: array([0.25, 14, 23, 7]).step(-1),
      };
      const call = () => batchNormEvaluate(x, scale, shift, statistics, EPSILON);
      expect(call).to.leaveUnchanged({ x, scale, shift, statistics });
      expect(call()).to.almostEqual(EVALUATED);
    });

    it('refuses a γ, a β or running statistics of another length, and an x that is no matrix', () => {
      const { mean, variance } = running();
      for (const [x, scale, shift, statistics] of [
        [batch(), zeros(3), beta(), running()],
        [batch(), gamma(), zeros(5), running()],
        [batch(), gamma(), beta(), { mean: zeros(3), variance }],
        [batch(), gamma(), beta(), { mean, variance: zeros(3) }],
        [zeros(4), gamma(), beta(), running()],
      ] as const) {
        expect(() => batchNormEvaluate(x, scale, shift, statistics, EPSILON)).to.throw(RangeError);
      }
    });
  });

  /** A gradient check of a normalization of N samples of D numbers. */
  const layer = (
    name: string,
    forward: typeof batchNormForward | typeof layerNormForward,
    backward: typeof batchNormBackward | typeof layerNormBackward,
    [N, D]: readonly [number, number],
  ) => {
    const random = seededRandom(10 * N + D);
    return {
      name,
      inputs: {
        x: randomNormal(random, 2, N, D),
        gamma: randomNormal(random, 1, D),
        beta: randomNormal(random, 1, D),
        epsilon: 0.3,
      },
      forward,
      backward,
      constants: { N, D },
      axes: {
        x: ['sample', 'feature'],
        gamma: ['feature'],
        beta: ['feature'],
        out: ['sample', 'feature'],
      },
    };
  };

  describe('09.6 batchNormBackward', () => {
    it('goes back through x̂, through the mean and through the variance', () => {
      const { cache } = batchNormForward(batch(), gamma(), beta(), EPSILON);
      expect(batchNormBackward(dout(), cache)).to.almostEqual(GRADIENTS);
    });

    for (const [title, shape] of [
      ['five samples of two numbers', [5, 2]],
      ['three samples of four numbers', [3, 4]],
    ] as const) {
      it(`agrees with numerical slopes for ${title}`, () => {
        expect(
          layer('batch norm', batchNormForward, batchNormBackward, shape),
        ).to.have.rightGradients();
      });
    }

    it('sends nothing back to a batch of one, whose output is β whatever it is', () => {
      const { cache } = batchNormForward(array([[8, -9, 0.25]]), array([2, 3, 4]), zeros(3), 1);
      expect(batchNormBackward(array([[5, -6, 7]]), cache)).to.almostEqual({
        dx: zeros(1, 3),
        dgamma: zeros(3),
        dbeta: array([5, -6, 7]),
      });
    });

    it('stays finite where a column never changes', () => {
      // γ · dout is (2, 4, 12), 6 in the mean, and √ε is ½.
      const { cache } = batchNormForward(array([[7], [7], [7]]), array([2]), array([5]), 0.25);
      expect(batchNormBackward(array([[1], [2], [6]]), cache)).to.almostEqual({
        dx: array([[-8], [-4], [12]]),
        dgamma: array([0]),
        dbeta: array([9]),
      });
    });

    it('reads views through their strides, and leaves dout and the cache as they were', () => {
      const { cache } = batchNormForward(turned(batch()), gamma(), beta(), EPSILON);
      const back = turned(dout());
      expect(() => batchNormBackward(back, cache)).to.leaveUnchanged({ back, cache });
      expect(batchNormBackward(back, cache)).to.almostEqual(GRADIENTS);
    });
  });

  describe('09.7 batchNorm', () => {
    const training = { training: true, momentum: 0.75, epsilon: EPSILON };
    const evaluation = { training: false, momentum: 0.75, epsilon: EPSILON };

    /** running(), with a quarter of the way gone to the statistics of batch(). */
    const UPDATED = {
      mean: array([2.5, -2.75, -0.75, 0.2]),
      variance: array([8.75, 32.75, 35, 0.3275]),
    };

    it('goes by the batch while training, and the running statistics take it up', () => {
      const { out, running: next } = batchNorm(batch(), gamma(), beta(), running(), training);
      expect(out).to.almostEqual(NORMALIZED);
      expect(next).to.almostEqual(UPDATED);
    });

    it('goes by the running statistics in evaluation, and leaves them as they are', () => {
      const state = running();
      const { out, running: next } = batchNorm(batch(), gamma(), beta(), state, evaluation);
      state.mean.set(0, 99);
      state.variance.set(0, 99);
      expect(out).to.almostEqual(EVALUATED);
      expect(next).to.almostEqual(running());
    });

    it('keeps a cache for batchNormBackward while training', () => {
      const { cache } = batchNorm(batch(), gamma(), beta(), running(), training);
      expect(batchNormBackward(dout(), cache!)).to.almostEqual(GRADIENTS);
    });

    it('learns its running statistics from batches of any size, and then uses them', () => {
      let state: Statistics = { mean: zeros(2), variance: array([1, 1]) };
      const [scale, shift] = [array([3, -2]), array([0.5, 4])];
      for (const x of [
        // The means are 3 and −1, and the variances 4 and 1.
        array([
          [1, -2],
          [5, 0],
        ]),
        // The means are 4 and 2, and the variances 2 and 14.
        array([
          [6, 7],
          [3, -2],
          [3, 1],
        ]),
      ]) {
        state = batchNorm(x, scale, shift, state, training).running;
      }
      // From 0: 0.75, then 1.5625; and −0.25, then 0.3125. From 1: 1.75, then 1.8125; and 1, then 4.25.
      expect(state).to.almostEqual({
        mean: array([1.5625, 0.3125]),
        variance: array([1.8125, 4.25]),
      });
      const { out } = batchNorm(array([[2, -3]]), scale, shift, state, evaluation);
      expect(out).to.almostEqual([
        [0.5 + (3 * 0.4375) / sqrt(3.8125), 4 + (2 * 3.3125) / sqrt(6.25)],
      ]);
    });

    it('makes β of a batch of one while training, and remembers it', () => {
      const x = array([[8, -9, 0.5]]);
      const state = { mean: array([4, 1, 2]), variance: array([6, 2, 12]) };
      const step = batchNorm(x, array([2, 3, 4]), array([5, -6, 7]), state, {
        training: true,
        momentum: 0.5,
        epsilon: 1,
      });
      expect({ out: step.out, running: step.running }).to.almostEqual({
        out: array([[5, -6, 7]]),
        running: { mean: array([6, -4, 1.25]), variance: array([3, 1, 6]) },
      });
    });

    it('reads views through their strides, and leaves them alone in both modes', () => {
      const [x, scale, shift] = [turned(batch()), array([8, 10, -4, 2]).step(-1), beta()];
      const state = {
        mean: array([3, 9, -3, 9, -2, 9, 0.1]).step(2),
        variance: array([0.25, 14, 23, 7]).step(-1),
      };
      for (const [options, expected] of [
        [training, { out: array(NORMALIZED), running: UPDATED }],
        [evaluation, { out: array(EVALUATED), running: running() }],
      ] as const) {
        const call = () => batchNorm(x, scale, shift, state, options);
        expect(call).to.leaveUnchanged({ x, scale, shift, state });
        const { out, running: next } = call();
        expect({ out, running: next }).to.almostEqual(expected);
      }
    });

    it('refuses what does not fit, in both modes, and no samples while training', () => {
      const { mean, variance } = running();
      for (const options of [training, evaluation]) {
        for (const [scale, shift, state] of [
          [zeros(3), beta(), running()],
          [gamma(), zeros(5), running()],
          [gamma(), beta(), { mean: zeros(3), variance }],
          [gamma(), beta(), { mean, variance: zeros(3) }],
        ] as const) {
          expect(() => batchNorm(batch(), scale, shift, state, options)).to.throw(RangeError);
        }
      }
      const none = () => batchNorm(zeros(0, 4), gamma(), beta(), running(), training);
      expect(none).to.throw(RangeError);
      const { out } = batchNorm(zeros(0, 4), gamma(), beta(), running(), evaluation);
      expect(out).to.almostEqual(zeros(0, 4));
    });
  });

  /** Two samples of three numbers: the rows are (5, −4, −1) + 1 and (0.2, −1, 0.8) − 2. */
  const rows = () =>
    array([
      [6, -3, 0],
      [-1.8, -3, -1.2],
    ]);
  const rowGamma = () => array([2, -4, 8]);
  const rowBeta = () => array([1, 3, -2]);

  /** γ · x̂ + β, with x̂ = (5, −4, −1) / 4 and (0.2, −1, 0.8) / 1.6. */
  const LAYER_NORMALIZED = [
    [3.5, 7, -4],
    [1.25, 5.5, 2],
  ];

  const rowDout = () =>
    array([
      [-2, 0.5, -0.75],
      [0.5, 2, 0.125],
    ]);

  /**
   * γ · dout is (−4, −2, −6) in the first row, −4 in the mean, and −0.5 in the mean when multiplied with x̂: dx is
   * (0.625, 2 − 0.5, −2 − 0.125) / 4. In the second row it is (1, −8, 1), and the means are −2 and 1.875.
   */
  const LAYER_GRADIENTS = {
    dx: array([
      [0.15625, 0.375, -0.53125],
      [1.728515625, -3.017578125, 1.2890625],
    ]),
    dgamma: array([-2.4375, -1.75, 0.25]),
    dbeta: array([-1.5, 2.5, -0.625]),
  };

  describe('09.8 layerNormForward', () => {
    it('is γ times the standardized rows plus β, with a γ and a β for each column', () => {
      const { out } = layerNormForward(rows(), rowGamma(), rowBeta(), EPSILON);
      expect(out).to.almostEqual(LAYER_NORMALIZED);
    });

    it('takes more samples than columns, too', () => {
      // (1, −2, 1), (4, −2, −2) and twice (9, −9, 0) around 0, −2, 5 and 6: the variances are 2, 8, 54 and 54.
      const x = array([
        [1, -2, 1],
        [2, -4, -4],
        [14, -4, 5],
        [6, -3, 15],
      ]);
      const { out } = layerNormForward(x, array([3, 6, -12]), array([0.5, -1, 4]), 10);
      const [first, second] = [sqrt(12), sqrt(18)];
      expect(out).to.almostEqual([
        [0.5 + 3 / first, -1 - 12 / first, 4 - 12 / first],
        [0.5 + 12 / second, -1 - 12 / second, 4 + 24 / second],
        [0.5 + 27 / 8, -1 - 54 / 8, 4],
        [0.5, -1 - 54 / 8, 4 - 108 / 8],
      ]);
    });

    it('gives a sample the same output alone and beside others', () => {
      const alone = layerNormForward(array([[-1.8, -3, -1.2]]), rowGamma(), rowBeta(), EPSILON);
      expect(alone.out).to.almostEqual([[1.25, 5.5, 2]]);
      const none = layerNormForward(zeros(0, 3), rowGamma(), rowBeta(), EPSILON);
      expect(none.out).to.almostEqual(zeros(0, 3));
    });

    it('makes β of a row whose numbers are all alike, and of rows of one number', () => {
      const x = array([
        [7, 7, 7],
        [6, -3, 0],
      ]);
      expect(layerNormForward(x, rowGamma(), rowBeta(), EPSILON).out).to.almostEqual([
        [1, 3, -2],
        [3.5, 7, -4],
      ]);
      const narrow = layerNormForward(array([[5], [-8]]), array([3]), array([0.5]), 1);
      expect(narrow.out).to.almostEqual([[0.5], [0.5]]);
    });

    it('does not care how far from 0 a row lies', () => {
      const x = array([[1e9 + 5, 1e9 - 4, 1e9 - 1]]);
      const { out } = layerNormForward(x, rowGamma(), rowBeta(), EPSILON);
      expect(out).to.almostEqual([[3.5, 7, -4]], FAR);
    });

    it('has no bounds: one number among a hundred can lie nearly ten deviations away', () => {
      // The mean is 1, and the variance (99 + 99²) / 100 = 99.
      const x = filled([1, 100], (_, d) => (d === 60 ? 100 : 0));
      const [tens, threes] = [filled([100], () => 10), filled([100], () => 3)];
      const { out } = layerNormForward(x, tens, threes, 1);
      expect(out).to.almostEqual(filled([1, 100], (_, d) => (d === 60 ? 102 : 2)));
    });

    it('reads views through their strides, and leaves them alone', () => {
      const [x, scale, shift] = [
        turned(rows()),
        array([8, -4, 2]).step(-1),
        array([1, 9, 3, 9, -2]).step(2),
      ];
      const call = () => layerNormForward(x, scale, shift, EPSILON);
      expect(call).to.leaveUnchanged({ x, scale, shift });
      expect(call().out).to.almostEqual(LAYER_NORMALIZED);
    });

    it('refuses a γ or a β of another length, and an x that is no matrix', () => {
      for (const [x, scale, shift] of [
        [rows(), zeros(2), rowBeta()],
        [rows(), rowGamma(), zeros(2)],
        [rows(), zeros(1, 3), rowBeta()],
        [zeros(3), rowGamma(), rowBeta()],
        [zeros(2, 3, 1), rowGamma(), rowBeta()],
      ] as const) {
        expect(() => layerNormForward(x, scale, shift, EPSILON)).to.throw(RangeError);
      }
    });
  });

  describe('09.9 layerNormBackward', () => {
    it("goes back through each row's mean and variance, and sums dγ and dβ over the samples", () => {
      const { cache } = layerNormForward(rows(), rowGamma(), rowBeta(), EPSILON);
      expect(layerNormBackward(rowDout(), cache)).to.almostEqual(LAYER_GRADIENTS);
    });

    for (const [title, shape] of [
      ['four samples of three numbers', [4, 3]],
      ['a batch of one', [1, 4]],
    ] as const) {
      it(`agrees with numerical slopes for ${title}`, () => {
        expect(
          layer('layer norm', layerNormForward, layerNormBackward, shape),
        ).to.have.rightGradients();
      });
    }

    it('stays finite where the numbers of a row are all alike', () => {
      // γ · dout is (2, 3, −20), −5 in the mean, and √ε is ½.
      const { cache } = layerNormForward(array([[7, 7, 7]]), array([2, 3, 4]), zeros(3), 0.25);
      expect(layerNormBackward(array([[1, 1, -5]]), cache)).to.almostEqual({
        dx: array([[14, 16, -30]]),
        dgamma: zeros(3),
        dbeta: array([1, 1, -5]),
      });
    });

    it('sums nothing where there are no samples', () => {
      const { cache } = layerNormForward(zeros(0, 3), rowGamma(), rowBeta(), EPSILON);
      expect(layerNormBackward(zeros(0, 3), cache)).to.almostEqual({
        dx: zeros(0, 3),
        dgamma: zeros(3),
        dbeta: zeros(3),
      });
    });

    it('reads views through their strides, and leaves dout and the cache as they were', () => {
      const { cache } = layerNormForward(turned(rows()), rowGamma(), rowBeta(), EPSILON);
      const back = turned(rowDout());
      expect(() => layerNormBackward(back, cache)).to.leaveUnchanged({ back, cache });
      expect(layerNormBackward(back, cache)).to.almostEqual(LAYER_GRADIENTS);
    });
  });

  /**
   * Images with the pixels of each channel, image by image and row by row.
   *
   * @param shape (N, C, H, W)
   * @param channels C lists of N · H · W numbers
   */
  function images(
    shape: readonly [number, number, number, number],
    channels: readonly (readonly number[])[],
  ): Tensor {
    const [, , H, W] = shape;
    return filled(shape, (n, c, h, w) => channels[c!]![(n! * H + h!) * W + w!]!);
  }

  /** The pixels of two channels, less their means of 1 and −2: the variances are 14 and 0.56, so 4 and 1.6 divide. */
  const PIXELS = [
    [5, -4, -1, 1, 4, -5],
    [0.2, -1, 0.8, 1, -0.8, -0.2],
  ] as const;
  const pixels = (): number[][] => [
    PIXELS[0].map((value) => value + 1),
    PIXELS[1].map((value) => value - 2),
  ];

  /** Three images of two channels, two rows and one column. */
  const strips = () => images([3, 2, 2, 1], pixels());
  const STRIPS = images(
    [3, 2, 2, 1],
    [PIXELS[0].map((value) => 0.5 * value + 3), PIXELS[1].map((value) => -2.5 * value + 0.25)],
  );

  /** The same memory in the other order of axes. */
  const inside = (x: Tensor): Tensor => copy(x.transpose(3, 2, 1, 0)).transpose(3, 2, 1, 0);

  describe('09.10 imageBatchNormForward', () => {
    it('standardizes each channel by all of its pixels in all images', () => {
      const { out } = imageBatchNormForward(strips(), array([2, -4]), array([3, 0.25]), EPSILON);
      expect(out).to.almostEqual(STRIPS);
    });

    it('knows channels, rows and columns apart, in a single image', () => {
      // Four channels of two rows and three columns; the deviations are 4, 1.6, 10 and 2.
      const shape = [1, 4, 2, 3] as const;
      const [first, second] = pixels();
      const third = [-13, 2, 11, 13, -2, -11];
      const fourth = [1, -2, 1, -1, 2, -1];
      const x = images(shape, [first!, second!, third.map((value) => value + 50), fourth]);
      const { out } = imageBatchNormForward(
        x,
        array([2, -4, 10, 6]),
        array([3, 0.25, -1, 7]),
        EPSILON,
      );
      expect(out).to.almostEqual(
        images(shape, [
          [5.5, 1, 2.5, 3.5, 5, 0.5],
          [-0.25, 2.75, -1.75, -2.25, 2.25, 0.75],
          [-14, 1, 10, 12, -3, -12],
          [10, 1, 10, 4, 13, 4],
        ]),
      );
    });

    it('is batch norm where each image is one pixel', () => {
      const x = copy(batch());
      const { out } = imageBatchNormForward(
        images(
          [3, 4, 1, 1],
          [0, 1, 2, 3].map((c) => [...copy(x.pick(null, c)).data]),
        ),
        gamma(),
        beta(),
        EPSILON,
      );
      expect(out).to.almostEqual(filled([3, 4, 1, 1], (n, c) => NORMALIZED[n!]![c!]!));
    });

    it('makes β of a channel of a single colour', () => {
      const x = images([2, 2, 1, 3], [[9, 9, 9, 9, 9, 9], PIXELS[0].map((value) => value - 30)]);
      const { out } = imageBatchNormForward(x, array([5, 8]), array([-2, 1]), EPSILON);
      expect(out).to.almostEqual(
        images([2, 2, 1, 3], [[-2, -2, -2, -2, -2, -2], PIXELS[0].map((value) => 2 * value + 1)]),
      );
    });

    it('reads views through their strides, and leaves them alone', () => {
      const [x, scale, shift] = [
        inside(strips()),
        array([-4, 2]).step(-1),
        array([3, 9, 0.25]).step(2),
      ];
      const call = () => imageBatchNormForward(x, scale, shift, EPSILON);
      expect(call).to.leaveUnchanged({ x, scale, shift });
      expect(call().out).to.almostEqual(STRIPS);
    });

    it('refuses a γ or a β of another length, images without pixels, and too few axes', () => {
      for (const [x, scale, shift] of [
        [strips(), zeros(3), zeros(2)],
        [strips(), zeros(2), zeros(3)],
        [strips(), zeros(1, 2), zeros(2)],
        [zeros(0, 2, 2, 1), zeros(2), zeros(2)],
        [zeros(3, 2, 0, 1), zeros(2), zeros(2)],
        [zeros(3, 2, 2), zeros(2), zeros(2)],
        [zeros(3, 2), zeros(2), zeros(2)],
      ] as const) {
        expect(() => imageBatchNormForward(x, scale, shift, EPSILON)).to.throw(RangeError);
      }
    });
  });

  describe('09.11 imageBatchNormBackward', () => {
    const back = () =>
      images(
        [3, 2, 2, 1],
        [
          [1, 2, 3, -1, 0, 4],
          [2, -1, 0.5, 3, -2, 0.5],
        ],
      );

    /** The means are 3 and −2.25 in the first channel, and −2 and −2.625 in the second. */
    const IMAGE_GRADIENTS = {
      dx: images(
        [3, 2, 2, 1],
        [
          [1.8125, -1.25, 2.4375, -4.4375, -0.75, 2.1875].map((value) => value / 4),
          [-5.671875, 4.359375, 1.3125, -8.359375, 8.6875, -0.328125].map((value) => value / 1.6),
        ],
      ),
      dgamma: array([-6.75, 3.9375]),
      dbeta: array([9, 3]),
    };

    it('goes back through the mean and the variance of each channel, and sums over its pixels', () => {
      const { cache } = imageBatchNormForward(strips(), array([2, -4]), array([3, 7]), EPSILON);
      expect(imageBatchNormBackward(back(), cache)).to.almostEqual(IMAGE_GRADIENTS);
    });

    for (const [title, [N, C, H, W]] of [
      ['three images of two channels, one row and four columns', [3, 2, 1, 4]],
      ['a single image', [1, 2, 3, 2]],
    ] as const) {
      it(`agrees with numerical slopes for ${title}`, () => {
        const random = seededRandom(N);
        expect({
          name: 'batch norm of images',
          inputs: {
            x: randomNormal(random, 2, N, C, H, W),
            gamma: randomNormal(random, 1, C),
            beta: randomNormal(random, 1, C),
            epsilon: 0.3,
          },
          forward: imageBatchNormForward,
          backward: imageBatchNormBackward,
          constants: { N, 'the number of pixels': H * W },
          axes: {
            x: ['image', 'channel', 'row', 'column'],
            gamma: ['channel'],
            beta: ['channel'],
            out: ['image', 'channel', 'row', 'column'],
          },
        }).to.have.rightGradients();
      });
    }

    it('reads views through their strides, and leaves dout and the cache as they were', () => {
      const x = inside(strips());
      const { cache } = imageBatchNormForward(x, array([2, -4]), array([3, 7]), EPSILON);
      const given = inside(back());
      expect(() => imageBatchNormBackward(given, cache)).to.leaveUnchanged({ given, cache });
      expect(imageBatchNormBackward(given, cache)).to.almostEqual(IMAGE_GRADIENTS);
    });
  });
});
