/** Message passing over flat arrays. Rows of step t follow those of step t - 1. */
import { attentionScores as scores } from "../../kernels/reference/attention.js";
import { gatherRows, segmentSoftmax } from "../../kernels/reference/segment.js";
import type { Segments } from "../../kernels/segments.js";
import type { Topology } from "../../graph/topology.js";
import { firstDim, lastDim, type Binding, type Operation, type Slot } from "./operation.js";

function topologyOf({ topology, step }: Binding): Topology {
  if (topology === undefined) throw new Error(`${step.op} without a graph`);
  return topology;
}

function gatherFrom(segmentsOf: (topology: Topology) => Segments): Operation {
  return {
    bind(binding) {
      const { args, result } = binding;
      const [x] = args as [Slot];
      const segments = segmentsOf(topologyOf(binding));
      const attributes = { segments, steps: x.steps, scale: undefined };
      const { width } = firstDim(x);
      return () => gatherRows(x.data, result.data, width, attributes);
    },
  };
}
/** x[j] and x[i]: [N, ..] -> [E, ..]. */
export const source = gatherFrom((topology) => topology.bySource);
export const target = gatherFrom((topology) => topology.byTarget);

/** Softmax over the edges that enter the same node, column by column. */
export const edgeSoftmax: Operation = {
  inPlace: true,
  bind(binding) {
    const { args, result } = binding;
    const [x] = args as [Slot];
    const { byTarget } = topologyOf(binding);
    const { width } = firstDim(x);
    return () => segmentSoftmax(x.data, result.data, width, byTarget, x.steps);
  },
};

/** Rows of nodes that no edge enters become 0. */
export const reached: Operation = {
  inPlace: true,
  bind(binding) {
    const { args, result } = binding;
    const [x] = args as [Slot];
    const { pointers, count } = topologyOf(binding).byTarget;
    const { width } = firstDim(x);
    return () => {
      result.data.set(x.data);
      for (let row = 0; row < count * x.steps; row++) {
        const i = row % count;
        if (pointers[i + 1] === pointers[i]) result.data.fill(0, row * width, (row + 1) * width);
      }
    };
  },
};

/** dot(leakyRelu(t[i] + s[j]), w) of every edge and head. */
export const attentionScores: Operation = {
  bind(binding) {
    const { args, result, step } = binding;
    const [t, s, w] = args as [Slot, Slot, Slot];
    const { sources, targets, nodeCount } = topologyOf(binding);
    const heads = w.dims.length === 1 ? 1 : w.dims[0]!;
    const attributes = {
      ...{ sources, targets, nodes: nodeCount },
      ...{ steps: t.steps, heads, slope: step.slope ?? 0 },
    };
    return () => scores(t.data, s.data, w.data, result.data, attributes);
  },
};

function degreesOf({ byTarget }: Topology, result: Float32Array): void {
  const { pointers, count } = byTarget;
  for (let i = 0; i < count; i++) result[i] = pointers[i + 1]! - pointers[i]!;
}

/** In-degree of every node. */
export const degree: Operation = {
  isConstant: true,
  bind(binding) {
    const topology = topologyOf(binding);
    return () => degreesOf(topology, binding.result.data);
  },
};

/** 1 / sqrt(d_i d_j) of every edge; 0 where a degree is 0. */
export const symmetricNorm: Operation = {
  isConstant: true,
  bind(binding) {
    const topology = topologyOf(binding);
    const { data } = binding.result;
    return () => {
      const inverse = new Float32Array(topology.nodeCount);
      degreesOf(topology, inverse);
      for (let i = 0; i < inverse.length; i++) {
        inverse[i] = inverse[i] === 0 ? 0 : 1 / Math.sqrt(inverse[i]!);
      }
      const { sources, targets } = topology;
      for (let e = 0; e < sources.length; e++) {
        data[e] = inverse[sources[e]!]! * inverse[targets[e]!]!;
      }
    };
  },
};

/* ---------------------------------------------------------------- reductions */

/** Squared deviations below this count as none (PyTorch Geometric). */
const VARIANCE_FLOOR = 1e-5;

/** One column of the items start .. end - 1 of a segment; `at` is the first item's place. */
type Reducer = (x: Float32Array, at: number, stride: number, count: number) => number;

/** Reducers over no item give 0. */
export const REDUCERS: Readonly<Record<string, Reducer>> = {
  sum(x, at, stride, count) {
    let total = 0;
    for (let k = 0; k < count; k++) total += x[at + k * stride]!;
    return total;
  },
  mean(x, at, stride, count) {
    let total = 0;
    for (let k = 0; k < count; k++) total += x[at + k * stride]!;
    return total / count;
  },
  max(x, at, stride, count) {
    let best = x[at]!;
    for (let k = 1; k < count; k++) best = Math.max(best, x[at + k * stride]!);
    return best;
  },
  min(x, at, stride, count) {
    let best = x[at]!;
    for (let k = 1; k < count; k++) best = Math.min(best, x[at + k * stride]!);
    return best;
  },
  std(x, at, stride, count) {
    let total = 0;
    let squares = 0;
    for (let k = 0; k < count; k++) {
      const value = x[at + k * stride]!;
      total += value;
      squares += value * value;
    }
    const variance = squares / count - (total / count) ** 2;
    return variance > VARIANCE_FLOOR ? Math.sqrt(variance) : 0;
  },
  "softmax-weighted"(x, at, stride, count) {
    let largest = -Infinity;
    for (let k = 0; k < count; k++) largest = Math.max(largest, x[at + k * stride]!);
    let total = 0;
    let weighted = 0;
    for (let k = 0; k < count; k++) {
      const value = x[at + k * stride]!;
      const weight = Math.exp(value - largest);
      total += weight;
      weighted += weight * value;
    }
    return weighted / total;
  },
};

