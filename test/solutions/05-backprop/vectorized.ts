/** A right solution of lesson 05 in whole-array operations of ndarray-ops, with other caches than the reference's. */
import { copy, zeros, type Labels, type Tensor } from '#arrays';
import ops from 'ndarray-ops';

interface GraphNode {
  operation: string;
  inputs: number[];
}

/** a · b, a rank-one piece at a time: column k of a times row k of b. */
function matrixProduct(a: Tensor, b: Tensor): Tensor {
  const [N, K, M] = [a.shape[0]!, a.shape[1]!, b.shape[1]!];
  const out = zeros(N, M);
  const [left, right, sums] = [copy(a).data, copy(b).data, out.data];
  for (let k = 0; k < K; k++) {
    for (let n = 0; n < N; n++) {
      const factor = left[n * K + k]!;
      if (factor === 0) continue;
      for (let m = 0; m < M; m++) sums[n * M + m]! += factor * right[k * M + m]!;
    }
  }
  return out;
}

export function addBackward(dout: number): { da: number; db: number } {
  const [da, db] = [dout, dout];
  return { da, db };
}

export function multiplyBackward(dout: number, a: number, b: number): { da: number; db: number } {
  const [da, db] = [b, a].map((other) => dout * other) as [number, number];
  return { da, db };
}

/** Kahn 1962: nodes whose inputs are all done wait in a queue. https://doi.org/10.1145/368996.369025 */
export function topologicalOrder(graph: GraphNode[]): number[] {
  const open = graph.map(({ inputs }) => inputs.length);
  const readers = graph.map((): number[] => []);
  graph.forEach(({ inputs }, k) => inputs.forEach((i) => readers[i]!.push(k)));
  const queue = [...graph.keys()].filter((k) => open[k] === 0);
  for (const k of queue) {
    for (const reader of readers[k]!) {
      open[reader]! -= 1;
      if (open[reader] === 0) queue.push(reader);
    }
  }
  if (queue.length < graph.length) {
    const stuck = [...graph.keys()].filter((k) => !queue.includes(k));
    throw new RangeError(`topologicalOrder: ${stuck.join(', ')} are on a cycle or after one`);
  }
  return queue;
}

export function evaluateGraph(graph: GraphNode[], inputs: Tensor): Tensor {
  const places = [...graph.keys()].filter((k) => graph[k]!.operation === 'input');
  if (places.length !== inputs.size) {
    throw new RangeError(`evaluateGraph: ${places.length} input nodes, ${inputs.size} inputs`);
  }
  const values = zeros(graph.length);
  places.forEach((k, i) => values.set(k, inputs.get(i)));
  const formulas: Record<string, (a: number, b: number) => number> = {
    add: (a, b) => a + b,
    multiply: (a, b) => a * b,
    sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  };
  for (const k of topologicalOrder(graph)) {
    const { operation, inputs: read } = graph[k]!;
    const formula = formulas[operation];
    if (formula !== undefined) {
      values.set(k, formula(values.get(read[0]!), values.get(read.at(-1)!)));
    }
  }
  return values;
}

/** Forwards instead of backwards: how fast each node grows with one of them, for each of them in turn. */
export function backpropagate(graph: GraphNode[], values: Tensor, output: number): Tensor {
  const order = topologicalOrder(graph);
  const gradients = zeros(graph.length);
  for (const start of graph.keys()) {
    const slopes = zeros(graph.length);
    for (const k of order) {
      const { operation, inputs } = graph[k]!;
      const [a, b] = [inputs[0]!, inputs.at(-1)!];
      const y = values.get(k);
      let slope = 0;
      if (operation === 'add') slope = slopes.get(a) + slopes.get(b);
      if (operation === 'multiply') {
        slope = slopes.get(a) * values.get(b) + slopes.get(b) * values.get(a);
      }
      if (operation === 'sigmoid') slope = slopes.get(a) * y * (1 - y);
      slopes.set(k, k === start ? 1 : slope);
    }
    gradients.set(start, slopes.get(output));
  }
  return gradients;
}

interface AffineCache {
  input: Tensor;
  weights: Tensor;
  bias: Tensor;
}

export function affineForward(
  x: Tensor,
  W: Tensor,
  b: Tensor,
): { out: Tensor; cache: AffineCache } {
  if (x.dimension !== 2 || W.dimension !== 2 || b.dimension !== 1) {
    throw new RangeError(`affineForward: axes of (${x.shape}), (${W.shape}), (${b.shape})`);
  }
  const [columns, rows] = [x.shape[1]!, W.shape[0]!];
  if (columns !== rows) throw new RangeError(`affineForward: ${columns} columns, ${rows} rows`);
  if (b.size !== W.shape[1]) {
    throw new RangeError(`affineForward: ${W.shape[1]} columns, ${b.size} biases`);
  }
  const out = matrixProduct(x, W);
  for (let n = 0; n < x.shape[0]!; n++) ops.addeq(out.pick(n, null), b);
  return { out, cache: { input: copy(x), weights: copy(W), bias: copy(b) } };
}

export function affineBackward(
  dout: Tensor,
  { input, weights, bias }: AffineCache,
): { dx: Tensor; dW: Tensor; db: Tensor } {
  const db = zeros(bias.size);
  for (let n = 0; n < dout.shape[0]!; n++) ops.addeq(db, dout.pick(n, null));
  const dxTransposed = matrixProduct(weights, dout.transpose(1, 0));
  return {
    dx: copy(dxTransposed.transpose(1, 0)),
    dW: matrixProduct(input.transpose(1, 0), dout),
    db,
  };
}

