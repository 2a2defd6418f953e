/**
 * Which entries of a large array to look at one by one: those where mistakes gather, and a random sample.
 */
import { shuffled, type Random } from '#datasets/random';
import { unravel } from '../any-array.ts';

/** Parts of the budget that each group of entries may take; what is left goes to the random sample. */
const QUOTAS = { corners: 1 / 8, samples: 1 / 4, borders: 1 / 4, zeros: 1 / 8 };

/**
 * Chooses entries: the corners of the array; the first and the last of its first axis, which are the first
 * and the last sample of a batch; the borders of its other axes; entries that are zero or as near to it as
 * any, where functions have their kinks; and others at random.
 *
 * @param shape of the array
 * @param values its entries in row-major order
 * @param budget how many entries to choose; if there are no more than that, all are chosen
 * @returns places in row-major order, ascending
 */
export function chooseEntries(
  shape: readonly number[],
  values: Float64Array,
  budget: number,
  random: Random,
): number[] {
  const places = [...values.keys()];
  if (places.length <= budget) return places;

  const axes = shape.map((length, axis) => ({ length, axis })).filter(({ length }) => length > 1);
  const atEnd = (place: number) => {
    const index = unravel(place, shape);
    return axes.map(({ length, axis }) => index[axis] === 0 || index[axis] === length - 1);
  };
  const ends = places.map(atEnd);
  const nearestZero = places.toSorted((a, b) => Math.abs(values[a]!) - Math.abs(values[b]!));

  const chosen = new Set<number>();
  const take = (group: readonly number[], part: number) => {
    const room = Math.min(budget, chosen.size + Math.floor(budget * part));
    for (const place of group) {
      if (chosen.size >= room) break;
      chosen.add(place);
    }
  };
  const among = (belongs: (ends: readonly boolean[]) => boolean) =>
    shuffled(
      places.filter((place) => belongs(ends[place]!)),
      random,
    );
  take(
    among((end) => end.every(Boolean)),
    QUOTAS.corners,
  );
  take(
    among(([first]) => first === true),
    QUOTAS.samples,
  );
  take(
    among(([, ...others]) => others.some(Boolean)),
    QUOTAS.borders,
  );
  take(nearestZero, QUOTAS.zeros);
  take(shuffled(places, random), 1);
  return [...chosen].toSorted((a, b) => a - b);
}
