/**
 * Units of a data set as the inputs of a model: tensors, and graphs stacked block-diagonally.
 *
 * A batch owns its tensors. For level "node" a batch has the whole graph (or, in mini-batches, that of ego.ts), and
 * the units only choose which rows of output and target are compared.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { createDynamicGraph } from "../graph/dynamic.js";
import { Graph } from "../graph/graph.js";
import { createTopology, Topology } from "../graph/topology.js";
import { Segments, shiftInto } from "../kernels/segments.js";
import type { GraphTypeInfo, ModelInfo, TypeInfo } from "../layers/layer.js";
import type { Augment } from "./augment.js";
import type { Column } from "./column.js";
import type { Dataset } from "./dataset.js";
import { dataError, suggest } from "./errors.js";
import type { GraphSet } from "./graphs.js";
import type { SnapshotCuts } from "./snapshots.js";

export type TargetKind = "label" | "real";

/** What the model takes and gives, and what its output is compared with. */
export interface Binding {
  readonly info: ModelInfo;
  readonly targetKind: TargetKind;
}

export type ModelInputs = Record<string, Tensor | Graph>;

export interface Batch {
  readonly inputs: ModelInputs;
  /** Rows of the output to compare with the target; undefined for all of them. */
  readonly rows: Segments | undefined;
  /** int32 [R] for labels, else float32 in the shape of the compared rows of the output. */
  readonly target: Tensor;
  /** Compared rows. */
  readonly count: number;
  /** Units of the data set in it. */
  readonly units: number;
  dispose(): void;
}

export function isGraph(type: TypeInfo | GraphTypeInfo): type is GraphTypeInfo {
  return type.kind === "graph";
}

/**
 * Checks that a data set has what a model takes, width by width.
 * @throws SgnnError R280 (missing input or feature), R281 (width), R282 (no graph, no target)
 */
export function checkBinding(dataset: Dataset, { info, targetKind }: Binding): void {
  const name = dataset.spec.name;
  for (const [input, type] of Object.entries(info.inputs)) {
    if (isGraph(type)) {
      const { graphs } = dataset;
      if (graphs === undefined) {
        throw dataError(
          "R282",
          `${info.name} takes a graph, data ${name} has none`,
          `its input ${input} is a graph`,
          'add graph g { nodes x = "x"; edges = "edge_index" } to the data declaration',
        );
      }
      checkFeatures("node", type.nodes, graphs.nodes, info.name, name);
      checkTables(type, graphs, info.name, name);
      checkFeatures("edge", type.edges, graphs.edges, info.name, name);
    } else {
      const sample = dataset.samples.get(input);
      if (sample === undefined) {
        throw dataError(
          "R280",
          `${info.name} takes ${input}, data ${name} has no such sample`,
          "inputs that are not graphs come from samples of the same name",
          suggest(input, [...dataset.samples.keys()], `samples of ${name}`),
        );
      }
      checkWidth(`input ${input}`, type, sample, info.name);
    }
  }
  const target = dataset.samples.get("target");
  if (target === undefined) {
    throw dataError(
      "R282",
      `data ${name} has no target`,
      "the loss compares the output with the sample named target",
      suggest("target", [...dataset.samples.keys()], `samples of ${name}`),
    );
  }
  if (targetKind === "real") checkWidth("output", info.output, target, info.name);
}

function checkFeatures(
  what: "node" | "edge",
  types: Readonly<Record<string, TypeInfo>>,
  columns: ReadonlyMap<string, Column>,
  model: string,
  data: string,
): void {
  for (const [field, type] of Object.entries(types)) {
    const column = columns.get(field);
    if (column === undefined) {
      throw dataError(
        "R280",
        `${model} reads the ${what} feature ${field}, data ${data} does not have it`,
        `the graph's ${what} features are named in its data declaration`,
        suggest(field, [...columns.keys()], `${what} features of ${data}`),
      );
    }
    checkWidth(`${what} feature ${field}`, type, column, model);
  }
}

/**
 * `x: real[9, N, 80]` needs nine snapshots.
 * @throws SgnnError R294 when there are others
 */
export function checkTables(
  type: GraphTypeInfo,
  graphs: GraphSet,
  model: string,
  data: string,
): void {
  const count = graphs.snapshots?.times.length ?? 1;
  for (const [field, { kind, dims }] of Object.entries(type.nodes)) {
    const [tables] = dims;
    if (dims[1] !== "N" || typeof tables !== "number" || tables === count) continue;
    throw dataError(
      "R294",
      `${model}: node feature ${field} is ${kind}[${dims.join(", ")}], but data ${data} has ${count} ${count === 1 ? "snapshot" : "snapshots"}`,
      "a feature that changes has one table for each snapshot",
      `declare ${field} with ${count} tables (or T, for any number), or merge other times: snapshots(.., merge: 3)`,
    );
  }
}

