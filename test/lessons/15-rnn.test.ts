import { array, copy, filled, labels, map, zeros, zip, type Labels, type Tensor } from '#arrays';
import { expect } from '#checks/gradient/assertion';
import { randomNormal, turned, turnedSequences } from '#checks/fixtures';
import { seededRandom } from '#datasets/random';
import {
  clipGradients,
  embeddingBackward,
  embeddingForward,
  generateTokens,
  languageModelGradients,
  manyToOneGradients,
  rnnBackward,
  rnnForward,
  rnnStepBackward,
  rnnStepForward,
  sampleToken,
  temporalSoftmaxLossBackward,
  temporalSoftmaxLossForward,
  type LanguageModelParams,
  type RecurrentParams,
  type TokenBatch,
} from '#lessons/15-rnn';
import ndarray from 'ndarray';

/** ½ · ln 2. The tanh of k times it is (2ᵏ − 1) / (2ᵏ + 1): ⅓, ⅗, 7⁄9, 15⁄17, 31⁄33 and so on. */
const A = Math.LN2 / 2;

const scaledByA = (x: number[][]): Tensor => map(array(x), (v) => A * v);

/** A step of N = 2, D = 1, H = 3. Before the tanh it is A · (1, −2, 3) and A · (1, 2, −5). */
function step() {
  return {
    x: array([[1], [-2]]),
    hPrev: array([
      [2, -1, 0],
      [0, 1, -1],
    ]),
    Wx: scaledByA([[1, -3, 4]]),
    Wh: scaledByA([
      [0, 1, -1],
      [2, 0, 1],
      [1, 3, 0],
    ]),
    b: map(array([2, -1, 2]), (v) => A * v),
  };
}

const STEP = [
  [1 / 3, -3 / 5, 7 / 9],
  [1 / 3, 3 / 5, -31 / 33],
];

/**
 * One unit that reads one number, for two steps: h₀ = −⅗, x = (2, 1). Before the tanh it is ln 2 and 2 · ln 2, so
 * h is ⅗ and 15⁄17.
 */
function unit() {
  return {
    x: array([[[2], [1]]]),
    h0: array([[-3 / 5]]),
    Wx: array([[Math.LN2]]),
    Wh: array([[(5 / 3) * Math.LN2]]),
    b: array([0]),
  };
}

interface Sizes {
  N: number;
  T: number;
  D: number;
  H: number;
}

/** Sequences and weights drawn from a normal distribution, which leave no unit saturated. */
function drawn({ N, T, D, H }: Sizes) {
  const random = seededRandom(100 * N + 10 * T + D);
  return {
    x: randomNormal(random, 1, N, T, D),
    h0: randomNormal(random, 0.5, N, H),
    Wx: randomNormal(random, 0.5, D, H),
    Wh: randomNormal(random, 0.6, H, H),
    b: randomNormal(random, 0.3, H),
  };
}

const LONG = { N: 2, T: 5, D: 3, H: 4 };

const SIZES: readonly (readonly [string, Sizes])[] = [
  ['five steps', LONG],
  ['more inputs than units', { N: 3, T: 4, D: 5, H: 2 }],
  ['a batch of one, more steps than units', { N: 1, T: 4, D: 2, H: 3 }],
  ['one step', { N: 3, T: 1, D: 2, H: 4 }],
];

/** Few enough numbers that each can be varied. */
const SMALL: typeof SIZES = [['sizes of which no two are alike', { N: 2, T: 3, D: 1, H: 4 }]];

/** The states after each step by the formula, number by number. */
function statesByFormula({ x, h0, Wx, Wh, b }: ReturnType<typeof drawn>): Tensor {
  const [N, T, D] = x.shape as [number, number, number];
  const H = b.size;
  const h = zeros(N, T, H);
  for (let n = 0; n < N; n++) {
    for (let t = 0; t < T; t++) {
      for (let k = 0; k < H; k++) {
        let sum = b.get(k);
        for (let d = 0; d < D; d++) sum += x.get(n, t, d) * Wx.get(d, k);
        for (let i = 0; i < H; i++) {
          sum += (t === 0 ? h0.get(n, i) : h.get(n, t - 1, i)) * Wh.get(i, k);
        }
        h.set(n, t, k, Math.tanh(sum));
      }
    }
  }
  return h;
}

/** Tokens in rows, shape (N, T). */
function tokens(rows: number[][]): Labels {
  return ndarray(Int32Array.from(rows.flat()), [rows.length, rows[0]!.length]);
}

const ROWS = [
  [0.5, -1, 2],
  [3, 7, -4],
  [-0.25, 6, 0],
  [9, 1.5, -8],
];

/** Two sequences of three steps with four tokens. Softmax makes eighths, fifths and so on of them. */
function foretold() {
  const ln = Math.log;
  return {
    logits: array([
      [
        [0, ln(3), ln(2), ln(2)],
        [ln(6), ln(2), 0, 0],
        [ln(3), 0, ln(2), ln(4)],
      ],
      [
        [ln(4), 0, ln(5), ln(6)],
        [-3, 0.5, 4, 1],
        [0, ln(7), 0, 0],
      ],
    ]),
    labels: tokens([
      [1, 0, 2],
      [3, 1, 2],
    ]),
    mask: array([
      [1, 1, 1],
      [1, 0, 1],
    ]),
  };
}

