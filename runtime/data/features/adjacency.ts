/** The adjacency matrix that features are computed with: symmetric-normalised, with self loops. */
import { edgesOf } from "../snapshots.js";
import type { GraphSet } from "../graphs.js";

/** Compressed rows; row i holds the weights of the messages that node i receives. */
export interface Adjacency {
  readonly nodeCount: number;
  readonly pointers: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
  /** Sum of the weights of a node's edges, without its self loop: 0 for a node without edges. */
  readonly strength: Float64Array;
}

/** Number of snapshots; 1 for a graph that does not change. */
export function snapshotCount({ snapshots }: GraphSet): number {
  return snapshots?.times.length ?? 1;
}

/**
 * A feature with a table for each snapshot.
 * @param loop weight of the self loops of the matrices
 * @param fill writes the table of snapshot k, [N, dimensions], which begins with 0
 * @returns [snapshots, N, dimensions]
 */
export function tablesOf(
  graphs: GraphSet,
  { dimensions, recency }: { readonly dimensions: number; readonly recency: number },
  loop: number,
  fill: (table: Float32Array, matrix: Adjacency, k: number) => void,
): Float32Array {
  const size = graphs.nodeCount * dimensions;
  const snapshots = snapshotCount(graphs);
  const out = new Float32Array(snapshots * size);
  for (let k = 0; k < snapshots; k++) {
    fill(out.subarray(k * size, (k + 1) * size), adjacencyOf(graphs, k, recency, loop), k);
  }
  return out;
}

/**
 * D^-1/2 (W + loop * I) D^-1/2 of a snapshot (Kipf and Welling 2017, eq. 2, with weights). An edge weighs
 * 2^-(age / recency), where its age is the time from it to the end of the snapshot; repeated edges add up.
 * Each edge counts in both directions by half, so the matrix is symmetric, and on an undirected list (both
 * directions stored) this changes nothing.
 * @param k number of the snapshot, all edges up to it (or its new ones); ignored for a graph that does not change
 * @param recency half-life in units of time; 0 for no decay
 */
export function adjacencyOf(graphs: GraphSet, k: number, recency: number, loop: number): Adjacency {
  const { sources, targets, nodeCount, snapshots } = graphs;
  const [from, to] = snapshots === undefined ? [0, sources.length] : edgesOf(snapshots, k);
  const times = snapshots?.edgeTimes;
  const end = times === undefined ? 0 : (times[to - 1] ?? 0);
  const counts = new Int32Array(nodeCount + 1);
  for (let e = from; e < to; e++) {
    counts[targets[e]! + 1]! += 1;
    counts[sources[e]! + 1]! += 1;
  }
  for (let i = 0; i < nodeCount; i++) counts[i + 1]! += counts[i]!;
  const next = counts.slice(0, nodeCount);
  const ends = new Int32Array(counts[nodeCount]!);
  const weights = new Float64Array(counts[nodeCount]!);
  const strength = new Float64Array(nodeCount);
  for (let e = from; e < to; e++) {
    const age = recency === 0 ? 0 : (end - (times?.[e] ?? end)) / recency;
    const weight = 2 ** -age / 2;
    const put = (i: number, j: number): void => {
      const at = next[i]!++;
      ends[at] = j;
      weights[at] = weight;
      strength[i]! += weight;
    };
    put(targets[e]!, sources[e]!);
    put(sources[e]!, targets[e]!);
  }
  const root = strength.map((sum) => (sum + loop > 0 ? 1 / Math.sqrt(sum + loop) : 0));
  return normalised({ counts, ends, weights, root, strength }, nodeCount, loop);
}

interface Rows {
  readonly counts: Int32Array;
  readonly ends: Int32Array;
  readonly weights: Float64Array;
  readonly root: Float64Array;
  readonly strength: Float64Array;
}

/** Merges repeated edges row by row, adds the self loop, and scales by both roots. */
function normalised(rows: Rows, nodeCount: number, loop: number): Adjacency {
  const { counts, ends, weights, root, strength } = rows;
  const pointers = new Int32Array(nodeCount + 1);
  const columns = new Int32Array(ends.length + nodeCount);
  const values = new Float32Array(ends.length + nodeCount);
  /** Where the column stands in the row that is being made. */
  const place = new Int32Array(nodeCount).fill(-1);
  let at = 0;
  for (let i = 0; i < nodeCount; i++) {
    const start = at;
    const add = (j: number, weight: number): void => {
      if (place[j]! < start) {
        place[j] = at;
        columns[at] = j;
        values[at++] = weight;
      } else values[place[j]!]! += weight;
    };
    if (loop > 0) add(i, loop);
    for (let e = counts[i]!; e < counts[i + 1]!; e++) add(ends[e]!, weights[e]!);
    for (let e = start; e < at; e++) values[e]! *= root[i]! * root[columns[e]!]!;
    pointers[i + 1] = at;
  }
  return {
    nodeCount,
    pointers,
    columns: columns.slice(0, at),
    values: values.slice(0, at),
    strength,
  };
}

/** out = matrix * x, both [N, width] row-major. */
export function multiply(
  { nodeCount, pointers, columns, values }: Adjacency,
  x: Float32Array,
  width: number,
  out: Float32Array,
): void {
  out.fill(0);
  for (let i = 0; i < nodeCount; i++) {
    const row = i * width;
    for (let e = pointers[i]!; e < pointers[i + 1]!; e++) {
      const value = values[e]!;
      const from = columns[e]! * width;
      for (let c = 0; c < width; c++) out[row + c]! += value * x[from + c]!;
    }
  }
}
