/** A right solution of lesson 10 as a beginner writes it: plain loops over all entries, and nothing of earlier lessons. */
import { copy, zeros, type Tensor } from '#arrays';

type Params = Record<string, Tensor>;

/** All weights in one list. */
function weightsOf(params: Params): number[] {
  const list: number[] = [];
  for (const name in params) {
    if (name[0] !== 'W') continue;
    for (const w of copy(params[name]!).data) list.push(w);
  }
  return list;
}

export function l2Penalty(params: Params, lambda: number): number {
  let sum = 0;
  for (const w of weightsOf(params)) sum += 0.5 * lambda * w ** 2;
  return sum;
}

export function l2Gradient(w: Tensor, lambda: number): Tensor {
  const out = copy(w);
  for (let i = 0; i < out.size; i++) out.data[i]! *= lambda;
  return out;
}

export function l1Penalty(params: Params, lambda: number): number {
  let sum = 0;
  for (const w of weightsOf(params)) sum += w > 0 ? lambda * w : -lambda * w;
  return sum;
}

export function l1Gradient(w: Tensor, lambda: number): Tensor {
  const out = copy(w);
  for (let i = 0; i < out.size; i++) {
    if (out.data[i]! > 0) out.data[i] = lambda;
    else if (out.data[i]! < 0) out.data[i] = -lambda;
    else out.data[i] = 0;
  }
  return out;
}

/** The gradient of a parameter, of its shape. */
function gradientOf(name: string, params: Params, gradients: Params): Tensor {
  const g = gradients[name];
  if (g === undefined) throw new RangeError(`${name} has no gradient`);
  if (String(g.shape) !== String(params[name]!.shape)) {
    throw new RangeError(`the gradient of ${name} has another shape`);
  }
  return copy(g);
}

export function regularizedGradients(
  params: Params,
  gradients: Params,
  { l1, l2 }: { l1: number; l2: number },
): Params {
  const out: Params = {};
  for (const name in params) {
    const g = gradientOf(name, params, gradients);
    if (name[0] === 'W') {
      const w = copy(params[name]!);
      for (let i = 0; i < g.size; i++) {
        if (w.data[i]! > 0) g.data[i]! += l1;
        if (w.data[i]! < 0) g.data[i]! -= l1;
        g.data[i]! += l2 * w.data[i]!;
      }
    }
    out[name] = g;
  }
  return out;
}

export function weightDecayStep(
  params: Params,
  gradients: Params,
  { learningRate, weightDecay }: { learningRate: number; weightDecay: number },
): Params {
  for (const name in gradients) {
    if (!(name in params)) throw new RangeError(`there is no parameter ${name}`);
  }
  const out: Params = {};
  for (const name in params) {
    const g = gradientOf(name, params, gradients);
    const w = copy(params[name]!);
    for (let i = 0; i < w.size; i++) {
      const decay = name[0] === 'W' ? weightDecay * w.data[i]! : 0;
      w.data[i]! -= learningRate * (g.data[i]! + decay);
    }
    out[name] = w;
  }
  return out;
}

export function dropoutMask(shape: number[], p: number, random: () => number): Tensor {
  if (Number.isNaN(p) || p < 0 || p >= 1) throw new RangeError(`no mask drops with p = ${p}`);
  const mask = zeros(...shape);
  for (let i = 0; i < mask.size; i++) {
    const kept = random() >= p;
    if (kept) mask.data[i] = 1 / (1 - p);
  }
  return mask;
}

/** Which entries were kept, and what those are multiplied with. */
interface Cache {
  kept: number[];
  scale: number;
}

