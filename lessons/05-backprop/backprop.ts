/**
 * Lesson 05: backpropagation through a graph of numbers, through layers, and through a network.
 *
 * Every operation has two halves. The forward half computes a value. The backward half gets `dout`, how fast
 * the loss grows with that value, and returns how fast it grows with each of the operands. Forward halves of
 * layers refuse arguments that don't fit together; a backward half gets a dout in the shape of `out` and the
 * cache that its own forward half returned, need not check them, and leaves both as they were. The README
 * derives the formulas.
 */
import {
  copy,
  map,
  matrixProduct,
  requireAxes,
  requireSameShape,
  shapeText,
  zeros,
  zip,
  type Labels,
  type Tensor,
} from '#arrays';
import { todo } from '#todo';

/** What an operation on two numbers sends back to them. */
export interface PairGradients {
  /** How fast the loss grows with a. */
  da: number;
  /** How fast the loss grows with b. */
  db: number;
}

/**
 * 05.1 The backward half of a + b: da = dout, db = dout.
 *
 * Both slopes of a sum are 1, wherever a and b are, so it passes on what it gets.
 *
 * @param dout how fast the loss grows with the sum
 * @returns how fast the loss grows with a and with b
 */
export function addBackward(dout: number): PairGradients {
  throw todo('05.1 addBackward');
}

/**
 * 05.2 The backward half of a · b: da = dout · b, db = dout · a.
 *
 * The slope of a product with respect to one factor is the other factor.
 *
 * @param dout how fast the loss grows with the product
 * @param a the first factor
 * @param b the second factor
 * @returns how fast the loss grows with a and with b
 */
export function multiplyBackward(dout: number, a: number, b: number): PairGradients {
  throw todo('05.2 multiplyBackward');
}

/** One number in a computation, and how it is made. */
export interface GraphNode {
  /** An input is given from outside; add and multiply read two nodes, sigmoid reads one. */
  operation: 'input' | 'add' | 'multiply' | 'sigmoid';
  /** The nodes that it reads, as their indices in the graph. One index may stand there twice. */
  inputs: number[];
}

/** A computation: its nodes in any order, so a node may stand before those that it reads. */
export type Graph = GraphNode[];

/**
 * 05.3 The nodes of a graph in an order in which each comes after all the nodes that it reads.
 *
 * Usually there are several such orders, and each of them is right. Many paths may lead to a node: visit it once.
 *
 * Depth first, as in Tarjan 1976, https://doi.org/10.1007/BF00268499
 *
 * @param graph nodes in any order
 * @returns the index of every node once
 * @throws RangeError with the word cycle in its message, when nodes read each other in a cycle, so that there is
 *   no such order. (A recursion without end throws a RangeError, too.)
 */
export function topologicalOrder(graph: Graph): number[] {
  throw todo('05.3 topologicalOrder');
}

/**
 * 05.4 The value of every node.
 *
 * The first input node in the graph's list gets the first of the inputs, the second one the second, and so on.
 * A sigmoid node is 1 / (1 + e⁻ᵃ) for the node a that it reads. Every node is computed once, however many paths
 * lead to it.
 *
 * @param graph K nodes in any order, I of them inputs
 * @param inputs the values of the input nodes, in the order in which these stand in the list, shape (I)
 * @returns the value of node k at k, shape (K)
 * @throws RangeError when there are not as many inputs as input nodes, or the graph has a cycle
 */
export function evaluateGraph(graph: Graph, inputs: Tensor): Tensor {
  throw todo('05.4 evaluateGraph');
}

/**
 * 05.5 How fast the value of one node grows with the value of every node: backpropagation.
 *
 * The output grows with itself at rate 1. From there every node, after all that read it, sends its gradient
 * times its slope to each node that it reads. What arrives at one node adds up, so a node that is read
 * twice gets the sum, and a node that the output doesn't depend on keeps 0.
 *
 * Linnainmaa 1970; Rumelhart, Hinton and Williams 1986, https://doi.org/10.1038/323533a0
 *
 * @param graph K nodes in any order, without a cycle
 * @param values the value of each node as evaluateGraph returns them, shape (K)
 * @param output the index of the node whose value is differentiated
 * @returns ∂(value of output) / ∂(value of node k) at k, shape (K)
 */
