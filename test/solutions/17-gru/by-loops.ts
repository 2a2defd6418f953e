/** The right answers of lesson 17 number by number: loops over samples, steps, units and weights, and nothing borrowed. */
import { copy, filled, zeros, type Tensor } from '#arrays';

const sigma = (s: number): number =>
  s >= 0 ? 1 / (1 + Math.exp(-s)) : Math.exp(s) / (1 + Math.exp(s));

function check(isRight: boolean): void {
  if (!isRight) throw new RangeError('the sizes do not fit');
}

const same = (x: { shape: number[] }, shape: number[]): boolean =>
  x.shape.length === shape.length && shape.every((size, i) => x.shape[i] === size);

function sum(length: number, f: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += f(i);
  return total;
}

export function gruGates(ax: Tensor, ah: Tensor) {
  check(ax.shape.length === 2 && same(ah, ax.shape) && Number.isInteger(ax.shape[1]! / 3));
  const [N, columns] = ax.shape as [number, number];
  const H = columns / 3;
  const [r, z, n] = [zeros(N, H), zeros(N, H), zeros(N, H)];
  for (let i = 0; i < N; i++) {
    for (let k = 0; k < H; k++) {
      const reset = sigma(ax.get(i, k) + ah.get(i, k));
      r.set(i, k, reset);
      z.set(i, k, sigma(ax.get(i, H + k) + ah.get(i, H + k)));
      n.set(i, k, Math.tanh(ax.get(i, 2 * H + k) + reset * ah.get(i, 2 * H + k)));
    }
  }
  return { r, z, n };
}

interface StepCache {
  x: Tensor;
  hPrev: Tensor;
  Wx: Tensor;
  Wh: Tensor;
  bh: Tensor;
  gates: ReturnType<typeof gruGates>;
}

function checkStep(
  x: Tensor,
  hPrev: Tensor,
  [Wx, Wh, b, bh]: [Tensor, Tensor, Tensor, Tensor],
): void {
  check(x.shape.length === 2 && hPrev.shape.length === 2);
  const [[N, D], H] = [x.shape as [number, number], hPrev.shape[1]!];
  check(same(hPrev, [N, H]) && same(Wx, [D, 3 * H]) && same(Wh, [H, 3 * H]));
  check(same(b, [3 * H]) && same(bh, [3 * H]));
}

/** x · W + b, entry by entry. */
function sent(x: Tensor, W: Tensor, b: Tensor): Tensor {
  const [N, K] = x.shape as [number, number];
  return filled([N, b.size], (n, c) => b.get(c!) + sum(K, (i) => x.get(n!, i) * W.get(i, c!)));
}

export function gruStepForward(
  x: Tensor,
  hPrev: Tensor,
  Wx: Tensor,
  Wh: Tensor,
  b: Tensor,
  bh: Tensor,
) {
  checkStep(x, hPrev, [Wx, Wh, b, bh]);
  const gates = gruGates(sent(x, Wx, b), sent(hPrev, Wh, bh));
  const h = filled(hPrev.shape, (n, k) => {
    const [z, value] = [gates.z.get(n!, k!), gates.n.get(n!, k!)];
    return value + z * (hPrev.get(n!, k!) - value);
  });
  return { h, cache: { x, hPrev, Wx, Wh, bh, gates } };
}

export function gruStepBackward(dh: Tensor, { x, hPrev, Wx, Wh, bh, gates }: StepCache) {
  const [N, H] = dh.shape as [number, number];
  const D = x.shape[1]!;
  const [dx, dhPrev] = [zeros(N, D), zeros(N, H)];
  const [dWx, dWh, db, dbh] = [zeros(D, 3 * H), zeros(H, 3 * H), zeros(3 * H), zeros(3 * H)];
  const more = (to: Tensor, at: number[], value: number) => to.set(...at, to.get(...at) + value);
  for (let i = 0; i < N; i++) {
    for (let k = 0; k < H; k++) {
      const d = dh.get(i, k);
      const [r, z, n] = [gates.r.get(i, k), gates.z.get(i, k), gates.n.get(i, k)];
      const past = bh.get(2 * H + k) + sum(H, (j) => hPrev.get(i, j) * Wh.get(j, 2 * H + k));
      const dn = d * (1 - z) * (1 - n) * (1 + n);
      const dz = d * (hPrev.get(i, k) - n) * z * (1 - z);
      const dr = dn * past * r * (1 - r);
      more(dhPrev, [i, k], d * z);
      for (const [block, input, state] of [
        [0, dr, dr],
        [1, dz, dz],
        [2, dn, dn * r],
      ] as const) {
        const c = block * H + k;
        more(db, [c], input);
        more(dbh, [c], state);
        for (let j = 0; j < D; j++) {
          more(dx, [i, j], input * Wx.get(j, c));
          more(dWx, [j, c], input * x.get(i, j));
        }
        for (let j = 0; j < H; j++) {
          more(dhPrev, [i, j], state * Wh.get(j, c));
          more(dWh, [j, c], state * hPrev.get(i, j));
        }
      }
    }
  }
  return { dx, dhPrev, dWx, dWh, db, dbh };
}

