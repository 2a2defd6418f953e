/** `npm run debug 02.15`: stops in the learner's function, in the first check of the exercise that fails. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { DebugJob } from '../grade/debug-child.ts';
import { gradeLesson } from '../grade/grade-lesson.ts';
import { root, type Lesson } from '../project.ts';
import { failureToShow } from '../report/failure.ts';
import { VARIABLE } from '../subject/choice.ts';
import { exerciseNumbered } from './hint.ts';
import { hasFile } from './test.ts';

const CHILD = fileURLToPath(new URL('../grade/debug-child.ts', import.meta.url));

/** Where Node's inspector listens unless another port is asked for. */
const PORT = 9229;

/**
 * Runs one check of an exercise in a process that waits for a debugger and stops in the learner's function.
 *
 * @param query the exercise's number, `02.15`
 * @param port of the inspector, where no debugger is there already; 0 for any that is free
 */
export async function debug(lesson: Lesson, query: string, port = PORT): Promise<void> {
  if (!hasFile(lesson)) return;
  const exercise = exerciseNumbered(lesson, query);
  if (exercise === undefined) {
    process.stderr.write(
      `Name an exercise of lesson ${lesson.number} by its number: npm run debug ${lesson.number}.1\n`,
    );
    process.exitCode = 2;
    return;
  }
  const { checks, broken } = await withoutDebugger(() => gradeLesson(lesson, { exercise }));
  if (broken !== undefined) {
    process.stderr.write(`There is nothing to debug yet: npm test ${lesson.number} says why.\n`);
    process.exitCode = 1;
    return;
  }
  const { title } =
    failureToShow(checks) ?? checks.find(({ status }) => status !== 'passed') ?? checks[0]!;
  const job: DebugJob = { lesson: lesson.name, exercise, title, port };
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, JSON.stringify(job)], {
    cwd: root,
    env: { ...process.env, [VARIABLE]: `${lesson.name}:learner` },
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}

/**
 * An editor's debugger enters every process that is started, by a word in the environment. Where it would stop at a
 * breakpoint of the learner's, the watch over the grading process would take that for an endless loop.
 */
async function withoutDebugger<T>(work: () => Promise<T>): Promise<T> {
  const { NODE_OPTIONS: options } = process.env;
  delete process.env['NODE_OPTIONS'];
  try {
    return await work();
  } finally {
    if (options !== undefined) process.env['NODE_OPTIONS'] = options;
  }
}
