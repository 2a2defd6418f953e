/**
 * What became of a training run, as a page in one file: it loads nothing and runs nothing, and it can be read on a
 * light or dark screen, on paper and aloud.
 *
 * It is written so that it is XML as well, which lets the tests prove that it is whole:
 * https://www.w3.org/TR/html-polyglot/
 */
import { product, shapeText } from '#arrays';
import { markup, type Markup } from '#figures/markup';
import type { EpochRecord } from '../training-loop.ts';
import { CLASSES, PIXELS, SIDE } from './network.ts';
import { trainingCurves } from './training-report/curves.ts';
import { confusionTable, tally, type Tally } from './training-report/confusion.ts';
import { filterPictures } from './training-report/filters.ts';
import { bitmap } from '#figures/bitmap';
import { draw } from '#figures/draw';
import { NARROW } from '#figures/draw/options';
import { count, decimal, percent } from '#figures/numbers';
import { ink } from '#figures/palettes';
import type { Paper } from '#figures/paper';

/** All that a report tells of a run. */
export interface TrainingRun {
  title: string;
  /** What else is worth knowing: the engine, the seed, images a second. */
  facts: readonly (readonly [name: string, value: string])[];
  /** The epochs in their order. */
  history: readonly EpochRecord[];
  /** How many held-out digits of each class are given which class: `[right class][given class]`, 10×10. */
  confusion: readonly (readonly number[])[];
  /** The weights of the first layer, row-major, shape (F, KH, KW). */
  filters: Float32Array;
  filterShape: readonly [F: number, KH: number, KW: number];
  /** Held-out digits that are read wrongly, in the order in which they are to be shown. */
  mistakes: readonly Mistake[];
}

/** A digit that is read wrongly. */
export interface Mistake {
  /** 784 of them, from 0 to 255. */
  pixels: Uint8Array;
  label: number;
  given: number;
  /** Of the class that was given. */
  probability: number;
}

/** How many mistakes are shown: more would be a page of more than 200 KB. */
const MOST_MISTAKES = 60;

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --faint: #595959; --line: #c4c4c4; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #151515; --faint: #b0b0b0; --line: #555; }
}
@media print { :root { color-scheme: light; } }
figure, tr, li { break-inside: avoid; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 50rem; margin: 0 auto; padding: 1rem; }
.headline strong { font-size: 2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }
dt, caption { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 1rem 0; }
figure svg { display: block; width: 100%; max-width: 26rem; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: start; }
th, td { padding: 0.25rem; border-bottom: 1px solid var(--line); text-align: end; font-weight: normal; }
th { color: var(--faint); }
.none { color: var(--faint); }
@media (max-width: 37.5rem) {
  .confusion { font-size: 0.75rem; }
  .confusion th, .confusion td { padding-inline: 0.125rem; }
}
.right, .wrong, rect { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.right { background: rgb(40, 160, 80, calc(0.45 * var(--shade))); }
.wrong { background: rgb(221, 51, 34, calc(0.55 * var(--shade))); }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; padding: 0; list-style: none; }
.pictures svg, .pictures img { display: block; width: 4rem; height: 4rem; border: 1px solid var(--line); }
.pictures figure { width: 6rem; margin: 0; font-size: 0.8rem; }
.pictures img { image-rendering: pixelated; }
`;

/**
 * The report of a training run.
 *
 * @param run plain data; a run without epochs, without digits or with losses that are no numbers is one, too
 * @param paper where its curves are drawn: the browser's document, or one of figures/paper.ts
 * @returns a page in HTML
 * @throws RangeError when the sizes don't fit together, or there are more mistakes than the confusion matrix says
 */
export function trainingReport(run: TrainingRun, paper: Paper): string {
  requireSizes(run);
  const { title, facts, history, confusion, filters, filterShape, mistakes } = run;
  const digits = tally(confusion);
  const page = markup`<!DOCTYPE html>
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
<p class="headline">${headline(digits)}</p>
${facts.length === 0 ? '' : definitions(facts)}
${section('training', 'Training', training(history, paper))}
${section('confusion', 'What is read as what', readings(confusion))}
${section('filters', 'The filters of the first layer', filterPictures(filters, filterShape))}
${section('mistakes', 'What is read wrongly', mistakePictures(mistakes, digits))}
</main>
</body>
</html>
`;
  return page.markup;
}

function headline({ right, total }: Tally): Markup {
  return total === 0
    ? markup`No held-out digit was read.`
    : markup`<strong>${percent(right / total, 2)}</strong> of the held-out digits are read rightly: ${count(right)} of ${count(total)}.`;
}

function definitions(facts: TrainingRun['facts']): Markup {
  const items = facts.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`);
  return markup`<dl>
${items}
</dl>`;
}

