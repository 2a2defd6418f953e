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
  requireAxes('distinctUnits', { W }, 'D, M');
  const [D, M] = W.shape as [number, number];
  const units = Array.from({ length: M }, (_, m) =>
    [b.get(m), ...Array.from({ length: D }, (__, d) => W.get(d, m))].join(' '),
  );
  return new Set(units).size;
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
  if (shape.length === 2) {
    const [D, M] = shape as [number, number];
    return { fanIn: D, fanOut: M };
  }
  if (shape.length === 4) {
    const [F, C, KH, KW] = shape as [number, number, number, number];
    return { fanIn: C * KH * KW, fanOut: F * KH * KW };
  }
  throw new RangeError(
    `fans: the shape is ${shapeText(shape)} and must be (D, M) or (F, C, KH, KW); ` +
      'give the shape of the weights, not of a bias',
  );
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
  return filled(shape, () => deviation * normal(random));
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
  return filled(shape, () => limit * (2 * random() - 1));
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
  const { fanIn, fanOut } = fans(shape);
  return scaledNormal(shape, Math.sqrt(2 / (fanIn + fanOut)), random);
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
  const { fanIn, fanOut } = fans(shape);
  return scaledUniform(shape, Math.sqrt(6 / (fanIn + fanOut)), random);
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
  return scaledNormal(shape, Math.sqrt(2 / fans(shape).fanIn), random);
}

/**
 * 08.8 He's initialization, even: the variance of 08.7, from −√(6 / fan-in) to its opposite.
 *
 * @param shape of the weights, (D, M) or (F, C, KH, KW)
 * @param random a seeded generator, uniform in [0, 1)
 * @returns a new array
 */
export function heUniform(shape: number[], random: () => number): Tensor {
  return scaledUniform(shape, Math.sqrt(6 / fans(shape).fanIn), random);
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
  const params: Params = {};
  for (let l = 1; l < sizes.length; l++) {
    const [D, M] = [sizes[l - 1]!, sizes[l]!];
    params[`W${l}`] = draw([D, M]);
    params[`b${l}`] = zeros(M);
  }
  return params;
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
  const spreads: number[] = [];
  let input = x;
  for (let l = 1; `W${l}` in params; l++) {
    input = activation(affineForward(input, params[`W${l}`]!, params[`b${l}`]!).out);
    spreads.push(standardDeviation(input));
  }
  return spreads;
}

function standardDeviation(x: Tensor): number {
  const mean = average(x);
  return Math.sqrt(average(map(x, (value) => (value - mean) ** 2)));
}

function average(x: Tensor): number {
  return copy(x).data.reduce((sum, value) => sum + value, 0) / x.size;
}
