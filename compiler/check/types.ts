/** Small helpers on types shared by all rules. */
import { asSymbol, equalSizes, isSpace, spaceOf } from "./size.js";
import type { GraphRef } from "../ir/ir.js";
import type { GraphType, Kind, Size, TensorType } from "../ir/types.js";

export const KINDS: readonly Kind[] = ["real", "graded", "spike", "trit", "sign", "label"];

export function tensor(kind: Kind, dims: readonly Size[]): TensorType {
  return { tag: "tensor", kind, dims };
}

/** A single number. */
export const SCALAR: TensorType = tensor("real", []);

/** True when some dim is an index space: the value grows with the graph or with time. */
export function isResident(type: TensorType): boolean {
  return type.dims.some(isSpace);
}

/** What lives in the first dim, in words for messages. */
export function residencyWords(type: TensorType): string {
  const first = type.dims[0];
  const space = first === undefined ? undefined : spaceOf(first);
  return first === undefined
    ? "a single number"
    : space === undefined
      ? "a value without index space"
      : placeWords(space);
}

/** What the source calls a graph: all its snapshots side by side have its name. */
export function graphName(graph: GraphRef): string {
  return graph.whole?.name ?? graph.name;
}

/** A node feature at one snapshot: [N, ..], also when there is one table per snapshot. */
export function ofSnapshot({ kind, dims }: TensorType, graph: GraphType): TensorType {
  return tensor(kind, equalSizes(dims[0], graph.nodes) ? dims : dims.slice(1));
}

/** "a value on nodes" and so on. */
export function placeWords(space: "N" | "E" | "G" | "T"): string {
  return {
    N: "a value on nodes",
    E: "a value on edges",
    G: "a value on graphs",
    T: "a value over time",
  }[space];
}

/** Edge space of a graph, with or without self loops. */
export function edgeSpace(type: GraphType, selfLoops: boolean): Size {
  if (!selfLoops) return type.edges;
  return { terms: new Map([[`${asSymbol(type.edges) ?? "E"}+loops`, 1]]) };
}
