/** Lesson 23: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { array, copy, filled, labels, map, zeros, zip, type Labels, type Tensor } from '#arrays';
import { softmax } from '#lessons/02-activations';
import {
  affineBackward,
  affineForward,
  reluBackward,
  reluForward,
  type TwoLayerParams,
} from '#lessons/05-backprop';
import type { Misconception } from '../../checks/misconception.ts';
import { refusingLike, rowsOf, sumOver } from '../../checks/wrong-answers.ts';
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
  type LearningOptions,
  type Mdp,
  type PlanningOptions,
  type PlayingOptions,
  type PolicyGradients,
  type PolicyLoss,
  type Step,
  type Transition,
} from './reinforcement-learning.reference.ts';

type Random = () => number;
type SarsaStep = Step & { nextAction: number };

export const misconceptions: Misconception[] = [
  {
    exercise: '23.1 discountedReturns',
    id: 'returns-done-when-cut-off',
    sentence:
      'What is still to come after the last reward is left out. It is 0 only if the episode has ended; an episode that was cut off goes on from `after`.',
    anchor: '#the-end-of-an-episode',
    wrong: refusingLike(discountedReturns, (rewards: Tensor, gamma: number) =>
      discountedReturns(rewards, gamma, 0),
    ),
  },
  {
    exercise: '23.1 discountedReturns',
    id: 'returns-after-not-discounted',
    sentence:
      'What comes after the last reward is added to it without γ. It lies one step later than that reward: r + γ · after.',
    wrong: refusingLike(discountedReturns, (rewards: Tensor, gamma: number, after: number) => {
      const last = rewards.size - 1;
      return discountedReturns(
        filled([rewards.size], (t) => rewards.get(t!) + (t === last ? after : 0)),
        gamma,
        0,
      );
    }),
  },
  {
    exercise: '23.1 discountedReturns',
    id: 'returns-from-the-front',
    sentence:
      'The rewards are added up from the front: this is what was earned up to each step. The return of a step is what is still to come, so begin with the last reward.',
    wrong: refusingLike(discountedReturns, (rewards: Tensor, gamma: number, after: number) => {
      let sum = after;
      return map(rewards, (reward) => (sum = reward + gamma * sum));
    }),
  },
  {
    exercise: '23.1 discountedReturns',
    id: 'returns-first-for-all',
    sentence:
      'Every step has the return of the first one. A step is judged by what came after it: G_t begins at its own reward.',
    wrong: wrongReturns((G) => G.map(() => G[0]!)),
  },
  {
    exercise: '23.1 discountedReturns',
    id: 'returns-not-turned-back',
    sentence:
      'The returns were gathered from the last step to the first, and stand in that order. Turn the list round.',
    wrong: wrongReturns((G) => G.toReversed()),
  },
  {
    exercise: '23.1 discountedReturns',
    id: 'returns-discounted-from-the-start',
    sentence:
      'Each reward has the power of γ of its own step, counted from the start of the episode. In G_t the reward of step t counts whole, the next one γ, and so on.',
    wrong: wrongReturns((G, gamma) => G.map((value, t) => gamma ** t * value)),
  },
  {
    exercise: '23.1 discountedReturns',
    id: 'returns-gamma-on-the-reward',
    sentence:
      'γ stands before the whole sum, γ · (r + G). The reward of a step itself counts whole: r + γ · G.',
    wrong: wrongReturns((G, gamma) => G.map((value) => gamma * value)),
  },
  {
    exercise: '23.1 discountedReturns',
    id: 'returns-gamma-before-the-reward',
    sentence: 'γ stands before the reward, γ · r + G. It belongs to what comes later: r + γ · G.',
    wrong: refusingLike(discountedReturns, (rewards: Tensor, gamma: number, after: number) =>
      discountedReturns(
        map(rewards, (reward) => gamma * reward),
        1,
        after,
      ),
    ),
  },
  {
    exercise: '23.1 discountedReturns',
    id: 'returns-not-discounted',
    sentence: 'The rewards are added up without γ.',
    wrong: refusingLike(discountedReturns, (rewards: Tensor, _: number, after: number) =>
      discountedReturns(rewards, 1, after),
    ),
  },
  {
    exercise: '23.1 discountedReturns',
    id: 'returns-next-reward',
    sentence:
      'Each step has the return of the next one: its own reward is left out. r_t is what the action of step t has earned.',
    wrong: refusingLike(discountedReturns, (rewards: Tensor, gamma: number, after: number) => {
      const G = [...discountedReturns(rewards, gamma, after).data, after];
      return array(G.slice(1));
    }),
  },
  {
    exercise: '23.1 discountedReturns',
    id: 'returns-two-steps',
    sentence: 'Only the next reward is added, r_t + γ · r of t + 1, and not all that follow.',
    wrong: refusingLike(discountedReturns, (rewards: Tensor, gamma: number, after: number) =>
      filled(
        [rewards.size],
        (t) => rewards.get(t!) + gamma * (t! + 1 < rewards.size ? rewards.get(t! + 1) : after),
      ),
    ),
  },
  {
    exercise: '23.2 cliffStep',
    id: 'cliff-ends',
    sentence:
      'A fall ends the episode here. It costs 100 and leads back to the start, and the episode goes on.',
    anchor: '#the-end-of-an-episode',
    wrong: wrongCliff((right) => (right.reward === -100 ? { ...right, done: true } : right)),
  },
  {
    exercise: '23.2 cliffStep',
    id: 'cliff-goal-goes-on',
    sentence: 'The goal is reached and the episode goes on. With the step to it, done is true.',
    anchor: '#the-end-of-an-episode',
    wrong: wrongCliff((right) => ({ ...right, done: false })),
  },
  {
    exercise: '23.2 cliffStep',
    id: 'cliff-goal-for-nothing',
    sentence: 'The step to the goal earns 0. It is a step like any other and earns −1.',
    wrong: wrongCliff((right) => (right.done ? { ...right, reward: 0 } : right)),
  },
  {
    exercise: '23.2 cliffStep',
    id: 'cliff-fall-and-step',
    sentence: 'A fall earns −101. The −100 are all that such a step earns.',
    wrong: wrongCliff((right) => (right.reward === -100 ? { ...right, reward: -101 } : right)),
  },
  {
    exercise: '23.2 cliffStep',
    id: 'cliff-stays-below',
    sentence: 'One stays in the cliff after a fall. The next state is the start, 36.',
    wrong: wrongCliff((right, state, action) =>
      right.reward === -100 ? { ...right, next: state + (action === 2 ? 12 : 1) } : right,
    ),
  },
  {
    exercise: '23.2 cliffStep',
    id: 'cliff-stands-where-one-fell',
    sentence: 'After a fall one stands where one stood before. The next state is the start, 36.',
    wrong: wrongCliff((right, state) =>
      right.reward === -100 ? { ...right, next: state } : right,
    ),
  },
  {
    exercise: '23.2 cliffStep',
    id: 'cliff-up-and-down',
    sentence: 'Up and down are exchanged. Rows are counted from the top: up is a row less.',
    wrong: turnedCliff([2, 1, 0, 3]),
  },
  {
    exercise: '23.2 cliffStep',
    id: 'cliff-left-and-right',
    sentence: 'Left and right are exchanged. Action 1 is right, a column more.',
    wrong: turnedCliff([0, 3, 2, 1]),
  },
  {
    exercise: '23.2 cliffStep',
    id: 'cliff-other-order',
    sentence:
      'The actions are read as up, down, left, right. They go round: up, right, down, left.',
    wrong: turnedCliff([0, 2, 3, 1]),
  },
  {
    exercise: '23.2 cliffStep',
    id: 'cliff-wraps',
    sentence:
      'A step to the left or right over the edge comes out in another row. Whoever would leave the world stays where he is: look at the column by itself.',
    wrong: wrongCliff((right, state, action) => {
      if (right.next !== state || state === 36 || action % 2 === 0) return right;
      return { ...right, next: Math.max(0, state + (action === 1 ? 1 : -1)) };
    }),
  },
  {
    exercise: '23.2 cliffStep',
    id: 'cliff-wall-for-nothing',
    sentence: 'A step against the edge earns 0. Every step earns −1, wherever it leads.',
    wrong: wrongCliff((right, state) => (right.next === state ? { ...right, reward: 0 } : right)),
  },
  {
    exercise: '23.3 actionValues',
    id: 'values-from-beyond-the-end',
    sentence:
      'The value of an end is counted as any other. After an end nothing comes: take 0 there, whatever V says.',
    anchor: '#the-end-of-an-episode',
    wrong: refusingLike(actionValues, (V: Tensor, { P, R, ends }: Mdp, gamma: number) => {
      const Q = actionValues(V, { P, R, ends: [] }, gamma);
      return filled(Q.shape, (s, a) => (ends.includes(s!) ? 0 : Q.get(s!, a!)));
    }),
  },
  {
    exercise: '23.3 actionValues',
    id: 'values-at-the-end',
    sentence:
      'The rows of ends hold what P and R say of them. Nothing is played there any more: they are 0.',
    anchor: '#the-end-of-an-episode',
    wrong: refusingLike(actionValues, (V: Tensor, { P, R, ends }: Mdp, gamma: number) =>
      actionValues(withoutEnds(V, ends), { P, R, ends: [] }, gamma),
    ),
  },
  {
    exercise: '23.3 actionValues',
    id: 'values-ends-ignored',
    sentence:
      'The ends are not looked at. Where an episode is over nothing is to come: count 0 for them in the sum, and in their own rows.',
    anchor: '#the-end-of-an-episode',
    wrong: refusingLike(actionValues, (V: Tensor, { P, R }: Mdp, gamma: number) =>
      actionValues(V, { P, R, ends: [] }, gamma),
    ),
  },
  {
    exercise: '23.3 actionValues',
    id: 'values-gamma-on-the-reward',
    sentence:
      'γ stands before the reward too, γ · (R + Σ P · V). The reward comes at once: R + γ · Σ P · V.',
    wrong: wrongValues((right, { gamma }, reward) => gamma * (reward + (right - reward) / gamma)),
  },
  {
    exercise: '23.3 actionValues',
    id: 'values-not-discounted',
    sentence: 'What is to come is not multiplied with γ.',
    wrong: refusingLike(actionValues, (V: Tensor, mdp: Mdp) => actionValues(V, mdp, 1)),
  },
  {
    exercise: '23.3 actionValues',
    id: 'values-likeliest-state',
    sentence: 'Only the likeliest next state is counted. All are, each with its probability.',
    wrong: wrongFuture((chances, V) => V[chances.indexOf(Math.max(...chances))]!),
  },
  {
    exercise: '23.3 actionValues',
    id: 'values-plain-mean',
    sentence:
      'The next states are counted alike, as a mean of all that can follow. Weigh each with its probability.',
    wrong: wrongFuture((chances, V) => {
      const possible = V.filter((_, next) => chances[next]! > 0);
      return possible.reduce((sum, value) => sum + value, 0) / Math.max(1, possible.length);
    }),
  },
  {
    exercise: '23.3 actionValues',
    id: 'values-best-state',
    sentence:
      'The best of the next states is counted. Which one follows is chance and no choice: take the mean, with the probabilities as weights.',
    wrong: wrongFuture((chances, V) =>
      Math.max(...V.filter((_, next) => chances[next]! > 0), -Infinity),
    ),
  },
  {
    exercise: '23.3 actionValues',
    id: 'values-of-here',
    sentence:
      'The value of the state itself is taken, V[s], and not that of the states that follow.',
    wrong: wrongFuture((_, V, s) => V[s]!),
  },
  {
    exercise: '23.4 greedyPolicy',
    id: 'greedy-first-of-ties',
    sentence:
      'Of several best actions only the first gets anything. They share the probability evenly.',
    wrong: wrongGreedy((row) => onlyAt(row, row.indexOf(Math.max(...row)))),
  },
  {
    exercise: '23.4 greedyPolicy',
    id: 'greedy-last-of-ties',
    sentence:
      'Of several best actions only the last gets anything. They share the probability evenly.',
    wrong: wrongGreedy((row) => onlyAt(row, row.lastIndexOf(Math.max(...row)))),
  },
  {
    exercise: '23.4 greedyPolicy',
    id: 'greedy-not-shared',
    sentence:
      'Each of several best actions gets probability 1, and the row sums to more. Divide by how many they are.',
    wrong: wrongGreedy((row) => row.map((value) => Number(value === Math.max(...row)))),
  },
  {
    exercise: '23.4 greedyPolicy',
    id: 'greedy-smallest',
    sentence:
      'This takes the smallest value. Values are rewards here and no costs: take the largest.',
    wrong: wrongGreedy((row) => {
      const best = row.map((value) => Number(value === Math.min(...row)));
      return best.map((isBest) => isBest / best.reduce((a, b) => a + b, 0));
    }),
  },
  {
    exercise: '23.4 greedyPolicy',
    id: 'greedy-softmax',
    sentence:
      'This is the softmax of the values, which gives something to every action. Greedy gives all to the best.',
    wrong: refusingLike(greedyPolicy, (Q: Tensor) => softmax(Q)),
  },
  {
    exercise: '23.4 greedyPolicy',
    id: 'greedy-over-states',
    sentence:
      'The largest value of each column is taken, over the states. Choose in each state, over its actions.',
    wrong: refusingLike(greedyPolicy, (Q: Tensor) =>
      copy(greedyPolicy(Q.transpose(1, 0)).transpose(1, 0)),
    ),
  },
  {
    exercise: '23.4 greedyPolicy',
    id: 'greedy-maximum-from-zero',
    sentence:
      'The search for the largest value starts from 0, so it finds none where all are below. Start from the first value.',
    wrong: wrongGreedy((row) => {
      const max = Math.max(0, ...row);
      const best = row.map((value) => Number(value === max));
      return best.map(
        (isBest) =>
          isBest /
          Math.max(
            1,
            best.reduce((a, b) => a + b, 0),
          ),
      );
    }),
  },
  {
    exercise: '23.5 evaluatePolicy',
    id: 'evaluate-in-place',
    sentence:
      'A sweep reads values that it has just written. Here it reads only what the sweep before has left: write into a copy.',
    wrong: wrongEvaluation({ isInPlace: true }),
  },
  {
    exercise: '23.5 evaluatePolicy',
    id: 'evaluate-best-action',
    sentence:
      'The best action is taken in each state, as if the policy were greedy. This is what the given policy earns: weigh the actions with its probabilities.',
    wrong: wrongEvaluation({ value: (_, Q) => Math.max(...Q) }),
  },
  {
    exercise: '23.5 evaluatePolicy',
    id: 'evaluate-all-alike',
    sentence:
      'All actions count alike, as if the policy were uniform. Weigh them with the probabilities of the given policy.',
    wrong: wrongEvaluation({ value: (_, Q) => Q.reduce((a, b) => a + b, 0) / Q.length }),
  },
  {
    exercise: '23.5 evaluatePolicy',
    id: 'evaluate-likeliest-action',
    sentence:
      'Only the likeliest action of the policy is counted. Weigh all of them with their probabilities.',
    wrong: wrongEvaluation({ value: (shares, Q) => Q[shares.indexOf(Math.max(...shares))]! }),
  },
  {
    exercise: '23.5 evaluatePolicy',
    id: 'evaluate-sum-of-actions',
    sentence:
      'The actions are added up without the probabilities of the policy. A value is a mean, with π as weights.',
    wrong: wrongEvaluation({ value: (_, Q) => Q.reduce((a, b) => a + b, 0) }),
  },
  {
    exercise: '23.5 evaluatePolicy',
    id: 'evaluate-total-change',
    sentence:
      'The changes of all states are added up before they are compared with the tolerance. The largest one decides.',
    wrong: wrongEvaluation({ change: (changes) => changes.reduce((a, b) => a + b, 0) }),
  },
  {
    exercise: '23.5 evaluatePolicy',
    id: 'evaluate-mean-change',
    sentence:
      'The mean of the changes is compared with the tolerance. The largest one decides: one state may change much while the others are still.',
    wrong: wrongEvaluation({
      change: (changes) => changes.reduce((a, b) => a + b, 0) / changes.length,
    }),
  },
  {
    exercise: '23.5 evaluatePolicy',
    id: 'evaluate-last-change',
    sentence:
      'The change of the last state alone is compared with the tolerance. Keep the largest of all states.',
    wrong: wrongEvaluation({ change: (changes) => changes.at(-1)! }),
  },
  {
    exercise: '23.5 evaluatePolicy',
    id: 'evaluate-stops-below',
    sentence:
      'It goes on where the change equals the tolerance. A sweep that changes nothing by more than it is the last.',
    wrong: wrongEvaluation({ isOver: (change, tolerance) => change < tolerance }),
  },
  {
    exercise: '23.5 evaluatePolicy',
    id: 'evaluate-before-the-last-sweep',
    sentence:
      'What comes back are the values before the last sweep. That sweep has made them better: return what it wrote.',
    wrong: wrongEvaluation({ returnsBefore: true }),
  },
  {
    exercise: '23.5 evaluatePolicy',
    id: 'evaluate-all-sweeps',
    sentence: 'It makes all the sweeps that are allowed and never asks for the change.',
    wrong: wrongEvaluation({ isOver: () => false }),
  },
  {
    exercise: '23.6 valueIteration',
    id: 'iteration-in-place',
    sentence:
      'A sweep reads values that it has just written. Here it reads only what the sweep before has left: write into a copy.',
    wrong: wrongIteration({ isInPlace: true }),
  },
  {
    exercise: '23.6 valueIteration',
    id: 'iteration-mean-of-actions',
    sentence:
      'A state gets the mean of its actions: that is what playing at random earns. Take the largest.',
    wrong: wrongIteration({ value: (_, Q) => Q.reduce((a, b) => a + b, 0) / Q.length }),
  },
  {
    exercise: '23.6 valueIteration',
    id: 'iteration-smallest',
    sentence:
      'A state gets the smallest of its actions. Values are rewards here: take the largest.',
    wrong: wrongIteration({ value: (_, Q) => Math.min(...Q) }),
  },
  {
    exercise: '23.6 valueIteration',
    id: 'iteration-never-below-zero',
    sentence:
      'The search for the largest action starts from 0, so no state is worth less. Where everything costs something, the best is below 0.',
    wrong: wrongIteration({ value: (_, Q) => Math.max(0, ...Q) }),
  },
  {
    exercise: '23.6 valueIteration',
    id: 'iteration-policy-of-the-sweep-before',
    sentence:
      'The policy is greedy for the values before the last sweep. Look one step ahead once more, from the V that is returned.',
    wrong: refusingLike(valueIteration, (mdp: Mdp, options: PlanningOptions) => {
      const plan = valueIteration(mdp, options);
      const before = sweepsOf(mdp, { ...options, maxSweeps: plan.sweeps }, { returnsBefore: true });
      return { ...plan, policy: greedyPolicy(actionValues(before.V, mdp, options.gamma)) };
    }),
  },
  {
    exercise: '23.6 valueIteration',
    id: 'iteration-policy-of-rewards',
    sentence:
      'The policy takes the largest reward at once. Greedy is meant for Q: the reward and γ times what is to come.',
    wrong: refusingLike(valueIteration, (mdp: Mdp, options: PlanningOptions) => ({
      ...valueIteration(mdp, options),
      policy: greedyPolicy(actionValues(zeros(mdp.R.shape[0]!), mdp, options.gamma)),
    })),
  },
  {
    exercise: '23.6 valueIteration',
    id: 'iteration-total-change',
    sentence:
      'The changes of all states are added up before they are compared with the tolerance. The largest one decides.',
    wrong: wrongIteration({ change: (changes) => changes.reduce((a, b) => a + b, 0) }),
  },
  {
    exercise: '23.6 valueIteration',
    id: 'iteration-stops-below',
    sentence:
      'It goes on where the change equals the tolerance. A sweep that changes nothing by more than it is the last.',
    wrong: wrongIteration({ isOver: (change, tolerance) => change < tolerance }),
  },
  {
    exercise: '23.6 valueIteration',
    id: 'iteration-all-sweeps',
    sentence: 'It makes all the sweeps that are allowed and never asks for the change.',
    wrong: wrongIteration({ isOver: () => false }),
  },
  {
    exercise: '23.7 policyIteration',
    id: 'policies-first-action',
    sentence:
      'The first policy takes action 0 everywhere. It begins with one that takes all actions alike.',
    wrong: wrongPolicies({ first: (_, a) => Number(a === 0) }),
  },
  {
    exercise: '23.7 policyIteration',
    id: 'policies-next-one',
    sentence:
      'What comes back is the policy that would be evaluated next. V belongs to the one that was evaluated last.',
    wrong: refusingLike(policyIteration, (mdp: Mdp, options: PlanningOptions) => {
      const plan = policyIteration(mdp, options);
      return { ...plan, policy: greedyPolicy(actionValues(plan.V, mdp, options.gamma)) };
    }),
  },
  {
    exercise: '23.7 policyIteration',
    id: 'policies-once',
    sentence:
      'The policy is made better once. Evaluate the better one and look again, until nothing is to be gained.',
    wrong: wrongPolicies({ isOver: (_, rounds) => rounds === 2 }),
  },
  {
    exercise: '23.7 policyIteration',
    id: 'policies-one-sweep',
    sentence:
      'Each policy is evaluated with a single sweep. Sweep until its values are still, then make it better.',
    wrong: wrongPolicies({ sweeps: 1 }),
  },
  {
    exercise: '23.7 policyIteration',
    id: 'policies-total-gain',
    sentence:
      'The gains of all states are added up before they are compared with the tolerance. The state with the largest one decides.',
    wrong: wrongPolicies({ gain: (gains) => gains.reduce((a, b) => a + b, 0) }),
  },
  {
    exercise: '23.7 policyIteration',
    id: 'policies-until-the-same',
    sentence:
      'It goes on until the policy stays the same. Between actions that are equally good it may change for ever: ask whether more than the tolerance is to be gained.',
    wrong: wrongPolicies({ gain: (gains) => (Math.max(...gains) > 1e-9 ? Infinity : 0) }),
  },
  {
    exercise: '23.7 policyIteration',
    id: 'policies-stop-when-one-is-still',
    sentence:
      'It is over as soon as some state has nothing to gain. All of them must be without gain.',
    wrong: wrongPolicies({ gain: (gains) => Math.min(...gains) }),
  },
  {
    exercise: '23.7 policyIteration',
    id: 'policies-improvements-counted',
    sentence:
      'The rounds count how often the policy was changed. They count evaluations, of which there is one more.',
    wrong: refusingLike(policyIteration, (mdp: Mdp, options: PlanningOptions) => {
      const plan = policyIteration(mdp, options);
      return { ...plan, rounds: plan.rounds - 1 };
    }),
  },
  {
    exercise: '23.8 epsilonGreedy',
    id: 'epsilon-is-greedy',
    sentence:
      'ε is taken as the probability to be greedy. It is the probability to play any action.',
    wrong: (values: Tensor, epsilon: number, random: Random) =>
      epsilonGreedy(values, 1 - epsilon, random),
  },
  {
    exercise: '23.8 epsilonGreedy',
    id: 'epsilon-others-only',
    sentence:
      'With probability ε one of the other actions is played. Any of them is meant, the best too, so that it has 1 − ε and its share of ε.',
    wrong: wrongChoice((values, epsilon, random) => {
      const best = bestOf(values);
      const others = values.map((_, a) => a).filter((a) => !best.includes(a));
      return drawn(random() < epsilon && others.length > 0 ? others : best, random);
    }),
  },
  {
    exercise: '23.8 epsilonGreedy',
    id: 'epsilon-first-of-ties',
    sentence:
      'Of several best actions the first is always played. At the beginning, when all values are 0, that would be action 0 everywhere: draw one of them.',
    wrong: wrongChoice((values, epsilon, random) =>
      random() < epsilon
        ? Math.floor(random() * values.length)
        : (random(), values.indexOf(Math.max(...values))),
    ),
  },
  {
    exercise: '23.8 epsilonGreedy',
    id: 'epsilon-last-of-ties',
    sentence: 'Of several best actions the last is always played. Draw one of them.',
    wrong: wrongChoice((values, epsilon, random) =>
      random() < epsilon
        ? Math.floor(random() * values.length)
        : (random(), values.lastIndexOf(Math.max(...values))),
    ),
  },
  {
    exercise: '23.8 epsilonGreedy',
    id: 'epsilon-never-explores',
    sentence: 'It is always greedy. With probability ε any action is played.',
    wrong: wrongChoice((values, _, random) => {
      random();
      return drawn(bestOf(values), random);
    }),
  },
  {
    exercise: '23.8 epsilonGreedy',
    id: 'epsilon-never-the-last',
    sentence:
      'The last action is never drawn: ⌊u · (A − 1)⌋ ends at A − 2. Multiply with the number of actions.',
    wrong: wrongChoice((values, epsilon, random) =>
      random() < epsilon
        ? Math.floor(random() * (values.length - 1))
        : drawn(bestOf(values), random),
    ),
  },
  {
    exercise: '23.8 epsilonGreedy',
    id: 'epsilon-rounds',
    sentence:
      'The draw is rounded to the nearest action, so the first and the last come half as often. Round down: ⌊u · A⌋.',
    wrong: wrongChoice((values, epsilon, random) =>
      random() < epsilon
        ? Math.round(random() * (values.length - 1))
        : drawn(bestOf(values), random),
    ),
  },
  {
    exercise: '23.8 epsilonGreedy',
    id: 'epsilon-one-draw',
    sentence:
      'One draw decides both whether to explore and which action. Where it is below ε, it is small, and so is the action: draw anew.',
    wrong: wrongChoice((values, epsilon, random) => {
      const u = random();
      return u < epsilon ? Math.floor(u * values.length) : drawn(bestOf(values), random);
    }),
  },
  {
    exercise: '23.8 epsilonGreedy',
    id: 'epsilon-softmax',
    sentence:
      "The actions are drawn from the softmax of their values. ε-greedy doesn't ask how much worse an action is.",
    wrong: wrongChoice((values, _, random) => {
      const powers = values.map((value) => Math.exp(value - Math.max(...values)));
      let left = random() * powers.reduce((a, b) => a + b, 0);
      return powers.findIndex((power) => (left -= power) < 0);
    }),
  },
  ...updateMisconceptions<SarsaStep>(
    '23.9 sarsaUpdate',
    'sarsa',
    sarsaUpdate,
    (Q, { next, nextAction }) => Q.get(next, nextAction),
  ),
  {
    exercise: '23.9 sarsaUpdate',
    id: 'sarsa-max',
    sentence:
      'The largest value of the next state is taken: that is Q-learning. SARSA takes the action that is played next.',
    wrong: wrongUpdate<SarsaStep>(sarsaUpdate, {
      toCome: (Q, { next }) => Math.max(...rowsOf(Q)[next]!),
    }),
  },
  {
    exercise: '23.9 sarsaUpdate',
    id: 'sarsa-mean',
    sentence:
      "The mean of the next state's actions is taken. SARSA takes the one action that is played next.",
    wrong: wrongUpdate<SarsaStep>(sarsaUpdate, {
      toCome: (Q, { next }) => rowsOf(Q)[next]!.reduce((a, b) => a + b, 0) / Q.shape[1]!,
    }),
  },
  {
    exercise: '23.9 sarsaUpdate',
    id: 'sarsa-same-action',
    sentence:
      'The value of the action of this step is taken in the next state. There the next action is played.',
    wrong: wrongUpdate<SarsaStep>(sarsaUpdate, {
      toCome: (Q, { next, action }) => Q.get(next, action),
    }),
  },
  {
    exercise: '23.9 sarsaUpdate',
    id: 'sarsa-next-action-here',
    sentence:
      'The value of the next action is taken in the state of this step. It is played in the next state.',
    wrong: wrongUpdate<SarsaStep>(sarsaUpdate, {
      toCome: (Q, { state, nextAction }) => Q.get(state, nextAction),
    }),
  },
  ...updateMisconceptions<Step>(
    '23.10 qLearningUpdate',
    'q-learning',
    qLearningUpdate,
    (Q, { next }) => Math.max(...rowsOf(Q)[next]!),
  ),
  {
    exercise: '23.10 qLearningUpdate',
    id: 'q-learning-max-here',
    sentence:
      'The maximum is taken over the actions of the state of this step. What is to come is in the next state.',
    wrong: wrongUpdate<Step>(qLearningUpdate, {
      toCome: (Q, { state }) => Math.max(...rowsOf(Q)[state]!),
    }),
  },
  {
    exercise: '23.10 qLearningUpdate',
    id: 'q-learning-max-over-states',
    sentence:
      'The maximum is taken over the states, for the action of this step. It goes over the actions of the next state.',
    wrong: wrongUpdate<Step>(qLearningUpdate, {
      toCome: (Q, { action }) => Math.max(...rowsOf(Q).map((row) => row[action]!)),
    }),
  },
  {
    exercise: '23.10 qLearningUpdate',
    id: 'q-learning-max-of-all',
    sentence:
      'The maximum is taken over the whole table. It goes over the actions of the next state alone.',
    wrong: wrongUpdate<Step>(qLearningUpdate, { toCome: (Q) => Math.max(...rowsOf(Q).flat()) }),
  },
  {
    exercise: '23.10 qLearningUpdate',
    id: 'q-learning-same-action',
    sentence:
      'The value of the same action is taken in the next state. Q-learning takes the largest there.',
    wrong: wrongUpdate<Step>(qLearningUpdate, {
      toCome: (Q, { next, action }) => Q.get(next, action),
    }),
  },
  {
    exercise: '23.10 qLearningUpdate',
    id: 'q-learning-mean',
    sentence:
      "The mean of the next state's actions is taken. Q-learning takes the largest: what the best way of playing would earn.",
    wrong: wrongUpdate<Step>(qLearningUpdate, {
      toCome: (Q, { next }) => rowsOf(Q)[next]!.reduce((a, b) => a + b, 0) / Q.shape[1]!,
    }),
  },
  {
    exercise: '23.10 qLearningUpdate',
    id: 'q-learning-max-from-zero',
    sentence:
      'The search for the largest value starts from 0, so nothing to come is below 0. Beside the cliff everything is.',
    wrong: wrongUpdate<Step>(qLearningUpdate, {
      toCome: (Q, { next }) => Math.max(0, ...rowsOf(Q)[next]!),
    }),
  },
  {
    exercise: '23.11 learnByPlaying',
    id: 'playing-time-limit-ends',
    sentence:
      'The last step before the time limit is learned from as if the episode had ended. It was only cut off: what is to come still counts.',
    anchor: '#the-end-of-an-episode',
    wrong: wrongPlaying({ isDone: (done, t, maxSteps) => done || t === maxSteps - 1 }),
  },
  {
    exercise: '23.11 learnByPlaying',
    id: 'playing-goes-on-after-the-end',
    sentence:
      'The end of an episode is not handed on to the update, so the last step counts on a future that never comes.',
    anchor: '#the-end-of-an-episode',
    wrong: wrongPlaying({ isDone: () => false }),
  },
  {
    exercise: '23.11 learnByPlaying',
    id: 'playing-last-step-not-learned',
    sentence:
      'The episode is left before its last step was learned from. That step is the one that reaches the goal: learn first, then leave.',
    anchor: '#the-end-of-an-episode',
    wrong: wrongPlaying({ learnsLast: false }),
  },
  {
    exercise: '23.11 learnByPlaying',
    id: 'playing-sarsa-chooses-anew',
    sentence:
      'SARSA learns from one next action and plays another one, chosen after it has learned. Play the one that it learned from.',
    wrong: wrongPlaying({ chooses: 'twice' }),
  },
  {
    exercise: '23.11 learnByPlaying',
    id: 'playing-q-learning-chooses-first',
    sentence:
      'Q-learning chooses its next action before it has learned. It learns first, and then chooses with what it knows.',
    wrong: wrongPlaying({ chooses: 'first' }),
  },
  {
    exercise: '23.11 learnByPlaying',
    id: 'playing-always-q-learning',
    sentence: 'It learns by Q-learning whatever the method. For SARSA call your sarsaUpdate.',
    wrong: (_: string, play: Play, Q: Tensor, options: PlayingOptions, random: Random) =>
      learnByPlaying('q-learning', play, Q, options, random),
  },
  {
    exercise: '23.11 learnByPlaying',
    id: 'playing-always-sarsa',
    sentence: 'It learns by SARSA whatever the method. For Q-learning call your qLearningUpdate.',
    wrong: (_: string, play: Play, Q: Tensor, options: PlayingOptions, random: Random) =>
      learnByPlaying('sarsa', play, Q, options, random),
  },
  {
    exercise: '23.11 learnByPlaying',
    id: 'playing-totals-discounted',
    sentence:
      'The totals are discounted. They are the plain sums of the rewards of each episode; γ belongs to what is learned.',
    wrong: wrongPlaying({ counts: (t, { gamma }) => gamma ** t }),
  },
  {
    exercise: '23.11 learnByPlaying',
    id: 'playing-starts-anew',
    sentence:
      'Each episode starts from the Q that was passed in. What was learned is kept from episode to episode.',
    wrong: wrongPlaying({ forgets: true }),
  },
  {
    exercise: '23.11 learnByPlaying',
    id: 'playing-never-explores',
    sentence: 'It plays greedily and never explores. Hand ε on to epsilonGreedy.',
    wrong: (
      method: 'sarsa' | 'q-learning',
      play: Play,
      Q: Tensor,
      options: PlayingOptions,
      random: Random,
    ) => learnByPlaying(method, play, Q, { ...options, epsilon: 0 }, random),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-climbs-down',
    sentence:
      'Loss and gradient have the opposite sign, those of what is earned, or of weights b − G. An optimizer goes downhill, so the loss is −Σ (G − b) · ln π.',
    wrong: wrongLoss(({ more, log, slope }) => [more * log, -more * slope]),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-gradient-turned',
    sentence:
      'The gradient has the opposite sign, that of onehot − π. The slope of −ln π along the logits is π − onehot.',
    wrong: wrongLoss(({ more, log, slope }) => [-more * log, -more * slope]),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-turned',
    sentence:
      'The loss has the opposite sign, and the gradient is right. ln π is below 0: the minus makes a cost of it.',
    wrong: wrongLoss(({ more, log, slope }) => [more * log, more * slope]),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-without-onehot',
    sentence:
      'The gradient is (G − b) · π, without the one-hot: the action that was played gets pushed like all others. Take 1 off at its place.',
    wrong: wrongLoss(({ more, log, probability }) => [-more * log, more * probability]),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-only-the-played',
    sentence:
      'Only the action that was played gets a gradient. The softmax ties all logits together: the others get (G − b) · π.',
    wrong: wrongLoss(({ more, log, slope, isPlayed }) => [
      -more * log,
      isPlayed ? more * slope : 0,
    ]),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-mean-over-steps',
    sentence:
      'It is a mean over the steps. It is one over the episodes: a long episode counts with all of its steps.',
    wrong: wrongLoss(
      ({ more, log, slope }) => [-more * log, more * slope],
      (T) => T,
    ),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-sum',
    sentence: 'It is a sum over all episodes. Divide by how many they are.',
    wrong: wrongLoss(
      ({ more, log, slope }) => [-more * log, more * slope],
      () => 1,
    ),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-mean-logarithm',
    sentence:
      'All steps have the mean of the logarithms. Each logarithm is weighed with what came after its own step, before anything is added up.',
    wrong: refusingLike(reinforceLoss, (...args: LossArguments) => {
      const [logits, actions, returns, baseline, episodes] = args;
      const T = actions.size;
      const even = filled([T], () => sumOver(T, (t) => returns.get(t) - baseline.get(t)) / T);
      return reinforceLoss(logits, actions, even, zeros(T), episodes);
    }),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-first-return',
    sentence:
      'Every step is weighed with the return of the first one. An action is judged by what came after it, the return of its own step.',
    wrong: refusingLike(reinforceLoss, (...args: LossArguments) => {
      const [logits, actions, returns, baseline, episodes] = args;
      const first = map(returns, () => returns.get(0));
      return reinforceLoss(logits, actions, first, baseline, episodes);
    }),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-without-baseline',
    sentence: 'The baseline is left out: weigh with G − b.',
    wrong: wrongWeights((G) => G),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-baseline-added',
    sentence: 'The baseline is added. What counts is what was more than expected, G − b.',
    wrong: wrongWeights((G, b) => G + b),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-baseline-in-the-loss-only',
    sentence:
      'The baseline counts in the loss and not in the gradient. It is a part of the weight of ln π, in both.',
    wrong: refusingLike(reinforceLoss, (...args: LossArguments) => {
      const [logits, actions, returns, baseline, episodes] = args;
      return {
        loss: reinforceLoss(logits, actions, returns, baseline, episodes).loss,
        dlogits: reinforceLoss(logits, actions, returns, zeros(baseline.size), episodes).dlogits,
      };
    }),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-baseline-in-the-loss-added',
    sentence:
      "The baseline's own squared error is added to the loss. That belongs to whoever learns the baseline; here it is only a number.",
    wrong: refusingLike(reinforceLoss, (...args: LossArguments) => {
      const [, , returns, baseline, episodes] = args;
      const { loss, dlogits } = reinforceLoss(...args);
      const squares = sumOver(returns.size, (t) => (returns.get(t) - baseline.get(t)) ** 2);
      return { loss: loss + squares / episodes, dlogits };
    }),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-absolute',
    sentence:
      'What went worse than expected counts as if it had gone better. The weight G − b keeps its sign.',
    wrong: wrongWeights((G, b) => Math.abs(G - b)),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-only-what-went-well',
    sentence:
      'What went worse than expected is left out. It makes its actions rarer: the weight G − b may be below 0.',
    wrong: wrongWeights((G, b) => Math.max(0, G - b)),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-standardized',
    sentence:
      'The weights are divided by their standard deviation, as some programs do. This loss takes G − b as it is.',
    wrong: refusingLike(reinforceLoss, (...args: LossArguments) => {
      const [logits, actions, returns, baseline, episodes] = args;
      const more = zip(returns, baseline, (G, b) => G - b);
      const T = Math.max(1, more.size);
      const mean = sumOver(more.size, (t) => more.get(t)) / T;
      const deviation = Math.sqrt(sumOver(more.size, (t) => (more.get(t) - mean) ** 2) / T);
      const scaled = map(more, (value) => (value - mean) / (deviation + 1e-8));
      return reinforceLoss(logits, actions, scaled, zeros(more.size), episodes);
    }),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-without-logarithm',
    sentence:
      'The probability itself is weighed, −Σ (G − b) · π. The logarithm makes up for how often an action is played.',
    wrong: wrongLoss(({ more, probability, played, isPlayed }) => [
      -more * played,
      more * played * (probability - Number(isPlayed)),
    ]),
  },
  {
    exercise: '23.12 reinforceLoss',
    id: 'loss-overflows',
    sentence:
      "The softmax overflows or underflows for large logits. Take the row's own maximum off first, and ln π as logit − max − ln Σ.",
    wrong: refusingLike(reinforceLoss, (...args: LossArguments) => {
      const [logits, actions, returns, baseline, episodes] = args;
      const right = reinforceLoss(...args);
      const powers = rowsOf(logits).map((row) => row.map(Math.exp));
      const loss = powers.reduce((sum, row, t) => {
        const p = row[actions.get(t)]! / row.reduce((a, b) => a + b, 0);
        return sum - ((returns.get(t) - baseline.get(t)) / episodes) * Math.log(p);
      }, 0);
      return { ...right, loss };
    }),
  },
  {
    exercise: '23.13 reinforceGradients',
    id: 'network-own-return-in-baseline',
    sentence:
      "An episode's own return is a part of its baseline, so an episode alone learns nothing and two learn half. Take the mean of the others.",
    wrong: wrongNetwork({ baseline: (G, _, t) => meanOf(reaching(G, t)) }),
  },
  {
    exercise: '23.13 reinforceGradients',
    id: 'network-without-baseline',
    sentence:
      'There is no baseline: every action is made likelier that earned anything. Take off what the other episodes earned at that step.',
    wrong: wrongNetwork({ baseline: () => 0 }),
  },
  {
    exercise: '23.13 reinforceGradients',
    id: 'network-mean-of-own-steps',
    sentence:
      "The baseline is the mean return of the episode's own steps. Returns shrink towards the end whatever is played: compare with the same step of the other episodes.",
    wrong: wrongNetwork({ baseline: (G, n) => meanOf(G[n]!) }),
  },
  {
    exercise: '23.13 reinforceGradients',
    id: 'network-one-baseline-for-all',
    sentence:
      'One baseline serves all steps of all episodes, the mean of all returns. Early steps have more to come than late ones: compare with the same step of the other episodes.',
    wrong: wrongNetwork({ baseline: (G) => meanOf(G.flat()) }),
  },
  {
    exercise: '23.13 reinforceGradients',
    id: 'network-one-baseline-for-an-episode',
    sentence:
      'One baseline serves all steps of an episode, the mean of all returns of the others. Compare with the same step of the others.',
    wrong: wrongNetwork({ baseline: (G, n) => meanOf(G.filter((_, m) => m !== n).flat()) }),
  },
  {
    exercise: '23.13 reinforceGradients',
    id: 'network-ended-episodes-count',
    sentence:
      'Episodes that have ended before count as 0 in the baseline. Only those that have such a step are compared with.',
    wrong: wrongNetwork({
      baseline: (G, n, t) => meanOf(G.filter((_, m) => m !== n).map((list) => list[t] ?? 0)),
    }),
  },
  {
    exercise: '23.13 reinforceGradients',
    id: 'network-returns-run-on',
    sentence:
      'The returns run on from one episode into the one before it. Each begins with nothing to come after its own last reward.',
    anchor: '#the-end-of-an-episode',
    wrong: wrongNetwork({
      returns: (rewards, gamma) => {
        const all = [...discountedReturns(array(rewards.flat()), gamma, 0).data];
        return rewards.map((list) => all.splice(0, list.length));
      },
    }),
  },
  {
    exercise: '23.13 reinforceGradients',
    id: 'network-rewards-for-returns',
    sentence:
      'An action is judged by its own reward alone. It is responsible for all that comes after it: take the returns.',
    wrong: wrongNetwork({ returns: (rewards) => rewards }),
  },
  {
    exercise: '23.13 reinforceGradients',
    id: 'network-first-return',
    sentence:
      'All steps are weighed with what the whole episode earned, G of the first step. What came before an action is not its merit.',
    wrong: wrongNetwork({
      returns: (rewards, gamma) =>
        rewards.map((list) => {
          const [G] = discountedReturns(array(list), gamma, 0).data;
          return list.map(() => G!);
        }),
    }),
  },
  {
    exercise: '23.13 reinforceGradients',
    id: 'network-not-discounted',
    sentence: 'The returns are not discounted: hand γ on to discountedReturns.',
    wrong: refusingLike(reinforceGradients, (episodes: Episode[], params: TwoLayerParams) =>
      reinforceGradients(episodes, params, 1),
    ),
  },
  {
    exercise: '23.13 reinforceGradients',
    id: 'network-mean-over-steps',
    sentence:
      'It is a mean over all steps. It is one over the episodes: a long episode counts with all of its steps.',
    wrong: wrongNetwork({ divisor: (G) => G.flat().length }),
  },
  {
    exercise: '23.13 reinforceGradients',
    id: 'network-sum-over-episodes',
    sentence: 'It is a sum over the episodes. Divide by how many they are.',
    wrong: wrongNetwork({ divisor: () => 1 }),
  },
  {
    exercise: '23.13 reinforceGradients',
    id: 'network-climbs',
    sentence:
      'The gradients point to where more is earned. They are those of a loss: an optimizer goes against them.',
    wrong: refusingLike(
      reinforceGradients,
      (episodes: Episode[], params: TwoLayerParams, gamma: number) => {
        const { loss, gradients } = reinforceGradients(episodes, params, gamma);
        const { W1, b1, W2, b2 } = gradients;
        return {
          loss,
          gradients: { W1: negated(W1), b1: negated(b1), W2: negated(W2), b2: negated(b2) },
        };
      },
    ),
  },
  {
    exercise: '23.13 reinforceGradients',
    id: 'network-past-the-relu',
    sentence:
      'What comes back to the hidden units goes past the ReLU. Where it is shut, nothing goes through.',
    wrong: wrongNetwork({ throughRelu: false }),
  },
  {
    exercise: '23.14 cartPoleStep',
    id: 'cart-new-speeds',
    sentence:
      "The places go on by the new speeds. Euler's rule takes the speeds before the step for everything.",
    wrong: wrongCart(({ state, x, angle }) => {
      const [v, w] = [state[1]! + 0.02 * x, state[3]! + 0.02 * angle];
      return [state[0]! + 0.02 * v, v, state[2]! + 0.02 * w, w];
    }),
  },
  {
    exercise: '23.14 cartPoleStep',
    id: 'cart-no-push-to-the-left',
    sentence: 'Action 0 pushes with nothing. It pushes with 10 N to the left: −10.',
    wrong: wrongWorld({ force: (action) => 10 * action }),
  },
  {
    exercise: '23.14 cartPoleStep',
    id: 'cart-pushes-exchanged',
    sentence: 'The pushes are exchanged: 0 is to the left, −10, and 1 to the right.',
    wrong: wrongWorld({ force: (action) => 10 - 20 * action }),
  },
  {
    exercise: '23.14 cartPoleStep',
    id: 'cart-whole-length',
    sentence: 'l is taken as 1, the whole length of the pole. It is half of it, 0.5.',
    wrong: wrongWorld({ half: 1 }),
  },
  {
    exercise: '23.14 cartPoleStep',
    id: 'cart-mass-alone',
    sentence: 'The mass of the pole is left out where M + m stands: it is 1.1.',
    wrong: wrongWorld({ mass: 1 }),
  },
  {
    exercise: '23.14 cartPoleStep',
    id: 'cart-gravity-up',
    sentence:
      'Gravity pulls the pole up. A pole that leans to the right falls to the right: + g · sin θ.',
    wrong: wrongWorld({ gravity: -9.8 }),
  },
  {
    exercise: '23.14 cartPoleStep',
    id: 'cart-point-mass',
    sentence:
      'The 4/3 is missing: that would be a mass at half the length. A pole has its mass all along it.',
    wrong: wrongWorld({ inertia: 1 }),
  },
  {
    exercise: '23.14 cartPoleStep',
    id: 'cart-degrees',
    sentence:
      'θ is compared with 12 as it is. It is in radians, and 12° are 12 · π / 180, about 0.209.',
    wrong: wrongEnd((next) => Math.abs(next[0]!) > 2.4 || Math.abs(next[2]!) > 12),
  },
  {
    exercise: '23.14 cartPoleStep',
    id: 'cart-end-before-the-step',
    sentence:
      'Whether it is over is asked of the state before the step. A step is the last one if it leads outside.',
    wrong: wrongEnd((_, state) => Math.abs(state[0]!) > 2.4 || Math.abs(state[2]!) > Math.PI / 15),
  },
  {
    exercise: '23.14 cartPoleStep',
    id: 'cart-one-side',
    sentence: 'It is over on one side only: −3 is not above 2.4. Compare the absolute values.',
    wrong: wrongEnd((next) => next[0]! > 2.4 || next[2]! > Math.PI / 15),
  },
  {
    exercise: '23.14 cartPoleStep',
    id: 'cart-endless-track',
    sentence:
      'The track has no end. It is over too where the cart is further than 2.4 from the middle.',
    wrong: wrongEnd((next) => Math.abs(next[2]!) > Math.PI / 15),
  },
  {
    exercise: '23.14 cartPoleStep',
    id: 'cart-both-at-once',
    sentence:
      'It is over only if the pole has fallen and the cart has left its track. One of them is enough.',
    wrong: wrongEnd((next) => Math.abs(next[0]!) > 2.4 && Math.abs(next[2]!) > Math.PI / 15),
  },
  {
    exercise: '23.14 cartPoleStep',
    id: 'cart-nothing-for-the-fall',
    sentence: 'The last step earns 0. Every step earns 1, the one that ends the episode too.',
    wrong: refusingLike(cartPoleStep, (state: Tensor, action: number) => {
      const right = cartPoleStep(state, action);
      return { ...right, reward: right.done ? 0 : 1 };
    }),
  },
];

function negated(x: Tensor): Tensor {
  return map(x, (value) => -value);
}

/** What is wrong with returns that are right. */
function wrongReturns(f: (G: number[], gamma: number) => number[]) {
  return refusingLike(discountedReturns, (rewards: Tensor, gamma: number, after: number) =>
    array(f([...discountedReturns(rewards, gamma, after).data], gamma)),
  );
}

