/** The process in which answers are graded, one after the other: see answers.ts. */
import { pathToFileURL } from 'node:url';
import { problemOf } from '../checks/grade/explain.ts';
import { loadSuite, type LoadedSuite } from '../checks/grade/run-suite.ts';
import { findLesson } from '../checks/project.ts';
import type { CheckResult } from '../checks/results/lesson-result.ts';
import { VARIABLE } from '../checks/subject/choice.ts';
import { installHooks } from '../checks/subject/install.ts';
import { onCall, use, type Functions } from '../checks/subject/recorder.ts';

/** An answer to grade. */
export interface Job {
  lesson: string;
  /** The learner's file. */
  file: string;
  /** The numbers of checks that are not run: one of them did not end. */
  leftOut: number[];
}

/** What is told of it. */
export type Step =
  | { kind: 'begin'; index: number; limit: number }
  | { kind: 'call'; name: string }
  | { kind: 'done'; checks: CheckResult[] };

const suites = new Map<string, LoadedSuite>();

async function suiteOf(name: string): Promise<LoadedSuite> {
  process.env[VARIABLE] = `${name}:reference`;
  const suite = suites.get(name) ?? (await loadSuite(findLesson(name)!));
  suites.set(name, suite);
  return suite;
}

async function grade({ lesson, file, leftOut }: Job): Promise<CheckResult[]> {
  const suite = await suiteOf(lesson);
  const results = suite.checks.map(({ exercise, title }): CheckResult => ({
    exercise,
    title,
    status: 'failed',
    failure: { problem: 'it did not end' },
  }));
  try {
    use(suite.opened, (await import(pathToFileURL(file).href)) as Functions);
  } catch (error) {
    return results.map((result) => ({
      ...result,
      failure: { problem: `it did not load: ${problemOf(error)}` },
    }));
  }
  await suite.run(
    {
      begin: (index) => tell({ kind: 'begin', index, limit: suite.checks[index]!.limit }),
      end: (index, result) => {
        results[index] = result;
      },
      explained: (index, failure) => {
        results[index] = { ...results[index]!, failure };
      },
    },
    new Set(leftOut),
  );
  return results;
}

function tell(step: Step): void {
  process.send?.(step);
}

installHooks();
onCall((name) => tell({ kind: 'call', name }));
process.on('message', (job: Job) => {
  void grade(job).then((checks) => tell({ kind: 'done', checks }));
});
process.on('disconnect', () => process.exit());
