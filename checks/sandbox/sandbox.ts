/**
 * Grades a submission without trusting it.
 *
 * Three processes take part. This one bundles the learner's files into one script (bundle.ts) and keeps the
 * time. The grader (grader.ts) has the suite, the references and the expected values. The learner's process
 * (child/main.ts) has the script and nothing else; a call of the suite goes to it as bytes (value.ts,
 * frame.ts) over a pipe of its own, and the suite waits (channel.ts, relay.ts). So the learner's code can lie
 * about values, and a lie that is not the right value earns nothing.
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
 * 2. The realm around it holds none of Node's globals either, and its objects are frozen.
 * 3. Node's permission model: the process reads its own folder, which holds its program alone. It writes
 *    nothing, starts no process and no thread, loads no addon. Its environment is empty.
 * 4. The shell's `ulimit`, where there is one: CPU time, memory, open files and the user's processes; a file
 *    that it wrote would have to be empty. And a limit on the heap.
 * 5. A limit on the time of each call and of the lesson, after which the process group is killed.
 * 6. Every frame and value is checked when it arrives; whoever breaks the rules is killed, and the next
 *    exercise gets a new process.
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
 *   answers asked for again where the reference's is one of many (weights, a cache, a drawing).
 * - A function that changes a list or a plain object among its arguments; only arrays are compared.
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Check, CheckResult } from '../results/lesson-result.ts';
import type { SandboxResult } from '../results/submission-result.ts';
import { root, shownPath, type Lesson } from '../project.ts';
import { VARIABLE } from '../subject/choice.ts';
import {
  bundleProgram,
  bundleSubmission,
  SubmissionError,
  type Bundled,
  type Submission,
} from './bundle.ts';
import type { Job, Step } from './job.ts';
import { killGroup } from './launch.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { pointsOf } from '../results/points.ts';

/** What is graded, and how. */
export interface SandboxOptions extends Submission {
  limits?: Partial<Limits>;
  /** What the fresh inputs are drawn with, from 0 to 4294967295; another one each time unless given. */
  seed?: number;
  /**
   * Whether what passes is asked for fresh inputs too; it is unless this is false. A right function is right
   * for those as well. A wrong one that happens to be right for a check's inputs then earns less than with
   * `npm test`.
   */
  freshInputs?: boolean;
}

const GRADER = fileURLToPath(new URL('grader.ts', import.meta.url));

/** How long the grader may take in milliseconds beside what the learner's code takes. */
const OVERHEAD = 30_000;

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
  const { seed = randomInt(2 ** 32), freshInputs = true } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const bundled = await bundle(lesson, options, limits.file);
  // Node's permissions go by real paths.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'chainrule-sandbox-')));
  try {
    const program = join(folder, 'learner.cjs');
    writeFileSync(program, await bundleProgram('child/main.ts'));
    const launch = { folder, program, limits };
    const { submission } = bundled;
    const graded = await runGrader({
      lesson: lesson.name,
      launch,
      ...(freshInputs && { seed }),
      relay: await bundleProgram('relay.ts'),
      ...(submission !== undefined && { submission }),
    });
    const { checks, results, printed } = graded;
    if (checks === undefined) {
      throw new Error(
        `gradeInSandbox: the suite of ${lesson.name} does not load; ${graded.errors}`,
      );
    }
    const problem = bundled.problem ?? graded.broken;
    const all = checks.map((check, i) => results.get(i) ?? notRun(check));
    return {
      lesson: lesson.name,
      points: pointsOf(all),
      max: all.length,
      seed,
      checks: all,
      ...(problem !== undefined && {
        broken: `${shownPath(lesson.learner)} did not load: ${problem}`,
      }),
      printed,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The submission as a script, or what its author needs to read. */
async function bundle(
  lesson: Lesson,
  files: Submission,
  limit: number,
): Promise<{ submission?: Bundled; problem?: string }> {
  try {
    return { submission: await bundleSubmission(lesson, files, limit) };
  } catch (error) {
    if (!(error instanceof SubmissionError)) throw error;
    return { problem: error.message };
  }
}

function notRun({ exercise, title }: Check): CheckResult {
  return { exercise, title, status: 'failed', failure: { problem: 'this check did not run' } };
}

/** What a grader told before it ended. */
interface Graded {
  checks: Check[] | undefined;
  results: Map<number, CheckResult>;
  broken?: string;
  printed: string;
  /** What the grader itself complained about. */
  errors: string;
  /** The group of the learner's process, which a grader that ended early has not ended. */
  group: number | undefined;
}

/** Runs a grader to its end. */
async function runGrader(job: Job): Promise<Graded> {
  const grader = spawn(process.execPath, ['--import', 'tsx', GRADER], {
    cwd: root,
    env: { ...process.env, [VARIABLE]: `${job.lesson}:reference` },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const graded: Graded = {
    checks: undefined,
    results: new Map(),
    printed: '',
    errors: '',
    group: undefined,
  };
  grader.stderr!.setEncoding('utf8').on('data', (text: string) => (graded.errors += text));
  grader.on('message', (step: Step) => note(step, graded));
  grader.send(job);
  const timer = setTimeout(() => grader.kill('SIGKILL'), job.launch.limits.lesson + OVERHEAD);
  await once(grader, 'close');
  clearTimeout(timer);
  if (graded.group !== undefined) killGroup(graded.group);
  return graded;
}

function note(step: Step, graded: Graded): void {
  switch (step.kind) {
    case 'loaded':
      graded.checks = step.checks;
      break;
    case 'started':
      graded.group = step.pid;
      break;
    case 'broken':
      graded.broken = step.message;
      break;
    case 'end':
      graded.results.set(step.index, step.result);
      break;
    case 'explained':
      graded.results.set(step.index, {
        ...graded.results.get(step.index)!,
        failure: step.failure,
      });
      break;
    case 'done':
      graded.printed = step.printed;
      graded.group = undefined;
      break;
  }
}
