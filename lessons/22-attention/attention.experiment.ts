/** A small transformer and an LSTM learn the same text side by side, and where the transformer looks while it reads. */
import { copy, filled, zeros, type Labels, type Tensor } from '#arrays';
import { normal, seededRandom } from '#datasets/random';
import { courseText, encodeText } from '#datasets/text';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Figure, HeatMap, Images, Point, Table } from '#figures/figure';
import { affineBackward, affineForward } from '#lessons/05-backprop';
import type { Params } from '#lessons/06-training';
import { adamStart, adamUpdate, cosineDecay } from '#lessons/07-optimizers';
import { heNormal, xavierUniform } from '#lessons/08-initialization';
import {
  embeddingBackward,
  embeddingForward,
  temporalSoftmaxLossBackward,
  temporalSoftmaxLossForward,
  type TokenBatch,
} from '#lessons/15-rnn';
import { lstmBackward, lstmForward, lstmStart, type LstmParams } from '#lessons/16-lstm';
import ndarray from 'ndarray';
import type * as Lesson from './attention.reference.ts';

export const title = 'A transformer of one block';

export const about =
  'A transformer of one block and an LSTM of about as many parameters read the same pieces of a text and learn to foretell the next letter. ' +
  'You see where each of its heads looks while it reads, and what it writes by itself.';

export const parameters = {
  heads: { label: 'heads', from: 1, to: 4, value: 4, whole: true },
  rate: { label: "Adam's learning rate", from: 0.001, to: 0.05, value: 0.015, scale: 'log' },
} satisfies Parameters;

const STEPS = 400;
/** So many pieces of the text are read in a step, of so many letters. */
const [PIECES, PIECE] = [4, 24];
/** D of the transformer is a multiple of 1 to 4 heads, F the width of its two layers. */
const [D, F] = [24, 48];
/** Of the LSTM, so that it has about as many parameters. */
const [EMBEDDING, UNITS] = [12, 29];
const EPSILON = 1e-5;
const SHOWN_AT = new Set([0, 50, 200, STEPS]);
const SENTENCE = 'it guesses, it is told';
const LETTERS = 60;
const WAYS = [
  { k: 1, temperature: 1 },
  { k: 3, temperature: 1 },
  { k: 30, temperature: 1 },
  { k: 30, temperature: 2 },
] as const;

/** The functions of the lesson by which a sentence is read. */
const READING = ['transformerGradients', 'sinusoidalPositions', 'attentionMask', 'blockForward'];

const { characters, tokens } = encodeText(courseText);
const V = characters.length;

/** An embedding, an LSTM, and an affine layer that makes logits of its states. */
interface LstmModel extends LstmParams {
  We: Tensor;
  Wy: Tensor;
  by: Tensor;
}

/**
 * The experiment of lesson 22.
 *
 * @param lesson the functions of the lesson
 * @returns where each head looks, both losses by step, the text by step and by ways of drawing, and the positions
 */
