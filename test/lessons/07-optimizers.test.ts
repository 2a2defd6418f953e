import { array, copy, filled, map, zeros } from '#arrays';
import { turned } from '#checks/fixtures';
import { expect } from '#checks/expect';
import type { Params } from '#lessons/06-training';
import {
  adagrad,
  adam,
  adamStart,
  adamUpdate,
  adamw,
  cosineDecay,
  minimize,
  momentum,
  nesterov,
  rmsprop,
  sgd,
  stepDecay,
  warmUp,
  type AdamState,
} from '#lessons/07-optimizers';

// Every expected value is worked out by hand. No two entries, rates or shares are alike, and none is a common default,
// so that one which is written into the code instead of read from the options shows.
const { sqrt } = Math;

const w = array([1, -2, 3]);
const g = array([0.5, -1, 2]);

/** Two rows of three, lying in memory column by column. */
const across = () =>
  turned(
    array([
      [1, -2, 3],
      [0.5, 4, -1],
    ]),
  );
/** A gradient for it. */
const slopes = () =>
  turned(
    array([
      [0.5, -1, 2],
      [3, 0.25, -4],
    ]),
  );

const none = () => zeros(0);

describe('07-optimizers', () => {
  describe('07.1 sgd', () => {
    it('goes against the gradient, by the learning rate times its size', () => {
      expect(sgd(w, g, 0.1)).to.almostEqual([0.95, -1.9, 2.8]);
    });

    it('takes the learning rate that it is given, be it large or tiny', () => {
      expect(sgd(array([4, -1]), array([0.5, 3]), 2)).to.almostEqual([3, -7]);
      expect(sgd(array([4, -1]), array([0.5, 3]), 1e-6)).to.almostEqual([3.9999995, -1.000003]);
    });

    it('reads views through their strides, and leaves them alone', () => {
      const [x, dx] = [across(), slopes()];
      expect(() => sgd(x, dx, 0.5)).to.leaveUnchanged({ x, dx });
      expect(sgd(x, dx, 0.5)).to.almostEqual([
        [0.75, -1.5, 2],
        [-1, 3.875, 1],
      ]);
      expect(sgd(none(), none(), 0.5)).to.almostEqual([]);
    });

    it('refuses a gradient of another shape', () => {
      expect(() => sgd(w, array([1, 2]), 0.1)).to.throw(RangeError);
    });
  });

  describe('07.2 momentum', () => {
    const options = { learningRate: 0.1, momentum: 0.75 };

    it('starts as gradient descent does, and remembers its velocity', () => {
      expect(momentum(w, g, zeros(3), options)).to.almostEqual({
        w: array([0.95, -1.9, 2.8]),
        v: array([-0.05, 0.1, -0.2]),
      });
    });

    it('keeps a share of the velocity, and adds the new one to w', () => {
      // v: 0.75 · (0.4, 0.8, −0.2) − 0.1 · g = (0.3 − 0.05, 0.6 + 0.1, −0.15 − 0.2)
      expect(momentum(w, g, array([0.4, 0.8, -0.2]), options)).to.almostEqual({
        w: array([1.25, -1.3, 2.65]),
        v: array([0.25, 0.7, -0.35]),
      });
    });

    it('approaches 1 / (1 − μ) times the step of gradient descent on a slope that stays', () => {
      let [x, v] = [array([0]), array([0])];
      const [rate, mu] = [0.5, 0.8];
      for (let step = 0; step < 3; step++) {
        ({ w: x, v } = momentum(x, array([2]), v, { learningRate: rate, momentum: mu }));
      }
      // v is −1, −1.8, −2.44, on the way to −5, and x their sum.
      expect({ x, v }).to.almostEqual({ x: array([-5.24]), v: array([-2.44]) });
    });

    it('is gradient descent where nothing is kept', () => {
      const kept = momentum(w, g, array([5, 6, -7]), { learningRate: 0.1, momentum: 0 });
      expect(kept).to.almostEqual({ w: array([0.95, -1.9, 2.8]), v: array([-0.05, 0.1, -0.2]) });
    });

    it('reads views through their strides, and leaves them alone', () => {
      const [x, dx, v] = [
        across(),
        slopes(),
        turned(
          array([
            [4, 8, -4],
            [0, 1, 2],
          ]),
        ),
      ];
      const call = () => momentum(x, dx, v, { learningRate: 0.5, momentum: 0.25 });
      expect(call).to.leaveUnchanged({ x, dx, v });
      expect(call().v).to.almostEqual([
        [0.75, 2.5, -2],
        [-1.5, 0.125, 2.5],
      ]);
      expect(call().w).to.almostEqual([
        [1.75, 0.5, 1],
        [-1, 4.125, 1.5],
      ]);
    });

    it('refuses a gradient or a velocity of another shape', () => {
      expect(() => momentum(w, array([1, 2]), zeros(3), options)).to.throw(RangeError);
      expect(() => momentum(w, g, zeros(2), options)).to.throw(RangeError);
    });
  });

  describe('07.3 nesterov', () => {
    const options = { learningRate: 0.1, momentum: 0.75 };

    it('starts with a longer step than gradient descent: 1 + μ times as long', () => {
      expect(nesterov(w, g, zeros(3), options)).to.almostEqual({
        w: array([1 - 0.0875, -2 + 0.175, 3 - 0.35]),
        v: array([-0.05, 0.1, -0.2]),
      });
    });

    it('steps by a share of the new velocity, and by the gradient once more', () => {
      // v is that of 07.2, (0.25, 0.7, −0.35); w moves by 0.75 · v − 0.1 · g = (0.1875 − 0.05, 0.525 + 0.1, …).
      expect(nesterov(w, g, array([0.4, 0.8, -0.2]), options)).to.almostEqual({
        w: array([1.1375, -1.375, 2.5375]),
        v: array([0.25, 0.7, -0.35]),
      });
    });

    it('is at each step μ · v ahead of where momentum stands that looks ahead for its gradient', () => {
      // On x²: p moves as momentum does, with the gradient taken at p + μ · v, which is where w is.
      const [rate, mu] = [0.125, 0.5];
      let [x, v] = [array([8]), array([0])];
      let [p, speed] = [8, 0];
      for (let step = 0; step < 4; step++) {
        ({ w: x, v } = nesterov(
          x,
          map(x, (value) => 2 * value),
          v,
          { learningRate: rate, momentum: mu },
        ));
        speed = mu * speed - rate * 2 * (p + mu * speed);
        p += speed;
        expect({ x, v }).to.almostEqual({ x: array([p + mu * speed]), v: array([speed]) });
      }
    });

    it('reads views through their strides, and leaves them alone', () => {
      const [x, dx, v] = [
        across(),
        slopes(),
        turned(
          array([
            [4, 8, -4],
            [0, 1, 2],
          ]),
        ),
      ];
      const call = () => nesterov(x, dx, v, { learningRate: 0.5, momentum: 0.25 });
      expect(call).to.leaveUnchanged({ x, dx, v });
      // 0.25 · v − 0.5 · g with the v of 07.2: 0.1875 − 0.25, 0.625 + 0.5, −0.5 − 1; …
      expect(call().w).to.almostEqual([
        [0.9375, -0.875, 1.5],
        [-1.375, 3.90625, 1.625],
      ]);
    });

    it('refuses a gradient or a velocity of another shape', () => {
      expect(() => nesterov(w, array([1, 2]), zeros(3), options)).to.throw(RangeError);
      expect(() => nesterov(w, g, zeros(2), options)).to.throw(RangeError);
    });
  });

  describe('07.4 adagrad', () => {
    it('adds the squares up, and divides by their root and ε', () => {
      // s: 0.75 + 0.25, 3 + 1, 12 + 4, with the roots 1, 2 and 4.
      const s = array([0.75, 3, 12]);
      expect(adagrad(w, g, s, { learningRate: 0.3, epsilon: 1.5 })).to.almostEqual({
        w: array([1 - 0.06, -2 + 0.3 / 3.5, 3 - 0.6 / 5.5]),
        s: array([1, 4, 16]),
      });
    });

    it('moves every parameter by the learning rate at first, however large its gradient', () => {
      const step = adagrad(w, array([1e-3, -20, 4e5]), zeros(3), {
        learningRate: 0.25,
        epsilon: 1e-12,
      });
      expect(step.w).to.almostEqual([0.75, -1.75, 2.75], { absolute: 1e-8 });
    });

    it('forgets nothing: on a slope that stays its steps shrink as 1, 1/√2, 1/√3', () => {
      let [x, s] = [array([10]), array([0])];
      for (let step = 0; step < 3; step++) {
        ({ w: x, s } = adagrad(x, array([3]), s, { learningRate: 0.5, epsilon: 1e-12 }));
      }
      expect(x).to.almostEqual([10 - 0.5 * (1 + 1 / sqrt(2) + 1 / sqrt(3))], { absolute: 1e-9 });
      expect(s).to.almostEqual([27]);
    });

    it('adds ε to the root and not below it', () => {
      // √(1e-16) = 1e-8 is as large as ε, so the first step is half as long.
      const step = adagrad(array([1]), array([1e-8]), array([0]), {
        learningRate: 0.5,
        epsilon: 1e-8,
      });
      expect(step.w).to.almostEqual([0.75]);
    });

    it('stays where the gradient is 0 and always was', () => {
      const step = adagrad(w, array([0, 1, 0]), zeros(3), { learningRate: 0.5, epsilon: 1e-8 });
      expect(step.w).to.almostEqual([1, -2.5, 3], { absolute: 1e-7 });
    });

    it('reads views through their strides, and leaves them alone', () => {
      const [x, dx] = [across(), slopes()];
      // With g² they become 1, 4, 16; 25, 1/16 · 4 = 0.25, 36, so the roots are 1, 2, 4; 5, 0.5, 6.
      const s = turned(
        array([
          [0.75, 3, 12],
          [16, 0.1875, 20],
        ]),
      );
      const call = () => adagrad(x, dx, s, { learningRate: 1.5, epsilon: 0.25 });
      expect(call).to.leaveUnchanged({ x, dx, s });
      expect(call().s).to.almostEqual([
        [1, 4, 16],
        [25, 0.25, 36],
      ]);
      expect(call().w).to.almostEqual([
        [1 - 0.75 / 1.25, -2 + 1.5 / 2.25, 3 - 3 / 4.25],
        [0.5 - 4.5 / 5.25, 4 - 0.375 / 0.75, -1 + 6 / 6.25],
      ]);
    });

    it('refuses a gradient or squares of another shape', () => {
      const options = { learningRate: 0.1, epsilon: 1e-8 };
      expect(() => adagrad(w, array([1, 2]), zeros(3), options)).to.throw(RangeError);
      expect(() => adagrad(w, g, zeros(2), options)).to.throw(RangeError);
    });
  });

  describe('07.5 rmsprop', () => {
    it('keeps a share of the mean square, and divides by its root and ε', () => {
      // s: 0.75 · 5 + 0.25 · 1 = 4, 0.75 · 8 + 0.25 · 12 = 9, 0.75 · 0 + 0.25 · 4 = 1
      const [grad, s] = [array([1, -sqrt(12), 2]), array([5, 8, 0])];
      const options = { learningRate: 0.3, decay: 0.75, epsilon: 1.5 };
      expect(rmsprop(w, grad, s, options)).to.almostEqual({
        w: array([1 - 0.3 / 3.5, -2 + (0.3 * sqrt(12)) / 4.5, 3 - 0.24]),
        s: array([4, 9, 1]),
      });
    });

    it('forgets old squares: on a slope that stays its steps come to the learning rate', () => {
      let [x, s] = [array([10]), array([0])];
      const options = { learningRate: 0.5, decay: 0.5, epsilon: 1e-12 };
      const places: number[] = [];
      for (let step = 0; step < 3; step++) {
        ({ w: x, s } = rmsprop(x, array([-3]), s, options));
        places.push(x.get(0));
      }
      // s is 9 · (1 − 0.5ᵗ), so step t has the length 0.5 / √(1 − 0.5ᵗ).
      const lengths = [0.5 / sqrt(0.5), 0.5 / sqrt(0.75), 0.5 / sqrt(0.875)] as const;
      const [one, two, three] = lengths;
      expect(array(places)).to.almostEqual([10 + one, 10 + one + two, 10 + one + two + three]);
      expect(s).to.almostEqual([9 * 0.875]);
    });

    it('adds ε to the root and not below it', () => {
      // √(0.25 · 1.6e-15) = 2e-8, and 2e-8 + 6e-8 = 8e-8; the gradient is 4e-8.
      const options = { learningRate: 0.5, decay: 0.75, epsilon: 6e-8 };
      const step = rmsprop(array([1]), array([4e-8]), array([0]), options);
      expect(step.w).to.almostEqual([0.75]);
    });

    it('stays where the gradient is 0 and always was', () => {
      const options = { learningRate: 0.5, decay: 0.75, epsilon: 1e-8 };
      const step = rmsprop(w, array([0, 1, 0]), zeros(3), options);
      expect(step.w).to.almostEqual([1, -3, 3], { absolute: 1e-6 });
    });

    it('reads views through their strides, and leaves them alone', () => {
      const [x, dx] = [across(), slopes()];
      const s = turned(
        array([
          [5, 1, 0],
          [3, 2, 7],
        ]),
      );
      const call = () => rmsprop(x, dx, s, { learningRate: 1.5, decay: 0.25, epsilon: 0.25 });
      expect(call).to.leaveUnchanged({ x, dx, s });
      // 0.25 · s + 0.75 · (0.25, 1, 4; 9, 1/16, 16)
      const squares = [
        [1.4375, 1, 3],
        [7.5, 0.546875, 13.75],
      ] as const;
      expect(call().s).to.almostEqual(squares.map((row) => [...row]));
      const [[a, b, c], [d, e, f]] = squares;
      const over = (gradient: number, square: number) => (1.5 * gradient) / (sqrt(square) + 0.25);
      expect(call().w).to.almostEqual([
        [1 - over(0.5, a), -2 - over(-1, b), 3 - over(2, c)],
        [0.5 - over(3, d), 4 - over(0.25, e), -1 - over(-4, f)],
      ]);
    });

    it('refuses a gradient or squares of another shape', () => {
      const options = { learningRate: 0.1, decay: 0.9, epsilon: 1e-8 };
      expect(() => rmsprop(w, array([1, 2]), zeros(3), options)).to.throw(RangeError);
      expect(() => rmsprop(w, g, zeros(2), options)).to.throw(RangeError);
    });
  });

  describe('07.6 adam', () => {
    const options = { learningRate: 0.1, beta1: 0.5, beta2: 0.75, epsilon: 0.25 };

    it('corrects both means by the power of the step', () => {
      // m: (0.2 + 0.5, −0.4 − 1, 0.625 + 0.25); 1 − 0.5³ = 7/8 makes m̂ = (0.8, −1.6, 1) of it.
      // v: (21/64 + 1/4, 21/16 + 1, 3/4 + 1/16); 1 − 0.75³ = 37/64 makes v̂ = (1, 4, 52/37) of it.
      const grad = array([1, -2, 0.5]);
      const [m, v] = [array([0.4, -0.8, 1.25]), array([0.4375, 1.75, 1])];
      expect(adam(w, grad, m, v, 3, options)).to.almostEqual({
        w: array([1 - 0.08 / 1.25, -2 + 0.16 / 2.25, 3 - 0.1 / (sqrt(52 / 37) + 0.25)]),
        m: array([0.7, -1.4, 0.875]),
        v: array([37 / 64, 37 / 16, 0.8125]),
      });
    });

    it('moves every parameter by the learning rate in its first step, however large its gradient', () => {
      const first = { learningRate: 0.25, beta1: 0.9, beta2: 0.99, epsilon: 1e-12 };
      const step = adam(w, array([1e-3, -20, 4e5]), zeros(3), zeros(3), 1, first);
      expect(step.w).to.almostEqual([0.75, -1.75, 2.75], { absolute: 1e-8 });
      expect(step.m).to.almostEqual([1e-4, -2, 4e4]);
      expect(step.v).to.almostEqual([1e-8, 4, 1.6e9]);
    });

    it('takes steps of one length on a slope that stays, from the first one on', () => {
      // Both corrected means are then exactly the gradient and its square.
      let [x, m, v] = [array([5]), array([0]), array([0])];
      for (let t = 1; t <= 4; t++) {
        ({ w: x, m, v } = adam(x, array([3]), m, v, t, options));
        expect(x, `step ${t}`).to.almostEqual([5 - (t * 0.3) / 3.25]);
      }
      expect({ m, v }).to.almostEqual({ m: array([3 * 0.9375]), v: array([9 * (1 - 0.75 ** 4)]) });
    });

    it('adds ε to the root and not below it', () => {
      const small = { learningRate: 0.5, beta1: 0.9, beta2: 0.99, epsilon: 1e-8 };
      const step = adam(array([1]), array([1e-8]), array([0]), array([0]), 1, small);
      expect(step.w).to.almostEqual([0.75]);
    });

    it('is all but uncorrected after a thousand steps', () => {
      const late = { learningRate: 0.1, beta1: 0.5, beta2: 0.75, epsilon: 0.5 };
      const step = adam(array([1]), array([2]), array([4]), array([8]), 1000, late);
      expect(step).to.almostEqual({
        w: array([1 - 0.3 / (sqrt(7) + 0.5)]),
        m: array([3]),
        v: array([7]),
      });
    });

    it('reads views through their strides, and leaves them alone', () => {
      const [x, dx] = [across(), slopes()];
      const m = turned(
        array([
          [1, -3, 0],
          [2, 4, -1],
        ]),
      );
      const v = turned(
        array([
          [2, 5, 1],
          [3, 0.5, 8],
        ]),
      );
      const call = () => adam(x, dx, m, v, 2, options);
      expect(call).to.leaveUnchanged({ x, dx, m, v });
      const found = call();
      // 0.5 · m + 0.5 · g, and 0.75 · v + 0.25 · (0.25, 1, 4; 9, 1/16, 16)
      expect(found.m).to.almostEqual([
        [0.75, -2, 1],
        [2.5, 2.125, -2.5],
      ]);
      expect(found.v).to.almostEqual([
        [1.5625, 4, 1.75],
        [4.5, 0.390625, 10],
      ]);
      const over = (mean: number, square: number) =>
        (0.1 * (mean / 0.75)) / (sqrt(square / 0.4375) + 0.25);
      expect(found.w).to.almostEqual([
        [1 - over(0.75, 1.5625), -2 - over(-2, 4), 3 - over(1, 1.75)],
        [0.5 - over(2.5, 4.5), 4 - over(2.125, 0.390625), -1 - over(-2.5, 10)],
      ]);
    });

    it('refuses a gradient or a mean of another shape', () => {
      expect(() => adam(w, array([1, 2]), zeros(3), zeros(3), 1, options)).to.throw(RangeError);
      expect(() => adam(w, g, zeros(2), zeros(3), 1, options)).to.throw(RangeError);
      expect(() => adam(w, g, zeros(3), zeros(2), 1, options)).to.throw(RangeError);
    });
  });

  describe('07.7 adamw', () => {
    const options = { learningRate: 0.1, beta1: 0.5, beta2: 0.75, epsilon: 0.25, weightDecay: 0.3 };

    it("shrinks w by itself, beside Adam's step, and leaves the means to the gradient", () => {
      // The step is that of the first check of 07.6, and 0.1 · 0.3 · w = (0.03, −0.06, 0.09) is taken off besides.
      const grad = array([1, -2, 0.5]);
      const [m, v] = [array([0.4, -0.8, 1.25]), array([0.4375, 1.75, 1])];
      expect(adamw(w, grad, m, v, 3, options)).to.almostEqual({
        w: array([0.97 - 0.08 / 1.25, -1.94 + 0.16 / 2.25, 2.91 - 0.1 / (sqrt(52 / 37) + 0.25)]),
        m: array([0.7, -1.4, 0.875]),
        v: array([37 / 64, 37 / 16, 0.8125]),
      });
    });

    it('shrinks w even where the gradient is 0', () => {
      expect(adamw(w, zeros(3), zeros(3), zeros(3), 1, options)).to.almostEqual({
        w: array([0.97, -1.94, 2.91]),
        m: zeros(3),
        v: zeros(3),
      });
    });

    it('is Adam without weight decay', () => {
      const still = { ...options, weightDecay: 0 };
      const step = adamw(array([5]), array([3]), array([0]), array([0]), 1, still);
      expect(step.w).to.almostEqual([5 - 0.3 / 3.25]);
    });

    it('reads views through their strides, and leaves them alone', () => {
      const [x, dx] = [across(), slopes()];
      const [m, v] = [zeros(2, 3), zeros(2, 3)];
      const call = () => adamw(x, dx, m, v, 1, options);
      expect(call).to.leaveUnchanged({ x, dx, m, v });
      // In the first step the corrected means are g and g².
      const step = (value: number, slope: number) =>
        0.97 * value - (0.1 * slope) / (Math.abs(slope) + 0.25);
      expect(call().w).to.almostEqual([
        [step(1, 0.5), step(-2, -1), step(3, 2)],
        [step(0.5, 3), step(4, 0.25), step(-1, -4)],
      ]);
    });

    it('refuses a gradient or a mean of another shape', () => {
      expect(() => adamw(w, array([1, 2]), zeros(3), zeros(3), 1, options)).to.throw(RangeError);
      expect(() => adamw(w, g, zeros(2), zeros(3), 1, options)).to.throw(RangeError);
    });
  });

  describe('07.8 stepDecay', () => {
    it('keeps the rate for a stair, then multiplies it with the factor', () => {
      const options = { learningRate: 0.8, every: 3, factor: 0.5 };
      const rates = [1, 2, 3, 4, 6, 7, 10].map((t) => stepDecay(t, options));
      expect(array(rates)).to.almostEqual([0.8, 0.8, 0.8, 0.4, 0.4, 0.2, 0.1]);
    });

    it('may fall with every step, and by any factor', () => {
      const rates = [1, 2, 3].map((t) => stepDecay(t, { learningRate: 2, every: 1, factor: 0.3 }));
      expect(array(rates)).to.almostEqual([2, 0.6, 0.18]);
    });

    it('stays as it is with a factor of 1', () => {
      expect(stepDecay(50, { learningRate: 0.7, every: 4, factor: 1 })).to.almostEqual(0.7);
    });
  });

  describe('07.9 cosineDecay', () => {
    const options = { learningRate: 1, lowest: 0.2, steps: 6 };

    it('falls along half a wave, from the full rate to the lowest one', () => {
      // cos of 0, 30, 60, 90, 120 and 150 degrees
      const rates = [1, 2, 3, 4, 5, 6].map((t) => cosineDecay(t, options));
      const half = sqrt(3) / 2;
      expect(array(rates)).to.almostEqual([1, 0.6 + 0.4 * half, 0.8, 0.6, 0.4, 0.6 - 0.4 * half]);
    });

    it('stays at the lowest rate afterwards', () => {
      const rates = [7, 8, 13, 1000].map((t) => cosineDecay(t, options));
      expect(array(rates)).to.almostEqual([0.2, 0.2, 0.2, 0.2]);
    });

    it('may fall to 0', () => {
      const rates = [1, 2, 3].map((t) => cosineDecay(t, { learningRate: 3, lowest: 0, steps: 2 }));
      expect(array(rates)).to.almostEqual([3, 1.5, 0]);
    });
  });

  describe('07.10 warmUp', () => {
    it('rises in equal steps, of which the first is not 0, and then stays', () => {
      const rates = [1, 2, 3, 4, 5, 6, 90].map((t) => warmUp(t, { learningRate: 2, steps: 5 }));
      expect(array(rates)).to.almostEqual([0.4, 0.8, 1.2, 1.6, 2, 2, 2]);
    });

    it('is the whole rate at once where there is no warm-up, or one of a single step', () => {
      expect(warmUp(1, { learningRate: 0.7, steps: 0 })).to.almostEqual(0.7);
      expect(warmUp(1, { learningRate: 0.3, steps: 1 })).to.almostEqual(0.3);
    });
  });

  /** Two parameters of different shapes. */
  const network = (): Params => ({
    W: array([
      [1, -2, 3],
      [0.5, 4, -1],
    ]),
    b: array([5, -6]),
  });

  describe('07.11 adamStart', () => {
    it('has taken no step, and remembers zeros in the shape of each parameter', () => {
      expect(adamStart(network())).to.almostEqual({
        t: 0,
        m: { W: zeros(2, 3), b: zeros(2) },
        v: { W: zeros(2, 3), b: zeros(2) },
      });
    });

    it('knows any names and shapes, views and empty arrays too', () => {
      const params = { gamma: array([2]), deep: zeros(2, 1, 3), none: zeros(0), across: across() };
      const nothing = {
        gamma: array([0]),
        deep: zeros(2, 1, 3),
        none: zeros(0),
        across: zeros(2, 3),
      };
      expect(adamStart(params)).to.almostEqual({ t: 0, m: nothing, v: nothing });
    });

    it('leaves its arguments unchanged', () => {
      const params = network();
      expect(() => adamStart(params)).to.leaveUnchanged({ params });
    });
  });

  describe('07.12 adamUpdate', () => {
    const options = { learningRate: 0.1, beta1: 0.5, beta2: 0.75, epsilon: 0.25 };
    const start = (): AdamState => ({
      t: 0,
      m: { W: zeros(2, 3), b: zeros(2) },
      v: { W: zeros(2, 3), b: zeros(2) },
    });
    const gradients = (): Params => ({
      W: array([
        [0.5, -1, 2],
        [3, 0.25, -4],
      ]),
      b: array([-2, 7]),
    });

    /** The length of a first step, or of any on a slope that stays. */
    const length = (slope: number) => (0.1 * slope) / (Math.abs(slope) + 0.25);

    it('moves every parameter by its own gradient, and counts one step', () => {
      const { params, state } = adamUpdate(network(), gradients(), start(), options);
      expect(params).to.almostEqual({
        W: array([
          [1 - length(0.5), -2 - length(-1), 3 - length(2)],
          [0.5 - length(3), 4 - length(0.25), -1 - length(-4)],
        ]),
        b: array([5 - length(-2), -6 - length(7)]),
      });
      expect(state).to.almostEqual({
        t: 1,
        m: {
          W: array([
            [0.25, -0.5, 1],
            [1.5, 0.125, -2],
          ]),
          b: array([-1, 3.5]),
        },
        v: {
          W: array([
            [0.0625, 0.25, 1],
            [2.25, 0.015625, 4],
          ]),
          b: array([1, 12.25]),
        },
      });
    });

    it('goes on from the state before: step 6, with means for each parameter', () => {
      const state = {
        t: 5,
        m: { a: array([4]), z: array([-1]) },
        v: { a: array([8]), z: array([3]) },
      };
      const params = { a: array([1]), z: array([2]) };
      const found = adamUpdate(params, { a: array([2]), z: array([5]) }, state, options);
      // a: m = 3, v = 7; z: m = 2, v = 8.5
      const [c1, c2] = [1 - 0.5 ** 6, 1 - 0.75 ** 6];
      expect(found).to.almostEqual({
        params: {
          a: array([1 - (0.1 * (3 / c1)) / (sqrt(7 / c2) + 0.25)]),
          z: array([2 - (0.1 * (2 / c1)) / (sqrt(8.5 / c2) + 0.25)]),
        },
        state: {
          t: 6,
          m: { a: array([3]), z: array([2]) },
          v: { a: array([7]), z: array([8.5]) },
        },
      });
    });

    it('finds gradients and means by their names, in whatever order they stand', () => {
      const state = {
        t: 1,
        m: { b: array([1]), a: array([3]) },
        v: { b: array([5]), a: array([7]) },
      };
      const { params } = adamUpdate(
        { a: array([10, 20]).lo(1), b: array([-4]) },
        { b: array([2]), a: array([-6]) },
        state,
        options,
      );
      // a: m = −1.5, v = 14.25; b: m = 1.5, v = 4.75; with t = 2 the corrections are 0.75 and 0.4375.
      expect(params).to.almostEqual({
        a: array([20 + 0.2 / (sqrt(14.25 / 0.4375) + 0.25)]),
        b: array([-4 - 0.2 / (sqrt(4.75 / 0.4375) + 0.25)]),
      });
    });

    it('leaves its arguments unchanged', () => {
      const [params, grads, state] = [network(), gradients(), start()];
      const call = () => adamUpdate(params, grads, state, options);
      expect(call).to.leaveUnchanged({ params, grads, state });
    });

    it('refuses a parameter without a gradient, and a gradient of another shape', () => {
      const { W } = gradients();
      const without = () => adamUpdate(network(), { W: W! }, start(), options);
      expect(without).to.throw(RangeError);
      const other = () => adamUpdate(network(), { W: W!, b: zeros(3) }, start(), options);
      expect(other).to.throw(RangeError);
    });
  });

  describe('07.13 minimize', () => {
    const rule = { beta1: 0.5, beta2: 0.75, epsilon: 0.5 };
    /** x² / 2: its gradient is x. */
    const half = (params: Params) => {
      const x = params['x']!;
      return { loss: x.get(0) ** 2 / 2, gradients: { x: copy(x) } };
    };
    const constant = (rate: number) => () => rate;

    it('returns where it started, in arrays of its own, after no step', () => {
      const params = network();
      const found = minimize(half, params, { ...rule, steps: 0, schedule: constant(1) });
      for (const { data } of Object.values(params)) data.fill(99);
      expect(found).to.almostEqual({ params: network(), losses: [] });
    });

    it('tells the loss before each step, and takes each with the gradient of where it stands', () => {
      // From 2: the first step is 0.5 · 2 / 2.5 = 0.4. Then m = 0.5 · 1 + 0.8 = 1.3 and v = 0.75 + 0.64 = 1.39.
      const found = minimize(
        half,
        { x: array([2]) },
        { ...rule, steps: 2, schedule: constant(0.5) },
      );
      const second = (0.5 * (1.3 / 0.75)) / (sqrt(1.39 / 0.4375) + 0.5);
      expect(found).to.almostEqual({ params: { x: array([1.6 - second]) }, losses: [2, 1.28] });
    });

    it('asks the schedule for each step, from 1 on', () => {
      const asked: number[] = [];
      const schedule = (t: number) => {
        asked.push(t);
        return [Number.NaN, 3, 0, 1][t]!;
      };
      // On a slope that stays, every step is the rate times 2 / (2 + 0.5).
      const slope = () => ({ loss: 7, gradients: { x: array([2]) } });
      const found = minimize(slope, { x: array([10]) }, { ...rule, steps: 3, schedule });
      expect(asked).to.deep.equal([1, 2, 3]);
      expect(found).to.almostEqual({ params: { x: array([10 - 4 * 0.8]) }, losses: [7, 7, 7] });
    });

    it('asks for the gradients once a step', () => {
      let calls = 0;
      const counted = (params: Params) => {
        calls += 1;
        return half(params);
      };
      minimize(counted, { x: array([2]) }, { ...rule, steps: 5, schedule: constant(0.5) });
      expect(calls).to.equal(5);
    });

    it('finds the bottom of a long, narrow valley', () => {
      const valley = ({ p }: Params) => {
        const [x, y] = [p!.get(0), p!.get(1)];
        return {
          loss: (x - 3) ** 2 / 20 + (y + 1) ** 2,
          gradients: { p: array([(x - 3) / 10, 2 * (y + 1)]) },
        };
      };
      const schedule = (t: number) => 0.5 * (1 - t / 400);
      const options = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, steps: 400, schedule };
      const { params, losses } = minimize(valley, { p: array([-7, 2]) }, options);
      expect(params['p']).to.almostEqual([3, -1], { absolute: 1e-3 });
      expect(losses[0]).to.almostEqual(14);
      expect(losses).to.have.length(400);
    });

    it('leaves its arguments unchanged', () => {
      const params: Params = { x: filled([1], () => 2) };
      const call = () => minimize(half, params, { ...rule, steps: 2, schedule: constant(0.5) });
      expect(call).to.leaveUnchanged({ params });
    });
  });
});
