/** Lesson 16: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { add, array, copy, filled, map, zeros, zip, type Labels, type Tensor } from '#arrays';
import { sigmoid, sigmoidDerivative, tanh } from '#lessons/02-activations';
import {
  affineBackward,
  affineForward,
  softmaxLossBackward,
  softmaxLossForward,
} from '#lessons/05-backprop';
import { heUniform, scaledUniform, xavierNormal } from '#lessons/08-initialization';
import type { Misconception } from '../../checks/misconception.ts';
import { refusingLike } from '../../checks/wrong-answers.ts';
import {
  lstmBackward,
  lstmClassifierGradients,
  lstmForward,
  lstmGates,
  lstmStart,
  lstmStepBackward,
  lstmStepForward,
  type Gates,
  type LstmCache,
  type LstmClassifierParams,
  type LstmGradients,
  type LstmParams,
  type LstmStepCache,
  type LstmStepGradients,
} from './lstm.reference.ts';

const none = (x: Tensor): Tensor => zeros(...x.shape);
const times = (a: Tensor, b: Tensor): Tensor => zip(a, b, (one, other) => one * other);
const rest = (x: Tensor): Tensor => map(x, (value) => 1 - value);

/** A sigmoid of straight lines. */
const hard = (x: Tensor): Tensor => map(x, (v) => Math.min(1, Math.max(0, 0.2 * v + 0.5)));

const NAMES = ['i', 'f', 'g', 'o'] as const;
type Name = (typeof NAMES)[number];

/** The columns of one gate. */
function block(a: Tensor, name: Name): Tensor {
  const [N, columns] = a.shape as [number, number];
  return copy(a.lo(0, (NAMES.indexOf(name) * columns) / 4).hi(N, columns / 4));
}

/** The columns in another order: column j of the result is column from(j, H) of a. */
function columnsFrom(a: Tensor, from: (j: number, H: number) => number): Tensor {
  const [N, columns] = a.shape as [number, number];
  return filled([N, columns], (n, j) => a.get(n!, from(j!, columns / 4)));
}

/** The columns of two gates exchanged. */
const exchanged = (a: Tensor, one: Name, other: Name): Tensor =>
  columnsFrom(a, (j, H) => {
    const name = NAMES[Math.floor(j / H)]!;
    const partner = name === one ? other : name === other ? one : name;
    return NAMES.indexOf(partner) * H + (j % H);
  });

const PAIRS = [
  ['i', 'f'],
  ['i', 'g'],
  ['i', 'o'],
  ['f', 'g'],
  ['f', 'o'],
  ['g', 'o'],
] as const;

const orderOf = (one: Name, other: Name): string =>
  NAMES.map((name) => (name === one ? other : name === other ? one : name)).join(', ');

/** Wrong gates. */
function wrongGates(
  id: string,
  sentence: string,
  wrong: (a: Tensor) => Partial<Gates>,
): Misconception {
  return {
    exercise: '16.1 lstmGates',
    id: `gates-${id}`,
    sentence,
    wrong: refusingLike(lstmGates, (a: Tensor) => ({ ...lstmGates(a), ...wrong(a) })),
  };
}

const GATES: Misconception[] = [
  ...PAIRS.map(([one, other]) =>
    wrongGates(
      `${one}${other}-exchanged`,
      `The blocks of ${one} and ${other} are exchanged: you read them in the order ${orderOf(one, other)}. In this course it is i, f, g, o.`,
      (a) => lstmGates(exchanged(a, one, other)),
    ),
  ),
  wrongGates(
    'interleaved',
    'The gates are read in turn, four columns for each unit. They stand in blocks: the first H columns are those of i.',
    (a) => lstmGates(columnsFrom(a, (j, H) => 4 * (j % H) + Math.floor(j / H))),
  ),
  wrongGates(
    'blocks-back-to-front',
    'The blocks are read from the back: o, g, f, i. In this course the order is i, f, g, o.',
    (a) => lstmGates(columnsFrom(a, (j, H) => (3 - Math.floor(j / H)) * H + (j % H))),
  ),
  wrongGates(
    'all-sigmoid',
    'The candidate g goes through a sigmoid like the gates. It takes tanh, so that the cell can go down too.',
    (a) => ({ g: sigmoid(block(a, 'g')) }),
  ),
  wrongGates(
    'all-tanh',
    'All four go through tanh. Only g does; i, f and o take the sigmoid.',
    (a) => ({
      i: tanh(block(a, 'i')),
      f: tanh(block(a, 'f')),
      o: tanh(block(a, 'o')),
    }),
  ),
  ...(['i', 'f', 'o'] as const).map((name) =>
    wrongGates(
      `${name}-tanh`,
      `${name} goes through tanh. It is a gate: from 0, shut, to 1, open, so take the sigmoid.`,
      (a) => ({ [name]: tanh(block(a, name)) }),
    ),
  ),
  wrongGates('g-linear', 'g is not squashed. Take its tanh.', (a) => ({ g: block(a, 'g') })),
  wrongGates(
    'hard-sigmoid',
    'The gates are straight lines cut off at 0 and 1, 0.2 · a + 0.5. Some libraries have that for speed; take the sigmoid itself.',
    (a) => {
      return { i: hard(block(a, 'i')), f: hard(block(a, 'f')), o: hard(block(a, 'o')) };
    },
  ),
];

type StepArgs = [x: Tensor, hPrev: Tensor, cPrev: Tensor, Wx: Tensor, Wh: Tensor, b: Tensor];

