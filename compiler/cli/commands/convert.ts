/** `sgnnc convert`: the models that a file's convert declarations make, or a trained solver in spikes. */
import { basename, dirname, relative } from "node:path";
import type { ConversionIr } from "../../ir/ir.js";
import type { Command } from "../command.js";
import { printDiagnostics, jsonDiagnostics } from "../diagnostics.js";
import { exit, usageError } from "../errors.js";
import { findSource, writeIfChanged } from "../files.js";
import { checkOne, type Checked } from "../sources.js";
import { isRunFolder } from "../training/run-folders.js";
import { backendOption } from "../training/backend.js";
import { printSpiking } from "../training/spiking.js";
import { unknownModel } from "../training/unknown-model.js";

export const convert: Command = {
  parameters: "<file|run>",
  description: `
Prints the models that the convert declarations of a file make. The result is source text again: with
--out it is a file of its own, which imports what it uses from the original and can be checked,
compiled and trained. \`sgnnc train\` converts by itself; this command is for reading the result.

Of the run of a solver it makes spiking networks by calibration, in several ways, and prints their errors,
rates and energy beside those of networks with few bits. The run's folder keeps what was measured, for the
next call and for \`sgnnc report\`. Of any other run it puts spiking neurons in the places of the activations
(relu, tanh, ..) and prints the metrics of its data; separable solvers likewise, in digits.`,
  options: {
    model: { type: "text", value: "NAME", help: "only this converted model" },
    out: { type: "text", value: "FILE", help: "write it to this .sgnn file instead" },
    steps: {
      type: "text",
      value: "N,N,..",
      help: "of a run: numbers of steps; 8, 16, 32, 64 unless given",
    },
    design: {
      type: "text",
      value: "NAME;..",
      help: "of a run: only these designs, by names or parts of names",
    },
    data: { type: "text", value: "FILE", help: "of a run: this data file instead of the run's" },
    backend: backendOption,
    json: { type: "flag", help: "print one JSON document on standard output" },
  },
  examples: [
    ["sgnnc convert dgcnn.sgnn", "all converted models of the file"],
    ["sgnnc convert dgcnn.sgnn --model BF2 --out bf2.sgnn", "one of them, as a file"],
    ["sgnnc convert runs/burgers/BurgersNet/seed-1 --steps 64", "a trained network in spikes"],
    ["sgnnc convert runs/wave --steps 8,12 --design digits", "one family of designs"],
  ],
  least: 1,
  most: 1,
  async run(invocation, terminal) {
    const [what] = invocation.positionals;
    if (isRunFolder(what)) {
      await printSpiking(what, invocation, terminal);
      return exit.fine;
    }
    const checked = checkOne(findSource(invocation.positionals[0]));
    const out = invocation.text("out");
    if (out !== undefined && !out.endsWith(".sgnn")) {
      throw usageError(`${out} is not a .sgnn file`, "converted models are source text");
    }
    if (!invocation.flag("json")) printDiagnostics([checked], terminal);
    const { program } = checked;
    const chosen =
      program === undefined ? [] : choose(program.conversions, invocation.text("model"));
    if (invocation.flag("json")) {
      const conversions = chosen.map(({ name, from, text }) => ({ name, from, text }));
      const diagnostics = jsonDiagnostics([checked]);
      terminal.out(`${JSON.stringify({ conversions, diagnostics }, undefined, 2)}\n`);
    }
    if (program === undefined) return exit.input;
    const text = chosen.map((one) => one.text).join("\n");
    if (out !== undefined) {
      writeIfChanged(out, imports(text, checked, out) + text);
      terminal.err(`wrote ${out}\n`);
    } else if (!invocation.flag("json")) terminal.out(text);
    return exit.fine;
  },
};

function choose(all: readonly ConversionIr[], name: string | undefined): readonly ConversionIr[] {
  if (all.length === 0) throw usageError("the file has no convert declaration");
  if (name === undefined) return all;
  const found = all.filter((one) => one.name === name);
  const names = all.map((one) => one.name);
  if (found.length === 0) throw unknownModel(name, names, "print");
  return found;
}

/** What the text uses of the original file. */
function imports(text: string, { source }: Checked, out: string): string {
  const own = new Set([...text.matchAll(declared)].map(([, name]) => name));
  const used = [...source.text.matchAll(declared)]
    .map(([, name]) => name)
    .filter((name) => !own.has(name) && new RegExp(`\\b${name}\\b`).test(text));
  if (used.length === 0) return "";
  const path = relative(dirname(out), dirname(source.file)) || ".";
  const from = `${path.startsWith(".") ? path : `./${path}`}/${basename(source.file)}`;
  return `import { ${[...new Set(used)].join(", ")} } from "${from.replaceAll("\\", "/")}"\n\n`;
}

const declared = /^(?:neuron|layer|function)\s+([A-Za-z_]\w*)/gm;
