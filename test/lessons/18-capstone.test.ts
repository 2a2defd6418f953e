import ndarray from 'ndarray';
import ops from 'ndarray-ops';
import {
  array,
  filled,
  labels,
  product,
  zeros,
  type Labels,
  type Nested,
  type Tensor,
} from '#arrays';
import type { Tolerance } from '#checks/agreement';
import { randomNormal } from '#checks/fixtures';
import { expect } from '#checks/gradient/assertion';
import { loadMnist } from '#datasets/mnist';
import { seededRandom } from '#datasets/random';
import type { Backend, Tensor32 } from '#kernels';
import {
  adam,
  convBackwardFilters,
  convBackwardInput,
  convForward,
  matrixProduct,
  maxPoolBackward,
  maxPoolForward,
  networkGradients,
  networkScores,
  reluBackward,
  reluForward,
  softmaxLoss,
  type AdamOptions,
  type Network,
} from '#lessons/18-capstone';

// Small whole numbers are worked out by hand. Where there are too many of them, plain loops in double precision
// stand beside the kernels, written as the formula is and never in the way that a kernel would do it.
const { log: ln } = Math;

/** An array of either precision, as it is read. */
interface Numbers {
  shape: number[];
  get: (...index: number[]) => number;
}

/** What is asked of a handful of float32 operations on numbers around 1. */
const FLOAT32 = { relative: 1e-5, absolute: 1e-6 };

/**
 * What is asked of a sum of so many float32 products. Each product and each partial sum is rounded by 2⁻²⁴ of
 * itself at most, and none of them is larger than the sum of the absolute terms; so however the terms are
 * ordered, that is the scale, and each of them adds a rounding.
 *
 * @param sums the same sums, of the absolute values
 */
function rounding(terms: number, sums: Numbers): Tolerance {
  return { absolute: (terms + 2) * 2 ** -24 * largest(sums) };
}

/** A check on each of the two backends that are everywhere. */
function onEach(title: string, check: (backend: Backend) => void): void {
  for (const backend of ['cpu', 'webasm'] as const) {
    it(`${title}, on ${backend}`, () => check(backend));
  }
}

/** Rounded to single precision. */
function rounded({ data, shape }: Tensor): Tensor32 {
  return ndarray(Float32Array.from(data), shape);
}

/** Numbers in lists in lists, in single precision. */
function single(nested: Nested): Tensor32 {
  return rounded(array(nested));
}

/** One image with one channel. */
function image(rows: number[][]): Tensor32 {
  return single([[rows]]);
}

function zeros32(...shape: number[]): Tensor32 {
  return ndarray(new Float32Array(product(shape)), shape);
}

/** Numbers drawn from the normal distribution, rounded to single precision. */
function random32(seed: number, ...shape: number[]): Tensor32 {
  return rounded(randomNormal(seededRandom(seed), 1, ...shape));
}

/** The same entries, each beside a NaN and the axes in the opposite order: a view that only its strides can read. */
function strided(x: Tensor32): Tensor32 {
  const axes = [...x.shape.keys()].toReversed();
  const wide = ndarray(new Float32Array(2 * x.size).fill(NaN), [...x.shape.toReversed(), 2]);
  const view = wide.pick(...axes.map(() => null), 1).transpose(...axes);
  ops.assign(view, x);
  return view;
}

/** Every index of an array of this shape, in row-major order. */
function* indices([size, ...rest]: readonly number[]): Generator<number[]> {
  if (size === undefined) yield [];
  for (let i = 0; i < (size ?? 0); i++) for (const index of indices(rest)) yield [i, ...index];
}

function add(x: Tensor, index: number[], value: number): void {
  x.set(...index, x.get(...index) + value);
}

function absolute(x: Numbers): Tensor {
  return filled(x.shape, (...index) => Math.abs(x.get(...index)));
}

/** The largest absolute value. */
function largest(x: Numbers): number {
  return absolute(x).data.reduce((most, value) => Math.max(most, value), 0);
}

/** f(0) + f(1) + … + f(length − 1). */
function sumOf(length: number, f: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += f(i);
  return sum;
}

function plainProduct(a: Numbers, b: Numbers, bias: Numbers): Tensor {
  const [N, K] = a.shape as [number, number];
  return filled(
    [N, b.shape[1]!],
    (n, m) => bias.get(m) + sumOf(K, (k) => a.get(n, k) * b.get(k, m)),
  );
}

/** An entry of a padded array: 0 outside of it. */
function padded(x: Numbers, n: number, c: number, i: number, j: number): number {
  return i >= 0 && i < x.shape[2]! && j >= 0 && j < x.shape[3]! ? x.get(n, c, i, j) : 0;
}

function plainConv(x: Numbers, W: Numbers, b: Numbers, pad: number): Tensor {
  const [N, , height, width] = x.shape as [number, number, number, number];
  const [F, C, KH, KW] = W.shape as [number, number, number, number];
  const shape = [N, F, height + 2 * pad - KH + 1, width + 2 * pad - KW + 1];
  return filled(shape, (n, f, i, j) => {
    let sum = b.get(f);
    for (let c = 0; c < C; c++) {
      for (let p = 0; p < KH; p++) {
        for (let q = 0; q < KW; q++) {
          sum += padded(x, n, c, i + p - pad, j + q - pad) * W.get(f, c, p, q);
        }
      }
    }
    return sum;
  });
}

/** Every output sends its gradient to whatever it was made of. */
function plainConvGradients(
  dout: Numbers,
  x: Numbers,
  W: Numbers,
  pad: number,
): { dx: Tensor; dW: Tensor; db: Tensor } {
  const [dx, dW, db] = [zeros(...x.shape), zeros(...W.shape), zeros(W.shape[0]!)];
  for (const [n, f, i, j] of indices(dout.shape) as Iterable<[number, number, number, number]>) {
    const d = dout.get(n, f, i, j);
    add(db, [f], d);
    for (const [c, p, q] of indices(W.shape.slice(1)) as Iterable<[number, number, number]>) {
      const [row, column] = [i + p - pad, j + q - pad];
      add(dW, [f, c, p, q], d * padded(x, n, c, row, column));
      const isInside = row >= 0 && row < x.shape[2]! && column >= 0 && column < x.shape[3]!;
      if (isInside) add(dx, [n, c, row, column], d * W.get(f, c, p, q));
    }
  }
  return { dx, dW, db };
}

/** The places of a window, row by row. */
function window(size: number, i: number, j: number): [row: number, column: number][] {
  return [...indices([size, size])].map(([p, q]) => [size * i + p!, size * j + q!]);
}

