/**
 * Lesson 22: attention. Every step of a sequence looks at the others and takes from each as much as it matters to it.
 * Masks, heads, positions, the block that transformers are made of, and a small language model of one block.
 *
 * Sizes: N sequences, T steps that read, S steps that are read, K numbers a query, M numbers a value, D numbers a step,
 * H heads, V tokens. In self-attention S is T.
 */
import {
  add,
  array,
  copy,
  filled,
  map,
  matrixProduct,
  requireSizes,
  shapeText,
  zeros,
} from '#arrays';
import type { Labels, Tensor } from '#arrays';
import {
  affineBackward,
  affineForward,
  type AffineCache,
  type Forward,
  type TwoLayerParams,
} from '#lessons/05-backprop';
import {
  layerNormBackward,
  layerNormForward,
  type LayerNormCache,
} from '#lessons/09-normalization';
import {
  embeddingBackward,
  embeddingForward,
  sampleToken,
  temporalSoftmaxLossBackward,
  temporalSoftmaxLossForward,
  type TokenBatch,
} from '#lessons/15-rnn';
import { twoLayerBackward, twoLayerForward, type TwoLayerCache } from '#lessons/20-autoencoder';
import ndarray from 'ndarray';
import ops from 'ndarray-ops';

/**
 * 22.1 Who may look at whom: mask[n, t, s] is 1 where step t of sequence n may read step s, and 0 elsewhere.
 *
 * Steps from lengths[n] on are padding, and nobody reads them. Where it is causal, nobody reads what comes later
 * either: only s ≤ t, so every step still reads itself.
 *
 * @param lengths how many steps of each sequence are real, in 0 … T, shape (N)
 * @param T how many steps each has with its padding
 * @param causal whether later steps are hidden
 * @returns shape (N, T, T)
 */
export function attentionMask(lengths: Labels, T: number, causal: boolean): Tensor {
  return filled([lengths.size, T, T], (n, t, s) => {
    const isReal = s! < lengths.get(n!);
    const isHidden = causal && s! > t!;
    return isReal && !isHidden ? 1 : 0;
  });
}

/**
 * 22.2 Softmax of each row over the entries that the mask lets through: e^logit / (the sum of e^logit over these).
 *
 * The others get 0, whatever their logits are. A row of which nothing is let through is 0 everywhere: it has nothing to
 * look at. Each row is shifted by the largest logit that is let through, so it is right at ±1000 too.
 *
 * @param logits shape (N, T, S)
 * @param mask 1 where an entry takes part and 0 where it doesn't, shape (N, T, S)
 * @returns the weights, shape (N, T, S)
 * @throws RangeError when the two don't have one shape of three axes
 */
export function maskedSoftmax(logits: Tensor, mask: Tensor): Tensor {
  requireSizes('maskedSoftmax', { logits: [logits, 'N, T, S'], mask: [mask, 'N, T, S'] });
  const [N, T, S] = logits.shape as [number, number, number];
  const weights = zeros(N, T, S);
  for (let n = 0; n < N; n++) {
    for (let t = 0; t < T; t++) {
      const steps = Array.from({ length: S }, (_, s) => s);
      const open = steps.filter((s) => mask.get(n, t, s) !== 0);
      const max = Math.max(...open.map((s) => logits.get(n, t, s)));
      const powers = open.map((s) => Math.exp(logits.get(n, t, s) - max));
      const total = powers.reduce((sum, power) => sum + power, 0);
      for (const [i, s] of open.entries()) weights.set(n, t, s, powers[i]! / total);
    }
  }
  return weights;
}

/** What attentionBackward needs to know of the forward pass. Change it if you keep something else. */
export interface AttentionCache {
  /** The queries, shape (N, T, K). */
  q: Tensor;
  /** The keys, shape (N, S, K). */
  k: Tensor;
  /** The values, shape (N, S, M). */
  v: Tensor;
  /** How much each step takes from which, shape (N, T, S). */
  weights: Tensor;
}

/** What attention returns: its output, and where it looked. */
export interface AttentionForward<Cache> extends Forward<Cache> {
  /** How much each step takes from which, shape (N, T, S); of several heads, shape (N, H, T, T). */
  weights: Tensor;
}

