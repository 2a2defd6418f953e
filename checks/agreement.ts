/** Whether a value is the expected one, and if not, where and by how much it differs. */
import { shapeText } from '#arrays';
import { isArray, rowMajor, sameShape, unravel, type AnyArray } from './any-array.ts';
import { distinctNumberText, numberText, valueText } from './text.ts';

/** How far a number may be from the expected one: |actual − expected| ≤ absolute + relative·|expected|. */
export interface Tolerance {
  relative?: number;
  absolute?: number;
}

/** Rounding of a few hundred float64 operations, and no more. */
export const ROUNDING: Required<Tolerance> = { relative: 1e-9, absolute: 1e-12 };

/** The same of float32 operations, whose unit is 2²⁹ times as large. */
export const SINGLE_ROUNDING: Required<Tolerance> = { relative: 1e-4, absolute: 1e-5 };

/**
 * Compares a value with the expected one: numbers and arrays within the tolerance, plain objects field by
 * field, lists item by item, everything else exactly. NaN and the infinities equal only themselves.
 *
 * @returns undefined when they agree, else one sentence that says how they differ
 */
export function difference(
  actual: unknown,
  expected: unknown,
  tolerance: Tolerance = ROUNDING,
): string | undefined {
  if (typeof expected === 'number') return numberDifference(actual, expected, tolerance);
  if (isArray(expected)) return arrayDifference(actual, expected, tolerance);
  if (Array.isArray(expected)) return listDifference(actual, expected, tolerance);
  if (typeof expected === 'object' && expected !== null) {
    return fieldDifference(actual, expected as Readonly<Record<string, unknown>>, tolerance);
  }
  if (Object.is(actual, expected)) return undefined;
  return `${valueText(expected)} was expected and ${got(actual)} came back`;
}

/**
 * Whether two values are the same but for rounding: as `difference`, with a tolerance that goes with the
 * values' precision and their own size, so that 10⁻²² and 0 are told apart when they stand alone.
 */
export function agrees(actual: unknown, expected: unknown): boolean {
  const { relative, absolute } = roundingOf(expected);
  return (
    difference(actual, expected, { relative, absolute: absolute * magnitude(expected) }) ===
    undefined
  );
}

/**
 * Whether the arrays in a value are kept as they should be: the numbers of this course are float64, and an array that
 * can't hold a fraction or a sixteenth digit is no place for them, even if these ones fit.
 *
 * @param actual a value that agrees with the expected one
 * @param expected where it holds labels or float32, so may the actual one
 * @param tolerance one that is wider than float32's rounding allows float32
 * @returns undefined when they are, else one sentence
 */
export function storageProblem(
  actual: unknown,
  expected: unknown,
  tolerance: Tolerance = ROUNDING,
): string | undefined {
  if (isArray(expected)) {
    if (!isArray(actual)) return undefined;
    const [kept, wanted] = [actual, expected].map(({ data }) => data.constructor.name);
    const { relative = 0, absolute = 0 } = tolerance;
    const isSingleEnough = kept === 'Float32Array' && Math.max(relative, absolute) >= SINGLE_UNIT;
    if (kept === wanted || kept === 'Float64Array' || kept === 'Array' || isSingleEnough) {
      return undefined;
    }
    const lacks = kept === 'Float32Array' ? 'has seven digits' : 'cuts fractions off';
    return `an ndarray kept in ${article(wanted!)} was expected and one kept in ${article(kept!)} came back, which ${lacks}; zeros(…) makes the right one`;
  }
  if (typeof expected !== 'object' || expected === null) return undefined;
  for (const [name, part] of Object.entries(expected)) {
    const own = (actual as Readonly<Record<string, unknown>> | undefined)?.[name];
    const found = storageProblem(own, part, tolerance);
    if (found !== undefined) return `${Array.isArray(expected) ? 'item ' : ''}${name}: ${found}`;
  }
  return undefined;
}

/** The distance from 1 to the next float32. */
const SINGLE_UNIT = 2 ** -23;

