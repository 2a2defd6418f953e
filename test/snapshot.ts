import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const folder = fileURLToPath(new URL('snapshots', import.meta.url));

/**
 * Compares a text that learners see with the one that was reviewed: `test/snapshots/NAME.txt`.
 *
 * With UPDATE_SNAPSHOTS=1 in the environment the text is written there instead, to be reviewed as a change.
 */
export function expectSnapshot(name: string, text: string): void {
  const file = join(folder, `${name}.txt`);
  if (process.env['UPDATE_SNAPSHOTS'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file), `${file} is missing; UPDATE_SNAPSHOTS=1 npm test writes it`).to.equal(
    true,
  );
  expect(text).to.equal(readFileSync(file, 'utf8').replaceAll('\r\n', '\n'));
}
