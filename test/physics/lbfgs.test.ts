import { describe, expect, it } from "vitest";
import { dot, lbfgs, type Objective } from "../../runtime/physics/lbfgs.js";

const options = { most: 300, memory: 10, tolerance: 1e-10 };

/** Rosenbrock's valley in any even number of dimensions. */
const rosenbrock: Objective = (x, gradient) => {
  let value = 0;
  for (let k = 0; k < x.length; k += 2) {
    const a = 1 - x[k]!;
    const b = x[k + 1]! - x[k]! ** 2;
    value += a * a + 100 * b * b;
    gradient[k] = -2 * a - 400 * b * x[k]!;
    gradient[k + 1] = 200 * b;
  }
  return value;
};

describe("L-BFGS", () => {
  it("finds the end of Rosenbrock's valley", async () => {
    const x = Float64Array.of(-1.2, 1, -1.2, 1, 0.5, -2);
    const result = await lbfgs(rosenbrock, x, options);
    expect(result.end).toBe("tolerance");
    expect(result.value).toBeLessThan(1e-18);
    for (const one of x) expect(one).toBeCloseTo(1, 8);
    expect(result.iteration).toBeLessThan(100);
  });

  it("minimises a badly scaled quadratic", async () => {
    const scales = [1e-3, 1, 1e3, 1e5];
    const objective: Objective = (x, gradient) => {
      x.forEach((one, k) => (gradient[k] = scales[k]! * (one - k)));
      return x.reduce((sum, one, k) => sum + (scales[k]! * (one - k) ** 2) / 2, 0);
    };
    const x = new Float64Array(4).fill(7);
    await lbfgs(objective, x, options);
    x.forEach((one, k) => expect(one).toBeCloseTo(k, 6));
  });

  it("steps back from where the value is not finite, and keeps the best point", async () => {
    const objective: Objective = (x, gradient) => {
      gradient[0] = 1 - 1 / x[0]!;
      return x[0]! > 0 ? x[0]! - Math.log(x[0]!) : NaN;
    };
    const x = Float64Array.of(1e-3);
    const result = await lbfgs(objective, x, options);
    expect(x[0]).toBeCloseTo(1, 6);
    expect(result.value).toBeCloseTo(1, 10);
  });

  it("does not move when the first value is not finite", async () => {
    const x = Float64Array.of(3);
    const result = await lbfgs(() => NaN, x, options);
    expect(result.end).toBe("not finite");
    expect(x[0]).toBe(3);
  });

  it("stops when it is told to, and after `most` iterations", async () => {
    const start = (): Float64Array => Float64Array.of(-1.2, 1);
    const told = await lbfgs(rosenbrock, start(), options, ({ iteration }) => iteration < 3);
    expect([told.end, told.iteration]).toEqual(["stopped", 3]);
    const few = await lbfgs(rosenbrock, start(), { ...options, most: 5 });
    expect([few.end, few.iteration]).toEqual(["most", 5]);
  });

  it("adds products without losing the small ones", () => {
    expect(dot(Float64Array.of(1e16, 1, -1e16), Float64Array.of(1, 1, 1))).toBe(1);
  });
});
