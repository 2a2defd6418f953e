import { array, labels as labelsOf } from '#arrays';
import { expect } from '#checks/expect';
import { seededRandom } from '#datasets/random';
import {
  chooseAndTest,
  coarseToFine,
  crossValidate,
  drawSettings,
  finerRange,
  kFolds,
  logUniform,
  randomSearch,
  splitSamples,
  stratifiedSplit,
  type Candidate,
  type Fold,
  type Ranges,
  type Settings,
} from '#lessons/11-hyperparameters';

/**
 * How many standard errors a count or a mean may be off. A right answer exceeds it by chance in 1 of 26 million draws
 * (https://en.wikipedia.org/wiki/68–95–99.7_rule), so in less than one in a million for all of a check together.
 */
const ERRORS = 5.5;

const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
const upTo = (N: number) => Array.from({ length: N }, (_, n) => n);
const meanOf = (numbers: readonly number[]) =>
  numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

/** That a share of the draws is what it should be, within what chance allows. */
function expectShare(hits: readonly boolean[], share: number, what: string): void {
  const error = Math.sqrt((share * (1 - share)) / hits.length);
  expect(meanOf(hits.map(Number)), what).to.be.closeTo(share, ERRORS * error);
}

/** That draws are spread evenly over [0, 1]: mean ½, variance 1/12, and each tenth as often as the others. */
function expectEven(draws: readonly number[]): void {
  const n = draws.length;
  expect(Math.min(...draws), 'the least').to.be.at.least(-1e-12);
  expect(Math.max(...draws), 'the largest').to.be.at.most(1 + 1e-12);
  expect(meanOf(draws), 'the mean').to.be.closeTo(0.5, ERRORS / Math.sqrt(12 * n));
  for (let tenth = 0; tenth < 10; tenth++) {
    const hits = draws.map((draw) => Math.min(Math.floor(10 * draw), 9) === tenth);
    expectShare(hits, 0.1, `draws in tenth ${tenth + 1} of the range`);
  }
}

