/**
 * The text format of the TU graph collections (Morris et al. 2020, "TUDataset"): a folder with
 * NAME_A.txt, NAME_graph_indicator.txt, NAME_graph_labels.txt and optional labels and attributes.
 *
 * Arrays: `edge_index` int32 [2, E] numbered inside each graph, `node_ptr`, `edge_ptr`, `y` [graphs]
 * (classes numbered from 0 in the order of their labels), and, where the files exist, `node_label`,
 * `edge_label` (numbered the same way), `x`, `edge_attr`, `graph_attr` (float32).
 */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { dataError } from "./errors.js";
import { isFolder, readFileText } from "./files.js";
import type { AnyArray } from "./ndarray.js";

interface Lines {
  readonly rows: number;
  readonly width: number;
  readonly data: Float64Array;
}

/** Reads the folder; SgnnError R234 names the file and line of what is wrong. */
export function readTu(path: string, label: string): Map<string, AnyArray> {
  if (!isFolder(path)) {
    throw dataError(
      "R234",
      `${label} is not a folder`,
      "the TU text format is a folder of files NAME_A.txt, NAME_graph_indicator.txt, ...",
      "name the folder that holds them",
    );
  }
  const files = readdirSync(path);
  const adjacency = files.filter((file) => file.endsWith("_A.txt"));
  const own = adjacency.find((file) => file === `${basename(path)}_A.txt`) ?? adjacency[0];
  if (own === undefined || (adjacency.length > 1 && own !== `${basename(path)}_A.txt`)) {
    throw dataError(
      "R234",
      `${label} holds ${adjacency.length === 0 ? "no" : "several"} files NAME_A.txt`,
      "the TU text format keeps the edges of one collection in NAME_A.txt",
      adjacency.length === 0 ? "name the folder that holds them" : "keep one collection per folder",
    );
  }
  const prefix = own.slice(0, -"_A.txt".length);
  const name = (part: string): string => `${prefix}_${part}.txt`;
  const read = (part: string): Lines =>
    readLines(readFileText(join(path, name(part))), `${label}/${name(part)}`);
  const optional = (part: string): Lines | undefined =>
    files.includes(name(part)) ? read(part) : undefined;

  const edges = read("A");
  const indicator = read("graph_indicator");
  const graphLabels = optional("graph_labels");
  const nodes = indicator.rows;
  const graphs = indicator.data.reduce((most, graph) => Math.max(most, graph), 0);
  const nodePtr = pointers(indicator.data, graphs, `${label}/${name("graph_indicator")}`);
  const { edgeIndex, edgePtr, order } = localEdges(
    edges,
    indicator,
    nodePtr,
    graphs,
    `${label}/${name("A")}`,
  );

  const arrays = new Map<string, AnyArray>([
    ["edge_index", { shape: [2, edges.rows], dtype: "i32", data: edgeIndex }],
    ["node_ptr", { shape: [graphs + 1], dtype: "i32", data: nodePtr }],
    ["edge_ptr", { shape: [graphs + 1], dtype: "i32", data: edgePtr }],
  ]);
  const add = (
    key: string,
    part: string,
    lines: Lines | undefined,
    rows: number,
    use?: Int32Array,
  ): void => {
    if (lines === undefined) return;
    if (lines.rows !== rows) {
      throw dataError(
        "R234",
        `${label}/${name(part)} has ${lines.rows} lines where ${rows} are expected`,
        "it has one line for each graph, node or edge",
        "copy or download the folder again",
      );
    }
    const sorted = use === undefined ? lines.data : permuteRows(lines, use);
    arrays.set(
      key,
      part.endsWith("labels")
        ? classNumbers(sorted, rows, lines.width)
        : { shape: [rows, lines.width], dtype: "f32", data: Float32Array.from(sorted) },
    );
  };
  add("y", "graph_labels", graphLabels, graphs);
  add("graph_attr", "graph_attributes", optional("graph_attributes"), graphs);
  add("node_label", "node_labels", optional("node_labels"), nodes);
  add("x", "node_attributes", optional("node_attributes"), nodes);
  add("edge_label", "edge_labels", optional("edge_labels"), edges.rows, order);
  add("edge_attr", "edge_attributes", optional("edge_attributes"), edges.rows, order);
  return arrays;
}

