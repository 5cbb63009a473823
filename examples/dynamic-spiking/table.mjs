/**
 * The table of README.md for DBLP, resumable: run it again after a kill, and finished runs are kept.
 *
 *   node examples/dynamic-spiking/table.mjs --data dblp_dynamic.npz [--out runs/dblp-table] [--rounds 5] [--models MLP,DySIGN] [--print]
 *
 * Round by round, one seed each: every model of dblp.sgnn with 80, 40 and 60 % of the nodes to learn from, 5 % of all
 * nodes being kept from them for validation. The first two models get five seeds, the others three; the variants
 * of variants.sgnn get one at 80 %; `--models` takes some of them. `--print` only prints what is there: means and standard deviations.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const tool = join(here, "..", "..", "dist", "compiler", "cli", "main.js");
const { values } = parseArgs({
  options: {
    data: { type: "string" },
    out: { type: "string", default: "runs/dblp-table" },
    rounds: { type: "string", default: "5" },
    models: { type: "string" },
    print: { type: "boolean", default: false },
  },
});
const main = ["DySIGN", "SpikeNet"];
const others = [
  ...["LabelPropagation", "RecentPropagation", "MLPLabels", "DySIGNPlain", "MLP", "StaticGCN"],
  ...["DySIGNFeatures", "SpikeNetLabels"],
];
const fractions = [80, 40, 60];

const asked = values.models?.split(",");

/** Trains one model with one seed on a share of the nodes, unless that has been done or is not asked for. */
function train(page, model, seed, fraction) {
  if (asked?.includes(model) === false) return;
  const folder = join(values.out, String(fraction));
  mkdirSync(folder, { recursive: true });
  for (const name of ["dblp.sgnn", "variants.sgnn"]) {
    const text = readFileSync(join(here, name), "utf8");
    const split = `${fraction - 5} : 5 : ${100 - fraction}`;
    writeFileSync(join(folder, name), text.replaceAll("75 : 5 : 20", split));
  }
  const out = join(folder, "runs", `${model}-${seed}`);
  const args = [tool, "train", join(folder, page), "--model", model, "--seeds", String(seed)];
  args.push("--data", resolve(values.data), "--out", out, "--resume");
  const { status } = spawnSync(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
}

if (!values.print) {
  if (values.data === undefined) {
    console.error("give the data file: --data dblp_dynamic.npz");
    process.exit(2);
  }
  for (let seed = 1; seed <= Number(values.rounds); seed++) {
    for (const fraction of fractions) {
      for (const model of main) train("dblp.sgnn", model, seed, fraction);
    }
    if (seed > 3) continue;
    for (const fraction of fractions) {
      for (const model of others) train("dblp.sgnn", model, seed, fraction);
    }
    if (seed > 1) continue;
    const page = readFileSync(join(here, "variants.sgnn"), "utf8");
    for (const [, model] of page.matchAll(/^variant (\w+)/gm)) {
      train("variants.sgnn", model, seed, 80);
    }
  }
}

/** Finished runs by share of nodes and model. */
const rows = new Map();
for (const fraction of fractions) {
  const folder = join(values.out, String(fraction), "runs");
  for (const name of existsSync(folder) ? readdirSync(folder, { recursive: true }) : []) {
    if (!String(name).endsWith("run.json")) continue;
    const run = JSON.parse(readFileSync(join(folder, String(name)), "utf8"));
    if (run.status !== "finished" && run.status !== "stopped early") continue;
    const key = `${run.experiment} ${fraction}`;
    rows.set(key, [...(rows.get(key) ?? []), run]);
  }
}

/** `78.10 +- 0.25`, or the number alone for a single run. */
function spread(numbers, digits) {
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  if (numbers.length === 1) return mean.toFixed(digits);
  const squares = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return `${mean.toFixed(digits)} +- ${Math.sqrt(squares / (numbers.length - 1)).toFixed(digits)}`;
}

console.log(
  "| model | learned from | runs | Micro-F1 | Macro-F1 | spike rate | energy, µJ | processor s/run |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
for (const [key, runs] of rows) {
  const [model, fraction] = key.split(" ");
  const of = (name, scale, digits) =>
    spread(
      runs.map(({ metrics }) => scale * (metrics.test[name] ?? 0)),
      digits,
    );
  const seconds = spread(
    runs.map((run) => run.cpuSeconds ?? run.seconds),
    0,
  );
  const quality = [of("f1_micro", 100, 2), of("f1_macro", 100, 2)];
  const cells = [...quality, of("spike_rate", 1, 3), of("energy_uJ", 1, 2), seconds];
  console.log(`| ${[model, `${fraction} %`, runs.length, ...cells].join(" | ")} |`);
}
