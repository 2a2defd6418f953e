/** The right answers of lesson 22 with all heads folded into the batch, caches of the inputs alone, and layers of 05. */
import {
  add,
  copy,
  filled,
  map,
  matrixProduct,
  zeros,
  zip,
  type Labels,
  type Tensor,
} from '#arrays';
import {
  affineBackward,
  affineForward,
  reluBackward,
  reluForward,
  softmaxLossBackward,
  softmaxLossForward,
  type TwoLayerParams,
} from '#lessons/05-backprop';
import { layerNormBackward, layerNormForward } from '#lessons/09-normalization';
import ndarray from 'ndarray';

interface Heads {
  Wq: Tensor;
  bq: Tensor;
  Wk: Tensor;
  bk: Tensor;
  Wv: Tensor;
  bv: Tensor;
  Wo: Tensor;
  bo: Tensor;
}

interface Block extends Heads, TwoLayerParams {
  gamma1: Tensor;
  beta1: Tensor;
  gamma2: Tensor;
  beta2: Tensor;
}

interface Model extends Block {
  We: Tensor;
  Wy: Tensor;
  by: Tensor;
}

interface Options {
  heads: number;
  epsilon: number;
}

function refuse(isWrong: boolean): void {
  if (isWrong) throw new RangeError('the sizes are wrong');
}

const differs = (x: Tensor, shape: readonly number[]): boolean =>
  x.shape.join() !== shape.join() || x.dimension !== shape.length;
const shaped = (x: Tensor, ...shape: number[]): Tensor => ndarray(copy(x).data, shape);
const flat = (x: Tensor): Tensor => shaped(x, x.shape[0]! * x.shape[1]!, x.shape[2]!);

export function attentionMask(lengths: Labels, T: number, causal: boolean): Tensor {
  const step = (from: number, to: number): number => (from >= to ? 1 : 0);
  return filled([lengths.size, T, T], (n, t, s) =>
    Math.min(step(lengths.get(n!) - 1, s!), causal ? step(t!, s!) : 1),
  );
}

/** Logits of −∞ where the mask is 0, and the NaN of rows without any made 0. */
export function maskedSoftmax(logits: Tensor, mask: Tensor): Tensor {
  refuse(logits.dimension !== 3 || differs(mask, logits.shape));
  const hidden = zip(logits, mask, (v, m) => (m === 0 ? -Infinity : v));
  const S = logits.shape[2]!;
  const out = copy(hidden);
  for (let start = 0; start < out.size; start += S) {
    const row = out.data.subarray(start, start + S);
    const max = row.reduce((a, b) => Math.max(a, b), -Infinity);
    row.forEach((v, s) => (row[s] = Math.exp(v - max)));
    const total = row.reduce((a, b) => a + b, 0);
    row.forEach((v, s) => (row[s] = Number.isNaN(total) ? 0 : v / total));
  }
  return out;
}

/** The product of each pair of matrices; either may be transposed first. */
function each(a: Tensor, b: Tensor, turn: 'none' | 'first' | 'second' = 'none'): Tensor {
  const one = turn === 'first' ? a.transpose(0, 2, 1) : a;
  const other = turn === 'second' ? b.transpose(0, 2, 1) : b;
  const [N, T] = one.shape as [number, number];
  const M = other.shape[2]!;
  const data = Array.from({ length: N }, (_, n) => [
    ...matrixProduct(one.pick(n, null, null), other.pick(n, null, null)).data,
  ]);
  return ndarray(Float64Array.from(data.flat()), [N, T, M]);
}

interface Attended {
  q: Tensor;
  k: Tensor;
  v: Tensor;
  mask: Tensor;
}

const weightsOf = ({ q, k, mask }: Attended): Tensor => {
  // The root goes into the queries instead of the products.
  const shrunk = map(q, (value) => value * q.shape[2]! ** -0.5);
  return maskedSoftmax(each(shrunk, k, 'second'), mask);
};

export function attentionForward(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) {
  refuse([q, k, v, mask].some((x) => x.dimension !== 3));
  const [N, T, K] = q.shape as [number, number, number];
  const S = k.shape[1]!;
  refuse(differs(k, [N, S, K]) || differs(v, [N, S, v.shape[2]!]) || differs(mask, [N, T, S]));
  const cache = { q: copy(q), k: copy(k), v: copy(v), mask: copy(mask) };
  const weights = weightsOf(cache);
  return { out: each(weights, v), weights, cache };
}

