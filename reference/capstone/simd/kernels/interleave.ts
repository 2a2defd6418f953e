/**
 * Images of 28×28 one after the other become a group, in which a pixel's eight numbers, one of each image, lie side by
 * side. Where there are fewer than eight images, the others are blank.
 *
 * @param images `[count][side][side]`
 * @param count from 1 to 8
 * @param side the height and width of an image
 * @param out the first pixel inside a frame, `[side + 2][side + 2][8]`
 */
export function interleave(images: usize, count: usize, side: usize, out: usize): void {
  for (let i: usize = 0; i < side; i++) {
    for (let j: usize = 0; j < side; j++) {
      for (let n: usize = 0; n < 8; n++) {
        const place = images + 4 * ((n * side + i) * side + j);
        store<f32>(out + 4 * n, n < count ? load<f32>(place) : 0);
      }
      out += 32;
    }
    out += 64;
  }
}
