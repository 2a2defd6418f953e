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
  if (kernel > size + 2 * pad) {
    throw new RangeError(
      `outputSize: the kernel has ${kernel} pixels and the image ${size} and a padding of ${pad} on both sides; ` +
        'the kernel must fit, so pad more or take a smaller one',
    );
  }
  return Math.floor((size - kernel + 2 * pad) / stride) + 1;
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
  requireAxes('padImages', { x }, 'N, C, H, W');
  const [N, C, H, W] = x.shape as [number, number, number, number];
  const padded = zeros(N, C, H + 2 * pad, W + 2 * pad);
  ops.assign(inside(padded, pad), x);
  return padded;
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
  let [field, jump] = [1, 1];
  for (const { kernel, stride } of layers) {
    field += (kernel - 1) * jump;
    jump *= stride;
  }
  return field;
}

/**
 * 13.4 How many numbers a convolution learns: F · (C · KH · KW + 1), a bias for each filter included.
 *
 * @param filters the shape of its weights, [F, C, KH, KW]
 * @returns how many, whatever the size of the image
 */
export function convolutionParameters(filters: number[]): number {
  const [F, C, KH, KW] = filters as [number, number, number, number];
  return F * (C * KH * KW + 1);
}

/**
 * 13.5 How many numbers a fully connected layer learns that looks at the whole image: M · (C · H · W + 1).
 *
 * @param image its shape, [C, H, W]
 * @param M how many units the layer has
 * @returns how many, a bias for each unit included
 */
export function connectedParameters(image: number[], M: number): number {
  return M * (product(image) + 1);
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
  const { N, C, F, KH, KW, OH, OW } = sizesOf('convolutionForward', x, W, steps);
  const padded = padImages(x, steps.pad);
  const out = zeros(N, F, OH, OW);
  for (let n = 0; n < N; n++) {
    for (let f = 0; f < F; f++) {
      for (let i = 0; i < OH; i++) {
        for (let j = 0; j < OW; j++) {
          let sum = b.get(f);
          const [top, left] = [i * steps.stride, j * steps.stride];
          for (let c = 0; c < C; c++) {
            for (let u = 0; u < KH; u++) {
              for (let v = 0; v < KW; v++) {
                sum += padded.get(n, c, top + u, left + v) * W.get(f, c, u, v);
              }
            }
          }
          out.set(n, f, i, j, sum);
        }
      }
    }
  }
  return { out, cache: { padded, W, steps } };
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
  const { padded, W, steps } = cache;
  const [N, F, OH, OW] = dout.shape as [number, number, number, number];
  const [, C, KH, KW] = W.shape as [number, number, number, number];
  const dpadded = zeros(...padded.shape);
  const dW = zeros(...W.shape);
  const db = zeros(F);
  for (let n = 0; n < N; n++) {
    for (let f = 0; f < F; f++) {
      for (let i = 0; i < OH; i++) {
        for (let j = 0; j < OW; j++) {
          const slope = dout.get(n, f, i, j);
          const [top, left] = [i * steps.stride, j * steps.stride];
          db.set(f, db.get(f) + slope);
          for (let c = 0; c < C; c++) {
            for (let u = 0; u < KH; u++) {
              for (let v = 0; v < KW; v++) {
                const [row, column] = [top + u, left + v];
                const pixel = padded.get(n, c, row, column);
                dW.set(f, c, u, v, dW.get(f, c, u, v) + slope * pixel);
                const before = dpadded.get(n, c, row, column);
                dpadded.set(n, c, row, column, before + slope * W.get(f, c, u, v));
              }
            }
          }
        }
      }
    }
  }
  return { dx: copy(inside(dpadded, steps.pad)), dW, db };
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
  const padded = padImages(x, window.pad);
  const [N, C, H, W] = x.shape as [number, number, number, number];
  const { KH, KW, stride } = window;
  const [OH, OW] = [outputSize(H, KH, window), outputSize(W, KW, window)];
  const cols = zeros(N * OH * OW, C * KH * KW);
  for (let n = 0; n < N; n++) {
    for (let i = 0; i < OH; i++) {
      for (let j = 0; j < OW; j++) {
        for (let c = 0; c < C; c++) {
          for (let u = 0; u < KH; u++) {
            for (let v = 0; v < KW; v++) {
              const pixel = padded.get(n, c, i * stride + u, j * stride + v);
              cols.set((n * OH + i) * OW + j, (c * KH + u) * KW + v, pixel);
            }
          }
        }
      }
    }
  }
  return cols;
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
  const [N, C, H, W] = shape as [number, number, number, number];
  const { KH, KW, stride, pad } = window;
  const [OH, OW] = [outputSize(H, KH, window), outputSize(W, KW, window)];
  const padded = zeros(N, C, H + 2 * pad, W + 2 * pad);
  for (let n = 0; n < N; n++) {
    for (let i = 0; i < OH; i++) {
      for (let j = 0; j < OW; j++) {
        for (let c = 0; c < C; c++) {
          for (let u = 0; u < KH; u++) {
            for (let v = 0; v < KW; v++) {
              const value = cols.get((n * OH + i) * OW + j, (c * KH + u) * KW + v);
              const [row, column] = [i * stride + u, j * stride + v];
              padded.set(n, c, row, column, padded.get(n, c, row, column) + value);
            }
          }
        }
      }
    }
  }
  return copy(inside(padded, pad));
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
  const { N, F, KH, KW, OH, OW } = sizesOf('fastConvolutionForward', x, W, steps);
  const cols = im2col(x, { KH, KW, ...steps });
  const rows = matrixProduct(cols, asRows(W).transpose(1, 0));
  const out = zeros(N, F, OH, OW);
  // Row (n, i, j) and column f become (n, f, i, j).
  ops.assign(out, ndarray(rows.data, [N, OH, OW, F]).transpose(0, 3, 1, 2));
  for (let f = 0; f < F; f++) ops.addseq(out.pick(null, f), b.get(f));
  return { out, cache: { cols, shape: [...x.shape], W, steps } };
}

