/** Numbers that a callable computes from its sizes and constants. */
import type { Expr, OpName } from "../../ir/ir.js";
import { dimOf, type Numbers } from "./shapes.js";

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
  neg: (a) => -a,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  square: (a) => a * a,
  abs: Math.abs,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sign: Math.sign,
};

/** The number that an expression is; undefined when it is a tensor or depends on the input. */
export function numberOf(expr: Expr, numbers: Numbers): number | undefined {
  if (expr.tag === "constant") return expr.value;
  if (expr.tag === "size") {
    const dim = dimOf(expr.size, numbers);
    return typeof dim === "number" ? dim : undefined;
  }
  if (expr.tag !== "op" || expr.args.length === 0 || expr.args.length > 2) return undefined;
  const unary = UNARY[expr.op];
  const binary = BINARY[expr.op];
  if (unary === undefined && binary === undefined) return undefined;
  const args = expr.args.map((arg) => numberOf(arg, numbers));
  const [a, b] = args;
  if (a === undefined) return undefined;
  if (unary !== undefined) return unary(a);
  return b === undefined || binary === undefined ? undefined : binary(a, b);
}
