/** How many points lessons give to one who computes nothing. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { root, type Lesson } from '../project.ts';

/** The points of functions that always throw, always return zeros, and do whichever of the two is right. */
export interface LazyPoints {
  throwing: number;
  returningZeros: number;
  doingBoth: number;
  /** All points of the lesson. */
  of: number;
}

const CHILD = fileURLToPath(new URL('lazy-child.ts', import.meta.url));

/**
 * Grades such functions in a process of its own, as the sandbox does it.
 *
 * @returns the points of each lesson, in their order
 */
export async function lazyPoints(lessons: readonly Lesson[]): Promise<LazyPoints[]> {
  const names = lessons.map(({ name }) => name);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', CHILD, ...names],
    { cwd: root },
  );
  return JSON.parse(stdout) as LazyPoints[];
}
