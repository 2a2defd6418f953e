import { array, copy, filled, map, zeros, type Labels, type Tensor } from '#arrays';
import { randomNormal, turned } from '#checks/fixtures';
import { expect } from '#checks/expect';
import { seededRandom } from '#datasets/random';
import { spirals } from '#datasets/spirals';
import { trainTwoLayer } from '#lessons/05-backprop';
import {
  activationSpread,
  distinctUnits,
  fans,
  heNormal,
  heUniform,
  initialParams,
  scaledNormal,
  scaledUniform,
  xavierNormal,
  xavierUniform,
} from '#lessons/08-initialization';

/**
 * How many standard errors a statistic may be off. A right answer exceeds it by chance in 1 of 26 million draws
 * (https://en.wikipedia.org/wiki/68–95–99.7_rule), so in less than one in a million for all statistics of a check.
 */
const ERRORS = 5.5;

type Draw = (shape: number[], random: () => number) => Tensor;

/** Seeds 1, 2, 3, … */
const seeds = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

const numbersOf = (x: Tensor): number[] => [...copy(x).data];

const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

/**
 * What is wrong with draws that should have mean 0 and this deviation, in a sentence.
 *
 * @param kurtosis the fourth moment over the squared variance: 3 for normal numbers, 1.8 for even ones. The standard
 *   error of a variance of n numbers is √((kurtosis − 1) / n) of it
 */
function spreadFault(
  numbers: readonly number[],
  deviation: number,
  kurtosis: number,
): string | undefined {
  const n = numbers.length;
  const mean = meanOf(numbers);
  if (Math.abs(mean) > (ERRORS * deviation) / Math.sqrt(n)) {
    return `the mean of ${n} draws is ${mean}, and should be 0 within ${(ERRORS * deviation) / Math.sqrt(n)}`;
  }
  const ratio = meanOf(numbers.map((value) => value ** 2)) / deviation ** 2;
  const bound = ERRORS * Math.sqrt((kurtosis - 1) / n);
  return Math.abs(ratio - 1) > bound
    ? `the standard deviation of ${n} draws is ${Math.sqrt(ratio) * deviation}, and should be ${deviation}`
    : undefined;
}

/** The share of normal numbers within one deviation of their mean; of even ones it is 1/√3 = 0.577. */
const WITHIN_ONE = 0.682689;

/** Few draws, since each of them crosses to another process when a submission is graded. */
function expectSpread(draw: Draw, shape: number[], deviation: number): number[] {
  const x = draw(shape, seededRandom(1));
  expect(x).to.have.arrayShape(shape);
  const numbers = numbersOf(x);
  expect(spreadFault(numbers, deviation, 3)).to.equal(undefined);
  return numbers;
}

function expectNormal(draw: Draw, shape: number[], deviation: number): void {
  const numbers = expectSpread(draw, shape, deviation);
  const share = meanOf(numbers.map((value) => Number(Math.abs(value) < deviation)));
  const error = Math.sqrt((WITHIN_ONE * (1 - WITHIN_ONE)) / numbers.length);
  expect(share, 'the share within one standard deviation').to.be.closeTo(
    WITHIN_ONE,
    ERRORS * error,
  );
}

function expectEven(draw: Draw, shape: number[], limit: number): void {
  const x = draw(shape, seededRandom(1));
  expect(x).to.have.arrayShape(shape);
  const numbers = numbersOf(x);
  expect(spreadFault(numbers, limit / Math.sqrt(3), 1.8)).to.equal(undefined);
  // Of n even draws the largest is below 0.95 · limit by a chance of 0.975ⁿ: 10⁻⁷ for 640 of them.
  expect(numbers.length).to.be.at.least(640);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  expect(high, 'the largest').to.be.within(0.95 * limit, limit);
  expect(low, 'the smallest').to.be.within(-limit, -0.95 * limit);
}

/** Each entry by itself, over many seeds: that none is left out, shared or scaled apart. */
function expectEachAlike(draw: Draw, deviation: number, kurtosis: number): void {
  const draws = seeds(150).map((seed) => numbersOf(draw([2, 3], seededRandom(seed))));
  for (let i = 0; i < 6; i++) {
    const own = draws.map((numbers) => numbers[i]!);
    expect(spreadFault(own, deviation, kurtosis), `entry ${i}`).to.equal(undefined);
  }
  // Two normal or even numbers of 32 bits agree by a chance below 10⁻⁸.
  expect(new Set(draws[0]).size, 'different entries').to.equal(6);
}

/** The same seed, the same numbers; another seed, others. */
function expectSeeded(draw: Draw): void {
  expect(draw([3, 2], seededRandom(7))).to.almostEqual(draw([3, 2], seededRandom(7)));
  expect(numbersOf(draw([3, 2], seededRandom(7)))).not.to.deep.equal(
    numbersOf(draw([3, 2], seededRandom(8))),
  );
}

