/**
 * Energy of a converted network at each of its stages: products of real numbers while tanh stands for the signs,
 * additions where the features are signs, one-bit operations where the weights are signs too. Values by hand.
 */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { stagesOf } from "../../runtime/binary/stages.js";
import { checkSource } from "../../compiler/index.js";
import { describe as describePlan } from "../../compiler/plan/describe.js";
import { countNames } from "../../compiler/plan/operations.js";
import { plan } from "../../compiler/plan/index.js";
import { addCounts, noOperations, type OperationCounts } from "../../runtime/energy/counts.js";
import { energyModels } from "../../runtime/energy/models.js";
import { summarise } from "../../runtime/energy/summary.js";
import { countsOf } from "../../runtime/energy/work.js";
import * as sg from "../../runtime/index.js";
import { compileModule } from "../conformance/compile.js";

const SOURCE = `data D {
  file   "graphs.npz"
  graph  g { nodes x = "x" by "node_ptr"; edges = "edge_index" by "edge_ptr" }
  sample target = "y"
  split  random 20 : 20 : 60
}
layer Hidden<out>(x: real[N, in]) -> real[N, out] {
  param w: real[in, out] = glorot
  return x @ w
}
layer Edge<out>(x: real[N, in], g: graph) -> real[N, out] {
  param w: real[2 * in, out] = glorot
  let near = knn<2>(x)
  return gather max over j -> i in near { concat(x[i], x[j] - x[i]) @ w }
}
layer BinaryEdge<out>(x: sign[N, in], g: graph) -> sign[N, out] {
  param w: sign[2 * in, out] = glorot
  let near = knn<2, metric: hamming>(x)
  return gather max over j -> i in near { concat(-x[j] * x[i], x[i]) @ w } |> sign
}
layer Sum(x: real[N, in], g: graph) -> real[G, 1] {
  param w: real[in, 1] = glorot
  return pool [sum] (x @ w) over g
}
model Net(g: graph(x: real[N, 2])) -> real[G, 1] {
  return g.x |> Hidden<4> |> tanh |> Edge<3>(g) |> Sum(g)
}
convert Net to Bits {
  rule  Hidden |> tanh => Hidden |> sign
  rule  Edge => BinaryEdge
  rule  Sum => Sum weights sign
  stage "tanh"   { activations tanh, weights real, epochs 1 }
  stage "sign"   { weights real, epochs 1 }
  stage "binary" { epochs 1 }
}
train Bits on D {
  loss     mean(square(output - target))
  optimize adam(rate: 1e-3)
  epochs   1
}`;

beforeAll(async () => {
  await sg.useBackend("cpu");
});

/** Five nodes in one cloud, two neighbours each: ten edges. */
function cloud(): sg.Graph {
  const x = tf.tensor2d([0.1, 0.9, -0.4, 0.3, 0.8, -0.7, -0.2, -0.6, 0.5, 0.2], [5, 2]);
  const edgeIndex = { sources: [], targets: [] };
  return sg.createGraph({ edgeIndex, nodes: { x }, graphPtr: [0, 5] }) as unknown as sg.Graph;
}

async function counterOf(stage: string): Promise<sg.OperationCounter> {
  const exported = await compileModule(SOURCE);
  const [experiment] = exported["experiments"] as sg.Experiment[];
  const found = stagesOf(experiment!).find(({ name }) => name === `Bits.${stage}`)!;
  const model = found.create(new sg.Scope({ seed: 1 })) as unknown as sg.Model<{ g: sg.Graph }>;
  const counter = new sg.OperationCounter();
  const run = sg.createRun({ training: false, binary: found.binary });
  sg.countingWith(counter, () => model.forward({ g: cloud() }, run));
  return counter;
}

function totalOf(counter: sg.OperationCounter): OperationCounts {
  return counter.result
    .flatMap(({ works }) => works.map((work) => countsOf(work, "nothing")))
    .reduce(addCounts, noOperations);
}

// Terms: Hidden 5 * 2 * 4 = 40, its activation 5 * 4 = 20, -x_j x_i 10 * 4 = 40, its product on the edges 10 * 4 * 3 = 120,
// that of x_i on the nodes 5 * 4 * 3 = 60, their sum and its maximum 10 * 3 = 30 each, the activation 5 * 3 = 15, the
// product of Sum 5 * 3 * 1 = 15, pooling 5. Every product writes its results, 20, 30, 15 and 5, the maximum 15, pooling 1.
const writes = 20 + 30 + 15 + 5 + 15 + 1;
/** Hidden reads 10 numbers and 40 weights, the sum and the maximum 30 numbers each, pooling 5. */
const reads = 10 + 40 + 30 + 30 + 5;

describe("operations", () => {
  test.each<[string, OperationCounts]>([
    [
      "tanh",
      {
        macs: 40 + 20 + 40 + 120 + 60 + 15 + 15,
        adds: 30 + 30 + 5,
        bitOps: 0,
        reads: reads + 40 + (40 + 120) + (20 + 60) + (15 + 15),
        writes,
      },
    ],
    [
      "sign",
      {
        macs: 40,
        // Signs of features are comparisons, and select the sign of a weight that is added.
        adds: 20 + 120 + 60 + 30 + 30 + 15 + 15 + 5,
        bitOps: 40,
        reads: reads + 40 / 32 + (40 / 32 + 120) + (20 / 32 + 60) + (15 / 32 + 15),
        writes,
      },
    ],
    [
      "binary",
      {
        macs: 40,
        adds: 20 + 30 + 30 + 15 + 5,
        bitOps: 40 + 120 + 60 + 15,
        reads: reads + (40 + 40 + 120 + 20 + 60 + 15 + 15) / 32,
        writes,
      },
    ],
  ])("stage %s", async (stage, expected) => {
    expect(totalOf(await counterOf(stage))).toEqual(expected);
  });
});

test("joules of the stage with bits, by Horowitz's table", async () => {
  const { result } = await counterOf("binary");
  const table = energyModels["horowitz-45nm"]!;
  const { joules } = summarise(result, table, { unit: "graph", units: 1 }).total.nothing;
  // 40 MACs, 100 additions, 235 bits, and words of memory: 115 + 310 / 32 read, 86 written.
  const picojoules = 40 * 4.6 + 100 * 0.9 + 235 * 0.00625 + (115 + 310 / 32 + 86) * 5;
  expect(joules * 1e12).toBeCloseTo(picojoules, 6);
});

test("the bound of the compiler is what the stage with bits counts", async () => {
  const host = { read: () => undefined };
  const { program } = checkSource({ file: "bits.sgnn", source: SOURCE, host });
  const numbers: Readonly<Record<string, number>> = { N: 5, G: 1 };
  const bound = { ...noOperations };
  for (const row of describePlan(plan(program!), "Bits")) {
    for (const name of countNames) {
      for (const [symbols, factor] of row[name].terms) {
        const sizes = symbols === "" ? [] : symbols.split("*");
        // Edges of a graph that the model builds: two to a node.
        bound[name] += sizes.reduce((product, symbol) => product * (numbers[symbol] ?? 10), factor);
      }
    }
  }
  expect(bound).toEqual(totalOf(await counterOf("binary")));
});
