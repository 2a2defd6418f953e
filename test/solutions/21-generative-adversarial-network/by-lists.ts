/** The right answers of lesson 21 sample by sample, in lists of numbers, with the gradients of one sample added up. */
import { array, filled, zeros, type Tensor } from '#arrays';
import { normal } from '#datasets/random';

interface Layers {
  W1: Tensor;
  b1: Tensor;
  W2: Tensor;
  b2: Tensor;
}

interface Memory {
  t: number;
  m: Record<string, Tensor>;
  v: Record<string, Tensor>;
}

interface State {
  params: { generator: Layers; discriminator: Layers };
  adam: { generator: Memory; discriminator: Memory };
}

interface Options {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  target: number;
  loss: string;
}

interface Ring {
  modes: number;
  radius: number;
  deviation: number;
}

const NAMES = ['W1', 'b1', 'W2', 'b2'] as const;

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
const rowsOf = (x: Tensor): number[][] =>
  range(x.shape[0]!).map((n) => range(x.shape[1]!).map((d) => x.get(n, d)));
const listOf = (x: Tensor): number[] => range(x.size).map((i) => x.get(i));
const sum = (list: number[]): number => list.reduce((total, value) => total + value, 0);
const squash = (s: number): number =>
  s < 0 ? Math.exp(s) / (1 + Math.exp(s)) : 1 / (1 + Math.exp(-s));
/** −ln of the sigmoid. */
const surprise = (s: number): number =>
  s < 0 ? Math.log1p(Math.exp(s)) - s : Math.log1p(Math.exp(-s));
/** f of every entry of logits of any shape. */
const each = (x: Tensor, f: (s: number) => number): Tensor =>
  filled(x.shape, (...index) => f(x.get(...index)));
const entriesOf = (x: Tensor): number[] => [...each(x, (s) => s).data];

export function discriminatorLoss(real: Tensor, fake: Tensor, target: number) {
  const costs = entriesOf(real).map((s) => target * surprise(s) + (1 - target) * surprise(-s));
  return {
    loss: sum(costs) / real.size + sum(entriesOf(fake).map((s) => surprise(-s))) / fake.size,
    dreal: each(real, (s) => ((1 - target) * squash(s) - target * squash(-s)) / real.size),
    dfake: each(fake, (s) => squash(s) / fake.size),
  };
}

export function minimaxLoss(fake: Tensor) {
  return {
    loss: sum(entriesOf(fake).map((s) => -surprise(-s) / fake.size)),
    dfake: each(fake, (s) => -squash(s) / fake.size),
  };
}

export function nonSaturatingLoss(fake: Tensor) {
  return {
    loss: sum(entriesOf(fake).map((s) => surprise(s) / fake.size)),
    dfake: each(fake, (s) => -squash(-s) / fake.size),
  };
}

function requireLists(...lists: Tensor[]): void {
  for (const { dimension, size } of lists) {
    if (dimension !== 1 || size !== lists[0]!.size) throw new RangeError('the lists do not fit');
  }
}

export function bestDiscriminator(p: Tensor, q: Tensor): Tensor {
  requireLists(p, q);
  return filled([p.size], (k) => {
    const odds = q.get(k!) / p.get(k!);
    return Number.isNaN(odds) ? 1 / 2 : 1 / (1 + odds);
  });
}

export function gameValue(p: Tensor, q: Tensor, D: Tensor): number {
  requireLists(p, q, D);
  const parts = listOf(D).flatMap((d, k) => [[p.get(k), d] as const, [q.get(k), 1 - d] as const]);
  return sum(parts.filter(([weight]) => weight > 0).map(([weight, d]) => weight * Math.log(d)));
}

