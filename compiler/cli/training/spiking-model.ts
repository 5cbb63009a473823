/** A trained model of any kind in spikes: its metrics as neurons take the places of its activations. */
import {
  convertModel,
  convertSeparable,
  type ModelRow,
} from "../../../runtime/conversion/index.js";
import type { SolverExperiment } from "../../../runtime/physics/spec.js";
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
    const title = `${run.model} in spikes, on the ${part} part`;
    printRows(
      { run: folder, model: run.model, part, rows },
      { title, metrics, invocation, terminal },
    );
  } finally {
    session.dispose();
  }
}

/** The same for a separable solver. */
export async function printSpikingSeparable(
  folder: string,
  solver: SolverExperiment,
  options: {
    readonly steps: readonly number[];
    readonly invocation: Invocation;
    readonly terminal: Terminal;
  },
): Promise<void> {
  const { steps, invocation, terminal } = options;
  await startBackend(invocation.text("backend"));
  const rows = convertSeparable(solver, readRunWeights(folder), {
    ...{ steps, bits: BITS, counts: { calibration: 4096, test: 4096 } },
  });
  const field = solver.problem.fields[0];
  const title = `${solver.name} in spikes: ${field} at 4096 points`;
  const metrics = Object.keys(rows[0]?.metrics ?? {});
  printRows(
    { run: folder, model: solver.name, field, rows },
    { title, metrics, invocation, terminal },
  );
}

/** A table under a title, or the document. */
function printRows(
  document: { readonly rows: readonly ModelRow[] } & Readonly<Record<string, unknown>>,
  {
    title,
    metrics,
    invocation,
    terminal,
  }: {
    readonly title: string;
    readonly metrics: readonly string[];
    readonly invocation: Invocation;
    readonly terminal: Terminal;
  },
): void {
  if (invocation.flag("json")) {
    terminal.out(`${JSON.stringify(document, undefined, 2)}\n`);
    return;
  }
  terminal.out(`\n${title}\n\n`);
  const header = ["design", "T or bits", "to network", ...metrics, "rate x T"];
  terminal.out(
    textTable(
      header,
      document.rows.map((row) => [
        row.design,
        row.steps === 0 ? "" : String(row.steps),
        row.steps === 0 ? "" : `${(100 * row.againstNetwork).toPrecision(3)} %`,
        ...metrics.map((name) => row.metrics[name]?.toPrecision(4) ?? "-"),
        row.rateTimesSteps === 0 ? "" : row.rateTimesSteps.toPrecision(3),
      ]),
    ),
  );
}
