/**
 * Lesson 09: normalization, layers that give the numbers inside of a network mean 0 and variance 1.
 *
 * Batch norm takes its statistics down each column, over the samples; layer norm along each row, over the features.
 * Variances are biased, divided by the count and not by the count less 1, and ε stands under the root. Forward halves
 * refuse arguments that don't fit together; backward halves get a dout in the shape of `out` and the cache that their
 * own forward half returned, and need not check them. The README derives the formulas.
 */
import {
  copy,
  filled,
  map,
  product,
  requireAxes,
  requireSameShape,
  shapeText,
  zip,
  type Tensor,
} from '#arrays';
import ndarray from 'ndarray';
import { todo } from '#todo';

/** What is known of the columns of a batch. */
export interface Statistics {
  /** The mean of each column, shape (D). */
  mean: Tensor;
  /** The biased variance of each column, at least 0, shape (D). */
  variance: Tensor;
}

/**
 * 09.1 The mean and the biased variance of each column: μ_d = Σₙ xₙ_d / N and σ²_d = Σₙ (xₙ_d − μ_d)² / N.
 *
 * @param x N samples of D numbers, N at least 1, shape (N, D)
 * @returns mean and variance, each of shape (D)
 * @throws RangeError when x is not (N, D), or has no rows
 */
export function batchStatistics(x: Tensor): Statistics {
  throw todo('09.1 batchStatistics');
}

/**
 * 09.2 Each column less its mean, over its deviation: x̂ₙ_d = (xₙ_d − μ_d) / √(σ²_d + ε).
 *
 * The mean and the variance are given: they needn't be those of x.
 *
 * @param x N samples of D numbers, shape (N, D)
 * @param statistics the mean and the variance of each column, each of shape (D)
 * @param epsilon ε, keeps the division finite, above 0; 1e-5 is common
 * @returns x̂ of shape (N, D)
 * @throws RangeError when x is not (N, D), or the mean or the variance is not (D)
 */
export function standardize(x: Tensor, statistics: Statistics, epsilon: number): Tensor {
  throw todo('09.2 standardize');
}

/** What batchNormBackward needs to know of the forward pass. Change it if you keep something else. */
export interface BatchNormCache {
  /** The standardized input, shape (N, D). */
  xHat: Tensor;
  /** √(σ² + ε) of each column, shape (D). */
  deviation: Tensor;
  /** γ, shape (D). */
  gamma: Tensor;
}

/** What batchNormForward returns. */
export interface BatchNormForward {
  /** Shape of x. */
  out: Tensor;
  /** What the backward half will need. Nobody else looks inside. */
  cache: BatchNormCache;
}

/**
 * 09.3 Batch norm while training: out = γ · x̂ + β, with x̂ standardized by the statistics of the batch itself.
 *
 * Ioffe and Szegedy 2015, algorithm 1, https://arxiv.org/abs/1502.03167
 *
 * @param x N samples of D numbers, N at least 1, shape (N, D)
 * @param gamma γ, the deviation that each column shall have, learned, shape (D)
 * @param beta β, the mean that each column shall have, learned, shape (D)
 * @param epsilon ε, as in 09.2
 * @returns out of shape (N, D), and a cache for batchNormBackward
 * @throws RangeError when x is not (N, D) or has no rows, or γ or β is not (D)
 */
export function batchNormForward(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  epsilon: number,
): BatchNormForward {
  throw todo('09.3 batchNormForward');
}

/**
 * 09.4 The running statistics after one more batch: running ← m · running + (1 − m) · batch, for both the mean and the
 * biased variance.
 *
 * @param running the running statistics so far, each of shape (D)
 * @param batch those of the batch, each of shape (D)
 * @param momentum m, the share that is kept, in [0, 1); 0.9 is common
 * @returns the new running statistics, each of shape (D)
 * @throws RangeError when two means or two variances differ in shape
 */
export function updateRunning(
  running: Statistics,
  batch: Statistics,
  momentum: number,
): Statistics {
  throw todo('09.4 updateRunning');
}

/**
 * 09.5 Batch norm in evaluation: out = γ · x̂ + β, with x̂ standardized by the running statistics.
 *
 * Each sample is treated as if it were alone, so that its output depends on no other one.
 *
 * @param x N samples of D numbers, shape (N, D)
 * @param gamma γ, shape (D)
 * @param beta β, shape (D)
 * @param running the running statistics, each of shape (D)
 * @param epsilon ε, as in training
 * @returns out of shape (N, D)
 * @throws RangeError when x is not (N, D), or one of the others is not (D)
 */
export function batchNormEvaluate(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  running: Statistics,
  epsilon: number,
): Tensor {
  throw todo('09.5 batchNormEvaluate');
}

/** What the backward half of a normalization returns: how fast the loss grows with each entry of each operand. */
export interface NormGradients {
  /** Shape of x. */
  dx: Tensor;
  /** Shape of γ. */
  dgamma: Tensor;
  /** Shape of β. */
  dbeta: Tensor;
}

/**
 * 09.6 The backward half of batchNormForward: dβ = Σₙ doutₙ, dγ = Σₙ doutₙ · x̂ₙ, and with dx̂ = γ · dout
 * dx = (dx̂ − mean of dx̂ − x̂ · mean of (dx̂ · x̂)) / √(σ² + ε), the means being those of each column.
 *
 * The first mean is the path through μ, the second one that through σ².
 *
 * Ioffe and Szegedy 2015, section 3, https://arxiv.org/abs/1502.03167
 *
 * @param dout how fast the loss grows with each entry of out, shape (N, D)
 * @param cache what batchNormForward returned
 * @returns dx of shape (N, D), dgamma and dbeta of shape (D)
 */
