import { WARP_SIZE } from '#datasets/distort';
import { expect } from 'chai';
import { batchOf, partOf, unmoved, type Digits } from '../../../reference/capstone/digits.ts';
import { PIXELS, SIDE } from '../../../reference/capstone/network.ts';

/** Two digits: a 3 that is blank, and a 5 whose only pixels are those given, as (row, column, grey value). */
function withPixels(...pixels: [row: number, column: number, grey: number][]): Digits {
  const digits = { pixels: new Uint8Array(2 * PIXELS), labels: Uint8Array.of(3, 5) };
  for (const [row, column, grey] of pixels) {
    digits.pixels[PIXELS + row * SIDE + column] = grey;
  }
  return digits;
}

/** The pixels of an image that are not 0, as (row, column, value). */
function pixelsOf(image: Float32Array): number[][] {
  return [...image].flatMap((value, i) =>
    value === 0 ? [] : [[Math.floor(i / SIDE), i % SIDE, value]],
  );
}

/** The second digit, distorted. */
function moved(digits: Digits, right: number, down: number, turn = 0, zoom = 1): number[][] {
  const moves = Float32Array.of(right, down, turn, zoom);
  return pixelsOf(batchOf(digits, { ...unmoved(Uint32Array.of(1)), moves }).images);
}

/** Asks for pixels to be those expected, but for rounding and for traces of an angle's rounding. */
function expectPixels(actual: number[][], expected: number[][]): void {
  const seen = actual.filter((pixel) => pixel[2]! > 1e-5);
  expect(seen.map((pixel) => pixel.slice(0, 2))).to.deep.equal(
    expected.map((pixel) => pixel.slice(0, 2)),
  );
  seen.forEach((pixel, i) => expect(pixel[2]).to.be.closeTo(expected[i]![2]!, 1e-5));
}

