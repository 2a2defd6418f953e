/** A file of digits, as server/digits.ts makes it, in a browser. */

/** Digits in their smallest form. */
export interface DigitBytes {
  /** Grey values from 0 to 255, shape (N · 784). */
  pixels: Uint8Array;
  /** Shape (N). */
  labels: Uint8Array;
}

/**
 * Fetches the first digits of a part.
 *
 * @param folder where the files of digits are
 * @param part `train` or `test`
 * @param count how many: there must be a file of just so many
 */
export async function fetchDigits(
  folder: string,
  part: 'train' | 'test',
  count: number,
): Promise<DigitBytes> {
  const response = await fetch(`${folder}/${part}-${count}.digits`);
  if (!response.ok) {
    throw new Error(`the digits could not be fetched (${response.status}); reload the page`);
  }
  const plain = response.body!.pipeThrough(new DecompressionStream('gzip'));
  const bytes = new Uint8Array(await new Response(plain).arrayBuffer());
  return { labels: bytes.subarray(0, count), pixels: bytes.subarray(count) };
}