function plainPool(x: Numbers, size: number): Tensor {
  const [N, C, height, width] = x.shape as [number, number, number, number];
  const shape = [N, C, Math.floor(height / size), Math.floor(width / size)];
  return filled(shape, (n, c, i, j) =>
    Math.max(...window(size, i, j).map(([row, column]) => x.get(n, c, row, column))),
  );
}

function plainPoolGradient(dout: Numbers, x: Numbers, size: number): Tensor {
  const dx = zeros(...x.shape);
  const out = plainPool(x, size);
  for (const [n, c, i, j] of indices(out.shape) as Iterable<[number, number, number, number]>) {
    const [row, column] = window(size, i, j).find(
      (place) => x.get(n, c, ...place) === out.get(n, c, i, j),
    )!;
    add(dx, [n, c, row, column], dout.get(n, c, i, j));
  }
  return dx;
}

function plainRelu(x: Numbers): Tensor {
  return filled(x.shape, (...index) => Math.max(0, x.get(...index)));
}

/** The mean over the rows of −ln of the probability of the right class; for logits that exp can take. */
function plainLoss(logits: Numbers, classes: Labels): number {
  const [N, K] = logits.shape as [number, number];
  const power = (n: number, k: number): number => Math.exp(logits.get(n, k));
  const total = (n: number): number => sumOf(K, (k) => power(n, k));
  return sumOf(N, (n) => -ln(power(n, classes.get(n)) / total(n)) / N);
}

/** What one number becomes in a step of Adam. */
function plainAdam(
  { w, g, m, v }: Record<'w' | 'g' | 'm' | 'v', number>,
  { learningRate, beta1, beta2, epsilon, t }: AdamOptions,
): Record<'w' | 'm' | 'v', number> {
  const newM = beta1 * m + (1 - beta1) * g;
  const newV = beta2 * v + (1 - beta2) * g ** 2;
  const [mHat, vHat] = [newM / (1 - beta1 ** t), newV / (1 - beta2 ** t)];
  return { w: w - (learningRate * mHat) / (Math.sqrt(vHat) + epsilon), m: newM, v: newV };
}

/** The same for arrays. */
function plainAdamStep(
  { w, g, m, v }: Record<'w' | 'g' | 'm' | 'v', Numbers>,
  options: AdamOptions,
): Record<'w' | 'm' | 'v', Tensor> {
  const after = (name: 'w' | 'm' | 'v'): Tensor =>
    filled(w.shape, (...at) => {
      const numbers = { w: w.get(...at), g: g.get(...at), m: m.get(...at), v: v.get(...at) };
      return plainAdam(numbers, options)[name];
    });
  return { w: after('w'), m: after('m'), v: after('v') };
}

const NAMES = ['W1', 'b1', 'W2', 'b2', 'W3', 'b3', 'W4', 'b4', 'W5', 'b5'] as const;

/** The parameters of a network in either precision. */
type PlainNetwork = Record<(typeof NAMES)[number], Numbers>;

function plainLogits({ W1, b1, W2, b2, W3, b3, W4, b4, W5, b5 }: PlainNetwork, x: Numbers): Tensor {
  const layer = (before: Numbers, W: Numbers, b: Numbers): Tensor =>
    plainRelu(plainConv(before, W, b, (W.shape[2]! - 1) / 2));
  const last = layer(plainPool(layer(plainPool(layer(x, W1, b1), 2), W2, b2), 2), W3, b3);
  const rows = ndarray(last.data, [last.shape[0]!, W4.shape[0]!]);
  return plainProduct(plainRelu(plainProduct(rows, W4, b4)), W5, b5);
}

/** The gradient of the plain network's loss: how much the loss differs when a number is a millionth more or less. */
function slopes(network: PlainNetwork, x: Numbers, classes: Labels): Record<string, Tensor> {
  const STEP = 1e-6;
  const parameters = Object.fromEntries(
    NAMES.map((name) => [name, filled(network[name].shape, (...at) => network[name].get(...at))]),
  ) as Record<(typeof NAMES)[number], Tensor>;
  const lossAt = (name: (typeof NAMES)[number], index: number[], step: number): number => {
    add(parameters[name], index, step);
    const loss = plainLoss(plainLogits(parameters, x), classes);
    add(parameters[name], index, -step);
    return loss;
  };
  return Object.fromEntries(
    NAMES.map((name) => [
      name,
      filled(
        parameters[name].shape,
        (...at) => (lossAt(name, at, STEP) - lossAt(name, at, -STEP)) / (2 * STEP),
      ),
    ]),
  );
}

/** Two rows, three columns in the middle, and four outputs. */
function factors(): { a: Tensor32; b: Tensor32; bias: Tensor32; out: Nested } {
  const a = single([
    [1, 2, -1],
    [0, -3, 2],
  ]);
  const b = single([
    [2, 0, -1, 1],
    [1, 3, 0, -2],
    [0, 1, 2, 1],
  ]);
  // Without the bias the rows are (4, 5, −3, −4) and (−3, −7, 4, 8).
  const out = [
    [5, 4, -1, -3.5],
    [-2, -8, 6, 8.5],
  ];
  return { a, b, bias: single([1, -1, 2, 0.5]), out };
}

/** An image of 3×4 and a filter of 2×3, neither square nor symmetric, and all that there is to know of them. */
function smallConv() {
  return {
    x: image([
      [1, 2, 0, -1],
      [0, 3, 1, 2],
      [2, -1, 0, 1],
    ]),
    W: image([
      [1, 0, -1],
      [2, 1, 0],
    ]),
    b: single([1]),
    out: image([
      [5, 11],
      [3, 0],
    ]),
    dout: image([
      [1, -2],
      [3, 4],
    ]),
    dx: image([
      [1, -2, -1, 2],
      [5, 1, -5, -4],
      [6, 11, 4, 0],
    ]),
    dW: image([
      [9, 15, 13],
      [-4, -2, 1],
    ]),
    db: single([6]),
  };
}

/**
 * A single row (1, 2, 3) and a filter of 3×2 with one pixel of padding: only the middle row of the filter meets
 * the image, and the row that it meets is (0, 1, 2, 3, 0).
 */
function paddedConv() {
  return {
    x: image([[1, 2, 3]]),
    W: image([
      [5, 1],
      [2, -1],
      [4, 3],
    ]),
    b: single([0]),
    out: image([[-1, 0, 1, 6]]),
    dout: image([[1, -1, 2, 3]]),
    dx: image([[-3, 5, 4]]),
    dW: image([
      [0, 0],
      [12, 5],
      [0, 0],
    ]),
    db: single([5]),
  };
}

