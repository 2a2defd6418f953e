/**
 * Lesson 23: learning from rewards. What states and actions are worth, found by planning, by playing, and by changing a
 * network that plays.
 *
 * There are S states, 0 … S − 1, and A actions, 0 … A − 1. V is what states are worth, shape (S), Q what actions are
 * worth in them, shape (S, A), and a policy holds the probability of each action in each state, shape (S, A).
 */
import {
  array,
  copy,
  filled,
  labels,
  requireSizes,
  shapeText,
  zeros,
  type Labels,
  type Tensor,
} from '#arrays';
import { softmax } from '#lessons/02-activations';
import {
  affineBackward,
  affineForward,
  reluBackward,
  reluForward,
  type TwoLayerParams,
} from '#lessons/05-backprop';
import { todo } from '#todo';

/**
 * 23.1 What was still to come at each step of an episode: G_t = r_t + γ · G_{t+1}, and G_T = after.
 *
 * Sutton and Barto 2018, equation 3.9, http://incompleteideas.net/book/the-book.html
 *
 * @param rewards r_t, the reward that came for the action of step t, shape (T)
 * @param gamma γ, what a reward counts one step earlier, in [0, 1]
 * @param after what is still to come after the last reward: 0 if the episode has ended, and the value of the state it was
 *   in if it was only cut off
 * @returns G_t, shape (T)
 * @throws RangeError when rewards is no list
 */
export function discountedReturns(rewards: Tensor, gamma: number, after: number): Tensor {
  throw todo('23.1 discountedReturns');
}

/** What an action does. */
export interface Transition<State> {
  /** The state that follows. */
  next: State;
  /** What the action earned. */
  reward: number;
  /** Whether the episode has ended with it, so that nothing follows. */
  done: boolean;
}

/**
 * 23.2 A step beside the cliff, a world of 4 rows and 12 columns.
 *
 * The state is 12 · row + column, counted from the top left. The last row has the start in its first column, 36, the
 * goal in its last one, 47, and the cliff between. Actions: 0 up, 1 right, 2 down, 3 left; whoever would leave the world
 * stays where he is. Every step earns −1, and the one to the goal ends the episode. A step into the cliff earns −100 and
 * leads back to the start; it ends nothing.
 *
 * Sutton and Barto 2018, example 6.6, http://incompleteideas.net/book/the-book.html
 *
 * @param state where one stands, in 0 … 36
 * @param action in 0 … 3
 * @returns the next state, the reward, and whether the goal is reached
 * @throws RangeError when the state is none in which one can stand and go on, or the action is none of the four
 */
export function cliffStep(state: number, action: number): Transition<number> {
  throw todo('23.2 cliffStep');
}

/** A Markov decision process: all there is to know of a small world. */
export interface Mdp {
  /** P[s, a, s′], the probability to come from s to s′ by action a, shape (S, A, S). */
  P: Tensor;
  /** R[s, a], what action a earns in s on average, shape (S, A). */
  R: Tensor;
  /** The states in which an episode is over. Nothing follows them, whatever P and R say there. */
  ends: number[];
}

/**
 * 23.3 What every action is worth if states are worth V: Q[s, a] = R[s, a] + γ · Σ P[s, a, s′] · V[s′], a sum over s′.
 *
 * Where an episode is over nothing is to come: an end counts as 0 in the sum, whatever V says, and its own row of Q is 0.
 *
 * Sutton and Barto 2018, section 4.2, http://incompleteideas.net/book/the-book.html
 *
 * @param V what states are worth, shape (S)
 * @param mdp P (S, A, S), R (S, A) and the ends
 * @param gamma γ, in [0, 1]
 * @returns Q, shape (S, A)
 * @throws RangeError when the sizes don't fit
 */
export function actionValues(V: Tensor, { P, R, ends }: Mdp, gamma: number): Tensor {
  throw todo('23.3 actionValues');
}

/**
 * 23.4 The greedy policy: in each state all probability for the action of the largest Q, and equal shares for several.
 *
 * @param Q what actions are worth, shape (S, A)
 * @returns the policy, shape (S, A), each row of sum 1
 * @throws RangeError when Q is no matrix, or has no action
 */
