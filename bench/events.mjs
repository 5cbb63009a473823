/**
 * Event-driven inference: `node bench/events.mjs [--json FILE]`.
 *
 * 1. A product 1024 -> 1024 on a batch of 64 rows of spikes, at several shares of spikes: listing the events
 *    and adding rows (WebAssembly, one thread), beside the backend's own dense product (tf.matMul, nothing
 *    read back), beside our dense WebAssembly product, which gives the same bits, and the whole call of the
 *    inference plan (input copied in, product, bias). Measured in turn in one process per backend.
 *    Times are of the processor, so that other work on the machine counts little: the median of rounds of
 *    several calls; a ratio is the median over the rounds. TensorFlow gets one thread too.
 * 2. Cold start: `sgnnc run` on a trained small model, from its run folder and from its source, beside
 *    `python -c "import torch, torch_geometric"` (left out with a line where that fails; PYTHON names another
 *    python). Whole processes in turn, medians of wall time and of processor time, and peak memory.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const dist = (path) => import(new URL(`../dist/${path}`, import.meta.url).href);
const option = (name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

const ROWS = 64;
const WIDTH = 1024;
const SHARES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8];
const ROUNDS = 11;
const CALLS = 8;

const DENSE = `model Net(x: spike[N, ${WIDTH}]) -> real[N, ${WIDTH}] { return x |> Dense<${WIDTH}> }\n`;
const SMALL = `data Trusses {
  generate trusses(count: 40, seed: 7)
  graph g { nodes x = "x" by "node_ptr"; edges = "edge_index" by "edge_ptr" }
  sample target = "stiffness"
  split random 70 : 15 : 15
}
model Small(g: graph(x: real[N, 5])) -> real[G, 1] {
  let h = rate(over time 4 { g.x |> SAGE<32>(g) |> LIF |> SAGE<32>(g) |> LIF })
  return pool mean h over g |> Dense<1>
}
train Small on Trusses { loss mse(output, target) optimize adam(rate: 1e-3) epochs 1 batch 8 }
`;

/* ---------------------------------------------------------------- products, one process per backend */

async function products(backend) {
  const tf = await import("@tensorflow/tfjs-core");
  const { useBackend } = await dist("runtime/tensor/backend.js");
  const { Engine, initialWeights, wasmKernels } = await dist("runtime/inference/index.js");
  const { checkSource } = await dist("compiler/compile.js");
  const { plan } = await dist("compiler/plan/index.js");
  const { inferenceModule } = await dist("compiler/emit/inference.js");
  const info = await useBackend(backend);
  const checked = checkSource({ file: "net.sgnn", source: DENSE, host: { read: () => undefined } });
  const text = inferenceModule(plan(checked.program), { version: "", sourceFile: "", hash: "" });
  const module = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  const weights = initialWeights(module.plans.Net, 1);
  const engine = new Engine(module, module.plans.Net, weights, { kernels: wasmKernels });
  const places = [ROWS * WIDTH, WIDTH * WIDTH, ROWS * WIDTH, ROWS + 4, ROWS * WIDTH];
  const own = wasmKernels.open(places.reduce((sum, size) => sum + size, 0));
  let offset = 0;
  const [ownX, ownW, ownY, pointers, columns] = places.map((size, k) => {
    const List = k < 3 ? Float32Array : Int32Array;
    const list = new List(own.buffer, 4 * offset, k === 3 ? ROWS + 1 : size);
    offset += size;
    return list;
  });
  const weight = [...weights].find(([path]) => path.endsWith("weight"))[1];
  ownW.set(weight.data);
  const w = tf.tensor(weight.data, [WIDTH, WIDTH]);
  let state = 12345;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const rows = [];
  for (const share of SHARES) {
    const data = Float32Array.from({ length: ROWS * WIDTH }, () => (random() < share ? 1 : 0));
    const inputs = { graphs: new Map(), tensors: new Map([["x", { shape: [ROWS, WIDTH], data }]]) };
    ownX.set(data);
    const x = tf.tensor(data, [ROWS, WIDTH]);
    const events = { pointers, columns };
    const works = {
      events: () => {
        own.list(ownX, ROWS, WIDTH, events);
        own.events(ownX, events, true, ownW, ownY, ROWS, WIDTH, WIDTH);
      },
      backend: () => tf.dispose(tf.matMul(x, w)),
      dense: () => own.dense(ownX, ownW, ownY, ROWS, WIDTH, WIDTH),
      plan: () => engine.run(inputs),
    };
    const times = {};
    for (let k = -3; k < ROUNDS; k++) {
      for (const [name, work] of Object.entries(works)) {
        const start = process.cpuUsage();
        for (let n = 0; n < CALLS; n++) work();
        const { user, system } = process.cpuUsage(start);
        if (k >= 0) (times[name] ??= []).push((user + system) / 1000 / CALLS);
      }
    }
    x.dispose();
    const ratio = (one) => median(times.events.map((time, k) => times[one][k] / time));
    rows.push({
      share,
      events: median(times.events),
      backend: median(times.backend),
      dense: median(times.dense),
      plan: median(times.plan),
      ratios: { backend: ratio("backend"), dense: ratio("dense") },
    });
  }
  return { backend, versions: info.versions, bytes: engine.bytes, rows };
}

/* ---------------------------------------------------------------- cold start */

/** Prints processor time and peak memory of a Node process when it ends. */
const METER =
  "data:text/javascript,process.on('exit',()=>{const u=process.resourceUsage();" +
  "process.stderr.write(`\\n@${(u.userCPUTime+u.systemCPUTime)/1e6} ${u.maxRSS}`)})";
