/**
 * The self-scaled Broyden method on the whole inverse Hessian (Al-Baali 1998; for physics-informed networks Urban,
 * Stefanou and Pons 2024, and Kiyani et al. 2025, whose formulas these are). Curvature of all past steps lets it
 * go on where a limited memory stalls: losses of 1e-10 and below. It keeps parameters^2 numbers, so it is for
 * networks of a few thousand.
 */
import type { Curvature, Move } from "./quasi-newton.js";
import { dot, norm } from "./vectors.js";

/** The inverse Hessian H, symmetric: its rows up to the diagonal, one after the other. */
export class InverseHessian implements Curvature {
  private h: Float64Array | undefined;

  constructor(private readonly size: number) {}

  get isEmpty(): boolean {
    return this.h === undefined;
  }

  clear(): void {
    this.h = undefined;
  }

  descent(gradient: Float64Array): Float64Array {
    if (this.h === undefined) return gradient.map((g) => -g);
    return this.times(gradient).map((value) => -value);
  }

  learn({ s, y, curvature, slope, step }: Move): void {
    const n = this.size;
    this.h ??= scaledIdentity(n, curvature / norm(y) ** 2);
    const hy = this.times(y);
    const yhy = dot(y, hy);
    // s'Bs, with B the inverse of H: s is `step` times -H g.
    const b = (-step * slope) / curvature;
    const { tau, phi } = factors(b, yhy / curvature, n);
    // H <- (H - Hy Hy' / y'Hy + phi v v') / tau + s s' / y's, where v = sqrt(y'Hy) (s / y's - Hy / y'Hy)
    const root = Math.sqrt(yhy);
    const v = s.map((value, k) => root * (value / curvature - hy[k]! / yhy));
    this.update(1 / tau, [hy, -1 / (yhy * tau)], [v, phi / tau], [s, 1 / curvature]);
  }

  state(): readonly Float64Array[] {
    return this.h === undefined ? [] : [this.h];
  }

  restore([h]: readonly Float64Array[]): void {
    this.h = h?.slice();
  }

  private times(x: Float64Array): Float64Array {
    const { size } = this;
    const h = this.h!;
    const result = new Float64Array(size);
    let at = 0;
    for (let i = 0; i < size; i++) {
      const xi = x[i]!;
      let sum = 0;
      for (let j = 0; j < i; j++) {
        const value = h[at + j]!;
        sum += value * x[j]!;
        result[j]! += value * xi;
      }
      result[i]! += sum + h[at + i]! * xi;
      at += i + 1;
    }
    return result;
  }

  /** H <- factor H + the sum over the terms of weight a a' */
  private update(factor: number, ...terms: readonly (readonly [Float64Array, number])[]): void {
    const { size } = this;
    const h = this.h!;
    const [[a, wa], [b, wb], [c, wc]] = terms as readonly [Term, Term, Term];
    let at = 0;
    for (let i = 0; i < size; i++) {
      const ai = wa * a[i]!;
      const bi = wb * b[i]!;
      const ci = wc * c[i]!;
      for (let j = 0; j <= i; j++) {
        h[at + j] = factor * h[at + j]! + ai * a[j]! + bi * b[j]! + ci * c[j]!;
      }
      at += i + 1;
    }
  }
}

type Term = readonly [Float64Array, number];

function scaledIdentity(size: number, scale: number): Float64Array {
  const h = new Float64Array((size * (size + 1)) / 2);
  for (let i = 0; i < size; i++) h[(i * (i + 3)) / 2] = scale;
  return h;
}

/** Scaling and place in Broyden's family, of b = s'Bs / y's and h = y'Hy / y's (Urban et al., equations 13 to 23). */
function factors(b: number, h: number, n: number): { readonly tau: number; readonly phi: number } {
  const a = Math.max(h * b - 1, 1e-12);
  const c = Math.sqrt(a / (1 + a));
  const rho = Math.min(1, h * (1 - c));
  const theta = Math.max((rho - 1) / a, Math.min(1 / rho, (1 - b) / b));
  const sigma = 1 + a * theta;
  const first = Math.min(1, 1 / b);
  const spread = sigma ** (-1 / (n - 1));
  const tau = theta > 0 ? first * Math.min(spread, 1 / theta) : Math.min(first * spread, sigma);
  return { tau, phi: (1 - theta) / (1 + a * theta) };
}
