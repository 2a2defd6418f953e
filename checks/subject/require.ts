/**
 * The same as hooks.ts for `require`: mocha requires the suites, and tsx turns their imports into calls of
 * `require`, which Node's module hooks don't see before Node 22.15.
 *
 * It uses the two places that tsx itself and every other compiler behind `require` use: the resolution of a
 * file name, and the loader of a file ending.
 */
import nodeModule from 'node:module';
import { dirname } from 'node:path';
import { findLesson, type Lesson } from '../project.ts';
import type { Misconception } from '../misconception.ts';
import { facadePath, importedLesson, openFacade, subjectFile } from './facade.ts';
import type { Functions } from './recorder.ts';

/** How the file name of a required facade ends. */
const REQUIRED = '.facade.cjs';

/** The parts of Node's CommonJS loader that its types leave out. */
interface CommonJs {
  _load: (
    specifier: string,
    parent?: { filename?: string | null } | null,
    ...rest: unknown[]
  ) => unknown;
  _resolveFilename: (
    specifier: string,
    parent?: { filename?: string | null } | null,
    ...rest: unknown[]
  ) => string;
  _extensions: Record<string, (module: { exports: unknown }, filename: string) => void>;
}

/** Puts the graded lesson's facade, and the references of all others, behind `require('#lessons/…')`. */
export function hookRequire(): void {
  const loader = nodeModule as unknown as CommonJs;
  const { _load: load, _resolveFilename: resolveFilename } = loader;
  const fileBehind = (specifier: string, importer?: string | null): string | undefined => {
    const imported = importedLesson(specifier, importer ?? undefined);
    if (imported === undefined) return undefined;
    const { lesson, isGraded } = imported;
    return isGraded ? facadePath(lesson, REQUIRED) : lesson.reference;
  };
  // Node remembers what a specifier meant in a folder. All suites are in one, and a name means the facade in one of
  // them and the reference in another, so the file is asked for in place of the name.
  loader._load = (specifier, parent, ...rest) =>
    load.call(loader, fileBehind(specifier, parent?.filename) ?? specifier, parent, ...rest);
  loader._resolveFilename = (specifier, parent, ...rest) => {
    if (specifier.endsWith(REQUIRED)) return specifier;
    return (
      fileBehind(specifier, parent?.filename) ??
      resolveFilename.call(loader, specifier, parent, ...rest)
    );
  };
  loader._extensions[REQUIRED] = (module, filename) => {
    module.exports = facadeModule(findLesson(dirname(filename))!);
    // Not kept, so that mocha's --watch asks for the subject again.
    delete nodeModule.createRequire(filename).cache[filename];
  };
}

function facadeModule(lesson: Lesson): Functions {
  const require = nodeModule.createRequire(lesson.reference);
  const file = subjectFile(lesson);
  return openFacade(lesson.name, {
    reference: require(lesson.reference) as Functions,
    ...(require(lesson.misconceptions) as { misconceptions: Misconception[] }),
    file: file === undefined ? undefined : (require(file) as Functions),
  });
}
