/** Gated units add two numbers that they saw long ago; a recurrent network without gates doesn't learn to. */
import { copy, filled, zeros, type Tensor } from '#arrays';
import { normal, seededRandom } from '#datasets/random';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Point, Series, Table } from '#figures/figure';
import { meanSquaredError, meanSquaredErrorGradient } from '#lessons/03-losses';
import { affineBackward, affineForward } from '#lessons/05-backprop';
import type { Params } from '#lessons/06-training';
import { adamStart, adamUpdate } from '#lessons/07-optimizers';
import { clipGradients, rnnBackward, rnnForward } from '#lessons/15-rnn';
import { lstmBackward, lstmForward } from '#lessons/16-lstm';
import ops from 'ndarray-ops';
import type * as Gru from './gru.reference.ts';

export const title = 'What was the sum?';

export const about =
  'Three networks read fifty numbers, of which two are marked, and then say the sum of those two. ' +
  'Whoever always says 1 has a mean squared error of 1/6. The last picture shows how much of a gradient ' +
  'reaches the first step.';

export const parameters = {
  units: { label: 'units of memory', from: 4, to: 32, value: 12, whole: true },
  rate: { label: "Adam's learning rate", from: 0.001, to: 0.05, value: 0.02, scale: 'log' },
} satisfies Parameters;

const STEPS = 200;
const BATCH = 16;
/** How long the sequences are, and how far back a gradient is followed. */
const LENGTH = 50;
/** The error of always saying 1: the variance of the sum of two even numbers from [0, 1). */
const GUESS = 1 / 6;
/**
 * The bias with which the gate begins that keeps the memory: it lets 95% of it pass at each step. The gate that writes
 * begins with the opposite, as z does it for both in a GRU; else what an LSTM reads in fifty steps piles up.
 * Tallec and Ollivier 2018, "Can recurrent neural networks warp time?", section 3, https://arxiv.org/abs/1804.11188
 */
const OPEN = 3;
/** Errors are shown as means over so many steps. */
const SMOOTHED = 10;

/** A recurrent layer under study, and the affine one that reads its last state. */
interface Kind {
  name: Gru.RecurrentKind;
  /** The functions of the lesson that it learns by, and those that follow a gradient back. */
  by: { learns: string[]; reaches: string[] };
  /** Parameters to begin with, for sequences of 2 numbers a step. */
  start(units: number, random: () => number): Params;
  /** The mean squared error of a batch and its gradients. */
  gradients(x: Tensor, targets: Tensor, params: Params): { loss: number; gradients: Params };
  /** What reaches the memory before the first step of x when dLast reaches the state after the last. */
  reached(x: Tensor, dLast: Tensor, params: Params): Tensor[];
}

/** What is compared. */
function kindsOf(lesson: typeof Gru): Kind[] {
  return [
    {
      name: 'rnn',
      by: { learns: [], reaches: [] },
      start: (units, random) => startingParams(1, units, random),
      gradients: (x, targets, params) => regression(runRnn(x, params), targets, params),
      reached: (x, dLast, params) => reachedBy(runRnn(x, params), dLast),
    },
    {
      name: 'lstm',
      by: { learns: [], reaches: [] },
      start(units, random) {
        const params = openGate(startingParams(4, units, random), 'b', units);
        // Block 0 is the gate that writes.
        for (let k = 0; k < units; k++) params.b!.set(k, -OPEN);
        return params;
      },
      gradients: (x, targets, params) => regression(runLstm(x, params), targets, params),
      reached: (x, dLast, params) => reachedBy(runLstm(x, params), dLast),
    },
    {
      name: 'gru',
      by: { learns: ['gruRegressionGradients'], reaches: ['gruForward', 'gruBackward'] },
      start(units, random) {
        const params = { ...startingParams(3, units, random), bh: zeros(3 * units) };
        return openGate(params, 'bh', units);
      },
      gradients(x, targets, params) {
        const own = params as unknown as Gru.GruRegressionParams;
        const { loss, gradients } = lesson.gruRegressionGradients(x, targets, own);
        return { loss, gradients: { ...gradients } };
      },
      reached(x, dLast, { Wx, Wh, b, bh }) {
        const { h, cache } = lesson.gruForward(x, zeros(...dLast.shape), Wx!, Wh!, b!, bh!);
        return [lesson.gruBackward(atTheEnd(dLast, h.shape), cache).dh0];
      },
    },
  ];
}

