/**
 * The right answers of lesson 12 as a beginner writes them, in plain lists and loops, without a library: the
 * eigenvalues come from Jacobi's rotations (https://en.wikipedia.org/wiki/Jacobi_eigenvalue_algorithm).
 */
import { array, zeros, type Tensor } from '#arrays';

type Rows = number[][];

interface Pca {
  means: Tensor;
  components: Tensor;
  variances: Tensor;
}

function listOf(x: Tensor): number[] {
  if (x.shape.length !== 1) throw new RangeError(`one axis is needed, not ${x.shape.length}`);
  const list: number[] = [];
  for (let i = 0; i < x.shape[0]!; i++) list.push(x.get(i));
  return list;
}

function rowsOf(x: Tensor): Rows {
  if (x.shape.length !== 2) throw new RangeError(`two axes are needed, not ${x.shape.length}`);
  const rows: Rows = [];
  for (let n = 0; n < x.shape[0]!; n++) {
    const row: number[] = [];
    for (let d = 0; d < x.shape[1]!; d++) row.push(x.get(n, d));
    rows.push(row);
  }
  return rows;
}

/** Rows of a known length as an array, of which there may be none. */
function matrix(rows: Rows, columns: number): Tensor {
  const out = zeros(rows.length, columns);
  rows.forEach((row, n) => row.forEach((value, d) => out.set(n, d, value)));
  return out;
}

/** The columns of a training set as lists. */
function columnsOf(x: Tensor): Rows {
  const rows = rowsOf(x);
  if (rows.length === 0) throw new RangeError('there is no sample');
  return Array.from({ length: x.shape[1]! }, (_, d) => rows.map((row) => row[d]!));
}

