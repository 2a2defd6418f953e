import { array, labels, zeros, type Labels, type Tensor } from '#arrays';
import { expect } from '#checks/expect';
import { turned } from '#checks/fixtures';
import ndarray from 'ndarray';
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
} from '#lessons/03-losses';

// Every expected value is worked out by hand. The logits are logarithms of small numbers, so that softmax
// gives fractions: the row (0, ln 2, ln 5) becomes ⅛, ²⁄₈, ⅝.
const { log: ln } = Math;

/**
 * Three samples of two numbers. The residuals y − t are (−1.3, 2.2), (0.4, −0.7) and (−3.1, 0.9); their squares
 * are 1.69, 4.84, 0.16, 0.49, 9.61 and 0.81, with the sum 17.6.
 */
function measured(): { y: Tensor; t: Tensor } {
  const y = array([
    [1.7, 3.2],
    [-1.6, -0.2],
    [0.9, 0.3],
  ]);
  const t = array([
    [3, 1],
    [-2, 0.5],
    [4, -0.6],
  ]);
  return { y, t };
}

/** Two samples of one row of two numbers. The residuals are 1.5, 2, −3.5 and 0.7, their squares add up to 18.99. */
function measuredInRows(): { y: Tensor; t: Tensor } {
  return { y: array([[[2.5, -1]], [[0.5, 4]]]), t: array([[[1, -3]], [[4, 3.3]]]) };
}

/** Pairs of arrays that don't fit together: turned round, with an axis too many, with rows or columns missing. */
function unlike(): [Tensor, Tensor][] {
  return [
    [zeros(2, 3), zeros(3, 2)],
    [zeros(3), zeros(3, 1)],
    [zeros(2, 3), zeros(3)],
    [zeros(2, 3), zeros(1, 3)],
    [zeros(2, 3), zeros(2, 1)],
  ];
}

/** The answers yes, no, yes, which were given the probabilities ½, ⁷⁄₁₀ and ⅕. */
function answered(): { p: Tensor; t: Tensor } {
  return { p: array([0.5, 0.3, 0.2]), t: array([1, 0, 1]) };
}

/** The same answers, in every second and every third place of longer arrays. */
function answeredInSteps(): { p: Tensor; t: Tensor } {
  return {
    p: array([0.5, 9, 0.3, 9, 0.2]).step(2),
    t: array([1, 9, 9, 0, 9, 9, 1]).step(3),
  };
}

/** Four samples of three classes. The right ones, 1, 2, 0 and 1, were given 0.2, 0.75, 0.8 and 0.35. */
function classified(): { p: Tensor; t: Tensor } {
  const p = array([
    [0.5, 0.2, 0.3],
    [0.1, 0.15, 0.75],
    [0.8, 0.05, 0.15],
    [0.25, 0.35, 0.4],
  ]);
  const t = array([
    [0, 1, 0],
    [0, 0, 1],
    [1, 0, 0],
    [0, 1, 0],
  ]);
  return { p, t };
}

/** Soft targets for three classes: each has its own weight, the last one none. */
function softened(): { p: Tensor; t: Tensor } {
  return { p: array([[0.4, 0.5, 0.1]]), t: array([[0.7, 0.3, 0]]) };
}

/** Three samples of four classes. To the right ones, 1, 3 and 0, softmax gives ²⁄₁₂, ⁹⁄₂₀ and ⁶⁄₁₀. */
function logitsOfThree(): Tensor {
  return array([
    [0, ln(2), ln(5), ln(4)],
    [ln(3), ln(7), 0, ln(9)],
    [ln(6), ln(0.5), ln(2), ln(1.5)],
  ]);
}

/**
 * Three samples of four classes. With the labels 0, 2 and 3 the terms of the hinge, before those below 0 are
 * cut off, are (·, −0.9, 0.6, 1.2), (−0.7, 2.8, ·, 0.4) and (0.7, −1.9, −0.3, ·).
 */
function contested(): Tensor {
  return array([
    [3.1, 1.2, 2.7, 3.3],
    [-1.3, 2.2, 0.4, -0.2],
    [0.6, -2, -0.4, 0.9],
  ]);
}