function checkWidth(what: string, type: TypeInfo, column: Column, model: string): void {
  const wanted = rowOf(type);
  const product = wanted.reduce<number>(
    (p, size) => p * (typeof size === "number" ? size : NaN),
    1,
  );
  if (Number.isNaN(product) || product === column.width) return;
  throw dataError(
    "R281",
    `${model}: ${what} is ${type.kind}[${type.dims.join(", ")}], but ${column.label} has rows of ${column.width}`,
    "a row of the data fills one row of the model's input",
    `declare ${what} with width ${column.width}, or choose other columns`,
  );
}

/** The sizes of one row of a type: [N, 80] and, with a table for each snapshot, [T, N, 80]. */
function rowOf(type: TypeInfo): TypeInfo["dims"] {
  return type.dims.slice(type.dims[1] === "N" ? 2 : 1);
}

/** A column as a tensor of the declared rank: [rows, ..tail], [rows] or [rows, 1]. */
function toTensor(
  column: Pick<Column, "data" | "tail">,
  rows: number,
  type: TypeInfo | undefined,
): Tensor {
  const row = type && rowOf(type);
  let tail = column.tail;
  if (row !== undefined && tail.length !== row.length) tail = row.map(Number);
  return tf.tensor(column.data, [rows, ...tail], "float32");
}

/**
 * The inputs and the target of some units.
 * @param chosen unit numbers, in the order the output will have
 * @param shared inputs of another batch to use again (level "node"); they stay that batch's
 * @param augment changes the node features of each graph, in training
 */
export function makeBatch(
  dataset: Dataset,
  chosen: Int32Array,
  binding: Binding,
  shared?: ModelInputs,
  augment?: Augment,
): Batch {
  const inputs: ModelInputs = shared ?? {};
  const owned: Tensor[] = [];
  const { level, graphs } = dataset;
  const members = level === "point" ? chosen.map((unit) => dataset.graphOf?.[unit] ?? 0) : chosen;
  for (const [name, type] of shared ? [] : Object.entries(binding.info.inputs)) {
    if (isGraph(type)) {
      if (graphs !== undefined)
        inputs[name] = makeGraph(graphs, level === "node" ? undefined : members, type, augment);
      continue;
    }
    const tensor = sampleTensor(dataset, name, level === "node" ? undefined : chosen, type);
    inputs[name] = tensor;
    owned.push(tensor);
  }
  const perNode = dataset.samples.get("target")?.at === "node";
  const count = perNode ? nodeRows(graphs, chosen).length : chosen.length;
  const target = targetTensor(dataset, chosen, binding);
  owned.push(target);
  const rows = level === "node" ? Segments.of(Int32Array.from(chosen), dataset.units) : undefined;
  return {
    inputs,
    rows,
    target,
    count,
    units: chosen.length,
    dispose() {
      for (const input of shared ? [] : Object.values(inputs))
        if (!(input instanceof tf.Tensor)) input.dispose();
      for (const tensor of owned) tensor.dispose();
      rows?.dispose();
    },
  };
}

function sampleTensor(
  dataset: Dataset,
  name: string,
  chosen: Int32Array | undefined,
  type: TypeInfo | undefined,
): Tensor {
  const sample = dataset.samples.get(name);
  if (sample === undefined) throw new Error(`no sample ${name}`);
  const rows =
    chosen === undefined
      ? undefined
      : sample.at === "node"
        ? nodeRows(dataset.graphs, chosen)
        : chosen;
  if (type?.kind === "label") {
    const labels = sample.labels ?? Int32Array.from(sample.data);
    return tf.tensor1d(rows === undefined ? labels : pick(labels, rows), "int32");
  }
  const data = rows === undefined ? sample.data : pickRows(sample.data, sample.width, rows);
  return toTensor({ data, tail: sample.tail }, rows?.length ?? sample.rows, type);
}

/** The target rows of some units; in a collection with targets on nodes, the nodes of those graphs. */
export function targetTensor(dataset: Dataset, chosen: Int32Array, binding: Binding): Tensor {
  const type: TypeInfo =
    binding.targetKind === "label" ? { kind: "label", dims: ["N"] } : binding.info.output;
  return sampleTensor(dataset, "target", chosen, type);
}

function nodeRows(graphs: GraphSet | undefined, chosen: Int32Array): Int32Array {
  const rows: number[] = [];
  for (const graph of chosen) {
    for (let n = graphs?.nodePtr[graph] ?? 0; n < (graphs?.nodePtr[graph + 1] ?? 0); n++)
      rows.push(n);
  }
  return Int32Array.from(rows);
}

function pick(values: Int32Array, rows: Int32Array): Int32Array {
  return rows.map((row) => values[row]!);
}

function pickRows(data: Float32Array, width: number, rows: Int32Array): Float32Array {
  const out = new Float32Array(rows.length * width);
  for (let k = 0; k < rows.length; k++) {
    const from = rows[k]! * width;
    for (let c = 0; c < width; c++) out[k * width + c] = data[from + c]!;
  }
  return out;
}

