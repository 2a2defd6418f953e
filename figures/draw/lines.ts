/** Lines through points, some of them dashed: Plot has one dash pattern a mark, so those are a mark of their own. */
import * as Plot from '@observablehq/plot';
import type { PlacedPoint } from './options.ts';

/** Between dashes there is as much ink as paper. */
const DASHES = '6 4';

/**
 * A line for each series, with a dot at each of its points.
 *
 * @param points of all series, in order
 * @param clip whether what lies outside of the frame is left out
 * @param look how wide the lines are, and the dots' radius; without one there are no dots
 */
export function lines(
  points: readonly PlacedPoint[],
  clip: boolean,
  { width, radius }: { width: number; radius?: number },
): Plot.Markish[] {
  return [false, true].flatMap((dashed) => {
    const own = points.filter((point) => point.dashed === dashed);
    if (own.length === 0) return [];
    const place = { x: 'x', y: 'y', clip } as const;
    return [
      Plot.line(own, {
        ...place,
        z: 'name',
        stroke: 'name',
        strokeWidth: width,
        ...(dashed && { strokeDasharray: DASHES }),
      }),
      radius === undefined
        ? null
        : Plot.dot(own, {
            ...place,
            r: radius,
            ...(dashed ? { stroke: 'name' } : { fill: 'name' }),
          }),
    ];
  });
}
