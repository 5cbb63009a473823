/** Data files for tests of training: learnable by the small models in models.ts. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ndarray } from "../../runtime/data/ndarray.js";
import { writeNpz } from "../../runtime/data/npz.js";
import type { DataSpec } from "../../runtime/data/spec.js";
import { Rng } from "../../runtime/tensor/random/rng.js";

/** Forty small graphs whose target is the field times the mean of (feature 0 of a node's neighbours). */
export function writeGraphs(folder: string, name = "graphs.npz", count = 40): DataSpec {
  const rng = Rng.of(7, "graphs");
  const x: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  const attr: number[] = [];
  const field: number[] = [];
  const y: number[] = [];
  const nodePtr = [0];
  const edgePtr = [0];
  for (let g = 0; g < count; g++) {
    const nodes = 3 + rng.integer(4);
    for (let n = 0; n < nodes; n++) x.push(rng.uniform(-1, 1), rng.uniform(-1, 1));
    // A ring in both directions; the first graph has no edges at all.
    for (let n = 0; n < nodes && g > 0; n++) {
      const next = (n + 1) % nodes;
      from.push(n, next);
      to.push(next, n);
      const weight = rng.uniform(0.5, 1.5);
      attr.push(weight, weight);
    }
    const start = nodePtr[g]!;
    let mean = 0;
    for (let n = 0; n < nodes; n++) mean += x[2 * (start + n)]! / nodes;
    field.push(rng.uniform(0, 2));
    y.push(100 + 50 * mean + 10 * field[g]!);
    nodePtr.push(start + nodes);
    edgePtr.push(from.length);
  }
  const f32 = (shape: number[], data: number[]) => ndarray(shape, Float32Array.from(data));
  const i32 = (shape: number[], data: number[]) => ndarray(shape, Int32Array.from(data));
  writeFileSync(
    join(folder, name),
    writeNpz({
      x: f32([x.length / 2, 2], x),
      edge_index: i32([2, from.length], [...from, ...to]),
      edge_attr: f32([attr.length, 1], attr),
      node_ptr: i32([count + 1], nodePtr),
      edge_ptr: i32([count + 1], edgePtr),
      field: f32([count], field),
      y: f32([count], y),
      side: i32(
        [x.length / 2],
        x.filter((_, k) => k % 2 === 0).map((value) => (value > 0 ? 1 : 0)),
      ),
    }),
  );
  return {
    name: "Rings",
    files: [{ path: name }],
    graph: {
      name: "g",
      nodes: [{ name: "x", source: { tag: "array", name: "x" } }],
      nodesBy: "node_ptr",
      connections: { tag: "array", name: "edge_index" },
      edges: [{ name: "attr", source: { tag: "array", name: "edge_attr" } }],
      edgesBy: "edge_ptr",
    },
    samples: [
      { name: "field", source: { tag: "array", name: "field" } },
      { name: "target", source: { tag: "array", name: "y" } },
    ],
    split: { rule: "random", ratio: [60, 20, 20] },
    scale: [
      { name: "x", method: "standard" },
      { name: "field", method: "standard" },
      { name: "target", method: "standard" },
    ],
  };
}

/** One graph of two communities: neighbours mostly share the label, features hint at it; the last node is isolated and unlabelled. */
export function writeCommunities(folder: string, name = "communities.npz", nodes = 60): DataSpec {
  const rng = Rng.of(8, "communities");
  const y = Array.from({ length: nodes }, (_, k) => (k === nodes - 1 ? -1 : k % 2));
  const x = y.flatMap((label) => [0, 1, 2].map((c) => rng.uniform() + (c === label ? 0.4 : 0)));
  const from: number[] = [];
  const to: number[] = [];
  for (let a = 0; a < nodes - 1; a++) {
    for (let b = a + 1; b < nodes - 1; b++) {
      if (rng.uniform() < (y[a] === y[b] ? 0.2 : 0.03)) {
        from.push(a, b);
        to.push(b, a);
      }
    }
  }
  writeFileSync(
    join(folder, name),
    writeNpz({
      x: ndarray([nodes, 3], Float32Array.from(x)),
      edge_index: ndarray([2, from.length], Int32Array.from([...from, ...to])),
      y: ndarray([nodes], Int32Array.from(y)),
      kind: ndarray(
        [nodes],
        Int32Array.from(y, (_, k) => k % 3),
      ),
    }),
  );
  return {
    name: "Communities",
    files: [{ path: name }],
    graph: {
      name: "g",
      nodes: [{ name: "x", source: { tag: "array", name: "x" } }],
      connections: { tag: "array", name: "edge_index" },
      edges: [],
    },
    samples: [{ name: "target", source: { tag: "array", name: "y" } }],
    split: { rule: "perClass", train: 5, validation: 5 },
    scale: [],
  };
}
