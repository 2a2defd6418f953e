/** Files and folders for results: made or refused before anything is graded, and written with a word on what failed. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { writeWhole } from '#datasets/write-whole';

/**
 * Makes a folder, and those on the way to it, into which something can be written.
 *
 * One after the other: where the system says of a folder that it is missing although it is there, as it does in
 * /proc, Node's own way never ends.
 *
 * @throws Error that names the folder, and says what to do
 */
export function makeFolder(path: string): void {
  attempt(path, () => {
    const missing: string[] = [];
    let folder = resolve(path);
    while (statSync(folder, { throwIfNoEntry: false }) === undefined) {
      missing.unshift(folder);
      folder = dirname(folder);
    }
    for (const each of missing) mkdirSync(each);
    rmdirSync(mkdtempSync(join(path, '.chainrule-')));
  });
}

/**
 * Makes sure that a file can be written, before anybody waits for what goes into it.
 *
 * @throws Error that names the file, and says what to do
 */
export function requireFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new Error(`${path} is a folder: name a file in it, such as ${join(path, 'result')}`);
  }
  makeFolder(dirname(path));
}

/**
 * Writes a file, whole or not at all.
 *
 * @throws Error that names the file, and says what to do; then nothing of it is left
 */
export function save(file: string, content: string): void {
  attempt(file, () => {
    try {
      writeWhole(file, content);
    } catch (error) {
      removeBeginnings(file);
      throw error;
    }
  });
}

/** Removes what a write that failed has left: a file of the same name with a number behind it. */
function removeBeginnings(file: string): void {
  const folder = dirname(file);
  try {
    for (const name of readdirSync(folder)) {
      const isBeginning = name.startsWith(`${basename(file)}.`) && /\.\d+$/.test(name);
      if (isBeginning) rmSync(join(folder, name), { force: true });
    }
  } catch {
    // There is no such folder, and so nothing in it.
  }
}

const CURES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room, and the same command goes on',
  EDQUOT: 'your quota is used up; make room, and the same command goes on',
  EROFS: 'the disk is for reading only; name another place',
  EACCES: 'you may not write there; name another place, or change its permissions',
  EPERM: 'you may not write there; name another place, or change its permissions',
  ENAMETOOLONG: 'its name is too long (ENAMETOOLONG); rename the folder that it is named after',
  ENOTDIR: 'something on the way to it is no folder; name another place',
  EISDIR: 'it is a folder; name a file',
};

function attempt(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const why = CURES[code] ?? `${message}; name another place`;
    throw new Error(`${path} cannot be written: ${why}`, { cause: error });
  }
}
