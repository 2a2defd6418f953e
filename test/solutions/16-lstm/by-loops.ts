/** The right answers of lesson 16 number by number; a single step is a sequence of one. */
import { copy, filled, zeros, type Labels, type Tensor } from '#arrays';

function check(isRight: boolean): void {
  if (!isRight) throw new RangeError('the sizes do not fit; transpose or slice one of the arrays');
}

const same = (a: Tensor, ...shape: (number | undefined)[]): boolean =>
  a.shape.length === shape.length && a.shape.every((size, i) => size === shape[i]);

const sigmoid = (value: number): number => 0.5 + 0.5 * Math.tanh(value / 2);

const plus = (to: Tensor, value: number, ...at: number[]) => to.set(...at, to.get(...at) + value);

export function lstmGates(a: Tensor) {
  check(a.shape.length === 2 && a.shape[1]! % 4 === 0);
  const H = a.shape[1]! / 4;
  const block = (j: number, squash: (value: number) => number) =>
    filled([a.shape[0]!, H], (n, k) => squash(a.get(n!, j * H + k!)));
  return {
    i: block(0, sigmoid),
    f: block(1, sigmoid),
    g: block(2, Math.tanh),
    o: block(3, sigmoid),
  };
}

interface Cache {
  x: Tensor;
  /** States and cells of t = 0 … T, shape (N, T + 1, H), and the gates, (N, T, 4H). */
  states: Tensor;
  cells: Tensor;
  open: Tensor;
  Wx: Tensor;
  Wh: Tensor;
}

export function lstmForward(
  x: Tensor,
  h0: Tensor,
  c0: Tensor,
  Wx: Tensor,
  Wh: Tensor,
  b: Tensor,
): { h: Tensor; c: Tensor; cache: Cache } {
  const [N, T, D] = x.shape as [number, number, number];
  const H = h0.shape[1]!;
  check(x.shape.length === 3 && same(h0, N, H) && same(c0, N, H));
  check(same(Wx, D, 4 * H) && same(Wh, H, 4 * H) && same(b, 4 * H));
  const [states, cells, open] = [zeros(N, T + 1, H), zeros(N, T + 1, H), zeros(N, T, 4 * H)];
  for (let n = 0; n < N; n++) {
    for (let k = 0; k < H; k++) {
      states.set(n, 0, k, h0.get(n, k));
      cells.set(n, 0, k, c0.get(n, k));
    }
    for (let t = 0; t < T; t++) {
      for (let j = 0; j < 4 * H; j++) {
        let sum = b.get(j);
        for (let d = 0; d < D; d++) sum += x.get(n, t, d) * Wx.get(d, j);
        for (let m = 0; m < H; m++) sum += states.get(n, t, m) * Wh.get(m, j);
        open.set(n, t, j, j >= 2 * H && j < 3 * H ? Math.tanh(sum) : sigmoid(sum));
      }
      for (let k = 0; k < H; k++) {
        const kept = open.get(n, t, H + k) * cells.get(n, t, k);
        const cell = kept + open.get(n, t, k) * open.get(n, t, 2 * H + k);
        cells.set(n, t + 1, k, cell);
        states.set(n, t + 1, k, open.get(n, t, 3 * H + k) * Math.tanh(cell));
      }
    }
  }
  const h = filled([N, T, H], (n, t, k) => states.get(n!, t! + 1, k!));
  const c = copy(cells.pick(null, T, null));
  return { h, c, cache: { x: copy(x), states, cells, open, Wx: copy(Wx), Wh: copy(Wh) } };
}

