/** A stage of a conversion is judged as it is trained: its predictions are those of its own activations and weights. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stagesOf } from "../../runtime/binary/stages.js";
import * as sg from "../../runtime/index.js";
import { readNpzFile } from "../../runtime/data/npz.js";
import { setWeights } from "../../runtime/export/weights.js";
import { predict } from "../../runtime/train/predict.js";
import { readRunWeights } from "../../runtime/train/run-folder.js";
import { openSession, predictions } from "../../runtime/train/session.js";
import { train } from "../../runtime/train/trainer.js";
import { compileModule } from "../conformance/compile.js";
import { writeGraphs } from "../train/data.js";

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
  stage "smooth" { activations tanh, weights real, epochs 1 }
  stage "signs" { epochs 1 }
}
train Bits on D {
  loss     mean(square(output - target))
  optimize adam(rate: 1e-3)
  epochs   1
}`;

test("a stage that was trained is applied and judged with its own activations and weights", async () => {
  await sg.useBackend("cpu");
  const folder = mkdtempSync(join(tmpdir(), "sgnn-stages-"));
  try {
    writeGraphs(folder);
    const data = readNpzFile(join(folder, "graphs.npz"));
    const names = ["x", "edge_index", "node_ptr", "edge_ptr"];
    const inputs = new Map(names.map((name) => [name, data.get(name)!]));
    const exported = await compileModule(SOURCE);
    const [experiment] = exported["experiments"] as sg.Experiment[];
    const outputs: number[][] = [];
    for (const stage of stagesOf(experiment!)) {
      const run = join(folder, stage.name);
      const continues = stage.continues === undefined ? undefined : join(folder, stage.continues);
      const about = { seed: 1, baseFolder: folder, folder: run, continues };
      await train(stage, { ...about, backend: { name: "cpu" } });
      const { tensors, label, scale, binary } = readRunWeights(run);
      expect(binary).toEqual(stage.binary);
      const applied = predict(stage, {
        ...{ inputs, label: "graphs.npz", weights: tensors, weightsLabel: label },
        ...{ scale, binary },
      });
      const session = await openSession(stage, { seed: 1, baseFolder: folder, scale });
      setWeights(session.model, tensors, label);
      const judged = predictions(session, "test")!;
      const all = applied.outputs.get("output")!.data as Float32Array;
      const found = Array.from(session.split.test, (row) => all[row]!);
      Array.from(judged.output).forEach((value, k) => expect(found[k]).toBeCloseTo(value, 3));
      session.dispose();
      outputs.push(found);
    }
    // The weights hardly move in one epoch: it is the stage that makes the difference.
    expect(outputs[0]).not.toEqual(outputs[1]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("predictions of a stage use its activations and weights", async () => {
  await sg.useBackend("cpu");
  const folder = mkdtempSync(join(tmpdir(), "sgnn-stages-"));
  try {
    writeGraphs(folder);
    const exported = await compileModule(SOURCE);
    const [experiment] = exported["experiments"] as sg.Experiment[];
    const [smooth, signs] = await Promise.all(
      stagesOf(experiment!).map(async (stage) => {
        const session = await openSession(stage, { seed: 1, baseFolder: folder });
        const found = Array.from(predictions(session, "test")!.output);
        const run = sg.createRun({ training: false, binary: stage.binary });
        const { output } = session.forward(session.batches("test")[0]!, run);
        expect(found).toEqual([...output.dataSync()]);
        session.dispose();
        return found;
      }),
    );
    expect(signs!.every(Number.isInteger)).toBe(true);
    expect(smooth!.some(Number.isInteger)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
