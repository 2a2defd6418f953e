/**
 * Lesson 12: preprocessing, what is done to data before a network sees it: moved, scaled, turned.
 *
 * Samples are the rows of x, and their features its columns. What is measured on some samples, such as means, is an
 * argument of what is done with it afterwards: so it can be measured on the training set and used on any other. All
 * variances are means over N samples, as everywhere in this course, and not sums divided by N − 1.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { copy, filled, map, matrixProduct, requireAxes, shapeText, type Tensor } from '#arrays';

/**
 * 12.1 The mean of each feature: μ_d = (1/N) · Σₙ x_nd.
 *
 * @param x samples, shape (N, D), at least one
 * @returns shape (D)
 * @throws RangeError when x is no matrix or has no samples
 */
export function columnMeans(x: Tensor): Tensor {
  requireSamples('columnMeans', x);
  return filled([x.shape[1]!], (d) => mean(column(x, d)));
}

/**
 * 12.2 Moves samples so that the given means become 0: x_nd − μ_d.
 *
 * @param x samples, shape (N, D); there may be none
 * @param means what to take off each feature, shape (D), measured on the training set
 * @returns shape (N, D)
 * @throws RangeError when x is no matrix or means not of shape (D)
 */
export function centre(x: Tensor, means: Tensor): Tensor {
  requireFitted('centre', x, { means });
  return filled(x.shape, (n, d) => x.get(n, d) - means.get(d));
}

/** What standardizing needs to know of the training set. */
export interface Standardizer {
  /** The mean of each feature, shape (D). */
  means: Tensor;
  /** The standard deviation of each feature, and 1 for a constant one, shape (D). */
  deviations: Tensor;
}

/**
 * 12.3 Measures the mean and the standard deviation of each feature: σ_d = √((1/N) · Σₙ (x_nd − μ_d)²).
 *
 * A constant feature, one that has the same value in all samples, gets the deviation 1. So it is centred and stays
 * otherwise as it is, and nothing is divided by 0.
 *
 * LeCun, Bottou, Orr and Müller 1998, section 4.3, https://doi.org/10.1007/3-540-49430-8_2
 *
 * @param x the training set, shape (N, D), at least one sample
 * @returns the means and the deviations, of shape (D) each
 * @throws RangeError when x is no matrix or has no samples
 */
export function fitStandardizer(x: Tensor): Standardizer {
  requireSamples('fitStandardizer', x);
  const deviations = filled([x.shape[1]!], (d) => {
    const values = column(x, d);
    // Its computed deviation need not be 0: three times 0.1 has the mean 0.10000000000000002.
    const isConstant = values.every((value) => value === values[0]);
    return isConstant ? 1 : deviation(values);
  });
  return { means: columnMeans(x), deviations };
}

/**
 * 12.4 Standardizes samples: (x_nd − μ_d) / σ_d.
 *
 * The training set itself gets the mean 0 and the deviation 1 in every feature that is not constant; any other set gets
 * what it gets.
 *
 * @param x samples of any set, shape (N, D); there may be none
 * @param fitted what 12.3 measured on the training set
 * @returns shape (N, D)
 * @throws RangeError when x is no matrix, or means or deviations not of shape (D)
 */
export function standardize(x: Tensor, fitted: Standardizer): Tensor {
  const { means, deviations } = fitted;
  requireFitted('standardize', x, { means, deviations });
  return filled(x.shape, (n, d) => (x.get(n, d) - means.get(d)) / deviations.get(d));
}

/** What min-max scaling needs to know of the training set. */
export interface MinMax {
  /** The smallest value of each feature, shape (D). */
  minima: Tensor;
  /** The largest less the smallest value of each feature, and 1 for a constant one, shape (D). */
  ranges: Tensor;
}

/**
 * 12.5 Measures the smallest value of each feature, and how far it is from there to the largest.
 *
 * A constant feature gets the range 1, so that nothing is divided by 0.
 *
 * @param x the training set, shape (N, D), at least one sample
 * @returns the minima and the ranges, of shape (D) each
 * @throws RangeError when x is no matrix or has no samples
 */
export function fitMinMax(x: Tensor): MinMax {
  requireSamples('fitMinMax', x);
  const D = x.shape[1]!;
  const minima = filled([D], (d) => column(x, d).reduce((a, b) => Math.min(a, b)));
  const maxima = filled([D], (d) => column(x, d).reduce((a, b) => Math.max(a, b)));
  const ranges = filled([D], (d) => maxima.get(d) - minima.get(d) || 1);
  return { minima, ranges };
}

/**
 * 12.6 Scales samples so that the training set fills [0, 1]: (x_nd − minimum_d) / range_d.
 *
 * Values of another set may lie beyond the training set's, and then leave [0, 1]; they are not clipped.
 *
 * @param x samples of any set, shape (N, D); there may be none
 * @param fitted what 12.5 measured on the training set
 * @returns shape (N, D)
 * @throws RangeError when x is no matrix, or minima or ranges not of shape (D)
 */
