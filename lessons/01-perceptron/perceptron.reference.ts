/**
 * Lesson 01: from one neuron to a classifier that reads handwritten digits.
 *
 * A neuron adds up its inputs, each times a weight, and fires if the sum is above 0. First you choose the
 * weights, then the neuron finds them by itself. The README beside this file explains the ideas.
 */
import ops from 'ndarray-ops';
import { array, copy, labels, requireSameShape, zeros, type Labels, type Tensor } from '#arrays';

/**
 * 01.1 step(z) = 1 if z > 0, else 0. At 0 it is 0.
 *
 * A neuron fires or it doesn't: McCulloch and Pitts 1943, https://doi.org/10.1007/BF02478259
 *
 * @param z any number
 * @returns 1 or 0
 */
export function step(z: number): number {
  return z > 0 ? 1 : 0;
}

/**
 * 01.2 The output of a neuron: step(w·x + b) with w·x = Σᵢ wᵢ · xᵢ.
 *
 * @param x inputs, shape (D), for any D
 * @param w a weight for each input, shape (D)
 * @param b the bias
 * @returns 1 if the neuron fires, else 0
 * @throws RangeError when x and w differ in shape
 */
export function neuron(x: Tensor, w: Tensor, b: number): number {
  requireSameShape('neuron', { x, w });
  let z = b;
  for (let i = 0; i < x.size; i++) z += w.get(i) * x.get(i);
  return step(z);
}

/** What makes one neuron differ from another: it fires if w·x + b is above 0. */
export interface Weights {
  /** How much each input counts, and in which direction: shape (D). */
  w: Tensor;
  /** The bias: what the sum starts from. */
  b: number;
}

/**
 * 01.3 Weights that make a neuron an AND gate: it fires if both inputs are 1, and for no other bits.
 *
 * @returns any that do so, w of shape (2)
 */
export function andWeights(): Weights {
  return { w: array([1, 1]), b: -1.5 };
}

/**
 * 01.4 Weights that make a neuron a NAND gate, "not and": it fires unless both inputs are 1.
 *
 * @returns any that do so, w of shape (2)
 */
export function nandWeights(): Weights {
  return { w: array([-1, -1]), b: 1.5 };
}

/**
 * 01.5 Weights that make a neuron an OR gate: it fires if at least one input is 1.
 *
 * @returns any that do so, w of shape (2)
 */
export function orWeights(): Weights {
  return { w: array([1, 1]), b: -0.5 };
}

/** M neurons that read the same D inputs. */
export interface Layer {
  /** The weights of neuron m are column m: shape (D, M). */
  W: Tensor;
  /** The bias of each neuron: shape (M). */
  b: Tensor;
}

/** A layer of neurons between the inputs and the output. */
export interface TwoLayers {
  /** H neurons that read the inputs. */
  hidden: Layer;
  /** One neuron that reads the outputs of the hidden ones, so its w has shape (H). */
  output: Weights;
}

/**
 * 01.6 Weights that make two layers of neurons an XOR gate: it fires if exactly one input is 1.
 *
 * No single neuron can: Minsky and Papert 1969. (a XOR b) = (a OR b) AND (a NAND b).
 *
 * @returns any that do so, hidden.W of shape (2, H), hidden.b and output.w of shape (H)
 */
export function xorNetwork(): TwoLayers {
  const W = array([
    [1, -1],
    [1, -1],
  ]);
  return { hidden: { W, b: array([-0.5, 1.5]) }, output: andWeights() };
}

/** A NAND gate: the wire that comes out, for the two wires that go in. */
export type Nand = (a: number, b: number) => number;

/** What a half adder puts out: a + b = sum + 2 · carry. */
export interface HalfSum {
  /** The last binary digit of a + b. */
  sum: number;
  /** The digit before it. */
  carry: number;
}

/**
 * 01.7 A half adder built from NAND gates alone: it adds two bits.
 *
 * A wire is a number that says nothing about the bit that it carries. All that may be done with it is to
 * give it to nand. NAND is enough for every function of bits: Sheffer 1913,
 * https://doi.org/10.1090/S0002-9947-1913-1500960-1
 *
 * @param nand the gate
 * @param a a wire
 * @param b a wire
 * @returns two wires: sum (a XOR b) and carry (a AND b)
 */
export function halfAdder(nand: Nand, a: number, b: number): HalfSum {
  const notBoth = nand(a, b);
  return { sum: nand(nand(a, notBoth), nand(b, notBoth)), carry: nand(notBoth, notBoth) };
}

/**
 * 01.8 The perceptron's learning rule, for one sample: with y = neuron(x, w, b),
 * w ← w + learningRate · (t − y) · x and b ← b + learningRate · (t − y).
 *
 * So nothing changes when the answer is right. Rosenblatt 1958, https://doi.org/10.1037/h0042519
 *
 * @param weights w of shape (D) and b; they stay as they are
 * @param x one sample, shape (D)
 * @param t the right answer, 0 or 1
 * @param learningRate above 0
 * @returns new weights, w of shape (D)
 */
export function perceptronUpdate(
  weights: Weights,
  x: Tensor,
  t: number,
  learningRate: number,
): Weights {
  const change = learningRate * (t - neuron(x, weights.w, weights.b));
  const w = copy(weights.w);
  for (let i = 0; i < w.size; i++) w.set(i, w.get(i) + change * x.get(i));
  return { w, b: weights.b + change };
}

