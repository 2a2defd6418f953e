/**
 * sum += share · part: how the gradients of several threads become one.
 *
 * @param sum what is added to
 * @param part what is added
 * @param share how much of it
 * @param size bytes of each, a multiple of 16
 */
export function addScaled(sum: usize, part: usize, share: f32, size: usize): void {
  for (let at: usize = 0; at < size; at += 16) {
    const scaled = f32x4.mul(v128.load(part + at), f32x4.splat(share));
    v128.store(sum + at, f32x4.add(v128.load(sum + at), scaled));
  }
}
