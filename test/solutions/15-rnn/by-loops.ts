/** The right answers of lesson 15 number by number. */
import { copy, filled, zeros, type Labels, type Tensor } from '#arrays';
import type { Params } from '#lessons/06-training';
import ndarray from 'ndarray';

type Cache = { x: Tensor; states: Tensor; Wx: Tensor; Wh: Tensor };

function check(isRight: boolean): void {
  if (!isRight) throw new RangeError('the sizes do not fit; transpose or slice one of the arrays');
}

const same = (a: { shape: number[] }, shape: (number | undefined)[]): boolean =>
  a.shape.length === shape.length && a.shape.every((size, i) => size === shape[i]);

export function rnnForward(x: Tensor, h0: Tensor, Wx: Tensor, Wh: Tensor, b: Tensor) {
  const [N, T, D] = x.shape as [number, number, number];
  const H = h0.shape[1]!;
  check(x.shape.length === 3 && same(h0, [N, H]) && same(Wx, [D, H]));
  check(same(Wh, [H, H]) && same(b, [H]));
  // One state more than there are steps: h0 is the first.
  const states = zeros(N, T + 1, H);
  for (let n = 0; n < N; n++) {
    for (let k = 0; k < H; k++) states.set(n, 0, k, h0.get(n, k));
    for (let t = 0; t < T; t++) {
      for (let k = 0; k < H; k++) {
        let sum = b.get(k);
        for (let d = 0; d < D; d++) sum += x.get(n, t, d) * Wx.get(d, k);
        for (let i = 0; i < H; i++) sum += states.get(n, t, i) * Wh.get(i, k);
        states.set(n, t + 1, k, Math.tanh(sum));
      }
    }
  }
  const h = filled([N, T, H], (n, t, k) => states.get(n!, t! + 1, k!));
  return { h, cache: { x: copy(x), states, Wx: copy(Wx), Wh: copy(Wh) } };
}

export function rnnBackward(dh: Tensor, { x, states, Wx, Wh }: Cache) {
  const [N, T, H] = dh.shape as [number, number, number];
  const D = x.shape[2]!;
  const [dx, dWx, dWh, db] = [zeros(N, T, D), zeros(D, H), zeros(H, H), zeros(H)];
  const reach = zeros(N, T + 1, H);
  const plus = (to: Tensor, value: number, ...at: number[]) => to.set(...at, to.get(...at) + value);
  for (let t = T; t > 0; t--) {
    for (let n = 0; n < N; n++) {
      for (let k = 0; k < H; k++) {
        const h = states.get(n, t, k);
        const ds = (dh.get(n, t - 1, k) + reach.get(n, t, k)) * (1 - h) * (1 + h);
        plus(db, ds, k);
        for (let d = 0; d < D; d++) {
          plus(dx, ds * Wx.get(d, k), n, t - 1, d);
          plus(dWx, ds * x.get(n, t - 1, d), d, k);
        }
        for (let i = 0; i < H; i++) {
          plus(reach, ds * Wh.get(i, k), n, t - 1, i);
          plus(dWh, ds * states.get(n, t - 1, i), i, k);
        }
      }
    }
  }
  return { dx, dh0: copy(reach.pick(null, 0, null)), dWx, dWh, db };
}

const withTime = (x: Tensor): Tensor => {
  const [N, D] = x.shape as [number, number];
  return filled([N, 1, D], (n, _, d) => x.get(n!, d!));
};

export function rnnStepForward(x: Tensor, hPrev: Tensor, Wx: Tensor, Wh: Tensor, b: Tensor) {
  const { h, cache } = rnnForward(withTime(x), hPrev, Wx, Wh, b);
  return { h: copy(h.pick(null, 0, null)), cache };
}

export function rnnStepBackward(dh: Tensor, cache: Cache) {
  const { dx, dh0, dWx, dWh, db } = rnnBackward(withTime(dh), cache);
  return { dx: copy(dx.pick(null, 0, null)), dhPrev: dh0, dWx, dWh, db };
}

export function clipGradients(gradients: Params, maxNorm: number): Params {
  let norm = 0;
  for (const g of Object.values(gradients)) {
    for (const value of copy(g).data) norm = Math.hypot(norm, value);
  }
  const clipped: Params = {};
  for (const [name, g] of Object.entries(gradients)) {
    clipped[name] = copy(g);
    if (norm <= maxNorm) continue;
    for (const [i, value] of clipped[name].data.entries()) {
      clipped[name].data[i] = (value / norm) * maxNorm;
    }
  }
  return clipped;
}

export function embeddingForward(ids: Labels, W: Tensor) {
  check(ids.shape.length === 2 && W.shape.length === 2);
  const [N, T] = ids.shape as [number, number];
  const [V, D] = W.shape as [number, number];
  const out = zeros(N, T, D);
  for (let n = 0; n < N; n++) {
    for (let t = 0; t < T; t++) {
      const row = ids.get(n, t);
      check(row >= 0 && row < V);
      for (let d = 0; d < D; d++) out.set(n, t, d, W.get(row, d));
    }
  }
  return { out, cache: { ids: copy(ids), shape: [V, D] } };
}

export function embeddingBackward(dout: Tensor, { ids, shape }: { ids: Labels; shape: number[] }) {
  const dW = filled(shape, (v, d) => {
    let sum = 0;
    for (let n = 0; n < ids.shape[0]!; n++) {
      for (let t = 0; t < ids.shape[1]!; t++) if (ids.get(n, t) === v) sum += dout.get(n, t, d!);
    }
    return sum;
  });
  return { dW };
}

