/** Which colour is which series. */
import * as Plot from '@observablehq/plot';
import type { Series } from '../figure.ts';
import { BOTTOM, LEFT, RIGHT } from './options.ts';

/** A legend stands below a frame that would get narrower than this beside it. */
const NARROWEST_BESIDE = 380;

/** The sizes of a legend: of its dots, a character, the space behind a name, and a row. */
const [DOT, CHARACTER, SPACE, ROW] = [4, 8, 16, 18] as const;

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
