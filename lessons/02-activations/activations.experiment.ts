/** Activations and their slopes, a curve bent from ReLUs, and units that die while a network trains. */
import { array, copy, filled, map, matrixProduct, zip, type Tensor } from '#arrays';
import { normal } from '#datasets/random';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Point } from '#figures/figure';
import type * as Activations from './activations.reference.ts';

export const title = 'Activations: their slopes, what they can draw, how they die';

export const about =
  'Where an activation is flat, its slope is 0 and nothing is learned. ReLUs add up to any curve, bend by bend. ' +
  'With too large a learning rate they die: a unit that is 0 for all samples has no slope left to come back by.';

export const parameters = {
  bends: { label: 'bends in the curve', from: 2, to: 40, value: 7, whole: true },
  slope: { label: 'slope of the leaky ReLU below 0', from: 0, to: 0.5, value: 0.1 },
  rate: { label: 'the larger learning rate', from: 0.02, to: 0.5, value: 0.1 },
} satisfies Parameters;

/** From −4 to 4. */
const LINE = Array.from({ length: 161 }, (_, i) => (i - 80) / 20);

const STEPS = 60;

/**
 * The experiment of lesson 02.
 *
 * @param lesson the functions of the lesson
 * @returns the activations and their slopes, a bent line beside the curve that it follows, and the share of dead
 *   units by step for two learning rates
 */
export function* experiment(
  lesson: typeof Activations,
  { random }: Material,
  { bends, slope, rate }: Values<typeof parameters>,
): Running {
  const shapes = activationCurves(lesson, slope);
  yield 0.1;
  const bent = bentCurve(lesson, bends);
  yield 0.2;
  const dead: Curves['curves'][number][] = [];
  for (const learningRate of [0.02, rate]) {
    dead.push({ name: `rate ${learningRate}`, points: deadUnits(lesson, random, learningRate) });
    yield 0.2 + 0.4 * dead.length;
  }
  return [
    ...shapes,
    bent,
    {
      kind: 'curves',
      title: 'Units that are 0 for all samples, while a network of 40 ReLUs trains',
      caption: 'A large step throws units so far that no sample reaches them any more.',
      x: { label: 'step', whole: true },
      y: { label: 'dead units', unit: '%', domain: [0, 100] },
      by: ['relu', 'reluDerivative', 'deadFraction'],
      curves: dead,
    },
  ];
}

function activationCurves(lesson: typeof Activations, slope: number): Curves[] {
  const x = array(LINE);
  const pairs: [name: string, by: string, value: Tensor, derivative: Tensor][] = [
    ['step', 'step', lesson.step(x), lesson.stepDerivative(x)],
    ['sigmoid', 'sigmoid', lesson.sigmoid(x), lesson.sigmoidDerivative(x)],
    ['tanh', 'tanh', lesson.tanh(x), lesson.tanhDerivative(x)],
    ['ReLU', 'relu', lesson.relu(x), lesson.reluDerivative(x)],
    ['leaky ReLU', 'leakyRelu', lesson.leakyRelu(x, slope), lesson.leakyReluDerivative(x, slope)],
    ['softplus', 'softplus', lesson.softplus(x), lesson.softplusDerivative(x)],
  ];
  return [
    {
      kind: 'curves',
      title: 'Activations',
      x: { label: 'x' },
      y: { label: 'activation', domain: [-1.2, 4] },
      curves: pairs.map(([name, by, value]) => ({ name, by: [by], points: overLine(value) })),
    },
    {
      kind: 'curves',
      title: 'Their slopes',
      caption:
        'The sigmoid is nowhere steeper than ¼: ten of them in a row leave a millionth of a gradient.',
      x: { label: 'x' },
      y: { label: 'slope', domain: [-0.05, 1.1] },
      curves: pairs.map(([name, by, , derivative]) => ({
        name,
        by: [`${by}Derivative`],
        points: overLine(derivative),
      })),
    },
  ];
}

function overLine(values: Tensor): Point[] {
  return LINE.map((x, i) => [x, values.get(i)]);
}

function wave(x: Tensor): Tensor {
  return map(x, (v) => Math.sin(2 * v) + v / 2);
}

/** A wave, and the bent line that meets it at its knots. */
function bentCurve(lesson: typeof Activations, bends: number): Curves {
  const knots = array(Array.from({ length: bends + 2 }, (_, k) => -4 + (8 * k) / (bends + 1)));
  const line = lesson.fitBentLine(knots, wave(knots));
  const x = array(LINE);
  return {
    kind: 'curves',
    title: `A curve bent from ReLUs with ${bends} bends`,
    caption:
      'A scaled, shifted ReLU changes the slope at its knot. Twice the bends, about a quarter of the error.',
    x: { label: 'x' },
    y: { label: 'y' },
    curves: [
      { name: 'sin(2x) + x/2', by: [], points: overLine(wave(x)) },
      {
        name: 'bent line',
        by: ['fitBentLine', 'bentLine'],
        points: overLine(lesson.bentLine(x, line)),
      },
    ],
  };
}

/** Trains one hidden layer of ReLUs to follow a wave, and counts its dead units after each step. */
function deadUnits(lesson: typeof Activations, random: () => number, rate: number): Point[] {
  const [N, H] = [64, 40];
  const draw = (...shape: number[]): Tensor => filled(shape, () => normal(random));
  const x = filled([N, 2], (n, d) => (d === 0 ? -2 + (4 * n) / N : 1));
  const t = map(x.pick(null, 0), Math.sin);
  let W = draw(2, H);
  let v = map(draw(H, 1), (value) => value / Math.sqrt(H));
  const points: Point[] = [];
  for (let step = 0; step <= STEPS; step++) {
    const z = matrixProduct(x, W);
    const h = lesson.relu(z);
    points.push([step, 100 * lesson.deadFraction(h)]);
    // The gradient of the mean of (h·v − t)², from the chain rule.
    const out = matrixProduct(h, v);
    const dout = filled([N, 1], (n) => (2 * (out.get(n, 0) - t.get(n))) / N);
    const dh = matrixProduct(dout, v.transpose(1, 0));
    const dz = zip(dh, lesson.reluDerivative(z), (d, s) => d * s);
    const stepped = (w: Tensor, dw: Tensor): Tensor => zip(w, dw, (a, d) => a - rate * d);
    const dv = matrixProduct(copy(h).transpose(1, 0), dout);
    W = stepped(W, matrixProduct(x.transpose(1, 0), dz));
    v = stepped(v, dv);
  }
  return points;
}