export function scaleMinMax(x: Tensor, fitted: MinMax): Tensor {
  const { minima, ranges } = fitted;
  requireFitted('scaleMinMax', x, { minima, ranges });
  return filled(x.shape, (n, d) => (x.get(n, d) - minima.get(d)) / ranges.get(d));
}

/** How local normalization looks around. */
export interface WindowOptions {
  /** k, the sides of the window, an odd whole number from 1. */
  size: number;
  /** ε, added to the deviation, above 0. */
  epsilon: number;
}

/**
 * 12.7 Normalizes each pixel by its surroundings: (p − μ) / (σ + ε), where μ and σ are the mean and the standard
 * deviation of the pixels in the window of k×k that has p in its middle.
 *
 * At the border the window is what of it lies inside of the image. All windows are taken from the image as it came.
 *
 * Jarrett, Kavukcuoglu, Ranzato and LeCun 2009, section 3.1, weigh the window and go over the image twice; this is the
 * plain form of it: https://doi.org/10.1109/ICCV.2009.5459469
 *
 * @param image grey values, shape (H, W)
 * @param options the size of the window, and ε
 * @returns shape (H, W)
 * @throws RangeError when the image is no matrix, or the size is not an odd whole number from 1
 */
export function localNormalize(image: Tensor, { size, epsilon }: WindowOptions): Tensor {
  requireAxes('localNormalize', { image }, 'H, W');
  if (size % 2 !== 1) {
    throw new RangeError(
      `localNormalize: size is ${size}; only a window of 1, 3, 5, … pixels has one in its middle, ` +
        'so give an odd whole number from 1',
    );
  }
  const radius = (size - 1) / 2;
  return filled(image.shape, (i, j) => {
    const values = windowAround(image, i, j, radius);
    return (image.get(i, j) - mean(values)) / (deviation(values) + epsilon);
  });
}

/**
 * 12.8 The covariance of each feature with each: C = (1/N) · XᵀX of the centred samples X, that is
 * c_de = (1/N) · Σₙ (x_nd − μ_d) · (x_ne − μ_e).
 *
 * @param x samples, not centred yet, shape (N, D), at least one
 * @returns shape (D, D), symmetric, with the features' variances on the diagonal
 * @throws RangeError when x is no matrix or has no samples
 */
export function covariance(x: Tensor): Tensor {
  requireSamples('covariance', x);
  const N = x.shape[0]!;
  const centred = centre(x, columnMeans(x));
  return map(matrixProduct(centred.transpose(1, 0), centred), (sum) => sum / N);
}

/** The directions in which samples vary, the one in which they vary most first. */
export interface PrincipalComponents {
  /** The mean of each feature, shape (D). */
  means: Tensor;
  /** Directions of length 1, at right angles to each other: column k is the kth. Shape (D, D). */
  components: Tensor;
  /** The variance of the samples along each, descending and none below 0, shape (D). */
  variances: Tensor;
}

/**
 * 12.9 The principal components of samples: the eigenvectors of their covariance matrix as columns, by descending
 * eigenvalue. The eigenvalue is the variance along its eigenvector.
 *
 * Each column may as well have the opposite sign. Where variances are equal, any directions at right angles in the space
 * of theirs will do. A variance that rounding put below 0 is 0.
 *
 * Pearson 1901, https://doi.org/10.1080/14786440109462720; Jolliffe and Cadima 2016,
 * https://doi.org/10.1098/rsta.2015.0202
 *
 * @param x the training set, shape (N, D), at least one sample and one feature
 * @returns the means, the components and the variances
 * @throws RangeError when x is no matrix, or has no samples or no features
 */
export function principalComponents(x: Tensor): PrincipalComponents {
  requireSamples('principalComponents', x);
  const D = x.shape[1]!;
  if (D === 0) {
    throw new RangeError(
      `principalComponents: x is ${shapeText(x.shape)}; without a feature there is no direction, so give it one at least`,
    );
  }
  const C = Matrix.from1DArray(D, D, copy(covariance(x)).data);
  const found = new EigenvalueDecomposition(C, { assumeSymmetric: true });
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = found;
  const order = [...values.keys()].toSorted((a, b) => values[b]! - values[a]!);
  return {
    means: columnMeans(x),
    components: filled([D, D], (d, k) => vectors.get(d, order[k]!)),
    variances: filled([D], (k) => Math.max(0, values[order[k]!]!)),
  };
}

/**
 * 12.10 Where samples lie along the first K principal components: Z = (X − μ) · V, with these components as columns of V.
 *
 * @param x samples of any set, shape (N, D); there may be none
 * @param pca what 12.9 found in the training set
 * @param count K, how many components to keep, a whole number from 0 to D
 * @returns shape (N, K)
 * @throws RangeError when x is no matrix, pca is of another number of features, or the count is not from 0 to D
 */
