/**
 * A process that proves lessons, one after the other: it runs a lesson's suite on its reference, its stub, every
 * right solution and every misconception. The suite is loaded once; the facade changes what stands behind it.
 *
 * It gets the name of a lesson at a time from pool.ts, and answers with the proof.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Mocha from 'mocha';
import { stubOf } from '../declarations.ts';
import { problemOf } from '../grade/explain.ts';
import { loadSuite, type LoadedSuite } from '../grade/run-suite.ts';
import { findLesson, sourceText, type Lesson } from '../project.ts';
import type { CheckResult } from '../results/lesson-result.ts';
import { VARIABLE } from '../subject/choice.ts';
import { loadInPlaceOf } from '../subject/elsewhere.ts';
import { installHooks } from '../subject/install.ts';
import { overlay, use, type Functions } from '../subject/recorder.ts';
import type { PoolMessage } from './pool.ts';
import type { CaughtMisconception, OracleTest, Proof, TimedCheck } from './proof.ts';

async function prove(lesson: Lesson): Promise<Proof> {
  process.env[VARIABLE] = `${lesson.name}:reference`;
  const suite = await loadSuite(lesson);
  const { opened } = suite;
  const { reference, misconceptions } = opened;
  // As it is handed out, whatever the learner's file holds by now.
  const untouched = await loadInPlaceOf(stubOf(sourceText(lesson.reference)), lesson.learner);
  const others: { file: string; functions: Functions }[] = [];
  for (const file of readdirSync(lesson.solutions)) {
    others.push({ file, functions: await load(join(lesson.solutions, file)) });
  }
  const start = cpuMilliseconds();
  const grade = (functions: Functions, clock = (): number => 0): Promise<TimedCheck[]> => {
    use(opened, functions);
    return runAll(suite, clock);
  };
  // To ask for the CPU time takes longer than many a check, so only the reference is measured.
  const onReference = await grade(reference, cpuMilliseconds);
  const stub = await grade(untouched);
  const solutions: Proof['solutions'] = [];
  for (const { file, functions } of others) {
    solutions.push({ file, checks: await grade(functions) });
  }
  const caught: CaughtMisconception[] = [];
  for (const { exercise, id, sentence, anchor } of misconceptions) {
    use(opened, overlay(reference, misconceptions, id));
    const failed = await firstFailure(suite, exercise);
    caught.push({
      misconception: { exercise, id, sentence, ...(anchor !== undefined && { anchor }) },
      ...(failed && { caught: failed }),
    });
  }
  const cpu = cpuMilliseconds() - start;
  process.env[VARIABLE] = '';
  return {
    reference: onReference,
    stub,
    solutions,
    misconceptions: caught,
    oracles: existsSync(lesson.oracles) ? await askOracles(lesson.oracles) : [],
    cpu,
  };
}

/** Runs all checks, and measures them by a clock. */
async function runAll(suite: LoadedSuite, clock: () => number): Promise<TimedCheck[]> {
  const checks: TimedCheck[] = [];
  let start = 0;
  await suite.run({
    begin: () => {
      start = clock();
    },
    end: (_, result) => checks.push({ ...result, cpu: clock() - start }),
  });
  return checks;
}

/** Runs the checks of an exercise until one fails, with its explanation. */
async function firstFailure(
  suite: LoadedSuite,
  exercise: string,
): Promise<CheckResult | undefined> {
  let failed: CheckResult | undefined;
  const leftOut = new Set<number>();
  await suite.run(
    {
      begin: () => {},
      end: (_, result) => {
        if (result.status === 'passed') return;
        failed = result;
        for (const i of suite.checks.keys()) leftOut.add(i);
      },
      explained: (_, failure) => {
        failed = { ...failed!, failure };
      },
    },
    leftOut,
    exercise,
  );
  return failed;
}

/** Runs the tests of a file in which the reference is compared with an independent library. */
async function askOracles(file: string): Promise<OracleTest[]> {
  const mocha = new Mocha({ reporter: Mocha.reporters.Base, timeout: 20_000 });
  mocha.addFile(file);
  await mocha.loadFilesAsync();
  const tests: OracleTest[] = [];
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('pass', (test) => tests.push({ title: test.fullTitle() }));
    runner.on('fail', (test, error: unknown) => {
      tests.push({ title: test.fullTitle(), problem: problemOf(error) });
    });
  });
  return tests;
}

async function load(file: string): Promise<Functions> {
  return (await import(pathToFileURL(file).href)) as Functions;
}

function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function tell(message: PoolMessage): void {
  process.send?.(message);
}

installHooks();
// Every suite that mocha runs adds some, and there are as many as lessons.
process.setMaxListeners(0);
process.on('message', (name: string) => {
  prove(findLesson(name)!).then(
    (proof) => tell({ proof }),
    (error: unknown) => tell({ problem: problemOf(error) }),
  );
});
process.on('disconnect', () => process.exit());
