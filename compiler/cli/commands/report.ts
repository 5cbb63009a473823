/** `sgnnc report`: runs as one self-contained HTML page. */
import { existsSync } from "node:fs";
import { basename, relative } from "node:path";
import { writeFileWhole } from "../../../runtime/data/files.js";
import { energyModels, type EnergyModel } from "../../../runtime/energy/models.js";
import { SgnnError } from "../../../runtime/error.js";
import type { ReportRun } from "../../../runtime/report/data.js";
import { reportPage } from "../../../runtime/report/page.js";
import { examine } from "../../../runtime/train/examine.js";
import { readEpochs, readRun, type RunRecord } from "../../../runtime/train/run-folder.js";
import type { Command } from "../command.js";
import { CommandError, exit, usageError } from "../errors.js";
import { missingFile } from "../files.js";
import type { Terminal } from "../terminal.js";
import { backendOption, startBackend } from "../training/backend.js";
import { energyModelOption } from "../training/energy.js";
import { baseFolderOf, loadRun, type Origin } from "../training/experiments.js";
import { findRuns } from "../training/run-folders.js";
import { quoted } from "../training/words.js";
import { toolVersion } from "../version.js";

export const report: Command = {
  parameters: "<run...>",
  description: `
Writes one HTML page about trained runs: variants with mean and spread over the seeds, energy, learning
curves, predictions, spikes and layers. Each argument is a run or a folder with runs below it. Every run is
measured once more on its test part; what was seen is kept in its folder.`,
  options: {
    out: { type: "text", value: "FILE", help: "the page; report.html unless given" },
    data: { type: "text", value: "FILE", help: "this data file instead of the runs'" },
    title: { type: "text", value: "TEXT", help: "heading of the page" },
    energy: {
      type: "text",
      value: "MODEL",
      help: `joules per operation: ${Object.keys(energyModels).join(", ")}, or a .json file`,
    },
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
    for (const [k, folder] of folders.entries()) {
      terminal.err(`${k + 1}/${folders.length} ${folder}\n`);
      runs.push(await lookAt(folder, { data, energy, terminal }));
    }
    runs.sort((a, b) => a.record.seed - b.record.seed);
    const sources = [...new Set(runs.map(({ record }) => basename(record.source.file)))];
    const page = reportPage(runs, {
      title: invocation.text("title") ?? sources.join(", "),
      tool: `sgnnc ${toolVersion()}`,
      command: `sgnnc report ${quoted(invocation.words)}`,
    });
    writeFileWhole(out, page);
    terminal.out(`wrote ${out}: ${runs.length} runs\n`);
    return exit.fine;
  },
};

interface Options {
  readonly data: string | undefined;
  readonly energy: EnergyModel;
  readonly terminal: Terminal;
}

/** One run; what cannot be measured (its data is gone, training goes on) is said on the page. */
async function lookAt(folder: string, options: Options): Promise<ReportRun> {
  const { data, energy, terminal } = options;
  const record = readRun(folder);
  const epochs = readEpochs(folder);
  const { module, origin } = await loadRun(folder);
  const command = commandOf(record, origin);
  const experiment = module.experiments.find((one) => one.name === record.experiment);
  try {
    if (experiment === undefined)
      throw new Error(`its code has no experiment ${record.experiment}`);
    const place = { baseFolder: baseFolderOf(origin), dataFile: data ?? origin.data, energy };
    const examination = await examine(folder, experiment, place);
    return { record, epochs, examination, problem: undefined, command };
  } catch (error) {
    if (!(error instanceof SgnnError || error instanceof CommandError)) throw error;
    const problem = `${record.experiment}, seed ${record.seed}: ${error.message}`;
    terminal.err(`  not measured: ${problem}\n`);
    return { record, epochs, examination: undefined, problem, command };
  }
}

/** The call that trains the run again, but for the seed. */
function commandOf(record: RunRecord, origin: Origin): string {
  const from = (path: string): string => relative(process.cwd(), path) || path;
  const words = ["train", from(origin.source), "--model", record.experiment];
  if (origin.data !== undefined) words.push("--data", from(origin.data));
  words.push("--epochs", String(record.epochs), "--backend", record.backend);
  return `sgnnc ${quoted(words)}`;
}
