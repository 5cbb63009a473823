/** Values of formulas at given numbers. */
import type { Condition, Formula } from "../neurons/formula.js";

/** The value; NaN where a name is unknown or a part can only be computed by the runtime. */
export function evaluate(formula: Formula, names: ReadonlyMap<string, number>): number {
  const of = (part: Formula): number => evaluate(part, names);
  switch (formula.tag) {
    case "number":
      return formula.value;
    case "name":
      return names.get(formula.name) ?? NaN;
    case "read":
      return NaN;
    case "neg":
      return -of(formula.operand);
    case "binary": {
      const left = of(formula.left);
      const right = of(formula.right);
      switch (formula.op) {
        case "+":
          return left + right;
        case "-":
          return left - right;
        case "*":
          return left * right;
        case "/":
          return left / right;
        case "^":
          return left ** right;
      }
      break;
    }
    case "call":
      return callValue(formula.fn, formula.args.map(of));
    case "choose":
      return of(holds(formula.test, of) ? formula.yes : formula.no);
  }
}

function callValue(fn: (Formula & { tag: "call" })["fn"], args: readonly number[]): number {
  const [x, low, high] = args;
  switch (fn) {
    case "sigmoid":
      return 1 / (1 + Math.exp(-x));
    case "relu":
      return Math.max(0, x);
    case "softplus":
      return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    case "clip":
      return Math.min(Math.max(x, low), high);
    default:
      return Math[fn](...(args as [number]));
  }
}

function holds(test: Condition, of: (part: Formula) => number): boolean {
  switch (test.tag) {
    case "compare": {
      const left = of(test.left);
      const right = of(test.right);
      if (test.op === ">") return left > right;
      if (test.op === ">=") return left >= right;
      return test.op === "<" ? left < right : left <= right;
    }
    case "flag":
      return false;
    case "not":
      return !holds(test.operand, of);
    case "both":
      return holds(test.left, of) && holds(test.right, of);
    case "either":
      return holds(test.left, of) || holds(test.right, of);
  }
}

/** Sum of the sizes of the terms that a formula adds up: what its value is small against. */
export function magnitude(formula: Formula, names: ReadonlyMap<string, number>): number {
  if (formula.tag === "neg") return magnitude(formula.operand, names);
  if (formula.tag === "binary" && (formula.op === "+" || formula.op === "-")) {
    return magnitude(formula.left, names) + magnitude(formula.right, names);
  }
  return Math.abs(evaluate(formula, names));
}
