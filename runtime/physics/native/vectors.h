// Vectors of B bytes of floats (GCC and Clang vector types), and elementary functions on them, each to a few units in
// the last place. The formulas are those of runtime/kernels/wasm/assembly/jets/math.ts.
#pragma once
#include <cmath>
#include <cstdint>
#include <type_traits>

template <class T, int B>
struct Of {
  typedef T type __attribute__((vector_size(B), aligned(sizeof(T)), may_alias));
  typedef std::conditional_t<sizeof(T) == 4, int32_t, int64_t> integer;
  typedef integer mask __attribute__((vector_size(B)));
};
template <class T, int B>
using Vec = typename Of<T, B>::type;
template <class T, int B>
using Mask = typename Of<T, B>::mask;

template <class T, int B>
inline Vec<T, B> load(const char* at) {
  return *reinterpret_cast<const Vec<T, B>*>(at);
}
template <class T, int B>
inline void store(char* at, Vec<T, B> value) {
  *reinterpret_cast<Vec<T, B>*>(at) = value;
}
template <class T, int B>
inline Vec<T, B> splat(double value) {
  return Vec<T, B>{} + static_cast<T>(value);
}

template <class T, int B>
struct Math {
  using V = Vec<T, B>;
  using M = Mask<T, B>;
  static constexpr bool isSingle = sizeof(T) == 4;

  static V number(double value) { return splat<T, B>(value); }
  /** Numbers that are not numbers stay what they are. */
  static V within(V x, double limit) {
    x = x > number(limit) ? number(limit) : x;
    return x < number(-limit) ? number(-limit) : x;
  }
  /** The nearest whole number, for sizes below 2^22 (2^51 in double precision). */
  static V nearest(V x) {
    const V shift = number(isSingle ? 12582912.0 : 6755399441055744.0);
    return (x + shift) - shift;
  }
  static V powerOfTwo(V n) {
    M bits = __builtin_convertvector(n, M) + (isSingle ? 127 : 1023);
    bits <<= isSingle ? 23 : 52;
    return reinterpret_cast<V>(bits);
  }

  /** e^x - 1 as 2^n p + (2^n - 1), accurate near 0 too. */
  static V expMinusOne(V x) {
    const V inside = within(x, isSingle ? 87.0 : 707.0);
    const V n = nearest(inside * number(1.4426950408889634));
    V r = inside - n * number(isSingle ? 0.693359375 : 0.6931471803691238);
    r = r - n * number(isSingle ? -0.00021219444005469057 : 1.9082149292705877e-10);
    double first = isSingle ? 7 : 13;
    double factorial = 1;
    for (int k = 2; k <= first; k++) factorial *= k;
    V p = number(1 / factorial);
    for (int k = first; k > 2; k--) {
      factorial /= k;
      p = p * r + number(1 / factorial);
    }
    p = p * r * r + r;
    const V scale = powerOfTwo(n);
    return scale * p + (scale - number(1));
  }
  static V exponential(V x) { return expMinusOne(x) + number(1); }

  /** (e^2x - 1) / (e^2x + 1). */
  static V hyperbolicTangent(V x) {
    const V inside = within(x, isSingle ? 10.0 : 20.0);
    const V e = expMinusOne(inside + inside);
    return e / (e + number(2));
  }
  static V logistic(V x) { return number(1) / (number(1) + exponential(-x)); }

  /** sin(x + quarter pi/2) for |x| < 1e5: x = n pi/2 + r, and the series of sine and cosine in r. */
  static V sine(V x, int quarter) {
    const V n = nearest(x * number(0.6366197723675814));
    V r = x - n * number(isSingle ? 1.5703125 : 1.5707963267341256);
    r = r - n * number(isSingle ? 0.0004837512969970703 : 6.077100506303966e-11);
    r = r - n * number(isSingle ? 7.549789954891882e-8 : 2.0222662487959506e-21);
    const V q = r * r;
    // Both series from their last terms: r^9, r^8 in single precision, r^15, r^16 in double.
    V s = number(isSingle ? 1.0 / 362880 : -1.0 / 1307674368000);
    for (int k = isSingle ? 9 : 15; k > 3; k -= 2) s = s * q + number(sign(k - 2) / factorial(k - 2));
    s = s * q * r + r;
    V c = number(isSingle ? 1.0 / 40320 : 1.0 / 20922789888000);
    for (int k = isSingle ? 8 : 16; k > 0; k -= 2) c = c * q + number(sign(k - 2) / factorial(k - 2));
    const M turn = (__builtin_convertvector(n, M) + quarter) & 3;
    const V value = (turn & 1) != 0 ? c : s;
    return turn >= 2 ? -value : value;
  }
  static constexpr double sign(int power) { return (power / 2) % 2 == 0 ? 1 : -1; }
  static constexpr double factorial(int n) { return n < 2 ? 1 : n * factorial(n - 1); }

  /** Standard normal distribution function, lane by lane. */
  static V normalDistribution(V x) {
    V y = x;
    for (unsigned k = 0; k < B / sizeof(T); k++) {
      y[k] = static_cast<T>(0.5 * std::erfc(-static_cast<double>(x[k]) * 0.7071067811865476));
    }
    return y;
  }

  /** max(z, 0) + log(1 + e^-|z|); the logarithm by Halley's method on e^w = 1 + e^-|z|. */
  static V softplus(V z) {
    const V e = exponential(z < number(0) ? z : -z);
    V w = e * (e + number(6)) / (number(4) * e + number(6));
    for (int k = 0; k < (isSingle ? 2 : 3); k++) {
      const V g = expMinusOne(w);
      w = w + number(2) * (e - g) / (e + g + number(2));
    }
    return (z < number(0) ? number(0) : z) + w;
  }
};