/** What a wrong step is made of. */
interface Parts extends Gates {
  hPrev: Tensor;
  cPrev: Tensor;
  c: Tensor;
}

/** What a cell shows. */
const shownOf = ({ o, c }: Parts): Tensor => times(o, tanh(c));

/** A wrong step. The backward pass gets what it needs all the same. */
function wrongStep(
  id: string,
  sentence: string,
  how: {
    args?: (...args: StepArgs) => StepArgs;
    c?: (parts: Parts) => Tensor;
    h?: (parts: Parts) => Tensor;
  },
): Misconception {
  return {
    exercise: '16.2 lstmStepForward',
    id: `step-${id}`,
    sentence,
    wrong: refusingLike(lstmStepForward, (...given: StepArgs) => {
      const args = how.args?.(...given) ?? given;
      const { cache, c: right } = lstmStepForward(...args);
      const parts = { ...cache.gates, hPrev: args[1], cPrev: args[2], c: right };
      const c = how.c?.(parts) ?? right;
      const h = (how.h ?? shownOf)({ ...parts, c });
      return { h, c, cache: lstmStepForward(...given).cache };
    }),
  };
}

const STEPS: Misconception[] = [
  wrongStep(
    'forget-missing',
    'The forget gate is missing: the whole old cell is kept. Multiply cPrev by f.',
    { c: ({ cPrev, i, g }) => add(cPrev, times(i, g)) },
  ),
  wrongStep(
    'forget-is-the-share-lost',
    'f is read as the share that is forgotten, 1 − f kept. It is the share that is kept: f · cPrev.',
    { c: ({ cPrev, i, f, g }) => add(times(rest(f), cPrev), times(i, g)) },
  ),
  wrongStep(
    'coupled',
    '1 − i of the old cell is kept. That is how a GRU couples its gates; an LSTM has a forget gate for it: f · cPrev.',
    { c: ({ cPrev, i, g }) => add(times(rest(i), cPrev), times(i, g)) },
  ),
  wrongStep(
    'coupled-to-forget',
    '1 − f of the candidate is taken up. An LSTM has an input gate for it: i · g.',
    { c: ({ cPrev, f, g }) => add(times(f, cPrev), times(rest(f), g)) },
  ),
  wrongStep(
    'input-gate-missing',
    'The input gate is missing: all of g is taken up. Multiply g by i.',
    {
      c: ({ cPrev, f, g }) => add(times(f, cPrev), g),
    },
  ),
  wrongStep(
    'gates-exchanged',
    'i and f are exchanged in the cell. f is for the old cell, i for g.',
    {
      c: ({ cPrev, i, f, g }) => add(times(i, cPrev), times(f, g)),
    },
  ),
  wrongStep(
    'forgets-the-new',
    'f multiplies the old cell and what is new. What is new has its own gate: c = f · cPrev + i · g.',
    { c: ({ cPrev, i, f, g }) => times(f, add(cPrev, times(i, g))) },
  ),
  wrongStep(
    'gates-added',
    'The cell is f · cPrev + i + g. The candidate is multiplied by its gate: i · g.',
    { c: ({ cPrev, i, f, g }) => add(times(f, cPrev), add(i, g)) },
  ),
  wrongStep('state-for-cell', 'The old state is kept in the cell. Keep f of the old cell, cPrev.', {
    c: ({ hPrev, i, f, g }) => add(times(f, hPrev), times(i, g)),
  }),
  wrongStep('nothing-kept', 'The old cell is lost: c is only what is new. Add f · cPrev.', {
    c: ({ i, g }) => times(i, g),
  }),
  wrongStep(
    'cell-squashed',
    'The cell itself goes through tanh. Keep c as it is, and take the tanh for h only: then it can go on unchanged for many steps.',
    { c: ({ c }) => tanh(c), h: ({ o, c }) => times(o, c) },
  ),
  wrongStep('shown-without-tanh', 'The tanh of the cell is missing in h. It is o · tanh(c).', {
    h: ({ o, c }) => times(o, c),
  }),
  wrongStep('shown-tanh-outside', 'h is tanh(o · c). The gate comes last: o · tanh(c).', {
    h: ({ o, c }) => tanh(times(o, c)),
  }),
  wrongStep('shown-sigmoid', 'The cell is shown through a sigmoid. It is o · tanh(c).', {
    h: ({ o, c }) => times(o, sigmoid(c)),
  }),
  wrongStep('output-gate-missing', 'The output gate is missing in h. It is o · tanh(c).', {
    h: ({ c }) => tanh(c),
  }),
  wrongStep(
    'old-cell-shown',
    'h shows the cell before the step. It is o · tanh(c), with the new c.',
    {
      h: ({ o, cPrev }) => times(o, tanh(cPrev)),
    },
  ),
  wrongStep('state-not-read', 'The state before is not read. Add hPrev · Wh.', {
    args: (x, hPrev, cPrev, Wx, Wh, b) => [x, hPrev, cPrev, Wx, none(Wh), b],
  }),
  wrongStep(
    'cell-read',
    'The gates read the old cell, cPrev · Wh. They read the old state, hPrev · Wh.',
    {
      args: (x, _, cPrev, Wx, Wh, b) => [x, cPrev, cPrev, Wx, Wh, b],
    },
  ),
  wrongStep('input-not-read', 'The input is not read. Add x · Wx.', {
    args: (x, hPrev, cPrev, Wx, Wh, b) => [x, hPrev, cPrev, none(Wx), Wh, b],
  }),
  wrongStep('bias-twice', 'The bias is added twice, with either product. Add it once.', {
    args: (x, hPrev, cPrev, Wx, Wh, b) => [x, hPrev, cPrev, Wx, Wh, map(b, (v) => 2 * v)],
  }),
  wrongStep('bias-missing', 'The bias is missing. Add b to the two products.', {
    args: (x, hPrev, cPrev, Wx, Wh, b) => [x, hPrev, cPrev, Wx, Wh, none(b)],
  }),
];

