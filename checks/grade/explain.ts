/** What there is to say about the failed checks of an exercise, from their errors and from all calls that were made. */
import { existsSync, readFileSync } from 'node:fs';
import { withoutComments, type KernelError } from '../../base/kernel-words.ts';
import { difference, roundingOf } from '../agreement.ts';
import { isArray, rowMajor } from '../any-array.ts';
import { plainest } from '../diagnosis/candidates.ts';
import { diagnose, exerciseOf } from '../diagnosis/diagnose.ts';
import type { Observation, RanCheck } from '../diagnosis/evidence.ts';
import type { Finding } from '../diagnosis/finding.ts';
import { withoutCache } from '../diagnosis/replay.ts';
import { anchorOf } from '../readme.ts';
import type { Failure } from '../results/lesson-result.ts';
import type { Call, Opened } from '../subject/recorder.ts';
import { callText, distinctNumberText, valueText } from '../text.ts';

/**
 * Explains the failed checks of an exercise.
 *
 * @param title the exercise, `05.6 affineForward`
 * @param checks those of the exercise that ran, in order
 * @param lesson the reference and the misconceptions of its lesson
 * @returns for each failed check what to tell of it, by its number; one of them has the diagnosis
 */
export function explainExercise(
  title: string,
  checks: readonly RanCheck[],
  lesson: Pick<Opened, 'reference' | 'misconceptions'>,
): Map<number, Failure> {
  const exercise = exerciseOf(title, checks, lesson);
  const finding = diagnose(exercise);
  const failures = new Map<number, Failure>();
  for (const check of checks.filter(({ passed }) => !passed)) {
    const own = exercise.observations.filter((one) => one.check === check);
    const isShown = finding?.shown.check === check;
    const shown = isShown ? finding.shown : smallestWrong(own);
    failures.set(check.index, {
      ...failureOf(check, shown),
      ...(isShown && { diagnosis: diagnosisOf(finding, title) }),
    });
  }
  return failures;
}

/** What a failed check says without a look at its calls. */
export function plainFailure(check: RanCheck): Failure {
  return failureOf(check, undefined);
}

/** What was thrown, in a sentence: an assertion speaks for itself, another error says what kind it is. */
export function problemOf(error: unknown): string {
  if (isAssertion(error))
    return error.message.replace(/^expected \[Function\w*\] /, 'expected the call ');
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return `${valueText(error)} was thrown, which is not an Error`;
}

/** The same, behind the line of the learner's file where it was thrown, if that is known: `activations.ts:31: …`. */
export function placedProblemOf(error: unknown): string {
  const place = error instanceof Error ? placeOf(error) : undefined;
  return place === undefined ? problemOf(error) : `${place}: ${problemOf(error)}`;
}

function diagnosisOf(finding: Finding, title: string): NonNullable<Failure['diagnosis']> {
  const { kind, id, sentence, anchor } = finding;
  return { kind, id, sentence, anchor: anchor ?? anchorOf(title) };
}

function failureOf({ error, calls }: RanCheck, shown: Observation | undefined): Failure {
  const problem = problemOf(error);
  const nanFrom = calls.find(makesNaN)?.name;
  const place = error instanceof Error ? placeOf(error) : undefined;
  // A report of several lines, such as the gradient check's, speaks of many calls and for itself.
  const told = problem.includes('\n')
    ? { problem }
    : shown === undefined
      ? withLastCall(problem, error, calls)
      : withObservation(problem, error, shown);
  return {
    ...told,
    ...(nanFrom !== undefined && { nanFrom }),
    ...(place !== undefined && { place }),
  };
}

/** The failure in terms of the call that shows it, and of what the reference answers. */
function withObservation(problem: string, error: unknown, shown: Observation): Failure {
  const { call, verdict, given, right, refusal } = shown;
  const told = {
    call: callText(call.name, call.args),
    ...('given' in shown && { got: valueText(given) }),
  };
  if (verdict === 'unrefused' || verdict === 'misrefused') {
    const wanted = `a ${refusal instanceof Error ? refusal.name : 'refusal'}`;
    const thrown = thrownBy(call);
    const came =
      'given' in shown
        ? `${valueText(given)} came back`
        : `${problemOf(thrown)}${thrown instanceof Error ? ' came' : ''}`;
    return { problem: `${wanted} was expected and ${came}`, ...told, expected: wanted };
  }
  if (verdict !== 'wrong') return { problem, ...told, ...comparedValues(error) };
  // There are many right texts, and many right answers where nothing was asked: what is wrong is what the check says.
  if (typeof right === 'string' || call.args.length === 0) return { problem, ...told };
  const found = difference(withoutCache(given), withoutCache(right), roundingOf(right));
  return { problem: found ?? problem, ...told, ...valuePair(given, right) };
}

