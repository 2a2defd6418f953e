/** Lesson 19: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { copy, filled, map, zeros, type Tensor } from '#arrays';
import { shuffledOrder } from '#lessons/06-training';
import type { Misconception } from '../../checks/misconception.ts';
import { refusingLike, sumOver } from '../../checks/wrong-answers.ts';
import {
  gaussianKernel,
  kernelPerceptron,
  kernelScores,
  linearKernel,
  margins,
  pegasos,
  polynomialKernel,
  smoStep,
  supportVectors,
  svmObjective,
  svmSubgradient,
  trainKernelMachine,
  type KernelMachine,
  type KernelTraining,
  type Line,
} from './support-vector-machine.reference.ts';

type Random = () => number;

export const misconceptions: Misconception[] = [
  {
    exercise: '19.1 margins',
    id: 'margins-not-divided',
    sentence:
      'The score is not divided by the length of w. It is no distance then: twice the weights draw the same line and give twice the number.',
    wrong: wrongMargins((product, t, _, b) => t * (product + b)),
  },
  {
    exercise: '19.1 margins',
    id: 'margins-squared-length',
    sentence:
      'The score is divided by ‖w‖², the sum of the squares. The distance takes its root, the length ‖w‖.',
    wrong: wrongMargins((product, t, w, b) => (t * (product + b)) / length(w) ** 2),
  },
  {
    exercise: '19.1 margins',
    id: 'margins-sum-of-weights',
    sentence:
      'The score is divided by the sum of the absolute weights. The distance from a line is divided by the length ‖w‖, the root of the sum of squares.',
    wrong: wrongMargins((product, t, w, b) => (t * (product + b)) / sumOf(w, Math.abs)),
  },
  {
    exercise: '19.1 margins',
    id: 'margins-length-with-bias',
    sentence:
      'The bias is counted into the length. ‖w‖ is made of the weights alone: the bias shifts the line and does not turn it.',
    wrong: wrongMargins((product, t, w, b) => (t * (product + b)) / Math.hypot(length(w), b)),
  },
  {
    exercise: '19.1 margins',
    id: 'margins-bias-not-divided',
    sentence:
      'Only w · x is divided by ‖w‖, and b is added after it. The bias is part of the score: divide the whole of it.',
    wrong: wrongMargins((product, t, w, b) => t * (product / length(w) + b)),
  },
  {
    exercise: '19.1 margins',
    id: 'margins-without-bias',
    sentence: 'The bias is left out, so all distances are from a parallel line through 0.',
    wrong: wrongMargins((product, t, w) => (t * product) / length(w)),
  },
  {
    exercise: '19.1 margins',
    id: 'margins-bias-subtracted',
    sentence: 'The bias is subtracted. In this course a score is w · x + b.',
    wrong: wrongMargins((product, t, w, b) => (t * (product - b)) / length(w)),
  },
  {
    exercise: '19.1 margins',
    id: 'margins-without-targets',
    sentence:
      'The targets are left out: a distance is above 0 on the right side of the line, which for class −1 is the side where the score is negative.',
    wrong: wrongMargins((product, _, w, b) => (product + b) / length(w)),
  },
  {
    exercise: '19.1 margins',
    id: 'margins-absolute',
    sentence:
      'All distances are positive. One on the wrong side must be negative: multiply with the target instead of taking the absolute value.',
    wrong: wrongMargins((product, _, w, b) => Math.abs(product + b) / length(w)),
  },
  {
    exercise: '19.1 margins',
    id: 'margins-clipped',
    sentence: 'Distances on the wrong side are cut off at 0. They count as negative.',
    wrong: wrongMargins((product, t, w, b) => Math.max(0, (t * (product + b)) / length(w))),
  },
  {
    exercise: '19.2 svmObjective',
    id: 'objective-sum-of-hinges',
    sentence:
      'The hinges are added up and not divided by N. The loss is a mean, so that λ means the same for few samples and for many.',
    wrong: refusingLike(svmObjective, (x, t, w, b, lambda) => {
      const total = sumOver(t.size, (n) => hinge(t.get(n) * scoreAt(x, n, w, b)));
      return (lambda * length(w) ** 2) / 2 + total;
    }),
  },
  {
    exercise: '19.2 svmObjective',
    id: 'objective-penalty-over-n',
    sentence: 'The penalty is divided by N too. Only the hinges are a mean over the samples.',
    wrong: refusingLike(svmObjective, (x, t, w, b, lambda) => {
      const total = sumOver(t.size, (n) => hinge(t.get(n) * scoreAt(x, n, w, b)));
      return ((lambda * length(w) ** 2) / 2 + total) / t.size;
    }),
  },
  {
    exercise: '19.2 svmObjective',
    id: 'objective-without-half',
    sentence: 'The penalty is λ · ‖w‖², without the half. The ½ makes its gradient λ · w.',
    wrong: wrongObjective(hinge, (w) => length(w) ** 2),
  },
  {
    exercise: '19.2 svmObjective',
    id: 'objective-length-not-squared',
    sentence: 'The penalty takes the length ‖w‖ and not its square.',
    wrong: wrongObjective(hinge, (w) => length(w) / 2),
  },
  {
    exercise: '19.2 svmObjective',
    id: 'objective-bias-penalized',
    sentence:
      'The bias is penalized like a weight. A line may be shifted for nothing: only ‖w‖² costs.',
    wrong: wrongObjective(hinge, (w, b) => (length(w) ** 2 + b ** 2) / 2),
  },
  {
    exercise: '19.2 svmObjective',
    id: 'objective-absolute-weights',
    sentence:
      'The penalty adds up absolute weights. That is the L1 penalty of 10.3; the margin is measured by ‖w‖².',
    wrong: wrongObjective(hinge, (w) => sumOf(w, Math.abs)),
  },
  {
    exercise: '19.2 svmObjective',
    id: 'objective-c-for-lambda',
    sentence: 'λ multiplies the hinges, as C does in other texts. Here it multiplies the penalty.',
    wrong: refusingLike(svmObjective, (x, t, w, b, lambda) => {
      const total = sumOver(t.size, (n) => hinge(t.get(n) * scoreAt(x, n, w, b)));
      return length(w) ** 2 / 2 + (lambda * total) / t.size;
    }),
  },
  {
    exercise: '19.2 svmObjective',
    id: 'objective-without-margin',
    sentence:
      "Only samples on the wrong side cost something, max(0, −t · score): that is the perceptron's loss. The hinge asks for being right by 1.",
    wrong: wrongObjective((right) => Math.max(0, -right)),
  },
  {
    exercise: '19.2 svmObjective',
    id: 'objective-squared-hinge',
    sentence: 'The hinge is squared. This lesson takes it as it is.',
    wrong: wrongObjective((right) => hinge(right) ** 2),
  },
  {
    exercise: '19.2 svmObjective',
    id: 'objective-not-cut-off',
    sentence:
      '1 − t · score is not cut off at 0, so samples that are right by much make up for others that are wrong.',
    wrong: wrongObjective((right) => 1 - right),
  },
  {
    exercise: '19.2 svmObjective',
    id: 'objective-mistakes',
    sentence:
      'It counts mistakes. Their number does not say in which direction to go; the hinge does.',
    wrong: wrongObjective((right) => Number(right <= 0)),
  },
  {
    exercise: '19.3 svmSubgradient',
    id: 'subgradient-all-samples',
    sentence:
      'Every sample pulls, those too that are right by more than 1. Their hinge is 0, and so is its slope.',
    wrong: wrongSubgradient({ counts: () => true }),
  },
  {
    exercise: '19.3 svmSubgradient',
    id: 'subgradient-only-mistakes',
    sentence:
      'Only samples on the wrong side pull. Those that are right by less than 1 have a hinge above 0, and pull as well.',
    wrong: wrongSubgradient({ counts: (right) => right < 0 }),
  },
  {
    exercise: '19.3 svmSubgradient',
    id: 'subgradient-kink-counts',
    sentence:
      'A sample that is right by exactly 1 pulls too. At the kink it counts as 0 here: ask for less than 1.',
    wrong: wrongSubgradient({ counts: (right) => right <= 1 }),
  },
  {
    exercise: '19.3 svmSubgradient',
    id: 'subgradient-sum',
    sentence:
      'The pulls are added up and not divided by N: the gradient of a mean carries the 1/N.',
    wrong: wrongSubgradient({ pull: (t) => -t }),
  },
  {
    exercise: '19.3 svmSubgradient',
    id: 'subgradient-mean-of-some',
    sentence: 'The pulls are divided by how many samples pull. The mean is over all N.',
    wrong: wrongSubgradient({ pull: (t, counted) => -t / counted }),
  },
  {
    exercise: '19.3 svmSubgradient',
    id: 'subgradient-turned',
    sentence:
      'The pulls have the sign with which one steps. This is the slope of the objective: a step goes against it, and −t · x is what the hinge grows with.',
    wrong: wrongSubgradient({ pull: (t, _, N) => t / N }),
  },
  {
    exercise: '19.3 svmSubgradient',
    id: 'subgradient-without-targets',
    sentence: 'The samples pull without their targets. The slope of 1 − t · (w · x + b) is −t · x.',
    wrong: wrongSubgradient({ pull: (_, __, N) => -1 / N }),
  },
  {
    exercise: '19.3 svmSubgradient',
    id: 'subgradient-without-penalty',
    sentence:
      'λ · w, the gradient of the penalty, is missing. Without it nothing keeps the weights small.',
    wrong: wrongSubgradient({ penalty: () => 0 }),
  },
  {
    exercise: '19.3 svmSubgradient',
    id: 'subgradient-penalty-twice',
    sentence: 'The penalty is 2 · λ · w. The ½ in the objective takes the 2 away.',
    wrong: wrongSubgradient({ penalty: (weight, lambda) => 2 * lambda * weight }),
  },
  {
    exercise: '19.3 svmSubgradient',
    id: 'subgradient-penalty-over-n',
    sentence: 'λ · w is divided by N. The penalty is no mean over samples.',
    wrong: wrongSubgradient({ penalty: (weight, lambda, N) => (lambda * weight) / N }),
  },
  {
    exercise: '19.3 svmSubgradient',
    id: 'subgradient-bias-penalized',
    sentence: 'The bias is penalized, db + λ · b. In this objective it costs nothing.',
    wrong: wrongSubgradient({ biasPenalty: (b, lambda) => lambda * b }),
  },
  {
    exercise: '19.3 svmSubgradient',
    id: 'subgradient-bias-missing',
    sentence:
      'db is 0: the bias shifts every score, and each sample that pulls w pulls it too, by −t/N.',
    wrong: refusingLike(svmSubgradient, (x, t, w, b, lambda) => ({
      ...svmSubgradient(x, t, w, b, lambda),
      db: 0,
    })),
  },
  {
    exercise: '19.4 pegasos',
    id: 'pegasos-fixed-rate',
    sentence: 'The rate is 1/λ in every step. It falls: 1/(λ · k) in step k.',
    wrong: wrongPegasos(({ w, b }, { lambda, t, x, right }) => {
      const pull = right < 1 ? t / lambda : 0;
      return { w: w.map((_, d) => pull * x[d]!), b: b + pull };
    }),
  },
  {
    exercise: '19.4 pegasos',
    id: 'pegasos-counts-from-2',
    sentence: 'The first rate is 1/(2 · λ): the steps are counted from 2. Count them from 1.',
    wrong: wrongPegasos(({ w, b }, step) =>
      learningWhere((right) => right < 1)(
        { w, b },
        { ...step, rate: 1 / (step.lambda * (step.k + 1)) },
      ),
    ),
  },
  {
    exercise: '19.4 pegasos',
    id: 'pegasos-only-mistakes',
    sentence:
      'It learns from mistakes alone, as the perceptron does. Ask whether the sample is right by less than 1.',
    wrong: wrongPegasos(learningWhere((right) => right <= 0)),
  },
  {
    exercise: '19.4 pegasos',
    id: 'pegasos-kink',
    sentence: 'It learns from a sample that is right by exactly 1. Nothing is missing there.',
    wrong: wrongPegasos(learningWhere((right) => right <= 1)),
  },
  {
    exercise: '19.4 pegasos',
    id: 'pegasos-learns-always',
    sentence:
      'It learns from every sample, however right it is. Where t · score is 1 or more the weights only shrink.',
    wrong: wrongPegasos(learningWhere(() => true)),
  },
  {
    exercise: '19.4 pegasos',
    id: 'pegasos-shrinks-when-wrong',
    sentence: 'The weights shrink only in steps that learn. The penalty pulls in every step.',
    wrong: wrongPegasos((line, step) =>
      step.right < 1 ? learningWhere(() => true)(line, step) : line,
    ),
  },
  {
    exercise: '19.4 pegasos',
    id: 'pegasos-never-shrinks',
    sentence: 'The weights never shrink: (1 − η · λ) · w is missing, and with it the wide margin.',
    wrong: wrongPegasos(({ w, b }, { rate, t, x, right }) => {
      const pull = right < 1 ? rate * t : 0;
      return { w: w.map((weight, d) => weight + pull * x[d]!), b: b + pull };
    }),
  },
  {
    exercise: '19.4 pegasos',
    id: 'pegasos-shrinks-the-sum',
    sentence:
      'What is learned shrinks as well, (1 − η · λ) · (w + η · t · x). Shrink the old weights, then add.',
    wrong: wrongPegasos(({ w, b }, { rate, lambda, t, x, right }) => {
      const pull = right < 1 ? rate * t : 0;
      return {
        w: w.map((weight, d) => (1 - rate * lambda) * (weight + pull * x[d]!)),
        b: b + pull,
      };
    }),
  },
  {
    exercise: '19.4 pegasos',
    id: 'pegasos-shrinks-first',
    sentence:
      'The weights shrink before the score is taken. Whether a sample is right is asked of the weights as they were.',
    wrong: wrongPegasos((line, step) => {
      const { rate, lambda, t, x } = step;
      const w = line.w.map((weight) => (1 - rate * lambda) * weight);
      const right = t * sumOver(w.length, (d) => w[d]! * x[d]!, line.b);
      return learningWhere((value) => value < 1)(line, { ...step, right });
    }),
  },
  {
    exercise: '19.4 pegasos',
    id: 'pegasos-bias-shrinks',
    sentence: 'The bias shrinks with the weights. Only w is penalized.',
    wrong: wrongPegasos((line, step) => {
      const next = learningWhere((right) => right < 1)(line, step);
      return { w: next.w, b: next.b - step.rate * step.lambda * line.b };
    }),
  },
  {
    exercise: '19.4 pegasos',
    id: 'pegasos-without-bias',
    sentence: 'The bias is never learned: add η · t to it wherever a sample is learned from.',
    wrong: wrongPegasos((line, step) => ({
      ...learningWhere((right) => right < 1)(line, step),
      b: 0,
    })),
  },
  {
    exercise: '19.4 pegasos',
    id: 'pegasos-without-targets',
    sentence:
      'The sample is added whatever its target. Class −1 must pull the other way: η · t · x.',
    wrong: wrongPegasos((line, step) => {
      const pull = step.right < 1 ? step.rate : 0;
      return {
        w: line.w.map((weight, d) => (1 - step.rate * step.lambda) * weight + pull * step.x[d]!),
        b: line.b + pull,
      };
    }),
  },
  {
    exercise: '19.4 pegasos',
    id: 'pegasos-goes-through-all',
    sentence:
      'It goes through the samples as they are listed. The order that is passed in says which sample each step takes; one may come twice and another never.',
    wrong: refusingLike(pegasos, (x, t, order, lambda) =>
      pegasos(
        x,
        t,
        order.map((_, k) => k % t.size),
        lambda,
      ),
    ),
  },
  {
    exercise: '19.5 supportVectors',
    id: 'supports-beyond',
    sentence:
      'These are the samples that nobody needs. Those that hold the line are right by 1 or less.',
    wrong: wrongSupports((right, tolerance) => right > 1 + tolerance),
  },
  {
    exercise: '19.5 supportVectors',
    id: 'supports-only-on-the-margin',
    sentence:
      'Only samples that are right by 1 are found. Those inside of the margin and on the wrong side hold the line as well, and pull hardest.',
    wrong: wrongSupports((right, tolerance) => Math.abs(right - 1) <= tolerance),
  },
  {
    exercise: '19.5 supportVectors',
    id: 'supports-only-right-ones',
    sentence:
      'Samples on the wrong side are left out. Their hinge is the largest, so they hold the line too.',
    wrong: wrongSupports((right, tolerance) => right > 0 && right <= 1 + tolerance),
  },
  {
    exercise: '19.5 supportVectors',
    id: 'supports-only-mistakes',
    sentence:
      'Only mistakes are found. A sample that is right by less than 1, or by 1, holds the line as well.',
    wrong: wrongSupports((right, tolerance) => right <= tolerance),
  },
  {
    exercise: '19.5 supportVectors',
    id: 'supports-strictly-below',
    sentence: 'A sample right at 1 + tolerance is left out: it is ≤ that counts.',
    wrong: wrongSupports((right, tolerance) => right < 1 + tolerance),
  },
  {
    exercise: '19.5 supportVectors',
    id: 'supports-without-tolerance',
    sentence: 'The tolerance is not used. Training comes near to 1 and hardly ever hits it.',
    wrong: wrongSupports((right) => right <= 1),
  },
  {
    exercise: '19.5 supportVectors',
    id: 'supports-tolerance-inward',
    sentence: 'The tolerance is subtracted. It lets more samples count, those up to 1 + tolerance.',
    wrong: wrongSupports((right, tolerance) => right <= 1 - tolerance),
  },
  {
    exercise: '19.5 supportVectors',
    id: 'supports-without-targets',
    sentence:
      'The score is taken without its target, so a sample far on the wrong side seems to be far away.',
    wrong: wrongSupports((right, tolerance) => Math.abs(right) <= 1 + tolerance),
  },
  {
    exercise: '19.5 supportVectors',
    id: 'supports-one-class',
    sentence:
      'The score is compared without its target: samples of class −1 have negative scores when they are right.',
    wrong: wrongSupports((right, tolerance, _, t) => right * t <= 1 + tolerance),
  },
  {
    exercise: '19.5 supportVectors',
    id: 'supports-by-distance',
    sentence:
      'The distance is compared with 1. It is t · score that is 1 at the margin; the distance there is 1/‖w‖.',
    wrong: wrongSupports((right, tolerance, w) => right / length(w) <= 1 + tolerance),
  },
  {
    exercise: '19.6 linearKernel',
    id: 'linear-with-one',
    sentence: '1 is added to every product. That is the polynomial kernel of degree 1.',
    wrong: (a: Tensor, b: Tensor) => map(linearKernel(a, b), (product) => product + 1),
  },
  {
    exercise: '19.6 linearKernel',
    id: 'linear-cosine',
    sentence:
      'The products are divided by the lengths: that is the cosine of the angle. The kernel keeps the lengths.',
    wrong: refusingLike(linearKernel, (a, b) =>
      overPairs(a, b, (one, other) => dot(one, other) / (length(one) * length(other))),
    ),
  },
  {
    exercise: '19.6 linearKernel',
    id: 'linear-distance',
    sentence: 'These are squared distances. The kernel is the product of the two rows.',
    wrong: refusingLike(linearKernel, (a, b) => overPairs(a, b, squaredDistance)),
  },
  {
    exercise: '19.6 linearKernel',
    id: 'linear-mean',
    sentence: 'The products are divided by the number of entries of a row.',
    wrong: (a: Tensor, b: Tensor) => map(linearKernel(a, b), (product) => product / a.shape[1]!),
  },
  {
    exercise: '19.6 linearKernel',
    id: 'linear-with-itself',
    sentence: 'Every row of a is multiplied with the first row of b alone.',
    wrong: refusingLike(linearKernel, (a, b) =>
      filled([a.shape[0]!, b.shape[0]!], (n) => dot(a.pick(n!, null), b.pick(0, null))),
    ),
  },
  {
    exercise: '19.7 polynomialKernel',
    id: 'polynomial-without-offset',
    sentence: 'The offset is left out. It lets lower degrees take part.',
    wrong: wrongPolynomial((product, { degree }) => product ** degree),
  },
  {
    exercise: '19.7 polynomialKernel',
    id: 'polynomial-offset-after',
    sentence:
      'The offset is added after the power is taken. Add it to the product first: (a · b + offset)^degree.',
    wrong: wrongPolynomial((product, { degree, offset }) => product ** degree + offset),
  },
  {
    exercise: '19.7 polynomialKernel',
    id: 'polynomial-offset-1',
    sentence: 'The offset is always 1. Take the one that is passed in.',
    wrong: wrongPolynomial((product, { degree }) => (product + 1) ** degree),
  },
  {
    exercise: '19.7 polynomialKernel',
    id: 'polynomial-offset-multiplies',
    sentence: 'The offset multiplies the product. It is added to it.',
    wrong: wrongPolynomial((product, { degree, offset }) => (product * offset) ** degree),
  },
  {
    exercise: '19.7 polynomialKernel',
    id: 'polynomial-degree-2',
    sentence: 'The degree is always 2. Take the one that is passed in.',
    wrong: wrongPolynomial((product, { offset }) => (product + offset) ** 2),
  },
  {
    exercise: '19.7 polynomialKernel',
    id: 'polynomial-times-degree',
    sentence: 'The product is multiplied with the degree. It is raised to it: ** and not *.',
    wrong: wrongPolynomial((product, { degree, offset }) => (product + offset) * degree),
  },
  {
    exercise: '19.7 polynomialKernel',
    id: 'polynomial-absolute',
    sentence: 'The absolute value is raised, so an odd degree loses the sign.',
    wrong: wrongPolynomial((product, { degree, offset }) => Math.abs(product + offset) ** degree),
  },
  {
    exercise: '19.7 polynomialKernel',
    id: 'polynomial-entrywise',
    sentence:
      'Each product of two entries is raised by itself and then added up. Add up first: the mixed terms are what the kernel is for.',
    wrong: refusingLike(polynomialKernel, (a, b, { degree, offset }) =>
      overPairs(a, b, (one, other) =>
        sumOver(one.size, (d) => (one.get(d) * other.get(d)) ** degree, offset),
      ),
    ),
  },
  {
    exercise: '19.8 gaussianKernel',
    id: 'gaussian-expanded',
    sentence:
      'The distance is made of ‖a‖² + ‖b‖² − 2 · a · b, which is right on paper. Far from 0 the large numbers cancel and leave rounding errors: subtract first, then square.',
    wrong: refusingLike(gaussianKernel, (a, b, gamma) =>
      overPairs(a, b, (one, other) =>
        Math.exp(-gamma * (dot(one, one) + dot(other, other) - 2 * dot(one, other))),
      ),
    ),
  },
  {
    exercise: '19.8 gaussianKernel',
    id: 'gaussian-not-squared',
    sentence: 'The distance is not squared: that is the Laplacian kernel. Leave the root away.',
    wrong: wrongGaussian((distance, gamma) => Math.exp(-gamma * distance)),
  },
  {
    exercise: '19.8 gaussianKernel',
    id: 'gaussian-sigma',
    sentence: 'γ is taken for σ, exp(−d² / 2σ²). Here it multiplies the squared distance.',
    wrong: wrongGaussian((distance, gamma) => Math.exp(-(distance ** 2) / (2 * gamma ** 2))),
  },
  {
    exercise: '19.8 gaussianKernel',
    id: 'gaussian-divided',
    sentence:
      'The squared distance is divided by γ. It is multiplied by it: a larger γ makes the kernel narrower.',
    wrong: wrongGaussian((distance, gamma) => Math.exp(-(distance ** 2) / gamma)),
  },
  {
    exercise: '19.8 gaussianKernel',
    id: 'gaussian-half',
    sentence: 'There is a ½ in the exponent. Here γ is all of the factor.',
    wrong: wrongGaussian((distance, gamma) => Math.exp((-gamma * distance ** 2) / 2)),
  },
  {
    exercise: '19.8 gaussianKernel',
    id: 'gaussian-gamma-squared',
    sentence: 'γ is squared with the distance: (γ · d)². It multiplies d².',
    wrong: wrongGaussian((distance, gamma) => Math.exp(-((gamma * distance) ** 2))),
  },
  {
    exercise: '19.8 gaussianKernel',
    id: 'gaussian-growing',
    sentence: 'The minus is missing, so the kernel grows with the distance.',
    wrong: wrongGaussian((distance, gamma) => Math.exp(gamma * distance ** 2)),
  },
  {
    exercise: '19.8 gaussianKernel',
    id: 'gaussian-without-exp',
    sentence: 'The exponential is missing: this is the exponent alone.',
    wrong: wrongGaussian((distance, gamma) => -gamma * distance ** 2),
  },
  {
    exercise: '19.8 gaussianKernel',
    id: 'gaussian-city-block',
    sentence: 'Absolute differences are added up instead of squares.',
    wrong: refusingLike(gaussianKernel, (a, b, gamma) =>
      overPairs(a, b, (one, other) =>
        Math.exp(-gamma * sumOver(one.size, (d) => Math.abs(one.get(d) - other.get(d)))),
      ),
    ),
  },
  {
    exercise: '19.8 gaussianKernel',
    id: 'gaussian-product',
    sentence: 'The exponent is the product of the two rows and not their distance.',
    wrong: refusingLike(gaussianKernel, (a, b, gamma) =>
      map(linearKernel(a, b), (product) => Math.exp(-gamma * product)),
    ),
  },
  {
    exercise: '19.9 kernelScores',
    id: 'scores-without-targets',
    sentence: 'The targets are left out, so every training sample speaks for class 1.',
    wrong: wrongScores((a, _, k) => a * k),
  },
  {
    exercise: '19.9 kernelScores',
    id: 'scores-without-bias',
    sentence: 'The bias is left out.',
    wrong: wrongScores(
      (a, t, k) => a * t * k,
      () => 0,
    ),
  },
  {
    exercise: '19.9 kernelScores',
    id: 'scores-bias-subtracted',
    sentence: 'The bias is subtracted. In this course a score is Σ … + b.',
    wrong: wrongScores(
      (a, t, k) => a * t * k,
      (b) => -b,
    ),
  },
  {
    exercise: '19.9 kernelScores',
    id: 'scores-without-alpha',
    sentence: 'Every sample with α above 0 counts alike. α is how much it counts.',
    wrong: wrongScores((a, t, k) => (a > 0 ? t * k : 0)),
  },
  {
    exercise: '19.9 kernelScores',
    id: 'scores-as-signs',
    sentence: 'These are signs. A score says by how much; its sign is the class.',
    wrong: refusingLike(kernelScores, (machine, t, K) =>
      map(kernelScores(machine, t, K), Math.sign),
    ),
  },
  {
    exercise: '19.9 kernelScores',
    id: 'scores-mean',
    sentence: 'The sum is divided by the number of training samples.',
    wrong: refusingLike(kernelScores, ({ alpha, b }, t, K) =>
      map(kernelScores({ alpha, b: 0 }, t, K), (score) => score / t.size + b),
    ),
  },
  {
    exercise: '19.9 kernelScores',
    id: 'scores-bias-each',
    sentence: 'The bias is added once for each training sample. It belongs behind the sum.',
    wrong: refusingLike(kernelScores, ({ alpha, b }, t, K) =>
      kernelScores({ alpha, b: b * t.size }, t, K),
    ),
  },
  {
    exercise: '19.10 kernelPerceptron',
    id: 'perceptron-0-is-right',
    sentence:
      'A score of 0 passes for right, t · score < 0. From α of 0 all scores are 0, and nothing would ever be learned: take ≤.',
    wrong: wrongPerceptron({ isMistake: (right) => right < 0 }),
  },
  {
    exercise: '19.10 kernelPerceptron',
    id: 'perceptron-asks-for-1',
    sentence:
      'It learns from samples that are right by less than 1. The perceptron is content with the right side.',
    wrong: wrongPerceptron({ isMistake: (right) => right < 1 }),
  },
  {
    exercise: '19.10 kernelPerceptron',
    id: 'perceptron-signed-counts',
    sentence:
      'α grows by the target, so the score has it twice and forgets it. α counts mistakes, and is never negative.',
    wrong: wrongPerceptron({ counted: (t) => t }),
  },
  {
    exercise: '19.10 kernelPerceptron',
    id: 'perceptron-without-bias',
    sentence: 'The bias stays 0. Each mistake adds its target to it.',
    wrong: wrongPerceptron({ hasBias: false }),
  },
  {
    exercise: '19.10 kernelPerceptron',
    id: 'perceptron-targets-missing',
    sentence: 'The score is made without the targets of the training samples.',
    wrong: wrongPerceptron({ term: (a, _, k) => a * k }),
  },
  {
    exercise: '19.10 kernelPerceptron',
    id: 'perceptron-counts-once',
    sentence: 'A sample counts once in the score, however many mistakes were made about it.',
    wrong: wrongPerceptron({ term: (a, t, k) => (a > 0 ? t * k : 0) }),
  },
  {
    exercise: '19.10 kernelPerceptron',
    id: 'perceptron-by-epochs',
    sentence:
      'All samples of an epoch are judged by what was known before it. Each mistake counts from the next sample on.',
    wrong: wrongPerceptron({ isBatch: true }),
  },
  {
    exercise: '19.10 kernelPerceptron',
    id: 'perceptron-learns-always',
    sentence: 'α grows for every sample, right or wrong.',
    wrong: wrongPerceptron({ isMistake: () => true }),
  },
  {
    exercise: '19.10 kernelPerceptron',
    id: 'perceptron-one-epoch',
    sentence:
      'It stops after one epoch. It goes on until an epoch has no mistake, or maxEpochs are over.',
    wrong: refusingLike(kernelPerceptron, (t, K, maxEpochs) =>
      kernelPerceptron(t, K, Math.min(1, maxEpochs)),
    ),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-bounds-exchanged',
    sentence:
      'The bounds are exchanged: α_j − α_i belongs to targets that differ, α_i + α_j to targets alike.',
    wrong: wrongStep({ bounds: (pair) => rightBounds({ ...pair, tj: -pair.tj }) }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-bounds-0-to-c',
    sentence:
      'αⱼ is kept within 0 and C, whatever becomes of αᵢ. Both must stay there: that is what low and high are for.',
    wrong: wrongStep({
      bounds: ({ C }) => [0, C],
      other: ({ ai, ti, tj }, growth) => ai - ti * tj * growth,
    }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-not-cut-off',
    sentence: 'αⱼ is not cut off at low and high.',
    wrong: wrongStep({
      cut: (value) => value,
      other: ({ ai, ti, tj }, growth) => ai - ti * tj * growth,
    }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-errors-exchanged',
    sentence: 'The errors are exchanged: it is Eᵢ − Eⱼ for αⱼ. This goes downhill.',
    wrong: wrongStep({ best: ({ aj, tj }, Ei, Ej, eta) => aj - (tj * (Ei - Ej)) / eta }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-target-of-i',
    sentence: 'αⱼ moves with the target of i. It is its own one.',
    wrong: wrongStep({ best: ({ aj, ti }, Ei, Ej, eta) => aj + (ti * (Ei - Ej)) / eta }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-without-target',
    sentence: 'αⱼ moves without its target.',
    wrong: wrongStep({ best: ({ aj }, Ei, Ej, eta) => aj + (Ei - Ej) / eta }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-starts-from-0',
    sentence: 'αⱼ begins at 0 and not where it was.',
    wrong: wrongStep({ best: ({ tj }, Ei, Ej, eta) => (tj * (Ei - Ej)) / eta }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-eta-plus',
    sentence:
      'η adds 2 · Kᵢⱼ. It is the squared distance of the two where the kernel takes them: subtract it.',
    wrong: wrongStep({ eta: ({ Kii, Kjj, Kij }) => Kii + Kjj + 2 * Kij }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-eta-single',
    sentence: 'η subtracts Kᵢⱼ only once.',
    wrong: wrongStep({ eta: ({ Kii, Kjj, Kij }) => Kii + Kjj - Kij }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-eta-without-pair',
    sentence: 'η is Kᵢᵢ + Kⱼⱼ. The two samples are not at right angles: −2 · Kᵢⱼ is missing.',
    wrong: wrongStep({ eta: ({ Kii, Kjj }) => Kii + Kjj }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-both-grow',
    sentence:
      'αᵢ grows as αⱼ does, whatever the targets. Σ α · t must stay what it is: with targets alike the one grows as the other shrinks.',
    wrong: wrongStep({ other: ({ ai, C }, growth) => clipped(ai + growth, 0, C) }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-one-shrinks',
    sentence:
      'αᵢ shrinks by what αⱼ grows, whatever the targets. With targets that differ both grow.',
    wrong: wrongStep({ other: ({ ai, C }, growth) => clipped(ai - growth, 0, C) }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-i-stays',
    sentence: 'αᵢ stays as it was, so Σ α · t is no longer 0.',
    wrong: wrongStep({ other: ({ ai }) => ai }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-bias-stays',
    sentence: 'b stays as it was. It must move with the two.',
    wrong: wrongStep({ bias: ({ b }) => b }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-bias-of-i',
    sentence:
      'b is always that of i. Where αᵢ is at 0 or C and αⱼ is not, sample j is the one whose error must be 0.',
    wrong: wrongStep({ bias: ({ bi }) => bi }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-bias-of-j',
    sentence:
      'b is always that of j. Where αⱼ is at 0 or C and αᵢ is not, sample i is the one whose error must be 0.',
    wrong: wrongStep({ bias: ({ bj }) => bj }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-bias-halfway',
    sentence:
      'b is always halfway between the two. Where one of the two α is between 0 and C, its own is exact.',
    wrong: wrongStep({ bias: ({ bi, bj }) => (bi + bj) / 2 }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-bias-by-old-errors',
    sentence:
      'b only makes up for the old error, b − E. The two α have moved since: subtract what that adds to the score.',
    wrong: wrongStep({
      bias: ({ b, Ei, Ej, isFreeI, isFreeJ }) => b - (isFreeI ? Ei : isFreeJ ? Ej : (Ei + Ej) / 2),
    }),
  },
  {
    exercise: '19.11 smoStep',
    id: 'step-bias-turned',
    sentence: 'b moves the wrong way: it is b − E − …, since a score that is too large must fall.',
    wrong: wrongStep({
      bias: ({ bi, bj, b, isFreeI, isFreeJ }) =>
        2 * b - (isFreeI ? bi : isFreeJ ? bj : (bi + bj) / 2),
    }),
  },
  {
    exercise: '19.12 trainKernelMachine',
    id: 'train-bias-stays',
    sentence: 'b stays 0: every step must hand on the b that it found.',
    wrong: wrongTraining({
      step: (machine, pair, problem) => ({ ...smoStep(machine, pair, problem), b: 0 }),
    }),
  },
  {
    exercise: '19.12 trainKernelMachine',
    id: 'train-without-c',
    sentence: 'α may grow beyond C: a hard margin, which one mislabelled sample can spoil.',
    wrong: refusingLike(trainKernelMachine, (t, K, options, random) =>
      wrongTraining({
        step: (machine, pair, problem) => smoStep(machine, pair, { ...problem, C: 1e6 }),
        isOff: (by, a, { tolerance }) => by < -tolerance || (by > tolerance && a > 0),
      })(t, K, options, random),
    ),
  },
  {
    exercise: '19.12 trainKernelMachine',
    id: 'train-never-lowers',
    sentence:
      'Only samples that are right by too little are looked at. Those with α above 0 that are right by too much must count less.',
    wrong: wrongTraining({ isOff: (by, a, { C, tolerance }) => by < -tolerance && a < C }),
  },
  {
    exercise: '19.12 trainKernelMachine',
    id: 'train-errors-without-targets',
    sentence:
      'The error is compared without its target, so one class is looked at from the wrong side.',
    wrong: wrongTraining({
      isOff: (by, a, { C, tolerance }, t) =>
        (by * t < -tolerance && a < C) || (by * t > tolerance && a > 0),
    }),
  },
  {
    exercise: '19.12 trainKernelMachine',
    id: 'train-one-sweep',
    sentence:
      'It stops after one sweep. Each step disturbs what others had: go on until a sweep changes nothing.',
    wrong: refusingLike(trainKernelMachine, (t, K, options, random) =>
      trainKernelMachine(t, K, { ...options, maxSweeps: Math.min(1, options.maxSweeps) }, random),
    ),
  },
  {
    exercise: '19.12 trainKernelMachine',
    id: 'train-next-partner',
    sentence:
      'The only partner is the next sample. Two neighbours may have nothing to give each other while others have: try the others in random order.',
    wrong: wrongTraining({ partners: (i, N) => [(i + 1) % N] }),
  },
  {
    exercise: '19.12 trainKernelMachine',
    id: 'train-first-partner',
    sentence:
      'The partners are tried in their order, and only the first. If that one changes nothing, try the next.',
    wrong: wrongTraining({ partners: (i) => [i === 0 ? 1 : 0] }),
  },
  {
    exercise: '19.12 trainKernelMachine',
    id: 'train-perceptron',
    sentence:
      'These are counts of mistakes, by the perceptron. The support vector machine asks for being right by 1, and chooses the α that maximize its margin.',
    wrong: refusingLike(trainKernelMachine, (t, K, { maxSweeps }) =>
      kernelPerceptron(t, K, maxSweeps),
    ),
  },
];

/** Σ of a list's entries, each through f. */
function sumOf(x: Tensor, f: (value: number) => number): number {
  return sumOver(x.size, (i) => f(x.get(i)));
}

