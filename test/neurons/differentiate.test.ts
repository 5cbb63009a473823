/** Derivatives as text, and the simplifications they rely on. */
import { describe, expect, it } from "vitest";
import type { ScalarFunction } from "../../compiler/ir/scalar.js";
import { differentiate } from "../../compiler/neurons/differentiate.js";
import {
  add,
  call,
  div,
  mul,
  name,
  neg,
  number,
  pow,
  sub,
} from "../../compiler/neurons/formula.js";
import type { Formula } from "../../compiler/neurons/formula.js";
import { printFormula } from "../../compiler/neurons/print.js";

const x = name("x");
const y = name("y");
const show = (formula: Formula): string => printFormula(formula, (helper) => helper);

describe("formula", () => {
  it("folds 0, 1 and signs", () => {
    expect(show(add(mul(number(0), x), mul(number(1), y)))).toBe("y");
    expect(show(neg(neg(x)))).toBe("x");
    expect(show(sub(x, neg(y)))).toBe("x + y");
    expect(show(mul(neg(x), neg(y)))).toBe("x * y");
    expect(show(div(neg(x), y))).toBe("-(x / y)");
    expect(show(sub(sub(x, y), x))).toBe("-y");
    expect(show(pow(x, number(1)))).toBe("x");
  });
  it("keeps the order of operations in the text", () => {
    expect(show(mul(x, mul(y, add(x, number(2)))))).toBe("x * (y * (x + 2))");
    expect(show(sub(x, sub(y, x)))).toBe("x - (y - x)");
    expect(show(div(x, mul(y, x)))).toBe("x / (y * x)");
  });
});

describe("differentiate", () => {
  const cases: readonly (readonly [Formula, string])[] = [
    [add(mul(y, x), number(3)), "y"],
    [mul(x, x), "x + x"],
    [pow(x, number(2)), "2 * x"],
    [div(y, x), "-(y / (x * x))"],
    [call("exp", mul(number(2), x)), "2 * Math.exp(2 * x)"],
    [call("tanh", x), "1 - Math.tanh(x) * Math.tanh(x)"],
    [call("relu", x), "Number(x > 0)"],
    [call("max", x, y), "Number(x >= y)"],
    [call("clip", x, number(0), number(1)), "x < 0 ? 0 : x > 1 ? 0 : 1"],
    [call("sin", y), "0"],
  ];
  for (const [formula, expected] of cases) {
    it(show(formula), () => expect(show(differentiate(formula, "x"))).toBe(expected));
  }

  it("agrees with finite differences for every function", () => {
    const positive: readonly ScalarFunction[] = ["log", "sqrt"];
    const all: readonly ScalarFunction[] = [
      "exp",
      "abs",
      "tanh",
      "sigmoid",
      "sin",
      "cos",
      "relu",
      "softplus",
      ...positive,
    ];
    const helpers =
      "const sigmoid = (x) => 1 / (1 + Math.exp(-x)); const softplus = (x) => Math.log1p(Math.exp(x));";
    for (const fn of all) {
      const formula = call(fn, x);
      const value = new Function("x", `${helpers} return ${show(formula)};`) as (
        x: number,
      ) => number;
      const slope = new Function(
        "x",
        `${helpers} return ${show(differentiate(formula, "x"))};`,
      ) as (x: number) => number;
      for (const at of positive.includes(fn) ? [0.3, 1.7] : [-1.3, -0.2, 0.4, 2]) {
        expect(slope(at)).toBeCloseTo((value(at + 1e-6) - value(at - 1e-6)) / 2e-6, 6);
      }
    }
  });
});
