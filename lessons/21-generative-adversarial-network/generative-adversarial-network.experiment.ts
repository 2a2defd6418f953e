/** A ring of eight clouds while three generators learn to make it, a generator that starts far away, and small digits. */
import { array, copy, filled, map, type Tensor } from '#arrays';
import { SIDE } from '#datasets/digits';
import type { Random } from '#datasets/random';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Figure, Images, Point, Scatter, Series } from '#figures/figure';
import type { TwoLayerParams } from '#lessons/05-backprop';
import { adamStart } from '#lessons/07-optimizers';
import { heNormal, initialParams, scaledNormal } from '#lessons/08-initialization';
import { principalComponents, project, reconstruct } from '#lessons/12-preprocessing';
import type * as Lesson from './generative-adversarial-network.reference.ts';

export const title = 'The generative adversarial network: eight clouds, and how many are found';

export const about =
  'Three generators learn to make points of a ring of eight clouds, against a discriminator each: with the loss that does not saturate, with the minimax loss, and with more momentum. ' +
  'Watch how many of the eight they hit: the third one jumps about and never finds more than a few. Another pair starts far from the data, where the discriminator is sure. At last a generator makes small digits, twelve principal components each.';

export const parameters = {
  hidden: { label: 'hidden units', from: 8, to: 64, value: 32, whole: true },
  target: { label: 'what D should say of real samples', from: 0.5, to: 1, value: 1 },
  momentum: { label: 'β₁ of the third generator', from: 0, to: 0.95, value: 0.9 },
} satisfies Parameters;

export const digits = { train: 600, test: 0 };

const RING = { modes: 8, radius: 2, deviation: 0.15 };
const RULE = { learningRate: 0.01, beta1: 0.5, beta2: 0.9, epsilon: 1e-8 };
const LOSSES = ['non-saturating', 'minimax'] as const;
const [STEPS, BATCH, CODE] = [1000, 64, 2];
/** So often it is measured, by so many samples; a mode is hit by that share of them. */
const [EVERY, MEASURED, SHARE] = [25, 500, 0.02];
/** So many points are shown, as far from the middle as that. */
const [SHOWN, SIGHT] = [300, 3.2];

/** How far away a generator starts, how long its discriminator learns before it, and for how long both play. */
const FAR = { distance: 12, ahead: 300, steps: 200, every: 10 };

/** Digits are shrunk to so many pixels a side; so many around them are empty. */
const [SMALL, MARGIN] = [10, 4];
/** Each is given as so many principal components. */
const COMPONENTS = 12;
const DIGITS = { steps: 1000, batch: 32, code: 6, hidden: 48, learningRate: 0.005, shown: 24 };

/** How much of the work is done after the ring, and after the start from far away. */
const [AFTER_RING, AFTER_FAR] = [0.7, 0.82];

/** The functions of the lesson that a training on the ring is made by. */
const TRAINING = ['ringSamples', 'trainingStep', 'networkForward'];
const MEASURING = [...TRAINING, 'modesHit'];

/** One of the trainings on the ring, and what was seen of it. */
interface Training {
  name: string;
  options: Lesson.GanOptions;
  state: Lesson.GanState;
  /** How many modes were hit, and the share of good samples, over the steps. */
  hit: Point[];
  good: Point[];
}

/**
 * The experiment of lesson 21.
 *
 * @param lesson the functions of the lesson
 * @returns what the generators make beside the data; how many modes they hit by step, and how many samples are good;
 *   how far those come that start far away; and small digits
 */
