/**
 * The Planetoid citation files (Yang, Cohen, Salakhutdinov, "Revisiting semi-supervised learning
 * with graph embeddings", ICML 2016): ind.NAME.x, tx, allx, y, ty, ally, graph and test.index.
 *
 * Arrays: `x` float32 [N, F], `edge_index` int32 [2, E] (both directions, no self loops, no repeats),
 * `y` int32 [N] (-1 where no label is known), `train_mask`, `val_mask`, `test_mask` (the public split:
 * the labelled rows, the next 500, the test index). Test rows that the files leave out (CiteSeer)
 * become isolated nodes with zero features.
 */
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { dataError } from "./errors.js";
import { isFolder, readFileBytes, readFileText } from "./files.js";
import type { AnyArray } from "./ndarray.js";
import { readPickle, rowsOf } from "./pickle.js";

const parts = ["x", "tx", "allx", "y", "ty", "ally", "graph", "test.index"] as const;
type Part = (typeof parts)[number];

/** Reads the eight files. `path` is a folder with one data set, the prefix `ind.NAME`, or any one of the files. */
export function readPlanetoid(path: string, label: string): Map<string, AnyArray> {
  const prefix = findPrefix(path, label);
  const file = (part: Part): string => `${prefix}.${part}`;
  const named = (part: Part): string => `${basename(prefix)}.${part}`;
  const matrix = (part: Part): { shape: [number, number]; data: Float32Array } =>
    rowsOf(readPickle(readFileBytes(file(part)), named(part)), named(part));

  const allx = matrix("allx");
  const tx = matrix("tx");
  const ally = matrix("ally");
  const ty = matrix("ty");
  const train = matrix("y").shape[0];
  const testIndex = readFileText(file("test.index")).split(/\s+/).filter(Boolean).map(Number);
  const width = allx.shape[1];
  const classes = ally.shape[1];
  const known = allx.shape[0];
  if (tx.shape[1] !== width || ty.shape[1] !== classes || testIndex.length !== tx.shape[0]) {
    throw dataError(
      "R236",
      `the files ${basename(prefix)}.* do not belong together`,
      `allx has ${width} columns and tx ${tx.shape[1]}; tx has ${tx.shape[0]} rows and test.index ${testIndex.length}`,
      "copy or download the eight files again",
    );
  }
  const nodes = Math.max(known, ...testIndex.map((index) => index + 1));
  const x = new Float32Array(nodes * width);
  const y = new Int32Array(nodes).fill(-1);
  const put = (to: number, from: number, features: Float32Array, labels: Float32Array): void => {
    x.set(features.subarray(from * width, (from + 1) * width), to * width);
    const row = labels.subarray(from * classes, (from + 1) * classes);
    const best = row.reduce((most, value, k) => (value > (row[most] ?? 0) ? k : most), 0);
    y[to] = (row[best] ?? 0) > 0 ? best : -1;
  };
  for (let row = 0; row < known; row++) put(row, row, allx.data, ally.data);
  testIndex.forEach((index, row) => put(index, row, tx.data, ty.data));

  const mask = (chosen: Iterable<number>): AnyArray => {
    const data = new Uint8Array(nodes);
    for (const index of chosen) data[index] = 1;
    return { shape: [nodes], dtype: "u8", data };
  };
  const range = (from: number, to: number): number[] =>
    Array.from({ length: Math.max(0, to - from) }, (_, k) => from + k);
  return new Map<string, AnyArray>([
    ["x", { shape: [nodes, width], dtype: "f32", data: x }],
    ["edge_index", edgesOf(readFileBytes(file("graph")), named("graph"), nodes)],
    ["y", { shape: [nodes], dtype: "i32", data: y }],
    ["train_mask", mask(range(0, train))],
    ["val_mask", mask(range(train, Math.min(train + 500, known)))],
    ["test_mask", mask(testIndex)],
  ]);
}

function findPrefix(path: string, label: string): string {
  const folder = isFolder(path) ? path : dirname(path);
  let graphs: string[] = [];
  try {
    graphs = readdirSync(folder).filter((file) => /^ind\..*\.graph$/.test(file));
  } catch {
    graphs = [];
  }
  const prefixes = graphs.map((file) => file.slice(0, -".graph".length));
  const own = isFolder(path)
    ? prefixes.length === 1
      ? prefixes[0]
      : undefined
    : prefixes.find((prefix) => {
        const name = basename(path);
        return (
          name === prefix ||
          `ind.${name}` === prefix ||
          parts.some((part) => name === `${prefix}.${part}`)
        );
      });
  if (own !== undefined) return join(folder, own);
  throw dataError(
    "R236",
    `${label} does not name Planetoid files`,
    prefixes.length === 0
      ? `the folder ${folder} holds no file ind.NAME.graph`
      : `the folder ${folder} holds ${prefixes.join(", ")}`,
    'give the prefix, e.g. file "planetoid/ind.cora" as planetoid',
  );
}

/** The neighbour lists as edges in both directions, sorted by source, without repeats and self loops. */
function edgesOf(bytes: Uint8Array, label: string, nodes: number): AnyArray {
  const graph = readPickle(bytes, label);
  if (!(graph instanceof Map)) {
    throw dataError(
      "R236",
      `${label} is not a dict of neighbour lists`,
      "NAME.graph maps each node to the list of its neighbours",
      "copy or download the file again",
    );
  }
  const keys = new Set<number>();
  for (const [node, neighbours] of graph) {
    for (const other of Array.isArray(neighbours) ? neighbours : []) {
      const [from, to] = [Number(node), Number(other)];
      if (!(from >= 0 && from < nodes && to >= 0 && to < nodes)) {
        throw dataError(
          "R236",
          `${label} has an edge from ${from} to ${to}, but there are ${nodes} nodes`,
          "nodes are numbered from 0",
          "check that the files belong together",
        );
      }
      if (from === to) continue;
      keys.add(from * nodes + to);
      keys.add(to * nodes + from);
    }
  }
  const sorted = Float64Array.from(keys).sort();
  const data = new Int32Array(2 * sorted.length);
  sorted.forEach((key, e) => {
    data[e] = Math.floor(key / nodes);
    data[sorted.length + e] = key % nodes;
  });
  return { shape: [2, sorted.length], dtype: "i32", data };
}
