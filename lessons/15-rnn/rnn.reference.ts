/**
 * Lesson 15: recurrent networks, which read a sequence step by step and remember: a step, backpropagation through
 * time, clipping, embeddings, a loss at every step, and the models that are made of these.
 *
 * Sizes: N sequences, T steps from 1, D numbers a step, H units of memory, V tokens, C classes. Arrays whose sizes don't
 * fit are refused by every forward pass.
 */
import { add, copy, filled, map, requireSizes, zeros, zip } from '#arrays';
import type { Labels, Tensor } from '#arrays';
import {
  affineBackward,
  affineForward,
  softmaxLossBackward,
  softmaxLossForward,
  type Forward,
  type LogitsGradient,
} from '#lessons/05-backprop';
import type { Params } from '#lessons/06-training';
import ndarray from 'ndarray';
import ops from 'ndarray-ops';

/** What rnnStepBackward needs to know of the forward pass. Change it if you keep something else. */
export interface RnnStepCache {
  /** The input, shape (N, D). */
  x: Tensor;
  /** The state before the step, shape (N, H). */
  hPrev: Tensor;
  /** The weights of the input, shape (D, H). */
  Wx: Tensor;
  /** The weights of the state, shape (H, H). */
  Wh: Tensor;
  /** The state after the step, shape (N, H). */
  h: Tensor;
}

/** What a recurrent forward pass returns. */
export interface RecurrentForward<Cache> {
  /** The state after the step, shape (N, H); or that after every step, shape (N, T, H). */
  h: Tensor;
  /** What the backward pass will need, as numbers, arrays and plain objects of those. Nobody else looks inside. */
  cache: Cache;
}

/**
 * 15.1 One step of a recurrent network: h = tanh(x · Wx + hPrev · Wh + b).
 *
 * Elman 1990, https://doi.org/10.1207/s15516709cog1402_1
 *
 * @param x the input of this step, shape (N, D)
 * @param hPrev the state that the step before left, shape (N, H)
 * @param Wx the weights of the input, shape (D, H)
 * @param Wh the weights of the state, shape (H, H): row i says where unit i is read
 * @param b shape (H)
 * @returns h of shape (N, H), and a cache for rnnStepBackward
 * @throws RangeError when the sizes don't fit
 */
export function rnnStepForward(
  x: Tensor,
  hPrev: Tensor,
  Wx: Tensor,
  Wh: Tensor,
  b: Tensor,
): RecurrentForward<RnnStepCache> {
  requireSizes('rnnStepForward', {
    x: [x, 'N, D'],
    hPrev: [hPrev, 'N, H'],
    Wx: [Wx, 'D, H'],
    Wh: [Wh, 'H, H'],
    b: [b, 'H'],
  });
  const fromState = affineForward(hPrev, Wh, b).out;
  const fromBoth = affineForward(x, Wx, zeros(b.size)).out;
  const h = zip(fromBoth, fromState, (input, state) => Math.tanh(input + state));
  return { h, cache: { x, hPrev, Wx, Wh, h } };
}

/** What rnnStepBackward returns: how fast the loss grows with each entry of each operand. */
export interface RnnStepGradients {
  /** Shape (N, D). */
  dx: Tensor;
  /** Shape (N, H). */
  dhPrev: Tensor;
  /** Shape (D, H). */
  dWx: Tensor;
  /** Shape (H, H). */
  dWh: Tensor;
  /** Shape (H). */
  db: Tensor;
}

/**
 * 15.2 The backward half of rnnStepForward. With ds = dh · (1 − h²), entry by entry, it is
 * dx = ds · Wxᵀ, dhPrev = ds · Whᵀ, dWx = xᵀ · ds, dWh = hPrevᵀ · ds, db = the sum of the rows of ds.
 *
 * @param dh how fast the loss grows with each entry of h, shape (N, H)
 * @param cache what rnnStepForward returned
 * @returns a gradient in the shape of each operand
 */
export function rnnStepBackward(dh: Tensor, cache: RnnStepCache): RnnStepGradients {
  const { x, hPrev, Wx, Wh, h } = cache;
  const ds = zip(dh, h, (d, value) => d * (1 - value ** 2));
  const { dx, dW: dWx, db } = affineBackward(ds, { x, W: Wx });
  const { dx: dhPrev, dW: dWh } = affineBackward(ds, { x: hPrev, W: Wh });
  return { dx, dhPrev, dWx, dWh, db };
}