/** The probabilities of the right tokens are ⅜, ⅗, ⅕, ⅜ and ⅒. */
const FORETOLD_LOSS = -Math.log((3 / 8) * (3 / 5) * (1 / 5) * (3 / 8) * (1 / 10)) / 2;

/** (softmax − one-hot) / 2 where the mask is 1. */
const FORETOLD_GRADIENT = [
  [
    [1 / 16, -5 / 16, 2 / 16, 2 / 16],
    [-2 / 10, 1 / 10, 1 / 20, 1 / 20],
    [3 / 20, 1 / 20, -8 / 20, 4 / 20],
  ],
  [
    [4 / 32, 1 / 32, 5 / 32, -10 / 32],
    [0, 0, 0, 0],
    [1 / 20, 7 / 20, -9 / 20, 1 / 20],
  ],
];

/** A classifier of N = 2 sequences, T = 3, D = 2, H = 4, C = 5. */
function classifier(): { x: Tensor; classes: Labels; params: RecurrentParams } {
  const { x, Wx, Wh, b } = drawn({ N: 2, T: 3, D: 2, H: 4 });
  const random = seededRandom(8);
  const [Wy, by] = [randomNormal(random, 0.7, 4, 5), randomNormal(random, 0.4, 5)];
  return { x, classes: labels([3, 1]), params: { Wx, Wh, b, Wy, by } };
}

/** A language model of V = 5 tokens, D = 2, H = 3, and N = 2 sequences of T = 4. */
function languageModel(): { batch: TokenBatch; h0: Tensor; params: LanguageModelParams } {
  const { h0, Wx, Wh, b } = drawn({ N: 2, T: 4, D: 2, H: 3 });
  const random = seededRandom(9);
  return {
    batch: {
      ids: tokens([
        [1, 4, 1, 0],
        [2, 2, 4, 3],
      ]),
      labels: tokens([
        [4, 1, 0, 2],
        [2, 4, 3, 0],
      ]),
      mask: array([
        [1, 1, 0, 1],
        [0, 1, 1, 0],
      ]),
    },
    h0,
    params: {
      We: randomNormal(random, 0.8, 5, 2),
      Wx,
      Wh,
      b,
      Wy: randomNormal(random, 0.7, 3, 5),
      by: randomNormal(random, 0.4, 5),
    },
  };
}

/** −ln of the softmax of the logits h · Wy + by at a class. */
function surprise(h: number[], { Wy, by }: Pick<RecurrentParams, 'Wy' | 'by'>, at: number): number {
  const logits = Array.from({ length: by.size }, (_, c) =>
    h.reduce((sum, value, k) => sum + value * Wy.get(k, c), by.get(c)),
  );
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  return Math.log(total) - logits[at]!;
}

/** The loss of a classifier of sequences by its formula. */
function classifierLoss(x: Tensor, classes: Labels, params: RecurrentParams): number {
  const [N, T] = x.shape as [number, number];
  const h = statesByFormula({ ...params, x, h0: zeros(N, params.b.size) });
  let loss = 0;
  for (let n = 0; n < N; n++) {
    loss += surprise([...copy(h.pick(n, T - 1, null)).data], params, classes.get(n)) / N;
  }
  return loss;
}

/** The loss of a language model by its formula. */
function languageLoss(batch: TokenBatch, h0: Tensor, params: LanguageModelParams): number {
  const [N, T] = batch.ids.shape as [number, number];
  const x = filled([N, T, params.We.shape[1]!], (n, t, d) =>
    params.We.get(batch.ids.get(n!, t!), d!),
  );
  const h = statesByFormula({ ...params, x, h0 });
  let loss = 0;
  for (let n = 0; n < N; n++) {
    for (let t = 0; t < T; t++) {
      const state = [...copy(h.pick(n, t, null)).data];
      loss += (batch.mask.get(n, t) * surprise(state, params, batch.labels.get(n, t))) / N;
    }
  }
  return loss;
}

/** The gradients of a loss with respect to all parameters, by central differences. */
function slopesOf<P extends object>(params: P, loss: (params: P) => number): P {
  const h = 1e-5;
  const slopes = Object.entries(params as Record<string, Tensor>).map(([name, w]) => {
    const at = (i: number, shift: number): number => {
      const moved = copy(w);
      moved.data[i]! += shift;
      return loss({ ...params, [name]: moved });
    };
    const slope = copy(w);
    for (const i of slope.data.keys()) slope.data[i] = (at(i, h) - at(i, -h)) / (2 * h);
    return [name, slope] as const;
  });
  return Object.fromEntries(slopes) as P;
}

/** What central differences can promise with steps of 10⁻⁵ and a loss around 1. */
const DIFFERENCES = { relative: 1e-7, absolute: 1e-8 };

/**
 * A model that surely says the next token of the circle 0, 1, 2, 3: each has a unit of its own, whose ±1 lifts the
 * logit of the one after it by 60 over the others.
 */
