/** What the training loop needs of the code that does the arithmetic. */

/** A batch of images and what they show. */
export interface Batch {
  /** Pixels in [0, 1], one image after the other, shape (N · 784). */
  images: Float32Array;
  /** The right classes, shape (N). */
  labels: Int32Array;
}

/** A value, or a promise of it: an engine in this thread has it at once, one on a graphics card does not. */
type Soon<T> = T | Promise<T>;

/**
 * The network's forward and backward pass in some formulation. All engines compute the same numbers up to
 * rounding. Who calls one awaits its answer before the next call.
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
  gradient(parameters: Float32Array, batch: Batch, gradient: Float32Array): Soon<number>;

  /**
   * The logits of images.
   *
   * @param parameters flat, as in network.ts
   * @param images pixels in [0, 1], shape (N · 784)
   * @returns shape (N · 10)
   */
  logits(parameters: Float32Array, images: Float32Array): Soon<Float32Array>;

  /**
   * The first layer whose output is not finite, for a run that went astray.
   *
   * @returns its name, such as `conv2`; undefined when all are finite
   */
  firstNotFinite(parameters: Float32Array, images: Float32Array): Soon<string | undefined>;

  /** Training with parameters that stay where the engine computes, for engines that are far from this memory. */
  resident?: Resident;
}

/** An engine that answers at once. */
export interface PromptEngine extends Engine {
  gradient(parameters: Float32Array, batch: Batch, gradient: Float32Array): number;
  logits(parameters: Float32Array, images: Float32Array): Float32Array;
  firstNotFinite(parameters: Float32Array, images: Float32Array): string | undefined;
}

/** What training changes, each flat as in network.ts. */
export interface AdamState {
  parameters: Float32Array;
  /** The running mean of the gradient. */
  m: Float32Array;
  /** The running mean of the squared gradient. */
  v: Float32Array;
}

/** Training with parameters that an engine keeps. */
export interface Resident {
  /** Takes a copy of the state, with which the next step begins. */
  put(state: AdamState): Promise<void>;
  /**
   * A step of training: the gradient of a batch, and then Adam's step as adam.ts has it. Nothing changes if the loss is
   * not finite.
   *
   * @param t the number of this step, from 1
   * @returns the loss before the step, the mean over the batch
   */
  step(batch: Batch, t: number, learningRate: number): Promise<number>;
  /** Writes the state after the last step into these arrays. */
  get(state: AdamState): Promise<void>;
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
