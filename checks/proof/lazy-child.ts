/** The process that grades functions which compute nothing: it gets a lesson's name, and writes their points as JSON. */
import { unearned } from '../grade/cheap.ts';
import { loadSuite } from '../grade/run-suite.ts';
import { findLesson } from '../project.ts';
import { installHooks } from '../subject/install.ts';
import { LAZY } from '../subject/lazy.ts';
import { forwardProblem } from '../sandbox/forward.ts';
import { functionOf, recordedCalls, use, type Functions } from '../subject/recorder.ts';

installHooks();
const suite = await loadSuite(findLesson(process.argv[2]!)!);

const { reference } = suite.opened;

async function points(functions: Functions): Promise<number> {
  use(suite.opened, functions);
  const passed = new Set<number>();
  await suite.run({
    begin: () => {},
    end: (index, { status, exercise }) => {
      const problem = forwardProblem(recordedCalls(), functionOf(exercise), reference);
      if (status === 'passed' && problem === undefined) passed.add(index);
    },
  });
  return passed.size - (await unearned(suite, passed)).length;
}

const all: Record<string, number> = { of: suite.checks.length };
for (const [name, lazy] of Object.entries(LAZY)) all[name] = await points(lazy(reference));
process.stdout.write(JSON.stringify(all), () => process.exit());
