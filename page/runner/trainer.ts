/** The worker that trains the network in the page, on gpu.js: with the learner's kernels, or the course's. */
import type { Backend } from '#kernels';
import * as reference from '#lessons/18-capstone';
import type { Digits } from '../../reference/capstone/digits.ts';
import { lessonEngine, type Lesson } from '../../reference/capstone/lesson-engine.ts';
import { soloTeam } from '../../reference/capstone/team.ts';
import { newProgress, train, type Settings } from '../../reference/capstone/training.ts';
import { fetchDigits, type DigitBytes } from '../digit-file.ts';
import type { FromTrainer, ToTrainer, TrainingJob } from '../pad-messages.ts';
import { chooseEngine } from './backends.ts';
import { failureOf, loadLearner } from './learner.ts';
import { mixed } from './mixed.ts';

/** Steps are told of so often at most, in milliseconds. */
const BETWEEN_NEWS = 150;

/** So many of the test digits are read after each epoch. */
const HELD_OUT = 200;

addEventListener('message', ({ data }: MessageEvent<ToTrainer>) => {
  run(data.job)
    .then(() => tell({ kind: 'ended' }))
    .catch((error: unknown) => tell({ kind: 'failed', failure: failureOf(error) }));
});

function tell(message: FromTrainer): void {
  postMessage(message);
}

async function run(job: TrainingJob): Promise<void> {
  const { folder, train: there, test, used } = job.digits;
  const [all, tests, learner] = await Promise.all([
    fetchDigits(folder, 'train', there),
    fetchDigits(folder, 'test', test),
    job.learner === undefined ? undefined : loadLearner(job.learner, undefined),
  ]);
  const { functions, use } = mixed({ ...reference }, learner, [], undefined);
  const ownEngine = (backend: Backend) => lessonEngine(functions as unknown as Lesson, backend);
  const whose = learner === undefined ? 'lesson 18’s kernels' : 'your kernels';
  const { engine, text, refused } = await chooseEngine(job, whose, ownEngine);
  tell({ kind: 'backend', text, refused });

  const data = { train: firstOf(all, used), heldOut: firstOf(tests, HELD_OUT) };
  const progress = newProgress(job.seed);
  const steps = job.epochs * Math.ceil(used / job.batch);
  let losses: number[] = [];
  let told = Number.NEGATIVE_INFINITY;
  /** What the first step took, in which kernels are compiled, and how many digits it had. */
  let first: { seconds: number; count: number } | undefined;
  let count = 0;
  const spent = (): number =>
    progress.history.reduce((sum, { seconds }) => sum + seconds, progress.seconds);
  const tellSteps = (): void => {
    const seconds = spent() - first!.seconds;
    tell({
      kind: 'steps',
      steps: {
        before: progress.step - losses.length,
        losses,
        done: progress.step / steps,
        imagesPerSecond: seconds > 0 ? (count - first!.count) / seconds : 0,
        use: use(),
      },
    });
    losses = [];
    told = performance.now();
  };
  await train(
    progress,
    settingsOf(job),
    {
      team: soloTeam(engine, data, progress.parameters),
      data,
      signal: new AbortController().signal,
      clock: () => performance.now(),
    },
    {
      step: ({ loss, count: digits }) => {
        losses.push(loss);
        count += digits;
        first ??= { seconds: spent(), count };
        if (performance.now() - told >= BETWEEN_NEWS) tellSteps();
      },
      epoch: ({ epoch, accuracy }) => {
        if (losses.length > 0) tellSteps();
        tell({ kind: 'epoch', epoch, accuracy, parameters: progress.parameters.slice() });
      },
    },
  );
}

function firstOf({ pixels, labels }: DigitBytes, count: number): Digits {
  const size = pixels.length / labels.length;
  return { pixels: pixels.subarray(0, count * size), labels: labels.subarray(0, count) };
}

/** As npm run capstone has them, but for the distortions: few epochs see few of them. */
function settingsOf({ epochs, batch, rate, seed }: TrainingJob): Settings {
  return { epochs, batch, learningRate: rate, seed, shift: 0, turn: 0, zoom: 0, warp: 0 };
}
