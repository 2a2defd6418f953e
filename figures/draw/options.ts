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

/** A legend stands below a frame that would get narrower than this beside it. */
const NARROWEST_BESIDE = 380;

/** The sizes of a legend: of its dots, a character, the space behind a name, and a row. */
const [DOT, CHARACTER, SPACE, ROW] = [4, 8, 16, 18] as const;

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
  | 'width'
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

/** The points of some series, one after the other: what can't be drawn is NaN, which leaves a gap. */
export function pointsOf(
  series: readonly Series[],
  x: Axis,
  y: Axis,
): { name: string; x: number; y: number }[] {
  return series.flatMap(({ name, points }) =>
    points.map((point) => ({ name, x: drawable(point[0], x), y: drawable(point[1], y) })),
  );
}

function drawable(value: number, { scale }: Axis): number {
  return Number.isFinite(value) && (scale !== 'log' || value > 0) ? value : Number.NaN;
}

/** A colour for each series. */
export function colourScale(series: readonly Series[]): Plot.ScaleOptions {
  return { type: 'categorical', domain: series.map(({ name }) => name) };
}

/**
 * The names behind dots of their colours: to the right of the frame where it stays wide enough, and otherwise in rows
 * below the axis. One series needs none, since the title says what it is.
 *
 * @param width of the whole picture
 * @returns the marks, and the margins that they stand in
 */
export function legend(
  series: readonly Series[],
  width: number,
): { marks: Plot.Markish[]; margins: { marginRight: number; marginBottom: number } } {
  const margins = { marginRight: RIGHT, marginBottom: BOTTOM };
  if (series.length < 2) return { marks: [], margins };
  const widths = series.map(({ name }) => 2 * DOT + CHARACTER * name.length + SPACE);
  const longest = SPACE + Math.max(...widths);
  if (width - LEFT - longest >= NARROWEST_BESIDE) {
    const marks = series.map(({ name }, i) => entry(name, 'top-right', SPACE, DOT + ROW * i));
    return { marks, margins: { ...margins, marginRight: longest } };
  }
  let [x, row] = [0, 0];
  const marks = series.map(({ name }, i) => {
    if (x > 0 && x + widths[i]! > width - LEFT) [x, row] = [0, row + 1];
    const mark = entry(name, 'bottom-left', x + DOT, BOTTOM + ROW * (row + 0.5));
    x += widths[i]!;
    return mark;
  });
  return { marks, margins: { ...margins, marginBottom: BOTTOM + ROW * (row + 1) } };
}

function entry(name: string, frameAnchor: 'top-right' | 'bottom-left', dx: number, dy: number) {
  return Plot.marks(
    Plot.dot([name], {
      fill: (text: string) => text,
      r: DOT,
      frameAnchor,
      dx,
      dy,
      ariaHidden: 'true',
    }),
    Plot.text([name], {
      text: (text: string) => text,
      textAnchor: 'start',
      lineAnchor: 'middle',
      frameAnchor,
      dx: dx + 2 * DOT,
      dy,
    }),
  );
}

/** The values at the ends of a grid's colours: its range, or the largest magnitude and its opposite. */
export function rangeOf({ values, range }: Grid): Point {
  if (range !== undefined) return range;
  const largest = values
    .flat()
    .reduce((max, value) => (Number.isFinite(value) ? Math.max(max, Math.abs(value)) : max), 0);
  return [-(largest || 1), largest || 1];
}