export function project(x: Tensor, pca: PrincipalComponents, count: number): Tensor {
  const { means, components } = pca;
  requireFitted('project', x, { means, components });
  const D = means.size;
  if (!Number.isInteger(count) || count < 0 || count > D) {
    throw new RangeError(
      `project: count is ${count} and there are ${D} components; give a whole number from 0 to ${D}`,
    );
  }
  return matrixProduct(centre(x, means), components.hi(D, count));
}

/**
 * 12.11 Back from K coordinates to all features: X̂ = Z · Vᵀ + μ, with the first K components as columns of V.
 *
 * With all D of them the samples come back as they were; with fewer, each comes back as the nearest point that those
 * components can reach.
 *
 * @param z what 12.10 returned, shape (N, K), with K from 0 to D
 * @param pca what 12.9 found in the training set
 * @returns shape (N, D)
 * @throws RangeError when z is no matrix or has more columns than there are components
 */
export function reconstruct(z: Tensor, pca: PrincipalComponents): Tensor {
  requireAxes('reconstruct', { z }, 'N, K');
  const { means, components } = pca;
  const [K, D] = [z.shape[1]!, means.size];
  if (K > D) {
    throw new RangeError(
      `reconstruct: z has ${K} columns and there are ${D} components; give a column for each component at most`,
    );
  }
  const moved = matrixProduct(z, components.hi(D, K).transpose(1, 0));
  return filled(moved.shape, (n, d) => moved.get(n, d) + means.get(d));
}

/**
 * 12.12 Which share of the whole variance each component has: λ_k / Σⱼ λⱼ.
 *
 * Where nothing varies at all, every share is 0.
 *
 * @param variances as 12.9 returns them, shape (D)
 * @returns shape (D); the shares add up to 1
 * @throws RangeError when variances is no list of numbers
 */
export function explainedVariance(variances: Tensor): Tensor {
  requireAxes('explainedVariance', { variances }, 'D');
  const total = copy(variances).data.reduce((sum, variance) => sum + variance, 0);
  return map(variances, (variance) => (total === 0 ? 0 : variance / total));
}

/**
 * 12.13 Whitens samples: turns them into the principal components and divides each by its deviation, z_nk / √(λ_k + ε).
 *
 * The training set itself gets the identity for its covariance, but for what ε takes away. ε stands inside of the root:
 * it is a variance.
 *
 * Bell and Sejnowski 1997, https://doi.org/10.1016/S0042-6989(97)00121-1
 *
 * @param x samples of any set, shape (N, D); there may be none
 * @param pca what 12.9 found in the training set
 * @param epsilon ε, keeps the division finite where nothing varies, above 0; 1e-5 is common
 * @returns shape (N, D)
 * @throws RangeError when x is no matrix or pca is of another number of features
 */
export function whiten(x: Tensor, pca: PrincipalComponents, epsilon: number): Tensor {
  const { means, components, variances } = pca;
  requireFitted('whiten', x, { means, components, variances });
  const z = project(x, pca, means.size);
  return filled(z.shape, (n, k) => z.get(n, k) / Math.sqrt(variances.get(k) + epsilon));
}

/** The values of feature d, one for each sample. */
function column(x: Tensor, d: number): number[] {
  return Array.from({ length: x.shape[0]! }, (_, n) => x.get(n, d));
}

/** The pixels at most `radius` rows and columns away from (i, j). */
function windowAround(image: Tensor, i: number, j: number, radius: number): number[] {
  const [H, W] = image.shape as [number, number];
  const values: number[] = [];
  for (let row = Math.max(0, i - radius); row <= Math.min(H - 1, i + radius); row++) {
    for (let col = Math.max(0, j - radius); col <= Math.min(W - 1, j + radius); col++) {
      values.push(image.get(row, col));
    }
  }
  return values;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The standard deviation. */
function deviation(values: number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

/** Refuses what is no matrix of samples, or has no sample to measure. */
function requireSamples(operation: string, x: Tensor): void {
  requireAxes(operation, { x }, 'N, D');
  if (x.shape[0] === 0) {
    throw new RangeError(
      `${operation}: x is ${shapeText(x.shape)}; there is nothing to measure, so give it one sample at least`,
    );
  }
}

/** Refuses samples that have not the features of what was fitted: it must be (D), and components (D, D). */
function requireFitted(operation: string, x: Tensor, fitted: Record<string, Tensor>): void {
  requireAxes(operation, { x }, 'N, D');
  const D = x.shape[1]!;
  for (const [name, { shape }] of Object.entries(fitted)) {
    const wanted = shapeText(name === 'components' ? [D, D] : [D]);
    if (shapeText(shape) !== wanted) {
      throw new RangeError(
        `${operation}: x has ${D} features and ${name} is ${shapeText(shape)}; ` +
          `it must be ${wanted}, so fit it to samples with as many features`,
      );
    }
  }
}
