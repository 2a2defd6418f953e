/** Single keys from a terminal, without Enter. */
import { once } from 'node:events';

/** Where keys come from: the standard input, usually. */
export interface Keyboard extends NodeJS.EventEmitter {
  isTTY?: boolean;
  setRawMode?: (raw: boolean) => unknown;
  setEncoding: (encoding: BufferEncoding) => unknown;
  pause: () => unknown;
}

/** In raw mode a terminal doesn't make signals of these: Ctrl-C and Ctrl-D. */
const ENDING = '\u0003\u0004';

/**
 * Tells `pressed` of every key until one ends it: q, Ctrl-C or Ctrl-D, and where there is no terminal the signal
 * SIGINT alone. The terminal is left as it was, even if the process ends in the meantime.
 *
 * @param pressed is given a letter, in lower case
 */
export async function followKeys(
  keyboard: Keyboard,
  pressed: (key: string) => void,
): Promise<void> {
  const interrupted = once(process, 'SIGINT');
  if (keyboard.isTTY !== true || keyboard.setRawMode === undefined) {
    await interrupted;
    return;
  }
  const restore = (): void => void keyboard.setRawMode!(false);
  keyboard.setRawMode(true);
  keyboard.setEncoding('utf8');
  process.once('exit', restore);
  const quit = new Promise<void>((resolve) => {
    keyboard.on('data', (text: string) => {
      for (const key of text.toLowerCase()) {
        if (key === 'q' || ENDING.includes(key)) resolve();
        else pressed(key);
      }
    });
    keyboard.on('end', resolve);
  });
  await Promise.race([quit, interrupted]);
  restore();
  process.off('exit', restore);
  keyboard.removeAllListeners('data');
  keyboard.pause();
}
