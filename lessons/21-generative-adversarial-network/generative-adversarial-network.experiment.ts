/** A ring of eight clouds while two generators learn to make it, one with either loss; and small digits. */
import { copy, filled, type Tensor } from '#arrays';
import { SIDE } from '#datasets/digits';
import type { Random } from '#datasets/random';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Figure, Images, Scatter, Series } from '#figures/figure';
import type { TwoLayerParams } from '#lessons/05-backprop';
import { adamStart } from '#lessons/07-optimizers';
import { heNormal, initialParams, scaledNormal } from '#lessons/08-initialization';
import type * as Lesson from './generative-adversarial-network.reference.ts';

export const title = 'The generative adversarial network: eight clouds, and how many are found';

export const about =
  'Two generators learn to make points of a ring of eight clouds, against a discriminator each. One has the minimax loss, the other the loss that does not saturate. ' +
  'Watch how many of the eight they hit, and how they jump from one to another. At last a third one makes small digits.';

export const parameters = {
  hidden: { label: 'hidden units', from: 16, to: 96, value: 64, whole: true },
  target: { label: 'what D should say of real samples', from: 0.5, to: 1, value: 1 },
  rate: { label: 'learning rate', from: 0.0005, to: 0.02, value: 0.004, scale: 'log' },
} satisfies Parameters;

export const digits = { train: 600, test: 0 };

const RING = { modes: 8, radius: 2, deviation: 0.15 };
const RULE = { beta1: 0.5, beta2: 0.9, epsilon: 1e-8 };
const LOSSES = ['non-saturating', 'minimax'] as const;
const [STEPS, BATCH, CODE] = [2000, 64, 4];
/** So often it is measured, by so many samples; a mode is hit by that share of them. */
const [EVERY, MEASURED, SHARE] = [50, 500, 0.02];
const SHOWN = 300;

/** Digits are shrunk to so many pixels a side; so many around them are empty. */
const [SMALL, MARGIN] = [10, 4];
const DIGITS = { steps: 600, batch: 32, code: 12, hidden: 64, learningRate: 0.002, shown: 24 };

/** One of the two trainings, and what was seen of it. */
interface Training {
  loss: Lesson.GeneratorLossName;
  state: Lesson.GanState;
  /** How many modes were hit, and the share of good samples, over the steps. */
  hit: [step: number, modes: number][];
  good: [step: number, share: number][];
}

/**
 * The experiment of lesson 21.
 *
 * @param lesson the functions of the lesson
 * @returns what both generators make beside the data; how many modes they hit by step, and how many samples are good;
 *   and small digits
 */
export function* experiment(
  lesson: typeof Lesson,
  { random, digits: { train } }: Material,
  { hidden, target, rate }: Values<typeof parameters>,
): Running {
  const data = lesson.ringSamples(SHOWN, RING, random);
  const start = gan({ code: CODE, hidden, sample: 2 }, random);
  const trainings: Training[] = LOSSES.map((loss) => ({ loss, state: start, hit: [], good: [] }));
  const codes = (): Tensor => scaledNormal([BATCH, CODE], 1, random);
  const shown = scaledNormal([MEASURED, CODE], 1, random);
  const figures = (step: number): Figure[] => [
    ...trainings.map((training) => cloud(lesson, training, { data, shown, step })),
    modesCurves(trainings),
    goodCurves(trainings),
  ];
  for (let step = 0; step <= STEPS; step++) {
    if (step % EVERY === 0) {
      for (const { state, hit, good } of trainings) {
        const made = lesson.networkForward(shown, state.params.generator).out;
        const score = lesson.modesHit(made, RING, SHARE);
        hit.push([step, score.hit]);
        good.push([step, 100 * score.good]);
      }
      const now = step;
      yield { done: (0.7 * step) / STEPS, figures: () => figures(now) };
    }
    const real = lesson.ringSamples(BATCH, RING, random);
    const noise = { discriminator: codes(), generator: codes() };
    for (const training of trainings) {
      const options = { ...RULE, learningRate: rate, target, loss: training.loss };
      training.state = lesson.trainingStep(real, noise, training.state, options).state;
    }
  }
  const drawn = yield* smallDigits(lesson, train.images, random);
  return [...figures(STEPS), drawn];
}

