/**
 * The gradient of relu.ts: dx = dout where out is above 0, else 0.
 *
 * @param out what relu.ts wrote, its first row
 * @param dout how fast the loss grows with it, in the same layout
 * @param outRow bytes from a row of out, and of dout, to the next
 * @param rows how many there are
 * @param size bytes of a row, a multiple of 16
 * @param dx its first row
 * @param dxRow bytes from a row of dx to the next
 */
export function reluBackward(
  out: usize,
  dout: usize,
  outRow: usize,
  rows: usize,
  size: usize,
  dx: usize,
  dxRow: usize,
): void {
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < rows; i++) {
    for (let at: usize = 0; at < size; at += 16) {
      const isOpen = f32x4.gt(v128.load(out + at), zero);
      v128.store(dx + at, v128.and(v128.load(dout + at), isOpen));
    }
    out += outRow;
    dout += outRow;
    dx += dxRow;
  }
}