/** All numbers of one place in a step back. */
interface Place {
  dh: number;
  dc: number;
  i: number;
  f: number;
  g: number;
  o: number;
  c: number;
  cPrev: number;
  /** What reaches the cell. */
  s: number;
}

/** How a wrong step goes back: whatever isn't given is right. */
interface StepBack {
  s?: (at: Place) => number;
  dcPrev?: (at: Place) => number;
  di?: (at: Place) => number;
  df?: (at: Place) => number;
  dg?: (at: Place) => number;
  do?: (at: Place) => number;
  /** What becomes of da, once it is all there. */
  da?: (da: Tensor) => Tensor;
}

function stepBack(dh: Tensor, dc: Tensor, cache: LstmStepCache, how: StepBack): LstmStepGradients {
  const { x, hPrev, cPrev, Wx, Wh, gates, c } = cache;
  const [N, H] = dh.shape as [number, number];
  const dcPrev = none(dh);
  const da = zeros(N, 4 * H);
  for (let n = 0; n < N; n++) {
    for (let k = 0; k < H; k++) {
      const of = (all: Tensor) => all.get(n, k);
      const open = { i: of(gates.i), f: of(gates.f), g: of(gates.g), o: of(gates.o) };
      const at = { ...open, dh: of(dh), dc: of(dc), c: of(c), cPrev: of(cPrev), s: 0 };
      const shown = Math.tanh(at.c);
      at.s = how.s?.(at) ?? at.dc + at.dh * at.o * (1 - shown ** 2);
      dcPrev.set(n, k, how.dcPrev?.(at) ?? at.s * at.f);
      const before = [
        how.di?.(at) ?? at.s * at.g * at.i * (1 - at.i),
        how.df?.(at) ?? at.s * at.cPrev * at.f * (1 - at.f),
        how.dg?.(at) ?? at.s * at.i * (1 - at.g ** 2),
        how.do?.(at) ?? at.dh * shown * at.o * (1 - at.o),
      ];
      for (const [j, value] of before.entries()) da.set(n, j * H + k, value);
    }
  }
  const last = how.da?.(da) ?? da;
  const { dx, dW: dWx, db } = affineBackward(last, { x, W: Wx });
  const { dx: dhPrev, dW: dWh } = affineBackward(last, { x: hPrev, W: Wh });
  return { dx, dhPrev, dcPrev, dWx, dWh, db };
}

function wrongBack(id: string, sentence: string, how: StepBack): Misconception {
  return {
    exercise: '16.3 lstmStepBackward',
    id: `back-${id}`,
    sentence,
    wrong: (dh: Tensor, dc: Tensor, cache: LstmStepCache) => stepBack(dh, dc, cache, how),
  };
}

const slope = (value: number): number => value * (1 - value);
const slopeOfTanh = (value: number): number => 1 - Math.tanh(value) ** 2;
const derivative = (value: number): number => sigmoidDerivative(filled([1], () => value)).get(0);

