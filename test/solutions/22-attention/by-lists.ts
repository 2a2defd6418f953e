/** The right answers of lesson 22 in lists of numbers, sequence by sequence, with the gradients added up step by step. */
import { array, filled, zeros, type Labels, type Tensor } from '#arrays';

type Matrix = number[][];
type Params = Record<string, Tensor>;

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
const sum = (list: number[]): number => list.reduce((total, value) => total + value, 0);
const dot = (a: number[], b: number[]): number => sum(a.map((value, i) => value * b[i]!));
const turn = (m: Matrix, columns: number): Matrix =>
  range(columns).map((j) => m.map((row) => row[j]!));
const plus = (a: Matrix, b: Matrix): Matrix => a.map((row, t) => row.map((v, d) => v + b[t]![d]!));
const listOf = (x: Tensor): number[] => range(x.size).map((i) => x.get(i));
const matrixOf = (x: Tensor): Matrix =>
  range(x.shape[0]!).map((i) => range(x.shape[1]!).map((j) => x.get(i, j)));
const sequencesOf = (x: Tensor): Matrix[] =>
  range(x.shape[0]!).map((n) => matrixOf(x.pick(n, null, null)));
const tensorOf = (lists: Matrix[], ...shape: number[]): Tensor =>
  filled(shape, (n, t, d) => lists[n!]![t!]![d!]!);

function require(fits: boolean): void {
  if (!fits) throw new RangeError('the sizes do not fit');
}

const isShape = (x: Tensor, ...shape: (number | undefined)[]): boolean =>
  x.dimension === shape.length && shape.every((size, axis) => x.shape[axis] === size);

export function attentionMask(lengths: Labels, T: number, causal: boolean): Tensor {
  const out = zeros(lengths.size, T, T);
  for (const n of range(lengths.size)) {
    for (const t of range(T)) {
      const end = causal ? Math.min(t + 1, lengths.get(n)) : lengths.get(n);
      for (const s of range(end)) out.set(n, t, s, 1);
    }
  }
  return out;
}

function shares(logits: number[], mask: number[]): number[] {
  const max = logits.reduce((most, v, s) => (mask[s] === 1 && v > most ? v : most), -Infinity);
  const powers = logits.map((v, s) => (mask[s] === 1 ? Math.exp(v - max) : 0));
  const total = sum(powers);
  return powers.map((power) => (total > 0 ? power / total : 0));
}

export function maskedSoftmax(logits: Tensor, mask: Tensor): Tensor {
  require(logits.dimension === 3 && isShape(mask, ...logits.shape));
  const masks = sequencesOf(mask);
  const out = sequencesOf(logits).map((m, n) => m.map((row, t) => shares(row, masks[n]![t]!)));
  return tensorOf(out, ...logits.shape);
}

/** One sequence, one head. */
function attend(q: Matrix, k: Matrix, v: Matrix, mask: Matrix, M: number) {
  const weights = q.map((query, t) =>
    shares(
      k.map((key) => dot(query, key) / Math.sqrt(query.length)),
      mask[t]!,
    ),
  );
  return { weights, out: weights.map((row) => range(M).map((m) => dot(row, turn(v, M)[m]!))) };
}

function attendBack(dout: Matrix, q: Matrix, k: Matrix, v: Matrix, weights: Matrix) {
  const dq = q.map((row) => row.map(() => 0));
  const dk = k.map((row) => row.map(() => 0));
  const dv = v.map((row) => row.map(() => 0));
  for (const [t, row] of weights.entries()) {
    const back = v.map((value) => dot(value, dout[t]!));
    // The softmax's Jacobian entry by entry.
    for (const [s, a] of row.entries()) {
      const slope = sum(row.map((b, other) => back[other]! * b * (Number(s === other) - a)));
      for (const i of q[t]!.keys()) {
        dq[t]![i]! += (slope * k[s]![i]!) / Math.sqrt(q[t]!.length);
        dk[s]![i]! += (slope * q[t]![i]!) / Math.sqrt(q[t]!.length);
      }
      for (const [m, d] of dout[t]!.entries()) dv[s]![m]! += a * d;
    }
  }
  return { dq, dk, dv };
}

