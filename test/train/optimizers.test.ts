import { describe, expect, it } from "vitest";
import { clipGradients, createOptimizer, globalNorm } from "../../runtime/train/optimizers.js";
import { createSchedule } from "../../runtime/train/schedule.js";
import { metric, type Judged } from "../../runtime/train/metrics.js";
import { SgnnError } from "../../runtime/error.js";

/** Weights after each of some steps with the gradients given. */
function steps(name: string, args: Record<string, number>, gradients: number[][]): number[][] {
  const optimizer = createOptimizer({ name, args });
  const values = Float32Array.of(1, -2);
  return gradients.map((gradient) => {
    optimizer.update("w", values, Float32Array.from(gradient), 1);
    return Array.from(values);
  });
}
function close(actual: number[][], expected: number[][]): void {
  actual.forEach((row, k) => row.forEach((v, j) => expect(v).toBeCloseTo(expected[k]![j]!, 6)));
  expect(actual.length).toBe(expected.length);
}
const gradients = [
  [0.1, -0.5],
  [0.3, 0.2],
  [-0.2, 0.4],
];
const fails = (run: () => unknown): SgnnError => {
  try {
    run();
  } catch (error) {
    if (error instanceof SgnnError) return error;
  }
  throw new Error("it did not fail");
};

// Expected values: PyTorch's documented update rules, evaluated in float64 by an independent program.
describe("optimisers", () => {
  it("adam adds decay to the gradient", () => {
    close(steps("adam", { rate: 0.1, decay: 0.01 }, gradients), [
      [0.9000000090909082, -1.9000000019230767],
      [0.8074301555350651, -1.8611946359194922],
      [0.7779544627569464, -1.8729417028529622],
    ]);
  });
  it("adamw shrinks the weights instead", () => {
    close(steps("adamw", { rate: 0.1, decay: 0.1 }, gradients), [
      [0.890000009999999, -1.8800000019999998],
      [0.7893219021055897, -1.8266394180965106],
      [0.7556383037687369, -1.8250480509240674],
    ]);
  });
  it("sgd with momentum", () => {
    close(steps("sgd", { rate: 0.1, momentum: 0.9, decay: 0.01 }, gradients), [
      [0.989, -1.948],
      [0.948111, -1.919252],
      [0.930362789, -1.9314595479999999],
    ]);
  });
  it("state is per parameter and can be put back", () => {
    const first = createOptimizer({ name: "adam", args: {} });
    const a = Float32Array.of(1);
    first.update("a", a, Float32Array.of(0.5), 1);
    const second = createOptimizer({ name: "adam", args: {} });
    for (const [path, slot] of first.slots) {
      const moments = Object.fromEntries(
        Object.entries(slot.moments).map(([k, v]) => [k, v.slice()]),
      );
      second.slots.set(path, { steps: slot.steps, moments });
    }
    const b = a.slice();
    first.update("a", a, Float32Array.of(-0.25), 0.5);
    second.update("a", b, Float32Array.of(-0.25), 0.5);
    expect(b).toEqual(a);
  });
  it("names wrong optimisers and arguments", () => {
    expect(fails(() => createOptimizer({ name: "adan", args: {} })).fix).toContain('"adam"');
    expect(fails(() => createOptimizer({ name: "adam", args: { rat: 1 } })).fix).toContain(
      '"rate"',
    );
    expect(fails(() => createOptimizer({ name: "sgd", args: { rate: NaN } })).code).toBe("R300");
  });
  it("clips by the global norm", () => {
    const map = new Map([
      ["a", Float32Array.of(3, 0)],
      ["b", Float32Array.of(4)],
    ]);
    expect(clipGradients(map, 10)).toBe(5);
    expect(map.get("b")?.[0]).toBe(4);
    expect(clipGradients(map, 1)).toBe(5);
    expect(globalNorm(map.values())).toBeCloseTo(1, 5);
    expect(map.get("a")?.[0]).toBeCloseTo(0.6, 5);
  });
});

describe("schedules", () => {
  it("constant, cosine with warmup, steps", () => {
    expect(createSchedule(undefined, 10)(7)).toBe(1);
    const cosine = createSchedule({ name: "cosine", args: { warmup: 2, low: 0.1 } }, 12);
    expect([1, 2, 3].map(cosine)).toEqual([0.5, 1, 1]);
    expect(cosine(12)).toBeCloseTo(0.1, 12);
    expect(cosine(7)).toBeCloseTo(0.1 + 0.45 * (1 + Math.cos((Math.PI * 4) / 9)), 12);
    const step = createSchedule({ name: "step", args: { every: 5, factor: 0.5 } }, 20);
    expect([1, 5, 6, 10, 11].map(step)).toEqual([1, 1, 0.5, 0.5, 0.25]);
    const decaying = createSchedule({ name: "exponential", args: { factor: 0.5 } }, 20);
    expect([1, 2, 3].map(decaying)).toEqual([1, 0.5, 0.25]);
    expect(fails(() => createSchedule({ name: "cosin", args: {} }, 3)).fix).toContain('"cosine"');
  });
});

describe("metrics", () => {
  const real = (output: number[], target: number[], width = 1): Judged => ({
    kind: "real",
    width,
    output,
    target,
  });
  it("of real targets", () => {
    const judged = real([2.5, 0, 2, 8], [3, -0.5, 2, 7]);
    expect(metric("mae", judged)).toBeCloseTo(0.5, 12);
    expect(metric("mse", judged)).toBeCloseTo(0.375, 12);
    expect(metric("rmse", judged)).toBeCloseTo(Math.sqrt(0.375), 12);
    expect(metric("r2", judged)).toBeCloseTo(0.9486081370449679, 12); // scikit-learn's documentation
    expect(metric("relative_error", judged)).toBeCloseTo(2 / 12.5, 12);
    // Two columns, averaged: scikit-learn's r2_score([[.5, 1], [-1, 1], [7, -6]], [[0, 2], [-1, 2], [8, -5]]).
    const two = real([0, 2, -1, 2, 8, -5], [0.5, 1, -1, 1, 7, -6], 2);
    expect(metric("r2", two)).toBeCloseTo(0.9368005266622779, 12);
  });
  it("of labels", () => {
    // Predictions 0, 2, 1, 0, 0, 1 for 0, 1, 2, 0, 1, 2: scikit-learn's f1_score example.
    const scores = [0, 2, 1, 0, 0, 1].flatMap((c) => [0, 1, 2].map((k) => (k === c ? 1 : 0)));
    const judged: Judged = { kind: "label", width: 3, output: scores, target: [0, 1, 2, 0, 1, 2] };
    expect(metric("accuracy", judged)).toBeCloseTo(1 / 3, 12);
    expect(metric("f1_micro", judged)).toBeCloseTo(1 / 3, 12);
    expect(metric("f1_macro", judged)).toBeCloseTo(0.26666666666666666, 12);
    expect(metric("accuracy", { kind: "label", width: 1, output: [-1, 2], target: [0, 1] })).toBe(
      1,
    );
  });
  it("that do not fit are told", () => {
    expect(
      fails(() => metric("r2", { kind: "label", width: 1, output: [], target: [] })).code,
    ).toBe("R302");
    expect(fails(() => metric("acuracy", real([], []))).code).toBe("R302");
  });
});
