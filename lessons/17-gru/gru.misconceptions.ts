/** Lesson 17: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { add, copy, filled, map, matrixProduct, zeros, zip, type Tensor } from '#arrays';
import { sigmoid, tanh } from '#lessons/02-activations';
import { meanSquaredError, meanSquaredErrorGradient } from '#lessons/03-losses';
import { affineBackward, affineForward } from '#lessons/05-backprop';
import type { Misconception } from '../../checks/misconception.ts';
import { refusingLike } from '../../checks/wrong-answers.ts';
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
  type GruCache,
  type GruGates,
  type GruGradients,
  type GruRegressionParams,
  type GruStepCache,
  type GruStepGradients,
  type RecurrentKind,
} from './gru.reference.ts';

type Weights = [Wx: Tensor, Wh: Tensor, b: Tensor, bh: Tensor];
type StepArgs = [x: Tensor, hPrev: Tensor, ...Weights];

const none = (x: Tensor): Tensor => zeros(...x.shape);
const times = (a: Tensor, b: Tensor): Tensor => zip(a, b, (one, other) => one * other);
const minus = (a: Tensor, b: Tensor): Tensor => zip(a, b, (one, other) => one - other);
const oneMinus = (a: Tensor): Tensor => map(a, (value) => 1 - value);

/** Block 0, 1 or 2 of H columns, shape (N, H) of (N, 3H). */
function block(x: Tensor, i: number): Tensor {
  const [N, columns] = x.shape as [number, number];
  return filled([N, columns / 3], (n, k) => x.get(n!, (i * columns) / 3 + k!));
}

/** Every third column from i on. */
function interleaved(x: Tensor, i: number): Tensor {
  const [N, columns] = x.shape as [number, number];
  return filled([N, columns / 3], (n, k) => x.get(n!, 3 * k! + i));
}

function sideBySide(...blocks: [Tensor, Tensor, Tensor]): Tensor {
  const [N, H] = blocks[0].shape as [number, number];
  return filled([N, 3 * H], (n, c) => blocks[Math.floor(c! / H)]!.get(n!, c! % H));
}

/** A sigmoid that is infinity over infinity for large s. */
const careless = (s: number): number => Math.exp(s) / (Math.exp(s) + 1);

/** Some of the right gates replaced; a and h are the blocks r, z, n of what input and state send. */
function wrongGates(
  id: string,
  sentence: string,
  change: (a: Tensor[], h: Tensor[], right: GruGates) => Partial<GruGates>,
  cut = block,
): Misconception {
  return {
    exercise: '17.1 gruGates',
    id: `gates-${id}`,
    sentence,
    anchor: '#three-gates',
    wrong: refusingLike(gruGates, (ax, ah) => {
      const [a, h] = [ax, ah].map((x) => [0, 1, 2].map((i) => cut(x, i)));
      const right = gruGates(ax, ah);
      return { ...right, ...change(a!, h!, right) };
    }),
  };
}

/** The gates with the blocks in another order. */
const ordered = (a: Tensor[], h: Tensor[], [r, z, n]: [number, number, number]): GruGates =>
  gruGates(sideBySide(a[r]!, a[z]!, a[n]!), sideBySide(h[r]!, h[z]!, h[n]!));

/** Another state after the step. The backward pass gets what it needs all the same. */
function wrongStep(
  id: string,
  sentence: string,
  state: (gates: GruGates, hPrev: Tensor, args: StepArgs) => Tensor,
  anchor = '#the-state',
): Misconception {
  return {
    exercise: '17.2 gruStepForward',
    id: `step-${id}`,
    sentence,
    anchor,
    wrong: (...args: StepArgs) => {
      const right = gruStepForward(...args);
      return { ...right, h: state(right.cache, args[1], args) };
    },
  };
}

/** (1 − z) · n + z · hPrev. */
const mixed = ({ z, n }: Pick<GruGates, 'z' | 'n'>, hPrev: Tensor): Tensor =>
  add(times(oneMinus(z), n), times(z, hPrev));

/** The state after a step with other operands. */
const stateOf = (...args: StepArgs): Tensor => gruStepForward(...args).h;

/** What input and state send to the new memory. */
function sentToNew([x, hPrev, Wx, Wh, b, bh]: StepArgs) {
  return {
    input: sentToBlock(x, Wx, b),
    state: sentToBlock(hPrev, Wh, bh),
    bare: sentToBlock(hPrev, Wh, none(bh)),
    bias: sentToBlock(none(hPrev), Wh, bh),
  };
}

/** The last block of x · W + bias. */
const sentToBlock = (x: Tensor, W: Tensor, bias: Tensor): Tensor =>
  block(affineForward(x, W, bias).out, 2);

/** A copy of x in which block i is 0. */
function withoutBlock(x: Tensor, i: number): Tensor {
  const H = x.shape.at(-1)! / 3;
  return filled(x.shape, (...at) => (Math.floor(at.at(-1)! / H) === i ? 0 : x.get(...at)));
}

/** What reaches the gates in a step back. */
interface Reached {
  /** Before the sigmoid of r, that of z and the tanh of n. */
  dsr: Tensor;
  dsz: Tensor;
  dsn: Tensor;
  /** What goes into the last block of dah. */
  past: Tensor;
  /** What goes past the gates into dhPrev. */
  direct: Tensor;
}

function reachedBy(dh: Tensor, { hPrev, ah, r, z, n }: GruStepCache): Reached {
  const dsn = times(times(dh, oneMinus(z)), slopeOfTanh(n));
  return {
    dsn,
    dsz: times(times(dh, minus(hPrev, n)), slopeOfSigmoid(z)),
    dsr: times(times(dsn, block(ah, 2)), slopeOfSigmoid(r)),
    past: times(r, dsn),
    direct: times(dh, z),
  };
}

const slopeOfTanh = (y: Tensor): Tensor => map(y, (value) => 1 - value ** 2);
const slopeOfSigmoid = (y: Tensor): Tensor => map(y, (value) => value * (1 - value));