export function reluForward(x: Tensor): { out: Tensor; cache: [Tensor] } {
  const out = copy(x);
  ops.maxseq(out, 0);
  return { out, cache: [out] };
}

export function reluBackward(dout: Tensor, [out]: [Tensor]): { dx: Tensor } {
  const dx = zeros(...dout.shape);
  ops.gts(dx, out, 0);
  ops.muleq(dx, dout);
  return { dx };
}

export function sigmoidForward(x: Tensor): { out: Tensor; cache: { x: Tensor } } {
  const out = copy(x);
  ops.negeq(out);
  ops.expeq(out);
  ops.addseq(out, 1);
  ops.recipeq(out);
  return { out, cache: { x: copy(x) } };
}

export function sigmoidBackward(dout: Tensor, { x }: { x: Tensor }): { dx: Tensor } {
  const { out } = sigmoidForward(x);
  const dx = copy(out);
  ops.muleq(dx, out);
  ops.negeq(dx);
  ops.addeq(dx, out);
  ops.muleq(dx, dout);
  return { dx };
}

interface SoftmaxLossCache {
  logSoftmax: Tensor;
  classes: number[];
}

export function softmaxLossForward(
  logits: Tensor,
  labels: Labels,
): { loss: number; cache: SoftmaxLossCache } {
  if (logits.dimension !== 2 || labels.dimension !== 1 || labels.size !== logits.shape[0]) {
    throw new RangeError(`softmaxLossForward: (${logits.shape}) and (${labels.shape})`);
  }
  const logSoftmax = copy(logits);
  const classes = [...copy(labels).data];
  let loss = 0;
  for (const [n, right] of classes.entries()) {
    const row = logSoftmax.pick(n, null);
    ops.subseq(row, ops.sup(row));
    const powers = copy(row);
    ops.expeq(powers);
    ops.subseq(row, Math.log(ops.sum(powers)));
    loss -= row.get(right);
  }
  return { loss: loss / classes.length, cache: { logSoftmax, classes } };
}

export function softmaxLossBackward(
  dout: number,
  { logSoftmax, classes }: SoftmaxLossCache,
): { dlogits: Tensor } {
  const dlogits = copy(logSoftmax);
  ops.expeq(dlogits);
  for (const [n, right] of classes.entries()) dlogits.set(n, right, dlogits.get(n, right) - 1);
  ops.mulseq(dlogits, dout / classes.length);
  return { dlogits };
}

interface Params {
  W1: Tensor;
  b1: Tensor;
  W2: Tensor;
  b2: Tensor;
}

/** x with a column of ones, whose weights are then the biases. */
function withOnes(x: Tensor): Tensor {
  const [N, D] = x.shape as [number, number];
  const out = zeros(N, D + 1);
  ops.assigns(out, 1);
  ops.assign(out.hi(N, D), x);
  return out;
}

/** W with b as its last row. */
function withRow(W: Tensor, b: Tensor): Tensor {
  const [D, M] = W.shape as [number, number];
  const out = zeros(D + 1, M);
  ops.assign(out.hi(D, M), W);
  ops.assign(out.pick(D, null), b);
  return out;
}

export function twoLayerGradients(
  x: Tensor,
  labels: Labels,
  { W1, b1, W2, b2 }: Params,
): { loss: number; gradients: Params } {
  const [D, H, C] = [W1.shape[0]!, W2.shape[0]!, W2.shape[1]!];
  const inputs = withOnes(x);
  const hidden = matrixProduct(inputs, withRow(W1, b1));
  ops.maxseq(hidden, 0);
  const active = withOnes(hidden);
  const { loss, cache } = softmaxLossForward(matrixProduct(active, withRow(W2, b2)), labels);

  const { dlogits } = softmaxLossBackward(1, cache);
  const toLogits = matrixProduct(active.transpose(1, 0), dlogits);
  const { dx } = reluBackward(matrixProduct(dlogits, W2.transpose(1, 0)), [hidden]);
  const toHidden = matrixProduct(inputs.transpose(1, 0), dx);
  const gradients = {
    W1: copy(toHidden.hi(D, H)),
    b1: copy(toHidden.pick(D, null)),
    W2: copy(toLogits.hi(H, C)),
    b2: copy(toLogits.pick(H, null)),
  };
  return { loss, gradients };
}

export function trainTwoLayer(
  x: Tensor,
  labels: Labels,
  params: Params,
  { learningRate, steps }: { learningRate: number; steps: number },
): { params: Params; losses: Tensor } {
  const trained = {
    W1: copy(params.W1),
    b1: copy(params.b1),
    W2: copy(params.W2),
    b2: copy(params.b2),
  };
  const losses = zeros(steps);
  for (let step = 0; step < steps; step++) {
    const { loss, gradients } = twoLayerGradients(x, labels, trained);
    losses.set(step, loss);
    for (const name of ['W1', 'b1', 'W2', 'b2'] as const) {
      ops.mulseq(gradients[name], -learningRate);
      ops.addeq(trained[name], gradients[name]);
    }
  }
  return { params: trained, losses };
}