/**
 * 22.3 Scaled dot-product attention: weights = softmax(q · kᵀ / √K) along each row, masked as in 22.2; out = weights · v.
 *
 * Row t of out is a mean of the values, weighted by how well query t fits each key. K is the number of entries of a
 * query.
 *
 * Vaswani et al. 2017, section 3.2.1, https://arxiv.org/abs/1706.03762
 *
 * @param q a query for each step that reads, shape (N, T, K)
 * @param k a key for each step that is read, shape (N, S, K)
 * @param v a value for each step that is read, shape (N, S, M)
 * @param mask 1 where step t may read step s and 0 where not, shape (N, T, S)
 * @returns out of shape (N, T, M), 0 where a step may read nothing; the weights; and a cache for attentionBackward
 * @throws RangeError when the sizes don't fit
 */
export function attentionForward(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  mask: Tensor,
): AttentionForward<AttentionCache> {
  requireSizes('attentionForward', {
    q: [q, 'N, T, K'],
    k: [k, 'N, S, K'],
    v: [v, 'N, S, M'],
    mask: [mask, 'N, T, S'],
  });
  const root = Math.sqrt(q.shape[2]!);
  const logits = map(products(q, transposed(k)), (dot) => dot / root);
  const weights = maskedSoftmax(logits, mask);
  return { out: products(weights, v), weights, cache: { q, k, v, weights } };
}

/** What attentionBackward returns: how fast the loss grows with each entry of each operand. */
export interface AttentionGradients {
  /** Shape (N, T, K). */
  dq: Tensor;
  /** Shape (N, S, K). */
  dk: Tensor;
  /** Shape (N, S, M). */
  dv: Tensor;
}

/**
 * 22.4 The backward half of attentionForward. With a = weights and da = dout · vᵀ,
 *
 *     dlogits = a · (da − the sum of a · da along the row), entry by entry
 *     dq = dlogits · k / √K,   dk = dlogitsᵀ · q / √K,   dv = aᵀ · dout
 *
 * Where the mask is 0 the weight is 0, so nothing comes back there.
 *
 * @param dout how fast the loss grows with each entry of out, shape (N, T, M)
 * @param cache what attentionForward returned
 * @returns a gradient in the shape of each operand
 */
export function attentionBackward(dout: Tensor, cache: AttentionCache): AttentionGradients {
  const { q, k, v, weights } = cache;
  const root = Math.sqrt(q.shape[2]!);
  const dweights = products(dout, transposed(v));
  const dlogits = zeros(...weights.shape);
  const [N, T, S] = weights.shape as [number, number, number];
  for (let n = 0; n < N; n++) {
    for (let t = 0; t < T; t++) {
      let mean = 0;
      for (let s = 0; s < S; s++) mean += weights.get(n, t, s) * dweights.get(n, t, s);
      for (let s = 0; s < S; s++) {
        dlogits.set(n, t, s, (weights.get(n, t, s) * (dweights.get(n, t, s) - mean)) / root);
      }
    }
  }
  return {
    dq: products(dlogits, k),
    dk: products(transposed(dlogits), q),
    dv: products(transposed(weights), dout),
  };
}

/**
 * 22.5 The columns of each step dealt out to H heads, in blocks: out[n, h, t, k] = x[n, t, h · K + k] with K = D / H.
 *
 * @param x shape (N, T, D)
 * @param heads H, a whole number from 1
 * @returns shape (N, H, T, K)
 * @throws RangeError when x doesn't have three axes, H is no whole number from 1, or D is no multiple of it
 */
export function splitHeads(x: Tensor, heads: number): Tensor {
  requireSizes('splitHeads', { x: [x, 'N, T, D'] });
  const [N, T, D] = x.shape as [number, number, number];
  if (!(Number.isInteger(heads) && heads >= 1) || D % heads !== 0) {
    throw new RangeError(
      `splitHeads: x is ${shapeText(x.shape)} and there are ${heads} heads; ` +
        'each needs as many columns, so take a number of heads that divides the last size',
    );
  }
  const K = D / heads;
  return filled([N, heads, T, K], (...[n, h, t, k]) => x.get(n!, t!, h! * K + k!));
}

