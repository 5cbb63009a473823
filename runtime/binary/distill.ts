/**
 * What a student learns from its teacher besides the labels.
 *
 * - logits: T^2 KL(softmax(teacher / T) || softmax(student / T)), mean over the rows (Hinton et al. 2015); on one graph
 *   over every node. With the weight a the whole loss is (1 - a) times that of the labels plus a times this.
 * - structure: for every graph that the network builds, which of its neighbours a node resembles, over the union
 *   of the student's and the teacher's edges: softmax over the edges of s_ij = exp(-|z_i - z_j|^2), and
 *   KL(teacher || student), mean over nodes and graphs (Yang et al. 2020, eqs. 3-5; Bahri et al. 2021, eq. 13). We
 *   divide the squared distance by the number of channels (ours): with signs it is the share of bits that differ,
 *   times 4, so that the similarity of wide rows does not vanish.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { edgeSoftmax, source, target } from "../graph/functions.js";
import { Graph } from "../graph/graph.js";
import { Topology } from "../graph/topology.js";
import type { BuiltGraph } from "../layers/run.js";

export interface DistillSpec {
  readonly logits?: { readonly temperature: number; readonly weight: number } | undefined;
  readonly structure?: { readonly weight: number } | undefined;
}

/** What a network said of a batch. */
export interface Answer {
  readonly output: Tensor;
  /** The graphs it built, in order. */
  readonly structure: readonly BuiltGraph[];
}

/** The loss of the student, given that of the labels. A scalar. */
export function distilledLoss(
  labelLoss: Tensor,
  student: Answer,
  teacher: Answer,
  { logits, structure }: DistillSpec,
): Tensor {
  let loss = labelLoss;
  if (logits !== undefined) {
    const soft = logitLoss(student.output, teacher.output, logits.temperature);
    loss = tf.add(tf.mul(loss, 1 - logits.weight), tf.mul(soft, logits.weight));
  }
  if (structure !== undefined && structure.weight > 0) {
    const layers = pairs(student.structure, teacher.structure);
    for (const [own, taught] of layers) {
      const share = structure.weight / layers.length;
      loss = tf.add(loss, tf.mul(structureLoss(own, taught), share));
    }
  }
  return loss;
}

/** T^2 KL(teacher || student) of the softened classes, mean over the rows. */
export function logitLoss(student: Tensor, teacher: Tensor, temperature: number): Tensor {
  const taught = tf.logSoftmax(tf.div(teacher, temperature));
  const own = tf.logSoftmax(tf.div(student, temperature));
  const divergence = tf.sum(tf.mul(tf.exp(taught), tf.sub(taught, own)), -1);
  return tf.mul(tf.mean(divergence), temperature * temperature);
}

/** Graphs of both networks by their order; the first is built from the input, where nothing can be learned. */
function pairs(
  student: readonly BuiltGraph[],
  teacher: readonly BuiltGraph[],
): (readonly [BuiltGraph, BuiltGraph])[] {
  const count = Math.min(student.length, teacher.length);
  return Array.from({ length: count }, (_, k) => [student[k]!, teacher[k]!] as const).slice(1);
}

/** KL between the neighbourhoods of teacher and student over the union of their edges, mean over the nodes. */
export function structureLoss(student: BuiltGraph, teacher: BuiltGraph): Tensor {
  const union = unionOf(student.graph, teacher.graph);
  const own = resemblance(union, student.x);
  const taught = resemblance(union, teacher.x);
  const tiny = 1e-12;
  const logRatio = tf.sub(tf.log(tf.add(taught, tiny)), tf.log(tf.add(own, tiny)));
  return tf.div(tf.sum(tf.mul(taught, logRatio)), Math.max(1, union.nodeCount));
}

/** Softmax over the edges into each node of exp(-|z_i - z_j|^2 / channels), [E, 1]. */
function resemblance(graph: Graph, z: Tensor): Tensor {
  const gap = tf.sub(target(graph, z), source(graph, z));
  return edgeSoftmax(graph, tf.exp(tf.neg(tf.mean(tf.square(gap), 1, true))));
}

/** The edges that are in one of two graphs on the same nodes: into each node those of `a`, then the others of `b`. */
export function unionOf(a: Graph, b: Graph): Graph {
  const sources = new Int32Array(a.edgeCount + b.edgeCount);
  const targets = new Int32Array(a.edgeCount + b.edgeCount);
  // The last node into which an edge from each node was taken.
  const takenFor = new Int32Array(a.nodeCount).fill(-1);
  let count = 0;
  for (let node = 0; node < a.nodeCount; node++) {
    for (const { topology } of [a, b]) {
      const { pointers } = topology.byTarget;
      for (let e = pointers[node]!; e < pointers[node + 1]!; e++) {
        const from = topology.sources[e]!;
        if (takenFor[from] === node) continue;
        takenFor[from] = node;
        sources[count] = from;
        targets[count] = node;
        count += 1;
      }
    }
  }
  const { graphs } = a.topology;
  const topology = new Topology(
    a.nodeCount,
    sources.slice(0, count),
    targets.slice(0, count),
    graphs,
    false,
  );
  return new Graph(topology, {}, {});
}
