/**
 * Whole networks on packed bits, see README.md.
 *   node bench/packed.mjs speed [--python FILE] [--points 1024] [--rounds 7]
 *   node bench/packed.mjs width [--points 1024] [--rounds 4]
 *   node bench/packed.mjs memory [--points 1024] [--rounds 5]
 *   node bench/packed.mjs equal --data modelnet10_surface_voxels.npz [--run FOLDER | --model NAME] [--backend wasm]
 * `speed`: DGCNN at its published width as a fully binary network (BF2), beside our float network on the same engine,
 * whose edge convolutions are products on nodes, and beside PyTorch's with naive edge features; products and nearest
 * rows beside float. `width`: training steps at the published width, and the files of the weights. `memory`: the most
 * that whole processes hold which apply the network, in bits and in float. `equal`: the fully binary networks of
 * examples/binary-gnn on every test shape, in bits and on tensors: the class, and the numbers that the last layer reads.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dist, load } from "./common/compile.mjs";
import { checkOptions, option } from "./common/options.mjs";
import { markdown } from "./common/results.mjs";
import { median, threadLimit } from "./common/side.mjs";
import { memory } from "./packed/memory.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [part] = process.argv.splice(2, 1);
const usage =
  "node bench/packed.mjs speed [--python FILE] [--points N] [--rounds N] | width | memory | equal --data FILE [--run FOLDER | --model NAME] [--backend B]";
checkOptions(usage, ["python", "points", "rounds", "data", "run", "model", "backend"], []);
const { Rng } = await dist("runtime/tensor/random/rng.js");
const inference = await dist("runtime/inference/index.js");

/** The text of the plans of a source. */
async function planText(file) {
  const { checkSource } = await dist("compiler/compile.js");
  const { plan } = await dist("compiler/plan/index.js");
  const { inferenceModule } = await dist("compiler/emit/inference.js");
  const source = readFileSync(file, "utf8");
  const checked = checkSource({ file, source, host: { read: () => undefined } });
  return inferenceModule(plan(checked.program), { version: "", sourceFile: file, hash: "" });
}

/** The plans of a source. */
async function plansOf(file) {
  return await import(`data:text/javascript,${encodeURIComponent(await planText(file))}`);
}

/** Initial weights plus noise, so that every scale, shift and mean is something. */
function disturbed(plan, seed) {
  const weights = inference.initialWeights(plan, seed);
  for (const { path, range } of plan.weights) {
    const array = weights.get(path);
    const rng = Rng.of(seed, `noise ${path}`);
    const data = array.data.map((value) => {
      const moved = value + 0.3 * rng.normal();
      if (path.endsWith("variance")) return Math.abs(moved) + 0.1;
      return range === undefined ? moved : Math.min(range.high, Math.max(range.low, moved));
    });
    weights.set(path, { ...array, data });
  }
  return weights;
}

/** Clouds of points whose coordinates are multiples of 1 / 1024. */
async function cloudInputs(plan, points, pointers) {
  const { readInputs } = inference;
  const { tableOf } = await dist("runtime/data/table.js");
  const { ndarray } = await dist("runtime/data/ndarray.js");
  const arrays = new Map([
    ["x", ndarray([points.length / 3, 3], points)],
    ["node_ptr", ndarray([pointers.length], pointers)],
    ["edge_index", ndarray([2, 0], new Int32Array())],
  ]);
  return { arrays, flat: readInputs(plan, tableOf("points", arrays), {}) };
}

/* ---------------------------------------------------------------- speed */

