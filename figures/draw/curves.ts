/** Curves: a line for each series, with dots where there are few points. */
import type { Curves } from '../figure.ts';
import { legend } from './legend.ts';
import { lines } from './lines.ts';
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
    marks: [...lines(points, clip, { width: 2, ...(hasDots && { radius: 2.5 }) }), ...marks],
  };
}
