/** Digits learned with and without batch norm, at five learning rates; and what arrives at a deep layer meanwhile. */
import { copy, filled, zeros, zip, type Tensor } from '#arrays';
import type { Mnist, Samples } from '#datasets/mnist';
import { normal } from '#datasets/random';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Histograms, Series, Table } from '#figures/figure';
import { accuracy } from '#lessons/03-losses';
import {
  affineBackward,
  affineForward,
  reluBackward,
  reluForward,
  softmaxLossBackward,
  softmaxLossForward,
} from '#lessons/05-backprop';
import type * as Normalization from './normalization.reference.ts';

export const title = 'Batch norm: more learning rates to choose from';

export const about =
  'The same network learns digits with batch norm and without, at learning rates from timid to reckless. ' +
  'With it a wider range of them will do, and it matters less how large the weights are at the start. ' +
  'The histograms show what arrives at the last ReLU.';

export const parameters = {
  scale: { label: 'size of the starting weights', from: 0.1, to: 3, value: 1, scale: 'log' },
  steps: { label: 'steps', from: 20, to: 200, value: 80, whole: true },
} satisfies Parameters;

export const digits = { train: 1000, test: 500 };

const RATES = [0.01, 0.05, 0.25, 1.25, 6.25];
/** The rate whose network is looked into. */
const SHOWN = 0.25;
const BATCH = 50;
const HIDDEN = [32, 32, 32];
const CLASSES = 10;
/** Digits are shrunk to so many pixels a side: a quarter of the pixels, for speed. */
const SIDE = 14;
const EPSILON = 1e-5;
const MOMENTUM = 0.9;
/** What the runs are called whose networks are normalized. */
const WITH = 'with batch norm';

/** An affine layer, and what batch norm adds to it. */
interface Layer {
  W: Tensor;
  b: Tensor;
  gamma: Tensor;
  beta: Tensor;
  running: Normalization.Statistics;
}

/** Layers with a ReLU between each two. */
interface Network {
  layers: Layer[];
  isNormalized: boolean;
}

/** One way through a network. */
interface Pass {
  logits: Tensor;
  /** What arrived at the last ReLU. */
  deep: Tensor;
  /** From the gradient of the logits to the network after a step of gradient descent. */
  step: (dlogits: Tensor, rate: number) => Network;
}

/**
 * The experiment of lesson 09.
 *
 * @param lesson the functions of the lesson
 * @returns how many digits are read rightly at each rate, the loss by step at each rate, what arrives at the last ReLU,
 *   and the first figure's numbers
 */
export function* experiment(
  lesson: typeof Normalization,
  { random, digits: { train, test } }: Material,
  { scale, steps }: Values<typeof parameters>,
): Running {
  const [seen, unseen] = [shrunk(train), shrunk(test)];
  const layers = startingLayers(random, scale);
  const names = [WITH, 'without batch norm'];
  const starts = [true, false].map((isNormalized): Network => ({ layers, isNormalized }));
  const runs: { name: string; rate: number; losses: number[]; right: number; deep: Tensor }[] = [];
  for (const [i, start] of starts.entries()) {
    for (const rate of RATES) {
      const { network, losses } = trained(lesson, start, seen, { rate, steps });
      const { logits, deep } = pass(lesson, network, unseen.images, false);
      const right = accuracy(logits, unseen.labels);
      runs.push({ name: names[i]!, rate, losses, right, deep });
      yield runs.length / (starts.length * RATES.length);
    }
  }
  const curves = names.map((name): Series => ({
    name,
    by: madeBy(name),
    points: runs.filter((run) => run.name === name).map(({ rate, right }) => [rate, 100 * right]),
  }));
  const middle = RATES[1]!;
  const histograms = names.map((name, i) => {
    const { deep: end } = runs.find((run) => run.name === name && run.rate === SHOWN)!;
    const { deep: start } = pass(lesson, starts[i]!, unseen.images, true);
    return arriving(name, [
      { name: 'start', values: copy(start).data },
      { name: 'end', values: copy(end).data },
    ]);
  });
  return [
    byRate(curves, steps),
    ...names.map((name) =>
      lossCurves(
        name,
        runs.filter((run) => run.name === name),
      ),
    ),
    ...histograms,
    results(curves),
  ];
}

/** Images of 14 by 14 pixels, each the mean of four. */
function shrunk({ images, labels }: Samples<Tensor>): Mnist['train'] {
  const small = filled([labels.size, SIDE * SIDE], (n, p) => {
    const first = 4 * SIDE * Math.floor(p! / SIDE) + 2 * (p! % SIDE);
    const four = [first, first + 1, first + 2 * SIDE, first + 2 * SIDE + 1];
    return four.reduce((sum, place) => sum + images.get(n, place) / 4, 0);
  });
  return { images: small, labels };
}