const PYTHON_METER =
  "import torch, torch_geometric, resource, sys;u=resource.getrusage(resource.RUSAGE_SELF);" +
  "sys.stderr.write('\\n@%f %d' % (u.ru_utime+u.ru_stime, u.ru_maxrss))";

function once(command, words) {
  const start = performance.now();
  const done = spawnSync(command, words, { encoding: "utf8" });
  const wall = (performance.now() - start) / 1000;
  const found = /@([\d.]+) (\d+)\s*$/.exec(done.stderr ?? "");
  if (done.status !== 0 || found === null) return undefined;
  return { wall, processor: Number(found[1]), memory: Number(found[2]) / 1024 };
}

async function coldStart(folder) {
  const tool = here("../dist/compiler/cli/main.js");
  const source = join(folder, "small.sgnn");
  const run = join(folder, "run");
  writeFileSync(source, SMALL);
  const trained = spawnSync(process.execPath, [tool, "train", source, "--out", run], {
    encoding: "utf8",
  });
  if (trained.status !== 0) throw new Error(trained.stderr);
  const { writeNpz } = await dist("runtime/data/npz.js");
  const x = {
    shape: [12, 5],
    dtype: "f32",
    data: Float32Array.from({ length: 60 }, (_, k) => Math.sin(k)),
  };
  const ends = Int32Array.from({ length: 48 }, (_, k) => (5 * k + (k >> 3)) % 12);
  const edges = { shape: [2, 24], dtype: "i32", data: ends };
  const input = join(folder, "in.npz");
  writeFileSync(
    input,
    writeNpz(
      new Map([
        ["x", x],
        ["edge_index", edges],
      ]),
    ),
  );
  const common = ["--input", input, "--output", join(folder, "out.npz")];
  const weights = join(run, "weights.safetensors");
  const node = (...words) => [process.execPath, ["--import", METER, tool, ...words, ...common]];
  const python = process.env.PYTHON ?? "python3";
  const commands = {
    "sgnnc run RUN": node("run", run),
    "sgnnc run FILE --weights W": node("run", source, "--weights", weights),
    "sgnnc run RUN --backend wasm": node("run", run, "--backend", "wasm"),
    'python -c "import torch, torch_geometric"': [python, ["-c", PYTHON_METER]],
  };
  const rows = [];
  const usable = Object.entries(commands).filter(([name, [command, words]]) => {
    const works = once(command, words) !== undefined;
    if (!works) console.error(`left out: ${name} (it fails here)`);
    return works;
  });
  const all = new Map(usable.map(([name]) => [name, []]));
  for (let k = 0; k < 7; k++) {
    for (const [name, [command, words]] of usable) all.get(name).push(once(command, words));
  }
  for (const [name, times] of all) {
    const of = (what) => median(times.map((one) => one[what]));
    rows.push({ name, wall: of("wall"), processor: of("processor"), memory: of("memory") });
  }
  return rows;
}

/* ---------------------------------------------------------------- tables */

function table(header, rows) {
  const all = [header, header.map(() => "---"), ...rows];
  return all.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

async function main() {
  const results = [];
  for (const backend of ["tensorflow", "wasm"]) {
    const done = spawnSync(process.execPath, [here("events.mjs"), "--child", backend], {
      encoding: "utf8",
      env: { ...process.env, TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1" },
    });
    if (done.status === 0) results.push(JSON.parse(done.stdout));
    else console.error(`left out: backend ${backend} (${done.stderr.split("\n")[0]})`);
  }
  console.log(
    `Dense ${WIDTH} -> ${WIDTH}, batch ${ROWS}, ${cpus()[0].model}, Node ${process.version}\n`,
  );
  for (const { backend, versions, bytes, rows } of results) {
    const about = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    console.log(
      `${backend} (${about.join(", ")}; one thread); the plan holds ${(bytes / 2 ** 20).toFixed(1)} MiB\n`,
    );
    const cells = rows.map(({ share, ratios, ...times }) => [
      `${100 * share} %`,
      ...[times.events, times.backend, times.dense, times.plan].map((one) => one.toFixed(3)),
      ratios.backend.toFixed(2),
      ratios.dense.toFixed(2),
    ]);
    const header = ["spikes", "events, ms", "matMul, ms", "our dense, ms", "plan, ms"];
    console.log(table([...header, "matMul / events", "our dense / events"], cells));
    console.log("");
  }
  const folder = mkdtempSync(join(tmpdir(), "sgnn-bench-"));
  let cold;
  try {
    cold = await coldStart(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const peer = cold.find(({ name }) => name.startsWith("python"));
  const cells = cold.map(({ name, wall, processor, memory }) => [
    `\`${name}\``,
    wall.toFixed(2),
    processor.toFixed(2),
    memory.toFixed(0),
    ...(peer === undefined
      ? ["", ""]
      : [(peer.wall / wall).toFixed(1), (peer.processor / processor).toFixed(1)]),
  ]);
  const header = ["cold start", "wall, s", "processor, s", "peak MiB", "peer / ours, wall"];
  console.log(table([...header, "peer / ours, processor"], cells));
  const file = option("--json");
  const document = { node: process.version, products: results, cold };
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(document, undefined, 2)}\n`);
}

const child = option("--child");
if (child === undefined) await main();
else process.stdout.write(JSON.stringify(await products(child)));
