import { array, copy, filled, map, zeros, type Tensor } from '#arrays';
import { randomNormal, turned } from '#checks/fixtures';
import { expect } from '#checks/expect';
import { seededRandom } from '#datasets/random';
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
} from '#lessons/19-support-vector-machine';

/** Every other entry of a longer list: a view that only its strides can read. */
const spread = (x: Tensor): Tensor =>
  filled([2 * x.size], (i) => (i! % 2 === 0 ? x.get(i! / 2) : 99)).step(2);

/** Four samples about the line 3x₁ − 4x₂ + 2 = 0: scores 4, −13, −2 and 5. */
const FOUR = {
  x: array([
    [2, 1],
    [-1, 3],
    [0, 1],
    [1, 0],
  ]),
  t: array([1, -1, 1, -1]),
  w: array([3, -4]),
};

/**
 * Five samples, w = (½, −1) and b = ¼: scores ¾, −1, ½, 2 and −½, so the targets are right by ¾, 1, −½, −2 and ½.
 */
const FIVE = {
  x: array([
    [1, 0],
    [1.5, 2],
    [2.5, 1],
    [-0.5, -2],
    [-3.5, -1],
  ]),
  t: array([1, -1, -1, -1, -1]),
  w: array([0.5, -1]),
  b: 0.25,
};

/** The dual objective: Σ αₙ − ½ · ΣΣ αₙ · αₘ · tₙ · tₘ · Kₙₘ. */
function dual({ alpha }: KernelMachine, t: Tensor, K: Tensor): number {
  let value = 0;
  for (let n = 0; n < t.size; n++) {
    value += alpha.get(n);
    for (let m = 0; m < t.size; m++) {
      value -= (alpha.get(n) * alpha.get(m) * t.get(n) * t.get(m) * K.get(n, m)) / 2;
    }
  }
  return value;
}

/** Σ αₙ · tₙ. */
function balance({ alpha }: KernelMachine, t: Tensor): number {
  let sum = 0;
  for (let n = 0; n < t.size; n++) sum += alpha.get(n) * t.get(n);
  return sum;
}

/** The products of all rows of x with each other, by hand: K of the linear kernel. */
function products(x: Tensor): Tensor {
  const [N, D] = x.shape as [number, number];
  return filled([N, N], (n, m) => {
    let sum = 0;
    for (let d = 0; d < D; d++) sum += x.get(n!, d) * x.get(m!, d);
    return sum;
  });
}

/** The score of each sample by the formula. */
function scores({ alpha, b }: KernelMachine, t: Tensor, K: Tensor): number[] {
  return Array.from({ length: K.shape[1]! }, (_, m) => {
    let score = b;
    for (let n = 0; n < t.size; n++) score += alpha.get(n) * t.get(n) * K.get(n, m);
    return score;
  });
}

/** What speaks against a trained machine: entries outside of [0, C], an uneven sum, samples not what their α asks for. */
function faults(machine: KernelMachine, t: Tensor, K: Tensor, C: number, off: number): string[] {
  const found: string[] = [];
  if (Math.abs(balance(machine, t)) > 1e-9) found.push('the sum of α · t is not 0');
  for (const [n, score] of scores(machine, t, K).entries()) {
    const a = machine.alpha.get(n);
    const by = t.get(n) * score - 1;
    if (!(a >= -1e-12 && a <= C + 1e-12)) found.push(`α of sample ${n} is not within 0 and C`);
    if (a < C - 1e-6 && by < -off) found.push(`sample ${n} is right by too little for its α`);
    if (a > 1e-6 && by > off) found.push(`sample ${n} is right by too much for its α`);
  }
  return found;
}

