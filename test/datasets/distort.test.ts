/** How digits are moved, turned and resized is tested with the capstone's batches: here is what a warp does. */
import { distort, WARP_SIZE } from '#datasets/distort';
import { seededRandom } from '#datasets/random';
import { expect } from 'chai';

/** A picture of 9×9, so that the grid's points are every second pixel. */
const SIDE = 9;

const random = seededRandom(4);
const picture = Uint8Array.from({ length: SIDE * SIDE }, () => 256 * random());
const still = { right: 0, down: 0, turn: 0, zoom: 1 };

function warped(warp: Float32Array, moves = still): Float32Array {
  const target = new Float32Array(SIDE * SIDE).fill(7);
  distort(picture, target, SIDE, { ...moves, warp });
  return target;
}

/** A warp that moves each point of the grid, given by its row and column. */
function warpOf(
  move: (row: number, column: number) => [right: number, down: number],
): Float32Array {
  const points = Array.from({ length: WARP_SIZE / 2 }, (_, i) => move(Math.floor(i / 5), i % 5));
  return Float32Array.from(points.flat());
}

describe('A warp', () => {
  it('that moves nothing leaves the picture as it is, and none at all does so too', () => {
    const expected = Float32Array.from(picture, (value) => value / 255);
    expect(warped(new Float32Array(WARP_SIZE))).to.deep.equal(expected);
    expect(warped(new Float32Array(0))).to.deep.equal(expected);
  });

  it('that moves all points alike moves the picture', () => {
    const moved = warped(warpOf(() => [2, -1]));
    expect(moved).to.deep.equal(warped(new Float32Array(0), { ...still, right: 2, down: -1 }));
  });

  it('that moves one point moves the pixels around it, the less the farther they are', () => {
    // The point in row 1 and column 2 of the grid lies on the pixel (2, 4), and moves it two pixels to the right.
    const moved = warped(warpOf((row, column) => (row === 1 && column === 2 ? [2, 0] : [0, 0])));
    const grey = (i: number, j: number) => picture[i * SIDE + j]! / 255;
    const at = (i: number, j: number) => moved[i * SIDE + j]!;
    expect(at(2, 4)).to.be.closeTo(grey(2, 2), 1e-6);
    // Half way to the next points it is one pixel, above, below and at the side; a quarter of two at a corner.
    expect(at(1, 4)).to.be.closeTo(grey(1, 3), 1e-6);
    expect(at(3, 4)).to.be.closeTo(grey(3, 3), 1e-6);
    expect(at(2, 5)).to.be.closeTo(grey(2, 4), 1e-6);
    expect(at(3, 5)).to.be.closeTo((grey(3, 4) + grey(3, 5)) / 2, 1e-6);
    // Beyond them nothing moves.
    for (const [i, j] of [
      [0, 4],
      [4, 4],
      [2, 2],
      [2, 6],
      [8, 8],
    ] as const) {
      expect(at(i, j)).to.be.closeTo(grey(i, j), 1e-6);
    }
  });

  it('moves to the right with the first number of a point, and down with the second', () => {
    const down = warped(warpOf(() => [0, 3]));
    for (let j = 0; j < SIDE; j++) {
      expect(down[3 * SIDE + j]).to.be.closeTo(picture[j]! / 255, 1e-6);
      expect(down[j]).to.equal(0);
    }
  });

  it('leaves the picture that it is given unchanged', () => {
    const before = picture.slice();
    warped(warpOf((row, column) => [row - 2, column - 2]));
    expect(picture).to.deep.equal(before);
  });
});