/** a · b, two lists of one length. */
function dot(a: Tensor, b: Tensor): number {
  return sumOver(a.size, (d) => a.get(d) * b.get(d));
}

/** w · x + b for sample n. */
function scoreAt(x: Tensor, n: number, w: Tensor, b: number): number {
  return dot(x.pick(n, null), w) + b;
}

function length(w: Tensor): number {
  return Math.hypot(...copy(w).data);
}

/** The distances, with something else in the place of the right formula for one. */
function wrongMargins(
  formula: (product: number, target: number, w: Tensor, b: number) => number,
): (x: Tensor, t: Tensor, w: Tensor, b: number) => Tensor {
  return refusingLike(margins, (x, t, w, b) =>
    filled([t.size], (n) => formula(dot(x.pick(n!, null), w), t.get(n!), w, b)),
  );
}

/** The objective, with another hinge of tₙ · scoreₙ, or another penalty. */
function wrongObjective(
  cost: (right: number) => number,
  penalty: (w: Tensor, b: number) => number = (w) => length(w) ** 2 / 2,
): (x: Tensor, t: Tensor, w: Tensor, b: number, lambda: number) => number {
  return refusingLike(svmObjective, (x, t, w, b, lambda) => {
    const loss = sumOver(t.size, (n) => cost(t.get(n) * scoreAt(x, n, w, b))) / t.size;
    return lambda * penalty(w, b) + loss;
  });
}

