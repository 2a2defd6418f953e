/**
 * Lesson 19: of all lines that part two classes the one that keeps the greatest distance, and what kernels make of it.
 *
 * There are two classes, and the targets are −1 and 1. A sample x lies on the side of class 1 where its score w · x + b
 * is above 0.
 */
import { copy, filled, map, requireSizes, zeros, type Tensor } from '#arrays';
import { shuffledOrder } from '#lessons/06-training';
import { l2Gradient, l2Penalty } from '#lessons/10-regularization';
import { todo } from '#todo';

/**
 * 19.1 How far each sample is from the line w · x + b = 0, on its right side: tₙ · (w · xₙ + b) / ‖w‖.
 *
 * A negative one lies on the wrong side. The smallest of them is the line's margin.
 *
 * Vapnik, "Estimation of dependences based on empirical data", 1982; Novikoff's bound for the perceptron, 1962, counts
 * mistakes by it: https://cs.uwaterloo.ca/~y328yu/classics/novikoff.pdf
 *
 * @param x samples, shape (N, D)
 * @param t targets, −1 or 1, shape (N)
 * @param w weights, not all 0, shape (D)
 * @param b bias
 * @returns signed distances, shape (N)
 * @throws RangeError when the sizes don't fit, or all weights are 0
 */
export function margins(x: Tensor, t: Tensor, w: Tensor, b: number): Tensor {
  throw todo('19.1 margins');
}

/**
 * 19.2 What a support vector machine minimizes: ½ · λ · ‖w‖² + 1/N · Σₙ max(0, 1 − tₙ · (w · xₙ + b)).
 *
 * The second part is the hinge: it is 0 where a sample is right by 1 or more. So among the lines that are right by 1
 * everywhere the one with the smallest ‖w‖ wins, and that is the one with the greatest margin, 1/‖w‖. The bias costs
 * nothing.
 *
 * Cortes and Vapnik 1995, https://doi.org/10.1007/BF00994018, with λ = 1 / (N · C)
 *
 * @param x samples, shape (N, D), N at least 1
 * @param t targets, −1 or 1, shape (N)
 * @param w weights, shape (D)
 * @param b bias
 * @param lambda λ, how much large weights cost, above 0
 * @returns at least 0
 * @throws RangeError when the sizes don't fit
 */
export function svmObjective(x: Tensor, t: Tensor, w: Tensor, b: number, lambda: number): number {
  throw todo('19.2 svmObjective');
}

/**
 * 19.3 The subgradient of svmObjective: λ · w − 1/N · Σ tₙ · xₙ and −1/N · Σ tₙ, over the samples that are right by
 * less than 1.
 *
 * Where a sample is right by exactly 1 the hinge has a kink, and every slope between the two sides' would do; here such
 * a sample adds nothing, as in lesson 03.
 *
 * @param x samples, shape (N, D), N at least 1
 * @param t targets, −1 or 1, shape (N)
 * @param w weights, shape (D)
 * @param b bias
 * @param lambda λ, above 0
 * @returns dw, shape (D), and db: how fast the objective grows with each
 * @throws RangeError when the sizes don't fit
 */
export function svmSubgradient(
  x: Tensor,
  t: Tensor,
  w: Tensor,
  b: number,
  lambda: number,
): { dw: Tensor; db: number } {
  throw todo('19.3 svmSubgradient');
}

/** A line w · x + b = 0. */
export interface Line {
  /** Shape (D). */
  w: Tensor;
  b: number;
}

/**
 * 19.4 Pegasos: subgradient descent one sample at a time, with a rate that falls as 1/(λ · k).
 *
 * All begins at 0. In step k, counted from 1, with the rate η = 1/(λ · k) and the k-th sample of the order, with its
 * score by the weights so far:
 *
 *     w ← (1 − η · λ) · w                            always
 *     w ← w + η · t · x  and  b ← b + η · t          where the sample was right by less than 1
 *
 * Beside the perceptron of 01.7 it also learns from samples that are right by too little, and the weights shrink.
 *
 * Shalev-Shwartz, Singer, Srebro and Cotter 2011, https://doi.org/10.1007/s10107-010-0420-4, without the projection,
 * and with a bias that does not shrink (their section 6)
 *
 * @param x samples, shape (N, D)
 * @param t targets, −1 or 1, shape (N)
 * @param order the numbers of the samples to learn from, one a step
 * @param lambda λ, above 0
 * @returns the line after the last step
 * @throws RangeError when the sizes don't fit
 */
