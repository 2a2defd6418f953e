/**
 * Grades a submission without trusting it.
 *
 * Three processes take part. This one keeps the time (run-grader.ts). The grader (grader.ts) has the suite, the
 * references and the expected values; it bundles the learner's files into one script (bundle.ts), runs nothing of
 * them, and is kept for the next submission (graders.ts). The learner's process (child/main.ts) has the script and
 * nothing else; a call of the suite goes to it as bytes (value.ts, frame.ts) over a pipe of its own, and the suite
 * waits (channel.ts, pipes.ts; relay.ts starts it). So the learner's code can lie about values, and a lie that is not
 * the right value earns nothing.
 *
 * What comes back is a value; or what was thrown, of an error its kind, name and message, with at most ten
 * pairs of a line and a column of the script. The grader finds the line of the learner's file by a source map
 * that it keeps (places.ts). They only help to find a mistake: forged ones name another line of those files.
 *
 * What stands between the learner's code and the rest, from the inside out:
 *
 * 1. A realm of its own without `process`, `require`, timers, `fetch` or workers. It may patch the objects of
 *    the language, and then only its own code meets them. Nothing asynchronous ever runs, so that an
 *    `import()` loads nothing.
 * 2. The realm around it holds none of Node's globals either, its objects are frozen, and its Function compiles
 *    nothing. No object of it reaches the learner's code: that is called, and its stacks are read, by functions of
 *    its own realm, and a proxy of a function is not called at all.
 * 3. Node's permission model: the process reads its own folder, which holds its program alone. It writes
 *    nothing, starts no process and no thread, loads no addon. Its environment is empty.
 * 4. The shell's `ulimit`, where there is one: CPU time, memory, open files and the user's processes; a file
 *    that it wrote would have to be empty. And a limit on the heap.
 * 5. A limit on the time of each check and of the lesson, after which the process group is killed.
 * 6. Every frame and value is checked when it arrives; whoever breaks the rules is killed, and the next
 *    exercise gets a new process.
 * 7. The grader has limits too, on its memory and on the time of each step: a file that breaks the compiler and a
 *    value that is too much for a test cost their author those checks, and nobody else anything.
 *
 * What it does not stop, as experiments on Node 20, 22 and 24 show:
 *
 * - Sockets and signals. The first two walls keep the learner's code away from the modules that it would need,
 *   but the third knows nothing of them: somebody who got through both could reach the network, and kill any
 *   process of the same user (the grader too: then nothing more is scored, and never more than was earned).
 *   Where that matters, run the grader in a container without a network and as a user of its own.
 * - Node's documentation says of `node:vm` and of the permission model that neither is meant to hold against
 *   malicious code. Here either would have to fail before the other is tried.
 * - On Windows there is no `ulimit`; macOS does not enforce the one on memory. The limits on heap and time hold.
 * - A process may use all of a core until its time is up, and read the clock.
 * - A table of a suite's answers, for inputs of whole numbers: fresh.ts leaves those as they are. Nor are
 *   answers asked for again where the reference's is one of many (weights, a drawing).
 * - A function that changes a list or a plain object among its arguments; only arrays are compared.
 */
import { randomInt } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check, CheckResult } from '../results/lesson-result.ts';
import type { SandboxResult } from '../results/submission-result.ts';
import { shownPath, type Lesson } from '../project.ts';
import { bundleProgram, type Submission } from './bundle.ts';
import { Graders } from './graders.ts';
import type { Job } from './job.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { cleanResult } from '../report/clean.ts';
import { pointsOf } from '../results/points.ts';
import { sandboxPrefix } from './processes.ts';
import { runGrader, type Graded } from './run-grader.ts';

/** What is graded, and how. */
export interface SandboxOptions extends Submission {
  limits?: Partial<Limits>;
  /** What the fresh inputs are drawn with, from 0 to 4294967295; another one each time unless given. */
  seed?: number;
  /**
   * Whether what passes is looked at again; it is unless this is false. It is asked for fresh inputs, for which a
   * right function is right too, for a right forward pass, and for what it is worth. What a wrong function passes
   * then earns less than with `npm test`.
   */
  freshInputs?: boolean;
  /** Have processes ready, or start them; new ones, which are ended with this, unless given. */
  graders?: Graders;
  /** Ends it: what was not graded then did not run. */
  signal?: AbortSignal;
}

/** What sandbox.ts says of a check that its grader did not come to. */
export const NOT_RUN = 'this check did not run';

