/**
 * The gradient by the biases, for one group of eight images: db[f] += Σ_i Σ_j Σ_image dout[i][j][f].
 *
 * @param dout the first pixel, `[filters][8]`
 * @param doutRow bytes from a row of dout to the next
 * @param doutPixel bytes from a pixel of dout to the next
 * @param filters how many there are
 * @param rows how many rows of pixels dout has
 * @param columns how many pixels each of them has
 * @param db one number for each filter, which is added to
 */
export function biasGradient(
  dout: usize,
  doutRow: usize,
  doutPixel: usize,
  filters: usize,
  rows: usize,
  columns: usize,
  db: usize,
): void {
  for (let f: usize = 0; f < filters; f++) {
    let sum = f32x4.splat(0);
    for (let i: usize = 0; i < rows; i++) {
      let d = dout + i * doutRow + 32 * f;
      for (let j: usize = 0; j < columns; j++) {
        sum = f32x4.add(sum, f32x4.add(v128.load(d), v128.load(d, 16)));
        d += doutPixel;
      }
    }
    const left = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1);
    const right = f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3);
    store<f32>(db + 4 * f, load<f32>(db + 4 * f) + (left + right));
  }
}
