/** A collection of graphs as flat arrays: node rows, edge rows, and where each graph's begin. */
import type { Column } from "./column.js";
import { checkFinite, labelOf, numeric, readColumn, readPointers } from "./columns.js";
import { readEnds, type Ends } from "./connections.js";
import { dataError } from "./errors.js";
import { toInt32 } from "./ndarray.js";
import { readTemporal, type SnapshotCuts, type TemporalEdges } from "./snapshots.js";
import type { GraphSpec, NamedSource } from "./spec.js";
import type { ArrayTable } from "./array-table.js";

export interface GraphSet {
  readonly count: number;
  readonly nodeCount: number;
  readonly edgeCount: number;
  /** [count + 1] */
  readonly nodePtr: Int32Array;
  readonly edgePtr: Int32Array;
  /** Node numbers counted inside each graph. */
  readonly sources: Int32Array;
  readonly targets: Int32Array;
  readonly nodes: ReadonlyMap<string, Column>;
  readonly edges: ReadonlyMap<string, Column>;
  /** Of one dynamic graph, whose edges are in the order of time: where its snapshots begin. */
  readonly snapshots?: SnapshotCuts | undefined;
}

/**
 * Reads the graphs of a `graph g { .. }` block.
 * @param fallbackNodes number of nodes to assume when there are neither node features nor row starts
 * @throws SgnnError R240-R250; R290-R294 for connections in snapshots
 */
export function readGraphs(spec: GraphSpec, table: ArrayTable, fallbackNodes: number): GraphSet {
  if (spec.connections.tag === "snapshots") {
    const temporal = readTemporal(spec.connections, table);
    return readDynamicGraph(spec, temporal, table, fallbackNodes);
  }
  const nodes = readFeatures(spec.nodes, table, "node");
  const ends = readEnds(spec.connections, table);
  const first = [...nodes.values()][0];
  const nodeCount = first?.rows ?? countNodes(spec, table, ends, fallbackNodes);
  const nodePtr =
    spec.nodesBy === undefined
      ? Int32Array.of(0, nodeCount)
      : readPointers(spec.nodesBy, table, nodeCount, "node");
  const count = nodePtr.length - 1;
  for (let k = 0; k < count; k++) {
    if ((nodePtr[k] ?? 0) < (nodePtr[k + 1] ?? 0)) continue;
    throw dataError(
      "R247",
      `graph ${k} of ${table.label} has no nodes`,
      "every graph needs at least one node",
      "leave empty graphs out (and their targets)",
    );
  }
  const edgeCount = ends.sources.length;
  const edges = readEdgeFeatures(spec, table, ends.label, edgeCount);
  const set = { count, nodeCount, edgeCount, nodePtr, nodes };
  if (spec.edgesBy === undefined && count > 1) return groupEdges(set, ends, edges);
  const edgePtr =
    spec.edgesBy === undefined
      ? Int32Array.of(0, edgeCount)
      : readPointers(spec.edgesBy, table, edgeCount, "edge");
  if (edgePtr.length !== nodePtr.length) {
    throw dataError(
      "R245",
      `${labelOf(spec.edgesBy ?? "", table)} describes ${edgePtr.length - 1} graphs, ${labelOf(spec.nodesBy ?? "", table)} ${count}`,
      "nodes and edges belong to the same graphs",
      "check that both arrays come from the same data set",
    );
  }
  return { ...set, ...localEnds(ends, nodePtr, edgePtr), edgePtr, edges };
}

/** One dynamic graph: its edges in the order of time, features for all of time or one table a snapshot. */
function readDynamicGraph(
  spec: GraphSpec,
  temporal: TemporalEdges,
  table: ArrayTable,
  fallbackNodes: number,
): GraphSet {
  const count = temporal.cuts.times.length;
  const nodes = readFeatures(spec.nodes, table, "node", count);
  const [first] = nodes.values();
  // A target for each node says how many there are, even of nodes without an edge.
  const known = first?.rows ?? (fallbackNodes > 1 ? fallbackNodes : undefined);
  const nodeCount = known ?? countNodes(spec, table, temporal, fallbackNodes);
  const nodePtr = Int32Array.of(0, nodeCount);
  const edgePtr = Int32Array.of(0, temporal.rows.length);
  const wrong = firstOutside(temporal, nodePtr, edgePtr, false);
  // Named as the file counts it.
  if (wrong !== undefined)
    throw outside(temporal, wrong.edge, nodeCount, undefined, temporal.rows[wrong.edge]);
  const edges = readEdgeFeatures(spec, table, temporal.label, temporal.given);
  return {
    count: 1,
    nodeCount,
    edgeCount: temporal.rows.length,
    nodePtr,
    edgePtr,
    sources: temporal.sources,
    targets: temporal.targets,
    nodes,
    edges: new Map([...edges].map(([name, column]) => [name, takeRows(column, temporal.rows)])),
    snapshots: temporal.cuts,
  };
}

