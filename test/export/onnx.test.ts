/** ONNX files give in ONNX Runtime what the generated class gives on tensors. */
import * as ort from "onnxruntime-web";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { checkSource } from "../../compiler/compile.js";
import { toOnnx } from "../../compiler/export/onnx/lower.js";
import type { Weights } from "../../compiler/export/unsupported.js";
import { plan } from "../../compiler/plan/index.js";
import type { BinaryMode } from "../../runtime/binary/mode.js";
import type { AnyArray, NdArray } from "../../runtime/data/ndarray.js";
import { toFloat32 } from "../../runtime/data/ndarray.js";
import { predict } from "../../runtime/train/predict.js";
import { disturbed, modelOf, randomGraph, startTensors } from "../inference/compare.js";

beforeAll(async () => {
  ort.env.wasm.numThreads = 1;
  await startTensors();
});

/** A bound on the difference of each element, for outputs of size 1. */
const TOLERANCE = 1e-5;

function onnxOf(
  source: string,
  name: string,
  weights: Weights = new Map(),
  binary?: BinaryMode,
): Uint8Array {
  const checked = checkSource({ file: "t.sgnn", source, host: { read: () => undefined } });
  if (checked.program === undefined) throw new Error(checked.diagnostics[0]!.message);
  const program = plan(checked.program);
  const model = program.models.find((one) => one.name === name)!;
  return toOnnx(program, model, weights, { version: "test", scale: "{}", binary });
}

/** The inputs of the graph: our arrays, and of `node_ptr` the graph of each node. */
function feeds(inputs: ReadonlyMap<string, AnyArray>, names: readonly string[]) {
  const tensors: Record<string, ort.Tensor> = {};
  for (const [name, array] of inputs) {
    const { shape } = array;
    if (name === "edge_index") {
      const ends = BigInt64Array.from(array.data as Int32Array, BigInt);
      tensors[name] = new ort.Tensor("int64", ends, shape);
    } else if (name === "node_ptr") {
      const pointers = array.data as Int32Array;
      const batch: bigint[] = [];
      pointers.forEach((_, g) => {
        for (let n = pointers[g]!; n < (pointers[g + 1] ?? 0); n++) batch.push(BigInt(g));
      });
      tensors["batch"] = new ort.Tensor("int64", BigInt64Array.from(batch), [batch.length]);
    } else {
      const key = name === "edge_attr" ? "attr" : name;
      tensors[key] = new ort.Tensor("float32", toFloat32(array as NdArray, name), shape);
    }
  }
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => names.includes(name)));
}

async function compare(
  source: string,
  name: string,
  inputs: ReadonlyMap<string, AnyArray>,
  binary?: BinaryMode,
): Promise<void> {
  const model = await modelOf(source, name);
  const weights = disturbed(model, 1, 0.1);
  const label = "in";
  const ours = predict(model, { inputs, label, weights, weightsLabel: label, binary }).outputs.get(
    "output",
  )!;
  const plain = new Map(
    [...weights].map(([path, array]) => [
      path,
      { shape: array.shape, data: toFloat32(array, path) },
    ]),
  );
  const session = await ort.InferenceSession.create(onnxOf(source, name, plain, binary));
  const { output } = await session.run(feeds(inputs, session.inputNames));
  await session.release();
  expect(output!.dims).toEqual(ours.shape);
  const theirs = output!.data as Float32Array;
  const data = toFloat32(ours, "output");
  const largest = Math.max(1, ...data.map(Math.abs));
  data.forEach((value, k) => {
    if (!(Math.abs(value - theirs[k]!) <= TOLERANCE * largest)) {
      throw new Error(`element ${k}: ONNX Runtime gives ${theirs[k]}, we give ${value}`);
    }
  });
}

const cora = readFileSync(new URL("../../examples/citation/cora.sgnn", import.meta.url), "utf8");
const graph = randomGraph(3, { nodes: 23, edges: 70, width: 6 });
const withFeatures = randomGraph(3, { nodes: 23, edges: 70, width: 6, attr: 4 });

