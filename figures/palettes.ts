/** Colours for numbers. */

type Colour = readonly [red: number, green: number, blue: number];

/** The colour for a part of a range, from 0 to 1. */
export type Palette = (part: number) => Colour;

const WHITE: Colour = [255, 255, 255];
const BLACK: Colour = [0, 0, 0];
// Blue and red are told apart by nearly everybody, unlike green and red.
const BLUE: Colour = [33, 102, 172];
const RED: Colour = [178, 24, 43];

/** White paper at 0, black ink at 1. */
export const ink: Palette = (part) => mixed(WHITE, BLACK, part);

/** Blue at 0, white in the middle, red at 1. */
export const diverging: Palette = (part) =>
  part < 0.5 ? mixed(BLUE, WHITE, 2 * part) : mixed(WHITE, RED, 2 * part - 1);

/** A colour as SVG and CSS have it. */
export function cssColour(colour: Colour): string {
  return `rgb(${colour.join(', ')})`;
}

function mixed(from: Colour, to: Colour, part: number): Colour {
  const channel = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * part);
  return [channel(0), channel(1), channel(2)];
}
