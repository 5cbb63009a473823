/**
 * Every run behind the tables of README.md, resumable: call it again after a kill, and finished runs are kept.
 *
 *   node examples/hvs-gnn/table.mjs --data terfenol_magnetostriction.npz [--out runs/hvs-gnn] [--jobs 2]
 *
 * Then `results.mjs` measures the runs and writes the tables and the picture.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const executable = fileURLToPath(new URL("../../dist/compiler/cli/main.js", import.meta.url));
const { values } = parseArgs({
  options: {
    data: { type: "string" },
    out: { type: "string", default: "runs/hvs-gnn" },
    jobs: { type: "string", default: "2" },
    backend: { type: "string", default: "tensorflow" },
  },
});
if (values.data === undefined) {
  console.error("give the data file: --data terfenol_magnetostriction.npz");
  process.exit(2);
}
const { data, out, jobs, backend } = values;

const single = ["Vanilla", "Hybrid1", "LIF1", "Full1"];
const controls = ["Shifted", "NoEdges", "Rect"];
const graded = ["Hybrid1", "Shifted", "Rect", "LIF1"];
const trusses = ["StressVanilla", "StressHybrid", "StressNoEdges"];

/**
 * What is trained, in this order: models, seeds (folds), rate (1e-3), weight of the spiking loss (0.01), and the
 * folder (variants). The rows that matter most come first, and one fold of everything before the other folds of
 * what matters less.
 */
const plan = [
  { models: single, seeds: [1, 2, 3] },
  { models: controls, seeds: [1, 2, 3] },
  { models: single, seeds: [4, 5] },
  { models: graded, seeds: [1], weight: "0.1", folder: "weight-0.1" },
  { models: graded, seeds: [1], weight: "0.5", folder: "weight-0.5" },
  { models: ["Hybrid4"], seeds: [1] },
  { models: trusses, seeds: [1], rate: "3e-3" },
  { models: ["LIF4"], seeds: [1] },
  { models: [...single, ...controls], seeds: [3], rate: "3e-3", folder: "rate-3e-3" },
  { models: graded, seeds: [2], weight: "0.1", folder: "weight-0.1" },
  { models: graded, seeds: [2], weight: "0.5", folder: "weight-0.5" },
  { models: ["FieldVanilla", "FieldHybrid"], seeds: [1, 2, 3] },
  { models: trusses, seeds: [2, 3], rate: "3e-3" },
  { models: ["Hybrid4", "LIF4"], seeds: [2, 3] },
  { models: ["Hybrid2", "LIF2", "RLIF4"], seeds: [1, 2, 3] },
  { models: ["Full1"], seeds: [1, 2], weight: "0.1", folder: "weight-0.1" },
  { models: ["Full1"], seeds: [1, 2], weight: "0.5", folder: "weight-0.5" },
  { models: ["Hybrid2", "Hybrid4"], seeds: [1, 2], weight: "0.1", folder: "weight-0.1" },
  { models: ["Hybrid8", "LIF8"], seeds: [1, 2, 3] },
  { models: ["Hybrid2", "Hybrid4"], seeds: [1, 2], weight: "0.5", folder: "weight-0.5" },
];

const text = readFileSync(join(here, "hvs-gnn.sgnn"), "utf8");

/** The source at a rate and a weight of the spiking loss. */
function copyOf(rate, weight) {
  const folder = join(out, "sources");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `rate-${rate}-weight-${weight}.sgnn`);
  const changed = text
    .replaceAll(/adam\(rate: [^,)]+/g, `adam(rate: ${rate}`)
    .replaceAll("0.01 * spike_rate", `${weight} * spike_rate`);
  if (!existsSync(file) || readFileSync(file, "utf8") !== changed) writeFileSync(file, changed);
  return file;
}

/** One call of sgnnc for each seed: it trains the models one after the other. */
function callsOf({ models, seeds, rate = "1e-3", weight = "0.01", folder = "variants" }) {
  return seeds.map((seed) => [
    ...["train", copyOf(rate, weight), "--data", data, "--model", models.join(",")],
    ...["--seed", String(seed), "--backend", backend, "--resume", "--out"],
    models.length > 1 ? join(out, folder) : join(out, folder, models[0], `seed-${seed}`),
  ]);
}

const open = plan.flatMap(callsOf);
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