export function gruForward(x: Tensor, h0: Tensor, Wx: Tensor, Wh: Tensor, b: Tensor, bh: Tensor) {
  check(x.shape.length === 3);
  const [N, T] = x.shape as [number, number];
  const H = h0.shape[1]!;
  const h = zeros(N, T, H);
  const cache: StepCache[] = [];
  let state = h0;
  for (let t = 0; t < T; t++) {
    const step = gruStepForward(copy(x.pick(null, t, null)), state, Wx, Wh, b, bh);
    state = step.h;
    for (let n = 0; n < N; n++) for (let k = 0; k < H; k++) h.set(n, t, k, state.get(n, k));
    cache.push(step.cache);
  }
  return { h, cache };
}

export function gruBackward(dh: Tensor, cache: StepCache[]) {
  const [N, T, H] = dh.shape as [number, number, number];
  const D = cache[0]!.x.shape[1]!;
  const dx = zeros(N, T, D);
  const sums = {
    dWx: zeros(D, 3 * H),
    dWh: zeros(H, 3 * H),
    db: zeros(3 * H),
    dbh: zeros(3 * H),
  };
  let dh0 = zeros(N, H);
  for (let t = T - 1; t >= 0; t--) {
    const reached = filled([N, H], (n, k) => dh.get(n!, t, k!) + dh0.get(n!, k!));
    const step = gruStepBackward(reached, cache[t]!);
    for (let n = 0; n < N; n++) for (let d = 0; d < D; d++) dx.set(n, t, d, step.dx.get(n, d));
    for (const name of ['dWx', 'dWh', 'db', 'dbh'] as const) {
      step[name].data.forEach((value, i) => (sums[name].data[i]! += value));
    }
    dh0 = step.dhPrev;
  }
  return { dx, dh0, ...sums };
}

export function recurrentParameterCount(kind: string, D: number, H: number): number {
  if (kind === 'gru') return 3 * H * (D + H + 2);
  return (kind === 'lstm' ? 4 : 1) * H * (D + H + 1);
}

export function gruResetBefore(
  x: Tensor,
  hPrev: Tensor,
  Wx: Tensor,
  Wh: Tensor,
  b: Tensor,
  bh: Tensor,
): Tensor {
  checkStep(x, hPrev, [Wx, Wh, b, bh]);
  const [[N, D], H] = [x.shape as [number, number], hPrev.shape[1]!];
  const h = zeros(N, H);
  for (let i = 0; i < N; i++) {
    const input = (c: number) => b.get(c) + sum(D, (d) => x.get(i, d) * Wx.get(d, c));
    const gate = (c: number) =>
      sigma(input(c) + bh.get(c) + sum(H, (j) => hPrev.get(i, j) * Wh.get(j, c)));
    for (let k = 0; k < H; k++) {
      const c = 2 * H + k;
      const past = sum(H, (j) => gate(j) * hPrev.get(i, j) * Wh.get(j, c));
      const [z, n] = [gate(H + k), Math.tanh(input(c) + past + bh.get(c))];
      h.set(i, k, (1 - z) * n + z * hPrev.get(i, k));
    }
  }
  return h;
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
  check(same(targets, [N, 1]));
  const { h, cache } = gruForward(x, zeros(N, H), Wx, Wh, b, bh);
  const off = Array.from(
    { length: N },
    (_, n) => by.get(0) + sum(H, (k) => h.get(n, T - 1, k) * Wy.get(k, 0)) - targets.get(n, 0),
  );
  const dh = zeros(N, T, H);
  const [dWy, dby] = [zeros(H, 1), zeros(1)];
  for (const [n, error] of off.entries()) {
    const d = (2 * error) / N;
    dby.set(0, dby.get(0) + d);
    for (let k = 0; k < H; k++) {
      dh.set(n, T - 1, k, d * Wy.get(k, 0));
      dWy.set(k, 0, dWy.get(k, 0) + d * h.get(n, T - 1, k));
    }
  }
  const back = gruBackward(dh, cache);
  const gradients = { Wx: back.dWx, Wh: back.dWh, b: back.db, bh: back.dbh, Wy: dWy, by: dby };
  return { loss: sum(N, (n) => off[n]! ** 2) / N, gradients };
}

/** The marks are drawn before the numbers. */
export function addingProblem(N: number, T: number, random: () => number) {
  check(T >= 2);
  const [x, targets] = [zeros(N, T, 2), zeros(N, 1)];
  const first = Math.floor(T / 2);
  for (let n = 0; n < N; n++) {
    const early = Math.floor(first * random());
    const late = T - 1 - Math.floor((T - first) * random());
    for (let t = 0; t < T; t++) {
      const [value, isMarked] = [random(), t === early || t === late];
      x.set(n, t, 0, value);
      x.set(n, t, 1, Number(isMarked));
      if (isMarked) targets.set(n, 0, targets.get(n, 0) + value);
    }
  }
  return { x, targets };
}
