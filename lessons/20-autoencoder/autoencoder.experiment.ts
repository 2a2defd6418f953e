/** Handwritten digits through a bottleneck, what noise and chance do to the codes, and new digits. */
import { copy, filled, type Tensor } from '#arrays';
import { SIDE } from '#datasets/digits';
import type { Samples } from '#datasets/mnist';
import type { Random } from '#datasets/random';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Images, Picture, Scatter, Table } from '#figures/figure';
import type { TwoLayerParams } from '#lessons/05-backprop';
import { miniBatches, shuffledOrder } from '#lessons/06-training';
import { adamStart, adamUpdate } from '#lessons/07-optimizers';
import { heNormal, initialParams, scaledNormal } from '#lessons/08-initialization';
import { inputNoise } from '#lessons/10-regularization';
import { principalComponents, project, reconstruct } from '#lessons/12-preprocessing';
import type * as Lesson from './autoencoder.reference.ts';

export const title = 'The autoencoder: digits from a few numbers';

export const about =
  'A network draws digits again that it had to press into 2, 8 or 32 numbers. Beside it stand the principal components of lesson 12, which are given as many numbers. ' +
  'A second one sees noisy digits and draws clean ones. The variational one keeps its codes where a draw from the normal distribution finds them, so it can draw digits that nobody wrote.';

export const parameters = {
  hidden: { label: 'hidden units', from: 16, to: 64, value: 48, whole: true },
  beta: { label: 'β, what the divergence counts', from: 0.001, to: 10, value: 0.2, scale: 'log' },
  noise: { label: 'σ of the noise', from: 0, to: 1, value: 0.4 },
} satisfies Parameters;

export const digits = { train: 1000, test: 300 };

