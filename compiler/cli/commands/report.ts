/** `sgnnc report`: runs as one self-contained HTML page. */
import { existsSync } from "node:fs";
import { basename, relative } from "node:path";
import { writeFileWhole } from "../../../runtime/data/files.js";
import { conversionKey, readConversion } from "../../../runtime/conversion/record.js";
import { energyModels, type EnergyModel } from "../../../runtime/energy/models.js";
import { SgnnError } from "../../../runtime/error.js";
import { variantsOf, type BaselineRun, type ReportRun } from "../../../runtime/report/data.js";
import { reportPage } from "../../../runtime/report/page.js";
import { variantRows } from "../../../runtime/report/tables.js";
import { comparisonOf, examine } from "../../../runtime/train/examine.js";
import { isMetric } from "../../../runtime/train/metrics.js";
import { fieldSlices } from "../../../runtime/physics/slices.js";
import {
  readEpochs,
  readRun,
  readRunWeights,
  type RunRecord,
} from "../../../runtime/train/run-folder.js";
import type { Experiment } from "../../../runtime/train/spec.js";
import type { Command } from "../command.js";
import { CommandError, exit, usageError } from "../errors.js";
import { missingFile } from "../files.js";
import type { Terminal } from "../terminal.js";
import { backendOption, startBackend } from "../training/backend.js";
import { baselines, metricsOf } from "../training/baseline.js";
import { energyModelOption } from "../training/energy.js";
import { baseFolderOf, loadRun, type Origin } from "../training/experiments.js";
import { findRuns } from "../training/run-folders.js";
import { quoted } from "../training/words.js";
import { toolVersion } from "../version.js";

export const report: Command = {
  parameters: "<run...>",
  description: `
Writes one HTML page about trained runs: variants with mean and spread over the seeds, energy, learning
curves, predictions, spikes and layers; of networks that solve equations, maps of solution
and error, and their spikes where \`sgnnc convert\` made some. Each argument is a run or a folder with runs below it. Every run is
measured once more on its test part; what was seen is kept in its folder. Below the variants stand the
baselines that they must beat: the training mean, and ridge regression where targets are numbers of a graph.`,
  options: {
    out: { type: "text", value: "FILE", help: "the page; report.html unless given" },
    data: { type: "text", value: "FILE", help: "this data file instead of the runs'" },
    title: { type: "text", value: "TEXT", help: "heading of the page" },
    energy: {
      type: "text",
      value: "MODEL",
      help: `joules per operation: ${Object.keys(energyModels).join(", ")}, or a .json file`,
    },
    json: { type: "flag", help: "print the table of variants as one JSON document, too" },
    backend: backendOption,
  },
  examples: [
    ["sgnnc report runs/truss", "everything that was trained from truss.sgnn, into report.html"],
    ["sgnnc report runs/a runs/b --out both.html", "two sweeps on one page"],
  ],
  least: 1,
  most: Infinity,
  async run(invocation, terminal) {
    const out = invocation.text("out") ?? "report.html";
    if (!/\.html?$/.test(out)) throw usageError(`--out names an .html file, not ${out}`);
    const data = invocation.text("data");
    if (data !== undefined && !existsSync(data)) throw missingFile(data);
    const energy = energyModelOption(invocation.text("energy"));
    const folders = [...new Set(invocation.positionals.flatMap(findRuns))];
    await startBackend(invocation.text("backend"));
    const runs: ReportRun[] = [];
    const compared = new Map<string, readonly BaselineRun[]>();
    for (const [k, folder] of folders.entries()) {
      terminal.err(`${k + 1}/${folders.length} ${folder}\n`);
      runs.push(await lookAt(folder, { data, energy, terminal, compared }));
    }
    runs.sort((a, b) => a.record.seed - b.record.seed);
    const found = named(compared);
    const sources = [...new Set(runs.map(({ record }) => basename(record.source.file)))];
    const about = {
      title: invocation.text("title") ?? sources.join(", "),
      tool: `sgnnc ${toolVersion()}`,
      command: `sgnnc report ${quoted(invocation.words)}`,
    };
    writeFileWhole(out, reportPage(runs, about, found));
    if (invocation.flag("json")) {
      const document = { page: out, variants: variantRows(variantsOf(runs), found) };
      terminal.out(`${JSON.stringify(document, undefined, 2)}\n`);
    } else {
      terminal.out(`wrote ${out}: ${runs.length} runs\n`);
    }
    return exit.fine;
  },
};