type Move = Transition<number>;

/** What is wrong with a step that is right. */
function wrongCliff(f: (right: Move, state: number, action: number) => Move) {
  return refusingLike(cliffStep, (state: number, action: number) =>
    f(cliffStep(state, action), state, action),
  );
}

/** Steps with the actions in another order. */
function turnedCliff(order: number[]) {
  return refusingLike(cliffStep, (state: number, action: number) =>
    cliffStep(state, order[action]!),
  );
}

function withoutEnds(V: Tensor, ends: number[]): Tensor {
  return filled(V.shape, (s) => (ends.includes(s!) ? 0 : V.get(s!)));
}

/** Something else than the value, of what it is and the reward alone; ends stay at 0. */
function wrongValues(f: (right: number, given: { gamma: number }, reward: number) => number) {
  return refusingLike(actionValues, (V: Tensor, mdp: Mdp, gamma: number) => {
    const Q = actionValues(V, mdp, gamma);
    return filled(Q.shape, (s, a) =>
      mdp.ends.includes(s!) || gamma === 0 ? 0 : f(Q.get(s!, a!), { gamma }, mdp.R.get(s!, a!)),
    );
  });
}

/** Something else than the mean over the next states. */
function wrongFuture(f: (chances: number[], V: number[], s: number) => number) {
  return refusingLike(actionValues, (V: Tensor, { P, R, ends }: Mdp, gamma: number) => {
    const rest = [...withoutEnds(V, ends).data];
    return filled(R.shape, (s, a) =>
      ends.includes(s!)
        ? 0
        : R.get(s!, a!) + gamma * f([...copy(P.pick(s!, a!, null)).data], rest, s!),
    );
  });
}

