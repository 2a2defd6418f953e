/** The right answers of lesson 21 in matrix products with a row of ones for the biases, and other caches. */
import { add, copy, filled, map, matrixProduct, zip, type Tensor } from '#arrays';
import { normal } from '#datasets/random';
import { softplus, softplusDerivative } from '#lessons/02-activations';
import type { TwoLayerParams } from '#lessons/05-backprop';
import { adam, type AdamOptions, type AdamState } from '#lessons/07-optimizers';

interface Both {
  generator: TwoLayerParams;
  discriminator: TwoLayerParams;
}

interface Memories {
  generator: AdamState;
  discriminator: AdamState;
}

interface Ring {
  modes: number;
  radius: number;
  deviation: number;
}

const T = (x: Tensor): Tensor => x.transpose(1, 0);
const times = (a: Tensor, b: Tensor): Tensor => zip(a, b, (one, other) => one * other);
const scaled = (x: Tensor, factor: number): Tensor => map(x, (value) => factor * value);
const total = (x: Tensor): number => copy(x).data.reduce((sum, value) => sum + value, 0);
const ones = (N: number): Tensor => filled([N, 1], () => 1);
const asRow = (b: Tensor): Tensor => filled([1, b.size], (_, i) => b.get(i!));

/** Logits that should belong to samples of a target: their cost and its gradient, of which the mean is taken. */
function asked(logits: Tensor, target: number): { loss: number; dlogits: Tensor } {
  const opposite = scaled(logits, -1);
  const yes = scaled(softplus(opposite), target / logits.size);
  const no = scaled(softplus(logits), (1 - target) / logits.size);
  const up = scaled(softplusDerivative(logits), (1 - target) / logits.size);
  const down = scaled(softplusDerivative(opposite), -target / logits.size);
  return { loss: total(yes) + total(no), dlogits: add(up, down) };
}

export function discriminatorLoss(real: Tensor, fake: Tensor, target: number) {
  const [ofReal, ofFake] = [asked(real, target), asked(fake, 0)];
  return { loss: ofReal.loss + ofFake.loss, dreal: ofReal.dlogits, dfake: ofFake.dlogits };
}

export function minimaxLoss(fake: Tensor) {
  const { loss, dlogits } = asked(fake, 0);
  return { loss: -loss, dfake: scaled(dlogits, -1) };
}

export function nonSaturatingLoss(fake: Tensor) {
  const { loss, dlogits } = asked(fake, 1);
  return { loss, dfake: dlogits };
}

function requireLists(...lists: Tensor[]): void {
  if (lists.some(({ dimension }) => dimension !== 1)) throw new RangeError('lists are needed');
  if (new Set(lists.map(({ size }) => size)).size > 1) throw new RangeError('lengths differ');
}

export function bestDiscriminator(p: Tensor, q: Tensor): Tensor {
  requireLists(p, q);
  const both = add(p, q);
  const share = zip(p, both, (one, all) => (all === 0 ? 0 : one / all));
  return add(
    share,
    map(both, (all) => (all === 0 ? 1 / 2 : 0)),
  );
}

/** Σ weights · ln values, and 0 where a weight is 0. */
const meanLog = (weights: Tensor, values: Tensor): number =>
  total(zip(weights, values, (weight, value) => (weight === 0 ? 0 : weight * Math.log(value))));

export function gameValue(p: Tensor, q: Tensor, D: Tensor): number {
  requireLists(p, q, D);
  return (
    meanLog(p, D) +
    meanLog(
      q,
      map(D, (value) => 1 - value),
    )
  );
}

export function jensenShannon(p: Tensor, q: Tensor): number {
  const D = bestDiscriminator(p, q);
  for (const list of [p, q]) {
    if (Math.abs(total(list) - 1) > 1e-9) throw new RangeError('a distribution has the sum 1');
  }
  return (gameValue(p, q, D) + 2 * Math.LN2) / 2;
}

function affine(x: Tensor, W: Tensor, b: Tensor): Tensor {
  if (b.dimension !== 1 || b.size !== W.shape[1]) throw new RangeError('b does not fit W');
  return add(matrixProduct(x, W), matrixProduct(ones(x.shape[0]!), asRow(b)));
}

const overSamples = (d: Tensor): Tensor => matrixProduct(T(ones(d.shape[0]!)), d).pick(0, null);

export function networkForward(x: Tensor, { W1, b1, W2, b2 }: TwoLayerParams) {
  const before = affine(x, W1, b1);
  const slopes = map(before, (value) => (value > 0 ? 1 : 0.2));
  const hidden = times(before, slopes);
  return {
    out: affine(hidden, W2, b2),
    cache: [T(x), T(W1), slopes, T(hidden), T(W2)] as [Tensor, Tensor, Tensor, Tensor, Tensor],
  };
}

type Cache = ReturnType<typeof networkForward>['cache'];