function circle(): LanguageModelParams {
  const one = (size: number, factor: number) =>
    filled([size, size], (i, j) => (i === j ? factor : 0));
  return {
    We: one(4, 2),
    Wx: one(4, 10),
    Wh: zeros(4, 4),
    b: zeros(4),
    Wy: filled([4, 4], (i, j) => ((i! + 1) % 4 === j ? 60 : 0)),
    by: zeros(4),
  };
}

/**
 * A model that counts. Whatever it reads, its one unit goes from 0 to near 1 in steps: h = tanh(h / 2 + ½), which is
 * 0.46, 0.62, 0.67, 0.69, … The logit of token 1 is above that of token 0 from 0.65 on, so from the third token.
 */
function counter(scale: number): LanguageModelParams {
  return {
    We: zeros(2, 3),
    Wx: zeros(3, 1),
    Wh: array([[0.5]]),
    b: array([0.5]),
    Wy: array([[0, 4 * scale]]),
    by: array([0, -2.6 * scale]),
  };
}

/**
 * How many standard errors a frequency may be off. A right answer exceeds it by chance in 1 of 26 million draws
 * (https://en.wikipedia.org/wiki/68–95–99.7_rule).
 */
const ERRORS = 5.5;

/** Whether tokens come up as often as they should, each by itself. */
function expectFrequencies(draws: number[], probabilities: number[]): void {
  for (const [token, p] of probabilities.entries()) {
    const share = draws.filter((drawnToken) => drawnToken === token).length / draws.length;
    const bound = ERRORS * Math.sqrt((p * (1 - p)) / draws.length);
    expect(share, `the share of token ${token}`).to.be.closeTo(p, bound);
  }
}

/** Tokens from one generator after the other, seeds 1 to 4. */
function drawMany(logits: Tensor, temperature: number, times = 80): number[] {
  return [1, 2, 3, 4].flatMap((seed) => {
    const random = seededRandom(seed);
    return Array.from({ length: times }, () => sampleToken(logits, temperature, random));
  });
}

const STEP_AXES = {
  x: ['sample', 'feature'],
  hPrev: ['sample', 'unit'],
  h: ['sample', 'unit'],
  Wx: ['feature', 'unit'],
  Wh: ['earlier unit', 'unit'],
  b: ['unit'],
};

const AXES = {
  ...STEP_AXES,
  x: ['sample', 'time step', 'feature'],
  h0: ['sample', 'unit'],
  h: ['sample', 'time step', 'unit'],
};

