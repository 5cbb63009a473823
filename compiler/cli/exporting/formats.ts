/** What `sgnnc export` can write: per format a file name, and the bytes of a run in it. */
import { basename, join } from "node:path";
import { toFloat32 } from "../../../runtime/data/ndarray.js";
import { readEpochs, readRun, readRunWeights } from "../../../runtime/train/run-folder.js";
import type { RunRecord } from "../../../runtime/train/run-folder.js";
import { writeSafetensors } from "../../../runtime/export/safetensors.js";
import type { Fidelity } from "../../export/nir/types.js";
import type { ScalarEvent } from "../../export/tensorboard.js";
import { Unsupported, type Weights } from "../../export/unsupported.js";
import type { ModelIr } from "../../ir/ir.js";
import type { Program } from "../../ir/program.js";
import { plan } from "../../plan/index.js";
import { printDiagnostics } from "../diagnostics.js";
import { CommandError, exit, inputError } from "../errors.js";
import { findSource } from "../files.js";
import { checkOne } from "../sources.js";
import type { Terminal } from "../terminal.js";
import { toolVersion } from "../version.js";

export interface Exported {
  readonly bytes: Uint8Array;
  /** How much of the model each line of the file says; empty for formats that say all. */
  readonly report: readonly Fidelity[];
  /** What a reader of the file must know. */
  readonly notes: readonly string[];
}
interface Format {
  /** Name of the file in the run folder. */
  readonly file: string;
  readonly write: (run: Run) => Promise<Exported>;
}
export interface Run {
  readonly folder: string;
  readonly terminal: Terminal;
  /** Subtracting resets of NIR as loops. */
  readonly exact: boolean;
}

export const formats: Readonly<Record<string, Format>> = {
  safetensors: { file: "export.safetensors", write: safetensors },
  onnx: { file: "model.onnx", write: onnx },
  nir: { file: "model.nir", write: nir },
  tensorboard: { file: "events.out.tfevents.sgnn", write: tensorboard },
};

async function safetensors({ folder }: Run): Promise<Exported> {
  const { tensors, scale } = readRunWeights(folder);
  const { model, source, tool } = readRun(folder);
  const metadata = { format: "sgnn-weights-1", model, source: source.file, tool };
  const bytes = writeSafetensors(tensors, { ...metadata, scale: JSON.stringify(scale) });
  return { bytes, report: [], notes: scaleNotes(folder) };
}

async function tensorboard({ folder }: Run): Promise<Exported> {
  const { toEventFile } = await import("../../export/tensorboard.js");
  const epochs = readEpochs(folder);
  if (epochs.length === 0) {
    throw inputError(`${folder} has no epochs yet`, {
      why: "TensorBoard shows the curves of a training",
      fix: "train for at least one epoch",
    });
  }
  const bytes = toEventFile([...epochs.map(scalarsOf), ...finalScalars(readRun(folder))]);
  return { bytes, report: [], notes: ["wall times count from the start of the run"] };
}

async function onnx(run: Run): Promise<Exported> {
  const { toOnnx } = await import("../../export/onnx/lower.js");
  const { checked, model: name } = sourceOf(run);
  const program = plan(checked);
  const model = modelNamed(program, name, run.folder);
  const { scale, binary } = readRunWeights(run.folder);
  try {
    const about = { version: toolVersion(), scale: JSON.stringify(scale), binary };
    const bytes = toOnnx(program, model, weightsOf(run.folder), about);
    return { bytes, report: [], notes: scaleNotes(run.folder) };
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    throw inputError(
      `ONNX cannot say ${error.part}${error.line === undefined ? "" : ` (line ${error.line})`}`,
      {
        why: "the export covers dense layers, activations, messages and pools, in one step",
        fix: "export a variant without it, --to nir for spiking chains, or --to safetensors",
      },
    );
  }
}

async function nir(run: Run): Promise<Exported> {
  const [{ toNir }, { nirFile }] = await Promise.all([
    import("../../export/nir/graph.js"),
    import("../../export/nir/file.js"),
  ]);
  const { checked, model: name } = sourceOf(run);
  const graph = toNir(modelNamed(checked, name, run.folder), weightsOf(run.folder), run.exact);
  const missing = graph.report.filter(({ how }) => how === "not expressible");
  if (missing.length > 0) {
    const parts = missing.map(({ node, part, why }) => `${part} (${node}: ${why})`);
    throw new CommandError(exit.input, `NIR cannot say ${parts.join("; ")}`, {
      why: "NIR has dense products, sums, and neurons with one state",
      fix: "export a variant without it, or --to safetensors",
    });
  }
  return { bytes: nirFile(graph), report: graph.report, notes: scaleNotes(run.folder) };
}

/** The typed program from the source that the folder of a run keeps, and the name of the model it trained. */
function sourceOf({ folder, terminal }: Run): { checked: Program; model: string } {
  const record = readRun(folder);
  const checked = checkOne(findSource(join(folder, basename(record.source.file))));
  if (checked.program === undefined) {
    printDiagnostics([checked], terminal);
    throw inputError(`the source in ${folder} has errors`, {
      why: "it had none when the run was trained; another version of the tool may have trained it",
      fix: "train again with this version",
    });
  }
  return { checked: checked.program, model: record.model };
}

function modelNamed(program: Program, name: string, folder: string): ModelIr {
  const model = program.models.find((one) => one.name === name);
  if (model !== undefined) return model;
  const isSolver = program.solvers.some((one) => one.model.name === name);
  throw inputError(
    `${name} of ${folder} is ${isSolver ? "a solver of a physics problem" : "no model"}`,
    {
      why: "onnx and nir take the network of a model",
      fix: "--to safetensors writes its weights",
    },
  );
}

function weightsOf(folder: string): Weights {
  return new Map(
    [...readRunWeights(folder).tensors].map(([name, array]) => [
      name,
      { shape: array.shape, data: toFloat32(array, name) },
    ]),
  );
}

/** The network sees scaled inputs and gives a scaled target: whoever applies it elsewhere must know. */
function scaleNotes(folder: string): string[] {
  const { scale } = readRunWeights(folder);
  return Object.entries(scale).map(
    ([name, { method }]) =>
      `${name} is scaled (${method}) outside the model; ${method === "rows" ? "each row is divided by its absolute sum" : "shift and factor are in the metadata of the safetensors file"}`,
  );
}

/** All numbers of a line of metrics.jsonl. */
function scalarsOf(epoch: object): ScalarEvent {
  const { epoch: step, seconds, ...rest } = epoch as Record<string, unknown>;
  const values: Record<string, number> = {};
  for (const [name, value] of Object.entries(rest)) {
    if (typeof value === "number") values[`train/${name}`] = value;
    else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (typeof inner === "number") values[`${name}/${key}`] = inner;
      }
    }
  }
  return { step: Number(step), seconds: Number(seconds), values };
}

/** What the chosen weights reach on each part. */
function finalScalars({ metrics, epoch, seconds }: RunRecord): ScalarEvent[] {
  const values: Record<string, number> = {};
  for (const [part, numbers] of Object.entries(metrics ?? {})) {
    for (const [name, value] of Object.entries(numbers)) values[`chosen/${part}/${name}`] = value;
  }
  return Object.keys(values).length === 0 ? [] : [{ step: epoch, seconds, values }];
}
