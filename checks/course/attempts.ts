/**
 * Copies of a learner's file, so that nothing a learner wrote is ever lost: numbered files in
 * `.chainrule/attempts/`, a folder for each lesson.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stubOf } from '../declarations.ts';
import { sourceText, stateFolder, type Lesson } from '../project.ts';

/**
 * Puts the stub back in the place of the learner's file, and keeps what stood there.
 *
 * @returns the path of the kept copy; undefined when the file was missing or still the stub
 */
export function reset(lesson: Lesson, attempts = attemptsFolder(lesson)): string | undefined {
  const stub = stubOf(sourceText(lesson.reference));
  const kept = keep(lesson, Buffer.from(stub), attempts);
  writeFileSync(lesson.learner, stub);
  return kept;
}

/**
 * Brings back the last kept copy, and keeps what stood in its place: a second `undo` undoes the first.
 *
 * @returns the path of the copy that was brought back; undefined when there is none
 */
export function undo(lesson: Lesson, attempts = attemptsFolder(lesson)): string | undefined {
  const last = kepts(attempts).at(-1);
  if (last === undefined) return undefined;
  const content = readFileSync(last);
  keep(lesson, content, attempts);
  writeFileSync(lesson.learner, content);
  return last;
}

/** Where a lesson's attempts are kept. */
export function attemptsFolder(lesson: Lesson): string {
  return stateFolder('attempts', lesson.name);
}

/** Keeps a copy of the learner's file, unless it is missing or the same as what will replace it. */
function keep(lesson: Lesson, replacement: Buffer, attempts: string): string | undefined {
  if (!existsSync(lesson.learner)) return undefined;
  // Bytes and not text: it may be in another encoding.
  const content = readFileSync(lesson.learner);
  if (content.equals(replacement)) return undefined;
  mkdirSync(attempts, { recursive: true });
  const lastNumber = Number.parseInt(basename(kepts(attempts).at(-1) ?? '0'), 10);
  const file = join(attempts, `${String(lastNumber + 1).padStart(4, '0')}.ts`);
  // 'wx' refuses to write over a file that is there.
  writeFileSync(file, content, { flag: 'wx' });
  return file;
}

function kepts(attempts: string): string[] {
  if (!existsSync(attempts)) return [];
  return readdirSync(attempts)
    .filter((name) => /^\d+\.ts$/.test(name))
    .toSorted()
    .map((name) => join(attempts, name));
}
