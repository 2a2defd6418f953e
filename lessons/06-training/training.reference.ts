/**
 * Lesson 06: training. Samples in random order, mini-batches, the loop over them, accuracy, and a multilayer
 * perceptron that learns to read digits with it.
 *
 * The first eight exercises know nothing of the network: what they need of it is passed in as a function. All
 * parameters of a network stand in one plain object, by name. No function changes its arguments.
 */
import { copy, shapeText, zeros, labels as labelsOf, type Labels, type Tensor } from '#arrays';
import { normal } from '#datasets/random';
import { accuracy } from '#lessons/03-losses';
import { gradientDescentStep } from '#lessons/04-numerical-gradient';
import {
  affineBackward,
  affineForward,
  reluBackward,
  reluForward,
  softmaxLossBackward,
  softmaxLossForward,
  type AffineCache,
  type Forward,
} from '#lessons/05-backprop';
import ops from 'ndarray-ops';

/**
 * 06.1 The numbers 0 to N − 1 in random order, each of the N! orders being equally likely.
 *
 * Fisher and Yates's shuffle, as Durstenfeld programmed it: for each place from the last one down, choose one of
 * the items up to and including that place, each with the same probability, and swap the two. Any other
 * way to a fair order is as right.
 *
 * Durstenfeld 1964, https://doi.org/10.1145/364520.364540
 *
 * @param N how many, a whole number from 0
 * @param random a seeded generator, uniform in [0, 1); nothing else may be random
 * @returns each of 0 … N − 1 once
 */
export function shuffledOrder(N: number, random: () => number): number[] {
  const order = Array.from({ length: N }, (_, n) => n);
  for (let last = N - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1));
    [order[last], order[chosen]] = [order[chosen]!, order[last]!];
  }
  return order;
}

/** Samples, and the class of each. */
export interface Samples {
  /** One sample for each index of the first axis: shape (N, D), or (N, C, H, W) for images. */
  x: Tensor;
  /** The class of each sample, shape (N). */
  labels: Labels;
}

/**
 * 06.2 Some of the samples with their labels, in the order of the indices.
 *
 * Sample indices[k] of x becomes sample k of the result, and so does its label. An index may stand there twice.
 *
 * @param x N samples along the first axis, of two axes or more: (N, D) or (N, C, H, W)
 * @param labels the class of each, shape (N)
 * @param indices B whole numbers in 0 … N − 1
 * @returns x of shape (B, D) or (B, C, H, W), and labels of shape (B): new arrays
 * @throws RangeError when labels is not one for each sample, or an index is no sample's
 */
export function selectSamples(x: Tensor, labels: Labels, indices: number[]): Samples {
  const [N, ...sample] = x.shape as [number, ...number[]];
  if (labels.size !== N) {
    throw new RangeError(
      `selectSamples: x has ${N} samples and labels is ${shapeText(labels.shape)}; ` +
        'give one label for each sample',
    );
  }
  const stray = indices.find((n) => !Number.isInteger(n) || n < 0 || n >= N);
  if (stray !== undefined) {
    throw new RangeError(
      `selectSamples: ${stray} is among the indices and x has ${N} samples; ` +
        `an index must be a whole number from 0 to ${N - 1}, so count samples from 0`,
    );
  }
  const selected = zeros(indices.length, ...sample);
  for (const [k, n] of indices.entries()) ops.assign(selected.pick(k), x.pick(n));
  return { x: selected, labels: labelsOf(indices.map((n) => labels.get(n))) };
}

/**
 * 06.3 An order cut into mini-batches, one after the other.
 *
 * All have batchSize samples but for the last one, which has what is left: from 1 to batchSize.
 *
 * @param order the numbers of N samples
 * @param batchSize a whole number from 1; it may be larger than N
 * @returns ⌈N / batchSize⌉ lists, which are the order when put together again
 * @throws RangeError when batchSize is not a whole number from 1
 */
export function miniBatches(order: number[], batchSize: number): number[][] {
  requireBatchSize('miniBatches', batchSize);
  const batches: number[][] = [];
  for (let start = 0; start < order.length; start += batchSize) {
    batches.push(order.slice(start, start + batchSize));
  }
  return batches;
}

