/** Which mutants are the same function in other words, so that no suite could notice them. */
import { existsSync, readFileSync } from 'node:fs';
import type { Lesson } from '../project.ts';
import type { Survivor } from './mutants.ts';

/**
 * Mutants that change nothing, and why. They are found by what was changed and in which function, not by
 * line, so that an edit elsewhere doesn't matter.
 */
export interface Equivalent {
  /** The functions of the reference in which the change was made. */
  names: readonly string[];
  original: string;
  replacement: string;
  reason: string;
}

/** The list of a lesson; empty when it has none. */
export function equivalents(lesson: Lesson): Equivalent[] {
  if (!existsSync(lesson.equivalents)) return [];
  return JSON.parse(readFileSync(lesson.equivalents, 'utf8')) as Equivalent[];
}

/** Those survivors that nobody has explained: gaps in the suite until proven otherwise. */
export function unexplained(
  survivors: readonly Survivor[],
  known: readonly Equivalent[],
): Survivor[] {
  return survivors.filter(
    ({ name, original, replacement }) =>
      !known.some(
        (one) =>
          one.names.includes(name) && one.original === original && one.replacement === replacement,
      ),
  );
}
