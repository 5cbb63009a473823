/** Graphs: building, validation, self loops, batches, the functions of message passing. */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import * as sg from "../../runtime/index.js";
import { onEveryBackend } from "./backends.js";
import { expectClose } from "./closeness.js";

// 0 -> 1, 2 -> 1, 1 -> 0, 2 -> 2, 0 -> 1 again; node 3 is isolated.
const edgeIndex = [0, 2, 1, 2, 0, 1, 1, 0, 2, 1];

onEveryBackend(() => {
  test("edges are sorted by target, stably, and their features with them", () => {
    const attr = tf.tensor2d([[10], [20], [30], [40], [50]]);
    const g = sg.createGraph({ edgeIndex, nodeCount: 4, edges: { attr } });
    expect([...g.topology.targets]).toEqual([0, 1, 1, 1, 2]);
    expect([...g.topology.sources]).toEqual([1, 0, 2, 0, 2]);
    expect([...g.order]).toEqual([2, 0, 1, 4, 3]);
    expect([...g.edges.attr.dataSync()]).toEqual([30, 10, 20, 50, 40]);
    expect([g.nodeCount, g.edgeCount, g.graphCount]).toEqual([4, 5, 1]);
    g.dispose();
    attr.dispose();
  });

  test("edges in every accepted form", () => {
    const sources = [0, 1];
    const targets = [1, 0];
    const tensor = tf.tensor2d([sources, targets], [2, 2], "int32");
    for (const form of [
      { sources, targets },
      [sources, targets] as const,
      [Int32Array.from(sources), Int32Array.from(targets)] as const,
      Int32Array.from([...sources, ...targets]),
      Float64Array.from([...sources, ...targets]),
      tensor,
    ]) {
      const g = sg.createGraph({ edgeIndex: form, nodeCount: 2 });
      expect([...g.topology.sources]).toEqual([1, 0]);
    }
    tensor.dispose();
  });

  test("self loops: existing ones are replaced, every node gets one, the result is cached", () => {
    const attr = tf.tensor2d([[10], [20], [30], [40], [60]]);
    const g = sg.createGraph({ edgeIndex, nodeCount: 4, edges: { attr } });
    const loops = g.withSelfLoops();
    expect(g.withSelfLoops()).toBe(loops);
    expect(loops.withSelfLoops()).toBe(loops);
    const pairs = [...loops.topology.sources].map((j, e) => `${j}${loops.topology.targets[e]}`);
    expect(pairs).toEqual(["10", "00", "01", "21", "01", "11", "22", "33"]);
    // A loop's feature is the mean of its node's other incoming edges.
    expectClose(loops.edges.attr.dataSync(), [30, 30, 10, 20, 60, 30, 0, 0]);
    g.dispose();
    attr.dispose();
  });

  test("degree and symmetric normalisation", () => {
    const g = sg.createGraph({ edgeIndex, nodeCount: 4 });
    expect([...sg.degree(g).dataSync()]).toEqual([1, 3, 1, 0]);
    expect(sg.degree(g)).toBe(sg.degree(g));
    const s = 1 / Math.sqrt(3);
    expectClose(sg.symmetricNorm(g).dataSync(), [s, s, s, s, 1]);
    g.dispose();
  });

  test("aggregate: every reducer, several at once, nothing over no edge", () => {
    tf.tidy(() => {
      const g = sg.createGraph({ edgeIndex, nodeCount: 4 });
      const m = tf.tensor2d([
        [5, -1],
        [1, 2],
        [2, 4],
        [6, 0],
        [7, 7],
      ]);
      const y = (reducer: sg.Reducer): number[] => [...sg.aggregate(g, m, [reducer]).dataSync()];
      expectClose(y("sum"), [5, -1, 9, 6, 7, 7, 0, 0]);
      expectClose(y("mean"), [5, -1, 3, 2, 7, 7, 0, 0]);
      expectClose(y("max"), [5, -1, 6, 4, 7, 7, 0, 0]);
      expectClose(y("min"), [5, -1, 1, 0, 7, 7, 0, 0]);
      expectClose(y("std"), [0, 0, Math.sqrt(14 / 3), Math.sqrt(8 / 3), 0, 0, 0, 0]);
      const weighted = (values: number[]): number => {
        const exps = values.map(Math.exp);
        const total = exps.reduce((a, b) => a + b);
        return values.reduce((sum, v, k) => sum + (v * exps[k]!) / total, 0);
      };
      expectClose(y("softmax-weighted"), [
        5,
        -1,
        weighted([1, 2, 6]),
        weighted([2, 4, 0]),
        7,
        7,
        0,
        0,
      ]);
      const both = sg.aggregate(g, m, ["mean", "max"]);
      expect(both.shape).toEqual([4, 4]);
      expectClose(both.dataSync(), [5, -1, 5, -1, 3, 2, 6, 4, 7, 7, 7, 7, 0, 0, 0, 0]);
      expect(sg.aggregate(g, sg.expand(m, 1), ["mean", "max"]).shape).toEqual([4, 2, 2]);
      expect(sg.aggregate(g, tf.ones([5]), ["sum"]).shape).toEqual([4]);
    });
  });

  test("propagate is source, weight, aggregate", () => {
    tf.tidy(() => {
      const g = sg.createGraph({ edgeIndex, nodeCount: 4 });
      const rng = sg.Rng.of(3, "propagate");
      const x = tf.tensor(rng.normals(4 * 2 * 3), [4, 2, 3]);
      const w = tf.tensor(rng.normals(5 * 2), [5, 2]);
      const direct = sg.propagate(g, x, "sum", w);
      const composed = sg.aggregate(g, sg.mul(sg.source(g, x), sg.expand(w, 1)), ["sum"]);
      expectClose(direct.dataSync(), composed.dataSync());
      expect(direct.shape).toEqual([4, 2, 3]);
      expectClose(
        sg.propagate(g, x, "mean").dataSync(),
        sg.aggregate(g, sg.source(g, x), ["mean"]).dataSync(),
      );
      expect(() => sg.propagate(g, x, "sum", tf.ones([5, 4]))).toThrow(/R131/);
    });
  });

  test("time-major rows: every step as if alone", () => {
    tf.tidy(() => {
      const g = sg.createGraph({ edgeIndex, nodeCount: 4 });
      const x = tf.tensor(sg.Rng.of(4, "time").normals(3 * 4 * 2), [12, 2]);
      const norm = sg.symmetricNorm(g);
      const f = (v: Tensor): Tensor[] => [
        sg.propagate(g, v, "sum", norm),
        sg.propagate(g, v, "mean"),
        sg.aggregate(g, sg.sub(sg.source(g, v), sg.target(g, v)), ["max", "std"]),
        sg.pool(g, v, ["mean"]),
        sg.aggregate(g, sg.mul(sg.edgeSoftmax(g, sg.source(g, v)), sg.target(g, v)), ["sum"]),
      ];
      const together = f(x);
      const apart = tf.split(x, 3).map(f);
      together.forEach((y, k) =>
        expectClose(
          y.dataSync(),
          tf
            .concat(
              apart.map((parts) => parts[k]!),
              0,
            )
            .dataSync(),
        ),
      );
    });
  });

  test("a graph without edges, at several steps", () => {
    tf.tidy(() => {
      const g = sg.createGraph({ edgeIndex: [], nodeCount: 2 });
      const x = tf.ones([6, 3]);
      const m = sg.source(g, x);
      expect(m.shape).toEqual([0, 3]);
      expect([...sg.aggregate(g, m, ["max"], 3).dataSync()]).toEqual(new Array(18).fill(0));
      expect(sg.propagate(g, x, "sum").shape).toEqual([6, 3]);
      const loops = g.withSelfLoops();
      expect(sg.propagate(loops, x, "sum", sg.symmetricNorm(loops)).shape).toEqual([6, 3]);
    });
  });

  test("a batch is block-diagonal and pools graph by graph", () => {
    const make = (
      nodes: number,
      edges: number[],
      value: number,
    ): sg.Graph<{ x: Tensor }, { a: Tensor }> =>
      sg.createGraph({
        edgeIndex: edges,
        nodes: { x: tf.fill([nodes, 2], value) },
        edges: { a: tf.fill([edges.length / 2, 1], value) },
        ownsNodes: true,
      });
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const g = sg.batchGraphs([make(2, [0, 1, 1, 0], 1), make(1, [], 2), make(3, [2, 0], 3)]);
      expect([g.nodeCount, g.edgeCount, g.graphCount]).toEqual([6, 3, 3]);
      expect([...g.topology.sources]).toEqual([1, 0, 5]);
      expect([...g.topology.targets]).toEqual([0, 1, 3]);
      expect([...g.edges.a.dataSync()]).toEqual([1, 1, 3]);
      expect([...sg.pool(g, g.nodes.x, ["sum"]).dataSync()]).toEqual([2, 2, 2, 2, 9, 9]);
      expect([...g.withSelfLoops().topology.graphs.pointers]).toEqual([0, 2, 3, 6]);
      g.dispose();
    });
    // The edge features of the three small graphs are kept until they are disposed; nothing else is.
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(3);
  });
});

