/** Proves a lesson's suite: runs it on everything whose score is known beforehand. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CheckResult } from '../results/lesson-result.ts';
import type { Misconception } from '../misconception.ts';
import { root, type Lesson } from '../project.ts';
import { VARIABLE } from '../subject/choice.ts';

/** What a lesson's suite says of each subject. */
export interface Audit {
  /** The reference: every check must pass. */
  reference: CheckResult[];
  /** The exercises as they are handed out: every check must be to do. */
  stub: CheckResult[];
  /** Right solutions written in other ways: every check must pass. */
  solutions: { file: string; checks: CheckResult[] }[];
  /** The reference with one wrong answer in it: its exercise, which alone is run, must fail and name it. */
  misconceptions: { misconception: Omit<Misconception, 'wrong'>; checks: CheckResult[] }[];
}

/**
 * Runs a lesson's suite on its reference, its stub, its right solutions and its misconceptions, in a process
 * of its own.
 *
 * @throws Error when the suite, a solution or a misconception ends the process
 */
export async function auditLesson(lesson: Lesson): Promise<Audit> {
  const child = fork(fileURLToPath(new URL('audit-child.ts', import.meta.url)), [lesson.name], {
    cwd: root,
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, [VARIABLE]: `${lesson.name}:reference` },
  });
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit'),
  ])) as unknown[];
  if (typeof message !== 'object' || message === null) {
    throw new Error(
      `auditLesson: the process for ${lesson.name} ended with code ${String(message)}; its output says why`,
    );
  }
  return message as Audit;
}
