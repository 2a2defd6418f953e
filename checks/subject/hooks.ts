/**
 * Module hooks that put a lesson's facade behind `#lessons/…`. Without them that name means the reference,
 * through the "imports" of package.json.
 *
 * On Node 20 this file runs in the thread of Node's module hooks, apart from the suite.
 * https://nodejs.org/api/module.html#customization-hooks
 */
import { statSync } from 'node:fs';
import type { LoadHookSync, ResolveHookSync } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findLesson } from '../project.ts';
import { facadePath, facadeSource, lessonOfSpecifier, subjectFile } from './facade.ts';

/** How the file name of an imported facade ends. */
const IMPORTED = '.facade.mjs';

export const resolve: ResolveHookSync = (specifier, context, nextResolve) => {
  // A required facade is require.ts's.
  const lesson = context.conditions.includes('require') ? undefined : lessonOfSpecifier(specifier);
  if (lesson === undefined) return nextResolve(specifier, context);
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
