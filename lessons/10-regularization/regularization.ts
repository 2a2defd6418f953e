/**
 * Lesson 10: regularization, what keeps a network from learning its training samples by heart. Penalties on large
 * weights, weight decay, dropout, noise on the inputs, early stopping, and what loss curves say.
 *
 * All parameters of a network stand in one plain object, by name. Those whose names begin with a capital W are
 * weights: W1, W2, Wx. All others, such as b1 and gamma, are biases and the like, which are not regularized. What is
 * random draws from a generator that is passed in. No function changes its arguments.
 */
import { copy, map, requireSameShape, zeros, zip, type Tensor } from '#arrays';
import { normal } from '#datasets/random';
import type { Forward, InputGradient } from '#lessons/05-backprop';
import { sgdStep, type Params } from '#lessons/06-training';
import { todo } from '#todo';

/**
 * 10.1 The L2 penalty: ½ · λ · Σ w², over all entries of all weights.
 *
 * It is added to the loss. The ½ makes its gradient λ · w.
 *
 * Hoerl and Kennard 1970 (ridge regression), https://doi.org/10.1080/00401706.1970.10488634; for networks Krogh and
 * Hertz 1991, https://papers.nips.cc/paper/1991/hash/8eefcfdf5990e441f0fb6f3fad709e21-Abstract.html
 *
 * @param params arrays of any shapes, by name; only those whose names begin with W count
 * @param lambda λ, how much large weights cost, from 0
 * @returns the penalty; 0 where there are no weights
 */
export function l2Penalty(params: Params, lambda: number): number {
  throw todo('10.1 l2Penalty');
}

/**
 * 10.2 The gradient of the L2 penalty with respect to one array of weights: λ · w.
 *
 * @param w weights, any shape
 * @param lambda λ, from 0
 * @returns how fast the penalty grows with each entry of w, shape of w
 */
export function l2Gradient(w: Tensor, lambda: number): Tensor {
  throw todo('10.2 l2Gradient');
}

/**
 * 10.3 The L1 penalty: λ · Σ |w|, over all entries of all weights.
 *
 * Tibshirani 1996 (the lasso), https://doi.org/10.1111/j.2517-6161.1996.tb02080.x
 *
 * @param params arrays of any shapes, by name; only those whose names begin with W count
 * @param lambda λ, how much weights cost, from 0
 * @returns the penalty; 0 where there are no weights
 */
export function l1Penalty(params: Params, lambda: number): number {
  throw todo('10.3 l1Penalty');
}

/**
 * 10.4 The gradient of the L1 penalty with respect to one array of weights: λ where w > 0, −λ where w < 0.
 *
 * At 0 the penalty has a kink and every slope from −λ to λ would do; here it is 0, so that a weight that is 0 stays.
 *
 * @param w weights, any shape
 * @param lambda λ, from 0
 * @returns how fast the penalty grows with each entry of w, shape of w
 */
export function l1Gradient(w: Tensor, lambda: number): Tensor {
  throw todo('10.4 l1Gradient');
}

/** How much weights cost. */
export interface PenaltyOptions {
  /** λ of the L1 penalty, from 0; 0 for none. */
  l1: number;
  /** λ of the L2 penalty, from 0; 0 for none. */
  l2: number;
}

/**
 * 10.5 The gradients of the loss with both penalties: g + l1 · sign(w) + l2 · w for weights, g for all else.
 *
 * Both at once are called the elastic net: Zou and Hastie 2005, https://doi.org/10.1111/j.1467-9868.2005.00503.x
 *
 * @param params arrays of any shapes, by name; those whose names begin with W are weights
 * @param gradients the gradient of the loss alone with respect to each, under its name
 * @param options λ of each penalty
 * @returns the gradient of the loss with its penalties, for each parameter: new arrays
 * @throws RangeError when a parameter has no gradient, or one of another shape
 */
export function regularizedGradients(
  params: Params,
  gradients: Params,
  { l1, l2 }: PenaltyOptions,
): Params {
  throw todo('10.5 regularizedGradients');
}

/** How to step with weight decay. */
export interface WeightDecayOptions {
  /** η, the factor of the gradient, above 0. */
  learningRate: number;
  /** λ, how fast weights shrink by themselves, from 0. */
  weightDecay: number;
}

