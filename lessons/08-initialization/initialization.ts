/**
 * Lesson 08: the numbers that training starts from, and what becomes of the signal in a deep network.
 *
 * Whatever is random comes from the generator that is passed in, and from nothing else: the same seed gives the same
 * numbers. How many draws a function takes, and in which order, is its own affair.
 */
import { copy, filled, map, requireAxes, shapeText, zeros, type Tensor } from '#arrays';
import { normal } from '#datasets/random';
import { affineForward } from '#lessons/05-backprop';
import type { Params } from '#lessons/06-training';
import { todo } from '#todo';

/**
 * 08.1 How many different units a layer has.
 *
 * Unit m has column m of W for its weights, and b[m]. Two units are the same if all of these are equal.
 *
 * @param W weights, shape (D, M)
 * @param b biases, shape (M)
 * @returns from 1 to M, or 0 without units
 * @throws RangeError when W doesn't have two axes
 */
export function distinctUnits(W: Tensor, b: Tensor): number {
  throw todo('08.1 distinctUnits');
}

/** How many numbers meet in a layer. */
export interface Fans {
  /** How many inputs each output is a sum of. */
  fanIn: number;
  /** How many outputs each input goes into. */
  fanOut: number;
}

/**
 * 08.2 The fans of an array of weights.
 *
 * An affine layer's W (D, M) has fan-in D and fan-out M. A convolution's W (F, C, KH, KW) has fan-in C · KH · KW and
 * fan-out F · KH · KW: a kernel's whole window counts.
 *
 * @param shape of the weights, (D, M) or (F, C, KH, KW)
 * @returns both fans
 * @throws RangeError when there are neither two nor four axes
 */
export function fans(shape: number[]): Fans {
  throw todo('08.2 fans');
}

/**
 * 08.3 Independent draws from the normal distribution with mean 0.
 *
 * @param shape of the result, any
 * @param deviation the standard deviation of each entry, from 0
 * @param random a seeded generator, uniform in [0, 1)
 * @returns a new array
 */
export function scaledNormal(shape: number[], deviation: number, random: () => number): Tensor {
  throw todo('08.3 scaledNormal');
}

/**
 * 08.4 Independent draws, evenly from −limit to limit.
 *
 * Their standard deviation is limit / √3.
 *
 * @param shape of the result, any
 * @param limit the largest absolute value, from 0
 * @param random a seeded generator, uniform in [0, 1)
 * @returns a new array
 */
export function scaledUniform(shape: number[], limit: number, random: () => number): Tensor {
  throw todo('08.4 scaledUniform');
}

/**
 * 08.5 Xavier's initialization, normal: variance 2 / (fan-in + fan-out).
 *
 * Glorot and Bengio 2010, section 4.2.1, https://proceedings.mlr.press/v9/glorot10a.html
 *
 * @param shape of the weights, (D, M) or (F, C, KH, KW)
 * @param random a seeded generator, uniform in [0, 1)
 * @returns a new array
 */
export function xavierNormal(shape: number[], random: () => number): Tensor {
  throw todo('08.5 xavierNormal');
}

/**
 * 08.6 Xavier's initialization, even: the variance of 08.5, from −√(6 / (fan-in + fan-out)) to its opposite.
 *
 * Glorot and Bengio 2010, equation 16, https://proceedings.mlr.press/v9/glorot10a.html
 *
 * @param shape of the weights, (D, M) or (F, C, KH, KW)
 * @param random a seeded generator, uniform in [0, 1)
 * @returns a new array
 */
export function xavierUniform(shape: number[], random: () => number): Tensor {
  throw todo('08.6 xavierUniform');
}

/**
 * 08.7 He's initialization, normal: variance 2 / fan-in.
 *
 * He, Zhang, Ren and Sun 2015, section 2.2, https://arxiv.org/abs/1502.01852
 *
 * @param shape of the weights, (D, M) or (F, C, KH, KW)
 * @param random a seeded generator, uniform in [0, 1)
 * @returns a new array
 */
export function heNormal(shape: number[], random: () => number): Tensor {
  throw todo('08.7 heNormal');
}

/**
 * 08.8 He's initialization, even: the variance of 08.7, from −√(6 / fan-in) to its opposite.
 *
 * @param shape of the weights, (D, M) or (F, C, KH, KW)
 * @param random a seeded generator, uniform in [0, 1)
 * @returns a new array
 */
export function heUniform(shape: number[], random: () => number): Tensor {
  throw todo('08.8 heUniform');
}

/**
 * 08.9 The parameters that a network of affine layers starts from: W1, b1, W2, b2, …
 *
 * Layer l has sizes[l − 1] inputs and sizes[l] outputs. Its weights are drawn, its biases are 0.
 *
 * @param sizes two whole numbers or more, from 1
 * @param draw makes weights of a shape, `(shape) => heNormal(shape, random)` for instance; called once a layer
 * @returns for each layer l from 1: Wl of shape (sizes[l − 1], sizes[l]) and bl of shape (sizes[l])
 */
export function initialParams(sizes: number[], draw: (shape: number[]) => Tensor): Params {
  throw todo('08.9 initialParams');
}

/**
 * 08.10 The spread of the activations in each layer: the standard deviation of all entries of
 * activation(input · Wl + bl), where the input of a layer is the output of the one before.
 *
 * The deviation is that of the numbers at hand: √(mean of (value − mean)²).
 *
 * @param x N samples, shape (N, D), N at least 1
 * @param params W1, b1, …, WL, bL as in 08.9
 * @param activation from an array to one of the same shape
 * @returns L numbers, that of layer 1 first
 */
export function activationSpread(
  x: Tensor,
  params: Params,
  activation: (z: Tensor) => Tensor,
): number[] {
  throw todo('08.10 activationSpread');
}
