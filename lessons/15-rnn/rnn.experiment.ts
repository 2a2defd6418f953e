/** A recurrent network learns a short text letter by letter, and makes up texts of its own. */
import { array, copy, filled, zeros, zip, type Labels, type Tensor } from '#arrays';
import { normal, seededRandom } from '#datasets/random';
import { courseText, encodeText } from '#datasets/text';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Point, Table } from '#figures/figure';
import { adamStart, adamUpdate, cosineDecay } from '#lessons/07-optimizers';
import ndarray from 'ndarray';
import type * as Rnn from './rnn.reference.ts';

export const title = 'A network that writes';

export const about =
  'It reads a text of eight sentences over and over, in pieces of a few letters, and learns to foretell the next one. ' +
  'Then it writes by itself. The last picture shows how little of a gradient arrives, the further it has to go back.';

export const parameters = {
  units: { label: 'units of memory', from: 8, to: 64, value: 40, whole: true },
  rate: { label: "Adam's learning rate", from: 0.001, to: 0.05, value: 0.01, scale: 'log' },
} satisfies Parameters;

const STEPS = 400;
/** The text is read at eight places at once, and that many letters at a time. */
const [PLACES, PIECE] = [8, 20];
const EMBEDDING = 12;
const SHOWN_AT = new Set([0, 50, 100, 200, STEPS]);
const TEMPERATURES = [0.5, 1.5, 3];
const LETTERS = 60;
const FURTHEST = 30;

/** The functions of the lesson that the network is trained by. */
const TRAINING = ['languageModelGradients', 'clipGradients'];

const { characters, tokens } = encodeText(courseText);

/**
 * The experiment of lesson 15.
 *
 * @param lesson the functions of the lesson
 * @returns the loss by step, the text by step and by temperature, and the gradient that reaches the first step
 */
export function* experiment(
  lesson: typeof Rnn,
  { random }: Material,
  { units, rate }: Values<typeof parameters>,
): Running {
  let params: Rnn.LanguageModelParams = startingParams(units, random);
  const before = params;
  let memory = adamStart({ ...params });
  let state = zeros(PLACES, units);
  const losses: Point[] = [];
  const texts: string[][] = [];
  for (let step = 0; step <= STEPS; step++) {
    if (SHOWN_AT.has(step)) texts.push([String(step), written(lesson, params, 0.8)]);
    const { loss, gradients, h } = lesson.languageModelGradients(piece(step), state, params);
    state = h;
    losses.push([step, loss / PIECE]);
    const clipped = lesson.clipGradients({ ...gradients }, 5);
    const learningRate = cosineDecay(step + 1, { learningRate: rate, lowest: 0, steps: STEPS });
    const options = { learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    const next = adamUpdate({ ...params }, clipped, memory, options);
    memory = next.state;
    params = next.params as unknown as Rnn.LanguageModelParams;
    if (step % 20 === 0) {
      yield { done: (0.95 * step) / STEPS, figures: () => [lossCurve(losses), progress(texts)] };
    }
  }
  return [
    lossCurve(losses),
    progress(texts),
    byTemperature(lesson, params),
    reach(lesson, [
      { name: 'before training', params: before, by: [] },
      { name: 'after it', params, by: TRAINING },
    ]),
  ];
}

function startingParams(units: number, random: () => number): Rnn.LanguageModelParams {
  const V = characters.length;
  const draw = (rows: number, columns: number): Tensor =>
    filled([rows, columns], () => normal(random) / Math.sqrt(rows));
  return {
    We: filled([V, EMBEDDING], () => normal(random)),
    Wx: draw(EMBEDDING, units),
    Wh: draw(units, units),
    b: zeros(units),
    Wy: draw(units, V),
    by: zeros(V),
  };
}

/** What is read in a step: at each place the text goes on where the step before ended, and begins anew at its end. */
function piece(step: number): Rnn.TokenBatch {
  const at = (ahead: number): Labels => {
    const list = Array.from({ length: PLACES * PIECE }, (_, i) => {
      const [place, t] = [Math.floor(i / PIECE), i % PIECE];
      const start = Math.floor((place * tokens.length) / PLACES);
      return tokens[(start + step * PIECE + t + ahead) % tokens.length]!;
    });
    return ndarray(Int32Array.from(list), [PLACES, PIECE]);
  };
  return { ids: at(0), labels: at(1), mask: filled([PLACES, PIECE], () => 1) };
}

/** What the model writes after the end of a line. */
function written(lesson: typeof Rnn, params: Rnn.LanguageModelParams, temperature: number): string {
  const first = characters.indexOf('\n');
  const options = { length: LETTERS, temperature };
  const drawn = lesson.generateTokens(first, params, options, seededRandom(1));
  return drawn.map((token) => characters[token]!.replace('\n', '⏎')).join('');
}

function lossCurve(points: Point[]): Curves {
  return {
    kind: 'curves',
    title: `The loss by letter, of a guess among ${characters.length} at first`,
    by: TRAINING,
    x: { label: 'step', whole: true },
    y: { label: 'loss', scale: 'log' },
    curves: [{ name: 'loss', points }],
  };
}

function progress(rows: string[][]): Table {
  return {
    kind: 'table',
    title: 'What it writes on the way, at a temperature of 0.8',
    by: [...TRAINING, 'generateTokens'],
    columns: ['after step', 'text'],
    rows,
  };
}

function byTemperature(lesson: typeof Rnn, params: Rnn.LanguageModelParams): Table {
  return {
    kind: 'table',
    title: 'What it writes in the end',
    by: [...TRAINING, 'generateTokens'],
    columns: ['temperature', 'text'],
    rows: TEMPERATURES.map((temperature) => [temperature, written(lesson, params, temperature)]),
  };
}

/** How much of a gradient at the last of T steps reaches the first input's step. */
function reach(
  lesson: typeof Rnn,
  models: { name: string; params: Rnn.LanguageModelParams; by: readonly string[] }[],
): Curves {
  const curves = models.map(({ name, params: { We, Wx, Wh, b }, by }) => {
    const random = seededRandom(2);
    const h0 = zeros(1, b.size);
    const unit = array([Array.from({ length: b.size }, () => normal(random))]);
    const points = Array.from({ length: FURTHEST }, (_, i): Point => {
      const T = i + 1;
      const ids = ndarray(Int32Array.from(tokens.slice(0, T)), [1, T]);
      const { cache } = lesson.rnnForward(lesson.embeddingForward(ids, We).out, h0, Wx, Wh, b);
      const dh = zeros(1, T, b.size);
      for (let k = 0; k < b.size; k++) dh.set(0, T - 1, k, unit.get(0, k));
      return [T, lengthOf(lesson.rnnBackward(dh, cache).dh0) / lengthOf(unit)];
    });
    return { name, by: ['embeddingForward', 'rnnForward', 'rnnBackward', ...by], points };
  });
  return {
    kind: 'curves',
    title: 'How much of a gradient at step T reaches the state before step 1',
    x: { label: 'T', whole: true },
    y: { label: 'part of its length', scale: 'log' },
    curves,
  };
}

function lengthOf(x: Tensor): number {
  return Math.sqrt(copy(zip(x, x, (a, b) => a * b)).data.reduce((so, value) => so + value, 0));
}
