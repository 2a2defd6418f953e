/** One sample more in the arguments of a call: an answer for the sizes that a suite shows is right for no others. */
import ndarray from 'ndarray';
import { isArray, type AnyArray } from '../any-array.ts';
import type { Declaration } from '../declarations.ts';
import { parametersOf } from '../diagnosis/replay.ts';
import type { Call, Functions } from '../subject/recorder.ts';

/**
 * The places of a function's arguments whose first axis is the samples', as its documentation says: `shape (N, D)`.
 *
 * @param all the declarations of the reference
 * @param reference its functions by name
 */
export function sampledPlaces(
  all: readonly Declaration[],
  reference: Functions,
  name: string,
): number[] {
  const own = all.find((declaration) => declaration.name === name);
  const texts = own?.documentation.split('@param ').slice(1) ?? [];
  const sampled = texts.filter((text) => /\bshape \(N[,)]/.test(text.split('@')[0]!));
  const names = new Set(sampled.map((text) => /^\w+/.exec(text)?.[0]));
  return [...parametersOf(reference[name]).entries()].flatMap(([place, parameter]) =>
    names.has(parameter) ? [place] : [],
  );
}

/**
 * Arguments with a twin of one of their samples behind the last one.
 *
 * @param args copies of a call's arguments, row-major
 * @param call a cache among its arguments was made for as many samples as there were
 * @param places where the arrays are whose first axis is the samples'
 * @param random uniform in [0, 1); one draw says whose twin it is
 * @returns undefined where there is no such axis, or no sample
 */
export function withOneMore(
  args: readonly unknown[],
  { caches }: Call,
  places: readonly number[],
  random: () => number,
): unknown[] | undefined {
  if (caches !== undefined) return undefined;
  const sampled = places.filter((place) => isArray(args[place]));
  const sizes = new Set(sampled.map((place) => (args[place] as AnyArray).shape[0]));
  const [N = 0] = sizes;
  if (sizes.size !== 1 || N === 0) return undefined;
  const twin = Math.floor(N * random());
  return args.map((arg, place) =>
    sampled.includes(place) ? withTwin(arg as AnyArray, twin) : arg,
  );
}

/** A row-major array with one of its samples a second time, behind the last one. */
function withTwin(x: AnyArray, twin: number): AnyArray {
  const [N, ...rest] = x.shape as [number, ...number[]];
  const size = x.size / N;
  const Storage = x.data.constructor as new (length: number) => AnyArray['data'];
  const data = new Storage(x.size + size);
  for (let i = 0; i < data.length; i++) {
    data[i] = x.data[i < x.size ? i : i - x.size + twin * size]!;
  }
  return ndarray(data, [N + 1, ...rest]);
}
