import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The first twelve digits of the SHA-256 of a file's content. */
export function contentHash(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);
}
