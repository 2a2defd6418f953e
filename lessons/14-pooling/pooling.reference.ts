/**
 * Lesson 14: pooling, forward and backward. A window goes over every channel of every image, and leaves one number in
 * each place: the largest that it sees, or the mean. There is nothing to learn in it.
 *
 * Images are (N, C, H, W): N images of C channels, H rows and W columns. H and W may differ, and so may the rows and
 * the columns of a window.
 */
import { copy, filled, map, requireAxes, requireSameShape, zeros, zip, type Tensor } from '#arrays';
import type { InputGradient } from '#lessons/05-backprop';
import { outputSize, padImages, type Forward } from '#lessons/13-convolution';
import ops from 'ndarray-ops';

/** A window, and how it goes over an image. */
export interface PoolWindow {
  /** Its rows, from 1. */
  KH: number;
  /** Its columns, from 1. */
  KW: number;
  /** By how many pixels it moves in either direction, from 1. Where that is less than its size, windows overlap. */
  stride: number;
}

/** What the backward pass of max pooling needs. Change it if you keep something else. */
export interface MaxPoolCache {
  x: Tensor;
  window: PoolWindow;
}

/**
 * 14.1 Max pooling: out[n,c,i,j] = max over u and v of x[n, c, i·stride + u, j·stride + v].
 *
 * Riesenhuber and Poggio 1999, https://doi.org/10.1038/14819
 *
 * @param x images, shape (N, C, H, W)
 * @param window its size and its stride
 * @returns out of shape (N, C, OH, OW), with OH and OW as in a convolution without padding (13.1), and a cache for 14.2
 * @throws RangeError when x doesn't have four axes, or the window doesn't fit
 */
export function maxPoolForward(x: Tensor, window: PoolWindow): Forward<MaxPoolCache> {
  const out = filled(pooledShape('maxPoolForward', x, window), (...[n, c, i, j]) => {
    const [row, column] = firstMaximum(x, n!, c!, i! * window.stride, j! * window.stride, window);
    return x.get(n!, c!, row, column);
  });
  return { out, cache: { x, window } };
}

/**
 * 14.2 The backward pass of 14.1: each entry of dout goes to the pixel that was the largest of its window, and to the
 * first in row-major order where several were. A pixel that was the largest of several windows gets the sum; all
 * others get 0.
 *
 * @param dout how fast the loss grows with out, shape (N, C, OH, OW)
 * @param cache what maxPoolForward returned; it stays as it is
 * @returns dx of shape (N, C, H, W)
 */
export function maxPoolBackward(dout: Tensor, { x, window }: MaxPoolCache): InputGradient {
  const dx = zeros(...x.shape);
  const [N, C, OH, OW] = dout.shape as Sizes;
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      for (let i = 0; i < OH; i++) {
        for (let j = 0; j < OW; j++) {
          const [top, left] = [i * window.stride, j * window.stride];
          const [row, column] = firstMaximum(x, n, c, top, left, window);
          dx.set(n, c, row, column, dx.get(n, c, row, column) + dout.get(n, c, i, j));
        }
      }
    }
  }
  return { dx };
}

/** What the backward pass of average pooling needs. Change it if you keep something else. */
export interface AveragePoolCache {
  /** The shape of the images. */
  shape: readonly number[];
  window: PoolWindow;
}

/**
 * 14.3 Average pooling: out[n,c,i,j] = 1 / (KH · KW) · Σ_u Σ_v x[n, c, i·stride + u, j·stride + v].
 *
 * LeCun et al. 1998, section II, where it is called subsampling: http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf
 *
 * @param x images, shape (N, C, H, W)
 * @param window its size and its stride
 * @returns out of shape (N, C, OH, OW), and a cache for 14.4
 * @throws RangeError when x doesn't have four axes, or the window doesn't fit
 */
export function averagePoolForward(x: Tensor, window: PoolWindow): Forward<AveragePoolCache> {
  const { KH, KW, stride } = window;
  const out = filled(pooledShape('averagePoolForward', x, window), (...[n, c, i, j]) => {
    let sum = 0;
    for (let u = 0; u < KH; u++) {
      for (let v = 0; v < KW; v++) sum += x.get(n!, c!, i! * stride + u, j! * stride + v);
    }
    return sum / (KH * KW);
  });
  return { out, cache: { shape: [...x.shape], window } };
}

