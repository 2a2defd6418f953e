/**
 * Lesson 03: losses, their gradients, and accuracy.
 *
 * A loss is one number for how wrong a whole batch is. Its gradient has the shape of the predictions and says
 * how fast the loss grows with each of them. A loss refuses arguments that don't fit together; a gradient
 * gets the arguments that its loss accepts and need not check them again. The README derives the formulas.
 */
import {
  map,
  requireAxes,
  requireSameShape,
  shapeText,
  zeros,
  zip,
  type Labels,
  type Tensor,
} from '#arrays';

/** Probabilities nearer to 0 than this are moved here, where the logarithm is finite. */
const EPSILON = 1e-12;

/**
 * 03.1 Labels as rows with a single 1: in row n, column labels[n] is 1 and the others are 0.
 *
 * @param labels classes counted from 0, shape (N)
 * @param classes how many classes there are, C
 * @returns shape (N, C)
 * @throws RangeError when a label is not in 0 … C − 1, naming the label, its position and C
 */
export function oneHot(labels: Labels, classes: number): Tensor {
  requireClasses('oneHot', labels, classes);
  const out = zeros(labels.size, classes);
  for (let n = 0; n < labels.size; n++) out.set(n, labels.get(n), 1);
  return out;
}

/**
 * 03.2 Σ (y − t)² over all entries: a sum, neither halved nor averaged.
 *
 * Legendre 1805 and Gauss 1809 fitted orbits by making it as small as possible: least squares.
 *
 * @param y predictions, any shape; no entries have the sum 0
 * @param t targets, shape of y
 * @returns at least 0
 * @throws RangeError when y and t differ in shape
 */
export function sumSquaredResiduals(y: Tensor, t: Tensor): number {
  requireSameShape('sumSquaredResiduals', { y, t });
  return residuals(y, t).data.reduce((sum, r) => sum + r * r, 0);
}

/**
 * 03.3 The gradient of sumSquaredResiduals with respect to y: 2 · (y − t).
 *
 * @param y predictions, any shape
 * @param t targets, shape of y
 * @returns shape of y
 */
export function sumSquaredResidualsGradient(y: Tensor, t: Tensor): Tensor {
  return map(residuals(y, t), (r) => 2 * r);
}

/**
 * 03.4 The mean of (y − t)² over all entries: for shape (N, D) the sum is divided by N · D.
 *
 * @param y predictions, any shape
 * @param t targets, shape of y
 * @returns at least 0
 * @throws RangeError when y and t differ in shape, or have no entries; the message names meanSquaredError
 */
export function meanSquaredError(y: Tensor, t: Tensor): number {
  requireSameShape('meanSquaredError', { y, t });
  requireEntries('meanSquaredError', 'y', y);
  return sumSquaredResiduals(y, t) / y.size;
}

/**
 * 03.5 The gradient of meanSquaredError with respect to y: 2 · (y − t) / the number of entries.
 *
 * @param y predictions, any shape
 * @param t targets, shape of y
 * @returns shape of y
 */
export function meanSquaredErrorGradient(y: Tensor, t: Tensor): Tensor {
  return map(residuals(y, t), (r) => (2 * r) / y.size);
}

/**
 * 03.6 The mean over the batch of −(t · ln p + (1 − t) · ln(1 − p)).
 *
 * Before anything else p is clipped into [ε, 1 − ε] with ε = 10⁻¹², so a prediction of exactly 0 or 1 gives a
 * finite loss: at most about 27.6 a sample.
 *
 * @param p predicted probabilities that the answer is yes, in [0, 1], shape (N)
 * @param t the answers, 1 for yes and 0 for no, or anything between, shape (N)
 * @returns at least 0
 * @throws RangeError when p and t are not both (N), or N is 0
 */
export function binaryCrossEntropy(p: Tensor, t: Tensor): number {
  requireSameShape('binaryCrossEntropy', { p, t });
  requireAxes('binaryCrossEntropy', { p }, 'N');
  requireEntries('binaryCrossEntropy', 'p', p);
  let sum = 0;
  for (let n = 0; n < p.size; n++) {
    const yes = clip(p.get(n));
    sum -= t.get(n) * Math.log(yes) + (1 - t.get(n)) * Math.log(1 - yes);
  }
  return sum / p.size;
}

/**
 * 03.7 The gradient of binaryCrossEntropy with respect to p: (p − t) / (p · (1 − p)) / N.
 *
 * It is taken at the clipped p. (The flat piece beyond ε has slope 0, but 0 would let a prediction that is
 * as wrong as can be stay where it is.)
 *
 * @param p predicted probabilities that the answer is yes, in [0, 1], shape (N)
 * @param t the answers, 1 for yes and 0 for no, or anything between, shape (N)
 * @returns shape (N)
 */