export function greedyPolicy(Q: Tensor): Tensor {
  throw todo('23.4 greedyPolicy');
}

/** How far to plan. */
export interface PlanningOptions {
  /** γ, in [0, 1]. */
  gamma: number;
  /** A sweep that changes no value by more than this is the last one; from 0. */
  tolerance: number;
  /** How many sweeps there are at most, a whole number from 1. */
  maxSweeps: number;
}

/** What states are worth, and how long it took to know. */
export interface Values {
  /** Shape (S). */
  V: Tensor;
  /** How many sweeps were made. */
  sweeps: number;
}

/**
 * 23.5 What states are worth to one who follows a policy: V[s] ← Σ π[s, a] · Q[s, a] for all states, with the Q of 23.3,
 * from zeros on and again and again.
 *
 * A sweep reads only what the sweep before has left. The last one is the first that changes no value by more than the
 * tolerance, or number maxSweeps.
 *
 * Iterative policy evaluation: Sutton and Barto 2018, section 4.1, http://incompleteideas.net/book/the-book.html
 *
 * @param policy π, shape (S, A)
 * @param mdp P (S, A, S), R (S, A) and the ends
 * @param options γ, the tolerance, and how many sweeps at most
 * @returns V after the last sweep, and how many there were
 * @throws RangeError when the sizes don't fit
 */
export function evaluatePolicy(policy: Tensor, mdp: Mdp, options: PlanningOptions): Values {
  throw todo('23.5 evaluatePolicy');
}

/** The best there is to do, and what states are worth then. */
export interface Plan extends Values {
  /** Greedy, shape (S, A). */
  policy: Tensor;
}

/**
 * 23.6 Value iteration: V[s] ← max Q[s, a] for all states, with the Q of 23.3, from zeros on and again and again.
 *
 * Sweeps read and stop as in 23.5. The policy is greedy for the last V.
 *
 * Bellman 1957; Sutton and Barto 2018, section 4.4, http://incompleteideas.net/book/the-book.html
 *
 * @param mdp P (S, A, S), R (S, A) and the ends
 * @param options γ, the tolerance, and how many sweeps at most
 * @returns V after the last sweep, the greedy policy of it, and how many sweeps there were
 * @throws RangeError when the sizes don't fit
 */
export function valueIteration(mdp: Mdp, options: PlanningOptions): Plan {
  throw todo('23.6 valueIteration');
}

/** How a plan came about by policies. */
export interface PolicyPlan {
  /** What states are worth by the last policy that was evaluated, shape (S). */
  V: Tensor;
  /** That policy, shape (S, A). */
  policy: Tensor;
  /** How many policies were evaluated. */
  rounds: number;
}

/**
 * 23.7 Policy iteration: evaluate the policy (23.5), make it greedy for what it is worth (23.3 and 23.4), and again.
 *
 * The first policy takes all actions alike. It is over when in no state the best action is worth more than the policy
 * earns there, Σ π[s, a] · Q[s, a], by more than the tolerance; or after maxSweeps rounds.
 *
 * Howard 1960; Sutton and Barto 2018, section 4.3, http://incompleteideas.net/book/the-book.html
 *
 * @param mdp P (S, A, S), R (S, A) and the ends
 * @param options of each evaluation; the tolerance and maxSweeps are those of the rounds too
 * @returns the last policy that was evaluated, what states are worth by it, and how many were evaluated
 * @throws RangeError when the sizes don't fit
 */
export function policyIteration(mdp: Mdp, options: PlanningOptions): PolicyPlan {
  throw todo('23.7 policyIteration');
}

/**
 * 23.8 An action to play: with probability ε any of them, each alike and the best too; else the one of the largest value,
 * and one of them at random if there are several.
 *
 * So a best action among k is played with the probability ε/A + (1 − ε)/k, any other one with ε/A.
 *
 * Sutton and Barto 2018, section 2.2, http://incompleteideas.net/book/the-book.html
 *
 * @param values what the actions are worth, a row of Q, shape (A)
 * @param epsilon ε, in [0, 1]
 * @param random a seeded generator, uniform in [0, 1)
 * @returns the action, in 0 … A − 1
 * @throws RangeError when there is no action, or ε is no probability
 */
