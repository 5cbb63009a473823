import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { checkBinding, makeBatch, type Binding } from "../../runtime/data/batch.js";
import { propagate, type Graph } from "../../runtime/graph/index.js";
import { useBackend } from "../../runtime/tensor/backend.js";
import { array, failure, f32, i32, load, one, oneSpec, saveNpz, spec, three } from "./make.js";

beforeAll(async () => {
  await useBackend("wasm");
});

const binding: Binding = {
  info: {
    name: "Net",
    inputs: {
      g: {
        kind: "graph",
        nodes: { x: { kind: "real", dims: ["N", 2] } },
        edges: { attr: { kind: "real", dims: ["E", 1] } },
      },
      field: { kind: "real", dims: ["G", 1] },
    },
    output: { kind: "real", dims: ["G", 1] },
  },
  targetKind: "real",
};
const points = async () =>
  load(
    spec(
      saveNpz({
        ...three,
        // Edges of the first graph out of order of their targets: 2, 1, 0.
        edge_index: i32([2, 5], 0, 1, 1, 0, 1, 2, 1, 0, 1, 0),
        pg: i32([3], 2, 0, 2),
        field: f32([3], 7, 8, 9),
        y: f32([3], 70, 80, 90),
      }),
      {
        graph: { ...spec("").graph!, edges: [array("attr")] },
        samples: [array("graph", "pg"), array("field"), array("target", "y")],
      },
    ),
  );
const values = (tensor: tf.Tensor): number[] =>
  Array.from(tensor.dataSync(), (v) => Math.round(v * 100) / 100);

describe("batches", () => {
  it("change node features graph by graph in a batch for training, and leave the data as it is", async () => {
    const data = await points();
    const seen: number[][] = [];
    const augment = (name: string, rows: Float32Array, width: number): void => {
      seen.push([name === "x" ? 1 : 0, rows.length, width]);
      for (let k = 0; k < rows.length; k++) rows[k]! += 100 * seen.length;
    };
    const batch = makeBatch(data, Int32Array.of(2, 1), binding, undefined, augment);
    const x = values((batch.inputs["g"] as Graph).nodes["x"]!);
    expect(x).toEqual([109, 110, 111, 112, 201, 202, 203, 204, 205, 206]);
    expect(seen).toEqual([
      [1, 4, 2],
      [1, 6, 2],
    ]);
    const plain = makeBatch(data, Int32Array.of(2, 1), binding);
    expect(values((plain.inputs["g"] as Graph).nodes["x"]!).slice(0, 4)).toEqual([9, 10, 11, 12]);
    batch.dispose();
    plain.dispose();
  });

  it("stack graphs block-diagonally, in the order asked for, repeats included", async () => {
    const data = await points();
    checkBinding(data, binding);
    const before = tf.memory().numTensors;
    const batch = makeBatch(data, Int32Array.of(2, 1, 0), binding);
    const g = batch.inputs["g"] as Graph;
    expect([g.nodeCount, g.edgeCount, g.graphCount]).toEqual([7, 7, 3]);
    expect(g.topology.graphs.pointers).toEqual(Int32Array.of(0, 2, 5, 7));
    expect(values(g.nodes["x"]!)).toEqual([9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12]);
    // Sorted by target; edge features moved along.
    expect(g.topology.targets).toEqual(Int32Array.of(0, 1, 2, 3, 4, 5, 6));
    expect(g.topology.sources).toEqual(Int32Array.of(1, 0, 3, 3, 2, 6, 5));
    expect(values(g.edges["attr"]!)).toEqual([0.5, 0.4, 0.3, 0.2, 0.1, 0.5, 0.4]);
    const field = batch.inputs["field"] as tf.Tensor;
    expect([field.shape, values(field)]).toEqual([
      [3, 1],
      [9, 8, 7],
    ]);
    expect([batch.target.shape, values(batch.target), batch.count]).toEqual([
      [3, 1],
      [90, 80, 70],
      3,
    ]);
    batch.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
  it("an isolated node and a graph without edges pass through a layer", async () => {
    const data = await load(
      spec(saveNpz(three), { graph: { ...spec("").graph!, edges: [array("attr")] } }),
    );
    const only: Binding = {
      ...binding,
      info: { ...binding.info, inputs: { g: binding.info.inputs["g"]! } },
    };
    const batch = makeBatch(data, Int32Array.of(1), only);
    const g = batch.inputs["g"] as Graph;
    expect(g.edgeCount).toBe(0);
    expect(values(propagate(g, g.nodes["x"]!, "mean"))).toEqual([0, 0]);
    batch.dispose();
  });
  it("one graph is shared by its parts, which choose rows", async () => {
    const data = await load(oneSpec(saveNpz(one)));
    const nodes: Binding = {
      info: {
        name: "Net",
        inputs: { g: { kind: "graph", nodes: { x: { kind: "real", dims: ["N", 2] } }, edges: {} } },
        output: { kind: "real", dims: ["N", 2] },
      },
      targetKind: "label",
    };
    const before = tf.memory().numTensors;
    const whole = makeBatch(data, new Int32Array(), nodes);
    const part = makeBatch(data, Int32Array.of(1, 2), nodes, whole.inputs);
    expect(part.inputs).toBe(whole.inputs);
    expect(part.rows?.owner).toEqual(Int32Array.of(1, 2));
    expect([part.target.dtype, values(part.target)]).toEqual(["int32", [1, 0]]);
    part.dispose();
    expect((whole.inputs["g"] as Graph).nodes["x"]!.isDisposed).toBe(false);
    whole.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
  it("what a model takes and data does not have is told", async () => {
    const data = await points();
    const change = (info: Partial<Binding["info"]>) =>
      failure(() => checkBinding(data, { ...binding, info: { ...binding.info, ...info } }));
    const graph = binding.info.inputs["g"]!;
    const missing = await change({ inputs: { g: graph, feild: { kind: "real", dims: ["G", 1] } } });
    expect(missing.code).toBe("R280");
    expect(missing.fix).toContain('did you mean "field"?');
    expect((await change({ inputs: { field: { kind: "real", dims: ["G", 3] } } })).code).toBe(
      "R281",
    );
    expect((await change({ output: { kind: "real", dims: ["G", 2] } })).message).toContain(
      "output is real[G, 2]",
    );
    const rows = await load(
      spec(saveNpz({ y: f32([2], 1, 2) }), {
        graph: undefined,
        split: { rule: "random", ratio: [1, 1, 0] },
      }),
    );
    expect((await failure(() => checkBinding(rows, binding))).code).toBe("R282");
  });
});
