/** A matrix as coloured cells. */
import * as Plot from '@observablehq/plot';
import type { HeatMap } from '../figure.ts';
import { cssColour, diverging } from '../palettes.ts';
import { BOTTOM, LEFT, rangeOf, RIGHT, X_LABEL, type Options } from './options.ts';

const MOST_TICKS = 15;
const GAP = 4;

/** The options of Plot for a heat map of at least one row and column. */
export function heatMap({ x, y, ...grid }: HeatMap, width: number): Options {
  const [low, high] = rangeOf(grid);
  const { values } = grid;
  const cells = values.flatMap((row, i) =>
    row.map((value, j) => ({ i, j, fill: cssColour(diverging((value - low) / (high - low))) })),
  );
  const columns = values[0]!.length;
  const side = Math.min((width - LEFT - RIGHT) / columns, 480 / values.length);
  return {
    x: { label: x, type: 'band', padding: 0, ticks: ticks(columns), ...X_LABEL },
    y: { label: y, type: 'band', padding: 0, ticks: ticks(values.length), labelArrow: 'none' },
    height: Math.round(GAP + side * values.length + BOTTOM),
    marginTop: GAP,
    marginBottom: BOTTOM,
    marginRight: width - LEFT - side * columns,
    marks: [Plot.cell(cells, { x: 'j', y: 'i', fill: 'fill' })],
  };
}

/** Not more labels than there is room for. */
function ticks(length: number): number[] {
  const step = Math.ceil(length / MOST_TICKS);
  return Array.from({ length: Math.ceil(length / step) }, (_, i) => i * step);
}
