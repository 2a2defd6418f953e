/** The right answers of lesson 13 in other words: one pixel of the kernel at a time, for all places at once. */
import ndarray from 'ndarray';
import ops from 'ndarray-ops';
import { array, copy, shapeText, zeros, type Tensor } from '#arrays';

interface Steps {
  stride: number;
  pad: number;
}

type Sizes = [number, number, number, number];

export function outputSize(size: number, kernel: number, { stride, pad }: Steps): number {
  const free = size + 2 * pad - kernel;
  if (free < 0) throw new RangeError(`outputSize: ${kernel} pixels don't fit`);
  return (free - (free % stride)) / stride + 1;
}

export function padImages(x: Tensor, pad: number): Tensor {
  if (x.shape.length !== 4) throw new RangeError(`padImages: x is ${shapeText(x.shape)}`);
  const [N, C, H, W] = x.shape as Sizes;
  const out = zeros(N, C, H + 2 * pad, W + 2 * pad);
  ops.assign(out.lo(0, 0, pad, pad).hi(N, C, H, W), x);
  return out;
}

export function receptiveField(layers: { kernel: number; stride: number }[]): number {
  // From the last layer back to the image: r pixels of a layer need (r − 1) · stride + kernel of the one before.
  return layers.reduceRight((field, { kernel, stride }) => (field - 1) * stride + kernel, 1);
}

export function convolutionParameters(filters: number[]): number {
  const weights = filters.reduce((size, length) => size * length, 1);
  return weights + filters[0]!;
}

export function connectedParameters([C, H, W]: number[], M: number): number {
  return M + C! * H! * W! * M;
}

/** The pixels that entry (u, v) of the kernel meets, for one channel: a view of shape (N, OH, OW). */
function met(padded: Tensor, c: number, u: number, v: number, OH: number, OW: number, s: number) {
  const [N] = padded.shape as Sizes;
  return padded
    .pick(null, c)
    .lo(0, u, v)
    .hi(N, (OH - 1) * s + 1, (OW - 1) * s + 1)
    .step(1, s, s);
}

function check(x: Tensor, W: Tensor, { stride, pad }: Steps): Sizes {
  if (x.shape.length !== 4 || W.shape.length !== 4 || x.shape[1] !== W.shape[1]) {
    throw new RangeError(`x is ${shapeText(x.shape)} and W is ${shapeText(W.shape)}`);
  }
  const [N, , H, width] = x.shape as Sizes;
  const [F, , KH, KW] = W.shape as Sizes;
  return [N, F, outputSize(H, KH, { stride, pad }), outputSize(width, KW, { stride, pad })];
}

export function convolutionForward(x: Tensor, W: Tensor, b: Tensor, steps: Steps) {
  const [N, F, OH, OW] = check(x, W, steps);
  const [, C, KH, KW] = W.shape as Sizes;
  const padded = padImages(x, steps.pad);
  const out = zeros(N, F, OH, OW);
  const part = zeros(N, OH, OW);
  for (let f = 0; f < F; f++) {
    ops.addseq(out.pick(null, f), b.get(f));
    for (let c = 0; c < C; c++) {
      for (let u = 0; u < KH; u++) {
        for (let v = 0; v < KW; v++) {
          ops.muls(part, met(padded, c, u, v, OH, OW, steps.stride), W.get(f, c, u, v));
          ops.addeq(out.pick(null, f), part);
        }
      }
    }
  }
  return { out, cache: { padded, W: copy(W), stride: steps.stride, pad: steps.pad } };
}

interface Cache {
  padded: Tensor;
  W: Tensor;
  stride: number;
  pad: number;
}

export function convolutionBackward(dout: Tensor, { padded, W, stride, pad }: Cache) {
  const [N, F, OH, OW] = dout.shape as Sizes;
  const [, C, KH, KW] = W.shape as Sizes;
  const dpadded = zeros(...padded.shape);
  const [dW, db] = [zeros(F, C, KH, KW), zeros(F)];
  const part = zeros(N, OH, OW);
  for (let f = 0; f < F; f++) {
    const slopes = dout.pick(null, f);
    db.set(f, ops.sum(slopes));
    for (let c = 0; c < C; c++) {
      for (let u = 0; u < KH; u++) {
        for (let v = 0; v < KW; v++) {
          ops.mul(part, met(padded, c, u, v, OH, OW, stride), slopes);
          dW.set(f, c, u, v, ops.sum(part));
          ops.muls(part, slopes, W.get(f, c, u, v));
          ops.addeq(met(dpadded, c, u, v, OH, OW, stride), part);
        }
      }
    }
  }
  const [, , H, width] = padded.shape as Sizes;
  const dx = copy(dpadded.lo(0, 0, pad, pad).hi(N, C, H - 2 * pad, width - 2 * pad));
  return { dx, dW, db };
}

