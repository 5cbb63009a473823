import "@tensorflow/tfjs-backend-cpu";
import { describe, expect, it } from "vitest";
import { makeGraph } from "../../runtime/data/batch.js";
import { egoGraphs } from "../../runtime/data/ego.js";
import type { DataSpec } from "../../runtime/data/spec.js";
import { array, f32, i32, load, saveNpz } from "./make.js";

/** Five nodes; edges 0-1, 3-4 at time 0, 1-2 at time 1, 0-3 at time 2, in both directions. */
const arrays = {
  edge_index: i32([2, 8], 0, 1, 3, 4, 1, 2, 0, 3, 1, 0, 4, 3, 2, 1, 3, 0),
  time: i32([8], 0, 0, 0, 0, 1, 1, 2, 2),
  weight: f32([8, 1], 0, 1, 2, 3, 4, 5, 6, 7),
  x: f32([3, 5, 1], 0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24),
  y: i32([5], 5, 6, 7, 8, 9),
};
const spec: DataSpec = {
  name: "Toy",
  files: [{ path: saveNpz(arrays) }],
  graph: {
    name: "g",
    nodes: [array("x")],
    connections: {
      tag: "snapshots",
      of: { tag: "array", name: "edge_index" },
      time: "time",
    },
    edges: [array("weight")],
  },
  samples: [array("target", "y")],
  split: { rule: "random", ratio: [1, 1, 1] },
  scale: [],
};

describe("a mini-batch of nodes", () => {
  it("has the nodes, those that send them messages, and the edges among all of these", async () => {
    const { dataset, units } = egoGraphs(await load(spec), Int32Array.of(2, 0));
    const graphs = dataset.graphs!;
    // Nodes 2 and 0, then 1 (of both) and 3 (of 0): numbered 0, 1, 2, 3. The edges 3-4 are gone.
    expect([...units]).toEqual([0, 1]);
    expect(dataset.units).toBe(4);
    expect([...dataset.samples.get("target")!.labels!]).toEqual([7, 5, 6, 8]);
    expect([...graphs.sources]).toEqual([1, 2, 2, 0, 1, 3]);
    expect([...graphs.targets]).toEqual([2, 1, 0, 2, 3, 1]);
    expect([...graphs.edges.get("weight")!.data]).toEqual([0, 1, 4, 5, 6, 7]);
    expect([...graphs.nodes.get("x")!.data]).toEqual([2, 0, 1, 3, 12, 10, 11, 13, 22, 20, 21, 23]);
  });
  it("keeps the snapshots, those without an edge too", async () => {
    const { dataset } = egoGraphs(await load(spec), Int32Array.of(4));
    const { snapshots } = dataset.graphs!;
    expect([...snapshots!.starts]).toEqual([0, 2, 2, 2]);
    expect([...snapshots!.edgeTimes]).toEqual([0, 0]);
    const type = { kind: "real" as const, dims: [3, "N", 1] };
    const nodes = { x: type };
    const graph = makeGraph(dataset.graphs!, undefined, { kind: "graph", nodes, edges: {} });
    expect(graph.snapshots!.map(({ edgeCount }) => edgeCount)).toEqual([2, 2, 2]);
    expect(graph.snapshots!.map(({ nodes: { x } }) => [...x!.dataSync()])).toEqual([
      [4, 3],
      [14, 13],
      [24, 23],
    ]);
    graph.dispose();
    const late = egoGraphs(await load(spec), Int32Array.of(2)).dataset.graphs!;
    expect([...late.snapshots!.starts]).toEqual([0, 0, 2, 2]);
  });
  it("of all nodes is the data set itself", async () => {
    const whole = await load(spec);
    const { dataset } = egoGraphs(whole, Int32Array.of(0, 1, 2, 3, 4));
    expect(dataset.graphs).toEqual(whole.graphs);
    expect(dataset.samples).toEqual(whole.samples);
  });
});
