/** How far a gradient reaches in an RNN and in an LSTM, and an LSTM that learns to remember one bit. */
import { array, copy, filled, labels, zeros, type Tensor } from '#arrays';
import { normal } from '#datasets/random';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Point } from '#figures/figure';
import { adamStart, adamUpdate } from '#lessons/07-optimizers';
import { affineForward } from '#lessons/05-backprop';
import { xavierUniform } from '#lessons/08-initialization';
import { rnnBackward, rnnForward } from '#lessons/15-rnn';
import type * as Lstm from './lstm.reference.ts';

export const title = 'A memory with gates';

export const about =
  'How much of a gradient at the last step reaches the first one, in networks that have learned nothing yet. Then an ' +
  'LSTM learns to remember a bit that it reads at step 1 and is asked for at the end, with noise in between, and you ' +
  'see what its gates do in the meantime.';

export const parameters = {
  units: { label: 'units of memory', from: 2, to: 12, value: 6, whole: true },
  delay: { label: 'steps to remember over', from: 5, to: 60, value: 40, whole: true },
  bias: { label: 'the bias of the forget gate', from: 0, to: 8, value: 3 },
  rate: { label: "Adam's learning rate", from: 0.002, to: 0.05, value: 0.01, scale: 'log' },
} satisfies Parameters;

const FURTHEST = 100;
const [INPUTS, UNITS] = [4, 16];
const STEPS = 120;
const BATCH = 10;
/** The functions of the lesson that a memory is trained by. */
const TRAINING = ['lstmStart', 'lstmClassifierGradients'];

/**
 * The experiment of lesson 16.
 *
 * @param lesson the functions of the lesson
 * @returns the gradient that reaches the first step, the loss of the memory, and its gates over time
 */
export function* experiment(
  lesson: typeof Lstm,
  { random }: Material,
  { units, delay, bias, rate }: Values<typeof parameters>,
): Running {
  const far = reach(lesson, random);
  yield { done: 0.1, figures: () => [far] };
  const [usual, wide] = [1, bias].map((forget) => startingParams(lesson, units, forget, random));
  const first = yield* train(lesson, usual!, { delay, rate, random, from: 0.1 });
  const second = yield* train(lesson, wide!, { delay, rate, random, from: 0.55 });
  return [
    far,
    {
      kind: 'curves',
      title: 'The loss of the memory; a guess costs ln 2 = 0.69',
      by: TRAINING,
      x: { label: 'step', whole: true },
      y: { label: 'loss' },
      curves: [
        { name: 'forget bias 1', points: first.losses },
        { name: `forget bias ${bias}`, points: second.losses },
      ],
    },
    gatesOverTime(lesson, second.params, sequences([1], delay, random)),
  ];
}

/** An LSTM as it starts, with another bias at the forget gate, and a layer that says which bit it was. */
function startingParams(
  lesson: typeof Lstm,
  units: number,
  forget: number,
  random: () => number,
): Lstm.LstmClassifierParams {
  const { Wx, Wh, b } = lesson.lstmStart(2, units, random);
  const biases = filled([4 * units], (j) => b.get(j!) * forget);
  return { Wx, Wh, b: biases, Wy: xavierUniform([units, 2], random), by: zeros(2) };
}

/** How to train, and how much of the experiment is done when it begins. */
interface Training {
  delay: number;
  rate: number;
  random: () => number;
  from: number;
}

