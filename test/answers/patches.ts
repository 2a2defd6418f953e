/** Answers that people gave, as patches of a lesson's reference. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { applyPatch } from 'diff';
import { findLesson, root, shownPath, type Lesson } from '../../checks/project.ts';

/** A patch and what is known of it. */
export interface Answer {
  id: string;
  /** `wrong`, `right` or `public`. */
  group: string;
  lesson: Lesson;
  /** The exercise that its first line names, if it does: `05.13 softmaxLossBackward`. */
  exercise?: string;
  /** What its author did, or what a learner should be told. */
  about: string;
  /** Whether it must get every point. */
  isRight: boolean;
  /** The reference that the patch changes. */
  base: string;
  /** The learner's file that the patch makes of it. */
  file: string;
}

/**
 * Makes the learner files of all patches in a folder and below it, `wrong/05/m1.patch`.
 *
 * @param path of the folder
 * @param base the commit whose references the patches change
 * @param into the folder that the files are written to
 * @throws Error when a patch names no lesson, or does not fit its reference
 */
export function answersIn(path: string, base: string, into: string): Answer[] {
  const baseOf = (lesson: Lesson): string => {
    const file = join(into, `${lesson.name}.ts`);
    if (!existsSync(file)) {
      const object = `${base}:${shownPath(lesson.reference)}`;
      writeFileSync(file, execFileSync('git', ['show', object], { cwd: root }));
    }
    return file;
  };
  mkdirSync(into, { recursive: true });
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.patch'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((patch) => answerOf(patch, baseOf, into));
}

function answerOf(patch: string, baseOf: (lesson: Lesson) => string, into: string): Answer {
  const text = readFileSync(patch, 'utf8');
  const [about = ''] = text.split('\n');
  const number = basename(dirname(patch));
  const lesson = findLesson(number);
  if (lesson === undefined) throw new Error(`${patch}: there is no lesson ${number}`);
  const base = baseOf(lesson);
  const source = applyPatch(readFileSync(base, 'utf8'), text.slice(text.indexOf('--- ')));
  if (source === false) throw new Error(`${patch} does not fit the reference of its commit`);
  const id = basename(patch, '.patch');
  const group = basename(dirname(dirname(patch)));
  const file = join(into, group, number, `${id}.ts`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, source);
  const exercise = /\b\d\d\.\d+ \w+/.exec(about)?.[0];
  const isRight = group === 'right' || /wanted: PASS/.test(about);
  return { id, group, lesson, about, isRight, base, file, ...(exercise && { exercise }) };
}