const BACK: Misconception[] = [
  wrongBack(
    'dc-lost',
    'What reaches the cell directly is lost: dc. Add it to dh · o · (1 − tanh² c).',
    { s: ({ dh, o, c }) => dh * o * slopeOfTanh(c) },
  ),
  wrongBack(
    'dh-lost',
    'What reaches the cell by way of the state is lost. Add dh · o · (1 − tanh² c) to dc.',
    { s: ({ dc }) => dc },
  ),
  wrongBack(
    'dc-through-the-output-gate',
    'dc goes through the output gate and the tanh. It reaches c directly: only dh goes through both.',
    { s: ({ dh, dc, o, c }) => (dh + dc) * o * slopeOfTanh(c) },
  ),
  wrongBack(
    's-without-slope',
    'The slope of the tanh is missing: s = dc + dh · o · (1 − tanh² c).',
    {
      s: ({ dh, dc, o }) => dc + dh * o,
    },
  ),
  wrongBack(
    's-without-o',
    'The output gate is missing in what reaches the cell: dh · o · (1 − tanh² c).',
    {
      s: ({ dh, dc, c }) => dc + dh * slopeOfTanh(c),
    },
  ),
  wrongBack(
    's-slope-of-c',
    'The slope is 1 − c². The tanh made tanh(c) of c, so its slope is 1 − tanh² c.',
    { s: ({ dh, dc, o, c }) => dc + dh * o * (1 - c ** 2) },
  ),
  wrongBack(
    'old-cell-without-f',
    'dcPrev is all that reaches the cell. Only f of cPrev went in: s · f.',
    {
      dcPrev: ({ s }) => s,
    },
  ),
  wrongBack(
    'old-cell-from-dc-only',
    'dcPrev is dc · f. What comes by way of the state reaches the old cell too: s · f.',
    { dcPrev: ({ dc, f }) => dc * f },
  ),
  wrongBack(
    'old-cell-by-i',
    'dcPrev is multiplied by i. The old cell went in through the forget gate: s · f.',
    { dcPrev: ({ s, i }) => s * i },
  ),
  wrongBack(
    'old-cell-missing',
    'dcPrev is 0. It is s · f: this is the way on which an LSTM remembers.',
    {
      dcPrev: () => 0,
    },
  ),
  wrongBack('f-with-c', 'The gradient of f has the new cell. f multiplied the old one: cPrev.', {
    df: ({ s, c, f }) => s * c * slope(f),
  }),
  wrongBack('f-with-g', 'The gradient of f has g. f multiplied the old cell: cPrev.', {
    df: ({ s, g, f }) => s * g * slope(f),
  }),
  wrongBack('o-with-c', 'The gradient of o has c. o multiplied tanh(c).', {
    do: ({ dh, c, o }) => dh * c * slope(o),
  }),
  wrongBack('o-with-s', 'The gradient of o has what reaches the cell. o lies behind it: take dh.', {
    do: ({ s, c, o }) => s * Math.tanh(c) * slope(o),
  }),
  wrongBack('o-with-dc', 'The gradient of o has dh + dc. dc reaches the cell past o: take dh.', {
    do: ({ dh, dc, c, o }) => (dh + dc) * Math.tanh(c) * slope(o),
  }),
  wrongBack('i-with-i', 'The gradient of i has i in the place of g. i multiplied g.', {
    di: ({ s, i }) => s * i * slope(i),
  }),
  wrongBack('i-with-old-cell', 'The gradient of i has cPrev. i multiplied g.', {
    di: ({ s, cPrev, i }) => s * cPrev * slope(i),
  }),
  wrongBack('g-with-g', 'The gradient of g has g in the place of i. g was multiplied by i.', {
    dg: ({ s, g }) => s * g * (1 - g ** 2),
  }),
  wrongBack('g-slope-of-sigmoid', 'g has the slope of a sigmoid. It is a tanh: 1 − g².', {
    dg: ({ s, i, g }) => s * i * slope(g),
  }),
  wrongBack(
    'g-slope-of-its-value',
    "The slope of g is tanh' at g. g is the tanh already: its slope is 1 − g².",
    { dg: ({ s, i, g }) => s * i * slopeOfTanh(g) },
  ),
  wrongBack('g-slope-missing', 'The slope of g is missing: 1 − g².', { dg: ({ s, i }) => s * i }),
  wrongBack(
    'slopes-of-their-values',
    "The slopes are σ' at i, f and o. These are sigmoids already: the slope of i is i · (1 − i), and so on.",
    {
      di: ({ s, g, i }) => s * g * derivative(i),
      df: ({ s, cPrev, f }) => s * cPrev * derivative(f),
      do: ({ dh, c, o }) => dh * Math.tanh(c) * derivative(o),
    },
  ),
  wrongBack(
    'slopes-missing',
    'The slopes of the sigmoids are missing: i · (1 − i), f · (1 − f), o · (1 − o).',
    {
      di: ({ s, g }) => s * g,
      df: ({ s, cPrev }) => s * cPrev,
      do: ({ dh, c }) => dh * Math.tanh(c),
    },
  ),
  wrongBack(
    'slopes-of-tanh',
    'The gates have the slope of a tanh. They are sigmoids: i · (1 − i).',
    {
      di: ({ s, g, i }) => s * g * (1 - i ** 2),
      df: ({ s, cPrev, f }) => s * cPrev * (1 - f ** 2),
      do: ({ dh, c, o }) => dh * Math.tanh(c) * (1 - o ** 2),
    },
  ),
  ...PAIRS.map(([one, other]) =>
    wrongBack(
      `${one}${other}-exchanged`,
      `Before the weights the gradients of ${one} and ${other} stand in each other's columns. Put them in the order i, f, g, o.`,
      { da: (da) => exchanged(da, one, other) },
    ),
  ),
  wrongBack(
    'interleaved',
    'The four gradients stand in turn. They belong in blocks of H columns: i, f, g, o.',
    {
      da: (da) => columnsFrom(da, (j, H) => (j % 4) * H + Math.floor(j / 4)),
    },
  ),
  {
    exercise: '16.3 lstmStepBackward',
    id: 'back-h-for-hprev',
    sentence: 'dWh is computed with the state after the step. Wh met the one before it: hPrev.',
    wrong: (dh: Tensor, dc: Tensor, cache: LstmStepCache) => {
      const h = times(cache.gates.o, tanh(cache.c));
      const { dWh } = lstmStepBackward(dh, dc, { ...cache, hPrev: h });
      return { ...lstmStepBackward(dh, dc, cache), dWh };
    },
  },
  {
    exercise: '16.3 lstmStepBackward',
    id: 'back-cell-for-hprev',
    sentence: 'dWh is computed with the old cell. Wh met the old state: hPrev.',
    wrong: (dh: Tensor, dc: Tensor, cache: LstmStepCache) => {
      const { dWh } = lstmStepBackward(dh, dc, { ...cache, hPrev: cache.cPrev });
      return { ...lstmStepBackward(dh, dc, cache), dWh };
    },
  },
];

/** Wrong states: what a step starts from, given what was left by the one before. */
function wrongStates(
  id: string,
  sentence: string,
  wrong: (...args: StepArgs) => Partial<{ h: Tensor; c: Tensor }>,
): Misconception {
  return {
    exercise: '16.4 lstmForward',
    id: `sequence-${id}`,
    sentence,
    wrong: refusingLike(lstmForward, (...args: StepArgs) => ({
      ...lstmForward(...args),
      ...wrong(...args),
    })),
  };
}

