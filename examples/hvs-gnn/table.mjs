/**
 * Every run behind the tables of README.md, resumable: call it again after a kill, and finished runs are kept.
 *
 *   node examples/hvs-gnn/table.mjs --data terfenol_magnetostriction.npz [--out runs/hvs-gnn]
 *
 * Tuning is nested in the folds and the same for everyone: in each fold a variant is trained at every rate of
 * RATES, and the run with the least validation loss is the one whose test part is looked at. Networks of four and
 * eight steps take over the rates of their two-step form; the sweep of the spiking loss those of weight 0.01.
 * `results.mjs` then writes the tables and the picture, `sgnnc report` the pages.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const RATES = ["1e-3", "3e-3"];
/** Weights of the spiking loss beside 0.01, which the source has. */
const WEIGHTS = ["0", "0.1", "0.5"];
const EXECUTABLE = fileURLToPath(new URL("../../dist/compiler/cli/main.js", import.meta.url));

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    data: { type: "string" },
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

/** Runs calls of sgnnc, `jobs` at a time with a core each; all end with the first that fails. */
async function sgnnc(calls) {
  const open = [...calls];
  const env = { ...process.env, OMP_NUM_THREADS: "1", TF_NUM_INTRAOP_THREADS: "1" };
  const worker = async () => {
    for (let words = open.shift(); words !== undefined; words = open.shift()) {
      console.error(`\nsgnnc ${words.join(" ")}`);
      const child = spawn(process.execPath, [EXECUTABLE, ...words], { stdio: "inherit", env });
      const [status] = await once(child, "exit");
      if (status !== 0) process.exit(status ?? 1);
    }
  };
  await Promise.all(Array.from({ length: Number(jobs) }, worker));
}

/** A copy of the source at another rate and spiking loss; beside the other copies, so that runs can be moved. */
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

/** One call for each seed: it trains the models one after the other. */
function callsOf(models, seeds, rate, weight, folder) {
  const file = copyOf(rate, weight);
  return seeds.map((seed) => [
    ...["train", file, "--data", data, "--model", models.join(","), "--seed", String(seed)],
    ...["--out", models.length > 1 ? folder : runOf(folder, models[0], seed)],
    ...["--backend", backend, "--resume"],
  ]);
}

const runOf = (folder, model, seed) => join(folder, model, `seed-${seed}`);
const read = (folder) => JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
const rateFolder = (rate) => join(out, `rate-${rate}`);
const variants = join(out, "variants");

/** The rate with the least validation loss. */
function chosenRate(model, seed) {
  const loss = (rate) => read(runOf(rateFolder(rate), model, seed)).best.value;
  return RATES.reduce((best, rate) => (loss(rate) < loss(best) ? rate : best));
}

/** Puts a finished run among those that count. */
function take(from, model, seed, folder) {
  const target = runOf(folder, model, seed);
  const beside = `${target}.part`;
  if (existsSync(target) && read(target).source.hash === read(from).source.hash) return;
  rmSync(beside, { recursive: true, force: true });
  cpSync(from, beside, { recursive: true });
  rmSync(target, { recursive: true, force: true });
  renameSync(beside, target);
}

/** Trains groups of models at every rate and takes the best run of each fold. */
async function tuned(groups) {
  for (const rate of RATES) {
    for (const { models, seeds } of groups) {
      await sgnnc(callsOf(models, seeds, rate, "0.01", rateFolder(rate)));
    }
  }
  for (const { models, seeds } of groups) {
    for (const model of models) {
      for (const seed of seeds) {
        const rate = chosenRate(model, seed);
        take(runOf(rateFolder(rate), model, seed), model, seed, variants);
      }
    }
  }
}

/** Trains models at the rates that another one has been tuned to. */
async function asTuned(models, like, seeds, weight, folder) {
  const calls = (rate) => {
    const own = seeds.filter((seed) => chosenRate(like, seed) === rate);
    return callsOf(models, own, rate, weight, folder);
  };
  await sgnnc(RATES.flatMap(calls));
}

const folds = [1, 2, 3];
const grains = ["Vanilla", "Hybrid1", "LIF1", "Full1"];

await tuned([
  { models: grains, seeds: folds },
  { models: ["Shifted", "NoEdges", "Rect"], seeds: folds },
  { models: grains, seeds: [4, 5] },
]);
await tuned([{ models: ["Hybrid2", "LIF2"], seeds: folds }]);
await asTuned(["Hybrid4"], "Hybrid2", folds, "0.01", variants);
await asTuned(["LIF4", "RLIF4"], "LIF2", folds, "0.01", variants);
await tuned([
  { models: ["StressVanilla", "StressNoEdges", "StressHybrid"], seeds: folds },
  { models: ["FieldVanilla", "FieldHybrid"], seeds: folds },
]);
for (const weight of WEIGHTS) {
  for (const model of ["Hybrid1", "Full1", "Shifted", "Rect", "LIF1"]) {
    await asTuned([model], model, folds, weight, join(out, `weight-${weight}`));
  }
}
await asTuned(["Hybrid8"], "Hybrid2", folds, "0.01", variants);
await asTuned(["LIF8"], "LIF2", folds, "0.01", variants);
for (const weight of ["0.1", "0.5"]) {
  await asTuned(["Hybrid2", "Hybrid4"], "Hybrid2", folds, weight, join(out, `weight-${weight}`));
}
