/**
 * The process in which a lesson's suite is run on many subjects, one after the other: its stub, every right
 * solution and every misconception. The suite is loaded once; the facade changes what stands behind it.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stubOf } from '../declarations.ts';
import type { CheckResult } from '../results/lesson-result.ts';
import { loadSuite, type LoadedSuite } from '../grade/run-suite.ts';
import { findLesson, sourceText, stateFolder, type Lesson } from '../project.ts';
import { installHooks } from '../subject/install.ts';
import { overlay, use, type Functions } from '../subject/recorder.ts';
import type { Audit } from './audit-lesson.ts';

async function audit(lesson: Lesson): Promise<Audit> {
  const suite = await loadSuite(lesson);
  const { opened } = suite;
  const { reference, misconceptions } = opened;
  const grade = (functions: Functions, exercise?: string): Promise<CheckResult[]> => {
    use(opened, functions);
    return results(suite, exercise);
  };
  const solutions: Audit['solutions'] = [];
  for (const file of readdirSync(lesson.solutions)) {
    const functions = await load(join(lesson.solutions, file));
    solutions.push({ file, checks: await grade(functions) });
  }
  const found: Audit['misconceptions'] = [];
  for (const misconception of misconceptions) {
    const functions = overlay(reference, misconceptions, misconception.id);
    const checks = await grade(functions, misconception.exercise);
    const { exercise, id, sentence, anchor } = misconception;
    found.push({ misconception: { exercise, id, sentence, anchor }, checks });
  }
  return {
    reference: await grade(reference),
    stub: await grade(await load(writeStub(lesson))),
    solutions,
    misconceptions: found,
  };
}

/** Runs the checks of one exercise, or all of them. */
async function results(suite: LoadedSuite, exercise?: string): Promise<CheckResult[]> {
  const checks: CheckResult[] = [];
  const others = suite.checks.flatMap((check, i) =>
    exercise === undefined || check.exercise === exercise ? [] : [i],
  );
  await suite.run(
    { begin: () => {}, explaining: () => {}, end: (_, result) => checks.push(result) },
    new Set(others),
  );
  return checks;
}

async function load(file: string): Promise<Functions> {
  return (await import(pathToFileURL(file).href)) as Functions;
}

/** The stub as it is handed out, whatever the learner's file holds by now. */
function writeStub(lesson: Lesson): string {
  const folder = stateFolder('audit');
  const file = join(folder, `${lesson.name}-${process.pid}.ts`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, stubOf(sourceText(lesson.reference)));
  return file;
}

installHooks();
process.send?.(await audit(findLesson(process.argv[2] ?? '')!), () => process.exit());
