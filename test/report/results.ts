/** Results to be reported: of real submissions, and made up to be awkward. */
import { join } from 'node:path';
import type { CheckResult } from '../../checks/results/lesson-result.ts';
import type { Lesson } from '../../checks/project.ts';
import { gradeSubmission } from '../../checks/sandbox/grade-submission.ts';
import { changed, stubWith, submissionsFolder, writeFiles } from '../sandbox/submission.ts';
import { fixtureProject } from '../temporary-project.ts';
import type { SubmissionResult, SandboxResult } from '../../checks/results/submission-result.ts';

/** Results by what they are of. */
export type Results = Readonly<Record<string, SubmissionResult>>;

const SEED = 7;

/** A result whose sums are right. */
export function resultOf(
  ...lessons: readonly Pick<SandboxResult, 'lesson' | 'checks' | 'broken' | 'printed'>[]
): SubmissionResult {
  const graded = lessons.map((lesson) => ({
    ...lesson,
    points: lesson.checks.filter(({ status }) => status === 'passed').length,
    max: lesson.checks.length,
    seed: SEED,
  }));
  return {
    version: 1,
    points: graded.reduce((total, { points }) => total + points, 0),
    max: graded.reduce((total, { max }) => total + max, 0),
    seed: SEED,
    lessons: graded,
  };
}

/** Three checks of two exercises: one passed, one failed for a known reason, one is still to do. */
export const tiny = resultOf({
  lesson: '02-curves',
  checks: [
    { exercise: '02.5 bentAt', title: 'is ½ at 0', status: 'passed' },
    {
      exercise: '02.5 bentAt',
      title: 'is 1 far to the right',
      status: 'failed',
      failure: {
        problem: '1 was expected and 0 came back (they differ by 1)',
        call: 'bentAt(40)',
        got: '0',
        expected: '1',
        place: 'curves.ts:31',
        diagnosis: {
          kind: 'misconception',
          id: 'bent-sign',
          sentence: 'Left and right have changed places.',
          anchor: '#025-bentat',
        },
      },
    },
    { exercise: '02.6 slopeAt', title: 'is 0 at 0', status: 'todo' },
  ],
  printed: 'z = 40\n',
});

/** What would break a report that does not escape it. */
export const nasty = [
  ']]> </pre></title></style><script>alert("1")</script> & &amp; \'quoted\'',
  'NUL \u0000, escape \u001B[31m, half a character \uD83D, U+FFFF \uFFFF, emoji 🙂, line \u2028',
  '100% %0A ::error file=a.ts,line=1::forged',
  '::stop-commands::x\r\nand\rmore',
  '```` | <b>*bold*</b> $x$ [link](https://example.org) :tada:',
].join('\n');

const failing: CheckResult = {
  exercise: '02.5 bentAt',
  title: nasty,
  status: 'failed',
  failure: {
    problem: nasty,
    call: nasty,
    got: nasty,
    expected: nasty,
    place: nasty,
    nanFrom: nasty,
    diagnosis: { kind: 'mechanical', id: nasty, sentence: nasty, anchor: `#${nasty}` },
  },
};

const lesson = { lesson: '02-curves', checks: [], printed: '' };

/** Results that no submission is likely to have, or not on purpose. */
export const synthetic: Results = {
  tiny,
  'no lesson': resultOf(),
  'a lesson without a check': resultOf(lesson),
  'nothing written yet': resultOf({
    ...lesson,
    checks: [{ exercise: '02.5 bentAt', title: 'is ½ at 0', status: 'todo' }],
  }),
  'a failure without a reason': resultOf({
    ...lesson,
    checks: [{ exercise: '02.5 bentAt', title: 'is ½ at 0', status: 'failed' }],
  }),
  'awkward characters': resultOf({ ...lesson, checks: [failing], printed: nasty }),
  'awkward characters in a broken lesson': resultOf({
    ...lesson,
    checks: [failing],
    broken: nasty,
    printed: nasty,
  }),
  'long texts': resultOf({
    ...lesson,
    checks: [{ ...failing, failure: { problem: 'x'.repeat(10_000) } }],
    printed: '🙂'.repeat(10_000),
  }),
  'more and longer texts than there can be': resultOf(
    ...Array.from({ length: 24 }, (_, i) => ({
      lesson: `${String(i + 1).padStart(2, '0')}-lesson`,
      checks: Array.from({ length: 10 }, (__, j): CheckResult => ({
        exercise: `${String(i + 1).padStart(2, '0')}.${j + 1} exercise`,
        title: 'is right',
        status: 'failed',
        failure: { problem: '界'.repeat(10_000) },
      })),
      printed: '界'.repeat(20_000),
    })),
  ),
  'one lesson of two that is broken': resultOf(
    {
      lesson: '01-lines',
      checks: [{ exercise: '01.1 heightAt', title: 'is 0 at 0', status: 'passed' }],
      printed: '',
    },
    {
      ...lesson,
      checks: [
        {
          exercise: '02.5 bentAt',
          title: 'is ½ at 0',
          status: 'failed',
          failure: { problem: 'this check did not run' },
        },
      ],
      broken: 'lessons/02-curves/curves.ts did not load: curves.ts:3: Unexpected "}"',
    },
  ),
};

let grading: Promise<Results> | undefined;

/** Results of real submissions of the fixture's first lesson. */
function realResults(): Promise<Results> {
  grading ??= grade();
  return grading;
}

async function grade(): Promise<Results> {
  const project = fixtureProject();
  const { folder, remove } = submissionsFolder();
  const { name: lessonName, slug } = project.lines;
  const results: Record<string, SubmissionResult> = {};
  project.enter();
  try {
    for (const [name, text] of Object.entries(submissionsOf(project.lines))) {
      writeFiles(folder, { [`${name}/lessons/${lessonName}/${slug}.ts`]: text });
      results[name] = await gradeSubmission(join(folder, name), [project.lines], { seed: SEED });
    }
  } finally {
    project.leave();
    project.remove();
    remove();
  }
  return results;
}

function submissionsOf(graded: Lesson): Readonly<Record<string, string>> {
  return {
    'a right one': changed(graded, {}),
    'one that is not begun': stubWith(graded, ''),
    'one with a syntax error': stubWith(graded, '}'),
    'one that is wrong in three ways': changed(graded, {
      top: "console.log('<b>printed</b>', 1);",
      functions: {
        heightsAt:
          "export function heightsAt(): never { throw new RangeError('no <b>heights</b> ]]>'); }",
        aboveGround:
          'export function aboveGround(x) { return map(x, (v) => (v > 0 ? v + 1 : 0)); }',
        areaUnder: 'export function areaUnder() { return 0 / 0; }',
      },
    }),
  };
}

/** All of them; the real ones are graded once for all tests. */
export async function allResults(): Promise<Results> {
  return { ...(await realResults()), ...synthetic };
}
