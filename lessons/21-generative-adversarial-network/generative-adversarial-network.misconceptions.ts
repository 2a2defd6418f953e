/** Lesson 21: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { add, copy, filled, map, matrixProduct, zeros, zip, type Tensor } from '#arrays';
import { normal } from '#datasets/random';
import { leakyRelu, relu, sigmoid } from '#lessons/02-activations';
import { affineBackward, affineForward, type TwoLayerParams } from '#lessons/05-backprop';
import { adamStart, adamUpdate, type AdamState } from '#lessons/07-optimizers';
import type { Misconception } from '../../checks/misconception.ts';
import { refusingLike, sumOver } from '../../checks/wrong-answers.ts';
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
  trainingStep,
  type DiscriminatorLoss,
  type GanNoise,
  type GanOptions,
  type GanParams,
  type GanState,
  type GanStep,
  type GeneratorLoss,
  type GeneratorLossName,
  type NetworkBack,
  type NetworkCache,
  type PlayerGradients,
  type Ring,
  type RingScore,
} from './generative-adversarial-network.reference.ts';

type Random = () => number;

export const misconceptions: Misconception[] = [
  {
    exercise: '21.1 discriminatorLoss',
    id: 'discriminator-loss-exchanged',
    sentence:
      'Real and fake are exchanged: this loss is small where D takes fakes for real samples. Real samples cost softplus(−s), fake ones softplus(s).',
    wrong: (real: Tensor, fake: Tensor, target: number) => {
      const { loss, dreal, dfake } = discriminatorLoss(fake, real, target);
      return { loss, dreal: dfake, dfake: dreal };
    },
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'discriminator-loss-value',
    sentence:
      'This is the value of the game, which the discriminator maximizes. A loss is minimized: turn the sign of it and of its gradients.',
    wrong: wrongJudge({ loss: (value) => -value, slope: (value) => -value }),
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'discriminator-loss-sums',
    sentence:
      'These are sums over the samples. The loss is a mean over the real ones plus a mean over the fake ones, and the gradients carry the 1/N and the 1/M.',
    wrong: wrongJudge({ counts: () => [1, 1] }),
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'discriminator-loss-one-mean',
    sentence:
      'This is one mean over both batches together. Each has a mean of its own, so that the larger batch counts no more than the other.',
    wrong: wrongJudge({ counts: (N, M) => [N + M, N + M] }),
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'discriminator-loss-half',
    sentence:
      'This is half of it, the mean of the two parts. The loss is their sum, as in the paper.',
    wrong: wrongJudge({ counts: (N, M) => [2 * N, 2 * M] }),
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'discriminator-loss-slopes-not-divided',
    sentence:
      'The loss takes means and its gradients do not: divide them by the number of real samples and of fake ones.',
    wrong: wrongJudge({ slopeCounts: () => [1, 1] }),
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'discriminator-loss-other-count',
    sentence:
      'The gradient of the fake logits is divided by the number of real samples. Divide it by the number of fake ones.',
    wrong: wrongJudge({ slopeCounts: (N) => [N, N] }),
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'discriminator-loss-slopes-turned',
    sentence:
      'The gradients have the opposite sign. The loss grows with the logits of fake samples and falls with those of real ones.',
    wrong: wrongJudge({ slope: (value) => -value }),
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'discriminator-loss-fools',
    sentence:
      'The gradient of the fake logits has the sign that the generator wants. The discriminator wants these logits low: its loss grows with them.',
    wrong: wrongJudge({ fakeSlope: (value) => -value }),
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'smoothing-both-sides',
    sentence:
      'Fake samples are smoothed too: their target is 1 − target. One-sided smoothing leaves it at 0, else the best discriminator calls a place partly real where nothing but fakes lie.',
    anchor: '#label-smoothing',
    wrong: wrongJudge({ targets: (target) => [target, 1 - target] }),
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'smoothing-wrong-side',
    sentence:
      'The fake samples are smoothed, and the real ones are not. It is the other way round: real samples have the target, fake ones 0.',
    anchor: '#label-smoothing',
    wrong: wrongJudge({ targets: (target) => [1, 1 - target] }),
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'smoothing-ignored',
    sentence: 'The target is not used: real samples are asked for 1.',
    anchor: '#label-smoothing',
    wrong: wrongJudge({ targets: () => [1, 0] }),
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'smoothing-as-weight',
    sentence:
      'The target only weighs the cost of real samples. With a target of 0.9 a D above 0.9 costs too: (1 − target) · softplus(s) is missing.',
    anchor: '#label-smoothing',
    wrong: wrongJudge({
      realCost: (s, target) => target * plus(-s),
      realSlope: (s, target) => -target * squash(-s),
    }),
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'smoothing-amount',
    sentence:
      'The target is taken for the amount of smoothing: real samples are asked for 1 − target. Ask them for the target.',
    anchor: '#label-smoothing',
    wrong: wrongJudge({ targets: (target) => [1 - target, 0] }),
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'discriminator-loss-sigmoid-twice',
    sentence:
      'The sigmoid is taken twice: the loss is that of sigmoid(s) as if it were a logit. What comes in are logits, and softplus has the sigmoid in it.',
    anchor: '#from-logits',
    wrong: (real: Tensor, fake: Tensor, target: number) => {
      const [D, made] = [sigmoid(real), sigmoid(fake)];
      const { loss, dreal, dfake } = discriminatorLoss(D, made, target);
      return { loss, dreal: throughSigmoid(dreal, D), dfake: throughSigmoid(dfake, made) };
    },
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'discriminator-loss-of-probabilities',
    sentence:
      'The logits are taken for probabilities: this is −ln s and −ln(1 − s). Take softplus(−s) and softplus(s), which are −ln D and −ln(1 − D).',
    anchor: '#from-logits',
    wrong: wrongJudge({
      realCost: (s, target) => cost(clip(s), target),
      fakeCost: (s) => cost(clip(s), 0),
      realSlope: (s, target) => (clip(s) - target) / (clip(s) * (1 - clip(s))),
      fakeSlopeOf: (s) => 1 / (1 - clip(s)),
    }),
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'discriminator-loss-naive',
    sentence:
      'The logarithm is taken of a sigmoid, which is exactly 0 or 1 for large logits: the loss becomes infinite, or NaN. softplus says the same and stays finite.',
    anchor: '#from-logits',
    wrong: wrongJudge({
      realCost: (s, target) => cost(squash(s), target),
      fakeCost: (s) => cost(squash(s), 0),
    }),
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'discriminator-loss-epsilon',
    sentence:
      'A small number in the logarithm keeps the loss finite, and wrong: it can never be more than about 18 or 28 a sample. softplus needs no such number.',
    anchor: '#from-logits',
    wrong: wrongJudge({
      realCost: (s, target) => cost(clip(squash(s)), target),
      fakeCost: (s) => cost(clip(squash(s)), 0),
    }),
  },
  {
    exercise: '21.1 discriminatorLoss',
    id: 'discriminator-slope-by-probability',
    sentence:
      'The gradients are those with respect to D, the probability. With respect to the logit they are times D · (1 − D): sigmoid(s) − target.',
    anchor: '#from-logits',
    wrong: wrongJudge({
      realSlope: (s, target) => (clip(squash(s)) - target) / spread(s),
      fakeSlopeOf: (s) => squash(s) / spread(s),
    }),
  },
  {
    exercise: '21.2 minimaxLoss',
    id: 'minimax-is-non-saturating',
    sentence:
      'This is the loss of 21.3. The minimax loss is the mean of ln(1 − D), and small where D takes fakes for real.',
    anchor: '#two-losses-for-the-generator',
    wrong: (fake: Tensor) => nonSaturatingLoss(fake),
  },
  {
    exercise: '21.2 minimaxLoss',
    id: 'minimax-turned',
    sentence:
      "This is the discriminator's cost, the mean of −ln(1 − D). The generator wants the opposite: leave the minus out.",
    anchor: '#two-losses-for-the-generator',
    wrong: wrongMaker(minimaxLoss, { loss: (s) => plus(s), slope: (s) => squash(s) }),
  },
  {
    exercise: '21.2 minimaxLoss',
    id: 'minimax-ln-D',
    sentence:
      'This is ln D. The part of the game that the generator has is ln(1 − D), which is −softplus(s).',
    anchor: '#two-losses-for-the-generator',
    wrong: wrongMaker(minimaxLoss, { loss: (s) => -plus(-s), slope: (s) => squash(-s) }),
  },
  {
    exercise: '21.2 minimaxLoss',
    id: 'minimax-sum',
    sentence:
      'These are sums over the samples. The loss is a mean, and its gradient carries the 1/M.',
    wrong: wrongMaker(minimaxLoss, { count: () => 1 }),
  },
  {
    exercise: '21.2 minimaxLoss',
    id: 'minimax-slope-not-divided',
    sentence: 'The loss is a mean and its gradient is not: divide it by the number of samples too.',
    wrong: wrongMaker(minimaxLoss, { slopeCount: () => 1 }),
  },
  {
    exercise: '21.2 minimaxLoss',
    id: 'minimax-slope-turned',
    sentence: 'The gradient has the opposite sign. ln(1 − D) falls where the logit grows.',
    wrong: wrongMaker(minimaxLoss, { slope: (s) => squash(s) }),
  },
  {
    exercise: '21.2 minimaxLoss',
    id: 'minimax-slope-of-the-other',
    sentence:
      'The gradient is that of 21.3, −sigmoid(−s). That of −softplus(s) is −sigmoid(s), and vanishes where D is sure of a fake.',
    anchor: '#two-losses-for-the-generator',
    wrong: wrongMaker(minimaxLoss, { slope: (s) => -squash(-s) }),
  },
  {
    exercise: '21.2 minimaxLoss',
    id: 'minimax-sigmoid-twice',
    sentence:
      'The sigmoid is taken twice: the loss is that of sigmoid(s) as if it were a logit. What comes in are logits.',
    anchor: '#from-logits',
    wrong: sigmoidTwice(minimaxLoss),
  },
  {
    exercise: '21.2 minimaxLoss',
    id: 'minimax-naive',
    sentence:
      'The logarithm is taken of 1 − sigmoid(s), which is exactly 0 for a large logit: the loss becomes infinite. −softplus(s) says the same and stays finite.',
    anchor: '#from-logits',
    wrong: wrongMaker(minimaxLoss, { loss: (s) => Math.log(1 - squash(s)) }),
  },
  {
    exercise: '21.3 nonSaturatingLoss',
    id: 'non-saturating-is-minimax',
    sentence:
      'This is the loss of 21.2, ln(1 − D), whose slope vanishes where D is sure of a fake. This one is −ln D = softplus(−s).',
    anchor: '#two-losses-for-the-generator',
    wrong: (fake: Tensor) => minimaxLoss(fake),
  },
  {
    exercise: '21.3 nonSaturatingLoss',
    id: 'non-saturating-turned',
    sentence:
      'This is the mean of ln D, which the generator wants large. A loss is minimized: −ln D = softplus(−s).',
    anchor: '#two-losses-for-the-generator',
    wrong: wrongMaker(nonSaturatingLoss, { loss: (s) => -plus(-s), slope: (s) => squash(-s) }),
  },
  {
    exercise: '21.3 nonSaturatingLoss',
    id: 'non-saturating-judge',
    sentence:
      "This is the discriminator's cost of fakes, −ln(1 − D): the generator would learn to be found out. Its own loss is −ln D.",
    anchor: '#two-losses-for-the-generator',
    wrong: wrongMaker(nonSaturatingLoss, { loss: (s) => plus(s), slope: (s) => squash(s) }),
  },
  {
    exercise: '21.3 nonSaturatingLoss',
    id: 'non-saturating-sum',
    sentence:
      'These are sums over the samples. The loss is a mean, and its gradient carries the 1/M.',
    wrong: wrongMaker(nonSaturatingLoss, { count: () => 1 }),
  },
  {
    exercise: '21.3 nonSaturatingLoss',
    id: 'non-saturating-slope-not-divided',
    sentence: 'The loss is a mean and its gradient is not: divide it by the number of samples too.',
    wrong: wrongMaker(nonSaturatingLoss, { slopeCount: () => 1 }),
  },
  {
    exercise: '21.3 nonSaturatingLoss',
    id: 'non-saturating-slope-of-the-other',
    sentence:
      'The gradient is that of 21.2, −sigmoid(s), which vanishes where D is sure of a fake. That of softplus(−s) is −sigmoid(−s).',
    anchor: '#two-losses-for-the-generator',
    wrong: wrongMaker(nonSaturatingLoss, { slope: (s) => -squash(s) }),
  },
  {
    exercise: '21.3 nonSaturatingLoss',
    id: 'non-saturating-slope-turned',
    sentence: 'The gradient has the opposite sign. −ln D falls where the logit grows.',
    wrong: wrongMaker(nonSaturatingLoss, { slope: (s) => squash(-s) }),
  },
  {
    exercise: '21.3 nonSaturatingLoss',
    id: 'non-saturating-sigmoid-twice',
    sentence:
      'The sigmoid is taken twice: the loss is that of sigmoid(s) as if it were a logit. What comes in are logits.',
    anchor: '#from-logits',
    wrong: sigmoidTwice(nonSaturatingLoss),
  },
  {
    exercise: '21.3 nonSaturatingLoss',
    id: 'non-saturating-naive',
    sentence:
      'The logarithm is taken of a sigmoid, which is exactly 0 for a logit of −1000: the loss becomes infinite. softplus(−s) says the same and stays finite.',
    anchor: '#from-logits',
    wrong: wrongMaker(nonSaturatingLoss, { loss: (s) => -Math.log(squash(s)) }),
  },
  {
    exercise: '21.3 nonSaturatingLoss',
    id: 'non-saturating-log-of-mean',
    sentence:
      'This is the logarithm of the mean of D. Take the logarithm of each sample, then the mean.',
    wrong: (fake: Tensor) => {
      const D = sigmoid(fake);
      const sum = total(D);
      return {
        loss: -Math.log(sum / D.size),
        dfake: map(D, (probability) => (-probability * (1 - probability)) / sum),
      };
    },
  },
  {
    exercise: '21.4 bestDiscriminator',
    id: 'best-exchanged',
    sentence:
      'This is q / (p + q), the probability that an outcome is fake. D says how probable it is that it is real.',
    wrong: refusingLike(bestDiscriminator, (p: Tensor, q: Tensor) => bestDiscriminator(q, p)),
  },
  {
    exercise: '21.4 bestDiscriminator',
    id: 'best-ratio',
    sentence: 'This is p / q, which may be above 1. A probability is a share of both: p / (p + q).',
    wrong: refusingLike(bestDiscriminator, (p: Tensor, q: Tensor) =>
      zip(p, q, (real, fake) => (real + fake === 0 ? 0.5 : real / fake)),
    ),
  },
  {
    exercise: '21.4 bestDiscriminator',
    id: 'best-never-0',
    sentence:
      'Where an outcome comes in neither, this is 0, which calls it fake. Nothing speaks for either: it is ½ there.',
    wrong: refusingLike(bestDiscriminator, (p: Tensor, q: Tensor) =>
      zip(p, q, (real, fake) => (real === 0 ? 0 : real / (real + fake))),
    ),
  },
  {
    exercise: '21.4 bestDiscriminator',
    id: 'best-epsilon',
    sentence:
      'A small number in the denominator keeps it from being 0, and makes D wrong for outcomes that are rare. Ask whether both are 0 instead.',
    wrong: refusingLike(bestDiscriminator, (p: Tensor, q: Tensor) =>
      zip(p, q, (real, fake) => (real + 1e-12) / (real + fake + 2e-12)),
    ),
  },
  {
    exercise: '21.4 bestDiscriminator',
    id: 'best-hard',
    sentence:
      'This only says which of the two is more likely. The best discriminator says how likely: p / (p + q).',
    wrong: refusingLike(bestDiscriminator, (p: Tensor, q: Tensor) =>
      zip(p, q, (real, fake) => (real === fake ? 0.5 : Number(real > fake))),
    ),
  },
  {
    exercise: '21.4 bestDiscriminator',
    id: 'best-logit',
    sentence:
      'This is ln p − ln q, the logit. The sigmoid of it is asked for, which is p / (p + q).',
    wrong: refusingLike(bestDiscriminator, (p: Tensor, q: Tensor) =>
      zip(p, q, (real, fake) => (real + fake === 0 ? 0 : Math.log(real) - Math.log(fake))),
    ),
  },
  {
    exercise: '21.4 bestDiscriminator',
    id: 'best-sums-to-1',
    sentence:
      'The result was scaled to the sum 1. D is no distribution over the outcomes: each has a probability of its own to be real.',
    wrong: refusingLike(bestDiscriminator, (p: Tensor, q: Tensor) => {
      const D = bestDiscriminator(p, q);
      return map(D, (value) => value / total(D));
    }),
  },
  {
    exercise: '21.5 gameValue',
    id: 'value-turned',
    sentence:
      "This is the discriminator's loss, with the opposite sign. The value is what it wants large: Σ p · ln D + q · ln(1 − D).",
    wrong: wrongValue({ value: (sum) => -sum }),
  },
  {
    exercise: '21.5 gameValue',
    id: 'value-exchanged',
    sentence: 'Real and fake are exchanged: ln D goes with p, and ln(1 − D) with q.',
    wrong: refusingLike(gameValue, (p: Tensor, q: Tensor, D: Tensor) => gameValue(q, p, D)),
  },
  {
    exercise: '21.5 gameValue',
    id: 'value-real-alone',
    sentence: 'Only the real outcomes are in it. q · ln(1 − D) belongs to the value too.',
    wrong: wrongValue({ fake: () => 0 }),
  },
  {
    exercise: '21.5 gameValue',
    id: 'value-fake-alone',
    sentence:
      'Only the fake outcomes are in it, which is all that the generator can change. The value of the game has p · ln D too.',
    wrong: wrongValue({ real: () => 0 }),
  },
  {
    exercise: '21.5 gameValue',
    id: 'value-unweighted',
    sentence:
      'All outcomes count alike. Those of the data come with the probabilities p and those of the generator with q: weigh by them.',
    wrong: wrongValue({
      real: (p, D) => timesLog(p > 0 ? 1 : 0, D),
      fake: (q, D) => timesLog(q > 0 ? 1 : 0, 1 - D),
      value: (sum, K) => sum / K,
    }),
  },
  {
    exercise: '21.5 gameValue',
    id: 'value-epsilon',
    sentence:
      'A small number in the logarithm makes the value finite where D excludes what does come. It is −∞ there; only what never comes adds 0.',
    wrong: wrongValue({
      real: (p, D) => p * Math.log(D + 1e-12),
      fake: (q, D) => q * Math.log(1 - D + 1e-12),
    }),
  },
  {
    exercise: '21.5 gameValue',
    id: 'value-skips-certain',
    sentence:
      'Outcomes of which D is certain are left out. Leave out only what never comes: where D excludes what does come, the value is −∞.',
    wrong: wrongValue({
      real: (p, D) => (D === 0 ? 0 : timesLog(p, D)),
      fake: (q, D) => (D === 1 ? 0 : timesLog(q, 1 - D)),
    }),
  },
  {
    exercise: '21.5 gameValue',
    id: 'value-log-of-mean',
    sentence:
      'This is the logarithm of the mean of D, and of 1 − D. Take the logarithms first, then the means.',
    wrong: refusingLike(gameValue, (p: Tensor, q: Tensor, D: Tensor) => {
      const right = sumOver(p.size, (k) => p.get(k) * D.get(k));
      const found = sumOver(p.size, (k) => q.get(k) * (1 - D.get(k)));
      return Math.log(right) + Math.log(found);
    }),
  },
  {
    exercise: '21.5 gameValue',
    id: 'value-in-bits',
    sentence: 'The logarithms have the base 2. They are natural ones here.',
    wrong: wrongValue({ value: (sum) => sum / Math.LN2 }),
  },
  {
    exercise: '21.6 jensenShannon',
    id: 'jsd-without-halves',
    sentence:
      'Both divergences are added up whole. Each counts half, so that the result goes up to ln 2.',
    wrong: wrongDivergence({ weights: [1, 1] }),
  },
  {
    exercise: '21.6 jensenShannon',
    id: 'jsd-half-of-it',
    sentence:
      'Only what p is away from the middle is in it. Half of what q is away from there belongs to it too.',
    wrong: wrongDivergence({ weights: [1 / 2, 0] }),
  },
  {
    exercise: '21.6 jensenShannon',
    id: 'jsd-second-half',
    sentence:
      'Only what q is away from the middle is in it. Half of what p is away from there belongs to it too.',
    wrong: wrongDivergence({ weights: [0, 1 / 2] }),
  },
  {
    exercise: '21.6 jensenShannon',
    id: 'jsd-middle-is-sum',
    sentence: 'The middle is p + q. It is a distribution, half of that.',
    wrong: wrongDivergence({ middle: (p, q) => p + q }),
  },
  {
    exercise: '21.6 jensenShannon',
    id: 'jsd-kullback-leibler',
    sentence:
      'This is the Kullback-Leibler divergence of p from q, which is infinite where q is 0 and p is not. Compare both with the middle, (p + q)/2.',
    wrong: refusingLike(jensenShannon, (p: Tensor, q: Tensor) =>
      sumOver(p.size, (k) => timesLog(p.get(k), p.get(k) / q.get(k))),
    ),
  },
  {
    exercise: '21.6 jensenShannon',
    id: 'jsd-both-ways',
    sentence:
      'This is the mean of the divergences of p from q and of q from p. Compare both with the middle, (p + q)/2, which is never 0 where one of them is not.',
    wrong: refusingLike(jensenShannon, (p: Tensor, q: Tensor) =>
      sumOver(
        p.size,
        (k) =>
          (timesLog(p.get(k), p.get(k) / q.get(k)) + timesLog(q.get(k), q.get(k) / p.get(k))) / 2,
      ),
    ),
  },
  {
    exercise: '21.6 jensenShannon',
    id: 'jsd-common-alone',
    sentence:
      'Outcomes that come in only one of the two are left out. The one that has them adds p · ln(p/m), with m = p/2.',
    wrong: wrongDivergence({ middle: (p, q) => (p * q === 0 ? p + q : (p + q) / 2) }),
  },
  {
    exercise: '21.6 jensenShannon',
    id: 'jsd-in-bits',
    sentence: 'The logarithms have the base 2, so the largest result is 1. They are natural ones.',
    wrong: refusingLike(jensenShannon, (p: Tensor, q: Tensor) => jensenShannon(p, q) / Math.LN2),
  },
  {
    exercise: '21.6 jensenShannon',
    id: 'jsd-root',
    sentence: 'This is the root of the divergence, a distance. The divergence has none.',
    wrong: refusingLike(jensenShannon, (p: Tensor, q: Tensor) => Math.sqrt(jensenShannon(p, q))),
  },
  {
    exercise: '21.6 jensenShannon',
    id: 'jsd-game-value',
    sentence:
      'This is the value of the game against the best discriminator, 2 · JSD − ln 4. Add ln 4 and take half.',
    wrong: refusingLike(
      jensenShannon,
      (p: Tensor, q: Tensor) => 2 * jensenShannon(p, q) - Math.log(4),
    ),
  },
  {
    exercise: '21.7 networkForward',
    id: 'network-relu',
    sentence:
      'This is a plain ReLU, which is 0 below 0. A leaky one leaves 0.2 of it, so that a slope gets back to the generator from everywhere.',
    wrong: wrongNetwork({ hidden: relu }),
  },
  {
    exercise: '21.7 networkForward',
    id: 'network-wrong-side',
    sentence:
      'The slope 0.2 is on the side above 0. It belongs below: x stays as it is where it is above 0.',
    wrong: wrongNetwork({ hidden: (x) => map(x, (value) => (value > 0 ? 0.2 : 1) * value) }),
  },
  {
    exercise: '21.7 networkForward',
    id: 'network-small-slope',
    sentence: 'The slope below 0 is 0.01, another common one. Here it is 0.2.',
    wrong: wrongNetwork({ hidden: (x) => leakyRelu(x, 0.01) }),
  },
  {
    exercise: '21.7 networkForward',
    id: 'network-linear',
    sentence: 'There is nothing between the layers, so the two are one in other words.',
    wrong: wrongNetwork({ hidden: (x) => x }),
  },
  {
    exercise: '21.7 networkForward',
    id: 'network-sigmoid-at-the-end',
    sentence:
      'A sigmoid follows the second layer. The losses ask for logits, and samples may be any numbers: leave the result as it is.',
    anchor: '#from-logits',
    wrong: wrongNetwork({ end: sigmoid }),
  },
  {
    exercise: '21.7 networkForward',
    id: 'network-tanh-at-the-end',
    sentence:
      'A tanh follows the second layer, as in generators of images between −1 and 1. Here the result stays as it is.',
    wrong: wrongNetwork({ end: (x) => map(x, Math.tanh) }),
  },
  {
    exercise: '21.7 networkForward',
    id: 'network-leaky-at-the-end',
    sentence: 'A leaky ReLU follows the second layer as well. Leave the result as it is.',
    wrong: wrongNetwork({ end: (x) => leakyRelu(x, 0.2) }),
  },
  {
    exercise: '21.7 networkForward',
    id: 'network-bias-after-leak',
    sentence:
      'b1 is added after the leaky ReLU. It belongs to the layer, so the ReLU comes after it.',
    wrong: refusingLike(networkForward, (x: Tensor, params: TwoLayerParams) => {
      const hidden = leakyRelu(matrixProduct(x, params.W1), 0.2);
      const shifted = filled(hidden.shape, (n, h) => hidden.get(n!, h!) + params.b1.get(h!));
      return {
        ...networkForward(x, params),
        out: affineForward(shifted, params.W2, params.b2).out,
      };
    }),
  },
  {
    exercise: '21.8 networkBackward',
    id: 'network-back-relu',
    sentence:
      'Nothing passes where a hidden unit was below 0, as through a plain ReLU. Through a leaky one 0.2 of it passes.',
    wrong: wrongBack({ slope: (hidden) => (hidden > 0 ? 1 : 0) }),
  },
  {
    exercise: '21.8 networkBackward',
    id: 'network-back-wrong-side',
    sentence:
      'The slope 0.2 is taken where the hidden unit was above 0. It is 1 there, and 0.2 below.',
    wrong: wrongBack({ slope: (hidden) => (hidden > 0 ? 0.2 : 1) }),
  },
  {
    exercise: '21.8 networkBackward',
    id: 'network-back-leak-of-dout',
    sentence:
      'The leaky ReLU was applied to what comes back, by its sign. Its slope goes by the sign of the hidden unit in the forward pass.',
    wrong: wrongBack({ slope: (_, d) => (d > 0 ? 1 : 0.2) }),
  },
  {
    exercise: '21.8 networkBackward',
    id: 'network-back-linear',
    sentence:
      'What comes back goes through the leaky ReLU as if it were not there. Where a hidden unit was below 0 only 0.2 of it passes.',
    wrong: wrongBack({ slope: () => 1 }),
  },
  {
    exercise: '21.8 networkBackward',
    id: 'network-back-small-slope',
    sentence: 'The slope below 0 is 0.01 on the way back. It is 0.2, as on the way there.',
    wrong: wrongBack({ slope: (hidden) => (hidden > 0 ? 1 : 0.01) }),
  },
  {
    exercise: '21.8 networkBackward',
    id: 'network-back-mean',
    sentence:
      'The gradients of the parameters are divided by N. The 1/N is in dout already, from the loss.',
    wrong: wrongBack({ scale: (N) => 1 / N }),
  },
  {
    exercise: '21.8 networkBackward',
    id: 'network-back-before-leak',
    sentence:
      'dW2 is made with the hidden units before their leaky ReLU. The second layer read them after it.',
    wrong: (dout: Tensor, cache: NetworkCache): NetworkBack => {
      const right = networkBackward(dout, cache);
      const W2 = matrixProduct(cache.hidden.transpose(1, 0), dout);
      return { ...right, gradients: { ...right.gradients, W2 } };
    },
  },
  {
    exercise: '21.8 networkBackward',
    id: 'network-back-biases-missing',
    sentence: 'The biases get nothing. Each gets the sum of what comes back to its layer.',
    wrong: (dout: Tensor, cache: NetworkCache): NetworkBack => {
      const { dx, gradients } = networkBackward(dout, cache);
      return { dx, gradients: { ...gradients, b1: zero(gradients.b1), b2: zero(gradients.b2) } };
    },
  },
  {
    exercise: '21.9 discriminatorGradients',
    id: 'judging-fakes-alone',
    sentence:
      'Only the fakes are in the gradients: they replaced what came back from the real samples. Both add up.',
    wrong: wrongJudging({ weights: () => [0, 1] }),
  },
  {
    exercise: '21.9 discriminatorGradients',
    id: 'judging-real-alone',
    sentence: 'Only the real samples are in the gradients. What comes back from the fakes adds up.',
    wrong: wrongJudging({ weights: () => [1, 0] }),
  },
  {
    exercise: '21.9 discriminatorGradients',
    id: 'judging-difference',
    sentence:
      'What comes back from the fakes is subtracted. The signs are in the loss: the two gradients add up.',
    wrong: wrongJudging({ weights: () => [1, -1] }),
  },
  {
    exercise: '21.9 discriminatorGradients',
    id: 'judging-mean-of-both',
    sentence:
      'The gradients are the mean of what comes back from the real and from the fake samples. The loss is a sum of two means, and so are its gradients.',
    wrong: wrongJudging({ weights: () => [1 / 2, 1 / 2] }),
  },
  {
    exercise: '21.9 discriminatorGradients',
    id: 'judging-exchanged',
    sentence: 'Real and fake samples are exchanged.',
    wrong: refusingLike(
      discriminatorGradients,
      (real: Tensor, fake: Tensor, discriminator: TwoLayerParams, target: number) =>
        discriminatorGradients(fake, real, discriminator, target),
    ),
  },
  {
    exercise: '21.9 discriminatorGradients',
    id: 'judging-target-ignored',
    sentence: 'The target is not handed on: real samples are asked for 1.',
    anchor: '#label-smoothing',
    wrong: refusingLike(
      discriminatorGradients,
      (real: Tensor, fake: Tensor, discriminator: TwoLayerParams) =>
        discriminatorGradients(real, fake, discriminator, 1),
    ),
  },
  {
    exercise: '21.9 discriminatorGradients',
    id: 'judging-one-batch',
    sentence:
      'All samples went through as one batch with one mean. The loss takes a mean over the real ones and one over the fake ones.',
    wrong: wrongJudging({
      weights: (N, M) => [N / (N + M), M / (N + M)],
      isLossWeighted: true,
    }),
  },
  {
    exercise: '21.9 discriminatorGradients',
    id: 'judging-ascends',
    sentence:
      'The gradients have the opposite sign, those of the value of the game. A step of Adam goes down: hand it the gradients of the loss.',
    wrong: wrongJudging({ weights: () => [-1, -1] }),
  },
  {
    exercise: '21.9 discriminatorGradients',
    id: 'judging-probabilities',
    sentence:
      'A sigmoid stands between the network and the loss, which then takes it twice. Hand the logits on as they are.',
    anchor: '#from-logits',
    wrong: refusingLike(
      discriminatorGradients,
      (real: Tensor, fake: Tensor, discriminator: TwoLayerParams, target: number) => {
        const one = networkForward(real, discriminator);
        const other = networkForward(fake, discriminator);
        const [D, made] = [sigmoid(one.out), sigmoid(other.out)];
        const { loss, dreal, dfake } = discriminatorLoss(D, made, target);
        return {
          loss,
          gradients: sumOf(
            networkBackward(throughSigmoid(dreal, D), one.cache).gradients,
            networkBackward(throughSigmoid(dfake, made), other.cache).gradients,
          ),
        };
      },
    ),
  },
  {
    exercise: '21.9 discriminatorGradients',
    id: 'judging-first-layer-still',
    sentence:
      'W1 and b1 get nothing: the way back ends at the hidden units. Hand on what comes back to them.',
    wrong: refusingLike(
      discriminatorGradients,
      (real: Tensor, fake: Tensor, discriminator: TwoLayerParams, target: number) => {
        const { loss, gradients } = discriminatorGradients(real, fake, discriminator, target);
        return {
          loss,
          gradients: { ...gradients, W1: zero(gradients.W1), b1: zero(gradients.b1) },
        };
      },
    ),
  },
  {
    exercise: '21.10 generatorGradients',
    id: 'making-stopped',
    sentence:
      "The generator's gradients are 0: the way back ends at the fake samples, as if they were constants. They are constants for the discriminator's step alone; here hand its dx on to the generator.",
    wrong: wrongMaking({ dx: zero }),
  },
  {
    exercise: '21.10 generatorGradients',
    id: 'making-names-exchanged',
    sentence:
      'The two losses are exchanged: minimax is ln(1 − D), and the one that does not saturate is −ln D.',
    anchor: '#two-losses-for-the-generator',
    wrong: wrongMaking({
      lossOf: (name) => (name === 'minimax' ? nonSaturatingLoss : minimaxLoss),
    }),
  },
  {
    exercise: '21.10 generatorGradients',
    id: 'making-always-non-saturating',
    sentence: 'The loss is always −ln D. With minimax it is ln(1 − D), that of 21.2.',
    anchor: '#two-losses-for-the-generator',
    wrong: wrongMaking({ lossOf: () => nonSaturatingLoss }),
  },
  {
    exercise: '21.10 generatorGradients',
    id: 'making-always-minimax',
    sentence:
      'The loss is always ln(1 − D). With non-saturating it is −ln D, that of 21.3, whose slope stays where D is sure.',
    anchor: '#two-losses-for-the-generator',
    wrong: wrongMaking({ lossOf: () => minimaxLoss }),
  },
  {
    exercise: '21.10 generatorGradients',
    id: 'making-labels-fake',
    sentence:
      "This is the discriminator's loss on fakes: the generator learns to be found out. It wants them taken for real.",
    anchor: '#two-losses-for-the-generator',
    wrong: wrongMaking({
      lossOf: () => (fake) => {
        const { loss, dfake } = minimaxLoss(fake);
        return { loss: -loss, dfake: map(dfake, (value) => -value) };
      },
    }),
  },
  {
    exercise: '21.10 generatorGradients',
    id: 'making-turned',
    sentence:
      'The gradients have the opposite sign, and the loss is right. A step of Adam goes down: hand it the gradients of the loss as they are.',
    wrong: wrongMaking({ dx: (dx) => map(dx, (value) => -value) }),
  },
  {
    exercise: '21.10 generatorGradients',
    id: 'making-probabilities',
    sentence:
      'A sigmoid stands between the discriminator and the loss, which then takes it twice. Hand the logits on as they are.',
    anchor: '#from-logits',
    wrong: wrongMaking({ lossOf: (name) => sigmoidTwice(lossCalled(name)) }),
  },
  {
    exercise: '21.10 generatorGradients',
    id: 'making-sum',
    sentence: 'The gradients are sums over the batch. The loss is a mean: the 1/M is missing.',
    wrong: wrongMaking({ dx: (dx) => map(dx, (value) => value * dx.shape[0]!) }),
  },
  {
    exercise: '21.10 generatorGradients',
    id: 'making-past-the-leak',
    sentence:
      "On the way back through the discriminator its leaky ReLU is left out: W2 and W1 alone carry the slopes. networkBackward's dx has it all.",
    wrong: wrongMaking({
      dx: (_, dlogits, { W1, W2 }) =>
        matrixProduct(matrixProduct(dlogits, W2.transpose(1, 0)), W1.transpose(1, 0)),
    }),
  },
  {
    exercise: '21.10 generatorGradients',
    id: 'making-tanh',
    sentence:
      'The fake samples went through a tanh, as images between −1 and 1 do. Here they are what the network gives.',
    wrong: refusingLike(
      generatorGradients,
      (z: Tensor, { generator, discriminator }: GanParams, name: GeneratorLossName) => {
        const fake = networkForward(z, generator);
        const bent = map(fake.out, Math.tanh);
        const logits = networkForward(bent, discriminator);
        const { loss, dfake } = lossCalled(name)(logits.out);
        const { dx } = networkBackward(dfake, logits.cache);
        const through = zip(dx, bent, (d, y) => d * (1 - y ** 2));
        return { loss, gradients: networkBackward(through, fake.cache).gradients };
      },
    ),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-same-codes',
    sentence:
      "The generator learns from the codes that the discriminator's fakes were made of. It has codes of its own.",
    wrong: wrongTraining({
      noise: ({ discriminator }) => ({ discriminator, generator: discriminator }),
    }),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-codes-exchanged',
    sentence:
      "The codes are exchanged: the fakes that the discriminator learns from are made of noise.discriminator, and the generator's of noise.generator.",
    wrong: wrongTraining({
      noise: ({ discriminator, generator }) => ({
        discriminator: generator,
        generator: discriminator,
      }),
    }),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-at-once',
    sentence:
      'Both move at once: the generator learns from the discriminator as it was. It moves second, against the discriminator that has moved.',
    wrong: wrongTraining({ facing: (_, before) => before }),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-generator-first',
    sentence:
      'The generator moves first, and the discriminator judges what the moved one makes. It is the other way round.',
    wrong: refusingLike(
      trainingStep,
      (real: Tensor, noise: GanNoise, { params, adam }: GanState, options: GanOptions): GanStep => {
        const made = generatorGradients(noise.generator, params, options.loss);
        const generator = moved(params.generator, made, adam.generator, options);
        const fake = networkForward(noise.discriminator, generator.params).out;
        const judged = discriminatorGradients(real, fake, params.discriminator, options.target);
        const discriminator = moved(params.discriminator, judged, adam.discriminator, options);
        return stepOf({ generator, discriminator }, made, judged);
      },
    ),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-gradients-pile-up',
    sentence:
      "What came back to the generator in the discriminator's step is still in its gradients. Fakes are constants there: the generator moves by its own gradients alone.",
    wrong: wrongTraining({ made: (own, leaked) => sumOf(own, leaked()) }),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-judge-follows',
    sentence:
      "The generator's step moves the discriminator too, towards taking fakes for real. It stays as it is in that step.",
    wrong: wrongTraining({ isJudgeMovedTwice: true }),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-target-ignored',
    sentence: "The target is not handed on: the discriminator's step asks real samples for 1.",
    anchor: '#label-smoothing',
    wrong: wrongTraining({ options: (options) => ({ ...options, target: 1 }) }),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-always-non-saturating',
    sentence: 'The generator always has the loss −ln D. options.loss says which it has.',
    wrong: wrongTraining({ options: (options) => ({ ...options, loss: 'non-saturating' }) }),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-always-minimax',
    sentence: 'The generator always has the loss ln(1 − D). options.loss says which it has.',
    wrong: wrongTraining({ options: (options) => ({ ...options, loss: 'minimax' }) }),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-forgets',
    sentence:
      "Adam begins anew in every step. Hand it the state's memory, and return what it remembers after the step.",
    wrong: wrongTraining({
      memory: (_, params) => adamStart({ ...params }),
    }),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-memory-stands-still',
    sentence:
      'The state that comes back has the memory from before the step. Return what adamUpdate returned.',
    wrong: wrongTraining({
      after: (step, { adam }) => ({
        ...step,
        state: {
          ...step.state,
          adam: {
            generator: copyOf(adam.generator),
            discriminator: copyOf(adam.discriminator),
          },
        },
      }),
    }),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-one-count',
    sentence:
      "Both count the steps of one Adam, so the generator's step is the second one. Each of the two has an Adam of its own, and moves once.",
    wrong: wrongTraining({
      memory: (memory, _, player) =>
        player === 'generator'
          ? { ...memory, t: 2 * memory.t + 1 }
          : { ...memory, t: 2 * memory.t },
    }),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-plain-steps',
    sentence:
      'These are steps of plain gradient descent. Hand the gradients to adamUpdate of lesson 07.',
    wrong: wrongTraining({
      mover: (params, { gradients }, memory, { learningRate }) => ({
        params: sumOf(params, scaled(gradients, -learningRate)),
        state: copyOf(memory),
      }),
    }),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-ascends',
    sentence:
      'The discriminator goes up its loss. adamUpdate goes down by itself: hand it the gradients as they are.',
    wrong: wrongTraining({ judged: (gradients) => scaled(gradients, -1) }),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-generator-ascends',
    sentence:
      'The generator goes up its loss. Both losses are to be minimized: hand adamUpdate the gradients as they are.',
    wrong: wrongTraining({ made: (own) => scaled(own, -1) }),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-losses-exchanged',
    sentence: "The two losses are exchanged: each stands under its player's name.",
    wrong: wrongTraining({
      after: ({ state, losses: { generator, discriminator } }) => ({
        state,
        losses: { generator: discriminator, discriminator: generator },
      }),
    }),
  },
  {
    exercise: '21.11 trainingStep',
    id: 'training-loss-after-step',
    sentence:
      "The discriminator's loss is that after its step. Return what it was before it moved, which the gradients came with.",
    wrong: wrongTraining({
      after: ({ state, losses }, { params }, [real, noise, { target }]) => {
        const fake = networkForward(noise.discriminator, params.generator).out;
        const { loss } = discriminatorGradients(real, fake, state.params.discriminator, target);
        return { state, losses: { ...losses, discriminator: loss } };
      },
    }),
  },
  {
    exercise: '21.12 ringSamples',
    id: 'ring-in-turn',
    sentence:
      'The samples take the modes in turn. Each draws its mode, by itself and all of them equally likely.',
    wrong: wrongRing({ mode: (n, { modes }) => n % modes }),
  },
  {
    exercise: '21.12 ringSamples',
    id: 'ring-one-mode',
    sentence: 'All samples of a batch have one mode. Each draws its own.',
    wrong: (count: number, ring: Ring, random: Random) => {
      const mode = Math.floor(random() * ring.modes);
      return wrongRing({ mode: () => mode })(count, ring, random);
    },
  },
  {
    exercise: '21.12 ringSamples',
    id: 'ring-rounded-mode',
    sentence:
      'The number of the mode is rounded, so the first and the last come half as often as the others. Math.floor(random() · modes) gives each the same.',
    wrong: wrongRing({ mode: (_, { modes }, random) => Math.round(random() * (modes - 1)) }),
  },
  {
    exercise: '21.12 ringSamples',
    id: 'ring-without-last',
    sentence: 'The last mode never comes. Math.floor(random() · modes) reaches modes − 1.',
    wrong: wrongRing({ mode: (_, { modes }, random) => Math.floor(random() * (modes - 1)) }),
  },
  {
    exercise: '21.12 ringSamples',
    id: 'ring-two-modes',
    sentence:
      'The two coordinates draw their modes apart, so samples lie between modes too. Draw one mode for a sample.',
    wrong: (count: number, ring: Ring, random: Random) => {
      const out = zeros(count, 2);
      for (let n = 0; n < count; n++) {
        for (const axis of [0, 1] as const) {
          const centre = centreAt(Math.floor(random() * ring.modes), ring);
          out.set(n, axis, centre[axis] + ring.deviation * normal(random));
        }
      }
      return out;
    },
  },
  {
    exercise: '21.12 ringSamples',
    id: 'ring-no-modes',
    sentence:
      'The samples lie all around the circle. There are only so many centres, in even steps: draw one of them.',
    wrong: wrongRing({ mode: (_, { modes }, random) => random() * modes }),
  },
  {
    exercise: '21.12 ringSamples',
    id: 'ring-variance',
    sentence:
      'The draws are multiplied by the deviation squared, the variance. The standard deviation is their width: multiply by it.',
    wrong: wrongRing({ width: ({ deviation }) => deviation ** 2 }),
  },
  {
    exercise: '21.12 ringSamples',
    id: 'ring-root',
    sentence:
      'The deviation is taken for a variance, so the draws are multiplied by its root. Multiply by it as it is.',
    wrong: wrongRing({ width: ({ deviation }) => Math.sqrt(deviation) }),
  },
  {
    exercise: '21.12 ringSamples',
    id: 'ring-even-noise',
    sentence: 'The samples are spread evenly around their centres. Spread them normally.',
    wrong: wrongRing({
      noise: (random) => [Math.sqrt(3) * (2 * random() - 1), Math.sqrt(3) * (2 * random() - 1)],
    }),
  },
  {
    exercise: '21.12 ringSamples',
    id: 'ring-one-draw',
    sentence:
      'Both coordinates of a sample move by one draw, along a slanted line. Draw for each by itself.',
    wrong: wrongRing({
      noise: (random) => {
        const draw = normal(random);
        return [draw, draw];
      },
    }),
  },
  {
    exercise: '21.12 ringSamples',
    id: 'ring-along-the-radius',
    sentence:
      'The samples lie on rays, nearer to (0, 0) or farther. Draw for each coordinate by itself.',
    wrong: wrongRing({
      noise: (random, angle) => {
        const draw = normal(random);
        return [draw * Math.cos(angle), draw * Math.sin(angle)];
      },
    }),
  },
  {
    exercise: '21.12 ringSamples',
    id: 'ring-one-sided',
    sentence: 'No coordinate is below that of its centre. Normal draws go both ways.',
    wrong: wrongRing({
      noise: (random) => [Math.abs(normal(random)), Math.abs(normal(random))],
    }),
  },
  {
    exercise: '21.12 ringSamples',
    id: 'ring-sine-first',
    sentence:
      'Sine and cosine are exchanged: the first centre is at (0, radius). x has the cosine, y the sine.',
    wrong: wrongRing({
      centre: (angle, { radius }) => [radius * Math.sin(angle), radius * Math.cos(angle)],
    }),
  },
  {
    exercise: '21.12 ringSamples',
    id: 'ring-degrees',
    sentence: 'The angles are in degrees. Math.cos takes radians, 2π a turn.',
    wrong: wrongRing({ turn: 360 }),
  },
  {
    exercise: '21.12 ringSamples',
    id: 'ring-half',
    sentence: 'The centres lie on half of the circle. A whole turn is 2π.',
    wrong: wrongRing({ turn: Math.PI }),
  },
  {
    exercise: '21.12 ringSamples',
    id: 'ring-diameter',
    sentence: 'The radius is taken for the diameter. The centres are radius away from (0, 0).',
    wrong: wrongRing({
      centre: (angle, { radius }) => [
        (radius / 2) * Math.cos(angle),
        (radius / 2) * Math.sin(angle),
      ],
    }),
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-one-deviation',
    sentence: 'Samples within one standard deviation are good here. They may be three away.',
    wrong: wrongHits({ isGood: ({ distance }, { deviation }) => distance <= deviation }),
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-below-three',
    sentence: 'A sample that is exactly three standard deviations away is good too.',
    wrong: wrongHits({ isGood: ({ distance }, { deviation }) => distance < 3 * deviation }),
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-variance',
    sentence:
      'The distance is compared with three variances. Compare it with three standard deviations.',
    wrong: wrongHits({ isGood: ({ distance }, { deviation }) => distance <= 3 * deviation ** 2 }),
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-squared-distance',
    sentence:
      'The squared distance is compared with three standard deviations. Take its root, or square both.',
    wrong: wrongHits({ isGood: ({ distance }, { deviation }) => distance ** 2 <= 3 * deviation }),
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-box',
    sentence:
      'Each coordinate by itself is within three standard deviations: that is a box. The distance is √(x² + y²).',
    wrong: wrongHits({ isGood: ({ x, y }, { deviation }) => Math.max(x, y) <= 3 * deviation }),
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-city-blocks',
    sentence: 'The distance is x + y, in city blocks. It is √(x² + y²).',
    wrong: wrongHits({
      isGood: ({ x, y }, { deviation }) => x + y <= 3 * deviation,
      nearBy: ({ x, y }) => x + y,
    }),
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-nearest-by-city-blocks',
    sentence: 'The nearest centre is the one with the smallest x + y. Take √(x² + y²).',
    wrong: wrongHits({ nearBy: ({ x, y }) => x + y }),
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-nearest-by-larger',
    sentence: 'The nearest centre is the one with the smallest larger coordinate. Take √(x² + y²).',
    wrong: wrongHits({ nearBy: ({ x, y }) => Math.max(x, y) }),
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-every-centre-near',
    sentence:
      'A sample counts for every centre that is within three standard deviations. It belongs to the nearest one alone.',
    wrong: (samples: Tensor, ring: Ring, share: number): RingScore => {
      const N = samples.shape[0]!;
      const counts = Array.from({ length: ring.modes }, (_, k) =>
        sumOver(N, (n) => Number(apart(samples, n, k, ring).distance <= 3 * ring.deviation)),
      );
      return {
        hit: counts.filter((count) => count >= share * N).length,
        good: modesHit(samples, ring, share).good,
      };
    },
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-share-ignored',
    sentence: 'One good sample is enough here. A mode is hit from the given share of samples on.',
    wrong: wrongHits({ isHit: (count) => count > 0 }),
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-above-share',
    sentence: 'A mode with exactly the given share is hit too.',
    wrong: wrongHits({ isHit: (count, { share, N }) => count > share * N }),
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-share-of-good',
    sentence:
      'The share is one of the good samples. It is one of all samples, so that a single good one among thousands hits nothing.',
    wrong: wrongHits({ isHit: (count, { share, good }) => count > 0 && count >= share * good }),
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-share-of-a-mode',
    sentence: "The share is one of a mode's fair part, N / modes. It is one of all samples.",
    wrong: wrongHits({
      isHit: (count, { share, N, modes }) => count > 0 && count >= (share * N) / modes,
    }),
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-by-bad-samples',
    sentence: 'Every sample counts for its mode, however far it is. Only good ones hit it.',
    wrong: (samples: Tensor, ring: Ring, share: number): RingScore => ({
      hit: wrongHits({ isGood: () => true })(samples, ring, share).hit,
      good: modesHit(samples, ring, share).good,
    }),
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-good-count',
    sentence: 'The good samples are counted. Their share of all samples is asked for: divide by N.',
    wrong: (samples: Tensor, ring: Ring, share: number): RingScore => {
      const { hit, good } = modesHit(samples, ring, share);
      return { hit, good: good * samples.shape[0]! };
    },
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-share-of-modes',
    sentence: 'This is the share of the modes that are hit. Their number is asked for.',
    wrong: (samples: Tensor, ring: Ring, share: number): RingScore => {
      const { hit, good } = modesHit(samples, ring, share);
      return { hit: hit / ring.modes, good };
    },
  },
  {
    exercise: '21.13 modesHit',
    id: 'hit-samples-of-modes',
    sentence: 'The good samples in modes that are hit are counted. Count the modes, each once.',
    wrong: wrongHits({ hit: (counts) => counts.reduce((sum, count) => sum + count, 0) }),
  },
];

function zero(x: Tensor): Tensor {
  return map(x, () => 0);
}

function total(x: Tensor): number {
  return copy(x).data.reduce((sum, value) => sum + value, 0);
}

function squash(s: number): number {
  return 1 / (1 + Math.exp(-s));
}

function plus(s: number): number {
  return Math.max(0, s) + Math.log1p(Math.exp(-Math.abs(s)));
}

function clip(p: number): number {
  return Math.min(Math.max(p, 1e-12), 1 - 1e-12);
}

/** D · (1 − D), never 0. */
function spread(s: number): number {
  return clip(squash(s)) * (1 - clip(squash(s)));
}

