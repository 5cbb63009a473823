/**
 * `sgnnc run`: one forward pass on arrays in an .npz file. A model with an inference plan needs neither
 * TensorFlow.js nor, from a run folder, the compiler; both are loaded only where they are needed.
 */
import { existsSync, statSync } from "node:fs";
import { readNpzFile, writeNpz } from "../../../runtime/data/npz.js";
import { writeFileWhole } from "../../../runtime/data/files.js";
import { predictWithPlan } from "../../../runtime/inference/predict.js";
import type { InferencePlan, PlanModule } from "../../../runtime/inference/plan.js";
import { initialWeights } from "../../../runtime/inference/weights.js";
import { readRun, readRunWeights } from "../../../runtime/train/run-folder.js";
import type { AppliedModel, Result, Work } from "../applying/model.js";
import { chooseEngine, engineOption, plansOfRun } from "../applying/plans.js";
import type { Command } from "../command.js";
import { exit, usageError } from "../errors.js";
import { missingFile } from "../files.js";
import { findRun } from "../training/run-folders.js";

export const run: Command = {
  parameters: "<file|run>",
  description: `
Applies a model to the arrays of an .npz file and writes its output, array \`output\`, to another. A
graph input takes its node features by name (\`x\`), \`edge_index\` [2, E] (row 0 the sources), its edge
features by name or as \`edge_attr\`, \`node_ptr\` when there are several graphs, and \`time\` (the snapshot
in which each edge appears) of a dynamic graph; other inputs go
by their names. \`sgnnc inspect\` lists them. A run brings its own weights and scalers.`,
  options: {
    model: { type: "text", value: "NAME", help: "which model or variant of the file" },
    weights: { type: "text", value: "FILE", help: "weights by path, in safetensors form" },
    input: { type: "text", value: "IN.npz", help: "arrays to read" },
    output: { type: "text", value: "OUT.npz", help: "file to write" },
    backend: engineOption,
  },
  examples: [
    ["sgnnc run runs/cora/CoraVSN/seed-1 --input in.npz --output out.npz", "a trained model"],
    [
      "sgnnc run cora.sgnn --model CoraVSN --weights w.safetensors --input in.npz --output out.npz",
      "weights from elsewhere",
    ],
  ],
  least: 1,
  most: 1,
  async run(invocation, terminal) {
    const [what] = invocation.positionals;
    const input = invocation.text("input");
    const output = invocation.text("output");
    const weightsFile = invocation.text("weights");
    if (input === undefined) throw usageError("`sgnnc run` needs --input IN.npz");
    if (output === undefined) throw usageError("`sgnnc run` needs --output OUT.npz");
    for (const file of [what, input, ...(weightsFile === undefined ? [] : [weightsFile])]) {
      if (!existsSync(file)) throw missingFile(file);
    }
    const wanted = invocation.text("model");
    const model = statSync(what).isDirectory()
      ? await modelOfRun(what, wanted)
      : await (await import("../applying/source.js")).modelOfSource(what, wanted, terminal);
    if (typeof model === "number") return model;
    const from = weightsFile ?? model.folder;
    const weights = from === undefined ? undefined : readRunWeights(from);
    const wantedEngine = invocation.text("backend");
    const engine = chooseEngine(model.plans, model.name, wantedEngine, weights?.binary);
    if (weights === undefined) {
      terminal.err("no --weights: the model runs untrained, with the initial weights of seed 0\n");
    }
    const work = { inputs: readNpzFile(input), label: input, weights };
    const result =
      engine.plan === undefined
        ? await onTensors(model, work, wantedEngine, engine.reason)
        : onEvents(engine.module, engine.plan, work);
    writeFileWhole(output, writeNpz(result.outputs));
    for (const [name, array] of result.outputs) {
      terminal.err(`wrote ${output}: ${name} [${array.shape.join(", ")}] (${result.engine})\n`);
    }
    if (result.spikeRate > 0) {
      terminal.err(`spike rate ${(100 * result.spikeRate).toFixed(1)} %\n`);
    }
    return exit.fine;
  },
};

/** The model of a run folder: nothing is compiled. */
async function modelOfRun(path: string, wanted: string | undefined): Promise<AppliedModel> {
  const folder = findRun(path);
  const { model } = readRun(folder);
  if (wanted !== undefined && wanted !== model) {
    throw usageError(`${folder} is a run of ${model}, not of ${wanted}`);
  }
  return {
    name: model,
    folder,
    plans: await plansOfRun(folder),
    module: async () => (await (await import("../training/experiments.js")).loadRun(folder)).module,
  };
}

function onEvents(module: PlanModule, plan: InferencePlan, work: Work): Result {
  const { inputs, label, weights } = work;
  const { outputs, spikeRate, kernels, bytes } = predictWithPlan(module, plan, {
    inputs,
    label,
    weights: weights?.tensors ?? initialWeights(plan, 0),
    weightsLabel: weights?.label ?? "the initial weights",
    scale: weights?.scale,
  });
  const memory = `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return { outputs, spikeRate, engine: `events, ${kernels} kernels, ${memory}` };
}

async function onTensors(
  model: AppliedModel,
  work: Work,
  backend: string | undefined,
  reason: string,
): Promise<Result> {
  const { applyOnTensors } = await import("../applying/tensors.js");
  return await applyOnTensors(model, work, backend, reason);
}
