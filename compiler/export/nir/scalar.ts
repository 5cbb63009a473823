/** Values of a neuron's scalar expressions, and which of them are straight lines. */
import type { Scalar } from "../../ir/ir.js";

/** The value with these values of names. A name that is missing counts as 0. */
export function evaluateScalar(scalar: Scalar, names: ReadonlyMap<string, number>): number {
  switch (scalar.tag) {
    case "number":
      return scalar.value;
    case "name":
      return names.get(scalar.name) ?? 0;
    case "neg":
      return -evaluateScalar(scalar.operand, names);
    case "binary": {
      const a = evaluateScalar(scalar.left, names);
      const b = evaluateScalar(scalar.right, names);
      return { "+": a + b, "-": a - b, "*": a * b, "/": a / b, "^": a ** b }[scalar.op];
    }
    case "call": {
      const [a, b = 0, c = 0] = scalar.args.map((arg) => evaluateScalar(arg, names));
      switch (scalar.fn) {
        case "sigmoid":
          return 1 / (1 + Math.exp(-a));
        case "relu":
          return Math.max(a, 0);
        case "softplus":
          return Math.log1p(Math.exp(a));
        case "clip":
          return Math.min(Math.max(a, b), c);
        case "max":
          return Math.max(a, b);
        case "min":
          return Math.min(a, b);
        default:
          return Math[scalar.fn](a);
      }
    }
  }
}

/**
 * `at + slope[0] * variables[0] + ..` when the expression is a straight line in the variables, else
 * undefined. Found by probing, with everything else fixed.
 */
export function lineOf(
  scalar: Scalar,
  variables: readonly string[],
  names: ReadonlyMap<string, number>,
): { readonly at: number; readonly slopes: readonly number[] } | undefined {
  const value = (values: readonly number[]): number => {
    const all = new Map(names);
    variables.forEach((name, k) => all.set(name, values[k]));
    return evaluateScalar(scalar, all);
  };
  const zero = variables.map(() => 0);
  const at = value(zero);
  const slopes = variables.map((_, k) => value(zero.map((_zero, n) => (n === k ? 1 : 0))) - at);
  for (const scale of [-3.7, 0.41, 12.5]) {
    const point = variables.map((_, k) => scale * (1 + 0.37 * k));
    const line = point.reduce((sum, one, k) => sum + one * slopes[k], at);
    if (Math.abs(value(point) - line) > 1e-9 * Math.max(1, Math.abs(line))) return undefined;
  }
  return { at, slopes };
}