/** The six gradients of what reaches the gates. */
function gradientsOf(
  { dsr, dsz, dsn, past, direct }: Reached,
  { x, hPrev, Wx, Wh }: GruStepCache,
): GruStepGradients {
  const input = affineBackward(sideBySide(dsr, dsz, dsn), { x, W: Wx });
  const state = affineBackward(sideBySide(dsr, dsz, past), { x: hPrev, W: Wh });
  return {
    dx: input.dx,
    dhPrev: add(state.dx, direct),
    dWx: input.dW,
    dWh: state.dW,
    db: input.db,
    dbh: state.db,
  };
}

/** How wrong one goes back through a step. */
interface StepBack {
  id: string;
  sentence: string;
  /** What reaches the gates otherwise. */
  reached?: (right: Reached, dh: Tensor, cache: GruStepCache) => Partial<Reached>;
  /** What is wrong with the gradients themselves. */
  end?: (
    right: GruStepGradients,
    reached: Reached,
    cache: GruStepCache,
  ) => Partial<GruStepGradients>;
}

function stepBack({ reached, end }: Omit<StepBack, 'id' | 'sentence'>) {
  return (dh: Tensor, cache: GruStepCache): GruStepGradients => {
    const right = reachedBy(dh, cache);
    // What depends on dsn is right unless it is itself what is wrong.
    const wrong = { ...right, ...reached?.(right, dh, cache) };
    const gradients = gradientsOf(wrong, cache);
    return { ...gradients, ...end?.(gradients, wrong, cache) };
  };
}

/** With another slope before n, and all that follows from it. */
function fromNew(dsn: Tensor, { ah, r }: GruStepCache): Partial<Reached> {
  return {
    dsn,
    dsr: times(times(dsn, block(ah, 2)), slopeOfSigmoid(r)),
    past: times(r, dsn),
  };
}

const STEP_BACK: readonly StepBack[] = [
  {
    id: 'direct-missing',
    sentence:
      'What goes straight from h to hPrev is missing. h contains z · hPrev, so add dh · z to dhPrev: it is the way on which gradients survive.',
    reached: ({ direct }) => ({ direct: none(direct) }),
  },
  {
    id: 'direct-by-one-minus-z',
    sentence:
      'What goes straight to hPrev is dh · (1 − z) here. h contains z · hPrev, so it is dh · z.',
    reached: (_, dh, { z }) => ({ direct: times(dh, oneMinus(z)) }),
  },
  {
    id: 'direct-whole',
    sentence: 'dh goes to hPrev without its gate. h contains z · hPrev, so it is dh · z.',
    reached: (_, dh) => ({ direct: dh }),
  },
  {
    id: 'direct-only',
    sentence:
      'Only dh · z reaches hPrev. The state was also read by all three gates: add dah · Whᵀ.',
    end: (_, { direct }) => ({ dhPrev: direct }),
  },
  {
    id: 'reset-path-missing',
    sentence:
      'The way through the reset gate is missing: nothing reaches r. With n = tanh(axₙ + r · ahₙ), dr is dsₙ · ahₙ.',
    reached: ({ dsr }) => ({ dsr: none(dsr) }),
  },
  {
    id: 'reset-by-state',
    sentence:
      'dr is dsₙ · hPrev here. r was multiplied with ahₙ = hPrev · Wₙ + bhₙ, so dr is dsₙ · ahₙ.',
    reached: ({ dsn }, _, { hPrev, r }) => ({
      dsr: times(times(dsn, hPrev), slopeOfSigmoid(r)),
    }),
  },
  {
    id: 'reset-without-bias',
    sentence:
      'dr is dsₙ · (hPrev · Wₙ) here, without the bias. The reset gate acts on ahₙ = hPrev · Wₙ + bhₙ.',
    reached: ({ dsn }, _, { hPrev, Wh, r }) => ({
      dsr: times(times(dsn, block(matrixProduct(hPrev, Wh), 2)), slopeOfSigmoid(r)),
    }),
  },
  {
    id: 'reset-past-the-tanh',
    sentence:
      'On its way to r it skips the slope of the tanh. r stands inside: dr is dsₙ · ahₙ, with dsₙ = dh · (1 − z) · (1 − n²).',
    reached: (_, dh, { ah, r, z }) => ({
      dsr: times(times(times(dh, oneMinus(z)), block(ah, 2)), slopeOfSigmoid(r)),
    }),
  },
  {
    id: 'past-without-reset',
    sentence:
      'The last block of dah lacks r, so that dbh is db. The state came into n as r · ahₙ: its block is r · dsₙ.',
    reached: ({ dsn }) => ({ past: dsn }),
  },
  {
    id: 'reset-on-both-sides',
    sentence:
      'The last block of dax is multiplied by r too. The input went into n without a gate: its block is dsₙ.',
    reached: ({ past }) => ({ dsn: past }),
  },
  {
    id: 'update-sign',
    sentence:
      'What reaches z has the wrong sign. h grows with z where hPrev is above n: dz = dh · (hPrev − n).',
    reached: ({ dsz }) => ({ dsz: map(dsz, (value) => -value) }),
  },
  {
    id: 'update-without-state',
    sentence:
      'dz is −dh · n here. z also stands before hPrev in (1 − z) · n + z · hPrev: dz = dh · (hPrev − n).',
    reached: (_, dh, { n, z }) => ({
      dsz: times(
        times(
          dh,
          map(n, (value) => -value),
        ),
        slopeOfSigmoid(z),
      ),
    }),
  },
  {
    id: 'update-without-new',
    sentence:
      'dz is dh · hPrev here. z also stands before n in (1 − z) · n + z · hPrev: dz = dh · (hPrev − n).',
    reached: (_, dh, { hPrev, z }) => ({ dsz: times(times(dh, hPrev), slopeOfSigmoid(z)) }),
  },
  {
    id: 'update-slope-missing',
    sentence: 'The slope of the sigmoid of z is missing: multiply by z · (1 − z).',
    reached: (_, dh, { hPrev, n }) => ({ dsz: times(dh, minus(hPrev, n)) }),
  },
  {
    id: 'reset-slope-missing',
    sentence: 'The slope of the sigmoid of r is missing: multiply by r · (1 − r).',
    reached: ({ dsn }, _, { ah }) => ({ dsr: times(dsn, block(ah, 2)) }),
  },
  {
    id: 'new-slope-missing',
    sentence: 'The slope of the tanh is missing: multiply by 1 − n² before you go on from n.',
    reached: (_, dh, cache) => fromNew(times(dh, oneMinus(cache.z)), cache),
  },
  {
    id: 'new-slope-of-the-tanh-of-n',
    sentence:
      'The tanh is taken a second time: 1 − tanh²(n). n is a tanh already, so the slope is 1 − n².',
    reached: (_, dh, cache) =>
      fromNew(times(times(dh, oneMinus(cache.z)), slopeOfTanh(tanh(cache.n))), cache),
  },
  {
    id: 'slopes-of-the-sigmoids-again',
    sentence:
      'The sigmoids are taken a second time. r and z are sigmoids already, so their slopes are r · (1 − r) and z · (1 − z).',
    reached: ({ dsn }, dh, { hPrev, ah, r, z, n }) => ({
      dsr: times(times(dsn, block(ah, 2)), slopeOfSigmoid(sigmoid(r))),
      dsz: times(times(dh, minus(hPrev, n)), slopeOfSigmoid(sigmoid(z))),
    }),
  },
  {
    id: 'sigmoid-slope-for-new',
    sentence: "n · (1 − n) is the sigmoid's slope. The tanh that made n has 1 − n².",
    reached: (_, dh, cache) =>
      fromNew(times(times(dh, oneMinus(cache.z)), slopeOfSigmoid(cache.n)), cache),
  },
  {
    id: 'tanh-slopes-for-gates',
    sentence:
      "1 − r² and 1 − z² are the tanh's slopes. The sigmoids that made r and z have r · (1 − r) and z · (1 − z).",
    reached: ({ dsn }, dh, { hPrev, ah, r, z, n }) => ({
      dsr: times(times(dsn, block(ah, 2)), slopeOfTanh(r)),
      dsz: times(times(dh, minus(hPrev, n)), slopeOfTanh(z)),
    }),
  },
  {
    id: 'new-by-z',
    sentence: 'n gets dh · z. It stands behind 1 − z in h, so it gets dh · (1 − z).',
    reached: (_, dh, cache) => fromNew(times(times(dh, cache.z), slopeOfTanh(cache.n)), cache),
  },
  {
    id: 'new-without-gate',
    sentence: 'n gets dh whole. It stands behind 1 − z in h, so it gets dh · (1 − z).',
    reached: (_, dh, cache) => fromNew(times(dh, slopeOfTanh(cache.n)), cache),
  },
  {
    id: 'h-for-hprev',
    sentence:
      'dWh is computed with the state after the step. Wh met the state before it, hPrev: dWh = hPrevᵀ · dah.',
    end: (_, { dsr, dsz, past }, { hPrev, z, n }) => ({
      dWh: matrixProduct(mixed({ z, n }, hPrev).transpose(1, 0), sideBySide(dsr, dsz, past)),
    }),
  },
  {
    id: 'biases-exchanged',
    sentence: 'db and dbh are exchanged. b belongs to the input: the sum of the rows of dax.',
    end: ({ db, dbh }) => ({ db: dbh, dbh: db }),
  },
  {
    id: 'one-bias-for-both',
    sentence:
      'dbh is a copy of db. The reset gate shut part of the way to bhₙ: in the last block it is the sum of the rows of r · dsₙ.',
    end: ({ db }) => ({ dbh: copy(db) }),
  },
  {
    id: 'blocks-r-z-exchanged',
    sentence: 'The blocks of r and z are exchanged on the way back. The order is r, z, n.',
    reached: ({ dsr, dsz }) => ({ dsr: dsz, dsz: dsr }),
  },
  {
    id: 'interleaved',
    sentence:
      'The gates are interleaved, column by column, on the way back. They are blocks: H columns for r, then H for z, then H for n.',
    reached: () => ({}),
    end: (_, reached, cache) => gradientsInterleaved(reached, cache),
  },
  {
    id: 'before-the-product',
    sentence:
      'These are the gradients of the other unit, whose reset gate acts before the product: in dWh the state is r · hPrev. Here it acts after it, and what is left is hPrevᵀ · (r · dsₙ).',
    end: ({ dWh }, { dsn }, { hPrev, r }) => {
      const other = matrixProduct(times(r, hPrev).transpose(1, 0), dsn);
      const H = hPrev.shape[1]!;
      return {
        dWh: filled(dWh.shape, (i, c) =>
          c! < 2 * H ? dWh.get(i!, c!) : other.get(i!, c! - 2 * H),
        ),
      };
    },
  },
];

