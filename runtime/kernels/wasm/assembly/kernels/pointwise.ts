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
