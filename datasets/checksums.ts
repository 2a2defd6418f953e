import { createHash } from 'node:crypto';

/**
 * The checksums in a SHA256SUMS file, the output of the command `sha256sum`
 * (https://www.gnu.org/software/coreutils/sha2-utilities): a line holds 64 hexadecimal digits, a space,
 * a space or a star, and the name of a file.
 *
 * @param file the file's name, for the message
 * @param text what it holds
 * @returns each listed file's checksum in lower case, by name
 * @throws Error when a line is not of that form, as a file would go unchecked
 */
export function parseChecksums(file: string, text: string): Map<string, string> {
  const checksums = new Map<string, string>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line === '') continue;
    const [, checksum, name] = /^([0-9a-f]{64}) [ *](.+)$/i.exec(line) ?? [];
    if (checksum === undefined || name === undefined) {
      throw new Error(
        `parseChecksums: line ${i + 1} of ${file} is not a checksum; a line must hold 64 hexadecimal digits, two spaces and a file's name, so write the file anew with sha256sum, or remove it`,
      );
    }
    checksums.set(name, checksum.toLowerCase());
  }
  return checksums;
}

/** The SHA-256 of bytes (https://en.wikipedia.org/wiki/SHA-2): 64 hexadecimal digits in lower case. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
