/** Cold start: `sgnnc run` on a trained small model as a whole process, beside importing PyTorch Geometric. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dist } from "../common/compile.mjs";
import { median } from "../common/side.mjs";

const tool = fileURLToPath(new URL("../../dist/compiler/cli/main.js", import.meta.url));
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

/** Prints the peak memory of a process when it ends. */
const METER =
  "data:text/javascript,process.on('exit',()=>" +
  "process.stderr.write(`\\n@${process.resourceUsage().maxRSS}`))";
const PYTHON =
  "import torch, torch_geometric, resource, sys;" +
  "sys.stderr.write('\\n@%d' % resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)";

const about = (words) =>
  `\`sgnnc run ${words}\`; peer: \`python -c "import torch, torch_geometric"\``;

export const coldStart = {
  name: "cold start",
  backends: ["tensorflow", "wasm", "engine"],
  works: [
    {
      work: "run, on tensors",
      about: about("RUN --backend B"),
      backends: ["tensorflow", "wasm"],
      words: ({ run }, backend) => [run, "--backend", backend],
      target: { tensorflow: 1.5, wasm: 3 },
    },
    {
      work: "run",
      about: about("RUN"),
      backends: ["engine"],
      words: ({ run }) => [run],
    },
    {
      work: "run from the source",
      about: about("FILE --weights W"),
      backends: ["engine"],
      words: ({ run, source }) => [source, "--weights", join(run, "weights.safetensors")],
    },
  ],

  async open(backend, { python, rounds }) {
    const folder = mkdtempSync(join(tmpdir(), "sgnn-bench-"));
    const places = await prepare(folder);
    return {
      async measure({ words }) {
        const given = ["--input", places.input, "--output", join(folder, "out.npz")];
        const ours = [
          process.execPath,
          ["--import", METER, tool, "run", ...words(places, backend), ...given],
        ];
        const peer = python && [python, ["-c", PYTHON]];
        const pairs = [];
        for (let round = -1; round < rounds; round++) {
          const pair = { mine: once(...ours), other: peer && once(...peer) };
          if (round >= 0) pairs.push(pair);
        }
        const of = (side, what) => median(pairs.map((pair) => pair[side][what]));
        return {
          ours: of("mine", "ms"),
          peer: peer && of("other", "ms"),
          ratio: peer && median(pairs.map(({ mine, other }) => other.ms / mine.ms)),
          ourPeak: of("mine", "peak"),
          peerPeak: peer && of("other", "peak"),
          pairs: rounds,
          versions: { node: process.version },
        };
      },
      close: () => rmSync(folder, { recursive: true, force: true }),
    };
  },
};

/** Trains the small model and writes an input for it. */
async function prepare(folder) {
  const places = {
    source: join(folder, "small.sgnn"),
    run: join(folder, "run"),
    input: join(folder, "in.npz"),
  };
  writeFileSync(places.source, SMALL);
  once(process.execPath, [tool, "train", places.source, "--out", places.run]);
  const { writeNpz } = await dist("runtime/data/npz.js");
  const x = Float32Array.from({ length: 60 }, (_, k) => Math.sin(k));
  const ends = Int32Array.from({ length: 48 }, (_, k) => (5 * k + (k >> 3)) % 12);
  const arrays = new Map([
    ["x", { shape: [12, 5], dtype: "f32", data: x }],
    ["edge_index", { shape: [2, 24], dtype: "i32", data: ends }],
  ]);
  writeFileSync(places.input, writeNpz(arrays));
  return places;
}

/** A whole process: wall time in milliseconds and peak memory in MiB. */
function once(command, words) {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, words, { encoding: "utf8" });
  const ms = performance.now() - start;
  if (status !== 0) throw new Error(`${command} ${words.at(-1)}: ${stderr.trim().split("\n")[0]}`);
  return { ms, peak: Number(/@(\d+)\s*$/.exec(stderr)?.[1]) / 1024 };
}