export function epsilonGreedy(values: Tensor, epsilon: number, random: () => number): number {
  throw todo('23.8 epsilonGreedy');
}

/** One step that was played. */
export interface Step {
  state: number;
  action: number;
  reward: number;
  /** The state that followed. */
  next: number;
  /** Whether the episode has ended with this step. */
  done: boolean;
}

/** How to learn from a step. */
export interface LearningOptions {
  /** α, the share of the way to the target, in (0, 1]. */
  learningRate: number;
  /** γ, in [0, 1]. */
  gamma: number;
}

/**
 * 23.9 What SARSA learns from a step: Q[s, a] ← Q[s, a] + α · (target − Q[s, a]), and the target is
 *
 *     r + γ · Q[s′, a′],  or r alone if the episode has ended with this step.
 *
 * a′ is the action that is played next, so SARSA learns what its own way of playing is worth.
 *
 * Rummery and Niranjan 1994; Sutton and Barto 2018, section 6.4, http://incompleteideas.net/book/the-book.html
 *
 * @param Q what actions are worth so far, shape (S, A)
 * @param step s, a, r, s′, whether it was the last, and a′ as nextAction, which doesn't count if it was
 * @param options α and γ
 * @returns Q with one entry changed, shape (S, A)
 * @throws RangeError when Q is no matrix
 */
export function sarsaUpdate(
  Q: Tensor,
  step: Step & { nextAction: number },
  options: LearningOptions,
): Tensor {
  throw todo('23.9 sarsaUpdate');
}

/**
 * 23.10 What Q-learning learns from a step: as 23.9, but with the target
 *
 *     r + γ · max Q[s′, a′], the maximum over a′,  or r alone if the episode has ended with this step.
 *
 * Whatever is played next, it learns what the best way of playing would be worth.
 *
 * Watkins 1989; Watkins and Dayan 1992, https://doi.org/10.1007/BF00992698
 *
 * @param Q what actions are worth so far, shape (S, A)
 * @param step s, a, r, s′, and whether it was the last
 * @param options α and γ
 * @returns Q with one entry changed, shape (S, A)
 * @throws RangeError when Q is no matrix
 */
export function qLearningUpdate(Q: Tensor, step: Step, options: LearningOptions): Tensor {
  throw todo('23.10 qLearningUpdate');
}

/** How to play and learn. */
export interface PlayingOptions extends LearningOptions {
  /** The state in which every episode begins. */
  start: number;
  /** ε of 23.8, in [0, 1]. */
  epsilon: number;
  /** How many episodes to play, a whole number from 0. */
  episodes: number;
  /** An episode that has not ended by itself is cut off after so many steps, a whole number from 1. */
  maxSteps: number;
}

/** What was learned by playing. */
export interface Played {
  /** What actions are worth, shape (S, A). */
  Q: Tensor;
  /** The sum of the rewards of each episode, without γ, shape (episodes). */
  totals: Tensor;
}

/**
 * 23.11 Plays episodes with actions chosen by 23.8, and learns from every step by SARSA or by Q-learning.
 *
 * SARSA chooses the next action first, learns, and plays what it has chosen. Q-learning learns first and then chooses. An
 * episode that is cut off has not ended: its last step is learned from like any other.
 *
 * @param method which update, 23.9 or 23.10
 * @param play the world, from a state and an action to what follows
 * @param Q what actions are worth at the beginning, shape (S, A)
 * @param options where and how often to play, ε, α and γ
 * @param random a seeded generator, uniform in [0, 1)
 * @returns Q after the last step, and what each episode earned
 * @throws RangeError when Q is no matrix
 */
export function learnByPlaying(
  method: 'sarsa' | 'q-learning',
  play: (state: number, action: number) => Transition<number>,
  Q: Tensor,
  options: PlayingOptions,
  random: () => number,
): Played {
  throw todo('23.11 learnByPlaying');
}

/** What was played costs, and how fast that grows with the logits. */
export interface PolicyLoss {
  loss: number;
  /** Shape (T, A). */
  dlogits: Tensor;
}

