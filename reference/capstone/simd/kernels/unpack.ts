/**
 * The way back from pack.ts, for gradients: each packed number goes to its place, and leaves a zero for the next sum.
 * What weight-gradient.ts has besides is left out: filters beyond the last, and a tap of every row whose run is odd.
 *
 * @param packed `[filters / 4, rounded up][rows][columns · channels, rounded up to an even number][4]`
 * @param dW the weight with f, p, q and c of 0
 */
export function unpack(
  packed: usize,
  dW: usize,
  filters: usize,
  fStep: usize,
  rows: usize,
  pStep: usize,
  columns: usize,
  qStep: usize,
  channels: usize,
  cStep: usize,
): void {
  const rest: usize = 16 * ((columns * channels) & 1);
  for (let f: usize = 0; f < filters; f += 4) {
    for (let p: usize = 0; p < rows; p++) {
      for (let q: usize = 0; q < columns; q++) {
        let w = dW + f * fStep + p * pStep + q * qStep;
        for (let c: usize = 0; c < channels; c++) {
          if (fStep == 4 && f + 4 <= filters) {
            v128.store(w, v128.load(packed));
          } else {
            for (let lane: usize = 0; lane < 4; lane++) {
              if (f + lane < filters) store<f32>(w + lane * fStep, load<f32>(packed + 4 * lane));
            }
          }
          v128.store(packed, f32x4.splat(0));
          packed += 16;
          w += cStep;
        }
      }
      packed += rest;
    }
  }
}