/** As the field writes it. */
function labelOf({ name }: Kind): string {
  return name.toUpperCase();
}

/** The gate that keeps, block 1 of a gated unit, is open until training knows better. */
function openGate(params: Params, bias: string, units: number): Params {
  for (let k = 0; k < units; k++) params[bias]!.set(units + k, OPEN);
  return params;
}

/** The states of all steps from a memory of zeros, and the way back to the weights and to that memory. */
interface Run {
  h: Tensor;
  back(dh: Tensor): { weights: Params; memory: Tensor[] };
}

function runRnn(x: Tensor, { Wx, Wh, b }: Params): Run {
  const { h, cache } = rnnForward(x, zeros(x.shape[0]!, b!.size), Wx!, Wh!, b!);
  return {
    h,
    back(dh) {
      const { dWx, dWh, db, dh0 } = rnnBackward(dh, cache);
      return { weights: { Wx: dWx, Wh: dWh, b: db }, memory: [dh0] };
    },
  };
}

function runLstm(x: Tensor, { Wx, Wh, b }: Params): Run {
  const none = zeros(x.shape[0]!, Wh!.shape[0]!);
  const { h, cache } = lstmForward(x, none, none, Wx!, Wh!, b!);
  return {
    h,
    back(dh) {
      const { dWx, dWh, db, dh0, dc0 } = lstmBackward(dh, cache);
      return { weights: { Wx: dWx, Wh: dWh, b: db }, memory: [dh0, dc0] };
    },
  };
}

/**
 * The experiment of lesson 17.
 *
 * @param lesson the functions of the lesson
 * @returns the error by step, how many parameters each layer has, and the gradient that reaches the first step
 */