describe('batchOf', () => {
  it('gives the chosen digits in their order, with pixels from 0 to 1', () => {
    const digits = withPixels([2, 3, 255], [27, 27, 51]);
    const { images, labels } = batchOf(digits, unmoved(Uint32Array.of(1, 0, 1)));
    expect([...labels]).to.deep.equal([5, 3, 5]);
    const five = pixelsOf(images.subarray(0, PIXELS));
    expect(five).to.deep.equal([
      [2, 3, 1],
      [27, 27, Math.fround(0.2)],
    ]);
    expect(pixelsOf(images.subarray(PIXELS, 2 * PIXELS))).to.deep.equal([]);
    expect(pixelsOf(images.subarray(2 * PIXELS))).to.deep.equal(five);
  });

  it('moves a digit to the right, left, down and up', () => {
    const digits = withPixels([10, 12, 255]);
    expect(moved(digits, 2, 0)).to.deep.equal([[10, 14, 1]]);
    expect(moved(digits, -2, 0)).to.deep.equal([[10, 10, 1]]);
    expect(moved(digits, 0, 3)).to.deep.equal([[13, 12, 1]]);
    expect(moved(digits, 0, -3)).to.deep.equal([[7, 12, 1]]);
    expect(moved(digits, -1, 4)).to.deep.equal([[14, 11, 1]]);
  });

  it('moves each digit in its own way', () => {
    const digits = withPixels([10, 12, 255]);
    const moves = Float32Array.of(1, 0, 0, 1, 0, -2, 0, 1);
    const { images } = batchOf(digits, { ...unmoved(Uint32Array.of(1, 1)), moves });
    expect(pixelsOf(images.subarray(0, PIXELS))).to.deep.equal([[10, 13, 1]]);
    expect(pixelsOf(images.subarray(PIXELS))).to.deep.equal([[8, 12, 1]]);
  });

  it('drops what leaves the image, and brings nothing in from the other side or from a neighbour', () => {
    const corners = withPixels([0, 0, 255], [0, 27, 255], [27, 0, 255], [27, 27, 255]);
    expect(moved(corners, 1, 0)).to.deep.equal([
      [0, 1, 1],
      [27, 1, 1],
    ]);
    expect(moved(corners, -1, 0)).to.deep.equal([
      [0, 26, 1],
      [27, 26, 1],
    ]);
    expect(moved(corners, 0, 1)).to.deep.equal([
      [1, 0, 1],
      [1, 27, 1],
    ]);
    expect(moved(corners, 0, -1)).to.deep.equal([
      [26, 0, 1],
      [26, 27, 1],
    ]);
    expect(moved(corners, 27, 27)).to.deep.equal([[27, 27, 1]]);
    expect(moved(corners, -27, -27)).to.deep.equal([[0, 0, 1]]);
  });

  it('shares a pixel between its neighbours when it comes to lie between them', () => {
    const digits = withPixels([10, 12, 255]);
    expect(moved(digits, 0.5, 0)).to.deep.equal([
      [10, 12, 0.5],
      [10, 13, 0.5],
    ]);
    expect(moved(digits, -0.25, 0.5)).to.deep.equal([
      [10, 11, 0.125],
      [10, 12, 0.375],
      [11, 11, 0.125],
      [11, 12, 0.375],
    ]);
    // Half of it is outside.
    expect(moved(withPixels([0, 27, 255]), 0.5, 0)).to.deep.equal([[0, 27, 0.5]]);
  });

  it('turns a digit clockwise around the middle of the image', () => {
    // The middle is at 13.5. The pixel is 3.5 above and 1.5 to the left of it, so it comes to be 3.5 to the right and
    // 1.5 above.
    const digits = withPixels([10, 12, 255]);
    expectPixels(moved(digits, 0, 0, Math.PI / 2), [[12, 17, 1]]);
    expectPixels(moved(digits, 0, 0, Math.PI), [[17, 15, 1]]);
    expectPixels(moved(digits, 0, 0, -Math.PI / 2), [[15, 10, 1]]);
  });

  it('moves a digit after it is turned', () => {
    expectPixels(moved(withPixels([10, 12, 255]), 2, -3, Math.PI / 2), [[9, 19, 1]]);
  });

  it('makes a digit larger and smaller around the middle', () => {
    // Twice as large, what was at ±0.5 from the middle is at ±1, between two pixels on each side.
    const four = withPixels([13, 13, 255], [13, 14, 255], [14, 13, 255], [14, 14, 255]);
    const share = { 11: 0.25, 12: 0.75, 13: 1, 14: 1, 15: 0.75, 16: 0.25 };
    const places = Object.entries(share).map(([place, part]) => [Number(place), part] as const);
    const doubled = places.flatMap(([i, a]) => places.map(([j, b]) => [i, j, a * b]));
    expectPixels(moved(four, 0, 0, 0, 2), doubled);
    // Half as large, a pixel looks at a place twice as far from the middle: 4.5 to the right of it is 9, between the
    // pixels at 8.5 and 9.5, and 1.5 above it is 3, between those at 2.5 and 3.5.
    expectPixels(moved(withPixels([10, 23, 255]), 0, 0, 0, 0.5), [[12, 18, 0.25]]);
  });
});

describe('A draw of digits', () => {
  it('of unmoved ones moves and turns none, and leaves their sizes', () => {
    const draw = unmoved(Uint32Array.of(4, 2));
    expect([...draw.indices]).to.deep.equal([4, 2]);
    expect([...draw.moves]).to.deep.equal([0, 0, 0, 1, 0, 0, 0, 1]);
  });

  it('can be taken in parts, the last of which may be smaller', () => {
    const moves = Float32Array.from({ length: 12 }, (_, i) => i);
    const warps = Float32Array.from({ length: 3 * WARP_SIZE }, (_, i) => i);
    const draw = { indices: Uint32Array.of(7, 8, 9), moves, warps };
    expect(partOf(draw, 0, 2)).to.deep.equal({
      indices: Uint32Array.of(7, 8),
      moves: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
      warps: warps.slice(0, 2 * WARP_SIZE),
    });
    expect(partOf(draw, 2, 4)).to.deep.equal({
      indices: Uint32Array.of(9),
      moves: Float32Array.of(8, 9, 10, 11),
      warps: warps.slice(2 * WARP_SIZE),
    });
  });
});
