/** The right answers of lesson 12 with whole matrices of ml-matrix, and components from its singular values. */
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import ndarray from 'ndarray';
import { copy, type Tensor } from '#arrays';

interface Pca {
  means: Tensor;
  components: Tensor;
  variances: Tensor;
}

/** A matrix of ml-matrix with the entries of x. */
function matrixOf(x: Tensor, ...[rows, columns]: number[]): Matrix {
  return Matrix.from1DArray(rows!, columns!, copy(x).data);
}

/** Samples as a matrix; each of what was fitted must have D numbers on each of its axes. */
function samples(x: Tensor, fitted: [array: Tensor, axes: number][] = []): Matrix {
  if (x.shape.length !== 2) throw new RangeError('there must be a row for each sample');
  const D = x.shape[1];
  for (const [{ shape }, axes] of fitted) {
    if (shape.length !== axes || shape.some((size) => size !== D)) {
      throw new RangeError(`${D} features were to be fitted, and not ${shape.join('×')}`);
    }
  }
  return matrixOf(x, ...x.shape);
}

function trainingSet(x: Tensor): Matrix {
  const matrix = samples(x);
  if (matrix.rows === 0) throw new RangeError('there are no samples');
  return matrix;
}

function tensor(matrix: Matrix): Tensor {
  return ndarray(Float64Array.from(matrix.to1DArray()), [matrix.rows, matrix.columns]);
}

function list(values: number[]): Tensor {
  return ndarray(Float64Array.from(values), [values.length]);
}

function numbers(x: Tensor): number[] {
  return [...copy(x).data];
}

function meansOf(matrix: Matrix): number[] {
  return matrix.sum('column').map((sum) => sum / matrix.rows);
}

function centred(matrix: Matrix): Matrix {
  return matrix.clone().subRowVector(meansOf(matrix));
}

export function columnMeans(x: Tensor): Tensor {
  return list(meansOf(trainingSet(x)));
}

export function centre(x: Tensor, means: Tensor): Tensor {
  return tensor(samples(x, [[means, 1]]).subRowVector(numbers(means)));
}

/** 1 where all samples have one value, and the given number elsewhere. */
function unlessConstant(matrix: Matrix, given: (d: number) => number): Tensor {
  return list(
    Array.from({ length: matrix.columns }, (_, d) =>
      matrix.minColumn(d) === matrix.maxColumn(d) ? 1 : given(d),
    ),
  );
}

export function fitStandardizer(x: Tensor): { means: Tensor; deviations: Tensor } {
  const matrix = trainingSet(x);
  const moved = centred(matrix);
  const length = (d: number): number => Math.hypot(...moved.getColumn(d));
  return {
    means: columnMeans(x),
    deviations: unlessConstant(matrix, (d) => length(d) / Math.sqrt(matrix.rows)),
  };
}

export function standardize(
  x: Tensor,
  { means, deviations }: { means: Tensor; deviations: Tensor },
): Tensor {
  const matrix = samples(x, [
    [means, 1],
    [deviations, 1],
  ]);
  return tensor(matrix.subRowVector(numbers(means)).divRowVector(numbers(deviations)));
}

export function fitMinMax(x: Tensor): { minima: Tensor; ranges: Tensor } {
  const matrix = trainingSet(x);
  return {
    minima: list(Array.from({ length: matrix.columns }, (_, d) => matrix.minColumn(d))),
    ranges: unlessConstant(matrix, (d) => matrix.maxColumn(d) - matrix.minColumn(d)),
  };
}

export function scaleMinMax(
  x: Tensor,
  { minima, ranges }: { minima: Tensor; ranges: Tensor },
): Tensor {
  return standardize(x, { means: minima, deviations: ranges });
}

export function localNormalize(
  image: Tensor,
  { size, epsilon }: { size: number; epsilon: number },
): Tensor {
  const whole = samples(image);
  const reach = (size - 1) / 2;
  if (reach < 0 || !Number.isInteger(reach)) throw new RangeError('the window has no middle');
  const out = whole.clone();
  const [lastRow, lastColumn] = [whole.rows - 1, whole.columns - 1];
  for (let i = 0; i <= lastRow; i++) {
    for (let j = 0; j <= lastColumn; j++) {
      const part = whole.subMatrix(
        Math.max(i - reach, 0),
        Math.min(i + reach, lastRow),
        Math.max(j - reach, 0),
        Math.min(j + reach, lastColumn),
      );
      const mean = part.mean();
      const deviation = part.sub(mean).norm() / Math.sqrt(part.rows * part.columns);
      out.set(i, j, (whole.get(i, j) - mean) / (deviation + epsilon));
    }
  }
  return tensor(out);
}

function covarianceOf(matrix: Matrix): Matrix {
  const moved = centred(matrix);
  return moved.transpose().mmul(moved).div(matrix.rows);
}

export function covariance(x: Tensor): Tensor {
  return tensor(covarianceOf(trainingSet(x)));
}

/** The singular values of a covariance matrix are its eigenvalues. */
export function principalComponents(x: Tensor): Pca {
  const matrix = trainingSet(x);
  if (matrix.columns === 0) throw new RangeError('there are no features');
  const svd = new SingularValueDecomposition(covarianceOf(matrix));
  return {
    means: columnMeans(x),
    components: tensor(svd.leftSingularVectors),
    variances: list(svd.diagonal),
  };
}

export function project(x: Tensor, pca: Pca, count: number): Tensor {
  const matrix = samples(x, [
    [pca.means, 1],
    [pca.components, 2],
  ]);
  if (![...Array(matrix.columns + 1).keys()].includes(count)) {
    throw new RangeError(`there are not ${count} components`);
  }
  const moved = matrix.subRowVector(numbers(pca.means));
  const all = moved.mmul(matrixOf(pca.components, ...pca.components.shape));
  return copy(tensor(all).hi(x.shape[0]!, count));
}

export function reconstruct(z: Tensor, pca: Pca): Tensor {
  const coordinates = samples(z);
  const D = pca.means.size;
  if (coordinates.columns > D) throw new RangeError(`there are only ${D} components`);
  const kept = copy(pca.components.hi(D, coordinates.columns));
  const back = coordinates.mmul(matrixOf(kept, ...kept.shape).transpose());
  return tensor(back.addRowVector(numbers(pca.means)));
}

export function explainedVariance(variances: Tensor): Tensor {
  if (variances.shape.length !== 1) throw new RangeError('there must be one variance each');
  const given = numbers(variances);
  const total = given.reduce((sum, one) => sum + one, 0) || 1;
  return list(given.map((one) => one / total));
}

export function whiten(x: Tensor, pca: Pca, epsilon: number): Tensor {
  samples(x, [[pca.variances, 1]]);
  const z = project(x, pca, x.shape[1]!);
  const roots = numbers(pca.variances).map((variance) => Math.sqrt(variance + epsilon));
  return tensor(samples(z).divRowVector(roots));
}
