/** Nearest neighbours in WebAssembly: `kernels/wasm/assembly/nearest`. Needs no TensorFlow.js. */
import { SgnnError } from "../error.js";
import { privateHeap } from "./wasm/heap.js";

/** Exports of `nearest.wasm`; all arguments are byte addresses and sizes. */
export interface NearestExports {
  nearestRows(...args: number[]): void;
}

/** Columns of a cloud are padded to a multiple of this. */
const PADDING = 16;

/** Bytes of scratch that clouds of at most `count` rows of `width` numbers need, and where its parts begin. */
export function nearestScratch(
  count: number,
  width: number,
  k: number,
): { readonly bytes: number; readonly distances: number; readonly best: number } {
  const row = 4 * paddedTo(count);
  const distances = row * width;
  const best = distances + 2 * row;
  return { bytes: best + 4 * Math.ceil(k / 4) * 4, distances, best };
}

/** Number of columns with which a cloud of `count` rows is laid out. */
export function paddedTo(count: number): number {
  return Math.ceil(count / PADDING) * PADDING;
}

/**
 * Every cloud needs as many points as a point has neighbours.
 * @param pointers first row of each cloud, then the number of rows
 * @throws SgnnError R150 when a cloud has fewer than `k` points
 */
export function checkClouds(pointers: Int32Array, k: number): void {
  for (let cloud = 0; cloud + 1 < pointers.length; cloud++) {
    const count = pointers[cloud + 1]! - pointers[cloud]!;
    if (count >= k) continue;
    throw new SgnnError({
      code: "R150",
      message: `knn<${k}>: cloud ${cloud} has ${count} ${count === 1 ? "point" : "points"}`,
      why: "A point has as many neighbours as its cloud has points, itself among them.",
      fix: `Use a smaller k than ${count + 1}, or sample at least ${k} points.`,
    });
  }
}

/**
 * The `k` nearest rows of each row of its cloud, nearest first, equally near ones by number; what
 * `kernels/reference/nearest.ts` finds. Every cloud has at least `k` rows.
 * @param x rows of `width` numbers, one per point
 * @param pointers first row of each cloud, then the number of rows
 * @returns [rows * k]: numbers of the neighbours, counted through all clouds
 */
export function nearestNeighbours(
  x: Float32Array,
  width: number,
  pointers: Int32Array,
  k: number,
): Int32Array {
  const heap = privateHeap();
  const run = heap.module<NearestExports>("nearest");
  const rows = pointers[pointers.length - 1] ?? 0;
  let most = 0;
  for (let g = 0; g + 1 < pointers.length; g++) {
    most = Math.max(most, pointers[g + 1]! - pointers[g]!);
  }
  const scratch = nearestScratch(most, width, k);
  const from = heap.allocate(4 * rows * width);
  const near = heap.allocate(4 * rows * k);
  const room = heap.allocate(scratch.bytes);
  try {
    heap.write(from, x);
    for (let g = 0; g + 1 < pointers.length; g++) {
      const start = pointers[g]!;
      const count = pointers[g + 1]! - start;
      run.nearestRows(
        from + 4 * start * width,
        near + 4 * start * k,
        room,
        room + scratch.distances,
        room + scratch.best,
        count,
        paddedTo(count),
        k,
        width,
        start,
      );
    }
    return new Int32Array(heap.memory.buffer, near, rows * k).slice();
  } finally {
    for (const address of [from, near, room]) heap.free(address);
  }
}
