import "@tensorflow/tfjs-backend-cpu";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { computedFeatures as compiled } from "../../compiler/check/data/computed.js";
import { adjacencyOf, multiply } from "../../runtime/data/features/adjacency.js";
import { cached } from "../../runtime/data/features/cache.js";
import { fastRp } from "../../runtime/data/features/fastrp.js";
import { computedFeatures } from "../../runtime/data/features/index.js";
import { outOfFoldLabels, propagateLabels } from "../../runtime/data/features/propagation.js";
import { walkFeatures } from "../../runtime/data/features/walks.js";
import type { GraphSet } from "../../runtime/data/graphs.js";
import { withPropagated } from "../../runtime/data/propagated.js";
import type { DataSpec } from "../../runtime/data/spec.js";
import { splitUnits } from "../../runtime/data/split.js";
import { failure, i32, load, saveNpz } from "./make.js";

const kept = mkdtempSync(join(tmpdir(), "sgnn-features-"));
const before = process.env["SGNN_CACHE"];
beforeAll(() => (process.env["SGNN_CACHE"] = kept));
afterAll(() => {
  if (before === undefined) delete process.env["SGNN_CACHE"];
  else process.env["SGNN_CACHE"] = before;
  rmSync(kept, { recursive: true, force: true });
});

/** Two rings of eight nodes, joined by one late edge 0 - 8; node 16 never has an edge. Class: the ring. */
const ring = (start: number) =>
  Array.from({ length: 8 }, (_, k) => [start + k, start + ((k + 1) % 8)] as const);
const list = [...ring(0), ...ring(8), [0, 8] as const];
const both = list.flatMap(([u, v]) => [
  [u, v],
  [v, u],
]);
const arrays = {
  edge_index: i32([2, both.length], ...both.map(([u]) => u!), ...both.map(([, v]) => v!)),
  time: i32([both.length], ...both.map((_, e) => (e < 32 ? Math.floor(e / 16) : 2))),
  y: i32([17], ...Array.from({ length: 17 }, (_, node) => (node < 8 ? 0 : 1))),
};

function rings(args: Readonly<Record<string, number>>, name: string, y = arrays.y): DataSpec {
  return {
    name: "Rings",
    files: [{ path: saveNpz({ ...arrays, y }) }],
    graph: {
      name: "g",
      nodes: [{ name: "x", source: { tag: "computed", name, args } }],
      connections: {
        tag: "snapshots",
        of: { tag: "array", name: "edge_index" },
        time: "time",
      },
      edges: [],
    },
    samples: [{ name: "target", source: { tag: "array", name: "y" } }],
    split: { rule: "stratified", by: "target", ratio: [40, 5, 55] },
    scale: [],
  };
}
const graphsOf = async (): Promise<GraphSet> =>
  (await load(rings({ dimensions: 4 }, "fastrp"))).graphs!;

describe("the adjacency matrix of features", () => {
  it("is symmetric-normalised, halves an edge after `recency`, and sees one snapshot", async () => {
    const graphs = await graphsOf();
    const dense = (k: number, recency: number): number[] => {
      const unit = new Float32Array(17);
      unit[0] = 1;
      const out = new Float32Array(17);
      multiply(adjacencyOf(graphs, k, recency, 1), unit, 1, out);
      return [...out];
    };
    // Node 0 has the edges to 1 and 7 of time 0, and from time 2 the one to 8.
    const early = dense(0, 0);
    expect(early[0]).toBeCloseTo(1 / 3, 6);
    expect(early[1]).toBeCloseTo(1 / 3, 6);
    expect(early[8]).toBe(0);
    const late = dense(2, 1);
    // Weights at time 2: 1/4 for ring 0, 1/2 for ring 8, 1 for the late edge; every node has a loop of 1.
    const zero = 1 + 1 / 4 + 1 / 4 + 1;
    expect(late[0]).toBeCloseTo(1 / zero, 6);
    expect(late[1]).toBeCloseTo(1 / 4 / Math.sqrt(zero * (1 + 1 / 4 + 1 / 4)), 6);
    expect(late[8]).toBeCloseTo(1 / Math.sqrt(zero * (1 + 1 / 2 + 1 / 2 + 1)), 6);
  });
});

