import { array, map, zeros, type Tensor } from '#arrays';
import { expect } from '#checks/expect';
import {
  bentLine,
  deadFraction,
  fitBentLine,
  identity,
  identityDerivative,
  leakyRelu,
  leakyReluDerivative,
  relu,
  reluDerivative,
  saturatedFraction,
  sigmoid,
  sigmoidDerivative,
  softmax,
  softmaxJacobian,
  softplus,
  softplusDerivative,
  step,
  stepDerivative,
  tanh,
  tanhDerivative,
} from '#lessons/02-activations';

// The inputs are logarithms of small numbers, so that every expected value is a fraction worked out by hand:
// with x = ln 3, eˣ is 3 and e⁻ˣ is ⅓.
const { log: ln } = Math;

/**
 * What every function that works entry by entry must do.
 *
 * @param f the exercise
 * @param formula what it computes from one number, as the textbook writes it; good enough for small numbers
 */
function worksEntryByEntry(f: (x: Tensor) => Tensor, formula: (v: number) => number): void {
  it('keeps the shape, whether the array has three axes or no entries', () => {
    expect(f(zeros(2, 3, 4))).to.have.arrayShape([2, 3, 4]);
    expect(f(zeros(0, 3))).to.have.arrayShape([0, 3]);
  });

  it('reads a view through its strides and leaves it unchanged', () => {
    const x = array([
      [-2, 7, 0.5],
      [3, -1, 4],
    ]);
    expect(x).to.be.unchangedBy(() => f(x));
    expect(f(x.transpose(1, 0))).to.almostEqual([
      [formula(-2), formula(3)],
      [formula(7), formula(-1)],
      [formula(0.5), formula(4)],
    ]);
  });
}

/** The textbook's sigmoid, right for the small numbers it is used on here. */
const s = (v: number): number => 1 / (1 + Math.exp(-v));

