import { array, copy, filled, labels, zeros, type Labels, type Tensor } from '#arrays';
import { randomNormal, turned, turnedSequences } from '#checks/fixtures';
import { expect } from '#checks/gradient/assertion';
import { seededRandom } from '#datasets/random';
import {
  gradientNorms,
  lstmBackward,
  lstmClassifierGradients,
  lstmForward,
  lstmGates,
  lstmStart,
  lstmStepBackward,
  lstmStepForward,
  type LstmClassifierParams,
} from '#lessons/16-lstm';

const ln = Math.log;

/**
 * One unit whose gates are i = ¾, f = ⅘, g = ½ and o = ⅔, and whose cell becomes ½ · ln 5, the tanh of which is ⅔:
 * σ(ln k) = k / (k + 1) and tanh(½ · ln k) = (k − 1) / (k + 1).
 */
function unit() {
  const [x, hPrev] = [2, -1 / 2];
  const Wx = [1, -1, 0.5, 2];
  const Wh = [3, -2, 4, -6];
  const a = [ln(3), ln(4), ln(3) / 2, ln(2)];
  return {
    x: array([[x]]),
    hPrev: array([[hPrev]]),
    cPrev: array([[OLD_CELL]]),
    Wx: array([Wx]),
    Wh: array([Wh]),
    b: array(a.map((value, j) => value - x * Wx[j]! - hPrev * Wh[j]!)),
  };
}

/** ⅘ of it and ¾ · ½ make ½ · ln 5. */
const OLD_CELL = (ln(5) / 2 - 3 / 8) / (4 / 5);

interface Sizes {
  N: number;
  T: number;
  D: number;
  H: number;
}

/** Sequences, a start and weights drawn from a normal distribution, which leave no gate saturated. */
function drawn({ N, T, D, H }: Sizes) {
  const random = seededRandom(100 * N + 10 * T + D);
  return {
    x: randomNormal(random, 1, N, T, D),
    h0: randomNormal(random, 0.5, N, H),
    c0: randomNormal(random, 0.8, N, H),
    Wx: randomNormal(random, 0.6, D, 4 * H),
    Wh: randomNormal(random, 0.7, H, 4 * H),
    b: randomNormal(random, 0.4, 4 * H),
  };
}

type Drawn = ReturnType<typeof drawn>;

const LONG = { N: 2, T: 5, D: 3, H: 4 };

const SIZES: readonly (readonly [string, Sizes])[] = [
  ['five steps', LONG],
  ['more inputs than units', { N: 3, T: 4, D: 5, H: 2 }],
  ['a batch of one, more steps than units', { N: 1, T: 5, D: 2, H: 3 }],
  ['one step', { N: 3, T: 1, D: 2, H: 4 }],
];

/** Few enough numbers that each can be varied, and no two sizes alike. */
const SMALL = { N: 3, T: 2, D: 4, H: 1 };

const GATES = ['i', 'f', 'g', 'o'];

const STEP_AXES = {
  x: ['sample', 'feature'],
  hPrev: ['sample', 'unit'],
  cPrev: ['sample', 'unit'],
  h: ['sample', 'unit'],
  c: ['sample', 'unit'],
  Wx: ['feature', 'unit of a gate'],
  Wh: ['earlier unit', 'unit of a gate'],
  b: ['unit of a gate'],
};

const AXES = {
  ...STEP_AXES,
  x: ['sample', 'time step', 'feature'],
  h0: ['sample', 'unit'],
  c0: ['sample', 'unit'],
  h: ['sample', 'time step', 'unit'],
};

