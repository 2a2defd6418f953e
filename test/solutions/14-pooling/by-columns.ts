/** The right answers of lesson 14 by im2col and col2im of lesson 13: every channel is an image, every window a row. */
import { copy, filled, map, requireAxes, zeros, zip, type Tensor } from '#arrays';
import { col2im, im2col, outputSize, padImages, type Window } from '#lessons/13-convolution';
import ndarray from 'ndarray';
import ops from 'ndarray-ops';

type Sizes = [number, number, number, number];

interface PoolWindow {
  KH: number;
  KW: number;
  stride: number;
}

interface PaddedWindow extends PoolWindow {
  pad: number;
  countPadding: boolean;
}

/** What all of them keep: the windows as rows, or what each of them counted, and the sizes. */
interface Cache {
  rows: Tensor;
  shape: Sizes;
  window: Window;
}

/** The windows of images, N · C of one channel each, and the shape of what they leave. */
function taken(x: Tensor, { KH, KW, stride, pad }: Window) {
  requireAxes('pooling', { x }, 'N, C, H, W');
  const [N, C, H, W] = x.shape as Sizes;
  const shape: Sizes = [N * C, 1, H, W];
  const window = { KH, KW, stride, pad };
  const rows = im2col(ndarray(copy(x).data, shape), window);
  const size = [N, C, outputSize(H, KH, window), outputSize(W, KW, window)];
  return { rows, size, cache: { rows, shape: [N, C, H, W] as Sizes, window } };
}

/** Rows of shares as gradients of images. */
function given(shares: Tensor, { shape: [N, C, H, W], window }: Cache): { dx: Tensor } {
  return { dx: ndarray(col2im(shares, [N * C, 1, H, W], window).data, [N, C, H, W]) };
}

const rowOf = (rows: Tensor, i: number) => rows.pick(i, null);

export function maxPoolForward(x: Tensor, window: PoolWindow) {
  const { rows, size, cache } = taken(x, { ...window, pad: 0 });
  const out = zeros(...size);
  for (const i of out.data.keys()) out.data[i] = ops.sup(rowOf(rows, i));
  return { out, cache };
}

export function maxPoolBackward(dout: Tensor, cache: Cache) {
  const shares = zeros(...cache.rows.shape);
  for (const [i, slope] of copy(dout).data.entries()) {
    const pixels = copy(rowOf(cache.rows, i)).data;
    shares.set(i, pixels.indexOf(Math.max(...pixels)), slope);
  }
  return given(shares, cache);
}

/** Means of rows, each pixel with its weight: 1 in the image, and 1 or 0 in the padding. */
function means(x: Tensor, window: Window, countPadding: boolean) {
  const { rows, size, cache } = taken(x, window);
  const inside = taken(
    map(x, () => 1),
    window,
  ).rows;
  const out = zeros(...size);
  const weights = zeros(...rows.shape);
  for (const i of out.data.keys()) {
    const count = countPadding ? window.KH * window.KW : ops.sum(rowOf(inside, i));
    for (let j = 0; j < rows.shape[1]!; j++) weights.set(i, j, 1 / count);
    out.data[i] = ops.sum(rowOf(rows, i)) / count;
  }
  return { out, cache: { ...cache, rows: weights } };
}

export function averagePoolForward(x: Tensor, window: PoolWindow) {
  return means(x, { ...window, pad: 0 }, true);
}

export function averagePoolBackward(dout: Tensor, cache: Cache) {
  const slopes = copy(dout).data;
  const [places, area] = cache.rows.shape as [number, number];
  return given(
    filled([places, area], (i, j) => slopes[i]! * cache.rows.get(i!, j!)),
    cache,
  );
}

export function paddedAverageForward(x: Tensor, window: PaddedWindow) {
  if (window.KH <= window.pad || window.KW <= window.pad) throw new RangeError('too much padding');
  return means(x, window, window.countPadding);
}

export const paddedAverageBackward = averagePoolBackward;

export function globalAverageForward(x: Tensor) {
  requireAxes('globalAverageForward', { x }, 'N, C, H, W');
  const [N, C, H, W] = x.shape as Sizes;
  const { out, cache } = means(x, { KH: H, KW: W, stride: 1, pad: 0 }, true);
  return { out: ndarray(out.data, [N, C]), cache };
}

export const globalAverageBackward = averagePoolBackward;

export function shiftImages(x: Tensor, down: number, right: number): Tensor {
  requireAxes('shiftImages', { x }, 'N, C, H, W');
  const [N, C, H, W] = x.shape as Sizes;
  const far = Math.max(Math.abs(down), Math.abs(right));
  return copy(
    padImages(x, far)
      .lo(0, 0, far - down, far - right)
      .hi(N, C, H, W),
  );
}

export function relativeChange(before: Tensor, after: Tensor): number {
  if (before.shape.join() !== after.shape.join()) throw new RangeError('the shapes differ');
  const squares = (x: Tensor) => ops.sum(map(x, (value) => value * value));
  if (squares(before) === 0) throw new RangeError('there was nothing before');
  return Math.sqrt(squares(zip(after, before, (a, b) => a - b)) / squares(before));
}
