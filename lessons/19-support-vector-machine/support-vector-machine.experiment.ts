/**
 * The widest street between two clouds beside the perceptron's line, and a border that a kernel draws around moons; or
 * both for one's own points.
 */
import { filled, type Tensor } from '#arrays';
import { blobs } from '#datasets/blobs';
import { moons } from '#datasets/moons';
import type { LabelledPoints } from '#datasets/scatter';
import type { Material, Parameters, Plane, Running, Values } from '#figures/experiment';
import type { Point, Scatter, Series, Table } from '#figures/figure';
import type * as Lesson from './support-vector-machine.reference.ts';

export const title = 'The support vector machine: the line with the most room';

export const about =
  'The perceptron stops at the first line that makes no mistake; the support vector machine looks for the one with the most room on both sides, and only its support vectors hold it. ' +
  'With a kernel the same few lines of code draw a border around moons, or around points of yours.';

export const parameters = {
  C: { label: 'C, what a sample may count', from: 0.01, to: 100, value: 10, scale: 'log' },
  gamma: { label: 'γ of the kernel', from: 0.1, to: 100, value: 3, scale: 'log' },
  noise: { label: 'noise of the moons', from: 0, to: 0.5, value: 0.15 },
} satisfies Parameters;

const CELLS = 40;
const TRAINING = { tolerance: 1e-3, maxSweeps: 200 };

/** The functions of the lesson that each line is made by. */
const PERCEPTRON = ['linearKernel', 'kernelPerceptron'];
const MACHINE = ['linearKernel', 'trainKernelMachine'];

/** The clouds lie within this square. */
export const plane = { side: [-1, 4], classes: ['class −1', 'class 1'] } as const satisfies Plane;

/** A part of the plane. */
interface Part {
  x: readonly [low: number, high: number];
  y: readonly [low: number, high: number];
}

const STREET: Part = { x: plane.side, y: plane.side };
const MOONS: Part = { x: [-1.6, 2.6], y: [-1.3, 1.8] };

/**
 * The experiment of lesson 19.
 *
 * @param lesson the functions of the lesson
 * @returns both lines between two clouds, a border around moons, and what they have room for
 */
export function* experiment(
  lesson: typeof Lesson,
  { random, points }: Material,
  { C, gamma, noise }: Values<typeof parameters>,
): Running {
  // There is no street beside a single class.
  const drawn = points !== undefined && new Set(points.labels.data).size === 2 ? points : undefined;
  const clouds =
    drawn ??
    blobs(random, {
      samplesPerClass: 20,
      noise: 0.4,
      centres: [
        [0.5, 2.4],
        [2.5, 0.9],
      ],
    });
  const two = drawn ?? moons(random, { samplesPerClass: 40, noise });
  const t = targetsOf(clouds);
  const K = lesson.linearKernel(clouds.x, clouds.x);
  const perceptron = lineOf(lesson.kernelPerceptron(t, K, 1000), clouds.x, t);
  yield 0.1;
  const machine = lesson.trainKernelMachine(t, K, { C, ...TRAINING }, random);
  yield 0.4;
  const line = lineOf(machine, clouds.x, t);
  const around = targetsOf(two);
  const bent = lesson.gaussianKernel(two.x, two.x, gamma);
  const border = lesson.trainKernelMachine(around, bent, { C, ...TRAINING }, random);
  yield 0.9;
  return [
    street(lesson, clouds, t, perceptron, line),
    bordered(lesson, two, around, border, {
      gamma,
      ...(drawn === undefined ? { name: 'Moons', part: MOONS } : { name: 'Yours', part: STREET }),
    }),
    room(lesson, clouds.x, t, { perceptron, line }),
  ];
}

/** Class 1 as 1 and class 0 as −1. */
function targetsOf({ labels }: LabelledPoints): Tensor {
  return filled([labels.size], (n) => 2 * labels.get(n!) - 1);
}

/** w = Σ αₙ · tₙ · xₙ, for the linear kernel. */
function lineOf({ alpha, b }: Lesson.KernelMachine, x: Tensor, t: Tensor): Lesson.Line {
  const w = filled([x.shape[1]!], (d) => {
    let sum = 0;
    for (let n = 0; n < t.size; n++) sum += alpha.get(n) * t.get(n) * x.get(n, d!);
    return sum;
  });
  return { w, b };
}

