/** Dots in a plane, with paths through it and a map below. */
import * as Plot from '@observablehq/plot';
import { bitmap } from '../bitmap.ts';
import type { Axis, Grid, Scatter } from '../figure.ts';
import { diverging } from '../palettes.ts';
import { legend } from './legend.ts';
import { lines } from './lines.ts';
import { axis, colourScale, pointsOf, rangeOf, TOP, X_LABEL, type Options } from './options.ts';

const SVG = 'http://www.w3.org/2000/svg';

/** The options of Plot for a scatter; one with a background must have domains on both axes. */
export function scatter(
  { x, y, groups = [], paths = [], background }: Scatter,
  width: number,
): Options {
  const named = [...paths, ...groups];
  const corners = pointsOf(paths, x, y);
  const dots = pointsOf(groups, x, y);
  const places = [...corners, ...dots];
  const { marks, margins } = legend(named, width);
  // Only an axis that ends somewhere can leave something outside.
  const clip = x.domain !== undefined || y.domain !== undefined;
  return {
    ...margins,
    x: {
      ...axis(
        x,
        places.map((place) => place.x),
      ),
      ...X_LABEL,
    },
    y: axis(
      y,
      places.map((place) => place.y),
    ),
    height: TOP + Math.min(390, 0.85 * width) + margins.marginBottom,
    color: colourScale(named),
    marks: [
      background === undefined ? null : map(background, x, y),
      ...lines(corners, clip, { width: 1.5, radius: 1.5 }),
      Plot.dot(dots, {
        x: 'x',
        y: 'y',
        fill: 'name',
        r: 3,
        stroke: 'white',
        strokeWidth: 0.5,
      }),
      ...marks,
    ],
  };
}

/** A map of values as one picture, stretched over the axes' domains: Plot has no mark for that. */
function map(grid: Grid, x: Axis, y: Axis): Plot.RenderFunction {
  if (x.domain === undefined || y.domain === undefined) {
    throw new RangeError(
      'scatter: there is a background and an axis without a domain; both must have one, so say what the background covers',
    );
  }
  const [[left, right], [bottom, top]] = [x.domain, y.domain];
  const picture = bitmap(grid.values.flat(), grid.values[0]!.length, diverging, rangeOf(grid));
  return (_index, scales, _values, _dimensions, { document }) => {
    const [x1, x2] = [scales.x!(left), scales.x!(right)] as [number, number];
    const [y1, y2] = [scales.y!(top), scales.y!(bottom)] as [number, number];
    const image = document.createElementNS(SVG, 'image');
    const attributes = {
      href: picture,
      x: x1,
      y: y1,
      width: x2 - x1,
      height: y2 - y1,
      preserveAspectRatio: 'none',
      opacity: 0.6,
    };
    for (const [name, value] of Object.entries(attributes)) image.setAttribute(name, String(value));
    return image;
  };
}
