/** What processes that were ended have left. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How the name of a sandbox's folder begins; the number of the process follows to which it belongs. */
const SANDBOX = 'chainrule-sandbox-';

/** No sandbox lives as long as this, in milliseconds; processes elsewhere that share the disk are not seen from here. */
const OLD = 3_600_000;

/** Whether there is a process with a number. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The beginning of the path of a new sandbox's folder. */
export function sandboxPrefix(): string {
  return join(tmpdir(), `${SANDBOX}${process.pid}-`);
}

/**
 * Removes the folders of sandboxes whose process is no more and could not do it.
 *
 * @param now in milliseconds, as `Date.now()` tells it
 */
export function sweepSandboxes(now = Date.now()): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = /^chainrule-sandbox-(\d+)-\w+$/.exec(name) ?? [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    const folder = join(tmpdir(), name);
    const stat = statSync(folder, { throwIfNoEntry: false });
    if (stat === undefined || now - stat.mtimeMs < OLD) continue;
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // It is somebody else's.
    }
  }
}