describe("mistakes are told with their place", () => {
  test.each<[string, () => unknown, RegExp]>([
    [
      "index too large",
      () => sg.createGraph({ edgeIndex: [0, 1, 1, 5], nodeCount: 3 }),
      /R120: edge 1 is 1 -> 5, but there are 3 nodes/,
    ],
    [
      "negative index",
      () => sg.createGraph({ edgeIndex: [0, -1, 1, 2], nodeCount: 3 }),
      /R120: edge 1 is -1 -> 2/,
    ],
    [
      "fraction",
      () => sg.createGraph({ edgeIndex: [0.5, 1], nodeCount: 3 }),
      /R121: edge 0 is 0.5 -> 1/,
    ],
    ["odd length", () => sg.createGraph({ edgeIndex: [0, 1, 2], nodeCount: 3 }), /R122.*3 numbers/],
    [
      "different lengths",
      () => sg.createGraph({ edgeIndex: [[0, 1], [2]], nodeCount: 3 }),
      /R122.*2 sources and 1 targets/,
    ],
    ["no node count", () => sg.createGraph({ edgeIndex: [] }), /R122/],
    [
      "bad pointers",
      () => sg.createGraph({ edgeIndex: [], nodeCount: 3, graphPtr: [0, 2] }),
      /R123/,
    ],
    [
      "falling pointers",
      () => sg.createGraph({ edgeIndex: [], nodeCount: 3, graphPtr: [0, 2, 1, 3] }),
      /R123/,
    ],
    [
      "feature rows",
      () => sg.createGraph({ edgeIndex: [], nodeCount: 3, nodes: { x: tf.zeros([2, 1]) } }),
      /R122.*node feature x is \[2, 1\] for 3 nodes/,
    ],
    [
      "rows of a value",
      () => sg.source(sg.createGraph({ edgeIndex: [0, 1], nodeCount: 3 }), tf.zeros([4, 1])),
      /R130.*4 rows was used on 3 nodes/,
    ],
  ])("%s", (_name, build, message) => {
    expect(build).toThrow(message);
    try {
      build();
    } catch (error) {
      expect(error).toBeInstanceOf(sg.SgnnError);
      expect((error as sg.SgnnError).why.length).toBeGreaterThan(10);
      expect((error as sg.SgnnError).fix.length).toBeGreaterThan(10);
    }
  });
});
