import { describe, expect, it } from "vitest";
import { solveBanded, solveBars, type Structure } from "../../runtime/data/generators/bars.js";
import { generate } from "../../runtime/data/generators/index.js";
import {
  effectiveModulus,
  nodalStress,
  randomLattice,
  trusses,
} from "../../runtime/data/generators/trusses.js";
import { SgnnError } from "../../runtime/error.js";
import { Rng } from "../../runtime/tensor/random/rng.js";

/** A plane structure; bars as [from, to, area]. */
function plane(
  positions: number[],
  bars: [number, number, number][],
  fixed: number[],
  load: number[],
  modulus = 1,
): Structure {
  return {
    dimensions: 2,
    positions: Float64Array.from(positions),
    from: Int32Array.from(bars, (bar) => bar[0]),
    to: Int32Array.from(bars, (bar) => bar[1]),
    area: Float64Array.from(bars, (bar) => bar[2]),
    modulus,
    fixed: Uint8Array.from(fixed),
    load: Float64Array.from(load),
  };
}

describe("bars", () => {
  it("one bar stretches by F L / (E A)", () => {
    const { displacement, force } = solveBars(
      plane([0, 0, 2, 0], [[0, 1, 0.5]], [1, 1, 0, 1], [0, 0, 3, 0], 10),
    );
    expect(displacement[2]).toBeCloseTo((3 * 2) / (10 * 0.5), 14);
    expect(force[0]).toBeCloseTo(3, 14);
  });
  it("bars in series and in parallel", () => {
    const series = plane(
      [0, 0, 1, 0, 3, 0],
      [
        [0, 1, 1],
        [1, 2, 4],
      ],
      [1, 1, 0, 1, 0, 1],
      [0, 0, 0, 0, 1, 0],
    );
    expect(solveBars(series).displacement[4]).toBeCloseTo(1 + 2 / 4, 14);
  });
  it("the symmetric two-bar truss sinks by P L / (2 E A cos^3)", () => {
    // Supports at (-1, h) and (1, h), the load hangs at the origin; L0 = h = vertical length.
    const h = 2;
    const { displacement, force } = solveBars(
      plane(
        [-1, h, 1, h, 0, 0],
        [
          [0, 2, 1],
          [1, 2, 1],
        ],
        [1, 1, 1, 1, 0, 0],
        [0, 0, 0, 0, 0, -1],
      ),
    );
    const length = Math.hypot(1, h);
    const cos = h / length;
    expect(displacement[5]).toBeCloseTo(-length / (2 * cos * cos), 13);
    expect(displacement[4]).toBeCloseTo(0, 13);
    expect(force[0]).toBeCloseTo(1 / (2 * cos), 13);
  });
  it("a statically determinate triangle: forces from equilibrium of the joints alone", () => {
    // 3-4-5 triangle: pin at the origin, roller at (4, 0), load (0, -12) at (4, 3)... the roller carries it.
    const { force, displacement, residual } = solveBars(
      plane(
        [0, 0, 4, 0, 4, 3],
        [
          [0, 1, 2],
          [1, 2, 1],
          [0, 2, 5],
        ],
        [1, 1, 0, 1, 0, 0],
        [0, 0, 0, 0, 8, 0],
      ),
    );
    // Joint (4, 3) under 8 to the right: diagonal carries 8 / (4/5) = 10, the post -10 * 3/5 = -6; joint (4, 0): 0.
    expect(force[2]).toBeCloseTo(10, 12);
    expect(force[1]).toBeCloseTo(-6, 12);
    expect(force[0]).toBeCloseTo(0, 12);
    // Unit load: 8 u = sum N^2 L / (E A) = 100 * 5 / 5 + 36 * 3 / 1.
    expect(displacement[4]).toBeCloseTo((100 + 108) / 8, 12);
    expect(residual).toBeLessThan(1e-12);
  });
  it("refuses a mechanism", () => {
    // A square of four bars without a diagonal shears freely.
    const square = plane(
      [0, 0, 1, 0, 1, 1, 0, 1],
      [
        [0, 1, 1],
        [1, 2, 1],
        [2, 3, 1],
        [3, 0, 1],
      ],
      [1, 1, 0, 1, 0, 0, 0, 0],
      [0, 0, 0, 0, 1, 0, 0, 0],
    );
    expect(() => solveBars(square)).toThrow("R260: the structure is a mechanism");
  });
  it("solves a banded system as a dense one", () => {
    // A = tridiag(-1, 2, -1) of size 4, b = A [1, 2, 3, 4].
    const right = Float64Array.of(0, 0, 0, 5);
    solveBanded(Float64Array.of(0, 2, -1, 2, -1, 2, -1, 2), 1, right);
    [1, 2, 3, 4].forEach((value, k) => expect(right[k]).toBeCloseTo(value, 13));
  });
});

