/** How a language model learns a text: it reads it over and over, at several places at once, a piece at a time. */
import { filled, labels, zeros, type Labels } from '#arrays';
import { encodeText } from '#datasets/text';
import { accuracy } from '#lessons/03-losses';
import { adamStart, adamUpdate, cosineDecay } from '#lessons/07-optimizers';
import { clipGradients, languageModelGradients, type TokenBatch } from '#lessons/15-rnn';
import ndarray from 'ndarray';
import type { Learner } from '../training-loop.ts';
import { nothingRead, read, type LanguageModel } from './model.ts';

/** How a model is trained. */
export interface LanguageTraining {
  /** How often the whole text is read at every place. */
  epochs: number;
  /** At how many places at once, at least 1; a text with fewer pieces is read at as many places as it has pieces. */
  places: number;
  /** How many letters a step has at each place, at least 1. No gradient flows back beyond them. */
  piece: number;
  learningRate: number;
}

/** What learns a text, and what the training loop needs to know of it. */
export interface LanguageLearner {
  learner: Learner;
  /** How many letters an epoch foretells. */
  samples: number;
  /** How many steps it has. */
  steps: number;
}

const RULE = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

const LONGEST_GRADIENT = 5;

/**
 * What the training loop needs of a language model.
 *
 * The text is cut into pieces. Every place begins with another piece, goes on with the next ones, and after the last
 * one begins anew at the first: with a state of zeros there, and elsewhere with the state that the piece before left.
 *
 * @param model is changed by every step
 * @param text what it learns, the one that the model was made for
 * @param training how
 */
export function languageLearner(
  model: LanguageModel,
  text: string,
  { epochs, places, piece, learningRate }: LanguageTraining,
): LanguageLearner {
  const { tokens } = encodeText(text);
  const pieces = Math.ceil(tokens.length / piece);
  const N = Math.min(places, pieces);
  const firsts = Array.from({ length: N }, (_, n) => Math.floor((n * pieces) / N));
  let memory = adamStart(model.params);
  let state = zeros(N, model.sizes.units);
  return {
    samples: N * tokens.length,
    steps: pieces,
    learner: {
      step: (_, i) => {
        const numbers = firsts.map((first) => (first + i) % pieces);
        const { count, ...batch } = piecesOf(tokens, { numbers, piece, start: model.start });
        const h0 = filled(state.shape, (n, k) => (numbers[n!] === 0 ? 0 : state.get(n!, k!)));
        const { loss, gradients, h } = languageModelGradients(batch, h0, model.params);
        const clipped = clipGradients({ ...gradients }, LONGEST_GRADIENT);
        const decay = { learningRate, lowest: 0, steps: epochs * pieces };
        const update = adamUpdate(model.params, clipped, memory, {
          ...RULE,
          learningRate: cosineDecay(memory.t + 1, decay),
        });
        model.params = update.params as LanguageModel['params'];
        [memory, state] = [update.state, h];
        return { loss: (loss * N) / count, count };
      },
      accuracy: () => shareForetold(model, tokens),
    },
  };
}

/**
 * Pieces of a text as a batch: each letter is foretold from the one before it, and the first one from `start`. Where
 * the last piece is shorter than the others, nothing counts behind it.
 */
function piecesOf(
  tokens: readonly number[],
  { numbers, piece, start }: { numbers: readonly number[]; piece: number; start: number },
): TokenBatch & { count: number } {
  const shape: [number, number] = [numbers.length, Math.min(piece, tokens.length)];
  const at = (n: number, t: number): number => numbers[n]! * piece + t;
  const tokensAt = (behind: number, otherwise: number): Labels => {
    const list = filled(shape, (n, t) => tokens[at(n!, t!) - behind] ?? otherwise).data;
    return ndarray(Int32Array.from(list), shape);
  };
  const mask = filled(shape, (n, t) => (at(n!, t!) < tokens.length ? 1 : 0));
  const count = mask.data.reduce((so, counts) => so + counts, 0);
  return { ids: tokensAt(1, start), labels: tokensAt(0, 0), mask, count };
}

/** How many letters are read at a time where nothing is learned. */
const READ_AT_ONCE = 100;

/** The share of a text's letters that are the likeliest ones, where the model has read the right letters until there. */
function shareForetold(model: LanguageModel, tokens: readonly number[]): number {
  const before = [model.start, ...tokens.slice(0, -1)];
  let state = nothingRead(model);
  let right = 0;
  for (let from = 0; from < tokens.length; from += READ_AT_ONCE) {
    const targets = tokens.slice(from, from + READ_AT_ONCE);
    const reading = read(model, before.slice(from, from + READ_AT_ONCE), state);
    right += Math.round(accuracy(reading.logits, labels(targets)) * targets.length);
    state = reading.state;
  }
  return right / tokens.length;
}
