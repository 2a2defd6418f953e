/** The README's picture of a failing test: what `npm test 05` prints of a learner's file. */
import picocolors from 'picocolors';
import { grade } from '../../checks/cli/test.ts';
import type { Lesson } from '../../checks/project.ts';
import { terminalPicture } from './terminal-picture.ts';

/**
 * Grades the learner's file of a lesson and draws what is printed.
 *
 * @returns an SVG file
 */
export async function failingTest(lesson: Lesson): Promise<string> {
  const { report } = await grade(lesson, undefined, picocolors.createColors(true));
  const command = `$ npm test ${lesson.number}`;
  return terminalPicture(
    `${command}\n\n${report}`,
    `What ${command.slice(2)} prints: the exercises, the first failure, and what was done wrong`,
  );
}
