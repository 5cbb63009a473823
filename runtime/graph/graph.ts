/** A graph (or a batch of graphs) with its features. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { SgnnError } from "../error.js";
import { gatherRows, segmentSum } from "../kernels/segment.js";
import { Segments } from "../kernels/segments.js";
import { sizeOf } from "../tensor/ops/operand.js";
import { createTopology, type EdgeIndex, type Topology } from "./topology.js";

export type Features = Readonly<Record<string, Tensor>>;

/**
 * Topology and features. Edges, and so the rows of edge features, are sorted by target; `order`
 * leads back to the list as given. Tensors made here are kept: `dispose` frees them.
 */
export class Graph<Nodes extends Features = Features, Edges extends Features = Features> {
  readonly topology: Topology;
  /** Node features by name, [N, ..]. */
  readonly nodes: Nodes;
  /** Edge features by name, [E, ..], in sorted order. */
  readonly edges: Edges;
  /**
   * Of a dynamic graph: its snapshots in the order of time, over the same nodes; this is then the graph at
   * the end. `dispose` frees them too.
   */
  readonly snapshots: readonly Graph<Nodes, Edges>[] | undefined;
  /** Set where this is all snapshots of a dynamic graph side by side, as `over snapshots` sees it: they, in order. */
  readonly stacked: readonly Graph[] | undefined;
  private looped: Graph<Nodes, Edges> | undefined;
  private readonly others = new Map<string, Graph>();
  private readonly cache = new Map<string, Tensor>();
  private readonly arrays = new Map<string, Float32Array>();
  private readonly owned: Tensor[];

  /** @param owned tensors that `dispose` frees with the graph */
  constructor(
    topology: Topology,
    nodes: Nodes,
    edges: Edges,
    owned: readonly Tensor[] = [],
    snapshots?: readonly Graph<Nodes, Edges>[],
    stacked?: readonly Graph[],
  ) {
    this.topology = topology;
    this.snapshots = snapshots;
    this.stacked = stacked;
    this.nodes = nodes;
    this.edges = edges;
    this.owned = [...owned];
  }

  get nodeCount(): number {
    return this.topology.nodeCount;
  }
  get edgeCount(): number {
    return this.topology.edgeCount;
  }
  /** Number of graphs in the batch. */
  get graphCount(): number {
    return this.topology.graphs.count;
  }
  /** Number of snapshots; 1 for a graph that does not change. */
  get snapshotCount(): number {
    return this.snapshots?.length ?? 1;
  }
  /** Position k holds the edge that was given as number order[k]. */
  get order(): Int32Array {
    return this.topology.order;
  }

  /**
   * The graph with exactly one self loop per node; cached. A loop's edge features are the mean of those
   * of the edges that enter its node (0 for none), as in PyTorch Geometric's GATConv.
   */
  withSelfLoops(): Graph<Nodes, Edges> {
    if (!this.looped) {
      const { topology, from } = this.topology.withSelfLoops();
      const names = Object.keys(this.edges);
      const kept: Tensor[] = [];
      const edges = Object.fromEntries(
        names.map((name) => {
          const feature = tf.keep(tf.tidy(() => this.loopFeature(this.edges[name]!, from)));
          kept.push(feature);
          return [name, feature];
        }),
      ) as unknown as Edges;
      this.looped = new Graph(topology, this.nodes, edges, kept);
      // Adding loops again changes nothing.
      this.looped.looped = this.looped;
    }
    return this.looped;
  }

  private loopFeature(feature: Tensor, from: Int32Array): Tensor {
    const width = sizeOf(feature.shape.slice(1));
    const { byTarget, sources, targets, nodeCount } = this.topology;
    const real = Float32Array.from(sources, (source, e) => (source === targets[e] ? 0 : 1));
    const flat = tf.reshape(tf.cast(feature, "float32"), [sources.length, width]);
    // Dropped loops do not count in the mean.
    const counts = new Float32Array(nodeCount);
    for (let e = 0; e < real.length; e++) counts[targets[e]!]! += real[e]!;
    const inverse = counts.map((count) => (count === 0 ? 0 : 1 / count));
    const masked = tf.mul(flat, tf.tensor2d(real, [real.length, 1]));
    const means = segmentSum(masked, byTarget, 1, inverse);
    const all = tf.concat([flat, means], 0);
    let loop = 0;
    const rows = from.map((edge) => (edge >= 0 ? edge : sources.length + loop++));
    const taken = gatherRows(all, Segments.of(rows, all.shape[0]!, false), 1);
    return tf.reshape(taken, [rows.length, ...feature.shape.slice(1)]);
  }

  /** A graph made of this one under a name, once; it is disposed with this one. */
  derived(name: string, make: () => Graph): Graph {
    const found = this.others.get(name) ?? make();
    this.others.set(name, found);
    return found;
  }

  /** A constant tensor of the graph, made once and kept. */
  constant(name: string, make: () => Tensor): Tensor {
    const found = this.cache.get(name);
    if (found && !found.isDisposed) return found;
    const made = tf.keep(tf.tidy(make));
    this.cache.set(name, made);
    return made;
  }

  /** True when `tensor` is the constant of this name. */
  holds(name: string, tensor: Tensor): boolean {
    return this.cache.get(name) === tensor;
  }

  /** Numbers of the graph, computed once. */
  numbers(name: string, make: () => Float32Array): Float32Array {
    const found = this.arrays.get(name) ?? make();
    this.arrays.set(name, found);
    return found;
  }

