/**
 * x[j] @ w                becomes   (x @ w)[j]
 * hold(x) @ w             becomes   hold(x @ w)
 * (x[i] + y[j]) + bias    becomes   (x + bias)[i] + y[j]
 *
 * An operation that works on each row by itself gives the same before and after rows are copied to
 * edges or repeated at every step, and there are more edges than nodes. So it moves below `source`, `target`
 * or `hold` when its other arguments do not live on edges. With `x @ w` under both `source` and `target`, the
 * product is then one common sub-expression.
 */
import type { Program } from "../../ir/program.js";
import type { Expr, OpExpr, OpName } from "../../ir/ir.js";
import type { TensorType } from "../../ir/types.js";
import { equalSizes, spaceOf } from "../../check/size.js";
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
    return isSameMove(a, b) && expr.op !== "matMul" ? below(expr, a) : expr;
  }
  if (isMove(a) && isFree(b, a, expr.op)) return below(expr, a);
  if (isMove(b) && expr.op !== "matMul" && isFree(a, b, expr.op)) return below(expr, b);
  if (expr.op === "add") return intoSum(a, b, expr) ?? expr;
  return expr;
}

/** A weight that is added to a sum is added to one of its summands, below the copying. */
function intoSum(sum: Expr, weight: Expr, total: OpExpr): Expr | undefined {
  if (isMove(sum)) {
    const isFit = isFree(weight, sum, "add") && sum.type.dims.length === total.type.dims.length;
    return isFit ? below({ ...total, args: [sum, weight] }, sum) : undefined;
  }
  if (sum.tag !== "op" || sum.op !== "add") return undefined;
  const [left, right] = sum.args;
  const inLeft = intoSum(left, weight, total);
  if (inLeft !== undefined) return { ...sum, args: [inLeft, right] };
  const inRight = intoSum(right, weight, total);
  return inRight === undefined ? undefined : { ...sum, args: [left, inRight] };
}

type Move = OpExpr & { readonly op: "source" | "target" | "hold" };

function isMove(expr: Expr): expr is Move {
  return expr.tag === "op" && ["source", "target", "hold"].includes(expr.op);
}

function isSameMove(a: Move, b: Move): boolean {
  if (a.op !== b.op) return false;
  // Both are repeated at the steps of the block that they are in.
  if (a.op === "hold") return hasRowsOf(a, b);
  return sameGraph(a.attributes.graph, b.attributes.graph);
}

function hasRowsOf(a: Expr, b: Expr): boolean {
  const [dim, other] = [a.type.dims[0], b.type.dims[0]];
  return dim !== undefined && other !== undefined && equalSizes(dim, other);
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
