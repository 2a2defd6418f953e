/**
 * The capstone's network: its sizes, its parameters in one flat array, and their start values.
 *
 *     image 28×28 → conv 16, ReLU, pool → 14×14 → conv 32, ReLU, pool → 7×7 → conv 64, ReLU
 *     → affine 128, ReLU → affine 10
 *
 * All filters are 3×3 with a padding of 1.
 */
import ndarray from 'ndarray';
import { product } from '#arrays';
import { normal, type Random } from '#datasets/random';
import type { Network } from '#lessons/18-capstone';

/** The height and width of an image. */
export const SIDE = 28;

/** How many pixels an image has. */
export const PIXELS = SIDE * SIDE;

export const CLASSES = 10;

/** A parameter of the network. */
export interface Parameter {
  name: keyof Network;
  shape: readonly number[];
  /** Where it begins in the flat array. */
  offset: number;
  size: number;
  /** How many inputs each output of its layer has; 0 for a bias. */
  fanIn: number;
}

const SHAPES: readonly [name: keyof Network, shape: readonly number[], fanIn: number][] = [
  ['W1', [16, 1, 3, 3], 9],
  ['b1', [16], 0],
  ['W2', [32, 16, 3, 3], 16 * 9],
  ['b2', [32], 0],
  ['W3', [64, 32, 3, 3], 32 * 9],
  ['b3', [64], 0],
  ['W4', [64 * 7 * 7, 128], 64 * 7 * 7],
  ['b4', [128], 0],
  ['W5', [128, CLASSES], 128],
  ['b5', [CLASSES], 0],
];

/** The parameters in their order in the flat array. */
export const PARAMETERS: readonly Parameter[] = SHAPES.map(([name, shape, fanIn], i) => {
  const before = SHAPES.slice(0, i).map((entry) => product(entry[1]));
  return {
    name,
    shape,
    offset: before.reduce((sum, size) => sum + size, 0),
    size: product(shape),
    fanIn,
  };
});

/** How many numbers the network learns. */
export const PARAMETER_COUNT = PARAMETERS.reduce((sum, { size }) => sum + size, 0);

/** The parts of a flat array of all parameters, by name, as views. */
export function split(flat: Float32Array): Readonly<Record<keyof Network, Float32Array>> {
  const parts = PARAMETERS.map(({ name, offset, size }) => [
    name,
    flat.subarray(offset, offset + size),
  ]);
  return Object.fromEntries(parts) as Record<keyof Network, Float32Array>;
}

/**
 * The parameters as arrays.
 *
 * @param flat all of them, shape (PARAMETER_COUNT)
 * @returns views: who changes one changes the flat array
 */
export function asNetwork(flat: Float32Array): Network {
  const parts = split(flat);
  const arrays = PARAMETERS.map(({ name, shape }) => [name, ndarray(parts[name], [...shape])]);
  return Object.fromEntries(arrays) as Network;
}

/**
 * Start values: biases of 0, and weights with mean 0 and variance 2 / fan-in, so that the spread of the
 * activations stays the same through layers of ReLUs.
 *
 * He et al. 2015, section 2.2, https://arxiv.org/abs/1502.01852
 *
 * @param random uniform in [0, 1), seeded
 * @returns all parameters, flat
 */
export function initialParameters(random: Random): Float32Array {
  const flat = new Float32Array(PARAMETER_COUNT);
  for (const { offset, size, fanIn } of PARAMETERS) {
    if (fanIn === 0) continue;
    const deviation = Math.sqrt(2 / fanIn);
    for (let i = offset; i < offset + size; i++) flat[i] = deviation * normal(random);
  }
  return flat;
}
