/** A matrix as coloured cells. */
import * as Plot from '@observablehq/plot';
import type { HeatMap } from '../figure.ts';
import { cssColour, diverging } from '../palettes.ts';
import { rangeOf, WIDTH, type Options } from './options.ts';

const MARGINS = 80;

/** The options of Plot for a heat map of at least one row and column. */
export function heatMap({ x, y, values, range }: HeatMap): Options {
  const [low, high] = rangeOf(range === undefined ? { values } : { values, range });
  const cells = values.flatMap((row, i) =>
    row.map((value, j) => ({ i, j, fill: cssColour(diverging((value - low) / (high - low))) })),
  );
  const columns = values[0]!.length;
  const side = Math.min((WIDTH - MARGINS) / columns, 480 / values.length);
  const ticks = (length: number): number[] =>
    Array.from({ length }, (_, i) => i).filter((i) => i % Math.ceil(length / 15) === 0);
  return {
    x: { label: x, type: 'band', padding: 0, ticks: ticks(columns), labelArrow: 'none' },
    y: { label: y, type: 'band', padding: 0, ticks: ticks(values.length), labelArrow: 'none' },
    height: Math.round(side * values.length + MARGINS),
    width: Math.round(side * columns + MARGINS),
    marks: [Plot.cell(cells, { x: 'j', y: 'i', fill: 'fill' })],
  };
}
