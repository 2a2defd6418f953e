/** `npm run lesson:new 07 optimizers`: the beginning of a lesson, for its author. */
import { newLesson } from '../course/new-lesson.ts';
import { shownPath } from '../project.ts';

/** Makes the files, and says which and what is next; exits with 2 when the words will not do. */
export function makeLesson(number: string, slug: string): void {
  try {
    const files = newLesson(number.padStart(2, '0'), slug);
    const list = files.map((file) => `  ${shownPath(file)}\n`).join('');
    process.stdout.write(
      `Lesson ${number.padStart(2, '0')} has a first exercise that runs:\n${list}\n` +
        `Next: npx mocha test/lessons/${number.padStart(2, '0')}-${slug}.test.ts, then npm run audit ${number.padStart(2, '0')}. CONTRIBUTING.md says how to go on, and npm run format straightens the table.\n`,
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    process.stderr.write(`${error.message.replace('newLesson: ', '')}\n`);
    process.exitCode = 2;
  }
}