/** What rnnBackward needs to know: the cache of every step, the first one first. */
export type RnnCache = RnnStepCache[];

/**
 * 15.3 A recurrent network over whole sequences: hₜ = tanh(xₜ · Wx + hₜ₋₁ · Wh + b) for t = 1 … T.
 *
 * All steps have the same weights. Every sequence of the batch has a state of its own.
 *
 * @param x N sequences of T steps, shape (N, T, D)
 * @param h0 the state before the first step, shape (N, H)
 * @param Wx shape (D, H)
 * @param Wh shape (H, H)
 * @param b shape (H)
 * @returns h of shape (N, T, H), the states after each step; and a cache for rnnBackward
 * @throws RangeError when the sizes don't fit
 */
export function rnnForward(
  x: Tensor,
  h0: Tensor,
  Wx: Tensor,
  Wh: Tensor,
  b: Tensor,
): RecurrentForward<RnnCache> {
  requireSizes('rnnForward', {
    x: [x, 'N, T, D'],
    h0: [h0, 'N, H'],
    Wx: [Wx, 'D, H'],
    Wh: [Wh, 'H, H'],
    b: [b, 'H'],
  });
  const [N, T] = x.shape as [number, number];
  const h = zeros(N, T, b.size);
  const cache: RnnCache = [];
  let state = h0;
  for (let t = 0; t < T; t++) {
    const step = rnnStepForward(x.pick(null, t, null), state, Wx, Wh, b);
    state = step.h;
    ops.assign(h.pick(null, t, null), state);
    cache.push(step.cache);
  }
  return { h, cache };
}

/** What rnnBackward returns. */
export interface RnnGradients {
  /** Shape (N, T, D). */
  dx: Tensor;
  /** Shape (N, H). */
  dh0: Tensor;
  /** Shape (D, H). */
  dWx: Tensor;
  /** Shape (H, H). */
  dWh: Tensor;
  /** Shape (H). */
  db: Tensor;
}

/**
 * 15.4 The backward half of rnnForward: backpropagation through time.
 *
 * From the last step to the first. What reaches hₜ is dhₜ, from whatever reads it outside, and what step t + 1
 * sends back, dhPrev of 15.2. The weights served in all steps: their gradients are sums over t.
 *
 * Werbos 1990, https://doi.org/10.1109/5.58337
 *
 * @param dh how fast the loss grows with each state by way of what reads it outside of the network, shape (N, T, H)
 * @param cache what rnnForward returned
 * @returns a gradient in the shape of each operand
 */
export function rnnBackward(dh: Tensor, cache: RnnCache): RnnGradients {
  const [N, T, H] = dh.shape as [number, number, number];
  const D = cache[0]!.x.shape[1]!;
  const dx = zeros(N, T, D);
  let [dWx, dWh, db] = [zeros(D, H), zeros(H, H), zeros(H)];
  let fromNext = zeros(N, H);
  for (let t = T - 1; t >= 0; t--) {
    const step = rnnStepBackward(add(dh.pick(null, t, null), fromNext), cache[t]!);
    ops.assign(dx.pick(null, t, null), step.dx);
    [dWx, dWh, db] = [add(dWx, step.dWx), add(dWh, step.dWh), add(db, step.db)];
    fromNext = step.dhPrev;
  }
  return { dx, dh0: fromNext, dWx, dWh, db };
}

/**
 * 15.5 Gradients of at most this length: with the norm ‖g‖ = √(Σ g²) over all entries of all gradients together,
 * g · maxNorm / ‖g‖ where ‖g‖ is above maxNorm, and g as it is elsewhere.
 *
 * Pascanu, Mikolov and Bengio 2013, section 3.2, https://arxiv.org/abs/1211.5063
 *
 * @param gradients arrays of any shapes, by name
 * @param maxNorm above 0
 * @returns new arrays under the same names
 */
export function clipGradients(gradients: Params, maxNorm: number): Params {
  const entries = Object.values(gradients).flatMap((g) => [...copy(g).data]);
  const norm = Math.sqrt(entries.reduce((so, value) => so + value ** 2, 0));
  const factor = norm > maxNorm ? maxNorm / norm : 1;
  return Object.fromEntries(
    Object.entries(gradients).map(([name, g]) => [name, map(g, (value) => value * factor)]),
  );
}

/** What embeddingBackward needs to know of the forward pass. Change it if you keep something else. */
export interface EmbeddingCache {
  /** The tokens, shape (N, T). */
  ids: Labels;
  /** How many tokens there are. */
  V: number;
}

