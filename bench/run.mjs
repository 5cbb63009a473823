/**
 * Our speed beside the peers': `npm run bench`, see README.md.
 *
 * Every row is measured with both sides in turn and is on disk (results/bench.json) before the next begins. An
 * interrupted run goes on with `--resume`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dist } from "./common/compile.mjs";
import { checkOptions, flag, option } from "./common/options.mjs";
import { Results, keyOf, number } from "./common/results.mjs";
import { report } from "./common/report.mjs";
import { events } from "./events/works.mjs";
import { kernels } from "./kernels/works.mjs";
import { coldStart } from "./start/works.mjs";
import { training } from "./training/works.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const usage =
  "npm run bench -- [--only TEXT] [--backend tensorflow|wasm|engine] [--python FILE] [--data FOLDER] " +
  "[--rounds 7] [--out FOLDER] [--resume] [--list]";
checkOptions(usage, ["only", "backend", "python", "data", "rounds", "out"], ["resume", "list"]);
const rounds = Number(option("rounds", "7"));
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`--rounds ${option("rounds")}: a whole number, at least 1`);
  process.exit(2);
}

/** The rows that matter most come first. */
const groups = [training, events, coldStart, kernels];
const all = groups.flatMap((group) =>
  group.works.flatMap((work) =>
    (work.backends ?? group.backends ?? ["tensorflow", "wasm"]).map((backend) => ({
      group: group.name,
      work: work.work,
      backend,
      of: group,
      spec: work,
    })),
  ),
);
const only = option("only", "");
const chosen = all.filter(
  (row) =>
    `${row.group} / ${row.work}`.includes(only) &&
    (option("backend") === undefined || row.backend === option("backend")),
);
if (chosen.length === 0) {
  console.error(`no row's group and name contain "${only}"; --list shows them`);
  process.exit(2);
}
if (flag("list")) {
  for (const row of chosen) console.log(keyOf(row));
  process.exit(0);
}

const results = new Results(option("out", here("results")), "bench");
if (chosen.length === all.length && !flag("resume")) results.clear();
const context = { rounds, python: usablePython(), data: dataFolder() };
const usable = new Set(["engine"]);
for (const backend of ["tensorflow", "wasm"]) if (await starts(backend)) usable.add(backend);

for (const group of groups) {
  for (const backend of ["tensorflow", "wasm", "engine"]) {
    const rows = chosen.filter(
      (row) => row.of === group && row.backend === backend && !(flag("resume") && results.has(row)),
    );
    if (rows.length === 0 || !usable.has(backend)) continue;
    if (group.needsData && context.data === undefined) {
      leaveOut(`${group.name} on ${backend}`, "it needs --data FOLDER");
      continue;
    }
    await measure(group, backend, rows);
  }
}
results.sort(all.map(keyOf));
const text = report(results.rows, `${cpus()[0].model}, ${cpus().length} cores`);
writeFileSync(
  join(option("out", here("results")), "bench.md"),
  `<!-- Written by: npm run bench. Do not edit. -->\n\n${text}\n`,
);
console.log(text);

async function measure(group, backend, rows) {
  let session;
  try {
    session = await group.open(backend, context);
    for (const { work, spec } of rows) {
      const measured = await session.measure(spec);
      const target = spec.target?.[backend];
      const { about } = spec;
      results.put({ group: group.name, work, backend, about, target, ...measured });
      const peer = measured.peer === undefined ? "" : `, peer ${number(measured.peer, 2)} ms`;
      const ratio = measured.ratio === undefined ? "" : `, ratio ${number(measured.ratio, 2)}`;
      console.error(`${backend}, ${work}: ${number(measured.ours, 2)} ms${peer}${ratio}`);
    }
  } catch (error) {
    leaveOut(`${group.name} on ${backend}`, error.message);
  } finally {
    session?.close();
  }
}

function leaveOut(what, why) {
  console.error(`left out: ${what} (${why})`);
}

/** The Python of the peers; undefined, with a line, where it or a package is absent. */
function usablePython() {
  const python = option("python", process.env.PYTHON ?? "python3");
  const done = spawnSync(python, ["-c", "import torch, torch_geometric"], { encoding: "utf8" });
  if (done.status === 0) return python;
  const why = done.error?.message ?? done.stderr.trim().split("\n").at(-1);
  leaveOut("peers", `${python}: ${why}; --python FILE names another`);
  return undefined;
}

/** The folder with cora.npz and amazon_photo.npz. */
function dataFolder() {
  const folder = option("data", process.env.SGNN_DATA);
  if (folder === undefined) return undefined;
  for (const name of ["cora.npz", "amazon_photo.npz"]) {
    if (existsSync(join(folder, name))) continue;
    console.error(`--data ${folder}: there is no ${name}`);
    process.exit(2);
  }
  return folder;
}

async function starts(backend) {
  const { useBackend } = await dist("runtime/tensor/backend.js");
  try {
    await useBackend(backend);
    return true;
  } catch (error) {
    leaveOut(`backend ${backend}`, error.message.split("\n")[0]);
    return false;
  }
}
