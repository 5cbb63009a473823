/**
 * Graphs that a model builds from what it computes: k nearest neighbours and all neighbours within a
 * radius (dynamic graph networks, Wang et al. 2019, section 3.2). The nodes, and the clouds they belong to,
 * are those of another graph. Who is a neighbour of whom has no gradient.
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import { SgnnError } from "../error.js";
import { checkClouds, nearestNeighbours } from "../kernels/nearest.js";
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
  checkClouds(pointers, k);
  const width = x.shape[1] ?? 1;
  const sources = nearestNeighbours(rowsFor(metric, x, width), width, pointers, k);
  const targets = new Int32Array(sources.length);
  for (let i = 0; i < g.nodeCount; i++) targets.fill(i, i * k, (i + 1) * k);
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
  const width = x.shape[1] ?? 1;
  const values = toFloat(x).dataSync();
  const { pointers } = g.topology.graphs;
  for (let cloud = 0; cloud + 1 < pointers.length; cloud++) {
    const [start, end] = [pointers[cloud]!, pointers[cloud + 1]!];
    for (let i = start; i < end; i++) {
      for (let j = start; j < end; j++) {
        let distance = 0;
        for (let c = 0; c < width; c++) {
          distance += (values[i * width + c]! - values[j * width + c]!) ** 2;
        }
        if (distance > r * r) continue;
        sources.push(j);
        targets.push(i);
      }
    }
  }
  return built(g, x, Int32Array.from(sources), Int32Array.from(targets), run);
}

function built(g: Graph, x: Tensor, sources: Int32Array, targets: Int32Array, run: Run): Graph {
  const topology = new Topology(g.nodeCount, sources, targets, g.topology.graphs, false);
  const graph = new Graph(topology, {}, {});
  run.structure?.push({ x, graph });
  return graph;
}

/**
 * The rows among which the nearest by a metric are the nearest by Euclidean distance. Between rows of signs the
 * squared distance is four times the Hamming distance, exactly.
 */
function rowsFor(metric: Metric, x: Tensor, width: number): Float32Array {
  const rows = toFloat(x).dataSync() as Float32Array;
  if (metric !== "cosine") return rows;
  const unit = new Float32Array(rows.length);
  for (let at = 0; at < rows.length; at += width) {
    const norm = Math.hypot(...rows.subarray(at, at + width)) + 1e-12;
    for (let c = 0; c < width; c++) unit[at + c] = rows[at + c]! / norm;
  }
  return unit;
}