/** A trained neuron, and how the training went. */
export interface TrainedPerceptron extends Weights {
  /** How many times all samples were gone through, the last time included. */
  epochs: number;
  /** How many answers were wrong in all these epochs together. */
  mistakes: number;
  /** Whether the last epoch was without a mistake. */
  converged: boolean;
}

/**
 * 01.9 Trains a neuron: starts from zero weights and applies the learning rule to one sample after the
 * other, in the order given, again and again, until an epoch passes without a mistake.
 *
 * An epoch is one pass through all samples. If any neuron gets all samples right, this ends: Novikoff 1962.
 *
 * @param x samples, shape (N, D)
 * @param t the right answers, each 0 or 1, shape (N)
 * @param options learningRate, above 0, and maxEpochs, at least 1, after which to give up
 * @returns the weights at the end, and how it went; converged is false after giving up
 */
export function trainPerceptron(
  x: Tensor,
  t: Tensor,
  options: { learningRate: number; maxEpochs: number },
): TrainedPerceptron {
  const { learningRate, maxEpochs } = options;
  const [N, D] = x.shape as [number, number];
  let weights: Weights = { w: zeros(D), b: 0 };
  let mistakes = 0;
  for (let epochs = 1; epochs <= maxEpochs; epochs++) {
    const mistakesBefore = mistakes;
    for (let n = 0; n < N; n++) {
      const sample = x.pick(n, null);
      if (neuron(sample, weights.w, weights.b) !== t.get(n)) mistakes++;
      weights = perceptronUpdate(weights, sample, t.get(n), learningRate);
    }
    if (mistakes === mistakesBefore) return { ...weights, epochs, mistakes, converged: true };
  }
  return { ...weights, epochs: maxEpochs, mistakes, converged: false };
}

/**
 * 01.10 The sums of M neurons for N samples, before any step: scoresₙₘ = Σᵢ xₙᵢ · Wᵢₘ + bₘ.
 *
 * In short x·W + b, with one matrix product for all sums.
 *
 * @param x samples, one a row, shape (N, D)
 * @param W weights, one neuron a column, shape (D, M)
 * @param b biases, shape (M)
 * @returns a score for each sample and each neuron, shape (N, M)
 * @throws RangeError when a row of x and a column of W differ in length
 */
export function linearScores(x: Tensor, W: Tensor, b: Tensor): Tensor {
  requireSameShape('linearScores', {
    'a row of x': x.pick(0, null),
    'a column of W': W.pick(null, 0),
  });
  const [N, D] = x.shape as [number, number];
  const [M] = b.shape as [number];
  const scores = zeros(N, M);
  for (let n = 0; n < N; n++) {
    for (let m = 0; m < M; m++) {
      let score = b.get(m);
      for (let i = 0; i < D; i++) score += x.get(n, i) * W.get(i, m);
      scores.set(n, m, score);
    }
  }
  return scores;
}

/**
 * 01.11 The class of each sample: the number of the column in which its score is largest.
 *
 * @param scores one sample a row, one class a column, shape (N, M) with M at least 1
 * @returns classes from 0 to M − 1, shape (N); of equal scores the first wins
 */
export function predictClasses(scores: Tensor): Labels {
  const [N, M] = scores.shape as [number, number];
  const classes: number[] = [];
  for (let n = 0; n < N; n++) {
    let best = 0;
    for (let m = 1; m < M; m++) {
      if (scores.get(n, m) > scores.get(n, best)) best = m;
    }
    classes.push(best);
  }
  return labels(classes);
}

/**
 * 01.12 Trains M neurons, one a class, of which the one with the largest score wins: the averaged perceptron.
 *
 * All weights start at 0, and the samples are taken in the order given. After a mistake, and only then,
 * learningRate · x is added to the right class's column of W and subtracted from the predicted class's, and
 * learningRate is added to the one's bias and subtracted from the other's. The result is the average of the
 * weights after each sample, over all samples of all epochs.
 *
 * Freund and Schapire 1999, https://doi.org/10.1023/A:1007662407062
 *
 * @param x samples, shape (N, D) with N at least 1
 * @param t the right classes, each from 0 to M − 1, shape (N)
 * @param options classes, M; learningRate, above 0; epochs, how often to go through all samples, at least 1
 * @returns the averages, W of shape (D, M) and b of shape (M)
 */
export function trainLinearClassifier(
  x: Tensor,
  t: Labels,
  options: { classes: number; learningRate: number; epochs: number },
): Layer {
  const { classes, learningRate, epochs } = options;
  const [N, D] = x.shape as [number, number];
  const [W, b] = [zeros(D, classes), zeros(classes)];
  const average = { W: zeros(D, classes), b: zeros(classes) };

  const learn = (n: number, m: number, rate: number): void => {
    for (let i = 0; i < D; i++) W.set(i, m, W.get(i, m) + rate * x.get(n, i));
    b.set(m, b.get(m) + rate);
  };

  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (let n = 0; n < N; n++) {
      const sample = x.lo(n, 0).hi(1, D);
      const predicted = predictClasses(linearScores(sample, W, b)).get(0);
      const right = t.get(n);
      if (predicted !== right) {
        learn(n, right, learningRate);
        learn(n, predicted, -learningRate);
      }
      ops.addeq(average.W, W);
      ops.addeq(average.b, b);
    }
  }
  ops.divseq(average.W, N * epochs);
  ops.divseq(average.b, N * epochs);
  return average;
}
