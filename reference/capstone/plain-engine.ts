/**
 * The network in plain TypeScript and double precision: what runs where WebAssembly doesn't, and what the other
 * engines are checked against. All images are `[N][C][H][W]`.
 */
import ndarray from 'ndarray';
import { softmaxLossBackward, softmaxLossForward } from '#lessons/05-backprop';
import { firstNotFinite, type PromptEngine } from './engine.ts';
import { CLASSES, PIXELS, SIDE, split } from './network.ts';

/** The sizes of a convolution: N images with C channels of S×S, F filters of 3×3 and a padding of 1. */
interface ConvSize {
  N: number;
  C: number;
  F: number;
  S: number;
}

/** An engine for batches of any size. */
export function plainEngine(): PromptEngine {
  return {
    gradient(parameters, { images, labels }, gradient) {
      const N = labels.length;
      const { W2, W3, W4, W5 } = split(parameters);
      const d = split(gradient);
      const { conv1, pool1, conv2, pool2, conv3, relu3, affine4, relu4, logits } = layerOutputs(
        parameters,
        images,
      );
      const { loss, cache } = softmaxLossForward(
        ndarray(logits, [N, CLASSES]),
        ndarray(labels, [N]),
      );

      const { dlogits } = softmaxLossBackward(1, cache);
      const drelu4 = affineBackward(relu4, W5, dlogits.data, N, d.W5, d.b5);
      const daffine4 = reluBackward(drelu4, affine4);
      const drelu3 = affineBackward(relu3, W4, daffine4, N, d.W4, d.b4);
      const dconv3 = reluBackward(drelu3, conv3);
      const dpool2 = convBackward(pool2, W3, dconv3, { N, C: 32, F: 64, S: 7 }, d.W3, d.b3);
      const dconv2 = poolBackward(dpool2, conv2, 14);
      const dpool1 = convBackward(pool1, W2, dconv2, { N, C: 16, F: 32, S: 14 }, d.W2, d.b2);
      const dconv1 = poolBackward(dpool1, conv1, SIDE);
      convBackward(
        Float64Array.from(images),
        split(parameters).W1,
        dconv1,
        { N, C: 1, F: 16, S: SIDE },
        d.W1,
        d.b1,
      );
      return loss;
    },

    logits(parameters, images) {
      return Float32Array.from(layerOutputs(parameters, images).logits);
    },

    firstNotFinite(parameters, images) {
      const { conv1, conv2, conv3, affine4, logits } = layerOutputs(parameters, images);
      const layers = { conv1, conv2, conv3, affine4, affine5: logits };
      return firstNotFinite(Object.entries(layers));
    },
  };
}

/**
 * What each layer makes of images: convolutions and affine layers before their ReLU, and what the next layer gets of
 * them.
 *
 * @param parameters flat, as in network.ts
 * @param images pixels in [0, 1], shape (N · 784)
 * @returns conv1 (N, 16, 28, 28), pool1 (N, 16, 14, 14), conv2 (N, 32, 14, 14), pool2 (N, 32, 7, 7), conv3 and relu3
 *   (N, 64, 7, 7), affine4 and relu4 (N, 128), logits (N, 10), all of them flat
 */
export function layerOutputs(parameters: Float32Array, images: Float32Array) {
  const N = images.length / PIXELS;
  const { W1, b1, W2, b2, W3, b3, W4, b4, W5, b5 } = split(parameters);
  const conv1 = conv(Float64Array.from(images), W1, b1, { N, C: 1, F: 16, S: SIDE });
  const pool1 = reluPool(conv1, SIDE);
  const conv2 = conv(pool1, W2, b2, { N, C: 16, F: 32, S: 14 });
  const pool2 = reluPool(conv2, 14);
  const conv3 = conv(pool2, W3, b3, { N, C: 32, F: 64, S: 7 });
  const relu3 = relu(conv3);
  const affine4 = affine(relu3, W4, b4, N);
  const relu4 = relu(affine4);
  const logits = affine(relu4, W5, b5, N);
  return { conv1, pool1, conv2, pool2, conv3, relu3, affine4, relu4, logits };
}

/**
 * Calls `each` for every row of every product of a convolution: a tap of a filter times the part of an image's
 * row that it meets. What is left is a loop over the pixels of a row, which is where the time goes.
 */
