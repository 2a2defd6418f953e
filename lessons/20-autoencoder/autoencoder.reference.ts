/**
 * Lesson 20: a network that draws its own input again from a few numbers, the code; and one that learns where codes lie.
 *
 * Images are rows of D pixels, from 0 to 1, and a code has K numbers. The encoder makes codes of images, the decoder
 * images of codes. Both are lesson 05's two layers.
 */
import { add, copy, filled, map, requireSizes, zip, type Tensor } from '#arrays';
import { sumSquaredResiduals, sumSquaredResidualsGradient } from '#lessons/03-losses';
import {
  affineBackward,
  affineForward,
  reluBackward,
  reluForward,
  sigmoidBackward,
  sigmoidForward,
  type AffineCache,
  type Forward,
  type TwoLayerParams,
} from '#lessons/05-backprop';
import { scaledNormal } from '#lessons/08-initialization';
import { inputNoise } from '#lessons/10-regularization';

/** What a reconstruction costs, and how fast that grows with each pixel of it. */
export interface Reconstruction {
  /** At least 0. */
  loss: number;
  /** Shape (N, D). */
  dout: Tensor;
}

/**
 * 20.1 How far images are from what they should be: 1/N · Σₙ Σ_d (outₙ_d − targetₙ_d)², a sum over the pixels and a mean
 * over the batch; and its gradient with respect to out, 2/N · (out − target).
 *
 * @param out images that were drawn, shape (N, D), N at least 1
 * @param target what they should be, shape (N, D)
 * @returns the loss and its gradient
 * @throws RangeError when the two are not matrices of one shape
 */
export function reconstructionLoss(out: Tensor, target: Tensor): Reconstruction {
  requireSizes('reconstructionLoss', { out: [out, 'N, D'], target: [target, 'N, D'] });
  const N = out.shape[0]!;
  return {
    loss: sumSquaredResiduals(out, target) / N,
    dout: map(sumSquaredResidualsGradient(out, target), (slope) => slope / N),
  };
}

/** What twoLayerBackward needs to know of the forward pass. Change it if you keep something else. */
export interface TwoLayerCache {
  first: AffineCache;
  hidden: Tensor;
  second: AffineCache;
}

/**
 * 20.2 Two layers: out = ReLU(x · W1 + b1) · W2 + b2. Nothing is done to the result.
 *
 * It is the encoder as it stands, and all of the decoder but its sigmoid.
 *
 * @param x shape (N, D)
 * @param params W1 (D, H), b1 (H), W2 (H, M) and b2 (M)
 * @returns out of shape (N, M), and a cache for twoLayerBackward
 * @throws RangeError when the sizes don't fit
 */
export function twoLayerForward(x: Tensor, params: TwoLayerParams): Forward<TwoLayerCache> {
  const first = affineForward(x, params.W1, params.b1);
  const hidden = reluForward(first.out);
  const second = affineForward(hidden.out, params.W2, params.b2);
  return {
    out: second.out,
    cache: { first: first.cache, hidden: hidden.cache, second: second.cache },
  };
}

/** What comes back through two layers. */
export interface TwoLayerBack {
  /** How fast the loss grows with each entry of x, shape (N, D). */
  dx: Tensor;
  /** How fast it grows with each parameter, under its own name. */
  gradients: TwoLayerParams;
}

/**
 * 20.3 The backward half of twoLayerForward: through each part of it, from the last to the first.
 *
 * @param dout how fast the loss grows with each entry of out, shape (N, M)
 * @param cache what twoLayerForward returned
 * @returns dx of shape (N, D), and the gradients in the shapes of the parameters
 */
export function twoLayerBackward(dout: Tensor, cache: TwoLayerCache): TwoLayerBack {
  const { dx: dhidden, dW: W2, db: b2 } = affineBackward(dout, cache.second);
  const { dx: dfirst } = reluBackward(dhidden, cache.hidden);
  const { dx, dW: W1, db: b1 } = affineBackward(dfirst, cache.first);
  return { dx, gradients: { W1, b1, W2, b2 } };
}

/**
 * 20.4 The images that a decoder draws for codes: the sigmoid of its two layers.
 *
 * @param z codes, shape (N, K)
 * @param decoder W1 (K, H), b1 (H), W2 (H, D) and b2 (D)
 * @returns pixels from 0 to 1, shape (N, D)
 * @throws RangeError when the sizes don't fit
 */
