/**
 * Lesson 21: two networks that learn from each other. The generator makes samples of noise; the discriminator says
 * whether a sample is real, that is from the data, or fake, that is made.
 *
 * A sample has D numbers, and what the generator makes it of, the code, has K. The discriminator gives one logit s for
 * each sample; sigmoid(s) is the probability that the sample is real, which formulas call D as papers do.
 */
import { add, copy, map, requireSizes, zeros, zip, type Tensor } from '#arrays';
import { normal } from '#datasets/random';
import { leakyRelu, leakyReluDerivative, sigmoid, softplus } from '#lessons/02-activations';
import {
  affineBackward,
  affineForward,
  type AffineCache,
  type Forward,
  type TwoLayerParams,
} from '#lessons/05-backprop';
import { adamUpdate, type AdamOptions, type AdamState } from '#lessons/07-optimizers';

/** The slope of the leaky ReLU below 0, as in DCGAN: Radford, Metz and Chintala 2015, section 4. */
const SLOPE = 0.2;

/** What the logits of real and of fake samples cost a discriminator, and how fast that grows with each of them. */
export interface DiscriminatorLoss {
  /** At least 0. */
  loss: number;
  /** In the shape of the real samples' logits. */
  dreal: Tensor;
  /** In the shape of the fake samples' logits. */
  dfake: Tensor;
}

/**
 * 21.1 What a discriminator's logits s cost it: the mean of target · softplus(−s) + (1 − target) · softplus(s) over the
 * real samples, plus the mean of softplus(s) over the fake ones; and the gradients, (sigmoid(s) − target) / N over N
 * real samples and sigmoid(s) / M over M fake ones.
 *
 * softplus(−s) is −ln D and softplus(s) is −ln(1 − D) for the probability D = sigmoid(s), and right at ±1000 too.
 * A target below 1 is one-sided label smoothing: the target of fake samples stays 0.
 *
 * Goodfellow and others 2014, https://arxiv.org/abs/1406.2661; smoothing: Salimans and others 2016, section 3.4,
 * https://arxiv.org/abs/1606.03498
 *
 * @param real the logits of N real samples, any shape, N at least 1
 * @param fake the logits of M fake samples, any shape, M at least 1
 * @param target what D should be for real samples, in (0, 1]; 1 without smoothing, else 0.9 is common
 * @returns the loss, and its gradient with respect to either
 */
export function discriminatorLoss(real: Tensor, fake: Tensor, target: number): DiscriminatorLoss {
  const [N, M] = [real.size, fake.size];
  const realCosts = zip(
    softplus(negative(real)),
    softplus(real),
    (yes, no) => target * yes + (1 - target) * no,
  );
  return {
    loss: mean(realCosts) + mean(softplus(fake)),
    dreal: map(sigmoid(real), (probability) => (probability - target) / N),
    dfake: map(sigmoid(fake), (probability) => probability / M),
  };
}

/** What the logits of fake samples cost a generator, and how fast that grows with each of them. */
export interface GeneratorLoss {
  loss: number;
  /** In the shape of the logits. */
  dfake: Tensor;
}

/**
 * 21.2 The generator's part of the game as it stands: the mean of ln(1 − D) = −softplus(s), with the gradient
 * −sigmoid(s) / M.
 *
 * Goodfellow and others 2014, equation 1, https://arxiv.org/abs/1406.2661
 *
 * @param fake the logits s of M fake samples, any shape, M at least 1
 * @returns the loss, at most 0, and its gradient
 */
export function minimaxLoss(fake: Tensor): GeneratorLoss {
  const M = fake.size;
  return {
    loss: -mean(softplus(fake)),
    dfake: map(sigmoid(fake), (probability) => -probability / M),
  };
}

/**
 * 21.3 The loss that generators are trained with: the mean of −ln D = softplus(−s), with the gradient −sigmoid(−s) / M.
 *
 * Goodfellow and others 2014, section 3, https://arxiv.org/abs/1406.2661
 *
 * @param fake the logits s of M fake samples, any shape, M at least 1
 * @returns the loss, at least 0, and its gradient
 */
export function nonSaturatingLoss(fake: Tensor): GeneratorLoss {
  const M = fake.size;
  return {
    loss: mean(softplus(negative(fake))),
    dfake: map(sigmoid(negative(fake)), (probability) => -probability / M),
  };
}

/**
 * 21.4 The best discriminator where both distributions are known: D = p / (p + q), outcome by outcome.
 *
 * Where neither ever comes, nobody asks for D; it is ½ there.
 *
 * Goodfellow and others 2014, proposition 1, https://arxiv.org/abs/1406.2661
 *
 * @param p the probability of each of K outcomes among real samples, from 0, shape (K)
 * @param q the same among fake ones, shape (K)
 * @returns the probability that an outcome is real, shape (K)
 * @throws RangeError when p and q are not lists of one length
 */
