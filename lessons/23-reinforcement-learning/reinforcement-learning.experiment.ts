/** Two ways beside a cliff, what every cell is worth while they are found, and a pole before and after. */
import { array, copy, filled, labels, zeros, type Tensor } from '#arrays';
import type { Random } from '#datasets/random';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Images, Point, Scatter, Series, Table } from '#figures/figure';
import { softmax } from '#lessons/02-activations';
import { affineForward, reluForward, type TwoLayerParams } from '#lessons/05-backprop';
import { adamStart, adamUpdate } from '#lessons/07-optimizers';
import { heNormal, initialParams } from '#lessons/08-initialization';
import { sampleToken } from '#lessons/15-rnn';
import type * as Lesson from './reinforcement-learning.reference.ts';

export const title = 'Reinforcement learning: a cliff and a pole';

export const about =
  'Who learns by Q-learning knows the shortest way, along the edge, and falls off it now and then while exploring. Who learns by SARSA counts on that, and walks further from the edge. ' +
  'A network that knows nothing of physics learns to balance a pole, from nothing but how long it stayed up.';

export const parameters = {
  epsilon: { label: 'ε, how often any action is played', from: 0, to: 0.5, value: 0.1 },
  rate: { label: 'α beside the cliff', from: 0.05, to: 1, value: 0.2 },
  hidden: { label: "hidden units of the pole's network", from: 2, to: 32, value: 8, whole: true },
} satisfies Parameters;

const METHODS = { SARSA: 'sarsa', 'Q-learning': 'q-learning' } as const;
type Method = keyof typeof METHODS;
const NAMES = Object.keys(METHODS) as Method[];

const [ROWS, COLUMNS, START] = [4, 12, 36];
const STATES = ROWS * COLUMNS;
/** After how many episodes the values are shown. */
const MOMENTS = [20, 100, 500];
/** From how many runs the means are, and how many episodes at the end are counted. */
const [RUNS, LAST] = [10, 100];
const LONGEST = 2000;
/** The colours of values: none is worth more than 0, and a good cell costs no more than this. */
const COST = 16;