/** The states after each step, and the last cells, by the formula, number by number. */
function byFormula({ x, h0, c0, Wx, Wh, b }: Drawn): { h: Tensor; c: Tensor } {
  const [N, T, D] = x.shape as [number, number, number];
  const H = h0.shape[1]!;
  const h = zeros(N, T, H);
  const c = copy(c0);
  const squashed = (value: number): number => 1 / (1 + Math.exp(-value));
  for (let n = 0; n < N; n++) {
    for (let t = 0; t < T; t++) {
      const a = Array.from({ length: 4 * H }, (_, j) => {
        let sum = b.get(j);
        for (let d = 0; d < D; d++) sum += x.get(n, t, d) * Wx.get(d, j);
        for (let m = 0; m < H; m++) {
          sum += (t === 0 ? h0.get(n, m) : h.get(n, t - 1, m)) * Wh.get(m, j);
        }
        return sum;
      });
      for (let k = 0; k < H; k++) {
        const kept = squashed(a[H + k]!) * c.get(n, k);
        const cell = kept + squashed(a[k]!) * Math.tanh(a[2 * H + k]!);
        c.set(n, k, cell);
        h.set(n, t, k, squashed(a[3 * H + k]!) * Math.tanh(cell));
      }
    }
  }
  return { h, c };
}

/** What step t of the sequences reads, with the states and cells of h0 and c0. */
function stepOf(all: Drawn, t = 0) {
  const { x, h0, c0, Wx, Wh, b } = all;
  return { x: copy(x.pick(null, t, null)), hPrev: h0, cPrev: c0, Wx, Wh, b };
}

/** All gates half open and no candidate: every step halves the cell, and shows half of its tanh. */
function halving() {
  return { Wx: zeros(3, 8), Wh: zeros(2, 8), b: zeros(8) };
}

/** A classifier of N = 2 sequences, T = 3, D = 1, H = 4, C = 5. */
function classifier(): { x: Tensor; classes: Labels; params: LstmClassifierParams } {
  const { x, Wx, Wh, b } = drawn({ N: 2, T: 3, D: 1, H: 4 });
  const random = seededRandom(8);
  const [Wy, by] = [randomNormal(random, 0.9, 4, 5), randomNormal(random, 0.4, 5)];
  return { x, classes: labels([3, 1]), params: { Wx, Wh, b, Wy, by } };
}

/** The loss of a classifier of sequences by its formula. */
function classifierLoss(x: Tensor, classes: Labels, params: LstmClassifierParams): number {
  const { Wy, by } = params;
  const [N, T] = x.shape as [number, number];
  const none = zeros(N, Wy.shape[0]!);
  const { h } = byFormula({ ...params, x, h0: none, c0: none });
  let loss = 0;
  for (let n = 0; n < N; n++) {
    const logits = Array.from({ length: by.size }, (_, c) => {
      let sum = by.get(c);
      for (let k = 0; k < Wy.shape[0]!; k++) sum += h.get(n, T - 1, k) * Wy.get(k, c);
      return sum;
    });
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    loss += (ln(total) - logits[classes.get(n)]!) / N;
  }
  return loss;
}