function hinge(right: number): number {
  return Math.max(0, 1 - right);
}

/** What makes a subgradient, each part of which may be wrong. */
interface SlopeParts {
  /** Whether a sample that is right by so much counts; below 1 if it isn't given. */
  counts?: (right: number) => boolean;
  /** What it is multiplied by, with its target and how many count of how many; −t/N if it isn't given. */
  pull?: (t: number, counted: number, N: number) => number;
  penalty?: (weight: number, lambda: number, N: number) => number;
  biasPenalty?: (b: number, lambda: number) => number;
}

function wrongSubgradient({
  counts = (right) => right < 1,
  pull = (t, _, N) => -t / N,
  penalty = (weight, lambda) => lambda * weight,
  biasPenalty = () => 0,
}: SlopeParts): (x: Tensor, t: Tensor, w: Tensor, b: number, lambda: number) => unknown {
  return refusingLike(svmSubgradient, (x, t, w, b, lambda) => {
    const N = t.size;
    const counted = Array.from({ length: N }, (_, n) => n).filter((n) =>
      counts(t.get(n) * scoreAt(x, n, w, b)),
    );
    const pulls = counted.map((n) => pull(t.get(n), counted.length, N));
    const along = (entry: (n: number) => number): number =>
      sumOver(counted.length, (k) => pulls[k]! * entry(counted[k]!));
    return {
      dw: filled([w.size], (d) => penalty(w.get(d!), lambda, N) + along((n) => x.get(n, d!))),
      db: biasPenalty(b, lambda) + along(() => 1),
    };
  });
}

