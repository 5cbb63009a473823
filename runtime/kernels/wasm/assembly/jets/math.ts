/**
 * Elementary functions on SIMD vectors of f32 or f64, each to a few units in the last place.
 * Exponential and sine reduce the range and sum their Taylor series; the number of terms depends on T.
 */

export function splat<T>(value: f64): v128 {
  return v128.splat<T>(<T>value);
}

/** 2^n for integers n held as floats, by writing the exponent bits. */
function powerOfTwo<T>(n: v128): v128 {
  if (sizeof<T>() == 4) {
    return i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  }
  // 1.5 * 2^52 + n holds n in its low bits.
  const shifted = f64x2.add(n, f64x2.splat(6755399441055744.0));
  return i64x2.shl(i64x2.add(shifted, i64x2.splat(1023)), 52);
}

/** e^x - 1 as 2^n p + (2^n - 1), accurate near 0 too; x is kept where nothing overflows. */
export function expMinusOne<T>(x: v128): v128 {
  const limit: f64 = sizeof<T>() == 4 ? 87.0 : 707.0;
  const inside = v128.max<T>(v128.min<T>(x, splat<T>(limit)), splat<T>(-limit));
  const n = v128.nearest<T>(v128.mul<T>(inside, splat<T>(1.4426950408889634)));
  // ln 2 in two parts: n times the first is exact.
  const high: f64 = sizeof<T>() == 4 ? 0.693359375 : 0.6931471803691238;
  const low: f64 = sizeof<T>() == 4 ? -0.00021219444005469057 : 1.9082149292705877e-10;
  let r = v128.sub<T>(inside, v128.mul<T>(n, splat<T>(high)));
  r = v128.sub<T>(r, v128.mul<T>(n, splat<T>(low)));
  let p: v128;
  if (sizeof<T>() == 4) {
    p = splat<T>(1.0 / 5040.0);
  } else {
    p = splat<T>(1.0 / 6227020800.0);
    p = v128.add<T>(v128.mul<T>(p, r), splat<T>(1.0 / 479001600.0));
    p = v128.add<T>(v128.mul<T>(p, r), splat<T>(1.0 / 39916800.0));
    p = v128.add<T>(v128.mul<T>(p, r), splat<T>(1.0 / 3628800.0));
    p = v128.add<T>(v128.mul<T>(p, r), splat<T>(1.0 / 362880.0));
    p = v128.add<T>(v128.mul<T>(p, r), splat<T>(1.0 / 40320.0));
    p = v128.add<T>(v128.mul<T>(p, r), splat<T>(1.0 / 5040.0));
  }
  p = v128.add<T>(v128.mul<T>(p, r), splat<T>(1.0 / 720.0));
  p = v128.add<T>(v128.mul<T>(p, r), splat<T>(1.0 / 120.0));
  p = v128.add<T>(v128.mul<T>(p, r), splat<T>(1.0 / 24.0));
  p = v128.add<T>(v128.mul<T>(p, r), splat<T>(1.0 / 6.0));
  p = v128.add<T>(v128.mul<T>(p, r), splat<T>(0.5));
  p = v128.add<T>(v128.mul<T>(v128.mul<T>(p, r), r), r);
  const scale = powerOfTwo<T>(n);
  return v128.add<T>(v128.mul<T>(scale, p), v128.sub<T>(scale, splat<T>(1)));
}

export function exponential<T>(x: v128): v128 {
  return v128.add<T>(expMinusOne<T>(x), splat<T>(1));
}

/** (e^2x - 1) / (e^2x + 1). */
export function hyperbolicTangent<T>(x: v128): v128 {
  const limit: f64 = sizeof<T>() == 4 ? 10.0 : 20.0;
  const inside = v128.max<T>(v128.min<T>(x, splat<T>(limit)), splat<T>(-limit));
  const e = expMinusOne<T>(v128.add<T>(inside, inside));
  return v128.div<T>(e, v128.add<T>(e, splat<T>(2)));
}

/** 1 / (1 + e^-x). */
export function logistic<T>(x: v128): v128 {
  return v128.div<T>(splat<T>(1), v128.add<T>(splat<T>(1), exponential<T>(v128.neg<T>(x))));
}

