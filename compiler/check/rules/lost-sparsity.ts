/**
 * A weight or constant added to a sparse signal right before a product makes it dense: every zero
 * becomes the bias, and the product costs as much as that of a `real` value.
 */
import { types } from "../../diagnostics/catalogue/types.js";
import type { Expr } from "../../ir/ir.js";
import { walkCallable } from "../../ir/walk.js";
import { isSparse } from "../kinds.js";
import { asInteger } from "../size.js";
import type { Rule } from "./rule.js";

export const lostSparsity: Rule = ({ body, elaborated }) => {
  const named = new Map(body.statements.map((s) => [s.name, s.value]));
  const members = new Map(elaborated.members.map((m) => [m.path, m.target]));
  walkCallable(elaborated, (expr) => {
    const isProduct = expr.tag === "op" && expr.op === "matMul";
    const isLayer = expr.tag === "call" && members.get(expr.member)?.tag === "layer";
    if (!isProduct && !isLayer) return;
    for (const argument of expr.args) {
      if (!("tag" in argument)) continue;
      const lost = findLoss(argument, named);
      if (lost === undefined) continue;
      body.report(types.sparsityLost, lost.dense.origin.span, {
        dense: body.snippet(lost.dense.origin.span),
        sparse: body.describe(lost.sparse),
        kind: lost.sparse.type.kind,
      });
    }
  });
};

interface Loss {
  readonly sparse: Expr;
  readonly dense: Expr;
}

/** Follows a value back through names, moves and reshapes to the sum that made it dense. */
function findLoss(start: Expr, named: ReadonlyMap<string, Expr>): Loss | undefined {
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
    } else if (next.tag === "op") {
      if (next.op === "add" || next.op === "sub") {
        const loss = lossIn(next.args[0], next.args[1]) ?? lossIn(next.args[1], next.args[0]);
        if (loss !== undefined) return loss;
      } else if (["hold", "expand", "flatten", "concat", "dropout"].includes(next.op)) {
        open.push(...next.args);
      }
    }
  }
  return undefined;
}

function lossIn(sparse: Expr, dense: Expr): Loss | undefined {
  const { dims, kind } = sparse.type;
  const isWide = dims.length > 0 && asInteger(dims[dims.length - 1]) !== 1;
  if (!isSparse(kind) || !isWide) return undefined;
  const bare = strip(dense);
  const isBias = bare.tag === "param" || (bare.tag === "constant" && bare.value !== 0);
  return isBias ? { sparse, dense: bare } : undefined;
}

function strip(value: Expr): Expr {
  let bare = value;
  while (bare.tag === "op" && (bare.op === "hold" || bare.op === "expand")) bare = bare.args[0];
  return bare;
}
