/**
 * Whose functions stand behind a lesson's name, as the environment variable CHAINRULE_SUBJECT says.
 *
 * It speaks of one lesson, the one that is graded: `05:learner`. Every other lesson means its reference.
 */
import { resolve } from 'node:path';
import { courseFolder, findLesson, lessons } from '../project.ts';

/** The environment variable; unset or empty, every lesson is its reference. */
export const VARIABLE = 'CHAINRULE_SUBJECT';

/** The reference, the learner's file, another file, or the reference with one misconception laid over it. */
export type Subject =
  | { kind: 'reference' | 'learner' }
  | { kind: 'file'; path: string }
  | { kind: 'misconception'; id: string };

/** The lesson that is graded, by its name, and what stands behind it. */
export interface Choice {
  lesson: string;
  subject: Subject;
}

/**
 * Reads the choice: `05:reference`, `05:learner`, `05:misconception:ID`, or `05:` and the path of a file. Where
 * the arguments of the program name the suite of one lesson, as `npx mocha test/lessons/05-backprop.test.ts`
 * does, the lesson may be left out.
 *
 * @param value what the environment variable holds
 * @param args the words of the command line
 * @returns undefined when every lesson is its reference
 * @throws RangeError when it does not say which lesson is meant, or names one that there is none of
 */
export function subjectChoice(
  value = process.env[VARIABLE] ?? '',
  args: readonly string[] = process.argv,
): Choice | undefined {
  if (value === '' || value === 'reference') return undefined;
  // A path of Windows begins with a letter before its colon, a lesson with its number.
  const [, query, subject] = /^(\d\d?(?:-[\w-]+)?):(.+)$/.exec(value) ?? [];
  if (query !== undefined && subject !== undefined) {
    const lesson = findLesson(query);
    if (lesson !== undefined) return { lesson: lesson.name, subject: subjectOf(subject) };
    const names = lessons().map(({ name }) => name);
    throw new RangeError(
      `${VARIABLE}: there is no lesson "${query}" in "${value}"; there are ${names.join(', ')}`,
    );
  }
  const suites = lessons().filter((lesson) =>
    args.some((word) => word.endsWith(`${lesson.name}.test.ts`)),
  );
  const [only] = suites;
  if (only !== undefined && suites.length === 1) {
    return { lesson: only.name, subject: subjectOf(value) };
  }
  throw new RangeError(
    `${VARIABLE}: "${value}" does not say which lesson is graded; write 05:${value}, or run the suite of one lesson`,
  );
}

function subjectOf(text: string): Subject {
  if (text === 'reference' || text === 'learner') return { kind: text };
  const id = /^misconception:(.+)$/.exec(text)?.[1];
  return id === undefined
    ? { kind: 'file', path: resolve(courseFolder(), text) }
    : { kind: 'misconception', id };
}