/** Something else in each row of Q. */
function wrongGreedy(f: (row: number[]) => number[]) {
  return refusingLike(greedyPolicy, (Q: Tensor) => {
    const rows = rowsOf(Q).map(f);
    return filled(Q.shape, (s, a) => rows[s!]![a!]!);
  });
}

function onlyAt(row: number[], place: number): number[] {
  return row.map((_, a) => Number(a === place));
}

/** What can be wrong in sweeps. */
interface Sweeping {
  isInPlace?: boolean;
  returnsBefore?: boolean;
  value?: (shares: number[], Q: number[]) => number;
  change?: (changes: number[]) => number;
  isOver?: (change: number, tolerance: number) => boolean;
}

function sweepsOf(
  mdp: Mdp,
  { gamma, tolerance, maxSweeps }: PlanningOptions,
  {
    isInPlace = false,
    returnsBefore = false,
    value = (_, Q) => Math.max(...Q),
    change = (changes) => Math.max(...changes),
    isOver = (largest, limit) => largest <= limit,
  }: Sweeping,
  policy?: Tensor,
): { V: Tensor; sweeps: number } {
  const S = mdp.R.shape[0]!;
  const shares = policy === undefined ? [] : rowsOf(policy);
  let V = zeros(S);
  for (let sweeps = 1; ; sweeps++) {
    const [before, next] = [copy(V), copy(V)];
    const rows = rowsOf(actionValues(before, mdp, gamma));
    for (let s = 0; s < S; s++) {
      const row = isInPlace ? rowsOf(actionValues(next, mdp, gamma))[s]! : rows[s]!;
      next.set(s, value(shares[s] ?? [], row));
    }
    V = next;
    const changes = [...zip(next, before, (a, b) => Math.abs(a - b)).data];
    if (isOver(change(changes), tolerance) || sweeps >= maxSweeps) {
      return { V: returnsBefore ? before : next, sweeps };
    }
  }
}

