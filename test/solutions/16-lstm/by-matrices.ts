/**
 * The right answers of lesson 16 as products of matrices: input, state and a 1 side by side meet all weights at once;
 * a sequence is its first step and the rest.
 */
import {
  copy,
  filled,
  matrixProduct,
  requireSameShape,
  zeros,
  type Labels,
  type Tensor,
} from '#arrays';
import { scaledUniform } from '#lessons/08-initialization';
import { sigmoid, sigmoidDerivative, tanh, tanhDerivative } from '#lessons/02-activations';
import {
  affineBackward,
  affineForward,
  softmaxLossBackward,
  softmaxLossForward,
} from '#lessons/05-backprop';
import ndarray from 'ndarray';

const turn = (x: Tensor): Tensor => x.transpose(1, 0);

const as = (x: Tensor, ...shape: number[]): Tensor => ndarray(copy(x).data, shape);

const times = (...[first, ...rest]: [Tensor, ...Tensor[]]): Tensor =>
  filled(first.shape, (...at) => rest.reduce((so, x) => so * x.get(...at), first.get(...at)));

const plus = (a: Tensor, b: Tensor): Tensor =>
  filled(a.shape, (...at) => a.get(...at) + b.get(...at));

function requireShape(x: { shape: number[] }, ...shape: number[]): void {
  requireSameShape('lstm', { 'an array': x, 'what is needed': { shape } });
}

/** The four blocks of columns. */
function blocks(a: Tensor): [Tensor, Tensor, Tensor, Tensor] {
  const [N, columns] = a.shape as [number, number];
  const H = columns / 4;
  return [0, 1, 2, 3].map((j) => copy(a.lo(0, j * H).hi(N, H))) as [Tensor, Tensor, Tensor, Tensor];
}

export function lstmGates(a: Tensor) {
  const [N, columns] = a.shape as [number, number];
  requireShape(a, N, 4 * Math.floor(columns / 4));
  const [i, f, g, o] = blocks(a);
  return { i: sigmoid(i), f: sigmoid(f), g: tanh(g), o: sigmoid(o) };
}

interface StepCache {
  read: Tensor;
  weights: Tensor;
  a: Tensor;
  cPrev: Tensor;
  c: Tensor;
  D: number;
}

type Args = [x: Tensor, h: Tensor, c: Tensor, Wx: Tensor, Wh: Tensor, b: Tensor];

export function lstmStepForward(...[x, hPrev, cPrev, Wx, Wh, b]: Args) {
  const [N, D] = x.shape as [number, number];
  const H = hPrev.shape[1]!;
  requireShape(hPrev, N, H);
  requireShape(cPrev, N, H);
  requireShape(Wx, D, 4 * H);
  requireShape(Wh, H, 4 * H);
  requireShape(b, 4 * H);
  const weights = filled([D + H + 1, 4 * H], (m, j) =>
    m! < D ? Wx.get(m!, j!) : m! < D + H ? Wh.get(m! - D, j!) : b.get(j!),
  );
  const read = filled([N, D + H + 1], (n, m) =>
    m! < D ? x.get(n!, m!) : m! < D + H ? hPrev.get(n!, m! - D) : 1,
  );
  const a = matrixProduct(read, weights);
  const { i, f, g, o } = lstmGates(a);
  const c = plus(times(f, cPrev), times(i, g));
  return { h: times(o, tanh(c)), c, cache: { read, weights, a, cPrev: copy(cPrev), c, D } };
}

export function lstmStepBackward(dh: Tensor, dc: Tensor, cache: StepCache) {
  const { read, weights, a, cPrev, c, D } = cache;
  const [N, H] = dh.shape as [number, number];
  const [ai, af, ag, ao] = blocks(a);
  const { i, f, g, o } = lstmGates(a);
  const toCell = plus(dc, times(dh, o, tanhDerivative(c)));
  const parts = [
    times(toCell, g, sigmoidDerivative(ai)),
    times(toCell, cPrev, sigmoidDerivative(af)),
    times(toCell, i, tanhDerivative(ag)),
    times(dh, tanh(c), sigmoidDerivative(ao)),
  ];
  const da = filled([N, 4 * H], (n, j) => parts[Math.floor(j! / H)]!.get(n!, j! % H));
  const dread = matrixProduct(da, turn(weights));
  const dweights = matrixProduct(turn(read), da);
  return {
    dx: copy(dread.hi(N, D)),
    dhPrev: copy(dread.lo(0, D).hi(N, H)),
    dcPrev: times(toCell, f),
    dWx: copy(dweights.hi(D, 4 * H)),
    dWh: copy(dweights.lo(D, 0).hi(H, 4 * H)),
    db: copy(dweights.pick(D + H, null)),
  };
}

