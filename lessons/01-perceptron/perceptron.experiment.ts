/** The line that a perceptron draws while it learns, and what ten neurons look for in digits. */
import { array, type Tensor } from '#arrays';
import { blobs } from '#datasets/blobs';
import { normal } from '#datasets/random';
import type { LabelledPoints } from '#datasets/scatter';
import type { Material, Parameters, Plane, Running, Values } from '#figures/experiment';
import type { Images, Point, Scatter, Series } from '#figures/figure';
import type * as Perceptron from './perceptron.reference.ts';

export const title = 'The perceptron: a line that learns from its mistakes';

export const about =
  'Each mistake turns and shifts the line a little, until there are no mistakes left. ' +
  'Ten such neurons read handwritten digits: their weights are pictures of what speaks for a digit, in red, and against it, in blue.';

export const parameters = {
  spread: { label: 'spread of the two clouds', from: 0.1, to: 1, value: 0.4 },
  epochs: { label: 'epochs on the digits', from: 1, to: 3, value: 1, whole: true },
} satisfies Parameters;

export const digits = { train: 1500, test: 500 };

/** The clouds lie within this square, most of them. */
export const plane = { side: [-1, 4], classes: ['class 0', 'class 1'] } as const satisfies Plane;

const SIDE = plane.side;
const CELLS = 40;
const MOST_EPOCHS = 20;
const PIXELS = 28;

/**
 * The experiment of lesson 01.
 *
 * @param lesson the functions of the lesson
 * @returns the line after some of its mistakes, and the weights of ten neurons as images
 */
export function* experiment(
  lesson: typeof Perceptron,
  { random, points, digits: { train, test } }: Material,
  { spread, epochs }: Values<typeof parameters>,
): Running {
  const clouds =
    points ??
    blobs(random, {
      samplesPerClass: 40,
      noise: spread,
      centres: [
        [0.5, 2.5],
        [2.5, 1.5],
      ],
    });
  const { lines, weights } = learnedLines(lesson, clouds, {
    w: array([normal(random), normal(random)]),
    b: 0,
  });
  const lineDrawn = lineFigure(lesson, clouds, lines, weights);
  yield { done: 0.1, figures: () => [lineDrawn] };
  const { W, b } = lesson.trainLinearClassifier(train.images, train.labels, {
    classes: 10,
    learningRate: 0.1,
    epochs,
  });
  yield 0.9;
  const given = lesson.predictClasses(lesson.linearScores(test.images, W, b));
  const right = given.data.filter((digit, n) => digit === test.labels.get(n)).length;
  return [
    lineDrawn,
    weightImages(
      W,
      `${((100 * right) / given.size).toFixed(1)}% of 500 other digits are read rightly`,
    ),
  ];
}

/** Goes through the points again and again, and keeps the line after each mistake. */
function learnedLines(
  { neuron, perceptronUpdate }: typeof Perceptron,
  { x, labels }: LabelledPoints,
  start: Perceptron.Weights,
): { lines: Perceptron.Weights[]; weights: Perceptron.Weights } {
  let weights = start;
  const lines: Perceptron.Weights[] = [weights];
  for (let epoch = 0; epoch < MOST_EPOCHS; epoch++) {
    const before = lines.length;
    for (let n = 0; n < labels.size; n++) {
      const sample = x.pick(n, null);
      const wanted = labels.get(n);
      if (neuron(sample, weights.w, weights.b) === wanted) continue;
      weights = perceptronUpdate(weights, sample, wanted, 1);
      lines.push(weights);
    }
    if (lines.length === before) break;
  }
  return { lines, weights };
}

/** The first lines, the last one, and on which side of it the neuron fires. */
function lineFigure(
  { neuron }: typeof Perceptron,
  { x, labels }: LabelledPoints,
  lines: readonly Perceptron.Weights[],
  { w, b }: Perceptron.Weights,
): Scatter {
  const [low, high] = SIDE;
  const place = (cell: number): number => low + ((high - low) * (cell + 0.5)) / CELLS;
  const shown = [...new Set([0, 1, 2, lines.length - 1])].filter((k) => k < lines.length);
  return {
    kind: 'scatter',
    title: `The line after ${lines.length - 1} mistakes`,
    caption:
      'Some of the lines on the way, each after so many mistakes. On red ground the neuron fires.',
    x: { label: 'x₁', domain: SIDE },
    y: { label: 'x₂', domain: SIDE },
    by: ['neuron', 'perceptronUpdate'],
    background: {
      values: Array.from({ length: CELLS }, (_, row) =>
        Array.from({ length: CELLS }, (__, column) => {
          return neuron(array([place(column), low + high - place(row)]), w, b) - 0.5;
        }),
      ),
      range: [-1.5, 1.5],
    },
    paths: shown.map((k) => ({ name: `after ${k}`, points: ends(lines[k]!) })),
    groups: [0, 1].map((c): Series => ({
      name: plane.classes[c]!,
      points: Array.from({ length: labels.size }, (_, n) => n)
        .filter((n) => labels.get(n) === c)
        .map((n) => [x.get(n, 0), x.get(n, 1)]),
    })),
  };
}

/** Where w·x + b = 0 meets two far sides of the picture. */
function ends({ w, b }: Perceptron.Weights): Point[] {
  const [w1, w2] = [w.get(0), w.get(1)];
  const far = 2 * SIDE[1];
  return Math.abs(w2) > Math.abs(w1)
    ? [-far, far].map((x1) => [x1, -(w1 * x1 + b) / w2])
    : [-far, far].map((x2) => [-(w2 * x2 + b) / w1, x2]);
}

function weightImages(W: Tensor, caption: string): Images {
  const columns = Array.from({ length: 10 }, (_, m) =>
    Array.from({ length: W.shape[0]! }, (__, i) => W.get(i, m)),
  );
  const largest = Math.max(...columns.flat().map(Math.abs)) || 1;
  return {
    kind: 'images',
    title: 'The weights of ten neurons, trained on 1,500 digits',
    caption,
    by: ['trainLinearClassifier', 'linearScores', 'predictClasses'],
    colours: 'diverging',
    range: [-largest, largest],
    images: columns.map((pixels, m) => ({ name: String(m), pixels, width: PIXELS })),
  };
}
