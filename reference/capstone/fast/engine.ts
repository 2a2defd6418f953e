/**
 * The network on gpu.js kernels, formulated for speed: see layout.ts for how the images lie in memory, and the
 * lesson's SPEED.md for why.
 */
import ndarray from 'ndarray';
import { softmaxLossBackward, softmaxLossForward } from '#lessons/05-backprop';
import { panels, padImages, layoutOf } from './layout.ts';
import { firstNotFinite, type Batch, type PromptEngine } from '../engine.ts';
import { CLASSES, PIXELS, SIDE, split } from '../network.ts';
import type { KernelBackend } from './compile.ts';
import { convolution, packFilters, packTurnedFilters } from './convolution.ts';
import { filterGradient } from './filter-gradient.ts';
import { reluPool, reluPoolBackward, reluRows, reluRowsBackward } from './pooling.ts';
import { matrixProduct } from './product.ts';

/** The logits of an image, rounded up to a multiple of 4 as the kernels want it. */
const STRIDE = 12;

/** The inputs of the first affine layer, and its outputs. */
const [D, M] = [64 * 7 * 7, 128];

const NO_BIAS = new Float32Array(64);

/**
 * An engine for batches of up to `size` images. All kernels are compiled for that many; where a batch has fewer,
 * the others are zeros.
 *
 * @param size a multiple of 4, from 4 to 512: beyond that a place in memory has no exact float32
 */