export function binaryCrossEntropyGradient(p: Tensor, t: Tensor): Tensor {
  return zip(p, t, (predicted, answer) => {
    const yes = clip(predicted);
    return (yes - answer) / (yes * (1 - yes)) / p.size;
  });
}

/**
 * 03.8 The mean over the batch of −Σᵢ tᵢ · ln pᵢ, the sum going over the classes.
 *
 * A p below ε = 10⁻¹² counts as ε, so a probability of exactly 0 gives a finite loss.
 *
 * @param p predicted probabilities, each row with sum 1, shape (N, C)
 * @param t targets: one-hot rows, or any rows with sum 1 (soft targets), shape (N, C)
 * @returns at least 0
 * @throws RangeError when p and t are not both (N, C), or have no entries
 */
export function categoricalCrossEntropy(p: Tensor, t: Tensor): number {
  requireSameShape('categoricalCrossEntropy', { p, t });
  requireAxes('categoricalCrossEntropy', { p }, 'N, C');
  requireEntries('categoricalCrossEntropy', 'p', p);
  const [N, C] = p.shape as [number, number];
  let sum = 0;
  for (let n = 0; n < N; n++) {
    for (let i = 0; i < C; i++) sum -= t.get(n, i) * Math.log(Math.max(p.get(n, i), EPSILON));
  }
  return sum / N;
}

/**
 * 03.9 The gradient of categoricalCrossEntropy with respect to p: −t / p / N, taken at p no less than ε.
 *
 * Every probability is varied by itself here; that a row has sum 1 is softmax's affair.
 *
 * @param p predicted probabilities, shape (N, C)
 * @param t targets, shape (N, C)
 * @returns shape (N, C)
 */
export function categoricalCrossEntropyGradient(p: Tensor, t: Tensor): Tensor {
  const N = p.shape[0]!;
  return zip(p, t, (predicted, target) => -target / Math.max(predicted, EPSILON) / N);
}

/**
 * 03.10 Cross entropy from logits: the mean over the batch of ln Σᵢ e^xₙᵢ − xₙₗ with l = labels[n].
 *
 * It is −ln of the probability that softmax gives the right class, but right at ±1000 too, where that
 * probability is 0 in floating point: each row is shifted by its own maximum first. The log-sum-exp:
 * Blanchard, Higham and Higham 2021, https://doi.org/10.1093/imanum/draa038
 *
 * @param logits what goes into the softmax, shape (N, C)
 * @param labels the right class of each row, in 0 … C − 1, shape (N)
 * @returns at least 0
 * @throws RangeError when logits is not (N, C), has no entries, or labels is not (N) in 0 … C − 1
 */
export function softmaxCrossEntropy(logits: Tensor, labels: Labels): number {
  requireLabelledRows('softmaxCrossEntropy', 'logits', logits, labels);
  const [N, C] = logits.shape as [number, number];
  let loss = 0;
  for (let n = 0; n < N; n++) {
    const max = rowMaximum(logits, n);
    let sum = 0;
    for (let i = 0; i < C; i++) sum += Math.exp(logits.get(n, i) - max);
    loss += Math.log(sum) - (logits.get(n, labels.get(n)) - max);
  }
  return loss / N;
}

/**
 * 03.11 The gradient of softmaxCrossEntropy with respect to the logits: (softmax(logits) − one-hot) / N.
 *
 * Bridle 1990, https://doi.org/10.1007/978-3-642-76153-9_28
 *
 * @param logits what goes into the softmax, shape (N, C)
 * @param labels the right class of each row, in 0 … C − 1, shape (N)
 * @returns shape (N, C), every row with sum 0
 */
export function softmaxCrossEntropyGradient(logits: Tensor, labels: Labels): Tensor {
  const [N, C] = logits.shape as [number, number];
  const out = zeros(N, C);
  for (let n = 0; n < N; n++) {
    const max = rowMaximum(logits, n);
    let sum = 0;
    for (let i = 0; i < C; i++) sum += Math.exp(logits.get(n, i) - max);
    for (let i = 0; i < C; i++) {
      const probability = Math.exp(logits.get(n, i) - max) / sum;
      out.set(n, i, (probability - (i === labels.get(n) ? 1 : 0)) / N);
    }
  }
  return out;
}

