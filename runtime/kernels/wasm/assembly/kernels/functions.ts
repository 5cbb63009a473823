/** Functions of every element, and vectors times their derivatives: `functions.ts`. */
import { exp4 } from "../common/exp";
import { tanh4 } from "../common/tanh";

const EXP = 0;
const TANH = 1;
const TANH_SLOPE = 2;

function valueOf(kind: i32, x: v128, v: v128): v128 {
  if (kind == EXP) return exp4(x);
  const one = f32x4.splat(1);
  if (kind <= TANH_SLOPE) {
    const y = tanh4(x);
    return kind == TANH ? y : f32x4.mul(v, f32x4.sub(one, f32x4.mul(y, y)));
  }
  const y = f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
  return f32x4.mul(v, f32x4.mul(y, f32x4.sub(one, y)));
}

/**
 * y[k] = f(x[k]), or v[k] times the derivative of f there, for n values.
 * @param kind 0 exponential, 1 tanh, 2 derivative of tanh, 3 derivative of the sigmoid
 * @param v read for derivatives only
 */
export function mapFunction(kind: i32, x: usize, v: usize, y: usize, n: i32): void {
  const step: usize = kind >= TANH_SLOPE ? 16 : 0;
  // Without a vector its place is taken by x, which is there to be read.
  if (step == 0) v = x;
  let k = 0;
  for (; k + 4 <= n; k += 4) {
    v128.store(y, valueOf(kind, v128.load(x), v128.load(v)));
    x += 16;
    v += step;
    y += 16;
  }
  for (; k < n; k++) {
    const value = valueOf(kind, v128.load32_splat(x), v128.load32_splat(v));
    store<f32>(y, f32x4.extract_lane(value, 0));
    x += 4;
    v += step >> 2;
    y += 4;
  }
}