export function bestDiscriminator(p: Tensor, q: Tensor): Tensor {
  requireSizes('bestDiscriminator', { p: [p, 'K'], q: [q, 'K'] });
  return zip(p, q, (real, fake) => (real + fake === 0 ? 0.5 : real / (real + fake)));
}

/**
 * 21.5 The value of the game: Σ p · ln D + q · ln(1 − D) over the outcomes. The discriminator wants it large, the
 * generator small.
 *
 * What has the probability 0 adds 0, whatever D says.
 *
 * Goodfellow and others 2014, equation 1, https://arxiv.org/abs/1406.2661
 *
 * @param p the probability of each of K outcomes among real samples, from 0, shape (K)
 * @param q the same among fake ones, shape (K)
 * @param D what a discriminator takes for the probability that an outcome is real, in [0, 1], shape (K)
 * @returns at most 0; −Infinity if D excludes what does come
 * @throws RangeError when the three are not lists of one length
 */
export function gameValue(p: Tensor, q: Tensor, D: Tensor): number {
  requireSizes('gameValue', { p: [p, 'K'], q: [q, 'K'], D: [D, 'K'] });
  let value = 0;
  for (let k = 0; k < p.size; k++) {
    value += timesLog(p.get(k), D.get(k)) + timesLog(q.get(k), 1 - D.get(k));
  }
  return value;
}

/**
 * 21.6 The Jensen-Shannon divergence of two distributions: ½ · Σ p · ln(p/m) + ½ · Σ q · ln(q/m), with m = (p + q)/2.
 *
 * Against the best discriminator the value of the game is twice this − ln 4. What has the probability 0 adds 0.
 *
 * Lin 1991, https://doi.org/10.1109/18.61115; Goodfellow and others 2014, theorem 1, https://arxiv.org/abs/1406.2661
 *
 * @param p the probability of each of K outcomes, from 0, shape (K)
 * @param q the same of another distribution, shape (K)
 * @returns from 0, where they are the same, to ln 2, where nothing comes in both
 * @throws RangeError when p and q are not lists of one length, or one of them has not the sum 1, by more than 10⁻⁹
 */
export function jensenShannon(p: Tensor, q: Tensor): number {
  requireSizes('jensenShannon', { p: [p, 'K'], q: [q, 'K'] });
  requireSumOne('jensenShannon', { p, q });
  let divergence = 0;
  for (let k = 0; k < p.size; k++) {
    const m = (p.get(k) + q.get(k)) / 2;
    divergence += (timesLog(p.get(k), p.get(k) / m) + timesLog(q.get(k), q.get(k) / m)) / 2;
  }
  return divergence;
}

/** What networkBackward needs to know of the forward pass. Change it if you keep something else. */
export interface NetworkCache {
  first: AffineCache;
  hidden: Tensor;
  second: AffineCache;
}

/**
 * 21.7 The network that both are: out = leakyReLU(x · W1 + b1) · W2 + b2, with the slope 0.2 below 0.
 *
 * Nothing is done to the result: a generator's are samples, a discriminator's are logits.
 *
 * Radford, Metz and Chintala 2015, section 4, https://arxiv.org/abs/1511.06434
 *
 * @param x shape (N, D)
 * @param params W1 (D, H), b1 (H), W2 (H, M) and b2 (M)
 * @returns out of shape (N, M), and a cache for networkBackward
 * @throws RangeError when the sizes don't fit
 */
export function networkForward(x: Tensor, params: TwoLayerParams): Forward<NetworkCache> {
  const first = affineForward(x, params.W1, params.b1);
  const second = affineForward(leakyRelu(first.out, SLOPE), params.W2, params.b2);
  return {
    out: second.out,
    cache: { first: first.cache, hidden: first.out, second: second.cache },
  };
}

/** What comes back through a network. */
export interface NetworkBack {
  /** How fast the loss grows with each entry of x, shape (N, D). */
  dx: Tensor;
  /** How fast it grows with each parameter, under its own name. */
  gradients: TwoLayerParams;
}

/**
 * 21.8 The backward half of networkForward: through each part of it, from the last to the first.
 *
 * The slope of the leaky ReLU is 1 where its input is above 0, else 0.2.
 *
 * @param dout how fast the loss grows with each entry of out, shape (N, M)
 * @param cache what networkForward returned
 * @returns dx of shape (N, D), and the gradients in the shapes of the parameters
 */
export function networkBackward(dout: Tensor, cache: NetworkCache): NetworkBack {
  const { dx: dhidden, dW: W2, db: b2 } = affineBackward(dout, cache.second);
  const slopes = leakyReluDerivative(cache.hidden, SLOPE);
  const dfirst = zip(dhidden, slopes, (d, slope) => d * slope);
  const { dx, dW: W1, db: b1 } = affineBackward(dfirst, cache.first);
  return { dx, gradients: { W1, b1, W2, b2 } };
}

