/**
 * The inputs of a model from arrays that a user gives by name, as flat arrays.
 *
 * Graph input: the node features by their names (`x`), `edge_index` [2, E], the edge features by their
 * names (a single one may be called `edge_attr`), and `node_ptr` (with optional `edge_ptr`, then node
 * numbers count inside each graph) for several graphs; or `time` [E], the number of the snapshot in which each
 * edge of a dynamic graph appears, and then a node feature may be [snapshots, N, F]. With several graph
 * inputs, names are prefixed: `g.x`, `g.edge_index`. Other inputs by name.
 */
import type { Column } from "../data/column.js";
import { checkFinite, readColumn } from "../data/columns.js";
import { suggest } from "../data/errors.js";
import { readGraphs, type GraphSet } from "../data/graphs.js";
import { toInt32 } from "../data/ndarray.js";
import { scaleRows, type Place, type ScaleState } from "../data/scale.js";
import type { ArrayTable } from "../data/array-table.js";
import { createTopology, type Topology } from "../graph/topology.js";
import type { GraphTypeInfo, ModelInfo, TypeInfo } from "../layers/layer.js";
import { trainError } from "../train/errors.js";

/** Numbers in row-major order with their shape. */
export interface FlatArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}
/** A graph or a batch of graphs; edge features in the order of the sorted edges. */
export interface FlatGraph {
  readonly topology: Topology;
  readonly nodes: ReadonlyMap<string, FlatArray>;
  readonly edges: ReadonlyMap<string, FlatArray>;
  /** A dynamic graph with all its snapshots; the rest is the graph at the end. */
  readonly dynamic?: GraphSet | undefined;
}
export interface FlatInputs {
  readonly graphs: ReadonlyMap<string, FlatGraph>;
  readonly tensors: ReadonlyMap<string, FlatArray>;
}

/** Arrays that other parts of the tool understand; not an error when a model does not need them. */
const ignored = new Set(["time", "y", "target"]);

export function isGraphType(type: TypeInfo | GraphTypeInfo): type is GraphTypeInfo {
  return type.kind === "graph";
}

/**
 * Reads, checks and scales the inputs of a model.
 * @param scale scalers of the run that trained the weights
 * @throws SgnnError R340 (an array is missing or not known), R341 (rows), R281 (width), R244 (not finite), R245-R250 (graph), R290-R294 (snapshots)
 */
export function readInputs(info: ModelInfo, table: ArrayTable, scale: ScaleState): FlatInputs {
  checkNames(info, table);
  const graphs = new Map<string, FlatGraph>();
  const tensors = new Map<string, FlatArray>();
  for (const [name, type] of Object.entries(info.inputs)) {
    if (isGraphType(type)) graphs.set(name, graphInput(name, type, info, table, scale));
    else tensors.set(name, plainInput(name, type, info, table, scale));
  }
  checkRows(info, graphs, tensors);
  return { graphs, tensors };
}

/** The array names a model takes; `required` ones must be there. */
export function inputNames(info: ModelInfo): { required: string[]; optional: string[] } {
  const required: string[] = [];
  const optional: string[] = [];
  for (const [name, type] of Object.entries(info.inputs)) {
    if (!isGraphType(type)) {
      required.push(name);
      continue;
    }
    const prefix = prefixOf(name, info);
    required.push(...Object.keys(type.nodes).map((field) => prefix + field), `${prefix}edge_index`);
    required.push(...Object.keys(type.edges).map((field) => prefix + field));
    // A feature with a table for each snapshot means nothing without the snapshots.
    const changes = Object.values(type.nodes).some(({ dims }) => dims[1] === "N");
    if (changes) required.push(`${prefix}time`);
    optional.push(`${prefix}node_ptr`, `${prefix}edge_ptr`);
    // Without a prefix `time` is understood everywhere.
    if (!changes && prefix !== "") optional.push(`${prefix}time`);
  }
  return { required, optional };
}

function prefixOf(name: string, info: ModelInfo): string {
  return Object.values(info.inputs).filter(isGraphType).length > 1 ? `${name}.` : "";
}