/** The binary cross entropy of a probability, with what logarithms of 0 make of it. */
function cost(p: number, target: number): number {
  return -target * Math.log(p) - (1 - target) * Math.log(1 - p);
}

function timesLog(weight: number, value: number): number {
  return weight === 0 ? 0 : weight * Math.log(value);
}

/** What comes back through a sigmoid that gave y. */
function throughSigmoid(d: Tensor, y: Tensor): Tensor {
  return zip(d, y, (slope, p) => slope * p * (1 - p));
}

/** The parts of the discriminator's loss, each of which may be wrong. */
interface JudgeParts {
  /** What each side is asked for. */
  targets?: (target: number) => [real: number, fake: number];
  realCost?: (s: number, target: number) => number;
  fakeCost?: (s: number, target: number) => number;
  realSlope?: (s: number, target: number) => number;
  fakeSlopeOf?: (s: number, target: number) => number;
  /** By what either is divided. */
  counts?: (N: number, M: number) => [number, number];
  /** By what the slopes are, if by something else. */
  slopeCounts?: (N: number, M: number) => [number, number];
  loss?: (loss: number) => number;
  slope?: (slope: number) => number;
  fakeSlope?: (slope: number) => number;
}

function wrongJudge({
  targets = (target) => [target, 0],
  realCost = (s, target) => target * plus(-s) + (1 - target) * plus(s),
  fakeCost = (s, target) => target * plus(-s) + (1 - target) * plus(s),
  realSlope = (s, target) => squash(s) - target,
  fakeSlopeOf = (s, target) => squash(s) - target,
  counts = (N, M) => [N, M],
  slopeCounts = counts,
  loss = (value) => value,
  slope = (value) => value,
  fakeSlope = (value) => value,
}: JudgeParts): (real: Tensor, fake: Tensor, target: number) => DiscriminatorLoss {
  return (real, fake, target) => {
    const [ofReal, ofFake] = targets(target);
    const [N, M] = counts(real.size, fake.size);
    const [n, m] = slopeCounts(real.size, fake.size);
    const [realCosts, fakeCosts] = [
      map(real, (s) => realCost(s, ofReal)),
      map(fake, (s) => fakeCost(s, ofFake)),
    ];
    return {
      loss: loss(total(realCosts) / N + total(fakeCosts) / M),
      dreal: map(real, (s) => slope(realSlope(s, ofReal) / n)),
      dfake: map(fake, (s) => fakeSlope(slope(fakeSlopeOf(s, ofFake) / m))),
    };
  };
}