async function speed() {
  const points = Number(option("points", "1024"));
  const rounds = Number(option("rounds", "7"));
  const module = await plansOf(here("packed/dgcnn.sgnn"));
  const rng = Rng.of(1, "cloud");
  const cloud = Float32Array.from({ length: 3 * points }, () => (rng.integer(2048) - 1024) / 1024);
  const engines = {};
  for (const name of ["BF2", "DGCNN"]) {
    const plan = module.plans[name];
    const { flat } = await cloudInputs(plan, cloud, Int32Array.of(0, points));
    const weights = disturbed(plan, 1);
    const engine = new inference.Engine(module, plan, weights, { kernels: inference.wasmKernels });
    engines[name] = { engine, work: () => engine.run(flat) };
  }
  const works = {
    ...{ packed: engines.BF2.work, float: engines.DGCNN.work },
    ...(await kernelWorks()),
  };
  const times = {};
  for (let k = -1; k < rounds; k++) {
    for (const [name, work] of Object.entries(works)) {
      const start = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(start);
      if (k >= 0) (times[name] ??= []).push((user + system) / 1000);
    }
  }
  const ms = (name) => median(times[name]);
  const python = option("python");
  const peer = python === undefined ? {} : torch(python, points, rounds);
  const row = (what, packed, beside, other, target) => [
    what,
    packed.toFixed(2),
    beside,
    other === undefined ? "-" : other.toFixed(2),
    other === undefined ? "-" : (other / packed).toFixed(1),
    target ?? "-",
  ];
  const network = `DGCNN, published width, ${points} points, k 20, one cloud`;
  const nearest = "20 nearest of 1024 rows of 128 signs";
  console.log(
    markdown(
      ["work", "packed (ms)", "beside", "ms", "ratio", "target"],
      [
        row(network, ms("packed"), "our float network, same engine", ms("float"), 3),
        row(network, ms("packed"), "PyTorch, naive edge features", peer.dgcnn, 3),
        row("product 1024 x 1024 x 1024", ms("bits"), "our float product (wasm)", ms("ours"), 10),
        row("product 1024 x 1024 x 1024", ms("bits"), "TensorFlow.js (wasm)", ms("tfjs"), 10),
        row(nearest, ms("hamming"), "torch.cdist and topk", peer.nearest, 6),
        row(nearest, ms("hamming"), "FAISS IndexBinaryFlat", peer.faiss),
      ],
    ),
  );
  const mib = (name) => (engines[name].engine.bytes / 2 ** 20).toFixed(1);
  console.log(`\nmemory of the engine: packed ${mib("BF2")} MiB, float ${mib("DGCNN")} MiB`);
  console.log(
    `one thread, processor time, medians of ${rounds}; node ${process.version}` +
      (peer.torch === undefined ? "" : `, torch ${peer.torch}`) +
      (peer["faiss version"] === undefined ? "" : `, faiss ${peer["faiss version"]}`),
  );
}

