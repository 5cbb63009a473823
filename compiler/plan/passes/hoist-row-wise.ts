/**
 * x[j] @ w   becomes   (x @ w)[j]
 *
 * An operation that works on each row by itself gives the same before and after rows are copied to
 * edges, and there are more edges than nodes. So it moves below `source` or `target` when its other
 * arguments do not live on edges. With `x @ w` under both `source` and `target`, the product is then
 * one common sub-expression.
 *
 * The place for later: `concat(x[i], x[j] - x[i]) @ w` as two products on nodes belongs into `hoisted`,
 * as a rule of its own beside this one.
 */
import type { Program } from "../../ir/program.js";
import type { Expr, OpExpr, OpName } from "../../ir/ir.js";
import type { TensorType } from "../../ir/types.js";
import { spaceOf } from "../../check/size.js";
import { mapBlocks, mapCallables, mapExpr, sameGraph } from "../walk.js";

/** Operations of one argument that work row by row (or element by element). */
const UNARY: ReadonlySet<OpName> = new Set<OpName>([
  "neg",
  "relu",
  "leakyRelu",
  "elu",
  "tanh",
  "sigmoid",
  "softplus",
  "gelu",
  "silu",
  "exp",
  "log",
  "sqrt",
  "square",
  "abs",
  "sin",
  "cos",
  "erf",
  "clip",
  "sign",
  "expand",
  "flatten",
  "rowSum",
  "rowMean",
  "rowVariance",
  "softmax",
  "logSoftmax",
]);
/** Operations whose other argument may be a weight or a number. */
const BINARY: ReadonlySet<OpName> = new Set<OpName>([
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "maximum",
  "minimum",
  "dot",
  "matMul",
]);

export function hoistRowWise(program: Program): Program {
  return mapCallables(program, (block) =>
    mapBlocks(block, ({ lets, result }) => ({
      lets: lets.map((statement) => ({ ...statement, value: mapExpr(statement.value, hoisted) })),
      result: mapExpr(result, hoisted),
    })),
  );
}

function hoisted(expr: Expr): Expr {
  if (expr.tag !== "op") return expr;
  if (UNARY.has(expr.op)) return isMove(expr.args[0]) ? below(expr, expr.args[0]) : expr;
  if (!BINARY.has(expr.op)) return expr;
  const [a, b] = expr.args;
  if (isMove(a) && isMove(b)) {
    const together = a.op === b.op && sameGraph(a.attributes.graph, b.attributes.graph);
    return together && expr.op !== "matMul" ? below(expr, a) : expr;
  }
  if (isMove(a) && isFree(b, a, expr.op)) return below(expr, a);
  if (isMove(b) && expr.op !== "matMul" && isFree(a, b, expr.op)) return below(expr, b);
  return expr;
}

type Move = OpExpr & { readonly op: "source" | "target" };

function isMove(expr: Expr): expr is Move {
  return expr.tag === "op" && (expr.op === "source" || expr.op === "target");
}

/** A weight or a number: no rows, and too few dims to broadcast against the rows of `moved`. */
function isFree(expr: Expr, moved: Move, op: OpName): boolean {
  const { dims } = expr.type;
  if (expr.timed || dims.some((dim) => spaceOf(dim) !== undefined)) return false;
  return op === "matMul" || dims.length < moved.type.dims.length || dims.length === 0;
}

/** op(move(x), w) -> move(op(x, w)) */
function below(expr: OpExpr, move: Move): Expr {
  const args = expr.args.map((arg) => (isMove(arg) ? arg.args[0] : arg));
  const inner = move.args[0];
  const rows = inner.type.dims[0];
  const type: TensorType = { ...expr.type, dims: [rows, ...expr.type.dims.slice(1)] };
  return {
    ...move,
    args: [{ ...expr, args, type, timed: inner.timed }],
    type: expr.type,
    origin: expr.origin,
  };
}
