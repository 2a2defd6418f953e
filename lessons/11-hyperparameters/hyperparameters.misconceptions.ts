/** Lesson 11: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { labels as labelsOf, type Labels } from '#arrays';
import { shuffledOrder } from '#lessons/06-training';
import type { Misconception } from '../../checks/misconception.ts';
import { refusingLike } from '../../checks/wrong-answers.ts';
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
  type Range,
  type Ranges,
  type Search,
  type SearchPlan,
  type Settings,
  type Trial,
} from './hyperparameters.reference.ts';

type Evaluate = (settings: Settings) => number;
type Random = () => number;

export const misconceptions: Misconception[] = [
  {
    exercise: '11.1 splitSamples',
    id: 'split-in-order',
    sentence:
      'The parts are cut from the samples as they are listed, without a shuffle. Data is often sorted, by class or by date: shuffle the numbers first.',
    wrong: refusingLike(splitSamples, (N, shares) => cut(upTo(N), N, shares)),
  },
  {
    exercise: '11.1 splitSamples',
    id: 'split-each-for-itself',
    sentence:
      'Each part is drawn for itself, so that one sample may be in two of them: a test set that was trained on. Shuffle once, and cut that order.',
    wrong: refusingLike(splitSamples, (N, shares, random) => {
      const [one, two, three] = [1, 2, 3].map(() => shuffledOrder(N, random));
      const { validation } = cut(one!, N, shares);
      const { test } = cut(two!, N, shares);
      return { validation, test, train: cut(three!, N, shares).train };
    }),
  },
  {
    exercise: '11.1 splitSamples',
    id: 'split-trains-on-all',
    sentence:
      'The training part holds all samples, those of the other two as well. What a model has seen says nothing of what it has not: leave them out.',
    wrong: refusingLike(splitSamples, (N, shares, random) => {
      const parts = splitSamples(N, shares, random);
      return { ...parts, train: [...parts.train, ...parts.validation, ...parts.test] };
    }),
  },
  {
    exercise: '11.1 splitSamples',
    id: 'split-test-is-validation',
    sentence:
      'The test part overlaps with the validation part: both are taken from the beginning of the order. Take the one behind the other.',
    wrong: refusingLike(splitSamples, (N, shares, random) => {
      const order = shuffledOrder(N, random);
      const parts = cut(order, N, shares);
      return { ...parts, test: order.slice(0, parts.test.length) };
    }),
  },
  {
    exercise: '11.1 splitSamples',
    id: 'split-test-of-the-rest',
    sentence:
      'The test share is taken of what the validation part has left over. Both shares are of all N samples.',
    wrong: refusingLike(splitSamples, (N, shares, random) => {
      const order = shuffledOrder(N, random);
      const validation = Math.round(N * shares.validation);
      const test = Math.round((N - validation) * shares.test);
      return {
        validation: order.slice(0, validation),
        test: order.slice(validation, validation + test),
        train: order.slice(validation + test),
      };
    }),
  },
  {
    exercise: '11.1 splitSamples',
    id: 'split-rounded-down',
    sentence:
      'The sizes are rounded down. N times a share is often a hair below a whole number in floating point, as 0.29 · 100 is: round to the nearest.',
    wrong: refusingLike(splitSamples, (N, shares, random) =>
      cut(shuffledOrder(N, random), N, shares, Math.floor),
    ),
  },
  {
    exercise: '11.1 splitSamples',
    id: 'split-loses-the-rest',
    sentence:
      'The training part has its own share, rounded for itself, and samples get lost. It takes all that the other two leave.',
    wrong: refusingLike(splitSamples, (N, shares, random) => {
      const parts = splitSamples(N, shares, random);
      const own = Math.floor(N * (1 - shares.validation - shares.test));
      return { ...parts, train: parts.train.slice(0, own) };
    }),
  },
  {
    exercise: '11.1 splitSamples',
    id: 'split-parts-exchanged',
    sentence: "Validation and test are in each other's place.",
    wrong: refusingLike(splitSamples, (N, shares, random) => {
      const { train, validation, test } = splitSamples(
        N,
        { validation: shares.test, test: shares.validation },
        random,
      );
      return { train, validation, test };
    }),
  },

  {
    exercise: '11.2 stratifiedSplit',
    id: 'stratified-not-at-all',
    sentence:
      'The share is taken of all samples together, so that a rare class may be missing on one side. Take it of each class by itself.',
    wrong: (labels: Labels, share: number, random: Random) => {
      const order = shuffledOrder(labels.size, random);
      const count = Math.round(labels.size * share);
      return { heldOut: order.slice(0, count), train: order.slice(count) };
    },
  },
  {
    exercise: '11.2 stratifiedSplit',
    id: 'stratified-in-order',
    sentence:
      'Of each class the first samples are held out, without a shuffle. Shuffle first, then take each class from that order.',
    wrong: (labels: Labels, share: number) => byClass(labels, upTo(labels.size), share, Math.round),
  },
  {
    exercise: '11.2 stratifiedSplit',
    id: 'stratified-equal-counts',
    sentence:
      'The same number is held out of every class, so that rare ones are held out more. Take the same share of each.',
    wrong: (labels: Labels, share: number, random: Random) => {
      const order = shuffledOrder(labels.size, random);
      const classes = new Set(labels.size === 0 ? [] : order.map((n) => labels.get(n)));
      const each = Math.round((labels.size * share) / Math.max(classes.size, 1));
      return byClass(labels, order, share, () => each);
    },
  },
  {
    exercise: '11.2 stratifiedSplit',
    id: 'stratified-rounded-down',
    sentence: 'The counts are rounded down. Round to the nearest whole number.',
    wrong: (labels: Labels, share: number, random: Random) =>
      byClass(labels, shuffledOrder(labels.size, random), share, Math.floor),
  },
  {
    exercise: '11.2 stratifiedSplit',
    id: 'stratified-rounded-up',
    sentence: 'The counts are rounded up. Round to the nearest whole number.',
    wrong: (labels: Labels, share: number, random: Random) =>
      byClass(labels, shuffledOrder(labels.size, random), share, Math.ceil),
  },
  {
    exercise: '11.2 stratifiedSplit',
    id: 'stratified-exchanged',
    sentence: 'The share is that of the training part. It is how much of each class is held out.',
    wrong: (labels: Labels, share: number, random: Random) =>
      stratifiedSplit(labels, 1 - share, random),
  },
  {
    exercise: '11.2 stratifiedSplit',
    id: 'stratified-trains-on-all',
    sentence: 'What is held out is trained on as well. Leave it out of the training part.',
    wrong: (labels: Labels, share: number, random: Random) => {
      const { train, heldOut } = stratifiedSplit(labels, share, random);
      return { heldOut, train: [...train, ...heldOut] };
    },
  },

  {
    exercise: '11.3 kFolds',
    id: 'folds-lose-the-remainder',
    sentence:
      'The samples that are left when N is divided by k are in no fold at all. Give the first N mod k pieces one more.',
    wrong: refusingLike(kFolds, (order, k) => {
      const size = Math.floor(order.length / k);
      return kFolds(order.slice(0, size * k), k);
    }),
  },
  {
    exercise: '11.3 kFolds',
    id: 'folds-remainder-in-the-last',
    sentence:
      'The whole remainder is in the last piece, which may be nearly twice as large. Spread it: the first N mod k pieces have one more.',
    wrong: refusingLike(kFolds, (order, k) => {
      const size = Math.floor(order.length / k);
      return pieces(order, k, (i) => [i * size, i === k - 1 ? order.length : (i + 1) * size]);
    }),
  },
  {
    exercise: '11.3 kFolds',
    id: 'folds-rounded-up',
    sentence:
      'All pieces but the last have ⌈N / k⌉ samples, so that the last one is small or empty. The first N mod k have one more than the others.',
    wrong: refusingLike(kFolds, (order, k) => {
      const size = Math.ceil(order.length / k);
      return pieces(order, k, (i) => [i * size, Math.min((i + 1) * size, order.length)]);
    }),
  },
  {
    exercise: '11.3 kFolds',
    id: 'folds-larger-last',
    sentence: 'The larger pieces are the last ones. The first N mod k have one sample more.',
    wrong: refusingLike(kFolds, (order, k) => {
      const size = Math.floor(order.length / k);
      const smaller = k - (order.length % k);
      const start = (i: number): number => i * size + Math.max(0, i - smaller);
      return pieces(order, k, (i) => [start(i), start(i + 1)]);
    }),
  },
  {
    exercise: '11.3 kFolds',
    id: 'folds-every-kth',
    sentence:
      'Each fold takes every k-th sample. That is a fair way, too, but here the order is cut into pieces one after the other.',
    wrong: refusingLike(kFolds, (order, k) =>
      upTo(k).map((i) => ({
        train: order.filter((_, n) => n % k !== i),
        validation: order.filter((_, n) => n % k === i),
      })),
    ),
  },
  {
    exercise: '11.3 kFolds',
    id: 'folds-exchanged',
    sentence:
      "Training and validation are in each other's place: k − 1 pieces are for training, one for validation.",
    wrong: refusingLike(kFolds, (order, k) =>
      kFolds(order, k).map(({ train, validation }) => ({ train: validation, validation: train })),
    ),
  },
  {
    exercise: '11.3 kFolds',
    id: 'folds-train-on-all',
    sentence:
      'Every fold trains on all samples, the held-out ones too. Leave out the piece that is held out.',
    wrong: refusingLike(kFolds, (order, k) =>
      kFolds(order, k).map(({ validation }) => ({ train: [...order], validation })),
    ),
  },
  {
    exercise: '11.3 kFolds',
    id: 'folds-train-before',
    sentence:
      'Only the samples before the held-out piece are trained on. Those behind it belong to the training part as well.',
    wrong: refusingLike(kFolds, (order, k) => {
      let start = 0;
      return kFolds(order, k).map(({ validation }) => {
        const train = order.slice(0, start);
        start += validation.length;
        return { train, validation };
      });
    }),
  },
  {
    exercise: '11.3 kFolds',
    id: 'folds-of-positions',
    sentence:
      'The folds hold places in the order and not the numbers of the samples that stand there. Take them out of `order`.',
    wrong: refusingLike(kFolds, (order, k) => kFolds(upTo(order.length), k)),
  },

  {
    exercise: '11.4 crossValidate',
    id: 'cross-divides-by-k',
    sentence:
      'The squares are divided by k. The mean was estimated from the same k scores, so divide by k − 1.',
    wrong: (folds: Fold[], evaluate: Scorer) => {
      const { mean, deviation } = crossValidate(folds, evaluate);
      return { mean, deviation: deviation * Math.sqrt((folds.length - 1) / folds.length) };
    },
  },
  {
    exercise: '11.4 crossValidate',
    id: 'cross-variance',
    sentence: 'The deviation is not rooted: this is the variance.',
    wrong: (folds: Fold[], evaluate: Scorer) => {
      const { mean, deviation } = crossValidate(folds, evaluate);
      return { mean, deviation: deviation ** 2 };
    },
  },
  {
    exercise: '11.4 crossValidate',
    id: 'cross-standard-error',
    sentence:
      'This is the standard error of the mean, the deviation over √k. Here the deviation of the scores themselves is asked for.',
    wrong: (folds: Fold[], evaluate: Scorer) => {
      const { mean, deviation } = crossValidate(folds, evaluate);
      return { mean, deviation: deviation / Math.sqrt(folds.length) };
    },
  },
  {
    exercise: '11.4 crossValidate',
    id: 'cross-best',
    sentence:
      'This is the best score and not the mean. With k tries the best one flatters: take the mean.',
    wrong: (folds: Fold[], evaluate: Scorer) => {
      const scores = folds.map(({ train, validation }) => evaluate(train, validation));
      const { deviation } = crossValidate(folds, evaluate);
      return { mean: Math.max(...scores), deviation };
    },
  },
  {
    exercise: '11.4 crossValidate',
    id: 'cross-weighted',
    sentence:
      'Each fold counts by its size. Every fold is one round of the experiment, and all count alike.',
    wrong: (folds: Fold[], evaluate: Scorer) => {
      const scores = folds.map(({ train, validation }) => evaluate(train, validation));
      const total = folds.reduce((sum, { validation }) => sum + validation.length, 0);
      const mean = scores.reduce(
        (sum, score, i) => sum + (score * folds[i]!.validation.length) / total,
        0,
      );
      const { deviation } = crossValidate(
        folds,
        (_, validation) => scores[folds.findIndex((fold) => fold.validation === validation)] ?? 0,
      );
      return { mean, deviation };
    },
  },
  {
    exercise: '11.4 crossValidate',
    id: 'cross-trains-on-the-held-out',
    sentence:
      'The parts are handed over in the wrong order: it trains on the held-out part and scores on the large one. First `train`, then `validation`.',
    wrong: (folds: Fold[], evaluate: Scorer) =>
      crossValidate(folds, (train, validation) => evaluate(validation, train)),
  },
  {
    exercise: '11.4 crossValidate',
    id: 'cross-scores-the-training',
    sentence:
      'Each fold is scored on what it was trained on. Score it on the part that was held out.',
    wrong: (folds: Fold[], evaluate: Scorer) =>
      crossValidate(folds, (train) => evaluate(train, train)),
  },

  {
    exercise: '11.5 logUniform',
    id: 'log-drawn-evenly',
    sentence:
      'The number itself is drawn evenly, so that nine of ten draws are in the largest decade. Draw its logarithm evenly.',
    wrong: refusingLike(logUniform, (from, to, random) => from + (to - from) * random()),
  },
  {
    exercise: '11.5 logUniform',
    id: 'log-of-the-draw',
    sentence: 'This is the logarithm that was drawn. Raise it again: e to the power of it.',
    wrong: refusingLike(logUniform, (from, to, random) => Math.log(logUniform(from, to, random))),
  },
  {
    exercise: '11.5 logUniform',
    id: 'log-bases-mixed',
    sentence:
      'The logarithm is the natural one and the power one of 10, or the other way round. Use one base for both.',
    wrong: refusingLike(
      logUniform,
      (from, to, random) => 10 ** Math.log(logUniform(from, to, random)),
    ),
  },
  {
    exercise: '11.5 logUniform',
    id: 'log-whole-powers',
    sentence: 'Only whole powers of 10 come up: the exponent is rounded. Leave it as it is drawn.',
    wrong: refusingLike(
      logUniform,
      (from, to, random) => 10 ** Math.round(Math.log10(logUniform(from, to, random))),
    ),
  },
  {
    exercise: '11.5 logUniform',
    id: 'log-upside-down',
    sentence:
      'The draw is multiplied with from / to, and leaves the range at its lower end. Multiply `from` with a power of to / from.',
    wrong: refusingLike(logUniform, (from, to, random) => from * (from / to) ** random()),
  },
  {
    exercise: '11.5 logUniform',
    id: 'log-normal',
    sentence:
      'The draw is the product of two, which crowds the middle of the range. One even draw is the exponent.',
    wrong: refusingLike(
      logUniform,
      (from, to, random) => from * (to / from) ** ((random() + random()) / 2),
    ),
  },

  {
    exercise: '11.6 drawSettings',
    id: 'settings-all-linear',
    sentence:
      'Every value is drawn evenly, those on a logarithmic scale as well. Use logUniform for them.',
    wrong: (ranges: Ranges, random: Random) =>
      overRanges(ranges, ({ from, to }) => from + (to - from) * random()),
  },
  {
    exercise: '11.6 drawSettings',
    id: 'settings-all-log',
    sentence:
      'Every value is drawn log-uniformly, those on a linear scale as well. Draw them evenly.',
    wrong: (ranges: Ranges, random: Random) =>
      overRanges(ranges, ({ from, to }) => from * (to / from) ** random()),
  },
  {
    exercise: '11.6 drawSettings',
    id: 'settings-one-draw',
    sentence:
      'One number is drawn for all of them, so that they rise and fall together. Draw for each by itself.',
    wrong: (ranges: Ranges, random: Random) => {
      const drawn = random();
      return drawSettings(ranges, () => drawn);
    },
  },
  {
    exercise: '11.6 drawSettings',
    id: 'settings-from-zero',
    sentence: 'Linear values run from 0 up. Add `from`, and stretch by to − from.',
    wrong: (ranges: Ranges, random: Random) =>
      overRanges(ranges, ({ from, to, scale }) =>
        scale === 'log' ? logUniform(from, to, random) : to * random(),
      ),
  },
  {
    exercise: '11.6 drawSettings',
    id: 'settings-ends-alone',
    sentence: 'Only the two ends come up. Everything between them must, too.',
    wrong: (ranges: Ranges, random: Random) =>
      overRanges(ranges, ({ from, to }) => (random() < 0.5 ? from : to)),
  },

  {
    exercise: '11.7 randomSearch',
    id: 'search-smallest',
    sentence: 'The smallest score is taken for the best. The larger the better.',
    wrong: searching((ranges, trials, evaluate, random) => {
      const { trials: made } = randomSearch(ranges, trials, evaluate, random);
      return { trials: made, best: best(made, (a, b) => a < b) };
    }),
  },
  {
    exercise: '11.7 randomSearch',
    id: 'search-last-of-equals',
    sentence:
      'Of equal scores the last one is taken. Take the first: replace the best only by a larger one.',
    wrong: searching((ranges, trials, evaluate, random) => {
      const { trials: made } = randomSearch(ranges, trials, evaluate, random);
      return { trials: made, best: best(made, (a, b) => a >= b) };
    }),
  },
  {
    exercise: '11.7 randomSearch',
    id: 'search-last-trial',
    sentence: 'The last trial is returned as the best. Compare the scores.',
    wrong: searching((ranges, trials, evaluate, random) => {
      const { trials: made } = randomSearch(ranges, trials, evaluate, random);
      return { trials: made, best: made.at(-1)! };
    }),
  },
  {
    exercise: '11.7 randomSearch',
    id: 'search-same-settings',
    sentence:
      'All trials have the same settings: they are drawn once, before the loop. Draw them anew for each trial.',
    wrong: searching((ranges, trials, evaluate, random) => {
      const settings = drawSettings(ranges, random);
      const made = upTo(trials).map(() => ({ settings, score: evaluate(settings) }));
      return { trials: made, best: best(made, (a, b) => a > b) };
    }),
  },
  {
    exercise: '11.7 randomSearch',
    id: 'search-nan-wins',
    sentence:
      'A score of NaN is taken for the best: nothing is larger than NaN, so it stays when it comes first. Skip it.',
    wrong: searching((ranges, trials, evaluate, random) => {
      const { trials: made } = randomSearch(ranges, trials, evaluate, random);
      return { trials: made, best: made.reduce((a, b) => (b.score > a.score ? b : a)) };
    }),
  },
  {
    exercise: '11.7 randomSearch',
    id: 'search-above-zero',
    sentence:
      'The best score starts at 0, and scores below it never win. Start with the first trial, or with −Infinity.',
    wrong: searching((ranges, trials, evaluate, random) => {
      const { trials: made } = randomSearch(ranges, trials, evaluate, random);
      let found: Trial = { settings: {}, score: 0 };
      for (const trial of made) if (trial.score > found.score) found = trial;
      return { trials: made, best: found };
    }),
  },
  {
    exercise: '11.7 randomSearch',
    id: 'search-grid',
    sentence:
      'The values stand on an even grid, and rise together from trial to trial. In a random search each is drawn by itself, which is its point.',
    wrong: searching((ranges, trials, evaluate) => {
      const made = upTo(trials).map((i) => {
        const settings = drawSettings(ranges, () => (i + 0.5) / trials);
        return { settings, score: evaluate(settings) };
      });
      return { trials: made, best: best(made, (a, b) => a > b) };
    }),
  },

  {
    exercise: '11.8 finerRange',
    id: 'finer-around-the-middle',
    sentence:
      'The finer range is around the middle of the coarse one. It is around the best value.',
    wrong: (range: Range, _: number, factor: number) => {
      const { from, to, scale } = range;
      return finerRange(range, scale === 'log' ? Math.sqrt(from * to) : (from + to) / 2, factor);
    },
  },
  {
    exercise: '11.8 finerRange',
    id: 'finer-beyond-the-coarse',
    sentence:
      'The finer range reaches beyond the coarse one. It ends where that ended: cut it off.',
    wrong: ({ from, to, scale }: Range, value: number, factor: number) => {
      const half = scale === 'log' ? (to / from) ** (factor / 2) : ((to - from) * factor) / 2;
      return scale === 'log'
        ? { from: value / half, to: value * half, scale }
        : { from: value - half, to: value + half, scale };
    },
  },
  {
    exercise: '11.8 finerRange',
    id: 'finer-twice-as-wide',
    sentence:
      'The range reaches the whole width to either side, so that it is twice as wide. Half of it lies on each side.',
    wrong: (range: Range, value: number, factor: number) => finerRange(range, value, 2 * factor),
  },
  {
    exercise: '11.8 finerRange',
    id: 'finer-linear-always',
    sentence:
      'The width is a difference on the logarithmic scale, too. There it is a factor: (to / from) to the power of factor / 2 on each side.',
    wrong: (range: Range, value: number, factor: number) => ({
      ...finerRange({ ...range, scale: 'linear' }, value, factor),
      scale: range.scale,
    }),
  },
  {
    exercise: '11.8 finerRange',
    id: 'finer-of-the-value',
    sentence:
      'The width is a share of the value and not of the range: value · (1 ± factor). A range around 0 would have none.',
    wrong: ({ from, to, scale }: Range, value: number, factor: number) => ({
      from: Math.max(from, value * (1 - factor)),
      to: Math.min(to, value * (1 + factor)),
      scale,
    }),
  },
  {
    exercise: '11.8 finerRange',
    id: 'finer-shifted-in',
    sentence:
      'At an end of the coarse range the finer one is moved inwards, so that the value is not in its middle. Cut it off there instead.',
    wrong: (range: Range, value: number, factor: number) => {
      const { from, to, scale } = range;
      if (scale === 'log') return finerRange(range, value, factor);
      const width = (to - from) * factor;
      const start = Math.min(Math.max(value - width / 2, from), to - width);
      return { from: start, to: start + width, scale };
    },
  },
  {
    exercise: '11.8 finerRange',
    id: 'finer-factor-of-ends',
    sentence:
      'Each end is multiplied with the factor. The width is: it becomes (to − from) · factor, around the value.',
    wrong: ({ from, to, scale }: Range, _: number, factor: number) => ({
      from: from * factor,
      to: to * factor,
      scale,
    }),
  },

  {
    exercise: '11.9 coarseToFine',
    id: 'fine-around-the-last-round',
    sentence:
      'Each round searches around the best of the round before. A later round may be worse: go on around the best of all rounds.',
    wrong: (ranges: Ranges, plan: SearchPlan, evaluate: Evaluate, random: Random) =>
      rounds(ranges, plan, evaluate, random, {
        centre: (_all, last) => last.best.settings,
        finer: (searched, settings) => finerAll(searched, settings, plan.factor),
      }),
  },
  {
    exercise: '11.9 coarseToFine',
    id: 'fine-never-narrows',
    sentence:
      'Every round searches the ranges that were given. Each later one searches finer ranges around the best.',
    wrong: (ranges: Ranges, plan: SearchPlan, evaluate: Evaluate, random: Random) =>
      rounds(ranges, plan, evaluate, random, {
        centre: (all) => all.best.settings,
        finer: () => ranges,
      }),
  },
  {
    exercise: '11.9 coarseToFine',
    id: 'fine-narrows-once',
    sentence:
      'Each later round narrows the ranges that were given, so that the third is as wide as the second. Narrow those of the round before.',
    wrong: (ranges: Ranges, plan: SearchPlan, evaluate: Evaluate, random: Random) =>
      rounds(ranges, plan, evaluate, random, {
        centre: (all) => all.best.settings,
        finer: (_searched, settings) => finerAll(ranges, settings, plan.factor),
      }),
  },
  {
    exercise: '11.9 coarseToFine',
    id: 'fine-one-round-too-many',
    sentence: 'There is one round too many. The first, coarse one counts as a round.',
    wrong: (ranges: Ranges, plan: SearchPlan, evaluate: Evaluate, random: Random) =>
      coarseToFine(ranges, { ...plan, rounds: plan.rounds + 1 }, evaluate, random),
  },
  {
    exercise: '11.9 coarseToFine',
    id: 'fine-last-round-alone',
    sentence: 'Only the trials of the last round come back. Keep those of all rounds.',
    wrong: (ranges: Ranges, plan: SearchPlan, evaluate: Evaluate, random: Random) => {
      const { trials, best: found } = coarseToFine(ranges, plan, evaluate, random);
      return { trials: trials.slice(-plan.trials), best: found };
    },
  },
  {
    exercise: '11.9 coarseToFine',
    id: 'fine-best-of-the-last',
    sentence:
      'The best of the last round is returned. An earlier one may be better: compare the trials of all rounds.',
    wrong: (ranges: Ranges, plan: SearchPlan, evaluate: Evaluate, random: Random) => {
      const { trials } = coarseToFine(ranges, plan, evaluate, random);
      return { trials, best: best(trials.slice(-plan.trials), (a, b) => a > b) };
    },
  },

  {
    exercise: '11.10 chooseAndTest',
    id: 'choose-by-training',
    sentence:
      'The candidate is chosen by its score on the training set, which the one that overfits most wins. Choose by the validation set.',
    wrong: choosing((candidates, testScore) => {
      const byTraining = candidates.map(({ train }) => ({ train, validation: train }));
      const { index } = chooseAndTest(byTraining, () => 0);
      return { index, validation: candidates[index]!.validation, test: testScore(index) };
    }),
  },
  {
    exercise: '11.10 chooseAndTest',
    id: 'choose-by-test',
    sentence:
      'The candidate is chosen by its score on the test set, so that the score says nothing any more. Choose by the validation set, and test the one that was chosen.',
    wrong: choosing((candidates, testScore) => {
      const tests = candidates.map((_, index) => testScore(index));
      const index = tests.indexOf(Math.max(...tests));
      return { index, validation: candidates[index]!.validation, test: tests[index]! };
    }),
  },
  {
    exercise: '11.10 chooseAndTest',
    id: 'choose-by-the-gap',
    sentence:
      'The candidate with the smallest gap between training and validation is chosen. A small gap may be a poor model: choose by the validation score.',
    wrong: choosing((candidates, testScore) => {
      const gaps = candidates.map(({ train, validation }) => validation - train);
      const index = gaps.indexOf(Math.max(...gaps));
      return { index, validation: candidates[index]!.validation, test: testScore(index) };
    }),
  },
  {
    exercise: '11.10 chooseAndTest',
    id: 'choose-last-of-equals',
    sentence: 'Of equal candidates the last one is chosen. Choose the first.',
    wrong: choosing((candidates, testScore) => {
      const { validation } = chooseAndTest(candidates, () => 0);
      const index = candidates.findLastIndex((one) => one.validation === validation);
      return { index, validation, test: testScore(index) };
    }),
  },
  {
    exercise: '11.10 chooseAndTest',
    id: 'choose-smallest',
    sentence: 'The smallest score is taken for the best. The larger the better.',
    wrong: choosing((candidates, testScore) => {
      const turned = candidates.map((one: Candidate) => ({ ...one, validation: -one.validation }));
      const { index, test } = chooseAndTest(turned, testScore);
      return { index, validation: candidates[index]!.validation, test };
    }),
  },
];

/** A wrong search that refuses what the right one refuses, without a call of `evaluate` for that. */
function searching(wrong: typeof randomSearch): typeof randomSearch {
  return (ranges, trials, evaluate, random) => {
    randomSearch({}, trials, () => 0, random);
    return wrong(ranges, trials, evaluate, random);
  };
}

