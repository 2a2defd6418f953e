/** TensorFlow.js on its CPU backend, as an independent opinion on the references. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import type { NdArray } from 'ndarray';
import { array, copy, type Tensor } from '#arrays';
import { seededRandom } from '#datasets/random';

// Else it advises to install a native backend; the plain one is what is wanted here.
tf.enableProdMode();

export { tf };

/** What float32, in which TensorFlow.js computes, can promise for a short sum of numbers around 1. */
export const FLOAT32 = { relative: 1e-5, absolute: 1e-6 };

/** Numbers drawn evenly from −range to range, shape (rows, columns). */
export function randomTensor(rows: number, columns: number, range: number, seed: number): Tensor {
  const random = seededRandom(seed);
  return array(
    Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => range * (2 * random() - 1)),
    ),
  );
}

/** An ndarray as a tensor of TensorFlow.js. */
export function toTf(x: Tensor): tf.Tensor {
  return tf.tensor(Float32Array.from(copy(x).data), x.shape);
}

/** A tensor of TensorFlow.js as an ndarray. */
export function fromTf(x: tf.Tensor): Tensor {
  return array(x.arraySync() as number[]);
}

/** Images of shape (N, C, H, W) as they stand there, (N, H, W, C). */
export function channelsLast<D extends Float64Array | Float32Array>(x: NdArray<D>): NdArray<D> {
  return copy(x.transpose(0, 2, 3, 1));
}

/** Images of theirs, (N, H, W, C), in the order of this course. */
export function channelsFirst(x: tf.Tensor): tf.Tensor {
  return tf.transpose(x, [0, 3, 1, 2]);
}
