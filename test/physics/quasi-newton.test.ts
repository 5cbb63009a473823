import { describe, expect, it } from "vitest";
import { InverseHessian } from "../../runtime/physics/broyden.js";
import { StepMemory } from "../../runtime/physics/lbfgs.js";
import type { Objective } from "../../runtime/physics/line-search.js";
import { minimise, type Curvature } from "../../runtime/physics/quasi-newton.js";
import { dot } from "../../runtime/physics/vectors.js";

const options = { most: 300, tolerance: 1e-10 };

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

const methods: readonly (readonly [string, (size: number) => Curvature])[] = [
  ["L-BFGS", () => new StepMemory(10)],
  ["self-scaled Broyden", (size) => new InverseHessian(size)],
];

describe.each(methods)("%s", (_, curvature) => {
  it("finds the end of Rosenbrock's valley", async () => {
    const x = Float64Array.of(-1.2, 1, -1.2, 1, 0.5, -2);
    const result = await minimise(rosenbrock, x, curvature(6), options);
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
    await minimise(objective, x, curvature(4), options);
    x.forEach((one, k) => expect(one).toBeCloseTo(k, 6));
  });

  it("steps back from where the value is not finite, and keeps the best point", async () => {
    const objective: Objective = (x, gradient) => {
      gradient[0] = 1 - 1 / x[0]!;
      return x[0]! > 0 ? x[0]! - Math.log(x[0]!) : NaN;
    };
    const x = Float64Array.of(1e-3);
    const result = await minimise(objective, x, curvature(1), options);
    expect(x[0]).toBeCloseTo(1, 6);
    expect(result.value).toBeCloseTo(1, 10);
  });

  it("does not move when the first value is not finite", async () => {
    const x = Float64Array.of(3);
    const result = await minimise(() => NaN, x, curvature(1), options);
    expect(result.end).toBe("not finite");
    expect(x[0]).toBe(3);
  });

  it("stops when it is told to, and after `most` iterations", async () => {
    const start = (): Float64Array => Float64Array.of(-1.2, 1);
    const told = await minimise(rosenbrock, start(), curvature(2), options, ({ iteration }) =>
      iteration < 3 ? "go on" : "stop",
    );
    expect([told.end, told.iteration]).toEqual(["stopped", 3]);
    const few = await minimise(rosenbrock, start(), curvature(2), { ...options, most: 5 });
    expect([few.end, few.iteration]).toEqual(["most", 5]);
  });

  it("goes on from its state as if it had never stopped", async () => {
    const whole = Float64Array.of(-1.2, 1, 0.5, -2);
    await minimise(rosenbrock, whole, curvature(4), { ...options, most: 20 });
    const x = Float64Array.of(-1.2, 1, 0.5, -2);
    const first = curvature(4);
    await minimise(rosenbrock, x, first, { ...options, most: 8 });
    const second = curvature(4);
    second.restore(first.state().map((array) => array.slice()));
    await minimise(rosenbrock, x, second, { ...options, most: 20, made: 8 });
    expect([...x]).toEqual([...whole]);
  });

  it("follows an objective that changes on the way", async () => {
    let centre = 1;
    const objective: Objective = (x, gradient) => {
      gradient[0] = 2 * (x[0]! - centre);
      return (x[0]! - centre) ** 2;
    };
    const x = Float64Array.of(9);
    await minimise(objective, x, curvature(1), options, ({ iteration }) => {
      if (iteration !== 1) return "go on";
      centre = 4;
      return "changed";
    });
    expect(x[0]).toBeCloseTo(4, 8);
  });
});

describe("the inverse Hessian", () => {
  it("obeys the secant equation", () => {
    const hessian = new InverseHessian(3);
    for (const [s, y] of [
      [Float64Array.of(1, 0.5, -0.2), Float64Array.of(0.3, 1, 0.4)],
      [Float64Array.of(0.1, -0.5, 0.7), Float64Array.of(0.2, -1, 2)],
    ] as const) {
      hessian.learn({ s, y, curvature: dot(s, y), slope: -0.4, step: 1 });
      const back = hessian.descent(y);
      s.forEach((one, k) => expect(-back[k]!).toBeCloseTo(one, 12));
    }
  });
});

describe("dot", () => {
  it("adds products without losing the small ones", () => {
    expect(dot(Float64Array.of(1e16, 1, -1e16), Float64Array.of(1, 1, 1))).toBe(1);
  });
});
