/** A right solution of lesson 03 as a beginner writes it: plain lists, plain loops, other algebra than the reference's. */
import { zeros, type Labels, type Tensor } from '#arrays';

/** All entries in row-major order. */
function listOf(x: Tensor): number[] {
  const list: number[] = [];
  const walk = (...index: number[]): void => {
    if (index.length === x.shape.length) list.push(x.get(...index));
    else for (let i = 0; i < x.shape[index.length]!; i++) walk(...index, i);
  };
  walk();
  return list;
}

/** A new array of this shape with these entries. */
function arrayOf(shape: number[], list: number[]): Tensor {
  const out = zeros(...shape);
  list.forEach((value, i) => (out.data[i] = value));
  return out;
}

function refuse(operation: string, ...arrays: { shape: number[] }[]): never {
  const shapes = arrays.map(({ shape }) => `(${shape.join(', ')})`).join(' and ');
  throw new RangeError(`${operation} can't work with ${shapes}`);
}

function checkPair(operation: string, a: Tensor, b: Tensor, axes = a.shape.length): void {
  if (a.shape.join() !== b.shape.join() || a.shape.length !== axes) refuse(operation, a, b);
}

function checkLabels(operation: string, scores: Tensor, labels: Labels): void {
  if (scores.shape.length !== 2 || scores.shape[0] === 0) refuse(operation, scores);
  if (scores.shape[0] !== labels.shape[0]) refuse(operation, scores, labels);
  oneHot(labels, scores.shape[1]!);
}

export function oneHot(labels: Labels, classes: number): Tensor {
  const list: number[] = [];
  for (let n = 0; n < labels.shape[0]!; n++) {
    const label = labels.get(n);
    let found = false;
    for (let i = 0; i < classes; i++) {
      list.push(Number(i === label));
      found ||= i === label;
    }
    if (!found) {
      throw new RangeError(`oneHot: no class ${label} (at position ${n}) among ${classes}`);
    }
  }
  return arrayOf([labels.shape[0]!, classes], list);
}

export function sumSquaredResiduals(y: Tensor, t: Tensor): number {
  checkPair('sumSquaredResiduals', y, t);
  const targets = listOf(t);
  // y² − 2yt + t²
  return listOf(y).reduce((sum, v, i) => sum + v * v - 2 * v * targets[i]! + targets[i]! ** 2, 0);
}

export function sumSquaredResidualsGradient(y: Tensor, t: Tensor): Tensor {
  const targets = listOf(t);
  const doubled = listOf(y).map((v, i) => v + v - targets[i]! - targets[i]!);
  return arrayOf(y.shape, doubled);
}

export function meanSquaredError(y: Tensor, t: Tensor): number {
  checkPair('meanSquaredError', y, t);
  const targets = listOf(t);
  if (targets.length === 0) refuse('meanSquaredError', y);
  // A running mean: after k entries, the mean moves 1/k of the way to the k-th.
  let mean = 0;
  listOf(y).forEach((v, i) => (mean += ((v - targets[i]!) ** 2 - mean) / (i + 1)));
  return mean;
}

export function meanSquaredErrorGradient(y: Tensor, t: Tensor): Tensor {
  const targets = listOf(t);
  return arrayOf(
    y.shape,
    listOf(y).map((v, i) => (v - targets[i]!) / (targets.length / 2)),
  );
}

const EPSILON = 1e-12;
const atLeastEpsilon = (p: number): number => (p < EPSILON ? EPSILON : p);

export function binaryCrossEntropy(p: Tensor, t: Tensor): number {
  checkPair('binaryCrossEntropy', p, t, 1);
  const N = p.shape[0]!;
  if (N === 0) refuse('binaryCrossEntropy', p);
  let loss = 0;
  for (let n = 0; n < N; n++) {
    loss -= (t.get(n) * Math.log(atLeastEpsilon(p.get(n)))) / N;
    loss -= ((1 - t.get(n)) * Math.log(atLeastEpsilon(1 - p.get(n)))) / N;
  }
  return loss;
}