export function pegasos(x: Tensor, t: Tensor, order: number[], lambda: number): Line {
  throw todo('19.4 pegasos');
}

/**
 * 19.5 The samples that hold the line: those that are right by at most 1, tₙ · (w · xₙ + b) ≤ 1 + tolerance.
 *
 * All others could be taken away, and the line that minimizes the objective would stay where it is.
 *
 * @param x samples, shape (N, D)
 * @param t targets, −1 or 1, shape (N)
 * @param line the line that was found
 * @param tolerance how much above 1 still counts as 1, from 0
 * @returns the numbers of the samples, ascending
 * @throws RangeError when the sizes don't fit
 */
export function supportVectors(x: Tensor, t: Tensor, { w, b }: Line, tolerance: number): number[] {
  throw todo('19.5 supportVectors');
}

/**
 * 19.6 The linear kernel: every row of a with every row of b, Kₙₘ = aₙ · bₘ.
 *
 * @param a shape (N, D)
 * @param b shape (M, D)
 * @returns shape (N, M)
 * @throws RangeError when their rows differ in length
 */
export function linearKernel(a: Tensor, b: Tensor): Tensor {
  throw todo('19.6 linearKernel');
}

/**
 * 19.7 The polynomial kernel: Kₙₘ = (aₙ · bₘ + offset)^degree.
 *
 * It is the product of all monomials of the entries up to that degree, each with a factor, without writing them out.
 *
 * @param a shape (N, D)
 * @param b shape (M, D)
 * @param options degree, a whole number from 1; offset, from 0: what lower degrees weigh
 * @returns shape (N, M)
 * @throws RangeError when their rows differ in length
 */
export function polynomialKernel(
  a: Tensor,
  b: Tensor,
  { degree, offset }: { degree: number; offset: number },
): Tensor {
  throw todo('19.7 polynomialKernel');
}

/**
 * 19.8 The Gaussian kernel, the radial basis function: Kₙₘ = exp(−γ · ‖aₙ − bₘ‖²).
 *
 * It is 1 for a sample and itself, and close to 0 for two that are farther from each other than 1/√γ.
 *
 * Boser, Guyon and Vapnik 1992, https://doi.org/10.1145/130385.130401
 *
 * @param a shape (N, D)
 * @param b shape (M, D)
 * @param gamma γ, above 0
 * @returns values in [0, 1], shape (N, M)
 * @throws RangeError when their rows differ in length
 */
export function gaussianKernel(a: Tensor, b: Tensor, gamma: number): Tensor {
  throw todo('19.8 gaussianKernel');
}

/** A score that is a sum over the training samples: Σₙ αₙ · tₙ · K(xₙ, x) + b. */
export interface KernelMachine {
  /** How much each training sample counts, from 0, shape (N). */
  alpha: Tensor;
  b: number;
}

/**
 * 19.9 The scores of a kernel machine: scoreₘ = Σₙ αₙ · tₙ · Kₙₘ + b.
 *
 * With the linear kernel that is w · x + b for w = Σₙ αₙ · tₙ · xₙ; with another one the line is drawn where the kernel
 * takes the samples to, which nobody needs to know.
 *
 * @param machine α, shape (N), and b
 * @param t the training samples' targets, −1 or 1, shape (N)
 * @param K the kernel of the training samples with those to be judged, shape (N, M)
 * @returns shape (M)
 * @throws RangeError when the sizes don't fit
 */
export function kernelScores({ alpha, b }: KernelMachine, t: Tensor, K: Tensor): Tensor {
  throw todo('19.9 kernelScores');
}

/**
 * 19.10 The perceptron with a kernel: how often it was wrong about each sample is all that it knows.
 *
 * All begins at 0, and the samples are taken in their order, again and again. Where tₙ · score ≤ 0, by what it knows so
 * far, it was wrong: αₙ and b ← b + tₙ grow by one mistake. An epoch without a mistake ends it.
 *
 * With the linear kernel it is 01.8's perceptron of learning rate 1, written as a sum over samples.
 *
 * Aizerman, Braverman and Rozonoer 1964; Freund and Schapire 1999, https://doi.org/10.1023/A:1007662407062
 *
 * @param t targets, −1 or 1, shape (N)
 * @param K the kernel of the training samples with themselves, shape (N, N)
 * @param maxEpochs how often to go through the samples at most, from 0
 * @returns the mistakes about each sample as α, shape (N), and their sum with the targets' signs as b
 * @throws RangeError when the sizes don't fit
 */
