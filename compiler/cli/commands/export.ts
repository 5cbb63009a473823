/** `sgnnc export`: a run in the format of another tool. */
import { dirname, join } from "node:path";
import { isFolder, makeFolder, writeFileWhole } from "../../../runtime/data/files.js";
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import type { Command } from "../command.js";
import { exit, usageError } from "../errors.js";
import { formats } from "../exporting/formats.js";
import { textTable } from "../training/comparison.js";
import { findRun } from "../training/run-folders.js";

export const exportRun: Command = {
  parameters: "<run>",
  description: `
Writes a trained run for another tool:
  safetensors  the chosen weights by their path in the model, scalers in the metadata
  onnx         the dense and message-passing part as an ONNX graph (opset 18)
  nir          a spiking chain or sum of chains as a NIR graph (HDF5), with a report of what is exact
  tensorboard  the curves of the training as a TensorBoard event file
What a format cannot say is named, and then nothing is written.`,
  options: {
    to: { type: "text", value: "FORMAT", help: Object.keys(formats).join(", ") },
    out: { type: "text", value: "FILE", help: "where to (a file in the run folder unless given)" },
    exact: {
      type: "flag",
      help: "nir: resets that subtract as a loop of three nodes, not as NIR's LIF",
    },
    json: { type: "flag", help: "print one JSON document on standard output" },
  },
  examples: [
    ["sgnnc export runs/cora/CoraReLU/seed-1 --to onnx", "model.onnx in the run folder"],
    ["sgnnc export runs/net/seed-1 --to nir --out net.nir", "with a fidelity report"],
    ["sgnnc export runs/net/seed-1 --to tensorboard", "then: tensorboard --logdir runs"],
  ],
  least: 1,
  most: 1,
  async run(invocation, terminal) {
    const format = formatNamed(invocation.text("to"));
    if (invocation.flag("exact") && format !== "nir") {
      throw usageError("--exact is about NIR", "leave it out, or give --to nir");
    }
    const folder = findRun(invocation.positionals[0]);
    const path = invocation.text("out") ?? join(folder, formats[format].file);
    if (isFolder(path)) throw usageError(`${path} is a folder`, "--out names a file");
    const { bytes, report, notes } = await formats[format].write({
      ...{ folder, terminal, exact: invocation.flag("exact") },
    });
    makeFolder(dirname(path));
    writeFileWhole(path, bytes);
    if (invocation.flag("json")) {
      const document = { run: folder, format, file: path, bytes: bytes.length, report, notes };
      terminal.out(`${JSON.stringify(document, undefined, 2)}\n`);
      return exit.fine;
    }
    terminal.out(`${path}\n`);
    if (report.length > 0) {
      const rows = report.map(({ node, part, how, why }) => [node, part, how, why]);
      terminal.err(textTable(["node", "part", "how", "why"], rows));
    }
    for (const note of notes) terminal.err(`note: ${note}\n`);
    return exit.fine;
  },
};

function formatNamed(wanted: string | undefined): string {
  const known = Object.keys(formats);
  const list = `the formats are ${known.join(", ")}`;
  if (wanted === undefined) throw usageError("export needs --to FORMAT", list);
  if (Object.hasOwn(formats, wanted)) return wanted;
  const near = didYouMean(wanted, { right: known });
  const hint = near === undefined ? list : `did you mean ${near}? ${list}`;
  throw usageError(`there is no format ${wanted}`, hint);
}