function average(values: number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function spread(values: number[]): number {
  const middle = average(values);
  return Math.sqrt(average(values.map((value) => (value - middle) * (value - middle))));
}

/** f of each entry and of what was measured of its feature. */
function byFeature(
  x: Tensor,
  measured: Tensor[],
  f: (value: number, ...measured: number[]) => number,
): Tensor {
  const rows = rowsOf(x);
  const lists = measured.map(listOf);
  const D = x.shape[1]!;
  if (lists.some((list) => list.length !== D)) throw new RangeError(`${D} numbers are needed`);
  return matrix(
    rows.map((row) => row.map((value, d) => f(value, ...lists.map((list) => list[d]!)))),
    D,
  );
}

export function columnMeans(x: Tensor): Tensor {
  return array(columnsOf(x).map(average));
}

export function centre(x: Tensor, means: Tensor): Tensor {
  return byFeature(x, [means], (value, mean) => value - mean!);
}

export function fitStandardizer(x: Tensor): { means: Tensor; deviations: Tensor } {
  const deviations = columnsOf(x).map((values) =>
    new Set(values).size === 1 ? 1 : spread(values),
  );
  return { means: columnMeans(x), deviations: array(deviations) };
}

export function standardize(x: Tensor, fitted: { means: Tensor; deviations: Tensor }): Tensor {
  return byFeature(
    x,
    [fitted.means, fitted.deviations],
    (value, mean, scale) => (value - mean!) / scale!,
  );
}

export function fitMinMax(x: Tensor): { minima: Tensor; ranges: Tensor } {
  const sorted = columnsOf(x).map((values) => values.toSorted((a, b) => a - b));
  const ranges = sorted.map((values) =>
    new Set(values).size === 1 ? 1 : values.at(-1)! - values[0]!,
  );
  return { minima: array(sorted.map((values) => values[0]!)), ranges: array(ranges) };
}

export function scaleMinMax(x: Tensor, fitted: { minima: Tensor; ranges: Tensor }): Tensor {
  return byFeature(
    x,
    [fitted.minima, fitted.ranges],
    (value, least, range) => (value - least!) / range!,
  );
}

export function localNormalize(image: Tensor, options: { size: number; epsilon: number }): Tensor {
  const { size, epsilon } = options;
  if (size <= 0 || (size + 1) % 2 !== 0) throw new RangeError('the window has no middle');
  const rows = rowsOf(image);
  const isNear = (a: number, b: number): boolean => 2 * Math.abs(a - b) < size;
  const normalized = rows.map((row, i) =>
    row.map((pixel, j) => {
      const window = rows
        .filter((_, other) => isNear(i, other))
        .flatMap((near) => near.filter((_, other) => isNear(j, other)));
      return (pixel - average(window)) / (spread(window) + epsilon);
    }),
  );
  return matrix(normalized, image.shape[1]!);
}

function covarianceRows(x: Tensor): Rows {
  const away = columnsOf(x).map((values) => {
    const middle = average(values);
    return values.map((value) => value - middle);
  });
  return away.map((one) => away.map((other) => average(one.map((value, n) => value * other[n]!))));
}

export function covariance(x: Tensor): Tensor {
  return matrix(covarianceRows(x), x.shape[1]!);
}

/** Turns columns p and q of a matrix by an angle. */
function turn(rows: Rows, p: number, q: number, angle: number): Rows {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return rows.map((row) =>
    row.map((value, i) => {
      if (i === p) return cos * row[p]! + sin * row[q]!;
      return i === q ? cos * row[q]! - sin * row[p]! : value;
    }),
  );
}

function flipped(rows: Rows): Rows {
  return rows.map((_, i) => rows.map((row) => row[i]!));
}

export function principalComponents(x: Tensor): Pca {
  let C = covarianceRows(x);
  const D = C.length;
  if (D === 0) throw new RangeError('there is no feature');
  let V: Rows = C.map((_, i) => C.map((__, j) => (i === j ? 1 : 0)));
  // Each turn makes one entry beside the diagonal 0; thirty rounds are more than enough for a few features.
  for (let round = 0; round < 30; round++) {
    for (let p = 0; p < D; p++) {
      for (let q = p + 1; q < D; q++) {
        const angle = Math.atan2(2 * C[p]![q]!, C[p]![p]! - C[q]![q]!) / 2;
        C = turn(flipped(turn(C, p, q, angle)), p, q, angle);
        V = turn(V, p, q, angle);
      }
    }
  }
  const found = flipped(V).map((direction, k) => ({
    direction,
    variance: Math.abs(C[k]![k]!),
  }));
  found.sort((one, other) => other.variance - one.variance);
  return {
    means: columnMeans(x),
    components: array(flipped(found.map(({ direction }) => direction))),
    variances: array(found.map(({ variance }) => variance)),
  };
}

/** The first components, each as a list. */
function directions(pca: Pca, count: number): Rows {
  const V = rowsOf(pca.components);
  return Array.from({ length: count }, (_, k) => V.map((row) => row[k]!));
}

export function project(x: Tensor, pca: Pca, count: number): Tensor {
  const D = x.shape[1];
  if (pca.components.shape.some((size) => size !== D)) throw new RangeError('other features');
  const moved = rowsOf(centre(x, pca.means));
  if (count < 0 || count > pca.means.size || count !== Math.trunc(count)) {
    throw new RangeError(`there are not ${count} components`);
  }
  const axes = directions(pca, count);
  const along = moved.map((row) =>
    axes.map((axis) => axis.reduce((sum, value, d) => sum + value * row[d]!, 0)),
  );
  return matrix(along, count);
}

export function reconstruct(z: Tensor, pca: Pca): Tensor {
  const rows = rowsOf(z);
  const K = z.shape[1]!;
  const start = listOf(pca.means);
  if (K > start.length) throw new RangeError(`there are not ${K} components`);
  const axes = directions(pca, K);
  const back = rows.map((row) =>
    row.reduce((point, along, k) => point.map((value, d) => value + along * axes[k]![d]!), start),
  );
  return matrix(back, start.length);
}

export function explainedVariance(variances: Tensor): Tensor {
  const list = listOf(variances);
  const total = list.reduce((sum, variance) => sum + variance, 0);
  return array(list.map((variance) => (variance > 0 ? variance / total : 0)));
}

export function whiten(x: Tensor, pca: Pca, epsilon: number): Tensor {
  const z = project(x, pca, pca.means.size);
  return byFeature(z, [pca.variances], (value, variance) => value / Math.sqrt(variance! + epsilon));
}
