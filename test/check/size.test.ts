/** Sizes: normal form, exact arithmetic, solving. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printSize } from "../../compiler/ir/print.js";
import type { Size } from "../../compiler/ir/types.js";
import {
  addSizes,
  asInteger,
  constantSize,
  divideSizes,
  equalSizes,
  multiplySizes,
  solveSize,
  substituteSize,
  subtractSizes,
  symbolSize,
} from "../../compiler/check/size.js";

const symbol = fc.constantFrom("in", "out", "heads");
const size: fc.Arbitrary<Size> = fc.letrec<{ size: Size }>((tie) => ({
  size: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: -5, max: 9 }).map(constantSize),
    symbol.map(symbolSize),
    fc.tuple(tie("size"), tie("size")).map(([a, b]) => addSizes(a, b)),
    fc.tuple(tie("size"), tie("size")).map(([a, b]) => multiplySizes(a, b)),
  ),
})).size;

describe("sizes", () => {
  test("are a commutative ring in normal form", () => {
    fc.assert(
      fc.property(size, size, size, (a, b, c) => {
        expect(equalSizes(addSizes(a, b), addSizes(b, a))).toBe(true);
        expect(equalSizes(multiplySizes(a, b), multiplySizes(b, a))).toBe(true);
        const left = multiplySizes(a, addSizes(b, c));
        const right = addSizes(multiplySizes(a, b), multiplySizes(a, c));
        expect(equalSizes(left, right)).toBe(true);
        expect(equalSizes(subtractSizes(a, a), constantSize(0))).toBe(true);
      }),
    );
  });

  test("substitution agrees with arithmetic", () => {
    const bindings = new Map([
      ["in", constantSize(3)],
      ["out", constantSize(5)],
      ["heads", constantSize(2)],
    ]);
    const value = (s: Size): number => (asInteger(substituteSize(s, bindings)) ?? NaN) + 0;
    fc.assert(
      fc.property(size, size, (a, b) => {
        expect(value(addSizes(a, b))).toBe(value(a) + value(b) + 0);
        expect(value(multiplySizes(a, b))).toBe(value(a) * value(b) + 0);
      }),
    );
  });

  test("solving inverts substitution for one unknown", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.nat({ max: 9 }),
        fc.nat({ max: 99 }),
        (k, c, v) => {
          const pattern = addSizes(
            multiplySizes(constantSize(k), symbolSize("in")),
            constantSize(c),
          );
          const target = constantSize(k * v + c);
          const solved = solveSize(pattern, target, new Map(), new Set(["in"]));
          expect(solved.outcome).toBe("bound");
          if (solved.outcome === "bound") expect(asInteger(solved.value)).toBe(v);
        },
      ),
    );
  });

  test("what does not divide, and what has two unknowns", () => {
    const two = multiplySizes(constantSize(2), symbolSize("in"));
    const unknown = new Set(["in", "out"]);
    expect(solveSize(two, constantSize(33), new Map(), unknown).outcome).toBe("indivisible");
    const product = multiplySizes(symbolSize("in"), symbolSize("out"));
    expect(solveSize(product, constantSize(6), new Map(), unknown).outcome).toBe("open");
    const bindings = new Map([["out", constantSize(3)]]);
    expect(solveSize(product, constantSize(6), bindings, unknown)).toMatchObject({
      outcome: "bound",
      symbol: "in",
    });
    expect(divideSizes(product, symbolSize("in"))).toEqual(symbolSize("out"));
  });

  test("print", () => {
    const polynomial = addSizes(multiplySizes(constantSize(2), symbolSize("in")), constantSize(-3));
    expect(printSize(polynomial)).toBe("2*in - 3");
    expect(printSize(constantSize(0))).toBe("0");
  });
});
