/** Filters as enlarged pictures, one square for each weight. */
import { markup, type Markup } from '#figures/markup';
import { decimal } from '../../../figures/numbers.ts';

type Colour = readonly [red: number, green: number, blue: number];

// Blue and red are told apart by nearly everybody, unlike green and red.
const NEGATIVE: Colour = [33, 102, 172];
const POSITIVE: Colour = [178, 24, 43];
const WHITE = 255;

/**
 * The pictures of some filters and the scale that they share.
 *
 * @param filters their weights, row-major, shape (F, KH, KW)
 * @param shape F, KH and KW
 */
export function filterPictures(
  filters: Float32Array,
  [F, KH, KW]: readonly [F: number, KH: number, KW: number],
): Markup {
  const finite = filters.filter((weight) => Number.isFinite(weight));
  const largest = finite.reduce((max, weight) => Math.max(max, Math.abs(weight)), 0) || 1;
  const pictures = Array.from({ length: F }, (_, f) => {
    const weights = filters.subarray(f * KH * KW, (f + 1) * KH * KW);
    return markup`<li>${picture(f + 1, weights, KW, largest)}</li>`;
  });
  const lost = finite.length < filters.length ? '; grey is what is no finite number' : '';
  return markup`<p>Each square is a weight: blue is ${decimal(-largest, 2)}, white is 0 and red is ${decimal(largest, 2)}, in all filters alike${lost}.</p>
<ul class="pictures">
${pictures}
</ul>`;
}

function picture(number: number, weights: Float32Array, width: number, largest: number): Markup {
  const rows = Array.from({ length: weights.length / width }, (_, i) =>
    [...weights.subarray(i * width, (i + 1) * width)].map((weight) => decimal(weight, 2)).join(' '),
  );
  const squares = Array.from(
    weights,
    (weight, i) =>
      markup`<rect x="${i % width}" y="${Math.floor(i / width)}" width="1" height="1" fill="${colourOf(weight / largest)}" />`,
  );
  return markup`<svg viewBox="0 0 ${width} ${rows.length}" role="img" aria-labelledby="filter-${number}">
<title id="filter-${number}">Filter ${number}: ${rows.join('; ')}</title>
${squares}
</svg>`;
}

/**
 * @param part of the largest weight, from −1 to 1
 * @returns a colour of SVG and CSS
 */
function colourOf(part: number): string {
  if (!Number.isFinite(part)) return '#888';
  const end = part < 0 ? NEGATIVE : POSITIVE;
  const channels = end.map((channel) => Math.round(WHITE + (channel - WHITE) * Math.abs(part)));
  return `rgb(${channels.join(', ')})`;
}
