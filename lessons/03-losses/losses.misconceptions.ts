/** Lesson 03: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { copy, labels as labelsOf, map, zip, type Labels, type Tensor } from '#arrays';
import ops from 'ndarray-ops';
import type { Misconception } from '../../checks/misconception.ts';
import { overRows, refusingLike, rowsOf, sumOver } from '../../checks/wrong-answers.ts';
import {
  accuracy,
  binaryCrossEntropy,
  binaryCrossEntropyGradient,
  categoricalCrossEntropy,
  categoricalCrossEntropyGradient,
  hinge,
  hingeGradient,
  meanSquaredError,
  meanSquaredErrorGradient,
  oneHot,
  softmaxCrossEntropy,
  softmaxCrossEntropyGradient,
  sumSquaredResiduals,
  sumSquaredResidualsGradient,
} from './losses.reference.ts';

const EPSILON = 1e-12;

export const misconceptions: Misconception[] = [
  {
    exercise: '03.1 oneHot',
    id: 'one-hot-transposed',
    sentence:
      'Rows and columns are swapped: the result is (C, N). A row is a sample, so row n, column labels[n] gets the 1.',
    wrong: (labels: Labels, classes: number) => copy(oneHot(labels, classes).transpose(1, 0)),
  },
  {
    exercise: '03.1 oneHot',
    id: 'one-hot-from-one',
    sentence:
      'Every 1 stands one column too far left, as if labels began at 1. They begin at 0, so label 0 is column 0.',
    wrong: (labels: Labels, classes: number) =>
      overRows(oneHot(labels, classes), (row) => [...row.slice(1), 0]),
  },
  {
    exercise: '03.1 oneHot',
    id: 'one-hot-classes-seen',
    sentence:
      'The width is the largest label + 1. A batch need not contain every class: use the argument `classes`.',
    wrong: (labels: Labels) => oneHot(labels, Math.max(-1, ...copy(labels).data) + 1),
  },
  {
    exercise: '03.2 sumSquaredResiduals',
    id: 'ssr-mean',
    sentence: 'This is the mean of the squares. sumSquaredResiduals is their sum: do not divide.',
    anchor: '#mean-over-the-batch',
    wrong: (y: Tensor, t: Tensor) => sumSquaredResiduals(y, t) / y.size,
  },
  {
    exercise: '03.2 sumSquaredResiduals',
    id: 'ssr-half',
    sentence:
      'This is half the sum. Some books put ½ there so that the gradient has no 2; this course does not.',
    wrong: (y: Tensor, t: Tensor) => sumSquaredResiduals(y, t) / 2,
  },
  {
    exercise: '03.2 sumSquaredResiduals',
    id: 'ssr-first-axis-only',
    sentence:
      'Only as many entries are added as the first axis is long. There are y.size of them: loop over all.',
    wrong: refusingLike(sumSquaredResiduals, (y, t) => {
      const residuals = zip(y, t, (a, b) => a - b).data;
      return sumOver(y.shape[0] ?? 0, (i) => residuals[i]! ** 2);
    }),
  },
  {
    exercise: '03.2 sumSquaredResiduals',
    id: 'ssr-whole-numbers',
    sentence:
      'The sum is kept in whole numbers, so whatever stands after the point is cut off at each step. Keep it in a plain number.',
    wrong: refusingLike(sumSquaredResiduals, (y, t) =>
      zip(y, t, (a, b) => (a - b) ** 2).data.reduce((sum, v) => Math.trunc(sum + v), 0),
    ),
  },
  {
    exercise: '03.2 sumSquaredResiduals',
    id: 'ssr-square-of-sum',
    sentence:
      'The residuals are added first and the sum is squared, so that too much and too little cancel. Square each one, then add.',
    wrong: refusingLike(sumSquaredResiduals, (y, t) => ops.sum(zip(y, t, (a, b) => a - b)) ** 2),
  },
  {
    exercise: '03.2 sumSquaredResiduals',
    id: 'ssr-unsquared',
    sentence:
      'The residuals are added without squaring, so that too much and too little cancel. Square each one, then add.',
    wrong: refusingLike(sumSquaredResiduals, (y, t) => ops.sum(zip(y, t, (a, b) => a - b))),
  },
  {
    exercise: '03.2 sumSquaredResiduals',
    id: 'ssr-absolute',
    sentence: 'This adds absolute values. The residuals are to be squared.',
    wrong: refusingLike(sumSquaredResiduals, (y, t) =>
      ops.sum(zip(y, t, (a, b) => Math.abs(a - b))),
    ),
  },
  {
    exercise: '03.2 sumSquaredResiduals',
    id: 'ssr-root',
    sentence:
      'This is the root of the sum, the length of the vector of residuals. The sum of squares has no root.',
    wrong: (y: Tensor, t: Tensor) => Math.sqrt(sumSquaredResiduals(y, t)),
  },
  {
    exercise: '03.2 sumSquaredResiduals',
    id: 'ssr-difference-of-squares',
    sentence:
      'Predictions and targets are squared first and subtracted then. Subtract first: it is (y − t)², not y² − t².',
    wrong: refusingLike(sumSquaredResiduals, (y, t) => ops.sum(zip(y, t, (a, b) => a * a - b * b))),
  },
  {
    exercise: '03.3 sumSquaredResidualsGradient',
    id: 'ssr-gradient-factor',
    sentence: 'The factor 2 is missing: the derivative of r² is 2r.',
    wrong: (y: Tensor, t: Tensor) => zip(y, t, (a, b) => a - b),
  },
  {
    exercise: '03.3 sumSquaredResidualsGradient',
    id: 'ssr-gradient-sign',
    sentence:
      'The sign is turned round: this is 2 · (t − y), the way downhill. The gradient points uphill: 2 · (y − t).',
    wrong: (y: Tensor, t: Tensor) => sumSquaredResidualsGradient(t, y),
  },
  {
    exercise: '03.3 sumSquaredResidualsGradient',
    id: 'ssr-gradient-absolute',
    sentence:
      'This is 2 · |y − t|, which never points down. The sign of the residual says which way the loss grows: keep it.',
    wrong: (y: Tensor, t: Tensor) => map(sumSquaredResidualsGradient(y, t), Math.abs),
  },
  {
    exercise: '03.3 sumSquaredResidualsGradient',
    id: 'ssr-gradient-mean',
    sentence:
      'This is divided by the number of entries. The loss is a sum, so its gradient has no such factor.',
    anchor: '#mean-over-the-batch',
    wrong: (y: Tensor, t: Tensor) => meanSquaredErrorGradient(y, t),
  },
  {
    exercise: '03.4 meanSquaredError',
    id: 'mse-sum',
    sentence: 'This is the sum of the squares. Divide it by the number of entries to get the mean.',
    anchor: '#mean-over-the-batch',
    wrong: (y: Tensor, t: Tensor) => meanSquaredError(y, t) * y.size,
  },
  {
    exercise: '03.4 meanSquaredError',
    id: 'mse-over-samples',
    sentence:
      'The sum is divided by the number of samples N alone. The mean goes over all entries: for shape (N, D), divide by N · D.',
    anchor: '#mean-over-the-batch',
    wrong: (y: Tensor, t: Tensor) => (meanSquaredError(y, t) * y.size) / y.shape[0]!,
  },
  {
    exercise: '03.4 meanSquaredError',
    id: 'mse-less-one',
    sentence:
      'The sum is divided by one less than the number of entries, as in an unbiased variance. No mean was estimated here: divide by the number itself.',
    anchor: '#mean-over-the-batch',
    wrong: (y: Tensor, t: Tensor) => (meanSquaredError(y, t) * y.size) / (y.size - 1),
  },
  {
    exercise: '03.4 meanSquaredError',
    id: 'mse-half',
    sentence:
      'This is half the mean. Some books put ½ there so that the gradient has no 2; this course does not.',
    wrong: (y: Tensor, t: Tensor) => meanSquaredError(y, t) / 2,
  },
  {
    exercise: '03.4 meanSquaredError',
    id: 'mse-root',
    sentence: 'This is the root of the mean square. The mean squared error has no root.',
    wrong: (y: Tensor, t: Tensor) => Math.sqrt(meanSquaredError(y, t)),
  },
  {
    exercise: '03.4 meanSquaredError',
    id: 'mse-absolute',
    sentence:
      'This is the mean of the absolute values. Square the residuals before you take the mean.',
    wrong: refusingLike(
      meanSquaredError,
      (y, t) => ops.sum(zip(y, t, (a, b) => Math.abs(a - b))) / y.size,
    ),
  },
  {
    exercise: '03.5 meanSquaredErrorGradient',
    id: 'mse-gradient-sum',
    sentence:
      'The loss is a mean and this is the gradient of the sum: the factor 1 over the number of entries is missing.',
    anchor: '#mean-over-the-batch',
    wrong: (y: Tensor, t: Tensor) => sumSquaredResidualsGradient(y, t),
  },
  {
    exercise: '03.5 meanSquaredErrorGradient',
    id: 'mse-gradient-over-samples',
    sentence:
      'This is divided by the number of samples N alone. The loss is a mean over all entries: for shape (N, D), divide by N · D.',
    anchor: '#mean-over-the-batch',
    wrong: (y: Tensor, t: Tensor) => zip(y, t, (a, b) => (2 * (a - b)) / y.shape[0]!),
  },
  {
    exercise: '03.5 meanSquaredErrorGradient',
    id: 'mse-gradient-factor',
    sentence: 'The factor 2 is missing: the derivative of r² is 2r.',
    wrong: (y: Tensor, t: Tensor) => zip(y, t, (a, b) => (a - b) / y.size),
  },
  {
    exercise: '03.5 meanSquaredErrorGradient',
    id: 'mse-gradient-sign',
    sentence:
      'The sign is turned round: this goes with t − y, the way downhill. The gradient points uphill and goes with y − t.',
    wrong: (y: Tensor, t: Tensor) => meanSquaredErrorGradient(t, y),
  },
  {
    exercise: '03.6 binaryCrossEntropy',
    id: 'bce-swapped',
    sentence:
      'Predictions and answers are swapped: this takes the logarithm of t. The logarithm is of the prediction, and the answer weighs it.',
    wrong: (p: Tensor, t: Tensor) => binaryCrossEntropy(t, p),
  },
  {
    exercise: '03.6 binaryCrossEntropy',
    id: 'bce-yes-only',
    sentence:
      'The term (1 − t) · ln(1 − p) is missing, so a sample whose answer is no costs nothing whatever was predicted.',
    wrong: refusingLike(
      binaryCrossEntropy,
      (p, t) => -ops.sum(zip(p, t, (q, a) => a * Math.log(clip(q, EPSILON)))) / p.size,
    ),
  },
  {
    exercise: '03.6 binaryCrossEntropy',
    id: 'bce-hard-answers',
    sentence:
      'Only one of the two logarithms is taken, by whether the answer is exactly 1. An answer may lie between no and yes: weigh both, with t and 1 − t.',
    wrong: refusingLike(
      binaryCrossEntropy,
      (p, t) => -ops.sum(zip(map(p, clipped), t, (q, a) => Math.log(a === 1 ? q : 1 - q))) / p.size,
    ),
  },
  {
    exercise: '03.6 binaryCrossEntropy',
    id: 'bce-minus-one-for-no',
    sentence:
      'The answers are taken for −1 and 1, so no counts as undecided. Here no is 0 and yes is 1: weigh the two terms with t and 1 − t.',
    wrong: (p: Tensor, t: Tensor) =>
      binaryCrossEntropy(
        p,
        map(t, (answer) => (1 + answer) / 2),
      ),
  },
  ...[1e-7, 1e-8, 1e-9, 1e-10, 1e-15].map((epsilon) => ({
    exercise: '03.6 binaryCrossEntropy',
    id: `bce-plus-${epsilon}`,
    sentence: `${epsilon} is added inside the logarithms, which changes every probability a little and the small ones a lot. Clip with ε instead: only what lies outside [ε, 1 − ε] is moved.`,
    wrong: refusingLike(
      binaryCrossEntropy,
      (p, t) =>
        -ops.sum(
          zip(p, t, (q, a) => a * Math.log(q + epsilon) + (1 - a) * Math.log(1 - q + epsilon)),
        ) / p.size,
    ),
  })),
  {
    exercise: '03.6 binaryCrossEntropy',
    id: 'bce-sum',
    sentence: 'This is the sum over the batch. Divide it by the number of samples N.',
    anchor: '#mean-over-the-batch',
    wrong: (p: Tensor, t: Tensor) => binaryCrossEntropy(p, t) * p.size,
  },
  {
    exercise: '03.6 binaryCrossEntropy',
    id: 'bce-sign',
    sentence:
      'The minus sign is missing. The logarithm of a probability is negative or 0, and a loss must be positive or 0.',
    wrong: (p: Tensor, t: Tensor) => -binaryCrossEntropy(p, t),
  },
  {
    exercise: '03.6 binaryCrossEntropy',
    id: 'bce-log2',
    sentence:
      'The logarithm has the base 2. This course uses the natural logarithm: Math.log, not Math.log2.',
    wrong: (p: Tensor, t: Tensor) => binaryCrossEntropy(p, t) / Math.LN2,
  },
  {
    exercise: '03.6 binaryCrossEntropy',
    id: 'bce-unclipped',
    sentence:
      'At a prediction of exactly 0 or 1 this takes the logarithm of 0, which is −Infinity, and 0 · Infinity is NaN. Clip p into [ε, 1 − ε] first.',
    anchor: '#staying-finite',
    wrong: refusingLike(binaryCrossEntropy, (p, t) => meanBinary(p, t, (q) => q)),
  },
  {
    exercise: '03.6 binaryCrossEntropy',
    id: 'bce-clipped-below',
    sentence:
      'p is kept away from 0 but not from 1, where ln(1 − p) is the logarithm of 0. Clip on both sides: [ε, 1 − ε].',
    anchor: '#staying-finite',
    wrong: refusingLike(binaryCrossEntropy, (p, t) =>
      meanBinary(p, t, (q) => Math.max(q, EPSILON)),
    ),
  },
  {
    exercise: '03.6 binaryCrossEntropy',
    id: 'bce-large-epsilon',
    sentence:
      'p is clipped at 10⁻⁷, as fits 32-bit floats. Here ε is 10⁻¹², so that 10⁻¹⁰ still counts as itself.',
    anchor: '#staying-finite',
    wrong: refusingLike(binaryCrossEntropy, (p, t) => meanBinary(p, t, (q) => clip(q, 1e-7))),
  },
  {
    exercise: '03.6 binaryCrossEntropy',
    id: 'bce-small-epsilon',
    sentence: 'p is clipped at 10⁻¹⁵. Here ε is 10⁻¹², so that a hopeless sample costs 27.6.',
    anchor: '#staying-finite',
    wrong: refusingLike(binaryCrossEntropy, (p, t) => meanBinary(p, t, (q) => clip(q, 1e-15))),
  },
  {
    exercise: '03.6 binaryCrossEntropy',
    id: 'bce-epsilon-added',
    sentence:
      'ε is added inside the logarithms, which changes every probability a little and the small ones a lot. Clip instead: only what lies outside [ε, 1 − ε] is moved.',
    anchor: '#staying-finite',
    wrong: refusingLike(
      binaryCrossEntropy,
      (p, t) =>
        -ops.sum(
          zip(p, t, (q, a) => a * Math.log(q + EPSILON) + (1 - a) * Math.log(1 - q + EPSILON)),
        ) / p.size,
    ),
  },
  {
    exercise: '03.7 binaryCrossEntropyGradient',
    id: 'bce-gradient-of-logit',
    sentence:
      'This is (p − t) / N, the gradient with respect to the logit before the sigmoid. With respect to p itself, divide by p · (1 − p).',
    anchor: '#where-the-gradients-come-from',
    wrong: (p: Tensor, t: Tensor) => zip(p, t, (q, a) => (q - a) / p.size),
  },
  {
    exercise: '03.7 binaryCrossEntropyGradient',
    id: 'bce-gradient-sum',
    sentence: 'The loss is a mean and this is the gradient of the sum: the factor 1/N is missing.',
    anchor: '#mean-over-the-batch',
    wrong: (p: Tensor, t: Tensor) => map(binaryCrossEntropyGradient(p, t), (v) => v * p.size),
  },
  {
    exercise: '03.7 binaryCrossEntropyGradient',
    id: 'bce-gradient-sign',
    sentence:
      'The sign is turned round. More of p makes the loss smaller where the answer is yes, so the gradient is negative there.',
    wrong: (p: Tensor, t: Tensor) => map(binaryCrossEntropyGradient(p, t), (v) => -v),
  },
  {
    exercise: '03.7 binaryCrossEntropyGradient',
    id: 'bce-gradient-yes-only',
    sentence:
      'This is −t / p, without the term of the answer no. The derivative of −(1 − t) · ln(1 − p) is (1 − t) / (1 − p).',
    wrong: (p: Tensor, t: Tensor) => zip(p, t, (q, a) => -a / clip(q, EPSILON) / p.size),
  },
  {
    exercise: '03.7 binaryCrossEntropyGradient',
    id: 'bce-gradient-hard-answers',
    sentence:
      'This is −1 / p or 1 / (1 − p), by whether the answer is exactly 1. An answer may lie between no and yes: weigh both terms, with t and 1 − t.',
    wrong: (p: Tensor, t: Tensor) =>
      zip(map(p, clipped), t, (q, a) => (a === 1 ? -1 / q : 1 / (1 - q)) / p.size),
  },
  {
    exercise: '03.7 binaryCrossEntropyGradient',
    id: 'bce-gradient-unclipped',
    sentence:
      'At a prediction of exactly 0 or 1 this divides by 0. Clip p into [ε, 1 − ε] first, as the loss does.',
    anchor: '#staying-finite',
    wrong: (p: Tensor, t: Tensor) => zip(p, t, (q, a) => (q - a) / (q * (1 - q)) / p.size),
  },
  {
    exercise: '03.7 binaryCrossEntropyGradient',
    id: 'bce-gradient-flat',
    sentence:
      'Where p was clipped the gradient is 0 here, so a prediction that is as wrong as can be is never corrected. Put the clipped p into the formula instead.',
    anchor: '#staying-finite',
    wrong: (p: Tensor, t: Tensor) =>
      zip(p, binaryCrossEntropyGradient(p, t), (q, v) => (q === clip(q, EPSILON) ? v : 0)),
  },
  {
    exercise: '03.7 binaryCrossEntropyGradient',
    id: 'bce-gradient-epsilon-added',
    sentence:
      'ε is added to the denominators, which changes the gradient of every small probability. Clip instead: only what lies outside [ε, 1 − ε] is moved.',
    anchor: '#staying-finite',
    wrong: (p: Tensor, t: Tensor) =>
      zip(p, t, (q, a) => ((1 - a) / (1 - q + EPSILON) - a / (q + EPSILON)) / p.size),
  },
  {
    exercise: '03.7 binaryCrossEntropyGradient',
    id: 'bce-gradient-epsilon-in-product',
    sentence:
      'ε is added to p · (1 − p), which changes the gradient of every small probability. Clip p instead: only what lies outside [ε, 1 − ε] is moved.',
    anchor: '#staying-finite',
    wrong: (p: Tensor, t: Tensor) =>
      zip(p, t, (q, a) => (q - a) / (q * (1 - q) + EPSILON) / p.size),
  },
  {
    exercise: '03.8 categoricalCrossEntropy',
    id: 'cce-swapped',
    sentence:
      'Predictions and targets are swapped: this takes the logarithm of t. The logarithm is of the prediction, and the target weighs it.',
    wrong: (p: Tensor, t: Tensor) => categoricalCrossEntropy(t, p),
  },
  {
    exercise: '03.8 categoricalCrossEntropy',
    id: 'cce-like-binary',
    sentence:
      'The terms (1 − t) · ln(1 − p) are added, as for yes or no. With classes the sum is over t · ln p alone.',
    wrong: refusingLike(categoricalCrossEntropy, (p, t) => meanBinary(p, t, clipped) * p.shape[1]!),
  },
  {
    exercise: '03.8 categoricalCrossEntropy',
    id: 'cce-log-of-mean',
    sentence:
      'The probabilities of the right classes are averaged and the logarithm is taken of their mean. Take the logarithm of each, then the mean.',
    wrong: refusingLike(
      categoricalCrossEntropy,
      (p, t) =>
        -Math.log(ops.sum(zip(p, t, (q, target) => target * Math.max(q, EPSILON))) / p.shape[0]!),
    ),
  },
  ...[1e-7, 1e-8, 1e-9, 1e-10, 1e-15].map((epsilon) => ({
    exercise: '03.8 categoricalCrossEntropy',
    id: `cce-plus-${epsilon}`,
    sentence: `${epsilon} is added inside the logarithm, which changes every probability a little and the small ones a lot. Let p be no less than ε instead: Math.max(p, ε).`,
    wrong: refusingLike(
      categoricalCrossEntropy,
      (p, t) => -ops.sum(zip(p, t, (q, a) => a * Math.log(q + epsilon))) / p.shape[0]!,
    ),
  })),
  {
    exercise: '03.8 categoricalCrossEntropy',
    id: 'cce-sum',
    sentence: 'This is the sum over the batch. Divide it by the number of samples N.',
    anchor: '#mean-over-the-batch',
    wrong: (p: Tensor, t: Tensor) => categoricalCrossEntropy(p, t) * p.shape[0]!,
  },
  {
    exercise: '03.8 categoricalCrossEntropy',
    id: 'cce-over-entries',
    sentence:
      'The sum is divided by N · C. A row is one prediction, however many classes it has: divide by N.',
    anchor: '#mean-over-the-batch',
    wrong: (p: Tensor, t: Tensor) => categoricalCrossEntropy(p, t) / p.shape[1]!,
  },
  {
    exercise: '03.8 categoricalCrossEntropy',
    id: 'cce-sign',
    sentence:
      'The minus sign is missing. The logarithm of a probability is negative or 0, and a loss must be positive or 0.',
    wrong: (p: Tensor, t: Tensor) => -categoricalCrossEntropy(p, t),
  },
  {
    exercise: '03.8 categoricalCrossEntropy',
    id: 'cce-log10',
    sentence:
      'The logarithm has the base 10. This course uses the natural logarithm, which JavaScript calls Math.log.',
    wrong: (p: Tensor, t: Tensor) => categoricalCrossEntropy(p, t) / Math.LN10,
  },
  {
    exercise: '03.8 categoricalCrossEntropy',
    id: 'cce-unclipped',
    sentence:
      'At a probability of exactly 0 this takes the logarithm of 0, which is −Infinity, and 0 · Infinity is NaN. Let p be no less than ε.',
    anchor: '#staying-finite',
    wrong: refusingLike(
      categoricalCrossEntropy,
      (p, t) => -ops.sum(zip(p, t, (q, a) => a * Math.log(q))) / p.shape[0]!,
    ),
  },
  {
    exercise: '03.8 categoricalCrossEntropy',
    id: 'cce-large-epsilon',
    sentence:
      'p is kept above 10⁻⁷, as fits 32-bit floats. Here ε is 10⁻¹², so that 10⁻¹¹ still counts as itself.',
    anchor: '#staying-finite',
    wrong: refusingLike(
      categoricalCrossEntropy,
      (p, t) => -ops.sum(zip(p, t, (q, a) => a * Math.log(Math.max(q, 1e-7)))) / p.shape[0]!,
    ),
  },
  {
    exercise: '03.8 categoricalCrossEntropy',
    id: 'cce-epsilon-added',
    sentence:
      'ε is added inside the logarithm, which changes every probability a little and the small ones a lot. Let p be no less than ε instead: Math.max(p, ε).',
    anchor: '#staying-finite',
    wrong: refusingLike(
      categoricalCrossEntropy,
      (p, t) => -ops.sum(zip(p, t, (q, a) => a * Math.log(q + EPSILON))) / p.shape[0]!,
    ),
  },
  {
    exercise: '03.9 categoricalCrossEntropyGradient',
    id: 'cce-gradient-of-logits',
    sentence:
      'This is (p − t) / N, the gradient with respect to the logits before softmax. With respect to p itself it is −t / p / N.',
    anchor: '#where-the-gradients-come-from',
    wrong: (p: Tensor, t: Tensor) => zip(p, t, (q, a) => (q - a) / p.shape[0]!),
  },
  {
    exercise: '03.9 categoricalCrossEntropyGradient',
    id: 'cce-gradient-without-targets',
    sentence:
      'This is −1 / p at every class. Only ln p of the right class is in the loss: the target is a factor.',
    wrong: (p: Tensor) => map(p, (q) => -1 / Math.max(q, EPSILON) / p.shape[0]!),
  },
  {
    exercise: '03.9 categoricalCrossEntropyGradient',
    id: 'cce-gradient-sum',
    sentence: 'The loss is a mean and this is the gradient of the sum: the factor 1/N is missing.',
    anchor: '#mean-over-the-batch',
    wrong: (p: Tensor, t: Tensor) =>
      map(categoricalCrossEntropyGradient(p, t), (v) => v * p.shape[0]!),
  },
  {
    exercise: '03.9 categoricalCrossEntropyGradient',
    id: 'cce-gradient-over-entries',
    sentence:
      'This is divided by N · C. The loss is a mean over the N rows, so its gradient carries 1/N.',
    anchor: '#mean-over-the-batch',
    wrong: (p: Tensor, t: Tensor) =>
      map(categoricalCrossEntropyGradient(p, t), (v) => v / p.shape[1]!),
  },
  {
    exercise: '03.9 categoricalCrossEntropyGradient',
    id: 'cce-gradient-sign',
    sentence:
      'The minus sign is missing. More of the right probability makes the loss smaller, so the gradient is negative there.',
    wrong: (p: Tensor, t: Tensor) => map(categoricalCrossEntropyGradient(p, t), (v) => -v),
  },
  {
    exercise: '03.9 categoricalCrossEntropyGradient',
    id: 'cce-gradient-unclipped',
    sentence:
      'At a probability of exactly 0 this divides by 0. Let p be no less than ε, as the loss does.',
    anchor: '#staying-finite',
    wrong: (p: Tensor, t: Tensor) => zip(p, t, (q, a) => -a / q / p.shape[0]!),
  },
  {
    exercise: '03.9 categoricalCrossEntropyGradient',
    id: 'cce-gradient-flat',
    sentence:
      'Where p is below ε the gradient is 0 here, so a prediction that is as wrong as can be is never corrected. Put ε in the place of p instead.',
    anchor: '#staying-finite',
    wrong: (p: Tensor, t: Tensor) =>
      zip(p, categoricalCrossEntropyGradient(p, t), (q, v) => (q < EPSILON ? 0 : v)),
  },
  {
    exercise: '03.9 categoricalCrossEntropyGradient',
    id: 'cce-gradient-epsilon-added',
    sentence:
      'ε is added to the denominator, which changes the gradient of every small probability. Let p be no less than ε instead: Math.max(p, ε).',
    anchor: '#staying-finite',
    wrong: (p: Tensor, t: Tensor) => zip(p, t, (q, a) => -a / (q + EPSILON) / p.shape[0]!),
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-of-logits',
    sentence:
      'The logits are used as if they were probabilities: this is −ln of the logit itself. Softmax belongs in between.',
    wrong: softmaxLoss((row, label) => -Math.log(clip(row[label]!, EPSILON))),
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-twice',
    sentence:
      'Softmax is applied twice: its probabilities go through softmax again. The logits are what goes in before any softmax.',
    wrong: (logits: Tensor, labels: Labels) => softmaxCrossEntropy(softmax(logits), labels),
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-first-label',
    sentence:
      'Every row is measured by the label of the first one. Row n has a label of its own: labels.get(n).',
    wrong: (logits: Tensor, labels: Labels) =>
      softmaxCrossEntropy(logits, firstRepeated(logits, labels)),
  },
  ...[10, 20, 50, 100, 500, 700].map((limit) => ({
    exercise: '03.10 softmaxCrossEntropy',
    id: `softmax-loss-clipped-at-${limit}`,
    sentence:
      'The logits are clipped against an overflow, so those beyond the limit count as equal. Subtract the maximum of the row from each instead: that changes nothing, and no exponential is above 1.',
    anchor: '#staying-finite',
    wrong: (logits: Tensor, labels: Labels) =>
      softmaxCrossEntropy(
        map(logits, (logit) => Math.min(limit, Math.max(-limit, logit))),
        labels,
      ),
  })),
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-over-columns',
    sentence:
      'The exponentials are added up over the samples. A row is one sample: add over its classes.',
    wrong: refusingLike(softmaxCrossEntropy, (logits, labels) => {
      const columns = softmax(logits.transpose(1, 0)).transpose(1, 0);
      return meanOverRows(columns, labels, (row, label) => -Math.log(row[label]!));
    }),
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-log-of-mean',
    sentence:
      'The probabilities of the right classes are averaged and the logarithm is taken of their mean. Take the logarithm of each row, then the mean.',
    anchor: '#mean-over-the-batch',
    wrong: refusingLike(
      softmaxCrossEntropy,
      (logits, labels) =>
        -Math.log(meanOverRows(logits, labels, (row, label) => softmaxOfRow(row)[label]!)),
    ),
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-shift-lost',
    sentence:
      'The maximum is subtracted inside the exponentials and never given back: add it to the logarithm, or subtract it from the logit of the right class too.',
    anchor: '#staying-finite',
    wrong: softmaxLoss(
      (row, label) => Math.log(sumOfExponentials(row, Math.max(...row))) - row[label]!,
    ),
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-sum',
    sentence: 'This is the sum over the batch. Divide it by the number of samples N.',
    anchor: '#mean-over-the-batch',
    wrong: (logits: Tensor, labels: Labels) =>
      softmaxCrossEntropy(logits, labels) * logits.shape[0]!,
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-over-entries',
    sentence:
      'The sum is divided by N · C. A row is one prediction, however many classes it has: divide by N.',
    anchor: '#mean-over-the-batch',
    wrong: (logits: Tensor, labels: Labels) =>
      softmaxCrossEntropy(logits, labels) / logits.shape[1]!,
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-sign',
    sentence:
      'The minus sign is missing: this is ln of the right probability, at most 0. A loss must be positive or 0.',
    wrong: (logits: Tensor, labels: Labels) => -softmaxCrossEntropy(logits, labels),
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-log-of-zero',
    sentence:
      'The probability of a hopeless row is 0 in floating point, and its logarithm −Infinity. Do not form the probability: ln of the sum minus the logit needs no division.',
    anchor: '#staying-finite',
    wrong: softmaxLoss((row, label) => -Math.log(softmaxOfRow(row)[label]!)),
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-clipped',
    sentence:
      'The probability is clipped at 10⁻¹², so a hopeless row costs 27.6 however hopeless it is. ln of the sum minus the logit needs no clipping.',
    anchor: '#staying-finite',
    wrong: softmaxLoss((row, label) => -Math.log(Math.max(softmaxOfRow(row)[label]!, EPSILON))),
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-epsilon-added',
    sentence:
      '10⁻¹² is added to the probability, so a hopeless row costs 27.6 however hopeless it is. ln of the sum minus the logit needs no help.',
    anchor: '#staying-finite',
    wrong: softmaxLoss((row, label) => -Math.log(softmaxOfRow(row)[label]! + EPSILON)),
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-unshifted',
    sentence:
      'The exponentials are taken without a shift, so a logit of 1000 becomes Infinity and Infinity / Infinity is NaN. Subtract the maximum of the row first.',
    anchor: '#staying-finite',
    wrong: softmaxLoss((row, label) => -Math.log(softmaxOfRow(row, 0)[label]!)),
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-unshifted-sum',
    sentence:
      'The sum of the exponentials is taken without a shift, so a logit of 1000 makes it Infinity. Take the maximum of the row out of the logarithm first.',
    anchor: '#staying-finite',
    wrong: softmaxLoss((row, label) => logOfSum(row, 0) - row[label]!),
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-starts-at-zero',
    sentence:
      'The search for the maximum starts at 0, so a row of very negative logits is not shifted and its exponentials are all 0. Start at the first logit, or at −Infinity.',
    anchor: '#staying-finite',
    wrong: softmaxLoss((row, label) => -Math.log(softmaxOfRow(row, Math.max(0, ...row))[label]!)),
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-starts-at-zero-sum',
    sentence:
      'The search for the maximum starts at 0, so a row of very negative logits is not shifted and its exponentials are all 0. Start at the first logit, or at −Infinity.',
    anchor: '#staying-finite',
    wrong: softmaxLoss((row, label) => logOfSum(row, Math.max(0, ...row)) - row[label]!),
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-maximum-carried',
    sentence:
      'The maximum of the row before is not forgotten, and a row far below it underflows. Start the search afresh in each row.',
    anchor: '#staying-finite',
    wrong: refusingLike(softmaxCrossEntropy, (logits, labels) => {
      let max = -Infinity;
      return meanOverRows(logits, labels, (row, label) => {
        max = Math.max(max, ...row);
        return logOfSum(row, max) - row[label]!;
      });
    }),
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-one-shift',
    sentence:
      "All rows are shifted by the maximum of the whole batch, and the probabilities of a row far below it become 0/0. Subtract each row's own maximum.",
    anchor: '#staying-finite',
    wrong: softmaxLoss(
      (row, label, logits) => -Math.log(softmaxOfRow(row, ops.sup(logits))[label]!),
    ),
  },
  {
    exercise: '03.10 softmaxCrossEntropy',
    id: 'softmax-loss-one-shift-sum',
    sentence:
      "All rows are shifted by the maximum of the whole batch, and in a row far below it this takes the logarithm of 0. Subtract each row's own maximum.",
    anchor: '#staying-finite',
    wrong: softmaxLoss((row, label, logits) => logOfSum(row, ops.sup(logits)) - row[label]!),
  },
  {
    exercise: '03.11 softmaxCrossEntropyGradient',
    id: 'softmax-loss-gradient-without-one-hot',
    sentence:
      'These are the probabilities over N. The logit of the right class is subtracted in the loss: subtract 1 at the label.',
    anchor: '#where-the-gradients-come-from',
    wrong: (logits: Tensor) =>
      map(softmax(logits), (probability) => probability / logits.shape[0]!),
  },
  {
    exercise: '03.11 softmaxCrossEntropyGradient',
    id: 'softmax-loss-gradient-label-only',
    sentence:
      'Only the column of the label is filled. The other logits are in the sum of the exponentials, so they have a slope too: their probability.',
    anchor: '#where-the-gradients-come-from',
    wrong: (logits: Tensor, labels: Labels) =>
      zip(
        softmaxCrossEntropyGradient(logits, labels),
        oneHot(labels, logits.shape[1]!),
        (slope, target) => slope * target,
      ),
  },
  {
    exercise: '03.11 softmaxCrossEntropyGradient',
    id: 'softmax-loss-gradient-of-probabilities',
    sentence:
      'This is −1 / p at the label, the gradient with respect to the probabilities. Softmax is part of this loss: its derivative belongs in too.',
    anchor: '#where-the-gradients-come-from',
    wrong: (logits: Tensor, labels: Labels) =>
      categoricalCrossEntropyGradient(softmax(logits), oneHot(labels, logits.shape[1]!)),
  },
  {
    exercise: '03.11 softmaxCrossEntropyGradient',
    id: 'softmax-loss-gradient-softmax-twice',
    sentence:
      'The derivative of softmax is applied once more. softmax − one-hot is already the gradient with respect to the logits: it is in there.',
    anchor: '#where-the-gradients-come-from',
    wrong: (logits: Tensor, labels: Labels) => {
      const slopes = rowsOf(softmaxCrossEntropyGradient(logits, labels));
      let n = 0;
      return overRows(softmax(logits), (p) => {
        const slope = slopes[n++]!;
        const mean = sumOver(p.length, (j) => p[j]! * slope[j]!);
        return p.map((probability, i) => probability * (slope[i]! - mean));
      });
    },
  },
  {
    exercise: '03.11 softmaxCrossEntropyGradient',
    id: 'softmax-loss-gradient-slope-twice',
    sentence:
      'The gradient is multiplied by p · (1 − p) once more. softmax − one-hot is already the gradient with respect to the logits: the derivative of softmax is in there.',
    anchor: '#where-the-gradients-come-from',
    wrong: (logits: Tensor, labels: Labels) =>
      zip(
        softmax(logits),
        softmaxCrossEntropyGradient(logits, labels),
        (p, slope) => p * (1 - p) * slope,
      ),
  },
  {
    exercise: '03.11 softmaxCrossEntropyGradient',
    id: 'softmax-loss-gradient-one-hot-over-n',
    sentence:
      'Only the 1 at the label is divided by N. The probabilities are to be divided too: subtract first, then divide.',
    anchor: '#mean-over-the-batch',
    wrong: (logits: Tensor, labels: Labels) =>
      zip(
        softmax(logits),
        oneHot(labels, logits.shape[1]!),
        (p, target) => p - target / logits.shape[0]!,
      ),
  },
  {
    exercise: '03.11 softmaxCrossEntropyGradient',
    id: 'softmax-loss-gradient-probabilities-over-n',
    sentence:
      'Only the probabilities are divided by N. The 1 at the label is to be divided too: subtract first, then divide.',
    anchor: '#mean-over-the-batch',
    wrong: (logits: Tensor, labels: Labels) =>
      zip(
        softmax(logits),
        oneHot(labels, logits.shape[1]!),
        (p, target) => p / logits.shape[0]! - target,
      ),
  },
  {
    exercise: '03.11 softmaxCrossEntropyGradient',
    id: 'softmax-loss-gradient-label-over-n',
    sentence:
      'Only the column of the label is divided by N. The others are to be divided too: the loss is a mean over the rows.',
    anchor: '#mean-over-the-batch',
    wrong: (logits: Tensor, labels: Labels) =>
      zip(
        zip(softmax(logits), oneHot(labels, logits.shape[1]!), (p, target) => p - target),
        oneHot(labels, logits.shape[1]!),
        (slope, target) => (target === 1 ? slope / logits.shape[0]! : slope),
      ),
  },
  {
    exercise: '03.11 softmaxCrossEntropyGradient',
    id: 'softmax-loss-gradient-sum',
    sentence: 'The loss is a mean and this is the gradient of the sum: the factor 1/N is missing.',
    anchor: '#mean-over-the-batch',
    wrong: (logits: Tensor, labels: Labels) =>
      map(softmaxCrossEntropyGradient(logits, labels), (v) => v * logits.shape[0]!),
  },
  {
    exercise: '03.11 softmaxCrossEntropyGradient',
    id: 'softmax-loss-gradient-over-entries',
    sentence:
      'This is divided by N · C. The loss is a mean over the N rows, so its gradient carries 1/N.',
    anchor: '#mean-over-the-batch',
    wrong: (logits: Tensor, labels: Labels) =>
      map(softmaxCrossEntropyGradient(logits, labels), (v) => v / logits.shape[1]!),
  },
  {
    exercise: '03.11 softmaxCrossEntropyGradient',
    id: 'softmax-loss-gradient-sign',
    sentence:
      'The sign is turned round: this is (one-hot − softmax) / N, the way downhill. The gradient points uphill.',
    wrong: (logits: Tensor, labels: Labels) =>
      map(softmaxCrossEntropyGradient(logits, labels), (v) => -v),
  },
  {
    exercise: '03.11 softmaxCrossEntropyGradient',
    id: 'softmax-loss-gradient-unshifted',
    sentence:
      'The exponentials are taken without a shift, so a logit of 1000 becomes Infinity and the row NaN. Subtract the maximum of the row first.',
    anchor: '#staying-finite',
    wrong: softmaxLossGradient(() => 0),
  },
  {
    exercise: '03.11 softmaxCrossEntropyGradient',
    id: 'softmax-loss-gradient-starts-at-zero',
    sentence:
      'The search for the maximum starts at 0, so a row of very negative logits is not shifted and its exponentials are all 0. Start at the first logit, or at −Infinity.',
    anchor: '#staying-finite',
    wrong: softmaxLossGradient((row) => Math.max(0, ...row)),
  },
  {
    exercise: '03.11 softmaxCrossEntropyGradient',
    id: 'softmax-loss-gradient-maximum-carried',
    sentence:
      'The maximum of the row before is not forgotten, and a row far below it underflows. Start the search afresh in each row.',
    anchor: '#staying-finite',
    wrong: (logits: Tensor, labels: Labels) => {
      let max = -Infinity;
      return softmaxLossGradient((row) => (max = Math.max(max, ...row)))(logits, labels);
    },
  },
  {
    exercise: '03.11 softmaxCrossEntropyGradient',
    id: 'softmax-loss-gradient-one-shift',
    sentence:
      "All rows are shifted by the maximum of the whole batch. A row far below it underflows to 0/0. Subtract each row's own maximum.",
    anchor: '#staying-finite',
    wrong: softmaxLossGradient((_, logits) => ops.sup(logits)),
  },
  {
    exercise: '03.12 hinge',
    id: 'hinge-counts-right-class',
    sentence:
      'Every row costs 1 too much: the right class is compared with itself, and max(0, 0 + 1) is 1. Leave j = label out.',
    wrong: (scores: Tensor, labels: Labels) => hinge(scores, labels) + 1,
  },
  {
    exercise: '03.12 hinge',
    id: 'hinge-first-label',
    sentence:
      'Every row is measured by the label of the first one. Row n has a label of its own: labels.get(n).',
    wrong: (scores: Tensor, labels: Labels) => hinge(scores, firstRepeated(scores, labels)),
  },
  ...(['after', 'before'] as const).map((side) => ({
    exercise: '03.12 hinge',
    id: `hinge-only-${side}`,
    sentence: `Only the classes ${side} the right one are compared with it. All others count, on both sides: go over all and leave out j = label.`,
    wrong: refusingLike(hinge, (scores, labels) =>
      meanOverRows(scores, labels, (row, label) =>
        sumOver(row.length, (j) =>
          (side === 'after' ? j > label : j < label) ? Math.max(0, row[j]! - row[label]! + 1) : 0,
        ),
      ),
    ),
  })),
  {
    exercise: '03.12 hinge',
    id: 'hinge-sum',
    sentence: 'This is the sum over the batch. Divide it by the number of samples N.',
    anchor: '#mean-over-the-batch',
    wrong: (scores: Tensor, labels: Labels) => hinge(scores, labels) * scores.shape[0]!,
  },
  {
    exercise: '03.12 hinge',
    id: 'hinge-over-entries',
    sentence:
      'The sum is divided by N · C. A row is one prediction, however many classes it has: divide by N.',
    anchor: '#mean-over-the-batch',
    wrong: (scores: Tensor, labels: Labels) => hinge(scores, labels) / scores.shape[1]!,
  },
  {
    exercise: '03.12 hinge',
    id: 'hinge-worst-rival',
    sentence:
      'Only the strongest wrong class of each row is counted. This hinge adds up all of them.',
    wrong: refusingLike(hinge, (scores, labels) =>
      meanOverRows(scores, labels, (row, label) => Math.max(0, ...shortfalls(row, label))),
    ),
  },
  {
    exercise: '03.12 hinge',
    id: 'hinge-without-margin',
    sentence:
      'The margin is missing: a class behind by a hair costs nothing here. The right class must lead by 1, so add 1 inside the maximum.',
    wrong: hingeOf((shortfall) => Math.max(0, shortfall - 1)),
  },
  {
    exercise: '03.12 hinge',
    id: 'hinge-sign',
    sentence:
      'The difference is turned round: this punishes the right class for leading. It is the score of the wrong class minus that of the right one.',
    wrong: (scores: Tensor, labels: Labels) =>
      hinge(
        map(scores, (v) => -v),
        labels,
      ),
  },
  {
    exercise: '03.12 hinge',
    id: 'hinge-not-cut-off',
    sentence:
      'Terms below 0 are added as well, so a class that is far behind pays for another. Cut each term off: max(0, …).',
    wrong: hingeOf((shortfall) => shortfall),
  },
  {
    exercise: '03.12 hinge',
    id: 'hinge-cut-off-once',
    sentence:
      'The terms of a row are added first and only their sum is cut off, so a class that is far behind pays for another. Cut each term off: max(0, …).',
    wrong: refusingLike(hinge, (scores, labels) =>
      meanOverRows(scores, labels, (row, label) => {
        const lacking = shortfalls(row, label);
        return Math.max(
          0,
          sumOver(lacking.length, (j) => lacking[j]!),
        );
      }),
    ),
  },
  {
    exercise: '03.12 hinge',
    id: 'hinge-squared',
    sentence:
      'The terms are squared. That is a loss in its own right, but this hinge takes them as they are.',
    wrong: hingeOf((shortfall) => Math.max(0, shortfall) ** 2),
  },
  {
    exercise: '03.13 hingeGradient',
    id: 'hinge-gradient-right-class-zero',
    sentence:
      'The right class gets nothing. Its score is in every term above 0, with a minus: take 1/N from it for each.',
    wrong: (scores: Tensor, labels: Labels) =>
      map(hingeGradient(scores, labels), (v) => Math.max(0, v)),
  },
  {
    exercise: '03.13 hingeGradient',
    id: 'hinge-gradient-right-class-once',
    sentence:
      'The right class gets −1/N, whatever happens in its row. Its score is in every term above 0: take 1/N from it for each of them.',
    wrong: (scores: Tensor, labels: Labels) =>
      zip(
        map(hingeGradient(scores, labels), (v) => Math.max(0, v)),
        oneHot(labels, scores.shape[1]!),
        (slope, target) => slope - target / scores.shape[0]!,
      ),
  },
  {
    exercise: '03.13 hingeGradient',
    id: 'hinge-gradient-counts-right-class',
    sentence:
      'The right class loses 1/N too much: it is counted among the classes within its own margin. Leave j = label out.',
    wrong: (scores: Tensor, labels: Labels) =>
      zip(
        hingeGradient(scores, labels),
        oneHot(labels, scores.shape[1]!),
        (slope, target) => slope - target / scores.shape[0]!,
      ),
  },
  {
    exercise: '03.13 hingeGradient',
    id: 'hinge-gradient-worst-rival',
    sentence:
      'Only the strongest wrong class of each row is counted. This hinge adds up all of them, so each one within the margin has a slope.',
    wrong: ofHingeRows((row, label) => {
      const worst = Math.max(...row.filter((_, j) => j !== label));
      return row.map((score, j) =>
        Number(j !== label && score === worst && score - row[label]! + 1 > 0),
      );
    }),
  },
  {
    exercise: '03.13 hingeGradient',
    id: 'hinge-gradient-shortfalls',
    sentence:
      'Each class gets what it lacks of the margin, which is its term in the loss. The slope of a term above 0 is 1, however large the term.',
    wrong: ofHingeRows((row, label) =>
      row.map((score, j) => (j === label ? 0 : Math.max(0, score - row[label]! + 1))),
    ),
  },
  {
    exercise: '03.13 hingeGradient',
    id: 'hinge-gradient-kink',
    sentence:
      'At a lead of exactly 1 the slope is taken as 1 here. This course takes 0 at a kink: count a term only when it is > 0.',
    // A margin wider by a millionth of a millionth takes in the leads of exactly 1.
    wrong: (scores: Tensor, labels: Labels) =>
      hingeGradient(
        zip(scores, oneHot(labels, scores.shape[1]!), (v, target) => v - 1e-12 * target),
        labels,
      ),
  },
  {
    exercise: '03.13 hingeGradient',
    id: 'hinge-gradient-sum',
    sentence: 'The loss is a mean and this is the gradient of the sum: the factor 1/N is missing.',
    anchor: '#mean-over-the-batch',
    wrong: (scores: Tensor, labels: Labels) =>
      map(hingeGradient(scores, labels), (v) => v * scores.shape[0]!),
  },
  {
    exercise: '03.13 hingeGradient',
    id: 'hinge-gradient-sign',
    sentence:
      'The sign is turned round. More of a wrong score makes the loss larger, so the gradient is positive there and negative at the label.',
    wrong: (scores: Tensor, labels: Labels) => map(hingeGradient(scores, labels), (v) => -v),
  },
  {
    exercise: '03.14 accuracy',
    id: 'accuracy-count',
    sentence: 'This counts the right rows. Divide by the number of rows to get the fraction.',
    wrong: (scores: Tensor, labels: Labels) => accuracy(scores, labels) * scores.shape[0]!,
  },
  {
    exercise: '03.14 accuracy',
    id: 'accuracy-percent',
    sentence: 'This is in percent. The accuracy is a fraction between 0 and 1.',
    wrong: (scores: Tensor, labels: Labels) => accuracy(scores, labels) * 100,
  },
  {
    exercise: '03.14 accuracy',
    id: 'accuracy-over-columns',
    sentence:
      'The largest score is looked for down each column, among the samples. A row is one sample: look along it.',
    wrong: refusingLike(accuracy, (scores, labels) => {
      const columns = rowsOf(scores.transpose(1, 0));
      const best = columns.map((column) => column.indexOf(Math.max(...column)));
      return fraction(scores, labels, (_, label, n) => best[n] === label);
    }),
  },
  {
    exercise: '03.14 accuracy',
    id: 'accuracy-from-one',
    sentence:
      'The columns are counted from 1 here and the labels from 0, so no row matches that should. Column 0 is class 0.',
    wrong: rightRows((row, label) => row.indexOf(Math.max(...row)) + 1 === label),
  },
  {
    exercise: '03.14 accuracy',
    id: 'accuracy-starts-at-zero',
    sentence:
      'The search for the maximum starts at 0, so in a row of negative scores it finds nothing. Start at the first score, or at −Infinity.',
    wrong: rightRows((row, label) => Math.max(0, row.indexOf(Math.max(0, ...row))) === label),
  },
  {
    exercise: '03.14 accuracy',
    id: 'accuracy-best-carried-in-ties',
    sentence:
      'The search for the largest score begins at the best column of the row before, so of equal scores that one may win. Begin every row afresh, at its first column.',
    wrong: bestCarried(0),
  },
  {
    exercise: '03.14 accuracy',
    id: 'accuracy-best-carried',
    sentence:
      'The search for the largest score begins at the best column of the row before. Begin every row afresh, at its first column.',
    wrong: bestCarried(1),
  },
  {
    exercise: '03.14 accuracy',
    id: 'accuracy-maximum-carried',
    sentence:
      'The largest score of the row before is not forgotten, and a row of lower scores never finds its own. Begin every row afresh.',
    wrong: refusingLike(accuracy, (scores, labels) => {
      let max = -Infinity;
      let best = 0;
      return fraction(scores, labels, (row, label) => {
        for (const [i, score] of row.entries()) if (score > max) [max, best] = [score, i];
        return best === label;
      });
    }),
  },
  {
    exercise: '03.14 accuracy',
    id: 'accuracy-last-maximum',
    sentence:
      'Of equal largest scores the last one counts here. The first one should: compare with >, not with >=.',
    wrong: rightRows((row, label) => row.lastIndexOf(Math.max(...row)) === label),
  },
  {
    exercise: '03.14 accuracy',
    id: 'accuracy-any-maximum',
    sentence:
      'A row counts as right when its label is among several equal largest scores. Only the first of them is the prediction.',
    wrong: rightRows((row, label) => row[label] === Math.max(...row)),
  },
  {
    exercise: '03.14 accuracy',
    id: 'accuracy-error-rate',
    sentence: 'This is the fraction of wrong rows. The accuracy is the fraction of right ones.',
    wrong: (scores: Tensor, labels: Labels) => 1 - accuracy(scores, labels),
  },
];

function clip(p: number, epsilon: number): number {
  return Math.min(Math.max(p, epsilon), 1 - epsilon);
}

function clipped(p: number): number {
  return clip(p, EPSILON);
}

/** The mean over all entries of the two terms of yes and no, with p moved by `safely` first. */
function meanBinary(p: Tensor, t: Tensor, safely: (p: number) => number): number {
  const terms = zip(map(p, safely), t, (q, a) => a * Math.log(q) + (1 - a) * Math.log(1 - q));
  return -ops.sum(terms) / p.size;
}

