/**
 * The graph that `over snapshots` sees: all snapshots of a dynamic graph side by side, block-diagonally.
 * Its T * N nodes are the time-major rows of a value [T, N, ..], so every function of a graph and every
 * layer works on all snapshots at once, and a neuron steps from block to block.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { SgnnError } from "../error.js";
import { hold } from "../tensor/ops/shapes.js";
import { Graph, type Features } from "./graph.js";
import { createTopology, type Topology } from "./topology.js";

/**
 * All snapshots of `g` side by side; a graph that does not change counts as one snapshot. Made once.
 * @param sequences node features of which each snapshot has a table of its own; the others are shared
 * @returns a graph of T * N nodes whose features are stacked likewise; `g` disposes it
 * @throws SgnnError R124 when a snapshot has other nodes
 */
export function snapshots(g: Graph, sequences: readonly string[] = []): Graph {
  return g.derived(`snapshots ${sequences.join()}`, () => {
    const all = g.snapshots ?? [g];
    all.forEach(({ nodeCount }, t) => checkNodes(nodeCount, t, g.nodeCount));
    const stack = (on: "nodes" | "edges", name: string) =>
      side.constant(`${on}.${name}`, () =>
        tf.concat(
          all.map((snapshot) => snapshot[on][name]!),
          0,
        ),
      );
    const nodes = lazily(g.nodes, (name, feature) =>
      sequences.includes(name)
        ? stack("nodes", name)
        : side.constant(`nodes.${name}`, () => hold(feature, all.length)),
    );
    const edges = lazily(g.edges, (name) => stack("edges", name));
    const side: Graph = new Graph(stackTopologies(all), nodes, edges, [], undefined, all);
    return side;
  });
}

function checkNodes(count: number, t: number, wanted: number): void {
  if (count === wanted) return;
  throw new SgnnError({
    code: "R124",
    message: `snapshot ${t} has ${count} nodes, the graph ${wanted}`,
    why: "Snapshots share the nodes of the graph; one that comes late has no edges before.",
    fix: "Give every snapshot all nodes.",
  });
}

function stackTopologies(all: readonly Graph[]): Topology {
  const count = all.reduce((sum, { edgeCount }) => sum + edgeCount, 0);
  const sources = new Int32Array(count);
  const targets = new Int32Array(count);
  const graphPtr = [0];
  let edge = 0;
  let node = 0;
  for (const { topology, nodeCount, edgeCount } of all) {
    for (let e = 0; e < edgeCount; e++, edge++) {
      sources[edge] = topology.sources[e]! + node;
      targets[edge] = topology.targets[e]! + node;
    }
    for (const end of topology.graphs.pointers.subarray(1)) graphPtr.push(node + end);
    node += nodeCount;
  }
  return createTopology({ sources, targets }, node, graphPtr);
}

/** Features made when they are read: a model seldom reads all of them in a block. */
function lazily(of: Features, read: (name: string, feature: Tensor) => Tensor): Features {
  const features = {};
  for (const [name, feature] of Object.entries(of)) {
    Object.defineProperty(features, name, {
      enumerable: true,
      get: () => read(name, feature),
    });
  }
  return features;
}