/** The failure in terms of the last call of its check, when none differs from the reference's. */
function withLastCall(problem: string, error: unknown, calls: readonly Call[]): Failure {
  const last = calls.at(-1);
  if (last === undefined) return { problem, ...comparedValues(error) };
  const compared = comparedValues(error);
  const returned = 'value' in last.outcome ? { got: valueText(last.outcome.value) } : {};
  return { problem, call: callText(last.name, last.args), ...returned, ...compared };
}

/** Both values in short, with as many digits as it takes to tell two numbers apart. */
function valuePair(given: unknown, right: unknown): Pick<Failure, 'got' | 'expected'> {
  return typeof given === 'number' && typeof right === 'number'
    ? { got: distinctNumberText(given, right), expected: distinctNumberText(right, given) }
    : { got: valueText(withoutCache(given)), expected: valueText(withoutCache(right)) };
}

/** The values that an assertion compared. */
function comparedValues(error: unknown): Pick<Failure, 'got' | 'expected'> {
  // Chai gives the text of a class as what was expected to be thrown.
  if (!isAssertion(error) || error.expected === undefined || / to throw /.test(error.message)) {
    return {};
  }
  return valuePair(error.actual, error.expected);
}

/** The wrong call of a check that is the easiest to work out by hand. */
function smallestWrong(observations: readonly Observation[]): Observation | undefined {
  const wrong = observations.filter(
    ({ verdict }) => verdict !== 'right' && verdict !== 'refused' && verdict !== 'unclear',
  );
  return wrong.length === 0 ? undefined : plainest(wrong);
}

function thrownBy({ outcome }: Call): unknown {
  return 'thrown' in outcome ? outcome.thrown : undefined;
}

/** Told by its name: suites and checks may each have loaded a chai of their own. */
function isAssertion(error: unknown): error is Error & { actual?: unknown; expected?: unknown } {
  return error instanceof Error && error.name === 'AssertionError';
}

/** Whether a call's result holds a NaN although its arguments don't. */
function makesNaN(call: Call): boolean {
  if (!('value' in call.outcome)) return false;
  return holdsNaN(withoutCache(call.outcome.value)) && !holdsNaN(call.args);
}

function holdsNaN(value: unknown): boolean {
  if (typeof value === 'number') return Number.isNaN(value);
  if (isArray(value)) return Array.prototype.some.call(rowMajor(value), Number.isNaN);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsNaN);
}

/** The first place in a lesson's file on the way to an error: `activations.ts:31`. */
function placeOf(error: Error): string | undefined {
  const frame = /((?:[A-Za-z]:)?[^\s():]*lessons[\\/]\d\d-[\w-]+[\\/]([\w.-]+\.ts)):(\d+)/;
  const [, path, file, line] = frame.exec(error.stack ?? '') ?? [];
  if (path === undefined) return undefined;
  return `${file}:${isKernelError(error) ? (kernelLine(path, error) ?? line) : line}`;
}

/** By its name: modules may be loaded once for the suite and once for the checks. */
function isKernelError(error: Error): error is KernelError {
  return error.name === 'KernelError';
}

/** The line of what gpu.js cannot run: the kernel is not called, so no error was thrown there. */
function kernelLine(path: string, { kernel, word }: KernelError): number | undefined {
  // An error of a submission has crossed to another process and may lack them, or be a made-up one.
  if (!/^\w+$/.test(kernel) || !existsSync(path)) return undefined;
  const text = withoutComments(readFileSync(path, 'utf8'));
  const start = text.search(new RegExp(`\\bfunction ${kernel}\\b`));
  const place = start < 0 || typeof word !== 'string' ? start : text.indexOf(word, start);
  return place < 0 ? undefined : text.slice(0, place).split('\n').length;
}
