/**
 * The sums of four filters for four images. A vector of x serves four times, so there are 5 loads for 4 multiplications
 * and additions; and the four sums don't wait for each other. See ../window-product.ts for the formula and the
 * parameters.
 */
export function narrowTile(
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
      for (let f: usize = 0; f < filters; f += 4) {
        for (let half: usize = 0; half < 32; half += 16) {
          let s0 = v128.load32_splat(b + 4 * f);
          let s1 = v128.load32_splat(b + 4 * f, 4);
          let s2 = v128.load32_splat(b + 4 * f, 8);
          let s3 = v128.load32_splat(b + 4 * f, 12);
          let w = W + 4 * f * window * run;
          for (let p: usize = 0; p < window; p++) {
            let from = x + (i + p) * xRow + j * xPixel + half;
            for (let k: usize = 0; k < run; k++) {
              const four = v128.load(from);
              s0 = f32x4.add(s0, f32x4.mul(four, v128.load32_splat(w)));
              s1 = f32x4.add(s1, f32x4.mul(four, v128.load32_splat(w, 4)));
              s2 = f32x4.add(s2, f32x4.mul(four, v128.load32_splat(w, 8)));
              s3 = f32x4.add(s3, f32x4.mul(four, v128.load32_splat(w, 12)));
              from += 32;
              w += 16;
            }
          }
          const to = out + i * outRow + j * outPixel + 32 * f + half;
          v128.store(to, s0);
          v128.store(to, s1, 32);
          v128.store(to, s2, 64);
          v128.store(to, s3, 96);
        }
      }
    }
  }
}
