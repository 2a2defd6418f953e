/** The process in which a lesson's suite is run on the mutants of its reference: see mutants.ts. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { declarations } from '../declarations.ts';
import { loadSuite, type LoadedSuite } from '../grade/run-suite.ts';
import { findLesson, sourceText, stateFolder } from '../project.ts';
import { installHooks } from '../subject/install.ts';
import { use, type Functions } from '../subject/recorder.ts';
import type { MutationJob, MutationMessage, Survivor } from './mutants.ts';

/** How often each mutant's place was reached. */
type Hits = Readonly<Record<string, number>>;

/** What instrumented code and its user share: see the head of any instrumented file. */
interface Stryker {
  activeMutant: string | undefined;
  currentTestId: string | undefined;
  /** An active mutant whose place is reached more often than this throws: it is in an endless loop. */
  hitLimit: number;
  hitCount: number;
  mutantCoverage: { static: Hits; perTest: Readonly<Record<string, Hits>> };
}

interface Mutant {
  id: string;
  /** `Ignored` for one that stands behind no switch, since it is in a kernel. */
  status?: string;
  location: Record<'start' | 'end', { line: number; column: number }>;
  replacement: string;
}

/** How long a check may take unless its suite says otherwise, in milliseconds. */
const USUAL_LIMIT = 5000;

/** How many times as often as usual a place may be reached in a check, and some more where it is seldom. */
const PATIENCE = 10;
const SOME_MORE = 10_000;

const stryker = ((globalThis as { __stryker__?: Partial<Stryker> }).__stryker__ ??= {}) as Stryker;

async function tryMutants({ lesson: name, sample, from }: MutationJob): Promise<void> {
  const lesson = findLesson(name)!;
  const source = sourceText(lesson.reference);
  const { text, mutants } = await instrument(basename(lesson.reference), source);
  const folder = stateFolder('audit');
  const file = join(folder, `${lesson.name}-mutants-${process.pid}.ts`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, text);

  const suite = await loadSuite(lesson, USUAL_LIMIT);
  use(suite.opened, await load(file, 'none'));
  await firstRun(suite);
  const { mutantCoverage } = stryker;

  const every = Math.max(1, mutants.length / sample);
  const chosen = mutants.filter((_, i) => Math.floor(i / every) !== Math.floor((i - 1) / every));
  tell({ kind: 'chosen', all: mutants.length, chosen: chosen.length });
  for (const [number, mutant] of chosen.entries()) {
    if (number < from) continue;
    const described = describe(mutant, source);
    tell({ kind: 'trying', number, name: described.name });
    const killed =
      mutant.status !== 'Ignored'
        ? await isKilled(mutant, suite, mutantCoverage, file)
        : await isKernelKilled(mutant, suite, source, file);
    if (killed) tell({ kind: 'killed' });
    else tell({ kind: 'survived', survivor: described });
  }
  rmSync(file);
}

function tell(message: MutationMessage): void {
  process.send?.(message);
}

/** Puts all mutants of a file into its text, each behind a switch. */
async function instrument(
  name: string,
  content: string,
): Promise<{ text: string; mutants: readonly Mutant[] }> {
  const silent = {
    isTraceEnabled: () => false,
    isDebugEnabled: () => false,
    isInfoEnabled: () => false,
    isWarnEnabled: () => false,
    isErrorEnabled: () => false,
    isFatalEnabled: () => false,
    trace: () => {},
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: () => {},
    fatal: () => {},
  };
  const { files, mutants } = await new Instrumenter(silent).instrument(
    [{ name, content, mutate: true }],
    { plugins: null, ignorers: [kernels], excludedMutations: [], noHeader: false },
  );
  return { text: files[0]!.content, mutants };
}

/**
 * Kernels are compiled from their text (base/kernels.ts), in which a switch would be no number, loop or
 * condition. So their mutants are files of their own. A kernel is a function that declares its `this`.
 */
const kernels = {
  shouldIgnore({ node }: { node: unknown }): string | undefined {
    const { type, params } = node as { type: string; params?: { name?: string }[] };
    const isKernel = type === 'FunctionDeclaration' && params?.[0]?.name === 'this';
    return isKernel ? 'it is in a kernel' : undefined;
  },
};

