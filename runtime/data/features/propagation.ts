/** Label propagation: a baseline of its own, and training labels as a node feature. */
import { Rng } from "../../tensor/random/rng.js";
import type { GraphSet } from "../graphs.js";
import { adjacencyOf, multiply, snapshotCount, type Adjacency } from "./adjacency.js";

export interface PropagationOptions {
  readonly steps: number;
  /** Half-life of an edge in units of time; 0 for none. */
  readonly recency: number;
  /** Weight of a node's self loop, where an edge weighs 1. */
  readonly loop: number;
}

/** Labels of some nodes: what may be known. */
export interface KnownLabels {
  readonly nodes: Int32Array;
  /** Class of each of `nodes`. */
  readonly classes: Int32Array;
  /** Number of classes. */
  readonly count: number;
}

/**
 * Label propagation (Zhu and Ghahramani 2002) on the graph at the end, with the symmetric normalisation of
 * Zhou et al. 2004: F <- A F, and after every step known nodes are set back to their label.
 * @returns class scores [N, classes]; 0 where no known label is within `steps` edges
 */
export function propagateLabels(
  graphs: GraphSet,
  known: KnownLabels,
  options: PropagationOptions,
): Float32Array {
  return propagate(finalMatrix(graphs, options), known, options.steps);
}

/**
 * Propagated training labels as features, out of fold: the training nodes are dealt into folds, and those of a
 * fold get the scores of a propagation that knows only the others'. So no node sees its own label, and training
 * nodes look as the other nodes do, whose scores come from all training labels. Rows are shares (their sum is 1,
 * or 0 where no label arrives). A function of the edges, the labels in `known` and the options.
 * @param known labels of the training part, and of no other
 * @returns [N, classes]
 */
export function outOfFoldLabels(
  graphs: GraphSet,
  known: KnownLabels,
  options: PropagationOptions & { readonly folds: number; readonly seed: number },
): Float32Array {
  const { folds, seed, steps } = options;
  const { nodes, classes, count } = known;
  const matrix = finalMatrix(graphs, options);
  const features = propagate(matrix, known, steps);
  const fold = new Int32Array(nodes.length);
  Rng.of(seed, "propagated labels")
    .permutation(nodes.length)
    .forEach((k, place) => (fold[k] = place % folds));
  for (let f = 0; f < folds; f++) {
    const others = nodes.map((_, k) => k).filter((k) => fold[k] !== f);
    const rest = { nodes: others.map((k) => nodes[k]!), classes: others.map((k) => classes[k]!) };
    const scores = propagate(matrix, { ...rest, count }, steps);
    nodes.forEach((node, k) => {
      if (fold[k] !== f) return;
      features.set(scores.subarray(node * count, (node + 1) * count), node * count);
    });
  }
  return asShares(features, count);
}

function finalMatrix(graphs: GraphSet, { recency, loop }: PropagationOptions): Adjacency {
  const { snapshots } = graphs;
  // All edges, whatever view of them a snapshot has.
  const all = snapshots && { ...snapshots, newEdges: false };
  return adjacencyOf({ ...graphs, snapshots: all }, snapshotCount(graphs) - 1, recency, loop);
}

function propagate(matrix: Adjacency, known: KnownLabels, steps: number): Float32Array {
  const { nodes, classes, count } = known;
  let scores = new Float32Array(matrix.nodeCount * count);
  let next = new Float32Array(scores.length);
  const clamp = (): void => {
    nodes.forEach((node, k) => {
      scores.fill(0, node * count, (node + 1) * count);
      scores[node * count + classes[k]!] = 1;
    });
  };
  clamp();
  for (let step = 0; step < steps; step++) {
    multiply(matrix, scores, count, next);
    [scores, next] = [next, scores];
    clamp();
  }
  return scores;
}

function asShares(scores: Float32Array, count: number): Float32Array {
  for (let at = 0; at < scores.length; at += count) {
    let sum = 0;
    for (let c = 0; c < count; c++) sum += scores[at + c]!;
    if (sum > 0) for (let c = 0; c < count; c++) scores[at + c]! /= sum;
  }
  return scores;
}