/** One step of a wrong Pegasos: the rate is 1/(λ · k), `right` is t · score by the weights so far. */
type PegasosStep = (
  line: { w: number[]; b: number },
  step: { rate: number; k: number; lambda: number; t: number; x: number[]; right: number },
) => { w: number[]; b: number };

function wrongPegasos(
  next: PegasosStep,
): (x: Tensor, t: Tensor, order: number[], lambda: number) => Line {
  return refusingLike(pegasos, (x, t, order, lambda) => {
    let line = { w: Array.from({ length: x.shape[1]! }, () => 0), b: 0 };
    for (const [step, n] of order.entries()) {
      const sample = line.w.map((_, d) => x.get(n, d));
      const score = sumOver(sample.length, (d) => line.w[d]! * sample[d]!, line.b);
      const rate = 1 / (lambda * (step + 1));
      const right = t.get(n) * score;
      line = next(line, { rate, k: step + 1, lambda, t: t.get(n), x: sample, right });
    }
    return { w: listOf(line.w), b: line.b };
  });
}

function listOf(values: readonly number[]): Tensor {
  return filled([values.length], (i) => values[i!]!);
}

/** The steps of 19.4, with another rule for when to learn. */
function learningWhere(isLearned: (right: number) => boolean): PegasosStep {
  return ({ w, b }, { rate, lambda, t, x, right }) => {
    const pull = isLearned(right) ? rate * t : 0;
    return { w: w.map((weight, d) => (1 - rate * lambda) * weight + pull * x[d]!), b: b + pull };
  };
}

