/** The update of Adam: `reference/adam.ts`, the same operations in the same order, so the same bits. */

/**
 * toValues, toFirst, toSecond = the update of values, first, second by the gradient, n values each. Two elements at a
 * time, in double precision.
 */
export function adam(
  values: usize,
  gradient: usize,
  first: usize,
  second: usize,
  toValues: usize,
  toFirst: usize,
  toSecond: usize,
  n: i32,
  rate: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f64,
  correction: f64,
  penalty: f64,
  shrink: f64,
  scale: f64,
): void {
  const bytes = (<usize>n) << 2;
  const pairs = (<usize>(n & ~1)) << 2;
  let at: usize = 0;
  for (; at < pairs; at += 8) {
    const weight = f64x2.mul(two(values + at), f64x2.splat(shrink));
    const scaled = f32x4.demote_f64x2_zero(f64x2.mul(two(gradient + at), f64x2.splat(scale)));
    const g = f64x2.add(f64x2.promote_low_f32x4(scaled), f64x2.mul(f64x2.splat(penalty), weight));
    const m = f64x2.add(
      f64x2.mul(f64x2.splat(beta1), two(first + at)),
      f64x2.mul(f64x2.splat(1 - beta1), g),
    );
    const v = f64x2.add(
      f64x2.mul(f64x2.splat(beta2), two(second + at)),
      f64x2.mul(f64x2.mul(f64x2.splat(1 - beta2), g), g),
    );
    const root = f64x2.div(f64x2.sqrt(v), f64x2.splat(correction));
    const step = f64x2.div(f64x2.mul(f64x2.splat(rate), m), f64x2.add(root, f64x2.splat(epsilon)));
    v128.store64_lane(toFirst + at, f32x4.demote_f64x2_zero(m), 0);
    v128.store64_lane(toSecond + at, f32x4.demote_f64x2_zero(v), 0);
    v128.store64_lane(toValues + at, f32x4.demote_f64x2_zero(f64x2.sub(weight, step)), 0);
  }
  if (at < bytes) {
    const weight = <f64>load<f32>(values + at) * shrink;
    const g = <f64>(<f32>(<f64>load<f32>(gradient + at) * scale)) + penalty * weight;
    const m = beta1 * <f64>load<f32>(first + at) + (1 - beta1) * g;
    const v = beta2 * <f64>load<f32>(second + at) + (1 - beta2) * g * g;
    store<f32>(toFirst + at, <f32>m);
    store<f32>(toSecond + at, <f32>v);
    store<f32>(toValues + at, <f32>(weight - (rate * m) / (sqrt(v) / correction + epsilon)));
  }
}

/** Two consecutive numbers in double precision. */
function two(x: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(x));
}