export function attentionForward(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) {
  require(q.dimension === 3 && k.dimension === 3 && v.dimension === 3);
  const [N, T, K] = q.shape as [number, number, number];
  const [S, M] = [k.shape[1]!, v.shape[2]!];
  require(isShape(k, N, S, K) && isShape(v, N, S, M) && isShape(mask, N, T, S));
  const [qs, ks, vs, masks] = [q, k, v, mask].map(sequencesOf) as [
    Matrix[],
    Matrix[],
    Matrix[],
    Matrix[],
  ];
  const all = qs.map((one, n) => attend(one, ks[n]!, vs[n]!, masks[n]!, M));
  const weights = all.map((one) => one.weights);
  return {
    out: tensorOf(
      all.map((one) => one.out),
      N,
      T,
      M,
    ),
    weights: tensorOf(weights, N, T, S),
    cache: { qs, ks, vs, weights },
  };
}

export function attentionBackward(
  dout: Tensor,
  { qs, ks, vs, weights }: Record<'qs' | 'ks' | 'vs' | 'weights', Matrix[]>,
) {
  const all = sequencesOf(dout).map((d, n) => attendBack(d, qs[n]!, ks[n]!, vs[n]!, weights[n]!));
  return {
    dq: array(all.map((one) => one.dq)),
    dk: array(all.map((one) => one.dk)),
    dv: array(all.map((one) => one.dv)),
  };
}

export function splitHeads(x: Tensor, heads: number): Tensor {
  require(x.dimension === 3 && heads > 0 && x.shape[2]! % heads === 0 && heads % 1 === 0);
  const [N, T, D] = x.shape as [number, number, number];
  const out = zeros(N, heads, T, D / heads);
  for (const n of range(N)) {
    for (const t of range(T)) {
      for (const d of range(D)) {
        const h = Math.trunc((d * heads) / D);
        out.set(n, h, t, d - (h * D) / heads, x.get(n, t, d));
      }
    }
  }
  return out;
}

export function mergeHeads(x: Tensor): Tensor {
  require(x.dimension === 4);
  const [N, H, T, K] = x.shape as [number, number, number, number];
  const out = zeros(N, T, H * K);
  for (const n of range(N)) {
    for (const h of range(H)) {
      for (const t of range(T)) {
        for (const k of range(K)) out.set(n, t, h * K + k, x.get(n, h, t, k));
      }
    }
  }
  return out;
}

const affine = (x: Matrix, W: Tensor, b: Tensor): Matrix => {
  const columns = turn(matrixOf(W), b.size);
  return x.map((row) => columns.map((column, m) => dot(row, column) + b.get(m)));
};

/** Adds to the gradients of W and b, and returns what comes back to x. */
function affineBack(dout: Matrix, x: Matrix, W: Tensor, dW: Tensor, db: Tensor): Matrix {
  for (const [t, row] of dout.entries()) {
    for (const [m, d] of row.entries()) {
      db.set(m, db.get(m) + d);
      for (const [i, v] of x[t]!.entries()) dW.set(i, m, dW.get(i, m) + v * d);
    }
  }
  const weights = matrixOf(W);
  return dout.map((row) => weights.map((to) => dot(to, row)));
}

const nothingFor = (params: Params, names: string[]): Params =>
  Object.fromEntries(names.map((name) => [name, zeros(...params[name]!.shape)]));

const ATTENTION = ['Wq', 'bq', 'Wk', 'bk', 'Wv', 'bv', 'Wo', 'bo'];
const BLOCK = [...ATTENTION, 'gamma1', 'beta1', 'gamma2', 'beta2', 'W1', 'b1', 'W2', 'b2'];

function requireAttention(D: number, { Wq, bq, Wk, bk, Wv, bv, Wo, bo }: Params, heads: number) {
  const A = bq!.size;
  require(isShape(Wq!, D, A) && isShape(Wk!, D, A) && isShape(Wv!, D, A) && isShape(Wo!, A, D));
  require(isShape(bk!, A) && isShape(bv!, A) && isShape(bo!, D) && A % heads === 0);
}

const columnsOf = (m: Matrix, h: number, K: number): Matrix =>
  m.map((row) => row.slice(h * K, h * K + K));
const sideBySide = (heads: Matrix[]): Matrix =>
  heads[0]!.map((_, t) => heads.flatMap((head) => head[t]!));

/** One sequence through all heads. */
function look(x: Matrix, params: Params, mask: Matrix, heads: number) {
  const q = affine(x, params.Wq!, params.bq!);
  const k = affine(x, params.Wk!, params.bk!);
  const v = affine(x, params.Wv!, params.bv!);
  const K = params.bq!.size / heads;
  const parts = range(heads).map((h) => {
    const [one, other, third] = [columnsOf(q, h, K), columnsOf(k, h, K), columnsOf(v, h, K)];
    return { q: one, k: other, v: third, ...attend(one, other, third, mask, K) };
  });
  const found = sideBySide(parts.map((part) => part.out));
  return { x, parts, found, out: affine(found, params.Wo!, params.bo!) };
}

