/** Six optimizers on their way down a long, narrow valley, and on handwritten digits. */
import { array, filled, zeros, type Tensor } from '#arrays';
import type { Mnist } from '#datasets/mnist';
import { normal } from '#datasets/random';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Grid, Point, Scatter, Table } from '#figures/figure';
import { accuracy } from '#lessons/03-losses';
import {
  affineForward,
  reluForward,
  twoLayerGradients,
  type TwoLayerParams,
} from '#lessons/05-backprop';
import type * as Optimizers from './optimizers.reference.ts';

export const title = 'Optimizers: six ways down';

export const about =
  'In a valley that is steep across and flat along, plain gradient descent zigzags. Momentum rolls, and the adaptive ' +
  'rules give each direction a rate of its own. On digits the differences are smaller, but they are there.';

export const parameters = {
  rate: { label: "gradient descent's learning rate", from: 0.1, to: 1.05, value: 0.95 },
  momentum: { label: 'momentum', from: 0, to: 0.99, value: 0.9 },
} satisfies Parameters;

export const digits = { train: 1000, test: 500 };

const VALLEY_STEPS = 40;
const DIGIT_STEPS = 60;
const BATCH = 50;
const HIDDEN = 24;
const SIDES = { x: [-8, 4], y: [-3, 3] } as const;

/** One optimizer: it remembers what it needs from step to step, and makes the next w. */
type Rule = () => (w: Tensor, g: Tensor, t: number) => Tensor;

/**
 * The experiment of lesson 07.
 *
 * @param lesson the functions of the lesson
 * @returns the paths in the valley, how far each optimizer came, and its loss on digits by step
 */
export function* experiment(
  lesson: typeof Optimizers,
  { random, digits: { train, test } }: Material,
  { rate, momentum }: Values<typeof parameters>,
): Running {
  const inTheValley = rulesOf(lesson, { sgd: rate, momentum, adaptive: 1 });
  const paths = Object.entries(inTheValley).map(([name, rule]) => ({
    name,
    by: [functionOf(name)],
    points: pathOf(rule()),
  }));
  for (let steps = 1; steps <= VALLEY_STEPS; steps++) {
    const begun = paths.map((path) => ({ ...path, points: path.points.slice(0, steps + 1) }));
    yield {
      done: (0.05 * steps) / VALLEY_STEPS,
      figures: () => [valley(begun, steps), heights(begun)],
    };
  }

  const onDigits = Object.entries(rulesOf(lesson, { sgd: 0.3, momentum, adaptive: 0.01 }));
  const start = startingParams(random);
  const curves: Curves['curves'][number][] = [];
  const rows: (string | number)[][] = [];
  for (const [name, rule] of onDigits) {
    const { losses, params } = trained(rule, start, train);
    curves.push({ name, by: [functionOf(name)], points: losses });
    rows.push([name, losses.at(-1)![1], `${(100 * accuracyOf(params, test)).toFixed(1)}%`]);
    yield {
      done: 0.05 + (0.95 * curves.length) / onDigits.length,
      figures: () => [valley(paths, VALLEY_STEPS), heights(paths), lossCurves([...curves])],
    };
  }
  return [valley(paths, VALLEY_STEPS), heights(paths), lossCurves(curves), results(rows)];
}

/** What the function of an optimizer is called: `rmsprop` for RMSProp. */
function functionOf(name: string): string {
  return name.toLowerCase();
}

/** The six optimizers with a learning rate for gradient descent and one for the adaptive ones. */
function rulesOf(
  lesson: typeof Optimizers,
  rates: { sgd: number; momentum: number; adaptive: number },
): Record<string, Rule> {
  const rolling = { learningRate: rates.sgd / 10, momentum: rates.momentum };
  const scaled = { learningRate: rates.adaptive, epsilon: 1e-8 };
  return {
    SGD: () => (w, g) => lesson.sgd(w, g, rates.sgd),
    momentum: remembering((w, g, v) => {
      const step = lesson.momentum(w, g, v, rolling);
      return [step.w, step.v];
    }),
    Nesterov: remembering((w, g, v) => {
      const step = lesson.nesterov(w, g, v, rolling);
      return [step.w, step.v];
    }),
    AdaGrad: remembering((w, g, s) => {
      const step = lesson.adagrad(w, g, s, scaled);
      return [step.w, step.s];
    }),
    RMSProp: remembering((w, g, s) => {
      const step = lesson.rmsprop(w, g, s, {
        ...scaled,
        learningRate: rates.adaptive / 4,
        decay: 0.9,
      });
      return [step.w, step.s];
    }),
    Adam: () => {
      let [m, v]: [Tensor?, Tensor?] = [];
      return (w, g, t) => {
        const options = { ...scaled, learningRate: rates.adaptive / 2, beta1: 0.9, beta2: 0.999 };
        const step = lesson.adam(w, g, m ?? zeros(...w.shape), v ?? zeros(...w.shape), t, options);
        [m, v] = [step.m, step.v];
        return step.w;
      };
    },
  };
}

