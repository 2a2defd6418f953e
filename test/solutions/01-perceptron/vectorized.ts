/** A right solution of lesson 01 in whole-array operations of ndarray-ops, and other networks than the reference's. */
import { array, copy, labels, zeros, type Labels, type Tensor } from '#arrays';
import ops from 'ndarray-ops';

interface Weights {
  w: Tensor;
  b: number;
}

interface Layer {
  W: Tensor;
  b: Tensor;
}

function dot(x: Tensor, w: Tensor): number {
  const products = zeros(x.size);
  ops.mul(products, x, w);
  return ops.sum(products);
}

export function step(z: number): number {
  return Number(z > 0);
}

export function neuron(x: Tensor, w: Tensor, b: number): number {
  if (x.size !== w.size) throw new RangeError(`neuron: x is (${x.size}) and w is (${w.size})`);
  return step(dot(x, w) + b);
}

export function andWeights(): Weights {
  return { w: array([0.5, 0.5]), b: -0.7 };
}

export function nandWeights(): Weights {
  const { w, b } = andWeights();
  ops.negeq(w);
  return { w, b: -b };
}

export function orWeights(): Weights {
  return { w: array([0.5, 0.5]), b: -0.2 };
}

export function xorNetwork(): { hidden: Layer; output: Weights } {
  // Two hidden neurons count the ones: at least one, at least two. XOR is the first without the second.
  const W = zeros(2, 2);
  ops.assigns(W, 1);
  return { hidden: { W, b: array([-0.5, -1.5]) }, output: { w: array([1, -2]), b: -0.5 } };
}

export function halfAdder(
  nand: (a: number, b: number) => number,
  a: number,
  b: number,
): { sum: number; carry: number } {
  // a XOR b = (a OR b) AND (a NAND b)
  const either = nand(nand(a, a), nand(b, b));
  const notBoth = nand(a, b);
  const notSum = nand(either, notBoth);
  return { sum: nand(notSum, notSum), carry: nand(notBoth, notBoth) };
}

export function perceptronUpdate(
  { w, b }: Weights,
  x: Tensor,
  t: number,
  learningRate: number,
): Weights {
  const change = zeros(x.size);
  const error = t - neuron(x, w, b);
  ops.muls(change, x, learningRate * error);
  ops.addeq(change, w);
  return { w: change, b: b + learningRate * error };
}

export function trainPerceptron(
  x: Tensor,
  t: Tensor,
  options: { learningRate: number; maxEpochs: number },
): Weights & { epochs: number; mistakes: number; converged: boolean } {
  const weights = { w: zeros(x.shape[1]!), b: 0 };
  let mistakes = 0;
  const passesCleanly = (): boolean => {
    let clean = true;
    for (let n = 0; n < x.shape[0]!; n++) {
      const sample = x.pick(n, null);
      const error = t.get(n) - neuron(sample, weights.w, weights.b);
      mistakes += Math.abs(error);
      clean &&= error === 0;
      Object.assign(weights, perceptronUpdate(weights, sample, t.get(n), options.learningRate));
    }
    return clean;
  };
  let epochs = 1;
  let converged = passesCleanly();
  for (; epochs < options.maxEpochs && !converged; epochs++) converged = passesCleanly();
  return { ...weights, epochs, mistakes, converged };
}

export function linearScores(x: Tensor, W: Tensor, b: Tensor): Tensor {
  const [N, D] = x.shape as [number, number];
  if (D !== W.shape[0]) {
    throw new RangeError(`linearScores: x has ${D} columns and W has ${W.shape[0]} rows`);
  }
  // One input at a time: its column of x times its row of W.
  const out = zeros(N, b.size);
  const term = zeros(b.size);
  for (let n = 0; n < N; n++) {
    const scores = out.pick(n, null);
    ops.assign(scores, b);
    for (let i = 0; i < D; i++) {
      ops.muls(term, W.pick(i, null), x.get(n, i));
      ops.addeq(scores, term);
    }
  }
  return out;
}

export function predictClasses(scores: Tensor): Labels {
  const N = scores.shape[0]!;
  return labels(Array.from({ length: N }, (_, n) => firstMaximum(scores.pick(n, null))));
}

function firstMaximum(row: Tensor): number {
  const largest = ops.sup(row);
  let m = 0;
  while (row.get(m) !== largest) m++;
  return m;
}

export function trainLinearClassifier(
  x: Tensor,
  t: Labels,
  options: { classes: number; learningRate: number; epochs: number },
): Layer {
  const { classes, learningRate, epochs } = options;
  const [N, D] = x.shape as [number, number];
  // Neurons in rows, so that a whole column of W lies together.
  const V = zeros(classes, D);
  const b = zeros(classes);
  const total = { V: zeros(classes, D), b: zeros(classes) };
  const change = zeros(D);
  for (let pass = 0; pass < N * epochs; pass++) {
    const sample = x.pick(pass % N, null);
    const scores = zeros(classes);
    for (let m = 0; m < classes; m++) scores.set(m, dot(sample, V.pick(m, null)) + b.get(m));
    const predicted = firstMaximum(scores);
    const right = t.get(pass % N);
    if (predicted !== right) {
      ops.muls(change, sample, learningRate);
      ops.addeq(V.pick(right, null), change);
      ops.subeq(V.pick(predicted, null), change);
      b.set(right, b.get(right) + learningRate);
      b.set(predicted, b.get(predicted) - learningRate);
    }
    ops.addeq(total.V, V);
    ops.addeq(total.b, b);
  }
  ops.divseq(total.V, N * epochs);
  ops.divseq(total.b, N * epochs);
  return { W: copy(total.V.transpose(1, 0)), b: total.b };
}
