/** How a value can move from one index space to another, as the repair of a message. */
import type { Expr } from "../ir/ir.js";
import type { TensorType } from "../ir/types.js";
import type { Body } from "./body.js";
import { constantSize, equalSizes, multiplySizes, spaceOf } from "./size.js";

/** The only moves are `x[i]`, the aggregation of a gather, `pool`, and `rate` for time. */
export function residencyFix(body: Body, value: Expr, expected: TensorType): string {
  const first = value.type.dims[0];
  const wanted = expected.dims[0];
  const from = first === undefined ? undefined : spaceOf(first);
  const to = wanted === undefined ? undefined : spaceOf(wanted);
  const { name, hint } = body.nameFor(value);
  const graph = body.graphs()[0]?.name ?? "g";
  if (from === "E" && to === "N") {
    return "aggregate the edge value at the nodes: `gather sum over j -> i { .. }`";
  }
  if (from === "N" && to === "E") {
    const ends = body.gather ?? { target: "i", source: "j" };
    return `${hint}inside a gather write \`${name}[${ends.target}]\` or \`${name}[${ends.source}]\``;
  }
  if (from === "N" && to === "G")
    return `${hint}pool the nodes: \`pool mean ${name} over ${graph}\``;
  if (from === "G" && to === "N") return "nothing moves a graph value back to its nodes";
  const isTimeInFront = from === "T" || (from === undefined && value.type.dims.length > 1);
  if (isTimeInFront) return `${hint}remove the time in front: \`rate(${name})\``;
  return "the only moves between index spaces are `x[i]`, `x[j]`, `gather` and `pool`";
}

/** The repair of a wrong number of dimensions, when it is a usual one. */
export function shapeFix(body: Body, value: Expr, expected: TensorType): string | undefined {
  const given = value.type.dims;
  const wanted = expected.dims;
  const { name, hint } = body.nameFor(value);
  const isTimed =
    given.length === wanted.length + 1 && ["T", undefined].includes(spaceOf(given[0]));
  const isSpaceNext = isTimed && wanted.length > 0 && equalSizes(wanted[0], given[1]);
  if (isSpaceNext && spaceOf(given[1]) !== undefined) {
    return `${hint}remove the time in front: \`rate(${name})\``;
  }
  if (given.length <= wanted.length || wanted.length !== 2) return undefined;
  const width = given.slice(1).reduce((all, dim) => multiplySizes(all, dim), constantSize(1));
  const isFlat = equalSizes(given[0], wanted[0]) && equalSizes(width, wanted[1]);
  return isFlat ? "put the last dimensions side by side: `.. |> flatten`" : undefined;
}
