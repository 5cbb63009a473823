// The table of this folder: trains every problem that is not trained yet, and prints errors and times.
//
//   node examples/pinn-to-snn/table.mjs [FOLDER]        after `npm run build`; FOLDER is runs/pinn-to-snn unless given
//
// It goes on where it was stopped: finished runs are kept. `--print` only prints what is there.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const tool = join(here, "..", "..", "dist", "compiler", "cli", "main.js");
const words = process.argv.slice(2);
const root = words.find((word) => !word.startsWith("--")) ?? join("runs", "pinn-to-snn");
const problems = [
  ...["square", "poisson", "wave", "diffusion-reaction", "burgers", "kovasznay"],
  ...["taylor-green", "beltrami", "separable"],
];

for (const problem of words.includes("--print") ? [] : problems) {
  const args = [
    tool,
    "train",
    join(here, `${problem}.sgnn`),
    "--resume",
    "--out",
    join(root, problem),
  ];
  const { status } = spawnSync(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
}

const rows = runsBelow(root).map((folder) =>
  JSON.parse(readFileSync(join(folder, "run.json"), "utf8")),
);
console.log("| network | seed | relative L2 | processor time | training |");
console.log("| --- | --- | --- | --- | --- |");
for (const { experiment, seed, metrics, seconds, cpuSeconds = seconds, message } of rows) {
  const errors = Object.entries(metrics?.test ?? {})
    .filter(([name]) => name.startsWith("relative_l2"))
    .map(
      ([name, value]) =>
        `${name.slice(12)}${name.length > 11 ? " " : ""}${value?.toExponential(1) ?? "-"}`,
    );
  console.log(
    `| ${experiment} | ${seed} | ${errors.join(", ")} | ${Math.round(cpuSeconds)} s | ${message ?? ""} |`,
  );
}

function runsBelow(folder) {
  if (existsSync(join(folder, "run.json"))) return [folder];
  if (!existsSync(folder)) return [];
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return below.flatMap((entry) => runsBelow(join(folder, entry.name))).sort();
}
