/**
 * Lesson 16: long short-term memory, a recurrent network whose gates decide what it keeps, takes up and shows: a step,
 * a sequence, both ways; what to start from; how far a gradient reaches; and a classifier of sequences.
 *
 * Sizes: N sequences, T steps from 1, D numbers a step, H units of memory, C classes. The gates stand in blocks of H
 * columns, in the order i, f, g, o: column k of block j is column j · H + k.
 */
import { add, filled, map, requireAxes, requireSizes, shapeText, zeros, zip } from '#arrays';
import type { Labels, Tensor } from '#arrays';
import { sigmoid, tanh } from '#lessons/02-activations';
import {
  affineBackward,
  affineForward,
  softmaxLossBackward,
  softmaxLossForward,
} from '#lessons/05-backprop';
import { xavierUniform } from '#lessons/08-initialization';
import type { RecurrentForward } from '#lessons/15-rnn';
import ops from 'ndarray-ops';

/** What the gates let through, each of shape (N, H). */
export interface Gates {
  /** The input gate, in [0, 1]: how much of the candidate is taken up. */
  i: Tensor;
  /** The forget gate, in [0, 1]: how much of the old cell is kept. 1 forgets nothing. */
  f: Tensor;
  /** The candidate, in [−1, 1]: what might be taken up. */
  g: Tensor;
  /** The output gate, in [0, 1]: how much of the cell is shown. */
  o: Tensor;
}

/**
 * 16.1 The gates of a step: i = σ(aᵢ), f = σ(a_f), g = tanh(a_g), o = σ(aₒ), σ being the sigmoid.
 *
 * The columns of a are those of aᵢ, then those of a_f, of a_g and of aₒ, H of each.
 *
 * Hochreiter and Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735; the forget gate by Gers, Schmidhuber and
 * Cummins 2000, https://doi.org/10.1162/089976600300015015
 *
 * @param a what the weights make of input and state, shape (N, 4H)
 * @returns the four gates, each of shape (N, H)
 * @throws RangeError when a doesn't have two axes, or its columns are no multiple of 4
 */
export function lstmGates(a: Tensor): Gates {
  requireAxes('lstmGates', { a }, 'N, 4H');
  const [N, columns] = a.shape as [number, number];
  if (columns % 4 !== 0) {
    throw new RangeError(
      `lstmGates: a is ${shapeText(a.shape)} and its columns must be a multiple of 4; give each of the four gates H columns`,
    );
  }
  const H = columns / 4;
  const block = (j: number): Tensor => a.lo(0, j * H).hi(N, H);
  return { i: sigmoid(block(0)), f: sigmoid(block(1)), g: tanh(block(2)), o: sigmoid(block(3)) };
}

/** What lstmStepBackward needs to know of the forward pass. Change it if you keep something else. */
export interface LstmStepCache {
  /** The input, shape (N, D). */
  x: Tensor;
  /** The state before the step, shape (N, H). */
  hPrev: Tensor;
  /** The cell before the step, shape (N, H). */
  cPrev: Tensor;
  /** The weights of the input, shape (D, 4H). */
  Wx: Tensor;
  /** The weights of the state, shape (H, 4H). */
  Wh: Tensor;
  /** What the gates let through. */
  gates: Gates;
  /** The cell after the step, shape (N, H). */
  c: Tensor;
}

/** What the forward pass of an LSTM returns: a state as in lesson 15, and the cell behind it. */
export interface LstmForward<Cache> extends RecurrentForward<Cache> {
  /** The cell after the step, or after the last one: shape (N, H). */
  c: Tensor;
}

/**
 * 16.2 One step of an LSTM: with the gates of a = x · Wx + hPrev · Wh + b, the cell is c = f · cPrev + i · g and the
 * state is h = o · tanh(c), entry by entry.
 *
 * @param x the input of this step, shape (N, D)
 * @param hPrev the state that the step before left, shape (N, H)
 * @param cPrev the cell that the step before left, shape (N, H)
 * @param Wx the weights of the input, shape (D, 4H)
 * @param Wh the weights of the state, shape (H, 4H)
 * @param b shape (4H)
 * @returns h and c of shape (N, H), and a cache for lstmStepBackward
 * @throws RangeError when the sizes don't fit
 */
