/** Which functions of a lesson a figure is made by, as its experiment says. */
import type { Figure, Series } from './figure.ts';

/** The lines of a figure. */
export function seriesOf(figure: Figure): readonly Series[] {
  if (figure.kind === 'curves') return figure.curves;
  return figure.kind === 'scatter' ? (figure.paths ?? []) : [];
}

/** The names that a figure and its lines give; none where nothing is said. */
export function madeBy(figure: Figure): string[] {
  return [...new Set([figure, ...seriesOf(figure)].flatMap(({ by }) => by ?? []))];
}
