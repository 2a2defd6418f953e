/**
 * `npm run bench:feedback`: how long a learner waits for `npm test 02`, beside what mocha takes for one empty
 * test in TypeScript. The two take turns, and the medians are compared.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../checks/project.ts';
import { median } from './median.ts';

const ROUNDS = 10;

mkdirSync(join(root, '.chainrule'), { recursive: true });
const folder = mkdtempSync(join(root, '.chainrule', 'bench-'));
const emptyTest = join(folder, 'empty.test.ts');
writeFileSync(emptyTest, "it('does nothing', (): void => {});\n");

const commands = {
  'npm test 02': ['npm', 'test', '02'],
  'mocha, one empty test': [
    process.execPath,
    join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'),
    emptyTest,
  ],
};

/** The seconds that a command takes. */
function seconds([program = '', ...args]: readonly string[]): number {
  const start = performance.now();
  spawnSync(program, args, { cwd: root, shell: process.platform === 'win32' });
  return (performance.now() - start) / 1000;
}

const times = new Map(Object.keys(commands).map((name) => [name, [] as number[]]));
// The first round fills the caches and doesn't count.
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, command] of Object.entries(commands)) {
    const time = seconds(command);
    if (round > 0) times.get(name)?.push(time);
  }
}
for (const [name, all] of times) {
  const [low, high] = [Math.min(...all), Math.max(...all)];
  console.log(
    `${name.padEnd(22)}  median ${median(all).toFixed(2)} s of ${ROUNDS}, from ${low.toFixed(2)} to ${high.toFixed(2)}`,
  );
}
rmSync(folder, { recursive: true });
