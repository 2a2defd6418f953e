import { array, copy, filled, labels, map, zeros, zip, type Labels, type Tensor } from '#arrays';
import { randomNormal, turned, turnedImages, turnedSequences } from '#checks/fixtures';
import { expect } from '#checks/gradient/assertion';
import { seededRandom } from '#datasets/random';
import {
  attentionBackward,
  attentionForward,
  attentionMask,
  blockBackward,
  blockForward,
  maskedSoftmax,
  mergeHeads,
  multiHeadBackward,
  multiHeadForward,
  sampleTopK,
  sinusoidalPositions,
  splitHeads,
  transformerGradients,
  type BlockParams,
  type MultiHeadParams,
  type TransformerParams,
} from '#lessons/22-attention';
import ndarray from 'ndarray';

const LN2 = Math.LN2;
const ln = Math.log;
const times = (x: Tensor, factor: number): Tensor => map(x, (value) => factor * value);
const ones = (...shape: number[]): Tensor => map(zeros(...shape), () => 1);
const sum = (list: number[]): number => list.reduce((total, value) => total + value, 0);
const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** The same list as a view that only its strides can read. */
const spaced = (list: Tensor): Tensor =>
  turned(filled([2, list.size], (row, i) => (row === 0 ? list.get(i!) : 99))).pick(0, null);

/** The same parameters as views that only their strides can read. */
const asViews = <Params extends object>(params: Params): Params =>
  Object.fromEntries(
    Object.entries(params).map(([name, x]: [string, Tensor]) => [
      name,
      x.dimension === 1 ? spaced(x) : turned(x),
    ]),
  ) as Params;

/** Tokens in rows, shape (N, T). */
const tokens = (rows: number[][]): Labels =>
  ndarray(Int32Array.from(rows.flat()), [rows.length, rows[0]!.length]);

/**
 * Two sequences, two steps that read three, K = 4, M = 2. Over √4 the logits are
 * ln 2 · (0, 1, 2), ln 2 · (1, 2, −1) and ln 2 · (−2, 0, 2), ln 2 · (0, 1, 3).
 */
const heeding = () => ({
  q: times(
    array([
      [
        [1, 0, 0, 1],
        [0, 1, -1, 0],
      ],
      [
        [2, 0, 0, 0],
        [0, 1, 0, -1],
      ],
    ]),
    2 * LN2,
  ),
  k: array([
    [
      [1, 1, 0, -1],
      [0, 1, -1, 1],
      [1, -1, 0, 1],
    ],
    [
      [-1, 0, 1, 0],
      [0, 2, 1, 1],
      [1, 3, -2, 0],
    ],
  ]),
  v: array([
    [
      [1, 2],
      [-1, 4],
      [3, 0],
    ],
    [
      [2, -3],
      [0, 5],
      [-4, 1],
    ],
  ]),
});

/** Each row in a way of its own; the last one may read nothing. */
const SOME = [
  [
    [1, 1, 0],
    [1, 0, 1],
  ],
  [
    [0, 1, 0],
    [0, 0, 0],
  ],
];

const WEIGHTS = [
  [
    [1 / 7, 2 / 7, 4 / 7],
    [4 / 13, 8 / 13, 1 / 13],
  ],
  [
    [1 / 21, 4 / 21, 16 / 21],
    [1 / 11, 2 / 11, 8 / 11],
  ],
];

const HEEDED = [
  [
    [11 / 7, 10 / 7],
    [-1 / 13, 40 / 13],
  ],
  [
    [-62 / 21, 11 / 7],
    [-30 / 11, 15 / 11],
  ],
];

const MASKED_WEIGHTS = [
  [
    [1 / 3, 2 / 3, 0],
    [4 / 5, 0, 1 / 5],
  ],
  [
    [0, 1, 0],
    [0, 0, 0],
  ],
];

const MASKED_HEEDED = [
  [
    [-1 / 3, 10 / 3],
    [7 / 5, 8 / 5],
  ],
  [
    [0, 5],
    [0, 0],
  ],
];

const UPSTREAM = [
  [
    [1, -2],
    [3, 1],
  ],
  [
    [-1, 2],
    [2, 5],
  ],
];

/** What comes back to the logits is (−12, −108, 120) / 49 and (112, −192, 80) / 169, and so on. */
const HEEDING_BACK = {
  dq: array([
    [
      [54 / 49, -120 / 49, 54 / 49, 12 / 49],
      [96 / 169, -80 / 169, 96 / 169, -112 / 169],
    ],
    [
      [44 / 147, 40 / 63, 16 / 147, 164 / 441],
      [-124 / 121, -56 / 121, 576 / 121, 260 / 121],
    ],
  ]),
  dk: times(
    array([
      [
        [-12 / 49, 112 / 169, -112 / 169, -12 / 49],
        [-108 / 49, -192 / 169, 192 / 169, -108 / 49],
        [120 / 49, 80 / 169, -80 / 169, 120 / 49],
      ],
      [
        [-592 / 441, -136 / 121, 0, 136 / 121],
        [656 / 441, 520 / 121, 0, -520 / 121],
        [-64 / 441, -384 / 121, 0, 384 / 121],
      ],
    ]),
    LN2,
  ),
  dv: array([
    [
      [97 / 91, 2 / 91],
      [194 / 91, 4 / 91],
      [73 / 91, -97 / 91],
    ],
    [
      [31 / 231, 127 / 231],
      [40 / 231, 298 / 231],
      [160 / 231, 1192 / 231],
    ],
  ]),
};