/** Labels that lie in every second place of a longer list. */
function everySecond(a: number, b: number, c: number): Labels {
  return labels([a, c, b, a, c]).step(2);
}

/**
 * Rows and labels that don't fit together: no batch axis, one too many, a label too many, one too few, labels in
 * a column, classes that there aren't.
 */
function unlabelled(): [Tensor, Labels][] {
  return [
    [zeros(3), labels([0])],
    [zeros(2, 2, 2), labels([0, 1])],
    [zeros(2, 4), labels([0, 1, 0])],
    [zeros(3, 4), labels([0, 1])],
    [zeros(2, 2), ndarray(Int32Array.of(0, 1), [2, 1])],
    [zeros(3, 4), labels([0, 1, 7])],
    [zeros(1, 4), labels([4])],
    [zeros(2, 4), labels([-1, 0])],
  ];
}

/** A batch of no samples. */
function nothing(): [Tensor, Labels] {
  return [zeros(0, 3), labels([])];
}

describe('03-losses', () => {
  describe('03.1 oneHot', () => {
    it('has a 1 in the column of the label and 0 everywhere else', () => {
      expect(oneHot(labels([2, 0, 2]), 4)).to.almostEqual([
        [0, 0, 1, 0],
        [1, 0, 0, 0],
        [0, 0, 1, 0],
      ]);
    });

    it('reaches from the first class to the last, and knows a single class', () => {
      expect(oneHot(labels([0, 4]), 5)).to.almostEqual([
        [1, 0, 0, 0, 0],
        [0, 0, 0, 0, 1],
      ]);
      expect(oneHot(labels([0, 0]), 1)).to.almostEqual([[1], [1]]);
    });

    it('reads a view through its strides and leaves it, and the rows made before, unchanged', () => {
      const list = everySecond(1, 0, 2);
      const earlier = oneHot(labels([2, 2, 2]), 3);
      expect(() => oneHot(list, 3)).to.leaveUnchanged({ list, earlier });
      expect(oneHot(list, 3)).to.almostEqual([
        [0, 1, 0],
        [1, 0, 0],
        [0, 0, 1],
      ]);
    });

    it('returns no rows for no labels', () => {
      expect(oneHot(labels([]), 3)).to.have.arrayShape([0, 3]);
    });

    it('refuses a label that is too large, naming it, its position and the number of classes', () => {
      expect(() => oneHot(labels([0, 3, 7, 1]), 4)).to.throw(
        RangeError,
        /(?=[^]*\b7\b)(?=[^]*\b2\b)(?=[^]*\b4\b)/,
      );
      expect(() => oneHot(labels([4]), 4)).to.throw(RangeError);
    });

    it('refuses a negative label, naming it, its position and the number of classes', () => {
      expect(() => oneHot(labels([2, 0, -5]), 4)).to.throw(
        RangeError,
        /(?=[^]*[-−]5\b)(?=[^]*\b2\b)(?=[^]*\b4\b)/,
      );
    });
  });

  describe('03.2 sumSquaredResiduals', () => {
    it('adds the squares of all residuals: 17.6 for three samples of two numbers', () => {
      const { y, t } = measured();
      expect(sumSquaredResiduals(y, t)).to.almostEqual(17.6);
    });

    it('takes any shape: three axes, one entry, none', () => {
      const { y, t } = measuredInRows();
      expect(sumSquaredResiduals(y, t)).to.almostEqual(18.99);
      expect(sumSquaredResiduals(array([5]), array([2]))).to.almostEqual(9);
      expect(sumSquaredResiduals(zeros(0, 3), zeros(0, 3))).to.almostEqual(0);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { y, t } = measured();
      expect(() => sumSquaredResiduals(y, t)).to.leaveUnchanged({ y, t });
      expect(sumSquaredResiduals(turned(y), t)).to.almostEqual(17.6);
      expect(sumSquaredResiduals(y, turned(t))).to.almostEqual(17.6);
    });

    it('refuses predictions and targets of different shapes, even of equally many entries', () => {
      for (const [y, t] of unlike()) {
        expect(() => sumSquaredResiduals(y, t)).to.throw(RangeError);
      }
    });
  });

  describe('03.3 sumSquaredResidualsGradient', () => {
    const expected = [
      [-2.6, 4.4],
      [0.8, -1.4],
      [-6.2, 1.8],
    ];

    it('is twice the residual, positive where the prediction is too large', () => {
      const { y, t } = measured();
      expect(sumSquaredResidualsGradient(y, t)).to.almostEqual(expected);
    });

    it('keeps the shape, whether the array has three axes or no entries', () => {
      const { y, t } = measuredInRows();
      expect(sumSquaredResidualsGradient(y, t)).to.almostEqual([[[3, 4]], [[-7, 1.4]]]);
      expect(sumSquaredResidualsGradient(zeros(0, 3), zeros(0, 3))).to.have.arrayShape([0, 3]);
    });

    it('reads views through their strides and leaves them, and the gradients of before, unchanged', () => {
      const { y, t } = measured();
      const earlier = sumSquaredResidualsGradient(t, y);
      expect(() => sumSquaredResidualsGradient(y, t)).to.leaveUnchanged({ y, t, earlier });
      expect(sumSquaredResidualsGradient(turned(y), t)).to.almostEqual(expected);
      expect(sumSquaredResidualsGradient(y, turned(t))).to.almostEqual(expected);
    });
  });

  describe('03.4 meanSquaredError', () => {
    it('divides the sum by the number of all entries: 17.6 by 6 for three samples of two numbers', () => {
      const { y, t } = measured();
      expect(meanSquaredError(y, t)).to.almostEqual(17.6 / 6);
    });

    it('takes any shape: three axes, one axis, one entry', () => {
      const { y, t } = measuredInRows();
      expect(meanSquaredError(y, t)).to.almostEqual(18.99 / 4);
      expect(meanSquaredError(array([1, 2, 3]), array([1, 4, 0]))).to.almostEqual(13 / 3);
      expect(meanSquaredError(array([5]), array([2]))).to.almostEqual(9);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { y, t } = measured();
      expect(() => meanSquaredError(y, t)).to.leaveUnchanged({ y, t });
      expect(meanSquaredError(turned(y), t)).to.almostEqual(17.6 / 6);
      expect(meanSquaredError(y, turned(t))).to.almostEqual(17.6 / 6);
    });

    it('refuses predictions and targets of different shapes, in its own name', () => {
      for (const [y, t] of unlike()) {
        expect(() => meanSquaredError(y, t)).to.throw(RangeError, /meanSquaredError/);
      }
    });

    it('refuses an empty batch, whose mean would be 0⁄0, in its own name', () => {
      expect(() => meanSquaredError(zeros(0, 2), zeros(0, 2))).to.throw(
        RangeError,
        /meanSquaredError/,
      );
    });
  });

  describe('03.5 meanSquaredErrorGradient', () => {
    const expected = [
      [-1.3 / 3, 2.2 / 3],
      [0.4 / 3, -0.7 / 3],
      [-3.1 / 3, 0.9 / 3],
    ];

    it('is twice the residual divided by the number of all entries', () => {
      const { y, t } = measured();
      expect(meanSquaredErrorGradient(y, t)).to.almostEqual(expected);
    });

    it('takes any shape: three axes, one axis, one entry', () => {
      const { y, t } = measuredInRows();
      expect(meanSquaredErrorGradient(y, t)).to.almostEqual([[[0.75, 1]], [[-1.75, 0.35]]]);
      expect(meanSquaredErrorGradient(array([1, 2, 3]), array([1, 4, 0]))).to.almostEqual([
        0,
        -4 / 3,
        2,
      ]);
      expect(meanSquaredErrorGradient(array([5]), array([2]))).to.almostEqual([6]);
    });

    it('reads views through their strides and leaves them, and the gradients of before, unchanged', () => {
      const { y, t } = measured();
      const earlier = meanSquaredErrorGradient(t, y);
      expect(() => meanSquaredErrorGradient(y, t)).to.leaveUnchanged({ y, t, earlier });
      expect(meanSquaredErrorGradient(turned(y), t)).to.almostEqual(expected);
      expect(meanSquaredErrorGradient(y, turned(t))).to.almostEqual(expected);
    });
  });

  describe('03.6 binaryCrossEntropy', () => {
    /** (ln 2 + ln ¹⁰⁄₇ + ln 5) ⁄ 3 */
    const expected = ln(100 / 7) / 3;

    it('is the mean of −ln of the probability that was given to the answer', () => {
      const { p, t } = answered();
      expect(binaryCrossEntropy(p, t)).to.almostEqual(expected);
    });

    it('weighs both logarithms when the answer lies between no and yes', () => {
      const loss = binaryCrossEntropy(array([0.4, 0.9]), array([0.3, 0.6]));
      expect(loss).to.almostEqual(
        -(0.3 * ln(0.4) + 0.7 * ln(0.6) + 0.6 * ln(0.9) + 0.4 * ln(0.1)) / 2,
      );
    });

    it('takes anything below ε for ε, and anything above it for what it is', () => {
      expect(binaryCrossEntropy(array([2e-16]), array([1]))).to.almostEqual(12 * ln(10));
      expect(binaryCrossEntropy(array([1e-11]), array([1]))).to.almostEqual(11 * ln(10));
    });

    it('is 0 for a prediction of exactly 0 or 1 that is right, never NaN', () => {
      expect(binaryCrossEntropy(array([0]), array([0]))).to.almostEqual(0, { absolute: 1e-11 });
      expect(binaryCrossEntropy(array([1]), array([1]))).to.almostEqual(0, { absolute: 1e-11 });
    });

    it('is −ln ε = 12 · ln 10 for a prediction of exactly 0 or 1 that is wrong, never Infinity', () => {
      // 1 − (1 − ε) keeps only four digits of ε, and the logarithm five.
      const tolerance = { relative: 1e-4 };
      expect(binaryCrossEntropy(array([0]), array([1]))).to.almostEqual(12 * ln(10), tolerance);
      expect(binaryCrossEntropy(array([1]), array([0]))).to.almostEqual(12 * ln(10), tolerance);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { p, t } = answeredInSteps();
      expect(() => binaryCrossEntropy(p, t)).to.leaveUnchanged({ p, t });
      expect(binaryCrossEntropy(p, t)).to.almostEqual(expected);
    });

    it('refuses anything but two arrays of shape (N)', () => {
      for (const [p, t] of [...unlike(), [zeros(3, 1), zeros(3, 1)] as const]) {
        expect(() => binaryCrossEntropy(p, t)).to.throw(RangeError);
      }
      expect(() => binaryCrossEntropy(zeros(3), zeros(2))).to.throw(RangeError);
    });

    it('refuses an empty batch, whose mean would be 0⁄0', () => {
      expect(() => binaryCrossEntropy(zeros(0), zeros(0))).to.throw(RangeError);
    });
  });

  describe('03.7 binaryCrossEntropyGradient', () => {
    const expected = [-2 / 3, 10 / 21, -5 / 3];

    it('is −1⁄p where the answer is yes and 1⁄(1 − p) where it is no, over N', () => {
      const { p, t } = answered();
      expect(binaryCrossEntropyGradient(p, t)).to.almostEqual(expected);
    });

    it('is 0 where p is the answer, and in between it is (p − t) ⁄ (p · (1 − p))', () => {
      const gradient = binaryCrossEntropyGradient(array([0.3, 0.4, 0.9]), array([0.3, 0.3, 0.6]));
      expect(gradient).to.almostEqual([0, 0.1 / 0.24 / 3, 0.3 / 0.09 / 3]);
    });

    it('is ±1⁄N for a prediction of exactly 0 or 1 that is right, never NaN', () => {
      const gradient = binaryCrossEntropyGradient(array([0, 1, 0.4, 1e-10]), array([0, 1, 1, 1]));
      expect(gradient).to.almostEqual([1 / 4, -1 / 4, -2.5 / 4, -1e10 / 4]);
    });

    it('takes anything below ε for ε, and anything above it for what it is', () => {
      const gradient = binaryCrossEntropyGradient(array([2e-16, 1e-11]), array([1, 1]));
      expect(gradient).to.almostEqual([-1e12 / 2, -1e11 / 2]);
    });

    it('is ±1⁄ε for a prediction of exactly 0 or 1 that is wrong, never Infinity', () => {
      // 1 − (1 − ε) keeps only four digits of ε.
      const tolerance = { relative: 1e-3 };
      expect(binaryCrossEntropyGradient(array([0]), array([1]))).to.almostEqual([-1e12], tolerance);
      expect(binaryCrossEntropyGradient(array([1]), array([0]))).to.almostEqual([1e12], tolerance);
    });

    it('reads views through their strides and leaves them, and the gradients of before, unchanged', () => {
      const { p, t } = answeredInSteps();
      const earlier = binaryCrossEntropyGradient(array([0.6, 0.7, 0.8]), t);
      expect(() => binaryCrossEntropyGradient(p, t)).to.leaveUnchanged({ p, t, earlier });
      expect(binaryCrossEntropyGradient(p, t)).to.almostEqual(expected);
    });
  });

  describe('03.8 categoricalCrossEntropy', () => {
    /** −(ln 0.2 + ln 0.75 + ln 0.8 + ln 0.35) ⁄ 4 */
    const expected = -ln(0.042) / 4;

    it('is the mean of −ln of the probability that was given to the right class', () => {
      const { p, t } = classified();
      expect(categoricalCrossEntropy(p, t)).to.almostEqual(expected);
    });

    it('weighs the logarithms by soft targets', () => {
      const { p, t } = softened();
      expect(categoricalCrossEntropy(p, t)).to.almostEqual(-0.7 * ln(0.4) - 0.3 * ln(0.5));
    });

    it('takes anything below ε for ε, and anything above it for what it is', () => {
      const t = array([[0, 1]]);
      expect(categoricalCrossEntropy(array([[1, 2e-16]]), t)).to.almostEqual(12 * ln(10));
      expect(categoricalCrossEntropy(array([[1, 1e-11]]), t)).to.almostEqual(11 * ln(10));
    });

    it('is 0 when the right class has a probability of exactly 1, never NaN', () => {
      const loss = categoricalCrossEntropy(array([[0, 1, 0]]), array([[0, 1, 0]]));
      expect(loss).to.almostEqual(0, { absolute: 1e-11 });
    });

    it('is −ln ε = 12 · ln 10 when it has a probability of exactly 0, never Infinity', () => {
      const loss = categoricalCrossEntropy(array([[0, 1, 0]]), array([[1, 0, 0]]));
      expect(loss).to.almostEqual(12 * ln(10));
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { p, t } = classified();
      expect(() => categoricalCrossEntropy(p, t)).to.leaveUnchanged({ p, t });
      expect(categoricalCrossEntropy(turned(p), t)).to.almostEqual(expected);
      expect(categoricalCrossEntropy(p, turned(t))).to.almostEqual(expected);
    });

    it('refuses anything but two arrays of one shape (N, C)', () => {
      for (const [p, t] of [...unlike(), [zeros(3), zeros(3)] as const]) {
        expect(() => categoricalCrossEntropy(p, t)).to.throw(RangeError);
      }
    });

    it('refuses an empty batch, whose mean would be 0⁄0', () => {
      expect(() => categoricalCrossEntropy(zeros(0, 3), zeros(0, 3))).to.throw(RangeError);
    });
  });

  describe('03.9 categoricalCrossEntropyGradient', () => {
    const expected = [
      [0, -1.25, 0],
      [0, 0, -1 / 3],
      [-1.25 / 4, 0, 0],
      [0, -1 / 1.4, 0],
    ];

    it('is −1⁄p over N at the right class and 0 at the others', () => {
      const { p, t } = classified();
      expect(categoricalCrossEntropyGradient(p, t)).to.almostEqual(expected);
    });

    it('is −t⁄p for soft targets', () => {
      const { p, t } = softened();
      expect(categoricalCrossEntropyGradient(p, t)).to.almostEqual([[-1.75, -0.6, 0]]);
    });

    it('takes anything below ε for ε, and anything above it for what it is', () => {
      const p = array([[0.6, 0.4, 2e-16, 1e-11]]);
      const gradient = categoricalCrossEntropyGradient(p, array([[0, 0, 0.6, 0.4]]));
      expect(gradient).to.almostEqual([[0, 0, -6e11, -4e10]]);
    });

    it('is finite at probabilities of exactly 0 and 1: 0, −1 or −1⁄ε', () => {
      const p = array([[0, 1, 0]]);
      const right = categoricalCrossEntropyGradient(p, array([[0, 1, 0]]));
      expect(right).to.almostEqual([[0, -1, 0]]);
      const wrong = categoricalCrossEntropyGradient(p, array([[1, 0, 0]]));
      expect(wrong).to.almostEqual([[-1e12, 0, 0]]);
    });

    it('reads views through their strides and leaves them, and the gradients of before, unchanged', () => {
      const { p, t } = classified();
      const earlier = categoricalCrossEntropyGradient(p, p);
      expect(() => categoricalCrossEntropyGradient(p, t)).to.leaveUnchanged({ p, t, earlier });
      expect(categoricalCrossEntropyGradient(turned(p), t)).to.almostEqual(expected);
      expect(categoricalCrossEntropyGradient(p, turned(t))).to.almostEqual(expected);
    });
  });

  describe('03.10 softmaxCrossEntropy', () => {
    /** (ln 6 + ln ²⁰⁄₉ + ln ⁵⁄₃) ⁄ 3 */
    const expected = ln(200 / 9) / 3;

    it('is the mean of −ln of the probability that softmax gives to the right class', () => {
      const logits = logitsOfThree();
      expect(softmaxCrossEntropy(logits, labels([1, 3, 0]))).to.almostEqual(expected);
    });

    it('is ln C for C equal logits, and 0 for a single class', () => {
      expect(softmaxCrossEntropy(array([[7, 7, 7, 7]]), labels([2]))).to.almostEqual(ln(4));
      expect(softmaxCrossEntropy(array([[-3], [8]]), labels([0, 0]))).to.almostEqual(0);
    });

    it('looks at the differences of the logits alone, however large they are', () => {
      const x = array([
        [50, 50 + ln(3), 40],
        [-60 + ln(4), -60, -90],
      ]);
      const [first, second] = [ln(1 + 3 + Math.exp(-10)), ln(4 + 1 + Math.exp(-30))];
      expect(softmaxCrossEntropy(x, labels([0, 1]))).to.almostEqual((first + second) / 2);
    });

    it('stays finite when the logits are ±1000', () => {
      const x = array([
        [1000, 1000],
        [1000, -1000],
      ]);
      expect(softmaxCrossEntropy(x, labels([1, 0]))).to.almostEqual(ln(2) / 2);
      expect(softmaxCrossEntropy(array([[-1000, -1000]]), labels([1]))).to.almostEqual(ln(2));
    });

    it('shifts each row by its own maximum, so a low row keeps its loss before and after a high one', () => {
      const [low, high] = [
        [-400, -400 + ln(4)],
        [400, 0],
      ];
      expect(softmaxCrossEntropy(array([low, high]), labels([0, 0]))).to.almostEqual(ln(5) / 2);
      expect(softmaxCrossEntropy(array([high, low]), labels([0, 0]))).to.almostEqual(ln(5) / 2);
    });

    it('is 2000 for a hopeless row, whose right class is 2000 behind, never Infinity', () => {
      const x = array([
        [1000, -1000],
        [-1000, -1000],
      ]);
      expect(softmaxCrossEntropy(x, labels([1, 1]))).to.almostEqual((2000 + ln(2)) / 2);
      expect(softmaxCrossEntropy(array([[1000, -1000]]), labels([1]))).to.almostEqual(2000);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const [logits, list] = [turned(logitsOfThree()), everySecond(1, 3, 0)];
      expect(() => softmaxCrossEntropy(logits, list)).to.leaveUnchanged({ logits, list });
      expect(softmaxCrossEntropy(logits, list)).to.almostEqual(expected);
    });

    it('refuses logits that are not (N, C), and anything but a class for each of their rows', () => {
      for (const [logits, list] of unlabelled()) {
        expect(() => softmaxCrossEntropy(logits, list)).to.throw(RangeError);
      }
    });

    it('refuses an empty batch, whose mean would be 0⁄0', () => {
      expect(() => softmaxCrossEntropy(...nothing())).to.throw(RangeError);
    });
  });

  describe('03.11 softmaxCrossEntropyGradient', () => {
    const expected = [
      [1 / 36, -10 / 36, 5 / 36, 4 / 36],
      [3 / 60, 7 / 60, 1 / 60, -11 / 60],
      [-8 / 60, 1 / 60, 4 / 60, 3 / 60],
    ];

    it('is the probabilities, less 1 at the right class, over N', () => {
      const logits = logitsOfThree();
      expect(softmaxCrossEntropyGradient(logits, labels([1, 3, 0]))).to.almostEqual(expected);
    });

    it('pushes equal logits apart, and leaves a single class alone', () => {
      const apart = softmaxCrossEntropyGradient(array([[7, 7, 7, 7]]), labels([2]));
      expect(apart).to.almostEqual([[1 / 4, 1 / 4, -3 / 4, 1 / 4]]);
      const alone = softmaxCrossEntropyGradient(array([[-3], [8]]), labels([0, 0]));
      expect(alone).to.almostEqual([[0], [0]]);
    });

    it('looks at the differences of the logits alone, however large they are', () => {
      const x = array([
        [50, 50 + ln(3)],
        [-60 + ln(4), -60],
      ]);
      expect(softmaxCrossEntropyGradient(x, labels([0, 1]))).to.almostEqual([
        [-3 / 8, 3 / 8],
        [4 / 10, -4 / 10],
      ]);
    });

    it('stays finite when the logits are ±1000, and is largest where all is lost', () => {
      const x = array([
        [1000, 1000],
        [1000, -1000],
        [1000, -1000],
      ]);
      expect(softmaxCrossEntropyGradient(x, labels([0, 0, 1]))).to.almostEqual([
        [-1 / 6, 1 / 6],
        [0, 0],
        [1 / 3, -1 / 3],
      ]);
      const low = softmaxCrossEntropyGradient(array([[-1000, -1000]]), labels([1]));
      expect(low).to.almostEqual([[1 / 2, -1 / 2]]);
    });

    it('shifts each row by its own maximum, so a low row keeps its gradient before and after a high one', () => {
      const x = array([
        [-400, -400],
        [400, 0],
        [-400, -400 + ln(4)],
      ]);
      expect(softmaxCrossEntropyGradient(x, labels([0, 0, 0]))).to.almostEqual([
        [-1 / 6, 1 / 6],
        [0, 0],
        [-4 / 15, 4 / 15],
      ]);
    });

    it('reads views through their strides and leaves them, and the gradients of before, unchanged', () => {
      const [logits, list] = [turned(logitsOfThree()), everySecond(1, 3, 0)];
      const earlier = softmaxCrossEntropyGradient(zeros(3, 4), list);
      const call = (): Tensor => softmaxCrossEntropyGradient(logits, list);
      expect(call).to.leaveUnchanged({ logits, list, earlier });
      expect(call()).to.almostEqual(expected);
    });
  });

  describe('03.12 hinge', () => {
    // 0.6 + 1.2 in the first row, 2.8 + 0.4 in the second, 0.7 in the third.
    const expected = 5.7 / 3;

    it('adds what each wrong class lacks of a margin of 1, and takes the mean over the rows', () => {
      expect(hinge(contested(), labels([0, 2, 3]))).to.almostEqual(expected);
    });

    it('is 0 when the right class leads by 1 or more, and for a single class', () => {
      expect(hinge(array([[2, 1, -5]]), labels([0]))).to.almostEqual(0);
      expect(hinge(array([[4], [-4]]), labels([0, 0]))).to.almostEqual(0);
    });

    it('is C − 1 for C equal scores', () => {
      expect(hinge(array([[7, 7, 7, 7]]), labels([2]))).to.almostEqual(3);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const [scores, list] = [turned(contested()), everySecond(0, 2, 3)];
      expect(() => hinge(scores, list)).to.leaveUnchanged({ scores, list });
      expect(hinge(scores, list)).to.almostEqual(expected);
    });

    it('refuses what softmaxCrossEntropy refuses: rows and labels that do not fit, no class, no rows', () => {
      for (const [scores, list] of [...unlabelled(), nothing()]) {
        expect(() => hinge(scores, list)).to.throw(RangeError);
      }
    });
  });

  describe('03.13 hingeGradient', () => {
    const expected = [
      [-2 / 3, 0, 1 / 3, 1 / 3],
      [0, 1 / 3, -2 / 3, 1 / 3],
      [1 / 3, 0, 0, -1 / 3],
    ];

    it('is 1⁄N for each wrong class within the margin, and takes as much from the right one', () => {
      expect(hingeGradient(contested(), labels([0, 2, 3]))).to.almostEqual(expected);
    });

    it('is 0 when the right class leads by more than 1, and for a single class', () => {
      expect(hingeGradient(array([[2, 0.5, -5]]), labels([0]))).to.almostEqual([[0, 0, 0]]);
      expect(hingeGradient(array([[4], [-4]]), labels([0, 0]))).to.almostEqual([[0], [0]]);
    });

    it('looks at the scores of its own row only', () => {
      const scores = array([
        [3, 0],
        [9, 0],
      ]);
      expect(hingeGradient(scores, labels([0, 0]))).to.almostEqual([
        [0, 0],
        [0, 0],
      ]);
    });

    it('is 0 at the kink, where the lead is exactly 1, and not for a lead ever so little less', () => {
      expect(hingeGradient(array([[2, 1, 1.5]]), labels([0]))).to.almostEqual([[-1, 0, 1]]);
      expect(hingeGradient(array([[2, 1 + 2 ** -40]]), labels([0]))).to.almostEqual([[-1, 1]]);
    });

    it('reads views through their strides and leaves them, and the gradients of before, unchanged', () => {
      const [scores, list] = [turned(contested()), everySecond(0, 2, 3)];
      const earlier = hingeGradient(zeros(3, 4), list);
      expect(() => hingeGradient(scores, list)).to.leaveUnchanged({ scores, list, earlier });
      expect(hingeGradient(scores, list)).to.almostEqual(expected);
    });
  });

  describe('03.14 accuracy', () => {
    it('is the fraction of rows whose largest score, by however little, is at the label', () => {
      const x = array([
        [0.7, 0.1, 0.2],
        [5, 1, 3],
        [1, 1 + 2 ** -41, 1 + 2 ** -40],
        [0, 4, -9],
        [8, 0, 7],
        [2, 5, 6],
        [6, 3, 9],
      ]);
      expect(accuracy(x, labels([0, 2, 2, 1, 1, 1, 2]))).to.almostEqual(4 / 7);
    });

    it('looks at each row for itself, whatever was largest in the row before', () => {
      const x = array([
        [5, 7, 9],
        [4, 3, 2],
        [1, 3, 2],
        [0.6, 0.4, 0.5],
      ]);
      expect(accuracy(x, labels([2, 0, 1, 0]))).to.almostEqual(1);
    });

    it('finds the largest of negative scores', () => {
      const x = array([
        [-3, -2, -1],
        [-1, -5, -4],
        [-6, -1.5, -9],
      ]);
      expect(accuracy(x, labels([2, 0, 1]))).to.almostEqual(1);
    });

    it('is 1 or 0 for a batch of one', () => {
      expect(accuracy(array([[-1, 8, 3]]), labels([1]))).to.almostEqual(1);
      expect(accuracy(array([[-1, 8, 3]]), labels([2]))).to.almostEqual(0);
    });

    it('takes the first of equal scores', () => {
      const tied = array([
        [2, 5, 5],
        [7, 1, 7],
        [3, 9, 4],
      ]);
      expect(accuracy(tied, labels([1, 0, 1]))).to.almostEqual(1);
      const x = array([
        [1, 1, 0],
        [2, 5, 5],
        [4, 6, 8],
        [3, 0, 3],
        [0, 0, 0],
      ]);
      expect(accuracy(x, labels([0, 1, 2, 0, 1]))).to.almostEqual(4 / 5);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const [scores, list] = [turned(contested()), everySecond(3, 2, 3)];
      expect(() => accuracy(scores, list)).to.leaveUnchanged({ scores, list });
      expect(accuracy(scores, list)).to.almostEqual(2 / 3);
    });

    it('refuses what softmaxCrossEntropy refuses: rows and labels that do not fit, no class, no rows', () => {
      for (const [scores, list] of [...unlabelled(), nothing()]) {
        expect(() => accuracy(scores, list)).to.throw(RangeError);
      }
    });
  });
});
