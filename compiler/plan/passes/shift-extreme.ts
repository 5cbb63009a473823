/**
 * gather max over j -> i { relu(y[j] + x[i]) }   becomes   relu(gather max over j -> i { y[j] } + x)
 *
 * The same number added to all values shifts their largest and smallest, and a function that never falls keeps their
 * order: both can wait until there is one value per node. A node that no edge enters keeps the 0 of
 * `aggregate` (`reached`). Rounding is monotone too, so the results are the same bits.
 */
import type { Expr, OpExpr, OpName } from "../../ir/ir.js";
import type { Program } from "../../ir/program.js";
import type { TensorType } from "../../ir/types.js";
import { equalSizes } from "../../check/size.js";
import { mapBlocks, mapCallables, mapExpr, sameGraph } from "../walk.js";

export function shiftExtreme(program: Program): Program {
  return mapCallables(program, (block) =>
    mapBlocks(block, ({ lets, result }) => ({
      lets: lets.map((statement) => ({ ...statement, value: mapExpr(statement.value, shifted) })),
      result: mapExpr(result, shifted),
    })),
  );
}

/** Functions of one argument that never fall. */
const RISING: ReadonlySet<OpName> = new Set<OpName>([
  "relu",
  "leakyRelu",
  "elu",
  "tanh",
  "sigmoid",
  "softplus",
  "exp",
  "clip",
]);

function shifted(expr: Expr): Expr {
  if (expr.tag !== "op" || expr.op !== "aggregate") return expr;
  const { reduce, graph } = expr.attributes;
  if (reduce?.length !== 1 || (reduce[0] !== "max" && reduce[0] !== "min")) return expr;
  const functions: OpExpr[] = [];
  let values = expr.args[0];
  while (values.tag === "op" && RISING.has(values.op) && (values.attributes.slope ?? 0) >= 0) {
    functions.push(values);
    [values] = values.args;
  }
  const parts = summands(values);
  const shifts = parts.filter((part) => isTargetOf(part, expr, values.type));
  const rest = parts.filter((part) => !shifts.includes(part));
  if (shifts.length === 0 || rest.length === 0) return expr;
  if (!rest.every((part) => hasDims(part, values.type))) return expr;
  const onEdges = rest.reduce((sum, part) => added(sum, part, values));
  const nodes: TensorType = expr.type;
  const extreme: Expr = { ...expr, args: [{ ...onEdges, timed: expr.timed }] };
  const moved = shifts.map((part) => (part as OpExpr).args[0]);
  const sum = moved.reduce((left, right) => added(left, right, expr), extreme);
  const whole = functions.reduceRight(
    (value: Expr, one) => ({ ...one, args: [value], type: nodes, timed: expr.timed }),
    sum,
  );
  // With self loops every node is entered.
  if (graph?.selfLoops === true) return whole;
  const { type, timed, origin } = expr;
  return { tag: "op", op: "reached", args: [whole], attributes: { graph }, type, timed, origin };
}

function summands(expr: Expr): readonly Expr[] {
  if (expr.tag !== "op" || expr.op !== "add") return [expr];
  return expr.args.flatMap(summands);
}

/** A value of the node that the edge enters, as wide as the messages. */
function isTargetOf(part: Expr, aggregate: OpExpr, messages: TensorType): boolean {
  if (part.tag !== "op" || part.op !== "target" || part.timed !== aggregate.timed) return false;
  return (
    sameGraph(part.attributes.graph, aggregate.attributes.graph) &&
    part.args[0].timed === aggregate.timed &&
    hasDims(part, messages)
  );
}

function hasDims({ type }: Expr, { dims }: TensorType): boolean {
  return type.dims.length === dims.length && type.dims.every((dim, k) => equalSizes(dim, dims[k]));
}

function added(left: Expr, right: Expr, like: Expr): OpExpr {
  const { type, timed, origin } = like;
  return { tag: "op", op: "add", args: [left, right], attributes: {}, type, timed, origin };
}
