/**
 * A submission as one script: what the process that runs a learner's code is given, and all it is given.
 *
 * Only the files of the lesson and of those before it are read from the submission, as regular files; what
 * else they import comes from the grader's own copy, or not at all: the helpers, and behind `#lessons/…` the
 * references of earlier lessons, never that of the graded one. Nothing of them is run here.
 */
import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import nodeModule from 'node:module';
import { basename, dirname, join, posix } from 'node:path';
import esbuild, { type BuildFailure, type Plugin } from 'esbuild';
import { beginsAsUtf16, UTF16 } from '../course/learner-file.ts';
import { HELPERS, importProblem, PACKAGES } from './importable.ts';
import { courseFolder, lessons, root, shownPath, sourceText, type Lesson } from '../project.ts';

/** Where a learner's files are. */
export interface Submission {
  /** A folder laid out as the course is: the files are `lessons/02-activations/activations.ts` and so on. */
  folder: string;
  /** The file of the lesson that is graded, if it is somewhere else. */
  file?: string;
}

/** A program as one script. */
export interface Bundled {
  script: string;
  /** The source map of a submission: which line of the script comes from where. It never leaves the grader. */
  map: string;
}

/** A submission that could not be made into a script, for a reason that its author needs to read. */
export class SubmissionError extends Error {
  override name = 'SubmissionError';
}

const require = nodeModule.createRequire(import.meta.url);

/**
 * Bundles the learner's files of a lesson.
 *
 * @param lesson the lesson that is graded
 * @param submission where the files are
 * @param limit how many bytes a file may have
 * @returns a script that declares `submission`, with the lesson's exports and ndarray; in its map a learner's
 *   file is `submission:lessons/02-activations/activations.ts`
 * @throws SubmissionError when a file is missing, no regular file, too large or not TypeScript, or imports
 *   what it may not
 */
export async function bundleSubmission(
  lesson: Lesson,
  submission: Submission,
  limit: number,
): Promise<Bundled> {
  const entry = learnerPath(lesson);
  const readable = new Map<string, () => string>();
  for (const path of lessons().map(learnerPath)) {
    if (path <= entry) readable.set(path, () => readSubmitted(submission.folder, path, limit));
  }
  const { file } = submission;
  if (file !== undefined) {
    readable.set(entry, () => readSubmitted(dirname(file), basename(file), limit));
  }
  return bundle('submission', {
    stdin: {
      contents: `import * as lesson from 'submission:${entry}';\nimport ndarray from 'ndarray';\nexport { lesson, ndarray };`,
      loader: 'js',
    },
    plugins: [submissionFiles(readable, earlierReferences(lesson))],
    platform: 'neutral',
    format: 'iife',
    globalName: 'submission',
    sourcemap: 'external',
    sourcesContent: false,
  });
}

/** The references that a graded file may import, by their names: those of strictly earlier lessons. */
function earlierReferences(graded: Lesson): ReadonlyMap<string, string> {
  return new Map(
    lessons()
      .filter(({ name }) => name < graded.name)
      .map(({ name, reference }) => [`#lessons/${name}`, shownPath(reference)]),
  );
}

/** Where a submission has the learner's file of a lesson. */
function learnerPath({ name, slug }: Lesson): string {
  return `lessons/${name}/${slug}.ts`;
}

const programs = new Map<string, Promise<string>>();

/**
 * A program of this folder as one CommonJS script.
 *
 * @param name its path in this folder: `child/main.ts`
 */
export async function bundleProgram(name: string): Promise<string> {
  const known = programs.get(name) ?? newProgram(name);
  programs.set(name, known);
  return known;
}

async function newProgram(name: string): Promise<string> {
  // From the sources as they were written: an instrumented copy would count in a process that is killed.
  const sources = process.env['CHAINRULE_SOURCES'] ?? root;
  const program = join(sources, 'checks', 'sandbox', name);
  const { script } = await bundle('program', {
    entryPoints: [program],
    platform: 'node',
    format: 'cjs',
    // A sloppy function is told to whom it calls, as `arguments.callee.caller`.
    banner: { js: "'use strict';" },
  });
  return script;
}

