/**
 * dot(leaky_relu<a>(t[i] + s[j]), w)   becomes   attentionScores<a>(t, s, w)
 *
 * The scores of dynamic attention (GATv2) need one number per edge and head, not one per edge and channel:
 * a kernel forms the sums one at a time.
 */
import type { Expr, OpExpr } from "../../ir/ir.js";
import type { Program } from "../../ir/program.js";
import { equalSizes } from "../../check/size.js";
import { mapCallables, mapExpr, sameGraph } from "../walk.js";

export function fuseAttention(program: Program): Program {
  return mapCallables(program, ({ lets, result }) => ({
    lets: lets.map((statement) => ({ ...statement, value: mapExpr(statement.value, fused) })),
    result: mapExpr(result, fused),
  }));
}

/** Of the runtime's leaky rectifier. */
const USUAL_SLOPE = 0.01;

function fused(expr: Expr): Expr {
  if (expr.tag !== "op" || expr.op !== "dot") return expr;
  const [rectified, weight] = expr.args;
  if (!isOp(rectified, "leakyRelu") || weight.tag !== "param") return expr;
  const [sum] = rectified.args;
  if (!isOp(sum, "add")) return expr;
  const t = sum.args.find((arg) => isOp(arg, "target"));
  const s = sum.args.find((arg) => isOp(arg, "source"));
  if (t === undefined || s === undefined || !isOp(t, "target") || !isOp(s, "source")) return expr;
  const { graph } = t.attributes;
  const [atTarget] = t.args;
  const [atSource] = s.args;
  const isFit =
    sameGraph(graph, s.attributes.graph) &&
    t.timed === atTarget.timed &&
    s.timed === atSource.timed &&
    t.timed === s.timed &&
    haveDims(t, s, 0) &&
    haveDims(t, weight, 1);
  if (!isFit) return expr;
  const slope = rectified.attributes.slope ?? USUAL_SLOPE;
  const args = [atTarget, atSource, weight];
  return { ...expr, op: "attentionScores", args, attributes: { graph, slope } };
}

function isOp(expr: Expr, op: OpExpr["op"]): expr is OpExpr {
  return expr.tag === "op" && expr.op === op;
}

/** Equal dims, without the first ones of `a`. */
function haveDims(a: Expr, b: Expr, without: number): boolean {
  const dims = a.type.dims.slice(without);
  const other = b.type.dims;
  return dims.length === other.length && dims.every((dim, k) => equalSizes(dim, other[k]));
}
