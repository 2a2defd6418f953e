/** How a multilayer perceptron learns digits, epoch by epoch, for three batch sizes. */
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Table } from '#figures/figure';
import type * as Training from './training.reference.ts';

export const title = 'Training: many small steps or few large ones';

export const about =
  'The same network sees the same 1,000 digits equally often, cut into small, middling and large batches. ' +
  'Small batches make more steps of each epoch, and get further in it; large ones are calmer.';

export const parameters = {
  rate: { label: 'learning rate', from: 0.01, to: 0.5, value: 0.1, scale: 'log' },
  epochs: { label: 'epochs', from: 2, to: 12, value: 8, whole: true },
  hidden: { label: 'hidden units', from: 4, to: 64, value: 24, whole: true },
} satisfies Parameters;

export const digits = { train: 1000, test: 500 };

const BATCHES = [10, 50, 250];

/**
 * The experiment of lesson 06.
 *
 * @param lesson the functions of the lesson
 * @returns accuracy and loss by epoch for three batch sizes, and how many steps each took
 */
export function* experiment(
  lesson: typeof Training,
  { random, digits: { train, test } }: Material,
  { rate, epochs, hidden }: Values<typeof parameters>,
): Running {
  const [training, validation] = [train, test].map(({ images, labels }) => ({ x: images, labels }));
  const start = lesson.initialMlp([784, hidden, 10], random);
  const runs: Run[] = [];
  for (const batchSize of BATCHES) {
    let params = start;
    const history: Training.EpochRecord[] = [];
    runs.push({ batchSize, history });
    for (let epoch = 0; epoch < epochs; epoch++) {
      const options = { epochs: 1, batchSize, learningRate: rate };
      const trained = lesson.train(training!, validation!, params, options, random);
      params = trained.params;
      history.push(...trained.history);
      const done = (runs.length - 1 + (epoch + 1) / epochs) / BATCHES.length;
      yield { done, figures: () => curvesOf(runs) };
    }
  }
  return [...curvesOf(runs), results(lesson, epochs, runs)];
}

/** What training with a batch size came to, epoch by epoch. */
interface Run {
  batchSize: number;
  history: Training.EpochRecord[];
}

function curvesOf(runs: readonly Run[]): Curves[] {
  return [
    byEpoch(
      'Digits read rightly, of 500 others',
      { label: 'accuracy', unit: '%' },
      runs,
      (epoch) => 100 * epoch.accuracy,
    ),
    byEpoch(
      'The loss while training, the mean over each epoch',
      { label: 'loss' },
      runs,
      (epoch) => epoch.loss,
    ),
  ];
}

/** A number of each epoch. */
function byEpoch(
  heading: string,
  y: Curves['y'],
  runs: readonly Run[],
  numberOf: (epoch: Training.EpochRecord) => number,
): Curves {
  return {
    kind: 'curves',
    title: heading,
    x: { label: 'epoch', whole: true },
    y,
    by: ['initialMlp', 'train'],
    curves: runs.map(({ batchSize, history }) => ({
      name: `batches of ${batchSize}`,
      points: history.map((epoch, i) => [i + 1, numberOf(epoch)]),
    })),
  };
}

function results(lesson: typeof Training, epochs: number, runs: readonly Run[]): Table {
  return {
    kind: 'table',
    title: `After ${epochs} epochs`,
    by: ['initialMlp', 'train', 'iterationCount'],
    columns: ['batch size', 'steps', 'loss', 'accuracy'],
    rows: runs.map(({ batchSize, history }) => {
      const { loss, accuracy } = history.at(-1)!;
      const { total } = lesson.iterationCount(1000, batchSize, epochs);
      return [batchSize, total, loss, percentText(accuracy)];
    }),
  };
}

function percentText(part: number): string {
  return `${(100 * part).toFixed(1)}%`;
}