function gradientsInterleaved(
  { dsr, dsz, dsn, past, direct }: Reached,
  { x, hPrev, Wx, Wh }: GruStepCache,
): GruStepGradients {
  const mingled = (...blocks: Tensor[]) => {
    const [N, H] = dsr.shape as [number, number];
    return filled([N, 3 * H], (n, c) => blocks[c! % 3]!.get(n!, Math.floor(c! / 3)));
  };
  const input = affineBackward(mingled(dsr, dsz, dsn), { x, W: Wx });
  const state = affineBackward(mingled(dsr, dsz, past), { x: hPrev, W: Wh });
  const dhPrev = add(state.dx, direct);
  return { dx: input.dx, dhPrev, dWx: input.dW, dWh: state.dW, db: input.db, dbh: state.db };
}

/** Other states after each step. */
function wrongStates(
  id: string,
  sentence: string,
  states: (x: Tensor, h0: Tensor, weights: Weights) => Tensor,
): Misconception {
  return {
    exercise: '17.4 gruForward',
    id: `states-${id}`,
    sentence,
    wrong: (x: Tensor, h0: Tensor, ...weights: Weights) => ({
      ...gruForward(x, h0, ...weights),
      h: states(x, h0, weights),
    }),
  };
}

/** The states after each step, with another state read at step t. */
function readingOther(
  x: Tensor,
  h0: Tensor,
  weights: Weights,
  read: (state: Tensor, t: number) => Tensor,
  step: (...args: StepArgs) => Tensor = stateOf,
): Tensor {
  const [N, T] = x.shape as [number, number];
  let state = h0;
  const states = Array.from({ length: T }, (_, t) => {
    state = step(x.pick(null, t, null), read(state, t), ...weights);
    return state;
  });
  return filled([N, T, h0.shape[1]!], (n, t, k) => states[t!]!.get(n!, k!));
}

