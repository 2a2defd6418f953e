/**
 * The kernel of all forward passes and of all gradients by an input, for one group of eight images. Around each pixel
 * lies a window; its numbers, times the weights of a filter, are summed:
 *
 *     out[i][j][f] = b[f] + Σ_p Σ_k x[i + p][j][k] · W[f][p][k]
 *
 * Here k runs along a row of the window, over its pixels and their channels, which lie side by side in memory. So a
 * 3×3 filter on C channels has 3 rows of 3·C numbers; an affine layer is a window of one row that is all of the input.
 *
 * Each of the numbers above is eight, one of each image, which are two vectors of four. A tile of 4 filters × 8 images
 * stays in registers while k runs: 6 loads then serve 8 multiplications and 8 additions of vectors, where a single sum
 * would need 2 loads for one of each.
 *
 *                      images 0–3   images 4–7
 *         x[k]            low          high
 *                     ┌────────────┬────────────┐
 *     W[f + 0][k]     │     a0     │     b0     │
 *     W[f + 1][k]     │     a1     │     b1     │   a1 += low · W[f + 1][k]
 *     W[f + 2][k]     │     a2     │     b2     │
 *     W[f + 3][k]     │     a3     │     b3     │   b3 += high · W[f + 3][k]
 *                     └────────────┴────────────┘
 *
 * That is 8 sums, 2 vectors of x, a weight and a product: 12 of the 16 vector registers. A larger tile, or a loop that
 * is written out twice, needs more than there are, and what has no register goes to memory and back in every turn.
 *
 * Goto and van de Geijn 2008, section 5, https://doi.org/10.1145/1356052.1356053
 *
 * @param x the corner of the first window
 * @param xRow bytes from a row of x to the next
 * @param xPixel bytes from a window to the next one of its row
 * @param W `[filters / 4][window][run][4]`, see pack.ts
 * @param b one number for each filter
 * @param filters a multiple of 4
 * @param window how many rows a window has
 * @param run how many times eight numbers each of them has
 * @param out the first pixel, `[filters][8]`
 * @param outRow bytes from a row of out to the next
 * @param outPixel bytes from a pixel of out to the next
 * @param rows how many rows of pixels out has
 * @param columns how many pixels each of them has
 */
export function windowProduct(
  x: usize,
  xRow: usize,
  xPixel: usize,
  W: usize,
  b: usize,
  filters: usize,
  window: usize,
  run: usize,
  out: usize,
  outRow: usize,
  outPixel: usize,
  rows: usize,
  columns: usize,
): void {
  for (let i: usize = 0; i < rows; i++) {
    for (let j: usize = 0; j < columns; j++) {
      const corner = x + i * xRow + j * xPixel;
      let to = out + i * outRow + j * outPixel;
      let w = W;
      for (let f: usize = 0; f < filters; f += 4) {
        let a0 = v128.load32_splat(b + 4 * f);
        let a1 = v128.load32_splat(b + 4 * f, 4);
        let a2 = v128.load32_splat(b + 4 * f, 8);
        let a3 = v128.load32_splat(b + 4 * f, 12);
        let b0 = a0;
        let b1 = a1;
        let b2 = a2;
        let b3 = a3;
        for (let p: usize = 0; p < window; p++) {
          let from = corner + p * xRow;
          const end = from + 32 * run;
          while (from < end) {
            const low = v128.load(from);
            const high = v128.load(from, 16);
            const w0 = v128.load32_splat(w);
            a0 = f32x4.add(a0, f32x4.mul(low, w0));
            b0 = f32x4.add(b0, f32x4.mul(high, w0));
            const w1 = v128.load32_splat(w, 4);
            a1 = f32x4.add(a1, f32x4.mul(low, w1));
            b1 = f32x4.add(b1, f32x4.mul(high, w1));
            const w2 = v128.load32_splat(w, 8);
            a2 = f32x4.add(a2, f32x4.mul(low, w2));
            b2 = f32x4.add(b2, f32x4.mul(high, w2));
            const w3 = v128.load32_splat(w, 12);
            a3 = f32x4.add(a3, f32x4.mul(low, w3));
            b3 = f32x4.add(b3, f32x4.mul(high, w3));
            from += 32;
            w += 16;
          }
        }
        v128.store(to, a0);
        v128.store(to, b0, 16);
        v128.store(to, a1, 32);
        v128.store(to, b1, 48);
        v128.store(to, a2, 64);
        v128.store(to, b2, 80);
        v128.store(to, a3, 96);
        v128.store(to, b3, 112);
        to += 128;
      }
    }
  }
}
