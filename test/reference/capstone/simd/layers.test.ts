/** The layers of the SIMD engine, and so the kernels they are made of, beside loops over plain images. */
import { expect } from 'chai';
import { affine } from '../../../../reference/capstone/simd/affine.ts';
import { convolution } from '../../../../reference/capstone/simd/convolution.ts';
import { groupsOf } from '../../../../reference/capstone/simd/layout.ts';
import { take } from '../../../../reference/capstone/simd/memory.ts';
import { pixelsOf, sizeText, wholeImages, wholeNumbers } from '../fast/images.ts';
import {
  naiveConvolution,
  naiveFilterGradient,
  naiveInputGradient,
  sumOver,
} from '../fast/naive.ts';
import { imagesIn, planesIn, put, putRows, rowsIn, workshop } from './groups.ts';

describe('A convolution of the SIMD engine', () => {
  for (const size of [
    { N: 8, C: 1, H: 3, W: 8, F: 8 },
    { N: 1, C: 4, H: 5, W: 6, F: 12 },
    { N: 13, C: 8, H: 2, W: 7, F: 4 },
    { N: 17, C: 4, H: 1, W: 1, F: 8 },
    // More pixels than are taken at a time, and a last part that is smaller.
    { N: 2, C: 1, H: 7, W: 45, F: 4 },
    { N: 1, C: 4, H: 2, W: 113, F: 4 },
  ]) {
    const { N, C, W, F } = size;
    const what = `${sizeText(size)} and ${F} filters`;

    /** The layer, with random parameters that lie somewhere among others. */
    function layer() {
      const shop = workshop();
      const [weights, biases] = [wholeNumbers(9 * C * F, 3, 3), wholeNumbers(F, 9, 4)];
      const places = { W: 4 * 5, b: 4 * (5 + 9 * C * F + 2) };
      const parameters = shop.put([9, 9, 9, 9, 9, ...weights, 9, 9, ...biases, 9]);
      const conv = convolution((bytes) => take(shop.room, bytes), { C, F, width: W }, places);
      conv.load(shop.kernels, parameters);
      return { shop, conv, weights, biases, places };
    }

    it(`has the output of ${what}`, () => {
      const { shop, conv, weights, biases } = layer();
      const x = wholeImages(size, 2);
      const [from, out] = [put(shop, x), planesIn(shop, { ...size, C: F }, 7)];
      for (let g = 0; g < groupsOf(N); g++) conv.forward(shop.kernels, from, out, g);
      const right = pixelsOf(naiveConvolution(x, weights, biases));
      expect(pixelsOf(imagesIn(shop, out, N))).to.deep.equal(right);
    });

    if (C > 1) {
      it(`has the gradient by the input of ${what}, a group at a time`, () => {
        const { shop, conv, weights } = layer();
        const one = { ...size, N: Math.min(N, 8) };
        const dout = wholeImages({ ...one, C: F }, 5);
        const [from, dx] = [put(shop, dout), planesIn(shop, one, 7)];
        conv.backwardInput(shop.kernels, from, dx);
        const right = pixelsOf(naiveInputGradient(dout, weights, C));
        expect(pixelsOf(imagesIn(shop, dx, one.N))).to.deep.equal(right);
      });
    }

    it(`has the gradient by the weights and biases of ${what}, and then begins anew`, () => {
      const { shop, conv, weights, biases, places } = layer();
      const x = wholeImages(size, 6);
      const from = put(shop, x);
      for (const seed of [7, 8]) {
        const dout = wholeImages({ ...size, C: F }, seed);
        const gradient = shop.put(new Float32Array(places.b / 4 + F + 1));
        for (let g = 0; g < groupsOf(N); g++) {
          // Of dout there is a single group; what is no image has no gradient.
          const inGroup = Math.min(8, N - 8 * g);
          const at: typeof dout.at = (n, c, i, j) => dout.at(n + 8 * g, c, i, j);
          conv.backward(shop.kernels, from, put(shop, { ...dout, N: inGroup, at }), g, gradient);
        }
        conv.store(shop.kernels, gradient);
        const right = naiveFilterGradient(dout, x);
        const sums = biases.map((_, f) => sumOver(size, (n, i, j) => dout.at(n, f, i, j)));
        expect(right).to.have.length(weights.length);
        const all = [0, 0, 0, 0, 0, ...right, 0, 0, ...sums, 0];
        expect(shop.get(gradient, all.length)).to.deep.equal(all);
      }
    });
  }
});