/**
 * 15.6 A vector for each token: out[n, t] = W[ids[n, t]], a row of W.
 *
 * Bengio, Ducharme, Vincent and Jauvin 2003, https://www.jmlr.org/papers/v3/bengio03a.html
 *
 * @param ids the tokens of N sequences, whole numbers in 0 … V − 1, shape (N, T)
 * @param W a row for each token, shape (V, D)
 * @returns out of shape (N, T, D), and a cache for embeddingBackward
 * @throws RangeError when the axes don't fit, or a token has no row
 */
export function embeddingForward(ids: Labels, W: Tensor): Forward<EmbeddingCache> {
  requireSizes('embeddingForward', { ids: [ids, 'N, T'], W: [W, 'V, D'] });
  const [N, T] = ids.shape as [number, number];
  const [V, D] = W.shape as [number, number];
  const out = filled([N, T, D], (n, t, d) => {
    const id = ids.get(n!, t!);
    if (id < 0 || id >= V) {
      throw new RangeError(
        `embeddingForward: ids[${n}, ${t}] is ${id} and W has ${V} rows; ` +
          `tokens go from 0 to ${V - 1}, so count them from 0 or give W more rows`,
      );
    }
    return W.get(id, d!);
  });
  return { out, cache: { ids, V } };
}

/** What embeddingBackward returns. */
export interface EmbeddingGradient {
  /** How fast the loss grows with each entry of W: shape (V, D). */
  dW: Tensor;
}

/**
 * 15.7 The backward half of embeddingForward: dW[v] = the sum of dout[n, t] over all places where ids[n, t] = v.
 *
 * @param dout how fast the loss grows with each entry of out, shape (N, T, D)
 * @param cache what embeddingForward returned
 * @returns dW of shape (V, D); the rows of tokens that don't occur are 0
 */
export function embeddingBackward(dout: Tensor, { ids, V }: EmbeddingCache): EmbeddingGradient {
  const [N, T, D] = dout.shape as [number, number, number];
  const dW = zeros(V, D);
  for (let n = 0; n < N; n++) {
    for (let t = 0; t < T; t++) {
      const id = ids.get(n, t);
      for (let d = 0; d < D; d++) dW.set(id, d, dW.get(id, d) + dout.get(n, t, d));
    }
  }
  return { dW };
}

/** What temporalSoftmaxLossBackward needs to know of the forward pass. Change it if you keep something else. */
export interface TemporalSoftmaxLossCache {
  /** Softmax of the logits of each step, shape (N, T, V). */
  probabilities: Tensor;
  /** The right token of each step, shape (N, T). */
  labels: Labels;
  /** Which steps count, shape (N, T). */
  mask: Tensor;
}

/** What the forward half of the temporal softmax loss returns. */
export interface TemporalSoftmaxLoss {
  /** Summed over the steps that count, and the mean over the batch of that. */
  loss: number;
  /** What the backward half will need. */
  cache: TemporalSoftmaxLossCache;
}

/**
 * 15.8 Softmax and cross entropy at every step: (1/N) · Σₙ Σₜ mask[n, t] · (ln Σᵥ e^logits[n, t, v] − logits[n, t, l])
 * with l = labels[n, t].
 *
 * It is divided by the number of sequences, and not by that of steps. Each step is shifted by its own maximum first,
 * so it is right at ±1000 too.
 *
 * @param logits what goes into the softmax, shape (N, T, V)
 * @param labels the right token of each step, in 0 … V − 1, shape (N, T); anything where the mask is 0
 * @param mask 1 where a step counts and 0 where it doesn't, shape (N, T)
 * @returns the loss, at least 0, and a cache for temporalSoftmaxLossBackward
 * @throws RangeError when the sizes don't fit
 */
export function temporalSoftmaxLossForward(
  logits: Tensor,
  labels: Labels,
  mask: Tensor,
): TemporalSoftmaxLoss {
  requireSizes('temporalSoftmaxLossForward', {
    logits: [logits, 'N, T, V'],
    labels: [labels, 'N, T'],
    mask: [mask, 'N, T'],
  });
  const [N, T] = logits.shape as [number, number];
  const probabilities = zeros(...logits.shape);
  let loss = 0;
  for (let n = 0; n < N; n++) {
    for (let t = 0; t < T; t++) {
      const row = [...copy(logits.pick(n, t, null)).data];
      const max = Math.max(...row);
      const total = row.reduce((so, logit) => so + Math.exp(logit - max), 0);
      for (const [v, logit] of row.entries()) {
        probabilities.set(n, t, v, Math.exp(logit - max) / total);
      }
      if (mask.get(n, t) === 0) continue;
      loss += (Math.log(total) + max - row[labels.get(n, t)]!) / N;
    }
  }
  return { loss, cache: { probabilities, labels, mask } };
}

