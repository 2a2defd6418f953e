/**
 * Lesson 13: convolutions, forward and backward, directly and as one matrix product.
 *
 * Images are (N, C, H, W): N images of C channels, H rows and W columns; H and W may differ. Filters are
 * (F, C, KH, KW): F filters, each with a kernel of KH rows and KW columns for every channel. What is called a
 * convolution in networks is a cross-correlation: the kernel is laid on the image as it is and not turned round.
 */
import {
  array,
  copy,
  matrixProduct,
  product,
  requireAxes,
  shapeText,
  zeros,
  type Tensor,
} from '#arrays';
import ndarray from 'ndarray';
import ops from 'ndarray-ops';
import { todo } from '#todo';

/** How a kernel goes over an image. */
export interface Steps {
  /** By how many pixels it moves, a whole number from 1. */
  stride: number;
  /** How many rows and columns of zeros are added on every side, a whole number from 0. */
  pad: number;
}

/**
 * 13.1 In how many places a kernel fits along one axis: ⌊(size − kernel + 2 · pad) / stride⌋ + 1.
 *
 * Dumoulin and Visin 2016, relationship 6, https://arxiv.org/abs/1603.07285
 *
 * @param size how many pixels the image has along the axis
 * @param kernel how many the kernel has, from 1
 * @param steps the stride and the padding
 * @returns a whole number from 1
 * @throws RangeError when the kernel is larger than the padded image
 */
export function outputSize(size: number, kernel: number, { stride, pad }: Steps): number {
  throw todo('13.1 outputSize');
}

/**
 * 13.2 Images with rows and columns of zeros on all four sides.
 *
 * @param x images, shape (N, C, H, W)
 * @param pad how many rows and columns on each side, a whole number from 0
 * @returns shape (N, C, H + 2 · pad, W + 2 · pad)
 * @throws RangeError when x doesn't have four axes
 */
export function padImages(x: Tensor, pad: number): Tensor {
  throw todo('13.2 padImages');
}

/** A layer of a stack, along one axis. */
export interface WindowLayer {
  /** How many pixels its window has, from 1. */
  kernel: number;
  /** By how many it moves, from 1. */
  stride: number;
}

/**
 * 13.3 How many pixels of the image one number of the last layer depends on, along one axis:
 * 1 + Σₗ (kernelₗ − 1) · stride₁ · … · strideₗ₋₁.
 *
 * Araujo, Norris and Sim 2019, https://distill.pub/2019/computing-receptive-fields/
 *
 * @param layers from the image on
 * @returns from 1; without layers it is a pixel itself
 */
export function receptiveField(layers: WindowLayer[]): number {
  throw todo('13.3 receptiveField');
}

/**
 * 13.4 How many numbers a convolution learns: F · (C · KH · KW + 1), a bias for each filter included.
 *
 * @param filters the shape of its weights, [F, C, KH, KW]
 * @returns how many, whatever the size of the image
 */
export function convolutionParameters(filters: number[]): number {
  throw todo('13.4 convolutionParameters');
}

/**
 * 13.5 How many numbers a fully connected layer learns that looks at the whole image: M · (C · H · W + 1).
 *
 * @param image its shape, [C, H, W]
 * @param M how many units the layer has
 * @returns how many, a bias for each unit included
 */
export function connectedParameters(image: number[], M: number): number {
  throw todo('13.5 connectedParameters');
}

/** What the backward pass of a convolution needs. Change it if you keep something else. */
export interface ConvolutionCache {
  /** The padded images, shape (N, C, H + 2 · pad, W + 2 · pad). */
  padded: Tensor;
  W: Tensor;
  steps: Steps;
}

/** What a forward pass returns. */
export interface Forward<Cache> {
  out: Tensor;
  /** For the backward pass alone. */
  cache: Cache;
}

/**
 * 13.6 A convolution: out[n,f,i,j] = b[f] + Σ_c Σ_u Σ_v padded[n, c, i·stride + u, j·stride + v] · W[f,c,u,v].
 *
 * LeCun et al. 1998, section II, http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf
 *
 * @param x images, shape (N, C, H, W)
 * @param W filters, shape (F, C, KH, KW)
 * @param b a bias for each filter, shape (F)
 * @param steps the stride and the padding, in both directions
 * @returns out of shape (N, F, OH, OW) with OH and OW from 13.1, and a cache for 13.7
 * @throws RangeError when x or W doesn't have four axes, their channels differ, or a kernel doesn't fit
 */
export function convolutionForward(
  x: Tensor,
  W: Tensor,
  b: Tensor,
  steps: Steps,
): Forward<ConvolutionCache> {
  throw todo('13.6 convolutionForward');
}

