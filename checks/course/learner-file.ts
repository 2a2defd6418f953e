/** What keeps a learner's file from being read at all. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { shownPath, type Lesson } from '../project.ts';

/** What is said of a file in UTF-16, and the way out. */
export const UTF16 = `is written in UTF-16, as PowerShell's > does it, and must be UTF-8: click "UTF-16" at the bottom of VS Code's window and save it with the encoding UTF-8`;

/** A file that can't be read, and the way out, in a sentence; undefined when all is well. */
export function fileProblem({ learner, number }: Lesson): string | undefined {
  const file = shownPath(learner);
  if (!existsSync(learner)) {
    return `${file} is missing: npm run reset ${number} puts the exercises back.`;
  }
  if (isUtf16(learner)) {
    return `${file} ${UTF16}.`;
  }
  return undefined;
}

/** Whether a file is text in 16 bits a character: it begins with that mark, or every other byte of ASCII is 0. */
export function isUtf16(path: string): boolean {
  const start = Buffer.alloc(2);
  const file = openSync(path, 'r');
  try {
    readSync(file, start);
  } finally {
    closeSync(file);
  }
  return beginsAsUtf16(start);
}

/** The same of the bytes that a file begins with. */
export function beginsAsUtf16([first, second]: Uint8Array): boolean {
  return (
    (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff) ||
    (first === 0) !== (second === 0)
  );
}
