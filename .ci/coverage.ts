/**
 * `npm run coverage`: how much of the source the tests run, counted on the source itself.
 *
 * tsx compiles TypeScript as it is loaded, and what its compiler adds would be counted too. So the source is
 * instrumented first, as TypeScript, into a copy of the project, and the tests run on the copy.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
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
/** Most tests wait for processes that they have started, so two halves of them run at once: these, and all others. */
const HALF = ['checks', 'proof', 'reference', 'oracles'].map((name) => `test/${name}/**/*.test.ts`);
/**
 * `npm run test:apart` runs these: the page's own rules forbid what the counters do in a browser, and the other one
 * starts a process for every attack, which runs nothing that others don't.
 */
const APART = ['test/page/**', 'test/sandbox/attacks-local.test.ts'];
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

const environment = { ...process.env, CHAINRULE_SOURCES: root };

rmSync(join(root, 'coverage'), { recursive: true, force: true });
mkdirSync(copy, { recursive: true });
for (const name of [...instrumented, ...asTheyAre]) {
  cpSync(join(root, name), join(copy, name), { recursive: true });
}
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
for (const folder of instrumented) nyc(['instrument', folder, join(copy, folder)]);
const [first, second] = await Promise.all([tests([...HALF]), tests(['test/**/*.test.ts'], HALF)]);
process.stdout.write(first.printed + second.printed);
if (first.status !== 0 || second.status !== 0) process.exit(1);
nyc(['report', '--reporter=text', '--reporter=lcov', `--report-dir=coverage`]);
for (const { include, statements, branches } of thresholds) {
  nyc([
    'check-coverage',
    ...include.map((pattern) => `--include=${pattern}`),
    `--statements=${statements}`,
    `--branches=${branches}`,
    '--lines=0',
    '--functions=0',
  ]);
}

/** Runs some tests on the copy. Their report is kept, since another half of them runs meanwhile. */
async function tests(
  files: readonly string[],
  ignored: readonly string[] = [],
): Promise<{ status: number | null; printed: string }> {
  const child = spawn(
    process.execPath,
    nycCommand([
      '--silent',
      // The half that ends first leaves what the other one has measured alone.
      '--no-clean',
      '--instrument=false',
      '--hook-require=false',
      '--all',
      process.execPath,
      binary('mocha', 'bin/mocha.js'),
      ...files,
      ...[...APART, ...ignored].map((pattern) => `--ignore=${pattern}`),
    ]),
    { cwd: copy, env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, printed };
}

/** Runs nyc in the project's folder. */
function nyc(args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, nycCommand(args), {
    cwd: root,
    stdio: 'inherit',
    env: environment,
  });
  if (status !== 0) process.exit(1);
}

/** A command of nyc's, always on the project's own configuration and measurements. */
function nycCommand(args: readonly string[]): string[] {
  return [binary('nyc', 'bin/nyc.js'), '--cwd', root, '--temp-dir', 'coverage/raw', ...args];
}

/** The path of a file in an installed package. */
function binary(name: string, file: string): string {
  const manifest = nodeModule.createRequire(import.meta.url).resolve(`${name}/package.json`);
  return join(dirname(manifest), file);
}
