/** Histograms below each other, on one axis. */
import * as Plot from '@observablehq/plot';
import type { Histograms, Point } from '../figure.ts';
import { axis, BOTTOM, X_LABEL, type Options } from './options.ts';

const COLOUR = '#4269d0';
const GAP = 4;

/** The options of Plot for some histograms. */
export function histograms({ x, bins, panels }: Histograms): Options {
  const [low, high] = x.domain;
  const bars = panels.flatMap(({ name, values }) =>
    shares(values, x.domain, bins).map((share, i) => ({
      name,
      share,
      from: low + ((high - low) * i) / bins,
      to: low + ((high - low) * (i + 1)) / bins,
    })),
  );
  const longest = Math.max(...panels.map(({ name }) => name.length));
  return {
    x: { ...axis(x, x.domain), ...X_LABEL },
    y: { label: 'share', axis: null },
    fy: { label: null, domain: panels.map(({ name }) => name) },
    height: GAP + 56 * panels.length + BOTTOM,
    marginTop: GAP,
    marginBottom: BOTTOM,
    marginLeft: 20 + 7 * longest,
    marks: [
      Plot.rectY(bars, { x1: 'from', x2: 'to', y: 'share', fy: 'name', fill: COLOUR }),
      Plot.ruleY([0]),
    ],
  };
}

/** The share of the values in each bin; those outside of the domain count to the bins at its ends. */
export function shares(values: ArrayLike<number>, [low, high]: Point, bins: number): number[] {
  const counts: number[] = Array.from({ length: bins }, () => 0);
  const finite = Array.from(values).filter((value) => Number.isFinite(value));
  for (const value of finite) {
    const bin = Math.floor((bins * (value - low)) / (high - low));
    counts[Math.min(Math.max(bin, 0), bins - 1)]! += 1 / finite.length;
  }
  return counts;
}