/** Learns to remember; yields the progress of the experiment, and returns the loss of every step and the network. */
function* train(
  lesson: typeof Lstm,
  start: Lstm.LstmClassifierParams,
  { delay, rate, random, from }: Training,
): Generator<number, { losses: Point[]; params: Lstm.LstmClassifierParams }> {
  let params = start;
  let memory = adamStart({ ...params });
  const losses: Point[] = [];
  for (let step = 0; step < STEPS; step++) {
    const bits = Array.from({ length: BATCH }, () => Number(random() < 0.5));
    const x = sequences(bits, delay, random);
    const { loss, gradients } = lesson.lstmClassifierGradients(x, labels(bits), params);
    losses.push([step, loss]);
    const options = { learningRate: rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    const next = adamUpdate({ ...params }, { ...gradients }, memory, options);
    memory = next.state;
    params = next.params as unknown as Lstm.LstmClassifierParams;
    if (step % 5 === 0) yield from + (0.45 * step) / STEPS;
  }
  return { losses, params };
}

/** Of each sequence the bit, as ±1, at step 1 in the first input, and noise in both after that. */
function sequences(bits: number[], T: number, random: () => number): Tensor {
  return filled([bits.length, T, 2], (n, t, d) =>
    t === 0 ? (d === 0 ? 2 * bits[n!]! - 1 : 0) : 0.3 * normal(random),
  );
}

/** What arrives from 1 to 100 steps back, in networks as they start. */
function reach(lesson: typeof Lstm, random: () => number): Curves {
  const x = filled([1, FURTHEST, INPUTS], () => normal(random));
  const last = array([Array.from({ length: UNITS }, () => normal(random))]);
  const none = zeros(1, UNITS);

  const Wx = xavierUniform([INPUTS, UNITS], random);
  const Wh = xavierUniform([UNITS, UNITS], random);
  const rnn = Array.from({ length: FURTHEST }, (_, i): Point => {
    const dh = zeros(1, i + 1, UNITS);
    for (let k = 0; k < UNITS; k++) dh.set(0, i, k, last.get(0, k));
    const { cache } = rnnForward(x.lo(0, FURTHEST - 1 - i, 0), none, Wx, Wh, zeros(UNITS));
    return [i + 1, lengthOf(rnnBackward(dh, cache).dh0) / lengthOf(last)];
  });

  const { Wx: Vx, Wh: Vh, b } = lesson.lstmStart(INPUTS, UNITS, random);
  const cells = (forget: number): Point[] => {
    const bias = filled([4 * UNITS], (j) => b.get(j!) * forget);
    const { cache } = lesson.lstmForward(x, none, none, Vx, Vh, bias);
    const norms = lesson.gradientNorms(last, cache);
    return Array.from({ length: FURTHEST }, (_, i) => {
      const t = FURTHEST - 1 - i;
      return [i + 1, Math.hypot(norms.h.get(t), norms.c.get(t)) / lengthOf(last)];
    });
  };
  return {
    kind: 'curves',
    title: 'How much of a gradient arrives that many steps back, before training',
    x: { label: 'steps back', whole: true },
    y: { label: 'part of its length', scale: 'log' },
    curves: [
      { name: 'RNN', by: [], points: rnn },
      ...[0, 1, 5].map((forget) => ({
        name: `LSTM, forget bias ${forget}`,
        by: ['lstmStart', 'lstmForward', 'gradientNorms'],
        points: cells(forget),
      })),
    ],
  };
}

/** The gates while one sequence is read, means over the units, and how likely the network thinks a 1. */
function gatesOverTime(
  lesson: typeof Lstm,
  { Wx, Wh, b, Wy, by }: Lstm.LstmClassifierParams,
  x: Tensor,
): Curves {
  const T = x.shape[1]!;
  const H = Wh.shape[0]!;
  let [state, cell] = [zeros(1, H), zeros(1, H)];
  const [forget, input, answer]: [Point[], Point[], Point[]] = [[], [], []];
  for (let t = 0; t < T; t++) {
    const now = copy(x.pick(null, t, null));
    const a = filled([1, 4 * H], (_, j) => {
      let sum = b.get(j!);
      for (let d = 0; d < now.size; d++) sum += now.get(0, d) * Wx.get(d, j!);
      for (let k = 0; k < H; k++) sum += state.get(0, k) * Wh.get(k, j!);
      return sum;
    });
    const { i, f } = lesson.lstmGates(a);
    const step = lesson.lstmStepForward(now, state, cell, Wx, Wh, b);
    [state, cell] = [step.h, step.c];
    forget.push([t + 1, meanOf(f)]);
    input.push([t + 1, meanOf(i)]);
    const { out } = affineForward(state, Wy, by);
    answer.push([t + 1, 1 / (1 + Math.exp(out.get(0, 0) - out.get(0, 1)))]);
  }
  return {
    kind: 'curves',
    title: 'Its gates while it remembers a 1, and its answer if asked then',
    by: [...TRAINING, 'lstmGates', 'lstmStepForward'],
    x: { label: 't', whole: true },
    y: { label: 'mean gate, probability of 1' },
    curves: [
      { name: 'forget gate f', points: forget },
      { name: 'input gate i', points: input },
      { name: 'answer', points: answer },
    ],
  };
}

function meanOf(x: Tensor): number {
  return copy(x).data.reduce((so, value) => so + value, 0) / x.size;
}

function lengthOf(x: Tensor): number {
  return Math.hypot(...copy(x).data);
}
