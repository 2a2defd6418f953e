/**
 * Lesson 07: optimizers, the rules that turn a gradient into a step, and schedules for their learning rate.
 *
 * Every optimizer is a pure function: it gets the parameters w, their gradient g, and what it remembered from the
 * step before, and returns all of it anew. Steps are counted from 1 everywhere. Arrays that must have one shape and
 * don't are refused.
 */
import { add, copy, map, requireSameShape, zip, type Tensor } from '#arrays';
import type { LossAndGradients, Params } from '#lessons/06-training';

/**
 * 07.1 A step of gradient descent: w − learningRate · g.
 *
 * With the gradient of a mini-batch it is called stochastic gradient descent, SGD:
 * Robbins and Monro 1951, https://doi.org/10.1214/aoms/1177729586
 *
 * @param w the parameters, any shape
 * @param g the gradient of the loss with respect to w, shape of w
 * @param learningRate above 0
 * @returns w after the step
 * @throws RangeError when the shapes differ
 */
export function sgd(w: Tensor, g: Tensor, learningRate: number): Tensor {
  requireSameShape('sgd', { w, g });
  return zip(w, g, (value, slope) => value - learningRate * slope);
}

/** How momentum steps. */
export interface MomentumOptions {
  /** The factor of the gradient, above 0. */
  learningRate: number;
  /** μ, the share of the velocity that is kept, in [0, 1); 0.9 is common. */
  momentum: number;
}

/** What a step with a velocity returns. */
export interface MomentumStep {
  /** The parameters after the step. */
  w: Tensor;
  /** The velocity, for the next step. */
  v: Tensor;
}

/**
 * 07.2 A step with momentum: v ← μ · v − learningRate · g, then w ← w + v.
 *
 * Polyak 1964, https://doi.org/10.1016/0041-5553(64)90137-5
 *
 * @param w the parameters, any shape
 * @param g the gradient, shape of w
 * @param v the velocity that the step before returned, shape of w; zeros before the first step
 * @param options the learning rate and μ
 * @returns w and v after the step
 * @throws RangeError when the shapes differ
 */
export function momentum(w: Tensor, g: Tensor, v: Tensor, options: MomentumOptions): MomentumStep {
  requireSameShape('momentum', { w, g, v });
  const { learningRate, momentum: mu } = options;
  const velocity = zip(v, g, (speed, slope) => mu * speed - learningRate * slope);
  return { w: add(w, velocity), v: velocity };
}

/**
 * 07.3 A step with Nesterov's momentum: v ← μ · v − learningRate · g, then w ← w + μ · v − learningRate · g,
 * with the new v.
 *
 * Nesterov takes the gradient where momentum alone would lead. Here w is that place already, so that g is the
 * gradient at w, as for every other optimizer: Bengio, Boulanger-Lewandowski and Pascanu 2012, section 3.5,
 * https://arxiv.org/abs/1212.0901
 *
 * @param w the parameters, any shape
 * @param g the gradient at w, shape of w
 * @param v the velocity that the step before returned, shape of w; zeros before the first step
 * @param options the learning rate and μ
 * @returns w and v after the step
 * @throws RangeError when the shapes differ
 */
export function nesterov(w: Tensor, g: Tensor, v: Tensor, options: MomentumOptions): MomentumStep {
  requireSameShape('nesterov', { w, g, v });
  const { learningRate, momentum: mu } = options;
  const velocity = zip(v, g, (speed, slope) => mu * speed - learningRate * slope);
  const ahead = zip(velocity, g, (speed, slope) => mu * speed - learningRate * slope);
  return { w: add(w, ahead), v: velocity };
}

/** How AdaGrad steps. */
export interface AdagradOptions {
  /** The factor of the gradient, above 0; 0.01 is common. */
  learningRate: number;
  /** Keeps the division finite, above 0; 1e-8 is common. */
  epsilon: number;
}

/** What a step that remembers squares returns. */
export interface SquaresStep {
  /** The parameters after the step. */
  w: Tensor;
  /** The squares, for the next step. */
  s: Tensor;
}

