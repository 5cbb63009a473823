/** Who is connected to whom: validated, sorted by target, with everything derived from it cached. */
import { SgnnError } from "../error.js";
import { Incidence, Segments, shiftInto } from "../kernels/segments.js";

/** Connections in one of the usual forms: row 0 the sources j, row 1 the targets i. */
export type EdgeIndex =
  | { readonly sources: ArrayLike<number>; readonly targets: ArrayLike<number> }
  | readonly [ArrayLike<number>, ArrayLike<number>]
  | ArrayLike<number>;

/**
 * Edges sorted by target (stable), so that the edges into a node are consecutive. Rows of
 * `incidence` are targets, columns are sources, entries are edges.
 */
export class Topology {
  readonly nodeCount: number;
  readonly edgeCount: number;
  /** Source j of each sorted edge. */
  readonly sources: Int32Array;
  /** Target i of each sorted edge. */
  readonly targets: Int32Array;
  /** Index of each sorted edge in the list as given. */
  readonly order: Int32Array;
  readonly incidence: Incidence;
  /** Nodes of each graph of a batch; one segment for a single graph. */
  readonly graphs: Segments;
  private degrees: Int32Array | undefined;

  constructor(
    nodeCount: number,
    sources: Int32Array,
    targets: Int32Array,
    graphPointers: Int32Array | Segments = Int32Array.of(0, nodeCount),
    /** False for a graph of a single call, which keeps no tensors and needs no `dispose`. */
    lasting = true,
    /** What is known already of edges that are sorted. */
    sorted?: { readonly order: Int32Array; readonly incidence: Incidence },
  ) {
    this.nodeCount = nodeCount;
    this.edgeCount = sources.length;
    this.graphs =
      graphPointers instanceof Segments ? graphPointers : Segments.fromPointers(graphPointers);
    if (sorted !== undefined) {
      this.order = sorted.order;
      this.incidence = sorted.incidence;
      this.sources = sources;
      this.targets = targets;
      return;
    }
    const byTarget = Segments.of(targets, nodeCount, lasting);
    const order = byTarget.members;
    this.order = order ?? inOrder(sources.length);
    this.sources = order ? order.map((edge) => sources[edge]!) : sources;
    this.targets = order ? order.map((edge) => targets[edge]!) : targets;
    const rows = order ? Segments.fromPointers(byTarget.pointers) : byTarget;
    this.incidence = new Incidence(rows, this.sources, nodeCount);
  }

  /**
   * Single graphs as a batch: nodes and edges of each are numbered on from those before it. Nothing is sorted or
   * checked again, so that a batch of graphs that are batched often is cheap. The parts stay the caller's.
   */
  static stack(parts: readonly Topology[]): Topology {
    const graphPtr = new Int32Array(parts.length + 1);
    let edgeCount = 0;
    parts.forEach((part, k) => {
      graphPtr[k + 1] = graphPtr[k]! + part.nodeCount;
      edgeCount += part.edgeCount;
    });
    const order = new Int32Array(edgeCount);
    const sources = new Int32Array(edgeCount);
    const targets = new Int32Array(edgeCount);
    let at = 0;
    parts.forEach((part, k) => {
      shiftInto(order, at, part.order, at);
      shiftInto(sources, at, part.sources, graphPtr[k]!);
      shiftInto(targets, at, part.targets, graphPtr[k]!);
      at += part.edgeCount;
    });
    const incidence = Incidence.stack(parts.map((part) => part.incidence));
    const sorted = { order, incidence };
    return new Topology(graphPtr[parts.length]!, sources, targets, graphPtr, true, sorted);
  }

  /** Edges grouped by target. */
  get byTarget(): Segments {
    return this.incidence.rows;
  }

  /** Edges grouped by source. */
  get bySource(): Segments {
    return this.incidence.columns;
  }

  /** Number of edges that leave each node. */
  get outDegrees(): Int32Array {
    if (this.degrees === undefined) {
      const { sources } = this;
      this.degrees = new Int32Array(this.nodeCount);
      for (let e = 0; e < sources.length; e++) this.degrees[sources[e]!]! += 1;
    }
    return this.degrees;
  }

  /**
   * The same nodes with exactly one self loop each: existing loops are dropped, then loops are added,
   * as GATConv and (for unweighted graphs) GCNConv of PyTorch Geometric do.
   * @returns the topology, and for each of its sorted edges the sorted edge it came from, -1 for a loop
   */
  withSelfLoops(): { topology: Topology; from: Int32Array } {
    const kept: number[] = [];
    for (let e = 0; e < this.edgeCount; e++) {
      if (this.sources[e] !== this.targets[e]) kept.push(e);
    }
    const count = kept.length + this.nodeCount;
    const sources = new Int32Array(count);
    const targets = new Int32Array(count);
    kept.forEach((e, k) => {
      sources[k] = this.sources[e]!;
      targets[k] = this.targets[e]!;
    });
    for (let i = 0; i < this.nodeCount; i++) {
      sources[kept.length + i] = i;
      targets[kept.length + i] = i;
    }
    const topology = new Topology(this.nodeCount, sources, targets, this.graphs.pointers);
    const from = topology.order.map((k) => (k < kept.length ? kept[k]! : -1));
    return { topology, from };
  }

