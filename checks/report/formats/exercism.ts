/**
 * The `results.json` of a test runner of Exercism, in version 3:
 * https://exercism.org/docs/building/tooling/test-runners/interface
 */
import type { CheckResult } from '../../results/lesson-result.ts';
import { clipped } from '../../../figures/characters.ts';
import { json } from './json.ts';
import { failureOf } from '../failure.ts';
import { failureText, hasPrinted, hasRun, overviewText, sectionOf } from './wording.ts';
import type { SubmissionResult, SandboxResult } from '../../results/submission-result.ts';

const LONGEST_MESSAGE = 65_535;
const LONGEST_OUTPUT = 500;

/** The result with a test for each check, since learners are shown the first that did not pass. */
export function exercism(result: SubmissionResult): string {
  const { lessons, points, max } = result;
  const isError = max === 0 || !hasRun(result);
  const status = points === max ? 'pass' : 'fail';
  return json({
    version: 3,
    status: isError ? 'error' : status,
    message: isError ? clipped(overviewText(result), LONGEST_MESSAGE) : null,
    tests: lessons.flatMap((lesson) => tests(lesson, lessons.length === 1)),
  });
}

function tests(lesson: SandboxResult, isOnly: boolean): object[] {
  const { checks, printed } = lesson;
  // Nobody knows which check printed what; this is the one whose output is shown.
  const first = checks.find(({ status }) => status !== 'passed') ?? checks[0];
  return checks.map((check) => ({
    name: `${check.exercise}: ${check.title}`,
    status: statusOf(check, lesson),
    ...(check.status !== 'passed' && { message: messageOf(check, lesson) }),
    ...(check === first &&
      hasPrinted(lesson) && { output: clipped(printed.trimEnd(), LONGEST_OUTPUT) }),
    test_code: check.status === 'failed' ? failureOf(check).call : undefined,
    // A number names a task only within a lesson.
    ...(isOnly && { task_id: taskOf(check) }),
  }));
}

function statusOf({ status }: CheckResult, { broken }: SandboxResult): string {
  if (status === 'passed') return 'pass';
  return broken === undefined ? 'fail' : 'error';
}

function messageOf(check: CheckResult, lesson: SandboxResult): string {
  return check.status === 'todo'
    ? `To do. Read ${sectionOf(check, lesson.lesson)}`
    : clipped(failureText(check, lesson), LONGEST_MESSAGE);
}

/** `5` for `02.5 sigmoid` */
function taskOf({ exercise }: CheckResult): number {
  return Number.parseInt(exercise.slice(3), 10);
}