/** The mean over the samples of f(row, its label, all rows). */
function meanOverRows(
  x: Tensor,
  labels: Labels,
  f: (row: number[], label: number, x: Tensor) => number,
): number {
  const rows = rowsOf(x);
  return sumOver(rows.length, (n) => f(rows[n]!, labels.get(n), x)) / rows.length;
}

/** softmaxCrossEntropy with another loss of a row. */
function softmaxLoss(
  f: (row: number[], label: number, logits: Tensor) => number,
): typeof softmaxCrossEntropy {
  return refusingLike(softmaxCrossEntropy, (logits, labels) => meanOverRows(logits, labels, f));
}

/** The first label for every row; checked like the others, as its author does. */
function firstRepeated(logits: Tensor, labels: Labels): Labels {
  softmaxCrossEntropy(logits, labels);
  return labelsOf(Array.from({ length: labels.size }, () => labels.get(0)));
}

/** hinge with another term for what a wrong class lacks of the margin. */
function hingeOf(term: (shortfall: number) => number): typeof hinge {
  return refusingLike(hinge, (scores, labels) =>
    meanOverRows(scores, labels, (row, label) => {
      const lacking = shortfalls(row, label);
      return sumOver(lacking.length, (j) => term(lacking[j]!));
    }),
  );
}