export function* experiment(
  lesson: typeof Lesson,
  { random, digits: { train } }: Material,
  { hidden, target, momentum }: Values<typeof parameters>,
): Running {
  const data = lesson.ringSamples(SHOWN, RING, random);
  const state = gan({ code: CODE, hidden, sample: 2 }, random);
  const [plain, minimax] = LOSSES.map((loss): Training => ({
    name: loss,
    options: { ...RULE, target, loss },
    state,
    hit: [],
    good: [],
  })) as [Training, Training];
  const heavy: Training = {
    ...plain,
    name: `β₁ = ${momentum}`,
    options: { ...plain.options, beta1: momentum },
    hit: [],
    good: [],
  };
  const trainings = [plain, minimax, heavy];
  const shown = scaledNormal([MEASURED, CODE], 1, random);
  const figures = (step: number): Figure[] => [
    ...trainings.map((training) => cloud(lesson, training, { data, shown, step })),
    modesCurves(trainings),
    goodCurves(trainings),
  ];
  for (let step = 0; step <= STEPS; step++) {
    if (step > 0) {
      const real = lesson.ringSamples(BATCH, RING, random);
      const noise = codes(CODE, random);
      for (const training of trainings) {
        training.state = lesson.trainingStep(real, noise, training.state, training.options).state;
      }
    }
    if (step % EVERY === 0) {
      for (const training of trainings) {
        const { hit, good } = lesson.modesHit(made(lesson, training.state, shown), RING, SHARE);
        training.hit.push([step, hit]);
        training.good.push([step, 100 * good]);
      }
      yield { done: (AFTER_RING * step) / STEPS, figures: () => figures(step) };
    }
  }
  const seen = figures(STEPS);
  const far = yield* fromFarAway(lesson, { hidden, target, shown }, random);
  const drawn = yield* smallDigits(lesson, train.images, random);
  return [...seen, slopes(lesson), far, drawn];
}

/** Codes for both halves of a step. */
function codes(K: number, random: Random, count = BATCH): Lesson.GanNoise {
  const draw = (): Tensor => scaledNormal([count, K], 1, random);
  return { discriminator: draw(), generator: draw() };
}

