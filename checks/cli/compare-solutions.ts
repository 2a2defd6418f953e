/** `npm run compare 02.5`: the learner's code, result and time beside the reference's. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { diffLines } from 'diff';
import { declarations, type Declaration } from '../declarations.ts';
import type { Sample } from '../results/lesson-result.ts';
import { gradeLesson } from '../grade/grade-lesson.ts';
import { sourceText, type Lesson } from '../project.ts';
import { coloursFor, type Colours } from '../report/colours.ts';
import { exerciseNumbered } from './hint.ts';
import { hasFile } from './test.ts';
import { pointsOf } from '../results/points.ts';

/**
 * Prints the comparison for one exercise, or for all of a lesson.
 *
 * @param query the exercise's number, `02.5`; anything else means the whole lesson
 * @param yes show the reference even if the lesson is not solved, without asking
 */
export async function compare(lesson: Lesson, query: string, yes: boolean): Promise<void> {
  if (!hasFile(lesson)) return;
  const exercise = exerciseNumbered(lesson, query);
  const { checks, samples } = await gradeLesson(lesson, {
    samples: true,
    ...(exercise !== undefined && { exercise }),
  });
  const [points, max] = [pointsOf(checks), checks.length];
  const what = exercise ?? `Lesson ${lesson.number}`;
  if (points < max && !yes && !(await agreesToSee(what, points, max))) {
    process.exitCode = 1;
    return;
  }
  const yours = declarations(readFileSync(lesson.learner, 'utf8'));
  const references = declarations(sourceText(lesson.reference));
  const colours = coloursFor(process.stdout);
  for (const reference of references) {
    if (exercise !== undefined && reference.exercise !== exercise) continue;
    const own = yours.find(({ name }) => name === reference.name);
    const sample = samples.find(({ name }) => name === reference.name);
    process.stdout.write(`${comparison(reference, own, sample, colours)}\n`);
  }
}

/** One exercise: the first call of the suite with both results and times, then the lines that differ. */
export function comparison(
  reference: Declaration,
  own: Declaration | undefined,
  sample: Sample | undefined,
  colours: Colours,
): string {
  const results = sample
    ? [
        sample.call,
        `  yours      ${sample.yours.value}  in ${sample.yours.milliseconds.toFixed(3)} ms`,
        `  reference  ${sample.reference.value}  in ${sample.reference.milliseconds.toFixed(3)} ms`,
      ]
    : [];
  const lines = diffLines(`${own?.code ?? ''}\n`, `${reference.code}\n`).flatMap(
    ({ added, removed, value }) => {
      const mark = added ? colours.green('+') : removed ? colours.red('-') : ' ';
      return value
        .trimEnd()
        .split('\n')
        .map((line) => `${mark} ${line}`);
    },
  );
  return [
    colours.bold(reference.exercise),
    ...results,
    colours.dim('- yours, + reference'),
    ...lines,
    '',
  ].join('\n');
}

async function agreesToSee(what: string, points: number, max: number): Promise<boolean> {
  const state = `${what} is not solved yet (${points} of ${max} points).`;
  if (!process.stdin.isTTY) {
    process.stderr.write(`${state} To see the reference all the same, add -- --yes.\n`);
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${state} See the reference all the same? [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