/**
 * 13.11 The backward pass of 13.10: two matrix products, and col2im.
 *
 * @param dout how fast the loss grows with out, shape (N, F, OH, OW)
 * @param cache what fastConvolutionForward returned; it stays as it is
 * @returns what convolutionBackward returns
 */
export function fastConvolutionBackward(dout: Tensor, cache: ColumnsCache): ConvolutionGradients {
  const { cols, shape, W, steps } = cache;
  const [F, , KH, KW] = W.shape as [number, number, number, number];
  // As the rows of the product: (n, i, j) by f.
  const inRows = copy(dout.transpose(0, 2, 3, 1));
  const rows = ndarray(inRows.data, [cols.shape[0]!, F]);
  const dW = matrixProduct(rows.transpose(1, 0), cols);
  const dcols = matrixProduct(rows, asRows(W));
  const db = zeros(F);
  for (let f = 0; f < F; f++) db.set(f, ops.sum(rows.pick(null, f)));
  return {
    dx: col2im(dcols, shape, { KH, KW, ...steps }),
    dW: ndarray(dW.data, [...W.shape]),
    db,
  };
}

/**
 * 13.12 A filter that answers to a line from the upper left to the lower right: a 3×3 kernel with 2 on that diagonal
 * and −1 everywhere else, so that an even surface gives 0.
 *
 * @returns shape (1, 1, 3, 3)
 */
export function diagonalFilter(): Tensor {
  return array([
    [
      [
        [2, -1, -1],
        [-1, 2, -1],
        [-1, -1, 2],
      ],
    ],
  ]);
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
  return array([
    [
      [
        [-1, 0, 1],
        [-2, 0, 2],
        [-1, 0, 1],
      ],
    ],
    [
      [
        [-1, -2, -1],
        [0, 0, 0],
        [1, 2, 1],
      ],
    ],
  ]);
}

/** The part of padded images that is not padding: a view. */
function inside(padded: Tensor, pad: number): Tensor {
  const [N, C, H, W] = padded.shape as [number, number, number, number];
  return padded.lo(0, 0, pad, pad).hi(N, C, H - 2 * pad, W - 2 * pad);
}

/** Filters as the rows of a matrix, shape (F, C · KH · KW). */
function asRows(W: Tensor): Tensor {
  return ndarray(copy(W).data, [W.shape[0]!, product(W.shape.slice(1))]);
}

/** The sizes of a convolution, whose operands must fit together. */
function sizesOf(operation: string, x: Tensor, W: Tensor, steps: Steps) {
  requireAxes(operation, { x }, 'N, C, H, W');
  requireAxes(operation, { W }, 'F, C, KH, KW');
  const [N, C, height, width] = x.shape as [number, number, number, number];
  const [F, channels, KH, KW] = W.shape as [number, number, number, number];
  if (channels !== C) {
    throw new RangeError(
      `${operation}: x is ${shapeText(x.shape)} and W is ${shapeText(W.shape)}; ` +
        "W's second size must equal x's second, so give each filter a kernel for every channel",
    );
  }
  const [OH, OW] = [outputSize(height, KH, steps), outputSize(width, KW, steps)];
  return { N, C, F, KH, KW, OH, OW };
}
