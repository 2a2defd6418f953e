/** Weights: how much a point counts, by lesson or by exercise. */
import { readFileSync } from 'node:fs';
import type { Score } from './points-table.ts';

/** How much a point of a lesson (`02`) or of an exercise (`02.5`) counts; an exercise's goes before its lesson's. */
export type Weights = ReadonlyMap<string, number>;

/**
 * Reads weights from a file: `{ "02": 1, "02.5": 2, "03": 0.5 }`. What it does not name counts 1.
 *
 * @throws Error when it is no such file
 */
export function readWeights(file: string): Weights {
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} cannot be read as JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    throw new Error(`${file} must be an object such as { "02": 1, "02.5": 2 }`);
  }
  const weights = new Map<string, number>();
  for (const [name, weight] of Object.entries(read)) {
    if (!/^\d\d(\.\d+)?$/.test(name)) {
      throw new Error(`${file}: "${name}" is no lesson (02) and no exercise (02.5)`);
    }
    if (typeof weight !== 'number' || !(weight >= 0) || weight === Infinity) {
      throw new Error(
        `${file}: the weight of ${name} is ${JSON.stringify(weight)}; it must be a number from 0`,
      );
    }
    weights.set(name, weight);
  }
  return weights;
}

/** The weighted share of a submission's points, from 0 to 1; 0 when nothing counts. */
export function weightedShare({ exercises, maxima }: Score, weights: Weights): number {
  let [points, max] = [0, 0];
  for (const [exercise, most] of maxima) {
    const number = exercise.split(' ')[0]!;
    const weight = weights.get(number) ?? weights.get(number.slice(0, 2)) ?? 1;
    points += weight * (exercises.get(exercise) ?? 0);
    max += weight * most;
  }
  return max === 0 ? 0 : points / max;
}