describe('19-support-vector-machine', () => {
  describe('19.1 margins', () => {
    it('is the distance from the line, above 0 on the right side and below it on the wrong one', () => {
      const { x, t, w } = FOUR;
      expect(margins(x, t, w, 2)).to.almostEqual([4 / 5, 13 / 5, -2 / 5, -1]);
    });

    it('takes more axes than two, and is the same for a line written with other numbers', () => {
      // 2x₁ − 3x₂ + 6x₃ − 5 = 0, and ‖w‖ = 7.
      const x = array([
        [1, 1, 2],
        [0, -2, 0.5],
      ]);
      const t = array([-1, 1]);
      expect(margins(x, t, array([2, -3, 6]), -5)).to.almostEqual([-6 / 7, 4 / 7]);
      expect(margins(x, t, array([20, -30, 60]), -50)).to.almostEqual([-6 / 7, 4 / 7]);
    });

    it('is the same for large and for small numbers', () => {
      const x = array([[3, 2]]);
      expect(margins(x, array([1]), array([3e200, 4e200]), 0)).to.almostEqual([17 / 5]);
      expect(margins(x, array([1]), array([3e-200, -4e-200]), 0)).to.almostEqual([1 / 5]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const x = turned(FOUR.x);
      const [t, w] = [spread(FOUR.t), spread(FOUR.w)];
      expect(() => margins(x, t, w, 2)).to.leaveUnchanged({ x, t, w });
      expect(margins(x, t, w, 2)).to.almostEqual([4 / 5, 13 / 5, -2 / 5, -1]);
    });

    it('has no distance for no sample', () => {
      expect(margins(zeros(0, 3), zeros(0), array([1, 2, 3]), 1)).to.have.arrayShape([0]);
    });

    it('refuses weights that are all 0, and sizes that do not fit', () => {
      const { x, t, w } = FOUR;
      expect(() => margins(x, t, zeros(2), 2)).to.throw(RangeError);
      expect(() => margins(x, array([1, -1, 1]), w, 2)).to.throw(RangeError);
      expect(() => margins(x, t, array([1, 2, 3]), 2)).to.throw(RangeError);
    });
  });

  describe('19.2 svmObjective', () => {
    it('adds the mean hinge and half of λ times the squared length of w', () => {
      const { x, t, w, b } = FIVE;
      // Hinges ¼, 0, 3/2, 3 and ½; ‖w‖² = 5/4.
      expect(svmObjective(x, t, w, b, 0.4)).to.almostEqual(5.25 / 5 + 0.2 * 1.25);
    });

    it('is nothing but the weights where every sample is right by 1 or more', () => {
      const x = array([[2], [5], [-3]]);
      expect(svmObjective(x, array([1, 1, -1]), array([0.5]), 0, 0.3)).to.almostEqual(0.15 * 0.25);
    });

    it('asks nothing for the bias', () => {
      const x = array([[1, 2]]);
      expect(svmObjective(x, array([1]), zeros(2), 7, 5)).to.almostEqual(0);
      expect(svmObjective(x, array([-1]), zeros(2), 7, 5)).to.almostEqual(8);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [x, t, w] = [turned(FIVE.x), spread(FIVE.t), spread(FIVE.w)];
      expect(() => svmObjective(x, t, w, 0.25, 0.4)).to.leaveUnchanged({ x, t, w });
      expect(svmObjective(x, t, w, 0.25, 0.4)).to.almostEqual(1.3);
    });

    it('refuses sizes that do not fit', () => {
      expect(() => svmObjective(zeros(3, 2), zeros(2), zeros(2), 0, 1)).to.throw(RangeError);
      expect(() => svmObjective(zeros(3, 2), zeros(3), zeros(3), 0, 1)).to.throw(RangeError);
    });
  });

  describe('19.3 svmSubgradient', () => {
    it('is λ · w where every sample is right by more than 1', () => {
      const { dw, db } = svmSubgradient(
        array([
          [2, 7],
          [-3, 1],
        ]),
        array([1, -1]),
        array([0.75, 0]),
        0.25,
        0.6,
      );
      expect(dw).to.almostEqual([0.45, 0]);
      expect(db).to.almostEqual(0);
    });

    it('adds up the samples that are right by less than 1, and lets the weights shrink', () => {
      const { x, t, w, b } = FIVE;
      // Samples 0, 2, 3 and 4 count; sample 1 is right by exactly 1. −Σ t · x is (−2.5, −2), −Σ t is 2.
      const { dw, db } = svmSubgradient(x, t, w, b, 0.4);
      expect(dw).to.almostEqual([0.2 - 2.5 / 5, -0.4 - 2 / 5]);
      expect(db).to.almostEqual(2 / 5);
    });

    it('is the slope of the objective along every weight and the bias', () => {
      const random = seededRandom(3);
      const [x, w] = [randomNormal(random, 1, 7, 3), randomNormal(random, 0.7, 3)];
      const t = array([1, -1, -1, 1, 1, -1, 1]);
      const lambda = 0.35;
      const at = (moved: Tensor, b: number): number => {
        let loss = 0;
        for (let n = 0; n < 7; n++) {
          let score = b;
          for (let d = 0; d < 3; d++) score += x.get(n, d) * moved.get(d);
          loss += Math.max(0, 1 - t.get(n) * score) / 7;
        }
        for (let d = 0; d < 3; d++) loss += (lambda / 2) * moved.get(d) ** 2;
        return loss;
      };
      const h = 1e-6;
      const shifted = (d: number, by: number) => filled([3], (e) => w.get(e!) + (e === d ? by : 0));
      const slopes = [0, 1, 2].map(
        (d) => (at(shifted(d, h), 0.2) - at(shifted(d, -h), 0.2)) / (2 * h),
      );
      const { dw, db } = svmSubgradient(x, t, w, 0.2, lambda);
      const differences = { relative: 1e-7, absolute: 1e-8 };
      expect(dw).to.almostEqual(slopes, differences);
      expect(db).to.almostEqual((at(w, 0.2 + h) - at(w, 0.2 - h)) / (2 * h), differences);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [x, t, w] = [turned(FIVE.x), spread(FIVE.t), spread(FIVE.w)];
      expect(() => svmSubgradient(x, t, w, 0.25, 0.4)).to.leaveUnchanged({ x, t, w });
      expect(svmSubgradient(x, t, w, 0.25, 0.4).dw).to.almostEqual([-0.3, -0.8]);
    });

    it('refuses sizes that do not fit', () => {
      expect(() => svmSubgradient(zeros(3, 2), zeros(2), zeros(2), 0, 1)).to.throw(RangeError);
      expect(() => svmSubgradient(zeros(3, 2), zeros(3), zeros(3), 0, 1)).to.throw(RangeError);
    });
  });

  describe('19.4 pegasos', () => {
    const x = array([
      [2, 1],
      [-1, 3],
      [1, -2],
    ]);
    const t = array([1, -1, 1]);

    it('makes the first step with the rate 1/λ, from weights of 0', () => {
      const { w, b } = pegasos(x, t, [1], 0.8);
      expect(w).to.almostEqual([1.25, -3.75]);
      expect(b).to.almostEqual(-1.25);
    });

    it('learns from a sample that is right by too little', () => {
      // λ = 4: after sample 0 w = (½, ¼) and b = ¼, which make 1½ of it. Sample 2: ½ − ½ + ¼ = ¼, right by ¼.
      const { w, b } = pegasos(x, t, [0, 2], 4);
      expect(w).to.almostEqual([0.25 + 0.125, 0.125 - 0.25]);
      expect(b).to.almostEqual(0.375);
    });

    it('shrinks the weights and not the bias, and learns from those that are right by less than 1', () => {
      // λ = ½: the rates are 2, 1, ⅔ and ½. After sample 2: w = (2, −4), b = 2.
      // Sample 0: score 2 · 2 − 4 + 2 = 2, right by 2: w = ½ · (2, −4), b as it was.
      // Sample 0: score 2 − 2 + 2 = 2, again: w = ⅔ · (1, −2).
      // Sample 1: score −⅔ − 4 + 2 = −8/3, right: w = ¾ · (⅔, −4/3).
      const held = pegasos(x, t, [2, 0, 0, 1], 0.5);
      expect(held.w).to.almostEqual([0.5, -1]);
      expect(held.b).to.almostEqual(2);
    });

    it('asks for the score before the weights shrink', () => {
      // λ = 2: sample 0 makes ½ of w and of b. Sample 1 is right by 0.7 + 0.5, with half of w by 0.35 + 0.5.
      const more = pegasos(array([[1], [1.4]]), array([1, 1]), [0, 1], 2);
      expect(more.w).to.almostEqual([0.25]);
      expect(more.b).to.almostEqual(0.5);
      // Here it is right by exactly 1, which is enough.
      const kept = pegasos(array([[1], [1]]), array([1, 1]), [0, 1], 2);
      expect(kept.w).to.almostEqual([0.25]);
      expect(kept.b).to.almostEqual(0.5);
    });

    it('comes to the best line of a problem that can be solved by hand', () => {
      // Two samples at ±2: as long as λ is below 4 the best w is ½, and b is 0 by symmetry.
      const pair = array([[2], [-2]]);
      const order = Array.from({ length: 4000 }, (_, k) => k % 2);
      const { w, b } = pegasos(pair, array([1, -1]), order, 1.25);
      expect(w).to.almostEqual([0.5], { absolute: 0.02 });
      expect(b).to.almostEqual(0, { absolute: 0.02 });
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [view, targets] = [turned(x), spread(t)];
      const order = [2, 0, 0, 1];
      expect(() => pegasos(view, targets, order, 0.5)).to.leaveUnchanged({ x: view, t: targets });
      expect(pegasos(view, targets, order, 0.5).w).to.almostEqual([0.5, -1]);
      expect(order).to.deep.equal([2, 0, 0, 1]);
    });

    it('is at 0 without a step, and refuses sizes that do not fit', () => {
      const { w, b } = pegasos(x, t, [], 0.5);
      expect(w).to.almostEqual([0, 0]);
      expect(b).to.equal(0);
      expect(() => pegasos(x, array([1, -1]), [0], 0.5)).to.throw(RangeError);
    });
  });

  describe('19.5 supportVectors', () => {
    it('finds those that are right by 1 or less, on the wrong side too', () => {
      const { x, t, w, b } = FIVE;
      // With twice the weights they are right by 1½, 2, −1, −4 and 1.
      const line = { w: array([1, -2]), b: 0.5 };
      const [doubled, single] = [line, { w, b }].map((one) => supportVectors(x, t, one, 0));
      expect(doubled).to.deep.equal([2, 3, 4]);
      expect(single).to.deep.equal([0, 1, 2, 3, 4]);
    });

    it('lets those count that are above 1 by no more than the tolerance', () => {
      const x = array([[1.25], [-1.5], [3], [-0.5], [0.875]]);
      const line = { w: array([1]), b: 0 };
      const t = array([1, -1, 1, -1, 1]);
      expect(supportVectors(x, t, line, 0.25)).to.deep.equal([0, 3, 4]);
      expect(supportVectors(x, t, line, 0.6)).to.deep.equal([0, 1, 3, 4]);
      expect(supportVectors(x, t, line, 0.1)).to.deep.equal([3, 4]);
    });

    it('finds none among samples that are far away, and none among none', () => {
      const line = { w: array([1, -1]), b: 0 };
      expect(supportVectors(array([[5, 1]]), array([1]), line, 0.5)).to.deep.equal([]);
      expect(supportVectors(zeros(0, 2), zeros(0), line, 0.5)).to.deep.equal([]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [x, t, w] = [turned(FIVE.x), spread(FIVE.t), spread(array([1, -2]))];
      expect(() => supportVectors(x, t, { w, b: 0.5 }, 0)).to.leaveUnchanged({ x, t, w });
      expect(supportVectors(x, t, { w, b: 0.5 }, 0)).to.deep.equal([2, 3, 4]);
    });

    it('refuses sizes that do not fit', () => {
      const line = { w: zeros(2), b: 0 };
      expect(() => supportVectors(zeros(3, 2), zeros(2), line, 0)).to.throw(RangeError);
      expect(() => supportVectors(zeros(3, 4), zeros(3), line, 0)).to.throw(RangeError);
    });
  });

  /** Two samples and three, with the products 1, 9, −4 and 12, −3, 2. */
  const A = array([
    [1, 2],
    [3, -1],
  ]);
  const B = array([
    [3.5, -1.25],
    [3, 3],
    [-0, -2],
  ]);

  describe('19.6 linearKernel', () => {
    it('multiplies every row of one with every row of the other', () => {
      expect(linearKernel(A, B)).to.almostEqual([
        [1, 9, -4],
        [11.75, 6, 2],
      ]);
    });

    it('is symmetric for one set of samples, with their squared lengths on the diagonal', () => {
      const x = array([
        [1, 2, -2],
        [0.5, -1, 3],
        [4, 0, 1],
        [-2, 2, 2],
      ]);
      expect(linearKernel(x, x)).to.almostEqual([
        [9, -7.5, 2, -2],
        [-7.5, 10.25, 5, 3],
        [2, 5, 17, -6],
        [-2, 3, -6, 12],
      ]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [a, b] = [turned(A), turned(B)];
      expect(() => linearKernel(a, b)).to.leaveUnchanged({ a, b });
      expect(linearKernel(a, b).get(1, 0)).to.almostEqual(11.75);
    });

    it('keeps its axes where there is no sample, and refuses rows of other lengths', () => {
      expect(linearKernel(zeros(0, 2), B)).to.have.arrayShape([0, 3]);
      expect(linearKernel(A, zeros(0, 2))).to.have.arrayShape([2, 0]);
      expect(() => linearKernel(A, zeros(2, 3))).to.throw(RangeError);
    });
  });

  describe('19.7 polynomialKernel', () => {
    it('raises the products and the offset to the degree', () => {
      expect(polynomialKernel(A, B, { degree: 3, offset: 0.5 })).to.almostEqual([
        [1.5 ** 3, 9.5 ** 3, (-3.5) ** 3],
        [12.25 ** 3, 6.5 ** 3, 2.5 ** 3],
      ]);
    });

    it('is the product of all monomials up to the degree', () => {
      // (a · b + 1)² of two axes: 1, √2·x₁, √2·x₂, x₁², x₂², √2·x₁·x₂.
      const features = ([x1, x2]: readonly [number, number]) => {
        const root = Math.SQRT2;
        return [1, root * x1, root * x2, x1 ** 2, x2 ** 2, root * x1 * x2];
      };
      const [p, q] = [[1.5, -2] as const, [0.75, 3] as const];
      const product = features(p).reduce((sum, value, i) => sum + value * features(q)[i]!, 0);
      const K = polynomialKernel(array([[...p]]), array([[...q]]), { degree: 2, offset: 1 });
      expect(K).to.almostEqual([[product]]);
    });

    it('is the linear kernel for degree 1 and offset 0', () => {
      expect(polynomialKernel(A, B, { degree: 1, offset: 0 })).to.almostEqual([
        [1, 9, -4],
        [11.75, 6, 2],
      ]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [a, b] = [turned(A), turned(B)];
      const options = { degree: 2, offset: 0.5 };
      expect(() => polynomialKernel(a, b, options)).to.leaveUnchanged({ a, b, options });
      expect(polynomialKernel(a, b, options).get(0, 2)).to.almostEqual(12.25);
    });

    it('keeps its axes where there is no sample, and refuses rows of other lengths', () => {
      const options = { degree: 2, offset: 1 };
      expect(polynomialKernel(A, zeros(0, 2), options)).to.have.arrayShape([2, 0]);
      expect(() => polynomialKernel(A, zeros(2, 3), options)).to.throw(RangeError);
    });
  });

  describe('19.8 gaussianKernel', () => {
    it('falls with the square of the distance, as γ says', () => {
      // Squared distances of (1, 2), (3, −1) to each: 16.8125, 5, 17 and 0.3125, 16, 10.
      const K = gaussianKernel(A, B, 0.2);
      const distances = [
        [16.8125, 5, 17],
        [0.3125, 16, 10],
      ];
      expect(K).to.almostEqual(distances.map((row) => row.map((d) => Math.exp(-0.2 * d))));
    });

    it('is 1 for a sample and itself, far from 0 too', () => {
      const x = array([
        [1e8, -1e8],
        [1e8, 1 - 1e8],
        [3, 4],
      ]);
      const e = Math.exp(-0.5);
      expect(gaussianKernel(x, x, 0.5)).to.almostEqual([
        [1, e, 0],
        [e, 1, 0],
        [0, 0, 1],
      ]);
    });

    it('makes a matrix that is symmetric and that no combination of samples takes below 0', () => {
      const random = seededRandom(6);
      const x = randomNormal(random, 1, 9, 4);
      const K = gaussianKernel(x, x, 0.3);
      expect(copy(K.transpose(1, 0))).to.almostEqual(K);
      for (let k = 0; k < 50; k++) {
        const z = randomNormal(random, 1, 9);
        let form = 0;
        for (let n = 0; n < 9; n++) {
          for (let m = 0; m < 9; m++) form += z.get(n) * K.get(n, m) * z.get(m);
        }
        expect(form, 'zᵀ · K · z').to.be.above(0);
      }
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [a, b] = [turned(A), turned(B)];
      expect(() => gaussianKernel(a, b, 0.2)).to.leaveUnchanged({ a, b });
      expect(gaussianKernel(a, b, 0.2).get(0, 1)).to.almostEqual(Math.exp(-1));
    });

    it('keeps its axes where there is no sample, and refuses rows of other lengths', () => {
      expect(gaussianKernel(zeros(0, 2), B, 1)).to.have.arrayShape([0, 3]);
      expect(() => gaussianKernel(A, zeros(2, 3), 1)).to.throw(RangeError);
    });
  });

  /** Three training samples, two to judge. */
  const MACHINE = { alpha: array([0.5, 2, 1.25]), b: -0.75 };
  const TARGETS = array([1, -1, 1]);
  const TABLE = array([
    [2, -1],
    [0.5, 3],
    [4, 0.8],
  ]);

  describe('19.9 kernelScores', () => {
    it('adds up what each training sample says, with its target and its α', () => {
      // 1 − 1 + 5 − ¾, and −½ − 6 + 1 − ¾.
      expect(kernelScores(MACHINE, TARGETS, TABLE)).to.almostEqual([4.25, -6.25]);
    });

    it('is w · x + b with the linear kernel', () => {
      // w = ½ · (1, 2) − 2 · (3, −1) + 1¼ · (0, 4) = (−5.5, 8); at (2, 1) that is −3 − ¾.
      const K = array([[4], [5], [4]]);
      expect(kernelScores(MACHINE, TARGETS, K)).to.almostEqual([-3.75]);
    });

    it('is b where no sample counts, and where there is none', () => {
      const none = { alpha: zeros(3), b: 1.5 };
      expect(kernelScores(none, TARGETS, TABLE)).to.almostEqual([1.5, 1.5]);
      expect(kernelScores({ alpha: zeros(0), b: 2 }, zeros(0), zeros(0, 4))).to.almostEqual([
        2, 2, 2, 2,
      ]);
      expect(kernelScores(MACHINE, TARGETS, zeros(3, 0))).to.have.arrayShape([0]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const machine = { alpha: spread(MACHINE.alpha), b: -0.75 };
      const [t, K] = [spread(TARGETS), turned(TABLE)];
      expect(() => kernelScores(machine, t, K)).to.leaveUnchanged({ machine, t, K });
      expect(kernelScores(machine, t, K)).to.almostEqual([4.25, -6.25]);
    });

    it('refuses sizes that do not fit', () => {
      expect(() => kernelScores(MACHINE, TARGETS, zeros(2, 3))).to.throw(RangeError);
      expect(() => kernelScores(MACHINE, zeros(2), TABLE)).to.throw(RangeError);
      expect(() => kernelScores({ alpha: zeros(2), b: 0 }, TARGETS, TABLE)).to.throw(RangeError);
    });
  });

  describe('19.10 kernelPerceptron', () => {
    const x = array([
      [1, 0.5],
      [2, -1],
      [-1, -0.25],
      [0.5, -2],
    ]);
    const t = array([1, -1, 1, -1]);

    it('takes a score of 0 for a mistake, whatever the target', () => {
      const K = array([
        [1, 0],
        [0, 1],
      ]);
      // Sample 0, target −1: 0, a mistake, b = −1. Sample 1, target −1: −1, right.
      const { alpha, b } = kernelPerceptron(array([-1, -1]), K, 9);
      expect(alpha).to.almostEqual([1, 0]);
      expect(b).to.equal(-1);
    });

    it('counts its mistakes about each sample, and adds up the targets in b', () => {
      // K: 1.25 1.5 −1.125 −0.5 / 1.5 5 −1.75 3 / −1.125 −1.75 1.0625 0 / −0.5 3 0 4.25.
      // Sample 0: 0, a mistake: b = 1. Sample 1: 1.5 + 1, a mistake: b = 0.
      // Sample 2: −1.125 + 1.75 = 0.625, right. Sample 3: −0.5 − 3, right. Epoch 2:
      // Sample 0: 1.25 − 1.5, a mistake: α₀ = 2, b = 1. Then 3 − 5 + 1, −2.25 + 1.75 + 1 and −1 − 3 + 1, all right.
      // Epoch 3: 2.5 − 1.5 + 1, and all are right.
      const one = kernelPerceptron(t, products(x), 1);
      expect(one.alpha).to.almostEqual([1, 1, 0, 0]);
      expect(one.b).to.equal(0);
      const all = kernelPerceptron(t, products(x), 20);
      expect(all.alpha).to.almostEqual([2, 1, 0, 0]);
      expect(all.b).to.equal(1);
    });

    it('lets a sample count as often as it was wrong about it', () => {
      // One axis, at 1 and 4. Both are mistakes at first. Then sample 0: 1 − 4 + 0, 2 − 4 + 1 and 3 − 4 + 2, the last
      // of which is right, and sample 1: 8 − 16 + 1 and 12 − 16 + 2.
      const { alpha, b } = kernelPerceptron(array([1, -1]), products(array([[1], [4]])), 30);
      expect(alpha).to.almostEqual([3, 1]);
      expect(b).to.equal(2);
    });

    it('parts what no line can, with a kernel', () => {
      // Exclusive or at (±1, ±1), (a · b + 1)²: 9 for a sample and itself and 1 for all others.
      const targets = array([1, -1, -1, 1]);
      const K = filled([4, 4], (n, m) => (n === m ? 9 : 1));
      const machine = kernelPerceptron(targets, K, 50);
      const right = scores(machine, targets, K).map((score, n) => score * targets.get(n) > 0);
      expect(right).to.deep.equal([true, true, true, true]);
    });

    it('goes on for no more than the epochs that are allowed', () => {
      // No machine can be right about two samples that are the same.
      const K = filled([2, 2], () => 1);
      const { alpha, b } = kernelPerceptron(array([1, -1]), K, 7);
      expect(alpha).to.almostEqual([7, 7]);
      expect(b).to.equal(0);
      expect(kernelPerceptron(array([1, -1]), K, 0).alpha).to.almostEqual([0, 0]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [targets, K] = [spread(t), turned(products(x))];
      expect(() => kernelPerceptron(targets, K, 20)).to.leaveUnchanged({ t: targets, K });
      expect(kernelPerceptron(targets, K, 20).alpha).to.almostEqual([2, 1, 0, 0]);
    });

    it('refuses a kernel that is not square, and sizes that do not fit', () => {
      expect(() => kernelPerceptron(t, zeros(4, 3), 1)).to.throw(RangeError);
      expect(() => kernelPerceptron(t, zeros(3, 3), 1)).to.throw(RangeError);
    });
  });

  describe('19.11 smoStep', () => {
    /** Four samples on a line, at 3, 1, −1 and −2; the targets are 1, 1, −1 and −1. */
    const K = products(array([[3], [1], [-1], [-2]]));
    const t = array([1, 1, -1, -1]);

    it('finds the best of two samples, with targets that differ, 1 and −1 alike, and their bias', () => {
      // Scores 4, 2, −¾ and −3⅞, so E is 3, 1, ¼ and −2⅞. η is 4 + 2 + 2, 6 + 4 − 2 and 7 + 2 − 1: always 8.
      const problem = {
        t,
        K: array([
          [6, 1, 0, -1],
          [1, 4, -1, 0],
          [0, -1, 2, 0.5],
          [-1, 0, 0.5, 7],
        ]),
        C: 5,
      };
      const from = { alpha: array([0.5, 0.25, 0.25, 0.5]), b: 0.25 };
      const [apart, ones, minuses] = (
        [
          [1, 2],
          [0, 1],
          [3, 2],
        ] as [number, number][]
      ).map((pair) => smoStep(from, pair, problem));
      // α₂ falls by ¾/8, and so does α₁: b = ¼ − 1 + 4 · 0.09375 + 0.09375.
      expect(apart!.alpha).to.almostEqual([0.5, 0.15625, 0.15625, 0.5]);
      expect(apart!.b).to.almostEqual(-0.28125);
      // α₁ grows by 2/8, and α₀ falls by it: b = ¼ − 3 + ¼ · 6 − ¼ · 1.
      expect(ones!.alpha).to.almostEqual([0.25, 0.5, 0.25, 0.5]);
      expect(ones!.b).to.almostEqual(-1.5);
      // α₂ grows by 3⅛/8, and α₃ falls by it: b = ¼ + 2⅞ − 0.390625 · 7 + 0.390625 · ½.
      expect(minuses!.alpha).to.almostEqual([0.5, 0.25, 0.640625, 0.109375]);
      expect(minuses!.b).to.almostEqual(0.5859375);
    });

    it('takes the errors with b, and leaves all other samples as they are', () => {
      // w = ½ · 3 + ¼ · 1 − ¼ · −1 − ½ · −2 = 3; scores 9.5, 3.5, −2.5, −5.5 with b = ½.
      // i = 3, j = 0: E₃ = −4.5, E₀ = 8.5, η = 4 + 9 + 12 = 25: α₀ = ½ + (−13)/25 = −0.02, cut off at low = 0.
      // α₃ = ½ − ½ = 0. Both are at an end: b₃ = ½ + 4.5 + (−½)(4) − (−½)(−6) = 0; b₀ = ½ − 8.5 + 3 + 4.5 = −½.
      const from = { alpha: array([0.5, 0.25, 0.25, 0.5]), b: 0.5 };
      const { alpha, b } = smoStep(from, [3, 0], { t, K, C: 5 });
      expect(alpha).to.almostEqual([0, 0.25, 0.25, 0]);
      expect(b).to.almostEqual(-0.25);
    });

    it('keeps the sum of two samples with targets alike', () => {
      // i = 0, j = 1 from α = (0.3, 0.1, 0.2, 0.2), b = −¼: w = 0.9 + 0.1 + 0.2 + 0.4 = 1.6; E₀ = 3.55, E₁ = 0.35.
      // η = 9 + 1 − 6 = 4: α₁ = 0.1 + 3.2/4 = 0.9, cut off at high = 0.4; α₀ = 0.
      // b₁ = −0.25 − 0.35 + 0.3 · 3 − 0.3 · 1 = 0.
      const from = { alpha: array([0.3, 0.1, 0.2, 0.2]), b: -0.25 };
      const { alpha, b } = smoStep(from, [0, 1], { t, K, C: 2 });
      expect(alpha).to.almostEqual([0, 0.4, 0.2, 0.2]);
      expect(b).to.almostEqual(0);
    });

    it('cuts off at C, for targets that differ and for targets alike', () => {
      // Samples 1 and 2 from 0 want ½ each; C is 0.3. b₁ = 0 + 1 − 0.3 − 0.3, b₂ = 0 − 1 + 0.3 + 0.3: 0 halfway.
      const apart = smoStep({ alpha: zeros(4), b: 0 }, [1, 2], { t, K, C: 0.3 });
      expect(apart.alpha).to.almostEqual([0, 0.3, 0.3, 0]);
      expect(apart.b).to.almostEqual(0);
      // Targets alike, α₂ = 0.2 and α₃ = 0.5, C = 0.6: α₂ wants more, and α₃ can give 0.4.
      // w = 0.5 · 3 + 0.2 · 1 + 0.2 · 1 + 0.5 · 2 = 2.9; scores −2.9 and −5.8, E₃ = −4.8, E₂ = −1.9, η = 1.
      // α₂ = 0.2 − (−4.8 + 1.9) = 3.1, cut off at high = min(0.6, 0.7); α₃ = 0.1.
      // b₃ = 4.8 − 0.4 · 4 + 0.4 · 2 = 4.0, and sample 3 is free.
      const from = { alpha: array([0.5, 0.2, 0.2, 0.5]), b: 0 };
      const alike = smoStep(from, [3, 2], { t, K, C: 0.6 });
      expect(alike.alpha).to.almostEqual([0.5, 0.2, 0.6, 0.1]);
      expect(alike.b).to.almostEqual(4);
    });

    it('takes the bias of the second sample where only that is free', () => {
      // i = 0, j = 2, C = ½: w = 1.625, E₀ = 4.875 + ¼ − 1 = 4.125, E₂ = −1.625 + ¼ + 1 = −0.375, η = 9 + 1 + 6 = 16.
      // α₂ = 0.125 − 4.5/16 < 0, cut off at low = 0, and α₀ = 0.375 is free.
      // b₀ = ¼ − 4.125 + 0.125 · 9 + 0.125 · 3 = −2.375.
      const from = { alpha: array([0.5, 0, 0.125, 0]), b: 0.25 };
      const first = smoStep(from, [0, 2], { t, K, C: 0.5 });
      expect(first.alpha).to.almostEqual([0.375, 0, 0, 0]);
      expect(first.b).to.almostEqual(-2.375);
      // The other way round: the same pair, the same line.
      const second = smoStep(from, [2, 0], { t, K, C: 0.5 });
      expect(second.alpha).to.almostEqual([0.375, 0, 0, 0]);
      expect(second.b).to.almostEqual(-2.375);
    });

    it('never lowers what it maximizes, and keeps the sum of α · t', () => {
      const random = seededRandom(9);
      const gram = products(randomNormal(random, 1, 6, 3));
      const targets = array([1, -1, 1, 1, -1, -1]);
      let machine: KernelMachine = { alpha: array([0.4, 0.7, 0.1, 0.5, 0.2, 0.1]), b: 0.3 };
      for (const pair of [
        [0, 1],
        [2, 4],
        [5, 3],
        [1, 2],
        [4, 0],
        [3, 5],
      ] as [number, number][]) {
        const next = smoStep(machine, pair, { t: targets, K: gram, C: 0.8 });
        const [before, after] = [dual(machine, targets, gram), dual(next, targets, gram)];
        expect(after - before, 'what it gains').to.be.above(-1e-12);
        expect(balance(next, targets)).to.almostEqual(0, { absolute: 1e-12 });
        machine = next;
      }
    });

    it('changes nothing where two samples are the same, or neither can move', () => {
      const same = filled([2, 2], () => 4);
      const start = { alpha: array([0.25, 0.25]), b: 0.5 };
      const kept = smoStep(start, [0, 1], { t: array([1, -1]), K: same, C: 1 });
      expect(kept.alpha).to.almostEqual([0.25, 0.25]);
      expect(kept.b).to.equal(0.5);
      // Both at 0, targets alike: low and high are 0.
      const shut = smoStep({ alpha: zeros(4), b: 0.75 }, [0, 1], { t, K, C: 1 });
      expect(shut.alpha).to.almostEqual([0, 0, 0, 0]);
      expect(shut.b).to.equal(0.75);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const machine = { alpha: spread(array([0.3, 0.1, 0.2, 0.2])), b: -0.25 };
      const problem = { t: spread(t), K: turned(K), C: 2 };
      expect(() => smoStep(machine, [0, 1], problem)).to.leaveUnchanged({ machine, problem });
      expect(smoStep(machine, [0, 1], problem).alpha).to.almostEqual([0, 0.4, 0.2, 0.2]);
    });

    it('refuses a sample as its own partner, and sizes that do not fit', () => {
      const machine = { alpha: zeros(4), b: 0 };
      expect(() => smoStep(machine, [2, 2], { t, K, C: 1 })).to.throw(RangeError);
      expect(() => smoStep(machine, [0, 1], { t: zeros(3), K, C: 1 })).to.throw(RangeError);
      expect(() => smoStep({ alpha: zeros(3), b: 0 }, [0, 1], { t, K, C: 1 })).to.throw(RangeError);
      expect(() => smoStep(machine, [0, 1], { t, K: zeros(4, 3), C: 1 })).to.throw(RangeError);
    });
  });

  describe('19.12 trainKernelMachine', () => {
    const options = { C: 10, tolerance: 1e-6, maxSweeps: 1000 };

    it('finds the line with the greatest margin', () => {
      // Between (1, 1) and (−1, 0) the best line is 4x₁ + 2x₂ = 1: w = (0.8, 0.4), b = −0.2, and α = 0.4 for both.
      const x = array([
        [1, 1],
        [2, 3],
        [4, 2],
        [-1, 0],
        [-2, -2],
        [-3, -1],
        [3, 4],
      ]);
      const t = array([1, 1, 1, -1, -1, -1, 1]);
      // It ends with a sweep that changes nothing: so many as are allowed would take hours.
      const patient = { ...options, maxSweeps: 1e9 };
      const { alpha, b } = trainKernelMachine(t, products(x), patient, seededRandom(1));
      expect(alpha).to.almostEqual([0.4, 0, 0, 0.4, 0, 0, 0], { absolute: 1e-5 });
      expect(b).to.almostEqual(-0.2, { absolute: 1e-5 });
    });

    it('lets no sample count more than C', () => {
      // At 2 and −2 and, mislabelled, at −1: one axis.
      const K = products(array([[2], [-2], [-1]]));
      const t = array([1, -1, 1]);
      const machine = trainKernelMachine(t, K, { ...options, C: 0.1 }, seededRandom(2));
      expect(faults(machine, t, K, 0.1, 1e-5)).to.deep.equal([]);
      expect(Math.max(...machine.alpha.data)).to.almostEqual(0.1);
    });

    it('gives every sample what its α asks for, whichever partners it tries', () => {
      const random = seededRandom(5);
      const x = randomNormal(random, 1, 18, 2);
      // A circle, with one mistake.
      const t = filled([18], (n) => {
        const inside = x.get(n!, 0) ** 2 + x.get(n!, 1) ** 2 < 1.2;
        return inside === (n === 4) ? 1 : -1;
      });
      const K = filled([18, 18], (n, m) =>
        Math.exp(-((x.get(n!, 0) - x.get(m!, 0)) ** 2) - (x.get(n!, 1) - x.get(m!, 1)) ** 2),
      );
      for (const seed of [1, 2]) {
        const asked = { C: 1.5, tolerance: 1e-4, maxSweeps: 2000 };
        const machine = trainKernelMachine(t, K, asked, seededRandom(seed));
        expect(faults(machine, t, K, 1.5, 2e-4), `seed ${seed}`).to.deep.equal([]);
      }
    });

    it('parts what no line can, with a kernel', () => {
      // Exclusive or with (a · b + 1)²: by symmetry all α are alike and b is 0; 9α − 1α − 1α + 1α = 1.
      const t = array([1, -1, -1, 1]);
      const K = filled([4, 4], (n, m) => (n === m ? 9 : 1));
      const { alpha, b } = trainKernelMachine(t, K, options, seededRandom(3));
      expect(alpha).to.almostEqual([0.125, 0.125, 0.125, 0.125], { absolute: 1e-5 });
      expect(b).to.almostEqual(0, { absolute: 1e-5 });
    });

    it('stops after the sweeps that are allowed', () => {
      const K = products(array([[1], [-3]]));
      const t = array([1, -1]);
      const none = trainKernelMachine(t, K, { ...options, maxSweeps: 0 }, seededRandom(1));
      expect(none.alpha).to.almostEqual([0, 0]);
      expect(none.b).to.equal(0);
      // One step is all it takes: w = ½, and −½ · 3 + b = −1.
      const one = trainKernelMachine(t, K, { ...options, maxSweeps: 1 }, seededRandom(1));
      expect(one.alpha).to.almostEqual([0.125, 0.125]);
      expect(one.b).to.almostEqual(0.5);
    });

    it('is content with what is off by no more than the tolerance', () => {
      // At first every sample is off by 1.
      const K = products(array([[1], [-3]]));
      const train = (tolerance: number) =>
        trainKernelMachine(array([1, -1]), K, { ...options, tolerance }, seededRandom(1));
      expect(train(1.5).alpha).to.almostEqual([0, 0]);
      expect(train(1).alpha).to.almostEqual([0, 0]);
      expect(train(0.75).alpha).to.almostEqual([0.125, 0.125]);
    });

    it('gets further in many sweeps than in one', () => {
      const random = seededRandom(7);
      const x = randomNormal(random, 1, 14, 2);
      const t = filled([14], (n) => (x.get(n!, 0) * x.get(n!, 1) > 0 ? 1 : -1));
      const K = map(products(x), (product) => (product + 1) ** 2);
      const reached = (maxSweeps: number): number =>
        dual(trainKernelMachine(t, K, { ...options, C: 3, maxSweeps }, seededRandom(2)), t, K);
      // What it maximizes only grows, and has one maximum.
      expect(reached(2) - reached(1), 'gained by the second sweep').to.be.above(1e-6);
      expect(reached(1000) - reached(2), 'gained by all others').to.be.above(1e-6);
    });

    it('is made of nothing but the generator, and leaves its arguments unchanged', () => {
      const [t, K] = [
        spread(array([1, -1, 1, -1])),
        turned(products(randomNormal(seededRandom(8), 1, 4, 2))),
      ];
      const train = (seed: number) => trainKernelMachine(t, K, options, seededRandom(seed));
      expect(() => train(4)).to.leaveUnchanged({ t, K });
      expect(copy(train(4).alpha)).to.almostEqual(train(4).alpha);
      expect(faults(train(4), copy(t), copy(K), 10, 1e-5)).to.deep.equal([]);
    });

    it('refuses a kernel that is not square, and sizes that do not fit', () => {
      const train = (K: Tensor) => trainKernelMachine(zeros(4), K, options, seededRandom(1));
      expect(() => train(zeros(4, 3))).to.throw(RangeError);
      expect(() => train(zeros(3, 3))).to.throw(RangeError);
    });
  });
});
