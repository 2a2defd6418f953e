/** Deep copies of what crosses a call, so that it can be looked at, or replayed, after somebody changed it. */
import { isRowMajor } from '#arrays';
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
  if (isArray(value)) return ndarray(dataOf(value), [...value.shape]);
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

/** The entries of an array in storage of the same kind. */
function dataOf(x: AnyArray): AnyArray['data'] {
  const { data, offset, size, shape } = x;
  // What somebody made badly, or of a kind whose slice shares memory, is copied entry by entry.
  const isPlainKind = [Float64Array, Float32Array, Int32Array].some(
    (kind) => data.constructor === kind,
  );
  if (isPlainKind && data.length >= offset + size && isRowMajor(x)) {
    return data.slice(offset, offset + size);
  }
  const Storage = data.constructor as new (length: number) => AnyArray['data'];
  const out = ndarray(new Storage(size), [...shape]);
  ops.assign(out, x);
  return out.data;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
