/** The right answers of lesson 23 with lists of numbers, and with draws in another order. */
import { array, filled, map, zeros, type Labels, type Tensor } from '#arrays';
import type { TwoLayerParams } from '#lessons/05-backprop';
import type { Episode, Mdp, Transition } from '#lessons/23-reinforcement-learning';

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

type Rates = { learningRate: number; gamma: number };

const upTo = (length: number): number[] => [...Array(length).keys()];
const sum = (list: number[]): number => list.reduce((total, value) => total + value, 0);
const listOf = (x: Tensor | Labels): number[] => upTo(x.size).map((i) => x.get(i));
const rowsOf = (x: Tensor): number[][] =>
  upTo(x.shape[0]!).map((n) => upTo(x.shape[1]!).map((m) => x.get(n, m)));
const matrix = (rows: number[][], columns: number): Tensor =>
  rows.length === 0 ? zeros(0, columns) : array(rows);

function insist(isRight: boolean, what: string): asserts isRight {
  if (!isRight) throw new RangeError(what);
}

function insistOnMatrix(Q: Tensor): void {
  insist(Q.dimension === 2, 'Q is no matrix');
}

export function discountedReturns(rewards: Tensor, gamma: number, after: number): Tensor {
  insist(rewards.dimension === 1, 'rewards are no list');
  const backwards: number[] = [after];
  for (const reward of listOf(rewards).toReversed()) {
    backwards.push(reward + gamma * backwards.at(-1)!);
  }
  return array(backwards.slice(1).toReversed());
}

export function cliffStep(state: number, action: number): Transition<number> {
  insist(upTo(37).includes(state) && upTo(4).includes(action), 'there is no such step');
  const isFirst = state % 12 === 0;
  const isLast = state % 12 === 11;
  if (action === 0) return { next: state < 12 ? state : state - 12, reward: -1, done: false };
  if (action === 3) return { next: isFirst ? state : state - 1, reward: -1, done: false };
  if (action === 1) {
    return state === 36
      ? { next: 36, reward: -100, done: false }
      : { next: isLast ? state : state + 1, reward: -1, done: false };
  }
  if (state === 35) return { next: 47, reward: -1, done: true };
  if (state === 24 || state === 36) return { next: 36, reward: -1, done: false };
  if (state > 24) return { next: 36, reward: -100, done: false };
  return { next: state + 12, reward: -1, done: false };
}

/** Q as lists. */
function worth(V: number[], { P, R, ends }: Mdp, gamma: number): number[][] {
  const [S, A] = R.shape as [number, number];
  insist(R.dimension === 2 && P.dimension === 3 && V.length === S, 'R, P and V do not fit');
  insist(P.shape[0] === S && P.shape[1] === A && P.shape[2] === S, 'P does not fit R');
  const rest = V.map((value, s) => (ends.includes(s) ? 0 : value));
  return upTo(S).map((s) =>
    upTo(A).map((a) =>
      ends.includes(s)
        ? 0
        : sum([R.get(s, a), ...rest.map((value, next) => gamma * P.get(s, a, next) * value)]),
    ),
  );
}

export function actionValues(V: Tensor, mdp: Mdp, gamma: number): Tensor {
  insist(V.dimension === 1, 'V is no list');
  return array(worth(listOf(V), mdp, gamma));
}

function sharesOf(row: number[]): number[] {
  insist(row.length > 0, 'no action');
  const best = row.map((value) => Number(row.every((other) => other <= value)));
  return best.map((isBest) => isBest / sum(best));
}

export function greedyPolicy(Q: Tensor): Tensor {
  insistOnMatrix(Q);
  insist(Q.shape[1]! > 0, 'no action');
  return matrix(rowsOf(Q).map(sharesOf), Q.shape[1]!);
}

const dot = (a: number[], b: number[]): number => sum(a.map((value, i) => value * b[i]!));

function settle(mdp: Mdp, options: Planning, next: (row: number[], s: number) => number) {
  let V = upTo(mdp.R.shape[0]!).map(() => 0);
  let [sweeps, isStill] = [0, false];
  while (!isStill && sweeps < options.maxSweeps) {
    const fresh = worth(V, mdp, options.gamma).map(next);
    isStill = fresh.every((value, s) => Math.abs(value - V[s]!) <= options.tolerance);
    V = fresh;
    sweeps++;
  }
  return { V, sweeps };
}

