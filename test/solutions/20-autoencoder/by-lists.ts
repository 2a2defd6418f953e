/** The right answers of lesson 20 image by image, in lists of numbers, with the gradients of one image added up. */
import { array, filled, zeros, type Tensor } from '#arrays';
import { normal } from '#datasets/random';

interface Layers {
  W1: Tensor;
  b1: Tensor;
  W2: Tensor;
  b2: Tensor;
}

interface Both {
  encoder: Layers;
  decoder: Layers;
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
const rowsOf = (x: Tensor): number[][] =>
  range(x.shape[0]!).map((n) => range(x.shape[1]!).map((d) => x.get(n, d)));
const listOf = (x: Tensor): number[] => range(x.size).map((i) => x.get(i));
const sum = (list: number[]): number => list.reduce((total, value) => total + value, 0);
const squash = (v: number): number => 1 / (1 + Math.exp(-v));
const matrix = (rows: number[][], columns: number): Tensor =>
  rows.length === 0 ? zeros(0, columns) : array(rows);

function requireAlike(...all: Tensor[]): void {
  for (const { shape } of all) {
    if (shape.length !== 2 || shape.some((size, axis) => size !== all[0]!.shape[axis])) {
      throw new RangeError('the shapes differ');
    }
  }
}

function requireLayers(columns: number, { W1, b1, W2, b2 }: Layers): void {
  const fits =
    W1.shape[0] === columns &&
    W1.shape[1] === b1.size &&
    W2.shape[0] === b1.size &&
    W2.shape[1] === b2.size;
  if (!fits) throw new RangeError('the layers do not fit');
}

/** Through two layers: the hidden units before ReLU, and the result. */
function through(x: number[], { W1, b1, W2, b2 }: Layers): { before: number[]; out: number[] } {
  const before = listOf(b1).map((b, h) => b + sum(x.map((v, d) => v * W1.get(d, h))));
  const open = before.map((v) => (v > 0 ? v : 0));
  return { before, out: listOf(b2).map((b, m) => b + sum(open.map((v, h) => v * W2.get(h, m)))) };
}

const nothingFor = ({ W1, b1, W2, b2 }: Layers): Layers => ({
  W1: zeros(...W1.shape),
  b1: zeros(b1.size),
  W2: zeros(...W2.shape),
  b2: zeros(b2.size),
});

/** Back through two layers for one sample: adds to the gradients, and returns what comes back to the input. */
function back(
  x: number[],
  before: number[],
  dout: number[],
  { W1, W2 }: Pick<Layers, 'W1' | 'W2'>,
  gradients: Layers,
): number[] {
  const grow = (to: Tensor, index: number[], by: number): void => {
    to.set(...index, to.get(...index) + by);
  };
  const dbefore = before.map((v, h) => (v > 0 ? sum(dout.map((d, m) => d * W2.get(h, m))) : 0));
  for (const [m, d] of dout.entries()) {
    grow(gradients.b2, [m], d);
    for (const [h, v] of before.entries()) grow(gradients.W2, [h, m], Math.max(v, 0) * d);
  }
  for (const [h, d] of dbefore.entries()) {
    grow(gradients.b1, [h], d);
    for (const [i, v] of x.entries()) grow(gradients.W1, [i, h], v * d);
  }
  return x.map((_, i) => sum(dbefore.map((d, h) => d * W1.get(i, h))));
}

export function reconstructionLoss(out: Tensor, target: Tensor) {
  requireAlike(out, target);
  const N = out.shape[0]!;
  const differences = rowsOf(out).map((row, n) => row.map((y, d) => y - target.get(n, d)));
  return {
    loss: sum(differences.map((row) => sum(row.map((d) => d * d)))) / N,
    dout: array(differences.map((row) => row.map((d) => (d + d) / N))),
  };
}

export function twoLayerForward(x: Tensor, params: Layers) {
  requireLayers(x.shape[1]!, params);
  const out = rowsOf(x).map((row) => through(row, params).out);
  return { out: matrix(out, params.b2.size), cache: { x, ...params } };
}

export function twoLayerBackward(dout: Tensor, { x, ...params }: Layers & { x: Tensor }) {
  const gradients = nothingFor(params);
  const dx = rowsOf(x).map((row, n) =>
    back(row, through(row, params).before, rowsOf(dout)[n]!, params, gradients),
  );
  return { dx: array(dx), gradients };
}

export function decode(z: Tensor, decoder: Layers): Tensor {
  requireLayers(z.shape[1]!, decoder);
  return matrix(
    rowsOf(z).map((row) => through(row, decoder).out.map(squash)),
    decoder.b2.size,
  );
}

/** What one code costs and sends back, added to the decoder's gradients. */
function drawn(z: number[], target: number[], decoder: Layers, N: number, gradients: Layers) {
  const { before, out } = through(z, decoder);
  const y = out.map(squash);
  const loss = sum(y.map((value, d) => (value - target[d]!) ** 2)) / N;
  const dlogits = y.map((value, d) => (2 / N) * (value - target[d]!) * value * (1 - value));
  return { loss, dz: back(z, before, dlogits, decoder, gradients) };
}

export function autoencoderGradients(x: Tensor, target: Tensor, { encoder, decoder }: Both) {
  requireLayers(x.shape[1]!, encoder);
  requireLayers(encoder.b2.size, decoder);
  requireAlike(target, zeros(x.shape[0]!, decoder.b2.size));
  const gradients = { encoder: nothingFor(encoder), decoder: nothingFor(decoder) };
  const [N, targets] = [x.shape[0]!, rowsOf(target)];
  const losses = rowsOf(x).map((row, n) => {
    const { before, out } = through(row, encoder);
    const { loss, dz } = drawn(out, targets[n]!, decoder, N, gradients.decoder);
    back(row, before, dz, encoder, gradients.encoder);
    return loss;
  });
  return { loss: sum(losses), gradients };
}

export function denoisingGradients(
  x: Tensor,
  params: Both,
  deviation: number,
  random: () => number,
) {
  // Columns first: the order of the draws is the author's own.
  const noisy = zeros(...x.shape);
  for (const d of range(x.shape[1]!)) {
    for (const n of range(x.shape[0]!)) noisy.set(n, d, x.get(n, d) + deviation * normal(random));
  }
  return autoencoderGradients(noisy, x, params);
}

export function tiedGradients(x: Tensor, { W, b, c }: { W: Tensor; b: Tensor; c: Tensor }) {
  const [N, D, K] = [x.shape[0]!, W.shape[0]!, W.shape[1]!];
  if (x.shape[1] !== D || b.size !== K || c.size !== D) throw new RangeError('sizes do not fit');
  const gradients = { W: zeros(D, K), b: zeros(K), c: zeros(D) };
  let loss = 0;
  for (const row of rowsOf(x)) {
    const before = listOf(b).map((v, k) => v + sum(row.map((pixel, d) => pixel * W.get(d, k))));
    const z = before.map((v) => Math.max(v, 0));
    const y = listOf(c).map((v, d) => squash(v + sum(z.map((code, k) => code * W.get(d, k)))));
    const differences = y.map((value, d) => value - row[d]!);
    loss += sum(differences.map((d) => d ** 2)) / N;
    const dlogits = y.map((value, d) => (2 * differences[d]! * value * (1 - value)) / N);
    const dbefore = before.map((v, k) => (v > 0 ? sum(dlogits.map((g, d) => g * W.get(d, k))) : 0));
    for (const d of range(D)) {
      gradients.c.set(d, gradients.c.get(d) + dlogits[d]!);
      for (const k of range(K)) {
        const both = row[d]! * dbefore[k]! + dlogits[d]! * z[k]!;
        gradients.W.set(d, k, gradients.W.get(d, k) + both);
      }
    }
    for (const k of range(K)) gradients.b.set(k, gradients.b.get(k) + dbefore[k]!);
  }
  return { loss, gradients };
}

export function reparameterizeForward(mu: Tensor, logVar: Tensor, epsilon: Tensor) {
  requireAlike(mu, logVar, epsilon);
  const spread = filled(
    mu.shape,
    (n, k) => Math.exp(0.5 * logVar.get(n!, k!)) * epsilon.get(n!, k!),
  );
  return { out: filled(mu.shape, (n, k) => mu.get(n!, k!) + spread.get(n!, k!)), cache: spread };
}

export function reparameterizeBackward(dout: Tensor, spread: Tensor) {
  return {
    dmu: filled(dout.shape, (n, k) => dout.get(n!, k!)),
    dlogVar: filled(dout.shape, (n, k) => 0.5 * dout.get(n!, k!) * spread.get(n!, k!)),
  };
}

export function klDivergence(mu: Tensor, logVar: Tensor) {
  requireAlike(mu, logVar);
  const N = mu.shape[0]!;
  const [means, logs] = [rowsOf(mu).flat(), rowsOf(logVar).flat()];
  return {
    loss: sum(means.map((m, i) => m * m + Math.expm1(logs[i]!) - logs[i]!)) / 2 / N,
    dmu: filled(mu.shape, (n, k) => mu.get(n!, k!) / N),
    dlogVar: filled(mu.shape, (n, k) => Math.expm1(logVar.get(n!, k!)) / (2 * N)),
  };
}

export function vaeGradients(x: Tensor, { encoder, decoder }: Both, epsilon: Tensor, beta: number) {
  const [N, K] = [x.shape[0]!, epsilon.shape[1]!];
  requireLayers(x.shape[1]!, encoder);
  requireLayers(K, decoder);
  if (encoder.b2.size !== 2 * K || epsilon.shape[0] !== N) throw new RangeError('ε does not fit');
  const gradients = { encoder: nothingFor(encoder), decoder: nothingFor(decoder) };
  let loss = 0;
  for (const [n, row] of rowsOf(x).entries()) {
    const { before, out } = through(row, encoder);
    const codes = range(K).map((k) => {
      const deviation = Math.exp(out[K + k]! / 2);
      return { mean: out[k]!, deviation, noise: deviation * epsilon.get(n, k) };
    });
    const z = codes.map(({ mean, noise }) => mean + noise);
    const image = drawn(z, row, decoder, N, gradients.decoder);
    const pull = beta / N;
    loss += image.loss;
    loss +=
      pull *
      sum(
        codes.map(
          ({ mean, deviation }) => (mean ** 2 + deviation ** 2 - 1) / 2 - Math.log(deviation),
        ),
      );
    const dcode = [
      ...codes.map(({ mean }, k) => image.dz[k]! + pull * mean),
      ...codes.map(
        ({ deviation, noise }, k) => (image.dz[k]! * noise) / 2 + (pull * (deviation ** 2 - 1)) / 2,
      ),
    ];
    back(row, before, dcode, encoder, gradients.encoder);
  }
  return { loss, gradients };
}

export function interpolate(from: Tensor, to: Tensor, count: number): Tensor {
  if (!(count >= 2) || from.dimension !== 1 || from.size !== to.size) {
    throw new RangeError('give two codes of one length, and 2 or more');
  }
  return filled([count, from.size], (i, k) => {
    const [start, end] = [from.get(k!), to.get(k!)];
    return i === count - 1 ? end : start + ((end - start) * i!) / (count - 1);
  });
}

export function sampleImages(decoder: Layers, count: number, random: () => number): Tensor {
  const K = decoder.W1.shape[0]!;
  const numbers = range(K).map(() => range(count).map(() => normal(random)));
  return decode(
    filled([count, K], (n, k) => numbers[k!]![n!]!),
    decoder,
  );
}
