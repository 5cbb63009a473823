// The conversions of this folder: every network that table.mjs trained, in spikes; prints errors and rates.
//
//   node examples/pinn-to-snn/conversions.mjs [FOLDER]        after table.mjs; FOLDER is runs/pinn-to-snn unless given
//
// It goes on where it was stopped: rows are kept in the folders of the runs. `--print` only prints what is there.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const tool = join(here, "..", "..", "dist", "compiler", "cli", "main.js");
const words = process.argv.slice(2);
const root = words.find((word) => !word.startsWith("--")) ?? join("runs", "pinn-to-snn");

const published = ["two thresholds (Zhang et al.)", "two thresholds, bias and potential"];
/** Compared on every network and seed. */
const main = [
  ...published,
  ...["two thresholds, weights and bias", "activation on the mean"],
  ...["centred per neuron (ours)", "centred per neuron, weights (ours)", "digits (ours)"],
];
/** Compared on one seed. */
const more = [
  ...["two thresholds, percentile 99.9", "two thresholds on a grid, bias and potential"],
  ...["activation on the mean, weights", "activation on the mean, thresholds on a grid"],
  ...["7 levels, centred per neuron, weights (ours)", "radix (ours)", "radix, weights (ours)"],
  ...["digits, weights (ours)"],
];
const digits = ["digits (ours)"];
const again = [
  "two thresholds, weights and bias, trained again",
  "centred per neuron, weights, trained again (ours)",
  "digits, weights, trained again (ours)",
];

const seeds = (...folder) => [1, 2, 3].map((seed) => join(...folder, `seed-${seed}`));
const square = seeds("square", "SquareNet");
const burgers = seeds("burgers", "BurgersNet");
const kovasznay = seeds("kovasznay", "KovasznayNet");
const solvers = [...burgers, ...kovasznay, "beltrami", "wave"];
const taylorGreen = ["TaylorGreenNet", "TaylorGreenHardNet"].map((name) =>
  join("taylor-green", name, "seed-1"),
);
/** What is measured, in this order. */
const works = [
  { folders: solvers, designs: digits, steps: [6, 8, 10, 12, 14, 16] },
  { folders: square, designs: digits, steps: [8, 12, 16] },
  { folders: taylorGreen, designs: digits, steps: [12] },
  { folders: solvers, designs: main, steps: [8, 64] },
  { folders: [burgers[0], "wave"], designs: more, steps: [8, 64] },
  { folders: seeds("square", "SquareAdamNet"), designs: published, steps: [32, 64, 128] },
  { folders: square, designs: main, steps: [32, 64, 128] },
  { folders: [burgers[0], "wave"], designs: again, steps: [8] },
  { folders: [kovasznay[0], "beltrami"], designs: more, steps: [8, 64] },
];

if (!words.includes("--print")) {
  for (const { folders, designs, steps } of works) {
    for (const folder of folders.map((name) => join(root, name))) {
      if (!existsSync(join(folder, "weights.safetensors"))) continue;
      const args = [tool, "convert", folder, "--design", designs.join(";"), "--json"];
      const { status } = spawnSync(process.execPath, [...args, "--steps", steps.join()], {
        stdio: ["ignore", "ignore", "inherit"],
      });
      if (status !== 0) process.exit(status ?? 1);
    }
  }
}

const percent = (value) =>
  value === undefined || value === null
    ? "-"
    : value < 1e-4
      ? value.toExponential(1)
      : `${(100 * value).toPrecision(3)} %`;
const all = [...new Set(works.flatMap(({ folders }) => folders))];
for (const name of all) {
  const file = join(root, name, "conversion.json");
  if (!existsSync(file)) continue;
  const { model, field, exact, rows, quantised } = JSON.parse(readFileSync(file, "utf8"));
  console.log(
    `\n${model}, ${name}: ${field} of the network ${percent(exact?.network)}, of a network that`,
  );
  console.log(`says 0 ${percent(exact?.zero)}; spikes against the network, rate x T in brackets\n`);
  const steps = [...new Set(rows.map((row) => row.steps))].sort((a, b) => a - b);
  console.log(`| design | ${steps.map((count) => `T = ${count}`).join(" | ")} |`);
  console.log(`| --- | ${steps.map(() => "---").join(" | ")} |`);
  for (const design of new Set(rows.map((row) => row.design))) {
    const cells = steps.map((count) => {
      const row = rows.find((one) => one.design === design && one.steps === count);
      return row ? `${percent(row.againstNetwork)} (${row.rateTimesSteps.toPrecision(3)})` : "";
    });
    console.log(`| ${design} | ${cells.join(" | ")} |`);
  }
  const bits = quantised.map(
    (row) =>
      `${row.bits} bits${row.rounded === "activations" ? " for activations alone" : ""} ${percent(row.againstNetwork)}`,
  );
  console.log(`\nNo spikes: ${bits.join(", ")}`);
}
