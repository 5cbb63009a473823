/** Data sets in memory, for tests. */
import { loadDataset, type Dataset } from "../../runtime/data/dataset.js";
import { ndarray, type NdArray } from "../../runtime/data/ndarray.js";
import { writeNpz } from "../../runtime/data/npz.js";
import type { DataSpec, NamedSource } from "../../runtime/data/spec.js";
import { SgnnError } from "../../runtime/error.js";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

export const folder = mkdtempSync(join(tmpdir(), "sgnn-data-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

export function saveNpz(arrays: Record<string, NdArray>, name = `data${files++}.npz`): string {
  writeFileSync(join(folder, name), writeNpz(arrays, { compress: false }));
  return name;
}

export function load(spec: DataSpec, override?: string): Promise<Dataset> {
  return loadDataset(spec, { baseFolder: folder, override });
}

export const array = (name: string, key = name): NamedSource => ({
  name,
  source: { tag: "array", name: key },
});
export const f32 = (shape: number[], ...data: number[]): NdArray =>
  ndarray(shape, Float32Array.from(data));
export const i32 = (shape: number[], ...data: number[]): NdArray =>
  ndarray(shape, Int32Array.from(data));

export function spec(file: string, more: Partial<DataSpec> = {}): DataSpec {
  return {
    name: "Toy",
    files: [{ path: file }],
    graph: {
      name: "g",
      nodes: [array("x")],
      nodesBy: "node_ptr",
      connections: { tag: "array", name: "edge_index" },
      edges: [],
      edgesBy: "edge_ptr",
    },
    samples: [array("target", "y")],
    split: { rule: "random", ratio: [1, 1, 1] },
    scale: [],
    ...more,
  };
}

/** Three graphs: a triangle path of 3 nodes, one isolated node without edges, a pair. */
export const three = {
  x: f32([6, 2], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
  edge_index: i32([2, 5], 0, 1, 1, 0, 1, 1, 2, 0, 1, 0),
  node_ptr: i32([4], 0, 3, 4, 6),
  edge_ptr: i32([4], 0, 3, 3, 5),
  attr: f32([5, 1], 0.1, 0.2, 0.3, 0.4, 0.5),
  y: f32([3], 10, 20, 30),
};

/** One graph of four nodes with labels; node 3 is isolated. */
export const one = {
  x: f32([4, 2], 1, 0, 0, 1, 1, 1, 0, 0),
  edge_index: i32([2, 4], 0, 1, 1, 2, 1, 0, 2, 1),
  y: i32([4], 0, 1, 0, 1),
  train: i32([4], 1, 1, 0, 0),
  val: i32([4], 0, 0, 1, 0),
  test: i32([1], 3),
};
export function oneSpec(file: string, more: Partial<DataSpec> = {}): DataSpec {
  return spec(file, {
    graph: {
      name: "g",
      nodes: [array("x")],
      connections: { tag: "array", name: "edge_index" },
      edges: [],
    },
    split: { rule: "given", train: "train", validation: "val", test: "test" },
    ...more,
  });
}

/** The error of a promise or function, as an SgnnError. */
export async function failure(run: () => unknown): Promise<SgnnError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof SgnnError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}
