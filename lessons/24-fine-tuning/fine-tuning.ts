/**
 * Lesson 24: fine-tuning, a network that was trained for one task and is trained on for another one, from few samples.
 *
 * Parameters stand in one plain object, by name, as in lesson 06: layer l of a perceptron has Wl and bl, the last layer
 * is its head, and all before it are its body. What is frozen is used and not trained.
 */
import {
  add,
  copy,
  filled,
  labels as labelsOf,
  map,
  matrixProduct,
  requireSameShape,
  requireSizes,
  zeros,
  type Labels,
  type Tensor,
} from '#arrays';
import {
  affineBackward,
  affineForward,
  softmaxLossBackward,
  softmaxLossForward,
  type Forward,
} from '#lessons/05-backprop';
import { shuffledOrder, type Params, type Samples } from '#lessons/06-training';
import { momentum, sgd } from '#lessons/07-optimizers';
import { heNormal, scaledNormal } from '#lessons/08-initialization';
import {
  batchNormBackward,
  batchNormEvaluate,
  standardize,
  type BatchNormCache,
  type BatchNormOptions,
  type NormGradients,
  type Statistics,
} from '#lessons/09-normalization';
import { l2Gradient } from '#lessons/10-regularization';
import { todo } from '#todo';

/**
 * 24.1 A few samples of each class: `count` of them, drawn without putting any back.
 *
 * Any set of `count` members of a class is as likely as any other, whatever is drawn of the other classes.
 *
 * @param labels the class of each of N samples, shape (N)
 * @param classes those to draw from, different whole numbers; samples of all others are left out
 * @param count how many of each class, a whole number from 0
 * @param random a seeded generator, uniform in [0, 1); nothing else may be random
 * @returns the numbers of the chosen samples, from 0 to N − 1, in any order
 * @throws RangeError when a class has fewer samples than `count`
 */
export function fewOfEach(
  labels: Labels,
  classes: number[],
  count: number,
  random: () => number,
): number[] {
  throw todo('24.1 fewOfEach');
}

/**
 * 24.2 Labels of some classes, counted from 0: a sample of classes[k] is of class k.
 *
 * With the classes 5, 6, 7, 8 and 9 in this order a 5 becomes 0 and a 9 becomes 4, in whatever order they come.
 *
 * @param labels the class of each sample, shape (N)
 * @param classes C different whole numbers
 * @returns the new class of each sample, from 0 to C − 1, shape (N)
 * @throws RangeError when a label is not among the classes
 */
export function renumber(labels: Labels, classes: number[]): Labels {
  throw todo('24.2 renumber');
}

/**
 * 24.3 A network's parameters with weights that were trained elsewhere, each found by its name.
 *
 * The names in `leftOut` keep the network's own values. Weights of such a name may be missing, or of another shape: so
 * a head for other classes stays as it was drawn.
 *
 * @param network the parameters of the network, by name, for instance as 08.9 draws them; they stay as they are
 * @param weights those to load, by name, in any order
 * @param leftOut names of parameters of the network
 * @returns a parameter for each of the network's names: new arrays
 * @throws RangeError when a name of the network is neither among the weights nor left out, or its weights are of
 *   another shape; and when a name among the weights or in leftOut is none of the network's
 */
export function loadParams(network: Params, weights: Params, leftOut: string[]): Params {
  throw todo('24.3 loadParams');
}

/**
 * 24.4 A trained perceptron with a new head: its last layer WL, bL is drawn anew for other classes, as lesson 08 starts
 * a layer, and all layers before it stay.
 *
 * The new weights are He's (08.7), the new biases 0. Nothing of the old head is left.
 *
 * @param params W1, b1, …, WL, bL as in 06.10, in any order, L from 1; they stay as they are
 * @param classes C, how many the new head tells apart, a whole number from 1
 * @param random a seeded generator, uniform in [0, 1); nothing else may be random
 * @returns new arrays: those of the body, WL of shape (D, C) with the D of the old one, and bL of shape (C)
 * @throws RangeError when classes is not a whole number from 1
 */
export function newHead(params: Params, classes: number, random: () => number): Params {
  throw todo('24.4 newHead');
}

/** The way back through one layer. */
export interface LayerBack {
  /** The names of its parameters; none for a ReLU. */
  names: string[];
  /** From how fast the loss grows with its output to how fast it grows with its input and with each parameter. */
  backward: (dout: Tensor) => { dx: Tensor; gradients: Params };
}