function made(lesson: typeof Lesson, { params }: Lesson.GanState, z: Tensor): Tensor {
  return lesson.networkForward(z, params.generator).out;
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

/** The first points, without those that are out of sight. */
function pointsOf(x: Tensor): Series['points'] {
  return Array.from({ length: SHOWN }, (_, n) => [x.get(n, 0), x.get(n, 1)] as const).filter(
    (point) => point.every((value) => Math.abs(value) <= SIGHT),
  );
}

/** What a generator makes, over the data. */
function cloud(
  lesson: typeof Lesson,
  { name, state }: Training,
  { data, shown, step }: { data: Tensor; shown: Tensor; step: number },
): Scatter {
  const points = made(lesson, state, shown);
  const domain = [-SIGHT, SIGHT] as const;
  return {
    kind: 'scatter',
    title: `${name}: ${lesson.modesHit(points, RING, SHARE).hit} of 8 modes hit after ${step} steps`,
    by: MEASURING,
    x: { label: 'x₁', domain },
    y: { label: 'x₂', domain },
    groups: [
      { name: 'data', points: pointsOf(data) },
      { name: 'made', points: pointsOf(points) },
    ],
  };
}

function modesCurves(trainings: readonly Training[]): Curves {
  return {
    kind: 'curves',
    title: `Modes with at least ${100 * SHARE}% of the samples within three deviations`,
    by: MEASURING,
    x: { label: 'step', whole: true },
    y: { label: 'modes hit', whole: true, domain: [0, RING.modes] },
    curves: trainings.map(({ name, hit }) => ({ name, points: [...hit] })),
  };
}

function goodCurves(trainings: readonly Training[]): Curves {
  return {
    kind: 'curves',
    title: 'Samples within three deviations of a centre',
    by: MEASURING,
    x: { label: 'step', whole: true },
    y: { label: 'share', unit: '%', domain: [0, 100] },
    curves: trainings.map(({ name, good }) => ({ name, points: [...good] })),
  };
}

/** How fast both losses fall where the logit of a fake grows. */
function slopes({ minimaxLoss, nonSaturatingLoss }: typeof Lesson): Curves {
  const logits = Array.from({ length: 49 }, (_, i) => (i - 36) / 3);
  return {
    kind: 'curves',
    title: 'How fast a loss falls with the logit of a fake sample',
    caption: 'To the left the discriminator is sure that it is fake.',
    x: { label: 'logit' },
    y: { label: 'slope downwards', domain: [0, 1] },
    curves: [
      { name: 'non-saturating', lossOf: nonSaturatingLoss, by: ['nonSaturatingLoss'] },
      { name: 'minimax', lossOf: minimaxLoss, by: ['minimaxLoss'] },
    ].map(({ name, lossOf, by }) => ({
      name,
      by,
      points: logits.map((s) => [s, -lossOf(array([[s]])).dfake.get(0, 0)] as const),
    })),
  };
}

/** Both losses with a generator that starts far away, and a discriminator that has learned before it. */
function* fromFarAway(
  lesson: typeof Lesson,
  { hidden, target, shown }: { hidden: number; target: number; shown: Tensor },
  random: Random,
): Generator<number, Curves, void> {
  const { distance, ahead, steps, every } = FAR;
  const options = (loss: Lesson.GeneratorLossName) => ({ ...RULE, target, loss });
  const step = (state: Lesson.GanState, loss: Lesson.GeneratorLossName): Lesson.GanState =>
    lesson.trainingStep(
      lesson.ringSamples(BATCH, RING, random),
      codes(CODE, random),
      state,
      options(loss),
    ).state;
  let start = gan({ code: CODE, hidden, sample: 2 }, random);
  start.params.generator.b2 = array([distance, 0]);
  const { generator } = start.params;
  const { generator: memory } = start.adam;
  for (let t = 0; t < ahead; t++) {
    // The generator is put back where it was.
    const { params, adam } = step(start, 'minimax');
    start = { params: { ...params, generator }, adam: { ...adam, generator: memory } };
  }
  yield (AFTER_RING + AFTER_FAR) / 2;

  const curves: Series[] = [];
  for (const loss of LOSSES) {
    let state = start;
    const points: Point[] = [];
    for (let t = 0; t <= steps; t++) {
      if (t % every === 0) points.push([t, meanDistance(made(lesson, state, shown))]);
      state = step(state, loss);
    }
    curves.push({ name: loss, points });
    yield AFTER_FAR;
  }
  return {
    kind: 'curves',
    title: `A generator that starts ${distance} away, against a discriminator that learned before it`,
    by: TRAINING,
    x: { label: 'step', whole: true },
    y: { label: 'mean distance from (0, 0)', domain: [0, distance + 4] },
    curves,
  };
}

function meanDistance(x: Tensor): number {
  const N = x.shape[0]!;
  let sum = 0;
  for (let n = 0; n < N; n++) sum += Math.hypot(x.get(n, 0), x.get(n, 1));
  return sum / N;
}

/** The middle 20 × 20 pixels, which hold the digit, with half as many a side, from 0 to 1. */
function shrunk(images: Tensor): Tensor {
  return filled([images.shape[0]!, SMALL * SMALL], (n, p) => {
    const [row, column] = [MARGIN + 2 * Math.floor(p! / SMALL), MARGIN + 2 * (p! % SMALL)];
    const first = SIDE * row + column;
    const four = [first, first + 1, first + SIDE, first + SIDE + 1];
    return four.reduce((sum, pixel) => sum + images.get(n!, pixel), 0) / four.length;
  });
}

/** Trains a generator of the principal components of small digits. */
function* smallDigits(
  lesson: typeof Lesson,
  images: Tensor,
  random: Random,
): Generator<number, Images, void> {
  const { steps, batch, code, hidden, learningRate, shown } = DIGITS;
  const pixels = shrunk(images);
  const pca = principalComponents(pixels);
  const coordinates = project(pixels, pca, COMPONENTS);
  // So that the numbers are around 1.
  const scale = Math.sqrt(
    coordinates.data.reduce((sum, value) => sum + value ** 2, 0) / coordinates.size,
  );
  let state = gan({ code, hidden, sample: COMPONENTS }, random);
  for (let step = 1; step <= steps; step++) {
    const chosen = Array.from({ length: batch }, () => Math.floor(random() * pixels.shape[0]!));
    ({ state } = lesson.trainingStep(
      filled([batch, COMPONENTS], (n, k) => coordinates.get(chosen[n!]!, k!) / scale),
      codes(code, random, batch),
      state,
      { ...RULE, learningRate, target: 0.9, loss: 'non-saturating' },
    ));
    if (step % 25 === 0) yield AFTER_FAR + ((1 - AFTER_FAR) * step) / steps;
  }
  const samples = made(lesson, state, scaledNormal([shown, code], 1, random));
  const drawn = reconstruct(
    map(samples, (value) => value * scale),
    pca,
  );
  return {
    kind: 'images',
    title: `Digits that nobody wrote, after ${steps} steps`,
    caption: `The generator makes ${COMPONENTS} principal components, and the discriminator judges those.`,
    by: ['trainingStep', 'networkForward'],
    colours: 'ink',
    range: [0, 1],
    perRow: 8,
    images: Array.from({ length: shown }, (_, n) => ({
      name: '',
      pixels: copy(drawn.pick(n, null)).data,
      width: SMALL,
    })),
  };
}