export function decode(z: Tensor, decoder: TwoLayerParams): Tensor {
  return sigmoidForward(twoLayerForward(z, decoder).out).out;
}

/** The parameters of both halves. */
export interface AutoencoderParams {
  /** From D pixels by way of H units to K numbers; to 2K in a variational one. */
  encoder: TwoLayerParams;
  /** From K numbers by way of H units to D pixels. */
  decoder: TwoLayerParams;
}

/** What an autoencoder costs on a batch, and which way that is changed. */
export interface AutoencoderGradients {
  loss: number;
  /** How fast the loss grows with each entry of each parameter. */
  gradients: AutoencoderParams;
}

/**
 * 20.5 The loss of an autoencoder on a batch, and its gradient with respect to every parameter.
 *
 * The code z is what the encoder's two layers make of x, the image is decode(z), and the loss is 20.1's, between the
 * image and the target. In a plain autoencoder the target is x itself.
 *
 * Hinton and Salakhutdinov 2006, https://doi.org/10.1126/science.1127647
 *
 * @param x what the encoder sees, shape (N, D), N at least 1
 * @param target what the decoder should draw, shape (N, D)
 * @param params of the encoder and the decoder; they stay as they are
 * @returns the loss, and a gradient in the shape of each parameter
 * @throws RangeError when the sizes don't fit
 */
export function autoencoderGradients(
  x: Tensor,
  target: Tensor,
  { encoder, decoder }: AutoencoderParams,
): AutoencoderGradients {
  const code = twoLayerForward(x, encoder);
  const { loss, dz, gradients } = decoderGradients(code.out, target, decoder);
  return {
    loss,
    gradients: { encoder: twoLayerBackward(dz, code.cache).gradients, decoder: gradients },
  };
}

/**
 * 20.6 The same for a denoising autoencoder: it sees noisy images, x + σ · noise, and should draw the clean ones.
 *
 * The noise is 10.10's, drawn anew for every pixel of every image in each call.
 *
 * Vincent, Larochelle, Bengio and Manzagol 2008, https://doi.org/10.1145/1390156.1390294
 *
 * @param x clean images, shape (N, D), N at least 1
 * @param params of the encoder and the decoder
 * @param deviation σ, the standard deviation of the noise, from 0
 * @param random a seeded generator, uniform in [0, 1)
 * @returns the loss, and a gradient in the shape of each parameter
 * @throws RangeError when the sizes don't fit
 */
export function denoisingGradients(
  x: Tensor,
  params: AutoencoderParams,
  deviation: number,
  random: () => number,
): AutoencoderGradients {
  const noisy = inputNoise(x, { deviation, training: true }, random);
  return autoencoderGradients(noisy, x, params);
}

/** The parameters of an autoencoder that reads and draws with the same weights. */
export interface TiedParams {
  /** From pixels to code, and transposed from code to pixels, shape (D, K). */
  W: Tensor;
  /** Of the code, shape (K). */
  b: Tensor;
  /** Of the pixels, shape (D). */
  c: Tensor;
}

/** What a tied autoencoder costs on a batch, and which way that is changed. */
export interface TiedGradients {
  loss: number;
  gradients: TiedParams;
}

/**
 * 20.7 The loss and the gradients of an autoencoder with tied weights.
 *
 *     z = ReLU(x · W + b),    out = sigmoid(z · Wᵀ + c),    the loss is 20.1's between out and x
 *
 * W is read twice, so its gradient is a sum: what comes back to it from the encoder, and what comes back to its
 * transpose from the decoder, transposed.
 *
 * @param x images, shape (N, D), N at least 1
 * @param params W (D, K), b (K) and c (D)
 * @returns the loss, and a gradient in the shape of each parameter
 * @throws RangeError when the sizes don't fit
 */
export function tiedGradients(x: Tensor, { W, b, c }: TiedParams): TiedGradients {
  const encoded = affineForward(x, W, b);
  const code = reluForward(encoded.out);
  const decoded = affineForward(code.out, W.transpose(1, 0), c);
  const image = sigmoidForward(decoded.out);
  const { loss, dout } = reconstructionLoss(image.out, x);

  const { dx: dlogits } = sigmoidBackward(dout, image.cache);
  const { dx: dcode, dW: drawing, db: dc } = affineBackward(dlogits, decoded.cache);
  const { dx: dencoded } = reluBackward(dcode, code.cache);
  const { dW: reading, db } = affineBackward(dencoded, encoded.cache);
  return { loss, gradients: { W: add(reading, drawing.transpose(1, 0)), b: db, c: dc } };
}

