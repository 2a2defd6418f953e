/** What stands on a terminal, with its colours, as a picture. */
import { markup, type Markup } from '#figures/markup';

/** What a piece of a line looks like. */
interface Style {
  colour: string;
  weight: string;
}

/** Letters that look alike, from a column on. */
interface Piece extends Style {
  text: string;
  column: number;
}

/** Longer lines are broken between words. */
const COLUMNS = 96;
/** How much room a letter takes, in pixels, and how much there is around all of them. */
const [WIDTH, HEIGHT, EDGE] = [7.8, 19, 16];

const INK: Style = { colour: '#e8e8e8', weight: 'normal' };
/** What the codes of a terminal change: https://en.wikipedia.org/wiki/ANSI_escape_code#Select_Graphic_Rendition_parameters */
const CODES: Readonly<Record<string, Partial<Style>>> = {
  1: { weight: 'bold' },
  2: { colour: '#9a9a9a' },
  22: INK,
  31: { colour: '#ff9b92' },
  32: { colour: '#7bd68f' },
  33: { colour: '#e5c76b' },
  39: { colour: INK.colour },
};

/**
 * Draws a text.
 *
 * @param text with the escape sequences of a terminal's colours
 * @param title what the picture is called for who doesn't see it
 * @returns an SVG file
 */
export function terminalPicture(text: string, title: string): string {
  const lines = text.trimEnd().split('\n').flatMap(brokenLine);
  const [W, H] = [COLUMNS * WIDTH + 2 * EDGE, lines.length * HEIGHT + 2 * EDGE];
  const drawn = lines.flatMap((line, i) => line.map((piece) => drawnPiece(piece, i)));
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${W} ${H}" width="${W}" height="${H}" role="img" aria-label="${title}">
<rect width="100%" height="100%" rx="8" fill="#151515"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" xml:space="preserve">
${drawn}
</g>
</svg>
`.markup;
}

/** Each piece is stretched to its columns, since no font is everywhere. */
function drawnPiece({ text, column, colour, weight }: Piece, line: number): Markup {
  const [x, y] = [EDGE + column * WIDTH, EDGE + line * HEIGHT + 14];
  const length = (text.length * WIDTH).toFixed(1);
  return markup`<text x="${x.toFixed(1)}" y="${y}" fill="${colour}" font-weight="${weight}" textLength="${length}">${text}</text>`;
}

/** The lines that a line takes on a terminal of so many columns: what goes over is indented like its beginning. */
function brokenLine(line: string): Piece[][] {
  const words = wordsOf(line);
  const indent = words.findIndex(({ text }) => text !== ' ');
  const lines: Piece[][] = [[]];
  let column = 0;
  for (const { text, ...style } of words) {
    if (column + text.trimEnd().length > COLUMNS) {
      lines.push([]);
      column = indent;
    }
    if (text.trim() !== '') lines.at(-1)!.push({ text: text.trimEnd(), column, ...style });
    column += text.length;
  }
  return lines;
}

/** Words with the blank behind each; other blanks stand alone. */
function wordsOf(line: string): (Style & { text: string })[] {
  const [first = '', ...others] = line.split('\u001B[');
  let { colour, weight } = INK;
  const words = [{ text: first, colour, weight }];
  for (const other of others) {
    const end = other.indexOf('m');
    const change = CODES[other.slice(0, end)];
    [colour, weight] = [change?.colour ?? colour, change?.weight ?? weight];
    words.push({ text: other.slice(end + 1), colour, weight });
  }
  return words.flatMap(({ text, ...own }) =>
    (text.match(/\S+ ?| /g) ?? []).map((word) => ({ text: word, ...own })),
  );
}