export function backpropagate(graph: Graph, values: Tensor, output: number): Tensor {
  throw todo('05.5 backpropagate');
}

/** What the forward half of a layer returns. */
export interface Forward<Cache> {
  /** The layer's output. */
  out: Tensor;
  /** What the backward half will need, as numbers, arrays and plain objects of those. Nobody else looks inside. */
  cache: Cache;
}

/** What affineBackward needs to know of the forward pass. Change it if you keep something else. */
export interface AffineCache {
  /** The layer's input, shape (N, D). */
  x: Tensor;
  /** The weights, shape (D, M). */
  W: Tensor;
}

/**
 * 05.6 An affine layer: out = x · W + b, that is outₙₘ = Σ_d xₙ_d · W_dₘ + bₘ.
 *
 * @param x N samples of D numbers, shape (N, D)
 * @param W a column for each of M outputs, shape (D, M)
 * @param b shape (M)
 * @returns out of shape (N, M), and a cache for affineBackward
 * @throws RangeError with both sizes in its message, when x has not as many columns as W has rows, or b is not as
 *   long as a row of W; also when one of them has too few or too many axes
 */
export function affineForward(x: Tensor, W: Tensor, b: Tensor): Forward<AffineCache> {
  throw todo('05.6 affineForward');
}

/** What affineBackward returns: how fast the loss grows with each entry of each operand. */
export interface AffineGradients {
  /** Shape of x. */
  dx: Tensor;
  /** Shape of W. */
  dW: Tensor;
  /** Shape of b. */
  db: Tensor;
}

/**
 * 05.7 The backward half of affineForward: dx = dout · Wᵀ, dW = xᵀ · dout, db = the sum of the rows of dout.
 *
 * @param dout how fast the loss grows with each entry of out, shape (N, M)
 * @param cache what affineForward returned
 * @returns dx of shape (N, D), dW of shape (D, M), db of shape (M)
 */
export function affineBackward(dout: Tensor, cache: AffineCache): AffineGradients {
  throw todo('05.7 affineBackward');
}

/**
 * 05.8 A ReLU layer: max(0, x) at every entry.
 *
 * @param x any shape
 * @returns out in the shape of x, and a cache for reluBackward
 */
export function reluForward(x: Tensor): Forward<Tensor> {
  throw todo('05.8 reluForward');
}

/** What the backward half of an activation returns. */
export interface InputGradient {
  /** How fast the loss grows with each entry of x: shape of x. */
  dx: Tensor;
}

/**
 * 05.9 The backward half of reluForward: dx = dout where x > 0, else 0. At 0 it is 0.
 *
 * @param dout how fast the loss grows with each entry of out, shape of x
 * @param cache what reluForward returned
 * @returns dx in the shape of x
 */
export function reluBackward(dout: Tensor, cache: Tensor): InputGradient {
  throw todo('05.9 reluBackward');
}

/**
 * 05.10 A sigmoid layer: 1 / (1 + e⁻ˣ) at every entry, finite at ±1000 and as near to 0 and 1 there as it should be.
 *
 * @param x any shape
 * @returns out in the shape of x, and a cache for sigmoidBackward
 */
export function sigmoidForward(x: Tensor): Forward<Tensor> {
  throw todo('05.10 sigmoidForward');
}

/**
 * 05.11 The backward half of sigmoidForward: dx = dout · y · (1 − y), y being the sigmoid of x.
 *
 * @param dout how fast the loss grows with each entry of out, shape of x
 * @param cache what sigmoidForward returned
 * @returns dx in the shape of x
 */
export function sigmoidBackward(dout: Tensor, cache: Tensor): InputGradient {
  throw todo('05.11 sigmoidBackward');
}

/** What softmaxLossBackward needs to know of the forward pass. Change it if you keep something else. */
export interface SoftmaxLossCache {
  /** Softmax of each row of the logits, shape (N, C). */
  probabilities: Tensor;
  /** The right class of each row, shape (N). */
  labels: Labels;
}

