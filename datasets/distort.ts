/**
 * A picture that is moved, turned, resized and warped: another picture of the same thing, so that a few thousand
 * pictures do for a network that wants many.
 *
 * Warping moves every place by an amount of its own, and neighbours by nearly the same: the idea of P. Simard,
 * D. Steinkraus and J. Platt 2003, Best practices for convolutional neural networks, section 2,
 * https://doi.org/10.1109/ICDAR.2003.1227801. They smooth a random field of displacements; here a few random ones, on
 * a coarse grid, are interpolated, which is cheaper.
 */

/** How many points the grid of a warp has along each side. */
const GRID = 5;

/** How many numbers a warp consists of: for each point of its grid a displacement to the right and one down. */
export const WARP_SIZE = 2 * GRID * GRID;

/** What happens to a picture. */
export interface Distortion {
  /** By how many pixels it is moved. */
  right: number;
  down: number;
  /** By what angle in radians it is turned clockwise around its centre. */
  turn: number;
  /** How many times as large it becomes, above 0. */
  zoom: number;
  /**
   * By how many pixels the points of a grid are moved on top of that, row by row, for each point to the right and down,
   * shape (WARP_SIZE). Without any, nothing is warped.
   */
  warp: Float32Array;
}

/**
 * Draws a distorted picture. Between pixels it is interpolated bilinearly; what comes into the picture at its border is
 * background, 0.
 *
 * @param source grey values from 0 to 255, shape (side · side)
 * @param target where the picture is written, with values from 0 to 1, shape (side · side)
 */
export function distort(
  source: Uint8Array,
  target: Float32Array,
  side: number,
  { right, down, turn, zoom, warp }: Distortion,
): void {
  const isWarped = warp.length > 0;
  if (right === 0 && down === 0 && turn === 0 && zoom === 1 && !isWarped) {
    // What comes of the rest, in a fraction of the time.
    for (let i = 0; i < target.length; i++) target[i] = source[i]! / 255;
    return;
  }
  const centre = (side - 1) / 2;
  const [cos, sin] = [Math.cos(turn) / zoom, Math.sin(turn) / zoom];
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) {
      let y = i - centre - down;
      let x = j - centre - right;
      if (isWarped) {
        const [v, u] = [(i * (GRID - 1)) / (side - 1), (j * (GRID - 1)) / (side - 1)];
        x -= between(warp, v, u, 0);
        y -= between(warp, v, u, 1);
      }
      // The place in the source that comes to lie here.
      const row = cos * y - sin * x + centre;
      const column = sin * y + cos * x + centre;
      const top = Math.floor(row);
      const left = Math.floor(column);
      const below = row - top;
      const beside = column - left;
      target[i * side + j] =
        ((1 - below) * (1 - beside) * pixelAt(source, side, top, left) +
          (1 - below) * beside * pixelAt(source, side, top, left + 1) +
          below * (1 - beside) * pixelAt(source, side, top + 1, left) +
          below * beside * pixelAt(source, side, top + 1, left + 1)) /
        255;
    }
  }
}

/** One of the two displacements at row v and column u of the grid, interpolated bilinearly. */
function between(warp: Float32Array, v: number, u: number, axis: 0 | 1): number {
  const top = Math.min(Math.floor(v), GRID - 2);
  const left = Math.min(Math.floor(u), GRID - 2);
  const [below, beside] = [v - top, u - left];
  const at = 2 * (top * GRID + left) + axis;
  return (
    (1 - below) * ((1 - beside) * warp[at]! + beside * warp[at + 2]!) +
    below * ((1 - beside) * warp[at + 2 * GRID]! + beside * warp[at + 2 * GRID + 2]!)
  );
}

function pixelAt(image: Uint8Array, side: number, i: number, j: number): number {
  return i < 0 || i >= side || j < 0 || j >= side ? 0 : image[i * side + j]!;
}