/** A gradient of the hinge from the slopes of a row's wrong classes: the right one gets minus their sum. */
function ofHingeRows(slopes: (row: number[], label: number) => number[]): typeof hingeGradient {
  return (scores, labels) => {
    let n = 0;
    return overRows(scores, (row) => {
      const label = labels.get(n++);
      const all = slopes(row, label);
      all[label] = -sumOver(all.length, (j) => all[j]!);
      return all.map((slope) => slope / scores.shape[0]!);
    });
  };
}

/** accuracy with another idea of which rows are right. */
function rightRows(isRight: (row: number[], label: number) => boolean): typeof accuracy {
  return refusingLike(accuracy, (scores, labels) => fraction(scores, labels, isRight));
}

/** The fraction of the rows for which `isRight` holds. */
function fraction(
  scores: Tensor,
  labels: Labels,
  isRight: (row: number[], label: number, n: number) => boolean,
): number {
  return rowsOf(scores).filter((row, n) => isRight(row, labels.get(n), n)).length / labels.size;
}

/** accuracy with a search for the largest that goes on from the best column of the row before. */
function bestCarried(first: number): typeof accuracy {
  return refusingLike(accuracy, (scores, labels) => {
    let best = 0;
    return fraction(scores, labels, (row, label) => {
      for (let i = first; i < row.length; i++) if (row[i]! > row[best]!) best = i;
      return best === label;
    });
  });
}