/**
 * 22.6 The way back: the heads side by side again, out[n, t, h · K + k] = x[n, h, t, k].
 *
 * @param x shape (N, H, T, K)
 * @returns shape (N, T, H · K)
 * @throws RangeError when x doesn't have four axes
 */
export function mergeHeads(x: Tensor): Tensor {
  requireSizes('mergeHeads', { x: [x, 'N, H, T, K'] });
  const [N, H, T, K] = x.shape as [number, number, number, number];
  return filled([N, T, H * K], (n, t, d) => x.get(n!, Math.floor(d! / K), t!, d! % K));
}

/** The parameters of multi-head attention: A = H · K columns make the queries, the keys and the values of all heads. */
export interface MultiHeadParams {
  /** Makes the queries, shape (D, A). */
  Wq: Tensor;
  /** Shape (A). */
  bq: Tensor;
  /** Makes the keys, shape (D, A). */
  Wk: Tensor;
  /** Shape (A). */
  bk: Tensor;
  /** Makes the values, shape (D, A). */
  Wv: Tensor;
  /** Shape (A). */
  bv: Tensor;
  /** Mixes what the heads found, shape (A, D). */
  Wo: Tensor;
  /** Shape (D). */
  bo: Tensor;
}

/** What multiHeadBackward needs to know of the forward pass. Change it if you keep something else. */
export interface MultiHeadCache {
  query: AffineCache;
  key: AffineCache;
  value: AffineCache;
  /** What each head keeps. */
  heads: AttentionCache[];
  output: AffineCache;
}

/**
 * 22.7 Multi-head self-attention: every step makes a query, a key and a value, each head attends in columns of its own,
 * and an affine layer mixes what they found.
 *
 *     q = x · Wq + bq,   k = x · Wk + bk,   v = x · Wv + bv, each split into H heads (22.5)
 *     head h = attention (22.3) of the q, k and v of h, with the same mask
 *     out = merged heads (22.6) · Wo + bo
 *
 * Vaswani et al. 2017, section 3.2.2, https://arxiv.org/abs/1706.03762
 *
 * @param x shape (N, T, D)
 * @param params where the layer stands, with A a multiple of H
 * @param mask 1 where step t may read step s and 0 where not, shape (N, T, T)
 * @param heads H, a whole number from 1
 * @returns out of shape (N, T, D); the weights of all heads, shape (N, H, T, T); and a cache for multiHeadBackward
 * @throws RangeError when the sizes don't fit
 */
export function multiHeadForward(
  x: Tensor,
  params: MultiHeadParams,
  mask: Tensor,
  heads: number,
): AttentionForward<MultiHeadCache> {
  requireSizes('multiHeadForward', { x: [x, 'N, T, D'], mask: [mask, 'N, T, T'] });
  const [N, T] = x.shape as [number, number];
  const query = affineForward(asRows(x), params.Wq, params.bq);
  const key = affineForward(asRows(x), params.Wk, params.bk);
  const value = affineForward(asRows(x), params.Wv, params.bv);
  const split = (rows: Tensor): Tensor => splitHeads(asSequences(rows, N, T), heads);
  const [q, k, v] = [split(query.out), split(key.out), split(value.out)];
  const found = zeros(...q.shape);
  const weights = zeros(N, heads, T, T);
  const caches: AttentionCache[] = [];
  for (let h = 0; h < heads; h++) {
    const head = attentionForward(headOf(q, h), headOf(k, h), headOf(v, h), mask);
    ops.assign(headOf(found, h), head.out);
    ops.assign(headOf(weights, h), head.weights);
    caches.push(head.cache);
  }
  const output = affineForward(asRows(mergeHeads(found)), params.Wo, params.bo);
  return {
    out: asSequences(output.out, N, T),
    weights,
    cache: {
      query: query.cache,
      key: key.cache,
      value: value.cache,
      heads: caches,
      output: output.cache,
    },
  };
}

