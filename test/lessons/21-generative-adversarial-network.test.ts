import { array, filled, map, zeros, type Tensor } from '#arrays';
import { randomNormal, turned } from '#checks/fixtures';
import { expect } from '#checks/gradient/assertion';
import { secretRandom } from '#checks/secret';
import { normal, seededRandom } from '#datasets/random';
import type { TwoLayerParams } from '#lessons/05-backprop';
import { adamStart, type AdamState } from '#lessons/07-optimizers';
import {
  bestDiscriminator,
  discriminatorGradients,
  discriminatorLoss,
  gameValue,
  generatorGradients,
  jensenShannon,
  minimaxLoss,
  modesHit,
  networkBackward,
  networkForward,
  nonSaturatingLoss,
  ringSamples,
  trainingStep,
  type GanNoise,
  type GanOptions,
  type GanParams,
  type GanState,
  type Ring,
} from '#lessons/21-generative-adversarial-network';

// Logits are multiples of ln 3, whose sigmoids are ½, ¾, 9⁄10 and 27⁄28, and ¼, 1⁄10 and 1⁄28 below 0.
const LN3 = Math.log(3);
const { exp, log, sqrt } = Math;

const timesLn3 = (x: Tensor): Tensor => map(x, (value) => value * LN3);

/** The same list as a view that only its strides can read. */
const spaced = (list: Tensor): Tensor =>
  turned(filled([2, list.size], (row, i) => (row === 0 ? list.get(i!) : 99))).pick(0, null);

/** The same parameters as views that only their strides can read. */
const asViews = ({ W1, b1, W2, b2 }: TwoLayerParams): TwoLayerParams => ({
  W1: turned(W1),
  b1: spaced(b1),
  W2: turned(W2),
  b2: spaced(b2),
});

/** Parameters of a network, drawn. */
function drawn(seed: number, [D, H, M]: readonly [number, number, number]): TwoLayerParams {
  const random = seededRandom(seed);
  return {
    W1: randomNormal(random, 0.8, D, H),
    b1: randomNormal(random, 0.5, H),
    W2: randomNormal(random, 0.8, H, M),
    b2: randomNormal(random, 0.5, M),
  };
}

/** Three samples of two numbers, three hidden units, two outputs. */
const layers = () => ({
  x: array([
    [1, 2],
    [-1, 3],
    [2, -2],
  ]),
  params: {
    // The hidden units are (3, 2, −10), (−1, 7, −15) and (5, −4, 3) before the leaky ReLU.
    W1: array([
      [2, -2, 1],
      [0, 1, -3],
    ]),
    b1: array([1, 2, -5]),
    W2: array([
      [1, -1],
      [2, 0.5],
      [-1, 3],
    ]),
    b2: array([0.5, -2]),
  },
  dout: array([
    [1, -2],
    [0.5, 1],
    [-1, 3],
  ]),
});

const LAYERS_OUT = [
  [9.5, -10],
  [17.3, -7.3],
  [0.9, 1.6],
];

/** What comes back to the hidden units is (3, 1, −7), (−½, 3⁄2, 5⁄2) and (−4, −½, 10). */
const LAYERS_BACK = {
  dx: array([
    [2.6, 5.2],
    [-2.7, 0],
    [2.2, -30.1],
  ]),
  gradients: {
    W1: array([
      [-4.9, -0.7, 18.1],
      [13.7, 6.7, -21.3],
    ]),
    b1: array([-1.1, 2.4, 9.1]),
    W2: array([
      [-2.1, 8.8],
      [6.3, 0.6],
      [-6.5, 10],
    ]),
    b2: array([0.5, 2]),
  },
};

/** Its logits of the samples below are −1, −2 and 2, and 1 and −3, times ln 3. */
const judge = (): TwoLayerParams => ({
  W1: array([
    [2, -1],
    [2, 1],
  ]),
  b1: array([1, -1]),
  W2: timesLn3(array([[1], [-1]])),
  b2: timesLn3(array([-2])),
});

/** Their hidden units are (2, 1), (−5, −5) and (3, −5) before the leaky ReLU. */
const realSamples = (): Tensor =>
  array([
    [-0.75, 1.25],
    [0.5, -3.5],
    [2.5, -1.5],
  ]);

/** Theirs are (1, −10) and (−10, −5). */
const FAKES = [
  [4.5, -4.5],
  [-0.75, -4.75],
];

/** Makes those two of the codes 2 and −9, whose hidden units are (1, −5) and (−10, 6) before the leaky ReLU. */
const maker = (): TwoLayerParams => ({
  W1: array([[1, -1]]),
  b1: array([-1, -3]),
  W2: array([
    [3.5, 1.25],
    [0.75, 0.5],
  ]),
  b2: array([1.75, -5.25]),
});

const CODES = [[2], [-9]];

/** The discriminator's loss on these samples. */
const judgeLoss = (target: number): number =>
  (log(400 / 27) + target * LN3) / 3 + log(112 / 27) / 2;

/** The gradients of the discriminator on these samples. */
function judgeGradients(target: number): TwoLayerParams {
  const [A, B, C] = [(1 / 4 - target) / 3, (1 / 10 - target) / 3, (9 / 10 - target) / 3];
  const [E, F] = [3 / 8, 1 / 56];
  return {
    W1: timesLn3(
      array([
        [
          -0.75 * A + 0.1 * B + 2.5 * C + 4.5 * E - 0.15 * F,
          0.75 * A - 0.1 * B - 0.5 * C - 0.9 * E + 0.15 * F,
        ],
        [
          1.25 * A - 0.7 * B - 1.5 * C - 4.5 * E - 0.95 * F,
          -1.25 * A + 0.7 * B + 0.3 * C + 0.9 * E + 0.95 * F,
        ],
      ]),
    ),
    b1: timesLn3(
      array([A + 0.2 * B + C + E + 0.2 * F, -A - 0.2 * B - 0.2 * C - 0.2 * E - 0.2 * F]),
    ),
    W2: array([[2 * A - B + 3 * C + E - 2 * F], [A - B - C - 2 * E - F]]),
    b2: array([A + B + C + E + F]),
  };
}

/** The gradients of the generator that makes them, for slopes E and F of its loss along the two logits. */
function makerGradients(E: number, F: number): TwoLayerParams {
  return {
    W1: timesLn3(array([[19.9 * E - 4.23 * F, 1.02 * E - 4.95 * F]])),
    b1: timesLn3(array([9.95 * E + 0.47 * F, 0.51 * E + 0.55 * F])),
    W2: timesLn3(
      array([
        [2.2 * E - 1.2 * F, 1.8 * E - 0.4 * F],
        [-2.2 * E + 3.6 * F, -1.8 * E + 1.2 * F],
      ]),
    ),
    b2: timesLn3(array([2.2 * E + 0.6 * F, 1.8 * E + 0.2 * F])),
  };
}