export function fastEngine(backend: KernelBackend, size: number): PromptEngine {
  if (size % 4 !== 0 || size < 4 || size > 512) {
    throw new RangeError(
      `fastEngine: the size is ${size} and must be a multiple of 4 from 4 to 512; split the batch into parts of that size`,
    );
  }
  const N = size;
  const [image, first, second, last] = [
    layoutOf({ N, C: 1, H: SIDE, W: SIDE }),
    layoutOf({ N, C: 16, H: 14, W: 14 }),
    layoutOf({ N, C: 32, H: 7, W: 7 }),
    layoutOf({ N, C: 64, H: 7, W: 7 }),
  ];
  const conv1 = convolution(backend, image, 16);
  const conv2 = convolution(backend, first, 32);
  const conv3 = convolution(backend, second, 64);
  const out1 = layoutOf({ ...image, C: 16 });
  const out2 = layoutOf({ ...first, C: 32 });
  const dconv3 = convolution(backend, last, 32);
  const dconv2 = convolution(backend, out2, 16);
  const dfilters1 = filterGradient(backend, image, 16);
  const dfilters2 = filterGradient(backend, first, 32);
  const dfilters3 = filterGradient(backend, second, 64);
  const affine = (I: number, K: number, J: number, rowStep: number, columnStep: number) =>
    matrixProduct(backend, { I, K, J, rowStep, columnStep });
  const affine4 = affine(N, D, M, D, 1);
  const affine5 = affine(N, M, CLASSES, M, 1);
  const drelu4 = affine(N, STRIDE, M, STRIDE, 1);
  const dweights5 = affine(M, N, CLASSES, 1, M);
  const drelu3 = affine(N, M, D, M, 1);
  const dweights4 = affine(D, N, M, 1, D);

  function forward(parameters: Float32Array, images: Float32Array) {
    const { W1, b1, W2, b2, W3, b3, W4, b4, W5, b5 } = split(parameters);
    const planes = padImages(images, image);
    const quads1 = conv1(planes, packFilters(W1, 16, 1), b1);
    const pool1 = reluPool(quads1, out1);
    const quads2 = conv2(pool1.planes, packFilters(W2, 32, 16), b2);
    const pool2 = reluPool(quads2, out2);
    const quads3 = conv3(pool2.planes, packFilters(W3, 64, 32), b3);
    const rows = reluRows(quads3, last);
    const hidden = new Float32Array(N * M);
    affine4(rows, panels(W4, [D, M], [M, 1]), hidden);
    for (let i = 0; i < hidden.length; i++) hidden[i] = Math.max(0, hidden[i]! + b4[i % M]!);
    const logits = new Float32Array(N * CLASSES);
    affine5(hidden, panels(W5, [M, CLASSES], [CLASSES, 1]), logits);
    for (let i = 0; i < logits.length; i++) logits[i]! += b5[i % CLASSES]!;
    return { planes, quads1, pool1, quads2, pool2, quads3, rows, hidden, logits };
  }

  function requireFit(images: Float32Array): void {
    const count = images.length / PIXELS;
    if (!Number.isInteger(count) || count < 1 || count > N) {
      throw new RangeError(
        `fastEngine: ${images.length} pixels came, and from 1 to ${N} images of ${PIXELS} fit; split the batch`,
      );
    }
  }

  return {
    gradient(parameters: Float32Array, { images, labels }: Batch, gradient: Float32Array): number {
      requireFit(images);
      const { W2, W3, W4, W5 } = split(parameters);
      const d = split(gradient);
      const { planes, pool1, pool2, rows, hidden, logits } = forward(parameters, images);

      // Ten numbers an image are no work for a kernel.
      const count = labels.length;
      const { loss, cache } = softmaxLossForward(
        ndarray(Float64Array.from(logits.subarray(0, count * CLASSES)), [count, CLASSES]),
        ndarray(labels, [count]),
      );
      const dlogits = new Float32Array(N * STRIDE);
      softmaxLossBackward(1, cache).dlogits.data.forEach((value, i) => {
        dlogits[Math.floor(i / CLASSES) * STRIDE + (i % CLASSES)] = value;
      });

      dweights5(hidden, panels(dlogits, [N, STRIDE], [CLASSES, 1]), d.W5);
      sumRows(dlogits, STRIDE, d.b5);
      const dhidden = new Float32Array(N * M);
      // The transposed weights; the two rows that fill the logits up to twelve are zeros.
      const turned5 = new Float32Array(STRIDE * M);
      for (let m = 0; m < M; m++) {
        for (let k = 0; k < CLASSES; k++) turned5[k * M + m] = W5[m * CLASSES + k]!;
      }
      drelu4(dlogits, panels(turned5, [STRIDE, M], [M, 1]), dhidden);
      for (let i = 0; i < dhidden.length; i++) if (hidden[i] === 0) dhidden[i] = 0;

      dweights4(rows, panels(dhidden, [N, M], [M, 1]), d.W4);
      sumRows(dhidden, M, d.b4);
      const drows = new Float32Array(N * D);
      drelu3(dhidden, panels(W4, [M, 1], [D, M]), drows);

      const dquads3 = reluRowsBackward(drows, rows, last);
      dfilters3(dquads3, pool2.planes, d.W3, d.b3);
      const dpool2 = dconv3(dquads3, packTurnedFilters(W3, 64, 32), NO_BIAS);
      const dquads2 = reluPoolBackward(dpool2, pool2.places, out2);
      dfilters2(dquads2, pool1.planes, d.W2, d.b2);
      const dpool1 = dconv2(dquads2, packTurnedFilters(W2, 32, 16), NO_BIAS);
      const dquads1 = reluPoolBackward(dpool1, pool1.places, out1);
      dfilters1(dquads1, planes, d.W1, d.b1);
      return loss;
    },

    logits(parameters: Float32Array, images: Float32Array): Float32Array {
      requireFit(images);
      const { logits } = forward(parameters, images);
      return logits.slice(0, (images.length / PIXELS) * CLASSES);
    },

    firstNotFinite(parameters: Float32Array, images: Float32Array): string | undefined {
      requireFit(images);
      const { quads1, quads2, quads3, hidden, logits } = forward(parameters, images);
      const layers = {
        conv1: quads1,
        conv2: quads2,
        conv3: quads3,
        affine4: hidden,
        affine5: logits,
      };
      return firstNotFinite(Object.entries(layers));
    },
  };
}

/** The sum of each column of a matrix whose rows are `stride` apart. */
function sumRows(matrix: Float32Array, stride: number, sums: Float32Array): void {
  sums.fill(0);
  for (let start = 0; start < matrix.length; start += stride) {
    for (let i = 0; i < sums.length; i++) sums[i]! += matrix[start + i]!;
  }
}