function section(id: string, heading: string, content: Markup): Markup {
  return markup`<section aria-labelledby="${id}">
<h2 id="${id}">${heading}</h2>
${content}
</section>`;
}

/** The table may be wider than the screen; as a region with a tabindex it can be scrolled without a mouse. */
function readings(confusion: TrainingRun['confusion']): Markup {
  return markup`<p>The greener or redder a cell, the more digits are in it. Recall is the share of a row that is read rightly.</p>
<div class="wide" role="region" aria-labelledby="confusion" tabindex="0">
${confusionTable(confusion)}
</div>`;
}

function training(history: readonly EpochRecord[], paper: Paper): Markup {
  if (history.length === 0) return markup`<p>No epoch is complete.</p>`;
  const [loss, accuracy] = trainingCurves(history).map((curve) => draw(curve, paper, NARROW)) as [
    Markup,
    Markup,
  ];
  const rows = history.map(
    (record) =>
      markup`<tr><th scope="row">${record.epoch}</th><td>${decimal(record.loss, 4)}</td><td>${percent(record.accuracy, 2)}</td><td>${record.seconds.toFixed(1)}</td></tr>`,
  );
  return markup`<figure>
<figcaption>The loss while training, the mean over each epoch</figcaption>
${loss}
</figure>
<figure>
<figcaption>How many of the held-out digits are read rightly after each epoch</figcaption>
${accuracy}
</figure>
<table>
<caption>The same in numbers</caption>
<thead>
<tr><th scope="col">epoch</th><th scope="col">loss</th><th scope="col">accuracy</th><th scope="col">seconds</th></tr>
</thead>
<tbody>
${rows}
</tbody>
</table>`;
}

function mistakePictures(mistakes: readonly Mistake[], { right, total }: Tally): Markup {
  const wrong = total - right;
  if (wrong === 0) return markup`<p>None of the held-out digits.</p>`;
  const shown = mistakes.slice(0, MOST_MISTAKES);
  const pictures = shown.map(
    ({ pixels, label, given, probability }) =>
      markup`<li><figure><img src="${bitmap(pixels, SIDE, ink, [0, 255])}" alt="a handwritten ${label}" /><figcaption>${label} read as ${given} (${percent(probability, 0)})</figcaption></figure></li>`,
  );
  const part = shown.length < wrong ? ` Here are ${count(shown.length)} of them.` : '';
  return markup`<p>${count(wrong)} of ${count(total)} held-out digits.${part} The number in brackets is how probable the network finds its answer.</p>
<ul class="pictures">
${pictures}
</ul>`;
}

function requireSizes({ confusion, filters, filterShape, mistakes }: TrainingRun): void {
  const rows = confusion.map(({ length }) => length);
  if (rows.length !== CLASSES || rows.some((length) => length !== CLASSES)) {
    throw new RangeError(
      `trainingReport: confusion has rows of ${rows.join(', ')} and must be (${CLASSES}, ${CLASSES}); ` +
        'give a row for each right class and a column for each given one',
    );
  }
  const odd = confusion.flat().find((value) => !isCount(value));
  if (odd !== undefined) {
    throw new RangeError(
      `trainingReport: confusion has the entry ${odd} and must have counts; give whole numbers from 0 on`,
    );
  }
  if (!filterShape.every(isCount) || product(filterShape) !== filters.length) {
    throw new RangeError(
      `trainingReport: filters has ${filters.length} weights and filterShape is ${shapeText(filterShape)}; ` +
        'its product must be that number, so give the F, KH and KW of these filters',
    );
  }
  const wrong = mistakes.find(({ pixels }) => pixels.length !== PIXELS);
  if (wrong !== undefined) {
    throw new RangeError(
      `trainingReport: a mistake has ${wrong.pixels.length} pixels and must have ${PIXELS}; give the whole image`,
    );
  }
  const { right, total } = tally(confusion);
  if (mistakes.length > total - right) {
    throw new RangeError(
      `trainingReport: there are ${mistakes.length} mistakes and confusion has ${total - right} outside of its diagonal, ` +
        'which must not be fewer; take both from the same digits',
    );
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
