/** What can become of a right number by a step too many, or one that is missing. */

/** Such a step; `words` completes "Every number is …". */
export interface Unary {
  id: string;
  words: string;
  f: (value: number) => number;
}

const { log: ln } = Math;

/** The simplest first. */
export const UNARY: readonly Unary[] = [
  { id: 'sign', words: 'the negative of the right one: the sign is turned round', f: (v) => -v },
  { id: 'all-zero', words: '0', f: () => 0 },
  { id: 'all-one', words: '1', f: () => 1 },
  { id: 'complement', words: '1 minus the right one', f: (v) => 1 - v },
  { id: 'doubled', words: 'twice the right one', f: (v) => 2 * v },
  { id: 'halved', words: 'half of the right one', f: (v) => v / 2 },
  { id: 'squared', words: 'the square of the right one', f: (v) => v * v },
  { id: 'root', words: 'the root of the right one', f: Math.sqrt },
  { id: 'reciprocal', words: '1 divided by the right one', f: (v) => 1 / v },
  { id: 'absolute', words: 'the right one without its sign', f: Math.abs },
  { id: 'log2', words: 'a logarithm with base 2; Math.log has base e', f: (v) => v / ln(2) },
  { id: 'log10', words: 'a logarithm with base 10; Math.log has base e', f: (v) => v / ln(10) },
  { id: 'log-taken', words: 'the logarithm of the right one', f: ln },
  { id: 'exp-taken', words: 'e to the power of the right one', f: Math.exp },
  { id: 'rounded', words: 'rounded to a whole one', f: Math.round },
  { id: 'floored', words: 'rounded down to a whole one', f: Math.floor },
  { id: 'truncated', words: 'the right one without its fraction', f: Math.trunc },
  {
    id: 'at-least-0',
    words: 'the right one, or 0 where that is below 0',
    f: (v) => Math.max(0, v),
  },
  { id: 'at-most-1', words: 'the right one, or 1 where that is above 1', f: (v) => Math.min(1, v) },
  {
    id: 'within-0-1',
    words: 'clipped to lie between 0 and 1',
    f: (v) => Math.min(1, Math.max(0, v)),
  },
  {
    id: 'within-1',
    words: 'clipped to lie between −1 and 1',
    f: (v) => Math.min(1, Math.max(-1, v)),
  },
];
