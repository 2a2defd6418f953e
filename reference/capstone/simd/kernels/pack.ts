/**
 * Lays the weights of four filters side by side, as window-product.ts reads them:
 *
 *     packed[f / 4][p][q · channels + c][f % 4] = W[f · fStep + p · pStep + q · qStep + c · cStep]
 *
 * Where filters is no multiple of 4, the last ones are zeros. Steps are in bytes. A filter is turned round by steps
 * below 0, and its channels and filters are exchanged with their steps; that is what a gradient by an input needs.
 *
 * Filters that are neighbours already, as the outputs of an affine layer are, go as a vector.
 *
 * @param W the weight with f, p, q and c of 0
 * @param packed room for filters, rounded up, · rows · columns · channels numbers
 */
export function pack(
  W: usize,
  filters: usize,
  fStep: usize,
  rows: usize,
  pStep: usize,
  columns: usize,
  qStep: usize,
  channels: usize,
  cStep: usize,
  packed: usize,
): void {
  for (let f: usize = 0; f < filters; f += 4) {
    for (let p: usize = 0; p < rows; p++) {
      for (let q: usize = 0; q < columns; q++) {
        let w = W + f * fStep + p * pStep + q * qStep;
        for (let c: usize = 0; c < channels; c++) {
          if (fStep == 4 && f + 4 <= filters) {
            v128.store(packed, v128.load(w));
          } else {
            for (let lane: usize = 0; lane < 4; lane++) {
              const weight: f32 = f + lane < filters ? load<f32>(w + lane * fStep) : 0;
              store<f32>(packed + 4 * lane, weight);
            }
          }
          packed += 16;
          w += cStep;
        }
      }
    }
  }
}
