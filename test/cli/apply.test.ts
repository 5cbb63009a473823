/** `sgnnc run` on a source: which engine ran is always said, and both give the same. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readNpzFile, writeNpz } from "../../runtime/data/npz.js";
import { chooseEngine } from "../../compiler/cli/applying/plans.js";
import type { BinaryMode } from "../../runtime/binary/mode.js";
import type { PlanModule } from "../../runtime/inference/plan.js";
import { readRun } from "../../runtime/train/run-folder.js";
import { writeGraphs } from "../train/data.js";
import { folder, sgnnc } from "./support.js";

const source = `model Net(x: real[N, 3]) -> real[N, 2] {
  return rate(over time 4 { x |> Dense<5> |> LIF |> Dense<2> })
}
model Chosen(x: real[N, 3], y: label[N]) -> real[N] {
  return pick(x, y)
}
`;

function project(): string {
  const path = folder();
  writeFileSync(join(path, "net.sgnn"), source);
  const x = { shape: [2, 3], dtype: "f32" as const, data: Float32Array.of(1, -2, 3, 0.5, 4, -1) };
  const y = { shape: [2], dtype: "i32" as const, data: Int32Array.of(2, 0) };
  writeFileSync(join(path, "x.npz"), writeNpz(new Map([["x", x]])));
  writeFileSync(
    join(path, "xy.npz"),
    writeNpz(
      new Map<string, typeof x | typeof y>([
        ["x", x],
        ["y", y],
      ]),
    ),
  );
  return path;
}
const words = (model: string, input: string, ...more: string[]): string[] => [
  ...["run", "net.sgnn", "--model", model, "--input", input, "--output", "out.npz", ...more],
];

test("the plan is followed unless a tensor backend is named", async () => {
  const path = project();
  const planned = await sgnnc(words("Net", "x.npz"), path);
  expect(planned.stderr).toMatch(
    /wrote out\.npz: output \[2, 2\] \(events, \w+ kernels, [\d.]+ MiB\)/,
  );
  const output = readNpzFile(join(path, "out.npz")).get("output")!;
  const tensors = await sgnnc(words("Net", "x.npz", "--backend", "cpu"), path);
  expect(tensors.stderr).toContain("(tensors on cpu: cpu was asked for)");
  const other = readNpzFile(join(path, "out.npz")).get("output")!;
  expect(other.shape).toEqual(output.shape);
  output.data.forEach((value, k) => expect(value).toBeCloseTo(Number(other.data[k]), 5));
});

test("a model without a plan says why, and refuses --backend events", async () => {
  const path = project();
  const tensors = await sgnnc(words("Chosen", "xy.npz"), path);
  expect(tensors.stderr).toMatch(
    /\(tensors on \w+: the inference plan has no place for `pick` of these operands \(net\.sgnn:5\)\)/,
  );
  const refused = await sgnnc(words("Chosen", "xy.npz", "--backend", "events"), path);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("Chosen cannot run on events");
});

test("a stage of a conversion is applied with what it has in place of signs, not in bits", async () => {
  const path = folder();
  writeGraphs(path);
  writeFileSync(
    join(path, "net.sgnn"),
    `data D {
  file   "graphs.npz"
  graph  g { nodes x = "x" by "node_ptr"; edges = "edge_index" by "edge_ptr" }
  sample target = "y"
  split  random 20 : 20 : 60
}
layer Hidden<out>(x: real[N, in]) -> real[N, out] {
  param w: real[in, out] = glorot
  return x @ w
}
layer Sum(x: real[N, in], g: graph) -> real[G, 1] {
  param w: real[in, 1] = glorot
  return pool [sum] (x @ w) over g
}
model Net(g: graph(x: real[N, 2])) -> real[G, 1] {
  return g.x |> Hidden<8> |> tanh |> Sum(g)
}
convert Net to Bits {
  rule  Hidden |> tanh => Hidden |> sign
  rule  Sum => Sum weights sign
  stage "smooth" { activations tanh, weights real, epochs 2 }
  stage "signs" { epochs 2 }
}
train Bits on D {
  loss     mean(square(output - target))
  optimize adam(rate: 1e-2)
  epochs   2
  report   mse
}
`,
  );
  const trained = await sgnnc(["train", "net.sgnn", "--backend", "cpu", "--out", "runs"], path);
  expect(trained.stderr + trained.stdout).not.toContain("error");
  const run = join("runs", "Bits.smooth", "seed-1");
  const evaluated = await sgnnc(["evaluate", run, "--json"], path);
  const judged = JSON.parse(evaluated.stdout) as { engine: string; metrics: { mse: number } };
  expect(judged.engine).toBe("tensors");
  expect(judged.metrics.mse).toBeCloseTo(readRun(join(path, run)).metrics!["test"]!["mse"]!, 2);

  const data = readNpzFile(join(path, "graphs.npz"));
  const inputs = ["x", "edge_index", "node_ptr", "edge_ptr"];
  writeFileSync(
    join(path, "in.npz"),
    writeNpz(new Map(inputs.map((name) => [name, data.get(name)!]))),
  );
  const words = ["run", run, "--input", "in.npz", "--output", "out.npz"];
  const applied = await sgnnc(words, path);
  const reason = "the stage has tanh activations and real weights in place of signs";
  expect(applied.stderr).toMatch(new RegExp(`\\(tensors on \\w+: ${reason}\\)`));
});

test("a plan is followed by the stage of signs alone", () => {
  const module = { plans: { Bits: { format: 1 } } } as unknown as PlanModule;
  const choose = (backend: string | undefined, binary?: BinaryMode) =>
    chooseEngine(module, "Bits", backend, binary);
  expect(choose(undefined).plan).toBe(module.plans["Bits"]);
  expect(choose("events", { activations: "sign", weights: "sign" }).plan).toBeDefined();
  expect(choose(undefined, { activations: "sign", weights: "real" })).toEqual({
    plan: undefined,
    reason: "the stage has real weights in place of signs",
  });
  expect(() => choose("events", { activations: "real", weights: "sign" })).toThrow(
    "Bits cannot run on events: the stage has real activations in place of signs",
  );
});
