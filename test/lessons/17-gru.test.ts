import { array, copy, filled, map, zeros, type Tensor } from '#arrays';
import { expect } from '#checks/gradient/assertion';
import { randomNormal, turned, turnedSequences } from '#checks/fixtures';
import { seededRandom } from '#datasets/random';
import {
  addingProblem,
  gruBackward,
  gruForward,
  gruGates,
  gruRegressionGradients,
  gruResetBefore,
  gruStepBackward,
  gruStepForward,
  recurrentParameterCount,
  type AddingProblem,
  type GruRegressionParams,
} from '#lessons/17-gru';

const LN2 = Math.LN2;
const LN3 = Math.log(3);

/**
 * What input and state send to N = 2 samples of H = 3 units. The sigmoid of ln k is k / (k + 1), and the tanh of
 * ½ · ln k is (k − 1) / (k + 1): all gates are fractions. The last block of ah is divided by r, which the reset gate
 * takes back.
 */
function sent() {
  const ln = Math.log;
  return {
    ax: array([
      [ln(2), 0, -ln(3), -ln(2), ln(6), ln(5), ln(2) / 2, ln(3) / 2, -ln(2) / 2],
      [ln(4), -ln(2), ln(6), ln(3), ln(8), -ln(9), ln(5) / 2, -ln(4) / 2, 0],
    ]),
    ah: array([
      [ln(3), -ln(4), ln(6), -ln(2), -ln(2), ln(2)].concat([
        (7 / 6) * (ln(3) / 2),
        5 * (-ln(2) / 2),
        (3 / 2) * (-ln(4) / 2),
      ]),
      [-ln(2), ln(10), -ln(2), -ln(6), -ln(2), ln(3)].concat([
        (3 / 2) * (-ln(3) / 2),
        (6 / 5) * (ln(2) / 2),
        (4 / 3) * (ln(7) / 2),
      ]),
    ]),
  };
}

const GATES = {
  r: [
    [6 / 7, 1 / 5, 2 / 3],
    [2 / 3, 5 / 6, 3 / 4],
  ],
  z: [
    [1 / 5, 3 / 4, 10 / 11],
    [1 / 3, 4 / 5, 1 / 4],
  ],
  n: [
    [5 / 7, 1 / 5, -7 / 9],
    [1 / 4, -1 / 3, 3 / 4],
  ],
};

/**
 * One unit that reads two numbers, for two steps. In the first one r = ⅔, z = ¾, n = ⅗, so h = 3⁄20 + 3⁄20; in the
 * second one r = ⅓, z = ¼, n = ⅓, so h = ¼ + 3⁄40.
 */
function unit() {
  return {
    x: array([
      [
        [1, 0],
        [-1, 17],
      ],
    ]),
    h0: array([[1 / 5]]),
    Wx: array([
      [LN2, LN3, LN2 / 2],
      [0, 0, LN2 / 24],
    ]),
    Wh: array([[0, 0, (5 / 4) * LN2]]),
    b: zeros(3),
    bh: array([0, 0, LN2 / 2]),
  };
}

/**
 * Two units that read one number: r = (⅔, ⅓), z = (⅘, ⅕), and n = (⅗, ⅓) of ax = (−2, −3⁄2) · ln 2 and
 * ah = (9⁄2, 6) · ln 2.
 */
function twoUnits() {
  const byLn2 = (x: Tensor): Tensor => map(x, (v) => LN2 * v);
  return {
    x: array([[1]]),
    hPrev: array([[2, -1]]),
    Wx: byLn2(array([[1, -3, 2, 1, 1 / 2, -1]])),
    Wh: byLn2(
      array([
        [1, 1, -1, 1, 1, 2],
        [2, 1, 1, 3, -1, 1],
      ]),
    ),
    b: byLn2(array([-1, 2, 1, -3, -5 / 2, -1 / 2])),
    bh: byLn2(array([1, -1, 2, 1, 3 / 2, 3])),
  };
}

/** ⅕ · ⅗ + ⅘ · 2, and ⅘ · ⅓ − ⅕. */
const TWO = [[43 / 25, 1 / 15]];

const FIRST = 3 / 10;
const SECOND = 13 / 40;

/** What reaches the operands of the first step of `unit` for a dh of 25. */
const UNIT_BACK = {
  dx: array([[(2 / 3) * LN2 ** 2 - (15 / 8) * LN3 + 2 * LN2, LN2 / 6]]),
  dhPrev: array([[(10 / 3) * LN2 + 75 / 4]]),
  dWx: array([
    [(2 / 3) * LN2, -15 / 8, 4],
    [0, 0, 0],
  ]),
  dWh: array([[(2 / 15) * LN2, -3 / 8, 8 / 15]]),
  db: array([(2 / 3) * LN2, -15 / 8, 4]),
  dbh: array([(2 / 3) * LN2, -15 / 8, 8 / 3]),
};

interface Sizes {
  N: number;
  T: number;
  D: number;
  H: number;
}