export function evaluatePolicy(policy: Tensor, mdp: Mdp, options: Planning) {
  insist(String(policy.shape) === String(mdp.R.shape), 'the policy does not fit');
  const shares = rowsOf(policy);
  const { V, sweeps } = settle(mdp, options, (row, s) => dot(row, shares[s]!));
  return { V: array(V), sweeps };
}

export function valueIteration(mdp: Mdp, options: Planning) {
  const { V, sweeps } = settle(mdp, options, (row) => Math.max(...row));
  return {
    V: array(V),
    sweeps,
    policy: array(worth(V, mdp, options.gamma).map(sharesOf)),
  };
}

export function policyIteration(mdp: Mdp, options: Planning) {
  const A = mdp.R.shape[1]!;
  let policy = rowsOf(map(mdp.R, () => 1 / A));
  let rounds = 0;
  for (;;) {
    const { V } = settle(mdp, options, (row, s) => dot(row, policy[s]!));
    const Q = worth(V, mdp, options.gamma);
    rounds++;
    const hasGain = Q.some((row, s) => Math.max(...row) - dot(row, policy[s]!) > options.tolerance);
    if (!hasGain || rounds === options.maxSweeps) {
      return { V: array(V), policy: array(policy), rounds };
    }
    policy = Q.map(sharesOf);
  }
}

export function epsilonGreedy(values: Tensor, epsilon: number, random: () => number): number {
  insist(values.dimension === 1 && values.size > 0, 'no action');
  insist(epsilon >= 0 && epsilon <= 1, 'ε is no probability');
  // One draw for all: it falls into a stretch for each action.
  let left = random();
  for (const [a, share] of sharesOf(listOf(values)).entries()) {
    left -= epsilon / values.size + (1 - epsilon) * share;
    if (left < 0) return a;
  }
  // Rounding may leave a hair; it belongs to the best.
  return sharesOf(listOf(values)).findIndex((share) => share > 0);
}

function learnt(Q: Tensor, played: Played, toCome: number, { learningRate, gamma }: Rates): Tensor {
  const target = played.reward + (played.done ? 0 : gamma * toCome);
  return filled(Q.shape, (s, a) =>
    s === played.state && a === played.action
      ? (1 - learningRate) * Q.get(s, a) + learningRate * target
      : Q.get(s!, a!),
  );
}

export function sarsaUpdate(Q: Tensor, step: Played & { nextAction: number }, rates: Rates) {
  insistOnMatrix(Q);
  return learnt(Q, step, Q.get(step.next, step.nextAction), rates);
}

export function qLearningUpdate(Q: Tensor, step: Played, rates: Rates): Tensor {
  insistOnMatrix(Q);
  return learnt(Q, step, Math.max(...rowsOf(Q)[step.next]!), rates);
}

export function learnByPlaying(
  method: 'sarsa' | 'q-learning',
  play: (state: number, action: number) => Transition<number>,
  Q: Tensor,
  options: Rates & { start: number; epsilon: number; episodes: number; maxSteps: number },
  random: () => number,
) {
  insistOnMatrix(Q);
  let known = map(Q, (value) => value);
  const choose = (state: number): number =>
    epsilonGreedy(known.pick(state, null), options.epsilon, random);
  const totals = upTo(options.episodes).map(() => {
    let [state, total, steps] = [options.start, 0, 0];
    let planned: number | undefined;
    for (let done = false; !done && steps < options.maxSteps; steps++) {
      const action = planned ?? choose(state);
      const seen = play(state, action);
      const step = { state, action, next: seen.next, reward: seen.reward, done: seen.done };
      if (method === 'q-learning') {
        known = qLearningUpdate(known, step, options);
      } else {
        planned = seen.done ? 0 : choose(seen.next);
        known = sarsaUpdate(known, { ...step, nextAction: planned }, options);
      }
      total += seen.reward;
      [state, done] = [seen.next, seen.done];
    }
    return total;
  });
  return { Q: known, totals: array(totals) };
}

function logPolicy(logits: number[]): number[] {
  const max = Math.max(...logits);
  const total = Math.log(sum(logits.map((logit) => Math.exp(logit - max))));
  return logits.map((logit) => logit - max - total);
}