/**
 * 07.4 A step of AdaGrad: s ← s + g², then w ← w − learningRate · g / (√s + ε), all entry by entry.
 *
 * Duchi, Hazan and Singer 2011, https://jmlr.org/papers/v12/duchi11a.html
 *
 * @param w the parameters, any shape
 * @param g the gradient, shape of w
 * @param s the sum of the squares of all gradients so far, shape of w; zeros before the first step
 * @param options the learning rate and ε
 * @returns w and s after the step
 * @throws RangeError when the shapes differ
 */
export function adagrad(w: Tensor, g: Tensor, s: Tensor, options: AdagradOptions): SquaresStep {
  requireSameShape('adagrad', { w, g, s });
  const squares = zip(s, g, (sum, slope) => sum + slope ** 2);
  return { w: scaledStep(w, g, squares, options), s: squares };
}

/** How RMSProp steps. */
export interface RmspropOptions extends AdagradOptions {
  /** ρ, the share of the mean square that is kept, in [0, 1); 0.9 is common. */
  decay: number;
}

/**
 * 07.5 A step of RMSProp: s ← ρ · s + (1 − ρ) · g², then w ← w − learningRate · g / (√s + ε), all entry by entry.
 *
 * Tieleman and Hinton 2012, lecture 6.5, https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf
 *
 * @param w the parameters, any shape
 * @param g the gradient, shape of w
 * @param s the running mean of the squared gradient, shape of w; zeros before the first step
 * @param options the learning rate, ρ and ε
 * @returns w and s after the step
 * @throws RangeError when the shapes differ
 */
export function rmsprop(w: Tensor, g: Tensor, s: Tensor, options: RmspropOptions): SquaresStep {
  requireSameShape('rmsprop', { w, g, s });
  const squares = runningMean(s, map(g, square), options.decay);
  return { w: scaledStep(w, g, squares, options), s: squares };
}

/** How Adam steps. */
export interface AdamOptions {
  /** About how far each parameter moves in a step, above 0; 0.001 is common. */
  learningRate: number;
  /** β₁, the share of the mean gradient that is kept, in [0, 1); 0.9 is common. */
  beta1: number;
  /** β₂, the share of the mean squared gradient that is kept, in [0, 1); 0.999 is common. */
  beta2: number;
  /** Keeps the division finite, above 0; 1e-8 is common. */
  epsilon: number;
}

/** What a step of Adam returns. */
export interface AdamStep {
  /** The parameters after the step. */
  w: Tensor;
  /** The running mean of the gradient, for the next step; not corrected. */
  m: Tensor;
  /** The running mean of the squared gradient, for the next step; not corrected. */
  v: Tensor;
}

/**
 * 07.6 Step t of Adam: m ← β₁ · m + (1 − β₁) · g and v ← β₂ · v + (1 − β₂) · g², then
 * w ← w − learningRate · m̂ / (√v̂ + ε) with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ), all entry by entry.
 *
 * Kingma and Ba 2015, algorithm 1, https://arxiv.org/abs/1412.6980
 *
 * @param w the parameters, any shape
 * @param g the gradient, shape of w
 * @param m the running mean of the gradient, shape of w; zeros before the first step
 * @param v the running mean of the squared gradient, shape of w; zeros before the first step
 * @param t the number of this step, from 1
 * @param options the learning rate, β₁, β₂ and ε
 * @returns w, m and v after the step
 * @throws RangeError when the shapes differ
 */
export function adam(
  w: Tensor,
  g: Tensor,
  m: Tensor,
  v: Tensor,
  t: number,
  options: AdamOptions,
): AdamStep {
  requireSameShape('adam', { w, g, m, v });
  const { beta1, beta2 } = options;
  const mean = runningMean(m, g, beta1);
  const squares = runningMean(v, map(g, square), beta2);
  const [meanShare, squaresShare] = [1 - beta1 ** t, 1 - beta2 ** t];
  const corrected = {
    mean: map(mean, (value) => value / meanShare),
    squares: map(squares, (value) => value / squaresShare),
  };
  return { w: scaledStep(w, corrected.mean, corrected.squares, options), m: mean, v: squares };
}

