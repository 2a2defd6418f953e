/**
 * What is put into the learner's realm before the learner's code.
 *
 * Its text is evaluated there (`Function.prototype.toString`), so it uses nothing of this module's. The two
 * functions that it is given come from outside that realm: whoever got hold of them, or of anything that they
 * throw, could climb out. So they stay in this closure, and no error of theirs is passed on.
 */

/** What the learner's realm offers to the process around it. */
export interface Realm {
  /** Writes to the terminal what can be written. */
  write: (...args: unknown[]) => void;
  list: (items: readonly unknown[]) => unknown[];
  object: () => object;
  buffer: (byteLength: number) => ArrayBuffer;
  typed: (name: string, buffer: ArrayBuffer, byteOffset: number, length: number) => unknown;
  error: (kind: number, name: string, message: string) => unknown;
  callback: (index: number) => (...args: unknown[]) => unknown;
  errorPrototypes: object[];
  /**
   * Calls a function. A proxy that is called gets a list of its arguments from the realm that calls, so nothing of
   * the learner's is called from outside.
   */
  call: (f: unknown, args: unknown[]) => unknown;
  /**
   * The stack of an error: its own property, or what the engine's getter gives. Whatever of the learner's makes it
   * (`Error.prepareStackTrace`) gets a list of its frames, which is of the realm that asks.
   */
  stack: (error: object) => unknown;
}

/** How a callback ended, made in the learner's realm. */
export interface CallbackOutcome {
  ok: boolean;
  value: unknown;
}

/** Prepares a realm: what makes values in it, and calls what is in it. */
export function makeRealm(
  callOut: (index: number, args: unknown[], outcome: CallbackOutcome) => void,
  print: (args: unknown[]) => void,
): Realm {
  'use strict';
  const storages = {
    Float64Array,
    Float32Array,
    Int32Array,
    Uint32Array,
    Int16Array,
    Uint16Array,
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
  };
  const errors = [Error, RangeError, TypeError, ReferenceError, SyntaxError, EvalError, URIError];
  const { defineProperty, getOwnPropertyDescriptor } = Object;
  const { apply } = Reflect;
  // Before Node 22 a stack has none.
  const getStack = getOwnPropertyDescriptor(new Error(), 'stack')?.get;
  const Buffer = ArrayBuffer;
  const write = (...args: unknown[]): void => {
    try {
      print(args);
    } catch {
      // What can't be printed is not printed.
    }
  };
  return {
    write,
    list: (items) => [...items],
    object: () => ({}),
    buffer: (byteLength) => new Buffer(byteLength),
    typed: (name, buffer, byteOffset, length) =>
      new storages[name as keyof typeof storages](buffer, byteOffset, length),
    error: (kind, name, message) => {
      const error = new errors[kind]!(message);
      defineProperty(error, 'name', { value: name, configurable: true, writable: true });
      return error;
    },
    callback:
      (index) =>
      (...args) => {
        const outcome: CallbackOutcome = { ok: false, value: undefined };
        try {
          callOut(index, args, outcome);
        } catch {
          outcome.value = new errors[0]!('the callback could not be called');
        }
        if (!outcome.ok) throw outcome.value;
        return outcome.value;
      },
    errorPrototypes: errors.map((one) => one.prototype as object),
    call: (f, args) => apply(f as () => unknown, undefined, args),
    stack: (error) => {
      const { value, get } = getOwnPropertyDescriptor(error, 'stack') ?? {};
      return get !== undefined && get === getStack ? apply(get, error, []) : value;
    },
  };
}
