/** Figures as a page in one file: it loads nothing and runs nothing, and can be read on a light or a dark screen. */
import { draw } from './draw.ts';
import { drawings, DRAWINGS_STYLE } from './drawings.ts';
import type { Figure } from './figure.ts';
import { markup, type Markup } from './markup.ts';
import type { Paper } from './paper.ts';

/** What a page shows. */
export interface Page {
  title: string;
  /** Paragraphs above the figures. */
  about: readonly string[];
  figures: readonly Figure[];
}

/** The look of pages of figures. */
const STYLE = `
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --faint: #595959; --line: #c4c4c4; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #151515; --faint: #b0b0b0; --line: #555; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 1rem; overflow-wrap: break-word; }
h1 { font-size: clamp(1.4rem, 5vw, 2rem); line-height: 1.25; }
h1, h2, p, figcaption { text-wrap: pretty; }
figure { margin: 2rem 0; break-inside: avoid; }
figure h2 { font-size: 1.1rem; line-height: 1.3; margin: 0 0 0.5rem; }
figcaption { margin-top: 0.5rem; color: var(--faint); }
${DRAWINGS_STYLE}
.scrolled { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: start; color: var(--faint); }
th, td { padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid var(--line); text-align: start; font-weight: normal; }
th { color: var(--faint); }
@media (max-width: 37.5rem) {
  table { font-size: 0.875rem; hyphens: auto; }
  th, td { padding-inline-end: 0.5rem; }
}
`;

/**
 * A page of figures.
 *
 * @param paper where they are drawn: the browser's document, or one of paper.ts
 * @returns a page in HTML
 */
export function figuresPage({ title, about, figures }: Page, paper: Paper): string {
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:" />
<title>${title}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${about.map((paragraph) => markup`<p>${paragraph}</p>`)}
${figures.map((figure) => figureMarkup(figure, paper))}
</main>
</body>
</html>
`.markup;
}

function figureMarkup(figure: Figure, paper: Paper): Markup {
  const shown =
    figure.kind === 'table'
      ? markup`<div class="scrolled" role="region" aria-label="${figure.title}" tabindex="0">${draw(figure, paper)}</div>`
      : drawings(figure, paper);
  return markup`<figure>
<h2>${figure.title}</h2>
${shown}
${figure.caption === undefined || figure.kind === 'table' ? '' : markup`<figcaption>${figure.caption}</figcaption>`}
</figure>`;
}
