/**
 * The right answers of lesson 09 with matrices: a matrix C of one N-th everywhere takes the mean of each column, and
 * I − C takes it off. All that the backward halves keep is x.
 */
import ndarray from 'ndarray';
import ops from 'ndarray-ops';
import { copy, filled, matrixProduct, zeros, type Tensor } from '#arrays';

interface Statistics {
  mean: Tensor;
  variance: Tensor;
}

interface Cache {
  x: Tensor;
  gamma: Tensor;
  epsilon: number;
}

function requireMatrix(x: Tensor, ...ofColumns: Tensor[]): [N: number, D: number] {
  const [N, D, ...more] = x.shape;
  if (N === undefined || D === undefined || more.length > 0) throw new RangeError('x is no matrix');
  for (const { shape } of ofColumns) {
    if (shape.join() !== String(D)) throw new RangeError(`(${shape.join()}) for ${D} columns`);
  }
  return [N, D];
}

/** A row of the means of the columns. */
function means(x: Tensor): Tensor {
  const N = x.shape[0]!;
  return matrixProduct(
    filled([1, N], () => 1 / N),
    x,
  );
}

/** The columns of a matrix, less their means. */
function centred(x: Tensor): Tensor {
  return stretched(means(x), x, ops.sub);
}

/** f(x, row) for every row of x. */
function stretched(
  row: Tensor,
  x: Tensor,
  f: (out: Tensor, a: Tensor, b: Tensor) => unknown,
): Tensor {
  const [N, D] = x.shape as [number, number];
  const out = zeros(N, D);
  f(
    out,
    x,
    filled([N, D], (_, d) => row.get(0, d!)),
  );
  return out;
}

/** A list as a row. */
function asRow(list: Tensor): Tensor {
  return ndarray(copy(list).data, [1, list.size]);
}

/** A row as a list. */
function asList(row: Tensor): Tensor {
  return ndarray(copy(row).data, [row.size]);
}

function product(a: Tensor, b: Tensor): Tensor {
  const out = zeros(...a.shape);
  ops.mul(out, a, b);
  return out;
}

/** A row of 1 / √(σ² + ε). */
function precision(variance: Tensor, epsilon: number): Tensor {
  const out = copy(variance);
  ops.addseq(out, epsilon);
  ops.powseq(out, -0.5);
  return out;
}

function varianceRow(x: Tensor): Tensor {
  const distances = centred(x);
  return means(product(distances, distances));
}

export function batchStatistics(x: Tensor): Statistics {
  const [N] = requireMatrix(x);
  if (N === 0) throw new RangeError('no samples');
  return { mean: asList(means(x)), variance: asList(varianceRow(x)) };
}

export function standardize(x: Tensor, { mean, variance }: Statistics, epsilon: number): Tensor {
  requireMatrix(x, mean, variance);
  const distances = stretched(asRow(mean), x, ops.sub);
  return stretched(precision(asRow(variance), epsilon), distances, ops.mul);
}

function scaledAndShifted(xHat: Tensor, gamma: Tensor, beta: Tensor): Tensor {
  return stretched(asRow(beta), stretched(asRow(gamma), xHat, ops.mul), ops.add);
}

function xHatOf(x: Tensor, epsilon: number): Tensor {
  return stretched(precision(varianceRow(x), epsilon), centred(x), ops.mul);
}

export function batchNormForward(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number) {
  const [N] = requireMatrix(x, gamma, beta);
  if (N === 0) throw new RangeError('no samples');
  const out = scaledAndShifted(xHatOf(x, epsilon), gamma, beta);
  return { out, cache: { x: copy(x), gamma: copy(gamma), epsilon } };
}

export function updateRunning(
  running: Statistics,
  batch: Statistics,
  momentum: number,
): Statistics {
  const blend = (old: Tensor, now: Tensor): Tensor => {
    if (old.shape.join() !== now.shape.join()) throw new RangeError('the statistics do not fit');
    const [out, rest] = [copy(old), copy(now)];
    ops.mulseq(out, momentum);
    ops.mulseq(rest, 1 - momentum);
    ops.addeq(out, rest);
    return out;
  };
  return {
    mean: blend(running.mean, batch.mean),
    variance: blend(running.variance, batch.variance),
  };
}

