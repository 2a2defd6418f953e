/** Where an error was thrown: what its stack says of the script. */
import { types } from 'node:util';
import { MOST_POSITIONS } from '../frame.ts';

/** The name of the script in a stack. */
export const SCRIPT = 'submission.js';
const POSITION = /\bsubmission\.js:(\d{1,9}):(\d{1,9})\b/g;

/** A stack of more characters is not looked at: one with a message without end would fill the memory. */
const LONGEST_STACK = 2 ** 20;

/**
 * The lines and columns of the script in an error's stack, innermost first. They are as true as the stack,
 * into which the learner's code may write what it likes.
 *
 * No getter is asked but the engine's own. That one may make the text only now and run the learner's code for
 * it (`Error.prepareStackTrace`), so this is still a part of the call: it counts against its time, and what it
 * throws is no position.
 *
 * @param getStack the engine's getter in the learner's realm, if stacks have one
 */
export function positionsOf(
  thrown: unknown,
  getStack: (() => unknown) | undefined,
): [line: number, column: number][] {
  if (!types.isNativeError(thrown)) return [];
  try {
    const { value, get } = Reflect.getOwnPropertyDescriptor(thrown, 'stack') ?? {};
    const isEngines = get !== undefined && get === getStack;
    const stack: unknown = isEngines ? Reflect.apply(get, thrown, []) : value;
    if (typeof stack !== 'string' || stack.length > LONGEST_STACK) return [];
    return [...stack.matchAll(POSITION)]
      .slice(0, MOST_POSITIONS)
      .map(([, line, column]) => [Number(line), Number(column)]);
  } catch {
    return [];
  }
}