/** What a batch costs one of the two, and which way that is changed. */
export interface PlayerGradients {
  loss: number;
  /** How fast the loss grows with each entry of each of its parameters. */
  gradients: TwoLayerParams;
}

/**
 * 21.9 The discriminator's loss (21.1) on real and on fake samples, and its gradient with respect to its parameters.
 *
 * Fake samples are constants here, whoever made them. The parameters are used for both batches, so each gradient is a
 * sum.
 *
 * @param real N real samples, shape (N, D), N at least 1
 * @param fake M fake samples, shape (M, D), M at least 1
 * @param discriminator W1 (D, H), b1 (H), W2 (H, 1) and b2 (1); they stay as they are
 * @param target what D should be for real samples, in (0, 1]
 * @returns the loss, and a gradient in the shape of each parameter
 * @throws RangeError when the sizes don't fit
 */
export function discriminatorGradients(
  real: Tensor,
  fake: Tensor,
  discriminator: TwoLayerParams,
  target: number,
): PlayerGradients {
  const ofReal = networkForward(real, discriminator);
  const ofFake = networkForward(fake, discriminator);
  const { loss, dreal, dfake } = discriminatorLoss(ofReal.out, ofFake.out, target);
  const one = networkBackward(dreal, ofReal.cache).gradients;
  const other = networkBackward(dfake, ofFake.cache).gradients;
  return {
    loss,
    gradients: {
      W1: add(one.W1, other.W1),
      b1: add(one.b1, other.b1),
      W2: add(one.W2, other.W2),
      b2: add(one.b2, other.b2),
    },
  };
}

/** The parameters of both. */
export interface GanParams {
  /** From K numbers of noise by way of hidden units to the D numbers of a sample. */
  generator: TwoLayerParams;
  /** From the D numbers of a sample by way of hidden units to a logit. */
  discriminator: TwoLayerParams;
}

/** Which of its losses a generator is trained with: that of 21.2 or that of 21.3. */
export type GeneratorLossName = 'minimax' | 'non-saturating';

/**
 * 21.10 The generator's loss on a batch of codes, and its gradient with respect to its own parameters.
 *
 * The way back leads through the discriminator to its input, which is the generator's output. The discriminator stays
 * as it is: what would come back to its parameters is not asked for.
 *
 * @param z codes, standard normal numbers that were drawn before, shape (M, K), M at least 1
 * @param params of both; they stay as they are
 * @param loss which loss of the two
 * @returns the loss, and a gradient in the shape of each parameter of the generator
 * @throws RangeError when the sizes don't fit
 */
export function generatorGradients(
  z: Tensor,
  { generator, discriminator }: GanParams,
  loss: GeneratorLossName,
): PlayerGradients {
  const fake = networkForward(z, generator);
  const logits = networkForward(fake.out, discriminator);
  const lossOf = loss === 'minimax' ? minimaxLoss : nonSaturatingLoss;
  const { loss: cost, dfake } = lossOf(logits.out);
  const { dx } = networkBackward(dfake, logits.cache);
  return { loss: cost, gradients: networkBackward(dx, fake.cache).gradients };
}

/** Codes for both halves of a training step. */
export interface GanNoise {
  /** Of the fake samples that the discriminator learns from, shape (M, K), M at least 1. */
  discriminator: Tensor;
  /** Of those that the generator learns from, other ones, shape (L, K), L at least 1. */
  generator: Tensor;
}

/** How far a training has come. */
export interface GanState {
  params: GanParams;
  /** What Adam remembers of each of the two; lesson 07's adamStart before the first step. */
  adam: { generator: AdamState; discriminator: AdamState };
}

/** How to train: Adam's options, and two of the game's. */
export interface GanOptions extends AdamOptions {
  /** What D should be for real samples, in (0, 1]. */
  target: number;
  /** Which loss the generator has. */
  loss: GeneratorLossName;
}

/** A training after a step. */
export interface GanStep {
  state: GanState;
  /** What each of the two lost before it moved. */
  losses: { generator: number; discriminator: number };
}

/**
 * 21.11 One step of the training: first the discriminator moves, then the generator, against the discriminator that has
 * moved. Each has its own gradients and its own memory of Adam (07.12).
 *
 * Goodfellow and others 2014, algorithm 1 with one step of the discriminator, https://arxiv.org/abs/1406.2661
 *
 * @param real N real samples, shape (N, D), N at least 1
 * @param noise codes for either half, drawn before
 * @param state where the training stands; it stays as it is
 * @param options how to train
 * @returns the state after the step, and both losses
 * @throws RangeError when the sizes don't fit
 */
