/**
 * From a `data` declaration to checked rows in memory.
 *
 * A data set has units, the things that are split into training, validation and test:
 *   "point"  samples that each refer to a graph (`sample graph = ..`),
 *   "graph"  the graphs of a collection,
 *   "node"   the nodes of a single graph (as soon as one sample has a row per node),
 *   "row"    rows of a table, when there is no graph.
 */
import { basename, isAbsolute, join } from "node:path";
import type { Column } from "./column.js";
import { checkFinite, classCount, numeric, readColumn } from "./columns.js";
import { dataError } from "./errors.js";
import { computeFeature } from "./features/index.js";
import { isFolder } from "./files.js";
import { generate } from "./generators/index.js";
import { readGraphs, type GraphSet } from "./graphs.js";
import type { DataSpec } from "./spec.js";
import type { ArrayTable } from "./array-table.js";
import { joinTables, openTable } from "./table.js";

export type Level = "point" | "graph" | "node" | "row";

/** A sample field: one row per unit, or (in a collection) one row per node of the unit's graph. */
export interface Sample extends Column {
  readonly at: "unit" | "node";
}

export interface Dataset {
  readonly spec: DataSpec;
  /** All arrays of the files, for splits that name one. */
  readonly table: ArrayTable;
  readonly level: Level;
  readonly units: number;
  readonly graphs: GraphSet | undefined;
  /** Graph of each unit, for level "point". */
  readonly graphOf: Int32Array | undefined;
  readonly samples: ReadonlyMap<string, Sample>;
}

export interface LoadOptions {
  /** Paths in the declaration are relative to this folder (that of the .sgnn file). */
  readonly baseFolder: string;
  /** A file or folder to use instead (`--data`); relative to the working folder. */
  readonly override?: string | undefined;
}

/**
 * Reads and checks everything a data declaration names.
 * @throws SgnnError R2xx; see README.md for the list
 */
export async function loadDataset(spec: DataSpec, options: LoadOptions): Promise<Dataset> {
  const table = openArrays(spec, options);
  const read = spec.samples.map(({ name, source }) => ({
    name,
    source,
    column: readColumn(source, table),
  }));
  const longest = read.reduce((most, { column }) => Math.max(most, column.rows), 0);
  const graphs = spec.graph && withComputed(readGraphs(spec.graph, table, longest), spec, read);
  const points = graphs && read.find(({ name }) => name === "graph");
  const rest = read.filter((one) => one !== points);
  if (rest.length === 0) {
    throw dataError(
      "R251",
      `data ${spec.name} has no samples`,
      "training needs a target",
      'say which array it is: sample target = "y"',
    );
  }
  const graphOf = points && graphs ? checkPoints(points.column, graphs) : undefined;
  const level = levelOf(
    graphs,
    graphOf,
    rest.map((one) => one.column),
  );
  const units =
    level === "point"
      ? (graphOf?.length ?? 0)
      : level === "graph"
        ? (graphs?.count ?? 0)
        : level === "node"
          ? (graphs?.nodeCount ?? 0)
          : longest;
  const samples = new Map<string, Sample>();
  for (const { name, source, column } of rest) {
    if (column.categories === undefined) checkFinite(numeric(column, source, table), "sample");
    samples.set(name, { ...column, at: placeOf(name, column, level, units, graphs) });
  }
  return { spec, table, level, units, graphs, graphOf, samples };
}

/** The graphs with the node features that are computed from them, in the order of the declaration. */
function withComputed(
  graphs: GraphSet,
  { graph, samples }: DataSpec,
  read: readonly { readonly name: string; readonly column: Column }[],
): GraphSet {
  const asked = graph?.nodes ?? [];
  if (asked.every(({ source }) => source.tag !== "computed")) return graphs;
  const target = read[samples.findIndex(({ name }) => name === "target")]?.column;
  const classes = target?.labels === undefined ? 0 : classCount(target);
  const nodes = new Map<string, Column>();
  for (const { name, source } of asked) {
    const column =
      source.tag === "computed" ? computeFeature(source, graphs, classes) : graphs.nodes.get(name);
    if (column !== undefined) nodes.set(name, column);
  }
  return { ...graphs, nodes };
}