/** What multiHeadBackward returns. */
export interface MultiHeadGradients {
  /** How fast the loss grows with each entry of x, shape (N, T, D). */
  dx: Tensor;
  /** How fast it grows with each parameter, under its own name. */
  gradients: MultiHeadParams;
}

/**
 * 22.8 The backward half of multiHeadForward, from the last part to the first.
 *
 * x was read three times, for queries, keys and values: dx is the sum of what comes back from these.
 *
 * @param dout how fast the loss grows with each entry of out, shape (N, T, D)
 * @param cache what multiHeadForward returned
 * @returns dx of shape (N, T, D), and the gradients in the shapes of the parameters
 */
export function multiHeadBackward(dout: Tensor, cache: MultiHeadCache): MultiHeadGradients {
  const [N, T] = dout.shape as [number, number];
  const output = affineBackward(asRows(dout), cache.output);
  const dfound = splitHeads(asSequences(output.dx, N, T), cache.heads.length);
  const [dq, dk, dv] = [zeros(...dfound.shape), zeros(...dfound.shape), zeros(...dfound.shape)];
  for (const [h, head] of cache.heads.entries()) {
    const back = attentionBackward(headOf(dfound, h), head);
    ops.assign(headOf(dq, h), back.dq);
    ops.assign(headOf(dk, h), back.dk);
    ops.assign(headOf(dv, h), back.dv);
  }
  const query = affineBackward(asRows(mergeHeads(dq)), cache.query);
  const key = affineBackward(asRows(mergeHeads(dk)), cache.key);
  const value = affineBackward(asRows(mergeHeads(dv)), cache.value);
  const dx = add(add(query.dx, key.dx), value.dx);
  return {
    dx: asSequences(dx, N, T),
    gradients: {
      Wq: query.dW,
      bq: query.db,
      Wk: key.dW,
      bk: key.db,
      Wv: value.dW,
      bv: value.db,
      Wo: output.dW,
      bo: output.db,
    },
  };
}

/**
 * 22.9 Where each step stands, in waves: out[t, 2i] = sin(t / 10000^(2i / D)) and out[t, 2i + 1] = cos of the same.
 *
 * Steps count from 0. The first two columns turn fastest; where D is odd the last column is a sine without its cosine.
 *
 * Vaswani et al. 2017, section 3.5, https://arxiv.org/abs/1706.03762
 *
 * @param T how many steps, from 0
 * @param D how many numbers a step, from 1
 * @returns shape (T, D)
 */
