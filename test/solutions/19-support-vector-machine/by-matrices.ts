/** The right answers of lesson 19 with matrix products, and scores that are kept up to date instead of computed anew. */
import { copy, filled, map, matrixProduct, zeros, zip, type Tensor } from '#arrays';
import { shuffledOrder } from '#lessons/06-training';

interface Line {
  w: Tensor;
  b: number;
}

interface Machine {
  alpha: Tensor;
  b: number;
}

const column = (w: Tensor): Tensor => filled([w.size, 1], (i) => w.get(i!));
const total = (x: Tensor): number => copy(x).data.reduce((sum, value) => sum + value, 0);

/** tₙ · (w · xₙ + b). */
function rightBy(x: Tensor, t: Tensor, { w, b }: Line): Tensor {
  if (t.size !== x.shape[0]) throw new RangeError('one target a sample');
  const scores = matrixProduct(x, column(w)).pick(null, 0);
  return zip(scores, t, (score, target) => target * (score + b));
}

export function margins(x: Tensor, t: Tensor, w: Tensor, b: number): Tensor {
  const largest = Math.max(...copy(w).data.map(Math.abs));
  if (!(largest > 0)) throw new RangeError('margins: there is no line');
  const unit = map(w, (value) => value / largest);
  const length = Math.sqrt(total(map(unit, (value) => value ** 2)));
  return map(rightBy(x, t, { w: unit, b: b / largest }), (value) => value / length);
}

export function svmObjective(x: Tensor, t: Tensor, w: Tensor, b: number, lambda: number): number {
  const hinges = map(rightBy(x, t, { w, b }), (value) => (value < 1 ? 1 - value : 0));
  return total(hinges) / t.size + (lambda * total(map(w, (value) => value ** 2))) / 2;
}

export function svmSubgradient(x: Tensor, t: Tensor, w: Tensor, b: number, lambda: number) {
  const pulls = zip(rightBy(x, t, { w, b }), t, (value, target) =>
    value < 1 ? -target / t.size : 0,
  );
  const fromData = matrixProduct(x.transpose(1, 0), column(pulls)).pick(null, 0);
  return { dw: zip(w, fromData, (value, slope) => lambda * value + slope), db: total(pulls) };
}

/** The weights as a factor times a list: shrinking is a step of the factor alone. */
export function pegasos(x: Tensor, t: Tensor, order: number[], lambda: number): Line {
  if (t.size !== x.shape[0]) throw new RangeError('one target a sample');
  // k · λ · w is a sum of the samples that were learned from.
  let sum = zeros(x.shape[1]!);
  let b = 0;
  order.forEach((n, before) => {
    const sample = x.pick(n, null);
    const factor = before === 0 ? 0 : 1 / (lambda * before);
    const score = total(zip(sum, sample, (one, other) => factor * one * other)) + b;
    if (t.get(n) * score >= 1) return;
    sum = zip(sum, sample, (one, value) => one + t.get(n) * value);
    b += t.get(n) / (lambda * (before + 1));
  });
  return { w: map(sum, (value) => (order.length === 0 ? 0 : value / (lambda * order.length))), b };
}

export function supportVectors(x: Tensor, t: Tensor, line: Line, tolerance: number): number[] {
  const values = copy(rightBy(x, t, line)).data;
  return [...values.keys()].filter((n) => !(values[n]! > 1 + tolerance));
}

export function linearKernel(a: Tensor, b: Tensor): Tensor {
  return matrixProduct(a, b.transpose(1, 0));
}

export function polynomialKernel(
  a: Tensor,
  b: Tensor,
  { degree, offset }: { degree: number; offset: number },
): Tensor {
  const base = map(linearKernel(a, b), (value) => value + offset);
  let out = base;
  for (let power = 1; power < degree; power++) out = zip(out, base, (one, other) => one * other);
  return out;
}

export function gaussianKernel(a: Tensor, b: Tensor, gamma: number): Tensor {
  if (a.shape[1] !== b.shape[1]) throw new RangeError('rows of one length');
  return filled([a.shape[0]!, b.shape[0]!], (n, m) => {
    const away = zip(a.pick(n!, null), b.pick(m!, null), (one, other) => one - other);
    return Math.exp(-gamma * Math.hypot(...away.data) ** 2);
  });
}

