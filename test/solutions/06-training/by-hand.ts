/** A right solution of lesson 06 as a beginner writes it: plain lists, plain loops, and nothing of earlier lessons. */
import { zeros, type Labels, type Tensor } from '#arrays';
import ndarray from 'ndarray';

type Params = Record<string, Tensor>;

interface Samples {
  x: Tensor;
  labels: Labels;
}

interface LossAndGradients {
  loss: number;
  gradients: Params;
}

export function shuffledOrder(N: number, random: () => number): number[] {
  // One item after the other is drawn out of a bag, until it is empty.
  const bag: number[] = [];
  for (let n = 0; n < N; n++) bag.push(n);
  const order: number[] = [];
  while (bag.length > 0) {
    const place = Math.floor(random() * bag.length);
    order.push(bag[place]!);
    bag.splice(place, 1);
  }
  return order;
}

export function selectSamples(x: Tensor, labels: Labels, indices: number[]): Samples {
  const N = x.shape[0]!;
  if (labels.shape[0] !== N) {
    throw new RangeError(`selectSamples got ${N} samples and ${labels.shape[0]} labels`);
  }
  for (const index of indices) {
    if (!(index >= 0 && index < N && index % 1 === 0)) {
      throw new RangeError(`selectSamples has no sample ${index}`);
    }
  }
  const chosen = zeros(indices.length, ...x.shape.slice(1));
  const classes = ndarray(new Int32Array(indices.length), [indices.length]);
  for (let k = 0; k < indices.length; k++) {
    classes.set(k, labels.get(indices[k]!));
    const walk = (...rest: number[]): void => {
      if (rest.length === x.shape.length - 1) {
        chosen.set(k, ...rest, x.get(indices[k]!, ...rest));
      } else {
        for (let i = 0; i < x.shape[rest.length + 1]!; i++) walk(...rest, i);
      }
    };
    walk();
  }
  return { x: chosen, labels: classes };
}

