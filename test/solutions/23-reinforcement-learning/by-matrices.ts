/** The right answers of lesson 23 in matrix products, and with what other lessons have. */
import ndarray from 'ndarray';
import {
  add,
  array,
  copy,
  filled,
  map,
  matrixProduct,
  requireSizes,
  zeros,
  zip,
  type Labels,
  type Tensor,
} from '#arrays';
import { softplus } from '#lessons/02-activations';
import { oneHot, softmaxCrossEntropyGradient } from '#lessons/03-losses';
import { reluBackward, reluForward, type TwoLayerParams } from '#lessons/05-backprop';
import type { Episode, Mdp, Transition } from '#lessons/23-reinforcement-learning';
import { shuffled } from '#datasets/random';

interface Planning {
  gamma: number;
  tolerance: number;
  maxSweeps: number;
}

interface Played {
  state: number;
  action: number;
  reward: number;
  next: number;
  done: boolean;
}

const T = (x: Tensor): Tensor => x.transpose(1, 0);
const total = (x: Tensor): number => copy(x).data.reduce((sum, value) => sum + value, 0);
const times = (a: Tensor, b: Tensor): Tensor => zip(a, b, (one, other) => one * other);
const asColumn = (x: Tensor): Tensor => filled([x.size, 1], (i) => x.get(i!));
const ones = (rows: number, columns: number): Tensor => filled([rows, columns], () => 1);
const maxOf = (x: Tensor): number => copy(x).data.reduce((a, b) => Math.max(a, b), -Infinity);
const overActions = (x: Tensor): Tensor => matrixProduct(x, ones(x.shape[1]!, 1)).pick(null, 0);

export function discountedReturns(rewards: Tensor, gamma: number, after: number): Tensor {
  if (rewards.dimension !== 1) throw new RangeError('rewards are no list');
  const forward = [...copy(rewards).data];
  const backward = forward.toReversed();
  let G = after;
  return array(backward.map((reward) => (G = reward + gamma * G)).toReversed());
}

const MAP = ['............', '............', '............', 'S##########G'];

export function cliffStep(state: number, action: number): Transition<number> {
  if (MAP.join('')[state] === undefined || '#G'.includes(MAP.join('')[state]!)) {
    throw new RangeError('nobody stands there');
  }
  const [down, right] = (['-1 0', '0 1', '1 0', '0 -1'][action] ?? '').split(' ').map(Number);
  if (right === undefined) throw new RangeError('no such action');
  const [row, column] = [Math.trunc(state / 12) + down!, (state % 12) + right];
  const there = MAP[row]?.[column];
  if (there === '#') return { next: MAP.join('').indexOf('S'), reward: -100, done: false };
  return { next: there === undefined ? state : 12 * row + column, reward: -1, done: there === 'G' };
}

/** 0 for the ends, 1 for all other states. */
const going = ({ ends, R }: Mdp): Tensor =>
  filled([R.shape[0]!], (s) => Number(!ends.includes(s!)));

export function actionValues(V: Tensor, mdp: Mdp, gamma: number): Tensor {
  requireSizes('Q', { V: [V, 'S'], R: [mdp.R, 'S, A'], P: [mdp.P, 'S, A, S'] });
  const isGoing = going(mdp);
  const rest = asColumn(times(V, isGoing));
  const columns = Array.from({ length: mdp.R.shape[1]! }, (_, a) =>
    matrixProduct(mdp.P.pick(null, a, null), rest),
  );
  return filled(mdp.R.shape, (s, a) =>
    isGoing.get(s!) === 0 ? 0 : mdp.R.get(s!, a!) + gamma * columns[a!]!.get(s!, 0),
  );
}

export function greedyPolicy(Q: Tensor): Tensor {
  requireSizes('greedy', { Q: [Q, 'S, A'] });
  if (Q.shape[1] === 0) throw new RangeError('no action');
  const best = filled(Q.shape, (s, a) => Number(Q.get(s!, a!) >= maxOf(Q.pick(s!, null))));
  const counts = overActions(best);
  return filled(Q.shape, (s, a) => best.get(s!, a!) / counts.get(s!));
}

const mixed = (policy: Tensor, Q: Tensor): Tensor => overActions(times(policy, Q));
const bestOf = (Q: Tensor): Tensor => mixed(greedyPolicy(Q), Q);

function repeated(mdp: Mdp, { gamma, tolerance, maxSweeps }: Planning, f: (Q: Tensor) => Tensor) {
  const sweep = (V: Tensor, sweeps: number): { V: Tensor; sweeps: number } => {
    const next = f(actionValues(V, mdp, gamma));
    const change = maxOf(zip(next, V, (a, b) => Math.abs(a - b)));
    return change > tolerance && sweeps < maxSweeps ? sweep(next, sweeps + 1) : { V: next, sweeps };
  };
  return sweep(zeros(mdp.R.shape[0]!), 1);
}

