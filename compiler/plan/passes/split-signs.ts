/**
 * concat(-x[j] * x[i], x[i]) @ w   becomes   (-x[j] * x[i]) @ w1 + target(x @ w2)
 *
 * for signs: the part that was only copied from nodes to edges is multiplied on the nodes, and the parts are never laid
 * side by side. For tensors alone: an inference plan multiplies rows of bits, which lie side by side as they are. Both
 * sums are of whole numbers, so that nothing is rounded differently.
 */
import { addSizes, constantSize } from "../../check/size.js";
import type { Expr, OpExpr } from "../../ir/ir.js";
import type { Program } from "../../ir/program.js";
import { isEffectful, mapBlocks, mapCallables, mapExpr } from "../walk.js";
import { elementwise, isMove, product, rowsOf } from "./factorise-concat.js";

export function splitSigns(program: Program): Program {
  return mapCallables(program, (block) =>
    mapBlocks(block, ({ lets, result }) => {
      const named = new Map(lets.map(({ name, value }) => [name, value]));
      const change = (expr: Expr): Expr => mapExpr(expr, (part) => split(part, named));
      return {
        lets: lets.map((statement) => ({ ...statement, value: change(statement.value) })),
        result: change(result),
      };
    }),
  );
}

function split(expr: Expr, named: ReadonlyMap<string, Expr>): Expr {
  if (expr.tag !== "op" || expr.op !== "matMul") return expr;
  const [operand, weight] = expr.args;
  const joined = meant(operand, named);
  if (joined.tag !== "op" || joined.op !== "concat") return expr;
  if (weight.tag !== "param" || weight.type.dims.length !== 2) return expr;
  const parts = joined.args.map((part) => ({ part, move: moveOf(part, named) }));
  if (joined.args.some(({ type }) => type.kind !== "sign")) return expr;
  if (parts.every(({ move }) => move === undefined)) return expr;
  let start = constantSize(0);
  const products = parts.map(({ part, move }) => {
    const count = part.type.dims[part.type.dims.length - 1];
    const rows = rowsOf(weight, start, count);
    start = addSizes(start, count);
    return move === undefined ? product(part, rows, expr) : moved(move, rows, expr);
  });
  return products.reduce((sum, one) => elementwise("add", sum, one, expr.type, expr.timed));
}

/** What a name stands for; the name itself where its value may not be computed twice. */
function meant(expr: Expr, named: ReadonlyMap<string, Expr>): Expr {
  const value = expr.tag === "local" ? named.get(expr.name) : undefined;
  return value === undefined || isEffectful(value) ? expr : value;
}

/** The copying of rows that a part is. */
function moveOf(part: Expr, named: ReadonlyMap<string, Expr>): OpExpr | undefined {
  const value = meant(part, named);
  return value.tag === "op" && isMove(value) ? value : undefined;
}

/** The product on the nodes, copied to the edges. */
function moved(move: OpExpr, rows: Expr, expr: OpExpr): OpExpr {
  const [x] = move.args;
  const { type } = expr;
  const dims = [...x.type.dims.slice(0, -1), type.dims[type.dims.length - 1]];
  const onNodes = { ...product(x, rows, expr), type: { ...type, dims }, timed: x.timed };
  return { ...move, args: [onNodes], type, timed: expr.timed };
}
