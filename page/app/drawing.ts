/**
 * A drawing, and the image that a network is shown of it: made as the digits of MNIST were, scaled into 20×20 pixels
 * and laid into 28×28 with its centre of mass in the middle (LeCun et al. 1998, section III A,
 * https://doi.org/10.1109/5.726791).
 */
import { PIXELS, SIDE } from '#datasets/digits';

/** A place in the square, from its top left corner, as parts of its side. */
export type Place = readonly [right: number, down: number];

/** The places that the pen went through without being lifted: one of them is a dot. */
export type Stroke = readonly Place[];

/** The larger side of the box that a digit is scaled into, and how wide a stroke is in it, in pixels. */
const [BOX, WIDTH] = [20, 2.6];

/** Where a digit's centre of mass comes to lie, right and down: in the middle of the pixel behind the image's middle. */
const CENTRE = SIDE / 2 + 0.5;

/** What is smaller than this part of the square is a dot, and no digit that wants to be enlarged. */
const SMALLEST = 0.1;

/** A line from one place to another. */
type Line = readonly [from: Place, to: Place];

/**
 * The image of a drawing.
 *
 * However large it was drawn, its strokes are equally wide, since a pen's width says nothing of the digit.
 *
 * @param strokes none is a blank image
 * @returns 784 values from 0 (paper) to 1 (ink), row by row from the top left
 */
export function imageOf(strokes: readonly Stroke[]): Float32Array {
  const places = strokes.flat();
  if (places.length === 0) return new Float32Array(PIXELS);
  const [left, right] = ends(places.map(([x]) => x));
  const [top, bottom] = ends(places.map(([, y]) => y));
  const scale = (BOX - WIDTH) / Math.max(right - left, bottom - top, SMALLEST);
  const lines = strokes.flatMap(linesOf);
  /** The drawing with the middle of its box, and with it all else, moved by so many pixels. */
  const drawn = (moveRight: number, moveDown: number): Float32Array =>
    inked(
      lines.map(
        (line) =>
          line.map(([x, y]) => [
            (x - (left + right) / 2) * scale + CENTRE + moveRight,
            (y - (top + bottom) / 2) * scale + CENTRE + moveDown,
          ]) as unknown as Line,
      ),
    );
  const [massRight, massDown] = centreOfMass(drawn(0, 0));
  return drawn(CENTRE - massRight, CENTRE - massDown);
}

function ends(numbers: readonly number[]): [low: number, high: number] {
  return [Math.min(...numbers), Math.max(...numbers)];
}

function linesOf(stroke: Stroke): Line[] {
  if (stroke.length === 1) return [[stroke[0]!, stroke[0]!]];
  return stroke.slice(1).map((place, i) => [stroke[i]!, place]);
}

/** Ink wherever a line is nearer than half its width; a pixel on the edge is grey. */
function inked(lines: readonly Line[]): Float32Array {
  const image = new Float32Array(PIXELS);
  for (const line of lines) {
    const [from, to] = line;
    const [left, right] = ends([from[0], to[0]]);
    const [top, bottom] = ends([from[1], to[1]]);
    for (let i = first(top); i <= last(bottom); i++) {
      for (let j = first(left); j <= last(right); j++) {
        const ink = WIDTH / 2 + 0.5 - distance([j + 0.5, i + 0.5], line);
        const place = i * SIDE + j;
        image[place] = Math.max(image[place]!, Math.min(1, Math.max(0, ink)));
      }
    }
  }
  return image;
}

/** The first and the last row, or column, that ink at a place can reach. */
function first(place: number): number {
  return Math.max(0, Math.floor(place - WIDTH));
}

function last(place: number): number {
  return Math.min(SIDE - 1, Math.ceil(place + WIDTH));
}

/** How far a place is from a line. */
function distance([x, y]: Place, [[x1, y1], [x2, y2]]: Line): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((x - x1) * dx + (y - y1) * dy) / length;
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(x - x1 - part * dx, y - y1 - part * dy);
}

/** The mean place of an image's ink, of which there is some, with the image's top left corner at (0, 0). */
export function centreOfMass(image: ArrayLike<number>): Place {
  let [mass, right, down] = [0, 0, 0];
  for (let place = 0; place < image.length; place++) {
    const ink = image[place]!;
    mass += ink;
    right += ink * ((place % SIDE) + 0.5);
    down += ink * (Math.floor(place / SIDE) + 0.5);
  }
  return [right / mass, down / mass];
}
