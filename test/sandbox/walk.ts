/**
 * A walk through everything that code can reach from some values, which tells what of it is of another realm.
 *
 * The text of this file is put into a submission, so it uses nothing of this module's.
 */

/** What a walk found. */
export interface Walk {
  /** How many objects and functions it saw. */
  seen: number;
  /** The ways to those of another realm: `x.constructor`. */
  foreign: string[];
}

/**
 * Walks from some values through own properties, getters, what they give, and prototypes.
 *
 * An object is of this realm if the last of its prototypes is this realm's, or if it has none.
 *
 * @param roots the values, by what they are
 */
export function walk(roots: Readonly<Record<string, unknown>>): Walk {
  const seen = new Set<unknown>();
  const foreign: string[] = [];
  const waiting: [way: string, value: unknown][] = Object.entries(roots);
  const isObject = (value: unknown): value is object =>
    (typeof value === 'object' && value !== null) || typeof value === 'function';
  const isOwn = (value: object): boolean => {
    let last: object = value;
    for (
      let next = Reflect.getPrototypeOf(last);
      next !== null;
      next = Reflect.getPrototypeOf(last)
    ) {
      last = next;
    }
    if (last !== value && last !== Object.prototype) return false;
    const functions: unknown = Function.prototype;
    // A function without prototypes is nobody's to tell.
    const isNobodys = typeof value !== 'function' || value === functions || last === value;
    return isNobodys || Object.prototype.isPrototypeOf.call(Function.prototype, value);
  };
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [way, value] = next;
    if (!isObject(value) || seen.has(value)) continue;
    seen.add(value);
    try {
      if (!isOwn(value)) {
        foreign.push(way);
        continue;
      }
      waiting.push([`${way}.__proto__`, Reflect.getPrototypeOf(value)]);
      for (const key of Reflect.ownKeys(value).slice(0, 500)) {
        const { get, set } = Reflect.getOwnPropertyDescriptor(value, key) ?? {};
        const name = `${way}.${String(key)}`;
        waiting.push([`${name} (getter)`, get], [`${name} (setter)`, set]);
        try {
          waiting.push([name, Reflect.get(value, key)]);
        } catch (error) {
          waiting.push([`${name} (thrown)`, error]);
        }
      }
    } catch (error) {
      waiting.push([`${way} (thrown)`, error]);
    }
  }
  return { seen: seen.size, foreign };
}
