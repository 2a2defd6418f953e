/**
 * One cleaning for every way out: what a submission says, and what it is called, may reach a terminal, the log of a
 * CI system, a spreadsheet, a page or somebody else's program, and means nothing in any of them.
 */
import { readable } from '../../figures/characters.ts';

// The rest of the control characters, to which a terminal listens as it does to an escape; and what nobody sees but
// what turns a text around or hides in it. Two joiners are left, since words and emoji are written with them.
const HIDDEN = /[^\P{Cc}\t\n]|[^\P{Cf}\u200C\u200D]/gu;

/**
 * A text in which no character does anything but stand there.
 *
 * @returns the text with a `�` for each control character, each half of a character and each that is invisible; it
 *   has no line ends but line feeds, and is the same when it is cleaned again
 */
export function clean(text: string): string {
  return readable(text)
    .replaceAll(/[\u2028\u2029\u0085]/g, '\n')
    .replaceAll(HIDDEN, '\uFFFD');
}

/**
 * A text for a line of a terminal or a log.
 *
 * GitHub takes a line that begins with two colons for a command to its runner, and so it does a ##[ in the middle of
 * one: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 *
 * @returns the clean text on one line, in which neither stands
 */
export function oneLine(text: string): string {
  return clean(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/:(?=:)/g, ': ')
    .replaceAll('##[', '# #[');
}

/**
 * A result all of whose texts are clean.
 *
 * @param result plain objects, lists, texts, numbers and booleans
 */
export function cleanResult<Result>(result: Result): Result;
export function cleanResult(value: unknown): unknown {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map((item: unknown) => cleanResult(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, cleanResult<unknown>(field)]),
  );
}