export function reinforceLoss(
  logits: Tensor,
  actions: Labels,
  returns: Tensor,
  baseline: Tensor,
  episodes: number,
) {
  insistOnMatrix(logits);
  const T = logits.shape[0]!;
  for (const list of [actions, returns, baseline]) {
    insist(list.dimension === 1 && list.size === T, 'one number for each step');
  }
  const logs = rowsOf(logits).map(logPolicy);
  const more = upTo(T).map((t) => returns.get(t) - baseline.get(t));
  return {
    loss: sum(logs.map((row, t) => (-more[t]! * row[actions.get(t)]!) / episodes)),
    dlogits: matrix(
      logs.map((row, t) =>
        row.map((log, a) => (more[t]! * (Math.exp(log) - Number(a === actions.get(t)))) / episodes),
      ),
      logits.shape[1]!,
    ),
  };
}

export function reinforceGradients(
  episodes: Episode[],
  { W1, b1, W2, b2 }: TwoLayerParams,
  gamma: number,
) {
  insist(episodes.length > 0, 'no episode');
  const [D, H, A] = [W1.shape[0]!, b1.size, b2.size];
  const returns = episodes.map(({ states, actions, rewards }) => {
    insist(states.dimension === 2 && states.shape[1] === D, 'states do not fit');
    insist(actions.size === states.shape[0] && rewards.size === actions.size, 'steps differ');
    return listOf(discountedReturns(rewards, gamma, 0));
  });
  const gradients = { W1: zeros(D, H), b1: zeros(H), W2: zeros(H, A), b2: zeros(A) };
  let loss = 0;
  for (const [n, { states, actions }] of episodes.entries()) {
    for (const [t, x] of rowsOf(states).entries()) {
      const others = returns.filter((G, m) => m !== n && G.length > t).map((G) => G[t]!);
      const expected = others.length === 0 ? 0 : sum(others) / others.length;
      const before = upTo(H).map((h) => b1.get(h) + sum(x.map((value, d) => value * W1.get(d, h))));
      const hidden = before.map((value) => Math.max(value, 0));
      const log = logPolicy(
        upTo(A).map((a) => b2.get(a) + sum(hidden.map((value, h) => value * W2.get(h, a)))),
      );
      const weight = (returns[n]![t]! - expected) / episodes.length;
      loss -= weight * log[actions.get(t)]!;
      const dlogits = log.map(
        (value, a) => weight * (Math.exp(value) - Number(a === actions.get(t))),
      );
      for (const [a, d] of dlogits.entries()) grow(gradients.b2, [a], d);
      for (const h of upTo(H)) {
        for (const [a, d] of dlogits.entries()) grow(gradients.W2, [h, a], hidden[h]! * d);
        if (before[h]! <= 0) continue;
        const back = sum(dlogits.map((d, a) => d * W2.get(h, a)));
        grow(gradients.b1, [h], back);
        for (const [d, value] of x.entries()) grow(gradients.W1, [d, h], value * back);
      }
    }
  }
  return { loss, gradients };
}

/** Adds to an entry. */
function grow(x: Tensor, index: number[], by: number): void {
  x.set(...index, x.get(...index) + by);
}

export function cartPoleStep(state: Tensor, action: number): Transition<Tensor> {
  insist(state.dimension === 1 && state.size === 4, 'four numbers');
  insist(action === 0 || action === 1, 'two actions');
  const [x, v, angle, w] = listOf(state) as [number, number, number, number];
  // The two laws as equations of the accelerations: 1.1 · a + 0.05 · cos · α = f, and a · cos + ⅔ · α = 9.8 · sin.
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const f = (action === 1 ? 10 : -10) + 0.05 * w * w * sin;
  const determinant = (1.1 * 2) / 3 - 0.05 * cos * cos;
  const a = ((2 / 3) * f - 0.05 * cos * 9.8 * sin) / determinant;
  const alpha = (1.1 * 9.8 * sin - cos * f) / determinant;
  const next = [x + v / 50, v + a / 50, angle + w / 50, w + alpha / 50];
  const done = next[0]! ** 2 > 2.4 ** 2 || (180 * Math.abs(next[2]!)) / Math.PI > 12;
  return { next: array(next), reward: 1, done };
}
