/** The digits that experiments ask for, as files: a byte for each pixel and label, compressed. */
import { gzipSync } from 'node:zlib';
import { loadMnistBytes } from '#datasets/mnist';

/**
 * The first digits of a part, compressed by gzip: first the labels, then the images, row-major.
 *
 * @param part `train` or `test`
 * @param count how many
 */
export function digitsFile(part: 'train' | 'test', count: number): Uint8Array {
  const { images, labels } = loadMnistBytes({ train: 0, test: 0, [part]: count })[part];
  return gzipSync(Buffer.concat([Uint8Array.from(labels.data), images.data]));
}

/** `train-1000.digits`: its name says nothing of gzip, which a server might take for an encoding of its own. */
export function digitsName(part: 'train' | 'test', count: number): string {
  return `${part}-${count}.digits`;
}
