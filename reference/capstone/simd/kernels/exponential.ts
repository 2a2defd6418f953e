const LOG2_E: f32 = 1.4426950408889634;
const LN_2: f32 = 0.6931471805599453;

/**
 * e to the power of four numbers that are at most 0, with an error of at most 2e-7; NaN stays NaN.
 *
 * With n = x / ln 2 rounded to a whole number and r = x − n·ln 2 it is 2ⁿ·eʳ. |r| is at most 0.35, where the first
 * eight terms of the series of eʳ are enough for a float32; and 2ⁿ is a float32 whose exponent is n.
 */
export function exponential(x: v128): v128 {
  // Below this, 2ⁿ would have no exponent; there is next to nothing left anyway.
  const limited = f32x4.max(x, f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(limited, f32x4.splat(LOG2_E)));
  const r = f32x4.sub(limited, f32x4.mul(n, f32x4.splat(LN_2)));
  // 1 + r·(1 + r/2·(1 + r/3·(1 + …))), from the inside.
  let series = f32x4.splat(1);
  for (let k: f32 = 7; k > 0; k--) {
    const term = f32x4.mul(series, f32x4.mul(r, f32x4.splat(1 / k)));
    series = f32x4.add(f32x4.splat(1), term);
  }
  const exponent = i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127));
  return f32x4.mul(series, i32x4.shl(exponent, 23));
}
