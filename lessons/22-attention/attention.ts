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
import { todo } from '#todo';

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
  throw todo('22.1 attentionMask');
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
  throw todo('22.2 maskedSoftmax');
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
  throw todo('22.3 attentionForward');
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
  throw todo('22.4 attentionBackward');
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
  throw todo('22.5 splitHeads');
}

/**
 * 22.6 The way back: the heads side by side again, out[n, t, h · K + k] = x[n, h, t, k].
 *
 * @param x shape (N, H, T, K)
 * @returns shape (N, T, H · K)
 * @throws RangeError when x doesn't have four axes
 */
export function mergeHeads(x: Tensor): Tensor {
  throw todo('22.6 mergeHeads');
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
  throw todo('22.7 multiHeadForward');
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
  throw todo('22.8 multiHeadBackward');
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
  throw todo('22.9 sinusoidalPositions');
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
  throw todo('22.10 blockForward');
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
  throw todo('22.11 blockBackward');
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
  throw todo('22.12 transformerGradients');
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
  throw todo('22.13 sampleTopK');
}
