/** What the page is made of, bundled by esbuild: the app, its workers, and an experiment a lesson. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import esbuild, { type Plugin } from 'esbuild';
import { PACKAGES } from '../../checks/sandbox/importable.ts';
import { courseFolder, lessons, root, sourceFile, type Lesson } from '../../checks/project.ts';

/** The scripts, the style and the fonts by their paths: `assets/app.js`. */
export type Assets = ReadonlyMap<string, Uint8Array>;

/** Bundles all of it, each package once. */
export async function buildAssets(): Promise<Assets> {
  const withExperiment = lessons().filter(({ experiment }) => existsSync(experiment));
  const { outputFiles } = await esbuild.build({
    ...FOR_BROWSERS,
    minify: true,
    entryPoints: [
      { in: own('app', 'main.tsx'), out: 'app' },
      { in: own('app', 'style.css'), out: 'style' },
      { in: own('runner', 'runner.ts'), out: 'runner' },
      { in: own('runner', 'reader.ts'), out: 'reader' },
      ...withExperiment.map(({ name }) => ({ in: `experiment:${name}`, out: name })),
    ],
    chunkNames: 'part-[hash]',
    assetNames: '[name]-[hash]',
    splitting: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.woff2': 'file' },
    plugins: [experiments(withExperiment), newestFontsAlone],
  });
  const all = [...outputFiles, await trainer()];
  return new Map(all.map(({ path, contents }) => [`assets/${basename(path)}`, contents]));
}

const FOR_BROWSERS = {
  outdir: join(root, 'assets'),
  entryNames: '[name]',
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  charset: 'utf8',
  absWorkingDir: root,
  logLevel: 'silent',
} as const satisfies esbuild.BuildOptions;

/** The worker that trains, apart from the others: gpu.js reads the text of kernels, which must stay as it is written. */
async function trainer(): Promise<esbuild.OutputFile> {
  const { outputFiles } = await esbuild.build({
    ...FOR_BROWSERS,
    entryPoints: [{ in: own('runner', 'trainer.ts'), out: 'trainer' }],
    minifyWhitespace: true,
    alias: { 'gpu.js': PACKAGES['gpu.js']! },
  });
  return outputFiles[0]!;
}

/** A file of the page, as it was written. */
function own(...path: string[]): string {
  return sourceFile(join(root, 'page', ...path));
}

/** An experiment with the reference that stands in for what a learner has yet to do. */
function experiments(all: readonly Lesson[]): Plugin {
  return {
    name: 'experiments',
    setup(build) {
      build.onResolve({ filter: /^experiment:/ }, ({ path }) => ({
        path,
        namespace: 'experiment',
      }));
      build.onLoad({ filter: /.*/, namespace: 'experiment' }, ({ path }) => {
        const { experiment, reference } = all.find(({ name }) => path === `experiment:${name}`)!;
        return {
          contents: [
            `export * as module from ${JSON.stringify(experiment)};`,
            `export * as references from ${JSON.stringify(reference)};`,
          ].join('\n'),
          resolveDir: courseFolder(),
        };
      });
    },
  };
}

/** Every browser that runs the page reads WOFF2, so the other formats of KaTeX's fonts are not asked for. */
const newestFontsAlone: Plugin = {
  name: 'newest fonts alone',
  setup(build) {
    build.onResolve({ filter: /\.(?:woff|ttf)$/ }, ({ path }) => ({ path, external: true }));
  },
};