/** The digits are shrunk to so many pixels a side. */
const SMALL = 10;
const PIXELS = SMALL * SMALL;
/** So many pixels around a digit are empty. */
const MARGIN = 4;
const BOTTLENECKS = [2, 8, 32] as const;
/** How long the codes are of the one that sees noise, and of the variational one. */
const [NOISY_CODE, DRAWN_CODE] = [32, 8];
const [EPOCHS, BATCH] = [20, 50];
const ADAM = { learningRate: 0.005, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
/** How many digits are shown, and how many stand on a walk. */
const [SHOWN, WALK] = [5, 8];
/** The kinds of digits in the plane: with all ten it is hard to see any. */
const KINDS = [0, 1, 3, 4, 7];

/** The functions of the lesson that draw a digit again. */
const AGAIN = ['twoLayerForward', 'decode'];

type Params = Lesson.AutoencoderParams;
type Step = (batch: Tensor, params: Params) => Lesson.AutoencoderGradients;

/**
 * The experiment of lesson 20.
 *
 * @param lesson the functions of the lesson
 * @returns digits drawn again from 2, 8 and 32 numbers; the plane of codes and that of principal components; what both
 *   lose; digits without their noise; walks between two digits; and new digits
 */
export function* experiment(
  lesson: typeof Lesson,
  { random, digits: { train, test } }: Material,
  { hidden, beta, noise }: Values<typeof parameters>,
): Running {
  const [seen, others] = [shrunk(train.images), shrunk(test.images)];
  const pca = principalComponents(seen);
  yield 0.02;

  const plain: Params[] = [];
  for (const K of BOTTLENECKS) {
    const start = startingParams(K, { encoded: K, hidden }, random);
    const step: Step = (batch, params) => lesson.autoencoderGradients(batch, batch, params);
    plain.push(yield* trained(step, start, { images: seen, random }, plain.length / 5));
  }
  const clean = yield* trained(
    (batch, params) => lesson.denoisingGradients(batch, params, noise, random),
    startingParams(NOISY_CODE, { encoded: NOISY_CODE, hidden }, random),
    { images: seen, random },
    3 / 5,
  );
  const variational = yield* trained(
    (batch, params) => {
      const epsilon = scaledNormal([batch.shape[0]!, DRAWN_CODE], 1, random);
      return lesson.vaeGradients(batch, params, epsilon, beta);
    },
    startingParams(DRAWN_CODE, { encoded: 2 * DRAWN_CODE, hidden }, random),
    { images: seen, random },
    4 / 5,
  );

  const codesOf = (images: Tensor, { encoder }: Params): Tensor =>
    lesson.twoLayerForward(images, encoder).out;
  const again = (images: Tensor, params: Params): Tensor =>
    lesson.decode(codesOf(images, params), params.decoder);
  const drawnAgain = plain.map((params) => again(others, params));
  const disturbed = inputNoise(others, { deviation: noise, training: true }, random);
  return [
    sideBySide(
      'Digits that were not learned from, drawn again from a few numbers',
      ['autoencoderGradients', ...AGAIN],
      [
        ...BOTTLENECKS.map((K, i) => [`${K} numbers`, drawnAgain[i]!] as const),
        ['as it was', others],
      ],
    ),
    {
      ...plane('The plane of codes of the bottleneck of 2', codesOf(others, plain[0]!), test),
      by: ['autoencoderGradients', 'twoLayerForward'],
    },
    {
      ...plane('The plane of the first two principal components', project(others, pca, 2), test),
      by: [],
    },
    lost(
      BOTTLENECKS.map((K, i) => [
        K,
        lesson.reconstructionLoss(drawnAgain[i]!, others).loss,
        lesson.reconstructionLoss(reconstruct(project(others, pca, K), pca), others).loss,
      ]),
    ),
    sideBySide(
      `Noise of σ = ${noise}, and what is drawn without it`,
      ['denoisingGradients', ...AGAIN],
      [
        ['noisy', disturbed],
        ['drawn', again(disturbed, clean)],
        ['as it was', others],
      ],
    ),
    walks(lesson, others, test, { plain: plain[1]!, variational }),
    newDigits(lesson, { plain: plain[1]!, variational }, random),
  ];
}

/** The middle 20 × 20 pixels, which hold the digit, with half as many a side: each the mean of four, from 0 to 1. */
function shrunk(images: Tensor): Tensor {
  return filled([images.shape[0]!, PIXELS], (n, p) => {
    const [row, column] = [MARGIN + 2 * Math.floor(p! / SMALL), MARGIN + 2 * (p! % SMALL)];
    const first = SIDE * row + column;
    const four = [first, first + 1, first + SIDE, first + SIDE + 1];
    return four.reduce((sum, pixel) => sum + images.get(n!, pixel), 0) / four.length;
  });
}

function startingParams(
  K: number,
  { encoded, hidden }: { encoded: number; hidden: number },
  random: Random,
): Params {
  const draw = (shape: number[]): Tensor => heNormal(shape, random);
  return {
    encoder: layersOf(initialParams([PIXELS, hidden, encoded], draw)),
    decoder: layersOf(initialParams([K, hidden, PIXELS], draw)),
  };
}

/** Parameters by their names, as a step of Adam returns them. */
function layersOf({ W1, b1, W2, b2 }: Record<string, Tensor>): TwoLayerParams {
  return { W1: W1!, b1: b1!, W2: W2!, b2: b2! };
}

/** Trains both halves by Adam on mini-batches. It yields how much is done, from `from` on. */
function* trained(
  step: Step,
  start: Params,
  { images, random }: { images: Tensor; random: Random },
  from: number,
): Generator<number, Params, void> {
  let params = start;
  const states = {
    encoder: adamStart({ ...start.encoder }),
    decoder: adamStart({ ...start.decoder }),
  };
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (const batch of miniBatches(shuffledOrder(images.shape[0]!, random), BATCH)) {
      const { gradients } = step(
        filled([batch.length, PIXELS], (n, p) => images.get(batch[n!]!, p!)),
        params,
      );
      const moved = (half: keyof Params): TwoLayerParams => {
        const update = adamUpdate({ ...params[half] }, { ...gradients[half] }, states[half], ADAM);
        states[half] = update.state;
        return layersOf(update.params);
      };
      params = { encoder: moved('encoder'), decoder: moved('decoder') };
    }
    yield from + (epoch + 1) / EPOCHS / 5;
  }
  return params;
}