/** The support vectors by another rule of tₙ · scoreₙ. */
function wrongSupports(
  isSupport: (right: number, tolerance: number, w: Tensor, target: number) => boolean,
): (x: Tensor, t: Tensor, line: Line, tolerance: number) => number[] {
  return refusingLike(supportVectors, (x, t, { w, b }, tolerance) =>
    Array.from({ length: t.size }, (_, n) => n).filter((n) =>
      isSupport(t.get(n) * scoreAt(x, n, w, b), tolerance, w, t.get(n)),
    ),
  );
}

/** A kernel of every row of a with every row of b. */
function overPairs(a: Tensor, b: Tensor, f: (one: Tensor, other: Tensor) => number): Tensor {
  return filled([a.shape[0]!, b.shape[0]!], (n, m) => f(a.pick(n!, null), b.pick(m!, null)));
}

function squaredDistance(one: Tensor, other: Tensor): number {
  return sumOver(one.size, (d) => (one.get(d) - other.get(d)) ** 2);
}

type Degree = { degree: number; offset: number };

function wrongPolynomial(
  f: (product: number, options: Degree) => number,
): (a: Tensor, b: Tensor, options: Degree) => Tensor {
  return (a, b, options) => map(linearKernel(a, b), (product) => f(product, options));
}

function wrongGaussian(
  f: (distance: number, gamma: number) => number,
): (a: Tensor, b: Tensor, gamma: number) => Tensor {
  return refusingLike(gaussianKernel, (a, b, gamma) =>
    overPairs(a, b, (one, other) => f(Math.sqrt(squaredDistance(one, other)), gamma)),
  );
}