async function bundle(name: string, options: esbuild.BuildOptions): Promise<Bundled> {
  try {
    const { outputFiles } = await esbuild.build({
      ...options,
      bundle: true,
      write: false,
      charset: 'utf8',
      target: 'es2023',
      logLevel: 'silent',
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
      absWorkingDir: root,
      outfile: `${name}.js`,
    });
    const output = (suffix: string): string =>
      outputFiles!.find(({ path }) => path.endsWith(suffix))?.text ?? '';
    return { script: output('.js'), map: output('.map') };
  } catch (error) {
    const [first] = (error as BuildFailure).errors ?? [];
    if (first === undefined) {
      throw new SubmissionError('the compiler gave up on it', { cause: error });
    }
    const { location, text } = first;
    // The first file is imported by one that nobody wrote.
    const isWritten = location !== null && location.file !== '<stdin>';
    const place = isWritten ? `${posix.basename(location.file)}:${location.line}: ` : '';
    throw new SubmissionError(`${place}${text}`, { cause: error });
  }
}

/** Resolves every import of a submission, so that the compiler looks for nothing on the disk by itself. */
function submissionFiles(
  readable: ReadonlyMap<string, () => string>,
  references: ReadonlyMap<string, string>,
): Plugin {
  return {
    name: 'submission',
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, importer, kind, namespace, resolveDir }) => {
        if (path.startsWith('submission:')) {
          return { path: path.slice('submission:'.length), namespace: 'submission' };
        }
        const isGiven = namespace !== 'submission';
        if (isGiven && namespace === 'file' && importer !== '<stdin>') {
          // One of the packages imports something: its own affair.
          return { path: nodeModule.createRequire(join(resolveDir, 'x')).resolve(path) };
        }
        const installed = PACKAGES[path];
        if (installed !== undefined) return { path: require.resolve(installed) };
        const helper = HELPERS[path] ?? references.get(path);
        if (helper !== undefined) return { path: helper, namespace: 'helper' };
        const file = posix.join(posix.dirname(importer), path);
        const isRelative = /^\.\.?\//.test(path);
        // What the course's own files import beside them is the course's own too.
        if (isRelative && (namespace === 'helper' || readable.has(file))) {
          return { path: file, namespace };
        }
        // Only when it is called does this throw, as it would in a browser.
        if (kind === 'dynamic-import' || kind === 'require-call') return { path, external: true };
        return { errors: [{ text: importProblem(path) }] };
      });
      build.onLoad({ filter: /.*/, namespace: 'helper' }, ({ path }) => ({
        contents: sourceText(join(path.startsWith('lessons/') ? courseFolder() : root, path)),
        loader: 'ts',
      }));
      build.onLoad({ filter: /.*/, namespace: 'submission' }, ({ path }) => {
        try {
          return { contents: readable.get(path)!(), loader: 'ts' };
        } catch (error) {
          return { errors: [{ text: `${posix.basename(path)} ${(error as Error).message}` }] };
        }
      });
    },
  };
}

/** The text of a submitted file: a regular one, and reached through no link. */
function readSubmitted(folder: string, path: string, limit: number): string {
  const place = join(folder, path);
  if (!existsSync(place)) throw new Error('is missing');
  if (realpathSync(place) !== join(realpathSync(folder), path)) throw new Error('is behind a link');
  const stat = lstatSync(place);
  if (!stat.isFile()) throw new Error('is no regular file');
  if (stat.size > limit) throw new Error(`has ${stat.size} bytes; at most ${limit} are read`);
  const bytes = readFileSync(place);
  if (beginsAsUtf16(bytes)) throw new Error(UTF16);
  return bytes.toString('utf8');
}
