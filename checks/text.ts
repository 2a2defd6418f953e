/** How values are written in messages: short, on one line, with their shape where it matters. */
import { shapeText } from '#arrays';
import { isArray, type AnyArray } from './any-array.ts';

const LONGEST_ROW = 8;
const LONGEST_STRING = 80;
const LONGEST_ARRAY = 240;

/** A number in at most six significant digits, `0.333333`; whole numbers, NaN, −0 and infinities in full. */
export function numberText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isInteger(value) || !Number.isFinite(value)
    ? String(value)
    : String(Number(value.toPrecision(6)));
}

/** The same number with as many digits as it takes to tell it from `other`. */
export function distinctNumberText(value: number, other: number): string {
  return numberText(value) === numberText(other) ? String(value) : numberText(value);
}

/**
 * Any value that a call may take or return, in short.
 *
 * @returns `0.5`, `(2, 3) [[1, 2, 3], [4, 5, 6]]`, `{ loss: 0.5, … }`; long arrays and strings end in `…`
 */
export function valueText(value: unknown): string {
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return stringText(value);
  if (typeof value === 'function') return 'a function';
  if (isArray(value)) return `${shapeText(value.shape)} ${cut(entriesText(value))}`;
  if (Array.isArray(value)) return listText(value.map(valueText));
  if (value instanceof Promise) return 'a promise';
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([name, field]) => `${name}: ${valueText(field)}`);
    return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
  }
  return String(value);
}

/** A string in quotes; of a long one the beginning, and how long it is. */
function stringText(value: string): string {
  return value.length <= LONGEST_STRING
    ? JSON.stringify(value)
    : `${JSON.stringify(`${value.slice(0, LONGEST_STRING)}…`)} (${value.length} characters)`;
}

/** The entries of an array, or as many of them as can be taken in. */
function cut(text: string): string {
  if (text.length <= LONGEST_ARRAY) return text;
  return `${text.slice(0, text.lastIndexOf(',', LONGEST_ARRAY))}, …`;
}

function entriesText(x: AnyArray): string {
  const [length, ...rest] = x.shape;
  if (length === undefined) return numberText(Number(x.get()));
  const shown = Math.min(length, LONGEST_ROW + 1);
  const items = Array.from({ length: shown }, (_, i) =>
    rest.length === 0
      ? numberText(Number(x.get(i)))
      : entriesText(x.pick(i, ...rest.map(() => null))),
  );
  return listText(items);
}

function listText(items: string[]): string {
  return items.length > LONGEST_ROW
    ? `[${items.slice(0, LONGEST_ROW).join(', ')}, …]`
    : `[${items.join(', ')}]`;
}

/** A call in short: `leakyRelu((2) [-8, 3], 0.25)`. */
export function callText(name: string, args: readonly unknown[]): string {
  return `${name}(${args.map(valueText).join(', ')})`;
}
