/**
 * Grades a lesson: runs its suite in a process of its own and watches over it.
 *
 * A synchronous endless loop can't be stopped from inside, so the suite's process is ended when a check
 * takes longer than it may, and another process goes on with the exercises that are left.
 */
import type { ChildProcess } from 'node:child_process';
import { shownPath, type Lesson } from '../project.ts';
import type { Check, CheckResult, LessonResult, Printed } from '../results/lesson-result.ts';
import { runChild, type Outcome } from './run-child.ts';
import { startChild } from './spare-child.js';
import { tooLate } from './too-late.ts';

/** What may be chosen when a lesson is graded. */
export interface GradeOptions {
  /** Whose code, as CHAINRULE_SUBJECT names it behind the lesson (subject/choice.ts); the learner's unless given. */
  subject?: string;
  /** Collect a sample of each function's calls, for `compare`. */
  samples?: boolean;
  /** How long a check may take unless the suite says otherwise, in milliseconds. */
  limit?: number;
  /** How long loading may take, in milliseconds. */
  loadLimit?: number;
  /** Run the checks of this exercise alone: `02.5 sigmoid`. */
  exercise?: string;
  /** Gives a process that waits for a job; it is started now unless one is given. */
  take?: () => ChildProcess;
}

/** How long a check may take after one that did not come to an end, in milliseconds. */
const AFTER_AN_ENDLESS_LOOP = 1000;

/** How long a suite may take to load on the reference, which always does, in milliseconds: as long as a very busy machine takes. */
const LISTING = 60_000;

/**
 * Grades a lesson.
 *
 * @returns the result of every check of the suite; a check that could not run is failed
 */
export async function gradeLesson(
  lesson: Lesson,
  options: GradeOptions = {},
): Promise<LessonResult> {
  const { subject = 'learner', samples = false, limit = 5000, loadLimit = 10_000 } = options;
  const { exercise, take = startChild } = options;
  const wanted = (checks: readonly CheckResult[]): CheckResult[] =>
    checks.filter((check) => exercise === undefined || check.exercise === exercise);
  const results = new Map<number, CheckResult>();
  let patience = limit;
  const printed: string[] = [];
  const printedIn = new Map<number, Printed>();
  const checkResult = (check: Check, index: number): CheckResult => ({
    ...(results.get(index) ?? notRun(check)),
    ...(printedIn.has(index) && { printed: printedIn.get(index)! }),
  });
  for (;;) {
    const leftOut = [...results.keys()];
    const job = {
      lesson: lesson.name,
      subject,
      listOnly: false,
      samples,
      limit: patience,
      leftOut,
      ...(exercise !== undefined && { exercise }),
    };
    const outcome = await runChild(take(), job, loadLimit);
    printed.push(outcome.printed);
    for (const [index, result] of outcome.results) results.set(index, result);
    for (const [index, piece] of outcome.printedIn) printedIn.set(index, piece);
    const { checks, index } = outcome;
    // What nobody found out in time is not said; the results stand.
    const isWhole = outcome.explaining && checks?.every((_, i) => results.has(i)) === true;
    const end = isWhole ? 'done' : outcome.end;
    if (checks === undefined || (end !== 'done' && index === undefined)) {
      const all = checks ?? (await listChecks(lesson));
      return {
        lesson: lesson.name,
        checks: wanted(all.map(checkResult)),
        broken: brokenText(lesson, outcome, loadLimit),
        printed: printed.join(''),
        samples: [],
      };
    }
    if (end !== 'done' && index !== undefined) {
      const name = outcome.call ?? checks[index]!.exercise;
      const { isSlow, problem } =
        end === 'late'
          ? tooLate({
              name,
              limit: checks[index]!.limit,
              pace: outcome.pace?.name === name ? outcome.pace : undefined,
              isEarlier: outcome.paceIndex !== index,
              passed: checks.filter(
                ({ exercise: own }, i) =>
                  own === checks[index]!.exercise && results.get(i)?.status === 'passed',
              ).length,
              reference: await referenceTime(lesson, checks, index),
            })
          : { isSlow: false, problem: diedText(name) };
      stopExercise(checks, index, { name, problem }, results);
      // What calls an endless loop is endless too: it need not be waited for as long again.
      if (end === 'late' && !isSlow) patience = Math.min(limit, AFTER_AN_ENDLESS_LOOP);
    }
    if (end === 'done' || results.size === checks.length) {
      return {
        lesson: lesson.name,
        checks: wanted(checks.map(checkResult)),
        printed: printed.join(''),
        samples: outcome.samples,
      };
    }
  }
}

/** What a job on the reference has in common with every other. */
const REFERENCE = { subject: 'reference', samples: false };

/** The checks of a lesson's suite, which the reference always loads. */
async function listChecks(lesson: Lesson): Promise<Check[]> {
  const job = { ...REFERENCE, lesson: lesson.name, listOnly: true, limit: 5000, leftOut: [] };
  const { checks, end } = await runChild(startChild(), job, LISTING);
  if (checks === undefined) {
    throw new Error(
      `gradeLesson: ${shownPath(lesson.suite)} does not load (${JSON.stringify(end)}); restore it with git`,
    );
  }
  return checks;
}

/** How long the reference takes for a check, in milliseconds. */
async function referenceTime(
  lesson: Lesson,
  checks: readonly Check[],
  index: number,
): Promise<number | undefined> {
  const leftOut = [...checks.keys()].filter((i) => i !== index);
  const limit = checks[index]!.limit;
  const job = { ...REFERENCE, lesson: lesson.name, listOnly: false, limit, leftOut };
  return (await runChild(startChild(), job, 10_000)).took.get(index);
}

/** Fails the check that ended its process, and those of its exercise that would most likely do the same. */
function stopExercise(
  checks: readonly Check[],
  index: number,
  { name, problem }: { name: string; problem: string },
  results: Map<number, CheckResult>,
): void {
  const { exercise } = checks[index]!;
  checks.forEach((check, i) => {
    if (check.exercise !== exercise || results.has(i)) return;
    const failure = {
      problem: i === index ? problem : `left out, since ${name} did not return in a check before`,
    };
    results.set(i, {
      exercise,
      title: check.title,
      status: 'failed',
      failure,
    });
  });
}

function diedText(name: string): string {
  return `the process ended while ${name} ran; does something call process.exit, or fill the memory?`;
}

function notRun({ exercise, title }: Check): CheckResult {
  return { exercise, title, status: 'failed', failure: { problem: 'this check did not run' } };
}

function brokenText(lesson: Lesson, { end }: Outcome, loadLimit: number): string {
  const file = shownPath(lesson.learner);
  if (typeof end === 'object') return `${file} did not load. ${end.broken}`;
  return end === 'late'
    ? `${file} did not finish loading within ${loadLimit / 1000} s; is there an endless loop outside the functions?`
    : `the process ended while ${file} was loading; does something outside the functions call process.exit?`;
}
