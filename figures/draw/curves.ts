/** Curves: a line for each series, with dots where there are few points. */
import * as Plot from '@observablehq/plot';
import type { Curves } from '../figure.ts';
import { legend } from './legend.ts';
import { axis, colourScale, pointsOf, TOP, X_LABEL, type Options } from './options.ts';

/** So many points on a curve still look like points. */
const FEW = 60;

/** The options of Plot for some curves. */
export function curves({ x, y, curves: series }: Curves, width: number): Options {
  const points = pointsOf(series, x, y);
  // A point between two gaps has no line, so short curves have dots as well.
  const hasDots = series.every((one) => one.points.length <= FEW);
  const { marks, margins } = legend(series, width);
  // Only an axis that ends somewhere can leave something outside.
  const clip = x.domain !== undefined || y.domain !== undefined;
  return {
    ...margins,
    height: TOP + Math.min(260, 0.65 * width) + margins.marginBottom,
    x: {
      ...axis(
        x,
        points.map((point) => point.x),
      ),
      ...X_LABEL,
    },
    y: axis(
      y,
      points.map((point) => point.y),
    ),
    color: colourScale(series),
    marks: [
      Plot.line(points, { x: 'x', y: 'y', z: 'name', stroke: 'name', strokeWidth: 2, clip }),
      hasDots ? Plot.dot(points, { x: 'x', y: 'y', fill: 'name', r: 2.5, clip }) : null,
      ...marks,
    ],
  };
}
