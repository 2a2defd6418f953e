/** A right solution of lesson 06 without loops that count: keys to sort by, flattened lists, recursion over layers. */
import { copy, labels as labelsOf, map, zeros, type Labels, type Tensor } from '#arrays';
import { accuracy } from '#lessons/03-losses';
import {
  affineBackward,
  affineForward,
  reluBackward,
  reluForward,
  softmaxLossBackward,
  softmaxLossForward,
} from '#lessons/05-backprop';
import ndarray from 'ndarray';
import ops from 'ndarray-ops';

type Params = Record<string, Tensor>;

interface Samples {
  x: Tensor;
  labels: Labels;
}

interface LossAndGradients {
  loss: number;
  gradients: Params;
}

const range = (length: number): number[] => [...Array(length).keys()];
const sum = (list: number[]): number => list.reduce((total, value) => total + value, 0);

function demand(isRight: boolean, message: string): void {
  if (!isRight) throw new RangeError(message);
}

/** Every item draws a number, and the items stand in the order of their numbers. */
export function shuffledOrder(N: number, random: () => number): number[] {
  const keys = range(N).map(() => random());
  return range(N).toSorted((a, b) => keys[a]! - keys[b]!);
}

export function selectSamples(x: Tensor, labels: Labels, indices: number[]): Samples {
  const N = x.shape[0]!;
  demand(labels.size === N, 'selectSamples: labels for all samples');
  const all = range(N);
  demand(
    indices.every((n) => all.includes(n)),
    'selectSamples: indices of samples',
  );
  const { data } = copy(x);
  const size = x.shape.slice(1).reduce((product, length) => product * length, 1);
  const chosen = indices.flatMap((n) => [...data.subarray(n * size, (n + 1) * size)]);
  return {
    x: ndarray(Float64Array.from(chosen), [indices.length, ...x.shape.slice(1)]),
    labels: labelsOf(indices.map((n) => labels.get(n))),
  };
}

export function miniBatches(order: number[], batchSize: number): number[][] {
  demand(Number.isInteger(batchSize) && batchSize > 0, 'miniBatches: a batch size');
  if (order.length === 0) return [];
  return [order.slice(0, batchSize), ...miniBatches(order.slice(batchSize), batchSize)];
}

export function iterationCount(
  N: number,
  batchSize: number,
  epochs: number,
): { perEpoch: number; total: number } {
  const perEpoch = miniBatches(range(N), batchSize).length;
  return { perEpoch, total: perEpoch * epochs };
}

export function sgdStep(params: Params, gradients: Params, learningRate: number): Params {
  const names = Object.keys(params).toSorted();
  demand(String(names) === String(Object.keys(gradients).toSorted()), 'sgdStep: the same names');
  return Object.fromEntries(
    names.map((name) => {
      const stepped = map(gradients[name]!, (slope) => -learningRate * slope);
      demand(String(stepped.shape) === String(params[name]!.shape), `sgdStep: shape of ${name}`);
      ops.addeq(stepped, params[name]!);
      return [name, stepped];
    }),
  );
}

export function meanOverBatches(means: number[], sizes: number[]): number {
  demand(means.length === sizes.length, 'meanOverBatches: a size for each mean');
  // Each mean as often as there are samples of its batch.
  const all = means.flatMap((mean, k) => range(sizes[k]!).map(() => mean));
  demand(all.length > 0, 'meanOverBatches: at least one sample');
  return sum(all) / all.length;
}

export function trainEpoch(
  lossAndGradients: (x: Tensor, labels: Labels, params: Params) => LossAndGradients,
  { x, labels }: Samples,
  batches: number[][],
  params: Params,
  learningRate: number,
): { params: Params; loss: number } {
  const losses: number[] = [];
  const last = batches.reduce((now, batch) => {
    const selected = selectSamples(x, labels, batch);
    const { loss, gradients } = lossAndGradients(selected.x, selected.labels, now);
    losses.push(loss);
    return sgdStep(now, gradients, learningRate);
  }, params);
  const sizes = batches.map(({ length }) => length);
  return { params: last, loss: meanOverBatches(losses, sizes) };
}