export function jensenShannon(p: Tensor, q: Tensor): number {
  requireLists(p, q);
  if (Math.abs(sum(listOf(p)) - 1) > 1e-9 || Math.abs(sum(listOf(q)) - 1) > 1e-9) {
    throw new RangeError('not a distribution');
  }
  // The entropy of the middle less the mean of the entropies.
  const entropy = (list: number[]): number =>
    -sum(list.filter((value) => value > 0).map((value) => value * Math.log(value)));
  const middle = listOf(p).map((value, k) => (value + q.get(k)) / 2);
  return entropy(middle) - (entropy(listOf(p)) + entropy(listOf(q))) / 2;
}

function requireLayers(columns: number, { W1, b1, W2, b2 }: Layers): void {
  const fits =
    W1.shape[0] === columns &&
    W1.shape[1] === b1.size &&
    W2.shape[0] === b1.size &&
    W2.shape[1] === b2.size;
  if (!fits) throw new RangeError('the layers do not fit');
}

/** Through a network: the hidden units before the leaky ReLU, and the result. */
function through(x: number[], { W1, b1, W2, b2 }: Layers): { before: number[]; out: number[] } {
  const before = listOf(b1).map((b, h) => b + sum(x.map((v, d) => v * W1.get(d, h))));
  const after = before.map((v) => Math.max(v, v / 5));
  return { before, out: listOf(b2).map((b, m) => b + sum(after.map((v, h) => v * W2.get(h, m)))) };
}

const nothingFor = ({ W1, b1, W2, b2 }: Layers): Layers => ({
  W1: zeros(...W1.shape),
  b1: zeros(b1.size),
  W2: zeros(...W2.shape),
  b2: zeros(b2.size),
});

/** Back through a network for one sample: adds to the gradients, and returns what comes back to the input. */
function back(x: number[], dout: number[], params: Layers, gradients: Layers): number[] {
  const { before } = through(x, params);
  const grow = (to: Tensor, index: number[], by: number): void => {
    to.set(...index, to.get(...index) + by);
  };
  const dbefore = before.map(
    (v, h) => (v > 0 ? 1 : 1 / 5) * sum(dout.map((d, m) => d * params.W2.get(h, m))),
  );
  for (const [m, d] of dout.entries()) {
    grow(gradients.b2, [m], d);
    for (const [h, v] of before.entries()) grow(gradients.W2, [h, m], Math.max(v, v / 5) * d);
  }
  for (const [h, d] of dbefore.entries()) {
    grow(gradients.b1, [h], d);
    for (const [i, v] of x.entries()) grow(gradients.W1, [i, h], v * d);
  }
  return x.map((_, i) => sum(dbefore.map((d, h) => d * params.W1.get(i, h))));
}

export function networkForward(x: Tensor, params: Layers) {
  requireLayers(x.shape[1]!, params);
  const out = rowsOf(x).map((row) => through(row, params).out);
  return {
    out: out.length === 0 ? zeros(0, params.b2.size) : array(out),
    cache: { x, ...params },
  };
}

export function networkBackward(dout: Tensor, { x, ...params }: Layers & { x: Tensor }) {
  const gradients = nothingFor(params);
  const dx = rowsOf(x).map((row, n) => back(row, rowsOf(dout)[n]!, params, gradients));
  return { dx: array(dx), gradients };
}

export function discriminatorGradients(
  real: Tensor,
  fake: Tensor,
  discriminator: Layers,
  target: number,
) {
  requireLayers(real.shape[1]!, discriminator);
  requireLayers(fake.shape[1]!, discriminator);
  const gradients = nothingFor(discriminator);
  let loss = 0;
  for (const [samples, wanted] of [
    [rowsOf(fake), 0],
    [rowsOf(real), target],
  ] as const) {
    for (const x of samples) {
      const s = through(x, discriminator).out[0]!;
      loss += (wanted * surprise(s) + (1 - wanted) * surprise(-s)) / samples.length;
      back(x, [(squash(s) - wanted) / samples.length], discriminator, gradients);
    }
  }
  return { loss, gradients };
}