function forRows(
  { N, C, F, S }: ConvSize,
  each: (weight: number, x: number, out: number, count: number) => void,
): void {
  for (let n = 0; n < N; n++) {
    for (let f = 0; f < F; f++) {
      for (let c = 0; c < C; c++) {
        for (let tap = 0; tap < 9; tap++) {
          const [p, q] = [Math.floor(tap / 3) - 1, (tap % 3) - 1];
          const left = Math.max(0, -q);
          for (let i = Math.max(0, -p); i < Math.min(S, S - p); i++) {
            const out = ((n * F + f) * S + i) * S + left;
            const x = ((n * C + c) * S + i + p) * S + left + q;
            each((f * C + c) * 9 + tap, x, out, S - Math.abs(q));
          }
        }
      }
    }
  }
}

function conv(x: Float64Array, W: Float32Array, b: Float32Array, size: ConvSize): Float64Array {
  const { N, F, S } = size;
  const out = new Float64Array(N * F * S * S);
  for (let i = 0; i < out.length; i++) out[i] = b[Math.floor(i / (S * S)) % F]!;
  forRows(size, (weight, from, to, count) => {
    const w = W[weight]!;
    for (let j = 0; j < count; j++) out[to + j]! += w * x[from + j]!;
  });
  return out;
}

/** Writes the gradients by the filters and the bias, and returns the one by x. */
function convBackward(
  x: Float64Array,
  W: Float32Array,
  dout: Float64Array,
  size: ConvSize,
  dW: Float32Array,
  db: Float32Array,
): Float64Array {
  const { F, S } = size;
  const dx = new Float64Array(x.length);
  const [weights, biases] = [new Float64Array(dW.length), new Float64Array(db.length)];
  forRows(size, (weight, from, to, count) => {
    const w = W[weight]!;
    let sum = 0;
    for (let j = 0; j < count; j++) {
      sum += dout[to + j]! * x[from + j]!;
      dx[from + j]! += dout[to + j]! * w;
    }
    weights[weight]! += sum;
  });
  dout.forEach((value, i) => (biases[Math.floor(i / (S * S)) % F]! += value));
  dW.set(weights);
  db.set(biases);
  return dx;
}

function relu(x: Float64Array): Float64Array {
  return x.map((value) => Math.max(0, value));
}

function reluBackward(dout: Float64Array, x: Float64Array): Float64Array {
  return dout.map((value, i) => (x[i]! > 0 ? value : 0));
}

/**
 * The place of the largest of the 2×2 values at a window of images with S×S pixels; the first one of equals. What
 * is not a number counts as the largest, so that a run that went astray is noticed.
 */
function largestAt(x: Float64Array, window: number, S: number): number {
  const half = S / 2;
  const first = 2 * (Math.floor(window / half) * S + (window % half));
  let place = first;
  for (const other of [first + 1, first + S, first + S + 1]) {
    if (x[other]! > x[place]! || Number.isNaN(x[other]!)) place = other;
  }
  return place;
}

/** ReLU and max pooling with windows of 2×2; S is the height and width of the images. */
function reluPool(x: Float64Array, S: number): Float64Array {
  return new Float64Array(x.length / 4).map((_, i) => Math.max(0, x[largestAt(x, i, S)]!));
}

function poolBackward(dout: Float64Array, x: Float64Array, S: number): Float64Array {
  const dx = new Float64Array(x.length);
  dout.forEach((value, i) => {
    const place = largestAt(x, i, S);
    if (x[place]! > 0) dx[place] = value;
  });
  return dx;
}

function affine(x: Float64Array, W: Float32Array, b: Float32Array, N: number): Float64Array {
  const [D, M] = [x.length / N, b.length];
  const out = new Float64Array(N * M);
  for (let n = 0; n < N; n++) {
    for (let m = 0; m < M; m++) out[n * M + m] = b[m]!;
    for (let d = 0; d < D; d++) {
      const value = x[n * D + d]!;
      for (let m = 0; m < M; m++) out[n * M + m]! += value * W[d * M + m]!;
    }
  }
  return out;
}

/** Writes the gradients by the weights and the bias, and returns the one by x. */
function affineBackward(
  x: Float64Array,
  W: Float32Array,
  dout: Float64Array,
  N: number,
  dW: Float32Array,
  db: Float32Array,
): Float64Array {
  const [D, M] = [x.length / N, db.length];
  const dx = new Float64Array(x.length);
  const [weights, biases] = [new Float64Array(dW.length), new Float64Array(M)];
  for (let n = 0; n < N; n++) {
    for (let m = 0; m < M; m++) biases[m]! += dout[n * M + m]!;
    for (let d = 0; d < D; d++) {
      const value = x[n * D + d]!;
      let sum = 0;
      for (let m = 0; m < M; m++) {
        sum += dout[n * M + m]! * W[d * M + m]!;
        weights[d * M + m]! += dout[n * M + m]! * value;
      }
      dx[n * D + d] = sum;
    }
  }
  dW.set(weights);
  db.set(biases);
  return dx;
}
