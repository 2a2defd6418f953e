/** What the learner's code prints, kept for the check in which it was printed. */
import type { Printed } from '../results/lesson-result.ts';

/** Characters of a check's output beyond this many are not worth keeping. */
const LONGEST_OUTPUT = 20_000;

/** So many lines that nobody will read are counted before they are told of. */
const COUNTED_TOGETHER = 1000;

/**
 * Takes what this process prints from now on. A loop that prints without end must not fill the memory: beyond some
 * length the text is only counted.
 *
 * @param tell is given each piece, and how many lines it ends
 * @returns what to call when a check begins or ends: the counting starts anew
 */
export function takeOutput(tell: (piece: Printed) => void): () => void {
  let length = 0;
  let counted = 0;
  const flush = (): void => {
    if (counted > 0) tell({ text: '', lines: counted });
    counted = 0;
  };
  const take = (text: string): void => {
    const lines = text.split('\n').length - 1;
    const kept = text.slice(0, LONGEST_OUTPUT - length);
    length += kept.length;
    if (kept === '') counted += lines;
    else tell({ text: kept, lines });
    if (counted >= COUNTED_TOGETHER) flush();
  };
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      take(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      // Whoever waits for the text to be written waits no longer.
      const written = rest.at(-1);
      if (typeof written === 'function') process.nextTick(written as () => void);
      return true;
    };
  }
  return () => {
    flush();
    length = 0;
  };
}

/** Two pieces of output, one after the other. */
export function joined(before: Printed | undefined, { text, lines }: Printed): Printed {
  return { text: (before?.text ?? '') + text, lines: (before?.lines ?? 0) + lines };
}