/** The scores, with another term for each training sample, and another bias. */
function wrongScores(
  term: (a: number, t: number, k: number) => number,
  bias: (b: number) => number = (b) => b,
): (machine: KernelMachine, t: Tensor, K: Tensor) => Tensor {
  return refusingLike(kernelScores, ({ alpha, b }, t, K) =>
    filled([K.shape[1]!], (m) =>
      sumOver(t.size, (n) => term(alpha.get(n), t.get(n), K.get(n, m!)), bias(b)),
    ),
  );
}

/** What makes a perceptron with a kernel, each part of which may be wrong. */
interface PerceptronParts {
  /** Whether a sample with t · score is a mistake; where it is not above 0 unless given. */
  isMistake?: (right: number) => boolean;
  /** What a mistake adds to α; 1 unless given. */
  counted?: (t: number) => number;
  hasBias?: boolean;
  /** What a training sample adds to a score; α · t · K unless given. */
  term?: (a: number, t: number, k: number) => number;
  /** Whether all of an epoch is judged by what was known before it. */
  isBatch?: boolean;
}

function wrongPerceptron({
  isMistake = (right) => right <= 0,
  counted = () => 1,
  hasBias = true,
  term = (a, t, k) => a * t * k,
  isBatch = false,
}: PerceptronParts): (t: Tensor, K: Tensor, maxEpochs: number) => KernelMachine {
  return refusingLike(kernelPerceptron, (t, K, maxEpochs) => {
    const machine = { alpha: zeros(t.size), b: 0 };
    for (let epoch = 0; epoch < maxEpochs; epoch++) {
      const before = copy(machine.alpha);
      const biasBefore = machine.b;
      let mistakes = 0;
      for (let n = 0; n < t.size; n++) {
        const [alpha, b] = isBatch ? [before, biasBefore] : [machine.alpha, machine.b];
        const score = sumOver(t.size, (m) => term(alpha.get(m), t.get(m), K.get(m, n)), b);
        if (!isMistake(t.get(n) * score)) continue;
        machine.alpha.set(n, machine.alpha.get(n) + counted(t.get(n)));
        if (hasBias) machine.b += t.get(n);
        mistakes++;
      }
      if (mistakes === 0) break;
    }
    return machine;
  });
}

