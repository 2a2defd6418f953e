/**
 * A short text for models that read and write letter by letter. It was written for this course: lower-case letters,
 * spaces, commas and full stops, a line to a sentence.
 */
export const courseText = `a machine does not know anything at first.
it guesses, it is told how wrong it was, and it moves a little.
then it guesses again.
a small step is a good step, if it goes the right way.
who takes a thousand small steps has gone a long way.
you learn in the same manner.
write a line, run the test, read what it says, and try again.
a mistake is not the end of the way, it is the way.
`;

/** A text as numbers. */
export interface EncodedText {
  /** The characters that occur, each once, in the order of their code points: token v is the one at v. */
  characters: string[];
  /** The token of each character of the text. */
  tokens: number[];
}

/**
 * Gives each character that occurs in a text a number.
 *
 * @param text any
 * @returns the characters and the text in their numbers
 */
export function encodeText(text: string): EncodedText {
  const all = [...text];
  const characters = [...new Set(all)].toSorted((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  return { characters, tokens: all.map((character) => characters.indexOf(character)) };
}
