/**
 * The sums of four images at once, in a vector. What `loops` does with one number is done with four in the same time.
 * See ../window-product.ts for the formula and the parameters.
 */
export function vectors(
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
      for (let f: usize = 0; f < filters; f++) {
        for (let half: usize = 0; half < 32; half += 16) {
          let sum = v128.load32_splat(b + 4 * f);
          let w = W + 16 * (f >> 2) * window * run + 4 * (f & 3);
          for (let p: usize = 0; p < window; p++) {
            let from = x + (i + p) * xRow + j * xPixel + half;
            for (let k: usize = 0; k < run; k++) {
              sum = f32x4.add(sum, f32x4.mul(v128.load(from), v128.load32_splat(w)));
              from += 32;
              w += 16;
            }
          }
          v128.store(out + i * outRow + j * outPixel + 32 * f + half, sum);
        }
      }
    }
  }
}
