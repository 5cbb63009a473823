/** `sgnnc evaluate`: loss and metrics of a trained run on a part of its data. */
import { existsSync } from "node:fs";
import { parts } from "../../../runtime/data/spec.js";
import { energyModels } from "../../../runtime/energy/models.js";
import { bestKernels } from "../../../runtime/inference/wasm-kernels.js";
import { evaluate as evaluateRun } from "../../../runtime/train/evaluate.js";
import { readRun } from "../../../runtime/train/run-folder.js";
import { didYouMean } from "../../diagnostics/did-you-mean.js";
import type { Command } from "../command.js";
import { exit, inputError, usageError } from "../errors.js";
import { missingFile } from "../files.js";
import { chooseEngine, engineOption, plansOfRun } from "../applying/plans.js";
import { startBackend } from "../training/backend.js";
import { baseFolderOf, loadRun } from "../training/experiments.js";
import { energyModelOption, energyText } from "../training/energy.js";
import { findRun } from "../training/run-folders.js";

export const evaluate: Command = {
  parameters: "<run>",
  description: `
Measures the chosen weights of a run: the same split and scalers as in training, on the test part
unless another one is named. The energy is counted from the same pass: operations per layer with the
measured activity, three times: no zero skipped, zeros skipped on event wires, every zero skipped.`,
  options: {
    data: { type: "text", value: "FILE", help: "this data file instead of the run's" },
    split: { type: "text", value: "PART", help: `${parts.join(", ")}; test unless given` },
    backend: engineOption,
    energy: {
      type: "text",
      value: "MODEL",
      help: `joules per operation: ${Object.keys(energyModels).join(", ")}, or a .json file`,
    },
    json: { type: "flag", help: "print one JSON document on standard output" },
  },
  examples: [
    ["sgnnc evaluate runs/cora/CoraVSN/seed-1", "on the test part"],
    ["sgnnc evaluate runs/cora/CoraVSN/seed-1 --split validation --json", "for another program"],
    ["sgnnc evaluate runs/cora/CoraVSN/seed-1 --energy chip.json", "with joules of your own"],
  ],
  least: 1,
  most: 1,
  async run(invocation, terminal) {
    const split = invocation.text("split") ?? "test";
    if (!parts.some((part) => part === split)) {
      const near = didYouMean(split, { right: parts });
      throw usageError(
        `there is no part ${split}`,
        `${near === undefined ? "" : `did you mean ${near}? `}there are: ${parts.join(", ")}`,
      );
    }
    const given = invocation.text("data");
    if (given !== undefined && !existsSync(given)) throw missingFile(given);
    const model = energyModelOption(invocation.text("energy"));
    const folder = findRun(invocation.positionals[0]);
    const record = readRun(folder);
    const { module, origin } = await loadRun(folder);
    const experiment = module.experiments.find((one) => one.name === record.experiment);
    if (experiment === undefined) {
      throw inputError(`the code in ${folder} has no experiment ${record.experiment}`, {
        why: "run.json and model.mjs belong together",
        fix: "train again",
      });
    }
    const wanted = invocation.text("backend");
    const engine = chooseEngine(await plansOfRun(folder), record.model, wanted, experiment.binary);
    // Loss and metrics are computed on tensors whoever runs the model.
    const backend = await startBackend(wanted === "events" ? undefined : wanted);
    const used =
      engine.plan === undefined
        ? `tensors on ${backend.name}: ${engine.reason}`
        : `events, ${bestKernels().name} kernels`;
    try {
      const result = await evaluateRun(experiment, {
        run: folder,
        baseFolder: baseFolderOf(origin),
        dataFile: given ?? origin.data,
        split,
        planned: engine.plan === undefined ? undefined : engine,
        energy: model,
      });
      const { count, loss, metrics, energy } = result;
      if (invocation.flag("json")) {
        const about = {
          run: folder,
          model: record.model,
          seed: record.seed,
          backend: backend.name,
          engine: engine.plan === undefined ? "tensors" : "events",
        };
        const document = { ...about, split, count, loss, metrics, energy };
        terminal.out(`${JSON.stringify(document, undefined, 2)}\n`);
      } else {
        terminal.out(
          `${record.model}, seed ${record.seed}: ${count} on the ${split} part (${used})\n`,
        );
        const values = { loss, ...metrics };
        const width = Math.max(...Object.keys(values).map((name) => name.length));
        for (const [name, value] of Object.entries(values)) {
          terminal.out(`  ${name.padEnd(width)}  ${value.toPrecision(5)}\n`);
        }
        if (energy !== undefined) terminal.out(`\n${energyText(energy)}`);
      }
      return exit.fine;
    } catch (error) {
      throw module.located(error);
    }
  },
};