/** The parts of a generator's loss, each of which may be wrong. */
interface MakerParts {
  loss?: (s: number) => number;
  slope?: (s: number) => number;
  count?: (M: number) => number;
  slopeCount?: (M: number) => number;
}

function wrongMaker(
  right: (fake: Tensor) => GeneratorLoss,
  { loss, slope, count = (M) => M, slopeCount = count }: MakerParts,
): (fake: Tensor) => GeneratorLoss {
  return (fake) => {
    const M = fake.size;
    const one = right(fake);
    const all = loss === undefined ? one.loss * M : total(map(fake, loss));
    const slopes = slope === undefined ? map(one.dfake, (d) => d * M) : map(fake, slope);
    return { loss: all / count(M), dfake: map(slopes, (d) => d / slopeCount(M)) };
  };
}

function sigmoidTwice(right: (fake: Tensor) => GeneratorLoss): (fake: Tensor) => GeneratorLoss {
  return (fake) => {
    const D = sigmoid(fake);
    const { loss, dfake } = right(D);
    return { loss, dfake: throughSigmoid(dfake, D) };
  };
}

/** The parts of the game's value, each of which may be wrong. */
interface ValueParts {
  real?: (p: number, D: number) => number;
  fake?: (q: number, D: number) => number;
  value?: (sum: number, K: number) => number;
}