/** What a policy earns: the mean of Q with its probabilities as weights. */
function weighed(shares: number[], Q: number[]): number {
  return sumOver(Q.length, (a) => shares[a]! * Q[a]!);
}

function wrongEvaluation(sweeping: Sweeping) {
  return refusingLike(evaluatePolicy, (policy: Tensor, mdp: Mdp, options: PlanningOptions) =>
    sweepsOf(mdp, options, { value: weighed, ...sweeping }, policy),
  );
}

function wrongIteration(sweeping: Sweeping) {
  return refusingLike(valueIteration, (mdp: Mdp, options: PlanningOptions) => {
    const { V, sweeps } = sweepsOf(mdp, options, sweeping);
    return { V, sweeps, policy: greedyPolicy(actionValues(V, mdp, options.gamma)) };
  });
}

/** What can be wrong in rounds of policies. */
function wrongPolicies({
  first = (A) => 1 / A,
  gain = (gains) => Math.max(...gains),
  isOver = () => false,
  sweeps,
}: {
  first?: (A: number, a: number) => number;
  gain?: (gains: number[]) => number;
  isOver?: (policy: Tensor, rounds: number) => boolean;
  sweeps?: number;
}) {
  return refusingLike(policyIteration, (mdp: Mdp, options: PlanningOptions) => {
    let policy = filled(mdp.R.shape, (_, a) => first(mdp.R.shape[1]!, a!));
    for (let rounds = 1; ; rounds++) {
      const { V } = evaluatePolicy(policy, mdp, {
        ...options,
        maxSweeps: sweeps ?? options.maxSweeps,
      });
      const Q = actionValues(V, mdp, options.gamma);
      const shares = rowsOf(policy);
      const gains = rowsOf(Q).map((row, s) => Math.max(...row) - weighed(shares[s]!, row));
      if (
        gain(gains) <= options.tolerance ||
        rounds >= options.maxSweeps ||
        isOver(policy, rounds)
      ) {
        return { V, policy, rounds };
      }
      policy = greedyPolicy(Q);
    }
  });
}

