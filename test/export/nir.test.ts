/** NIR graphs: the file, NIR's type rules, and spikes by NIR's stated equations. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { checkSource } from "../../compiler/compile.js";
import { nirFile } from "../../compiler/export/nir/file.js";
import { toNir } from "../../compiler/export/nir/graph.js";
import type { NirGraph } from "../../compiler/export/nir/types.js";
import { toFloat32, type AnyArray } from "../../runtime/data/ndarray.js";
import { ndarray } from "../../runtime/data/ndarray.js";
import { Rng } from "../../runtime/tensor/random/rng.js";
import { predict } from "../../runtime/train/predict.js";
import { disturbed, modelOf, startTensors } from "../inference/compare.js";
import { readNir } from "./nir-file.js";
import { checkTypes, simulate } from "./nir-rules.js";

beforeAll(startTensors);

const hard = `neuron Hard<beta: 0.8, learn threshold: 0.7 per channel> {
  state  v = 0
  update v = beta * v + input
  spike  when v > threshold  surrogate atan(alpha: 2)
  reset  v = 0
  emit   1
}
`;
const chain = (neuron: string, more = ""): string => `${more}
model Net(x: real[N, 3]) -> spike[6, N, 2] {
  return over time 6 { x |> Dense<5> |> ${neuron} |> Dense<2> |> ${neuron} }
}
`;

async function made(source: string, exact = false) {
  const checked = checkSource({ file: "t.sgnn", source, host: { read: () => undefined } });
  if (checked.program === undefined) throw new Error(checked.diagnostics[0]!.message);
  const model = checked.program.models.find((one) => one.name === "Net")!;
  const predictable = await modelOf(source, "Net");
  const weights = disturbed(predictable, 4, 0.4);
  const plain = new Map(
    [...weights].map(([path, array]) => [
      path,
      { shape: array.shape, data: toFloat32(array, path) },
    ]),
  );
  return { graph: toNir(model, plain, exact), predictable, weights };
}

/** What our runtime spikes for rows of x, [T, N, 2]. */
async function spikes(source: string, exact: boolean) {
  const { graph, predictable, weights } = await made(source, exact);
  const rows = 40;
  const x = ndarray([rows, 3], Rng.of(2, "x").normals(rows * 3, 0.3, 1));
  const inputs = new Map<string, AnyArray>([["x", x]]);
  const label = "in";
  const { outputs } = predict(predictable, { inputs, label, weights, weightsLabel: label });
  const ours = Array.from(toFloat32(outputs.get("output")!, "output"));
  const theirs = simulate(graph, { x: { rows, data: x.data as Float32Array } }, 6, 2);
  return { graph, ours, theirs };
}

describe("spikes by NIR's equations and forward Euler", () => {
  test("a neuron that resets to a value is NIR's LIF", async () => {
    const { graph, ours, theirs } = await spikes(chain("Hard", hard), false);
    expect(theirs).toEqual(ours);
    expect(new Set(ours)).toEqual(new Set([0, 1]));
    expect([...graph.nodes.values()].map(({ type }) => type)).toEqual(
      expect.arrayContaining(["Input", "Affine", "LIF", "Output"]),
    );
    expect(graph.report.map(({ how }) => how)).not.toContain("approximate");
  });
  test("a learned leak per layer: PLIF", async () => {
    const { ours, theirs } = await spikes(chain("PLIF"), false);
    expect(theirs).toEqual(ours);
  });
  test.each(["LIF", "IF"])("%s, whose reset subtracts, is exact as a loop", async (neuron) => {
    const { graph, ours, theirs } = await spikes(chain(neuron), true);
    expect(theirs).toEqual(ours);
    const types = [...graph.nodes.values()].map(({ type }) => type);
    expect(types).toContain("Threshold");
    expect(graph.report.map(({ how }) => how)).not.toContain("approximate");
  });
  test("and said to be approximate as NIR's LIF", async () => {
    const { graph, ours, theirs } = await spikes(chain("LIF"), false);
    expect(theirs).not.toEqual(ours);
    const reset = graph.report.filter(({ part }) => part === "reset");
    expect(reset.map(({ how }) => how)).toEqual(["approximate", "approximate"]);
    expect(reset[0]!.why).toContain("--exact");
  });
  test("a sum of two paths", async () => {
    const source = `${hard}
model Net(x: real[N, 3]) -> spike[6, N, 2] {
  return over time 6 {
    let a = x |> Dense<4> |> Hard
    let b = a |> Dense<4>
    let c = x |> Dense<4>
    let d = b + c
    d |> Hard |> Dense<2> |> Hard
  }
}
`;
    const { graph, ours, theirs } = await spikes(source, false);
    expect(theirs).toEqual(ours);
    const targets = graph.edges.map(([, to]) => to);
    expect(targets.length).toBeGreaterThan(new Set(targets).size);
  });
});

describe("the file", () => {
  test("read by the HDF5 library, it is what nir.read expects, and its types fit", async () => {
    const { graph } = await made(chain("LIF"), true);
    const folder = mkdtempSync(join(tmpdir(), "sgnn-nir-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "net.nir"), nirFile(graph));
    const read = await readNir(join(folder, "net.nir"));
    checkTypes(read);
    expect(read.dt).toBe(1e-4);
    expect(read.edges).toEqual(graph.edges);
    expect(new Map([...read.nodes].sort())).toEqual(new Map([...graph.nodes].sort()));
  });
  test("has the same bytes every time", async () => {
    const [one, two] = [await made(chain("LIF")), await made(chain("LIF"))];
    expect(nirFile(one.graph)).toEqual(nirFile(two.graph));
  });
});

describe("what NIR cannot say is in the report, all of it", () => {
  const missing = async (source: string): Promise<NirGraph["report"]> =>
    (await made(source)).graph.report.filter(({ how }) => how === "not expressible");
  test("messages, an activation, a neuron with two states", async () => {
    const source = `model Net(g: graph(x: real[N, 3])) -> real[N, 2] {
  let h = g.x |> GCN<4>(g) |> tanh
  return rate(over time 2 { h |> ALIF |> Dense<2> })
}
`;
    expect(await missing(source)).toEqual([
      { node: "line 2", part: "`GCN`", how: "not expressible", why: "it has more than one input" },
      { node: "line 2", part: "`tanh`", how: "not expressible", why: "NIR has no node for it" },
      {
        node: "line 3",
        part: "`ALIF`",
        how: "not expressible",
        why: "NIR's neurons have one state and one equation",
      },
    ]);
  });
  test.each([
    ["VSN", "it emits something else than 1"],
    ["CubaLIF", "NIR's neurons have one state and one equation"],
  ])("%s", async (neuron, why) => {
    const source = `model Net(x: real[N, 3]) -> real[N, 3] { return rate(over time 2 { x |> ${neuron} }) }\n`;
    expect((await missing(source)).map((line) => line.why)).toEqual([why]);
  });
});