export function batchNormBackward(dout: Tensor, cache: BatchNormCache): NormGradients {
  throw todo('09.6 batchNormBackward');
}

/** How a batch norm layer works. */
export interface BatchNormOptions {
  /** Whether the network is being trained; else it is being used. */
  training: boolean;
  /** m, the share of the running statistics that a training step keeps, in [0, 1); 0.9 is common. */
  momentum: number;
  /** ε, above 0; 1e-5 is common. */
  epsilon: number;
}

/** What a batch norm layer returns. */
export interface BatchNormStep {
  /** Shape of x. */
  out: Tensor;
  /** The running statistics, for the next step. */
  running: Statistics;
  /** What batchNormBackward will need; only while training. */
  cache?: BatchNormCache;
}

/**
 * 09.7 A batch norm layer with both of its modes.
 *
 * While training it is batchNormForward, and the running statistics take up those of the batch. In evaluation it is
 * batchNormEvaluate, and they stay as they are.
 *
 * @param x N samples of D numbers, shape (N, D); while training N is at least 1
 * @param gamma γ, shape (D)
 * @param beta β, shape (D)
 * @param running what the step before returned, each of shape (D); means 0 and variances 1 before the first one
 * @param options the mode, m and ε
 * @returns out of shape (N, D), the running statistics after the step, and while training a cache for
 *   batchNormBackward
 * @throws RangeError when the shapes don't fit, as batchNormForward and updateRunning or batchNormEvaluate do
 */
export function batchNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  running: Statistics,
  options: BatchNormOptions,
): BatchNormStep {
  throw todo('09.7 batchNorm');
}

/** What layerNormBackward needs to know of the forward pass. Change it if you keep something else. */
export interface LayerNormCache {
  /** The standardized input, shape (N, D). */
  xHat: Tensor;
  /** √(σ² + ε) of each row, shape (N). */
  deviation: Tensor;
  /** γ, shape (D). */
  gamma: Tensor;
}

/** What layerNormForward returns. */
export interface LayerNormForward {
  /** Shape of x. */
  out: Tensor;
  /** What the backward half will need. Nobody else looks inside. */
  cache: LayerNormCache;
}

/**
 * 09.8 Layer norm: out = γ · x̂ + β with x̂ₙ_d = (xₙ_d − μₙ) / √(σ²ₙ + ε), μₙ and σ²ₙ being those of row n.
 *
 * γ and β belong to the columns all the same. There is one mode only, since no sample depends on another one.
 *
 * Ba, Kiros and Hinton 2016, https://arxiv.org/abs/1607.06450
 *
 * @param x N samples of D numbers, shape (N, D)
 * @param gamma γ, shape (D)
 * @param beta β, shape (D)
 * @param epsilon ε, as in 09.2
 * @returns out of shape (N, D), and a cache for layerNormBackward
 * @throws RangeError when x is not (N, D), or γ or β is not (D)
 */
export function layerNormForward(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  epsilon: number,
): LayerNormForward {
  throw todo('09.8 layerNormForward');
}

/**
 * 09.9 The backward half of layerNormForward: dβ and dγ as in 09.6, sums over the samples; and with dx̂ = γ · dout
 * dx = (dx̂ − mean of dx̂ − x̂ · mean of (dx̂ · x̂)) / √(σ² + ε), the means being those of each row.
 *
 * @param dout how fast the loss grows with each entry of out, shape (N, D)
 * @param cache what layerNormForward returned
 * @returns dx of shape (N, D), dgamma and dbeta of shape (D)
 */
export function layerNormBackward(dout: Tensor, cache: LayerNormCache): NormGradients {
  throw todo('09.9 layerNormBackward');
}

/**
 * 09.10 Batch norm of images while training: one mean, one variance, one γ and one β for each channel.
 *
 * A channel is treated alike at every place, so all of its N · H · W pixels count as one column of 09.3.
 *
 * Ioffe and Szegedy 2015, section 3.2, https://arxiv.org/abs/1502.03167
 *
 * @param x N images of C channels, with at least one pixel, shape (N, C, H, W)
 * @param gamma γ, shape (C)
 * @param beta β, shape (C)
 * @param epsilon ε, as in 09.2
 * @returns out of shape (N, C, H, W), and a cache for imageBatchNormBackward
 * @throws RangeError when x is not (N, C, H, W) or there are no pixels, or γ or β is not (C)
 */
export function imageBatchNormForward(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  epsilon: number,
): BatchNormForward {
  throw todo('09.10 imageBatchNormForward');
}

/**
 * 09.11 The backward half of imageBatchNormForward: that of 09.6, with all pixels of a channel as one column.
 *
 * @param dout how fast the loss grows with each entry of out, shape (N, C, H, W)
 * @param cache what imageBatchNormForward returned
 * @returns dx of shape (N, C, H, W), dgamma and dbeta of shape (C)
 */
export function imageBatchNormBackward(dout: Tensor, cache: BatchNormCache): NormGradients {
  throw todo('09.11 imageBatchNormBackward');
}
