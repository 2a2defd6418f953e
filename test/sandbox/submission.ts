/** Submissions for the tests: the reference of a lesson with something else in some places. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { declarations, stubOf } from '../../checks/declarations.ts';
import { sourceText, type Lesson } from '../../checks/project.ts';

/** Code for the top of the file, and functions in the place of the reference's, by name. */
export interface Changes {
  top?: string;
  functions?: Readonly<Record<string, string>>;
}

/** An honest file with changes. */
export function changed(lesson: Lesson, { top = '', functions = {} }: Changes): string {
  const reference = sourceText(lesson.reference);
  const text = declarations(reference).reduce(
    (source, { name, code }) => source.replace(code, () => functions[name] ?? code),
    reference,
  );
  return `${text}\n${top}\n`;
}

/** The file as it is handed out, with code at its end. */
export function stubWith(lesson: Lesson, top: string): string {
  return `${stubOf(sourceText(lesson.reference))}\n${top}\n`;
}

/**
 * A folder for submissions that is removed in the end.
 *
 * @param parent in which folder it is; the system's for temporary files unless given
 */
export function submissionsFolder(parent = tmpdir()): { folder: string; remove: () => void } {
  mkdirSync(parent, { recursive: true });
  const folder = realpathSync(mkdtempSync(join(parent, 'chainrule-submissions-')));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Writes files into a folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
