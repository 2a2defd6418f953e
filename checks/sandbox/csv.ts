/** Tables as CSV (https://www.rfc-editor.org/rfc/rfc4180) that is safe to open in a spreadsheet. */
import { clean } from '../report/clean.ts';

/** What a cell may hold; undefined is an empty one. */
export type Cell = string | number | undefined;

/**
 * Writes a table as CSV.
 *
 * A spreadsheet takes a text that begins with one of = + - @ for a formula and runs it, and the texts here may
 * come from whoever is graded. An apostrophe in front makes them texts again.
 *
 * @param rows the cells, the heading first
 * @returns lines that end in CR LF
 */
export function csvText(rows: readonly (readonly Cell[])[]): string {
  return rows.map((cells) => `${cells.map(cellText).join(',')}\r\n`).join('');
}

function cellText(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const cleaned = clean(cell);
  // Full-width signs count as well, and so may a sign behind white space or what nobody sees.
  const text = /^[\s\p{C}\uFFFD]*[=+\-@＝＋－＠]/u.test(cleaned) ? `'${cleaned}` : cleaned;
  // In some countries a spreadsheet splits at semicolons and not at commas.
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