interface Options {
  readonly data: string | undefined;
  readonly energy: EnergyModel;
  readonly terminal: Terminal;
  /** Baselines found so far: those of one data set, what is read of it, and one seed. */
  readonly compared: Map<string, readonly BaselineRun[]>;
}

/** Baselines in the order of their seeds; with the data in their names where there are several data sets. */
function named(compared: ReadonlyMap<string, readonly BaselineRun[]>): BaselineRun[] {
  const kinds = new Set([...compared.keys()].map((key) => key.split("\n")[0]));
  const all = [...compared].flatMap(([key, runs]) =>
    runs.map((run) => ({
      ...run,
      name: kinds.size > 1 ? `${run.name} (${key.split("\n")[0] ?? ""})` : run.name,
    })),
  );
  return all.sort((a, b) => a.seed - b.seed);
}

/** Adds the baselines of a run's data and seed, unless a run before had the same. */
async function compare(
  experiment: Experiment,
  {
    record,
    place,
  }: {
    readonly record: RunRecord;
    readonly place: { baseFolder: string; dataFile: string | undefined };
  },
  compared: Options["compared"],
): Promise<void> {
  const { seed, fold } = record;
  const { data, info, train } = experiment;
  const key = [data.name, JSON.stringify(info.inputs), seed, fold ?? ""].join("\n");
  if (compared.has(key)) return;
  const names = train.report.filter(isMetric);
  const found = await baselines(experiment, { ...place, seed, fold });
  const runs = Object.entries(found).map(([name, judged]) => ({
    ...{ name, seed, metrics: metricsOf(judged, names), comparison: comparisonOf(judged) },
  }));
  compared.set(key, runs);
}

/** One run; what cannot be measured (its data is gone, training goes on) is said on the page. */
async function lookAt(folder: string, options: Options): Promise<ReportRun> {
  const { data, energy, terminal, compared } = options;
  const record = readRun(folder);
  const epochs = readEpochs(folder);
  const { module, origin } = await loadRun(folder);
  const solver = module.solvers.find((one) => one.name === record.experiment);
  const command = commandOf(record, origin, solver === undefined);
  if (solver !== undefined) {
    const weights = readRunWeights(folder);
    const solution = fieldSlices(solver, weights.tensors);
    const conversion = readConversion(folder, conversionKey(weights.label));
    return {
      record,
      epochs,
      examination: undefined,
      solution,
      conversion,
      problem: undefined,
      command,
    };
  }
  const experiment = module.experiments.find((one) => one.name === record.experiment);
  try {
    if (experiment === undefined)
      throw new Error(`its code has no experiment ${record.experiment}`);
    const place = { baseFolder: baseFolderOf(origin), dataFile: data ?? origin.data, energy };
    const examination = await examine(folder, experiment, place);
    await compare(experiment, { record, place }, compared);
    return { record, epochs, examination, problem: undefined, command };
  } catch (error) {
    if (!(error instanceof SgnnError || error instanceof CommandError)) throw error;
    const problem = `${record.experiment}, seed ${record.seed}: ${error.message}`;
    terminal.err(`  not measured: ${problem}\n`);
    return { record, epochs, examination: undefined, problem, command };
  }
}

/** The call that trains the run again, but for the seed. */
function commandOf(record: RunRecord, origin: Origin, isCounted: boolean): string {
  const from = (path: string): string => relative(process.cwd(), path) || path;
  const words = ["train", from(origin.source), "--model", record.experiment];
  if (origin.data !== undefined) words.push("--data", from(origin.data));
  // The number of a solver also counts the iterations after its first optimiser.
  if (isCounted) words.push("--epochs", String(record.epochs));
  words.push("--backend", record.backend);
  return `sgnnc ${quoted(words)}`;
}
