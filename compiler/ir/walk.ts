/** Walks typed expressions without recursion. */
import type { Expr, GraphRef, LayerIr } from "./ir.js";

function isExpr(value: Expr | GraphRef): value is Expr {
  return "tag" in value;
}

/** The direct sub-expressions of an expression. */
export function subExpressions(expr: Expr): readonly Expr[] {
  switch (expr.tag) {
    case "op":
      return expr.attributes.rate === undefined ? expr.args : [...expr.args, expr.attributes.rate];
    case "call":
      return expr.args.filter(isExpr);
    case "function":
      return [
        ...expr.args.filter(isExpr),
        ...[...expr.constants.values()].filter((c) => typeof c !== "number"),
      ];
    case "edge":
      return [expr.operand];
    case "gather":
      return [...expr.lets.map((s) => s.value), expr.body];
    case "time": {
      const over = expr.over === undefined ? [] : [expr.over.value];
      return [...over, ...expr.lets.map((s) => s.value), expr.body];
    }
    case "fixpoint":
      return expr.equations.map((equation) => equation.value);
    default:
      return [];
  }
}

/** Calls `visit` for the expression and everything in it, outer before inner, left before right. */
export function walkExpr(expr: Expr, visit: (inner: Expr) => void): void {
  const open: Expr[] = [expr];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    visit(next);
    open.push(...[...subExpressions(next)].reverse());
  }
}

/** All expressions that a layer, function or model is made of. */
export function walkCallable(
  callable: Pick<LayerIr, "body" | "result"> & {
    readonly params?: LayerIr["params"];
  },
  visit: (inner: Expr) => void,
): void {
  for (const param of callable.params ?? []) {
    if (param.running !== undefined) walkExpr(param.running.follows, visit);
  }
  for (const statement of callable.body) walkExpr(statement.value, visit);
  walkExpr(callable.result, visit);
}
