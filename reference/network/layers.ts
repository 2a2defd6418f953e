/** The lessons' layers, each with its parameters and its way back. */
import { zeros, type Tensor } from '#arrays';
import { affineBackward, affineForward, reluBackward, reluForward } from '#lessons/05-backprop';
import { heNormal } from '#lessons/08-initialization';
import type { Layer } from './layer.ts';

/**
 * An affine layer, x·W + b: lesson 05. W is drawn by He's rule (lesson 08) and b is 0.
 *
 * @param D how many inputs
 * @param M how many outputs
 * @param random a seeded generator
 */
export function affine(D: number, M: number, random: () => number): Layer {
  return {
    params: { W: heNormal([D, M], random), b: zeros(M) },
    forward(x) {
      const { W, b } = this.params as { W: Tensor; b: Tensor };
      const { out, cache } = affineForward(x, W, b);
      return {
        out,
        backward: (dout) => {
          const { dx, dW, db } = affineBackward(dout, cache);
          return { dx, gradients: { W: dW, b: db } };
        },
      };
    },
  };
}

/** A ReLU: lesson 05. */
export function relu(): Layer {
  return {
    params: {},
    forward: (x) => {
      const { out, cache } = reluForward(x);
      return { out, backward: (dout) => ({ ...reluBackward(dout, cache), gradients: {} }) };
    },
  };
}
