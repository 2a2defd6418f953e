/** The right answers of lesson 09 as a beginner writes them: lists of numbers, and the chain rule step by step. */
import { array, zeros, type Tensor } from '#arrays';

interface Statistics {
  mean: Tensor;
  variance: Tensor;
}

/** What is kept of a list of numbers that was standardized. */
interface Group {
  values: number[];
  mean: number;
  variance: number;
}

/** What a backward half gets: the lists, where each of their numbers stands, and how it was scaled. */
interface Cache {
  groups: Group[];
  places: number[][][];
  gamma: Tensor;
  epsilon: number;
}

/** The indices of a matrix: a list for each column. */
function columns(x: Tensor): number[][][] {
  if (x.dimension !== 2) throw new RangeError(`a matrix is needed, not ${x.dimension} axes`);
  const [N, D] = x.shape as [number, number];
  return Array.from({ length: D }, (_, d) => Array.from({ length: N }, (__, n) => [n, d]));
}

/** The indices of a matrix: a list for each row. */
function rows(x: Tensor): number[][][] {
  if (x.dimension !== 2) throw new RangeError(`a matrix is needed, not ${x.dimension} axes`);
  const [N, D] = x.shape as [number, number];
  return Array.from({ length: N }, (_, n) => Array.from({ length: D }, (__, d) => [n, d]));
}

/** The indices of images: a list for each channel. */
function channels(x: Tensor): number[][][] {
  if (x.dimension !== 4) throw new RangeError(`images are needed, not ${x.dimension} axes`);
  const [N, C, H, W] = x.shape as [number, number, number, number];
  const places: number[][][] = [];
  for (let c = 0; c < C; c++) {
    const list: number[][] = [];
    for (let n = 0; n < N; n++) {
      for (let h = 0; h < H; h++) for (let w = 0; w < W; w++) list.push([n, c, h, w]);
    }
    places.push(list);
  }
  return places;
}