/** Sequences and weights drawn from a normal distribution, which leave no gate saturated. */
function drawn({ N, T, D, H }: Sizes) {
  const random = seededRandom(100 * N + 10 * T + D);
  return {
    x: randomNormal(random, 1, N, T, D),
    h0: randomNormal(random, 0.7, N, H),
    Wx: randomNormal(random, 0.6, D, 3 * H),
    Wh: randomNormal(random, 0.7, H, 3 * H),
    b: randomNormal(random, 0.4, 3 * H),
    bh: randomNormal(random, 0.6, 3 * H),
  };
}

type Drawn = ReturnType<typeof drawn>;

/** The operands of a step, drawn likewise. */
function drawnStep(sizes: Omit<Sizes, 'T'>) {
  const { x, h0, ...weights } = drawn({ ...sizes, T: 1 });
  return { x: copy(x.pick(null, 0, null)), hPrev: h0, ...weights };
}

const LONG = { N: 2, T: 5, D: 3, H: 4 };

const SIZES: readonly (readonly [string, Sizes])[] = [
  ['five steps', LONG],
  ['more inputs than units', { N: 3, T: 4, D: 5, H: 2 }],
  ['a batch of one, more steps than units', { N: 1, T: 4, D: 2, H: 3 }],
  ['one step', { N: 3, T: 1, D: 2, H: 4 }],
];

/** Few enough numbers that each can be varied. */
const SMALL = { N: 4, T: 3, D: 1, H: 2 };

const sigma = (s: number): number => 1 / (1 + Math.exp(-s));

/** The state of sample n after a step, number by number; `isBefore` where the reset gate acts before the product. */
function stateByFormula(
  read: { x: number[]; h: number[] },
  { Wx, Wh, b, bh }: Pick<Drawn, 'Wx' | 'Wh' | 'b' | 'bh'>,
  isBefore = false,
): number[] {
  const H = read.h.length;
  const fromInput = (c: number) => read.x.reduce((so, v, d) => so + v * Wx.get(d, c), b.get(c));
  const fromState = (c: number, h: number[]) =>
    h.reduce((so, v, i) => so + v * Wh.get(i, c), bh.get(c));
  const r = read.h.map((_, k) => sigma(fromInput(k) + fromState(k, read.h)));
  return read.h.map((old, k) => {
    const z = sigma(fromInput(H + k) + fromState(H + k, read.h));
    const past = isBefore
      ? fromState(
          2 * H + k,
          read.h.map((v, i) => r[i]! * v),
        )
      : r[k]! * fromState(2 * H + k, read.h);
    return (1 - z) * Math.tanh(fromInput(2 * H + k) + past) + z * old;
  });
}

const listOf = (x: Tensor): number[] => [...copy(x).data];

/** The states after a step for all samples. */
function stepByFormula(step: ReturnType<typeof drawnStep>, isBefore = false): Tensor {
  const [N] = step.x.shape as [number];
  return array(
    Array.from({ length: N }, (_, n) => {
      const read = { x: listOf(step.x.pick(n, null)), h: listOf(step.hPrev.pick(n, null)) };
      return stateByFormula(read, step, isBefore);
    }),
  );
}

/** The states after each step. */
function statesByFormula({ x, h0, ...weights }: Drawn): Tensor {
  const [N, T] = x.shape as [number, number];
  return array(
    Array.from({ length: N }, (_, n) => {
      let h = listOf(h0.pick(n, null));
      return Array.from({ length: T }, (__, t) => {
        h = stateByFormula({ x: listOf(x.pick(n, t, null)), h }, weights);
        return h;
      });
    }),
  );
}

/** A model of N = 2 sequences, T = 3, D = 1, H = 4. */
function model(): { x: Tensor; targets: Tensor; params: GruRegressionParams } {
  const { x, Wx, Wh, b, bh } = drawn({ N: 2, T: 3, D: 1, H: 4 });
  const random = seededRandom(8);
  const [Wy, by] = [randomNormal(random, 0.9, 4, 1), array([0.3])];
  return { x, targets: array([[0.9], [-1.7]]), params: { Wx, Wh, b, bh, Wy, by } };
}

/** The mean squared error of a model by its formula. */
function lossByFormula(x: Tensor, targets: Tensor, params: GruRegressionParams): number {
  const [N, T] = x.shape as [number, number];
  const states = statesByFormula({ ...params, x, h0: zeros(N, params.Wh.shape[0]!) });
  let loss = 0;
  for (let n = 0; n < N; n++) {
    const last = listOf(states.pick(n, T - 1, null));
    const answer = last.reduce((so, v, k) => so + v * params.Wy.get(k, 0), params.by.get(0));
    loss += (answer - targets.get(n, 0)) ** 2 / N;
  }
  return loss;
}

