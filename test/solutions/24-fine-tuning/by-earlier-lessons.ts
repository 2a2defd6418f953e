/** The right answers of lesson 24 with what earlier lessons have: whole arrays, and a low-rank update as two layers. */
import {
  add,
  copy,
  filled,
  labels as labelsOf,
  map,
  matrixProduct,
  requireSameShape,
  zeros,
  zip,
  type Labels,
  type Tensor,
} from '#arrays';
import { shuffled } from '#datasets/random';
import { softmaxCrossEntropy, softmaxCrossEntropyGradient } from '#lessons/03-losses';
import { affineBackward, affineForward, type AffineCache } from '#lessons/05-backprop';
import { sgdStep, type Params, type Samples } from '#lessons/06-training';
import { sgd } from '#lessons/07-optimizers';
import { heNormal, initialParams } from '#lessons/08-initialization';
import {
  batchNormEvaluate,
  type BatchNormOptions,
  type Statistics,
} from '#lessons/09-normalization';
import { regularizedGradients } from '#lessons/10-regularization';

type Random = () => number;

const T = (x: Tensor): Tensor => x.transpose(1, 0);
const scaled = (x: Tensor, factor: number): Tensor => map(x, (value) => factor * value);
const over = (params: Params, f: (w: Tensor, name: string) => Tensor): Params =>
  Object.fromEntries(Object.entries(params).map(([name, w]) => [name, f(w, name)]));
const some = (params: Params, names: string[]): Params =>
  Object.fromEntries(Object.entries(params).filter(([name]) => names.includes(name)));

export function fewOfEach(labels: Labels, classes: number[], count: number, random: Random) {
  const left = new Map(classes.map((wanted) => [wanted, count]));
  const chosen = shuffled([...copy(labels).data.keys()], random).filter((n) => {
    const wanted = left.get(labels.get(n)) ?? 0;
    left.set(labels.get(n), wanted - 1);
    return wanted > 0;
  });
  if (chosen.length < classes.length * count) throw new RangeError('a class has too few samples');
  return chosen;
}

export function renumber(labels: Labels, classes: number[]): Labels {
  const list = [...copy(labels).data];
  if (!list.every((label) => classes.includes(label))) throw new RangeError('another class');
  return labelsOf(list.map((label) => classes.findIndex((wanted) => wanted === label)));
}

export function loadParams(network: Params, weights: Params, leftOut: string[]): Params {
  const wanted = Object.keys(network).filter((name) => !leftOut.includes(name));
  const given = Object.keys(weights).filter((name) => !leftOut.includes(name));
  if (wanted.toSorted().join() !== given.toSorted().join()) throw new RangeError('other names');
  if (leftOut.some((name) => network[name] === undefined)) throw new RangeError('unknown names');
  const loaded = some(weights, wanted);
  for (const [name, w] of Object.entries(loaded)) {
    requireSameShape('loadParams', { w, own: network[name]! });
  }
  return over({ ...network, ...loaded }, copy);
}

export function newHead(params: Params, classes: number, random: Random): Params {
  if (!Number.isInteger(classes) || classes < 1) throw new RangeError('give 1 class or more');
  const L = Object.keys(params).filter((name) => name.startsWith('b')).length;
  const D = params[`W${L}`]!.shape[0]!;
  const { W1, b1 } = initialParams([D, classes], (shape) => heNormal(shape, random));
  return { ...over(params, copy), [`W${L}`]: W1!, [`b${L}`]: b1! };
}

interface Layer {
  names: string[];
  backward: (dout: Tensor) => { dx: Tensor; gradients: Params };
}

export function trainedBackward(dout: Tensor, layers: Layer[], trained: string[]): Params {
  const known = new Set(layers.flatMap(({ names }) => names));
  if (!trained.every((name) => known.has(name))) throw new RangeError('unknown name');
  if (trained.length === 0) return {};
  const last = layers.at(-1)!;
  const { dx, gradients } = last.backward(dout);
  const below = trained.filter((name) => !last.names.includes(name));
  return {
    ...over(some(gradients, trained), copy),
    ...(below.length > 0 && trainedBackward(dx, layers.slice(0, -1), below)),
  };
}

interface StepOptions {
  learningRate: number;
  decay: number;
  momentum: number;
  weightDecay: number;
}