function bestOf(values: number[]): number[] {
  const max = Math.max(...values);
  return values.map((_, a) => a).filter((a) => values[a] === max);
}

function drawn(candidates: number[], random: Random): number {
  return candidates[Math.floor(random() * candidates.length)]!;
}

function wrongChoice(f: (values: number[], epsilon: number, random: Random) => number) {
  return (values: Tensor, epsilon: number, random: Random): number => {
    // The right one is asked with a generator of its own, for what it refuses.
    epsilonGreedy(values, epsilon, () => 0);
    return f([...copy(values).data], epsilon, random);
  };
}

type Update<S> = (Q: Tensor, step: S, options: LearningOptions) => Tensor;
type Future<S> = (Q: Tensor, step: S) => number;

/** Something else than old + α · (target − old). */
function wrongUpdate<S extends Step>(
  right: Update<S>,
  {
    toCome,
    target = (reward, future, { gamma }, done) => (done ? reward : reward + gamma * future),
    mix = (old, goal, { learningRate }) => old + learningRate * (goal - old),
    place = ({ state, action }) => [state, action],
  }: {
    toCome: Future<S>;
    target?: (reward: number, future: number, options: LearningOptions, done: boolean) => number;
    mix?: (old: number, goal: number, options: LearningOptions) => number;
    place?: (step: S) => [state: number, action: number];
  },
) {
  return refusingLike(right, (Q: Tensor, step: S, options: LearningOptions) => {
    const next = copy(Q);
    const [state, action] = place(step);
    const goal = target(step.reward, toCome(Q, step), options, step.done);
    next.set(state, action, mix(next.get(state, action), goal, options));
    return next;
  });
}

