/** The process that grades functions which compute nothing: it gets names of lessons, and writes their points as JSON. */
import { unearned } from '../grade/cheap.ts';
import { loadSuite, type LoadedSuite } from '../grade/run-suite.ts';
import { findLesson } from '../project.ts';
import { forwardProblem } from '../sandbox/forward.ts';
import { VARIABLE } from '../subject/choice.ts';
import { installHooks } from '../subject/install.ts';
import { LAZY } from '../subject/lazy.ts';
import { functionOf, recordedCalls, use, type Functions } from '../subject/recorder.ts';
import type { LazyPoints } from './lazy-points.ts';

async function points(suite: LoadedSuite, functions: Functions): Promise<number> {
  const { opened } = suite;
  use(opened, functions);
  const passed = new Set<number>();
  await suite.run({
    begin: () => {},
    end: (index, { status, exercise }) => {
      const problem = forwardProblem(recordedCalls(), functionOf(exercise), opened.reference);
      if (status === 'passed' && problem === undefined) passed.add(index);
    },
  });
  return passed.size - (await unearned(suite, passed)).length;
}

async function ofLesson(name: string): Promise<LazyPoints> {
  process.env[VARIABLE] = `${name}:reference`;
  const suite = await loadSuite(findLesson(name)!);
  const { reference } = suite.opened;
  return {
    throwing: await points(suite, LAZY.throwing(reference)),
    returningZeros: await points(suite, LAZY.returningZeros(reference)),
    doingBoth: await points(suite, LAZY.doingBoth(reference)),
    of: suite.checks.length,
  };
}

installHooks();
// Every suite that mocha runs adds some.
process.setMaxListeners(0);
const all: LazyPoints[] = [];
for (const name of process.argv.slice(2)) all.push(await ofLesson(name));
process.stdout.write(JSON.stringify(all), () => process.exit());
