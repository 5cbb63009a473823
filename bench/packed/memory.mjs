/**
 * The most memory that a whole process holds that applies a network to clouds of points: `sgnnc run` on a run folder, with
 * the weights in bits and in float, each in a process of its own. What the process holds before it reads anything is
 * given by `sgnnc --version`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dist, load } from "../common/compile.mjs";
import { markdown } from "../common/results.mjs";
import { median, threadLimit } from "../common/side.mjs";

const tool = fileURLToPath(new URL("../../dist/compiler/cli/main.js", import.meta.url));

/** Says at its end how much a process held at most, in KiB, on a last line of standard error. */
const SAY_PEAK = `data:text/javascript,process.on("exit",()=>process.stderr.write("\\n"+process.resourceUsage().maxRSS))`;

/** Peak of `sgnnc WORDS` in MiB, and what it wrote. */
function peakOf(words) {
  const env = { ...process.env, ...threadLimit(1) };
  const done = spawnSync(process.execPath, ["--import", SAY_PEAK, tool, ...words], {
    encoding: "utf8",
    env,
  });
  if (done.status !== 0) throw new Error(done.stderr);
  const lines = done.stderr.trim().split("\n");
  return { peak: Number(lines.pop()) / 1024, said: lines.join(" ") };
}

/** Weights of a fresh model of the class: a file of float32, and where it has signs one with a bit for each. */
async function writeWeights(source, name, folder) {
  const { useBackend } = await dist("runtime/tensor/backend.js");
  await useBackend("wasm");
  const sg = await dist("runtime/index.js");
  const { hasSigns, writePacked } = await dist("runtime/export/packed.js");
  const { models } = await load(source);
  const model = new models[name](new sg.Scope({ seed: 1 }));
  const weights = sg.modelWeights(model);
  const files = { float: join(folder, "weights.safetensors") };
  writeFileSync(files.float, sg.writeSafetensors(weights, { format: "sgnn-weights-1" }));
  if (hasSigns(model)) {
    files.bits = join(folder, "weights.packed.safetensors");
    writeFileSync(files.bits, writePacked(model, weights));
  }
  return files;
}

/** Prints the table. `planText` is the text of the plans of `source`, `clouds` numbers of clouds of `points` points. */
export async function memory({ source, planText, points, clouds, rounds }) {
  const { Rng } = await dist("runtime/tensor/random/rng.js");
  const { ndarray } = await dist("runtime/data/ndarray.js");
  const { writeNpz } = await dist("runtime/data/npz.js");
  const folder = mkdtempSync(join(tmpdir(), "sgnn-memory-"));
  try {
    writeFileSync(join(folder, "plan.mjs"), planText);
    const input = join(folder, "in.npz");
    const rows = [];
    const peaks = (words) => median(Array.from({ length: rounds }, () => peakOf(words).peak));
    const start = peaks(["--version"]);
    for (const count of clouds) {
      const rng = Rng.of(1, "clouds");
      const x = Float32Array.from(
        { length: 3 * count * points },
        () => (rng.integer(2048) - 1024) / 1024,
      );
      const arrays = new Map([
        ["x", ndarray([count * points, 3], x)],
        [
          "node_ptr",
          ndarray(
            [count + 1],
            Int32Array.from({ length: count + 1 }, (_, k) => k * points),
          ),
        ],
        ["edge_index", ndarray([2, 0], new Int32Array())],
      ]);
      writeFileSync(input, writeNpz(arrays));
      for (const name of ["BF2", "DGCNN"]) {
        const files = await writeWeights(source, name, folder);
        writeFileSync(join(folder, "run.json"), JSON.stringify({ model: name }));
        for (const [kind, file] of Object.entries(files)) {
          const words = ["run", folder, "--weights", file, "--input", input];
          words.push("--output", join(folder, "out.npz"));
          const engine = /[\d.]+ MiB/.exec(peakOf(words).said)?.[0] ?? "-";
          const peak = peaks(words);
          const above = (peak - start).toFixed(1);
          rows.push([
            name,
            count,
            `${kind}, ${statSync(file).size} B`,
            engine,
            peak.toFixed(1),
            above,
          ]);
        }
      }
    }
    const header = [
      "network",
      "clouds",
      "weights",
      "engine",
      "peak of the process (MiB)",
      "above start",
    ];
    console.log(markdown(header, rows));
    console.log(
      `\n${points} points a cloud; a process that only says its version: ${start.toFixed(1)} MiB; ` +
        `medians of ${rounds}; node ${process.version}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
