/**
 * What stands behind `node:assert` in a graded file: its assertions that honest code makes, in a few lines, since the
 * learner's realm has nothing of Node's. https://nodejs.org/api/assert.html
 */

/** What a failed assertion throws. */
export class AssertionError extends Error {
  override name = 'AssertionError';
  readonly code = 'ERR_ASSERTION';
}

type Message = string | Error | undefined;

function require(holds: boolean, message: Message, otherwise: string): void {
  if (holds) return;
  throw message instanceof Error ? message : new AssertionError(message ?? otherwise);
}

/** Throws unless the value is true or stands for it. */
export function ok(value: unknown, message?: Message): void {
  require(Boolean(value), message, 'the value must be true');
}

/** Throws unless both are the same value. */
export function strictEqual(actual: unknown, expected: unknown, message?: Message): void {
  require(Object.is(actual, expected), message, `${String(actual)} must be ${String(expected)}`);
}

/** Throws if both are the same value. */
export function notStrictEqual(actual: unknown, expected: unknown, message?: Message): void {
  require(!Object.is(actual, expected), message, `${String(actual)} must be something else`);
}

/** Throws unless both have the same entries at every depth. */
export function deepStrictEqual(actual: unknown, expected: unknown, message?: Message): void {
  require(isDeepEqual(actual, expected), message, 'both must have the same entries');
}

/** Throws if both have the same entries at every depth. */
export function notDeepStrictEqual(actual: unknown, expected: unknown, message?: Message): void {
  require(!isDeepEqual(actual, expected), message, 'they must not have the same entries');
}

/** Throws unless the function throws. */
export function throws(f: () => unknown, message?: Message): void {
  let hasThrown = false;
  try {
    f();
  } catch {
    hasThrown = true;
  }
  require(hasThrown, message, 'the function must throw');
}

/** Throws. */
export function fail(message?: Message): never {
  throw message instanceof Error ? message : new AssertionError(message ?? 'failed');
}

function isDeepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [keys, others] = [Reflect.ownKeys(a), Reflect.ownKeys(b)];
  return (
    Reflect.getPrototypeOf(a) === Reflect.getPrototypeOf(b) &&
    keys.length === others.length &&
    keys.every(
      (key) => Object.hasOwn(b, key) && isDeepEqual(Reflect.get(a, key), Reflect.get(b, key)),
    )
  );
}

const assert = Object.assign((value: unknown, message?: Message): void => ok(value, message), {
  AssertionError,
  ok,
  equal: strictEqual,
  notEqual: notStrictEqual,
  strictEqual,
  notStrictEqual,
  deepEqual: deepStrictEqual,
  deepStrictEqual,
  notDeepEqual: notDeepStrictEqual,
  notDeepStrictEqual,
  throws,
  fail,
});

export const { equal, notEqual, deepEqual, notDeepEqual } = assert;
export { assert as strict };
export default assert;