export function evaluatePolicy(policy: Tensor, mdp: Mdp, options: Planning) {
  requireSizes('evaluate', { policy: [policy, 'S, A'], R: [mdp.R, 'S, A'] });
  return repeated(mdp, options, (Q) => mixed(policy, Q));
}

export function valueIteration(mdp: Mdp, options: Planning) {
  const { V, sweeps } = repeated(mdp, options, (Q) =>
    filled([Q.shape[0]!], (s) => maxOf(Q.pick(s!, null))),
  );
  return { V, sweeps, policy: greedyPolicy(actionValues(V, mdp, options.gamma)) };
}

export function policyIteration(mdp: Mdp, options: Planning) {
  const round = (policy: Tensor, rounds: number): { V: Tensor; policy: Tensor; rounds: number } => {
    const { V } = evaluatePolicy(policy, mdp, options);
    const Q = actionValues(V, mdp, options.gamma);
    const gain = maxOf(zip(bestOf(Q), mixed(policy, Q), (a, b) => a - b));
    return gain > options.tolerance && rounds < options.maxSweeps
      ? round(greedyPolicy(Q), rounds + 1)
      : { V, policy, rounds };
  };
  return round(greedyPolicy(map(mdp.R, () => 0)), 1);
}

export function epsilonGreedy(values: Tensor, epsilon: number, random: () => number): number {
  if (values.dimension !== 1 || values.size === 0) throw new RangeError('no action');
  if (Number.isNaN(epsilon) || epsilon < 0 || epsilon > 1) throw new RangeError('no probability');
  // In a random order the first of the best is any of them; the coin is thrown after that.
  const order = shuffled([...copy(values).data.keys()], random);
  const best = order.reduce((one, other) => (values.get(other) > values.get(one) ? other : one));
  return random() < 1 - epsilon ? best : Math.floor(values.size * random());
}

const learnt = (
  Q: Tensor,
  { state, action, reward, done }: Played,
  toCome: number,
  { learningRate, gamma }: { learningRate: number; gamma: number },
): Tensor => {
  const surprise = reward + Number(!done) * gamma * toCome - Q.get(state, action);
  const here = filled(Q.shape, (s, a) => Number(s === state && a === action));
  return zip(Q, here, (old, share) => old + share * learningRate * surprise);
};

export function sarsaUpdate(
  Q: Tensor,
  step: Played & { nextAction: number },
  options: { learningRate: number; gamma: number },
): Tensor {
  requireSizes('SARSA', { Q: [Q, 'S, A'] });
  return learnt(Q, step, Q.get(step.next, step.nextAction), options);
}

export function qLearningUpdate(
  Q: Tensor,
  step: Played,
  options: { learningRate: number; gamma: number },
): Tensor {
  requireSizes('Q-learning', { Q: [Q, 'S, A'] });
  return learnt(Q, step, maxOf(Q.pick(step.next, null)), options);
}

export function learnByPlaying(
  method: 'sarsa' | 'q-learning',
  play: (state: number, action: number) => Transition<number>,
  start: Tensor,
  options: {
    start: number;
    epsilon: number;
    episodes: number;
    maxSteps: number;
    learningRate: number;
    gamma: number;
  },
  random: () => number,
) {
  requireSizes('learn', { Q: [start, 'S, A'] });
  const { episodes, maxSteps, epsilon } = options;
  let Q = copy(start);
  const choose = (state: number): number => epsilonGreedy(Q.pick(state, null), epsilon, random);
  const learn = {
    sarsa(step: Played): number {
      const nextAction = choose(step.next);
      Q = sarsaUpdate(Q, { ...step, nextAction }, options);
      return nextAction;
    },
    'q-learning'(step: Played): number {
      Q = qLearningUpdate(Q, step, options);
      return choose(step.next);
    },
  }[method];
  const totals: number[] = [];
  while (totals.length < episodes) {
    let [state, action, left, earned] = [options.start, choose(options.start), maxSteps, 0];
    while (left > 0) {
      const { next, reward, done } = play(state, action);
      action = learn({ state, action, reward, next, done });
      state = next;
      earned += reward;
      left = done ? 0 : left - 1;
    }
    totals.push(earned);
  }
  return { Q, totals: array(totals) };
}

/** −ln π of the action, as ln(1 + Σ e^(other − its own)), by softplus of ln Σ. */
function surpriseOf(row: Tensor, action: number): number {
  const others = [...copy(row).data].filter((_, a) => a !== action).map((v) => v - row.get(action));
  if (others.length === 0) return 0;
  const max = Math.max(...others);
  const logSum = max + Math.log(others.reduce((sum, v) => sum + Math.exp(v - max), 0));
  return softplus(array([logSum])).get(0);
}

