import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * Gives each test of the suite that calls this an empty folder, and removes it afterwards.
 *
 * @returns asks for the folder of the test that is running
 */
export function temporaryFolder(): () => string {
  let folder = '';
  beforeEach(() => {
    // Its real path, as messages have it: on macOS the system's temporary folder is a link.
    folder = mkdtempSync(path.join(realpathSync(os.tmpdir()), 'chainrule-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return () => folder;
}
