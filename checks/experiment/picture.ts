/**
 * The picture in a lesson's README: the first figure of its experiment, run on the reference. It says which code it
 * was made from, so that a test can tell in a moment whether it is up to date, without running the experiment.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { draw } from '#figures/draw';
import { madeBy } from '#figures/made-by';
import { paper } from '#figures/paper';
import { sha256 } from '../course/course-hash.ts';
import { root, shownPath, sourceFile, type Lesson } from '../project.ts';
import {
  defaultValues,
  loadExperiment,
  referenceSubject,
  runExperiment,
  type Functions,
} from './experiment.ts';

/** All pictures are made from the same random numbers. */
const SEED = 1;

/** On a page a picture has the page's colours; as a file of its own it brings paper and ink with it. */
const COLOURS = 'background: white; color: #1b1b1b; ';

/** How much paper there is around a picture, in pixels. */
const EDGE = 8;

/** Where the picture of a lesson stands. */
export function pictureFile(lesson: Lesson): string {
  return join(lesson.folder, 'experiment.svg');
}

/** The picture of a lesson as a part of a page; undefined where there is none. */
export function pictureOf(lesson: Lesson): string | undefined {
  const file = pictureFile(lesson);
  if (!existsSync(file)) return undefined;
  // What an image is made of is not read out, and a group must not bear a label of its own.
  const labelled = /(<g [^>]*?) aria-label="[^"]*"/g;
  return readFileSync(file, 'utf8').replace(COLOURS, '').replaceAll(labelled, '$1');
}

/** Whether a lesson's picture was made from the code that there is now. */
export function isUpToDate(lesson: Lesson): boolean {
  try {
    return readFileSync(pictureFile(lesson), 'utf8').includes(mark(lesson));
  } catch {
    return false;
  }
}

/**
 * Makes the picture of a lesson anew.
 *
 * @throws Error when a figure names a function that the experiment doesn't call, or one that it calls is named by none
 */
export async function makePicture(lesson: Lesson, tell: (done: number) => void): Promise<void> {
  const module = (await loadExperiment(lesson))!;
  const subject = await referenceSubject(lesson);
  const { functions, called } = watched(subject.functions);
  const figures = runExperiment(
    module,
    { ...subject, functions },
    { seed: SEED, values: defaultValues(module.parameters) },
    tell,
  );
  const named = new Set(figures.flatMap(madeBy));
  const wrong = [...called].filter((name) => !named.has(name));
  const unused = [...named].filter((name) => !called.has(name));
  if (wrong.length + unused.length > 0) {
    throw new Error(
      `makePicture: ${shownPath(lesson.experiment)} calls ${wrong.join(', ') || 'nothing'} that no figure names in \`by\`, and names ${unused.join(', ') || 'nothing'} that it doesn't call; name in each figure what it is made by`,
    );
  }
  const [first] = figures;
  const svg = draw(first!, paper())
    .markup.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace('style="', `style="${COLOURS}`)
    .replace(/viewBox="0 0 (\S+) (\S+)" height="\S+" width="\S+"/, withEdge)
    .replace('</svg>', `${mark(lesson)}</svg>`);
  writeFileSync(pictureFile(lesson), `${svg}\n`);
}

/** The functions, and which of them have been called. */
function watched(functions: Functions): { functions: Functions; called: Set<string> } {
  const called = new Set<string>();
  const watching = Object.entries(functions).map(([name, f]): [string, unknown] => [
    name,
    typeof f !== 'function'
      ? f
      : (...args: unknown[]): unknown => {
          called.add(name);
          return f(...args);
        },
  ]);
  return { functions: Object.fromEntries(watching), called };
}

/** The size of a drawing with an edge around it: a file of its own is cut off at its size, and padding only moves it. */
function withEdge(_: string, width: string, height: string): string {
  const [W, H] = [Number(width) + 2 * EDGE, Number(height) + 2 * EDGE];
  return `viewBox="${-EDGE} ${-EDGE} ${W} ${H}" height="${H}" width="${W}"`;
}

/** A comment with the hash of all that a picture is made from: as the code runs, without types and comments. */
function mark(lesson: Lesson): string {
  const { outputFiles } = buildSync({
    stdin: {
      contents: [lesson.experiment, lesson.reference, join(root, 'figures', 'draw.ts')]
        .map((file, i) => `export * as part${i} from ${JSON.stringify(sourceFile(file))};`)
        .join('\n'),
      resolveDir: root,
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    packages: 'external',
    external: ['node:*'],
    write: false,
    logLevel: 'silent',
  });
  return `<!-- made from ${sha256(outputFiles[0]!.text).slice(0, 16)} -->`;
}
