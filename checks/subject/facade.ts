/**
 * The facade of a lesson: a module that exports a function for each of its exercises, under the reference's
 * names, and records every call on its way to the subject.
 *
 * So a function that the learner deleted is one failing exercise rather than a suite that doesn't load, and
 * the subject can be changed without loading the suite again.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { declarations } from '../declarations.ts';
import { findLesson, sourceText, type Lesson } from '../project.ts';
import { subjectChoice } from './choice.ts';
import { open, overlay, type Functions, type Opened } from './recorder.ts';

const PREFIX = '#lessons/';

/** The lesson that a specifier such as `#lessons/02-activations` names. */
export function lessonOfSpecifier(specifier: string): Lesson | undefined {
  return specifier.startsWith(PREFIX) ? findLesson(specifier.slice(PREFIX.length)) : undefined;
}

/**
 * The path of a lesson's facade, beside its files. No such file exists; the module hooks stand in for it.
 *
 * @param ending how the name ends, which tells the hooks what to make
 */
export function facadePath(lesson: Lesson, ending: string): string {
  return join(lesson.folder, lesson.slug + ending);
}

/** The file that holds the subject, if the subject is a file and not the reference or a variant of it. */
export function subjectFile(lesson: Lesson): string | undefined {
  const choice = subjectChoice();
  if (choice.kind === 'learner') return lesson.learner;
  return choice.kind === 'file' ? choice.path : undefined;
}

/** The facade as the source of an ES module. */
export function facadeSource(lesson: Lesson): string {
  const file = subjectFile(lesson);
  const names = declarations(sourceText(lesson.reference)).map(({ name }) => name);
  return [
    `import { openFacade } from ${JSON.stringify(import.meta.url)};`,
    `import * as reference from ${urlText(lesson.reference)};`,
    `import { misconceptions } from ${urlText(lesson.misconceptions)};`,
    file === undefined ? 'const file = undefined;' : `import * as file from ${urlText(file)};`,
    `const facade = openFacade('${lesson.name}', { reference, misconceptions, file });`,
    ...names.map((name) => `export const ${name} = facade.${name};`),
  ].join('\n');
}

/**
 * Opens a lesson: what the facade's module runs.
 *
 * @param name the lesson's name, `02-activations`
 * @param modules the lesson's modules, and the subject's if it is a file
 * @returns the functions that the facade exports
 */
export function openFacade(
  name: string,
  modules: Omit<Opened, 'subject'> & { file: Functions | undefined },
): Readonly<Record<string, (...args: unknown[]) => unknown>> {
  const { reference, misconceptions, file } = modules;
  const choice = subjectChoice();
  const subject =
    choice.kind === 'misconception'
      ? overlay(reference, misconceptions, choice.id)
      : (file ?? reference);
  const call = open(name, { reference, misconceptions, subject });
  return Object.fromEntries(
    Object.keys(reference).map((exercise) => [exercise, (...args) => call(exercise, args)]),
  );
}

/** A file's URL as a string literal. It carries the file's time, so that an edited file is a new module. */
function urlText(path: string): string {
  return JSON.stringify(`${pathToFileURL(path).href}?${statSync(path).mtimeMs}`);
}
