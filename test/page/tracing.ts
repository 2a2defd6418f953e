/** A digit of the data set as a pen would draw it: thinned to lines, which are followed from end to end. */
import { SIDE } from '#datasets/digits';
import type { Place, Stroke } from '../../page/app/drawing.ts';

/** From this grey value on a pixel is ink. */
const INK = 110;

/** The eight pixels around one, clockwise from the one above: rows and columns to go. */
const AROUND = [
  [-1, 0],
  [-1, 1],
  [0, 1],
  [1, 1],
  [1, 0],
  [1, -1],
  [0, -1],
  [-1, -1],
] as const;

/**
 * The strokes of a digit.
 *
 * @param pixels 784 grey values
 * @returns places as parts of the image's side
 */
export function traced(pixels: ArrayLike<number>): Stroke[] {
  const line = thinned(Array.from(pixels, (grey) => grey >= INK));
  const left = new Set(line.flatMap((isInk, place) => (isInk ? [place] : [])));
  const neighbours = (place: number): number[] =>
    around(place).filter((other) => line[other] === true);
  const strokes: Stroke[] = [];
  while (left.size > 0) {
    const starts = [...left];
    // From an end, if there is one; a ring has none.
    const start = starts.find((place) => neighbours(place).length === 1) ?? starts[0]!;
    const path: number[] = [];
    for (let place: number | undefined = start; place !== undefined;) {
      path.push(place);
      left.delete(place);
      place = neighbours(place).find((other) => left.has(other));
    }
    // What begins or ends beside another line meets it there.
    const meets = (place: number): number[] =>
      neighbours(place).filter((other) => !path.slice(-2).includes(other) && other !== path[1]);
    const whole = [...meets(path[0]!).slice(0, 1), ...path, ...meets(path.at(-1)!).slice(0, 1)];
    strokes.push(whole.map(placeOf));
  }
  return strokes;
}

function placeOf(pixel: number): Place {
  return [((pixel % SIDE) + 0.5) / SIDE, (Math.floor(pixel / SIDE) + 0.5) / SIDE];
}

/** The places around one, clockwise from the one above; beyond the border there are none, so -1. */
function around(place: number): number[] {
  const [row, column] = [Math.floor(place / SIDE), place % SIDE];
  return AROUND.map(([down, right]) => {
    const [i, j] = [row + down, column + right];
    return i < 0 || i >= SIDE || j < 0 || j >= SIDE ? -1 : i * SIDE + j;
  });
}

/**
 * Peels ink off until lines of one pixel are left.
 *
 * Zhang and Suen 1984, A fast parallel algorithm for thinning digital patterns, https://doi.org/10.1145/357994.358023
 */
function thinned(ink: readonly boolean[]): boolean[] {
  let now = [...ink];
  for (;;) {
    const before = now;
    for (const isSecond of [false, true]) {
      const old = now;
      now = old.map((isInk, place) => isInk && !isPeeled(old, place, isSecond));
    }
    if (now.every((isInk, place) => isInk === before[place])) return now;
  }
}

function isPeeled(ink: readonly boolean[], place: number, isSecond: boolean): boolean {
  const near = around(place).map((other) => ink[other] === true);
  const count = near.filter(Boolean).length;
  const changes = near.filter((isInk, i) => !isInk && near[(i + 1) % 8]!).length;
  const [above, , right, , below, , left] = near as [
    boolean,
    boolean,
    boolean,
    boolean,
    boolean,
    boolean,
    boolean,
  ];
  const isOnSide = isSecond
    ? !(above && right && left) && !(above && below && left)
    : !(above && right && below) && !(right && below && left);
  return count >= 2 && count <= 6 && changes === 1 && isOnSide;
}
