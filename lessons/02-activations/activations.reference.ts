/**
 * Lesson 02: activation functions and their derivatives.
 *
 * Each takes an array of any shape, works on every entry by itself (only softmax looks at a whole row)
 * and returns a new array. The README beside this file explains the formulas.
 */
import { copy, map, requireAxes, requireSameShape, zeros, type Tensor } from '#arrays';

/**
 * 02.1 identity(x) = x.
 *
 * The activation of an output that may be any number, as in regression.
 *
 * @param x any shape
 * @returns a new array, shape of x
 */
export function identity(x: Tensor): Tensor {
  return map(x, (v) => v);
}

/**
 * 02.2 The derivative of the identity: 1 everywhere.
 *
 * @param x any shape
 * @returns shape of x
 */
export function identityDerivative(x: Tensor): Tensor {
  return map(x, () => 1);
}

/**
 * 02.3 step(x) = 1 where x > 0, else 0. At 0 it is 0.
 *
 * The perceptron's activation: McCulloch and Pitts 1943, https://doi.org/10.1007/BF02478259
 *
 * @param x any shape
 * @returns shape of x, every entry 0 or 1
 */
export function step(x: Tensor): Tensor {
  return map(x, (v) => (v > 0 ? 1 : 0));
}

/**
 * 02.4 The derivative of the step: 0 everywhere.
 *
 * At the jump it does not exist; 0 is taken there as well.
 *
 * @param x any shape
 * @returns shape of x
 */
export function stepDerivative(x: Tensor): Tensor {
  return map(x, () => 0);
}

/**
 * 02.5 sigmoid(x) = 1 / (1 + e⁻ˣ).
 *
 * Right at ±1000 too: 1 and 0, never NaN.
 *
 * @param x any shape
 * @returns shape of x, every entry in [0, 1]
 */
export function sigmoid(x: Tensor): Tensor {
  return map(x, logistic);
}

/**
 * 02.6 The derivative of the sigmoid at x: s · (1 − s) with s = sigmoid(x).
 *
 * @param x any shape; the sigmoid's input, not its output
 * @returns shape of x, every entry in [0, ¼]
 */
export function sigmoidDerivative(x: Tensor): Tensor {
  // 1 − s(x) = s(−x), which keeps its digits where s is so near 1 that 1 − s would round to 0.
  return map(x, (v) => logistic(v) * logistic(-v));
}

/**
 * 02.7 tanh(x) = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).
 *
 * Right at ±1000 too: 1 and −1, never NaN.
 *
 * @param x any shape
 * @returns shape of x, every entry in [−1, 1]
 */
export function tanh(x: Tensor): Tensor {
  return map(x, Math.tanh);
}

/**
 * 02.8 The derivative of tanh at x: 1 − tanh(x)².
 *
 * @param x any shape; tanh's input, not its output
 * @returns shape of x, every entry in [0, 1]
 */
export function tanhDerivative(x: Tensor): Tensor {
  return map(x, (v) => 1 - Math.tanh(v) ** 2);
}

/**
 * 02.9 relu(x) = max(0, x), the rectified linear unit.
 *
 * Nair and Hinton 2010, https://www.cs.toronto.edu/~hinton/absps/reluICML.pdf
 *
 * @param x any shape
 * @returns shape of x, every entry at least 0
 */
export function relu(x: Tensor): Tensor {
  return map(x, (v) => Math.max(0, v));
}

/**
 * 02.10 The derivative of ReLU: 1 where x > 0, else 0. At the kink, 0 is taken.
 *
 * @param x any shape
 * @returns shape of x, every entry 0 or 1
 */
export function reluDerivative(x: Tensor): Tensor {
  return map(x, (v) => (v > 0 ? 1 : 0));
}

/**
 * 02.11 leakyRelu(x) = x where x > 0, else slope · x.
 *
 * Maas, Hannun and Ng 2013, https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf
 *
 * @param x any shape
 * @param slope the slope for x ≤ 0, in [0, 1)
 * @returns shape of x
 */
export function leakyRelu(x: Tensor, slope: number): Tensor {
  return map(x, (v) => (v > 0 ? v : slope * v));
}

/**
 * 02.12 The derivative of the leaky ReLU: 1 where x > 0, else slope.
 *
 * @param x any shape
 * @param slope the slope for x ≤ 0, in [0, 1)
 * @returns shape of x, every entry 1 or slope
 */
export function leakyReluDerivative(x: Tensor, slope: number): Tensor {
  return map(x, (v) => (v > 0 ? 1 : slope));
}

/**
 * 02.13 softplus(x) = ln(1 + eˣ), a smooth ReLU.
 *
 * Right at ±1000 too: 1000 and 0, never Infinity.
 *
 * Dugas et al. 2000, https://papers.nips.cc/paper/1920-incorporating-second-order-functional-knowledge-for-better-option-pricing
 *
 * @param x any shape
 * @returns shape of x, every entry at least 0
 */
export function softplus(x: Tensor): Tensor {
  // ln(1 + eˣ) = x + ln(1 + e⁻ˣ): of the two, take the one whose exponential is at most 1.
  return map(x, (v) => Math.max(0, v) + Math.log1p(Math.exp(-Math.abs(v))));
}

/**
 * 02.14 The derivative of softplus: sigmoid(x).
 *
 * @param x any shape
 * @returns shape of x, every entry in [0, 1]
 */
export function softplusDerivative(x: Tensor): Tensor {
  return sigmoid(x);
}

/**
 * 02.15 softmax(x)ₙᵢ = e^xₙᵢ / Σⱼ e^xₙⱼ: each row of logits becomes probabilities.
 *
 * For any number of classes, and right at ±1000: each row is shifted by its own maximum first.
 *
 * @param x logits, shape (N, C)
 * @returns shape (N, C), every entry in [0, 1], every row with sum 1
 * @throws RangeError when x has not two axes
 */
