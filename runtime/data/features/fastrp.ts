/** FastRP: node features from random projections of powers of the adjacency matrix. */
import { Rng } from "../../tensor/random/rng.js";
import type { GraphSet } from "../graphs.js";
import { multiply, tablesOf, type Adjacency } from "./adjacency.js";

export interface FastRpOptions {
  readonly dimensions: number;
  /** Powers of the adjacency matrix that are added up. */
  readonly powers: number;
  /** Half-life of an edge in units of time; 0 for none. */
  readonly recency: number;
  readonly seed: number;
}

/**
 * Fast random projection (Chen, Sultan, Tian, Chen, Skiena, CIKM 2019, "Fast and Accurate Network Embeddings via
 * Very Sparse Random Projection", eq. 8): X = sum_p rows(A^p R), where the entries of R are sqrt(3) {1, 0, -1}
 * with probabilities 1/6, 2/3, 1/6, and `rows` makes the length of every row 1. Ours: A is symmetric-normalised
 * with self loops, and the powers have equal weights. R is the same in all snapshots, so features of a node stay
 * comparable over time. A node without edges has features 0.
 * @returns [snapshots, N, dimensions]; a function of the edges, the options and nothing else
 */
export function fastRp(graphs: GraphSet, options: FastRpOptions): Float32Array {
  const random = projection(graphs.nodeCount * options.dimensions, options.seed);
  return tablesOf(graphs, options, 1, (table, matrix) => {
    addPowers(matrix, random, options, table);
  });
}

function projection(size: number, seed: number): Float32Array {
  const rng = Rng.of(seed, "fastrp");
  const high = Math.sqrt(3);
  return Float32Array.from({ length: size }, () => {
    const draw = rng.integer(6);
    return draw === 0 ? high : draw === 1 ? -high : 0;
  });
}

function addPowers(
  matrix: Adjacency,
  random: Float32Array,
  { dimensions, powers }: FastRpOptions,
  out: Float32Array,
): void {
  let now = random;
  let next: Float32Array = new Float32Array(random.length);
  for (let power = 1; power <= powers; power++) {
    multiply(matrix, now, dimensions, next);
    for (let i = 0; i < matrix.nodeCount; i++) {
      if (matrix.strength[i] === 0) continue;
      let square = 0;
      for (let c = 0; c < dimensions; c++) square += next[i * dimensions + c]! ** 2;
      const factor = square > 0 ? 1 / Math.sqrt(square) : 0;
      for (let c = 0; c < dimensions; c++)
        out[i * dimensions + c]! += factor * next[i * dimensions + c]!;
    }
    [now, next] = [next, power === 1 ? new Float32Array(random.length) : now];
  }
}
