/** Which expressions are plain numbers when the program runs. */
import type { Expr, OpName } from "../ir/ir.js";

/** Operators between numbers, as JavaScript writes them. */
export const BINARY: Partial<Record<OpName, string>> = { add: "+", sub: "-", mul: "*", div: "/" };
export const UNARY: Partial<Record<OpName, string>> = {
  exp: "Math.exp",
  log: "Math.log",
  sqrt: "Math.sqrt",
  abs: "Math.abs",
  sin: "Math.sin",
  cos: "Math.cos",
  tanh: "Math.tanh",
  sign: "Math.sign",
};
export const CALLS: Partial<Record<OpName, string>> = {
  pow: "Math.pow",
  maximum: "Math.max",
  minimum: "Math.min",
};

/** True for what is a number when the program runs, not a tensor. */
export function isNumeric(expr: Expr): boolean {
  if (expr.tag === "constant" || expr.tag === "size") return true;
  if (expr.tag !== "op" || expr.args.length === 0) return false;
  const { op } = expr;
  const known =
    op === "neg" ||
    op === "square" ||
    BINARY[op] !== undefined ||
    UNARY[op] !== undefined ||
    CALLS[op] !== undefined;
  return known && expr.args.every(isNumeric);
}
