import { array, copy, labels, zeros, type Tensor } from '#arrays';
import { expect } from '#checks/expect';
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

// Every expected value is worked out by hand. The scores are logarithms of small numbers, so that softmax
// gives fractions: the row (0, ln 2, ln 5) becomes ⅛, ²⁄₈, ⅝.
const { log: ln } = Math;

/** The same entries as x, lying in memory column by column: a view that only its strides can read. */
const turned = (x: Tensor): Tensor => copy(x.transpose(1, 0)).transpose(1, 0);

/**
 * Three samples of two numbers. The residuals y − t are (−2, 3), (0, −1) and (−2, ½); their squares are
 * 4, 9, 0, 1, 4 and ¼, with the sum 73⁄4.
 */
function measured(): { y: Tensor; t: Tensor } {
  const y = array([
    [1, 4],
    [0, -2],
    [3, 5],
  ]);
  const t = array([
    [3, 1],
    [0, -1],
    [5, 4.5],
  ]);
  return { y, t };
}

/** Two samples of three classes. The right classes, 1 and 2, were given the probabilities ¼ and ¾. */
function classified(): { p: Tensor; t: Tensor } {
  const p = array([
    [1 / 2, 1 / 4, 1 / 4],
    [1 / 8, 1 / 8, 3 / 4],
  ]);
  const t = array([
    [0, 1, 0],
    [0, 0, 1],
  ]);
  return { p, t };
}

/** Two samples of three classes, as scores. Softmax makes (⅛, ²⁄₈, ⅝) and (⅗, ⅕, ⅕) of them. */
function scored(): Tensor {
  return array([
    [0, ln(2), ln(5)],
    [ln(3), 0, 0],
  ]);
}

/**
 * Two samples of four classes. With the labels 0 and 2 the terms of the hinge, before those below 0 are cut
 * off, are (·, −1, ½, 5⁄4) and (−½, 5⁄2, ·, ½).
 */