export function temporalSoftmaxLossForward(logits: Tensor, labels: Labels, mask: Tensor) {
  check(logits.shape.length === 3);
  const [N, T, V] = logits.shape as [number, number, number];
  check(same(labels, [N, T]) && same(mask, [N, T]));
  let loss = 0;
  const dlogits = zeros(N, T, V);
  for (let n = 0; n < N; n++) {
    for (let t = 0; t < T; t++) {
      if (mask.get(n, t) === 0) continue;
      let max = -Infinity;
      for (let v = 0; v < V; v++) max = Math.max(max, logits.get(n, t, v));
      let sum = 0;
      for (let v = 0; v < V; v++) sum += Math.exp(logits.get(n, t, v) - max);
      const label = labels.get(n, t);
      loss += max + Math.log(sum) - logits.get(n, t, label);
      for (let v = 0; v < V; v++) {
        const p = Math.exp(logits.get(n, t, v) - max) / sum;
        dlogits.set(n, t, v, (p - Number(v === label)) / N);
      }
    }
  }
  // The gradient needs nothing else, so it is made here.
  return { loss: loss / N, cache: dlogits };
}

export function temporalSoftmaxLossBackward(dout: number, cache: Tensor) {
  return { dlogits: filled(cache.shape, (...at) => dout * cache.get(...at)) };
}

export function sampleToken(logits: Tensor, temperature: number, random: () => number): number {
  check(logits.shape.length === 1 && temperature > 0);
  const V = logits.size;
  let max = -Infinity;
  for (let v = 0; v < V; v++) max = Math.max(max, logits.get(v) / temperature);
  let sum = 0;
  for (let v = 0; v < V; v++) sum += Math.exp(logits.get(v) / temperature - max);
  let rest = random() * sum;
  let token = V - 1;
  // From the last one down.
  while (token > 0) {
    rest -= Math.exp(logits.get(token) / temperature - max);
    if (rest < 0) break;
    token--;
  }
  return token;
}

interface Classifier {
  Wx: Tensor;
  Wh: Tensor;
  b: Tensor;
  Wy: Tensor;
  by: Tensor;
}

/** The logits of every state, the loss of those that count, and the gradients of both layers. */
function trainOn(x: Tensor, h0: Tensor, labels: Labels, mask: Tensor, params: Classifier) {
  const { Wx, Wh, b, Wy, by } = params;
  const { h, cache } = rnnForward(x, h0, Wx, Wh, b);
  const [N, T, H] = h.shape as [number, number, number];
  const C = by.size;
  const logits = filled([N, T, C], (n, t, c) => {
    let sum = by.get(c!);
    for (let k = 0; k < H; k++) sum += h.get(n!, t!, k) * Wy.get(k, c!);
    return sum;
  });
  const { loss, cache: dlogits } = temporalSoftmaxLossForward(logits, labels, mask);
  const over = (f: (n: number, t: number) => number): number => {
    let sum = 0;
    for (let n = 0; n < N; n++) for (let t = 0; t < T; t++) sum += f(n, t);
    return sum;
  };
  const dWy = filled([H, C], (k, c) => over((n, t) => h.get(n, t, k!) * dlogits.get(n, t, c!)));
  const dby = filled([C], (c) => over((n, t) => dlogits.get(n, t, c!)));
  const dh = filled([N, T, H], (n, t, k) => {
    let sum = 0;
    for (let c = 0; c < C; c++) sum += dlogits.get(n!, t!, c) * Wy.get(k!, c);
    return sum;
  });
  const { dx, dWx, dWh, db } = rnnBackward(dh, cache);
  return { loss, h, dx, gradients: { Wx: dWx, Wh: dWh, b: db, Wy: dWy, by: dby } };
}

export function manyToOneGradients(x: Tensor, labels: Labels, params: Classifier) {
  const [N, T] = x.shape as [number, number];
  // A loss at every step, of which only the last one counts.
  const list = Array.from({ length: N * T }, (_, i) => labels.get(Math.floor(i / T)));
  const everywhere = ndarray(Int32Array.from(list), [N, T]);
  const mask = filled([N, T], (_, t) => Number(t === T - 1));
  const { loss, gradients } = trainOn(x, zeros(N, params.b.size), everywhere, mask, params);
  return { loss, gradients };
}

export function languageModelGradients(
  { ids, labels, mask }: { ids: Labels; labels: Labels; mask: Tensor },
  h0: Tensor,
  params: Classifier & { We: Tensor },
) {
  const { out: x, cache } = embeddingForward(ids, params.We);
  const { loss, h, dx, gradients } = trainOn(x, h0, labels, mask, params);
  const We = embeddingBackward(dx, cache).dW;
  return { loss, gradients: { ...gradients, We }, h: copy(h.pick(null, h.shape[1]! - 1, null)) };
}

export function generateTokens(
  first: number,
  { We, Wx, Wh, b, Wy, by }: Classifier & { We: Tensor },
  { length, temperature }: { length: number; temperature: number },
  random: () => number,
): number[] {
  if (length === 0) return [];
  const H = b.size;
  let state = new Float64Array(H);
  const tokens = [first];
  while (tokens.length <= length) {
    const last = tokens.at(-1)!;
    state = state.map((_, k) => {
      let sum = b.get(k);
      for (let d = 0; d < Wx.shape[0]!; d++) sum += We.get(last, d) * Wx.get(d, k);
      for (let i = 0; i < H; i++) sum += state[i]! * Wh.get(i, k);
      return Math.tanh(sum);
    });
    const logits = filled([by.size], (v) =>
      state.reduce((sum, value, k) => sum + value * Wy.get(k, v!), by.get(v!)),
    );
    tokens.push(sampleToken(logits, temperature, random));
  }
  return tokens.slice(1);
}
