/**
 * The right answers of lesson 15 as products of matrices: input, state and a 1 side by side meet all weights at once;
 * tokens are one-hot rows.
 */
import {
  copy,
  filled,
  matrixProduct,
  requireSameShape,
  zeros,
  type Labels,
  type Tensor,
} from '#arrays';
import { oneHot } from '#lessons/03-losses';
import { softmaxLossBackward, softmaxLossForward } from '#lessons/05-backprop';
import type { Params } from '#lessons/06-training';
import ndarray from 'ndarray';

const turn = (x: Tensor): Tensor => x.transpose(1, 0);

const as = (x: Tensor, ...shape: number[]): Tensor => ndarray(copy(x).data, shape);

const flat = (x: Labels): Labels => ndarray(copy(x).data, [x.size]);

function requireShape(x: { shape: number[] }, ...shape: number[]): void {
  requireSameShape('rnn', { 'an array': x, 'what is needed': { shape } });
}

interface StepCache {
  read: Tensor;
  weights: Tensor;
  slope: Tensor;
  D: number;
}

export function rnnStepForward(x: Tensor, hPrev: Tensor, Wx: Tensor, Wh: Tensor, b: Tensor) {
  const [N, D] = x.shape as [number, number];
  const H = b.size;
  requireShape(hPrev, N, H);
  requireShape(Wx, D, H);
  requireShape(Wh, H, H);
  const weights = filled([D + H + 1, H], (i, k) =>
    i! < D ? Wx.get(i!, k!) : i! < D + H ? Wh.get(i! - D, k!) : b.get(k!),
  );
  const read = filled([N, D + H + 1], (n, i) =>
    i! < D ? x.get(n!, i!) : i! < D + H ? hPrev.get(n!, i! - D) : 1,
  );
  const sum = matrixProduct(read, weights);
  const h = filled([N, H], (n, k) => Math.tanh(sum.get(n!, k!)));
  const slope = filled([N, H], (n, k) => 1 / Math.cosh(sum.get(n!, k!)) ** 2);
  return { h, cache: { read, weights, slope, D } };
}

export function rnnStepBackward(dh: Tensor, { read, weights, slope, D }: StepCache) {
  const [N, H] = dh.shape as [number, number];
  const ds = filled([N, H], (n, k) => dh.get(n!, k!) * slope.get(n!, k!));
  const dread = matrixProduct(ds, turn(weights));
  const dweights = matrixProduct(turn(read), ds);
  return {
    dx: copy(dread.hi(N, D)),
    dhPrev: copy(dread.lo(0, D).hi(N, H)),
    dWx: copy(dweights.hi(D, H)),
    dWh: copy(dweights.lo(D, 0).hi(H, H)),
    db: copy(dweights.pick(D + H, null)),
  };
}

interface Chain {
  first: StepCache;
  rest?: Chain;
}

/** The first step, and then the rest of the sequence in the same way. */
export function rnnForward(
  x: Tensor,
  h0: Tensor,
  Wx: Tensor,
  Wh: Tensor,
  b: Tensor,
): { h: Tensor; cache: Chain } {
  const [N, T, D] = x.shape as [number, number, number];
  requireShape(x, N, T, D);
  const { h: state, cache: first } = rnnStepForward(x.pick(null, 0, null), h0, Wx, Wh, b);
  if (T === 1) return { h: as(state, N, 1, b.size), cache: { first } };
  const later = rnnForward(x.lo(0, 1, 0), state, Wx, Wh, b);
  const h = filled([N, T, b.size], (n, t, k) =>
    t === 0 ? state.get(n!, k!) : later.h.get(n!, t! - 1, k!),
  );
  return { h, cache: { first, rest: later.cache } };
}

