/** `sgnnc run`: one forward pass on arrays in an .npz file. */
import { existsSync, statSync } from "node:fs";
import { readNpzFile, writeNpz } from "../../../runtime/data/npz.js";
import { writeFileWhole } from "../../../runtime/data/files.js";
import type { NdArray } from "../../../runtime/data/ndarray.js";
import type { ScaleState } from "../../../runtime/data/scale.js";
import { modelWeights } from "../../../runtime/export/weights.js";
import { Scope } from "../../../runtime/layers/scope.js";
import { predict, type Predictable } from "../../../runtime/train/predict.js";
import { readRun, readRunWeights } from "../../../runtime/train/run-folder.js";
import type { Command } from "../command.js";
import { exit, usageError } from "../errors.js";
import { missingFile } from "../files.js";
import type { GeneratedModule } from "../generated.js";
import type { Terminal } from "../terminal.js";
import { backendOption, startBackend } from "../training/backend.js";
import { loadRun, modelsNamed, prepare } from "../training/experiments.js";
import { findRun } from "../training/run-folders.js";
import { unknownModel } from "../training/unknown-model.js";

export const run: Command = {
  parameters: "<file|run>",
  description: `
Applies a model to the arrays of an .npz file and writes its output, array \`output\`, to another. A
graph input takes its node features by name (\`x\`), \`edge_index\` [2, E] (row 0 the sources), its edge
features by name or as \`edge_attr\`, and \`node_ptr\` when there are several graphs; other inputs go
by their names. \`sgnnc inspect\` lists them. A run brings its own weights and scalers.`,
  options: {
    model: { type: "text", value: "NAME", help: "which model or variant of the file" },
    weights: { type: "text", value: "FILE", help: "weights by path, in safetensors form" },
    input: { type: "text", value: "IN.npz", help: "arrays to read" },
    output: { type: "text", value: "OUT.npz", help: "file to write" },
    backend: backendOption,
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
    const chosen = statSync(what).isDirectory()
      ? await fromRun(what, invocation.text("model"))
      : await fromSource(what, invocation.text("model"), terminal);
    if (typeof chosen === "number") return chosen;
    const backend = await startBackend(invocation.text("backend"));
    try {
      const weights = weightsOf(chosen, weightsFile, terminal);
      const { outputs, spikeRate } = predict(chosen.model, {
        inputs: readNpzFile(input),
        label: input,
        weights: weights.tensors,
        weightsLabel: weights.label,
        scale: weights.scale,
      });
      writeFileWhole(output, writeNpz(outputs));
      for (const [name, array] of outputs) {
        terminal.err(`wrote ${output}: ${name} [${array.shape.join(", ")}] (${backend.name})\n`);
      }
      if (spikeRate > 0) terminal.err(`spike rate ${(100 * spikeRate).toFixed(1)} %\n`);
      return exit.fine;
    } catch (error) {
      throw chosen.module.located(error);
    }
  },
};

interface Chosen {
  readonly module: GeneratedModule;
  readonly model: Predictable;
  /** The run it comes from. */
  readonly folder: string | undefined;
}

async function fromRun(path: string, wanted: string | undefined): Promise<Chosen> {
  const folder = findRun(path);
  const record = readRun(folder);
  if (wanted !== undefined && wanted !== record.model) {
    throw usageError(`${folder} is a run of ${record.model}, not of ${wanted}`);
  }
  const { module } = await loadRun(folder);
  return { module, model: pick(module, record.model), folder };
}

async function fromSource(
  file: string,
  wanted: string | undefined,
  terminal: Terminal,
): Promise<Chosen | number> {
  const prepared = await prepare(file, terminal);
  if (typeof prepared === "number") return prepared;
  const { module, program } = prepared;
  const all = [...module.models.keys()];
  if (all.length === 0) throw usageError(`there is no model in ${file}`);
  const names = wanted === undefined ? all : modelsNamed(wanted, program);
  if (names.length > 1) {
    const what =
      wanted === undefined ? `${file} has several models` : `${wanted} has several variants`;
    throw usageError(what, `choose one with --model: ${names.join(", ")}`);
  }
  return { module, model: pick(module, names[0] ?? wanted ?? all[0]), folder: undefined };
}

function pick(module: GeneratedModule, name: string): Predictable {
  const model = module.models.get(name);
  if (model === undefined) throw unknownModel(name, [...module.models.keys()], "run");
  return { info: model.info, create: (scope) => new model(scope) };
}

interface Weights {
  readonly tensors: ReadonlyMap<string, NdArray>;
  readonly label: string;
  readonly scale: ScaleState | undefined;
}

function weightsOf(
  { model, folder }: Chosen,
  file: string | undefined,
  terminal: Terminal,
): Weights {
  const from = file ?? folder;
  if (from !== undefined) return readRunWeights(from);
  terminal.err("no --weights: the model runs untrained, with the initial weights of seed 0\n");
  const fresh = model.create(new Scope({ seed: 0 }));
  const tensors = modelWeights(fresh);
  fresh.dispose();
  return { tensors, label: "the initial weights", scale: undefined };
}
