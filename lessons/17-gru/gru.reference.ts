/**
 * Lesson 17: the gated recurrent unit, which decides at every step what it keeps and what it writes: a step and a
 * sequence, each forward and backward, the other unit of the same name, and a model that adds what it saw long ago.
 *
 * Sizes: N sequences, T steps from 1, D numbers a step, H units of memory. The three gates stand side by side in blocks
 * of H columns, in the order r, z, n: reset, update, new. Arrays whose sizes don't fit are refused by every forward pass.
 */
import { add, map, requireSizes, shapeText, zeros, zip } from '#arrays';
import type { Tensor } from '#arrays';
import { sigmoid, tanh } from '#lessons/02-activations';
import { meanSquaredError, meanSquaredErrorGradient } from '#lessons/03-losses';
import { affineBackward, affineForward } from '#lessons/05-backprop';
import type { RecurrentForward } from '#lessons/15-rnn';
import ops from 'ndarray-ops';

/** What the gates say in one step. */
export interface GruGates {
  /** The reset gate, how much of the past goes into the new memory: in (0, 1), shape (N, H). */
  r: Tensor;
  /** The update gate, how much of the old state is kept: in (0, 1), shape (N, H). */
  z: Tensor;
  /** The new memory, what is written where nothing is kept: in (−1, 1), shape (N, H). */
  n: Tensor;
}

/**
 * 17.1 The gates of one step, from what the input sends (ax) and what the last state sends (ah):
 * r = σ(axᵣ + ahᵣ), z = σ(ax_z + ah_z), n = tanh(axₙ + r · ahₙ), entry by entry.
 *
 * Columns 0 … H − 1 of both belong to r, the next H to z, the last H to n.
 *
 * Chung, Gulcehre, Cho and Bengio 2014, section 3.2, https://arxiv.org/abs/1412.3555
 *
 * @param ax from the input, shape (N, 3H)
 * @param ah from the state, shape (N, 3H)
 * @returns three arrays of shape (N, H)
 * @throws RangeError when the shapes differ, or their columns can't be cut into three blocks
 */
export function gruGates(ax: Tensor, ah: Tensor): GruGates {
  requireSizes('gruGates', { ax: [ax, 'N, 3H'], ah: [ah, 'N, 3H'] });
  if (ax.shape[1]! % 3 !== 0) {
    throw new RangeError(
      `gruGates: ax is ${shapeText(ax.shape)} and must be (N, 3H), with H columns for each of r, z and n; ` +
        'give the three weights side by side the same number of columns',
    );
  }
  const r = sigmoid(add(block(ax, 0), block(ah, 0)));
  const z = sigmoid(add(block(ax, 1), block(ah, 1)));
  const n = tanh(add(block(ax, 2), multiply(r, block(ah, 2))));
  return { r, z, n };
}

/** The view of block 0, 1 or 2 of H columns: shape (N, H) of (N, 3H). */
function block(x: Tensor, i: number): Tensor {
  const [N, columns] = x.shape as [number, number];
  const H = columns / 3;
  return x.lo(0, i * H).hi(N, H);
}

function multiply(a: Tensor, b: Tensor): Tensor {
  return zip(a, b, (one, other) => one * other);
}

/** What gruStepBackward needs to know of the forward pass. Change it if you keep something else. */
export interface GruStepCache extends GruGates {
  /** The input, shape (N, D). */
  x: Tensor;
  /** The state before the step, shape (N, H). */
  hPrev: Tensor;
  /** The weights of the input, shape (D, 3H). */
  Wx: Tensor;
  /** The weights of the state, shape (H, 3H). */
  Wh: Tensor;
  /** What the state sends to all gates, shape (N, 3H). */
  ah: Tensor;
}

/**
 * 17.2 One step of a gated recurrent unit: the gates r, z, n of ax = x · Wx + b and ah = hPrev · Wh + bh, then
 * h = (1 − z) · n + z · hPrev.
 *
 * The reset gate acts on ahₙ, after the product and with the bias in it; so the two biases of n are not one.
 *
 * Cho et al. 2014, first version, https://arxiv.org/abs/1406.1078v1
 *
 * @param x the input of this step, shape (N, D)
 * @param hPrev the state that the step before left, shape (N, H)
 * @param Wx the weights of the input, shape (D, 3H)
 * @param Wh the weights of the state, shape (H, 3H)
 * @param b the bias of what the input sends, shape (3H)
 * @param bh the bias of what the state sends, shape (3H)
 * @returns h of shape (N, H), and a cache for gruStepBackward
 * @throws RangeError when the sizes don't fit
 */
