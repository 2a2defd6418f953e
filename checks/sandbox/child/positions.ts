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
 * The engine may make the text only now and run the learner's code for it (`Error.prepareStackTrace`), so this is
 * still a part of the call: it counts against its time, and what it throws is no position.
 *
 * @param stackOf reads an error's stack in the learner's realm (realm.ts)
 */
export function positionsOf(
  thrown: unknown,
  stackOf: (error: object) => unknown,
): [line: number, column: number][] {
  if (!types.isNativeError(thrown)) return [];
  try {
    const stack = stackOf(thrown);
    if (typeof stack !== 'string' || stack.length > LONGEST_STACK) return [];
    return [...stack.matchAll(POSITION)]
      .slice(0, MOST_POSITIONS)
      .map(([, line, column]) => [Number(line), Number(column)]);
  } catch {
    return [];
  }
}
