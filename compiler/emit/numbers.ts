/** Sizes and number expressions as JavaScript arithmetic. */
import type { Expr } from "../ir/ir.js";
import type { Size } from "../ir/types.js";
import { BINARY, CALLS, UNARY } from "../plan/numeric.js";

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

export { isNumeric } from "../plan/numeric.js";