/** How wrong one goes back through time. */
interface Back {
  id: string;
  sentence: string;
  /** What reaches the state after step t. */
  reaching?: (dh: Tensor, fromNext: Tensor, isLast: boolean) => Tensor;
  /** A step back; gruStepBackward unless given. */
  step?: (dh: Tensor, cache: GruStepCache) => GruStepGradients;
  /** What is sent to the step before; dhPrev unless given. */
  sent?: (step: GruStepGradients, reached: Tensor, fromNext: Tensor, cache: GruStepCache) => Tensor;
  /** How the gradients of the weights are kept: the sum unless given. */
  kept?: (sum: Tensor, now: Tensor, t: number, T: number) => Tensor;
  /** What is wrong with the result. */
  end?: (right: GruGradients, dh: Tensor, cache: GruCache) => Partial<GruGradients>;
}

function throughTime(dh: Tensor, cache: GruCache, how: Omit<Back, 'id' | 'sentence'>) {
  const { reaching = add, step = gruStepBackward, sent = ({ dhPrev }) => dhPrev } = how;
  const { kept = add, end = (right) => right } = how;
  const [N, T, H] = dh.shape as [number, number, number];
  const D = cache[0]!.x.shape[1]!;
  const steps: GruStepGradients[] = [];
  let [dWx, dWh, db, dbh] = [zeros(D, 3 * H), zeros(H, 3 * H), zeros(3 * H), zeros(3 * H)];
  let fromNext = zeros(N, H);
  for (let t = T - 1; t >= 0; t--) {
    const reached = reaching(copy(dh.pick(null, t, null)), fromNext, t === T - 1);
    const back = step(reached, cache[t]!);
    steps.unshift(back);
    [dWx, dWh] = [kept(dWx, back.dWx, t, T), kept(dWh, back.dWh, t, T)];
    [db, dbh] = [kept(db, back.db, t, T), kept(dbh, back.dbh, t, T)];
    fromNext = sent(back, reached, fromNext, cache[t]!);
  }
  const dx = filled([N, T, D], (n, t, d) => steps[t!]!.dx.get(n!, d!));
  const right = { dx, dh0: fromNext, dWx, dWh, db, dbh };
  return { ...right, ...end(right, dh, cache) };
}

const BACK: readonly Back[] = [
  {
    id: 'cut',
    sentence:
      'Each step gets only its own dh: what the next step sends back is missing. Add the dhPrev of step t + 1 to dh of step t.',
    reaching: (dh) => dh,
  },
  {
    id: 'last-only',
    sentence:
      'Only the dh of the last step is read. Every state may have been used by the loss: each step has a dh of its own, to which you add what the next step sends.',
    reaching: (dh, fromNext, isLast) => (isLast ? dh : fromNext),
  },
  {
    id: 'accumulated',
    sentence:
      'What later steps sent is kept and added again at every step. Each step sends its dhPrev to the one before, and that replaces what was there.',
    sent: ({ dhPrev }, _, fromNext) => add(dhPrev, fromNext),
  },
  {
    id: 'direct-missing',
    sentence:
      'What goes straight from state to state, dh · z, is missing. Send the whole dhPrev of 17.3.',
    sent: ({ dhPrev }, reached, _, { z }) => minus(dhPrev, times(reached, z)),
  },
  {
    id: 'direct-only',
    sentence:
      'Only dh · z goes back to the state before. The gates have read it too: send the whole dhPrev of 17.3.',
    sent: (_, reached, __, { z }) => times(reached, z),
  },
  {
    id: 'weights-of-the-last-step',
    sentence:
      'The gradients of the weights are those of the last step alone. The same weights served in all steps: add them up over t.',
    kept: (sum, now, t, T) => (t === T - 1 ? now : sum),
  },
  {
    id: 'weights-overwritten',
    sentence:
      'The gradients of the weights are those of the first step alone: each step overwrites what was there. Add them up over t.',
    kept: (_, now) => now,
  },
  {
    id: 'weights-mean',
    sentence:
      'The gradients of the weights are means over the steps. Each step used the weights once: take the sum.',
    kept: (sum, now, _, T) => zip(sum, now, (so, value) => so + value / T),
  },
  {
    id: 'h-for-hprev',
    sentence:
      'dWh is computed with the state after the step. Wh met the state before it: hₜ₋₁, which is h0 in the first step.',
    step: stepBack(STEP_BACK.find(({ id }) => id === 'h-for-hprev')!),
  },
  {
    id: 'biases-alike',
    sentence: 'dbh is a copy of db. Add up the dbh of each step: in the last block they differ.',
    end: ({ db }) => ({ dbh: copy(db) }),
  },
  {
    id: 'dh0-missing',
    sentence: 'dh0 is 0. It is the dhPrev that the first step sends back.',
    end: ({ dh0 }) => ({ dh0: none(dh0) }),
  },
  {
    id: 'dh0-of-the-last-step',
    sentence:
      'dh0 is the dhPrev of the last step, which belongs to the state before that one. Go on to the first step.',
    end: (_, dh, cache) => {
      const T = dh.shape[1]!;
      return { dh0: gruStepBackward(copy(dh.pick(null, T - 1, null)), cache[T - 1]!).dhPrev };
    },
  },
  {
    id: 'dx-reversed',
    sentence:
      'dx is back to front: its steps stand in the order in which the loop met them. The one of step t belongs at t.',
    end: ({ dx }) => ({ dx: copy(dx.step(1, -1, 1)) }),
  },
  {
    id: 'forwards',
    sentence:
      'The loop runs from the first step to the last. What reaches a state comes from later steps, so go from the last to the first.',
    end: (_, dh, cache) => {
      const back = throughTime(copy(dh.step(1, -1, 1)), cache.toReversed(), {});
      return { ...back, dx: copy(back.dx.step(1, -1, 1)) };
    },
  },
];

/** Another number of parameters for some kinds; undefined where it is right. */
function wrongCount(
  id: string,
  sentence: string,
  count: (kind: RecurrentKind, D: number, H: number) => number | undefined,
): Misconception {
  return {
    exercise: '17.6 recurrentParameterCount',
    id: `count-${id}`,
    sentence,
    wrong: (kind: RecurrentKind, D: number, H: number) =>
      count(kind, D, H) ?? recurrentParameterCount(kind, D, H),
  };
}

const BLOCKS = { rnn: 1, lstm: 4, gru: 3 };

