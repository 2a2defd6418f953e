/** Deep copies of what crosses a call, so that it can be looked at, or replayed, after somebody changed it. */
import ndarray from 'ndarray';
import ops from 'ndarray-ops';
import { isArray, type AnyArray } from '../any-array.ts';

/**
 * A copy of an argument or a result.
 *
 * Arrays, lists and plain objects are copied to the bottom. A seeded generator is cloned at its present
 * state (see datasets/random.ts), so that a replay draws the same numbers; any other function, and what is
 * no plain object, is kept as it is.
 */
export function snapshot<T>(value: T): T;
export function snapshot(value: unknown): unknown {
  if (isArray(value)) {
    const out = ndarray(emptyLike(value.data, value.size), [...value.shape]);
    ops.assign(out, value);
    return out;
  }
  if (Array.isArray(value)) return value.map((item: unknown) => snapshot(item));
  if (typeof value === 'function') {
    return 'clone' in value && typeof value.clone === 'function'
      ? (value.clone() as unknown)
      : value;
  }
  if (typeof value === 'object' && value !== null && isPlain(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name, snapshot(field)]),
    );
  }
  return value;
}

/** Storage of the same kind, with room for so many entries. */
function emptyLike(data: AnyArray['data'], size: number): AnyArray['data'] {
  const Storage = data.constructor as new (length: number) => AnyArray['data'];
  return new Storage(size);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