export function gruStepForward(
  x: Tensor,
  hPrev: Tensor,
  Wx: Tensor,
  Wh: Tensor,
  b: Tensor,
  bh: Tensor,
): RecurrentForward<GruStepCache> {
  requireGru('gruStepForward', { x: [x, 'N, D'], hPrev: [hPrev, 'N, H'] }, { Wx, Wh, b, bh });
  const ah = affineForward(hPrev, Wh, bh).out;
  const { r, z, n } = gruGates(affineForward(x, Wx, b).out, ah);
  const h = mixed(z, n, hPrev);
  return { h, cache: { x, hPrev, Wx, Wh, ah, r, z, n } };
}

/** (1 − z) · n + z · hPrev. */
function mixed(z: Tensor, n: Tensor, hPrev: Tensor): Tensor {
  const written = zip(z, n, (keep, value) => (1 - keep) * value);
  return add(written, multiply(z, hPrev));
}

/** Refuses arrays that don't fit, and weights that have not three blocks of H columns. */
function requireGru(
  operation: string,
  read: Parameters<typeof requireSizes>[1],
  { Wx, Wh, b, bh }: { Wx: Tensor; Wh: Tensor; b: Tensor; bh: Tensor },
): void {
  requireSizes(operation, {
    ...read,
    Wx: [Wx, 'D, 3H'],
    Wh: [Wh, 'H, 3H'],
    b: [b, '3H'],
    bh: [bh, '3H'],
  });
  const [H, columns] = Wh.shape as [number, number];
  if (columns !== 3 * H) {
    throw new RangeError(
      `${operation}: Wh is ${shapeText(Wh.shape)} and must be (H, 3H), but 3H is ${3 * H} for its ${H} rows; ` +
        'put the weights of r, z and n side by side, H columns each',
    );
  }
}

/** What gruStepBackward returns: how fast the loss grows with each entry of each operand. */
export interface GruStepGradients {
  /** Shape (N, D). */
  dx: Tensor;
  /** Shape (N, H). */
  dhPrev: Tensor;
  /** Shape (D, 3H). */
  dWx: Tensor;
  /** Shape (H, 3H). */
  dWh: Tensor;
  /** Shape (3H). */
  db: Tensor;
  /** Shape (3H). */
  dbh: Tensor;
}

/**
 * 17.3 The backward half of gruStepForward.
 *
 * Before the sigmoids and the tanh it is dsₙ = dh · (1 − z) · (1 − n²), ds_z = dh · (hPrev − n) · z · (1 − z) and
 * dsᵣ = dsₙ · ahₙ · r · (1 − r). The blocks of dax are dsᵣ, ds_z, dsₙ, and those of dah dsᵣ, ds_z, r · dsₙ. Then
 * dx = dax · Wxᵀ, dWx = xᵀ · dax, db = the sum of the rows of dax; dWh = hPrevᵀ · dah, dbh = the sum of the rows of dah,
 * and dhPrev = dah · Whᵀ + dh · z.
 *
 * @param dh how fast the loss grows with each entry of h, shape (N, H)
 * @param cache what gruStepForward returned
 * @returns a gradient in the shape of each operand
 */
export function gruStepBackward(dh: Tensor, cache: GruStepCache): GruStepGradients {
  const { x, hPrev, Wx, Wh, ah, r, z, n } = cache;
  const dsn = multiply(
    multiply(
      dh,
      map(z, (keep) => 1 - keep),
    ),
    map(n, (value) => 1 - value ** 2),
  );
  const dz = multiply(
    dh,
    zip(hPrev, n, (old, value) => old - value),
  );
  const dr = multiply(dsn, block(ah, 2));
  const [dsr, dsz] = [throughSigmoid(dr, r), throughSigmoid(dz, z)];

  const [fromInput, fromState] = [
    sideBySide(dsr, dsz, dsn),
    sideBySide(dsr, dsz, multiply(r, dsn)),
  ];
  const { dx, dW: dWx, db } = affineBackward(fromInput, { x, W: Wx });
  const state = affineBackward(fromState, { x: hPrev, W: Wh });
  const dhPrev = add(state.dx, multiply(dh, z));
  return { dx, dhPrev, dWx, dWh: state.dW, db, dbh: state.db };
}

/** The gradient before a sigmoid whose value is y: dy · y · (1 − y). */
function throughSigmoid(dy: Tensor, y: Tensor): Tensor {
  return zip(dy, y, (d, value) => d * value * (1 - value));
}

/** Three arrays of shape (N, H) as the blocks of one of shape (N, 3H). */
function sideBySide(...blocks: [Tensor, Tensor, Tensor]): Tensor {
  const [N, H] = blocks[0].shape as [number, number];
  const out = zeros(N, 3 * H);
  for (const [i, values] of blocks.entries()) ops.assign(block(out, i), values);
  return out;
}

/** What gruBackward needs to know: the cache of every step, the first one first. */
export type GruCache = GruStepCache[];

