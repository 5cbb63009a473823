/**
 * Every layer and neuron of the standard library: the inference plan gives what the generated class gives
 * on tensors.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { stdDeclarations } from "../../compiler/std/sources.js";
import { expectSame, randomGraph, runBoth, startTensors } from "./compare.js";

beforeAll(startTensors);

/** One call of each layer on x of width 6; `edges` when it reads edge features. */
const LAYERS: Readonly<Record<string, string>> = {
  Balance: "Balance",
  BatchNorm: "BatchNorm",
  BiGCN: "BiGCN<8>(g)",
  CGConv: "CGConv(g, g.attr)",
  Dense: "Dense<8>",
  Dropout: "Dropout<0.5>",
  EdgeConv: "EdgeConv<8>(g)",
  EdgeMLP: "EdgeMLP<8, hidden: 5>(g)",
  GAT: "GAT<8, heads: 3>(g)",
  GATv2: "GATv2<8, heads: 3>(g)",
  GCN: "GCN<8>(g)",
  GIN: "GIN<8, hidden: 7>(g)",
  LayerNorm: "LayerNorm",
  PNA: "PNA<8>(g)",
  PReLU: "PReLU",
  SAGE: "SAGE<8>(g)",
  SAGEMax: "SAGEMax<8>(g)",
  Standardise: "Standardise",
};

const declared = (type: string): string[] =>
  [...stdDeclarations].filter(([, one]) => one.type === type).map(([name]) => name);

/** A layer alone, and one fed by spikes over time. */
function sourceOf(call: string, neuron: string | undefined): string {
  const edges = call.includes("g.attr") ? ", e.attr: real[E, 4]" : "";
  const body =
    neuron === undefined
      ? `g.x |> ${call}`
      : `rate(over time 5 { g.x |> Dense<6> |> ${neuron} |> ${call} })`;
  const width = /<(\d+)(?:, heads: (\d+))?[,>]/.exec(call);
  const out = width === null ? 6 : Number(width[1]) * Number(width[2] ?? 1);
  return `model Probe(g: graph(x: real[N, 6]${edges})) -> real[N, ${out}] { return ${body} }\n`;
}

const graph = (call: string, seed: number) =>
  randomGraph(seed, {
    nodes: 23,
    edges: 70,
    width: 6,
    attr: call.includes("g.attr") ? 4 : undefined,
  });

describe("every layer of the standard library", () => {
  test("has its name", () => {
    expect(declared("layer")).toEqual(expect.arrayContaining(Object.keys(LAYERS)));
  });
  test.each(Object.entries(LAYERS))("%s on real values", async (_name, call) => {
    expectSame(
      await runBoth({ source: sourceOf(call, undefined), model: "Probe", inputs: graph(call, 3) }),
    );
  });
  test.each(Object.entries(LAYERS))("%s on spikes over time", async (_name, call) => {
    expectSame(
      await runBoth({ source: sourceOf(call, "LIF"), model: "Probe", inputs: graph(call, 5) }),
    );
  });
});

describe("every neuron of the standard library", () => {
  test.each(declared("neuron"))("%s", async (neuron) => {
    const source = sourceOf("Dense<8>", neuron);
    expectSame(await runBoth({ source, model: "Probe", inputs: graph("", 7) }));
  });
});
