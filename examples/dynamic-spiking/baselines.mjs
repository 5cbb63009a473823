/**
 * The baseline rows of README.md, resumable: call it again after a kill, and finished runs are kept.
 *
 *   node examples/dynamic-spiking/baselines.mjs --data dblp_dynamic.npz [--out runs/baselines] [--models StaticGcn]
 *
 * Every run is one call of `sgnnc train`. Rows (mean and sample deviation over three seeds of split and weights,
 * validation beside test) are written to baselines.json, whole, after every run.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const MODELS = ["LabelPropagation", "RecentPropagation", "FeatureMlp", "StaticGcn"];
const FRACTIONS = [40, 60, 80];
const SEEDS = [1, 2, 3];
const EXECUTABLE = fileURLToPath(new URL("../../dist/compiler/cli/main.js", import.meta.url));

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    data: { type: "string" },
    out: { type: "string", default: "runs/baselines" },
    models: { type: "string", default: MODELS.join(",") },
    backend: { type: "string", default: "wasm" },
  },
});
if (values.data === undefined) {
  console.error("give the data file: --data dblp_dynamic.npz");
  process.exit(2);
}
const { data, out, backend } = values;

const folderOf = (model, fraction, seed) => join(out, `${model}-${fraction}-${seed}`);

/** The record of a finished run, else undefined. */
function finished(folder) {
  const path = join(folder, "run.json");
  if (!existsSync(path)) return undefined;
  const record = JSON.parse(readFileSync(path, "utf8"));
  return record.status === "finished" ? record : undefined;
}

function run(model, fraction, seed) {
  const folder = folderOf(model, fraction, seed);
  if (finished(folder) !== undefined) return;
  const words = [
    ...["train", join(here, "baselines.sgnn"), "--data", data],
    ...["--model", `${model} on Dblp${fraction}`, "--seed", String(seed)],
    ...["--out", folder, "--backend", backend, "--resume"],
  ];
  const { status } = spawnSync(process.execPath, [EXECUTABLE, ...words], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

function spread(numbers) {
  const mean = numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  const square = numbers.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const deviation = numbers.length > 1 ? Math.sqrt(square / (numbers.length - 1)) : 0;
  return [mean, deviation].map((one) => Number((100 * one).toFixed(2)));
}

/** One row for each model and fraction that has a finished run. */
function rows() {
  return MODELS.flatMap((model) =>
    FRACTIONS.flatMap((fraction) => {
      const seeds = SEEDS.filter((seed) => finished(folderOf(model, fraction, seed)));
      if (seeds.length === 0) return [];
      const values = (part, metric) =>
        spread(
          seeds.map((seed) => finished(folderOf(model, fraction, seed)).metrics[part][metric]),
        );
      const row = { model, train: fraction, seeds };
      for (const part of ["validation", "test"])
        for (const metric of ["f1_micro", "f1_macro"])
          row[`${part}_${metric}`] = values(part, metric);
      return [row];
    }),
  );
}

function store() {
  mkdirSync(out, { recursive: true });
  const path = join(out, "baselines.json");
  writeFileSync(`${path}.part`, `${JSON.stringify(rows(), undefined, 2)}\n`);
  renameSync(`${path}.part`, path);
}

for (const model of values.models.split(",")) {
  for (const seed of SEEDS) {
    for (const fraction of FRACTIONS) {
      run(model, fraction, seed);
      store();
    }
  }
}
for (const { model, train, seeds, ...row } of rows()) {
  const cells = Object.entries(row).map(
    ([name, [mean, deviation]]) => `${name} ${mean} ± ${deviation}`,
  );
  console.log(`${model} ${train} % (${seeds.length} seeds): ${cells.join(", ")}`);
}