/** Both networks before the first step. */
function gan(
  { code, hidden, sample }: { code: number; hidden: number; sample: number },
  random: Random,
): Lesson.GanState {
  const draw = (sizes: number[]): TwoLayerParams => {
    const { W1, b1, W2, b2 } = initialParams(sizes, (shape) => heNormal(shape, random));
    return { W1: W1!, b1: b1!, W2: W2!, b2: b2! };
  };
  const params = {
    generator: draw([code, hidden, sample]),
    discriminator: draw([sample, hidden, 1]),
  };
  return {
    params,
    adam: {
      generator: adamStart({ ...params.generator }),
      discriminator: adamStart({ ...params.discriminator }),
    },
  };
}

function pointsOf(x: Tensor, count: number): Series['points'] {
  return Array.from({ length: count }, (_, n) => [x.get(n, 0), x.get(n, 1)] as const);
}

/** What a generator makes, over the data. */
function cloud(
  lesson: typeof Lesson,
  { loss, state }: Training,
  { data, shown, step }: { data: Tensor; shown: Tensor; step: number },
): Scatter {
  const made = lesson.networkForward(shown, state.params.generator).out;
  const domain = [-3.2, 3.2] as const;
  return {
    kind: 'scatter',
    title: `After ${step} steps, ${loss}: ${lesson.modesHit(made, RING, SHARE).hit} of 8 are hit`,
    x: { label: 'x₁', domain },
    y: { label: 'x₂', domain },
    groups: [
      { name: 'data', points: pointsOf(data, SHOWN) },
      { name: 'made', points: pointsOf(made, SHOWN) },
    ],
  };
}

function modesCurves(trainings: readonly Training[]): Curves {
  return {
    kind: 'curves',
    title: `Modes with at least ${100 * SHARE}% of the samples within three deviations`,
    x: { label: 'step', whole: true },
    y: { label: 'modes hit', whole: true, domain: [0, RING.modes] },
    curves: trainings.map(({ loss, hit }) => ({ name: loss, points: [...hit] })),
  };
}

function goodCurves(trainings: readonly Training[]): Curves {
  return {
    kind: 'curves',
    title: 'Samples within three deviations of a centre',
    x: { label: 'step', whole: true },
    y: { label: 'share', unit: '%', domain: [0, 100] },
    curves: trainings.map(({ loss, good }) => ({ name: loss, points: [...good] })),
  };
}

/** The middle 20 × 20 pixels, which hold the digit, with half as many a side, from −1 to 1. */
function shrunk(images: Tensor): Tensor {
  return filled([images.shape[0]!, SMALL * SMALL], (n, p) => {
    const [row, column] = [MARGIN + 2 * Math.floor(p! / SMALL), MARGIN + 2 * (p! % SMALL)];
    const first = SIDE * row + column;
    const four = [first, first + 1, first + SIDE, first + SIDE + 1];
    return four.reduce((sum, pixel) => sum + images.get(n!, pixel), 0) / 2 - 1;
  });
}

/** Trains a generator of small digits. */
function* smallDigits(
  lesson: typeof Lesson,
  images: Tensor,
  random: Random,
): Generator<number, Images, void> {
  const { steps, batch, code, hidden, learningRate, shown } = DIGITS;
  const real = shrunk(images);
  let state = gan({ code, hidden, sample: SMALL * SMALL }, random);
  const codes = (count: number): Tensor => scaledNormal([count, code], 1, random);
  for (let step = 1; step <= steps; step++) {
    const chosen = Array.from({ length: batch }, () => Math.floor(random() * real.shape[0]!));
    ({ state } = lesson.trainingStep(
      filled([batch, SMALL * SMALL], (n, p) => real.get(chosen[n!]!, p!)),
      { discriminator: codes(batch), generator: codes(batch) },
      state,
      { ...RULE, learningRate, target: 0.9, loss: 'non-saturating' },
    ));
    if (step % 25 === 0) yield 0.7 + (0.3 * step) / steps;
  }
  const made = lesson.networkForward(codes(shown), state.params.generator).out;
  return {
    kind: 'images',
    title: `Digits that nobody wrote, after ${steps} steps`,
    colours: 'ink',
    range: [-1, 1],
    perRow: 8,
    images: Array.from({ length: shown }, (_, n) => ({
      name: '',
      pixels: copy(made.pick(n, null)).data,
      width: SMALL,
    })),
  };
}
