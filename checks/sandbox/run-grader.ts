/**
 * Runs a grader and watches over it.
 *
 * It has the suite and the expected values and runs none of the learner's code. But it works on what that code
 * sends, and compiles it: a file can overflow the compiler's stack, and a value can keep a test busy for hours. So
 * each of its steps has a limit on time, and it has one on memory; who exceeds one is known by the step.
 */
import type { Check, CheckResult } from '../results/lesson-result.ts';
import type { Graders } from './graders.ts';
import type { Job, Step } from './job.ts';
import { killGroup } from './launch.ts';
import type { Limits } from './limits.ts';
import { TimeLimit } from './time-limit.ts';

/** What a grader told before it ended. */
export interface Graded {
  checks: Check[] | undefined;
  results: Map<number, CheckResult>;
  /** Why the submission does not load. */
  broken?: string;
  printed: string;
  /** What the grader itself complained about. */
  errors: string;
  /** What it was doing when it ended; nothing any more when it was done. */
  doing: 'starting' | 'bundling' | 'checking' | 'explaining' | 'nothing';
  /** The check that was running, or ran last. */
  index: number | undefined;
  /** The milliseconds of the lesson's time that the learner's process has taken before that. */
  spent: number;
  /** How it ended: by itself, because its time was up, for want of memory or so, or ended by somebody else. */
  end: 'done' | 'late' | 'crashed' | 'killed';
}

/** How long a grader may take to start, and beside the learner's process, in milliseconds. */
const OVERHEAD = 30_000;

/** How often it is looked at, in milliseconds. */
const LOOK = 100;

/** How much of its complaints is kept, in characters: a compiler that breaks down lists its whole stack. */
const LONGEST_ERRORS = 10_000;

/** What ends a process that nobody of the grader's makes: somebody who ends it from outside. */
const FROM_OUTSIDE = new Set<unknown>(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP']);

/**
 * Has a grader do its job, to the end of the one or the other.
 *
 * @param graders has one, or starts it, and gets it back if it may be used again
 * @param signal ends it, and everything that it started
 */
export async function runGrader(job: Job, graders: Graders, signal?: AbortSignal): Promise<Graded> {
  const { limits } = job.launch;
  const grader = graders.take();
  const graded: Graded = {
    checks: undefined,
    results: new Map(),
    printed: '',
    errors: '',
    doing: 'starting',
    index: undefined,
    spent: 0,
    end: 'done',
  };
  /** The group of the learner's process, which a grader that ends early does not end. */
  let group: number | undefined;
  let time = new TimeLimit(OVERHEAD);
  const kill = (): void => {
    killGroup(grader.pid!);
    if (group !== undefined) killGroup(group);
  };
  const complaint = (text: string): void => {
    graded.errors = (graded.errors + text).slice(0, LONGEST_ERRORS);
  };
  const ended = new Promise<NodeJS.Signals | 'done' | null>((resolve) => {
    grader.once('close', (_, by) => resolve(by));
    grader.on('message', (step: Step) => {
      if (step.kind === 'started') group = step.pid;
      if (note(step, graded)) {
        time = stepLimit(graded, limits);
        time.follow(grader.pid!);
      }
      if (step.kind === 'done' && step.isReusable) resolve('done');
    });
  });
  grader.stderr!.setEncoding('utf8').on('data', complaint);
  grader.send(job);
  time.follow(grader.pid!);
  const watch = setInterval(() => {
    if (time.left() > 0) return;
    graded.end = 'late';
    kill();
  }, LOOK);
  signal?.addEventListener('abort', kill);
  if (signal?.aborted === true) kill();
  const by = await ended;
  clearInterval(watch);
  signal?.removeEventListener('abort', kill);
  grader.removeAllListeners();
  grader.stderr!.off('data', complaint);
  if (by === 'done') graders.keep(grader);
  if (graded.doing !== 'nothing') {
    kill();
    if (graded.end !== 'late') graded.end = FROM_OUTSIDE.has(by) ? 'killed' : 'crashed';
  }
  return graded;
}

/** Notes a step; whether it is the beginning of another one. */
function note(step: Step, graded: Graded): boolean {
  switch (step.kind) {
    case 'loaded':
      graded.checks = step.checks;
      graded.doing = 'bundling';
      return true;
    case 'started':
      // Its loading is limited by the one who started it.
      if (graded.doing === 'bundling') graded.doing = 'checking';
      return true;
    case 'broken':
      graded.broken = step.message;
      return false;
    case 'begin':
      graded.doing = 'checking';
      graded.index = step.index;
      graded.spent = step.spent;
      return true;
    case 'end':
      graded.results.set(step.index, step.result);
      return true;
    case 'explaining':
      graded.doing = 'explaining';
      return true;
    case 'explained':
      graded.results.set(step.index, {
        ...graded.results.get(step.index)!,
        failure: step.failure,
      });
      return false;
    case 'done':
      graded.printed = step.printed;
      graded.doing = 'nothing';
      return false;
  }
}

/** What the step that has begun may take. While the learner's process runs the grader waits, and uses no CPU. */
function stepLimit({ doing, index, checks }: Graded, limits: Limits): TimeLimit {
  if (doing === 'bundling') return new TimeLimit(limits.load);
  const limit = index === undefined ? limits.load : checks![index]!.limit;
  return new TimeLimit(limit, 2 * limit + OVERHEAD);
}
