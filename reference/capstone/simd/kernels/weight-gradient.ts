/**
 * The kernel of all gradients by weights, for one group of eight images: what each weight of window-product.ts was
 * multiplied with, times how fast the loss grows with what it was added to.
 *
 *     dW[f][p][k] += Σ_i Σ_j Σ_image dout[i][j][f] · x[i + p][j][k]
 *
 * A tile of 4 filters × 2 taps stays in registers while the pixels run. Each of its sums is a vector, since four images
 * are summed side by side; its lanes are added up at the end.
 *
 *                       x[k]     x[k + 1]
 *                     ┌────────┬────────┐
 *     dout[f + 0]     │   a0   │   b0   │
 *     dout[f + 1]     │   a1   │   b1   │   a1 += dout[f + 1] · x[k]
 *     dout[f + 2]     │   a2   │   b2   │
 *     dout[f + 3]     │   a3   │   b3   │
 *                     └────────┴────────┘
 *
 * A column of four filters is read once for every two taps. Where it lies, its pixels are 4096 bytes apart or a part of
 * that, which a cache puts on top of each other; so it is copied first, and then lies in one piece.
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
 * @param column room for rows · columns · 128 bytes
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
  column: usize,
): void {
  for (let f: usize = 0; f < filters; f += 4) {
    copyColumn(dout + 32 * f, doutRow, doutPixel, rows, columns, column);
    for (let p: usize = 0; p < window; p++) {
      for (let k: usize = 0; k < run; k += 2) {
        let a0 = f32x4.splat(0);
        let a1 = a0;
        let a2 = a0;
        let a3 = a0;
        let b0 = a0;
        let b1 = a0;
        let b2 = a0;
        let b3 = a0;
        let d = column;
        for (let i: usize = 0; i < rows; i++) {
          let from = x + (i + p) * xRow + 32 * k;
          for (let j: usize = 0; j < columns; j++) {
            for (let half: usize = 0; half < 32; half += 16) {
              const here = v128.load(from + half);
              const next = v128.load(from + half, 32);
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
              d += 64;
            }
            from += xPixel;
          }
        }
        v128.store(dW, f32x4.add(v128.load(dW), lanesAdded(a0, a1, a2, a3)));
        v128.store(dW, f32x4.add(v128.load(dW, 16), lanesAdded(b0, b1, b2, b3)), 16);
        dW += 32;
      }
    }
  }
}

/** Copies four filters of dout to `[rows][columns][2 halves of the images][4 filters][4 images]`. */
function copyColumn(
  dout: usize,
  doutRow: usize,
  doutPixel: usize,
  rows: usize,
  columns: usize,
  column: usize,
): void {
  for (let i: usize = 0; i < rows; i++) {
    for (let j: usize = 0; j < columns; j++) {
      const pixel = dout + i * doutRow + j * doutPixel;
      for (let half: usize = 0; half < 32; half += 16) {
        v128.store(column, v128.load(pixel + half));
        v128.store(column, v128.load(pixel + half, 32), 16);
        v128.store(column, v128.load(pixel + half, 64), 32);
        v128.store(column, v128.load(pixel + half, 96), 48);
        column += 64;
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
