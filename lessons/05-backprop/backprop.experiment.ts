/** A neuron as a graph, with the value and the gradient at each node, and two spirals that a network learns to part. */
import { array, filled, zip, type Tensor } from '#arrays';
import { normal } from '#datasets/random';
import type { LabelledPoints } from '#datasets/scatter';
import { spirals } from '#datasets/spirals';
import type { Material, Parameters, Plane, Running, Values } from '#figures/experiment';
import type { Curves, Graph as GraphFigure, Grid, Scatter, Series } from '#figures/figure';
import { decimal } from '#figures/numbers';
import type * as Backprop from './backprop.reference.ts';

export const title = 'Backpropagation: where gradients come from, and what they can learn';

export const about =
  'Values run through the graph along its arrows, gradients against them. ' +
  'The same rule, layer by layer, bends the border between two spirals until each is on its own side.';

export const parameters = {
  hidden: { label: 'hidden units', from: 2, to: 64, value: 32, whole: true },
  turns: { label: 'turns of the spirals', from: 0.5, to: 1.5, value: 1 },
  rate: { label: 'learning rate', from: 0.05, to: 2, value: 1 },
} satisfies Parameters;

/** The spirals lie within this square. */
export const plane = {
  side: [-1.2, 1.2],
  classes: ['spiral 0', 'spiral 1'],
} as const satisfies Plane;

/** After so many steps there is a picture. */
const SHOWN = [0, 50, 200, 800];
const AT_ONCE = 25;
const SIDE = plane.side;
const CELLS = 48;

/**
 * The experiment of lesson 05.
 *
 * @param lesson the functions of the lesson
 * @returns the border between the spirals after 800 steps, then at the beginning and on the way; the loss by step; and
 *   the graph of one neuron
 */
export function* experiment(
  lesson: typeof Backprop,
  { random, points: drawn }: Material,
  { hidden, turns, rate }: Values<typeof parameters>,
): Running {
  const points = drawn ?? spirals(random, { samplesPerClass: 100, turns });
  const draw = (...shape: number[]): Tensor => filled(shape, () => normal(random));
  let params: Backprop.TwoLayerParams = {
    W1: draw(2, hidden),
    b1: draw(hidden),
    W2: filled([hidden, 2], () => normal(random) / Math.sqrt(hidden)),
    b2: array([0, 0]),
  };
  const last = SHOWN.at(-1)!;
  const losses: [number, number][] = [];
  const borders: Scatter[] = [];
  for (let step = 0; ; step += AT_ONCE) {
    if (SHOWN.includes(step)) borders.push(border(lesson, points, params, step));
    if (step === last) break;
    const trained = lesson.trainTwoLayer(points.x, points.labels, params, {
      learningRate: rate,
      steps: AT_ONCE,
    });
    params = trained.params;
    for (let i = 0; i < AT_ONCE; i++) losses.push([step + i, trained.losses.get(i)]);
    yield {
      done: step / last,
      figures: () => [border(lesson, points, params, step + AT_ONCE), lossCurve(losses)],
    };
  }
  return [...borders.toReversed(), lossCurve(losses), neuronGraph(lesson)];
}

function lossCurve(losses: readonly [step: number, loss: number][]): Curves {
  return {
    kind: 'curves',
    title: 'The loss by step',
    x: { label: 'step', whole: true },
    y: { label: 'loss', scale: 'log' },
    by: ['trainTwoLayer'],
    curves: [{ name: 'loss', points: [...losses] }],
  };
}

/** The points over a map of what the network thinks. */
function border(
  lesson: typeof Backprop,
  { x, labels }: LabelledPoints,
  params: Backprop.TwoLayerParams,
  step: number,
): Scatter {
  const logits = logitsOf(lesson, x, params);
  const right = Array.from({ length: labels.size }, (_, n) =>
    Number(logits.get(n, 1) > logits.get(n, 0) === (labels.get(n) === 1)),
  ).reduce((sum, one) => sum + one, 0);
  return {
    kind: 'scatter',
    title: `After ${step} steps, ${((100 * right) / labels.size).toFixed(1)}% of the points are on their own side`,
    caption: 'On blue ground the network finds spiral 0 more probable, on red ground spiral 1.',
    x: { label: 'x₁', domain: SIDE },
    y: { label: 'x₂', domain: SIDE },
    by: ['trainTwoLayer', 'affineForward', 'reluForward'],
    background: thoughts(lesson, params),
    groups: [0, 1].map((c): Series => ({
      name: plane.classes[c]!,
      points: Array.from({ length: labels.size }, (_, n) => n)
        .filter((n) => labels.get(n) === c)
        .map((n) => [x.get(n, 0), x.get(n, 1)]),
    })),
  };
}

/** How much larger the logit of spiral 1 is, over the square, with the first row at the top. */
function thoughts(lesson: typeof Backprop, params: Backprop.TwoLayerParams): Grid {
  const [low, high] = SIDE;
  const place = (cell: number): number => low + ((high - low) * (cell + 0.5)) / CELLS;
  const cells = filled([CELLS * CELLS, 2], (n, d) =>
    d === 0 ? place(n % CELLS) : -place(Math.floor(n / CELLS)),
  );
  const logits = logitsOf(lesson, cells, params);
  const difference = zip(logits.pick(null, 0), logits.pick(null, 1), (a, b) => b - a);
  return {
    values: Array.from({ length: CELLS }, (_, row) =>
      Array.from({ length: CELLS }, (__, column) => difference.get(row * CELLS + column)),
    ),
    range: [-4, 4],
  };
}

function logitsOf(
  { affineForward, reluForward }: typeof Backprop,
  x: Tensor,
  { W1, b1, W2, b2 }: Backprop.TwoLayerParams,
): Tensor {
  const hidden = reluForward(affineForward(x, W1, b1).out).out;
  return affineForward(hidden, W2, b2).out;
}

/** sigmoid(w₁·x₁ + w₂·x₂ + b) for one sample. */
function neuronGraph(lesson: typeof Backprop): GraphFigure {
  const names = ['w₁', 'x₁', 'w₂', 'x₂', 'b', '×', '×', '+', '+', 'σ'];
  const columns = [0, 0, 0, 0, 0, 1, 1, 2, 3, 4];
  const rows = [0, 1, 2, 3, 4, 0.5, 2.5, 1.5, 2.75, 2.75];
  const graph: Backprop.Graph = [
    ...Array.from({ length: 5 }, () => ({ operation: 'input' as const, inputs: [] })),
    { operation: 'multiply', inputs: [0, 1] },
    { operation: 'multiply', inputs: [2, 3] },
    { operation: 'add', inputs: [5, 6] },
    { operation: 'add', inputs: [7, 4] },
    { operation: 'sigmoid', inputs: [8] },
  ];
  const values = lesson.evaluateGraph(graph, array([1.5, -2, 0.5, 3, 1]));
  const gradients = lesson.backpropagate(graph, values, graph.length - 1);
  return {
    kind: 'graph',
    title: 'A neuron: the value at each node, and the gradient of the output with respect to it',
    caption:
      'A product sends to each factor the gradient times the other factor; a sum sends it on unchanged.',
    by: ['evaluateGraph', 'backpropagate'],
    boxes: names.map((name, k) => ({
      id: String(k),
      lines: [name, decimal(values.get(k), 3), `∂ ${decimal(gradients.get(k), 3)}`],
      column: columns[k]!,
      row: rows[k]!,
    })),
    arrows: graph.flatMap(({ inputs }, k) =>
      inputs.map((i) => ({ from: String(i), to: String(k) })),
    ),
  };
}
