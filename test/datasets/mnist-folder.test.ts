import { createHash } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { folderDigits } from '../../datasets/mnist-folder.ts';
import { flatImages, idxBytes } from './idx-bytes.ts';
import { temporaryFolder } from './temporary-folder.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('folderDigits', () => {
  const folder = temporaryFolder();
  const at = (name: string): string => path.join(folder(), name);

  /** The four files: three training digits 5, 0, 4 and two test digits 7, 2. */
  const files: Record<string, Buffer> = {
    'train-images-idx3-ubyte': idxBytes([3, 28, 28], flatImages([50, 0, 40])),
    'train-labels-idx1-ubyte': idxBytes([3], [5, 0, 4]),
    't10k-images-idx3-ubyte': idxBytes([2, 28, 28], flatImages([70, 20])),
    't10k-labels-idx1-ubyte': idxBytes([2], [7, 2]),
  };

  beforeEach(() => {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(at(name), bytes);
  });

  const expectDigits = (): void => {
    const { train, test } = folderDigits(folder());
    expect([...train.labels]).to.deep.equal([5, 0, 4]);
    expect([...train.pixels]).to.deep.equal(flatImages([50, 0, 40]));
    expect([...test.labels]).to.deep.equal([7, 2]);
    expect([...test.pixels]).to.deep.equal(flatImages([70, 20]));
  };

  const expectError = (message: string): void => {
    expect(() => folderDigits(folder()))
      .to.throw(Error)
      .with.property('message', message);
  };

  const pack = (name: string): Buffer => {
    const packed = gzipSync(files[name]!);
    writeFileSync(at(`${name}.gz`), packed);
    rmSync(at(name));
    return packed;
  };

  it('reads the four files as they are', expectDigits);

  it('reads the four files gzipped', () => {
    for (const name of Object.keys(files)) pack(name);
    expectDigits();
  });

  it('reads some gzipped and some not, and of two takes the one that is not', () => {
    pack('t10k-images-idx3-ubyte');
    writeFileSync(at('train-labels-idx1-ubyte.gz'), 'not read');
    expectDigits();
  });

  it('accepts files that have the checksums in SHA256SUMS, and files that it does not list', () => {
    const packed = pack('train-images-idx3-ubyte');
    const labels = files['train-labels-idx1-ubyte']!;
    writeFileSync(
      at('SHA256SUMS'),
      `${sha256(packed)}  train-images-idx3-ubyte.gz\n${sha256(labels)}  train-labels-idx1-ubyte\n`,
    );
    expectDigits();
  });

  it('refuses a file whose checksum is another', () => {
    const labels = files['t10k-labels-idx1-ubyte']!;
    const stated = sha256(Buffer.from('something else'));
    writeFileSync(at('SHA256SUMS'), `${stated}  t10k-labels-idx1-ubyte\n`);
    expectError(
      `folderDigits: ${at('t10k-labels-idx1-ubyte')} has the SHA-256 checksum ${sha256(labels)}; SHA256SUMS says it must be ${stated}, so download the file again`,
    );
  });

  it('refuses a SHA256SUMS that says nothing', () => {
    writeFileSync(at('SHA256SUMS'), '404: Not Found');
    expectError(
      `parseChecksums: line 1 of ${at('SHA256SUMS')} is not a checksum; a line must hold 64 hexadecimal digits, two spaces and a file's name, so write the file anew with sha256sum, or remove it`,
    );
  });

  it('names a missing file', () => {
    rmSync(at('t10k-images-idx3-ubyte'));
    expectError(
      `folderDigits: ${folder()} holds neither t10k-images-idx3-ubyte nor t10k-images-idx3-ubyte.gz; all four MNIST files must be there, so put it there or name another folder`,
    );
  });

  it('names a folder that does not exist, or is a file', () => {
    for (const name of ['nowhere', 'train-labels-idx1-ubyte']) {
      expect(() => folderDigits(at(name)))
        .to.throw(Error)
        .with.property(
          'message',
          `folderDigits: there is no folder ${at(name)}; it must be the one with MNIST's four files, so check its name`,
        );
    }
  });

  it('reads files that were unpacked with a point in their names', () => {
    for (const name of Object.keys(files)) renameSync(at(name), at(name.replace('-idx', '.idx')));
    expectDigits();
  });

  it('names a file that is not IDX', () => {
    writeFileSync(at('train-images-idx3-ubyte'), files['train-labels-idx1-ubyte']!);
    expectError(
      `decodeIdx: ${at('train-images-idx3-ubyte')} begins with 0x00000801; an idx3-ubyte file must begin with 0x00000803, so check that this is the right file, or download it again`,
    );
  });

  it('names a damaged gzip', () => {
    const packed = pack('train-labels-idx1-ubyte');
    writeFileSync(at('train-labels-idx1-ubyte.gz'), packed.subarray(0, -5));
    expectError(
      `decodeIdx: ${at('train-labels-idx1-ubyte.gz')} cannot be unpacked; a gzip must be whole and undamaged, so download it again`,
    );
  });

  it('refuses images of another height or width', () => {
    writeFileSync(at('t10k-images-idx3-ubyte'), idxBytes([2, 27, 28], flatImages([1, 2], 27 * 28)));
    expectError(
      `folderDigits: the images in ${at('t10k-images-idx3-ubyte')} are 27×28; MNIST's are 28×28, so download its files`,
    );
    writeFileSync(at('t10k-images-idx3-ubyte'), idxBytes([2, 28, 29], flatImages([1, 2], 28 * 29)));
    expectError(
      `folderDigits: the images in ${at('t10k-images-idx3-ubyte')} are 28×29; MNIST's are 28×28, so download its files`,
    );
  });

  it('refuses more or fewer labels than images', () => {
    writeFileSync(at('train-labels-idx1-ubyte'), idxBytes([2], [5, 0]));
    expectError(
      `folderDigits: ${at('train-images-idx3-ubyte')} holds 3 images and ${at('train-labels-idx1-ubyte')} 2 labels; there must be one label for each image, so download both again`,
    );
  });

  it('refuses a label above 9', () => {
    writeFileSync(at('t10k-labels-idx1-ubyte'), idxBytes([2], [9, 10]));
    expectError(
      `folderDigits: label 1 in ${at('t10k-labels-idx1-ubyte')}, counted from 0, is 10; labels must be digits from 0 to 9. EMNIST's files, which have letters as well, are not MNIST's: take those`,
    );
  });
});
