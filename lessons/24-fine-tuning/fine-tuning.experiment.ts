/** How well five kinds of digits are read after few samples, by a network that first learned five others. */
import { copy, map, zeros, type Labels, type Tensor } from '#arrays';
import { SIDE } from '#datasets/digits';
import type { Random } from '#datasets/random';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Table } from '#figures/figure';
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
  mlpGradients,
  selectSamples,
  shuffledOrder,
  type Params,
  type Samples,
} from '#lessons/06-training';
import { centre, columnMeans } from '#lessons/12-preprocessing';
import { averagePoolForward } from '#lessons/14-pooling';
import ndarray from 'ndarray';
import type * as Lesson from './fine-tuning.reference.ts';

export const title = 'Fine-tuning: five digits from few samples, after five others';

export const about =
  'A small network learns the digits 0 to 4. Then it is to read 5 to 9, of which it sees 5, 20 or 100 of each: with a new head on a frozen body, with all layers trained at rates of their own, or with low-rank updates. ' +
  'Beside it another one learns the same from nothing, in as many steps. The samples are drawn several times: look how far the draws lie apart before you trust one.';

export const parameters = {
  rank: { label: 'rank of the updates', from: 1, to: 16, value: 8, whole: true },
  decay: { label: 'δ, from layer to layer', from: 0.1, to: 1, value: 0.7 },
  steps: { label: 'steps', from: 10, to: 120, value: 60, whole: true },
  draws: { label: 'draws of samples', from: 2, to: 8, value: 4, whole: true },
} satisfies Parameters;

export const digits = { train: 2500, test: 1000 };

const OLD = [0, 1, 2, 3, 4];
const NEW = [5, 6, 7, 8, 9];
const COUNTS = [5, 20, 100] as const;
/** Pixels are averaged by so many a side. */
const WINDOW = 4;
const PIXELS = (SIDE / WINDOW) ** 2;
const BODY = [PIXELS, 100, 64];
const FEATURES = BODY.at(-1)!;
const BATCH = 25;
const EPOCHS = 3;
/** A step of the head alone is cheap, but of all samples: it takes more of them. */
const HEAD_STEPS = 100;
const RULE = { learningRate: 0.05, momentum: 0.9, weightDecay: 1e-4 };
const HEAD_RATE = 0.3;

/** The functions of the lesson in every way: the old digits, too, are learned by its steps. */
const ALWAYS = ['fewOfEach', 'renumber', 'fineTuningStep'];

const LAYERS = [
  ['W1', 'b1'],
  ['W2', 'b2'],
  ['W3', 'b3'],
];
const UPDATES = [
  ['A1', 'B1'],
  ['A2', 'B2'],
  ['W3', 'b3'],
];

/** A way to learn the new digits: from few samples to a network that reads them. */
interface Way {
  name: string;
  /** The functions of the lesson that it takes, besides those that all do. */
  by: string[];
  /** How many numbers are trained. */
  trained: number;
  learn: (samples: Samples) => Params;
}

/**
 * The experiment of lesson 24.
 *
 * @param lesson the functions of the lesson
 * @returns the accuracy on other digits after few samples, in four ways and several draws; and the same as a table
 */
export function* experiment(
  lesson: typeof Lesson,
  { random, digits: { train, test } }: Material,
  { rank, decay, steps, draws }: Values<typeof parameters>,
): Running {
  const [seen, others] = [shrunk(train.images), shrunk(test.images)];
  const old = numbersOf(train.labels, OLD);
  // What is known of the pixels comes from the old digits.
  const means = columnMeans(selectSamples(seen, train.labels, old).x);
  const task = (x: Tensor, labels: Labels, numbers: number[], classes: number[]): Samples => {
    const chosen = selectSamples(x, labels, numbers);
    return {
      x: map(centre(chosen.x, means), (value) => WINDOW * value),
      labels: lesson.renumber(chosen.labels, classes),
    };
  };
  const unread = task(others, test.labels, numbersOf(test.labels, NEW), NEW);

  const start = initialMlp([...BODY, OLD.length], random);
  const learned = task(seen, train.labels, old, OLD);
  const params = trained(
    lesson,
    learned,
    start,
    { decay: 1, steps: Math.ceil(old.length / BATCH) * EPOCHS },
    random,
  );
  yield 0.1;

  const ways = waysTo(lesson, params, { rank, decay, steps }, random);
  const found = ways.map(() => COUNTS.map((): number[] => []));
  for (let draw = 0; draw < draws; draw++) {
    for (const [k, count] of COUNTS.entries()) {
      const few = lesson.fewOfEach(train.labels, NEW, count, random);
      const samples = task(seen, train.labels, few, NEW);
      for (const [w, { learn }] of ways.entries()) {
        const logits = mlpForward(unread.x, learn(samples)).out;
        found[w]![k]!.push(100 * accuracy(logits, unread.labels));
        yield 0.1 + (0.9 * (draw + (k + (w + 1) / ways.length) / COUNTS.length)) / draws;
      }
    }
  }
  return [spread(ways, found, unread.labels.size), table(ways, found)];
}

