/**
 * ReLU: out = max(0, x), where NaN stays NaN.
 *
 * @param x its first row
 * @param xRow bytes from a row of x to the next
 * @param rows how many there are
 * @param size bytes of a row, a multiple of 16
 * @param out its first row
 * @param outRow bytes from a row of out to the next
 */
export function relu(
  x: usize,
  xRow: usize,
  rows: usize,
  size: usize,
  out: usize,
  outRow: usize,
): void {
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < rows; i++) {
    for (let at: usize = 0; at < size; at += 16) {
      v128.store(out + at, f32x4.max(v128.load(x + at), zero));
    }
    x += xRow;
    out += outRow;
  }
}
