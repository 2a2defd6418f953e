/** Files that are written whole or not at all. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';

/**
 * Writes a file so that whoever finds it finds all of it, and makes the folders on the way to it.
 *
 * @throws Error of the system when it can't be written
 */
export function writeWhole(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileAtomic.sync(file, Buffer.from(content));
}

/** Writes a file that only saves time: where nothing can be written, nothing is kept. */
export function tryToKeep(file: string, content: string | Uint8Array): void {
  try {
    writeWhole(file, content);
  } catch {
    // The next time takes as long as this time.
  }
}
