/** A folder of MNIST's four files with a few real digits. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digits } from '../../../../reference/capstone/digits.ts';
import { PIXELS } from '../../../../reference/capstone/network.ts';
import { idxBytes } from '../../../datasets/idx-bytes.ts';
import { realDigits } from '../samples.ts';

/** Writes the first digits as those to train on, and the others as those to test with. */
export function writeDigits(folder: string, { pixels, labels }: Digits, train: number): void {
  mkdirSync(folder, { recursive: true });
  const write = (part: string, start: number, end: number): void => {
    const images = pixels.subarray(start * PIXELS, end * PIXELS);
    const count = end - start;
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), idxBytes([count, 28, 28], images));
    writeFileSync(
      join(folder, `${part}-labels-idx1-ubyte`),
      idxBytes([count], labels.subarray(start, end)),
    );
  };
  write('train', 0, train);
  write('t10k', train, labels.length);
}

/**
 * Gives the suite that calls this a folder of its own, with 40 digits to train on and 16 to test with in `data`, and
 * removes it afterwards.
 *
 * @returns asks for a path in it
 */
export function folderWithDigits(): (...names: string[]) => string {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'chainrule-'));
    writeDigits(join(folder, 'data'), realDigits(56), 40);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return (...names) => join(folder, ...names);
}
