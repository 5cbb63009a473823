/** The baseline without edges. */
import { describe, expect, it } from "vitest";
import type { Dataset } from "../../runtime/data/dataset.js";
import { metric } from "../../runtime/train/metrics.js";
import { ridge } from "../../runtime/train/ridge.js";
import { Rng } from "../../runtime/tensor/random/rng.js";
import { array, f32, i32, load, saveNpz, spec } from "../data/make.js";

const GRAPHS = 90;
const NODES = 5;
const about = { inputs: ["field"], fields: ["x"] };

/** Graphs of five nodes on a ring; the target is made from their features by `rule`. */
async function graphs(rule: (x: number[], field: number, seed: Rng) => number): Promise<Dataset> {
  const rng = Rng.of(1, "ridge");
  const x = [...rng.normals(GRAPHS * NODES)];
  const field = [...rng.uniforms(GRAPHS, -1, 1)];
  const y = field.map((one, k) => rule(x.slice(k * NODES, (k + 1) * NODES), one, rng));
  const ring = Array.from({ length: NODES }, (_, k) => k);
  const ends = Array.from({ length: GRAPHS }, () => ring);
  const heads = ends.map(() => ring.map((k) => (k + 1) % NODES));
  const pointers = Array.from({ length: GRAPHS + 1 }, (_, k) => k * NODES);
  const file = saveNpz({
    x: f32([GRAPHS * NODES, 1], ...x),
    edge_index: i32([2, GRAPHS * NODES], ...ends.flat(), ...heads.flat()),
    node_ptr: i32([GRAPHS + 1], ...pointers),
    edge_ptr: i32([GRAPHS + 1], ...pointers),
    field: f32([GRAPHS], ...field),
    y: f32([GRAPHS], ...y),
  });
  return load(spec(file, { samples: [array("field"), array("target", "y")] }));
}

const split = {
  train: Int32Array.from({ length: 60 }, (_, k) => k),
  validation: Int32Array.from({ length: 15 }, (_, k) => 60 + k),
  test: Int32Array.from({ length: 15 }, (_, k) => 75 + k),
};
const r2 = (dataset: Dataset): number => {
  const output = ridge(dataset, split, split.test, about)!;
  const { data } = dataset.samples.get("target")!;
  return metric("r2", {
    kind: "real",
    width: 1,
    output,
    target: [...split.test].map((k) => data[k]!),
  });
};
const meanOf = (x: number[]): number => x.reduce((sum, value) => sum + value, 0) / x.length;

describe("ridge on moments", () => {
  it("learns what depends on the mean of the nodes and the field", async () => {
    const dataset = await graphs((x, field) => 3 + 2 * meanOf(x) - field + 4 * field * meanOf(x));
    expect(r2(dataset)).toBeGreaterThan(0.99);
  });
  it("cannot learn what depends on who is connected to whom", async () => {
    // The product of neighbours on the ring, with mean and spread taken out of it.
    const dataset = await graphs((x) => {
      const centred = x.map((value) => value - meanOf(x));
      return meanOf(centred.map((value, k) => value * centred[(k + 1) % NODES]!));
    });
    expect(r2(dataset)).toBeLessThan(0.5);
  });
  it("does not apply to targets on nodes", async () => {
    const dataset = await graphs(() => 0);
    expect(ridge({ ...dataset, level: "node" }, split, split.test, about)).toBeUndefined();
  });
});