type Left = { h: Tensor; c: Tensor };

/** The states, where each step starts from something else than what the one before left. */
function startingFrom(start: (left: Left, first: Left, t: number) => Left) {
  return (...[x, h0, c0, ...weights]: StepArgs): Left => {
    const [N, T] = x.shape as [number, number];
    const states: Tensor[] = [];
    let left: Left = { h: h0, c: c0 };
    for (let t = 0; t < T; t++) {
      const { h, c } = start(left, { h: h0, c: c0 }, t);
      left = lstmStepForward(copy(x.pick(null, t, null)), h, c, ...weights);
      states.push(left.h);
    }
    const h = filled([N, T, h0.shape[1]!], (...[n, t, k]) => states[t!]!.get(n!, k!));
    return { h, c: left.c };
  };
}

const SEQUENCES: Misconception[] = [
  wrongStates(
    'cell-not-handed-on',
    'Every step begins with c0. Hand on the cell that the step before left.',
    startingFrom(({ h }, first) => ({ h, c: first.c })),
  ),
  wrongStates(
    'state-not-handed-on',
    'Every step begins with h0. Hand on the state that the step before left.',
    startingFrom(({ c }, first) => ({ h: first.h, c })),
  ),
  wrongStates(
    'nothing-handed-on',
    'Every step begins with h0 and c0. Hand on the state and the cell that the step before left.',
    startingFrom((_, first) => first),
  ),
  wrongStates(
    'cell-of-zeros',
    'Every step begins with a cell of zeros. Hand on the cell that the step before left.',
    startingFrom(({ h, c }) => ({ h, c: none(c) })),
  ),
  wrongStates(
    'c0-ignored',
    'c0 is not read: the first step begins with a cell of zeros.',
    startingFrom(({ h, c }, _, t) => ({ h, c: t === 0 ? none(c) : c })),
  ),
  wrongStates(
    'h0-ignored',
    'h0 is not read: the first step begins with a state of zeros.',
    startingFrom(({ h, c }, _, t) => ({ h: t === 0 ? none(h) : h, c })),
  ),
  wrongStates(
    'state-as-cell',
    'The state is handed on as the cell. A step leaves both: h and c.',
    startingFrom(({ h, c }, _, t) => ({ h, c: t === 0 ? c : h })),
  ),
  wrongStates(
    'cell-as-state',
    'The cell is handed on as the state. A step leaves both: h and c.',
    startingFrom(({ h, c }, _, t) => ({ h: t === 0 ? h : c, c })),
  ),
  wrongStates('starts-exchanged', 'h0 and c0 are exchanged.', (x, h0, c0, ...weights) => {
    const { h, c } = lstmForward(x, c0, h0, ...weights);
    return { h, c };
  }),
  wrongStates(
    'first-input',
    'Every step reads the input of the first one. Step t reads x at t.',
    (...args) => {
      const [x, ...others] = args;
      const { h, c } = lstmForward(
        filled(x.shape, (n, _, d) => x.get(n!, 0, d!)),
        ...others,
      );
      return { h, c };
    },
  ),
  wrongStates(
    'back-to-front',
    'The sequence is read from its end. Begin with step 1.',
    (x, ...others) => {
      const { h, c } = lstmForward(copy(x.step(1, -1, 1)), ...others);
      return { h: copy(h.step(1, -1, 1)), c };
    },
  ),
  wrongStates(
    'state-for-c',
    'c is the last state. Return the cell of the last step.',
    (...args) => {
      const { h } = lstmForward(...args);
      return { c: copy(h.pick(null, h.shape[1]! - 1, null)) };
    },
  ),
  wrongStates(
    'c-of-the-first-step',
    'c is the cell of the first step. Return that of the last one.',
    (...args) => {
      const [x, h0, c0, ...weights] = args;
      return { c: lstmStepForward(copy(x.pick(null, 0, null)), h0, c0, ...weights).c };
    },
  ),
  wrongStates('c0-returned', 'c is c0. Return the cell that the last step left.', (_, __, c0) => ({
    c: copy(c0),
  })),
];

/** How wrong one goes back through time: whatever isn't given is right. */
interface Back {
  /** What reaches the state: dh of this step, and the dhPrev of the next. */
  state?: (dh: Tensor, fromNext: Tensor, isLast: boolean) => Tensor;
  /** What reaches the cell: the dcPrev of the next step. */
  cell?: (fromNext: Tensor, dh: Tensor) => Tensor;
  /** A step back. */
  step?: (dh: Tensor, dc: Tensor, cache: LstmStepCache) => LstmStepGradients;
  /** How the weights' gradients are kept. */
  kept?: (sum: Tensor, now: Tensor, t: number, T: number) => Tensor;
  /** What is wrong with the result. */
  end?: (right: LstmGradients, dh: Tensor, cache: LstmCache) => Partial<LstmGradients>;
}

