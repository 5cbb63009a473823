/**
 * gather .. { concat(x[i], x[j]) |> Dense<out> }   becomes   gather .. { concat(x[i], x[j]) @ dense.weight + dense.bias }
 *
 * A layer that is one expression is computed at its call when it is called on values that were copied from
 * nodes to edges, or on such values side by side. The passes that follow then move its products to the nodes, of
 * which there are fewer. The layer keeps its parameters.
 */
import { spaceOf, substituteSize } from "../../check/size.js";
import type { CallExpr, Expr, LayerIr } from "../../ir/ir.js";
import type { Program } from "../../ir/program.js";
import type { Size, TensorType } from "../../ir/types.js";
import { isGraphRef, mapCallables, mapParts, memberOf, some } from "../walk.js";
import type { Block, Callable } from "../walk.js";

export function openEdgeLayers(program: Program): Program {
  const layers = new Map(program.layers.map((layer) => [layer.name, layer]));
  return mapCallables(program, (block, callable) => opened(block, callable, layers));
}

function opened(block: Block, callable: Callable, layers: ReadonlyMap<string, LayerIr>): Block {
  const change = (expr: Expr): Expr => {
    // The map of an equilibrium block names the weights that it reads.
    if (expr.tag === "fixpoint") return expr;
    const inner = mapParts(expr, change);
    if (inner.tag !== "call") return inner;
    const member = memberOf(callable, inner.member);
    if (member?.target.tag !== "layer") return inner;
    const layer = layers.get(member.target.name) ?? member.target;
    const [x] = inner.args;
    if (inner.args.length !== 1 || isGraphRef(x) || !isMoved(x) || !isOneExpression(layer)) {
      return inner;
    }
    return bodyAt(inner, x, layer, member.sizes);
  };
  return {
    lets: block.lets.map((statement) => ({ ...statement, value: change(statement.value) })),
    result: change(block.result),
  };
}

/** Copied from nodes to edges, or such values (and their sums and differences) beside others. */
function isMoved(x: Expr): boolean {
  if (x.tag !== "op" || x.type.dims.length === 0 || spaceOf(x.type.dims[0]) !== "E") return false;
  if (x.op === "source" || x.op === "target") return true;
  if (x.op === "concat") return x.args.some(isMoved);
  return (x.op === "add" || x.op === "sub") && x.args.every(isMoved);
}

/** Real weights, one input that is read once, and nothing but operations on each row. */
function isOneExpression(layer: LayerIr): boolean {
  if (layer.body.length > 0 || layer.members.length > 0 || layer.constants.size > 0) return false;
  if (layer.inputs.length !== 1 || layer.inputs[0].type.tag === "graph") return false;
  if (layer.params.some((p) => p.running !== undefined || p.type.kind === "sign")) return false;
  let reads = 0;
  const isOther = some(layer.result, (part) => {
    if (part.tag === "local") reads++;
    const isKnown =
      part.tag === "local" ||
      part.tag === "param" ||
      part.tag === "constant" ||
      (part.tag === "op" && ROW_WISE.has(part.op));
    return !isKnown;
  });
  return !isOther && reads === 1;
}

const ROW_WISE: ReadonlySet<string> = new Set(["matMul", "add", "sub", "mul", "relu", "tanh"]);

/** The layer's result with the argument for its input, and its parameters by the path of the member. */
function bodyAt(call: CallExpr, x: Expr, layer: LayerIr, sizes: ReadonlyMap<string, Size>): Expr {
  const typeAt = (type: TensorType): TensorType => ({
    ...type,
    dims: type.dims.flatMap((dim) =>
      dim.terms.has("...") ? x.type.dims.slice(0, -1) : [substituteSize(dim, sizes)],
    ),
  });
  const { origin, member } = call;
  const at = (expr: Expr): Expr => {
    if (expr.tag === "local") return x;
    const type = typeAt(expr.type);
    if (expr.tag === "param") return { ...expr, member, type, origin };
    const timed = x.timed && some(expr, (part) => part.tag === "local");
    return { ...mapParts(expr, at), type, timed, origin };
  };
  return at(layer.result);
}
