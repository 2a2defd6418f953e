/** The confusion matrix: how many digits of each class are given which class. */
import { markup, type Markup } from '#figures/markup';
import { count, percent } from '#figures/numbers';

/** How many digits were read. */
export interface Tally {
  right: number;
  total: number;
}

/**
 * Counts the digits of a confusion matrix.
 *
 * @param confusion `[right class][given class]`, square
 */
export function tally(confusion: readonly (readonly number[])[]): Tally {
  return {
    right: sum(confusion.map((row, i) => row[i]!)),
    total: sum(confusion.map(sum)),
  };
}

/**
 * The matrix as a table, with the recall of each class: the share of its digits that are read rightly.
 *
 * @param confusion `[right class][given class]`, square
 */
export function confusionTable(confusion: readonly (readonly number[])[]): Markup {
  const worst = Math.max(...confusion.flatMap((row, i) => row.filter((_, j) => i !== j)));
  const header = confusion.map((_, given) => markup`<th scope="col">${given}</th>`);
  const rows = confusion.map((row, right) => {
    const total = sum(row);
    const cells = row.map((digits, given) =>
      given === right
        ? cell('right', digits, digits / total)
        : cell('wrong', digits, digits / worst),
    );
    const recall = total === 0 ? '–' : percent(row[right]! / total, 1);
    return markup`<tr><th scope="row">${right}</th>
${cells}
<td>${recall}</td></tr>`;
  });
  return markup`<table class="confusion">
<caption>A row for each digit, a column for what it is read as</caption>
<thead>
<tr><th scope="col">digit</th>
${header}
<th scope="col">recall</th></tr>
</thead>
<tbody>
${rows}
</tbody>
</table>`;
}

/** @param shade from 0, not at all, to 1; not asked for where there are no digits */
function cell(kind: 'right' | 'wrong', digits: number, shade: number): Markup {
  return digits === 0
    ? markup`<td class="none">0</td>`
    : markup`<td class="${kind}" style="--shade: ${shade.toFixed(2)}">${count(digits)}</td>`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
