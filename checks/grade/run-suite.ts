/** Runs a lesson's suite in this process, on whatever stands behind `#lessons/…`. */
import Mocha from 'mocha';
import { shownPath, type Lesson } from '../project.ts';
import { openedLessons, recordedCalls, startRecording, type Opened } from '../subject/recorder.ts';
import type { RanCheck } from '../diagnosis/evidence.ts';
import { explainExercise, plainFailure } from './explain.ts';
import type { Check, CheckResult, Failure } from '../results/lesson-result.ts';

/** What is told to whoever follows a run. */
export interface Listener {
  /** A check begins. */
  begin: (index: number) => void;
  /** A check ended. */
  end: (index: number, result: CheckResult) => void;
  /**
   * The checks of an exercise have ended, and their calls are about to be compared with the reference and its
   * misconceptions, to find out why some failed.
   */
  explaining?: () => void;
  /** What there is to say of a check that failed; without this nobody looks for it. */
  explained?: (index: number, failure: Failure) => void;
  /** Whether only the first exercise with a failed check is explained: the one that is shown in full. */
  explainFirst?: boolean;
}

/** A suite that can be run, several times if need be. */
export interface LoadedSuite {
  checks: Check[];
  /** The lesson as its facade opened it. */
  opened: Opened;
  /** Runs the checks, or those of one exercise, but for those whose numbers are left out. */
  run: (listener: Listener, leftOut?: ReadonlySet<number>, exercise?: string) => Promise<void>;
}

/**
 * Loads a lesson's suite with mocha. The module hooks must be in place.
 *
 * @param limit how long a check may take unless the suite says otherwise, in milliseconds; 0 for as long as it
 *   wants, whatever the suite says
 * @throws what the suite, or the subject that it imports, throws while it loads
 */
export async function loadSuite(lesson: Lesson, limit = 5000): Promise<LoadedSuite> {
  const mocha = new Mocha({ timeout: limit, reporter: Mocha.reporters.Base });
  mocha.cleanReferencesAfterRun(false);
  mocha.addFile(lesson.suite);
  // Where it was loaded before, whatever it keeps from run to run is as it was in the beginning.
  mocha.unloadFiles();
  await mocha.loadFilesAsync();
  const opened = openedLessons().get(lesson.name);
  if (opened === undefined) {
    throw new Error(
      `loadSuite: ${shownPath(lesson.suite)} does not import #lessons/${lesson.name}`,
    );
  }
  const tests: Mocha.Test[] = [];
  mocha.suite.eachTest((test: Mocha.Test) => tests.push(test));
  let skipped: ReadonlySet<number> = new Set();
  // Checks that are already decided, or that the caller leaves out, are not run. A test that is marked as pending
  // beforehand is reset when a suite runs again, so each asks as it begins.
  for (const [index, test] of tests.entries()) {
    if (limit === 0) test.timeout(0);
    const check = test.fn as Mocha.Func;
    test.fn = function (...args) {
      return skipped.has(index) ? this.skip() : check.apply(this, args);
    } as Mocha.Func;
  }

  return {
    opened,
    checks: tests.map((test) => ({
      exercise: exerciseOf(test),
      title: test.title,
      limit: test.timeout(),
    })),
    run: (listener, leftOut = new Set(), exercise = undefined) =>
      new Promise((resolve) => {
        skipped = leftOut;
        // Mocha takes its time to leave a test out, so others are not even shown to it.
        const blocks = mocha.suite.suites.map(
          (lessonBlock) => [lessonBlock, lessonBlock.suites] as const,
        );
        for (const [lessonBlock, all] of blocks) {
          lessonBlock.suites = all.filter(
            ({ title }) => exercise === undefined || title === exercise,
          );
        }
        const errors = new Map<Mocha.Test, unknown>();
        // Those of the exercise that runs: an explanation looks at all of them.
        let ran: RanCheck[] = [];
        let current = '';
        let isExplained = false;
        const explain = (): void => {
          const { explaining, explained, explainFirst = false } = listener;
          if (explained === undefined || ran.every(({ passed }) => passed)) return;
          if (explainFirst && isExplained) return;
          isExplained = true;
          explaining?.();
          // Whatever a function returned, as an array of big integers: what can't be compared stays as it failed.
          try {
            for (const [index, failure] of explainExercise(current, ran, opened)) {
              explained(index, failure);
            }
          } catch {
            return;
          }
        };
        const runner = mocha.run(() => {
          for (const [lessonBlock, all] of blocks) lessonBlock.suites = all;
          explain();
          resolve();
        });
        runner.on('test', (test) => {
          const index = tests.indexOf(test);
          if (leftOut.has(index)) return;
          if (exerciseOf(test) !== current) {
            explain();
            ran = [];
            current = exerciseOf(test);
          }
          startRecording();
          listener.begin(index);
        });
        runner.on('fail', (test, error: unknown) => errors.set(test, error));
        runner.on('test end', (test) => {
          const index = tests.indexOf(test);
          if (leftOut.has(index)) return;
          const calls = recordedCalls();
          const failed = errors.has(test) || test.isPending();
          const check = { index, passed: !failed, error: errors.get(test), calls };
          // Even a check that expects an error must not take "still to do" for it.
          const isToDo = calls.some(({ outcome }) => 'thrown' in outcome && isTodo(outcome.thrown));
          const status = isToDo ? 'todo' : failed ? 'failed' : 'passed';
          if (!isToDo) ran.push(check);
          listener.end(index, {
            exercise: exerciseOf(test),
            title: test.title,
            status,
            ...(status === 'failed' && { failure: plainFailure(check) }),
          });
        });
      }),
  };
}

/** The exercise of a check: the title of the block that it stands in. */
function exerciseOf(test: Mocha.Test): string {
  return test.parent?.title ?? '';
}

function isTodo(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'TodoError';
}
