/**
 * Whether a chain of element-wise operations rises or falls with one of its operands, in every channel, whatever the
 * constants are. Then a sign at its end is one comparison of the operand with a number, and a maximum can be taken
 * before it.
 */
import type { PlanWeight, Pointwise } from "./plan.js";

/**
 * How a value changes with the operand: not at all, or up or down, which may depend on the sign of constants
 * ("scale" may be negative in some channels): the factors of unknown sign, sorted.
 */
type Direction = { readonly sign: 1 | -1; readonly factors: readonly string[] } | "constant";

/** Operations that rise with their first argument. */
const RISING = ["relu", "elu", "tanh", "sigmoid", "softplus", "clip", "sign", "exp"];

/** Whether the chain rises or falls with operand 0. @param ranges for each other operand, the weight it is */
export function isMonotone(
  expression: Pointwise,
  ranges: readonly (PlanWeight["range"] | undefined)[],
): boolean {
  return directionOf(expression, ranges) !== undefined;
}

function directionOf(
  expression: Pointwise,
  ranges: readonly (PlanWeight["range"] | undefined)[],
): Direction | undefined {
  if (expression.tag === "number") return "constant";
  if (expression.tag === "operand") {
    return expression.index === 0 ? { sign: 1, factors: [] } : "constant";
  }
  const { op, args } = expression;
  const own = args.map((arg) => directionOf(arg, ranges));
  const [a, b] = own;
  if (a === undefined || (args.length > 1 && b === undefined)) return undefined;
  if (own.every((one) => one === "constant")) return "constant";
  if (op === "neg") return opposite(a);
  if (op === "leakyRelu") return (expression.slope ?? 0.01) >= 0 ? a : undefined;
  if (RISING.includes(op)) return a;
  if (b === undefined) return undefined;
  switch (op) {
    case "add":
    case "maximum":
    case "minimum":
      return together(a, b);
    case "sub":
      return together(a, opposite(b));
    case "mul":
      if (a === "constant") return times(b, args[0], ranges);
      return b === "constant" ? times(a, args[1], ranges) : undefined;
    case "div":
      return b === "constant" ? times(a, args[1], ranges) : undefined;
    default:
      return undefined;
  }
}

function opposite(direction: Direction): Direction {
  if (direction === "constant") return direction;
  return { ...direction, sign: direction.sign === 1 ? -1 : 1 };
}

/** Of a sum: both change in the same direction, or only one changes. */
function together(a: Direction, b: Direction): Direction | undefined {
  if (a === "constant") return b;
  if (b === "constant") return a;
  return a.sign === b.sign && a.factors.join("\n") === b.factors.join("\n") ? a : undefined;
}

function times(
  direction: Direction,
  factor: Pointwise,
  ranges: readonly (PlanWeight["range"] | undefined)[],
): Direction {
  if (direction === "constant") return direction;
  const sign = signOf(factor, ranges);
  if (sign === 1) return direction;
  if (sign === -1) return opposite(direction);
  const factors = [...direction.factors, JSON.stringify(factor)].sort();
  return { ...direction, factors };
}

/** The sign of a constant where it is known; 0 counts as either. */
function signOf(
  factor: Pointwise,
  ranges: readonly (PlanWeight["range"] | undefined)[],
): 1 | -1 | undefined {
  if (factor.tag === "number") return factor.value >= 0 ? 1 : -1;
  if (factor.tag === "operand") {
    const range = ranges[factor.index];
    if (range === undefined) return undefined;
    if (range.low >= 0) return 1;
    return range.high <= 0 ? -1 : undefined;
  }
  return ["sqrt", "abs", "exp", "square", "softplus", "sigmoid"].includes(factor.op)
    ? 1
    : undefined;
}