/** sin(x + quarter pi/2) for |x| < 1e5: x = n pi/2 + r, and the series of sine and cosine in r. */
export function sine<T>(x: v128, quarter: i32): v128 {
  const n = v128.nearest<T>(v128.mul<T>(x, splat<T>(0.6366197723675814)));
  // pi/2 in three parts.
  const a: f64 = sizeof<T>() == 4 ? 1.5703125 : 1.5707963267341256;
  const b: f64 = sizeof<T>() == 4 ? 0.0004837512969970703 : 6.077100506303966e-11;
  const c: f64 = sizeof<T>() == 4 ? 7.549789954891882e-8 : 2.0222662487959506e-21;
  let r = v128.sub<T>(x, v128.mul<T>(n, splat<T>(a)));
  r = v128.sub<T>(r, v128.mul<T>(n, splat<T>(b)));
  r = v128.sub<T>(r, v128.mul<T>(n, splat<T>(c)));
  const q = v128.mul<T>(r, r);
  let s: v128;
  let k: v128;
  if (sizeof<T>() == 4) {
    s = splat<T>(1.0 / 362880.0);
    k = splat<T>(1.0 / 40320.0);
  } else {
    s = splat<T>(-1.0 / 1307674368000.0);
    s = v128.add<T>(v128.mul<T>(s, q), splat<T>(1.0 / 6227020800.0));
    s = v128.add<T>(v128.mul<T>(s, q), splat<T>(-1.0 / 39916800.0));
    s = v128.add<T>(v128.mul<T>(s, q), splat<T>(1.0 / 362880.0));
    k = splat<T>(1.0 / 20922789888000.0);
    k = v128.add<T>(v128.mul<T>(k, q), splat<T>(-1.0 / 87178291200.0));
    k = v128.add<T>(v128.mul<T>(k, q), splat<T>(1.0 / 479001600.0));
    k = v128.add<T>(v128.mul<T>(k, q), splat<T>(-1.0 / 3628800.0));
    k = v128.add<T>(v128.mul<T>(k, q), splat<T>(1.0 / 40320.0));
  }
  s = v128.add<T>(v128.mul<T>(s, q), splat<T>(-1.0 / 5040.0));
  s = v128.add<T>(v128.mul<T>(s, q), splat<T>(1.0 / 120.0));
  s = v128.add<T>(v128.mul<T>(s, q), splat<T>(-1.0 / 6.0));
  s = v128.add<T>(v128.mul<T>(v128.mul<T>(s, q), r), r);
  k = v128.add<T>(v128.mul<T>(k, q), splat<T>(-1.0 / 720.0));
  k = v128.add<T>(v128.mul<T>(k, q), splat<T>(1.0 / 24.0));
  k = v128.add<T>(v128.mul<T>(k, q), splat<T>(-0.5));
  k = v128.add<T>(v128.mul<T>(k, q), splat<T>(1));
  // Quadrant (n + quarter) mod 4 as a float in 0..3.
  const m = v128.add<T>(n, splat<T>(<f64>quarter));
  const turn = v128.sub<T>(
    m,
    v128.mul<T>(v128.floor<T>(v128.mul<T>(m, splat<T>(0.25))), splat<T>(4)),
  );
  const two = v128.ge<T>(turn, splat<T>(2));
  const odd = v128.or(v128.eq<T>(turn, splat<T>(1)), v128.eq<T>(turn, splat<T>(3)));
  const value = v128.bitselect(k, s, odd);
  return v128.bitselect(v128.neg<T>(value), value, two);
}

/** Standard normal distribution function, lane by lane (a series below 3, a continued fraction above). */
export function normalDistribution<T>(x: v128): v128 {
  if (sizeof<T>() == 4) {
    let y = f32x4.splat(<f32>phi(<f64>f32x4.extract_lane(x, 0)));
    y = f32x4.replace_lane(y, 1, <f32>phi(<f64>f32x4.extract_lane(x, 1)));
    y = f32x4.replace_lane(y, 2, <f32>phi(<f64>f32x4.extract_lane(x, 2)));
    return f32x4.replace_lane(y, 3, <f32>phi(<f64>f32x4.extract_lane(x, 3)));
  }
  const y = f64x2.splat(phi(f64x2.extract_lane(x, 0)));
  return f64x2.replace_lane(y, 1, phi(f64x2.extract_lane(x, 1)));
}

function phi(x: f64): f64 {
  const size = abs(x);
  if (size > 38) return x > 0 ? 1 : 0;
  const density =
    0.3989422804014327 * f64x2.extract_lane(exponential<f64>(f64x2.splat(-0.5 * x * x)), 0);
  if (size < 4) {
    // Phi(x) = 1/2 + density (x + x^3/3 + x^5/15 + ..), all terms of one sign.
    let term = x;
    let sum = x;
    for (let n = 3; abs(term) > 1e-17 * abs(sum); n += 2) {
      term *= (x * x) / <f64>n;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let fraction: f64 = 0;
  for (let n = 60; n > 0; n--) fraction = <f64>n / (size + fraction);
  const tail = density / (size + fraction);
  return x > 0 ? 1 - tail : tail;
}
