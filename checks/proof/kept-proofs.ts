/** Proofs that were made before, kept under a hash of all that they depend on. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { courseHash, filesIn, hashOfFiles, sha256 } from '../course/course-hash.ts';
import { stateFolder, type Lesson } from '../project.ts';
import { tryToKeep } from '#datasets/write-whole';
import { proveAll } from './pool.ts';
import type { Proof } from './proof.ts';

/**
 * The proofs of lessons: what was proven before and has not changed since is not proven again.
 *
 * @param proven is told of each proof as it is there, and whether it was there before
 * @throws Error when a suite does not load, or ends its process
 */
export async function proofsOf(
  all: readonly Lesson[],
  proven: (lesson: Lesson, proof: Proof, isKept: boolean) => void,
): Promise<void> {
  const open = all.filter((lesson) => {
    const kept = keptProof(lesson);
    if (kept !== undefined) proven(lesson, kept, true);
    return kept === undefined;
  });
  await proveAll(open, (lesson, proof) => {
    tryToKeep(fileOf(lesson), JSON.stringify(proof));
    proven(lesson, proof, false);
  });
}

function keptProof(lesson: Lesson): Proof | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(lesson), 'utf8')) as Proof;
  } catch {
    return undefined;
  }
}

function fileOf(lesson: Lesson): string {
  const witnesses = hashOfFiles([
    ...filesIn(lesson.solutions),
    lesson.oracles,
    // What the comparisons with other libraries share.
    ...filesIn(dirname(lesson.oracles)).filter((file) => !file.endsWith('.test.ts')),
  ]);
  const hash = sha256(courseHash(lesson) + witnesses).slice(0, 16);
  return stateFolder('cache', 'proofs', `${lesson.name}-${hash}.json`);
}