/** Two clouds, both lines, and the two edges of the street. */
function street(
  { supportVectors }: typeof Lesson,
  { x }: LabelledPoints,
  t: Tensor,
  perceptron: Lesson.Line,
  line: Lesson.Line,
): Scatter {
  const holding = supportVectors(x, t, line, 0.01);
  return {
    kind: 'scatter',
    title: `The widest street is held by ${holding.length} of ${t.size} samples`,
    caption:
      'The perceptron’s line just parts the two classes. The other one has the most room, up to the edges where the score is ±1; farther away no sample matters.',
    by: [...PERCEPTRON, ...MACHINE, 'supportVectors'],
    x: { label: 'x₁', domain: STREET.x },
    y: { label: 'x₂', domain: STREET.y },
    groups: [...groupsOf(x, t), { name: 'support vectors', points: holding.map((n) => at(x, n)) }],
    paths: [
      { name: 'perceptron', by: PERCEPTRON, points: along(perceptron, 0) },
      { name: 'widest street', by: MACHINE, points: along(line, 0) },
      { name: 'edge, score 1', by: MACHINE, points: along(line, 1) },
      { name: 'edge, score −1', by: MACHINE, points: along(line, -1) },
    ],
  };
}

/** The samples over the score that the kernel machine gives to every place. */
function bordered(
  { gaussianKernel, kernelScores }: typeof Lesson,
  { x }: LabelledPoints,
  t: Tensor,
  border: Lesson.KernelMachine,
  { gamma, name, part }: { gamma: number; name: string; part: Part },
): Scatter {
  const place = ([low, high]: readonly [number, number], cell: number): number =>
    low + ((high - low) * (cell + 0.5)) / CELLS;
  const grid = filled([CELLS * CELLS, 2], (cell, axis) =>
    axis === 0
      ? place(part.x, cell! % CELLS)
      : place(part.y, CELLS - 1 - Math.floor(cell! / CELLS)),
  );
  const scores = kernelScores(border, t, gaussianKernel(x, grid, gamma));
  const counting = Array.from({ length: t.size }, (_, n) => n).filter(
    (n) => border.alpha.get(n) > 1e-6,
  );
  const own = kernelScores(border, t, gaussianKernel(x, x, gamma));
  const right = counting.length === 0 ? 0 : countRight(own, t);
  return {
    kind: 'scatter',
    title: `${name}: ${right} of ${t.size} are right, by ${counting.length} support vectors`,
    caption:
      'The colour is the score. A large γ draws islands around samples, a small one a plain.',
    by: ['gaussianKernel', 'trainKernelMachine', 'kernelScores'],
    x: { label: 'x₁', domain: part.x },
    y: { label: 'x₂', domain: part.y },
    background: {
      values: Array.from({ length: CELLS }, (_, row) =>
        Array.from({ length: CELLS }, (__, column) => scores.get(CELLS * row + column)),
      ),
      range: [-2, 2],
    },
    groups: [...groupsOf(x, t), { name: 'support vectors', points: counting.map((n) => at(x, n)) }],
  };
}

function countRight(scores: Tensor, t: Tensor): number {
  let right = 0;
  for (let n = 0; n < t.size; n++) if (scores.get(n) * t.get(n) > 0) right++;
  return right;
}

/** How much room each line has. */
function room(
  { margins, svmObjective }: typeof Lesson,
  x: Tensor,
  t: Tensor,
  { perceptron, line }: { perceptron: Lesson.Line; line: Lesson.Line },
): Table {
  const row = (name: string, { w, b }: Lesson.Line): (string | number)[] => {
    // Points of both classes in one place leave no line.
    const isLine = w.data.some((weight) => weight !== 0);
    const least = isLine ? Math.min(...margins(x, t, w, b).data).toFixed(3) : 'no line';
    return [name, least, svmObjective(x, t, w, b, 1 / t.size).toFixed(3)];
  };
  return {
    kind: 'table',
    title: 'The room that each line leaves',
    by: [...PERCEPTRON, ...MACHINE, 'margins', 'svmObjective'],
    columns: ['line', 'margin: the least distance', 'objective, λ = 1/N'],
    rows: [row('perceptron', perceptron), row('support vector machine', line)],
  };
}

function groupsOf(x: Tensor, t: Tensor): Series[] {
  return [-1, 1].map((side) => ({
    name: `class ${side === 1 ? '1' : '−1'}`,
    points: Array.from({ length: t.size }, (_, n) => n)
      .filter((n) => t.get(n) === side)
      .map((n) => at(x, n)),
  }));
}

function at(x: Tensor, n: number): Point {
  return [x.get(n, 0), x.get(n, 1)];
}

/** The ends, at the border of the street's plane, of the line on which the score is `level`. */
function along({ w, b }: Lesson.Line, level: number): Point[] {
  const [w1, w2] = [w.get(0), w.get(1)];
  const [[left, rightEnd], [bottom, top]] = [STREET.x, STREET.y];
  const ends: Point[] = [
    ...[left, rightEnd].map((x1): Point => [x1, (level - b - w1 * x1) / w2]),
    ...[bottom, top].map((x2): Point => [(level - b - w2 * x2) / w1, x2]),
  ];
  const inside = ends.filter(
    ([x1, x2]) => x1 >= left && x1 <= rightEnd && x2 >= bottom && x2 <= top,
  );
  return inside.slice(0, 2);
}
