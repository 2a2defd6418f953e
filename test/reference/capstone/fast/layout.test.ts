import { expect } from 'chai';
import {
  layoutOf,
  padImages,
  panels,
  zeroPlanes,
} from '../../../../reference/capstone/fast/layout.ts';
import { pixelsOf, planesOf, SIZES, sizeText, wholeImages } from './images.ts';

describe('The layout of the fast kernels', () => {
  it('pads a plane by a pixel on each side, after its rows are rounded up to quads', () => {
    const { S, groups, Q, PH, PW, group } = layoutOf({ N: 4, C: 8, H: 5, W: 9 });
    expect({ S, groups, Q, PH, PW, group }).to.deep.equal({
      S: 4,
      groups: 2,
      Q: 3,
      PH: 7,
      PW: 14,
      group: 4 * 7 * 14 * 4,
    });
  });

  it('keeps an only channel by itself', () => {
    const layout = layoutOf({ N: 4, C: 1, H: 2, W: 4 });
    expect(layout).to.include({ S: 1, groups: 1, Q: 1, PH: 4, PW: 6, group: 4 * 4 * 6 });
    expect(zeroPlanes(layout)).to.deep.equal(new Float32Array(96));
  });

  for (const size of SIZES.filter(({ C }) => C === 1)) {
    it(`writes ${sizeText(size)} as planes`, () => {
      const images = wholeImages(size, 1);
      const pixels = Float32Array.from(pixelsOf(images));
      expect(padImages(pixels, layoutOf(size))).to.deep.equal(planesOf(images));
    });
  }

  it('fills up the planes of fewer images with zeros', () => {
    const size = { N: 4, C: 1, H: 2, W: 3 };
    const one = Float32Array.of(1, 2, 3, 4, 5, 6);
    const planes = padImages(one, layoutOf(size));
    const first = [
      [0, 0, 0, 0, 0, 0],
      [0, 1, 2, 3, 0, 0],
      [0, 4, 5, 6, 0, 0],
      [0, 0, 0, 0, 0, 0],
    ].flat();
    expect([...planes]).to.deep.equal([...first, ...Array<number>(3 * 24).fill(0)]);
  });

  it('writes a matrix as panels of four columns, with zeros behind the last', () => {
    // 2×5, row by row.
    const matrix = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    const right = [1, 2, 3, 4, 6, 7, 8, 9, 5, 0, 0, 0, 10, 0, 0, 0];
    expect([...panels(matrix, [2, 5], [5, 1])]).to.deep.equal(right);
  });

  it('writes the transpose of a matrix as panels', () => {
    // 5×2, row by row: its transpose has the rows 1 3 5 7 9 and 2 4 6 8 10.
    const matrix = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    const right = [1, 3, 5, 7, 2, 4, 6, 8, 9, 0, 0, 0, 10, 0, 0, 0];
    expect([...panels(matrix, [2, 1], [5, 2])]).to.deep.equal(right);
  });

  it('leaves out columns of a matrix that are not asked for', () => {
    const matrix = Float32Array.of(1, 2, 3, 4, 5, 6);
    expect([...panels(matrix, [2, 3], [2, 1])]).to.deep.equal([1, 2, 0, 0, 4, 5, 0, 0]);
  });
});
