/**
 * The right answers of lesson 17 as products of matrices: input, state and two ones side by side meet all weights at
 * once, in four blocks, as what input and state send to the new memory must stay apart.
 */
import { copy, filled, matrixProduct, requireSameShape, zeros, type Tensor } from '#arrays';
import { meanSquaredError, meanSquaredErrorGradient } from '#lessons/03-losses';
import ndarray from 'ndarray';

const turn = (x: Tensor): Tensor => x.transpose(1, 0);

const as = (x: Tensor, ...shape: number[]): Tensor => ndarray(copy(x).data, shape);

function requireShape(x: { shape: number[] }, ...shape: number[]): void {
  requireSameShape('gru', { 'an array': x, 'what is needed': { shape } });
}

const sigma = (s: number): number => (1 + Math.tanh(s / 2)) / 2;

export function gruGates(ax: Tensor, ah: Tensor) {
  const [N, columns] = ax.shape as [number, number];
  const H = Math.floor(columns / 3);
  requireShape(ax, N, 3 * H);
  requireShape(ah, N, 3 * H);
  const r = filled([N, H], (n, k) => sigma(ax.get(n!, k!) + ah.get(n!, k!)));
  const z = filled([N, H], (n, k) => sigma(ax.get(n!, H + k!) + ah.get(n!, H + k!)));
  const n = filled([N, H], (i, k) => {
    const past = r.get(i!, k!) * ah.get(i!, 2 * H + k!);
    return Math.tanh(ax.get(i!, 2 * H + k!) + past);
  });
  return { r, z, n };
}

/** All weights: rows for input, state, b and bh; blocks for r, z, the input's part of n and the state's. */
function stacked(Wx: Tensor, Wh: Tensor, b: Tensor, bh: Tensor): Tensor {
  const [D, H] = [Wx.shape[0]!, Wh.shape[0]!];
  return filled([D + H + 2, 4 * H], (i, c) => {
    const isInput = i! < D || i === D + H;
    const block = Math.floor(c! / H);
    if (block === (isInput ? 3 : 2)) return 0;
    const column = block === 3 ? c! - H : c!;
    if (i! < D) return Wx.get(i!, column);
    if (i! < D + H) return Wh.get(i! - D, column);
    return (isInput ? b : bh).get(column);
  });
}

interface StepCache {
  read: Tensor;
  weights: Tensor;
  sums: Tensor;
  D: number;
}

type Weights = [Wx: Tensor, Wh: Tensor, b: Tensor, bh: Tensor];

function start(x: Tensor, hPrev: Tensor, [Wx, Wh, b, bh]: Weights): StepCache {
  const [N, D] = x.shape as [number, number];
  const H = hPrev.shape[1]!;
  requireShape(x, N, D);
  requireShape(hPrev, N, H);
  requireShape(Wx, D, 3 * H);
  requireShape(Wh, H, 3 * H);
  requireShape(b, 3 * H);
  requireShape(bh, 3 * H);
  const weights = stacked(Wx, Wh, b, bh);
  const read = filled([N, D + H + 2], (n, i) =>
    i! < D ? x.get(n!, i!) : i! < D + H ? hPrev.get(n!, i! - D) : 1,
  );
  return { read, weights, sums: matrixProduct(read, weights), D };
}

/** The three gates and what else a unit knows. */
function unitOf({ read, sums, D }: StepCache, n: number, k: number) {
  const H = sums.shape[1]! / 4;
  const [r, z] = [sigma(sums.get(n, k)), sigma(sums.get(n, H + k))];
  const past = sums.get(n, 3 * H + k);
  const value = Math.tanh(sums.get(n, 2 * H + k) + r * past);
  return { r, z, past, value, old: read.get(n, D + k) };
}

export function gruStepForward(x: Tensor, hPrev: Tensor, ...weights: Weights) {
  const cache = start(x, hPrev, weights);
  const h = filled(hPrev.shape, (n, k) => {
    const { z, value, old } = unitOf(cache, n!, k!);
    return (1 - z) * value + z * old;
  });
  return { h, cache };
}

export function gruStepBackward(dh: Tensor, cache: StepCache) {
  const { read, weights, D } = cache;
  const [N, H] = dh.shape as [number, number];
  const dsums = filled([N, 4 * H], (n, c) => {
    const [block, k] = [Math.floor(c! / H), c! % H];
    const { r, z, past, value, old } = unitOf(cache, n!, k);
    const dn = dh.get(n!, k) * (1 - z) * (1 - value ** 2);
    if (block === 0) return dn * past * r * (1 - r);
    if (block === 1) return dh.get(n!, k) * (old - value) * z * (1 - z);
    return block === 2 ? dn : dn * r;
  });
  const dread = matrixProduct(dsums, turn(weights));
  const dweights = matrixProduct(turn(read), dsums);
  const rows = (from: number, count: number, last: 2 | 3) =>
    filled([count, 3 * H], (i, c) =>
      dweights.get(from + i!, c! < 2 * H ? c! : c! + (last - 2) * H),
    );
  return {
    dx: copy(dread.hi(N, D)),
    dhPrev: filled([N, H], (n, k) => {
      return dread.get(n!, D + k!) + dh.get(n!, k!) * unitOf(cache, n!, k!).z;
    }),
    dWx: rows(0, D, 2),
    dWh: rows(D, H, 3),
    db: as(rows(D + H, 1, 2), 3 * H),
    dbh: as(rows(D + H + 1, 1, 3), 3 * H),
  };
}

interface Chain {
  first: StepCache;
  rest?: Chain;
}