/**
 * 14.4 The backward pass of 14.3: every pixel of a window gets 1 / (KH · KW) of its dout. A pixel in several windows
 * gets the sum.
 *
 * @param dout how fast the loss grows with out, shape (N, C, OH, OW)
 * @param cache what averagePoolForward returned; it stays as it is
 * @returns dx of shape (N, C, H, W)
 */
export function averagePoolBackward(dout: Tensor, cache: AveragePoolCache): InputGradient {
  const { KH, KW, stride } = cache.window;
  const dx = zeros(...cache.shape);
  const [N, C, OH, OW] = dout.shape as Sizes;
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      for (let i = 0; i < OH; i++) {
        for (let j = 0; j < OW; j++) {
          const share = dout.get(n, c, i, j) / (KH * KW);
          for (let u = 0; u < KH; u++) {
            for (let v = 0; v < KW; v++) {
              const [row, column] = [i * stride + u, j * stride + v];
              dx.set(n, c, row, column, dx.get(n, c, row, column) + share);
            }
          }
        }
      }
    }
  }
  return { dx };
}

/** A window that goes beyond the edges of an image. */
export interface PaddedWindow extends PoolWindow {
  /** How many rows and columns of zeros are around the image, from 0; fewer than the window has. */
  pad: number;
  /** Whether a mean is taken over the whole window, zeros of the padding included, or over pixels of the image alone. */
  countPadding: boolean;
}

/** What the backward pass of padded average pooling needs. Change it if you keep something else. */
export interface PaddedAverageCache {
  /** The shape of the images, without their padding. */
  shape: readonly number[];
  window: PaddedWindow;
}

/**
 * 14.5 Average pooling of an image with a padding. Where the padding is not counted, the sum of a window is divided by
 * how many of its places lie within the image.
 *
 * @param x images, shape (N, C, H, W)
 * @param window its size, its stride, the padding, and whether that counts
 * @returns out of shape (N, C, OH, OW), with OH and OW as in a convolution with this padding (13.1), and a cache for
 *   14.6
 * @throws RangeError when x doesn't have four axes, the window doesn't fit, or the padding has room for a whole window
 */
export function paddedAverageForward(x: Tensor, window: PaddedWindow): Forward<PaddedAverageCache> {
  requireAxes('paddedAverageForward', { x }, 'N, C, H, W');
  const { KH, KW, pad } = window;
  if (pad >= Math.min(KH, KW)) {
    throw new RangeError(
      `paddedAverageForward: the window is ${KH}×${KW} and the padding ${pad}; ` +
        'every window must see a pixel of the image, so pad less than its rows and its columns',
    );
  }
  const { out } = averagePoolForward(padImages(x, pad), window);
  const cache = { shape: [...x.shape], window };
  return { out: zip(out, divisors(out, cache), (mean, divisor) => mean / divisor), cache };
}

/**
 * 14.6 The backward pass of 14.5. What was sent to the padding is cut off.
 *
 * @param dout how fast the loss grows with out, shape (N, C, OH, OW)
 * @param cache what paddedAverageForward returned; it stays as it is
 * @returns dx of shape (N, C, H, W)
 */
export function paddedAverageBackward(dout: Tensor, cache: PaddedAverageCache): InputGradient {
  const [N, C, H, W] = cache.shape as Sizes;
  const { window } = cache;
  const { pad } = window;
  const dmeans = zip(dout, divisors(dout, cache), (d, divisor) => d / divisor);
  const shape = [N, C, H + 2 * pad, W + 2 * pad];
  const { dx } = averagePoolBackward(dmeans, { shape, window });
  return { dx: copy(dx.lo(0, 0, pad, pad).hi(N, C, H, W)) };
}

/** What the backward pass of global average pooling needs. Change it if you keep something else. */
export interface GlobalAverageCache {
  /** The shape of the images. */
  shape: readonly number[];
}