/**
 * 24.5 The gradients of the parameters that are trained, and no way back farther than they need.
 *
 * From the last layer on, what one gives as dx is the dout of the one before it. A frozen layer with trained ones below
 * it has to be gone through. Layers below the lowest trained parameter aren't asked at all.
 *
 * @param dout how fast the loss grows with the output of the last layer
 * @param layers the first one first
 * @param trained the names of the parameters that are trained; all others are frozen
 * @returns a gradient for each trained name, and for no other: new arrays
 * @throws RangeError when a trained name is no layer's
 */
export function trainedBackward(dout: Tensor, layers: LayerBack[], trained: string[]): Params {
  throw todo('24.5 trainedBackward');
}

/** How a fine-tuning step goes. */
export interface FineTuningOptions {
  /** η, the learning rate of the head, above 0. */
  learningRate: number;
  /** δ, what the rate is multiplied with from a layer to the one below it, in (0, 1]. */
  decay: number;
  /** μ, the share of the velocity that is kept, in [0, 1). */
  momentum: number;
  /** λ, how fast weights shrink, from 0. */
  weightDecay: number;
}

/** A network's parameters and their velocities. */
export interface FineTuningStep {
  params: Params;
  velocity: Params;
}

/**
 * 24.6 A step of gradient descent with momentum in which each layer has a rate of its own, and what is frozen stays.
 *
 *     rate of layer l of L = η · δ^(L − l),    v ← μ · v − rate · (g + λ · w),    w ← w + v
 *
 * The head is layer L and has the rate η. λ counts for weights alone, the names that begin with W, as in lesson 10.
 * A parameter in no layer is frozen: it keeps its value and its velocity, whatever its gradient, μ and λ are. A layer
 * of which nothing is trained is an empty list, and counts.
 *
 * Rates by layer: Howard and Ruder 2018, section 3.2, https://arxiv.org/abs/1801.06146
 *
 * @param params arrays of any shapes, by name; they stay as they are
 * @param gradients one for each trained parameter, under its name; those of others don't matter
 * @param velocity what the step before returned, one for each parameter; zeros before the first step
 * @param layers the names of the trained parameters of each of L layers, the first one first, the head last
 * @param options η, δ, μ and λ
 * @returns all parameters and all velocities after the step: new arrays
 * @throws RangeError when a name in layers is no parameter's or has no gradient, or a shape differs
 */
export function fineTuningStep(
  params: Params,
  gradients: Params,
  velocity: Params,
  layers: string[][],
  options: FineTuningOptions,
): FineTuningStep {
  throw todo('24.6 fineTuningStep');
}

/** What a frozen batch norm layer returns. */
export interface FrozenBatchNorm {
  /** Shape of x. */
  out: Tensor;
  /** The running statistics, as they were. */
  running: Statistics;
  /** What frozenBatchNormBackward will need. */
  cache: BatchNormCache;
}

/**
 * 24.7 A frozen batch norm layer, in the place of 09.7's: out = γ · (x − mean) / √(variance + ε) + β with the running
 * statistics, which stay as they are, while the network is being trained as much as while it is used.
 *
 * No sample depends on another one, so a batch of one will do.
 *
 * @param x N samples of D numbers, shape (N, D)
 * @param gamma γ, shape (D)
 * @param beta β, shape (D)
 * @param running the statistics of the task that the layer was trained for, each of shape (D)
 * @param options those of 09.7, of which only ε matters here
 * @returns out of shape (N, D), the running statistics in new arrays, and a cache for frozenBatchNormBackward
 * @throws RangeError when x is not (N, D), or one of the others is not (D)
 */
export function frozenBatchNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  running: Statistics,
  { epsilon }: BatchNormOptions,
): FrozenBatchNorm {
  throw todo('24.7 frozenBatchNorm');
}

/**
 * 24.8 The backward half of frozenBatchNorm: dx = dout · γ / √(variance + ε), and as in 09.6 dβ = Σₙ doutₙ and
 * dγ = Σₙ doutₙ · x̂ₙ, should these two be trained.
 *
 * The statistics are numbers here and no functions of x, so nothing comes back through them.
 *
 * @param dout how fast the loss grows with each entry of out, shape (N, D)
 * @param cache what frozenBatchNorm returned
 * @returns dx of shape (N, D), dgamma and dbeta of shape (D)
 */
export function frozenBatchNormBackward(dout: Tensor, cache: BatchNormCache): NormGradients {
  throw todo('24.8 frozenBatchNormBackward');
}

/** The last layer of a network. */
export interface Head {
  /** Shape (K, C). */
  W: Tensor;
  /** Shape (C). */
  b: Tensor;
}

/** How a head is trained. */
export interface HeadTraining {
  /** How many steps, a whole number from 0. */
  steps: number;
  /** The factor of the gradient in each step, above 0. */
  learningRate: number;
}

/** A trained head. */
export interface TrainedHead {
  head: Head;
  /** The loss before each step, as many as there are steps. */
  losses: number[];
}