export function* experiment(
  lesson: typeof Gru,
  { random }: Material,
  { units, rate }: Values<typeof parameters>,
): Running {
  const options = { learningRate: rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  const kinds = kindsOf(lesson);
  const runs = kinds.map((kind) => {
    const params = kind.start(units, random);
    return { kind, before: params, params, memory: adamStart(params), losses: [] as number[] };
  });
  const learned = (): Curves =>
    errors(
      runs.map(({ kind, losses }) => ({
        name: labelOf(kind),
        by: ['addingProblem', ...kind.by.learns],
        points: smoothed(losses),
      })),
    );
  for (let step = 0; step < STEPS; step++) {
    // All kinds see the same sequences.
    const { x, targets } = lesson.addingProblem(BATCH, LENGTH, random);
    for (const run of runs) {
      const { loss, gradients } = run.kind.gradients(x, targets, run.params);
      const clipped = clipGradients(gradients, 1);
      const next = adamUpdate(run.params, clipped, run.memory, options);
      [run.params, run.memory] = [next.params, next.state];
      run.losses.push(loss);
    }
    if ((step + 1) % SMOOTHED === 0)
      yield { done: (0.95 * step) / STEPS, figures: () => [learned()] };
  }
  const { x } = lesson.addingProblem(1, LENGTH, seededRandom(2));
  return [
    learned(),
    counts(lesson, kinds, units),
    reach(
      runs.flatMap(({ kind, before, params }) => [
        {
          name: `${labelOf(kind)} before training`,
          by: ['addingProblem', ...kind.by.reaches],
          points: reachOf(kind, before, x, units),
        },
        {
          name: `${labelOf(kind)} after it`,
          by: ['addingProblem', ...kind.by.learns, ...kind.by.reaches],
          points: reachOf(kind, params, x, units),
        },
      ]),
    ),
  ];
}

/** Weights of `blocks` blocks of units, and of an affine layer that makes one number. */
function startingParams(blocks: number, units: number, random: () => number): Params {
  const draw = (rows: number, columns: number): Tensor =>
    filled([rows, columns], () => normal(random) / Math.sqrt(rows));
  return {
    Wx: draw(2, blocks * units),
    Wh: draw(units, blocks * units),
    b: zeros(blocks * units),
    Wy: draw(units, 1),
    by: zeros(1),
  };
}

/** The mean squared error of a layer with an affine one that reads its last state, and the gradients. */
function regression({ h, back }: Run, targets: Tensor, { Wy, by }: Params) {
  const answer = affineForward(h.pick(null, h.shape[1]! - 1, null), Wy!, by!);
  const loss = meanSquaredError(answer.out, targets);
  const dAnswer = meanSquaredErrorGradient(answer.out, targets);
  const { dx, dW, db } = affineBackward(dAnswer, answer.cache);
  const { weights } = back(atTheEnd(dx, h.shape));
  return { loss, gradients: { ...weights, Wy: dW, by: db } };
}

function reachedBy({ h, back }: Run, dLast: Tensor): Tensor[] {
  return back(atTheEnd(dLast, h.shape)).memory;
}

/** The gradient of states of which only the last one is read: shape (N, T, H) of (N, H). */
function atTheEnd(dLast: Tensor, shape: number[]): Tensor {
  const dh = zeros(...shape);
  ops.assign(dh.pick(null, shape[1]! - 1, null), dLast);
  return dh;
}

/** How much of a gradient at the last of T steps reaches the memory before the first, for T up to the length of x. */
function reachOf(kind: Kind, params: Params, x: Tensor, units: number): Point[] {
  const random = seededRandom(3);
  const dLast = filled([1, units], () => normal(random));
  return Array.from({ length: LENGTH }, (_, i) => {
    const part = kind.reached(copy(x.hi(1, i + 1, 2)), dLast, params);
    return [i + 1, lengthOf(part) / lengthOf([dLast])];
  });
}

function lengthOf(parts: readonly Tensor[]): number {
  return Math.hypot(...parts.flatMap((part) => [...copy(part).data]));
}

/** Means over SMOOTHED steps, each shown at its last one. */
function smoothed(losses: readonly number[]): Point[] {
  return Array.from({ length: Math.floor(losses.length / SMOOTHED) }, (_, i) => {
    const part = losses.slice(i * SMOOTHED, (i + 1) * SMOOTHED);
    return [(i + 1) * SMOOTHED, part.reduce((so, loss) => so + loss, 0) / SMOOTHED];
  });
}

function errors(curves: Series[]): Curves {
  const guess: Series = {
    name: 'always 1',
    by: [],
    points: [SMOOTHED, STEPS].map((step) => [step, GUESS]),
  };
  return {
    kind: 'curves',
    title: `The error of a sum of two among ${LENGTH} numbers`,
    x: { label: 'step', whole: true },
    y: { label: 'mean squared error', scale: 'log' },
    curves: [...curves, guess],
  };
}

function counts(lesson: typeof Gru, kinds: readonly Kind[], units: number): Table {
  return {
    kind: 'table',
    title: 'How many parameters a layer has that reads 2 numbers a step',
    by: ['recurrentParameterCount'],
    columns: ['layer', `${units} units`, '128 units'],
    rows: kinds.map((kind) => [
      labelOf(kind),
      lesson.recurrentParameterCount(kind.name, 2, units),
      lesson.recurrentParameterCount(kind.name, 2, 128),
    ]),
  };
}

function reach(curves: Series[]): Curves {
  return {
    kind: 'curves',
    title: 'How much of a gradient at step T reaches the memory before step 1',
    x: { label: 'T', whole: true },
    y: { label: 'part of its length', scale: 'log' },
    curves,
  };
}
