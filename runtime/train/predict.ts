/**
 * One forward pass on arrays that a user gives by name.
 *
 * Graph input: the node features by their names (`x`), `edge_index` [2, E], the edge features by their
 * names (a single one may be called `edge_attr`), and `node_ptr` (with optional `edge_ptr`, then node
 * numbers count inside each graph) for several graphs. With several graph inputs, names are prefixed:
 * `g.x`, `g.edge_index`. Other inputs by name. Output: one array under the name `output`.
 */
import * as tf from "@tensorflow/tfjs-core";
import { isGraph, makeGraph, type ModelInputs } from "../data/batch.js";
import { checkFinite, readColumn, type Column } from "../data/columns.js";
import { readGraphs } from "../data/graphs.js";
import { toInt32, type AnyArray, type NdArray } from "../data/ndarray.js";
import { scaleRows, unscaleRows, type Place, type ScaleState } from "../data/scale.js";
import { tableOf, type ArrayTable } from "../data/table.js";
import { suggest } from "../data/errors.js";
import { setWeights } from "../export/weights.js";
import { Graph } from "../graph/graph.js";
import type { GraphTypeInfo, Model, ModelInfo, TypeInfo } from "../layers/layer.js";
import { createRun } from "../layers/run.js";
import { Scope } from "../layers/scope.js";
import { trainError } from "./errors.js";

/** What can be run: an experiment, or a model with its class. */
export interface Predictable {
  create(scope: Scope): Model<never>;
  readonly info: ModelInfo;
}

export interface PredictOptions {
  readonly inputs: ReadonlyMap<string, AnyArray>;
  /** How the inputs are called in errors, e.g. the file name. */
  readonly label: string;
  readonly weights: ReadonlyMap<string, NdArray>;
  readonly weightsLabel: string;
  /** Scalers of the run that trained the weights: applied to inputs, undone on the output. */
  readonly scale?: ScaleState | undefined;
}

export interface Prediction {
  /** `output`: float32 in the shape of the model's output. */
  readonly outputs: ReadonlyMap<string, NdArray>;
  /** Mean firing fraction of the neurons. */
  readonly spikeRate: number;
}

/** Arrays that other parts of the tool understand; not an error when a model does not need them. */
const ignored = new Set(["time", "y", "target"]);

/**
 * Runs a model forward, in evaluation mode.
 * @throws SgnnError R340 (an array is missing or not known), R281 (width), R244 (not finite), R245-R250 (graph), R403-R404 (weights)
 */
export function predict(model: Predictable, options: PredictOptions): Prediction {
  const table = tableOf(options.label, options.inputs);
  const scale = options.scale ?? {};
  checkNames(model.info, table);
  const made = model.create(new Scope({ seed: 0 })) as unknown as Model<ModelInputs>;
  const inputs: ModelInputs = {};
  try {
    setWeights(made, options.weights, options.weightsLabel);
    for (const [name, type] of Object.entries(model.info.inputs)) {
      inputs[name] = isGraph(type)
        ? graphInput(name, type, model.info, table, scale)
        : plainInput(name, type, model.info, table, scale);
    }
    checkRows(model.info, inputs);
    const run = createRun({ training: false });
    let shape: number[] = [];
    let data = new Float32Array();
    tf.tidy(() => {
      const output = made.forward(inputs, run);
      shape = output.shape.slice();
      data = Float32Array.from(output.dataSync());
    });
    const target = scale["target"];
    const values =
      target === undefined
        ? data
        : Float32Array.from(unscaleRows(data, target.factor.length, target));
    return {
      outputs: new Map([["output", { shape, dtype: "f32" as const, data: values }]]),
      spikeRate: run.activity.rate,
    };
  } finally {
    for (const input of Object.values(inputs)) input.dispose();
    made.dispose();
  }
}

/** The array names a model takes; `required` ones must be there. */
export function inputNames(info: ModelInfo): { required: string[]; optional: string[] } {
  const required: string[] = [];
  const optional: string[] = [];
  for (const [name, type] of Object.entries(info.inputs)) {
    if (!isGraph(type)) {
      required.push(name);
      continue;
    }
    const prefix = prefixOf(name, info);
    required.push(...Object.keys(type.nodes).map((field) => prefix + field), `${prefix}edge_index`);
    required.push(...Object.keys(type.edges).map((field) => prefix + field));
    optional.push(`${prefix}node_ptr`, `${prefix}edge_ptr`);
  }
  return { required, optional };
}

function prefixOf(name: string, info: ModelInfo): string {
  return Object.values(info.inputs).filter(isGraph).length > 1 ? `${name}.` : "";
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
  const graphs = Object.entries(info.inputs).filter(([, type]) => isGraph(type));
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
): ModelInputs[string] {
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
      connections: array(`${prefix}edge_index`),
      edges: Object.keys(type.edges).map((field) => ({
        name: field,
        source: array(edgeName(field, prefix, type, table)),
      })),
      edgesBy: has("edge_ptr") ? `${prefix}edge_ptr` : undefined,
    },
    table,
    0,
  );
  const prepared = (
    columns: ReadonlyMap<string, Column>,
    types: Readonly<Record<string, TypeInfo>>,
    where: Place,
  ): Map<string, Column> =>
    new Map(
      [...columns].map(([field, column]) => {
        checkWidth(field, types[field], column, info);
        return [field, scaled(field, column, where, scale)];
      }),
    );
  return makeGraph(
    {
      ...graphs,
      nodes: prepared(graphs.nodes, type.nodes, "nodes"),
      edges: prepared(graphs.edges, type.edges, "edges"),
    },
    undefined,
    type,
  );
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
function checkRows(info: ModelInfo, inputs: ModelInputs): void {
  const graphs = Object.values(inputs).filter((input) => input instanceof Graph);
  const [graph] = graphs;
  if (graph === undefined || graphs.length > 1) return;
  const spaces: Record<string, [number, string]> = {
    N: [graph.nodeCount, "node"],
    E: [graph.edgeCount, "edge"],
    G: [graph.graphCount, "graph"],
  };
  for (const [name, type] of Object.entries(info.inputs)) {
    const input = inputs[name];
    if (isGraph(type) || !(input instanceof tf.Tensor)) continue;
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

function plainInput(
  name: string,
  type: TypeInfo,
  info: ModelInfo,
  table: ArrayTable,
  scale: ScaleState,
): tf.Tensor {
  if (type.kind === "label") {
    const array = table.get(name);
    if (array.dtype !== "text") return tf.tensor1d(toInt32(array, name), "int32");
  }
  const column = readColumn({ tag: "array", name }, table);
  checkFinite(column, "row");
  checkWidth(name, type, column, info);
  const { data, rows, tail } = scaled(name, column, "samples", scale);
  const dims = type.dims.length - 1 === tail.length ? tail : type.dims.slice(1).map(Number);
  return tf.tensor(data, type.dims.length === 1 ? [rows] : [rows, ...dims], "float32");
}
