/** Small pictures side by side, with their names below. */
import * as Plot from '@observablehq/plot';
import { bitmap } from '../bitmap.ts';
import type { Images } from '../figure.ts';
import { diverging, ink } from '../palettes.ts';
import type { Options } from './options.ts';

/** The width of a picture with the gap beside it: at least, where nobody says how many stand in a row, and at most. */
const [SMALLEST, LARGEST] = [64, 128];
const GAP = 8;
/** The height of a line of a name, and the width of a character; Plot thinks of narrower ones. */
const [LINE, CHARACTER] = [16, 7];
const NARROWER = 0.8;

/** The options of Plot for at least one picture. */
export function images({ images: all, colours, range, perRow }: Images, width: number): Options {
  const palette = colours === 'ink' ? ink : diverging;
  const columns = Math.min(all.length, perRow ?? Math.floor(width / SMALLEST));
  const rows = Math.ceil(all.length / columns);
  const cell = Math.min(Math.floor(width / columns), LARGEST);
  const side = cell - GAP;
  // A name that is wider than its picture goes on in a second line.
  const isLong = all.some(({ name }) => CHARACTER * name.length > cell);
  const below = LINE * (isLong ? 2 : 1) + 4;
  const places = all.map(({ name, pixels, width: row }, i) => ({
    name,
    column: i % columns,
    row: Math.floor(i / columns),
    picture: bitmap(pixels, row, palette, range),
  }));
  return {
    x: { axis: null, domain: [-0.5, width / cell - 0.5] },
    y: { axis: null, domain: [rows - 0.5, -0.5] },
    height: rows * (cell + below),
    marginTop: 0,
    marginBottom: 0,
    marginLeft: 0,
    marginRight: 0,
    marks: [
      Plot.image(places, {
        x: 'column',
        y: 'row',
        src: 'picture',
        width: side,
        height: side,
        dy: -below / 2,
        imageRendering: 'pixelated',
      }),
      Plot.text(places, {
        x: 'column',
        y: 'row',
        text: 'name',
        lineAnchor: 'top',
        lineHeight: LINE / 12,
        lineWidth: isLong ? (NARROWER * cell) / 12 : Number.POSITIVE_INFINITY,
        dy: (side - below) / 2 + 4,
      }),
    ],
  };
}