/**
 * 15.9 The backward half of temporalSoftmaxLossForward:
 * dlogits[n, t] = dout · mask[n, t] · (softmax(logits[n, t]) − one-hot of labels[n, t]) / N.
 *
 * @param dout how fast whatever comes after the loss grows with it: 1 if nothing does
 * @param cache what temporalSoftmaxLossForward returned
 * @returns dlogits of shape (N, T, V)
 */
export function temporalSoftmaxLossBackward(
  dout: number,
  { probabilities, labels, mask }: TemporalSoftmaxLossCache,
): LogitsGradient {
  const N = probabilities.shape[0]!;
  const dlogits = filled(probabilities.shape, (...[n, t, v]) => {
    const target = v === labels.get(n!, t!) ? 1 : 0;
    return (dout * mask.get(n!, t!) * (probabilities.get(n!, t!, v!) - target)) / N;
  });
  return { dlogits };
}

/**
 * 15.10 Draws a token: v with probability softmax(logits / temperature)ᵥ.
 *
 * @param logits of one step, shape (V)
 * @param temperature above 0: below 1 what is likely becomes likelier, above 1 all become more alike
 * @param random uniform in [0, 1), such as seededRandom gives; how many draws are taken is not fixed
 * @returns a whole number in 0 … V − 1
 * @throws RangeError when the temperature is not above 0, or logits doesn't have one axis
 */
export function sampleToken(logits: Tensor, temperature: number, random: () => number): number {
  requireSizes('sampleToken', { logits: [logits, 'V'] });
  if (!(temperature > 0)) {
    throw new RangeError(
      `sampleToken: the temperature is ${temperature} and must be above 0; take a small one, 0.01, for the likeliest token`,
    );
  }
  const scaled = [...copy(logits).data].map((logit) => logit / temperature);
  const max = Math.max(...scaled);
  const weights = scaled.map((logit) => Math.exp(logit - max));
  const point = random() * weights.reduce((so, weight) => so + weight, 0);
  let reached = 0;
  return weights.findIndex((weight) => {
    reached += weight;
    return point < reached;
  });
}

/** A recurrent layer, and an affine one that makes logits of its states. */
export interface RecurrentParams {
  /** Shape (D, H). */
  Wx: Tensor;
  /** Shape (H, H). */
  Wh: Tensor;
  /** Shape (H). */
  b: Tensor;
  /** From the state to the logits, shape (H, C). */
  Wy: Tensor;
  /** Of the logits, shape (C). */
  by: Tensor;
}

/** What a classifier of sequences costs on a batch, and which way that is changed. */
export interface ClassifierGradients {
  /** The softmax loss of the batch, a mean. */
  loss: number;
  /** For each of the parameters, under its own name. */
  gradients: RecurrentParams;
}

/**
 * 15.11 Many to one: the loss of a network that reads a whole sequence and then says its class, and its gradients.
 *
 * From a state of zeros through rnnForward; the last state goes through the affine layer and the softmax loss of
 * lesson 05.
 *
 * @param x N sequences, shape (N, T, D)
 * @param labels the class of each, in 0 … C − 1, shape (N)
 * @param params where the network stands; they stay as they are
 * @returns the loss, and a gradient in the shape of each parameter
 */
export function manyToOneGradients(
  x: Tensor,
  labels: Labels,
  params: RecurrentParams,
): ClassifierGradients {
  const [N, T] = x.shape as [number, number];
  const h0 = zeros(N, params.b.size);
  const { h, cache } = rnnForward(x, h0, params.Wx, params.Wh, params.b);
  const output = affineForward(h.pick(null, T - 1, null), params.Wy, params.by);
  const { loss, cache: lossCache } = softmaxLossForward(output.out, labels);

  const { dlogits } = softmaxLossBackward(1, lossCache);
  const { dx: dLast, dW: Wy, db: by } = affineBackward(dlogits, output.cache);
  const dh = zeros(...h.shape);
  ops.assign(dh.pick(null, T - 1, null), dLast);
  const { dWx: Wx, dWh: Wh, db: b } = rnnBackward(dh, cache);
  return { loss, gradients: { Wx, Wh, b, Wy, by } };
}