/** What reparameterizeBackward needs to know of the forward pass. Change it if you keep something else. */
export interface ReparameterizeCache {
  logVar: Tensor;
  epsilon: Tensor;
}

/**
 * 20.8 A draw from the normal distribution with a mean and a variance that a network gave: z = μ + e^(½ · logVar) · ε.
 *
 * All chance is in ε, so z has a slope along μ and along logVar. logVar is ln σ², any number, and e^(½ · logVar) is σ.
 *
 * Kingma and Welling 2013, section 2.4, https://arxiv.org/abs/1312.6114
 *
 * @param mu μ, shape (N, K)
 * @param logVar ln σ², shape (N, K)
 * @param epsilon ε, standard normal numbers that were drawn before, shape (N, K)
 * @returns out of shape (N, K), and a cache for reparameterizeBackward
 * @throws RangeError when the three are not matrices of one shape
 */
export function reparameterizeForward(
  mu: Tensor,
  logVar: Tensor,
  epsilon: Tensor,
): Forward<ReparameterizeCache> {
  requireSizes('reparameterizeForward', {
    mu: [mu, 'N, K'],
    logVar: [logVar, 'N, K'],
    epsilon: [epsilon, 'N, K'],
  });
  const noise = zip(logVar, epsilon, (v, e) => Math.exp(v / 2) * e);
  return { out: add(mu, noise), cache: { logVar, epsilon } };
}

/** How fast a loss grows with what an encoder says of its codes. */
export interface CodeGradients {
  /** With each mean, shape (N, K). */
  dmu: Tensor;
  /** With the logarithm of each variance, shape (N, K). */
  dlogVar: Tensor;
}

/**
 * 20.9 The backward half of reparameterizeForward: dμ = dout, dlogVar = dout · ½ · e^(½ · logVar) · ε.
 *
 * ε is no parameter, and gets nothing.
 *
 * @param dout how fast the loss grows with each entry of out, shape (N, K)
 * @param cache what reparameterizeForward returned
 * @returns both gradients, shape (N, K)
 */
export function reparameterizeBackward(
  dout: Tensor,
  { logVar, epsilon }: ReparameterizeCache,
): CodeGradients {
  const slope = zip(logVar, epsilon, (v, e) => (Math.exp(v / 2) * e) / 2);
  return { dmu: copy(dout), dlogVar: zip(dout, slope, (d, s) => d * s) };
}

/** What it costs to be far from the standard normal distribution. */
export interface Divergence extends CodeGradients {
  /** At least 0. */
  loss: number;
}

/**
 * 20.10 The Kullback-Leibler divergence of normal distributions from the standard one,
 *
 *     1/N · Σₙ Σₖ ½ · (μ² + σ² − ln σ² − 1),
 *
 * a sum over the code and a mean over the batch; and its gradients, μ/N and ½ · (σ² − 1)/N with respect to ln σ².
 *
 * Kingma and Welling 2013, appendix B, https://arxiv.org/abs/1312.6114
 *
 * @param mu μ, shape (N, K), N at least 1
 * @param logVar ln σ², shape (N, K)
 * @returns the divergence, and both gradients of shape (N, K)
 * @throws RangeError when the two are not matrices of one shape
 */
export function klDivergence(mu: Tensor, logVar: Tensor): Divergence {
  requireSizes('klDivergence', { mu: [mu, 'N, K'], logVar: [logVar, 'N, K'] });
  const N = mu.shape[0]!;
  const terms = zip(mu, logVar, (m, v) => (m ** 2 + Math.exp(v) - v - 1) / 2);
  return {
    loss: terms.data.reduce((sum, term) => sum + term, 0) / N,
    dmu: map(mu, (m) => m / N),
    dlogVar: map(logVar, (v) => (Math.exp(v) - 1) / 2 / N),
  };
}