/** The gradients of a loss with respect to all of these arrays, by central differences. */
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
 * How many standard errors a mean of draws may be off. A right answer exceeds it by chance in one of 500 million
 * checks, and there are 96 of them (https://en.wikipedia.org/wiki/68–95–99.7_rule).
 */
const ERRORS = 6;

/** What speaks against even draws from ±limit, each entry by itself over many seeds. */
function unevenEntries(draws: Tensor[], limit: number): string[] {
  const variance = limit ** 2 / 3;
  const off = ERRORS / Math.sqrt(draws.length);
  const mean = (values: number[]): number => values.reduce((so, v) => so + v, 0) / values.length;
  const lists = draws.map((draw) => copy(draw).data);
  return [...lists[0]!.keys()].flatMap((i) => {
    const values = lists.map((list) => list[i]!);
    // The square of an even draw has the variance 0.8 · variance².
    const spread = Math.abs(mean(values.map((value) => value ** 2)) - variance);
    const faults = {
      mean: Math.abs(mean(values)) > off * Math.sqrt(variance),
      variance: spread > off * Math.sqrt(0.8) * variance,
      range: values.some((value) => Math.abs(value) > limit),
    };
    const found = Object.entries(faults).filter(([, isFault]) => isFault);
    return found.map(([name]) => `${name} of entry ${i}`);
  });
}

describe('16-lstm', () => {
  describe('16.1 lstmGates', () => {
    /** Two samples of three units: k / (k + 1) for the sigmoids, (k − 1) / (k + 1) for the tanh. */
    const a = () =>
      array([
        [
          ln(2),
          ln(3),
          -ln(4),
          ln(5),
          -ln(6),
          0,
          ln(7) / 2,
          -ln(3) / 2,
          ln(2) / 2,
          ln(9),
          -ln(2),
          ln(8),
        ],
        [
          -ln(7),
          0,
          ln(9),
          ln(3),
          ln(11),
          -ln(5),
          ln(4) / 2,
          ln(9) / 2,
          -ln(6) / 2,
          -ln(3),
          ln(4),
          ln(6),
        ],
      ]);
    const OPEN = {
      i: array([
        [2 / 3, 3 / 4, 1 / 5],
        [1 / 8, 1 / 2, 9 / 10],
      ]),
      f: array([
        [5 / 6, 1 / 7, 1 / 2],
        [3 / 4, 11 / 12, 1 / 6],
      ]),
      g: array([
        [6 / 8, -2 / 4, 1 / 3],
        [3 / 5, 8 / 10, -5 / 7],
      ]),
      o: array([
        [9 / 10, 1 / 3, 8 / 9],
        [1 / 4, 4 / 5, 6 / 7],
      ]),
    };

    it('takes the gates in blocks, in the order i, f, g, o', () => {
      expect(lstmGates(a())).to.almostEqual(OPEN);
    });

    it('takes a batch of one with a single unit', () => {
      expect(lstmGates(array([[ln(3), -ln(4), ln(5) / 2, ln(6)]]))).to.almostEqual({
        i: array([[3 / 4]]),
        f: array([[1 / 5]]),
        g: array([[4 / 6]]),
        o: array([[6 / 7]]),
      });
    });

    it('opens and closes the gates far from 0, never NaN', () => {
      const gates = lstmGates(array([[1000, -1000, -1000, 1000, 1000, -1000, -1000, 1000]]));
      expect(gates).to.almostEqual({
        i: array([[1, 0]]),
        f: array([[0, 1]]),
        g: array([[1, -1]]),
        o: array([[0, 1]]),
      });
    });

    it('reads a view through its strides, and leaves it unchanged', () => {
      const view = turned(a());
      expect(() => lstmGates(view)).to.leaveUnchanged({ a: view });
      expect(lstmGates(view)).to.almostEqual(OPEN);
    });

    it('keeps its axes without samples', () => {
      expect(lstmGates(zeros(0, 12)).o).to.have.arrayShape([0, 3]);
    });

    it('refuses columns that are no multiple of 4, and other axes', () => {
      expect(() => lstmGates(zeros(3, 6))).to.throw(RangeError);
      expect(() => lstmGates(zeros(4, 7))).to.throw(RangeError);
      expect(() => lstmGates(zeros(8))).to.throw(RangeError);
      expect(() => lstmGates(zeros(2, 8, 3))).to.throw(RangeError);
    });
  });

  describe('16.2 lstmStepForward', () => {
    it('keeps f of the old cell, takes up i of the candidate, and shows o of its tanh', () => {
      const { x, hPrev, cPrev, Wx, Wh, b } = unit();
      const { h, c } = lstmStepForward(x, hPrev, cPrev, Wx, Wh, b);
      expect(c).to.almostEqual([[ln(5) / 2]]);
      expect(h).to.almostEqual([[4 / 9]]);
    });

    it('halves the cell and shows half of its tanh where all weights are 0', () => {
      const { Wx, Wh, b } = halving();
      // tanh(½ · ln k) = (k − 1) / (k + 1).
      const cPrev = array([[ln(3), -ln(5)]]);
      const { h, c } = lstmStepForward(
        array([[7, -8, 9]]),
        array([[0.5, -0.25]]),
        cPrev,
        Wx,
        Wh,
        b,
      );
      expect(c).to.almostEqual([[ln(3) / 2, -ln(5) / 2]]);
      expect(h).to.almostEqual([[1 / 4, -1 / 3]]);
    });

    it('reads row d of Wx for input d and row k of Wh for unit k', () => {
      const x = array([[0, 1]]);
      const hPrev = array([[0, 0, 1]]);
      const cPrev = zeros(1, 3);
      const Wx = filled([2, 12], (d, j) => (d === 1 && j! < 3 ? ln(j! + 2) : d! - 1));
      const Wh = filled([3, 12], (m, j) => (m === 2 ? (j! >= 9 ? ln(j! - 4) : 0) : j! - 5));
      const b = filled([12], (j) => (j! >= 6 && j! < 9 ? 1000 : 0));
      // i = ⅔, ¾, ⅘ by Wx; g = 1; o = 5⁄6, 6⁄7, 7⁄8 by Wh.
      const { h, c } = lstmStepForward(x, hPrev, cPrev, Wx, Wh, b);
      expect(c).to.almostEqual([[2 / 3, 3 / 4, 4 / 5]]);
      const shown = [5 / 6, 6 / 7, 7 / 8];
      expect(h).to.almostEqual([[2 / 3, 3 / 4, 4 / 5].map((v, k) => shown[k]! * Math.tanh(v))]);
    });

    for (const [title, sizes] of SIZES) {
      it(`is right for sizes as in ${title}`, () => {
        const all = drawn({ ...sizes, T: 1 });
        const { x, hPrev, cPrev, Wx, Wh, b } = stepOf(all);
        const expected = byFormula(all);
        const { h, c } = lstmStepForward(x, hPrev, cPrev, Wx, Wh, b);
        expect(h).to.almostEqual(expected.h.pick(null, 0, null));
        expect(c).to.almostEqual(expected.c);
      });
    }

    it('lets the cell grow beyond 1, and the state not', () => {
      const Wx = array([[5, 5, 5, 5]]);
      const wide = lstmStepForward(
        array([[400]]),
        zeros(1, 1),
        array([[30]]),
        Wx,
        zeros(1, 4),
        zeros(4),
      );
      expect(wide.c).to.almostEqual([[31]]);
      expect(wide.h).to.almostEqual([[1]]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const all = drawn({ ...LONG, T: 1 });
      const { x, hPrev, cPrev, Wx, Wh, b } = stepOf(all);
      const args = {
        x: turned(x),
        hPrev: turned(hPrev),
        cPrev: turned(cPrev),
        Wx: turned(Wx),
        Wh: turned(Wh),
        b,
      };
      const call = () => lstmStepForward(args.x, args.hPrev, args.cPrev, args.Wx, args.Wh, args.b);
      expect(call).to.leaveUnchanged(args);
      expect(call().c).to.almostEqual(byFormula(all).c);
    });

    it('refuses sizes that do not fit', () => {
      const { x, hPrev, cPrev, Wx, Wh, b } = stepOf(drawn(LONG));
      const step = lstmStepForward;
      expect(() => step(zeros(2, 2), hPrev, cPrev, Wx, Wh, b)).to.throw(RangeError);
      expect(() => step(x, zeros(3, 4), cPrev, Wx, Wh, b)).to.throw(RangeError);
      expect(() => step(x, hPrev, zeros(2, 3), Wx, Wh, b)).to.throw(RangeError);
      expect(() => step(x, hPrev, cPrev, zeros(3, 12), Wh, b)).to.throw(RangeError);
      expect(() => step(x, hPrev, cPrev, Wx, zeros(4, 4), b)).to.throw(RangeError);
      expect(() => step(x, hPrev, cPrev, Wx, Wh, zeros(4))).to.throw(RangeError);
      // Weights for three units, which fit each other.
      expect(() => step(x, hPrev, cPrev, zeros(3, 12), zeros(4, 12), zeros(12))).to.throw(
        RangeError,
      );
    });
  });

  describe('16.3 lstmStepBackward', () => {
    const cacheOf = () => {
      const { x, hPrev, cPrev, Wx, Wh, b } = unit();
      return lstmStepForward(x, hPrev, cPrev, Wx, Wh, b).cache;
    };

    /** What comes before the gates, and with it what reaches the operands of the unit. */
    const reached = (da: number[], dcPrev: number) => {
      const { Wx, Wh } = unit();
      const sum = (W: Tensor) => da.reduce((so, d, j) => so + d * W.get(0, j), 0);
      return {
        dx: array([[sum(Wx)]]),
        dhPrev: array([[sum(Wh)]]),
        dcPrev: array([[dcPrev]]),
        dWx: array([da.map((d) => 2 * d)]),
        dWh: array([da.map((d) => -d / 2)]),
        db: array(da),
      };
    };

    it('adds up both ways to the cell', () => {
      // 10 by way of the state and −2.5 directly.
      const da = [7.5 * (1 / 2) * (3 / 16), 7.5 * OLD_CELL * (4 / 25), 7.5 * (3 / 4) * (3 / 4), 4];
      const back = lstmStepBackward(array([[27]]), array([[-2.5]]), cacheOf());
      expect(back).to.almostEqual(reached(da, 6));
    });

    it('sends what reaches the state through the output gate and through the cell', () => {
      // The cell gets 27 · ⅔ · (1 − 4⁄9) = 10, of which f = ⅘ goes on. The slopes of the gates are 3⁄16, 4⁄25, ¾ and 2⁄9.
      const da = [10 * (1 / 2) * (3 / 16), 10 * OLD_CELL * (4 / 25), 10 * (3 / 4) * (3 / 4), 4];
      const back = lstmStepBackward(array([[27]]), array([[0]]), cacheOf());
      expect(back).to.almostEqual(reached(da, 8));
    });

    it('sends what reaches the cell past the output gate', () => {
      const da = [5 * (1 / 2) * (3 / 16), 5 * OLD_CELL * (4 / 25), 5 * (3 / 4) * (3 / 4), 0];
      const back = lstmStepBackward(array([[0]]), array([[5]]), cacheOf());
      expect(back).to.almostEqual(reached(da, 4));
    });

    it('agrees with numerical slopes', () => {
      expect({
        name: 'a step of an LSTM',
        inputs: stepOf(drawn({ N: 3, T: 1, D: 1, H: 2 })),
        forward: lstmStepForward,
        backward: lstmStepBackward,
        outputs: ['h', 'c'],
        constants: { N: 3 },
        axes: STEP_AXES,
        gates: GATES,
      }).to.have.rightGradients();
    });

    it('reads dh and dc through their strides, and leaves them and the cache as they were', () => {
      const { x, hPrev, cPrev, Wx, Wh, b } = stepOf(drawn(LONG));
      const { cache } = lstmStepForward(turned(x), turned(hPrev), turned(cPrev), Wx, Wh, b);
      const dh = randomNormal(seededRandom(2), 1, 2, 4);
      const dc = randomNormal(seededRandom(3), 1, 2, 4);
      const args = { dh: turned(dh), dc: turned(dc), cache };
      expect(() => lstmStepBackward(args.dh, args.dc, cache)).to.leaveUnchanged(args);
      const loss = (from: { hPrev: Tensor; cPrev: Tensor; b: Tensor }) => {
        const { h, c } = byFormula({
          x: filled([2, 1, 3], (n, _, d) => x.get(n!, d!)),
          h0: from.hPrev,
          c0: from.cPrev,
          Wx,
          Wh,
          b: from.b,
        });
        return dot(dh, copy(h.pick(null, 0, null))) + dot(dc, c);
      };
      const slopes = slopesOf({ hPrev, cPrev, b }, loss);
      const back = lstmStepBackward(args.dh, args.dc, cache);
      expect(back.dhPrev).to.almostEqual(slopes.hPrev, DIFFERENCES);
      expect(back.dcPrev).to.almostEqual(slopes.cPrev, DIFFERENCES);
      expect(back.db).to.almostEqual(slopes.b, DIFFERENCES);
    });
  });

  describe('16.4 lstmForward', () => {
    for (const [title, sizes] of SIZES) {
      it(`is right for ${title}`, () => {
        const all = drawn(sizes);
        const { h, c } = lstmForward(all.x, all.h0, all.c0, all.Wx, all.Wh, all.b);
        expect(h).to.almostEqual(byFormula(all).h);
        expect(c).to.almostEqual(byFormula(all).c);
      });
    }

    it('hands the cell on: without weights it is halved in every step', () => {
      const { Wx, Wh, b } = halving();
      const c0 = array([[8 * ln(3), -8 * ln(2)]]);
      const { h, c } = lstmForward(zeros(1, 3, 3), array([[0.5, 0.25]]), c0, Wx, Wh, b);
      expect(c).to.almostEqual([[ln(3), -ln(2)]]);
      // tanh(m · ln k) = (k²ᵐ − 1) / (k²ᵐ + 1), with m = 4, 2 and 1.
      const shown = (k: number, m: number) => (k ** (2 * m) - 1) / (k ** (2 * m) + 1) / 2;
      expect(h).to.almostEqual([[4, 2, 1].map((m) => [shown(3, m), -shown(2, m)])]);
    });

    it('gives every sequence the states that it has alone', () => {
      const all = drawn({ N: 3, T: 4, D: 2, H: 5 });
      const second = {
        ...all,
        x: all.x.lo(1, 0, 0).hi(1, 4, 2),
        h0: all.h0.lo(1, 0).hi(1, 5),
        c0: all.c0.lo(1, 0).hi(1, 5),
      };
      const { h } = lstmForward(second.x, second.h0, second.c0, all.Wx, all.Wh, all.b);
      expect(h).to.almostEqual(byFormula(second).h);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const all = drawn(LONG);
      const args = {
        x: turnedSequences(all.x),
        h0: turned(all.h0),
        c0: turned(all.c0),
        Wx: turned(all.Wx),
        Wh: turned(all.Wh),
        b: all.b,
      };
      const call = () => lstmForward(args.x, args.h0, args.c0, args.Wx, args.Wh, args.b);
      expect(call).to.leaveUnchanged(args);
      expect(call().h).to.almostEqual(byFormula(all).h);
    });

    it('keeps all axes when there is no sequence', () => {
      const { Wx, Wh, b } = drawn(LONG);
      const { h, c } = lstmForward(zeros(0, 5, 3), zeros(0, 4), zeros(0, 4), Wx, Wh, b);
      expect(h).to.have.arrayShape([0, 5, 4]);
      expect(c).to.have.arrayShape([0, 4]);
    });

    it('refuses sizes that do not fit, and sequences without an axis of steps', () => {
      const { x, h0, c0, Wx, Wh, b } = drawn(LONG);
      expect(() => lstmForward(x.pick(null, 0, null), h0, c0, Wx, Wh, b)).to.throw(RangeError);
      expect(() => lstmForward(x, zeros(3, 4), c0, Wx, Wh, b)).to.throw(RangeError);
      expect(() => lstmForward(x, h0, zeros(2, 5), Wx, Wh, b)).to.throw(RangeError);
      expect(() => lstmForward(x, h0, c0, zeros(2, 16), Wh, b)).to.throw(RangeError);
      expect(() => lstmForward(x, h0, c0, Wx, zeros(4, 12), b)).to.throw(RangeError);
      expect(() => lstmForward(x, h0, c0, Wx, Wh, zeros(12))).to.throw(RangeError);
      const fewer = [zeros(3, 12), zeros(4, 12), zeros(12)] as const;
      expect(() => lstmForward(x, h0, c0, ...fewer)).to.throw(RangeError);
    });
  });

  describe('16.5 lstmBackward', () => {
    it('carries what later steps send along the states and along the cells, back to both starts', () => {
      const all = drawn({ N: 2, T: 4, D: 1, H: 3 });
      const { x, h0, c0, Wx, Wh, b } = all;
      const { cache } = lstmForward(x, h0, c0, Wx, Wh, b);
      const dh = randomNormal(seededRandom(6), 1, 2, 4, 3);
      const slopes = slopesOf(all, (moved) => dot(dh, byFormula(moved).h));
      expect(lstmBackward(dh, cache)).to.almostEqual(
        {
          dx: slopes.x,
          dh0: slopes.h0,
          dc0: slopes.c0,
          dWx: slopes.Wx,
          dWh: slopes.Wh,
          db: slopes.b,
        },
        DIFFERENCES,
      );
    });

    it('sends what reaches the last state back along the cells, where nothing reads the state', () => {
      const { Wx, Wh, b } = halving();
      const c0 = array([[8 * ln(3), -8 * ln(2)]]);
      const { cache } = lstmForward(zeros(1, 3, 3), array([[0.5, 0.25]]), c0, Wx, Wh, b);
      const dh = array([
        [
          [0, 0],
          [0, 0],
          [100, 25],
        ],
      ]);
      // 1 − tanh²(ln k) is 36⁄100 for 3 and 16⁄25 for 2. Half of it reaches the cell, and an eighth of that c0.
      const { dc0, dh0 } = lstmBackward(dh, cache);
      expect(dc0).to.almostEqual([[36 / 16, 16 / 16]]);
      expect(dh0).to.almostEqual([[0, 0]]);
    });

    it('takes a sequence of one step, to whose cell nothing comes from later', () => {
      const { x, hPrev, cPrev, Wx, Wh, b } = unit();
      const sequence = array([[[x.get(0, 0)]]]);
      const { cache } = lstmForward(sequence, hPrev, cPrev, Wx, Wh, b);
      const { dc0, db } = lstmBackward(array([[[27]]]), cache);
      expect(dc0).to.almostEqual([[8]]);
      expect(db).to.almostEqual([15 / 16, 1.6 * OLD_CELL, 45 / 8, 4]);
    });

    it('agrees with numerical slopes for sizes of which no two are alike', () => {
      expect({
        name: 'an LSTM',
        inputs: drawn(SMALL),
        forward: lstmForward,
        backward: lstmBackward,
        outputs: ['h'],
        constants: { N: SMALL.N, T: SMALL.T },
        axes: AXES,
        gates: GATES,
      }).to.have.rightGradients();
    });

    it('reads dh through its strides, and leaves it and the cache as they were', () => {
      const all = drawn({ N: 2, T: 3, D: 1, H: 4 });
      const { x, h0, c0, Wx, Wh, b } = all;
      const { cache } = lstmForward(turnedSequences(x), turned(h0), turned(c0), Wx, Wh, b);
      const weights = randomNormal(seededRandom(4), 1, 2, 3, 4);
      const dh = turnedSequences(weights);
      expect(() => lstmBackward(dh, cache)).to.leaveUnchanged({ dh, cache });
      const slopes = slopesOf({ b }, (moved) => dot(weights, byFormula({ ...all, ...moved }).h));
      expect(lstmBackward(dh, cache).db).to.almostEqual(slopes.b, DIFFERENCES);
    });
  });

  describe('16.6 lstmStart', () => {
    it('has no bias, but 1 at every forget gate', () => {
      expect(lstmStart(2, 3, seededRandom(1)).b).to.almostEqual([
        0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0,
      ]);
      expect(lstmStart(4, 1, seededRandom(1)).b).to.almostEqual([0, 1, 0, 0]);
    });

    it('has a weight for each input, and for each unit, to each of the four gates', () => {
      const { Wx, Wh } = lstmStart(5, 3, seededRandom(1));
      expect(Wx).to.have.arrayShape([5, 12]);
      expect(Wh).to.have.arrayShape([3, 12]);
    });

    it("draws the weights by Xavier's rule for each array, every entry by itself", () => {
      const starts = Array.from({ length: 120 }, (_, seed) => lstmStart(11, 1, seededRandom(seed)));
      const [inputs, states] = [starts.map(({ Wx }) => Wx), starts.map(({ Wh }) => Wh)];
      expect(inputs[0]).to.have.arrayShape([11, 4]);
      expect(states[0]).to.have.arrayShape([1, 4]);
      // √(6 / (fan-in + fan-out)), with a fan-out of 4.
      expect(unevenEntries(inputs, Math.sqrt(6 / 15)), 'in Wx').to.deep.equal([]);
      expect(unevenEntries(states, Math.sqrt(6 / 5)), 'in Wh').to.deep.equal([]);
    });

    it('draws no weight twice, the same from the same seed, and others from another', () => {
      const numbers = (seed: number) => {
        const { Wx, Wh } = lstmStart(3, 4, seededRandom(seed));
        return [...copy(Wx).data, ...copy(Wh).data];
      };
      expect(numbers(5)).to.deep.equal(numbers(5));
      expect(numbers(5)).not.to.deep.equal(numbers(6));
      // Two of 112 even numbers of 32 bits agree by a chance of 1 in 700,000, and the seed is fixed.
      expect(new Set(numbers(5)).size).to.equal(112);
    });
  });

  describe('16.7 gradientNorms', () => {
    it('measures the way along the cells, where nothing reads the state', () => {
      const { Wx, Wh, b } = halving();
      const c0 = array([[8 * ln(3), -8 * ln(2)]]);
      const { cache } = lstmForward(zeros(1, 3, 3), zeros(1, 2), c0, Wx, Wh, b);
      // 18 and −8 reach the last cell (16.5), and a half of that each one before it.
      const { h, c } = gradientNorms(array([[100, -25]]), cache);
      expect(h).to.almostEqual([0, 0, 0, Math.sqrt(10625)]);
      const last = Math.sqrt(18 ** 2 + 8 ** 2);
      expect(c).to.almostEqual([last / 8, last / 4, last / 2, 0]);
    });

    it('is the norm of the slopes at each step, over the whole batch', () => {
      const all = drawn({ N: 2, T: 4, D: 1, H: 3 });
      const { x, h0, c0, Wx, Wh, b } = all;
      const { cache } = lstmForward(x, h0, c0, Wx, Wh, b);
      const dhLast = randomNormal(seededRandom(5), 1, 2, 3);
      const [h, c] = [[] as number[], [] as number[]];
      for (let t = 0; t < 4; t++) {
        const before = byFormula({ ...all, x: x.hi(2, t, 1) });
        const start = { h0: t === 0 ? h0 : copy(before.h.pick(null, t - 1, null)), c0: before.c };
        const slopes = slopesOf(start, (moved) => {
          const later = byFormula({ ...all, ...moved, x: x.lo(0, t, 0) });
          return dot(dhLast, copy(later.h.pick(null, 3 - t, null)));
        });
        h.push(Math.sqrt(dot(slopes.h0, slopes.h0)));
        c.push(Math.sqrt(dot(slopes.c0, slopes.c0)));
      }
      h.push(Math.sqrt(dot(dhLast, dhLast)));
      c.push(0);
      expect(gradientNorms(dhLast, cache)).to.almostEqual(
        { h: array(h), c: array(c) },
        DIFFERENCES,
      );
    });

    it('reads dhLast through its strides, and leaves it and the cache as they were', () => {
      const { x, h0, c0, Wx, Wh, b } = drawn(LONG);
      const { cache } = lstmForward(x, h0, c0, Wx, Wh, b);
      const dhLast = turned(filled([2, 4], (n, k) => 4 * n! + k!));
      expect(() => gradientNorms(dhLast, cache)).to.leaveUnchanged({ dhLast, cache });
      const { h, c } = gradientNorms(dhLast, cache);
      expect(h).to.have.arrayShape([6]);
      expect(c).to.have.arrayShape([6]);
      // 0² + 1² + … + 7².
      expect(h.get(5)).to.almostEqual(Math.sqrt(140));
    });
  });

  describe('16.8 lstmClassifierGradients', () => {
    it('is the loss of the last state, from a state and a cell of zeros, with its slopes', () => {
      const { x, classes, params } = classifier();
      const { loss, gradients } = lstmClassifierGradients(x, classes, params);
      expect(loss).to.almostEqual(classifierLoss(x, classes, params));
      const slopes = slopesOf(params, (moved) => classifierLoss(x, classes, moved));
      expect(gradients).to.almostEqual(slopes, DIFFERENCES);
    });

    it('takes a single sequence of a single step', () => {
      const { x, params } = classifier();
      const one = x.hi(1, 1, 1);
      const { loss } = lstmClassifierGradients(one, labels([4]), params);
      expect(loss).to.almostEqual(classifierLoss(one, labels([4]), params));
    });

    it('leaves its arguments unchanged', () => {
      const { x, classes, params } = classifier();
      const args = { x: turnedSequences(x), classes, params };
      expect(() => lstmClassifierGradients(args.x, classes, params)).to.leaveUnchanged(args);
    });
  });
});

/** Σ a · b over all entries. */
function dot(a: Tensor, b: Tensor): number {
  const others = copy(b).data;
  return copy(a).data.reduce((so, value, i) => so + value * others[i]!, 0);
}