interface Window extends Steps {
  KH: number;
  KW: number;
}

export function im2col(x: Tensor, { KH, KW, stride, pad }: Window): Tensor {
  const padded = padImages(x, pad);
  const [N, C, H, W] = x.shape as Sizes;
  const [OH, OW] = [outputSize(H, KH, { stride, pad }), outputSize(W, KW, { stride, pad })];
  const cols = zeros(N * OH * OW, C * KH * KW);
  const columns = ndarray(cols.data, [N, OH, OW, C, KH, KW]);
  for (let c = 0; c < C; c++) {
    for (let u = 0; u < KH; u++) {
      for (let v = 0; v < KW; v++) {
        ops.assign(columns.pick(null, null, null, c, u, v), met(padded, c, u, v, OH, OW, stride));
      }
    }
  }
  return cols;
}

export function col2im(cols: Tensor, shape: number[], { KH, KW, stride, pad }: Window): Tensor {
  const [N, C, H, W] = shape as Sizes;
  const [OH, OW] = [outputSize(H, KH, { stride, pad }), outputSize(W, KW, { stride, pad })];
  const columns = ndarray(copy(cols).data, [N, OH, OW, C, KH, KW]);
  const padded = zeros(N, C, H + 2 * pad, W + 2 * pad);
  for (let c = 0; c < C; c++) {
    for (let u = 0; u < KH; u++) {
      for (let v = 0; v < KW; v++) {
        ops.addeq(met(padded, c, u, v, OH, OW, stride), columns.pick(null, null, null, c, u, v));
      }
    }
  }
  return copy(padded.lo(0, 0, pad, pad).hi(N, C, H, W));
}

/** The product of every row of a with every row of b. */
function rowProducts(a: Tensor, b: Tensor): Tensor {
  const out = zeros(a.shape[0]!, b.shape[0]!);
  for (let n = 0; n < a.shape[0]!; n++) {
    for (let m = 0; m < b.shape[0]!; m++) {
      let sum = 0;
      for (let k = 0; k < a.shape[1]!; k++) sum += a.get(n, k) * b.get(m, k);
      out.set(n, m, sum);
    }
  }
  return out;
}

export function fastConvolutionForward(x: Tensor, W: Tensor, b: Tensor, steps: Steps) {
  const [N, F, OH, OW] = check(x, W, steps);
  const [, C, KH, KW] = W.shape as Sizes;
  const window = { KH, KW, ...steps };
  const cols = im2col(x, window);
  const filters = ndarray(copy(W).data, [F, C * KH * KW]);
  const products = rowProducts(filters, cols);
  const out = copy(ndarray(products.data, [F, N, OH, OW]).transpose(1, 0, 2, 3));
  for (let f = 0; f < F; f++) ops.addseq(out.pick(null, f), b.get(f));
  return { out, cache: { cols, filters, window, images: [...x.shape], shape: [...W.shape] } };
}

interface ColumnsCache {
  cols: Tensor;
  filters: Tensor;
  window: Window;
  images: number[];
  shape: number[];
}

export function fastConvolutionBackward(dout: Tensor, cache: ColumnsCache) {
  const { cols, filters, window, images, shape } = cache;
  const [N, F, OH, OW] = dout.shape as Sizes;
  const byFilter = copy(dout.transpose(1, 0, 2, 3));
  const slopes = ndarray(byFilter.data, [F, N * OH * OW]);
  const dW = ndarray(rowProducts(slopes, cols.transpose(1, 0)).data, shape);
  const dcols = rowProducts(slopes.transpose(1, 0), filters.transpose(1, 0));
  const db = zeros(F);
  for (let f = 0; f < F; f++) db.set(f, ops.sum(slopes.pick(f)));
  return { dx: col2im(dcols, images, window), dW, db };
}

export function diagonalFilter(): Tensor {
  const out = zeros(1, 1, 3, 3);
  out.data.fill(-1);
  for (let i = 0; i < 3; i++) out.set(0, 0, i, i, 2);
  return out;
}

export function sobelFilters(): Tensor {
  const [side, middle] = [
    [1, 2, 1],
    [-1, 0, 1],
  ];
  const right = side!.map((a) => middle!.map((d) => a * d));
  const down = middle!.map((d) => side!.map((a) => a * d));
  return array([[right], [down]]);
}
