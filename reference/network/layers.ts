/** The lessons' layers, each with its parameters and its way back. */
import { filled, zeros, type Tensor } from '#arrays';
import { affineBackward, affineForward, reluBackward, reluForward } from '#lessons/05-backprop';
import { heNormal } from '#lessons/08-initialization';
import { batchNorm, batchNormBackward } from '#lessons/09-normalization';
import { dropoutBackward, dropoutForward } from '#lessons/10-regularization';
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
    measured: {},
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
    measured: {},
    forward: (x) => {
      const { out, cache } = reluForward(x);
      return { out, backward: (dout) => ({ ...reluBackward(dout, cache), gradients: {} }) };
    },
  };
}

/** How batch norm is set up in these networks. */
const BATCH_NORM = { momentum: 0.9, epsilon: 1e-5 };

/**
 * Batch norm: lesson 09. γ begins with 1, β with 0, and so do the running variance and the running mean.
 *
 * @param D how many columns
 */
export function batchNormalization(D: number): Layer {
  return {
    params: { gamma: filled([D], () => 1), beta: zeros(D) },
    measured: { mean: zeros(D), variance: filled([D], () => 1) },
    forward(x, mode) {
      const { gamma, beta } = this.params as { gamma: Tensor; beta: Tensor };
      const options = { ...BATCH_NORM, training: mode === 'training' };
      const running = this.measured as { mean: Tensor; variance: Tensor };
      const step = batchNorm(x, gamma, beta, running, options);
      this.measured = { ...step.running };
      return {
        out: step.out,
        backward: (dout) => {
          if (step.cache === undefined) {
            throw new Error(
              "batchNormalization: there is no way back from an evaluation; call forward with the mode 'training'",
            );
          }
          const { dx, dgamma, dbeta } = batchNormBackward(dout, step.cache);
          return { dx, gradients: { gamma: dgamma, beta: dbeta } };
        },
      };
    },
  };
}

/**
 * Dropout: lesson 10.
 *
 * @param p the probability to drop an entry while training
 * @param random a seeded generator
 */
export function dropout(p: number, random: () => number): Layer {
  return {
    params: {},
    measured: {},
    forward: (x, mode) => {
      const { out, cache } = dropoutForward(x, { p, training: mode === 'training' }, random);
      return { out, backward: (dout) => ({ ...dropoutBackward(dout, cache), gradients: {} }) };
    },
  };
}