/** Another state after a step of the other unit. */
function wrongOther(
  id: string,
  sentence: string,
  state: (right: GruStepCache, args: StepArgs) => Tensor,
): Misconception {
  return {
    exercise: '17.7 gruResetBefore',
    id: `other-${id}`,
    sentence,
    anchor: '#the-other-gru',
    wrong: refusingLike(gruResetBefore, (...args: StepArgs) =>
      state(gruStepForward(...args).cache, args),
    ),
  };
}

/** The other unit's new memory, of what goes into the product and into the tanh. */
function newOf([x, hPrev, Wx, Wh, b, bh]: StepArgs, read: (h: Tensor) => Tensor, bias = bh) {
  const past = block(affineForward(read(hPrev), Wh, bias).out, 2);
  return tanh(add(block(affineForward(x, Wx, b).out, 2), past));
}

/** A model that is read otherwise: the weight of each state in the answer, and what comes back to it. */
function wrongReading(
  id: string,
  sentence: string,
  how: {
    weight?: (t: number, T: number) => number;
    back?: (t: number, T: number) => number;
    scale?: (N: number) => number;
    slope?: (N: number) => number;
  },
): Misconception {
  const { weight = (t, T) => Number(t === T - 1), back = weight } = how;
  const { scale = () => 1, slope = scale } = how;
  return {
    exercise: '17.8 gruRegressionGradients',
    id: `model-${id}`,
    sentence,
    wrong: refusingLike(gruRegressionGradients, (x, targets, params) => {
      const [N, T] = x.shape as [number, number];
      const { Wx, Wh, b, bh } = params;
      const { h, cache } = gruForward(x, zeros(N, Wh.shape[0]!), Wx, Wh, b, bh);
      let read = zeros(N, Wh.shape[0]!);
      for (let t = 0; t < T; t++) {
        read = zip(read, h.pick(null, t, null), (so, value) => so + weight(t, T) * value);
      }
      const answer = affineForward(read, params.Wy, params.by);
      const loss = scale(N) * meanSquaredError(answer.out, targets);
      const dAnswer = map(meanSquaredErrorGradient(answer.out, targets), (d) => slope(N) * d);
      const last = affineBackward(dAnswer, answer.cache);
      const dh = filled(h.shape, (n, t, k) => back(t!, T) * last.dx.get(n!, k!));
      const sums = gruBackward(dh, cache);
      return { loss, gradients: gradientsBy(sums, last.dW, last.db) };
    }),
  };
}

function gradientsBy(
  { dWx, dWh, db, dbh }: GruGradients,
  Wy: Tensor,
  by: Tensor,
): GruRegressionParams {
  return { Wx: dWx, Wh: dWh, b: db, bh: dbh, Wy, by };
}

/** An adding problem with other marks, numbers or targets. */
function wrongProblem(
  id: string,
  sentence: string,
  make: (T: number, random: () => number) => { numbers: number[]; marks: number[]; target: number },
): Misconception {
  return {
    exercise: '17.9 addingProblem',
    id: `adding-${id}`,
    sentence,
    wrong: (N: number, T: number, random: () => number): AddingProblem => {
      // Refuses what the right one does.
      const { x, targets } = addingProblem(N, T, () => 0);
      for (let n = 0; n < N; n++) {
        const { numbers, marks, target } = make(T, random);
        for (let t = 0; t < T; t++) {
          x.set(n, t, 0, numbers[t]!);
          x.set(n, t, 1, Number(marks.includes(t)));
        }
        targets.set(n, 0, target);
      }
      return { x, targets };
    },
  };
}

const evenly = (T: number, random: () => number): number[] =>
  Array.from({ length: T }, () => random());

const pick = (from: number, to: number, random: () => number): number =>
  from + Math.floor(random() * (to - from));

/** A sequence with marks chosen by `choose`, and their sum unless another target is given. */
function marked(
  choose: (T: number, half: number, random: () => number) => [number, number],
  target = (numbers: number[], [first, second]: [number, number]) =>
    numbers[first]! + numbers[second]!,
  draw = evenly,
) {
  return (T: number, random: () => number) => {
    const numbers = draw(T, random);
    const marks = choose(T, Math.floor(T / 2), random);
    return { numbers, marks, target: target(numbers, marks) };
  };
}

const inEachHalf = (T: number, half: number, random: () => number): [number, number] => [
  pick(0, half, random),
  pick(half, T, random),
];