/** Convolutions with and without padding, by filters that are square, even, larger than the image, and a pixel. */
const CONVOLUTIONS = [
  { x: [2, 3, 4, 6], W: [4, 3, 3, 3], pad: 1 },
  { x: [1, 2, 5, 4], W: [3, 2, 2, 3], pad: 0 },
  { x: [3, 1, 2, 3], W: [2, 1, 4, 5], pad: 2 },
  { x: [2, 3, 1, 1], W: [2, 3, 1, 1], pad: 0 },
] as const;

/** Random arrays of these sizes, and the plain loops' result with the tolerance that goes with it. */
function randomConv({ x: xShape, W: WShape, pad }: (typeof CONVOLUTIONS)[number]) {
  const [x, W, b] = [random32(1, ...xShape), random32(2, ...WShape), random32(3, WShape[0])];
  const sums = plainConv(absolute(x), absolute(W), absolute(b), pad);
  return {
    x,
    W,
    b,
    pad,
    out: plainConv(x, W, b, pad),
    near: rounding(product(WShape.slice(1)), sums),
  };
}

/** The same for the way back. */
function randomConvGradients({ x: xShape, W: WShape, pad }: (typeof CONVOLUTIONS)[number]) {
  const [x, W] = [random32(1, ...xShape), random32(2, ...WShape)];
  const [N, F] = [xShape[0], WShape[0]];
  const places = [0, 1].map((axis) => xShape[axis + 2]! + 2 * pad - WShape[axis + 2]! + 1);
  const dout = random32(4, N, F, ...places);
  const sums = plainConvGradients(absolute(dout), absolute(x), absolute(W), pad);
  const used = N * product(places);
  return {
    x,
    W,
    pad,
    dout,
    ...plainConvGradients(dout, x, W, pad),
    near: {
      dx: rounding(product(WShape) / WShape[1], sums.dx),
      dW: rounding(used, sums.dW),
      db: rounding(used, sums.db),
    },
  };
}

/** What is counted along the axes of images, and of everything in a convolution. */
const IMAGES = ['sample', 'channel', 'row', 'column'];
const CONV_AXES = {
  x: IMAGES,
  W: ['filter', 'channel', 'row', 'column'],
  b: ['filter'],
  out: ['sample', 'filter', 'row', 'column'],
};

/** The convolution as a layer, for the gradient check: of a small batch, with everything rectangular. */
function convProblem() {
  const [x, W, b] = [random32(5, 2, 2, 3, 4), random32(6, 3, 2, 3, 2), random32(7, 3)];
  return {
    x,
    W,
    b,
    forward: (images: Tensor32, filters: Tensor32, bias: Tensor32) => ({
      out: convForward(images, filters, bias, 1, 'cpu'),
      cache: images,
    }),
  };
}

/**
 * Windows of 2×2, some all negative, with the largest entry twice or three times, once where rows and columns don't
 * agree on which is the first; and a column and a row left over.
 */
function pooling() {
  return {
    x: image([
      [1, 3, -2, -5, -8, 6, 9],
      [2, 0, -4, -3, 6, 6, 9],
      [-1, -1, 4, 4, -7, -2, 9],
      [-1, -7, 0, 4, -2, -9, 9],
      [9, 9, 9, 9, 9, 9, 9],
    ]),
    out: image([
      [3, -2, 6],
      [-1, 4, -2],
    ]),
    dout: image([
      [10, 20, 50],
      [30, 40, 60],
    ]),
    dx: image([
      [0, 10, 20, 0, 0, 50, 0],
      [0, 0, 0, 0, 0, 0, 0],
      [30, 0, 40, 0, 0, 60, 0],
      [0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0],
    ]),
  };
}

/** Images and windows of several sizes, with and without something left over. */
const POOLINGS = [
  { shape: [2, 3, 4, 6], size: 2 },
  { shape: [1, 2, 7, 8], size: 3 },
  { shape: [3, 1, 3, 2], size: 1 },
] as const;

/** Inputs of a ReLU, two of them exactly at the kink, and what comes back to it. */
function bent(): { x: Tensor32; dout: Tensor32 } {
  const x = single([
    [-2, 0, 3],
    [0.5, -1, 0],
  ]);
  const dout = single([
    [5, 7, -2],
    [3, -4, 0.25],
  ]);
  return { x, dout };
}

/** Two samples of three classes. Softmax makes (⅛, ⅜, ⁴⁄₈) and (⅗, ⅕, ⅕) of them; 1 and 2 are right. */
function logitsOfTwo() {
  return {
    logits: single([
      [0, ln(3), ln(4)],
      [ln(6), ln(2), ln(2)],
    ]),
    classes: labels([1, 2]),
    loss: ln(40 / 3) / 2,
    dscores: array([
      [1 / 16, -5 / 16, 4 / 16],
      [3 / 10, 1 / 10, -4 / 10],
    ]),
  };
}

/** Near 1000 the float32 numbers are 2⁻¹⁴ apart, and whoever rounds to one of them is off by as much. */
const THOUSAND = { relative: 2 ** -14, absolute: 1e-6 };

/** Numbers with which a step can be done by hand. */
const ADAM: AdamOptions = { learningRate: 0.5, beta1: 0.5, beta2: 0.84, epsilon: 1, t: 1 };

/** What is common. */
const COMMON = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** In single precision 1 − 0.999 is 0.00099998713, and v is off by as much. */
const MOMENTS = { relative: 1e-4 };

/** Parameters of a network: weights of a size that keeps the numbers around 1, and small random biases. */
function randomNetwork(
  [C, F1, F2, F3]: readonly [number, number, number, number],
  { kernel, D, M, K, seed }: { kernel: number; D: number; M: number; K: number; seed: number },
): Network {
  const random = seededRandom(seed);
  const draw = (deviation: number, ...shape: number[]): Tensor32 =>
    rounded(randomNormal(random, deviation, ...shape));
  const conv = (from: number, to: number): Tensor32 =>
    draw(Math.sqrt(2 / (from * kernel * kernel)), to, from, kernel, kernel);
  return {
    W1: conv(C, F1),
    b1: draw(0.1, F1),
    W2: conv(F1, F2),
    b2: draw(0.1, F2),
    W3: conv(F2, F3),
    b3: draw(0.1, F3),
    W4: draw(Math.sqrt(2 / D), D, M),
    b4: draw(0.1, M),
    W5: draw(Math.sqrt(2 / M), M, K),
    b5: draw(0.1, K),
  };
}

/**
 * Two images of 8×12 and a network of 1, 2, 3, 2 channels: small enough for plain loops. After each ReLU whole windows
 * are 0, so that a ReLU that is left out on the way back shows.
 */