/** The gradients of a loss with respect to all parameters, by central differences. */
function slopesOf(
  params: GruRegressionParams,
  loss: (params: GruRegressionParams) => number,
): GruRegressionParams {
  const h = 1e-5;
  const slopes = Object.entries({ ...params }).map(([name, w]) => {
    const at = (i: number, shift: number): number => {
      const moved = copy(w);
      moved.data[i]! += shift;
      return loss({ ...params, [name]: moved });
    };
    const slope = copy(w);
    for (const i of slope.data.keys()) slope.data[i] = (at(i, h) - at(i, -h)) / (2 * h);
    return [name, slope] as const;
  });
  return Object.fromEntries(slopes) as unknown as GruRegressionParams;
}

/** What central differences can promise with steps of 10⁻⁵ and a loss around 1. */
const DIFFERENCES = { relative: 1e-7, absolute: 1e-8 };

/**
 * How many standard errors a share or a mean may be off. A right answer exceeds it by chance in 1 of 26 million draws
 * (https://en.wikipedia.org/wiki/68–95–99.7_rule).
 */
const ERRORS = 5.5;

/** Whether something comes up with a probability. */
function expectShare(isSo: boolean[], p: number, what: string): void {
  const share = isSo.filter(Boolean).length / isSo.length;
  expect(share, what).to.be.closeTo(p, ERRORS * Math.sqrt((p * (1 - p)) / isSo.length));
}

/** The marked steps of each sequence. */
function marksOf({ x }: AddingProblem): number[][] {
  const [N, T] = x.shape as [number, number];
  return Array.from({ length: N }, (_, n) =>
    Array.from({ length: T }, (__, t) => t).filter((t) => x.get(n, t, 1) !== 0),
  );
}

const STEP_AXES = {
  x: ['sample', 'feature'],
  hPrev: ['sample', 'unit'],
  h: ['sample', 'unit'],
  Wx: ['feature', 'gate column'],
  Wh: ['earlier unit', 'gate column'],
  b: ['gate column'],
  bh: ['gate column'],
};

const AXES = {
  ...STEP_AXES,
  x: ['sample', 'time step', 'feature'],
  h0: ['sample', 'unit'],
  h: ['sample', 'time step', 'unit'],
};

