/**
 * Makes the package that others install: two modules of JavaScript, what they share, and their declarations.
 *
 * TypeScript emits a declaration for every module; only those that the entries' own lead to are kept, so that nobody
 * needs the types of the checker's inside, and no import of this project's own (`#arrays`) leaves it.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const library = dirname(fileURLToPath(import.meta.url));

const require = nodeModule.createRequire(import.meta.url);

const ENTRIES = ['gradient', 'expect'];

/**
 * Builds the library.
 *
 * @param folder where to; what is there is replaced
 */
export async function buildLibrary(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: ENTRIES.map((name) => join(library, `${name}.ts`)),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    external: ['chai', 'ndarray', 'ndarray-ops'],
    logLevel: 'silent',
  });
  const declarations = mkdtempSync(join(tmpdir(), 'chainrule-types-'));
  try {
    const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
    const config = join(library, 'tsconfig.json');
    execFileSync(process.execPath, [compiler, '-p', config, '--outDir', declarations]);
    const entries = ENTRIES.map((name) => join(declarations, 'checks/library', `${name}.d.ts`));
    for (const file of reachable(entries)) {
      cpSync(file, join(folder, 'types', relative(declarations, file)));
    }
  } finally {
    rmSync(declarations, { recursive: true });
  }
  copyFileSync(join(library, 'README.md'), join(folder, 'README.md'));
}

/** Some declarations and all that they import. */
function reachable(files: readonly string[]): Set<string> {
  const found = new Set(files);
  for (const file of found) {
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/ from '(\.[^']*)\.ts'/g)) {
      found.add(join(dirname(file), `${path}.d.ts`));
    }
  }
  return found;
}