function wrongValue({
  real = (p, D) => timesLog(p, D),
  fake = (q, D) => timesLog(q, 1 - D),
  value = (sum) => sum,
}: ValueParts): typeof gameValue {
  return refusingLike(gameValue, (p, q, D) =>
    value(
      sumOver(p.size, (k) => real(p.get(k), D.get(k)) + fake(q.get(k), D.get(k))),
      p.size,
    ),
  );
}

function wrongDivergence({
  weights: [ofP, ofQ] = [1 / 2, 1 / 2],
  middle = (p, q) => (p + q) / 2,
}: {
  weights?: [number, number];
  middle?: (p: number, q: number) => number;
}): typeof jensenShannon {
  return refusingLike(jensenShannon, (p, q) =>
    sumOver(p.size, (k) => {
      const m = middle(p.get(k), q.get(k));
      return ofP * timesLog(p.get(k), p.get(k) / m) + ofQ * timesLog(q.get(k), q.get(k) / m);
    }),
  );
}

/** A network with something else in the place of the leaky ReLU, or something at the end. */
function wrongNetwork({
  hidden = (x) => leakyRelu(x, 0.2),
  end = (x) => x,
}: {
  hidden?: (x: Tensor) => Tensor;
  end?: (x: Tensor) => Tensor;
}): typeof networkForward {
  return refusingLike(networkForward, (x, params) => {
    const inside = hidden(affineForward(x, params.W1, params.b1).out);
    return {
      ...networkForward(x, params),
      out: end(affineForward(inside, params.W2, params.b2).out),
    };
  });
}

