/**
 * What a gradient check is asked: a forward function, a backward function and the inputs to try them on.
 *
 *     const affine: Problem = {
 *       name: 'affine',
 *       inputs: { x, W, b },
 *       forward: affineForward,     // (x, W, b) → { out, cache }
 *       backward: affineBackward,   // (dout, cache) → { dx, dW, db }
 *       constants: { N: 4 },
 *       axes: { x: ['sample', 'feature'], out: ['sample', 'unit'] },
 *     };
 *
 *     const crossEntropy: Problem = {
 *       name: 'softmax cross entropy',
 *       inputs: { logits, labels },
 *       loss: softmaxCrossEntropy,             // (logits, labels) → a number
 *       gradient: softmaxCrossEntropyGradient, // (logits, labels) → dlogits
 *     };
 */
import type { NdArray } from 'ndarray';

/** An array that a gradient is taken of. Every other input (labels, sizes, callbacks) is handed on as it is. */
export type Differentiable = NdArray<Float64Array> | NdArray<Float32Array>;

/** What the two kinds of problems have in common. */
interface AnyProblem {
  /** What the operation is called in messages; `the operation` when left out. */
  name?: string;
  /**
   * The arguments of the function in their order, by name. Those over a Float64Array or a Float32Array are
   * differentiable; any strided view will do, and the function gets a view of the same strides.
   */
  inputs: Readonly<Record<string, unknown>>;
  /** What the gradient of an input is called where it is not 'd' and the input's name: `{ gamma: 'dGamma' }`. */
  gradients?: Readonly<Record<string, string>>;
  /**
   * Numbers that a wrong factor is looked up in: `{ p: 0.25 }`, or a phrase, `{ 'the stride': 2 }`. N is read as the
   * batch size, T as the number of time steps and area as that of the pooling window.
   */
  constants?: Readonly<Record<string, number>>;
  /**
   * What is counted along the axes of inputs and outputs, in the singular: `{ x: ['sample', 'time step', 'feature'] }`.
   * A report speaks of samples, time steps or channels only where an axis bears that name, and of rows, columns
   * and numbered axes elsewhere.
   */
  axes?: Readonly<Record<string, readonly string[]>>;
  /** What the equal blocks along the last axis of the weights are called: `['i', 'f', 'g', 'o']` for an LSTM's 4H. */
  gates?: readonly string[];
  /** Called before every call of the function, so that one with a random mask draws the same mask every time. */
  reseed?: () => void;
}

/** A function of arrays that returns arrays, and the function that carries gradients back through it. */
export interface LayerProblem extends AnyProblem {
  /** Called with the inputs in order. Returns `{ out, cache }`, or `{ h, c, cache }` with `outputs: ['h', 'c']`. */
  forward: (...inputs: never[]) => unknown;
  /** Called with one upstream gradient for each output, in order, and the cache. Returns `{ dx, dW, … }`. */
  backward: (...doutsAndCache: never[]) => unknown;
  /** The names of the outputs; `['out']` when left out. */
  outputs?: readonly string[];
}

/** A function of arrays that returns one number, and the function that returns its gradient. */
export interface LossProblem extends AnyProblem {
  /** Called with the inputs in order. Returns the number. */
  loss: (...inputs: never[]) => unknown;
  /** Called with the inputs in order. Returns `{ dlogits, … }`, or the array alone where one input is differentiable. */
  gradient: (...inputs: never[]) => unknown;
}

export type Problem = LayerProblem | LossProblem;
