/** Handwritten digits in a few numbers: their principal components, and what preprocessing does for training. */
import { copy, filled, map, zeros, zip, type Tensor } from '#arrays';
import { SIDE } from '#datasets/digits';
import type { Mnist, Samples } from '#datasets/mnist';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, HeatMap, Images, Picture, Point, Scatter } from '#figures/figure';
import { accuracy, softmaxCrossEntropy, softmaxCrossEntropyGradient } from '#lessons/03-losses';
import { affineBackward, affineForward } from '#lessons/05-backprop';
import type * as Preprocessing from './preprocessing.reference.ts';

export const title = 'Preprocessing: what varies in handwritten digits';

export const about =
  'All is measured on the training digits and used on others. Two numbers a digit already keep some kinds apart, ' +
  'and 42 of 196 hold nine tenths of what varies. Standardized and whitened inputs are quicker to learn from, and a ' +
  'shadow across the page is gone once each pixel is measured by its surroundings.';

export const parameters = {
  epsilon: { label: 'ε of the whitening', from: 1e-5, to: 1, value: 0.01, scale: 'log' },
  radius: { label: 'how far a pixel looks around', from: 1, to: 14, value: 3, whole: true },
} satisfies Parameters;

export const digits = { train: 1000, test: 500 };

/** The digits are shrunk to so many pixels a side. */
const SMALL = 14;
const STEPS = 50;
/** With so many components a digit is drawn again. */
const KEPT = [1, 4, 16, 64];
const REDRAWN = 4;
/** The kinds of digits in the plane: with all ten it is hard to see any. */
const KINDS = [0, 1, 3, 4, 7];
/** So many pixels, and so many components, are shown beside each other in the heat maps. */
const SHOWN = SMALL;

type Pca = Preprocessing.PrincipalComponents;

/**
 * The experiment of lesson 12.
 *
 * @param lesson the functions of the lesson
 * @returns other digits in the plane of two components; the components; the variance they explain; digits drawn again
 *   from a few of them; covariances; the loss on four kinds of inputs; and a shadow that local normalization removes
 */
export function* experiment(
  lesson: typeof Preprocessing,
  { digits: { train, test } }: Material,
  { epsilon, radius }: Values<typeof parameters>,
): Running {
  const small = { train: shrunk(train.images), test: shrunk(test.images) };
  yield 0.05;
  const pca = lesson.principalComponents(small.train);
  yield 0.2;
  const figures = [
    plane(lesson, small.test, test, pca),
    components(pca),
    explained(lesson, small.test, pca),
    redrawn(lesson, small.test, pca),
    covariances(lesson, small.test.lo(0, (SMALL / 2) * SMALL).hi(digits.test, SHOWN), {
      what: 'of the pixels in the middle row',
      each: 'pixel',
      by: [],
    }),
    covariances(lesson, lesson.whiten(small.test, pca, epsilon).hi(digits.test, SHOWN), {
      what: 'of the first whitened components, measured on digits that they were not fitted to',
      each: 'component',
      by: ['principalComponents', 'whiten'],
    }),
  ];
  yield 0.4;
  const curves: Curves['curves'][number][] = [];
  for (const [name, { by: own, ...inputs }] of Object.entries(
    inputsOf(lesson, small, pca, epsilon),
  )) {
    const { losses, right } = trained(lesson, inputs, { train, test });
    const by = ['principalComponents', ...own];
    curves.push({ name: `${name}: ${(100 * right).toFixed(1)}% of others`, by, points: losses });
    yield 0.4 + 0.13 * curves.length;
  }
  return [...figures, lossCurves(curves), shadows(lesson, test.images, radius)];
}

/** Images of half as many pixels a side, each the mean of four. */
function shrunk(images: Tensor): Tensor {
  const N = images.shape[0]!;
  const out = zeros(N, SMALL * SMALL);
  for (let n = 0; n < N; n++) {
    for (let p = 0; p < SIDE * SIDE; p++) {
      const [row, column] = [Math.floor(p / SIDE / 2), Math.floor((p % SIDE) / 2)];
      const small = SMALL * row + column;
      out.set(n, small, out.get(n, small) + images.get(n, p) / 4);
    }
  }
  return out;
}

