/**
 * Message passing. Node values have N rows, edge values E rows, in the order of the graph's sorted
 * edges; inside a time block T times as many (time-major), which is recognised from the row count.
 * Everything is differentiable to any order.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { SgnnError } from "../error.js";
import {
  macsPerElement,
  rearranged,
  recordPropagate,
  recordReduction,
  recordScores,
} from "../energy/record.js";
import { attentionScores as pairScores } from "../kernels/attention.js";
import { gatherRows, segmentExtreme, segmentSoftmax, segmentSum } from "../kernels/segment.js";
import type { Segments } from "../kernels/segments.js";
import { sparseDenseProduct } from "../kernels/spmm.js";
import { toFloat } from "../tensor/ops/operand.js";
import { concat } from "../tensor/ops/shapes.js";
import type { Graph } from "./graph.js";
import { fromRows, stepsOf, toRows } from "./rows.js";

export type Reducer = "sum" | "mean" | "max" | "min" | "std" | "softmax-weighted";

/** x[j]: the value of each edge's source. [N, ..] -> [E, ..]. */
export function source(g: Graph, x: Tensor): Tensor {
  return toItems(x, g.topology.bySource);
}

/** x[i]: the value of each edge's target. [N, ..] -> [E, ..]. */
export function target(g: Graph, x: Tensor): Tensor {
  return toItems(x, g.topology.byTarget);
}

function toItems(x: Tensor, segments: Segments): Tensor {
  const steps = stepsOf(x.shape[0] ?? 0, segments.count, "nodes");
  const items = fromRows(gatherRows(toRows(x), segments, steps), x.shape.slice(1));
  return rearranged(items, [x], steps);
}

/**
 * Reduces the values of the edges into each node. [E, ..] -> [N, ..]; several reducers are
 * concatenated along the last dim. Over no edge every reducer gives 0.
 * - std: sqrt(max(mean(m^2) - mean(m)^2, 1e-5)), and 0 where that is the floor (PyTorch Geometric).
 * - softmax-weighted: sum of softmax(m) * m over the edges, column by column (Li et al. 2020).
 * @param steps time steps of m; needed only where a timed value may have no rows (a graph without edges)
 */
export function aggregate(
  g: Graph,
  m: Tensor,
  reducers: readonly Reducer[],
  steps?: number,
): Tensor {
  return reduceItems(m, g.topology.byTarget, reducers, "edges", steps);
}

/** Reduces node values over each graph of the batch. [N, ..] -> [G, ..]. Reducers as in `aggregate`. */
export function pool(g: Graph, x: Tensor, reducers: readonly Reducer[]): Tensor {
  return reduceItems(x, g.topology.graphs, reducers, "nodes");
}

function reduceItems(
  m: Tensor,
  segments: Segments,
  reducers: readonly Reducer[],
  what: string,
  knownSteps?: number,
): Tensor {
  const steps = knownSteps ?? stepsOf(m.shape[0] ?? 0, segments.items, what);
  const rows = toRows(m);
  recordReduction(m, segments.count * steps * (rows.shape[1] ?? 1), reducers);
  const dims = m.shape.slice(1);
  const parts = reducers.map((reducer) => fromRows(reduce[reducer](rows, segments, steps), dims));
  if (parts.length === 1) return parts[0]!;
  return dims.length === 0 ? tf.stack(parts, 1) : concat(...parts);
}

type Reduction = (rows: Tensor, segments: Segments, steps: number) => Tensor;

const meanOf: Reduction = (rows, segments, steps) =>
  segmentSum(rows, segments, steps, segments.inverseSizes);

const VARIANCE_FLOOR = 1e-5;

const reduce: Record<Reducer, Reduction> = {
  sum: (rows, segments, steps) => segmentSum(rows, segments, steps),
  mean: meanOf,
  max: (rows, segments, steps) => segmentExtreme(rows, segments, steps, 1),
  min: (rows, segments, steps) => segmentExtreme(rows, segments, steps, -1),
  std: (rows, segments, steps) => {
    const mean = meanOf(rows, segments, steps);
    const variance = tf.sub(meanOf(tf.square(rows), segments, steps), tf.square(mean));
    const above = tf.cast(tf.greater(variance, VARIANCE_FLOOR), "float32");
    return tf.mul(tf.sqrt(tf.maximum(variance, VARIANCE_FLOOR)), above);
  },
  "softmax-weighted": (rows, segments, steps) =>
    segmentSum(tf.mul(segmentSoftmax(rows, segments, steps), rows), segments, steps),
};

/**
 * Sum or mean over each node's neighbours x[j], each weighted by its edge, as one sparse-dense product
 * without materialising the messages.
 * @param x [N, ..]
 * @param reduce mean divides by the number of edges, not by the sum of the weights
 * @param weights one per edge [E] or [E, 1], or one per edge and head [E, H] (or [E, H, 1]) for x
 * [N, H, ..]; untimed weights serve every step of a timed x
 * @returns [N, ..]
 * @throws SgnnError R131 when the weights do not fit
 */