function picture(name: string, images: Tensor, n: number): Picture {
  return { name, pixels: copy(images.pick(n, null)).data, width: SMALL };
}

/** The first digits in several forms, all forms of one in a row. */
function sideBySide(
  heading: string,
  by: string[],
  forms: readonly (readonly [string, Tensor])[],
): Images {
  return {
    kind: 'images',
    title: heading,
    by,
    colours: 'ink',
    range: [0, 1],
    perRow: forms.length,
    images: Array.from({ length: SHOWN }, (_, n) => n).flatMap((n) =>
      forms.map(([name, images]) => picture(name, images, n)),
    ),
  };
}

function plane(heading: string, codes: Tensor, { labels }: Samples<Tensor>): Scatter {
  const samples = Array.from({ length: labels.size }, (_, n) => n);
  return {
    kind: 'scatter',
    title: heading,
    caption: `All of five kinds among ${labels.size} digits that were not learned from. The labels were never shown.`,
    x: { label: 'first number' },
    y: { label: 'second number' },
    groups: KINDS.map((digit) => ({
      name: String(digit),
      points: samples
        .filter((n) => labels.get(n) === digit)
        .map((n) => [codes.get(n, 0), codes.get(n, 1)] as const),
    })),
  };
}

function lost(rows: readonly (readonly [K: number, network: number, pca: number])[]): Table {
  return {
    kind: 'table',
    title: 'What is lost: the squared error of a digit that was not learned from',
    by: ['autoencoderGradients', 'reconstructionLoss', ...AGAIN],
    columns: ['numbers', 'autoencoder', 'principal components'],
    rows: rows.map(([K, network, pca]) => [K, network.toFixed(2), pca.toFixed(2)]),
  };
}

interface Both {
  plain: Params;
  variational: Params;
}

/** From a 4 to a 0 by mixing pixels, and by way of the codes of two networks. */
function walks(
  lesson: typeof Lesson,
  images: Tensor,
  { labels }: Samples<Tensor>,
  { plain, variational }: Both,
): Images {
  const firstOf = (digit: number): number =>
    Array.from({ length: labels.size }, (_, n) => n).find((n) => labels.get(n) === digit)!;
  const [from, to] = [firstOf(4), firstOf(0)];
  const codesBetween = ({ encoder }: Params): Tensor => {
    const codes = lesson.twoLayerForward(images, encoder).out;
    return lesson.interpolate(codes.pick(from, null), codes.pick(to, null), WALK);
  };
  const means = codesBetween(variational).hi(WALK, DRAWN_CODE);
  const rows = [
    ['pixels', lesson.interpolate(images.pick(from, null), images.pick(to, null), WALK)],
    ['codes', lesson.decode(codesBetween(plain), plain.decoder)],
    ['means', lesson.decode(means, variational.decoder)],
  ] as const;
  return {
    kind: 'images',
    title:
      'From a 4 to a 0: mixed pixels, codes of a plain autoencoder, means of a variational one',
    by: ['autoencoderGradients', 'vaeGradients', 'interpolate', ...AGAIN],
    colours: 'ink',
    range: [0, 1],
    perRow: WALK,
    images: rows.flatMap(([name, walk]) =>
      Array.from({ length: WALK }, (_, i) => picture(name, walk, i)),
    ),
  };
}

/** Draws from the standard normal distribution, decoded by both networks. */
function newDigits(lesson: typeof Lesson, { plain, variational }: Both, random: Random): Images {
  const rows = [
    ['plain', lesson.sampleImages(plain.decoder, 2 * WALK, random)],
    ['variational', lesson.sampleImages(variational.decoder, 2 * WALK, random)],
  ] as const;
  return {
    kind: 'images',
    title: 'New digits: codes drawn from the standard normal distribution, and decoded',
    caption: 'The codes of the plain autoencoder lie elsewhere.',
    by: ['autoencoderGradients', 'vaeGradients', 'sampleImages'],
    colours: 'ink',
    range: [0, 1],
    perRow: WALK,
    images: rows.flatMap(([name, images]) =>
      Array.from({ length: 2 * WALK }, (_, i) => picture(name, images, i)),
    ),
  };
}