function throughTime(dh: Tensor, cache: LstmCache, how: Back): LstmGradients {
  const { state = add, cell = (next) => next, step = lstmStepBackward, kept = add, end } = how;
  const [N, T, H] = dh.shape as [number, number, number];
  const D = cache[0]!.x.shape[1]!;
  const steps: LstmStepGradients[] = [];
  let [dWx, dWh, db] = [zeros(D, 4 * H), zeros(H, 4 * H), zeros(4 * H)];
  let [dhNext, dcNext] = [zeros(N, H), zeros(N, H)];
  for (let t = T - 1; t >= 0; t--) {
    const reached = state(copy(dh.pick(null, t, null)), dhNext, t === T - 1);
    const back = step(reached, cell(dcNext, reached), cache[t]!);
    steps.unshift(back);
    dWx = kept(dWx, back.dWx, t, T);
    dWh = kept(dWh, back.dWh, t, T);
    db = kept(db, back.db, t, T);
    [dhNext, dcNext] = [back.dhPrev, back.dcPrev];
  }
  const dx = filled([N, T, D], (...[n, t, d]) => steps[t!]!.dx.get(n!, d!));
  const right = { dx, dh0: dhNext, dc0: dcNext, dWx, dWh, db };
  return { ...right, ...end?.(right, dh, cache) };
}

function wrongTime(id: string, sentence: string, how: Back): Misconception {
  return {
    exercise: '16.5 lstmBackward',
    id: `time-${id}`,
    sentence,
    wrong: (dh: Tensor, cache: LstmCache) => throughTime(dh, cache, how),
  };
}

const TIME: Misconception[] = [
  wrongTime(
    'cut',
    'Nothing of what a step sends back is carried on: neither dhPrev nor dcPrev. Add the one to dh of the step before, and hand on the other as its dc.',
    { state: (dh) => dh, cell: none },
  ),
  wrongTime(
    'cell-cut',
    'What the next step sends to the cell is lost, its dcPrev. Hand it to the step before as dc: it is what reaches far back.',
    { cell: none },
  ),
  wrongTime(
    'state-cut',
    'What the next step sends to the state is lost, its dhPrev. Add it to dh of the step before.',
    { state: (dh) => dh },
  ),
  wrongTime(
    'last-only',
    'Only the dh of the last step is read. Add the dh of each step to what the next one sends.',
    { state: (dh, fromNext, isLast) => (isLast ? dh : fromNext) },
  ),
  wrongTime(
    'dh-to-the-cell-too',
    'What reaches the state is handed to the step as dc too. dc is what the next step sends to the cell, and 0 at the last one.',
    { cell: (fromNext, dh) => add(fromNext, dh) },
  ),
  wrongTime(
    'cell-without-f',
    'What goes from cell to cell is not multiplied by f. The old cell went in as f · cPrev.',
    { step: (dh, dc, cache) => stepBack(dh, dc, cache, { dcPrev: ({ s }) => s }) },
  ),
  wrongTime(
    'h-for-hprev',
    'dWh is computed with the state after each step. Wh met the state before it: hₜ₋₁, h0 in the first step.',
    {
      step: (dh, dc, cache) => {
        const h = times(cache.gates.o, tanh(cache.c));
        const { dWh } = lstmStepBackward(dh, dc, { ...cache, hPrev: h });
        return { ...lstmStepBackward(dh, dc, cache), dWh };
      },
    },
  ),
  wrongTime(
    'weights-of-the-last-step',
    "The weights' gradients are those of the last step alone. The same weights served in all steps: add them up over t.",
    { kept: (sum, now, t, T) => (t === T - 1 ? now : sum) },
  ),
  wrongTime(
    'weights-overwritten',
    "The weights' gradients are those of the first step alone: each step overwrites what was there. Add them up over t.",
    { kept: (_, now) => now },
  ),
  wrongTime(
    'weights-mean',
    "The weights' gradients are means over the steps. Each step used the weights once: take the sum.",
    { kept: (sum, now, _, T) => zip(sum, now, (so, value) => so + value / T) },
  ),
  wrongTime('starts-exchanged', 'dh0 and dc0 are exchanged.', {
    end: ({ dh0, dc0 }) => ({ dh0: dc0, dc0: dh0 }),
  }),
  wrongTime('starts-missing', 'dh0 and dc0 are 0. They are what the first step sends back.', {
    end: ({ dh0, dc0 }) => ({ dh0: none(dh0), dc0: none(dc0) }),
  }),
  wrongTime('dh0-missing', 'dh0 is 0. It is the dhPrev of the first step.', {
    end: ({ dh0 }) => ({ dh0: none(dh0) }),
  }),
  wrongTime('dc0-missing', 'dc0 is 0. It is the dcPrev of the first step.', {
    end: ({ dc0 }) => ({ dc0: none(dc0) }),
  }),
  wrongTime(
    'starts-of-the-last-step',
    'dh0 and dc0 are what the last step sends back. Go on to the first step.',
    {
      end: (_, dh, cache) => {
        const last = copy(dh.pick(null, cache.length - 1, null));
        const { dhPrev, dcPrev } = lstmStepBackward(last, none(last), cache.at(-1)!);
        return { dh0: dhPrev, dc0: dcPrev };
      },
    },
  ),
  wrongTime(
    'dx-reversed',
    'dx is back to front: its steps stand in the order in which the loop met them. The one of step t belongs at t.',
    { end: ({ dx }) => ({ dx: copy(dx.step(1, -1, 1)) }) },
  ),
  wrongTime(
    'forwards',
    'The loop runs from the first step to the last. What reaches a state comes from later steps, so go from the last to the first.',
    {
      end: (_, dh, cache) => {
        const back = throughTime(copy(dh.step(1, -1, 1)), cache.toReversed(), {});
        return { ...back, dx: copy(back.dx.step(1, -1, 1)) };
      },
    },
  ),
];

type StartArgs = [D: number, H: number, random: () => number];