/**
 * 14.7 Global average pooling: out[n,c] = 1 / (H · W) · Σ_i Σ_j x[n,c,i,j]. One number is left of each channel,
 * whatever the size of the image.
 *
 * Lin, Chen and Yan 2013, section 3.2, https://arxiv.org/abs/1312.4400
 *
 * @param x images, shape (N, C, H, W)
 * @returns out of shape (N, C), and a cache for 14.8
 * @throws RangeError when x doesn't have four axes
 */
export function globalAverageForward(x: Tensor): Forward<GlobalAverageCache> {
  requireAxes('globalAverageForward', { x }, 'N, C, H, W');
  const [N, C, H, W] = x.shape as Sizes;
  const out = filled([N, C], (n, c) => ops.sum(x.pick(n, c)) / (H * W));
  return { out, cache: { shape: [...x.shape] } };
}

/**
 * 14.8 The backward pass of 14.7: every pixel of a channel gets 1 / (H · W) of its dout.
 *
 * @param dout how fast the loss grows with out, shape (N, C)
 * @param cache what globalAverageForward returned; it stays as it is
 * @returns dx of shape (N, C, H, W)
 */
export function globalAverageBackward(dout: Tensor, { shape }: GlobalAverageCache): InputGradient {
  const [, , H, W] = shape as Sizes;
  return { dx: filled(shape, (...[n, c]) => dout.get(n!, c!) / (H * W)) };
}

/**
 * 14.9 Images moved by whole pixels: out[n,c,i,j] = x[n, c, i − down, j − right], and 0 where that is outside.
 *
 * @param x images, shape (N, C, H, W)
 * @param down by how many rows, upwards if negative
 * @param right by how many columns, to the left if negative
 * @returns a new array in the shape of x; what leaves the image is lost
 * @throws RangeError when x doesn't have four axes
 */
export function shiftImages(x: Tensor, down: number, right: number): Tensor {
  requireAxes('shiftImages', { x }, 'N, C, H, W');
  const [, , H, W] = x.shape as Sizes;
  return filled(x.shape, (...[n, c, i, j]) => {
    const [row, column] = [i! - down, j! - right];
    const isInside = row >= 0 && row < H && column >= 0 && column < W;
    return isInside ? x.get(n!, c!, row, column) : 0;
  });
}

/**
 * 14.10 How much has changed, as a share of what was there: √Σ(after − before)² / √Σ before².
 *
 * @param before any shape, with an entry that is not 0
 * @param after the shape of before
 * @returns from 0, where nothing has changed
 * @throws RangeError when the shapes differ, or before has nothing but zeros
 */
export function relativeChange(before: Tensor, after: Tensor): number {
  requireSameShape('relativeChange', { before, after });
  const size = ops.norm2(before);
  if (size === 0) {
    throw new RangeError(
      'relativeChange: before has nothing but zeros; no change is a share of that, so give it an entry that is not 0',
    );
  }
  return ops.norm2(zip(after, before, (a, b) => a - b)) / size;
}

type Sizes = [N: number, C: number, H: number, W: number];

/** The shape of what a window leaves of images, which must be images. */
function pooledShape(operation: string, x: Tensor, { KH, KW, stride }: PoolWindow): Sizes {
  requireAxes(operation, { x }, 'N, C, H, W');
  const [N, C, H, W] = x.shape as Sizes;
  const steps = { stride, pad: 0 };
  return [N, C, outputSize(H, KH, steps), outputSize(W, KW, steps)];
}

/** Where the largest pixel of a window is: the first one, row by row. */
function firstMaximum(
  x: Tensor,
  n: number,
  c: number,
  top: number,
  left: number,
  { KH, KW }: PoolWindow,
): [row: number, column: number] {
  let [row, column] = [top, left];
  for (let i = top; i < top + KH; i++) {
    for (let j = left; j < left + KW; j++) {
      if (x.get(n, c, i, j) > x.get(n, c, row, column)) [row, column] = [i, j];
    }
  }
  return [row, column];
}

/**
 * What the means over whole windows are divided by: the part of each window that lies within the image, which is the
 * mean over an image of ones; or 1 where the padding counts.
 */
function divisors(like: Tensor, { shape, window }: PaddedAverageCache): Tensor {
  if (window.countPadding) return map(like, () => 1);
  const image = filled(shape, () => 1);
  return averagePoolForward(padImages(image, window.pad), window).out;
}