export function attentionBackward(dout: Tensor, cache: Attended) {
  const { q, k, v } = cache;
  const weights = weightsOf(cache);
  const dweights = each(dout, v, 'second');
  // The sum of a · da along a row is dout · out.
  const out = each(weights, v);
  const M = v.shape[2]!;
  const dlogits = filled(weights.shape, (...[n, t, s]) => {
    let inward = 0;
    for (let m = 0; m < M; m++) inward += dout.get(n!, t!, m) * out.get(n!, t!, m);
    return weights.get(n!, t!, s!) * (dweights.get(n!, t!, s!) - inward) * q.shape[2]! ** -0.5;
  });
  return {
    dq: each(dlogits, k),
    dk: each(dlogits, q, 'first'),
    dv: each(weights, dout, 'first'),
  };
}

export function splitHeads(x: Tensor, heads: number): Tensor {
  refuse(x.dimension !== 3 || heads < 1 || heads % 1 > 0 || x.shape[2]! % heads > 0);
  const [N, T, D] = x.shape as [number, number, number];
  return copy(shaped(x, N, T, heads, D / heads).transpose(0, 2, 1, 3));
}

export function mergeHeads(x: Tensor): Tensor {
  refuse(x.dimension !== 4);
  const [N, H, T, K] = x.shape as [number, number, number, number];
  return shaped(x.transpose(0, 2, 1, 3), N, T, H * K);
}

/** From (N · T, A) to (N · H, T, K). */
function folded(rows: Tensor, N: number, heads: number): Tensor {
  const split = splitHeads(shaped(rows, N, rows.shape[0]! / N, rows.shape[1]!), heads);
  const [, H, T, K] = split.shape as [number, number, number, number];
  return shaped(split, N * H, T, K);
}

/** And back. */
function unfolded(x: Tensor, N: number, heads: number): Tensor {
  const [, T, K] = x.shape as [number, number, number];
  return flat(mergeHeads(shaped(x, N, heads, T, K)));
}

interface Looked {
  x: Tensor;
  params: Heads;
  mask: Tensor;
  heads: number;
}

/** All that a forward pass makes on its way. */
function look({ x, params, mask, heads }: Looked) {
  const N = x.shape[0]!;
  const query = affineForward(flat(x), params.Wq, params.bq);
  const key = affineForward(flat(x), params.Wk, params.bk);
  const value = affineForward(flat(x), params.Wv, params.bv);
  const [, T, S] = mask.shape as [number, number, number];
  const repeated = filled([N * heads, T, S], (i, t, s) => mask.get(Math.floor(i! / heads), t!, s!));
  const attention = attentionForward(
    folded(query.out, N, heads),
    folded(key.out, N, heads),
    folded(value.out, N, heads),
    repeated,
  );
  const output = affineForward(unfolded(attention.out, N, heads), params.Wo, params.bo);
  return { query, key, value, attention, output };
}

export function multiHeadForward(x: Tensor, params: Heads, mask: Tensor, heads: number) {
  refuse(x.dimension !== 3 || differs(mask, [x.shape[0]!, x.shape[1]!, x.shape[1]!]));
  const [N, T] = x.shape as [number, number];
  const { attention, output } = look({ x, params, mask, heads });
  return {
    out: shaped(output.out, ...x.shape),
    weights: shaped(attention.weights, N, heads, T, T),
    cache: { x: copy(x), params, mask: copy(mask), heads },
  };
}

export function multiHeadBackward(dout: Tensor, cache: Looked) {
  const { query, key, value, attention, output } = look(cache);
  const [N, heads] = [dout.shape[0]!, cache.heads];
  const out = affineBackward(flat(dout), output.cache);
  const { dq, dk, dv } = attentionBackward(folded(out.dx, N, heads), attention.cache);
  const v = affineBackward(unfolded(dv, N, heads), value.cache);
  const k = affineBackward(unfolded(dk, N, heads), key.cache);
  const q = affineBackward(unfolded(dq, N, heads), query.cache);
  return {
    dx: shaped(add(v.dx, add(k.dx, q.dx)), ...dout.shape),
    gradients: {
      Wq: q.dW,
      bq: q.db,
      Wk: k.dW,
      bk: k.db,
      Wv: v.dW,
      bv: v.db,
      Wo: out.dW,
      bo: out.db,
    },
  };
}

export function sinusoidalPositions(T: number, D: number): Tensor {
  // A cosine is a sine a quarter of a turn ahead.
  return filled([T, D], (t, d) => {
    const isOdd = d! & 1;
    return Math.sin(t! * 0.0001 ** ((d! - isOdd) / D) + (isOdd * Math.PI) / 2);
  });
}

interface Passed extends Looked, Options {
  params: Block;
}

