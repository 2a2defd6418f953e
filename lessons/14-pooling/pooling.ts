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
import { todo } from '#todo';

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
  throw todo('14.1 maxPoolForward');
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
  throw todo('14.2 maxPoolBackward');
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
  throw todo('14.3 averagePoolForward');
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
  throw todo('14.4 averagePoolBackward');
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
  throw todo('14.5 paddedAverageForward');
}

/**
 * 14.6 The backward pass of 14.5. What was sent to the padding is cut off.
 *
 * @param dout how fast the loss grows with out, shape (N, C, OH, OW)
 * @param cache what paddedAverageForward returned; it stays as it is
 * @returns dx of shape (N, C, H, W)
 */
export function paddedAverageBackward(dout: Tensor, cache: PaddedAverageCache): InputGradient {
  throw todo('14.6 paddedAverageBackward');
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
  throw todo('14.7 globalAverageForward');
}

/**
 * 14.8 The backward pass of 14.7: every pixel of a channel gets 1 / (H · W) of its dout.
 *
 * @param dout how fast the loss grows with out, shape (N, C)
 * @param cache what globalAverageForward returned; it stays as it is
 * @returns dx of shape (N, C, H, W)
 */
export function globalAverageBackward(dout: Tensor, { shape }: GlobalAverageCache): InputGradient {
  throw todo('14.8 globalAverageBackward');
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
  throw todo('14.9 shiftImages');
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
  throw todo('14.10 relativeChange');
}
