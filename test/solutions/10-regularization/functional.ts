/** The right answers of lesson 10 with whole arrays, recursion and the operations of ndarray-ops. */
import ops from 'ndarray-ops';
import { copy, map, requireSameShape, zeros, type Tensor } from '#arrays';
import { gradientDescentStep } from '#lessons/04-numerical-gradient';
import { sgdStep } from '#lessons/06-training';

type Params = Record<string, Tensor>;

const isWeight = (name: string): boolean => name[0] === 'W';

const each = (params: Params, f: (w: Tensor, name: string) => Tensor): Params =>
  Object.fromEntries(Object.entries(params).map(([name, w]) => [name, f(w, name)]));

const weights = (params: Params): Tensor[] =>
  Object.entries(params).flatMap(([name, w]) => (isWeight(name) ? [w] : []));

export function l2Penalty(params: Params, lambda: number): number {
  return weights(params).reduce((sum, w) => {
    const squares = zeros(...w.shape);
    ops.mul(squares, w, w);
    return sum + (lambda * ops.sum(squares)) / 2;
  }, 0);
}

export function l2Gradient(w: Tensor, lambda: number): Tensor {
  const out = zeros(...w.shape);
  ops.muls(out, w, lambda);
  return out;
}

export function l1Penalty(params: Params, lambda: number): number {
  return weights(params).reduce((sum, w) => {
    const sizes = copy(w);
    ops.abseq(sizes);
    return sum + lambda * ops.sum(sizes);
  }, 0);
}

export function l1Gradient(w: Tensor, lambda: number): Tensor {
  return map(w, (value) => (Number(value > 0) - Number(value < 0)) * lambda);
}

export function regularizedGradients(
  params: Params,
  gradients: Params,
  { l1, l2 }: { l1: number; l2: number },
): Params {
  return each(params, (w, name) => {
    if (!(name in gradients)) throw new RangeError(`regularizedGradients: no gradient of ${name}`);
    requireSameShape('regularizedGradients', { w, g: gradients[name]! });
    const out = copy(gradients[name]!);
    if (!isWeight(name)) return out;
    ops.addeq(out, l1Gradient(w, l1));
    ops.addeq(out, l2Gradient(w, l2));
    return out;
  });
}

export function weightDecayStep(
  params: Params,
  gradients: Params,
  { learningRate, weightDecay }: { learningRate: number; weightDecay: number },
): Params {
  // First the step, then the decay of what the weights were.
  return each(sgdStep(params, gradients, learningRate), (moved, name) =>
    isWeight(name)
      ? gradientDescentStep(moved, l2Gradient(params[name]!, weightDecay), learningRate)
      : moved,
  );
}

export function dropoutMask(shape: number[], p: number, random: () => number): Tensor {
  if (!(p >= 0 && p < 1)) throw new RangeError(`dropoutMask: p is ${p} and must be in [0, 1)`);
  // ⌊1 − p + u⌋ is 1 with probability 1 − p. The draws fill the mask along its first axis.
  const order = shape.map((_, axis) => axis).toReversed();
  const mask = zeros(...shape.toReversed());
  mask.data.forEach((_, i) => (mask.data[i] = Math.floor(1 - p + random()) / (1 - p)));
  return order.length > 1 ? copy(mask.transpose(...order)) : mask;
}

export function dropoutForward(
  x: Tensor,
  { p, training }: { p: number; training: boolean },
  random: () => number,
): { out: Tensor; cache: { mask: Tensor | null } } {
  if (!training) return { out: copy(x), cache: { mask: null } };
  const mask = dropoutMask(x.shape, p, random);
  const out = copy(x);
  ops.muleq(out, mask);
  return { out, cache: { mask } };
}

export function dropoutBackward(dout: Tensor, { mask }: { mask: Tensor | null }): { dx: Tensor } {
  const dx = copy(dout);
  if (mask !== null) ops.muleq(dx, mask);
  return { dx };
}

export function inputNoise(
  x: Tensor,
  { deviation, training }: { deviation: number; training: boolean },
  random: () => number,
): Tensor {
  if (!training) return copy(x);
  const noise = map(x, () => {
    const angle = 2 * Math.PI * random();
    return Math.sin(angle) * Math.sqrt(-2 * Math.log1p(-random()));
  });
  ops.mulseq(noise, deviation);
  ops.addeq(noise, x);
  return noise;
}

function requireCount(operation: string, count: number): void {
  if (!Number.isSafeInteger(count) || count <= 0) {
    throw new RangeError(`${operation}: ${count} is no whole number from 1`);
  }
}

export function earlyStopping(losses: number[], patience: number): { best: number; stop: number } {
  requireCount('earlyStopping', patience);
  const lowestUntil = losses.map((_, i) =>
    losses.slice(0, i + 1).reduce((low, loss) => (loss < low ? loss : low), Infinity),
  );
  const improves = losses.map((loss, i) => loss < (lowestUntil[i - 1] ?? Infinity));
  const bestUntil = (stop: number): number => improves.lastIndexOf(true, stop - 1) + 1;
  const epochs = losses.map((_, i) => i + 1);
  const stop = epochs.find((t) => t - bestUntil(t) === patience) ?? losses.length;
  return { best: stop === 0 ? 0 : bestUntil(stop), stop };
}

interface Result {
  params: Params;
  best: number;
  losses: number[];
}

export function trainWithEarlyStopping(
  trainOneEpoch: (params: Params, epoch: number) => { params: Params; validationLoss: number },
  params: Params,
  { epochs, patience }: { epochs: number; patience: number },
): Result {
  requireCount('trainWithEarlyStopping', patience);
  const goOn = (now: Params, found: Result): Result => {
    const t = found.losses.length;
    if (t === epochs || t - found.best === patience) return found;
    const { params: next, validationLoss } = trainOneEpoch(each(now, copy), t + 1);
    const losses = [...found.losses, validationLoss];
    const { best } = earlyStopping(losses, patience);
    const kept = best > t ? each(next, copy) : found.params;
    return goOn(next, { params: kept, best, losses });
  };
  return goOn(params, { params: each(params, copy), best: 0, losses: [] });
}

export function diagnoseCurves(
  training: number[],
  validation: number[],
  { target, gap, window }: { target: number; gap: number; window: number },
): string {
  requireCount('diagnoseCurves', window);
  if (training.length === 0 || validation.length !== training.length) {
    throw new RangeError(
      `diagnoseCurves: ${training.length} and ${validation.length} losses don't match`,
    );
  }
  const [T, V] = [training, validation].map((curve) => {
    const seen = curve.toReversed().slice(0, window);
    return seen.reduce((sum, loss) => sum + loss / seen.length, 0);
  }) as [number, number];
  const isLearned = T <= target;
  const isGeneral = V - T <= gap;
  return isLearned ? (isGeneral ? 'fine' : 'overfitting') : 'underfitting';
}
