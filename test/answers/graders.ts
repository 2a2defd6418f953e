/** Grades many answers, side by side: a process for each core, which takes one answer after the other. */
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { gradeLesson } from '../../checks/grade/grade-lesson.ts';
import { root, type Lesson } from '../../checks/project.ts';
import type { CheckResult } from '../../checks/results/lesson-result.ts';
import { TimeLimit } from '../../checks/sandbox/time-limit.ts';
import { VARIABLE } from '../../checks/subject/choice.ts';
import type { Done, Step } from './child.ts';
import type { Answer } from './patches.ts';
import { touchedNames } from './touched.ts';

/** How long an answer may compute in silence, in milliseconds: several times what a right one takes for a check. */
const PATIENCE = 3000;

/** The same for a process that must first start and load a suite. */
const LOADING = 20_000;

/** How long a check may take when an answer is graded once more because it was silent, in milliseconds. */
const LIMIT = 2000;

const CHILD = join(root, 'test', 'answers', 'child.ts');

/**
 * Grades answers in their order.
 *
 * An answer is graded in the exercises whose checks call what its patch can have changed; in the others it is its
 * base, the reference that the patch changes, which is graded once.
 *
 * @param isWhole whether answers are graded in all exercises instead
 * @param graded is told the results of each, as soon as all before it are graded too
 */
export async function gradeAnswers(
  answers: readonly Answer[],
  isWhole: boolean,
  graded: (answer: Answer, checks: CheckResult[]) => void,
): Promise<void> {
  const bases = new Map<string, Promise<Done | undefined>>();
  const results = new Map<Answer, CheckResult[]>();
  const waiting = answers.values();
  const untold = answers.values();
  let next = untold.next();
  const work = async (): Promise<void> => {
    const grader = new Grader();
    for (const answer of waiting) {
      const { lesson, base, file } = answer;
      if (!bases.has(base)) bases.set(base, grader.quickly(lesson, base, []));
      const known = (await bases.get(base)) ?? { checks: [], called: [] };
      const leftOut = isWhole
        ? []
        : untouchedChecks(known, readFileSync(base, 'utf8'), readFileSync(file, 'utf8'));
      const done = await grader.quickly(lesson, file, leftOut);
      // What did not come to an end is graded as `npm test` does it, in a process that may be killed.
      const checks =
        done === undefined
          ? (await gradeLesson(lesson, { subject: file, limit: LIMIT, loadLimit: LOADING })).checks
          : Array.from(done.called, (_, i) => done.checks[i] ?? known.checks[i]!);
      results.set(answer, checks);
      while (!next.done && results.has(next.value)) {
        graded(next.value, results.get(next.value)!);
        next = untold.next();
      }
    }
    grader.stop();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

/** The checks of the exercises in which a base and a patched file cannot differ. */
function untouchedChecks(
  { checks, called }: Pick<Done, 'checks' | 'called'>,
  before: string,
  after: string,
): number[] {
  const touched = touchedNames(before, after);
  if (touched === undefined) return [];
  const exercises = new Set(
    checks.flatMap((check, i) =>
      called[i]?.some((name) => touched.has(name)) ? [check!.exercise] : [],
    ),
  );
  return [...checks.keys()].filter((i) => !exercises.has(checks[i]!.exercise));
}

/** A process that grades answers, and another one when it does not come to an end. */
class Grader {
  #child: ChildProcess | undefined;

  stop(): void {
    this.#child?.disconnect();
    this.#child = undefined;
  }

  /** The results of a file; undefined when it ended its process or was silent for too long. */
  quickly(lesson: Lesson, file: string, leftOut: number[]): Promise<Done | undefined> {
    const child = (this.#child ??= fork(CHILD, [], {
      cwd: root,
      env: { ...process.env, [VARIABLE]: '' },
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    }));
    return new Promise((resolve) => {
      const giveUp = (): void => {
        child.removeAllListeners();
        child.kill('SIGKILL');
        this.#child = undefined;
        resolve(undefined);
      };
      let timer: NodeJS.Timeout | undefined;
      const wait = (patience: number): void => {
        const limit = new TimeLimit(patience);
        limit.follow(child.pid!);
        const look = (): void => {
          const left = limit.left();
          if (left <= 0) giveUp();
          else timer = setTimeout(look, left);
        };
        look();
      };
      wait(LOADING);
      child.on('message', (step: Step) => {
        clearTimeout(timer);
        if (step.kind === 'step') {
          wait(PATIENCE);
        } else {
          child.removeAllListeners();
          resolve(step);
        }
      });
      child.on('exit', () => {
        clearTimeout(timer);
        giveUp();
      });
      child.send({ lesson: lesson.name, file, leftOut });
    });
  }
}
