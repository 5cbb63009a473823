/**
 * Mini-batches of nodes of one large graph: some nodes, the nodes that send them messages, and all edges among these
 * (ego graphs of depth one; Zeng et al. 2021, "Decoupling the Depth and Scope of Graph Neural Networks", shaDow-GNN).
 *
 * What a node of the batch receives is whole; what its neighbours receive is only what lies inside.
 */
import type { Column } from "./column.js";
import type { Dataset, Sample } from "./dataset.js";
import type { GraphSet } from "./graphs.js";
import type { SnapshotCuts } from "./snapshots.js";

/** A data set of few nodes. */
export interface EgoGraphs {
  readonly dataset: Dataset;
  /** Numbers of the chosen nodes in it, in their order. */
  readonly units: Int32Array;
}

/**
 * The part of a data set of level "node" that some nodes hear of. Edges keep their order, so a dynamic graph keeps
 * its snapshots, of which some may have no edge.
 * @param chosen different nodes; they become the first of the part
 */
export function egoGraphs(dataset: Dataset, chosen: Int32Array): EgoGraphs {
  const { graphs } = dataset;
  if (graphs === undefined) throw new Error("nodes without a graph");
  const nodes = Int32Array.from(neighbourhood(graphs, chosen));
  const place = new Int32Array(graphs.nodeCount).fill(-1);
  nodes.forEach((node, k) => (place[node] = k));
  const samples = new Map<string, Sample>();
  for (const [name, sample] of dataset.samples) {
    samples.set(name, { ...rowsOf(sample, nodes), at: sample.at });
  }
  const part = { ...dataset, graphs: inside(graphs, nodes, place), samples, units: nodes.length };
  return { dataset: part, units: Int32Array.from(chosen, (_, k) => k) };
}

/** The chosen nodes, then those with an edge to one of them. */
function neighbourhood({ sources, targets, nodeCount }: GraphSet, chosen: Int32Array): Set<number> {
  const isChosen = new Uint8Array(nodeCount);
  for (const node of chosen) isChosen[node] = 1;
  const nodes = new Set(chosen);
  targets.forEach((target, edge) => {
    if (isChosen[target] === 1) nodes.add(sources[edge]!);
  });
  return nodes;
}

function inside(graphs: GraphSet, nodes: Int32Array, place: Int32Array): GraphSet {
  const { sources, targets, snapshots } = graphs;
  const kept: number[] = [];
  sources.forEach((source, edge) => {
    if (place[source]! >= 0 && place[targets[edge]!]! >= 0) kept.push(edge);
  });
  const edges = Int32Array.from(kept);
  const picked = (columns: ReadonlyMap<string, Column>, rows: Int32Array): Map<string, Column> =>
    new Map([...columns].map(([name, column]) => [name, rowsOf(column, rows)]));
  return {
    count: 1,
    nodeCount: nodes.length,
    edgeCount: edges.length,
    nodePtr: Int32Array.of(0, nodes.length),
    edgePtr: Int32Array.of(0, edges.length),
    sources: edges.map((edge) => place[sources[edge]!]!),
    targets: edges.map((edge) => place[targets[edge]!]!),
    nodes: picked(graphs.nodes, nodes),
    edges: picked(graphs.edges, edges),
    snapshots: snapshots && cutsOf(snapshots, edges),
  };
}

/** Where the snapshots begin in a list of some edges, in their order. */
function cutsOf(cuts: SnapshotCuts, edges: Int32Array): SnapshotCuts {
  let at = 0;
  const starts = cuts.starts.map((start) => {
    while (at < edges.length && edges[at]! < start) at += 1;
    return at;
  });
  return { ...cuts, starts, edgeTimes: Float64Array.from(edges, (edge) => cuts.edgeTimes[edge]!) };
}

/** Some rows of a column, of each of its tables. */
function rowsOf(column: Column, rows: Int32Array): Column {
  const { width, data, labels, snapshots = 1 } = column;
  const picked = new Float32Array(snapshots * rows.length * width);
  for (let table = 0, to = 0; table < snapshots; table++) {
    for (const row of rows) {
      const from = (table * column.rows + row) * width;
      for (let c = 0; c < width; c++, to++) picked[to] = data[from + c]!;
    }
  }
  return {
    ...column,
    rows: rows.length,
    data: picked,
    labels: labels && rows.map((row) => labels[row]!),
  };
}
