/** A figure as text, for a terminal: what can be said in a table, with a small picture of each curve. */
import type { Axis, Figure, Point, Series, Table } from './figure.ts';
import { short } from './numbers.ts';
import { rangeOf } from './draw/options.ts';
import { shares } from './draw/histograms.ts';

const BARS = '▁▂▃▄▅▆▇█';
const SHADES = ' ░▒▓█';

/** How many characters a curve takes. */
const CURVE_WIDTH = 24;

/**
 * A figure in words and numbers.
 *
 * @param figure any figure; of images there is only what they are about, since pictures are in the page
 * @returns some lines, the title first
 */
export function figureText(figure: Figure): string {
  const { title } = figure;
  switch (figure.kind) {
    case 'table':
      return tableText(title, figure.columns, figure.rows);
    case 'curves':
      return tableText(
        title,
        ['', figure.y.label, 'first', 'last', 'smallest', 'largest'],
        figure.curves.map((series) => [series.name, ...curveCells(series, figure.y)]),
      );
    case 'scatter':
      return tableText(
        title,
        ['', 'points', `last ${figure.x.label}`, `last ${figure.y.label}`],
        [...(figure.paths ?? []), ...(figure.groups ?? [])].map(({ name, points }) => [
          name,
          points.length,
          ...(points.at(-1) ?? []).map(short),
        ]),
      );
    case 'histograms':
      return tableText(
        title,
        ['', figure.x.label, 'mean', 'deviation'],
        figure.panels.map(({ name, values }) => [
          name,
          barsOf(shares(values, figure.x.domain, figure.bins), [0, undefined]),
          ...moments(values).map(short),
        ]),
      );
    case 'heat map':
      return `${title}\n${heatMapRows(figure).join('\n')}`;
    case 'images':
      return [title, ...(figure.caption === undefined ? [] : [figure.caption])].join('\n  ');
    case 'graph':
      return `${title}\n${figure.boxes.map(({ lines }) => `  ${lines.join('  ')}`).join('\n')}`;
  }
}

/** Rows below their headings, numbers to the right. */
function tableText(title: string, columns: Table['columns'], rows: Table['rows']): string {
  const cells = [columns, ...rows.map((row) => row.map(cellText))];
  const widths = columns.map((_, j) => Math.max(...cells.map((row) => (row[j] ?? '').length)));
  const isNumber = columns.map((_, j) => rows.some((row) => typeof row[j] === 'number'));
  const lines = cells.map((row) =>
    widths
      .map((width, j) =>
        isNumber[j] ? (row[j] ?? '').padStart(width) : (row[j] ?? '').padEnd(width),
      )
      .join('  ')
      .trimEnd(),
  );
  return [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

function cellText(cell: string | number): string {
  return typeof cell === 'number' ? short(cell) : cell;
}

function curveCells({ points }: Series, { scale }: Axis): (string | number)[] {
  const ys = points.map(([, y]) => y);
  const finite = ys.filter((y) => Number.isFinite(y));
  if (finite.length === 0) return ['', Number.NaN, Number.NaN, Number.NaN, Number.NaN];
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = finite.reduce((a, b) => Math.max(a, b));
  const height = scale === 'log' ? Math.log : (y: number) => y;
  const bars = barsOf(thinned(ys).map(height), [height(low), height(high)]);
  return [bars, ys[0]!, ys.at(-1)!, low, high];
}

/** So many of the values as fit, at even distances. */
function thinned(values: readonly number[]): number[] {
  if (values.length <= CURVE_WIDTH) return [...values];
  return Array.from(
    { length: CURVE_WIDTH },
    (_, i) => values[Math.round((i * (values.length - 1)) / (CURVE_WIDTH - 1))]!,
  );
}

/** A bar for each value; the upper end is the largest value unless given. */
function barsOf(
  values: readonly number[],
  [low, end]: readonly [number, number | undefined],
): string {
  const high = end ?? values.reduce((a, b) => Math.max(a, b), low);
  return values
    .map((value) => {
      if (!Number.isFinite(value)) return ' ';
      const part = high === low ? 0 : (value - low) / (high - low);
      return BARS[Math.round(part * (BARS.length - 1))]!;
    })
    .join('');
}

function moments(values: ArrayLike<number>): Point {
  const list = Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  const variance = list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length;
  return [mean, Math.sqrt(variance)];
}

/** Two characters a cell, which is about a square. */
function heatMapRows(figure: Extract<Figure, { kind: 'heat map' }>): string[] {
  const [low, high] = rangeOf(figure);
  return figure.values.map((row) =>
    row
      .map((value) => {
        const part = Math.min(Math.max((value - low) / (high - low), 0), 1);
        return (SHADES[Math.round(part * (SHADES.length - 1))] ?? '?').repeat(2);
      })
      .join(''),
  );
}
