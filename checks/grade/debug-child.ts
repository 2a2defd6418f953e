/**
 * The process that is debugged: it runs one check of a lesson's suite, without a time limit, and stops in the
 * learner's function whenever that is called.
 */
import inspector from 'node:inspector';
import { findLesson } from '../project.ts';
import { installHooks } from '../subject/install.ts';
import { functionOf } from '../subject/recorder.ts';
import type { CheckResult } from '../results/lesson-result.ts';
import { loadSuite } from './run-suite.ts';

/** What is debugged. */
export interface DebugJob {
  /** The lesson's name. */
  lesson: string;
  /** `02.15 softmax` */
  exercise: string;
  /** The check's sentence. */
  title: string;
  /** Where the inspector listens, unless a debugger is there already. */
  port: number;
}

/**
 * Stops the debugger in a function, at its first statement, on every call. Unlike a `debugger` statement this stops
 * in nothing of ours, and unlike a breakpoint it needs no line.
 * https://chromedevtools.github.io/devtools-protocol/v8/Debugger/#method-setBreakpointOnFunctionCall
 */
function stopIn(f: unknown): void {
  const session = new inspector.Session();
  session.connect();
  const holder = globalThis as { chainruleStopsIn?: unknown };
  holder.chainruleStopsIn = f;
  session.post('Debugger.enable');
  session.post('Runtime.evaluate', { expression: 'chainruleStopsIn' }, (_, found) => {
    const { objectId } = found.result;
    session.post('Debugger.setBreakpointOnFunctionCall' as string, { objectId });
  });
  delete holder.chainruleStopsIn;
}

/** Waits until a debugger is there. An editor's came into this process when it began. */
function waitForDebugger(port: number): void {
  if (inspector.url() !== undefined) return;
  inspector.open(port);
  const { host } = new URL(inspector.url() ?? `ws://127.0.0.1:${port}`);
  process.stdout.write(
    `Waiting for a debugger at ${host}: open chrome://inspect in Chrome, or start this with VS Code's "Run and Debug"\n` +
      '(.vscode/launch.json), which needs no waiting. Ctrl-C ends.\n',
  );
  inspector.waitForDebugger();
}

const { lesson: name, exercise, title, port } = JSON.parse(process.argv[2] ?? '') as DebugJob;
installHooks();
const lesson = findLesson(name)!;
// No limit: somebody who thinks about a line is not an endless loop.
const { checks, opened, run } = await loadSuite(lesson, 0);
process.stdout.write(`${exercise}: ${title}\n`);
waitForDebugger(port);
stopIn(opened.subject[functionOf(exercise)]);
const isMeant = (index: number): boolean =>
  checks[index]!.exercise === exercise && checks[index]!.title === title;
let found: CheckResult | undefined;
await run(
  { begin: () => {}, end: (_, result) => (found = result) },
  new Set([...checks.keys()].filter((index) => !isMeant(index))),
  exercise,
);
const said = found?.failure === undefined ? '' : `: ${found.failure.problem}`;
const marks = { passed: '✔', failed: '✘', todo: '·' };
process.stdout.write(
  `${marks[found?.status ?? 'failed']} ${title}${found?.status === 'todo' ? ': to do' : said}\n`,
);
process.exit(found?.status === 'passed' ? 0 : 1);
