/** Faults with what came back from a call, which need no knowledge of the lesson: its kind, its shape, NaN. */
import { shapeText } from '#arrays';
import { isArray, rowMajor, sameShape, type AnyArray } from '../any-array.ts';
import { valueText } from '../text.ts';
import { inFailedChecks, type Exercise } from './exercise.ts';
import type { Finding } from './finding.ts';
import { withoutCache } from './replay.ts';

/** Where NaN comes from. */
const BIRTH_OF_NAN =
  'It is born of 0/0, ∞ − ∞, ∞/∞, 0·∞, the logarithm or the root of a negative number, or an index outside of an array: look for the first of these.';

/** A result of the wrong kind: nothing, a list, a number for an array, whole numbers, a missing field. */
export function wrongKind(exercise: Exercise): Finding | undefined {
  return everywhere(exercise, 'wrong-kind', kindProblem);
}

/** A result of the wrong shape, with a cure where one can be seen. */
export function wrongShape(exercise: Exercise): Finding | undefined {
  return everywhere(exercise, 'wrong-shape', (given, right) =>
    isArray(given) && isArray(right) && !sameShape(given.shape, right.shape)
      ? shapeProblem(given, right)
      : undefined,
  );
}

/** NaN where there should be a number. */
export function notANumber(exercise: Exercise): Finding | undefined {
  return everywhere(exercise, 'not-a-number', (given, right) =>
    holdsNaN(given) && !holdsNaN(right) ? `NaN comes back. ${BIRTH_OF_NAN}` : undefined,
  );
}

/** NaN in some calls and other wrong numbers in others, where there should be a number in all. */
export function sometimesNaN(exercise: Exercise): Finding | undefined {
  const wrong = inFailedChecks(exercise).filter(({ verdict }) => verdict === 'wrong');
  const shown = wrong.find(({ given, right }) => holdsNaN(given) && !holdsNaN(right));
  if (shown === undefined) return undefined;
  return {
    kind: 'mechanical',
    id: 'not-a-number-sometimes',
    sentence: `NaN comes back from some of these calls, and a wrong number from others. ${BIRTH_OF_NAN}`,
    shown,
  };
}

/** A finding whose problem is there in every wrong call; fields are looked at one by one. */
function everywhere(
  exercise: Exercise,
  id: string,
  problemOf: (given: unknown, right: unknown) => string | undefined,
): Finding | undefined {
  const wrong = inFailedChecks(exercise).filter(({ verdict }) => verdict === 'wrong');
  const problems = wrong.map(({ given, right }) => firstProblem(given, right, problemOf));
  const [sentence] = problems;
  if (sentence === undefined || problems.includes(undefined)) return undefined;
  return { kind: 'mechanical', id, sentence, shown: wrong[0]! };
}

function firstProblem(
  given: unknown,
  right: unknown,
  problemOf: (given: unknown, right: unknown) => string | undefined,
): string | undefined {
  const own = problemOf(given, right);
  if (own !== undefined || !isFields(right) || !isFields(given)) return own;
  for (const [name, field] of Object.entries(withoutCache(right) as typeof right)) {
    const problem = firstProblem(given[name], field, problemOf);
    if (problem !== undefined) return `${name}: ${problem}`;
  }
  return undefined;
}

function kindProblem(given: unknown, right: unknown): string | undefined {
  if (right === undefined) return undefined;
  if (given === undefined) {
    return 'Nothing came back (undefined). Is there a way through the function without a return?';
  }
  if (given instanceof Promise) {
    return 'A promise came back. Leave out async: everything here is computed at once.';
  }
  if (isArray(right)) return arrayProblem(given, right);
  if (isArray(given) && typeof right === 'number') {
    return `An array of shape ${shapeText(given.shape)} came back, and one number must.`;
  }
  if (typeof given !== typeof right || (given === null) !== (right === null)) {
    return `${valueText(given)} came back, which is ${kindText(given)}; it must be ${kindText(right)}.`;
  }
  if (isFields(right) && isFields(given)) {
    const missing = Object.keys(right).filter((name) => !(name in given));
    if (missing.length === 0) return undefined;
    const names = Object.keys(given);
    const found = names.length === 0 ? 'none' : names.join(', ');
    return `The result lacks ${missing.join(', ')}; its fields are ${found}.`;
  }
  return undefined;
}

function arrayProblem(given: unknown, right: AnyArray): string | undefined {
  if (Array.isArray(given)) {
    return "A list came back, and an ndarray must. array(…) of '#arrays' makes one of a list; zeros(…) makes one to fill.";
  }
  if (ArrayBuffer.isView(given)) {
    return 'A typed array came back, the data of an ndarray without its shape. Return the ndarray itself.';
  }
  if (!isArray(given)) {
    return `${valueText(given)} came back, which is ${kindText(given)}; it must be an ndarray of shape ${shapeText(right.shape)}.`;
  }
  const [kept, wanted] = [given.data.constructor.name, right.data.constructor.name];
  if (kept === wanted || !sameShape(given.shape, right.shape)) return undefined;
  if (/^(Big)?(Ui|I)nt/.test(kept)) {
    return `The result is kept in an ${kept}, which cuts fractions off. zeros(…) makes an array of real numbers.`;
  }
  if (kept === 'Float32Array' && wanted === 'Float64Array') {
    return 'The result is kept in a Float32Array, which has seven digits. zeros(…) makes one with sixteen.';
  }
  return undefined;
}

function shapeProblem(given: AnyArray, right: AnyArray): string {
  const wanted = shapeText(right.shape);
  if (given.shape.some((size) => typeof size !== 'number')) {
    return `Its shape is a list in a list. zeros takes the sizes one by one: zeros(...x.shape), with the three dots.`;
  }
  const found = `Its shape is ${shapeText(given.shape)} and must be ${wanted}`;
  if (
    given.shape.length === right.shape.length &&
    sameShape(given.shape.toReversed(), right.shape)
  ) {
    return `${found}: it is transposed.`;
  }
  if (given.size === right.size) {
    if (given.shape.length > right.shape.length) {
      return `${found}: there is an axis of length 1 too many. zeros(${right.shape.join(', ')}) has the right one.`;
    }
    if (given.shape.length < right.shape.length) {
      return `${found}: it was flattened. zeros(${right.shape.join(', ')}) keeps the axes apart.`;
    }
  }
  return `${found}.`;
}

function holdsNaN(value: unknown): boolean {
  if (typeof value === 'number') return Number.isNaN(value);
  if (isArray(value)) return Array.prototype.some.call(rowMajor(value), Number.isNaN);
  return isFields(value) && Object.values(withoutCache(value) as object).some(holdsNaN);
}

function kindText(value: unknown): string {
  if (value === null) return 'null';
  if (isArray(value)) return `an ndarray of shape ${shapeText(value.shape)}`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !isArray(value);
}