function plane(
  lesson: typeof Preprocessing,
  images: Tensor,
  { labels }: Samples<Tensor>,
  pca: Pca,
): Scatter {
  const z = lesson.project(images, pca, 2);
  const samples = Array.from({ length: labels.size }, (_, n) => n);
  return {
    kind: 'scatter',
    title: 'Digits in two numbers each',
    by: ['principalComponents', 'project'],
    caption: `All of five kinds among ${labels.size} digits, to which neither components nor means were fitted.`,
    x: { label: 'along the first component' },
    y: { label: 'along the second' },
    groups: KINDS.map((digit) => ({
      name: String(digit),
      points: samples
        .filter((n) => labels.get(n) === digit)
        .map((n) => [z.get(n, 0), z.get(n, 1)] as const),
    })),
  };
}

function components({ components: V, variances }: Pca): Images {
  return {
    kind: 'images',
    title: 'The first twenty components, as images, and the variance along each',
    by: ['principalComponents'],
    caption: 'A digit is the mean and so much of each. Each could as well have the opposite signs.',
    colours: 'diverging',
    range: [-0.25, 0.25],
    images: Array.from({ length: 20 }, (_, k) => ({
      name: variances.get(k).toFixed(2),
      pixels: copy(V.pick(null, k)).data,
      width: SMALL,
    })),
  };
}

function explained(lesson: typeof Preprocessing, images: Tensor, pca: Pca): Curves {
  const shares = lesson.explainedVariance(pca.variances);
  const z = lesson.project(images, pca, pca.means.size);
  const squares = Array.from({ length: z.shape[1]! }, (_, k) =>
    copy(z.pick(null, k)).data.reduce((sum, value) => sum + value ** 2, 0),
  );
  return {
    kind: 'curves',
    title: 'The share of what varies, by the number of components',
    x: { label: 'components', whole: true, domain: [0, 100] },
    y: { label: 'share', unit: '%', domain: [0, 100] },
    curves: [
      {
        name: 'training digits',
        by: ['principalComponents', 'explainedVariance'],
        points: addedUp([...shares.data]),
      },
      { name: 'other digits', by: ['principalComponents', 'project'], points: addedUp(squares) },
    ],
  };
}

/** The share of the first so many numbers in the sum of all, in percent. */
function addedUp(values: readonly number[]): Point[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  let sum = 0;
  return [[0, 0], ...values.map((value, k): Point => [k + 1, (100 * (sum += value)) / total])];
}

function redrawn(lesson: typeof Preprocessing, images: Tensor, pca: Pca): Images {
  const few = images.hi(REDRAWN, SMALL * SMALL);
  const drawn = KEPT.map((count) => ({
    name: String(count),
    images: lesson.reconstruct(lesson.project(few, pca, count), pca),
  }));
  return {
    kind: 'images',
    title: 'Digits, drawn again from a few of 196 numbers',
    by: ['principalComponents', 'project', 'reconstruct'],
    colours: 'ink',
    range: [0, 1],
    images: Array.from({ length: REDRAWN }, (_, n) => n).flatMap((n) =>
      [...drawn, { name: 'as it was', images: few }].map(({ name, images: those }) => ({
        name,
        pixels: copy(those.pick(n, null)).data,
        width: SMALL,
      })),
    ),
  };
}

function covariances(
  lesson: typeof Preprocessing,
  x: Tensor,
  { what, each, by }: { what: string; each: string; by: string[] },
): HeatMap {
  const C = lesson.covariance(x);
  return {
    kind: 'heat map',
    title: `The covariance ${what}`,
    by: [...by, 'covariance'],
    x: each,
    y: each,
    values: Array.from({ length: SHOWN }, (_, i) =>
      Array.from({ length: SHOWN }, (__, j) => C.get(i, j)),
    ),
  };
}

interface Inputs {
  train: Tensor;
  test: Tensor;
}

