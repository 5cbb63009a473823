import { describe, expect, it } from "vitest";
import { placed } from "../../runtime/physics/points.js";
import { unitPoints } from "../../runtime/physics/sampling.js";
import type { ProblemSpec, TermSpec } from "../../runtime/physics/spec.js";
import { Rng } from "../../runtime/tensor/random/rng.js";

const draw = (name: string, count: number, dimensions: number, seed = 1): readonly Float64Array[] =>
  unitPoints({ name, args: {} }, count, dimensions, Rng.of(seed, "sampling test"));

describe("points in the unit cube", () => {
  it.each(["sobol", "halton", "latin", "uniform", "adaptive"])(
    "%s stays inside, repeats for the same seed and differs for another",
    (name) => {
      const first = draw(name, 500, 3);
      for (const column of first) {
        expect(column).toHaveLength(500);
        expect(column.every((value) => value >= 0 && value < 1)).toBe(true);
      }
      expect(draw(name, 500, 3)).toEqual(first);
      expect(draw(name, 500, 3, 2)).not.toEqual(first);
    },
  );

  it("sobol puts one of 2^k points into each interval of length 2^-k, and one pair into each small square", () => {
    const [x, y] = draw("sobol", 64, 2);
    for (const column of draw("sobol", 64, 6)) {
      expect([...column].map((value) => Math.floor(64 * value)).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 64 }, (_, k) => k),
      );
    }
    const squares = new Set(
      [...x!].map((value, k) => `${Math.floor(8 * value)} ${Math.floor(8 * y![k]!)}`),
    );
    expect(squares.size).toBe(64);
  });

  it("latin puts one point into each slice", () => {
    for (const column of draw("latin", 50, 4)) {
      expect(new Set([...column].map((value) => Math.floor(50 * value))).size).toBe(50);
    }
  });

  it("sobol and halton integrate better than uniform points", () => {
    const error = (name: string): number => {
      const [x, y] = draw(name, 1024, 2);
      const mean = x!.reduce((sum, value, k) => sum + value * y![k]!, 0) / 1024;
      return Math.abs(mean - 0.25);
    };
    expect(error("sobol")).toBeLessThan(error("uniform"));
    expect(error("halton")).toBeLessThan(error("uniform"));
  });

  it("grid takes the centres of equal cells", () => {
    const [x, y] = draw("grid", 17, 2);
    expect([...x!.slice(0, 5)]).toEqual([0.125, 0.375, 0.625, 0.875, 0.125]);
    expect([...y!.slice(0, 5)]).toEqual([0.125, 0.125, 0.125, 0.125, 0.375]);
    expect(x).toHaveLength(16);
  });

  it("names its methods in the error for another", () => {
    expect(() => draw("sobl", 8, 1)).toThrow(/no sampling method sobl/);
  });
});

describe("points of a term", () => {
  const problem = {
    variables: [
      { name: "x", low: -1, high: 1 },
      { name: "t", low: 0, high: 5 },
    ],
  } as unknown as ProblemSpec;
  const at = (sites: TermSpec["sites"]): readonly (readonly Float64Array[])[] =>
    placed(problem, { sites } as TermSpec, { name: "sobol", args: {} }, 40, Rng.of(3, "term"));

  it("fill the domain", () => {
    const [[x, t]] = at(["everywhere"]) as [[Float64Array, Float64Array]];
    expect(Math.min(...x)).toBeLessThan(-0.9);
    expect(Math.max(...t)).toBeGreaterThan(4.7);
  });

  it("lie on the faces of space in equal numbers, never on those of time", () => {
    const [[x, t]] = at(["faces"]) as [[Float64Array, Float64Array]];
    expect([...x].filter((value) => value === -1)).toHaveLength(20);
    expect([...x].filter((value) => value === 1)).toHaveLength(20);
    expect([...t].every((value) => value > 0 && value < 5)).toBe(true);
  });

  it("differ between two sites in the fixed variable only", () => {
    const [first, second] = at([{ x: -1 }, { x: 1 }]);
    expect(new Set(first![0])).toEqual(new Set([-1]));
    expect(new Set(second![0])).toEqual(new Set([1]));
    expect(second![1]).toEqual(first![1]);
  });
});
