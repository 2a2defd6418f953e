/** A search for the learning rate and the size of a network, from coarse to fine, and what the choice is worth. */
import { seededRandom } from '#datasets/random';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Point, Scatter, Series, Table } from '#figures/figure';
import {
  accuracyInBatches,
  initialMlp,
  mlpForward,
  selectSamples,
  train,
  type Samples,
} from '#lessons/06-training';
import type * as Hyperparameters from './hyperparameters.reference.ts';

export const title = 'Hyperparameters: a search from coarse to fine';

export const about =
  'Small networks are trained on 120 digits with random learning rates and sizes; the second round looks around the ' +
  'best of the first. The winner is chosen by 60 validation digits, and so its validation score flatters it.';

export const parameters = {
  trials: { label: 'trials a round', from: 4, to: 24, value: 12, whole: true },
  factor: { label: 'how wide the finer ranges are', from: 0.1, to: 1, value: 0.3 },
} satisfies Parameters;

export const digits = { train: 180, test: 500 };

const EPOCHS = 4;
const BATCH = 10;
const ROUNDS = 2;
/** The functions that the trials are made by. */
const SEARCH = ['stratifiedSplit', 'coarseToFine'];

/**
 * The experiment of lesson 11.
 *
 * @param lesson the functions of the lesson
 * @returns where the trials stand, the best score so far by trial, and validation beside test
 */
export function* experiment(
  lesson: typeof Hyperparameters,
  { random, digits: data }: Material,
  { trials, factor }: Values<typeof parameters>,
): Running {
  const { images, labels } = data.train;
  const split = lesson.stratifiedSplit(labels, 1 / 3, random);
  const [training, validation] = [split.train, split.heldOut].map((numbers) =>
    selectSamples(images, labels, numbers),
  ) as [Samples, Samples];
  const models: Model[] = [];
  const evaluate = (settings: Hyperparameters.Settings): number => {
    models.push(trainedModel(training, settings));
    return accuracyOf(models.at(-1)!, validation);
  };
  const ranges: Hyperparameters.Ranges = {
    rate: { from: 1e-3, to: 3, scale: 'log' },
    hidden: { from: 2, to: 40, scale: 'linear' },
  };
  yield 0.02;
  const plan = { rounds: ROUNDS, trials, factor };
  const { trials: made } = lesson.coarseToFine(ranges, plan, evaluate, random);
  yield 0.9;

  const candidates = made.map(({ score }, i) => ({
    train: accuracyOf(models[i]!, training),
    validation: score,
  }));
  const test = { x: data.test.images, labels: data.test.labels };
  const report = lesson.chooseAndTest(candidates, (index) => accuracyOf(models[index]!, test));
  return [
    places(made, trials),
    bestSoFar(made),
    scores(candidates[report.index]!, report, made[report.index]!.settings),
  ];
}

type Model = ReturnType<typeof initialMlp>;

/** A network that was trained with some settings; all begin with the same random numbers. */
function trainedModel(training: Samples, settings: Hyperparameters.Settings): Model {
  const random = seededRandom(11);
  const start = initialMlp([784, Math.round(settings['hidden']!), 10], random);
  const options = { epochs: EPOCHS, batchSize: BATCH, learningRate: settings['rate']! };
  return train(training, training, start, options, random).params;
}

function accuracyOf(model: Model, samples: Samples): number {
  return accuracyInBatches((x) => mlpForward(x, model).out, samples, 100);
}

function places(trials: readonly Hyperparameters.Trial[], size: number): Scatter {
  const groups = Array.from({ length: ROUNDS }, (_, round): Series => ({
    name: `round ${round + 1}`,
    points: trials
      .slice(round * size, (round + 1) * size)
      .map(({ settings }): Point => [settings['rate']!, settings['hidden']!]),
  }));
  return {
    kind: 'scatter',
    title: 'Where the trials stand',
    by: SEARCH,
    caption: 'The second round is around the best of the first.',
    x: { label: 'learning rate', scale: 'log', domain: [1e-3, 3] },
    y: { label: 'hidden units', domain: [0, 42] },
    groups,
  };
}

function bestSoFar(trials: readonly Hyperparameters.Trial[]): Curves {
  let best = 0;
  return {
    kind: 'curves',
    title: 'Validation accuracy by trial',
    by: SEARCH,
    x: { label: 'trial', whole: true },
    y: { label: 'accuracy', unit: '%', domain: [0, 100] },
    curves: [
      { name: 'this trial', points: trials.map(({ score }, i) => [i + 1, 100 * score]) },
      {
        name: 'best so far',
        points: trials.map(({ score }, i) => {
          best = Math.max(best, score);
          return [i + 1, 100 * best];
        }),
      },
    ],
  };
}

function scores(
  candidate: Hyperparameters.Candidate,
  report: Hyperparameters.Report,
  settings: Hyperparameters.Settings,
): Table {
  return {
    kind: 'table',
    title: `The winner: learning rate ${settings['rate']!.toPrecision(2)}, ${Math.round(settings['hidden']!)} hidden units`,
    by: [...SEARCH, 'chooseAndTest'],
    columns: ['measured on', 'digits', 'read rightly'],
    rows: [
      ['training set', 120, percent(candidate.train)],
      ['validation set', 60, percent(report.validation)],
      ['test set', 500, percent(report.test)],
    ],
  };
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)}%`;
}
