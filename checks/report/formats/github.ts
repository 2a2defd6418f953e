/**
 * What GitHub Actions shows of a result: a summary of the job, and annotations at the lines of a file.
 *
 * Both are described on
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands; how a command is escaped
 * is only in the code that writes them, https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
 */
import { clipped } from '../../../figures/characters.ts';
import { clean } from '../clean.ts';
import { failureOf } from '../failure.ts';
import {
  exercisesOf,
  failureText,
  hasPrinted,
  learnerPath,
  pointsText,
  type GradedExercise,
} from './wording.ts';
import type { SubmissionResult, SandboxResult } from '../../results/submission-result.ts';

// A summary may have 1 MiB, and a character takes up to 3 bytes.
const PRINTED = 50_000;
const FAILURES = 200_000;

/**
 * The result as a page of Markdown.
 *
 * @returns what is to be added to the file that the environment variable GITHUB_STEP_SUMMARY names
 */
export function githubSummary(result: SubmissionResult): string {
  const { lessons } = result;
  const exercises = lessons.reduce((total, lesson) => total + exercisesOf(lesson).length, 0);
  const share = {
    failure: Math.floor(FAILURES / Math.max(exercises, 1)),
    printed: Math.floor(PRINTED / Math.max(lessons.length, 1)),
  };
  return [
    `# chainrule: ${pointsText(result)}\n`,
    ...lessons.map((lesson) => lessonSummary(lesson, share)),
  ].join('\n');
}

function lessonSummary(
  lesson: SandboxResult,
  share: Readonly<Record<'failure' | 'printed', number>>,
): string {
  const { lesson: name, broken, printed } = lesson;
  const exercises = exercisesOf(lesson);
  const failures = exercises.flatMap(({ exercise, failed }) =>
    failed === undefined
      ? []
      : [
          `### ${plain(exercise)}: ${plain(failed.title)}\n`,
          fenced(clipped(failureText(failed, lesson), share.failure)),
        ],
  );
  return [
    `## ${name}: ${pointsText(lesson)}\n`,
    ...(broken === undefined
      ? [table(exercises), ...failures]
      : [fenced(clipped(broken, share.failure))]),
    ...(hasPrinted(lesson)
      ? ['### Your code printed\n', fenced(clipped(printed.trimEnd(), share.printed))]
      : []),
  ].join('\n');
}

function table(exercises: readonly GradedExercise[]): string {
  const rows = exercises.map(
    ({ exercise, points, max, failed }) =>
      `| ${plain(exercise)} | ${points}/${max} | ${stateText(points === max, failed?.title)} |`,
  );
  return `${['| exercise | points | |', '| --- | ---: | --- |', ...rows].join('\n')}\n`;
}

function stateText(isSolved: boolean, failed: string | undefined): string {
  if (isSolved) return '✔';
  return failed === undefined ? 'to do' : `✘ ${plain(failed)}`;
}

/** A text on one line in which Markdown finds nothing. */
function plain(text: string): string {
  return clean(text)
    .replaceAll('\n', ' ')
    .replaceAll(/[\\`*_[\]<>#|~&:$]/g, String.raw`\$&`);
}

/** A text as it is, between fences that are longer than any in it. */
function fenced(text: string): string {
  const content = clean(text);
  const longest = (content.match(/`+/g) ?? []).reduce(
    (most, { length }) => Math.max(most, length),
    2,
  );
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${content}\n${fence}\n`;
}

/**
 * The result as workflow commands: an error for each lesson that could not be graded, and one for each other
 * exercise that failed, in the learner's file and, where it is known, at the line that threw.
 *
 * @returns a line for each, to be printed in a step of a job; GitHub shows only the first few of a step as
 *   annotations
 */
export function githubAnnotations({ lessons }: SubmissionResult): string {
  return lessons.flatMap(lessonAnnotations).join('');
}

function lessonAnnotations(lesson: SandboxResult): string[] {
  const { lesson: name, broken } = lesson;
  const file = learnerPath(name);
  if (broken !== undefined) {
    return [annotation(file, lineIn(broken, file), `${name} could not be graded`, broken)];
  }
  return exercisesOf(lesson).flatMap(({ exercise, failed }) => {
    if (failed === undefined) return [];
    const line = lineIn(failureOf(failed).place ?? '', file);
    return [annotation(file, line, `${exercise}: ${failed.title}`, failureText(failed, lesson))];
  });
}

/** The line that a text names of a file, such as the 31 of `activations.ts:31`. */
function lineIn(text: string, file: string): string | undefined {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return [...text.matchAll(/([\w.-]+\.ts):(\d+)/g)].find((match) => match[1] === name)?.[2];
}

function annotation(
  file: string,
  line: string | undefined,
  title: string,
  message: string,
): string {
  const where = line === undefined ? '' : `,line=${line}`;
  return `::error file=${property(file)}${where},title=${property(title)}::${data(clipped(message, 4000))}\n`;
}

function data(text: string): string {
  return clean(text).replaceAll('%', '%25').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