/** How the pole is learned: steps of 0.02 s. */
const POLE = { batches: 60, episodes: 8, steps: 200, gamma: 0.98 };
const ADAM = { learningRate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
/** How long it is shown, in steps. */
const SHOWN = 500;

/** The functions of the lesson that each half is made by. */
const CLIFF_BY = ['cliffStep', 'learnByPlaying'];
const POLE_BY = ['cartPoleStep', 'reinforceGradients'];

/** What one run beside the cliff has left. */
interface Run {
  /** The Q of each moment. */
  tables: Tensor[];
  /** What each episode earned. */
  totals: number[];
}

/**
 * The experiment of lesson 23.
 *
 * @param lesson the functions of the lesson
 * @returns both ways; what cells are worth while they are found, and what episodes earn; the pole's angle, and how long
 *   it stays up while the network learns
 */
export function* experiment(
  lesson: typeof Lesson,
  { random }: Material,
  { epsilon, rate, hidden }: Values<typeof parameters>,
): Running {
  const runs: Record<Method, Run[]> = { SARSA: [], 'Q-learning': [] };
  for (let run = 0; run < RUNS; run++) {
    for (const name of NAMES) runs[name].push(cliffRun(lesson, name, { epsilon, rate, random }));
    yield (0.5 * (run + 1)) / RUNS;
  }

  const start = layersOf(initialParams([4, hidden, 2], (shape) => heNormal(shape, random)));
  const { params, lengths } = yield* trainedOnPole(lesson, start, random);
  return [
    ways(lesson, runs),
    cellsWhileLearning(runs),
    earned(runs),
    results(lesson, runs),
    angles(lesson, { start, params }, random),
    {
      kind: 'curves',
      title: 'How long the pole stays up while the network learns',
      caption: `The mean of ${POLE.episodes} episodes, each cut off after ${POLE.steps} steps of 0.02 s.`,
      by: POLE_BY,
      x: { label: 'batch of episodes', whole: true },
      y: { label: 'steps', domain: [0, POLE.steps] },
      curves: [{ name: 'REINFORCE', points: lengths.map((length, k) => [k + 1, length]) }],
    },
  ];
}

function cliffRun(
  lesson: typeof Lesson,
  name: Method,
  { epsilon, rate, random }: { epsilon: number; rate: number; random: Random },
): Run {
  const tables: Tensor[] = [];
  const totals: number[] = [];
  for (const moment of MOMENTS) {
    const played = lesson.learnByPlaying(
      METHODS[name],
      lesson.cliffStep,
      tables.at(-1) ?? zeros(STATES, 4),
      {
        start: START,
        epsilon,
        episodes: moment - totals.length,
        maxSteps: LONGEST,
        learningRate: rate,
        gamma: 1,
      },
      random,
    );
    tables.push(played.Q);
    totals.push(...played.totals.data);
  }
  return { tables, totals };
}

/** Parameters by their names, as a step of Adam returns them. */
function layersOf({ W1, b1, W2, b2 }: Record<string, Tensor>): TwoLayerParams {
  return { W1: W1!, b1: b1!, W2: W2!, b2: b2! };
}

/** Trains a network on the pole, and yields how much is done from a half on. */
function* trainedOnPole(
  lesson: typeof Lesson,
  start: TwoLayerParams,
  random: Random,
): Generator<number, { params: TwoLayerParams; lengths: number[] }, void> {
  let params = start;
  let state = adamStart({ ...start });
  const lengths: number[] = [];
  for (let batch = 0; batch < POLE.batches; batch++) {
    const episodes = Array.from({ length: POLE.episodes }, () =>
      playPole(lesson, params, POLE.steps, random),
    );
    lengths.push(mean(episodes.map(({ rewards }) => rewards.size)));
    const { gradients } = lesson.reinforceGradients(episodes, params, POLE.gamma);
    const update = adamUpdate({ ...params }, { ...gradients }, state, ADAM);
    [params, state] = [layersOf(update.params), update.state];
    yield 0.5 + (0.5 * (batch + 1)) / POLE.batches;
  }
  return { params, lengths };
}

/** An episode from about upright, of so many steps at most, with actions drawn from what the network says. */
function playPole(
  lesson: typeof Lesson,
  { W1, b1, W2, b2 }: TwoLayerParams,
  steps: number,
  random: Random,
): Lesson.Episode {
  const states: number[][] = [];
  const actions: number[] = [];
  let state = filled([4], () => 0.1 * (random() - 0.5));
  for (let done = false; !done && states.length < steps;) {
    const seen = [...copy(state).data];
    const hidden = reluForward(affineForward(array([seen]), W1, b1).out).out;
    const logits = affineForward(hidden, W2, b2).out.pick(0, null);
    const action = sampleToken(logits, 1, random);
    states.push(seen);
    actions.push(action);
    const step = lesson.cartPoleStep(state, action);
    [state, done] = [step.next, step.done];
  }
  return {
    states: array(states),
    actions: labels(actions),
    rewards: filled([actions.length], () => 1),
  };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

/** What cells are worth, row by row: the largest Q of each. */
function cells(Q: Tensor): number[] {
  return Array.from({ length: STATES }, (_, s) => Math.max(...copy(Q.pick(s, null)).data));
}

/** The greedy way from the start, until the goal or a state that was met before. */
function wayOf(lesson: typeof Lesson, Q: Tensor): number[] {
  const way = [START];
  for (let done = false; !done;) {
    const here = way.at(-1)!;
    const row = [...copy(Q.pick(here, null)).data];
    const step = lesson.cliffStep(here, row.indexOf(Math.max(...row)));
    if (way.includes(step.next)) break;
    way.push(step.next);
    done = step.done;
  }
  return way;
}

/** The middle of a cell, seen from the lower left. */
function middle(state: number): Point {
  return [(state % COLUMNS) + 0.5, ROWS - Math.floor(state / COLUMNS) - 0.5];
}

function ways(lesson: typeof Lesson, runs: Record<Method, Run[]>): Scatter {
  const worth = cells(runs['Q-learning'][0]!.tables.at(-1)!);
  return {
    kind: 'scatter',
    title: `The greedy ways from the start to the goal, after ${MOMENTS.at(-1)} episodes`,
    caption:
      'The cliff lies between the two, in the lowest row, where nobody stands. The bluer a cell, the more it still costs by Q-learning.',
    by: CLIFF_BY,
    x: { label: 'column', domain: [0, COLUMNS] },
    y: { label: 'row', domain: [0, ROWS] },
    background: {
      values: Array.from({ length: ROWS }, (_, row) =>
        worth.slice(COLUMNS * row, COLUMNS * (row + 1)),
      ),
      range: [-COST, COST],
    },
    paths: NAMES.map((name) => ({
      name,
      points: wayOf(lesson, runs[name][0]!.tables.at(-1)!).map(middle),
    })),
  };
}

function cellsWhileLearning(runs: Record<Method, Run[]>): Images {
  return {
    kind: 'images',
    title: 'What each cell is worth while it is learned',
    caption:
      'White is 0, as in the beginning; the bluer, the more it costs from there to the goal.',
    by: CLIFF_BY,
    colours: 'diverging',
    range: [-COST, COST],
    perRow: MOMENTS.length,
    images: NAMES.flatMap((name) =>
      MOMENTS.map((moment, i) => ({
        name: `${name}, ${moment} episodes`,
        pixels: cells(runs[name][0]!.tables[i]!),
        width: COLUMNS,
      })),
    ),
  };
}

/** The mean of all runs, and of ten episodes each. */
function earned(runs: Record<Method, Run[]>): Curves {
  const curve = (name: Method): Series => ({
    name,
    points: Array.from({ length: MOMENTS.at(-1)! / 10 }, (_, k) => [
      10 * k + 5,
      mean(runs[name].map(({ totals }) => mean(totals.slice(10 * k, 10 * k + 10)))),
    ]),
  });
  return {
    kind: 'curves',
    title: 'What an episode earns while it is learned',
    caption: `Means of ${RUNS} runs and ten episodes. The shortest way earns −13.`,
    by: CLIFF_BY,
    x: { label: 'episode', whole: true },
    y: { label: 'sum of rewards', domain: [-120, 0] },
    curves: NAMES.map(curve),
  };
}

function results(lesson: typeof Lesson, runs: Record<Method, Run[]>): Table {
  return {
    kind: 'table',
    title: `Beside the cliff, means of ${RUNS} runs`,
    by: CLIFF_BY,
    columns: [
      'learned by',
      `earned in the last ${LAST} episodes`,
      'steps of the greedy way',
      'greedy ways to the goal',
    ],
    rows: NAMES.map((name) => {
      const found = runs[name]
        .map(({ tables }) => wayOf(lesson, tables.at(-1)!))
        .filter((way) => way.at(-1) === STATES - 1);
      return [
        name,
        mean(runs[name].map(({ totals }) => mean(totals.slice(-LAST)))).toFixed(1),
        found.length === 0 ? '–' : mean(found.map((way) => way.length - 1)).toFixed(1),
        `${found.length} of ${RUNS}`,
      ];
    }),
  };
}

function angles(
  lesson: typeof Lesson,
  { start, params }: { start: TwoLayerParams; params: TwoLayerParams },
  random: Random,
): Curves {
  const curve = (name: string, network: TwoLayerParams): Series => {
    const { states } = playPole(lesson, network, SHOWN, random);
    return {
      name,
      points: Array.from({ length: states.shape[0]! }, (_, t) => [
        0.02 * t,
        (states.get(t, 2) * 180) / Math.PI,
      ]),
    };
  };
  return {
    kind: 'curves',
    title: 'The angle of the pole, before and after learning',
    caption: 'A curve ends where the pole leans by more than 12°, or the cart leaves its track.',
    by: POLE_BY,
    x: { label: 'time', unit: 's', domain: [0, 0.02 * SHOWN] },
    y: { label: 'angle', unit: '°', domain: [-12, 12] },
    curves: [curve('before', start), curve('after', params)],
  };
}
