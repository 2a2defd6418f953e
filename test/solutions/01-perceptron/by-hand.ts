/** A right solution of lesson 01 as a beginner writes it: plain lists and loops, other weights, other circuits. */
import { array, labels, zeros, type Labels, type Tensor } from '#arrays';

interface Weights {
  w: Tensor;
  b: number;
}

/** A vector as a plain list. */
function list(x: Tensor | Labels): number[] {
  const out: number[] = [];
  for (let i = 0; i < x.shape[0]!; i++) out.push(x.get(i));
  return out;
}

/** A matrix as a list of its rows. */
function table(x: Tensor): number[][] {
  const out: number[][] = [];
  for (let n = 0; n < x.shape[0]!; n++) out.push(list(x.pick(n, null)));
  return out;
}

function dot(x: number[], w: number[]): number {
  return x.reduce((sum, v, i) => sum + v * w[i]!, 0);
}

export function step(z: number): number {
  if (z <= 0) return 0;
  return 1;
}

export function neuron(x: Tensor, w: Tensor, b: number): number {
  const [inputs, weights] = [list(x), list(w)];
  if (inputs.length !== weights.length) {
    throw new RangeError(`neuron got shapes (${inputs.length}) and (${weights.length})`);
  }
  return step(dot(inputs, weights) + b);
}

// On the very edge, where step(0) = 0 decides; and unequal weights.
export const andWeights = (): Weights => ({ w: array([1, 1]), b: -1 });
export const nandWeights = (): Weights => ({ w: array([-0.3, -0.4]), b: 0.6 });
export const orWeights = (): Weights => ({ w: array([7, 2]), b: 0 });

export function xorNetwork(): { hidden: { W: Tensor; b: Tensor }; output: Weights } {
  // "only a", "only b", and a third neuron that plays no part; then OR
  const W = array([
    [1, -1, 5],
    [-1, 1, 5],
  ]);
  return { hidden: { W, b: array([-0.5, -0.5, -20]) }, output: { w: array([1, 1, 0]), b: -0.5 } };
}

export function halfAdder(
  nand: (a: number, b: number) => number,
  a: number,
  b: number,
): { sum: number; carry: number } {
  const not = (c: number): number => nand(c, c);
  const and = (c: number, d: number): number => not(nand(c, d));
  const or = (c: number, d: number): number => nand(not(c), not(d));
  return { sum: or(and(a, not(b)), and(not(a), b)), carry: and(a, b) };
}

export function perceptronUpdate(
  weights: Weights,
  x: Tensor,
  t: number,
  learningRate: number,
): Weights {
  const [inputs, w] = [list(x), list(weights.w)];
  let b = weights.b;
  const y = dot(inputs, w) + b > 0 ? 1 : 0;
  if (t === 1 && y === 0) {
    for (let i = 0; i < w.length; i++) w[i]! += learningRate * inputs[i]!;
    b += learningRate;
  }
  if (t === 0 && y === 1) {
    for (let i = 0; i < w.length; i++) w[i]! -= learningRate * inputs[i]!;
    b -= learningRate;
  }
  return { w: array(w), b };
}

export function trainPerceptron(
  x: Tensor,
  t: Tensor,
  { learningRate, maxEpochs }: { learningRate: number; maxEpochs: number },
): Weights & { epochs: number; mistakes: number; converged: boolean } {
  const w: number[] = Array.from({ length: x.shape[1]! }, () => 0);
  let [b, epochs, mistakes, converged] = [0, 0, 0, false];
  while (!converged && epochs < maxEpochs) {
    epochs += 1;
    converged = true;
    for (const [n, sample] of table(x).entries()) {
      const error = t.get(n) - step(dot(sample, w) + b);
      if (error === 0) continue;
      converged = false;
      mistakes += 1;
      for (const [i, v] of sample.entries()) w[i]! += learningRate * error * v;
      b += learningRate * error;
    }
  }
  return { w: array(w), b, epochs, mistakes, converged };
}

export function linearScores(x: Tensor, W: Tensor, b: Tensor): Tensor {
  if (x.shape[1] !== W.shape[0]) {
    throw new RangeError(`linearScores: rows of ${x.shape[1]} and columns of ${W.shape[0]}`);
  }
  const out = zeros(x.shape[0]!, b.shape[0]!);
  const columns = table(W.transpose(1, 0));
  for (const [n, row] of table(x).entries()) {
    for (const [m, column] of columns.entries()) out.set(n, m, dot(row, column) + b.get(m));
  }
  return out;
}

export function predictClasses(scores: Tensor): Labels {
  return labels(table(scores).map((row) => row.indexOf(Math.max(...row))));
}

export function trainLinearClassifier(
  x: Tensor,
  t: Labels,
  { classes, learningRate, epochs }: { classes: number; learningRate: number; epochs: number },
): { W: Tensor; b: Tensor } {
  // Each class keeps its weights, the bias last, and their sum so far. The sum of a class only needs to be brought
  // up to date when its weights change, by how long they have been the same.
  const samples = table(x).map((row) => [...row, 1]);
  const neurons = Array.from({ length: classes }, () => ({
    weights: Array.from({ length: x.shape[1]! + 1 }, () => 0),
    sum: Array.from({ length: x.shape[1]! + 1 }, () => 0),
    since: 0,
  }));
  let now = 0;
  const bringUpToDate = (neuronOfClass: (typeof neurons)[number]): void => {
    const { weights, sum, since } = neuronOfClass;
    for (const [i, w] of weights.entries()) sum[i]! += w * (now - since);
    neuronOfClass.since = now;
  };
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [n, sample] of samples.entries()) {
      const scores = neurons.map(({ weights }) => dot(sample, weights));
      const predicted = scores.indexOf(Math.max(...scores));
      const right = t.get(n);
      if (predicted !== right) {
        for (const [m, rate] of [
          [right, learningRate],
          [predicted, -learningRate],
        ] as const) {
          bringUpToDate(neurons[m]!);
          for (const [i, v] of sample.entries()) neurons[m]!.weights[i]! += rate * v;
        }
      }
      now += 1;
    }
  }
  for (const one of neurons) bringUpToDate(one);
  const averages = array(neurons.map(({ sum }) => sum.map((v) => v / now)));
  const D = x.shape[1]!;
  return { W: averages.hi(classes, D).transpose(1, 0), b: averages.pick(null, D) };
}
