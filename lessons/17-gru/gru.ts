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
import { todo } from '#todo';

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
  throw todo('17.1 gruGates');
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
  throw todo('17.2 gruStepForward');
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
  throw todo('17.3 gruStepBackward');
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
  throw todo('17.4 gruForward');
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
  throw todo('17.5 gruBackward');
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
  throw todo('17.6 recurrentParameterCount');
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
  throw todo('17.7 gruResetBefore');
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
  throw todo('17.8 gruRegressionGradients');
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
  throw todo('17.9 addingProblem');
}
