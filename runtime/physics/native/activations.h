// Values and derivatives of the activations at a vector of points; the numbers are those of runtime/physics/network.ts,
// the formulas those of runtime/kernels/wasm/assembly/jets/activations.ts.
#pragma once
#include "vectors.h"

enum Kind { TANH, SIN, SIGMOID, SOFTPLUS, GELU, SILU, EXP };

template <class T, int B>
struct Activation {
  using F = Math<T, B>;
  using V = typename F::V;
  static V number(double value) { return F::number(value); }

  static V value(int kind, V z) {
    switch (kind) {
      case TANH: return F::hyperbolicTangent(z);
      case SIN: return F::sine(z, 0);
      case SIGMOID: return F::logistic(z);
      case SOFTPLUS: return F::softplus(z);
      case GELU: return z * F::normalDistribution(z);
      case SILU: return z * F::logistic(z);
      default: return F::exponential(z);
    }
  }

  /** Derivatives 1..order (at most 5) of the logistic function s, at out[1..order]. */
  static void logisticDerivatives(V s, V* out, int order) {
    const V one = s * (number(1) - s);
    out[1] = one;
    if (order > 1) out[2] = one * (number(1) - number(2) * s);
    if (order > 2) out[3] = one * (number(1) - number(6) * one);
    if (order > 3) out[4] = one * (number(1) - number(2) * s) * (number(1) - number(12) * one);
    if (order > 4) out[5] = one * ((number(120) * one - number(30)) * one + number(1));
  }

  /** Derivatives 1..order at z, where y is the value there. */
  static void derivatives(int kind, V z, V y, V* out, int order) {
    switch (kind) {
      case TANH: {
        const V q = y * y;
        const V one = number(1) - q;
        out[1] = one;
        if (order > 1) out[2] = number(-2) * y * one;
        if (order > 2) out[3] = one * (number(6) * q - number(2));
        if (order > 3) out[4] = one * y * (number(16) - number(24) * q);
        if (order > 4) out[5] = one * ((number(120) * q - number(120)) * q + number(16));
        return;
      }
      case SIN: {
        const V c = F::sine(z, 1);
        out[1] = c;
        out[2] = -y;
        out[3] = -c;
        out[4] = y;
        out[5] = c;
        return;
      }
      case SIGMOID: logisticDerivatives(y, out, order); return;
      case SOFTPLUS: {
        const V s = F::logistic(z);
        out[1] = s;
        if (order > 1) logisticDerivatives(s, out + 1, order - 1);
        return;
      }
      case GELU: {
        const V q = z * z;
        const V density = number(0.3989422804014327) * F::exponential(number(-0.5) * q);
        const V size = z < number(0) ? -z : z;
        const V phi = size < number(1e-30) ? number(0.5) : y / z;
        out[1] = phi + z * density;
        out[2] = (number(2) - q) * density;
        out[3] = z * (q - number(4)) * density;
        out[4] = ((number(7) - q) * q - number(4)) * density;
        out[5] = z * ((q - number(11)) * q + number(18)) * density;
        return;
      }
      case SILU: {
        // (z s)^(k) = z s^(k) + k s^(k-1)
        V before = F::logistic(z);
        logisticDerivatives(before, out, order);
        for (int k = 1; k <= order; k++) {
          const V now = out[k];
          out[k] = z * now + number(k) * before;
          before = now;
        }
        return;
      }
      default:
        for (int k = 1; k <= order; k++) out[k] = y;
    }
  }
};