/** Topologies of single graphs, each made when first asked for: a graph is in a batch of every epoch. */
const known = new WeakMap<GraphSet, (Topology | undefined)[]>();

function topologyOf(graphs: GraphSet, graph: number): Topology {
  const list = known.get(graphs) ?? [];
  known.set(graphs, list);
  const found = list[graph];
  if (found !== undefined) return found;
  const { nodePtr, edgePtr } = graphs;
  const cut = (ends: Int32Array): Int32Array => ends.slice(edgePtr[graph], edgePtr[graph + 1]);
  const ends = { sources: cut(graphs.sources), targets: cut(graphs.targets) };
  const made = createTopology(ends, nodePtr[graph + 1]! - nodePtr[graph]!);
  list[graph] = made;
  return made;
}

/**
 * Some graphs of a collection as one graph: nodes and edges stacked in the order of `members`
 * (a graph may be there several times), edge ends numbered on.
 * @param members graph numbers; undefined for all graphs in their order
 * @param type the features the model reads; others are left out
 * @param augment changes the node features of each graph
 */
export function makeGraph(
  graphs: GraphSet,
  members: Int32Array | undefined,
  type: GraphTypeInfo,
  augment?: Augment,
): Graph {
  if (graphs.snapshots !== undefined) return makeDynamicGraph(graphs, graphs.snapshots, type);
  const chosen = Array.from(members ?? { length: graphs.count }, (graph, k) => graph ?? k);
  const parts = chosen.map((graph) => topologyOf(graphs, graph));
  const topology = Topology.stack(parts);
  const stack = (
    columns: ReadonlyMap<string, Column>,
    types: Readonly<Record<string, TypeInfo>>,
    rows: number,
    rowsOf: (column: Column, name: string) => Float32Array,
  ): Record<string, Tensor> =>
    Object.fromEntries(
      Object.entries(types).map(([name, fieldType]) => {
        const column = columns.get(name);
        if (column === undefined) throw new Error(`no feature ${name}`);
        return [name, toTensor({ data: rowsOf(column, name), tail: column.tail }, rows, fieldType)];
      }),
    );
  const nodes = stack(graphs.nodes, type.nodes, topology.nodeCount, ({ data, width }, name) => {
    if (members === undefined && augment === undefined) return data;
    const values = new Float32Array(topology.nodeCount * width);
    let to = 0;
    for (const graph of chosen) {
      const own = data.subarray(graphs.nodePtr[graph]! * width, graphs.nodePtr[graph + 1]! * width);
      values.set(own, to);
      augment?.(name, values.subarray(to, to + own.length), width);
      to += own.length;
    }
    return values;
  });
  const edges = stack(graphs.edges, type.edges, topology.edgeCount, ({ data, width }) => {
    const rows = new Int32Array(topology.edgeCount);
    let to = 0;
    chosen.forEach((graph, k) => {
      const { order } = parts[k]!;
      shiftInto(rows, to, order, graphs.edgePtr[graph]!);
      to += order.length;
    });
    return pickRows(data, width, rows);
  });
  const owned = [...Object.values(nodes), ...Object.values(edges)];
  return new Graph(topology, nodes, edges, owned);
}

/** The only graph of a dynamic data set; a node feature has one table, or one for each snapshot. */
function makeDynamicGraph(graphs: GraphSet, cuts: SnapshotCuts, type: GraphTypeInfo): Graph {
  const { sources, targets, nodeCount, edgeCount } = graphs;
  const { starts, newEdges } = cuts;
  const columns = Object.entries(type.nodes).map(([name, fieldType]) => {
    const column = graphs.nodes.get(name);
    if (column === undefined) throw new Error(`no feature ${name}`);
    return { name, column, fieldType };
  });
  const shared = new Map<string, Tensor>();
  const table = (k: number): Record<string, Tensor> =>
    Object.fromEntries(
      columns.map(({ name, column, fieldType }) => {
        const { tail, width, data, snapshots } = column;
        if (snapshots !== undefined) {
          const size = nodeCount * width;
          const values = data.subarray(k * size, (k + 1) * size);
          return [name, toTensor({ data: values, tail }, nodeCount, fieldType)];
        }
        const tensor = shared.get(name) ?? toTensor(column, nodeCount, fieldType);
        shared.set(name, tensor);
        return [name, tensor];
      }),
    );
  const edges: Record<string, Tensor> = Object.fromEntries(
    Object.entries(type.edges).map(([name, fieldType]) => {
      const column = graphs.edges.get(name);
      if (column === undefined) throw new Error(`no feature ${name}`);
      return [name, toTensor(column, edgeCount, fieldType)];
    }),
  );
  const nodes = cuts.times.map((_, k) => table(k));
  const graph = createDynamicGraph({ sources, targets, starts, newEdges, nodeCount, nodes, edges });
  // The graph keeps sorted copies of its own.
  for (const tensor of Object.values(edges)) tensor.dispose();
  return graph;
}
