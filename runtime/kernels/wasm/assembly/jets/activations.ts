/** Values and derivatives of the activations at a vector of points. */
import {
  exponential,
  expMinusOne,
  hyperbolicTangent,
  logistic,
  normalDistribution,
  sine,
  splat,
} from "./math";

/** Numbers of the activations; runtime/physics/network.ts has the same order. */
const TANH = 0;
const SIN = 1;
const SIGMOID = 2;
const SOFTPLUS = 3;
const GELU = 4;
const SILU = 5;
const EXP = 6;

function add<T>(a: v128, b: v128): v128 {
  return v128.add<T>(a, b);
}
function mul<T>(a: v128, b: v128): v128 {
  return v128.mul<T>(a, b);
}
/** a x + b with numbers a and b. */
function line<T>(a: f64, x: v128, b: f64): v128 {
  return v128.add<T>(v128.mul<T>(splat<T>(a), x), splat<T>(b));
}

export function value<T>(kind: i32, z: v128): v128 {
  switch (kind) {
    case TANH:
      return hyperbolicTangent<T>(z);
    case SIN:
      return sine<T>(z, 0);
    case SIGMOID:
      return logistic<T>(z);
    case SOFTPLUS:
      return softplus<T>(z);
    case GELU:
      return mul<T>(z, normalDistribution<T>(z));
    case SILU:
      return mul<T>(z, logistic<T>(z));
    default:
      return exponential<T>(z);
  }
}

/** max(z, 0) + log(1 + e^-|z|); the logarithm by Newton's method on e^w = 1 + e^-|z|. */
function softplus<T>(z: v128): v128 {
  const e = exponential<T>(v128.neg<T>(v128.abs<T>(z)));
  // A rational start within 1e-3, then two steps that double the digits (three for f64).
  let w = v128.div<T>(mul<T>(e, line<T>(1, e, 6)), line<T>(4, e, 6));
  const steps = sizeof<T>() == 4 ? 2 : 3;
  for (let k = 0; k < steps; k++) {
    // Halley: w += 2 (1 + e - e^w) / (1 + e + e^w), written with e^w - 1 so that small e keep their digits.
    const g = expMinusOne<T>(w);
    const difference = v128.sub<T>(e, g);
    const sum = add<T>(add<T>(e, g), splat<T>(2));
    w = add<T>(w, v128.div<T>(add<T>(difference, difference), sum));
  }
  return add<T>(v128.max<T>(z, splat<T>(0)), w);
}

/** Derivatives 1..order (at most 5) of the logistic function s, at out + 16 k for the k-th. */
function logisticDerivatives<T>(s: v128, out: usize, order: i32): void {
  const one = mul<T>(s, v128.sub<T>(splat<T>(1), s));
  v128.store(out + 16, one);
  if (order < 2) return;
  v128.store(out + 32, mul<T>(one, line<T>(-2, s, 1)));
  if (order < 3) return;
  v128.store(out + 48, mul<T>(one, line<T>(-6, one, 1)));
  if (order < 4) return;
  v128.store(out + 64, mul<T>(mul<T>(one, line<T>(-2, s, 1)), line<T>(-12, one, 1)));
  if (order < 5) return;
  // 1 - 30 s + 150 s^2 - 240 s^3 + 120 s^4 = 1 - 30 p + 120 p^2 with p = s (1 - s)
  v128.store(out + 80, mul<T>(one, add<T>(mul<T>(line<T>(120, one, -30), one), splat<T>(1))));
}

/** Derivatives 1..order at z, where y is the value there, at out + 16 k for the k-th. */
export function derivatives<T>(kind: i32, z: v128, y: v128, out: usize, order: i32): void {
  switch (kind) {
    case TANH: {
      const q = mul<T>(y, y);
      const one = v128.sub<T>(splat<T>(1), q);
      v128.store(out + 16, one);
      if (order < 2) return;
      v128.store(out + 32, mul<T>(mul<T>(splat<T>(-2), y), one));
      if (order < 3) return;
      v128.store(out + 48, mul<T>(one, line<T>(6, q, -2)));
      if (order < 4) return;
      v128.store(out + 64, mul<T>(mul<T>(one, y), line<T>(-24, q, 16)));
      if (order < 5) return;
      v128.store(out + 80, mul<T>(one, add<T>(mul<T>(line<T>(120, q, -120), q), splat<T>(16))));
      return;
    }
    case SIN: {
      const c = sine<T>(z, 1);
      v128.store(out + 16, c);
      v128.store(out + 32, v128.neg<T>(y));
      v128.store(out + 48, v128.neg<T>(c));
      v128.store(out + 64, y);
      v128.store(out + 80, c);
      return;
    }
    case SIGMOID:
      logisticDerivatives<T>(y, out, order);
      return;
    case SOFTPLUS: {
      const s = logistic<T>(z);
      v128.store(out + 16, s);
      if (order > 1) logisticDerivatives<T>(s, out + 16, order - 1);
      return;
    }
    case GELU: {
      const density = mul<T>(
        splat<T>(0.3989422804014327),
        exponential<T>(mul<T>(splat<T>(-0.5), mul<T>(z, z))),
      );
      const tiny = v128.lt<T>(v128.abs<T>(z), splat<T>(1e-30));
      const phi = v128.bitselect(splat<T>(0.5), v128.div<T>(y, z), tiny);
      const q = mul<T>(z, z);
      v128.store(out + 16, add<T>(phi, mul<T>(z, density)));
      v128.store(out + 32, mul<T>(line<T>(-1, q, 2), density));
      v128.store(out + 48, mul<T>(mul<T>(z, line<T>(1, q, -4)), density));
      v128.store(out + 64, mul<T>(add<T>(mul<T>(line<T>(-1, q, 7), q), splat<T>(-4)), density));
      v128.store(
        out + 80,
        mul<T>(mul<T>(z, add<T>(mul<T>(line<T>(1, q, -11), q), splat<T>(18))), density),
      );
      return;
    }
    case SILU: {
      // (z s)^(k) = z s^(k) + k s^(k-1)
      const s = logistic<T>(z);
      logisticDerivatives<T>(s, out, order);
      let before = s;
      for (let k = 1; k <= order; k++) {
        const at = out + 16 * k;
        const now = v128.load(at);
        v128.store(at, add<T>(mul<T>(z, now), mul<T>(splat<T>(<f64>k), before)));
        before = now;
      }
      return;
    }
    default:
      for (let k = 1; k <= order; k++) v128.store(out + 16 * k, y);
  }
}
