/** The process in which answers are graded, one after the other: see graders.ts. */
import { pathToFileURL } from 'node:url';
import { findConsequences } from '../../checks/grade/consequences.ts';
import { problemOf } from '../../checks/grade/explain.ts';
import { loadSuite, type LoadedSuite } from '../../checks/grade/run-suite.ts';
import { findLesson, type Lesson } from '../../checks/project.ts';
import type { Check, CheckResult } from '../../checks/results/lesson-result.ts';
import { VARIABLE } from '../../checks/subject/choice.ts';
import { installHooks } from '../../checks/subject/install.ts';
import { onCall, use, type Functions } from '../../checks/subject/recorder.ts';

/** An answer to grade. */
export interface Job {
  lesson: string;
  /** The learner's file. */
  file: string;
  /** The numbers of checks whose results are known. */
  leftOut: number[];
}

/** The results of an answer. */
export interface Done {
  kind: 'done';
  /** Nothing stands at the numbers that were left out. */
  checks: (CheckResult | undefined)[];
  /** The names of the functions that each check called. */
  called: string[][];
}

/** What is told of it: that another check begins or is explained, or all results. */
export type Step = { kind: 'step' } | Done;

/** A check that took less than this, in milliseconds, is run again to see what it follows from. */
const QUICK = 150;

const suites = new Map<string, LoadedSuite>();

async function suiteOf(lesson: Lesson): Promise<LoadedSuite> {
  process.env[VARIABLE] = `${lesson.name}:reference`;
  const suite = suites.get(lesson.name) ?? (await loadSuite(lesson));
  suites.set(lesson.name, suite);
  return suite;
}

async function grade({ lesson: name, file, leftOut }: Job): Promise<Omit<Done, 'kind'>> {
  const lesson = findLesson(name)!;
  const suite = await suiteOf(lesson);
  const results: CheckResult[] = [];
  const names = suite.checks.map(() => new Set<string>());
  const took: number[] = [];
  try {
    use(suite.opened, (await import(pathToFileURL(file).href)) as Functions);
  } catch (error) {
    const failure = { problem: `it did not load: ${problemOf(error)}` };
    const failed = ({ exercise, title }: Check): CheckResult => ({
      exercise,
      title,
      status: 'failed',
      failure,
    });
    return { checks: suite.checks.map(failed), called: suite.checks.map(() => []) };
  }
  let start = 0;
  await suite.run(
    {
      begin: (index) => {
        tell({ kind: 'step' });
        onCall((called) => names[index]!.add(called));
        start = performance.now();
      },
      end: (index, result) => {
        results[index] = result;
        took[index] = performance.now() - start;
      },
      explainFirst: true,
      explaining: () => tell({ kind: 'step' }),
      explained: (index, failure) => {
        results[index] = { ...results[index]!, failure };
      },
    },
    new Set(leftOut),
  );
  onCall(() => {});
  tell({ kind: 'step' });
  await findConsequences(
    suite,
    lesson,
    file,
    results,
    (index) => took[index]! < QUICK,
    (index, follows) => {
      const { problem } = results[index]!.failure!;
      results[index] = { ...results[index]!, failure: { problem, follows } };
    },
  );
  return { checks: results, called: names.map((set) => [...set]) };
}

function tell(step: Step): void {
  process.send?.(step);
}

installHooks();
process.on('message', (job: Job) => {
  void grade(job).then((done) => tell({ kind: 'done', ...done }));
});
process.on('disconnect', () => process.exit());
