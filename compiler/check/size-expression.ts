/** Reads an expression as a size: integers, names of sizes, and `+ - * / ^` between them. */
import type { Expression } from "../../grammar/tree.js";
import type { Size } from "../ir/types.js";
import {
  addSizes,
  asInteger,
  constantSize,
  divideSizes,
  multiplySizes,
  subtractSizes,
} from "./size.js";

export type SizeProblem =
  | { readonly reason: "unknown"; readonly name: string }
  | { readonly reason: "not-integer" | "negative" | "not-a-size" | "inexact" | "invalid" };

export type SizeResult =
  | { readonly size: Size }
  | { readonly size: undefined; readonly bad: Expression; readonly problem: SizeProblem };

/** The size, or the smallest part that is none and why. `lookup` gives the meaning of names. */
export function readSize(
  expression: Expression,
  lookup: (name: string) => Size | undefined,
  depth = 0,
): SizeResult {
  const bad = (reason: Exclude<SizeProblem["reason"], "unknown">): SizeResult => ({
    size: undefined,
    bad: expression,
    problem: { reason },
  });
  if (depth > 200) return bad("not-a-size");
  switch (expression.type) {
    case "invalid":
      return bad("invalid");
    case "number":
      return Number.isSafeInteger(expression.value)
        ? { size: constantSize(expression.value) }
        : bad("not-integer");
    case "name": {
      const size = lookup(expression.text);
      if (size !== undefined) return { size };
      return {
        size: undefined,
        bad: expression,
        problem: { reason: "unknown", name: expression.text },
      };
    }
    case "unary":
      return bad("negative");
    case "binary": {
      const left = readSize(expression.left, lookup, depth + 1);
      if (left.size === undefined) return left;
      const right = readSize(expression.right, lookup, depth + 1);
      if (right.size === undefined) return right;
      const size = combine(expression.operator, left.size, right.size);
      if (size === undefined) return bad(expression.operator === "/" ? "inexact" : "not-a-size");
      return (asInteger(size) ?? 0) < 0 ? bad("negative") : { size };
    }
    default:
      return bad("not-a-size");
  }
}

function combine(operator: string, a: Size, b: Size): Size | undefined {
  switch (operator) {
    case "+":
      return addSizes(a, b);
    case "-":
      return subtractSizes(a, b);
    case "*":
      return multiplySizes(a, b);
    case "/":
      return divideSizes(a, b);
    case "^": {
      const power = asInteger(b);
      if (power === undefined || power > 8) return undefined;
      let product = constantSize(1);
      for (let i = 0; i < power; i++) product = multiplySizes(product, a);
      return product;
    }
    default:
      return undefined;
  }
}