function contested(): Tensor {
  return array([
    [3, 1, 2.5, 3.25],
    [-1, 2, 0.5, 0],
  ]);
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

    it('reads a view through its strides and leaves it unchanged', () => {
      const list = labels([1, 9, 0, 9]);
      expect(list).to.be.unchangedBy(() => oneHot(list.step(2), 3));
      expect(oneHot(list.step(2), 3)).to.almostEqual([
        [0, 1, 0],
        [1, 0, 0],
      ]);
    });

    it('returns no rows for no labels', () => {
      expect(oneHot(labels([]), 3)).to.have.arrayShape([0, 3]);
    });

    it('refuses a label that is too large, naming it, its position and the number of classes', () => {
      expect(() => oneHot(labels([0, 3, 7, 1]), 4)).to.throw(
        RangeError,
        /oneHot(?=.*\b7\b)(?=.*\b2\b)(?=.*\b4\b)/,
      );
      expect(() => oneHot(labels([4]), 4)).to.throw(RangeError, /oneHot/);
    });

    it('refuses a negative label, naming it', () => {
      expect(() => oneHot(labels([0, -1]), 4)).to.throw(RangeError, /oneHot.*-1/);
    });
  });

  describe('03.2 sumSquaredResiduals', () => {
    it('adds the squares of all residuals: 73⁄4 for three samples of two numbers', () => {
      const { y, t } = measured();
      expect(sumSquaredResiduals(y, t)).to.almostEqual(73 / 4);
    });

    it('takes any shape: three axes, one entry, none', () => {
      expect(sumSquaredResiduals(array([[[2, -1]], [[0, 4]]]), zeros(2, 1, 2))).to.almostEqual(21);
      expect(sumSquaredResiduals(array([5]), array([2]))).to.almostEqual(9);
      expect(sumSquaredResiduals(zeros(0, 3), zeros(0, 3))).to.almostEqual(0);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { y, t } = measured();
      for (const argument of [y, t]) {
        expect(argument).to.be.unchangedBy(() => sumSquaredResiduals(y, t));
      }
      expect(sumSquaredResiduals(turned(y), t)).to.almostEqual(73 / 4);
      expect(sumSquaredResiduals(y, turned(t))).to.almostEqual(73 / 4);
    });

    it('refuses predictions and targets of different shapes, naming both', () => {
      expect(() => sumSquaredResiduals(zeros(2, 3), zeros(3, 2))).to.throw(
        RangeError,
        /sumSquaredResiduals.*\(2, 3\).*\(3, 2\)/,
      );
    });
  });

  describe('03.3 sumSquaredResidualsGradient', () => {
    it('is twice the residual, positive where the prediction is too large', () => {
      const { y, t } = measured();
      expect(sumSquaredResidualsGradient(y, t)).to.almostEqual([
        [-4, 6],
        [0, -2],
        [-4, 1],
      ]);
    });

    it('keeps the shape, whether the array has three axes or no entries', () => {
      const gradient = sumSquaredResidualsGradient(zeros(2, 3, 4), zeros(2, 3, 4));
      expect(gradient).to.have.arrayShape([2, 3, 4]);
      expect(sumSquaredResidualsGradient(zeros(0, 3), zeros(0, 3))).to.have.arrayShape([0, 3]);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { y, t } = measured();
      for (const argument of [y, t]) {
        expect(argument).to.be.unchangedBy(() => sumSquaredResidualsGradient(y, t));
      }
      expect(sumSquaredResidualsGradient(turned(y), t)).to.almostEqual([
        [-4, 6],
        [0, -2],
        [-4, 1],
      ]);
    });
  });

  describe('03.4 meanSquaredError', () => {
    it('divides the sum by the number of all entries: 73⁄4 by 6 for three samples of two numbers', () => {
      const { y, t } = measured();
      expect(meanSquaredError(y, t)).to.almostEqual(73 / 24);
    });

    it('takes any shape: three axes, one axis, one entry', () => {
      expect(meanSquaredError(array([[[2, -1]], [[0, 4]]]), zeros(2, 1, 2))).to.almostEqual(21 / 4);
      expect(meanSquaredError(array([1, 2, 3]), array([1, 4, 0]))).to.almostEqual(13 / 3);
      expect(meanSquaredError(array([5]), array([2]))).to.almostEqual(9);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { y, t } = measured();
      for (const argument of [y, t]) {
        expect(argument).to.be.unchangedBy(() => meanSquaredError(y, t));
      }
      expect(meanSquaredError(turned(y), t)).to.almostEqual(73 / 24);
      expect(meanSquaredError(y, turned(t))).to.almostEqual(73 / 24);
    });

    it('refuses predictions and targets of different shapes, naming both', () => {
      expect(() => meanSquaredError(zeros(3), zeros(3, 1))).to.throw(
        RangeError,
        /meanSquaredError.*\(3\).*\(3, 1\)/,
      );
    });

    it('refuses an empty batch, whose mean would be 0⁄0', () => {
      expect(() => meanSquaredError(zeros(0, 2), zeros(0, 2))).to.throw(
        RangeError,
        /meanSquaredError/,
      );
    });
  });

  describe('03.5 meanSquaredErrorGradient', () => {
    it('is twice the residual divided by the number of all entries', () => {
      const { y, t } = measured();
      expect(meanSquaredErrorGradient(y, t)).to.almostEqual([
        [-2 / 3, 1],
        [0, -1 / 3],
        [-2 / 3, 1 / 6],
      ]);
    });

    it('takes any shape: three axes, one axis, one entry', () => {
      const gradient = meanSquaredErrorGradient(array([[[2, -1]], [[0, 4]]]), zeros(2, 1, 2));
      expect(gradient).to.almostEqual([[[1, -1 / 2]], [[0, 2]]]);
      expect(meanSquaredErrorGradient(array([1, 2, 3]), array([1, 4, 0]))).to.almostEqual([
        0,
        -4 / 3,
        2,
      ]);
      expect(meanSquaredErrorGradient(array([5]), array([2]))).to.almostEqual([6]);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { y, t } = measured();
      for (const argument of [y, t]) {
        expect(argument).to.be.unchangedBy(() => meanSquaredErrorGradient(y, t));
      }
      expect(meanSquaredErrorGradient(turned(y), t)).to.almostEqual([
        [-2 / 3, 1],
        [0, -1 / 3],
        [-2 / 3, 1 / 6],
      ]);
    });
  });

  describe('03.6 binaryCrossEntropy', () => {
    it('is the mean of −ln of the probability that was given to the answer', () => {
      // The answers yes, no, yes were given ½, ¾ and ⅕.
      const p = array([1 / 2, 1 / 4, 1 / 5]);
      expect(binaryCrossEntropy(p, array([1, 0, 1]))).to.almostEqual(ln(40 / 3) / 3);
    });

    it('weighs both logarithms when the answer lies between no and yes', () => {
      const loss = binaryCrossEntropy(array([1 / 2, 1 / 4]), array([1 / 4, 1 / 2]));
      expect(loss).to.almostEqual((ln(2) + ln(4) / 2 + ln(4 / 3) / 2) / 2);
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

    it('tells a probability of 10⁻¹⁰ from ε', () => {
      expect(binaryCrossEntropy(array([1e-10]), array([1]))).to.almostEqual(10 * ln(10));
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const p = array([1 / 2, 9, 1 / 4, 9]);
      const answers = array([1, 9, 9, 0, 9, 9]);
      const call = (): number => binaryCrossEntropy(p.step(2), answers.step(3));
      for (const argument of [p, answers]) expect(argument).to.be.unchangedBy(call);
      expect(call()).to.almostEqual(ln(8 / 3) / 2);
    });

    it('refuses anything but two arrays of shape (N), naming what it got', () => {
      const refusal = [RangeError, /binaryCrossEntropy.*\(3, 1\)/] as const;
      expect(() => binaryCrossEntropy(zeros(3, 1), zeros(3))).to.throw(...refusal);
      expect(() => binaryCrossEntropy(zeros(3, 1), zeros(3, 1))).to.throw(...refusal);
      expect(() => binaryCrossEntropy(zeros(3), zeros(2))).to.throw(
        RangeError,
        /binaryCrossEntropy(?=.*\b3\b)(?=.*\b2\b)/,
      );
    });

    it('refuses an empty batch, whose mean would be 0⁄0', () => {
      expect(() => binaryCrossEntropy(zeros(0), zeros(0))).to.throw(
        RangeError,
        /binaryCrossEntropy/,
      );
    });
  });

  describe('03.7 binaryCrossEntropyGradient', () => {
    it('is −1⁄p where the answer is yes and 1⁄(1 − p) where it is no, over N', () => {
      const p = array([1 / 2, 1 / 4, 1 / 5]);
      expect(binaryCrossEntropyGradient(p, array([1, 0, 1]))).to.almostEqual([
        -2 / 3,
        4 / 9,
        -5 / 3,
      ]);
    });

    it('is 0 where p is the answer, and in between it is (p − t) ⁄ (p · (1 − p))', () => {
      const gradient = binaryCrossEntropyGradient(array([1 / 4, 1 / 4]), array([1 / 4, 1 / 2]));
      expect(gradient).to.almostEqual([0, -2 / 3]);
    });

    it('is ±1⁄N for a prediction of exactly 0 or 1 that is right, never NaN', () => {
      const gradient = binaryCrossEntropyGradient(array([0, 1, 1 / 2]), array([0, 1, 1]));
      expect(gradient).to.almostEqual([1 / 3, -1 / 3, -2 / 3]);
    });

    it('is ±1⁄ε for a prediction of exactly 0 or 1 that is wrong, never Infinity', () => {
      // 1 − (1 − ε) keeps only four digits of ε.
      const tolerance = { relative: 1e-3 };
      expect(binaryCrossEntropyGradient(array([0]), array([1]))).to.almostEqual([-1e12], tolerance);
      expect(binaryCrossEntropyGradient(array([1]), array([0]))).to.almostEqual([1e12], tolerance);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const p = array([1 / 2, 9, 1 / 4, 9]);
      const answers = array([1, 9, 9, 0, 9, 9]);
      const call = (): Tensor => binaryCrossEntropyGradient(p.step(2), answers.step(3));
      for (const argument of [p, answers]) expect(argument).to.be.unchangedBy(call);
      expect(call()).to.almostEqual([-1, 2 / 3]);
    });
  });

  describe('03.8 categoricalCrossEntropy', () => {
    it('is the mean of −ln of the probability that was given to the right class', () => {
      const { p, t } = classified();
      // The right classes were given ¼ and ¾.
      expect(categoricalCrossEntropy(p, t)).to.almostEqual(ln(16 / 3) / 2);
    });

    it('weighs the logarithms by soft targets', () => {
      const loss = categoricalCrossEntropy(
        array([[1 / 4, 1 / 2, 1 / 4]]),
        array([[1 / 2, 1 / 2, 0]]),
      );
      expect(loss).to.almostEqual(1.5 * ln(2));
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
      for (const argument of [p, t]) {
        expect(argument).to.be.unchangedBy(() => categoricalCrossEntropy(p, t));
      }
      const loss = ln(16 / 3) / 2;
      expect(categoricalCrossEntropy(turned(p), t)).to.almostEqual(loss);
      expect(categoricalCrossEntropy(p, turned(t))).to.almostEqual(loss);
    });

    it('refuses anything but two arrays of one shape (N, C), naming what it got', () => {
      const refusal = [RangeError, /categoricalCrossEntropy.*\(3\)/] as const;
      expect(() => categoricalCrossEntropy(zeros(2, 3), zeros(3))).to.throw(...refusal);
      expect(() => categoricalCrossEntropy(zeros(3), zeros(3))).to.throw(...refusal);
    });

    it('refuses an empty batch, whose mean would be 0⁄0', () => {
      expect(() => categoricalCrossEntropy(zeros(0, 3), zeros(0, 3))).to.throw(
        RangeError,
        /categoricalCrossEntropy/,
      );
    });
  });

  describe('03.9 categoricalCrossEntropyGradient', () => {
    it('is −1⁄p over N at the right class and 0 at the others', () => {
      const { p, t } = classified();
      expect(categoricalCrossEntropyGradient(p, t)).to.almostEqual([
        [0, -2, 0],
        [0, 0, -2 / 3],
      ]);
    });

    it('is −t⁄p for soft targets', () => {
      const p = array([[1 / 4, 1 / 2, 1 / 4]]);
      const gradient = categoricalCrossEntropyGradient(p, array([[1 / 2, 1 / 2, 0]]));
      expect(gradient).to.almostEqual([[-2, -1, 0]]);
    });

    it('is finite at probabilities of exactly 0 and 1: 0, −1 or −1⁄ε', () => {
      const p = array([[0, 1, 0]]);
      const right = categoricalCrossEntropyGradient(p, array([[0, 1, 0]]));
      expect(right).to.almostEqual([[0, -1, 0]]);
      const wrong = categoricalCrossEntropyGradient(p, array([[1, 0, 0]]));
      expect(wrong).to.almostEqual([[-1e12, 0, 0]]);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const { p, t } = classified();
      for (const argument of [p, t]) {
        expect(argument).to.be.unchangedBy(() => categoricalCrossEntropyGradient(p, t));
      }
      const gradient = categoricalCrossEntropyGradient(turned(p), turned(t));
      expect(gradient).to.almostEqual([
        [0, -2, 0],
        [0, 0, -2 / 3],
      ]);
    });
  });

  describe('03.10 softmaxCrossEntropy', () => {
    it('is the mean of −ln of the probability that softmax gives to the right class', () => {
      const logits = scored();
      // The right classes get ²⁄₈ and ⅗.
      expect(softmaxCrossEntropy(logits, labels([1, 0]))).to.almostEqual(ln(20 / 3) / 2);
    });

    it('is ln C for C equal scores, and 0 for a single class', () => {
      expect(softmaxCrossEntropy(array([[7, 7, 7, 7]]), labels([2]))).to.almostEqual(ln(4));
      expect(softmaxCrossEntropy(array([[-3], [8]]), labels([0, 0]))).to.almostEqual(0);
    });

    it('stays finite when the scores are ±1000', () => {
      const x = array([
        [1000, 1000],
        [1000, -1000],
      ]);
      expect(softmaxCrossEntropy(x, labels([1, 0]))).to.almostEqual(ln(2) / 2);
      expect(softmaxCrossEntropy(array([[-1000, -1000]]), labels([1]))).to.almostEqual(ln(2));
    });

    it('shifts each row by its own maximum, so a low row beside a high one keeps its loss', () => {
      const x = array([
        [-400, -400],
        [400, 0],
      ]);
      expect(softmaxCrossEntropy(x, labels([0, 0]))).to.almostEqual(ln(2) / 2);
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
      const logits = scored();
      const list = labels([1, 9, 0, 9]);
      const call = (): number => softmaxCrossEntropy(turned(logits), list.step(2));
      expect(list).to.be.unchangedBy(call);
      expect(logits).to.be.unchangedBy(() => softmaxCrossEntropy(logits, labels([1, 0])));
      expect(call()).to.almostEqual(ln(20 / 3) / 2);
    });

    it('refuses a row without a batch axis and a list of labels of another length, naming the shapes', () => {
      expect(() => softmaxCrossEntropy(zeros(3), labels([0]))).to.throw(
        RangeError,
        /softmaxCrossEntropy.*\(3\)/,
      );
      expect(() => softmaxCrossEntropy(zeros(2, 4), labels([0, 1, 0]))).to.throw(
        RangeError,
        /softmaxCrossEntropy(?=.*\b2\b)(?=.*\b3\b)/,
      );
      expect(() => softmaxCrossEntropy(zeros(2, 2, 2), labels([0, 1]))).to.throw(RangeError);
      const column = ndarray(Int32Array.of(0, 1), [2, 1]);
      expect(() => softmaxCrossEntropy(zeros(2, 2), column)).to.throw(RangeError);
    });

    it('refuses a label that is no class, naming it, its position and the number of classes', () => {
      expect(() => softmaxCrossEntropy(zeros(3, 4), labels([0, 1, 7]))).to.throw(
        RangeError,
        /(?=.*\b7\b)(?=.*\b2\b)(?=.*\b4\b)/,
      );
    });

    it('refuses an empty batch, whose mean would be 0⁄0', () => {
      expect(() => softmaxCrossEntropy(zeros(0, 3), labels([]))).to.throw(
        RangeError,
        /softmaxCrossEntropy/,
      );
    });
  });

  describe('03.11 softmaxCrossEntropyGradient', () => {
    it('is the probabilities, less 1 at the right class, over N', () => {
      const logits = scored();
      expect(softmaxCrossEntropyGradient(logits, labels([1, 0]))).to.almostEqual([
        [1 / 16, -6 / 16, 5 / 16],
        [-2 / 10, 1 / 10, 1 / 10],
      ]);
    });

    it('pushes equal scores apart, and leaves a single class alone', () => {
      const apart = softmaxCrossEntropyGradient(array([[7, 7, 7, 7]]), labels([2]));
      expect(apart).to.almostEqual([[1 / 4, 1 / 4, -3 / 4, 1 / 4]]);
      const alone = softmaxCrossEntropyGradient(array([[-3], [8]]), labels([0, 0]));
      expect(alone).to.almostEqual([[0], [0]]);
    });

    it('stays finite when the scores are ±1000, and is largest where all is lost', () => {
      const x = array([
        [1000, 1000],
        [-1000, -1000],
        [1000, -1000],
        [1000, -1000],
      ]);
      expect(softmaxCrossEntropyGradient(x, labels([0, 1, 0, 1]))).to.almostEqual([
        [-1 / 8, 1 / 8],
        [1 / 8, -1 / 8],
        [0, 0],
        [1 / 4, -1 / 4],
      ]);
    });

    it('shifts each row by its own maximum, so a low row beside a high one keeps its gradient', () => {
      const x = array([
        [-400, -400],
        [400, 0],
      ]);
      expect(softmaxCrossEntropyGradient(x, labels([0, 0]))).to.almostEqual([
        [-1 / 4, 1 / 4],
        [0, 0],
      ]);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const logits = scored();
      const list = labels([1, 9, 0, 9]);
      const call = (): Tensor => softmaxCrossEntropyGradient(turned(logits), list.step(2));
      expect(list).to.be.unchangedBy(call);
      expect(logits).to.be.unchangedBy(() => softmaxCrossEntropyGradient(logits, labels([1, 0])));
      expect(call()).to.almostEqual([
        [1 / 16, -6 / 16, 5 / 16],
        [-2 / 10, 1 / 10, 1 / 10],
      ]);
    });
  });

  describe('03.12 hinge', () => {
    it('adds what each wrong class lacks of a margin of 1, and takes the mean over the rows', () => {
      const scores = contested();
      // ½ + 5⁄4 in the first row, 5⁄2 + ½ in the second.
      expect(hinge(scores, labels([0, 2]))).to.almostEqual(19 / 8);
    });

    it('is 0 when the right class leads by 1 or more, and for a single class', () => {
      expect(hinge(array([[2, 1, -5]]), labels([0]))).to.almostEqual(0);
      expect(hinge(array([[4], [-4]]), labels([0, 0]))).to.almostEqual(0);
    });

    it('is C − 1 for C equal scores', () => {
      expect(hinge(array([[7, 7, 7, 7]]), labels([2]))).to.almostEqual(3);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const scores = contested();
      const list = labels([0, 9, 2, 9]);
      const call = (): number => hinge(turned(scores), list.step(2));
      expect(list).to.be.unchangedBy(call);
      expect(scores).to.be.unchangedBy(() => hinge(scores, labels([0, 2])));
      expect(call()).to.almostEqual(19 / 8);
    });

    it('refuses what softmaxCrossEntropy refuses: no batch axis, too many labels, no class, no rows', () => {
      expect(() => hinge(zeros(3), labels([0]))).to.throw(RangeError, /hinge.*\(3\)/);
      expect(() => hinge(zeros(2, 4), labels([0, 1, 0]))).to.throw(RangeError);
      expect(() => hinge(zeros(1, 4), labels([4]))).to.throw(RangeError);
      expect(() => hinge(zeros(0, 3), labels([]))).to.throw(RangeError);
    });
  });

  describe('03.13 hingeGradient', () => {
    it('is 1⁄N for each wrong class within the margin, and takes as much from the right one', () => {
      const scores = contested();
      expect(hingeGradient(scores, labels([0, 2]))).to.almostEqual([
        [-1, 0, 1 / 2, 1 / 2],
        [0, 1 / 2, -1, 1 / 2],
      ]);
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

    it('is 0 at the kink, where the lead is exactly 1', () => {
      expect(hingeGradient(array([[2, 1, 1.5]]), labels([0]))).to.almostEqual([[-1, 0, 1]]);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const scores = contested();
      const list = labels([0, 9, 2, 9]);
      const call = (): Tensor => hingeGradient(turned(scores), list.step(2));
      expect(list).to.be.unchangedBy(call);
      expect(scores).to.be.unchangedBy(() => hingeGradient(scores, labels([0, 2])));
      expect(call()).to.almostEqual([
        [-1, 0, 1 / 2, 1 / 2],
        [0, 1 / 2, -1, 1 / 2],
      ]);
    });
  });

  describe('03.14 accuracy', () => {
    it('is the fraction of rows whose largest score is at the label', () => {
      const x = array([
        [0.7, 0.1, 0.2],
        [5, 1, 3],
        [1, 2, 6],
        [0, 4, -9],
        [8, 0, 7],
      ]);
      expect(accuracy(x, labels([0, 2, 2, 1, 1]))).to.almostEqual(3 / 5);
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
      const x = array([
        [1, 1, 0],
        [2, 5, 5],
        [3, 0, 3],
        [0, 0, 0],
      ]);
      expect(accuracy(x, labels([0, 1, 0, 1]))).to.almostEqual(3 / 4);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const scores = contested();
      const list = labels([3, 9, 2, 9]);
      const call = (): number => accuracy(turned(scores), list.step(2));
      expect(list).to.be.unchangedBy(call);
      expect(scores).to.be.unchangedBy(() => accuracy(scores, labels([3, 2])));
      expect(call()).to.almostEqual(1 / 2);
    });

    it('refuses what softmaxCrossEntropy refuses: no batch axis, too many labels, no class, no rows', () => {
      expect(() => accuracy(zeros(3), labels([0]))).to.throw(RangeError, /accuracy.*\(3\)/);
      expect(() => accuracy(zeros(2, 4), labels([0, 1, 0]))).to.throw(RangeError);
      expect(() => accuracy(zeros(1, 4), labels([4]))).to.throw(RangeError);
      expect(() => accuracy(zeros(0, 3), labels([]))).to.throw(RangeError);
    });
  });
});