/** A language model: an embedding, a recurrent layer, and an affine one that makes a logit for each token. */
export interface LanguageModelParams extends RecurrentParams {
  /** The embedding, shape (V, D). C is V here: Wy is (H, V) and by is (V). */
  We: Tensor;
}

/** Sequences of tokens, and what should follow each. */
export interface TokenBatch {
  /** The tokens, shape (N, T). */
  ids: Labels;
  /** The token that should be foretold at each step, shape (N, T). */
  labels: Labels;
  /** 1 where a step counts and 0 where it doesn't, shape (N, T). */
  mask: Tensor;
}

/** What a language model costs on a batch, which way that is changed, and where its memory ended. */
export interface LanguageModelGradients {
  /** The temporal softmax loss of the batch. */
  loss: number;
  /** For each of the parameters, under its own name. */
  gradients: LanguageModelParams;
  /** The last state, shape (N, H): the h0 of the piece of text that follows. */
  h: Tensor;
}

/**
 * 15.12 Many to many: the loss of a language model, which foretells at every step the token that follows, and its
 * gradients.
 *
 * Embedding (We), recurrent layer (Wx, Wh, b) from h0, at every step affine (Wy, by), temporal softmax loss. Nothing
 * flows back beyond h0.
 *
 * Mikolov et al. 2010, https://www.isca-archive.org/interspeech_2010/mikolov10_interspeech.html
 *
 * @param batch tokens, labels and mask
 * @param h0 the state before the first step, shape (N, H)
 * @param params where the network stands; they stay as they are
 * @returns the loss, a gradient in the shape of each parameter, and the last state
 */
export function languageModelGradients(
  batch: TokenBatch,
  h0: Tensor,
  params: LanguageModelParams,
): LanguageModelGradients {
  const [N, T] = batch.ids.shape as [number, number];
  const [H, V] = params.Wy.shape as [number, number];
  const embedded = embeddingForward(batch.ids, params.We);
  const { h, cache } = rnnForward(embedded.out, h0, params.Wx, params.Wh, params.b);
  const output = affineForward(reshaped(h, N * T, H), params.Wy, params.by);
  const logits = reshaped(output.out, N, T, V);
  const { loss, cache: lossCache } = temporalSoftmaxLossForward(logits, batch.labels, batch.mask);

  const { dlogits } = temporalSoftmaxLossBackward(1, lossCache);
  const { dx: dh, dW: Wy, db: by } = affineBackward(reshaped(dlogits, N * T, V), output.cache);
  const { dx, dWx: Wx, dWh: Wh, db: b } = rnnBackward(reshaped(dh, N, T, H), cache);
  const { dW: We } = embeddingBackward(dx, embedded.cache);
  return { loss, gradients: { We, Wx, Wh, b, Wy, by }, h: copy(h.pick(null, T - 1, null)) };
}

/** How to generate. */
export interface GenerateOptions {
  /** How many tokens, a whole number from 0. */
  length: number;
  /** Of sampleToken, above 0. */
  temperature: number;
}

/**
 * 15.13 One to many: a text that a language model makes up.
 *
 * From a state of zeros. The first token is read, the next one is drawn from the logits (15.10), that one is read in
 * turn, and so on.
 *
 * @param first the token to begin with, in 0 … V − 1
 * @param params of the language model
 * @param options how many tokens, and at which temperature
 * @param random uniform in [0, 1)
 * @returns the tokens that were drawn; the first one isn't among them
 */
export function generateTokens(
  first: number,
  params: LanguageModelParams,
  { length, temperature }: GenerateOptions,
  random: () => number,
): number[] {
  const tokens: number[] = [];
  let state = zeros(1, params.b.size);
  for (let token = first; tokens.length < length; tokens.push(token)) {
    const { out: x } = embeddingForward(ndarray(Int32Array.of(token), [1, 1]), params.We);
    state = rnnStepForward(x.pick(null, 0, null), state, params.Wx, params.Wh, params.b).h;
    const { out: logits } = affineForward(state, params.Wy, params.by);
    token = sampleToken(logits.pick(0, null), temperature, random);
  }
  return tokens;
}

/** The entries of x, in their order, as a new array of another shape. */
function reshaped(x: Tensor, ...shape: number[]): Tensor {
  return ndarray(copy(x).data, shape);
}
