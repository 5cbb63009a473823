import { describe, expect, it } from "vitest";
import { burgersColeHopf, gaussHermite } from "../../runtime/physics/cole-hopf.js";

/** The same integrals by the trapezoidal rule, which converges exponentially for a Gaussian times a smooth function. */
function byTrapezoids(x: number, t: number, nu: number): number {
  const width = 2 * Math.sqrt(nu * t);
  const exponent = (g: number): number =>
    -g * g - Math.cos(Math.PI * (x - width * g)) / (2 * Math.PI * nu);
  const nodes = Array.from({ length: 40_001 }, (_, k) => -20 + k * 1e-3);
  const largest = Math.max(...nodes.map(exponent));
  let above = 0;
  let below = 0;
  for (const g of nodes) {
    const weight = Math.exp(exponent(g) - largest);
    above -= weight * Math.sin(Math.PI * (x - width * g));
    below += weight;
  }
  return above / below;
}

describe("the solution of Burgers' equation after Cole and Hopf", () => {
  const nu = 0.01 / Math.PI;

  it("agrees with another quadrature to 1e-10", () => {
    for (const t of [0.05, 0.25, 0.5, 0.77, 1]) {
      for (const x of [-0.9, -0.4, -0.03, 0, 0.013, 0.2, 0.6, 1]) {
        expect(Math.abs(burgersColeHopf(x, t, nu) - byTrapezoids(x, t, nu))).toBeLessThan(1e-10);
      }
    }
  });

  it("starts from the sine and vanishes at the ends", () => {
    expect(burgersColeHopf(0.3, 0, nu)).toBe(-Math.sin(0.3 * Math.PI));
    for (const t of [0.1, 1]) expect(Math.abs(burgersColeHopf(1, t, nu))).toBeLessThan(1e-9);
  });

  it("uses a rule that integrates polynomials exactly", () => {
    const { nodes, weights } = gaussHermite(20);
    const moment = (power: number): number =>
      nodes.reduce((sum, node, k) => sum + weights[k]! * node ** power, 0) / Math.sqrt(Math.PI);
    // Moments of x^2k under e^(-x^2): (2k - 1)!! / 2^k.
    expect(moment(0)).toBeCloseTo(1, 13);
    expect(moment(2)).toBeCloseTo(0.5, 13);
    expect(moment(8)).toBeCloseTo(105 / 16, 11);
    expect(moment(9)).toBeCloseTo(0, 11);
  });
});
