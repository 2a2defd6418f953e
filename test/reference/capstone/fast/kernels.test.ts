/** The kernels of the fast engine, each beside loops over plain images: see naive.ts. */
import { expect } from 'chai';
import {
  convolution,
  packFilters,
  packTurnedFilters,
} from '../../../../reference/capstone/fast/convolution.ts';
import { filterGradient } from '../../../../reference/capstone/fast/filter-gradient.ts';
import { layoutOf, panels } from '../../../../reference/capstone/fast/layout.ts';
import { matrixProduct } from '../../../../reference/capstone/fast/product.ts';
import { naiveConvolution, naiveFilterGradient, naiveInputGradient, sumOver } from './naive.ts';
import {
  imagesFromQuads,
  imagesOf,
  pixelsOf,
  planesOf,
  SIZES,
  sizeText,
  wholeImages,
  wholeNumbers,
} from './images.ts';

for (const backend of ['webasm', 'cpu'] as const) {
  describe(`The fast kernels on ${backend}`, () => {
    for (const size of SIZES) {
      const F = size.C === 4 ? 12 : 8;

      it(`convolve ${sizeText(size)} with ${F} filters`, () => {
        const x = wholeImages(size, 2);
        const W = wholeNumbers(F * size.C * 9, 3, 3);
        const b = wholeNumbers(F, 9, 4);
        const run = convolution(backend, layoutOf(size), F);
        const quads = run(planesOf(x), packFilters(W, F, size.C), b);
        const out = imagesFromQuads(quads, { ...size, C: F });
        expect(pixelsOf(out)).to.deep.equal(pixelsOf(naiveConvolution(x, W, b)));
      });

      if (size.C > 1) {
        it(`find the gradient by the input of ${sizeText(size)} and ${F} filters`, () => {
          const dout = wholeImages({ ...size, C: F }, 5);
          const W = wholeNumbers(F * size.C * 9, 3, 6);
          const run = convolution(backend, layoutOf(dout), size.C);
          const none = new Float32Array(size.C);
          const quads = run(planesOf(dout), packTurnedFilters(W, F, size.C), none);
          const right = naiveInputGradient(dout, W, size.C);
          expect(pixelsOf(imagesFromQuads(quads, size))).to.deep.equal(pixelsOf(right));
        });
      }

      it(`find the gradient by ${F} filters and their biases over ${sizeText(size)}`, () => {
        const x = wholeImages(size, 7);
        const dout = wholeImages({ ...size, C: F }, 8);
        const run = filterGradient(backend, layoutOf(size), F);
        // What is there before must not matter.
        const [dW, db] = [new Float32Array(F * size.C * 9).fill(7), new Float32Array(F).fill(7)];
        run(planesOf(dout), planesOf(x), dW, db);
        expect([...dW]).to.deep.equal(naiveFilterGradient(dout, x));
        const sums = Array.from(db, (_, f) => sumOver(size, (n, i, j) => dout.at(n, f, i, j)));
        expect([...db]).to.deep.equal(sums);
      });
    }

    for (const [I, K, J] of [
      [4, 4, 1],
      [8, 12, 10],
      [12, 8, 4],
      [4, 20, 7],
    ] as const) {
      it(`multiply matrices of ${I}×${K} and ${K}×${J}, each as it is or transposed`, () => {
        const a = wholeNumbers(I * K, 9, 9);
        const b = wholeNumbers(K * J, 9, 10);
        const transposed = (x: Float32Array, rows: number) => {
          const columns = x.length / rows;
          return x.map((_, i) => x[(i % rows) * columns + Math.floor(i / rows)]!);
        };
        const right = [];
        for (let i = 0; i < I; i++) {
          for (let j = 0; j < J; j++) {
            let sum = 0;
            for (let k = 0; k < K; k++) sum += a[i * K + k]! * b[k * J + j]!;
            right.push(sum);
          }
        }
        const asItIs = matrixProduct(backend, { I, K, J, rowStep: K, columnStep: 1 });
        const turned = matrixProduct(backend, { I, K, J, rowStep: 1, columnStep: I });
        const [first, second] = [new Float32Array(I * J), new Float32Array(I * J)];
        asItIs(a, panels(transposed(b, K), [K, 1], [J, K]), first);
        turned(transposed(a, I), panels(b, [K, J], [J, 1]), second);
        expect([...first]).to.deep.equal(right);
        expect([...second]).to.deep.equal(right);
      });
    }

    it('give the same again after other inputs', () => {
      const size = { N: 4, C: 1, H: 2, W: 3 };
      const run = convolution(backend, layoutOf(size), 4);
      const W = packFilters(wholeNumbers(36, 3, 11), 4, 1);
      const [one, other] = [12, 13].map((seed) => planesOf(wholeImages(size, seed)));
      const bias = new Float32Array(4);
      const before = run(one!, W, bias).slice();
      expect(run(other!, W, bias)).to.not.deep.equal(before);
      expect(run(one!, W, bias)).to.deep.equal(before);
    });

    it('leave earlier results alone', () => {
      const size = { N: 4, C: 1, H: 2, W: 3 };
      const run = convolution(backend, layoutOf(size), 4);
      const W = packFilters(wholeNumbers(36, 3, 11), 4, 1);
      const bias = new Float32Array(4);
      const images = imagesOf(new Float32Array(24).fill(1), size);
      const first = run(planesOf(images), W, bias);
      const copy = first.slice();
      run(planesOf(wholeImages(size, 14)), W, bias);
      expect(first).to.deep.equal(copy);
    });
  });
}