describe('An affine layer of the SIMD engine', () => {
  for (const { N, H, W, C, M } of [
    { N: 1, H: 1, W: 1, C: 8, M: 10 },
    { N: 8, H: 2, W: 3, C: 4, M: 5 },
    { N: 21, H: 3, W: 2, C: 8, M: 4 },
  ]) {
    const D = C * H * W;
    const groups = groupsOf(N);
    const what = `${N} ${N === 1 ? 'image' : 'images'} with ${C} channels of ${H}×${W} and ${M} outputs`;
    /** A matrix of whole numbers with a row for each image. */
    const matrix = (columns: number, seed: number): number[][] => {
      const numbers = [...wholeNumbers(N * columns, 4, seed)];
      return Array.from({ length: N }, (_, n) => numbers.slice(n * columns, (n + 1) * columns));
    };
    /** From the order (H, W, C) of the rows to the order (C, H, W) of the weights. */
    const inputs = Array.from({ length: D }, (_, d) => (d % C) * H * W + Math.floor(d / C));

    /** The layer, with random parameters that lie somewhere among others. */
    function layer() {
      const shop = workshop();
      const [weights, biases] = [wholeNumbers(D * M, 3, 3), wholeNumbers(M, 9, 4)];
      const parameters = shop.put([9, 9, 9, ...weights, ...biases, 9, 9]);
      const places = { W: 4 * 3, b: 4 * (3 + D * M) };
      const full = affine((bytes) => take(shop.room, bytes), { H, W, C, M }, places, groups);
      full.load(shop.kernels, parameters);
      const w = (d: number, m: number): number => weights[inputs[d]! * M + m]!;
      return { shop, full, w, biases };
    }

    const sum = (count: number, term: (k: number) => number): number =>
      Array.from({ length: count }, (_, k) => term(k)).reduce((total, one) => total + one, 0);
    /** Outputs, and those that fill them up to a multiple of four. */
    const outputs = Math.ceil(M / 4) * 4;
    const padded = (row: number[]): number[] => [...row, ...Array<number>(outputs - M).fill(0)];

    it(`has the output of ${what}`, () => {
      const { shop, full, w, biases } = layer();
      const x = matrix(D, 5);
      const out = putRows(shop, Array(N).fill(Array(outputs).fill(7)));
      full.forward(shop.kernels, putRows(shop, x), out, groups);
      const right = x.map((row) =>
        padded(Array.from(biases, (b, m) => b + sum(D, (d) => row[d]! * w(d, m)))),
      );
      expect(rowsIn(shop, out, N)).to.deep.equal(right);
    });

    it(`has the gradient by the input of ${what}`, () => {
      const { shop, full, w } = layer();
      const dout = matrix(M, 6);
      const dx = putRows(shop, Array(N).fill(Array(D).fill(7)));
      full.backwardInput(shop.kernels, putRows(shop, dout.map(padded)), dx, groups);
      const right = dout.map((row) => inputs.map((_, d) => sum(M, (m) => row[m]! * w(d, m))));
      expect(rowsIn(shop, dx, N)).to.deep.equal(right);
    });

    it(`has the gradient by the weights and biases of ${what}, and then begins anew`, () => {
      const { shop, full } = layer();
      const x = matrix(D, 7);
      const from = putRows(shop, x);
      for (const seed of [8, 9]) {
        const dout = matrix(M, seed);
        const gradient = shop.put(new Float32Array(3 + D * M + M + 2));
        const filled = putRows(shop, dout.map(padded));
        full.backward(shop.kernels, from, filled, groups, gradient);
        full.store(shop.kernels, gradient);
        const right = Array<number>(D * M).fill(0);
        inputs.forEach((input, d) => {
          for (let m = 0; m < M; m++) {
            right[input * M + m] = sum(N, (n) => x[n]![d]! * dout[n]![m]!);
          }
        });
        const sums = Array.from({ length: M }, (_, m) => sum(N, (n) => dout[n]![m]!));
        const all = [0, 0, 0, ...right, ...sums, 0, 0];
        expect(shop.get(gradient, all.length)).to.deep.equal(all);
      }
    });
  }
});
