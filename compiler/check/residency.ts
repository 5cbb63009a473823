/** How a value can move from one index space to another, as the repair of a message. */
import type { Expr } from "../ir/ir.js";
import type { TensorType } from "../ir/types.js";
import type { Body } from "./body.js";
import { spaceOf } from "./size.js";

/** The only moves are `x[i]`, the aggregation of a gather, `pool`, and `rate` for time. */
export function residencyFix(body: Body, value: Expr, expected: TensorType): string {
  const first = value.type.dims[0];
  const wanted = expected.dims[0];
  const from = first === undefined ? undefined : spaceOf(first);
  const to = wanted === undefined ? undefined : spaceOf(wanted);
  const name = body.snippet(value.origin.span);
  const graph = body.graphs()[0]?.name ?? "g";
  if (from === "E" && to === "N") {
    return "aggregate the edge value at the nodes: `gather sum over j -> i { .. }`";
  }
  if (from === "N" && to === "E") {
    const ends = body.gather ?? { target: "i", source: "j" };
    return `inside a gather, write \`${name}[${ends.target}]\` or \`${name}[${ends.source}]\``;
  }
  if (from === "N" && to === "G") return `pool the nodes first: \`pool mean ${name} over ${graph}\``;
  if (from === "G" && to === "N") return "nothing moves a graph value back to its nodes";
  const isTimeInFront = from === "T" || (from === undefined && value.type.dims.length > 1);
  if (isTimeInFront) return `remove the time in front: \`rate(${name})\``;
  return "the only moves between index spaces are `x[i]`, `x[j]`, `gather` and `pool`";
}
