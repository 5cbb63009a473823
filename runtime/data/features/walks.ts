/** DeepWalk-like node features: random walks, and skip-gram with negative sampling on them. */
import { Rng } from "../../tensor/random/rng.js";
import type { GraphSet } from "../graphs.js";
import { tablesOf, type Adjacency } from "./adjacency.js";

export interface WalkOptions {
  readonly dimensions: number;
  /** Nodes in a walk. */
  readonly length: number;
  /** Walks that begin at each node. */
  readonly walks: number;
  /** Farthest neighbours in a walk that are pulled together. */
  readonly window: number;
  /** Nodes pushed away for each pair. */
  readonly negatives: number;
  /** Learning rate at the beginning of a snapshot. */
  readonly rate: number;
  /** Half-life of an edge in units of time; 0 for none. */
  readonly recency: number;
  readonly seed: number;
}

/**
 * DeepWalk (Perozzi, Al-Rfou, Skiena, KDD 2014) with skip-gram and negative sampling (Mikolov et al. 2013) instead
 * of the hierarchical softmax: walks step along edges with a chance proportional to their weight; each node of a
 * walk and each other within a window drawn from 1..window are a pair; negatives are drawn by degree^(3/4); the
 * rate falls linearly. Ours: a snapshot begins with the vectors of the one before, so the features of a
 * node stay comparable over time. A node without edges has features 0.
 * @returns [snapshots, N, dimensions]; a function of the edges, the options and nothing else
 */
export function walkFeatures(graphs: GraphSet, options: WalkOptions): Float32Array {
  const { dimensions, seed } = options;
  const size = graphs.nodeCount * dimensions;
  const first = Rng.of(seed, "walks");
  const inner = Float32Array.from({ length: size }, () => first.uniform(-0.5, 0.5) / dimensions);
  const outer = new Float32Array(size);
  return tablesOf(graphs, options, 0, (table, matrix, k) => {
    const learner = new SkipGram(matrix, inner, outer, options, Rng.of(seed, "walks", k + 1));
    learner.run();
    for (let i = 0; i < graphs.nodeCount; i++) {
      if (matrix.strength[i] === 0) continue;
      const at = i * dimensions;
      table.set(inner.subarray(at, at + dimensions), at);
    }
  });
}

/** Numbers of the table from which negatives are drawn. */
const TABLE = 1 << 20;
/** Share of the learning rate at the end. */
const LEAST = 1e-3;

class SkipGram {
  /** Sum of the weights up to each edge of a row. */
  private readonly cumulative: Float64Array;
  private readonly table: Int32Array;
  private readonly starts: Int32Array;
  private readonly change: Float32Array;

  constructor(
    private readonly matrix: Adjacency,
    private readonly inner: Float32Array,
    private readonly outer: Float32Array,
    private readonly options: WalkOptions,
    private readonly rng: Rng,
  ) {
    const { nodeCount, strength } = matrix;
    this.cumulative = cumulativeWeights(matrix);
    this.starts = Int32Array.from({ length: nodeCount }, (_, i) => i).filter(
      (i) => strength[i]! > 0,
    );
    this.table = negativeTable(strength, this.starts);
    this.change = new Float32Array(options.dimensions);
  }

  run(): void {
    const { walks, length, window, rate: highest } = this.options;
    const { starts, rng } = this;
    const walk = new Int32Array(length);
    const total = walks * starts.length;
    let done = 0;
    for (let round = 0; round < walks; round++) {
      for (const place of rng.permutation(starts.length)) {
        const rate = highest * Math.max(LEAST, 1 - done / total);
        done += 1;
        this.walkFrom(starts[place]!, walk);
        for (let a = 0; a < length; a++) {
          const reach = 1 + rng.integer(window);
          const last = Math.min(length - 1, a + reach);
          for (let b = Math.max(0, a - reach); b <= last; b++) {
            if (a !== b) this.pair(walk[a]!, walk[b]!, rate);
          }
        }
      }
    }
  }

  private walkFrom(start: number, walk: Int32Array): void {
    const { pointers, columns } = this.matrix;
    let node = start;
    for (let step = 0; step < walk.length; step++) {
      walk[step] = node;
      const end = pointers[node + 1]!;
      let low = pointers[node]!;
      let high = end - 1;
      const draw = this.rng.uniform(0, this.cumulative[high]!);
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.cumulative[middle]! > draw) high = middle;
        else low = middle + 1;
      }
      node = columns[low]!;
    }
  }

  /** One step of gradient ascent on log s(u v) + sum log s(-u n). */
  private pair(centre: number, context: number, rate: number): void {
    const { inner, outer, change, options, table, rng } = this;
    const { dimensions, negatives } = options;
    const at = centre * dimensions;
    change.fill(0);
    for (let n = 0; n <= negatives; n++) {
      const other = n === 0 ? context : table[rng.integer(TABLE)]!;
      if (n > 0 && other === context) continue;
      const to = other * dimensions;
      let dot = 0;
      for (let c = 0; c < dimensions; c++) dot += inner[at + c]! * outer[to + c]!;
      const pull = rate * ((n === 0 ? 1 : 0) - 1 / (1 + Math.exp(-dot)));
      for (let c = 0; c < dimensions; c++) {
        change[c]! += pull * outer[to + c]!;
        outer[to + c]! += pull * inner[at + c]!;
      }
    }
    for (let c = 0; c < dimensions; c++) inner[at + c]! += change[c]!;
  }
}

/** Edge weights added up along each row; the normalisation is undone, so a walk follows the weights. */
function cumulativeWeights({
  nodeCount,
  pointers,
  columns,
  values,
  strength,
}: Adjacency): Float64Array {
  const sums = new Float64Array(values.length);
  for (let i = 0; i < nodeCount; i++) {
    let sum = 0;
    for (let e = pointers[i]!; e < pointers[i + 1]!; e++) {
      sum += values[e]! * Math.sqrt(strength[columns[e]!]!);
      sums[e] = sum;
    }
  }
  return sums;
}

/** Nodes as often as their strength^(3/4) asks for. */
function negativeTable(strength: Float64Array, nodes: Int32Array): Int32Array {
  const table = new Int32Array(TABLE);
  const total = nodes.reduce((sum, node) => sum + strength[node]! ** 0.75, 0);
  let at = 0;
  let sum = 0;
  for (const node of nodes) {
    sum += strength[node]! ** 0.75;
    const end = Math.min(TABLE, Math.ceil((sum / total) * TABLE));
    table.fill(node, at, end);
    at = Math.max(at, end);
  }
  return table;
}
