/** What may be written to a terminal, and how wide it is. */

/** Where text goes: the standard output, usually. */
export interface Output {
  isTTY?: boolean;
  columns?: number;
}

/** What a terminal is taught by escape codes, which take no room. */
// oxlint-disable-next-line no-control-regex -- they begin with a control character
const ESCAPES = /\u001B\[[\d;]*m/g;

/** Whether a stream is a terminal that knows escape codes: colours, and lines that are drawn again. */
export function knowsEscapes(stream: Output): boolean {
  return stream.isTTY === true && process.env['TERM'] !== 'dumb';
}

/** A text broken between words, as wide as the terminal; as it is where there is none. */
export function fitted(text: string, stream: Output): string {
  return stream.isTTY === true ? wrapped(text, stream.columns ?? 80) : text;
}

/**
 * A text whose lines are broken between words. What goes on is indented as its line is; a word that is wider than
 * the whole stays whole.
 *
 * @param width in columns, at least 1
 */
export function wrapped(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => wrappedLine(line, width))
    .join('\n');
}

function wrappedLine(line: string, width: number): string {
  if (widthOf(line) <= width) return line;
  const [indent = ''] = /^ */.exec(line)!;
  // So narrow that nothing is left for the words, it is not indented.
  const margin = indent.length < width / 2 ? indent : '';
  const lines: string[] = [];
  let current = margin;
  for (const [, spaces, word] of line.slice(indent.length).matchAll(/( *)([^ ]+)/g)) {
    const longer = current + spaces! + word!;
    if (widthOf(longer) <= width || current === margin) {
      current = current === margin ? margin + word! : longer;
    } else {
      lines.push(current);
      current = margin + word!;
    }
  }
  return [...lines, current].join('\n');
}

/** How many columns a line takes. */
function widthOf(line: string): number {
  return [...line.replaceAll(ESCAPES, '')].length;
}
