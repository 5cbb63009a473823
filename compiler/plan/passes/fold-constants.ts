/** Arithmetic on numbers is done here; adding 0 and multiplying by 1 disappear. */
import type { Program } from "../../ir/program.js";
import type { ConstantExpr, Expr, OpExpr, OpName } from "../../ir/ir.js";
import { asInteger, equalSizes } from "../../check/size.js";
import { mapCallables, mapExpr } from "../walk.js";

export function foldConstants(program: Program): Program {
  return mapCallables(program, ({ lets, result }) => ({
    lets: lets.map((statement) => ({ ...statement, value: mapExpr(statement.value, folded) })),
    result: mapExpr(result, folded),
  }));
}

const BINARY: Partial<Record<OpName, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: Math.pow,
  maximum: Math.max,
  minimum: Math.min,
};
const UNARY: Partial<Record<OpName, (a: number) => number>> = {
  neg: (a) => (a === 0 ? 0 : -a),
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  square: (a) => a * a,
  abs: Math.abs,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
};

function folded(expr: Expr): Expr {
  if (expr.tag === "size") {
    const value = asInteger(expr.size);
    if (value === undefined) return expr;
    const { type, origin, timed } = expr;
    return { tag: "constant", value, type, origin, timed };
  }
  if (expr.tag !== "op") return expr;
  const [a, b] = expr.args;
  const unary = UNARY[expr.op];
  if (unary !== undefined && a.tag === "constant") return constant(unary(a.value), expr);
  const binary = BINARY[expr.op];
  if (binary === undefined) return expr;
  if (a.tag === "constant" && b.tag === "constant") {
    return constant(binary(a.value, b.value), expr);
  }
  if (isNeutral(expr.op, b, "right") && sameShape(a, expr)) return a;
  if (isNeutral(expr.op, a, "left") && sameShape(b, expr)) return b;
  return expr;
}

/** Not folded to an infinity or NaN: the division by zero stays visible where it was written. */
function constant(value: number, expr: OpExpr): Expr {
  if (!Number.isFinite(value)) return expr;
  const { type, origin, timed } = expr;
  const folded: ConstantExpr = { tag: "constant", value, type, origin, timed };
  return folded;
}

function isNeutral(op: OpName, expr: Expr, side: "left" | "right"): boolean {
  if (expr.tag !== "constant") return false;
  if (op === "add") return expr.value === 0;
  if (op === "mul") return expr.value === 1;
  return (
    side === "right" && ((op === "sub" && expr.value === 0) || (op === "div" && expr.value === 1))
  );
}

function sameShape(a: Expr, b: Expr): boolean {
  const left = a.type.dims;
  const right = b.type.dims;
  return (
    a.timed === b.timed &&
    left.length === right.length &&
    left.every((dim, k) => equalSizes(dim, right[k]))
  );
}
