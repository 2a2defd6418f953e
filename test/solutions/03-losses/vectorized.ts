/** A right solution of lesson 03 in whole-array operations of ndarray-ops, and other formulas than the reference's. */
import { copy, requireAxes, requireSameShape, zeros, type Labels, type Tensor } from '#arrays';
import ops from 'ndarray-ops';

const EPSILON = 1e-12;

/** a − b as a new array. */
function minus(a: Tensor, b: Tensor): Tensor {
  const out = zeros(...a.shape);
  ops.sub(out, a, b);
  return out;
}

/** ln p as a new array, with p no less than ε. */
function logarithm(p: Tensor): Tensor {
  const out = copy(p);
  ops.maxseq(out, EPSILON);
  ops.logeq(out);
  return out;
}

/** 1 − x as a new array. */
function complement(x: Tensor): Tensor {
  const out = zeros(...x.shape);
  ops.neg(out, x);
  ops.addseq(out, 1);
  return out;
}

/** Σ a · b. */
function dot(a: Tensor, b: Tensor): number {
  const products = copy(a);
  ops.muleq(products, b);
  return ops.sum(products);
}

function refuseEmpty(operation: string, x: Tensor): void {
  if (x.size === 0) throw new RangeError(`${operation}: there is nothing to take the mean of`);
}

function check(operation: string, scores: Tensor, labels: Labels): void {
  requireAxes(operation, { scores }, 'N, C');
  refuseEmpty(operation, scores);
  requireSameShape(operation, { 'a column of scores': scores.pick(null, 0), labels });
  oneHot(labels, scores.shape[1]!);
}

/** Each row less its own maximum. */
function shifted(logits: Tensor): Tensor {
  const out = copy(logits);
  for (let n = 0; n < out.shape[0]!; n++) {
    const row = out.pick(n, null);
    ops.subseq(row, ops.sup(row));
  }
  return out;
}

/** The terms of the hinge before they are cut off; 0 at the label. */
function terms(scores: Tensor, labels: Labels): Tensor {
  const out = copy(scores);
  for (let n = 0; n < out.shape[0]!; n++) {
    const row = out.pick(n, null);
    ops.addseq(row, 1 - row.get(labels.get(n)));
    row.set(labels.get(n), 0);
  }
  return out;
}

export function oneHot(labels: Labels, classes: number): Tensor {
  const out = zeros(labels.size, classes);
  for (const [n, label] of copy(labels).data.entries()) {
    if (!(label in Array(classes).fill(0))) {
      throw new RangeError(`oneHot: label ${label} in row ${n} is outside 0 … ${classes} − 1`);
    }
    out.data[n * classes + label] = 1;
  }
  return out;
}

export function sumSquaredResiduals(y: Tensor, t: Tensor): number {
  requireSameShape('sumSquaredResiduals', { y, t });
  return ops.norm2squared(minus(y, t));
}

export function sumSquaredResidualsGradient(y: Tensor, t: Tensor): Tensor {
  const out = minus(y, t);
  ops.mulseq(out, 2);
  return out;
}

export function meanSquaredError(y: Tensor, t: Tensor): number {
  requireSameShape('meanSquaredError', { y, t });
  refuseEmpty('meanSquaredError', y);
  const scaled = minus(y, t);
  ops.divseq(scaled, Math.sqrt(y.size));
  return ops.norm2squared(scaled);
}

export function meanSquaredErrorGradient(y: Tensor, t: Tensor): Tensor {
  const out = sumSquaredResidualsGradient(y, t);
  ops.divseq(out, y.size);
  return out;
}

export function binaryCrossEntropy(p: Tensor, t: Tensor): number {
  requireSameShape('binaryCrossEntropy', { p, t });
  requireAxes('binaryCrossEntropy', { p }, 'N');
  refuseEmpty('binaryCrossEntropy', p);
  return -(dot(logarithm(p), t) + dot(logarithm(complement(p)), complement(t))) / p.size;
}

export function binaryCrossEntropyGradient(p: Tensor, t: Tensor): Tensor {
  // 1 / (p · (1 − p)) = 1/p + 1/(1 − p)
  const clipped = copy(p);
  ops.maxseq(clipped, EPSILON);
  ops.minseq(clipped, 1 - EPSILON);
  const yes = zeros(p.size);
  const no = complement(clipped);
  ops.recip(yes, clipped);
  ops.recipeq(no);
  ops.addeq(yes, no);
  const out = minus(clipped, t);
  ops.muleq(out, yes);
  ops.divseq(out, p.size);
  return out;
}

export function categoricalCrossEntropy(p: Tensor, t: Tensor): number {
  requireSameShape('categoricalCrossEntropy', { p, t });
  requireAxes('categoricalCrossEntropy', { p }, 'N, C');
  refuseEmpty('categoricalCrossEntropy', p);
  return -dot(t, logarithm(p)) / p.shape[0]!;
}

export function categoricalCrossEntropyGradient(p: Tensor, t: Tensor): Tensor {
  const out = copy(p);
  ops.maxseq(out, EPSILON);
  ops.recipeq(out);
  ops.muleq(out, t);
  ops.divseq(out, -p.shape[0]!);
  return out;
}

export function softmaxCrossEntropy(logits: Tensor, labels: Labels): number {
  check('softmaxCrossEntropy', logits, labels);
  const [N, C] = logits.shape as [number, number];
  const scores = shifted(logits);
  const exponentials = zeros(N, C);
  ops.exp(exponentials, scores);
  let loss = -dot(scores, oneHot(labels, C));
  for (let n = 0; n < N; n++) loss += Math.log(ops.sum(exponentials.pick(n, null)));
  return loss / N;
}

export function softmaxCrossEntropyGradient(logits: Tensor, labels: Labels): Tensor {
  const [N, C] = logits.shape as [number, number];
  const out = shifted(logits);
  ops.expeq(out);
  for (let n = 0; n < N; n++) {
    const row = out.pick(n, null);
    ops.divseq(row, ops.sum(row));
  }
  ops.subeq(out, oneHot(labels, C));
  ops.divseq(out, N);
  return out;
}

export function hinge(scores: Tensor, labels: Labels): number {
  check('hinge', scores, labels);
  const lacking = terms(scores, labels);
  ops.maxseq(lacking, 0);
  return ops.sum(lacking) / scores.shape[0]!;
}

export function hingeGradient(scores: Tensor, labels: Labels): Tensor {
  const [N, C] = scores.shape as [number, number];
  const out = zeros(N, C);
  ops.gts(out, terms(scores, labels), 0);
  for (let n = 0; n < N; n++) out.set(n, labels.get(n), -ops.sum(out.pick(n, null)));
  ops.divseq(out, N);
  return out;
}

export function accuracy(scores: Tensor, labels: Labels): number {
  check('accuracy', scores, labels);
  const rows = [...Array(scores.shape[0]!).keys()];
  const right = rows.filter((n) => {
    const row = [...copy(scores.pick(n, null)).data];
    return row.indexOf(ops.sup(scores.pick(n, null))) === labels.get(n);
  });
  return right.length / rows.length;
}