/** The mistakes that SARSA and Q-learning have in common. */
function updateMisconceptions<S extends Step>(
  exercise: string,
  name: string,
  right: Update<S>,
  toCome: Future<S>,
): Misconception[] {
  return [
    {
      exercise,
      id: `${name}-past-the-end`,
      sentence:
        'It counts on what comes after the end. With the last step of an episode nothing is to come: the target is the reward alone.',
      anchor: '#the-end-of-an-episode',
      wrong: wrongUpdate(right, {
        toCome,
        target: (reward, future, { gamma }) => reward + gamma * future,
      }),
    },
    {
      exercise,
      id: `${name}-end-turned`,
      sentence:
        'What is to come counts with the last step and with no other: done is read the wrong way round.',
      anchor: '#the-end-of-an-episode',
      wrong: wrongUpdate(right, {
        toCome,
        target: (reward, future, { gamma }, done) => (done ? reward + gamma * future : reward),
      }),
    },
    {
      exercise,
      id: `${name}-end-not-learned`,
      sentence:
        'Nothing is learned from the last step of an episode. Its target is the reward alone, and it is learned from as any other.',
      anchor: '#the-end-of-an-episode',
      wrong: refusingLike(right, (Q: Tensor, step: S, options: LearningOptions) =>
        step.done ? copy(Q) : right(Q, step, options),
      ),
    },
    {
      exercise,
      id: `${name}-end-is-zero`,
      sentence:
        "The target of the last step is 0. What it earned still counts; only what would come after it doesn't.",
      anchor: '#the-end-of-an-episode',
      wrong: wrongUpdate(right, {
        toCome,
        target: (reward, future, { gamma }, done) => (done ? 0 : reward + gamma * future),
      }),
    },
    {
      exercise,
      id: `${name}-not-discounted`,
      sentence: 'What is to come is not multiplied with γ.',
      wrong: wrongUpdate(right, {
        toCome,
        target: (reward, future, _, done) => reward + (done ? 0 : future),
      }),
    },
    {
      exercise,
      id: `${name}-gamma-on-the-reward`,
      sentence:
        'γ stands before the reward as well, γ · (r + Q). The reward counts whole: r + γ · Q.',
      wrong: wrongUpdate(right, {
        toCome,
        target: (reward, future, { gamma }, done) => gamma * (reward + (done ? 0 : future)),
      }),
    },
    {
      exercise,
      id: `${name}-target-added`,
      sentence:
        'α times the target is added and the old value stays. Go a part of the way: α times the difference between the target and the old value.',
      wrong: wrongUpdate(right, {
        toCome,
        mix: (old, goal, { learningRate }) => old + learningRate * goal,
      }),
    },
    {
      exercise,
      id: `${name}-away-from-the-target`,
      sentence: 'It goes away from the target: the difference is the target minus the old value.',
      wrong: wrongUpdate(right, {
        toCome,
        mix: (old, goal, { learningRate }) => old + learningRate * (old - goal),
      }),
    },
    {
      exercise,
      id: `${name}-old-value-replaced`,
      sentence: 'The old value is replaced by α times the difference. That is what is added to it.',
      wrong: wrongUpdate(right, {
        toCome,
        mix: (old, goal, { learningRate }) => learningRate * (goal - old),
      }),
    },
    {
      exercise,
      id: `${name}-all-the-way`,
      sentence: 'It goes all the way to the target. α says which part of it.',
      wrong: wrongUpdate(right, { toCome, mix: (_, goal) => goal }),
    },
    {
      exercise,
      id: `${name}-shares-exchanged`,
      sentence:
        'The shares are exchanged: α is that of the target, and 1 − α that of the old value.',
      wrong: wrongUpdate(right, {
        toCome,
        mix: (old, goal, { learningRate }) => learningRate * old + (1 - learningRate) * goal,
      }),
    },
    {
      exercise,
      id: `${name}-next-state-changed`,
      sentence:
        'The entry of the next state is changed. It is the action of this step in the state of this step that is known better now.',
      wrong: wrongUpdate(right, { toCome, place: ({ next, action }) => [next, action] }),
    },
  ];
}