/** With one edge feature, PyTorch Geometric's `edge_attr` is understood whatever the model calls it. */
function edgeName(field: string, prefix: string, type: GraphTypeInfo, table: ArrayTable): string {
  const own = prefix + field;
  const usual = `${prefix}edge_attr`;
  const single = Object.keys(type.edges).length === 1;
  return !table.names.includes(own) && single && table.names.includes(usual) ? usual : own;
}

function checkNames(info: ModelInfo, table: ArrayTable): void {
  const { required, optional } = inputNames(info);
  const graphs = Object.entries(info.inputs).filter(([, type]) => isGraphType(type));
  const renamed = new Set(
    graphs.flatMap(([name, type]) => {
      const graph = type as GraphTypeInfo;
      const prefix = prefixOf(name, info);
      return Object.keys(graph.edges)
        .filter((field) => edgeName(field, prefix, graph, table) !== prefix + field)
        .flatMap((field) => [prefix + field, `${prefix}edge_attr`]);
    }),
  );
  const unknown = table.names.filter(
    (name) =>
      !required.includes(name) &&
      !optional.includes(name) &&
      !renamed.has(name) &&
      !ignored.has(name),
  );
  const missing = required.find((name) => !table.names.includes(name) && !renamed.has(name));
  if (missing !== undefined) {
    throw trainError(
      "R340",
      `${table.label} has no array "${missing}"`,
      `${info.name} takes ${required.join(", ")}`,
      suggest(missing, unknown.length > 0 ? unknown : table.names, `arrays in ${table.label}`),
    );
  }
  const [extra] = unknown;
  if (extra !== undefined) {
    throw trainError(
      "R340",
      `${table.label} has an array "${extra}" that ${info.name} does not take`,
      "an array that is not used is most often misnamed",
      suggest(extra, [...required, ...optional], `inputs of ${info.name}`),
    );
  }
}

function graphInput(
  name: string,
  type: GraphTypeInfo,
  info: ModelInfo,
  table: ArrayTable,
  scale: ScaleState,
): FlatGraph {
  const prefix = prefixOf(name, info);
  const array = (key: string) => ({ tag: "array" as const, name: key });
  const has = (key: string): boolean => table.names.includes(prefix + key);
  const graphs = readGraphs(
    {
      name,
      nodes: Object.keys(type.nodes).map((field) => ({
        name: field,
        source: array(prefix + field),
      })),
      nodesBy: has("node_ptr") ? `${prefix}node_ptr` : undefined,
      connections: has("time")
        ? { tag: "snapshots", of: array(`${prefix}edge_index`), time: `${prefix}time`, sort: true }
        : array(`${prefix}edge_index`),
      edges: Object.keys(type.edges).map((field) => ({
        name: field,
        source: array(edgeName(field, prefix, type, table)),
      })),
      edgesBy: has("edge_ptr") ? `${prefix}edge_ptr` : undefined,
    },
    table,
    0,
  );
  const topology = topologyOf(graphs);
  const flat = (
    columns: ReadonlyMap<string, Column>,
    types: Readonly<Record<string, TypeInfo>>,
    where: Place,
  ): [string, FlatArray][] =>
    [...columns].map(([field, column]) => {
      checkWidth(field, types[field], column, info);
      return [field, flatArray(scaled(field, column, where, scale), types[field])];
    });
  const edges = flat(graphs.edges, type.edges, "edges").map(
    ([field, one]) => [field, sorted(one, topology.order)] as const,
  );
  const each = (columns: ReadonlyMap<string, Column>, where: Place): Map<string, Column> =>
    new Map([...columns].map(([field, column]) => [field, scaled(field, column, where, scale)]));
  const dynamic = graphs.snapshots && {
    ...graphs,
    nodes: each(graphs.nodes, "nodes"),
    edges: each(graphs.edges, "edges"),
  };
  return {
    topology,
    nodes: new Map(flat(graphs.nodes, type.nodes, "nodes")),
    edges: new Map(edges),
    dynamic,
  };
}

