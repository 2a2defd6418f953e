/** A figure on a page that may be read on any screen: drawn twice, so that its letters are as large on a phone. */
import { draw } from './draw.ts';
import { NARROW, WIDE } from './draw/options.ts';
import type { Figure, Table } from './figure.ts';
import { markup, type Markup } from './markup.ts';
import type { Paper } from './paper.ts';

/** The rules of a page's style by which one of the two drawings is seen. */
export const DRAWINGS_STYLE = `
.drawing svg { display: block; width: 100%; height: auto; }
.drawing.narrow { display: none; max-width: 26rem; }
@media (max-width: 37.5rem) {
  .drawing.narrow { display: block; }
  .drawing.wide { display: none; }
}
`.trim();

/**
 * A figure for a wide and for a narrow screen.
 *
 * @param figure any figure but a table, which needs no drawing
 * @param paper the browser's document, or one of paper.ts
 * @returns both drawings, for a page that has DRAWINGS_STYLE
 * @throws RangeError as draw does
 */
export function drawings(figure: Exclude<Figure, Table>, paper: Paper): Markup {
  return markup`<div class="drawing wide">${draw(figure, paper, WIDE)}</div>
<div class="drawing narrow">${draw(figure, paper, NARROW)}</div>`;
}
