/** The lessons' layers for images (N, C, H, W): convolution, pooling, and the way from rows of numbers to images. */
import ndarray from 'ndarray';
import { copy, zeros, type Tensor } from '#arrays';
import { heNormal } from '#lessons/08-initialization';
import { fastConvolutionBackward, fastConvolutionForward } from '#lessons/13-convolution';
import {
  averagePoolBackward,
  averagePoolForward,
  maxPoolBackward,
  maxPoolForward,
} from '#lessons/14-pooling';
import type { Layer } from './layer.ts';

/**
 * Gives every sample another shape: rows of 784 numbers become images of (1, 28, 28), or images become rows.
 *
 * @param shape of one sample
 */
export function reshape(...shape: number[]): Layer {
  return {
    params: {},
    measured: {},
    forward(x) {
      const out = ndarray(copy(x).data, [x.shape[0]!, ...shape]);
      return {
        out,
        backward: (dout) => ({ dx: ndarray(copy(dout).data, [...x.shape]), gradients: {} }),
      };
    },
  };
}

/**
 * A convolution with square kernels, padded so that images keep their size: lesson 13. W is drawn by He's rule
 * (lesson 08) and b is 0.
 *
 * @param C how many channels come in
 * @param F how many filters, and so channels that go out
 * @param K the side of a kernel, an odd number
 * @param random a seeded generator
 */
export function convolution(C: number, F: number, K: number, random: () => number): Layer {
  // A filter reads C · K · K numbers, and these are its fan-in.
  const filters = copy(heNormal([C * K * K, F], random).transpose(1, 0));
  const steps = { stride: 1, pad: (K - 1) / 2 };
  return {
    params: { W: ndarray(filters.data, [F, C, K, K]), b: zeros(F) },
    measured: {},
    forward(x) {
      const { W, b } = this.params as { W: Tensor; b: Tensor };
      const { out, cache } = fastConvolutionForward(x, W, b, steps);
      return {
        out,
        backward: (dout) => {
          const { dx, dW, db } = fastConvolutionBackward(dout, cache);
          return { dx, gradients: { W: dW, b: db } };
        },
      };
    },
  };
}

/**
 * Max pooling: lesson 14.
 *
 * @param size the side of the windows, which lie side by side
 */
export function maxPool(size: number): Layer {
  return {
    params: {},
    measured: {},
    forward: (x) => {
      const { out, cache } = maxPoolForward(x, { KH: size, KW: size, stride: size });
      return { out, backward: (dout) => ({ ...maxPoolBackward(dout, cache), gradients: {} }) };
    },
  };
}

/**
 * Average pooling: lesson 14.
 *
 * @param size the side of the windows, which lie side by side
 */
export function averagePool(size: number): Layer {
  return {
    params: {},
    measured: {},
    forward: (x) => {
      const { out, cache } = averagePoolForward(x, { KH: size, KW: size, stride: size });
      return { out, backward: (dout) => ({ ...averagePoolBackward(dout, cache), gradients: {} }) };
    },
  };
}
