/** Runs a lesson's suite in this process, on whatever stands behind `#lessons/…`. */
import Mocha from 'mocha';
import { shownPath, type Lesson } from '../project.ts';
import { openedLessons, recordedCalls, startRecording, type Opened } from '../subject/recorder.ts';
import { explain } from './explain.ts';
import type { Check, CheckResult } from '../results/lesson-result.ts';

/** What is told to whoever follows a run. */
export interface Listener {
  /** A check begins. */
  begin: (index: number) => void;
  /** A check failed, and its calls are about to be replayed to find out why; without this they are not. */
  explaining?: () => void;
  /** A check ended. */
  end: (index: number, result: CheckResult) => void;
}

/** A suite that can be run, several times if need be. */
export interface LoadedSuite {
  checks: Check[];
  /** The lesson as its facade opened it. */
  opened: Opened;
  /** Runs the checks, but for those whose numbers are left out. */
  run: (listener: Listener, leftOut?: ReadonlySet<number>) => Promise<void>;
}

/**
 * Loads a lesson's suite with mocha. The module hooks must be in place.
 *
 * @param limit how long a check may take unless the suite says otherwise, in milliseconds
 * @throws what the suite, or the subject that it imports, throws while it loads
 */
export async function loadSuite(lesson: Lesson, limit = 5000): Promise<LoadedSuite> {
  const mocha = new Mocha({ timeout: limit, reporter: Mocha.reporters.Base });
  mocha.cleanReferencesAfterRun(false);
  mocha.addFile(lesson.suite);
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
    run: (listener, leftOut = new Set()) =>
      new Promise((resolve) => {
        skipped = leftOut;
        const errors = new Map<Mocha.Test, unknown>();
        const runner = mocha.run(() => resolve());
        runner.on('test', (test) => {
          const index = tests.indexOf(test);
          if (leftOut.has(index)) return;
          startRecording();
          listener.begin(index);
        });
        runner.on('fail', (test, error: unknown) => errors.set(test, error));
        runner.on('test end', (test) => {
          const index = tests.indexOf(test);
          if (leftOut.has(index)) return;
          const failed = errors.has(test) || test.isPending();
          const { explaining } = listener;
          if (failed) explaining?.();
          listener.end(index, {
            exercise: exerciseOf(test),
            title: test.title,
            ...outcome(failed, errors.get(test), explaining && opened),
          });
        });
      }),
  };
}

/** The exercise of a check: the title of the block that it stands in. */
function exerciseOf(test: Mocha.Test): string {
  return test.parent?.title ?? '';
}

/** How the check ended whose calls were recorded last; why, only if the lesson is given. */
function outcome(
  failed: boolean,
  error: unknown,
  opened: Opened | undefined,
): Pick<CheckResult, 'status' | 'failure'> {
  const calls = recordedCalls();
  // Even a check that expects an error must not take "still to do" for it.
  if (calls.some(({ outcome: end }) => 'thrown' in end && isTodo(end.thrown))) {
    return { status: 'todo' };
  }
  if (!failed) return { status: 'passed' };
  return { status: 'failed', ...(opened && { failure: explain(error, calls, opened) }) };
}

function isTodo(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'TodoError';
}
