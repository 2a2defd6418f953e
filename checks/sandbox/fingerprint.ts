/** What the result of a submission depends on, as one hash: if it is the same, so is the result. */
import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { courseHash, sha256 } from '../course/course-hash.ts';
import { lessons, shownPath, type Lesson } from '../project.ts';
import { DEFAULT_LIMITS } from './limits.ts';

/**
 * The hash of the learner's files that are read, and of all of the course that they are graded with.
 *
 * @param folder the submission, laid out as the course is
 * @param graded the lessons that are graded, in their order
 * @returns a SHA-256 in hexadecimal; the seed is not in it
 * @throws Error of the system when the submission can't be read
 */
export function fingerprint(folder: string, graded: readonly Lesson[]): string {
  // A missing file is a learner's affair; a folder that can't be opened is the instructor's.
  readdirSync(folder);
  const last = graded.reduce((name, lesson) => (lesson.name > name ? lesson.name : name), '');
  // A learner's file may import those of earlier lessons.
  const submitted = lessons()
    .filter(({ name }) => name <= last)
    .map(({ learner }) => [shownPath(learner), submittedHash(folder, shownPath(learner))]);
  return sha256(JSON.stringify([submitted, graded.map(courseHash)]));
}

/** The hash of a submitted file; instead of one that the grader refuses to read, why it does. */
function submittedHash(folder: string, path: string): string {
  const file = join(folder, path);
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return 'missing';
  if (realpathSync(file) !== join(realpathSync(folder), path)) return 'behind a link';
  if (!stat.isFile()) return 'no regular file';
  if (stat.size > DEFAULT_LIMITS.file) return 'too large';
  return sha256(readFileSync(file));
}