/** The numbers of the samples of some classes. */
function numbersOf(labels: Labels, classes: readonly number[]): number[] {
  return [...copy(labels).data.keys()].filter((n) => classes.includes(labels.get(n)));
}

/** Images of 7 × 7 pixels, each the mean of 16. */
function shrunk(images: Tensor): Tensor {
  const N = images.shape[0]!;
  const window = { KH: WINDOW, KW: WINDOW, stride: WINDOW };
  const { out } = averagePoolForward(ndarray(copy(images).data, [N, 1, SIDE, SIDE]), window);
  return ndarray(out.data, [N, PIXELS]);
}

function waysTo(
  lesson: typeof Lesson,
  params: Params,
  { rank, decay, steps }: { rank: number; decay: number; steps: number },
  random: Random,
): Way[] {
  const classes = NEW.length;
  const all = Object.values(params).reduce((sum, w) => sum + w.size, 0);
  const head = (FEATURES + 1) * classes;
  const updated = [0, 1].reduce((sum, l) => sum + rank * (BODY[l]! + BODY[l + 1]!), head);
  return [
    {
      name: 'from nothing',
      by: [],
      trained: all,
      learn: (samples) => {
        const start = initialMlp([...BODY, classes], random);
        return trained(lesson, samples, start, { decay: 1, steps }, random);
      },
    },
    {
      name: 'head alone',
      by: ['newHead', 'trainHead'],
      trained: head,
      learn: (samples) => {
        const { W3, b3, ...body } = lesson.newHead(params, classes, random);
        const found = lesson.trainHead(
          (x) => featuresOf(x, params),
          samples,
          { W: W3!, b: b3! },
          { steps: HEAD_STEPS, learningRate: HEAD_RATE },
        );
        return { ...body, W3: found.head.W, b3: found.head.b };
      },
    },
    {
      name: 'all layers',
      by: ['newHead'],
      trained: all,
      learn: (samples) => {
        const start = lesson.newHead(params, classes, random);
        return trained(lesson, samples, start, { decay, steps }, random);
      },
    },
    {
      name: `updates of rank ${rank}`,
      by: ['newHead', 'loraStart', 'loraForward', 'loraBackward', 'trainedBackward', 'loraMerge'],
      trained: updated,
      learn: (samples) => withUpdates(lesson, samples, params, { rank, steps }, random),
    },
  ];
}

/** What a body makes of samples: the ReLU of its second layer. */
function featuresOf(x: Tensor, { W1, b1, W2, b2 }: Params): Tensor {
  const first = reluForward(affineForward(x, W1!, b1!).out).out;
  return reluForward(affineForward(first, W2!, b2!).out).out;
}

/** Mini-batches of samples, so many of them. */
function* batches(samples: Samples, steps: number, random: Random): Generator<Samples> {
  let left = steps;
  while (left > 0) {
    for (const batch of miniBatches(shuffledOrder(samples.labels.size, random), BATCH)) {
      if (left-- > 0) yield selectSamples(samples.x, samples.labels, batch);
    }
  }
}

/** Trains a perceptron, each layer at a rate of its own. */
function trained(
  lesson: typeof Lesson,
  samples: Samples,
  start: Params,
  { decay, steps }: { decay: number; steps: number },
  random: Random,
): Params {
  let now = { params: start, velocity: still(start) };
  for (const { x, labels } of batches(samples, steps, random)) {
    const { gradients } = mlpGradients(x, labels, now.params);
    const options = { ...RULE, decay };
    now = lesson.fineTuningStep(now.params, gradients, now.velocity, LAYERS, options);
  }
  return now.params;
}

function still(params: Params): Params {
  return Object.fromEntries(Object.entries(params).map(([name, w]) => [name, zeros(...w.shape)]));
}

