/** What becomes of a signal on its way through ten layers, for six ways to begin. */
import { copy, filled, type Tensor } from '#arrays';
import { seededRandom } from '#datasets/random';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Histograms, Table } from '#figures/figure';
import { relu, tanh } from '#lessons/02-activations';
import { affineForward } from '#lessons/05-backprop';
import type { Params } from '#lessons/06-training';
import type * as Initialization from './initialization.reference.ts';

export const title = 'Initialization: a signal through ten layers';

export const about =
  'The same 200 samples go through ten layers of equal width. Weights that are too small let the signal die, and ' +
  'weights that are too large saturate every tanh. The rules of Xavier and He keep it alive, the one in tanh, the other in ReLUs.';

export const parameters = {
  width: { label: 'units a layer', from: 20, to: 200, value: 100, whole: true },
} satisfies Parameters;

const LAYERS = 10;
const SAMPLES = 200;
const SHOWN = new Set([1, 4, 7, 10]);

type Activation = (z: Tensor) => Tensor;

/**
 * The experiment of lesson 08.
 *
 * @param lesson the functions of the lesson
 * @returns the spread by layer with tanh and with ReLU, the same as a table, and histograms of the activations
 */
export function* experiment(
  lesson: typeof Initialization,
  { random }: Material,
  { width }: Values<typeof parameters>,
): Running {
  const seed = Math.floor(random() * 2 ** 32);
  const x = lesson.scaledNormal([SAMPLES, width], 1, random);
  const schemes: Record<string, (shape: number[], random: () => number) => Tensor> = {
    'all equal': (shape) => filled(shape, () => 1 / width),
    'deviation 0.01': (shape, draw) => lesson.scaledNormal(shape, 0.01, draw),
    'deviation 1': (shape, draw) => lesson.scaledNormal(shape, 1, draw),
    "Xavier's": lesson.xavierNormal,
    "Xavier's, even": lesson.xavierUniform,
    "He's": lesson.heNormal,
  };
  const sizes = Array.from({ length: LAYERS + 1 }, () => width);
  const started = Object.entries(schemes).map(([name, draw]) => {
    const own = seededRandom(seed);
    return [name, lesson.initialParams(sizes, (shape) => draw(shape, own))] as const;
  });
  const spreads: Record<string, [name: string, spread: number[]][]> = { tanh: [], ReLU: [] };
  let done = 0;
  for (const [name, params] of started) {
    spreads['tanh']!.push([name, lesson.activationSpread(x, params, tanh)]);
    spreads['ReLU']!.push([name, lesson.activationSpread(x, params, relu)]);
    yield 0.7 * (++done / started.length);
  }
  const [xavier, he] = [3, 5].map((i) => started[i]![1]);
  const figures = [
    layersOf('tanh', spreads['tanh']!),
    layersOf('ReLU', spreads['ReLU']!),
    inTheEnd(spreads),
    histograms('tanh, with the weights of Xavier', x, xavier!, tanh, [-1, 1]),
  ];
  yield 0.85;
  return [
    ...figures,
    histograms('tanh, with the weights of He', x, he!, tanh, [-1, 1]),
    histograms('tanh, with a deviation of 1', x, started[2]![1], tanh, [-1, 1]),
  ];
}

function layersOf(activation: string, spreads: readonly [string, number[]][]): Curves {
  return {
    kind: 'curves',
    title: `The spread of the activations by layer, with ${activation}`,
    caption: 'A level line is what one wants.',
    x: { label: 'layer', whole: true },
    y: { label: 'standard deviation', scale: 'log' },
    curves: spreads.map(([name, spread]) => ({
      name,
      points: spread.map((value, l) => [l + 1, value]),
    })),
  };
}

function inTheEnd(spreads: Record<string, [string, number[]][]>): Table {
  return {
    kind: 'table',
    title: 'What is left in the tenth layer',
    columns: ['weights', 'tanh', 'ReLU'],
    rows: spreads['tanh']!.map(([name, spread], i) => [
      name,
      spread.at(-1)!,
      spreads['ReLU']![i]![1].at(-1)!,
    ]),
  };
}

/** The activations of some layers. */
function histograms(
  name: string,
  x: Tensor,
  params: Params,
  activation: Activation,
  domain: readonly [number, number],
): Histograms {
  const panels: { name: string; values: ArrayLike<number> }[] = [];
  let input = x;
  for (let l = 1; l <= LAYERS; l++) {
    input = activation(affineForward(input, params[`W${l}`]!, params[`b${l}`]!).out);
    if (SHOWN.has(l)) panels.push({ name: `layer ${l}`, values: copy(input).data });
  }
  return {
    kind: 'histograms',
    title: `Activations: ${name}`,
    x: { label: 'activation', domain },
    bins: 40,
    panels,
  };
}