/** Inputs, and the functions of the lesson that they are made by besides the components. */
interface MadeInputs extends Inputs {
  by: string[];
}

/** The digits in four forms, each fitted to the training digits. */
function inputsOf(
  lesson: typeof Preprocessing,
  small: Inputs,
  pca: Pca,
  epsilon: number,
): Record<string, MadeInputs> {
  const standardizer = lesson.fitStandardizer(small.train);
  const both = (by: string[], f: (x: Tensor) => Tensor): MadeInputs => ({
    train: f(small.train),
    test: f(small.test),
    by,
  });
  return {
    'as they are': { ...small, by: [] },
    centred: both(['centre'], (x) => lesson.centre(x, pca.means)),
    standardized: both(['fitStandardizer', 'standardize'], (x) =>
      lesson.standardize(x, standardizer),
    ),
    whitened: both(['whiten'], (x) => lesson.whiten(x, pca, epsilon)),
  };
}

/** Trains an affine layer by gradient descent, with the learning rate that the inputs bear. */
function trained(
  lesson: typeof Preprocessing,
  inputs: Inputs,
  { train, test }: Mnist,
): { losses: Point[]; right: number } {
  let [W, b] = [zeros(SMALL * SMALL, 10), zeros(10)];
  const rate = 1 / steepest(lesson, inputs.train);
  const losses: Point[] = [];
  for (let t = 0; t < STEPS; t++) {
    const { out, cache } = affineForward(inputs.train, W, b);
    losses.push([t, softmaxCrossEntropy(out, train.labels)]);
    const { dW, db } = affineBackward(softmaxCrossEntropyGradient(out, train.labels), cache);
    const down = (value: number, slope: number): number => value - rate * slope;
    [W, b] = [zip(W, dW, down), zip(b, db, down)];
  }
  const { out } = affineForward(inputs.test, W, b);
  return { losses, right: accuracy(out, test.labels) };
}

/**
 * A bound for the curvature of the loss: half of the largest mean square of the inputs along any direction, with the
 * bias's 1 as one more of them. Doubling it leaves room.
 */
function steepest({ principalComponents }: typeof Preprocessing, x: Tensor): number {
  const [N, D] = x.shape as [number, number];
  // Beside its own opposite every sample has the mean 0, so that variances are mean squares.
  const mirrored = filled([2 * N, D + 1], (n, d) => {
    const value = d === D ? 1 : x.get(n % N, d);
    return n < N ? value : -value;
  });
  return principalComponents(mirrored).variances.get(0);
}

function lossCurves(curves: Curves['curves']): Curves {
  return {
    kind: 'curves',
    title: 'The loss of one affine layer, on four kinds of inputs',
    caption:
      'Each with the largest learning rate that is safe for it. Beside the names: accuracy on 500 others.',
    x: { label: 'step', whole: true },
    y: { label: 'loss', scale: 'log' },
    curves,
  };
}

function shadows(lesson: typeof Preprocessing, images: Tensor, radius: number): Images {
  const options = { size: 2 * radius + 1, epsilon: 0.05 };
  const pages = [0, 1, 2].map((n) =>
    filled([SIDE, SIDE], (i, j) => {
      const light = 0.15 + (0.85 * (i + j)) / (2 * SIDE - 2);
      return light * (1 - 0.8 * images.get(n, SIDE * i + j));
    }),
  );
  const normalized = pages.map((page) =>
    map(lesson.localNormalize(page, options), (value) => value / 6 + 0.5),
  );
  return {
    kind: 'images',
    title: 'A shadow across the page, and each pixel by its surroundings',
    by: ['localNormalize'],
    colours: 'ink',
    range: [0, 1],
    images: [
      ...pages.map((page) => inInk('in bad light', page)),
      ...normalized.map((page) => inInk('normalized', page)),
    ],
    perRow: pages.length,
  };
}

/** A page of light and dark, as a picture of ink. */
function inInk(name: string, page: Tensor): Picture {
  return { name, pixels: map(page, (value) => 1 - value).data, width: SIDE };
}
