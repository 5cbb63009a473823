/**
 * The memory curve of README.md: peak memory and time of an epoch of training as the latent steps grow.
 *
 *   node examples/dynamic-spiking/memory.mjs --data dblp_dynamic.npz [--steps 5,10,20,40,80] [--backend tensorflow]
 *
 * Trains memory.sgnn for three epochs with each number of steps, one process after the other, and prints the largest
 * resident memory of the process after the first epoch (loading is over then) and the shortest time of an epoch. Linux
 * only: the memory is read from /proc.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const tool = join(here, "..", "..", "dist", "compiler", "cli", "main.js");
const { values } = parseArgs({
  options: {
    data: { type: "string" },
    steps: { type: "string", default: "5,10,20,40,80" },
    backend: { type: "string", default: "tensorflow" },
  },
});
if (values.data === undefined) {
  console.error("give the data file: --data dblp_dynamic.npz");
  process.exit(2);
}

/** Largest resident memory of a running process in MB; undefined once it has ended. */
function peakOf(pid) {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return line === null ? undefined : Number(line[1]) / 1024;
  } catch {
    return undefined;
  }
}

/** Trains one variant with a number of latent steps: peak memory in MB, seconds of the second epoch. */
async function measure(model, steps, folder) {
  const source = readFileSync(join(here, "memory.sgnn"), "utf8");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "memory.sgnn");
  writeFileSync(file, source.replaceAll("steps: 40", `steps: ${steps}`));
  const options = ["--data", resolve(values.data), "--backend", values.backend];
  const args = [tool, "train", file, "--model", model, ...options, "--out", join(folder, "run")];
  // A small heap: garbage of JavaScript is no part of the curve.
  const node = ["--max-old-space-size=400", "--max-semi-space-size=4"];
  // What is freed goes back to the system at once, so resident memory is what is in use, not what was.
  const env = { ...process.env, MALLOC_ARENA_MAX: "1", MALLOC_MMAP_THRESHOLD_: "262144" };
  const child = spawn(process.execPath, [...node, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    env,
  });
  let said = "";
  let peak = 0;
  child.stderr.on("data", (text) => {
    const isFirst = !/epoch 1\//.test(said);
    said += String(text);
    if (!isFirst || !/epoch 1\//.test(said)) return;
    // Starts the high-water mark of the process anew.
    writeFileSync(`/proc/${child.pid}/clear_refs`, "5");
    peak = 0;
  });
  const watch = setInterval(() => (peak = Math.max(peak, peakOf(child.pid) ?? 0)), 20);
  const code = await new Promise((done) => child.on("exit", done));
  clearInterval(watch);
  if (code !== 0) {
    console.error(said);
    process.exit(code ?? 1);
  }
  const metrics = readdirSync(folder, { recursive: true }).find((name) =>
    String(name).endsWith("metrics.jsonl"),
  );
  const epochs = readFileSync(join(folder, String(metrics)), "utf8")
    .trim()
    .split("\n");
  return { peak, seconds: Math.min(...epochs.map((line) => JSON.parse(line).seconds)) };
}

const folder = mkdtempSync(join(tmpdir(), "sgnn-memory-"));
console.log("| latent steps | implicit MB | s/epoch | unrolled MB | s/epoch | ratio of memory |");
console.log("| --- | --- | --- | --- | --- | --- |");
for (const steps of values.steps.split(",").map(Number)) {
  const implicit = await measure("ImplicitSteps", steps, join(folder, `implicit-${steps}`));
  const unrolled = await measure("UnrolledSteps", steps, join(folder, `unrolled-${steps}`));
  const cells = [
    steps,
    Math.round(implicit.peak),
    implicit.seconds.toFixed(1),
    Math.round(unrolled.peak),
    unrolled.seconds.toFixed(1),
    (unrolled.peak / implicit.peak).toFixed(1),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
rmSync(folder, { recursive: true });
