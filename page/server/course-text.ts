/** The texts of the course as the page reads them: the list of lessons, each lesson, and the files they lead to. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadExperiment } from '../../checks/experiment/experiment.ts';
import { pictureOf } from '../../checks/experiment/picture.ts';
import { declarations } from '../../checks/declarations.ts';
import { courseFolder, lessons, root, sourceText, type Lesson } from '../../checks/project.ts';
import type { CourseText, ExperimentText, LessonLine, LessonText } from '../messages.ts';
import { readme } from './markdown.ts';
import { padText } from './pad.ts';

/** All lessons, in a line each. */
export function courseText(): CourseText {
  return { lessons: lessons().map((lesson) => lineOf(lesson)) };
}

/**
 * A lesson in full.
 *
 * @param live whether a server stands behind the page, which has files of the learner's
 */
export async function lessonText(lesson: Lesson, live: boolean): Promise<LessonText> {
  const experiment = await experimentText(lesson);
  const pad = padText(lesson, live);
  return {
    ...lineOf(lesson),
    text: readmeOf(lesson).html,
    ...(experiment !== undefined && { experiment }),
    ...(pad !== undefined && { pad }),
  };
}

/** The files that lessons lead to, by their paths in the course, and where they stand. */
export function linkedFiles(): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of lessons().flatMap((lesson) => readmeOf(lesson).files)) {
    const file = [courseFolder(), root].map((folder) => join(folder, path)).find(existsSync);
    if (file !== undefined) found.set(path, file);
  }
  return found;
}

function readmeOf(lesson: Lesson): ReturnType<typeof readme> {
  return readme(readFileSync(lesson.readme, 'utf8'), lesson);
}

function lineOf(lesson: Lesson): LessonLine {
  return {
    number: lesson.number,
    name: lesson.name,
    title: readmeOf(lesson).title,
    exercises: declarations(sourceText(lesson.reference)).map(({ exercise }) => exercise),
  };
}

async function experimentText(lesson: Lesson): Promise<ExperimentText | undefined> {
  const module = await loadExperiment(lesson);
  if (module === undefined) return undefined;
  const { title, about, parameters, digits, plane } = module;
  const preview = pictureOf(lesson);
  return {
    title,
    about,
    parameters,
    ...(digits && { digits }),
    ...(plane && { plane }),
    ...(preview !== undefined && { preview }),
  };
}
