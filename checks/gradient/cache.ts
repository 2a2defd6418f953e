/** What a cache holds, to see whether a backward pass leaves it as it was. */
import { isArray, type AnyArray } from '../any-array.ts';
import { clone } from './arguments.ts';

/** An array in a cache, by its path, and what it held when it was found. */
export interface Cached {
  path: string;
  array: AnyArray;
  before: unknown;
}

/** Caches are a few levels deep; one that refers to itself has no end. */
const DEEPEST = 6;

/**
 * The arrays in a cache of plain objects, lists and arrays. An object of a class is left alone: what it keeps in
 * itself is its own affair, as long as it answers alike when it is asked again.
 */
export function arraysIn(value: unknown, path = 'cache', depth = 0): Cached[] {
  if (isArray(value)) return [{ path, array: value, before: clone(value) }];
  if (typeof value !== 'object' || value === null || depth >= DEEPEST) return [];
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => arraysIn(item, `${path}[${i}]`, depth + 1));
  }
  if (prototype !== Object.prototype && prototype !== null) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    arraysIn(item, `${path}.${name}`, depth + 1),
  );
}
