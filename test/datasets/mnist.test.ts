import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import ndarray, { type NdArray } from 'ndarray';
import { loadMnist, loadMnistBytes, type Mnist } from '../../datasets/mnist.ts';
import { packageDigits } from '../../datasets/mnist-package.ts';
import { flatImages, idxBytes } from './idx-bytes.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** How many of the package's 10,000 digits are 0, 1, 2, …; mnist-package.test.ts proves these numbers. */
const COUNTS = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978];

const imagesOf = (images: NdArray<Uint8Array>): string[] =>
  Array.from({ length: images.shape[0]! }, (_, i) =>
    Buffer.from(images.data.buffer, i * 784, 784).toString('latin1'),
  );

const part = (mnist: Mnist<unknown>, name: 'train' | 'test'): number[] => [
  ...mnist[name].labels.data,
];

describe('loadMnist', () => {
  /** The tests must not depend on who runs them. */
  let surroundings: string | undefined;
  before(() => {
    surroundings = process.env['CHAINRULE_MNIST'];
  });
  beforeEach(() => {
    delete process.env['CHAINRULE_MNIST'];
  });
  after(() => {
    if (surroundings !== undefined) process.env['CHAINRULE_MNIST'] = surroundings;
  });

  describe('from the npm package', () => {
    const folder = temporaryFolder();
    let bytes: Mnist<NdArray<Uint8Array>>;
    before(() => {
      bytes = loadMnistBytes({ folder: '' });
    });

    it('gives 8,000 digits to train on and 2,000 to test with', () => {
      const { train, test } = loadMnist();
      expect(train.images.shape).to.deep.equal([8000, 784]);
      expect(train.labels.shape).to.deep.equal([8000]);
      expect(test.images.shape).to.deep.equal([2000, 784]);
      expect(test.labels.shape).to.deep.equal([2000]);
      expect([train.images.dtype, train.labels.dtype]).to.deep.equal(['float64', 'int32']);
    });

    it('gives every digit once, in one of the parts', () => {
      const images = new Set([...imagesOf(bytes.train.images), ...imagesOf(bytes.test.images)]);
      expect(images).to.have.lengthOf(10_000);
      const labels = [...part(bytes, 'train'), ...part(bytes, 'test')];
      expect(
        COUNTS.map((_, digit) => labels.filter((label) => label === digit).length),
      ).to.deep.equal(COUNTS);
    });

    it('keeps each image with its label', function () {
      this.slow(8000);
      const { pixels, labels } = packageDigits(folder());
      const whole = ndarray(Uint8Array.from(pixels), [labels.length, 784]);
      const digits = new Map(imagesOf(whole).map((image, i) => [image, labels[i]]));
      for (const name of ['train', 'test'] as const) {
        const expected = imagesOf(bytes[name].images).map((image) => digits.get(image));
        expect(part(bytes, name)).to.deep.equal(expected);
      }
    });

    it('has each digit in every beginning of each part in its proportion, nearly', () => {
      // Each class is off by less than 1 + C·n/N, see stratifiedOrder; the test digits lie between two
      // beginnings of the whole, each with such an error.
      for (const [name, errors] of [
        ['train', 1],
        ['test', 2],
      ] as const) {
        const seen = COUNTS.map(() => 0);
        let worst = 0;
        part(bytes, name).forEach((label, i) => {
          seen[label]! += 1;
          COUNTS.forEach((n, digit) => {
            const off = Math.abs(seen[digit]! - (n * (i + 1)) / 10_000);
            worst = Math.max(worst, off / (1 + (10 * n) / 10_000));
          });
        });
        expect(worst).to.be.below(errors);
      }
    });

    it('lets every digit be followed by every other, as a fixed round of digits would not', () => {
      const labels = part(bytes, 'train');
      const pairs = labels.slice(1).map((label, i) => `${labels[i]} then ${label}`);
      const repeats = COUNTS.map((_, digit) => `${digit} then ${digit}`);
      expect(new Set([...pairs, ...repeats])).to.have.lengthOf(100);
    });

    it('gives the same digits in the same order each time', () => {
      const again = loadMnistBytes();
      expect(imagesOf(again.train.images)).to.deep.equal(imagesOf(bytes.train.images));
      expect(imagesOf(again.test.images)).to.deep.equal(imagesOf(bytes.test.images));
      expect(part(again, 'train')).to.deep.equal(part(bytes, 'train'));
      expect(part(again, 'test')).to.deep.equal(part(bytes, 'test'));
    });

    it('divides the grey values by 255 to give numbers from 0 to 1', () => {
      const { train, test } = loadMnist({ train: 300, test: 200 });
      for (const [unit, grey] of [
        [train.images, bytes.train.images],
        [test.images, bytes.test.images],
      ] as const) {
        const expected = Array.from(grey.data.subarray(0, unit.size), (value) => value / 255);
        expect(expected).to.include.members([0, 1]);
        expect([...unit.data]).to.deep.equal(expected);
      }
    });

    it('gives the first so many digits of each part on demand', () => {
      const few = loadMnistBytes({ train: 30, test: 20 });
      expect(few.train.images.shape).to.deep.equal([30, 784]);
      expect(few.test.images.shape).to.deep.equal([20, 784]);
      expect(imagesOf(few.train.images)).to.deep.equal(imagesOf(bytes.train.images).slice(0, 30));
      expect(imagesOf(few.test.images)).to.deep.equal(imagesOf(bytes.test.images).slice(0, 20));
      expect(part(few, 'train')).to.deep.equal(part(bytes, 'train').slice(0, 30));
      expect(part(few, 'test')).to.deep.equal(part(bytes, 'test').slice(0, 20));
    });

    it('gives none of a part, or all of it, on demand', () => {
      const { train, test } = loadMnistBytes({ train: 0, test: 2000 });
      expect(train.images.shape).to.deep.equal([0, 784]);
      expect(train.labels.shape).to.deep.equal([0]);
      expect(test.images.shape).to.deep.equal([2000, 784]);
    });

    it('gives arrays of their own to each caller', () => {
      loadMnist({ train: 1, test: 0 }).train.images.data.fill(0.5);
      const { images } = loadMnist({ train: 1, test: 0 }).train;
      expect(images.get(0, 0)).to.equal(0); // the corner of an image is background
    });

    it('refuses more digits than there are, or not a whole number of them', () => {
      for (const train of [8001, -1, 2.5, NaN]) {
        expect(() => loadMnist({ train }))
          .to.throw(RangeError)
          .with.property(
            'message',
            `loadMnist: train is ${train}; it must be a whole number from 0 to 8000, the digits there are, so ask for fewer or leave it out`,
          );
      }
      expect(() => loadMnistBytes({ test: 2001 }))
        .to.throw(RangeError)
        .with.property(
          'message',
          'loadMnist: test is 2001; it must be a whole number from 0 to 2000, the digits there are, so ask for fewer or leave it out',
        );
    });

    it('gives the same digits when there is no cache and when there is no way to write one', () => {
      const expected = imagesOf(loadMnistBytes({ train: 100 }).train.images);
      const blocked = path.join(folder(), 'a file where the folder should be');
      writeFileSync(blocked, '');
      for (const cacheFolder of [path.join(folder(), 'new'), blocked]) {
        const { train } = loadMnistBytes({ train: 100, cacheFolder });
        expect(imagesOf(train.images)).to.deep.equal(expected);
      }
    }).slow(8000);
  });

  describe('from a folder', () => {
    const folder = temporaryFolder();

    /** Training digits 3 and 8 in turn, ten of each and the n-th as grey as n; one test digit, a 6. */
    const greys = Array.from({ length: 20 }, (_, n) => n);
    const write = (to: string): void => {
      mkdirSync(to, { recursive: true });
      const files = {
        'train-images-idx3-ubyte': idxBytes([20, 28, 28], flatImages(greys)),
        'train-labels-idx1-ubyte': idxBytes(
          [20],
          greys.map((n) => (n % 2 === 0 ? 3 : 8)),
        ),
        't10k-images-idx3-ubyte': idxBytes([1, 28, 28], flatImages([255])),
        't10k-labels-idx1-ubyte': idxBytes([1], [6]),
      };
      for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(to, name), bytes);
    };
    beforeEach(() => write(folder()));

    it('gives the digits of its files, each image with its label', () => {
      const { train, test } = loadMnist({ folder: folder() });
      expect(train.images.shape).to.deep.equal([20, 784]);
      const found = greys.map((i) => Math.round(train.images.get(i, 783) * 255));
      expect(found.toSorted((a, b) => a - b)).to.deep.equal(greys);
      found.forEach((n, i) => expect(train.labels.get(i)).to.equal(n % 2 === 0 ? 3 : 8));
      expect([...test.images.data]).to.deep.equal(flatImages([1]));
      expect([...test.labels.data]).to.deep.equal([6]);
    });

    it('puts them in a random but fixed order that is fair from the beginning', () => {
      const first = loadMnistBytes({ folder: folder() }).train;
      const again = loadMnistBytes({ folder: folder() }).train;
      expect([...first.images.data]).to.deep.equal([...again.images.data]);
      expect([...first.images.data]).to.not.deep.equal(flatImages(greys));
      let threes = 0;
      first.labels.data.forEach((label, i) => {
        if (label === 3) threes += 1;
        expect(Math.abs(threes - (i + 1) / 2)).to.be.below(2); // 1 + C·n/N = 1 + 2·10/20
      });
    });

    it('puts the test digits in such an order too', () => {
      for (const kind of ['images-idx3-ubyte', 'labels-idx1-ubyte']) {
        copyFileSync(path.join(folder(), `train-${kind}`), path.join(folder(), `t10k-${kind}`));
      }
      const { train, test } = loadMnistBytes({ folder: folder() });
      expect([...test.images.data]).to.deep.equal([...train.images.data]);
      expect([...test.labels.data]).to.deep.equal([...train.labels.data]);
    });

    it('takes the folder that CHAINRULE_MNIST names', () => {
      process.env['CHAINRULE_MNIST'] = folder();
      expect([...loadMnistBytes().test.labels.data]).to.deep.equal([6]);
    });

    it('takes its option before CHAINRULE_MNIST', () => {
      process.env['CHAINRULE_MNIST'] = path.join(folder(), 'nowhere');
      expect([...loadMnistBytes({ folder: folder() }).test.labels.data]).to.deep.equal([6]);
    });

    it('takes the npm package when its option or CHAINRULE_MNIST is empty', () => {
      process.env['CHAINRULE_MNIST'] = folder();
      expect(loadMnistBytes({ folder: '' }).test.labels.shape).to.deep.equal([2000]);
      process.env['CHAINRULE_MNIST'] = '';
      expect(loadMnistBytes().test.labels.shape).to.deep.equal([2000]);
    });

    it('takes the first so many of each part, and refuses more than there are', () => {
      const { train, test } = loadMnistBytes({ folder: folder(), train: 5, test: 0 });
      expect([train.images.shape, test.images.shape]).to.deep.equal([
        [5, 784],
        [0, 784],
      ]);
      expect(() => loadMnist({ folder: folder(), test: 2 }))
        .to.throw(RangeError)
        .with.property(
          'message',
          'loadMnist: test is 2; it must be a whole number from 0 to 1, the digits there are, so ask for fewer or leave it out',
        );
    });

    it('passes on what is wrong with the files', () => {
      rmSync(path.join(folder(), 'train-labels-idx1-ubyte'));
      expect(() => loadMnist({ folder: folder() }))
        .to.throw(Error)
        .with.property(
          'message',
          `folderDigits: ${folder()} holds neither train-labels-idx1-ubyte nor train-labels-idx1-ubyte.gz; all four MNIST files must be there, so put it there or name another folder`,
        );
    });
  });
});
