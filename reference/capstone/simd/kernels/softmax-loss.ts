import { exponential } from './exponential';

/**
 * The softmax loss of one group of eight images, and its gradient by the logits s. With the largest logit m of an
 * image, the sum z = Σ_k exp(s_k − m) and the label l,
 *
 *     loss = ln z + (m − s_l)        dlogits_k = (exp(s_k − m) / z − [k = l]) · scale
 *
 * @param logits `[classes][8]`
 * @param labels eight whole numbers; −1 for an image that is not there, whose gradient is 0
 * @param classes how many there are
 * @param scale 1 / N for the mean over N images
 * @param dlogits `[classes][8]`
 * @param terms the two terms of each loss, but for the logarithm: eight times z, then eight times m − s_l
 */
export function softmaxLoss(
  logits: usize,
  labels: usize,
  classes: usize,
  scale: f32,
  dlogits: usize,
  terms: usize,
): void {
  for (let half: usize = 0; half < 32; half += 16) {
    const s = logits + half;
    const d = dlogits + half;
    const label = v128.load(labels + half);
    let largest = v128.load(s);
    for (let k: usize = 1; k < classes; k++) largest = f32x4.max(largest, v128.load(s + 32 * k));

    let sum = f32x4.splat(0);
    let margin = f32x4.splat(0);
    for (let k: usize = 0; k < classes; k++) {
      const below = f32x4.sub(v128.load(s + 32 * k), largest);
      const power = exponential(below);
      v128.store(d + 32 * k, power);
      sum = f32x4.add(sum, power);
      margin = f32x4.sub(margin, v128.and(below, i32x4.eq(label, i32x4.splat(<i32>k))));
    }
    v128.store(terms + half, sum);
    v128.store(terms + half, margin, 32);

    const isThere = i32x4.ge_s(label, i32x4.splat(0));
    for (let k: usize = 0; k < classes; k++) {
      const target = v128.and(f32x4.splat(1), i32x4.eq(label, i32x4.splat(<i32>k)));
      const difference = f32x4.sub(f32x4.div(v128.load(d + 32 * k), sum), target);
      v128.store(d + 32 * k, v128.and(f32x4.mul(difference, f32x4.splat(scale)), isThere));
    }
  }
}