describe("FastRP and walks", () => {
  const cosine = (x: Float32Array, width: number, a: number, b: number): number => {
    let [dot, left, right] = [0, 0, 0];
    for (let c = 0; c < width; c++) {
      const [u, v] = [x[a * width + c]!, x[b * width + c]!];
      dot += u * v;
      left += u * u;
      right += v * v;
    }
    return dot / Math.sqrt(left * right);
  };
  it("FastRP is a function of edges and seed, near for neighbours, 0 without edges", async () => {
    const graphs = await graphsOf();
    const options = { dimensions: 64, powers: 3, recency: 0, seed: 1 };
    const x = fastRp(graphs, options);
    expect(x.length).toBe(3 * 17 * 64);
    expect(fastRp(graphs, options)).toEqual(x);
    expect(fastRp(graphs, { ...options, seed: 2 })).not.toEqual(x);
    // Ring 8 joins at time 1: a node that appears late has features 0 before.
    expect([...x.subarray(8 * 64, 9 * 64)].every((value) => value === 0)).toBe(true);
    const last = x.subarray(2 * 17 * 64);
    expect(cosine(last, 64, 2, 3)).toBeGreaterThan(0.6);
    expect(Math.abs(cosine(last, 64, 3, 12))).toBeLessThan(0.4);
    expect([...last.subarray(16 * 64)].every((value) => value === 0)).toBe(true);
  });
  it("walks bring the nodes of a ring together, are deterministic, and finite", async () => {
    const graphs = await graphsOf();
    const options = { ...computedFeatures.walks, dimensions: 8, walks: 60, negatives: 3 };
    const x = walkFeatures(graphs, options);
    expect(walkFeatures(graphs, options)).toEqual(x);
    expect(x.every(Number.isFinite)).toBe(true);
    const last = x.subarray(2 * 17 * 8);
    let [inside, across] = [0, 0];
    for (let a = 2; a < 7; a++) {
      inside += cosine(last, 8, a, a === 2 ? 6 : 2) / 5;
      across += cosine(last, 8, a, a + 8) / 5;
    }
    expect(inside).toBeGreaterThan(across + 0.1);
    expect([...last.subarray(16 * 8)].every((value) => value === 0)).toBe(true);
  });
  it("walks with a small rate stay where they began, with a larger one they move further", async () => {
    const graphs = await graphsOf();
    const farthest = (rate: number): number => {
      const x = walkFeatures(graphs, { ...computedFeatures.walks, dimensions: 8, rate });
      return x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    };
    // Vectors begin within 0.5 / dimensions.
    const [still, slow, usual] = [farthest(1e-6), farthest(0.0025), farthest(0.025)];
    expect(still).toBeLessThan(0.5 / 8 + 1e-3);
    expect(slow).toBeGreaterThan(1.5 * still);
    expect(usual).toBeGreaterThan(1.5 * slow);
  });
  it("refuses an unknown feature, and recency without times", async () => {
    const unknown = await failure(() => load(rings({}, "fastrq")));
    expect(unknown.code).toBe("R295");
    expect(unknown.fix).toContain('did you mean "fastrp"?');
    const timeless = rings({ recency: 2 }, "fastrp");
    const still = { tag: "array" as const, name: "edge_index" };
    const error = await failure(() =>
      load({ ...timeless, graph: { ...timeless.graph!, connections: still } }),
    );
    expect(error.message).toBe("R295: fastrp: recency, but the edges have no times");
  });
});

