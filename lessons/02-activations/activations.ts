/**
 * Lesson 02: activation functions and their derivatives.
 *
 * Each takes an array of any shape, works on every entry by itself (only softmax looks at a whole row)
 * and returns a new array. The README beside this file explains the formulas.
 */
import { copy, map, requireAxes, requireSameShape, zeros, type Tensor } from '#arrays';
import { todo } from '#todo';

/**
 * 02.1 identity(x) = x.
 *
 * The activation of an output that may be any number, as in regression.
 *
 * @param x any shape
 * @returns a new array, shape of x
 */
export function identity(x: Tensor): Tensor {
  throw todo('02.1 identity');
}

/**
 * 02.2 The derivative of the identity: 1 everywhere.
 *
 * @param x any shape
 * @returns shape of x
 */
export function identityDerivative(x: Tensor): Tensor {
  throw todo('02.2 identityDerivative');
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
  throw todo('02.3 step');
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
  throw todo('02.4 stepDerivative');
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
  throw todo('02.5 sigmoid');
}

/**
 * 02.6 The derivative of the sigmoid at x: s · (1 − s) with s = sigmoid(x).
 *
 * @param x any shape; the sigmoid's input, not its output
 * @returns shape of x, every entry in [0, ¼]
 */
export function sigmoidDerivative(x: Tensor): Tensor {
  throw todo('02.6 sigmoidDerivative');
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
  throw todo('02.7 tanh');
}

/**
 * 02.8 The derivative of tanh at x: 1 − tanh(x)².
 *
 * @param x any shape; tanh's input, not its output
 * @returns shape of x, every entry in [0, 1]
 */
export function tanhDerivative(x: Tensor): Tensor {
  throw todo('02.8 tanhDerivative');
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
  throw todo('02.9 relu');
}

/**
 * 02.10 The derivative of ReLU: 1 where x > 0, else 0. At the kink, 0 is taken.
 *
 * @param x any shape
 * @returns shape of x, every entry 0 or 1
 */
export function reluDerivative(x: Tensor): Tensor {
  throw todo('02.10 reluDerivative');
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
  throw todo('02.11 leakyRelu');
}

/**
 * 02.12 The derivative of the leaky ReLU: 1 where x > 0, else slope.
 *
 * @param x any shape
 * @param slope the slope for x ≤ 0, in [0, 1)
 * @returns shape of x, every entry 1 or slope
 */
export function leakyReluDerivative(x: Tensor, slope: number): Tensor {
  throw todo('02.12 leakyReluDerivative');
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
  throw todo('02.13 softplus');
}

/**
 * 02.14 The derivative of softplus: sigmoid(x).
 *
 * @param x any shape
 * @returns shape of x, every entry in [0, 1]
 */
export function softplusDerivative(x: Tensor): Tensor {
  throw todo('02.14 softplusDerivative');
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
  throw todo('02.15 softmax');
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
  throw todo('02.16 softmaxJacobian');
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
  throw todo('02.17 deadFraction');
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
  throw todo('02.18 saturatedFraction');
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
  throw todo('02.19 bentLine');
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
  throw todo('02.20 fitBentLine');
}