/** With the mask SOME it is (4, −4, 0) / 3 and (−16, 0, 16) / 25, and 0 in the second sequence. */
const MASKED_BACK = {
  dq: array([
    [
      [2 / 3, 0, 2 / 3, -4 / 3],
      [0, -16 / 25, 0, 16 / 25],
    ],
    [
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ],
  ]),
  dk: times(
    array([
      [
        [4 / 3, -16 / 25, 16 / 25, 4 / 3],
        [-4 / 3, 0, 0, -4 / 3],
        [0, 16 / 25, -16 / 25, 0],
      ],
      [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
    ]),
    LN2,
  ),
  dv: array([
    [
      [41 / 15, 2 / 15],
      [2 / 3, -4 / 3],
      [3 / 5, 1 / 5],
    ],
    [
      [0, 0],
      [-1, 2],
      [0, 0],
    ],
  ]),
};

/** Two sequences of two steps and six columns: two heads of three, or three of two. */
const COLUMNS = [
  [
    [1, 2, 3, 4, 5, 6],
    [-1, -2, -3, -4, -5, -6],
  ],
  [
    [7, 0, 8, 11, 9, 12],
    [20, 21, 23, 26, 30, 35],
  ],
];

const TWO_HEADS = [
  [
    [
      [1, 2, 3],
      [-1, -2, -3],
    ],
    [
      [4, 5, 6],
      [-4, -5, -6],
    ],
  ],
  [
    [
      [7, 0, 8],
      [20, 21, 23],
    ],
    [
      [11, 9, 12],
      [26, 30, 35],
    ],
  ],
];

interface Sizes {
  D: number;
  /** Columns of all heads together. */
  A: number;
  /** Hidden units of the two layers. */
  F: number;
  V: number;
}

/** Parameters of a whole model, drawn. */
function drawn(seed: number, { D, A, F, V }: Sizes): TransformerParams {
  const random = seededRandom(seed);
  const draw = (...shape: number[]): Tensor => randomNormal(random, 0.7, ...shape);
  return {
    Wq: draw(D, A),
    bq: draw(A),
    Wk: draw(D, A),
    bk: draw(A),
    Wv: draw(D, A),
    bv: draw(A),
    Wo: draw(A, D),
    bo: draw(D),
    gamma1: draw(D),
    beta1: draw(D),
    gamma2: draw(D),
    beta2: draw(D),
    W1: draw(D, F),
    b1: draw(F),
    W2: draw(F, D),
    b2: draw(D),
    We: draw(V, D),
    Wy: draw(D, V),
    by: draw(V),
  };
}

function attentionPart({ Wq, bq, Wk, bk, Wv, bv, Wo, bo }: MultiHeadParams): MultiHeadParams {
  return { Wq, bq, Wk, bk, Wv, bv, Wo, bo };
}

function blockPart(params: BlockParams): BlockParams {
  const { gamma1, beta1, gamma2, beta2, W1, b1, W2, b2 } = params;
  return { ...attentionPart(params), gamma1, beta1, gamma2, beta2, W1, b1, W2, b2 };
}

/** x · W + b at every step, number by number. */
function affineByFormula(x: Tensor, W: Tensor, b: Tensor): Tensor {
  const [N, T, D] = x.shape as [number, number, number];
  return filled(
    [N, T, b.size],
    (...[n, t, a]) => b.get(a!) + sum(upTo(D).map((d) => x.get(n!, t!, d) * W.get(d, a!))),
  );
}

/** Multi-head attention by the formula, number by number. */
function multiHeadByFormula(x: Tensor, params: MultiHeadParams, mask: Tensor, H: number) {
  const q = affineByFormula(x, params.Wq, params.bq);
  const k = affineByFormula(x, params.Wk, params.bk);
  const v = affineByFormula(x, params.Wv, params.bv);
  const [N, T, A] = q.shape as [number, number, number];
  const K = A / H;
  const powers = filled([N, H, T, T], (...[n, h, t, s]) => {
    const dots = upTo(K).map((i) => q.get(n!, t!, h! * K + i) * k.get(n!, s!, h! * K + i));
    return mask.get(n!, t!, s!) * Math.exp(sum(dots) / Math.sqrt(K));
  });
  const weights = filled([N, H, T, T], (...[n, h, t, s]) => {
    const row = upTo(T).map((other) => powers.get(n!, h!, t!, other));
    return powers.get(n!, h!, t!, s!) / (sum(row) || 1);
  });
  const found = filled([N, T, A], (...[n, t, a]) => {
    const h = Math.floor(a! / K);
    return sum(upTo(T).map((s) => weights.get(n!, h, t!, s) * v.get(n!, s, a!)));
  });
  return { out: affineByFormula(found, params.Wo, params.bo), weights };
}

/** Layer norm of every step, number by number. */
function normByFormula(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Tensor {
  const D = x.shape[2]!;
  return filled(x.shape, (...[n, t, d]) => {
    const row = upTo(D).map((i) => x.get(n!, t!, i));
    const mean = sum(row) / D;
    const variance = sum(row.map((value) => (value - mean) ** 2)) / D;
    return gamma.get(d!) * ((row[d!]! - mean) / Math.sqrt(variance + epsilon)) + beta.get(d!);
  });
}

/** The sum of all products of entries that stand in the same place. */
const dot = (a: Tensor, b: Tensor): number => sum([...zip(a, b, (one, other) => one * other).data]);

const plus = (a: Tensor, b: Tensor): Tensor =>
  filled(a.shape, (...index) => a.get(...index) + b.get(...index));

interface Options {
  heads: number;
  epsilon: number;
}

/** The block by the formula, number by number. */
function blockByFormula(x: Tensor, params: BlockParams, mask: Tensor, options: Options): Tensor {
  const { gamma1, beta1, gamma2, beta2, W1, b1, W2, b2 } = params;
  const first = normByFormula(x, gamma1, beta1, options.epsilon);
  const y = plus(x, multiHeadByFormula(first, params, mask, options.heads).out);
  const second = normByFormula(y, gamma2, beta2, options.epsilon);
  const hidden = map(affineByFormula(second, W1, b1), (value) => Math.max(value, 0));
  return plus(y, affineByFormula(hidden, W2, b2));
}

const lowerTriangle = (N: number, T: number): Tensor =>
  filled([N, T, T], (_, t, s) => (s! <= t! ? 1 : 0));

const later = { ids: [4, 1, 0], labels: [1, 0, 3] };

/** Two texts of three tokens; of the second one the last step doesn't count. */
const batch = () => ({
  ids: tokens([[2, 0, 2], later.ids]),
  labels: tokens([[0, 2, 4], later.labels]),
  mask: array([
    [1, 1, 1],
    [1, 1, 0],
  ]),
});

const MODEL: Sizes = { D: 3, A: 4, F: 4, V: 5 };
const OPTIONS: Options = { heads: 2, epsilon: 0.1 };

/** The positions of three steps in three columns. */
const P = 10_000 ** (-2 / 3);
const POSITIONS = upTo(3).map((t) => [Math.sin(t), Math.cos(t), Math.sin(P * t)]);

/** The logits of the model by the formula. */
function logitsByFormula(ids: Labels, params: TransformerParams, options: Options): Tensor {
  const [N, T] = ids.shape as [number, number];
  const x = filled(
    [N, T, 3],
    (...[n, t, d]) => params.We.get(ids.get(n!, t!), d!) + POSITIONS[t!]![d!]!,
  );
  const out = blockByFormula(x, params, lowerTriangle(N, T), options);
  return affineByFormula(out, params.Wy, params.by);
}

function lossByFormula(logits: Tensor, { labels: right, mask }: ReturnType<typeof batch>): number {
  const [N, T, V] = logits.shape as [number, number, number];
  const steps = upTo(N).flatMap((n) => upTo(T).map((t) => [n, t] as const));
  const losses = steps.map(([n, t]) => {
    const row = upTo(V).map((v) => logits.get(n, t, v));
    return mask.get(n, t) * (ln(sum(row.map(Math.exp))) - row[right.get(n, t)]!);
  });
  return sum(losses) / N;
}

const axesOf = {
  x: ['sample', 'time step', 'feature'],
  out: ['sample', 'time step', 'feature'],
  Wq: ['feature', 'column'],
  bq: ['column'],
  Wk: ['feature', 'column'],
  bk: ['column'],
  Wv: ['feature', 'column'],
  bv: ['column'],
  Wo: ['column', 'feature'],
  bo: ['feature'],
  gamma1: ['feature'],
  beta1: ['feature'],
  gamma2: ['feature'],
  beta2: ['feature'],
  W1: ['feature', 'hidden unit'],
  b1: ['hidden unit'],
  W2: ['hidden unit', 'feature'],
  b2: ['feature'],
  We: ['token', 'feature'],
  Wy: ['feature', 'token'],
  by: ['token'],
};

/** The arrays under the given names, in order: parameters as the gradient checker hands them over. */
const underNames = <Params>(names: string[], list: Tensor[]): Params =>
  Object.fromEntries(names.map((name, i) => [name, list[i]!])) as Params;

/** The entries of these names. */
const pick = <Entry>(all: object, names: string[]): Record<string, Entry> =>
  Object.fromEntries(names.map((name) => [name, (all as Record<string, Entry>)[name]!]));

/** Asks for the slopes of a layer along x and along some of its parameters. */
function expectLayerSlopes<Params extends object, Cache>(
  name: string,
  x: Tensor,
  params: Params,
  varied: (keyof Params & string)[],
  forward: (x: Tensor, params: Params) => { out: Tensor; cache: Cache },
  backward: (dout: Tensor, cache: Cache) => { dx: Tensor; gradients: Params },
): void {
  const names = ['x', ...varied];
  expect({
    name,
    inputs: { x, ...pick(params, varied) },
    forward: (given: Tensor, ...list: Tensor[]) =>
      forward(given, { ...params, ...underNames<Partial<Params>>(varied, list) }),
    backward: (dout: Tensor, cache: Cache) => {
      const { dx, gradients } = backward(dout, cache);
      return { x: dx, ...pick(gradients, varied) };
    },
    gradients: Object.fromEntries(names.map((key) => [key, key])),
    constants: { N: x.shape[0]!, T: x.shape[1]! },
    axes: pick<string[]>(axesOf, [...names, 'out']),
  }).to.have.rightGradients({ budget: 4 });
}

/** Asks how fast a number changes along one direction of each array. */
function expectSlopesByFormula(
  arrays: Record<string, Tensor>,
  gradients: Record<string, Tensor>,
  valueOf: (moved: Record<string, Tensor>) => number,
): void {
  const h = 1e-4;
  for (const [name, x] of Object.entries(arrays)) {
    const way = randomNormal(seededRandom(name.length), 1, ...x.shape);
    const moved = (by: number): number => valueOf({ ...arrays, [name]: plus(x, times(way, by)) });
    const slope = (moved(h) - moved(-h)) / (2 * h);
    expect(gradients[name], name).to.have.arrayShape([...x.shape]);
    // A central difference is off by about h², times a third derivative of a few units.
    expect(dot(gradients[name]!, way), name).to.be.closeTo(slope, 1e-6);
  }
}

/** The tokens of so many draws. */
function drawMany(logits: Tensor, options: { k: number; temperature: number }, n = 80): number[] {
  const random = seededRandom(n + options.k);
  return upTo(n).map(() => sampleTopK(logits, options, random));
}

/** A right answer is outside of 5.5 standard errors less than once in a million. */
function expectFrequencies(draws: number[], wanted: number[]): void {
  for (const [token, p] of wanted.entries()) {
    const part = draws.filter((draw) => draw === token).length / draws.length;
    const error = Math.sqrt((p * (1 - p)) / draws.length);
    expect(part, `token ${token}`).to.be.closeTo(p, 5.5 * error);
  }
}

describe('22-attention', () => {
  describe('22.1 attentionMask', () => {
    it('hides the padding of each sequence from all of its steps', () => {
      expect(attentionMask(labels([2, 3, 1]), 3, false)).to.almostEqual([
        [
          [1, 1, 0],
          [1, 1, 0],
          [1, 1, 0],
        ],
        [
          [1, 1, 1],
          [1, 1, 1],
          [1, 1, 1],
        ],
        [
          [1, 0, 0],
          [1, 0, 0],
          [1, 0, 0],
        ],
      ]);
    });

    it('hides what comes later too where it is causal, and never a step from itself', () => {
      expect(attentionMask(labels([4, 2]), 4, true)).to.almostEqual([
        [
          [1, 0, 0, 0],
          [1, 1, 0, 0],
          [1, 1, 1, 0],
          [1, 1, 1, 1],
        ],
        [
          [1, 0, 0, 0],
          [1, 1, 0, 0],
          [1, 1, 0, 0],
          [1, 1, 0, 0],
        ],
      ]);
    });

    it('lets nobody read a sequence that is padding altogether', () => {
      expect(attentionMask(labels([0, 1]), 2, true)).to.almostEqual([
        [
          [0, 0],
          [0, 0],
        ],
        [
          [1, 0],
          [1, 0],
        ],
      ]);
    });

    it('takes a batch of one, one step, and none', () => {
      expect(attentionMask(labels([1]), 1, true)).to.almostEqual([[[1]]]);
      expect(attentionMask(labels([]), 2, false)).to.have.arrayShape([0, 2, 2]);
      expect(attentionMask(labels([0, 0]), 0, true)).to.have.arrayShape([2, 0, 0]);
    });

    it('reads the lengths through their stride, and leaves them unchanged', () => {
      const lengths = labels([2, 9, 1, 9]).step(2);
      expect(() => attentionMask(lengths, 2, false)).to.leaveUnchanged({ lengths });
      expect(attentionMask(lengths, 2, false)).to.almostEqual([
        [
          [1, 1],
          [1, 1],
        ],
        [
          [1, 0],
          [1, 0],
        ],
      ]);
    });
  });

  describe('22.2 maskedSoftmax', () => {
    const LOGITS = [
      [
        [0, 1, 2],
        [1, 2, -1],
      ],
      [
        [-2, 0, 2],
        [0, 1, 3],
      ],
    ];
    const logits = () => times(array(LOGITS), LN2);

    it('is the softmax of each row where nothing is masked', () => {
      expect(maskedSoftmax(logits(), ones(2, 2, 3))).to.almostEqual(WEIGHTS);
    });

    it('shares each row out among what the mask lets through, and a row without any is 0', () => {
      expect(maskedSoftmax(logits(), array(SOME))).to.almostEqual(MASKED_WEIGHTS);
    });

    it('stays right at ±1000, and whatever the masked logits are', () => {
      const given = array([
        [
          [-1000, -1000 + ln(3), 5, 1e6],
          [1000, 0, 1000 + ln(4), 0],
          [1e9, -1e9, -1e9, -1e9 + ln(2)],
          [-1e9, -2e9, 0, 1],
        ],
      ]);
      const mask = array([
        [
          [1, 1, 0, 0],
          [1, 0, 1, 1],
          [0, 1, 1, 1],
          [1, 0, 0, 0],
        ],
      ]);
      expect(maskedSoftmax(given, mask)).to.almostEqual([
        [
          [1 / 4, 3 / 4, 0, 0],
          [1 / 5, 0, 4 / 5, 0],
          [0, 1 / 4, 1 / 4, 1 / 2],
          [1, 0, 0, 0],
        ],
      ]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [view, mask] = [turnedSequences(logits()), turnedSequences(array(SOME))];
      expect(() => maskedSoftmax(view, mask)).to.leaveUnchanged({ view, mask });
      expect(maskedSoftmax(view, mask)).to.almostEqual(MASKED_WEIGHTS);
    });

    it('takes a batch of one with one step, and none', () => {
      expect(maskedSoftmax(array([[[-7]]]), array([[[1]]]))).to.almostEqual([[[1]]]);
      expect(maskedSoftmax(array([[[-7]]]), array([[[0]]]))).to.almostEqual([[[0]]]);
      expect(maskedSoftmax(zeros(0, 2, 3), zeros(0, 2, 3))).to.have.arrayShape([0, 2, 3]);
    });

    it('refuses shapes that differ, and a matrix', () => {
      expect(() => maskedSoftmax(zeros(1, 2, 3), zeros(1, 3, 2))).to.throw(RangeError);
      expect(() => maskedSoftmax(zeros(2, 2, 3), zeros(1, 2, 3))).to.throw(RangeError);
      expect(() => maskedSoftmax(zeros(2, 3), zeros(2, 3))).to.throw(RangeError);
    });
  });

  describe('22.3 attentionForward', () => {
    it('weighs the values by how well the query fits the keys, over √K', () => {
      const { q, k, v } = heeding();
      const { out, weights } = attentionForward(q, k, v, ones(2, 2, 3));
      expect(weights).to.almostEqual(WEIGHTS);
      expect(out).to.almostEqual(HEEDED);
    });

    it('reads nothing that is masked, and is 0 where a step may read nothing', () => {
      const { q, k, v } = heeding();
      const { out, weights } = attentionForward(q, k, v, array(SOME));
      expect(weights).to.almostEqual(MASKED_WEIGHTS);
      expect(out).to.almostEqual(MASKED_HEEDED);
    });

    it('takes the value as it is where there is one, and the mean where all keys fit alike', () => {
      const [q, k] = [array([[[3, -2, 1]]]), array([[[1, 5, 0]]])];
      const { out } = attentionForward(q, k, array([[[4, -7]]]), ones(1, 1, 1));
      expect(out).to.almostEqual([[[4, -7]]]);
      const even = attentionForward(
        array([[[0], [0]]]),
        array([[[5], [-3], [1]]]),
        array([[[1], [4], [-2]]]),
        ones(1, 2, 3),
      );
      expect(even.out).to.almostEqual([[[1], [1]]]);
    });

    it('is right where the products are large', () => {
      const q = array([[[600, -800, 0, 0]]]);
      const k = array([
        [
          [3, 1, 0, 7],
          [3, 1 + LN2 / 400, 5, 0],
          [-4, 1, 2, 2],
        ],
      ]);
      const { out } = attentionForward(q, k, array([[[3], [9], [100]]]), ones(1, 1, 3));
      expect(out).to.almostEqual([[[5]]], { relative: 1e-9, absolute: 0 });
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const given = heeding();
      const args = {
        q: turnedSequences(given.q),
        k: turnedSequences(given.k),
        v: turnedSequences(given.v),
        mask: turnedSequences(array(SOME)),
      };
      const call = () => attentionForward(args.q, args.k, args.v, args.mask);
      expect(call).to.leaveUnchanged(args);
      expect(call().out).to.almostEqual(MASKED_HEEDED);
    });

    it('refuses sizes that do not fit', () => {
      const { q, k, v } = heeding();
      const mask = ones(2, 2, 3);
      expect(() => attentionForward(q, k.hi(2, 3, 3), v, mask)).to.throw(RangeError);
      expect(() => attentionForward(q, k, v.hi(2, 2, 2), mask)).to.throw(RangeError);
      expect(() => attentionForward(q, k.hi(1, 3, 4), v, mask)).to.throw(RangeError);
      expect(() => attentionForward(q, k, v, ones(2, 3, 2))).to.throw(RangeError);
      expect(() => attentionForward(q.pick(0, null, null), k, v, mask)).to.throw(RangeError);
    });
  });

  describe('22.4 attentionBackward', () => {
    const cacheOf = (mask: Tensor) => {
      const { q, k, v } = heeding();
      return attentionForward(q, k, v, mask).cache;
    };

    it('brings back what belongs to queries, keys and values, worked out by hand', () => {
      const back = attentionBackward(array(UPSTREAM), cacheOf(ones(2, 2, 3)));
      expect(back).to.almostEqual(HEEDING_BACK);
    });

    it('brings nothing back where the mask is 0', () => {
      const back = attentionBackward(array(UPSTREAM), cacheOf(array(SOME)));
      expect(back).to.almostEqual(MASKED_BACK);
    });

    for (const [name, mask, K, M] of [
      ['a batch of one is open', ones(1, 2, 2), 2, 1],
      ['some of it is masked', array(SOME), 1, 2],
    ] as const) {
      it(`agrees with numerical slopes where ${name}`, () => {
        const random = seededRandom(3);
        const [N, T, S] = mask.shape as [number, number, number];
        expect({
          name: 'attention',
          inputs: {
            q: randomNormal(random, 1, N, T, K),
            k: randomNormal(random, 1, N, S, K),
            v: randomNormal(random, 1, N, S, M),
          },
          forward: (q: Tensor, k: Tensor, v: Tensor) => attentionForward(q, k, v, mask),
          backward: attentionBackward,
          constants: { N, T, K },
          axes: {
            q: ['sample', 'time step', 'feature'],
            k: ['sample', 'time step', 'feature'],
            v: ['sample', 'time step', 'value'],
            out: ['sample', 'time step', 'value'],
          },
        }).to.have.rightGradients({ budget: 4 });
      });
    }

    it('tells queries from keys where there are as many of both', () => {
      // One number each: the logits are ln 2 · (0, 1) and 0, so the weights are ⅓, ⅔ and ½, ½.
      const { cache } = attentionForward(
        array([[[LN2], [0]]]),
        array([[[0], [1]]]),
        array([[[6], [-3]]]),
        ones(1, 2, 2),
      );
      // What comes back to the logits is (2, −2) and 4 · (2¼, −2¼).
      expect(attentionBackward(array([[[1], [4]]]), cache)).to.almostEqual({
        dq: array([[[-2], [-9]]]),
        dk: array([[[2 * LN2], [-2 * LN2]]]),
        dv: array([[[1 / 3 + 2], [2 / 3 + 2]]]),
      });
    });

    it('hands all of dout to the value where there is one, and nothing to query and key', () => {
      const { cache } = attentionForward(
        array([[[3, -2]]]),
        array([[[1, 5]]]),
        array([[[4, -7, 2]]]),
        ones(1, 1, 1),
      );
      expect(attentionBackward(array([[[2, 3, -5]]]), cache)).to.almostEqual({
        dq: array([[[0, 0]]]),
        dk: array([[[0, 0]]]),
        dv: array([[[2, 3, -5]]]),
      });
    });

    it('reads dout through its strides, and leaves it and the cache as they were', () => {
      const cache = cacheOf(array(SOME));
      const dout = turnedSequences(array(UPSTREAM));
      expect(() => attentionBackward(dout, cache)).to.leaveUnchanged({ dout, cache });
      expect(attentionBackward(dout, cache)).to.almostEqual(MASKED_BACK);
    });
  });

  describe('22.5 splitHeads', () => {
    it('deals the columns out in blocks, one to each head', () => {
      expect(splitHeads(array(COLUMNS), 2)).to.almostEqual(TWO_HEADS);
      expect(splitHeads(array(COLUMNS).hi(1, 2, 6), 3)).to.almostEqual([
        [
          [
            [1, 2],
            [-1, -2],
          ],
          [
            [3, 4],
            [-3, -4],
          ],
          [
            [5, 6],
            [-5, -6],
          ],
        ],
      ]);
    });

    it('gives one head everything, and as many heads as columns one each', () => {
      const x = array([[[3, -1]], [[5, 2]]]);
      expect(splitHeads(x, 1)).to.almostEqual([[[[3, -1]]], [[[5, 2]]]]);
      expect(splitHeads(x, 2)).to.almostEqual([
        [[[3]], [[-1]]],
        [[[5]], [[2]]],
      ]);
    });

    it('reads a view through its strides, leaves it unchanged, and takes no sequence', () => {
      const x = turnedSequences(array(COLUMNS));
      expect(() => splitHeads(x, 2)).to.leaveUnchanged({ x });
      expect(splitHeads(x, 2)).to.almostEqual(TWO_HEADS);
      expect(splitHeads(zeros(0, 4, 6), 2)).to.have.arrayShape([0, 2, 4, 3]);
    });

    it('refuses heads that do not divide the columns, a number of them that is not whole or below 1, and a matrix', () => {
      expect(() => splitHeads(array(COLUMNS), 4)).to.throw(RangeError);
      expect(() => splitHeads(array(COLUMNS), 0)).to.throw(RangeError);
      expect(() => splitHeads(array(COLUMNS), -2)).to.throw(RangeError);
      expect(() => splitHeads(array(COLUMNS), 1.5)).to.throw(RangeError);
      expect(() => splitHeads(zeros(4, 6), 2)).to.throw(RangeError);
      expect(() => splitHeads(zeros(1, 2, 2, 6), 2)).to.throw(RangeError);
    });
  });

  describe('22.6 mergeHeads', () => {
    it('puts the heads of each step side by side', () => {
      expect(mergeHeads(array(TWO_HEADS))).to.almostEqual(COLUMNS);
    });

    it('takes one head, heads of one column, and no sequence', () => {
      expect(mergeHeads(array([[[[3, -1]]], [[[5, 2]]]]))).to.almostEqual([[[3, -1]], [[5, 2]]]);
      expect(mergeHeads(array([[[[3]], [[-1]], [[4]]]]))).to.almostEqual([[[3, -1, 4]]]);
      expect(mergeHeads(zeros(0, 2, 4, 3))).to.have.arrayShape([0, 4, 6]);
    });

    it('reads a view through its strides, and leaves it unchanged', () => {
      const x = turnedImages(array(TWO_HEADS));
      expect(() => mergeHeads(x)).to.leaveUnchanged({ x });
      expect(mergeHeads(x)).to.almostEqual(COLUMNS);
    });

    it('refuses three axes', () => {
      expect(() => mergeHeads(zeros(2, 3, 4))).to.throw(RangeError);
    });
  });

  /** Queries of 0: each head takes the mean of what it may read. Values (x₀, 2 · x₀) and (x₁ + 1, −x₁). */
  const evenly = (): MultiHeadParams => ({
    Wq: zeros(2, 4),
    bq: zeros(4),
    Wk: array([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]),
    bk: array([1, 0, -1, 2]),
    Wv: array([
      [1, 2, 0, 0],
      [0, 0, 1, -1],
    ]),
    bv: array([0, 0, 1, 0]),
    Wo: array([
      [1, 0],
      [0, 1],
      [10, 0],
      [0, 100],
    ]),
    bo: array([0.5, -0.25]),
  });
  const read = () =>
    array([
      [
        [2, 3],
        [4, 7],
      ],
    ]);

  describe('22.7 multiHeadForward', () => {
    it('lets each head look in its own columns, and mixes what they found', () => {
      // Step 0 reads itself, and found (2, 4, 4, −3); step 1 the mean of both, (3, 6, 6, −5).
      const { out, weights } = multiHeadForward(read(), evenly(), lowerTriangle(1, 2), 2);
      expect(out).to.almostEqual([
        [
          [42.5, -296.25],
          [63.5, -494.25],
        ],
      ]);
      const half = [
        [1, 0],
        [0.5, 0.5],
      ];
      expect(weights).to.almostEqual([[half, half]]);
    });

    it('divides by the root of the columns of one head', () => {
      // Head 0 looks for x₀ alone: its logits are ln 3 · x₀ · x₀ / √4.
      const params = {
        ...evenly(),
        Wq: map(zeros(2, 8), () => 0),
        bq: times(array([2, 0, 0, 0, 0, 0, 0, 0]), ln(3)),
        Wk: filled([2, 8], (d, a) => (d === 0 && a === 0 ? 1 : 0)),
        bk: zeros(8),
        Wv: filled([2, 8], (d, a) => (d === 1 && a! % 4 === 0 ? 1 : 0)),
        bv: zeros(8),
        Wo: filled([8, 2], (a, d) => (a === 4 * d! ? 1 : 0)),
        bo: zeros(2),
      };
      const x = array([
        [
          [1, 8],
          [0, 4],
        ],
      ]);
      const { out, weights } = multiHeadForward(x, params, ones(1, 2, 2), 2);
      expect(weights.pick(0, null, 1, null)).to.almostEqual([
        [3 / 4, 1 / 4],
        [1 / 2, 1 / 2],
      ]);
      expect(out).to.almostEqual([
        [
          [7, 6],
          [7, 6],
        ],
      ]);
    });

    for (const [name, N, T, heads] of [
      ['two heads', 2, 3, 2],
      ['one head', 1, 2, 1],
      ['heads of one column', 2, 1, 4],
    ] as const) {
      it(`follows the formula with ${name}`, () => {
        const params = attentionPart(drawn(heads, MODEL));
        const x = randomNormal(seededRandom(T), 1, N, T, 3);
        const mask = filled([N, T, T], (n, t, s) => ((n! + t! + 2 * s!) % 3 === 1 ? 0 : 1));
        const { out, weights } = multiHeadForward(x, params, mask, heads);
        const wanted = multiHeadByFormula(x, params, mask, heads);
        expect(weights).to.almostEqual(wanted.weights);
        expect(out).to.almostEqual(wanted.out);
      });
    }

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const params = asViews(evenly());
      const [x, mask] = [turnedSequences(read()), turnedSequences(lowerTriangle(1, 2))];
      const call = () => multiHeadForward(x, params, mask, 2);
      expect(call).to.leaveUnchanged({ x, params, mask });
      expect(call().out.pick(0, 1, null)).to.almostEqual([63.5, -494.25]);
    });

    it('refuses sizes that do not fit', () => {
      const run =
        (x: Tensor, mask: Tensor, heads: number, changed: Partial<MultiHeadParams> = {}) =>
        () =>
          multiHeadForward(x, { ...evenly(), ...changed }, mask, heads);
      const open = ones(1, 2, 2);
      expect(run(read(), open, 3)).to.throw(RangeError);
      expect(run(read(), ones(1, 2, 3), 2)).to.throw(RangeError);
      expect(run(zeros(1, 2, 3), open, 2)).to.throw(RangeError);
      expect(run(zeros(2, 2), open, 2)).to.throw(RangeError);
      expect(run(zeros(1, 2, 2, 2), open, 2)).to.throw(RangeError);
      expect(run(read(), open, 2, { Wo: zeros(2, 2) })).to.throw(RangeError);
      expect(run(read(), open, 2, { bk: zeros(2) })).to.throw(RangeError);
    });
  });

  describe('22.8 multiHeadBackward', () => {
    const DOUT = [
      [
        [1, 0.5],
        [-2, 0.25],
      ],
    ];
    // What comes back to what the heads found is (1, ½, 10, 50) and (−2, ¼, −20, 25).
    const DFOUND = [
      [0, 0.625, 0, 62.5],
      [-1, 0.125, -10, 12.5],
    ] as const;

    it('brings back what belongs to the values and the mixture, worked out by hand', () => {
      const { cache } = multiHeadForward(read(), evenly(), lowerTriangle(1, 2), 2);
      const { gradients } = multiHeadBackward(array(DOUT), cache);
      expect(gradients.Wo).to.almostEqual([
        [2 - 6, 1 + 0.75],
        [4 - 12, 2 + 1.5],
        [4 - 12, 2 + 1.5],
        [-3 + 10, -1.5 - 1.25],
      ]);
      expect(gradients.bo).to.almostEqual([-1, 0.75]);
      const [first, second] = DFOUND;
      expect(gradients.bv).to.almostEqual(first.map((d, a) => d + second[a]!));
      expect(gradients.Wv).to.almostEqual([
        first.map((d, a) => 2 * d + 4 * second[a]!),
        first.map((d, a) => 3 * d + 7 * second[a]!),
      ]);
    });

    it('adds up what queries, keys and values send back to x', () => {
      // One step reads itself alone, so only the value sends: dout · Woᵀ · Wvᵀ = (−2, ¼, −20, 25) · Wvᵀ.
      const params = evenly();
      const { cache } = multiHeadForward(array([[[4, 7]]]), params, ones(1, 1, 1), 2);
      const { dx } = multiHeadBackward(array([[[-2, 0.25]]]), cache);
      expect(dx).to.almostEqual([[[-2 + 0.5, -20 - 25]]]);
    });

    it('knows how the output changes along x and each parameter, by the formula', () => {
      const random = seededRandom(13);
      const [x, dout] = [randomNormal(random, 1, 2, 3, 3), randomNormal(random, 1, 2, 3, 3)];
      const [params, mask] = [attentionPart(drawn(5, MODEL)), lowerTriangle(2, 3)];
      const { cache } = multiHeadForward(x, params, mask, 2);
      const { dx, gradients } = multiHeadBackward(dout, cache);
      expectSlopesByFormula({ ...params, x }, { ...gradients, x: dx }, ({ x: place, ...moved }) =>
        dot(dout, multiHeadByFormula(place!, moved as unknown as MultiHeadParams, mask, 2).out),
      );
    });

    it('agrees with numerical slopes', () => {
      const mask = lowerTriangle(1, 2);
      expectLayerSlopes(
        'multi-head attention',
        randomNormal(seededRandom(6), 1, 1, 2, 3),
        attentionPart(drawn(5, { ...MODEL, A: 2 })),
        ['Wk'],
        (x, given) => multiHeadForward(x, given, mask, 2),
        multiHeadBackward,
      );
    });

    it('reads dout through its strides, and leaves it and the cache as they were', () => {
      const { cache } = multiHeadForward(read(), evenly(), lowerTriangle(1, 2), 2);
      const dout = turnedSequences(array(DOUT));
      expect(() => multiHeadBackward(dout, cache)).to.leaveUnchanged({ dout, cache });
      expect(multiHeadBackward(dout, cache).gradients.bo).to.almostEqual([-1, 0.75]);
    });
  });

  describe('22.9 sinusoidalPositions', () => {
    it('is a sine and a cosine of the step in each pair of columns, slower from pair to pair', () => {
      // With eight columns each pair turns a tenth as fast as the one before.
      const { sin, cos } = Math;
      const wanted = upTo(3).map((t) =>
        [1, 0.1, 0.01, 0.001].flatMap((speed) => [sin(speed * t), cos(speed * t)]),
      );
      expect(sinusoidalPositions(3, 8)).to.almostEqual(wanted);
    });

    it('turns a hundredth as fast in the second pair of two', () => {
      const { sin, cos } = Math;
      expect(sinusoidalPositions(4, 4)).to.almostEqual([
        [0, 1, 0, 1],
        [sin(1), cos(1), sin(0.01), cos(0.01)],
        [sin(2), cos(2), sin(0.02), cos(0.02)],
        [sin(3), cos(3), sin(0.03), cos(0.03)],
      ]);
    });

    it('ends with a sine where the columns are odd', () => {
      expect(sinusoidalPositions(3, 3)).to.almostEqual(POSITIONS);
      expect(sinusoidalPositions(3, 1)).to.almostEqual([[0], [Math.sin(1)], [Math.sin(2)]]);
    });

    it('takes one step, and none', () => {
      expect(sinusoidalPositions(1, 2)).to.almostEqual([[0, 1]]);
      expect(sinusoidalPositions(0, 6)).to.have.arrayShape([0, 6]);
    });
  });

  /** Attention and layers that say the same whatever they read, 3, −1 and ½, 2. */
  const constant = (): BlockParams => ({
    ...evenly(),
    Wo: zeros(4, 2),
    bo: array([3, -1]),
    gamma1: array([1, 2]),
    beta1: array([0, 1]),
    gamma2: array([2, 3]),
    beta2: array([0, -1]),
    W1: zeros(2, 3),
    b1: zeros(3),
    W2: zeros(3, 2),
    b2: array([0.5, 2]),
  });

  /**
   * Norms of ε = 3: (3, 1) has the mean 2 and the deviation 2, so it becomes (½, −½), and (7, 1) becomes 3 / √12 times (1, −1).
   * Attention adds nothing; the two layers read (2 · ½, −3 · ½ − 1) = (1, −2½).
   */
  const layersOnly = (): BlockParams => ({
    ...constant(),
    bo: zeros(2),
    W1: array([
      [1, -1, 2],
      [0, -2, 1],
    ]),
    b1: array([0, 0, 4]),
    W2: array([
      [1, 2],
      [3, -1],
      [-2, 10],
    ]),
  });

  describe('22.10 blockForward', () => {
    for (const [N, T, heads] of [
      [2, 3, 2],
      [1, 4, 1],
    ] as const) {
      it(`follows the formula for ${N} × ${T} steps`, () => {
        const params = blockPart(drawn(20 + T, MODEL));
        const x = randomNormal(seededRandom(T), 1, N, T, 3);
        const mask = filled([N, T, T], (n, t, s) => ((n! + t! + 2 * s!) % 3 === 1 ? 0 : 1));
        const options = { heads, epsilon: 0.2 };
        const { out, weights } = blockForward(x, params, mask, options);
        expect(out).to.almostEqual(blockByFormula(x, params, mask, options));
        const first = normByFormula(x, params.gamma1, params.beta1, 0.2);
        expect(weights).to.almostEqual(multiHeadByFormula(first, params, mask, heads).weights);
      });
    }

    it('adds what both parts say to what is there', () => {
      const { out } = blockForward(read(), constant(), ones(1, 2, 2), { heads: 2, epsilon: 1 });
      expect(out).to.almostEqual([
        [
          [5.5, 4],
          [7.5, 8],
        ],
      ]);
    });

    it('norms each step before the two layers, which read it with ReLU between', () => {
      // The hidden units are (1, 4, 3½) after ReLU, which add (1 + 12 − 7 + ½, 2 − 4 + 35 + 2).
      const options = { heads: 2, epsilon: 3 };
      const { out } = blockForward(array([[[3, 1]]]), layersOnly(), ones(1, 1, 1), options);
      expect(out).to.almostEqual([[[3 + 6.5, 1 + 35]]]);
    });

    it('norms each step before the attention', () => {
      // With r = 2 / √7 the norm makes (½, −½) and (−r, r) of the steps, and γ and β make (½, 0) and (−r, 2r + 1) of these.
      const r = 2 / Math.sqrt(7);
      const params = { ...constant(), Wo: evenly().Wo, bo: zeros(2), b2: zeros(2) };
      const x = array([
        [
          [3, 1],
          [0, 4],
        ],
      ]);
      const { out } = blockForward(x, params, lowerTriangle(1, 2), { heads: 2, epsilon: 3 });
      const [m0, m1] = [(0.5 - r) / 2, (0 + 2 * r + 1) / 2];
      expect(out).to.almostEqual([
        [
          [3 + 0.5 + 10 * 1, 1 + 1 - 0],
          [0 + m0 + 10 * (m1 + 1), 4 + 2 * m0 - 100 * m1],
        ],
      ]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const params = asViews(layersOnly());
      const [x, mask] = [turnedSequences(array([[[3, 1]]])), ones(1, 1, 1)];
      const options = { heads: 2, epsilon: 3 };
      const call = () => blockForward(x, params, mask, options);
      expect(call).to.leaveUnchanged({ x, params, mask, options });
      expect(call().out).to.almostEqual([[[9.5, 36]]]);
    });

    it('refuses sizes that do not fit', () => {
      const run = (x: Tensor, mask: Tensor, changed: Partial<BlockParams>) => () =>
        blockForward(x, { ...constant(), ...changed }, mask, OPTIONS);
      expect(run(read(), ones(1, 3, 3), {})).to.throw(RangeError);
      expect(run(zeros(1, 2, 3), ones(1, 2, 2), {})).to.throw(RangeError);
      expect(run(zeros(2, 2), ones(1, 2, 2), {})).to.throw(RangeError);
      expect(run(zeros(1, 2, 2, 2), ones(1, 2, 2), {})).to.throw(RangeError);
      expect(run(read(), ones(1, 2, 2), { gamma2: zeros(3) })).to.throw(RangeError);
      expect(run(read(), ones(1, 2, 2), { W1: zeros(3, 3) })).to.throw(RangeError);
    });
  });

  describe('22.11 blockBackward', () => {
    it('knows how the output changes along x and each parameter, by the formula', () => {
      const random = seededRandom(12);
      const [x, dout] = [randomNormal(random, 1, 2, 3, 3), randomNormal(random, 1, 2, 3, 3)];
      const [params, mask] = [blockPart(drawn(11, MODEL)), lowerTriangle(2, 3)];
      const { cache } = blockForward(x, params, mask, OPTIONS);
      const { dx, gradients } = blockBackward(dout, cache);
      expectSlopesByFormula({ ...params, x }, { ...gradients, x: dx }, ({ x: place, ...moved }) =>
        dot(dout, blockByFormula(place!, moved as unknown as BlockParams, mask, OPTIONS)),
      );
    });

    it('lets dout past both parts where they say the same whatever they read', () => {
      const dout = array([
        [
          [2, -1],
          [0.5, 3],
        ],
      ]);
      const { cache } = blockForward(read(), constant(), ones(1, 2, 2), OPTIONS);
      const { dx, gradients } = blockBackward(dout, cache);
      expect(dx).to.almostEqual(dout);
      expect(gradients.bo).to.almostEqual([2.5, 2]);
      expect(gradients.b2).to.almostEqual([2.5, 2]);
      expect(gradients.gamma1).to.almostEqual([0, 0]);
    });

    it('brings back what goes through the two layers and their norm, worked out by hand', () => {
      // dout (1, −1) comes to the hidden units as (−1, 4, −12), to the norm as (−29, −20), before γ as (−58, −60).
      const options = { heads: 2, epsilon: 3 };
      const { cache } = blockForward(array([[[3, 1]]]), layersOnly(), ones(1, 1, 1), options);
      const { dx, gradients } = blockBackward(array([[[1, -1]]]), cache);
      expect(gradients.b1).to.almostEqual([-1, 4, -12]);
      expect(gradients.gamma2).to.almostEqual([-14.5, 10]);
      expect(gradients.beta2).to.almostEqual([-29, -20]);
      // The means are −59 of dx̂ and (−29 + 30) / 2 of dx̂ · x̂: (1 − ¼) / 2 and (−1 + ¼) / 2 on top of dout.
      expect(dx).to.almostEqual([[[1 + 0.375, -1 - 0.375]]]);
    });

    it('agrees with numerical slopes', () => {
      const mask = lowerTriangle(1, 2);
      expectLayerSlopes(
        'a transformer block',
        randomNormal(seededRandom(7), 1, 1, 2, 3),
        blockPart(drawn(9, { ...MODEL, A: 2, F: 2 })),
        ['gamma1'],
        (x, given) => blockForward(x, given, mask, OPTIONS),
        blockBackward,
      );
    });

    it('reads dout through its strides, and leaves it and the cache as they were', () => {
      const { cache } = blockForward(read(), constant(), ones(1, 2, 2), OPTIONS);
      const wanted = array([
        [
          [2, -1],
          [0.5, 3],
        ],
      ]);
      const dout = turnedSequences(wanted);
      expect(() => blockBackward(dout, cache)).to.leaveUnchanged({ dout, cache });
      expect(blockBackward(dout, cache).dx).to.almostEqual(wanted);
    });
  });

  describe('22.12 transformerGradients', () => {
    /** A block that adds nothing, so that the logits are what embedding, positions and Wy make. */
    const passing = (): TransformerParams => ({
      ...drawn(1, MODEL),
      Wo: zeros(4, 3),
      bo: zeros(3),
      W2: zeros(4, 3),
      b2: zeros(3),
    });

    it('foretells by how often each token comes where nothing else is known', () => {
      const params = { ...passing(), Wy: zeros(3, 5), by: map(array([1, 2, 4, 6, 3]), ln) };
      const { loss, gradients } = transformerGradients(batch(), params, OPTIONS);
      // Labels 0, 2, 4 of the first text, 1 and 0 of the second, of 16 altogether.
      expect(loss).to.almostEqual((ln(16) + ln(4) + ln(16 / 3) + ln(8) + ln(16)) / 2);
      expect(gradients.by).to.almostEqual([
        (5 / 16 - 2) / 2,
        (10 / 16 - 1) / 2,
        (20 / 16 - 1) / 2,
        30 / 32,
        (15 / 16 - 1) / 2,
      ]);
    });

    it('adds its position to the embedding of each token', () => {
      const Wy = filled([3, 5], (d, v) => (d === v ? 1 : 0));
      const params = { ...passing(), Wy, by: zeros(5) };
      const { logits } = transformerGradients(batch(), params, OPTIONS);
      const wanted = [[2, 0, 2], later.ids].map((text) =>
        text.map((id, t) => [
          ...upTo(3).map((d) => params.We.get(id, d) + POSITIONS[t]![d]!),
          0,
          0,
        ]),
      );
      expect(logits).to.almostEqual(wanted);
    });

    it('follows the formula, and no step reads what comes later', () => {
      for (const heads of [2, 1]) {
        const [params, options] = [drawn(30 + heads, MODEL), { heads, epsilon: 0.3 }];
        const { loss, logits } = transformerGradients(batch(), params, options);
        const wanted = logitsByFormula(batch().ids, params, options);
        expect(logits).to.almostEqual(wanted);
        expect(loss).to.almostEqual(lossByFormula(wanted, batch()));
      }
    });

    it('takes a single text of a single token', () => {
      const params = drawn(32, MODEL);
      const one = { ids: tokens([[3]]), labels: tokens([[1]]), mask: ones(1, 1) };
      const wanted = logitsByFormula(one.ids, params, OPTIONS);
      const { loss } = transformerGradients(one, params, OPTIONS);
      expect(loss).to.almostEqual(lossByFormula(wanted, one));
    });

    it('knows how the loss changes along each parameter, by the formula', () => {
      const params = drawn(35, MODEL);
      const { gradients } = transformerGradients(batch(), params, OPTIONS);
      expectSlopesByFormula({ ...params }, { ...gradients }, (moved) =>
        lossByFormula(
          logitsByFormula(batch().ids, moved as unknown as TransformerParams, OPTIONS),
          batch(),
        ),
      );
    });

    it('agrees with numerical slopes', () => {
      const params = drawn(33, { ...MODEL, A: 2, F: 2 });
      const names = ['gamma2'];
      const run = (list: Tensor[]) => {
        const moved = { ...params, ...underNames<Partial<TransformerParams>>(names, list) };
        return transformerGradients(batch(), moved, OPTIONS);
      };
      expect({
        name: 'the language model',
        inputs: pick(params, names),
        loss: (...list: Tensor[]) => run(list).loss,
        gradient: (...list: Tensor[]) => run(list).gradients,
        gradients: Object.fromEntries(names.map((key) => [key, key])),
        constants: { N: 2, T: 3 },
        axes: pick<string[]>(axesOf, names),
      }).to.have.rightGradients({ budget: 4 });
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const given = drawn(34, MODEL);
      const params = asViews(given);
      const { ids, labels: right, mask } = batch();
      const flipped = (x: Labels): Labels => copy(x.transpose(1, 0)).transpose(1, 0);
      const views = { ids: flipped(ids), labels: flipped(right), mask: turned(mask) };
      const call = () => transformerGradients(views, params, OPTIONS);
      expect(call).to.leaveUnchanged({ views, params });
      const wanted = lossByFormula(logitsByFormula(ids, given, OPTIONS), batch());
      expect(call().loss).to.almostEqual(wanted);
    });

    it('refuses sizes that do not fit', () => {
      const run = (changed: Partial<TransformerParams>) => () =>
        transformerGradients(batch(), { ...passing(), ...changed }, OPTIONS);
      expect(run({ We: zeros(4, 3) })).to.throw(RangeError);
      expect(run({ We: zeros(5, 2) })).to.throw(RangeError);
      expect(run({ Wy: zeros(2, 5) })).to.throw(RangeError);
      expect(run({ by: zeros(4) })).to.throw(RangeError);
    });
  });

  describe('22.13 sampleTopK', () => {
    const LOGITS = [2, 9, 1, 6, 4].map(ln);

    it('draws among the k likeliest alone, as often as the softmax of these says', () => {
      expectFrequencies(drawMany(array(LOGITS), { k: 3, temperature: 1 }), [
        0,
        9 / 19,
        0,
        6 / 19,
        4 / 19,
      ]);
      expect(new Set(drawMany(array(LOGITS), { k: 1, temperature: 5 }, 30))).to.deep.equal(
        new Set([1]),
      );
    });

    it('lets exactly k have a chance: of equal logits the smaller tokens', () => {
      const tied = array([1, 5, 4, 5, 4, 4].map(ln));
      expectFrequencies(drawMany(tied, { k: 3, temperature: 1 }), [
        0,
        5 / 14,
        4 / 14,
        5 / 14,
        0,
        0,
      ]);
      expectFrequencies(drawMany(array([7, 7, 7, 7]), { k: 2, temperature: 3 }), [
        1 / 2,
        1 / 2,
        0,
        0,
      ]);
    });

    it('divides the logits by the temperature', () => {
      for (const temperature of [0.25, 3]) {
        const roots = [0, 9, 0, 6, 4].map((weight) => weight ** (1 / temperature));
        const draws = drawMany(array(LOGITS), { k: 3, temperature });
        expectFrequencies(
          draws,
          roots.map((root) => root / sum(roots)),
        );
      }
    });

    it('lets all have a chance where k is V or more', () => {
      const wanted = [2, 9, 1, 6, 4].map((weight) => weight / 22);
      for (const k of [5, 12]) {
        expectFrequencies(drawMany(array(LOGITS), { k, temperature: 1 }), wanted);
      }
    });

    it('stays right at ±1000, and below 0', () => {
      const draws = drawMany(array([-1000, -3000, ln(4) - 1000, -1e6]), { k: 3, temperature: 1 });
      expectFrequencies(draws, [1 / 5, 0, 4 / 5, 0]);
      expect(
        sampleTopK(array([1000, -1000]), { k: 2, temperature: 0.1 }, seededRandom(1)),
      ).to.equal(0);
    });

    it('draws the same from the same seed, and reads a view through its strides', () => {
      const view = spaced(array(LOGITS));
      const draws = (logits: Tensor, seed: number) => {
        const random = seededRandom(seed);
        return upTo(40).map(() => sampleTopK(logits, { k: 4, temperature: 2 }, random));
      };
      expect(() => draws(view, 1)).to.leaveUnchanged({ view });
      expect(draws(view, 1)).to.deep.equal(draws(array(LOGITS), 1));
      // Two rows of 40 draws agree by chance in less than one of 10¹⁵ pairs.
      expect(draws(view, 1)).not.to.deep.equal(draws(view, 2));
    });

    it('refuses a k that is no whole number from 1, a temperature of 0, and logits of several steps', () => {
      const run = (logits: Tensor, k: number, temperature: number) => () =>
        sampleTopK(logits, { k, temperature }, seededRandom(1));
      expect(run(array(LOGITS), 0, 1)).to.throw(RangeError);
      expect(run(array(LOGITS), 2.5, 1)).to.throw(RangeError);
      expect(run(array(LOGITS), 2, 0)).to.throw(RangeError);
      expect(run(array([LOGITS]), 2, 1)).to.throw(RangeError);
    });
  });
});
