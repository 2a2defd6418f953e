/** Colours for a terminal, and none for a pipe or a file. */
import picocolors from 'picocolors';
import { knowsEscapes, type Output } from './terminal.ts';

export type Colours = ReturnType<typeof picocolors.createColors>;

/** No colours at all: for pipes, files and tests. */
export const plain: Colours = picocolors.createColors(false);

/**
 * Colours if the stream is a terminal that knows them and the environment doesn't refuse them (https://no-color.org).
 *
 * @param stream where the text will go
 */
export function coloursFor(stream: Output): Colours {
  return picocolors.createColors(knowsEscapes(stream) && !process.env['NO_COLOR']);
}
