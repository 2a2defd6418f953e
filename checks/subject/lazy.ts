/**
 * Subjects that compute nothing: what a check passes on is worth no point by itself.
 *
 * A suite asks of a function that it refuses what it must, keeps a shape and leaves its arguments alone. Each of
 * these is right for one who does nothing else.
 */
import { zeros } from '#arrays';
import { isArray } from '../any-array.ts';
import type { Functions } from './recorder.ts';

/** One that always throws, one that always returns zeros, and one that does whichever is right. */
export const LAZY = { throwing, returningZeros, doingBoth: emptied };

/** The reference's functions, each of which always throws a RangeError. */
function throwing(reference: Functions): Functions {
  return each(reference, (_, name) => () => {
    throw new RangeError(`${name}: none of these arguments will do`);
  });
}

/** The reference's functions, each of which returns zeros in the shape of what is right, and never throws. */
function returningZeros(reference: Functions): Functions {
  return each(reference, (f) => (...args) => {
    try {
      return emptyLike(f(...args));
    } catch {
      return 0;
    }
  });
}

/** The reference's functions, each of which throws where that is right and returns zeros elsewhere. */
export function emptied(reference: Functions): Functions {
  return each(
    reference,
    (f) =>
      (...args) =>
        emptyLike(f(...args)),
  );
}

function each(
  reference: Functions,
  lazy: (f: (...args: unknown[]) => unknown, name: string) => (...args: unknown[]) => unknown,
): Functions {
  return Object.fromEntries(
    Object.entries(reference).map(([name, f]) => [
      name,
      typeof f === 'function' ? lazy(f as (...args: unknown[]) => unknown, name) : f,
    ]),
  );
}

/** Something of the same shape in which every number is 0, every text empty and nothing true. */
function emptyLike(value: unknown): unknown {
  if (isArray(value)) return zeros(...value.shape);
  if (typeof value === 'number') return 0;
  if (typeof value === 'string') return '';
  if (typeof value === 'boolean') return false;
  if (Array.isArray(value)) return value.map(emptyLike);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, key === 'cache' ? field : emptyLike(field)]),
  );
}