export function kernelPerceptron(t: Tensor, K: Tensor, maxEpochs: number): KernelMachine {
  throw todo('19.10 kernelPerceptron');
}

/**
 * 19.11 One step of sequential minimal optimization: the best α for two samples, all others as they are.
 *
 * A support vector machine's α maximizes Σₙ αₙ − ½ · Σₙ Σₘ αₙ · αₘ · tₙ · tₘ · Kₙₘ, with every αₙ from 0 to C and
 * Σₙ αₙ · tₙ = 0. The least that may change is two of them together. With the errors E = score − t and
 * η = Kᵢᵢ + Kⱼⱼ − 2 · Kᵢⱼ:
 *
 *     αⱼ′ = αⱼ + tⱼ · (Eᵢ − Eⱼ) / η,  moved into [low, high]
 *     αᵢ′ = αᵢ + tᵢ · tⱼ · (αⱼ − αⱼ′)
 *
 * where low and high keep both within [0, C]: from max(0, αⱼ − αᵢ) to min(C, C + αⱼ − αᵢ) if the targets differ, and
 * from max(0, αᵢ + αⱼ − C) to min(C, αᵢ + αⱼ) if they are alike. Then b moves so that a sample whose α is
 * between 0 and C has the error 0:
 *
 *     bᵢ = b − Eᵢ − tᵢ · (αᵢ′ − αᵢ) · Kᵢᵢ − tⱼ · (αⱼ′ − αⱼ) · Kᵢⱼ,    bⱼ alike with Kᵢⱼ and Kⱼⱼ
 *
 * b is bᵢ where 0 < αᵢ′ < C, else bⱼ where 0 < αⱼ′ < C, else halfway between the two. Where η is not above 0, or low
 * and high are the same, nothing changes.
 *
 * Platt 1998, https://www.microsoft.com/en-us/research/publication/sequential-minimal-optimization-a-fast-algorithm-for-training-support-vector-machines/
 *
 * @param machine α, shape (N), and b
 * @param pair the numbers i and j of two samples
 * @param problem t, targets, −1 or 1, shape (N); K, the kernel of the samples with themselves, shape (N, N); C, above 0
 * @returns the machine after the step
 * @throws RangeError when the sizes don't fit, or i is j
 */
export function smoStep(
  machine: KernelMachine,
  [i, j]: [number, number],
  { t, K, C }: { t: Tensor; K: Tensor; C: number },
): KernelMachine {
  throw todo('19.11 smoStep');
}

/** What training a kernel machine may cost and allow. */
export interface KernelTraining {
  /** What a sample on the wrong side may count at most, above 0: small for a wide margin, large for few mistakes. */
  C: number;
  /** How far a sample may be from what its α asks for, above 0. */
  tolerance: number;
  /** How often to go through all samples at most. */
  maxSweeps: number;
}

/**
 * 19.12 Trains a support vector machine by simplified sequential minimal optimization.
 *
 * All begins at 0. Each sweep goes through the samples in their order. Where sample i is not what its α asks for,
 *
 *     tᵢ · Eᵢ < −tolerance  and  αᵢ < C,     or     tᵢ · Eᵢ > tolerance  and  αᵢ > 0,
 *
 * it takes the others as partners in random order, up to the first with which a step (19.11) changes αᵢ. A sweep that
 * changes nothing ends it.
 *
 * Platt 1998 (see 19.11); the simplification of https://cs229.stanford.edu/materials/smo.pdf, which tries one partner
 *
 * @param t targets, −1 or 1, shape (N)
 * @param K the kernel of the training samples with themselves, shape (N, N)
 * @param options C, tolerance and maxSweeps
 * @param random a seeded generator, uniform in [0, 1)
 * @returns the machine, α within [0, C] with Σₙ αₙ · tₙ = 0
 * @throws RangeError when the sizes don't fit
 */
export function trainKernelMachine(
  t: Tensor,
  K: Tensor,
  { C, tolerance, maxSweeps }: KernelTraining,
  random: () => number,
): KernelMachine {
  throw todo('19.12 trainKernelMachine');
}
