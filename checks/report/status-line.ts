/** A line at the bottom of a terminal that is drawn again and again. */
import { knowsEscapes, type Output } from './terminal.ts';

/** Where it is drawn: standard error, usually. */
export interface StatusStream extends Output {
  write(text: string): unknown;
}

const WIDTH = 20;
const CLEAR = '\r\x1b[K';

/** Puts a text in the place of the line that stood there; nothing where there is no terminal for it. */
export function drawStatus(stream: StatusStream, text: string): void {
  // One column is left free, since some terminals wrap a line that is full.
  if (knowsEscapes(stream)) stream.write(CLEAR + text.slice(0, (stream.columns ?? 80) - 1));
}

/** Takes the line away. */
export function clearStatus(stream: StatusStream): void {
  if (knowsEscapes(stream)) stream.write(CLEAR);
}

/** `██████░░░░░░░░░░░░░░` for 3 of 10. */
export function barText(done: number, total: number, width = WIDTH): string {
  const filled = Math.floor((width * done) / total);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}