export function* experiment(
  lesson: typeof Lesson,
  { random }: Material,
  { heads, rate }: Values<typeof parameters>,
): Running {
  const options = { heads, epsilon: EPSILON };
  let transformer = transformerStart(random);
  let lstm = lstmModelStart(random);
  const memories = { transformer: adamStart({ ...transformer }), lstm: adamStart({ ...lstm }) };
  const losses: Record<keyof typeof memories, Point[]> = { transformer: [], lstm: [] };
  const texts: string[][] = [];
  const learned = (): Figure[] => [
    maps(lesson, transformer, options),
    lossCurves(losses, [sizeOf({ ...transformer }), sizeOf({ ...lstm })]),
    table('What the transformer writes on the way, drawn from the 3 likeliest letters', texts, [
      'after step',
      'text',
    ]),
  ];
  for (let step = 0; step <= STEPS; step++) {
    if (SHOWN_AT.has(step)) {
      const way = { k: 3, temperature: 1 };
      texts.push([String(step), written(lesson, transformer, options, way)]);
    }
    const batch = pieces(random);
    const learningRate = cosineDecay(step + 1, { learningRate: rate, lowest: 0, steps: STEPS + 1 });
    const moved = (
      name: keyof typeof memories,
      params: Params,
      { loss, gradients }: { loss: number; gradients: object },
    ): Params => {
      losses[name].push([step, loss / PIECE]);
      const adam = { learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
      const next = adamUpdate(params, { ...gradients }, memories[name], adam);
      memories[name] = next.state;
      return next.params;
    };
    transformer = moved(
      'transformer',
      { ...transformer },
      lesson.transformerGradients(batch, transformer, options),
    ) as unknown as Lesson.TransformerParams;
    lstm = moved('lstm', { ...lstm }, lstmGradients(batch, lstm)) as unknown as LstmModel;
    if (step % 10 === 0) yield { done: (0.95 * step) / STEPS, figures: learned };
  }
  return [
    ...learned(),
    table(
      'What it writes in the end',
      WAYS.map((way) => [
        way.k < V ? `the ${way.k} likeliest` : 'all',
        way.temperature,
        written(lesson, transformer, options, way),
      ]),
      ['drawn from', 'temperature', 'text'],
    ),
    waves(lesson),
  ];
}

function transformerStart(random: () => number): Lesson.TransformerParams {
  const square = (): Tensor => xavierUniform([D, D], random);
  const ones = filled([D], () => 1);
  return {
    Wq: square(),
    bq: zeros(D),
    Wk: square(),
    bk: zeros(D),
    Wv: square(),
    bv: zeros(D),
    Wo: square(),
    bo: zeros(D),
    gamma1: ones,
    beta1: zeros(D),
    gamma2: ones,
    beta2: zeros(D),
    W1: heNormal([D, F], random),
    b1: zeros(F),
    W2: heNormal([F, D], random),
    b2: zeros(D),
    We: filled([V, D], () => normal(random)),
    Wy: xavierUniform([D, V], random),
    by: zeros(V),
  };
}

function lstmModelStart(random: () => number): LstmModel {
  return {
    ...lstmStart(EMBEDDING, UNITS, random),
    We: filled([V, EMBEDDING], () => normal(random)),
    Wy: xavierUniform([UNITS, V], random),
    by: zeros(V),
  };
}

/** Pieces of the text from anywhere, and the letters that follow. */
function pieces(random: () => number): TokenBatch {
  const starts = Array.from({ length: PIECES }, () =>
    Math.floor(random() * (tokens.length - PIECE)),
  );
  const at = (ahead: number): Labels => {
    const list = starts.flatMap((start) => tokens.slice(start + ahead, start + ahead + PIECE));
    return ndarray(Int32Array.from(list), [PIECES, PIECE]);
  };
  return { ids: at(0), labels: at(1), mask: filled([PIECES, PIECE], () => 1) };
}

/** The entries of x, in their order, in another shape. */
const shaped = (x: Tensor, ...shape: number[]): Tensor => ndarray(copy(x).data, shape);

/** The loss of the LSTM on the same pieces, from a state and a cell of zeros, and its gradients. */
function lstmGradients(
  { ids, labels, mask }: TokenBatch,
  { We, Wx, Wh, b, Wy, by }: LstmModel,
): { loss: number; gradients: LstmModel } {
  const [N, T] = ids.shape as [number, number];
  const none = zeros(N, UNITS);
  const embedded = embeddingForward(ids, We);
  const { h, cache } = lstmForward(embedded.out, none, none, Wx, Wh, b);
  const output = affineForward(shaped(h, N * T, UNITS), Wy, by);
  const end = temporalSoftmaxLossForward(shaped(output.out, N, T, V), labels, mask);

  const { dlogits } = temporalSoftmaxLossBackward(1, end.cache);
  const back = affineBackward(shaped(dlogits, N * T, V), output.cache);
  const { dx, dWx, dWh, db } = lstmBackward(shaped(back.dx, N, T, UNITS), cache);
  const { dW } = embeddingBackward(dx, embedded.cache);
  return {
    loss: end.loss,
    gradients: { We: dW, Wx: dWx, Wh: dWh, b: db, Wy: back.dW, by: back.db },
  };
}

/** What the block makes of some letters: its output, and where its heads looked. */
function reading(
  lesson: typeof Lesson,
  params: Lesson.TransformerParams,
  options: Lesson.BlockOptions,
  letters: number[],
): ReturnType<typeof Lesson.blockForward> {
  const T = letters.length;
  const ids = ndarray(Int32Array.from(letters), [1, T]);
  const { out } = embeddingForward(ids, params.We);
  const positions = lesson.sinusoidalPositions(T, D);
  const x = filled([1, T, D], (_, t, d) => out.get(0, t!, d!) + positions.get(t!, d!));
  const mask = lesson.attentionMask(ndarray(Int32Array.of(T)), T, true);
  return lesson.blockForward(x, params, mask, options);
}

/** What the model writes after the end of a line. It reads no more letters than it has learned with. */
function written(
  lesson: typeof Lesson,
  params: Lesson.TransformerParams,
  options: Lesson.BlockOptions,
  way: Lesson.SampleOptions,
): string {
  const random = seededRandom(1);
  const letters = [characters.indexOf('\n')];
  while (letters.length <= LETTERS) {
    const { out } = reading(lesson, params, options, letters.slice(-PIECE));
    const last = out.pick(null, out.shape[1]! - 1, null);
    const logits = affineForward(last, params.Wy, params.by).out;
    letters.push(lesson.sampleTopK(logits.pick(0, null), way, random));
  }
  return letters
    .slice(1)
    .map((letter) => characters[letter]!.replace('\n', '⏎'))
    .join('');
}

function maps(
  lesson: typeof Lesson,
  params: Lesson.TransformerParams,
  options: Lesson.BlockOptions,
): Images {
  const letters = [...SENTENCE].map((letter) => characters.indexOf(letter));
  const { weights } = reading(lesson, params, options, letters);
  return {
    kind: 'images',
    title: `Where each head looks while the model reads “${SENTENCE}”`,
    caption:
      'A row for each letter that reads, a column for each that is read, both from the first letter on. Nobody looks to the right of the diagonal, at what comes later.',
    by: READING,
    colours: 'ink',
    range: [0, 1],
    perRow: options.heads,
    images: Array.from({ length: options.heads }, (_, h) => ({
      name: `head ${h + 1}`,
      pixels: copy(weights.pick(0, h, null, null)).data,
      width: letters.length,
    })),
  };
}

function lossCurves(
  { transformer, lstm }: { transformer: Point[]; lstm: Point[] },
  [many, others]: readonly [number, number],
): Curves {
  return {
    kind: 'curves',
    title: `The loss by letter; a guess among ${V} costs ${Math.log(V).toFixed(2)}`,
    x: { label: 'step', whole: true },
    y: { label: 'loss', scale: 'log' },
    curves: [
      {
        name: `transformer, ${many} parameters`,
        by: ['transformerGradients'],
        points: transformer,
      },
      { name: `LSTM, ${others} parameters`, by: [], points: lstm },
    ],
  };
}

function table(heading: string, rows: (string | number)[][], columns: string[]): Table {
  return { kind: 'table', title: heading, by: [...READING, 'sampleTopK'], columns, rows };
}

function waves(lesson: typeof Lesson): HeatMap {
  const positions = lesson.sinusoidalPositions(PIECE, D);
  return {
    kind: 'heat map',
    title: 'The positions: a row for each step',
    by: ['sinusoidalPositions'],
    x: 'column',
    y: 'step',
    values: Array.from({ length: PIECE }, (_, t) =>
      Array.from({ length: D }, (__, d) => positions.get(t, d)),
    ),
    range: [-1, 1],
  };
}

function sizeOf(params: Params): number {
  return Object.values(params).reduce((total, { size }) => total + size, 0);
}
