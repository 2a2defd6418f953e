import { array, copy, filled, labels, map, zeros, type Labels, type Tensor } from '#arrays';
import { randomNormal, turned, turnedSequences } from '#checks/fixtures';
import { expect } from '#checks/gradient/assertion';
import { seededRandom } from '#datasets/random';
import type { TwoLayerParams } from '#lessons/05-backprop';
import {
  actionValues,
  cartPoleStep,
  cliffStep,
  discountedReturns,
  epsilonGreedy,
  evaluatePolicy,
  greedyPolicy,
  learnByPlaying,
  policyIteration,
  qLearningUpdate,
  reinforceGradients,
  reinforceLoss,
  sarsaUpdate,
  valueIteration,
  type Episode,
  type Mdp,
  type Transition,
} from '#lessons/23-reinforcement-learning';

/** A right answer is further off than so many standard errors less than once in a million. */
const ERRORS = 5.5;

/** The same list as a view that only its strides can read. */
const spaced = (list: Tensor): Tensor =>
  turned(filled([2, list.size], (row, i) => (row === 0 ? list.get(i!) : 99))).pick(0, null);

/** The same labels as a view that only its strides can read. */
const spacedLabels = (list: number[]): Labels => labels(list.flatMap((a) => [a, 77])).step(2);

/** Probabilities from s to s′ as [s, a, s′, p]; what is not listed is 0. */
function chances(S: number, A: number, list: readonly (readonly number[])[]): Tensor {
  const P = zeros(S, A, S);
  for (const [s, a, next, p] of list) P.set(s!, a!, next!, p!);
  return P;
}

/**
 * Four states, two actions; in state 1 an episode is over, whatever stands there. With γ = ½ the best is action 1 in
 * state 0, action 1 in state 2 and action 0 in state 3: V = (24/7, 0, 40/7, 8).
 */
const small = (): Mdp => ({
  P: chances(4, 2, [
    [0, 0, 3, 1],
    [0, 1, 2, 0.5],
    [0, 1, 1, 0.5],
    [1, 0, 0, 1],
    [1, 1, 1, 1],
    [2, 0, 2, 0.25],
    [2, 0, 3, 0.75],
    [2, 1, 0, 1],
    [3, 0, 1, 1],
    [3, 1, 3, 0.5],
    [3, 1, 0, 0.5],
  ]),
  R: array([
    [-1, 2],
    [7, -9],
    [1, 4],
    [8, 0],
  ]),
  ends: [1],
});

/** The same as views that only their strides can read. */
const asViews = ({ P, R, ends }: Mdp): Mdp => ({ P: turnedSequences(P), R: turned(R), ends });

/** Two steps with three actions each, and two ends, 3 and 0. It looks as if one should not go on from 2. */
const trap = (): Mdp => ({
  P: chances(4, 3, [
    [2, 0, 1, 1],
    [2, 1, 0, 1],
    [2, 2, 3, 1],
    [1, 0, 3, 1],
    [1, 1, 0, 1],
    [1, 2, 3, 1],
  ]),
  R: array([
    [0, 0, 0],
    [-10, 4, -12],
    [0, 1, -2],
    [0, 0, 0],
  ]),
  ends: [3, 0],
});

/** The whole cliff as a process, from its description: what stands in rows of the cliff and the goal is never read. */
function cliff(): Mdp {
  const [P, R] = [zeros(48, 4, 48), zeros(48, 4)];
  for (let s = 0; s <= 36; s++) {
    const [row, column] = [Math.floor(s / 12), s % 12];
    const targets = [
      [Math.max(row - 1, 0), column],
      [row, Math.min(column + 1, 11)],
      [Math.min(row + 1, 3), column],
      [row, Math.max(column - 1, 0)],
    ] as const;
    for (const [a, [toRow, toColumn]] of targets.entries()) {
      const falls = toRow === 3 && toColumn > 0 && toColumn < 11;
      P.set(s, a, falls ? 36 : 12 * toRow + toColumn, 1);
      R.set(s, a, falls ? -100 : -1);
    }
  }
  return { P, R, ends: [47] };
}

/** Asks for each action as often as its probability says. */
function expectFrequencies(actions: number[], probabilities: number[]): void {
  for (const [action, p] of probabilities.entries()) {
    const share = actions.filter((played) => played === action).length / actions.length;
    const bound = ERRORS * Math.sqrt((p * (1 - p)) / actions.length);
    expect(share, `the share of action ${action}`).to.be.closeTo(p, bound);
  }
}

/** Two-layer parameters, each entry drawn. */
function drawn(seed: number, [D, H, A]: [number, number, number]): TwoLayerParams {
  const random = seededRandom(seed);
  return {
    W1: randomNormal(random, 1, D, H),
    b1: randomNormal(random, 0.5, H),
    W2: randomNormal(random, 1, H, A),
    b2: randomNormal(random, 0.5, A),
  };
}

/** The probabilities of the actions of a two-layer network that sees `x`, by lists. */
function chancesOf(x: readonly number[], { W1, b1, W2, b2 }: TwoLayerParams): number[] {
  const along = (size: number): number[] => Array.from({ length: size }, (_, i) => i);
  const hidden = along(b1.size).map((h) =>
    Math.max(
      0,
      x.reduce((sum, value, d) => sum + value * W1.get(d, h), b1.get(h)),
    ),
  );
  const logits = along(b2.size).map((a) =>
    hidden.reduce((sum, value, h) => sum + value * W2.get(h, a), b2.get(a)),
  );
  const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  return powers.map((power) => power / powers.reduce((sum, value) => sum + value, 0));
}

