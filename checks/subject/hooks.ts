/**
 * Module hooks that put the graded lesson's facade behind its name, `#lessons/…`. Every other lesson's name means
 * its reference, as all of them do without the hooks, through the "imports" of package.json.
 *
 * On Node 20 this file runs in the thread of Node's module hooks, apart from the suite.
 * https://nodejs.org/api/module.html#customization-hooks
 */
import { statSync } from 'node:fs';
import type { LoadHookSync, ResolveHookSync } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findLesson } from '../project.ts';
import { VARIABLE } from './choice.ts';
import { facadePath, facadeSource, importedLesson, subjectFile } from './facade.ts';

/** How the file name of an imported facade ends. */
const IMPORTED = '.facade.mjs';

/** Is told what the environment variable held when the hooks were put in place, in whose thread ever they run. */
export function initialize(choice: string | undefined): void {
  if (choice !== undefined) process.env[VARIABLE] = choice;
}

export const resolve: ResolveHookSync = (specifier, context, nextResolve) => {
  const { conditions, parentURL } = context;
  const importer = parentURL?.startsWith('file:') ? fileURLToPath(parentURL) : undefined;
  // A required facade is require.ts's.
  const imported = conditions.includes('require') ? undefined : importedLesson(specifier, importer);
  if (imported === undefined) return nextResolve(specifier, context);
  const { lesson, isGraded } = imported;
  if (!isGraded) return nextResolve(pathToFileURL(lesson.reference).href, context);
  // The subject's time makes the facade of an edited file a new module, which mocha's --watch needs.
  const time = statSync(subjectFile(lesson) ?? lesson.reference).mtimeMs;
  const url = `${pathToFileURL(facadePath(lesson, IMPORTED)).href}?${time}`;
  return { url, format: 'module', shortCircuit: true };
};

export const load: LoadHookSync = (url, context, nextLoad) => {
  const lesson = new URL(url).pathname.endsWith(IMPORTED)
    ? findLesson(fileURLToPath(new URL('.', url)))
    : undefined;
  return lesson === undefined
    ? nextLoad(url, context)
    : { format: 'module', source: facadeSource(lesson), shortCircuit: true };
};
