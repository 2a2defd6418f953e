/** What the drawings of all kinds have in common. */
import * as Plot from '@observablehq/plot';
import type { Axis, Grid, Point, Series } from '../figure.ts';

/** How wide a figure is drawn, in the pixels of its picture: for a page, and for a phone. */
export const [WIDE, NARROW] = [640, 340] as const;

/** The margins around a frame that has an axis on each side. */
export const [TOP, RIGHT, BOTTOM, LEFT] = [26, 20, 42, 48] as const;

/** Where the label of an x axis stands: below the numbers, where none is in its way. */
export const X_LABEL = {
  labelAnchor: 'center',
  labelArrow: 'none',
  labelOffset: BOTTOM - 6,
} as const;

/** So many whole numbers each get a tick of their own. */
const FEW_TICKS = 10;

/** What differs between the kinds of figures. */
export type Options = Pick<
  Plot.PlotOptions,
  | 'x'
  | 'y'
  | 'fy'
  | 'color'
  | 'marks'
  | 'height'
  | 'marginTop'
  | 'marginLeft'
  | 'marginRight'
  | 'marginBottom'
>;

/**
 * An axis as Plot has it.
 *
 * @param values what is to be shown along it
 */
export function axis(
  { label, unit, whole, scale, domain }: Axis,
  values: readonly number[],
): Plot.ScaleOptions {
  const isShort = Math.max(...values) - Math.min(...values) <= FEW_TICKS;
  return {
    label: unit === undefined ? label : `${label} (${unit})`,
    grid: true,
    labelArrow: 'none',
    type: scale ?? 'linear',
    // Between a few whole numbers Plot would put halves.
    ...(whole === true && { tickFormat: 'd' }),
    ...(whole === true && isShort && { interval: 1 }),
    // Its own labels of small numbers are those of weights and measures, 200m for 0.2.
    ...(scale === 'log' && { tickFormat: tickText }),
    ...(domain === undefined ? { nice: true } : { domain }),
  };
}

/** `20`, `0.05`, `1e-4`: short, whatever the size. */
function tickText(tick: number): string {
  const exact = Number(tick.toPrecision(6));
  return exact < 0.01 || exact >= 1e5 ? exact.toExponential() : String(exact);
}

/** A point of a series, as Plot is given it. */
export interface PlacedPoint {
  name: string;
  x: number;
  y: number;
  dashed: boolean;
}

/** The points of some series, one after the other: what can't be drawn is NaN, which leaves a gap. */
export function pointsOf(series: readonly Series[], x: Axis, y: Axis): PlacedPoint[] {
  return series.flatMap(({ name, points, dashed = false }) =>
    points.map((point) => ({
      name,
      x: drawable(point[0], x),
      y: drawable(point[1], y),
      dashed,
    })),
  );
}

function drawable(value: number, { scale }: Axis): number {
  return Number.isFinite(value) && (scale !== 'log' || value > 0) ? value : Number.NaN;
}

/** A colour for each series. */
export function colourScale(series: readonly Series[]): Plot.ScaleOptions {
  return { type: 'categorical', domain: series.map(({ name }) => name) };
}

/** The values at the ends of a grid's colours: its range, or the largest magnitude and its opposite. */
export function rangeOf({ values, range }: Grid): Point {
  if (range !== undefined) return range;
  const largest = values
    .flat()
    .reduce((max, value) => (Number.isFinite(value) ? Math.max(max, Math.abs(value)) : max), 0);
  return [-(largest || 1), largest || 1];
}