  dispose(): void {
    this.incidence.dispose();
    this.graphs.dispose();
  }
}

/** 0, 1, .. count - 1; a loop, because this is done for every graph that a model builds. */
function inOrder(count: number): Int32Array {
  const numbers = new Int32Array(count);
  for (let k = 0; k < count; k++) numbers[k] = k;
  return numbers;
}

/**
 * Checks and builds a topology.
 * @throws SgnnError R120 index out of range, R121 not whole numbers, R122 wrong lengths,
 * R123 bad graph pointers
 */
export function createTopology(
  edgeIndex: EdgeIndex,
  nodeCount: number,
  graphPointers?: ArrayLike<number>,
): Topology {
  if (!Number.isInteger(nodeCount) || nodeCount < 0) {
    throw new SgnnError({
      code: "R122",
      message: `a graph cannot have ${nodeCount} nodes`,
      why: "The number of nodes is a whole number, 0 or more.",
      fix: "Give nodeCount, or node features from whose rows it is taken.",
    });
  }
  const [sources, targets] = ends(edgeIndex);
  for (let e = 0; e < sources.length; e++) {
    checkEnd(sources[e]!, e, sources[e]!, targets[e]!, nodeCount);
    checkEnd(targets[e]!, e, sources[e]!, targets[e]!, nodeCount);
  }
  return new Topology(
    nodeCount,
    Int32Array.from(sources),
    Int32Array.from(targets),
    graphPointers === undefined ? undefined : checkedPointers(graphPointers, nodeCount),
  );
}

function ends(edgeIndex: EdgeIndex): [ArrayLike<number>, ArrayLike<number>] {
  let pair: [ArrayLike<number>, ArrayLike<number>];
  if ("sources" in edgeIndex) pair = [edgeIndex.sources, edgeIndex.targets];
  else if (edgeIndex.length === 2 && typeof edgeIndex[0] === "object") {
    pair = [edgeIndex[0] as ArrayLike<number>, edgeIndex[1] as ArrayLike<number>];
  } else {
    const flat = edgeIndex as ArrayLike<number>;
    if (flat.length % 2 !== 0) {
      throw new SgnnError({
        code: "R122",
        message: `the edge index has ${flat.length} numbers, an odd number`,
        why: "It holds all sources, then all targets: an array of shape [2, E].",
        fix: "Check its shape.",
      });
    }
    const all = Array.prototype.slice.call(flat) as number[];
    pair = [all.slice(0, all.length / 2), all.slice(all.length / 2)];
  }
  if (pair[0].length !== pair[1].length) {
    throw new SgnnError({
      code: "R122",
      message: `the edge index has ${pair[0].length} sources and ${pair[1].length} targets`,
      why: "Every edge has one of each.",
      fix: "Give an array of shape [2, E].",
    });
  }
  return pair;
}

function checkEnd(
  value: number,
  edge: number,
  source: number,
  target: number,
  count: number,
): void {
  if (!Number.isInteger(value)) {
    throw new SgnnError({
      code: "R121",
      message: `edge ${edge} is ${source} -> ${target}: ${value} is not a whole number`,
      why: "The ends of an edge are node numbers.",
      fix: "Store edge_index as whole numbers.",
    });
  }
  if (value < 0 || value >= count) {
    throw new SgnnError({
      code: "R120",
      message: `edge ${edge} is ${source} -> ${target}, but there are ${count} nodes`,
      why: `Node numbers go from 0 to ${count - 1}.`,
      fix: "Check whether the numbers start at 1, or belong to another graph of the batch.",
    });
  }
}

function checkedPointers(pointers: ArrayLike<number>, nodeCount: number): Int32Array {
  const values = Int32Array.from(pointers);
  let fine = values.length >= 1 && values[0] === 0 && values[values.length - 1] === nodeCount;
  for (let k = 1; k < values.length; k++) if (values[k]! < values[k - 1]!) fine = false;
  if (!fine) {
    throw new SgnnError({
      code: "R123",
      message: `graph pointers [${[...values.slice(0, 8)].join(", ")}${values.length > 8 ? ", .." : ""}] for ${nodeCount} nodes`,
      why: "They start at 0, never fall, and end at the number of nodes.",
      fix: "Give the first node of each graph, then the number of nodes.",
    });
  }
  return values;
}