/** Each sample is asked about by itself: a batch of one is a batch of at most batchSize. */
export function accuracyInBatches(
  predict: (x: Tensor) => Tensor,
  { x, labels }: Samples,
  batchSize: number,
): number {
  demand(Number.isInteger(batchSize) && batchSize > 0, 'accuracyInBatches: a batch size');
  demand(labels.size > 0, 'accuracyInBatches: at least one sample');
  const right = range(labels.size).map((n) => {
    const one = selectSamples(x, labels, [n]);
    return accuracy(predict(one.x), one.labels);
  });
  return sum(right) / right.length;
}

/** The other half of Box and Muller's pair of normal draws: the one with the sine. */
function normalDraw(random: () => number): number {
  const angle = 2 * Math.PI * random();
  return Math.sin(angle) * Math.sqrt(-2 * Math.log1p(-random()));
}

export function initialMlp(sizes: number[], random: () => number): Params {
  const layers = sizes.slice(1).map((units, i): Params => {
    const inputs = sizes[i]!;
    const W = map(zeros(inputs, units), () => normalDraw(random) / Math.sqrt(inputs / 2));
    return { [`W${i + 1}`]: W, [`b${i + 1}`]: zeros(units) };
  });
  return Object.assign({}, ...layers) as Params;
}

interface Layer {
  W: Tensor;
  b: Tensor;
}

function layersOf(params: Params): Layer[] {
  const count = Object.keys(params).filter((name) => name.startsWith('W')).length;
  return range(count).map((i) => ({ W: params[`W${i + 1}`]!, b: params[`b${i + 1}`]! }));
}

/** From layer l on: the logits, the loss, the gradients of the layers, and what goes back to what came in. */
function onwards(
  input: Tensor,
  [first, ...rest]: Layer[],
  labels: Labels,
): { loss: number; layers: Layer[]; dinput: Tensor } {
  const { out, cache } = affineForward(input, first!.W, first!.b);
  if (rest.length === 0) {
    const softmax = softmaxLossForward(out, labels);
    const { dlogits } = softmaxLossBackward(1, softmax.cache);
    const { dx, dW, db } = affineBackward(dlogits, cache);
    return { loss: softmax.loss, layers: [{ W: dW, b: db }], dinput: dx };
  }
  const relu = reluForward(out);
  const { loss, layers, dinput } = onwards(relu.out, rest, labels);
  const { dx, dW, db } = affineBackward(reluBackward(dinput, relu.cache).dx, cache);
  return { loss, layers: [{ W: dW, b: db }, ...layers], dinput: dx };
}

export function mlpForward(x: Tensor, params: Params): { out: Tensor; cache: null } {
  const [first, ...rest] = layersOf(params);
  const out = rest.reduce(
    (before, { W, b }) => affineForward(reluForward(before).out, W, b).out,
    affineForward(x, first!.W, first!.b).out,
  );
  return { out, cache: null };
}

export function mlpGradients(x: Tensor, labels: Labels, params: Params): LossAndGradients {
  const { loss, layers } = onwards(x, layersOf(params), labels);
  const named = layers.map(({ W, b }, i): Params => ({ [`W${i + 1}`]: W, [`b${i + 1}`]: b }));
  return { loss, gradients: Object.assign({}, ...named) as Params };
}

interface Result {
  params: Params;
  history: { loss: number; accuracy: number }[];
}

export function train(
  training: Samples,
  validation: Samples,
  params: Params,
  options: { epochs: number; batchSize: number; learningRate: number },
  random: () => number,
): Result {
  const start: Result = {
    params: Object.fromEntries(Object.entries(params).map(([name, w]) => [name, copy(w)])),
    history: [],
  };
  return range(options.epochs).reduce(({ params: now, history }): Result => {
    const batches = miniBatches(shuffledOrder(training.labels.size, random), options.batchSize);
    const epoch = trainEpoch(mlpGradients, training, batches, now, options.learningRate);
    const logits = mlpForward(validation.x, epoch.params).out;
    const record = { loss: epoch.loss, accuracy: accuracy(logits, validation.labels) };
    return { params: epoch.params, history: [...history, record] };
  }, start);
}
