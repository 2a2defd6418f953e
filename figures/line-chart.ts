/** A line chart as SVG, with axes whose labels are round numbers. */
import { markup, type Markup } from './markup.ts';

/** What a chart shows. */
export interface LineChart {
  /** A word that no other chart of the page has. */
  id: string;
  title: string;
  /** Whole numbers x, ascending, and what was measured there. What is no finite number leaves a gap. */
  points: readonly (readonly [x: number, y: number])[];
  /** What stands behind the numbers of the y-axis, such as `%`. */
  unit: string;
  /** A number that the y-axis reaches in any case, and its other end should there be no other number. */
  ends: readonly [anchor: number, other: number];
}

const [WIDTH, HEIGHT] = [400, 220];

/** The edges of the plot in the picture. */
const [LEFT, RIGHT, TOP, BOTTOM] = [56, 390, 10, 180];

/**
 * A line chart.
 *
 * @param chart with at least one point
 * @returns an element `svg` with a title and a description
 */
export function lineChart({ id, title, points, unit, ends: [anchor, other] }: LineChart): Markup {
  const finite = points.filter(([, y]) => Number.isFinite(y));
  const ys = [anchor, ...finite.map(([, y]) => y)];
  const rows = roundAxis(ys.every((y) => y === anchor) ? [anchor, other] : ys);
  const [first, last] = [points[0]![0], points.at(-1)![0]];
  const across = (x: number): number =>
    rounded(LEFT + (RIGHT - LEFT) * (first === last ? 0.5 : (x - first) / (last - first)));
  const [low, high] = [rows[0]!, rows.at(-1)!];
  const down = (y: number): number => rounded(BOTTOM - (BOTTOM - TOP) * ((y - low) / (high - low)));

  const gridLines = rows.map(
    (y) =>
      markup`<path class="grid" d="M${LEFT} ${down(y)}H${RIGHT}" /><text x="${LEFT - 8}" y="${down(y) + 4}" text-anchor="end">${label(y)}${unit}</text>`,
  );
  const columns = ticksBetween(first, last).map(
    (x) =>
      markup`<path class="grid" d="M${across(x)} ${BOTTOM}v5" /><text x="${across(x)}" y="${BOTTOM + 20}" text-anchor="middle">${x}</text>`,
  );
  const line = points.map(([x, y], i) => {
    if (!Number.isFinite(y)) return '';
    const isFirst = i === 0 || !Number.isFinite(points[i - 1]![1]);
    return `${isFirst ? 'M' : 'L'}${across(x)} ${down(y)}`;
  });
  // A point between two gaps has no line, so each has a dot.
  const dots = finite.map(
    ([x, y]) => markup`<circle class="dot" cx="${across(x)}" cy="${down(y)}" r="2.5" />`,
  );
  return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-text">
<title id="${id}-title">${title}</title>
<desc id="${id}-text">${description(points, finite, unit)}</desc>
${gridLines}
${columns}
<text x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 4}" text-anchor="middle">epoch</text>
<path class="line" d="${line.join('')}" />
${dots}
</svg>`;
}

function description(
  points: LineChart['points'],
  finite: LineChart['points'],
  unit: string,
): string {
  const gaps = points.length - finite.length;
  const missing = gaps === 0 ? '' : ` ${gaps} of ${points.length} epochs have no finite number.`;
  const [first, last] = [finite[0], finite.at(-1)];
  if (first === undefined || last === undefined) return missing.trim();
  const at = ([x, y]: readonly [number, number]): string =>
    `${significant(y)}${unit} in epoch ${x}`;
  return (first === last ? `${at(first)}.` : `From ${at(first)} to ${at(last)}.`) + missing;
}

/** Round numbers at equal distances that reach around all of these, which are not all equal. */
function roundAxis(values: readonly number[]): number[] {
  // Neither Math.min(...values), for a long run, nor a sum of steps, for the sake of 0.1 + 0.2.
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const step = roundStep((high - low) / 5);
  return multiples(Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9), step);
}

/** Round whole numbers from `first` to `last`. */
function ticksBetween(first: number, last: number): number[] {
  const step = Math.max(1, roundStep(Math.max(1, last - first) / 10));
  return multiples(Math.ceil(first / step), Math.floor(last / step), step);
}

function multiples(from: number, to: number, step: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) =>
    Number(((from + i) * step).toPrecision(12)),
  );
}

/** The smallest of …, 0.5, 1, 2, 5, 10, 20, … that is at least a distance. */
function roundStep(distance: number): number {
  const power = 10 ** Math.floor(Math.log10(distance));
  const factor = [1, 2, 5].find((candidate) => candidate * power > distance * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** A round number, so short that it fits beside the axis. */
function label(value: number): string {
  const size = Math.abs(value);
  return value !== 0 && (size >= 1e6 || size < 1e-4) ? value.toExponential() : String(value);
}

function significant(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** Tenths of a unit are finer than any screen. */
function rounded(coordinate: number): number {
  return Math.round(10 * coordinate) / 10;
}