/** The way back, with another slope of the leaky ReLU or the parameters' gradients scaled. */
function wrongBack({
  slope = (hidden) => (hidden > 0 ? 1 : 0.2),
  scale = () => 1,
}: {
  slope?: (hidden: number, d: number) => number;
  scale?: (N: number) => number;
}): typeof networkBackward {
  return (dout, { first, hidden, second }) => {
    const last = affineBackward(dout, second);
    const dfirst = zip(hidden, last.dx, (h, d) => slope(h, d) * d);
    const { dx, dW, db } = affineBackward(dfirst, first);
    const gradients = { W1: dW, b1: db, W2: last.dW, b2: last.db };
    return { dx, gradients: scaled(gradients, scale(dout.shape[0]!)) };
  };
}

function scaled({ W1, b1, W2, b2 }: TwoLayerParams, factor: number): TwoLayerParams {
  const times = (x: Tensor): Tensor => map(x, (value) => value * factor);
  return { W1: times(W1), b1: times(b1), W2: times(W2), b2: times(b2) };
}

function sumOf(one: TwoLayerParams, other: TwoLayerParams): TwoLayerParams {
  return {
    W1: add(one.W1, other.W1),
    b1: add(one.b1, other.b1),
    W2: add(one.W2, other.W2),
    b2: add(one.b2, other.b2),
  };
}

