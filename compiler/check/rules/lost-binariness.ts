/**
 * A product with a weight of kind `sign` runs on packed bits when its other side is `sign` too. A scale,
 * a sum or a normalisation between the sign and the product makes it real again, most often by accident.
 * Dropout is looked through: it is not there in inference.
 */
import { types } from "../../diagnostics/catalogue/types.js";
import type { Expr } from "../../ir/ir.js";
import { walkCallable } from "../../ir/walk.js";
import type { Rule } from "./rule.js";

const ARITHMETIC = ["add", "sub", "mul", "div", "maximum", "minimum"];
const MOVES = ["hold", "expand", "flatten", "concat", "dropout"];

export const lostBinariness: Rule = ({ body, elaborated }) => {
  const named = new Map(body.statements.map((s) => [s.name, s.value]));
  walkCallable(elaborated, (expr) => {
    if (expr.tag !== "op" || expr.op !== "matMul") return;
    const [left, right] = expr.args;
    if (right.type.kind !== "sign" || left.type.kind === "sign") return;
    const lost = findLoss(left, named);
    if (lost === undefined) return;
    body.report(types.binarinessLost, lost.real.origin.span, {
      real: body.snippet(lost.real.origin.span),
      sign: body.describe(lost.sign),
    });
  });
};

/** The arithmetic that made a sign real, followed back through names and moves. */
function findLoss(
  start: Expr,
  named: ReadonlyMap<string, Expr>,
): { readonly real: Expr; readonly sign: Expr } | undefined {
  const seen = new Set<Expr>();
  const open: Expr[] = [start];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (next.tag === "local") {
      const value = named.get(next.name);
      if (value !== undefined) open.push(value);
    } else if (next.tag === "edge") {
      open.push(next.operand);
    } else if (next.tag === "op" && ARITHMETIC.includes(next.op)) {
      const sign = next.args.find((arg) => arg.type.kind === "sign");
      if (sign !== undefined && next.type.kind !== "sign") return { real: next, sign };
    } else if (next.tag === "op" && MOVES.includes(next.op)) {
      open.push(...next.args);
    }
  }
  return undefined;
}