export function rnnBackward(
  dh: Tensor,
  { first, rest }: Chain,
): { dx: Tensor; dh0: Tensor; dWx: Tensor; dWh: Tensor; db: Tensor } {
  const [N, T, H] = dh.shape as [number, number, number];
  const own = copy(dh.pick(null, 0, null));
  if (rest === undefined) {
    const { dx, dhPrev, ...weights } = rnnStepBackward(own, first);
    return { dx: as(dx, N, 1, first.D), dh0: dhPrev, ...weights };
  }
  const later = rnnBackward(dh.lo(0, 1, 0), rest);
  const reached = filled([N, H], (n, k) => own.get(n!, k!) + later.dh0.get(n!, k!));
  const { dx, dhPrev, ...weights } = rnnStepBackward(reached, first);
  const plus = (name: 'dWx' | 'dWh' | 'db') =>
    filled(weights[name].shape, (...at) => weights[name].get(...at) + later[name].get(...at));
  return {
    dx: filled([N, T, first.D], (n, t, d) =>
      t === 0 ? dx.get(n!, d!) : later.dx.get(n!, t! - 1, d!),
    ),
    dh0: dhPrev,
    dWx: plus('dWx'),
    dWh: plus('dWh'),
    db: plus('db'),
  };
}

export function clipGradients(gradients: Params, maxNorm: number): Params {
  const squares = Object.values(gradients).map((g) => {
    const row = as(g, 1, g.size);
    return matrixProduct(row, turn(row)).get(0, 0);
  });
  const norm = squares.reduce((sum, square) => sum + square, 0) ** 0.5;
  const divisor = Math.max(1, norm / maxNorm);
  return Object.fromEntries(
    Object.entries(gradients).map(([name, g]) => [
      name,
      filled(g.shape, (...at) => g.get(...at) / divisor),
    ]),
  );
}

export function embeddingForward(ids: Labels, W: Tensor) {
  const [N, T] = ids.shape as [number, number];
  const [V, D] = W.shape as [number, number];
  requireShape(ids, N, T);
  requireShape(W, V, D);
  const rows = oneHot(flat(ids), V);
  return { out: as(matrixProduct(rows, W), N, T, D), cache: rows };
}

export function embeddingBackward(dout: Tensor, rows: Tensor) {
  const [N, T, D] = dout.shape as [number, number, number];
  return { dW: matrixProduct(turn(rows), as(dout, N * T, D)) };
}

interface LossCache {
  cache: Parameters<typeof softmaxLossBackward>[1];
  places: number[];
  shape: number[];
}

/** The steps that count, as one batch for the softmax loss of lesson 05, which is a mean over them. */
export function temporalSoftmaxLossForward(logits: Tensor, labels: Labels, mask: Tensor) {
  const [N, T, V] = logits.shape as [number, number, number];
  requireShape(logits, N, T, V);
  requireShape(labels, N, T);
  requireShape(mask, N, T);
  const counts = copy(mask).data;
  const places = [...counts.keys()].filter((i) => counts[i] !== 0);
  const rows = as(logits, N * T, V);
  const right = flat(labels);
  const K = places.length;
  const { loss, cache } = softmaxLossForward(
    filled([K, V], (i, v) => rows.get(places[i!]!, v!)),
    ndarray(
      Int32Array.from(places, (place) => right.get(place)),
      [K],
    ),
  );
  return { loss: (loss * K) / N, cache: { cache, places, shape: [N, T, V] } };
}

export function temporalSoftmaxLossBackward(dout: number, { cache, places, shape }: LossCache) {
  const [N, T, V] = shape as [number, number, number];
  const { dlogits: some } = softmaxLossBackward((dout * places.length) / N, cache);
  const dlogits = zeros(N * T, V);
  for (const [i, place] of places.entries()) {
    for (let v = 0; v < V; v++) dlogits.set(place, v, some.get(i, v));
  }
  return { dlogits: as(dlogits, N, T, V) };
}

/** The largest of logit / temperature + G, with a draw G = −ln(−ln u) for each: Gumbel's way. */
export function sampleToken(logits: Tensor, temperature: number, random: () => number): number {
  requireShape(logits, logits.size);
  if (temperature <= 0) throw new RangeError('the temperature must be above 0');
  const lifted = [...copy(logits).data].map(
    (logit) => logit / temperature - Math.log(-Math.log(random() + 2 ** -33)),
  );
  return lifted.indexOf(Math.max(...lifted));
}