  /** Frees what this graph made or was given to own. */
  dispose(): void {
    for (const tensor of [...this.cache.values(), ...this.owned]) tensor.dispose();
    this.cache.clear();
    this.owned.length = 0;
    this.topology.dispose();
    this.others.forEach((graph) => graph.dispose());
    this.others.clear();
    if (this.looped && this.looped !== this) this.looped.dispose();
    this.looped = undefined;
    for (const snapshot of this.snapshots ?? []) snapshot.dispose();
  }
}

export interface GraphParts<Nodes extends Features, Edges extends Features> {
  /** [2, E]: sources j, then targets i; flat, as two lists, or as an int tensor. */
  readonly edgeIndex: EdgeIndex | Tensor;
  /** Needed when there are no node features. */
  readonly nodeCount?: number;
  /** Node features [N, ..]; they stay the caller's. */
  readonly nodes?: Nodes;
  /** Edge features [E, ..] in the order of `edgeIndex`; copies in sorted order are made. */
  readonly edges?: Edges;
  /** First node of each graph of a batch, then the number of nodes. */
  readonly graphPtr?: ArrayLike<number>;
  /** Let `dispose` free the node features too. Default false. */
  readonly ownsNodes?: boolean;
}

/**
 * Builds a graph from its parts.
 * @throws SgnnError R120..R123, see `createTopology`; R122 when a feature has the wrong number of rows
 */
export function createGraph<
  Nodes extends Features = Record<string, never>,
  Edges extends Features = Record<string, never>,
>(parts: GraphParts<Nodes, Edges>): Graph<Nodes, Edges> {
  const nodes = parts.nodes ?? ({} as Nodes);
  const edges = parts.edges ?? ({} as Edges);
  const nodeCount = parts.nodeCount ?? Object.values(nodes)[0]?.shape[0] ?? -1;
  const edgeIndex =
    parts.edgeIndex instanceof tf.Tensor ? parts.edgeIndex.dataSync() : parts.edgeIndex;
  const topology = createTopology(edgeIndex, nodeCount, parts.graphPtr);
  checkRows(nodes, nodeCount, "node");
  checkRows(edges, topology.edgeCount, "edge");
  const sorted = isSorted(topology.order);
  const owned: Tensor[] = parts.ownsNodes ? Object.values(nodes) : [];
  const sortedEdges = Object.fromEntries(
    Object.entries(edges).map(([name, feature]) => {
      const rows = tf.keep(
        sorted ? tf.clone(feature) : tf.tidy(() => permute(feature, topology.order)),
      );
      owned.push(rows);
      return [name, rows];
    }),
  ) as unknown as Edges;
  return new Graph(topology, nodes, sortedEdges, owned);
}

/**
 * One graph out of several, block-diagonal: nodes and edges are numbered on, features are stacked.
 * All graphs carry the same features. The result owns its tensors.
 */
export function batchGraphs<Nodes extends Features, Edges extends Features>(
  graphs: readonly Graph<Nodes, Edges>[],
): Graph<Nodes, Edges> {
  const pointers = [0];
  let nodeCount = 0;
  const edgeCount = graphs.reduce((total, graph) => total + graph.edgeCount, 0);
  const sources = new Int32Array(edgeCount);
  const targets = new Int32Array(edgeCount);
  let at = 0;
  for (const graph of graphs) {
    for (let e = 0; e < graph.edgeCount; e++, at++) {
      sources[at] = graph.topology.sources[e]! + nodeCount;
      targets[at] = graph.topology.targets[e]! + nodeCount;
    }
    for (const end of graph.topology.graphs.pointers.subarray(1)) pointers.push(nodeCount + end);
    nodeCount += graph.nodeCount;
  }
  const stack = (features: readonly Features[]): Record<string, Tensor> =>
    Object.fromEntries(
      Object.keys(features[0] ?? {}).map((name) => [
        name,
        tf.concat(
          features.map((feature) => feature[name]!),
          0,
        ),
      ]),
    );
  let batch: Graph<Nodes, Edges>;
  tf.tidy(() => {
    const nodes = stack(graphs.map((graph) => graph.nodes)) as unknown as Nodes;
    for (const feature of Object.values(nodes)) tf.keep(feature);
    // Sorted within each graph, so sorted altogether: createGraph only clones the features.
    const edges = stack(graphs.map((graph) => graph.edges)) as unknown as Edges;
    batch = createGraph<Nodes, Edges>({
      edgeIndex: { sources, targets },
      nodeCount,
      nodes,
      edges,
      graphPtr: pointers,
      ownsNodes: true,
    });
  });
  return batch!;
}

function permute(feature: Tensor, order: Int32Array): Tensor {
  const width = sizeOf(feature.shape.slice(1));
  const flat = tf.reshape(tf.cast(feature, "float32"), [order.length, width]);
  return tf.reshape(gatherRows(flat, Segments.of(order, order.length, false), 1), feature.shape);
}

function isSorted(order: Int32Array): boolean {
  return order.every((edge, k) => edge === k);
}

function checkRows(features: Features, count: number, what: string): void {
  for (const [name, feature] of Object.entries(features)) {
    if (feature.shape[0] !== count) {
      throw new SgnnError({
        code: "R122",
        message: `${what} feature ${name} is [${feature.shape.join(", ")}] for ${count} ${what}s`,
        why: `It needs one row for each ${what}.`,
        fix: "Check the array, or the number of nodes.",
      });
    }
  }
}