describe('17-gru', () => {
  describe('17.1 gruGates', () => {
    it('adds for r and z, and lets r into the tanh of n', () => {
      const { ax, ah } = sent();
      expect(gruGates(ax, ah)).to.almostEqual({
        r: array(GATES.r),
        z: array(GATES.z),
        n: array(GATES.n),
      });
    });

    it('takes half of the past where both send nothing to r', () => {
      const ax = array([[0, LN3, 0]]);
      const ah = array([[0, 0, 2 * LN2]]);
      const { r, z, n } = gruGates(ax, ah);
      expect(r).to.almostEqual([[1 / 2]]);
      expect(z).to.almostEqual([[3 / 4]]);
      expect(n).to.almostEqual([[3 / 5]]);
    });

    it('stays finite far from 0: gates that are shut or open, a memory of ±1', () => {
      const ax = array([[-1000, 1000, 1000, -1000, -500, 800]]);
      const ah = array([[-1000, 1000, -300, -500, -900, 0]]);
      const { r, z, n } = gruGates(ax, ah);
      expect(r).to.almostEqual([[0, 1]]);
      expect(z).to.almostEqual([[1, 0]]);
      expect(n).to.almostEqual([[-1, 1]]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const { ax, ah } = sent();
      const args = { ax: turned(ax), ah: turned(ah) };
      expect(() => gruGates(args.ax, args.ah)).to.leaveUnchanged(args);
      expect(gruGates(args.ax, args.ah).n).to.almostEqual(GATES.n);
    });

    it('keeps both axes when there is no sample', () => {
      const { r, z, n } = gruGates(zeros(0, 12), zeros(0, 12));
      for (const gate of [r, z, n]) expect(gate).to.have.arrayShape([0, 4]);
    });

    it('refuses shapes that differ, and columns that are not three blocks', () => {
      expect(() => gruGates(zeros(2, 6), zeros(3, 6))).to.throw(RangeError);
      expect(() => gruGates(zeros(2, 6), zeros(2, 3))).to.throw(RangeError);
      expect(() => gruGates(zeros(2, 4), zeros(2, 4))).to.throw(RangeError);
      expect(() => gruGates(zeros(2, 5), zeros(2, 5))).to.throw(RangeError);
      expect(() => gruGates(zeros(6), zeros(6))).to.throw(RangeError);
    });
  });

  describe('17.2 gruStepForward', () => {
    it('lets input and state into the gates, each with its bias, and mixes old and new', () => {
      const { x, hPrev, Wx, Wh, b, bh } = twoUnits();
      expect(gruStepForward(x, hPrev, Wx, Wh, b, bh).h).to.almostEqual(TWO);
    });

    it('writes 1 − z of the new memory, and keeps z of the state', () => {
      const { x, h0, Wx, Wh, b, bh } = unit();
      const { h } = gruStepForward(x.pick(null, 0, null), h0, Wx, Wh, b, bh);
      expect(h).to.almostEqual([[FIRST]]);
    });

    it('halves the state where all weights are 0', () => {
      const hPrev = array([
        [0.6, -0.8],
        [0.2, 5],
        [-1, 0],
      ]);
      const { h } = gruStepForward(
        zeros(3, 4),
        hPrev,
        zeros(4, 6),
        zeros(2, 6),
        zeros(6),
        zeros(6),
      );
      expect(h).to.almostEqual([
        [0.3, -0.4],
        [0.1, 2.5],
        [-0.5, 0],
      ]);
    });

    it('keeps the state where the update gate is open, and forgets it where it is shut', () => {
      const [b, bh] = [array([9, -9, 1000, -1000, 5, LN2]), zeros(6)];
      const { h } = gruStepForward(zeros(1, 3), array([[7, 8]]), zeros(3, 6), zeros(2, 6), b, bh);
      expect(h).to.almostEqual([[7, 3 / 5]]);
    });

    for (const [title, sizes] of SIZES) {
      it(`is right for sizes as in ${title}`, () => {
        const step = drawnStep(sizes);
        const { h } = gruStepForward(step.x, step.hPrev, step.Wx, step.Wh, step.b, step.bh);
        expect(h).to.almostEqual(stepByFormula(step));
      });
    }

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const step = drawnStep(LONG);
      const args = {
        x: turned(step.x),
        hPrev: turned(step.hPrev),
        Wx: turned(step.Wx),
        Wh: turned(step.Wh),
        b: step.b,
        bh: step.bh,
      };
      const call = () => gruStepForward(args.x, args.hPrev, args.Wx, args.Wh, args.b, args.bh);
      expect(call).to.leaveUnchanged(args);
      expect(call().h).to.almostEqual(stepByFormula(step));
    });

    it('refuses sizes that do not fit', () => {
      const { x, hPrev, Wx, Wh, b, bh } = drawnStep({ N: 2, D: 3, H: 4 });
      expect(() => gruStepForward(zeros(2, 2), hPrev, Wx, Wh, b, bh)).to.throw(RangeError);
      expect(() => gruStepForward(x, zeros(3, 4), Wx, Wh, b, bh)).to.throw(RangeError);
      expect(() => gruStepForward(x, zeros(2, 3), Wx, Wh, b, bh)).to.throw(RangeError);
      expect(() => gruStepForward(x, hPrev, zeros(3, 9), Wh, b, bh)).to.throw(RangeError);
      expect(() => gruStepForward(x, hPrev, Wx, zeros(4, 4), b, bh)).to.throw(RangeError);
      expect(() => gruStepForward(x, hPrev, Wx, Wh, zeros(4), bh)).to.throw(RangeError);
      expect(() => gruStepForward(x, hPrev, Wx, Wh, b, zeros(4))).to.throw(RangeError);
    });

    it('refuses weights that agree with each other, but not with the state', () => {
      const [x, hPrev] = [zeros(2, 5), zeros(2, 4)];
      const [Wx, Wh, b] = [zeros(5, 16), zeros(4, 16), zeros(16)];
      expect(() => gruStepForward(x, hPrev, Wx, Wh, b, b)).to.throw(RangeError);
      expect(() => gruStepForward(x, hPrev, zeros(5, 9), zeros(4, 9), zeros(9), zeros(9))).to.throw(
        RangeError,
      );
    });
  });

  describe('17.3 gruStepBackward', () => {
    it('goes through all three gates, and past them, to all six operands', () => {
      // Slopes: n's is (1 − z) · (1 − n²) = 4⁄25, z's (hPrev − n) · z · (1 − z) = −3⁄40, and r's 4⁄25 · ¾ ln 2 · 2⁄9.
      const { x, h0, Wx, Wh, b, bh } = unit();
      const { cache } = gruStepForward(x.pick(null, 0, null), h0, Wx, Wh, b, bh);
      expect(gruStepBackward(array([[25]]), cache)).to.almostEqual(UNIT_BACK);
    });

    it('sends half of it past the gates where all weights are 0', () => {
      // n = 0 and its slope is ½; z's is hPrev / 4, and r's is 0 as the state sends nothing to n.
      const x = array([[3], [-4]]);
      const hPrev = array([
        [1, -2, 3],
        [5, 0, 2],
      ]);
      const dh = array([
        [4, 8, 0],
        [-2, 6, 10],
      ]);
      const [Wx, Wh, b] = [zeros(1, 9), zeros(3, 9), zeros(9)];
      const { cache } = gruStepForward(x, hPrev, Wx, Wh, b, b);
      const back = gruStepBackward(dh, cache);
      expect(back.dx).to.almostEqual([[0], [0]]);
      expect(back.dhPrev).to.almostEqual([
        [2, 4, 0],
        [-1, 3, 5],
      ]);
      // The blocks before the gates: (1, −4, 0) and (−5⁄2, 0, 5) for z, (2, 4, 0) and (−1, 3, 5) for n.
      expect(back.db).to.almostEqual([0, 0, 0, -3 / 2, -4, 5, 1, 7, 5]);
      expect(back.dbh).to.almostEqual([0, 0, 0, -3 / 2, -4, 5, 1 / 2, 7 / 2, 5 / 2]);
      expect(back.dWx).to.almostEqual([[0, 0, 0, 13, -12, -20, 10, 0, -20]]);
      expect(back.dWh).to.almostEqual([
        [0, 0, 0, -23 / 2, -4, 25, -3 / 2, 19 / 2, 25 / 2],
        [0, 0, 0, -2, 8, 0, -2, -4, 0],
        [0, 0, 0, -2, -12, 10, 2, 9, 5],
      ]);
    });

    it('reads dh through its strides, and leaves it and the cache as they were', () => {
      const { x, h0, Wx, Wh, b, bh } = unit();
      const first = copy(x.pick(null, 0, null));
      const both = array([0, 1].map(() => listOf(first.pick(0, null))));
      const state = array([[1 / 5], [1 / 5]]);
      const { cache } = gruStepForward(turned(both), state, turned(Wx), turned(Wh), b, bh);
      const dh = array([[25], [99], [-50], [99]]).step(2, 1);
      expect(h0).to.almostEqual([[1 / 5]]);
      expect(() => gruStepBackward(dh, cache)).to.leaveUnchanged({ dh, cache });
      const { dx, db, dWh } = gruStepBackward(dh, cache);
      const [one, other] = listOf(UNIT_BACK.dx) as [number, number];
      expect(dx).to.almostEqual([
        [one, other],
        [-2 * one, -2 * other],
      ]);
      expect(db).to.almostEqual(map(UNIT_BACK.db, (v) => -v));
      expect(dWh).to.almostEqual(map(UNIT_BACK.dWh, (v) => -v));
    });

    it('agrees with numerical slopes for sizes of which no two are alike', () => {
      expect({
        name: 'a step of a gated recurrent unit',
        inputs: drawnStep(SMALL),
        forward: gruStepForward,
        backward: gruStepBackward,
        outputs: ['h'],
        constants: { N: SMALL.N },
        axes: STEP_AXES,
      }).to.have.rightGradients();
    });
  });

  describe('17.4 gruForward', () => {
    it('hands the state on from step to step, beginning with h0', () => {
      const { x, h0, Wx, Wh, b, bh } = unit();
      expect(gruForward(x, h0, Wx, Wh, b, bh).h).to.almostEqual([[[FIRST], [SECOND]]]);
    });

    it('halves the state in every step where all weights are 0', () => {
      const h0 = array([[0.8, -1.6, 4]]);
      const { h } = gruForward(zeros(1, 4, 2), h0, zeros(2, 9), zeros(3, 9), zeros(9), zeros(9));
      expect(h).to.almostEqual([
        [
          [0.4, -0.8, 2],
          [0.2, -0.4, 1],
          [0.1, -0.2, 0.5],
          [0.05, -0.1, 0.25],
        ],
      ]);
    });

    for (const [title, sizes] of SIZES) {
      it(`is right for ${title}`, () => {
        const all = drawn(sizes);
        const { h } = gruForward(all.x, all.h0, all.Wx, all.Wh, all.b, all.bh);
        expect(h).to.almostEqual(statesByFormula(all));
      });
    }

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const all = drawn(LONG);
      const args = {
        x: turnedSequences(all.x),
        h0: turned(all.h0),
        Wx: turned(all.Wx),
        Wh: turned(all.Wh),
        b: all.b,
        bh: all.bh,
      };
      const call = () => gruForward(args.x, args.h0, args.Wx, args.Wh, args.b, args.bh);
      expect(call).to.leaveUnchanged(args);
      expect(call().h).to.almostEqual(statesByFormula(all));
    });

    it('keeps all axes when there is no sequence', () => {
      const { Wx, Wh, b, bh } = drawn(LONG);
      const { h } = gruForward(zeros(0, 5, 3), zeros(0, 4), Wx, Wh, b, bh);
      expect(h).to.have.arrayShape([0, 5, 4]);
    });

    it('refuses sizes that do not fit, and sequences without an axis of steps', () => {
      const { x, h0, Wx, Wh, b, bh } = drawn(LONG);
      expect(() => gruForward(x.pick(null, 0, null), h0, Wx, Wh, b, bh)).to.throw(RangeError);
      expect(() => gruForward(x, zeros(3, 4), Wx, Wh, b, bh)).to.throw(RangeError);
      expect(() => gruForward(x, h0, zeros(2, 12), Wh, b, bh)).to.throw(RangeError);
      expect(() => gruForward(x, h0, Wx, zeros(3, 12), b, bh)).to.throw(RangeError);
      expect(() => gruForward(x, h0, Wx, Wh, zeros(4), bh)).to.throw(RangeError);
      expect(() => gruForward(x, h0, Wx, Wh, b, zeros(4))).to.throw(RangeError);
      expect(() => gruForward(x, h0, zeros(3, 16), zeros(4, 16), zeros(16), zeros(16))).to.throw(
        RangeError,
      );
    });
  });

  describe('17.5 gruBackward', () => {
    it('adds what comes from outside to what the next step sends, back to h0', () => {
      // The second step has r = ⅓, z = ¼, n = ⅓ and ah = ⅞ ln 2. For a dh of 36 it sends back 10 · ln 2 + 9.
      const { x, h0, Wx, Wh, b, bh } = unit();
      const { cache } = gruForward(x, h0, Wx, Wh, b, bh);
      const scale = 1 + (2 / 5) * LN2;
      const first = Object.fromEntries(
        Object.entries(UNIT_BACK).map(([name, d]) => [name, listOf(map(d, (v) => scale * v))]),
      );
      const [r, z, n, past] = [(14 / 3) * LN2, -9 / 40, 24, 8];
      const plus = (name: string, ...second: number[]): number[] =>
        second.map((v, i) => v + first[name]![i]!);
      expect(gruBackward(array([[[16], [36]]]), cache)).to.almostEqual({
        dx: array([[first['dx']!, [r * LN2 + z * LN3 + (n * LN2) / 2, LN2]]]),
        dh0: array([first['dhPrev']!]),
        dWx: array([plus('dWx', -r, -z, -n), [17 * r, 17 * z, 17 * n]]),
        dWh: array([plus('dWh', FIRST * r, FIRST * z, FIRST * past)]),
        db: array(plus('db', r, z, n)),
        dbh: array(plus('dbh', r, z, past)),
      });
    });

    it('sends what reaches the last of three steps back to h0, halved by each where all is 0', () => {
      const [Wx, Wh, b] = [zeros(1, 6), zeros(2, 6), zeros(6)];
      const h0 = array([[8, -16]]);
      const { cache } = gruForward(array([[[1], [2], [-3]]]), h0, Wx, Wh, b, b);
      const back = gruBackward(
        array([
          [
            [0, 0],
            [0, 4],
            [16, 0],
          ],
        ]),
        cache,
      );
      expect(back.dh0).to.almostEqual([[2, 1]]);
      expect(back.dx).to.almostEqual([[[0], [0], [0]]]);
      // What reaches the states: (4, 2), (8, 4), (16, 0). Before z it is that times hPrev / 4, before n times ½.
      expect(back.db).to.almostEqual([0, 0, 8 + 8 + 8, -8 - 8, 2 + 4 + 8, 1 + 2]);
      expect(back.dbh).to.almostEqual([0, 0, 24, -16, 7, 3 / 2]);
      expect(back.dWx).to.almostEqual([[0, 0, 8 + 16 - 24, -8 - 16, 2 + 8 - 24, 1 + 4]]);
      expect(back.dWh).to.almostEqual([
        [0, 0, 8 * 8 + 4 * 8 + 2 * 8, 8 * -8 + 4 * -8, 8 + 8 + 8, 4 + 4],
        [0, 0, -16 * 8 - 8 * 8 - 4 * 8, 16 * 8 + 8 * 8, -16 - 16 - 16, -8 - 8],
      ]);
    });

    it('is one step back where there is one step', () => {
      const { x, h0, Wx, Wh, b, bh } = unit();
      const { cache } = gruForward(x.lo(0, 0, 0).hi(1, 1, 2), h0, Wx, Wh, b, bh);
      const { dhPrev, dx, ...rest } = UNIT_BACK;
      const [one, other] = listOf(dx) as [number, number];
      expect(gruBackward(array([[[25]]]), cache)).to.almostEqual({
        ...rest,
        dx: array([[[one, other]]]),
        dh0: dhPrev,
      });
    });

    it('agrees with numerical slopes for sizes of which no two are alike', () => {
      expect({
        name: 'a gated recurrent unit',
        inputs: drawn(SMALL),
        forward: gruForward,
        backward: gruBackward,
        outputs: ['h'],
        constants: { N: SMALL.N, T: SMALL.T },
        axes: AXES,
      }).to.have.rightGradients();
    });

    it('reads dh through its strides, and leaves it and the cache as they were', () => {
      const [Wx, Wh, b] = [zeros(1, 6), zeros(2, 6), zeros(6)];
      const x = turnedSequences(array([[[1], [2], [-3]]]));
      const { cache } = gruForward(x, turned(array([[8, -16]])), Wx, Wh, b, b);
      const dh = turnedSequences(
        array([
          [
            [0, 0],
            [0, 4],
            [16, 0],
          ],
        ]),
      );
      expect(() => gruBackward(dh, cache)).to.leaveUnchanged({ dh, cache });
      expect(gruBackward(dh, cache).dh0).to.almostEqual([[2, 1]]);
      expect(gruBackward(dh, cache).db).to.almostEqual([0, 0, 24, -16, 14, 3]);
    });
  });

  describe('17.6 recurrentParameterCount', () => {
    it('counts one block with one bias for an RNN', () => {
      expect(recurrentParameterCount('rnn', 3, 5)).to.equal(15 + 25 + 5);
      expect(recurrentParameterCount('rnn', 7, 2)).to.equal(14 + 4 + 2);
    });

    it('counts four blocks with one bias each for an LSTM', () => {
      expect(recurrentParameterCount('lstm', 3, 5)).to.equal(180);
      expect(recurrentParameterCount('lstm', 28, 100)).to.equal(51_600);
    });

    it('counts three blocks with two biases each for a GRU', () => {
      expect(recurrentParameterCount('gru', 3, 5)).to.equal(150);
      expect(recurrentParameterCount('gru', 28, 100)).to.equal(39_000);
    });
  });

  describe('17.7 gruResetBefore', () => {
    it('leaves the bias of the state out of reach of the reset gate', () => {
      // r · hPrev = (4⁄3, −⅓), so ah = (19⁄6, 16⁄3) · ln 2, and b is such that n = (⅗, ⅓) all the same.
      const { x, hPrev, Wx, Wh, b, bh } = twoUnits();
      b.set(4, (-8 / 3) * LN2);
      b.set(5, (-23 / 6) * LN2);
      expect(gruResetBefore(x, hPrev, Wx, Wh, b, bh)).to.almostEqual(TWO);
    });

    it('shuts each unit on its way into the product', () => {
      // r = (0, 1): only the second unit, −1, is read, and n = tanh(ln 3 · (1, −3)); z = ½.
      const Wh = array([
        [0, 0, 0, 0, 5, 7],
        [0, 0, 0, 0, -LN3, 3 * LN3],
      ]);
      const b = array([-1000, 1000, 0, 0, 0, 0]);
      const h = gruResetBefore(zeros(1, 1), array([[8, -1]]), zeros(1, 6), Wh, b, zeros(6));
      // tanh(ln 3) = 8⁄10 and tanh(−3 · ln 3) = −728⁄730.
      expect(h).to.almostEqual([[(8 / 10 + 8) / 2, (-728 / 730 - 1) / 2]]);
    });

    for (const [title, sizes] of SIZES) {
      it(`is right for sizes as in ${title}`, () => {
        const step = drawnStep(sizes);
        const h = gruResetBefore(step.x, step.hPrev, step.Wx, step.Wh, step.b, step.bh);
        expect(h).to.almostEqual(stepByFormula(step, true));
      });
    }

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const step = drawnStep(LONG);
      const args = { ...step, x: turned(step.x), hPrev: turned(step.hPrev), Wh: turned(step.Wh) };
      const call = () => gruResetBefore(args.x, args.hPrev, args.Wx, args.Wh, args.b, args.bh);
      expect(call).to.leaveUnchanged(args);
      expect(call()).to.almostEqual(stepByFormula(step, true));
    });

    it('refuses sizes that do not fit', () => {
      const { x, hPrev, Wx, Wh, b, bh } = drawnStep({ N: 2, D: 3, H: 4 });
      expect(() => gruResetBefore(zeros(2, 2), hPrev, Wx, Wh, b, bh)).to.throw(RangeError);
      expect(() => gruResetBefore(x, zeros(3, 4), Wx, Wh, b, bh)).to.throw(RangeError);
      expect(() => gruResetBefore(x, hPrev, Wx, zeros(4, 4), b, bh)).to.throw(RangeError);
      expect(() => gruResetBefore(x, hPrev, Wx, Wh, zeros(4), bh)).to.throw(RangeError);
      expect(() => gruResetBefore(x, hPrev, Wx, Wh, b, zeros(4))).to.throw(RangeError);
    });
  });

  describe('17.8 gruRegressionGradients', () => {
    it('reads the state after the last step, and means the squares over the batch', () => {
      // n = ½ and z = ½ in all of three steps, from 0: h = ½ · (1 − ⅛) = 7⁄16, and the answer is 8.
      const params = {
        Wx: zeros(4, 3),
        Wh: zeros(1, 3),
        b: array([0, 0, LN3 / 2]),
        bh: zeros(3),
        Wy: array([[16]]),
        by: array([1]),
      };
      const x = filled([2, 3, 4], (n, t, d) => n! + t! - d!);
      const { loss, gradients } = gruRegressionGradients(x, array([[5], [10]]), params);
      expect(loss).to.almostEqual((9 + 4) / 2);
      expect(gradients.by).to.almostEqual([1]);
      expect(gradients.Wy).to.almostEqual([[7 / 16]]);
    });

    it('agrees with its formula and with numerical slopes', () => {
      const { x, targets, params } = model();
      const { loss, gradients } = gruRegressionGradients(x, targets, params);
      expect(loss).to.almostEqual(lossByFormula(x, targets, params));
      const slopes = slopesOf(params, (moved) => lossByFormula(x, targets, moved));
      expect(gradients).to.almostEqual(slopes, DIFFERENCES);
    });

    it('takes a batch of one, one step and one unit', () => {
      const params = {
        Wx: array([
          [0.3, -0.6, 0.8],
          [-0.2, 0.9, 0.5],
        ]),
        Wh: array([[0.4, 0.7, -0.3]]),
        b: array([0.1, -0.4, 0.2]),
        bh: array([-0.5, 0.6, 0.7]),
        Wy: array([[-1.2]]),
        by: array([0.25]),
      };
      const [x, targets] = [array([[[0.9, -1.1]]]), array([[0.4]])];
      const { loss, gradients } = gruRegressionGradients(x, targets, params);
      expect(loss).to.almostEqual(lossByFormula(x, targets, params));
      const slopes = slopesOf(params, (moved) => lossByFormula(x, targets, moved));
      expect(gradients).to.almostEqual(slopes, DIFFERENCES);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const { x, targets, params } = model();
      const args = {
        x: turnedSequences(x),
        targets: turned(targets),
        params: { ...params, Wx: turned(params.Wx), Wh: turned(params.Wh), Wy: turned(params.Wy) },
      };
      const call = () => gruRegressionGradients(args.x, args.targets, args.params);
      expect(call).to.leaveUnchanged(args);
      expect(call().loss).to.almostEqual(lossByFormula(x, targets, params));
    });

    it('refuses targets that are no column, or too many', () => {
      const { x, params } = model();
      expect(() => gruRegressionGradients(x, zeros(2), params)).to.throw(RangeError);
      expect(() => gruRegressionGradients(x, zeros(3, 1), params)).to.throw(RangeError);
      expect(() => gruRegressionGradients(x, zeros(1, 2), params)).to.throw(RangeError);
    });
  });

  describe('17.9 addingProblem', () => {
    for (const T of [7, 4, 3, 2]) {
      it(`marks one step in each half of ${T}, and adds up what is there`, () => {
        const made = addingProblem(5, T, seededRandom(20 + T));
        expect(made.x).to.have.arrayShape([5, T, 2]);
        expect(made.targets).to.have.arrayShape([5, 1]);
        for (const [n, marks] of marksOf(made).entries()) {
          expect(marks).to.have.length(2);
          const [first, second] = marks as [number, number];
          expect(first).to.be.below(Math.floor(T / 2));
          expect(second).to.be.at.least(Math.floor(T / 2));
          expect([made.x.get(n, first, 1), made.x.get(n, second, 1)]).to.deep.equal([1, 1]);
          const sum = made.x.get(n, first, 0) + made.x.get(n, second, 0);
          expect(made.targets.get(n, 0)).to.almostEqual(sum);
        }
      });
    }

    it('marks each step of a half equally often', () => {
      const marks = marksOf(addingProblem(100, 5, seededRandom(31)));
      for (const t of [0, 1]) {
        expectShare(
          marks.map(([first]) => first === t),
          1 / 2,
          `step ${t} in the first half`,
        );
      }
      for (const t of [2, 3, 4]) {
        expectShare(
          marks.map(([, second]) => second === t),
          1 / 3,
          `step ${t} in the second half`,
        );
      }
    });

    it('marks the second half without a look at the first', () => {
      const marks = marksOf(addingProblem(120, 4, seededRandom(32)));
      for (const [a, c] of [
        [0, 2],
        [0, 3],
        [1, 2],
        [1, 3],
      ] as const) {
        expectShare(
          marks.map(([first, second]) => first === a && second === c),
          1 / 4,
          `steps ${a} and ${c} together`,
        );
      }
    });

    it('draws numbers evenly from 0 to 1, marked or not', () => {
      const { x, targets } = addingProblem(40, 6, seededRandom(33));
      const numbers = listOf(x.pick(null, null, 0));
      expect(Math.min(...numbers)).to.be.at.least(0);
      expect(Math.max(...numbers)).to.be.below(1);
      expect(new Set(numbers).size).to.equal(240);
      // The variance of one number is 1⁄12. Quarters of the range come up equally often.
      const mean = numbers.reduce((so, v) => so + v, 0) / 240;
      expect(mean, 'the mean').to.be.closeTo(1 / 2, ERRORS * Math.sqrt(1 / 12 / 240));
      for (const quarter of [0, 1, 2, 3]) {
        expectShare(
          numbers.map((v) => Math.floor(4 * v) === quarter),
          1 / 4,
          `quarter ${quarter}`,
        );
      }
      const sums = listOf(targets).reduce((so, v) => so + v, 0) / 40;
      expect(sums, 'the mean target').to.be.closeTo(1, ERRORS * Math.sqrt(1 / 6 / 40));
    });

    it('makes the same of the same seed, and other sequences of another', () => {
      const made = addingProblem(2, 5, seededRandom(41));
      expect(addingProblem(2, 5, seededRandom(41))).to.almostEqual(made);
      const other = addingProblem(2, 5, seededRandom(42));
      expect(listOf(other.x.pick(null, null, 0))).to.not.deep.equal(
        listOf(made.x.pick(null, null, 0)),
      );
    });

    it('makes no sequence where none is wanted', () => {
      const { x, targets } = addingProblem(0, 3, seededRandom(1));
      expect(x).to.have.arrayShape([0, 3, 2]);
      expect(targets).to.have.arrayShape([0, 1]);
    });

    it('refuses sequences that have no two halves', () => {
      expect(() => addingProblem(4, 1, seededRandom(1))).to.throw(RangeError);
      expect(() => addingProblem(4, 0, seededRandom(1))).to.throw(RangeError);
    });
  });
});