/** The discriminator's gradients, with other weights for what comes back from real and from fake samples. */
function wrongJudging({
  weights = () => [1, 1],
  isLossWeighted = false,
}: {
  weights?: (N: number, M: number) => [real: number, fake: number];
  /** Whether the loss has those weights too. */
  isLossWeighted?: boolean;
}): typeof discriminatorGradients {
  return refusingLike(discriminatorGradients, (real, fake, discriminator, target) => {
    const [one, other] = [networkForward(real, discriminator), networkForward(fake, discriminator)];
    const [ofReal, ofFake] = weights(real.shape[0]!, fake.shape[0]!);
    const { loss, dreal, dfake } = discriminatorLoss(one.out, other.out, target);
    const [fromReal, fromFake] = [
      networkBackward(dreal, one.cache).gradients,
      networkBackward(dfake, other.cache).gradients,
    ];
    const fakeLoss = -minimaxLoss(other.out).loss;
    return {
      loss: isLossWeighted ? ofReal * (loss - fakeLoss) + ofFake * fakeLoss : loss,
      gradients: sumOf(scaled(fromReal, ofReal), scaled(fromFake, ofFake)),
    };
  });
}

function lossCalled(name: GeneratorLossName): (fake: Tensor) => GeneratorLoss {
  return name === 'minimax' ? minimaxLoss : nonSaturatingLoss;
}