function sum(values: number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** A list with its mean and variance. */
function group(values: number[]): Group {
  const mean = sum(values) / values.length;
  const variance = sum(values.map((value) => (value - mean) * (value - mean))) / values.length;
  return { values, mean, variance };
}

function refuseEmpty(places: number[][][]): void {
  if (places.some((list) => list.length === 0)) throw new RangeError('there is nothing to average');
}

function refuseMisfits(x: Tensor, ...others: Tensor[]): void {
  for (const one of others) {
    if (one.dimension !== 1 || one.shape[0] !== x.shape[1]) {
      throw new RangeError(`(${one.shape.join(', ')}) does not fit (${x.shape.join(', ')})`);
    }
  }
}

export function batchStatistics(x: Tensor): Statistics {
  const places = columns(x);
  if (x.shape[0] === 0) throw new RangeError('there is nothing to average');
  const groups = places.map((list) => group(list.map((place) => x.get(...place))));
  return {
    mean: array(groups.map(({ mean }) => mean)),
    variance: array(groups.map(({ variance }) => variance)),
  };
}

export function standardize(x: Tensor, { mean, variance }: Statistics, epsilon: number): Tensor {
  const places = columns(x);
  refuseMisfits(x, mean, variance);
  const out = zeros(...x.shape);
  for (const [d, list] of places.entries()) {
    for (const place of list) {
      const centred = x.get(...place) - mean.get(d);
      out.set(...(place as [number]), centred / Math.sqrt(variance.get(d) + epsilon));
    }
  }
  return out;
}

/** Standardizes each of some lists, then scales and shifts by the second index. */
function forward(
  x: Tensor,
  places: number[][][],
  gamma: Tensor,
  beta: Tensor,
  epsilon: number,
): { out: Tensor; cache: Cache } {
  const groups = places.map((list) => group(list.map((place) => x.get(...place))));
  const out = zeros(...x.shape);
  for (const [g, { values, mean, variance }] of groups.entries()) {
    for (const [i, place] of places[g]!.entries()) {
      const xHat = (values[i]! - mean) / Math.sqrt(variance + epsilon);
      const feature = place[1]!;
      out.set(...(place as [number]), gamma.get(feature) * xHat + beta.get(feature));
    }
  }
  return { out, cache: { groups, places, gamma, epsilon } };
}

/** As the paper has it: first to x̂, then to the variance, then to the mean, then to x. */
function backward(
  dout: Tensor,
  { groups, places, gamma, epsilon }: Cache,
): { dx: Tensor; dgamma: Tensor; dbeta: Tensor } {
  const [dx, dgamma, dbeta] = [zeros(...dout.shape), zeros(gamma.size), zeros(gamma.size)];
  for (const [g, { values, mean, variance }] of groups.entries()) {
    const list = places[g]!;
    const spread = variance + epsilon;
    const centred = values.map((value) => value - mean);
    const back = list.map((place) => dout.get(...place));
    const dxHat = list.map((place, i) => back[i]! * gamma.get(place[1]!));
    const dvariance = sum(dxHat.map((d, i) => d * centred[i]! * -0.5 * spread ** -1.5));
    const dmean = -sum(dxHat) / Math.sqrt(spread);
    for (const [i, place] of list.entries()) {
      const feature = place[1]!;
      dx.set(
        ...(place as [number]),
        dxHat[i]! / Math.sqrt(spread) +
          (dvariance * 2 * centred[i]!) / list.length +
          dmean / list.length,
      );
      dgamma.set(feature, dgamma.get(feature) + (back[i]! * centred[i]!) / Math.sqrt(spread));
      dbeta.set(feature, dbeta.get(feature) + back[i]!);
    }
  }
  return { dx, dgamma, dbeta };
}

export function batchNormForward(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number) {
  const places = columns(x);
  refuseMisfits(x, gamma, beta);
  refuseEmpty(places);
  return forward(x, places, gamma, beta, epsilon);
}

export function updateRunning(
  running: Statistics,
  batch: Statistics,
  momentum: number,
): Statistics {
  const blended = (old: Tensor, now: Tensor): Tensor => {
    if (old.size !== now.size) throw new RangeError(`${old.size} and ${now.size} columns`);
    const out = zeros(old.size);
    for (let d = 0; d < old.size; d++) {
      out.set(d, now.get(d) + momentum * (old.get(d) - now.get(d)));
    }
    return out;
  };
  return {
    mean: blended(running.mean, batch.mean),
    variance: blended(running.variance, batch.variance),
  };
}

export function batchNormEvaluate(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  running: Statistics,
  epsilon: number,
): Tensor {
  refuseMisfits(x, gamma, beta);
  const out = standardize(x, running, epsilon);
  for (const [d, list] of columns(x).entries()) {
    for (const [n] of list) out.set(n!, d, gamma.get(d) * out.get(n!, d) + beta.get(d));
  }
  return out;
}

export function batchNormBackward(dout: Tensor, cache: Cache) {
  return backward(dout, cache);
}

export function batchNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  running: Statistics,
  options: { training: boolean; momentum: number; epsilon: number },
) {
  if (options.training) {
    const step = batchNormForward(x, gamma, beta, options.epsilon);
    return { ...step, running: updateRunning(running, batchStatistics(x), options.momentum) };
  }
  const same = updateRunning(running, running, 0.5);
  return { out: batchNormEvaluate(x, gamma, beta, running, options.epsilon), running: same };
}

export function layerNormForward(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number) {
  const places = rows(x);
  refuseMisfits(x, gamma, beta);
  return forward(x, places, gamma, beta, epsilon);
}

export function layerNormBackward(dout: Tensor, cache: Cache) {
  return backward(dout, cache);
}

export function imageBatchNormForward(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number) {
  const places = channels(x);
  refuseMisfits(x, gamma, beta);
  refuseEmpty(places);
  return forward(x, places, gamma, beta, epsilon);
}

export function imageBatchNormBackward(dout: Tensor, cache: Cache) {
  return backward(dout, cache);
}
