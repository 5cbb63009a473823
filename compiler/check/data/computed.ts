/**
 * Node features that are computed from the graph, and their arguments: `x = fastrp(dimensions: 80, seed: 1)`. The
 * runtime has the same table with the code (runtime/data/features); a test compares the two.
 */
import type { ArgumentTable } from "../named-arguments.js";

const recency = { initial: 0, least: 0 };
const seed = { initial: 1, whole: true, least: 0, most: 2 ** 31 };
const dimensions = { initial: 80, whole: true, least: 1, most: 4096 };

export const computedFeatures: Readonly<Record<string, ArgumentTable>> = {
  /** Random projections of powers of the adjacency matrix. */
  fastrp: {
    dimensions,
    powers: { initial: 3, whole: true, least: 1, most: 20 },
    recency,
    seed,
  },
  /** Skip-gram with negative sampling on random walks. */
  walks: {
    dimensions,
    length: { initial: 10, whole: true, least: 2, most: 1000 },
    walks: { initial: 10, whole: true, least: 1, most: 1000 },
    window: { initial: 5, whole: true, least: 1, most: 1000 },
    negatives: { initial: 5, whole: true, least: 1, most: 100 },
    rate: { initial: 0.025, least: 1e-6, most: 1 },
    recency,
    seed,
  },
  /** Training labels along the edges, out of fold; the run's seed deals the folds. */
  propagated: {
    folds: { initial: 10, whole: true, least: 2, most: 100 },
    steps: { initial: 20, whole: true, least: 1, most: 1000 },
    loop: { initial: 1, least: 0 },
    recency,
  },
};