/** The generator's gradients, with another loss, or another way back through the discriminator. */
function wrongMaking({
  lossOf = lossCalled,
  dx: dxOf = (dx) => dx,
}: {
  lossOf?: (name: GeneratorLossName) => (fake: Tensor) => GeneratorLoss;
  dx?: (dx: Tensor, dlogits: Tensor, discriminator: TwoLayerParams) => Tensor;
}): typeof generatorGradients {
  return refusingLike(generatorGradients, (z, { generator, discriminator }, name) => {
    const fake = networkForward(z, generator);
    const logits = networkForward(fake.out, discriminator);
    const { loss, dfake } = lossOf(name)(logits.out);
    const dx = dxOf(networkBackward(dfake, logits.cache).dx, dfake, discriminator);
    return { loss, gradients: networkBackward(dx, fake.cache).gradients };
  });
}

/** A player after a step. */
interface Moved {
  params: TwoLayerParams;
  state: AdamState;
}

type Mover = (
  params: TwoLayerParams,
  found: PlayerGradients,
  memory: AdamState,
  options: GanOptions,
) => Moved;

function moved(
  params: TwoLayerParams,
  { gradients }: PlayerGradients,
  memory: AdamState,
  options: GanOptions,
): Moved {
  const step = adamUpdate({ ...params }, { ...gradients }, memory, options);
  return { params: step.params as unknown as TwoLayerParams, state: step.state };
}

