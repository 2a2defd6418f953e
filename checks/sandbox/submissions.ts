/** The submissions in a folder: each of its sub-folders is one. */
import { Buffer } from 'node:buffer';
import { readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

/** A submission among others. */
export interface NamedSubmission {
  /** Its folder's name. */
  name: string;
  folder: string;
  /** Why it is not graded. */
  problem?: string;
}

/** The order of names that a person expects: anna, Bob, carl; group 2 before group 10. */
const { compare } = new Intl.Collator('en', { numeric: true });

/** Compares two names in that order. */
export function byName(a: string, b: string): number {
  return compare(a, b) || (a < b ? -1 : 1);
}

/**
 * Lists the submissions in a folder, sorted by name as a person would. Files and hidden folders are none of them.
 *
 * @param parent the folder
 * @returns one for each sub-folder, and one with a problem for each that can't be graded: a link, since wherever it
 *   leads, it would be graded for what stands somewhere else; and a folder whose name is no UTF-8
 * @throws Error of the system when the folder can't be read
 */
export function submissionsIn(parent: string): NamedSubmission[] {
  return readdirSync(parent, { withFileTypes: true, encoding: 'buffer' })
    .filter(
      (entry) =>
        !entry.name.toString().startsWith('.') && (entry.isDirectory() || entry.isSymbolicLink()),
    )
    .map((entry) => submissionOf(parent, entry))
    .toSorted((a, b) => byName(a.name, b.name));
}

function submissionOf(parent: string, entry: Dirent<Buffer>): NamedSubmission {
  const text = entry.name.toString();
  if (!Buffer.from(text).equals(entry.name)) {
    const name = [...entry.name].map(byteText).join('');
    return {
      name,
      folder: join(parent, text),
      problem: 'its name is no UTF-8, so no result can bear it; rename the folder',
    };
  }
  return {
    name: text,
    folder: join(parent, text),
    ...(entry.isSymbolicLink() && {
      problem: 'it is a link, which is not followed; put the folder itself there',
    }),
  };
}

/** A byte of a name that is no text: itself, or `\\xE9`. */
function byteText(byte: number): string {
  return byte >= 0x20 && byte < 0x7f
    ? String.fromCharCode(byte)
    : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