/** How AdamW steps. */
export interface AdamwOptions extends AdamOptions {
  /** λ, how fast parameters shrink by themselves, from 0; 0.01 is common. */
  weightDecay: number;
}

/**
 * 07.7 Step t of AdamW, Adam with decoupled weight decay: w ← w − learningRate · (m̂ / (√v̂ + ε) + λ · w).
 *
 * m and v are Adam's, of the gradient alone. The w that decays is that before the step.
 *
 * Loshchilov and Hutter 2019, algorithm 2, https://arxiv.org/abs/1711.05101
 *
 * @param w the parameters, any shape
 * @param g the gradient of the loss without any penalty, shape of w
 * @param m the running mean of the gradient, shape of w; zeros before the first step
 * @param v the running mean of the squared gradient, shape of w; zeros before the first step
 * @param t the number of this step, from 1
 * @param options Adam's, and λ
 * @returns w, m and v after the step
 * @throws RangeError when the shapes differ
 */
export function adamw(
  w: Tensor,
  g: Tensor,
  m: Tensor,
  v: Tensor,
  t: number,
  options: AdamwOptions,
): AdamStep {
  const { learningRate, weightDecay } = options;
  const step = adam(w, g, m, v, t, options);
  return {
    ...step,
    w: zip(step.w, w, (moved, value) => moved - learningRate * weightDecay * value),
  };
}

/** A learning rate that falls in stairs. */
export interface StepDecayOptions {
  /** The rate of the first steps, above 0. */
  learningRate: number;
  /** How many steps a stair has, a whole number from 1. */
  every: number;
  /** What the rate is multiplied with from stair to stair, in (0, 1]. */
  factor: number;
}

/**
 * 07.8 Step decay: learningRate · factor^⌊(t − 1) / every⌋.
 *
 * @param t the number of the step, from 1
 * @param options the first rate, the steps of a stair, and the factor
 * @returns the learning rate of step t
 */
export function stepDecay(t: number, options: StepDecayOptions): number {
  const { learningRate, every, factor } = options;
  return learningRate * factor ** Math.floor((t - 1) / every);
}

/** A learning rate that falls along half a wave. */
export interface CosineDecayOptions {
  /** The rate of the first step, above 0. */
  learningRate: number;
  /** The rate after the last step, from 0. */
  lowest: number;
  /** How many steps the way down has, a whole number from 1. */
  steps: number;
}

/**
 * 07.9 Cosine decay: lowest + (learningRate − lowest) · (1 + cos(π · (t − 1) / steps)) / 2, and lowest for every
 * t above steps.
 *
 * Loshchilov and Hutter 2017, equation 5, https://arxiv.org/abs/1608.03983
 *
 * @param t the number of the step, from 1
 * @param options the first and the last rate, and the steps between
 * @returns the learning rate of step t
 */
export function cosineDecay(t: number, options: CosineDecayOptions): number {
  const { learningRate, lowest, steps } = options;
  const done = Math.min(1, (t - 1) / steps);
  return lowest + ((learningRate - lowest) * (1 + Math.cos(Math.PI * done))) / 2;
}

/** A learning rate that rises at first. */
export interface WarmUpOptions {
  /** The rate after the warm-up, above 0. */
  learningRate: number;
  /** How many steps the warm-up has, a whole number from 0. */
  steps: number;
}

/**
 * 07.10 Warm-up: learningRate · t / steps for the first steps, then learningRate.
 *
 * Goyal et al. 2017, section 2.2, https://arxiv.org/abs/1706.02677
 *
 * @param t the number of the step, from 1
 * @param options the rate to reach and the steps until then; with 0 steps there is no warm-up
 * @returns the learning rate of step t
 */
export function warmUp(t: number, { learningRate, steps }: WarmUpOptions): number {
  return t < steps ? (learningRate * t) / steps : learningRate;
}

/** What Adam remembers of a whole network. */
export interface AdamState {
  /** How many steps were taken, in which all parameters took part. */
  t: number;
  /** The running mean of the gradient of each parameter, under its name. */
  m: Params;
  /** The running mean of the squared gradient of each parameter, under its name. */
  v: Params;
}

