import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { describe, expect, it } from "vitest";
import {
  Graph,
  createGraph,
  createRun,
  propagate,
  sampleNeighbours,
  snapshots,
} from "../../runtime/index.js";

const nodes = 4;
/** Edges into node 0 from 1, 2, then 3; node 3 has none until the last snapshot. */
const edges = [
  [1, 0],
  [0, 1],
  [2, 0],
  [3, 0],
  [0, 3],
] as const;

function graph(from: number, to: number): Graph {
  const list = edges.slice(from, to);
  return createGraph({
    edgeIndex: Int32Array.from([...list.map(([j]) => j), ...list.map(([, i]) => i)]),
    nodeCount: nodes,
  });
}

function dynamic(parts: readonly Graph[]): Graph {
  const end = graph(0, edges.length);
  return snapshots(new Graph(end.topology, {}, {}, [], parts));
}

/** Sources drawn for node i of snapshot t, as numbers of its snapshot. */
function drawn(g: Graph, t: number, i: number): number[] {
  const { sources, targets } = g.topology;
  const row = t * nodes + i;
  return [...sources].filter((_, e) => targets[e] === row).map((j) => j - t * nodes);
}

const training = (epoch: number, step = 0) => createRun({ training: true, seed: 3, epoch, step });
const cumulative = [graph(0, 2), graph(0, 3), graph(0, 5)];

describe("sampleNeighbours", () => {
  it("every node draws that many times from its neighbours and itself, all of them equally often", () => {
    const counts = [0, 0, 0, 0];
    for (let epoch = 1; epoch <= 300; epoch++) {
      const g = sampleNeighbours(graph(0, 5), 5, 0, training(epoch));
      expect(g.edgeCount).toBe(5 * nodes);
      drawn(g, 0, 0).forEach((j) => (counts[j] += 1));
      drawn(g, 0, 2).forEach((j) => expect(j).toBe(2));
    }
    // 1,500 draws of 4: a deviation of 60 is 3.6 standard deviations.
    counts.forEach((count) => expect(Math.abs(count - 375)).toBeLessThan(60));
  });

  it("draws different edges where there are enough, else each of them and then some again", () => {
    const counts = [0, 0, 0, 0];
    for (let epoch = 1; epoch <= 200; epoch++) {
      const three = drawn(sampleNeighbours(graph(0, 5), 3, 0, training(epoch)), 0, 0);
      expect(new Set(three).size).toBe(3);
      three.forEach((j) => (counts[j] += 1));
      const six = drawn(sampleNeighbours(graph(0, 5), 6, 0, training(epoch)), 0, 0);
      expect([...new Set(six)].sort()).toEqual([0, 1, 2, 3]);
    }
    // 600 draws of 4; a node is left out 50 times of 200: a deviation of 25 is 4 standard deviations.
    counts.forEach((count) => expect(Math.abs(count - 150)).toBeLessThan(25));
  });

  it("every draw is an edge of its snapshot or the node itself", () => {
    const g = dynamic(cumulative);
    const isThere = new Set<string>();
    g.topology.sources.forEach((j, e) => isThere.add(`${j} ${g.topology.targets[e]}`));
    for (let epoch = 1; epoch <= 20; epoch++) {
      const { sources, targets } = sampleNeighbours(g, 3, 0.5, training(epoch)).topology;
      sources.forEach((j, e) => {
        const i = targets[e]!;
        expect(j === i || isThere.has(`${j} ${i}`)).toBe(true);
      });
    }
  });

  it("the mean over draws is that of what was drawn", () => {
    const x = [1, 10, 100, 1000];
    const g = sampleNeighbours(graph(0, 5), 3, 0, training(7));
    const means = propagate(g, tf.tensor2d(x, [nodes, 1]), "mean").dataSync();
    for (let i = 0; i < nodes; i++) {
      const sum = drawn(g, 0, i).reduce((total, j) => total + x[j]!, 0);
      expect(means[i]).toBeCloseTo(sum / 3, 3);
    }
    // Node 2 draws itself only, node 3 its one neighbour, itself and one of the two again.
    expect(means[2]).toBe(100);
    expect([667, 334]).toContain(Math.round(means[3]!));
  });

  it("a share comes from the edges that are new in the snapshot", () => {
    const found = [new Set<number>(), new Set<number>(), new Set<number>()];
    for (let epoch = 1; epoch <= 40; epoch++) {
      const g = sampleNeighbours(dynamic(cumulative), 3, 1, training(epoch));
      found.forEach((set, t) => drawn(g, t, 0).forEach((j) => set.add(j)));
      drawn(g, 1, 1).forEach((j) => expect(j).toBe(1));
      drawn(g, 1, 3).forEach((j) => expect(j).toBe(3));
    }
    expect(found.map((set) => [...set].sort())).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
    ]);
  });

  it("half of five draws: three from what is new, two from all", () => {
    const all = [new Set<number>(), new Set<number>()];
    for (let epoch = 1; epoch <= 60; epoch++) {
      const sources = drawn(sampleNeighbours(dynamic(cumulative), 5, 0.5, training(epoch)), 2, 0);
      sources.slice(0, 3).forEach((j) => all[0].add(j));
      sources.slice(3).forEach((j) => all[1].add(j));
    }
    expect(all.map((set) => [...set].sort())).toEqual([
      [0, 3],
      [0, 1, 2, 3],
    ]);
  });

  it("with snapshots of new edges only, all of them are new", () => {
    const found = new Set<number>();
    for (let epoch = 1; epoch <= 40; epoch++) {
      const parts = [graph(0, 2), graph(2, 3), graph(3, 5)];
      const g = sampleNeighbours(dynamic(parts), 2, 1, training(epoch));
      drawn(g, 2, 0).forEach((j) => found.add(j));
    }
    expect([...found].sort()).toEqual([0, 3]);
  });

  it("draws are a function of seed, epoch and step; in evaluation always the same", () => {
    const sources = (run: ReturnType<typeof createRun>) => [
      ...sampleNeighbours(graph(0, 5), 5, 0, run).topology.sources,
    ];
    expect(sources(training(2))).toEqual(sources(training(2)));
    expect(sources(training(2))).not.toEqual(sources(training(3)));
    expect(sources(training(2))).not.toEqual(sources(training(2, 1)));
    expect(sources(createRun({ seed: 3 }))).toEqual(sources(createRun({ seed: 3 })));
    const run = training(2);
    expect(sources(run)).not.toEqual(sources(run));
  });

  it("refuses to draw nothing", () => {
    expect(() => sampleNeighbours(graph(0, 5), 0, 0, training(1))).toThrow(/R152/);
  });
});