export function lstmStepForward(
  x: Tensor,
  hPrev: Tensor,
  cPrev: Tensor,
  Wx: Tensor,
  Wh: Tensor,
  b: Tensor,
): LstmForward<LstmStepCache> {
  requireSizes('lstmStepForward', {
    x: [x, 'N, D'],
    hPrev: [hPrev, 'N, H'],
    cPrev: [cPrev, 'N, H'],
  });
  requireGateWeights('lstmStepForward', x.shape[1]!, hPrev.shape[1]!, { Wx, Wh, b });
  const a = add(affineForward(x, Wx, b).out, affineForward(hPrev, Wh, zeros(b.size)).out);
  const gates = lstmGates(a);
  const kept = zip(gates.f, cPrev, (f, value) => f * value);
  const c = add(
    kept,
    zip(gates.i, gates.g, (i, g) => i * g),
  );
  const h = zip(gates.o, c, (o, value) => o * Math.tanh(value));
  return { h, c, cache: { x, hPrev, cPrev, Wx, Wh, gates, c } };
}

/** What lstmStepBackward returns: how fast the loss grows with each entry of each operand. */
export interface LstmStepGradients {
  /** Shape (N, D). */
  dx: Tensor;
  /** Shape (N, H). */
  dhPrev: Tensor;
  /** Shape (N, H). */
  dcPrev: Tensor;
  /** Shape (D, 4H). */
  dWx: Tensor;
  /** Shape (H, 4H). */
  dWh: Tensor;
  /** Shape (4H). */
  db: Tensor;
}

/**
 * 16.3 The backward half of lstmStepForward.
 *
 * What reaches the cell is s = dc + dh · o · (1 − tanh² c). From there dcPrev = s · f, and before the gates
 * daᵢ = s · g · i · (1 − i), da_f = s · cPrev · f · (1 − f), da_g = s · i · (1 − g²), daₒ = dh · tanh(c) · o · (1 − o).
 * With these side by side in da: dx = da · Wxᵀ, dhPrev = da · Whᵀ, dWx = xᵀ · da, dWh = hPrevᵀ · da, db = the sum of
 * the rows of da.
 *
 * @param dh how fast the loss grows with each entry of h, shape (N, H)
 * @param dc how fast it grows with each entry of c, other than by way of h: shape (N, H)
 * @param cache what lstmStepForward returned
 * @returns a gradient in the shape of each operand
 */
export function lstmStepBackward(dh: Tensor, dc: Tensor, cache: LstmStepCache): LstmStepGradients {
  const { x, hPrev, cPrev, Wx, Wh, gates, c } = cache;
  const [N, H] = dh.shape as [number, number];
  const dcPrev = zeros(N, H);
  const da = zeros(N, 4 * H);
  for (let n = 0; n < N; n++) {
    for (let k = 0; k < H; k++) {
      const i = gates.i.get(n, k);
      const f = gates.f.get(n, k);
      const g = gates.g.get(n, k);
      const o = gates.o.get(n, k);
      const shown = Math.tanh(c.get(n, k));
      const s = dc.get(n, k) + dh.get(n, k) * o * (1 - shown ** 2);
      dcPrev.set(n, k, s * f);
      da.set(n, k, s * g * i * (1 - i));
      da.set(n, H + k, s * cPrev.get(n, k) * f * (1 - f));
      da.set(n, 2 * H + k, s * i * (1 - g ** 2));
      da.set(n, 3 * H + k, dh.get(n, k) * shown * o * (1 - o));
    }
  }
  const { dx, dW: dWx, db } = affineBackward(da, { x, W: Wx });
  const { dx: dhPrev, dW: dWh } = affineBackward(da, { x: hPrev, W: Wh });
  return { dx, dhPrev, dcPrev, dWx, dWh, db };
}

/** What lstmBackward needs to know: the cache of every step, the first one first. */
export type LstmCache = LstmStepCache[];

/**
 * 16.4 An LSTM over whole sequences: the step of 16.2 for t = 1 … T, each from the state and the cell of the one
 * before.
 *
 * @param x N sequences of T steps, shape (N, T, D)
 * @param h0 the state before the first step, shape (N, H)
 * @param c0 the cell before the first step, shape (N, H)
 * @param Wx shape (D, 4H)
 * @param Wh shape (H, 4H)
 * @param b shape (4H)
 * @returns h of shape (N, T, H), the states after each step; c of shape (N, H), the cell after the last one; and a
 *   cache for lstmBackward
 * @throws RangeError when the sizes don't fit
 */
