/** Random well-typed models: the plan gives what the class gives. */
import fc from "fast-check";
import { beforeAll, test } from "vitest";
import { expectSame, randomGraph, runBoth, startTensors } from "./compare.js";

beforeAll(startTensors);

const stage = fc.constantFrom(
  ...["Dense<7>", "SAGE<5>(g)", "GCN<9>(g)", "GAT<4, heads: 2>(g)", "EdgeConv<6>(g)", "GIN<8>(g)"],
  ...["relu", "tanh", "BatchNorm", "LayerNorm", "SAGEMax<3>(g)", "leaky_relu<0.1>"],
);
const neuron = fc.constantFrom("LIF", "VSN", "IF", "ALIF", "PLIF");

const model = fc.record({
  before: fc.array(stage, { maxLength: 2 }),
  inside: fc.array(fc.oneof(stage, neuron), { minLength: 1, maxLength: 5 }),
  steps: fc.integer({ min: 1, max: 4 }),
  pool: fc.constantFrom("mean", "sum", "max", "[mean, min, std]"),
  seed: fc.integer({ min: 1, max: 1000 }),
  nodes: fc.integer({ min: 2, max: 19 }),
  edges: fc.integer({ min: 0, max: 50 }),
});

test("random pipelines over time", async () => {
  await fc.assert(
    fc.asyncProperty(model, async ({ before, inside, steps, pool, seed, nodes, edges }) => {
      const pipe = (stages: readonly string[]): string =>
        stages.map((one) => ` |> ${one}`).join("");
      const factor = pool.startsWith("[") ? 3 : 1;
      const source =
        `model Probe(g: graph(x: real[N, 4])) -> real[G, 2] {\n` +
        `  let h = g.x${pipe(before)} |> Dense<6>\n` +
        `  let s = rate(over time ${steps} { h${pipe(inside)} |> Dense<${5 * factor}> })\n` +
        `  return pool ${pool} s over g |> Dense<2>\n}\n`;
      const inputs = randomGraph(seed, { nodes, edges, width: 4 });
      expectSame(await runBoth({ source, model: "Probe", inputs, seed, noise: 0.3 }), 1e-4);
    }),
    { numRuns: 25, seed: 20 },
  );
});