describe('23-reinforcement-learning', () => {
  describe('23.1 discountedReturns', () => {
    it('adds to each reward γ times what came after it', () => {
      expect(discountedReturns(array([3, -2, 8, 4]), 0.5, 0)).to.almostEqual([4.5, 3, 10, 4]);
      expect(discountedReturns(array([1, 10, 100]), 0.1, 0)).to.almostEqual([3, 20, 100]);
    });

    it('goes on with what is still to come where an episode was only cut off', () => {
      expect(discountedReturns(array([3, -2, 8]), 0.5, 12)).to.almostEqual([5.5, 5, 14]);
      expect(discountedReturns(array([5]), 0.2, -10)).to.almostEqual([3]);
    });

    it('is the plain sum for γ = 1 and the reward alone for γ = 0', () => {
      expect(discountedReturns(array([3, -2, 8]), 1, 4)).to.almostEqual([13, 10, 12]);
      expect(discountedReturns(array([3, -2, 8]), 0, 4)).to.almostEqual([3, -2, 8]);
    });

    it('is right for a long episode', () => {
      const ones = filled([3000], () => 1);
      const long = discountedReturns(ones, 0.75, 4);
      expect(long.get(0)).to.almostEqual(4);
      expect(long.get(2999)).to.almostEqual(4);
      expect(discountedReturns(ones, 1, 0).get(0)).to.almostEqual(3000);
    });

    it('reads a view through its strides, leaves it unchanged, and has nothing for no step', () => {
      const rewards = spaced(array([3, -2, 8, 4]));
      expect(() => discountedReturns(rewards, 0.5, 0)).to.leaveUnchanged({ rewards });
      expect(discountedReturns(rewards, 0.5, 0)).to.almostEqual([4.5, 3, 10, 4]);
      expect(discountedReturns(zeros(0), 0.5, 3)).to.have.arrayShape([0]);
    });

    it('refuses what is no list', () => {
      expect(() => discountedReturns(zeros(2, 3), 0.5, 0)).to.throw(RangeError);
    });
  });

  describe('23.2 cliffStep', () => {
    const [UP, RIGHT, DOWN, LEFT] = [0, 1, 2, 3] as const;
    const to = (next: number): Transition<number> => ({ next, reward: -1, done: false });

    it('moves up, right, down and left, and earns −1', () => {
      expect(cliffStep(17, UP)).to.deep.equal(to(5));
      expect(cliffStep(17, RIGHT)).to.deep.equal(to(18));
      expect(cliffStep(17, DOWN)).to.deep.equal(to(29));
      expect(cliffStep(17, LEFT)).to.deep.equal(to(16));
      expect(cliffStep(24, DOWN)).to.deep.equal(to(36));
      expect(cliffStep(36, UP)).to.deep.equal(to(24));
    });

    it('stays where a step would leave the world', () => {
      expect(cliffStep(0, UP)).to.deep.equal(to(0));
      expect(cliffStep(7, UP)).to.deep.equal(to(7));
      expect(cliffStep(11, RIGHT)).to.deep.equal(to(11));
      expect(cliffStep(23, RIGHT)).to.deep.equal(to(23));
      expect(cliffStep(12, LEFT)).to.deep.equal(to(12));
      expect(cliffStep(36, LEFT)).to.deep.equal(to(36));
      expect(cliffStep(36, DOWN)).to.deep.equal(to(36));
    });

    it('falls back to the start for −100, and goes on there', () => {
      const fallen = { next: 36, reward: -100, done: false };
      expect(cliffStep(36, RIGHT)).to.deep.equal(fallen);
      for (const state of [25, 29, 34]) expect(cliffStep(state, DOWN)).to.deep.equal(fallen);
    });

    it('ends with the step to the goal, which earns −1 as well', () => {
      expect(cliffStep(35, DOWN)).to.deep.equal({ next: 47, reward: -1, done: true });
      expect(cliffStep(35, LEFT)).to.deep.equal(to(34));
    });

    it('refuses states where nobody can go on, and other actions', () => {
      for (const state of [-1, 2.5, 37, 46, 47, 48, NaN]) {
        expect(() => cliffStep(state, UP), `state ${state}`).to.throw(RangeError);
      }
      for (const action of [-1, 4, 1.5, NaN]) {
        expect(() => cliffStep(17, action), `action ${action}`).to.throw(RangeError);
      }
    });
  });

  describe('23.3 actionValues', () => {
    const V = (): Tensor => array([4, 100, -2, 6]);
    const Q = [
      [2, 1.5],
      [0, 0],
      [3, 6],
      [8, 2.5],
    ];

    it('counts an end as 0, whatever V, P and R say of it', () => {
      expect(actionValues(V(), small(), 0.5)).to.almostEqual(Q);
    });

    it('is the reward and γ times what the next states are worth on average', () => {
      expect(actionValues(array([4, 0, -2, 6]), small(), 0.5)).to.almostEqual(Q);
    });

    it('takes several ends, in any order, and none', () => {
      expect(actionValues(array([50, 3, 2, 60]), trap(), 0.5)).to.almostEqual([
        [0, 0, 0],
        [-10, 4, -12],
        [1.5, 1, -2],
        [0, 0, 0],
      ]);
      const { P, R } = small();
      expect(actionValues(V(), { P, R, ends: [] }, 0.5)).to.almostEqual([
        [2, 26.5],
        [9, 41],
        [3, 6],
        [58, 2.5],
      ]);
    });

    it('is the reward alone for γ = 0, and takes the whole future for γ = 1', () => {
      expect(actionValues(V(), small(), 0)).to.almostEqual([
        [-1, 2],
        [0, 0],
        [1, 4],
        [8, 0],
      ]);
      expect(actionValues(V(), small(), 1)).to.almostEqual([
        [5, 1],
        [0, 0],
        [5, 8],
        [8, 5],
      ]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [values, mdp] = [spaced(V()), asViews(small())];
      expect(() => actionValues(values, mdp, 0.5)).to.leaveUnchanged({ values, mdp });
      expect(actionValues(values, mdp, 0.5)).to.almostEqual(Q);
    });

    it('refuses sizes that do not fit', () => {
      const { P, R, ends } = small();
      expect(() => actionValues(zeros(3), { P, R, ends }, 0.5)).to.throw(RangeError);
      expect(() => actionValues(V(), { P, R: zeros(4, 3), ends }, 0.5)).to.throw(RangeError);
      expect(() => actionValues(V(), { P, R: zeros(3, 2), ends }, 0.5)).to.throw(RangeError);
      expect(() => actionValues(V(), { P: zeros(4, 2, 3), R, ends }, 0.5)).to.throw(RangeError);
      expect(() => actionValues(zeros(4, 1), { P, R, ends }, 0.5)).to.throw(RangeError);
    });
  });

  describe('23.4 greedyPolicy', () => {
    const Q = (): Tensor =>
      array([
        [1, 4, -2, 3],
        [-7, -3, -8, -3],
        [6, 0.5, 6, 6],
        [0, 0, 0, 0],
        [9, -1, 2, 8.999],
      ]);
    const POLICY = [
      [0, 1, 0, 0],
      [0, 0.5, 0, 0.5],
      [1 / 3, 0, 1 / 3, 1 / 3],
      [0.25, 0.25, 0.25, 0.25],
      [1, 0, 0, 0],
    ];

    it('gives all probability to the best action, and equal shares to several', () => {
      expect(greedyPolicy(Q())).to.almostEqual(POLICY);
    });

    it('takes one action, one state, and none', () => {
      expect(greedyPolicy(array([[-3], [2]]))).to.almostEqual([[1], [1]]);
      expect(greedyPolicy(array([[-5, -9, -5]]))).to.almostEqual([[0.5, 0, 0.5]]);
      expect(greedyPolicy(zeros(0, 3))).to.have.arrayShape([0, 3]);
    });

    it('reads a view through its strides, and leaves it unchanged', () => {
      const view = turned(Q());
      expect(() => greedyPolicy(view)).to.leaveUnchanged({ view });
      expect(greedyPolicy(view)).to.almostEqual(POLICY);
    });

    it('refuses states without actions, and lists', () => {
      expect(() => greedyPolicy(zeros(3, 0))).to.throw(RangeError);
      expect(() => greedyPolicy(zeros(3))).to.throw(RangeError);
    });
  });

  describe('23.5 evaluatePolicy', () => {
    const policy = (): Tensor =>
      array([
        [0.25, 0.75],
        [0.5, 0.5],
        [0.75, 0.25],
        [0.75, 0.25],
      ]);
    const sweeps = (maxSweeps: number, tolerance = 0) =>
      evaluatePolicy(policy(), small(), { gamma: 0.5, tolerance, maxSweeps });
    const SECOND = [2.328125, 0, 3.7578125, 6.453125];

    it('makes a sweep from zeros: what the policy earns in one step', () => {
      expect(sweeps(1)).to.almostEqual({ V: array([1.25, 0, 1.75, 6]), sweeps: 1 });
    });

    it('reads only what the sweep before has left', () => {
      expect(sweeps(2)).to.almostEqual({ V: array(SECOND), sweeps: 2 });
    });

    it('stops with the first sweep that changes no value by more than the tolerance', () => {
      // The largest change of the first sweep is 6, that of the second one 2.0078125.
      for (const tolerance of [3, 5.9, 2.0078125]) {
        expect(sweeps(90, tolerance)).to.almostEqual({ V: array(SECOND), sweeps: 2 });
      }
      expect(sweeps(90, 6).sweeps).to.equal(1);
      expect(sweeps(90, 2).sweeps).to.equal(3);
    });

    it('comes to the values that solve the equations of the policy', () => {
      const { V } = sweeps(200, 1e-13);
      const [v0, v1, v2, v3] = [V.get(0), V.get(1), V.get(2), V.get(3)];
      expect(v1).to.equal(0);
      expect(v0).to.almostEqual(1.25 + v3 / 8 + (3 * v2) / 16, { absolute: 1e-12 });
      expect(v2).to.almostEqual(1.75 + (3 * v2) / 32 + (9 * v3) / 32 + v0 / 8, { absolute: 1e-12 });
      expect(v3).to.almostEqual(6 + v3 / 16 + v0 / 16, { absolute: 1e-12 });
    });

    it('follows a policy that is far from the best, for ever if need be', () => {
      // Always action 1: 3 earns nothing and stays or goes to 0, which ends or goes to 2, which goes to 0.
      const bad = array([
        [0, 1],
        [0.5, 0.5],
        [0, 1],
        [0, 1],
      ]);
      const { V } = evaluatePolicy(bad, small(), { gamma: 0.5, tolerance: 1e-13, maxSweeps: 200 });
      expect(V).to.almostEqual([24 / 7, 0, 40 / 7, 8 / 7], { absolute: 1e-12 });
    });

    it('takes γ = 1 where episodes end', () => {
      // From 2: a third each of −2, 1, and (−10 + 4 − 12)/3 = −6.
      const even = filled([4, 3], () => 1 / 3);
      expect(
        evaluatePolicy(even, trap(), { gamma: 1, tolerance: 1e-12, maxSweeps: 50 }),
      ).to.almostEqual({ V: array([0, -6, -7 / 3, 0]), sweeps: 3 });
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [view, mdp] = [turned(policy()), asViews(small())];
      const options = { gamma: 0.5, tolerance: 0, maxSweeps: 2 };
      const call = () => evaluatePolicy(view, mdp, options);
      expect(call).to.leaveUnchanged({ view, mdp, options });
      expect(call().V).to.almostEqual(SECOND);
    });

    it('refuses sizes that do not fit', () => {
      const options = { gamma: 0.5, tolerance: 0, maxSweeps: 2 };
      expect(() => evaluatePolicy(zeros(4, 3), small(), options)).to.throw(RangeError);
      expect(() => evaluatePolicy(zeros(3, 2), small(), options)).to.throw(RangeError);
      expect(() => evaluatePolicy(policy(), { ...small(), P: zeros(4, 2, 3) }, options)).to.throw(
        RangeError,
      );
    });
  });

  describe('23.6 valueIteration', () => {
    const plan = (maxSweeps: number, tolerance = 0) =>
      valueIteration(small(), { gamma: 0.5, tolerance, maxSweeps });
    const BEST = array([
      [0, 1],
      [0.5, 0.5],
      [0, 1],
      [1, 0],
    ]);

    it('reads only what the sweep before has left', () => {
      expect(plan(2)).to.almostEqual({ V: array([3, 0, 5, 8]), policy: BEST, sweeps: 2 });
      expect(plan(3)).to.almostEqual({ V: array([3.25, 0, 5.5, 8]), policy: BEST, sweeps: 3 });
    });

    it('makes a sweep from zeros: the largest reward, and is greedy for that', () => {
      const even = copy(BEST);
      even.set(0, 0, 0.5);
      even.set(0, 1, 0.5);
      expect(plan(1)).to.almostEqual({ V: array([2, 0, 4, 8]), policy: even, sweeps: 1 });
    });

    it('stops with the first sweep that changes no value by more than the tolerance', () => {
      // The largest changes are 8, 1, ½, ⅛ and 1/16.
      for (const [tolerance, sweeps] of [
        [0.7, 3],
        [0.5, 3],
        [0.49, 4],
        [0.1, 5],
        [2.1, 2],
      ] as const) {
        expect(plan(90, tolerance).sweeps, `tolerance ${tolerance}`).to.equal(sweeps);
      }
      expect(plan(90, 0.2).V).to.almostEqual([3.375, 0, 5.625, 8]);
    });

    it('comes to the best there is to do', () => {
      const { V, policy } = plan(200, 1e-13);
      expect(V).to.almostEqual([24 / 7, 0, 40 / 7, 8], { absolute: 1e-12 });
      expect(policy).to.almostEqual(BEST);
    });

    it('sees through the trap, where what is best at last does not look so at first', () => {
      expect(valueIteration(trap(), { gamma: 0.5, tolerance: 1e-9, maxSweeps: 50 })).to.almostEqual(
        {
          V: array([0, 4, 2, 0]),
          policy: array([
            [1 / 3, 1 / 3, 1 / 3],
            [0, 1, 0],
            [1, 0, 0],
            [1 / 3, 1 / 3, 1 / 3],
          ]),
          sweeps: 3,
        },
      );
    });

    it('knows the shortest way along the cliff, 13 steps from the start', () => {
      const { V } = valueIteration(cliff(), { gamma: 1, tolerance: 1e-9, maxSweeps: 60 });
      const steps = filled([48], (s) =>
        s! > 36 ? 0 : -(11 - (s! % 12) + 3 - Math.floor(s! / 12) + (s === 36 ? 2 : 0)),
      );
      expect(V).to.almostEqual(steps);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const mdp = asViews(small());
      const options = { gamma: 0.5, tolerance: 0, maxSweeps: 3 };
      expect(() => valueIteration(mdp, options)).to.leaveUnchanged({ mdp, options });
      expect(valueIteration(mdp, options).V).to.almostEqual([3.25, 0, 5.5, 8]);
    });

    it('refuses sizes that do not fit', () => {
      const options = { gamma: 0.5, tolerance: 0, maxSweeps: 2 };
      expect(() => valueIteration({ ...small(), R: zeros(3, 2) }, options)).to.throw(RangeError);
      expect(() => valueIteration({ ...small(), P: zeros(4, 3, 4) }, options)).to.throw(RangeError);
    });
  });

  describe('23.7 policyIteration', () => {
    const options = { gamma: 0.5, tolerance: 1e-12, maxSweeps: 200 };

    it('comes to the best policy and what it is worth', () => {
      const { V, policy, rounds } = policyIteration(small(), options);
      expect(V).to.almostEqual([24 / 7, 0, 40 / 7, 8], { absolute: 1e-11 });
      expect(policy).to.almostEqual([
        [0, 1],
        [0.5, 0.5],
        [0, 1],
        [1, 0],
      ]);
      expect(rounds).to.equal(2);
    });

    it('goes on after a policy that was better and not yet best', () => {
      // All actions alike lose 6 in state 1, so the first step ends at once; then state 1 is known to be worth 4.
      expect(policyIteration(trap(), options)).to.almostEqual({
        V: array([0, 4, 2, 0]),
        policy: array([
          [1 / 3, 1 / 3, 1 / 3],
          [0, 1, 0],
          [1, 0, 0],
          [1 / 3, 1 / 3, 1 / 3],
        ]),
        rounds: 3,
      });
    });

    it('is over after so many rounds, with the policy that was evaluated last', () => {
      expect(policyIteration(trap(), { ...options, maxSweeps: 2 })).to.almostEqual({
        V: array([0, 4, 1, 0]),
        policy: array([
          [1 / 3, 1 / 3, 1 / 3],
          [0, 1, 0],
          [0, 1, 0],
          [1 / 3, 1 / 3, 1 / 3],
        ]),
        rounds: 2,
      });
    });

    it('is over as soon as no state has more to gain than the tolerance', () => {
      // All actions alike leave 10 to be gained in state 1, and 7/3 in state 2.
      expect(policyIteration(trap(), { ...options, tolerance: 13 }).rounds).to.equal(1);
      // The second policy of the trap leaves 1 to be gained in state 2.
      expect(policyIteration(trap(), { ...options, tolerance: 1 }).rounds).to.equal(2);
      expect(policyIteration(trap(), { ...options, tolerance: 0.9 }).rounds).to.equal(3);
      expect(policyIteration(trap(), { ...options, tolerance: 9.9 }).rounds).to.equal(2);
      expect(policyIteration(trap(), { ...options, tolerance: 10 }).rounds).to.equal(1);
    });

    it('ends where several actions are the best for good', () => {
      // 0 leads to 1 or to 2, each of which leads to the end: both ways are worth −1 − 0.9.
      const fork: Mdp = {
        P: chances(4, 2, [
          [0, 0, 1, 1],
          [0, 1, 2, 1],
          [1, 0, 3, 1],
          [1, 1, 0, 1],
          [2, 0, 0, 1],
          [2, 1, 3, 1],
        ]),
        R: filled([4, 2], () => -1),
        ends: [3],
      };
      const { V, policy } = policyIteration(fork, { ...options, gamma: 0.9 });
      expect(V).to.almostEqual([-1.9, -1, -1, 0], { absolute: 1e-10 });
      expect(policy).to.almostEqual([
        [0.5, 0.5],
        [1, 0],
        [0, 1],
        [0.5, 0.5],
      ]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const mdp = asViews(small());
      expect(() => policyIteration(mdp, options)).to.leaveUnchanged({ mdp, options });
      expect(policyIteration(mdp, options).V).to.almostEqual([24 / 7, 0, 40 / 7, 8], {
        absolute: 1e-11,
      });
    });

    it('refuses sizes that do not fit', () => {
      expect(() => policyIteration({ ...small(), R: zeros(3, 2) }, options)).to.throw(RangeError);
      expect(() => policyIteration({ ...small(), P: zeros(4, 3, 4) }, options)).to.throw(
        RangeError,
      );
    });
  });

  describe('23.8 epsilonGreedy', () => {
    /** Actions from one generator after the other, seeds 1 to 4. */
    const many = (values: number[], epsilon: number, times: number): number[] =>
      [1, 2, 3, 4].flatMap((seed) => {
        const random = seededRandom(seed);
        return Array.from({ length: times }, () => epsilonGreedy(array(values), epsilon, random));
      });

    it('plays a best action with probability 1 − ε and its share of ε', () => {
      expectFrequencies(many([1, 2.5, -2], 0.75, 75), [0.25, 0.5, 0.25]);
      expectFrequencies(many([-1, -7, -3, -9], 0.2, 30), [0.85, 0.05, 0.05, 0.05]);
    });

    it('shares between the best ones if there are several', () => {
      expectFrequencies(many([4, 2, 4, 1, 4], 0.25, 40), [0.3, 0.05, 0.3, 0.05, 0.3]);
      expectFrequencies(many([0, 0, 0], 0, 20), [1 / 3, 1 / 3, 1 / 3]);
    });

    it('is greedy for ε = 0, and plays all alike for ε = 1', () => {
      expect(new Set(many([3, 2.999, 5, 4.999], 0, 5))).to.deep.equal(new Set([2]));
      expect(epsilonGreedy(array([1, 5]), 0, () => 0)).to.equal(1);
      expect(new Set(many([-1, -3, -1], 0, 10))).to.deep.equal(new Set([0, 2]));
      expectFrequencies(many([9, 1, -4], 1, 100), [1 / 3, 1 / 3, 1 / 3]);
    });

    it('plays the only action', () => {
      for (const epsilon of [0, 0.5, 1]) {
        expect(epsilonGreedy(array([-6]), epsilon, seededRandom(9))).to.equal(0);
      }
    });

    it('is made of nothing but the generator, reads a view, and leaves it unchanged', () => {
      const view = spaced(array([1, 7, -2, 7]));
      const run = (values: Tensor): number[] => {
        const random = seededRandom(5);
        return Array.from({ length: 30 }, () => epsilonGreedy(values, 0.5, random));
      };
      expect(() => run(view)).to.leaveUnchanged({ view });
      expect(run(view)).to.deep.equal(run(array([1, 7, -2, 7])));
      expect(new Set(run(view)).size).to.be.above(1);
    });

    it('refuses no action, what is no list, and an ε that is no probability', () => {
      const random = seededRandom(1);
      expect(() => epsilonGreedy(zeros(0), 0.5, random)).to.throw(RangeError);
      expect(() => epsilonGreedy(zeros(1, 3), 0.5, random)).to.throw(RangeError);
      for (const epsilon of [-0.1, 1.1, NaN]) {
        expect(() => epsilonGreedy(zeros(3), epsilon, random)).to.throw(RangeError);
      }
    });
  });

  /** What actions are worth in four states; no two numbers alike. */
  const table = (): Tensor =>
    array([
      [-6, -2, 5.5],
      [9, -8, 4],
      [3, 7, -5],
      [-4, -1.5, -3],
    ]);
  /** The table with one entry changed. */
  const tableWith = (state: number, action: number, value: number): Tensor => {
    const Q = table();
    Q.set(state, action, value);
    return Q;
  };
  const step = { state: 0, action: 0, reward: 3, next: 2, done: false };

  describe('23.9 sarsaUpdate', () => {
    const learning = { learningRate: 0.25, gamma: 0.5 };

    it('goes a part of the way to the reward and what the next action is worth', () => {
      // The target is 3 − 2.5, and −6 + ¼ · (0.5 + 6).
      expect(sarsaUpdate(table(), { ...step, nextAction: 2 }, learning)).to.almostEqual(
        tableWith(0, 0, -4.375),
      );
      expect(
        sarsaUpdate(
          table(),
          { state: 3, action: 2, reward: -1, next: 1, nextAction: 0, done: false },
          { learningRate: 0.1, gamma: 0.75 },
        ),
      ).to.almostEqual(tableWith(3, 2, -2.125));
    });

    it('takes the reward alone where the episode has ended', () => {
      const last = { ...step, nextAction: 0, done: true };
      expect(sarsaUpdate(table(), last, learning)).to.almostEqual(tableWith(0, 0, -3.75));
    });

    it('comes to the target at once for a rate of 1, and takes γ = 0 and γ = 1', () => {
      const next = { ...step, nextAction: 1 };
      expect(sarsaUpdate(table(), next, { learningRate: 1, gamma: 1 })).to.almostEqual(
        tableWith(0, 0, 10),
      );
      expect(sarsaUpdate(table(), next, { learningRate: 1, gamma: 0 })).to.almostEqual(
        tableWith(0, 0, 3),
      );
    });

    it('reads the old value where a step leads back to its own state', () => {
      // The target is 2 + ½ · 9 = 6.5, from 9.
      const back = { state: 1, action: 0, reward: 2, next: 1, nextAction: 0, done: false };
      expect(sarsaUpdate(table(), back, learning)).to.almostEqual(tableWith(1, 0, 8.375));
    });

    it('reads a view through its strides, and leaves its arguments unchanged', () => {
      const [view, played] = [turned(table()), { ...step, nextAction: 2 }];
      const call = () => sarsaUpdate(view, played, learning);
      expect(call).to.leaveUnchanged({ view, played, learning });
      expect(call()).to.almostEqual(tableWith(0, 0, -4.375));
    });

    it('refuses what is no matrix', () => {
      expect(() => sarsaUpdate(zeros(3), { ...step, nextAction: 2 }, learning)).to.throw(
        RangeError,
      );
    });
  });

  describe('23.10 qLearningUpdate', () => {
    const learning = { learningRate: 0.25, gamma: 0.5 };

    it('goes a part of the way to the reward and the most that the next state is worth', () => {
      // −1 + ¾ · 9 = 5.75, and −3 + 0.1 · 8.75.
      expect(
        qLearningUpdate(
          table(),
          { state: 3, action: 2, reward: -1, next: 1, done: false },
          { learningRate: 0.1, gamma: 0.75 },
        ),
      ).to.almostEqual(tableWith(3, 2, -2.125));
      // The target is 3 + 3.5, and −6 + ¼ · (6.5 + 6).
      expect(qLearningUpdate(table(), step, learning)).to.almostEqual(tableWith(0, 0, -2.875));
    });

    it('takes the largest value where all are below 0', () => {
      // 3 − ¾ = 2.25, and −6 + ¼ · 8.25.
      expect(qLearningUpdate(table(), { ...step, next: 3 }, learning)).to.almostEqual(
        tableWith(0, 0, -3.9375),
      );
    });

    it('takes the reward alone where the episode has ended', () => {
      expect(qLearningUpdate(table(), { ...step, done: true }, learning)).to.almostEqual(
        tableWith(0, 0, -3.75),
      );
    });

    it('comes to the target at once for a rate of 1, and takes γ = 0 and γ = 1', () => {
      expect(qLearningUpdate(table(), step, { learningRate: 1, gamma: 1 })).to.almostEqual(
        tableWith(0, 0, 10),
      );
      expect(qLearningUpdate(table(), step, { learningRate: 1, gamma: 0 })).to.almostEqual(
        tableWith(0, 0, 3),
      );
    });

    it('reads a view through its strides, and leaves its arguments unchanged', () => {
      const view = turned(table());
      const call = () => qLearningUpdate(view, step, learning);
      expect(call).to.leaveUnchanged({ view, step, learning });
      expect(call()).to.almostEqual(tableWith(0, 0, -2.875));
    });

    it('refuses what is no matrix', () => {
      expect(() => qLearningUpdate(zeros(3), step, learning)).to.throw(RangeError);
    });
  });

  describe('23.11 learnByPlaying', () => {
    const METHODS = ['sarsa', 'q-learning'] as const;
    const options = {
      start: 0,
      epsilon: 0.5,
      episodes: 1,
      maxSteps: 50,
      learningRate: 0.5,
      gamma: 0.5,
    };
    /** One way only: from 1 to 0 for 2, and from 0 to the end, 2, for 4. */
    const chain = (state: number): Transition<number> =>
      state === 1 ? { next: 0, reward: 2, done: false } : { next: 2, reward: 4, done: true };

    it('learns from every step, in the order in which it plays them', () => {
      // Episode 1: ½ · 2 = 1, then ½ · 4 = 2. Episode 2: 1 + ½ · (2 + 1 − 1), then 2 + ½ · (4 − 2).
      for (const method of METHODS) {
        const Q = array([[0], [0], [0]]);
        expect(
          learnByPlaying(method, chain, Q, { ...options, start: 1, episodes: 2 }, seededRandom(1)),
          method,
        ).to.almostEqual({ Q: array([[3], [2], [0]]), totals: array([6, 6]) });
      }
    });

    it('takes nothing from beyond the end', () => {
      for (const method of METHODS) {
        const Q = array([[0], [0], [40]]);
        const learned = learnByPlaying(method, chain, Q, { ...options }, seededRandom(1));
        expect(learned, method).to.almostEqual({ Q: array([[2], [0], [40]]), totals: array([4]) });
      }
    });

    it('cuts an episode off after so many steps, which is no end', () => {
      // The only step is learned from as any other: ½ · (2 + ½ · 8) = 3.
      for (const method of METHODS) {
        const Q = array([[8], [0], [0]]);
        const cut = { ...options, start: 1, episodes: 1, maxSteps: 1 };
        expect(learnByPlaying(method, chain, Q, cut, seededRandom(1)), method).to.almostEqual({
          Q: array([[8], [3], [0]]),
          totals: array([2]),
        });
      }
    });

    it('learns by SARSA what its own way of playing is worth, and by Q-learning the best', () => {
      // 0 leads to 1, where one action ends with 10 and the other with −4. All are played alike: SARSA's target is
      // ½ · 3 on average. With α = 0.05 one run has a standard error of ½ · 7 · √(0.05 / 1.95) = 0.56.
      const world = (state: number, action: number): Transition<number> =>
        state === 0
          ? { next: 1, reward: 0, done: false }
          : { next: 2, reward: action === 0 ? 10 : -4, done: true };
      const run = (method: 'sarsa' | 'q-learning', learningRate: number, seed: number): Tensor =>
        learnByPlaying(
          method,
          world,
          zeros(3, 2),
          { ...options, epsilon: 1, episodes: 200, learningRate },
          seededRandom(seed),
        ).Q;
      const seeds = [1, 2];
      const sarsa = seeds.map((seed) => run('sarsa', 0.05, seed).get(0, 0));
      const mean = sarsa.reduce((sum, value) => sum + value, 0) / seeds.length;
      expect(mean).to.be.closeTo(1.5, (ERRORS * 0.56) / Math.sqrt(seeds.length));
      // About 100 steps of 0.3 towards 5, most of them from a value that is 10 to many digits.
      expect(run('q-learning', 0.3, 5).get(0, 1)).to.be.closeTo(5, 0.01);
    });

    /** Action 0 leads back for −4, action 1 ends for 1. */
    const loop = (_: number, action: number): Transition<number> =>
      action === 0 ? { next: 0, reward: -4, done: false } : { next: 1, reward: 1, done: true };

    it('plays by SARSA what it has chosen before it learned', () => {
      // 3 → ¼ with action 0 to come again; then −1.375 with action 1 to come, and 2 → 1½.
      const Q = array([
        [3, 2],
        [0, 0],
      ]);
      expect(
        learnByPlaying('sarsa', loop, Q, { ...options, epsilon: 0 }, seededRandom(1)),
      ).to.almostEqual({
        Q: array([
          [-1.375, 1.5],
          [0, 0],
        ]),
        totals: array([-7]),
      });
    });

    it('chooses by Q-learning after it has learned', () => {
      const Q = array([
        [3, 2],
        [0, 0],
      ]);
      expect(
        learnByPlaying('q-learning', loop, Q, { ...options, epsilon: 0 }, seededRandom(1)),
      ).to.almostEqual({
        Q: array([
          [0.25, 1.5],
          [0, 0],
        ]),
        totals: array([-3]),
      });
    });

    it('plays the best action but for a share ε of the steps', () => {
      const played: number[] = [];
      const bandit = (_: number, action: number): Transition<number> => {
        played.push(action);
        return { next: 1, reward: action, done: true };
      };
      const Q = array([
        [50, 10, 90, 20],
        [0, 0, 0, 0],
      ]);
      for (const method of METHODS) {
        played.length = 0;
        const episodes = 150;
        const slow = { ...options, epsilon: 0.4, episodes, learningRate: 1e-6 };
        const { totals } = learnByPlaying(method, bandit, Q, slow, seededRandom(2));
        expectFrequencies(played, [0.1, 0.1, 0.7, 0.1]);
        expect(totals).to.almostEqual(played);
      }
    });

    it('finds the best way by Q-learning, playing at random', () => {
      // A corridor 0 … 3 with the end at 4: back (0) or on (1), −1 a step and −3 for going back, γ = 1.
      const corridor = (state: number, action: number): Transition<number> =>
        action === 1
          ? { next: state + 1, reward: -1, done: state === 3 }
          : { next: Math.max(0, state - 1), reward: -3, done: false };
      const all = {
        ...options,
        start: 1,
        epsilon: 1,
        episodes: 60,
        maxSteps: 400,
        learningRate: 1,
        gamma: 1,
      };
      // With α = 1 every value is exact once those it leads to are: a matter of a few visits, of which there are hundreds.
      const { Q } = learnByPlaying('q-learning', corridor, zeros(5, 2), all, seededRandom(3));
      expect(Q).to.almostEqual([
        [-7, -4],
        [-7, -3],
        [-6, -2],
        [-5, -1],
        [0, 0],
      ]);
    });

    it('is made of nothing but the generator, reads a view, and leaves it unchanged', () => {
      const view = turned(table());
      const world = (state: number, action: number): Transition<number> => ({
        next: (state + action) % 4,
        reward: action - 1,
        done: state === 3,
      });
      const run = (Q: Tensor, seed: number) =>
        learnByPlaying('q-learning', world, Q, { ...options, episodes: 6 }, seededRandom(seed));
      expect(() => run(view, 4)).to.leaveUnchanged({ view, options });
      expect(run(view, 4)).to.almostEqual(run(table(), 4));
      expect(copy(run(view, 5).Q).data).not.to.deep.equal(copy(run(view, 4).Q).data);
    });

    it('gives what it got for no episode, and refuses what is no matrix', () => {
      const none = { ...options, episodes: 0 };
      expect(learnByPlaying('sarsa', chain, table(), none, seededRandom(1))).to.almostEqual({
        Q: table(),
        totals: zeros(0),
      });
      expect(() => learnByPlaying('sarsa', chain, zeros(3), none, seededRandom(1))).to.throw(
        RangeError,
      );
    });
  });

  describe('23.12 reinforceLoss', () => {
    const LN2 = Math.LN2;
    /** Probabilities (½, ¼, ¼) and (⅛, ⅛, ¾) and (¼, ¼, ½), shifted, and what was still to come: 5, −1 and 4. */
    const given = () => ({
      logits: array([
        [2 * LN2 + 3, LN2 + 3, LN2 + 3],
        [-7, -7, Math.log(6) - 7],
        [0, 0, LN2],
      ]),
      actions: [1, 0, 2],
      returns: array([5, -1, 4]),
      baseline: array([3, 1, 3.5]),
    });
    const WANTED = {
      loss: (2 * 2 * LN2 - 2 * 3 * LN2 + 0.5 * LN2) / 2,
      dlogits: array([
        [0.5, -0.75, 0.25],
        [0.875, -0.125, -0.75],
        [0.0625, 0.0625, -0.125],
      ]),
    };
    const run = (episodes = 2) => {
      const { logits, actions, returns, baseline } = given();
      return reinforceLoss(logits, labels(actions), returns, baseline, episodes);
    };

    it('weighs the logarithms of what was played with what was more than expected', () => {
      expect(run()).to.almostEqual(WANTED);
    });

    it('is a mean over episodes, however many steps they have', () => {
      const { loss, dlogits } = WANTED;
      for (const episodes of [1, 3]) {
        expect(run(episodes)).to.almostEqual({
          loss: (2 / episodes) * loss,
          dlogits: map(dlogits, (slope) => (2 / episodes) * slope),
        });
      }
    });

    it('is right for logits of ±1000, and takes one step and one action', () => {
      expect(
        reinforceLoss(array([[1000, -1000]]), labels([1]), array([3]), array([1]), 1),
      ).to.almostEqual({ loss: 4000, dlogits: array([[2, -2]]) });
      expect(
        reinforceLoss(array([[-1000, 1000]]), labels([1]), array([3]), array([1]), 1),
      ).to.almostEqual({ loss: 0, dlogits: array([[0, 0]]) });
      expect(reinforceLoss(array([[5]]), labels([0]), array([3]), array([1]), 1)).to.almostEqual({
        loss: 0,
        dlogits: array([[0]]),
      });
    });

    it('agrees with numerical slopes', () => {
      const [T, A] = [5, 3];
      const random = seededRandom(21);
      const actions = labels([2, 0, 0, 1, 2]);
      const [returns, baseline] = [randomNormal(random, 2, T), randomNormal(random, 1, T)];
      expect({
        name: 'REINFORCE',
        inputs: { logits: randomNormal(random, 1, T, A) },
        loss: (logits: Tensor) => reinforceLoss(logits, actions, returns, baseline, 2).loss,
        gradient: (logits: Tensor) => ({
          dlogits: reinforceLoss(logits, actions, returns, baseline, 2).dlogits,
        }),
        gradients: { logits: 'dlogits' },
        constants: { episodes: 2 },
        axes: { logits: ['step', 'action'] },
      }).to.have.rightGradients();
    });

    it('is on average the slope of what an action earns, whatever the baseline', () => {
      // A bandit earns 4, −2 and 10 with probabilities ½, ⅜ and ⅛, that is 2.5, and π · (r − 2.5) is its slope.
      const logits = array([[Math.log(4), Math.log(3), 0]]);
      const [chance, earned] = [
        [0.5, 0.375, 0.125],
        [4, -2, 10],
      ] as const;
      for (const b of [0, 2.5, -30]) {
        const sum = zeros(1, 3);
        for (const [a, p] of chance.entries()) {
          const { dlogits } = reinforceLoss(
            logits,
            labels([a]),
            array([earned[a]!]),
            array([b]),
            1,
          );
          for (let i = 0; i < 3; i++) sum.set(0, i, sum.get(0, i) + p * dlogits.get(0, i));
        }
        expect(sum, `baseline ${b}`).to.almostEqual([[-0.75, 1.6875, -0.9375]]);
      }
    });

    it('reads views through their strides, leaves its arguments unchanged, and takes no step', () => {
      const { logits, actions, returns, baseline } = given();
      const views = [turned(logits), spacedLabels(actions), spaced(returns), spaced(baseline)];
      const [l, a, r, b] = views as [Tensor, Labels, Tensor, Tensor];
      const call = () => reinforceLoss(l, a, r, b, 2);
      expect(call).to.leaveUnchanged({ l, a, r, b });
      expect(call()).to.almostEqual(WANTED);
      const none = reinforceLoss(zeros(0, 3), labels([]), zeros(0), zeros(0), 1);
      expect(none).to.almostEqual({ loss: 0, dlogits: zeros(0, 3) });
    });

    it('refuses sizes that do not fit', () => {
      const { logits, returns, baseline } = given();
      const actions = labels(given().actions);
      const short = zeros(2);
      expect(() => reinforceLoss(zeros(2, 3), actions, returns, baseline, 1)).to.throw(RangeError);
      expect(() => reinforceLoss(logits, labels([1, 0]), returns, baseline, 1)).to.throw(
        RangeError,
      );
      expect(() => reinforceLoss(logits, actions, short, baseline, 1)).to.throw(RangeError);
      expect(() => reinforceLoss(logits, actions, returns, short, 1)).to.throw(RangeError);
      expect(() => reinforceLoss(returns, actions, returns, baseline, 1)).to.throw(RangeError);
    });
  });

  describe('23.13 reinforceGradients', () => {
    /** A network that plays (¾, ¼), whatever it sees: its two hidden units are x₁ − x₂ + 1 and x₂, if above 0. */
    const even = (): TwoLayerParams => ({
      W1: array([
        [1, 0],
        [-1, 1],
      ]),
      b1: array([1, 0]),
      W2: zeros(2, 2),
      b2: array([Math.log(3), 0]),
    });
    /**
     * With γ = ½ the returns are (4, 6), (−2) and (1, 2, 4). The baselines: ½ · (−2 + 1) = −½ and 2 of the third; 2½
     * of the others; ½ · (4 − 2) = 1, 6, and 0 of none. So they are more than expected by (4½, 4), (−4½) and (0, −4, 4).
     */
    const three = (): { states: number[][]; actions: number[]; rewards: number[] }[] => [
      {
        states: [
          [1, 0],
          [2, 1],
        ],
        actions: [1, 0],
        rewards: [1, 6],
      },
      { states: [[3, 5]], actions: [0], rewards: [-2] },
      {
        states: [
          [4, 1],
          [1, 3],
          [-1, 2],
        ],
        actions: [0, 1, 1],
        rewards: [0, 0, 4],
      },
    ];
    const episodes = (): Episode[] =>
      three().map(({ states, actions, rewards }) => ({
        states: array(states),
        actions: labels(actions),
        rewards: array(rewards),
      }));
    const MORE = [4.5, 4, -4.5, 0, -4, 4];
    const LN43 = Math.log(4 / 3);
    const LN4 = Math.log(4);
    const LOSS = (4.5 * LN4 + 4 * LN43 - 4.5 * LN43 - 4 * LN4 + 4 * LN4) / 3;
    // For action 0 the logits' slopes are (−¼, ¼) of what was more, for action 1 (¾, −¾), and all a third.
    const SLOPES = [3.375, -1, 1.125, 0, -3, 3];
    const HIDDEN = [
      [2, 0],
      [2, 1],
      [0, 5],
      [4, 1],
      [0, 3],
      [0, 2],
    ];
    const sum = (list: number[]): number => list.reduce((total, value) => total + value, 0);
    const B2 = sum(SLOPES) / 3;
    const W2 = [0, 1].map((h) => sum(SLOPES.map((slope, t) => (slope * HIDDEN[t]![h]!) / 3)));

    it('is the loss of all steps, each judged by what the others earned at that step', () => {
      expect(sum(MORE)).to.equal(4);
      expect(reinforceGradients(episodes(), even(), 0.5).loss).to.almostEqual(LOSS);
    });

    it('sends it back through both layers', () => {
      const { gradients } = reinforceGradients(episodes(), even(), 0.5);
      expect(gradients).to.almostEqual({
        W1: zeros(2, 2),
        b1: zeros(2),
        W2: array([
          [W2[0]!, -W2[0]!],
          [W2[1]!, -W2[1]!],
        ]),
        b2: array([B2, -B2]),
      });
    });

    it('expects nothing where there is no other episode', () => {
      // Returns 4 and 6: 4 · ln 4 + 6 · ln 4/3, and (¾, −¾) · 4 + (−¼, ¼) · 6.
      const { loss, gradients } = reinforceGradients(episodes().slice(0, 1), even(), 0.5);
      expect(loss).to.almostEqual(4 * LN4 + 6 * LN43);
      expect(gradients.b2).to.almostEqual([1.5, -1.5]);
    });

    it('agrees with numerical slopes', () => {
      const random = seededRandom(31);
      const played = [
        { T: 4, actions: [2, 0, 1, 1] },
        { T: 2, actions: [0, 2] },
        { T: 3, actions: [1, 2, 0] },
      ].map(({ T, actions }) => ({
        states: randomNormal(random, 1, T, 2),
        actions: labels(actions),
        rewards: randomNormal(random, 2, T),
      }));
      const { W1, b1, W2: second, b2 } = drawn(32, [2, 2, 3]);
      const together = (given: Tensor[]): TwoLayerParams => {
        const [w1, c1, w2, c2] = given as [Tensor, Tensor, Tensor, Tensor];
        return { W1: w1, b1: c1, W2: w2, b2: c2 };
      };
      expect({
        name: 'the playing network',
        inputs: { W1, b1, W2: second, b2 },
        loss: (...given: Tensor[]) => reinforceGradients(played, together(given), 0.8).loss,
        gradient: (...given: Tensor[]) => ({
          ...reinforceGradients(played, together(given), 0.8).gradients,
        }),
        gradients: { W1: 'W1', b1: 'b1', W2: 'W2', b2: 'b2' },
        constants: { episodes: 3 },
        axes: {
          W1: ['feature', 'hidden unit'],
          b1: ['hidden unit'],
          W2: ['hidden unit', 'action'],
          b2: ['action'],
        },
      }).to.have.rightGradients({ budget: 2 });
    });

    it('is on average exactly the slope of what an episode earns', () => {
      // Two steps: in A action 0 earns 1 and leads to B, action 1 earns 2 and ends. In B they earn 5 and −3.
      const [A, B] = [
        [1, 0.5],
        [-0.3, 1],
      ];
      const params = drawn(33, [2, 3, 2]);
      const earns = (given: TwoLayerParams): number => {
        const [a, b] = [chancesOf(A!, given), chancesOf(B!, given)];
        return a[1]! * 2 + a[0]! * (1 + b[0]! * 5 - b[1]! * 3);
      };
      const [a, b] = [chancesOf(A!, params), chancesOf(B!, params)];
      const ways = [
        { p: a[1]!, states: [A!], actions: [1], rewards: [2] },
        { p: a[0]! * b[0]!, states: [A!, B!], actions: [0, 0], rewards: [1, 5] },
        { p: a[0]! * b[1]!, states: [A!, B!], actions: [0, 1], rewards: [1, -3] },
      ].map(({ p, states, actions, rewards }) => ({
        p,
        episode: { states: array(states), actions: labels(actions), rewards: array(rewards) },
      }));
      // All nine pairs of episodes, each as likely as it is.
      const average = map(params.W1, () => 0);
      for (const one of ways) {
        for (const other of ways) {
          const { gradients } = reinforceGradients([one.episode, other.episode], params, 1);
          for (let d = 0; d < 2; d++) {
            for (let h = 0; h < 3; h++) {
              const share = one.p * other.p * gradients.W1.get(d, h);
              average.set(d, h, average.get(d, h) + share);
            }
          }
        }
      }
      const nudged = (d: number, h: number, by: number): TwoLayerParams => {
        const W1 = copy(params.W1);
        W1.set(d, h, W1.get(d, h) + by);
        return { ...params, W1 };
      };
      const slopes = filled(
        [2, 3],
        (d, h) => (earns(nudged(d!, h!, 1e-5)) - earns(nudged(d!, h!, -1e-5))) / 2e-5,
      );
      expect(average).to.almostEqual(
        map(slopes, (slope) => -slope),
        { absolute: 1e-8 },
      );
    });

    it('learns to balance a pole on a cart, from episodes that its own network played', () => {
      const random = seededRandom(111);
      let params = overParams(drawn(211, [4, 6, 2]), (w) => map(w, (value) => 0.5 * value));
      const squares = overParams(params, (w) => zeros(...w.shape));
      const lengths: number[] = [];
      for (let k = 0; k < 5; k++) {
        const batch = Array.from({ length: 4 }, () => playPole(params, random));
        lengths.push(sum(batch.map(({ rewards }) => rewards.size)) / batch.length);
        const { gradients } = reinforceGradients(batch, params, 0.9);
        params = rmspropStep(params, gradients, squares, 0.1);
      }
      const mean = (list: number[]): number => sum(list) / list.length;
      // Whoever is right plays the same episodes, since the draws are given. They get longer from 25 steps to 41.
      expect(mean(lengths.slice(0, 2)), 'steps at first').to.be.below(30);
      expect(mean(lengths.slice(-2)), 'steps at last').to.be.above(35);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const views = three().map(({ states, actions, rewards }) => ({
        states: turned(array(states)),
        actions: spacedLabels(actions),
        rewards: spaced(array(rewards)),
      }));
      const { W1, b1, W2: second, b2 } = even();
      const params = { W1: turned(W1), b1: spaced(b1), W2: turned(second), b2: spaced(b2) };
      const call = () => reinforceGradients(views, params, 0.5);
      expect(call).to.leaveUnchanged({ views, params });
      expect(call().loss).to.almostEqual(LOSS);
      expect(call().gradients.b2).to.almostEqual([B2, -B2]);
    });

    it('refuses no episode, and sizes that do not fit', () => {
      const [one, , last] = episodes() as [Episode, Episode, Episode];
      const run = (list: Episode[]) => () => reinforceGradients(list, even(), 0.5);
      expect(run([])).to.throw(RangeError);
      expect(run([{ ...one, actions: labels([1]) }])).to.throw(RangeError);
      expect(run([{ ...one, rewards: zeros(3) }])).to.throw(RangeError);
      expect(run([one, { ...one, states: zeros(2, 3) }])).to.throw(RangeError);
      // Together they have as many as there are steps.
      const exchanged = [
        { ...one, actions: last.actions },
        { ...last, actions: one.actions },
      ];
      expect(run(exchanged)).to.throw(RangeError);
      const mixed = [
        { ...one, rewards: last.rewards },
        { ...last, rewards: one.rewards },
      ];
      expect(run(mixed)).to.throw(RangeError);
      expect(run([{ ...one, states: zeros(2, 3) }])).to.throw(RangeError);
    });
  });

  describe('23.14 cartPoleStep', () => {
    const upright = (x: number, speed: number, turning: number): Tensor =>
      array([x, speed, 0, turning]);

    it('pushes an upright pole, whose numbers can be worked out by hand', () => {
      // The push makes 400/41 m/s² of the cart and −600/41 rad/s² of the pole.
      const right = cartPoleStep(upright(0.5, -1, 0.25), 1);
      expect(right).to.almostEqual({
        next: array([0.48, -1 + 8 / 41, 0.005, 0.25 - 12 / 41]),
        reward: 1,
        done: false,
      });
      expect(cartPoleStep(upright(0.5, -1, 0.25), 0).next).to.almostEqual([
        0.48,
        -1 - 8 / 41,
        0.005,
        0.25 + 12 / 41,
      ]);
    });

    it('is over where the cart leaves its track, to either side, and not before', () => {
      expect(cartPoleStep(upright(2.4, 0, 0), 1).done).to.equal(false);
      // A pole that has gone round twice is over as well.
      expect(cartPoleStep(array([0, 0, 12.7, 0]), 1).done).to.equal(true);
      for (const side of [1, -1]) {
        // It comes back with this step.
        expect(cartPoleStep(upright(2.41 * side, -side, 0), 1).done).to.equal(false);
        expect(cartPoleStep(upright(2.39 * side, 0.6 * side, 0), 1).done).to.equal(true);
        expect(cartPoleStep(upright(2.39 * side, 0.4 * side, 0), 1).done).to.equal(false);
      }
    });

    it('lets a pole that lies flat fall with 14.7 rad/s², pulled by nothing but gravity', () => {
      // u = (10 + 0.05 · 4) / 1.1, with cos θ = 0 and sin θ = 1; the cart feels u alone.
      const { next, done } = cartPoleStep(array([0, 0, Math.PI / 2, 2]), 1);
      expect(next).to.almostEqual([0, (0.02 * 10.2) / 1.1, Math.PI / 2 + 0.04, 2 + 0.02 * 14.7]);
      expect(done).to.equal(true);
    });

    it("obeys Newton's laws wherever the pole is", () => {
      const random = seededRandom(51);
      for (let k = 0; k < 20; k++) {
        const state = randomNormal(random, 1, 4);
        const [speed, angle, turning] = [state.get(1), state.get(2), state.get(3)];
        const { next } = cartPoleStep(state, k % 2);
        const cart = (next.get(1) - speed) / 0.02;
        const pole = (next.get(3) - turning) / 0.02;
        const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
        // The whole of it, along the track; and the pole, about its joint.
        expect(1.1 * cart + 0.05 * (pole * cos - turning ** 2 * sin)).to.almostEqual(
          k % 2 === 1 ? 10 : -10,
          { absolute: 1e-9 },
        );
        expect((4 / 3) * 0.5 * pole + cart * cos - 9.8 * sin).to.almostEqual(0, {
          absolute: 1e-9,
        });
        expect(next.get(0)).to.almostEqual(state.get(0) + 0.02 * speed);
        expect(next.get(2)).to.almostEqual(angle + 0.02 * turning);
      }
    });

    it('is over where the pole leans by more than 12°, to either side, and not before', () => {
      const twelve = Math.PI / 15;
      for (const side of [1, -1]) {
        const lean = (by: number, turning: number): Tensor =>
          array([0, 0, side * (twelve + by), side * turning]);
        expect(cartPoleStep(lean(-0.01, 0.6), 0).done).to.equal(true);
        expect(cartPoleStep(lean(-0.01, 0.4), 0).done).to.equal(false);
        expect(cartPoleStep(lean(0.01, -0.6), 0).done).to.equal(false);
        expect(cartPoleStep(lean(-0.01, 0.6), 0).reward).to.equal(1);
      }
    });

    it('reads a view through its strides, and leaves it unchanged', () => {
      const view = spaced(upright(0.5, -1, 0.25));
      expect(() => cartPoleStep(view, 1)).to.leaveUnchanged({ view });
      expect(cartPoleStep(view, 1).next).to.almostEqual([0.48, -1 + 8 / 41, 0.005, 0.25 - 12 / 41]);
    });

    it('refuses other states and other actions', () => {
      expect(() => cartPoleStep(zeros(3), 1)).to.throw(RangeError);
      expect(() => cartPoleStep(zeros(5), 1)).to.throw(RangeError);
      expect(() => cartPoleStep(zeros(1, 4), 1)).to.throw(RangeError);
      for (const action of [-1, 2, 0.5, NaN]) {
        expect(() => cartPoleStep(zeros(4), action)).to.throw(RangeError);
      }
    });
  });
});

/** f of each parameter. */
function overParams(params: TwoLayerParams, f: (w: Tensor) => Tensor): TwoLayerParams {
  const { W1, b1, W2, b2 } = params;
  return { W1: f(W1), b1: f(b1), W2: f(W2), b2: f(b2) };
}

/** A step of RMSProp for all parameters; the squares go on from step to step. */
function rmspropStep(
  params: TwoLayerParams,
  gradients: TwoLayerParams,
  squares: TwoLayerParams,
  rate: number,
): TwoLayerParams {
  const moved = (name: keyof TwoLayerParams): Tensor => {
    const [w, g, s] = [copy(params[name]), copy(gradients[name]), squares[name]];
    for (const i of w.data.keys()) {
      s.data[i] = 0.9 * s.data[i]! + 0.1 * g.data[i]! ** 2;
      w.data[i]! -= (rate * g.data[i]!) / (Math.sqrt(s.data[i]!) + 1e-8);
    }
    return w;
  };
  return { W1: moved('W1'), b1: moved('b1'), W2: moved('W2'), b2: moved('b2') };
}

/** An episode of a pole of the suite's own, of at most 50 steps, that a network tries to balance. */
function playPole(params: TwoLayerParams, random: () => number): Episode {
  let [x, v, angle, turning] = [0, 0, 0, 0].map(() => 0.1 * (random() - 0.5)) as [
    number,
    number,
    number,
    number,
  ];
  const [states, actions]: [number[][], number[]] = [[], []];
  while (states.length < 50 && Math.abs(x) < 2.4 && Math.abs(angle) < 0.21) {
    const state = [x, v, angle, turning];
    const action = random() < chancesOf(state, params)[0]! ? 0 : 1;
    states.push(state);
    actions.push(action);
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
    const u = (20 * action - 10 + 0.05 * turning ** 2 * sin) / 1.1;
    const pole = (9.8 * sin - u * cos) / (0.5 * (4 / 3 - cos ** 2 / 11));
    const cart = u - (0.05 * pole * cos) / 1.1;
    [x, v] = [x + 0.02 * v, v + 0.02 * cart];
    [angle, turning] = [angle + 0.02 * turning, turning + 0.02 * pole];
  }
  return {
    states: array(states),
    actions: labels(actions),
    rewards: filled([actions.length], () => 1),
  };
}