export function trainingStep(
  real: Tensor,
  noise: GanNoise,
  { params, adam }: GanState,
  options: GanOptions,
): GanStep {
  const fake = networkForward(noise.discriminator, params.generator).out;
  const judged = discriminatorGradients(real, fake, params.discriminator, options.target);
  const discriminator = moved(params.discriminator, judged, adam.discriminator, options);

  const facing = { generator: params.generator, discriminator: discriminator.params };
  const made = generatorGradients(noise.generator, facing, options.loss);
  const generator = moved(params.generator, made, adam.generator, options);
  return {
    state: {
      params: { generator: generator.params, discriminator: discriminator.params },
      adam: { generator: generator.state, discriminator: discriminator.state },
    },
    losses: { generator: made.loss, discriminator: judged.loss },
  };
}

/** Normal distributions side by side on a circle, its modes. */
export interface Ring {
  /** How many, a whole number from 1. */
  modes: number;
  /** Of the circle around (0, 0) on which their centres lie, in even steps from (radius, 0) on. */
  radius: number;
  /** Of each coordinate about its centre, from 0. */
  deviation: number;
}

/**
 * 21.12 Samples of a ring: each belongs to one of the modes, all equally likely, and lies normally around its centre,
 * radius · (cos 2πk/modes, sin 2πk/modes) for mode k = 0 … modes − 1.
 *
 * Metz, Poole, Pfau and Sohl-Dickstein 2016, section 3.1, https://arxiv.org/abs/1611.02163
 *
 * @param count how many samples, from 0
 * @param ring its modes
 * @param random a seeded generator, uniform in [0, 1)
 * @returns shape (count, 2)
 */
export function ringSamples(count: number, ring: Ring, random: () => number): Tensor {
  const samples = zeros(count, 2);
  for (let n = 0; n < count; n++) {
    const [x, y] = centreOf(Math.floor(random() * ring.modes), ring);
    samples.set(n, 0, x + ring.deviation * normal(random));
    samples.set(n, 1, y + ring.deviation * normal(random));
  }
  return samples;
}

/** How much of a ring was found. */
export interface RingScore {
  /** How many modes are hit. */
  hit: number;
  /** The share of the samples that are good, from 0 to 1. */
  good: number;
}

/**
 * 21.13 How many modes of a ring are hit by samples, and which share of the samples is good.
 *
 * A sample belongs to the mode with the nearest centre, and is good if it is at most three standard deviations away. A
 * mode is hit if its good samples are at least the given share of all samples.
 *
 * Srivastava and others 2017, https://arxiv.org/abs/1705.07761
 *
 * @param samples shape (N, 2), N at least 1
 * @param ring its modes
 * @param share above 0
 * @returns the number of modes that are hit, and the share of good samples
 */
export function modesHit(samples: Tensor, ring: Ring, share: number): RingScore {
  const N = samples.shape[0]!;
  const counts = Array.from({ length: ring.modes }, () => 0);
  for (let n = 0; n < N; n++) {
    const distances = counts.map((_, k) => {
      const [x, y] = centreOf(k, ring);
      return Math.hypot(samples.get(n, 0) - x, samples.get(n, 1) - y);
    });
    const nearest = Math.min(...distances);
    if (nearest <= 3 * ring.deviation) counts[distances.indexOf(nearest)]! += 1;
  }
  return {
    hit: counts.filter((count) => count >= share * N).length,
    good: counts.reduce((sum, count) => sum + count, 0) / N,
  };
}

function negative(x: Tensor): Tensor {
  return map(x, (value) => -value);
}

/** Of an array that lies in a row, as new ones do. */
function mean(x: Tensor): number {
  return x.data.reduce((sum, value) => sum + value, 0) / x.size;
}

/** Refuses what is no distribution. */
function requireSumOne(operation: string, lists: Readonly<Record<string, Tensor>>): void {
  for (const [name, list] of Object.entries(lists)) {
    const sum = mean(copy(list)) * list.size;
    if (!(Math.abs(sum - 1) <= 1e-9)) {
      throw new RangeError(
        `${operation}: the sum of ${name} is ${sum} and must be 1; divide ${name} by its sum`,
      );
    }
  }
}

/** weight · ln value, and 0 where the weight is 0. */
function timesLog(weight: number, value: number): number {
  return weight === 0 ? 0 : weight * Math.log(value);
}

/** A step of Adam for one of the two. */
function moved(
  params: TwoLayerParams,
  { gradients }: PlayerGradients,
  memory: AdamState,
  options: AdamOptions,
): { params: TwoLayerParams; state: AdamState } {
  const step = adamUpdate({ ...params }, { ...gradients }, memory, options);
  return { params: step.params as unknown as TwoLayerParams, state: step.state };
}

function centreOf(k: number, { modes, radius }: Ring): [x: number, y: number] {
  const angle = (2 * Math.PI * k) / modes;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}
