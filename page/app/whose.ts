/** Which part of a picture is the learner's: what the reference drew is dashed. */
import type { Figure, Series } from '#figures/figure';
import { madeBy } from '#figures/made-by';
import type { Use } from '../messages.ts';

/** A figure, and who made it. */
export interface Marked {
  figure: Figure;
  /** The functions of the reference that took part, and the learner's. */
  references: readonly string[];
  yours: readonly string[];
}

/**
 * Marks what the reference had a part in.
 *
 * @param figure as an experiment gives it
 * @param use whose functions the run has called: they count where neither figure nor series says what it is made by
 */
export function marked(figure: Figure, use: Use): Marked {
  const by = figure.by ?? [...use.yours, ...use.references];
  const isReferences = (series: Series): boolean =>
    (series.by ?? by).some((name) => use.references.includes(name));
  const marking = (series: readonly Series[]): Series[] =>
    series.map((one) => (isReferences(one) ? { ...one, dashed: true } : one));
  const all = madeBy(figure);
  const names = all.length === 0 ? by : all;
  return {
    figure: withSeries(figure, marking),
    references: names.filter((name) => use.references.includes(name)),
    yours: names.filter((name) => use.yours.includes(name)),
  };
}

function withSeries(figure: Figure, marking: (series: readonly Series[]) => Series[]): Figure {
  if (figure.kind === 'curves') return { ...figure, curves: marking(figure.curves) };
  if (figure.kind !== 'scatter' || figure.paths === undefined) return figure;
  return { ...figure, paths: marking(figure.paths) };
}