describe('11-hyperparameters', () => {
  describe('11.1 splitSamples', () => {
    it('puts every sample into one part, in parts of the sizes that are asked for', () => {
      const parts = splitSamples(20, { validation: 0.15, test: 0.3 }, seededRandom(1));
      const { train, validation, test } = parts;
      expect([train.length, validation.length, test.length]).to.deep.equal([11, 3, 6]);
      expect(sorted([...train, ...validation, ...test])).to.deep.equal(upTo(20));
    });

    it('rounds to the nearest whole number, and trains on the rest', () => {
      const sizes = (N: number, validation: number, test: number) => {
        const parts = splitSamples(N, { validation, test }, seededRandom(2));
        return [parts.train.length, parts.validation.length, parts.test.length];
      };
      // 0.29 · 100 is 28.999999999999996 in floating point.
      expect(sizes(100, 0.29, 0.07)).to.deep.equal([64, 29, 7]);
      // 1.3 and 2.6 of 13
      expect(sizes(13, 0.1, 0.2)).to.deep.equal([9, 1, 3]);
    });

    it('gives each sample the same chance to be in each part', () => {
      const splits = upTo(400).map((seed) =>
        splitSamples(8, { validation: 0.25, test: 0.125 }, seededRandom(seed)),
      );
      for (const n of upTo(8)) {
        const [validation, test] = [0.25, 0.125];
        const inPart = (part: 'validation' | 'test') => splits.map((one) => one[part].includes(n));
        expectShare(inPart('validation'), validation, `sample ${n} in the validation part`);
        expectShare(inPart('test'), test, `sample ${n} in the test part`);
      }
      // Neighbours are no more likely to be together than others: 2 of 8, so 1 in 28 for a pair.
      const pairs = splits.map(({ validation: [a, b] }) => Math.abs(a! - b!) === 1);
      expectShare(pairs, 7 / 28, 'neighbours in the validation part');
    });

    it('is made of nothing but the generator', () => {
      const split = (seed: number) =>
        splitSamples(50, { validation: 0.2, test: 0.2 }, seededRandom(seed));
      expect(split(3)).to.deep.equal(split(3));
      expect(sorted(split(3).test)).not.to.deep.equal(sorted(split(4).test));
    });

    it('may leave a part empty, and splits nothing into nothing', () => {
      const all = splitSamples(3, { validation: 0, test: 1 }, seededRandom(1));
      expect({ ...all, test: sorted(all.test) }).to.deep.equal({
        train: [],
        validation: [],
        test: [0, 1, 2],
      });
      const other = splitSamples(2, { validation: 1, test: 0 }, seededRandom(1));
      expect({ ...other, validation: sorted(other.validation) }).to.deep.equal({
        train: [],
        validation: [0, 1],
        test: [],
      });
      const none = splitSamples(0, { validation: 0.5, test: 0.5 }, seededRandom(1));
      expect(none).to.deep.equal({ train: [], validation: [], test: [] });
    });

    it('refuses shares that are negative or too large together', () => {
      for (const [validation, test] of [
        [-0.1, 0.2],
        [0.2, -0.1],
        [0.6, 0.5],
        [Number.NaN, 0],
      ] as const) {
        expect(() => splitSamples(10, { validation, test }, seededRandom(1))).to.throw(RangeError);
      }
    });
  });

  describe('11.2 stratifiedSplit', () => {
    /** 10 of class 7, 5 of class 0, 4 of class 2, and one of class 1. */
    const classes = () => labelsOf([7, 0, 7, 2, 7, 7, 0, 2, 7, 1, 7, 0, 7, 2, 7, 0, 7, 2, 0, 7]);

    const countsOf = (samples: readonly number[]) =>
      [7, 0, 2, 1].map((c) => samples.filter((n) => classes().get(n) === c).length);

    it('takes the same share of every class, rounded', () => {
      const { train, heldOut } = stratifiedSplit(classes(), 0.4, seededRandom(1));
      // 4 of 10, 2 of 5, 1.6 of 4, 0.4 of 1
      expect(countsOf(heldOut)).to.deep.equal([4, 2, 2, 0]);
      expect(countsOf(train)).to.deep.equal([6, 3, 2, 1]);
      expect(sorted([...train, ...heldOut])).to.deep.equal(upTo(20));
    });

    it('gives each sample of a class the same chance', () => {
      const held = upTo(300).map(
        (seed) => new Set(stratifiedSplit(classes(), 0.4, seededRandom(seed)).heldOut),
      );
      for (const n of upTo(20)) {
        const c = classes().get(n);
        if (c === 1) continue;
        const share = c === 2 ? 0.5 : 0.4;
        expectShare(
          held.map((one) => one.has(n)),
          share,
          `sample ${n}, of class ${c}, held out`,
        );
      }
    });

    it('is made of nothing but the generator', () => {
      const split = (seed: number) => stratifiedSplit(classes(), 0.5, seededRandom(seed));
      expect(split(3)).to.deep.equal(split(3));
      expect(sorted(split(3).heldOut)).not.to.deep.equal(sorted(split(4).heldOut));
    });

    it('holds out nothing with a share of 0, and everything with a share of 1', () => {
      expect(stratifiedSplit(classes(), 0, seededRandom(1)).heldOut).to.deep.equal([]);
      expect(sorted(stratifiedSplit(classes(), 1, seededRandom(1)).heldOut)).to.deep.equal(
        upTo(20),
      );
      expect(stratifiedSplit(labelsOf([]), 0.5, seededRandom(1))).to.deep.equal({
        train: [],
        heldOut: [],
      });
    });

    it('reads a view through its strides, and leaves it alone', () => {
      const spread = labelsOf([5, 9, 5, 9, 3, 9, 3, 9, 5, 9, 5, 9]).step(2);
      const random = seededRandom(1);
      expect(() => stratifiedSplit(spread, 0.5, random)).to.leaveUnchanged({ spread });
      const { heldOut } = stratifiedSplit(spread, 0.5, seededRandom(1));
      const held = sorted(heldOut.map((n) => spread.get(n)));
      expect(held).to.deep.equal([3, 5, 5]);
    });
  });

  describe('11.3 kFolds', () => {
    const order = () => [4, 9, 0, 6, 2, 8, 5, 1, 7, 3];

    it('holds out each piece in turn, the first ones larger by one', () => {
      expect(kFolds(order(), 4)).to.deep.equal([
        { train: [6, 2, 8, 5, 1, 7, 3], validation: [4, 9, 0] },
        { train: [4, 9, 0, 5, 1, 7, 3], validation: [6, 2, 8] },
        { train: [4, 9, 0, 6, 2, 8, 7, 3], validation: [5, 1] },
        { train: [4, 9, 0, 6, 2, 8, 5, 1], validation: [7, 3] },
      ]);
    });

    it('cuts equal pieces where k divides N', () => {
      expect(kFolds([9, 8, 7, 6, 5, 4], 2)).to.deep.equal([
        { train: [6, 5, 4], validation: [9, 8, 7] },
        { train: [9, 8, 7], validation: [6, 5, 4] },
      ]);
    });

    it('spreads a remainder of several over several pieces', () => {
      const sizes = kFolds(upTo(23), 5).map(({ validation }) => validation.length);
      expect(sizes).to.deep.equal([5, 5, 5, 4, 4]);
    });

    it('leaves one out with as many folds as samples', () => {
      expect(kFolds([3, 1, 2], 3)).to.deep.equal([
        { train: [1, 2], validation: [3] },
        { train: [3, 2], validation: [1] },
        { train: [3, 1], validation: [2] },
      ]);
    });

    it('leaves the order alone', () => {
      const given = order();
      expect(() => kFolds(given, 3)).to.leaveUnchanged({ given });
    });

    it('refuses a number of folds that is not whole, below 2, or above N', () => {
      for (const k of [0, 1, 2.5, 11, -3, Number.NaN]) {
        expect(() => kFolds(order(), k), String(k)).to.throw(RangeError);
      }
    });
  });

  describe('11.4 crossValidate', () => {
    const folds = (): Fold[] => [
      { train: [1, 2], validation: [0] },
      { train: [0, 2], validation: [1] },
      { train: [0, 1], validation: [2] },
      { train: [0], validation: [3, 4] },
    ];

    it('is the mean of the scores and their deviation, estimated', () => {
      // 2 · 0.5, 2 · 2, 2 · 3 and 1 · 9: mean 5, squares 16, 1, 1, 16, and 34 / 3.
      const scores = [0.5, 2, 3, 9];
      const found = crossValidate(folds(), (train, [n]) => train.length * scores[n!]!);
      expect(found).to.almostEqual({ mean: 5, deviation: Math.sqrt(34 / 3) });
    });

    it('hands each fold its own two parts, once', () => {
      const asked: Fold[] = [];
      crossValidate(folds(), (train, validation) => {
        asked.push({ train: [...train], validation: [...validation] });
        return 1;
      });
      expect(asked).to.deep.equal(folds());
    });

    it('counts each fold alike, however large it is', () => {
      const found = crossValidate(folds(), (_, validation) => validation.length);
      // 1, 1, 1, 2
      expect(found).to.almostEqual({ mean: 1.25, deviation: 0.5 });
    });

    it('has no deviation where all scores are the same, even large ones', () => {
      expect(crossValidate(folds(), () => 1e9 + 1)).to.almostEqual({ mean: 1e9 + 1, deviation: 0 });
    });

    it('leaves the folds alone', () => {
      const given = folds();
      expect(() => crossValidate(given, () => 1)).to.leaveUnchanged({ given });
    });
  });

  describe('11.5 logUniform', () => {
    it('makes every factor equally likely', () => {
      const random = seededRandom(1);
      const draws = upTo(1500).map(() => logUniform(0.001, 10, random));
      // The place of a draw between the logarithms of the ends.
      expectEven(draws.map((draw) => Math.log(draw / 0.001) / Math.log(1e4)));
    });

    it('knows ends that are not powers of ten', () => {
      const random = seededRandom(2);
      const draws = upTo(1000).map(() => logUniform(3, 7, random));
      expectEven(draws.map((draw) => Math.log(draw / 3) / Math.log(7 / 3)));
    });

    it('is its only value where both ends are the same', () => {
      expect(logUniform(0.25, 0.25, seededRandom(1))).to.almostEqual(0.25);
    });

    it('is made of nothing but the generator', () => {
      const draw = (seed: number) => logUniform(1, 100, seededRandom(seed));
      expect(draw(3)).to.equal(draw(3));
      expect(draw(3)).not.to.equal(draw(4));
    });

    it('refuses a lower end that is not above 0, or above the upper one', () => {
      for (const [from, to] of [
        [0, 1],
        [-1, 1],
        [2, 1],
        [Number.NaN, 1],
      ] as const) {
        expect(() => logUniform(from, to, seededRandom(1)), `${from} to ${to}`).to.throw(
          RangeError,
        );
      }
    });
  });

  /** One range on each scale. */
  const ranges = (): Ranges => ({
    rate: { from: 1e-4, to: 1, scale: 'log' },
    momentum: { from: 0.2, to: 0.7, scale: 'linear' },
  });

  /** Where a value stands in its range, from 0 to 1. */
  const placeOf = (settings: Settings) => ({
    rate: Math.log(settings['rate']! / 1e-4) / Math.log(1e4),
    momentum: (settings['momentum']! - 0.2) / 0.5,
  });

  describe('11.6 drawSettings', () => {
    it('draws each value on its own scale, evenly over its range', () => {
      const random = seededRandom(1);
      const places = upTo(1000).map(() => placeOf(drawSettings(ranges(), random)));
      expectEven(places.map(({ rate }) => rate));
      expectEven(places.map(({ momentum }) => momentum));
    });

    it('draws each value by itself', () => {
      const random = seededRandom(2);
      const places = upTo(1000).map(() => placeOf(drawSettings(ranges(), random)));
      // Independent places are both in the lower half in one of four draws.
      const both = places.map(({ rate, momentum }) => rate < 0.5 && momentum < 0.5);
      expectShare(both, 0.25, 'draws in the lower half of both ranges');
    });

    it('has a value for each name, and no other', () => {
      const settings = drawSettings(ranges(), seededRandom(1));
      expect(Object.keys(settings).toSorted()).to.deep.equal(['momentum', 'rate']);
      expect(drawSettings({}, seededRandom(1))).to.deep.equal({});
    });

    it('draws across 0 on a linear scale', () => {
      const random = seededRandom(3);
      const shift: Ranges = { shift: { from: -3, to: 1, scale: 'linear' } };
      const draws = upTo(600).map(() => drawSettings(shift, random)['shift']!);
      expectEven(draws.map((draw) => (draw + 3) / 4));
    });

    it('is made of nothing but the generator, and leaves the ranges alone', () => {
      const given = ranges();
      const random = seededRandom(5);
      expect(() => drawSettings(given, random)).to.leaveUnchanged({ given });
      expect(drawSettings(given, seededRandom(6))).to.deep.equal(
        drawSettings(given, seededRandom(6)),
      );
    });
  });

  describe('11.7 randomSearch', () => {
    /** Best in the middle of both ranges. */
    const hill = (settings: Settings) => {
      const { rate, momentum } = placeOf(settings);
      return -((rate - 0.5) ** 2) - (momentum - 0.5) ** 2;
    };

    it('keeps every trial with its score, and the best one', () => {
      const { trials, best } = randomSearch(ranges(), 12, hill, seededRandom(1));
      expect(trials).to.have.length(12);
      for (const { settings, score } of trials) expect(score).to.almostEqual(hill(settings));
      const largest = Math.max(...trials.map(({ score }) => score));
      expect(best).to.deep.equal(trials.find(({ score }) => score === largest));
    });

    it('scores each trial once, in the order in which it is listed', () => {
      const asked: Settings[] = [];
      const { trials } = randomSearch(
        ranges(),
        5,
        (settings) => {
          asked.push({ ...settings });
          return 1;
        },
        seededRandom(2),
      );
      expect(asked).to.deep.equal(trials.map(({ settings }) => settings));
    });

    it('draws every trial anew, over the whole ranges', () => {
      const { trials } = randomSearch(ranges(), 800, hill, seededRandom(3));
      const places = trials.map(({ settings }) => placeOf(settings));
      expectEven(places.map(({ rate }) => rate));
      expectEven(places.map(({ momentum }) => momentum));
      const both = places.map(({ rate, momentum }) => rate < 0.5 && momentum < 0.5);
      expectShare(both, 0.25, 'trials in the lower half of both ranges');
    });

    it('takes the first of equal scores, and knows scores below 0', () => {
      const steps = (settings: Settings) => Math.floor(3 * placeOf(settings).rate) - 7;
      const { trials, best } = randomSearch(ranges(), 30, steps, seededRandom(4));
      const largest = Math.max(...trials.map(({ score }) => score));
      expect(largest).to.be.below(0);
      expect(best).to.deep.equal(trials.find(({ score }) => score === largest));
    });

    it('may have a single trial', () => {
      const { trials, best } = randomSearch(ranges(), 1, () => -4, seededRandom(8));
      expect(trials).to.have.length(1);
      expect(best).to.deep.equal(trials[0]);
    });

    it('never takes a trial whose training failed', () => {
      // Half of them fail; that all 30 do has a chance of 2⁻³⁰.
      const failing = (settings: Settings) => {
        const { rate, momentum } = placeOf(settings);
        return rate < 0.5 ? Number.NaN : -momentum;
      };
      for (const seed of [1, 2, 3]) {
        const { trials, best } = randomSearch(ranges(), 30, failing, seededRandom(seed));
        const scores = trials.map(({ score }) => score).filter((score) => !Number.isNaN(score));
        const largest = Math.max(...scores);
        expect(best).to.deep.equal(trials.find(({ score }) => score === largest));
      }
    });

    it('leaves the ranges alone', () => {
      const given = ranges();
      const random = seededRandom(5);
      expect(() => randomSearch(given, 2, hill, random)).to.leaveUnchanged({ given });
    });

    it('refuses a number of trials that is not whole or below 1, and scores that are all NaN', () => {
      for (const trials of [0, -2, 1.5]) {
        expect(() => randomSearch(ranges(), trials, hill, seededRandom(1))).to.throw(RangeError);
      }
      const failed = () => randomSearch(ranges(), 3, () => Number.NaN, seededRandom(1));
      expect(failed).to.throw(RangeError);
    });
  });

  describe('11.8 finerRange', () => {
    it('is around the value, and narrower by the factor', () => {
      const range = { from: -3, to: 7, scale: 'linear' } as const;
      expect(finerRange(range, 1, 0.4)).to.almostEqual({ from: -1, to: 3, scale: 'linear' });
      expect(finerRange(range, 3.5, 0.25)).to.almostEqual({
        from: 2.25,
        to: 4.75,
        scale: 'linear',
      });
    });

    it('counts in factors on a logarithmic scale', () => {
      // From 1e-4 to 1 is a factor of 10⁴; half of its logarithm is a factor of 100, of 10 to either side.
      const range = { from: 1e-4, to: 1, scale: 'log' } as const;
      expect(finerRange(range, 0.03, 0.5)).to.almostEqual({ from: 0.003, to: 0.3, scale: 'log' });
      expect(finerRange(range, 0.002, 0.25)).to.almostEqual({
        from: 0.002 / Math.sqrt(10),
        to: 0.002 * Math.sqrt(10),
        scale: 'log',
      });
    });

    it('ends where the coarse range ended', () => {
      const range = { from: -3, to: 7, scale: 'linear' } as const;
      expect(finerRange(range, -2, 0.4)).to.almostEqual({ from: -3, to: 0, scale: 'linear' });
      expect(finerRange(range, 6, 0.4)).to.almostEqual({ from: 4, to: 7, scale: 'linear' });
      const factors = { from: 1e-4, to: 1, scale: 'log' } as const;
      expect(finerRange(factors, 2e-4, 0.5)).to.almostEqual({ from: 1e-4, to: 2e-3, scale: 'log' });
      expect(finerRange(factors, 1, 0.5)).to.almostEqual({ from: 0.1, to: 1, scale: 'log' });
    });

    it('is the whole range around its middle with a factor of 1', () => {
      const range = { from: 2, to: 32, scale: 'log' } as const;
      expect(finerRange(range, 8, 1)).to.almostEqual(range);
    });

    it('leaves the range alone', () => {
      const range = { from: -3, to: 7, scale: 'linear' } as const;
      expect(() => finerRange(range, 1, 0.4)).to.leaveUnchanged({ range });
    });
  });

  describe('11.9 coarseToFine', () => {
    const one = (): Ranges => ({ x: { from: 0, to: 8, scale: 'linear' } });
    const plan = { rounds: 3, trials: 20, factor: 0.25 };

    /** The least and the largest x of each round. */
    const extents = (xs: readonly number[], size: number) =>
      upTo(xs.length / size).map((round) => {
        const own = xs.slice(round * size, (round + 1) * size);
        return [Math.min(...own), Math.max(...own)] as const;
      });

    it('searches a quarter of the range around the best, then a quarter of that', () => {
      const peak = (settings: Settings) => -Math.abs(settings['x']! - 5);
      const { trials, best } = coarseToFine(one(), plan, peak, seededRandom(1));
      expect(trials).to.have.length(60);
      const xs = trials.map(({ settings }) => settings['x']!);
      const bestOfFirst = xs
        .slice(0, 20)
        .reduce((a, b) => (Math.abs(b - 5) < Math.abs(a - 5) ? b : a));
      const bestOfTwo = xs
        .slice(0, 40)
        .reduce((a, b) => (Math.abs(b - 5) < Math.abs(a - 5) ? b : a));
      const [first, second, third] = extents(xs, 20);
      // Twenty even draws lie within three eighths of their range by a chance of 10⁻⁷, within a quarter by 10⁻¹⁰.
      expect(first![1] - first![0]).to.be.above(3);
      expect(second![0]).to.be.at.least(Math.max(0, bestOfFirst - 1) - 1e-9);
      expect(second![1]).to.be.at.most(Math.min(8, bestOfFirst + 1) + 1e-9);
      expect(second![1] - second![0]).to.be.above(0.5);
      expect(third![0]).to.be.at.least(bestOfTwo - 0.25 - 1e-9);
      expect(third![1]).to.be.at.most(bestOfTwo + 0.25 + 1e-9);
      // That no round comes within 1 of the peak has a chance of 10⁻⁷.
      expect(best.settings['x']).to.be.closeTo(5, 1);
    });

    it('searches around the best of all rounds, and not of the last one', () => {
      // So ragged that a finer round is as likely to be worse as to be better.
      const ragged = (settings: Settings) => (1e4 * Math.abs(Math.sin(1e3 * settings['x']!))) % 1;
      for (const seed of [1, 2, 3, 4, 5, 6]) {
        const { trials, best } = coarseToFine(one(), plan, ragged, seededRandom(seed));
        const largest = Math.max(...trials.map(({ score }) => score));
        expect(best).to.deep.equal(trials.find(({ score }) => score === largest));
        const ofTwo = trials.slice(0, 40).reduce((a, b) => (b.score > a.score ? b : a));
        const centre = ofTwo.settings['x']!;
        for (const { settings } of trials.slice(40)) {
          expect(settings['x']).to.be.within(centre - 0.25 - 1e-9, centre + 0.25 + 1e-9);
        }
      }
    });

    it('stays within the ranges that were given', () => {
      const edge = (settings: Settings) => settings['x']!;
      const { trials } = coarseToFine(one(), { ...plan, rounds: 6 }, edge, seededRandom(3));
      for (const { settings } of trials) expect(settings['x']).to.be.within(0, 8);
    });

    it('narrows every range on its own scale', () => {
      const corner = (settings: Settings) => {
        const { rate, momentum } = placeOf(settings);
        return -((rate - 0.25) ** 2) - (momentum - 0.75) ** 2;
      };
      const { trials, best } = coarseToFine(
        ranges(),
        { rounds: 4, trials: 25, factor: 0.5 },
        corner,
        seededRandom(4),
      );
      const last = trials.slice(75).map(({ settings }) => placeOf(settings));
      for (const part of ['rate', 'momentum'] as const) {
        const places = last.map((place) => place[part]);
        // An eighth of the range, half of it to either side of the best.
        expect(Math.max(...places) - Math.min(...places)).to.be.within(0.03, 0.125 + 1e-9);
      }
      expect(placeOf(best.settings).rate).to.be.closeTo(0.25, 0.3);
      expect(placeOf(best.settings).momentum).to.be.closeTo(0.75, 0.3);
    });

    it('is a random search with a single round', () => {
      const peak = (settings: Settings) => -Math.abs(settings['x']! - 2);
      const { trials } = coarseToFine(
        one(),
        { rounds: 1, trials: 800, factor: 0.25 },
        peak,
        seededRandom(5),
      );
      expectEven(trials.map(({ settings }) => settings['x']! / 8));
    });

    it('leaves the ranges and the plan alone', () => {
      const [given, rounds, random] = [ranges(), { ...plan, trials: 2 }, seededRandom(6)];
      const call = () => coarseToFine(given, rounds, () => 1, random);
      expect(call).to.leaveUnchanged({ given, rounds });
    });
  });

  describe('11.10 chooseAndTest', () => {
    const candidates = (): Candidate[] => [
      { train: 0.97, validation: 0.82 },
      { train: 0.91, validation: 0.88 },
      { train: 0.99, validation: 0.85 },
      { train: 0.93, validation: 0.88 },
      { train: 0.7, validation: 0.69 },
      { train: 0.75, validation: 0.745 },
    ];
    const tests = [0.95, 0.86, 0.83, 0.9, 0.65, 0.73];

    it('chooses by the validation set, and reports both scores', () => {
      expect(chooseAndTest(candidates(), (index) => tests[index]!)).to.almostEqual({
        index: 1,
        validation: 0.88,
        test: 0.86,
      });
    });

    it('asks the test set once, for the one that was chosen', () => {
      const asked: number[] = [];
      chooseAndTest(candidates(), (index) => {
        asked.push(index);
        return tests[index]!;
      });
      expect(asked, 'the candidates that were tested').to.deep.equal([1]);
    });

    it('finds the best wherever it stands, below 0 too', () => {
      const losses = [-4, -2.5, -3].map((validation) => ({ train: 0, validation }));
      expect(chooseAndTest(losses, () => -2.75)).to.almostEqual({
        index: 1,
        validation: -2.5,
        test: -2.75,
      });
      expect(chooseAndTest(losses.slice(2), () => 1).index).to.equal(0);
      const rising = array([1, 2, 3]).data;
      const last = [...rising].map((validation) => ({ train: -validation, validation }));
      expect(chooseAndTest(last, () => 1).index).to.equal(2);
    });

    it('leaves the candidates alone', () => {
      const given = candidates();
      expect(() => chooseAndTest(given, () => 1)).to.leaveUnchanged({ given });
    });

    it('refuses to choose from nothing', () => {
      expect(() => chooseAndTest([], () => 1)).to.throw(RangeError);
    });
  });
});
