/**
 * How many small changes to a reference its suite notices.
 *
 * A mutant is the reference with one operator, constant, condition or statement changed. One that no check
 * fails on is either a gap in the suite or the same function in other words.
 *
 * StrykerJS makes the mutants, all of them in one file, each behind a switch
 * (https://stryker-mutator.io/docs/stryker-js/introduction/). So the suite is loaded once, and the mutants
 * are switched on one after the other.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { root, type Lesson } from '../project.ts';
import { VARIABLE } from '../subject/choice.ts';

/** A mutant that no check noticed. */
export interface Survivor {
  /** The function that was changed, or `the module` outside of any. */
  name: string;
  /** The line in the reference. */
  line: number;
  /** What stood there, and what was put in its place. */
  original: string;
  replacement: string;
}

/** What became of a lesson's mutants. */
export interface MutationResult {
  /** How many there are, and how many of them were tried. */
  all: number;
  tried: number;
  /** Those that made a check fail, or that never came to an end. */
  killed: number;
  survivors: Survivor[];
  /** How many were tried and killed in each function of the reference. */
  byName: Record<string, { tried: number; killed: number }>;
}

/** What the process that tries mutants is asked to do. */
export interface MutationJob {
  /** The lesson's name. */
  lesson: string;
  /** How many mutants to try. */
  sample: number;
  /** The number of the first of them that is not decided yet. */
  from: number;
}

/** What that process tells. */
export type MutationMessage =
  | { kind: 'chosen'; all: number; chosen: number }
  | { kind: 'trying'; number: number; name: string }
  | { kind: 'killed' }
  | { kind: 'survived'; survivor: Survivor }
  | { kind: 'done' };

/** How long a mutant may take before it counts as endless, in milliseconds. */
const LIMIT = 15_000;

/** How long it may take to make the mutants and to run the suite once without any. */
const START_LIMIT = 120_000;

/**
 * Runs a lesson's suite on mutants of its reference, in a process of its own. When a mutant doesn't come to
 * an end, the process is ended and another one goes on with the next mutant.
 *
 * @param sample how many mutants to try, spread evenly over the file; all of them unless given
 * @throws Error when the process ends before it has begun
 */
export async function tryMutants(
  lesson: Lesson,
  sample = Number.MAX_SAFE_INTEGER,
): Promise<MutationResult> {
  const result: MutationResult = { all: 0, tried: 0, killed: 0, survivors: [], byName: {} };
  for (;;) {
    const job = { lesson: lesson.name, sample, from: result.tried };
    const stuck = await runChild(job, result);
    if (stuck === undefined) return result;
    if (stuck === AT_THE_START) {
      throw new Error(
        `tryMutants: the process for ${lesson.name} ended before it began; its output says why`,
      );
    }
    noteKilled(result, stuck);
  }
}

/** Counts a mutant of a function as killed. */
function noteKilled(result: MutationResult, name: string): void {
  result.killed++;
  result.byName[name]!.killed++;
}

/** Where a process got stuck that has not tried a mutant yet. */
const AT_THE_START = 'at the start';

/** Adds what one process finds; tells in which function's mutant it got stuck, if it did. */
function runChild(job: MutationJob, result: MutationResult): Promise<string | undefined> {
  const child = fork(
    fileURLToPath(new URL('mutants-child.ts', import.meta.url)),
    [JSON.stringify(job)],
    {
      cwd: root,
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, [VARIABLE]: `${job.lesson}:reference` },
    },
  );
  let stuck: string | undefined = AT_THE_START;
  let timer = setTimeout(() => child.kill('SIGKILL'), START_LIMIT);
  child.on('message', (message: MutationMessage) => {
    clearTimeout(timer);
    timer = setTimeout(() => child.kill('SIGKILL'), LIMIT);
    switch (message.kind) {
      case 'chosen':
        result.all = message.all;
        break;
      case 'trying':
        result.tried = message.number + 1;
        stuck = message.name;
        (result.byName[stuck] ??= { tried: 0, killed: 0 }).tried++;
        break;
      case 'killed':
        noteKilled(result, stuck!);
        break;
      case 'survived':
        result.survivors.push(message.survivor);
        break;
      case 'done':
        stuck = undefined;
        break;
    }
  });
  return new Promise((resolve) => {
    child.on('exit', () => {
      clearTimeout(timer);
      resolve(stuck);
    });
  });
}
