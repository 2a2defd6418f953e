/**
 * The kernel of all gradients by weights, for one group of eight images: what each weight of window-product.ts was
 * multiplied with, times how fast the loss grows with what it was added to.
 *
 *     dW[f][p][k] += Σ_i Σ_j Σ_image dout[i][j][f] · x[i + p][j][k]
 *
 * A tile of 4 filters × 2 taps stays in registers while pixels and images run. Each of its sums is a vector, since four
 * images are summed side by side; its lanes are added up at the end.
 *
 *                       x[k]     x[k + 1]
 *                     ┌────────┬────────┐
 *     dout[f + 0]     │   a0   │   b0   │
 *     dout[f + 1]     │   a1   │   b1   │   a1 += dout[f + 1] · x[k]
 *     dout[f + 2]     │   a2   │   b2   │
 *     dout[f + 3]     │   a3   │   b3   │
 *                     └────────┴────────┘
 *
 * Where they lie, the pixels of a filter or of a tap are 4096 bytes apart or a part of that, and of such places a cache
 * holds only a few. So both are copied first to where they follow each other, and the tile's loop is one straight run.
 *
 * @param dout the first pixel, `[filters][8]`
 * @param doutRow bytes from a row of dout to the next
 * @param doutPixel bytes from a pixel of dout to the next
 * @param filters a multiple of 4
 * @param x the corner of the first window; if run is odd, the eight numbers behind each row of a window are read too
 * @param xRow bytes from a row of x to the next
 * @param xPixel bytes from a window to the next one of its row
 * @param window how many rows a window has
 * @param run how many times eight numbers each of them has
 * @param rows how many rows of pixels dout has
 * @param columns how many pixels each of them has
 * @param dW is added to: `[filters / 4][window][run, rounded up to an even number][4]`
 * @param copies room for (filters + 2) · rows · columns · 32 bytes
 */
export function weightGradient(
  dout: usize,
  doutRow: usize,
  doutPixel: usize,
  filters: usize,
  x: usize,
  xRow: usize,
  xPixel: usize,
  window: usize,
  run: usize,
  rows: usize,
  columns: usize,
  dW: usize,
  copies: usize,
): void {
  const taps = copies + 32 * filters * rows * columns;
  const nextFilters: usize = 16 * window * ((run + 1) & ~1);
  for (let f: usize = 0; f < filters; f += 4) {
    const to = copies + 32 * f * rows * columns;
    copyStraight(dout + 32 * f, doutRow, doutPixel, 4, rows, columns, to);
  }
  for (let p: usize = 0; p < window; p++) {
    for (let k: usize = 0; k < run; k += 2) {
      copyStraight(x + p * xRow + 32 * k, xRow, xPixel, 2, rows, columns, taps);
      let d = copies;
      let to = dW;
      for (let f: usize = 0; f < filters; f += 4) {
        let a0 = f32x4.splat(0);
        let a1 = a0;
        let a2 = a0;
        let a3 = a0;
        let b0 = a0;
        let b1 = a0;
        let b2 = a0;
        let b3 = a0;
        let tap = taps;
        const end = taps + 64 * rows * columns;
        while (tap < end) {
          const here = v128.load(tap);
          const next = v128.load(tap, 16);
          const d0 = v128.load(d);
          a0 = f32x4.add(a0, f32x4.mul(d0, here));
          b0 = f32x4.add(b0, f32x4.mul(d0, next));
          const d1 = v128.load(d, 16);
          a1 = f32x4.add(a1, f32x4.mul(d1, here));
          b1 = f32x4.add(b1, f32x4.mul(d1, next));
          const d2 = v128.load(d, 32);
          a2 = f32x4.add(a2, f32x4.mul(d2, here));
          b2 = f32x4.add(b2, f32x4.mul(d2, next));
          const d3 = v128.load(d, 48);
          a3 = f32x4.add(a3, f32x4.mul(d3, here));
          b3 = f32x4.add(b3, f32x4.mul(d3, next));
          tap += 32;
          d += 64;
        }
        v128.store(to, f32x4.add(v128.load(to), lanesAdded(a0, a1, a2, a3)));
        v128.store(to, f32x4.add(v128.load(to, 16), lanesAdded(b0, b1, b2, b3)), 16);
        to += nextFilters;
      }
      dW += 32;
    }
  }
}

/** Copies some neighbours of each pixel to `[rows][columns][2 halves of the images][count][4 images]`. */
function copyStraight(
  from: usize,
  row: usize,
  pixel: usize,
  count: usize,
  rows: usize,
  columns: usize,
  to: usize,
): void {
  for (let i: usize = 0; i < rows; i++) {
    for (let j: usize = 0; j < columns; j++) {
      for (let half: usize = 0; half < 32; half += 16) {
        const place = from + i * row + j * pixel + half;
        for (let n: usize = 0; n < count; n++) {
          v128.store(to, v128.load(place + 32 * n));
          to += 16;
        }
      }
    }
  }
}

/** The sums of the lanes of four vectors, as one vector. */
function lanesAdded(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 1, 4, 5), v128.shuffle<f32>(c, d, 2, 3, 6, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}