export function fineTuningStep(
  params: Params,
  gradients: Params,
  velocity: Params,
  layers: string[][],
  { learningRate, decay, momentum, weightDecay }: StepOptions,
) {
  const next = { params: over(params, copy), velocity: over(velocity, copy) };
  layers.forEach((names, l) => {
    const rate = learningRate * decay ** (layers.length - l - 1);
    if (!names.every((name) => name in params)) throw new RangeError('unknown name');
    const old = some(params, names);
    const slopes = regularizedGradients(old, gradients, { l1: 0, l2: weightDecay });
    const speeds = over(slopes, (slope, name) =>
      zip(velocity[name]!, slope, (v, g) => momentum * v - rate * g),
    );
    Object.assign(next.velocity, speeds);
    Object.assign(
      next.params,
      sgdStep(
        old,
        over(speeds, (v) => scaled(v, -1)),
        1,
      ),
    );
  });
  return next;
}

export function frozenBatchNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  running: Statistics,
  { epsilon }: BatchNormOptions,
) {
  const [ones, none] = [map(gamma, () => 1), map(beta, () => 0)];
  const norm = (given: Tensor, scale: Tensor, shift: Tensor) =>
    batchNormEvaluate(given, scale, shift, running, epsilon);
  return {
    out: norm(x, gamma, beta),
    running: { mean: copy(running.mean), variance: copy(running.variance) },
    cache: {
      xHat: norm(x, ones, none),
      variance: map(running.variance, (value) => value + epsilon),
      gamma: copy(gamma),
    },
  };
}

export function frozenBatchNormBackward(
  dout: Tensor,
  cache: { xHat: Tensor; variance: Tensor; gamma: Tensor },
) {
  const { xHat, variance, gamma } = cache;
  // As evaluation: no mean to take away, and 1/√variance in place of a division by the deviation.
  const passing = batchNormEvaluate(
    dout,
    gamma,
    map(gamma, () => 0),
    { mean: map(gamma, () => 0), variance },
    0,
  );
  const ones = filled([1, dout.shape[0]!], () => 1);
  const sums = (x: Tensor): Tensor => copy(matrixProduct(ones, x).pick(0, null));
  return { dx: passing, dgamma: sums(zip(dout, xHat, (d, z) => d * z)), dbeta: sums(dout) };
}

export function trainHead(
  body: (x: Tensor) => Tensor,
  { x, labels }: Samples,
  head: { W: Tensor; b: Tensor },
  { steps, learningRate }: { steps: number; learningRate: number },
) {
  // A column of ones takes b into W.
  const found = body(x);
  const [N, K] = found.shape as [number, number];
  const C = head.b.size;
  const features = filled([N, K + 1], (n, k) => (k! < K ? found.get(n!, k!) : 1));
  let all = filled([K + 1, C], (k, c) => (k! < K ? head.W.get(k!, c!) : head.b.get(c!)));
  const losses = Array.from({ length: steps }, () => {
    const logits = matrixProduct(features, all);
    const slope = matrixProduct(T(features), softmaxCrossEntropyGradient(logits, labels));
    all = sgd(all, slope, learningRate);
    return softmaxCrossEntropy(logits, labels);
  });
  return { head: { W: copy(all.hi(K, C)), b: copy(all.pick(K, null)) }, losses };
}

interface Low {
  A: Tensor;
  B: Tensor;
}

export function loraStart(D: number, M: number, rank: number, random: Random): Low {
  if (rank !== Math.floor(rank) || rank < 1 || rank > D || rank > M) throw new RangeError('rank');
  return { A: scaled(heNormal([D, rank], random), Math.SQRT1_2), B: zeros(rank, M) };
}

interface Caches {
  whole: AffineCache;
  down: AffineCache;
  up: AffineCache;
  scale: number;
}

export function loraForward(x: Tensor, W: Tensor, b: Tensor, { A, B }: Low, alpha: number) {
  const scale = alpha / A.shape[1]!;
  const whole = affineForward(x, W, b);
  const down = affineForward(x, A, zeros(B.shape[0]!));
  const up = affineForward(down.out, B, zeros(b.size));
  const cache: Caches = { whole: whole.cache, down: down.cache, up: up.cache, scale };
  return { out: add(whole.out, scaled(up.out, scale)), cache };
}

export function loraBackward(dout: Tensor, { whole, down, up, scale }: Caches) {
  const high = affineBackward(scaled(dout, scale), up);
  const low = affineBackward(high.dx, down);
  return { dx: add(affineBackward(dout, whole).dx, low.dx), dA: low.dW, dB: high.dW };
}

export function loraMerge(W: Tensor, { A, B }: Low, alpha: number): Tensor {
  const update = matrixProduct(scaled(A, alpha / A.shape[1]!), B);
  requireSameShape('loraMerge', { W, update });
  return add(W, update);
}
