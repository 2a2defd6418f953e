/** The right answers of lesson 14 as a beginner writes them: loops and lists, and what was the largest is kept. */
import { zeros, type Tensor } from '#arrays';

type Sizes = [number, number, number, number];

interface Window {
  KH: number;
  KW: number;
  stride: number;
}

interface PaddedWindow extends Window {
  pad: number;
  countPadding: boolean;
}

function requireFour(x: Tensor): Sizes {
  if (x.shape.length !== 4) throw new RangeError(`${x.shape.length} axes, but 4 are needed`);
  return x.shape as Sizes;
}

/** Where windows begin along one axis. */
function starts(size: number, length: number, stride: number, pad: number): number[] {
  const list = [];
  for (let start = -pad; start + length <= size + pad; start += stride) list.push(start);
  if (list.length === 0) throw new RangeError('the window is too large');
  return list;
}

/** The pixels that each window sees, as lists of [row, column], for each place. */
function windows([, , H, W]: Sizes, { KH, KW, stride }: Window, pad: number): number[][][][] {
  return starts(H, KH, stride, pad).map((top) =>
    starts(W, KW, stride, pad).map((left) => {
      const list = [];
      for (let i = top; i < top + KH; i++) {
        for (let j = left; j < left + KW; j++) {
          if (i >= 0 && j >= 0 && i < H && j < W) list.push([i, j]);
        }
      }
      return list;
    }),
  );
}

/** Calls f for every number that is left, with the list of its pixels. */
function each(
  shape: Sizes,
  window: Window,
  pad: number,
  f: (n: number, c: number, i: number, j: number, pixels: number[][]) => void,
): Tensor {
  const places = windows(shape, window, pad);
  for (let n = 0; n < shape[0]; n++) {
    for (let c = 0; c < shape[1]; c++) {
      for (let i = 0; i < places.length; i++) {
        for (let j = 0; j < places[i]!.length; j++) f(n, c, i, j, places[i]![j]!);
      }
    }
  }
  return zeros(shape[0], shape[1], places.length, places[0]!.length);
}

export function maxPoolForward(x: Tensor, window: Window) {
  const shape = requireFour(x);
  const out = each(shape, window, 0, () => {});
  const winners: number[][] = [];
  each(shape, window, 0, (n, c, i, j, pixels) => {
    let best = pixels[0]!;
    for (const pixel of pixels) {
      if (x.get(n, c, ...pixel) > x.get(n, c, ...best)) best = pixel;
    }
    out.set(n, c, i, j, x.get(n, c, ...best));
    winners.push([n, c, i, j, ...best]);
  });
  return { out, cache: { shape, winners } };
}

export function maxPoolBackward(dout: Tensor, cache: { shape: Sizes; winners: number[][] }) {
  const dx = zeros(...cache.shape);
  for (const [n, c, i, j, row, column] of cache.winners) {
    const place = [n!, c!, row!, column!];
    dx.set(...place, dx.get(...place) + dout.get(n!, c!, i!, j!));
  }
  return { dx };
}

interface Cache {
  shape: Sizes;
  window: PaddedWindow;
}

export function averagePoolForward(x: Tensor, window: Window) {
  return paddedAverageForward(x, { ...window, pad: 0, countPadding: false });
}

export function averagePoolBackward(dout: Tensor, cache: Cache) {
  return paddedAverageBackward(dout, cache);
}

export function paddedAverageForward(x: Tensor, window: PaddedWindow) {
  const shape = requireFour(x);
  const { KH, KW, pad, countPadding } = window;
  if (pad >= KH || pad >= KW) throw new RangeError('a window would see nothing');
  const out = each(shape, window, pad, () => {});
  each(shape, window, pad, (n, c, i, j, pixels) => {
    let sum = 0;
    for (const pixel of pixels) sum += x.get(n, c, ...pixel);
    out.set(n, c, i, j, sum / (countPadding ? KH * KW : pixels.length));
  });
  return { out, cache: { shape: [...shape] as Sizes, window: { ...window } } };
}

export function paddedAverageBackward(dout: Tensor, { shape, window }: Cache) {
  const { KH, KW, pad, countPadding } = window;
  const dx = zeros(...shape);
  each(shape, window, pad, (n, c, i, j, pixels) => {
    const share = dout.get(n, c, i, j) / (countPadding ? KH * KW : pixels.length);
    for (const pixel of pixels) dx.set(n, c, ...pixel, dx.get(n, c, ...pixel) + share);
  });
  return { dx };
}

export function globalAverageForward(x: Tensor) {
  const [N, C, H, W] = requireFour(x);
  const out = zeros(N, C);
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      let sum = 0;
      for (let i = 0; i < H; i++) {
        for (let j = 0; j < W; j++) sum += x.get(n, c, i, j);
      }
      out.set(n, c, sum / (H * W));
    }
  }
  return { out, cache: [N, C, H, W] as Sizes };
}

export function globalAverageBackward(dout: Tensor, [N, C, H, W]: Sizes) {
  const dx = zeros(N, C, H, W);
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      for (let i = 0; i < H; i++) {
        for (let j = 0; j < W; j++) dx.set(n, c, i, j, dout.get(n, c) / (H * W));
      }
    }
  }
  return { dx };
}

export function shiftImages(x: Tensor, down: number, right: number): Tensor {
  const [N, C, H, W] = requireFour(x);
  const out = zeros(N, C, H, W);
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      for (let i = 0; i < H; i++) {
        for (let j = 0; j < W; j++) {
          const [row, column] = [i + down, j + right];
          if (row < 0 || column < 0 || row >= H || column >= W) continue;
          out.set(n, c, row, column, x.get(n, c, i, j));
        }
      }
    }
  }
  return out;
}

export function relativeChange(before: Tensor, after: Tensor): number {
  if (before.shape.join() !== after.shape.join()) throw new RangeError('the shapes differ');
  const [a, b] = [entries(before), entries(after)];
  const size = Math.hypot(...a);
  if (!(size > 0)) throw new RangeError('there was nothing before');
  return Math.hypot(...b.map((value, i) => value - a[i]!)) / size;
}

/** The entries of a view, row by row. */
function entries(x: Tensor): number[] {
  if (x.shape.length === 0) return [x.get()];
  return Array.from({ length: x.shape[0]! }, (_, i) =>
    entries(x.pick(i, ...x.shape.slice(1).map(() => null)) as Tensor),
  ).flat();
}
