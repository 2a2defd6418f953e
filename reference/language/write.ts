/** What a language model writes. */
import { sampleToken, type GenerateOptions } from '#lessons/15-rnn';
import { nothingRead, read, type LanguageModel } from './model.ts';

/**
 * Lets a model go on with a text: it draws a letter, reads it, draws the next one, and so on.
 *
 * @param model is only read
 * @param from what it reads first, behind what stands before a text; '' to begin a text
 * @param options how many letters, and at which temperature (15.10)
 * @param random a seeded generator
 * @returns what was drawn, without `from`
 * @throws RangeError when it doesn't know a letter, or the temperature is not above 0
 */
export function writeOn(
  model: LanguageModel,
  from: string,
  { length, temperature }: GenerateOptions,
  random: () => number,
): string {
  const drawn: number[] = [];
  let reading = read(model, [model.start, ...tokensOf(model, from)], nothingRead(model));
  while (drawn.length < length) {
    const last = reading.logits.pick(reading.logits.shape[0]! - 1, null);
    const token = sampleToken(last, temperature, random);
    drawn.push(token);
    reading = read(model, [token], reading.state);
  }
  return drawn.map((token) => model.characters[token]!).join('');
}

function tokensOf({ characters }: LanguageModel, text: string): number[] {
  return [...text].map((character) => {
    const token = characters.indexOf(character);
    if (token === -1) {
      throw new RangeError(
        `writeOn: the model does not know ${JSON.stringify(character)}; ` +
          `it knows ${JSON.stringify(characters.join(''))}, so begin with these`,
      );
    }
    return token;
  });
}
