import { array, copy, filled, labels, map, zeros, zip, type Labels, type Tensor } from '#arrays';
import { randomNormal, turned } from '#checks/fixtures';
import { expect } from '#checks/gradient/assertion';
import { seededRandom } from '#datasets/random';
import type { Params } from '#lessons/06-training';
import {
  fewOfEach,
  fineTuningStep,
  frozenBatchNorm,
  frozenBatchNormBackward,
  loadParams,
  loraBackward,
  loraForward,
  loraMerge,
  loraStart,
  newHead,
  renumber,
  trainedBackward,
  trainHead,
  type FineTuningStep,
  type LayerBack,
} from '#lessons/24-fine-tuning';

// Every expected value is worked out by hand. No two sizes, entries, rates or shares are alike, and none is a common
// default.

/** The same list as a view that only its strides can read. */
const spaced = (list: Tensor): Tensor =>
  turned(filled([2, list.size], (row, i) => (row === 0 ? list.get(i!) : 99))).pick(0, null);

/** The same labels with others between. */
const spacedLabels = (list: number[]): Labels =>
  labels(list.flatMap((label) => [label, 99])).step(2);

/** The same parameters as views that only their strides can read. */
const asViews = (params: Params): Params =>
  Object.fromEntries(
    Object.entries(params).map(([name, w]) => [name, w.dimension === 2 ? turned(w) : spaced(w)]),
  );

/** Writes over all of the parameters. */
const spoil = (params: Params): void => {
  for (const { data } of Object.values(params)) data.fill(99);
};

/** The mean over all indices of a matrix of a function of them. */
const meanOver = (N: number, M: number, f: (n: number, m: number) => number): number =>
  filled([N, M], (n, m) => f(n!, m!)).data.reduce((sum, value) => sum + value, 0) / (N * M);

/** Asks for normal numbers of mean 0 and this deviation, each drawn for itself. */
function expectNormal(W: Tensor, deviation: number): void {
  // 5.5 standard errors: a right answer is outside of each less than once in a million.
  const [N, M] = W.shape as [number, number];
  const z = map(W, (value) => value / deviation);
  const error = 1 / Math.sqrt(N * M);
  const mean = (f: (n: number, m: number) => number): number => meanOver(N, M, f);
  expect(mean((n, m) => z.get(n, m))).to.be.closeTo(0, 5.5 * error);
  expect(mean((n, m) => z.get(n, m) ** 2)).to.be.closeTo(1, 5.5 * Math.SQRT2 * error);
  const within = mean((n, m) => Number(Math.abs(z.get(n, m)) < 1));
  expect(within).to.be.closeTo(0.6827, 5.5 * Math.sqrt(0.6827 * 0.3173) * error);
  const down = mean((n, m) => z.get(n, m) * z.get((n + 1) % N, m));
  expect(down, 'each entry and the next one below').to.be.closeTo(0, 5.5 * error);
  const right = mean((n, m) => z.get(n, m) * z.get(n, (m + 1) % M));
  expect(right, 'each entry and the next one to the right').to.be.closeTo(0, 5.5 * error);
}

/** Asks for each entry of a small matrix to be another one in each of a few draws. */
function expectEachDrawn(draw: (random: () => number) => Tensor): void {
  const random = seededRandom(1);
  const draws = Array.from({ length: 12 }, () => copy(draw(random)).data);
  for (const i of draws[0]!.keys()) {
    expect(new Set(draws.map((data) => data[i])).size, `entry ${i}`).to.equal(12);
  }
}

