/** A dynamic graph: the graph at the end, and its snapshots over the same nodes. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { SgnnError } from "../error.js";
import { createGraph, Graph, type Features } from "./graph.js";

export interface DynamicGraphParts<Nodes extends Features, Edges extends Features> {
  /** All edges in the order of time. */
  readonly sources: Int32Array;
  readonly targets: Int32Array;
  /** Where the new edges of each snapshot begin, then the number of edges: [S + 1]. */
  readonly starts: ArrayLike<number>;
  /** Each snapshot has its new edges only. Default: all edges up to it. */
  readonly newEdges?: boolean;
  readonly nodeCount: number;
  /** Node features [N, ..]: one table for all of time, or one for each snapshot. The graph takes them over. */
  readonly nodes: Nodes | readonly Nodes[];
  /** Edge features [E, ..] in the order of the edges; copies are made. */
  readonly edges?: Edges;
}

/**
 * Builds the graph at the end (all edges, node features of the last snapshot) with `snapshots`.
 * @throws SgnnError R120..R123, see `createGraph`; R122 when the tables of features are not one per snapshot
 */
export function createDynamicGraph<
  Nodes extends Features = Record<string, never>,
  Edges extends Features = Record<string, never>,
>(parts: DynamicGraphParts<Nodes, Edges>): Graph<Nodes, Edges> {
  const { sources, targets, starts, nodeCount, nodes } = parts;
  const count = starts.length - 1;
  const tables = isList(nodes) ? nodes : Array.from({ length: count }, () => nodes);
  const last = tables.at(-1);
  if (tables.length !== count || last === undefined) {
    throw new SgnnError({
      code: "R122",
      message: `${tables.length} tables of node features for ${count} snapshots`,
      why: "Each snapshot has its own table, or all have one.",
      fix: "Give one table for each snapshot.",
    });
  }
  const between = (from: number, to: number, features: Nodes): Graph<Nodes, Edges> => {
    const slices = sliceRows(parts.edges, from, to);
    const graph = createGraph<Nodes, Edges>({
      edgeIndex: { sources: sources.subarray(from, to), targets: targets.subarray(from, to) },
      nodeCount,
      nodes: features,
      ...(slices === undefined ? {} : { edges: slices }),
    });
    // The graph keeps sorted copies of its own.
    for (const slice of Object.values(slices ?? {})) slice.dispose();
    return graph;
  };
  const snapshots = tables.map((features, k) =>
    between(parts.newEdges === true ? starts[k]! : 0, starts[k + 1]!, features),
  );
  const whole = between(0, sources.length, last);
  const owned = new Set<Tensor>(Object.values(whole.edges));
  for (const features of tables) for (const tensor of Object.values(features)) owned.add(tensor);
  return new Graph(whole.topology, whole.nodes, whole.edges, [...owned], snapshots);
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

function sliceRows<Edges extends Features>(
  edges: Edges | undefined,
  from: number,
  to: number,
): Edges | undefined {
  if (edges === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(edges).map(([name, feature]) => [name, tf.slice(feature, [from], [to - from])]),
  ) as unknown as Edges;
}