export const misconceptions: Misconception[] = [
  wrongGates(
    'r-z-exchanged',
    'r and z are exchanged. The blocks stand in the order r, z, n: the first H columns are those of the reset gate.',
    (a, h) => ordered(a, h, [1, 0, 2]),
  ),
  wrongGates(
    'r-n-exchanged',
    'r and n are exchanged. The blocks stand in the order r, z, n: the last H columns are those of the new memory.',
    (a, h) => ordered(a, h, [2, 1, 0]),
  ),
  wrongGates(
    'z-n-exchanged',
    'z and n are exchanged. The blocks stand in the order r, z, n: the last H columns are those of the new memory.',
    (a, h) => ordered(a, h, [0, 2, 1]),
  ),
  wrongGates(
    'interleaved',
    'The gates are interleaved: r, z, n of unit 0, then of unit 1. They are blocks: H columns for r, then H for z, then H for n.',
    (a, h) => ordered(a, h, [0, 1, 2]),
    interleaved,
  ),
  wrongGates(
    'reset-not-applied',
    'The reset gate is made, but not used. Multiply what the state sends to n by it: n = tanh(axₙ + r · ahₙ).',
    (a, h) => ({ n: tanh(add(a[2]!, h[2]!)) }),
  ),
  wrongGates(
    'reset-on-both',
    'The reset gate multiplies the input as well: tanh(r · (axₙ + ahₙ)). Only what the state sends passes it: n = tanh(axₙ + r · ahₙ).',
    (a, h, { r }) => ({ n: tanh(times(r, add(a[2]!, h[2]!))) }),
  ),
  wrongGates(
    'reset-on-input',
    'The reset gate multiplies what the input sends. It is the past that is reset: n = tanh(axₙ + r · ahₙ).',
    (a, h, { r }) => ({ n: tanh(add(times(r, a[2]!), h[2]!)) }),
  ),
  wrongGates(
    'reset-outside',
    'The reset gate multiplies the tanh. It belongs inside: n = tanh(axₙ + r · ahₙ).',
    (a, h, { r }) => ({ n: times(r, tanh(add(a[2]!, h[2]!))) }),
  ),
  wrongGates(
    'reset-by-update-gate',
    'z is in the place of r inside the tanh. The reset gate is r: n = tanh(axₙ + r · ahₙ).',
    (a, h, { z }) => ({ n: tanh(add(a[2]!, times(z, h[2]!))) }),
  ),
  wrongGates(
    'reset-inverted',
    'The past is multiplied by 1 − r. It is r itself: where r is 0, the past is forgotten.',
    (a, h, { r }) => ({ n: tanh(add(a[2]!, times(oneMinus(r), h[2]!))) }),
  ),
  wrongGates(
    'update-inverted',
    'z is 1 − σ here. z is the sigmoid itself, and says how much of the old state is kept.',
    (_, __, { z }) => ({ z: oneMinus(z) }),
  ),
  wrongGates(
    'tanh-for-sigmoid',
    'r and z are made by a tanh. Gates are shares from 0 to 1: use the sigmoid.',
    (a, h) => {
      const [r, z] = [0, 1].map((i) => tanh(add(a[i]!, h[i]!)));
      return { r: r!, z: z!, n: tanh(add(a[2]!, times(r!, h[2]!))) };
    },
  ),
  wrongGates(
    'sigmoid-for-tanh',
    'n is made by a sigmoid, so that it is never below 0. The new memory is a tanh.',
    (a, h, { r }) => ({ n: sigmoid(add(a[2]!, times(r, h[2]!))) }),
  ),
  wrongGates(
    'new-without-tanh',
    'The tanh of n is missing. The new memory lies within ±1: n = tanh(axₙ + r · ahₙ).',
    (a, h, { r }) => ({ n: add(a[2]!, times(r, h[2]!)) }),
  ),
  wrongGates(
    'state-ignored',
    'The gates read the input only. Add what the state sends: r = σ(axᵣ + ahᵣ), and so for z.',
    (a, h) => {
      const [r, z] = [0, 1].map((i) => sigmoid(a[i]!));
      return { r: r!, z: z!, n: tanh(add(a[2]!, times(r!, h[2]!))) };
    },
  ),
  wrongGates(
    'input-ignored',
    'The gates read the state only. Add what the input sends: r = σ(axᵣ + ahᵣ), and so for z.',
    (a, h) => {
      const [r, z] = [0, 1].map((i) => sigmoid(h[i]!));
      return { r: r!, z: z!, n: tanh(add(a[2]!, times(r!, h[2]!))) };
    },
  ),
  {
    exercise: '17.1 gruGates',
    id: 'gates-overflow',
    sentence:
      'e^s / (e^s + 1) is infinity over infinity for a large s. Use the sigmoid of lesson 02, which is right at ±1000 too.',
    wrong: refusingLike(gruGates, (ax, ah) => {
      const [r, z] = [0, 1].map((i) => map(add(block(ax, i), block(ah, i)), careless));
      return { r: r!, z: z!, n: tanh(add(block(ax, 2), times(r!, block(ah, 2)))) };
    }),
  },

  wrongStep(
    'update-exchanged',
    'z and 1 − z are exchanged: this is z · n + (1 − z) · hPrev. Here z is what is kept: h = (1 − z) · n + z · hPrev.',
    ({ z, n }, hPrev) => mixed({ z: oneMinus(z), n }, hPrev),
  ),
  wrongStep(
    'update-by-r',
    'r is in the place of z when old and new are mixed. The update gate is z: h = (1 − z) · n + z · hPrev.',
    ({ r, n }, hPrev) => mixed({ z: r, n }, hPrev),
  ),
  wrongStep(
    'new-whole',
    "n is added whole. What is kept can't be written too: h = (1 − z) · n + z · hPrev.",
    ({ z, n }, hPrev) => add(n, times(z, hPrev)),
  ),
  wrongStep(
    'state-not-kept',
    'Nothing of the old state is kept: this is (1 − z) · n. Add z · hPrev.',
    ({ z, n }) => times(oneMinus(z), n),
  ),
  wrongStep(
    'state-whole',
    'The old state is added whole. Keep only z of it: h = (1 − z) · n + z · hPrev.',
    ({ z, n }, hPrev) => add(times(oneMinus(z), n), hPrev),
  ),
  wrongStep(
    'new-is-state',
    'This is n, the new memory alone. Mix it with the old state: h = (1 − z) · n + z · hPrev.',
    ({ n }) => n,
  ),
  wrongStep(
    'tanh-of-state',
    'A tanh is taken of the old state, or of the mixture. There is one inside of n only: h = (1 − z) · n + z · hPrev.',
    ({ z, n }, hPrev) => tanh(mixed({ z, n }, hPrev)),
  ),
  wrongStep(
    'reset-before-product',
    'The reset gate acts before the product: (r · hPrev) · Wₙ. Here it acts after it, on the whole of hPrev · Wₙ + bhₙ.',
    (_, __, args) => gruResetBefore(...args),
    '#the-other-gru',
  ),
  wrongStep(
    'reset-not-applied',
    'The reset gate is made, but not used. Multiply hPrev · Wₙ + bhₙ by it before the tanh.',
    ({ z }, hPrev, args) => {
      const { input, state } = sentToNew(args);
      return mixed({ z, n: tanh(add(input, state)) }, hPrev);
    },
  ),
  wrongStep(
    'bias-outside-reset',
    'bhₙ is added outside of the reset gate. It belongs to what the state sends: r · (hPrev · Wₙ + bhₙ).',
    ({ r, z }, hPrev, args) => {
      const { input, bare, bias } = sentToNew(args);
      return mixed({ z, n: tanh(add(add(input, times(r, bare)), bias)) }, hPrev);
    },
  ),
  wrongStep(
    'bias-left-out-of-new',
    'bh is left out of n. It is added to what the state sends before the reset gate: r · (hPrev · Wₙ + bhₙ).',
    ({ r, z }, hPrev, args) => {
      const { input, bare } = sentToNew(args);
      return mixed({ z, n: tanh(add(input, times(r, bare))) }, hPrev);
    },
  ),
  wrongStep(
    'biases-exchanged',
    'b and bh are exchanged. b goes with x · Wx, and bh with hPrev · Wh, where the reset gate acts on it.',
    (_, __, [x, hPrev, Wx, Wh, b, bh]) => stateOf(x, hPrev, Wx, Wh, bh, b),
  ),
  wrongStep(
    'bh-missing',
    'bh is not read. There are two biases, one for what the input sends and one for what the state sends.',
    (_, __, [x, hPrev, Wx, Wh, b, bh]) => stateOf(x, hPrev, Wx, Wh, b, none(bh)),
  ),
  wrongStep(
    'b-missing',
    'b is not read. There are two biases, one for what the input sends and one for what the state sends.',
    (_, __, [x, hPrev, Wx, Wh, b, bh]) => stateOf(x, hPrev, Wx, Wh, none(b), bh),
  ),
  wrongStep(
    'b-twice',
    'b is added on both sides. What the state sends has a bias of its own, bh.',
    (_, __, [x, hPrev, Wx, Wh, b]) => stateOf(x, hPrev, Wx, Wh, b, b),
  ),
  wrongStep(
    'gates-without-recurrent-weight',
    "The gates r and z don't read the state: hPrev · Wh is missing there. Only the bias of the state reaches them.",
    (_, __, [x, hPrev, Wx, Wh, b, bh]) =>
      stateOf(x, hPrev, Wx, withoutBlock(withoutBlock(Wh, 0), 1), b, bh),
  ),
  wrongStep(
    'new-without-recurrent-weight',
    'The last block of Wh is not read: n knows nothing of the state. Add r · (hPrev · Wₙ + bhₙ).',
    (_, __, [x, hPrev, Wx, Wh, b, bh]) => stateOf(x, hPrev, Wx, withoutBlock(Wh, 2), b, bh),
  ),
  wrongStep(
    'state-ignored',
    "The gates don't read the state at all. Add hPrev · Wh.",
    (_, hPrev, [x, , Wx, Wh, b, bh]) =>
      mixed(gruStepForward(x, none(hPrev), Wx, Wh, b, bh).cache, hPrev),
  ),
  wrongStep(
    'input-ignored',
    'The input is not read. Add x · Wx.',
    (_, __, [x, hPrev, Wx, Wh, b, bh]) => stateOf(none(x), hPrev, Wx, Wh, b, bh),
  ),

  ...STEP_BACK.map(({ id, sentence, ...how }) => ({
    exercise: '17.3 gruStepBackward',
    id: `back-${id}`,
    sentence,
    anchor: '#one-step-back',
    wrong: stepBack(how),
  })),

  wrongStates(
    'from-zero',
    'It begins with a state of 0. The state before the first step is h0.',
    (x, h0, weights) => gruForward(x, none(h0), ...weights).h,
  ),
  wrongStates(
    'not-handed-on',
    'Every step reads h0. Step t reads the state that step t − 1 left.',
    (x, h0, weights) => readingOther(x, h0, weights, () => h0),
  ),
  wrongStates(
    'backwards',
    'The steps are read from the last to the first. Go through x in the order of time.',
    (x, h0, weights) => copy(gruForward(copy(x.step(1, -1, 1)), h0, ...weights).h.step(1, -1, 1)),
  ),
  wrongStates(
    'one-behind',
    'Each place holds the state before its step: h0 is the first one. At t belongs the state after step t.',
    (x, h0, weights) => {
      const { h } = gruForward(x, h0, ...weights);
      return filled(h.shape, (n, t, k) => (t === 0 ? h0.get(n!, k!) : h.get(n!, t! - 1, k!)));
    },
  ),
  wrongStates(
    'last-everywhere',
    'All places hold the last state. Put a copy of the state into its place in every step.',
    (x, h0, weights) => {
      const { h } = gruForward(x, h0, ...weights);
      return filled(h.shape, (n, _, k) => h.get(n!, h.shape[1]! - 1, k!));
    },
  ),
  wrongStates(
    'first-input-everywhere',
    'Every step reads the first input. Step t reads x at t.',
    (x, h0, weights) =>
      gruForward(
        filled(x.shape, (n, _, d) => x.get(n!, 0, d!)),
        h0,
        ...weights,
      ).h,
  ),
  wrongStates(
    'reset-before-product',
    'The steps are those of 17.7, whose reset gate acts before the product. Use gruStepForward.',
    (x, h0, weights) => readingOther(x, h0, weights, (state) => state, gruResetBefore),
  ),

  ...BACK.map(({ id, sentence, ...how }) => ({
    exercise: '17.5 gruBackward',
    id: `time-${id}`,
    sentence,
    anchor: '#through-all-steps',
    wrong: (dh: Tensor, cache: GruCache) => throughTime(dh, cache, how),
  })),

  wrongCount(
    'gru-one-bias',
    "The GRU has one bias here. This lesson's has two, b and bh, of 3H entries each.",
    (kind, D, H) => (kind === 'gru' ? 3 * (D * H + H * H + H) : undefined),
  ),
  wrongCount(
    'two-biases-everywhere',
    'All three layers have two biases here. The RNN and the LSTM of this course have one; only the GRU has two.',
    (kind, D, H) => BLOCKS[kind] * (D * H + H * H + 2 * H),
  ),
  wrongCount(
    'without-biases',
    'The biases are not counted. They are learned too.',
    (kind, D, H) => BLOCKS[kind] * (D * H + H * H),
  ),
  wrongCount(
    'blocks-exchanged',
    'LSTM and GRU are exchanged. The LSTM has four blocks, i, f, g and o, and the GRU three, r, z and n.',
    (kind, D, H) =>
      kind === 'rnn' ? undefined : recurrentParameterCount('rnn', D, H) * (kind === 'lstm' ? 3 : 4),
  ),
  wrongCount(
    'without-state-weights',
    'The weights of the state are not counted. Wh has H · H entries in each block.',
    (kind, D, H) => BLOCKS[kind] * (D * H + (kind === 'gru' ? 2 : 1) * H),
  ),
  wrongCount(
    'state-weights-by-input',
    'Wh is counted with D rows. It is read by the state: H rows in each block.',
    (kind, D, H) => BLOCKS[kind] * (2 * D * H + (kind === 'gru' ? 2 : 1) * H),
  ),

  wrongOther(
    'after-the-product',
    'The reset gate acts after the product: this is the unit of 17.2. Multiply hPrev by r first: (r · hPrev) · Wₙ + bhₙ.',
    (_, args) => stateOf(...args),
  ),
  wrongOther(
    'bias-inside-reset',
    'bhₙ is multiplied by r too. Here the gate acts on hPrev alone, and the bias is added after the product.',
    ({ r, z }, args) => {
      const [, hPrev, , Wh, , bh] = args;
      const { input, bias } = sentToNew(args);
      const past = block(affineForward(times(r, hPrev), Wh, none(bh)).out, 2);
      return mixed({ z, n: tanh(add(add(input, past), times(r, bias))) }, hPrev);
    },
  ),
  wrongOther(
    'without-bias',
    'bhₙ is missing. It is added after the product: (r · hPrev) · Wₙ + bhₙ.',
    ({ r, z }, args) => mixed({ z, n: newOf(args, (h) => times(r, h), none(args[5])) }, args[1]),
  ),
  wrongOther(
    'gates-of-the-reset-state',
    'z is made of r · hPrev. Only n reads the state through the reset gate; r and z read hPrev itself.',
    ({ r }, args) => {
      const [x, hPrev, Wx, Wh, b, bh] = args;
      const { z } = gruStepForward(x, times(r, hPrev), Wx, Wh, b, bh).cache;
      return mixed({ z, n: newOf(args, (h) => times(r, h)) }, hPrev);
    },
  ),
  wrongOther(
    'keeps-the-reset-state',
    'z · (r · hPrev) is kept. What is kept is z of hPrev itself; the reset gate serves for n only.',
    ({ r, z }, args) => mixed({ z, n: newOf(args, (h) => times(r, h)) }, times(r, args[1])),
  ),
  wrongOther(
    'reset-not-applied',
    'The reset gate is not used. Multiply hPrev by r before the product with Wₙ.',
    ({ z }, args) => mixed({ z, n: newOf(args, (h) => h) }, args[1]),
  ),
  wrongOther(
    'update-exchanged',
    'z and 1 − z are exchanged. As in 17.2, h = (1 − z) · n + z · hPrev.',
    ({ r, z }, args) => mixed({ z: oneMinus(z), n: newOf(args, (h) => times(r, h)) }, args[1]),
  ),
  wrongOther(
    'reset-by-update-gate',
    'hPrev is multiplied by z before the product. The reset gate is r.',
    ({ z }, args) => mixed({ z, n: newOf(args, (h) => times(z, h)) }, args[1]),
  ),

  wrongReading(
    'mean-of-states',
    'The answer is read from the mean of all states. It is read from the last one.',
    { weight: (_, T) => 1 / T },
  ),
  wrongReading(
    'first-state',
    'The answer is read from the first state. It is read from the last one, which has seen the whole sequence.',
    { weight: (t) => Number(t === 0) },
  ),
  wrongReading(
    'back-everywhere',
    'What the affine layer sends back reaches every state. Only the last one was read: all other steps of dh are 0.',
    { back: () => 1 },
  ),
  wrongReading(
    'back-first',
    'What the affine layer sends back is put into the first step of dh. The last state was read.',
    { back: (t) => Number(t === 0) },
  ),
  wrongReading(
    'sum',
    'The loss is a sum over the batch, and so are the gradients. It is a mean: divide by N.',
    { scale: (N) => N },
  ),
  wrongReading('half', 'Loss and gradients are halved. The mean squared error has no factor ½.', {
    scale: () => 0.5,
  }),
  wrongReading(
    'slope-without-mean',
    "The loss is a mean and its gradients aren't: divide them by N.",
    { scale: () => 1, slope: (N) => N },
  ),
  {
    exercise: '17.8 gruRegressionGradients',
    id: 'model-biases-exchanged',
    sentence: 'The gradients of b and bh are exchanged. db of 17.5 belongs to b, and dbh to bh.',
    wrong: (x: Tensor, targets: Tensor, params: GruRegressionParams) => {
      const { loss, gradients } = gruRegressionGradients(x, targets, params);
      return { loss, gradients: { ...gradients, b: gradients.bh, bh: gradients.b } };
    },
  },

  wrongProblem(
    'one-mark-twice',
    'Both marks may stand in any step, and sometimes in the same one. There is one in each half.',
    marked((T, _, random) => [pick(0, T, random), pick(0, T, random)]),
  ),
  wrongProblem(
    'same-place-in-each-half',
    'The second mark stands where the first one does, half a sequence later. Draw a step of its own for it.',
    marked((_, half, random) => {
      const first = pick(0, half, random);
      return [first, half + first];
    }),
  ),
  wrongProblem(
    'fixed-marks',
    'The marks always stand in the same steps. Draw a step of each half for every sequence.',
    marked((T) => [0, T - 1]),
  ),
  wrongProblem(
    'last-step-never',
    'The last step of a half is never marked. Its steps are 0 … ⌊T/2⌋ − 1 and ⌊T/2⌋ … T − 1, all equally likely.',
    marked((T, half, random) => [
      pick(0, Math.max(1, half - 1), random),
      pick(half, Math.max(half + 1, T - 1), random),
    ]),
  ),
  wrongProblem(
    'sum-of-all',
    'The target is the sum of all numbers. Add the two marked ones only.',
    marked(inEachHalf, (numbers) => numbers.reduce((so, value) => so + value, 0)),
  ),
  wrongProblem(
    'mean',
    'The target is the mean of the two marked numbers. It is their sum.',
    marked(inEachHalf, (numbers, [first, second]) => (numbers[first]! + numbers[second]!) / 2),
  ),
  wrongProblem(
    'product',
    'The target is the product of the two marked numbers. It is their sum.',
    marked(inEachHalf, (numbers, [first, second]) => numbers[first]! * numbers[second]!),
  ),
  wrongProblem(
    'around-zero',
    'The numbers are drawn from −1 to 1. Here they lie in [0, 1), as random gives them.',
    marked(inEachHalf, undefined, (T, random) => evenly(T, random).map((v) => 2 * v - 1)),
  ),
  wrongProblem(
    'only-half-long',
    'The second half is as long as the first, so that with an odd T the last step is never marked. It goes on to T − 1.',
    marked((_, half, random) => [pick(0, half, random), pick(half, 2 * half, random)]),
  ),
];