/** How often the parameters are moved. */
export interface Iterations {
  /** In one epoch. */
  perEpoch: number;
  /** In the whole training. */
  total: number;
}

/**
 * 06.4 How many iterations, that is steps, a training takes: ⌈N / batchSize⌉ an epoch.
 *
 * One mini-batch, one step. A smaller one at the end of an epoch is a step as well, and no mini-batch reaches
 * from one epoch into the next.
 *
 * @param N how many samples, a whole number from 0
 * @param batchSize a whole number from 1
 * @param epochs how often all samples are gone through, a whole number from 0
 * @returns the iterations of an epoch, and of all epochs together
 * @throws RangeError when batchSize is not a whole number from 1
 */
export function iterationCount(N: number, batchSize: number, epochs: number): Iterations {
  requireBatchSize('iterationCount', batchSize);
  const perEpoch = Math.ceil(N / batchSize);
  return { perEpoch, total: perEpoch * epochs };
}

/** The numbers that a network learns, as arrays by name; or a gradient for each, under the same names. */
export type Params = Record<string, Tensor>;

/**
 * 06.5 A step of stochastic gradient descent (SGD): w − learningRate · gradient, for every parameter w.
 *
 * The formula is that of gradient descent. It is called stochastic where the gradient is that of a random batch.
 *
 * Robbins and Monro 1951, https://doi.org/10.1214/aoms/1177729586
 *
 * @param params arrays of any shapes, by name; they stay as they are
 * @param gradients one in the shape of each parameter, under its name
 * @param learningRate above 0
 * @returns the parameters after the step, under the same names: new arrays
 * @throws RangeError when the names of the two are not the same, or a gradient has another shape than its parameter
 */
export function sgdStep(params: Params, gradients: Params, learningRate: number): Params {
  const [names, given] = [Object.keys(params), Object.keys(gradients)];
  const unpaired = [...names, ...given].find(
    (name) => !names.includes(name) || !given.includes(name),
  );
  if (unpaired !== undefined) {
    throw new RangeError(
      `sgdStep: params has ${names.join(', ')} and gradients has ${given.join(', ')}; ` +
        `both must have the same names, so add ${unpaired} or leave it out`,
    );
  }
  return Object.fromEntries(
    names.map((name) => [name, gradientDescentStep(params[name]!, gradients[name]!, learningRate)]),
  );
}

/**
 * 06.6 A mean over all samples from the means over batches: Σ sizeₖ · meanₖ / Σ sizeₖ.
 *
 * A sample in a small batch counts as much as one in a large batch.
 *
 * @param means the mean of each batch, for instance of the loss
 * @param sizes how many samples each batch has, whole numbers from 0, not all of them 0
 * @returns the mean over all samples
 * @throws RangeError when there are not as many sizes as means, or there is no sample
 */
export function meanOverBatches(means: number[], sizes: number[]): number {
  if (means.length !== sizes.length) {
    throw new RangeError(
      `meanOverBatches: there are ${means.length} means and ${sizes.length} sizes; ` +
        'give the size of each batch',
    );
  }
  let [sum, samples] = [0, 0];
  for (const [k, size] of sizes.entries()) {
    sum += size * means[k]!;
    samples += size;
  }
  if (samples === 0) {
    throw new RangeError(
      'meanOverBatches: there are 0 samples and a mean needs one; give a batch that is not empty',
    );
  }
  return sum / samples;
}

/** What a network costs on a batch, and which way that is changed. */
export interface LossAndGradients {
  /** The mean loss of the batch. */
  loss: number;
  /** How fast it grows with each entry of each parameter, under the parameter's name. */
  gradients: Params;
}

/** What trainEpoch returns. */
export interface Epoch {
  /** The parameters after the last step: new arrays. */
  params: Params;
  /** The mean over the samples of the losses that the steps met. */
  loss: number;
}

/**
 * 06.7 One epoch: a step for each mini-batch, in turn.
 *
 * Each step takes the gradients of its own batch, at the parameters where the step before has led. The loss of
 * a batch is that before its step, which comes with the gradients. Of those the mean over all samples is
 * returned, so that a smaller batch counts less.
 *
 * @param lossAndGradients the network's, a pure function of a batch and the parameters
 * @param samples what the batches select from
 * @param batches at least one, each the numbers of its samples, none of them empty
 * @param params where to start; they stay as they are
 * @param learningRate above 0
 * @returns the parameters after the last step, and the mean loss
 * @throws RangeError when there is no batch
 */