/** A wrong choice that refuses what the right one refuses, without a test for that. */
function choosing(wrong: typeof chooseAndTest): typeof chooseAndTest {
  return (candidates, testScore) => {
    chooseAndTest(candidates, () => 0);
    return wrong(candidates, testScore);
  };
}

type Scorer = (train: number[], validation: number[]) => number;

function upTo(N: number): number[] {
  return Array.from({ length: N }, (_, n) => n);
}

/** The three parts, cut from an order. */
function cut(
  order: readonly number[],
  N: number,
  shares: { validation: number; test: number },
  round: (value: number) => number = Math.round,
): ReturnType<typeof splitSamples> {
  const validation = round(N * shares.validation);
  const test = round(N * shares.test);
  return {
    validation: order.slice(0, validation),
    test: order.slice(validation, validation + test),
    train: order.slice(validation + test),
  };
}

/** The first samples of each class in an order, held out. */
function byClass(
  labels: Labels,
  order: readonly number[],
  share: number,
  round: (value: number) => number,
): ReturnType<typeof stratifiedSplit> {
  const all = labelsOf(order.map((n) => labels.get(n)));
  const split = { train: [] as number[], heldOut: [] as number[] };
  for (const c of new Set(all.data)) {
    const own = order.filter((n) => labels.get(n) === c);
    const count = round(own.length * share);
    split.heldOut.push(...own.slice(0, count));
    split.train.push(...own.slice(count));
  }
  return split;
}