/** The first step, and then the rest of the sequence in the same way. */
export function gruForward(
  x: Tensor,
  h0: Tensor,
  ...weights: Weights
): { h: Tensor; cache: Chain } {
  const [N, T, D] = x.shape as [number, number, number];
  requireShape(x, N, T, D);
  const { h: state, cache: first } = gruStepForward(copy(x.pick(null, 0, null)), h0, ...weights);
  const H = h0.shape[1]!;
  if (T === 1) return { h: as(state, N, 1, H), cache: { first } };
  const later = gruForward(x.lo(0, 1, 0), state, ...weights);
  const h = filled([N, T, H], (n, t, k) =>
    t === 0 ? state.get(n!, k!) : later.h.get(n!, t! - 1, k!),
  );
  return { h, cache: { first, rest: later.cache } };
}

interface Gradients {
  dx: Tensor;
  dh0: Tensor;
  dWx: Tensor;
  dWh: Tensor;
  db: Tensor;
  dbh: Tensor;
}

export function gruBackward(dh: Tensor, { first, rest }: Chain): Gradients {
  const [N, T, H] = dh.shape as [number, number, number];
  const own = copy(dh.pick(null, 0, null));
  if (rest === undefined) {
    const { dx, dhPrev, ...weights } = gruStepBackward(own, first);
    return { dx: as(dx, N, 1, first.D), dh0: dhPrev, ...weights };
  }
  const later = gruBackward(dh.lo(0, 1, 0), rest);
  const reached = filled([N, H], (n, k) => own.get(n!, k!) + later.dh0.get(n!, k!));
  const { dx, dhPrev, ...weights } = gruStepBackward(reached, first);
  const plus = (name: 'dWx' | 'dWh' | 'db' | 'dbh') =>
    filled(weights[name].shape, (...at) => weights[name].get(...at) + later[name].get(...at));
  return {
    dx: filled([N, T, first.D], (n, t, d) =>
      t === 0 ? dx.get(n!, d!) : later.dx.get(n!, t! - 1, d!),
    ),
    dh0: dhPrev,
    dWx: plus('dWx'),
    dWh: plus('dWh'),
    db: plus('db'),
    dbh: plus('dbh'),
  };
}

export function recurrentParameterCount(kind: string, D: number, H: number): number {
  const gates: Record<string, string> = { rnn: 'h', lstm: 'ifgo', gru: 'rzn' };
  const rows = D + H + (kind === 'gru' ? 2 : 1);
  return [...gates[kind]!].reduce((so) => so + rows * H, 0);
}

export function gruResetBefore(x: Tensor, hPrev: Tensor, ...weights: Weights): Tensor {
  const cache = start(x, hPrev, weights);
  const reset = filled(hPrev.shape, (n, k) => unitOf(cache, n!, k!).r * hPrev.get(n!, k!));
  const { sums } = start(x, reset, weights);
  const H = hPrev.shape[1]!;
  return filled(hPrev.shape, (n, k) => {
    const { z, old } = unitOf(cache, n!, k!);
    const value = Math.tanh(sums.get(n!, 2 * H + k!) + sums.get(n!, 3 * H + k!));
    return (1 - z) * value + z * old;
  });
}

interface Params {
  Wx: Tensor;
  Wh: Tensor;
  b: Tensor;
  bh: Tensor;
  Wy: Tensor;
  by: Tensor;
}

export function gruRegressionGradients(x: Tensor, targets: Tensor, params: Params) {
  const { Wx, Wh, b, bh, Wy, by } = params;
  const [N, T] = x.shape as [number, number];
  const H = Wh.shape[0]!;
  const { h, cache } = gruForward(x, zeros(N, H), Wx, Wh, b, bh);
  const read = filled([N, H + 1], (n, k) => (k! < H ? h.get(n!, T - 1, k!) : 1));
  const weights = filled([H + 1, 1], (k) => (k! < H ? Wy.get(k!, 0) : by.get(0)));
  const answer = matrixProduct(read, weights);
  const loss = meanSquaredError(answer, targets);
  const dAnswer = meanSquaredErrorGradient(answer, targets);
  const dweights = matrixProduct(turn(read), dAnswer);
  const dread = matrixProduct(dAnswer, turn(weights));
  const dh = filled([N, T, H], (n, t, k) => (t === T - 1 ? dread.get(n!, k!) : 0));
  const { dWx, dWh, db, dbh } = gruBackward(dh, cache);
  const gradients = {
    Wx: dWx,
    Wh: dWh,
    b: db,
    bh: dbh,
    Wy: copy(dweights.hi(H, 1)),
    by: copy(dweights.pick(H, null)),
  };
  return { loss, gradients };
}

/** All numbers at once, then all marks; the target is a product with the marks. */
export function addingProblem(N: number, T: number, random: () => number) {
  if (T < 2) throw new RangeError('two halves are needed');
  const numbers = filled([N, T], () => random());
  const half = (T - (T % 2)) / 2;
  const marks = zeros(N, T);
  for (let n = 0; n < N; n++) {
    marks.set(n, Math.floor(half * random()), 1);
    marks.set(n, half + Math.floor((T - half) * random()), 1);
  }
  const x = filled([N, T, 2], (n, t, i) => (i === 0 ? numbers : marks).get(n!, t!));
  const ones = filled([T, 1], () => 1);
  const both = filled([N, T], (n, t) => numbers.get(n!, t!) * marks.get(n!, t!));
  return { x, targets: matrixProduct(both, ones) };
}