export function softmax(x: Tensor): Tensor {
  requireAxes('softmax', { x }, 'N, C');
  const [N, C] = x.shape as [number, number];
  const out = zeros(N, C);
  for (let n = 0; n < N; n++) {
    let max = -Infinity;
    for (let i = 0; i < C; i++) max = Math.max(max, x.get(n, i));
    let sum = 0;
    for (let i = 0; i < C; i++) sum += Math.exp(x.get(n, i) - max);
    for (let i = 0; i < C; i++) out.set(n, i, Math.exp(x.get(n, i) - max) / sum);
  }
  return out;
}

/**
 * 02.16 The derivative of softmax at one row of logits: Jᵢⱼ = ∂yᵢ/∂xⱼ = yᵢ · (δᵢⱼ − yⱼ) with y = softmax(x).
 *
 * Every output depends on every input, so the derivative is a matrix. δᵢⱼ is 1 where i = j, else 0.
 *
 * @param x logits, shape (C)
 * @returns the Jacobian, shape (C, C): output i in the row, input j in the column
 * @throws RangeError when x has not one axis
 */
export function softmaxJacobian(x: Tensor): Tensor {
  requireAxes('softmaxJacobian', { x }, 'C');
  const [C] = x.shape as [number];
  const row = zeros(1, C);
  for (let i = 0; i < C; i++) row.set(0, i, x.get(i));
  const y = softmax(row);
  const J = zeros(C, C);
  for (let i = 0; i < C; i++) {
    for (let j = 0; j < C; j++) {
      J.set(i, j, y.get(0, i) * ((i === j ? 1 : 0) - y.get(0, j)));
    }
  }
  return J;
}

/**
 * 02.17 The fraction of ReLU units that are dead: not above 0 for any sample.
 *
 * A dead unit passes no gradient for any of the samples, so training on them can't revive it.
 *
 * @param x what goes into the ReLUs, shape (N, M): N samples, M units, both at least 1
 * @returns dead units / M, in [0, 1]
 * @throws RangeError when x has not two axes
 */
export function deadFraction(x: Tensor): number {
  requireAxes('deadFraction', { x }, 'N, M');
  const [N, M] = x.shape as [number, number];
  let dead = 0;
  for (let m = 0; m < M; m++) {
    let alive = false;
    for (let n = 0; n < N; n++) alive ||= x.get(n, m) > 0;
    if (!alive) dead++;
  }
  return dead / M;
}

/**
 * 02.18 The fraction of sigmoid outputs that are saturated: below margin or above 1 − margin.
 *
 * There the slope s · (1 − s) is less than margin, and hardly any gradient comes through.
 *
 * @param y outputs of a sigmoid, any shape with at least one entry
 * @param margin in (0, ½)
 * @returns saturated entries / all entries, in [0, 1]
 */
export function saturatedFraction(y: Tensor, margin: number): number {
  const saturated = copy(y).data.filter((v) => v < margin || v > 1 - margin);
  return saturated.length / y.size;
}

/** A line with bends: offset + Σₖ scales[k] · relu(x − knots[k]). */
export interface BentLine {
  /** The height to the left of the first knot. */
  offset: number;
  /** How much the slope changes at each knot, shape (K). */
  scales: Tensor;
  /** Where the slope changes, increasing, shape (K). */
  knots: Tensor;
}

/**
 * 02.19 A curve made of shifted, scaled ReLUs: f(x) = offset + Σₖ scales[k] · relu(x − knots[k]).
 *
 * @param x where to evaluate it, shape (N)
 * @param line its offset, scales (K) and knots (K)
 * @returns f at each x, shape (N)
 * @throws RangeError when scales and knots differ in shape
 */
export function bentLine(x: Tensor, line: BentLine): Tensor {
  const { offset, scales, knots } = line;
  requireSameShape('bentLine', { scales, knots });
  return map(x, (v) => {
    let height = offset;
    for (let k = 0; k < knots.size; k++) {
      height += scales.get(k) * Math.max(0, v - knots.get(k));
    }
    return height;
  });
}

/**
 * 02.20 The bent line through given points: straight from each to the next.
 *
 * The slope between points k and k+1 is (yₖ₊₁ − yₖ) / (xₖ₊₁ − xₖ); the scale at a knot is how much the
 * slope changes there. With points close enough together this follows any continuous curve from the first point
 * to the last: universal approximation by one hidden layer, Cybenko 1989, https://doi.org/10.1007/BF02551274
 *
 * @param x increasing, shape (K + 1) with K at least 1
 * @param y the heights there, shape (K + 1)
 * @returns the line: offset y₀, and K scales at the knots x₀ … x₍K₋₁₎
 * @throws RangeError when x and y differ in shape
 */
export function fitBentLine(x: Tensor, y: Tensor): BentLine {
  requireSameShape('fitBentLine', { x, y });
  const K = x.size - 1;
  const line = { offset: y.get(0), scales: zeros(K), knots: zeros(K) };
  let slopeBefore = 0;
  for (let k = 0; k < K; k++) {
    const slope = (y.get(k + 1) - y.get(k)) / (x.get(k + 1) - x.get(k));
    line.scales.set(k, slope - slopeBefore);
    line.knots.set(k, x.get(k));
    slopeBefore = slope;
  }
  return line;
}

/** The sigmoid of a number. Where e⁻ᵛ overflows to Infinity, 1 / Infinity is 0, as it should be. */
function logistic(v: number): number {
  return 1 / (1 + Math.exp(-v));
}