/** What reaches all states and cells, shape (N, T + 1, H) each, and the operands, from dh and the last cell's dc. */
function backward(dh: Tensor, dcLast: Tensor, { x, states, cells, open, Wx, Wh }: Cache) {
  const [N, T, H] = dh.shape as [number, number, number];
  const D = x.shape[2]!;
  const [dx, dWx, dWh, db] = [zeros(N, T, D), zeros(D, 4 * H), zeros(H, 4 * H), zeros(4 * H)];
  const [toState, toCell] = [zeros(N, T + 1, H), zeros(N, T + 1, H)];
  for (let n = 0; n < N; n++) {
    for (let k = 0; k < H; k++) toCell.set(n, T, k, dcLast.get(n, k));
    for (let t = T; t > 0; t--) {
      for (let k = 0; k < H; k++) {
        const [i, f, g, o] = [0, 1, 2, 3].map((j) => open.get(n, t - 1, j * H + k)) as [
          number,
          number,
          number,
          number,
        ];
        plus(toState, dh.get(n, t - 1, k), n, t, k);
        const shown = Math.tanh(cells.get(n, t, k));
        const reached = toState.get(n, t, k);
        const s = toCell.get(n, t, k) + reached * o * (1 - shown) * (1 + shown);
        toCell.set(n, t - 1, k, s * f);
        const before = [
          s * g * i * (1 - i),
          s * cells.get(n, t - 1, k) * f * (1 - f),
          s * i * (1 - g) * (1 + g),
          reached * shown * o * (1 - o),
        ];
        for (const [j, da] of before.entries()) {
          const column = j * H + k;
          plus(db, da, column);
          for (let d = 0; d < D; d++) {
            plus(dx, da * Wx.get(d, column), n, t - 1, d);
            plus(dWx, da * x.get(n, t - 1, d), d, column);
          }
          for (let m = 0; m < H; m++) {
            plus(toState, da * Wh.get(m, column), n, t - 1, m);
            plus(dWh, da * states.get(n, t - 1, m), m, column);
          }
        }
      }
    }
  }
  return { toState, toCell, dx, dWx, dWh, db };
}

export function lstmBackward(dh: Tensor, cache: Cache) {
  const none = zeros(dh.shape[0]!, dh.shape[2]!);
  const { toState, toCell, dx, dWx, dWh, db } = backward(dh, none, cache);
  const [dh0, dc0] = [copy(toState.pick(null, 0, null)), copy(toCell.pick(null, 0, null))];
  return { dx, dh0, dc0, dWx, dWh, db };
}

const withTime = (x: Tensor): Tensor => {
  const [N, D] = x.shape as [number, number];
  return filled([N, 1, D], (n, _, d) => x.get(n!, d!));
};

export function lstmStepForward(x: Tensor, ...rest: [Tensor, Tensor, Tensor, Tensor, Tensor]) {
  const { h, c, cache } = lstmForward(withTime(x), ...rest);
  return { h: copy(h.pick(null, 0, null)), c, cache };
}

export function lstmStepBackward(dh: Tensor, dc: Tensor, cache: Cache) {
  const { toState, toCell, dx, dWx, dWh, db } = backward(withTime(dh), dc, cache);
  const first = (all: Tensor) => copy(all.pick(null, 0, null));
  return { dx: first(dx), dhPrev: first(toState), dcPrev: first(toCell), dWx, dWh, db };
}

export function lstmStart(D: number, H: number, random: () => number) {
  const even = (rows: number) => {
    const limit = Math.sqrt(6 / (rows + 4 * H));
    return filled([rows, 4 * H], () => (1 - 2 * random()) * limit);
  };
  // The other way round than in the reference.
  const Wh = even(H);
  const b = filled([4 * H], (j) => Number(Math.floor(j! / H) === 1));
  return { Wx: even(D), Wh, b };
}

export function gradientNorms(dhLast: Tensor, cache: Cache) {
  const [N, T, H] = [cache.x.shape[0]!, cache.x.shape[1]!, dhLast.shape[1]!];
  const dh = filled([N, T, H], (n, t, k) => (t === T - 1 ? dhLast.get(n!, k!) : 0));
  const { toState, toCell } = backward(dh, zeros(N, H), cache);
  const norms = (all: Tensor) =>
    filled([T + 1], (t) => Math.hypot(...copy(all.pick(null, t!, null)).data));
  return { h: norms(toState), c: norms(toCell) };
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
  const [H, C] = Wy.shape as [number, number];
  const { h, cache } = lstmForward(x, zeros(N, H), zeros(N, H), Wx, Wh, b);
  const dh = zeros(N, T, H);
  const [dWy, dby] = [zeros(H, C), zeros(C)];
  let loss = 0;
  for (let n = 0; n < N; n++) {
    const weights = Array.from({ length: C }, (_, c) => {
      let logit = by.get(c);
      for (let k = 0; k < H; k++) logit += h.get(n, T - 1, k) * Wy.get(k, c);
      return Math.exp(logit);
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    loss -= Math.log(weights[labels.get(n)]! / total) / N;
    for (const [c, weight] of weights.entries()) {
      const d = (weight / total - Number(c === labels.get(n))) / N;
      plus(dby, d, c);
      for (let k = 0; k < H; k++) {
        plus(dWy, d * h.get(n, T - 1, k), k, c);
        plus(dh, d * Wy.get(k, c), n, T - 1, k);
      }
    }
  }
  const { dWx, dWh, db } = lstmBackward(dh, cache);
  return { loss, gradients: { Wx: dWx, Wh: dWh, b: db, Wy: dWy, by: dby } };
}