export function miniBatches(order: number[], batchSize: number): number[][] {
  if (!(batchSize >= 1) || batchSize % 1 !== 0) {
    throw new RangeError(`miniBatches cannot make batches of ${batchSize}`);
  }
  const batches: number[][] = [];
  let batch: number[] = [];
  for (const n of order) {
    batch.push(n);
    if (batch.length === batchSize) {
      batches.push(batch);
      batch = [];
    }
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

export function iterationCount(
  N: number,
  batchSize: number,
  epochs: number,
): { perEpoch: number; total: number } {
  if (!(batchSize >= 1) || batchSize % 1 !== 0) {
    throw new RangeError(`iterationCount cannot count batches of ${batchSize}`);
  }
  let perEpoch = 0;
  for (let left = N; left > 0; left -= batchSize) perEpoch += 1;
  let total = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) total += perEpoch;
  return { perEpoch, total };
}

export function sgdStep(params: Params, gradients: Params, learningRate: number): Params {
  const stepped: Params = {};
  for (const name in gradients) {
    if (!(name in params)) throw new RangeError(`sgdStep has no parameter ${name}`);
  }
  for (const name in params) {
    const [w, g] = [params[name]!, gradients[name]];
    if (g === undefined) throw new RangeError(`sgdStep has no gradient for ${name}`);
    if (w.shape.join() !== g.shape.join()) {
      throw new RangeError(`sgdStep: ${name} is (${w.shape.join()}), and not (${g.shape.join()})`);
    }
    const out = zeros(...w.shape);
    const walk = (...index: number[]): void => {
      if (index.length === w.shape.length) {
        out.set(...index, w.get(...index) - learningRate * g.get(...index));
      } else {
        for (let i = 0; i < w.shape[index.length]!; i++) walk(...index, i);
      }
    };
    walk();
    stepped[name] = out;
  }
  return stepped;
}

export function meanOverBatches(means: number[], sizes: number[]): number {
  if (means.length !== sizes.length) throw new RangeError('meanOverBatches got uneven lists');
  let samples = 0;
  for (const size of sizes) samples += size;
  if (samples === 0) throw new RangeError('meanOverBatches got no samples');
  let mean = 0;
  for (let k = 0; k < means.length; k++) mean += means[k]! * (sizes[k]! / samples);
  return mean;
}

export function trainEpoch(
  lossAndGradients: (x: Tensor, labels: Labels, params: Params) => LossAndGradients,
  samples: Samples,
  batches: number[][],
  params: Params,
  learningRate: number,
): { params: Params; loss: number } {
  if (batches.length === 0) throw new RangeError('trainEpoch got no batch');
  let place = params;
  let sum = 0;
  let count = 0;
  for (let k = 0; k < batches.length; k++) {
    const batch = selectSamples(samples.x, samples.labels, batches[k]!);
    const result = lossAndGradients(batch.x, batch.labels, place);
    place = sgdStep(place, result.gradients, learningRate);
    sum += result.loss * batches[k]!.length;
    count += batches[k]!.length;
  }
  return { params: place, loss: sum / count };
}

export function accuracyInBatches(
  predict: (x: Tensor) => Tensor,
  samples: Samples,
  batchSize: number,
): number {
  if (!(batchSize >= 1) || batchSize % 1 !== 0) {
    throw new RangeError(`accuracyInBatches cannot make batches of ${batchSize}`);
  }
  const N = samples.labels.shape[0]!;
  if (N === 0) throw new RangeError('accuracyInBatches got no samples');
  let right = 0;
  for (let from = 0; from < N; from += batchSize) {
    const indices: number[] = [];
    for (let n = from; n < N && n < from + batchSize; n++) indices.push(n);
    const { x, labels } = selectSamples(samples.x, samples.labels, indices);
    const logits = predict(x);
    for (let n = 0; n < indices.length; n++) {
      let best = 0;
      for (let c = 0; c < logits.shape[1]!; c++) {
        if (logits.get(n, c) > logits.get(n, best)) best = c;
      }
      if (best === labels.get(n)) right += 1;
    }
  }
  return right / N;
}

/** A normal draw by the polar method, which throws away points outside of the unit disc. */
function polar(random: () => number): number {
  for (;;) {
    const [a, b] = [2 * random() - 1, 2 * random() - 1];
    const square = a * a + b * b;
    if (square > 0 && square < 1) return a * Math.sqrt((-2 * Math.log(square)) / square);
  }
}

export function initialMlp(sizes: number[], random: () => number): Params {
  const params: Params = {};
  for (let l = sizes.length - 1; l > 0; l--) {
    const [inputs, units] = [sizes[l - 1]!, sizes[l]!];
    const W = zeros(inputs, units);
    const b = zeros(units);
    for (let m = 0; m < units; m++) {
      for (let d = 0; d < inputs; d++) W.set(d, m, polar(random) * Math.sqrt(2 / inputs));
    }
    params['b' + l] = b;
    params['W' + l] = W;
  }
  return params;
}

type Matrix = number[][];

/** All that the forward pass computes: the units of every layer, from the inputs to the logits. */
function unitsOf(x: Tensor, params: Params): Matrix[] {
  let rows: Matrix = [];
  for (let n = 0; n < x.shape[0]!; n++) {
    rows.push([]);
    for (let d = 0; d < x.shape[1]!; d++) rows[n]!.push(x.get(n, d));
  }
  const layers = [rows];
  let width = x.shape[1]!;
  for (let l = 1; `W${l}` in params; l++) {
    const W = params[`W${l}`]!;
    const b = params[`b${l}`]!;
    if (W.shape[0] !== width || b.shape[0] !== W.shape[1]) {
      throw new RangeError(`mlpForward: layer ${l} does not fit`);
    }
    width = b.shape[0]!;
    const isLast = !(`W${l + 1}` in params);
    rows = rows.map((row) => {
      const units: number[] = [];
      for (let m = 0; m < W.shape[1]!; m++) {
        let sum = b.get(m);
        for (let d = 0; d < row.length; d++) sum += row[d]! * W.get(d, m);
        units.push(isLast || sum > 0 ? sum : 0);
      }
      return units;
    });
    layers.push(rows);
  }
  return layers;
}

export function mlpForward(x: Tensor, params: Params): { out: Tensor; cache: Matrix[] } {
  const layers = unitsOf(x, params);
  const rows = layers[layers.length - 1]!;
  const classes = params[`b${layers.length - 1}`]!.shape[0]!;
  const out = zeros(rows.length, classes);
  rows.forEach((row, n) => row.forEach((logit, c) => out.set(n, c, logit)));
  return { out, cache: layers };
}

export function mlpGradients(x: Tensor, labels: Labels, params: Params): LossAndGradients {
  const layers = unitsOf(x, params);
  const gradients: Params = {};
  for (const name in params) gradients[name] = zeros(...params[name]!.shape);
  let loss = 0;
  const N = x.shape[0]!;
  // One sample after the other, from its logits back to its inputs.
  for (let n = 0; n < N; n++) {
    const logits = layers[layers.length - 1]![n]!;
    const largest = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp(logit - largest));
    const total = powers.reduce((sum, power) => sum + power, 0);
    loss += (Math.log(total) - logits[labels.get(n)]! + largest) / N;
    let back = powers.map((power, c) => (power / total - (c === labels.get(n) ? 1 : 0)) / N);
    for (let l = layers.length - 1; l >= 1; l--) {
      const [W, dW, db] = [params[`W${l}`]!, gradients[`W${l}`]!, gradients[`b${l}`]!];
      const inputs = layers[l - 1]![n]!;
      const before: number[] = [];
      for (let d = 0; d < inputs.length; d++) {
        let sum = 0;
        for (let m = 0; m < back.length; m++) {
          dW.set(d, m, dW.get(d, m) + inputs[d]! * back[m]!);
          sum += W.get(d, m) * back[m]!;
        }
        before.push(inputs[d]! > 0 ? sum : 0);
      }
      for (let m = 0; m < back.length; m++) db.set(m, db.get(m) + back[m]!);
      back = before;
    }
  }
  return { loss, gradients };
}

export function train(
  training: Samples,
  validation: Samples,
  params: Params,
  options: { epochs: number; batchSize: number; learningRate: number },
  random: () => number,
): { params: Params; history: { loss: number; accuracy: number }[] } {
  const history: { loss: number; accuracy: number }[] = [];
  // A step of length 0 makes copies.
  const still: Params = {};
  for (const name in params) still[name] = zeros(...params[name]!.shape);
  let place = sgdStep(params, still, 0);
  while (history.length < options.epochs) {
    const order = shuffledOrder(training.x.shape[0]!, random);
    const batches = miniBatches(order, options.batchSize);
    const epoch = trainEpoch(mlpGradients, training, batches, place, options.learningRate);
    place = epoch.params;
    const reached = place;
    const predict = (x: Tensor): Tensor => mlpForward(x, reached).out;
    const accuracy = accuracyInBatches(predict, validation, validation.x.shape[0]!);
    history.push({ loss: epoch.loss, accuracy });
  }
  return { params: place, history };
}