function lookBack(
  dout: Matrix,
  { x, parts, found }: Omit<ReturnType<typeof look>, 'out'>,
  params: Params,
  g: Params,
): Matrix {
  const dfound = affineBack(dout, found, params.Wo!, g.Wo!, g.bo!);
  const backs = parts.map(({ q, k, v, weights }, h) =>
    attendBack(columnsOf(dfound, h, q[0]!.length), q, k, v, weights),
  );
  const dq = sideBySide(backs.map((back) => back.dq));
  const dk = sideBySide(backs.map((back) => back.dk));
  const dv = sideBySide(backs.map((back) => back.dv));
  const dx = plus(
    affineBack(dq, x, params.Wq!, g.Wq!, g.bq!),
    affineBack(dk, x, params.Wk!, g.Wk!, g.bk!),
  );
  return plus(dx, affineBack(dv, x, params.Wv!, g.Wv!, g.bv!));
}

const weightsOf = (all: { parts: { weights: Matrix }[] }[], heads: number, T: number): Tensor =>
  filled([all.length, heads, T, T], (...[n, h, t, s]) => all[n!]!.parts[h!]!.weights[t!]![s!]!);

export function multiHeadForward(x: Tensor, params: Params, mask: Tensor, heads: number) {
  require(x.dimension === 3);
  const [N, T, D] = x.shape as [number, number, number];
  require(isShape(mask, N, T, T));
  requireAttention(D, params, heads);
  const masks = sequencesOf(mask);
  const all = sequencesOf(x).map((one, n) => look(one, params, masks[n]!, heads));
  const out = tensorOf(
    all.map((one) => one.out),
    N,
    T,
    D,
  );
  return { out, weights: weightsOf(all, heads, T), cache: { all, params } };
}

export function multiHeadBackward(
  dout: Tensor,
  { all, params }: { all: ReturnType<typeof look>[]; params: Params },
) {
  const gradients = nothingFor(params, ATTENTION);
  const dx = sequencesOf(dout).map((d, n) => lookBack(d, all[n]!, params, gradients));
  return { dx: tensorOf(dx, ...dout.shape), gradients };
}

export function sinusoidalPositions(T: number, D: number): Tensor {
  const out = zeros(T, D);
  for (const t of range(T)) {
    for (const i of range(Math.ceil(D / 2))) {
      const angle = t * Math.exp((-2 * i * Math.log(10_000)) / D);
      out.set(t, 2 * i, Math.sin(angle));
      if (2 * i + 1 < D) out.set(t, 2 * i + 1, Math.cos(angle));
    }
  }
  return out;
}

function norm(x: Matrix, gamma: Tensor, beta: Tensor, epsilon: number) {
  const [g, b] = [listOf(gamma), listOf(beta)];
  const all = x.map((row) => {
    const D = row.length;
    const mean = sum(row) / D;
    const deviation = Math.sqrt(sum(row.map((v) => v * v)) / D - mean * mean + epsilon);
    return { deviation, hat: row.map((v) => (v - mean) / deviation) };
  });
  return { all, out: all.map(({ hat }) => hat.map((v, d) => g[d]! * v + b[d]!)) };
}

function normBack(
  dout: Matrix,
  all: ReturnType<typeof norm>['all'],
  gamma: Tensor,
  dgamma: Tensor,
  dbeta: Tensor,
): Matrix {
  return dout.map((row, t) => {
    const { hat, deviation } = all[t]!;
    const D = row.length;
    const dhat = row.map((d, i) => d * gamma.get(i));
    for (const [i, d] of row.entries()) {
      dgamma.set(i, dgamma.get(i) + d * hat[i]!);
      dbeta.set(i, dbeta.get(i) + d);
    }
    return hat.map((v, i) => (D * dhat[i]! - sum(dhat) - v * dot(dhat, hat)) / (D * deviation));
  });
}

interface Options {
  heads: number;
  epsilon: number;
}

/** One sequence through a block. */
function pass(x: Matrix, p: Params, mask: Matrix, { heads, epsilon }: Options) {
  const norm1 = norm(x, p.gamma1!, p.beta1!, epsilon);
  const looked = look(norm1.out, p, mask, heads);
  const y = plus(x, looked.out);
  const norm2 = norm(y, p.gamma2!, p.beta2!, epsilon);
  const before = affine(norm2.out, p.W1!, p.b1!);
  const hidden = before.map((row) => row.map((v) => Math.max(0, v)));
  const out = plus(y, affine(hidden, p.W2!, p.b2!));
  return { norm1, looked, norm2, before, hidden, out, parts: looked.parts };
}

