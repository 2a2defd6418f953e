/** The optimizer of the training loop. */

export const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8] as const;

/**
 * A step of Adam, in place: lesson 18's `adam` for all parameters at once, without a kernel, since for each number
 * that it would copy to a kernel and back there are only a few operations.
 *
 * Kingma and Ba 2015, algorithm 1, https://arxiv.org/abs/1412.6980
 *
 * @param w the parameters
 * @param g the gradient
 * @param m the running mean of the gradient, zeros before the first step
 * @param v the running mean of the squared gradient, zeros before the first step
 * @param t the number of this step, from 1
 */
export function adamStep(
  w: Float32Array,
  g: Float32Array,
  m: Float32Array,
  v: Float32Array,
  t: number,
  learningRate: number,
): void {
  const [unbiasM, unbiasV] = [1 / (1 - BETA1 ** t), 1 / (1 - BETA2 ** t)];
  for (let i = 0; i < w.length; i++) {
    m[i] = BETA1 * m[i]! + (1 - BETA1) * g[i]!;
    v[i] = BETA2 * v[i]! + (1 - BETA2) * g[i]! * g[i]!;
    w[i]! -= (learningRate * m[i]! * unbiasM) / (Math.sqrt(v[i]! * unbiasV) + EPSILON);
  }
}