function openArrays(spec: DataSpec, { baseFolder, override }: LoadOptions): ArrayTable {
  if (override !== undefined) {
    const [only] = spec.files;
    const inside =
      isFolder(override) && only !== undefined && !["tu", "planetoid"].includes(only.format ?? "");
    const named = spec.files.filter(({ path }) => !isFolder(join(baseFolder, path)));
    if (inside && named.length > 0) {
      return joinTables(
        named.map(({ path, format }) => {
          const file = join(override, basename(path));
          return openTable(file, file, format);
        }),
      );
    }
    return openTable(override, override, formatFor(override, only?.path, only?.format));
  }
  if (spec.generate !== undefined) return generate(spec.generate.name, spec.generate.args);
  if (spec.files.length === 0) {
    throw dataError(
      "R251",
      `data ${spec.name} has no file`,
      "its arrays come from files or from a generator",
      'add file "name.npz" or generate trusses(count: 400)',
    );
  }
  return joinTables(
    spec.files.map(({ path, format }) =>
      openTable(isAbsolute(path) ? path : join(baseFolder, path), path, format),
    ),
  );
}

/** `as` belongs to the declared file; a replacement with a known extension of its own speaks for itself. */
function formatFor(
  override: string,
  declared: string | undefined,
  format: string | undefined,
): string | undefined {
  const extension = (path: string): string => /\.[^./\\]+$/.exec(path)?.[0] ?? "";
  if (declared !== undefined && extension(override) === extension(declared)) return format;
  return extension(override) === "" ? format : undefined;
}

function checkPoints(column: Column, graphs: GraphSet): Int32Array {
  const { labels } = column;
  if (labels === undefined) {
    throw dataError(
      "R252",
      `sample graph: ${column.label} is not a list of graph numbers`,
      "it tells for each sample which graph it belongs to, from 0",
      "store it as int32",
    );
  }
  const wrong = labels.findIndex((graph) => graph < 0 || graph >= graphs.count);
  if (wrong >= 0) {
    throw dataError(
      "R252",
      `${column.label}: sample ${wrong} refers to graph ${labels[wrong]}, but there are graphs 0 to ${graphs.count - 1}`,
      "graphs are numbered from 0 in the order of their row starts",
      "check that the samples belong to these graphs",
    );
  }
  return labels;
}

function levelOf(
  graphs: GraphSet | undefined,
  graphOf: Int32Array | undefined,
  columns: readonly Column[],
): Level {
  if (graphs === undefined) return "row";
  if (graphOf !== undefined) return "point";
  if (graphs.count > 1) return "graph";
  return columns.some((column) => column.rows === graphs.nodeCount) ? "node" : "graph";
}

function placeOf(
  name: string,
  column: Column,
  level: Level,
  units: number,
  graphs: GraphSet | undefined,
): "unit" | "node" {
  if (column.rows === units) return "unit";
  if (level === "graph" && column.rows === graphs?.nodeCount) return "node";
  const expected: Record<Level, string> = {
    point: `${units} (one for each entry of sample graph)`,
    graph: `${units} (one for each graph) or ${graphs?.nodeCount} (one for each node)`,
    node: `${units} (one for each node)`,
    row: `${units} (as the longest of them)`,
  };
  throw dataError(
    "R253",
    `sample ${name}: ${column.label} has ${column.rows} rows; expected ${expected[level]}`,
    "every sample needs its value",
    level === "graph" && graphs !== undefined
      ? 'if the samples are points that refer to graphs, say so: sample graph = "point_graph"'
      : "check that the arrays belong together",
  );
}

/**
 * The labels of a target, checked against the number of classes the model tells apart.
 * @throws SgnnError R254 (not whole numbers), R255 (label outside the classes)
 */
export function labelsOf(name: string, column: Column, classes: number | undefined): Int32Array {
  const { labels } = column;
  if (labels === undefined) {
    throw dataError(
      "R254",
      `sample ${name}: ${column.label} does not hold one whole number per row`,
      "this loss compares the output with class numbers",
      "store the classes as int32, numbered from 0",
    );
  }
  if (classes !== undefined) {
    const wrong = labels.findIndex((label) => label >= classes);
    if (wrong >= 0) {
      throw dataError(
        "R255",
        `${column.label}: row ${wrong} has label ${labels[wrong]}, but the model tells ${classes} classes apart`,
        "classes are numbered from 0, so labels go up to one less than the width of the output",
        `give the last layer ${classCount(column)} outputs, or number the classes from 0`,
      );
    }
  }
  return labels;
}
