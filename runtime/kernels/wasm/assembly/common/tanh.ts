import { exp4 } from "./exp";

/**
 * The hyperbolic tangent of four floats, within 2 units in the last place: a polynomial near 0 (Cephes tanhf), where
 * 1 - 2 / (exp 2|x| + 1) would lose digits, and that elsewhere.
 */
export function tanh4(x: v128): v128 {
  const one = f32x4.splat(1);
  const size = f32x4.abs(x);
  const square = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, square), f32x4.splat(-3.33332819422e-1));
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, square), x), x);
  const grown = f32x4.add(exp4(f32x4.add(size, size)), one);
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), grown));
  const value = v128.bitselect(near, far, f32x4.lt(size, f32x4.splat(0.625)));
  // The sign of x, of a zero too.
  return v128.bitselect(x, value, i32x4.splat(0x80000000));
}
