const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;
// Not as differences: in single precision 1 − 0.999 is 0.00099998713.
const REST1: f32 = 0.1;
const REST2: f32 = 0.001;
const EPSILON: f32 = 1e-8;

/**
 * A step of Adam, in place, as ../../adam.ts has it, with the corrections of both means taken out of the loop:
 *
 *     m ← β1·m + (1 − β1)·g,   v ← β2·v + (1 − β2)·g²,   w ← w − rate·m / (√(v·unbias) + ε)
 *
 * Kingma and Ba 2015, algorithm 1, https://arxiv.org/abs/1412.6980
 *
 * @param w the parameters
 * @param g the gradient
 * @param m the running mean of the gradient
 * @param v the running mean of the squared gradient
 * @param size bytes of each, a multiple of 16
 * @param rate the learning rate / (1 − β1ᵗ)
 * @param unbias 1 / (1 − β2ᵗ)
 */
export function adam(
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  size: usize,
  rate: f32,
  unbias: f32,
): void {
  for (let at: usize = 0; at < size; at += 16) {
    const slope = v128.load(g + at);
    const mean = f32x4.add(
      f32x4.mul(v128.load(m + at), f32x4.splat(BETA1)),
      f32x4.mul(slope, f32x4.splat(REST1)),
    );
    const square = f32x4.add(
      f32x4.mul(v128.load(v + at), f32x4.splat(BETA2)),
      f32x4.mul(f32x4.mul(slope, slope), f32x4.splat(REST2)),
    );
    v128.store(m + at, mean);
    v128.store(v + at, square);
    const spread = f32x4.sqrt(f32x4.mul(square, f32x4.splat(unbias)));
    const step = f32x4.div(
      f32x4.mul(mean, f32x4.splat(rate)),
      f32x4.add(spread, f32x4.splat(EPSILON)),
    );
    v128.store(w + at, f32x4.sub(v128.load(w + at), step));
  }
}