/** Edge features, one row for each of the edges in the file. */
function readEdgeFeatures(
  spec: GraphSpec,
  table: ArrayTable,
  label: string,
  edgeCount: number,
): Map<string, Column> {
  const edges = readFeatures(spec.edges, table, "edge");
  for (const [name, column] of edges) {
    if (column.rows === edgeCount) continue;
    throw dataError(
      "R248",
      `edge feature ${name}: ${column.label} has ${column.rows} rows, but there are ${edgeCount} edges`,
      `an edge feature has one row for each edge of ${label}`,
      "check that both belong to the same data set, and that both directions are there",
    );
  }
  return edges;
}

/** @param snapshots of a dynamic graph: an array [snapshots, N, F] has a table for each */
function readFeatures(
  list: readonly NamedSource[],
  table: ArrayTable,
  what: "node" | "edge",
  snapshots?: number,
): Map<string, Column> {
  const features = new Map<string, Column>();
  for (const { name, source } of list) {
    // Computed from the graph, when it is there: see dataset.ts.
    if (source.tag === "computed") continue;
    const read = numeric(readColumn(source, table), source, table);
    checkFinite(read, what);
    const column =
      snapshots !== undefined && read.tail.length === 2 ? perSnapshot(read, snapshots) : read;
    const [before] = features.values();
    if (before !== undefined && before.rows !== column.rows) {
      throw dataError(
        "R248",
        `${what} feature ${name}: ${column.label} has ${column.rows} rows, ${before.label} has ${before.rows}`,
        `all ${what} features have one row for each ${what}`,
        "check that they belong to the same data set",
      );
    }
    // A plain list is one feature of width 1.
    features.set(name, column.tail.length === 0 ? { ...column, tail: [1] } : column);
  }
  return features;
}

function countNodes(spec: GraphSpec, table: ArrayTable, ends: Ends, fallback: number): number {
  if (spec.nodesBy !== undefined) {
    const array = table.get(spec.nodesBy);
    if (array.dtype !== "text") return toInt32(array, labelOf(spec.nodesBy, table)).at(-1) ?? 0;
  }
  let most = fallback - 1;
  for (const end of [ends.sources, ends.targets])
    for (const node of end) most = Math.max(most, node);
  return most + 1;
}

/** [S, N, F] as S tables of N rows. */
function perSnapshot(column: Column, snapshots: number): Column {
  const [rows = 0, width = 0] = column.tail;
  if (column.rows !== snapshots) {
    throw dataError(
      "R294",
      `${column.label} has ${column.rows} tables, but there are ${snapshots} snapshots`,
      "an array [S, N, F] holds the node features of each snapshot",
      "give one table for each snapshot, or one table [N, F] for all",
    );
  }
  return { ...column, rows, tail: [width], width, snapshots };
}

/** Edge ends as numbers inside each graph; numbers that run through the whole collection are accepted too. */
function localEnds(
  ends: Ends,
  nodePtr: Int32Array,
  edgePtr: Int32Array,
): { sources: Int32Array; targets: Int32Array } {
  const wrong = firstOutside(ends, nodePtr, edgePtr, false);
  if (wrong === undefined) return { sources: ends.sources, targets: ends.targets };
  if (nodePtr.length > 2 && firstOutside(ends, nodePtr, edgePtr, true) === undefined) {
    const sources = ends.sources.slice();
    const targets = ends.targets.slice();
    for (let graph = 0; graph + 1 < nodePtr.length; graph++) {
      for (let e = edgePtr[graph] ?? 0; e < (edgePtr[graph + 1] ?? 0); e++) {
        sources[e] = (sources[e] ?? 0) - (nodePtr[graph] ?? 0);
        targets[e] = (targets[e] ?? 0) - (nodePtr[graph] ?? 0);
      }
    }
    return { sources, targets };
  }
  throw outside(ends, wrong.edge, wrong.nodes, nodePtr.length > 2 ? wrong.graph : undefined);
}

