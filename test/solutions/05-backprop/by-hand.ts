/** A right solution of lesson 05 as a beginner writes it: plain lists, plain loops, a cache of whatever was at hand. */
import { copy, zeros, type Labels, type Tensor } from '#arrays';

interface GraphNode {
  operation: string;
  inputs: number[];
}

type Matrix = number[][];

/** A matrix as a list of rows. */
function rowsOf(x: Tensor): Matrix {
  const rows: Matrix = [];
  for (let n = 0; n < x.shape[0]!; n++) {
    const row: number[] = [];
    for (let m = 0; m < x.shape[1]!; m++) row.push(x.get(n, m));
    rows.push(row);
  }
  return rows;
}

/** The sum of the products of numbers that stand in the same place. */
function dot(a: number[], b: number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** A new matrix of this shape, filled by a formula for its entries. */
function matrix(N: number, M: number, formula: (n: number, m: number) => number): Tensor {
  const out = zeros(N, M);
  for (let n = 0; n < N; n++) for (let m = 0; m < M; m++) out.set(n, m, formula(n, m));
  return out;
}

function vector(length: number, formula: (i: number) => number): Tensor {
  const out = zeros(length);
  for (let i = 0; i < length; i++) out.set(i, formula(i));
  return out;
}

/** f of the entries of one or two arrays of one shape. */
function each([first, second]: [Tensor, Tensor?], f: (a: number, b: number) => number): Tensor {
  const as = copy(first).data;
  const bs = second === undefined ? as : copy(second).data;
  const out = zeros(...first.shape);
  for (let i = 0; i < as.length; i++) out.data[i] = f(as[i]!, bs[i]!);
  return out;
}

export function addBackward(dout: number): { da: number; db: number } {
  return { da: 1 * dout, db: 1 * dout };
}

export function multiplyBackward(dout: number, a: number, b: number): { da: number; db: number } {
  return { da: b * dout, db: a * dout };
}

export function topologicalOrder(graph: GraphNode[]): number[] {
  // Again and again, take whatever has all its inputs already.
  const order: number[] = [];
  while (order.length < graph.length) {
    const before = order.length;
    for (let k = 0; k < graph.length; k++) {
      const isReady = graph[k]!.inputs.every((i) => order.includes(i));
      if (isReady && !order.includes(k)) order.push(k);
    }
    if (order.length === before) throw new RangeError('topologicalOrder found a cycle');
  }
  return order;
}

export function evaluateGraph(graph: GraphNode[], inputs: Tensor): Tensor {
  let count = 0;
  for (const { operation } of graph) if (operation === 'input') count += 1;
  if (inputs.shape[0] !== count) {
    throw new RangeError(`evaluateGraph got ${inputs.shape[0]} inputs for ${count} nodes`);
  }
  const values: number[] = [];
  let next = 0;
  graph.forEach(({ operation }, k) => {
    if (operation === 'input') values[k] = inputs.get(next++);
  });
  for (const k of topologicalOrder(graph)) {
    const { operation, inputs: read } = graph[k]!;
    const a = values[read[0]!]!;
    const b = values[read[1]!]!;
    if (operation === 'add') values[k] = a + b;
    else if (operation === 'multiply') values[k] = a * b;
    else if (operation === 'sigmoid') values[k] = (1 + Math.tanh(a / 2)) / 2;
  }
  return vector(graph.length, (k) => values[k]!);
}

export function backpropagate(graph: GraphNode[], values: Tensor, output: number): Tensor {
  // Every node collects from those that read it, once all of them have their own gradient.
  const gradients: number[] = [];
  const order = topologicalOrder(graph).toReversed();
  for (const k of order) {
    let sum = k === output ? 1 : 0;
    for (let reader = 0; reader < graph.length; reader++) {
      const { operation, inputs } = graph[reader]!;
      inputs.forEach((input, side) => {
        if (input !== k) return;
        const value = values.get(reader);
        let slope = 1;
        if (operation === 'multiply') slope = values.get(inputs[1 - side]!);
        if (operation === 'sigmoid') slope = value - value * value;
        sum += slope * gradients[reader]!;
      });
    }
    gradients[k] = sum;
  }
  return vector(graph.length, (k) => gradients[k]!);
}

interface AffineCache {
  samples: Matrix;
  weights: Matrix;
}

export function affineForward(
  x: Tensor,
  W: Tensor,
  b: Tensor,
): { out: Tensor; cache: AffineCache } {
  const shapes = [x, W, b].map(({ shape }) => `(${shape.join(', ')})`).join(', ');
  const [fits, axes] = [
    x.shape[1] === W.shape[0] && W.shape[1] === b.shape[0],
    x.shape.length === 2 && W.shape.length === 2 && b.shape.length === 1,
  ];
  if (!fits || !axes) throw new RangeError(`affineForward cannot use ${shapes}`);
  const [samples, weights] = [rowsOf(x), rowsOf(W)];
  const columns = rowsOf(W.transpose(1, 0));
  const out = matrix(x.shape[0]!, b.shape[0]!, (n, m) => dot(samples[n]!, columns[m]!) + b.get(m));
  return { out, cache: { samples, weights } };
}

export function affineBackward(
  dout: Tensor,
  { samples, weights }: AffineCache,
): { dx: Tensor; dW: Tensor; db: Tensor } {
  const [N, D, M] = [samples.length, weights.length, dout.shape[1]!];
  const douts = rowsOf(dout);
  const slopes = rowsOf(dout.transpose(1, 0));
  const features = weights.map((_, d) => samples.map((sample) => sample[d]!));
  return {
    dx: matrix(N, D, (n, d) => dot(douts[n]!, weights[d]!)),
    dW: matrix(D, M, (d, m) => dot(features[d]!, slopes[m]!)),
    db: vector(M, (m) => slopes[m]!.reduce((sum, slope) => sum + slope, 0)),
  };
}

export function reluForward(x: Tensor): { out: Tensor; cache: { mask: Tensor } } {
  const mask = each([x], (v) => Number(v > 0));
  return { out: each([x, mask], (v, open) => v * open), cache: { mask } };
}

export function reluBackward(dout: Tensor, { mask }: { mask: Tensor }): { dx: Tensor } {
  return { dx: each([dout, mask], (d, open) => d * open) };
}

export function sigmoidForward(x: Tensor): { out: Tensor; cache: { slope: Tensor } } {
  const out = each([x], (v) => (1 + Math.tanh(v / 2)) / 2);
  return { out, cache: { slope: each([x], (v) => (1 - Math.tanh(v / 2) ** 2) / 4) } };
}

export function sigmoidBackward(dout: Tensor, { slope }: { slope: Tensor }): { dx: Tensor } {
  return { dx: each([dout, slope], (d, s) => d * s) };
}

export function softmaxLossForward(
  logits: Tensor,
  labels: Labels,
): { loss: number; cache: { slopes: Matrix } } {
  if (logits.shape.length !== 2 || labels.shape.join() !== String(logits.shape[0])) {
    const shapes = `(${logits.shape.join(', ')}) and (${labels.shape.join(', ')})`;
    throw new RangeError(`softmaxLossForward cannot use ${shapes}`);
  }
  const rows = rowsOf(logits);
  const losses = rows.map((row, n) => {
    const max = Math.max(...row);
    const sum = row.reduce((total, logit) => total + Math.exp(logit - max), 0);
    return Math.log(sum) + max - row[labels.get(n)]!;
  });
  // pᵢ = 1 / Σⱼ e^(xⱼ − xᵢ): an overflow in the sum only makes the quotient 0.
  const slopes = rows.map((row, n) =>
    row.map((logit, i) => {
      const p = 1 / row.reduce((sum, other) => sum + Math.exp(other - logit), 0);
      return (i === labels.get(n) ? p - 1 : p) / rows.length;
    }),
  );
  return { loss: losses.reduce((sum, loss) => sum + loss, 0) / rows.length, cache: { slopes } };
}

export function softmaxLossBackward(
  dout: number,
  { slopes }: { slopes: Matrix },
): { dlogits: Tensor } {
  return { dlogits: matrix(slopes.length, slopes[0]!.length, (n, i) => dout * slopes[n]![i]!) };
}

interface Params {
  W1: Tensor;
  b1: Tensor;
  W2: Tensor;
  b2: Tensor;
}

export function twoLayerGradients(
  x: Tensor,
  labels: Labels,
  { W1, b1, W2, b2 }: Params,
): { loss: number; gradients: Params } {
  const hidden = affineForward(x, W1, b1);
  const active = reluForward(hidden.out);
  const logits = affineForward(active.out, W2, b2);
  const { loss, cache } = softmaxLossForward(logits.out, labels);
  const last = affineBackward(softmaxLossBackward(1, cache).dlogits, logits.cache);
  const first = affineBackward(reluBackward(last.dx, active.cache).dx, hidden.cache);
  return { loss, gradients: { W1: first.dW, b1: first.db, W2: last.dW, b2: last.db } };
}

export function trainTwoLayer(
  x: Tensor,
  labels: Labels,
  params: Params,
  { learningRate, steps }: { learningRate: number; steps: number },
): { params: Params; losses: Tensor } {
  const move = (w: Tensor, g: Tensor): Tensor => each([w, g], (v, d) => v - learningRate * d);
  const still = (w: Tensor): Tensor => each([w], (v) => v);
  let { W1, b1, W2, b2 } = params;
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { loss, gradients: g } = twoLayerGradients(x, labels, { W1, b1, W2, b2 });
    losses.push(loss);
    [W1, b1, W2, b2] = [move(W1, g.W1), move(b1, g.b1), move(W2, g.W2), move(b2, g.b2)];
  }
  const trained = { W1: still(W1), b1: still(b1), W2: still(W2), b2: still(b2) };
  return { params: trained, losses: vector(steps, (step) => losses[step]!) };
}
