/** Small pictures side by side, with their names below. */
import * as Plot from '@observablehq/plot';
import { bitmap } from '../bitmap.ts';
import type { Images } from '../figure.ts';
import { diverging, ink } from '../palettes.ts';
import { WIDTH, type Options } from './options.ts';

/** So many pictures stand in a row unless said otherwise, and few ones are not larger than if there were so many. */
const [MOST, FEWEST] = [10, 5];
const GAP = 8;
const NAME = 20;

/** The options of Plot for at least one picture. */
export function images({ images: all, colours, range, perRow = MOST }: Images): Options {
  const palette = colours === 'ink' ? ink : diverging;
  const columns = Math.min(all.length, perRow);
  const rows = Math.ceil(all.length / columns);
  const side = Math.floor(WIDTH / Math.max(columns, FEWEST)) - GAP;
  const places = all.map(({ name, pixels, width }, i) => ({
    name,
    column: i % columns,
    row: Math.floor(i / columns),
    picture: bitmap(pixels, width, palette, range),
  }));
  return {
    x: { axis: null, domain: [-0.5, columns - 0.5] },
    y: { axis: null, domain: [rows - 0.5, -0.5] },
    height: rows * (side + GAP + NAME),
    width: columns * (side + GAP),
    marginLeft: 0,
    marginRight: 0,
    marks: [
      Plot.image(places, {
        x: 'column',
        y: 'row',
        src: 'picture',
        width: side,
        height: side,
        dy: -NAME / 2,
        imageRendering: 'pixelated',
      }),
      Plot.text(places, { x: 'column', y: 'row', text: 'name', dy: side / 2 }),
    ],
  };
}
