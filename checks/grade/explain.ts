/** What there is to say about a failed check, from its error and from the calls that it made. */
import { entries, isArray } from '../any-array.ts';
import { diagnose, replay, returnsTheSame } from '../diagnosis.ts';
import { functionOf, type Call, type Opened } from '../subject/recorder.ts';
import { callText, valueText } from '../text.ts';
import { anchorOf } from '../readme.ts';
import type { Failure } from '../results/lesson-result.ts';

/**
 * Explains a failed check.
 *
 * @param error what the check threw
 * @param calls the calls it made, in order
 * @param lesson the reference and the misconceptions of its lesson
 */
export function explain(error: unknown, calls: readonly Call[], lesson: Opened): Failure {
  const misconception = diagnose(calls, lesson.misconceptions, lesson.reference);
  const nanFrom = calls.find(makesNaN)?.name;
  const place = error instanceof Error ? placeOf(error) : undefined;
  const problem = problemOf(error);
  // A report of several lines, such as the gradient check's, speaks of many calls and for itself.
  const culprit = problem.includes('\n')
    ? undefined
    : culpritOf(calls, lesson, misconception && functionOf(misconception.exercise));
  return {
    problem,
    ...(culprit && { call: callText(culprit.name, culprit.args) }),
    ...comparedValues(error, culprit),
    ...(nanFrom !== undefined && { nanFrom }),
    ...(place !== undefined && { place }),
    ...(misconception && {
      diagnosis: {
        id: misconception.id,
        sentence: misconception.sentence,
        anchor: misconception.anchor ?? anchorOf(misconception.exercise),
      },
    }),
  };
}

/** What was thrown, in a sentence: an assertion speaks for itself, another error says what kind it is. */
export function problemOf(error: unknown): string {
  if (isAssertion(error)) return error.message;
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return `${valueText(error)} was thrown, which is not an Error`;
}

/** Told by its name: suites and checks may each have loaded a chai of their own. */
function isAssertion(error: unknown): error is Error & { actual?: unknown; expected?: unknown } {
  return error instanceof Error && error.name === 'AssertionError';
}

/** The values that an assertion compared; without one, what the call returned. */
function comparedValues(
  error: unknown,
  culprit: Call | undefined,
): Pick<Failure, 'got' | 'expected'> {
  if (isAssertion(error) && error.expected !== undefined) {
    return { got: valueText(error.actual), expected: valueText(error.expected) };
  }
  return culprit && 'value' in culprit.outcome ? { got: valueText(culprit.outcome.value) } : {};
}

/**
 * The call to show: the first one of the named function that differs from the reference; of no function in
 * particular, the first that differs; and if none does, the last.
 */
function culpritOf(
  calls: readonly Call[],
  { reference }: Opened,
  name: string | undefined,
): Call | undefined {
  const candidates = name === undefined ? calls : calls.filter((call) => call.name === name);
  return candidates.find((call) => differs(call, reference[call.name])) ?? candidates.at(-1);
}

function differs(call: Call, reference: unknown): boolean {
  return 'value' in call.outcome
    ? !returnsTheSame(reference, call)
    : replay(reference, call) !== undefined;
}

/** Whether a call's result holds a NaN although its arguments don't. */
function makesNaN(call: Call): boolean {
  return 'value' in call.outcome && holdsNaN(call.outcome.value) && !holdsNaN(call.args);
}

function holdsNaN(value: unknown): boolean {
  if (typeof value === 'number') return Number.isNaN(value);
  if (isArray(value)) return entries(value).some(Number.isNaN);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsNaN);
}

/** The first place in a lesson's file on the way to an error: `activations.ts:31`. */
function placeOf(error: Error): string | undefined {
  return /lessons[\\/]\d\d-[\w-]+[\\/]([\w.-]+\.ts:\d+)/.exec(error.stack ?? '')?.[1];
}