function article(name: string): string {
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** How exact a computed value can be: one with a Float32Array anywhere in it was computed in single precision. */
export function roundingOf(value: unknown): Required<Tolerance> {
  return isSingle(value) ? SINGLE_ROUNDING : ROUNDING;
}

function isSingle(value: unknown): boolean {
  if (isArray(value)) return value.data instanceof Float32Array;
  return typeof value === 'object' && value !== null && Object.values(value).some(isSingle);
}

/** The largest finite absolute value of the numbers in a value; 0 when there are none. */
function magnitude(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.abs(value) : 0;
  if (typeof value !== 'object' || value === null) return 0;
  const parts: ArrayLike<unknown> = isArray(value) ? rowMajor(value) : Object.values(value);
  let largest = 0;
  for (let i = 0; i < parts.length; i++) largest = Math.max(largest, magnitude(parts[i]));
  return largest;
}

function numberDifference(
  actual: unknown,
  expected: number,
  tolerance: Tolerance,
): string | undefined {
  if (typeof actual !== 'number') return `a number was expected and ${got(actual)} came back`;
  if (isClose(actual, expected, tolerance)) return undefined;
  const distance = Number.isFinite(actual - expected)
    ? ` (they differ by ${numberText(Math.abs(actual - expected))})`
    : '';
  return `${distinctNumberText(expected, actual)} was expected and ${distinctNumberText(actual, expected)} came back${distance}`;
}

function arrayDifference(
  actual: unknown,
  expected: AnyArray,
  tolerance: Tolerance,
): string | undefined {
  const shape = shapeText(expected.shape);
  if (!isArray(actual)) {
    return `an ndarray of shape ${shape} was expected and ${got(actual)} came back`;
  }
  if (!sameShape(actual.shape, expected.shape)) {
    return `shape ${shape} was expected and shape ${shapeText(actual.shape)} came back`;
  }
  const [a, e] = [rowMajor(actual), rowMajor(expected)];
  const wrong: number[] = [];
  for (let i = 0; i < e.length; i++) {
    // What somebody made badly may hold words, big integers, or nothing.
    const entry: unknown = a[i];
    if (typeof entry !== 'number') {
      return `an ndarray of numbers was expected and one with ${valueText(entry)} at [${unravel(i, expected.shape).join(', ')}] came back`;
    }
    if (!isClose(a[i]!, e[i]!, tolerance)) wrong.push(i);
  }
  const first = wrong[0];
  if (first === undefined) return undefined;
  const distances = wrong.map((i) => Math.abs(a[i]! - e[i]!)).filter(Number.isFinite);
  const largest = distances.reduce((most, distance) => Math.max(most, distance), 0);
  const differ = wrong.length === 1 ? '1 of the entries differs' : `${wrong.length} entries differ`;
  const spread = distances.length > 0 ? `; the largest difference is ${numberText(largest)}` : '';
  return (
    `${differ} (of ${e.length}), first at [${unravel(first, expected.shape).join(', ')}]: ` +
    `${distinctNumberText(e[first]!, a[first]!)} was expected and ${distinctNumberText(a[first]!, e[first]!)} came back${spread}`
  );
}

function listDifference(
  actual: unknown,
  expected: readonly unknown[],
  tolerance: Tolerance,
): string | undefined {
  if (!Array.isArray(actual)) {
    return `a list of ${expected.length} was expected and ${got(actual)} came back`;
  }
  if (actual.length !== expected.length) {
    return `a list of ${expected.length} was expected and a list of ${actual.length} came back`;
  }
  return firstOf(
    // Unlike map, this doesn't leave holes out: one learner's call may be compared with another.
    Array.from(expected, (item, i) => [`item ${i}`, actual[i], item]),
    tolerance,
  );
}

function fieldDifference(
  actual: unknown,
  expected: Readonly<Record<string, unknown>>,
  tolerance: Tolerance,
): string | undefined {
  const names = Object.keys(expected);
  if (typeof actual !== 'object' || actual === null) {
    return `an object with ${names.join(', ')} was expected and ${got(actual)} came back`;
  }
  const missing = names.find((name) => !(name in actual));
  if (missing !== undefined) {
    return `an object with ${names.join(', ')} was expected and ${missing} is missing`;
  }
  const fields = actual as Readonly<Record<string, unknown>>;
  return firstOf(
    names.map((name) => [name, fields[name], expected[name]]),
    tolerance,
  );
}

function firstOf(
  parts: [name: string, actual: unknown, expected: unknown][],
  tolerance: Tolerance,
): string | undefined {
  for (const [name, actual, expected] of parts) {
    const found = difference(actual, expected, tolerance);
    if (found !== undefined) return `${name}: ${found}`;
  }
  return undefined;
}

function isClose(actual: number, expected: number, tolerance: Tolerance): boolean {
  if (!Number.isFinite(actual) || !Number.isFinite(expected)) return Object.is(actual, expected);
  const { relative = 0, absolute = 0 } = tolerance;
  return Math.abs(actual - expected) <= absolute + relative * Math.abs(expected);
}

function got(actual: unknown): string {
  if (actual === undefined) return 'nothing (undefined)';
  return isArray(actual) ? `an ndarray of shape ${shapeText(actual.shape)}` : valueText(actual);
}
