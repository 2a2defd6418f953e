/** A lock on a folder of results: two runs that write into one would each lose what the other has. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isRunning } from './processes.ts';

/**
 * Locks a folder.
 *
 * @param folder it is there
 * @returns what unlocks it
 * @throws Error when another run has locked it and has not ended, as far as can be told
 */
export function lock(folder: string): () => void {
  const file = join(folder, '.lock');
  const own = JSON.stringify({ process: process.pid, host: hostname() });
  for (;;) {
    try {
      writeFileSync(file, own, { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = holderOf(file);
    if (holder !== undefined && (holder.host !== hostname() || isRunning(holder.process))) {
      throw new Error(
        `${folder} is in use by process ${holder.process} on ${holder.host}, which writes its results there; wait for its end or choose another folder, or remove ${file} if there is no such process`,
      );
    }
    // Whoever held it was ended and could not unlock it.
    rmSync(file, { force: true });
  }
}

/** Who holds a lock; undefined when that cannot be told. */
function holderOf(file: string): { process: number; host: string } | undefined {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as { process: unknown; host: unknown };
    const { process: pid, host } = holder;
    return typeof pid === 'number' && typeof host === 'string' ? { process: pid, host } : undefined;
  } catch {
    return undefined;
  }
}