export function networkBackward(dout: Tensor, [xT, W1T, slopes, hiddenT, W2T]: Cache) {
  const dbefore = times(matrixProduct(dout, W2T), slopes);
  return {
    dx: matrixProduct(dbefore, W1T),
    gradients: {
      W1: matrixProduct(xT, dbefore),
      b1: overSamples(dbefore),
      W2: matrixProduct(hiddenT, dout),
      b2: overSamples(dout),
    },
  };
}

/** One matrix below another. */
const stacked = (top: Tensor, bottom: Tensor): Tensor =>
  filled([top.shape[0]! + bottom.shape[0]!, top.shape[1]!], (n, d) =>
    n! < top.shape[0]! ? top.get(n!, d!) : bottom.get(n! - top.shape[0]!, d!),
  );

export function discriminatorGradients(
  real: Tensor,
  fake: Tensor,
  discriminator: TwoLayerParams,
  target: number,
) {
  if (real.shape[1] !== fake.shape[1]) throw new RangeError('samples differ in length');
  // Both batches at once, each with a mean of its own.
  const N = real.shape[0]!;
  const { out, cache } = networkForward(stacked(real, fake), discriminator);
  const { loss, dreal, dfake } = discriminatorLoss(out.hi(N, 1), out.lo(N, 0), target);
  return { loss, gradients: networkBackward(stacked(dreal, dfake), cache).gradients };
}

export function generatorGradients(z: Tensor, { generator, discriminator }: Both, name: string) {
  const fake = networkForward(z, generator);
  const judged = networkForward(fake.out, discriminator);
  const { loss, dfake } = { minimax: minimaxLoss, 'non-saturating': nonSaturatingLoss }[name]!(
    judged.out,
  );
  const { dx } = networkBackward(dfake, judged.cache);
  return { loss, gradients: networkBackward(dx, fake.cache).gradients };
}

/** Adam for one of the two, name by name. */
function moved(
  { W1, b1, W2, b2 }: TwoLayerParams,
  gradients: TwoLayerParams,
  { t, m, v }: AdamState,
  options: AdamOptions,
): { params: TwoLayerParams; state: AdamState } {
  const step = (name: keyof TwoLayerParams, w: Tensor) =>
    adam(w, gradients[name], m[name]!, v[name]!, t + 1, options);
  const steps = { W1: step('W1', W1), b1: step('b1', b1), W2: step('W2', W2), b2: step('b2', b2) };
  const all = (part: 'w' | 'm' | 'v') => ({
    W1: steps.W1[part],
    b1: steps.b1[part],
    W2: steps.W2[part],
    b2: steps.b2[part],
  });
  return { params: all('w'), state: { t: t + 1, m: all('m'), v: all('v') } };
}

export function trainingStep(
  real: Tensor,
  codes: { discriminator: Tensor; generator: Tensor },
  { params, adam: memories }: { params: Both; adam: Memories },
  options: AdamOptions & { target: number; loss: string },
) {
  const judged = discriminatorGradients(
    real,
    networkForward(codes.discriminator, params.generator).out,
    params.discriminator,
    options.target,
  );
  const judge = moved(params.discriminator, judged.gradients, memories.discriminator, options);
  const made = generatorGradients(
    codes.generator,
    { ...params, discriminator: judge.params },
    options.loss,
  );
  const maker = moved(params.generator, made.gradients, memories.generator, options);
  return {
    losses: { generator: made.loss, discriminator: judged.loss },
    state: {
      adam: { generator: maker.state, discriminator: judge.state },
      params: { generator: maker.params, discriminator: judge.params },
    },
  };
}

const centresOf = ({ modes, radius }: Ring): Tensor =>
  filled(
    [modes, 2],
    (k, axis) => radius * Math.sin((2 * Math.PI * k!) / modes + ((1 - axis!) * Math.PI) / 2),
  );

export function ringSamples(count: number, ring: Ring, random: () => number): Tensor {
  const noise = filled([2, count], () => ring.deviation * normal(random));
  const chosen = filled([count], () => Math.floor(ring.modes * random()));
  // A product with a 1 in the column of its mode picks the centre of each.
  const choice = filled([count, ring.modes], (n, k) => Number(chosen.get(n!) === k));
  return add(matrixProduct(choice, centresOf(ring)), T(noise));
}

export function modesHit(samples: Tensor, ring: Ring, share: number) {
  const [N, centres] = [samples.shape[0]!, centresOf(ring)];
  const hits = Array.from({ length: ring.modes }, () => 0);
  for (let n = 0; n < N; n++) {
    let [nearest, least] = [-1, Infinity];
    for (let k = 0; k < ring.modes; k++) {
      const [dx, dy] = [
        samples.get(n, 0) - centres.get(k, 0),
        samples.get(n, 1) - centres.get(k, 1),
      ];
      const distance = Math.sqrt(dx * dx + dy * dy);
      if (distance < least) [nearest, least] = [k, distance];
    }
    if (least <= 3 * ring.deviation) hits[nearest]! += 1 / N;
  }
  return {
    hit: hits.filter((part) => part >= share * (1 - 1e-12)).length,
    good: hits.reduce((sum, part) => sum + part, 0),
  };
}