/**
 * 17.4 A gated recurrent unit over whole sequences: the state after step t goes into step t + 1.
 *
 * All steps have the same weights. Every sequence of the batch has a state of its own.
 *
 * @param x N sequences of T steps, shape (N, T, D)
 * @param h0 the state before the first step, shape (N, H)
 * @param Wx shape (D, 3H)
 * @param Wh shape (H, 3H)
 * @param b shape (3H)
 * @param bh shape (3H)
 * @returns h of shape (N, T, H), the states after each step; and a cache for gruBackward
 * @throws RangeError when the sizes don't fit
 */
export function gruForward(
  x: Tensor,
  h0: Tensor,
  Wx: Tensor,
  Wh: Tensor,
  b: Tensor,
  bh: Tensor,
): RecurrentForward<GruCache> {
  requireGru('gruForward', { x: [x, 'N, T, D'], h0: [h0, 'N, H'] }, { Wx, Wh, b, bh });
  const [N, T] = x.shape as [number, number];
  const h = zeros(N, T, h0.shape[1]!);
  const cache: GruCache = [];
  let state = h0;
  for (let t = 0; t < T; t++) {
    const step = gruStepForward(x.pick(null, t, null), state, Wx, Wh, b, bh);
    state = step.h;
    ops.assign(h.pick(null, t, null), state);
    cache.push(step.cache);
  }
  return { h, cache };
}

/** What gruBackward returns. */
export interface GruGradients {
  /** Shape (N, T, D). */
  dx: Tensor;
  /** Shape (N, H). */
  dh0: Tensor;
  /** Shape (D, 3H). */
  dWx: Tensor;
  /** Shape (H, 3H). */
  dWh: Tensor;
  /** Shape (3H). */
  db: Tensor;
  /** Shape (3H). */
  dbh: Tensor;
}

/**
 * 17.5 The backward half of gruForward: backpropagation through time.
 *
 * From the last step to the first. What reaches hₜ is dhₜ, from whatever reads it outside, and what step t + 1
 * sends back, dhPrev of 17.3. The weights served in all steps: their gradients are sums over t.
 *
 * Werbos 1990, https://doi.org/10.1109/5.58337
 *
 * @param dh how fast the loss grows with each state by way of what reads it outside of the network, shape (N, T, H)
 * @param cache what gruForward returned
 * @returns a gradient in the shape of each operand
 */
export function gruBackward(dh: Tensor, cache: GruCache): GruGradients {
  const [N, T, H] = dh.shape as [number, number, number];
  const D = cache[0]!.x.shape[1]!;
  const dx = zeros(N, T, D);
  let [dWx, dWh, db, dbh] = [zeros(D, 3 * H), zeros(H, 3 * H), zeros(3 * H), zeros(3 * H)];
  let fromNext = zeros(N, H);
  for (let t = T - 1; t >= 0; t--) {
    const step = gruStepBackward(add(dh.pick(null, t, null), fromNext), cache[t]!);
    ops.assign(dx.pick(null, t, null), step.dx);
    [dWx, dWh] = [add(dWx, step.dWx), add(dWh, step.dWh)];
    [db, dbh] = [add(db, step.db), add(dbh, step.dbh)];
    fromNext = step.dhPrev;
  }
  return { dx, dh0: fromNext, dWx, dWh, db, dbh };
}

/** A recurrent layer: that of lesson 15, a long short-term memory, or a gated recurrent unit. */
export type RecurrentKind = 'rnn' | 'lstm' | 'gru';

/**
 * 17.6 How many numbers a recurrent layer learns.
 *
 * The weights of the input and those of the state, (D + H) · H for each of 1 (rnn), 4 (lstm) or 3 (gru) blocks, and a
 * bias of H for each block; the gru of this lesson has two of those, b and bh.
 *
 * @param kind which layer
 * @param D numbers a step, from 1
 * @param H units, from 1
 */
export function recurrentParameterCount(kind: RecurrentKind, D: number, H: number): number {
  const blocks = { rnn: 1, lstm: 4, gru: 3 }[kind];
  const biases = kind === 'gru' ? 2 : 1;
  return blocks * (D * H + H * H + biases * H);
}

/**
 * 17.7 A step of the other gated recurrent unit, whose reset gate acts before the product:
 * n = tanh(axₙ + (r · hPrev) · Wₙ + bhₙ), where Wₙ is the last block of Wh. All else is that of 17.2.
 *
 * Cho et al. 2014, third version, equation 8, https://arxiv.org/abs/1406.1078v3
 *
 * @param x shape (N, D)
 * @param hPrev shape (N, H)
 * @param Wx shape (D, 3H)
 * @param Wh shape (H, 3H)
 * @param b shape (3H)
 * @param bh shape (3H)
 * @returns the state after the step, shape (N, H)
 * @throws RangeError when the sizes don't fit
 */
