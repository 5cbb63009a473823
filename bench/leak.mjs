/**
 * Whether training keeps memory: `node bench/leak.mjs [--steps 5000] [--backend tensorflow|wasm] [--out FOLDER]`.
 *
 * Trains bench/leak/network.sgnn (mini-batches; every kind of kernel) and samples, after a garbage collection every
 * 100 steps: tensors, blocks of WebAssembly memory that were taken and not given back, the size of that memory, and
 * the resident memory of the process. On wasm the blocks are those of the backend's memory, tensors included;
 * on tensorflow those of the memory that our kernels use beside it. One process per backend; minutes each.
 */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dist, load } from "./common/compile.mjs";
import { option } from "./common/options.mjs";
import { markdown } from "./common/results.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const STEPS_PER_EPOCH = 20;
const STEPS_PER_SAMPLE = 100;

/** Counts blocks of an allocator by replacing its two functions. */
function counted(owner, allocate, free) {
  // Emscripten's functions replace themselves when they are called first.
  owner[free](owner[allocate](64));
  const [take, give] = [owner[allocate].bind(owner), owner[free].bind(owner)];
  const known = new Set();
  owner[allocate] = (bytes) => {
    const address = take(bytes);
    known.add(address);
    return address;
  };
  owner[free] = (address) => {
    known.delete(address);
    return give(address);
  };
  return () => known.size;
}

/** Trains and prints one sample a line. */
async function child(backend, steps) {
  const tf = await import("@tensorflow/tfjs-core");
  const sg = await dist("runtime/index.js");
  const info = await sg.useBackend(backend);
  const { privateHeap } = await dist("runtime/kernels/wasm/heap.js");
  const heap = backend === "wasm" ? tf.backend().wasm : privateHeap();
  const memory = backend === "wasm" ? heap.asm.memory : heap.memory;
  const blocks =
    backend === "wasm" ? counted(heap, "_malloc", "_free") : counted(heap, "allocate", "free");
  const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
  say({ versions: { node: process.version, ...info.versions } });
  const { experiments } = await load(here("leak/network.sgnn"));
  const epochs = Math.ceil(steps / STEPS_PER_EPOCH);
  const result = await sg.train(experiments.get("Everything"), {
    seed: 1,
    epochs,
    baseFolder: here("leak"),
    backend: { name: backend },
    onProgress: ({ epoch, step, loss }) => {
      const done = epoch * STEPS_PER_EPOCH;
      if (step !== STEPS_PER_EPOCH || done % STEPS_PER_SAMPLE !== 0) return;
      globalThis.gc();
      say({
        step: done,
        loss,
        tensors: tf.memory().numTensors,
        blocks: blocks(),
        wasmMemory: memory.buffer.byteLength / 2 ** 20,
        resident: process.memoryUsage().rss / 2 ** 20,
      });
    },
  });
  if (result.status !== "finished") throw new Error(result.message);
}

function measure(backend, steps, onSample) {
  return new Promise((resolve, reject) => {
    const words = ["--expose-gc", here("leak.mjs"), "--child", backend, "--steps", String(steps)];
    const process_ = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    process_.stdout.on("data", (data) => {
      text += data;
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
        onSample(JSON.parse(text.slice(0, end)));
        text = text.slice(end + 1);
      }
    });
    process_.on("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`${backend} failed`)),
    );
  });
}

/** The samples of one backend: every tenth, the first and the last. */
function tableOf({ backend, samples }) {
  const shown = samples.filter((_, k) => k < 2 || k === samples.length - 1 || (k + 1) % 5 === 0);
  const rows = shown.map((one) => [
    backend,
    one.step,
    one.tensors,
    one.blocks,
    one.wasmMemory.toFixed(1),
    one.resident.toFixed(0),
    one.loss.toPrecision(4),
  ]);
  const header = ["backend", "step", "tensors", "live blocks", "wasm memory (MiB)"];
  return markdown([...header, "resident (MiB)", "training loss"], rows);
}

async function main() {
  const steps = Number(option("steps", "5000"));
  const out = option("out", here("results"));
  const backends = option("backend") ? [option("backend")] : ["wasm", "tensorflow"];
  const runs = [];
  mkdirSync(out, { recursive: true });
  // The tables are written with every sample, so that an interrupted run leaves what it saw.
  const write = () => {
    const text = reportOf(runs);
    writeFileSync(join(out, "leak.md"), `<!-- Written by: node bench/leak.mjs -->\n\n${text}\n`);
    return text;
  };
  for (const backend of backends) {
    const run = { backend, versions: {}, samples: [] };
    runs.push(run);
    await measure(backend, steps, (said) => {
      if (said.versions !== undefined) run.versions = said.versions;
      else run.samples.push(said);
      write();
    });
    const last = run.samples.at(-1);
    console.error(`${backend}: ${last.step} steps, ${last.tensors} tensors, ${last.blocks} blocks`);
  }
  console.log(write());
}

function reportOf(runs) {
  const versions = runs.map(({ backend, versions }) => {
    const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    return `${backend}: ${list.join(", ")}`;
  });
  const tables = runs.filter(({ samples }) => samples.length > 0).map(tableOf);
  return `${tables.join("\n\n")}\n\n${versions.join("; ")}.`;
}

const backend = option("child");
if (backend === undefined) await main();
else await child(backend, Number(option("steps")));
