/** What the training loop needs of the code that does the arithmetic. */

/** A batch of images and what they show. */
export interface Batch {
  /** Pixels in [0, 1], one image after the other, shape (N · 784). */
  images: Float32Array;
  /** The right classes, shape (N). */
  labels: Int32Array;
}

/**
 * The network's forward and backward pass in some formulation. All engines compute the same numbers up to
 * rounding.
 */
export interface Engine {
  /**
   * The gradient of the batch's loss.
   *
   * @param parameters flat, as in network.ts
   * @param batch N images, N at least 1
   * @param gradient where the gradient by each parameter is written: the mean over the batch
   * @returns the loss, the mean over the batch
   */
  gradient(parameters: Float32Array, batch: Batch, gradient: Float32Array): number;

  /**
   * The logits of images.
   *
   * @param parameters flat, as in network.ts
   * @param images pixels in [0, 1], shape (N · 784)
   * @returns shape (N · 10)
   */
  logits(parameters: Float32Array, images: Float32Array): Float32Array;

  /**
   * The first layer whose output is not finite, for a run that went astray.
   *
   * @returns its name, such as `conv2`; undefined when all are finite
   */
  firstNotFinite(parameters: Float32Array, images: Float32Array): string | undefined;
}

/**
 * The first of some layers whose output is not finite.
 *
 * @param layers their names and outputs, in the order in which they are computed
 */
export function firstNotFinite(
  layers: readonly (readonly [name: string, output: Float32Array | Float64Array])[],
): string | undefined {
  return layers.find(([, output]) => !output.every((value) => Number.isFinite(value)))?.[0];
}
