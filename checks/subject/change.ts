/** Whether something that was passed to a function is still what it was, and if not, what became of it. */
import { shapeText } from '#arrays';
import { isArray, rowMajor, sameShape, unravel, type AnyArray } from '../any-array.ts';
import { valueText } from '../text.ts';

/**
 * How a value differs from a snapshot that was taken before a call.
 *
 * @param before the snapshot
 * @param after the value itself
 * @returns `changed in place at [1, 0], from 1 to 7`; undefined when nothing changed
 */
export function changeOf(before: unknown, after: unknown): string | undefined {
  if (isArray(before) && isArray(after)) return arrayChange(before, after);
  if (!isContainer(before) || !isContainer(after)) {
    return Object.is(before, after) || typeof before === 'function'
      ? undefined
      : `changed in place, from ${valueText(before)} to ${valueText(after)}`;
  }
  const [old, now] = [Object.entries(before), Object.entries(after)];
  if (old.length !== now.length) {
    return `changed in place, from ${valueText(before)} to ${valueText(after)}`;
  }
  for (const [name, value] of old) {
    const change = changeOf(value, (after as Readonly<Record<string, unknown>>)[name]);
    if (change !== undefined) {
      return Array.isArray(before)
        ? `changed at ${name}: ${change}`
        : `changed in ${name}: ${change}`;
    }
  }
  return undefined;
}

function arrayChange(before: AnyArray, after: AnyArray): string | undefined {
  if (!sameShape(before.shape, after.shape)) {
    return `reshaped from ${shapeText(before.shape)} to ${shapeText(after.shape)}`;
  }
  const [old, now] = [rowMajor(before), rowMajor(after)];
  for (let i = 0; i < now.length; i++) {
    if (!Object.is(now[i], old[i])) {
      return `changed in place at [${unravel(i, after.shape).join(', ')}], from ${valueText(old[i])} to ${valueText(now[i])}`;
    }
  }
  return undefined;
}

/** Whether a value is a list or a plain object. */
function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !isArray(value);
}