describe('08-initialization', () => {
  describe('08.1 distinctUnits', () => {
    it('counts columns of W and not rows, whatever their order', () => {
      const W = array([
        [1, 1, 1, 1, 5, 5, 1],
        [3, 4, 3, 0, 3, 3, 9],
        [-7, -7, -7, -7, -7, -7, -7],
        [8, 8, 8, 8, 8, 8, 8],
      ]);
      expect(distinctUnits(W, zeros(7))).to.equal(5);
    });

    it('takes units apart that differ in their bias alone', () => {
      const W = filled([3, 4], () => 0.5);
      expect(distinctUnits(W, array([1, 1, 1, 1]))).to.equal(1);
      expect(distinctUnits(W, array([1, 2, 1, 3]))).to.equal(3);
    });

    it('takes units apart that differ in the last digit, or in one weight alone', () => {
      const W = array([
        [0.1 + 0.2, 0.3, 0.3],
        [7, 7, 7],
        [-1, -1, -1.5],
      ]);
      expect(distinctUnits(W, zeros(3))).to.equal(3);
    });

    it('is not deceived by digits that run together', () => {
      const W = array([
        [1, 11],
        [12, 2],
      ]);
      expect(distinctUnits(W, zeros(2))).to.equal(2);
    });

    it('finds 1 after 100 steps of training where all weights began equal, and all 6 where they were drawn', () => {
      const { x, labels } = spirals(seededRandom(3), { samplesPerClass: 20 });
      expect(distinctUnits(...trainedLayer(x, labels, () => 0.5))).to.equal(1);
      const random = seededRandom(5);
      const drawn = trainedLayer(x, labels, () => random() - 0.5);
      expect(distinctUnits(...drawn)).to.equal(6);
    });

    it('reads a view through its strides, and leaves it alone', () => {
      const W = turned(
        array([
          [1, 2, 1],
          [3, 2, 3],
        ]),
      );
      const b = array([4, 99, 4, 99, 4]).step(2);
      expect(() => distinctUnits(W, b)).to.leaveUnchanged({ W, b });
      expect(distinctUnits(W, b)).to.equal(2);
    });

    it('counts nothing where there are no units', () => {
      expect(distinctUnits(zeros(3, 0), zeros(0))).to.equal(0);
      expect(distinctUnits(array([[5]]), array([0]))).to.equal(1);
    });

    it('refuses weights without two axes', () => {
      expect(() => distinctUnits(array([1, 2]), zeros(2))).to.throw(RangeError);
    });
  });

  describe('08.2 fans', () => {
    it('are the inputs and the outputs of an affine layer', () => {
      expect(fans([7, 3])).to.deep.equal({ fanIn: 7, fanOut: 3 });
      expect(fans([1, 20])).to.deep.equal({ fanIn: 1, fanOut: 20 });
    });

    it('count the whole window of a convolution', () => {
      // 2 filters over 5 channels, 3 rows high and 7 columns wide
      expect(fans([2, 5, 3, 7])).to.deep.equal({ fanIn: 105, fanOut: 42 });
      expect(fans([16, 1, 3, 3])).to.deep.equal({ fanIn: 9, fanOut: 144 });
    });

    it('are those of an affine layer for a 1×1 convolution, exchanged', () => {
      expect(fans([3, 7, 1, 1])).to.deep.equal({ fanIn: 7, fanOut: 3 });
    });

    it('refuse what has neither two nor four axes', () => {
      for (const shape of [[], [5], [2, 3, 4], [1, 2, 3, 4, 5]]) {
        expect(() => fans(shape)).to.throw(RangeError);
      }
    });
  });

  describe('08.3 scaledNormal', () => {
    const scaled =
      (deviation: number): Draw =>
      (shape, random) =>
        scaledNormal(shape, deviation, random);

    it('draws normal numbers around 0 with the deviation that is asked for', () => {
      expectNormal(scaled(0.25), [32, 32], 0.25);
      expectSpread(scaled(3), [300], 3);
    });

    it('draws each entry for itself', () => {
      expectEachAlike(scaled(0.5), 0.5, 3);
    });

    it('is made of nothing but the generator', () => {
      expectSeeded(scaled(1));
    });

    it('is all zeros with a deviation of 0, and takes any shape', () => {
      expect(map(scaledNormal([2, 1, 3], 0, seededRandom(1)), Math.abs)).to.almostEqual(
        zeros(2, 1, 3),
      );
      expect(scaledNormal([0, 3], 1, seededRandom(1))).to.have.arrayShape([0, 3]);
    });
  });

  describe('08.4 scaledUniform', () => {
    const scaled =
      (limit: number): Draw =>
      (shape, random) =>
        scaledUniform(shape, limit, random);

    it('draws evenly from −limit to limit', () => {
      expectEven(scaled(0.25), [26, 25], 0.25);
      expectEven(scaled(3), [650], 3);
    });

    it('draws each entry for itself', () => {
      expectEachAlike(scaled(0.5), 0.5 / Math.sqrt(3), 1.8);
    });

    it('is made of nothing but the generator', () => {
      expectSeeded(scaled(1));
    });

    it('is all zeros with a limit of 0, and takes any shape', () => {
      expect(map(scaledUniform([2, 1, 3], 0, seededRandom(1)), Math.abs)).to.almostEqual(
        zeros(2, 1, 3),
      );
      expect(scaledUniform([0, 3], 1, seededRandom(1))).to.have.arrayShape([0, 3]);
    });
  });

  describe('08.5 xavierNormal', () => {
    it('has the variance 2 / (fan-in + fan-out), for a wide layer and a narrow one', () => {
      expectNormal(xavierNormal, [16, 64], Math.sqrt(2 / 80));
      expectSpread(xavierNormal, [64, 5], Math.sqrt(2 / 69));
    });

    it('counts the window of a convolution', () => {
      // 8 filters over 5 channels, 4×2: fan-in 40, fan-out 64
      expectSpread(xavierNormal, [8, 5, 4, 2], Math.sqrt(2 / 104));
    });

    it('draws each entry for itself, from nothing but the generator', () => {
      expectEachAlike(xavierNormal, Math.sqrt(2 / 5), 3);
      expectSeeded(xavierNormal);
    });
  });

  describe('08.6 xavierUniform', () => {
    it('reaches √(6 / (fan-in + fan-out)), for a wide layer and a narrow one', () => {
      expectEven(xavierUniform, [10, 65], Math.sqrt(6 / 75));
      expectEven(xavierUniform, [130, 5], Math.sqrt(6 / 135));
    });

    it('counts the window of a convolution', () => {
      // 13 filters over 5 channels, 5×2: fan-in 50, fan-out 130
      expectEven(xavierUniform, [13, 5, 5, 2], Math.sqrt(6 / 180));
    });

    it('draws each entry for itself, from nothing but the generator', () => {
      expectEachAlike(xavierUniform, Math.sqrt(2 / 5), 1.8);
      expectSeeded(xavierUniform);
    });
  });

  describe('08.7 heNormal', () => {
    it('has the variance 2 / fan-in, for a wide layer and a narrow one', () => {
      expectNormal(heNormal, [12, 85], Math.sqrt(2 / 12));
      expectSpread(heNormal, [100, 4], Math.sqrt(2 / 100));
    });

    it('counts the window of a convolution', () => {
      // 4 filters over 25 channels, 4×1: fan-in 100
      expectSpread(heNormal, [4, 25, 4, 1], Math.sqrt(2 / 100));
    });

    it('draws each entry for itself, from nothing but the generator', () => {
      expectEachAlike(heNormal, 1, 3);
      expectSeeded(heNormal);
    });
  });

  describe('08.8 heUniform', () => {
    it('reaches √(6 / fan-in), for a wide layer and a narrow one', () => {
      expectEven(heUniform, [10, 65], Math.sqrt(6 / 10));
      expectEven(heUniform, [130, 5], Math.sqrt(6 / 130));
    });

    it('counts the window of a convolution', () => {
      // 5 filters over 13 channels, 5×2: fan-in 130
      expectEven(heUniform, [5, 13, 5, 2], Math.sqrt(6 / 130));
    });

    it('draws each entry for itself, from nothing but the generator', () => {
      expectEachAlike(heUniform, 1, 1.8);
      expectSeeded(heUniform);
    });
  });

  describe('08.9 initialParams', () => {
    /** Weights that tell their shape and their place. */
    const telling = (shape: number[]) =>
      filled(shape, (...[i, j]) => 100 * shape[0]! + 10 * shape[1]! + i! + j! / 10);

    it('draws the weights of each layer in their shape, and leaves the biases at 0', () => {
      expect(initialParams([3, 2, 4, 5], telling)).to.almostEqual({
        W1: telling([3, 2]),
        b1: zeros(2),
        W2: telling([2, 4]),
        b2: zeros(4),
        W3: telling([4, 5]),
        b3: zeros(5),
      });
    });

    it('has no other parameters', () => {
      const names = Object.keys(initialParams([5, 1, 2, 3], telling)).toSorted();
      expect(names).to.deep.equal(['W1', 'W2', 'W3', 'b1', 'b2', 'b3']);
    });

    it('asks for the weights of each layer once', () => {
      const asked: number[][] = [];
      initialParams([5, 1, 2, 3], (shape) => {
        asked.push([...shape]);
        return telling(shape);
      });
      expect(asked.toSorted((a, b) => b[0]! - a[0]!)).to.deep.equal([
        [5, 1],
        [2, 3],
        [1, 2],
      ]);
    });

    it('makes a single layer, too', () => {
      expect(initialParams([2, 3], telling)).to.almostEqual({ W1: telling([2, 3]), b1: zeros(3) });
    });

    it('leaves the sizes alone', () => {
      const sizes = [3, 2, 4];
      expect(() => initialParams(sizes, telling)).to.leaveUnchanged({ sizes });
    });
  });

  describe('08.10 activationSpread', () => {
    const same = (z: Tensor) => map(z, (value) => value);
    const positive = (z: Tensor) => map(z, (value) => Math.max(0, value));

    it('is the standard deviation of all entries of a layer together', () => {
      // x · W is 1, 3; 2, 6; and with b it is 2, 1; 3, 4: mean 2.5, squares 0.25, 2.25, 0.25, 2.25
      const params = { W1: array([[1, 3]]), b1: array([1, -2]) };
      const spreads = activationSpread(array([[1], [2]]), params, same);
      expect(array(spreads)).to.almostEqual([Math.sqrt(1.25)]);
    });

    it('goes on with the activations of the layer before', () => {
      // Layer 1: −2, 4; 1, −3 becomes 0, 4; 1, 0: mean 1.25, mean square 17/4.
      // Layer 2: 2 · 4 + 1 = 9 and −1 · 1 + 1 = 0 and no negative: 9, 0.
      const params = {
        W1: array([
          [-2, 4],
          [1, -3],
        ]),
        b1: zeros(2),
        W2: array([[-1], [2]]),
        b2: array([1]),
      };
      const x = array([
        [1, 0],
        [0, 1],
      ]);
      const spreads = activationSpread(x, params, positive);
      expect(array(spreads)).to.almostEqual([Math.sqrt(17 / 4 - 1.25 ** 2), 4.5]);
    });

    it('applies the activation in every layer, the last one too', () => {
      const params = { W1: array([[2, -3]]), b1: array([0, 0]) };
      // 2, −3; −2, 3 becomes 2, 0; 0, 3.
      const spreads = activationSpread(array([[1], [-1]]), params, positive);
      expect(array(spreads)).to.almostEqual([Math.sqrt(13 / 4 - 1.25 ** 2)]);
    });

    it('keeps its numbers where the mean is large', () => {
      // 1e6, 1e6 + 1, 1e6 + 3: the mean of squares less the square of the mean has four digits left.
      const params = { W1: array([[1]]), b1: array([1e6]) };
      const [spread] = activationSpread(array([[0], [1], [3]]), params, same);
      expect(spread).to.almostEqual(Math.sqrt(14 / 9));
    });

    it('stays the same through ten layers of ReLUs from He, and dies out from Xavier', () => {
      const sizes = Array.from({ length: 11 }, () => 60);
      const x = randomNormal(seededRandom(2), 1, 40, 60);
      const through = (variance: number) => {
        const random = seededRandom(3);
        const params: Record<string, Tensor> = {};
        for (const l of sizes.slice(1).keys()) {
          params[`W${l + 1}`] = randomNormal(random, Math.sqrt(variance), 60, 60);
          params[`b${l + 1}`] = zeros(60);
        }
        return activationSpread(x, params, positive);
      };
      const [he, xavier] = [through(2 / 60), through(1 / 60)];
      expect(he).to.have.length(10);
      expect(he[9]! / he[0]!).to.be.within(0.3, 3);
      // Without the factor 2 each layer keeps half of the variance: 2 to the power of 4.5 after nine more.
      expect(xavier[9]! / he[9]!).to.be.closeTo(2 ** -5, 1e-6);
    });

    it('reads views through their strides, and leaves them alone', () => {
      const x = turned(
        array([
          [1, 2],
          [3, -1],
          [0, 4],
        ]),
      );
      const params = {
        W1: turned(
          array([
            [1, 0, -1],
            [2, 1, 3],
          ]),
        ),
        b1: array([1, 99, 0, 99, 2]).step(2),
      };
      expect(() => activationSpread(x, params, same)).to.leaveUnchanged({ x, params });
      // 6, 2, 7; 2, −1, −4; 9, 4, 14: mean 39/9, mean square 403/9
      const [spread] = activationSpread(x, params, same);
      expect(spread).to.almostEqual(Math.sqrt(403 / 9 - (39 / 9) ** 2));
    });
  });
});

/** A network of 6 hidden units after 100 steps: the weights and biases of its first layer. */
function trainedLayer(x: Tensor, labels: Labels, weight: () => number): [Tensor, Tensor] {
  const start = {
    W1: filled([2, 6], weight),
    b1: zeros(6),
    W2: filled([6, 2], weight),
    b2: array([0.1, -0.1]),
  };
  const { params } = trainTwoLayer(x, labels, start, { learningRate: 0.5, steps: 100 });
  return [params.W1, params.b1];
}
