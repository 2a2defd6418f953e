/** The worker in which experiments run, so that the page stays alive whatever the learner's code does. */
import ndarray from 'ndarray';
import { array, labels as labelsOf, zeros, type Tensor } from '#arrays';
import { PIXELS } from '#datasets/digits';
import type { Mnist, Samples } from '#datasets/mnist';
import { seededRandom } from '#datasets/random';
import type { LabelledPoints } from '#datasets/scatter';
import type { ExperimentModule } from '#figures/experiment';
import { fetchDigits } from '../digit-file.ts';
import type { DrawnPoints, FromRunner, Job, Programs, ToRunner } from '../messages.ts';
import { failureOf, loadLearner } from './learner.ts';
import { mixed, type Functions } from './mixed.ts';
import { turn } from './turn.ts';

/** What was loaded. */
interface Loaded {
  module: ExperimentModule<Functions>;
  references: Functions;
  learner: Functions | undefined;
  digits: Mnist;
  watched: Int32Array | undefined;
}

/** A frame is sent so often at most, in milliseconds: more can't be seen. */
const BETWEEN_FRAMES = 50;

let loading: Promise<Loaded> | undefined;
/** The run that is wanted; one that isn't any more ends at its next step. */
let wanted: Job | undefined;
let isPaused = false;
/** How many steps somebody has asked for while it was paused. */
let steps = 0;
/** Called when a run that is paused may look again. */
let wake = (): void => {};

addEventListener('message', ({ data }: MessageEvent<ToRunner>) => {
  switch (data.kind) {
    case 'prepare':
      // What can't be loaded is told of when it is wanted.
      import(data.experiment).catch(() => {});
      break;
    case 'load':
      loading = load(data.programs);
      break;
    case 'run':
      wanted = data.job;
      isPaused = data.job.paused;
      steps = isPaused ? 1 : 0;
      void run(data.job);
      break;
    case 'pause':
      isPaused = true;
      break;
    case 'go on':
      isPaused = false;
      break;
    case 'step':
      steps++;
      break;
  }
  wake();
});

function tell(message: FromRunner): void {
  postMessage(message);
}

async function load({ experiment, learner, digits, watched }: Programs): Promise<Loaded> {
  const memory = watched && new Int32Array(watched);
  const [{ module, references }, train, test] = await Promise.all([
    import(experiment) as Promise<Pick<Loaded, 'module' | 'references'>>,
    loadDigits(digits.folder, 'train', digits.train),
    loadDigits(digits.folder, 'test', digits.test),
  ]);
  tell({ kind: 'loaded', names: Object.keys(references) });
  const own = learner === undefined ? undefined : await loadLearner(learner, memory);
  return { module, references, learner: own, digits: { train, test }, watched: memory };
}

/** Digits as experiments take them, none where none are wanted. */
async function loadDigits(
  folder: string,
  part: 'train' | 'test',
  count: number,
): Promise<Samples<Tensor>> {
  if (count === 0) return { images: zeros(0, PIXELS), labels: labelsOf([]) };
  const { pixels, labels } = await fetchDigits(folder, part, count);
  return {
    images: ndarray(
      Float64Array.from(pixels, (grey) => grey / 255),
      [count, PIXELS],
    ),
    labels: labelsOf([...labels]),
  };
}

async function run(job: Job): Promise<void> {
  const { id } = job;
  try {
    const { module, references, learner, digits, watched } = await loading!;
    if (job !== wanted) return;
    tell({ kind: 'begun', id });
    const { functions, use } = mixed(references, learner, job.replaced, watched);
    const points = job.points && pointsOf(job.points);
    const material = { random: seededRandom(job.seed), digits, ...(points && { points }) };
    const running = module.experiment(functions, material, job.values);
    let sent = Number.NEGATIVE_INFINITY;
    for (;;) {
      if (!(await mayStep(job))) return;
      const step = running.next();
      if (step.done === true) {
        tell({ kind: 'ended', id, figures: step.value, use: use() });
        return;
      }
      const frame = typeof step.value === 'number' ? { done: step.value } : step.value;
      const isSeen = 'figures' in frame && (isPaused || performance.now() - sent >= BETWEEN_FRAMES);
      if (isSeen) sent = performance.now();
      tell({
        kind: 'frame',
        id,
        done: frame.done,
        ...(isSeen && { figures: frame.figures() }),
        use: use(),
      });
      // A step ends with something to see.
      if (steps > 0 && isSeen) steps--;
    }
  } catch (error) {
    if (job === wanted) tell({ kind: 'failed', id, failure: failureOf(error) });
  }
}

/** Waits until a run may take its next step; no when another one is wanted. */
async function mayStep(job: Job): Promise<boolean> {
  await turn();
  if (job !== wanted) return false;
  if (!isPaused || steps > 0) return true;
  await woken();
  return mayStep(job);
}

function pointsOf({ x, labels }: DrawnPoints): LabelledPoints {
  return { x: array(x.map(([x1, x2]) => [x1, x2])), labels: labelsOf([...labels]) };
}

function woken(): Promise<void> {
  return new Promise((resolve) => {
    wake = resolve;
  });
}
