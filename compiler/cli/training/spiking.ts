/** A trained run in spikes; of a solver every design at several numbers of steps, beside few bits and trivial controls. */
import {
  controls,
  conversionKey,
  convertChain,
  designs,
  judgeConversion,
  judgeQuantised,
  readConversion,
  relativeError,
  solverChain,
  solverSamples,
  spikePictures,
  writeConversion,
  type ConversionRecord,
  type Design,
} from "../../../runtime/conversion/index.js";
import { readRun, readRunWeights } from "../../../runtime/train/run-folder.js";
import type { SolverExperiment } from "../../../runtime/physics/spec.js";
import type { Invocation } from "../command.js";
import { inputError, usageError } from "../errors.js";
import type { Terminal } from "../terminal.js";
import { textTable } from "./comparison.js";
import { loadRun } from "./experiments.js";
import { printSpikingModel, printSpikingSeparable } from "./spiking-model.js";

const COUNTS = { calibration: 1024, test: 1024 };
const BITS = [4, 6, 8, 12];
/** rate x T at which additions cost as much as the multiply-accumulates they replace: 4.6 pJ / 0.9 pJ. */
const EVEN = 5.1;
/** Designs and steps whose spikes are kept as pictures. */
const PICTURED = ["two thresholds (Zhang et al.)", "centred per neuron (ours)", "digits (ours)"];
const PICTURED_STEPS = 16;

/** Prints the table, or one JSON document. Rows of a solver that the run folder has are not measured again. */
export async function printSpiking(
  folder: string,
  invocation: Invocation,
  terminal: Terminal,
): Promise<void> {
  const steps = stepsOf(invocation.text("steps") ?? "8,16,32,64");
  const loaded = await loadRun(folder);
  const name = readRun(folder).experiment;
  const solver = loaded.module.solvers.find((one) => one.name === name);
  if (solver === undefined) {
    const experiment = loaded.module.experiments.find((one) => one.name === name);
    if (experiment === undefined) {
      throw inputError(`the code in ${folder} has no experiment ${name}`, {
        why: "run.json and model.mjs belong together",
        fix: "train again",
      });
    }
    await printSpikingModel(folder, experiment, loaded, { steps, invocation, terminal });
    return;
  }
  if (solver.network.readout !== undefined) {
    await printSpikingSeparable(folder, solver, { steps, invocation, terminal });
    return;
  }
  const chosen = designsNamed(invocation.text("design"));
  const record = measured(folder, solver, { steps, chosen, terminal });
  const rows = record.rows.filter(
    (row) => steps.includes(row.steps) && chosen.some((one) => one.name === row.design),
  );
  if (invocation.flag("json")) {
    const { model, field, exact, quantised } = record;
    const document = { run: folder, model, field, exact, rows, quantised };
    terminal.out(`${JSON.stringify(document, undefined, 2)}\n`);
    return;
  }
  printTable({ ...record, rows }, terminal);
}

/** The record of a run with rows for these designs and steps; kept after every row. */
function measured(
  folder: string,
  solver: SolverExperiment,
  {
    steps,
    chosen,
    terminal,
  }: {
    readonly steps: readonly number[];
    readonly chosen: readonly Design[];
    readonly terminal: Terminal;
  },
): ConversionRecord {
  const weights = readRunWeights(folder);
  const chain = solverChain(solver, weights.tensors);
  const samples = solverSamples(solver, COUNTS);
  const key = conversionKey(weights.label);
  let record = readConversion(folder, key) ?? firstRecord();
  for (const design of chosen) {
    for (const count of steps.filter((one) => one <= design.most)) {
      if (record.rows.some((row) => row.design === design.name && row.steps === count)) continue;
      terminal.err(`${design.name}, T = ${count}\n`);
      const spiking = convertChain(chain, design, count, samples.calibration);
      const row = judgeConversion(chain, spiking, design.name, samples);
      record = { ...record, rows: [...record.rows, row] };
      writeConversion(folder, record);
    }
  }
  return record;

  function firstRecord(): ConversionRecord {
    const { network, zero } = controls(chain, samples);
    const input = samples.test.slice(0, chain[0]!.inputs);
    return {
      key,
      model: solver.name,
      field: solver.problem.fields[0]!,
      exact: samples.exact && {
        network: relativeError(network, samples.exact),
        zero: relativeError(zero, samples.exact),
      },
      rows: [],
      quantised: judgeQuantised(chain, samples, BITS),
      spikes: designs
        .filter(({ name }) => PICTURED.includes(name))
        .flatMap((design) => {
          const spiking = convertChain(chain, design, PICTURED_STEPS, samples.calibration);
          return spikePictures(spiking, input, design.name);
        }),
    };
  }
}

function printTable(
  { model, field, exact, rows, quantised }: ConversionRecord,
  terminal: Terminal,
): void {
  const percent = (value: number | undefined): string =>
    value === undefined ? "-" : `${(100 * value).toPrecision(3)} %`;
  terminal.out(`\n${model} in spikes: relative L2 of ${field} at ${COUNTS.test} points\n`);
  if (exact !== undefined) {
    terminal.out(
      `network ${percent(exact.network)}, a network that says 0: ${percent(exact.zero)}\n`,
    );
  }
  terminal.out("\n");
  const header = ["design", "T", "to network", "to exact", "rate x T", "energy", "bound / error"];
  terminal.out(
    textTable(
      header,
      rows.map((row) => [
        row.design,
        String(row.steps),
        percent(row.againstNetwork),
        percent(row.againstExact),
        `${row.rateTimesSteps.toPrecision(3)}${row.rateTimesSteps < EVEN ? " *" : "  "}`,
        row.energy.toPrecision(2),
        (row.bound / row.error).toPrecision(3),
      ]),
    ),
  );
  terminal.out(
    `\n* below ${EVEN}: fewer picojoules than the network in 32-bit floats (0.9 pJ an addition, 4.6 pJ a multiply-accumulate)\n\n`,
  );
  terminal.out(
    textTable(
      ["few bits", "to network", "to exact"],
      quantised.map((row) => [
        `${row.bits} bits${row.rounded === "activations" ? ", activations alone" : ""}`,
        percent(row.againstNetwork),
        percent(row.againstExact),
      ]),
    ),
  );
}

/** The designs of these names or, for a text that is no name, with it in their names; all without any. */
function designsNamed(texts: string | undefined): readonly Design[] {
  if (texts === undefined) return designs;
  const found = texts.split(";").flatMap((word) => {
    const text = word.trim();
    const exact = designs.filter(({ name }) => name === text);
    const near = exact.length > 0 ? exact : designs.filter(({ name }) => name.includes(text));
    if (near.length > 0) return near;
    const names = designs.map(({ name }) => name).join("; ");
    throw usageError(`no design has \`${text}\` in its name`, `the designs are ${names}`);
  });
  return [...new Set(found)];
}

function stepsOf(text: string): readonly number[] {
  const steps = text.split(",").map((word) => (/^\d+$/.test(word.trim()) ? Number(word) : NaN));
  if (steps.some((one) => !Number.isSafeInteger(one) || one < 1 || one > 1024)) {
    throw usageError(
      `--steps must be whole numbers from 1 to 1024 with commas between, not \`${text}\``,
    );
  }
  return [...new Set(steps)];
}