describe("label propagation", () => {
  const known = { nodes: Int32Array.of(2, 12), classes: Int32Array.of(0, 1), count: 2 };
  it("gives a ring its label, keeps known labels, and reaches nobody without edges", async () => {
    const graphs = await graphsOf();
    const scores = propagateLabels(graphs, known, { steps: 50, recency: 0, loop: 1 });
    const classes = Array.from({ length: 16 }, (_, node) =>
      scores[2 * node]! > scores[2 * node + 1]! ? 0 : 1,
    );
    expect(classes).toEqual([...Array<number>(8).fill(0), ...Array<number>(8).fill(1)]);
    expect([...scores.subarray(4, 6)]).toEqual([1, 0]);
    expect([...scores.subarray(32)]).toEqual([0, 0]);
  });
  it("out of fold: a node's own label changes nothing of its features", async () => {
    const graphs = await graphsOf();
    const nodes = Int32Array.of(0, 2, 4, 9, 11, 13);
    const classes = Int32Array.of(0, 0, 0, 1, 1, 1);
    const options = { folds: 3, steps: 20, recency: 0, loop: 1, seed: 4 };
    const plain = outOfFoldLabels(graphs, { nodes, classes, count: 2 }, options);
    nodes.forEach((node, k) => {
      const lied = classes.slice();
      lied[k] = 1 - lied[k]!;
      const other = outOfFoldLabels(graphs, { nodes, classes: lied, count: 2 }, options);
      expect(other.subarray(2 * node, 2 * node + 2)).toEqual(
        plain.subarray(2 * node, 2 * node + 2),
      );
      // The others do see it.
      expect(other).not.toEqual(plain);
    });
    for (let node = 0; node < 16; node++)
      expect(plain[2 * node]! + plain[2 * node + 1]!).toBeCloseTo(1, 5);
  });
  it("does not change when labels of validation and test nodes do", async () => {
    const features = async (y = arrays.y) => {
      const data = await load(rings({ folds: 3, recency: 2 }, "propagated", y));
      const { train } = splitUnits(await load(rings({}, "propagated")), { seed: 3 });
      return { train, x: withPropagated(data, train, 3).graphs!.nodes.get("x")!.data };
    };
    const { train, x } = await features();
    const trained = new Set(train);
    const y = arrays.y.data as Int32Array;
    const lied = y.map((label, node) => (trained.has(node) ? label : 1 - label));
    const other = await features(i32([17], ...lied));
    expect(other.x).toEqual(x);
    expect(x.some((value) => value > 0)).toBe(true);
    expect(lied).not.toEqual(y);
  });
});

describe("the cache", () => {
  it("keeps whole entries by what they depend on, and makes a damaged one again", () => {
    let made = 0;
    const get = (text: string, edges: Int32Array): Float32Array =>
      cached(text, [edges], () => {
        made += 1;
        return Float32Array.of(1, 2, 3);
      });
    for (const name of readdirSync(kept)) rmSync(join(kept, name));
    expect([...get("a", Int32Array.of(1))]).toEqual([1, 2, 3]);
    get("a", Int32Array.of(1));
    expect(made).toBe(1);
    get("a", Int32Array.of(2));
    get("b", Int32Array.of(1));
    expect(made).toBe(3);
    // What a killed run leaves is no entry; an entry cut short is made again.
    const [name = ""] = readdirSync(kept);
    expect(readdirSync(kept).every((one) => /^[0-9a-f]{32}\.npy$/.test(one))).toBe(true);
    for (const one of readdirSync(kept)) {
      const bytes = readFileSync(join(kept, one));
      writeFileSync(join(kept, one), bytes.subarray(0, bytes.length - 5));
    }
    expect([...get("a", Int32Array.of(1))]).toEqual([1, 2, 3]);
    expect(made).toBe(4);
    expect(name).not.toBe("");
  });
});

describe("the tables of compiler and runtime", () => {
  it("have the same features, arguments and defaults", () => {
    const initial = Object.fromEntries(
      Object.entries(compiled).map(([name, args]) => [
        name,
        Object.fromEntries(Object.entries(args).map(([key, one]) => [key, one.initial])),
      ]),
    );
    expect(initial).toEqual(computedFeatures);
  });
});