export function propagate(g: Graph, x: Tensor, reduce: "sum" | "mean", weights?: Tensor): Tensor {
  const { incidence, byTarget, nodeCount, edgeCount } = g.topology;
  const steps = stepsOf(x.shape[0] ?? 0, nodeCount, "nodes");
  const rows = toRows(x);
  let heads = 1;
  let weightSteps = 1;
  let flat: Tensor | undefined;
  // 1 / sqrt(d_i d_j) is a scale of rows and columns: no weight per edge is read, and native code does it.
  const isSymmetric = weights !== undefined && reduce === "sum" && isSymmetricNorm(g, weights);
  if (weights && !isSymmetric) {
    weightSteps = stepsOf(weights.shape[0] ?? 0, edgeCount, "edges");
    flat = toRows(weights);
    heads = flat.shape[1]!;
    if (
      (weightSteps !== 1 && weightSteps !== steps) ||
      heads === 0 ||
      rows.shape[1]! % heads !== 0
    ) {
      throw new SgnnError({
        code: "R131",
        message: `weights [${weights.shape.join(", ")}] for values [${x.shape.join(", ")}]`,
        why: "Each edge has one weight, or one for each head of the values, at every step or for all.",
        fix: "Give weights [E] or [E, H] for values [N, ..] or [N, H, ..].",
      });
    }
  }
  recordPropagate(x, g.topology.outDegrees, edgeCount, steps, weights?.size);
  const y = sparseDenseProduct(rows, flat, {
    matrix: incidence,
    steps,
    heads,
    weightSteps,
    rowScale: isSymmetric ? inverseRoots(g) : reduce === "mean" ? byTarget.inverseSizes : undefined,
    columnScale: isSymmetric ? inverseRoots(g) : undefined,
  });
  return fromRows(y, x.shape.slice(1));
}

/** x [N, ..] with the rows of nodes that no edge enters set to 0; x itself where an edge enters every node. */
export function reached(g: Graph, x: Tensor): Tensor {
  const { pointers, count } = g.topology.byTarget;
  const isEntered = (i: number): boolean => pointers[i + 1]! > pointers[i]!;
  const mask = g.numbers("reached", () =>
    Float32Array.from({ length: count }, (_, i) => Number(isEntered(i))),
  );
  if (mask.every((one) => one === 1)) return x;
  const steps = stepsOf(x.shape[0] ?? 0, count, "nodes");
  const column = [count * steps, ...x.shape.slice(1).map(() => 1)];
  const entered = tf.cast(tf.reshape(tf.tile(tf.tensor1d(mask), [steps]), column), "bool");
  return tf.where(entered, x, tf.zerosLike(x));
}

/**
 * Scores of dynamic attention: dot(leakyRelu(t[i] + s[j], slope), w) of each edge, without a value per channel
 * (Brody, Alon & Yahav 2022, eq. 7).
 * @param t what the target brings, [N, H, F] or [N, F]; `s` what the source brings, of the same shape
 * @param w [H, F] or [F]
 * @returns [E, H] or [E]
 */
export function attentionScores(g: Graph, t: Tensor, s: Tensor, w: Tensor, slope: number): Tensor {
  const { incidence, nodeCount, edgeCount } = g.topology;
  const steps = stepsOf(t.shape[0] ?? 0, nodeCount, "nodes");
  const heads = w.rank === 1 ? 1 : w.shape[0]!;
  const flat = tf.reshape(toFloat(w), [w.size]);
  const attributes = { matrix: incidence, steps, heads, slope };
  recordScores(steps * edgeCount * w.size, steps * edgeCount * heads);
  const y = pairScores(toRows(t), toRows(s), flat, attributes);
  return w.rank === 1 ? tf.reshape(y, [steps * edgeCount]) : y;
}

/** Softmax over the edges that enter the same node, column by column. [E, ..] -> [E, ..]. */
export function edgeSoftmax(g: Graph, m: Tensor): Tensor {
  const { byTarget } = g.topology;
  const steps = stepsOf(m.shape[0] ?? 0, byTarget.items, "edges");
  return macsPerElement(
    fromRows(segmentSoftmax(toRows(m), byTarget, steps), m.shape.slice(1)),
    2,
    1,
  );
}

/** Number of edges that enter each node, [N]; constant. */
export function degree(g: Graph): Tensor {
  return g.constant("degree", () => tf.tensor1d(degrees(g)));
}

/**
 * 1 / sqrt(d_i d_j) of each edge, [E], with d the in-degree; 0 where a degree is 0. On a graph with
 * self loops this is the normalisation of GCN (Kipf and Welling 2017), as PyTorch Geometric's gcn_norm.
 */
export function symmetricNorm(g: Graph): Tensor {
  return g.constant("symmetricNorm", () => {
    const inverse = inverseRoots(g);
    const { sources, targets } = g.topology;
    return tf.tensor1d(Float32Array.from(sources, (j, e) => inverse[j]! * inverse[targets[e]!]!));
  });
}

/** Whether these weights are what `symmetricNorm` gave for this graph. */
function isSymmetricNorm(g: Graph, weights: Tensor): boolean {
  return g.edgeCount > 0 && g.holds("symmetricNorm", weights);
}

/** 1 / sqrt(d) of each node, 0 without edges. */
function inverseRoots(g: Graph): Float32Array {
  return g.numbers("inverseRoots", () => degrees(g).map((d) => (d === 0 ? 0 : 1 / Math.sqrt(d))));
}

function degrees(g: Graph): Float32Array {
  const { pointers, count } = g.topology.byTarget;
  return Float32Array.from({ length: count }, (_, i) => pointers[i + 1]! - pointers[i]!);
}