/**
 * 20.11 The loss of a variational autoencoder on a batch, and its gradient with respect to every parameter.
 *
 * The encoder's two layers give 2K numbers for each image: its K means first, then the K logarithms of the variances.
 * The code is 20.8's draw, the image is decode(code), and
 *
 *     loss = reconstructionLoss(image, x) + β · klDivergence(μ, logVar).
 *
 * μ and logVar are read twice, by the draw and by the divergence, so their gradients are sums.
 *
 * Kingma and Welling 2013, https://arxiv.org/abs/1312.6114; β: Higgins and others 2017,
 * https://openreview.net/forum?id=Sy2fzU9gl
 *
 * @param x images, shape (N, D), N at least 1
 * @param params of the encoder, to 2K numbers, and of the decoder, from K
 * @param epsilon standard normal numbers that were drawn before, shape (N, K)
 * @param beta β, what the divergence counts, from 0
 * @returns the loss, and a gradient in the shape of each parameter
 * @throws RangeError when the sizes don't fit
 */
export function vaeGradients(
  x: Tensor,
  { encoder, decoder }: AutoencoderParams,
  epsilon: Tensor,
  beta: number,
): AutoencoderGradients {
  const code = twoLayerForward(x, encoder);
  const { mu, logVar } = halves(code.out);
  const draw = reparameterizeForward(mu, logVar, epsilon);
  const { loss, dz, gradients } = decoderGradients(draw.out, x, decoder);
  const drawn = reparameterizeBackward(dz, draw.cache);
  const divergence = klDivergence(mu, logVar);

  const both = (one: Tensor, other: Tensor): Tensor => zip(one, other, (a, b) => a + beta * b);
  const dcode = sideBySide(
    both(drawn.dmu, divergence.dmu),
    both(drawn.dlogVar, divergence.dlogVar),
  );
  return {
    loss: loss + beta * divergence.loss,
    gradients: { encoder: twoLayerBackward(dcode, code.cache).gradients, decoder: gradients },
  };
}

/**
 * 20.12 Codes on the straight way from one to another, in even steps, both ends included:
 * zᵢ = from + i/(count − 1) · (to − from) for i = 0 … count − 1.
 *
 * @param from a code, shape (K)
 * @param to a code, shape (K)
 * @param count how many, a whole number from 2
 * @returns shape (count, K)
 * @throws RangeError when the two differ in length, or count is below 2
 */
export function interpolate(from: Tensor, to: Tensor, count: number): Tensor {
  requireSizes('interpolate', { from: [from, 'K'], to: [to, 'K'] });
  if (count < 2) {
    throw new RangeError(
      `interpolate: count is ${count} and both ends are to be among the codes; give 2 or more`,
    );
  }
  return filled([count, from.size], (i, k) => {
    const part = i! / (count - 1);
    return (1 - part) * from.get(k!) + part * to.get(k!);
  });
}

/**
 * 20.13 New images: codes drawn from the standard normal distribution, each number by itself, and decoded.
 *
 * That is where the divergence pulls the codes of a variational autoencoder. Those of a plain one lie anywhere.
 *
 * @param decoder W1 (K, H), b1 (H), W2 (H, D) and b2 (D)
 * @param count how many images, from 0
 * @param random a seeded generator, uniform in [0, 1)
 * @returns pixels from 0 to 1, shape (count, D)
 */
export function sampleImages(decoder: TwoLayerParams, count: number, random: () => number): Tensor {
  const K = decoder.W1.shape[0]!;
  return decode(scaledNormal([count, K], 1, random), decoder);
}

/** The loss of what a decoder draws for codes, and what comes back to the codes and to its parameters. */
function decoderGradients(
  z: Tensor,
  target: Tensor,
  decoder: TwoLayerParams,
): { loss: number; dz: Tensor; gradients: TwoLayerParams } {
  const logits = twoLayerForward(z, decoder);
  const image = sigmoidForward(logits.out);
  const { loss, dout } = reconstructionLoss(image.out, target);
  const { dx: dlogits } = sigmoidBackward(dout, image.cache);
  const { dx: dz, gradients } = twoLayerBackward(dlogits, logits.cache);
  return { loss, dz, gradients };
}

/** The left half of the columns and the right half. */
function halves(code: Tensor): { mu: Tensor; logVar: Tensor } {
  const [N, columns] = code.shape as [number, number];
  return { mu: code.hi(N, columns / 2), logVar: code.lo(0, columns / 2) };
}

/** Two matrices of one shape, one to the right of the other. */
function sideBySide(left: Tensor, right: Tensor): Tensor {
  const [N, K] = left.shape as [number, number];
  return filled([N, 2 * K], (n, k) => (k! < K ? left.get(n!, k!) : right.get(n!, k! - K)));
}
