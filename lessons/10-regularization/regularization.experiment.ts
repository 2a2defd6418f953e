/** A network that learns 200 digits by heart, and what keeps it from that. */
import { copy, filled, type Labels, type Tensor } from '#arrays';
import type { Mnist } from '#datasets/mnist';
import type { Random } from '#datasets/random';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Figure, Histograms, Point, Table } from '#figures/figure';
import { accuracy } from '#lessons/03-losses';
import {
  affineBackward,
  affineForward,
  reluBackward,
  reluForward,
  softmaxLossBackward,
  softmaxLossForward,
} from '#lessons/05-backprop';
import {
  initialMlp,
  miniBatches,
  mlpForward,
  selectSamples,
  shuffledOrder,
  type Params,
  type Samples,
} from '#lessons/06-training';
import type * as Regularization from './regularization.reference.ts';

export const title = 'Regularization: 200 digits, learned and not memorized';

export const about =
  'Without help the network soon knows all of its 200 digits, and its loss on others rises again. Decay keeps the ' +
  'weights small, dropout and noise never show the same digit twice, and early stopping goes back to the best epoch.';

export const parameters = {
  weightDecay: { label: 'weight decay λ', from: 0, to: 0.05, value: 0.005 },
  p: { label: 'dropout p', from: 0, to: 0.9, value: 0.5 },
  deviation: { label: 'noise σ', from: 0, to: 1, value: 0.4 },
  patience: { label: 'patience', from: 1, to: 30, value: 5, whole: true },
} satisfies Parameters;

export const digits = { train: 200, test: 300 };

const EPOCHS = 50;
const BATCH = 20;
const LEARNING_RATE = 0.3;
const HIDDEN = 40;
/** Images are halved to so many pixels a side. */
const SIDE = 14;

/** The functions in every training: without help they have nothing to do, but they are asked. */
const TRAINING = ['inputNoise', 'dropoutForward', 'dropoutBackward', 'weightDecayStep'];

/** What is done against learning by heart. */
interface Help {
  weightDecay: number;
  p: number;
  deviation: number;
}

/** A training: where it came out, and the losses on the way. */
interface Run {
  name: string;
  params: Params;
  /** On the training and on the validation digits, after each epoch. */
  training: number[];
  validation: number[];
}

/**
 * The experiment of lesson 10.
 *
 * @param lesson the functions of the lesson
 * @returns the loss on validation and on training digits by epoch, with each kind of help; what each has reached; and
 *   the weights that it has led to
 */
export function* experiment(
  lesson: typeof Regularization,
  { random, digits: { train, test } }: Material,
  { weightDecay, p, deviation, patience }: Values<typeof parameters>,
): Running {
  const [training, validation] = [halved(train), halved(test)];
  const start = initialMlp([SIDE * SIDE, HIDDEN, 10], random);
  const none: Help = { weightDecay: 0, p: 0, deviation: 0 };
  const helps: [string, Help][] = [
    ['without help', none],
    ['weight decay', { ...none, weightDecay }],
    ['dropout', { ...none, p }],
    ['noise', { ...none, deviation }],
  ];
  const runs: Run[] = [];
  for (const [name, help] of helps) {
    const own = random.clone();
    const run: Run = { name, params: start, training: [], validation: [] };
    runs.push(run);
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      run.params = trainOneEpoch(lesson, training, run.params, help, own);
      run.training.push(lossOf(training, run.params));
      run.validation.push(lossOf(validation, run.params));
      const done = (0.95 * (runs.length - 1 + (epoch + 1) / EPOCHS)) / helps.length;
      yield { done, figures: () => [validationCurves(runs), trainingCurves(runs)] };
    }
  }

  // The run without help once more, which now knows when to stop.
  const own = random.clone();
  const stopped = lesson.trainWithEarlyStopping(
    (params) => {
      const next = trainOneEpoch(lesson, training, params, none, own);
      return { params: next, validationLoss: lossOf(validation, next) };
    },
    start,
    { epochs: EPOCHS, patience },
  );
  return [
    validationCurves(runs, stopped),
    trainingCurves(runs),
    results(lesson, runs, stopped, validation),
    weights(runs, stopped),
  ];
}

/** A step for each mini-batch, in a new order. */
function trainOneEpoch(
  lesson: typeof Regularization,
  { x, labels }: Samples,
  start: Params,
  { weightDecay, p, deviation }: Help,
  random: Random,
): Params {
  let params = start;
  for (const batch of miniBatches(shuffledOrder(labels.size, random), BATCH)) {
    const samples = selectSamples(x, labels, batch);
    const noisy = lesson.inputNoise(samples.x, { deviation, training: deviation > 0 }, random);
    const gradients = gradientsOf(lesson, noisy, samples.labels, params, p, random);
    params = lesson.weightDecayStep(params, gradients, {
      learningRate: LEARNING_RATE,
      weightDecay,
    });
  }
  return params;
}

