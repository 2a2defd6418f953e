/** The right answers of lesson 20 in matrix products with a row of ones for the biases, and other caches. */
import { add, copy, filled, map, matrixProduct, zip, type Tensor } from '#arrays';
import { softplus } from '#lessons/02-activations';
import { meanSquaredError, meanSquaredErrorGradient } from '#lessons/03-losses';
import type { TwoLayerParams } from '#lessons/05-backprop';
import { normal } from '#datasets/random';

interface Both {
  encoder: TwoLayerParams;
  decoder: TwoLayerParams;
}

const T = (x: Tensor): Tensor => x.transpose(1, 0);
const times = (a: Tensor, b: Tensor): Tensor => zip(a, b, (one, other) => one * other);
const scaled = (x: Tensor, factor: number): Tensor => map(x, (value) => factor * value);
const total = (x: Tensor): number => copy(x).data.reduce((sum, value) => sum + value, 0);
const asRow = (b: Tensor): Tensor => filled([1, b.size], (_, i) => b.get(i!));
const ones = (N: number): Tensor => filled([N, 1], () => 1);
/** ln y and ln(1 − y) are exact for large logits too. */
const squashed = (logits: Tensor): Tensor =>
  map(softplus(scaled(logits, -1)), (value) => Math.exp(-value));
const openOf = (before: Tensor): Tensor => map(before, (value) => Number(value > 0));

function affine(x: Tensor, W: Tensor, b: Tensor): Tensor {
  if (b.dimension !== 1 || b.size !== W.shape[1]) throw new RangeError('b does not fit W');
  return add(matrixProduct(x, W), matrixProduct(ones(x.shape[0]!), asRow(b)));
}

const overSamples = (d: Tensor): Tensor => matrixProduct(T(ones(d.shape[0]!)), d).pick(0, null);

function requireSame(one: Tensor, other: Tensor): void {
  const isAlike =
    one.dimension === 2 &&
    other.dimension === 2 &&
    one.shape[0] === other.shape[0] &&
    one.shape[1] === other.shape[1];
  if (!isAlike) throw new RangeError('two matrices of one shape are needed');
}

export function reconstructionLoss(out: Tensor, target: Tensor) {
  requireSame(out, target);
  const D = out.shape[1]!;
  return {
    loss: D * meanSquaredError(out, target),
    dout: scaled(meanSquaredErrorGradient(out, target), D),
  };
}

export function twoLayerForward(x: Tensor, { W1, b1, W2, b2 }: TwoLayerParams) {
  const open = openOf(affine(x, W1, b1));
  const hidden = times(affine(x, W1, b1), open);
  return {
    out: affine(hidden, W2, b2),
    cache: [T(x), T(W1), open, T(hidden), T(W2)] as [Tensor, Tensor, Tensor, Tensor, Tensor],
  };
}

type Cache = ReturnType<typeof twoLayerForward>['cache'];

