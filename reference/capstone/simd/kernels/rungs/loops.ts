/**
 * One sum of one image at a time. Each turn has 2 loads for a multiplication and an addition, and must wait for the
 * addition of the turn before. See ../window-product.ts for the formula and the parameters.
 */
export function loops(
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
        for (let image: usize = 0; image < 8; image++) {
          let sum = load<f32>(b + 4 * f);
          let w = W + 16 * (f >> 2) * window * run + 4 * (f & 3);
          for (let p: usize = 0; p < window; p++) {
            let from = x + (i + p) * xRow + j * xPixel + 4 * image;
            for (let k: usize = 0; k < run; k++) {
              sum += load<f32>(from) * load<f32>(w);
              from += 32;
              w += 16;
            }
          }
          store<f32>(out + i * outRow + j * outPixel + 32 * f + 4 * image, sum);
        }
      }
    }
  }
}
