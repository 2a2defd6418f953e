/** Filters as enlarged pictures, one square for each weight. */
import { markup, type Markup } from '#figures/markup';
import { decimal } from '#figures/numbers';
import { cssColour, diverging } from '#figures/palettes';

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

/** @param part of the largest weight, from −1 to 1 */
function colourOf(part: number): string {
  return Number.isFinite(part) ? cssColour(diverging((part + 1) / 2)) : '#888';
}
