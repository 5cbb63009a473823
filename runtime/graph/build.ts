/**
 * Graphs that a model builds from what it computes: k nearest neighbours and all neighbours within a
 * radius (dynamic graph networks, Wang et al. 2019, section 3.2). The nodes, and the clouds they belong to,
 * are those of another graph. Who is a neighbour of whom has no gradient.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { SgnnError } from "../error.js";
import { smallest } from "../kernels/reference/nearest.js";
import type { Run } from "../layers/run.js";
import { toFloat } from "../tensor/ops/operand.js";
import { Graph } from "./graph.js";
import { Topology } from "./topology.js";

/** `hamming` counts in how many places rows of signs differ; the order is that of the distance. */
export type Metric = "euclidean" | "hamming" | "cosine";

/**
 * Each node with its `k` nearest nodes of the same cloud as sources, nearest first, itself among them. Of
 * equally near nodes the one with the smaller number comes first.
 * @param g the clouds: its edges are not read
 * @param x [N, C]
 * @throws SgnnError R150 when a cloud has fewer than `k` nodes
 */
export function knn(g: Graph, x: Tensor, k: number, metric: Metric, run: Run): Graph {
  const { pointers } = g.topology.graphs;
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
  const sources = new Int32Array(g.nodeCount * k);
  const scratch = new Float64Array(k);
  eachDistance(x, metric, pointers, (row, start, distances) => {
    smallest(distances, distances.length, k, sources, row * k, scratch);
    for (let n = 0; n < k; n++) sources[row * k + n]! += start;
  });
  const targets = Int32Array.from(sources, (_, e) => Math.floor(e / k));
  return built(g, x, sources, targets, run);
}

/**
 * Each node with all nodes of the same cloud within the distance `r`, itself among them.
 * @throws SgnnError R151 when `r` is not above 0
 */
export function radius(g: Graph, x: Tensor, r: number, run: Run): Graph {
  if (!(r > 0)) {
    throw new SgnnError({
      code: "R151",
      message: `radius<${r}>`,
      why: "A radius is a distance above 0.",
      fix: "Give a positive number.",
    });
  }
  const sources: number[] = [];
  const targets: number[] = [];
  eachDistance(x, "euclidean", g.topology.graphs.pointers, (row, start, distances) => {
    for (let j = 0; j < distances.length; j++) {
      if (distances[j]! > r * r && start + j !== row) continue;
      sources.push(start + j);
      targets.push(row);
    }
  });
  return built(g, x, Int32Array.from(sources), Int32Array.from(targets), run);
}

function built(g: Graph, x: Tensor, sources: Int32Array, targets: Int32Array, run: Run): Graph {
  const topology = new Topology(g.nodeCount, sources, targets, g.topology.graphs, false);
  const graph = new Graph(topology, {}, {});
  run.structure?.push({ x, graph });
  return graph;
}

/** Calls `see` with the squared distances of each row to the rows of its cloud. */
function eachDistance(
  x: Tensor,
  metric: Metric,
  pointers: Int32Array,
  see: (row: number, start: number, distances: Float32Array) => void,
): void {
  const width = x.shape[1] ?? 1;
  for (let cloud = 0; cloud + 1 < pointers.length; cloud++) {
    const start = pointers[cloud]!;
    const count = pointers[cloud + 1]! - start;
    if (count === 0) continue;
    const all = distancesOf(x, start, count, width, metric);
    for (let i = 0; i < count; i++) see(start + i, start, all.subarray(i * count, (i + 1) * count));
  }
}

/** [count * count]. Products of signs are whole numbers, so Hamming distances are exact. */
function distancesOf(
  x: Tensor,
  start: number,
  count: number,
  width: number,
  metric: Metric,
): Float32Array {
  const squared = tf.tidy(() => {
    const given = tf.slice(toFloat(x), [start, 0], [count, width]);
    const rows =
      metric === "cosine"
        ? tf.div(given, tf.add(tf.norm(given, "euclidean", 1, true), 1e-12))
        : given;
    const products = tf.matMul(rows as tf.Tensor2D, tf.transpose(rows) as tf.Tensor2D);
    const norms = tf.sum(tf.square(rows), 1, true);
    const sums = tf.add(norms, tf.transpose(norms));
    return tf.sub(sums, tf.mul(products, 2));
  });
  const values = Float32Array.from(squared.dataSync());
  squared.dispose();
  // Rounding must not make a point another one's nearer neighbour than itself.
  for (let i = 0; i < count; i++) values[i * count + i] = 0;
  for (let k = 0; k < values.length; k++) if (values[k]! < 0) values[k] = 0;
  return values;
}
