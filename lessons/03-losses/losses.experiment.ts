/** Losses over the prediction, and what one outlier does to squares. */
import { array, labels, zip, type Tensor } from '#arrays';
import { normal } from '#datasets/random';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Point, Scatter } from '#figures/figure';
import type * as Losses from './losses.reference.ts';

export const title = 'Losses: what is punished how hard';

export const about =
  'Cross entropy punishes being sure and wrong without bound, and its gradient stays steep there; squares of probabilities go flat. ' +
  'Among numbers it is the squares that one outlier rules: the line leaves the many points for the one.';

export const parameters = {
  outlier: { label: 'how far off the outlier is', from: 0, to: 40, value: 20 },
} satisfies Parameters;

const STEPS = 300;
const RATE = 0.3;

/**
 * The experiment of lesson 03.
 *
 * @param lesson the functions of the lesson
 * @returns losses and gradients over a prediction, losses over a logit, and lines fitted with and without an outlier
 */
export function* experiment(
  lesson: typeof Losses,
  { random }: Material,
  { outlier }: Values<typeof parameters>,
): Running {
  const curves = [...probabilityCurves(lesson), logitCurves(lesson)];
  yield 0.3;
  const x = array(Array.from({ length: 20 }, (_, n) => n / 19));
  const y = zip(x, x, (v) => 2 * v + 1 + 0.2 * normal(random));
  const spoilt = zip(y, x, (value, v) => (v === 1 ? value - outlier : value));
  const [clean, drawn] = [fittedLine(lesson, x, y), fittedLine(lesson, x, spoilt)];
  yield 0.9;
  return [...curves, lines(x, spoilt, clean, drawn)];
}

/** What a probability for the right class costs, and how steeply. */
function probabilityCurves(lesson: typeof Losses): Curves[] {
  const ps = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);
  const over = (loss: (p: Tensor, t: Tensor) => number): Point[] =>
    ps.map((p) => [p, loss(array([p]), array([1]))]);
  const x = { label: 'probability that is given to what is true' };
  return [
    {
      kind: 'curves',
      title: 'What a prediction costs',
      x,
      y: { label: 'loss', domain: [0, 5] },
      curves: [
        {
          name: 'cross entropy',
          by: ['binaryCrossEntropy'],
          points: over(lesson.binaryCrossEntropy),
        },
        { name: 'squared error', by: ['meanSquaredError'], points: over(lesson.meanSquaredError) },
      ],
    },
    {
      kind: 'curves',
      title: 'How steeply the loss falls',
      caption:
        'Sure and wrong, at the left: cross entropy pulls hard, the squared error hardly harder than elsewhere.',
      x,
      y: { label: 'gradient', domain: [-20, 0] },
      curves: [
        {
          name: 'cross entropy',
          by: ['binaryCrossEntropyGradient'],
          points: over((p, t) => lesson.binaryCrossEntropyGradient(p, t).get(0)),
        },
        {
          name: 'squared error',
          by: ['meanSquaredErrorGradient'],
          points: over((p, t) => lesson.meanSquaredErrorGradient(p, t).get(0)),
        },
      ],
    },
  ];
}

/** Two losses of logits (m, 0) whose first class is right: m is by how much it leads. */
function logitCurves(lesson: typeof Losses): Curves {
  const leads = Array.from({ length: 81 }, (_, i) => (i - 40) / 10);
  const over = (loss: (logits: Tensor) => number): Point[] =>
    leads.map((lead) => [lead, loss(array([[lead, 0]]))]);
  const first = labels([0]);
  return {
    kind: 'curves',
    title: 'Losses of logits, over the lead of the right class',
    caption:
      'The hinge loss is content with a lead of 1; cross entropy always wants a little more.',
    x: { label: 'lead' },
    y: { label: 'loss' },
    curves: [
      {
        name: 'softmax cross entropy',
        by: ['softmaxCrossEntropy'],
        points: over((logits) => lesson.softmaxCrossEntropy(logits, first)),
      },
      { name: 'hinge', by: ['hinge'], points: over((scores) => lesson.hinge(scores, first)) },
    ],
  };
}

/** a·x + b. */
interface Line {
  a: number;
  b: number;
}

function ends({ a, b }: Line): Point[] {
  return [0, 1].map((v) => [v, a * v + b]);
}

/** A line fitted by gradient descent on the mean squared error. */
function fittedLine(lesson: typeof Losses, x: Tensor, y: Tensor): Line {
  let [a, b] = [0, 0];
  for (let step = 0; step < STEPS; step++) {
    const line = zip(x, x, (v) => a * v + b);
    const slopes = lesson.meanSquaredErrorGradient(line, y);
    for (let n = 0; n < x.size; n++) {
      a -= RATE * slopes.get(n) * x.get(n);
      b -= RATE * slopes.get(n);
    }
  }
  return { a, b };
}

function lines(x: Tensor, y: Tensor, clean: Line, drawn: Line): Scatter {
  return {
    kind: 'scatter',
    title: 'A line fitted to 20 points, one of which is far off',
    by: ['meanSquaredErrorGradient'],
    x: { label: 'x' },
    y: { label: 'y' },
    groups: [
      {
        name: 'points',
        by: [],
        points: Array.from({ length: x.size }, (_, n) => [x.get(n), y.get(n)]),
      },
    ],
    paths: [
      { name: 'without the outlier', points: ends(clean) },
      { name: 'with the outlier', points: ends(drawn) },
    ],
  };
}
