/**
 * The gradient of pool.ts: each dout goes to the first of the window's four numbers, in row-major order, that is the
 * largest, if that is above 0; the others get 0.
 *
 * @param x what was pooled: the first pixel inside its frame, `[2·rows + 2][2·columns + 2][channels][8]`
 * @param out what came of it: the first pixel inside its frame, `[rows + 2][columns + 2][channels][8]`
 * @param dout how fast the loss grows with it, in the same layout
 * @param rows the height of the output
 * @param columns its width
 * @param dx the gradient by x, in the layout of x
 */
export function poolBackward(
  x: usize,
  out: usize,
  dout: usize,
  rows: usize,
  columns: usize,
  channels: usize,
  dx: usize,
): void {
  const pixel: usize = 32 * channels;
  const xRow: usize = (2 * columns + 2) * pixel;
  for (let i: usize = 0; i < rows; i++) {
    let at: usize = 2 * i * xRow;
    let place: usize = i * (columns + 2) * pixel;
    for (let j: usize = 0; j < columns; j++) {
      for (const end = place + pixel; place < end; place += 16) {
        const largest = v128.load(out + place);
        // What a place may still take: all of dout, until one has taken it.
        let left = v128.and(v128.load(dout + place), f32x4.gt(largest, f32x4.splat(0)));
        for (let q: usize = 0; q < 4; q++) {
          const offset = at + (q >> 1) * xRow + (q & 1) * pixel;
          const isLargest = f32x4.eq(v128.load(x + offset), largest);
          v128.store(dx + offset, v128.and(left, isLargest));
          left = v128.andnot(left, isLargest);
        }
        at += 16;
      }
      at += pixel;
    }
  }
}
