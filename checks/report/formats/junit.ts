/**
 * JUnit XML, which CI systems show as the tests of a build.
 *
 * There is no standard for it. This keeps to what all readers share, as described on
 * https://github.com/testmoapp/junitxml, and to the schema that Jenkins checks,
 * https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
 */
import type { CheckResult } from '../../results/lesson-result.ts';
import { markup, type Markup } from '../../../figures/markup.ts';
import { failureOf } from '../failure.ts';
import { failureText, hasPrinted, learnerPath } from './wording.ts';
import type { SubmissionResult, SandboxResult } from '../../results/submission-result.ts';

/** The result as a document with a test suite for each lesson and a test case for each check. */
export function junit({ lessons }: SubmissionResult): string {
  const all = lessons.flatMap(({ checks }) => checks);
  const document = markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="chainrule" tests="${all.length}" failures="${count(all, 'failed')}" errors="0">
${lessons.map(suite)}
</testsuites>
`;
  return document.markup;
}

function count(checks: readonly CheckResult[], status: CheckResult['status']): number {
  return checks.filter((check) => check.status === status).length;
}

function suite(lesson: SandboxResult): Markup {
  const { lesson: name, checks, printed } = lesson;
  const content = [
    ...checks.map((check) => testCase(check, lesson)),
    ...(hasPrinted(lesson) ? [markup`    <system-out>${printed}</system-out>`] : []),
  ];
  return markup`  <testsuite name="${name}" tests="${checks.length}" failures="${count(checks, 'failed')}" errors="0" skipped="${count(checks, 'todo')}" file="${learnerPath(name)}">
${content}
  </testsuite>`;
}

function testCase(check: CheckResult, lesson: SandboxResult): Markup {
  const { exercise, title, status } = check;
  const start = markup`    <testcase classname="${exercise}" name="${title}"`;
  if (status === 'passed') return markup`${start}/>`;
  return markup`${start}>
${status === 'todo' ? markup`      <skipped message="to do"/>` : failureElement(check, lesson)}
    </testcase>`;
}

function failureElement(check: CheckResult, lesson: SandboxResult): Markup {
  const { problem, diagnosis } = failureOf(check);
  const type = diagnosis?.id ?? 'failed';
  const message = problem.split('\n')[0]!;
  return markup`      <failure type="${type}" message="${message}">${failureText(check, lesson)}</failure>`;
}