export function binaryCrossEntropyGradient(p: Tensor, t: Tensor): Tensor {
  const N = p.shape[0]!;
  const answers = listOf(t);
  const slopes = listOf(p).map(
    (q, n) => (1 - answers[n]!) / atLeastEpsilon(1 - q) - answers[n]! / atLeastEpsilon(q),
  );
  return arrayOf(
    [N],
    slopes.map((slope) => slope / N),
  );
}

export function categoricalCrossEntropy(p: Tensor, t: Tensor): number {
  checkPair('categoricalCrossEntropy', p, t, 2);
  const predicted = listOf(p);
  if (predicted.length === 0) refuse('categoricalCrossEntropy', p);
  // Σ t · ln(1/p)
  return listOf(t).reduce(
    (loss, target, i) =>
      loss + (target * Math.log(1 / atLeastEpsilon(predicted[i]!))) / p.shape[0]!,
    0,
  );
}

export function categoricalCrossEntropyGradient(p: Tensor, t: Tensor): Tensor {
  const predicted = listOf(p);
  const slopes = listOf(t).map((target, i) =>
    target === 0 ? 0 : -target / (p.shape[0]! * atLeastEpsilon(predicted[i]!)),
  );
  return arrayOf(p.shape, slopes);
}

export function softmaxCrossEntropy(logits: Tensor, labels: Labels): number {
  checkLabels('softmaxCrossEntropy', logits, labels);
  const [N, C] = logits.shape as [number, number];
  let loss = 0;
  for (let n = 0; n < N; n++) {
    // ln(eᵃ + eᵇ) = max(a, b) + ln(1 + e^(−|a − b|)), one score after the other.
    let logSum = logits.get(n, 0);
    for (let i = 1; i < C; i++) {
      const score = logits.get(n, i);
      logSum = Math.max(logSum, score) + Math.log1p(Math.exp(-Math.abs(logSum - score)));
    }
    loss += logSum - logits.get(n, labels.get(n));
  }
  return loss / N;
}

export function softmaxCrossEntropyGradient(logits: Tensor, labels: Labels): Tensor {
  const [N, C] = logits.shape as [number, number];
  const list: number[] = [];
  for (let n = 0; n < N; n++) {
    for (let i = 0; i < C; i++) {
      // pᵢ = 1 / Σⱼ e^(xⱼ − xᵢ): an overflow in the sum only makes the quotient 0.
      let sum = 0;
      for (let j = 0; j < C; j++) sum += Math.exp(logits.get(n, j) - logits.get(n, i));
      list.push((labels.get(n) === i ? 1 / sum - 1 : 1 / sum) / N);
    }
  }
  return arrayOf([N, C], list);
}

export function hinge(scores: Tensor, labels: Labels): number {
  checkLabels('hinge', scores, labels);
  const [N, C] = scores.shape as [number, number];
  // With the right class its term is always 1, so start at −1 for each row.
  let loss = -N;
  for (let n = 0; n < N; n++) {
    const goal = scores.get(n, labels.get(n)) - 1;
    for (let j = 0; j < C; j++) if (scores.get(n, j) > goal) loss += scores.get(n, j) - goal;
  }
  return loss / N;
}

export function hingeGradient(scores: Tensor, labels: Labels): Tensor {
  const [N, C] = scores.shape as [number, number];
  const list: number[] = [];
  for (let n = 0; n < N; n++) {
    const goal = scores.get(n, labels.get(n)) - 1;
    const row = Array.from({ length: C }, (_, j) => Number(scores.get(n, j) > goal));
    const within = row.reduce((count, one) => count + one, 0);
    row[labels.get(n)]! -= within;
    list.push(...row.map((count) => count / N));
  }
  return arrayOf([N, C], list);
}

export function accuracy(scores: Tensor, labels: Labels): number {
  checkLabels('accuracy', scores, labels);
  const [N, C] = scores.shape as [number, number];
  let wrong = 0;
  for (let n = 0; n < N; n++) {
    const label = labels.get(n);
    const own = scores.get(n, label);
    // The label loses to an earlier class that is as high, and to a later one that is higher.
    let beaten = false;
    for (let i = 0; i < C; i++) {
      beaten ||= i < label ? scores.get(n, i) >= own : scores.get(n, i) > own;
    }
    if (beaten) wrong += 1;
  }
  return 1 - wrong / N;
}
