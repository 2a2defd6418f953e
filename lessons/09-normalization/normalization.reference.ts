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
  requireAxes('batchStatistics', { x }, 'N, D');
  requireEntries('batchStatistics', x);
  return columnStatistics(x);
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
  const { mean, variance } = statistics;
  requireOneEach('standardize', x, 'N, D', { mean, variance });
  const deviation = deviationOf(variance, epsilon);
  return filled(x.shape, (n, d) => (x.get(n, d) - mean.get(d)) / deviation.get(d));
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
  requireOneEach('batchNormForward', x, 'N, D', { gamma, beta });
  requireEntries('batchNormForward', x);
  const statistics = columnStatistics(x);
  const xHat = standardize(x, statistics, epsilon);
  const deviation = deviationOf(statistics.variance, epsilon);
  return { out: scaled(xHat, gamma, beta), cache: { xHat, deviation, gamma } };
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
  const blend = (part: keyof Statistics): Tensor => {
    requireSameShape('updateRunning', {
      [`the running ${part}`]: running[part],
      [`the batch's ${part}`]: batch[part],
    });
    return zip(running[part], batch[part], (old, now) => momentum * old + (1 - momentum) * now);
  };
  return { mean: blend('mean'), variance: blend('variance') };
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
  const { mean, variance } = running;
  requireOneEach('batchNormEvaluate', x, 'N, D', { gamma, beta, mean, variance });
  return scaled(standardize(x, running, epsilon), gamma, beta);
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
  const { xHat, deviation, gamma } = cache;
  const dxHat = filled(dout.shape, (n, d) => gamma.get(d) * dout.get(n, d));
  return {
    dx: standardizeBackward(dxHat, xHat, deviation),
    dgamma: columnSums(zip(dout, xHat, times)),
    dbeta: columnSums(dout),
  };
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
  const { training, momentum, epsilon } = options;
  if (!training) {
    const out = batchNormEvaluate(x, gamma, beta, running, epsilon);
    return { out, running: { mean: copy(running.mean), variance: copy(running.variance) } };
  }
  const { out, cache } = batchNormForward(x, gamma, beta, epsilon);
  return { out, running: updateRunning(running, batchStatistics(x), momentum), cache };
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
  requireOneEach('layerNormForward', x, 'N, D', { gamma, beta });
  const rows = x.transpose(1, 0); // Its columns are the rows of x.
  const statistics = columnStatistics(rows);
  const xHat = standardize(rows, statistics, epsilon).transpose(1, 0);
  const deviation = deviationOf(statistics.variance, epsilon);
  return { out: scaled(xHat, gamma, beta), cache: { xHat, deviation, gamma } };
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
  const { xHat, deviation, gamma } = cache;
  const dxHat = filled(dout.shape, (n, d) => gamma.get(d) * dout.get(n, d));
  const rows = standardizeBackward(dxHat.transpose(1, 0), xHat.transpose(1, 0), deviation);
  return {
    dx: copy(rows.transpose(1, 0)),
    dgamma: columnSums(zip(dout, xHat, times)),
    dbeta: columnSums(dout),
  };
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
  requireOneEach('imageBatchNormForward', x, 'N, C, H, W', { gamma, beta });
  requireEntries('imageBatchNormForward', x);
  const { out, cache } = batchNormForward(pixelRows(x), gamma, beta, epsilon);
  return { out: asImages(out, x.shape), cache };
}

/**
 * 09.11 The backward half of imageBatchNormForward: that of 09.6, with all pixels of a channel as one column.
 *
 * @param dout how fast the loss grows with each entry of out, shape (N, C, H, W)
 * @param cache what imageBatchNormForward returned
 * @returns dx of shape (N, C, H, W), dgamma and dbeta of shape (C)
 */
export function imageBatchNormBackward(dout: Tensor, cache: BatchNormCache): NormGradients {
  const { dx, dgamma, dbeta } = batchNormBackward(pixelRows(dout), cache);
  return { dx: asImages(dx, dout.shape), dgamma, dbeta };
}