function stepOf(
  { generator, discriminator }: { generator: Moved; discriminator: Moved },
  made: PlayerGradients,
  judged: PlayerGradients,
): GanStep {
  return {
    state: {
      params: { generator: generator.params, discriminator: discriminator.params },
      adam: { generator: generator.state, discriminator: discriminator.state },
    },
    losses: { generator: made.loss, discriminator: judged.loss },
  };
}

/** A memory of Adam in arrays of its own. */
function copyOf({ t, m, v }: AdamState): AdamState {
  return { t, m: copies(m), v: copies(v) };
}

function copies(params: AdamState['m']): AdamState['m'] {
  return Object.fromEntries(Object.entries(params).map(([name, x]) => [name, copy(x)]));
}

/** The parts of a training step, each of which may be wrong. */
interface TrainingParts {
  noise?: (noise: GanNoise) => GanNoise;
  options?: (options: GanOptions) => GanOptions;
  memory?: (
    memory: AdamState,
    params: TwoLayerParams,
    player: 'generator' | 'discriminator',
  ) => AdamState;
  mover?: Mover;
  judged?: (gradients: TwoLayerParams) => TwoLayerParams;
  /** The generator's gradients, of its own and of what came back to it in the discriminator's step. */
  made?: (own: TwoLayerParams, leaked: () => TwoLayerParams) => TwoLayerParams;
  /** The discriminator that the generator faces. */
  facing?: (after: TwoLayerParams, before: TwoLayerParams) => TwoLayerParams;
  isJudgeMovedTwice?: boolean;
  after?: (
    step: GanStep,
    before: GanState,
    given: [real: Tensor, noise: GanNoise, options: GanOptions],
  ) => GanStep;
}

function wrongTraining({
  noise: noiseOf = (noise) => noise,
  options: optionsOf = (options) => options,
  memory: memoryOf = (memory) => memory,
  mover = moved,
  judged: judgedOf = (gradients) => gradients,
  made: madeOf = (own) => own,
  facing: facingOf = (after) => after,
  isJudgeMovedTwice = false,
  after = (step) => step,
}: TrainingParts): typeof trainingStep {
  return refusingLike(trainingStep, (real, noise, state, options) => {
    const [codes, chosen] = [noiseOf(noise), optionsOf(options)];
    const { generator, discriminator } = state.params;
    const memories = {
      generator: memoryOf(state.adam.generator, generator, 'generator'),
      discriminator: memoryOf(state.adam.discriminator, discriminator, 'discriminator'),
    };

    const fake = networkForward(codes.discriminator, generator);
    const judged = discriminatorGradients(real, fake.out, discriminator, chosen.target);
    const first = { ...judged, gradients: judgedOf(judged.gradients) };
    let judge = mover(discriminator, first, memories.discriminator, chosen);

    const facing = { generator, discriminator: facingOf(judge.params, discriminator) };
    const made = generatorGradients(codes.generator, facing, chosen.loss);
    const leaked = (): TwoLayerParams => {
      const logits = networkForward(fake.out, discriminator);
      const dfake = map(sigmoid(logits.out), (p) => p / logits.out.size);
      const { dx } = networkBackward(dfake, logits.cache);
      return networkBackward(dx, fake.cache).gradients;
    };
    const second = { ...made, gradients: madeOf(made.gradients, leaked) };
    const maker = mover(generator, second, memories.generator, chosen);
    if (isJudgeMovedTwice) {
      const logits = networkForward(
        networkForward(codes.generator, generator).out,
        facing.discriminator,
      );
      const { dfake } = lossCalled(chosen.loss)(logits.out);
      const { gradients } = networkBackward(dfake, logits.cache);
      judge = mover(judge.params, { loss: 0, gradients }, judge.state, chosen);
    }
    const step = stepOf({ generator: maker, discriminator: judge }, made, judged);
    return after(step, state, [real, codes, chosen]);
  });
}

function centreAt(k: number, { modes, radius }: Ring): [x: number, y: number] {
  const angle = (2 * Math.PI * k) / modes;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/** The parts of a ring, each of which may be wrong. */
interface RingParts {
  mode?: (n: number, ring: Ring, random: Random) => number;
  /** The angle of a whole turn. */
  turn?: number;
  centre?: (angle: number, ring: Ring) => [x: number, y: number];
  noise?: (random: Random, angle: number) => [x: number, y: number];
  width?: (ring: Ring) => number;
}

function wrongRing({
  mode = (_, { modes }, random) => Math.floor(random() * modes),
  turn = 2 * Math.PI,
  centre = (angle, { radius }) => [radius * Math.cos(angle), radius * Math.sin(angle)],
  noise = (random) => [normal(random), normal(random)],
  width = ({ deviation }) => deviation,
}: RingParts): (count: number, ring: Ring, random: Random) => Tensor {
  return (count, ring, random) => {
    const out = zeros(count, 2);
    for (let n = 0; n < count; n++) {
      const angle = (turn * mode(n, ring, random)) / ring.modes;
      const [[x, y], [dx, dy]] = [centre(angle, ring), noise(random, angle)];
      out.set(n, 0, x + width(ring) * dx);
      out.set(n, 1, y + width(ring) * dy);
    }
    return out;
  };
}

/** How far a sample is from a centre, along both axes and altogether. */
interface Apart {
  x: number;
  y: number;
  distance: number;
}

function apart(samples: Tensor, n: number, k: number, ring: Ring): Apart {
  const [cx, cy] = centreAt(k, ring);
  const [x, y] = [Math.abs(samples.get(n, 0) - cx), Math.abs(samples.get(n, 1) - cy)];
  return { x, y, distance: Math.hypot(x, y) };
}

/** The parts of the measure, each of which may be wrong. */
interface HitParts {
  isGood?: (apart: Apart, ring: Ring) => boolean;
  /** What is smallest for the nearest centre. */
  nearBy?: (apart: Apart) => number;
  isHit?: (
    count: number,
    sizes: { share: number; N: number; good: number; modes: number },
  ) => boolean;
  /** What is made of the counts of the modes that are hit. */
  hit?: (counts: number[]) => number;
}

function wrongHits({
  isGood = ({ distance }, { deviation }) => distance <= 3 * deviation,
  nearBy = ({ distance }) => distance,
  isHit = (count, { share, N }) => count >= share * N,
  hit = (counts) => counts.length,
}: HitParts): (samples: Tensor, ring: Ring, share: number) => RingScore {
  return (samples, ring, share) => {
    const N = samples.shape[0]!;
    const { modes } = ring;
    const counts = Array.from({ length: modes }, () => 0);
    for (let n = 0; n < N; n++) {
      const all = counts.map((_, k) => apart(samples, n, k, ring));
      const distances = all.map(nearBy);
      const nearest = distances.indexOf(Math.min(...distances));
      if (isGood(all[nearest]!, ring)) counts[nearest]! += 1;
    }
    const good = counts.reduce((sum, count) => sum + count, 0);
    return {
      hit: hit(counts.filter((count) => isHit(count, { share, N, good, modes }))),
      good: good / N,
    };
  };
}
