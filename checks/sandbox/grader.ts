/**
 * The process that grades a submission: it has the suite, the reference and the expected values, and runs
 * none of the learner's code. Every step is told to the process that started it (sandbox.ts).
 */
import { problemOf } from '../grade/explain.ts';
import type { CheckResult } from '../results/lesson-result.ts';
import { loadSuite, type LoadedSuite } from '../grade/run-suite.ts';
import { findLesson } from '../project.ts';
import { installHooks } from '../subject/install.ts';
import { functionOf, recordedCalls, use } from '../subject/recorder.ts';
import { seededRandom, type Random } from '../../datasets/random.ts';
import { freshProblem } from './fresh.ts';
import type { Job, Step } from './job.ts';
import { Channel } from './channel.ts';
import { RemoteLesson, SandboxError } from './remote.ts';

function tell(step: Step, then = (): void => {}): void {
  process.send?.(step, then);
}

/** Grades a submission. Returns what it wrote to the terminal. */
async function grade({ lesson, submission, relay, launch, seed }: Job): Promise<string> {
  const suite = await loadSuite(findLesson(lesson)!, launch.limits.check);
  tell({ kind: 'loaded', checks: suite.checks });
  if (submission === undefined) return '';
  const channel = new Channel(relay, launch, (pid) => tell({ kind: 'started', pid }));
  try {
    const remote = new RemoteLesson(submission, channel, launch.limits);
    await run(suite, remote, seed === undefined ? undefined : seededRandom(seed));
  } catch (error) {
    const message = error instanceof SandboxError ? error.message : problemOf(error);
    tell({ kind: 'broken', message });
  }
  channel.kill();
  return channel.printed.slice(0, launch.limits.output);
}

/** Runs the suite on the submission, and what passes once more on fresh inputs. */
async function run(suite: LoadedSuite, remote: RemoteLesson, random?: Random): Promise<void> {
  const { opened, checks } = suite;
  use(opened, remote.functions);
  // What is wrong with its process says all of a check.
  const faulty = new Set<number>();
  await suite.run({
    begin: (index) => {
      const { exercise, limit } = checks[index]!;
      remote.beginCheck(exercise, limit);
    },
    end: (index, result) => {
      const { exercise, limit } = checks[index]!;
      let problem = remote.fault;
      if (random !== undefined && problem === undefined && result.status === 'passed') {
        remote.beginCheck(exercise, limit);
        problem = freshProblem(recordedCalls(), functionOf(exercise), opened, random);
        problem = remote.fault ?? problem;
      }
      if (problem !== undefined) faulty.add(index);
      tell({
        kind: 'end',
        index,
        result: problem === undefined ? result : failed(result, problem),
      });
    },
    explained: (index, failure) => {
      if (!faulty.has(index)) tell({ kind: 'explained', index, failure });
    },
  });
}

/** A failed check, whatever the suite made of it. */
function failed({ exercise, title, failure }: CheckResult, problem: string): CheckResult {
  return { exercise, title, status: 'failed', failure: { ...failure, problem } };
}

installHooks();
process.once('message', (job: Job) => {
  void grade(job).then((printed) => tell({ kind: 'done', printed }, () => process.exit()));
});