function smallNetwork() {
  return {
    network: randomNetwork([1, 2, 3, 2], { kernel: 3, D: 2 * 2 * 3, M: 4, K: 3, seed: 2 }),
    images: random32(2, 2, 1, 8, 12),
    classes: labels([2, 0]),
  };
}

/** The gradients of smallNetwork(), computed when they are first asked for. */
let smallSlopes: Record<string, Tensor> | undefined;

function slopesOfSmall(): Record<string, Tensor> {
  const { network, images, classes } = smallNetwork();
  return (smallSlopes ??= slopes(network, images, classes));
}

/** Five layers in a row add up their roundings; the plain loops' own error is far below that. */
const DEEP = { relative: 1e-4, absolute: 2e-6 };

/** One image of 4×4 and filters of one pixel, by hand. */
function tinyNetwork() {
  const network = {
    // The image itself, and 1 less the image; the largest of each quarter are (3, 2, 0, 0) and (2, 5, 7, 4).
    W1: single([[[[1]]], [[[-1]]]]),
    b1: single([0, 1]),
    // Their difference and 2: (3, −1, −5, −2), whose largest is 3.
    W2: single([[[[1]], [[-1]]]]),
    b2: single([2]),
    // 5 and −2, of which the ReLU makes 0.
    W3: single([[[[2]]], [[[-1]]]]),
    b3: single([-1, 1]),
    // 3 and −2, of which the ReLU makes 0.
    W4: single([
      [1, -1],
      [10, 10],
    ]),
    b4: single([-2, 3]),
    W5: single([
      [2, -1, 0],
      [7, 7, 7],
    ]),
    b5: single([1, 0, -2]),
  };
  const images = image([
    [3, -1, 2, 0],
    [1, 2, -4, 1],
    [-5, -2, 0, -3],
    [-1, -6, -2, -1],
  ]);
  return { network, images, logits: [[7, -3, -2]] };
}

/** Each parameter through a function. */
function mapped<T>(network: Network, f: (x: Tensor32, name: (typeof NAMES)[number]) => T) {
  return Object.fromEntries(NAMES.map((name) => [name, f(network[name], name)])) as Record<
    (typeof NAMES)[number],
    T
  >;
}

/** Images of 14×14 from rows of 784 numbers: each pixel is the mean of four. */
function halved(rows: Tensor): Tensor32 {
  const at = (n: number, i: number, j: number): number => rows.get(n, 28 * i + j);
  return rounded(
    filled([rows.shape[0]!, 1, 14, 14], (n, _, i, j) => {
      const [row, column] = [2 * i, 2 * j];
      const upper = at(n, row, column) + at(n, row, column + 1);
      return (upper + at(n, row + 1, column) + at(n, row + 1, column + 1)) / 4;
    }),
  );
}

/** How many of the images the suite's own network gives the right label. */
function countRight(network: PlainNetwork, images: Numbers, classes: Labels): number {
  const logits = plainLogits(network, images);
  return sumOf(classes.size, (n) => {
    const row = Array.from({ length: logits.shape[1]! }, (_, k) => logits.get(n, k));
    return row.indexOf(Math.max(...row)) === classes.get(n) ? 1 : 0;
  });
}