function firstOutside(
  ends: Ends,
  nodePtr: Int32Array,
  edgePtr: Int32Array,
  global: boolean,
): { edge: number; graph: number; nodes: number } | undefined {
  for (let graph = 0; graph + 1 < nodePtr.length; graph++) {
    const start = nodePtr[graph] ?? 0;
    const nodes = (nodePtr[graph + 1] ?? 0) - start;
    const low = global ? start : 0;
    for (let edge = edgePtr[graph] ?? 0; edge < (edgePtr[graph + 1] ?? 0); edge++) {
      const from = ends.sources[edge] ?? -1;
      const to = ends.targets[edge] ?? -1;
      if (from < low || to < low || from >= low + nodes || to >= low + nodes) {
        return { edge, graph, nodes };
      }
    }
  }
  return undefined;
}

function outside(
  ends: Ends,
  edge: number,
  nodes: number,
  graph: number | undefined,
  row = edge,
): Error {
  return dataError(
    "R250",
    `${ends.label}: edge ${row} goes from node ${ends.sources[edge]} to node ${ends.targets[edge]}, but ${graph === undefined ? "the graph" : `graph ${graph}`} has nodes 0 to ${nodes - 1}`,
    graph === undefined
      ? "nodes are numbered from 0"
      : "nodes are numbered from 0 inside each graph (or through the whole collection)",
    "check the numbering; if it starts at 1, subtract 1",
  );
}

/** Without row starts for edges: node numbers run through the collection, and an edge belongs to its nodes' graph. */
function groupEdges(
  set: Pick<GraphSet, "count" | "nodeCount" | "edgeCount" | "nodePtr" | "nodes">,
  ends: Ends,
  edges: ReadonlyMap<string, Column>,
): GraphSet {
  const { count, nodePtr, edgeCount, nodeCount } = set;
  const graphOfNode = new Int32Array(nodeCount);
  for (let graph = 0; graph < count; graph++)
    graphOfNode.fill(graph, nodePtr[graph], nodePtr[graph + 1]);
  const edgePtr = new Int32Array(count + 1);
  for (let e = 0; e < edgeCount; e++) {
    const graph = graphOfNode[ends.sources[e] ?? -1];
    if (graph === undefined || graphOfNode[ends.targets[e] ?? -1] === undefined) {
      throw outside(ends, e, nodeCount, undefined);
    }
    if (graph !== graphOfNode[ends.targets[e] ?? -1]) {
      throw dataError(
        "R250",
        `${ends.label}: edge ${e} goes from node ${ends.sources[e]} of graph ${graph} to node ${ends.targets[e]} of graph ${graphOfNode[ends.targets[e] ?? -1]}`,
        "without `by`, node numbers run through the whole collection, and an edge stays inside its graph",
        'if nodes are numbered inside each graph, say where its edges begin: edges = "edge_index" by "edge_ptr"',
      );
    }
    edgePtr[graph + 1] = (edgePtr[graph + 1] ?? 0) + 1;
  }
  for (let k = 1; k <= count; k++) edgePtr[k] = (edgePtr[k] ?? 0) + (edgePtr[k - 1] ?? 0);
  const next = edgePtr.slice(0, count);
  const order = new Int32Array(edgeCount);
  for (let e = 0; e < edgeCount; e++) {
    const graph = graphOfNode[ends.sources[e] ?? 0] ?? 0;
    order[next[graph] ?? 0] = e;
    next[graph] = (next[graph] ?? 0) + 1;
  }
  const local = (end: Int32Array): Int32Array =>
    order.map((e) => (end[e] ?? 0) - (nodePtr[graphOfNode[end[e] ?? 0] ?? 0] ?? 0));
  return {
    ...set,
    edgePtr,
    sources: local(ends.sources),
    targets: local(ends.targets),
    edges: new Map([...edges].map(([name, column]) => [name, takeRows(column, order)])),
  };
}

/** The rows of a column in another order (or a part of them). */
export function takeRows(column: Column, rows: Int32Array): Column {
  const { width } = column;
  const data = new Float32Array(rows.length * width);
  rows.forEach((from, to) =>
    data.set(column.data.subarray(from * width, (from + 1) * width), to * width),
  );
  return {
    ...column,
    rows: rows.length,
    data,
    labels: column.labels && rows.map((row) => column.labels?.[row] ?? 0),
  };
}