interface Chain {
  first: StepCache;
  rest?: Chain;
}

export function lstmForward(...[x, h0, c0, ...weights]: Args): {
  h: Tensor;
  c: Tensor;
  cache: Chain;
} {
  const [N, T, D] = x.shape as [number, number, number];
  requireShape(x, N, T, D);
  const step = lstmStepForward(x.pick(null, 0, null), h0, c0, ...weights);
  const H = step.h.shape[1]!;
  if (T === 1) return { h: as(step.h, N, 1, H), c: step.c, cache: { first: step.cache } };
  const later = lstmForward(x.lo(0, 1, 0), step.h, step.c, ...weights);
  const h = filled([N, T, H], (n, t, k) =>
    t === 0 ? step.h.get(n!, k!) : later.h.get(n!, t! - 1, k!),
  );
  return { h, c: later.c, cache: { first: step.cache, rest: later.cache } };
}

export function lstmBackward(
  dh: Tensor,
  { first, rest }: Chain,
): { dx: Tensor; dh0: Tensor; dc0: Tensor; dWx: Tensor; dWh: Tensor; db: Tensor } {
  const [N, T, H] = dh.shape as [number, number, number];
  const own = copy(dh.pick(null, 0, null));
  if (rest === undefined) {
    const { dx, dhPrev, dcPrev, ...weights } = lstmStepBackward(own, zeros(N, H), first);
    return { dx: as(dx, N, 1, first.D), dh0: dhPrev, dc0: dcPrev, ...weights };
  }
  const later = lstmBackward(dh.lo(0, 1, 0), rest);
  const step = lstmStepBackward(plus(own, later.dh0), later.dc0, first);
  return {
    dx: filled([N, T, first.D], (n, t, d) =>
      t === 0 ? step.dx.get(n!, d!) : later.dx.get(n!, t! - 1, d!),
    ),
    dh0: step.dhPrev,
    dc0: step.dcPrev,
    dWx: plus(step.dWx, later.dWx),
    dWh: plus(step.dWh, later.dWh),
    db: plus(step.db, later.db),
  };
}

export function lstmStart(D: number, H: number, random: () => number) {
  const draw = (rows: number) =>
    scaledUniform([rows, 4 * H], Math.sqrt(6 / (rows + 4 * H)), random);
  const b = zeros(4, H);
  for (let k = 0; k < H; k++) b.set(1, k, 1);
  return { Wx: draw(D), Wh: draw(H), b: as(b, 4 * H) };
}

const norm = (x: Tensor): number => {
  const row = as(x, 1, x.size);
  return Math.sqrt(matrixProduct(row, turn(row)).get(0, 0));
};

/** Back from (dh, dc) at the end of a chain: the norms of all before it, the earliest first. */
export function gradientNorms(dhLast: Tensor, cache: Chain) {
  const steps: StepCache[] = [];
  for (let chain: Chain | undefined = cache; chain !== undefined; chain = chain.rest) {
    steps.unshift(chain.first);
  }
  const pairs = [{ dh: dhLast, dc: zeros(...dhLast.shape) }];
  for (const step of steps) {
    const { dh, dc } = pairs.at(-1)!;
    const { dhPrev, dcPrev } = lstmStepBackward(dh, dc, step);
    pairs.push({ dh: dhPrev, dc: dcPrev });
  }
  pairs.reverse();
  const norms = (of: 'dh' | 'dc') => filled([pairs.length], (t) => norm(pairs[t!]![of]));
  return { h: norms('dh'), c: norms('dc') };
}

interface Classifier {
  Wx: Tensor;
  Wh: Tensor;
  b: Tensor;
  Wy: Tensor;
  by: Tensor;
}

export function lstmClassifierGradients(x: Tensor, labels: Labels, params: Classifier) {
  const { Wx, Wh, b, Wy, by } = params;
  const [N, T] = x.shape as [number, number];
  const H = Wy.shape[0]!;
  const { h, cache } = lstmForward(x, zeros(N, H), zeros(N, H), Wx, Wh, b);
  const { out, cache: outCache } = affineForward(copy(h.pick(null, T - 1, null)), Wy, by);
  const { loss, cache: lossCache } = softmaxLossForward(out, labels);
  const last = affineBackward(softmaxLossBackward(1, lossCache).dlogits, outCache);
  const dh = filled([N, T, H], (n, t, k) => (t === T - 1 ? last.dx.get(n!, k!) : 0));
  const { dWx, dWh, db } = lstmBackward(dh, cache);
  return { loss, gradients: { Wx: dWx, Wh: dWh, b: db, Wy: last.dW, by: last.db } };
}