type Play = (state: number, action: number) => Move;

/** Playing and learning with something else in the place of what is right. */
function wrongPlaying({
  isDone = (done) => done,
  learnsLast = true,
  chooses = 'rightly',
  counts = () => 1,
  forgets = false,
}: {
  isDone?: (done: boolean, t: number, maxSteps: number) => boolean;
  learnsLast?: boolean;
  chooses?: 'rightly' | 'twice' | 'first';
  counts?: (t: number, options: PlayingOptions) => number;
  forgets?: boolean;
}) {
  return (
    method: 'sarsa' | 'q-learning',
    play: Play,
    Q: Tensor,
    options: PlayingOptions,
    random: Random,
  ) => {
    learnByPlaying(method, play, Q, { ...options, episodes: 0 }, random);
    const totals = zeros(options.episodes);
    let learned = copy(Q);
    const choose = (state: number): number =>
      epsilonGreedy(learned.pick(state, null), options.epsilon, random);
    for (let episode = 0; episode < options.episodes; episode++) {
      if (forgets) learned = copy(Q);
      let [state, action] = [options.start, choose(options.start)];
      for (let t = 0; t < options.maxSteps; t++) {
        const { next, reward, done } = play(state, action);
        totals.set(episode, totals.get(episode) + counts(t, options) * reward);
        if (done && !learnsLast) break;
        const step = { state, action, reward, next, done: isDone(done, t, options.maxSteps) };
        let nextAction = method === 'sarsa' || chooses === 'first' ? choose(next) : 0;
        learned =
          method === 'sarsa'
            ? sarsaUpdate(learned, { ...step, nextAction }, options)
            : qLearningUpdate(learned, step, options);
        const isChosen = method === 'sarsa' ? chooses !== 'twice' : chooses === 'first';
        if (!isChosen) nextAction = choose(next);
        if (done) break;
        [state, action] = [next, nextAction];
      }
    }
    return { Q: learned, totals };
  };
}

