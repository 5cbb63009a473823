/**
 * Every run behind the tables of README.md, resumable: call it again after a kill, and finished runs are kept.
 *
 *   node examples/hvs-gnn/table.mjs --data terfenol_magnetostriction.npz          every row of the tables
 *   node examples/hvs-gnn/table.mjs --data terfenol_magnetostriction.npz --tune   the tuning grid alone
 *
 * Further options: --out runs/hvs-gnn, --jobs 2, --backend wasm. Then `results.mjs` measures the runs and writes the
 * tables and the picture.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { folderOf, grid, RECIPE, rows } from "./plan.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const executable = fileURLToPath(new URL("../../dist/compiler/cli/main.js", import.meta.url));
const { values } = parseArgs({
  options: {
    data: { type: "string" },
    tune: { type: "boolean", default: false },
    out: { type: "string", default: "runs/hvs-gnn" },
    jobs: { type: "string", default: "2" },
    backend: { type: "string", default: "wasm" },
  },
});
if (values.data === undefined) {
  console.error("give the data file: --data terfenol_magnetostriction.npz");
  process.exit(2);
}
const { data, out, jobs, backend } = values;
const text = readFileSync(join(here, "hvs-gnn.sgnn"), "utf8");

/** The source with this recipe for `GrainNet` and `FieldNet`, and this slope of every surrogate. */
function copyOf(recipe) {
  const { rate, decay, weight, epochs, slope, split } = recipe;
  const cuts = ["neuron ShiftedReLU", "/* --------", "train GrainNet", "model StressNet"];
  const places = cuts.reduce((list, cut) => [...list, text.indexOf(cut, list.at(-1))], [0]);
  const [start, neurons, between, training, rest] = places.map((from, k) =>
    text.slice(from, places[k + 1]),
  );
  const copy = [
    start.replace("grouped by graph folds 5", `grouped by graph ${split}`),
    ...[neurons.replaceAll(/slope: [\d.]+/g, `slope: ${slope}`), between],
    training
      .replaceAll(/adam\([^)]*\)/g, `adam(rate: ${rate}, decay: ${decay})`)
      .replaceAll(/[\d.]+ \* spike_rate/g, `${weight} * spike_rate`)
      .replaceAll(/epochs +\d+/g, `epochs   ${epochs}`),
    rest,
  ].join("");
  const folder = join(out, "sources");
  mkdirSync(folder, { recursive: true });
  const name = Object.entries(recipe).map(([key, value]) => `${key}-${value}`);
  const file = join(folder, `${name.join("-").replaceAll(/[ :]+/g, "-")}.sgnn`);
  if (!existsSync(file) || readFileSync(file, "utf8") !== copy) writeFileSync(file, copy);
  return file;
}

/** One call of sgnnc for each seed: it trains the models one after the other. */
function callsOf({ models, seeds, ...changes }) {
  const source = copyOf({ ...RECIPE, ...changes });
  const folder = join(out, folderOf(changes));
  return seeds.map((seed) => [
    ...["train", source, "--data", data, "--model", models.join(",")],
    ...["--seed", String(seed), "--backend", backend, "--resume", "--out"],
    models.length > 1 ? folder : join(folder, models[0], `seed-${seed}`),
  ]);
}

const open = (values.tune ? grid : rows).flatMap(callsOf);
const env = { ...process.env, OMP_NUM_THREADS: "1", TF_NUM_INTRAOP_THREADS: "1" };

/** Takes call after call, a core for each; the first that fails ends the table. */
async function work() {
  for (let words = open.shift(); words !== undefined; words = open.shift()) {
    console.error(`\nsgnnc ${words.join(" ")}`);
    const child = spawn(process.execPath, [executable, ...words], { stdio: "inherit", env });
    const [status] = await once(child, "exit");
    if (status !== 0) process.exit(status ?? 1);
  }
}
await Promise.all(Array.from({ length: Number(jobs) }, work));
