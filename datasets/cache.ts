import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tryToKeep } from './write-whole.ts';

/** The bytes of a SHA-256 checksum, with which every cached file begins. */
const CHECKSUM = 32;

/**
 * Bytes that are slow to make and quick to read: made once, then kept in a file.
 *
 * The cache is never needed. When the file is missing, damaged or unreadable the bytes are made again,
 * and when it cannot be written they are made each time; both only cost time. Processes that run
 * at once cannot disturb one another: a reader finds either no file or a whole one.
 *
 * @param file where to keep them; the name must change when the bytes would, since an existing file
 *   is believed
 * @param make makes the bytes
 * @returns the bytes
 * @throws whatever make throws
 */
export function cached(file: string, make: () => Uint8Array): Uint8Array {
  const kept = read(file);
  if (kept) return kept;
  const content = make();
  tryToKeep(file, Buffer.concat([checksum(content), content]));
  return content;
}

function read(file: string): Uint8Array | undefined {
  try {
    const bytes = readFileSync(file);
    const content = bytes.subarray(CHECKSUM);
    return checksum(content).equals(bytes.subarray(0, CHECKSUM)) ? content : undefined;
  } catch {
    return undefined;
  }
}

function checksum(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}