/** What a step of two samples is made of. */
interface Pair {
  ai: number;
  aj: number;
  ti: number;
  tj: number;
  Kii: number;
  Kjj: number;
  Kij: number;
  C: number;
}

/** The parts of a step, each of which may be wrong. */
interface StepParts {
  bounds?: (pair: Pair) => [low: number, high: number];
  eta?: (pair: Pair) => number;
  /** αⱼ before it is cut off. */
  best?: (pair: Pair, Ei: number, Ej: number, eta: number) => number;
  cut?: (value: number, low: number, high: number) => number;
  /** αᵢ after αⱼ grew by so much. */
  other?: (pair: Pair, growth: number) => number;
  bias?: (parts: {
    bi: number;
    bj: number;
    b: number;
    isFreeI: boolean;
    isFreeJ: boolean;
    Ei: number;
    Ej: number;
  }) => number;
}

function rightBounds({ ai, aj, ti, tj, C }: Pair): [low: number, high: number] {
  return ti === tj
    ? [Math.max(0, ai + aj - C), Math.min(C, ai + aj)]
    : [Math.max(0, aj - ai), Math.min(C, C + aj - ai)];
}

function clipped(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function wrongStep({
  bounds = rightBounds,
  eta = ({ Kii, Kjj, Kij }) => Kii + Kjj - 2 * Kij,
  best = ({ aj, tj }, Ei, Ej, curvature) => aj + (tj * (Ei - Ej)) / curvature,
  cut = clipped,
  other = ({ ai, ti, tj, C }, growth) => clipped(ai - ti * tj * growth, 0, C),
  bias = ({ bi, bj, isFreeI, isFreeJ }) => (isFreeI ? bi : isFreeJ ? bj : (bi + bj) / 2),
}: StepParts): typeof smoStep {
  return refusingLike(smoStep, (machine, [i, j], { t, K, C }) => {
    const alpha = copy(machine.alpha);
    const pair: Pair = {
      ai: alpha.get(i),
      aj: alpha.get(j),
      ti: t.get(i),
      tj: t.get(j),
      Kii: K.get(i, i),
      Kjj: K.get(j, j),
      Kij: K.get(i, j),
      C,
    };
    const [low, high] = bounds(pair);
    const curvature = eta(pair);
    if (curvature <= 0 || low >= high) return { alpha, b: machine.b };
    const scores = kernelScores(machine, t, K);
    const [Ei, Ej] = [scores.get(i) - pair.ti, scores.get(j) - pair.tj];
    const aj = cut(best(pair, Ei, Ej, curvature), low, high);
    const ai = other(pair, aj - pair.aj);
    alpha.set(i, ai);
    alpha.set(j, aj);
    const [byI, byJ] = [pair.ti * (ai - pair.ai), pair.tj * (aj - pair.aj)];
    const bi = machine.b - Ei - byI * pair.Kii - byJ * pair.Kij;
    const bj = machine.b - Ej - byI * pair.Kij - byJ * pair.Kjj;
    const isFree = (a: number): boolean => a > 0 && a < C;
    const [isFreeI, isFreeJ] = [isFree(ai), isFree(aj)];
    return { alpha, b: bias({ bi, bj, b: machine.b, isFreeI, isFreeJ, Ei, Ej }) };
  });
}

/** The parts of a training, each of which may be wrong. */
interface TrainingParts {
  step?: typeof smoStep;
  /** Whether a sample is not what its α asks for; `by` is t · score − 1. */
  isOff?: (by: number, a: number, options: KernelTraining, t: number) => boolean;
  /** The partners of sample i to be tried. */
  partners?: (i: number, N: number, random: Random) => number[];
}

function wrongTraining({
  step = smoStep,
  isOff = (by, a, { C, tolerance }) => (by < -tolerance && a < C) || (by > tolerance && a > 0),
  partners = (_, N, random) => shuffledOrder(N, random),
}: TrainingParts): typeof trainKernelMachine {
  return (t, K, options, random) => {
    let machine = trainKernelMachine(t, K, { ...options, maxSweeps: 0 }, random);
    // One that is never satisfied would go on for all sweeps.
    for (let sweep = 0; sweep < Math.min(options.maxSweeps, 100); sweep++) {
      let changes = 0;
      for (let i = 0; i < t.size; i++) {
        const a = machine.alpha.get(i);
        const score = kernelScores(machine, t, K).get(i);
        if (!isOff(t.get(i) * score - 1, a, options, t.get(i))) continue;
        for (const j of partners(i, t.size, random)) {
          if (j === i) continue;
          const next = step(machine, [i, j], { t, K, C: options.C });
          if (Math.abs(next.alpha.get(i) - a) <= 1e-7) continue;
          machine = next;
          changes++;
          break;
        }
      }
      if (changes === 0) break;
    }
    return machine;
  };
}