function wrongStart(
  id: string,
  sentence: string,
  wrong: (...args: StartArgs) => Partial<LstmParams>,
): Misconception {
  return {
    exercise: '16.6 lstmStart',
    id: `start-${id}`,
    sentence,
    wrong: (...args: StartArgs) => ({ ...lstmStart(...args), ...wrong(...args) }),
  };
}

const biased = (is1: (j: number, H: number) => boolean) => (_: number, H: number) => ({
  b: filled([4 * H], (j) => Number(is1(j!, H))),
});

const STARTS: Misconception[] = [
  wrongStart(
    'bias-of-zeros',
    'All biases are 0. With 1 at the forget gate a cell keeps more than half from the start.',
    biased(() => false),
  ),
  wrongStart(
    'bias-on-all',
    'All biases are 1. Only the forget gate begins with 1.',
    biased(() => true),
  ),
  ...(['i', 'g', 'o'] as const).map((name) =>
    wrongStart(
      `bias-on-${name}`,
      `The bias of 1 is at ${name}. It belongs to the forget gate, the second block: columns H to 2H − 1.`,
      biased((j, H) => Math.floor(j / H) === NAMES.indexOf(name)),
    ),
  ),
  wrongStart(
    'bias-interleaved',
    'Every fourth bias is 1. The gates stand in blocks: those of f are H to 2H − 1.',
    biased((j) => j % 4 === 1),
  ),
  wrongStart(
    'bias-on-one-unit',
    'Only one bias is 1. The forget gate has one for each unit: H to 2H − 1.',
    biased((j, H) => j === H),
  ),
  wrongStart(
    'bias-minus',
    'The bias of the forget gate is −1, which shuts it. Open it with +1.',
    (_, H) => ({
      b: filled([4 * H], (j) => (Math.floor(j! / H) === 1 ? -1 : 0)),
    }),
  ),
  wrongStart('zeros', 'All weights are 0. Then all units stay alike: draw them.', (D, H) => ({
    Wx: zeros(D, 4 * H),
    Wh: zeros(H, 4 * H),
  })),
  wrongStart(
    'normal',
    'The weights come from a normal distribution. Take the even one: xavierUniform of lesson 08.',
    (D, H, random) => ({
      Wx: xavierNormal([D, 4 * H], random),
      Wh: xavierNormal([H, 4 * H], random),
    }),
  ),
  wrongStart(
    'he',
    "The weights are drawn by He's rule, which is for ReLU. Sigmoid and tanh want Xavier's.",
    (D, H, random) => ({ Wx: heUniform([D, 4 * H], random), Wh: heUniform([H, 4 * H], random) }),
  ),
  wrongStart(
    'fan-of-one-gate',
    'The limit is that of a single gate, √(6 / (D + H)). Take each array as a whole, with a fan-out of 4H.',
    (D, H, random) => ({
      Wx: scaledUniform([D, 4 * H], Math.sqrt(6 / (D + H)), random),
      Wh: scaledUniform([H, 4 * H], Math.sqrt(6 / (H + H)), random),
    }),
  ),
  wrongStart(
    'one-over-root',
    'All weights lie within 1 / √H, as some libraries have it. Take xavierUniform of lesson 08.',
    (D, H, random) => ({
      Wx: scaledUniform([D, 4 * H], 1 / Math.sqrt(H), random),
      Wh: scaledUniform([H, 4 * H], 1 / Math.sqrt(H), random),
    }),
  ),
  wrongStart(
    'limit-of-both',
    'Wh has the limit of Wx. Each array has its own: Wh has the fan-in H.',
    (D, H, random) => ({ Wh: scaledUniform([H, 4 * H], Math.sqrt(6 / (D + 4 * H)), random) }),
  ),
];

/** Wrong norms: `measure` of what reaches the states and the cells, h₀ … h_T, and a last change of the list. */
function wrongNorms(
  id: string,
  sentence: string,
  how: {
    measure?: (d: Tensor) => number;
    state?: (dh: Tensor) => Tensor;
    cell?: (dc: Tensor, dh: Tensor) => Tensor;
    list?: (norms: number[]) => number[];
  },
): Misconception {
  const { state = (dh) => dh, cell = (dc) => dc, list = (norms) => norms } = how;
  const { measure = (d) => Math.hypot(...copy(d).data) } = how;
  return {
    exercise: '16.7 gradientNorms',
    id: `norms-${id}`,
    sentence,
    wrong: (dhLast: Tensor, cache: LstmCache) => {
      let [dh, dc] = [dhLast, none(dhLast)];
      const [h, c] = [[measure(dh)], [measure(dc)]];
      for (const step of cache.toReversed()) {
        const back = lstmStepBackward(dh, dc, step);
        [dh, dc] = [state(back.dhPrev), cell(back.dcPrev, back.dhPrev)];
        h.unshift(measure(dh));
        c.unshift(measure(dc));
      }
      return { h: array(list(h)), c: array(list(c)) };
    },
  };
}

const sumOf = (d: Tensor, f: (value: number) => number): number =>
  copy(d).data.reduce((so, value) => so + f(value), 0);

