/** The right answers of lesson 24 number by number, in lists, and with other caches. */
import { array, copy, filled, labels as labelsOf, zeros, type Labels, type Tensor } from '#arrays';
import { normal } from '#datasets/random';

type Params = Record<string, Tensor>;
type Random = () => number;

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
const sum = (list: number[]): number => list.reduce((total, value) => total + value, 0);

function refuse(isWrong: boolean, why: string): void {
  if (isWrong) throw new RangeError(why);
}

const shapeOf = (x: Tensor): string => x.shape.join(' × ');

export function fewOfEach(labels: Labels, classes: number[], count: number, random: Random) {
  const chosen: number[] = [];
  for (const wanted of classes) {
    const left = range(labels.size).filter((n) => labels.get(n) === wanted);
    refuse(left.length < count, `class ${wanted} has too few samples`);
    for (let i = 0; i < count; i++) {
      chosen.push(...left.splice(Math.floor(random() * left.length), 1));
    }
  }
  return chosen.toSorted((a, b) => a - b);
}

export function renumber(labels: Labels, classes: number[]): Labels {
  const numbers = new Map(classes.map((label, k) => [label, k]));
  return labelsOf(
    range(labels.size).map((n) => {
      const number = numbers.get(labels.get(n));
      if (number === undefined) throw new RangeError(`no class ${labels.get(n)}`);
      return number;
    }),
  );
}

export function loadParams(network: Params, weights: Params, leftOut: string[]): Params {
  const kept = new Set(leftOut);
  for (const name of [...kept, ...Object.keys(weights)]) {
    refuse(network[name] === undefined, `${name} is unknown`);
  }
  const loaded: Params = {};
  for (const name of Object.keys(network).toReversed()) {
    const own = network[name]!;
    const given = kept.has(name) ? own : weights[name];
    if (given === undefined) throw new RangeError(`${name} is missing`);
    refuse(shapeOf(given) !== shapeOf(own), `${name} has another shape`);
    loaded[name] = copy(given);
  }
  return loaded;
}

export function newHead(params: Params, classes: number, random: Random): Params {
  refuse(!(classes >= 1) || classes % 1 !== 0, 'give a number of classes');
  const last = Math.max(...Object.keys(params).map((name) => Number(name.slice(1))));
  const rows = params[`W${last}`]!.shape[0]!;
  // Column by column: the order of the draws is the author's own.
  const columns = range(classes).map(() =>
    range(rows).map(() => Math.sqrt(2 / rows) * normal(random)),
  );
  return Object.fromEntries(
    Object.entries(params).map(([name, w]) => {
      if (name === `W${last}`) return [name, filled([rows, classes], (d, c) => columns[c!]![d!]!)];
      return [name, name === `b${last}` ? zeros(classes) : copy(w)];
    }),
  );
}

interface Layer {
  names: string[];
  backward: (dout: Tensor) => { dx: Tensor; gradients: Params };
}

export function trainedBackward(dout: Tensor, layers: Layer[], trained: string[]): Params {
  const wanted = new Set(trained);
  const missing = new Set(trained);
  for (const { names } of layers) for (const name of names) missing.delete(name);
  refuse(missing.size > 0, `no layer has ${[...missing].join()}`);
  const gradients: Params = {};
  let back = dout;
  for (let l = layers.length - 1; l >= 0 && wanted.size > 0; l--) {
    const { names, backward } = layers[l]!;
    const found = backward(back);
    for (const name of names.filter((one) => wanted.has(one))) {
      gradients[name] = copy(found.gradients[name]!);
      wanted.delete(name);
    }
    back = found.dx;
  }
  return gradients;
}

interface StepOptions {
  learningRate: number;
  decay: number;
  momentum: number;
  weightDecay: number;
}

export function fineTuningStep(
  params: Params,
  gradients: Params,
  velocity: Params,
  layers: string[][],
  { learningRate, decay, momentum, weightDecay }: StepOptions,
) {
  const rates = new Map<string, number>();
  let rate = learningRate;
  for (const names of layers.toReversed()) {
    for (const name of names) rates.set(name, rate);
    rate *= decay;
  }
  for (const name of rates.keys()) {
    const [w, g] = [params[name], gradients[name]];
    if (w === undefined || g === undefined) throw new RangeError(`${name} is missing`);
    refuse(shapeOf(w) !== shapeOf(g), `${name} and its gradient differ`);
  }
  const next: { params: Params; velocity: Params } = { params: {}, velocity: {} };
  for (const [name, own] of Object.entries(params)) {
    const [w, v] = [copy(own), copy(velocity[name]!)];
    const eta = rates.get(name);
    if (eta !== undefined) {
      const g = copy(gradients[name]!);
      for (const i of range(w.size)) {
        const decayed = name[0] === 'W' ? weightDecay * w.data[i]! : 0;
        v.data[i] = momentum * v.data[i]! - eta * (g.data[i]! + decayed);
        w.data[i]! += v.data[i]!;
      }
    }
    next.params[name] = w;
    next.velocity[name] = v;
  }
  return next;
}

interface Statistics {
  mean: Tensor;
  variance: Tensor;
}

