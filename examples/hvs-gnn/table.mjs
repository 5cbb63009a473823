/**
 * The whole table of README.md, resumable: run it again after a kill, and finished runs are kept.
 *
 *   node examples/hvs-gnn/table.mjs --data terfenol_magnetostriction.npz [--out runs/hvs-gnn-table]
 *
 * Every variant of hvs-gnn.sgnn with three seeds, the main ones with five; then the spiking loss at other weights,
 * from copies of the source; then the report of everything.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: { data: { type: "string" }, out: { type: "string", default: "runs/hvs-gnn-table" } },
});
if (values.data === undefined) {
  console.error("give the data file: --data terfenol_magnetostriction.npz");
  process.exit(2);
}
const { data, out } = values;

/** Calls sgnnc; the table ends with the first call that fails. */
function sgnnc(...words) {
  console.error(`\nsgnnc ${words.join(" ")}`);
  const { status } = spawnSync("npx", ["sgnnc", ...words], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

const source = join(here, "hvs-gnn.sgnn");
const train = (file, folder, ...words) =>
  sgnnc("train", file, "--data", data, "--out", folder, "--resume", "--jobs", "2", ...words);

train(source, join(out, "variants"), "--all-variants", "--seeds", "1..3");
for (const model of ["Vanilla", "NoEdges", "LIF1", "Full1", "Hybrid1"]) {
  train(source, join(out, "variants"), "--model", model, "--seeds", "1..5");
}
const text = readFileSync(source, "utf8");
for (const weight of ["0", "0.1", "0.5"]) {
  const folder = join(out, `weight-${weight}`);
  mkdirSync(folder, { recursive: true });
  const copy = join(folder, "hvs-gnn.sgnn");
  writeFileSync(copy, text.replaceAll("0.01 * spike_rate", `${weight} * spike_rate`));
  for (const model of ["Rect", "Shifted", "LIF1", "Full1", "Hybrid1"]) {
    train(copy, join(folder, "runs"), "--model", model, "--seeds", "1,2");
  }
  sgnnc("report", join(folder, "runs"), "--data", data, "--out", join(folder, "report.html"));
}
sgnnc("report", join(out, "variants"), "--out", join(out, "report.html"));
