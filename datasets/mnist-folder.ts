import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { NdArray } from 'ndarray';
import { parseChecksums, sha256 } from './checksums.ts';
import { SIDE, type Digits, type SplitDigits } from './digits.ts';
import { decodeIdx } from './idx.ts';

/**
 * The digits in a folder of the four files in which MNIST is published by Yann LeCun, Corinna Cortes
 * and Christopher Burges (http://yann.lecun.com/exdb/mnist/), each as it is or gzipped, with `.gz`
 * added to its name. Some programs unpack them with a point in the name, `train-images.idx3-ubyte`,
 * which is as good:
 *
 * | file | holds | in MNIST |
 * | --- | --- | --- |
 * | train-images-idx3-ubyte | training images (N, 28, 28), bytes | 60,000 |
 * | train-labels-idx1-ubyte | their labels (N), bytes | 60,000 |
 * | t10k-images-idx3-ubyte | test images (N, 28, 28), bytes | 10,000 |
 * | t10k-labels-idx1-ubyte | their labels (N), bytes | 10,000 |
 *
 * A file that a SHA256SUMS in the folder lists must have the checksum stated there.
 *
 * @param folder where the files are
 * @returns the digits in the order of the files
 * @throws Error when there is no such folder, when a file is missing, differs from its checksum, is not the IDX file that it
 *   should be (see decodeIdx), holds images that are not 28×28 or a label above 9, or when there are
 *   not as many labels as images
 */
export function folderDigits(folder: string): SplitDigits {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(
      `folderDigits: there is no folder ${folder}; it must be the one with MNIST's four files, so check its name`,
    );
  }
  const checksums = readChecksums(folder);
  return {
    train: readPart(folder, 'train', checksums),
    test: readPart(folder, 't10k', checksums),
  };
}

type Checksums = ReadonlyMap<string, string>;

function readChecksums(folder: string): Checksums {
  const file = path.join(folder, 'SHA256SUMS');
  return existsSync(file) ? parseChecksums(file, readFileSync(file, 'utf8')) : new Map();
}

function readPart(folder: string, part: 'train' | 't10k', checksums: Checksums): Digits {
  const images = readIdx(folder, `${part}-images-idx3-ubyte`, 3, checksums);
  const labels = readIdx(folder, `${part}-labels-idx1-ubyte`, 1, checksums);
  const [size, height, width] = images.array.shape;
  if (height !== SIDE || width !== SIDE) {
    throw new Error(
      `folderDigits: the images in ${images.file} are ${height}×${width}; MNIST's are ${SIDE}×${SIDE}, so download its files`,
    );
  }
  if (size !== labels.array.size) {
    throw new Error(
      `folderDigits: ${images.file} holds ${size} images and ${labels.file} ${labels.array.size} labels; there must be one label for each image, so download both again`,
    );
  }
  const wrong = labels.array.data.findIndex((label) => label > 9);
  if (wrong !== -1) {
    throw new Error(
      `folderDigits: label ${wrong} in ${labels.file}, counted from 0, is ${labels.array.get(wrong)}; labels must be digits from 0 to 9. EMNIST's files, which have letters as well, are not MNIST's: take those`,
    );
  }
  return { pixels: images.array.data, labels: labels.array.data };
}

function readIdx(
  folder: string,
  name: string,
  dimensions: number,
  checksums: Checksums,
): { file: string; array: NdArray<Uint8Array> } {
  const unpacked = name.replace('-idx', '.idx');
  const found = [name, `${name}.gz`, unpacked, `${unpacked}.gz`].find((candidate) =>
    existsSync(path.join(folder, candidate)),
  );
  if (found === undefined) {
    throw new Error(
      `folderDigits: ${folder} holds neither ${name} nor ${name}.gz; all four MNIST files must be there, so put it there or name another folder`,
    );
  }
  const file = path.join(folder, found);
  const bytes = readFileSync(file);
  const stated = checksums.get(found);
  const actual = stated && sha256(bytes);
  if (actual !== stated) {
    throw new Error(
      `folderDigits: ${file} has the SHA-256 checksum ${actual}; SHA256SUMS says it must be ${stated}, so download the file again`,
    );
  }
  return { file, array: decodeIdx(file, bytes, dimensions) };
}
