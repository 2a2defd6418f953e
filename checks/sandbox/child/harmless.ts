/**
 * What honest code uses that is not the language's: the console, structuredClone and performance.now. They are made
 * in the learner's realm, of nothing but the language.
 *
 * Like realm.ts's, this function's text is evaluated there, so it uses nothing of this module's.
 */

/**
 * Puts them on the global object.
 *
 * @param write writes a line to the terminal, and never throws
 */
export function addHarmless(write: (...args: unknown[]) => void): void {
  'use strict';
  const { defineProperty } = Object;
  const start = Date.now();
  const elapsed = (): number => Date.now() - start;
  const performance = { timeOrigin: start, now: elapsed };

  const counts = new Map<string, number>();
  const timers = new Map<string, number>();
  const count = (label = 'default'): void => {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    write(`${label}: ${counts.get(label)}`);
  };
  const timeLog = (label = 'default', ...more: unknown[]): void => {
    write(`${label}: ${elapsed() - (timers.get(label) ?? elapsed())}ms`, ...more);
  };
  const console = {
    log: write,
    info: write,
    debug: write,
    warn: write,
    error: write,
    trace: write,
    dir: write,
    dirxml: write,
    table: write,
    group: write,
    groupCollapsed: write,
    groupEnd: (): void => {},
    clear: (): void => {},
    assert: (holds: unknown, ...more: unknown[]): void => {
      if (!holds) write('Assertion failed', ...more);
    },
    count,
    countReset: (label = 'default'): void => void counts.delete(label),
    time: (label = 'default'): void => void timers.set(label, elapsed()),
    timeLog,
    timeEnd: (label = 'default'): void => {
      timeLog(label);
      timers.delete(label);
    },
  };

  /** https://html.spec.whatwg.org/multipage/structured-data.html#structuredserializeinternal */
  const copy = (value: unknown, made: Map<unknown, unknown>): unknown => {
    if (typeof value === 'function' || typeof value === 'symbol') {
      const error = new Error(`${String(value)} could not be cloned.`);
      defineProperty(error, 'name', { value: 'DataCloneError' });
      throw error;
    }
    if (typeof value !== 'object' || value === null) return value;
    if (made.has(value)) return made.get(value);
    const keep = <Copy>(copied: Copy): Copy => {
      made.set(value, copied);
      return copied;
    };
    if (value instanceof Date) return keep(new Date(value.getTime()));
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
    if (value instanceof ArrayBuffer) return keep(value.slice(0));
    if (ArrayBuffer.isView(value)) {
      const Storage = value.constructor as new (...args: unknown[]) => unknown;
      const length = value instanceof DataView ? value.byteLength : Reflect.get(value, 'length');
      return keep(new Storage(copy(value.buffer, made), value.byteOffset, length));
    }
    if (value instanceof Map) {
      const map = keep(new Map<unknown, unknown>());
      for (const [key, item] of value) map.set(copy(key, made), copy(item, made));
      return map;
    }
    if (value instanceof Set) {
      const set = keep(new Set<unknown>());
      for (const item of value) set.add(copy(item, made));
      return set;
    }
    if (value instanceof Error) {
      const Kind = value.constructor as new (message: string) => Error;
      return keep(new Kind(value.message));
    }
    const copied = keep<object>(Array.isArray(value) ? [] : {});
    if (Array.isArray(value)) (copied as unknown[]).length = value.length;
    for (const key of Object.keys(value)) {
      const item = copy((value as Readonly<Record<string, unknown>>)[key], made);
      defineProperty(copied, key, {
        value: item,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
    return copied;
  };
  const structuredClone = (value: unknown): unknown => copy(value, new Map());

  for (const [name, value] of Object.entries({ console, performance, structuredClone })) {
    defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
}