/**
 * 23.12 REINFORCE's loss, for a policy π = softmax(logits):
 *
 *     −1/episodes · Σ (G_t − b_t) · ln π(a_t), a sum over all steps of all episodes,
 *
 * and its gradient with respect to the logits, (G_t − b_t) · (π − onehot(a_t)) / episodes. G and b are numbers to it, of
 * which no gradient is taken. The loss itself means little. For γ = 1 its gradient is, on average, −1 times that of what
 * an episode earns, whatever the baseline b is, as long as it doesn't depend on a_t.
 *
 * Williams 1992, https://doi.org/10.1007/BF00992696
 *
 * @param logits of the actions in each step, shape (T, A)
 * @param actions those that were played, in 0 … A − 1, shape (T)
 * @param returns G_t, what was still to come, shape (T)
 * @param baseline b_t, what would have been expected, shape (T)
 * @param episodes how many episodes the T steps are of, a whole number from 1
 * @returns the loss and its gradient
 * @throws RangeError when the sizes don't fit
 */
export function reinforceLoss(
  logits: Tensor,
  actions: Labels,
  returns: Tensor,
  baseline: Tensor,
  episodes: number,
): PolicyLoss {
  throw todo('23.12 reinforceLoss');
}

/** An episode that was played by a network. */
export interface Episode {
  /** What the network saw before each action, shape (T, D). */
  states: Tensor;
  /** The actions that were drawn, shape (T). */
  actions: Labels;
  /** What each of them earned, shape (T). */
  rewards: Tensor;
}

/** The loss of a network that plays, and which way that is changed. */
export interface PolicyGradients {
  loss: number;
  /** How fast the loss grows with each entry of each parameter. */
  gradients: TwoLayerParams;
}

/**
 * 23.13 REINFORCE for a two-layer network: the loss of some episodes, and its gradient with respect to every parameter.
 *
 * The logits are ReLU(states · W1 + b1) · W2 + b2, the returns 23.1's with nothing after the last reward, and the loss
 * 23.12's. The baseline of step t of an episode is the mean return at step t of the other episodes that have such a step,
 * and 0 if no other has.
 *
 * Leaving out the episode itself: Kool, van Hoof and Welling 2019, https://openreview.net/forum?id=r1lgTGL5DE
 *
 * @param episodes at least one; each has states (T, D), actions (T) and rewards (T), with a T of its own from 1
 * @param params W1 (D, H), b1 (H), W2 (H, A) and b2 (A)
 * @param gamma γ, in [0, 1]
 * @returns the loss, and a gradient in the shape of each parameter
 * @throws RangeError when there is no episode, or the sizes don't fit
 */
export function reinforceGradients(
  episodes: Episode[],
  params: TwoLayerParams,
  gamma: number,
): PolicyGradients {
  throw todo('23.13 reinforceGradients');
}

/**
 * 23.14 A cart with a pole on it, 0.02 s after a push of 10 N to the left (action 0) or to the right (action 1).
 *
 * The state is x, how far the cart is to the right, its speed, θ, how far the pole leans to the right, and its speed, in
 * m and rad. With the masses M = 1 of the cart and m = 0.1 of the pole, l = 0.5, half the pole's length, and g = 9.8:
 *
 *     u = (±10 + m · l · θ̇² · sin θ) / (M + m)
 *     θ̈ = (g · sin θ − u · cos θ) / (l · (4/3 − m · cos² θ / (M + m)))
 *     ẍ = u − m · l · θ̈ · cos θ / (M + m)
 *
 * Each number then goes on by 0.02 times its own speed before the step: Euler's rule. A step earns 1. The episode ends with
 * a step after which x is beyond ±2.4 or θ beyond ±12°.
 *
 * Barto, Sutton and Anderson 1983, without their friction, https://doi.org/10.1109/TSMC.1983.6313077
 *
 * @param state x, ẋ, θ and θ̇, shape (4)
 * @param action 0 for a push to the left, 1 for one to the right
 * @returns the next state of shape (4), the reward 1, and whether the pole has fallen or the cart left its track
 * @throws RangeError when the state has not four numbers, or the action is another one
 */
export function cartPoleStep(state: Tensor, action: number): Transition<Tensor> {
  throw todo('23.14 cartPoleStep');
}
