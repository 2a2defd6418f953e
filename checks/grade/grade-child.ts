/**
 * The process in which the learner's code runs when a lesson is graded locally. It waits for a job, loads the suite,
 * runs it and tells every step to the process that started it, which ends this one when a step takes too long.
 */
import { findLesson } from '../project.ts';
import { VARIABLE } from '../subject/choice.ts';
import { subjectFile } from '../subject/facade.ts';
import { installHooks } from '../subject/install.ts';
import { onCall, onReturn } from '../subject/recorder.ts';
import type { Job } from './run-child.ts';
import type { Check, CheckResult, Message, Sample } from '../results/lesson-result.ts';
import { findConsequences } from './consequences.ts';
import { problemOf } from './explain.ts';
import { followPace } from './pace.ts';
import { takeOutput } from './printed.ts';
import { loadSuite } from './run-suite.ts';
import { collectSamples } from './samples.ts';

function tell(message: Message, then = (): void => {}): void {
  process.send?.(message, then);
}

/** A check that took less than this, in milliseconds, may be run again to see what it follows from. */
const QUICK = 150;

/** The numbers of the checks of all exercises but this one; none if there is no such wish. */
function otherExercises(checks: readonly Check[], exercise: string | undefined): number[] {
  return [...checks.keys()].filter(
    (i) => exercise !== undefined && checks[i]!.exercise !== exercise,
  );
}

/** Ends this process, whatever the learner's code left running. */
function end(): never {
  process.exit();
}

async function grade(job: Job): Promise<void> {
  process.env[VARIABLE] = `${job.lesson}:${job.subject}`;
  installHooks();
  const countAnew = takeOutput((printed) => tell({ kind: 'printed', printed }));
  const lesson = findLesson(job.lesson)!;
  const suite = await loadSuite(lesson, job.limit);
  tell({ kind: 'loaded', checks: suite.checks });
  const samples = new Map<string, Sample>();
  let told = '';
  onCall((name) => {
    // A loop in a check may call a function thousands of times; once is enough to know its name.
    if (name !== told) tell({ kind: 'call', name });
    told = name;
  });
  const pace = followPace(
    () => suite.opened.reference,
    (found) => tell({ kind: 'pace', pace: found }),
  );
  onReturn(pace.returned);
  if (!job.listOnly) {
    const results: CheckResult[] = [];
    const took: number[] = [];
    let start = 0;
    await suite.run(
      {
        begin: (index) => {
          told = '';
          countAnew();
          pace.begin();
          start = performance.now();
          tell({ kind: 'begin', index });
        },
        explainFirst: true,
        explaining: () => tell({ kind: 'explaining' }),
        explained: (index, failure) => {
          results[index] = { ...results[index]!, failure };
          tell({ kind: 'explained', index, failure });
        },
        end: (index, result) => {
          results[index] = result;
          took[index] = performance.now() - start;
          countAnew();
          if (job.samples) collectSamples(samples, suite.opened.reference);
          tell({ kind: 'end', index, result });
        },
      },
      new Set([...job.leftOut, ...otherExercises(suite.checks, job.exercise)]),
    );
    const file = subjectFile(lesson);
    if (file !== undefined) {
      tell({ kind: 'explaining' });
      const isQuick = (index: number): boolean => (took[index] ?? QUICK) < QUICK;
      await findConsequences(suite, lesson, file, results, isQuick, (index, follows) => {
        const { problem } = results[index]!.failure!;
        tell({ kind: 'explained', index, failure: { problem, follows } });
      });
    }
  }
  tell({ kind: 'done', samples: [...samples.values()] }, end);
}

process.once('message', (job: Job) => {
  grade(job).catch((error: unknown) => tell({ kind: 'broken', message: problemOf(error) }, end));
});