/** He's starting weights (lesson 08), times a scale; γ of 1, β of 0. */
function startingLayers(random: () => number, scale: number): Layer[] {
  const sizes = [SIDE * SIDE, ...HIDDEN, CLASSES];
  return sizes.slice(1).map((M, i) => {
    const D = sizes[i]!;
    const ones = (): Tensor => filled([M], () => 1);
    return {
      W: filled([D, M], () => scale * Math.sqrt(2 / D) * normal(random)),
      b: zeros(M),
      gamma: ones(),
      beta: zeros(M),
      running: { mean: zeros(M), variance: ones() },
    };
  });
}

/** Through all layers; batch norm stands between each affine layer and its ReLU, and not behind the last one. */
function pass(
  { batchNorm, batchNormBackward }: typeof Normalization,
  { layers, isNormalized }: Network,
  x: Tensor,
  training: boolean,
): Pass {
  const backs: ((dout: Tensor, rate: number) => { dx: Tensor; layer: Layer })[] = [];
  let [values, deep] = [x, x];
  for (const [i, layer] of layers.entries()) {
    const { W, b, gamma, beta } = layer;
    const isLast = i === layers.length - 1;
    const affine = affineForward(values, W, b);
    const norm =
      isNormalized && !isLast
        ? batchNorm(affine.out, gamma, beta, layer.running, {
            training,
            momentum: MOMENTUM,
            epsilon: EPSILON,
          })
        : undefined;
    const before = norm?.out ?? affine.out;
    const relu = isLast ? undefined : reluForward(before);
    if (relu !== undefined) deep = before;
    values = relu?.out ?? before;
    backs.push((dout, rate) => {
      const down = (w: Tensor, g: Tensor): Tensor => zip(w, g, (value, d) => value - rate * d);
      const dbefore = relu === undefined ? dout : reluBackward(dout, relu.cache).dx;
      const scaling = norm?.cache && batchNormBackward(dbefore, norm.cache);
      const { dx, dW, db } = affineBackward(scaling?.dx ?? dbefore, affine.cache);
      return {
        dx,
        layer: {
          W: down(W, dW),
          b: down(b, db),
          gamma: scaling === undefined ? gamma : down(gamma, scaling.dgamma),
          beta: scaling === undefined ? beta : down(beta, scaling.dbeta),
          running: norm?.running ?? layer.running,
        },
      };
    });
  }
  const step = (dlogits: Tensor, rate: number): Network => {
    let dout = dlogits;
    const moved: Layer[] = [];
    for (const back of backs.toReversed()) {
      const { dx, layer } = back(dout, rate);
      moved.unshift(layer);
      dout = dx;
    }
    return { layers: moved, isNormalized };
  };
  return { logits: values, deep, step };
}

/** Gradient descent on mini-batches, taken in turn. */
function trained(
  lesson: typeof Normalization,
  start: Network,
  { images, labels }: Mnist['train'],
  { rate, steps }: { rate: number; steps: number },
): { network: Network; losses: number[] } {
  let network = start;
  const losses: number[] = [];
  for (let t = 0; t < steps; t++) {
    const first = (t * BATCH) % labels.size;
    const batch = images.lo(first, 0).hi(BATCH, SIDE * SIDE);
    const { logits, step } = pass(lesson, network, batch, true);
    const { loss, cache } = softmaxLossForward(logits, labels.lo(first).hi(BATCH));
    losses.push(loss);
    network = step(softmaxLossBackward(1, cache).dlogits, rate);
  }
  return { network, losses };
}

/** The functions of the lesson in a run. */
function madeBy(name: string): string[] {
  return name === WITH ? ['batchNorm', 'batchNormBackward'] : [];
}

function byRate(curves: Series[], steps: number): Curves {
  return {
    kind: 'curves',
    title: `Digits read rightly after ${steps} steps`,
    x: { label: 'learning rate', scale: 'log' },
    y: { label: 'of 500 other digits', unit: '%', domain: [0, 100] },
    curves,
  };
}

function lossCurves(name: string, runs: { rate: number; losses: number[] }[]): Curves {
  return {
    kind: 'curves',
    title: `The loss of each mini-batch, ${name}`,
    by: madeBy(name),
    x: { label: 'step', whole: true },
    y: { label: 'loss', scale: 'log', domain: [0.01, 10] },
    curves: runs.map(({ rate, losses }) => ({
      name: `rate ${rate}`,
      points: losses.map((loss, t) => [t + 1, loss]),
    })),
  };
}

function arriving(name: string, panels: Histograms['panels']): Histograms {
  return {
    kind: 'histograms',
    title: `What arrives at the last ReLU, ${name}`,
    by: madeBy(name),
    caption: `Before the first step, and after the last one at a learning rate of ${SHOWN}.`,
    x: { label: 'value', domain: [-4, 4] },
    bins: 40,
    panels,
  };
}

function results(curves: Series[]): Table {
  return {
    kind: 'table',
    title: 'Of 500 other digits read rightly',
    columns: ['learning rate', ...curves.map(({ name }) => name)],
    rows: RATES.map((rate, i) => [
      rate,
      ...curves.map(({ points }) => `${points[i]![1].toFixed(1)}%`),
    ]),
  };
}