/** What the forward half of the softmax loss returns. */
export interface SoftmaxLoss {
  /** The mean over the batch. */
  loss: number;
  /** What the backward half will need. */
  cache: SoftmaxLossCache;
}

/**
 * 05.12 Softmax and cross entropy in one: the mean over the batch of ln Σᵢ e^xₙᵢ − xₙₗ with l = labels[n].
 *
 * Each row is shifted by its own maximum first, so it is right at ±1000 too.
 *
 * @param logits what goes into the softmax, shape (N, C)
 * @param labels the right class of each row, in 0 … C − 1, shape (N)
 * @returns the loss, at least 0, and a cache for softmaxLossBackward
 * @throws RangeError when logits is not (N, C), or labels is not one for each row
 */
export function softmaxLossForward(logits: Tensor, labels: Labels): SoftmaxLoss {
  throw todo('05.12 softmaxLossForward');
}

/** What softmaxLossBackward returns. */
export interface LogitsGradient {
  /** How fast the loss grows with each logit: shape of the logits. */
  dlogits: Tensor;
}

/**
 * 05.13 The backward half of softmaxLossForward: dlogits = dout · (softmax(logits) − one-hot) / N.
 *
 * @param dout how fast whatever comes after the loss grows with it: 1 if nothing does
 * @param cache what softmaxLossForward returned
 * @returns dlogits of shape (N, C)
 */
export function softmaxLossBackward(dout: number, cache: SoftmaxLossCache): LogitsGradient {
  throw todo('05.13 softmaxLossBackward');
}

/** The numbers that a two-layer network learns, for D inputs, H hidden units and C classes. */
export interface TwoLayerParams {
  /** From the inputs to the hidden units, shape (D, H). */
  W1: Tensor;
  /** Of the hidden units, shape (H). */
  b1: Tensor;
  /** From the hidden units to the logits, shape (H, C). */
  W2: Tensor;
  /** Of the logits, shape (C). */
  b2: Tensor;
}

/** What a two-layer network costs on a batch, and which way that is changed. */
export interface TwoLayerGradients {
  /** The softmax loss of the batch. */
  loss: number;
  /** For each of the parameters, under its own name: how fast the loss grows with each of its entries. */
  gradients: TwoLayerParams;
}

/**
 * 05.14 The loss of a two-layer network on a batch, and its gradient with respect to every parameter.
 *
 * The network is affine (W1, b1), ReLU, affine (W2, b2), softmax loss. Nothing is added to the loss.
 *
 * @param x N samples, shape (N, D)
 * @param labels the right class of each sample, in 0 … C − 1, shape (N)
 * @param params where the network stands; they stay as they are
 * @returns the loss, and a gradient in the shape of each parameter
 */
export function twoLayerGradients(
  x: Tensor,
  labels: Labels,
  params: TwoLayerParams,
): TwoLayerGradients {
  throw todo('05.14 twoLayerGradients');
}

/** How to train. */
export interface TrainingOptions {
  /** The factor of the gradient in each step, above 0. */
  learningRate: number;
  /** How many steps to take, a whole number from 0. */
  steps: number;
}

/** A trained network, and how the training went. */
export interface TrainedTwoLayer {
  /** The parameters after the last step: new arrays. */
  params: TwoLayerParams;
  /** The loss before each step, shape (steps). */
  losses: Tensor;
}

/**
 * 05.15 Trains a two-layer network by gradient descent on all samples at once.
 *
 * Each step computes the gradients of all parameters where they stand, and then moves every one of them by
 * −learningRate times its gradient.
 *
 * @param x N samples, shape (N, D)
 * @param labels the right class of each sample, in 0 … C − 1, shape (N)
 * @param params where to start; they stay as they are
 * @param options the learning rate, and the number of steps
 * @returns the parameters after the last step, and the loss before each step
 */
export function trainTwoLayer(
  x: Tensor,
  labels: Labels,
  params: TwoLayerParams,
  options: TrainingOptions,
): TrainedTwoLayer {
  throw todo('05.15 trainTwoLayer');
}
