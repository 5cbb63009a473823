/** `sgnnc merge`: the runs of several sweeps (shards, machines) in one folder and one table. */
import { cpSync, existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../../runtime/data/files.js";
import { readRun, type RunRecord } from "../../../runtime/train/run-folder.js";
import type { Command } from "../command.js";
import { exit, inputError } from "../errors.js";
import { comparisonTable, spread, spreads, type ComparisonRow } from "../training/comparison.js";
import { findRuns } from "../training/run-folders.js";

export const merge: Command = {
  parameters: "<folder...>",
  description: `
Gathers the finished runs below some folders and prints one table: test metrics of each model, mean and
standard deviation over the seeds. With --out the runs are copied there, as DIR/MODEL/seed-N.`,
  options: {
    out: { type: "text", value: "DIR", help: "copy the runs into this folder" },
    json: { type: "flag", help: "print one JSON document on standard output" },
  },
  examples: [
    ["sgnnc merge part1 part2 --out runs/all", "two shards as one sweep"],
    ["sgnnc merge runs/cora", "the table of a sweep again"],
  ],
  least: 1,
  most: Infinity,
  run(invocation, terminal) {
    const folders = [...new Set(invocation.positionals.flatMap(findRuns))];
    const all = folders.map((folder) => ({ folder, record: readRun(folder) }));
    const done = all.filter(({ record }) => ["finished", "stopped early"].includes(record.status));
    for (const { folder, record } of all) {
      if (done.some((one) => one.folder === folder)) continue;
      terminal.err(`left out: ${folder} is ${record.status}\n`);
    }
    const runs = unique(done);
    const out = invocation.text("out");
    if (out !== undefined) runs.forEach(({ folder, record }) => copyRun(folder, record, out));
    const rows = rowsOf(runs.map(({ record }) => record));
    if (invocation.flag("json")) {
      const document = { runs: runs.map(({ record }) => record), comparison: rows };
      terminal.out(`${JSON.stringify(document, undefined, 2)}\n`);
      return Promise.resolve(exit.fine);
    }
    const names = [...new Set(rows.flatMap((row) => Object.keys(row.metrics)))];
    terminal.out(comparisonTable(rows, names));
    return Promise.resolve(exit.fine);
  },
};

interface Found {
  readonly folder: string;
  readonly record: RunRecord;
}

/**
 * One run for each model and seed. The same run twice is taken once; two that differ would make a table of two
 * experiments, and are refused.
 */
function unique(runs: readonly Found[]): Found[] {
  const kept = new Map<string, Found>();
  for (const run of runs) {
    const { experiment, seed } = run.record;
    const key = `${experiment}, seed ${seed}`;
    const before = kept.get(key);
    if (before === undefined) {
      kept.set(key, run);
      continue;
    }
    if (identity(before.record) === identity(run.record)) continue;
    throw inputError(`${before.folder} and ${run.folder} are two different runs of ${key}`, {
      why: "they differ in source, data, backend or number of epochs",
      fix: "leave one of them out",
    });
  }
  return [...kept.values()];
}

/** All that a run is a function of. */
function identity({ source, data, backend, epochs, fold }: RunRecord): string {
  return JSON.stringify([source.hash, data, backend, epochs, fold]);
}

/** Copies a run beside its place, then moves it there; a run that is there already stays. */
function copyRun(folder: string, record: RunRecord, out: string): void {
  const target = join(out, record.experiment, `seed-${record.seed}`);
  if (existsSync(target)) {
    if (identity(readRun(target)) === identity(record)) return;
    throw inputError(`${target} already holds another run`, {
      why: "a run is never overwritten by accident",
      fix: "choose another folder with --out",
    });
  }
  makeFolder(join(out, record.experiment));
  const beside = `${target}.part`;
  rmSync(beside, { recursive: true, force: true });
  cpSync(folder, beside, { recursive: true });
  renameSync(beside, target);
}

function rowsOf(records: readonly RunRecord[]): ComparisonRow[] {
  const names = [...new Set(records.map(({ experiment }) => experiment))];
  return names.map((name) => {
    const own = records.filter(({ experiment }) => experiment === name);
    return {
      name,
      parameters: own[0].parameters,
      seeds: own.length,
      metrics: spreads(own.map(({ metrics }) => metrics?.["test"] ?? {})),
      secondsPerEpoch: spread(own.map(({ seconds, epoch }) => seconds / Math.max(1, epoch)))?.mean,
    };
  });
}
