/**
 * `npm run coverage`: how much of the source the tests run, counted on the source itself.
 *
 * tsx compiles TypeScript as it is loaded, and what its compiler adds would be counted too. So the source is
 * instrumented first, as TypeScript, into a copy of the project, and the tests run on the copy.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const copy = join(root, 'coverage', 'copy');
const instrumented = ['base', 'figures', 'lessons', 'reference', 'checks', 'datasets'];
const asTheyAre = [
  'test',
  'bench',
  // Most of it runs in a browser, which counts nothing.
  'page',
  'README.md',
  '.mocharc.json',
  '.vscode',
  '.oxlintrc.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];
/**
 * What must be covered, in percent of the statements and of the branches. What runs in other threads, or is the
 * beginning of a command, is not counted (.nycrc.json); nor are kernels, which counters would break.
 */
const thresholds = [
  { include: ['lessons/**/*.reference.ts'], statements: 100, branches: 100 },
  {
    include: instrumented.filter((name) => name !== 'lessons').map((name) => `${name}/**/*.ts`),
    statements: 95,
    branches: 92,
  },
];

rmSync(join(root, 'coverage'), { recursive: true, force: true });
mkdirSync(copy, { recursive: true });
for (const name of [...instrumented, ...asTheyAre]) {
  cpSync(join(root, name), join(copy, name), { recursive: true });
}
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
for (const folder of instrumented) nyc(root, ['instrument', folder, join(copy, folder)]);
nyc(copy, [
  '--silent',
  '--instrument=false',
  '--hook-require=false',
  '--all',
  process.execPath,
  binary('mocha', 'bin/mocha.js'),
  'test/**/*.test.ts',
  // `npm run test:apart` runs these: the page's own rules forbid what the counters do in a browser, and the other one
  // starts a process for every attack, which runs nothing that others don't.
  '--ignore=test/page/**',
  '--ignore=test/sandbox/attacks-local.test.ts',
]);
nyc(root, ['report', '--reporter=text', '--reporter=lcov', `--report-dir=coverage`]);
for (const { include, statements, branches } of thresholds) {
  nyc(root, [
    'check-coverage',
    ...include.map((pattern) => `--include=${pattern}`),
    `--statements=${statements}`,
    `--branches=${branches}`,
    '--lines=0',
    '--functions=0',
  ]);
}

/** Runs nyc in a folder, always on the project's own configuration and measurements. */
function nyc(folder: string, args: readonly string[]): void {
  const { status } = spawnSync(
    process.execPath,
    [binary('nyc', 'bin/nyc.js'), '--cwd', root, '--temp-dir', 'coverage/raw', ...args],
    { cwd: folder, stdio: 'inherit', env: { ...process.env, CHAINRULE_SOURCES: root } },
  );
  if (status !== 0) process.exit(1);
}

/** The path of a file in an installed package. */
function binary(name: string, file: string): string {
  const manifest = nodeModule.createRequire(import.meta.url).resolve(`${name}/package.json`);
  return join(dirname(manifest), file);
}
