/**
 * Every run behind the tables of README.md, and the tables; resumable: call it again after a kill, and finished runs
 * are kept.
 *
 *   node examples/binary-gnn/table.mjs --data FOLDER [--out runs/binary-gnn] [--jobs 1] [--only citation,modelnet] [--print]
 *
 * FOLDER holds cora.npz, citeseer.npz and modelnet10_surface_voxels.npz. Ten seeds of each network on citation graphs;
 * on ModelNet10 the float network and the three stages of Ours with three seeds, then those of the other conversions with
 * seed 1. `--print` trains nothing. Test accuracies on ModelNet10 are given with and without the 72 test shapes
 * whose voxels are those of a training shape.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const dist = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);
const executable = fileURLToPath(new URL("../../dist/compiler/cli/main.js", import.meta.url));
const { values } = parseArgs({
  options: {
    data: { type: "string" },
    out: { type: "string", default: "runs/binary-gnn" },
    jobs: { type: "string", default: "1" },
    only: { type: "string", default: "citation,modelnet" },
    print: { type: "boolean", default: false },
  },
});
if (values.data === undefined) {
  console.error("give the folder of the data: --data ../shared/data");
  process.exit(2);
}
const { out } = values;
const only = values.only.split(",");
const narrow = ["GCN64", "TaughtBiGCN64", "BiGCN64"];
const wide = ["GCN256", "TaughtBiGCN256", "BiGCN256"];
const sage = ["SAGENet", "BiSAGENet"];
const citeseer = ["GCNCiteSeer", "TaughtBiGCNCiteSeer", "BiGCNCiteSeer"];
const variants = ["RF", "BF1", "BF2", "Ours", "OursSigns"];
const shapes = join(values.data, "modelnet10_surface_voxels.npz");

/** One call of sgnnc: some models with one seed. */
function call(page, data, folder, models, seed) {
  const words = ["train", join(here, page), "--data", data, "--out", join(out, folder)];
  return [
    ...words,
    "--model",
    models.join(","),
    "--seeds",
    String(seed),
    "--backend",
    "wasm",
    "--resume",
  ];
}
const calls = [];
/** What matters less than ten seeds of the narrow networks. */
const later = [];
for (let seed = 1; seed <= 10 && only.includes("citation"); seed++) {
  const page = (models, data) =>
    call("citation.sgnn", join(values.data, `${data}.npz`), data, models, seed);
  calls.push(page(narrow, "cora"), page(citeseer, "citeseer"));
  later.push(page(wide, "cora"), page(sage, "cora"));
}
calls.push(...later);
if (only.includes("modelnet")) {
  for (const seed of [1, 2, 3])
    calls.push(call("dgcnn.sgnn", shapes, "modelnet", ["DGCNN", "Ours"], seed));
  // Their teacher is the float network of seed 1.
  for (const name of ["OursSigns", "BF2", "BF1", "RF"])
    calls.push(call("dgcnn.sgnn", shapes, "modelnet", [name], 1));
}

/** Takes call after call, a core for each; the first that fails ends the table. */
async function work() {
  const env = { ...process.env, OMP_NUM_THREADS: "1", TF_NUM_INTRAOP_THREADS: "1" };
  for (let words = calls.shift(); words !== undefined; words = calls.shift()) {
    const child = spawn(process.execPath, [executable, ...words, "--cores", "1"], {
      stdio: ["ignore", "ignore", "inherit"],
      env,
    });
    const [status] = await once(child, "exit");
    if (status !== 0) process.exit(status ?? 1);
  }
}
if (!values.print) await Promise.all(Array.from({ length: Number(values.jobs) }, work));

/** The finished runs of a model: their folders and records. */
function runsOf(folder, name) {
  const all = join(out, folder, name);
  return (existsSync(all) ? readdirSync(all) : []).flatMap((seed) => {
    const run = join(all, seed);
    const file = join(run, "run.json");
    if (!existsSync(file)) return [];
    const record = JSON.parse(readFileSync(file, "utf8"));
    return record.metrics?.test === undefined ? [] : [{ run, record }];
  });
}

