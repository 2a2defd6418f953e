/** Where things are: the project's folder and, in it, the lessons and their files. */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * The folder of the course: it holds lessons/, their suites in test/, and what the course keeps in .chainrule/.
 * It is the project's own unless the environment variable CHAINRULE_COURSE names another one.
 */
export function courseFolder(): string {
  return process.env['CHAINRULE_COURSE'] ?? root;
}

/** The path of something that the course keeps for itself, and that may be deleted: `stateFolder('cache')`. */
export function stateFolder(...parts: string[]): string {
  return join(courseFolder(), '.chainrule', ...parts);
}

/** A lesson and the absolute paths of its files. */
export interface Lesson {
  /** `02` */
  number: string;
  /** `activations` */
  slug: string;
  /** `02-activations` */
  name: string;
  folder: string;
  readme: string;
  learner: string;
  reference: string;
  misconceptions: string;
  suite: string;
  /** What the lesson is good for, as pictures; not every lesson has one. */
  experiment: string;
  /** A folder of right solutions that are written differently than the reference. */
  solutions: string;
  /** Comparisons of the reference with an independent library, if there is one that has its operations. */
  oracles: string;
  /** The mutants of the reference that are the same function in other words, with the reasons. */
  equivalents: string;
}

/** All lessons in their order. A folder in lessons/ whose name starts with two digits is one. */
export function lessons(): Lesson[] {
  return readdirSync(join(courseFolder(), 'lessons'))
    .filter((name) => /^\d\d-/.test(name))
    .toSorted()
    .map(lessonNamed);
}

/**
 * The lesson that somebody means.
 *
 * @param query a number (`2`, `02`), a slug (`activations`), a name (`02-activations`), in any case, or the path of
 *   its folder, of a file in it or of its suite
 * @returns undefined when there is no such lesson
 */
export function findLesson(query: string): Lesson | undefined {
  const number = /^\d{1,2}$/.test(query) ? query.padStart(2, '0') : undefined;
  const name = query.toLowerCase();
  // npm starts its commands in the project's folder, and says in which one it was called.
  const path = resolve(process.env['INIT_CWD'] ?? '', query);
  return lessons().find(
    (lesson) =>
      lesson.number === number ||
      lesson.slug === name ||
      lesson.name === name ||
      (query !== '' && existsSync(path) && holds(lesson, realpathSync(path))),
  );
}

/**
 * The text of one of the course's files.
 *
 * The coverage run executes an instrumented copy of the project, whose text is no longer what its authors
 * wrote; the environment variable CHAINRULE_SOURCES then names the folder where that stands.
 */
export function sourceText(file: string): string {
  return readFileSync(sourceFile(file), 'utf8');
}

/** Where the text of one of the course's files stands as its authors wrote it: see sourceText. */
export function sourceFile(file: string): string {
  const sources = process.env['CHAINRULE_SOURCES'];
  const place = relative(root, file);
  // What was made in the copy alone, such as a course for tests, stands nowhere else.
  const isCopied =
    sources !== undefined && !place.startsWith('..') && existsSync(join(sources, place));
  return isCopied ? join(sources, place) : file;
}

/** A path as it is shown: relative to the course, with forward slashes. */
export function shownPath(path: string): string {
  const inside = relative(courseFolder(), path);
  return (inside.startsWith('..') ? path : inside).split(sep).join('/');
}

/** The paths of a lesson's files, whether or not they are there. */
export function lessonNamed(name: string): Lesson {
  const slug = name.slice(3);
  const course = courseFolder();
  const folder = join(course, 'lessons', name);
  return {
    number: name.slice(0, 2),
    slug,
    name,
    folder,
    readme: join(folder, 'README.md'),
    learner: join(folder, `${slug}.ts`),
    reference: join(folder, `${slug}.reference.ts`),
    misconceptions: join(folder, `${slug}.misconceptions.ts`),
    suite: join(course, 'test', 'lessons', `${name}.test.ts`),
    experiment: join(folder, `${slug}.experiment.ts`),
    solutions: join(course, 'test', 'solutions', name),
    oracles: join(course, 'test', 'oracles', `${name}.test.ts`),
    equivalents: join(course, 'test', 'equivalent-mutants', `${name}.json`),
  };
}

function holds(lesson: Lesson, path: string): boolean {
  return (
    path === realpathSync(lesson.folder) ||
    path.startsWith(realpathSync(lesson.folder) + sep) ||
    basename(path) === basename(lesson.suite)
  );
}