/**
 * 03.12 The multi-class hinge: the mean over the batch of Σⱼ max(0, sₙⱼ − sₙₗ + 1), j ≠ l = labels[n].
 *
 * It is 0 as soon as the right class leads every other by the margin 1.
 *
 * Weston and Watkins 1999, in the form of https://cs231n.github.io/linear-classify/
 *
 * @param scores shape (N, C)
 * @param labels the right class of each row, in 0 … C − 1, shape (N)
 * @returns at least 0
 * @throws RangeError when scores is not (N, C), has no entries, or labels is not (N) in 0 … C − 1
 */
export function hinge(scores: Tensor, labels: Labels): number {
  requireLabelledRows('hinge', 'scores', scores, labels);
  const [N, C] = scores.shape as [number, number];
  let loss = 0;
  for (let n = 0; n < N; n++) {
    const right = labels.get(n);
    for (let j = 0; j < C; j++) {
      if (j !== right) loss += Math.max(0, scores.get(n, j) - scores.get(n, right) + 1);
    }
  }
  return loss / N;
}

/**
 * 03.13 The gradient of hinge with respect to the scores.
 *
 * In each row: 1/N for every wrong class whose term is above 0, and for the right class −1/N as many times.
 * At the kink, where the term is exactly 0, it counts as 0.
 *
 * @param scores shape (N, C)
 * @param labels the right class of each row, in 0 … C − 1, shape (N)
 * @returns shape (N, C), every row with sum 0
 */
export function hingeGradient(scores: Tensor, labels: Labels): Tensor {
  const [N, C] = scores.shape as [number, number];
  const out = zeros(N, C);
  for (let n = 0; n < N; n++) {
    const right = labels.get(n);
    for (let j = 0; j < C; j++) {
      if (j !== right && scores.get(n, j) - scores.get(n, right) + 1 > 0) {
        out.set(n, j, 1 / N);
        out.set(n, right, out.get(n, right) - 1 / N);
      }
    }
  }
  return out;
}

/**
 * 03.14 The fraction of rows whose largest score stands in the column of the label.
 *
 * Of equal largest scores the first one counts.
 *
 * @param scores logits or probabilities, shape (N, C)
 * @param labels the right class of each row, in 0 … C − 1, shape (N)
 * @returns right rows / N, in [0, 1]
 * @throws RangeError when scores is not (N, C), has no entries, or labels is not (N) in 0 … C − 1
 */
export function accuracy(scores: Tensor, labels: Labels): number {
  requireLabelledRows('accuracy', 'scores', scores, labels);
  const [N, C] = scores.shape as [number, number];
  let right = 0;
  for (let n = 0; n < N; n++) {
    let best = 0;
    for (let i = 1; i < C; i++) if (scores.get(n, i) > scores.get(n, best)) best = i;
    if (best === labels.get(n)) right++;
  }
  return right / N;
}

/** y − t, entry by entry. */
function residuals(y: Tensor, t: Tensor): Tensor {
  return zip(y, t, (predicted, target) => predicted - target);
}

/** A probability moved into [ε, 1 − ε]. */
function clip(p: number): number {
  return Math.min(Math.max(p, EPSILON), 1 - EPSILON);
}

/** The largest entry of row n. */
function rowMaximum(x: Tensor, n: number): number {
  let max = -Infinity;
  for (let i = 0; i < x.shape[1]!; i++) max = Math.max(max, x.get(n, i));
  return max;
}

/** Refuses an array without entries: their mean would be 0/0. */
function requireEntries(operation: string, name: string, { shape, size }: Tensor): void {
  if (size === 0) {
    throw new RangeError(
      `${operation}: ${name} is ${shapeText(shape)} and a mean needs at least one entry; leave out empty batches`,
    );
  }
}

/** Refuses labels that are no class, naming the first of them. */
function requireClasses(operation: string, labels: Labels, classes: number): void {
  for (let n = 0; n < labels.size; n++) {
    const label = labels.get(n);
    if (label < 0 || label >= classes) {
      throw new RangeError(
        `${operation}: labels[${n}] is ${label} and there are ${classes} classes, counted from 0; ` +
          'count your labels from 0 too, or give more classes',
      );
    }
  }
}

/** Refuses anything but a matrix with at least one row, and for each row the number of a class. */
function requireLabelledRows(operation: string, name: string, x: Tensor, labels: Labels): void {
  requireAxes(operation, { [name]: x }, 'N, C');
  requireEntries(operation, name, x);
  const [N, C] = x.shape as [number, number];
  if (labels.dimension !== 1 || labels.size !== N) {
    throw new RangeError(
      `${operation}: ${name} is ${shapeText(x.shape)} and labels is ${shapeText(labels.shape)}; ` +
        'give one label for each row',
    );
  }
  requireClasses(operation, labels, C);
}