/** All graphs of a collection as one, nodes numbered on. */
function topologyOf(graphs: GraphSet): Topology {
  const { count, nodePtr, edgePtr, nodeCount } = graphs;
  const sources = Int32Array.from(graphs.sources);
  const targets = Int32Array.from(graphs.targets);
  for (let graph = 0; graph < count; graph++) {
    const start = nodePtr[graph]!;
    for (let e = edgePtr[graph]!; e < edgePtr[graph + 1]!; e++) {
      sources[e]! += start;
      targets[e]! += start;
    }
  }
  return createTopology({ sources, targets }, nodeCount, nodePtr);
}

/** Rows in the order of the sorted edges. */
function sorted({ shape, data }: FlatArray, order: Int32Array): FlatArray {
  if (order.every((edge, k) => edge === k)) return { shape, data };
  const width = order.length === 0 ? 0 : data.length / order.length;
  const rows = new Float32Array(data.length);
  order.forEach((edge, k) => rows.set(data.subarray(edge * width, (edge + 1) * width), k * width));
  return { shape, data: rows };
}

/** A column in the declared rank: [rows, ..tail], [rows] or [rows, 1]. */
function flatArray({ data, rows, tail }: Column, type: TypeInfo | undefined): FlatArray {
  const rank = type === undefined ? 1 + tail.length : type.dims.length;
  if (rank === 1) return { shape: [rows], data };
  const dims = tail.length === rank - 1 ? tail : (type?.dims.slice(1).map(Number) ?? tail);
  return { shape: [rows, ...dims], data };
}

function plainInput(
  name: string,
  type: TypeInfo,
  info: ModelInfo,
  table: ArrayTable,
  scale: ScaleState,
): FlatArray {
  if (type.kind === "label") {
    const array = table.get(name);
    if (array.dtype !== "text") {
      const data = toInt32(array, name);
      return { shape: [data.length], data };
    }
  }
  const column = readColumn({ tag: "array", name }, table);
  checkFinite(column, "row");
  checkWidth(name, type, column, info);
  return flatArray(scaled(name, column, "samples", scale), type);
}

function scaled(name: string, column: Column, where: Place, scale: ScaleState): Column {
  const own = scale[name];
  return own?.where === where
    ? { ...column, data: scaleRows(column.data, column.width, own) }
    : column;
}

function checkWidth(
  name: string,
  type: TypeInfo | undefined,
  column: Column,
  info: ModelInfo,
): void {
  const width = (type?.dims ?? [])
    .slice(1)
    .reduce<number>((product, size) => product * (typeof size === "number" ? size : NaN), 1);
  if (Number.isNaN(width) || width === column.width) return;
  throw trainError(
    "R281",
    `${info.name}: ${name} is ${type?.kind}[${type?.dims.join(", ")}], but ${column.label} has rows of ${column.width}`,
    "the model was built for rows of its declared width",
    `give rows of ${width}`,
  );
}

/** Inputs on nodes, edges or graphs have as many rows; known where there is one graph input. */
function checkRows(
  info: ModelInfo,
  graphs: ReadonlyMap<string, FlatGraph>,
  tensors: ReadonlyMap<string, FlatArray>,
): void {
  const [graph] = graphs.values();
  if (graph === undefined || graphs.size > 1) return;
  const spaces: Record<string, [number, string]> = {
    N: [graph.topology.nodeCount, "node"],
    E: [graph.topology.edgeCount, "edge"],
    G: [graph.topology.graphs.count, "graph"],
  };
  for (const [name, type] of Object.entries(info.inputs)) {
    const input = tensors.get(name);
    if (isGraphType(type) || input === undefined) continue;
    const [rows, what] = spaces[String(type.dims[0])] ?? [];
    if (rows === undefined || rows === input.shape[0]) continue;
    throw trainError(
      "R341",
      `${name} has ${input.shape[0]} ${input.shape[0] === 1 ? "row" : "rows"}, but there ${rows === 1 ? "is" : "are"} ${rows} ${what}${rows === 1 ? "" : "s"}`,
      `${info.name} takes ${name} as ${type.kind}[${type.dims.join(", ")}]: one row for each ${what}`,
      what === "graph"
        ? "give one row per graph, and node_ptr when there are several graphs"
        : "check that the arrays belong together",
    );
  }
}
