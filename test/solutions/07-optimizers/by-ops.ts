/** The right answers of lesson 07 with whole arrays and the operations of ndarray-ops. */
import ops from 'ndarray-ops';
import { copy, requireSameShape, zeros, type Tensor } from '#arrays';

type Params = Record<string, Tensor>;

interface Rule {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}

interface State {
  t: number;
  m: Params;
  v: Params;
}

/** a · x + b · y */
function mixed(a: number, x: Tensor, b: number, y: Tensor): Tensor {
  const [out, other] = [copy(x), copy(y)];
  ops.mulseq(out, a);
  ops.mulseq(other, b);
  ops.addeq(out, other);
  return out;
}

function squared(x: Tensor): Tensor {
  const out = zeros(...x.shape);
  ops.mul(out, x, x);
  return out;
}

/** w − rate · x / (√s + ε) */
function scaled(w: Tensor, x: Tensor, s: Tensor, rate: number, epsilon: number): Tensor {
  const below = copy(s);
  ops.sqrteq(below);
  ops.addseq(below, epsilon);
  const step = copy(x);
  ops.diveq(step, below);
  return mixed(1, w, -rate, step);
}

export function sgd(w: Tensor, g: Tensor, learningRate: number): Tensor {
  requireSameShape('sgd', { w, g });
  return mixed(1, w, -learningRate, g);
}

interface Friction {
  learningRate: number;
  momentum: number;
}

export function momentum(
  w: Tensor,
  g: Tensor,
  v: Tensor,
  rule: Friction,
): { w: Tensor; v: Tensor } {
  requireSameShape('momentum', { w, g, v });
  const velocity = mixed(rule.momentum, v, -rule.learningRate, g);
  return { w: mixed(1, w, 1, velocity), v: velocity };
}

export function nesterov(
  w: Tensor,
  g: Tensor,
  v: Tensor,
  rule: Friction,
): { w: Tensor; v: Tensor } {
  const { v: velocity } = momentum(w, g, v, rule);
  const ahead = mixed(rule.momentum, velocity, -rule.learningRate, g);
  return { w: mixed(1, w, 1, ahead), v: velocity };
}

interface Scaling {
  learningRate: number;
  epsilon: number;
}

export function adagrad(w: Tensor, g: Tensor, s: Tensor, rule: Scaling): { w: Tensor; s: Tensor } {
  requireSameShape('adagrad', { w, g, s });
  const squares = mixed(1, s, 1, squared(g));
  return { w: scaled(w, g, squares, rule.learningRate, rule.epsilon), s: squares };
}

export function rmsprop(
  w: Tensor,
  g: Tensor,
  s: Tensor,
  rule: Scaling & { decay: number },
): { w: Tensor; s: Tensor } {
  requireSameShape('rmsprop', { w, g, s });
  const squares = mixed(rule.decay, s, 1 - rule.decay, squared(g));
  return { w: scaled(w, g, squares, rule.learningRate, rule.epsilon), s: squares };
}

export function adam(
  w: Tensor,
  g: Tensor,
  m: Tensor,
  v: Tensor,
  t: number,
  { learningRate, beta1, beta2, epsilon }: Rule,
): { w: Tensor; m: Tensor; v: Tensor } {
  requireSameShape('adam', { w, g, m, v });
  const mean = mixed(beta1, m, 1 - beta1, g);
  const squares = mixed(beta2, v, 1 - beta2, squared(g));
  const [unbiased, square] = [copy(mean), copy(squares)];
  ops.divseq(unbiased, 1 - beta1 ** t);
  ops.divseq(square, 1 - beta2 ** t);
  return { w: scaled(w, unbiased, square, learningRate, epsilon), m: mean, v: squares };
}

export function adamw(
  w: Tensor,
  g: Tensor,
  m: Tensor,
  v: Tensor,
  t: number,
  { weightDecay, ...rule }: Rule & { weightDecay: number },
): { w: Tensor; m: Tensor; v: Tensor } {
  const step = adam(w, g, m, v, t, rule);
  return { ...step, w: mixed(1, step.w, -rule.learningRate * weightDecay, w) };
}

export function stepDecay(
  t: number,
  { learningRate, every, factor }: { learningRate: number; every: number; factor: number },
): number {
  return t <= every ? learningRate : factor * stepDecay(t - every, { learningRate, every, factor });
}

export function cosineDecay(
  t: number,
  { learningRate, lowest, steps }: { learningRate: number; lowest: number; steps: number },
): number {
  const middle = (learningRate + lowest) / 2;
  const angle = (Math.min(t - 1, steps) * Math.PI) / steps;
  return middle + (learningRate - middle) * Math.cos(angle);
}

export function warmUp(
  t: number,
  { learningRate, steps }: { learningRate: number; steps: number },
): number {
  return learningRate * Math.min(1, t / steps);
}

export function adamStart(params: Params): State {
  const nothing = (): Params =>
    Object.fromEntries(Object.entries(params).map(([name, w]) => [name, zeros(...w.shape)]));
  return { t: 0, m: nothing(), v: nothing() };
}

export function adamUpdate(
  params: Params,
  gradients: Params,
  state: State,
  rule: Rule,
): { params: Params; state: State } {
  const next: State = { t: state.t + 1, m: {}, v: {} };
  const moved: Params = {};
  for (const [name, value] of Object.entries(params)) {
    if (!(name in gradients)) throw new RangeError(`adamUpdate: no gradient is called ${name}`);
    const step = adam(value, gradients[name]!, state.m[name]!, state.v[name]!, next.t, rule);
    [moved[name], next.m[name], next.v[name]] = [step.w, step.m, step.v];
  }
  return { params: moved, state: next };
}

export function minimize(
  lossAndGradients: (params: Params) => { loss: number; gradients: Params },
  params: Params,
  {
    steps,
    schedule,
    ...rule
  }: Omit<Rule, 'learningRate'> & {
    steps: number;
    schedule: (t: number) => number;
  },
): { params: Params; losses: number[] } {
  const start = { params: { ...params }, state: adamStart(params) };
  for (const name of Object.keys(params)) start.params[name] = copy(params[name]!);
  const losses: number[] = [];
  const rates = Array.from({ length: steps }, (_, i) => i + 1);
  const end = rates.reduce((now, t) => {
    const { loss, gradients } = lossAndGradients(now.params);
    losses.push(loss);
    return adamUpdate(now.params, gradients, now.state, { ...rule, learningRate: schedule(t) });
  }, start);
  return { params: end.params, losses };
}