describe("the models of the citation example", () => {
  const papers = randomGraph(5, { nodes: 40, edges: 120, width: 1433 });
  test.each(["GCN", "SAGE", "GAT", "GATv2", "GIN"])("with %s", async (layer) => {
    const call = layer === "GIN" ? "GIN<$1, hidden: 8>(g)" : `${layer}<$1>(g)`;
    await compare(cora.replaceAll(/GCN<(\d+)>\(g\)/g, call), "CoraReLU", papers);
  });
});

describe("layers of the standard library", () => {
  const layers = {
    Balance: "Balance",
    BatchNorm: "BatchNorm",
    BiGCN: "BiGCN<8>(g)",
    CGConv: "CGConv(g, g.attr)",
    Dense: "Dense<8>",
    EdgeConv: "EdgeConv<8>(g)",
    EdgeMLP: "EdgeMLP<8, hidden: 5>(g)",
    GAT: "GAT<8, heads: 3>(g)",
    GATv2: "GATv2<8, heads: 3>(g)",
    LayerNorm: "LayerNorm",
    PNA: "PNA<8>(g)",
    PReLU: "PReLU",
    SAGEMax: "SAGEMax<8>(g)",
    Standardise: "Standardise",
  };
  test.each(Object.entries(layers))("%s", async (_, call) => {
    const heads = /heads: (\d+)/.exec(call)?.[1] ?? 1;
    const width = Number(/<(\d+)/.exec(call)?.[1] ?? 6) * Number(heads);
    const attr = call.includes("attr") ? ", e.attr: real[E, 4]" : "";
    const source = `model M(g: graph(x: real[N, 6]${attr})) -> real[N, ${width}] { return g.x |> ${call} }\n`;
    await compare(source, "M", attr === "" ? graph : withFeatures);
  });
});

describe("operations", () => {
  test.each([
    "relu",
    "tanh",
    "sigmoid",
    "softplus",
    "gelu",
    "silu",
    "elu",
    "leaky_relu<0.2>",
    "softmax",
    "exp",
    "sin",
    "sign",
    "abs",
  ])("%s", async (name) => {
    await compare(
      `model M(x: real[N, 6]) -> real[N, 6] { return x |> ${name} }\n`,
      "M",
      new Map([["x", graph.get("x")!]]),
    );
  });
  test("a pool of each kind, of several graphs", async () => {
    const source = `model M(g: graph(x: real[N, 6])) -> real[G, 18] {
  let h = g.x |> SAGE<6>(g) |> relu
  return concat(pool mean h over g, pool sum h over g, pool max h over g)
}
`;
    await compare(source, "M", randomGraph(9, { nodes: 20, edges: 50, width: 6, graphs: 4 }));
  });
});

describe("a stage of a conversion has its own activations and weights", () => {
  const source =
    "model M(g: graph(x: real[N, 6])) -> real[N, 4] { return g.x |> BiGCN<8>(g) |> BiGCN<4>(g) }\n";
  test.each<BinaryMode>([
    { activations: "tanh", weights: "real" },
    { activations: "real", weights: "real" },
    { activations: "sign", weights: "real" },
  ])("$activations activations, $weights weights", async (binary) => {
    await compare(source, "M", graph, binary);
  });
});

describe("what ONNX cannot say is named, with its line", () => {
  const of = (body: string): (() => Uint8Array) => {
    const source = `model M(g: graph(x: real[N, 3])) -> real[N, 3] {\n  return ${body}\n}\n`;
    return () => onnxOf(source, "M");
  };
  test("a neuron", () => {
    expect(of("g.x |> LIF")).toThrow("ONNX cannot express the neuron `LIF` (line 2)");
  });
  test("steps of time", () => {
    expect(of("rate(over time 4 { g.x |> relu })")).toThrow("more than one step (line 2)");
  });
  test("a weight that is not there", () => {
    expect(of("g.x |> Dense<3>")).toThrow("the weight `output.weight`, which is not saved");
  });
});

test("the same bytes every time", () => {
  const source = `model M(g: graph(x: real[N, 3])) -> real[N, 3] { return gather sum over j -> i { g.x[j] } }\n`;
  expect(onnxOf(source, "M")).toEqual(onnxOf(source, "M"));
});