export function reinforceLoss(
  logits: Tensor,
  actions: Labels,
  returns: Tensor,
  baseline: Tensor,
  episodes: number,
) {
  requireSizes('loss', {
    actions: [actions, 'T'],
    returns: [returns, 'T'],
    baseline: [baseline, 'T'],
    logits: [logits, 'T, A'],
  });
  const steps = actions.size;
  if (steps === 0) return { loss: 0, dlogits: zeros(...logits.shape) };
  const more = zip(returns, baseline, (G, b) => (G - b) / episodes);
  const surprises = filled([steps], (t) => surpriseOf(logits.pick(t!, null), actions.get(t!)));
  // The gradient of a mean over the steps is a T-th of each step's.
  const slopes = softmaxCrossEntropyGradient(logits, actions);
  return {
    loss: total(times(more, surprises)),
    dlogits: filled(logits.shape, (t, a) => steps * more.get(t!) * slopes.get(t!, a!)),
  };
}

export function reinforceGradients(
  episodes: Episode[],
  { W1, b1, W2, b2 }: TwoLayerParams,
  gamma: number,
) {
  if (episodes.length === 0) throw new RangeError('no episode');
  const lengths = episodes.map(({ rewards }) => rewards.size);
  for (const { states, actions, rewards } of episodes) {
    requireSizes('all', {
      states: [states, 'T, D'],
      W1: [W1, 'D, H'],
      actions: [actions, 'T'],
      rewards: [rewards, 'T'],
    });
  }
  const N = episodes.length;
  const longest = Math.max(...lengths);
  // Returns in a table of episodes and steps, and where there are any.
  const all = episodes.map(({ rewards }) => discountedReturns(rewards, gamma, 0));
  const has = filled([N, longest], (n, t) => Number(t! < lengths[n]!));
  const G = filled([N, longest], (n, t) => (t! < lengths[n]! ? all[n]!.get(t!) : 0));
  const others = filled([N, N], (n, m) => Number(n !== m));
  const [sums, counts] = [matrixProduct(others, G), matrixProduct(others, has)];
  const places = episodes.flatMap((_, n) => Array.from({ length: lengths[n]! }, (__, t) => [n, t]));
  const inSteps = (x: Tensor): Tensor => filled([places.length], (i) => x.get(...places[i!]!));
  const baseline = zip(inSteps(sums), inSteps(counts), (sum, count) => sum / (count || 1));

  const x = filled([places.length, W1.shape[0]!], (i, d) => {
    const [n, t] = places[i!]!;
    return episodes[n!]!.states.get(t!, d!);
  });
  const actions = ndarray(Int32Array.from(places.map(([n, t]) => episodes[n!]!.actions.get(t!))), [
    places.length,
  ]);
  const tall = ones(places.length, 1);
  const asRow = (b: Tensor): Tensor => filled([1, b.size], (_, i) => b.get(i!));
  const hidden = reluForward(add(matrixProduct(x, W1), matrixProduct(tall, asRow(b1))));
  const logits = add(matrixProduct(hidden.out, W2), matrixProduct(tall, asRow(b2)));
  const { loss, dlogits } = reinforceLoss(logits, actions, inSteps(G), baseline, N);
  const { dx } = reluBackward(matrixProduct(dlogits, T(W2)), hidden.cache);
  const overSteps = (d: Tensor): Tensor => matrixProduct(T(tall), d).pick(0, null);
  return {
    loss,
    gradients: {
      W1: matrixProduct(T(x), dx),
      b1: overSteps(dx),
      W2: matrixProduct(T(hidden.out), dlogits),
      b2: overSteps(dlogits),
    },
  };
}

export function cartPoleStep(state: Tensor, action: number): Transition<Tensor> {
  requireSizes('cart', { state: [state, '4'] });
  if (state.size !== 4) throw new RangeError('four numbers');
  const isPush = [0, 1].includes(action);
  if (!isPush) throw new RangeError('no such push');
  const [sign] = [total(times(oneHot(ndarray(Int32Array.of(action), [1]), 2), array([[-1, 1]])))];
  const [angle, turning] = [state.get(2), state.get(3)];
  const u = (sign * 10 + 0.1 * 0.5 * turning ** 2 * Math.sin(angle)) / 1.1;
  const turn =
    (9.8 * Math.sin(angle) - u * Math.cos(angle)) /
    (0.5 * (4 / 3 - (0.1 / 1.1) * Math.cos(angle) ** 2));
  const speeds = array([
    state.get(1),
    u - ((0.1 * 0.5) / 1.1) * turn * Math.cos(angle),
    turning,
    turn,
  ]);
  const next = zip(state, speeds, (value, speed) => value + 0.02 * speed);
  const isWithin = Math.abs(next.get(0)) <= 2.4 && Math.abs(next.get(2)) <= Math.PI / 15;
  return { next, reward: 1, done: !isWithin };
}