export function frozenBatchNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  running: Statistics,
  options: { epsilon: number },
) {
  refuse(x.dimension !== 2, 'x is no matrix');
  const [N, D] = x.shape as [number, number];
  for (const one of [gamma, beta, running.mean, running.variance]) {
    refuse(one.dimension !== 1 || one.size !== D, 'give one number for each column');
  }
  const out = zeros(N, D);
  const xHat = zeros(N, D);
  const factors = zeros(D);
  for (const d of range(D)) {
    const deviation = Math.sqrt(running.variance.get(d) + options.epsilon);
    factors.set(d, gamma.get(d) / deviation);
    for (const n of range(N)) {
      xHat.set(n, d, (x.get(n, d) - running.mean.get(d)) / deviation);
      out.set(n, d, xHat.get(n, d) * gamma.get(d) + beta.get(d));
    }
  }
  const kept = { mean: copy(running.mean), variance: copy(running.variance) };
  return { out, running: kept, cache: { xHat, factors } };
}

export function frozenBatchNormBackward(dout: Tensor, cache: { xHat: Tensor; factors: Tensor }) {
  const [N, D] = dout.shape as [number, number];
  const [dx, dgamma, dbeta] = [zeros(N, D), zeros(D), zeros(D)];
  for (const n of range(N)) {
    for (const d of range(D)) {
      const slope = dout.get(n, d);
      dx.set(n, d, slope * cache.factors.get(d));
      dgamma.set(d, dgamma.get(d) + slope * cache.xHat.get(n, d));
      dbeta.set(d, dbeta.get(d) + slope);
    }
  }
  return { dx, dgamma, dbeta };
}

export function trainHead(
  body: (x: Tensor) => Tensor,
  { x, labels }: { x: Tensor; labels: Labels },
  head: { W: Tensor; b: Tensor },
  { steps, learningRate }: { steps: number; learningRate: number },
) {
  const features = body(x);
  const [N, K, C] = [features.shape[0]!, head.W.shape[0]!, head.b.size];
  const W = range(K).map((k) => range(C).map((c) => head.W.get(k, c)));
  const b = range(C).map((c) => head.b.get(c));
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const dW = range(K).map(() => range(C).map(() => 0));
    const db = range(C).map(() => 0);
    let loss = 0;
    for (const n of range(N)) {
      const logits = range(C).map(
        (c) => b[c]! + sum(range(K).map((k) => features.get(n, k) * W[k]![c]!)),
      );
      const top = Math.max(...logits);
      const whole = top + Math.log(sum(logits.map((logit) => Math.exp(logit - top))));
      loss += (whole - logits[labels.get(n)]!) / N;
      for (const c of range(C)) {
        const slope = (Math.exp(logits[c]! - whole) - Number(c === labels.get(n))) / N;
        db[c]! += slope;
        for (const k of range(K)) dW[k]![c]! += features.get(n, k) * slope;
      }
    }
    losses.push(loss);
    for (const c of range(C)) {
      b[c]! -= learningRate * db[c]!;
      for (const k of range(K)) W[k]![c]! -= learningRate * dW[k]![c]!;
    }
  }
  return { head: { W: array(W), b: array(b) }, losses };
}

interface Low {
  A: Tensor;
  B: Tensor;
}

export function loraStart(D: number, M: number, rank: number, random: Random): Low {
  refuse(!range(Math.min(D, M)).includes(rank - 1), 'the rank is none');
  const A = zeros(D, rank);
  for (const r of range(rank)) {
    for (const d of range(D)) A.set(d, r, normal(random) / Math.sqrt(D));
  }
  return { A, B: zeros(rank, M) };
}

function requireLow(W: Tensor, { A, B }: Low): void {
  const [D, M] = W.shape;
  const isRight =
    A.dimension === 2 &&
    B.dimension === 2 &&
    A.shape[0] === D &&
    A.shape[1] === B.shape[0] &&
    B.shape[1] === M;
  refuse(!isRight, 'A and B do not fit W');
}

export function loraForward(x: Tensor, W: Tensor, b: Tensor, lora: Low, alpha: number) {
  refuse(x.dimension !== 2 || x.shape[1] !== W.shape[0] || b.size !== W.shape[1], 'x, W and b');
  const merged = loraMerge(W, lora, alpha);
  const [N, D] = x.shape as [number, number];
  const out = filled(
    [N, b.size],
    (n, m) => b.get(m!) + sum(range(D).map((d) => x.get(n!, d) * merged.get(d, m!))),
  );
  return { out, cache: { x, merged, ...lora, alpha } };
}

export function loraBackward(
  dout: Tensor,
  cache: Low & { x: Tensor; merged: Tensor; alpha: number },
) {
  const { x, merged, A, B, alpha } = cache;
  const [N, M] = dout.shape as [number, number];
  const [D, r] = A.shape as [number, number];
  // What would come back to the merged weights, and from there to both of their factors.
  const dW = range(D).map((d) =>
    range(M).map((m) => sum(range(N).map((n) => x.get(n, d) * dout.get(n, m)))),
  );
  const scale = alpha / r;
  return {
    dx: filled([N, D], (n, d) => sum(range(M).map((m) => dout.get(n!, m) * merged.get(d!, m)))),
    dA: filled([D, r], (d, k) => scale * sum(range(M).map((m) => dW[d!]![m]! * B.get(k!, m)))),
    dB: filled([r, M], (k, m) => scale * sum(range(D).map((d) => A.get(d, k!) * dW[d]![m!]!))),
  };
}

export function loraMerge(W: Tensor, lora: Low, alpha: number): Tensor {
  requireLow(W, lora);
  const { A, B } = lora;
  const r = A.shape[1]!;
  return filled(
    W.shape,
    (d, m) => W.get(d!, m!) + (sum(range(r).map((k) => A.get(d!, k) * B.get(k, m!))) * alpha) / r,
  );
}