/** The gradients of a network of two layers with dropout between them. */
function gradientsOf(
  lesson: typeof Regularization,
  x: Tensor,
  labels: Labels,
  { W1, b1, W2, b2 }: Params,
  p: number,
  random: Random,
): Params {
  const input = affineForward(x, W1!, b1!);
  const hidden = reluForward(input.out);
  const dropped = lesson.dropoutForward(hidden.out, { p, training: p > 0 }, random);
  const second = affineForward(dropped.out, W2!, b2!);
  const { dlogits } = softmaxLossBackward(1, softmaxLossForward(second.out, labels).cache);
  const back = affineBackward(dlogits, second.cache);
  const { dx } = lesson.dropoutBackward(back.dx, dropped.cache);
  const { dW, db } = affineBackward(reluBackward(dx, hidden.cache).dx, input.cache);
  return { W1: dW, b1: db, W2: back.dW, b2: back.db };
}

/** The loss in an evaluation: nothing is dropped, and the digits are as they are. */
function lossOf({ x, labels }: Samples, params: Params): number {
  return softmaxLossForward(mlpForward(x, params).out, labels).loss;
}

/** Digits of 14×14 pixels, each the mean of four. */
function halved({ images, labels }: Mnist['train']): Samples {
  const pixel = (n: number, row: number, column: number): number =>
    images.get(n, 28 * row + column);
  return {
    x: filled([labels.size, SIDE * SIDE], (n, k) => {
      const [row, column] = [2 * Math.floor(k! / SIDE), 2 * (k! % SIDE)];
      const upper = pixel(n!, row, column) + pixel(n!, row, column + 1);
      return (upper + pixel(n!, row + 1, column) + pixel(n!, row + 1, column + 1)) / 4;
    }),
    labels,
  };
}

/** Losses as points, the first one at epoch 1. */
function byEpoch(losses: readonly number[]): Point[] {
  return losses.map((loss, k) => [k + 1, loss]);
}

function validationCurves(runs: readonly Run[], stopped?: Regularization.EarlyStopped): Curves {
  return {
    kind: 'curves',
    title: 'The loss on 300 other digits',
    by: TRAINING,
    ...(stopped && {
      caption: `Early stopping goes back to epoch ${stopped.best} of the run without help.`,
    }),
    x: { label: 'epoch', whole: true },
    y: { label: 'loss', domain: [0.5, 1] },
    curves: runs.map(({ name, validation }) => ({ name, points: byEpoch(validation) })),
  };
}

function trainingCurves(runs: readonly Run[]): Curves {
  return {
    kind: 'curves',
    title: 'The loss on the 200 digits that it learns from',
    by: TRAINING,
    x: { label: 'epoch', whole: true },
    y: { label: 'loss', scale: 'log' },
    curves: runs.map(({ name, training }) => ({ name, points: byEpoch(training) })),
  };
}

function results(
  lesson: typeof Regularization,
  runs: readonly Run[],
  stopped: Regularization.EarlyStopped,
  validation: Samples,
): Table {
  const read = (params: Params): string =>
    `${(100 * accuracy(mlpForward(validation.x, params).out, validation.labels)).toFixed(1)}%`;
  const [without] = runs as [Run];
  const rows = runs.map((run) => [
    run.name,
    run.training.at(-1)!,
    run.validation.at(-1)!,
    read(run.params),
    lesson.diagnoseCurves(run.training, run.validation, { target: 0.2, gap: 0.6, window: 5 }),
  ]);
  const { best, losses, params } = stopped;
  return {
    kind: 'table',
    title: `After ${EPOCHS} epochs, or where training stopped`,
    by: [...TRAINING, 'trainWithEarlyStopping', 'diagnoseCurves'],
    columns: ['help', 'training loss', 'validation loss', 'others read rightly', 'curves'],
    rows: [
      ...rows,
      [
        `early stopping after epoch ${losses.length}`,
        without.training[best - 1] ?? NaN,
        losses[best - 1] ?? NaN,
        read(params),
        `back to epoch ${best}`,
      ],
    ],
  };
}

/** The weights of the first layer. */
function first({ W1 }: Params): Float64Array {
  return copy(W1!).data;
}

function weights(runs: readonly Run[], stopped: Regularization.EarlyStopped): Histograms {
  return {
    kind: 'histograms',
    title: 'The weights of the first layer',
    by: [...TRAINING, 'trainWithEarlyStopping'],
    x: { label: 'weight', domain: [-0.5, 0.5] },
    bins: 50,
    panels: [
      ...runs.map(({ name, params }) => ({ name, values: first(params) })),
      { name: 'early stopping', values: first(stopped.params) },
    ],
  };
}
