/**
 * Training steps beside PyTorch and PyTorch Geometric:
 * `node bench/training.mjs --data FOLDER [--python FILE] [--backend tensorflow|wasm] [--rounds 7] [--only TEXT] [--out FOLDER]`.
 *
 * Both sides are processes that stay; in every round each runs its steps once, in turn, and a round gives one
 * ratio, peer time / our time. Printed is the median of the ratios and of the times, with the peak memory of each
 * process so far. Both sides get the same number of threads: two with tensorflow, one with wasm (sparse product:
 * one). FOLDER holds cora.npz and amazon_photo.npz. Without PyTorch our times are printed alone.
 *
 * The works: bench/training/models.sgnn, bench/training/peer.py.
 */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
function option(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
}
const folder = option("data");
if (folder === undefined) {
  console.error(
    "usage: node bench/training.mjs --data FOLDER [--python FILE] [--backend B] [--rounds N] [--only TEXT] [--out FOLDER]",
  );
  process.exit(2);
}
const python = option("python", "python3");
const rounds = Number(option("rounds", "7"));
const only = option("only", "");
const out = option("out");

/** Work, steps a round, threads when not the backend's, and the ratios we are after. */
const works = [
  { name: "linear + LIF, per step", steps: 1, target: { tensorflow: 10, wasm: 4 } },
  { name: "linear + LIF, fused", steps: 1, target: { tensorflow: 1.3, wasm: 0.6 } },
  { name: "GCN", steps: 10, target: { tensorflow: 1.5, wasm: 0.8 } },
  { name: "SAGE + LIF", steps: 2, target: { tensorflow: 3, wasm: 1.5 } },
  { name: "GAT", steps: 5, target: { tensorflow: 1.2, wasm: 0.7 } },
  { name: "sparse product", steps: 10, threads: 1, target: { tensorflow: 0.7, wasm: 0.7 } },
];
const about = {
  "linear + LIF, per step":
    "linear + LIF, 512 neurons, T = 500, batch 16, forward and backward; peer: a loop of PyTorch operations",
  "linear + LIF, fused": "the same; peer: a hand-written autograd function",
  GCN: "GCN training epoch, Cora, hidden 64, dropout",
  "SAGE + LIF": "SAGE + LIF training step, Amazon Photo, T = 8; peer: a loop over the steps",
  GAT: "GAT training epoch, Cora, 8 heads",
  "sparse product": "sparse-dense product, N 10,000, E 100,000, F 128",
};

class Side {
  constructor(command, args, environment) {
    this.child = spawn(command, args, {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...environment },
    });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.failed = new Promise((_, reject) => {
      this.child.on("error", reject);
      this.child.on(
        "exit",
        (code) => code !== 0 && reject(new Error(`${command} ended with ${code}`)),
      );
    });
    this.failed.catch(() => undefined);
    this.child.stdin.on("error", () => undefined);
  }
  async read() {
    const { value } = await Promise.race([this.lines.next(), this.failed]);
    return JSON.parse(value);
  }
  ask(name, steps) {
    this.child.stdin.write(`${name} ${steps}\n`);
    return this.read();
  }
  end() {
    this.child.stdin.end();
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function peer(threads) {
  const side = new Side(python, [here("training/peer.py"), String(threads), folder], {
    OMP_NUM_THREADS: String(threads),
  });
  try {
    return { side, versions: await side.read() };
  } catch {
    console.error(
      `no peer: ${python} cannot import torch and torch_geometric (--python names another)`,
    );
    return undefined;
  }
}

const rows = [];
let versions = {};
for (const backend of option("backend") ? [option("backend")] : ["tensorflow", "wasm"]) {
  for (const { name, steps, threads: fixed, target } of works) {
    if (!name.includes(only)) continue;
    const threads = fixed ?? (backend === "tensorflow" ? 2 : 1);
    const limit = {
      TF_NUM_INTRAOP_THREADS: String(threads),
      TF_NUM_INTEROP_THREADS: String(threads),
    };
    const ours = new Side(process.execPath, [here("training/ours.mjs"), backend, folder], limit);
    versions = { ...versions, ...(await ours.read()) };
    const theirs = await peer(threads);
    versions = { ...versions, ...theirs?.versions };
    const times = [];
    for (let round = -1; round < rounds; round++) {
      const mine = await ours.ask(name, steps);
      const other = await theirs?.side.ask(name, steps);
      // The first round warms both up.
      if (round >= 0) times.push({ mine, other });
    }
    ours.end();
    theirs?.side.end();
    const row = {
      work: about[name],
      backend,
      threads,
      ours: median(times.map(({ mine }) => mine.ms)),
      peer: theirs && median(times.map(({ other }) => other.ms)),
      ratio: theirs && median(times.map(({ mine, other }) => other.ms / mine.ms)),
      target: target[backend],
      ourPeak: times.at(-1).mine.peak,
      peerPeak: times.at(-1).other?.peak,
    };
    rows.push(row);
    console.error(
      `${backend} ${name}: ${row.ours.toFixed(1)} ms, peer ${row.peer?.toFixed(1) ?? "-"} ms, ratio ${row.ratio?.toFixed(2) ?? "-"}`,
    );
  }
}

const number = (value, digits) => (value === undefined ? "-" : value.toFixed(digits));
const table = [
  "| work | backend | threads | ours (ms) | peer (ms) | ratio | target | our peak (MB) | peer's peak (MB) |",
  "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
  ...rows.map((row) =>
    [
      "",
      row.work,
      row.backend,
      row.threads,
      number(row.ours, 2),
      number(row.peer, 2),
      number(row.ratio, 2),
      row.target,
      number(row.ourPeak, 0),
      number(row.peerPeak, 0),
      "",
    ]
      .join(" | ")
      .trim(),
  ),
].join("\n");
const machine = `${cpus().length} cores, ${Object.entries(versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(", ")}; medians of ${rounds} rounds`;
console.log(`${table}\n\n${machine}`);
if (out !== undefined) {
  mkdirSync(out, { recursive: true });
  writeFileSync(
    join(out, "training.md"),
    `<!-- Made by node bench/training.mjs. Do not edit. -->\n\n${table}\n\n${machine}\n`,
  );
  writeFileSync(
    join(out, "training.json"),
    `${JSON.stringify({ rows, versions, rounds }, null, 2)}\n`,
  );
}