export function sinusoidalPositions(T: number, D: number): Tensor {
  return filled([T, D], (t, d) => {
    const pair = Math.floor(d! / 2);
    const angle = t! / 10_000 ** ((2 * pair) / D);
    return d! % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
}

/** The parameters of a transformer block. */
export interface BlockParams extends MultiHeadParams, TwoLayerParams {
  /** γ of the layer norm before the attention, shape (D). */
  gamma1: Tensor;
  /** Its β, shape (D). */
  beta1: Tensor;
  /** γ of the layer norm before the two layers, shape (D). */
  gamma2: Tensor;
  /** Its β, shape (D). */
  beta2: Tensor;
}

/** What a block is made with besides its parameters. */
export interface BlockOptions {
  /** H, a whole number from 1. */
  heads: number;
  /** ε of both layer norms, as in 09.2. */
  epsilon: number;
}

/** What blockBackward needs to know of the forward pass. Change it if you keep something else. */
export interface BlockCache {
  norm1: LayerNormCache;
  attention: MultiHeadCache;
  norm2: LayerNormCache;
  layers: TwoLayerCache;
}

/**
 * 22.10 A transformer block: steps look around, then each thinks for itself; and both only add to what is there.
 *
 *     y = x + multi-head attention (22.7) of layer norm 1 (09.8) of x
 *     out = y + two layers with ReLU between (20.2) of layer norm 2 of y
 *
 * The norms stand before what they serve, and the sums are left as they are (pre-norm). Layer norm and two layers treat
 * each step alone.
 *
 * Vaswani et al. 2017, section 3.1, https://arxiv.org/abs/1706.03762; the norms' place by Xiong et al. 2020,
 * https://arxiv.org/abs/2002.04745
 *
 * @param x shape (N, T, D)
 * @param params of the attention, the norms and the two layers: W1 (D, F), b1 (F), W2 (F, D), b2 (D)
 * @param mask 1 where step t may read step s and 0 where not, shape (N, T, T)
 * @param options the number of heads, and ε
 * @returns out of shape (N, T, D); the weights of all heads, shape (N, H, T, T); and a cache for blockBackward
 * @throws RangeError when the sizes don't fit
 */
export function blockForward(
  x: Tensor,
  params: BlockParams,
  mask: Tensor,
  { heads, epsilon }: BlockOptions,
): AttentionForward<BlockCache> {
  requireSizes('blockForward', { x: [x, 'N, T, D'], mask: [mask, 'N, T, T'] });
  const [N, T] = x.shape as [number, number];
  const norm1 = layerNormForward(asRows(x), params.gamma1, params.beta1, epsilon);
  const attention = multiHeadForward(asSequences(norm1.out, N, T), params, mask, heads);
  const y = add(x, attention.out);
  const norm2 = layerNormForward(asRows(y), params.gamma2, params.beta2, epsilon);
  const layers = twoLayerForward(norm2.out, params);
  return {
    out: add(y, asSequences(layers.out, N, T)),
    weights: attention.weights,
    cache: {
      norm1: norm1.cache,
      attention: attention.cache,
      norm2: norm2.cache,
      layers: layers.cache,
    },
  };
}

/** What blockBackward returns. */
export interface BlockGradients {
  /** How fast the loss grows with each entry of x, shape (N, T, D). */
  dx: Tensor;
  /** How fast it grows with each parameter, under its own name. */
  gradients: BlockParams;
}

/**
 * 22.11 The backward half of blockForward.
 *
 * At each sum the gradient goes both ways: past the part as it is, and through it.
 *
 * @param dout how fast the loss grows with each entry of out, shape (N, T, D)
 * @param cache what blockForward returned
 * @returns dx of shape (N, T, D), and the gradients in the shapes of the parameters
 */
export function blockBackward(dout: Tensor, cache: BlockCache): BlockGradients {
  const [N, T] = dout.shape as [number, number];
  const layers = twoLayerBackward(asRows(dout), cache.layers);
  const norm2 = layerNormBackward(layers.dx, cache.norm2);
  const dy = add(dout, asSequences(norm2.dx, N, T));
  const attention = multiHeadBackward(dy, cache.attention);
  const norm1 = layerNormBackward(asRows(attention.dx), cache.norm1);
  return {
    dx: add(dy, asSequences(norm1.dx, N, T)),
    gradients: {
      ...attention.gradients,
      ...layers.gradients,
      gamma1: norm1.dgamma,
      beta1: norm1.dbeta,
      gamma2: norm2.dgamma,
      beta2: norm2.dbeta,
    },
  };
}

/** A language model of one block. */
export interface TransformerParams extends BlockParams {
  /** The embedding, shape (V, D). */
  We: Tensor;
  /** From a step to its logits, shape (D, V). */
  Wy: Tensor;
  /** Of the logits, shape (V). */
  by: Tensor;
}

/** What a language model costs on a batch, and which way that is changed. */
export interface TransformerGradients {
  /** The temporal softmax loss of the batch. */
  loss: number;
  /** What each step foretells, shape (N, T, V). */
  logits: Tensor;
  /** For each of the parameters, under its own name. */
  gradients: TransformerParams;
}

/**
 * 22.12 The loss of a language model, which foretells at every step the token that follows, and its gradients.
 *
 * Embedding We (15.6) plus positions (22.9), a block (22.10) with the causal mask, at every step affine (Wy, by),
 * temporal softmax loss (15.8). Padding stands behind the text, where no real step looks, so batch.mask is enough to
 * leave it out.
 *
 * Radford et al. 2018, https://openai.com/index/language-unsupervised/, with many blocks and learned positions
 *
 * @param batch tokens, labels and mask, each of shape (N, T)
 * @param params where the network stands; they stay as they are
 * @param options the number of heads, and ε
 * @returns the loss, the logits, and a gradient in the shape of each parameter
 * @throws RangeError when the sizes don't fit, or a token has no row in We
 */
export function transformerGradients(
  { ids, labels, mask }: TokenBatch,
  params: TransformerParams,
  options: BlockOptions,
): TransformerGradients {
  const embedded = embeddingForward(ids, params.We);
  const [N, T, D] = embedded.out.shape as [number, number, number];
  const positions = sinusoidalPositions(T, D);
  const x = filled([N, T, D], (n, t, d) => embedded.out.get(n!, t!, d!) + positions.get(t!, d!));
  const causal = attentionMask(ndarray(new Int32Array(N).fill(T)), T, true);
  const block = blockForward(x, params, causal, options);
  const output = affineForward(asRows(block.out), params.Wy, params.by);
  const logits = asSequences(output.out, N, T);
  const { loss, cache } = temporalSoftmaxLossForward(logits, labels, mask);

  const { dlogits } = temporalSoftmaxLossBackward(1, cache);
  const { dx: dblock, dW: Wy, db: by } = affineBackward(asRows(dlogits), output.cache);
  const { dx, gradients } = blockBackward(asSequences(dblock, N, T), block.cache);
  const { dW: We } = embeddingBackward(dx, embedded.cache);
  return { loss, logits, gradients: { ...gradients, We, Wy, by } };
}

/** How to draw a token. */
export interface SampleOptions {
  /** How many tokens have a chance, a whole number from 1; all of them where it is V or more. */
  k: number;
  /** Above 0, as in 15.10. */
  temperature: number;
}

/**
 * 22.13 Draws one of the k likeliest tokens: with probability softmax(logits / temperature) among these.
 *
 * Exactly k have a chance: where logits are equal, the smaller tokens go first.
 *
 * Fan, Lewis and Dauphin 2018, section 5.4, https://arxiv.org/abs/1805.04833
 *
 * @param logits of one step, shape (V)
 * @param options how many tokens have a chance, and the temperature
 * @param random uniform in [0, 1), such as seededRandom gives; how many draws are taken is not fixed
 * @returns a whole number in 0 … V − 1
 * @throws RangeError when k is below 1 or not whole, the temperature is not above 0, or logits doesn't have one axis
 */
export function sampleTopK(
  logits: Tensor,
  { k, temperature }: SampleOptions,
  random: () => number,
): number {
  requireSizes('sampleTopK', { logits: [logits, 'V'] });
  if (!(Number.isInteger(k) && k >= 1)) {
    throw new RangeError(
      `sampleTopK: k is ${k} and must be a whole number from 1; take 1 for the likeliest token alone`,
    );
  }
  const values = [...copy(logits).data];
  // Sorting keeps the order of equals.
  const tokens = [...values.keys()].toSorted((a, b) => values[b]! - values[a]!).slice(0, k);
  return tokens[sampleToken(array(tokens.map((token) => values[token]!)), temperature, random)]!;
}

/** The matrix products of each sample: from (N, T, K) and (N, K, S) to (N, T, S). */
function products(a: Tensor, b: Tensor): Tensor {
  const [N, T] = a.shape as [number, number];
  const out = zeros(N, T, b.shape[2]!);
  for (let n = 0; n < N; n++) {
    const one = matrixProduct(a.pick(n, null, null), b.pick(n, null, null));
    ops.assign(out.pick(n, null, null), one);
  }
  return out;
}

/** The transpose of each sample's matrix. */
function transposed(x: Tensor): Tensor {
  return x.transpose(0, 2, 1);
}

/** A view of what belongs to head h: from (N, H, T, K) to (N, T, K). */
function headOf(x: Tensor, h: number): Tensor {
  return x.pick(null, h, null, null);
}

/** All steps of all sequences as rows, for layers that treat each alone: from (N, T, D) to (N · T, D). */
function asRows(x: Tensor): Tensor {
  const [N, T, D] = x.shape as [number, number, number];
  return ndarray(copy(x).data, [N * T, D]);
}

/** The way back: from (N · T, D) to (N, T, D). */
function asSequences(rows: Tensor, N: number, T: number): Tensor {
  return ndarray(copy(rows).data, [N, T, rows.shape[1]!]);
}