/**
 * 07.11 What Adam remembers before the first step: no steps, and zeros for each parameter.
 *
 * @param params the parameters, arrays of any shapes by name
 * @returns t of 0, and for each parameter an m and a v of its shape
 */
export function adamStart(params: Params): AdamState {
  const nothing = (): Params => mapParams(params, (w) => map(w, () => 0));
  return { t: 0, m: nothing(), v: nothing() };
}

/** A network's parameters and Adam's memory of them. */
export interface AdamUpdate {
  params: Params;
  state: AdamState;
}

/**
 * 07.12 One step of Adam (07.6) for all parameters of a network.
 *
 * Each parameter has a memory of its own; the number of the step is common to all, and grows by 1.
 *
 * @param params the parameters, by name
 * @param gradients the gradient of each, under its name
 * @param state what the step before returned, or adamStart
 * @param options the learning rate of this step, β₁, β₂ and ε
 * @returns the parameters and the state after the step
 * @throws RangeError when a parameter has no gradient, or one of another shape
 */
export function adamUpdate(
  params: Params,
  gradients: Params,
  state: AdamState,
  options: AdamOptions,
): AdamUpdate {
  const t = state.t + 1;
  const steps = Object.entries(params).map(([name, w]) => {
    const g = gradients[name];
    if (g === undefined) {
      throw new RangeError(
        `adamUpdate: params has ${name} and gradients has not; ` +
          'give a gradient for each parameter, under its name',
      );
    }
    return [name, adam(w, g, state.m[name]!, state.v[name]!, t, options)] as const;
  });
  const all = (part: keyof AdamStep): Params =>
    Object.fromEntries(steps.map(([name, step]) => [name, step[part]]));
  return { params: all('w'), state: { t, m: all('m'), v: all('v') } };
}

/** How to minimize. */
export interface MinimizeOptions extends Omit<AdamOptions, 'learningRate'> {
  /** How many steps, a whole number from 0. */
  steps: number;
  /** The learning rate of step t, with t from 1. */
  schedule: (t: number) => number;
}

/** Where a minimization came out. */
export interface Minimized {
  /** The parameters after the last step. */
  params: Params;
  /** The loss before each step, as many as there are steps. */
  losses: number[];
}

/**
 * 07.13 Minimizes a loss with Adam and a schedule.
 *
 * Each step asks once for the loss and the gradients at the present parameters, and once for its rate.
 *
 * @param lossAndGradients the loss and its gradients at some parameters
 * @param params where to start
 * @param options the number of steps, the schedule, β₁, β₂ and ε
 * @returns the parameters after the last step, and the loss before each
 */
export function minimize(
  lossAndGradients: (params: Params) => LossAndGradients,
  params: Params,
  options: MinimizeOptions,
): Minimized {
  const { steps, schedule, ...rule } = options;
  const losses: number[] = [];
  let now: AdamUpdate = { params: mapParams(params, copy), state: adamStart(params) };
  for (let t = 1; t <= steps; t++) {
    const { loss, gradients } = lossAndGradients(now.params);
    losses.push(loss);
    now = adamUpdate(now.params, gradients, now.state, { ...rule, learningRate: schedule(t) });
  }
  return { params: now.params, losses };
}

/** share · mean + (1 − share) · value: what is remembered, and a little of what is new. */
function runningMean(mean: Tensor, value: Tensor, share: number): Tensor {
  return zip(mean, value, (old, now) => share * old + (1 - share) * now);
}

/** w − learningRate · g / (√s + ε). */
function scaledStep(w: Tensor, g: Tensor, s: Tensor, options: AdagradOptions): Tensor {
  const { learningRate, epsilon } = options;
  const scaled = zip(g, s, (slope, squares) => slope / (Math.sqrt(squares) + epsilon));
  return zip(w, scaled, (value, step) => value - learningRate * step);
}

function square(value: number): number {
  return value ** 2;
}

/** f of each parameter, under its name. */
function mapParams(params: Params, f: (w: Tensor) => Tensor): Params {
  return Object.fromEntries(Object.entries(params).map(([name, w]) => [name, f(w)]));
}