export function batchNormEvaluate(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  running: Statistics,
  epsilon: number,
): Tensor {
  requireMatrix(x, gamma, beta, running.mean, running.variance);
  // One factor and one summand for each column: γ / √(σ² + ε), and β less that times the mean.
  const factor = product(asRow(gamma), precision(asRow(running.variance), epsilon));
  const summand = asRow(beta);
  ops.subeq(summand, product(factor, asRow(running.mean)));
  return stretched(summand, stretched(factor, x, ops.mul), ops.add);
}

/** Through columns that were standardized: the Jacobian of each is (I − C − x̂ · x̂ᵀ / N) / √(σ² + ε). */
function throughColumns(dxHat: Tensor, x: Tensor, epsilon: number): Tensor {
  const [N, D] = x.shape as [number, number];
  const xHat = xHatOf(x, epsilon);
  const scale = precision(varianceRow(x), epsilon);
  const dx = zeros(N, D);
  for (let d = 0; d < D; d++) {
    const jacobian = filled(
      [N, N],
      (i, j) => scale.get(0, d) * ((i === j ? 1 : 0) - (1 + xHat.get(i!, d) * xHat.get(j!, d)) / N),
    );
    const column = matrixProduct(jacobian, dxHat.hi(N, d + 1).lo(0, d));
    ops.assign(dx.pick(null, d), column.pick(null, 0));
  }
  return dx;
}

/** The sum of each column. */
function sums(x: Tensor): Tensor {
  const [N] = x.shape as [number, number];
  return asList(
    matrixProduct(
      filled([1, N], () => 1),
      x,
    ),
  );
}

export function batchNormBackward(dout: Tensor, cache: Cache) {
  const { x, gamma, epsilon } = cache;
  return {
    dx: throughColumns(stretched(asRow(gamma), dout, ops.mul), x, epsilon),
    dgamma: sums(product(dout, xHatOf(x, epsilon))),
    dbeta: sums(dout),
  };
}

export function batchNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  running: Statistics,
  { training, momentum, epsilon }: { training: boolean; momentum: number; epsilon: number },
) {
  const used = training ? batchStatistics(x) : running;
  const next = updateRunning(running, used, training ? momentum : 0);
  const out = batchNormEvaluate(x, gamma, beta, used, epsilon);
  return { out, running: next, cache: { x: copy(x), gamma: copy(gamma), epsilon } };
}

const turn = (x: Tensor): Tensor => copy(x.transpose(1, 0));

export function layerNormForward(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number) {
  requireMatrix(x, gamma, beta);
  const out = scaledAndShifted(turn(xHatOf(turn(x), epsilon)), gamma, beta);
  return { out, cache: { x: copy(x), gamma: copy(gamma), epsilon } };
}

export function layerNormBackward(dout: Tensor, cache: Cache) {
  const { x, gamma, epsilon } = cache;
  const xHat = turn(xHatOf(turn(x), epsilon));
  const dxHat = stretched(asRow(gamma), dout, ops.mul);
  return {
    dx: turn(throughColumns(turn(dxHat), turn(x), epsilon)),
    dgamma: sums(product(dout, xHat)),
    dbeta: sums(dout),
  };
}

/** A column for each channel: the channel goes to the front, and each becomes a row. */
function flat(x: Tensor): Tensor {
  const [N, C, H, W] = x.shape as [number, number, number, number];
  const channels = ndarray(copy(x.transpose(1, 0, 2, 3)).data, [C, N * H * W]);
  return turn(channels);
}

function unflat(x: Tensor, shape: readonly number[]): Tensor {
  const [N, C, H, W] = shape as [number, number, number, number];
  return copy(ndarray(turn(x).data, [C, N, H, W]).transpose(1, 0, 2, 3));
}

export function imageBatchNormForward(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number) {
  if (x.dimension !== 4) throw new RangeError('images have four axes');
  const { out, cache } = batchNormForward(flat(x), gamma, beta, epsilon);
  return { out: unflat(out, x.shape), cache };
}

export function imageBatchNormBackward(dout: Tensor, cache: Cache) {
  const gradients = batchNormBackward(flat(dout), cache);
  return { ...gradients, dx: unflat(gradients.dx, dout.shape) };
}
