/**
 * The process that grades submissions, one after the other: it has the suites, the references and the expected
 * values, and runs none of the learner's code. Every step is told to the process that started it (run-grader.ts).
 */
import { unearned } from '../grade/cheap.ts';
import { placedProblemOf } from '../grade/explain.ts';
import { declarations } from '../declarations.ts';
import type { CheckResult } from '../results/lesson-result.ts';
import { loadSuite, type Listener, type LoadedSuite } from '../grade/run-suite.ts';
import { drawSecretly } from '../secret.ts';
import { findLesson, sourceText, type Lesson } from '../project.ts';
import { VARIABLE } from '../subject/choice.ts';
import { installHooks } from '../subject/install.ts';
import { functionOf, recordedCalls, use } from '../subject/recorder.ts';
import { CHEAP } from '../report/failure.ts';
import { seededRandom } from '../../datasets/random.ts';
import { bundleSubmission, SubmissionError } from './bundle.ts';
import { forwardProblem } from './forward.ts';
import { freshProblem } from './fresh.ts';
import type { Job, Step } from './job.ts';
import { Channel } from './channel.ts';
import { sampledPlaces } from './samples-axis.ts';
import { RemoteLesson, SandboxError } from './remote.ts';

type Done = Extract<Step, { kind: 'done' }>;

function tell(step: Step, then = (): void => {}): void {
  process.send?.(step, then);
}

/** Grades a submission. */
async function grade({
  lesson: name,
  submission,
  relay,
  launch,
  ...job
}: Job): Promise<Omit<Done, 'kind'>> {
  const lesson = findLesson(name)!;
  const { limits } = launch;
  process.env[VARIABLE] = `${name}:reference`;
  drawSecretly(job.seed);
  const suite = await loadSuite(lesson, limits.check);
  tell({ kind: 'loaded', checks: suite.checks });
  if (suite.checks.every((_, index) => job.decided.includes(index))) {
    if (job.seed !== undefined) await revokeCheap(suite, new Set(job.passed));
    return { printed: '', isReusable: true };
  }
  const channel = new Channel(relay, launch, (pid) => tell({ kind: 'started', pid }));
  let isReusable = false;
  try {
    const bundled = await bundleSubmission(lesson, submission, limits.file);
    const remote = new RemoteLesson(bundled, channel, limits);
    await run(lesson, suite, remote, job);
    // What was changed may be something that the next submission meets.
    isReusable = !remote.hasChanged && process.memoryUsage.rss() < (limits.grader * 2 ** 20) / 4;
  } catch (error) {
    const isPlain = error instanceof SandboxError || error instanceof SubmissionError;
    tell({ kind: 'broken', message: isPlain ? error.message : placedProblemOf(error) });
  }
  channel.end();
  return { printed: channel.printed.slice(0, limits.output), isReusable };
}

/** Runs the suite on the submission, and what passes once more on fresh inputs. */
async function run(
  lesson: Lesson,
  suite: LoadedSuite,
  remote: RemoteLesson,
  { seed, decided, passed: before }: Pick<Job, 'seed' | 'decided' | 'passed'>,
): Promise<void> {
  const { opened, checks } = suite;
  const documented = declarations(sourceText(lesson.reference));
  use(opened, remote.functions);
  // What is wrong with its process says all of a check.
  const faulty = new Set<number>();
  const passed = new Set(before);
  const listener: Listener = {
    begin: (index) => {
      const { exercise, limit } = checks[index]!;
      remote.beginCheck(exercise, limit);
      tell({ kind: 'begin', index, spent: remote.spent() });
    },
    end: (index, result) => {
      const { exercise, limit } = checks[index]!;
      let problem = remote.fault;
      if (seed !== undefined && problem === undefined && result.status === 'passed') {
        remote.beginCheck(exercise, limit);
        // Each check has draws of its own, whichever are left out before it.
        const random = seededRandom((seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0);
        const name = functionOf(exercise);
        const sampled = sampledPlaces(documented, opened.reference, name);
        problem = forwardProblem(recordedCalls(), name, opened.reference);
        problem ??= freshProblem(recordedCalls(), name, opened, random, sampled);
        problem = remote.fault ?? problem;
      }
      if (problem !== undefined) faulty.add(index);
      else if (result.status === 'passed') passed.add(index);
      tell({
        kind: 'end',
        index,
        result: problem === undefined ? result : failed(result, problem),
      });
    },
    explaining: () => tell({ kind: 'explaining' }),
    explained: (index, failure) => {
      if (!faulty.has(index)) tell({ kind: 'explained', index, failure });
    },
  };
  await suite.run(listener, new Set(decided));
  if (seed !== undefined) await revokeCheap(suite, passed);
}

function tellLooking(): void {
  tell({ kind: 'explaining' });
}

/** Takes the points back of checks that passed and earn nothing. */
async function revokeCheap(suite: LoadedSuite, passed: ReadonlySet<number>): Promise<void> {
  for (const index of await unearned(suite, passed, tellLooking)) {
    const { exercise, title } = suite.checks[index]!;
    tell({ kind: 'end', index, result: failed({ exercise, title, status: 'failed' }, CHEAP) });
  }
}

/** A failed check, whatever the suite made of it. */
function failed({ exercise, title, failure }: CheckResult, problem: string): CheckResult {
  return { exercise, title, status: 'failed', failure: { ...failure, problem } };
}

installHooks();
// Whoever started it is gone: nobody would hear of anything.
process.once('disconnect', () => process.exit());
process.on('message', (job: Job) => {
  void grade(job).then((done) => {
    tell({ kind: 'done', ...done }, done.isReusable ? undefined : () => process.exit());
  });
});
