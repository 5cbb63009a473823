/** A trained model of any kind in spikes: its metrics as neurons take the places of its activations. */
import { convertModel } from "../../../runtime/conversion/index.js";
import { setWeights } from "../../../runtime/export/weights.js";
import { isMetric } from "../../../runtime/train/metrics.js";
import { readRun, readRunWeights } from "../../../runtime/train/run-folder.js";
import { openSession } from "../../../runtime/train/session.js";
import type { Experiment } from "../../../runtime/train/spec.js";
import type { Invocation } from "../command.js";
import type { Terminal } from "../terminal.js";
import { startBackend } from "./backend.js";
import { textTable } from "./comparison.js";
import { baseFolderOf, type LoadedRun } from "./experiments.js";

const BITS = [4, 8];

/** Prints the table, or one JSON document. */
export async function printSpikingModel(
  folder: string,
  experiment: Experiment,
  { origin }: LoadedRun,
  options: {
    readonly steps: readonly number[];
    readonly invocation: Invocation;
    readonly terminal: Terminal;
  },
): Promise<void> {
  const { steps, invocation, terminal } = options;
  await startBackend(invocation.text("backend"));
  const run = readRun(folder);
  const weights = readRunWeights(folder);
  const session = await openSession(experiment, {
    seed: run.seed,
    fold: run.fold,
    baseFolder: baseFolderOf(origin),
    dataFile: invocation.text("data") ?? origin.data,
    scale: weights.scale,
  });
  try {
    setWeights(session.model, weights.tensors, weights.label);
    const part = session.split.test.length > 0 ? "test" : "validation";
    const metrics = experiment.train.report.filter(isMetric);
    const rows = convertModel(session, part, { steps, bits: BITS, metrics });
    if (invocation.flag("json")) {
      const document = { run: folder, model: run.model, part, rows };
      terminal.out(`${JSON.stringify(document, undefined, 2)}\n`);
      return;
    }
    terminal.out(`\n${run.model} in spikes, on the ${part} part\n\n`);
    const header = ["design", "T or bits", "to network", ...metrics, "rate x T"];
    terminal.out(
      textTable(
        header,
        rows.map((row) => [
          row.design,
          row.steps === 0 ? "" : String(row.steps),
          row.steps === 0 ? "" : `${(100 * row.againstNetwork).toPrecision(3)} %`,
          ...metrics.map((name) => row.metrics[name]?.toPrecision(4) ?? "-"),
          row.rateTimesSteps === 0 ? "" : row.rateTimesSteps.toPrecision(3),
        ]),
      ),
    );
  } finally {
    session.dispose();
  }
}
