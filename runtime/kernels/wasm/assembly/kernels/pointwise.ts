/** Element by element: `pointwise.ts`. */

/** y[k] = x[k] > 0 ? v[k] : slope * v[k], for n values. */
export function gate(x: usize, v: usize, y: usize, n: i32, slope: f32): void {
  const zero = f32x4.splat(0);
  const factor = f32x4.splat(slope);
  let k = 0;
  for (; k + 4 <= n; k += 4) {
    const value = v128.load(v);
    const isOpen = f32x4.gt(v128.load(x), zero);
    v128.store(y, v128.bitselect(value, f32x4.mul(factor, value), isOpen));
    x += 16;
    v += 16;
    y += 16;
  }
  for (; k < n; k++) {
    const value = load<f32>(v);
    store<f32>(y, load<f32>(x) > 0 ? value : slope * value);
    x += 4;
    v += 4;
    y += 4;
  }
}

/** y[k] = low <= x[k] <= high ? v[k] : 0, for n values. */
export function between(x: usize, v: usize, y: usize, n: i32, low: f32, high: f32): void {
  const least = f32x4.splat(low);
  const most = f32x4.splat(high);
  let k = 0;
  for (; k + 4 <= n; k += 4) {
    const value = v128.load(x);
    const isInside = v128.and(f32x4.ge(value, least), f32x4.le(value, most));
    v128.store(y, v128.and(v128.load(v), isInside));
    x += 16;
    v += 16;
    y += 16;
  }
  for (; k < n; k++) {
    const value = load<f32>(x);
    store<f32>(y, value >= low && value <= high ? load<f32>(v) : 0);
    x += 4;
    v += 4;
    y += 4;
  }
}

/** y[k] = x[k] < 0 ? -1 : 1, for n values. */
export function sign(x: usize, y: usize, n: i32): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const minus = f32x4.splat(-1);
  let k = 0;
  for (; k + 4 <= n; k += 4) {
    v128.store(y, v128.bitselect(minus, one, f32x4.lt(v128.load(x), zero)));
    x += 16;
    y += 16;
  }
  for (; k < n; k++) {
    store<f32>(y, load<f32>(x) < 0 ? -1 : 1);
    x += 4;
    y += 4;
  }
}

/** y[k] = max(x[k], bound), or min(x[k], bound) where `side` is negative, for n values. */
export function bounded(x: usize, y: usize, n: i32, bound: f32, side: i32): void {
  const limit = f32x4.splat(bound);
  let k = 0;
  for (; k + 4 <= n; k += 4) {
    const value = v128.load(x);
    v128.store(y, side > 0 ? f32x4.max(value, limit) : f32x4.min(value, limit));
    x += 16;
    y += 16;
  }
  for (; k < n; k++) {
    const value = load<f32>(x);
    store<f32>(y, side > 0 ? max<f32>(value, bound) : min<f32>(value, bound));
    x += 4;
    y += 4;
  }
}

/**
 * The gradient v of `bounded`: y[k] = v[k] where x[k] is beyond the bound, half of it where they are equal, else 0,
 * for n values.
 */
export function beyond(x: usize, v: usize, y: usize, n: i32, bound: f32, side: i32): void {
  const limit = f32x4.splat(bound);
  const half = f32x4.splat(0.5);
  let k = 0;
  for (; k + 4 <= n; k += 4) {
    const value = v128.load(x);
    const passed = v128.load(v);
    const isBeyond = side > 0 ? f32x4.gt(value, limit) : f32x4.lt(value, limit);
    const shared = v128.and(f32x4.mul(half, passed), f32x4.eq(value, limit));
    v128.store(y, v128.bitselect(passed, shared, isBeyond));
    x += 16;
    v += 16;
    y += 16;
  }
  for (; k < n; k++) {
    const value = load<f32>(x);
    const isBeyond = side > 0 ? value > bound : value < bound;
    store<f32>(y, load<f32>(v) * (isBeyond ? 1 : value == bound ? 0.5 : 0));
    x += 4;
    v += 4;
    y += 4;
  }
}