/** batchStatistics of any matrix; of no rows the means are NaN. */
function columnStatistics(x: Tensor): Statistics {
  const N = x.shape[0]!;
  const mean = map(columnSums(x), (sum) => sum / N);
  const squares = filled(x.shape, (n, d) => (x.get(n, d) - mean.get(d)) ** 2);
  return { mean, variance: map(columnSums(squares), (sum) => sum / N) };
}

/** The sum of each column of a matrix: from (N, D) to (D). */
function columnSums(x: Tensor): Tensor {
  const [N, D] = x.shape as [number, number];
  return filled([D], (d) => {
    let sum = 0;
    for (let n = 0; n < N; n++) sum += x.get(n, d!);
    return sum;
  });
}

/** √(σ² + ε) of each column. */
function deviationOf(variance: Tensor, epsilon: number): Tensor {
  return map(variance, (value) => Math.sqrt(value + epsilon));
}

/** γ · x̂ + β, with a γ and a β for each column. */
function scaled(xHat: Tensor, gamma: Tensor, beta: Tensor): Tensor {
  return filled(xHat.shape, (n, d) => gamma.get(d) * xHat.get(n, d) + beta.get(d));
}

/** From how fast the loss grows with x̂ to how fast it grows with x, where x̂ is x with its columns standardized. */
function standardizeBackward(dxHat: Tensor, xHat: Tensor, deviation: Tensor): Tensor {
  const N = dxHat.shape[0]!;
  const throughMean = map(columnSums(dxHat), (sum) => sum / N);
  const throughVariance = map(columnSums(zip(dxHat, xHat, times)), (sum) => sum / N);
  return filled(
    dxHat.shape,
    (n, d) =>
      (dxHat.get(n, d) - throughMean.get(d) - xHat.get(n, d) * throughVariance.get(d)) /
      deviation.get(d),
  );
}

function times(a: number, b: number): number {
  return a * b;
}

/** The pixels of all images as rows, with a column for each channel: from (N, C, H, W) to (N · H · W, C). */
function pixelRows(x: Tensor): Tensor {
  const [N, C, H, W] = x.shape as [number, number, number, number];
  return ndarray(copy(x.transpose(0, 2, 3, 1)).data, [N * H * W, C]);
}

/** The way back: from (N · H · W, C) to (N, C, H, W). */
function asImages(rows: Tensor, shape: readonly number[]): Tensor {
  const [N, C, H, W] = shape as [number, number, number, number];
  return copy(ndarray(rows.data, [N, H, W, C]).transpose(0, 3, 1, 2));
}

/** The axes of x, and what the second one counts. */
const SECOND_AXIS = { 'N, D': 'column', 'N, C, H, W': 'channel' } as const;

/** Refuses an x with other axes, and arrays that have not one entry for each of its columns or channels. */
function requireOneEach(
  operation: string,
  x: Tensor,
  axes: keyof typeof SECOND_AXIS,
  arrays: Readonly<Record<string, Tensor>>,
): void {
  requireAxes(operation, { x }, axes);
  for (const [name, one] of Object.entries(arrays)) {
    if (one.shape.length !== 1 || one.size !== x.shape[1]) {
      throw new RangeError(
        `${operation}: x is ${shapeText(x.shape)} and ${name} is ${shapeText(one.shape)}; ` +
          `give ${name} one entry for each ${SECOND_AXIS[axes]} of x`,
      );
    }
  }
}

/** Refuses an x whose columns or channels have no entries. */
function requireEntries(operation: string, x: Tensor): void {
  const [N, , ...places] = x.shape;
  if (product([N!, ...places]) === 0) {
    throw new RangeError(
      `${operation}: x is ${shapeText(x.shape)}, and there is no mean of no numbers; give at least one sample`,
    );
  }
}