/**
 * 10.6 A step of gradient descent with weight decay: w ← (1 − η · λ) · w − η · g for weights, w ← w − η · g for all
 * else.
 *
 * Krogh and Hertz 1991, https://papers.nips.cc/paper/1991/hash/8eefcfdf5990e441f0fb6f3fad709e21-Abstract.html
 *
 * @param params arrays of any shapes, by name; those whose names begin with W are weights
 * @param gradients the gradient of the loss without any penalty with respect to each, under its name
 * @param options η and λ
 * @returns the parameters after the step, under the same names: new arrays
 * @throws RangeError when the names of the two are not the same, or a gradient has another shape than its parameter
 */
export function weightDecayStep(
  params: Params,
  gradients: Params,
  { learningRate, weightDecay }: WeightDecayOptions,
): Params {
  throw todo('10.6 weightDecayStep');
}

/**
 * 10.7 A random mask: each entry is 0 with probability p, and else 1 / (1 − p), independently of all others.
 *
 * The mean of each entry is 1, whatever p is.
 *
 * @param shape of the mask, whole numbers from 0
 * @param p the probability to drop, in [0, 1)
 * @param random a seeded generator, uniform in [0, 1); nothing else may be random
 * @returns a new array of this shape
 * @throws RangeError when p is not in [0, 1)
 */
export function dropoutMask(shape: number[], p: number, random: () => number): Tensor {
  throw todo('10.7 dropoutMask');
}

/** How dropout is to act. */
export interface DropoutOptions {
  /** The probability to drop, in [0, 1). */
  p: number;
  /** Whether the network is learning; when it is evaluated, nothing is dropped. */
  training: boolean;
}

/** What dropoutBackward needs to know of the forward pass. Change it if you keep something else. */
export interface DropoutCache {
  /** What each entry of x was multiplied with, shape of x. */
  mask: Tensor;
}

/**
 * 10.8 A dropout layer: x · mask, entry by entry, while training; x itself otherwise.
 *
 * The mask is one of 10.7, a new one for each call, with an entry for each entry of x: what is dropped in one sample
 * is independent of what is dropped in another. As those that are kept are scaled by 1 / (1 − p) already (inverted
 * dropout), evaluation leaves x as it is, and draws no random number.
 *
 * Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014, https://jmlr.org/papers/v15/srivastava14a.html
 *
 * @param x any shape, such as N samples of D numbers (N, D)
 * @param options p, and whether the network is learning
 * @param random a seeded generator, uniform in [0, 1)
 * @returns out in the shape of x, a new array, and a cache for dropoutBackward
 * @throws RangeError when p is not in [0, 1); an evaluation may leave that unasked
 */
export function dropoutForward(
  x: Tensor,
  { p, training }: DropoutOptions,
  random: () => number,
): Forward<DropoutCache> {
  throw todo('10.8 dropoutForward');
}

/**
 * 10.9 The backward half of dropoutForward: dx = dout · mask, entry by entry, with the mask of the forward pass.
 *
 * After an evaluation it is dout.
 *
 * @param dout how fast the loss grows with each entry of out, shape of x
 * @param cache what dropoutForward returned
 * @returns dx in the shape of x, a new array
 */
export function dropoutBackward(dout: Tensor, cache: DropoutCache): InputGradient {
  throw todo('10.9 dropoutBackward');
}

/** How inputs are to be disturbed. */
export interface NoiseOptions {
  /** σ, the standard deviation of the noise, from 0. */
  deviation: number;
  /** Whether the network is learning; when it is evaluated, it sees its inputs as they are. */
  training: boolean;
}

/**
 * 10.10 A noisy copy of the inputs: x + σ · z while training, with z drawn from the standard normal distribution for
 * each entry by itself; x itself otherwise.
 *
 * An evaluation draws no random number.
 *
 * Bishop 1995, "Training with noise is equivalent to Tikhonov regularization",
 * https://doi.org/10.1162/neco.1995.7.1.108
 *
 * @param x any shape, such as N samples of D numbers (N, D)
 * @param options σ, and whether the network is learning
 * @param random a seeded generator, uniform in [0, 1)
 * @returns a new array in the shape of x
 */
export function inputNoise(
  x: Tensor,
  { deviation, training }: NoiseOptions,
  random: () => number,
): Tensor {
  throw todo('10.10 inputNoise');
}

