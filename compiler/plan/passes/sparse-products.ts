/**
 * aggregate<sum>(mul(weight, source(y)))   becomes   propagate<sum>(y, weight)
 * aggregate<sum | mean>(source(y))         becomes   propagate(y)
 *
 * One sparse-dense product instead of one row per edge. The weight has one number per edge, [E] or
 * [E, 1], or one per edge and head, [E, H] or [E, H, 1], for y of [N, H, ..]; a weight with a number
 * per channel stays an aggregation.
 */
import type { Program } from "../../ir/program.js";
import type { Expr, OpExpr } from "../../ir/ir.js";
import type { Size, TensorType } from "../../ir/types.js";
import { asInteger, equalSizes, spaceOf } from "../../check/size.js";
import { mapCallables, mapExpr, sameGraph } from "../walk.js";

export function sparseProducts(program: Program): Program {
  return mapCallables(program, ({ lets, result }) => ({
    lets: lets.map((statement) => ({ ...statement, value: mapExpr(statement.value, asProduct) })),
    result: mapExpr(result, asProduct),
  }));
}

function asProduct(expr: Expr): Expr {
  if (expr.tag !== "op" || expr.op !== "aggregate") return expr;
  const reduce = expr.attributes.reduce ?? [];
  if (reduce.length !== 1 || (reduce[0] !== "sum" && reduce[0] !== "mean")) return expr;
  const messages = expr.args[0];
  const factors = factorsOf(messages);
  const at = factors.findIndex((factor) => isSourceOf(factor, expr, messages.type));
  if (at < 0) return expr;
  const values = factors[at] as OpExpr;
  const weights = factors.filter((_, k) => k !== at).map(withoutPadding);
  if (!weights.every((weight) => isWeight(weight, messages.type))) return expr;
  const weight = productOf(weights);
  if (weight === "mixed") return expr;
  return {
    ...expr,
    op: "propagate",
    args: weight === undefined ? [values.args[0]] : [values.args[0], weight],
    attributes: { graph: expr.attributes.graph, reduce },
  };
}

/** mul(mul(a, b), c) -> a, b, c */
function factorsOf(expr: Expr): readonly Expr[] {
  if (expr.tag !== "op" || expr.op !== "mul") return [expr];
  return expr.args.flatMap(factorsOf);
}

function isSourceOf(factor: Expr, aggregate: OpExpr, messages: TensorType): boolean {
  return (
    factor.tag === "op" &&
    factor.op === "source" &&
    sameGraph(factor.attributes.graph, aggregate.attributes.graph) &&
    sameDims(factor.type.dims, messages.dims)
  );
}

/** Runtime weights may lack the trailing axes of size 1 and the repetition over time. */
function withoutPadding(weight: Expr): Expr {
  if (weight.tag === "op" && (weight.op === "hold" || weight.op === "expand")) {
    return withoutPadding(weight.args[0]);
  }
  return weight;
}

/** One number per edge, or per edge and leading dims (heads) of the messages. */
function isWeight(weight: Expr, messages: TensorType): boolean {
  const { dims } = weight.type;
  if (dims.length === 0 || spaceOf(dims[0]) !== "E") return false;
  let heads = dims.slice(1);
  while (heads.length > 0 && asInteger(heads[heads.length - 1]) === 1) heads = heads.slice(0, -1);
  const channels = messages.dims.slice(1);
  if (heads.length === 0) return true;
  return heads.length < channels.length && sameDims(heads, channels.slice(0, heads.length));
}

/** The product of all weights; "mixed" when their shapes differ and would broadcast wrongly. */
function productOf(weights: readonly Expr[]): Expr | undefined | "mixed" {
  if (weights.length === 0) return undefined;
  const [first, ...rest] = weights;
  let product = first;
  for (const weight of rest) {
    if (!sameDims(weight.type.dims, first.type.dims) || weight.timed !== first.timed)
      return "mixed";
    product = { ...product, tag: "op", op: "mul", args: [product, weight], attributes: {} };
  }
  return product;
}

function sameDims(a: readonly Size[], b: readonly Size[]): boolean {
  return a.length === b.length && a.every((dim, k) => equalSizes(dim, b[k]));
}