describe('15-rnn', () => {
  describe('15.1 rnnStepForward', () => {
    it('is the tanh of what the input and the last state send, and of the bias', () => {
      const { x, hPrev, Wx, Wh, b } = step();
      expect(rnnStepForward(x, hPrev, Wx, Wh, b).h).to.almostEqual(STEP);
    });

    it('reads row d of Wx for input d and row i of Wh for unit i', () => {
      const x = array([[0, 1]]);
      const hPrev = array([[0, 0, 1]]);
      const Wx = scaledByA([
        [7, 8, 9],
        [1, -1, 2],
      ]);
      const Wh = scaledByA([
        [5, 6, 7],
        [-7, 8, -5],
        [1, 3, -4],
      ]);
      expect(rnnStepForward(x, hPrev, Wx, Wh, zeros(3)).h).to.almostEqual([[3 / 5, 3 / 5, -3 / 5]]);
    });

    for (const [title, sizes] of SIZES) {
      it(`is right for sizes as in ${title}`, () => {
        const { x, h0, Wx, Wh, b } = drawn({ ...sizes, T: 1 });
        const states = statesByFormula({ x, h0, Wx, Wh, b });
        const { h } = rnnStepForward(x.pick(null, 0, null), h0, Wx, Wh, b);
        expect(h).to.almostEqual(states.pick(null, 0, null));
      });
    }

    it('stays within ±1, far from 0 too', () => {
      const x = array([[1000], [-1000]]);
      const { h } = rnnStepForward(x, zeros(2, 1), array([[2]]), array([[3]]), array([5]));
      expect(h).to.almostEqual([[1], [-1]]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const { x, hPrev, Wx, Wh, b } = step();
      const args = { x, hPrev: turned(hPrev), Wx: turned(Wx), Wh: turned(Wh), b };
      const call = () => rnnStepForward(args.x, args.hPrev, args.Wx, args.Wh, args.b);
      expect(call).to.leaveUnchanged(args);
      expect(call().h).to.almostEqual(STEP);
    });

    it('refuses sizes that do not fit', () => {
      const { x, hPrev, Wx, Wh, b } = step();
      expect(() => rnnStepForward(zeros(2, 2), hPrev, Wx, Wh, b)).to.throw(RangeError);
      expect(() => rnnStepForward(x, zeros(3, 3), Wx, Wh, b)).to.throw(RangeError);
      expect(() => rnnStepForward(x, hPrev, zeros(1, 2), Wh, b)).to.throw(RangeError);
      expect(() => rnnStepForward(x, hPrev, Wx, zeros(3, 4), b)).to.throw(RangeError);
      expect(() => rnnStepForward(x, hPrev, Wx, Wh, zeros(4))).to.throw(RangeError);
    });
  });

  describe('15.2 rnnStepBackward', () => {
    it('goes through the slope of the tanh, 1 − h², to all five operands', () => {
      // h = 15⁄17 has the slope 64⁄289, h = −⅗ the slope 16⁄25.
      const x = array([[1], [-2]]);
      const hPrev = array([[3 / 5], [0]]);
      const Wx = array([[Math.LN2]]);
      const Wh = array([[(5 / 3) * Math.LN2]]);
      const cacheOf = () => rnnStepForward(x, hPrev, Wx, Wh, array([0])).cache;
      const two = rnnStepBackward(array([[289], [0]]), cacheOf());
      expect(two).to.almostEqual({
        dx: array([[64 * Math.LN2], [0]]),
        dhPrev: array([[(320 / 3) * Math.LN2], [0]]),
        dWx: array([[64]]),
        dWh: array([[(64 * 3) / 5]]),
        db: array([64]),
      });
      // Before the tanh, −2 · ln 2 for the second sample: h = −15⁄17.
      const both = rnnStepBackward(array([[289], [578]]), cacheOf());
      expect(both.dx).to.almostEqual([[64 * Math.LN2], [128 * Math.LN2]]);
      expect(both.dWx).to.almostEqual([[64 - 256]]);
      expect(both.dWh).to.almostEqual([[(64 * 3) / 5]]);
      expect(both.db).to.almostEqual([192]);
    });

    it('reads dh through its strides, and leaves it and the cache as they were', () => {
      const { x, hPrev, Wx, Wh, b } = step();
      const { cache } = rnnStepForward(turned(x), turned(hPrev), turned(Wx), turned(Wh), b);
      const dh = turned(
        array([
          [9 / 8, 25 / 16, 0],
          [0, -25 / 8, 0],
        ]),
      );
      expect(() => rnnStepBackward(dh, cache)).to.leaveUnchanged({ dh, cache });
      // The slopes are 8⁄9 and 16⁄25, so before the tanh it is (1, 1, 0) and (0, −2, 0).
      expect(rnnStepBackward(dh, cache)).to.almostEqual({
        dx: array([[-2 * A], [6 * A]]),
        dhPrev: array([
          [A, 2 * A, 4 * A],
          [-2 * A, 0, -6 * A],
        ]),
        dWx: array([[1, 5, 0]]),
        dWh: array([
          [2, 2, 0],
          [-1, -3, 0],
          [0, 2, 0],
        ]),
        db: array([1, -1, 0]),
      });
    });

    for (const [title, sizes] of SMALL) {
      it(`agrees with numerical slopes for ${title}`, () => {
        const { x, h0, Wx, Wh, b } = drawn({ ...sizes, T: 1 });
        expect({
          name: 'a recurrent step',
          inputs: { x: copy(x.pick(null, 0, null)), hPrev: h0, Wx, Wh, b },
          forward: rnnStepForward,
          backward: rnnStepBackward,
          outputs: ['h'],
          constants: { N: sizes.N },
          axes: STEP_AXES,
        }).to.have.rightGradients();
      });
    }
  });

  describe('15.3 rnnForward', () => {
    it('hands the state on from step to step, beginning with h0', () => {
      const { x, h0, Wx, Wh, b } = unit();
      expect(rnnForward(x, h0, Wx, Wh, b).h).to.almostEqual([[[3 / 5], [15 / 17]]]);
    });

    for (const [title, sizes] of SIZES) {
      it(`is right for ${title}`, () => {
        const { x, h0, Wx, Wh, b } = drawn(sizes);
        const { h } = rnnForward(x, h0, Wx, Wh, b);
        expect(h).to.almostEqual(statesByFormula({ x, h0, Wx, Wh, b }));
      });
    }

    it('gives every sequence the states that it has alone', () => {
      const { x, h0, Wx, Wh, b } = drawn({ N: 3, T: 4, D: 2, H: 5 });
      const second = { x: x.lo(1, 0, 0).hi(1, 4, 2), h0: h0.lo(1, 0).hi(1, 5) };
      const alone = rnnForward(second.x, second.h0, Wx, Wh, b).h;
      expect(alone).to.almostEqual(statesByFormula({ ...second, Wx, Wh, b }));
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const { x, h0, Wx, Wh, b } = drawn(LONG);
      const args = { x: turnedSequences(x), h0: turned(h0), Wx: turned(Wx), Wh: turned(Wh), b };
      const call = () => rnnForward(args.x, args.h0, args.Wx, args.Wh, args.b);
      expect(call).to.leaveUnchanged(args);
      expect(call().h).to.almostEqual(statesByFormula({ x, h0, Wx, Wh, b }));
    });

    it('keeps all axes when there is no sequence', () => {
      const { Wx, Wh, b } = drawn(LONG);
      expect(rnnForward(zeros(0, 5, 3), zeros(0, 4), Wx, Wh, b).h).to.have.arrayShape([0, 5, 4]);
    });

    it('refuses sizes that do not fit, and sequences without an axis of steps', () => {
      const { x, h0, Wx, Wh, b } = drawn(LONG);
      expect(() => rnnForward(x.pick(null, 0, null), h0, Wx, Wh, b)).to.throw(RangeError);
      expect(() => rnnForward(x, zeros(3, 4), Wx, Wh, b)).to.throw(RangeError);
      expect(() => rnnForward(x, h0, zeros(2, 4), Wh, b)).to.throw(RangeError);
      expect(() => rnnForward(x, h0, Wx, zeros(3, 4), b)).to.throw(RangeError);
      expect(() => rnnForward(x, h0, Wx, Wh, zeros(5))).to.throw(RangeError);
    });
  });

  describe('15.4 rnnBackward', () => {
    /** What ln 2 · 5⁄3, the weight of the state, makes of the slope of the last step, 64⁄289. */
    const BACK = (64 / 289) * (5 / 3) * Math.LN2;

    it('adds what comes from outside to what the next step sends, back to h0', () => {
      const { x, h0, Wx, Wh, b } = unit();
      const { cache } = rnnForward(x, h0, Wx, Wh, b);
      const [first, last] = [(16 / 25) * (2 + 3 * BACK), (3 * 64) / 289];
      expect(rnnBackward(array([[[2], [3]]]), cache)).to.almostEqual({
        dx: array([[[first * Math.LN2], [last * Math.LN2]]]),
        dh0: array([[first * (5 / 3) * Math.LN2]]),
        dWx: array([[2 * first + last]]),
        dWh: array([[(3 / 5) * (last - first)]]),
        db: array([first + last]),
      });
    });

    it('sends what reaches only the last step through all of them', () => {
      const { x, h0, Wx, Wh, b } = unit();
      const { cache } = rnnForward(x, h0, Wx, Wh, b);
      const { dh0, db } = rnnBackward(array([[[0], [1]]]), cache);
      const first = (16 / 25) * BACK;
      expect(dh0).to.almostEqual([[first * (5 / 3) * Math.LN2]]);
      expect(db).to.almostEqual([64 / 289 + first]);
    });

    it('takes a sequence of one step, and reads Wh the other way round than forward', () => {
      const h0 = array([[0, -3 / 5]]);
      const Wx = array([[Math.LN2, 0]]);
      // Unit 1 is read by unit 0, and by nobody else.
      const Wh = array([
        [0, 0],
        [(5 / 3) * Math.LN2, 0],
      ]);
      const { cache } = rnnForward(array([[[2]]]), h0, Wx, Wh, zeros(2));
      expect(rnnBackward(array([[[25, 7]]]), cache)).to.almostEqual({
        dx: array([[[16 * Math.LN2]]]),
        dh0: array([[0, (80 / 3) * Math.LN2]]),
        dWx: array([[32, 14]]),
        dWh: array([
          [0, 0],
          [-48 / 5, -21 / 5],
        ]),
        db: array([16, 7]),
      });
    });

    for (const [title, sizes] of SMALL) {
      it(`agrees with numerical slopes for ${title}`, () => {
        expect({
          name: 'a recurrent network',
          inputs: drawn(sizes),
          forward: rnnForward,
          backward: rnnBackward,
          outputs: ['h'],
          constants: { N: sizes.N, T: sizes.T },
          axes: AXES,
        }).to.have.rightGradients();
      });
    }

    it('reads dh through its strides, and leaves it and the cache as they were', () => {
      const { x, h0, Wx, Wh, b } = unit();
      const { cache } = rnnForward(turnedSequences(x), h0, Wx, Wh, b);
      const dh = turnedSequences(array([[[2], [3]]]));
      expect(() => rnnBackward(dh, cache)).to.leaveUnchanged({ dh, cache });
      expect(rnnBackward(dh, cache).db).to.almostEqual([
        (3 * 64) / 289 + (16 / 25) * (2 + 3 * BACK),
      ]);
    });
  });

  describe('15.5 clipGradients', () => {
    /** Their norms are √144 and √225, together √369. */
    const gradients = () => ({
      W: array([
        [2, -4, 4],
        [-8, 0, Math.sqrt(44)],
      ]),
      b: array([5, -2, 4, -Math.sqrt(180)]),
    });

    it('makes the norm of all gradients together the largest that is allowed', () => {
      // √41 is a third of √369.
      const clipped = clipGradients(gradients(), Math.sqrt(41));
      expect(clipped).to.almostEqual({
        W: array([
          [2 / 3, -4 / 3, 4 / 3],
          [-8 / 3, 0, Math.sqrt(44) / 3],
        ]),
        b: array([5 / 3, -2 / 3, 4 / 3, -Math.sqrt(20)]),
      });
    });

    it('leaves gradients that are short enough as they are', () => {
      expect(clipGradients(gradients(), 20)).to.almostEqual(gradients());
      expect(clipGradients({ W: array([[3, -4]]) }, 5)).to.almostEqual({ W: array([[3, -4]]) });
    });

    it('shortens gradients of which each by itself would have been short enough', () => {
      const clipped = clipGradients({ a: array([3]), c: array([0, -4]) }, 4.5);
      expect(clipped).to.almostEqual({ a: array([2.7]), c: array([0, -3.6]) });
    });

    it('shortens a long one by the same factor as a short one beside it', () => {
      const clipped = clipGradients({ a: array([0.6]), c: array([80, 0.8]), d: array([[60]]) }, 1);
      const norm = Math.sqrt(0.36 + 6400 + 0.64 + 3600);
      expect(clipped).to.almostEqual({
        a: array([0.6 / norm]),
        c: array([80 / norm, 0.8 / norm]),
        d: array([[60 / norm]]),
      });
    });

    it('leaves gradients of 0, and networks without parameters, alone', () => {
      expect(clipGradients({ W: zeros(2, 3) }, 0.5)).to.almostEqual({ W: zeros(2, 3) });
      expect(clipGradients({}, 0.5)).to.deep.equal({});
    });

    it('reads views through their strides, and leaves them unchanged', () => {
      const { W, b } = gradients();
      const args = { W: turned(W), b };
      expect(() => clipGradients(args, Math.sqrt(41))).to.leaveUnchanged({ args });
      expect(clipGradients(args, Math.sqrt(41))['W']).to.almostEqual(map(W, (v) => v / 3));
    });
  });

  describe('15.6 embeddingForward', () => {
    const ids = () =>
      tokens([
        [2, 0, 2, 3, 1],
        [1, 3, 0, 1, 2],
      ]);

    it('looks up a row of W for each token', () => {
      expect(embeddingForward(ids(), array(ROWS)).out).to.almostEqual([
        [ROWS[2]!, ROWS[0]!, ROWS[2]!, ROWS[3]!, ROWS[1]!],
        [ROWS[1]!, ROWS[3]!, ROWS[0]!, ROWS[1]!, ROWS[2]!],
      ]);
    });

    it('takes one sequence of one token', () => {
      expect(embeddingForward(tokens([[3]]), array(ROWS)).out).to.almostEqual([[ROWS[3]!]]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const args = { ids: ids().transpose(1, 0), W: turned(array(ROWS)) };
      const call = () => embeddingForward(args.ids, args.W);
      expect(call).to.leaveUnchanged(args);
      expect(call().out.pick(1, null, null)).to.almostEqual([ROWS[0]!, ROWS[3]!]);
      expect(call().out).to.have.arrayShape([5, 2, 3]);
    });

    it('refuses tokens without a row, and arrays with other axes', () => {
      expect(() => embeddingForward(tokens([[0, 4]]), array(ROWS))).to.throw(RangeError);
      expect(() => embeddingForward(tokens([[0, -1]]), array(ROWS))).to.throw(RangeError);
      expect(() => embeddingForward(labels([0, 1]), array(ROWS))).to.throw(RangeError);
      expect(() => embeddingForward(ids(), zeros(4))).to.throw(RangeError);
    });
  });

  describe('15.7 embeddingBackward', () => {
    it('adds up what comes back to a token that occurs several times', () => {
      const { cache } = embeddingForward(
        tokens([
          [2, 0, 2],
          [1, 2, 2],
        ]),
        array(ROWS),
      );
      const dout = array([
        [
          [1, 2, 3],
          [10, 20, 30],
          [5, 5.5, -6],
        ],
        [
          [-7, 8, -9],
          [100, 200, 300],
          [0.25, -0.5, 4],
        ],
      ]);
      expect(embeddingBackward(dout, cache).dW).to.almostEqual([
        [10, 20, 30],
        [-7, 8, -9],
        [106.25, 207, 301],
        [0, 0, 0],
      ]);
    });

    it('agrees with numerical slopes', () => {
      const ids = tokens([
        [1, 1, 4],
        [0, 4, 1],
      ]);
      expect({
        name: 'an embedding',
        inputs: { W: randomNormal(seededRandom(3), 1, 5, 4) },
        forward: (W: Tensor) => embeddingForward(ids, W),
        backward: embeddingBackward,
        axes: { W: ['token', 'feature'], out: ['sample', 'time step', 'feature'] },
      }).to.have.rightGradients();
    });

    it('reads dout through its strides, and leaves it and the cache as they were', () => {
      const { cache } = embeddingForward(tokens([[3], [1]]).transpose(1, 0), array(ROWS));
      const dout = turnedSequences(
        array([
          [
            [1, 2, 3],
            [4, 5, -6],
          ],
        ]),
      );
      expect(() => embeddingBackward(dout, cache)).to.leaveUnchanged({ dout, cache });
      expect(embeddingBackward(dout, cache).dW).to.almostEqual([
        [0, 0, 0],
        [4, 5, -6],
        [0, 0, 0],
        [1, 2, 3],
      ]);
    });
  });

  describe('15.8 temporalSoftmaxLossForward', () => {
    it('adds up the steps that count, and is a mean over the sequences', () => {
      const { logits, labels: right, mask } = foretold();
      expect(temporalSoftmaxLossForward(logits, right, mask).loss).to.almostEqual(FORETOLD_LOSS);
    });

    it('adds up all steps where all count', () => {
      const { logits, labels: right } = foretold();
      const first = { logits: logits.hi(1, 2, 4), labels: right.hi(1, 2) };
      const loss = -Math.log((3 / 8) * (3 / 5));
      expect(
        temporalSoftmaxLossForward(first.logits, first.labels, array([[1, 1]])).loss,
      ).to.almostEqual(loss);
    });

    it('is 0 where no step counts', () => {
      const { logits, labels: right } = foretold();
      expect(temporalSoftmaxLossForward(logits, right, zeros(2, 3)).loss).to.almostEqual(0);
    });

    it('does not read the label of a step that does not count: it may be −1', () => {
      const { logits, mask } = foretold();
      const right = tokens([
        [-1, 0, 2],
        [3, 1, 7],
      ]);
      const some = zip(
        mask,
        array([
          [0, 1, 1],
          [1, 1, 0],
        ]),
        (one, other) => one * other,
      );
      expect(temporalSoftmaxLossForward(logits, right, some).loss).to.almostEqual(
        -Math.log((3 / 5) * (1 / 5) * (3 / 8)) / 2,
      );
    });

    it('is right for logits of ±1000, each step shifted by its own maximum', () => {
      const logits = array([
        [
          [1000, 1000, -1000],
          [-1000, -1000 + Math.log(3), -2000],
          [0, -1000, 1000],
        ],
      ]);
      const { loss } = temporalSoftmaxLossForward(logits, tokens([[1, 1, 0]]), array([[1, 1, 1]]));
      expect(loss).to.almostEqual(Math.LN2 + Math.log(4 / 3) + 1000);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const { logits, labels: right, mask } = foretold();
      const view = copy(right.transpose(1, 0)).transpose(1, 0);
      const args = { logits: turnedSequences(logits), labels: view, mask: turned(mask) };
      const call = () => temporalSoftmaxLossForward(args.logits, args.labels, args.mask);
      expect(call).to.leaveUnchanged(args);
      expect(call().loss).to.almostEqual(FORETOLD_LOSS);
    });

    it('refuses sizes that do not fit', () => {
      const { logits, labels: right, mask } = foretold();
      const loss = temporalSoftmaxLossForward;
      expect(() => loss(logits.pick(null, 0, null), right, mask)).to.throw(RangeError);
      expect(() => loss(logits, tokens([[1, 0, 2]]), mask)).to.throw(RangeError);
      expect(() => loss(logits, right, zeros(2, 4))).to.throw(RangeError);
      expect(() => loss(logits, right, zeros(6))).to.throw(RangeError);
    });
  });

  describe('15.9 temporalSoftmaxLossBackward', () => {
    const cacheOf = () => {
      const { logits, labels: right, mask } = foretold();
      return temporalSoftmaxLossForward(logits, right, mask).cache;
    };

    it('is the softmax less the one-hot target, over the batch, and 0 where a step does not count', () => {
      expect(temporalSoftmaxLossBackward(1, cacheOf()).dlogits).to.almostEqual(FORETOLD_GRADIENT);
    });

    it('passes on what comes after the loss', () => {
      const { dlogits } = temporalSoftmaxLossBackward(-2.5, cacheOf());
      expect(dlogits).to.almostEqual(map(array(FORETOLD_GRADIENT), (value) => -2.5 * value));
    });

    it('agrees with numerical slopes', () => {
      const mask = array([
        [1, 0],
        [0, 1],
        [1, 1],
      ]);
      const right = tokens([
        [3, -1],
        [1, 2],
        [0, 1],
      ]);
      expect({
        name: 'temporal softmax loss',
        inputs: { logits: randomNormal(seededRandom(4), 1, 3, 2, 4) },
        loss: (logits: Tensor) => temporalSoftmaxLossForward(logits, right, mask).loss,
        gradient: (logits: Tensor) =>
          temporalSoftmaxLossBackward(1, temporalSoftmaxLossForward(logits, right, mask).cache),
        constants: { N: 3, T: 2 },
        axes: { logits: ['sample', 'time step', 'token'] },
      }).to.have.rightGradients();
    });

    it('leaves the cache as it was', () => {
      const cache = cacheOf();
      expect(() => temporalSoftmaxLossBackward(1, cache)).to.leaveUnchanged({ cache });
    });
  });

  describe('15.10 sampleToken', () => {
    const WEIGHTS = [8, 2, 5, 1];
    const LOGITS = WEIGHTS.map(Math.log);

    /** Parts of their sum. */
    const shares = (weights: number[]): number[] => {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return weights.map((weight) => weight / total);
    };

    it('draws each token as often as its probability says, at temperature 1', () => {
      expectFrequencies(drawMany(array(LOGITS), 1), [8 / 16, 2 / 16, 5 / 16, 1 / 16]);
    });

    it('divides the logits by the temperature, which takes that root of the weights', () => {
      for (const temperature of [0.4, 5]) {
        const roots = WEIGHTS.map((weight) => weight ** (1 / temperature));
        expectFrequencies(drawMany(array(LOGITS), temperature), shares(roots));
      }
    });

    it('stays right at ±1000, and never draws what has no chance', () => {
      const draws = drawMany(array([-1000, 1000 + Math.log(3), -1000, 1000]), 1, 40);
      expectFrequencies(draws, [0, 3 / 4, 0, 1 / 4]);
      expect(new Set(drawMany(array([3, 2.9, 2.5]), 0.001, 5))).to.deep.equal(new Set([0]));
    });

    it('draws the same from the same seed', () => {
      const draws = (seed: number) => {
        const random = seededRandom(seed);
        return Array.from({ length: 40 }, () => sampleToken(array(LOGITS), 2, random));
      };
      expect(draws(5)).to.deep.equal(draws(5));
      // Two rows of 40 draws agree by chance in less than one of 10¹⁵ pairs.
      expect(draws(5)).not.to.deep.equal(draws(6));
    });

    it('has only one token to draw where there is one', () => {
      expect(sampleToken(array([-7]), 0.3, seededRandom(2))).to.equal(0);
    });

    it('reads a view through its strides, and leaves it alone', () => {
      const wide = array([-1000, 1000, 1000, 0, -1000, 1000]);
      const logits = wide.step(2);
      expect(() => sampleToken(logits, 1, seededRandom(1))).to.leaveUnchanged({ wide });
      expect(sampleToken(logits, 1, seededRandom(1))).to.equal(1);
    });

    it('refuses a temperature that is not above 0, and logits of several steps', () => {
      const random = seededRandom(1);
      expect(() => sampleToken(array(LOGITS), 0, random)).to.throw(RangeError);
      expect(() => sampleToken(array(LOGITS), -1, random)).to.throw(RangeError);
      expect(() => sampleToken(array([LOGITS]), 1, random)).to.throw(RangeError);
    });
  });

  describe('15.11 manyToOneGradients', () => {
    it('is the loss of the last state, from a state of zeros, with its slopes', () => {
      const { x, classes, params } = classifier();
      const { loss, gradients } = manyToOneGradients(x, classes, params);
      expect(loss).to.almostEqual(classifierLoss(x, classes, params));
      const slopes = slopesOf(params, (moved) => classifierLoss(x, classes, moved));
      expect(gradients).to.almostEqual(slopes, DIFFERENCES);
    });

    it('takes a single sequence of a single step', () => {
      const { x, params } = classifier();
      const one = x.hi(1, 1, 2);
      const { loss } = manyToOneGradients(one, labels([4]), params);
      expect(loss).to.almostEqual(classifierLoss(one, labels([4]), params));
    });

    it('leaves its arguments unchanged', () => {
      const { x, classes, params } = classifier();
      const args = { x: turnedSequences(x), classes, params };
      expect(() => manyToOneGradients(args.x, classes, params)).to.leaveUnchanged(args);
    });
  });

  describe('15.12 languageModelGradients', () => {
    it('is the temporal softmax loss of the tokens that follow, with its slopes', () => {
      const { batch, h0, params } = languageModel();
      const { loss, gradients } = languageModelGradients(batch, h0, params);
      expect(loss).to.almostEqual(languageLoss(batch, h0, params));
      const slopes = slopesOf(params, (moved) => languageLoss(batch, h0, moved));
      expect(gradients).to.almostEqual(slopes, DIFFERENCES);
    });

    it('returns the last state, from which the next piece of text may go on', () => {
      const { batch, h0, params } = languageModel();
      const x = filled([2, 4, 2], (n, t, d) => params.We.get(batch.ids.get(n!, t!), d!));
      const states = statesByFormula({ ...params, x, h0 });
      const { h } = languageModelGradients(batch, h0, params);
      expect(h).to.almostEqual(states.pick(null, 3, null));
    });

    it('leaves its arguments unchanged', () => {
      const { batch, h0, params } = languageModel();
      const call = () => languageModelGradients(batch, turned(h0), params);
      expect(call).to.leaveUnchanged({ batch, h0, params });
      expect(call().loss).to.almostEqual(languageLoss(batch, h0, params));
    });
  });

  describe('15.13 generateTokens', () => {
    it('reads what it has drawn last, and does not repeat the first token', () => {
      const options = { length: 6, temperature: 1 };
      expect(generateTokens(2, circle(), options, seededRandom(1))).to.deep.equal([
        3, 0, 1, 2, 3, 0,
      ]);
    });

    it('keeps its state from token to token', () => {
      const options = { length: 5, temperature: 1 };
      expect(generateTokens(0, counter(1000), options, seededRandom(1))).to.deep.equal([
        0, 0, 1, 1, 1,
      ]);
    });

    it('begins anew with a state of zeros, and hands the temperature on', () => {
      // The first state is tanh ½ = 0.462. At temperature 4 token 1 has the logit 2 · (0.462 − 0.65): 0.407 of all.
      const hot = { length: 1, temperature: 4 };
      const random = seededRandom(3);
      const draws = Array.from(
        { length: 250 },
        () => generateTokens(1, counter(2), hot, random)[0]!,
      );
      const p = 1 / (1 + Math.exp(2 * (0.65 - Math.tanh(0.5))));
      expectFrequencies(draws, [1 - p, p]);
    });

    it('makes up the same text from the same seed, and no token where none is wanted', () => {
      const { params } = languageModel();
      const text = (seed: number) =>
        generateTokens(4, params, { length: 40, temperature: 1.5 }, seededRandom(seed));
      expect(text(1)).to.deep.equal(text(1));
      expect(text(1)).not.to.deep.equal(text(2));
      expect(
        generateTokens(4, params, { length: 0, temperature: 1.5 }, seededRandom(1)),
      ).to.deep.equal([]);
    });

    it('leaves its arguments unchanged', () => {
      const { params } = languageModel();
      const options = { length: 3, temperature: 0.7 };
      expect(() => generateTokens(1, params, options, seededRandom(1))).to.leaveUnchanged({
        params,
        options,
      });
    });
  });
});