export function lstmForward(
  x: Tensor,
  h0: Tensor,
  c0: Tensor,
  Wx: Tensor,
  Wh: Tensor,
  b: Tensor,
): LstmForward<LstmCache> {
  requireSizes('lstmForward', { x: [x, 'N, T, D'], h0: [h0, 'N, H'], c0: [c0, 'N, H'] });
  requireGateWeights('lstmForward', x.shape[2]!, h0.shape[1]!, { Wx, Wh, b });
  const [N, T] = x.shape as [number, number];
  const h = zeros(N, T, h0.shape[1]!);
  const cache: LstmCache = [];
  let [state, cell] = [h0, c0];
  for (let t = 0; t < T; t++) {
    const step = lstmStepForward(x.pick(null, t, null), state, cell, Wx, Wh, b);
    [state, cell] = [step.h, step.c];
    ops.assign(h.pick(null, t, null), state);
    cache.push(step.cache);
  }
  return { h, c: cell, cache };
}

/** What lstmBackward returns. */
export interface LstmGradients {
  /** Shape (N, T, D). */
  dx: Tensor;
  /** Shape (N, H). */
  dh0: Tensor;
  /** Shape (N, H). */
  dc0: Tensor;
  /** Shape (D, 4H). */
  dWx: Tensor;
  /** Shape (H, 4H). */
  dWh: Tensor;
  /** Shape (4H). */
  db: Tensor;
}

/**
 * 16.5 The backward half of lstmForward: backpropagation through time, along the states and along the cells.
 *
 * From the last step to the first. What reaches hₜ is dhₜ, from whatever reads it outside, and the dhPrev of step
 * t + 1; what reaches cₜ besides is the dcPrev of step t + 1, and 0 in the last step. The weights' gradients are sums
 * over t.
 *
 * @param dh how fast the loss grows with each state by way of what reads it outside of the network, shape (N, T, H)
 * @param cache what lstmForward returned
 * @returns a gradient in the shape of each operand
 */
export function lstmBackward(dh: Tensor, cache: LstmCache): LstmGradients {
  const [N, T, H] = dh.shape as [number, number, number];
  const D = cache[0]!.x.shape[1]!;
  const dx = zeros(N, T, D);
  let [dWx, dWh, db] = [zeros(D, 4 * H), zeros(H, 4 * H), zeros(4 * H)];
  let [dhNext, dcNext] = [zeros(N, H), zeros(N, H)];
  for (let t = T - 1; t >= 0; t--) {
    const step = lstmStepBackward(add(dh.pick(null, t, null), dhNext), dcNext, cache[t]!);
    ops.assign(dx.pick(null, t, null), step.dx);
    [dWx, dWh, db] = [add(dWx, step.dWx), add(dWh, step.dWh), add(db, step.db)];
    [dhNext, dcNext] = [step.dhPrev, step.dcPrev];
  }
  return { dx, dh0: dhNext, dc0: dcNext, dWx, dWh, db };
}

/** The parameters of an LSTM. */
export interface LstmParams {
  /** Shape (D, 4H). */
  Wx: Tensor;
  /** Shape (H, 4H). */
  Wh: Tensor;
  /** Shape (4H). */
  b: Tensor;
}

/**
 * 16.6 What an LSTM starts from: the weights by Xavier's initialization (08.6, each array as a whole), the biases 0,
 * but 1 at the forget gate, so that it keeps before it has learned what to.
 *
 * Jozefowicz, Zaremba and Sutskever 2015, https://proceedings.mlr.press/v37/jozefowicz15.html
 *
 * @param D numbers a step, from 1
 * @param H units of memory, from 1
 * @param random a seeded generator, uniform in [0, 1); how many draws are taken, and in which order, is not fixed
 * @returns new arrays
 */
export function lstmStart(D: number, H: number, random: () => number): LstmParams {
  return {
    Wx: xavierUniform([D, 4 * H], random),
    Wh: xavierUniform([H, 4 * H], random),
    b: filled([4 * H], (k) => (k! >= H && k! < 2 * H ? 1 : 0)),
  };
}

