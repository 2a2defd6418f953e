/** The right answers of lesson 07 as a beginner writes them: plain lists, one entry after the other. */
import { array, copy, zeros, type Tensor } from '#arrays';

type Params = Record<string, Tensor>;

interface State {
  t: number;
  m: Params;
  v: Params;
}

interface Rule {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}

/** The numbers of arrays of one shape, side by side. */
function side(...arrays: Tensor[]): number[][] {
  const shapes = new Set(arrays.map(({ shape }) => String(shape)));
  if (shapes.size > 1) throw new RangeError(`the shapes ${[...shapes].join(' and ')} differ`);
  const flat = arrays.map((x) => copy(x).data);
  return [...flat[0]!.keys()].map((i) => flat.map((numbers) => numbers[i]!));
}

/** Arrays in the shape of x, from lists of as many numbers. */
function shaped(x: Tensor, rows: number[][], count: number): Tensor[] {
  return Array.from({ length: count }, (_, part) => {
    const out = zeros(...x.shape);
    rows.forEach((row, i) => (out.data[i] = row[part]!));
    return out;
  });
}

export function sgd(w: Tensor, g: Tensor, learningRate: number): Tensor {
  const rows = side(w, g).map(([x, slope]) => [x! - learningRate * slope!]);
  return shaped(w, rows, 1)[0]!;
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
  const rows = side(w, g, v).map(([x, slope, speed]) => {
    const now = rule.momentum * speed! - slope! * rule.learningRate;
    return [x! + now, now];
  });
  const [moved, velocity] = shaped(w, rows, 2);
  return { w: moved!, v: velocity! };
}

export function nesterov(
  w: Tensor,
  g: Tensor,
  v: Tensor,
  rule: Friction,
): { w: Tensor; v: Tensor } {
  const mu = rule.momentum;
  // In terms of both velocities: w + (1 + μ) · v − μ · v before.
  const rows = side(w, g, v).map(([x, slope, speed]) => {
    const now = mu * speed! - rule.learningRate * slope!;
    return [x! + (1 + mu) * now - mu * speed!, now];
  });
  const [moved, velocity] = shaped(w, rows, 2);
  return { w: moved!, v: velocity! };
}

interface Scaling {
  learningRate: number;
  epsilon: number;
}

export function adagrad(w: Tensor, g: Tensor, s: Tensor, rule: Scaling): { w: Tensor; s: Tensor } {
  const rows = side(w, g, s).map(([x, slope, sum]) => {
    const squares = sum! + slope! * slope!;
    return [x! - (rule.learningRate / (rule.epsilon + Math.sqrt(squares))) * slope!, squares];
  });
  const [moved, squares] = shaped(w, rows, 2);
  return { w: moved!, s: squares! };
}

export function rmsprop(
  w: Tensor,
  g: Tensor,
  s: Tensor,
  rule: Scaling & { decay: number },
): { w: Tensor; s: Tensor } {
  const rows = side(w, g, s).map(([x, slope, mean]) => {
    const squares = mean! + (1 - rule.decay) * (slope! * slope! - mean!);
    return [x! - (rule.learningRate * slope!) / (Math.sqrt(squares) + rule.epsilon), squares];
  });
  const [moved, squares] = shaped(w, rows, 2);
  return { w: moved!, s: squares! };
}

export function adam(w: Tensor, g: Tensor, m: Tensor, v: Tensor, t: number, rule: Rule) {
  return adamw(w, g, m, v, t, { ...rule, weightDecay: 0 });
}

export function adamw(
  w: Tensor,
  g: Tensor,
  m: Tensor,
  v: Tensor,
  t: number,
  rule: Rule & { weightDecay: number },
): { w: Tensor; m: Tensor; v: Tensor } {
  const { learningRate, beta1, beta2, epsilon, weightDecay } = rule;
  const rows = side(w, g, m, v).map(([x, slope, oldMean, oldSquare]) => {
    const mean = beta1 * oldMean! + (1 - beta1) * slope!;
    const square = beta2 * oldSquare! + (1 - beta2) * slope! * slope!;
    const along = mean / (1 - Math.pow(beta1, t));
    const across = Math.sqrt(square / (1 - Math.pow(beta2, t))) + epsilon;
    return [x! - learningRate * (along / across + weightDecay * x!), mean, square];
  });
  const [moved, mean, square] = shaped(w, rows, 3);
  return { w: moved!, m: mean!, v: square! };
}

export function stepDecay(
  t: number,
  { learningRate, every, factor }: { learningRate: number; every: number; factor: number },
): number {
  let rate = learningRate;
  for (let step = 2; step <= t; step++) if ((step - 1) % every === 0) rate *= factor;
  return rate;
}

export function cosineDecay(
  t: number,
  { learningRate, lowest, steps }: { learningRate: number; lowest: number; steps: number },
): number {
  if (t > steps) return lowest;
  // (1 + cos a) / 2 = cos² (a / 2)
  const share = Math.cos((Math.PI * (t - 1)) / steps / 2) ** 2;
  return share * learningRate + (1 - share) * lowest;
}

export function warmUp(
  t: number,
  { learningRate, steps }: { learningRate: number; steps: number },
): number {
  if (t >= steps) return learningRate;
  return learningRate * (t / steps);
}

export function adamStart(params: Params): State {
  const state: State = { t: 0, m: {}, v: {} };
  for (const name in params) {
    state.m[name] = zeros(...params[name]!.shape);
    state.v[name] = zeros(...params[name]!.shape);
  }
  return state;
}

export function adamUpdate(params: Params, gradients: Params, state: State, rule: Rule) {
  const after = { params: {} as Params, state: { t: state.t + 1, m: {}, v: {} } as State };
  for (const name in params) {
    const g = gradients[name];
    if (!g) throw new RangeError(`there is no gradient for ${name}`);
    const step = adam(params[name]!, g, state.m[name]!, state.v[name]!, after.state.t, rule);
    after.params[name] = step.w;
    after.state.m[name] = step.m;
    after.state.v[name] = step.v;
  }
  return after;
}

export function minimize(
  lossAndGradients: (params: Params) => { loss: number; gradients: Params },
  params: Params,
  options: Omit<Rule, 'learningRate'> & { steps: number; schedule: (t: number) => number },
): { params: Params; losses: number[] } {
  const losses: number[] = [];
  let state = adamStart(params);
  let now: Params = {};
  for (const name in params) now[name] = copy(params[name]!);
  while (state.t < options.steps) {
    const { loss, gradients } = lossAndGradients(now);
    losses.push(loss);
    const { beta1, beta2, epsilon } = options;
    const rule = { learningRate: options.schedule(state.t + 1), beta1, beta2, epsilon };
    ({ params: now, state } = adamUpdate(now, gradients, state, rule));
  }
  return { params: now, losses: [...array(losses).data] };
}