describe('24-fine-tuning', () => {
  describe('24.1 fewOfEach', () => {
    /** Five samples of class 7, and four each of 2 and 9. */
    const LIST = [7, 2, 7, 9, 2, 7, 9, 7, 2, 7, 9, 9, 2];

    it('draws so many of each class, and none of another', () => {
      const random = seededRandom(1);
      for (const count of [1, 3, 4]) {
        const classes = fewOfEach(labels(LIST), [9, 7], count, random).map((n) => LIST[n]!);
        expect(classes.toSorted()).to.deep.equal([
          ...Array.from({ length: count }, () => 7),
          ...Array.from({ length: count }, () => 9),
        ]);
      }
    });

    it('draws no sample twice', () => {
      const random = seededRandom(2);
      for (let i = 0; i < 12; i++) {
        const drawn = fewOfEach(labels(LIST), [2, 7], 3, random);
        expect(new Set(drawn).size).to.equal(6);
      }
    });

    it('draws all where as many are wanted as there are, and none where none is', () => {
      const all = fewOfEach(labels(LIST), [2, 9], 4, seededRandom(3));
      expect(all.toSorted((a, b) => a - b)).to.deep.equal([1, 3, 4, 6, 8, 10, 11, 12]);
      expect(fewOfEach(labels(LIST), [2, 7], 0, seededRandom(3))).to.deep.equal([]);
      expect(fewOfEach(labels([]), [], 3, seededRandom(3))).to.deep.equal([]);
    });

    it('draws every pair of a class equally often, whatever is drawn of another class', () => {
      // 40 classes of five: sample n is number ⌊n/40⌋ of class n mod 40. There are 10 pairs, and the same number is drawn
      // in a class and in the next one with probability (2/5)². 15 shares are compared, so 6 standard errors are
      // allowed.
      const [classes, members, random] = [40, 5, seededRandom(4)];
      const large = labels(Array.from({ length: classes * members }, (_, n) => n % classes));
      const all = Array.from({ length: classes }, (_, c) => c);
      const draws = Array.from({ length: 10 }).flatMap(() => {
        const drawn = fewOfEach(large, all, 2, random);
        return all.map((c) =>
          drawn
            .filter((n) => n % classes === c)
            .map((n) => Math.floor(n / classes))
            .toSorted((a, b) => a - b),
        );
      });
      const expectShare = (what: string, share: number, holds: (i: number) => boolean): void => {
        const found = draws.filter((_, i) => holds(i)).length / draws.length;
        const error = Math.sqrt((share * (1 - share)) / draws.length);
        expect(found, what).to.be.closeTo(share, 6 * error);
      };
      for (let one = 0; one < members; one++) {
        for (let other = one + 1; other < members; other++) {
          expectShare(`${one} and ${other}`, 1 / 10, (i) => draws[i]!.join() === `${one},${other}`);
        }
        expectShare(`${one} in this class and the next`, 4 / 25, (i) =>
          [i, (i + 1) % draws.length].every((k) => draws[k]!.includes(one)),
        );
      }
    });

    it('is made of nothing but the generator, reads a view, and leaves its arguments unchanged', () => {
      const [view, classes] = [spacedLabels(LIST), [9, 2]];
      const run = (seed: number) => fewOfEach(view, classes, 2, seededRandom(seed));
      expect(() => run(5)).to.leaveUnchanged({ view, classes });
      expect(run(5)).to.deep.equal(fewOfEach(labels(LIST), [9, 2], 2, seededRandom(5)));
      const drawn = [6, 7, 8, 9, 10, 11, 12, 13].map((seed) => run(seed).toSorted().join(' '));
      expect(new Set(drawn).size).to.be.above(1);
    });

    it('refuses a class with fewer samples', () => {
      expect(() => fewOfEach(labels(LIST), [7, 2], 5, seededRandom(1))).to.throw(RangeError);
      expect(() => fewOfEach(labels(LIST), [3], 1, seededRandom(1))).to.throw(RangeError);
      expect(() => fewOfEach(labels([]), [0], 1, seededRandom(1))).to.throw(RangeError);
    });
  });

  describe('24.2 renumber', () => {
    it('gives each label the place of its class in the list', () => {
      expect(renumber(labels([9, 2, 7, 7, 2, 9, 9]), [7, 2, 9])).to.almostEqual(
        labels([2, 1, 0, 0, 1, 2, 2]),
      );
    });

    it('makes 0 to 4 of the digits 5 to 9, in whatever order they come', () => {
      const found = renumber(labels([8, 5, 9, 6, 8, 7]), [5, 6, 7, 8, 9]);
      expect(found).to.almostEqual(labels([3, 0, 4, 1, 3, 2]));
    });

    it('counts classes that no sample is of', () => {
      expect(renumber(labels([11, 3]), [8, 3, 5, 11])).to.almostEqual(labels([3, 1]));
    });

    it('takes a single label, and none', () => {
      expect(renumber(labels([6]), [4, 6])).to.almostEqual(labels([1]));
      expect(renumber(labels([]), [4, 6])).to.almostEqual(labels([]));
    });

    it('reads a view through its strides, and leaves its arguments unchanged', () => {
      const [view, classes] = [spacedLabels([9, 2, 7, 2]), [7, 2, 9]];
      expect(() => renumber(view, classes)).to.leaveUnchanged({ view, classes });
      expect(renumber(view, classes)).to.almostEqual(labels([2, 1, 0, 1]));
    });

    it('refuses a label of another class', () => {
      expect(() => renumber(labels([7, 3, 2]), [7, 2])).to.throw(RangeError);
      expect(() => renumber(labels([1]), [7, 2])).to.throw(RangeError);
    });
  });

  describe('24.3 loadParams', () => {
    const network = () => ({
      W1: array([
        [0.1, 0.2, 0.3],
        [0.4, 0.5, 0.6],
      ]),
      gamma: array([1, 1.5, 2]),
      beta: array([0, -1, -2]),
      W2: array([[7], [8], [9]]),
    });
    /** In another order. */
    const weights = () => ({
      W1: array([
        [11, 12, 13],
        [14, 15, 16],
      ]),
      beta: array([21, 22, 23]),
      gamma: array([31, 32, 33]),
      W2: array([[41], [42], [43]]),
    });

    it('keeps what the network has where a name is left out, even if its weights would fit', () => {
      const found = loadParams(network(), weights(), ['W2', 'beta']);
      const { W1, gamma } = weights();
      const { W2, beta } = network();
      expect(found).to.almostEqual({ W1, gamma, beta, W2 });
    });

    it('finds every parameter by its name', () => {
      expect(loadParams(network(), weights(), [])).to.almostEqual(weights());
    });

    it('takes weights of another shape, and no weights, for a name that is left out', () => {
      const { W1, beta, gamma } = weights();
      const own = { W2: network().W2 };
      const wide = { W1, beta, gamma, W2: zeros(3, 5) };
      expect(loadParams(network(), wide, ['W2'])).to.almostEqual({ W1, beta, gamma, ...own });
      const none = { W1, beta, gamma };
      expect(loadParams(network(), none, ['W2'])).to.almostEqual({ W1, beta, gamma, ...own });
      expect(loadParams(network(), {}, ['W1', 'W2', 'beta', 'gamma'])).to.almostEqual(network());
    });

    it('shares nothing with the weights or the network', () => {
      const [own, given] = [network(), weights()];
      const found = loadParams(own, given, ['gamma']);
      spoil(own);
      spoil(given);
      expect(found).to.almostEqual({ ...weights(), gamma: network().gamma });
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [own, given, leftOut] = [asViews(network()), asViews(weights()), ['gamma']];
      expect(() => loadParams(own, given, leftOut)).to.leaveUnchanged({ own, given, leftOut });
      expect(loadParams(own, given, leftOut)).to.almostEqual({
        ...weights(),
        gamma: network().gamma,
      });
    });

    it('refuses a name that is missing', () => {
      const { W1, gamma, W2 } = weights();
      expect(() => loadParams(network(), { W1, gamma, W2 }, [])).to.throw(RangeError);
      expect(() => loadParams(network(), { W1, gamma, W2 }, ['W2'])).to.throw(RangeError);
    });

    it('refuses a name that the network has not', () => {
      const more = { ...weights(), W3: zeros(1, 2) };
      expect(() => loadParams(network(), more, [])).to.throw(RangeError);
      expect(() => loadParams(network(), weights(), ['W3'])).to.throw(RangeError);
      expect(() => loadParams(network(), more, ['W3'])).to.throw(RangeError);
    });

    it('refuses weights of another shape, be it one of the same size', () => {
      for (const W1 of [zeros(3, 2), zeros(2, 4), zeros(6)]) {
        expect(() => loadParams(network(), { ...weights(), W1 }, [])).to.throw(RangeError);
      }
      const short = { ...weights(), gamma: zeros(2) };
      expect(() => loadParams(network(), short, ['W2'])).to.throw(RangeError);
    });
  });

  describe('24.4 newHead', () => {
    /** Five inputs, two hidden units, and 30 that the head reads for its three classes; in another order. */
    const trained = (): Params => {
      const random = seededRandom(1);
      return {
        W3: randomNormal(random, 1, 30, 3),
        b1: array([0.5, -2]),
        W1: randomNormal(random, 1, 5, 2),
        b3: array([1, 2, 3]),
        W2: randomNormal(random, 1, 2, 30),
        b2: randomNormal(random, 1, 30),
      };
    };

    it('keeps the body, and puts a head for so many classes on it', () => {
      const found = newHead(trained(), 4, seededRandom(2));
      const { W1, b1, W2, b2 } = trained();
      const { W3, b3, ...body } = found;
      expect(body).to.almostEqual({ W1, b1, W2, b2 });
      expect(W3).to.have.arrayShape([30, 4]);
      expect(b3).to.almostEqual([0, 0, 0, 0]);
    });

    it("draws the weights of the head as He's, each for itself", () => {
      expectNormal(newHead(trained(), 70, seededRandom(3))['W3']!, Math.sqrt(2 / 30));
      const small = { W1: zeros(3, 7), b1: zeros(7) };
      const draw = (random: () => number) => newHead(small, 2, random)['W1']!;
      expectEachDrawn(draw);
    });

    it('keeps nothing of the old head, for as many classes as before too', () => {
      const large = { ...trained(), W3: filled([30, 3], () => 50), b3: array([60, 70, 80]) };
      const { W3, b3 } = newHead(large, 3, seededRandom(5));
      // None of 90 draws is as far as 7 standard deviations from 0.
      for (const value of copy(W3!).data) expect(Math.abs(value)).to.be.below(2);
      expect(b3).to.almostEqual([0, 0, 0]);
    });

    it('takes the layer with the highest number for the head, of eleven too', () => {
      const deep: Params = {};
      for (const l of [3, 11, 1, 2, 10, 4, 9, 8, 7, 5, 6]) {
        deep[`W${l}`] = array([[l]]);
        deep[`b${l}`] = array([l / 100]);
      }
      const { W11, b11, ...body } = newHead(deep, 2, seededRandom(6));
      const { W11: _, b11: __, ...own } = deep;
      expect(body).to.almostEqual(own);
      expect(W11).to.have.arrayShape([1, 2]);
      expect(b11).to.almostEqual([0, 0]);
    });

    it('is made of nothing but the generator', () => {
      const run = (seed: number) => newHead(trained(), 4, seededRandom(seed))['W3']!;
      expect(run(7)).to.almostEqual(run(7));
      expect(run(8).get(0, 0)).not.to.be.closeTo(run(7).get(0, 0), 1e-9);
    });

    it('reads views, leaves its arguments unchanged, and shares nothing with them', () => {
      const params = asViews(trained());
      expect(() => newHead(params, 2, seededRandom(9))).to.leaveUnchanged({ params });
      const { W3: _, b3: __, ...body } = newHead(params, 2, seededRandom(9));
      spoil(params);
      const { W1, b1, W2, b2 } = trained();
      expect(body).to.almostEqual({ W1, b1, W2, b2 });
    });

    it('takes a single class, and refuses what is no number of classes', () => {
      expect(newHead(trained(), 1, seededRandom(1))['W3']).to.have.arrayShape([30, 1]);
      for (const classes of [0, -3, 2.5]) {
        expect(() => newHead(trained(), classes, seededRandom(1))).to.throw(RangeError);
      }
    });
  });

  describe('24.5 trainedBackward', () => {
    /** Each layer multiplies dout by its factor, and gives its i-th parameter dout + 1 + i; it tells when it is asked. */
    function layersThatTell(asked: string[]): LayerBack[] {
      const layer = (name: string, names: string[], factor: number): LayerBack => ({
        names,
        backward: (dout) => {
          asked.push(name);
          return {
            dx: map(dout, (value) => factor * value),
            gradients: Object.fromEntries(
              names.map((one, i) => [one, map(dout, (value) => value + 1 + i)]),
            ),
          };
        },
      });
      return [
        layer('first', ['W1', 'b1'], 2),
        layer('relu', [], -1),
        layer('norm', ['gamma', 'beta'], 0.5),
        layer('head', ['W2', 'b2'], 3),
      ];
    }
    const dout = () => array([[1, -2, 0.25]]);

    it('gives gradients to the trained parameters alone', () => {
      const found = trainedBackward(dout(), layersThatTell([]), ['b1', 'W2']);
      // What comes to the first layer is 3 · ½ · −1 times dout: −1.5, 3 and −0.375.
      expect(found).to.almostEqual({
        W2: array([[2, -1, 1.25]]),
        b1: array([[0.5, 5, 1.625]]),
      });
    });

    it('goes through frozen layers to the trained ones below them', () => {
      const found = trainedBackward(dout(), layersThatTell([]), ['W1', 'b1']);
      expect(found).to.almostEqual({
        W1: array([[-0.5, 4, 0.625]]),
        b1: array([[0.5, 5, 1.625]]),
      });
    });

    it('gives all of them where all are trained', () => {
      const all = ['gamma', 'W1', 'b2', 'beta', 'b1', 'W2'];
      expect(trainedBackward(dout(), layersThatTell([]), all)).to.almostEqual({
        W2: array([[2, -1, 1.25]]),
        b2: array([[3, 0, 2.25]]),
        gamma: array([[4, -5, 1.75]]),
        beta: array([[5, -4, 2.75]]),
        W1: array([[-0.5, 4, 0.625]]),
        b1: array([[0.5, 5, 1.625]]),
      });
    });

    it('has no gradient for what is frozen, in layers that are trained in part neither', () => {
      for (const trained of [['b2'], ['W1', 'beta'], ['b1', 'gamma', 'W2']]) {
        const found = trainedBackward(dout(), layersThatTell([]), trained);
        expect(Object.keys(found).toSorted()).to.deep.equal(trained.toSorted());
      }
    });

    it('asks each layer once, from the head down, and none below the lowest trained parameter', () => {
      for (const [trained, wanted] of [
        [['b2'], ['head']],
        [['beta'], ['head', 'norm']],
        [
          ['W1', 'b2'],
          ['head', 'norm', 'relu', 'first'],
        ],
        [[], []],
      ] as const) {
        const asked: string[] = [];
        trainedBackward(dout(), layersThatTell(asked), [...trained]);
        expect(asked, 'the layers that were asked, in turn').to.deep.equal([...wanted]);
      }
    });

    it('gives nothing where nothing is trained, or there is no layer', () => {
      expect(trainedBackward(dout(), layersThatTell([]), [])).to.deep.equal({});
      expect(trainedBackward(dout(), [], [])).to.deep.equal({});
    });

    it('takes a view for dout, and leaves its arguments unchanged', () => {
      const [view, trained, layers] = [turned(dout()), ['beta', 'b2'], layersThatTell([])];
      const names = layers.map((layer) => layer.names);
      const call = () => trainedBackward(view, layers, trained);
      expect(call).to.leaveUnchanged({ view, trained, names });
      expect(call()).to.almostEqual({
        beta: array([[5, -4, 2.75]]),
        b2: array([[3, 0, 2.25]]),
      });
    });

    it('refuses a name that no layer has', () => {
      const layers = layersThatTell([]);
      expect(() => trainedBackward(dout(), layers, ['W3'])).to.throw(RangeError);
      expect(() => trainedBackward(dout(), layers, ['W2', 'relu'])).to.throw(RangeError);
      expect(() => trainedBackward(dout(), [], ['W1'])).to.throw(RangeError);
    });
  });

  describe('24.6 fineTuningStep', () => {
    /** Three layers of different shapes, on their way. */
    const state = (): FineTuningStep => ({
      params: {
        W1: array([[7, 0.5]]),
        b1: array([-3, 6]),
        W2: array([
          [3, -1],
          [2, 8],
        ]),
        b2: array([5, -2]),
        W3: array([[2], [-4]]),
        b3: array([1]),
      },
      velocity: {
        W1: array([[2, -1]]),
        b1: array([0.5, 0.25]),
        W2: array([
          [1, 0],
          [-2, 4],
        ]),
        b2: array([-1, 0.6]),
        W3: array([[0.4], [-0.8]]),
        b3: array([0.2]),
      },
    });
    const gradients = (): Params => ({
      W1: array([[10, -5]]),
      b1: array([-2, 1]),
      W2: array([
        [0.5, 2],
        [-3, 1.5],
      ]),
      b2: array([1, -4]),
      W3: array([[1], [-3]]),
      b3: array([2]),
    });
    const LAYERS = () => [
      ['W1', 'b1'],
      ['W2', 'b2'],
      ['W3', 'b3'],
    ];
    // The rates are 0.08, 0.2 and 0.5.
    const OPTIONS = { learningRate: 0.5, decay: 0.4, momentum: 0.75, weightDecay: 0.1 };

    /** What becomes of each, should it be trained: with λ · w the slopes of W1 are 10.7 and −4.95, and so on. */
    const MOVED: FineTuningStep = {
      velocity: {
        W1: array([[0.644, -0.354]]),
        b1: array([0.535, 0.1075]),
        W2: array([
          [0.59, -0.38],
          [-0.94, 2.54],
        ]),
        b2: array([-0.95, 1.25]),
        W3: array([[-0.3], [1.1]]),
        b3: array([-0.85]),
      },
      params: {
        W1: array([[7.644, 0.146]]),
        b1: array([-2.465, 6.1075]),
        W2: array([
          [3.59, -1.38],
          [1.06, 10.54],
        ]),
        b2: array([4.05, -0.75]),
        W3: array([[1.7], [-2.9]]),
        b3: array([0.15]),
      },
    };

    /** After a step in which these alone are trained. */
    function moved(names: string[]): FineTuningStep {
      const part = (which: keyof FineTuningStep): Params =>
        Object.fromEntries(
          Object.entries(state()[which]).map(([name, own]) => [
            name,
            names.includes(name) ? MOVED[which][name]! : own,
          ]),
        );
      return { params: part('params'), velocity: part('velocity') };
    }

    const step = (layers: string[][], given = gradients()) =>
      fineTuningStep(state().params, given, state().velocity, layers, OPTIONS);

    it('moves the head at the full rate, and each layer below it at a smaller one', () => {
      expect(step(LAYERS())).to.almostEqual(MOVED);
    });

    it('leaves frozen parameters and their velocities alone, whatever their gradients are', () => {
      expect(step([[], ['W2', 'b2'], ['W3', 'b3']])).to.almostEqual(
        moved(['W2', 'b2', 'W3', 'b3']),
      );
      expect(step([[], [], ['W3', 'b3']])).to.almostEqual(moved(['W3', 'b3']));
    });

    it('needs no gradients for what is frozen', () => {
      const { W3, b3 } = gradients();
      expect(step([[], [], ['W3', 'b3']], { W3: W3!, b3: b3! })).to.almostEqual(
        moved(['W3', 'b3']),
      );
    });

    it('counts layers between that are frozen, or in part', () => {
      expect(step([['b1'], [], ['W3']])).to.almostEqual(moved(['b1', 'W3']));
      expect(step([['W1'], ['b2'], []])).to.almostEqual(moved(['W1', 'b2']));
    });

    it('moves nothing where nothing is trained', () => {
      expect(step([])).to.almostEqual(moved([]));
      expect(step([[], []], {})).to.almostEqual(moved([]));
    });

    it('takes the options that it is given', () => {
      const start = { W1: array([[4]]), b1: array([6]), W2: array([[-10]]) };
      const given = { W1: array([[3]]), b1: array([-2]), W2: array([[1]]) };
      const velocity = { W1: array([[1]]), b1: array([5]), W2: array([[0.5]]) };
      const options = { learningRate: 0.01, decay: 1, momentum: 0.2, weightDecay: 2 };
      const layers = [['W1', 'b1'], ['W2']];
      expect(fineTuningStep(start, given, velocity, layers, options)).to.almostEqual({
        params: { W1: array([[4.09]]), b1: array([7.02]), W2: array([[-9.71]]) },
        velocity: { W1: array([[0.09]]), b1: array([1.02]), W2: array([[0.29]]) },
      });
    });

    it('reads views through their strides, leaves its arguments unchanged, and shares nothing with them', () => {
      const [params, velocity] = [asViews(state().params), asViews(state().velocity)];
      const [given, layers] = [asViews(gradients()), [[], ['W2'], ['W3', 'b3']]];
      const call = () => fineTuningStep(params, given, velocity, layers, OPTIONS);
      expect(call).to.leaveUnchanged({ params, given, velocity, layers });
      const found = call();
      spoil(params);
      spoil(velocity);
      expect(found).to.almostEqual(moved(['W2', 'W3', 'b3']));
    });

    it('refuses names that it has no parameter or no gradient for, and another shape', () => {
      expect(() => step([['W4'], ['W3']])).to.throw(RangeError);
      const { W3: _, ...some } = gradients();
      expect(() => step(LAYERS(), some)).to.throw(RangeError);
      expect(() => step(LAYERS(), { ...gradients(), W2: zeros(4) })).to.throw(RangeError);
      expect(() => step(LAYERS(), { ...gradients(), W1: zeros(2, 1) })).to.throw(RangeError);
    });
  });

  /** Deviations of 2 and ½, with the ε. */
  const norm = () => ({
    x: array([
      [5, -1],
      [2, -2.5],
      [-3, 0],
    ]),
    gamma: array([3, -1]),
    beta: array([0.5, 2]),
    running: { mean: array([1, -2]), variance: array([3.75, 0]) },
  });
  const TRAINING = { training: true, momentum: 0.8, epsilon: 0.25 };

  describe('24.7 frozenBatchNorm', () => {
    const OUT = [
      [6.5, 0],
      [2, 3],
      [-5.5, -2],
    ];

    it('standardizes by the running statistics, as in evaluation so while the network is trained', () => {
      for (const training of [false, true]) {
        const { x, gamma, beta, running } = norm();
        const options = { ...TRAINING, training };
        expect(frozenBatchNorm(x, gamma, beta, running, options).out).to.almostEqual(OUT);
      }
    });

    it('keeps the running statistics as they are', () => {
      const { x, gamma, beta, running } = norm();
      const step = frozenBatchNorm(x, gamma, beta, running, TRAINING);
      expect(step.running).to.almostEqual(norm().running);
    });

    it('has a cache in evaluation too, and keeps the statistics there', () => {
      const { x, gamma, beta, running } = norm();
      const options = { ...TRAINING, training: false };
      const { running: after, cache } = frozenBatchNorm(x, gamma, beta, running, options);
      expect(after).to.almostEqual(norm().running);
      const { dx } = frozenBatchNormBackward(
        filled([3, 2], (n) => n! + 2),
        cache,
      );
      expect(dx).to.almostEqual([
        [3, -4],
        [4.5, -6],
        [6, -8],
      ]);
    });

    it('treats each sample as if it were alone: a batch of one, and none', () => {
      const { x, gamma, beta, running } = norm();
      const run = (batch: Tensor) => frozenBatchNorm(batch, gamma, beta, running, TRAINING).out;
      expect(run(x.lo(1, 0).hi(1, 2))).to.almostEqual([OUT[1]!]);
      expect(run(zeros(0, 2))).to.have.arrayShape([0, 2]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const given = norm();
      const [x, gamma, beta] = [turned(given.x), spaced(given.gamma), spaced(given.beta)] as const;
      const running = {
        mean: spaced(given.running.mean),
        variance: spaced(given.running.variance),
      };
      const call = () => frozenBatchNorm(x, gamma, beta, running, TRAINING);
      expect(call).to.leaveUnchanged({ x, gamma, beta, running });
      const { out, running: after } = call();
      running.mean.set(0, 99);
      expect(out).to.almostEqual(OUT);
      expect(after).to.almostEqual(norm().running);
    });

    it('refuses shapes that do not fit', () => {
      const { x, gamma, beta, running } = norm();
      const { mean, variance } = running;
      const run =
        (...[a, g, b, m, v]: [Tensor, Tensor, Tensor, Tensor, Tensor]) =>
        () =>
          frozenBatchNorm(a, g, b, { mean: m, variance: v }, TRAINING);
      expect(run(zeros(2), gamma, beta, mean, variance)).to.throw(RangeError);
      expect(run(x, zeros(3), beta, mean, variance)).to.throw(RangeError);
      expect(run(x, gamma, zeros(3), mean, variance)).to.throw(RangeError);
      expect(run(x, gamma, beta, zeros(3), variance)).to.throw(RangeError);
      expect(run(x, gamma, beta, mean, zeros(3))).to.throw(RangeError);
    });
  });

  describe('24.8 frozenBatchNormBackward', () => {
    const dout = () =>
      array([
        [1, -2],
        [0.5, 4],
        [-3, 1],
      ]);
    const BACK = {
      dx: array([
        [1.5, 4],
        [0.75, -8],
        [-4.5, -2],
      ]),
      dgamma: array([8.25, -4]),
      dbeta: array([-1.5, 3]),
    };

    it('goes back through γ and the deviation alone: the statistics are no functions of x', () => {
      const { x, gamma, beta, running } = norm();
      const { cache } = frozenBatchNorm(x, gamma, beta, running, TRAINING);
      expect(frozenBatchNormBackward(dout(), cache)).to.almostEqual(BACK);
    });

    it('agrees with numerical slopes', () => {
      const random = seededRandom(1);
      const running = { mean: randomNormal(random, 1, 2), variance: array([0.4, 5]) };
      expect({
        name: 'the frozen batch norm',
        inputs: {
          x: randomNormal(random, 2, 3, 2),
          gamma: randomNormal(random, 1, 2),
          beta: randomNormal(random, 1, 2),
        },
        forward: (x: Tensor, gamma: Tensor, beta: Tensor) =>
          frozenBatchNorm(x, gamma, beta, running, TRAINING),
        backward: frozenBatchNormBackward,
        constants: { N: 3 },
        axes: {
          x: ['sample', 'feature'],
          gamma: ['feature'],
          beta: ['feature'],
          out: ['sample', 'feature'],
        },
      }).to.have.rightGradients();
    });

    it('takes a batch of one', () => {
      const { x, gamma, beta, running } = norm();
      const { cache } = frozenBatchNorm(x.lo(2, 0), gamma, beta, running, TRAINING);
      expect(frozenBatchNormBackward(array([[0.5, 4]]), cache)).to.almostEqual({
        dx: array([[0.75, -8]]),
        dgamma: array([-1, 16]),
        dbeta: array([0.5, 4]),
      });
    });

    it('reads a view through its strides, and leaves dout and the cache as they were', () => {
      const { x, gamma, beta, running } = norm();
      const { cache } = frozenBatchNorm(turned(x), spaced(gamma), beta, running, TRAINING);
      const view = turned(dout());
      expect(() => frozenBatchNormBackward(view, cache)).to.leaveUnchanged({ view, cache });
      expect(frozenBatchNormBackward(view, cache)).to.almostEqual(BACK);
    });
  });

  describe('24.9 trainHead', () => {
    /** The body doubles x: the features are (1, 0), (0, 2) and (1, 0). */
    const double = (x: Tensor) => map(x, (value) => 2 * value);
    const samples = () => ({
      x: array([
        [0.5, 0],
        [0, 1],
        [0.5, 0],
      ]),
      labels: labels([2, 0, 0]),
    });
    /** The softmax of the first and the last is 1/8, 2/8 and 5/8, that of the second 3/10, 1/10 and 6/10. */
    const b = () => array([0.5, -1, 0.25]);
    const start = () => ({
      W: array([
        [Math.log(1) - 0.5, Math.log(2) + 1, Math.log(5) - 0.25],
        [(Math.log(3) - 0.5) / 2, (Math.log(1) + 1) / 2, (Math.log(6) - 0.25) / 2],
      ]),
      b: b(),
    });
    const LOSS = -(Math.log(5 / 8) + Math.log(3 / 10) + Math.log(1 / 8)) / 3;
    // What comes to the logits is (1, 2, −3)/24, (−7, 1, 6)/30 and (−7, 2, 5)/24.
    const SLOPE = {
      W: array([
        [-1 / 4, 1 / 6, 1 / 12],
        [-7 / 15, 1 / 15, 6 / 15],
      ]),
      b: array([-1 / 4 - 7 / 30, 1 / 6 + 1 / 30, 1 / 12 + 1 / 5]),
    };
    const after = (rate: number) => ({
      W: zip(start().W, SLOPE.W, (w, g) => w - rate * g),
      b: zip(start().b, SLOPE.b, (w, g) => w - rate * g),
    });

    it('takes a step of gradient descent on the softmax loss of the features', () => {
      for (const learningRate of [0.6, 2.5]) {
        const found = trainHead(double, samples(), start(), { steps: 1, learningRate });
        expect(found).to.almostEqual({ head: after(learningRate), losses: [LOSS] });
      }
    });

    it('returns the head as it is after no step, in arrays of its own', () => {
      const head = start();
      const found = trainHead(double, samples(), head, { steps: 0, learningRate: 0.6 });
      head.W.data.fill(99);
      head.b.data.fill(99);
      expect(found).to.almostEqual({ head: start(), losses: [] });
    });

    it('asks the body once, for all samples, however many steps there are', () => {
      const asked: number[][] = [];
      const watching = (x: Tensor): Tensor => {
        asked.push([...copy(x).data]);
        return double(x);
      };
      trainHead(watching, samples(), start(), { steps: 3, learningRate: 0.6 });
      expect(asked).to.deep.equal([[0.5, 0, 0, 1, 0.5, 0]]);
    });

    it('is right for a batch of one, and for logits of ±1000', () => {
      const far = { W: array([[1, -1]]), b: zeros(2) };
      const one = { x: array([[500]]), labels: labels([1]) };
      const found = trainHead(double, one, far, { steps: 1, learningRate: 0.002 });
      expect(found).to.almostEqual({
        head: { W: array([[-1, 1]]), b: array([-0.002, 0.002]) },
        losses: [2000],
      });
    });

    it('finds how often each class follows where the features are all alike', () => {
      // Of three alike samples two are of class 0: the logits come to differ by ln 2, and the loss to the entropy.
      const alike = { x: array([[4], [-1], [7]]), labels: labels([0, 1, 0]) };
      const blind = (x: Tensor) => map(x, () => 0.5);
      const zero = { W: zeros(1, 2), b: zeros(2) };
      const { head, losses } = trainHead(blind, alike, zero, { steps: 60, learningRate: 0.7 });
      const logit = (c: number) => 0.5 * head.W.get(0, c) + head.b.get(c);
      expect(logit(0) - logit(1)).to.be.closeTo(Math.LN2, 1e-9);
      expect(losses[0]).to.be.closeTo(Math.LN2, 1e-12);
      expect(losses.at(-1)).to.be.closeTo(Math.log(3) - (2 / 3) * Math.LN2, 1e-9);
      expect(losses).to.have.length(60);
    });

    it('parts three classes that can be parted', () => {
      // With (0, 2), (−2, −2) and (2, 0) as the columns of W all margins are 3 or more, so the loss is below 2 · e⁻³
      // there, at the distance √16 from 0. The loss is convex, and its gradient changes by at most 2.5 times the way, so T
      // steps of 1/2.5 end at most 16 / (2 · 0.4 · T) above that.
      const apart = {
        x: array([
          [1, 0],
          [0, 1],
          [-0.5, -0.5],
          [0.75, 0],
        ]),
        labels: labels([2, 0, 1, 2]),
      };
      const zero = { W: zeros(2, 3), b: zeros(3) };
      const options = { steps: 120, learningRate: 0.4 };
      const { losses } = trainHead(double, apart, zero, options);
      expect(losses[0]).to.be.closeTo(Math.log(3), 1e-12);
      expect(losses.at(-1)).to.be.below(2 * Math.exp(-3) + 16 / (2 * 0.4 * 119));
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const { x, labels: classes } = { x: turned(samples().x), labels: spacedLabels([2, 0, 0]) };
      const [given, head] = [
        { x, labels: classes },
        { W: turned(start().W), b: spaced(b()) },
      ];
      const call = () => trainHead(double, given, head, { steps: 1, learningRate: 0.6 });
      expect(call).to.leaveUnchanged({ given, head });
      expect(call()).to.almostEqual({ head: after(0.6), losses: [LOSS] });
    });
  });

  describe('24.10 loraStart', () => {
    it('draws A and leaves B at 0, so that their product changes nothing', () => {
      const { A, B } = loraStart(4, 5, 3, seededRandom(1));
      expect(A).to.have.arrayShape([4, 3]);
      expect(B).to.almostEqual(zeros(3, 5));
      for (const value of A.data) expect(value).not.to.equal(0);
    });

    it('draws normal numbers of the deviation √(1/D), each for itself', () => {
      expectNormal(loraStart(60, 70, 40, seededRandom(2)).A, Math.sqrt(1 / 60));
      expectEachDrawn((random) => loraStart(3, 7, 2, random).A);
    });

    it('takes every rank up to the smaller of both sizes', () => {
      for (const [D, M, rank] of [
        [2, 6, 2],
        [6, 2, 2],
        [3, 3, 1],
        [1, 1, 1],
      ] as const) {
        const { A, B } = loraStart(D, M, rank, seededRandom(4));
        expect(A).to.have.arrayShape([D, rank]);
        expect(B).to.have.arrayShape([rank, M]);
      }
    });

    it('is made of nothing but the generator', () => {
      const run = (seed: number) => loraStart(4, 5, 2, seededRandom(seed));
      expect(run(5)).to.almostEqual(run(5));
      expect(run(6).A.get(0, 0)).not.to.be.closeTo(run(5).A.get(0, 0), 1e-9);
    });

    it('refuses a rank that is no whole number, or beyond these', () => {
      for (const rank of [0, -1, 1.5, 4]) {
        expect(() => loraStart(3, 5, rank, seededRandom(1)), `rank ${rank}`).to.throw(RangeError);
        expect(() => loraStart(5, 3, rank, seededRandom(1)), `rank ${rank}`).to.throw(RangeError);
      }
    });
  });

  /** α/r is 3/2. x · A is (−1, 4) and (4, −7). */
  const ALPHA = 3;
  const low = () => ({
    x: array([
      [1, 2, -1],
      [0, -1, 3],
    ]),
    W: array([
      [1, 0, -1, 2],
      [0, 1, 2, -1],
      [-1, 2, 0, 1],
    ]),
    b: array([0.5, -1, 0.25, 0]),
    lora: {
      A: array([
        [2, 0],
        [-1, 1],
        [1, -2],
      ]),
      B: array([
        [1, -2, 0.5, 0],
        [0, 1, -1, 2],
      ]),
    },
  });
  const views = () => {
    const { x, W, b, lora } = low();
    return {
      x: turned(x),
      W: turned(W),
      b: spaced(b),
      lora: { A: turned(lora.A), B: turned(lora.B) },
    };
  };

  describe('24.11 loraForward', () => {
    const OUT = [
      [1, 8, -3.5, 11],
      [3.5, -18.5, 11.75, -17],
    ];

    it('divides α by the rank that it gets', () => {
      // Rank 1, α = 0.2: a fifth of (−3, 4)ᵀ · (2, 5); rank 3, α = 6: twice their product.
      const [x, W, b] = [array([[1, 2]]), zeros(2, 2), array([0.5, 1])];
      const one = { A: array([[-3], [4]]), B: array([[2, 5]]) };
      expect(loraForward(x, W, b, one, 0.2).out).to.almostEqual([[2.5, 6]]);
      const three = {
        A: array([
          [1, 0, 2],
          [0, 1, -1],
        ]),
        B: array([
          [1, 2],
          [3, -1],
          [7, 4],
        ]),
      };
      expect(loraForward(x, W, b, three, 6).out).to.almostEqual([[14.5, 1]]);
    });

    it('adds α/r times x · A · B to the affine layer', () => {
      const { x, W, b, lora } = low();
      expect(loraForward(x, W, b, lora, ALPHA).out).to.almostEqual(OUT);
    });

    it('is the affine layer as long as B is 0', () => {
      const { x, W, b, lora } = low();
      const start = { A: lora.A, B: zeros(2, 4) };
      expect(loraForward(x, W, b, start, ALPHA).out).to.almostEqual([
        [2.5, -1, 3.25, -1],
        [-2.5, 4, -1.75, 4],
      ]);
    });

    it('takes a batch of one, and none', () => {
      const { x, W, b, lora } = low();
      expect(loraForward(x.lo(1, 0), W, b, lora, ALPHA).out).to.almostEqual([OUT[1]!]);
      expect(loraForward(zeros(0, 3), W, b, lora, ALPHA).out).to.have.arrayShape([0, 4]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const { x, W, b, lora } = views();
      const call = () => loraForward(x, W, b, lora, ALPHA);
      expect(call).to.leaveUnchanged({ x, W, b, lora });
      expect(call().out).to.almostEqual(OUT);
    });

    it('refuses sizes that do not fit', () => {
      const { x, W, b, lora } = low();
      const { A, B } = lora;
      expect(() => loraForward(zeros(2, 4), W, b, lora, ALPHA)).to.throw(RangeError);
      expect(() => loraForward(x, zeros(3, 3), b, lora, ALPHA)).to.throw(RangeError);
      expect(() => loraForward(x, W, zeros(3), lora, ALPHA)).to.throw(RangeError);
      expect(() => loraForward(x, W, b, { A: zeros(3, 3), B }, ALPHA)).to.throw(RangeError);
      expect(() => loraForward(x, W, b, { A: zeros(4, 2), B }, ALPHA)).to.throw(RangeError);
      expect(() => loraForward(x, W, b, { A, B: zeros(3, 4) }, ALPHA)).to.throw(RangeError);
      expect(() => loraForward(x, W, b, { A, B: zeros(2, 1) }, ALPHA)).to.throw(RangeError);
    });
  });

  describe('24.12 loraBackward', () => {
    const dout = () =>
      array([
        [2, 0, -1, 1],
        [0.5, -1, 0, 1],
      ]);
    // dout · Bᵀ is (1½, 3) and (2½, 1).
    const BACK = {
      dx: array([
        [9.5, -0.75, -7.75],
        [10, -4.25, -0.75],
      ]),
      dA: array([
        [2.25, 4.5],
        [0.75, 7.5],
        [9, 0],
      ]),
      dB: array([
        [0, -6, 1.5, 4.5],
        [6.75, 10.5, -6, -4.5],
      ]),
    };

    it('gives to x, A and B what comes back to them', () => {
      const { x, W, b, lora } = low();
      const { cache } = loraForward(x, W, b, lora, ALPHA);
      expect(loraBackward(dout(), cache)).to.almostEqual(BACK);
    });

    it('has no gradient for W and b: they are frozen', () => {
      const { x, W, b, lora } = low();
      const { cache } = loraForward(x, W, b, lora, ALPHA);
      expect(Object.keys(loraBackward(dout(), cache)).toSorted()).to.deep.equal(['dA', 'dB', 'dx']);
    });

    it('moves B alone at the start, where B is 0', () => {
      const { x, W, b, lora } = low();
      const { cache } = loraForward(x, W, b, { A: lora.A, B: zeros(2, 4) }, ALPHA);
      expect(loraBackward(dout(), cache)).to.almostEqual({
        dx: array([
          [5, -3, -1],
          [2.5, -2, -1.5],
        ]),
        dA: zeros(3, 2),
        dB: BACK.dB,
      });
    });

    it('agrees with numerical slopes', () => {
      const random = seededRandom(1);
      const [W, b] = [randomNormal(random, 1, 3, 5), randomNormal(random, 1, 5)];
      expect({
        name: 'the layer with a low-rank update',
        inputs: {
          x: randomNormal(random, 1, 4, 3),
          A: randomNormal(random, 1, 3, 2),
          B: randomNormal(random, 1, 2, 5),
        },
        forward: (x: Tensor, A: Tensor, B: Tensor) => loraForward(x, W, b, { A, B }, 0.7),
        backward: loraBackward,
        constants: { N: 4, 'α/r': 0.35, 'the rank': 2 },
        axes: {
          x: ['sample', 'input'],
          A: ['input', 'rank'],
          B: ['rank', 'output'],
          out: ['sample', 'output'],
        },
      }).to.have.rightGradients();
    });

    it('takes a batch of one', () => {
      const { x, W, b, lora } = low();
      const { cache } = loraForward(x.lo(1, 0), W, b, lora, ALPHA);
      expect(loraBackward(dout().lo(1, 0), cache)).to.almostEqual({
        dx: array([[10, -4.25, -0.75]]),
        dA: array([
          [0, 0],
          [-3.75, -1.5],
          [11.25, 4.5],
        ]),
        dB: array([
          [3, -6, 0, 6],
          [-5.25, 10.5, 0, -10.5],
        ]),
      });
    });

    it('leads to W and an update of rank 1, where that is the answer', () => {
      // The layer's outputs for three unit vectors should be the rows of W + u · v: what A and B have to become.
      const W = array([
        [0.3, -2],
        [1, 0.5],
        [-0.7, 4],
      ]);
      const [u, v, b] = [[1, -2, 0.5], [0.8, -0.6], array([0.25, -1])] as const;
      const units = filled([3, 3], (i, j) => Number(i === j));
      let lora = { A: array([[0.5], [-0.25], [0.1]]), B: zeros(1, 2) };
      for (let step = 0; step < 100; step++) {
        const { out, cache } = loraForward(units, W, b, lora, 2);
        const off = filled(
          [3, 2],
          (d, m) => out.get(d!, m!) - b.get(m!) - W.get(d!, m!) - u[d!]! * v[m!]!,
        );
        const { dA, dB } = loraBackward(off, cache);
        const down = (w: Tensor, g: Tensor) => zip(w, g, (value, slope) => value - 0.1 * slope);
        lora = { A: down(lora.A, dA), B: down(lora.B, dB) };
      }
      const update = filled([3, 2], (d, m) => 2 * lora.A.get(d!, 0) * lora.B.get(0, m!));
      expect(update).to.almostEqual(
        [
          [0.8, -0.6],
          [-1.6, 1.2],
          [0.4, -0.3],
        ],
        { absolute: 1e-6 },
      );
    });

    it('reads a view through its strides, and leaves dout and the cache as they were', () => {
      const { x, W, b, lora } = views();
      const { cache } = loraForward(x, W, b, lora, ALPHA);
      const view = turned(dout());
      expect(() => loraBackward(view, cache)).to.leaveUnchanged({ view, cache });
      expect(loraBackward(view, cache)).to.almostEqual(BACK);
    });
  });

  describe('24.13 loraMerge', () => {
    const MERGED = [
      [4, -6, 0.5, 2],
      [-1.5, 5.5, -0.25, 2],
      [0.5, -4, 3.75, -5],
    ];

    it('divides α by the rank that it gets', () => {
      const one = { A: array([[3], [-4]]), B: array([[2, 5]]) };
      const W = array([
        [1, 0],
        [0, 2],
      ]);
      expect(loraMerge(W, one, 0.2)).to.almostEqual([
        [2.2, 3],
        [-1.6, -2],
      ]);
    });

    it('adds α/r times A · B to W', () => {
      const { W, lora } = low();
      expect(loraMerge(W, lora, ALPHA)).to.almostEqual(MERGED);
    });

    it('is W as long as B is 0', () => {
      const { W, lora } = low();
      expect(loraMerge(W, { A: lora.A, B: zeros(2, 4) }, ALPHA)).to.almostEqual(low().W);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const { W, lora } = views();
      expect(() => loraMerge(W, lora, ALPHA)).to.leaveUnchanged({ W, lora });
      expect(loraMerge(W, lora, ALPHA)).to.almostEqual(MERGED);
    });

    it('refuses sizes that do not fit', () => {
      const { W, lora } = low();
      const { A, B } = lora;
      expect(() => loraMerge(zeros(4, 3), lora, ALPHA)).to.throw(RangeError);
      expect(() => loraMerge(W, { A: zeros(3, 1), B }, ALPHA)).to.throw(RangeError);
      expect(() => loraMerge(W, { A, B: zeros(2, 3) }, ALPHA)).to.throw(RangeError);
    });
  });
});
