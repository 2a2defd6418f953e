/** `npm run hint 02.5`: one hint at a time from the lesson's README. */
import { readFileSync } from 'node:fs';
import { standing } from '../course/standing.ts';
import { declarations } from '../declarations.ts';
import { shownPath, sourceText, type Lesson } from '../project.ts';
import { anchorOf, hints } from '../readme.ts';
import { fitted } from '../report/terminal.ts';

/**
 * Prints a hint.
 *
 * @param query the exercise's number, `02.5`; anything else means the first open exercise of the lesson
 * @param number which of its hints, from 1
 * @returns whether there are more of them
 */
export async function hint(lesson: Lesson, query: string, number = '1'): Promise<boolean> {
  const exercise = exerciseNumbered(lesson, query) ?? (await standing(lesson)).open;
  if (exercise === undefined) {
    process.stdout.write(
      `Every check of lesson ${lesson.number} passes; there is nothing to hint at.\n`,
    );
    return false;
  }
  const all = hints(readFileSync(lesson.readme, 'utf8'), exercise);
  const text = all[Number(number) - 1];
  if (text === undefined) {
    process.stderr.write(`${exercise} has ${all.length} hints; ask for 1 to ${all.length}.\n`);
    process.exitCode = 2;
    return false;
  }
  const [id] = exercise.split(' ');
  const hasMore = Number(number) < all.length;
  const more = hasMore ? `One more: npm run hint ${id} ${Number(number) + 1}\n` : '';
  const place = `Read ${shownPath(lesson.readme)}${anchorOf(exercise)}`;
  process.stdout.write(fitted(`${exercise}\n\n${text}\n\n${more}${place}\n`, process.stdout));
  return hasMore;
}

/** The full name of the exercise with this number: `02.5 sigmoid` for `02.5` or `2.5`. */
export function exerciseNumbered(lesson: Lesson, query: string): string | undefined {
  const number = query.padStart(lesson.number.length + query.length - query.indexOf('.'), '0');
  return declarations(sourceText(lesson.reference)).find(({ exercise }) =>
    exercise.startsWith(`${number} `),
  )?.exercise;
}