function sumOfExponentials(row: number[], shift: number): number {
  return sumOver(row.length, (i) => Math.exp(row[i]! - shift));
}

/** ln Σ eˣ, with the shift given back. */
function logOfSum(row: number[], shift: number): number {
  return Math.log(sumOfExponentials(row, shift)) + shift;
}

function softmaxOfRow(row: number[], shift = Math.max(...row)): number[] {
  return row.map((logit) => Math.exp(logit - shift) / sumOfExponentials(row, shift));
}

function softmax(logits: Tensor): Tensor {
  return overRows(logits, (row) => softmaxOfRow(row));
}

/** softmaxCrossEntropyGradient with other shifts of the rows. */
function softmaxLossGradient(
  shift: (row: number[], logits: Tensor) => number,
): typeof softmaxCrossEntropyGradient {
  return (logits, labels) => {
    const [N, C] = logits.shape as [number, number];
    const probabilities = overRows(logits, (row) => softmaxOfRow(row, shift(row, logits)));
    return zip(probabilities, oneHot(labels, C), (p, target) => (p - target) / N);
  };
}

/** sⱼ − sₗ + 1 for each wrong class j. */
function shortfalls(row: number[], label: number): number[] {
  return row.filter((_, j) => j !== label).map((score) => score - row[label]! + 1);
}