function readLines(text: string, label: string): Lines {
  const lines = text.split(/\r?\n/);
  while (lines.length > 0 && lines.at(-1)?.trim() === "") lines.pop();
  const width = lines[0]?.split(",").length ?? 0;
  const data = new Float64Array(lines.length * width);
  lines.forEach((line, row) => {
    const cells = line.split(",");
    cells.forEach((cell, column) => {
      const value = cell.trim() === "" ? NaN : Number(cell);
      if (cells.length !== width || Number.isNaN(value)) {
        throw dataError(
          "R234",
          cells.length === width
            ? `${label}, line ${row + 1}: "${cell.trim()}" is not a number`
            : `${label}, line ${row + 1}: ${cells.length} numbers where the first line has ${width}`,
          "every line holds the same count of numbers, separated by commas",
          "copy or download the folder again",
        );
      }
      data[row * width + column] = value;
    });
  });
  return { rows: lines.length, width, data };
}

/** Row starts of each graph from the graph number (from 1, not decreasing) of each node. */
function pointers(indicator: Float64Array, graphs: number, label: string): Int32Array {
  const ptr = new Int32Array(graphs + 1);
  let before = 1;
  indicator.forEach((graph, node) => {
    if (!Number.isInteger(graph) || graph < before || graph < 1) {
      throw dataError(
        "R234",
        `${label}, line ${node + 1}: graph ${graph} after graph ${before}`,
        "graphs are numbered from 1 and their nodes stand together",
        "sort the nodes by graph",
      );
    }
    before = graph;
    ptr[graph] = node + 1;
  });
  for (let k = 1; k <= graphs; k++) ptr[k] = Math.max(ptr[k] ?? 0, ptr[k - 1] ?? 0);
  return ptr;
}

/** Edges grouped by graph (stable), node numbers counted inside the graph; `order[new] = old`. */
function localEdges(
  edges: Lines,
  indicator: Lines,
  nodePtr: Int32Array,
  graphs: number,
  label: string,
): { edgeIndex: Int32Array; edgePtr: Int32Array; order: Int32Array } {
  const count = edges.rows;
  const edgePtr = new Int32Array(graphs + 1);
  const graphOf = new Int32Array(count);
  for (let e = 0; e < count; e++) {
    const [from, to] = [edges.data[2 * e] ?? 0, edges.data[2 * e + 1] ?? 0];
    const graph = indicator.data[from - 1];
    if (edges.width !== 2 || graph === undefined || graph !== indicator.data[to - 1]) {
      throw dataError(
        "R234",
        `${label}, line ${e + 1}: there is no edge between ${from} and ${to}`,
        `nodes are numbered from 1 to ${indicator.rows}, and an edge stays inside its graph`,
        "copy or download the folder again",
      );
    }
    graphOf[e] = graph - 1;
    edgePtr[graph] = (edgePtr[graph] ?? 0) + 1;
  }
  for (let k = 1; k <= graphs; k++) edgePtr[k] = (edgePtr[k] ?? 0) + (edgePtr[k - 1] ?? 0);
  const next = edgePtr.slice(0, graphs);
  const order = new Int32Array(count);
  const edgeIndex = new Int32Array(2 * count);
  for (let e = 0; e < count; e++) {
    const graph = graphOf[e] ?? 0;
    const place = next[graph] ?? 0;
    next[graph] = place + 1;
    order[place] = e;
    edgeIndex[place] = (edges.data[2 * e] ?? 0) - 1 - (nodePtr[graph] ?? 0);
    edgeIndex[count + place] = (edges.data[2 * e + 1] ?? 0) - 1 - (nodePtr[graph] ?? 0);
  }
  return { edgeIndex, edgePtr, order };
}

function permuteRows(lines: Lines, order: Int32Array): Float64Array {
  const out = new Float64Array(lines.data.length);
  order.forEach((from, to) => {
    out.set(lines.data.subarray(from * lines.width, (from + 1) * lines.width), to * lines.width);
  });
  return out;
}

/** Labels as class numbers from 0, in the order of the labels. */
function classNumbers(data: Float64Array, rows: number, width: number): AnyArray {
  const classes = new Map([...new Set(data)].sort((a, b) => a - b).map((value, k) => [value, k]));
  const numbers = Int32Array.from(data, (value) => classes.get(value) ?? 0);
  return { shape: width === 1 ? [rows] : [rows, width], dtype: "i32", data: numbers };
}