function passBack(dout: Matrix, one: ReturnType<typeof pass>, p: Params, g: Params): Matrix {
  const dhidden = affineBack(dout, one.hidden, p.W2!, g.W2!, g.b2!);
  const dbefore = dhidden.map((row, t) => row.map((d, f) => (one.before[t]![f]! > 0 ? d : 0)));
  const dnorm2 = affineBack(dbefore, one.norm2.out, p.W1!, g.W1!, g.b1!);
  const dy = plus(dout, normBack(dnorm2, one.norm2.all, p.gamma2!, g.gamma2!, g.beta2!));
  const dnorm1 = lookBack(dy, one.looked, p, g);
  return plus(dy, normBack(dnorm1, one.norm1.all, p.gamma1!, g.gamma1!, g.beta1!));
}

export function blockForward(x: Tensor, params: Params, mask: Tensor, options: Options) {
  require(x.dimension === 3);
  const [N, T, D] = x.shape as [number, number, number];
  const F = params.b1!.size;
  require(isShape(mask, N, T, T) && isShape(params.W1!, D, F) && isShape(params.W2!, F, D));
  requireAttention(D, params, options.heads);
  for (const name of ['gamma1', 'beta1', 'gamma2', 'beta2', 'b2']) {
    require(isShape(params[name]!, D));
  }
  const masks = sequencesOf(mask);
  const all = sequencesOf(x).map((one, n) => pass(one, params, masks[n]!, options));
  const out = tensorOf(
    all.map((one) => one.out),
    N,
    T,
    D,
  );
  return { out, weights: weightsOf(all, options.heads, T), cache: { all, params } };
}

export function blockBackward(
  dout: Tensor,
  { all, params }: { all: ReturnType<typeof pass>[]; params: Params },
) {
  const gradients = nothingFor(params, BLOCK);
  const dx = sequencesOf(dout).map((d, n) => passBack(d, all[n]!, params, gradients));
  return { dx: tensorOf(dx, ...dout.shape), gradients };
}

export function transformerGradients(
  { ids, labels, mask }: { ids: Labels; labels: Labels; mask: Tensor },
  params: Params,
  options: Options,
) {
  const { We, Wy, by } = params as { We: Tensor; Wy: Tensor; by: Tensor };
  const [N, T] = ids.shape as [number, number];
  const [V, D] = We.shape as [number, number];
  require(isShape(Wy, D, V) && isShape(by, V) && isShape(params.gamma1!, D));
  const positions = sinusoidalPositions(T, D);
  const gradients = nothingFor(params, [...BLOCK, 'We', 'Wy', 'by']);
  const causal = range(T).map((t) => range(T).map((s) => Number(s <= t)));
  let loss = 0;
  const logits = range(N).map((n) => {
    for (const t of range(T)) require(ids.get(n, t) >= 0 && ids.get(n, t) < V);
    const x = range(T).map((t) =>
      range(D).map((d) => We.get(ids.get(n, t), d) + positions.get(t, d)),
    );
    const one = pass(x, params, causal, options);
    const rows = affine(one.out, Wy, by);
    const dlogits = rows.map((row, t) => {
      const p = shares(
        row,
        row.map(() => 1),
      );
      const counts = mask.get(n, t) / N;
      if (counts > 0) loss -= counts * Math.log(p[labels.get(n, t)]!);
      return p.map((value, v) => counts * (value - Number(v === labels.get(n, t))));
    });
    const dblock = affineBack(dlogits, one.out, Wy, gradients.Wy!, gradients.by!);
    for (const [t, row] of passBack(dblock, one, params, gradients).entries()) {
      const id = ids.get(n, t);
      for (const [d, value] of row.entries()) {
        gradients.We!.set(id, d, gradients.We!.get(id, d) + value);
      }
    }
    return rows;
  });
  return { loss, logits: tensorOf(logits, N, T, V), gradients };
}

export function sampleTopK(
  logits: Tensor,
  { k, temperature }: { k: number; temperature: number },
  random: () => number,
): number {
  require(logits.dimension === 1 && Number.isInteger(k) && k > 0 && temperature > 0);
  const values = listOf(logits);
  const rank = (token: number): number =>
    values.filter((v, other) => v > values[token]! || (v === values[token] && other < token))
      .length;
  const p = shares(
    values.map((v) => v / temperature),
    values.map((_, token) => Number(rank(token) < k)),
  );
  let left = random();
  const drawn = p.findIndex((value) => (left -= value) < 0);
  return drawn >= 0 ? drawn : p.findLastIndex((value) => value > 0);
}