/** Which epochs matter to early stopping. They are counted from 1. */
export interface StoppingPoint {
  /** The epoch with the lowest loss until training stops, the first one of equal ones; 0 if there is none. */
  best: number;
  /** The last epoch of the training. */
  stop: number;
}

/**
 * 10.11 When to stop: after `patience` epochs in a row without a new lowest validation loss.
 *
 * Only a loss that is below all losses before it is an improvement. One that equals the lowest is none, and neither
 * is NaN. Each improvement starts the count of the epochs in a row anew. What comes after the stop is not looked at.
 *
 * Prechelt 1998, "Early stopping – but when?", https://doi.org/10.1007/3-540-49430-8_3
 *
 * @param losses the validation loss after each epoch, the first one first
 * @param patience how many epochs in a row may pass without an improvement, a whole number from 1; the last of them
 *   is the one to stop at
 * @returns the best epoch until the stop, and the epoch to stop at: the last one there is where patience never ends
 * @throws RangeError when patience is not a whole number from 1
 */
export function earlyStopping(losses: number[], patience: number): StoppingPoint {
  throw todo('10.11 earlyStopping');
}

/** What an epoch of training leads to. */
export interface ValidatedEpoch {
  /** The parameters after it. */
  params: Params;
  /** Their loss on the validation samples. */
  validationLoss: number;
}

/** How long to train. */
export interface EarlyStoppingOptions {
  /** At most so many epochs, a whole number from 0. */
  epochs: number;
  /** How many epochs in a row may pass without an improvement, a whole number from 1. */
  patience: number;
}

/** Where a training with early stopping came out. */
export interface EarlyStopped {
  /** The parameters after the best epoch, or those at the start if there is none. */
  params: Params;
  /** The best epoch, counted from 1; 0 if there is none. */
  best: number;
  /** The validation loss after each epoch of the training, as many as there were. */
  losses: number[];
}

/**
 * 10.12 Trains until the rule of 10.11 says stop, or for all epochs, and goes back to the best parameters.
 *
 * Each epoch starts from the parameters that the one before has led to. An epoch may change the arrays it is given and
 * return those very arrays. So it never gets the caller's own, and the best ones are kept as copies.
 *
 * @param trainOneEpoch what an epoch does: it is called with the parameters and the number of the epoch, from 1
 * @param params where to start; they stay as they are
 * @param options how many epochs at most, and the patience
 * @returns the parameters after the best epoch in arrays of their own, its number, and all validation losses
 * @throws RangeError when patience is not a whole number from 1
 */
export function trainWithEarlyStopping(
  trainOneEpoch: (params: Params, epoch: number) => ValidatedEpoch,
  params: Params,
  { epochs, patience }: EarlyStoppingOptions,
): EarlyStopped {
  throw todo('10.12 trainWithEarlyStopping');
}

/** What loss curves may say. */
export type Diagnosis = 'underfitting' | 'overfitting' | 'fine';

/** What is asked of loss curves. */
export interface CurveOptions {
  /** The training loss that a network of the right size should reach. */
  target: number;
  /** How far the validation loss may lie above the training loss, from 0. */
  gap: number;
  /** How many of the last epochs to look at, a whole number from 1. */
  window: number;
}

/**
 * 10.13 What the loss curves of a training say, by their means over the last epochs.
 *
 * With T, the mean of the training loss over the last `window` epochs, or all if there are fewer, and V, the same of
 * the validation loss:
 *
 * 1. underfitting where T > target: not even the training samples are learned;
 * 2. else overfitting where V − T > gap: they are learned, but new samples are not;
 * 3. else fine.
 *
 * Goodfellow, Bengio and Courville 2016, section 5.2, https://www.deeplearningbook.org/contents/ml.html
 *
 * @param training the training loss after each epoch, the first one first; at least one
 * @param validation the validation loss after each epoch, as many
 * @param options the target, the gap and the window
 * @returns which of the three it is
 * @throws RangeError when there is no epoch, or the two are not equally long, or window is not a whole number from 1
 */
export function diagnoseCurves(
  training: number[],
  validation: number[],
  { target, gap, window }: CurveOptions,
): Diagnosis {
  throw todo('10.13 diagnoseCurves');
}
