import { array, map, zeros, type Tensor } from '#arrays';
import { expect } from '#checks/expect';
import { turned } from '#checks/fixtures';
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

  it('reads a view through its strides and leaves it, and the results of before, unchanged', () => {
    const x = array([
      [-2.1, 7, 0.3],
      [3, -1, 4.7],
    ]).transpose(1, 0);
    const earlier = f(zeros(3, 2));
    // Written over, so that an array that is handed out twice shows, even if all of it is 1.
    earlier.data.fill(99);
    expect(() => f(x)).to.leaveUnchanged({ x, earlier });
    expect(f(x)).to.almostEqual(map(x, formula));
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
      expect(step(array([-7, -1e-50, 1e-50, 7]))).to.almostEqual([0, 0, 1, 1]);
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

    it('goes on falling where it is small: 1 ⁄ (1 + e²⁵) at −25, and no more than 10⁻¹⁵ at −40', () => {
      // Near 1 float64 is exact to 10⁻¹⁶, so that is what 1 − s or 1 + tanh can be off by.
      expect(sigmoid(array([-25]))).to.almostEqual([1 / (1 + Math.exp(25))], { absolute: 1e-15 });
      expect(sigmoid(array([-40]))).to.almostEqual([0], { absolute: 1e-15 });
    });

    worksEntryByEntry(sigmoid, s);
  });

  describe('02.6 sigmoidDerivative', () => {
    it('is ¼ at 0 and 3⁄16 at ±ln 3', () => {
      const slopes = sigmoidDerivative(array([0, ln(3), -ln(3)]));
      expect(slopes).to.almostEqual([1 / 4, 3 / 16, 3 / 16]);
    });

    it('is 0 at ±1000, never NaN', () => {
      expect(sigmoidDerivative(array([1000, -1000]))).to.almostEqual([0, 0], { absolute: 1e-15 });
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
      expect(reluDerivative(array([-7, -1e-50, 1e-50, 7]))).to.almostEqual([0, 0, 1, 1]);
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
      expect(leakyReluDerivative(array([-8, -1e-50, 1e-50, 3]), 0.25)).to.almostEqual([
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

    it('is 0 to twelve digits at −50 and −1000, and 1000 at 1000, never Infinity', () => {
      expect(softplus(array([-50, -1000]))).to.almostEqual([0, 0]);
      expect(softplus(array([1000]))).to.almostEqual([1000]);
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
      expect(softplusDerivative(array([1000, -1000]))).to.almostEqual([1, 0], { absolute: 1e-15 });
    });

    worksEntryByEntry(softplusDerivative, s);
  });

  describe('02.15 softmax', () => {
    const logits = [
      [0, ln(2), ln(5)],
      [ln(3), ln(4), ln(0.5)],
    ];
    const expected = [
      [1 / 8, 2 / 8, 5 / 8],
      [6 / 15, 8 / 15, 1 / 15],
    ];

    it('divides each exponential by the sum over its own row', () => {
      expect(softmax(array(logits))).to.almostEqual(expected);
    });

    it('gives equal logits equal probabilities, for two classes, one class and four', () => {
      expect(softmax(array([[7, 7]]))).to.almostEqual([[0.5, 0.5]]);
      expect(softmax(array([[-3], [8]]))).to.almostEqual([[1], [1]]);
      expect(softmax(array([[0, 0, 0, 0]]))).to.almostEqual([[0.25, 0.25, 0.25, 0.25]]);
    });

    it('stays finite when the logits are ±1000', () => {
      // ln 3 added to 1000 keeps about 13 of its digits.
      expect(softmax(array([[1000, 1000 + ln(3)]]))).to.almostEqual([[1 / 4, 3 / 4]]);
      expect(softmax(array([[-1000 + ln(4), -1000]]))).to.almostEqual([[4 / 5, 1 / 5]]);
    });

    it('shifts each row by its own maximum, so a small row keeps its values before and after a large one', () => {
      const x = array([
        [0, ln(3)],
        [2000, 0],
        [ln(4), 0],
      ]);
      expect(softmax(x)).to.almostEqual([
        [1 / 4, 3 / 4],
        [1, 0],
        [4 / 5, 1 / 5],
      ]);
    });

    it('reads a view through its strides and leaves it, and the results of before, unchanged', () => {
      const x = turned(array(logits));
      const earlier = softmax(zeros(2, 3));
      expect(() => softmax(x)).to.leaveUnchanged({ x, earlier });
      expect(softmax(x)).to.almostEqual(expected);
    });

    it('returns no rows for no rows', () => {
      expect(softmax(zeros(0, 3))).to.have.arrayShape([0, 3]);
    });

    it('refuses a single row without a batch axis, and rows of rows', () => {
      expect(() => softmax(zeros(3))).to.throw(RangeError);
      expect(() => softmax(zeros(2, 3, 4))).to.throw(RangeError);
    });
  });

  describe('02.16 softmaxJacobian', () => {
    // y = (0.1, 0.2, 0.7)
    const expected = [
      [0.09, -0.02, -0.07],
      [-0.02, 0.16, -0.14],
      [-0.07, -0.14, 0.21],
    ];

    it('has yᵢ(1 − yᵢ) on the diagonal and −yᵢyⱼ beside it', () => {
      expect(softmaxJacobian(array([0, ln(2), ln(7)]))).to.almostEqual(expected);
    });

    it('is 0 for a single class, whose probability is always 1', () => {
      expect(softmaxJacobian(array([4]))).to.almostEqual([[0]]);
    });

    it('stays finite when the logits are ±1000', () => {
      expect(softmaxJacobian(array([1000, -1000]))).to.almostEqual([
        [0, 0],
        [0, 0],
      ]);
    });

    it('reads a view through its strides and leaves it, and the results of before, unchanged', () => {
      const x = array([0, 9, ln(2), 9, ln(7), 9]).step(2);
      const earlier = softmaxJacobian(zeros(3));
      expect(() => softmaxJacobian(x)).to.leaveUnchanged({ x, earlier });
      expect(softmaxJacobian(x)).to.almostEqual(expected);
    });

    it('refuses a batch', () => {
      expect(() => softmaxJacobian(zeros(2, 3))).to.throw(RangeError);
      expect(() => softmaxJacobian(zeros(1, 3))).to.throw(RangeError);
    });
  });

  describe('02.17 deadFraction', () => {
    it('counts the units that are not above 0 for any sample', () => {
      const x = array([
        [-1, 2, -3, -1],
        [-2, -1, 0, -5],
        [-4, -1, -2, 1e-50],
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
        [1, 2],
        [-3, -1],
        [-4, -5],
      ]).transpose(1, 0);
      expect(() => deadFraction(x)).to.leaveUnchanged({ x });
      expect(deadFraction(x)).to.almostEqual(2 / 3);
    });

    it('refuses an array that has not two axes', () => {
      expect(() => deadFraction(zeros(4))).to.throw(RangeError);
      expect(() => deadFraction(zeros(2, 3, 4))).to.throw(RangeError);
    });
  });

  describe('02.18 saturatedFraction', () => {
    it('counts outputs nearer to 0 or to 1 than the margin', () => {
      const y = array([
        [0.01, 0.2, 0.5, 0.052],
        [0.97, 0.999, 0.06, 0.02],
      ]);
      expect(saturatedFraction(y, 0.05)).to.almostEqual(4 / 8);
      expect(saturatedFraction(y, 0.1)).to.almostEqual(6 / 8);
    });

    it('does not count an output exactly at the margin', () => {
      expect(saturatedFraction(array([0.25, 0.75]), 0.25)).to.almostEqual(0);
    });

    it('reads a view through its strides and leaves it unchanged', () => {
      const y = array([0.01, 0.5, 0.6, 0.5, 0.99, 0.5]).step(2);
      expect(() => saturatedFraction(y, 0.1)).to.leaveUnchanged({ y });
      expect(saturatedFraction(y, 0.1)).to.almostEqual(2 / 3);
    });
  });

  describe('02.19 bentLine', () => {
    it('is the offset left of the first knot, and adds a bend at each knot', () => {
      // Slope 2.1 from x = −1, −1 from x = 1, 0.4 from x = 1.5.
      const line = {
        offset: 5,
        scales: array([2.1, -3.1, 1.4]),
        knots: array([-1, 1, 1.5]),
      };
      const x = array([3.5, -4, -1, 1, 0, 1.5]);
      expect(bentLine(x, line)).to.almostEqual([9.5, 5, 5, 9.2, 7.1, 8.7]);
    });

    it('is flat without knots', () => {
      const line = { offset: -2, scales: array([]), knots: array([]) };
      expect(bentLine(array([-1, 1]), line)).to.almostEqual([-2, -2]);
    });

    it('reads views through their strides and leaves them, and the curves of before, unchanged', () => {
      const line = {
        offset: 5,
        scales: array([2.2, 9, -3]).step(2),
        knots: array([0, 9, 1]).step(2),
      };
      const x = array([2, 99, 0.5]).step(2);
      const earlier = bentLine(array([7, 8]), line);
      expect(() => bentLine(x, line)).to.leaveUnchanged({ x, line, earlier });
      expect(bentLine(x, line)).to.almostEqual([6.4, 6.1]);
    });

    it('refuses scales and knots of different lengths', () => {
      const line = { offset: 0, scales: zeros(2), knots: zeros(3) };
      expect(() => bentLine(zeros(1), line)).to.throw(RangeError);
    });
  });

  describe('02.20 fitBentLine', () => {
    it('takes the first height as offset and the changes of slope as scales', () => {
      // Unevenly spaced: slopes 4.2 ⁄ 2 = 2.1, −0.5 ⁄ 0.5 = −1 and 1.6 ⁄ 4 = 0.4.
      const line = fitBentLine(array([-1, 1, 1.5, 5.5]), array([1, 5.2, 4.7, 6.3]));
      expect(line).to.almostEqual({
        offset: 1,
        scales: array([2.1, -3.1, 1.4]),
        knots: array([-1, 1, 1.5]),
      });
    });

    it('draws a straight line through two points', () => {
      const line = fitBentLine(array([-1, 3]), array([4, 2]));
      expect(line).to.almostEqual({ offset: 4, scales: array([-0.5]), knots: array([-1]) });
    });

    it('comes nearer to a parabola by a factor of four when the points stand twice as close', () => {
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

    it('reads views through their strides and leaves them, and the lines of before, unchanged', () => {
      const x = array([3, 2, 0]).step(-1);
      const y = array([5.3, 5, 1]).step(-1);
      const earlier = fitBentLine(array([1, 4, 5]), array([1, 2, 9]));
      expect(() => fitBentLine(x, y)).to.leaveUnchanged({ x, y, earlier });
      expect(fitBentLine(x, y)).to.almostEqual({
        offset: 1,
        scales: array([2, -1.7]),
        knots: array([0, 2]),
      });
    });

    it('returns a line of its own, which stays when the points are moved afterwards', () => {
      const [x, y] = [array([0, 2, 3]), array([1, 5, 5.3])];
      const { scales, knots } = fitBentLine(x, y);
      for (const points of [x, y]) points.data.fill(99);
      expect({ scales, knots }).to.almostEqual({ scales: array([2, -1.7]), knots: array([0, 2]) });
    });

    it('refuses x and y of different lengths', () => {
      expect(() => fitBentLine(zeros(3), zeros(2))).to.throw(RangeError);
      expect(() => fitBentLine(zeros(2), zeros(3))).to.throw(RangeError);
    });
  });
});