/** Folds from the ends of their pieces. */
function pieces(
  order: readonly number[],
  k: number,
  ends: (i: number) => readonly [start: number, end: number],
): Fold[] {
  return upTo(k).map((i) => {
    const [start, end] = ends(i);
    return {
      train: [...order.slice(0, start), ...order.slice(end)],
      validation: order.slice(start, end),
    };
  });
}

function overRanges(ranges: Ranges, f: (range: Range) => number): Settings {
  return Object.fromEntries(Object.entries(ranges).map(([name, range]) => [name, f(range)]));
}

/** The trial that no later one beats. */
function best(trials: readonly Trial[], beats: (score: number, best: number) => boolean): Trial {
  const scored = trials.filter(({ score }) => !Number.isNaN(score));
  if (scored.length === 0) throw new RangeError('the scores of all trials are NaN');
  return scored.reduce((found, trial) => (beats(trial.score, found.score) ? trial : found));
}

function finerAll(ranges: Ranges, settings: Settings, factor: number): Ranges {
  return Object.fromEntries(
    Object.entries(ranges).map(([name, range]) => [
      name,
      finerRange(range, settings[name]!, factor),
    ]),
  );
}

/** A search in rounds with another centre, or other finer ranges. */
function rounds(
  ranges: Ranges,
  { rounds: count, trials }: SearchPlan,
  evaluate: Evaluate,
  random: Random,
  {
    centre,
    finer,
  }: {
    centre: (all: Search, last: Search) => Settings;
    finer: (searched: Ranges, settings: Settings) => Ranges;
  },
): Search {
  const all = randomSearch(ranges, trials, evaluate, random);
  let last: Search = { ...all, trials: [...all.trials] };
  let searched = ranges;
  for (let round = 2; round <= count; round++) {
    searched = finer(searched, centre(all, last));
    last = randomSearch(searched, trials, evaluate, random);
    all.trials.push(...last.trials);
    all.best = best(all.trials, (a, b) => a > b);
  }
  return all;
}
