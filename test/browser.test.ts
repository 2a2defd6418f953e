/** What must run in a browser too: it is bundled for one, and nothing of Node's may be missing there. */
import { builtinModules } from 'node:module';
import { join, sep } from 'node:path';
import esbuild from 'esbuild';
import { expect } from 'chai';
import { filesIn } from '../checks/course/course-hash.ts';
import { stubOf } from '../checks/declarations.ts';
import { lessons, root, shownPath, sourceText } from '../checks/project.ts';
import { submissionsFolder } from './sandbox/submission.ts';

/** The TypeScript files in a folder of the project, but for those that are Node's by name. */
function sourcesIn(...path: string[]): string[] {
  return filesIn(join(root, ...path)).filter(
    (file) => file.endsWith('.ts') && !file.includes(`${sep}node${sep}`),
  );
}

/** The problems of a bundle for browsers, in a line each. */
async function problemsOf(entry: esbuild.BuildOptions): Promise<string[]> {
  try {
    await esbuild.build({
      ...entry,
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'esm',
      target: 'es2023',
      absWorkingDir: root,
      logLevel: 'silent',
    });
    return [];
  } catch (error) {
    const { errors = [{ text: String(error), location: null }] } =
      error as Partial<esbuild.BuildFailure>;
    return errors.map(({ text, location }) => `${location?.file}:${location?.line}: ${text}`);
  }
}

/** What reads, checks and keeps files of data: those come into a browser in another way. */
const LOADERS = /[\\/](?:cache|checksums|idx|mnist|mnist-folder|mnist-package|write-whole)\.ts$/;

/** What is compiled to WebAssembly before it runs, by what is there only for that. */
const KERNELS = join('reference', 'capstone', 'simd', 'kernels');

describe('In a browser', function () {
  this.timeout(30_000);

  it('a built-in of Node is missing, by any of its names', async () => {
    const { folder, remove } = submissionsFolder();
    for (const name of [
      'node:fs',
      ...builtinModules.filter((one) => /^(fs|zlib|crypto)$/.test(one)),
    ]) {
      const contents = `import * as all from '${name}';\nconsole.log(all);`;
      const found = await problemsOf({ stdin: { contents, resolveDir: folder, loader: 'ts' } });
      expect(found.join(), name).to.include(`Could not resolve "${name}"`);
    }
    remove();
  });

  for (const lesson of lessons()) {
    it(`${lesson.name} runs: its reference, its exercises and its misconceptions`, async () => {
      const found = await problemsOf({
        entryPoints: [lesson.reference, lesson.misconceptions],
        outdir: 'nowhere',
      });
      const contents = stubOf(sourceText(lesson.reference));
      const stub = { contents, resolveDir: lesson.folder, sourcefile: 'stub.ts' };
      found.push(...(await problemsOf({ stdin: { ...stub, loader: 'ts' } })));
      expect(found).to.deep.equal([]);
    });
  }

  for (const file of [
    ...sourcesIn('base'),
    ...sourcesIn('datasets').filter((one) => !LOADERS.test(one)),
    ...sourcesIn('figures'),
    ...sourcesIn('reference').filter((one) => !one.startsWith(join(root, KERNELS))),
    join(root, 'checks', 'gradient', 'check.ts'),
    join(root, 'checks', 'gradient', 'assertion.ts'),
  ]) {
    it(`${shownPath(file)} runs`, async () => {
      expect(await problemsOf({ entryPoints: [file] })).to.deep.equal([]);
    });
  }
});