export function trainEpoch(
  lossAndGradients: (x: Tensor, labels: Labels, params: Params) => LossAndGradients,
  samples: Samples,
  batches: number[][],
  params: Params,
  learningRate: number,
): Epoch {
  const losses: number[] = [];
  let now = params;
  for (const batch of batches) {
    const { x, labels } = selectSamples(samples.x, samples.labels, batch);
    const { loss, gradients } = lossAndGradients(x, labels, now);
    losses.push(loss);
    now = sgdStep(now, gradients, learningRate);
  }
  const sizes = batches.map((batch) => batch.length);
  return { params: now, loss: meanOverBatches(losses, sizes) };
}

/**
 * 06.8 The fraction of all samples that are classified rightly, computed batch by batch.
 *
 * A class is predicted where the largest logit stands, the first one of equal ones. Batches save memory and must
 * not change the result. Every sample counts once, and as much as every other.
 *
 * @param predict the network's logits, shape (B, C), of a batch of samples
 * @param samples at least one
 * @param batchSize at most so many at once, a whole number from 1
 * @returns right samples / N, in [0, 1]
 * @throws RangeError when there is no sample, or batchSize is not a whole number from 1
 */
export function accuracyInBatches(
  predict: (x: Tensor) => Tensor,
  samples: Samples,
  batchSize: number,
): number {
  const inOrder = Array.from({ length: samples.labels.size }, (_, n) => n);
  const batches = miniBatches(inOrder, batchSize);
  const accuracies = batches.map((batch) => {
    const { x, labels } = selectSamples(samples.x, samples.labels, batch);
    return accuracy(predict(x), labels);
  });
  return meanOverBatches(
    accuracies,
    batches.map((batch) => batch.length),
  );
}

/**
 * 06.9 The parameters that a multilayer perceptron (MLP) starts from: W1, b1, W2, b2, … for its affine layers.
 *
 * Layer l has sizes[l − 1] inputs and sizes[l] outputs. Its weights are independent draws from the normal
 * distribution with mean 0 and standard deviation √(2 / inputs), its biases are 0. Lesson 08 says why.
 *
 * He, Zhang, Ren and Sun 2015, section 2.2, https://arxiv.org/abs/1502.01852
 *
 * @param sizes how many inputs, hidden units of each hidden layer, and classes: two whole numbers or more, from 1
 * @param random a seeded generator, uniform in [0, 1); nothing else may be random
 * @returns for l = 1, 2, …, sizes.length − 1: Wl of shape (sizes[l − 1], sizes[l]) and bl of shape (sizes[l])
 */
export function initialMlp(sizes: number[], random: () => number): Params {
  const params: Params = {};
  for (let l = 1; l < sizes.length; l++) {
    const [D, M] = [sizes[l - 1]!, sizes[l]!];
    const W = zeros(D, M);
    for (let d = 0; d < D; d++) {
      for (let m = 0; m < M; m++) W.set(d, m, Math.sqrt(2 / D) * normal(random));
    }
    params[`W${l}`] = W;
    params[`b${l}`] = zeros(M);
  }
  return params;
}

/** What mlpGradients needs to know of the forward pass. Change it if you keep something else. */
export interface MlpCache {
  /** The caches of the affine layers, the first one first. */
  affine: AffineCache[];
  /** The caches of the ReLUs between them: one fewer. */
  relu: Tensor[];
}

/**
 * 06.10 The logits of a multilayer perceptron: affine, ReLU, affine, ReLU, …, affine.
 *
 * There is a ReLU between any two affine layers, and none after the last.
 *
 * @param x N samples, shape (N, D)
 * @param params W1, b1, …, WL, bL for L affine layers, L from 1, in any order; Wl has as many columns as
 *   W(l + 1) has rows
 * @returns out of shape (N, C), the logits, and a cache for mlpGradients
 * @throws RangeError when x doesn't fit W1, or a layer the next one
 */