interface Classifier {
  Wx: Tensor;
  Wh: Tensor;
  b: Tensor;
  Wy: Tensor;
  by: Tensor;
}

const withOne = (h: Tensor): Tensor => {
  const [N, H] = h.shape as [number, number];
  return filled([N, H + 1], (n, k) => (k! < H ? h.get(n!, k!) : 1));
};

const stacked = (W: Tensor, b: Tensor): Tensor => {
  const [H, C] = W.shape as [number, number];
  return filled([H + 1, C], (k, c) => (k! < H ? W.get(k!, c!) : b.get(c!)));
};

/** The layer that makes logits of states, and the way back from a gradient of the logits. */
function readOut(h: Tensor, { Wy, by }: Classifier) {
  const [N, H] = h.shape as [number, number];
  const [read, weights] = [withOne(h), stacked(Wy, by)];
  const back = (dlogits: Tensor) => {
    const dweights = matrixProduct(turn(read), dlogits);
    return {
      dh: copy(matrixProduct(dlogits, turn(weights)).hi(N, H)),
      Wy: copy(dweights.hi(H, by.size)),
      by: copy(dweights.pick(H, null)),
    };
  };
  return { logits: matrixProduct(read, weights), back };
}

export function manyToOneGradients(x: Tensor, labels: Labels, params: Classifier) {
  const [N, T] = x.shape as [number, number];
  const H = params.b.size;
  const { h, cache } = rnnForward(x, zeros(N, H), params.Wx, params.Wh, params.b);
  const { logits, back } = readOut(copy(h.pick(null, T - 1, null)), params);
  const { loss, cache: lossCache } = softmaxLossForward(logits, labels);
  const { dh: last, Wy, by } = back(softmaxLossBackward(1, lossCache).dlogits);
  const dh = filled([N, T, H], (n, t, k) => (t === T - 1 ? last.get(n!, k!) : 0));
  const { dWx, dWh, db } = rnnBackward(dh, cache);
  return { loss, gradients: { Wx: dWx, Wh: dWh, b: db, Wy, by } };
}

export function languageModelGradients(
  { ids, labels, mask }: { ids: Labels; labels: Labels; mask: Tensor },
  h0: Tensor,
  params: Classifier & { We: Tensor },
) {
  const [N, T] = ids.shape as [number, number];
  const [H, V] = params.Wy.shape as [number, number];
  const embedded = embeddingForward(ids, params.We);
  const { h, cache } = rnnForward(embedded.out, h0, params.Wx, params.Wh, params.b);
  const { logits, back } = readOut(as(h, N * T, H), params);
  const temporal = temporalSoftmaxLossForward(as(logits, N, T, V), labels, mask);
  const { dlogits } = temporalSoftmaxLossBackward(1, temporal.cache);
  const { dh, Wy, by } = back(as(dlogits, N * T, V));
  const { dx, dWx, dWh, db } = rnnBackward(as(dh, N, T, H), cache);
  const { dW: We } = embeddingBackward(dx, embedded.cache);
  const gradients = { We, Wx: dWx, Wh: dWh, b: db, Wy, by };
  return { loss: temporal.loss, gradients, h: copy(h.pick(null, T - 1, null)) };
}

export function generateTokens(
  first: number,
  params: Classifier & { We: Tensor },
  options: { length: number; temperature: number },
  random: () => number,
): number[] {
  const { We, Wx, Wh, b } = params;
  const goOn = (last: number, state: Tensor, left: number): number[] => {
    if (left === 0) return [];
    const x = as(We.pick(last, null), 1, We.shape[1]!);
    const { h } = rnnStepForward(x, state, Wx, Wh, b);
    const { logits } = readOut(h, params);
    const token = sampleToken(as(logits, logits.size), options.temperature, random);
    return [token, ...goOn(token, h, left - 1)];
  };
  return goOn(first, zeros(1, b.size), options.length);
}