/**
 * Grades a lesson of a submission.
 *
 * @returns the result of every check of the suite; a check that did not run is failed and says so
 * @throws Error when the course itself is broken: the suite does not load on its reference
 */
export async function gradeInSandbox(
  lesson: Lesson,
  options: SandboxOptions,
): Promise<SandboxResult> {
  const { seed = randomInt(2 ** 32), freshInputs = true, signal } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const graders = options.graders ?? new Graders(limits.grader);
  // Node's permissions go by real paths.
  const folder = realpathSync(mkdtempSync(sandboxPrefix()));
  try {
    const program = join(folder, 'learner.cjs');
    writeFileSync(program, await bundleProgram('child/main.ts'));
    const { folder: submitted, file } = options;
    const { checks, results, broken, printed } = await gradeAll(
      {
        lesson: lesson.name,
        submission: { folder: submitted, ...(file !== undefined && { file }) },
        launch: { folder, program, limits },
        ...(freshInputs && { seed }),
        relay: await bundleProgram('relay.ts'),
      },
      graders,
      signal,
    );
    const all = checks.map((check, i) => results.get(i) ?? failed(check, NOT_RUN));
    return cleanResult({
      lesson: lesson.name,
      points: pointsOf(all),
      max: all.length,
      seed,
      checks: all,
      ...(broken !== undefined && {
        broken: `${shownPath(lesson.learner)} did not load: ${broken}`,
      }),
      printed: printed.slice(0, limits.output),
    });
  } finally {
    if (options.graders === undefined) graders.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs one grader after the other until all checks are decided, or nobody lets them. */
async function gradeAll(
  job: Omit<Job, 'decided' | 'passed'>,
  graders: Graders,
  signal: AbortSignal | undefined,
): Promise<Pick<Graded, 'results' | 'broken' | 'printed'> & { checks: Check[] }> {
  const { launch } = job;
  const results = new Map<number, CheckResult>();
  let printed = '';
  let { lesson: left } = launch.limits;
  let count: number | undefined;
  for (;;) {
    const isLast = results.size > 0 && results.size === count;
    const graded = await runGrader(
      {
        ...job,
        launch: { ...launch, limits: { ...launch.limits, lesson: left } },
        decided: [...results.keys()],
        passed: [...results]
          .filter(([, { status }]) => status === 'passed')
          .map(([index]) => index),
      },
      graders,
      signal,
    );
    const { checks, doing, end } = graded;
    if (checks === undefined) {
      throw new Error(`gradeInSandbox: the suite of ${job.lesson} does not load; ${graded.errors}`);
    }
    for (const [index, result] of graded.results) results.set(index, result);
    printed += graded.printed;
    left = Math.max(0, left - graded.spent);
    count = checks.length;
    // When a grader was ended in the last check, another one looks at what the points are worth.
    const isOver = end === 'done' || end === 'killed' || isLast;
    // Nothing of it has run yet: that is no check's fault.
    const broken =
      graded.broken ?? (isOver || doing !== 'bundling' ? undefined : bundlingText(end));
    if (isOver || broken !== undefined) {
      return { checks, results, printed, ...(broken !== undefined && { broken }) };
    }
    // What nobody found out in time is not said; the results stand.
    if (doing === 'checking') stopExercise(checks, graded, results);
  }
}

/** Fails the check whose values were too much, and those of its exercise that would most likely be the same. */
function stopExercise(
  checks: readonly Check[],
  { index = 0, end }: Graded,
  results: Map<number, CheckResult>,
): void {
  const { exercise, limit } = checks[index]!;
  const problem =
    end === 'late'
      ? `what came back keeps this check busy for more than ${limit / 1000} s; is it far larger than it should be, or a function that was passed called without end?`
      : 'what came back fills the memory of this check; is it far larger than it should be?';
  const later = 'left out, since what came back was too much for a check before';
  for (const [i, check] of checks.entries()) {
    if (check.exercise !== exercise || (results.has(i) && i !== index)) continue;
    results.set(i, failed(check, i === index ? problem : later));
  }
}

/** Why a file does not compile, when the compiler itself has not lived to say it. */
function bundlingText(end: Graded['end']): string {
  return end === 'late'
    ? 'compiling it takes too long; what in it is nested so deeply, or repeated so often?'
    : 'the compiler gave up on it; what in it is nested so deeply, or grows so large?';
}

function failed({ exercise, title }: Check, problem: string): CheckResult {
  return { exercise, title, status: 'failed', failure: { problem } };
}