describe('02-activations', () => {
  describe('02.1 identity', () => {
    it('returns what it gets', () => {
      expect(identity(array([-3, 0, 2.5]))).to.almostEqual([-3, 0, 2.5]);
    });

    it('returns a new array, so that writing to it leaves the input alone', () => {
      const x = array([1, 2]);
      identity(x).set(0, 99);
      expect(x).to.almostEqual([1, 2]);
    });

    worksEntryByEntry(identity, (v) => v);
  });

  describe('02.2 identityDerivative', () => {
    it('is 1 everywhere', () => {
      expect(identityDerivative(array([-3, 0, 2.5]))).to.almostEqual([1, 1, 1]);
    });

    worksEntryByEntry(identityDerivative, () => 1);
  });

  describe('02.3 step', () => {
    it('is 0 below zero and 1 above', () => {
      expect(step(array([-7, -1e-9, 1e-9, 7]))).to.almostEqual([0, 0, 1, 1]);
    });

    it('is 0 at 0', () => {
      expect(step(array([0]))).to.almostEqual([0]);
    });

    worksEntryByEntry(step, (v) => (v > 0 ? 1 : 0));
  });

  describe('02.4 stepDerivative', () => {
    it('is 0 on both sides of the jump, and 0 at it', () => {
      expect(stepDerivative(array([-2, 0, 2]))).to.almostEqual([0, 0, 0]);
    });

    worksEntryByEntry(stepDerivative, () => 0);
  });

  describe('02.5 sigmoid', () => {
    it('is ½ at 0, ¾ at ln 3 and ¼ at −ln 3', () => {
      expect(sigmoid(array([0, ln(3), -ln(3)]))).to.almostEqual([1 / 2, 3 / 4, 1 / 4]);
    });

    it('is 1 at 1000 and 0 at −1000, never NaN', () => {
      expect(sigmoid(array([1000, -1000]))).to.almostEqual([1, 0]);
    });

    it('keeps the digits of tiny values: e⁻⁵⁰ at −50', () => {
      expect(sigmoid(array([-50]))).to.almostEqual([Math.exp(-50)], { relative: 1e-9 });
    });

    worksEntryByEntry(sigmoid, s);
  });

  describe('02.6 sigmoidDerivative', () => {
    it('is ¼ at 0 and 3⁄16 at ±ln 3', () => {
      const slopes = sigmoidDerivative(array([0, ln(3), -ln(3)]));
      expect(slopes).to.almostEqual([1 / 4, 3 / 16, 3 / 16]);
    });

    it('is 0 at ±1000, never NaN', () => {
      expect(sigmoidDerivative(array([1000, -1000]))).to.almostEqual([0, 0]);
    });

    worksEntryByEntry(sigmoidDerivative, (v) => s(v) * (1 - s(v)));
  });

  describe('02.7 tanh', () => {
    it('is 0 at 0, 3⁄5 at ln 2 and −3⁄5 at −ln 2', () => {
      expect(tanh(array([0, ln(2), -ln(2)]))).to.almostEqual([0, 3 / 5, -3 / 5]);
    });

    it('is ±1 at ±1000, never NaN', () => {
      expect(tanh(array([1000, -1000]))).to.almostEqual([1, -1]);
    });

    worksEntryByEntry(tanh, (v) => 2 * s(2 * v) - 1);
  });

  describe('02.8 tanhDerivative', () => {
    it('is 1 at 0 and 16⁄25 at ±ln 2', () => {
      const slopes = tanhDerivative(array([0, ln(2), -ln(2)]));
      expect(slopes).to.almostEqual([1, 16 / 25, 16 / 25]);
    });

    it('is 0 at ±1000, never NaN', () => {
      expect(tanhDerivative(array([1000, -1000]))).to.almostEqual([0, 0]);
    });

    worksEntryByEntry(tanhDerivative, (v) => 4 * s(2 * v) * (1 - s(2 * v)));
  });

  describe('02.9 relu', () => {
    it('lets positive numbers through and turns the others into 0', () => {
      expect(relu(array([-7, -0.5, 0, 0.5, 1000]))).to.almostEqual([0, 0, 0, 0.5, 1000]);
    });

    worksEntryByEntry(relu, (v) => (v > 0 ? v : 0));
  });

  describe('02.10 reluDerivative', () => {
    it('is 0 below zero and 1 above', () => {
      expect(reluDerivative(array([-7, -1e-9, 1e-9, 7]))).to.almostEqual([0, 0, 1, 1]);
    });

    it('is 0 at the kink', () => {
      expect(reluDerivative(array([0]))).to.almostEqual([0]);
    });

    worksEntryByEntry(reluDerivative, (v) => (v > 0 ? 1 : 0));
  });

  describe('02.11 leakyRelu', () => {
    it('lets positive numbers through and multiplies the others by the slope', () => {
      expect(leakyRelu(array([-8, -1, 0, 3]), 0.25)).to.almostEqual([-2, -0.25, 0, 3]);
    });

    it('is ReLU when the slope is 0', () => {
      expect(leakyRelu(array([-8, 3]), 0)).to.almostEqual([0, 3], { absolute: 0 });
    });

    worksEntryByEntry(
      (x) => leakyRelu(x, 0.1),
      (v) => (v > 0 ? v : v / 10),
    );
  });

  describe('02.12 leakyReluDerivative', () => {
    it('is the slope below zero and 1 above', () => {
      expect(leakyReluDerivative(array([-8, -1e-9, 1e-9, 3]), 0.25)).to.almostEqual([
        0.25, 0.25, 1, 1,
      ]);
    });

    it('is the slope at the kink', () => {
      expect(leakyReluDerivative(array([0]), 0.25)).to.almostEqual([0.25]);
    });

    worksEntryByEntry(
      (x) => leakyReluDerivative(x, 0.1),
      (v) => (v > 0 ? 1 : 1 / 10),
    );
  });

  describe('02.13 softplus', () => {
    it('is ln 2 at 0, ln 4 at ln 3 and ln 1.5 at −ln 2', () => {
      expect(softplus(array([0, ln(3), -ln(2)]))).to.almostEqual([ln(2), ln(4), ln(1.5)]);
    });

    it('is 1000 at 1000 and 0 at −1000, never Infinity', () => {
      expect(softplus(array([1000, -1000]))).to.almostEqual([1000, 0]);
    });

    it('keeps the digits of tiny values: e⁻⁵⁰ at −50', () => {
      expect(softplus(array([-50]))).to.almostEqual([Math.exp(-50)], { relative: 1e-9 });
    });

    worksEntryByEntry(softplus, (v) => ln(1 + Math.exp(v)));
  });

  describe('02.14 softplusDerivative', () => {
    it('is the sigmoid: ½ at 0, ¾ at ln 3 and ¼ at −ln 3', () => {
      const slopes = softplusDerivative(array([0, ln(3), -ln(3)]));
      expect(slopes).to.almostEqual([1 / 2, 3 / 4, 1 / 4]);
    });

    it('is 1 at 1000 and 0 at −1000, never NaN', () => {
      expect(softplusDerivative(array([1000, -1000]))).to.almostEqual([1, 0]);
    });

    worksEntryByEntry(softplusDerivative, s);
  });

  describe('02.15 softmax', () => {
    it('divides each exponential by the sum over its own row', () => {
      const x = array([
        [0, ln(2), ln(5)],
        [ln(3), 0, 0],
      ]);
      expect(softmax(x)).to.almostEqual([
        [1 / 8, 2 / 8, 5 / 8],
        [3 / 5, 1 / 5, 1 / 5],
      ]);
    });

    it('gives equal scores equal probabilities, for two classes, one class and four', () => {
      expect(softmax(array([[7, 7]]))).to.almostEqual([[0.5, 0.5]]);
      expect(softmax(array([[-3], [8]]))).to.almostEqual([[1], [1]]);
      expect(softmax(array([[0, 0, 0, 0]]))).to.almostEqual([[0.25, 0.25, 0.25, 0.25]]);
    });

    it('stays finite when the scores are ±1000', () => {
      const x = array([
        [1000, 1000 + ln(3)],
        [-1000, -1000 + ln(3)],
      ]);
      // ln 3 added to 1000 keeps about 13 of its digits.
      expect(softmax(x)).to.almostEqual(
        [
          [1 / 4, 3 / 4],
          [1 / 4, 3 / 4],
        ],
        { relative: 1e-9 },
      );
    });

    it('shifts each row by its own maximum, so a small row beside a large one keeps its values', () => {
      const x = array([
        [0, ln(3)],
        [2000, 0],
      ]);
      expect(softmax(x)).to.almostEqual([
        [1 / 4, 3 / 4],
        [1, 0],
      ]);
    });

    it('reads a view through its strides and leaves it unchanged', () => {
      const x = array([
        [0, ln(3)],
        [ln(2), 0],
        [ln(5), 0],
      ]);
      expect(x).to.be.unchangedBy(() => softmax(x));
      expect(softmax(x.transpose(1, 0))).to.almostEqual([
        [1 / 8, 2 / 8, 5 / 8],
        [3 / 5, 1 / 5, 1 / 5],
      ]);
    });

    it('returns no rows for no rows', () => {
      expect(softmax(zeros(0, 3))).to.have.arrayShape([0, 3]);
    });

    it('refuses a single row without a batch axis, naming its shape', () => {
      expect(() => softmax(zeros(3))).to.throw(RangeError, /softmax.*\(3\)/);
    });
  });

  describe('02.16 softmaxJacobian', () => {
    it('has yᵢ(1 − yᵢ) on the diagonal and −yᵢyⱼ beside it', () => {
      // y = (⅛, ²⁄₈, ⅝), so every entry is a whole number over 64.
      expect(softmaxJacobian(array([0, ln(2), ln(5)]))).to.almostEqual([
        [7 / 64, -2 / 64, -5 / 64],
        [-2 / 64, 12 / 64, -10 / 64],
        [-5 / 64, -10 / 64, 15 / 64],
      ]);
    });

    it('is 0 for a single class, whose probability is always 1', () => {
      expect(softmaxJacobian(array([4]))).to.almostEqual([[0]]);
    });

    it('stays finite when the scores are ±1000', () => {
      expect(softmaxJacobian(array([1000, -1000]))).to.almostEqual([
        [0, 0],
        [0, 0],
      ]);
    });

    it('reads a view through its strides and leaves it unchanged', () => {
      const x = array([0, 9, ln(2), 9, ln(5), 9]);
      expect(x).to.be.unchangedBy(() => softmaxJacobian(x));
      expect(softmaxJacobian(x.step(2)).pick(0, null)).to.almostEqual([7 / 64, -2 / 64, -5 / 64]);
    });

    it('refuses a batch, naming its shape', () => {
      expect(() => softmaxJacobian(zeros(2, 3))).to.throw(RangeError, /softmaxJacobian.*\(2, 3\)/);
    });
  });

  describe('02.17 deadFraction', () => {
    it('counts the units that are not above 0 for any sample', () => {
      const x = array([
        [-1, 2, -3, -1],
        [-2, -1, 0, -5],
        [-4, -1, -2, 1],
      ]);
      expect(deadFraction(x)).to.almostEqual(2 / 4);
    });

    it('is 0 when every unit is above 0 once, and 1 when none ever is', () => {
      expect(
        deadFraction(
          array([
            [5, -1, 2],
            [-5, 1, -2],
          ]),
        ),
      ).to.almostEqual(0);
      expect(deadFraction(array([[-1, 0]]))).to.almostEqual(1);
    });

    it('reads a view through its strides and leaves it unchanged', () => {
      const x = array([
        [-1, -2],
        [-1, 3],
        [4, -5],
      ]);
      expect(x).to.be.unchangedBy(() => deadFraction(x));
      expect(deadFraction(x)).to.almostEqual(0);
      expect(deadFraction(x.transpose(1, 0))).to.almostEqual(1 / 3);
    });

    it('refuses an array that has not two axes, naming its shape', () => {
      expect(() => deadFraction(zeros(4))).to.throw(RangeError, /deadFraction.*\(4\)/);
    });
  });

  describe('02.18 saturatedFraction', () => {
    it('counts outputs nearer to 0 or to 1 than the margin', () => {
      const y = array([
        [0.01, 0.2, 0.5],
        [0.97, 0.999, 0.06],
      ]);
      expect(saturatedFraction(y, 0.05)).to.almostEqual(3 / 6);
      expect(saturatedFraction(y, 0.1)).to.almostEqual(4 / 6);
    });

    it('does not count an output exactly at the margin', () => {
      expect(saturatedFraction(array([0.25, 0.75]), 0.25)).to.almostEqual(0);
    });

    it('reads a view through its strides and leaves it unchanged', () => {
      const y = array([0.01, 0.5, 0.99, 0.5]);
      expect(y).to.be.unchangedBy(() => saturatedFraction(y, 0.1));
      expect(saturatedFraction(y.step(2), 0.1)).to.almostEqual(1);
    });
  });

  describe('02.19 bentLine', () => {
    it('is the offset left of the first knot, and adds a bend at each knot', () => {
      // Slope 2 from x = 0, and 2 − 3 = −1 from x = 1: the heights are 5, 5, 6, 7, 6, 5.
      const line = { offset: 5, scales: array([2, -3]), knots: array([0, 1]) };
      const x = array([-4, 0, 0.5, 1, 2, 3]);
      expect(bentLine(x, line)).to.almostEqual([5, 5, 6, 7, 6, 5]);
    });

    it('is flat without knots', () => {
      const line = { offset: -2, scales: array([]), knots: array([]) };
      expect(bentLine(array([-1, 1]), line)).to.almostEqual([-2, -2]);
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const scales = array([2, 9, -3]);
      const knots = array([0, 9, 1]);
      const x = array([2, 99, 0.5]);
      const call = (): Tensor =>
        bentLine(x.step(2), { offset: 5, scales: scales.step(2), knots: knots.step(2) });
      for (const argument of [x, scales, knots]) expect(argument).to.be.unchangedBy(call);
      expect(call()).to.almostEqual([6, 6]);
    });

    it('refuses scales and knots of different lengths, naming both shapes', () => {
      const line = { offset: 0, scales: zeros(2), knots: zeros(3) };
      expect(() => bentLine(zeros(1), line)).to.throw(RangeError, /bentLine.*\(2\).*\(3\)/);
    });
  });

  describe('02.20 fitBentLine', () => {
    it('takes the first height as offset and the changes of slope as scales', () => {
      // Through (0, 1), (2, 5), (3, 5), (5, 1): slopes 2, 0 and −2.
      const line = fitBentLine(array([0, 2, 3, 5]), array([1, 5, 5, 1]));
      expect(line).to.almostEqual({
        offset: 1,
        scales: array([2, -2, -2]),
        knots: array([0, 2, 3]),
      });
    });

    it('draws a straight line through two points', () => {
      const line = fitBentLine(array([-1, 3]), array([4, 2]));
      expect(line).to.almostEqual({ offset: 4, scales: array([-0.5]), knots: array([-1]) });
    });

    it('comes four times nearer to a parabola when the points stand twice as close', () => {
      // Between points h apart, the chord of x² is off by h²/4 at most, and by exactly that in the middle.
      for (const pieces of [4, 8, 16]) {
        const h = 2 / pieces;
        const x = array(Array.from({ length: pieces + 1 }, (_, k) => -1 + k * h));
        const { offset, scales, knots } = fitBentLine(
          x,
          map(x, (v) => v * v),
        );
        const middle = -1 + 2.5 * h;
        let height = offset;
        for (let k = 0; k < pieces; k++) {
          height += scales.get(k) * Math.max(0, middle - knots.get(k));
        }
        expect(height - middle * middle).to.almostEqual((h * h) / 4);
      }
    });

    it('reads views through their strides and leaves them unchanged', () => {
      const x = array([3, 2, 0]);
      const y = array([5, 5, 1]);
      const call = (): unknown => fitBentLine(x.step(-1), y.step(-1));
      for (const argument of [x, y]) expect(argument).to.be.unchangedBy(call);
      expect(call()).to.almostEqual({ offset: 1, scales: array([2, -2]), knots: array([0, 2]) });
    });

    it('refuses x and y of different lengths, naming both shapes', () => {
      expect(() => fitBentLine(zeros(3), zeros(2))).to.throw(
        RangeError,
        /fitBentLine.*\(3\).*\(2\)/,
      );
    });
  });
});