export function generatorGradients(
  z: Tensor,
  { generator, discriminator }: State['params'],
  name: string,
) {
  requireLayers(z.shape[1]!, generator);
  requireLayers(generator.b2.size, discriminator);
  const gradients = nothingFor(generator);
  const codes = rowsOf(z);
  const losses = codes.map((code) => {
    const x = through(code, generator).out;
    const s = through(x, discriminator).out[0]!;
    const slope = name === 'minimax' ? squash(s) : squash(-s);
    const dx = back(x, [-slope / codes.length], discriminator, nothingFor(discriminator));
    back(code, dx, generator, gradients);
    return (name === 'minimax' ? -surprise(-s) : surprise(s)) / codes.length;
  });
  return { loss: sum(losses), gradients };
}

/** Adam for one of the two. */
function moved(
  params: Layers,
  gradients: Layers,
  memory: Memory,
  { learningRate, beta1, beta2, epsilon }: Options,
): { params: Layers; state: Memory } {
  const t = memory.t + 1;
  const after = { ...params };
  const state: Memory = { t, m: {}, v: {} };
  for (const name of NAMES) {
    const [w, g] = [params[name], gradients[name]];
    const m = filled(
      w.shape,
      (...at) => beta1 * memory.m[name]!.get(...at) + (1 - beta1) * g.get(...at),
    );
    const v = filled(
      w.shape,
      (...at) => beta2 * memory.v[name]!.get(...at) + (1 - beta2) * g.get(...at) ** 2,
    );
    state.m[name] = m;
    state.v[name] = v;
    after[name] = filled(w.shape, (...at) => {
      const spread = Math.sqrt(v.get(...at) / (1 - beta2 ** t)) + epsilon;
      return w.get(...at) - (learningRate * m.get(...at)) / (1 - beta1 ** t) / spread;
    });
  }
  return { params: after, state };
}

export function trainingStep(
  real: Tensor,
  noise: { discriminator: Tensor; generator: Tensor },
  { params: { generator, discriminator }, adam }: State,
  options: Options,
) {
  const { out: fake } = networkForward(noise.discriminator, generator);
  const judged = discriminatorGradients(real, fake, discriminator, options.target);
  const judge = moved(discriminator, judged.gradients, adam.discriminator, options);
  const made = generatorGradients(
    noise.generator,
    { generator, discriminator: judge.params },
    options.loss,
  );
  const maker = moved(generator, made.gradients, adam.generator, options);
  return {
    state: {
      params: { generator: maker.params, discriminator: judge.params },
      adam: { generator: maker.state, discriminator: judge.state },
    },
    losses: { discriminator: judged.loss, generator: made.loss },
  };
}

const centresOf = ({ modes, radius }: Ring): [number, number][] =>
  range(modes).map((k) => {
    const angle = (k / modes) * 2 * Math.PI;
    return [Math.cos(angle) * radius, Math.sin(angle) * radius];
  });

export function ringSamples(count: number, ring: Ring, random: () => number): Tensor {
  // All modes first, then the coordinates column by column: the order of the draws is the author's own.
  const centres = centresOf(ring);
  const chosen = range(count).map(() => centres[Math.floor(random() * ring.modes)]!);
  const columns = ([0, 1] as const).map((axis) =>
    chosen.map((centre) => centre[axis] + ring.deviation * normal(random)),
  );
  return filled([count, 2], (n, axis) => columns[axis!]![n!]!);
}

export function modesHit(samples: Tensor, ring: Ring, share: number) {
  const centres = centresOf(ring);
  const homes = rowsOf(samples).map(([x, y]) => {
    const all = centres.map(([cx, cy]) => (x! - cx) ** 2 + (y! - cy) ** 2);
    const least = Math.min(...all);
    return Math.sqrt(least) <= 3 * ring.deviation ? all.indexOf(least) : -1;
  });
  const counts = range(ring.modes).map((k) => homes.filter((home) => home === k).length);
  return {
    hit: counts.filter((count) => count / homes.length >= share).length,
    good: sum(counts) / homes.length,
  };
}