export function twoLayerBackward(dout: Tensor, [xT, W1T, open, hiddenT, W2T]: Cache) {
  const dbefore = times(matrixProduct(dout, W2T), open);
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

export function decode(z: Tensor, decoder: TwoLayerParams): Tensor {
  return squashed(twoLayerForward(z, decoder).out);
}

/** The loss of what is drawn for codes, what comes back to them, and the decoder's gradients. */
function judged(z: Tensor, target: Tensor, decoder: TwoLayerParams) {
  const { out, cache } = twoLayerForward(z, decoder);
  const y = squashed(out);
  const { loss, dout } = reconstructionLoss(y, target);
  return {
    loss,
    ...twoLayerBackward(
      times(
        dout,
        map(y, (value) => value - value ** 2),
      ),
      cache,
    ),
  };
}

export function autoencoderGradients(x: Tensor, target: Tensor, { encoder, decoder }: Both) {
  const { out, cache } = twoLayerForward(x, encoder);
  const { loss, dx, gradients } = judged(out, target, decoder);
  return {
    loss,
    gradients: { decoder: gradients, encoder: twoLayerBackward(dx, cache).gradients },
  };
}

export function denoisingGradients(
  x: Tensor,
  params: Both,
  deviation: number,
  random: () => number,
) {
  const noise = filled(T(x).shape, () => normal(random));
  return autoencoderGradients(add(x, scaled(T(noise), deviation)), x, params);
}

export function tiedGradients(x: Tensor, { W, b, c }: { W: Tensor; b: Tensor; c: Tensor }) {
  const before = affine(x, W, b);
  const z = times(before, openOf(before));
  const y = squashed(affine(z, copy(T(W)), c));
  const { loss, dout } = reconstructionLoss(y, x);
  const dlogits = times(
    dout,
    map(y, (value) => value * (1 - value)),
  );
  const dbefore = times(matrixProduct(dlogits, W), openOf(before));
  return {
    loss,
    gradients: {
      W: add(matrixProduct(T(x), dbefore), matrixProduct(T(dlogits), z)),
      b: overSamples(dbefore),
      c: overSamples(dlogits),
    },
  };
}

export function reparameterizeForward(mu: Tensor, logVar: Tensor, epsilon: Tensor) {
  requireSame(mu, logVar);
  requireSame(mu, epsilon);
  const deviation = map(logVar, (v) => Math.exp(v / 2));
  return { out: add(times(deviation, epsilon), mu), cache: { deviation, epsilon } };
}

export function reparameterizeBackward(
  dout: Tensor,
  { deviation, epsilon }: { deviation: Tensor; epsilon: Tensor },
) {
  return { dmu: copy(dout), dlogVar: scaled(times(times(dout, deviation), epsilon), 1 / 2) };
}

export function klDivergence(mu: Tensor, logVar: Tensor) {
  requireSame(mu, logVar);
  const N = mu.shape[0]!;
  const variance = map(logVar, Math.exp);
  const all = total(times(mu, mu)) + total(variance) - total(logVar) - mu.size;
  return {
    loss: all / (2 * N),
    dmu: scaled(mu, 1 / N),
    dlogVar: map(variance, (value) => (value - 1) / (2 * N)),
  };
}

export function vaeGradients(x: Tensor, { encoder, decoder }: Both, epsilon: Tensor, beta: number) {
  const K = epsilon.shape[1]!;
  const { out, cache } = twoLayerForward(x, encoder);
  if (out.shape[1] !== 2 * K) throw new RangeError('the encoder must give two numbers for each ε');
  // Products with these take a half of the columns, and put it back.
  const [left, right] = [0, K].map((first) =>
    filled([2 * K, K], (column, k) => Number(column === first + k!)),
  ) as [Tensor, Tensor];
  const [mu, logVar] = [matrixProduct(out, left), matrixProduct(out, right)];
  const drawn = reparameterizeForward(mu, logVar, epsilon);
  const { loss, dx, gradients } = judged(drawn.out, x, decoder);
  const back = reparameterizeBackward(dx, drawn.cache);
  const divergence = klDivergence(mu, logVar);
  const dmu = add(back.dmu, scaled(divergence.dmu, beta));
  const dlogVar = add(back.dlogVar, scaled(divergence.dlogVar, beta));
  const dcode = add(matrixProduct(dmu, T(left)), matrixProduct(dlogVar, T(right)));
  return {
    loss: loss + beta * divergence.loss,
    gradients: { decoder: gradients, encoder: twoLayerBackward(dcode, cache).gradients },
  };
}

export function interpolate(from: Tensor, to: Tensor, count: number): Tensor {
  if (count < 2) throw new RangeError('count is below 2');
  if (from.dimension !== 1 || to.dimension !== 1) throw new RangeError('codes are lists');
  if (from.size !== to.size) throw new RangeError('the codes differ in length');
  const shares = filled([count, 2], (i, end) => Math.abs(1 - end! - i! / (count - 1)));
  const ends = filled([2, from.size], (end, k) => (end === 0 ? from : to).get(k!));
  return matrixProduct(shares, ends);
}

export function sampleImages(decoder: TwoLayerParams, count: number, random: () => number): Tensor {
  const images = Array.from({ length: count }, () =>
    decode(
      filled([1, decoder.W1.shape[0]!], () => normal(random)),
      decoder,
    ),
  );
  return filled([count, decoder.b2.size], (n, d) => images[n!]!.get(0, d!));
}
