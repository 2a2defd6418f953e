/** A table, as HTML. */
import type { Table } from '../figure.ts';
import { markup, type Markup } from '../markup.ts';
import { short } from '../numbers.ts';

/** An element `table`, with its caption if it has one. */
export function table({ columns, rows, caption }: Table): Markup {
  const head = columns.map((name) => markup`<th scope="col">${name}</th>`);
  const body = rows.map((cells) => {
    const [first, ...others] = cells;
    return markup`<tr><th scope="row">${cellText(first)}</th>${others.map((cell) => markup`<td>${cellText(cell)}</td>`)}</tr>`;
  });
  return markup`<table>
${caption === undefined ? '' : markup`<caption>${caption}</caption>`}
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody>
</table>`;
}

function cellText(cell: string | number = ''): string {
  return typeof cell === 'number' ? short(cell) : cell;
}