const MINIMAX = { loss: -log(112 / 27) / 2, gradients: makerGradients(-3 / 8, -1 / 56) };
const NON_SATURATING = { loss: log(112 / 3) / 2, gradients: makerGradients(-1 / 8, -27 / 56) };

describe('21-generative-adversarial-network', () => {
  /** Three logits of real samples and two of fake ones. */
  const logits = () => ({
    real: timesLn3(array([[2], [-1], [0]])),
    fake: timesLn3(array([[1], [-2]])),
  });

  describe('21.1 discriminatorLoss', () => {
    it('is the mean over the real samples and the mean over the fake ones, with both gradients', () => {
      const { real, fake } = logits();
      expect(discriminatorLoss(real, fake, 1)).to.almostEqual({
        loss: log(80 / 9) / 3 + log(40 / 9) / 2,
        dreal: array([[-1 / 30], [-1 / 4], [-1 / 6]]),
        dfake: array([[3 / 8], [1 / 20]]),
      });
    });

    it('asks real samples for the target, and fake ones for 0 all the same', () => {
      const { real, fake } = logits();
      expect(discriminatorLoss(real, fake, 0.8)).to.almostEqual({
        loss: (log(80) - 1.8 * LN3) / 3 + log(40 / 9) / 2,
        dreal: array([[0.1 / 3], [-0.55 / 3], [-0.3 / 3]]),
        dfake: array([[3 / 8], [1 / 20]]),
      });
    });

    it('takes one logit on a side, many on the other, and lists of them', () => {
      const alone = discriminatorLoss(array([[-LN3]]), timesLn3(array([[3], [0], [-1], [1]])), 0.7);
      expect(alone).to.almostEqual({
        loss: log(4) - 0.3 * LN3 + log(28 * 2 * (4 / 3) * 4) / 4,
        dreal: array([[-0.45]]),
        dfake: array([[27 / 112], [1 / 8], [1 / 16], [3 / 16]]),
      });
      const lists = discriminatorLoss(array([LN3, 0]), array([-LN3]), 1);
      expect(lists).to.almostEqual({
        loss: log(8 / 3) / 2 + log(4 / 3),
        dreal: array([-1 / 8, -1 / 4]),
        dfake: array([1 / 4]),
      });
    });

    it('is right for logits of 1000 and −1000', () => {
      const [real, fake] = [array([[-1000], [800]]), array([[900], [-1000], [0]])];
      expect(discriminatorLoss(real, fake, 1)).to.almostEqual({
        loss: 500 + (900 + log(2)) / 3,
        dreal: array([[-1 / 2], [0]]),
        dfake: array([[1 / 3], [0], [1 / 6]]),
      });
      expect(discriminatorLoss(real, fake, 0.75)).to.almostEqual({
        loss: (750 + 200) / 2 + (900 + log(2)) / 3,
        dreal: array([[-3 / 8], [1 / 8]]),
        dfake: array([[1 / 3], [0], [1 / 6]]),
      });
    });

    it('agrees with numerical slopes', () => {
      const random = seededRandom(1);
      expect({
        name: "the discriminator's loss",
        inputs: {
          real: randomNormal(random, 1.5, 4, 1),
          fake: randomNormal(random, 1.5, 3, 1),
          target: 0.9,
        },
        loss: (real: Tensor, fake: Tensor, target: number) =>
          discriminatorLoss(real, fake, target).loss,
        gradient: (real: Tensor, fake: Tensor, target: number) => {
          const { dreal, dfake } = discriminatorLoss(real, fake, target);
          return { dreal, dfake };
        },
        constants: { 'the number of real samples': 4, 'the number of fake samples': 3 },
        axes: { real: ['sample', 'logit'], fake: ['sample', 'logit'] },
      }).to.have.rightGradients();
    });

    it('is at rest at the best discriminator of two distributions that are known', () => {
      // Outcomes come with ½, ¼ and ¼ in the data and with ⅛, ⅜ and ½ among the fakes; D is target · p / (p + q).
      const [p, q] = [
        [1 / 2, 1 / 4, 1 / 4],
        [1 / 8, 3 / 8, 1 / 2],
      ] as const;
      const [real, fake] = [
        [0, 0, 1, 2],
        [0, 1, 1, 1, 2, 2, 2, 2],
      ] as const;
      for (const target of [1, 0.9]) {
        const logit = (k: number): number => {
          const best = (target * p[k]!) / (p[k]! + q[k]!);
          return log(best / (1 - best));
        };
        const of = (outcomes: readonly number[]) => array(outcomes.map((k) => [logit(k)]));
        const { dreal, dfake } = discriminatorLoss(of(real), of(fake), target);
        const slopes = [0, 1, 2].map(
          (outcome) =>
            real.reduce<number>((sum, k, n) => sum + (k === outcome ? dreal.get(n, 0) : 0), 0) +
            fake.reduce<number>((sum, k, n) => sum + (k === outcome ? dfake.get(n, 0) : 0), 0),
        );
        expect(array(slopes), `target ${target}`).to.almostEqual([0, 0, 0]);
        expect(dreal.get(3, 0)).to.almostEqual(target * (1 / 3 - 1) * (1 / 4));
      }
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [real, fake] = [turned(logits().real), spaced(array([LN3, -2 * LN3]))];
      expect(() => discriminatorLoss(real, fake, 0.8)).to.leaveUnchanged({ real, fake });
      expect(discriminatorLoss(real, fake, 0.8)).to.almostEqual({
        loss: (log(80) - 1.8 * LN3) / 3 + log(40 / 9) / 2,
        dreal: array([[0.1 / 3], [-0.55 / 3], [-0.3 / 3]]),
        dfake: array([3 / 8, 1 / 20]),
      });
    });
  });

  const generatorLosses: {
    exercise: string;
    lossOf: typeof minimaxLoss;
    loss: number;
    dfake: number[][];
    /** What is said of the slope at −20, and loss and slope there, at −1000, at 1000 and at 3 · ln 3. */
    slope: string;
    sure: [number, number];
    surer: [number, number];
    mistaken: [number, number];
    one: [number, number];
  }[] = [
    {
      exercise: '21.2 minimaxLoss',
      lossOf: (fake) => minimaxLoss(fake),
      loss: -log(80 / 3) / 3,
      dfake: [[-0.3], [-1 / 12], [-1 / 6]],
      slope: 'next to no',
      sure: [-log(1 + exp(-20)), -exp(-20) / (1 + exp(-20))],
      surer: [0, 0],
      mistaken: [-1000, -1],
      one: [-log(28), -27 / 28],
    },
    {
      exercise: '21.3 nonSaturatingLoss',
      lossOf: (fake) => nonSaturatingLoss(fake),
      loss: log(80 / 9) / 3,
      dfake: [[-1 / 30], [-1 / 4], [-1 / 6]],
      slope: 'its full',
      sure: [20 + log(1 + exp(-20)), -1 / (1 + exp(-20))],
      surer: [1000, -1],
      mistaken: [0, 0],
      one: [log(28 / 27), -1 / 28],
    },
  ];
  for (const { exercise, lossOf, loss, dfake, slope, ...at } of generatorLosses) {
    describe(exercise, () => {
      const fakes = () => timesLn3(array([[2], [-1], [0]]));

      it('is the mean over the fake samples, with its gradient', () => {
        expect(lossOf(fakes())).to.almostEqual({ loss, dfake: array(dfake) });
      });

      it(`has ${slope} slope where the discriminator is sure of a fake`, () => {
        expect(lossOf(array([[-20]]))).to.almostEqual({
          loss: at.sure[0],
          dfake: array([[at.sure[1]]]),
        });
        expect(lossOf(array([[-1000]]))).to.almostEqual({
          loss: at.surer[0],
          dfake: array([[at.surer[1]]]),
        });
        expect(lossOf(array([[-1000], [0]])).dfake).to.almostEqual([[at.surer[1] / 2], [-1 / 4]]);
      });

      it('is right for a logit of 1000, for one sample and for a list', () => {
        expect(lossOf(array([[1000]]))).to.almostEqual({
          loss: at.mistaken[0],
          dfake: array([[at.mistaken[1]]]),
        });
        expect(lossOf(array([3 * LN3]))).to.almostEqual({
          loss: at.one[0],
          dfake: array([at.one[1]]),
        });
      });

      it('agrees with numerical slopes', () => {
        expect({
          name: "the generator's loss",
          inputs: { fake: randomNormal(seededRandom(2), 1.5, 5, 1) },
          loss: (fake: Tensor) => lossOf(fake).loss,
          gradient: (fake: Tensor) => ({ dfake: lossOf(fake).dfake }),
          constants: { N: 5 },
          axes: { fake: ['sample', 'logit'] },
        }).to.have.rightGradients();
      });

      it('reads views through their strides, and leaves its argument unchanged', () => {
        const fake = turned(fakes());
        expect(() => lossOf(fake)).to.leaveUnchanged({ fake });
        expect(lossOf(fake)).to.almostEqual({ loss, dfake: array(dfake) });
        const list = spaced(array([2 * LN3, -LN3, 0]));
        expect(lossOf(list)).to.almostEqual({ loss, dfake: array(dfake.flat()) });
      });
    });
  }

  /** Six outcomes: one that never comes in either, one in only one of them. */
  const distributions = () => ({
    p: array([0.1, 0.4, 0.2, 0.3, 0, 0]),
    q: array([0.3, 0.1, 0, 0.2, 0.4, 0]),
  });

  describe('21.4 bestDiscriminator', () => {
    const BEST = [0.25, 0.8, 1, 0.6, 0, 0.5];

    it('is the share of the real ones in an outcome, and ½ where there is none of either', () => {
      const { p, q } = distributions();
      expect(bestDiscriminator(p, q)).to.almostEqual(BEST);
    });

    it('is right for outcomes that are hardly ever seen, and takes no outcome', () => {
      const best = bestDiscriminator(array([1e-300, 1, 6e-300]), array([3e-300, 1e-300, 2e-300]));
      expect(best).to.almostEqual([0.25, 1, 0.75]);
      expect(bestDiscriminator(zeros(0), zeros(0))).to.have.arrayShape([0]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [p, q] = [spaced(distributions().p), spaced(distributions().q)];
      expect(() => bestDiscriminator(p, q)).to.leaveUnchanged({ p, q });
      expect(bestDiscriminator(p, q)).to.almostEqual(BEST);
    });

    it('refuses distributions of other lengths, and a matrix', () => {
      expect(() => bestDiscriminator(zeros(3), zeros(2))).to.throw(RangeError);
      expect(() => bestDiscriminator(zeros(2), zeros(3))).to.throw(RangeError);
      expect(() => bestDiscriminator(zeros(2, 2), zeros(2, 2))).to.throw(RangeError);
    });
  });

  describe('21.5 gameValue', () => {
    const game = () => ({
      p: array([1 / 2, 1 / 4, 1 / 4]),
      q: array([1 / 8, 3 / 8, 1 / 2]),
      D: array([2 / 3, 1 / 2, 1 / 5]),
    });
    const VALUE =
      log(2 / 3) / 2 + log(1 / 2) / 4 + log(1 / 5) / 4 + log(1 / 3) / 8 + (3 * log(1 / 2)) / 8;

    it('is the mean of ln D over real outcomes and of ln(1 − D) over fake ones, added up', () => {
      const { p, q, D } = game();
      expect(gameValue(p, q, D)).to.almostEqual(VALUE + log(4 / 5) / 2);
    });

    it('adds 0 for what never comes, even where D is 0 or 1', () => {
      const [p, q] = [array([0, 3 / 4, 1 / 4, 0]), array([1 / 3, 0, 2 / 3, 0])];
      const value = log(1 / 5) / 4 + (2 * log(4 / 5)) / 3;
      expect(gameValue(p, q, array([0, 1, 1 / 5, 1]))).to.almostEqual(value);
      expect(gameValue(p, q, array([0, 1, 1 / 5, 0]))).to.almostEqual(value);
    });

    it('is −∞ where D excludes what does come', () => {
      const [p, q] = [array([0.9, 0.1]), array([0.8, 0.2])];
      expect(gameValue(p, q, array([0.5, 0]))).to.equal(-Infinity);
      expect(gameValue(p, q, array([1, 0.5]))).to.equal(-Infinity);
    });

    it('is −ln 4 for a D that cannot tell, and twice the divergence more for the best one', () => {
      const [p, q] = [array([1 / 2, 1 / 3, 1 / 6, 0]), array([1 / 6, 1 / 3, 0, 1 / 2])];
      expect(
        gameValue(
          p,
          q,
          filled([4], () => 1 / 2),
        ),
      ).to.almostEqual(-log(4));
      // The divergence of these two is ¼ · ln 3.
      expect(gameValue(p, q, array([3 / 4, 1 / 2, 1, 0]))).to.almostEqual(LN3 / 2 - log(4));
      expect(gameValue(array([1, 0]), array([0, 1]), array([1, 0]))).to.almostEqual(0);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [p, q, D] = [spaced(game().p), spaced(game().q), spaced(game().D)];
      expect(() => gameValue(p, q, D)).to.leaveUnchanged({ p, q, D });
      expect(gameValue(p, q, D)).to.almostEqual(VALUE + log(4 / 5) / 2);
    });

    it('refuses lists of other lengths', () => {
      expect(() => gameValue(zeros(3), zeros(2), zeros(3))).to.throw(RangeError);
      expect(() => gameValue(zeros(3), zeros(3), zeros(2))).to.throw(RangeError);
      expect(() => gameValue(zeros(2), zeros(3), zeros(3))).to.throw(RangeError);
    });
  });

  describe('21.6 jensenShannon', () => {
    const pair = () => ({
      p: array([1 / 2, 1 / 3, 1 / 6, 0]),
      q: array([1 / 6, 1 / 3, 0, 1 / 2]),
    });

    it('is half of what each of them is away from the middle of both', () => {
      // The middle of the first pair is (⅔, ⅓), that of the second (⅓, ⅓, 1⁄12, ¼).
      expect(jensenShannon(array([1, 0]), array([1 / 3, 2 / 3]))).to.almostEqual(
        log(3 / 2) / 2 + log(2) / 6,
      );
      const { p, q } = pair();
      expect(jensenShannon(p, q)).to.almostEqual(LN3 / 4);
      expect(jensenShannon(array([3 / 4, 1 / 4]), array([1 / 4, 3 / 4]))).to.almostEqual(
        (3 * log(3 / 2)) / 4 - log(2) / 4,
      );
    });

    it('is the same from either side', () => {
      const { p, q } = pair();
      expect(jensenShannon(q, p)).to.almostEqual(LN3 / 4);
      expect(jensenShannon(array([1 / 3, 2 / 3]), array([1, 0]))).to.almostEqual(
        log(3 / 2) / 2 + log(2) / 6,
      );
    });

    it('is 0 for one distribution twice, and ln 2 for two that have nothing in common', () => {
      const p = array([0.2, 0.5, 0, 0.3]);
      expect(jensenShannon(p, p)).to.almostEqual(0);
      expect(jensenShannon(array([0.4, 0.6, 0, 0]), array([0, 0, 0, 1]))).to.almostEqual(log(2));
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [p, q] = [spaced(pair().p), spaced(pair().q)];
      expect(() => jensenShannon(p, q)).to.leaveUnchanged({ p, q });
      expect(jensenShannon(p, q)).to.almostEqual(LN3 / 4);
    });

    it('is right for distributions that nobody knows beforehand', () => {
      const random = secretRandom();
      const drawnOutcomes = (): number[] => {
        const weights = Array.from({ length: 5 }, () => random());
        const sum = weights.reduce((all, weight) => all + weight);
        return weights.map((weight) => weight / sum);
      };
      // The entropy of the middle, less the mean of the two entropies.
      const entropy = (list: number[]): number =>
        list.reduce((sum, value) => sum - (value > 0 ? value * log(value) : 0), 0);
      for (let i = 0; i < 3; i++) {
        const [p, q] = [drawnOutcomes(), drawnOutcomes()];
        const middle = p.map((value, k) => (value + q[k]!) / 2);
        const divergence = entropy(middle) - (entropy(p) + entropy(q)) / 2;
        expect(jensenShannon(array(p), array(q))).to.almostEqual(divergence);
      }
    });

    it('refuses distributions of other lengths, and what has not the sum 1', () => {
      const p = array([0.5, 0.25, 0.25]);
      expect(() => jensenShannon(p, array([0.5, 0.5]))).to.throw(RangeError);
      expect(() => jensenShannon(array([0.5, 0.5]), p)).to.throw(RangeError);
      expect(() => jensenShannon(p, array([0.5, 0.3, 0.1]))).to.throw(RangeError);
      expect(() => jensenShannon(array([3, 4, 3]), p)).to.throw(RangeError);
    });
  });

  describe('21.7 networkForward', () => {
    it('is affine, leaky ReLU, affine', () => {
      const { x, params } = layers();
      expect(networkForward(x, params).out).to.almostEqual(LAYERS_OUT);
    });

    it('takes a batch of one, and none', () => {
      const { x, params } = layers();
      expect(networkForward(x.hi(1, 2), params).out).to.almostEqual([LAYERS_OUT[0]!]);
      expect(networkForward(zeros(0, 2), params).out).to.have.arrayShape([0, 2]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const { params } = layers();
      const [x, views] = [turned(layers().x), asViews(params)];
      expect(() => networkForward(x, views)).to.leaveUnchanged({ x, views });
      expect(networkForward(x, views).out).to.almostEqual(LAYERS_OUT);
    });

    it('refuses sizes that do not fit', () => {
      const { x, params } = layers();
      expect(() => networkForward(zeros(3, 3), params)).to.throw(RangeError);
      expect(() => networkForward(x, { ...params, b1: zeros(2) })).to.throw(RangeError);
      expect(() => networkForward(x, { ...params, W2: zeros(2, 2) })).to.throw(RangeError);
      expect(() => networkForward(x, { ...params, b2: zeros(3) })).to.throw(RangeError);
    });
  });

  describe('21.8 networkBackward', () => {
    it('goes back through the second layer, the leaky ReLU and the first layer', () => {
      const { x, params, dout } = layers();
      const { cache } = networkForward(x, params);
      expect(networkBackward(dout, cache)).to.almostEqual(LAYERS_BACK);
    });

    it('agrees with numerical slopes', () => {
      const { W1, b1, W2, b2 } = drawn(3, [2, 3, 2]);
      expect({
        name: 'the network',
        inputs: { x: randomNormal(seededRandom(2), 1, 3, 2), W1, b1, W2, b2 },
        forward: (x: Tensor, w1: Tensor, c1: Tensor, w2: Tensor, c2: Tensor) =>
          networkForward(x, { W1: w1, b1: c1, W2: w2, b2: c2 }),
        backward: (dout: Tensor, cache: unknown) => {
          const { dx, gradients } = networkBackward(dout, cache as never);
          return { dx, ...gradients };
        },
        gradients: { x: 'dx', W1: 'W1', b1: 'b1', W2: 'W2', b2: 'b2' },
        constants: { N: 3 },
        axes: {
          x: ['sample', 'input'],
          W1: ['input', 'hidden unit'],
          b1: ['hidden unit'],
          W2: ['hidden unit', 'output'],
          b2: ['output'],
          out: ['sample', 'output'],
        },
      }).to.have.rightGradients();
    });

    it('takes a batch of one, and the slope 0.2 where a hidden unit is exactly at 0', () => {
      const { x, params, dout } = layers();
      const { cache } = networkForward(x.lo(2, 0), params);
      const { dx, gradients } = networkBackward(dout.lo(2, 0), cache);
      expect(dx).to.almostEqual([[2.2, -30.1]]);
      expect(gradients.b1).to.almostEqual([-4, -0.1, 10]);
      const still = { ...params, b1: array([1, 2, 5]) };
      const atZero = networkForward(array([[1, 2]]), still).cache;
      expect(networkBackward(array([[1, -2]]), atZero).gradients.b1).to.almostEqual([3, 1, -1.4]);
    });

    it('reads views through their strides, and leaves dout and the cache as they were', () => {
      const { x, params, dout } = layers();
      const { cache } = networkForward(turned(x), asViews(params));
      expect(() => networkBackward(dout, cache)).to.leaveUnchanged({ dout, cache });
      expect(networkBackward(turned(dout), cache)).to.almostEqual(LAYERS_BACK);
    });
  });

  describe('21.9 discriminatorGradients', () => {
    it('adds up what comes back from real and from fake samples, worked out by hand', () => {
      const [real, fake] = [realSamples(), array(FAKES)];
      expect(discriminatorGradients(real, fake, judge(), 1)).to.almostEqual({
        loss: judgeLoss(1),
        gradients: judgeGradients(1),
      });
    });

    it('hands the target on', () => {
      const [real, fake] = [realSamples(), array(FAKES)];
      expect(discriminatorGradients(real, fake, judge(), 0.8)).to.almostEqual({
        loss: judgeLoss(0.8),
        gradients: judgeGradients(0.8),
      });
    });

    it('takes one sample on either side', () => {
      const real = realSamples().hi(1, 2);
      const { loss, gradients } = discriminatorGradients(real, array([FAKES[1]!]), judge(), 0.9);
      expect(loss).to.almostEqual(log(4 / 3) + 0.9 * LN3 + log(28 / 27));
      expect(gradients.b2).to.almostEqual([1 / 4 - 0.9 + 1 / 28]);
      expect(gradients.W2).to.almostEqual([[-1.3 - 2 / 28], [-0.65 - 1 / 28]]);
    });

    it('agrees with numerical slopes', () => {
      const random = seededRandom(5);
      const [real, fake] = [randomNormal(random, 1, 3, 2), randomNormal(random, 1, 2, 2)];
      const gradientsAt = (W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) =>
        discriminatorGradients(real, fake, { W1, b1, W2, b2 }, 0.9);
      expect({
        name: "the discriminator's loss",
        inputs: { ...drawn(6, [2, 2, 1]) },
        loss: (...given: [Tensor, Tensor, Tensor, Tensor]) => gradientsAt(...given).loss,
        gradient: (...given: [Tensor, Tensor, Tensor, Tensor]) => ({
          ...gradientsAt(...given).gradients,
        }),
        gradients: { W1: 'W1', b1: 'b1', W2: 'W2', b2: 'b2' },
        constants: { 'the number of real samples': 3, 'the number of fake samples': 2 },
        axes: {
          W1: ['input', 'hidden unit'],
          b1: ['hidden unit'],
          W2: ['hidden unit', 'logit'],
          b2: ['logit'],
        },
      }).to.have.rightGradients();
    });

    it('leads to the best discriminator of two distributions that are known', () => {
      // Four outcomes as one-hot samples, in the data (½, ¼, ⅛, ⅛) of the time and among the fakes (⅛, ⅜, ⅜, ⅛). The
      // hidden units are the sample itself, so each outcome has a logit of its own in W2, which alone learns.
      const oneHot = (outcomes: number[]): Tensor =>
        filled([outcomes.length, 4], (n, k) => Number(outcomes[n!] === k));
      const real = oneHot([0, 0, 0, 0, 1, 1, 2, 3]);
      const fake = oneHot([0, 1, 1, 1, 2, 2, 2, 3]);
      const layer = {
        W1: filled([4, 4], (k, h) => Number(k === h)),
        b1: zeros(4),
        b2: zeros(1),
      };
      let W2 = zeros(4, 1);
      for (let step = 0; step < 30; step++) {
        const { gradients } = discriminatorGradients(real, fake, { ...layer, W2 }, 0.9);
        W2 = filled([4, 1], (k) => W2.get(k!, 0) - 4 * gradients.W2.get(k!, 0));
      }
      // With smoothing the best D is 0.9 · p / (p + q).
      const found = map(W2, (logit) => 1 / (1 + exp(-logit)));
      expect(found).to.almostEqual([[0.72], [0.36], [0.225], [0.45]], { absolute: 1e-4 });
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [real, fake] = [turned(realSamples()), turned(array(FAKES))];
      const views = asViews(judge());
      const call = () => discriminatorGradients(real, fake, views, 0.8);
      expect(call).to.leaveUnchanged({ real, fake, views });
      expect(call()).to.almostEqual({ loss: judgeLoss(0.8), gradients: judgeGradients(0.8) });
    });

    it('refuses samples that do not fit', () => {
      const [real, fake] = [realSamples(), array(FAKES)];
      expect(() => discriminatorGradients(zeros(3, 3), fake, judge(), 1)).to.throw(RangeError);
      expect(() => discriminatorGradients(real, zeros(2, 1), judge(), 1)).to.throw(RangeError);
    });
  });

  describe('21.10 generatorGradients', () => {
    const both = (): GanParams => ({ generator: maker(), discriminator: judge() });

    it('leads back through the discriminator, with either loss, worked out by hand', () => {
      const [minimax, nonSaturating] = (['minimax', 'non-saturating'] as const).map((loss) =>
        generatorGradients(array(CODES), both(), loss),
      );
      expect(minimax, 'minimax').to.almostEqual(MINIMAX);
      expect(nonSaturating, 'non-saturating').to.almostEqual(NON_SATURATING);
    });

    it('takes one code', () => {
      const one = array([CODES[1]!]);
      const { loss, gradients } = generatorGradients(one, both(), 'non-saturating');
      expect(loss).to.almostEqual(log(28));
      expect(gradients).to.almostEqual(makerGradients(0, -27 / 28));
      const { gradients: other } = generatorGradients(one, both(), 'minimax');
      expect(other).to.almostEqual(makerGradients(0, -1 / 28));
    });

    it('has a slope with one loss and none with the other where the discriminator is sure', () => {
      const sure = { ...judge(), b2: array([-1000]) };
      const params = { generator: maker(), discriminator: sure };
      const still = generatorGradients(array(CODES), params, 'minimax').gradients;
      expect(still).to.almostEqual(makerGradients(0, 0));
      const moving = generatorGradients(array(CODES), params, 'non-saturating').gradients;
      expect(moving).to.almostEqual(makerGradients(-1 / 2, -1 / 2));
    });

    for (const [loss, [K, D, M]] of [
      ['minimax', [1, 2, 3]],
      ['non-saturating', [2, 1, 4]],
    ] as const) {
      it(`agrees with numerical slopes of the ${loss} loss`, () => {
        const z = randomNormal(seededRandom(M), 1, M, K);
        const discriminator = drawn(D, [D, 2, 1]);
        const gradientsAt = (W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) =>
          generatorGradients(z, { generator: { W1, b1, W2, b2 }, discriminator }, loss);
        expect({
          name: "the generator's loss",
          inputs: { ...drawn(9 + K, [K, 2, D]) },
          loss: (...given: [Tensor, Tensor, Tensor, Tensor]) => gradientsAt(...given).loss,
          gradient: (...given: [Tensor, Tensor, Tensor, Tensor]) => ({
            ...gradientsAt(...given).gradients,
          }),
          gradients: { W1: 'W1', b1: 'b1', W2: 'W2', b2: 'b2' },
          constants: { N: M },
          axes: {
            W1: ['code', 'hidden unit'],
            b1: ['hidden unit'],
            W2: ['hidden unit', 'number of a sample'],
            b2: ['number of a sample'],
          },
        }).to.have.rightGradients();
      });
    }

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const z = spaced(array(CODES.map(([code]) => code!)));
      const codes = turned(filled([2, 1], (n) => z.get(n!)));
      const params = { generator: asViews(maker()), discriminator: asViews(judge()) };
      const call = () => generatorGradients(codes, params, 'non-saturating');
      expect(call).to.leaveUnchanged({ codes, params });
      expect(call()).to.almostEqual(NON_SATURATING);
    });

    it('refuses sizes that do not fit', () => {
      const wide = { ...both(), discriminator: { ...judge(), W1: zeros(3, 2) } };
      expect(() => generatorGradients(zeros(2, 2), both(), 'minimax')).to.throw(RangeError);
      expect(() => generatorGradients(array(CODES), wide, 'minimax')).to.throw(RangeError);
    });
  });

  describe('21.11 trainingStep', () => {
    const RULE = { learningRate: 0.25, beta1: 0.5, beta2: 0.75, epsilon: 0.1 };

    function start(generator: TwoLayerParams, discriminator: TwoLayerParams): GanState {
      return {
        params: { generator, discriminator },
        adam: {
          generator: adamStart({ ...generator }),
          discriminator: adamStart({ ...discriminator }),
        },
      };
    }

    /** Half of each gradient, which is what Adam remembers of it after one step with β₁ = ½. */
    const remembered = ({ W1, b1, W2, b2 }: TwoLayerParams) => {
      const half = (x: Tensor): Tensor => map(x, (value) => value / 2);
      return { W1: half(W1), b1: half(b1), W2: half(W2), b2: half(b2) };
    };

    const noise = (): GanNoise => ({ discriminator: array(CODES), generator: array(CODES) });

    it('moves the discriminator by its gradients on real samples and on fakes made of its codes', () => {
      const { state, losses } = trainingStep(
        realSamples(),
        { ...noise(), generator: array([[0.5]]) },
        start(maker(), judge()),
        { ...RULE, target: 0.8, loss: 'minimax' },
      );
      const wanted = judgeGradients(0.8);
      expect(losses.discriminator).to.almostEqual(judgeLoss(0.8));
      expect(state.adam.discriminator).to.almostEqual({ t: 1, m: remembered(wanted) });
      // Adam's first step is the learning rate times g / (‖g‖ + ε), entry by entry.
      const step = (w: Tensor, g: Tensor): Tensor =>
        filled(
          w.shape,
          (...at) => w.get(...at) - (0.25 * g.get(...at)) / (Math.abs(g.get(...at)) + 0.1),
        );
      const before = judge();
      expect(state.params.discriminator).to.almostEqual({
        W1: step(before.W1, wanted.W1),
        b1: step(before.b1, wanted.b1),
        W2: step(before.W2, wanted.W2),
        b2: step(before.b2, wanted.b2),
      });
    });

    for (const [loss, { loss: cost, gradients }] of [
      ['minimax', MINIMAX],
      ['non-saturating', NON_SATURATING],
    ] as const) {
      it(`moves the generator by its own gradients alone, with the ${loss} loss`, () => {
        // The steps are so small that the discriminator is where it was.
        const options = { ...RULE, learningRate: 1e-11, target: 1, loss };
        const { state, losses } = trainingStep(
          realSamples(),
          { ...noise(), discriminator: array([[0.5], [-1], [3]]) },
          start(maker(), judge()),
          options,
        );
        const tolerance = { relative: 1e-7, absolute: 1e-8 };
        expect(losses.generator).to.almostEqual(cost, tolerance);
        expect(state.adam.generator).to.almostEqual({ t: 1, m: remembered(gradients) }, tolerance);
        expect(state.params.generator).to.almostEqual(maker(), tolerance);
      });
    }

    /** One number a sample, one a code, one hidden unit each: all of a step as numbers. */
    interface Small {
      w1: number;
      b1: number;
      w2: number;
      b2: number;
    }
    type Memory = Record<keyof Small, { m: number; v: number }>;
    const KEYS = ['w1', 'b1', 'w2', 'b2'] as const;
    const nothing = (): Memory => ({
      w1: { m: 0, v: 0 },
      b1: { m: 0, v: 0 },
      w2: { m: 0, v: 0 },
      b2: { m: 0, v: 0 },
    });
    const run = (x: number, { w1, b1, w2, b2 }: Small) => {
      const before = x * w1 + b1;
      const slope = before > 0 ? 1 : 0.2;
      return { hidden: slope * before, slope, out: slope * before * w2 + b2 };
    };
    /** What comes back through one sample: adds to the gradients, and returns what comes to the input. */
    const back = (x: number, dout: number, small: Small, gradients: Small): number => {
      const { hidden, slope } = run(x, small);
      const dbefore = dout * small.w2 * slope;
      gradients.w2 += hidden * dout;
      gradients.b2 += dout;
      gradients.w1 += x * dbefore;
      gradients.b1 += dbefore;
      return dbefore * small.w1;
    };
    const squash = (s: number): number => 1 / (1 + exp(-s));

    /** The same step in plain numbers. */
    function byHand(
      given: { real: number[]; noise: { discriminator: number[]; generator: number[] } },
      now: {
        generator: Small;
        discriminator: Small;
        memory: Record<'generator' | 'discriminator', Memory>;
      },
      { learningRate, beta1, beta2, epsilon, target, loss }: GanOptions,
      t: number,
    ): Record<'generator' | 'discriminator', Small> {
      const adam = (w: Small, g: Small, memory: Memory): Small => {
        const after = { ...w };
        for (const key of KEYS) {
          const one = memory[key];
          one.m = beta1 * one.m + (1 - beta1) * g[key];
          one.v = beta2 * one.v + (1 - beta2) * g[key] ** 2;
          const [m, v] = [one.m / (1 - beta1 ** t), one.v / (1 - beta2 ** t)];
          after[key] -= (learningRate * m) / (sqrt(v) + epsilon);
        }
        return after;
      };
      const zero = (): Small => ({ w1: 0, b1: 0, w2: 0, b2: 0 });
      const forD = zero();
      for (const x of given.real) {
        const d = (squash(run(x, now.discriminator).out) - target) / given.real.length;
        back(x, d, now.discriminator, forD);
      }
      for (const z of given.noise.discriminator) {
        const x = run(z, now.generator).out;
        const d = squash(run(x, now.discriminator).out) / given.noise.discriminator.length;
        back(x, d, now.discriminator, forD);
      }
      const discriminator = adam(now.discriminator, forD, now.memory.discriminator);
      const forG = zero();
      for (const z of given.noise.generator) {
        const x = run(z, now.generator).out;
        const s = run(x, discriminator).out;
        const d = (loss === 'minimax' ? squash(s) : squash(-s)) / -given.noise.generator.length;
        back(z, back(x, d, discriminator, zero()), now.generator, forG);
      }
      return { discriminator, generator: adam(now.generator, forG, now.memory.generator) };
    }

    const column = (numbers: number[]): Tensor => array(numbers.map((value) => [value]));
    const paramsOf = ({ w1, b1, w2, b2 }: Small): TwoLayerParams => ({
      W1: array([[w1]]),
      b1: array([b1]),
      W2: array([[w2]]),
      b2: array([b2]),
    });

    for (const [loss, target] of [
      ['non-saturating', 0.9],
      ['minimax', 1],
    ] as const) {
      it(`moves the generator against the discriminator that has moved, step by step: ${loss}`, () => {
        const options = { ...RULE, target, loss };
        const small = {
          generator: { w1: 0.7, b1: 0.3, w2: -1.2, b2: 0.4 },
          discriminator: { w1: -0.9, b1: 0.6, w2: 1.3, b2: -0.2 },
        };
        const memory = { generator: nothing(), discriminator: nothing() };
        let now: Record<'generator' | 'discriminator', Small> = small;
        let state = start(paramsOf(small.generator), paramsOf(small.discriminator));
        const random = seededRandom(11);
        const draw = (count: number) => Array.from({ length: count }, () => normal(random));
        for (const t of [1, 2, 3]) {
          const given = {
            real: draw(3).map((value) => 2 + value),
            noise: { discriminator: draw(2), generator: draw(4) },
          };
          now = byHand(given, { ...now, memory }, options, t);
          ({ state } = trainingStep(
            column(given.real),
            {
              discriminator: column(given.noise.discriminator),
              generator: column(given.noise.generator),
            },
            state,
            options,
          ));
          expect(state.params, `step ${t}`).to.almostEqual({
            generator: paramsOf(now.generator),
            discriminator: paramsOf(now.discriminator),
          });
        }
        const counts = (Object.values(state.adam) as AdamState[]).map(({ t }) => t);
        expect(counts).to.deep.equal([3, 3]);
      });
    }

    it('brings the mean of what is made to the mean of the data', () => {
      const random = seededRandom(12);
      const options = {
        learningRate: 0.03,
        beta1: 0,
        beta2: 0.9,
        epsilon: 1e-8,
        target: 0.9,
        loss: 'non-saturating',
      } as const;
      // The hidden units of the generator are always open, so what it makes is a line through its codes, around 0.5.
      const generator = {
        W1: array([[0.7, -0.4]]),
        b1: array([9, 8]),
        W2: array([[0.3], [-0.2]]),
        b2: array([-0.6]),
      };
      let state = start(generator, drawn(14, [1, 4, 1]));
      let mean = 0;
      for (let t = 1; t <= 70; t++) {
        const draw = () => filled([6, 1], () => normal(random));
        const real = map(draw(), (value) => 2.5 + value);
        const codes = { discriminator: draw(), generator: draw() };
        ({ state } = trainingStep(real, codes, state, options));
        const { W2, b1, b2 } = state.params.generator;
        const now = b1.get(0) * W2.get(0, 0) + b1.get(1) * W2.get(1, 0) + b2.get(0);
        if (t > 35) mean += now / 35;
      }
      // The two chase each other around the right answer, so it is the mean of many steps that is there. All that is
      // random is drawn above: the same for every answer.
      expect(mean).to.be.closeTo(2.5, 0.3);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const real = turned(realSamples());
      const state = start(asViews(maker()), asViews(judge()));
      const codes = noise();
      const options = { ...RULE, target: 0.8, loss: 'minimax' } as const;
      const call = () => trainingStep(real, codes, state, options);
      expect(call).to.leaveUnchanged({ real, codes, state, options });
      expect(call().state.adam.discriminator.m).to.almostEqual(remembered(judgeGradients(0.8)));
    });

    it('refuses sizes that do not fit', () => {
      const options = { ...RULE, target: 1, loss: 'minimax' } as const;
      const state = () => start(maker(), judge());
      const wrong = { ...noise(), generator: zeros(2, 2) };
      expect(() => trainingStep(zeros(3, 3), noise(), state(), options)).to.throw(RangeError);
      expect(() => trainingStep(realSamples(), wrong, state(), options)).to.throw(RangeError);
    });
  });

  describe('21.12 ringSamples', () => {
    const RING: Ring = { modes: 5, radius: 6, deviation: 0.25 };
    const N = 800;
    const centres = [0, 1, 2, 3, 4].map((k): [number, number] => [
      6 * Math.cos((2 * Math.PI * k) / 5),
      6 * Math.sin((2 * Math.PI * k) / 5),
    ]);

    /** The mode of each sample, and how far it is from the centre along both axes, in deviations. */
    function apart(samples: Tensor): { mode: number; off: [number, number] }[] {
      return Array.from({ length: samples.shape[0]! }, (_, n) => {
        let nearest = {
          mode: -1,
          off: [Infinity, Infinity] as [number, number],
          squared: Infinity,
        };
        for (const [mode, [cx, cy]] of centres.entries()) {
          const [x, y] = [(samples.get(n, 0) - cx) / 0.25, (samples.get(n, 1) - cy) / 0.25];
          const squared = x * x + y * y;
          if (squared < nearest.squared) nearest = { mode, off: [x, y], squared };
        }
        return nearest;
      });
    }

    const meanOf = <T>(list: readonly T[], f: (item: T, n: number) => number): number =>
      list.reduce((sum, item, n) => sum + f(item, n), 0) / list.length;

    // All bounds are 5.5 standard errors of a mean of N numbers: a right answer is outside of one less than once in a
    // million.
    const bound = (deviation: number): number => (5.5 * deviation) / sqrt(N);
    const boundOfShare = (share: number): number => bound(sqrt(share * (1 - share)));

    it('puts samples around the centres, the first of which is at (radius, 0)', () => {
      const samples = ringSamples(60, RING, seededRandom(1));
      expect(samples).to.have.arrayShape([60, 2]);
      // No draw of `normal` is farther than 6.67 deviations away.
      const distances = apart(samples).map(({ off: [x, y] }) => Math.hypot(x, y));
      expect(Math.max(...distances)).to.be.below(10);
    });

    it('is at the centres without a deviation', () => {
      const one = ringSamples(2, { modes: 1, radius: 3, deviation: 0 }, seededRandom(2));
      expect(one).to.almostEqual([
        [3, 0],
        [3, 0],
      ]);
      const three = ringSamples(40, { modes: 3, radius: 2, deviation: 0 }, seededRandom(3));
      const corners = [
        [2, 0],
        [-1, sqrt(3)],
        [-1, -sqrt(3)],
      ] as const;
      const kinds = Array.from({ length: 40 }, (_, n) =>
        corners.findIndex(([x, y]) => Math.hypot(three.get(n, 0) - x, three.get(n, 1) - y) < 1e-9),
      );
      // That one of the three is missing among 40 has the probability 3 · (2/3)⁴⁰, below one in a million.
      expect([...new Set(kinds)].toSorted()).to.deep.equal([0, 1, 2]);
    });

    it('draws all modes equally often', () => {
      const modes = apart(ringSamples(N, RING, seededRandom(4)));
      for (const k of [0, 1, 2, 3, 4]) {
        const share = meanOf(modes, ({ mode }) => Number(mode === k));
        expect(share, `mode ${k}`).to.be.closeTo(0.2, boundOfShare(0.2));
      }
    });

    it('draws the mode of each sample by itself', () => {
      const modes = apart(ringSamples(N, RING, seededRandom(5)));
      for (const step of [1, 2, 5]) {
        const alike = meanOf(modes, ({ mode }, n) => Number(mode === modes[(n + step) % N]!.mode));
        expect(alike, `${step} later`).to.be.closeTo(0.2, boundOfShare(0.2));
      }
      const firsts = Array.from(
        { length: N / 5 },
        (_, seed) => apart(ringSamples(1, RING, seededRandom(seed)))[0]!,
      );
      for (const k of [0, 1, 2, 3, 4]) {
        const share = meanOf(firsts, ({ mode }) => Number(mode === k));
        expect(share, `mode ${k} first`).to.be.closeTo(0.2, sqrt(5) * boundOfShare(0.2));
      }
    });

    it('spreads both coordinates normally, with the deviation that is given', () => {
      const samples = apart(ringSamples(N, RING, seededRandom(6)));
      for (const axis of [0, 1] as const) {
        expect(meanOf(samples, ({ off }) => off[axis])).to.be.closeTo(0, bound(1));
        expect(meanOf(samples, ({ off }) => off[axis] ** 2)).to.be.closeTo(1, bound(sqrt(2)));
        const within = meanOf(samples, ({ off }) => Number(Math.abs(off[axis]) < 1));
        expect(within).to.be.closeTo(0.6827, boundOfShare(0.6827));
        const far = meanOf(samples, ({ off }) => Number(Math.abs(off[axis]) > 2));
        expect(far).to.be.closeTo(0.0455, boundOfShare(0.0455));
        const next = meanOf(samples, ({ off }, n) => off[axis] * samples[(n + 1) % N]!.off[axis]);
        expect(next, 'one sample and the next').to.be.closeTo(0, bound(1));
      }
      expect(meanOf(samples, ({ off: [x, y] }) => x * y)).to.be.closeTo(0, bound(1));
    });

    it('is made of nothing but the generator, leaves the ring unchanged, and makes none', () => {
      const ring = { ...RING };
      const make = (seed: number) => ringSamples(3, ring, seededRandom(seed));
      expect(() => make(7)).to.leaveUnchanged({ ring });
      expect(make(7)).to.almostEqual(make(7));
      expect(make(8).get(0, 0)).not.to.be.closeTo(make(7).get(0, 0), 1e-9);
      expect(ringSamples(0, ring, seededRandom(9))).to.have.arrayShape([0, 2]);
    });
  });

  describe('21.13 modesHit', () => {
    /** Three deviations are 1½. Good are four of mode 0, one of mode 1 and two of mode 3, of 16. */
    const ring: Ring = { modes: 4, radius: 4, deviation: 0.5 };
    const samples = () =>
      array([
        [4, 0],
        [5.5, 0],
        [4, -1.25],
        [3, 1],
        [0, 4.625],
        [-5.625, 0],
        [-2.8, 1.2],
        [0, -4],
        [0.875, -4.75],
        [0, 0],
        [9, 9],
        [0.5, 0.25],
        [-1, 2],
        [7, -7],
        [-4, 1.75],
        [5.125, 1.125],
      ]);

    it('counts the modes with a large enough share of good samples, and the good ones', () => {
      const shares = [1 / 16, 1 / 8, 3 / 16, 1 / 4, 5 / 16];
      const scores = shares.map((share) => modesHit(samples(), ring, share));
      expect(array(scores.map(({ hit }) => hit))).to.almostEqual([3, 2, 1, 1, 0]);
      expect(array(scores.map(({ good }) => good))).to.almostEqual(shares.map(() => 7 / 16));
    });

    it('lets a sample belong to the nearest centre, however many are near', () => {
      // All are within three deviations of all centres, and nearest to (1, 0).
      const near = array([
        [2, 1.1],
        [2.1, 1.15],
        [0.05, 0.02],
        [1, 0.1],
      ]);
      const wide = { modes: 6, radius: 1, deviation: 1 };
      const [quarter, half] = [1 / 4, 1 / 2].map((share) => modesHit(near, wide, share));
      expect(quarter).to.almostEqual({ hit: 1, good: 1 });
      expect(half).to.almostEqual({ hit: 1, good: 1 });
    });

    it('takes rings of other sizes, and one sample', () => {
      const three = { modes: 3, radius: 2, deviation: 0.1 };
      const spread = array([
        [-1, sqrt(3)],
        [-1, -1.8],
        [1.9, 0.1],
        [-1.2, sqrt(3)],
        [-2, 0],
      ]);
      expect(modesHit(spread, three, 0.3)).to.almostEqual({ hit: 1, good: 4 / 5 });
      expect(modesHit(spread, three, 0.1)).to.almostEqual({ hit: 3, good: 4 / 5 });
      expect(modesHit(array([[-1, 1.7]]), three, 1)).to.almostEqual({ hit: 1, good: 1 });
      expect(modesHit(array([[0, 2]]), three, 0.01)).to.almostEqual({ hit: 0, good: 0 });
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const view = turned(samples());
      expect(() => modesHit(view, ring, 1 / 8)).to.leaveUnchanged({ view, ring });
      expect(modesHit(view, ring, 1 / 8)).to.almostEqual({ hit: 2, good: 7 / 16 });
    });
  });
});
