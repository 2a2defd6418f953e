/** What lies between the fast kernels, beside loops over plain images. */
import { expect } from 'chai';
import { layoutOf, type ImageSize } from '../../../../reference/capstone/fast/layout.ts';
import {
  reluPool,
  reluPoolBackward,
  reluRows,
  reluRowsBackward,
} from '../../../../reference/capstone/fast/pooling.ts';
import {
  imagesOf,
  pixelsOf,
  planesOf,
  quadsOf,
  SIZES,
  sizeText,
  wholeImages,
  type Images,
} from './images.ts';

/** What the kernels leave behind a row is no pixel, however large it is. */
const BEHIND = 99;

const EVEN: readonly ImageSize[] = [
  { N: 4, C: 4, H: 2, W: 8 },
  { N: 4, C: 8, H: 4, W: 6 },
  { N: 12, C: 8, H: 6, W: 10 },
];

/** The four pixels of a 2×2 window in row-major order. */
function windowOf(x: Images, n: number, c: number, i: number, j: number): number[] {
  const [top, left] = [2 * i, 2 * j];
  return [
    x.at(n, c, top, left),
    x.at(n, c, top, left + 1),
    x.at(n, c, top + 1, left),
    x.at(n, c, top + 1, left + 1),
  ];
}

describe('Pooling between the fast kernels', () => {
  for (const size of EVEN) {
    const half = { ...size, H: size.H / 2, W: size.W / 2 };

    it(`takes the largest of each window of ${sizeText(size)}, or 0`, () => {
      const x = wholeImages(size, 21);
      const { planes } = reluPool(quadsOf(x, BEHIND), layoutOf(size));
      const inside = (i: number, j: number) => i >= 0 && j >= 0 && i < half.H && j < half.W;
      const right = {
        ...half,
        at: (n: number, c: number, i: number, j: number) =>
          inside(i, j) ? Math.max(0, ...windowOf(x, n, c, i, j)) : 0,
      };
      expect(planes).to.deep.equal(planesOf(right));
    });

    it(`gives the slope to the first largest of each window of ${sizeText(size)}`, () => {
      // Nine whole numbers for four pixels: there are ties and windows without anything above 0.
      const x = wholeImages(size, 22);
      const dpooled = wholeImages(half, 23);
      const layout = layoutOf(size);
      const { places } = reluPool(quadsOf(x, BEHIND), layout);
      const planes = reluPoolBackward(quadsOf(dpooled, BEHIND), places, layout);
      const pixels: number[] = [];
      const right = imagesOf(pixels, size);
      for (let n = 0; n < size.N; n++) {
        for (let c = 0; c < size.C; c++) {
          for (let i = 0; i < size.H; i++) {
            for (let j = 0; j < size.W; j++) {
              const pool = windowOf(x, n, c, i >> 1, j >> 1);
              const largest = Math.max(...pool);
              const isFirst = pool.indexOf(largest) === 2 * (i & 1) + (j & 1);
              pixels.push(isFirst && largest > 0 ? dpooled.at(n, c, i >> 1, j >> 1) : 0);
            }
          }
        }
      }
      expect(planes).to.deep.equal(planesOf(right));
    });
  }

  it('lets through what is not a number, wherever it is in a window', () => {
    const size = { N: 4, C: 4, H: 2, W: 2 };
    for (let place = 0; place < 4; place++) {
      const x = wholeImages(size, 24);
      const broken = { ...x, at: (...at: [number, number, number, number]) => x.at(...at) };
      broken.at = (n, c, i, j) =>
        n === 1 && c === 2 && 2 * i + j === place ? NaN : x.at(n, c, i, j);
      const { planes } = reluPool(quadsOf(broken, BEHIND), layoutOf(size));
      expect(planes.filter(Number.isNaN)).to.have.length(1);
    }
  });

  for (const size of SIZES.filter(({ C }) => C > 1)) {
    it(`makes rows of ${sizeText(size)} after a ReLU`, () => {
      const x = wholeImages(size, 25);
      const rows = reluRows(quadsOf(x, BEHIND), layoutOf(size));
      expect([...rows]).to.deep.equal(pixelsOf(x).map((value) => Math.max(0, value)));
    });

    it(`takes the slopes of rows back to ${sizeText(size)}`, () => {
      const x = wholeImages(size, 26);
      const drows = wholeImages(size, 27);
      const layout = layoutOf(size);
      const rows = reluRows(quadsOf(x, BEHIND), layout);
      const planes = reluRowsBackward(Float32Array.from(pixelsOf(drows)), rows, layout);
      const right = {
        ...size,
        at: (...at: [number, number, number, number]) => (x.at(...at) > 0 ? drows.at(...at) : 0),
      };
      expect(planes).to.deep.equal(planesOf(right));
    });
  }
});
