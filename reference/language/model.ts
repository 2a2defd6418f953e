/** A recurrent language model, made of the parts of lesson 15: it reads a text letter by letter, and foretells the next. */
import { zeros, type Tensor } from '#arrays';
import { encodeText } from '#datasets/text';
import { affineForward } from '#lessons/05-backprop';
import { scaledNormal } from '#lessons/08-initialization';
import { embeddingForward, rnnForward, type LanguageModelParams } from '#lessons/15-rnn';
import ndarray from 'ndarray';

/** How large a model is. */
export interface LanguageModelSizes {
  /** Units of memory. */
  units: number;
  /** Numbers that stand for a letter. */
  embedding: number;
}

/** A model, and the letters that it knows. */
export interface LanguageModel {
  sizes: LanguageModelSizes;
  /** Token v is the character at v. */
  characters: readonly string[];
  /** The token that is read before a text begins: the last one of the text that it learns. */
  start: number;
  /** By name, as an optimizer takes them. */
  params: LanguageModelParams & Record<string, Tensor>;
}

/**
 * A model that has learned nothing. Its weights are drawn so that sums of D of them vary about as much as their inputs.
 *
 * @param text the one that it will learn, with at least one character
 * @param sizes of the model
 * @param random a seeded generator
 * @throws RangeError when the text is empty
 */
export function languageModel(
  text: string,
  sizes: LanguageModelSizes,
  random: () => number,
): LanguageModel {
  const { characters, tokens } = encodeText(text);
  if (tokens.length === 0) {
    throw new RangeError(
      'languageModel: the text is empty and must have at least one character; give a text to learn',
    );
  }
  const { units, embedding } = sizes;
  const V = characters.length;
  const draw = (D: number, M: number): Tensor => scaledNormal([D, M], 1 / Math.sqrt(D), random);
  const params = {
    We: scaledNormal([V, embedding], 1, random),
    Wx: draw(embedding, units),
    Wh: draw(units, units),
    b: zeros(units),
    Wy: draw(units, V),
    by: zeros(V),
  };
  return { sizes, characters, start: tokens.at(-1)!, params };
}

/** What a model makes of some letters. */
export interface Reading {
  /** Of the token that follows each of them, shape (T, V). */
  logits: Tensor;
  /** The state after the last one, shape (1, H). */
  state: Tensor;
}

/** The state before anything is read, shape (1, H). */
export function nothingRead({ sizes }: LanguageModel): Tensor {
  return zeros(1, sizes.units);
}

/**
 * Reads some letters.
 *
 * @param model is only read
 * @param tokens T of them, at least one
 * @param state what was left by the letters before, shape (1, H)
 */
export function read({ params }: LanguageModel, tokens: readonly number[], state: Tensor): Reading {
  const T = tokens.length;
  const embedded = embeddingForward(ndarray(Int32Array.from(tokens), [1, T]), params.We).out;
  const { h } = rnnForward(embedded, state, params.Wx, params.Wh, params.b);
  const { out: logits } = affineForward(h.pick(0, null, null), params.Wy, params.by);
  return { logits, state: h.pick(null, T - 1, null) };
}