/** How fast the loss grows with each operand of a convolution. */
export interface ConvolutionGradients {
  /** With the images, without their padding: shape (N, C, H, W). */
  dx: Tensor;
  /** With the filters: shape (F, C, KH, KW). */
  dW: Tensor;
  /** With the biases: shape (F). */
  db: Tensor;
}

/**
 * 13.7 The backward pass of 13.6. Every product of the forward pass sends dout times its one factor to the other:
 * pixels and weights that were used often get a sum.
 *
 * @param dout how fast the loss grows with out, shape (N, F, OH, OW)
 * @param cache what convolutionForward returned; it stays as it is
 * @returns dx without the padding, dW and db
 */
export function convolutionBackward(dout: Tensor, cache: ConvolutionCache): ConvolutionGradients {
  throw todo('13.7 convolutionBackward');
}

/** The size of a kernel, and how it goes over an image. */
export interface Window extends Steps {
  /** Rows of the kernel. */
  KH: number;
  /** Columns of the kernel. */
  KW: number;
}

/**
 * 13.8 Every window of every image as a row: entry (c, u, v) of the window at (i, j) of image n is
 * cols[(n · OH + i) · OW + j, (c · KH + u) · KW + v].
 *
 * Chellapilla, Puri and Simard 2006, https://inria.hal.science/inria-00112631
 *
 * @param x images, shape (N, C, H, W)
 * @param window the size of the windows, the stride and the padding
 * @returns shape (N · OH · OW, C · KH · KW)
 * @throws RangeError when x doesn't have four axes, or a window doesn't fit
 */
export function im2col(x: Tensor, window: Window): Tensor {
  throw todo('13.8 im2col');
}

/**
 * 13.9 The way back from 13.8: every entry of cols is added to the pixel that it was taken from. A pixel in several
 * windows gets the sum, and what belongs to the padding is dropped.
 *
 * It is the adjoint of im2col: Σ im2col(x) · cols = Σ x · col2im(cols) for all x and cols.
 *
 * @param cols shape (N · OH · OW, C · KH · KW)
 * @param shape of the images, [N, C, H, W]
 * @param window the size of the windows, the stride and the padding
 * @returns shape (N, C, H, W)
 */
export function col2im(cols: Tensor, shape: number[], window: Window): Tensor {
  throw todo('13.9 col2im');
}

/** What the backward pass of a convolution by im2col needs. Change it if you keep something else. */
export interface ColumnsCache {
  /** The windows of the images, shape (N · OH · OW, C · KH · KW). */
  cols: Tensor;
  /** The shape of the images. */
  shape: number[];
  W: Tensor;
  steps: Steps;
}

/**
 * 13.10 The convolution of 13.6 as one matrix product: the windows as rows (13.8), times the filters as columns.
 *
 * @param x images, shape (N, C, H, W)
 * @param W filters, shape (F, C, KH, KW)
 * @param b a bias for each filter, shape (F)
 * @param steps the stride and the padding, in both directions
 * @returns out of shape (N, F, OH, OW), and a cache for 13.11
 * @throws RangeError when x or W doesn't have four axes, their channels differ, or a kernel doesn't fit
 */
export function fastConvolutionForward(
  x: Tensor,
  W: Tensor,
  b: Tensor,
  steps: Steps,
): Forward<ColumnsCache> {
  throw todo('13.10 fastConvolutionForward');
}

/**
 * 13.11 The backward pass of 13.10: two matrix products, and col2im.
 *
 * @param dout how fast the loss grows with out, shape (N, F, OH, OW)
 * @param cache what fastConvolutionForward returned; it stays as it is
 * @returns what convolutionBackward returns
 */
export function fastConvolutionBackward(dout: Tensor, cache: ColumnsCache): ConvolutionGradients {
  throw todo('13.11 fastConvolutionBackward');
}

/**
 * 13.12 A filter that answers to a line from the upper left to the lower right: a 3×3 kernel with 2 on that diagonal
 * and −1 everywhere else, so that an even surface gives 0.
 *
 * @returns shape (1, 1, 3, 3)
 */
export function diagonalFilter(): Tensor {
  throw todo('13.12 diagonalFilter');
}

/**
 * 13.13 Sobel's two filters: how fast the image grows to the right, and how fast downwards.
 *
 * Each is the difference of the two sides of a 3×3 window, whose middle counts twice:
 * https://en.wikipedia.org/wiki/Sobel_operator
 *
 * @returns shape (2, 1, 3, 3): filter 0 looks to the right, filter 1 downwards
 */
export function sobelFilters(): Tensor {
  throw todo('13.13 sobelFilters');
}