describe("trusses", () => {
  it("every lattice is stiff and in equilibrium, in the plane and in space", () => {
    for (const [dimensions, cells] of [
      [2, 5],
      [3, 3],
    ] as const) {
      for (let k = 0; k < 30; k++) {
        const lattice = randomLattice(Rng.of(3, "test", k), dimensions, cells);
        const { displacement, residual } = solveBars(lattice);
        expect(residual).toBeLessThan(1e-9);
        expect(lattice.load.reduce((sum, f) => sum + f, 0)).toBeCloseTo(1, 12);
        const modulus = effectiveModulus(lattice, displacement);
        expect(modulus).toBeGreaterThan(0.01);
        expect(modulus).toBeLessThan(30);
      }
    }
  });
  it("a regular lattice of bars along x only has the modulus of its bars", () => {
    // Two rows of bars of area 2 and 4, two cells long; cross members of area 1 carry nothing.
    const lattice = plane(
      [0, 0, 0, 1, 1, 0, 1, 1, 2, 0, 2, 1],
      [
        [0, 2, 2],
        [2, 4, 2],
        [1, 3, 2],
        [3, 5, 2],
        [0, 1, 1],
        [2, 3, 1],
        [4, 5, 1],
      ],
      [1, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0, 0.5, 0],
    );
    // Two parallel lines of area 2: force 1 stretches by 2 / 4; E = L / (H f.u) = 2 / 0.5.
    expect(effectiveModulus(lattice, solveBars(lattice).displacement)).toBeCloseTo(4, 12);
  });
  it("is a function of the seed, and truss k does not depend on the count", () => {
    const a = trusses({ count: 6, seed: 1, dimensions: 2, cells: 4 });
    const b = trusses({ count: 3, seed: 1, dimensions: 2, cells: 4 });
    const c = trusses({ count: 3, seed: 2, dimensions: 2, cells: 4 });
    const three = (table: typeof a): unknown[] =>
      Array.from<unknown>(table.get("stiffness")!.data).slice(0, 3);
    expect(three(b)).toEqual(three(a));
    expect(three(c)).not.toEqual(three(a));
    expect(trusses({ count: 6, seed: 1, dimensions: 2, cells: 4 })).toEqual(a);
  });
  it("arrays fit together, and 400 graphs take less than a second", () => {
    let best = Infinity;
    let table = generate("trusses", { count: 1 });
    for (let k = 0; k < 3; k++) {
      const start = performance.now();
      table = generate("trusses", { count: 400 });
      best = Math.min(best, performance.now() - start);
    }
    expect(best).toBeLessThan(1000);
    const shape = (name: string): readonly number[] => table.get(name).shape;
    const [nodes = 0, width] = shape("x");
    const edges = shape("edge_index")[1] ?? 0;
    expect(width).toBe(5);
    expect(shape("edge_attr")).toEqual([edges, 4]);
    expect(shape("displacement")).toEqual([nodes, 2]);
    expect(table.get("node_ptr").data.at(-1)).toBe(nodes);
    expect(table.get("edge_ptr").data.at(-1)).toBe(edges);
    const stiffness = Array.from(table.get("stiffness").data as Float32Array);
    const mean = stiffness.reduce((sum, v) => sum + v, 0) / 400;
    const spread = Math.sqrt(stiffness.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 400);
    expect(spread).toBeGreaterThan(0.1);
  });
  it("the bars matter: the same nodes with other areas have another stiffness", () => {
    const lattice = randomLattice(Rng.of(1, "test", 0), 2, 4);
    const stiff = effectiveModulus(lattice, solveBars(lattice).displacement);
    const other = { ...lattice, area: lattice.area.toReversed() };
    const turned = effectiveModulus(other, solveBars(other).displacement);
    expect(Math.abs(Math.log10(stiff / turned))).toBeGreaterThan(0.01);
  });
  it("the stress around a node weighs each bar by its volume", () => {
    // Two bars in series under a force of 1: stresses 1 / 0.5 = 2 (volume 0.5) and 1 / 2 (volume 4).
    const series = plane(
      [0, 0, 1, 0, 3, 0],
      [
        [0, 1, 0.5],
        [1, 2, 2],
      ],
      [1, 1, 0, 1, 0, 1],
      [0, 0, 0, 0, 1, 0],
    );
    const stress = nodalStress(series, solveBars(series).force);
    [2, Math.sqrt((4 * 0.5 + 0.25 * 4) / 4.5), 0.5].forEach((value, node) =>
      expect(stress[node]).toBeCloseTo(value, 12),
    );
    const table = generate("trusses", { count: 3, seed: 5 });
    const logs = table.get("stress").data as Float32Array;
    expect(logs).toHaveLength(table.get("x").shape[0]!);
    expect(logs.every((value) => Number.isFinite(value) && Math.abs(value) < 3)).toBe(true);
  });
  it("names wrong arguments", () => {
    const fix = (run: () => unknown): string => {
      try {
        run();
      } catch (error) {
        if (error instanceof SgnnError) return `${error.code} ${error.fix}`;
      }
      return "no error";
    };
    expect(fix(() => generate("truses", {}))).toBe(
      'R261 did you mean "trusses"? the generators are: trusses',
    );
    expect(fix(() => generate("trusses", { cont: 3 }))).toContain('R262 did you mean "count"?');
    expect(fix(() => generate("trusses", { count: 0.5 }))).toContain("R262");
  });
});