export function dropoutForward(
  x: Tensor,
  { p, training }: { p: number; training: boolean },
  random: () => number,
): { out: Tensor; cache: Cache } {
  const input = copy(x);
  const kept: number[] = [];
  if (!training) {
    for (let i = 0; i < input.size; i++) kept.push(i);
    return { out: input, cache: { kept, scale: 1 } };
  }
  if (!(p >= 0) || !(p < 1)) throw new RangeError(`dropout cannot drop with p = ${p}`);
  const scale = 1 / (1 - p);
  const out = zeros(...x.shape);
  // From the last entry to the first.
  for (let i = input.size - 1; i >= 0; i--) {
    if (random() < p) continue;
    out.data[i] = input.data[i]! * scale;
    kept.push(i);
  }
  return { out, cache: { kept, scale } };
}

export function dropoutBackward(dout: Tensor, { kept, scale }: Cache): { dx: Tensor } {
  const d = copy(dout);
  const dx = zeros(...dout.shape);
  for (const i of kept) dx.data[i] = scale * d.data[i]!;
  return { dx };
}

export function inputNoise(
  x: Tensor,
  { deviation, training }: { deviation: number; training: boolean },
  random: () => number,
): Tensor {
  const out = copy(x);
  if (!training) return out;
  for (let i = 0; i < out.size; i++) {
    // Marsaglia's polar method: a point in the unit disc.
    let [u, v, s] = [0, 0, 0];
    while (s === 0 || s >= 1) {
      u = 2 * random() - 1;
      v = 2 * random() - 1;
      s = u * u + v * v;
    }
    out.data[i]! += deviation * u * Math.sqrt((-2 * Math.log(s)) / s);
  }
  return out;
}

export function earlyStopping(losses: number[], patience: number): { best: number; stop: number } {
  if (!(patience >= 1) || patience % 1 !== 0) {
    throw new RangeError(`a patience of ${patience} is none`);
  }
  let best = 0;
  let lowest = Infinity;
  let waited = 0;
  for (let epoch = 1; epoch <= losses.length; epoch++) {
    if (losses[epoch - 1]! < lowest) {
      lowest = losses[epoch - 1]!;
      best = epoch;
      waited = 0;
    } else {
      waited++;
    }
    if (waited === patience) return { best, stop: epoch };
  }
  return { best, stop: losses.length };
}

function copies(params: Params): Params {
  const out: Params = {};
  for (const name in params) out[name] = copy(params[name]!);
  return out;
}

export function trainWithEarlyStopping(
  trainOneEpoch: (params: Params, epoch: number) => { params: Params; validationLoss: number },
  params: Params,
  { epochs, patience }: { epochs: number; patience: number },
): { params: Params; best: number; losses: number[] } {
  if (!(patience >= 1) || patience % 1 !== 0) {
    throw new RangeError(`a patience of ${patience} is none`);
  }
  let now = copies(params);
  let kept = copies(params);
  let best = 0;
  let lowest = Infinity;
  const losses: number[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const { params: next, validationLoss } = trainOneEpoch(now, epoch);
    now = next;
    losses.push(validationLoss);
    if (validationLoss < lowest) {
      lowest = validationLoss;
      best = epoch;
      kept = copies(next);
    } else if (epoch === best + patience) {
      break;
    }
  }
  return { params: kept, best, losses };
}

export function diagnoseCurves(
  training: number[],
  validation: number[],
  { target, gap, window }: { target: number; gap: number; window: number },
): string {
  if (!(window >= 1) || window % 1 !== 0) throw new RangeError(`a window of ${window} is none`);
  if (training.length !== validation.length) throw new RangeError('the curves differ in length');
  if (training.length === 0) throw new RangeError('there are no curves');
  const count = Math.min(window, training.length);
  let [sumOfTraining, sumOfValidation] = [0, 0];
  for (let back = 1; back <= count; back++) {
    sumOfTraining += training[training.length - back]!;
    sumOfValidation += validation[validation.length - back]!;
  }
  const [T, V] = [sumOfTraining / count, sumOfValidation / count];
  if (T > target) return 'underfitting';
  if (V > T + gap) return 'overfitting';
  return 'fine';
}
