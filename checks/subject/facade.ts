/**
 * The facade of the lesson that is graded: a module that exports a function for each of its exercises, under the reference's
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

/** A lesson whose name is imported, and whether its facade must stand there or its reference may. */
export interface Imported {
  lesson: Lesson;
  isGraded: boolean;
}

/**
 * What a specifier such as `#lessons/02-activations` means.
 *
 * @param importer the path of the file that imports it, if there is one
 * @returns undefined when it names no lesson
 * @throws Error when the graded file imports its own lesson or a later one
 */
export function importedLesson(specifier: string, importer?: string): Imported | undefined {
  if (!specifier.startsWith(PREFIX)) return undefined;
  const lesson = findLesson(specifier.slice(PREFIX.length));
  if (lesson === undefined) return undefined;
  const choice = subjectChoice();
  const graded = choice && findLesson(choice.lesson);
  if (graded !== undefined && lesson.name >= graded.name && importer === subjectFile(graded)) {
    throw new Error(
      lesson.name === graded.name
        ? `the file imports "${specifier}", which is that file itself while it is graded; call its functions by their names`
        : `the file imports "${specifier}", a later lesson; it may import the lessons before ${graded.name}`,
    );
  }
  return { lesson, isGraded: lesson.name === graded?.name };
}

/**
 * The path of a lesson's facade, beside its files. No such file exists; the module hooks stand in for it.
 *
 * @param ending how the name ends, which tells the hooks what to make
 */
export function facadePath(lesson: Lesson, ending: string): string {
  return join(lesson.folder, lesson.slug + ending);
}

/** The file that holds the subject of the graded lesson, if that is a file and not the reference or a variant of it. */
export function subjectFile(lesson: Lesson): string | undefined {
  const subject = subjectChoice()?.subject;
  if (subject?.kind === 'learner') return lesson.learner;
  return subject?.kind === 'file' ? subject.path : undefined;
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
  const chosen = subjectChoice()?.subject;
  const subject =
    chosen?.kind === 'misconception'
      ? overlay(reference, misconceptions, chosen.id)
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
