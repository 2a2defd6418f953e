/** The arguments of the function under test: flat lists of numbers to the checker, views of its own to each call. */
import { copy } from '#arrays';
import ndarray, { type NdArray } from 'ndarray';
import { entries, isArray, sameShape } from '../any-array.ts';
import type { Differentiable } from './problem.ts';

/** A differentiable input. */
export interface Input {
  name: string;
  /** What its gradient is called: 'dx' for 'x'. */
  gradient: string;
  /** Its place among the arguments. */
  argument: number;
  shape: readonly number[];
  /** Its entries in row-major order. */
  values: Float64Array;
  /** Where each of those entries lies in the data behind the view. */
  positions: Int32Array;
}

/** Puts new entries into the array that the function will get for an input. */
export function writeEntries(args: unknown[], input: Input, values: ArrayLike<number>): void {
  const { data } = args[input.argument] as Differentiable;
  input.positions.forEach((position, i) => (data[position] = values[i]!));
}

/**
 * Moves one entry of the array that the function will get for an input.
 *
 * @returns how far it has moved after rounding, which can differ from `by`
 */
export function moveEntry(args: unknown[], input: Input, i: number, by: number): number {
  const { data } = args[input.argument] as Differentiable;
  const position = input.positions[i]!;
  data[position] = input.values[i]! + by;
  return data[position]! - input.values[i]!;
}

/** Whether two arguments hold the same numbers in the same shape. */
export function unchanged(before: unknown, after: unknown): boolean {
  if (!isArray(before) || !isArray(after)) return true;
  const now = entries(after);
  return (
    sameShape(before.shape, after.shape) &&
    entries(before).every((value, i) => Object.is(value, now[i]))
  );
}

/** Whether a gradient is taken of it. */
export function isDifferentiable(value: unknown): value is Differentiable {
  return (
    isArray(value) && (value.data instanceof Float64Array || value.data instanceof Float32Array)
  );
}

/** An argument made ready to be differentiated by. */
export function toInput(
  name: string,
  gradient: string,
  argument: number,
  array: Differentiable,
): Input {
  const places = ndarray(
    Int32Array.from(array.data.keys()),
    array.shape,
    array.stride,
    array.offset,
  );
  const positions = Int32Array.from(entries(places));
  return { name, gradient, argument, shape: [...array.shape], values: entries(array), positions };
}

/** A view that repeats an axis with stride 0 has several entries in one place; each needs a place of its own. */
export function withoutOverlap(value: unknown): unknown {
  const overlaps =
    isDifferentiable(value) &&
    value.stride.some((step, axis) => step === 0 && value.shape[axis]! > 1);
  return overlaps ? copy(value as NdArray<Float64Array>) : value;
}

/** A copy of an array with the same strides, so that a view stays the kind of view it is. */
export function clone(value: unknown): unknown {
  return isArray(value)
    ? ndarray(value.data.slice(), [...value.shape], [...value.stride], value.offset)
    : value;
}
