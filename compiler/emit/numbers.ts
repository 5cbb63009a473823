/** Sizes and number expressions as JavaScript arithmetic. */
import type { Expr, OpName } from "../ir/ir.js";
import type { Size } from "../ir/types.js";

/** Text of a symbol: `size.out`, `this.constants.p`, `x.shape[0]`. */
export type SymbolText = (symbol: string) => string;

/** A size: `2 * size.in + 1`. */
export function sizeText(size: Size, symbol: SymbolText): string {
  const terms = [...size.terms].sort(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1));
  if (terms.length === 0) return "0";
  return terms
    .map(([key, value], at) => {
      const amount = Math.abs(value);
      const symbols = key === "" ? [] : key.split("*").map(symbol);
      const factors = amount === 1 && symbols.length > 0 ? symbols : [String(amount), ...symbols];
      const sign = value < 0 ? (at === 0 ? "-" : " - ") : at === 0 ? "" : " + ";
      return sign + factors.join(" * ");
    })
    .join("");
}

const BINARY: Partial<Record<OpName, string>> = { add: "+", sub: "-", mul: "*", div: "/" };
const UNARY: Partial<Record<OpName, string>> = {
  exp: "Math.exp",
  log: "Math.log",
  sqrt: "Math.sqrt",
  abs: "Math.abs",
  sin: "Math.sin",
  cos: "Math.cos",
  tanh: "Math.tanh",
  sign: "Math.sign",
};
const CALLS: Partial<Record<OpName, string>> = {
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

/** A numeric expression as arithmetic; prettier removes needless parentheses. */
export function numberText(expr: Expr, symbol: SymbolText): string {
  if (expr.tag === "constant") return String(expr.value);
  if (expr.tag === "size") return sizeText(expr.size, symbol);
  if (expr.tag !== "op") throw new Error(`${expr.tag} is not a number`);
  const args = expr.args.map((arg) => numberText(arg, symbol));
  const [a] = args;
  if (expr.op === "neg") return `-(${a})`;
  if (expr.op === "square") return `(${a}) ** 2`;
  const operator = BINARY[expr.op];
  if (operator !== undefined) return `(${args.join(`) ${operator} (`)})`;
  const called = UNARY[expr.op] ?? CALLS[expr.op];
  if (called === undefined) throw new Error(`${expr.op} of numbers`);
  return `${called}(${args.join(", ")})`;
}
