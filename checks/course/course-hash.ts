/** Everything of the course that the result of a lesson depends on, as one hash: if it is the same, so is the result. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { courseFolder, lessons, root, type Lesson } from '../project.ts';

/** What every lesson stands on. */
const FOUNDATIONS = ['base', 'datasets', 'figures', 'checks'];
const MANIFESTS = ['package.json', 'package-lock.json'];

/**
 * The hash of a lesson and of all that it stands on: its suite, the references and misconceptions of this lesson
 * and of those before it, base, datasets, checks, the packages' versions and Node's.
 *
 * Learners' files, texts and experiments are not in it: whoever grades one adds that file's hash.
 *
 * @returns a SHA-256 in hexadecimal
 */
export function courseHash(lesson: Lesson): string {
  const earlier = lessons().filter(({ name }) => name <= lesson.name);
  return hashOfFiles([
    ...MANIFESTS.map((name) => join(root, name)),
    ...FOUNDATIONS.flatMap((name) => filesIn(join(root, name))),
    ...earlier.flatMap(({ folder, learner, experiment }) =>
      filesIn(folder).filter(
        (file) => file.endsWith('.ts') && file !== learner && file !== experiment,
      ),
    ),
    lesson.suite,
  ]);
}

/**
 * The hash of some files, by their names and contents, and of Node's version.
 *
 * @param files their paths; one that is missing counts as missing
 * @returns a SHA-256 in hexadecimal
 */
export function hashOfFiles(files: readonly string[]): string {
  const hash = createHash('sha256').update(process.version);
  for (const file of files) {
    const content = existsSync(file) ? sha256(readFileSync(file)) : 'missing';
    hash.update(`${relative(courseFolder(), file).split(sep).join('/')}\n${content}\n`);
  }
  return hash.digest('hex');
}

/** The files in a folder and below it, sorted; none when there is no such folder. */
export function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** The SHA-256 of a text or of bytes, in hexadecimal. */
export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The first twelve digits of the SHA-256 of a file's content: what tells one version of it from another. */
export function contentHash(file: string): string {
  return sha256(readFileSync(file)).slice(0, 12);
}