export function kernelScores({ alpha, b }: Machine, t: Tensor, K: Tensor): Tensor {
  if (alpha.size !== t.size) throw new RangeError('one target for each α');
  const signed = zip(alpha, t, (a, target) => a * target);
  const row = filled([1, t.size], (_, n) => signed.get(n!));
  return map(matrixProduct(row, K).pick(0, null), (score) => score + b);
}

export function kernelPerceptron(t: Tensor, K: Tensor, maxEpochs: number): Machine {
  requireSquare(t, K);
  const alpha = zeros(t.size);
  let b = 0;
  let isDone = false;
  for (let epoch = 0; epoch < maxEpochs && !isDone; epoch++) {
    isDone = true;
    for (let n = 0; n < t.size; n++) {
      const score = kernelScores({ alpha, b }, t, K).get(n);
      if (Math.sign(score) === t.get(n)) continue;
      alpha.data[n]! += 1;
      b += t.get(n);
      isDone = false;
    }
  }
  return { alpha, b };
}

function requireSquare(t: Tensor, K: Tensor): void {
  if (K.shape[0] !== t.size || K.shape[1] !== t.size) {
    throw new RangeError('the kernel must be of the training samples with themselves');
  }
}

export function smoStep(
  machine: Machine,
  [i, j]: [number, number],
  { t, K, C }: { t: Tensor; K: Tensor; C: number },
): Machine {
  requireSquare(t, K);
  if (i === j) throw new RangeError('two samples, not one');
  const scores = kernelScores(machine, t, K);
  const [ti, tj] = [t.get(i), t.get(j)];
  const [Ei, Ej] = [scores.get(i) - ti, scores.get(j) - tj];
  const [ai, aj] = [machine.alpha.get(i), machine.alpha.get(j)];
  const s = ti * tj;
  // αᵢ + s · αⱼ stays what it is.
  const kept = ai + s * aj;
  const [low, high] =
    s > 0
      ? [Math.max(0, kept - C), Math.min(C, kept)]
      : [Math.max(0, -kept), Math.min(C, C - kept)];
  const alpha = copy(machine.alpha);
  const curvature = K.get(i, i) - 2 * K.get(j, i) + K.get(j, j);
  if (!(curvature > 0) || !(high > low)) return { alpha, b: machine.b };
  const best = aj + (tj * (Ei - Ej)) / curvature;
  const next = best < low ? low : best > high ? high : best;
  alpha.set(j, next);
  alpha.set(i, Math.max(0, Math.min(C, ai + s * (aj - next))));
  const moved = kernelScores({ alpha, b: machine.b }, t, K);
  const [bi, bj] = [machine.b + ti - moved.get(i), machine.b + tj - moved.get(j)];
  if (alpha.get(i) > 0 && alpha.get(i) < C) return { alpha, b: bi };
  if (next > 0 && next < C) return { alpha, b: bj };
  return { alpha, b: bi + (bj - bi) / 2 };
}

export function trainKernelMachine(
  t: Tensor,
  K: Tensor,
  { C, tolerance, maxSweeps }: { C: number; tolerance: number; maxSweeps: number },
  random: () => number,
): Machine {
  requireSquare(t, K);
  let machine: Machine = { alpha: zeros(t.size), b: 0 };
  let hasChanged = true;
  for (let sweep = 0; sweep < maxSweeps && hasChanged; sweep++) {
    hasChanged = false;
    for (let i = 0; i < t.size; i++) {
      const by = t.get(i) * kernelScores(machine, t, K).get(i) - 1;
      const a = machine.alpha.get(i);
      const wantsMore = by < -tolerance && a < C;
      const wantsLess = by > tolerance && a > 0;
      if (!wantsMore && !wantsLess) continue;
      const partners = shuffledOrder(t.size, random).filter((j) => j !== i);
      for (const j of partners) {
        const next = smoStep(machine, [i, j], { t, K, C });
        if (Math.abs(next.alpha.get(i) - a) > 1e-7 * C) {
          machine = next;
          hasChanged = true;
          break;
        }
      }
    }
  }
  return machine;
}