/** A rule with one array of memory, which begins with zeros. */
function remembering(step: (w: Tensor, g: Tensor, memory: Tensor) => [Tensor, Tensor]): Rule {
  return () => {
    let memory: Tensor | undefined;
    return (w, g) => {
      const [moved, kept] = step(w, g, memory ?? zeros(...w.shape));
      memory = kept;
      return moved;
    };
  };
}

/** Down x²/20 + y² from (−7, 2). */
function pathOf(rule: ReturnType<Rule>): Point[] {
  let w = array([-7, 2]);
  const points: Point[] = [[-7, 2]];
  for (let t = 1; t <= VALLEY_STEPS; t++) {
    w = rule(w, array([w.get(0) / 10, 2 * w.get(1)]), t);
    points.push([w.get(0), w.get(1)]);
  }
  return points;
}

function height([x, y]: Point): number {
  return x ** 2 / 20 + y ** 2;
}

function valley(paths: Scatter['paths'] & object, steps: number): Scatter {
  return {
    kind: 'scatter',
    title: `${steps} ${steps === 1 ? 'step' : 'steps'} down x²/20 + y², from (−7, 2)`,
    caption: 'The redder the ground, the higher.',
    x: { label: 'x', domain: SIDES.x },
    y: { label: 'y', domain: SIDES.y },
    background: ground(),
    paths,
  };
}

/** What lies between two ends, at a part of the way. */
function between([low, high]: readonly [number, number], part: number): number {
  return low + (high - low) * part;
}

/** The height of the ground, in steps, so that its contours show. */
function ground(): Grid {
  const [columns, rows] = [72, 48];
  return {
    values: Array.from({ length: rows }, (_, i) =>
      Array.from({ length: columns }, (__, j) => {
        const point = [
          between(SIDES.x, (j + 0.5) / columns),
          between(SIDES.y, 1 - (i + 0.5) / rows),
        ] as const;
        return Math.floor(Math.log2(height(point) + 1 / 16));
      }),
    ),
    range: [-12, 6],
  };
}

function heights(paths: Scatter['paths'] & object): Curves {
  return {
    kind: 'curves',
    title: 'How high they stand after each step',
    x: { label: 'step', whole: true },
    y: { label: 'height', scale: 'log', domain: [1e-6, 100] },
    curves: paths.map(({ points, ...path }) => ({
      ...path,
      points: points.map((point, t) => [t, height(point)]),
    })),
  };
}

function startingParams(random: () => number): TwoLayerParams {
  const draw = (rows: number, columns: number): Tensor =>
    filled([rows, columns], () => Math.sqrt(2 / rows) * normal(random));
  return { W1: draw(784, HIDDEN), b1: zeros(HIDDEN), W2: draw(HIDDEN, 10), b2: zeros(10) };
}

/** Trains a network of two layers on mini-batches, taken in turn. */
function trained(
  rule: Rule,
  start: TwoLayerParams,
  { images, labels }: Mnist['train'],
): { losses: Point[]; params: TwoLayerParams } {
  const rules = { W1: rule(), b1: rule(), W2: rule(), b2: rule() };
  let params = start;
  const losses: Point[] = [];
  for (let t = 1; t <= DIGIT_STEPS; t++) {
    const first = ((t - 1) * BATCH) % labels.size;
    const { loss, gradients } = twoLayerGradients(
      images.lo(first, 0).hi(BATCH, 784),
      labels.lo(first).hi(BATCH),
      params,
    );
    losses.push([t, loss]);
    params = {
      W1: rules.W1(params.W1, gradients.W1, t),
      b1: rules.b1(params.b1, gradients.b1, t),
      W2: rules.W2(params.W2, gradients.W2, t),
      b2: rules.b2(params.b2, gradients.b2, t),
    };
  }
  return { losses, params };
}

function accuracyOf({ W1, b1, W2, b2 }: TwoLayerParams, { images, labels }: Mnist['test']): number {
  const hidden = reluForward(affineForward(images, W1, b1).out).out;
  return accuracy(affineForward(hidden, W2, b2).out, labels);
}

function lossCurves(curves: Curves['curves']): Curves {
  return {
    kind: 'curves',
    title: 'The loss of each mini-batch, on 1,000 digits',
    x: { label: 'step', whole: true },
    y: { label: 'loss', scale: 'log' },
    curves,
  };
}

function results(rows: Table['rows']): Table {
  return {
    kind: 'table',
    title: `After ${DIGIT_STEPS} steps`,
    columns: ['optimizer', 'last loss', '500 other digits read rightly'],
    rows,
  };
}
