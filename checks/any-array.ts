/** What the checks need to know about arrays that somebody else made, and may have made badly. */
import { isRowMajor, zeros } from '#arrays';
import type { NdArray, TypedArray } from 'ndarray';
import ops from 'ndarray-ops';

/** An ndarray over any numeric storage. */
export type AnyArray = NdArray<TypedArray | number[]>;

/** Whether a value is an ndarray: something with a shape, a `get` and data behind it. */
export function isArray(value: unknown): value is AnyArray {
  return (
    typeof value === 'object' &&
    value !== null &&
    Array.isArray((value as AnyArray).shape) &&
    typeof (value as AnyArray).get === 'function' &&
    typeof (value as AnyArray).data === 'object'
  );
}

/** The entries of any view in row-major order: its data where they lie so, and a copy of them elsewhere. */
export function rowMajor(x: AnyArray): ArrayLike<number> {
  return x.offset === 0 && x.data.length === x.size && isRowMajor(x) ? x.data : entries(x);
}

/** The entries of any view in row-major order, as real numbers of their own. */
export function entries(x: AnyArray): Float64Array {
  const { data, offset, size } = x;
  // What lies in a row is copied ten times as fast at once; what somebody made badly may be shorter than it says.
  if (data instanceof Float64Array && data.length >= offset + size && isRowMajor(x)) {
    return data.slice(offset, offset + size);
  }
  const flat = zeros(...x.shape);
  ops.assign(flat, x);
  return flat.data;
}

/** The index of the i-th entry in row-major order: 4 is [1, 1] in shape (2, 3). */
export function unravel(i: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = i;
  for (const length of shape.toReversed()) {
    index.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return index;
}

/** Whether two shapes agree in rank and in every size. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}