/** Products and nearest rows by themselves, on memory of their own. */
async function kernelWorks() {
  const tf = await import("@tensorflow/tfjs-core");
  const { useBackend } = await dist("runtime/tensor/backend.js");
  const { setThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
  setThreadsCount(1);
  await useBackend("wasm");
  const n = 1024;
  const rng = Rng.of(2, "signs");
  const signs = (count) => Float32Array.from({ length: count }, () => (rng.integer(2) ? 1 : -1));
  const own = inference.wasmKernels.open(4 * n * n + 16 * n * 32);
  let offset = 0;
  const take = (List, count) => {
    const list = new List(own.buffer, offset, count);
    offset += 64 * Math.ceil(list.byteLength / 64);
    return list;
  };
  const { packRows } = await dist("runtime/inference/pack.js");
  const [a, b] = [signs(n * n), signs(n * n)];
  const [x, w, y] = [take(Float32Array, n * n), take(Float32Array, n * n), take(Int32Array, n * n)];
  x.set(a);
  w.set(b);
  const z = new Float32Array(own.buffer, y.byteOffset, n * n);
  const [p, q] = [take(Uint8Array, (n * n) / 8), take(Uint8Array, (n * n) / 8)];
  packRows(a, n, n, p);
  packRows(b, n, n, q);
  const rows = take(Uint8Array, 16 * n);
  packRows(a.subarray(0, 128 * n), n, 128, rows);
  const near = take(Int32Array, 20 * n);
  const scratch = take(Float32Array, 65536);
  const pointers = Int32Array.of(0, n);
  const [t, u] = [tf.tensor2d(a, [n, n]), tf.tensor2d(b, [n, n])];
  return {
    bits: () => own.bits.product(p, q, y, n, n, n, scratch),
    ours: () => own.dense(x, w, z, n, n, n),
    tfjs: () => tf.dispose(tf.matMul(t, u)),
    hamming: () => own.bits.hamming(rows, 128, pointers, 20, near, scratch),
  };
}

function torch(python, points, rounds) {
  const words = [here("packed/peer.py"), String(points), String(rounds)];
  const done = spawnSync(python, words, {
    encoding: "utf8",
    env: { ...process.env, ...threadLimit(1) },
  });
  if (done.status === 0) return JSON.parse(done.stdout);
  console.error(`without PyTorch: ${done.stderr.trim().split("\n").pop()}`);
  return {};
}

/* ---------------------------------------------------------------- width */

function width() {
  const rows = ["DGCNN", "BF2"].map((name) => {
    const words = [here("packed/width.mjs"), name, option("points", "1024"), option("rounds", "4")];
    const env = { ...process.env, ...threadLimit(1) };
    const done = spawnSync(process.execPath, words, { encoding: "utf8", env });
    if (done.status !== 0) throw new Error(done.stderr);
    const { step, losses, memory, bytes } = JSON.parse(done.stdout);
    const mib = (memory / 2 ** 20).toFixed(0);
    return [name, step.toFixed(0), losses.map((one) => one.toFixed(3)).join(", "), mib, bytes];
  });
  const header = ["network", "ms of a step, two clouds", "losses", "peak MiB", "bytes of weights"];
  console.log(markdown(header, rows));
}

/* ---------------------------------------------------------------- equality */

/** Shapes that are run together. */
const PART = 128;

async function equal() {
  const file = option("data");
  const run = option("run");
  if (file === undefined) throw new Error(usage);
  const { useBackend } = await dist("runtime/tensor/backend.js");
  const backend = await useBackend(option("backend", "wasm"));
  const { openTable } = await dist("runtime/data/table.js");
  const table = openTable(file, file, "voxels64");
  const test = table.get("test_mask").data;
  const pointers = table.get("node_ptr").data;
  const shapes = [...test.keys()].filter((k) => test[k] === 1);
  const all = table.get("points").data;
  /** Clouds of some shapes: the tensors of all at once do not fit into the memory of WebAssembly. */
  const parts = Array.from({ length: Math.ceil(shapes.length / PART) }, (_, part) => {
    const some = shapes.slice(PART * part, PART * (part + 1));
    const rows = some.map((k) => all.subarray(3 * pointers[k], 3 * pointers[k + 1]));
    const ends = Int32Array.from({ length: some.length + 1 }, (_, k) => 64 * k);
    return { points: Float32Array.from(rows.flatMap((row) => [...row])), ends };
  });
  const source =
    run === undefined ? here("../examples/binary-gnn/dgcnn.sgnn") : join(run, "dgcnn.sgnn");
  const module = await plansOf(source);
  const { models } = await load(source);
  const names =
    run === undefined
      ? option("model", "BF1,BF2,Ours").split(",")
      : [JSON.parse(readFileSync(join(run, "run.json"), "utf8")).model];
  for (const name of names) {
    const plan = module.plans[name];
    const weights = run === undefined ? disturbed(plan, 1) : await weightsOf(run);
    let [classes, numbers, largest] = [0, 0, 0];
    for (const { points, ends } of parts) {
      const found = await compare(module, plan, models[name], weights, points, ends);
      classes += found.classes;
      numbers += found.numbers;
      largest = Math.max(largest, found.largest);
    }
    console.log(
      `${name}${run === undefined ? " (random weights)" : ""}, ${shapes.length} test shapes, tensors on ` +
        `${backend.name}: ${classes} other classes, ${numbers} other numbers before the last layer` +
        (numbers === 0 ? "" : `, the largest difference ${largest.toExponential(1)}`),
    );
  }
}

async function weightsOf(run) {
  const { readRunWeights } = await dist("runtime/train/run-folder.js");
  return readRunWeights(run).tensors;
}

/**
 * Runs the network in bits and on tensors. What the last layer reads is seen by giving it columns that pick one of
 * its inputs each, ten at a time.
 */
async function compare(module, plan, Model, weights, points, ends) {
  const { predict } = await dist("runtime/train/predict.js");
  const { arrays, flat } = await cloudInputs(plan, points, ends);
  const paths = plan.weights.map(({ path }) => path);
  const last = paths.filter((path) => path.endsWith("weight")).at(-1);
  const bias = last.replace(/weight$/, "bias");
  const { shape } = weights.get(last);
  const [inputs, outputs] = shape;
  const both = (given) => {
    const label = "weights";
    const model = { info: Model.info, create: (scope) => new Model(scope) };
    const tensors = predict(model, {
      inputs: arrays,
      label: "points",
      weights: given,
      weightsLabel: label,
    });
    const engine = new inference.Engine(module, plan, given, { kernels: inference.wasmKernels });
    return [tensors.outputs.get("output").data, Float32Array.from(engine.run(flat).data)];
  };
  const classOf = (values, row) => {
    let best = 0;
    for (let c = 1; c < outputs; c++) {
      if (values[row * outputs + c] > values[row * outputs + best]) best = c;
    }
    return best;
  };
  const [a, b] = both(weights);
  let classes = 0;
  for (let row = 0; row < a.length / outputs; row++) {
    if (classOf(a, row) !== classOf(b, row)) classes++;
  }
  let numbers = 0;
  let largest = 0;
  for (let first = 0; first < inputs; first += outputs) {
    const picking = new Map(weights);
    const data = new Float32Array(inputs * outputs);
    for (let c = 0; c < Math.min(outputs, inputs - first); c++) data[(first + c) * outputs + c] = 1;
    picking.set(last, { ...weights.get(last), data });
    picking.set(bias, { ...weights.get(bias), data: new Float32Array(outputs) });
    const [own, packed] = both(picking);
    for (let k = 0; k < own.length; k++) {
      if (own[k] !== packed[k]) numbers++;
      largest = Math.max(largest, Math.abs(own[k] - packed[k]));
    }
  }
  return { classes, numbers, largest };
}

if (part === "speed") await speed();
else if (part === "width") width();
else if (part === "memory") {
  const source = here("packed/dgcnn.sgnn");
  await memory({
    ...{ source, planText: await planText(source), clouds: [1, 16] },
    points: Number(option("points", "1024")),
    rounds: Number(option("rounds", "5")),
  });
} else if (part === "equal") await equal();
else {
  console.error(`usage: ${usage}`);
  process.exit(2);
}