export function gruResetBefore(
  x: Tensor,
  hPrev: Tensor,
  Wx: Tensor,
  Wh: Tensor,
  b: Tensor,
  bh: Tensor,
): Tensor {
  requireGru('gruResetBefore', { x: [x, 'N, D'], hPrev: [hPrev, 'N, H'] }, { Wx, Wh, b, bh });
  const ax = affineForward(x, Wx, b).out;
  const { r, z } = gruGates(ax, affineForward(hPrev, Wh, bh).out);
  const past = affineForward(multiply(r, hPrev), Wh, bh).out;
  return mixed(z, tanh(add(block(ax, 2), block(past, 2))), hPrev);
}

/** A gated recurrent unit and an affine layer that makes one number of its last state. */
export interface GruRegressionParams {
  /** Shape (D, 3H). */
  Wx: Tensor;
  /** Shape (H, 3H). */
  Wh: Tensor;
  /** Shape (3H). */
  b: Tensor;
  /** Shape (3H). */
  bh: Tensor;
  /** From the last state to the answer, shape (H, 1). */
  Wy: Tensor;
  /** Of the answer, shape (1). */
  by: Tensor;
}

/** What a model costs on a batch, and which way that is changed. */
export interface GruRegressionGradients {
  /** The mean squared error of the batch. */
  loss: number;
  /** For each of the parameters, under its own name. */
  gradients: GruRegressionParams;
}

/**
 * 17.8 Many to one: the loss of a model that reads a whole sequence and then says a number, and its gradients.
 *
 * From a state of zeros through gruForward; the last state goes through the affine layer of lesson 05 and into the mean
 * squared error of lesson 03.
 *
 * @param x N sequences, N from 1, shape (N, T, D)
 * @param targets what it should say, shape (N, 1)
 * @param params where the model stands; they stay as they are
 * @returns the loss, and a gradient in the shape of each parameter
 * @throws RangeError when the targets aren't (N, 1), or other sizes don't fit
 */
export function gruRegressionGradients(
  x: Tensor,
  targets: Tensor,
  params: GruRegressionParams,
): GruRegressionGradients {
  const [N, T] = x.shape as [number, number];
  const h0 = zeros(N, params.Wh.shape[0]!);
  const { h, cache } = gruForward(x, h0, params.Wx, params.Wh, params.b, params.bh);
  const answer = affineForward(h.pick(null, T - 1, null), params.Wy, params.by);
  const loss = meanSquaredError(answer.out, targets);

  const dAnswer = meanSquaredErrorGradient(answer.out, targets);
  const { dx: dLast, dW: Wy, db: by } = affineBackward(dAnswer, answer.cache);
  const dh = zeros(...h.shape);
  ops.assign(dh.pick(null, T - 1, null), dLast);
  const { dWx: Wx, dWh: Wh, db: b, dbh: bh } = gruBackward(dh, cache);
  return { loss, gradients: { Wx, Wh, b, bh, Wy, by } };
}

/** Sequences with two marked numbers, and the sum of those. */
export interface AddingProblem {
  /** At each step a number in [0, 1), and a mark that is 1 or 0: shape (N, T, 2). */
  x: Tensor;
  /** The sum of the two marked numbers, shape (N, 1). */
  targets: Tensor;
}

/**
 * 17.9 The adding problem: what are the two marked numbers together?
 *
 * x[n, t, 0] is uniform in [0, 1). x[n, t, 1] is 1 at two steps and 0 at all others: at one of the steps
 * 0 … ⌊T/2⌋ − 1, and at one of ⌊T/2⌋ … T − 1, all of a half being equally likely. Every sequence has marks of its own.
 *
 * Le, Jaitly and Hinton 2015, section 4.1, https://arxiv.org/abs/1504.00941; the problem is that of Hochreiter and
 * Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735
 *
 * @param N sequences
 * @param T steps, from 2
 * @param random uniform in [0, 1)
 * @throws RangeError when T is below 2, where one half is empty
 */
export function addingProblem(N: number, T: number, random: () => number): AddingProblem {
  if (T < 2) {
    throw new RangeError(
      `addingProblem: T is ${T} and must be at least 2, a step for each half; ask for longer sequences`,
    );
  }
  const x = zeros(N, T, 2);
  const targets = zeros(N, 1);
  const half = Math.floor(T / 2);
  for (let n = 0; n < N; n++) {
    for (let t = 0; t < T; t++) x.set(n, t, 0, random());
    const first = Math.floor(random() * half);
    const second = half + Math.floor(random() * (T - half));
    for (const marked of [first, second]) x.set(n, marked, 1, 1);
    targets.set(n, 0, x.get(n, first, 0) + x.get(n, second, 0));
  }
  return { x, targets };
}
