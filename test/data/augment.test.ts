/** Augmentation: what is drawn, for whom, and that only training sees it. */
import { describe, expect, it } from "vitest";
import { augmentations } from "../../compiler/check/data/augment.js";
import { augmentation, augmentationNames, checkAugment } from "../../runtime/data/augment.js";
import type { AugmentSpec } from "../../runtime/data/spec.js";
import { Rng } from "../../runtime/tensor/random/rng.js";

const one = (method: string, args: AugmentSpec["args"]): AugmentSpec => ({
  name: "x",
  method,
  args,
});

/** Three nodes with two columns, changed. */
function changed(specs: readonly AugmentSpec[], seed = 1, name = "x"): Float32Array {
  const rows = Float32Array.of(1, 10, 2, 20, 4, 40);
  augmentation(specs, Rng.of(seed, "augment"))!(name, rows, 2);
  return rows;
}

describe("augment", () => {
  it("has the compiler's changes", () => {
    expect(augmentationNames).toEqual(Object.keys(augmentations));
  });

  it("scales each column by one factor for all nodes of a graph", () => {
    const [a, b, c, d, e, f] = changed([one("scale", { low: 0.5, high: 2 })]);
    expect(a).toBeGreaterThanOrEqual(0.5);
    expect(a).toBeLessThan(2);
    expect([c! / a!, e! / a!]).toEqual([2, 4]);
    expect(d! / b!).toBeCloseTo(2, 6);
    expect(f! / b!).toBeCloseTo(4, 6);
    expect(b! / 10).not.toBeCloseTo(a!, 3);
  });

  it("shifts each column by one number within its bounds", () => {
    const moved = changed([one("shift", { most: 0.25 })]);
    const first = moved[0]! - 1;
    expect(Math.abs(first)).toBeLessThanOrEqual(0.25);
    expect(moved[2]! - 2).toBeCloseTo(first, 6);
    expect(moved[4]! - 4).toBeCloseTo(first, 6);
    expect(moved[3]! - 20).toBeCloseTo(moved[1]! - 10, 5);
  });

  it("jitters every value on its own, with the deviation", () => {
    const rows = new Float32Array(20_000);
    augmentation([one("jitter", { deviation: 0.1 })], Rng.of(3, "augment"))!("x", rows, 2);
    const square = rows.reduce((sum, value) => sum + value * value, 0) / rows.length;
    expect(Math.sqrt(square)).toBeGreaterThan(0.097);
    expect(Math.sqrt(square)).toBeLessThan(0.103);
    expect(rows[0]).not.toBe(rows[2]);
  });

  it("draws by seed, in the order of the page, and leaves other features alone", () => {
    const both = [one("scale", { low: 2, high: 2 }), one("shift", { most: 0 })];
    expect([...changed(both)]).toEqual([2, 20, 4, 40, 8, 80]);
    expect(changed([one("shift", { most: 1 })], 1)).toEqual(
      changed([one("shift", { most: 1 })], 1),
    );
    expect(changed([one("shift", { most: 1 })], 1)).not.toEqual(
      changed([one("shift", { most: 1 })], 2),
    );
    expect([...changed(both, 1, "normal")]).toEqual([1, 10, 2, 20, 4, 40]);
    expect(augmentation([], Rng.of(1, "augment"))).toBeUndefined();
  });

  it("wants a collection of graphs", () => {
    const spec = {
      ...{ name: "Cora", files: [], samples: [], scale: [] },
      split: { rule: "random", ratio: [80, 10, 10] } as const,
      augment: [one("shift", { most: 1 })],
    };
    expect(() => checkAugment({ spec, level: "node" })).toThrow(
      /augment x shift: data Cora is not a collection of graphs/,
    );
    expect(() => checkAugment({ spec, level: "graph" })).not.toThrow();
    expect(() =>
      augmentation([one("bend", {})], Rng.of(1, "a"))!("x", new Float32Array(2), 2),
    ).toThrow(/there is no such augmentation/);
  });
});