describe('18-capstone', () => {
  describe('18.1 matrixProduct', () => {
    onEach('multiplies rows with columns and adds the bias to every row', (backend) => {
      const { a, b, bias, out } = factors();
      expect(matrixProduct(a, b, bias, backend)).to.almostEqual(out, FLOAT32);
    });

    onEach('agrees with plain loops for rows, columns and squares', (backend) => {
      for (const [N, K, M] of [
        [5, 17, 3],
        [1, 4, 6],
        [4, 1, 1],
        [3, 3, 3],
      ] as const) {
        const [a, b, bias] = [random32(N, N, K), random32(K, K, M), random32(M, M)];
        const sums = plainProduct(absolute(a), absolute(b), absolute(bias));
        expect(matrixProduct(a, b, bias, backend)).to.almostEqual(
          plainProduct(a, b, bias),
          rounding(K + 1, sums),
        );
      }
    });

    it('reads transposed views, and so is its own gradient', () => {
      const [x, W, bias] = [random32(1, 3, 4), random32(2, 4, 2), random32(3, 2)];
      expect({
        name: 'the affine layer',
        inputs: { x, W, bias },
        forward: (a: Tensor32, b: Tensor32, c: Tensor32) => ({
          out: matrixProduct(a, b, c, 'cpu'),
          cache: a,
        }),
        backward: (dout: Tensor32, cache: Tensor32) => ({
          dx: matrixProduct(dout, W.transpose(1, 0), zeros32(4), 'cpu'),
          dW: matrixProduct(cache.transpose(1, 0), dout, zeros32(2), 'cpu'),
          dbias: matrixProduct(single([[1, 1, 1]]), dout, zeros32(2), 'cpu').pick(0, null),
        }),
        constants: { N: 3 },
        axes: {
          x: ['sample', 'input'],
          W: ['input', 'output'],
          bias: ['output'],
          out: ['sample', 'output'],
        },
      }).to.have.rightGradients();
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { a, b, bias, out } = factors();
      const views = [a, b, bias].map(strided) as [Tensor32, Tensor32, Tensor32];
      expect(() => matrixProduct(...views, 'webasm')).to.leaveUnchanged({ views });
      expect(matrixProduct(...views, 'webasm')).to.almostEqual(out, FLOAT32);
    });

    it('is empty for an empty batch, and the bias where there is nothing to sum', () => {
      const { b, bias } = factors();
      expect(matrixProduct(zeros32(0, 3), b, bias, 'webasm')).to.have.arrayShape([0, 4]);
      const sums = matrixProduct(zeros32(2, 0), zeros32(0, 3), single([1, 2, 3]), 'webasm');
      expect(sums).to.almostEqual(
        single([
          [1, 2, 3],
          [1, 2, 3],
        ]),
      );
    });

    it('refuses arrays that do not fit together', () => {
      for (const [a, b, bias] of [
        [zeros32(2, 784), zeros32(100, 10), zeros32(10)],
        [zeros32(2, 3), zeros32(3, 7), zeros32(5)],
        [zeros32(6), zeros32(6, 4), zeros32(4)],
        [zeros32(2, 3, 5), zeros32(3, 4), zeros32(4)],
        [zeros32(2, 3), zeros32(3, 4, 5), zeros32(4)],
      ] as const) {
        expect(() => matrixProduct(a, b, bias, 'cpu')).to.throw(RangeError);
      }
    });
  });

  describe('18.2 convForward', () => {
    onEach('lays the filter on every place, as it is: worked out by hand', (backend) => {
      const { x, W, b, out } = smallConv();
      expect(convForward(x, W, b, 0, backend)).to.almostEqual(out, FLOAT32);
    });

    onEach('puts zeros around the image, on all four sides', (backend) => {
      const { x, W, b, out } = paddedConv();
      expect(convForward(x, W, b, 1, backend)).to.almostEqual(out, FLOAT32);
    });

    onEach('agrees with plain loops for several images, channels and filters', (backend) => {
      for (const sizes of CONVOLUTIONS) {
        const { x, W, b, pad, out, near } = randomConv(sizes);
        expect(convForward(x, W, b, pad, backend)).to.almostEqual(out, near);
      }
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { x, W, b, out, near } = randomConv(CONVOLUTIONS[0]);
      const views = [x, W, b].map(strided) as [Tensor32, Tensor32, Tensor32];
      expect(() => convForward(...views, 1, 'webasm')).to.leaveUnchanged({ views });
      expect(convForward(...views, 1, 'webasm')).to.almostEqual(out, near);
    });

    it('is empty for an empty batch', () => {
      const out = convForward(zeros32(0, 2, 5, 4), zeros32(3, 2, 2, 3), zeros32(3), 0, 'webasm');
      expect(out).to.have.arrayShape([0, 3, 4, 2]);
    });

    it('refuses filters for other channels, a bias for other filters, and images of three or five axes', () => {
      for (const [x, W, b] of [
        [zeros32(1, 5, 4, 4), zeros32(2, 7, 3, 3), zeros32(2)],
        [zeros32(1, 1, 4, 4), zeros32(6, 1, 3, 3), zeros32(9)],
        [zeros32(1, 4, 5), zeros32(2, 1, 3, 3), zeros32(2)],
        [zeros32(1, 1, 4, 5, 2), zeros32(2, 1, 3, 3), zeros32(2)],
        [zeros32(1, 1, 4, 5), zeros32(2, 3, 3), zeros32(2)],
      ] as const) {
        expect(() => convForward(x, W, b, 0, 'cpu')).to.throw(RangeError);
      }
    });

    it('refuses a filter that is larger than the padded image', () => {
      for (const [height, width] of [
        [7, 2],
        [2, 7],
      ] as const) {
        const W = zeros32(1, 1, height, width);
        expect(() => convForward(zeros32(1, 1, 4, 4), W, zeros32(1), 1, 'cpu')).to.throw(
          RangeError,
        );
      }
    });
  });

  describe('18.3 convBackwardInput', () => {
    onEach('sends every gradient back by the weight it came by: worked out by hand', (backend) => {
      const { dout, W, dx } = smallConv();
      expect(convBackwardInput(dout, W, 0, backend)).to.almostEqual(dx, FLOAT32);
    });

    onEach('leaves out what the padding would get', (backend) => {
      const { dout, W, dx } = paddedConv();
      expect(convBackwardInput(dout, W, 1, backend)).to.almostEqual(dx, FLOAT32);
    });

    onEach('agrees with plain loops for several images, channels and filters', (backend) => {
      for (const sizes of CONVOLUTIONS) {
        const { dout, W, pad, dx, near } = randomConvGradients(sizes);
        expect(convBackwardInput(dout, W, pad, backend)).to.almostEqual(dx, near.dx);
      }
    });

    it('agrees with numerical slopes', () => {
      const { x, W, b, forward } = convProblem();
      expect({
        name: 'the convolution',
        inputs: { x },
        forward: (images: Tensor32) => forward(images, W, b),
        backward: (dout: Tensor32) => ({ dx: convBackwardInput(dout, W, 1, 'cpu') }),
        axes: CONV_AXES,
      }).to.have.rightGradients({ budget: 24 });
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { dout, W, dx, near } = randomConvGradients(CONVOLUTIONS[0]);
      const views = [dout, W].map(strided) as [Tensor32, Tensor32];
      expect(() => convBackwardInput(...views, 1, 'webasm')).to.leaveUnchanged({ views });
      expect(convBackwardInput(...views, 1, 'webasm')).to.almostEqual(dx, near.dx);
    });

    it('refuses a dout of another number of filters, and one of three or five axes', () => {
      for (const [dout, W] of [
        [zeros32(1, 5, 2, 2), zeros32(7, 1, 3, 3)],
        [zeros32(5, 2, 2), zeros32(5, 1, 3, 3)],
        [zeros32(1, 5, 2, 2, 3), zeros32(5, 1, 3, 3)],
        [zeros32(5, 1, 2, 2), zeros32(1, 3, 3)],
      ] as const) {
        expect(() => convBackwardInput(dout, W, 0, 'cpu')).to.throw(RangeError);
      }
    });
  });

  describe('18.4 convBackwardFilters', () => {
    onEach('sums over every place where a weight was used: worked out by hand', (backend) => {
      const { dout, x, dW, db } = smallConv();
      expect(convBackwardFilters(dout, x, 0, backend)).to.almostEqual({ dW, db }, FLOAT32);
    });

    onEach('counts the padding as zeros', (backend) => {
      const { dout, x, dW, db } = paddedConv();
      expect(convBackwardFilters(dout, x, 1, backend)).to.almostEqual({ dW, db }, FLOAT32);
    });

    onEach('agrees with plain loops for several images, channels and filters', (backend) => {
      for (const sizes of CONVOLUTIONS) {
        const { dout, x, pad, dW, db, near } = randomConvGradients(sizes);
        const gradients = convBackwardFilters(dout, x, pad, backend);
        expect(gradients.dW).to.almostEqual(dW, near.dW);
        expect(gradients.db).to.almostEqual(db, near.db);
      }
    });

    it('agrees with numerical slopes', () => {
      const { x, W, b, forward } = convProblem();
      expect({
        name: 'the convolution',
        inputs: { W, b },
        forward: (filters: Tensor32, bias: Tensor32) => forward(x, filters, bias),
        backward: (dout: Tensor32) => convBackwardFilters(dout, x, 1, 'cpu'),
        constants: { N: 2 },
        axes: CONV_AXES,
      }).to.have.rightGradients({ budget: 24 });
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { dout, x, dW, db, near } = randomConvGradients(CONVOLUTIONS[0]);
      const views = [dout, x].map(strided) as [Tensor32, Tensor32];
      expect(() => convBackwardFilters(...views, 1, 'webasm')).to.leaveUnchanged({ views });
      const gradients = convBackwardFilters(...views, 1, 'webasm');
      expect(gradients.dW).to.almostEqual(dW, near.dW);
      expect(gradients.db).to.almostEqual(db, near.db);
    });

    it('is 0 everywhere for an empty batch', () => {
      const gradients = convBackwardFilters(zeros32(0, 2, 2, 1), zeros32(0, 1, 3, 3), 0, 'webasm');
      expect(gradients).to.almostEqual({ dW: zeros32(2, 1, 2, 3), db: zeros32(2) });
    });

    it('refuses a dout of another number of images, and images without a batch', () => {
      for (const [dout, x] of [
        [zeros32(5, 1, 2, 2), zeros32(7, 1, 3, 3)],
        [zeros32(5, 1, 2, 2), zeros32(5, 3, 3)],
        [zeros32(5, 2, 2), zeros32(5, 1, 3, 3)],
      ] as const) {
        expect(() => convBackwardFilters(dout, x, 0, 'cpu')).to.throw(RangeError);
      }
    });
  });

  describe('18.5 maxPoolForward', () => {
    onEach('takes the largest entry of each window, though all may be negative', (backend) => {
      const { x, out } = pooling();
      expect(maxPoolForward(x, 2, backend)).to.almostEqual(out, FLOAT32);
    });

    onEach('agrees with plain loops for windows of 1, 2 and 3', (backend) => {
      for (const { shape, size } of POOLINGS) {
        const x = random32(size, ...shape);
        expect(maxPoolForward(x, size, backend)).to.almostEqual(plainPool(x, size), FLOAT32);
      }
    });

    it('reads a view through its strides and leaves it unchanged', () => {
      const { x, out } = pooling();
      const view = strided(x);
      expect(() => maxPoolForward(view, 2, 'webasm')).to.leaveUnchanged({ view });
      expect(maxPoolForward(view, 2, 'webasm')).to.almostEqual(out, FLOAT32);
    });

    it('is empty for an empty batch and for images smaller than a window', () => {
      expect(maxPoolForward(zeros32(0, 3, 4, 6), 2, 'webasm')).to.have.arrayShape([0, 3, 2, 3]);
      expect(maxPoolForward(zeros32(2, 3, 1, 6), 2, 'webasm')).to.have.arrayShape([2, 3, 0, 3]);
    });

    it('refuses images without a batch', () => {
      expect(() => maxPoolForward(zeros32(3, 4, 6), 2, 'cpu')).to.throw(RangeError);
    });
  });

  describe('18.6 maxPoolBackward', () => {
    onEach("gives each window's gradient to its largest entry, the first of several", (backend) => {
      const { dout, x, dx } = pooling();
      expect(maxPoolBackward(dout, x, 2, backend)).to.almostEqual(dx, FLOAT32);
    });

    onEach('agrees with plain loops for windows of 1, 2 and 3', (backend) => {
      for (const { shape, size } of POOLINGS) {
        const x = random32(size, ...shape);
        const dout = random32(4, ...plainPool(x, size).shape);
        const dx = plainPoolGradient(dout, x, size);
        expect(maxPoolBackward(dout, x, size, backend)).to.almostEqual(dx, FLOAT32);
      }
    });

    it('takes the first in row-major order where all entries of a window are equal', () => {
      const x = zeros32(2, 3, 4, 6);
      const dout = random32(1, 2, 3, 2, 3);
      const dx = filled(x.shape, (n, c, i, j) =>
        i % 2 === 0 && j % 2 === 0 ? dout.get(n, c, i / 2, j / 2) : 0,
      );
      expect(maxPoolBackward(dout, x, 2, 'webasm')).to.almostEqual(dx, FLOAT32);
    });

    it('agrees with numerical slopes', () => {
      const x = random32(3, 2, 2, 5, 4);
      expect({
        name: 'max pooling',
        inputs: { x },
        forward: (images: Tensor32) => ({
          out: maxPoolForward(images, 2, 'webasm'),
          cache: images,
        }),
        backward: (dout: Tensor32, cache: Tensor32) => ({
          dx: maxPoolBackward(dout, cache, 2, 'webasm'),
        }),
        axes: { x: IMAGES, out: IMAGES },
      }).to.have.rightGradients();
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { dout, x, dx } = pooling();
      const views = [dout, x].map(strided) as [Tensor32, Tensor32];
      expect(() => maxPoolBackward(...views, 2, 'webasm')).to.leaveUnchanged({ views });
      expect(maxPoolBackward(...views, 2, 'webasm')).to.almostEqual(dx, FLOAT32);
    });

    it('refuses a dout that has not the shape of the output, and images of three or five axes', () => {
      const x = zeros32(2, 3, 4, 6);
      expect(() => maxPoolBackward(x, x, 2, 'cpu')).to.throw(RangeError);
      const dout = zeros32(2, 3, 2, 3);
      for (const images of [zeros32(3, 4, 6), zeros32(2, 3, 4, 6, 5)]) {
        expect(() => maxPoolBackward(dout, images, 2, 'cpu')).to.throw(RangeError);
      }
    });
  });

  describe('18.7 reluForward', () => {
    onEach('keeps what is above 0 and makes 0 of the rest', (backend) => {
      expect(reluForward(bent().x, backend)).to.almostEqual(
        single([
          [0, 0, 3],
          [0.5, 0, 0],
        ]),
      );
    });

    it('takes any shape, and arrays without entries', () => {
      const x = random32(1, 2, 3, 4, 5);
      expect(reluForward(x, 'webasm')).to.almostEqual(rounded(plainRelu(x)));
      expect(reluForward(single([-3, 2]), 'webasm')).to.almostEqual(single([0, 2]));
      expect(reluForward(zeros32(0, 3, 2, 2), 'webasm')).to.have.arrayShape([0, 3, 2, 2]);
    });

    it('reads a view through its strides and leaves it unchanged', () => {
      const view = strided(random32(1, 2, 3, 4));
      expect(() => reluForward(view, 'webasm')).to.leaveUnchanged({ view });
      expect(reluForward(view, 'webasm')).to.almostEqual(rounded(plainRelu(view)));
    });
  });

  describe('18.8 reluBackward', () => {
    onEach('lets through what comes back to an input above 0, and nothing at 0', (backend) => {
      const { x, dout } = bent();
      expect(reluBackward(dout, x, backend)).to.almostEqual(
        single([
          [0, 0, -2],
          [3, 0, 0],
        ]),
      );
    });

    it('agrees with numerical slopes on (2, 3, 2, 2) inputs', () => {
      expect({
        name: 'ReLU',
        inputs: { x: random32(1, 2, 3, 2, 2) },
        forward: (x: Tensor32) => ({ out: reluForward(x, 'webasm'), cache: x }),
        backward: (dout: Tensor32, cache: Tensor32) => ({
          dx: reluBackward(dout, cache, 'webasm'),
        }),
      }).to.have.rightGradients();
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { x, dout } = bent();
      const views = [dout, x].map(strided) as [Tensor32, Tensor32];
      expect(() => reluBackward(...views, 'webasm')).to.leaveUnchanged({ views });
      expect(reluBackward(...views, 'webasm')).to.almostEqual(
        single([
          [0, 0, -2],
          [3, 0, 0],
        ]),
      );
    });

    it('refuses arrays of different shapes', () => {
      expect(() => reluBackward(zeros32(2, 3), zeros32(3, 2), 'cpu')).to.throw(RangeError);
    });
  });

  describe('18.9 softmaxLoss', () => {
    onEach('is the mean over the batch, and its gradient: worked out by hand', (backend) => {
      const { logits, classes, loss, dscores } = logitsOfTwo();
      expect(softmaxLoss(logits, classes, backend)).to.almostEqual({ loss, dscores }, FLOAT32);
    });

    onEach('stays finite at ±1000, each row being shifted by its own maximum', (backend) => {
      const logits = single([
        [1000, -1000],
        [-1000, -1000],
        [-1000, 1000],
        [0, ln(3)],
      ]);
      expect(softmaxLoss(logits, labels([1, 0, 1, 1]), backend)).to.almostEqual(
        {
          loss: (2000 + ln(2) + ln(4 / 3)) / 4,
          dscores: array([
            [1 / 4, -1 / 4],
            [-1 / 8, 1 / 8],
            [0, 0],
            [1 / 16, -1 / 16],
          ]),
        },
        THOUSAND,
      );
    });

    it('agrees with numerical slopes', () => {
      const classes = labels([3, 0, 3, 1, 2]);
      expect({
        name: 'the softmax loss',
        inputs: { logits: random32(9, 5, 4), classes },
        loss: (logits: Tensor32) => softmaxLoss(logits, classes, 'cpu').loss,
        gradient: (logits: Tensor32) => ({
          dscores: softmaxLoss(logits, classes, 'cpu').dscores,
        }),
        gradients: { logits: 'dscores' },
        constants: { N: 5, K: 4 },
        axes: { logits: ['sample', 'class'], classes: ['sample'] },
      }).to.have.rightGradients();
    });

    it('agrees with a plain loop for one sample, one class, and more classes than samples', () => {
      for (const [N, K] of [
        [1, 3],
        [3, 1],
        [4, 10],
      ] as const) {
        const logits = random32(K, N, K);
        const classes = labels([K - 1, 0, Math.floor(K / 2), K - 1].slice(0, N));
        const { loss } = softmaxLoss(logits, classes, 'webasm');
        expect(loss).to.almostEqual(plainLoss(logits, classes), FLOAT32);
      }
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { logits, loss, dscores } = logitsOfTwo();
      const list = labels([1, 0, 2, 0]);
      const view = strided(logits);
      const call = () => softmaxLoss(view, list.step(2), 'webasm');
      expect(call).to.leaveUnchanged({ view, list });
      expect(call()).to.almostEqual({ loss, dscores }, FLOAT32);
    });

    it('refuses a row without a batch axis, and labels that are not one for each row', () => {
      for (const [logits, list] of [
        [zeros32(3), labels([0, 0, 0])],
        [zeros32(2, 4), labels([0, 1, 0])],
      ] as const) {
        expect(() => softmaxLoss(logits, list, 'cpu')).to.throw(RangeError);
      }
    });
  });

  describe('18.10 adam', () => {
    onEach('takes the first step: worked out by hand', (backend) => {
      // m̂ = g and v̂ = g², so w moves by ½ · 3 ⁄ (3 + 1), by ½ · −4 ⁄ (4 + 1), and not at all.
      const [w, g] = [single([1, -2, 0.5]), single([3, -4, 0])];
      expect(adam(w, g, zeros32(3), zeros32(3), ADAM, backend)).to.almostEqual(
        {
          w: array([0.625, -1.6, 0.5]),
          m: array([1.5, -2, 0]),
          v: array([1.44, 2.56, 0]),
        },
        FLOAT32,
      );
    });

    onEach('takes the second step with what the first one left: worked out by hand', (backend) => {
      // The corrections are 0.75 and 0.2944: m̂ is ⅓, 0 and 8⁄3, and v̂ is 107⁄23, 218⁄23 and 200⁄23.
      const [w, g] = [single([0.625, -1.6, 0.5]), single([-1, 2, 4])];
      const [m, v] = [single([1.5, -2, 0]), single([1.44, 2.56, 0])];
      expect(adam(w, g, m, v, { ...ADAM, t: 2 }, backend)).to.almostEqual(
        {
          w: array([
            0.625 - 1 / 6 / (Math.sqrt(107 / 23) + 1),
            -1.6,
            0.5 - 4 / 3 / (Math.sqrt(200 / 23) + 1),
          ]),
          m: array([0.25, 0, 2]),
          v: array([1.3696, 2.7904, 2.56]),
        },
        FLOAT32,
      );
    });

    onEach('agrees with plain arithmetic through ten steps, on filters', (backend) => {
      let now = { w: random32(1, 2, 1, 3, 2), m: zeros32(2, 1, 3, 2), v: zeros32(2, 1, 3, 2) };
      for (let t = 1; t <= 10; t++) {
        const g = random32(10 + t, 2, 1, 3, 2);
        const expected = plainAdamStep({ ...now, g }, { ...COMMON, t });
        const next = adam(now.w, g, now.m, now.v, { ...COMMON, t }, backend);
        expect(next.m).to.almostEqual(expected.m, { ...MOMENTS, absolute: 1e-6 });
        expect(next.v).to.almostEqual(expected.v, MOMENTS);
        expect(next.w).to.almostEqual(expected.w, FLOAT32);
        now = next;
      }
    });

    it('moves by the whole step however small the gradient is, as long as ε is smaller', () => {
      const g = single([1e-6, -1e-6, 1e-8]);
      const { w } = adam(zeros32(3), g, zeros32(3), zeros32(3), { ...COMMON, t: 1 }, 'webasm');
      // 10⁻⁶ ⁄ (10⁻⁶ + 10⁻⁸), and half a step where the gradient is as small as ε.
      expect(w).to.almostEqual([-0.001 / 1.01, 0.001 / 1.01, -0.001 / 2], MOMENTS);
    });

    it('stays where it is when there was never a gradient, and rolls on after the last one', () => {
      const zero = zeros32(2);
      const still = adam(single([3, -1]), zero, zero, zero, { ...COMMON, t: 1 }, 'webasm');
      expect(still).to.almostEqual({ w: array([3, -1]), m: zeros(2), v: zeros(2) }, FLOAT32);
      const before = { w: single([3, -1]), g: zero, m: single([0.5, -2]), v: single([0.25, 1]) };
      const { w, g, m, v } = before;
      const rolling = adam(w, g, m, v, { ...ADAM, t: 3 }, 'webasm');
      expect(rolling).to.almostEqual(plainAdamStep(before, { ...ADAM, t: 3 }), FLOAT32);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const arrays = [1, 2, 3, 4].map((seed) => random32(seed, 2, 3, 4)) as [
        Tensor32,
        Tensor32,
        Tensor32,
        Tensor32,
      ];
      arrays[3].data.forEach((value, i, data) => (data[i] = value ** 2));
      const views = arrays.map(strided) as typeof arrays;
      const call = () => adam(...views, { ...ADAM, t: 2 }, 'webasm');
      expect(call).to.leaveUnchanged({ views });
      const [w, g, m, v] = arrays;
      expect(call()).to.almostEqual(plainAdamStep({ w, g, m, v }, { ...ADAM, t: 2 }), FLOAT32);
    });

    it('refuses arrays of different shapes', () => {
      const [rows, columns] = [zeros32(2, 3), zeros32(3, 2)];
      for (const odd of [0, 1, 2, 3]) {
        const given = [rows, rows, rows, rows].with(odd, columns) as [
          Tensor32,
          Tensor32,
          Tensor32,
          Tensor32,
        ];
        expect(() => adam(...given, ADAM, 'cpu')).to.throw(RangeError);
      }
    });
  });

  describe('18.11 networkScores', () => {
    onEach('goes through all layers: one image worked out by hand', (backend) => {
      const { network, images, logits } = tinyNetwork();
      expect(networkScores(network, images, backend)).to.almostEqual(logits, FLOAT32);
    });

    onEach('agrees with a plain network on images of 8×12', (backend) => {
      const { network, images } = smallNetwork();
      const logits = networkScores(network, images, backend);
      expect(logits).to.almostEqual(plainLogits(network, images), DEEP);
    });

    it('agrees with a plain network on one image of odd sizes, three channels and filters of 5×5', () => {
      const network = randomNetwork([3, 2, 4, 3], { kernel: 5, D: 3 * 1 * 2, M: 4, K: 2, seed: 3 });
      const images = random32(4, 1, 3, 7, 9);
      const logits = networkScores(network, images, 'webasm');
      expect(logits).to.almostEqual(plainLogits(network, images), DEEP);
    });

    it('reads views through their strides and leaves everything unchanged', () => {
      const { network, images } = smallNetwork();
      const views = mapped(network, strided);
      const wide = strided(images);
      const call = () => networkScores(views, wide, 'webasm');
      expect(call).to.leaveUnchanged({ views, wide });
      expect(call()).to.almostEqual(plainLogits(network, images), DEEP);
    });

    it('refuses images of other channels or of another size than the network is for', () => {
      const { network } = smallNetwork();
      expect(() => networkScores(network, zeros32(1, 2, 8, 12), 'cpu')).to.throw(RangeError);
      expect(() => networkScores(network, zeros32(1, 1, 8, 8), 'cpu')).to.throw(RangeError);
    });
  });

  describe('18.12 networkGradients', () => {
    onEach('is the loss, and the slopes of a plain network by every parameter', (backend) => {
      const { network, images, classes } = smallNetwork();
      const { loss, gradients } = networkGradients(network, images, classes, backend);
      expect(loss).to.almostEqual(plainLoss(plainLogits(network, images), classes), FLOAT32);
      expect(gradients).to.almostEqual(slopesOfSmall(), DEEP);
    });

    it('is right for one image of odd sizes, two channels and filters of 5×5', () => {
      const network = randomNetwork([2, 1, 2, 1], { kernel: 5, D: 1 * 1 * 2, M: 3, K: 2, seed: 3 });
      const images = random32(4, 1, 2, 5, 8);
      const { gradients } = networkGradients(network, images, labels([1]), 'webasm');
      expect(gradients).to.almostEqual(slopes(network, images, labels([1])), DEEP);
    });

    it('moves the whole network by a step of Adam to where a plain step leads', () => {
      const { network, images, classes } = smallNetwork();
      const { gradients } = networkGradients(network, images, classes, 'cpu');
      const options = { ...COMMON, learningRate: 0.1, epsilon: 0.1, t: 1 };
      for (const name of NAMES) {
        const [w, zero] = [network[name], zeros32(...network[name].shape)];
        const { w: moved } = adam(w, gradients[name], zero, zero, options, 'cpu');
        const g = slopesOfSmall()[name]!;
        expect(moved).to.almostEqual(plainAdamStep({ w, g, m: zero, v: zero }, options).w, DEEP);
      }
    });

    it('reads views through their strides and leaves everything unchanged', () => {
      const { network, images } = smallNetwork();
      const views = mapped(network, strided);
      const list = labels([2, 1, 0, 1]);
      const wide = strided(images);
      const call = () => networkGradients(views, wide, list.step(2), 'webasm');
      expect(call).to.leaveUnchanged({ views, wide, list });
      expect(call().gradients).to.almostEqual(slopesOfSmall(), DEEP);
    });

    it('refuses labels that are not one for each image', () => {
      const { network, images } = smallNetwork();
      expect(() => networkGradients(network, images, labels([0, 1, 2]), 'cpu')).to.throw(
        RangeError,
      );
    });

    it('learns 20 small digits by heart in 12 steps of Adam', () => {
      const { train } = loadMnist({ train: 20, test: 0, folder: '' });
      const images = halved(train.images);
      const sizes = { kernel: 3, D: 8 * 3 * 3, M: 32, K: 10, seed: 3 };
      let network = randomNetwork([1, 4, 4, 8], sizes);
      let moments = mapped(network, ({ shape }) => ({
        m: zeros32(...shape),
        v: zeros32(...shape),
      }));
      for (let t = 1; t <= 12; t++) {
        const { gradients } = networkGradients(network, images, train.labels, 'cpu');
        const steps = mapped(network, (w, name) => {
          const { m, v } = moments[name];
          const options = { ...COMMON, learningRate: 0.03, t };
          return adam(w, gradients[name], m, v, options, 'cpu');
        });
        network = mapped(network, (_, name) => steps[name].w);
        moments = steps;
      }
      expect(countRight(network, images, train.labels)).to.equal(20);
    }).timeout(60_000);
  });
});
