/** Submissions that keep the grader itself busy: its compiler, and the suite that works on what comes back. */
import { aboveGround, harmful, inAboveGround, onLoading, type Attack } from './attack.ts';

const gaveUp = /the compiler gave up on it/;

/** A text that stands so often behind itself. */
function nested(open: string, inner: string, close: string, depth: number): string {
  return open.repeat(depth) + inner + close.repeat(depth);
}

/** An enumeration each of whose texts is twice the one before, for the compiler to work out. */
const doubling = Array.from({ length: 40 }, (_, i) => `a${i + 1} = \`\${a${i}}\${a${i}}\``).join(
  ', ',
);

/** Sixty alternatives, the types of which a compiler may have to try in every combination. */
const alternatives = Array.from({ length: 60 }, () => 'a ? (b) : ').join('');

export const heavy: Attack[] = [
  // The compiler's stack and memory
  onLoading('negates a number 980,000 times', `const x = ${'!'.repeat(980_000)}1;`, gaveUp),
  harmful(
    onLoading('nests 190,000 templates', `const x = ${nested('`${', '1', '}`', 190_000)};`, gaveUp),
  ),
  harmful(
    onLoading(
      'nests 90,000 functions, which takes the compiler longer and longer',
      `const x = ${nested('(()=>', '1', ')', 90_000)};`,
      /compiling it takes too long/,
    ),
  ),
  onLoading('nests 190,000 objects', `const x = ${nested('{a:', '1', '}', 190_000)};`, gaveUp),
  onLoading('nests 120,000 conditions', `${'if(1)'.repeat(120_000)};`, gaveUp),
  harmful(
    onLoading(
      'has the compiler double a text forty times',
      `export enum Doubled { a0 = 'xxxxxxxxxxxxxxxx', ${doubling} }`,
      /gave up on it|takes too long/,
    ),
  ),
  {
    does: 'nests types deeply and is honest',
    top: `type Deep = ${nested('Array<', '1', '>', 100_000)};\ntype Used = Deep;`,
  },
  {
    does: 'has a line of 900,000 characters and is honest',
    top: `// ${'x'.repeat(900_000)}`,
  },
  onLoading(
    'has alternatives within alternatives',
    `const f = ${alternatives}c => d => ;`,
    /Unexpected ";"/,
  ),

  // Large answers
  harmful(
    inAboveGround(
      'returns large arrays again and again',
      'return { out: map(x, (v) => v), more: new Float64Array(1.5e6) };',
    ),
  ),
  {
    does: 'asks the suite for more than may cross in a check',
    functions: {
      areaUnder:
        'export function areaUnder(curve: any): any {\n  for (let i = 0; i < 1e9; i++) curve([new Float64Array(1e6)]);\n  return 0;\n}',
    },
    earns: { areaUnder: 0 },
    problem: /bytes in one check are too many to cross/,
  },
  {
    does: 'calls the suite back without end',
    functions: {
      areaUnder: 'export function areaUnder(curve: any): any {\n  for (;;) curve(1);\n}',
    },
    earns: { areaUnder: 0 },
    // Either of the two who call each other may be the first whose time is up.
    problem: /areaUnder did not return within|what came back keeps this check busy/,
  },
  {
    does: 'has the suite call its function with what is no number',
    functions: {
      areaUnder:
        'export function areaUnder(curve: any): any {\n  return curve({ valueOf: 7, length: 1e9 }) + curve() + curve("x", []);\n}',
    },
    earns: { areaUnder: 0 },
  },
  {
    does: 'is honest and returns a name that is long',
    functions: aboveGround(
      "const out: any = map(x, (v) => Math.max(0, v)); out['x'.repeat(100_000)] = 1; return out;",
    ),
  },
];
