/** A trained solver in spikes: every design at several numbers of steps, beside few bits and trivial controls. */
import {
  controls,
  convertChain,
  designs,
  judgeConversion,
  judgeQuantised,
  relativeError,
  solverChain,
  solverSamples,
} from "../../../runtime/conversion/index.js";
import { readRun, readRunWeights } from "../../../runtime/train/run-folder.js";
import type { Invocation } from "../command.js";
import { inputError, usageError } from "../errors.js";
import type { Terminal } from "../terminal.js";
import { textTable } from "./comparison.js";
import { loadRun } from "./experiments.js";

const COUNTS = { calibration: 1024, test: 1024 };
const BITS = [4, 5, 6, 8];
/** rate x T at which additions cost as much as the multiply-accumulates they replace: 4.6 pJ / 0.9 pJ. */
const EVEN = 5.1;

/** Prints the table, or one JSON document. */
export async function printSpiking(
  folder: string,
  invocation: Invocation,
  terminal: Terminal,
): Promise<void> {
  const steps = stepsOf(invocation.text("steps") ?? "8,16,32,64");
  const { module } = await loadRun(folder);
  const record = readRun(folder);
  const solver = module.solvers.find((one) => one.name === record.experiment);
  if (solver === undefined) {
    throw inputError(`${folder} holds no solver`, {
      why: "conversion by calibration is compiled for networks that solve a problem",
      fix: "convert other models by a `convert` declaration in their file",
    });
  }
  const chain = solverChain(solver, readRunWeights(folder).tensors);
  const samples = solverSamples(solver, COUNTS);
  const { network, zero } = controls(chain, samples);
  const rows = designs.flatMap((design) =>
    steps.map((count) => {
      const spiking = convertChain(chain, design, count, samples.calibration);
      return judgeConversion(chain, spiking, design.name, samples);
    }),
  );
  const quantised = judgeQuantised(chain, samples, BITS);
  const exact = samples.exact && {
    network: relativeError(network, samples.exact),
    zero: relativeError(zero, samples.exact),
  };
  if (invocation.flag("json")) {
    const document = { run: folder, model: solver.name, field: solver.problem.fields[0] };
    terminal.out(`${JSON.stringify({ ...document, exact, rows, quantised }, undefined, 2)}\n`);
    return;
  }
  const percent = (value: number | undefined): string =>
    value === undefined ? "-" : `${(100 * value).toPrecision(3)} %`;
  const field = solver.problem.fields[0];
  terminal.out(`\n${solver.name} in spikes: relative L2 of ${field} at ${COUNTS.test} points\n`);
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
        `${row.bits} bits`,
        percent(row.againstNetwork),
        percent(row.againstExact),
      ]),
    ),
  );
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
