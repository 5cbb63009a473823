/** Graphs that the model builds: for each node the same number of neighbours, in a value of the plan. */
import { checkClouds } from "../../kernels/nearest.js";
import { nearestFloats } from "../bit-kernels.js";
import { REDUCERS } from "./graph.js";
import { firstDim, lastDim, type Binding, type Operation, type Slot } from "./operation.js";

/** Neighbours of each node of a step. */
export function countOf({ count }: Binding["step"]): number {
  if (count === undefined) throw new Error("a step on neighbours without their number");
  return count;
}

/** The neighbours that a value lists. */
export function listOf({ data }: Slot): Int32Array {
  return new Int32Array(data.buffer, data.byteOffset, data.length);
}

/** The nearest nodes of each node within its cloud: Euclidean, or Hamming where x is packed. */
export const knn: Operation = {
  scratch([x], _result, step, _crossing, topology) {
    if (topology === undefined) return 0;
    return nearestFloats(topology.graphs.largest, lastDim(x!).width, countOf(step));
  },
  bind({ step, args, result, topology, products, scratch, counts }) {
    if (topology === undefined) throw new Error("knn without a graph");
    const [x] = args as [Slot];
    const k = countOf(step);
    const { width } = lastDim(x);
    const { pointers } = topology.graphs;
    checkClouds(pointers, k);
    const near = listOf(result);
    const { bits } = products;
    let pairs = 0;
    for (let cloud = 0; cloud + 1 < pointers.length; cloud++) {
      pairs += (pointers[cloud + 1]! - pointers[cloud]!) ** 2;
    }
    if (x.bits !== undefined) {
      const rows = x.bits;
      return () => {
        bits.hamming(rows, width, pointers, k, near, scratch);
        counts.bitOps += pairs * width;
      };
    }
    return () => {
      bits.nearest(x.data, width, pointers, k, near, scratch);
      counts.macs += pairs * width;
    };
  },
};

/** x[j]: [N, ..] and the neighbours -> [N * k, ..]. */
export const nearSource: Operation = {
  bind({ args, result }) {
    const [x, near] = args as [Slot, Slot];
    const { width } = firstDim(x);
    const list = listOf(near);
    return () => {
      for (let e = 0, to = 0; e < list.length; e++) {
        const from = list[e]! * width;
        for (let c = 0; c < width; c++) result.data[to++] = x.data[from + c]!;
      }
    };
  },
};

/** x[i]: [N, ..] -> [N * k, ..]. */
export const nearTarget: Operation = {
  bind({ args, result, step }) {
    const [x] = args as [Slot];
    const { rows, width } = firstDim(x);
    const k = countOf(step);
    return () => {
      for (let i = 0, to = 0; i < rows; i++) {
        const row = x.data.subarray(i * width, (i + 1) * width);
        for (let n = 0; n < k; n++, to += width) result.data.set(row, to);
      }
    };
  },
};

/** Values of the edges into each node: [N * k, ..] -> [N, ..]. */
export const nearAggregate: Operation = {
  bind({ args, result, step, counts }) {
    const [x] = args as [Slot];
    const k = countOf(step);
    const { rows, width } = firstDim(x);
    const reducers = (step.reduce ?? []).map((name) => REDUCERS[name]!);
    // Several reducers stand side by side along the last dim.
    const last = x.dims.length === 1 ? 1 : lastDim(x).width;
    return () => {
      for (let at = 0, to = 0; at < rows * width; at += k * width) {
        for (let group = 0; group < width; group += last) {
          for (const reduce of reducers) {
            for (let c = 0; c < last; c++) {
              result.data[to++] = reduce(x.data, at + group + c, width, k);
            }
          }
        }
      }
      counts.adds += reducers.length * rows * width;
    };
  },
};