/** How long the gradients are that reach each state and each cell. */
export interface GradientNorms {
  /** Of what reaches h₀ … h_T: shape (T + 1). */
  h: Tensor;
  /** Of what reaches c₀ … c_T from the step after it: shape (T + 1). The last one is 0. */
  c: Tensor;
}

/**
 * 16.7 How far a gradient reaches: the loss reads the last state only, and what reaches each state and each cell
 * on the way back is measured by its Euclidean norm, √(Σ d²) over all entries of the batch.
 *
 * At t = T these are dhLast and 0. At t < T they are the dhPrev and the dcPrev of step t + 1.
 *
 * @param dhLast how fast the loss grows with each entry of the last state, shape (N, H)
 * @param cache what lstmForward returned
 * @returns two norms for each of t = 0 … T
 */
export function gradientNorms(dhLast: Tensor, cache: LstmCache): GradientNorms {
  const T = cache.length;
  const [h, c] = [zeros(T + 1), zeros(T + 1)];
  let [dh, dc] = [dhLast, zeros(...dhLast.shape)];
  for (let t = T; t >= 0; t--) {
    h.set(t, norm(dh));
    c.set(t, norm(dc));
    if (t > 0) ({ dhPrev: dh, dcPrev: dc } = lstmStepBackward(dh, dc, cache[t - 1]!));
  }
  return { h, c };
}

/** An LSTM, and an affine layer that makes logits of its last state. */
export interface LstmClassifierParams extends LstmParams {
  /** From the state to the logits, shape (H, C). */
  Wy: Tensor;
  /** Of the logits, shape (C). */
  by: Tensor;
}

/** What a classifier of sequences costs on a batch, and which way that is changed. */
export interface LstmClassifierGradients {
  /** The softmax loss of the batch, a mean. */
  loss: number;
  /** For each of the parameters, under its own name. */
  gradients: LstmClassifierParams;
}

/**
 * 16.8 Many to one: the loss of an LSTM that reads a whole sequence and then says its class, and its gradients.
 *
 * From a state and a cell of zeros through lstmForward; the last state goes through the affine layer and the softmax
 * loss of lesson 05.
 *
 * @param x N sequences, shape (N, T, D)
 * @param labels the class of each, in 0 … C − 1, shape (N)
 * @param params where the network stands; they stay as they are
 * @returns the loss, and a gradient in the shape of each parameter
 */
export function lstmClassifierGradients(
  x: Tensor,
  labels: Labels,
  params: LstmClassifierParams,
): LstmClassifierGradients {
  const [N, T] = x.shape as [number, number];
  const H = params.Wh.shape[0]!;
  const { h, cache } = lstmForward(x, zeros(N, H), zeros(N, H), params.Wx, params.Wh, params.b);
  const output = affineForward(h.pick(null, T - 1, null), params.Wy, params.by);
  const { loss, cache: lossCache } = softmaxLossForward(output.out, labels);

  const { dlogits } = softmaxLossBackward(1, lossCache);
  const { dx: dLast, dW: Wy, db: by } = affineBackward(dlogits, output.cache);
  const dh = zeros(...h.shape);
  ops.assign(dh.pick(null, T - 1, null), dLast);
  const { dWx: Wx, dWh: Wh, db: b } = lstmBackward(dh, cache);
  return { loss, gradients: { Wx, Wh, b, Wy, by } };
}

/** The square root of the sum of the squares of all entries. */
function norm(x: Tensor): number {
  return Math.sqrt(map(x, (value) => value ** 2).data.reduce((so, square) => so + square, 0));
}

/** Refuses weights that don't have four columns for each of H units. */
function requireGateWeights(
  operation: string,
  D: number,
  H: number,
  { Wx, Wh, b }: LstmParams,
): void {
  const needed = { Wx: [D, 4 * H], Wh: [H, 4 * H], b: [4 * H] };
  for (const [name, { shape }] of Object.entries({ Wx, Wh, b })) {
    const wanted = shapeText(needed[name as keyof LstmParams]);
    if (shapeText(shape) === wanted) continue;
    throw new RangeError(
      `${operation}: ${name} is ${shapeText(shape)} and must be ${wanted}, four columns for each of ${H} units; ` +
        'put the gates side by side in the order i, f, g, o',
    );
  }
}