const NORMS: Misconception[] = [
  wrongNorms('squared', 'The root is missing: √(Σ d²).', {
    measure: (d) => sumOf(d, (v) => v * v),
  }),
  wrongNorms('absolute', 'This is the sum of absolute values. The Euclidean norm is √(Σ d²).', {
    measure: (d) => sumOf(d, Math.abs),
  }),
  wrongNorms('largest', 'This is the largest absolute value. The Euclidean norm is √(Σ d²).', {
    measure: (d) => Math.max(...map(d, Math.abs).data),
  }),
  wrongNorms('root-of-the-mean', 'This is the root of the mean square. Take the sum: √(Σ d²).', {
    measure: (d) => Math.sqrt(sumOf(d, (v) => v * v) / d.size),
  }),
  wrongNorms('sum', 'This is the sum of the entries, in which signs cancel. Take √(Σ d²).', {
    measure: (d) => sumOf(d, (v) => v),
  }),
  wrongNorms(
    'first-sample',
    'Only the first sample is measured. The norm goes over all entries of the batch.',
    { measure: (d) => Math.hypot(...copy(d.pick(0, null)).data) },
  ),
  wrongNorms(
    'cell-cut',
    'What a step sends to the old cell, dcPrev, is not handed on as the dc of the step before.',
    { cell: (dc) => none(dc) },
  ),
  wrongNorms('state-cut', 'What a step sends to the old state, dhPrev, is not handed on.', {
    state: (dh) => none(dh),
  }),
  wrongNorms(
    'dh-to-the-cell-too',
    'dhPrev is handed on as a part of dc. The cell gets dcPrev alone.',
    {
      cell: add,
    },
  ),
  wrongNorms(
    'back-to-front',
    'The norms stand from the last step to the first. Entry t belongs to hₜ and cₜ.',
    {
      list: (norms) => norms.toReversed(),
    },
  ),
];

function wrongClassifier(
  id: string,
  sentence: string,
  how: {
    start?: (N: number, H: number) => Tensor;
    /** The weights of the states in what the affine layer reads. */
    read?: (t: number, T: number) => number;
    back?: (dh: Tensor, cache: LstmCache) => LstmGradients;
  },
): Misconception {
  const { start = zeros, read = (t, T) => Number(t === T - 1), back = lstmBackward } = how;
  return {
    exercise: '16.8 lstmClassifierGradients',
    id: `classifier-${id}`,
    sentence,
    wrong: (x: Tensor, labels: Labels, params: LstmClassifierParams) => {
      const [N, T] = x.shape as [number, number];
      const H = params.Wh.shape[0]!;
      const h0 = start(N, H);
      const { h, cache } = lstmForward(x, h0, h0, params.Wx, params.Wh, params.b);
      const seen = filled([N, H], (n, k) =>
        Array.from({ length: T }, (_, t) => read(t, T) * h.get(n!, t, k!)).reduce((a, b) => a + b),
      );
      const output = affineForward(seen, params.Wy, params.by);
      const { loss, cache: lossCache } = softmaxLossForward(output.out, labels);
      const { dlogits } = softmaxLossBackward(1, lossCache);
      const { dx, dW: Wy, db: by } = affineBackward(dlogits, output.cache);
      const dh = filled([N, T, H], (n, t, k) => read(t!, T) * dx.get(n!, k!));
      const { dWx: Wx, dWh: Wh, db: b } = back(dh, cache);
      return { loss, gradients: { Wx, Wh, b, Wy, by } };
    },
  };
}

const CLASSIFIERS: Misconception[] = [
  wrongClassifier(
    'mean-of-states',
    'The affine layer reads the mean of all states. Only the last one counts.',
    {
      read: (_, T) => 1 / T,
    },
  ),
  wrongClassifier(
    'sum-of-states',
    'The affine layer reads the sum of all states. Only the last one counts.',
    {
      read: () => 1,
    },
  ),
  wrongClassifier(
    'first-state',
    'The affine layer reads the first state, which knows only the first step. Take the last one.',
    { read: (t) => Number(t === 0) },
  ),
  wrongClassifier('starts-from-ones', 'State and cell begin with ones. Begin with zeros.', {
    start: (N, H) => filled([N, H], () => 1),
  }),
  wrongClassifier(
    'one-step-back',
    "The gradient goes only through the last step. Take all of lstmBackward: the weights' gradients are sums over t.",
    {
      back: (dh, cache) =>
        throughTime(dh, cache, { kept: (sum, now, t, T) => (t === T - 1 ? now : sum) }),
    },
  ),
  wrongClassifier(
    'cell-cut',
    'What a step sends to the old cell is lost on the way back. lstmBackward carries it on.',
    { back: (dh, cache) => throughTime(dh, cache, { cell: none }) },
  ),
  wrongClassifier(
    'last-gradient-everywhere',
    'What reaches the last state stands at every step of dh. At all others it is 0.',
    {
      back: (dh, cache) => {
        const T = dh.shape[1]!;
        return lstmBackward(
          filled(dh.shape, (n, _, k) => dh.get(n!, T - 1, k!)),
          cache,
        );
      },
    },
  ),
  {
    exercise: '16.8 lstmClassifierGradients',
    id: 'classifier-reads-the-cell',
    sentence:
      'The affine layer reads the last cell. It reads the last state, which is what a cell shows.',
    wrong: (x: Tensor, labels: Labels, params: LstmClassifierParams) => {
      const start = zeros(x.shape[0]!, params.Wh.shape[0]!);
      const { c } = lstmForward(x, start, start, params.Wx, params.Wh, params.b);
      const logits = affineForward(c, params.Wy, params.by).out;
      const { loss } = softmaxLossForward(logits, labels);
      return { ...lstmClassifierGradients(x, labels, params), loss };
    },
  },
];

export const misconceptions: Misconception[] = [
  ...GATES,
  ...STEPS,
  ...BACK,
  ...SEQUENCES,
  ...TIME,
  ...STARTS,
  ...NORMS,
  ...CLASSIFIERS,
];
