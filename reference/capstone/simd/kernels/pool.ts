/**
 * ReLU and max pooling with windows of 2×2, for one group of eight images: out = max(0, the four). `f32x4.max` of a
 * number and NaN is NaN, so that a run that went astray is noticed; `f32x4.pmax` would lose it.
 *
 * @param x the first pixel inside its frame, `[2·rows + 2][2·columns + 2][channels][8]`
 * @param rows the height of the output
 * @param columns its width
 * @param out the first pixel inside its frame, `[rows + 2][columns + 2][channels][8]`
 */
export function pool(x: usize, rows: usize, columns: usize, channels: usize, out: usize): void {
  const pixel: usize = 32 * channels;
  const xRow: usize = (2 * columns + 2) * pixel;
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < rows; i++) {
    let above: usize = x + 2 * i * xRow;
    let to: usize = out + i * (columns + 2) * pixel;
    for (let j: usize = 0; j < columns; j++) {
      for (const end = to + pixel; to < end; to += 16) {
        const below = above + xRow;
        const upper = f32x4.max(v128.load(above), v128.load(above + pixel));
        const lower = f32x4.max(v128.load(below), v128.load(below + pixel));
        v128.store(to, f32x4.max(f32x4.max(upper, lower), zero));
        above += 16;
      }
      above += pixel;
    }
  }
}