/** Trains low-rank updates of both layers of a body and a new head, and merges them. */
function withUpdates(
  lesson: typeof Lesson,
  samples: Samples,
  body: Params,
  { rank, steps }: { rank: number; steps: number },
  random: Random,
): Params {
  const { W1, b1, W2, b2, W3, b3 } = lesson.newHead(body, NEW.length, random) as Body;
  const [first, second] = [W1, W2].map(({ shape }) =>
    lesson.loraStart(shape[0]!, shape[1]!, rank, random),
  ) as [Lesson.Lora, Lesson.Lora];
  // α = 2r makes the scale 2, whatever the rank is.
  const alpha = 2 * rank;
  const start = { A1: first.A, B1: first.B, A2: second.A, B2: second.B, W3, b3 };
  let now = { params: start as Params, velocity: still(start) };
  for (const { x, labels } of batches(samples, steps, random)) {
    const { A1, B1, A2, B2, W3: W, b3: b } = now.params as typeof start;
    const one = lesson.loraForward(x, W1, b1, { A: A1, B: B1 }, alpha);
    const bent = reluForward(one.out);
    const two = lesson.loraForward(bent.out, W2, b2, { A: A2, B: B2 }, alpha);
    const features = reluForward(two.out);
    const logits = affineForward(features.out, W, b);
    const { cache } = softmaxLossForward(logits.out, labels);
    const gradients = lesson.trainedBackward(
      softmaxLossBackward(1, cache).dlogits,
      [
        updateBack(lesson, ['A1', 'B1'], one.cache),
        bendBack(bent.cache),
        updateBack(lesson, ['A2', 'B2'], two.cache),
        bendBack(features.cache),
        {
          names: ['W3', 'b3'],
          backward: (dout) => {
            const { dx, dW, db } = affineBackward(dout, logits.cache);
            return { dx, gradients: { W3: dW, b3: db } };
          },
        },
      ],
      UPDATES.flat(),
    );
    const options = { ...RULE, decay: 1 };
    now = lesson.fineTuningStep(now.params, gradients, now.velocity, UPDATES, options);
  }
  const { A1, B1, A2, B2, ...head } = now.params as typeof start;
  return {
    W1: lesson.loraMerge(W1, { A: A1, B: B1 }, alpha),
    b1,
    W2: lesson.loraMerge(W2, { A: A2, B: B2 }, alpha),
    b2,
    ...head,
  };
}

/** The parameters of a network of three layers. */
type Body = Record<'W1' | 'b1' | 'W2' | 'b2' | 'W3' | 'b3', Tensor>;

function bendBack(cache: Tensor): Lesson.LayerBack {
  return { names: [], backward: (dout) => ({ ...reluBackward(dout, cache), gradients: {} }) };
}

function updateBack(
  lesson: typeof Lesson,
  [A, B]: [A: string, B: string],
  cache: Lesson.LoraCache,
): Lesson.LayerBack {
  return {
    names: [A, B],
    backward: (dout) => {
      const { dx, dA, dB } = lesson.loraBackward(dout, cache);
      return { dx, gradients: { [A]: dA, [B]: dB } };
    },
  };
}

/** For each way and each count the accuracies of all draws. */
type Found = readonly (readonly (readonly number[])[])[];

function spread(ways: readonly Way[], found: Found, tested: number): Curves {
  // Ways stand beside each other, or their bars would lie on one another.
  const beside = (count: number, w: number): number => count * 1.07 ** (w - (ways.length - 1) / 2);
  return {
    kind: 'curves',
    title: `The digits 5 to 9, read after few samples: ${tested} others`,
    caption: 'Lines go through the means of all draws, bars from the worst draw to the best one.',
    x: { label: 'samples of each digit', scale: 'log', domain: [3.5, 140] },
    y: { label: 'read rightly', unit: '%' },
    curves: ways.map(({ name, by }, w) => ({
      name,
      by: [...ALWAYS, ...by],
      points: COUNTS.flatMap((count, k) => {
        const values = found[w]![k]!;
        const bar = [meanOf(values), Math.min(...values), Math.max(...values), meanOf(values)];
        return bar.map((value) => [beside(count, w), value] as const);
      }),
    })),
  };
}

function table(ways: readonly Way[], found: Found): Table {
  return {
    kind: 'table',
    title: 'Read rightly: the mean over the draws, and their standard deviation',
    by: [...ALWAYS, ...new Set(ways.flatMap(({ by }) => by))],
    columns: ['way', 'numbers trained', ...COUNTS.map((count) => `${count} of each`)],
    rows: ways.map(({ name, trained: numbers }, w) => [
      name,
      numbers,
      ...found[w]!.map(
        (values) => `${meanOf(values).toFixed(1)}% ± ${deviationOf(values).toFixed(1)}`,
      ),
    ]),
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The standard deviation of the draws: divided by their number less 1. */
function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