function reduceWith(segmentsOf: (topology: Topology) => Segments): Operation {
  return {
    bind(binding) {
      const { args, result, step, counts } = binding;
      const [x] = args as [Slot];
      // Edges are sorted by target and nodes by graph: the items of a segment follow each other.
      const { pointers, items, count } = segmentsOf(topologyOf(binding));
      const names = step.reduce ?? [];
      const reducers = names.map((name) => REDUCERS[name]!);
      const { width } = firstDim(x);
      const { steps } = x;
      // Several reducers stand side by side along the last dim.
      const last = x.dims.length === 1 ? 1 : lastDim(x).width;
      const groups = last === 0 ? 0 : width / last;
      return () => {
        let to = 0;
        for (let t = 0; t < steps; t++) {
          for (let s = 0; s < count; s++) {
            const first = (t * items + pointers[s]!) * width;
            const size = pointers[s + 1]! - pointers[s]!;
            for (let g = 0; g < groups; g++) {
              for (let n = 0; n < reducers.length; n++) {
                const reduce = reducers[n]!;
                const at = first + g * last;
                for (let c = 0; c < last; c++) {
                  result.data[to++] = size === 0 ? 0 : reduce(x.data, at + c, width, size);
                }
              }
            }
          }
        }
        counts.adds += reducers.length * steps * items * width;
      };
    },
  };
}
/** Values of the edges into each node, and of the nodes of each graph. */
export const aggregate = reduceWith((topology) => topology.byTarget);
export const pool = reduceWith((topology) => topology.graphs);

/* ---------------------------------------------------------------- sparse product */

/** Event lists pay where rows are at least this wide. */
const NARROWEST = 8;

function maybeSparse({ kind }: Slot): boolean {
  return kind === "spike" || kind === "trit" || kind === "graded";
}

/**
 * Sum or mean over each node's neighbours, each weighted by its edge. With a sparse x only the events of a
 * neighbour are added.
 */
export const propagate: Operation = {
  scratch([x], _result, _step, crossing) {
    const { rows, width } = firstDim(x!);
    if (!maybeSparse(x!) || width < NARROWEST) return 0;
    return rows + 1 + Math.ceil(rows * width * crossing);
  },
  bind(binding) {
    const { args, result, step, products, crossing, scratch, counts } = binding;
    const [x, weights] = args as [Slot, Slot | undefined];
    const { incidence, nodeCount, edgeCount, byTarget } = topologyOf(binding);
    const { rows, width } = firstDim(x);
    const heads = weights === undefined ? 1 : firstDim(weights).width;
    const group = width / heads;
    const weightStride = weights === undefined || weights.steps === 1 ? 0 : edgeCount * heads;
    const scale = step.reduce?.[0] === "mean" ? byTarget.inverseSizes : undefined;
    const { neighbours } = incidence;
    const { pointers } = byTarget;
    const y = result.data;
    const factorOf = (t: number, edge: number, head: number): number =>
      weights === undefined ? 1 : weights.data[t * weightStride + edge * heads + head]!;

    const dense = (): void => {
      y.fill(0);
      for (let t = 0; t < x.steps; t++) {
        for (let i = 0; i < nodeCount; i++) {
          const to = (t * nodeCount + i) * width;
          for (let e = pointers[i]!; e < pointers[i + 1]!; e++) {
            const from = (t * nodeCount + neighbours[e]!) * width;
            for (let h = 0; h < heads; h++) {
              const factor = factorOf(t, e, h);
              const end = (h + 1) * group;
              for (let c = h * group; c < end; c++) y[to + c]! += factor * x.data[from + c]!;
            }
          }
        }
      }
      counts.denseCalls++;
      addCounts(x.steps * edgeCount * width);
    };
    const addCounts = (products: number): void => {
      if (weights === undefined) counts.adds += products;
      else counts.macs += products;
    };
    const finish = (): void => {
      if (scale === undefined) return;
      for (let r = 0; r < rows; r++) {
        const factor = scale[r % nodeCount]!;
        for (let c = 0; c < width; c++) y[r * width + c]! *= factor;
      }
    };
    if (scratch.length === 0) {
      return () => {
        dense();
        finish();
      };
    }
    const events = {
      pointers: new Int32Array(scratch.buffer, scratch.byteOffset, rows + 1),
      columns: new Int32Array(
        scratch.buffer,
        scratch.byteOffset + 4 * (rows + 1),
        Math.ceil(rows * width * crossing),
      ),
    };
    const byEvents = (): void => {
      y.fill(0);
      let products = 0;
      for (let t = 0; t < x.steps; t++) {
        for (let i = 0; i < nodeCount; i++) {
          const to = (t * nodeCount + i) * width;
          for (let e = pointers[i]!; e < pointers[i + 1]!; e++) {
            const row = t * nodeCount + neighbours[e]!;
            const from = row * width;
            const end = events.pointers[row + 1]!;
            for (let k = events.pointers[row]!; k < end; k++) {
              const c = events.columns[k]!;
              const factor = factorOf(t, e, (c / group) | 0);
              y[to + c]! += factor * x.data[from + c]!;
            }
            products += end - events.pointers[row]!;
          }
        }
      }
      counts.eventCalls++;
      addCounts(products);
    };
    return () => {
      const count = products.list(x.data, rows, width, events);
      counts.values += rows * width;
      if (count >= 0) counts.events += count;
      if (count < 0) dense();
      else byEvents();
      finish();
    };
  },
};
