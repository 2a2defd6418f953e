/** The numbers in a result, wherever they stand in it. */
import { zeros } from '#arrays';
import { entries, isArray } from '../any-array.ts';
import { withoutCache } from './replay.ts';

/** All numbers in a value, in order, without those of its cache. */
export function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (isArray(value)) return [...entries(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(withoutCache(value) as object).flatMap(numbersIn);
}

/** A copy of a value with f of each of its numbers, and without its cache. */
export function mapNumbers(value: unknown, f: (value: number) => number): unknown {
  if (typeof value === 'number') return f(value);
  if (isArray(value)) {
    const out = zeros(...value.shape);
    for (const [i, entry] of entries(value).entries()) out.data[i] = f(entry);
    return out;
  }
  if (Array.isArray(value)) return value.map((item) => mapNumbers(item, f));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(withoutCache(value) as object);
  return Object.fromEntries(fields.map(([name, field]) => [name, mapNumbers(field, f)]));
}