type LossArguments = Parameters<typeof reinforceLoss>;

/** What a step and an action have. */
interface Weighed {
  more: number;
  /** ln π of the action that was played. */
  log: number;
  /** π of it. */
  played: number;
  /** π of this action. */
  probability: number;
  isPlayed: boolean;
  /** π − onehot of this action. */
  slope: number;
}

/** Something else for each step and action, divided by something else than the episodes. */
function wrongLoss(
  f: (parts: Weighed) => [loss: number, slope: number],
  divisor?: (T: number) => number,
) {
  return refusingLike(reinforceLoss, (...args: LossArguments): PolicyLoss => {
    const [logits, actions, returns, baseline, episodes] = args;
    const T = actions.size;
    const by = divisor?.(T) || episodes;
    const policy = softmax(logits);
    const partsOf = (t: number, a: number): Weighed => {
      const action = actions.get(t);
      const row = rowsOf(logits)[t]!;
      const max = Math.max(...row);
      const log =
        row[action]! - max - Math.log(sumOver(row.length, (i) => Math.exp(row[i]! - max)));
      return {
        more: returns.get(t) - baseline.get(t),
        log,
        played: policy.get(t, action),
        probability: policy.get(t, a),
        isPlayed: a === action,
        slope: policy.get(t, a) - Number(a === action),
      };
    };
    return {
      loss: sumOver(T, (t) => f(partsOf(t, actions.get(t)))[0] / by),
      dlogits: filled(logits.shape, (t, a) => f(partsOf(t!, a!))[1] / by),
    };
  });
}

/** Another weight than G − b. */
function wrongWeights(f: (G: number, b: number) => number) {
  return refusingLike(reinforceLoss, (...args: LossArguments) => {
    const [logits, actions, returns, baseline, episodes] = args;
    const weights = zip(returns, baseline, f);
    return reinforceLoss(logits, actions, weights, zeros(weights.size), episodes);
  });
}

function meanOf(numbers: number[]): number {
  return numbers.reduce((a, b) => a + b, 0) / Math.max(1, numbers.length);
}

/** The returns at a step of the episodes that have such a step. */
function reaching(G: number[][], t: number): number[] {
  return G.filter((list) => t < list.length).map((list) => list[t]!);
}

/** The network's gradients with something else in the place of what is right. */
function wrongNetwork({
  returns = (rewards, gamma) =>
    rewards.map((list) => [...discountedReturns(array(list), gamma, 0).data]),
  baseline = (G, n, t) =>
    meanOf(
      reaching(
        G.filter((_, m) => m !== n),
        t,
      ),
    ),
  divisor = (G) => G.length,
  throughRelu = true,
}: {
  returns?: (rewards: number[][], gamma: number) => number[][];
  baseline?: (G: number[][], n: number, t: number) => number;
  divisor?: (G: number[][]) => number;
  throughRelu?: boolean;
}) {
  return refusingLike(
    reinforceGradients,
    (episodes: Episode[], params: TwoLayerParams, gamma: number): PolicyGradients => {
      const G = returns(
        episodes.map(({ rewards }) => [...copy(rewards).data]),
        gamma,
      );
      const x = array(episodes.flatMap(({ states }) => rowsOf(states)));
      const actions: Labels = labels(
        episodes.flatMap((episode) => [...copy(episode.actions).data]),
      );
      const first = affineForward(x, params.W1, params.b1);
      const hidden = reluForward(first.out);
      const second = affineForward(hidden.out, params.W2, params.b2);
      const { loss, dlogits } = reinforceLoss(
        second.out,
        actions,
        array(G.flat()),
        array(G.flatMap((list, n) => list.map((_, t) => baseline(G, n, t)))),
        divisor(G),
      );
      const { dx, dW: W2, db: b2 } = affineBackward(dlogits, second.cache);
      const through = throughRelu ? reluBackward(dx, hidden.cache).dx : dx;
      const { dW: W1, db: b1 } = affineBackward(through, first.cache);
      return { loss, gradients: { W1, b1, W2, b2 } };
    },
  );
}

const isOutside = (next: number[]): boolean =>
  Math.abs(next[0]!) > 2.4 || Math.abs(next[2]!) > Math.PI / 15;

/** Another way from the accelerations to the next state. */
function wrongCart(f: (given: { state: number[]; x: number; angle: number }) => number[]) {
  return refusingLike(cartPoleStep, (state: Tensor, action: number) => {
    const right = cartPoleStep(state, action).next;
    const next = f({
      state: [...copy(state).data],
      x: (right.get(1) - state.get(1)) / 0.02,
      angle: (right.get(3) - state.get(3)) / 0.02,
    });
    return { next: array(next), reward: 1, done: isOutside(next) };
  });
}

/** A world with other numbers in it. */
function wrongWorld({
  force = (action) => 20 * action - 10,
  half = 0.5,
  mass = 1.1,
  gravity = 9.8,
  inertia = 4 / 3,
}: {
  force?: (action: number) => number;
  half?: number;
  mass?: number;
  gravity?: number;
  inertia?: number;
}) {
  return refusingLike(cartPoleStep, (state: Tensor, action: number) => {
    const [x, v, angle, w] = copy(state).data as unknown as [number, number, number, number];
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
    const u = (force(action) + 0.1 * half * w ** 2 * sin) / mass;
    const turn = (gravity * sin - u * cos) / (half * (inertia - (0.1 * cos ** 2) / mass));
    const faster = u - (0.1 * half * turn * cos) / mass;
    const next = [x + 0.02 * v, v + 0.02 * faster, angle + 0.02 * w, w + 0.02 * turn];
    return { next: array(next), reward: 1, done: isOutside(next) };
  });
}

/** Another rule for when it is over. */
function wrongEnd(isOver: (next: number[], state: number[]) => boolean) {
  return refusingLike(cartPoleStep, (state: Tensor, action: number) => {
    const right = cartPoleStep(state, action);
    return { ...right, done: isOver([...right.next.data], [...copy(state).data]) };
  });
}