/**
 * The checks that are not run: those that ask for more time than usual train a network, and take minutes
 * with a switch at every operator. So what is counted is what the quick checks notice.
 */
function slowChecks({ checks }: LoadedSuite): number[] {
  return [...checks.keys()].filter((i) => checks[i]!.limit > USUAL_LIMIT);
}

/** Runs the suite without a mutant, to see which checks reach which of them. */
async function firstRun(suite: LoadedSuite): Promise<void> {
  const failed: string[] = [];
  await suite.run(
    {
      begin: (index) => {
        stryker.currentTestId = String(index);
      },
      end: (_, { status, exercise, title }) => {
        if (status !== 'passed') failed.push(`${exercise}: ${title}`);
      },
    },
    new Set(slowChecks(suite)),
  );
  stryker.currentTestId = undefined;
  if (failed.length > 0) {
    throw new Error(
      `tryMutants: the reference itself fails "${failed.join('", "')}"; mend it first`,
    );
  }
}

/** Runs the checks that reach a mutant until one fails. */
async function isKilled(
  { id }: Mutant,
  suite: LoadedSuite,
  { static: atLoad, perTest }: Stryker['mutantCoverage'],
  file: string,
): Promise<boolean> {
  const isStatic = (atLoad[id] ?? 0) > 0;
  stryker.activeMutant = id;
  // What is computed while the module loads must be computed again.
  if (isStatic) use(suite.opened, await load(file, id));
  const unreached = [...suite.checks.keys()].filter(
    (i) => !isStatic && perTest[i]?.[id] === undefined,
  );
  const leftOut = new Set([...unreached, ...slowChecks(suite)]);
  const killed = await aCheckFails(suite, leftOut, (index) => {
    stryker.hitCount = 0;
    stryker.hitLimit = PATIENCE * (perTest[index]?.[id] ?? 0) + SOME_MORE;
  });
  stryker.activeMutant = undefined;
  if (isStatic) use(suite.opened, await load(file, 'none'));
  return killed;
}

/** Runs the checks on a reference with a mutant in its text until one fails. */
async function isKernelKilled(
  { location: { start, end }, replacement }: Mutant,
  suite: LoadedSuite,
  source: string,
  file: string,
): Promise<boolean> {
  const offset = ({ line, column }: { line: number; column: number }): number =>
    source.split('\n').slice(0, line).join('\n').length + (line > 0 ? 1 : 0) + column;
  const mutated = `${file.slice(0, -'.ts'.length)}-kernel.ts`;
  writeFileSync(mutated, source.slice(0, offset(start)) + replacement + source.slice(offset(end)));
  use(suite.opened, await load(mutated, `${start.line}:${start.column}:${replacement}`));
  const killed = await aCheckFails(suite, new Set(slowChecks(suite)));
  use(suite.opened, await load(file, 'none'));
  rmSync(mutated);
  return killed;
}

/** Runs checks until one fails; tells whether one did. */
async function aCheckFails(
  suite: LoadedSuite,
  leftOut: Set<number>,
  begin = (_index: number): void => {},
): Promise<boolean> {
  let failed = false;
  await suite.run(
    {
      begin,
      end: (_, { status }) => {
        if (status === 'passed') return;
        failed = true;
        for (const i of suite.checks.keys()) leftOut.add(i);
      },
    },
    leftOut,
  );
  return failed;
}

/** A mutant in the words of its file. */
function describe({ location: { start, end }, replacement }: Mutant, source: string): Survivor {
  const lines = source.split('\n').slice(start.line, end.line + 1);
  const cut = lines.map((text, i) =>
    text.slice(i === 0 ? start.column : 0, i === lines.length - 1 ? end.column : undefined),
  );
  const offset = source.split('\n').slice(0, start.line).join('\n').length;
  const around = declarations(source).find(({ code }) => {
    const from = source.indexOf(code);
    return offset >= from - 1 && offset < from + code.length;
  });
  return {
    name: around?.name ?? 'the module',
    line: start.line + 1,
    original: cut.join('\n'),
    replacement,
  };
}

async function load(file: string, version: string): Promise<Functions> {
  return (await import(`${pathToFileURL(file).href}?${version}`)) as Functions;
}

installHooks();
await tryMutants(JSON.parse(process.argv[2] ?? '') as MutationJob);
process.send?.({ kind: 'done' } satisfies MutationMessage, () => process.exit());