export function mlpForward(x: Tensor, params: Params): Forward<MlpCache> {
  const cache: MlpCache = { affine: [], relu: [] };
  const L = layersOf(params);
  let input = x;
  for (let l = 1; l < L; l++) {
    const affine = affineForward(input, params[`W${l}`]!, params[`b${l}`]!);
    const relu = reluForward(affine.out);
    cache.affine.push(affine.cache);
    cache.relu.push(relu.cache);
    input = relu.out;
  }
  const last = affineForward(input, params[`W${L}`]!, params[`b${L}`]!);
  cache.affine.push(last.cache);
  return { out: last.out, cache };
}

/**
 * 06.11 The softmax loss of a multilayer perceptron on a batch, and its gradient with respect to every parameter.
 *
 * The forward pass of 06.10 and the softmax loss of 05.12, then backwards through all of it. Nothing is added to
 * the loss.
 *
 * @param x N samples, shape (N, D)
 * @param labels the right class of each sample, in 0 … C − 1, shape (N)
 * @param params W1, b1, …, WL, bL as in 06.10; they stay as they are
 * @returns the loss, a mean over the batch, and a gradient in the shape of each parameter
 */
export function mlpGradients(x: Tensor, labels: Labels, params: Params): LossAndGradients {
  const forward = mlpForward(x, params);
  const { loss, cache } = softmaxLossForward(forward.out, labels);
  const gradients: Params = {};
  let dout = softmaxLossBackward(1, cache).dlogits;
  for (let l = layersOf(params); l >= 1; l--) {
    const { dx, dW, db } = affineBackward(dout, forward.cache.affine[l - 1]!);
    gradients[`W${l}`] = dW;
    gradients[`b${l}`] = db;
    if (l > 1) dout = reluBackward(dx, forward.cache.relu[l - 2]!).dx;
  }
  return { loss, gradients };
}

/** How to train. */
export interface TrainingOptions {
  /** How often all samples are gone through, a whole number from 0. */
  epochs: number;
  /** How many samples make a step, a whole number from 1. */
  batchSize: number;
  /** The factor of the gradient in each step, above 0. */
  learningRate: number;
}

/** How an epoch went. */
export interface EpochRecord {
  /** The mean over the training samples of the losses that its steps met. */
  loss: number;
  /** The accuracy on the validation samples after its last step. */
  accuracy: number;
}

/** A trained network, and how the training went. */
export interface Training {
  /** The parameters after the last epoch: new arrays. */
  params: Params;
  /** A record for each epoch, the first one first. */
  history: EpochRecord[];
}

/**
 * 06.12 Trains a multilayer perceptron: for each epoch a new random order, its mini-batches, and a look at the
 * validation samples.
 *
 * Before each epoch an order of the training samples is drawn with `random`, which is used for nothing else. After
 * each epoch the accuracy on the validation samples is measured, from which nothing is learned.
 *
 * @param training the samples to learn from, N of them
 * @param validation other samples, at least one
 * @param params where to start, as in 06.10; they stay as they are
 * @param options the number of epochs, the batch size and the learning rate
 * @param random a seeded generator, uniform in [0, 1)
 * @returns the parameters after the last epoch, and the record of every epoch
 */
export function train(
  training: Samples,
  validation: Samples,
  params: Params,
  options: TrainingOptions,
  random: () => number,
): Training {
  const { epochs, batchSize, learningRate } = options;
  const history: EpochRecord[] = [];
  let now = copied(params);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const batches = miniBatches(shuffledOrder(training.labels.size, random), batchSize);
    const { params: next, loss } = trainEpoch(mlpGradients, training, batches, now, learningRate);
    now = next;
    const predict = (x: Tensor): Tensor => mlpForward(x, next).out;
    history.push({ loss, accuracy: accuracyInBatches(predict, validation, batchSize) });
  }
  return { params: now, history };
}

/** The number of affine layers: each has a W and a b. */
function layersOf(params: Params): number {
  return Object.keys(params).length / 2;
}

/** New arrays with the same entries. */
function copied(params: Params): Params {
  return Object.fromEntries(Object.entries(params).map(([name, w]) => [name, copy(w)]));
}

/** Refuses a batch size that is no whole number from 1, with which a loop over batches would never end. */
function requireBatchSize(operation: string, batchSize: number): void {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(
      `${operation}: batchSize is ${batchSize}; it must be a whole number from 1, so give one such as 32`,
    );
  }
}