/** `0.8120 +- 0.0080`, or the number alone for a single run. */
function spread(numbers) {
  if (numbers.length === 0) return "-";
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  if (numbers.length === 1) return mean.toFixed(4);
  const squares = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return `${mean.toFixed(4)} +- ${Math.sqrt(squares / (numbers.length - 1)).toFixed(4)}`;
}

function print(header, rows) {
  const lines = [header, header.map(() => "---"), ...rows];
  console.log(`\n${lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}`);
}

const accuracies = (runs, part) => spread(runs.map(({ record }) => record.metrics[part].accuracy));
const seconds = (runs) =>
  (runs.reduce((sum, { record }) => sum + (record.cpuSeconds ?? 0), 0) / runs.length).toFixed(0);

/** Bytes of the weights as they are on disk, packed where there are signs. */
function bytesOf(run) {
  const packed = join(run, "weights.packed.safetensors");
  return statSync(existsSync(packed) ? packed : join(run, "weights.safetensors")).size;
}

function citations() {
  const rows = [
    ...[...narrow, ...wide, ...sage].map((name) => ["Cora", "cora", name]),
    ...citeseer.map((name) => ["CiteSeer", "citeseer", name]),
  ].flatMap(([data, folder, name]) => {
    // A taught network has one stage, which is part of its name.
    const runs = runsOf(folder, name.startsWith("Taught") ? `${name}.binary` : name);
    if (runs.length === 0) return [];
    const found = [accuracies(runs, "validation"), accuracies(runs, "test")];
    return [[data, name, runs.length, ...found, bytesOf(runs[0].run), seconds(runs)]];
  });
  print(["data", "network", "seeds", "validation", "test", "bytes of weights", "CPU s/run"], rows);
}

/** Test accuracy of a run on the shapes that no training shape repeats. */
async function distinct({ run, record }, repeated) {
  const { stagesOf } = await dist("runtime/binary/stages.js");
  const { openSession, predictions } = await dist("runtime/train/session.js");
  const { readRunWeights } = await dist("runtime/train/run-folder.js");
  const { setWeights } = await dist("runtime/export/weights.js");
  const { classOf } = await dist("runtime/train/metrics.js");
  const code = readFileSync(join(run, "model.mjs"), "utf8");
  const runtime = JSON.stringify(new URL("../../dist/runtime/index.js", import.meta.url).href);
  const words = code.replace('"sgnn/runtime"', runtime);
  const { experiments } = await import(`data:text/javascript,${encodeURIComponent(words)}`);
  const stages = experiments.flatMap(stagesOf);
  const experiment = stages.find(({ name }) => name === record.experiment);
  const given = { seed: record.seed, baseFolder: run, dataFile: shapes };
  const session = await openSession(experiment, given);
  const { tensors, label } = readRunWeights(run);
  setWeights(session.model, tensors, label);
  const judged = predictions(session, "test");
  let [right, count] = [0, 0];
  session.split.test.forEach((shape, k) => {
    if (repeated[shape] === 1) return;
    count += 1;
    if (classOf(judged.output, k, judged.width) === judged.target[k]) right += 1;
  });
  session.dispose();
  return right / count;
}

async function clouds() {
  const { useBackend } = await dist("runtime/tensor/backend.js");
  await useBackend("wasm");
  const { openTable } = await dist("runtime/data/table.js");
  const repeated = openTable(shapes, shapes, "voxels64").get("repeated").data;
  const names = ["tanh", "sign", "binary"].flatMap((stage) =>
    variants.map((one) => `${one}.${stage}`),
  );
  const rows = [];
  for (const name of ["DGCNN", ...names.sort()]) {
    const runs = runsOf("modelnet", name);
    if (runs.length === 0) continue;
    const without = [];
    for (const run of runs) without.push(await distinct(run, repeated));
    const found = [accuracies(runs, "validation"), accuracies(runs, "test"), spread(without)];
    rows.push([name, runs.length, ...found, bytesOf(runs[0].run), seconds(runs)]);
  }
  print(
    ["network", "seeds", "validation", "test", "without repeated", "bytes of weights", "CPU s/run"],
    rows,
  );
}

if (only.includes("citation")) citations();
if (only.includes("modelnet")) await clouds();
