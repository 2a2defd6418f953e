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

/** A way to begin, and the function of the lesson that draws, if one does. */
interface Scheme {
  by: string[];
  draw: (shape: number[], random: () => number) => Tensor;
}

/** What ten layers make of the samples, with weights of one scheme. */
interface Spread {
  name: string;
  by: string[];
  spread: number[];
}

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
  const deviating = (deviation: number): Scheme => ({
    by: ['scaledNormal'],
    draw: (shape, own) => lesson.scaledNormal(shape, deviation, own),
  });
  const schemes: Record<string, Scheme> = {
    'all equal': { by: [], draw: (shape) => filled(shape, () => 1 / width) },
    'deviation 0.01': deviating(0.01),
    'deviation 1': deviating(1),
    "Xavier's": { by: ['xavierNormal'], draw: lesson.xavierNormal },
    "Xavier's, even": { by: ['xavierUniform'], draw: lesson.xavierUniform },
    "He's": { by: ['heNormal'], draw: lesson.heNormal },
  };
  const sizes = Array.from({ length: LAYERS + 1 }, () => width);
  const started = Object.entries(schemes).map(([name, { by, draw }]) => {
    const own = seededRandom(seed);
    return { name, by, params: lesson.initialParams(sizes, (shape) => draw(shape, own)) };
  });
  const spreads: Record<string, Spread[]> = { tanh: [], ReLU: [] };
  let done = 0;
  for (const { name, by: own, params } of started) {
    const by = ['scaledNormal', 'initialParams', 'activationSpread', ...own];
    spreads['tanh']!.push({ name, by, spread: lesson.activationSpread(x, params, tanh) });
    spreads['ReLU']!.push({ name, by, spread: lesson.activationSpread(x, params, relu) });
    yield 0.7 * (++done / started.length);
  }
  const [wide, xavier, he] = [2, 3, 5].map((i) => started[i]!);
  const figures = [
    layersOf('tanh', spreads['tanh']!),
    layersOf('ReLU', spreads['ReLU']!),
    inTheEnd(spreads),
    histograms('tanh, with the weights of Xavier', x, xavier!),
  ];
  yield 0.85;
  return [
    ...figures,
    histograms('tanh, with the weights of He', x, he!),
    histograms('tanh, with a deviation of 1', x, wide!),
  ];
}

function layersOf(activation: string, spreads: readonly Spread[]): Curves {
  return {
    kind: 'curves',
    title: `The spread of the activations by layer, with ${activation}`,
    caption: 'A level line is what one wants.',
    x: { label: 'layer', whole: true },
    y: { label: 'standard deviation', scale: 'log' },
    curves: spreads.map(({ name, by, spread }) => ({
      name,
      by,
      points: spread.map((value, l) => [l + 1, value]),
    })),
  };
}

function inTheEnd(spreads: Record<string, Spread[]>): Table {
  return {
    kind: 'table',
    title: 'What is left in the tenth layer',
    columns: ['weights', 'tanh', 'ReLU'],
    rows: spreads['tanh']!.map(({ name, spread }, i) => [
      name,
      spread.at(-1)!,
      spreads['ReLU']![i]!.spread.at(-1)!,
    ]),
  };
}

/** The activations of some layers with tanh. */
function histograms(
  name: string,
  x: Tensor,
  { by, params }: { by: string[]; params: Params },
): Histograms {
  const panels: { name: string; values: ArrayLike<number> }[] = [];
  let input = x;
  for (let l = 1; l <= LAYERS; l++) {
    input = tanh(affineForward(input, params[`W${l}`]!, params[`b${l}`]!).out);
    if (SHOWN.has(l)) panels.push({ name: `layer ${l}`, values: copy(input).data });
  }
  return {
    kind: 'histograms',
    title: `Activations: ${name}`,
    by: ['scaledNormal', 'initialParams', ...by],
    x: { label: 'activation', domain: [-1, 1] },
    bins: 40,
    panels,
  };
}