function pass({ x, params, mask, heads, epsilon }: Passed) {
  const norm1 = layerNormForward(flat(x), params.gamma1, params.beta1, epsilon);
  const looked = multiHeadForward(shaped(norm1.out, ...x.shape), params, mask, heads);
  const y = add(flat(x), flat(looked.out));
  const norm2 = layerNormForward(y, params.gamma2, params.beta2, epsilon);
  const first = affineForward(norm2.out, params.W1, params.b1);
  const hidden = reluForward(first.out);
  const second = affineForward(hidden.out, params.W2, params.b2);
  return { norm1, looked, norm2, first, hidden, second, out: add(y, second.out) };
}

export function blockForward(x: Tensor, params: Block, mask: Tensor, options: Options) {
  refuse(x.dimension !== 3);
  const cache = { x: copy(x), params, mask: copy(mask), ...options };
  const { looked, out } = pass(cache);
  return { out: shaped(out, ...x.shape), weights: looked.weights, cache };
}

export function blockBackward(dout: Tensor, cache: Passed) {
  const { norm1, looked, norm2, first, hidden, second } = pass(cache);
  const d = flat(dout);
  const { dx: dhidden, dW: W2, db: b2 } = affineBackward(d, second.cache);
  const { dx: dlayer } = reluBackward(dhidden, hidden.cache);
  const { dx: dnormed, dW: W1, db: b1 } = affineBackward(dlayer, first.cache);
  const two = layerNormBackward(dnormed, norm2.cache);
  const dy = add(d, two.dx);
  const heads = multiHeadBackward(shaped(dy, ...dout.shape), looked.cache);
  const one = layerNormBackward(flat(heads.dx), norm1.cache);
  const norms = { gamma1: one.dgamma, beta1: one.dbeta, gamma2: two.dgamma, beta2: two.dbeta };
  return {
    dx: shaped(add(dy, one.dx), ...dout.shape),
    gradients: { ...heads.gradients, ...norms, W1, b1, W2, b2 },
  };
}

export function transformerGradients(
  { ids, labels, mask }: { ids: Labels; labels: Labels; mask: Tensor },
  params: Model,
  options: Options,
) {
  const [N, T] = ids.shape as [number, number];
  const [V, D] = params.We.shape as [number, number];
  // One-hot tokens times the embedding.
  const oneHot = filled([N * T, V], (i, v) => Number(ids.get(Math.floor(i! / T), i! % T) === v));
  refuse([...ids.data].some((id) => id < 0 || id >= V));
  const places = sinusoidalPositions(T, D);
  const x = add(
    matrixProduct(oneHot, params.We),
    filled([N * T, D], (i, d) => places.get(i! % T, d!)),
  );
  const causal = filled([N, T, T], (_, t, s) => Number(t! >= s!));
  const block = blockForward(shaped(x, N, T, D), params, causal, options);
  const output = affineForward(flat(block.out), params.Wy, params.by);

  // Each step that counts is a sample of lesson 05's loss.
  const counted = Array.from({ length: N * T }, (_, i) => i).filter(
    (i) => mask.get(Math.floor(i / T), i % T) === 1,
  );
  const shown = filled([counted.length, V], (i, v) => output.out.get(counted[i!]!, v!));
  const right = ndarray(
    Int32Array.from(counted, (i) => labels.get(Math.floor(i / T), i % T)),
    [counted.length],
  );
  const { loss, cache } = softmaxLossForward(shown, right);
  const weight = counted.length / N;
  const { dlogits } = softmaxLossBackward(weight, cache);
  const all = zeros(N * T, V);
  counted.forEach((i, row) => {
    for (let v = 0; v < V; v++) all.set(i, v, dlogits.get(row, v));
  });
  const back = affineBackward(all, output.cache);
  const { dx, gradients } = blockBackward(shaped(back.dx, N, T, D), block.cache);
  const We = matrixProduct(oneHot.transpose(1, 0), flat(dx));
  return {
    loss: weight * loss,
    logits: shaped(output.out, N, T, V),
    gradients: { ...gradients, We, Wy: back.dW, by: back.db },
  };
}

export function sampleTopK(
  logits: Tensor,
  { k, temperature }: { k: number; temperature: number },
  random: () => number,
): number {
  refuse(logits.dimension !== 1 || !(k >= 1) || k % 1 !== 0 || !(temperature > 0));
  const left = new Map(Array.from(copy(logits).data, (value, token) => [token, value]));
  const kept: [token: number, key: number][] = [];
  // Gumbel's trick: the largest of logit / temperature + noise is a draw from the softmax.
  while (kept.length < k && left.size > 0) {
    const [token, value] = [...left].reduce((best, one) => (one[1] > best[1] ? one : best));
    left.delete(token);
    kept.push([token, value / temperature - Math.log(-Math.log(random() || 1e-300))]);
  }
  return kept.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}