/**
 * 24.9 Trains a head on a frozen body: the features of all samples are computed once, and each step is one of gradient
 * descent on the softmax loss (05.12) of features · W + b, over all of them.
 *
 * @param body from samples (N, D) to their features (N, K); asked once, for all samples
 * @param samples x of shape (N, D), N at least 1, and the class of each, in 0 … C − 1
 * @param head where to start, W (K, C) and b (C); it stays as it is
 * @param options the number of steps and the learning rate
 * @returns the head after the last step, in new arrays, and the loss before each
 */
export function trainHead(
  body: (x: Tensor) => Tensor,
  samples: Samples,
  head: Head,
  { steps, learningRate }: HeadTraining,
): TrainedHead {
  throw todo('24.9 trainHead');
}

/** Two thin matrices whose product, scaled, is what is added to W: r · (D + M) numbers in the place of D · M. */
export interface Lora {
  /** Shape (D, r). */
  A: Tensor;
  /** Shape (r, M). */
  B: Tensor;
}

/**
 * 24.10 A low-rank update that changes nothing yet: A is drawn, and B is 0.
 *
 * Hu and others draw A from a normal distribution and leave its width open. Here the standard deviation is √(1/D), so
 * that x · A is about as wide as x.
 *
 * Hu et al. 2021, section 4.1, https://arxiv.org/abs/2106.09685
 *
 * @param D how many rows W has
 * @param M how many columns W has
 * @param rank r, a whole number from 1 to the smaller of D and M
 * @param random a seeded generator, uniform in [0, 1); nothing else may be random
 * @returns A of shape (D, r), independent draws, and B of shape (r, M)
 * @throws RangeError when the rank is not such a number
 */
export function loraStart(D: number, M: number, rank: number, random: () => number): Lora {
  throw todo('24.10 loraStart');
}

/** What loraBackward needs to know of the forward pass. Change it if you keep something else. */
export interface LoraCache extends Lora {
  x: Tensor;
  W: Tensor;
  /** x · A, shape (N, r). */
  xA: Tensor;
  /** α/r. */
  scale: number;
}

/**
 * 24.11 An affine layer with a low-rank update (LoRA): out = x · W + b + (α/r) · (x · A) · B.
 *
 * W and b are frozen. r is the rank, the number of columns of A. The product A · B is never made.
 *
 * Hu et al. 2021, equation 3, https://arxiv.org/abs/2106.09685
 *
 * @param x N samples of D numbers, shape (N, D)
 * @param W shape (D, M)
 * @param b shape (M)
 * @param lora A of shape (D, r) and B of shape (r, M), r from 1
 * @param alpha α, how much the update counts, above 0
 * @returns out of shape (N, M), and a cache for loraBackward
 * @throws RangeError when the sizes don't fit
 */
export function loraForward(
  x: Tensor,
  W: Tensor,
  b: Tensor,
  { A, B }: Lora,
  alpha: number,
): Forward<LoraCache> {
  throw todo('24.11 loraForward');
}

/** How fast the loss grows with what can change in a layer with a low-rank update. */
export interface LoraGradients {
  /** Shape of x. */
  dx: Tensor;
  /** Shape of A. */
  dA: Tensor;
  /** Shape of B. */
  dB: Tensor;
}

/**
 * 24.12 The backward half of loraForward, with s = α/r:
 *
 *     dB = s · (x · A)ᵀ · dout,    dA = s · xᵀ · (dout · Bᵀ),    dx = dout · Wᵀ + s · (dout · Bᵀ) · Aᵀ
 *
 * W and b are frozen and get nothing; what comes back to x goes through W all the same.
 *
 * @param dout how fast the loss grows with each entry of out, shape (N, M)
 * @param cache what loraForward returned
 * @returns dx of shape (N, D), dA of shape (D, r), dB of shape (r, M), and no other
 */
export function loraBackward(dout: Tensor, cache: LoraCache): LoraGradients {
  throw todo('24.12 loraBackward');
}

/**
 * 24.13 The weights of a plain affine layer that does what a layer with a low-rank update does: W + (α/r) · A · B.
 *
 * After that A and B are no longer used, so the layer costs what it cost before.
 *
 * Hu et al. 2021, section 4.1, https://arxiv.org/abs/2106.09685
 *
 * @param W shape (D, M); it stays as it is
 * @param lora A of shape (D, r) and B of shape (r, M), r from 1
 * @param alpha α, as in 24.11
 * @returns shape (D, M): a new array
 * @throws RangeError when the sizes don't fit
 */
export function loraMerge(W: Tensor, { A, B }: Lora, alpha: number): Tensor {
  throw todo('24.13 loraMerge');
}
