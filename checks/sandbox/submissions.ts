/** The submissions in a folder: each of its sub-folders is one. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A submission among others. */
export interface NamedSubmission {
  /** Its folder's name. */
  name: string;
  folder: string;
  /** Why it is not graded. */
  problem?: string;
}

/**
 * Lists the submissions in a folder, sorted by name. Files and hidden folders are none of them.
 *
 * @param parent the folder
 * @returns one for each sub-folder, and one with a problem for each link: wherever it leads, it would be graded
 *   for what stands somewhere else
 * @throws Error of the system when the folder can't be read
 */
export function submissionsIn(parent: string): NamedSubmission[] {
  const entries = readdirSync(parent, { withFileTypes: true }).filter(
    (entry) => !entry.name.startsWith('.') && (entry.isDirectory() || entry.isSymbolicLink()),
  );
  return entries
    .map((entry) => ({
      name: entry.name,
      folder: join(parent, entry.name),
      ...(entry.isSymbolicLink() && {
        problem: 'it is a link, which is not followed; put the folder itself there',
      }),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
