/** A graded lesson as the learner reads it. */
import type { TypeProblem } from '../grade/typecheck.ts';
import type { CheckResult, LessonResult, Printed } from '../results/lesson-result.ts';
import { byExercise, pointsOf, type ExerciseResult } from '../results/points.ts';
import { shownPath, type Lesson } from '../project.ts';
import { anchorOf } from '../readme.ts';
import type { Colours } from './colours.ts';
import { goingOn } from './going-on.ts';
import { failureOf, failureToShow, nanText, valuesOf } from './failure.ts';

/** What the report needs besides the result. */
export interface Context {
  lesson: Lesson;
  /** The path of the file that was graded, as it is shown. */
  file: string;
  /** The beginning of its content's SHA-256. */
  hash: string;
  typeProblems: readonly TypeProblem[];
  /** The only exercise that was graded, if it was only one. */
  exercise?: string;
  colours: Colours;
}

/** Whether every check passed and the file compiles. */
export function isSolved(result: LessonResult, typeProblems: readonly TypeProblem[]): boolean {
  return (
    result.broken === undefined &&
    typeProblems.length === 0 &&
    pointsOf(result.checks) === result.checks.length
  );
}

/** The whole report: whose code ran, a line an exercise, the first failure in full, and what is next. */
export function lessonReport(result: LessonResult, context: Context): string {
  const { lesson, file, hash, typeProblems, colours } = context;
  const exercises = byExercise(result.checks);
  const shown = failureToShow(result.checks);
  const parts = [
    `${colours.bold(`${lesson.number} · ${lesson.slug}`)}  ${file}  ${colours.dim(`sha256 ${hash}`)}`,
    typeProblems.map((problem) => typeProblemLine(problem, colours)).join('\n'),
    result.broken === undefined
      ? exercises.map((exercise) => exerciseLine(exercise, exercises, colours)).join('\n')
      : brokenText(result.broken, typeProblems, colours),
    result.broken === undefined && shown !== undefined ? failureText(shown, lesson, colours) : '',
    printedText(result, shown),
    closing(result, context, exercises),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function exerciseLine(
  { exercise, checks, points }: ExerciseResult,
  all: readonly ExerciseResult[],
  colours: Colours,
): string {
  const width = Math.max(...all.map((one) => one.exercise.length));
  const score = `${points}/${checks.length}`.padStart(5);
  const line = `${exercise.padEnd(width)}  ${score}`;
  const failed = failureToShow(checks);
  const follows = failed?.failure?.follows;
  if (follows !== undefined) return `  ${colours.red('✘')} ${line}  follows from ${follows}`;
  if (failed) return `  ${colours.red('✘')} ${line}  ${failed.title}`;
  return points === checks.length
    ? `  ${colours.green('✔')} ${line}`
    : `  ${colours.yellow('·')} ${line}  to do`;
}

function failureText(check: CheckResult, lesson: Lesson, colours: Colours): string {
  const failure = failureOf(check);
  const anchor = failure.diagnosis?.anchor ?? anchorOf(check.exercise);
  return [
    colours.red(`✘ ${check.exercise}: ${check.title}`),
    ...valuesOf(failure).map(([name, value]) => `    ${name.padEnd(8)}  ${value}`),
    indented(failure.problem),
    failure.place === undefined ? '' : `    at ${failure.place}`,
    failure.nanFrom === undefined ? '' : `    ${nanText(failure.nanFrom)}`,
    failure.diagnosis === undefined ? '' : `  ${colours.bold(failure.diagnosis.sentence)}`,
    `  Read ${shownPath(lesson.readme)}${anchor}`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function typeProblemLine({ place, message }: TypeProblem, colours: Colours): string {
  return `${colours.red('error')}  ${place}  ${message}`;
}

/** When the compiler has already named the place of a syntax error, the loader's words add nothing. */
function brokenText(
  broken: string,
  typeProblems: readonly TypeProblem[],
  colours: Colours,
): string {
  const reason = typeProblems.length > 0 ? 'mend the error above' : broken;
  return colours.red(`✘ Nothing could be graded: ${reason}`);
}

function closing(
  result: LessonResult,
  { lesson, typeProblems, exercise }: Context,
  exercises: readonly ExerciseResult[],
): string {
  const score = `${pointsOf(result.checks)} of ${result.checks.length} points`;
  if (isSolved(result, typeProblems)) {
    const what = exercise === undefined ? `Lesson ${lesson.number}` : exercise;
    return `${score}. ${what} is solved.\n${goingOn(lesson, exercise)}`;
  }
  const open = exercises.find(({ points, checks }) => points < checks.length);
  if (result.broken !== undefined) return `${score}.`;
  if (open === undefined) return `${score}, but the file does not compile yet.`;
  return `${score}. Next: ${open.exercise} (npm run hint ${open.exercise.split(' ')[0]})`;
}

/** So many lines of what the learner's code printed are shown. */
const PRINTED_LINES = 10;

/**
 * What was printed in the check that is shown, or while a file loads that nothing of could be graded. The rest is
 * counted, so that nobody thinks that it got lost.
 */
function printedText(
  { broken, checks, printed }: LessonResult,
  shown: CheckResult | undefined,
): string {
  const outside = { text: printed, lines: linesOf(printed).length };
  const own = broken === undefined ? shown?.printed : outside;
  const all = [outside, ...checks.flatMap((check) => check.printed ?? [])];
  const elsewhere = all.filter((one) => one !== own).reduce((sum, { lines }) => sum + lines, 0);
  const head = own === undefined ? '' : beginning(own);
  const place = head === '' ? 'Your code printed' : 'And';
  const rest =
    elsewhere === 0
      ? ''
      : `${place} ${countOf(elsewhere, head === '' ? 'line' : 'more line')} elsewhere.`;
  return [head, rest].filter((part) => part !== '').join('\n');
}

/** Its first lines, and how many more there are. */
function beginning({ text, lines }: Printed): string {
  const all = linesOf(text);
  if (all.length === 0) return '';
  const others = Math.max(all.length, lines) - Math.min(all.length, PRINTED_LINES);
  const more = others > 0 ? `\n    … and ${countOf(others, 'more line')}` : '';
  return `Your code printed:\n${indented(all.slice(0, PRINTED_LINES).join('\n'))}${more}`;
}

function linesOf(text: string): string[] {
  return text.trim() === '' ? [] : text.trimEnd().split('\n');
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
